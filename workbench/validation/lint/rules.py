"""Rules: what nothing reads, what can never apply, and what is stated twice."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from workbench.model.report import Violation
from workbench.model.rules import (
    Rule,
    iterate_atoms,
)
from workbench.model.terms import OWL, RDF_TYPE, RDFS, SH, Term, get_local_name, is_iri
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.sameness import are_alike, get_shape

__all__ = ["FINDERS", "find_derivable", "list_stated"]

_EVERYTHING = (f"<{OWL}Thing>", f"<{RDFS}Resource>", f"<{OWL}sameAs>")
_PATH_PARTS = (
    f"<{SH}path>",
    f"<{SH}targetClass>",
    f"<{SH}targetSubjectsOf>",
    f"<{SH}targetObjectsOf>",
    f"<{SH}class>",
)


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
    stated = {value if predicate == RDF_TYPE else predicate for _, predicate, value in matter.facts}
    stated |= {atom.key for test in matter.tests for atom in test.given}
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
