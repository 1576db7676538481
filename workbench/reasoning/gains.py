"""What overlays add to their worlds, laid out: new facts in order, derivations and new heights by number."""

from __future__ import annotations

from collections import defaultdict

import numpy as np

from workbench.model.terms import Triple
from workbench.reasoning.columns import BoolArray, IntArray, sort_distinct
from workbench.reasoning.derivations import Instance
from workbench.reasoning.extended_sheet import Gains
from workbench.reasoning.facts import FactTable
from workbench.reasoning.overlay import Found, Overlays
from workbench.reasoning.relation import RelationKey
from workbench.reasoning.sheets import Sheets

__all__ = ["GainTable", "News"]

_NOTHING: IntArray = np.empty(0, dtype=np.int64)


class News:
    """The new facts of overlays, by overlay and, within one, by their texts.

    Unordered they are numbered relation by relation, those of a relation from ``firsts`` on; ``owners`` are their
    overlays, ``order`` puts them in order, and those of overlay i then begin at ``starts[i]``.
    """

    def __init__(self, overlays: Overlays) -> None:
        self.keys = sorted(key for key, layer in overlays.layers.items() if layer.fresh.size)
        layers = [overlays.layers[key].fresh for key in self.keys]
        self.firsts = dict(zip(self.keys, np.cumsum([0, *(layer.size for layer in layers)]).tolist(), strict=False))
        self.owners = np.concatenate([_NOTHING, *(overlays.pairs.world_of[layer.subjects] for layer in layers)])
        heights = np.concatenate([_NOTHING, *(layer.get_heights(np.arange(layer.size)) for layer in layers)])
        self.order = self._sort(overlays)
        self.starts: IntArray = np.searchsorted(self.owners[self.order], np.arange(overlays.count + 1))
        self._bounds: list[int] = self.starts.tolist()
        self._heights: list[int] = heights[self.order].tolist()

    def _sort(self, overlays: Overlays) -> IntArray:
        """Return the order of the facts, and keep their triples."""
        terms, term_of, node_of = overlays.below.nodes.terms, overlays.below.nodes.term_of, overlays.pairs.node_of
        names: dict[str, int] = {}
        columns: tuple[list[IntArray], ...] = ([_NOTHING], [_NOTHING], [_NOTHING])
        for key in self.keys:
            fresh = overlays.layers[key].fresh
            named = [np.full(fresh.size, -1 - names.setdefault(name, len(names)), dtype=np.int64) for name in key]
            columns[0].append(term_of[node_of[fresh.subjects]])
            columns[1].append(named[0])
            columns[2].append(named[1] if fresh.is_class else term_of[node_of[fresh.objects]])
        numbers = [np.concatenate(parts) for parts in columns]
        distinct = sort_distinct(np.concatenate(numbers))
        texts = [*names]
        texts = [terms[number] if number >= 0 else texts[-1 - number] for number in distinct.tolist()]
        rank = {text: place for place, text in enumerate(sorted(set(texts)))}
        ranks = np.array([rank[text] for text in texts], dtype=np.int64)
        places = [np.searchsorted(distinct, column) for column in numbers]
        order = np.lexsort((ranks[places[2]], ranks[places[1]], ranks[places[0]], self.owners))
        decoded = np.array(texts, dtype=object)
        subjects, predicates, objects = (decoded[place[order]].tolist() for place in places)
        self._triples: list[Triple] = list(zip(subjects, predicates, objects, strict=True))
        return order

    def list_facts(self, overlay: int) -> list[Triple]:
        """Return the new facts of an overlay, sorted."""
        return self._triples[self._bounds[overlay] : self._bounds[overlay + 1]]

    def list_heights(self, overlay: int) -> list[int]:
        """Return the heights of the new facts of an overlay."""
        return self._heights[self._bounds[overlay] : self._bounds[overlay + 1]]


class GainTable:
    """Derivations and new heights by the numbers that facts have on the sheets of the worlds and after these."""

    def __init__(self, overlays: Overlays, news: News, sheets: Sheets, facts: FactTable) -> None:
        self._overlays, self._news, self._facts = overlays, news, facts
        self._starts_below = sheets.list_starts()[overlays.worlds]
        sizes = sheets.count_facts()[overlays.worlds]
        self._places = sheets.places
        self._falsities = sizes + np.diff(news.starts)
        owners = news.owners[news.order]
        self._numbers: IntArray = np.empty(len(owners), dtype=np.int64)
        self._numbers[news.order] = np.arange(len(owners)) - news.starts[owners] + sizes[owners]
        self._read_instances([part for part in overlays.found if len(part.overlays)])
        self._read_lowered()

    def _identify(self, key: RelationKey, rows: IntArray) -> IntArray:
        """The ids of facts by their rows: those below have theirs, new ones follow."""
        layer = self._overlays.layers.get(key)
        if layer is None:
            return rows + np.int64(self._facts.offsets[key])
        if not layer.size_below:
            return rows + np.int64(self._facts.size + self._news.firsts[key])
        below = self._facts.offsets[key]
        if not layer.fresh.size:
            return rows + np.int64(below)
        after = self._facts.size + self._news.firsts[key] - layer.size_below
        shifts: IntArray = np.where(rows < layer.size_below, below, after)
        return rows + shifts

    def _number(self, ids: IntArray, owners: IntArray) -> IntArray:
        """The numbers of facts on the sheets of their overlays."""
        numbers: IntArray = np.empty(len(ids), dtype=np.int64)
        is_new = ids >= self._facts.size
        new, old = np.flatnonzero(is_new), np.flatnonzero(~is_new)
        numbers[new] = self._numbers[ids[new] - self._facts.size]
        numbers[old] = self._places[ids[old]] - self._starts_below[owners[old]]
        return numbers

    def _identify_heads(self, parts: list[Found]) -> IntArray:
        """The ids of what instances conclude, -1 for *false*; part by part."""
        lows = np.cumsum([0, *(len(part.overlays) for part in parts)])
        ids: IntArray = np.full(int(lows[-1]), -1, dtype=np.int64)
        groups: dict[RelationKey, list[int]] = defaultdict(list)
        for number, part in enumerate(parts):
            if part.head is not None:
                groups[part.head.relation].append(number)
        below, pairs = self._overlays.below.relations, self._overlays.pairs
        for key in sorted(groups):
            chosen = [parts[number] for number in groups[key]]
            owners = np.concatenate([part.overlays for part in chosen])
            subjects = np.concatenate([part.subjects for part in chosen])
            objects = np.concatenate([part.objects for part in chosen])
            relation, layer = below.get(key), self._overlays.layers.get(key)
            rows: IntArray = np.full(len(owners), -1, dtype=np.int64)
            if relation is not None:
                rows = relation.find(relation.make_keys(subjects, objects))
            missing = np.flatnonzero(rows < 0)
            if len(missing) and layer is not None:
                first = pairs.find(owners[missing], subjects[missing])
                second = pairs.find(owners[missing], objects[missing])
                rows[missing] = layer.size_below + layer.fresh.find(layer.fresh.make_keys(first, second))
            places = np.concatenate([np.arange(lows[number], lows[number + 1]) for number in groups[key]])
            ids[places] = self._identify(key, rows)
        return ids

    def _read_instances(self, parts: list[Found]) -> None:
        owners = np.concatenate([_NOTHING, *(part.overlays for part in parts)])
        ids = self._identify_heads(parts)
        heads = self._falsities[owners]
        heads[ids >= 0] = self._number(ids[ids >= 0], owners[ids >= 0])
        sizes = [len(part.overlays) for part in parts]
        rules = np.repeat(np.array([part.plan.number for part in parts], dtype=np.int64), sizes)
        width = max((len(part.premises) for part in parts), default=0)
        premises: IntArray = np.full((len(owners), width), -1, dtype=np.int64)
        low = 0
        for part, size in zip(parts, sizes, strict=True):
            for column, (atom, rows) in enumerate(zip(part.plan.body.atoms, part.premises, strict=True)):
                premises[low : low + size, column] = self._identify(atom.relation, rows)
            low += size
        order = np.argsort(owners, kind="stable")
        owners, premises = owners[order], premises[order]
        filled: BoolArray = np.greater_equal(premises, 0)
        counts = np.count_nonzero(filled, axis=1)
        self._starts: list[int] = np.searchsorted(owners, np.arange(self._overlays.count + 1)).tolist()
        self._heads: list[int] = heads[order].tolist()
        self._rules: list[int] = rules[order].tolist()
        self._bounds: list[int] = np.append(0, np.cumsum(counts)).tolist()
        self._premises: list[int] = self._number(premises[filled], np.repeat(owners, counts)).tolist()

    def _read_lowered(self) -> None:
        self._lowered: dict[int, dict[int, int]] = {}
        self._shifted: dict[int, set[int]] = {}
        for key, owners, subjects, objects in self._overlays.shifted:
            relation = self._overlays.below.relations[key]
            ids = relation.find(relation.make_keys(subjects, objects)) + self._facts.offsets[key]
            for owner, number in zip(owners.tolist(), self._number(ids, owners).tolist(), strict=True):
                self._shifted.setdefault(owner, set()).add(number)
        for key, layer in self._overlays.layers.items():
            owners, rows, heights = layer.lowered
            if len(rows):
                numbers = self._number(rows + self._facts.offsets[key], owners)
                for owner, number, height in zip(owners.tolist(), numbers.tolist(), heights.tolist(), strict=True):
                    self._lowered.setdefault(owner, {})[number] = height

    def read(self, overlay: int) -> Gains:
        """Return what an overlay adds."""
        rows: dict[int, list[int]] = {}
        first, last = self._starts[overlay : overlay + 2]
        for row, head in enumerate(self._heads[first:last], first):
            if head in rows:
                rows[head].append(row)
            else:
                rows[head] = [row]
        shifted = self._shifted.get(overlay, set())
        return Gains(rows, self._lowered.get(overlay, {}), shifted, self._list_instances)

    def _list_instances(self, rows: list[int]) -> list[Instance]:
        """The instances in some rows, each once."""
        rules, bounds, premises = self._rules, self._bounds, self._premises
        found = [Instance(rules[row], tuple(premises[bounds[row] : bounds[row + 1]])) for row in rows]
        return found if len(found) < 2 else list(dict.fromkeys(found))
