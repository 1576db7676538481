"""Lexicon: what things are called in one language.

Labels are ``rdfs:label``, phrases ``wb:phrase`` with the slots ``{subject}`` and ``{object}``. Where an author gave
none, a plain default is made from the name of the thing, so that any ontology can be read aloud.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from workbench.model.terms import RDFS_LABEL, WB, Term, Triple, get_local_name, is_iri, is_literal, split_literal
from workbench.wording.frames import FRAMES, Frames

__all__ = ["PHRASE", "Lexicon", "build_lexicon", "split_name"]

PHRASE = f"<{WB}phrase>"
_CAMEL = re.compile(r"(?<=[a-zäöüß0-9])(?=[A-ZÄÖÜ])|(?<=[A-ZÄÖÜ])(?=[A-ZÄÖÜ][a-zäöüß])")


@dataclass(frozen=True)
class Lexicon:
    """Labels of terms and phrases of classes and properties in one language, and the language's frames.

    A phrase of a property has ``{subject}`` and ``{object}`` once each, one of a class ``{subject}`` once.
    ``defaults`` are the keys whose phrase was made, not written by an author.
    """

    frames: Frames
    labels: Mapping[Term, str]
    phrases: Mapping[Term, str]
    defaults: frozenset[Term] = field(default=frozenset())

    @property
    def language(self) -> str:
        """The language tag."""
        return self.frames.language

    def get_label(self, term: Term) -> str:
        """Return the label of a term, or its name taken apart into words."""
        return self.labels.get(term) or split_name(get_local_name(term))

    def get_phrase(self, key: Term, *, is_class: bool) -> str:
        """Return the phrase of a property or class, or the default one."""
        return self.phrases.get(key) or _make_phrase(self.frames, self.get_label(key), is_class=is_class)

    def with_labels(self, labels: Mapping[Term, str]) -> Lexicon:
        """Return a lexicon with further labels."""
        return Lexicon(self.frames, {**self.labels, **labels}, self.phrases, self.defaults)


def split_name(name: str) -> str:
    """Take a name apart into words: ``isAncestorOf`` -> ``is ancestor of``, ``Ann_Smith`` -> ``Ann Smith``."""
    words = [word for part in re.split(r"[_\-\s]+", name) for word in _CAMEL.split(part) if word]
    if len(words) > 1 and "_" not in name:
        words = [word if word.isupper() and len(word) > 1 else word.lower() for word in words]
    return " ".join(words) or name


def _make_phrase(frames: Frames, name: str, *, is_class: bool) -> str:
    text = name.replace("{", "(").replace("}", ")")
    if not is_class:
        return frames.default_property.replace("{name}", text)
    article = "an" if text[:1].lower() in "aeiou" else "a"
    return frames.default_class.replace("{name}", text[:1].lower() + text[1:]).replace("{article}", article)


def build_lexicon(
    triples: Iterable[Triple], language: str, *, classes: Iterable[Term] = (), properties: Iterable[Term] = ()
) -> Lexicon:
    """Collect labels and phrases of ``language`` from triples; ``classes`` and ``properties`` get defaults.

    Of several labels or phrases in the language the first in order is taken; a label without language, then one of
    any other language, stands in for a missing one.
    """
    frames = FRAMES.get(language, FRAMES["en"])
    labels: dict[Term, tuple[int, str]] = {}
    phrases: dict[Term, str] = {}
    for subject, predicate, object_ in sorted(set(triples)):
        if not is_literal(object_) or not is_iri(subject):
            continue
        if predicate == RDFS_LABEL:
            text, _, tag = split_literal(object_)
            rank = 0 if tag.split("-")[0] == language else 1 if not tag else 2
            if text.strip() and (subject not in labels or rank < labels[subject][0]):
                labels[subject] = (rank, " ".join(text.split()))
        elif predicate == PHRASE:
            text, _, tag = split_literal(object_)
            if tag.split("-")[0] == language:
                phrases.setdefault(subject, " ".join(text.split()))
    lexicon = Lexicon(frames, {term: text for term, (_, text) in labels.items()}, phrases)
    made = {key: lexicon.get_phrase(key, is_class=True) for key in classes if key not in phrases}
    made |= {key: lexicon.get_phrase(key, is_class=False) for key in properties if key not in phrases}
    return Lexicon(frames, lexicon.labels, {**phrases, **made}, frozenset(made))
