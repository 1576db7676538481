"""Entailment: is a statement true, false, or can it not be known?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import partial
from itertools import chain
from typing import Any

from workbench.generation.questions.draft import Answered, Claim, Draft, Later, Verdicts, Wish
from workbench.generation.tasks.family import Asked, Described, Family, Layout, Reads, Scene, Voice, Writes
from workbench.model.rules import Atom
from workbench.model.terms import Term, Triple
from workbench.wording.reader import Reading
from workbench.wording.sentences import capitalise, say_statement

__all__ = ["Entailment"]

_ROUNDS = 2
"""Sets of rules with which a conclusion is asked about, where each question has a context of its own."""
_GAPS = 1
_NEAR = 2


class Entailment(Family):
    """One statement with its status: entailed, refuted or unknown."""

    name = "entailment"
    kind = "holds"
    slots = ("statement",)
    evidence = "single"

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Ask for the target itself, for it with something left out, and for statements near it and against the world.

        Questions of every status are asked of one set of rules: what refutes one statement stands beside the others,
        and what it rests on is stated first among what does not matter to them, so that neither tells the answer.
        """
        random = scene.start(self.name)
        unknown = [statement for statement in scene.wrong if statement not in scene.refuted]
        rivals = random.shuffle([*(s for s in scene.wrong if s in scene.refuted), *scene.opposed])
        has_own = scene.level.questions == 1 and scene.level.given != "none"
        gaps = random.shuffle(sorted(scene.leaves)) if has_own else []
        rounds = max(1, min(_ROUNDS, len(rivals)) if has_own else len(rivals))
        leaves, target = Later(lambda: scene.leaves), (Claim(scene.target),)
        for number in range(rounds):
            others, rival = unknown[number::rounds][:_NEAR], rivals[number] if rivals else None
            ground = Later(partial(_list_ground, scene, rival))
            rules = Later(partial(_list_rules, scene, rival, others))
            wish = partial(Wish, self.name, rules=rules, beside=Later(partial(chain, leaves, ground)))
            if rival is not None:
                yield scene.carve(wish(ground, claims=(Claim(rival),), aim="refuted"), random)
            if number == 0:
                yield scene.carve(wish(leaves, claims=target, aim="entailed"), random)
            for gap in gaps[number::rounds][:_GAPS]:
                yield scene.carve(wish(scene.leaves - {gap}, claims=target, aim="unknown", without=(gap,)), random)
            for statement in others:
                yield scene.carve(wish(leaves, claims=(Claim(statement),), aim="unknown"), random)

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


def _list_ground(scene: Scene, rival: Triple | None) -> set[Triple]:
    """Return the facts that refute a statement; of one that is closed, and without any, those behind the target."""
    refutation = scene.refuted[rival] if rival is not None else None
    return scene.leaves if refutation is None else set(refutation.leaves) - {rival}


def _list_rules(scene: Scene, rival: Triple | None, others: Sequence[Triple]) -> set[str]:
    """Return the rules of the target's proof and of what refutes a statement, and one about each of all statements."""
    rules = scene.used
    for statement in (*others, *(() if rival is None else (rival,))):
        rules.update(scene.by_head.get(Atom(*statement).key, ())[:1])
    refutation = scene.refuted[rival] if rival is not None else None
    return rules if refutation is None else rules.union(refutation.iterate_rules())
