"""Rules as text, in the one canonical form that the parser reads back equal (grammar: docs/rules.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from workbench.errors import InvalidKnowledgeError
from workbench.formats.rules_formula_printer import list_parts, write_atom, write_element, write_term
from workbench.formats.rules_lexer import NAME_PATTERN, Comment
from workbench.formats.rules_names import Names
from workbench.formats.rules_parser import RulesFile, SourceStatement, parse_document
from workbench.formats.rules_totals import list_total_parts
from workbench.model.report import Report
from workbench.model.rules import BodyElement, Comparison, Rule, RuleTest
from workbench.model.terms import Term, escape_string
from workbench.model.totals import TotalConstraint

__all__ = [
    "format_rules",
    "print_body",
    "print_element",
    "print_rule",
    "print_rules_file",
    "print_term",
    "print_total",
]

_LINE_LIMIT = 110
"""A formula that would make a longer line is broken before each ``^``, ``unless`` and ``->``."""
_NAME = re.compile(NAME_PATTERN)


def print_term(term: Term, prefixes: Mapping[str, str]) -> str:
    """Return a variable, IRI, literal or blank node as rules write it.

    ``prefixes`` are prefixes without colon and namespace IRIs, ``""`` for bare names. ValueError for a relative IRI.
    """
    return write_term(term, Names.of(prefixes))


def print_element(element: BodyElement, prefixes: Mapping[str, str]) -> str:
    """Return an atom, comparison or negation as text. ValueError for what the language cannot say."""
    return write_element(element, Names.of(prefixes))


def print_body(body: Sequence[BodyElement], prefixes: Mapping[str, str]) -> str:
    """Return a body as text, its negations written with ``not``; ``parse_atoms`` reads it back equal."""
    names = Names.of(prefixes)
    return " ^ ".join(write_element(element, names) for element in body)


def print_rule(rule: Rule, prefixes: Mapping[str, str]) -> str:
    """Return the formal part ``body -> head`` of a rule on one line; ``parse_rule`` reads it back equal."""
    return " ".join(list_parts(rule.body, rule.head, Names.of(prefixes), 0))


def print_total(constraint: TotalConstraint, prefixes: Mapping[str, str]) -> str:
    """Return the formula of a constraint on totals on one line."""
    return " ".join(list_total_parts(constraint, Names.of(prefixes)))


def print_rules_file(file: RulesFile, prefixes: Mapping[str, str] | None = None) -> str:
    """Return a whole rules file: prefixes, rules and constraints, tests, each with its metadata.

    ``prefixes`` are the project's, for names that the file's own prefixes do not cover.
    """
    names = Names.of({**(prefixes or {}), **dict(file.prefixes)})
    blocks = []
    if file.prefixes:
        blocks.append("".join(_print_prefix(prefix, namespace) for prefix, namespace in file.prefixes))
    stated, unless = dict(file.constraints), dict(file.unless)
    blocks += [_print_statement(rule, stated.get(rule.name), unless.get(rule.name, 0), names) for rule in file.rules]
    blocks += [_print_total(constraint, names) for constraint in file.totals]
    blocks += [_print_test(test, names) for test in file.tests]
    return "\n".join(blocks)


def format_rules(text: str, path: str, prefixes: Mapping[str, str]) -> str:
    """Return the canonical form of a rules file, with its comments and the order of its statements.

    A comment inside a statement, or behind it on its line, moves above the statement; prefixes move to the top.
    InvalidKnowledgeError, with the violations, when the file has any.
    """
    document = parse_document(text, path, prefixes)
    if document.file.violations:
        raise InvalidKnowledgeError(
            f"{path} cannot be formatted before its errors are mended", Report.collect(document.file.violations)
        )
    names = Names.of({**prefixes, **dict(document.file.prefixes)})
    above, tail = _attach_comments(document.statements, document.comments)
    top, blocks = "", []
    for source, comments in zip(document.statements, above, strict=True):
        value, stated, unless = source.statement
        if isinstance(value, tuple):
            top += comments + _print_prefix(*value)
        elif isinstance(value, RuleTest):
            blocks.append(comments + _print_test(value, names))
        elif isinstance(value, TotalConstraint):
            blocks.append(comments + _print_total(value, names))
        else:
            blocks.append(comments + _print_statement(value, stated, unless, names))
    return "\n".join(block for block in (top, *blocks, tail) if block)


def _attach_comments(statements: Sequence[SourceStatement], comments: Sequence[Comment]) -> tuple[list[str], str]:
    """Give each comment to a statement, as lines above it; what follows the last statement is the tail.

    A comment belongs to the first statement that does not end above it. A blank line under a comment outside a
    statement is kept.
    """
    above, position = [], 0
    for source in statements:
        lines = ""
        while position < len(comments) and comments[position].line <= source.last_line:
            comment, position = comments[position], position + 1
            lines += comment.text + "\n"
            after = comments[position].line if position < len(comments) else source.first_line
            if comment.line < source.first_line and min(after, source.first_line) > comment.line + 1:
                lines += "\n"
        above.append(lines)
    tail = ""
    for index, comment in enumerate(comments[position:], position):
        tail += comment.text + "\n"
        if index + 1 < len(comments) and comments[index + 1].line > comment.line + 1:
            tail += "\n"
    return above, tail


def _print_prefix(prefix: str, namespace: str) -> str:
    return f"prefix {prefix}: <{namespace}>\n"


def _check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a statement: names are letters, digits, - and _")
    return name


def _print_statement(rule: Rule, stated: Comparison | None, unless: int, names: Names) -> str:
    body = rule.body if stated is None else rule.body[:-1]
    parts = list_parts(body, rule.head if stated is None else stated, names, unless)
    return _print_parts("constraint" if rule.is_integrity else "rule", rule, parts)


def _print_total(constraint: TotalConstraint, names: Names) -> str:
    return _print_parts("constraint", constraint, list_total_parts(constraint, names))


def _print_parts(keyword: str, rule: Rule | TotalConstraint, parts: list[str]) -> str:
    lines = [f"{keyword} {_check_name(rule.name)}"]
    lines += [f'  {language} "{escape_string(text)}"' for language, text in rule.sentences]
    who = rule.provenance
    clauses = [
        *(f'source "{escape_string(text)}"' for text in who.sources),
        *([f"state {who.state}"] if who.state else []),
        *(f'author "{escape_string(text)}"' for text in who.authors),
        *(f'reviewer "{escape_string(text)}"' for text in who.reviewers),
        *([f"valid-from {who.valid_from}"] if who.valid_from else []),
        *([f"valid-until {who.valid_until}"] if who.valid_until else []),
    ]
    if clauses:
        lines.append("  " + " ".join(clauses))
    whole = "  " + " ".join(parts)
    lines.append(whole if len(whole) <= _LINE_LIMIT else "  " + "\n    ".join(parts))
    return "\n".join(lines) + "\n"


def _print_test(test: RuleTest, names: Names) -> str:
    lines = [f"test {_check_name(test.name)}"]
    clauses = (("given", test.given), ("must", test.must), ("mustnot", test.must_not), ("unknown", test.unknown))
    for word, atoms in clauses:
        if atoms:
            lines.append(f"  {word} " + " ^ ".join(write_atom(atom, names) for atom in atoms))
        if word == "must" and test.must_clash:
            lines.append("  must false")
    return "\n".join(lines) + "\n"
