"""Lexicon: what things are called in one language.

Labels are ``rdfs:label``, phrases ``wb:phrase`` (see ``phrases``). Where an author gave none, a plain default is made
from the name of the thing, so that any ontology can be read aloud. What a name becomes in a case is ``wb:form`` with
the case in its language tag (``"dem Thron"@de-x-dat``), or derived from label, ``wb:gender`` and ``wb:number`` where
that is certain; ``wb:article "definite"`` puts the article before a label that lacks it.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import NamedTuple

from workbench.model.terms import RDFS_LABEL, WB, Term, Triple, get_local_name, is_iri, is_literal, split_literal
from workbench.wording.declension import DECLENSIONS, add_article
from workbench.wording.defaults import make_phrase
from workbench.wording.frames import FRAMES, Frames
from workbench.wording.phrases import find_cases

__all__ = [
    "ARBITRARY",
    "ARTICLE",
    "FORM",
    "GENDER",
    "NUMBER",
    "PHRASE",
    "POSSESSIVE",
    "Lexicon",
    "build_lexicon",
    "split_name",
]

PHRASE = f"<{WB}phrase>"
FORM = f"<{WB}form>"
GENDER = f"<{WB}gender>"
NUMBER = f"<{WB}number>"
ARTICLE = f"<{WB}article>"
ARBITRARY = "urn:knowledge-workbench:any#"
"""The namespace of individuals of whom nothing is known but what a question supposes; their names are letters."""
POSSESSIVE = "'s"
"""The ending of a letter in the genitive."""
_ARBITRARY = f"<{ARBITRARY}"
_CAMEL = re.compile(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])|(?<=[A-ZÄÖÜ])(?=[A-ZÄÖÜ][a-zäöüß])")
_CASE = re.compile(r"-x-([a-z]+)\Z")


class _Traits(NamedTuple):
    """The gender and number of a label, and whether it wants an article; empty where nothing is said."""

    gender: str = ""
    number: str = ""
    article: str = ""


@dataclass(frozen=True)
class Lexicon:
    """Labels of terms and phrases of classes and properties in one language, and the language's frames.

    A phrase of a property has slots for subject and object once each, one of a class for the subject once.
    ``defaults`` are the keys whose phrase was made, not written by an author. ``forms`` are by case, for all cases that
    the phrases ask for, where they differ from the label; ``plurals`` are the terms whose label is a plural, and
    ``missing`` the terms, by case, whose form nobody gave and no rule tells for certain: the label stands in.
    """

    frames: Frames
    labels: Mapping[Term, str]
    phrases: Mapping[Term, str]
    defaults: frozenset[Term] = field(default=frozenset())
    forms: Mapping[str, Mapping[Term, str]] = field(default_factory=dict)
    plurals: frozenset[Term] = field(default=frozenset())
    missing: Mapping[str, frozenset[Term]] = field(default_factory=dict)

    @cached_property
    def said(self) -> dict[tuple[Term, Term, Term], str]:
        """Statements without variables as they were said, for whoever says them again."""
        return {}

    @property
    def language(self) -> str:
        """The language tag."""
        return self.frames.language

    @cached_property
    def operand_case(self) -> str:
        """The case of what something is said to be equal to, or different from; empty: as it is called."""
        case = dict(self.frames.tasks).get("operand case", "nom")
        return "" if case == "nom" else case

    def get_label(self, term: Term) -> str:
        """Return the label of a term, or its name taken apart into words."""
        return self.labels.get(term) or split_name(get_local_name(term))

    def get_form(self, term: Term, case: str) -> str:
        """Return what a term is called in a case; its label where that has no other form."""
        if term.startswith(_ARBITRARY) and case == "gen":
            return f"{self.get_label(term)}{POSSESSIVE}"
        return self.forms.get(case, {}).get(term) or self.get_label(term)

    def get_phrase(self, key: Term, *, is_class: bool) -> str:
        """Return the phrase of a property or class, or the default one."""
        return self.phrases.get(key) or make_phrase(self.frames, self.get_label(key), is_class=is_class)

    def with_labels(self, labels: Mapping[Term, str]) -> Lexicon:
        """Return a lexicon with further labels, and the forms of these that can be derived."""
        further = _inflect(self.language, self.list_cases(), labels, {}, {})
        return replace(
            self,
            labels={**self.labels, **labels},
            forms=_merge_forms(self.forms, further.forms, labels),
            plurals=self.plurals - labels.keys(),
            missing=_merge_missing(self.missing, further.missing, labels),
        )

    def keep_labels(self, terms: Iterable[Term]) -> Lexicon:
        """Return a lexicon with labels (made from the name where there is none) and forms of some terms only."""
        kept = frozenset(terms)
        return replace(
            self,
            labels={term: self.get_label(term) for term in sorted(kept)},
            forms={case: {t: text for t, text in forms.items() if t in kept} for case, forms in self.forms.items()},
            plurals=self.plurals & kept,
            missing={case: found & kept for case, found in self.missing.items()},
        )

    def list_cases(self) -> tuple[str, ...]:
        """Return the cases in which things are to be named, sorted."""
        asked = {case for phrase in self.phrases.values() for case in find_cases(phrase)}
        return tuple(sorted(asked | ({self.operand_case} if self.operand_case else set())))


def split_name(name: str) -> str:
    """Take a name apart into words: ``isAncestorOf`` -> ``is ancestor of``, ``Ann_Smith`` -> ``Ann Smith``."""
    words = [word for part in re.split(r"[_\-\s]+", name) for word in _CAMEL.split(part) if word]
    if len(words) > 1 and "_" not in name:
        words = [word if word.isupper() and len(word) > 1 else word.lower() for word in words]
    return " ".join(words) or name


class _Inflected(NamedTuple):
    forms: dict[str, dict[Term, str]]
    missing: dict[str, frozenset[Term]]


def _inflect(
    language: str,
    cases: Iterable[str],
    labels: Mapping[Term, str],
    given: Mapping[tuple[Term, str], str],
    traits: Mapping[Term, _Traits],
) -> _Inflected:
    """Return the forms of labels in the cases: as given, else as derived; and what is missing."""
    decline = DECLENSIONS.get(language)
    forms: dict[str, dict[Term, str]] = {}
    missing: dict[str, frozenset[Term]] = {}
    for case in cases:
        found: dict[Term, str] = {}
        unknown = []
        for term, label in labels.items():
            own = traits.get(term, _Traits())
            text = given.get((term, case)) or (decline(label, case, own.gender, own.number) if decline else None)
            if text is None:
                unknown.append(term)
            elif text != label:
                found[term] = text
        forms[case] = found
        missing[case] = frozenset(unknown)
    return _Inflected(forms, missing)


def _merge_forms(
    old: Mapping[str, Mapping[Term, str]], new: Mapping[str, Mapping[Term, str]], changed: Mapping[Term, str]
) -> dict[str, dict[Term, str]]:
    return {
        case: {t: text for t, text in old.get(case, {}).items() if t not in changed} | dict(forms)
        for case, forms in new.items()
    }


def _merge_missing(
    old: Mapping[str, frozenset[Term]], new: Mapping[str, frozenset[Term]], changed: Mapping[Term, str]
) -> dict[str, frozenset[Term]]:
    return {case: (old.get(case, frozenset()) - changed.keys()) | found for case, found in new.items()}


def _iterate_texts(triples: Iterable[Triple]) -> Iterator[tuple[Term, Term, str, str]]:
    """Yield subject, predicate, text with single blanks and language tag of what is said of names, in order."""
    for subject, predicate, object_ in sorted(set(triples)):
        if is_literal(object_) and is_iri(subject) and (predicate == RDFS_LABEL or predicate.startswith(f"<{WB}")):
            text, _, tag = split_literal(object_)
            yield subject, predicate, " ".join(text.split()), tag


def build_lexicon(
    triples: Iterable[Triple], language: str, *, classes: Iterable[Term] = (), properties: Iterable[Term] = ()
) -> Lexicon:
    """Collect labels, phrases and forms of ``language`` from triples; ``classes`` and ``properties`` get defaults.

    Of several labels or phrases in the language the first in order is taken; a label without language, then one of
    any other language, stands in for a missing one.
    """
    frames = FRAMES.get(language, FRAMES["en"])
    ranked: dict[Term, tuple[int, str]] = {}
    phrases: dict[Term, str] = {}
    given: dict[tuple[Term, str], str] = {}
    said: dict[Term, dict[Term, str]] = {GENDER: {}, NUMBER: {}, ARTICLE: {}}
    for subject, predicate, text, tag in _iterate_texts(triples):
        is_own = tag.split("-")[0] == language
        if predicate == RDFS_LABEL:
            rank = 0 if is_own else 1 if not tag else 2
            if text and (subject not in ranked or rank < ranked[subject][0]):
                ranked[subject] = (rank, text)
        elif predicate == PHRASE and is_own:
            phrases.setdefault(subject, text)
        elif predicate == FORM and is_own and (case := _CASE.search(tag)):
            given.setdefault((subject, case.group(1)), text)
        elif predicate in said and is_own:
            said[predicate].setdefault(subject, text)
    traits = {
        term: _Traits(*(said[what].get(term, "") for what in (GENDER, NUMBER, ARTICLE)))
        for term in {term: None for texts in said.values() for term in texts}
    }
    labels = {term: _put_article(language, text, traits.get(term)) for term, (_, text) in ranked.items()}
    plain = Lexicon(frames, labels, phrases)
    genders = {term: own.gender for term, own in traits.items()}
    made = {
        key: make_phrase(
            frames,
            plain.get_label(key),
            is_class=True,
            gender=genders.get(key, ""),
            many=given.get((key, "plural"), ""),
        )
        for key in classes
        if key not in phrases
    }
    made |= {k: make_phrase(frames, plain.get_label(k), is_class=False) for k in properties if k not in phrases}
    lexicon = replace(plain, phrases={**phrases, **made}, defaults=frozenset(made))
    inflected = _inflect(language, lexicon.list_cases(), labels, given, traits)
    plurals = frozenset(term for term, own in traits.items() if own.number == "plural")
    return replace(lexicon, forms=inflected.forms, missing=inflected.missing, plurals=plurals)


def _put_article(language: str, label: str, traits: _Traits | None) -> str:
    if traits is None or traits.article != "definite":
        return label
    return add_article(language, label, traits.gender, traits.number) or label
