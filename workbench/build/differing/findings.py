"""Findings of ``check`` that are new or gone, and worked examples that come out otherwise."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from workbench.build.differing.renamed import State
from workbench.build.differing.values import Flip
from workbench.build.knowledge import Knowledge
from workbench.build.rule_tests import run_rule_tests
from workbench.model.report import SEVERITIES, Violation
from workbench.model.rules import RuleTest
from workbench.model.terms import Term

__all__ = ["FindingChanges", "compare_findings", "flip_tests"]

_IRI = re.compile(r"<[^<>\s]*>")


class FindingChanges(NamedTuple):
    """Findings that only NEW has, and those that only OLD had, the gravest first."""

    new: tuple[Violation, ...]
    gone: tuple[Violation, ...]


def compare_findings(old: Sequence[Violation], new: Sequence[Violation], names: Mapping[Term, Term]) -> FindingChanges:
    """Compare two reports of a domain: by fingerprint, then by what is said of which term, under NEW's names."""
    known = Counter(violation.fingerprint for violation in old if violation.fingerprint)
    left: list[Violation] = []
    for violation in new:
        if violation.fingerprint and known[violation.fingerprint]:
            known[violation.fingerprint] -= 1
        else:
            left.append(violation)
    rest = defaultdict[object, list[Violation]](list)
    for violation in old:
        if not violation.fingerprint or known[violation.fingerprint]:
            known[violation.fingerprint] -= 1
            rest[_identify(violation, names)].append(violation)
    come = []
    for violation in left:
        alike = rest.get(_identify(violation, {}))
        if alike:
            alike.pop()
        else:
            come.append(violation)
    gone = [violation for alike in rest.values() for violation in alike]
    return FindingChanges(tuple(sorted(come, key=_rank)), tuple(sorted(gone, key=_rank)))


def _identify(violation: Violation, names: Mapping[Term, Term]) -> object:
    parts = (violation.focus, violation.path, violation.value, violation.source)
    terms = [_IRI.sub(lambda match: names.get(match[0], match[0]), part) for part in parts]
    return (violation.code, violation.severity, *terms, violation.message)


def _rank(violation: Violation) -> tuple[object, ...]:
    return SEVERITIES.index(violation.severity), violation.sort_key


def flip_tests(old: State, new: State) -> Iterator[Flip]:
    """Yield worked examples that come out otherwise, and those taken out that would fail now."""
    before, after = _run(old.knowledge), _run(new.knowledge)
    removed = [test for name, test in _by_name(old).items() if name not in _by_name(new)]
    outcome = _run(replace(new.knowledge, domain=replace(new.knowledge.domain, rule_tests=tuple(removed))))
    first, second = _by_name(old), _by_name(new)
    for name, test in sorted(second.items()):
        past = before.get(name, "") if name in first else None
        present = after.get(name, "")
        if bool(past) == bool(present):
            continue
        told = "was not there" if past is None else "failed" if past else "passed"
        text = "" if present else past or ""
        yield Flip("test", name, text, told, "fails" if present else "passes", bool(present), present, test.location)
    for test in removed:
        if not before.get(test.name) and outcome.get(test.name):
            after_ = "was taken out, and would fail now"
            yield Flip("test", test.name, "", "passed", after_, True, outcome[test.name], test.location)


def _by_name(state: State) -> dict[str, RuleTest]:
    return {test.name: test for test in state.knowledge.domain.rule_tests}


def _run(knowledge: Knowledge) -> dict[str, str]:
    """Return what is wrong with each worked example that fails."""
    found: dict[str, str] = {}
    for violation in run_rule_tests(knowledge):
        found.setdefault(violation.focus, f"{violation.message} {violation.why}".strip())
    return found
