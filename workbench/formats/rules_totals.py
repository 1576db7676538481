"""Totals in the heads of constraints, as text and back (docs/rules.md, section Totals)."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NoReturn, cast

from workbench.formats.rules_expressions import Measured
from workbench.formats.rules_formula import FormulaParser
from workbench.formats.rules_formula_printer import list_parts, write_expression
from workbench.formats.rules_lexer import Token
from workbench.formats.rules_names import Names
from workbench.model.rules import Atom, Comparison, Expression, collect_variables
from workbench.model.terms import is_variable
from workbench.model.totals import TOTALS, Total, TotalConstraint, TotalKind, make_slot

__all__ = ["TotalParser", "list_total_parts"]

_EXAMPLE = "For example: sum(?s: shareIn(?h, ?c) ^ percent(?h, ?s)) <= 100"


class TotalParser(FormulaParser):
    """A parser of statements that reads totals where :meth:`read_total_head` allows them."""

    def __init__(self, tokens: Sequence[Token], names: Names, *, blanks: bool = False) -> None:
        super().__init__(tokens, names, blanks=blanks)
        self.totals: list[Total] = []
        self._allows = False

    def read_total_head(self) -> tuple[Atom, ...] | Comparison:
        """Read the head of a constraint; each total in it is kept and leaves its slot."""
        self._allows = True
        head = self.read_head()
        self._allows = False
        return head

    def _is_total(self) -> bool:
        return self._allows and self.peek().is_word(*TOTALS) and self.peek(1).is_symbol("(")

    def _is_expression(self) -> bool:
        return self._is_total() or super()._is_expression()

    def _read_factor(self, depth: int) -> Measured:
        return Measured(self._read_total(depth), 1) if self._is_total() else super()._read_factor(depth)

    def _read_total(self, depth: int) -> str:
        kind = cast("TotalKind", self.take().text)
        self.expect("(")
        self._allows = False
        first = self.peek()
        values = [self.read_expression(depth + 1).expression]
        while self.peek().is_symbol(","):
            self.take()
            values.append(self.read_expression(depth + 1).expression)
        self._check_values(kind, values, first)
        self._take_colon()
        body = self.read_body().elements
        self.expect(")", "'^' or ')'")
        self._allows = True
        self.totals.append(Total(kind, tuple(values), body))
        return make_slot(len(self.totals) - 1)

    def refuse_function(self, name: str, token: Token) -> NoReturn:
        """Raise the error that ``name`` is no function; a total is told where it may stand."""
        if name in TOTALS:
            fix = "Totals stand behind the arrow of a constraint, and not inside each other."
            self.fail("a value without a total in it", token, fix)
        super().refuse_function(name, token)

    def _check_values(self, kind: TotalKind, values: Sequence[Expression], first: Token) -> None:
        if kind == "count":
            if not all(isinstance(value, str) and is_variable(value) for value in values):
                self.fail("a variable: what is counted", first, "For example: count(?x: hasChild(?p, ?x)) <= 20")
        elif len(values) > 1:
            self.fail(f"one value of {kind}", first, f"{_EXAMPLE}. Only 'count' takes several variables.")
        elif not collect_variables(values[0]):
            fix = "Write count(?x: ...) to count." if kind == "sum" else _EXAMPLE
            self.fail("a value with a variable", first, fix)

    def _take_colon(self) -> None:
        token = self.peek()
        if token.kind == "prefixed" and token.text == ":":
            self.take()
        elif token.kind == "prefixed" and token.text.startswith(":"):
            self.fail("':' and a space", token, f"Write ': {token.text[1:]}', as ':{token.text[1:]}' is a name.")
        else:
            self.fail("':' and what is added up or counted", fix=_EXAMPLE)


def list_total_parts(constraint: TotalConstraint, names: Names) -> list[str]:
    """Return the parts of a constraint's formula, each but the first with its connective before it."""
    written = {make_slot(number): _write_total(total, names) for number, total in enumerate(constraint.totals)}
    return list_parts(constraint.body, constraint.comparison, names, constraint.unless, written)


def _write_total(total: Total, names: Names) -> str:
    values = ", ".join(write_expression(value, names) for value in total.values)
    body = list_parts(total.body, Comparison("=", "?x", "?x"), names, 0)[:-1]
    return f"{total.kind}({values}: {' '.join(body)})"
