"""Backward unfolding: from a goal and a number of hops to the stated facts of one proof tree.

A goal is replaced by the body of a rule that concludes it until only statable atoms are left. Which numbers of hops
each body atom can take is known from the plan, so an unfolding always ends with the number of hops asked for, unless
two of its atoms cannot be the same thing. Sharing facts afterwards can only shorten the proof; difficulty is
therefore measured on the finished item, never taken from here.

So that rare rules are taught, a proof is grown from a rule that is drawn among all that can take part in a proof of
so many hops: upwards to something that may be asked, then downwards to what may be stated. Everything is drawn by
rendezvous, so a rule that is added or taken away changes only the draws that it wins or won.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from workbench.generation.keyed import Codes, KeyedRandom, gather_codes, hash_number
from workbench.generation.worlds.plan import Plan, sum_masks
from workbench.generation.worlds.sketch import DeadEnd, Leaf, Sketch, Wanted
from workbench.generation.worlds.ways import Way, WayBook
from workbench.model.terms import Term

__all__ = ["Goal", "Unfolder"]

_MAX_DEPTH = 40
_MAX_LEAVES = 60
_COPIES = 4
"""A weight of 1 is so many marks in a rendezvous: the best of n marks wins n times as often as one alone."""
_MOST_COPIES = 1000


class Goal(NamedTuple):
    """A key to conclude in a number of hops, and the ways that are settled, from the top down.

    Each settled way comes with the place of the atom under which the next one stands, and that atom's hops; the
    last has place -1.
    """

    key: Term
    hops: int
    path: tuple[tuple[Way, int, int], ...]


@lru_cache(maxsize=4096)
def _code(*parts: str | int) -> int:
    return hash_number(*parts)


def _list_bits(mask: int) -> list[int]:
    return [n for n in range(mask.bit_length()) if mask >> n & 1]


class Unfolder:
    """Draws goals and unfolds them, for one plan.

    ``weights`` are those of rules by name, 1 where none is given; ``reach`` has the hops that keys can have, in place
    of the plan's.
    """

    def __init__(
        self,
        plan: Plan,
        book: WayBook,
        weights: Sequence[tuple[str, float]] = (),
        reach: Mapping[Term, int] | None = None,
    ) -> None:
        self.plan = plan
        self._reach = plan.reach if reach is None else reach
        self.book = book
        self._weights = dict(weights)
        self._assertable = frozenset(plan.assertable)
        self._queryable = frozenset(plan.queryable)
        self._copies = {way: self._count_copies(way) for ways in (*book.by_key.values(), book.against) for way in ways}
        self._by_key = {key: tuple(way for way in ways if self._copies[way]) for key, ways in book.by_key.items()}
        self._others = {
            (way, place): self._sum_others(way, place)
            for ways in (*self._by_key.values(), book.against)
            for way in ways
            for place in range(len(way.atoms))
        }
        self._bodies = {way: self._sum_others(way, -1) >> way.cost for way in self._copies}
        self._parents: dict[Term, list[tuple[Way, int]]] = {}
        for ways in self._by_key.values():
            for way in ways:
                for place, atom in enumerate(way.atoms):
                    self._parents.setdefault(atom.key, []).append((way, place))
        self._ways_up: dict[int, frozenset[tuple[Term, int]]] = {}
        self._fitting: dict[tuple[Term, int], tuple[list[Way], list[int]]] = {}
        self._shares: dict[tuple[Way, int, int], tuple[list[int], list[int]]] = {}
        self._drawable: dict[int, tuple[list[Way], Codes]] = {}
        self._steps: dict[tuple[Way, int, int, int], list[int]] = {}
        self._between: dict[tuple[int, int], tuple[list[Way], Codes]] = {}
        self._opposing: dict[int, tuple[list[Way], Codes]] = {}
        self._climbs: dict[tuple[Term, int, int], tuple[list[tuple[Way, int]], list[int]]] = {}

    def _count_copies(self, way: Way) -> int:
        weight = self._weights.get(way.rule)
        if weight is None:
            # Restatements come with every proof as it is; they are drawn for their own sake half as often.
            return _COPIES if way.cost else _COPIES // 2
        return min(_MOST_COPIES, max(1, round(weight * _COPIES))) if weight > 0 else 0

    def _sum_others(self, way: Way, place: int) -> int:
        total = 1 << way.cost
        for other, atom in enumerate(way.atoms):
            if other != place:
                total = sum_masks(total, self._reach.get(atom.key, 0))
        return total

    def _find_ways_up(self, hops: int) -> frozenset[tuple[Term, int]]:
        """Return the keys, each with its hops, on which a conclusion of ``hops`` hops may rest, itself included."""
        if hops not in self._ways_up:
            found = {(key, hops) for key in self._queryable if self._reach.get(key, 0) >> hops & 1}
            frontier = sorted(found)
            while frontier:
                below = {
                    (atom.key, own - extra)
                    for key, own in frontier
                    for way in self._by_key.get(key, ())
                    for place, atom in enumerate(way.atoms)
                    for extra in _list_bits(self._others[way, place])
                    if extra <= own and self._reach.get(atom.key, 0) >> (own - extra) & 1
                }
                frontier = sorted(below - found)
                found |= below
            self._ways_up[hops] = frozenset(found)
        return self._ways_up[hops]

    # ---- goals

    def draw_goal(self, hops: int, random: KeyedRandom) -> Goal:
        """Draw a rule that can take part in a proof of ``hops`` hops, and grow it upwards to something to ask for.

        Raises DeadEnd when no rule can, or when the way up goes round in circles.
        """
        ways, codes = self._find_drawable(hops)
        if not ways:
            raise DeadEnd
        return self._climb(ways[random.prefer(codes)], hops, random)

    def draw_goal_between(self, low: int, high: int, random: KeyedRandom) -> Goal:
        """Draw a rule first, and then hops between two bounds that a proof with it can have.

        So a rule comes as often as any other, also where few hops suit it; DeadEnd as for :meth:`draw_goal`.
        """
        if (low, high) not in self._between:
            ways = list(dict.fromkeys(way for hops in range(low, high + 1) for way in self._find_drawable(hops)[0]))
            pairs = [(way, _code(way.code, copy)) for way in ways for copy in range(self._copies[way])]
            self._between[low, high] = [way for way, _ in pairs], gather_codes([code for _, code in pairs])
        ways, codes = self._between[low, high]
        if not ways:
            raise DeadEnd
        way = ways[random.prefer(codes)]
        fitting = [hops for hops in range(low, high + 1) if self._list_own(way, hops)]
        return self._climb(way, fitting[random.prefer([_code("hops", n) for n in fitting])], random)

    def _find_drawable(self, hops: int) -> tuple[list[Way], Codes]:
        if hops not in self._drawable:
            self._drawable[hops] = self._list_drawable(hops)
        return self._drawable[hops]

    def list_drawable(self, hops: int) -> tuple[str, ...]:
        """Return the names of the rules that can take part in a proof of ``hops`` hops, sorted."""
        return tuple(sorted({way.rule for way in self._find_drawable(hops)[0]}))

    def _list_drawable(self, hops: int) -> tuple[list[Way], Codes]:
        ways: list[Way] = []
        codes: list[int] = []
        for key in sorted(self._by_key):
            for way in self._by_key[key]:
                if self._list_own(way, hops):
                    for copy in range(self._copies[way]):
                        ways.append(way)
                        codes.append(_code(way.code, copy))
        return ways, gather_codes(codes)

    def _list_own(self, way: Way, hops: int) -> list[int]:
        """Return the hops with which a way may end below, or be, a conclusion of ``hops`` hops."""
        cell = (way, -1, 0, hops)
        if cell not in self._steps:
            up, key = self._find_ways_up(hops), way.head.key
            self._steps[cell] = [n for n in _list_bits(self._bodies[way] << way.cost) if (key, n) in up]
        return self._steps[cell]

    def _list_extra(self, way: Way, place: int, lower: int, hops: int) -> list[int]:
        """Return the hops that a way may add above one of its atoms that has ``lower``."""
        cell = (way, place, lower, hops)
        if cell not in self._steps:
            up, key = self._find_ways_up(hops), way.head.key
            self._steps[cell] = [n for n in _list_bits(self._others[way, place]) if (key, lower + n) in up]
        return self._steps[cell]

    def _climb(self, way: Way, hops: int, random: KeyedRandom) -> Goal:
        own = self._list_own(way, hops)
        lower = own[random.prefer([_code("hops", n) for n in own])]
        path: list[tuple[Way, int, int]] = [(way, -1, 0)]
        key, visited = way.head.key, {way.head.key}
        while lower < hops or key not in self._queryable:
            found, codes = self._climbs.get((key, lower, hops)) or self._list_climbs(key, lower, hops)
            if not found:
                raise DeadEnd
            parent, place = found[random.prefer(codes)]
            extra = self._list_extra(parent, place, lower, hops)
            more = extra[random.prefer([_code("hops", n) for n in extra])]
            path.append((parent, place, lower))
            key, lower = parent.head.key, lower + more
            if more:
                visited = set()
            if key in visited:
                raise DeadEnd
            visited.add(key)
        return Goal(key, hops, tuple(reversed(path)))

    def _list_climbs(self, key: Term, lower: int, hops: int) -> tuple[list[tuple[Way, int]], list[int]]:
        found = [(way, place) for way, place in self._parents.get(key, ()) if self._list_extra(way, place, lower, hops)]
        codes = [_code(way.code, "place", place) for way, place in found]
        self._climbs[key, lower, hops] = found, codes
        return found, codes

    def draw_opposed(self, hops: int, random: KeyedRandom) -> tuple[Way, int]:
        """Draw an integrity rule, without one atom, whose body rests on ``hops`` hops; DeadEnd when there is none."""
        if hops not in self._opposing:
            ways = [
                (way, _code(way.code, copy))
                for way in self.book.against
                if self._bodies[way] >> hops & 1
                for copy in range(self._copies[way])
            ]
            self._opposing[hops] = [way for way, _ in ways], gather_codes([code for _, code in ways])
        ways_, codes = self._opposing[hops]
        if not ways_:
            raise DeadEnd
        return ways_[random.prefer(codes)], hops

    # ---- downwards

    def unfold(self, sketch: Sketch, goal: Goal, subject: int, object_: int, random: KeyedRandom) -> None:
        """Add to ``sketch`` the leaves of a proof tree of a goal about ``subject`` and ``object_``.

        Raises DeadEnd when this attempt fails.
        """
        self._unfold(sketch, goal.key, subject, object_, goal.hops, random, frozenset(), 0, goal.path)

    def unfold_body(
        self, sketch: Sketch, way: Way, subject: int, object_: int, hops: int, random: KeyedRandom
    ) -> list[Leaf]:
        """Add the leaves of proofs of a way's body, with ``hops`` hops together; return the body's atoms.

        Raises DeadEnd when this attempt fails.
        """
        return self._expand(sketch, way, subject, object_, hops, random, frozenset(), 0, ())

    def _unfold(
        self,
        sketch: Sketch,
        key: Term,
        subject: int,
        object_: int,
        hops: int,
        random: KeyedRandom,
        restated: frozenset[Term],
        depth: int,
        path: Sequence[tuple[Way, int, int]],
    ) -> None:
        if depth > _MAX_DEPTH or len(sketch.leaves) > _MAX_LEAVES:
            raise DeadEnd
        if path:
            way = path[0][0]
        elif hops == 0 and key in self._assertable:
            sketch.leaves.append((key, subject, object_))
            return
        else:
            ways, codes = self._fitting.get((key, hops)) or self._list_fitting(key, hops)
            if restated:
                open_ = [n for n, way in enumerate(ways) if way.cost or way.atoms[0].key not in restated]
                ways, codes = [ways[n] for n in open_], [codes[n] for n in open_]
            if not ways:
                raise DeadEnd
            way = ways[random.prefer(codes)]
        self._expand(sketch, way, subject, object_, hops - way.cost, random, restated, depth, path)

    def _list_fitting(self, key: Term, hops: int) -> tuple[list[Way], list[int]]:
        ways = [
            way for way in self._by_key.get(key, ()) if way.cost <= hops and self._bodies[way] >> (hops - way.cost) & 1
        ]
        found = self._fitting[key, hops] = ways, [way.code for way in ways]
        return found

    def _expand(
        self,
        sketch: Sketch,
        way: Way,
        subject: int,
        object_: int,
        hops: int,
        random: KeyedRandom,
        restated: frozenset[Term],
        depth: int,
        path: Sequence[tuple[Way, int, int]],
    ) -> list[Leaf]:
        terms: list[int | None] = [None] * way.variables
        for pattern, term in ((way.head.subject, subject), (way.head.object, object_)):
            if pattern < 0:
                sketch.unify(pattern, term)
            elif (known := terms[pattern]) is not None:
                if known != term:
                    sketch.unify(known, term)
            else:
                terms[pattern] = term
        fresh = iter(sketch.draw_placeholders(terms.count(None)))
        places = [next(fresh) if term is None else term for term in terms]
        for required in way.required:
            sketch.wanted.append(Wanted(required, tuple(places[number] for number in required.numbers)))
        place, lower = (path[0][1], path[0][2]) if path else (-1, 0)
        shares = self._share(way, hops, random, place, lower)
        # Only a run of restatements can go round in circles; a step that costs a hop begins a new run.
        run = restated | {way.head.key} if way.cost == 0 else frozenset()
        body = []
        for number, (atom, share) in enumerate(zip(way.atoms, shares, strict=True)):
            first = places[atom.subject] if atom.subject >= 0 else atom.subject
            second = places[atom.object] if atom.object >= 0 else atom.object
            below = path[1:] if number == place else ()
            self._unfold(sketch, atom.key, first, second, share, random, run, depth + 1, below)
            body.append((atom.key, first, second))
        return body

    def _share(self, way: Way, hops: int, random: KeyedRandom, place: int, lower: int) -> list[int]:
        """Draw how many hops each atom takes, so that all sums are reachable; the atom at ``place`` takes ``lower``."""
        if place >= 0:
            hops -= lower
        shares = []
        for index in range(len(way.atoms)):
            if index == place:
                shares.append(lower)
                continue
            options, codes = self._list_shares(way, index, hops, place)
            if not options:
                raise DeadEnd
            share = options[random.prefer(codes)] if len(options) > 1 else options[0]
            shares.append(share)
            hops -= share
        if hops:
            raise DeadEnd
        return shares

    def _list_shares(self, way: Way, index: int, hops: int, place: int) -> tuple[list[int], list[int]]:
        cell = (way, index * 64 + place, hops)
        if cell not in self._shares:
            rest = 1
            for later in range(index + 1, len(way.atoms)):
                if later != place:
                    rest = sum_masks(rest, self._reach.get(way.atoms[later].key, 0))
            mask = self._reach.get(way.atoms[index].key, 0)
            options = [n for n in range(hops + 1) if mask >> n & 1 and rest >> (hops - n) & 1]
            self._shares[cell] = options, [_code("hops", n) for n in options]
        return self._shares[cell]
