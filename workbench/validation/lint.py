"""Lint: cheap checks over stated triples that need no reasoning, each finding at its line."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from difflib import get_close_matches
from functools import cached_property

from workbench.model.report import Location, Severity, Violation
from workbench.model.terms import (
    DCTERMS,
    OWL,
    RDF,
    RDF_TYPE,
    RDFS,
    RDFS_LABEL,
    SH,
    WB,
    XSD,
    Term,
    Triple,
    get_local_name,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
)

__all__ = ["PHRASE", "find_lint"]

PHRASE = f"<{WB}phrase>"
_CLASSES = (f"<{OWL}Class>", f"<{RDFS}Class>")
_OBJECT_PROPERTIES = tuple(
    f"<{OWL}{name}>"
    for name in (
        "ObjectProperty InverseFunctionalProperty TransitiveProperty SymmetricProperty AsymmetricProperty "
        "ReflexiveProperty IrreflexiveProperty"
    ).split()
)
_DATA_PROPERTIES = (f"<{OWL}DatatypeProperty>",)
_ANNOTATIONS = (f"<{OWL}AnnotationProperty>", f"<{OWL}OntologyProperty>")
_OTHER_PROPERTIES = (f"<{RDF}Property>", f"<{OWL}FunctionalProperty>")
_PROPERTIES = (*_OBJECT_PROPERTIES, *_DATA_PROPERTIES, *_ANNOTATIONS, *_OTHER_PROPERTIES)
_NAMED = f"<{OWL}NamedIndividual>"
_VOCABULARIES = tuple(
    f"<{namespace}"
    for namespace in (
        RDF,
        RDFS,
        OWL,
        XSD,
        SH,
        WB,
        DCTERMS,
        "http://purl.org/dc/elements/1.1/",
        "http://www.w3.org/2004/02/skos/core#",
        "http://www.w3.org/ns/prov#",
        "http://purl.org/vocab/vann/",
        "http://creativecommons.org/ns#",
        "http://www.w3.org/2003/11/swrl",
    )
)
"""Vocabularies that need no declaration in a project."""
_CLASS_PLACES = (f"<{RDFS}subClassOf>", f"<{OWL}equivalentClass>", f"<{OWL}disjointWith>")
_CLASS_VALUES = (f"<{RDFS}domain>", f"<{RDFS}range>")
_PROPERTY_PLACES = (f"<{RDFS}subPropertyOf>", f"<{OWL}inverseOf>", f"<{OWL}equivalentProperty>", f"<{OWL}onProperty>")
_SLOT = re.compile(r"\{([^{}]*)\}")
_RELATED = 5


def find_lint(
    triples: Sequence[Triple],
    *,
    languages: Sequence[str] = ("en",),
    locate: Callable[[Triple], Location | None] = lambda _: None,
    label: Callable[[Term], str] = get_local_name,
    domain: str = "",
) -> list[Violation]:
    """Return what is careless in the stated triples of a domain (ontology, assertions and wording together).

    Codes: ``wording.missing-label``, ``wording.shared-label``, ``wording.missing-phrase``,
    ``wording.phrase-slots``, ``wording.shared-phrase``, ``ontology.undeclared``, ``ontology.two-kinds``.
    ``languages`` are those of the project, the default first; ``locate`` gives the place of a stated triple.
    """
    linter = _Linter(triples, tuple(languages), locate, label, domain)
    checks = (
        linter.check_labels,
        linter.check_shared_labels,
        linter.check_missing_phrases,
        linter.check_phrase_slots,
        linter.check_shared_phrases,
        linter.check_declarations,
        linter.check_kinds,
    )
    return [violation for check in checks for violation in check()]


class _Linter:
    def __init__(
        self,
        triples: Iterable[Triple],
        languages: tuple[str, ...],
        locate: Callable[[Triple], Location | None],
        label: Callable[[Term], str],
        domain: str,
    ) -> None:
        self._triples = tuple(sorted(set(triples)))
        self._languages = languages
        self._locate = locate
        self._label = label
        self._domain = domain
        self._by_subject: dict[Term, list[Triple]] = {}
        for triple in self._triples:
            self._by_subject.setdefault(triple[0], []).append(triple)

    @cached_property
    def _types(self) -> dict[Term, frozenset[Term]]:
        found: dict[Term, set[Term]] = {}
        for subject, predicate, object_ in self._triples:
            if predicate == RDF_TYPE and is_iri(subject):
                found.setdefault(subject, set()).add(object_)
        return {subject: frozenset(types) for subject, types in found.items()}

    def _list_typed(self, kinds: Iterable[Term]) -> tuple[Term, ...]:
        wanted = frozenset(kinds)
        return tuple(term for term, types in self._types.items() if types & wanted)

    @cached_property
    def _classes(self) -> frozenset[Term]:
        return frozenset(self._list_typed(_CLASSES))

    @cached_property
    def _properties(self) -> frozenset[Term]:
        return frozenset(self._list_typed(_PROPERTIES))

    @cached_property
    def _individuals(self) -> tuple[Term, ...]:
        return tuple(
            term
            for term, types in self._types.items()
            if term not in self._classes
            and term not in self._properties
            and any(kind == _NAMED or not kind.startswith(_VOCABULARIES) for kind in types if is_iri(kind))
        )

    def _report(
        self,
        code: str,
        severity: Severity,
        message: str,
        triples: Iterable[Triple],
        *,
        focus: Term,
        fix: str = "",
        why: str = "",
    ) -> Violation:
        places = list(dict.fromkeys(p for triple in triples if (p := self._locate(triple)) is not None))
        first = places[0] if places else None
        related = tuple(places[1 : 1 + _RELATED])
        return Violation(code, severity, message, first, focus, why, fix, related=related, domain=self._domain)

    def _list_declarations(self, term: Term) -> list[Triple]:
        """Return the triples about a term, the one that says its kind first."""
        return sorted(self._by_subject.get(term, ()), key=lambda triple: (triple[1] != RDF_TYPE, triple))[:1]

    def _list_texts(self, predicate: Term) -> Iterator[tuple[Triple, str, str]]:
        for triple in self._triples:
            if triple[1] == predicate and is_literal(triple[2]):
                text, _, tag = split_literal(triple[2])
                yield triple, " ".join(text.split()), tag.split("-")[0]

    def check_labels(self) -> Iterator[Violation]:
        """Find terms that lack a label in a language of the project; one without a tag does for the default."""
        known: dict[Term, set[str]] = {}
        for (subject, _, _), text, tag in self._list_texts(RDFS_LABEL):
            if text:
                known.setdefault(subject, set()).add(tag or self._languages[0])
        groups: tuple[tuple[str, Iterable[Term], Severity], ...] = (
            ("class", sorted(self._classes), "warning"),
            ("property", sorted(self._properties - frozenset(self._list_typed(_ANNOTATIONS))), "warning"),
            ("individual", self._individuals, "info"),
        )
        for kind, terms, severity in groups:
            for term in terms:
                missing = [tag for tag in self._languages if tag.split("-")[0] not in known.get(term, ())]
                if missing and not term.startswith(_VOCABULARIES):
                    name = get_local_name(term)
                    yield self._report(
                        "wording.missing-label",
                        severity,
                        f"The {kind} “{name}” has no label in: {', '.join(missing)}.",
                        self._list_declarations(term),
                        focus=term,
                        fix=f'Add rdfs:label "…"@{missing[0]}.',
                        why="Sentences use the label; without one they use the technical name.",
                    )

    def check_shared_labels(self) -> Iterator[Violation]:
        """Find individuals that a reader cannot tell apart, having one label in one language."""
        individuals = frozenset(self._individuals)
        groups: dict[tuple[str, str], list[Triple]] = {}
        for triple, text, tag in self._list_texts(RDFS_LABEL):
            if triple[0] in individuals and text:
                groups.setdefault((tag, text), []).append(triple)
        for (_, text), triples in sorted(groups.items()):
            owners = sorted({triple[0] for triple in triples})
            if len(owners) > 1:
                names = ", ".join(get_local_name(owner) for owner in owners[:_RELATED])
                yield self._report(
                    "wording.shared-label",
                    "warning",
                    f"{len(owners)} individuals are called “{text}”, so a sentence about one is about any: {names}.",
                    triples,
                    focus=owners[0],
                    fix="Give each a label of its own.",
                )

    def check_missing_phrases(self) -> Iterator[Violation]:
        """Find properties without a phrase in a language of the project."""
        known: dict[Term, set[str]] = {}
        for (subject, _, _), _, tag in self._list_texts(PHRASE):
            known.setdefault(subject, set()).add(tag or self._languages[0])
        kinds = (*_OBJECT_PROPERTIES, *_DATA_PROPERTIES, *_OTHER_PROPERTIES)
        for term in self._list_typed(kinds):
            missing = [tag for tag in self._languages if tag.split("-")[0] not in known.get(term, ())]
            if missing and not term.startswith(_VOCABULARIES):
                name = self._label(term)
                yield self._report(
                    "wording.missing-phrase",
                    "info",
                    f"The property “{name}” has no phrase in: {', '.join(missing)}.",
                    self._list_declarations(term),
                    focus=term,
                    fix=f'Add wb:phrase "{{subject}} {name} {{object}}"@{missing[0]}, in natural words.',
                    why="Without a phrase, sentences with it are made from its label.",
                )

    def check_phrase_slots(self) -> Iterator[Violation]:
        """Find phrases that do not have each slot exactly once."""
        for triple, text, _ in self._list_texts(PHRASE):
            is_class = triple[0] in self._classes and triple[0] not in self._properties
            wanted = ["subject"] if is_class else ["object", "subject"]
            slots = _SLOT.findall(text)
            if sorted(slots) == wanted and "{" not in _SLOT.sub("", text) and "}" not in _SLOT.sub("", text):
                continue
            needed = " and ".join(f"{{{slot}}}" for slot in reversed(wanted))
            kind = "class" if is_class else "property"
            yield self._report(
                "wording.phrase-slots",
                "error",
                f"The phrase “{text}” of a {kind} must have {needed} exactly once and no other slot.",
                [triple],
                focus=triple[0],
                fix=f"Write {needed} where the names belong.",
            )

    def check_shared_phrases(self) -> Iterator[Violation]:
        """Find different predicates that are said in the same words."""
        groups: dict[tuple[str, str], list[Triple]] = {}
        for triple, text, tag in self._list_texts(PHRASE):
            groups.setdefault((tag, text), []).append(triple)
        for (_, text), triples in sorted(groups.items()):
            owners = sorted({triple[0] for triple in triples})
            if len(owners) > 1:
                names = ", ".join(get_local_name(owner) for owner in owners[:_RELATED])
                yield self._report(
                    "wording.shared-phrase",
                    "warning",
                    f"{len(owners)} different things are said with the one phrase “{text}”: {names}.",
                    triples,
                    focus=owners[0],
                    fix="Give each a phrase of its own, so that a sentence has one meaning.",
                )

    def _list_uses(self) -> Iterator[tuple[str, Term, Triple]]:
        for triple in self._triples:
            subject, predicate, object_ = triple
            if predicate == RDF_TYPE or predicate in _CLASS_VALUES:
                if is_iri(object_):
                    yield "class", object_, triple
            elif predicate in _CLASS_PLACES:
                yield from (("class", term, triple) for term in (subject, object_) if is_iri(term))
            elif predicate in _PROPERTY_PLACES:
                places = (object_,) if is_blank(subject) else (subject, object_)
                yield from (("property", term, triple) for term in places if is_iri(term))
            else:
                yield "property", predicate, triple

    def check_declarations(self) -> Iterator[Violation]:
        """Find classes and properties that are used and nowhere declared."""
        uses: dict[tuple[str, Term], list[Triple]] = {}
        for kind, term, triple in self._list_uses():
            declared = self._classes if kind == "class" else self._properties
            if term not in declared and not term.startswith(_VOCABULARIES):
                uses.setdefault((kind, term), []).append(triple)
        for (kind, term), triples in sorted(uses.items()):
            declared = self._classes if kind == "class" else self._properties
            names = sorted(get_local_name(known) for known in declared)
            close = get_close_matches(get_local_name(term), names, 1)
            wanted = "an owl:Class" if kind == "class" else "a property"
            yield self._report(
                "ontology.undeclared",
                "warning",
                f"The {kind} “{get_local_name(term)}” is used but not declared.",
                triples,
                focus=term,
                fix=f"Did you mean “{close[0]}”?" if close else f"Declare it as {wanted}.",
            )

    def check_kinds(self) -> Iterator[Violation]:
        """Find names declared as two kinds of thing that exclude each other."""
        kinds = (
            ("a class", _CLASSES),
            ("an object property", _OBJECT_PROPERTIES),
            ("a data property", _DATA_PROPERTIES),
        )
        for term, types in self._types.items():
            found = [(name, types & frozenset(members)) for name, members in kinds if types & frozenset(members)]
            if [name for name, _ in found] == ["a class"] and (plain := types & frozenset(_OTHER_PROPERTIES)):
                found.append(("a property", plain))
            if len(found) > 1:
                said = " and as ".join(name for name, _ in found)
                yield self._report(
                    "ontology.two-kinds",
                    "error",
                    f"“{get_local_name(term)}” is declared as {said}.",
                    [(term, RDF_TYPE, kind) for _, members in found for kind in sorted(members)],
                    focus=term,
                    fix="Keep one declaration and give the other thing its own name.",
                )
