"""Rules files to values, with every broken statement reported and every good one kept (grammar: docs/rules.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from workbench.formats.rules_formula import FormulaParser
from workbench.formats.rules_lexer import Comment, RuleSyntaxError, Token, tokenize
from workbench.formats.rules_names import Names
from workbench.formats.rules_statements import (
    KEYWORDS,
    Statement,
    compile_constraint,
    parse_prefix,
    parse_statement,
    split_statements,
)
from workbench.model.report import Location, Violation
from workbench.model.rules import BodyElement, Comparison, Rule, RuleTest
from workbench.model.totals import TotalConstraint

__all__ = [
    "SIZE_LIMIT",
    "RulesDocument",
    "RulesFile",
    "SourceStatement",
    "parse_atoms",
    "parse_document",
    "parse_rule",
    "parse_rules",
]

SIZE_LIMIT = 10_000_000
"""The largest text that is read, in bytes of UTF-8."""


@dataclass(frozen=True, slots=True)
class RulesFile:
    """What a rules file says.

    ``prefixes`` are those declared in the file (prefix without colon, namespace IRI), ``rules`` its rules and
    constraints in order; a constraint is compiled to an integrity rule of kind ``constraint``, and ``constraints``
    maps its name to the comparison it states, or None where its head is ``false``. ``violations`` are what could
    not be read. ``unless`` counts, by name, the negations at the end of a body that were written with ``unless``;
    it has no meaning beyond the text. ``totals`` are the constraints on totals, in order.
    """

    prefixes: tuple[tuple[str, str], ...] = ()
    rules: tuple[Rule, ...] = ()
    tests: tuple[RuleTest, ...] = ()
    violations: tuple[Violation, ...] = ()
    constraints: tuple[tuple[str, Comparison | None], ...] = ()
    unless: tuple[tuple[str, int], ...] = field(default=(), compare=False)
    totals: tuple[TotalConstraint, ...] = ()


class SourceStatement(NamedTuple):
    """A statement with the lines it covers, from 1, both included."""

    statement: Statement
    first_line: int
    last_line: int


class RulesDocument(NamedTuple):
    """A rules file together with what only its text holds: the order of statements, and the comments."""

    file: RulesFile
    statements: tuple[SourceStatement, ...]
    comments: tuple[Comment, ...]


def parse_rules(text: str, path: str, prefixes: Mapping[str, str]) -> RulesFile:
    """Read the text of a rules file; ``path`` is used in locations only.

    ``prefixes`` are the project's (prefix without colon to namespace IRI without brackets, ``""`` for bare names);
    those of the file come before them. Never raises for what the text holds: syntax errors are violations with the
    code ``rule.syntax``, repeated names ``rule.duplicate-name``, and a text beyond the limit ``rule.too-large``.
    """
    return parse_document(text, path, prefixes).file


def parse_document(text: str, path: str, prefixes: Mapping[str, str]) -> RulesDocument:
    """Read a rules file as :func:`parse_rules` does, and keep the order of its statements and its comments."""
    try:
        _check_size(text)
        lexed = tokenize(text)
    except RuleSyntaxError as error:
        return RulesDocument(RulesFile(violations=(_report_size(error, path),)), (), ())
    chunks = split_statements(lexed.tokens) if lexed.tokens else []
    collector = _Collector(path)
    declarations = [chunk for chunk in chunks if chunk[0].is_word("prefix")]
    for chunk in declarations:
        collector.add_prefix(chunk)
    names = Names.of({**prefixes, **collector.prefixes})
    for chunk in chunks:
        if not chunk[0].is_word("prefix"):
            collector.add_statement(chunk, names)
    return RulesDocument(collector.build(), tuple(sorted(collector.statements, key=_get_line)), lexed.comments)


def _get_line(source: SourceStatement) -> int:
    return source.first_line


class _Collector:
    """Gathers the statements of one file."""

    def __init__(self, path: str) -> None:
        self._path = path
        self._violations: list[Violation] = []
        self._known: dict[tuple[str, str], Location] = {}
        self.prefixes: dict[str, str] = {}
        self.statements: list[SourceStatement] = []

    def add_prefix(self, chunk: tuple[Token, ...]) -> None:
        try:
            prefix, namespace = parse_prefix(chunk)
        except RuleSyntaxError as error:
            self._report(error, chunk)
            return
        if prefix in self.prefixes:
            at = chunk[1]
            self._report(RuleSyntaxError("each prefix once", at.describe(), at.line, at.column), chunk)
            return
        self.prefixes[prefix] = namespace
        self._keep(Statement((prefix, namespace)), chunk)

    def add_statement(self, chunk: tuple[Token, ...], names: Names) -> None:
        try:
            statement = parse_statement(chunk, names, self._path)
        except RuleSyntaxError as error:
            self._report(error, chunk)
            return
        value = statement.value
        if not isinstance(value, tuple) and value.location is not None:
            # Rules and constraints share one theory and so one space of names; tests have their own.
            kind = "test" if isinstance(value, RuleTest) else "rule"
            first = self._known.setdefault((kind, value.name), value.location)
            if first is not value.location:
                self._violations.append(_report_duplicate(chunk[0].text, value.name, value.location, first))
                return
        self._keep(statement, chunk)

    def build(self) -> RulesFile:
        rules = [(s.statement, s.statement.value) for s in self.statements if isinstance(s.statement.value, Rule)]
        violations = sorted(self._violations, key=lambda violation: violation.sort_key)
        return RulesFile(
            prefixes=tuple(self.prefixes.items()),
            rules=tuple(rule for _, rule in rules),
            tests=tuple(s.statement.value for s in self.statements if isinstance(s.statement.value, RuleTest)),
            violations=tuple(violations),
            constraints=tuple((rule.name, s.stated) for s, rule in rules if rule.kind == "constraint"),
            totals=tuple(s.statement.value for s in self.statements if isinstance(s.statement.value, TotalConstraint)),
            unless=tuple((rule.name, s.unless) for s, rule in rules if s.unless),
        )

    def _keep(self, statement: Statement, chunk: tuple[Token, ...]) -> None:
        self.statements.append(SourceStatement(statement, chunk[0].line, chunk[-1].line))

    def _report(self, error: RuleSyntaxError, chunk: tuple[Token, ...]) -> None:
        keyword, name = chunk[0], chunk[1]
        named = keyword.is_word(*KEYWORDS) and name.kind in ("name", "prefixed")
        place = f"the {keyword.text} {name.text}" if named else "a statement"
        self._violations.append(
            Violation(
                code="rule.syntax",
                severity="error",
                message=f"Expected {error.expected}, but found {error.found}.",
                location=Location(self._path, error.line, error.column),
                focus=name.text if named else "",
                why=f"Here {place} does not follow the grammar of rules, so it was left out.",
                fix=error.fix or f"Put {error.expected} here.",
            )
        )


def _report_duplicate(keyword: str, name: str, location: Location, first: Location) -> Violation:
    return Violation(
        code="rule.duplicate-name",
        severity="error",
        message=f"The name {name} is already taken by the statement in line {first.line}.",
        location=location,
        focus=name,
        why="Proofs and reports cite a statement by its name, so each name stands for one statement.",
        fix=f"Give this {keyword} another name.",
        related=(first,),
    )


def _report_size(error: RuleSyntaxError, path: str) -> Violation:
    return Violation(
        code="rule.too-large",
        severity="error",
        message=f"The rules file was not read, as it may hold {error.expected}.",
        location=Location(path),
        why="A text of this size is no set of rules that people wrote.",
        fix="Split it into several files, or keep facts in the ontology.",
    )


def _check_size(text: str) -> None:
    """Raise RuleSyntaxError when a text is beyond the limit; no character has more than four bytes."""
    if len(text) > SIZE_LIMIT or (len(text) * 4 > SIZE_LIMIT and len(text.encode("utf-8", "replace")) > SIZE_LIMIT):
        raise RuleSyntaxError(f"at most {SIZE_LIMIT // 1_000_000} MB of text", "more", 1, 1)


def _open_formula(text: str, prefixes: Mapping[str, str]) -> FormulaParser:
    _check_size(text)
    tokens = tokenize(text).tokens
    last = tokens[-1] if tokens else Token("end", "", 1, 1)
    closing = Token("end", "", last.line, last.column + len(last.text))
    return FormulaParser((*tokens, closing), Names.of(prefixes), blanks=True)


def parse_atoms(text: str, prefixes: Mapping[str, str]) -> tuple[BodyElement, ...]:
    """Read a formal body: atoms, comparisons and negations joined by ``^``; an empty text is an empty body.

    Blank nodes are allowed. Raises RuleSyntaxError.
    """
    parser = _open_formula(text, prefixes)
    if parser.peek().kind == "end":
        return ()
    body = parser.read_body()
    if parser.peek().kind != "end":
        parser.fail("'^', 'unless' or the end")
    return body.elements


def parse_rule(text: str, prefixes: Mapping[str, str], name: str = "") -> Rule:
    """Read a formal rule ``body -> head`` (an empty body is allowed) and give it ``name``.

    A head that is ``false`` or a comparison makes an integrity rule, of kind ``constraint``. Raises RuleSyntaxError.
    """
    parser = _open_formula(text, prefixes)
    elements = () if parser.peek().is_symbol("->") else parser.read_body().elements
    parser.expect("->", "'^', 'unless' or '->'")
    head = parser.read_head()
    if parser.peek().kind != "end":
        parser.fail("'^' or the end")
    if isinstance(head, Comparison):
        return Rule(name, compile_constraint(elements, head), (), kind="constraint")
    return Rule(name, elements, head, kind="rule" if head else "constraint")
