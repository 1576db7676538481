"""A naive evaluator of theories: nested loops over sets of triples, no indexes, no numpy, no engine code.

It is the definition of the semantics that the tests hold the engine to.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import pairwise

from workbench.model.builtins import evaluate_expression, holds
from workbench.model.proofs import FALSE, Step
from workbench.model.rules import (
    Atom,
    Comparison,
    Negation,
    Rule,
    collect_variables,
    is_transitivity,
    substitute_atom,
    substitute_element,
)
from workbench.model.symmetry import list_interchangeable
from workbench.model.terms import Triple, is_variable
from workbench.model.theory import Theory

Bindings = dict[str, str]


def unify(pattern: Triple | Atom, fact: Triple, bindings: Bindings) -> Bindings | None:
    extended = dict(bindings)
    for argument, term in zip(pattern, fact, strict=True):
        if is_variable(argument):
            if extended.setdefault(argument, term) != term:
                return None
        elif argument != term:
            return None
    return extended


def match_atoms(atoms: list[tuple[Atom, Collection[Triple]]], bindings: Bindings) -> Iterator[Bindings]:
    if not atoms:
        yield bindings
        return
    (atom, facts), rest = atoms[0], atoms[1:]
    for fact in facts:
        extended = unify(atom, fact, bindings)
        if extended is not None:
            yield from match_atoms(rest, extended)


def settle_comparisons(comparisons: list[Comparison], bindings: Bindings) -> Bindings | None:
    """Let ``=`` bind what nothing else binds, then test the other comparisons."""
    bindings, todo = dict(bindings), list(comparisons)

    def bind_one() -> bool:
        for comparison in todo:
            if comparison.operator != "=":
                continue
            for side, other in ((comparison.left, comparison.right), (comparison.right, comparison.left)):
                is_free = isinstance(side, str) and is_variable(side) and side not in bindings
                if is_free and all(v in bindings for v in collect_variables(other)):
                    todo.remove(comparison)
                    value = evaluate_expression(other, bindings)
                    if value is None:
                        raise LookupError
                    bindings[side] = value
                    return True
        return False

    try:
        while bind_one():
            pass
    except LookupError:
        return None
    return bindings if all(holds(c, bindings) for c in todo) else None


def match_body(
    rule: Rule, facts: Collection[Triple], base: dict[str, set[Triple]], judged: Collection[Triple]
) -> Iterator[tuple[Bindings, tuple[Triple, ...], tuple[Negation, ...]]]:
    """All matches; negations are judged against ``judged``, and a transitivity's second atom against its base."""
    atoms = [element for element in rule.body if isinstance(element, Atom)]
    sources: list[tuple[Atom, Collection[Triple]]] = [(atom, facts) for atom in atoms]
    if is_transitivity(rule):
        sources[1] = (atoms[1], [fact for fact in facts if fact in base.get(atoms[1].predicate, set())])
    comparisons = [element for element in rule.body if isinstance(element, Comparison)]
    negations = [element for element in rule.body if isinstance(element, Negation)]
    groups = list_interchangeable(rule)
    for bindings in match_atoms(sources, {}):
        settled = settle_comparisons(comparisons, bindings)
        if settled is None or any(negated_holds(n, judged, settled) for n in negations):
            continue
        if any(settled[one] > settled[other] for group in groups for one, other in pairwise(group)):
            continue
        premises = tuple(tuple(substitute_atom(atom, settled)) for atom in atoms)
        absent = tuple(substitute_element(n, settled) for n in negations)
        yield settled, premises, absent  # type: ignore[misc]


def negated_holds(negation: Negation, facts: Collection[Triple], bindings: Bindings) -> bool:
    atoms = [(e, facts) for e in negation.elements if isinstance(e, Atom)]
    comparisons = [e for e in negation.elements if isinstance(e, Comparison)]
    return any(settle_comparisons(comparisons, found) is not None for found in match_atoms(atoms, bindings))


@dataclass
class Model:
    heights: dict[Triple, int]
    base: dict[str, set[Triple]]
    steps: set[Step] = field(default_factory=set)

    @property
    def contradictions(self) -> set[Step]:
        return {step for step in self.steps if step.conclusion == FALSE}


def get_key_stratum(theory: Theory, atom: Atom) -> int:
    return theory.strata.get(atom.object if atom.predicate.endswith("#type>") else atom.predicate, 0)


def evaluate(theory: Theory, stated: Iterable[Triple], reference: Collection[Triple] | None = None) -> Model:
    """The perfect model; with ``reference``, negations are judged against those facts."""
    heights: dict[Triple, int] = dict.fromkeys(stated, 0)
    transitive = {rule.head[0].predicate for rule in theory.rules if is_transitivity(rule)}
    base = {key: {fact for fact in heights if fact[1] == key} for key in transitive}
    strata = [0] if reference is not None else sorted({0, *theory.strata.values()})
    for stratum in strata:
        level, waiting = 1, True
        while waiting:
            premises_below = {fact for fact, height in heights.items() if height < level}
            judged = frozenset(heights) if reference is None else reference
            new: dict[Triple, bool] = {}
            for rule in theory.rules:
                heads = [
                    head for head in rule.head if reference is not None or get_key_stratum(theory, head) == stratum
                ]
                if not heads:
                    continue
                for bindings, _, _ in match_body(rule, premises_below, base, judged):
                    for head in heads:
                        fact: Triple = tuple(substitute_atom(head, bindings))  # type: ignore[assignment]
                        if fact not in heights:
                            new[fact] = new.get(fact, False) or not is_transitivity(rule)
            for fact, is_base in new.items():
                heights[fact] = level
                if fact[1] in transitive and is_base:
                    base[fact[1]].add(fact)
            waiting = bool(new) or any(height >= level for height in heights.values())
            level += 1
    model = Model(heights, base)
    judged = frozenset(heights) if reference is None else reference
    for rule in theory.rules:
        for bindings, premises, absent in match_body(rule, frozenset(heights), base, judged):
            binding = tuple(sorted(bindings.items()))
            conclusions = [tuple(substitute_atom(head, bindings)) for head in rule.head] or [FALSE]
            for conclusion in conclusions:
                model.steps.add(Step(rule.name, binding, premises, absent, conclusion))  # type: ignore[arg-type]
    return model
