"""Conflict: which of the facts contradict each other?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.errors import DatasetError
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Change, Claim, Draft, Verdicts, Wish
from workbench.generation.tasks.family import Asked, Described, Family, Layout, Reads, Voice, WorldScene, Writes
from workbench.model.proofs import FALSE, Proof
from workbench.model.terms import Term, Triple
from workbench.model.theory import Theory
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading

__all__ = ["Conflict"]

_LEAST_FACTS = 2


class Conflict(Family):
    """The context contradicts itself: the answer is the one smallest set of facts from which *false* follows.

    The first claim is *false* in the whole context, proved from exactly that set and from nothing that is absent, so
    the set contradicts itself whatever stands beside it. Then *false* is claimed without each member in turn, where
    it does not follow: every contradiction needs every member, so no other set is smallest.
    """

    name = "conflict"
    kind = "conflict"
    slots = ()
    evidence = "conflict"
    labelled = True
    breaks = True

    def say_choices(self, lexicon: Lexicon) -> str:
        """How to answer."""
        return dict(lexicon.frames.instructions)[self.name]

    def propose_broken(self, scene: WorldScene, proof: Proof) -> Iterable[Draft | None]:
        """Ask for the facts that the proof rests on."""
        leaves = proof.leaves
        if len(leaves) < _LEAST_FACTS or not _rests_on(proof, leaves):
            return
        random = KeyedRandom("draft", scene.level.name, scene.world.key, self.name, *leaves)
        claims = (Claim(FALSE), *(Claim(FALSE, Change(removed=(fact,))) for fact in leaves))
        yield scene.carve(Wish(self.name, leaves, proof.iterate_rules(), claims), random)

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """*False* follows, without any one of the set it does not, and the set is stated."""
        statuses = [status for _, status in verdicts]
        members = _list_members(draft)
        if len(members) < _LEAST_FACTS or not set(members) <= set(draft.facts):
            return "the contradicting facts are not stated, or too few"
        if statuses[0] != "entailed":
            return "the facts do not contradict each other"
        return "there is more than one contradicting set" if "entailed" in statuses[1:] else None

    def describe(self, item: Answered) -> Described:
        """Nothing beside the context: the question is the same for all."""
        return Described()

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """Nothing: the template asks."""
        return {}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The labels of the set, in the order of the context."""
        members = sorted(_list_members(item.draft), key=layout.facts.index)
        return ", ".join(layout.label_fact(fact) for fact in members)

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The rules in the order of their labels, the set, and how the context stands without each of its facts."""
        return {
            "kind": self.kind,
            "rules": [rule.name for rule in layout.rules],
            "facts": [f"c{layout.facts.index(fact) + 1}" for fact in _list_members(item.draft)],
            "without": [
                {"status": judgement.status, "evidence": to.write_evidence(judgement, layout, voice.lexicon)}
                for judgement in item.judgements[1:]
            ],
        }

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """*False* as things stand, and without each of the facts named."""
        query = item["query"]
        facts = {entry["id"]: source.read_triple(entry["triple"]) for entry in item["context"]}
        if not set(query["facts"]) <= facts.keys():
            raise DatasetError("query.facts: names what is not in the context")
        if len(query["without"]) != len(query["facts"]):
            raise DatasetError("query.without: has not one entry for each fact")
        without = [Claim(FALSE, Change(removed=(facts[id_],))) for id_ in query["facts"]]
        judgements = [
            source.read_evidence(f"query.without[{number}]", claim, written)
            for number, (claim, written) in enumerate(zip(without, query["without"], strict=True))
        ]
        return Asked((Claim(FALSE), *without), judgements=tuple(judgements))

    def judge(self, item: Answered, theory: Theory, model: frozenset[Triple]) -> str | None:
        """The proof rests on exactly the set, on nothing that is absent, and without any one of it there is none."""
        if fault := self.find_fault(item.draft, tuple((j.statement, j.status) for j in item.judgements), ()):
            return fault
        evidence = item.judgements[0].evidence
        if isinstance(evidence, Proof) and _rests_on(evidence, _list_members(item.draft)):
            return None
        return "the contradiction rests on other facts, or on what is absent"

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """Nothing is asked that the template does not ask."""
        return True


def _rests_on(proof: Proof, facts: Sequence[Triple]) -> bool:
    return set(proof.leaves) == set(facts) and not any(step.absent for step in proof.steps)


def _list_members(draft: Draft) -> list[Triple]:
    return [fact for claim in draft.claims[1:] for fact in claim.change.removed]
