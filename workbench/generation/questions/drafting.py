"""Drafts: what an item will ask and state, before anything is known about its answer.

From a world and its closure come statements to ask about; for each, the facts that its proof (or refutation) rests
on are carved out, facts and rules that have nothing to do with it are added, and the draft goes on to be answered on
its own theory. Nothing decided here is believed later.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial
from itertools import chain
from typing import NamedTuple

from workbench.checker import measure_proof
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.carving import OwnContext, make_carvers
from workbench.generation.questions.draft import Draft
from workbench.generation.questions.ends import NO_ENDS, find_ends
from workbench.generation.questions.individuals import list_individuals
from workbench.generation.questions.reference import Reference
from workbench.generation.questions.trying import Tried, try_statements
from workbench.generation.tasks import get_family
from workbench.generation.tasks.family import Carver, Excerpt, Scene, WorldScene
from workbench.generation.worlds.conflicts import WorldBreaker
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.world import World
from workbench.model.curriculum import Level, Task
from workbench.model.proofs import FALSE, Proof
from workbench.model.rules import Atom, is_restatement
from workbench.model.terms import RDF_TYPE, Pattern, Term, Triple, is_literal, is_variable
from workbench.reasoning.batch import Batch, evaluate
from workbench.reasoning.sheets import WorldSheet

__all__ = ["Drafted", "Drafter"]

_CHANGES = 6
_CHANGES_SHARED = 4
"""Statements near a conclusion; fewer where many conclusions of a world are asked about."""
_OPPOSED = 5
_OPPOSED_FACTS = 12
_TARGETS = 3
"""Conclusions of a world that are asked about, where each question has a context of its own."""


_Addition = tuple[tuple[Triple, ...], Triple]


@dataclass(frozen=True, slots=True)
class _Target:
    world: int
    fact: Triple
    proof: Proof


class _Known(NamedTuple):
    """Of a world: the individuals that its stated facts speak of, and the classes of each."""

    individuals: list[Term]
    classes: Mapping[Term, Collection[Term]]
    facts: Sequence[Triple]


class Drafted(NamedTuple):
    """Drafts, and what the whole theory says of those that state a whole world; None without worlds."""

    drafts: list[Draft]
    reference: Reference | None


class Drafter:
    """Proposes drafts for the worlds of a block; rules ``avoided`` are stated only where they are needed."""

    def __init__(self, plan: Plan, avoided: frozenset[str] = frozenset()) -> None:
        self.plan, self._avoided = plan, avoided
        self._restatements = frozenset(rule.name for rule in plan.theory.rules if is_restatement(rule))
        self._queryable = frozenset(plan.queryable)
        self._by_head: dict[Term, tuple[str, ...]] = {
            key: tuple(sorted({way.rule.name for way in ways})) for key, ways in plan.unfoldings.items()
        }
        oppositions: dict[Term, list[tuple[Atom, Atom]]] = {}
        for rule in plan.theory.rules:
            atoms = [element for element in rule.body if isinstance(element, Atom)]
            if rule.is_integrity and len(atoms) == 2:
                for own, other in (atoms, reversed(atoms)):
                    oppositions.setdefault(own.key, []).append((own, other))
        self._oppositions = {key: tuple(pairs) for key, pairs in oppositions.items()}
        self._latest: tuple[WorldSheet, _Known] | None = None

    def draft(
        self,
        level: Level,
        worlds: Sequence[World],
        open_cells: Collection[tuple[str, str]],
        keys: Sequence[str] = (),
    ) -> Drafted:
        """Return the drafts for these worlds, each once, ordered by their keys.

        ``open_cells`` are the pairs of task and status that still need items; other drafts are left out. ``keys`` are
        those of the block, for tasks that need no world.
        """
        drafts: dict[str, Draft] = {}
        for task in sorted({task for task, _ in open_cells}) if keys else ():
            for draft in get_family(task).propose_block(level, self.plan, keys):
                if (draft.task, draft.aim) in open_cells:
                    drafts.setdefault(draft.key, draft)
        reference = None
        if worlds:
            found, reference = self._draft_worlds(level, worlds, open_cells)
            for draft in found:
                drafts.setdefault(draft.key, draft)
        return Drafted([drafts[key] for key in sorted(drafts)], reference)

    def _draft_worlds(
        self, level: Level, worlds: Sequence[World], open_cells: Collection[tuple[str, str]]
    ) -> tuple[list[Draft], Reference]:
        batch = evaluate(self.plan.theory, [world.facts for world in worlds])
        tasks = sorted({task for task, _ in open_cells})
        concluding = [task for task in tasks if get_family(task).about_conclusions]
        targets = [
            target
            for number, world in enumerate(worlds if concluding else ())
            for target in self._choose_targets(level, batch, number, world)
        ]
        asked = self._count_alike(targets)
        changed: list[list[Triple]] = []
        for target in targets:
            random = KeyedRandom("changes", worlds[target.world].key, *target.fact)
            found = self._change_statement(target, batch.get_sheet(target.world), random, asked)
            changed.append(found[: _CHANGES if level.questions == 1 else _CHANGES_SHARED])
        opposed = [
            (number, statement)
            for number, world in enumerate(worlds)
            if ("entailment", "refuted") in open_cells or any(get_family(task).breaks for task, _ in open_cells)
            for statement in self._oppose(level, batch, number, world)
        ]
        carvers = make_carvers(level, self.plan, worlds, self._avoided)
        scenes = self._set_scenes(level, worlds, batch, targets, [c.carve for c in carvers], concluding)
        wanted = [
            (scene.number, statement)
            for scene in scenes
            for task in concluding
            for statement in get_family(task).list_tries(scene)
            if not batch.is_entailed(scene.number, statement)
        ]
        near = [(target.world, s) for target, found in zip(targets, changed, strict=True) for s in found]
        tried = try_statements(batch, [*near, *opposed, *wanted])
        made: dict[int, list[Draft]] = {number: [] for number in range(len(worlds))}
        against: dict[int, list[Triple]] = {number: [] for number in range(len(worlds))}
        for number, statement in opposed:
            if tried.refuted[number].get_goals(statement):
                against[number].append(statement)
        # Every conclusion of a world gets its part of them.
        turns = Counter(target.world for target in targets)
        begun: Counter[int] = Counter()
        for scene, statements in zip(scenes, changed, strict=True):
            number = scene.number
            opposed_here = against[number][begun[number] :: turns[number]]
            begun[number] += 1
            refuted, left_open = tried.refuted[number], tried.unknown[number]
            scene = replace(scene, wrong=statements, opposed=opposed_here, left_open=left_open, refuted=refuted)
            for task in concluding:
                made[number] += [draft for draft in get_family(task).propose(scene) if draft is not None]
        places = [
            WorldScene(level, self.plan, world, batch, number, self._by_head, carvers[number].carve)
            for number, world in enumerate(worlds)
        ]
        for task in tasks:
            for number, draft in get_family(task).propose_worlds(places):
                made[number].append(draft)
        breaking = [task for task in tasks if get_family(task).breaks]
        for number, draft in self._draft_broken(level, worlds, breaking, tried) if breaking else ():
            made[number].append(draft)
        closed = [
            draft
            for number, listed in made.items()
            for draft in carvers[number].close([d for d in listed if (d.task, d.aim) in open_cells])
        ]
        return closed, Reference(worlds, batch, tried)

    def _set_scenes(
        self,
        level: Level,
        worlds: Sequence[World],
        batch: Batch,
        targets: Sequence[_Target],
        carvers: Sequence[Carver],
        tasks: Sequence[Task],
    ) -> list[Scene]:
        """Return the scenes of the targets, with the sets of facts that the tasks want to look at."""
        asked = tuple(target.fact for target in targets)
        rested = tuple(leaf for target in targets for leaf in target.proof.leaves)
        scenes = []
        for target in targets:
            number = target.world
            known = self._know(batch.get_sheet(number))
            names = [name for name in known.individuals if name not in self.plan.constants]
            judge = partial(self._is_sensible, known)
            scenes.append(
                Scene(level, self.plan, worlds[number], batch, number, self._by_head, carvers[number],
                      target.fact, target.proof, (), asked, rested, names, judge)
            )  # fmt: skip
        wanted = [[facts for task in tasks for facts in get_family(task).list_excerpts(scene)] for scene in scenes]
        places = {facts: place for place, facts in enumerate(dict.fromkeys(chain.from_iterable(wanted)))}
        if not places:
            return scenes
        excerpts = evaluate(self.plan.theory, list(places))
        scenes = [
            replace(scene, excerpts={facts: Excerpt(excerpts, places[facts]) for facts in listed})
            for scene, listed in zip(scenes, wanted, strict=True)
        ]
        found = _try_beside(scenes, excerpts, tasks)
        return [replace(scene, idle=idle) for scene, idle in zip(scenes, found, strict=True)]

    @cached_property
    def _breaker(self) -> WorldBreaker:
        return WorldBreaker(self.plan)

    def _draft_broken(
        self,
        level: Level,
        worlds: Sequence[World],
        tasks: Sequence[Task],
        tried: Tried,
    ) -> Iterator[tuple[int, Draft]]:
        """Yield drafts about worlds to which a fact was added that contradicts them, with the world's number.

        These are facts that break a world in one way only, as short as may be, and statements refuted at the hops that
        the level asks for. Each draft has a context of its own, for it is about another world.
        """
        added = [(number, one.added) for number, one in enumerate(self._breaker.break_worlds(worlds)) if one]
        statable = frozenset(self.plan.assertable)
        added += [
            (number, statement)
            for number, refuted in enumerate(tried.refuted)
            for statement in refuted
            if refuted.get_goals(statement) == (FALSE,) and self._get_key(statement) in statable
        ]
        broken = [(number, tuple(sorted({*worlds[number].facts, fact}))) for number, fact in dict.fromkeys(added)]
        batch = evaluate(self.plan.theory, [facts for _, facts in broken])
        for place, (number, facts) in enumerate(broken):
            proof = batch.proof(place, FALSE)
            if proof is None or not level.hops[0] <= measure_proof(proof, self._restatements).hops <= level.hops[1]:
                continue
            world = replace(worlds[number], facts=facts)
            carve = OwnContext(level, self.plan, world, self._avoided).carve
            scene = WorldScene(level, self.plan, world, batch, place, self._by_head, carve)
            for task in tasks:
                yield from ((number, d) for d in get_family(task).propose_broken(scene, proof) if d is not None)

    # ---- what to ask about

    def _choose_targets(self, level: Level, batch: Batch, number: int, world: World) -> list[_Target]:
        """Return conclusions within the level's hops: those that the world was made for, then any others, drawn."""
        sheet = batch.get_sheet(number)
        low, high = level.hops
        fitting = [
            fact
            for fact, height, hops in zip(sheet.facts, sheet.heights, sheet.hops, strict=False)
            if height and low <= hops <= high and self._get_key(fact) in self._queryable
        ]
        goals = [goal for goal in dict.fromkeys(world.goals) if goal in fitting]
        most = max(_TARGETS, level.questions)
        others = [fact for fact in fitting if fact not in goals]
        chosen = [*goals, *KeyedRandom("targets", world.key).pick(others, most)][:most]
        return [_Target(number, fact, Proof(fact, sheet.list_proof(sheet.numbers[fact]))) for fact in chosen]

    def _get_key(self, fact: Triple | Pattern) -> Term:
        return fact[2] if fact[1] == RDF_TYPE else fact[1]

    @cached_property
    def _alike(self) -> tuple[dict[Term, None], dict[Term, None]]:
        """The properties, and the classes, that statements about individuals may be asked about."""
        keys = [key for key in self.plan.queryable if key not in self.plan.values]
        return (
            dict.fromkeys(key for key in keys if key not in self.plan.classes),
            dict.fromkeys(key for key in keys if key in self.plan.classes),
        )

    def _count_alike(self, targets: Sequence[_Target]) -> tuple[list[Term], list[Term]]:
        """Return the properties, and the classes, of conclusions asked about, each as often as it is asked about.

        Statements near a conclusion are drawn from these, so that what one is about says little of whether it follows.
        """
        keys = [self._get_key(target.fact) for target in targets]
        own = [[key for key in keys if key in alike] for alike in self._alike]
        return own[0] or [*self._alike[0]], own[1] or [*self._alike[1]]

    def _change_statement(
        self, target: _Target, sheet: WorldSheet, random: KeyedRandom, asked: tuple[list[Term], list[Term]]
    ) -> list[Triple]:
        """Return statements close to the target that do not follow: swapped, about others, or of another kind."""
        subject, predicate, object_ = target.fact
        known = self._know(sheet)
        found: dict[Triple, None] = {}
        literal = is_literal(object_)
        if predicate != RDF_TYPE and not literal:
            found[(object_, predicate, subject)] = None
        for other in random.pick(known.individuals, 3):
            if predicate == RDF_TYPE or literal:
                found[(other, predicate, object_)] = None
            else:
                found[(subject, predicate, other) if random.happens(1, 2) else (other, predicate, object_)] = None
        is_class = predicate == RDF_TYPE
        for key in random.pick(asked[is_class], 4) if not literal else []:
            if is_class:
                found[(subject, RDF_TYPE, key)] = None
            else:
                found[(subject, key, object_) if random.happens(2, 3) else (object_, key, subject)] = None
        keep = [s for s in found if s not in sheet.numbers and s[0] != s[2]]
        # Most statements should be about things of the right kind; a few category mistakes are part of the subject.
        sensible = [s for s in keep if random.happens(1, 8) or self._is_sensible(known, s)]
        return sensible

    def _know(self, sheet: WorldSheet) -> _Known:
        """Return what is known of a world; of the latest one it is remembered."""
        if self._latest is None or self._latest[0] is not sheet:
            facts = [fact for fact, height in zip(sheet.facts, sheet.heights, strict=True) if not height]
            classes: dict[Term, set[Term]] = {}
            for subject, predicate, object_ in sheet.facts:
                if predicate == RDF_TYPE:
                    classes.setdefault(subject, set()).add(object_)
            self._latest = sheet, _Known(list_individuals(facts), classes, sheet.facts)
        return self._latest[1]

    def _is_sensible(self, known: _Known, statement: Triple) -> bool:
        """Tell whether a statement is about things of the right kind.

        Subject and object share a class with whoever can stand there. Where the theory does not say of which classes
        these are, or says nothing of the subject or object, they stand somewhere where somebody does who stands there.
        """
        key = self._get_key(statement)
        kinds = find_ends(self.plan).get(key, NO_ENDS)
        is_relation = statement[1] != RDF_TYPE
        for end in (0, 2) if is_relation and not is_literal(statement[2]) else (0,):
            own, kind = known.classes.get(statement[end], ()), kinds[end // 2]
            if own and kind:
                if kind.isdisjoint(own):
                    return False
            elif is_relation and not _stands_alike(known.facts, statement[end], key, end):
                return False
        return True

    def _oppose(self, level: Level, batch: Batch, number: int, world: World) -> list[Triple]:
        """Return statements that an integrity rule may forbid beside a conclusion a hop or two short of the level."""
        random = KeyedRandom("oppose", world.key)
        low, high = max(0, level.hops[0] - 2), max(0, level.hops[1] - 1)
        sheet = batch.get_sheet(number)
        fitting = [
            fact
            for fact, hops in zip(sheet.facts, sheet.hops, strict=False)
            if low <= hops <= high and self._get_key(fact) in self.plan.opposable
        ]
        goals = [goal for goal in dict.fromkeys(world.goals) if goal in fitting]
        others = [fact for fact in fitting if fact not in goals]
        found: dict[Triple, None] = {}
        # What can never follow at the level would tell by itself that it is refuted.
        hops = sum(1 << number for number in range(level.hops[0], level.hops[1] + 1))
        for fact in [*goals, *random.pick(others, _OPPOSED_FACTS)]:
            for statement in self._list_opposed(fact, self._know(sheet).individuals, random):
                key = self._get_key(statement)
                if statement not in sheet.numbers and key in self._queryable and self.plan.reach.get(key, 0) & hops:
                    found.setdefault(statement)
            if len(found) >= _OPPOSED:
                break
        return list(found)[:_OPPOSED]

    def _list_opposed(self, fact: Triple, individuals: Sequence[Term], random: KeyedRandom) -> list[Triple]:
        """Return what cannot stand beside a fact by one integrity rule, and the fact turned round."""
        key = self._get_key(fact)
        if key not in self.plan.opposable:
            return []
        found: list[Triple] = []
        for own, other in random.shuffle(self._oppositions.get(key, ()))[:3]:
            bindings = _match(own, fact)
            if bindings is None or other.key in self.plan.values:
                continue
            ends = [bindings.get(v) or random.choose(individuals) if is_variable(v) else v
                    for v in (other.subject, other.object)]  # fmt: skip
            found.append((ends[0], other.predicate, ends[1]))
        if fact[1] != RDF_TYPE and not is_literal(fact[2]):
            found.append((fact[2], fact[1], fact[0]))
        return found


def _try_beside(scenes: Sequence[Scene], excerpts: Batch, tasks: Sequence[Task]) -> list[frozenset[_Addition]]:
    """Return for each scene the pairs of an excerpt and a statement beside it that brings nothing about."""
    wanted = [[pair for task in tasks for pair in get_family(task).list_additions(scene)] for scene in scenes]
    places = dict.fromkeys(
        (scene.excerpts[facts].number, statement)
        for scene, pairs in zip(scenes, wanted, strict=True)
        for facts, statement in pairs
    )
    extended = excerpts.extend(list(places))
    numbers = {place: number for number, place in enumerate(extended.statements)}
    inconsistent = extended.find_inconsistent_worlds().tolist()
    found = []
    for scene, pairs in zip(scenes, wanted, strict=True):
        idle = set()
        for facts, statement in pairs:
            number = numbers[scene.excerpts[facts].number, statement]
            if not inconsistent[number] and not extended.is_entailed(number, scene.target):
                idle.add((facts, statement))
        found.append(frozenset(idle))
    return found


def _stands_alike(facts: Sequence[Triple], term: Term, predicate: Term, end: int) -> bool:
    """Tell whether somebody stands where one who stands at an end of a property does; True where nobody stands."""
    there = {fact[end] for fact in facts if fact[1] == predicate}
    places = {(fact[1], place) for fact in facts for place in (0, 2) if fact[place] == term}
    if not there or not places:
        return True
    return any(fact[place] in there and (fact[1], place) in places for fact in facts for place in (0, 2))


def _match(atom: Atom, fact: Triple) -> dict[str, Term] | None:
    """Return the bindings that make ``atom`` the fact, None when there are none."""
    bindings: dict[str, Term] = {}
    for part, value in zip(atom, fact, strict=True):
        if is_variable(part):
            if bindings.setdefault(part, value) != value:
                return None
        elif part != value:
            return None
    return bindings
