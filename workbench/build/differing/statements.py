"""Axioms, facts, shapes and words that one side states and the other does not."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import NamedTuple

from workbench.build.differing.renamed import State
from workbench.build.differing.units import Unit, Units, collect_units
from workbench.build.differing.values import Change, ChangeKind, Said
from workbench.build.differing.words import UnitTeller
from workbench.model.report import Location
from workbench.model.terms import SH, Term, Triple, is_literal, split_literal

__all__ = ["UNREAD", "StatementChanges", "compare_statements"]

_PATH = f"<{SH}path>"
UNREAD = ("turtle.", "xml.", "rdf.", "table.", "project.link", "project.pointer")
"""How the codes of findings begin that say that something could not be read."""
_MOST_LOCATED = 2_000
"""Places are looked up for so many statements of a side; those of the rest would take longer than they are worth."""


class StatementChanges(NamedTuple):
    """The changes, in order, and sentences on what could not be compared."""

    changes: tuple[Change, ...]
    notes: tuple[str, ...]


def compare_statements(old: State, new: State) -> StatementChanges:
    """Compare the ontologies and shapes of a domain; OLD has the names of NEW already."""
    changes: list[Change] = []
    notes: list[str] = []
    sides = (_Side(old, _list_unread(new)), _Side(new, _list_unread(old)))
    for are_shapes in (False, True):
        parts = [collect_units(side.list_triples(are_shapes)) for side in sides]
        gone = [unit for unit in parts[0].own if unit not in parts[1].own]
        come = [unit for unit in parts[1].own if unit not in parts[0].own]
        changes += _tell(sides, parts, gone, come, are_shapes)
        count = sum(part.unresolved for part in parts)
        if count:
            notes.append(
                f"{count} statement{'s' if count > 1 else ''} with blank nodes that are too much alike were compared "
                "by their labels; some may be told as removed and added though nothing changed."
            )
    return StatementChanges(tuple(sorted(changes, key=_order)), tuple(notes))


def _order(change: Change) -> tuple[str, str, str, str]:
    said = change.old or change.new
    return change.kind, change.name, change.action, said.formal if said else ""


def _list_unread(state: State) -> tuple[str, ...]:
    """Return the files in which something could not be read."""
    found = (v.location.path for v in state.domain.violations if v.location and v.code.startswith(UNREAD))
    return tuple(dict.fromkeys(found))


class _Side:
    """One side: its triples, what it calls them, and whether the other side can be trusted to lack them."""

    def __init__(self, state: State, unread_elsewhere: tuple[str, ...]) -> None:
        self.state = state
        self.teller = UnitTeller(state)
        self._unread = frozenset(unread_elsewhere)
        domain = state.domain
        kinds: tuple[tuple[ChangeKind, tuple[Triple, ...]], ...] = (
            ("wording", domain.annotations),
            ("fact", domain.assertions),
            ("axiom", domain.axioms),
        )
        self._kinds: dict[Triple, ChangeKind] = {triple: kind for kind, triples in kinds for triple in triples}
        self._located = 0
        self.paths = frozenset((*domain.sources.values(), *domain.shape_sources.values()))

    def list_triples(self, are_shapes: bool) -> tuple[Triple, ...]:
        """Return the triples of ontologies, or of shapes."""
        return self.state.domain.shapes if are_shapes else self.state.domain.triples

    def find_kind(self, triples: Iterable[Triple], are_shapes: bool) -> ChangeKind:
        """Return what a statement is; one that is partly an axiom is an axiom."""
        if are_shapes:
            return "shape"
        found = {self._kinds.get(triple, "axiom") for triple in triples}
        order: tuple[ChangeKind, ...] = ("axiom", "fact", "wording")
        return next(kind for kind in order if kind in found)

    def is_certain(self, triples: Iterable[Triple], other: _Side) -> bool:
        """Tell whether the other side has read the files that would hold a statement."""
        if not self._unread:
            return True
        domain = self.state.domain
        paths = {p for t in triples for p in (domain.sources.get(t), domain.shape_sources.get(t)) if p is not None}
        return bool(paths) and paths <= other.paths and paths.isdisjoint(self._unread)

    def tell(self, unit: Unit, triples: tuple[Triple, ...]) -> Said:
        """Return a statement in words, as Turtle, and its place."""
        root = triples[unit.triples.index(unit.root)]
        place: Location | None = None
        if self._located < _MOST_LOCATED:
            self._located += 1
            place = self.state.narrator.locate(root)
        return Said(self.teller.tell(unit, triples, root), self.teller.write(triples), place)


def _tell(
    sides: tuple[_Side, _Side], parts: list[Units], gone: list[Unit], come: list[Unit], are_shapes: bool
) -> Iterator[Change]:
    pairs = _pair(gone, come)
    for unit in gone:
        triples = parts[0].own[unit]
        kind, said = sides[0].find_kind(triples, are_shapes), sides[0].tell(unit, triples)
        other = pairs.get(unit)
        fact = triples[0] if kind == "fact" else None
        if other is None:
            certain = sides[0].is_certain(triples, sides[1])
            yield Change(kind, "removed", unit.root[0], said, None, certain, triple=fact)
            continue
        theirs = parts[1].own[other]
        new_kind = sides[1].find_kind(theirs, are_shapes)
        yield Change(new_kind, "changed", unit.root[0], said, sides[1].tell(other, theirs), triple=fact)
    paired = set(pairs.values())
    for unit in come:
        if unit not in paired:
            triples = parts[1].own[unit]
            certain = sides[1].is_certain(triples, sides[0])
            kind = sides[1].find_kind(triples, are_shapes)
            yield Change(kind, "added", unit.root[0], None, sides[1].tell(unit, triples), certain)


def _pair(gone: list[Unit], come: list[Unit]) -> dict[Unit, Unit]:
    """Pair what was said of something with what is said of it instead, where there is one of each."""
    found: dict[Unit, Unit] = {}
    for make_key in (_get_place, _get_subject_and_predicate):
        left = _find_single(make_key, (unit for unit in gone if unit not in found))
        taken = set(found.values())
        right = _find_single(make_key, (unit for unit in come if unit not in taken))
        found.update((unit, right[key]) for key, unit in left.items() if key in right)
    return found


def _find_single(make_key: Callable[[Unit], tuple[Term, ...] | None], units: Iterable[Unit]) -> Mapping[object, Unit]:
    by_key: dict[object, list[Unit]] = {}
    for unit in units:
        key = make_key(unit)
        if key is not None:
            by_key.setdefault(key, []).append(unit)
    return {key: found[0] for key, found in by_key.items() if len(found) == 1}


def _get_subject_and_predicate(unit: Unit) -> tuple[Term, ...] | None:
    """Subject and predicate, and of a text its language or datatype."""
    subject, predicate, value = unit.root
    if subject.startswith("_:"):
        return None
    _, datatype, language = split_literal(value) if is_literal(value) else ("", "", "")
    return subject, predicate, datatype, language


def _get_place(unit: Unit) -> tuple[Term, ...] | None:
    """The path of a property shape beside its owner."""
    paths = [value for _, predicate, value in unit.triples if predicate == _PATH]
    return (unit.root[0], unit.root[1], *paths) if len(paths) == 1 and unit.has_blanks else None
