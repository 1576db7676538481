"""Facts in dictionaries, and atoms matched against them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Triple, is_variable

__all__ = ["Bindings", "CheckError", "FactIndex", "bind_atom", "get_key", "ground_atom"]

Bindings = dict[str, str]


class CheckError(ValueError):
    """Evidence was rejected, or rules or facts are such that nothing can be checked; the message says why."""


class FactIndex:
    """Triples by key, and those of properties by key together with subject or object."""

    __slots__ = ("by_key", "by_object", "by_subject", "facts")

    def __init__(self, facts: Iterable[Triple] = ()) -> None:
        self.facts: set[Triple] = set()
        self.by_key: dict[str, list[Triple]] = {}
        self.by_subject: dict[tuple[str, str], list[Triple]] = {}
        self.by_object: dict[tuple[str, str], list[Triple]] = {}
        for fact in facts:
            self.add(fact)

    def add(self, fact: Triple) -> bool:
        """Add a triple; tell whether it is new."""
        if fact in self.facts:
            return False
        self.facts.add(fact)
        subject, predicate, object_ = fact
        if predicate == RDF_TYPE:
            self.by_key.setdefault(object_, []).append(fact)
        else:
            self.by_key.setdefault(predicate, []).append(fact)
            self.by_subject.setdefault((predicate, subject), []).append(fact)
            self.by_object.setdefault((predicate, object_), []).append(fact)
        return True

    def match(self, atom: Atom, bindings: Mapping[str, str]) -> Iterator[Bindings]:
        """Yield ``bindings`` extended by what makes ``atom`` a fact."""
        subject = bindings.get(atom.subject, atom.subject)
        object_ = bindings.get(atom.object, atom.object)
        if not is_variable(subject) and not is_variable(object_):
            if (subject, atom.predicate, object_) in self.facts:
                yield dict(bindings)
            return
        pattern = Atom(subject, atom.predicate, object_)
        for fact in self._select(pattern):
            row = bind_atom(pattern, fact)
            if row is not None:
                yield {**bindings, **row}

    def _select(self, pattern: Atom) -> Iterable[Triple]:
        """Facts among which all those of a pattern are."""
        subject, predicate, object_ = pattern
        if predicate == RDF_TYPE:
            if is_variable(object_):
                return [fact for fact in self.facts if fact[1] == RDF_TYPE]
            return self.by_key.get(object_, ())
        if not is_variable(subject):
            return self.by_subject.get((predicate, subject), ())
        if not is_variable(object_):
            return self.by_object.get((predicate, object_), ())
        return self.by_key.get(predicate, ())


def get_key(pattern: tuple[str, str, str]) -> str:
    """Return the class of a class atom or fact whose class is known, else the predicate."""
    return pattern[2] if pattern[1] == RDF_TYPE and not is_variable(pattern[2]) else pattern[1]


def ground_atom(atom: Atom, bindings: Mapping[str, str]) -> Triple:
    """Return the triple that an atom becomes under bindings of all its variables."""
    subject, predicate, object_ = atom
    return (bindings.get(subject, subject), predicate, bindings.get(object_, object_))


def bind_atom(atom: Atom, fact: Triple) -> Bindings | None:
    """Return the bindings under which ``atom`` becomes ``fact``; None when there are none."""
    if atom.predicate != fact[1]:
        return None
    extended: Bindings = {}
    for pattern, term in ((atom[0], fact[0]), (atom[2], fact[2])):
        if not is_variable(pattern):
            if pattern != term:
                return None
        elif extended.setdefault(pattern, term) != term:
            return None
    return extended
