"""Extensions: the worlds of a batch, each with a statement added, answered from what differs.

The result is that of evaluating each world with its statement from scratch, negations judged against the world's own
closure in the batch; :mod:`workbench.reasoning.overlay` says how it is found.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from typing import Protocol

import numpy as np

from workbench.model.proofs import Proof, Step
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.reasoning.columns import BoolArray, IntArray, sort_distinct
from workbench.reasoning.derivations import Instance
from workbench.reasoning.extended_sheet import ExtendedSheet, Gains
from workbench.reasoning.facts import FactTable
from workbench.reasoning.overlay import Found, Overlays
from workbench.reasoning.relation import RelationKey
from workbench.reasoning.sheet import Sheet
from workbench.reasoning.sheets import Sheets

__all__ = ["Extension", "Scratch"]


class Scratch(Protocol):
    """Worlds evaluated from scratch, with their statements."""

    def get_sheet(self, world: int) -> Sheet:
        """Return the sheet of a world."""
        ...

    def find_inconsistent_worlds(self) -> BoolArray:
        """Tell for each world whether there is a contradiction."""
        ...


class Extension:
    """Worlds with a statement each, in the order of the statements. Facts are asked for as from a batch."""

    def __init__(
        self,
        overlays: Overlays,
        statements: Sequence[tuple[int, Triple]],
        sheets: Sheets,
        facts: FactTable,
        scratch: Scratch | None,
        inconsistent: BoolArray,
        hold: Callable[[], AbstractContextManager[object]],
    ) -> None:
        """``scratch`` has the worlds that ``overlays.lost`` marks; ``inconsistent`` are the worlds below that are."""
        self.statements = tuple(statements)
        self._overlays, self._base, self._facts = overlays, sheets, facts
        self._scratch, self._inconsistent, self._hold = scratch, inconsistent, hold
        self._again = dict(zip(np.flatnonzero(overlays.lost).tolist(), range(len(statements)), strict=False))
        self._sheets: dict[int, Sheet] = {}
        self._known: _Content | None = None

    @property
    def theory(self) -> Theory:
        """The theory that was applied."""
        return self._overlays.plan.theory

    @property
    def world_count(self) -> int:
        """How many statements, and so how many worlds, there are."""
        return len(self.statements)

    def find_inconsistent_worlds(self) -> BoolArray:
        """Tell for each world whether an integrity rule derives *false*."""
        overlays = self._overlays
        found: BoolArray = self._inconsistent[overlays.worlds]
        for part in overlays.found:
            if part.head is None:
                found[part.overlays] = True
        if self._scratch is not None:
            found[overlays.lost] = self._scratch.find_inconsistent_worlds()
        return found

    def list_new_facts(self, world: int) -> list[Triple]:
        """Return the facts that the world had not without its statement, sorted; the statement is one of them."""
        if world in self._again:
            known = self._base.get_sheet(self.statements[world][0]).numbers
            return [fact for fact in self.get_sheet(world).list_sorted() if fact not in known]
        content = self._content
        return content.triples[content.starts[world] : content.starts[world + 1]]

    def list_facts(self, world: int, *, stated: bool | None = None) -> list[Triple]:
        """Return the facts of a world, sorted; only the stated or only the derived ones if asked."""
        sheet = self.get_sheet(world)
        if stated is None:
            return sheet.list_sorted()
        bits = sheet.stated_bits
        return sorted(f for n, f in enumerate(sheet.facts) if bool(bits >> n & 1) == stated)

    def is_entailed(self, world: int, triple: Triple) -> bool:
        """Tell whether a triple is in the closure of a world."""
        return self.get_sheet(world).find(triple) is not None

    def get_height(self, world: int, triple: Triple) -> int | None:
        """Return the least height of a proof, 0 for a stated fact, None when the triple is not in the closure."""
        sheet = self.get_sheet(world)
        number = sheet.find(triple)
        return None if number is None else sheet.get_height(number)

    def derivations(self, world: int, triple: Triple) -> list[Step]:
        """Return all steps that conclude a fact (or :data:`FALSE`), in canonical order."""
        return self.get_sheet(world).derivations(triple)

    def proof(self, world: int, triple: Triple) -> Proof | None:
        """Return the canonical minimal proof (see :mod:`workbench.reasoning.minimal`), None when there is none."""
        return self.get_sheet(world).proof(triple)

    def get_sheet(self, world: int) -> Sheet:
        """Return the sheet of a world. New facts have the numbers after those of the world as it was."""
        sheet = self._sheets.get(world)
        if sheet is None:
            with self._hold():
                sheet = self._sheets[world] = self._make_sheet(world)
        return sheet

    def _make_sheet(self, world: int) -> Sheet:
        if self._scratch is not None and world in self._again:
            return self._scratch.get_sheet(self._again[world])
        below, statement = self.statements[world]
        return ExtendedSheet(self._overlays.plan, self._base.get_sheet(below), statement, self._content.read(world))

    @property
    def _content(self) -> _Content:
        if self._known is None:
            with self._hold():
                self._known = _Content(self._overlays, self._base, self._facts)
        return self._known


class _Content:
    """What overlays add, laid out: new facts in order, derivations and new heights by the numbers on the sheets.

    The new facts of overlay i are ``triples[starts[i]:starts[i + 1]]``.
    """

    def __init__(self, overlays: Overlays, sheets: Sheets, facts: FactTable) -> None:
        self._overlays, self._sheets, self._facts = overlays, sheets, facts
        keys = sorted(key for key, layer in overlays.layers.items() if layer.fresh.size)
        sizes = [overlays.layers[key].fresh.size for key in keys]
        self._firsts = dict(zip(keys, np.cumsum([0, *sizes]).tolist(), strict=False))
        owners, order = self._sort(keys)
        self._owners = owners
        starts = np.searchsorted(owners[order], np.arange(overlays.count + 1))
        self.starts: list[int] = starts.tolist()
        self._sizes = sheets.count_facts()[overlays.worlds]
        numbers: IntArray = np.empty(len(order), dtype=np.int64)
        numbers[order] = np.arange(len(order)) - starts[owners[order]] + self._sizes[owners[order]]
        self._numbers = numbers
        self._falsities = self._sizes + np.diff(starts)
        self._heights: list[int] = self._list_heights(keys)[order].tolist()
        self._read_instances()
        self._read_lowered()

    def _sort(self, keys: list[RelationKey]) -> tuple[IntArray, IntArray]:
        """The overlays of new facts, relation by relation, and their order by overlay and text; fills ``triples``."""
        overlays = self._overlays
        term_of, terms, node_of = overlays.below.nodes.term_of, overlays.below.nodes.terms, overlays.pairs.node_of
        owners, subjects, objects, predicates = [], [], [], []
        names: dict[str, int] = {}
        for key in keys:
            fresh = overlays.layers[key].fresh
            owners.append(overlays.pairs.world_of[fresh.subjects])
            subjects.append(term_of[node_of[fresh.subjects]])
            predicates.append(np.full(fresh.size, -1 - names.setdefault(key[0], len(names)), dtype=np.int64))
            if fresh.is_class:
                objects.append(np.full(fresh.size, -1 - names.setdefault(key[1], len(names)), dtype=np.int64))
            else:
                objects.append(term_of[node_of[fresh.objects]])
        nothing: list[IntArray] = [np.empty(0, dtype=np.int64)]
        columns = [np.concatenate(parts or nothing) for parts in (subjects, predicates, objects)]
        distinct = sort_distinct(np.concatenate(columns))
        named = list(names)
        texts = [terms[number] if number >= 0 else named[-1 - number] for number in distinct.tolist()]
        rank = {text: place for place, text in enumerate(sorted(set(texts)))}
        ranks = np.array([rank[text] for text in texts], dtype=np.int64)
        places = [np.searchsorted(distinct, column) for column in columns]
        all_owners = np.concatenate(owners or nothing)
        order = np.lexsort((*(ranks[place] for place in reversed(places)), all_owners))
        parts = np.array(texts, dtype=object)
        self.triples: list[Triple] = list(zip(*(parts[place[order]].tolist() for place in places), strict=True))
        return all_owners, order

    def _list_heights(self, keys: list[RelationKey]) -> IntArray:
        parts = [layer.get_heights(np.arange(layer.size)) for layer in (self._overlays.layers[k].fresh for k in keys)]
        return np.concatenate([*parts, np.empty(0, dtype=np.int64)])

    def _number(self, key: RelationKey, owners: IntArray, rows: IntArray) -> IntArray:
        """The numbers on the sheets of facts by their rows."""
        layer = self._overlays.layers.get(key)
        below = layer.size_below if layer is not None else self._overlays.below.get_size(key)
        numbers: IntArray = np.empty(len(rows), dtype=np.int64)
        old = rows < below
        numbers[~old] = self._numbers[rows[~old] - below + self._firsts.get(key, 0)]
        if old.any():
            ids = rows[old] + self._facts.offsets[key]
            numbers[old] = self._sheets.number_facts(self._overlays.worlds[owners[old]], ids)
        return numbers

    def _number_heads(self, part: Found) -> IntArray:
        if part.head is None:
            return self._falsities[part.overlays]
        layer, pairs = self._overlays.layers.get(part.head.relation), self._overlays.pairs
        rows = part.below.copy()
        missing = np.flatnonzero(rows < 0)
        if len(missing) and layer is not None:
            subjects = pairs.find(part.overlays[missing], part.subjects[missing])
            objects = pairs.find(part.overlays[missing], part.objects[missing])
            rows[missing] = layer.size_below + layer.fresh.find(layer.fresh.make_keys(subjects, objects))
        return self._number(part.head.relation, part.overlays, rows)

    def _read_instances(self) -> None:
        parts = [part for part in self._overlays.found if len(part.overlays)]
        nothing: list[IntArray] = [np.empty(0, dtype=np.int64)]
        owners = np.concatenate([part.overlays for part in parts] or nothing)
        heads = np.concatenate([self._number_heads(part) for part in parts] or nothing)
        rules = np.repeat([part.plan.number for part in parts], [len(part.overlays) for part in parts]).astype(np.int64)
        width = max((len(part.premises) for part in parts), default=0)
        premises: IntArray = np.full((len(owners), width), -1, dtype=np.int64)
        low = 0
        for part in parts:
            high = low + len(part.overlays)
            for column, (atom, rows) in enumerate(zip(part.plan.body.atoms, part.premises, strict=True)):
                premises[low:high, column] = self._number(atom.relation, part.overlays, rows)
            low = high
        order = np.argsort(owners, kind="stable")
        self._instance_starts: list[int] = np.searchsorted(owners[order], np.arange(self._overlays.count + 1)).tolist()
        self._heads: list[int] = heads[order].tolist()
        self._rules: list[int] = rules[order].tolist()
        self._premises: list[list[int]] = premises[order].tolist()

    def _read_lowered(self) -> None:
        self._lowered: dict[int, dict[int, int]] = {}
        for key, layer in self._overlays.layers.items():
            owners, rows, heights = layer.lowered
            numbers = self._number(key, owners, rows)
            for owner, number, height in zip(owners.tolist(), numbers.tolist(), heights.tolist(), strict=True):
                self._lowered.setdefault(owner, {})[number] = height

    def read(self, world: int) -> Gains:
        """Return what one overlay adds."""
        low, high = self.starts[world : world + 2]
        first, last = self._instance_starts[world : world + 2]
        instances: dict[int, dict[Instance, None]] = {}
        plans = self._overlays.plan.rules
        rows = zip(self._heads[first:last], self._rules[first:last], self._premises[first:last], strict=True)
        for head, rule, premises in rows:
            instance = Instance(rule, tuple(premises[: len(plans[rule].body.atoms)]))
            instances.setdefault(head, {})[instance] = None
        return Gains(
            self.triples[low:high],
            self._heights[low:high],
            {head: list(found) for head, found in instances.items()},
            self._lowered.get(world, {}),
        )
