"""Rules, constraints and worked examples that one side has and the other does not, or has otherwise.

A rule is what it says: neither the order of its atoms nor the names of its variables count, and one that says the same
under another name was renamed.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import TypeVar

from workbench.build.differing.renamed import State
from workbench.build.differing.values import Change, ChangeKind, Said
from workbench.build.totals import compose_constraint
from workbench.formats.rules_printer import print_element, print_rule, print_total
from workbench.generation.identity.clause_graph import normalise_rule
from workbench.model.rules import Provenance, Rule, RuleTest
from workbench.model.totals import TotalConstraint

__all__ = ["compare_rules", "digest_rule"]

_Statement = TypeVar("_Statement", Rule, RuleTest, TotalConstraint)
_VARIABLE = re.compile(r"\?[\w·]+")
_Teller = Callable[[State, _Statement], Said]


def digest_rule(rule: Rule) -> str:
    """Return what a rule says, whatever its name, the order of its atoms and the names of its variables."""
    return normalise_rule(rule, "exact")


def compare_rules(old: State, new: State) -> list[Change]:
    """Compare rules, constraints, their sentences and who says them, and worked examples."""
    changes: list[Change] = []
    kinds: tuple[tuple[ChangeKind, tuple[Rule, ...], tuple[Rule, ...]], ...] = (
        ("rule", old.domain.rules, new.domain.rules),
        ("constraint", old.domain.constraints, new.domain.constraints),
    )
    for kind, ours, theirs in kinds:
        changes += _compare(kind, (old, new), ours, theirs, digest_rule, _tell_rule)
        changes += _compare_wording(kind, ours, theirs)
    totals = (old.domain.totals, new.domain.totals)
    changes += _compare("constraint", (old, new), *totals, _digest_total, _tell_total)
    changes += _compare_wording("constraint", *totals)
    tests = (old.domain.rule_tests, new.domain.rule_tests)
    changes += _compare("test", (old, new), *tests, _digest_test, _tell_test)
    return changes


def _compare(
    called: ChangeKind,
    states: tuple[State, State],
    ours: Sequence[_Statement],
    theirs: Sequence[_Statement],
    digest: Callable[[_Statement], str],
    tell: _Teller[_Statement],
) -> Iterator[Change]:
    first, second = {one.name: one for one in ours}, {one.name: one for one in theirs}
    meanings = {name: digest(one) for name, one in first.items()}, {name: digest(one) for name, one in second.items()}
    gone = [name for name in first if name not in second]
    come = [name for name in second if name not in first]
    for name in first:
        if name in second and meanings[0][name] != meanings[1][name]:
            yield Change(called, "changed", name, tell(states[0], first[name]), tell(states[1], second[name]))
    by_meaning: dict[str, list[str]] = {}
    for name in come:
        by_meaning.setdefault(meanings[1][name], []).append(name)
    for name in gone:
        told = tell(states[0], first[name])
        if twins := by_meaning.get(meanings[0][name]):
            twin = twins.pop(0)
            come.remove(twin)
            yield Change(called, "renamed", twin, told._replace(text=name), tell(states[1], second[twin]))
        else:
            yield Change(called, "removed", name, told, None)
    for name in come:
        yield Change(called, "added", name, None, tell(states[1], second[name]))


def _compare_wording(
    kind: str, ours: Iterable[Rule | TotalConstraint], theirs: Iterable[Rule | TotalConstraint]
) -> Iterator[Change]:
    second = {rule.name: rule for rule in theirs}
    for rule in ours:
        other = second.get(rule.name)
        if other is None:
            continue
        before, after = dict(rule.sentences), dict(other.sentences)
        for language in sorted(before.keys() | after.keys()):
            if before.get(language) != after.get(language):
                yield _make_wording(kind, rule, other, language, before.get(language), after.get(language))
        said = _tell_provenance(rule.provenance), _tell_provenance(other.provenance)
        if said[0] != said[1]:
            yield _make_wording(kind, rule, other, "who says so", said[0] or None, said[1] or None)


def _make_wording(
    kind: str,
    rule: Rule | TotalConstraint,
    other: Rule | TotalConstraint,
    what: str,
    before: str | None,
    after: str | None,
) -> Change:
    return Change(
        "wording",
        "added" if before is None else "removed" if after is None else "changed",
        rule.name,
        None if before is None else Said(f"The {kind} {rule.name}, {what}: {before}", "", rule.location),
        None if after is None else Said(f"The {kind} {rule.name}, {what}: {after}", "", other.location),
    )


def _tell_provenance(provenance: Provenance) -> str:
    parts = [
        f"{word} {', '.join(values)}"
        for word, values in (
            ("source", provenance.sources),
            ("author", provenance.authors),
            ("reviewer", provenance.reviewers),
        )
        if values
    ]
    for word, value in (
        ("state", provenance.state),
        ("valid from", provenance.valid_from),
        ("valid until", provenance.valid_until),
    ):
        parts += [f"{word} {value}"] if value else []
    return "; ".join(parts)


def _tell_rule(state: State, rule: Rule) -> Said:
    return Said(state.narrator.compose_rule(rule), print_rule(rule, state.domain.prefixes), rule.location)


def _digest_total(constraint: TotalConstraint) -> str:
    """Return what a constraint on totals says, whatever the names of its variables; the order of its atoms counts."""
    names: dict[str, str] = {}
    return _VARIABLE.sub(lambda match: names.setdefault(match[0], f"?{len(names)}"), print_total(constraint, {}))


def _tell_total(state: State, constraint: TotalConstraint) -> Said:
    formal = print_total(constraint, state.domain.prefixes)
    return Said(compose_constraint(state.narrator, constraint), formal, constraint.location)


def _digest_test(test: RuleTest) -> str:
    parts = (test.given, test.must, test.must_not, test.unknown)
    return repr((*(sorted(set(atoms)) for atoms in parts), test.must_clash))


def _tell_test(state: State, test: RuleTest) -> Said:
    narrator, prefixes = state.narrator, state.domain.prefixes
    words, formal = [], []
    for head, keyword, atoms in (
        ("From", "given", test.given),
        ("it must follow:", "must", test.must),
        ("it must not follow:", "mustnot", test.must_not),
        ("it must stay unknown:", "unknown", test.unknown),
    ):
        if atoms:
            words.append(f"{head} {'; '.join(narrator.say_inside(atom) for atom in atoms)}")
            formal.append(f"{keyword} {' ^ '.join(print_element(atom, prefixes) for atom in atoms)}")
    if test.must_clash:
        words.append("the facts must contradict each other")
        formal.append("must false")
    return Said(f"{', '.join(words)}.", " ".join(formal), test.location)
