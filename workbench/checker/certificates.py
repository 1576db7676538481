"""Certificates: a digest of exactly what was accepted, so that anyone who checks again can compare."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from workbench.checker.facts import CheckError
from workbench.checker.judging import Checker
from workbench.model.proofs import Evidence, Proof, Refutation
from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Operation, Rule
from workbench.model.terms import Triple
from workbench.model.theory import Theory

__all__ = ["Measure", "certify", "certify_answers", "measure_proof"]

_VERSION = 1


class Measure(NamedTuple):
    """How hard a proof is: its longest path, its steps without mere restatements, its steps, its leaves."""

    height: int
    hops: int
    steps: int
    leaves: int


def measure_proof(proof: Proof, restatements: Collection[str]) -> Measure:
    """Measure a proof; ``restatements`` names the rules that only say the same in other words.

    Hops are counted over the whole proof, not along one path.
    """
    hops = sum(step.rule not in restatements for step in proof.steps)
    return Measure(proof.height, hops, len(proof.steps), len(proof.leaves))


def certify(theory: Theory, facts: Iterable[Triple], evidence: Evidence, checker: Checker | None = None) -> str:
    """Check evidence and return its certificate; CheckError with the problems when it is rejected.

    The certificate is the SHA-256 of the canonical JSON of the theory's formal part, the facts and the
    evidence. A ``checker`` for the same theory and facts saves computing the model again.
    """
    checker = _choose_checker(theory, facts, checker)
    _reject(checker.check_evidence(evidence))
    return _digest(checker, _write_evidence(evidence))


def certify_answers(
    theory: Theory,
    facts: Iterable[Triple],
    body: Sequence[BodyElement],
    variables: Sequence[str],
    answers: Collection[Sequence[str]],
    checker: Checker | None = None,
) -> str:
    """Check that answers are complete and right, and return their certificate; CheckError otherwise."""
    checker = _choose_checker(theory, facts, checker)
    _reject(checker.check_answers(body, variables, answers))
    query = [_write_element(element) for element in body]
    return _digest(checker, ["answers", query, list(variables), sorted([*answer] for answer in answers)])


def _choose_checker(theory: Theory, facts: Iterable[Triple], checker: Checker | None) -> Checker:
    if checker is None:
        return Checker(theory, facts)
    if checker.theory is not theory or checker.facts != frozenset(facts):
        raise CheckError("the checker given is for another theory or other facts")
    return checker


def _reject(problems: Sequence[str]) -> None:
    if problems:
        raise CheckError("; ".join(problems))


def _digest(checker: Checker, evidence: object) -> str:
    rules = ",".join(_write_rule(rule) for rule in checker.theory.rules)
    rest = _write_json([sorted(checker.theory.closed), sorted(checker.facts), evidence])
    return hashlib.sha256(f"[{_VERSION},[{rules}],{rest}]".encode()).hexdigest()


def _write_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


@lru_cache(maxsize=8192)
def _write_rule(rule: Rule) -> str:
    return _write_json([rule.name, [_write_element(element) for element in rule.body], rule.head])


def _write_element(element: BodyElement) -> object:
    if isinstance(element, Atom):
        return ["atom", *element]
    if isinstance(element, Comparison):
        return [element.operator, _write_expression(element.left), _write_expression(element.right)]
    return ["not", *(_write_element(part) for part in element.elements)]


def _write_expression(expression: Expression) -> object:
    if not isinstance(expression, Operation):
        return expression
    return [expression.operator, *map(_write_expression, expression.arguments)]


def _write_proof(proof: Proof) -> object:
    steps = [
        [s.rule, s.bindings, s.premises, [_write_element(negation) for negation in s.absent], s.conclusion]
        for s in proof.steps
    ]
    return ["proof", proof.goal, steps]


def _write_evidence(evidence: Evidence) -> object:
    if isinstance(evidence, Proof):
        return _write_proof(evidence)
    if isinstance(evidence, Refutation):
        return ["refutation", evidence.statement, evidence.proof and _write_proof(evidence.proof)]
    return ["models", evidence.statement, evidence.without, evidence.with_statement]
