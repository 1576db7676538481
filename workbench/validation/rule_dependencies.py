"""Analysis of how rules depend on each other: negation in a cycle, and arithmetic that need not come to an end."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from fractions import Fraction
from itertools import pairwise

from workbench.model.functions import FUNCTIONS
from workbench.model.report import Part, Violation
from workbench.model.rules import Atom, Comparison, Expression, Operation, Rule, collect_variables, iterate_atoms
from workbench.model.terms import get_local_name, is_literal, is_variable
from workbench.model.theory import find_negative_cycle
from workbench.model.values import read_value
from workbench.solving.termination import Direction, find_steps, prove_direction

__all__ = ["find_unbounded_arithmetic", "find_unstratified"]

_CYCLES = 20
"""How many cycles through negation are named; more of them have the same cause nearly always."""


def find_unstratified(rules: Sequence[Rule]) -> Iterator[Violation]:
    """Report each cycle of rules that passes through ``not``, naming the rules (``rule.unstratified``).

    After a cycle is found, its negating rule is left out, so that independent cycles are all named.
    """
    left = list(rules)
    for _ in range(_CYCLES):
        cycle = find_negative_cycle(left)
        if not cycle:
            return
        names = ", ".join(rule.name for rule in cycle)
        key = get_local_name(cycle[0].head[0].key)
        message = f"Whether {key} holds depends on its own absence, through {names}."
        if len(cycle) == 1:
            message = f"In rule {names}, whether {key} holds depends on its own absence."
        yield Violation(
            "rule.unstratified",
            "error",
            message,
            cycle[0].location,
            cycle[0].name,
            "A conclusion that removes its own condition has no well-defined answer.",
            "Take 'not' or 'unless' out of one of these rules, or split the predicate into two.",
            related=tuple(rule.location for rule in cycle[1:] if rule.location),
        )
        left = [rule for rule in left if rule is not cycle[0]]


def find_unbounded_arithmetic(rules: Sequence[Rule]) -> Iterator[Violation]:
    """Report rules that calculate a value from their own conclusions (``rule.unbounded-arithmetic``).

    Such a rule can make new numbers for ever. It is accepted where every calculated value is another one plus (or
    minus) a positive constant and one of the two is compared with a constant upper (lower) bound: then there are
    finitely many values, even where several such rules work on one another. It is also accepted where all values that
    are calculated in the recursion surely go in one direction to a bound (``solving.termination``), or are calculated
    from values outside of the recursion only.
    """
    dependencies = _compute_dependencies(rules)
    directions: dict[frozenset[str], set[Direction]] = {}
    doubtful: list[tuple[Rule, Atom, str, tuple[str, ...]]] = []
    for rule in rules:
        computed = _compute_calculated(rule)
        for atom in rule.head if computed else ():
            circle = frozenset(k for k in dependencies.get(atom.key, ()) if atom.key in dependencies.get(k, ()))
            if not any(other.key in circle for other in iterate_atoms(rule.body)):
                continue
            for variable in (v for v in collect_variables(atom) if v in computed):
                sources = _list_sources(rule, variable, circle)
                if not sources:
                    continue
                direction = prove_direction(rule, variable, sources)
                directions.setdefault(circle, set()).add(direction)
                if not _is_bounded(variable, rule):
                    doubtful.append((rule, atom, variable, sources))
    told: set[str] = set()
    for rule, atom, variable, sources in doubtful:
        circle = frozenset(k for k in dependencies.get(atom.key, ()) if atom.key in dependencies.get(k, ()))
        one_way = len(directions[circle]) == 1 and "" not in directions[circle]
        if not one_way and rule.name not in told:
            told.add(rule.name)
            yield _report_unbounded(rules, rule, atom, variable, sources)


def _list_sources(rule: Rule, variable: str, circle: frozenset[str]) -> tuple[str, ...]:
    """Return the variables, bound by atoms of the recursion, that the value of a variable is computed from."""
    bound = {v for atom in iterate_atoms(rule.body) if atom.key in circle for v in collect_variables(atom)}
    matched = {v for atom in iterate_atoms(rule.body) for v in collect_variables(atom)}
    used, waiting = {variable}, [variable]
    while waiting:
        term = waiting.pop()
        for element in rule.body:
            if isinstance(element, Comparison) and element.operator == "=" and term in collect_variables(element):
                new = [v for v in collect_variables(element) if v not in used]
                used.update(new)
                waiting += [v for v in new if v not in matched]
    return tuple(sorted(used & bound))


def _report_unbounded(
    rules: Sequence[Rule], rule: Rule, atom: Atom, variable: str, sources: Sequence[str]
) -> Violation:
    name = get_local_name(atom.key)
    way = _find_way_back(rules, atom.key, rule)
    steps = find_steps(rule, variable, sources[0])
    example = [f"From {one} the rule calculates {other}." for one, other in pairwise(map(_write_plainly, steps))]
    return Violation(
        "rule.unbounded-arithmetic",
        "error",
        f"Rule {rule.name} calculates {variable} for {name} from {name} itself and may never stop.",
        rule.location,
        rule.name,
        f"Each new value of {name} lets the rule calculate the next one.",
        f"Bound it by a number, such as {variable} <= 100, or calculate from stated values only.",
        related=tuple(other.location for other in way if other.location is not None),
        source=rule.name,
        parts=tuple(Part(one.kind, one.name, _say(one), one.location) for one in (rule, *way)),
        example=(*example, "And so on.") if len(example) > 1 else (),
    )


def _say(rule: Rule) -> str:
    return " ".join(next((text for _, text in rule.sentences), rule.name).split())


def _write_plainly(number: Fraction) -> str:
    """Write a number for people: as a decimal where it has one."""
    whole = number.denominator == 1
    return str(number.numerator) if whole else str(float(number))


def _find_way_back(rules: Sequence[Rule], key: str, rule: Rule) -> tuple[Rule, ...]:
    """Return the shortest way from a rule's conclusion back to its body over other rules; none where it needs none."""
    targets = {atom.key for atom in iterate_atoms(rule.body)}
    ways: dict[str, tuple[Rule, ...]] = {key: ()}
    queue = [key]
    while queue:
        reached = queue.pop(0)
        if reached in targets:
            return ways[reached]
        for other in rules:
            if other.head and other is not rule and any(a.key == reached for a in iterate_atoms(other.body)):
                for head in other.head:
                    if head.key not in ways:
                        ways[head.key] = (*ways[reached], other)
                        queue.append(head.key)
    return ()


def _compute_dependencies(rules: Sequence[Rule]) -> dict[str, frozenset[str]]:
    """Return for each head key all keys it depends on through positive atoms, directly or not."""
    direct: dict[str, set[str]] = {}
    for rule in rules:
        for head in rule.head:
            direct.setdefault(head.key, set()).update(atom.key for atom in iterate_atoms(rule.body))
    reached: dict[str, frozenset[str]] = {}
    for key in direct:
        seen: set[str] = set()
        queue = [*direct[key]]
        while queue:
            other = queue.pop()
            if other not in seen:
                seen.add(other)
                queue += direct.get(other, ())
        reached[key] = frozenset(seen)
    return reached


def _compute_calculated(rule: Rule) -> frozenset[str]:
    """Return the variables whose value comes from a function, directly or through another such variable."""
    matched = {v for atom in iterate_atoms(rule.body) for v in collect_variables(atom)}
    calculated: set[str] = set()
    equations = [e for e in rule.body if isinstance(e, Comparison) and e.operator == "="]
    changed = True
    while changed:
        changed = False
        for equation in equations:
            for one, other in ((equation.left, equation.right), (equation.right, equation.left)):
                if not isinstance(one, str) or not is_variable(one) or one in matched or one in calculated:
                    continue
                if other in calculated or (isinstance(other, Operation) and _has_many_values(other)):
                    calculated.add(one)
                    changed = True
    return frozenset(calculated)


def _has_many_values(operation: Operation) -> bool:
    """Tell whether an operation could have ever new values: not one of constants, or of a function with few values."""
    function = FUNCTIONS.get(operation.operator)
    return bool(collect_variables(operation)) and not (function is not None and function.finite)


def _is_bounded(variable: str, rule: Rule) -> bool:
    """Tell whether ``variable`` is one step up or down from a matched one, with a constant bound in that direction."""
    matched = {v for atom in iterate_atoms(rule.body) for v in collect_variables(atom)}
    for element in rule.body:
        if not isinstance(element, Comparison) or element.operator != "=":
            continue
        for one, other in ((element.left, element.right), (element.right, element.left)):
            if one == variable and isinstance(other, Operation):
                return _has_bound(variable, other, matched, rule)
    return False


def _has_bound(variable: str, operation: Operation, matched: set[str], rule: Rule) -> bool:
    if operation.operator not in ("+", "-") or len(operation.arguments) != 2:
        return False
    left, right = operation.arguments
    if operation.operator == "+" and _is_number(left):
        left, right = right, left
    if not isinstance(left, str) or left not in matched:
        return False
    step = _read_sign(right)
    if step is None or step == 0:
        return False
    upward = (step > 0) == (operation.operator == "+")
    bounding = ("<", "<=") if upward else (">", ">=")
    mirrored = (">", ">=") if upward else ("<", "<=")
    for element in rule.body:
        if isinstance(element, Comparison):
            if element.operator in bounding and element.left in (left, variable) and _is_number(element.right):
                return True
            if element.operator in mirrored and element.right in (left, variable) and _is_number(element.left):
                return True
    return False


def _is_number(expression: Expression) -> bool:
    return _read_sign(expression) is not None


def _read_sign(expression: Expression) -> int | None:
    """Return -1, 0 or 1 for a numeric literal, None for anything else."""
    if isinstance(expression, str) and is_literal(expression):
        value = read_value(expression)
        if value is not None and value.kind == "number":
            return (value.value > 0) - (value.value < 0)  # type: ignore[operator]  # a number's value is a Fraction
    return None
