"""The formula part of the rules language: atoms, comparisons, negations (docs/rules.md, section Formulas)."""

from __future__ import annotations

from typing import NamedTuple

from workbench.formats.rules_expressions import ExpressionParser
from workbench.formats.rules_lexer import Token
from workbench.formats.rules_names import BUILT_IN_COMPARISONS, CALLED, OPERATORS, RESERVED
from workbench.model.builtins import COMPARISONS, TRUE
from workbench.model.functions import FUNCTIONS
from workbench.model.rules import Atom, BodyElement, Comparison, Negation
from workbench.model.terms import RDF_TYPE, Term, is_iri, is_literal

__all__ = ["Body", "FormulaParser"]

_COMPARING = {**BUILT_IN_COMPARISONS, "sameAs": "=", "differentFrom": "!="}


class Body(NamedTuple):
    """A body; ``unless`` counts the negations at its end that were written with ``unless``."""

    elements: tuple[BodyElement, ...]
    unless: int


class FormulaParser(ExpressionParser):
    """The upper half of the parser: what stands between ``^`` and ``->``."""

    def _read_comparison(self) -> Comparison:
        left = self.read_expression().expression
        if not self.peek().is_symbol(*COMPARISONS):
            is_name = isinstance(left, str) and is_iri(left)
            self.fail("'(' after the name of a class or property" if is_name else f"one of {' '.join(COMPARISONS)}")
        return Comparison(self.take().text, left, self.read_expression().expression)

    def _read_built_in(self, name: str, token: Token) -> Comparison:
        """Read a SWRL built-in: a condition, or a function whose result comes first."""
        if name not in _COMPARING and name not in CALLED:
            self.refuse_function(name, token)
        self.take()
        self.expect("(")
        arguments = self.read_arguments()
        if name in _COMPARING:
            closing = self.expect(")")
            if len(arguments) != 2:
                self.fail(f"2 arguments of {name}, not {len(arguments)}", closing)
            return Comparison(_COMPARING[name], arguments[0].expression, arguments[1].expression)
        if FUNCTIONS[OPERATORS[name]].condition:
            return Comparison("=", self.apply(name, token, arguments).expression, TRUE)
        return Comparison("=", arguments[0].expression, self.apply(name, token, arguments[1:], given=1).expression)

    def _is_expression(self) -> bool:
        """Tell whether the call that comes next is a function in a comparison: a sign follows its parenthesis."""
        if not self.name_function():
            return False
        depth, ahead = 0, 1
        while True:
            token = self.peek(ahead)
            depth += token.is_symbol("(") - token.is_symbol(")")
            ahead += 1
            if token.kind == "end" or depth == 0:
                return self.peek(ahead).is_symbol(*COMPARISONS, "+", "-", "*", "/")

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
            return self._read_comparison() if self._is_expression() else self._read_call()
        if token.kind in ("symbol", "end", "tag", "error") and not token.is_symbol("(", "+", "-"):
            self.fail("an atom such as hasParent(?x, ?y), or a comparison such as ?a > 18")
        return self._read_comparison()

    def _read_call(self) -> Atom | Comparison:
        token = self.peek()
        if token.kind == "name" and (token.text in RESERVED or token.text in CALLED):
            return self._read_built_in(token.text, token)
        if name := self.name_built_in():
            return self._read_built_in(name, token)
        predicate = self.read_iri()
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
        if self.peek().is_symbol("+", "-", "*", "/", "("):
            fix = "Give the value a variable first, for example ?c = ?a + 1, and use ?c here."
        elif self.peek().text.startswith(":"):
            fix = "Sums and other totals stand behind the arrow of a constraint only."
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

    def read_facts(self) -> tuple[tuple[Token, Atom], ...]:
        """Read atoms joined by ``^`` or ``,`` that hold no variable, each with its first token."""
        atoms: list[tuple[Token, Atom]] = []
        while True:
            token = self.peek()
            element = self._read_plain()
            if not isinstance(element, Atom) or "?" in (element.subject[0], element.object[0]):
                self.fail("an atom without variables, such as hasParent(bob, ann)", token)
            atoms.append((token, element))
            if not self.peek().is_symbol("^", ","):
                return tuple(atoms)
            self.take()
