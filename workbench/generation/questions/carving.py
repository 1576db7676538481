"""Carving: the context of a question, cut from a world.

A question of its own gets the facts and rules that its answer rests on, and as many others as its level draws. Where a
level asks several questions about one world, they share all of its facts, and the rules that any of them needs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cached_property

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.choosing import Chooser
from workbench.generation.questions.draft import Draft, Later, Wish
from workbench.generation.questions.individuals import list_individuals
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.world import World
from workbench.model.curriculum import Level
from workbench.model.terms import Term, Triple, is_variable

__all__ = ["OwnContext", "SharedContext", "make_carvers"]


def make_carvers(
    level: Level, plan: Plan, worlds: Sequence[World], avoided: frozenset[str] = frozenset()
) -> list[OwnContext | SharedContext]:
    """Return what carves questions out of the worlds of a block; the rules ``avoided`` are no distractors."""
    if level.questions == 1:
        return [OwnContext(level, plan, world, avoided) for world in worlds]
    chooser = Chooser()
    return [SharedContext(level, plan, world, avoided, chooser) for world in worlds]


class OwnContext:
    """Every question has a context of its own."""

    def __init__(self, level: Level, plan: Plan, world: World, avoided: frozenset[str] = frozenset()) -> None:
        self.level, self.plan, self.world, self._avoided = level, plan, world, avoided
        self._names = tuple(rule.name for rule in plan.theory.rules)

    def carve(self, wish: Wish, random: KeyedRandom) -> Draft | None:
        """Add further facts of the world and further rules, as many as the level draws, and close the draft.

        Whoever is asked about is mentioned: that something was never heard of must not give the answer away.
        """
        level, kept = self.level, set(wish.facts)
        draft = wish.draft(level, (), (), self.world.source)
        left_out = {*wish.without, *draft.statements}
        spare = random.shuffle([f for f in self.world.facts if f not in kept and f not in left_out])
        if beside := set(wish.beside):
            spare.sort(key=lambda fact: fact not in beside)
        count = random.draw_between(*level.distractors)
        mentions: dict[Triple, None] = {}
        for term in list_individuals(draft.asked):
            if is_variable(term) or term in self.plan.constants:
                continue
            if any(term in (f[0], f[2]) for f in (*kept, *mentions)):
                continue
            about = next((f for f in spare if term in (f[0], f[2])), None)
            if about is None:
                return None
            mentions[about] = None
        spare = [*mentions, *(f for f in spare if f not in mentions)][: max(count, len(mentions))]
        context = tuple(sorted({*kept, *spare}))
        if not context:
            return None
        return replace(draft, facts=context, rules=self._choose_rules(set(wish.rules), random))

    def _choose_rules(self, used: set[str], random: KeyedRandom) -> tuple[str, ...]:
        if self.level.given != "facts+rules":
            return self._names
        others = [name for name in self._names if name not in used and name not in self._avoided]
        more = random.shuffle(others)[: random.draw_between(*self.level.extra_rules)]
        return tuple(sorted((*used, *more)))

    def close(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Return the drafts as they are."""
        return [*drafts]


class SharedContext(OwnContext):
    """All questions about a world state all of its facts, and the rules that any of them needs."""

    def __init__(self, level: Level, plan: Plan, world: World, avoided: frozenset[str], chooser: Chooser) -> None:
        super().__init__(level, plan, world, avoided)
        self._chooser = chooser
        self._stated = frozenset(world.facts)
        self._rules: dict[str, Iterable[str]] = {}
        self._known = frozenset((*list_individuals(world.facts), *plan.constants))

    def carve(self, wish: Wish, random: KeyedRandom) -> Draft | None:
        """Return a draft over the whole world; None when the question needs something to be left out or mentioned."""
        stated, known, rules = self._stated, self._known, wish.rules
        if wish.without:
            return None
        named = () if isinstance(rules, Later) else tuple(sorted(set(rules)))
        draft = wish.draft(self.level, self.world.facts, named, self.world.source)
        if any(not is_variable(term) and term not in known for term in list_individuals(draft.asked)):
            return None
        if stated.intersection(draft.statements):
            return None
        if isinstance(rules, Later):
            self._rules[draft.content] = rules
        return draft

    def close(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Give the drafts of this world their common rules, and keep so many of each task as the level asks."""
        kept = self._thin_out(drafts)
        used = {name for draft in kept for name in self._rules.get(draft.content, draft.rules)}
        names = self._choose_rules(used, KeyedRandom("shared rules", self.level.name, self.world.key))
        return [replace(draft, rules=names) for draft in kept]

    def _thin_out(self, drafts: Sequence[Draft]) -> list[Draft]:
        """Choose drafts of each task from those of each aim, in the order of what they ask where all else is even."""
        by_task: dict[str, dict[str, list[Draft]]] = {}
        listed = {(draft.content, draft.facts): draft for draft in drafts}
        for _, draft in sorted(listed.items()):
            by_task.setdefault(draft.task, {}).setdefault(draft.aim, []).append(draft)
        kept: list[Draft] = []
        for task in sorted(by_task):
            waiting = {aim: by_task[task][aim] for aim in sorted(by_task[task])}
            kept += self._chooser.choose(waiting, self.level.questions, self._mentions)
        return kept

    @cached_property
    def _mentions(self) -> Mapping[Term, int]:
        return Counter(term for fact in self.world.facts for term in dict.fromkeys(fact))
