"""Abduce: which premise is missing, so that a statement follows?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

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
from workbench.generation.tasks.squares import Place, Square, get_key, level_mentions, list_names, make_square
from workbench.model.rules import Atom, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import capitalise, say_statement
from workbench.wording.task_sentences import say_goal

__all__ = ["Abduce"]

_GAPS = 2
"""Facts that are left out in turn, each for a question of its own."""
_LOOKED_AT = 3
_NEAR = 3
"""What may stand for each part of a fact that is left out: many squares have their statements in common."""
_SQUARES = 12
"""Squares that are tried for a question."""


class Abduce(Family):
    """Four statements made two by two, of which exactly one, stated in addition, makes the goal follow."""

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
        """What could stand in the place of a fact that is left out, two by two."""
        return (
            (rest, statement)
            for gap, rest in _list_gaps(scene)
            for square in _list_squares(scene, gap, rest)
            for statement in square.others
        )

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
        for square in _list_squares(scene, gap, rest):
            if any((rest, statement) not in scene.idle for statement in square.others):
                continue
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
    """Return facts that the target's proof rests on, with the others, as drawn."""
    leaves = sorted(scene.leaves)
    gaps = KeyedRandom("gaps", scene.level.name, scene.world.key, *scene.target).shuffle(leaves)
    return [(gap, tuple(leaf for leaf in leaves if leaf != gap)) for gap in gaps if not is_literal(gap[2])][:_LOOKED_AT]


def _list_squares(scene: Scene, gap: Triple, rest: tuple[Triple, ...]) -> Iterator[Square]:
    """Yield squares on a fact that is left out, of which nothing else follows without it, as drawn.

    Whoever stands for somebody whom the target names is named by it, too; whoever stands for another is not. What is
    said instead is in the rules for what is to follow as well, so that all options are as near to it in meaning.
    """
    excerpt = scene.excerpts[rest]
    if excerpt.is_entailed(scene.target):
        return
    random = KeyedRandom("substitutes", scene.level.name, scene.world.key, *scene.target, *gap)
    names, goal = list_names(scene, random), set(list_individuals([scene.target]))
    keys = [key for key in _list_near_keys(scene, random) if _is_like(scene, key, gap)][:_NEAR]
    choices: dict[Place, Sequence[Term]] = {"key": keys, "order": ("",)}
    choices["subject"], choices["object"] = (
        [name for name in names if (name in goal) == (own in goal)][:_NEAR] for own in (gap[0], gap[2])
    )
    parts: list[tuple[Place, Place]] = [("subject", "key")]
    if gap[1] != RDF_TYPE:
        parts += [("key", "object"), ("subject", "object"), ("key", "order")]
    pairs = [
        ((first, one), (second, other))
        for first, second in parts
        for one in choices[first]
        for other in choices[second]
    ]
    made = 0
    # Where all options say the same of others, what they say tells nothing.
    for pair in sorted(random.shuffle(pairs), key=lambda pair: "key" in (pair[0][0], pair[1][0])):
        square = make_square(gap, *pair)
        if square is None or not all(map(scene.is_sensible, square.others)):
            continue
        if not any(map(excerpt.is_entailed, square.others)):
            yield square
            made += 1
            if made == _SQUARES:
                return


def _list_near_keys(scene: Scene, random: KeyedRandom) -> list[Term]:
    """Return what may be stated and can lead to what the target is about, as drawn.

    First comes what stands in a rule for anything that its proof concludes, then what does so by further rules.
    """
    theory, concluded = scene.plan.theory, dict.fromkeys(get_key(step.conclusion) for step in scene.proof.steps)
    names = {name for key in concluded for name in scene.by_head.get(key, ())}
    near = {atom.key for name in names for atom in iterate_atoms(theory.by_name[name].body)}
    far = theory.reach_back(tuple(rule.name for rule in theory.rules), concluded) - near
    fitting = frozenset(scene.plan.assertable).difference(scene.plan.values)
    return [*random.shuffle(sorted(near & fitting)), *random.shuffle(sorted(far & fitting))]


def _is_like(scene: Scene, key: Term, gap: Triple) -> bool:
    """Tell whether another class can stand for the class of a fact, or another relation for its relation."""
    return key != get_key(gap) and (key in scene.plan.classes) == (gap[1] == RDF_TYPE)
