"""What the functions over numbers and truth values do, exactly; None where there is no value."""

from __future__ import annotations

from fractions import Fraction
from math import ceil, floor, trunc

__all__ = [
    "add",
    "add_all",
    "compute_rest",
    "divide",
    "divide_whole",
    "keep",
    "multiply",
    "negate",
    "negate_truth",
    "raise_power",
    "round_down",
    "round_half_even",
    "round_half_up",
    "round_up",
    "subtract",
]

_POWER_BITS = 14_000
"""A power whose parts would be longer is not computed; literals have 1000 digits before and after the point."""
_PLACES = 1000


def add(first: Fraction, second: Fraction) -> Fraction:
    """Return the sum."""
    return first + second


def add_all(first: Fraction, *others: Fraction) -> Fraction:
    """Return the sum of all."""
    return sum(others, first)


def subtract(first: Fraction, second: Fraction) -> Fraction:
    """Return the difference."""
    return first - second


def multiply(first: Fraction, second: Fraction) -> Fraction:
    """Return the product."""
    return first * second


def divide(first: Fraction, second: Fraction) -> Fraction | None:
    """Return the quotient; None by zero."""
    return first / second if second else None


def divide_whole(first: Fraction, second: Fraction) -> int | None:
    """Return the quotient rounded towards zero (F&O 3.1, 4.2.5); None by zero."""
    return trunc(first / second) if second else None


def compute_rest(first: Fraction, second: Fraction) -> Fraction | None:
    """Return ``first - integerDivide(first, second) * second`` (F&O 3.1, 4.2.6); None by zero."""
    return first - trunc(first / second) * second if second else None


def raise_power(first: Fraction, exponent: int) -> Fraction | None:
    """Return a power; None for a negative power of zero, and for what is too long to be written."""
    if exponent < 0:
        if not first:
            return None
        first, exponent = 1 / first, -exponent
    if first in (-1, 0, 1):
        return Fraction(1) if exponent == 0 else first if exponent % 2 else abs(first)
    size = max(abs(first.numerator).bit_length(), first.denominator.bit_length())
    return None if size * exponent > _POWER_BITS else first**exponent


def keep(first: Fraction) -> Fraction:
    """Return the number."""
    return first


def negate(first: Fraction) -> Fraction:
    """Return the number with the other sign."""
    return -first


def round_up(first: Fraction) -> int:
    """Return the least whole number that is not below."""
    return ceil(first)


def round_down(first: Fraction) -> int:
    """Return the largest whole number that is not above."""
    return floor(first)


def round_half_up(first: Fraction) -> int:
    """Return the nearest whole number, of two the larger (F&O 3.1, 4.4.4)."""
    return floor(first + Fraction(1, 2))


def round_half_even(first: Fraction, places: int = 0) -> Fraction | None:
    """Return the nearest multiple of ``10**-places``, of two the even one (F&O 3.1, 4.4.5)."""
    if abs(places) > _PLACES:
        return None
    unit = Fraction(10) ** -places
    return round(first / unit) * unit


def negate_truth(first: bool) -> bool:
    """Return the other truth value."""
    return not first
