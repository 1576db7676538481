"""Squares: four statements made two by two, so that none of them is the one that the others resemble.

Two parts of a statement are varied, each by one other value, and every combination is there: each value stands in two
of the four, and each statement shares as much with the others as any other one does. Which of them is right cannot be
told from how they look beside each other.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from typing import Literal, NamedTuple

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.individuals import list_individuals
from workbench.generation.tasks.family import Scene
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal

__all__ = [
    "Context",
    "Place",
    "Square",
    "get_key",
    "level_mentions",
    "list_keys",
    "list_names",
    "list_peers",
    "make_row",
    "make_square",
    "put",
]

Place = Literal["subject", "key", "object", "order"]
"""What of a statement is varied; the key is its predicate, or the class of a membership; the order is who comes first.
"""
_MOST_ADDED = 3


class Square(NamedTuple):
    """A statement, the same with one part varied, with the other one varied, and with both.

    Or, as a row, a statement and the same with one part varied three times. ``named`` are the individuals that stand
    for each other: pairs, or all four.
    """

    base: Triple
    others: tuple[Triple, Triple, Triple]
    named: tuple[tuple[Term, ...], ...]


def get_key(statement: Triple) -> Term:
    """Return what a statement is about: its predicate, or the class of a membership."""
    return statement[2] if statement[1] == RDF_TYPE else statement[1]


def put(statement: Triple, part: Place, value: Term) -> Triple:
    """Return a statement with another value in one part."""
    subject, predicate, object_ = statement
    if part == "order":
        return (object_, predicate, subject)
    if part == "subject":
        return (value, predicate, object_)
    if part == "object" or predicate == RDF_TYPE:
        return (subject, predicate, value)
    return (subject, value, object_)


def make_square(base: Triple, first: tuple[Place, Term], second: tuple[Place, Term]) -> Square | None:
    """Return the square of two variations of different parts; None when two are the same, or one is of itself."""
    one, other = put(base, *first), put(base, *second)
    both = put(one, *second)
    if len({base, one, other, both}) < 4 or any(s[0] == s[2] for s in (base, one, other, both)):
        return None
    if not _is_well_formed((base, one, other, both)):
        return None
    named = []
    for part, value in (first, second):
        own = {"subject": base[0], "object": base[2]}.get(part)
        if own is not None and not is_literal(own):
            named.append((own, value))
    return Square(base, (one, other, both), tuple(named))


def make_row(base: Triple, part: Literal["subject", "object"], names: tuple[Term, Term, Term]) -> Square | None:
    """Return the row of a statement about four individuals; None when two are the same, or one is of itself."""
    one, two, three = others = (put(base, part, names[0]), put(base, part, names[1]), put(base, part, names[2]))
    own = base[0] if part == "subject" else base[2]
    if len({base, *others}) < 4 or any(s[0] == s[2] for s in (base, *others)) or is_literal(own):
        return None
    return Square(base, (one, two, three), ((own, *names),))


def _is_well_formed(statements: Sequence[Triple]) -> bool:
    """Tell whether no value is a subject, and the same property has values everywhere or nowhere."""
    kinds = {is_literal(object_) for _, _, object_ in statements}
    properties = {predicate for _, predicate, _ in statements}
    return (
        not any(is_literal(subject) for subject, _, _ in statements)
        and len(kinds) == 1
        and (kinds == {False} or len(properties) == 1)
    )


def list_names(scene: Scene, random: KeyedRandom) -> list[Term]:
    """Return the individuals that options may name in a drawn order.

    In half of the cases those that the target rests on come first: they are near it as it is itself.
    """
    drawn = random.shuffle(scene.names)
    if random.happens(1, 2):
        return drawn
    near = set(list_individuals(scene.proof.leaves))
    return sorted(drawn, key=lambda name: name not in near)


def list_peers(scene: Scene, names: Sequence[Term], own: Term) -> list[Term]:
    """Return the individuals that may stand for one: where the whole world is stated, those spoken of as often."""
    if scene.level.questions == 1 or scene.level.given == "none":
        return list(names)
    mentions = scene.mentions
    return [name for name in names if mentions[name] == mentions[own]]


def list_keys(statement: Triple, like: Sequence[Triple], values: Collection[Term]) -> list[Term]:
    """Return what could stand for a statement's key, as often as statements ``like`` it are about it.

    Classes stand for classes and relations for relations; what has ``values`` is left out.
    """
    own = get_key(statement)
    return [key for key in _part_keys(like)[statement[1] == RDF_TYPE] if key != own and key not in values]


_PARTED: list[tuple[Sequence[Triple], tuple[list[Term], list[Term]]]] = []
"""Statements with their keys: those of the latest, by identity, for the scenes of a block share one."""


def _part_keys(like: Sequence[Triple]) -> tuple[list[Term], list[Term]]:
    """Return the relations, and the classes, that statements are about, each as often as there are statements."""
    for known, parted in _PARTED:
        if known is like:
            return parted
    parted = ([s[1] for s in like if s[1] != RDF_TYPE], [s[2] for s in like if s[1] == RDF_TYPE])
    _PARTED[:] = [(like, parted), *_PARTED[:1]]
    return parted


class Context(NamedTuple):
    """What a question rests on, and what of its world it must not state beside it."""

    facts: set[Triple]
    without: set[Triple]


def level_mentions(
    scene: Scene, kept: Collection[Triple], square: Square, without: Collection[Triple] = ()
) -> Context | None:
    """Return the facts kept, and such that make all individuals that stand for each other mentioned equally often.

    Whoever is spoken of more often would be told by that alone, so that nothing more is to be said of some of them
    only. None when the world has no such facts, those ``without`` which it is left out. Where a level asks several
    questions about a world, all of it is stated: nothing is added or left out.
    """
    facts = set(kept)
    if scene.level.given == "none":
        return Context(facts, {*without})
    if scene.level.questions > 1:
        is_level = all(len({scene.mentions[name] for name in group}) == 1 for group in square.named)
        return Context(facts, {*without}) if is_level else None
    left_out = {square.base, *square.others, *without}
    named = {name for group in square.named for name in group}
    for group in square.named:
        counts = [_count(name, facts) for name in group]
        most = max(1, *counts)
        for name, count in zip(group, counts, strict=True):
            about = [f for f in scene.world.facts if named.intersection((f[0], f[2])) == {name}]
            spare = [f for f in about if f not in facts and f not in left_out]
            if len(spare) < most - count or most - count > _MOST_ADDED:
                return None
            facts.update(spare[: most - count])
    for group in square.named:
        left_out |= {f for f in scene.world.facts if 0 < len({f[0], f[2]}.intersection(group)) < len(group)}
    return Context(facts, left_out - facts)


def _count(name: Term, facts: Collection[Triple]) -> int:
    return sum(name in (fact[0], fact[2]) for fact in facts)
