"""Abduce: which premise is missing, so that a statement follows?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.generation.identity.grains import Part
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Change, Claim, Draft, Verdicts
from workbench.generation.questions.individuals import list_individuals
from workbench.generation.tasks.family import LETTERS, Asked, Described, Family, Layout, Reads, Scene, Voice, Writes
from workbench.generation.tasks.options import OPTIONS
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.world import World
from workbench.model.proofs import Proof
from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import capitalise, say_statement
from workbench.wording.task_sentences import say_goal

__all__ = ["Abduce"]

_GAPS = 2
"""Facts that are left out in turn, each for a question of its own."""
_NEAR = 6
_MOST = 60


class Abduce(Family):
    """Four statements, of which exactly one, stated in addition, makes the goal follow."""

    name = "abduce"
    kind = "abduce"
    slots = ("goal", "options")
    evidence = "options"

    def say_choices(self, lexicon: Lexicon) -> str:
        """How to answer."""
        return dict(lexicon.frames.instructions)[self.name]

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Leave out a fact that the target's proof rests on, and offer it among statements near it."""
        random = scene.start(self.name)
        made = 0
        for gap in random.shuffle(sorted(scene.leaves)):
            rest = [fact for fact in scene.world.facts if fact != gap]
            known = {*list_individuals(rest), *scene.plan.constants}
            near = [one for one in _list_near(scene.plan, scene.world, gap) if one in scene.left_open]
            # Whoever is named in an option must be spoken of elsewhere too.
            offered = [
                one for one in (gap, *random.shuffle(near[: 2 * OPTIONS])) if known.issuperset(list_individuals([one]))
            ]
            if is_literal(gap[2]) or gap not in offered or len(offered) < OPTIONS:
                continue
            offered = offered[:OPTIONS]
            claims = tuple(Claim(scene.target, Change(added=(one,))) for one in random.shuffle(offered))
            yield scene.carve(self.name, scene.leaves - {gap}, scene.used, random, claims=claims, without=offered)
            made += 1
            if made == _GAPS:
                return

    def list_tries(self, plan: Plan, world: World, target: Triple, proof: Proof) -> Iterable[Triple]:
        """What is near the facts that could be left out: a statement that contradicts them is no option."""
        return (near for gap in proof.leaves if not is_literal(gap[2]) for near in _list_near(plan, world, gap))

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """With exactly one of them the goal follows, with each other it cannot be known; none is stated."""
        offered = [claim.change.added[0] for claim in draft.claims]
        if len(set(offered)) < len(offered) or any(one in draft.facts for one in (*offered, draft.statements[0])):
            return "the statement is already stated"
        statuses = sorted(status for _, status in verdicts)
        expected = ["entailed", *["unknown"] * (len(offered) - 1)]
        return None if statuses == expected else "not exactly one of them would do"

    def describe(self, item: Answered) -> Described:
        """The goal and what is offered."""
        parts = tuple(Part.of("option", claim.change.added[0]) for claim in item.draft.claims)
        return Described(query=(Atom(*item.draft.statements[0]),), parts=parts, undecided=True)

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The question with the goal, and the statements behind their letters."""
        said = [self.write_option(item, index, voice)[1] for index in range(len(item.judgements))]
        options = "\n".join(f"{letter}) {text}" for letter, text in zip(LETTERS, said, strict=False))
        return {"goal": say_goal(voice.lexicon, item.draft.statements[0]), "options": options}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The letter of the one that would do."""
        return LETTERS[self.find_right(item)]

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The goal."""
        return {"kind": self.kind, "triple": to.write_triple(item.draft.statements[0])}

    def write_option(self, item: Answered, index: int, voice: Voice) -> tuple[Triple, str]:
        """The statement offered and its sentence."""
        offered = item.draft.claims[index].change.added[0]
        return offered, capitalise(say_statement(voice.lexicon, offered))

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The goal under each of the additions."""
        goal = source.read_triple(item["query"]["triple"])
        offered = [source.read_triple(option["atom"]) for option in item["options"]]
        return Asked(tuple(Claim(goal, Change(added=(one,))) for one in offered))

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The goal and the statements read are those of the item."""
        offered = tuple((LETTERS[n], Atom(*claim.change.added[0])) for n, claim in enumerate(item.draft.claims))
        return reading.goal == Atom(*item.draft.statements[0]) and reading.options == offered


def _list_near(plan: Plan, world: World, gap: Triple) -> list[Triple]:
    """Return statements that could stand in a fact's place and are not stated, those that share most with it first."""
    random = KeyedRandom("near", world.key, *gap)
    subject, predicate, object_ = gap
    people = random.shuffle([term for term in list_individuals(world.facts) if term not in plan.constants])
    keys = random.shuffle([key for key in plan.assertable if key not in plan.values])
    found: dict[Triple, None] = {}
    for person in people[:_NEAR]:
        if predicate == RDF_TYPE:
            found[(person, RDF_TYPE, object_)] = None
        else:
            found[(subject, predicate, person)] = None
            found[(person, predicate, object_)] = None
    for key in keys:
        for person in people[:2]:
            ends = [subject] if predicate == RDF_TYPE else [subject, object_]
            for end in ends:
                found[(end, RDF_TYPE, key) if key in plan.classes else (end, key, person)] = None
                if key not in plan.classes:
                    found[(person, key, end)] = None
    stated = set(world.facts)
    return [one for one in found if one not in stated and one[0] != one[2]][:_MOST]
