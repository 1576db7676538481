"""Formulas of the rules language as text, in canonical form (docs/rules.md, section Formulas)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from workbench.formats.rules_names import SWRLB, Names
from workbench.model.builtins import is_condition
from workbench.model.functions import FUNCTIONS
from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Negation, Operation
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

__all__ = ["list_parts", "write_atom", "write_element", "write_expression", "write_term"]

_BARE_LITERALS = {
    XSD_INTEGER: re.compile(r"[+-]?[0-9]+"),
    XSD_DECIMAL: re.compile(r"[+-]?[0-9]*\.[0-9]+"),
    XSD_DOUBLE: re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)[eE][+-]?[0-9]+"),
    XSD_BOOLEAN: re.compile(r"true|false"),
}
_NOTHING: Mapping[str, str] = {}
_PRECEDENCE = {"+": 1, "-": 1, "*": 2, "/": 2}


def write_term(term: Term, names: Names) -> str:
    """Return a variable, IRI, literal or blank node as text; ValueError for a relative IRI."""
    if is_iri(term):
        return names.compact(term)
    return _write_literal(term, names) if is_literal(term) else term


def _write_literal(term: Term, names: Names) -> str:
    lexical, datatype, language = split_literal(term)
    bare = _BARE_LITERALS.get(datatype)
    if bare is not None and bare.fullmatch(lexical):
        return lexical
    quoted = f'"{escape_string(lexical)}"'
    if datatype == RDF_LANG_STRING:
        return f"{quoted}@{language}"
    return quoted if datatype == XSD_STRING else f"{quoted}^^{names.compact(datatype)}"


def write_expression(expression: Expression, names: Names, written: Mapping[str, str] = _NOTHING) -> str:
    """Return an expression as text; ValueError for a function that there is not, or not of so many arguments.

    ``written`` are variables that stand for a text of their own.
    """
    if not isinstance(expression, Operation):
        return written.get(expression) or write_term(expression, names)
    function, arguments = FUNCTIONS.get(expression.operator), expression.arguments
    if function is None or not function.accepts(len(arguments)):
        raise ValueError(f"{expression.operator} is no function of {len(arguments)} arguments")
    texts = [write_expression(argument, names, written) for argument in arguments]
    if not function.symbol:
        return f"{function.name}({', '.join(texts)})"
    level = _PRECEDENCE[expression.operator]
    for position, argument in enumerate(arguments):
        # Equal ones bind from the left.
        if isinstance(argument, Operation) and _PRECEDENCE.get(argument.operator, 9) < level + position:
            texts[position] = f"({texts[position]})"
    return f"{texts[0]} {expression.operator} {texts[1]}"


def _write_comparison(comparison: Comparison, names: Names, written: Mapping[str, str] = _NOTHING) -> str:
    left, right = (write_expression(side, names, written) for side in (comparison.left, comparison.right))
    if is_condition(comparison):
        return left
    return f"{left} {comparison.operator} {right}"


def write_atom(atom: Atom, names: Names) -> str:
    """Return an atom as text; ValueError when its predicate is none."""
    # A built-in's name and an rdf:type with an open class read back as something else, so neither is an atom.
    if atom.key.startswith(f"<{SWRLB}") or not is_iri(atom.key):
        raise ValueError(f"{atom.key} is neither a class nor a property")
    subject = write_term(atom.subject, names)
    if atom.predicate == RDF_TYPE:
        return f"{names.compact(atom.object)}({subject})"
    return f"{names.compact(atom.predicate)}({subject}, {write_term(atom.object, names)})"


def write_element(element: BodyElement, names: Names) -> str:
    """Return an atom, comparison or negation as text; ValueError for what the language cannot say."""
    if isinstance(element, Atom):
        return write_atom(element, names)
    if isinstance(element, Comparison):
        return _write_comparison(element, names)
    if not element.elements:
        raise ValueError("a negation of nothing cannot be written")
    inside = " ^ ".join(write_element(part, names) for part in element.elements)
    first = element.elements[0]
    single = len(element.elements) == 1 and (isinstance(first, Atom) or is_condition(first))
    return f"not {inside}" if single else f"not ({inside})"


def list_parts(
    body: Sequence[BodyElement],
    head: Sequence[Atom] | Comparison,
    names: Names,
    unless: int,
    written: Mapping[str, str] = _NOTHING,
) -> list[str]:
    """Return the parts of ``body -> head``, each but the first with its connective before it.

    The last ``unless`` elements of the body are negations to be written with ``unless``; ``written`` are variables of
    the head that stand for a text of their own.
    """
    split = len(body) - unless
    parts = [f"^ {write_element(element, names)}" for element in body[:split]]
    if parts:
        parts[0] = parts[0][2:]
    for element in body[split:]:
        inside = element.elements if isinstance(element, Negation) else ()
        parts.append("unless " + " ^ ".join(write_element(part, names) for part in inside))
    if isinstance(head, Comparison):
        conclusion = _write_comparison(head, names, written)
    else:
        conclusion = " ^ ".join(write_atom(atom, names) for atom in head) or "false"
    return [*parts, f"-> {conclusion}"]
