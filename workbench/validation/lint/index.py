"""What is stated, looked through once: every check reads this index and none reads the triples again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property
from itertools import islice
from operator import lt
from typing import NamedTuple

from workbench.model.terms import (
    OWL,
    RDF,
    RDF_TYPE,
    RDFS_LABEL,
    XSD_BOOLEAN,
    Term,
    Triple,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
)
from workbench.validation.lint.vocabulary import (
    ANNOTATION_KINDS,
    CLASS_KINDS,
    DEPRECATED,
    ONTOLOGY,
    PROPERTY_KINDS,
    SUBCLASS,
    VOCABULARIES,
)

__all__ = ["Index", "Text"]

_NAMED = f"<{OWL}NamedIndividual>"
_FIRST, _REST, _NIL = (f"<{RDF}{name}>" for name in ("first", "rest", "nil"))


class Text(NamedTuple):
    """A text that is said of something: the triple, the text as it stands, its language tag (empty: none)."""

    triple: Triple
    text: str
    tag: str

    @property
    def plain(self) -> str:
        """The text with single blanks and none around it."""
        return " ".join(self.text.split())

    @property
    def language(self) -> str:
        """The tag without region."""
        return self.tag.split("-")[0]


class Index:
    """The triples of a domain, sorted and without repetition, by subject and by predicate, with what names are."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        triples = tuple(triples)
        in_order = all(map(lt, triples, islice(triples, 1, None)))
        self.triples = triples if in_order else tuple(sorted(set(triples)))
        self.by_subject: dict[Term, list[Triple]] = {}
        self.by_predicate: dict[Term, list[Triple]] = {}
        types: dict[Term, set[Term]] = {}
        for triple in self.triples:
            subject, predicate, object_ = triple
            self.by_subject.setdefault(subject, []).append(triple)
            self.by_predicate.setdefault(predicate, []).append(triple)
            if predicate == RDF_TYPE:
                types.setdefault(subject, set()).add(object_)
        self.types = {subject: frozenset(found) for subject, found in types.items()}

    def get(self, predicate: Term) -> list[Triple]:
        """Return the triples of a predicate, sorted."""
        return self.by_predicate.get(predicate, [])

    def list_typed(self, kinds: Iterable[Term]) -> tuple[Term, ...]:
        """Return the named things of any of these types, sorted."""
        wanted = frozenset(kinds)
        return tuple(term for term, types in self.types.items() if is_iri(term) and types & wanted)

    def group(self, predicate: Term) -> dict[Term, list[Term]]:
        """Return the values of a predicate by subject."""
        found: dict[Term, list[Term]] = {}
        for subject, _, value in self.get(predicate):
            found.setdefault(subject, []).append(value)
        return found

    def list_texts(self, predicate: Term) -> list[Text]:
        """Return the texts of a predicate, sorted by subject."""
        return [
            Text(triple, lexical, tag)
            for triple in self.get(predicate)
            if is_literal(triple[2])
            for lexical, _, tag in (split_literal(triple[2]),)
        ]

    def read_list(self, node: Term) -> Iterator[Term]:
        """Yield the members of an RDF list; one that is a circle ends where it closes."""
        seen: set[Term] = set()
        while node != _NIL and node not in seen:
            seen.add(node)
            rest = _NIL
            for _, predicate, value in self.by_subject.get(node, ()):
                if predicate == _FIRST:
                    yield value
                elif predicate == _REST:
                    rest = value
            node = rest

    def get_values(self, subject: Term, predicate: Term) -> list[Term]:
        """Return what is stated of a subject with a predicate."""
        return [triple[2] for triple in self.by_subject.get(subject, ()) if triple[1] == predicate]

    def describe(self, term: Term) -> list[Triple]:
        """Return the statement that says what a term is, else any about it: where a missing one is reported."""
        return sorted(self.by_subject.get(term, ()), key=lambda triple: (triple[1] != RDF_TYPE, triple))[:1]

    @cached_property
    def classes(self) -> frozenset[Term]:
        """The named classes that are declared."""
        return frozenset(self.list_typed(CLASS_KINDS))

    @cached_property
    def properties(self) -> frozenset[Term]:
        """The properties that are declared, annotation properties included."""
        return frozenset(self.list_typed(PROPERTY_KINDS))

    @cached_property
    def spoken_properties(self) -> tuple[Term, ...]:
        """The declared properties whose statements can be facts: all but annotation properties; sorted."""
        return tuple(sorted(self.properties - frozenset(self.list_typed(ANNOTATION_KINDS))))

    @cached_property
    def individuals(self) -> tuple[Term, ...]:
        """The named things that have a type and are neither class nor property."""
        return tuple(
            term
            for term, types in self.types.items()
            if is_iri(term)
            and term not in self.classes
            and term not in self.properties
            and any(kind == _NAMED or not kind.startswith(VOCABULARIES) for kind in types if is_iri(kind))
        )

    @cached_property
    def ontologies(self) -> tuple[Term, ...]:
        """What headers are about, blank nodes included; sorted."""
        return tuple(sorted(term for term, types in self.types.items() if ONTOLOGY in types))

    @cached_property
    def deprecated(self) -> frozenset[Term]:
        """What is marked as deprecated, with a true boolean."""
        true = {f'"true"^^{XSD_BOOLEAN}', f'"1"^^{XSD_BOOLEAN}'}
        return frozenset(subject for subject, _, value in self.get(DEPRECATED) if value in true)

    @cached_property
    def labels(self) -> tuple[Text, ...]:
        """All labels, sorted by subject."""
        return tuple(self.list_texts(RDFS_LABEL))

    @cached_property
    def parents(self) -> dict[Term, list[Term]]:
        """The named superclasses that are stated of each class, named or not."""
        return {
            term: named
            for term, values in self.group(SUBCLASS).items()
            if (named := [value for value in values if is_iri(value)])
        }

    def is_own(self, term: Term) -> bool:
        """Tell whether a name is one of the project's, not of a vocabulary that everybody has."""
        return is_iri(term) and not term.startswith(VOCABULARIES)

    def list_parts(self, node: Term) -> Iterator[Triple]:
        """Yield the triples about a node and about the blank nodes that it leads to."""
        waiting, seen = [node], {node}
        while waiting:
            for triple in self.by_subject.get(waiting.pop(), ()):
                yield triple
                if is_blank(triple[2]) and triple[2] not in seen:
                    seen.add(triple[2])
                    waiting.append(triple[2])
