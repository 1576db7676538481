"""Safety of rules: does everything in a rule have a value, and does ``not`` stand before closed predicates only?

Safety is range restriction as in Datalog with built-ins (Abiteboul, Hull, Vianu 1995, chapters 12 and 15): every
variable of the head and of a comparison has a value once the positive atoms of the body are matched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator

from workbench.model.report import Severity, Violation
from workbench.model.rules import BodyElement, Comparison, Negation, Rule, collect_variables, iterate_atoms
from workbench.model.terms import get_local_name, is_variable

__all__ = ["bind_variables", "call_rule", "check_negation", "check_safety", "report_rule"]


def bind_variables(body: Iterable[BodyElement], bound: Iterable[str] = ()) -> frozenset[str]:
    """Return the variables that have a value once the body is matched, in whatever order it is written.

    Positive atoms bind theirs; ``?c = expression`` binds ``?c`` where everything in the expression is bound.
    ``bound`` are variables that have a value already.
    """
    elements = tuple(body)
    known = set(bound)
    for atom in iterate_atoms(elements):
        known.update(collect_variables(atom))
    equations = [e for e in elements if isinstance(e, Comparison) and e.operator == "="]
    changed = True
    while changed:
        changed = False
        for equation in equations:
            for one, other in ((equation.left, equation.right), (equation.right, equation.left)):
                new = isinstance(one, str) and is_variable(one) and one not in known
                if new and known.issuperset(collect_variables(other)):
                    known.update(collect_variables(one))
                    changed = True
    return frozenset(known)


def call_rule(rule: Rule) -> str:
    """Return what a sentence calls a rule: its keyword and name."""
    return f"{'constraint' if rule.is_integrity else 'rule'} {rule.name}"


def report_rule(
    rule: Rule,
    code: str,
    message: str,
    why: str,
    fix: str,
    *,
    severity: Severity = "error",
    focus: str = "",
    value: str = "",
) -> Violation:
    """Return a violation of a rule: where ``value`` (a variable) or else ``focus`` (a name) stands, or at its name."""
    place = rule.locate(value or focus)
    return Violation(code, severity, message, place, focus or rule.name, why, fix, source=rule.name, value=value)


def check_safety(rule: Rule) -> Iterator[Violation]:
    """Report variables without a value (``rule.unsafe-variable`` in the head, ``rule.unbound-argument``)."""
    bound = bind_variables(rule.body)
    negated = {v for e in rule.body if isinstance(e, Negation) for v in collect_variables(e)}
    for variable in dict.fromkeys(v for atom in rule.head for v in collect_variables(atom)):
        if variable not in bound:
            why = "Nothing before the arrow says what it stands for, so the conclusion would be about everything."
            if variable in negated:
                why = "It occurs before the arrow only under 'not' or 'unless', which says that there is none."
            yield report_rule(
                rule,
                "rule.unsafe-variable",
                f"In {call_rule(rule)}, {variable} behind the arrow has no value.",
                why,
                f"Add an atom with {variable} before the arrow, or take {variable} out of the conclusion.",
                value=variable,
            )
    for variable in dict.fromkeys(_list_unbound(rule.body, bound)):
        yield report_rule(
            rule,
            "rule.unbound-argument",
            f"In {call_rule(rule)}, {variable} is compared or calculated with, but has no value.",
            f"No atom of the body mentions {variable}, and it is not calculated from others that have a value.",
            f"Add an atom that gives {variable} a value, or write it as '{variable} = ...'.",
            value=variable,
        )


def _list_unbound(body: Iterable[BodyElement], bound: frozenset[str]) -> Iterator[str]:
    for element in body:
        if isinstance(element, Comparison):
            yield from (v for v in collect_variables(element) if v not in bound)
        elif isinstance(element, Negation):
            inner = bind_variables(element.elements, bound)
            yield from _list_unbound(element.elements, inner)


def check_negation(rule: Rule, closed: Collection[str]) -> Iterator[Violation]:
    """Report ``not`` before a predicate that is not closed (``rule.open-negation``)."""
    for key in dict.fromkeys(atom.key for atom in iterate_atoms(rule.body, negated=True)):
        if key not in closed:
            name = get_local_name(key)
            yield report_rule(
                rule,
                "rule.open-negation",
                f"In {call_rule(rule)}, 'not' stands before {name}, which is not declared closed.",
                f"What is not known of {name} may still be true; only of a closed predicate is everything known.",
                f"Declare {name} closed for this domain in workbench.yaml, or say it without 'not'.",
                focus=key,
            )
