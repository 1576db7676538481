"""Numbers that may be changed and what is demanded of them, as values that :mod:`least_change` solves."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from typing import Literal

__all__ = ["Amount", "Combined", "Demand", "Quantity", "Relation", "Share", "iterate_names"]


@dataclass(frozen=True, slots=True)
class Quantity:
    """A stated number: ``value`` and its bounds are whole multiples of ``unit``, and so is whatever takes its place."""

    name: str
    value: Fraction
    unit: Fraction = Fraction(1)
    low: Fraction | None = None
    high: Fraction | None = None


@dataclass(frozen=True, slots=True)
class Share:
    """What one way to make a total's body true adds: its value, where all ``conditions`` hold."""

    value: Amount
    conditions: tuple[Relation, ...] = ()


@dataclass(frozen=True, slots=True)
class Combined:
    """A value made of others.

    ``+ - * /`` have two ``parts`` without conditions. ``sum``, ``average``, ``min`` and ``max`` are over parts; ``any``
    is 1 where the conditions of one of its parts hold, else 0.
    """

    operator: Literal["+", "-", "*", "/", "sum", "average", "min", "max", "any"]
    parts: tuple[Share, ...]


Amount = Fraction | str | Combined
"""A constant, the name of a quantity, or what is made of such."""


@dataclass(frozen=True, slots=True)
class Relation:
    """``left operator right``; false where a side has no value (a division by zero, the least of nothing)."""

    operator: str
    left: Amount
    right: Amount


@dataclass(frozen=True, slots=True)
class Demand:
    """Not all ``relations`` may hold together; ``key`` names what demands it."""

    key: tuple[str, ...]
    relations: tuple[Relation, ...]


def iterate_names(amount: Amount | Relation | Demand) -> Iterator[str]:
    """Yield the names of the quantities that an amount, relation or demand mentions, with repetitions."""
    if isinstance(amount, str):
        yield amount
    elif isinstance(amount, Combined):
        for part in amount.parts:
            yield from iterate_names(part.value)
            for condition in part.conditions:
                yield from iterate_names(condition)
    elif isinstance(amount, Relation):
        yield from iterate_names(amount.left)
        yield from iterate_names(amount.right)
    elif isinstance(amount, Demand):
        for relation in amount.relations:
            yield from iterate_names(relation)
