"""Truth by enumeration: every instance of every rule over all terms, every interpretation over all ground atoms.

Exponential and proud of it. Comparisons are looked up in a table of the few literals the programs use, so nothing
here shares code with what is tested beyond the values themselves.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from hypothesis import strategies as st

from workbench.model.proofs import FALSE, ModelPair, Proof, Refutation, Step
from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Negation, Operation, Rule
from workbench.model.terms import RDF_TYPE, XSD_DECIMAL, XSD_INTEGER, Triple
from workbench.model.theory import Theory

NS = "https://example.org/t#"
NUMBERS = {
    f'"1"^^{XSD_INTEGER}': Fraction(1),
    f'"2"^^{XSD_INTEGER}': Fraction(2),
    f'"2.0"^^{XSD_DECIMAL}': Fraction(2),
    f'"3.5"^^{XSD_DECIMAL}': Fraction(7, 2),
}


def name(text: str) -> str:
    return f"<{NS}{text}>"


def fact(text: str) -> Triple:
    """``p a b`` or ``A a``; numbers as in ``n a 2``."""
    words = text.split()
    if len(words) == 2:
        return (name(words[1]), RDF_TYPE, name(words[0]))
    literal = {"1": 0, "2": 1, "2.0": 2, "3.5": 3}.get(words[2])
    return (name(words[1]), name(words[0]), name(words[2]) if literal is None else list(NUMBERS)[literal])


def atom(text: str) -> Atom:
    """Like :func:`fact`, with variables as ``?x``."""
    words = text.split()
    terms = [w if w.startswith("?") else name(w) for w in words]
    return Atom(terms[1], RDF_TYPE, terms[0]) if len(words) == 2 else Atom(terms[1], terms[0], terms[2])


def key_of(triple: tuple[str, str, str]) -> str:
    return triple[2] if triple[1] == RDF_TYPE else triple[1]


# Layers make negation stratified by construction: a head reads its own layer and below, negates below only.
LAYERS = (("p", "A", "n"), ("q", "B"), ("r", "C"))
CLOSED = frozenset({name("p"), name("A"), name("B")})
LAYER = {name(key): number for number, keys in enumerate(LAYERS) for key in keys}


class Program(NamedTuple):
    theory: Theory
    facts: frozenset[Triple]


def _draw_atom(draw: st.DrawFn, keys: list[str], variables: list[str]) -> Atom:
    key = draw(st.sampled_from(keys))
    subject = draw(st.sampled_from([v for v in variables if v != "?v"]))
    if key.isupper():
        return atom(f"{key} {subject}")
    return atom(f"{key} {subject} {'?v' if key == 'n' else draw(st.sampled_from(variables[:-1]))}")


@st.composite
def draw_rule(draw: st.DrawFn, number: int, numeric: bool) -> Rule:
    variables = ["?x", "?y", "?x", "?y", "a", "?v"]
    layer = draw(st.integers(0, 2))
    below = [key for keys in LAYERS[: layer + 1] for key in keys if numeric or key != "n"]
    body: list[BodyElement] = [
        _draw_atom(draw, below, variables) for _ in range(draw(st.sampled_from([1, 1, 1, 2, 2, 3])))
    ]
    bound = sorted({t for a in body if isinstance(a, Atom) for t in a if t.startswith("?")} - {"?v"})
    has_value = any("?v" in a for a in body if isinstance(a, Atom))
    if len(bound) == 2 and draw(st.integers(0, 3)) == 0:
        body.append(Comparison(draw(st.sampled_from(["=", "!=", "<"])), bound[0], bound[1]))
    if has_value and draw(st.booleans()):
        right: Expression = draw(st.sampled_from(list(NUMBERS)))
        if draw(st.booleans()):
            right = Operation(draw(st.sampled_from("+-*/")), ("?v", right))
        body.append(Comparison(draw(st.sampled_from(["=", "!=", "<", "<=", ">", ">="])), "?v", right))
    negatable = [k for keys in LAYERS[:layer] for k in keys if name(k) in CLOSED]
    if negatable and draw(st.booleans()):
        inner = [*bound, "?w"] if bound else ["a", "?w"]
        parts = [_draw_atom(draw, negatable, [*inner, "?v"]) for _ in range(draw(st.integers(1, 2)))]
        body.insert(draw(st.integers(0, len(body))), Negation(tuple(parts)))
    if not bound:
        body.append(atom("A ?x"))
        bound = ["?x"]
    heads = [k for k in LAYERS[layer] if k != "n"]
    head = tuple(_draw_atom(draw, heads, [*bound, "?v"]) for _ in range(draw(st.sampled_from([0, 1, 1, 1, 1, 2]))))
    return Rule(f"r{number}", tuple(body), head)


@st.composite
def draw_program(draw: st.DrawFn, individuals: str = "abc", numeric: bool = True) -> Program:
    rules = [draw(draw_rule(number, numeric)) for number in range(draw(st.integers(2, 7)))]
    possible = sorted(list_atoms(individuals, numeric))
    facts = draw(st.lists(st.sampled_from(possible), min_size=3, max_size=12))
    return Program(Theory.build(rules, CLOSED), frozenset(facts))


def list_atoms(individuals: str = "abc", numeric: bool = True) -> list[Triple]:
    found = []
    for key in LAYER:
        if key == name("n"):
            found += [(name(i), key, v) for i in individuals for v in NUMBERS] if numeric else []
        elif key[-2].isupper():
            found += [(name(i), RDF_TYPE, key) for i in individuals]
        else:
            found += [(name(i), key, name(j)) for i in individuals for j in individuals]
    return found


def _evaluate(expression: Expression, row: Mapping[str, str]) -> Fraction | str | None:
    if isinstance(expression, Operation):
        left, right = (_evaluate(argument, row) for argument in expression.arguments)
        if not isinstance(left, Fraction) or not isinstance(right, Fraction):
            return None
        if expression.operator == "/":
            return left / right if right else None
        return {"+": left + right, "-": left - right, "*": left * right}[expression.operator]
    term = row.get(expression, expression)
    return NUMBERS.get(term, term)


def is_true(comparison: Comparison, row: Mapping[str, str]) -> bool:
    left, right = _evaluate(comparison.left, row), _evaluate(comparison.right, row)
    if left is None or right is None:
        return False
    computed = isinstance(comparison.left, Operation) or isinstance(comparison.right, Operation)
    if computed and not (isinstance(left, Fraction) and isinstance(right, Fraction)):
        return False
    if comparison.operator in ("=", "!="):
        return (left == right) == (comparison.operator == "=")
    if not (isinstance(left, Fraction) and isinstance(right, Fraction)):
        return False
    return {"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[comparison.operator]


def ground(pattern: Atom, row: Mapping[str, str]) -> Triple:
    return (row.get(pattern[0], pattern[0]), pattern[1], row.get(pattern[2], pattern[2]))


def list_terms(program: Program) -> list[str]:
    terms = {t for f in program.facts for t in ((f[0],) if f[1] == RDF_TYPE else (f[0], f[2]))}
    return sorted(terms | {name("a"), name("b")})


def _variables(elements: Iterable[BodyElement]) -> list[str]:
    found: set[str] = set()

    def visit(part: object) -> None:
        if isinstance(part, str):
            found.update([part] if part.startswith("?") else [])
        elif isinstance(part, tuple):
            for item in part:
                visit(item)
        elif isinstance(part, (Comparison, Operation)):
            for side in part.arguments if isinstance(part, Operation) else (part.left, part.right):
                visit(side)
        elif isinstance(part, Negation):
            visit(part.elements)

    for element in elements:
        visit(element)
    return sorted(found)


def is_absent(negation: Negation, row: Mapping[str, str], terms: list[str], reference: Iterable[Triple]) -> bool:
    inner = [v for v in _variables(negation.elements) if v not in row]
    for values in itertools.product(terms, repeat=len(inner)):
        full = {**row, **dict(zip(inner, values, strict=True))}
        if all(
            is_true(part, full) if isinstance(part, Comparison) else ground(part, full) in reference
            for part in negation.elements
        ):
            return False
    return True


class Instance(NamedTuple):
    rule: Rule
    row: dict[str, str]
    premises: tuple[Triple, ...]
    heads: tuple[Triple, ...]


def list_instances(program: Program) -> list[Instance]:
    """All instances whose comparisons hold."""
    terms, found = list_terms(program), []
    for rule in program.theory.rules:
        variables = _variables(e for e in rule.body if not isinstance(e, Negation))
        for values in itertools.product(terms, repeat=len(variables)):
            row = dict(zip(variables, values, strict=True))
            if all(is_true(e, row) for e in rule.body if isinstance(e, Comparison)):
                premises = tuple(ground(e, row) for e in rule.body if isinstance(e, Atom))
                found.append(Instance(rule, row, premises, tuple(ground(h, row) for h in rule.head)))
    return found


class Truth:
    """What is so about a program: its perfect model, the status of any statement, and evidence for it."""

    def __init__(self, program: Program) -> None:
        self.program = program
        self.terms = list_terms(program)
        self.instances = list_instances(program)
        self.model = set(program.facts)
        self.rounds: dict[Triple, Step] = {}
        for layer in range(len(LAYERS)):
            self._close(self.model, self.model, self.rounds, layer)
        self.model = frozenset(self.model)
        self.consistent = not any(not i.heads and self._fires(i, self.model, self.model) for i in self.instances)

    def _fires(self, instance: Instance, world: Iterable[Triple], reference: Iterable[Triple]) -> bool:
        return all(p in world for p in instance.premises) and all(
            is_absent(e, instance.row, self.terms, reference) for e in instance.rule.body if isinstance(e, Negation)
        )

    def make_step(self, instance: Instance, conclusion: Triple) -> Step:
        absent = []
        for element in instance.rule.body:
            if isinstance(element, Negation):
                parts = [Atom(*ground(p, instance.row)) if isinstance(p, Atom) else p for p in element.elements]
                absent.append(Negation(tuple(parts)))
        bindings = tuple(sorted(instance.row.items()))
        return Step(instance.rule.name, bindings, instance.premises, tuple(absent), conclusion)

    @cached_property
    def allowed_steps(self) -> set[Step]:
        """Every step that is an instance of a rule, its negations judged in the perfect model."""
        return {
            self.make_step(i, head)
            for i in self.instances
            if all(is_absent(e, i.row, self.terms, self.model) for e in i.rule.body if isinstance(e, Negation))
            for head in (i.heads or (FALSE,))
        }

    def _close(
        self, world: set[Triple], reference: Iterable[Triple], rounds: dict[Triple, Step], layer: int | None
    ) -> None:
        changed = True
        while changed:
            changed = False
            for instance in self.instances:
                heads = [h for h in instance.heads if layer is None or LAYER[key_of(h)] == layer]
                if heads and not set(heads) <= world and self._fires(instance, world, reference):
                    for head in heads:
                        if head not in world:
                            world.add(head)
                            rounds[head] = self.make_step(instance, head)
                            changed = True

    def build_proof(self, goal: Triple, rounds: Mapping[Triple, Step]) -> Proof:
        order: dict[Triple, Step] = {}

        def visit(triple: Triple) -> None:
            if triple in rounds and triple not in order:
                for premise in rounds[triple].premises:
                    visit(premise)
                order[triple] = rounds[triple]

        visit(goal)
        return Proof(goal, tuple(order.values()))

    def build_evidence(self, statement: Triple) -> Proof | Refutation | ModelPair:
        """Evidence as the definitions ask for it; the program must be consistent."""
        if statement in self.model:
            return self.build_proof(statement, self.rounds)
        if key_of(statement) in CLOSED:
            return Refutation(statement)
        world, rounds = {*self.program.facts, statement}, {}
        self._close(world, self.model, rounds, None)
        for instance in self.instances:
            if not instance.heads and self._fires(instance, world, self.model):
                rounds[FALSE] = self.make_step(instance, FALSE)
                return Refutation(statement, self.build_proof(FALSE, rounds))
        for triple in sorted(world - self.model):
            if key_of(triple) in CLOSED:
                return Refutation(statement, self.build_proof(triple, rounds))
        derived = world - self.program.facts - {statement}
        return ModelPair(statement, tuple(sorted(self.model - self.program.facts)), tuple(sorted(derived)))

    def is_model(self, world: frozenset[Triple]) -> bool:
        """Whether every rule holds in ``world`` classically, negations judged in itself."""
        return all(
            bool(i.heads) and all(h in world for h in i.heads) for i in self.instances if self._fires(i, world, world)
        )

    def iterate_models(self, atoms: Iterable[Triple]) -> Iterator[frozenset[Triple]]:
        """All models over the given atoms that contain the facts and keep M's closed part."""
        closed = frozenset(t for t in self.model if key_of(t) in CLOSED)
        fixed = self.program.facts | closed
        free = [t for t in atoms if key_of(t) not in CLOSED and t not in fixed]
        for size in range(len(free) + 1):
            for chosen in itertools.combinations(free, size):
                world = fixed.union(chosen)
                if self.is_model(world):
                    yield world
