"""What of a world is left open in a puzzle: stated facts, each with what could be the case instead."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.puzzle_choices import Choices
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.world import World
from workbench.model.curriculum import Level
from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal, make_literal, read_integer
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch

__all__ = ["Ground", "Opening", "choose_slots", "list_openings", "read_number", "try_alone"]

_MOST_ALTERNATIVES = 4
_MOST_CHOICES = 72
"""So many choices one puzzle leaves; each is tried several times over."""
_MOST_OPENINGS = 10
_MOST_TRIED = 5
_GOALS = 4


class Ground(NamedTuple):
    """A world to make a puzzle of: it is world ``number`` of ``batch``, which has its closure under all rules."""

    level: Level
    plan: Plan
    world: World
    batch: Batch
    number: int


class Opening(NamedTuple):
    """A stated fact that may be left open, and what could be the case instead.

    ``goals`` are the numbers of the conclusions within the level's hops, of those looked at, that rest on it.
    """

    fact: Triple
    others: tuple[Triple, ...]
    goals: frozenset[int] = frozenset()


def list_openings(ground: Ground, random: KeyedRandom) -> list[Opening]:
    """Return stated facts of a world that have alternatives, first those that conclusions within the hops rest on."""
    sheet, world, (low, high) = ground.batch.get_sheet(ground.number), ground.world, ground.level.hops
    fitting = [
        sheet.facts[place]
        for place, (height, hops) in enumerate(zip(sheet.heights, sheet.hops, strict=False))
        if height and max(low, 1) <= hops <= high
    ]
    first: dict[Triple, set[int]] = {}
    for number, goal in enumerate(random.shuffle(fitting)[:_GOALS]):
        proof = sheet.proof(goal)
        for fact in random.shuffle(sorted(proof.leaves)) if proof is not None else ():
            first.setdefault(fact, set()).add(number)
    others = [fact for fact in random.shuffle(world.facts) if fact not in first]
    known = frozenset(sheet.facts)
    found: list[Opening] = []
    for fact in (*first, *others):
        if fact[0] not in ground.plan.constants and len(found) < _MOST_OPENINGS:
            alternatives = _list_alternatives(ground.plan, world, known, fact, random)[:_MOST_TRIED]
            if alternatives:
                found.append(Opening(fact, tuple(alternatives), frozenset(first.get(fact, ()))))
    return found


def try_alone(theory: Theory, grounds: Sequence[Ground], openings: Sequence[Sequence[Opening]]) -> list[list[Opening]]:
    """Keep the alternatives that contradict nothing when they alone stand in a fact's stead, and leave it open."""
    tried = [(place, one) for place, listed in enumerate(openings) for one in listed]
    opened = [
        ([fact for fact in grounds[place].world.facts if fact != one.fact], [(one.fact, *one.others)], None)
        for place, one in tried
    ]
    choices = Choices(theory, opened)
    kept: list[list[Opening]] = [[] for _ in grounds]
    for number, (place, one) in enumerate(tried):
        outcomes = [model is not None for _, model in choices.get_outcomes(number)]
        others = tuple(other for other, fits in zip(one.others, outcomes[1:], strict=True) if fits)
        if outcomes[0] and others:
            kept[place].append(Opening(one.fact, others, one.goals))
    return kept


def choose_slots(level: Level, openings: Sequence[Opening], random: KeyedRandom) -> tuple[tuple[Triple, ...], ...]:
    """Return two to four slots, each a fact and some of its alternatives; more in levels of more hops."""
    wanted = random.draw_between(2, 3 if level.hops[1] <= 2 else 4)
    slots: list[tuple[Triple, ...]] = []
    named: set[Term] = set()
    size = 1
    # First what one conclusion rests on: where two of its grounds are open, it bears on both.
    shared = sorted(
        {goal for one in openings for goal in one.goals if sum(goal in other.goals for other in openings) > 1}
    )
    goal = random.choose(shared) if shared else -1
    order = random.shuffle([one for one in openings if goal in one.goals])
    order += random.shuffle([one for one in openings if one.goals and goal not in one.goals])
    order += [one for one in openings if not one.goals]
    for fact, others, _ in order:
        room = min(_MOST_ALTERNATIVES, _MOST_CHOICES // (size * 2 ** max(0, wanted - len(slots) - 1)))
        if len(slots) == wanted or fact[0] in named or room < 2:
            continue
        slot = (fact, *random.shuffle(others)[: random.draw_between(1, room - 1)])
        slots.append(tuple(sorted(slot, key=_order)) if is_literal(fact[2]) else tuple(random.shuffle(sorted(slot))))
        named.add(fact[0])
        size *= len(slot)
    return tuple(slots) if len(slots) > 1 and size > 3 else ()


def read_number(fact: Triple) -> int | None:
    """Return the whole number that a fact ends in; None when it does not."""
    return read_integer(fact[2]) if is_literal(fact[2]) else None


def _order(fact: Triple) -> tuple[int, Term]:
    return (read_number(fact) or 0, fact[2])


def _list_alternatives(
    plan: Plan, world: World, known: frozenset[Triple], fact: Triple, random: KeyedRandom
) -> list[Triple]:
    """Return what could be the case instead of a stated fact, drawn; nothing that is so anyway."""
    subject, predicate, object_ = fact
    if predicate == RDF_TYPE:
        rivals = _list_rivals(plan.theory).get(object_, ())
        found = [(subject, RDF_TYPE, key) for key in random.shuffle(rivals) if key in plan.assertable]
        kept: list[Triple] = []
        for one in found:
            if all(one[2] in _list_rivals(plan.theory).get(other[2], ()) for other in kept):
                kept.append(one)
        return [one for one in kept if one not in known]
    if sum(one[0] == subject and one[1] == predicate for one in known) > 1:
        return []
    if is_literal(object_):
        return [(subject, predicate, value) for value in _list_values(plan, known, fact, random)]
    classes: dict[Term, set[Term]] = {}
    for one in known:
        if one[1] == RDF_TYPE:
            classes.setdefault(one[0], set()).add(one[2])
    own = classes.get(object_, set())
    others = [term for term in _list_individuals(world.facts) if term not in (subject, object_)]
    alike = [term for term in others if not own or own & classes.get(term, set())]
    return [(subject, predicate, term) for term in random.shuffle(alike)]


def _list_values(plan: Plan, known: Iterable[Triple], fact: Triple, random: KeyedRandom) -> list[Term]:
    """Return other values of a property: those of others, then near ones."""
    pool, own = plan.values.get(fact[1]), read_integer(fact[2])
    others = sorted({one[2] for one in known if one[1] == fact[1] and one[2] != fact[2]})
    found = random.shuffle(others)[:2]
    if pool is not None and pool.is_numeric and own is not None:
        steps = random.shuffle((-40, -25, -12, -5, -2, -1, 1, 2, 5, 12, 25, 40))
        near = [own + step for step in steps if pool.low <= own + step <= pool.high]
        found += [make_literal(value) for value in near]
    elif pool is not None:
        found += random.shuffle([term for term in pool.terms if term != fact[2]])
    return list(dict.fromkeys(found))


def _list_individuals(facts: Iterable[Triple]) -> list[Term]:
    ends = [end for s, p, o in facts for end in ((s,) if p == RDF_TYPE or is_literal(o) else (s, o))]
    return list(dict.fromkeys(ends))


@lru_cache(maxsize=8)
def _list_rivals(theory: Theory) -> Mapping[Term, tuple[Term, ...]]:
    """Return for each class those that nothing can belong to as well."""
    found: dict[Term, dict[Term, None]] = {}
    for rule in theory.rules:
        atoms = [element for element in rule.body if isinstance(element, Atom)]
        if rule.is_integrity and len(atoms) == len(rule.body) == 2:
            first, second = atoms
            if first.predicate == second.predicate == RDF_TYPE and first.subject == second.subject:
                found.setdefault(first.object, {})[second.object] = None
                found.setdefault(second.object, {})[first.object] = None
    return {key: tuple(sorted(rivals)) for key, rivals in found.items()}
