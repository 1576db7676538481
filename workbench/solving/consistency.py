"""Do constraints contradict each other, and can every rule ever apply? Answered for all worlds at once, by Z3.

**Encoding.** Each rule is looked at on its own *skeleton*: its positive atoms, with one symbolic term per variable.
A symbolic term has a kind and a number (see ``values``); a term that stands as a subject or in a class atom is an
individual. All rules are then applied to the skeleton as far as atoms go (a closure without comparisons, which ends
since no new terms arise), and every instance found becomes an implication over propositional atoms, arithmetic and
one Boolean per negation, under a guard that names its rule. The skeleton is asserted; all other atoms are free, as
a world may state anything. Negations are only bounded from below: true when an instance of what they negate is
there.

**Soundness.** Every implication is an instance of its rule in *every* world that contains the skeleton, also when
two terms are one individual, and what is left out (rules that compute new terms, instances beyond the limit, the
discreteness of dates and strings) only makes more worlds possible. A comparison with functions other than arithmetic
is left open, for each way to bind it: it may hold or not, and so may its opposite. So what is reported is impossible
in any world; what is not reported may still be.

**What is asked.** Whether a body can be true at all, alone and, for rules with a head, in a world without
violations (*never applies*). And, for constraints that compare, whether any values can satisfy all constraints at
once where the skeleton and all comparisons but the last hold: *contradictory* if not. The last comparison of a
constraint is the one it asks for, negated; for contradictions constraints are taken strictly: what they ask to be
less or greater must have an order, since the comparison of a number with a word, or with a division by zero, is false
and so satisfies any constraint. That a rule never applies is claimed without that.
Constraints without comparisons (two classes without common members) are meant to forbid their atoms, and count only
as reasons.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal, NamedTuple

from workbench.model.functions import FUNCTIONS
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Negation,
    Operation,
    Rule,
    collect_operators,
    collect_variables,
)
from workbench.model.terms import RDF_TYPE, get_local_name
from workbench.solving.analysis.cases import find_case
from workbench.solving.analysis.ground import Case, Ground, Inquiry
from workbench.solving.problems import Situation
from workbench.solving.situations import is_decided
from workbench.solving.solver import Solver
from workbench.solving.values import DATE, NUMBER

__all__ = ["Conflict", "examine_bodies", "find_conflicts", "list_open_rules"]


class Conflict(NamedTuple):
    """Rules that cannot do their work.

    ``rules`` are the names of a subset-minimal set: for ``never-applies`` the rule itself and the others that
    forbid it, for ``contradictory`` the constraints (and rules that lead to them) that cannot hold together.
    ``atoms`` is what they are about, over the variables of ``subject``. ``example`` gives values of variables that
    satisfy all of ``rules`` but ``broken``; empty when there is none to give. ``case`` are facts in which what
    conflicts holds but for one; ``conditions`` are those of a body that exclude each other.
    """

    kind: Literal["never-applies", "always-violates", "contradictory", "cannot-be-met"]
    rules: tuple[str, ...]
    subject: str
    atoms: tuple[Atom, ...]
    example: tuple[tuple[str, str], ...]
    broken: str
    explanation: str
    case: Case | None = None
    conditions: tuple[BodyElement, ...] = ()


def find_conflicts(rules: Sequence[Rule], solver: Solver | None = None) -> list[Conflict]:
    """Return the conflicts among rules and constraints, each set of rules once, sorted.

    Names must be unique. What is reported is certain (see the module's text); the list need not be complete.
    """
    return examine_bodies(Ground.build(rules), Inquiry(solver))


def examine_bodies(ground: Ground, inquiry: Inquiry) -> list[Conflict]:
    """Return the conflicts in which a rule or constraint of an author takes part, each set of rules once, sorted."""
    found: dict[tuple[str, frozenset[str]], Conflict] = {}
    for rule in ground.authored:
        for conflict in _examine(rule, ground, inquiry):
            found.setdefault((conflict.kind, frozenset(conflict.rules)), conflict)
    causes = [set(conflict.rules) for conflict in found.values() if conflict.kind != "never-applies"]
    # What cannot apply only because other constraints contradict each other is not one more finding.
    kept = [
        conflict
        for conflict in found.values()
        if conflict.kind != "never-applies" or not any(cause < {*conflict.rules} for cause in causes)
    ]
    return sorted(kept, key=lambda conflict: (conflict.kind, conflict.rules))


def list_open_rules(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the names of the rules with comparisons that are left open, as they hold functions but arithmetic."""
    arithmetic = {"+", "-", "*", "/"}
    return tuple(sorted(rule.name for rule in rules if collect_operators(rule.body) - arithmetic))


def _examine(rule: Rule, ground: Ground, inquiry: Inquiry) -> Iterator[Conflict]:
    comparisons = [element for element in rule.body if isinstance(element, Comparison)]
    negations = [element for element in rule.body if isinstance(element, Negation)]
    atoms = tuple(dict.fromkeys(element for element in rule.body if isinstance(element, Atom)))
    if rule.is_integrity and not comparisons and not negations:
        return
    situation = ground.make_situation(atoms, rule.body)
    instances = situation.closed.instances
    if not (comparisons or negations or any(not instance.clause.alternatives for instance in instances)):
        inquiry.settle("never-applies")
        return
    # Of the rule itself is asked whether its body can hold; what it concludes is asked elsewhere.
    own = situation.guard_of.get(rule.name)
    others = [guard for guard in situation.guards if guard != own]
    body = situation.write_elements(rule.body)
    asked = [] if rule.is_integrity else others
    judgement = inquiry.judge("never-applies", rule.name, situation, [f"(assert {body})"], asked)
    if judgement.result == "unsat":
        yield _make_never(rule, ground, inquiry, situation, judgement.core)
        return
    if not rule.is_integrity:
        if own is not None and judgement.result == "sat":
            judgement = inquiry.judge(
                "violates-constraint", rule.name, situation, [f"(assert {body})"], situation.guards
            )
            if judgement.result == "unsat":
                names = situation.name_guards(judgement.core)
                case = find_case(ground, inquiry, situation, [f"(assert {body})"], others)
                told = _explain_violation(rule.name, names, atoms)
                yield Conflict("always-violates", names, rule.name, atoms, (), "", told, case)
        return
    strict = list(_take_strictly(situation))
    if comparisons:
        stated = [f"(assert {situation.write_elements((*comparisons[:-1], *negations), _bind(rule))})"]
        yield from _ask_for(rule, ground, situation, inquiry, stated, strict)
    if negations:
        stated = [f"(assert {situation.write_elements(comparisons)})"]
        for conflict in _ask_for(rule, ground, situation, inquiry, stated, strict):
            yield conflict._replace(kind="cannot-be-met" if conflict.kind == "contradictory" else conflict.kind)


def _ask_for(
    rule: Rule, ground: Ground, situation: Situation, inquiry: Inquiry, stated: Sequence[str], strict: Sequence[str]
) -> Iterator[Conflict]:
    """Ask whether what a constraint asks for can be had where its conditions hold."""
    atoms = situation.atoms
    judgement = inquiry.judge("contradictory", rule.name, situation, [*stated, *strict], situation.guards)
    if judgement.result != "unsat":
        return
    core = judgement.core
    names = situation.name_guards(core)
    if rule.name not in names:
        # Others forbid what it is about. That is certain only if it needs no constraint to be taken strictly.
        others = [guard for guard in situation.guards if situation.by_guard[guard] != rule.name]
        judgement = inquiry.judge("never-applies", rule.name, situation, stated, others)
        if judgement.result == "unsat":
            yield _make_never(rule, ground, inquiry, situation, judgement.core)
        return
    example, broken = _find_example(rule, situation, inquiry.solver, situation.write([*stated, *strict]), core)
    conditions = [element for element in rule.body if isinstance(element, Comparison)][:-1]
    explanation = _explain_contradiction(names, atoms, conditions, example, broken)
    yield Conflict(
        "contradictory",
        names,
        rule.name,
        atoms,
        example,
        broken,
        explanation,
        _find_contradictory_case(ground, inquiry, situation, [*stated, *strict], core, rule.name),
    )


def _find_contradictory_case(
    ground: Ground, inquiry: Inquiry, situation: Situation, statements: Sequence[str], core: Sequence[str], subject: str
) -> Case | None:
    """A case in which what conflicts holds but for one, the subject if that can be."""
    for left_out in sorted(core, key=lambda guard: situation.by_guard[guard] != subject):
        for kept in (situation.guards, core):
            guards = [guard for guard in kept if guard != left_out]
            case = find_case(ground, inquiry, situation, statements, guards)
            if case is not None:
                return case
    return None


def _make_never(rule: Rule, ground: Ground, inquiry: Inquiry, situation: Situation, core: Sequence[str]) -> Conflict:
    """Tell of a body that cannot hold: with others that forbid it, or by itself, with the conditions that conflict."""
    names, atoms = _merge(rule.name, situation.name_guards(core)), situation.atoms
    text = _explain_never(rule.name, names, atoms)
    if core:
        statements = [f"(assert {situation.write_elements(rule.body)})"]
        case = _find_contradictory_case(ground, inquiry, situation, statements, core, rule.name)
        return Conflict("never-applies", names, rule.name, atoms, (), "", text, case)
    bindings = _bind(rule)
    conditions = [element for element in rule.body if not isinstance(element, Atom)]
    guards = [f"c{number}" for number in range(len(conditions))]
    statements = [
        f"(declare-const {guard} Bool)(assert (=> {guard} {situation.write_elements([element], bindings)}))"
        for guard, element in zip(guards, conditions, strict=True)
    ]
    judgement = inquiry.solver.judge(situation.write(statements), guards)
    needed = tuple(conditions[guards.index(guard)] for guard in judgement.core)
    case = None
    if judgement.core:
        # All conditions but the last of those that conflict can hold.
        kept = [guard for guard in guards if guard != judgement.core[-1]]
        case = find_case(ground, inquiry, situation, statements, kept)
        case = case or find_case(ground, inquiry, situation, statements, judgement.core[:-1])
    return Conflict("never-applies", names, rule.name, atoms, (), "", text, case, needed)


def _bind(rule: Rule) -> dict[str, str]:
    """The variables of a body outside ``not`` as terms of their own situation."""
    outer = (element for element in rule.body if not isinstance(element, Negation))
    return {name: name for element in outer for name in collect_variables(element)}


def _merge(name: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name, *names}))


def _take_strictly(situation: Situation) -> Iterator[str]:
    """Statements that what a constraint asks to be less or greater has an order."""
    for clause, bindings, _ in situation.closed.instances:
        asked = clause.comparisons[-1:] if clause.is_integrity and not clause.assignments else ()
        if asked and _needs_order(asked[0]) and is_decided(asked[0]):
            rest = situation.write_elements((*clause.atoms, *clause.comparisons[:-1]), bindings)
            missing = f"(not {situation.write_alternatives(clause, bindings)})"
            strict = situation.write_comparable(asked[0], bindings)
            yield f"(assert (=> {situation.guard_of[clause.name]} {rest} {missing} {strict}))"


def _needs_order(comparison: Comparison) -> bool:
    sides = (comparison.left, comparison.right)
    return comparison.operator not in ("=", "!=") or any(isinstance(side, Operation) for side in sides)


def _find_example(
    rule: Rule, situation: Situation, solver: Solver, text: str, core: Sequence[str]
) -> tuple[tuple[tuple[str, str], ...], str]:
    """Values that satisfy all rules of the core but one, and the name of that one; none where some are open."""
    if situation.has_open:
        return (), ""
    wanted = [f"{letter}{number}" for number in situation.terms.values() for letter in "kv"]
    for left_out in reversed(core):
        values = solver.find_values(text, [guard for guard in core if guard != left_out], wanted)
        if values is not None:
            compared = {n for e in rule.body if isinstance(e, Comparison) for n in collect_variables(e)}
            numbers = ((term, n) for term, n in situation.terms.items() if term in compared)
            shown = ((term, _show(values[f"k{n}"], values[f"v{n}"])) for term, n in numbers)
            return tuple((term, text) for term, text in shown if text), situation.by_guard[left_out]
    return (), ""


def _show(kind: Fraction, number: Fraction) -> str:
    if kind == NUMBER:
        return str(number)
    if kind == DATE and 0 <= number < 3_650_000:
        return (date(1, 1, 1) + timedelta(days=int(number))).isoformat()
    return ""


def _write_atoms(atoms: Sequence[Atom]) -> str:
    shown = []
    for atom in atoms:
        arguments = [atom.subject] if atom.predicate == RDF_TYPE else [atom.subject, atom.object]
        shown.append(f"{get_local_name(atom.key)}({', '.join(get_local_name(a) for a in arguments)})")
    return " and ".join(shown) or "anything"


def _write_expression(expression: str | Operation) -> str:
    if isinstance(expression, str):
        return get_local_name(expression)
    parts = [_write_expression(argument) for argument in expression.arguments]
    if not FUNCTIONS[expression.operator].symbol:
        return f"{expression.operator}({', '.join(parts)})"
    return f"({parts[0]} {expression.operator} {parts[1]})"


def _explain_never(name: str, names: Sequence[str], atoms: Sequence[Atom]) -> str:
    others = [other for other in names if other != name]
    if not others:
        return f"The conditions of {name} contradict each other, so it can never apply."
    return f"{name} can never apply: where {_write_atoms(atoms)}, {', '.join(others)} would be violated."


def _explain_violation(name: str, names: Sequence[str], atoms: Sequence[Atom]) -> str:
    others = [other for other in names if other != name]
    return f"Wherever {_write_atoms(atoms)}, what {name} concludes violates {', '.join(others)}."


def _explain_contradiction(
    names: Sequence[str],
    atoms: Sequence[Atom],
    conditions: Sequence[Comparison],
    example: Sequence[tuple[str, str]],
    broken: str,
) -> str:
    where = [_write_atoms(atoms)]
    where += [f"{_write_expression(c.left)} {c.operator} {_write_expression(c.right)}" for c in conditions]
    together = f"{', '.join(names)} cannot hold together" if len(names) > 1 else f"{names[0]} can never hold"
    text = f"Where {' and '.join(where)}, {together}."
    if example and len(names) > 1:
        values = ", ".join(f"{variable} = {value}" for variable, value in example)
        text += f" With {values} all hold but {broken}."
    return text
