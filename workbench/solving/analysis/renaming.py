"""Bodies that are equal up to the names of their variables and the order of their elements."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.model.rules import Atom, BodyElement, Negation, collect_variables, substitute_element
from workbench.model.terms import is_variable
from workbench.solving.situations import unify_atoms

__all__ = ["find_renaming"]


def find_renaming(
    elements: Sequence[BodyElement], others: Sequence[BodyElement], start: Mapping[str, str] | None = None
) -> dict[str, str] | None:
    """Return a renaming of variables, one to one, that makes ``elements`` to ``others``; None when there is none.

    ``start`` are renamings that it must contain.
    """
    if len(elements) != len(others):
        return None
    elements, others = _name_inner(elements), _name_inner(others)
    atoms = [element for element in elements if isinstance(element, Atom)]
    targets = [element for element in others if isinstance(element, Atom)]
    rest: list[BodyElement] = [element for element in elements if not isinstance(element, Atom)]
    images: set[BodyElement] = {element for element in others if not isinstance(element, Atom)}
    if len(atoms) != len(targets):
        return None
    return _match(atoms, targets, dict(start or {}), rest, images)


def _match(
    atoms: Sequence[Atom],
    targets: Sequence[Atom],
    names: dict[str, str],
    rest: Sequence[BodyElement],
    images: set[BodyElement],
) -> dict[str, str] | None:
    if not atoms:
        return names if {substitute_element(element, names) for element in rest} == images else None
    for number, target in enumerate(targets):
        extended = unify_atoms(atoms[0], target, names)
        if extended is None or len(set(extended.values())) < len(extended):
            continue
        if not all(map(is_variable, extended.values())):
            continue
        found = _match(atoms[1:], [*targets[:number], *targets[number + 1 :]], extended, rest, images)
        if found is not None:
            return found
    return None


def _name_inner(elements: Sequence[BodyElement]) -> list[BodyElement]:
    """Call the variables that occur only in a negation by their order in it."""
    outer = {v for element in elements if not isinstance(element, Negation) for v in collect_variables(element)}
    named: list[BodyElement] = []
    for element in elements:
        inner = [v for v in collect_variables(element) if v not in outer] if isinstance(element, Negation) else []
        named.append(substitute_element(element, {v: f"?~inner{number}" for number, v in enumerate(inner)}))
    return named
