"""The formula part of the rules language: atoms, comparisons, negations (docs/rules.md, section Formulas)."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import NamedTuple, NoReturn

from workbench.formats.rules_lexer import RuleSyntaxError, Token
from workbench.formats.rules_names import ARITHMETIC, BUILT_IN_COMPARISONS, RESERVED, SWRLB, Names
from workbench.model.builtins import COMPARISONS
from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Negation, Operation
from workbench.model.terms import (
    RDF_LANG_STRING,
    RDF_TYPE,
    XSD_DECIMAL,
    XSD_DOUBLE,
    XSD_INTEGER,
    XSD_STRING,
    Term,
    is_iri,
    is_literal,
    make_iri,
    make_literal,
    unescape_string,
)

__all__ = ["NESTING_LIMIT", "Body", "FormulaParser"]

NESTING_LIMIT = 100
"""How deep parentheses and arithmetic may nest."""
_NUMBERS = {"integer": XSD_INTEGER, "decimal": XSD_DECIMAL, "double": XSD_DOUBLE}
_COMPARING = {**BUILT_IN_COMPARISONS, "sameAs": "=", "differentFrom": "!="}
_TERM = "a variable, a name, a literal or a number"


class Body(NamedTuple):
    """A body; ``unless`` counts the negations at its end that were written with ``unless``."""

    elements: tuple[BodyElement, ...]
    unless: int


class _Measured(NamedTuple):
    """An expression and how deep its operations nest."""

    expression: Expression
    height: int


class FormulaParser:
    """A recursive-descent parser over the tokens of one statement; the last token is of kind ``end``.

    Every method raises :class:`RuleSyntaxError` at the token that does not fit. ``blanks`` allows blank nodes.
    """

    def __init__(self, tokens: Sequence[Token], names: Names, *, blanks: bool = False) -> None:
        self._tokens = tokens
        self._names = names
        self._blanks = blanks
        self._position = 0

    # -- tokens

    def peek(self, ahead: int = 0) -> Token:
        """Return the next token, or the one ``ahead`` of it, without taking it."""
        return self._tokens[min(self._position + ahead, len(self._tokens) - 1)]

    def take(self) -> Token:
        """Take the next token; the end is never passed."""
        token = self.peek()
        self._position = min(self._position + 1, len(self._tokens) - 1)
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

    # -- expressions and comparisons

    def _read_expression(self, depth: int) -> _Measured:
        left = self._read_product(depth)
        while self.peek().is_symbol("+", "-"):
            token = self.take()
            left = self._combine(token.text, token, left, self._read_product(depth))
        return left

    def _read_product(self, depth: int) -> _Measured:
        left = self._read_factor(depth)
        while self.peek().is_symbol("*", "/"):
            token = self.take()
            left = self._combine(token.text, token, left, self._read_factor(depth))
        return left

    def _read_factor(self, depth: int) -> _Measured:
        if not self.peek().is_symbol("("):
            return _Measured(self.read_term(), 0)
        if depth >= NESTING_LIMIT:
            self.fail(f"at most {NESTING_LIMIT} levels of parentheses")
        self.take()
        inner = self._read_expression(depth + 1)
        self.expect(")")
        return inner

    def _combine(self, operator: str, token: Token, left: _Measured, right: _Measured) -> _Measured:
        height = 1 + max(left.height, right.height)
        if height > NESTING_LIMIT:
            self.fail(f"arithmetic of at most {NESTING_LIMIT} levels", token)
        return _Measured(Operation(operator, left.expression, right.expression), height)

    def _read_comparison(self) -> Comparison:
        left = self._read_expression(0).expression
        if not self.peek().is_symbol(*COMPARISONS):
            is_name = isinstance(left, str) and is_iri(left)
            self.fail("'(' after the name of a class or property" if is_name else f"one of {' '.join(COMPARISONS)}")
        return Comparison(self.take().text, left, self._read_expression(0).expression)

    def _read_built_in(self, name: str, token: Token) -> Comparison:
        """Read a SWRL built-in; in arithmetic the result comes first."""
        if name not in _COMPARING and name not in ARITHMETIC:
            supported = ", ".join((*_COMPARING, *ARITHMETIC))
            self.fail("a class, a property or a supported built-in", token, f"Supported built-ins are {supported}.")
        if self.peek() is token:
            self.take()
        self.expect("(")
        arguments = [self._read_expression(0)]
        while self.peek().is_symbol(","):
            self.take()
            arguments.append(self._read_expression(0))
        closing = self.expect(")", "',' or ')'")
        wanted = 3 if name in ARITHMETIC else 2
        if len(arguments) != wanted and not (name in ("add", "multiply") and len(arguments) > wanted):
            self.fail(f"{wanted} arguments of {name}, not {len(arguments)}", closing)
        if name in _COMPARING:
            return Comparison(_COMPARING[name], arguments[0].expression, arguments[1].expression)
        value = arguments[1]
        for operand in arguments[2:]:
            value = self._combine(ARITHMETIC[name], token, value, operand)
        return Comparison("=", arguments[0].expression, value.expression)

    # -- atoms and bodies

    def read_element(self) -> BodyElement:
        """Read an atom, a comparison or a negation."""
        if self.peek().is_word("not"):
            self.take()
            return self._read_negation()
        return self._read_plain()

    def _read_negation(self) -> Negation:
        if not self.peek().is_symbol("("):
            return Negation((self._read_plain(),))
        self.take()
        elements = self._read_list()
        self.expect(")", "'^' or ')'")
        return Negation(elements)

    def _read_list(self) -> tuple[Atom | Comparison, ...]:
        elements = [self._read_plain()]
        while self.peek().is_symbol("^", ","):
            self.take()
            elements.append(self._read_plain())
        return tuple(elements)

    def _read_plain(self) -> Atom | Comparison:
        """Read an atom or a comparison."""
        token = self.peek()
        if token.is_word("not"):
            self.fail("an atom or a comparison, as negations do not nest")
        if token.kind in ("name", "prefixed", "iri") and self.peek(1).is_symbol("("):
            return self._read_call()
        if token.kind in ("symbol", "end", "tag", "error") and not token.is_symbol("(", "+", "-"):
            self.fail("an atom such as hasParent(?x, ?y), or a comparison such as ?a > 18")
        return self._read_comparison()

    def _read_call(self) -> Atom | Comparison:
        token = self.peek()
        if token.kind == "name" and token.text in RESERVED:
            return self._read_built_in(token.text, token)
        predicate = self.read_iri()
        if predicate.startswith(f"<{SWRLB}"):
            return self._read_built_in(predicate[len(SWRLB) + 1 : -1], token)
        self.expect("(")
        return self._read_arguments(predicate)

    def _read_arguments(self, predicate: Term) -> Atom:
        subject = self.peek()
        arguments = [self.read_term()]
        tokens = [subject]
        while self.peek().is_symbol(","):
            self.take()
            tokens.append(self.peek())
            arguments.append(self.read_term())
        fix = ""
        if self.peek().is_symbol("+", "-", "*", "/"):
            fix = "Give the value a variable first, for example ?c = ?a + 1, and use ?c here."
        self.expect(")", "',' or ')'", fix)
        if len(arguments) > 2:
            self.fail("one argument (a class) or two (a property)", tokens[2])
        if is_literal(arguments[0]):
            self.fail("a variable or an individual, as a literal has no properties", subject)
        if len(arguments) == 1:
            return Atom(arguments[0], RDF_TYPE, predicate)
        if predicate == RDF_TYPE and not is_iri(arguments[1]):
            self.fail("the name of a class", tokens[1])
        return Atom(arguments[0], predicate, arguments[1])

    def read_body(self) -> Body:
        """Read elements joined by ``^`` or ``,``, and the ``unless`` parts after them."""
        elements: list[BodyElement] = []
        if not self.peek().is_word("unless"):
            elements.append(self.read_element())
            while self.peek().is_symbol("^", ","):
                self.take()
                elements.append(self.read_element())
        unless = 0
        while self.peek().is_word("unless"):
            self.take()
            elements.append(Negation(self._read_list()))
            unless += 1
        return Body(tuple(elements), unless)

    def read_head(self) -> tuple[Atom, ...] | Comparison:
        """Read ``false`` (empty), atoms, or one comparison."""
        if self.peek().is_word("false") and not self.peek(1).is_symbol("(", *COMPARISONS, "+", "-", "*", "/"):
            self.take()
            return ()
        atoms: list[Atom] = []
        while True:
            token = self.peek()
            if token.is_word("not"):
                self.fail("an atom, as a head says what holds")
            element = self._read_plain()
            if isinstance(element, Atom):
                atoms.append(element)
            elif atoms:
                self.fail("an atom, as a comparison stands alone in a head", token)
            else:
                return element
            if not self.peek().is_symbol("^", ","):
                return tuple(atoms)
            self.take()

    def read_atoms(self) -> tuple[Atom, ...]:
        """Read atoms joined by ``^`` or ``,`` that hold no variable."""
        atoms: list[Atom] = []
        while True:
            token = self.peek()
            element = self._read_plain()
            if not isinstance(element, Atom) or "?" in (element.subject[0], element.object[0]):
                self.fail("an atom without variables, such as hasParent(bob, ann)", token)
            atoms.append(element)
            if not self.peek().is_symbol("^", ","):
                return tuple(atoms)
            self.take()
