"""Statements of the rules language: rules, constraints, tests and prefixes (docs/rules.md, section Statements)."""

from __future__ import annotations

from collections.abc import Sequence
from difflib import get_close_matches
from typing import Literal, NamedTuple

from workbench.formats.rules_formula import Body, FormulaParser
from workbench.formats.rules_lexer import Token
from workbench.formats.rules_metadata import CLAUSES, read_metadata
from workbench.formats.rules_names import Names
from workbench.formats.rules_totals import TotalParser
from workbench.model.builtins import NEGATED
from workbench.model.report import Location
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Negation,
    Rule,
    RuleTest,
    TestClause,
    collect_variables,
)
from workbench.model.terms import get_iri_text
from workbench.model.totals import TotalConstraint, read_slot

__all__ = [
    "KEYWORDS",
    "Statement",
    "compile_constraint",
    "parse_prefix",
    "parse_statement",
    "split_statements",
]

KEYWORDS = ("prefix", "rule", "constraint", "test")
_TEST_CLAUSES: tuple[Literal["given"] | TestClause, ...] = ("given", "must", "mustnot", "unknown")
_CLAUSES = (*CLAUSES, *_TEST_CLAUSES)


class Statement(NamedTuple):
    """A statement that was read.

    ``value`` is the rule (a constraint compiled), the constraint on a total, the test, or the declared prefix and its
    namespace. ``stated`` is
    the comparison a constraint asks for, ``unless`` how many negations at the end of the body are written so.
    """

    value: Rule | TotalConstraint | RuleTest | tuple[str, str]
    stated: Comparison | None = None
    unless: int = 0


def _starts_statement(tokens: Sequence[Token], index: int) -> bool:
    """Tell whether a statement begins at this token: a keyword that opens a line and is no name in a formula.

    An unknown word at the left margin before another word counts as well (``ruel uncle``), so that a misspelt
    keyword does not spoil the statement above it.
    """
    token = tokens[index]
    if not token.first or token.kind != "name":
        return False
    following = tokens[index + 1] if index + 1 < len(tokens) else None
    if token.text in KEYWORDS:
        return following is None or following.kind != "symbol"
    return (
        token.column == 1
        and token.text not in _CLAUSES
        and token.text not in ("not", "unless")
        and following is not None
        and following.kind == "name"
        and following.text not in ("not", "unless")
        and following.line == token.line
    )


def split_statements(tokens: Sequence[Token]) -> list[tuple[Token, ...]]:
    """Split the tokens of a file into statements, each closed by an ``end`` token right behind its last one.

    Tokens before the first statement come as a statement of their own.
    """
    starts = [index for index in range(len(tokens)) if index == 0 or _starts_statement(tokens, index)]
    chunks = []
    for start, end in zip(starts, [*starts[1:], len(tokens)], strict=True):
        last = tokens[end - 1]
        closing = Token("end", "", last.line, last.column + len(last.text))
        chunks.append((*tokens[start:end], closing))
    return chunks


def compile_constraint(body: Sequence[BodyElement], head: Comparison) -> tuple[BodyElement, ...]:
    """Return the body that holds where ``body -> head`` is violated (the head negated, for ordered values)."""
    return (*body, Comparison(NEGATED[head.operator], head.left, head.right))


def parse_prefix(tokens: Sequence[Token]) -> tuple[str, str]:
    """Read ``prefix k: <https://example.org/kinship#>``; raises RuleSyntaxError."""
    parser = FormulaParser(tokens, Names.of({}))
    parser.take()
    token = parser.peek()
    example = "For example: prefix k: <https://example.org/kinship#>"
    if token.kind != "prefixed" or not token.text.endswith(":"):
        parser.fail("a prefix with a colon, such as k: or : alone", fix=example)
    parser.take()
    if parser.peek().kind != "iri":
        parser.fail("an absolute IRI in angle brackets", fix=example)
    namespace = get_iri_text(parser.take().text)
    if parser.peek().kind != "end":
        parser.fail("the end of the prefix line")
    return token.text[:-1], namespace


def parse_statement(tokens: Sequence[Token], names: Names, path: str) -> Statement:
    """Read one rule, constraint or test; raises RuleSyntaxError where it goes wrong."""
    parser = TotalParser(tokens, names)
    keyword = parser.peek()
    if not keyword.is_word(*KEYWORDS):
        near = get_close_matches(keyword.text, KEYWORDS, n=1) if keyword.kind == "name" else []
        parser.fail("'rule', 'constraint', 'test' or 'prefix'", fix=f"Did you mean '{near[0]}'?" if near else "")
    parser.take()
    name = parser.peek()
    if name.kind != "name" or name.line != keyword.line:
        if name.line != keyword.line:
            name = Token("end", "", keyword.line, keyword.column + len(keyword.text))
        fix = "Names are letters, digits, - and _, on the line of the keyword."
        parser.fail(f"the name of the {keyword.text}, such as parent-older", name, fix)
    parser.take()
    location = Location(path, name.line, name.column)
    if keyword.text == "test":
        return Statement(_read_test(parser, name.text, location))
    metadata = read_metadata(parser)
    body = Body((), 0) if parser.peek().is_symbol("->") else parser.read_body()
    parser.expect("->", "'^', 'unless' or '->'")
    head = _read_rule_head(parser) if keyword.text == "rule" else _read_constraint_head(parser, body)
    if parser.totals and isinstance(head, Comparison):
        return Statement(
            TotalConstraint(
                name.text,
                body.elements,
                head,
                tuple(parser.totals),
                sentences=metadata.sentences,
                provenance=metadata.provenance,
                location=location,
                unless=body.unless,
            ),
            None,
            body.unless,
        )
    rule = Rule(
        name.text,
        compile_constraint(body.elements, head) if isinstance(head, Comparison) else body.elements,
        () if isinstance(head, Comparison) else head,
        kind="rule" if keyword.text == "rule" else "constraint",
        sentences=metadata.sentences,
        provenance=metadata.provenance,
        location=location,
        mentions=tuple((text, Location(path, at.line, at.column)) for text, at in parser.mentions.items()),
    )
    return Statement(rule, head if isinstance(head, Comparison) else None, body.unless)


def _read_rule_head(parser: FormulaParser) -> tuple[Atom, ...]:
    first = parser.peek()
    head = parser.read_head()
    if not isinstance(head, tuple) or not head:
        fix = "Write 'constraint' instead of 'rule', as this says what must hold."
        parser.fail("an atom as the head of a rule", first, fix)
    if parser.peek().kind != "end":
        parser.fail("'^' or the end of the statement")
    return head


def _read_constraint_head(parser: TotalParser, body: Body) -> tuple[Atom, ...] | Comparison:
    """Read ``false`` (an empty head), or a comparison of totals and of variables that have a value before the arrow."""
    first = parser.peek()
    head = parser.read_total_head()
    if head and isinstance(head, tuple):
        fix = "Write the atom before the arrow as 'unless ...', and 'false' behind the arrow."
        parser.fail("a comparison or 'false' as the head of a constraint", first, fix)
    if parser.peek().kind != "end":
        parser.fail("the end of the statement")
    known = {v for element in body.elements if not isinstance(element, Negation) for v in collect_variables(element)}
    for variable in collect_variables(head) if isinstance(head, Comparison) else ():
        if variable not in known and read_slot(variable) is None:
            fix = f"Say before the arrow what {variable} is; a constraint on nothing in particular says nothing."
            parser.fail("a variable that occurs before the arrow", parser.find(variable, first), fix)
    return head


def _read_test(parser: FormulaParser, name: str, location: Location) -> RuleTest:
    clauses: dict[str, list[Atom]] = {word: [] for word in _TEST_CLAUSES}
    places: list[tuple[TestClause, Atom | None, Location]] = []
    must_clash, open_clause = False, parser.peek()
    while parser.peek().kind != "end":
        word = parser.peek()
        clause = next((clause for clause in _TEST_CLAUSES if word.is_word(clause)), None)
        if clause is None:
            known = "'^', 'given', 'must', 'mustnot', 'unknown' or the end of the test"
            parser.fail(known if any(clauses.values()) else "'given', 'must', 'mustnot' or 'unknown'")
        parser.take()
        first = parser.peek()
        if clause == "must" and first.is_word("false") and not parser.peek(1).is_symbol("("):
            parser.take()
            must_clash = True
            places.append((clause, None, Location(location.path, first.line, first.column)))
            continue
        for token, atom in parser.read_facts():
            clauses[clause].append(atom)
            if clause != "given":
                places.append((clause, atom, Location(location.path, token.line, token.column)))
        if clause == "unknown":
            open_clause = word
    if must_clash and clauses["unknown"]:
        fix = "Make it two tests: of facts that contradict each other nothing can be called unknown."
        parser.fail("either 'must false' or 'unknown' in a test, not both", open_clause, fix)
    given, must, must_not, unknown = (tuple(clauses[word]) for word in _TEST_CLAUSES)
    if not (must or must_not or unknown or must_clash):
        parser.fail("'must', 'mustnot' or 'unknown' with what has, or has not, to follow, or cannot be known")
    return RuleTest(name, given, must, must_not, location, unknown, must_clash, tuple(places))
