"""Rules: what nothing reads, what can never apply, and what is stated twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence

from workbench.model.report import Violation
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Rule,
    iterate_atoms,
)
from workbench.model.terms import OWL, RDFS, SH, Term, get_local_name, is_iri, is_variable
from workbench.validation.lint.linter import Finder, Linter

__all__ = ["FINDERS", "are_alike", "find_derivable", "get_shape", "list_stated"]

_EVERYTHING = (f"<{OWL}Thing>", f"<{RDFS}Resource>", f"<{OWL}sameAs>")
_PATH_PARTS = (
    f"<{SH}path>",
    f"<{SH}targetClass>",
    f"<{SH}targetSubjectsOf>",
    f"<{SH}targetObjectsOf>",
    f"<{SH}class>",
)
_STEPS = 20_000
"""How many assignments of variables are tried before two rules count as different."""


def _blank(part: BodyElement | Expression) -> object:
    """Return a part with its variables taken away: what two parts share when one is the other renamed."""
    if isinstance(part, Atom):
        return ("atom", part.predicate, _blank(part.subject), _blank(part.object))
    if isinstance(part, Comparison):
        return ("comparison", part.operator, _blank(part.left), _blank(part.right))
    if isinstance(part, Operation):
        return ("operation", part.operator, tuple(_blank(argument) for argument in part.arguments))
    if isinstance(part, Negation):
        return ("not", tuple(sorted((_blank(element) for element in part.elements), key=repr)))
    return "?" if is_variable(part) else part


def get_shape(rule: Rule) -> object:
    """Return what a rule and each renaming of it share."""
    body = Counter(repr(_blank(element)) for element in rule.body)
    head = Counter(repr(_blank(atom)) for atom in rule.head)
    return tuple(sorted(body.items())), tuple(sorted(head.items()))


def are_alike(one: Rule, other: Rule) -> bool:
    """Tell whether two rules are the same up to the names of variables and the order of body and head.

    Undecided after many steps, which takes a rule of very many interchangeable conditions, means no.
    """
    if get_shape(one) != get_shape(other):
        return False
    left = [(True, part) for part in one.body] + [(False, part) for part in one.head]
    right = [(True, part) for part in other.body] + [(False, part) for part in other.head]
    # Parts that leave the fewest choices are matched first.
    counts = Counter(repr((side, _blank(part))) for side, part in left)
    left.sort(key=lambda pair: (counts[repr((pair[0], _blank(pair[1])))], repr(pair)))
    steps = [_STEPS]
    return _match(left, right, {}, steps)


_Sided = tuple[bool, BodyElement]


def _match(left: Sequence[_Sided], right: Sequence[_Sided], names: dict[str, str], steps: list[int]) -> bool:
    if not left:
        return True
    side, part = left[0]
    for position, (other_side, other) in enumerate(right):
        steps[0] -= 1
        if steps[0] < 0:
            return False
        if side != other_side:
            continue
        for found in _unify(part, other, names, steps):
            if _match(left[1:], [*right[:position], *right[position + 1 :]], found, steps):
                return True
    return False


def _unify(
    one: BodyElement | Expression, other: BodyElement | Expression, names: dict[str, str], steps: list[int]
) -> Iterator[dict[str, str]]:
    """Yield each way to extend a one-to-one renaming of variables so that it makes ``other`` of ``one``."""
    if isinstance(one, str) or isinstance(other, str):
        if not isinstance(one, str) or not isinstance(other, str):
            return
        if is_variable(one) != is_variable(other):
            return
        if not is_variable(one):
            if one == other:
                yield names
        elif one in names:
            if names[one] == other:
                yield names
        elif other not in names.values():
            yield {**names, one: other}
        return
    if type(one) is not type(other):
        return
    if isinstance(one, Negation) and isinstance(other, Negation):
        if len(one.elements) == len(other.elements):
            yield from _unify_sets(one.elements, other.elements, names, steps)
        return
    parts, others = _split(one), _split(other)
    if parts[0] == others[0] and len(parts[1]) == len(others[1]):
        yield from _unify_all(parts[1], others[1], names, steps)


def _split(part: BodyElement | Expression) -> tuple[str, tuple[Expression, ...]]:
    if isinstance(part, Atom):
        return part.predicate, (part.subject, part.object)
    if isinstance(part, Comparison):
        return part.operator, (part.left, part.right)
    if isinstance(part, Operation):
        return part.operator, part.arguments
    return "", ()


def _unify_all(
    ones: Sequence[Expression], others: Sequence[Expression], names: dict[str, str], steps: list[int]
) -> Iterator[dict[str, str]]:
    if not ones:
        yield names
        return
    for found in _unify(ones[0], others[0], names, steps):
        yield from _unify_all(ones[1:], others[1:], found, steps)


def _unify_sets(
    ones: Sequence[Atom | Comparison], others: Sequence[Atom | Comparison], names: dict[str, str], steps: list[int]
) -> Iterator[dict[str, str]]:
    if not ones:
        yield names
        return
    for position, other in enumerate(others):
        steps[0] -= 1
        if steps[0] < 0:
            return
        for found in _unify(ones[0], other, names, steps):
            yield from _unify_sets(ones[1:], [*others[:position], *others[position + 1 :]], found, steps)


def find_derivable(rules: Iterable[Rule], stated: Collection[Term]) -> set[Term]:
    """Return the classes and properties of which something is stated or may follow from what is stated."""
    reached = {*stated, *_EVERYTHING}
    waiting: dict[Term, list[int]] = {}
    needed: list[int] = []
    heads: list[tuple[Term, ...]] = []
    fresh: list[Term] = []
    for number, rule in enumerate(rules):
        keys = {atom.key for atom in iterate_atoms(rule.body)} - reached
        needed.append(len(keys))
        heads.append(tuple(atom.key for atom in rule.head))
        for key in keys:
            waiting.setdefault(key, []).append(number)
        if not keys:
            fresh += heads[number]
    while fresh:
        key = fresh.pop()
        if key in reached:
            continue
        reached.add(key)
        for number in waiting.get(key, ()):
            needed[number] -= 1
            if not needed[number]:
                fresh += heads[number]
    return reached


def list_stated(lint: Linter) -> set[Term]:
    """Return the keys of stated facts, of what a curriculum may state and of what rule tests are given."""
    matter = lint.matter
    atoms = [*(Atom(*fact) for fact in matter.facts), *(atom for test in matter.tests for atom in test.given)]
    stated = {atom.key for atom in atoms}
    if matter.curriculum is not None:
        stated |= set(matter.curriculum.assertable)
    return stated


def _find_unused(lint: Linter) -> Iterator[Violation]:
    matter, curriculum = lint.matter, lint.matter.curriculum
    if curriculum is None or not curriculum.queryable:
        return  # without a curriculum, or with one that asks for everything, each conclusion is asked for
    everything = (*matter.rules, *matter.constraints, *matter.axioms)
    read = {
        atom.key for rule in everything for atom in (*iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True))
    }
    read |= {atom.key for test in matter.tests for atom in (*test.must, *test.must_not)}
    read |= {*curriculum.queryable, *curriculum.assertable, *matter.closed}
    read |= {value for _, predicate, value in matter.shapes if predicate in _PATH_PARTS and is_iri(value)}
    for rule in matter.rules:
        keys = [atom.key for atom in rule.head]
        if keys and read.isdisjoint(keys):
            yield lint.report(
                "rule.unused",
                f"Nothing uses what rule {rule.name} concludes: {lint.name_all(dict.fromkeys(keys))}.",
                focus=rule.name,
                source=rule.name,
                fix="Ask for it in the curriculum, use it in another rule, or remove the rule.",
                why="No rule, constraint, shape, test or question reads it.",
                places=[matter.locate_rule(rule)],
            )


def _find_unreachable(lint: Linter) -> Iterator[Violation]:
    matter = lint.matter
    if not matter.facts:
        return  # knowledge that waits for data
    everything = (*matter.rules, *matter.constraints, *matter.axioms)
    derivable = find_derivable(everything, list_stated(lint))
    concluded = {atom.key for rule in everything for atom in rule.head}
    for rule in (*matter.rules, *matter.constraints):
        missing = [key for key in dict.fromkeys(a.key for a in iterate_atoms(rule.body)) if key not in derivable]
        if not missing:
            continue
        key = next((key for key in missing if key not in concluded), missing[0])
        ending = "only follows from rules that never apply" if key in concluded else "is never stated nor concluded"
        yield lint.report(
            "rule.unreachable",
            f"The {rule.kind} {rule.name} never applies, because {lint.name(key)} {ending}.",
            focus=rule.name,
            path=key,
            source=rule.name,
            fix=f"State facts with {get_local_name(key)}, or correct the condition.",
            why="A condition of which nothing is known is never met.",
            places=[matter.locate_rule(rule)],
        )


def _find_duplicates(lint: Linter) -> Iterator[Violation]:
    shapes: dict[object, list[Rule]] = {}
    for rule in (*lint.matter.rules, *lint.matter.constraints):
        shapes.setdefault(get_shape(rule), []).append(rule)
    for rules in shapes.values():
        first: list[Rule] = []
        for rule in rules:
            twin = next((other for other in first if are_alike(rule, other)), None)
            if twin is None:
                first.append(rule)
                continue
            yield lint.report(
                "rule.duplicate",
                f"The {rule.kind} {rule.name} says the same as {twin.kind} {twin.name}, in other variables or order.",
                focus=rule.name,
                source=rule.name,
                fix="Remove one of the two.",
                why="Each conclusion then has two proofs that differ in nothing but a name.",
                places=[lint.matter.locate_rule(rule), lint.matter.locate_rule(twin)],
            )


FINDERS: dict[str, Finder] = {
    "rule.unused": _find_unused,
    "rule.unreachable": _find_unreachable,
    "rule.duplicate": _find_duplicates,
}
