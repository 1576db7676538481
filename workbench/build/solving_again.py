"""Items judged once more by Z3: what is new in many items is asked together, then each gets its own verdict."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from workbench.checker import Checker
from workbench.errors import WorkbenchError
from workbench.export.evidence import StatedItem
from workbench.generation.questions.draft import UNCHANGED, apply_change, extend_theory
from workbench.model.proofs import ModelPair, Proof
from workbench.model.puzzles import Puzzle
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.solving.certificates import Judge, Verdict

__all__ = ["Model", "Posed", "judge_again"]

Model = frozenset[Triple]


class Posed(NamedTuple):
    """An item, and what it is judged on: a theory with facts and their perfect model, which several may share."""

    stated: StatedItem
    theory: Theory
    facts: tuple[Triple, ...]
    model: Model


def judge_again(judge: Judge, items: Sequence[Posed]) -> Iterator[tuple[Verdict, ...] | str]:
    """Yield for each item Z3's verdicts on what it claims, or why it cannot be asked."""
    try:
        _ask_together(judge, items)
    except (WorkbenchError, ArithmeticError, ValueError):
        # Whatever cannot be asked will be asked again below, alone, and is rejected there with the reason.
        judge = Judge()
    for item in items:
        try:
            yield tuple(_judge_one(judge, item))
        except (WorkbenchError, ArithmeticError, ValueError) as error:
            yield str(error)


def _ask_together(judge: Judge, items: Sequence[Posed]) -> None:
    """Let the judge solve all problems of all items; it remembers them."""
    worlds: dict[tuple[int, Model], tuple[Theory, Model]] = {}
    proofs = []
    for stated, theory, facts, model in items:
        number = id(theory)
        for judgement in stated.judgements:
            evidence = judgement.evidence
            if judgement.change != UNCHANGED:
                continue
            if isinstance(evidence, Proof):
                proofs.append((theory, facts, evidence, model))
            else:
                worlds[number, model] = (theory, model)
            if isinstance(evidence, ModelPair):
                second = frozenset((*facts, *evidence.with_statement, evidence.statement))
                worlds[number, second] = (theory, second)
        if stated.query is not None:
            worlds[number, model] = (theory, model)
    judge.judge_worlds([*worlds.values()])
    judge.judge_proofs(proofs)


def _judge_one(judge: Judge, item: Posed) -> Iterator[Verdict]:
    stated = item.stated
    for judgement in stated.judgements:
        theory, facts, own = item.theory, item.facts, item.model
        if judgement.change != UNCHANGED:
            theory = extend_theory(theory, judgement.change.rules)
            facts = apply_change(facts, judgement.change)
            own = Checker(theory, facts).model
        evidence = judgement.evidence
        if isinstance(evidence, Proof):
            yield judge.judge_proof(theory, facts, evidence, own)
        elif isinstance(evidence, ModelPair):
            yield judge.judge_models(theory, facts, evidence)
        else:
            yield judge.judge_refutation(theory, facts, evidence, own)
    if stated.query is not None:
        yield judge.judge_answers(item.theory, item.model, stated.query.body, stated.query.variables, stated.answers)
    for part in stated.detail:
        if isinstance(part, Puzzle):
            yield judge.judge_puzzle(item.theory, item.facts, part)
