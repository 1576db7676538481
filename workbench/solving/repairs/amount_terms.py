"""Amounts and their relations as terms of Z3."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from fractions import Fraction
from typing import Any

import z3

from workbench.solving.repairs.amounts import Amount, Combined, Quantity, Relation, Share

__all__ = ["AmountTerms"]

_Defined = tuple[Any, list[Any]]


class AmountTerms:
    """Says amounts in a context; ``steps`` say how far a number is from what is stated, ``axioms`` what terms need."""

    def __init__(self, context: z3.Context, quantities: Mapping[str, Quantity], steps: Mapping[str, Any]) -> None:
        self._context = context
        self._known = quantities
        self._steps = steps
        self.axioms: list[Any] = []

    def relate(self, relation: Relation) -> Any:
        """Return a relation as a formula."""
        left, first = self._say(relation.left)
        right, second = self._say(relation.right)
        compared = {
            "=": left == right,
            "!=": left != right,
            "<": left < right,
            "<=": left <= right,
            ">": left > right,
            ">=": left >= right,
        }[relation.operator]
        return self.join([*first, *second, compared])

    def _say(self, amount: Amount) -> _Defined:
        """Return the term of an amount, and what has to hold for it to have a value."""
        if isinstance(amount, Fraction):
            return self.write(amount), []
        if isinstance(amount, str):
            quantity = self._known[amount]
            return z3.ToReal(self._steps[amount]) * self.write(quantity.unit) + self.write(quantity.value), []
        if amount.operator in ("+", "-", "*", "/"):
            return self._calculate(amount)
        return self._add_up(amount)

    def _calculate(self, amount: Combined) -> _Defined:
        (left, first), (right, second) = (self._say(part.value) for part in amount.parts)
        defined = [*first, *second]
        if amount.operator == "/":
            return left / right, [*defined, right != 0]
        return {"+": left + right, "-": left - right, "*": left * right}[amount.operator], defined

    def _add_up(self, amount: Combined) -> _Defined:
        shares = [(*self._say(share.value), self._hold(share)) for share in amount.parts]
        defined = [z3.Implies(active, self.join(needs)) for _, needs, active in shares if needs]
        zero, one = self.write(Fraction(0)), self.write(Fraction(1))
        if amount.operator == "any":
            return z3.If(self._some([active for _, _, active in shares]), one, zero), defined
        total = z3.Sum([zero, *(z3.If(active, value, zero) for value, _, active in shares)])
        if amount.operator == "sum":
            return total, defined
        present = self._some([active for _, _, active in shares])
        if amount.operator == "average":
            if all(not share.conditions for share in amount.parts) and shares:
                return total / len(shares), defined
            count = z3.Sum([zero, *(z3.If(active, one, zero) for _, _, active in shares)])
            return total / count, [*defined, present]
        extreme = z3.FreshReal("extreme", self._context)
        self.axioms += [
            z3.Implies(active, extreme <= value if amount.operator == "min" else extreme >= value)
            for value, _, active in shares
        ]
        met = self._some([z3.And(active, extreme == value) for value, _, active in shares])
        self.axioms.append(z3.Implies(present, met))
        return extreme, [*defined, present]

    def _hold(self, share: Share) -> Any:
        return self.join([self.relate(condition) for condition in share.conditions])

    def join(self, parts: Sequence[Any]) -> Any:
        """Return that all parts hold."""
        return z3.And(*parts, z3.BoolVal(True, self._context))

    def _some(self, parts: Sequence[Any]) -> Any:
        return z3.Or(*parts, z3.BoolVal(False, self._context))

    def write(self, value: Fraction) -> Any:
        """Return a constant."""
        return z3.RealVal(str(value), self._context)
