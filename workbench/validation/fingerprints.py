"""Which finding is which: a fingerprint that stays while other things in the project change.

A fingerprint is computed from what a finding is *about*, never from where it stands: its code, domain, focus, path,
value, source and the members of its conflicting set. Where these do not tell it apart, the facts and the sentence
count too, without places, numbers and the label of the focus, and for a finding about no particular term the file.
Otherwise identical findings are numbered in the order of the report. ``docs/report.md`` says what follows from this.
"""

from __future__ import annotations

import hashlib
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from workbench.model.report import Violation
from workbench.model.terms import Term, Triple, is_blank, is_iri

__all__ = ["FINGERPRINT_VERSION", "BlankNames", "add_fingerprints"]

FINGERPRINT_VERSION = 1
"""Rises when the same finding gets another fingerprint; SARIF names it, and baselines hold it."""

_LENGTH = 16
_MOST_DEEP = 12
_BLANK = re.compile(r"_:[A-Za-z0-9_@](?:[A-Za-z0-9_.·-]*[A-Za-z0-9_-])?")
# A place in a file, as messages cite one; then anything else that counts.
_PLACE = re.compile(r"\(?[^\s()“”\"']+\.[A-Za-z0-9]{1,12}:\d+(?::\d+)?\)?")
_NUMBER = re.compile(r"\d[\d.,]*")
_SPACE = re.compile(r"\s+")
_NOTHING = re.compile(r"((?!))")


class BlankNames:
    """Names blank nodes by what is said of them, since their labels are those of one reading of one file."""

    def __init__(self, triples: Iterable[Triple] = ()) -> None:
        self._triples = triples
        self._known: dict[tuple[Term, int], str] = {}

    @cached_property
    def _said(self) -> dict[Term, list[tuple[Term, Term]]]:
        """What is said of each blank node; most reports name none, and need no index."""
        said: dict[Term, list[tuple[Term, Term]]] = {}
        for subject, predicate, value in self._triples:
            if is_blank(subject):
                said.setdefault(subject, []).append((predicate, value))
        return said

    def name(self, term: Term) -> str:
        """Return a name that equal descriptions share, whatever the label of the blank node."""
        return self._describe(term, _MOST_DEEP)

    def replace_in(self, text: str) -> str:
        """Return a text with every blank node in it named so."""
        return _BLANK.sub(lambda match: self.name(match[0]), text) if "_:" in text else text

    def _describe(self, term: Term, depth: int) -> str:
        """Return a digest of what is said of a blank node, down to a depth, so that cycles end; others as they are."""
        if not is_blank(term):
            return term
        if depth == 0 or term not in self._said:
            return "_:"
        if (known := self._known.get((term, depth))) is None:
            said = sorted(f"{predicate} {self._describe(value, depth - 1)}" for predicate, value in self._said[term])
            known = self._known[term, depth] = f"_:{_digest(said)}"
        return known


def add_fingerprints(
    violations: Sequence[Violation],
    *,
    label: Callable[[Term], str] | None = None,
    blanks: Mapping[str, BlankNames] | None = None,
    labels: Mapping[str, Callable[[Term], str]] | None = None,
    unnamed: Sequence[str] = (),
) -> tuple[Violation, ...]:
    """Return the findings, in their order, each with its fingerprint; one that has a fingerprint keeps it.

    ``labels`` and ``blanks`` give, by domain, the label of a term and the names of blank nodes; ``label`` is for
    findings of any other domain. ``unnamed`` are the words, before a number, for what has no name. The order decides
    only among findings that are otherwise identical.
    """
    seen: Counter[str] = Counter()
    # A number stands for one of many things without a name: which one depends on how many there are.
    numbered = re.compile(rf"({'|'.join(map(re.escape, unnamed))}) \d+", re.IGNORECASE) if unnamed else _NOTHING
    found = []
    for violation in violations:
        if violation.fingerprint:
            found.append(violation)
            continue
        say = (labels or {}).get(violation.domain, label)
        key = _digest(_identify(violation, say, (blanks or {}).get(violation.domain) or BlankNames(), numbered), 64)
        found.append(replace(violation, fingerprint=_digest([key, str(seen[key])])))
        seen[key] += 1
    return tuple(found)


def _identify(
    violation: Violation, label: Callable[[Term], str] | None, blanks: BlankNames, numbered: re.Pattern[str]
) -> list[str]:
    """Return what makes a finding the one that it is."""
    terms = [violation.focus, violation.path, violation.value]
    parts = sorted(
        (part.kind, blanks.replace_in(part.name or numbered.sub(r"\1", part.text))) for part in violation.parts
    )
    says = [violation.code, violation.domain, *map(blanks.replace_in, (*terms, violation.source))]
    says += [f"{kind} {name}" for kind, name in parts]
    names = [label(term) for term in terms if label is not None and is_iri(term)]
    if not (violation.path or violation.value or violation.parts):
        says += sorted(_normalise(numbered.sub(r"\1", fact), (), blanks) for fact in violation.facts)
    is_known = violation.source and violation.focus and (violation.path or violation.value)
    if not (is_known or violation.parts):
        says.append(_NUMBER.sub("#", _normalise(violation.message, names, blanks)))
    if not violation.focus and violation.location is not None:
        says.append(violation.location.path)
    return says


def _normalise(text: str, names: Sequence[str], blanks: BlankNames) -> str:
    """Return a sentence without what other edits change: places, blank nodes, labels of what it is about."""
    text = blanks.replace_in(_PLACE.sub("", text))
    for position, name in sorted(enumerate(names), key=lambda entry: -len(entry[1])):
        if name.strip():
            text = re.sub(rf"(?<!\w){re.escape(name)}(?!\w)", f"‹{position}›", text)
    return _SPACE.sub(" ", text).strip()


def _digest(texts: Sequence[str], length: int = _LENGTH) -> str:
    # Lengths keep ["a", "bc"] apart from ["ab", "c"].
    joined = "".join(f"{len(text)}:{text}" for text in (str(FINGERPRINT_VERSION), *texts))
    return hashlib.sha256(joined.encode("utf-8", "surrogatepass")).hexdigest()[:length]
