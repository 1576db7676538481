"""A data graph indexed for judging shapes: by predicate, both ways, and open to small changes."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Mapping, Sequence

from workbench.model.terms import RDF_TYPE, RDFS, XSD, Term, Triple, is_literal, make_literal, split_literal

__all__ = ["SUBCLASS", "Delta", "GraphIndex", "canonise_literal"]

SUBCLASS = f"<{RDFS}subClassOf>"
_NORMALISED, _TOKEN = f"<{XSD}normalizedString>", f"<{XSD}token>"
_NOTHING: Mapping[Term, list[Term]] = {}

Delta = Mapping[Term, Sequence[tuple[Term, Term]]]
"""Changed triples by predicate: subject and object of each."""


def canonise_literal(term: Term) -> Term:
    """Return the literal as pySHACL's store keeps it: tags in lower case, the white space of tokens collapsed."""
    lexical, datatype, language = split_literal(term)
    if language:
        return make_literal(lexical, language=language)
    if datatype in (_NORMALISED, _TOKEN):
        lexical = lexical.replace("\t", " ").replace("\n", " ").replace("\r", " ")
        if datatype == _TOKEN:
            lexical = " ".join(part for part in lexical.split(" ") if part)
        return make_literal(lexical, datatype)
    return term


class GraphIndex:
    """Triples by predicate and subject; the way from objects to subjects is indexed where it is asked for."""

    __slots__ = ("_backward", "_canonical", "_forward", "_lower", "is_exact")

    def __init__(self, triples: Iterable[Triple]) -> None:
        self._forward: dict[Term, dict[Term, list[Term]]] = {}
        self._backward: dict[Term, dict[Term, list[Term]]] = {}
        self._lower: dict[Term, frozenset[Term]] = {}
        self._canonical: dict[Term, Term] = {}
        self.is_exact = True
        """Whether every literal is kept as it was given; else two may have become one, and no change can be made."""
        forward = self._forward
        for subject, predicate, object_ in triples:
            if object_[0] == '"' and object_[-1] != '"' and (kept := self._canonise(object_)) != object_:
                object_, self.is_exact = kept, False
            try:
                forward[predicate][subject].append(object_)
            except KeyError:
                forward.setdefault(predicate, {}).setdefault(subject, []).append(object_)
        if not self.is_exact:
            for by_subject in forward.values():
                for subject, objects in by_subject.items():
                    by_subject[subject] = list(dict.fromkeys(objects))

    def _canonise(self, literal: Term) -> Term:
        known = self._canonical.get(literal)
        if known is None:
            known = self._canonical[literal] = canonise_literal(literal)
        return known

    def get_objects(self, subject: Term, predicate: Term) -> Sequence[Term]:
        """Return the objects of ``subject predicate ?``."""
        return self._forward.get(predicate, _NOTHING).get(subject, ())

    def get_subjects(self, predicate: Term, object_: Term) -> Sequence[Term]:
        """Return the subjects of ``? predicate object``."""
        return self.map_objects(predicate).get(object_, ())

    def map_subjects(self, predicate: Term) -> Mapping[Term, list[Term]]:
        """Return the objects of a predicate by subject."""
        return self._forward.get(predicate, _NOTHING)

    def map_objects(self, predicate: Term) -> Mapping[Term, list[Term]]:
        """Return the subjects of a predicate by object."""
        known = self._backward.get(predicate)
        if known is None:
            known = self._backward[predicate] = {}
            for subject, objects in self._forward.get(predicate, _NOTHING).items():
                for object_ in objects:
                    try:
                        known[object_].append(subject)
                    except KeyError:
                        known[object_] = [subject]
        return known

    def describe(self, subject: Term) -> Iterator[tuple[Term, Term]]:
        """Yield predicate and object of each triple about a subject."""
        for predicate, by_subject in self._forward.items():
            for object_ in by_subject.get(subject, ()):
                yield predicate, object_

    def list_lower(self, class_: Term) -> frozenset[Term]:
        """Return a class with all its subclasses in the graph (SHACL section 1.1: ``rdfs:subClassOf*``)."""
        known = self._lower.get(class_)
        if known is None:
            known = self._lower[class_] = frozenset(self._close({class_}, self.map_objects(SUBCLASS)))
        return known

    def list_upper(self, classes: Iterable[Term]) -> set[Term]:
        """Return classes with all their superclasses in the graph."""
        return self._close(set(classes), self.map_subjects(SUBCLASS))

    def _close(self, found: set[Term], next_: Mapping[Term, list[Term]]) -> set[Term]:
        queue = deque(found)
        while queue:
            for term in next_.get(queue.popleft(), ()):
                if term not in found:
                    found.add(term)
                    queue.append(term)
        return found

    def list_instances(self, classes: Iterable[Term]) -> set[Term]:
        """Return what has one of exactly these classes as a type."""
        by_class = self.map_objects(RDF_TYPE)
        return {subject for class_ in classes for subject in by_class.get(class_, ())}

    def list_types(self, node: Term) -> Sequence[Term]:
        """Return the types of a node."""
        return self._forward.get(RDF_TYPE, _NOTHING).get(node, ())

    def is_instance(self, node: Term, class_: Term) -> bool:
        """Tell whether a node that is no literal has the class, or a subclass of it, as a type."""
        types = self._forward.get(RDF_TYPE, _NOTHING).get(node)
        return types is not None and not is_literal(node) and not self.list_lower(class_).isdisjoint(types)

    def accepts(self, triples: Iterable[Triple]) -> bool:
        """Tell whether triples can be added or removed here as they are."""
        return self.is_exact and all(not is_literal(o) or self._canonise(o) == o for _, _, o in triples)

    def add(self, triples: Iterable[Triple]) -> list[Triple]:
        """Add triples that are accepted and return those that are new."""
        new: list[Triple] = []
        for triple in triples:
            subject, predicate, object_ = triple
            objects = self._forward.setdefault(predicate, {}).setdefault(subject, [])
            if object_ in objects:
                continue
            objects.append(object_)
            if (known := self._backward.get(predicate)) is not None:
                known.setdefault(object_, []).append(subject)
            new.append(triple)
        self._forget_classes(new)
        return new

    def remove(self, triples: Iterable[Triple]) -> list[Triple]:
        """Remove triples that are accepted and return those that were there."""
        gone: list[Triple] = []
        for triple in triples:
            subject, predicate, object_ = triple
            by_subject = self._forward.get(predicate, {})
            objects = by_subject.get(subject, [])
            if object_ not in objects:
                continue
            _drop(by_subject, subject, object_)
            if (known := self._backward.get(predicate)) is not None:
                _drop(known, object_, subject)
            gone.append(triple)
        self._forget_classes(gone)
        return gone

    def _forget_classes(self, changed: Iterable[Triple]) -> None:
        if any(predicate == SUBCLASS for _, predicate, _ in changed):
            self._lower.clear()


def _drop(lists: dict[Term, list[Term]], key: Term, member: Term) -> None:
    lists[key].remove(member)
    if not lists[key]:
        del lists[key]
