"""Tokens to terms and expressions: the lower half of the rules parser (docs/rules.md, section Formulas)."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple, NoReturn

from workbench.formats.rules_lexer import RuleSyntaxError, Token
from workbench.formats.rules_names import RESERVED, Names
from workbench.model.rules import Expression, Operation
from workbench.model.terms import (
    RDF_LANG_STRING,
    XSD_DECIMAL,
    XSD_DOUBLE,
    XSD_INTEGER,
    XSD_STRING,
    Term,
    make_iri,
    make_literal,
    unescape_string,
)

__all__ = ["NESTING_LIMIT", "ExpressionParser", "Measured"]

NESTING_LIMIT = 100
"""How deep parentheses and arithmetic may nest."""
_NUMBERS = {"integer": XSD_INTEGER, "decimal": XSD_DECIMAL, "double": XSD_DOUBLE}
_TERM = "a variable, a name, a literal or a number"


class Measured(NamedTuple):
    """An expression and how deep its operations nest."""

    expression: Expression
    height: int


class ExpressionParser:
    """A recursive-descent parser over the tokens of one statement; the last token is of kind ``end``.

    Every method raises :class:`RuleSyntaxError` at the token that does not fit. ``blanks`` allows blank nodes.
    """

    def __init__(self, tokens: Sequence[Token], names: Names, *, blanks: bool = False) -> None:
        self._tokens = tokens
        self._names = names
        self._blanks = blanks
        self._position = 0
        self._last = len(tokens) - 1

    # -- tokens

    def peek(self, ahead: int = 0) -> Token:
        """Return the next token, or the one ``ahead`` of it, without taking it."""
        # The last token is never passed, so only a look ahead can fall off the end.
        return self._tokens[min(self._position + ahead, self._last) if ahead else self._position]

    def take(self) -> Token:
        """Take the next token; the end is never passed."""
        token = self._tokens[self._position]
        if self._position < self._last:
            self._position += 1
        return token

    def find(self, text: str, start: Token) -> Token:
        """Return the first token with this text at or behind ``start``, or ``start`` when there is none."""
        behind = self._tokens[self._tokens.index(start) :]
        return next((token for token in behind if token.text == text), start)

    def fail(self, expected: str, token: Token | None = None, fix: str = "") -> NoReturn:
        """Raise the error that ``expected`` should stand where ``token`` (default: the next one) stands."""
        at = token or self.peek()
        if at.problem:
            expected, fix = at.problem, ""
        raise RuleSyntaxError(expected, at.describe(), at.line, at.column, fix)

    def expect(self, symbol: str, expected: str = "", fix: str = "") -> Token:
        """Take the next token, which must be ``symbol``."""
        if not self.peek().is_symbol(symbol):
            self.fail(expected or f"'{symbol}'", fix=fix)
        return self.take()

    # -- names and terms

    def read_iri(self, expected: str = "a name") -> Term:
        """Take a bare name, a prefixed name or an IRI, and resolve it."""
        token = self.peek()
        if token.kind == "iri":
            return self.take().text
        if token.kind not in ("name", "prefixed"):
            self.fail(expected)
        if token.kind == "name" and token.text in RESERVED:
            self.fail(expected, fix=f"'{token.text}' has a meaning of its own here; write :{token.text} for the name.")
        prefix, _, local = token.text.rpartition(":") if token.kind == "prefixed" else ("", "", token.text)
        if not local:
            self.fail("a name after the colon, without a space")
        namespace = self._names.prefixes.get(prefix)
        if namespace is None:
            self._fail_prefix(prefix, token)
        self.take()
        return make_iri(namespace + local)

    def _fail_prefix(self, prefix: str, token: Token) -> NoReturn:
        if not prefix:
            self.fail(
                "a name with a prefix, as there is no default prefix",
                token,
                "Declare it at the top of the file, for example: prefix : <https://example.org/kinship#>",
            )
        near = get_close_matches(prefix, self._names.prefixes, n=1)
        hint = f"Did you mean '{near[0]}:'? Otherwise d" if near else "D"
        self.fail("a declared prefix", token, f"{hint}eclare it at the top of the file: prefix {prefix}: <...>")

    def read_term(self) -> Term:
        """Take a variable, an individual or a literal."""
        token = self.peek()
        if token.kind == "variable":
            return self.take().text
        if token.kind == "blank":
            if not self._blanks:
                self.fail("an individual that has a name", fix="Give the individual an IRI in the ontology.")
            return self.take().text
        if token.kind == "string":
            return self._read_string()
        if token.is_word("true", "false"):
            return make_literal(self.take().text == "true")
        if token.kind in _NUMBERS or (token.is_symbol("+", "-") and self.peek(1).kind in _NUMBERS):
            sign = self.take().text if token.kind == "symbol" else ""
            number = self.take()
            return make_literal(sign + number.text, _NUMBERS[number.kind])
        if token.kind == "date":
            self.fail("a quoted date", fix=f'Write "{token.text}"^^xsd:date.')
        return self.read_iri(_TERM)

    def _read_string(self) -> Term:
        lexical = self.read_text()
        if self.peek().kind == "tag":
            return make_literal(lexical, language=self.take().text[1:])
        if not self.peek().is_symbol("^^"):
            return make_literal(lexical, XSD_STRING)
        self.take()
        token = self.peek()
        datatype = self.read_iri("a datatype such as xsd:date")
        if datatype == RDF_LANG_STRING:
            self.fail("a datatype other than rdf:langString", token, 'Write the language instead: "text"@en')
        return make_literal(lexical, datatype)

    def read_text(self) -> str:
        """Take a string that stands for itself and return its text."""
        if self.peek().kind != "string":
            self.fail('a text in quotation marks, such as "Standard usage"')
        return unescape_string(self.take().text[1:-1])

    # -- expressions

    def read_expression(self, depth: int = 0) -> Measured:
        """Read a sum of products; ``depth`` counts the parentheses around it."""
        left = self._read_product(depth)
        while self.peek().is_symbol("+", "-"):
            token = self.take()
            left = self.combine(token.text, token, left, self._read_product(depth))
        return left

    def _read_product(self, depth: int) -> Measured:
        left = self._read_factor(depth)
        while self.peek().is_symbol("*", "/"):
            token = self.take()
            left = self.combine(token.text, token, left, self._read_factor(depth))
        return left

    def _read_factor(self, depth: int) -> Measured:
        if not self.peek().is_symbol("("):
            return Measured(self.read_term(), 0)
        if depth >= NESTING_LIMIT:
            self.fail(f"at most {NESTING_LIMIT} levels of parentheses")
        self.take()
        inner = self.read_expression(depth + 1)
        self.expect(")")
        return inner

    def combine(self, operator: str, token: Token, left: Measured, right: Measured) -> Measured:
        """Return ``left operator right``, refused at ``token`` when it nests too deeply."""
        height = 1 + max(left.height, right.height)
        if height > NESTING_LIMIT:
            self.fail(f"arithmetic of at most {NESTING_LIMIT} levels", token)
        return Measured(Operation(operator, left.expression, right.expression), height)
