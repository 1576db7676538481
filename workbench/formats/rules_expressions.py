"""Tokens to terms and expressions: the lower half of the rules parser (docs/rules.md, section Formulas)."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple, NoReturn

from workbench.formats.rules_lexer import RuleSyntaxError, Token
from workbench.formats.rules_names import ARITHMETIC, OPERATORS, RESERVED, SWRLB, Names
from workbench.model.functions import FUNCTIONS, REFUSED
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
        self.mentions: dict[str, Token] = {}
        """Where each name stands first, and each variable last, in what was read."""

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
            self.mentions.setdefault(token.text, token)
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
        name = make_iri(namespace + local)
        self.mentions.setdefault(name, token)
        return name

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
            self.mentions[token.text] = token
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
        if self.peek(1).is_symbol("(") and self.peek().kind in ("name", "prefixed", "iri"):
            return self._read_function(depth)
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
        return Measured(Operation(operator, (left.expression, right.expression)), height)

    # -- functions

    def name_function(self) -> str:
        """Return the name of the function whose call comes next, as it is written; empty when it is none."""
        token = self.peek()
        if token.kind not in ("name", "prefixed", "iri") or not self.peek(1).is_symbol("("):
            return ""
        if token.kind == "name":
            return token.text if token.text in OPERATORS else ""
        name = self.name_built_in()
        return name if name in OPERATORS and FUNCTIONS[OPERATORS[name]].swrl else ""

    def name_built_in(self) -> str:
        """Return the local name of the next token when it is an IRI of the SWRL built-ins, else nothing."""
        token = self.peek()
        if token.kind == "iri":
            return token.text[1:-1].removeprefix(SWRLB) if token.text.startswith(f"<{SWRLB}") else ""
        prefix, _, local = token.text.rpartition(":")
        return local if token.kind == "prefixed" and self._names.prefixes.get(prefix) == SWRLB else ""

    def _read_function(self, depth: int) -> Measured:
        token, name = self.peek(), self.name_function()
        if not name:
            self.refuse_function(self.name_built_in() or token.text, token)
        if depth >= NESTING_LIMIT:
            self.fail(f"at most {NESTING_LIMIT} levels of parentheses")
        self.take()
        self.expect("(")
        return self.apply(name, token, self.read_arguments(depth + 1))

    def read_arguments(self, depth: int = 0) -> list[Measured]:
        """Read expressions up to the closing parenthesis, which stays the next token."""
        arguments = [self.read_expression(depth)]
        while self.peek().is_symbol(","):
            self.take()
            arguments.append(self.read_expression(depth))
        if not self.peek().is_symbol(")"):
            self.fail("',' or ')'")
        return arguments

    def apply(self, name: str, token: Token, arguments: Sequence[Measured], given: int = 0) -> Measured:
        """Take the closing parenthesis and return the function applied; ``given`` arguments stood before these."""
        closing = self.expect(")", "',' or ')'")
        operator = OPERATORS[name]
        function, count = FUNCTIONS[operator], len(arguments)
        if name in ("add", "multiply") and count > 2:
            value = arguments[0]
            for argument in arguments[1:]:
                value = self.combine(ARITHMETIC[name], token, value, argument)
            return value
        if not function.accepts(count):
            wanted = function.say_count() if not given else f"the result and {function.say_count()}"
            listed = ", ".join((*["?result"] * given, *function.parameters))
            fix = f"Write {name}({listed}){' and so on' * function.repeated}: {function.meaning}."
            self.fail(f"{wanted} of {name}, not {count + given}", closing, fix)
        height = 1 + max(argument.height for argument in arguments)
        if height > NESTING_LIMIT:
            self.fail(f"functions of at most {NESTING_LIMIT} levels", token)
        return Measured(Operation(operator, tuple(argument.expression for argument in arguments)), height)

    def refuse_function(self, name: str, token: Token) -> NoReturn:
        """Raise the error that ``name`` is no function; one of SWRL that is left out is refused with the reason."""
        if name in REFUSED:
            fix = "Say it in another way; docs/rules.md, section Built-ins, lists what there is."
            self.fail(f"a built-in other than {name}, as {REFUSED[name]}", token, fix)
        near = get_close_matches(name, OPERATORS, n=1)
        fix = f"Did you mean {near[0]}? " if near else ""
        self.fail("a function", token, f"{fix}All functions are in docs/rules.md, section Built-ins.")
