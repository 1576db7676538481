"""Proofs as propositional problems over numbered atoms, rebuilt from the rules and the bindings of the steps.

Nothing is taken from a step's premises or conclusion but the claim that they are what the rule gives. Ground
triples become numbers by first occurrence from the goal down, so proofs that differ only in names share one
:class:`Skeleton`; their comparisons are kept beside it, and what a step says is absent as a *negation* of its rule
with the terms it is about.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

from workbench.model.builtins import evaluate_expression
from workbench.model.proofs import FALSE, Proof, Step
from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Negation, Operation, Rule
from workbench.model.terms import Triple, is_variable
from workbench.solving.encoding import Sentence, make_literal, make_sentence
from workbench.solving.localities import Locality, find_localities
from workbench.solving.values import is_arithmetic, is_canonical_number

__all__ = [
    "ASKED",
    "Absence",
    "RuleReading",
    "Skeleton",
    "StepError",
    "Unfolded",
    "read_rule",
    "unfold_proof",
    "write_skeleton",
]


class StepError(ValueError):
    """A proof is not what it says; the message names the step."""


class Skeleton(NamedTuple):
    """Implications between numbered atoms; atom 0 is the goal, and a head without atoms is false.

    Each implication is (body atoms, absent negations, head atoms). ``stated`` are atoms that are facts,
    ``assumed`` is the statement of a refutation, or -1.
    """

    implications: tuple[tuple[tuple[int, ...], tuple[int, ...], tuple[int, ...]], ...]
    stated: tuple[int, ...]
    assumed: int
    is_false: bool


class Absence(NamedTuple):
    """A negation of a rule and the terms of the variables that it shares with the rest of the body."""

    rule: str
    number: int
    terms: tuple[str, ...]


class Unfolded(NamedTuple):
    """What has to be judged about one proof."""

    skeleton: Skeleton
    comparisons: tuple[Comparison, ...]
    absences: tuple[Absence, ...]


class RuleReading(NamedTuple):
    """A rule taken apart: its sentence, its computed variables, its comparisons and its negations.

    ``localities`` are the rule seen from each of its atoms, ``asked`` its negations seen from the terms of the
    variables ``shared`` with the rest of the body.
    """

    rule: Rule
    sentence: Sentence
    variables: frozenset[str]
    atoms: tuple[Atom, ...]
    comparisons: tuple[Comparison, ...]
    negations: tuple[Negation, ...]
    shared: tuple[tuple[str, ...], ...]
    localities: tuple[Locality, ...]
    asked: tuple[Locality, ...]


def read_rule(rule: Rule) -> RuleReading:
    """Take a rule apart."""
    sentence = make_sentence(rule.body, [make_literal(atom) for atom in rule.head])
    negations = tuple(element for element in rule.body if isinstance(element, Negation))
    variables = sentence.variables
    shared = tuple(tuple(sorted(_list_variables(negation.elements) & variables)) for negation in negations)
    atoms = tuple(element for element in rule.body if isinstance(element, Atom))
    comparisons = tuple(element for element in rule.body if isinstance(element, Comparison))
    # asked(shared variables) ^ what the rule negates -> false
    absences = (
        make_sentence(negation.elements, (), names).with_atom(ASKED, names)
        for negation, names in zip(negations, shared, strict=True)
    )
    asked = tuple(find_localities(absence)[0] for absence in absences)
    # A rule without atoms is seen from nothing.
    localities = find_localities(sentence if atoms else sentence.with_atom(ASKED, ()))
    return RuleReading(rule, sentence, variables, atoms, comparisons, negations, shared, localities, asked)


def _list_variables(elements: Iterable[BodyElement]) -> set[str]:
    sentence = [part for element in elements for part in _list_terms(element)]
    return {part for part in sentence if is_variable(part)}


def _list_terms(part: BodyElement | Expression) -> list[str]:
    if isinstance(part, str):
        return [part]
    if isinstance(part, Atom):
        return [part.subject, part.object]
    if isinstance(part, Negation):
        return [term for element in part.elements for term in _list_terms(element)]
    sides = part.arguments if isinstance(part, Operation) else (part.left, part.right)
    return [term for side in sides for term in _list_terms(side)]


def _ground(atom: Atom, bindings: Mapping[str, str]) -> Triple:
    return (bindings.get(atom.subject, atom.subject), atom.predicate, bindings.get(atom.object, atom.object))


def _ground_expression(expression: Expression, bindings: Mapping[str, str]) -> Expression:
    if isinstance(expression, str):
        return bindings.get(expression, expression)
    return Operation(expression.operator, tuple(_ground_expression(part, bindings) for part in expression.arguments))


def _ground_negation(negation: Negation, bindings: Mapping[str, str]) -> Negation:
    parts: list[Atom | Comparison] = []
    for part in negation.elements:
        if isinstance(part, Atom):
            parts.append(Atom(*_ground(part, bindings)))
        else:
            left, right = _ground_expression(part.left, bindings), _ground_expression(part.right, bindings)
            parts.append(Comparison(part.operator, left, right))
    return Negation(tuple(parts))


def _is_written_so(term: str, value: Expression) -> bool:
    """Tell whether a binding is written as what ``value`` gives; Z3 judges the equation, which is a comparison."""
    if isinstance(value, str):
        return term == value
    return is_canonical_number(term) if is_arithmetic(value) else term == evaluate_expression(value, {})


def _order_from_goal(proof: Proof) -> list[Step]:
    """The steps that the goal rests on, each after its premises, in an order that names have no part in."""
    if len(proof.steps) == 1 and proof.steps[0].conclusion == proof.goal:
        return list(proof.steps)
    by_conclusion = {step.conclusion: step for step in proof.steps}
    order: dict[Triple, Step] = {}
    stack = [(proof.goal, False)]
    open_: set[Triple] = set()
    while stack:
        triple, is_done = stack.pop()
        step = by_conclusion.get(triple)
        if step is None or triple in order:
            continue
        if is_done:
            order[triple] = step
        elif triple not in open_:
            open_.add(triple)
            stack.append((triple, True))
            stack += [(premise, False) for premise in step.premises[::-1] if premise in by_conclusion]
    return list(order.values())


def unfold_proof(
    rules: Mapping[str, RuleReading], facts: Set[Triple], proof: Proof, assumed: Triple | None = None
) -> Unfolded:
    """Rebuild the instances of a proof; raises :class:`StepError` when a step is none of its rule."""
    numbers: dict[Triple, int] = {proof.goal: 0}
    implications, comparisons = [], []
    absences: dict[Absence, int] = {}
    steps = _order_from_goal(proof)
    if len(steps) != len(proof.steps):
        raise StepError("a step is not needed, or two steps conclude the same")
    for step in steps:
        reading, bindings = rules.get(step.rule), dict(step.bindings)
        if reading is None:
            raise StepError(f"there is no rule {step.rule}")
        if bindings.keys() != reading.variables or "?" in [term[:1] for term in bindings.values()]:
            raise StepError(f"the bindings of rule {step.rule} are not those of its variables")
        get = bindings.get
        body = tuple([(get(subject, subject), key, get(end, end)) for subject, key, end in reading.atoms])
        heads = tuple([(get(subject, subject), key, get(end, end)) for subject, key, end in reading.rule.head])
        if step.premises != body or step.conclusion not in (heads or (FALSE,)):
            raise StepError(f"a step is not an instance of rule {step.rule}")
        if step.absent != tuple([_ground_negation(negation, bindings) for negation in reading.negations]):
            raise StepError(f"what a step says is absent is not what rule {step.rule} negates")
        found = []
        for number, shared in enumerate(reading.shared):
            absence = Absence(step.rule, number, tuple(bindings[variable] for variable in shared))
            found.append(absences.setdefault(absence, len(absences)))
        for part in reading.comparisons:
            left, right = _ground_expression(part.left, bindings), _ground_expression(part.right, bindings)
            comparisons.append(Comparison(part.operator, left, right))
        for variable, expression in reading.sentence.assignments:
            value = _ground_expression(expression, bindings)
            if not _is_written_so(bindings[variable], value):
                raise StepError(f"a binding of rule {step.rule} is not written as what the rule computes")
        implications.append(
            (
                tuple([numbers.setdefault(triple, len(numbers)) for triple in body]),
                tuple(found),
                tuple([numbers.setdefault(triple, len(numbers)) for triple in heads]),
            )
        )
    if assumed is not None and (not steps or assumed not in numbers):
        raise StepError("the proof does not rest on the statement")
    stated = tuple([number for triple, number in numbers.items() if triple in facts])
    skeleton = Skeleton(
        tuple(implications), stated, -1 if assumed is None else numbers.get(assumed, -1), proof.goal == FALSE
    )
    return Unfolded(skeleton, tuple(comparisons), tuple(absences))


def write_skeleton(skeleton: Skeleton, prefix: str) -> str:
    """Write a skeleton as two definitions.

    ``<prefix>wrong``: the facts and instances hold and the goal does not. ``<prefix>sane``: the facts and
    instances hold, without what is assumed; for a proof of false without assumption, the instances alone.
    """
    atoms = {number for body, _, heads in skeleton.implications for number in (*body, *heads)}
    atoms |= {0, *skeleton.stated, *([skeleton.assumed] if skeleton.assumed >= 0 else [])}
    negations = {number for _, absent, _ in skeleton.implications for number in absent}
    lines = [f"(declare-const {prefix}a{number} Bool)" for number in sorted(atoms)]
    lines += [f"(declare-const {prefix}n{number} Bool)" for number in sorted(negations)]
    instances = []
    for body, absent, heads in skeleton.implications:
        when = [f"{prefix}a{number}" for number in body] + [f"(not {prefix}n{number})" for number in absent]
        then = f"(and {' '.join(f'{prefix}a{number}' for number in heads)})" if heads else "false"
        instances.append(f"(=> (and true {' '.join(when)}) {then})")
    instances += [f"(not {prefix}n{number})" for number in sorted(negations)]
    facts = [f"{prefix}a{number}" for number in skeleton.stated]
    assumed = [f"{prefix}a{skeleton.assumed}"] if skeleton.assumed >= 0 else []
    goal = [] if skeleton.is_false else [f"(not {prefix}a0)"]
    sane = instances if skeleton.is_false and not assumed else [*instances, *facts]
    wrong = [*instances, *facts, *assumed, *goal]
    lines.append(f"(define-fun {prefix}wrong () Bool (and true {' '.join(wrong)}))")
    lines.append(f"(define-fun {prefix}sane () Bool (and true {' '.join(sane)}))")
    return "\n".join(lines)


ASKED = "asked"
"""The key of the relation that holds the terms an absence is about; no predicate is named so."""
