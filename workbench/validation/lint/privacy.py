"""Personal data in a domain that is not marked as sensitive: values of living people that identify or reach them.

Careful on purpose: a value is taken for what it looks like only where its form leaves little doubt (a checksum, a fixed
pattern) or where the name of the property says so too. One finding for each property, whatever the number of values.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from datetime import date
from functools import cache

from workbench.model.report import Violation
from workbench.model.terms import (
    DCTERMS,
    RDF_TYPE,
    XSD_DATE,
    XSD_DATETIME,
    XSD_STRING,
    Term,
    Triple,
    get_iri_text,
    get_local_name,
    is_iri,
    is_literal,
    split_literal,
)
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.personal_values import describe_contact, describe_identifier, match_words
from workbench.validation.lint.vocabulary import DC, VOCABULARIES

__all__ = ["FINDERS"]

_OLDEST = 110
"""Whoever was born longer ago than so many years is taken to have died."""
_DAY = re.compile(r"(\d{4})-\d\d-\d\d(?:T|Z|[+-]|\Z)")
_TELLING = re.compile(r"@[^\"]*\"|[0-9][^\"]*\"|<(?:mailto|tel):")
"""What a text without it cannot be: an address or a number."""
_YEAR = re.compile(r"(1[89]\d\d|20\d\d)\Z")
_SAYS_BIRTH = match_words(r"\bborn\b", r"birth", r"geburt", r"geboren")
_SAYS_DEATH = match_words(r"\bdied\b", r"death", r"\bdead\b", r"deceased", r"gestorben", r"verstorben", r"\btod\b", r"todes")  # fmt: skip  # noqa: E501
_SAYS_PLACE = match_words(r"place", r"\bort\b", r"city", r"country")
_WORDS = re.compile(r"(?<=[a-zäöüß])(?=[A-ZÄÖÜ])|[_\-\s]+")


def _make_reader(lint: Linter) -> Callable[[Term], str]:
    @cache
    def read(predicate: Term) -> str:
        """Return the words of a property: its name taken apart, and its label."""
        return f"{' '.join(_WORDS.split(get_local_name(predicate)))} {lint.matter.label(predicate)}"

    return read


def _list_values(lint: Linter) -> Iterator[tuple[Triple, str, Term]]:
    """Yield statements with a value about something that is neither a word nor a header: triple, text, datatype."""
    index = lint.index
    apart = {*index.classes, *index.properties, *index.ontologies}
    for predicate, triples in index.by_predicate.items():
        if predicate == RDF_TYPE or predicate.startswith((*VOCABULARIES, f"<{DCTERMS}", f"<{DC}")):
            continue
        for triple in triples:
            if triple[0] in apart or not _TELLING.search(triple[2]):
                continue
            if is_literal(triple[2]):
                lexical, datatype, _ = split_literal(triple[2])
                yield triple, lexical.strip(), datatype
            elif is_iri(triple[2]) and triple[2].startswith(("<mailto:", "<tel:")):
                yield triple, get_iri_text(triple[2]), XSD_STRING


def _find_values(lint: Linter, code: str, describe: Callable[[str, str], str]) -> Iterator[Violation]:
    if lint.matter.sensitive:
        return
    read = _make_reader(lint)
    found: dict[tuple[Term, str], list[Triple]] = {}
    for triple, text, datatype in _list_values(lint):
        if len(text) < 6 or len(text) > 320 or datatype in (XSD_DATE, XSD_DATETIME):
            continue
        kind = describe(read(triple[1]), text)
        if kind:
            found.setdefault((triple[1], kind), []).append(triple)
    for (predicate, kind), triples in sorted(found.items()):
        yield _report(lint, code, predicate, triples, f"look{'s' if len(triples) == 1 else ''} like {kind}")


def _report(lint: Linter, code: str, predicate: Term, triples: list[Triple], looks: str) -> Violation:
    count = f"{len(triples)} values" if len(triples) > 1 else "A value"
    return lint.report(
        code,
        f"{count} of {lint.name(predicate)} {looks}, and the domain {lint.matter.domain} is not marked as sensitive.",
        triples,
        focus=predicate,
        path=predicate,
        fix="Take them out, or write 'sensitive: true' for the domain in workbench.yaml.",
        why="Training data made from this domain would hold them, and a model can repeat what it was trained on.",
        many=20,
    )


def _find_contacts(lint: Linter) -> Iterator[Violation]:
    yield from _find_values(lint, "privacy.contact", describe_contact)


def _find_identifiers(lint: Linter) -> Iterator[Violation]:
    yield from _find_values(lint, "privacy.identifier", describe_identifier)


def _find_births(lint: Linter) -> Iterator[Violation]:
    """Find dates of birth of those whose death is not stated and who may be alive; years alone only with ``strict``."""
    matter = lint.matter
    if matter.sensitive:
        return
    read = _make_reader(lint)
    births: dict[Term, list[Triple]] = {}
    dead: set[Term] = set()
    for predicate, triples in lint.index.by_predicate.items():
        words = read(predicate) if predicate != RDF_TYPE else ""
        if _SAYS_DEATH.search(words):
            dead.update(triple[0] for triple in triples)
        elif _SAYS_BIRTH.search(words) and not _SAYS_PLACE.search(words):
            births[predicate] = triples
    dead |= {t[0] for t in lint.index.get(RDF_TYPE) if is_iri(t[2]) and _SAYS_DEATH.search(read(t[2]))}
    apart = {*lint.index.classes, *lint.index.properties}
    for predicate, triples in sorted(births.items()):
        alive = [t for t in triples if t[0] not in dead and t[0] not in apart and _is_recent(lint, t[2], matter.today)]
        if alive:
            what = "says when a person was born" if len(alive) == 1 else "say when persons were born"
            yield _report(lint, "privacy.birth-date", predicate, alive, f"{what} who may be alive")


def _is_recent(lint: Linter, value: Term, today: date) -> bool:
    if not is_literal(value):
        return False
    lexical = split_literal(value)[0].strip()
    found = _DAY.match(lexical)
    if found is None and lint.matter.profile == "strict":
        found = _YEAR.match(lexical)
    return found is not None and today.year - _OLDEST <= int(found[1]) <= today.year


FINDERS: dict[str, Finder] = {
    "privacy.contact": _find_contacts,
    "privacy.identifier": _find_identifiers,
    "privacy.birth-date": _find_births,
}
