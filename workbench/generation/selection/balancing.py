"""Balance within a level: rare rules get their items, and none fills a cell.

A balancer follows the selection: candidates come in their fixed order, and each is accepted or not by what was taken
before it, so the outcome depends on the candidates alone. Places are kept free for what is still below its number. When
nothing comes any more that would fill them they are released, and the account says what stayed below and why.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from workbench.generation.splits.features import ItemFeatures
from workbench.model.curriculum import Balance, Cell, Curriculum, Level
from workbench.model.report import Violation

__all__ = ["BalanceAccount", "Balancer", "Shortage", "Traits", "get_traits", "report_balance"]

_SAID = {"rules": "rule", "classes": "class", "properties": "property"}


class Traits(NamedTuple):
    """What a candidate can be balanced over: rules of its proofs, and classes and properties concluded or asked."""

    rules: frozenset[str] = frozenset()
    classes: frozenset[str] = frozenset()
    properties: frozenset[str] = frozenset()


def get_traits(features: ItemFeatures) -> Traits:
    """Return what of an item's features is balanced over."""
    return Traits(features.rules, features.classes, features.properties)


class Shortage(NamedTuple):
    """A rule (class, property) below its number: how many items have it, and how many candidates had."""

    name: str
    items: int
    offered: int


@dataclass(frozen=True, slots=True)
class BalanceAccount:
    """How one balance of a level came out: what stayed below ``each``, and the largest share of any cell."""

    balance: Balance
    below: tuple[Shortage, ...]
    largest: str
    largest_cell: Cell | None
    largest_share: float
    released: int

    def to_json(self) -> dict[str, object]:
        """Return the account as a JSON value."""
        return {
            "of": self.balance.of,
            "each": self.balance.each,
            "most": self.balance.most,
            "below": [one._asdict() for one in self.below],
            "largest": {"name": self.largest, "share": round(self.largest_share, 6)} if self.largest else None,
            "released": self.released,
        }


class Balancer:
    """Says which candidates of one level keep its balance.

    ``known`` lists by ``rules``, ``classes`` and ``properties`` what can occur at the level; what candidates bring
    besides is taken note of when it is first seen.
    """

    def __init__(self, level: Level, known: Mapping[str, Collection[str]] | None = None) -> None:
        self.level = level
        self._quotas: dict[Cell, int] = {(level.name, q.task, q.status): q.items for q in level.quotas}
        self._taken: Counter[Cell] = Counter()
        self._counts: dict[str, Counter[str]] = {balance.of: Counter() for balance in level.balance}
        self._by_cell: dict[str, Counter[tuple[Cell, str]]] = {balance.of: Counter() for balance in level.balance}
        self._offered: dict[str, Counter[str]] = {balance.of: Counter() for balance in level.balance}
        self._names: dict[str, dict[str, None]] = {
            balance.of: dict.fromkeys(sorted((known or {}).get(balance.of, ()))) for balance in level.balance
        }
        self._given_up: dict[str, set[str]] = {balance.of: set() for balance in level.balance}
        self._released: Counter[str] = Counter()

    @property
    def is_needed(self) -> bool:
        """Whether the level asks for any balance."""
        return bool(self.level.balance)

    def see(self, traits: Traits) -> None:
        """Count a candidate that is on offer; to be called once for each, before :meth:`accepts`."""
        for of, offered in self._offered.items():
            for name in sorted(getattr(traits, of)):
                offered[name] += 1
                self._names[of].setdefault(name)

    def accepts(self, cell: Cell, traits: Traits) -> str | None:
        """Return why a candidate must not be taken into a cell now; None when it may."""
        room = sum(self._quotas.values()) - self._taken.total()
        for balance in self.level.balance:
            names: frozenset[str] = getattr(traits, balance.of)
            most = max(1, int(balance.most * self._quotas.get(cell, 0)))
            if balance.most < 1 and any(self._by_cell[balance.of][cell, name] >= most for name in names):
                return f"a {_SAID[balance.of]} has its share of the cell"
            missing = self._count_missing(balance)
            if missing and not any(name in missing for name in names) and room <= sum(missing.values()):
                return f"places are kept for {balance.of} that are still missing"
        return None

    def _count_missing(self, balance: Balance) -> dict[str, int]:
        counts, given_up = self._counts[balance.of], self._given_up[balance.of]
        return {
            name: balance.each - counts[name]
            for name in self._names[balance.of]
            if counts[name] < balance.each and name not in given_up
        }

    def take(self, cell: Cell, traits: Traits) -> None:
        """Note that a candidate was taken into a cell."""
        self._taken[cell] += 1
        for of, counts in self._counts.items():
            for name in getattr(traits, of):
                counts[name] += 1
                self._by_cell[of][cell, name] += 1

    def release(self) -> bool:
        """Give the places that are kept free to others; returns whether there were any.

        To be called when a cell gets nothing more, before it is given up.
        """
        found = False
        for balance in self.level.balance:
            missing = self._count_missing(balance)
            if missing:
                found = True
                self._given_up[balance.of].update(missing)
                self._released[balance.of] += sum(missing.values())
        return found

    def describe(self) -> tuple[BalanceAccount, ...]:
        """Return how it came out, for each balance that the level asks for."""
        return tuple(self._describe(balance) for balance in self.level.balance)

    def _describe(self, balance: Balance) -> BalanceAccount:
        counts, offered = self._counts[balance.of], self._offered[balance.of]
        below = [
            Shortage(n, counts[n], offered[n]) for n in sorted(self._names[balance.of]) if counts[n] < balance.each
        ]
        shares = [
            (count / self._taken[cell], name, cell)
            for (cell, name), count in sorted(self._by_cell[balance.of].items())
            if self._taken[cell]
        ]
        share, name, cell = max(shares, key=lambda one: one[0], default=(0.0, "", None))
        return BalanceAccount(balance, tuple(below), name, cell, share, self._released[balance.of])


def report_balance(curriculum: Curriculum, level: Level, accounts: Sequence[BalanceAccount]) -> list[Violation]:
    """Return a finding for each balance that was not reached, as grave as the curriculum says of shortfalls."""
    found = []
    for account in accounts:
        if not account.below:
            continue
        word = _SAID[account.balance.of]
        listed = ", ".join(f"{one.name} ({one.items:,} of {one.offered:,} candidates)" for one in account.below[:10])
        more = f" and {len(account.below) - 10:,} more" if len(account.below) > 10 else ""
        reachable = sum(min(one.offered, account.balance.each) == account.balance.each for one in account.below)
        found.append(
            Violation(
                "curriculum.balance",
                curriculum.shortfall,
                f"The level {level.name} asks for {account.balance.each:,} items with every {word}, but these have "
                f"fewer: {listed}{more}.",
                account.balance.location or level.location,
                why=f"Of {reachable:,} of them there were candidates enough, but the level has no room for all."
                if reachable
                else "So many candidates had them, and further blocks held no more.",
                fix='Ask for fewer of each, widen the level\'s bounds, or weigh rules under "world".',
                domain=curriculum.domain,
            )
        )
    return found
