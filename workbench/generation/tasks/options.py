"""Options: which of several statements must be true?"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import combinations, islice
from typing import Any, Literal

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Claim, Draft, Verdicts, Wish
from workbench.generation.tasks.family import LETTERS, Asked, Described, Family, Layout, Reads, Scene, Voice, Writes
from workbench.generation.tasks.squares import (
    Place,
    Square,
    get_key,
    level_mentions,
    list_keys,
    list_names,
    list_peers,
    make_row,
    make_square,
    put,
)
from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal
from workbench.wording.reader import Reading
from workbench.wording.sentences import capitalise, say_statement

__all__ = ["OPTIONS", "Options"]

OPTIONS = 4
"""How many there are to choose from."""
_MAX_FACTS = 30
_ENDS: tuple[Literal["subject"], Literal["object"]] = ("subject", "object")
_SQUARES = 4
"""Squares that are tried for a question."""
_ROUNDS = 6
_NEAR = 6
"""Individuals of whom one stands for another, and fits there."""


class Options(Family):
    """Four statements made two by two, of which exactly one follows; each of the others is false or unknown."""

    name = "options"
    kind = "options"
    slots = ("options",)
    evidence = "options"

    def list_tries(self, scene: Scene) -> Iterable[Triple]:
        """The target with one part varied, with another one, and with both, some times over."""
        return (statement for square in _note_squares(scene) for statement in square.others)

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Ask for the target in a square of which nothing else follows."""
        random = scene.start(self.name)
        for square in _note_squares(scene):
            draft = self._carve(scene, square, random)
            if draft is not None:
                yield draft
                return

    def _carve(self, scene: Scene, square: Square, random: KeyedRandom) -> Draft | None:
        leaves, used = scene.leaves, scene.used
        for statement in square.others:
            refutation = scene.refuted.get(statement)
            if refutation is not None and len(leaves | set(refutation.leaves)) <= _MAX_FACTS:
                leaves |= set(refutation.leaves) - {statement}
                used |= set(refutation.iterate_rules())
            elif statement in scene.refuted or statement in scene.left_open:
                used |= set(scene.by_head.get(get_key(statement), ())[:1])
            else:
                return None
        context = level_mentions(scene, leaves, square)
        if context is None:
            return None
        listed = random.shuffle([square.base, *square.others])
        claims = tuple(map(Claim, listed))
        return scene.carve(Wish(self.name, context.facts, used, claims, without=context.without), random)

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """Exactly one option follows, and none is stated."""
        if any(statement in draft.facts for statement, _ in verdicts):
            return "the statement is already stated"
        return None if sum(s == "entailed" for _, s in verdicts) == 1 else "not exactly one option follows"

    def describe(self, item: Answered) -> Described:
        """The options."""
        return Described(options=item.draft.statements)

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The options, one a line behind its letter."""
        said = [self.write_option(item, index, voice)[1] for index in range(len(item.judgements))]
        return {"options": "\n".join(f"{letter}) {text}" for letter, text in zip(LETTERS, said, strict=False))}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The letter of the option that follows."""
        return next(LETTERS[n] for n, j in enumerate(item.judgements) if j.status == "entailed")

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """Nothing but the kind: the options stand beside it."""
        return {"kind": self.kind}

    def write_option(self, item: Answered, index: int, voice: Voice) -> tuple[Triple, str]:
        """The statement and its sentence."""
        statement = item.judgements[index].statement
        return statement, capitalise(say_statement(voice.lexicon, statement))

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The options' statements."""
        return Asked(tuple(Claim(source.read_triple(option["atom"])) for option in item["options"]))

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The options read are those listed, in their order."""
        return reading.options == tuple((LETTERS[i], Atom(*s)) for i, s in enumerate(item.draft.statements))


def _note_squares(scene: Scene) -> Sequence[Square]:
    return scene.note("options", lambda: list(_list_squares(scene)))


def _list_squares(scene: Scene) -> Iterator[Square]:
    """Yield squares on the target of which nothing else follows in the world and all is sensible, as drawn.

    Where there are few of them, rows follow: the target said of four individuals.
    """
    random = KeyedRandom("squares", scene.level.name, scene.world.key, *scene.target)
    parts: list[tuple[Place, Place]] = [("subject", "key")]
    if scene.target[1] != RDF_TYPE:
        parts = [("subject", "object")] if is_literal(scene.target[2]) else [*parts, ("key", "object"), _ENDS]
    names = list_names(scene, random)
    choices: dict[Place, Sequence[Term]] = {
        "subject": _choose_fitting(scene, "subject", list_peers(scene, names, scene.target[0]), _NEAR),
        "key": _choose_fitting(scene, "key", list_keys(scene.target, scene.asked, scene.plan.values)),
        "object": _choose_fitting(scene, "object", list_peers(scene, names, scene.target[2]), _NEAR),
    }
    made = 0
    for first, second in [pair for _ in range(_ROUNDS) for pair in random.shuffle(parts)]:
        if not choices[first] or not choices[second]:
            continue
        one, other = (random.choose(choices[part]) for part in (first, second))
        square = make_square(scene.target, (first, one), (second, other))
        if square is not None and _is_fair(scene, square):
            yield square
            made += 1
            if made == _SQUARES:
                return
    for part in _ENDS[:1] if scene.target[1] == RDF_TYPE else _ENDS:
        apart = [one for one in choices[part] if not _follows(scene, put(scene.target, part, one))]
        for one, two, three in islice(combinations(apart, 3), _SQUARES - made):
            row = make_row(scene.target, part, (one, two, three))
            if row is not None and _is_fair(scene, row):
                yield row


def _choose_fitting(scene: Scene, part: Place, values: Iterable[Term], most: int | None = None) -> list[Term]:
    """Return the values, at most so many, that can stand in one part of the target, the target's own left out."""
    if part == "object" and (scene.target[1] == RDF_TYPE or is_literal(scene.target[2])):
        return []
    fits: dict[Term, bool] = {}
    found = []
    for value in values:
        if value not in fits:
            statement = put(scene.target, part, value)
            fits[value] = statement != scene.target and statement[0] != statement[2] and scene.is_sensible(statement)
        if fits[value]:
            found.append(value)
            if len(found) == most:
                break
    return found


def _is_fair(scene: Scene, square: Square) -> bool:
    return not any(_follows(scene, one) for one in square.others) and all(map(scene.is_sensible, square.others))


def _follows(scene: Scene, statement: Triple) -> bool:
    return scene.batch.is_entailed(scene.number, statement)
