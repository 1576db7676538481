"""The features of an answered draft: those that its item will have once it is written."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.generation.identity.grains import Identity
from workbench.generation.items.item_making import merge_proofs
from workbench.generation.questions.draft import Answered
from workbench.generation.splits.features import ItemFeatures, StepOutline, collect_features, outline_steps
from workbench.generation.tasks import get_family
from workbench.generation.tasks.step import Line
from workbench.model.curriculum import NO_STATUS
from workbench.model.proofs import FALSE, Proof, Refutation, Step
from workbench.model.rules import Rule
from workbench.model.splits import WORDS
from workbench.model.terms import Triple

__all__ = ["describe_answered"]


def describe_answered(
    item: Answered, rules: Sequence[Rule], identity: Identity, template: str = "", words: int | None = None
) -> ItemFeatures:
    """Return the features of an answered draft; ``rules`` are those of its theory.

    Without a template and the number of words of the prompt they are as for an item that has none yet.
    """
    runs = list(_list_runs(item))
    shown = [part for listed in item.draft.detail if isinstance(listed, tuple) for part in listed]
    lines = [line for line in shown if isinstance(line, Line)]
    proofs = [outline_steps(steps) for steps in runs]
    if lines:
        proofs.append(_outline_lines(lines))
    used = {step.rule for proof in proofs for step in proof}
    states_rules = item.draft.level.given == "facts+rules"
    concluded = [step.conclusion for steps in runs for step in steps if step.conclusion != FALSE]
    concluded += [line.conclusion for line in lines]
    measures = item.difficulty.list_measures()
    if words is not None:
        measures[WORDS] = words
    return collect_features(
        cell=(item.draft.level.name, item.draft.task, item.status or NO_STATUS),
        identity=identity,
        measures=measures,
        proofs=proofs,
        facts=item.draft.facts,
        asked=[*item.draft.asked, *get_family(item.draft.task).list_mentioned(item.draft)],
        concluded=concluded,
        rules=rules if states_rules else [rule for rule in rules if rule.name in used],
        template=template,
    )


def _list_runs(item: Answered) -> Iterator[Sequence[Step]]:
    """Yield the steps of every proof that the item will hold."""
    proofs: list[Proof] = []
    for judgement in item.judgements:
        evidence = judgement.evidence
        if isinstance(evidence, Refutation):
            evidence = evidence.proof or Proof(judgement.statement, ())
        if isinstance(evidence, Proof):
            proofs.append(evidence)
    if get_family(item.draft.task).evidence in ("answers", "puzzle"):
        yield merge_proofs(proofs)
    else:
        yield from (proof.steps for proof in proofs)


def _outline_lines(lines: Sequence[Line]) -> tuple[StepOutline, ...]:
    places: dict[Triple, int] = {}
    found = []
    for position, line in enumerate(lines):
        found.append(StepOutline(line.rule, tuple(places.get(premise) for premise in line.premises)))
        places.setdefault(line.conclusion, position)
    return tuple(found)
