"""Certificates: a digest of exactly what was accepted, so that anyone who checks again can compare."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from typing import NamedTuple

from workbench.checker.facts import CheckError
from workbench.checker.judging import Checker
from workbench.model.proofs import Evidence, Proof
from workbench.model.rules import BodyElement
from workbench.model.terms import Triple
from workbench.model.theory import Theory

__all__ = ["Measure", "certify", "certify_answers", "measure_proof"]


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
    hops = sum([step.rule not in restatements for step in proof.steps])
    return Measure(proof.height, hops, len(proof.steps), len(proof.leaves))


def certify(theory: Theory, facts: Iterable[Triple], evidence: Evidence, checker: Checker | None = None) -> str:
    """Check evidence and return its certificate; CheckError with the problems when it is rejected.

    The certificate is the SHA-256 of the canonical JSON of the theory's formal part, the facts and the
    evidence. A ``checker`` for the same theory and facts saves computing the model again.
    """
    checker = _choose_checker(theory, facts, checker)
    _reject(checker.check_evidence(evidence))
    return checker.writer.digest_evidence(evidence)


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
    return checker.writer.digest_answers(body, variables, answers)


def _choose_checker(theory: Theory, facts: Iterable[Triple], checker: Checker | None) -> Checker:
    if checker is None:
        return Checker(theory, facts)
    if checker.theory is not theory or not checker.is_about(facts):
        raise CheckError("the checker given is for another theory or other facts")
    return checker


def _reject(problems: Sequence[str]) -> None:
    if problems:
        raise CheckError("; ".join(problems))
