"""Entailment: is a statement true, false, or can it not be known?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.generation.questions.draft import Answered, Claim, Draft, Verdicts
from workbench.generation.tasks.family import Asked, Described, Family, Layout, Reads, Scene, Voice, Writes
from workbench.model.rules import Atom
from workbench.model.terms import Term
from workbench.wording.reader import Reading
from workbench.wording.sentences import capitalise, say_statement

__all__ = ["Entailment"]

_GAPS = 3


class Entailment(Family):
    """One statement with its status: entailed, refuted or unknown."""

    name = "entailment"
    kind = "holds"
    slots = ("statement",)
    evidence = "single"

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Ask for the target itself, for it with something left out, and for statements near it."""
        random = scene.start(self.name)
        leaves, used = scene.leaves, scene.used
        claim = (Claim(scene.target),)
        yield scene.carve(self.name, leaves, used, random, claims=claim, aim="entailed")
        for gap in random.shuffle(sorted(leaves))[:_GAPS]:
            yield scene.carve(self.name, leaves - {gap}, used, random, claims=claim, aim="unknown", without=(gap,))
        for statement, refutation in scene.wrong:
            ground, names, aim = leaves, used, "unknown"
            key = Atom(*statement).key
            if refutation is not None:
                ground, names = set(refutation.leaves) - {statement}, set(refutation.iterate_rules())
                aim = "refuted"
            elif key in scene.plan.theory.closed:
                aim = "refuted"
            else:
                names = used | set(scene.by_head.get(key, ())[:2])
            yield scene.carve(self.name, ground, names, random, claims=(Claim(statement),), aim=aim)

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """The status must be the one aimed at, and the statement not among the facts."""
        ((statement, status),) = verdicts
        if status != draft.aim:
            return "another status than aimed at"
        return "the statement is already stated" if statement in draft.facts else None

    def describe(self, item: Answered) -> Described:
        """The statement."""
        return Described(query=(Atom(*item.draft.statements[0]),))

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The statement as a sentence without its period."""
        return {"statement": capitalise(say_statement(voice.lexicon, item.draft.statements[0]))}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """One of the language's three answers."""
        return dict(voice.lexicon.frames.answers)[item.judgements[0].status]

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The statement."""
        return {"kind": self.kind, "triple": to.write_triple(item.draft.statements[0])}

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The statement."""
        return Asked((Claim(source.read_triple(item["query"]["triple"])),))

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The statement read is the one asked about."""
        return reading.statement == Atom(*item.draft.statements[0])
