"""Functions in rules: known ones, with as many arguments as they take, and constants that they can have values for."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from workbench.formats.rules_formula_printer import write_expression
from workbench.formats.rules_names import CALLED, Names
from workbench.model.application import convert_argument
from workbench.model.builtins import evaluate_value
from workbench.model.functions import FUNCTIONS, REFUSED, Function
from workbench.model.pattern_reader import PatternError
from workbench.model.patterns import compile_pattern, find_replacement_problem
from workbench.model.report import Violation
from workbench.model.rules import BodyElement, Comparison, Expression, Negation, Operation, Rule
from workbench.model.terms import get_local_name, is_literal, is_variable, split_literal
from workbench.model.values import read_value
from workbench.validation.rule_safety import call_rule, report_rule

__all__ = ["check_functions"]

_KINDS = {
    "number": "a number",
    "integer": "a whole number",
    "string": "a string",
    "pattern": "a string",
    "replacement": "a string",
    "timezone": 'a time zone such as "Z" or "+01:00"',
    "boolean": "true or false",
}


def check_functions(rule: Rule, known_keys: Collection[str]) -> Iterator[Violation]:
    """Report what is wrong with the functions of a rule, whatever the facts are.

    ``rule.unknown-function``, ``rule.wrong-arguments`` (their number), ``rule.wrong-argument`` (a constant of
    another kind, or constants that it has no value for, as in ``1 / 0``), ``rule.pattern`` (a regular expression that
    is none, or no constant) and, as a warning, ``rule.taken-name``: a class or property of ``known_keys`` has the name
    of a function that the rule uses.
    """
    names = {get_local_name(key) for key in known_keys}
    taken: set[str] = set()
    for operation in _iterate_operations(rule.body):
        function = FUNCTIONS.get(operation.operator)
        if function is None:
            yield _report_unknown(rule, operation.operator)
            continue
        if not function.accepts(len(operation.arguments)):
            yield report_rule(
                rule,
                "rule.wrong-arguments",
                f"In {call_rule(rule)}, {function.name} has {len(operation.arguments)} arguments.",
                f"It takes {function.say_count()}: {function.meaning}.",
                f"Give it {function.say_count()}.",
            )
            continue
        if function.name in names and function.name in CALLED and function.name not in taken:
            taken.add(function.name)
            yield _report_taken(rule, function.name)
        found = list(_check_constants(rule, function, operation))
        yield from found or _check_value(rule, function, operation)


def _iterate_operations(part: tuple[BodyElement, ...] | BodyElement | Expression) -> Iterator[Operation]:
    if isinstance(part, Comparison):
        yield from _iterate_operations(part.left)
        yield from _iterate_operations(part.right)
    elif isinstance(part, Negation):
        yield from _iterate_operations(part.elements)
    elif isinstance(part, Operation):
        yield part
        for argument in part.arguments:
            yield from _iterate_operations(argument)
    elif type(part) is tuple:
        for element in part:
            yield from _iterate_operations(element)


def _report_unknown(rule: Rule, name: str) -> Violation:
    why = f"{name} is left out, as {REFUSED[name]}." if name in REFUSED else "It has no value, so nothing follows."
    return report_rule(
        rule,
        "rule.unknown-function",
        f"In {call_rule(rule)}, there is no function {name}.",
        why,
        "Use one of the functions in docs/rules.md, section Built-ins.",
    )


def _report_taken(rule: Rule, name: str) -> Violation:
    return report_rule(
        rule,
        "rule.taken-name",
        f"In {call_rule(rule)}, {name} is the function, though the ontology has a {name} of its own.",
        "Before a parenthesis the bare name of a built-in is always the built-in.",
        f"Write :{name} for the class or property, and swrlb:{name} for the function.",
        severity="warning",
    )


def _check_constants(rule: Rule, function: Function, operation: Operation) -> Iterator[Violation]:
    for position, argument in enumerate(operation.arguments):
        kind = function.get_kind(position)
        is_constant = isinstance(argument, str) and not is_variable(argument)
        if position in function.constants and not is_constant:
            yield report_rule(
                rule,
                "rule.pattern",
                f"In {call_rule(rule)}, the {kind} of {function.name} is not written out.",
                "What a regular expression asks for is checked before anything is reasoned.",
                f"Write the {kind} as a string in quotation marks.",
            )
        elif isinstance(argument, Operation):
            yield from _check_result(rule, function, kind, argument)
        elif is_constant and (not is_literal(argument) or _has_other_kind(kind, argument)):
            shown = split_literal(argument)[0] if is_literal(argument) else get_local_name(argument)
            yield report_rule(
                rule,
                "rule.wrong-argument",
                f"In {call_rule(rule)}, “{shown}” is not {_say_kind(kind)}, as {function.name} needs.",
                f"{function.name} then has no value, and no comparison with it holds.",
                f"Put {_say_kind(kind)} there.",
                focus=argument,
            )
    yield from _check_pattern(rule, function, operation)


def _check_value(rule: Rule, function: Function, operation: Operation) -> Iterator[Violation]:
    """Report a function of constants without a value, the innermost one of those that have none."""
    if any(evaluate_value(argument, {}) is None for argument in operation.arguments):
        return  # there are variables in it, or what has no value is reported itself
    if evaluate_value(operation, {}) is None:
        written = write_expression(operation, Names.of({}))
        yield report_rule(
            rule,
            "rule.wrong-argument",
            f"In {call_rule(rule)}, {written} has no value.",
            "A division by zero, a date that does not exist and a result beyond the limits of its kind have none, and "
            "no comparison with it holds.",
            "Correct the constants, or take the comparison out.",
            focus=function.name,
        )


def _say_kind(kind: str) -> str:
    return _KINDS.get(kind, f"a value of {kind}")


def _has_other_kind(kind: str, literal: str) -> bool:
    """Tell whether a literal with a value is of another kind; one without is reported as ill-typed."""
    value = read_value(literal)
    return value is not None and convert_argument(kind, value) is None


def _check_result(rule: Rule, function: Function, kind: str, inner: Operation) -> Iterator[Violation]:
    made = FUNCTIONS.get(inner.operator)
    wanted = {"integer": "number", "pattern": "string", "replacement": "string", "timezone": "string"}.get(kind, kind)
    if made is None or made.result in wanted.replace(", ", " or ").split(" or "):
        return
    # A duration of zero is of both kinds.
    if made.result.endswith("Duration") and wanted.endswith("Duration"):
        return
    yield report_rule(
        rule,
        "rule.wrong-argument",
        f"In {call_rule(rule)}, {function.name} needs {_say_kind(kind)}; {made.name} gives {_say_kind(made.result)}.",
        f"{function.name} then has no value, and no comparison with it holds.",
        f"Put {_say_kind(kind)} there.",
        focus=function.name,
    )


def _check_pattern(rule: Rule, function: Function, operation: Operation) -> Iterator[Violation]:
    if not function.constants:
        return
    constants = [operation.arguments[position] for position in function.constants]
    if not all(isinstance(constant, str) and is_literal(constant) for constant in constants):
        return
    texts = [split_literal(str(constant))[0] for constant in constants]
    try:
        pattern = compile_pattern(texts[0])
        problem = find_replacement_problem(pattern, texts[1]) if len(texts) > 1 else ""
    except PatternError as error:
        problem = str(error)
    if problem:
        yield report_rule(
            rule,
            "rule.pattern",
            f"In {call_rule(rule)}, {function.name} cannot use the pattern “{texts[0]}”: {problem}.",
            f"{function.name} then has no value, and no comparison with it holds.",
            "Correct the regular expression; docs/rules.md, section Built-ins, says what it may hold.",
        )
