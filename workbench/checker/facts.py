"""Facts in dictionaries: which terms stand at one end of a predicate, given what stands at the other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Triple, is_variable

__all__ = ["CheckError", "FactIndex", "get_key"]


class CheckError(ValueError):
    """Evidence was rejected, or rules or facts are such that nothing can be checked; the message says why."""


class FactIndex:
    """Triples, and by predicate: its pairs, the objects of each subject, the subjects of each object.

    Class membership is a predicate like any other. Equal indexes hold equal ``facts``; lists keep the order in which
    facts were added.
    """

    __slots__ = ("by_object", "by_subject", "facts", "pairs")

    def __init__(self, facts: Iterable[Triple] = ()) -> None:
        self.facts: set[Triple] = set()
        self.pairs: dict[str, list[tuple[str, str]]] = {}
        self.by_subject: dict[str, dict[str, list[str]]] = {}
        self.by_object: dict[str, dict[str, list[str]]] = {}
        for fact in facts:
            self.add(fact)

    def add(self, fact: Triple) -> bool:
        """Add a triple; tell whether it is new."""
        if fact in self.facts:
            return False
        self.facts.add(fact)
        subject, predicate, object_ = fact
        if predicate not in self.pairs:
            self.pairs[predicate], self.by_subject[predicate], self.by_object[predicate] = [], {}, {}
        self.pairs[predicate].append((subject, object_))
        self.by_subject[predicate].setdefault(subject, []).append(object_)
        self.by_object[predicate].setdefault(object_, []).append(subject)
        return True

    @contextmanager
    def lend(self, facts: Iterable[Triple]) -> Iterator[None]:
        """Hold further facts as long as the block lasts; meanwhile nothing else may be added."""
        added = [fact for fact in facts if self.add(fact)]
        try:
            yield
        finally:
            # What was added last stands last in every list.
            for fact in reversed(added):
                self.facts.discard(fact)
                subject, predicate, object_ = fact
                self.pairs[predicate].pop()
                self.by_subject[predicate][subject].pop()
                self.by_object[predicate][object_].pop()

    def copy(self) -> FactIndex:
        """Return an index of its own with the same facts in the same order."""
        other = FactIndex()
        other.facts = set(self.facts)
        other.pairs = {key: list(pairs) for key, pairs in self.pairs.items()}
        other.by_subject = {key: {a: list(b) for a, b in ends.items()} for key, ends in self.by_subject.items()}
        other.by_object = {key: {a: list(b) for a, b in ends.items()} for key, ends in self.by_object.items()}
        return other

    def has_any(self, atom: Atom) -> bool:
        """Tell whether there is any fact with the atom's class or property."""
        if atom.predicate == RDF_TYPE and not is_variable(atom.object):
            return bool(self.by_object.get(RDF_TYPE, {}).get(atom.object))
        return bool(self.pairs.get(atom.predicate))


def get_key(pattern: tuple[str, str, str]) -> str:
    """Return the class of a class atom or fact whose class is known, else the predicate."""
    return pattern[2] if pattern[1] == RDF_TYPE and not is_variable(pattern[2]) else pattern[1]
