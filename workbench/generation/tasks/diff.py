"""Diff: what would no longer follow without a fact, or follow with another?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import Any

from workbench.errors import DatasetError
from workbench.generation.identity.grains import Part
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Change, Claim, Draft, Outcome, Verdicts, Wish
from workbench.generation.tasks.family import (
    LETTERS,
    Asked,
    Described,
    Excerpt,
    Family,
    Layout,
    Reads,
    Scene,
    Voice,
    Writes,
)
from workbench.generation.tasks.squares import (
    Place,
    Square,
    get_key,
    level_mentions,
    list_keys,
    list_names,
    make_square,
)
from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import capitalise, say_statement
from workbench.wording.task_sentences import say_change

__all__ = ["Diff"]

_CHANGES = 2
"""Facts of which each is taken away, or added, for a question of its own."""
_LOOKED_AT = 24
_SAME = 4
"""Of so many statements that follow either way one is about the target's own key."""
_SQUARES = 3
"""Squares that are tried for a question."""


class Diff(Family):
    """Four statements made two by two; one of them follows before a change of the facts and not after it, or after it.

    At least one of the others follows both before and after.

    The claims are the options after the change, then the same before it.
    """

    name = "diff"
    kind = "diff"
    slots = ("changes", "options", "instruction")
    evidence = "options"

    def say_choices(self, lexicon: Lexicon) -> str:
        """Nothing: how to answer depends on the direction, and is a slot."""
        return ""

    def list_excerpts(self, scene: Scene) -> Iterable[tuple[Triple, ...]]:
        """The world without a fact that the target rests on."""
        return (rest for _, rest in _list_changes(scene))

    def list_tries(self, scene: Scene) -> Iterable[Triple]:
        """The target and what follows either way, with what is made from the parts of both."""
        return (
            statement
            for fact, rest in _list_changes(scene)
            for square in _list_squares(scene, fact, scene.excerpts[rest])
            for statement in square.others
        )

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Take away, or leave out and add, a fact that the target rests on."""
        random = scene.start(self.name)
        for fact, rest in _list_changes(scene):
            excerpt = scene.excerpts[rest]
            for square in _list_squares(scene, fact, excerpt):
                draft = self._carve(scene, square, fact, excerpt, random)
                if draft is not None:
                    yield draft
                    break

    def _carve(self, scene: Scene, square: Square, fact: Triple, excerpt: Excerpt, random: KeyedRandom) -> Draft | None:
        facts, rules = set(scene.leaves), set(scene.used)
        for statement in square.others:
            proof = excerpt.batch.proof(excerpt.number, statement)
            if proof is None and statement in scene.refuted:
                proof = scene.refuted[statement]
            elif proof is None and statement not in scene.left_open:
                return None
            if proof is not None:
                facts |= set(proof.leaves) - {statement}
                rules |= set(proof.iterate_rules())
            else:
                rules |= set(scene.by_head.get(get_key(statement), ())[:1])
        context = level_mentions(scene, facts, square, (fact,))
        if context is None:
            return None
        # A fact cannot be left out of a world that other questions are asked about.
        direction = "lost" if scene.level.questions > 1 else random.choose(("lost", "gained"))
        lost = direction == "lost"
        change = Change(removed=(fact,)) if lost else Change(added=(fact,))
        options = random.shuffle([square.base, *square.others])
        wish = Wish(
            self.name,
            context.facts if lost else context.facts - {fact},
            rules,
            (*(Claim(one, change) for one in options), *(Claim(one) for one in options)),
            without=context.without - {fact} if lost else {*context.without, fact},
            detail=(direction,),
        )
        return scene.carve(wish, random)

    def agrees(self, outcome: Outcome, reference: Outcome) -> bool:
        """The same statements follow before and after: whether another one is refuted or unknown is not asked."""
        return self._follows_alike(outcome, reference)

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """Exactly one option changes as asked, the change changes something, and no option is stated."""
        count = len(draft.claims) // 2
        change = draft.claims[0].change
        if any(statement in draft.facts or statement in change.added for statement, _ in verdicts):
            return "the statement is already stated"
        if not set(change.removed) <= set(draft.facts) or set(change.added) & set(draft.facts):
            return "the change changes nothing"
        pairs = list(zip(verdicts[:count], verdicts[count:], strict=True))
        turned = [_turns(before, after, draft.detail[0]) for (_, after), (_, before) in pairs]
        changed = [(before == "entailed") != (after == "entailed") for (_, after), (_, before) in pairs]
        return None if sum(turned) == sum(changed) == 1 else "not exactly one of them changes"

    def count_options(self, item: Answered) -> int:
        """The first half of the claims."""
        return len(item.draft.claims) // 2

    def find_right(self, item: Answered) -> int:
        """The option that changes as asked."""
        count = self.count_options(item)
        pairs = zip(item.judgements[:count], item.judgements[count:], strict=True)
        return [_turns(before.status, after.status, item.draft.detail[0]) for after, before in pairs].index(True)

    def describe(self, item: Answered) -> Described:
        """The change, its direction and the options."""
        change = item.draft.claims[0].change
        clauses = (
            *(("added", fact) for fact in change.added),
            *(("removed", fact) for fact in change.removed),
        )
        options = item.draft.statements[: self.count_options(item)]
        return Described(options=options, parts=(Part("change", clauses, str(item.draft.detail[0])),), undecided=True)

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """What changes, and the statements behind their letters."""
        change = item.draft.claims[0].change
        said = [say_change(voice.lexicon, fact, added=True) for fact in change.added]
        said += [say_change(voice.lexicon, fact, added=False) for fact in change.removed]
        options = [self.write_option(item, index, voice)[1] for index in range(self.count_options(item))]
        lines = (f"{letter}) {text}" for letter, text in zip(LETTERS, options, strict=False))
        instruction = dict(voice.lexicon.frames.instructions)[str(item.draft.detail[0])]
        return {"changes": "\n".join(said), "options": "\n".join(lines), "instruction": instruction}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The letter of the one that changes."""
        return LETTERS[self.find_right(item)]

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The direction, the change, and how the options stood before it."""
        change, count = item.draft.claims[0].change, self.count_options(item)
        return {
            "kind": self.kind,
            "direction": item.draft.detail[0],
            "remove": [f"c{layout.facts.index(fact) + 1}" for fact in change.removed],
            "add": [to.write_triple(fact) for fact in change.added],
            "before": [
                {"status": judgement.status, "evidence": to.write_evidence(judgement, layout, voice.lexicon)}
                for judgement in item.judgements[count:]
            ],
        }

    def write_option(self, item: Answered, index: int, voice: Voice) -> tuple[Triple, str]:
        """The statement and its sentence."""
        statement = item.judgements[index].statement
        return statement, capitalise(say_statement(voice.lexicon, statement))

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The options after the change and before it."""
        query = item["query"]
        facts = {entry["id"]: source.read_triple(entry["triple"]) for entry in item["context"]}
        if not set(query["remove"]) <= facts.keys():
            raise DatasetError("query.remove: names what is not in the context")
        change = Change(
            tuple(source.read_triple(triple) for triple in query["add"]), tuple(facts[id_] for id_ in query["remove"])
        )
        options = [source.read_triple(option["atom"]) for option in item["options"]]
        if len(options) != len(query["before"]):
            raise DatasetError("query.before: has not one status for each option")
        before = [
            source.read_evidence(f"query.before[{number}]", Claim(option), written)
            for number, (option, written) in enumerate(zip(options, query["before"], strict=True))
        ]
        claims = (*(Claim(option, change) for option in options), *(Claim(option) for option in options))
        return Asked(claims, detail=(query["direction"],), judgements=tuple(before))

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The changes and the statements read are those of the item."""
        change, count = item.draft.claims[0].change, self.count_options(item)
        changes = (*((True, fact) for fact in change.added), *((False, fact) for fact in change.removed))
        options = tuple((LETTERS[n], Atom(*s)) for n, s in enumerate(item.draft.statements[:count]))
        right = reading.instruction == item.draft.detail[0]
        return right and reading.changes == changes and reading.options == options


def _list_changes(scene: Scene) -> list[tuple[Triple, tuple[Triple, ...]]]:
    """Return facts that the target rests on, each with all others of the world, as drawn."""
    random = KeyedRandom("changes", scene.level.name, scene.world.key, *scene.target)
    facts = random.pick(sorted(scene.leaves), _CHANGES)
    return [(fact, tuple(other for other in scene.world.facts if other != fact)) for fact in facts]


def _list_squares(scene: Scene, fact: Triple, excerpt: Excerpt) -> Iterator[Square]:
    """Yield squares on the target that hold something that follows with a fact and without it, as drawn.

    Whoever stands for somebody whom the fact names is named by it, too; whoever stands for another is not.
    """
    if excerpt.is_entailed(scene.target):
        return
    random = KeyedRandom("kept", scene.level.name, scene.world.key, *scene.target, *fact)
    names, touched, stated = list_names(scene, random), {fact[0], fact[2]}, set(scene.world.facts)
    keys = list_keys(scene.target, scene.asked, scene.plan.values)
    near = _list_near(scene, {*keys, get_key(scene.target)})
    # What follows either way is about each key as often as what is asked about, however much of it there is.
    drawn = [*keys, *[get_key(scene.target)] * (1 + len(keys) // _SAME)]
    made = 0
    for key in random.pick(drawn, _LOOKED_AT):
        other = random.choose(near[key]) if key in near else None
        if other is None or other in stated or not excerpt.is_entailed(other):
            continue
        changes = _list_differences(scene.target, other)
        if len(changes) == 1:
            free: list[Place] = [place for place in _list_places(scene.target) if place != changes[0][0]]
            place = random.choose(free)
            own = scene.target[0 if place == "subject" else 2]
            values = keys if place == "key" else [name for name in names if (name in touched) == (own in touched)]
            if not values or (place == "object" and is_literal(own)):
                continue
            changes = [*changes, (place, random.choose(values))]
        if len(changes) != 2:
            continue
        square = make_square(scene.target, *changes)
        if square is None or any((one in touched) != (other in touched) for one, other in square.named):
            continue
        if not stated.isdisjoint(square.others) or not all(map(scene.is_sensible, square.others)):
            continue
        follow = [one for one in square.others if scene.batch.is_entailed(scene.number, one)]
        if all(map(excerpt.is_entailed, follow)):
            yield square
            made += 1
            if made == _SQUARES:
                return


def _list_near(scene: Scene, keys: Collection[Term]) -> dict[Term, list[Triple]]:
    """Return by key what follows in the world and shares a part with the target, but not all of them."""
    target, own = scene.target, get_key(scene.target)
    is_class = target[1] == RDF_TYPE
    found: dict[Term, list[Triple]] = {}
    for fact in scene.batch.list_facts(scene.number, stated=False):
        key = get_key(fact)
        if key not in keys or (fact[1] == RDF_TYPE) != is_class or fact == target:
            continue
        if key == own or fact[0] == target[0] or (fact[2] == target[2] and not is_class):
            found.setdefault(key, []).append(fact)
    return found


def _list_places(statement: Triple) -> tuple[Place, ...]:
    return ("subject", "key") if statement[1] == RDF_TYPE else ("subject", "key", "object")


def _list_differences(statement: Triple, other: Triple) -> list[tuple[Place, Term]]:
    """Return in which places another statement differs, with what stands there."""
    parts: dict[Place, tuple[Term, Term]] = {
        "subject": (statement[0], other[0]),
        "key": (get_key(statement), get_key(other)),
        "object": (statement[2], other[2]),
    }
    return [(place, parts[place][1]) for place in _list_places(statement) if parts[place][0] != parts[place][1]]


def _turns(before: str, after: str, direction: object) -> bool:
    if direction == "lost":
        return before == "entailed" and after != "entailed"
    return before != "entailed" and after == "entailed"
