"""Rules as text, in the one canonical form that the parser reads back equal (grammar: docs/rules.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from workbench.errors import InvalidKnowledgeError
from workbench.formats.rules_lexer import NAME_PATTERN, Comment
from workbench.formats.rules_names import SWRLB, Names
from workbench.formats.rules_parser import RulesFile, SourceStatement, parse_document
from workbench.model.report import Report
from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Negation, Operation, Rule, RuleTest
from workbench.model.terms import (
    RDF_LANG_STRING,
    RDF_TYPE,
    XSD_BOOLEAN,
    XSD_DECIMAL,
    XSD_DOUBLE,
    XSD_INTEGER,
    XSD_STRING,
    Term,
    escape_string,
    is_iri,
    is_literal,
    split_literal,
)

__all__ = [
    "format_rules",
    "print_body",
    "print_element",
    "print_rule",
    "print_rules_file",
    "print_term",
]

LINE_LIMIT = 110
"""A formula that would make a longer line is broken before each ``^``, ``unless`` and ``->``."""
_BARE_LITERALS = {
    XSD_INTEGER: re.compile(r"[+-]?[0-9]+"),
    XSD_DECIMAL: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD_DOUBLE: re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+"),
    XSD_BOOLEAN: re.compile(r"true|false"),
}
_NAME = re.compile(NAME_PATTERN)
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}


def print_term(term: Term, prefixes: Mapping[str, str]) -> str:
    """Return a variable, IRI, literal or blank node as rules write it.

    ``prefixes`` are prefixes without colon and namespace IRIs, ``""`` for bare names. ValueError for a relative IRI.
    """
    return _print_term(term, Names.of(prefixes))


def print_element(element: BodyElement, prefixes: Mapping[str, str]) -> str:
    """Return an atom, comparison or negation as text. ValueError for what the language cannot say."""
    return _print_element(element, Names.of(prefixes))


def print_body(body: Sequence[BodyElement], prefixes: Mapping[str, str]) -> str:
    """Return a body as text, its negations written with ``not``; ``parse_atoms`` reads it back equal."""
    names = Names.of(prefixes)
    return " ^ ".join(_print_element(element, names) for element in body)


def print_rule(rule: Rule, prefixes: Mapping[str, str]) -> str:
    """Return the formal part ``body -> head`` of a rule on one line; ``parse_rule`` reads it back equal."""
    return " ".join(_list_parts(rule.body, rule.head, Names.of(prefixes), 0))


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


# -- terms, expressions, elements


def _print_term(term: Term, names: Names) -> str:
    if is_iri(term):
        return names.compact(term)
    return _print_literal(term, names) if is_literal(term) else term


def _print_literal(term: Term, names: Names) -> str:
    lexical, datatype, language = split_literal(term)
    bare = _BARE_LITERALS.get(datatype)
    if bare is not None and bare.fullmatch(lexical):
        return lexical
    quoted = f'"{escape_string(lexical)}"'
    if datatype == RDF_LANG_STRING:
        return f"{quoted}@{language}"
    return quoted if datatype == XSD_STRING else f"{quoted}^^{names.compact(datatype)}"


def _print_expression(expression: Expression, names: Names) -> str:
    if not isinstance(expression, Operation):
        return _print_term(expression, names)
    level = _PRECEDENCE[expression.operator]
    left, right = _print_expression(expression.left, names), _print_expression(expression.right, names)
    if isinstance(expression.left, Operation) and _PRECEDENCE[expression.left.operator] < level:
        left = f"({left})"
    if isinstance(expression.right, Operation) and _PRECEDENCE[expression.right.operator] <= level:
        right = f"({right})"
    return f"{left} {expression.operator} {right}"


def _print_comparison(comparison: Comparison, names: Names) -> str:
    left, right = _print_expression(comparison.left, names), _print_expression(comparison.right, names)
    return f"{left} {comparison.operator} {right}"


def _print_atom(atom: Atom, names: Names) -> str:
    # A built-in's name and an rdf:type with an open class read back as something else, so neither is an atom.
    if atom.key.startswith(f"<{SWRLB}") or not is_iri(atom.key):
        raise ValueError(f"{atom.key} is neither a class nor a property")
    subject = _print_term(atom.subject, names)
    if atom.predicate == RDF_TYPE:
        return f"{names.compact(atom.object)}({subject})"
    return f"{names.compact(atom.predicate)}({subject}, {_print_term(atom.object, names)})"


def _print_element(element: BodyElement, names: Names) -> str:
    if isinstance(element, Atom):
        return _print_atom(element, names)
    if isinstance(element, Comparison):
        return _print_comparison(element, names)
    if not element.elements:
        raise ValueError("a negation of nothing cannot be written")
    inside = " ^ ".join(_print_element(part, names) for part in element.elements)
    single = len(element.elements) == 1 and isinstance(element.elements[0], Atom)
    return f"not {inside}" if single else f"not ({inside})"


# -- statements


def _list_parts(body: Sequence[BodyElement], head: Sequence[Atom] | Comparison, names: Names, unless: int) -> list[str]:
    """Return the parts of ``body -> head``, each but the first with its connective before it."""
    split = len(body) - unless
    parts = [f"^ {_print_element(element, names)}" for element in body[:split]]
    if parts:
        parts[0] = parts[0][2:]
    for element in body[split:]:
        inside = element.elements if isinstance(element, Negation) else ()
        parts.append("unless " + " ^ ".join(_print_element(part, names) for part in inside))
    if isinstance(head, Comparison):
        conclusion = _print_comparison(head, names)
    else:
        conclusion = " ^ ".join(_print_atom(atom, names) for atom in head) or "false"
    return [*parts, f"-> {conclusion}"]


def _print_prefix(prefix: str, namespace: str) -> str:
    return f"prefix {prefix}: <{namespace}>\n"


def _check_name(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} cannot be the name of a statement: names are letters, digits, - and _")
    return name


def _print_statement(rule: Rule, stated: Comparison | None, unless: int, names: Names) -> str:
    keyword = "constraint" if rule.is_integrity else "rule"
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
    body = rule.body if stated is None else rule.body[:-1]
    parts = _list_parts(body, rule.head if stated is None else stated, names, unless)
    whole = "  " + " ".join(parts)
    lines.append(whole if len(whole) <= LINE_LIMIT else "  " + "\n    ".join(parts))
    return "\n".join(lines) + "\n"


def _print_test(test: RuleTest, names: Names) -> str:
    lines = [f"test {_check_name(test.name)}"]
    for word, atoms in (("given", test.given), ("must", test.must), ("mustnot", test.must_not)):
        if atoms:
            lines.append(f"  {word} " + " ^ ".join(_print_atom(atom, names) for atom in atoms))
    return "\n".join(lines) + "\n"
