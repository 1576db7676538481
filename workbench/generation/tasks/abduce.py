"""Abduce: which premise is missing, so that a statement follows?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from itertools import chain, combinations, product
from typing import Any, Literal

from workbench.generation.identity.grains import Part
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Change, Claim, Draft, Outcome, Verdicts, Wish
from workbench.generation.questions.individuals import list_individuals
from workbench.generation.tasks.family import (
    LETTERS,
    Asked,
    Described,
    Family,
    Layout,
    Reads,
    Scene,
    Voice,
    Writes,
)
from workbench.generation.tasks.squares import (
    Square,
    level_mentions,
    list_names,
    make_row,
    make_square,
    put,
)
from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import capitalise, say_statement
from workbench.wording.task_sentences import say_goal

__all__ = ["Abduce"]

_GAPS = 2
"""Facts that are left out in turn, each for a question of its own."""
_LOOKED_AT = 4
_NEAR = 6
"""Who may stand at each end of a fact that is left out: many squares have their statements in common."""
_PAIRED = 3
"""How many of those at either end are paired with each other."""
_SQUARES = 24
"""Squares that are tried for a question."""

_End = Literal["subject", "object"]


class Abduce(Family):
    """Four statements that are alike to the goal, of which exactly one, stated in addition, makes it follow."""

    name = "abduce"
    kind = "abduce"
    slots = ("goal", "options")
    evidence = "options"

    def say_choices(self, lexicon: Lexicon) -> str:
        """How to answer."""
        return dict(lexicon.frames.instructions)[self.name]

    def list_excerpts(self, scene: Scene) -> Iterable[tuple[Triple, ...]]:
        """What the target rests on, without a fact."""
        return (rest for _, rest in _list_gaps(scene))

    def list_additions(self, scene: Scene) -> Iterable[tuple[tuple[Triple, ...], Triple]]:
        """What could stand in the place of a fact that is left out."""
        return ((rest, one) for gap, rest in _list_gaps(scene) for one in _list_others(scene, gap, rest))

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Leave out a fact that the target's proof rests on, and offer it in a square: nothing else there would do."""
        random = scene.start(self.name)
        made = 0
        for gap, rest in _list_gaps(scene):
            draft = self._carve(scene, gap, rest, random)
            if draft is not None:
                yield draft
                made += 1
                if made == _GAPS:
                    return

    def _carve(self, scene: Scene, gap: Triple, rest: tuple[Triple, ...], random: KeyedRandom) -> Draft | None:
        others = [one for one in _list_others(scene, gap, rest) if (rest, one) in scene.idle]
        for square in _list_squares(scene, gap, others):
            context = level_mentions(scene, rest, square, (gap,))
            if context is None:
                continue
            claims = tuple(Claim(scene.target, Change(added=(one,))) for one in random.shuffle([gap, *square.others]))
            draft = scene.carve(Wish(self.name, context.facts, scene.used, claims, without=context.without), random)
            if draft is not None:
                return draft
        return None

    def agrees(self, outcome: Outcome, reference: Outcome) -> bool:
        """The same one would do: whether the goal is refuted with another or unknown is not asked."""
        return self._follows_alike(outcome, reference)

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


def _list_gaps(scene: Scene) -> list[tuple[Triple, tuple[Triple, ...]]]:
    """Return facts that the target's proof rests on and that speak of somebody else, with the others, as drawn.

    What a premise says of those alone whom the target names, the target tells whoever knows the rules.
    """
    leaves = sorted(scene.leaves)
    gaps = KeyedRandom("gaps", scene.level.name, scene.world.key, *scene.target).shuffle(leaves)
    open_gaps = [gap for gap in gaps if not is_literal(gap[2]) and _list_free(scene, gap)]
    return [(gap, tuple(leaf for leaf in leaves if leaf != gap)) for gap in open_gaps[:_LOOKED_AT]]


def _list_free(scene: Scene, gap: Triple) -> list[_End]:
    """Return at which ends of a fact somebody stands whom the target does not name."""
    goal = list_individuals([scene.target])
    ends: list[_End] = ["subject"] if gap[1] == RDF_TYPE else ["subject", "object"]
    return [end for end in ends if _get_end(gap, end) not in goal and _get_end(gap, end) in scene.names]


def _get_end(statement: Triple, end: _End) -> Term:
    return statement[0] if end == "subject" else statement[2]


def _list_squares(scene: Scene, gap: Triple, others: Sequence[Triple]) -> list[Square]:
    """Return rows and squares on a fact that is left out, made of ``others``, as drawn."""
    random = KeyedRandom("substitutes", scene.level.name, scene.world.key, *scene.target, *gap)
    free = _list_free(scene, gap)
    peers = {end: [_get_end(one, end) for one in others if one == put(gap, end, _get_end(one, end))] for end in free}
    found = [make_row(gap, end, three) for end in free for three in combinations(peers[end], 3)]
    if len(free) == 2:
        pairs = product(peers["subject"], peers["object"])
        found += [make_square(gap, ("subject", one), ("object", other)) for one, other in pairs]
    known = set(others)
    fitting = [square for square in found if square is not None and known.issuperset(square.others)]
    return random.shuffle(fitting)[:_SQUARES]


def _list_others(scene: Scene, gap: Triple, rest: tuple[Triple, ...]) -> list[Triple]:
    """Return what may be offered beside a fact that is left out, of which nothing follows without it, as drawn.

    All say the same of others: whoever the target names stands where the fact has them, anybody else stands for
    somebody whom it does not name. So whoever knows what the target is about knows of each option the same.
    """
    excerpt = scene.excerpts[rest]
    if excerpt.is_entailed(scene.target):
        return []
    random = KeyedRandom("peers", scene.level.name, scene.world.key, *scene.target, *gap)
    goal, free = list_individuals([scene.target]), _list_free(scene, gap)
    names = [name for name in list_names(scene, random) if name not in goal and name not in (gap[0], gap[2])]

    def fits(statement: Triple) -> bool:
        return scene.is_sensible(statement) and not excerpt.is_entailed(statement)

    alone = {end: [one for name in names if fits(one := put(gap, end, name))][:_NEAR] for end in free}
    both = []
    if len(free) == 2:
        pairs = product(alone["subject"][:_PAIRED], alone["object"][:_PAIRED])
        both = [one for first, other in pairs if fits(one := (first[0], gap[1], other[2]))]
    return [*chain.from_iterable(alone.values()), *both]
