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

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from fractions import Fraction
from typing import Literal, NamedTuple

from workbench.model.functions import FUNCTIONS
from workbench.model.rules import (
    Atom,
    Comparison,
    Negation,
    Operation,
    Rule,
    collect_operators,
    collect_variables,
)
from workbench.model.terms import RDF_TYPE, get_local_name, is_variable
from workbench.solving.encoding import make_sentence
from workbench.solving.solver import Solver
from workbench.solving.values import (
    DATE,
    KINDS,
    NAME,
    NUMBER,
    Side,
    is_arithmetic,
    list_terms,
    read_values,
    write_comparable,
    write_comparison,
    write_number,
)

__all__ = ["Conflict", "find_conflicts", "list_open_rules"]

_INSTANCES = 2000
"""How many rule instances one skeleton may have; more are left out, which only hides conflicts."""


class Conflict(NamedTuple):
    """Rules that cannot do their work.

    ``rules`` are the names of a subset-minimal set: for ``never-applies`` the rule itself and the others that
    forbid it, for ``contradictory`` the constraints (and rules that lead to them) that cannot hold together.
    ``atoms`` is what they are about, over the variables of ``subject``. ``example`` gives values of variables that
    satisfy all of ``rules`` but ``broken``; empty when there is none to give.
    """

    kind: Literal["never-applies", "contradictory"]
    rules: tuple[str, ...]
    subject: str
    atoms: tuple[Atom, ...]
    example: tuple[tuple[str, str], ...]
    broken: str
    explanation: str


def find_conflicts(rules: Sequence[Rule], solver: Solver | None = None) -> list[Conflict]:
    """Return the conflicts among rules and constraints, each set of rules once, sorted.

    Names must be unique. What is reported is certain (see the module's text); the list need not be complete.
    """
    solver = solver or Solver()
    found: dict[tuple[str, frozenset[str]], Conflict] = {}
    usable = [rule for rule in sorted(rules, key=lambda rule: rule.name) if not make_sentence(rule.body).assignments]
    for rule in usable:
        for conflict in _examine(rule, usable, solver):
            found.setdefault((conflict.kind, frozenset(conflict.rules)), conflict)
    causes = [set(conflict.rules) for conflict in found.values() if conflict.kind == "contradictory"]
    # What cannot apply only because other constraints contradict each other is not one more finding.
    kept = [
        conflict
        for conflict in found.values()
        if conflict.kind == "contradictory" or not any(cause < {*conflict.rules} for cause in causes)
    ]
    return sorted(kept, key=lambda conflict: (conflict.kind, conflict.rules))


def list_open_rules(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Return the names of the rules with comparisons that are left open, as they hold functions but arithmetic."""
    arithmetic = {"+", "-", "*", "/"}
    return tuple(sorted(rule.name for rule in rules if collect_operators(rule.body) - arithmetic))


class _Instance(NamedTuple):
    rule: Rule
    bindings: dict[str, str]


def _examine(rule: Rule, rules: Sequence[Rule], solver: Solver) -> Iterator[Conflict]:
    comparisons = [element for element in rule.body if isinstance(element, Comparison)]
    negations = [element for element in rule.body if isinstance(element, Negation)]
    atoms = tuple(dict.fromkeys(element for element in rule.body if isinstance(element, Atom)))
    if rule.is_integrity and not comparisons and not negations:
        return
    known, instances = _apply_all(atoms, rules)
    if not (comparisons or negations or any(instance.rule.is_integrity for instance in instances)):
        return
    problem = _Problem(rule, atoms, known, instances)
    body = problem.write_body(rule, {name: name for name in _list_outer(rule)})
    core = solver.find_core(problem.write([f"(assert {body})"]), [] if rule.is_integrity else problem.guards)
    if core is not None:
        names = _merge(rule.name, problem.name_guards(core))
        yield Conflict("never-applies", names, rule.name, atoms, (), "", _explain_never(rule.name, names, atoms))
        return
    if not rule.is_integrity or not comparisons:
        return
    stated = [f"(assert {problem.write_comparison(comparison, {})})" for comparison in comparisons[:-1]]
    stated.append(f"(assert {problem.write_negations(rule, {})})")
    text = problem.write([*stated, *problem.strict])
    core = solver.find_core(text, problem.guards)
    if core is None:
        return
    names = problem.name_guards(core)
    if rule.name not in names:
        # Others forbid what it is about. That is certain only if it needs no constraint to be taken strictly.
        others = [guard for guard in problem.guards if problem.by_guard[guard] != rule.name]
        core = solver.find_core(problem.write(stated), others)
        if core is not None:
            names = _merge(rule.name, problem.name_guards(core))
            yield Conflict("never-applies", names, rule.name, atoms, (), "", _explain_never(rule.name, names, atoms))
        return
    example, broken = problem.find_example(solver, text, core)
    explanation = _explain_contradiction(names, atoms, comparisons[:-1], example, broken)
    yield Conflict("contradictory", names, rule.name, atoms, example, broken, explanation)


def _list_outer(rule: Rule) -> tuple[str, ...]:
    outer = (element for element in rule.body if not isinstance(element, Negation))
    return tuple(sorted({name for element in outer for name in collect_variables(element)}))


def _merge(name: str, names: Iterable[str]) -> tuple[str, ...]:
    return tuple(sorted({name, *names}))


_ByKey = dict[str, list[Atom]]


def _match(atoms: Sequence[Atom], known: _ByKey, bindings: Mapping[str, str]) -> Iterator[dict[str, str]]:
    """Yield every way to map atoms onto known atoms."""
    if not atoms:
        yield dict(bindings)
        return
    for target in known.get(atoms[0].key, ()):
        extended = _unify(atoms[0], target, bindings)
        if extended is not None:
            yield from _match(atoms[1:], known, extended)


def _unify(atom: Atom, target: Atom, bindings: Mapping[str, str]) -> dict[str, str] | None:
    if atom.predicate != target.predicate:
        return None
    extended = dict(bindings)
    for pattern, term in ((atom.subject, target.subject), (atom.object, target.object)):
        if (extended.setdefault(pattern, term) if is_variable(pattern) else pattern) != term:
            return None
    return extended


def _apply_all(atoms: Sequence[Atom], rules: Sequence[Rule]) -> tuple[_ByKey, list[_Instance]]:
    """Close the skeleton under the rules' atoms; return all atoms that may hold, and the instances."""
    known: _ByKey = {}
    for atom in atoms:
        known.setdefault(atom.key, []).append(atom)
    instances: dict[tuple[str, tuple[tuple[str, str], ...]], _Instance] = {}
    changed = True
    while changed:
        changed = False
        for rule in rules:
            body = [element for element in rule.body if isinstance(element, Atom)]
            if not all(atom.key in known for atom in body):
                continue
            for bindings in list(_match(body, known, {})):
                key = (rule.name, tuple(sorted(bindings.items())))
                if key in instances or len(instances) >= _INSTANCES:
                    continue
                instances[key] = _Instance(rule, bindings)
                changed = True
                for head in (_replace(head, bindings) for head in rule.head):
                    if head not in known.setdefault(head.key, []):
                        known[head.key].append(head)
    return known, list(instances.values())


def _needs_order(comparison: Comparison) -> bool:
    sides = (comparison.left, comparison.right)
    return comparison.operator not in ("=", "!=") or any(isinstance(side, Operation) for side in sides)


def _is_decided(comparison: Comparison) -> bool:
    """Tell whether Z3 can decide a comparison over all worlds: when it has no functions but arithmetic."""
    return is_arithmetic(comparison.left, comparison.right)


def _replace(atom: Atom, bindings: Mapping[str, str]) -> Atom:
    return Atom(bindings.get(atom.subject, atom.subject), atom.predicate, bindings.get(atom.object, atom.object))


class _Problem:
    """The skeleton and the instances of one rule as SMT-LIB text."""

    def __init__(self, rule: Rule, atoms: Sequence[Atom], known: _ByKey, instances: Sequence[_Instance]) -> None:
        self.rule, self.atoms, self.known = rule, atoms, known
        self.numbers = {atom: number for number, atom in enumerate(a for found in known.values() for a in found)}
        names = sorted({instance.rule.name for instance in instances})
        self.by_guard = {f"g{number}": name for number, name in enumerate(names)}
        self.guards = list(self.by_guard)
        guard_of = {name: guard for guard, name in self.by_guard.items()}
        self.negated: dict[tuple[Negation, tuple[tuple[str, str], ...]], str] = {}
        self.bounds: list[str] = []
        self.open: dict[tuple[Comparison, tuple[tuple[str, str], ...]], str] = {}
        constants = {t for i in instances for t in _list_constants(i.rule)} | {*_list_constants(rule)}
        self.constants = read_values(sorted(constants))
        self.terms = sorted({a for atom in self.numbers for a in (atom.subject, atom.object) if is_variable(a)})
        self.names = {term: number for number, term in enumerate(self.terms)}
        self.rules: list[str] = []
        self.strict: list[str] = []
        for instance in instances:
            body = self.write_body(instance.rule, instance.bindings)
            heads = [f"a{self.numbers[_replace(head, instance.bindings)]}" for head in instance.rule.head]
            then = f"(and {' '.join(heads)})" if heads else "false"
            guard = guard_of[instance.rule.name]
            self.rules.append(f"(assert (=> {guard} {body} {then}))")
            asked = [element for element in instance.rule.body if isinstance(element, Comparison)][-1:]
            if instance.rule.is_integrity and asked and _needs_order(asked[0]) and _is_decided(asked[0]):
                rest = replace(instance.rule, body=tuple(e for e in instance.rule.body if e is not asked[0]))
                strict = write_comparable(asked[0], self.look_up(instance.bindings))
                self.strict.append(f"(assert (=> {guard} {self.write_body(rest, instance.bindings)} {strict}))")

    def name_guards(self, guards: Iterable[str]) -> tuple[str, ...]:
        return tuple(sorted(self.by_guard[guard] for guard in guards))

    def look_up(self, bindings: Mapping[str, str]) -> _Lookup:
        return _Lookup(self, bindings)

    def write_body(self, rule: Rule, bindings: Mapping[str, str]) -> str:
        parts = [f"a{self.numbers[_replace(atom, bindings)]}" for atom in rule.body if isinstance(atom, Atom)]
        parts += [self.write_comparison(part, bindings) for part in rule.body if isinstance(part, Comparison)]
        return f"(and true {' '.join(parts)} {self.write_negations(rule, bindings)})"

    def write_comparison(self, comparison: Comparison, bindings: Mapping[str, str]) -> str:
        """Write a comparison; one with functions that are not arithmetic is a Boolean about which nothing is known."""
        if _is_decided(comparison):
            return write_comparison(comparison, self.look_up(bindings))
        used = tuple(sorted((name, bindings.get(name, name)) for name in collect_variables(comparison)))
        return self.open.setdefault((comparison, used), f"u{len(self.open)}")

    def write_negations(self, rule: Rule, bindings: Mapping[str, str]) -> str:
        negations = (element for element in rule.body if isinstance(element, Negation))
        names = (self._name_negation(negation, rule, bindings) for negation in negations)
        return f"(and true {' '.join(f'(not {name})' for name in names)})"

    def _name_negation(self, negation: Negation, rule: Rule, bindings: Mapping[str, str]) -> str:
        outer = {n: bindings.get(n, n) for n in collect_variables(negation) if n in _list_outer(rule)}
        key = (negation, tuple(sorted(outer.items())))
        if key in self.negated:
            return self.negated[key]
        name = self.negated[key] = f"n{len(self.negated)}"
        atoms = [part for part in negation.elements if isinstance(part, Atom)]
        for full in _match(atoms, self.known, outer):
            if set(collect_variables(negation)) <= full.keys():
                parts = [f"a{self.numbers[_replace(atom, full)]}" for atom in atoms]
                parts += [self.write_comparison(p, full) for p in negation.elements if isinstance(p, Comparison)]
                self.bounds.append(f"(assert (=> (and true {' '.join(parts)}) {name}))")
        return name

    def write(self, statements: Sequence[str]) -> str:
        lines = [f"(declare-const a{number} Bool)" for number in self.numbers.values()]
        lines += [f"(declare-const {guard} Bool)" for guard in self.guards]
        lines += [f"(declare-const {name} Bool)" for name in (*self.negated.values(), *self.open.values())]
        individuals = {atom.subject for atom in self.numbers}
        for term, number in self.names.items():
            lines.append(f"(declare-const k{number} Real)(declare-const v{number} Real)")
            kinds = [NAME] if term in individuals else range(KINDS)
            lines.append(f"(assert (or {' '.join(f'(= k{number} {kind}.0)' for kind in kinds)}))")
        lines += [f"(assert a{self.numbers[atom]})" for atom in self.atoms]
        return "\n".join([*lines, *self.bounds, *self.rules, *statements])

    def find_example(self, solver: Solver, text: str, core: Sequence[str]) -> tuple[tuple[tuple[str, str], ...], str]:
        """Values that satisfy all rules of the core but one, and the name of that one; none where some are open."""
        if self.open:
            return (), ""
        wanted = [f"{letter}{number}" for number in self.names.values() for letter in "kv"]
        for left_out in reversed(core):
            values = solver.find_values(text, [guard for guard in core if guard != left_out], wanted)
            if values is not None:
                compared = {n for e in self.rule.body if isinstance(e, Comparison) for n in collect_variables(e)}
                numbers = ((term, n) for term, n in self.names.items() if term in compared)
                shown = ((term, _show(values[f"k{n}"], values[f"v{n}"])) for term, n in numbers)
                return tuple((term, text) for term, text in shown if text), self.by_guard[left_out]
        return (), ""


class _Lookup:
    """Sides of comparisons under bindings of a rule's variables to the skeleton's terms."""

    def __init__(self, problem: _Problem, bindings: Mapping[str, str]) -> None:
        self._problem, self._bindings = problem, bindings

    def __call__(self, part: str) -> Side:
        term = self._bindings.get(part, part)
        if is_variable(term):
            number = self._problem.names[term]
            return Side(f"k{number}", f"v{number}")
        value = self._problem.constants[term]
        return Side(f"{value.kind}.0", write_number(value.number))


def _list_constants(rule: Rule) -> Iterator[str]:
    elements = [part for e in rule.body for part in (e.elements if isinstance(e, Negation) else (e,))]
    for element in (*elements, *rule.head):
        parts = [element.subject, element.object] if isinstance(element, Atom) else []
        if isinstance(element, Comparison):
            parts = [*list_terms(element.left), *list_terms(element.right)]
        yield from (part for part in parts if not is_variable(part))


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
