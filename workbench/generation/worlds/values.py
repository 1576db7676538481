"""Values for fresh worlds: whole numbers that meet comparisons and stay within the project's ranges.

Every comparison narrows the bounds of the numbers in it, until nothing changes; then one number after the other is
drawn within its bounds, which narrows those of the others. For differences of two numbers (almost all comparisons of
rules) bounds that have settled are exact (they are shortest ways, as in Bellman and Ford), so a drawing never has to be
taken back; for longer sums it may be, and a world whose numbers do not come out is given up, never patched.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workbench.generation.keyed import KeyedRandom
from workbench.generation.worlds.linear import Linear

__all__ = ["NumberSystem"]

_MOST_STEPS = 50_000
_NEAR = 2
"""A near miss is at most this far from where a comparison turns."""
_Edge = tuple[int, int]


class NumberSystem:
    """Whole numbers by placeholder, each between two bounds, under linear comparisons."""

    def __init__(self, ranges: Mapping[int, tuple[int, int]]) -> None:
        self.low = {name: bounds[0] for name, bounds in ranges.items()}
        self.high = {name: bounds[1] for name, bounds in ranges.items()}
        # An edge (x, w) of y says x >= y + w: what rises with y, and the other way round what falls with x.
        self._rises: dict[int, list[_Edge]] = {name: [] for name in ranges}
        self._falls: dict[int, list[_Edge]] = {name: [] for name in ranges}
        self._sums: dict[int, list[Linear]] = {}
        self._unequal: list[Linear] = []
        self._steps = 0

    def add(self, comparisons: Iterable[Linear]) -> bool:
        """Add comparisons over these numbers; False when they cannot hold. ``!=`` is kept for the drawing."""
        risen: dict[int, None] = {}
        fallen: dict[int, None] = {}
        for linear in comparisons:
            if linear.operator == "!=":
                self._unequal.append(linear)
                continue
            sides = [(linear.terms, linear.constant)]
            if linear.operator == "=":
                sides.append((tuple((name, -factor) for name, factor in linear.terms), -linear.constant))
            if not all(self._add_least(terms, constant, risen, fallen) for terms, constant in sides):
                return False
        return self._settle(risen, fallen)

    def _add_least(
        self,
        terms: tuple[tuple[int, int], ...],
        constant: int,
        risen: dict[int, None],
        fallen: dict[int, None],
    ) -> bool:
        if len(terms) == 2 and terms[0][1] + terms[1][1] == 0 and abs(terms[0][1]) == 1:
            (above, factor), (below, _) = terms
            if factor < 0:
                above, below = below, above
            if self.low[above] + constant < self.high[below]:  # else it holds whatever is drawn
                self._rises[below].append((above, -constant))
                self._falls[above].append((below, -constant))
                risen[below] = fallen[above] = None
            return True
        if not terms:
            return constant >= 0
        linear = Linear(">=", terms, constant)
        if len(terms) > 1:
            for name, _ in terms:
                self._sums.setdefault(name, []).append(linear)
        return self._narrow(linear, risen, fallen)

    def is_decided(self, linear: Linear) -> bool:
        """Tell whether ``>=`` holds, or fails, whatever is drawn between the present bounds."""
        low, high = self.low, self.high
        least = linear.constant + sum(f * (low[name] if f > 0 else high[name]) for name, f in linear.terms)
        most = linear.constant + sum(f * (high[name] if f > 0 else low[name]) for name, f in linear.terms)
        return linear.operator == ">=" and (least >= 0 or most < 0)

    def try_to_add(self, comparisons: Sequence[Linear]) -> bool:
        """Add comparisons if they can hold beside the others; else change nothing and return False."""
        low, high = self.low.copy(), self.high.copy()
        names = {name for c in comparisons for name, _ in c.terms}
        tables: tuple[dict[int, list[_Edge]] | dict[int, list[Linear]], ...] = (self._rises, self._falls, self._sums)
        sizes = [{name: len(table.get(name, ())) for name in names} for table in tables]
        unequal = len(self._unequal)
        if self.add(comparisons):
            return True
        self.low, self.high = low, high
        for table, own in zip(tables, sizes, strict=True):
            for name, size in own.items():
                del table.get(name, [])[size:]
        del self._unequal[unequal:]
        return False

    def _settle(self, risen: Iterable[int], fallen: Iterable[int]) -> bool:
        """Follow risen lower and fallen upper bounds in rounds until nothing changes; False when two bounds cross."""
        low, high, rises, falls, sums = self.low, self.high, self._rises, self._falls, self._sums
        up, down = dict.fromkeys(risen), dict.fromkeys(fallen)
        while up or down:
            self._steps += len(up) + len(down)
            if self._steps > _MOST_STEPS:
                return False
            more_up: dict[int, None] = {}
            more_down: dict[int, None] = {}
            for name in up:
                bound = low[name]
                if bound > high[name]:
                    return False
                for other, more in rises[name]:
                    if bound + more > low[other]:
                        low[other] = bound + more
                        more_up[other] = None
            for name in down:
                bound = high[name]
                if bound < low[name]:
                    return False
                for other, more in falls[name]:
                    if bound - more < high[other]:
                        high[other] = bound - more
                        more_down[other] = None
            if sums:
                for linear in dict.fromkeys(linear for name in (*up, *down) for linear in sums.get(name, ())):
                    if not self._narrow(linear, more_up, more_down):
                        return False
            up, down = more_up, more_down
        return True

    def _narrow(self, linear: Linear, risen: dict[int, None], fallen: dict[int, None]) -> bool:
        low, high = self.low, self.high
        most = linear.constant
        for name, factor in linear.terms:
            most += factor * (high[name] if factor > 0 else low[name])
        if most < 0:
            return False
        for name, factor in linear.terms:
            # The others at their best leave this one so much room.
            if factor > 0:
                least = high[name] - most // factor
                if least > low[name]:
                    low[name] = least
                    risen[name] = None
            else:
                greatest = low[name] + most // -factor
                if greatest < high[name]:
                    high[name] = greatest
                    fallen[name] = None
        return True

    def draw(self, order: Sequence[int], random: KeyedRandom) -> dict[int, int] | None:
        """Draw all numbers in the given order; None when a drawing comes to nothing."""
        self._steps = 0
        start = self.low.copy(), self.high.copy()
        for name in order:
            low, high = self.low[name], self.high[name]
            if low < high:
                self.low[name] = self.high[name] = self._draw_one(name, low, high, start, random)
                if not self._settle([name], [name]):
                    return None
        values = dict(self.low)
        return values if all(linear.holds(values) for linear in self._unequal) else None

    def _draw_one(
        self, name: int, low: int, high: int, start: tuple[dict[int, int], dict[int, int]], random: KeyedRandom
    ) -> int:
        """Draw near a bound that numbers drawn before have set in two of four cases, else anywhere between."""
        way = random.draw_below(4)
        near = min(_NEAR, high - low)
        if way == 0 and low > start[0][name]:
            return low + random.draw_below(near + 1)
        if way == 1 and high < start[1][name]:
            return high - random.draw_below(near + 1)
        return random.draw_between(low, high)
