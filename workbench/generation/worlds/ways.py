"""Ways: the rules of a theory made ready for drawing, with variables numbered."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbench.generation.keyed import hash_number
from workbench.generation.worlds.linear import make_linear
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.sketch import Required
from workbench.model.rules import Atom, Comparison, Rule, collect_variables
from workbench.model.terms import Term, is_variable

__all__ = ["BodyAtom", "Way", "WayBook"]


class BodyAtom(NamedTuple):
    """An atom over numbered variables; a negative number -1 - n is constant n. A class has its subject twice."""

    key: Term
    subject: int
    object: int


@dataclass(frozen=True, slots=True, eq=False)
class Way:
    """One way to conclude a key: a rule and one of its head atoms."""

    code: int
    rule: str
    head: BodyAtom
    cost: int
    atoms: tuple[BodyAtom, ...]
    required: tuple[Required, ...]
    variables: int


class WayBook:
    """All ways of a plan.

    ``by_key`` are the ways to conclude a key; ``against`` are the integrity rules, each once for every atom that may
    be left out: with the rest of its body in a world, the statement that the atom becomes is refuted. ``constants``
    are the individuals and values that rules name, in the order of their numbers.
    """

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self.constants: list[Term] = []
        self._numbers: dict[Term, int] = {}
        self.by_key: Mapping[Term, tuple[Way, ...]] = {
            key: tuple(
                self._prepare(way.rule, way.head, way.cost, way.atoms, way.comparisons) for way in plan.unfoldings[key]
            )
            for key in plan.unfoldings
        }
        self.against = tuple(way for rule in plan.theory.rules if rule.is_integrity for way in self._leave_out(rule))

    def find_number(self, term: Term, numbers: dict[str, int]) -> int:
        """Return the number of a variable among ``numbers``, a new one if need be, or -1 - n for constant n."""
        if is_variable(term):
            return numbers.setdefault(term, len(numbers))
        if term not in self._numbers:
            self._numbers[term] = len(self.constants)
            self.constants.append(term)
        return -1 - self._numbers[term]

    def _prepare(
        self, rule: Rule, head: Atom, cost: int, atoms: Sequence[Atom], comparisons: Sequence[Comparison]
    ) -> Way:
        numbers: dict[str, int] = {}
        own, *body = (self._number_atom(atom, numbers) for atom in (head, *atoms))
        required = []
        for comparison in comparisons:
            names = tuple(collect_variables(comparison))
            places = tuple(self.find_number(name, numbers) for name in names)
            required.append(Required(comparison, names, places, make_linear(comparison, numbers)))
        code = hash_number("way", rule.name, *head)
        return Way(code, rule.name, own, cost, tuple(body), tuple(required), len(numbers))

    def _number_atom(self, atom: Atom, numbers: dict[str, int]) -> BodyAtom:
        subject = self.find_number(atom.subject, numbers)
        is_class = atom.key in self._plan.classes
        return BodyAtom(atom.key, subject, subject if is_class else self.find_number(atom.object, numbers))

    def _leave_out(self, rule: Rule) -> list[Way]:
        atoms = [element for element in rule.body if isinstance(element, Atom)]
        comparisons = [element for element in rule.body if isinstance(element, Comparison)]
        return [
            self._prepare(rule, atom, 1, [*atoms[:place], *atoms[place + 1 :]], comparisons)
            for place, atom in enumerate(atoms)
            if atom.key not in self._plan.values and (len(atoms) > 1)
        ]
