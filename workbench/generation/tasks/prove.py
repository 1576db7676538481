"""Prove: write the proof of a statement, step by step, each with its rule and what the rule is applied to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.generation.questions.draft import Answered, Claim, Draft, Verdicts, Wish
from workbench.generation.tasks.family import Asked, Described, Family, Layout, Reads, Scene, Voice, Writes
from workbench.model.proofs import Proof
from workbench.model.rules import Atom
from workbench.model.terms import Term, Triple
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import capitalise, say_fact, say_statement
from workbench.wording.task_sentences import say_proof_line

__all__ = ["Prove", "get_proof", "write_proof"]


class Prove(Family):
    """A statement that follows; the answer is its proof. Any right proof is an answer, ours is the shortest."""

    name = "prove"
    kind = "prove"
    slots = ("statement",)
    evidence = "single"
    labelled = True

    def say_choices(self, lexicon: Lexicon) -> str:
        """How to write a proof."""
        return dict(lexicon.frames.instructions)[self.name]

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Ask for a proof of the target."""
        random = scene.start(self.name)
        yield scene.carve(Wish(self.name, scene.leaves, scene.used, (Claim(scene.target),)), random)

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """The statement follows and is not stated."""
        ((statement, status),) = verdicts
        if status != "entailed":
            return "what is to be proved does not follow"
        return "the statement is already stated" if statement in draft.facts else None

    def describe(self, item: Answered) -> Described:
        """The statement."""
        return Described(query=(Atom(*item.draft.statements[0]),))

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The statement as a sentence without its period."""
        return {"statement": capitalise(say_statement(voice.lexicon, item.draft.statements[0]))}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The minimal proof, one step a line."""
        return "\n".join(write_proof(get_proof(item), layout, voice.lexicon))

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The statement, the rules in the order of their labels, and what every conclusion says."""
        return {
            "kind": self.kind,
            "triple": to.write_triple(item.draft.statements[0]),
            "rules": [rule.name for rule in layout.rules],
            "sentences": [
                {"triple": to.write_triple(fact), "text": say_fact(voice.lexicon, fact)} for fact in item.model
            ],
        }

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The statement."""
        return Asked((Claim(source.read_triple(item["query"]["triple"])),))

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The statement read is the one to be proved."""
        return reading.statement == Atom(*item.draft.statements[0])


def get_proof(item: Answered) -> Proof:
    """Return the proof of the item's one statement; ValueError when it has none."""
    evidence = item.judgements[0].evidence
    if not isinstance(evidence, Proof):
        raise ValueError("the statement has no proof")
    return evidence


def write_proof(proof: Proof, layout: Layout, lexicon: Lexicon) -> list[str]:
    """Return the lines of a proof: "S1. Ann is a parent of Bob. [R2: F1, F3]"."""
    labels: dict[Triple, str] = {}
    lines = []
    for number, step in enumerate(proof.steps, 1):
        premises = [labels.get(premise) or layout.label_fact(premise) for premise in step.premises]
        rule = layout.label_rule(step.rule)
        lines.append(say_proof_line(lexicon, f"S{number}", step.conclusion, rule, premises))
        labels[step.conclusion] = f"S{number}"
    return lines
