"""Style of rules: what is allowed and yet hardly ever meant."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from workbench.model.report import Violation
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Rule,
    collect_variables,
    iterate_atoms,
)
from workbench.model.terms import get_local_name, is_literal, is_variable, split_literal
from workbench.model.values import read_value
from workbench.validation.rule_safety import call_rule, report_rule

__all__ = ["check_literals", "check_style"]


def check_style(rule: Rule) -> Iterator[Violation]:
    """Report ``rule.never-valid``, ``rule.cartesian`` and ``rule.single-variable``."""
    valid = rule.provenance
    if valid.valid_from and valid.valid_until and valid.valid_until < valid.valid_from:
        yield report_rule(
            rule,
            "rule.never-valid",
            f"The {call_rule(rule)} ends on {valid.valid_until}, before it begins on {valid.valid_from}.",
            "A statement counts from its valid-from to its valid-until date, so this one never counts.",
            "Correct one of the two dates.",
            severity="warning",
        )
    groups = _group_atoms(rule.body)
    if len(groups) > 1:
        first, second = (get_local_name(group[0].key) for group in groups[:2])
        yield report_rule(
            rule,
            "rule.cartesian",
            f"In {call_rule(rule)}, nothing connects {first} with {second}.",
            "Every match of the one is combined with every match of the other, which grows with their product.",
            "Connect them by a shared variable, or make two rules of it.",
            severity="warning",
        )
    counts = Counter(v for element in (*rule.head, *rule.body) for v in _iterate_occurrences(element))
    positive = {v for atom in iterate_atoms(rule.body) for v in collect_variables(atom)}
    if rule.is_integrity and len(rule.body) == 1:
        return  # "Nothing(?x) -> false": all that can be said of the variable is said
    for variable, count in counts.items():
        if count == 1 and variable in positive and not variable.startswith("?_"):
            yield report_rule(
                rule,
                "rule.single-variable",
                f"In {call_rule(rule)}, {variable} occurs only once.",
                "It then says that there is some such thing, and nothing more; often it is a slip of the pen.",
                f"If that is meant, name it ?_{variable[1:]}; otherwise use the variable you meant.",
                severity="info",
                value=variable,
            )


def _iterate_occurrences(element: BodyElement | Expression) -> Iterator[str]:
    if isinstance(element, Atom):
        yield from (term for term in (element.subject, element.object) if is_variable(term))
    elif isinstance(element, Comparison | Operation):
        for side in (element.left, element.right) if isinstance(element, Comparison) else element.arguments:
            yield from _iterate_occurrences(side)
    elif isinstance(element, Negation):
        for part in element.elements:
            yield from _iterate_occurrences(part)
    elif is_variable(element):
        yield element


def _group_atoms(body: Sequence[BodyElement]) -> list[list[Atom]]:
    """Group the positive atoms that have variables by what connects them: shared variables and comparisons.

    ``!=`` connects nothing, as nearly every pair differs.
    """
    groups: list[tuple[set[str], list[Atom]]] = []
    for element in body:
        if isinstance(element, Negation) or (isinstance(element, Comparison) and element.operator == "!="):
            continue
        variables = set(collect_variables(element))
        if not variables:
            continue
        atoms = [element] if isinstance(element, Atom) else []
        apart = []
        for group in groups:
            if group[0].isdisjoint(variables):
                apart.append(group)
            else:
                variables |= group[0]
                atoms = [*group[1], *atoms]
        groups = [*apart, (variables, atoms)]
    return [atoms for _, atoms in groups if atoms]


def _iterate_literals(rule: Rule) -> Iterator[str]:
    def walk(element: BodyElement | Expression) -> Iterator[str]:
        if isinstance(element, Atom):
            yield element.object
        elif isinstance(element, Comparison | Operation):
            for side in (element.left, element.right) if isinstance(element, Comparison) else element.arguments:
                yield from walk(side)
        elif isinstance(element, Negation):
            for part in element.elements:
                yield from walk(part)
        else:
            yield element

    for element in (*rule.body, *rule.head):
        yield from (term for term in walk(element) if is_literal(term))


def check_literals(rule: Rule) -> Iterator[Violation]:
    """Report literals whose text has no value in their datatype (``rule.ill-typed-literal``)."""
    for literal in dict.fromkeys(_iterate_literals(rule)):
        if read_value(literal) is None:
            lexical, datatype, _ = split_literal(literal)
            name = get_local_name(datatype)
            yield report_rule(
                rule,
                "rule.ill-typed-literal",
                f'In {call_rule(rule)}, "{lexical}" is no {name}.',
                f"It has no value as {name}, so no comparison with it holds.",
                f"Correct the text, or give it another type than {name}.",
                severity="warning",
                focus=literal,
            )
