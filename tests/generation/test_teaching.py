"""Teaching by examples: what is shown tells one rule from three others, and nothing of it could be left out."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.teaching import Ground, Lesson, is_weighed, teach
from workbench.model.terms import Triple

RULES = range(4)
FACTS = [(f"<urn:x#{n}>", "<urn:x#p>", f"<urn:x#{n + 1}>") for n in range(10)]
GIVERS = st.lists(st.frozensets(st.sampled_from(RULES)), max_size=3)


def list_fitting(positive: Sequence[Collection[int]], negative: Sequence[Collection[int]]) -> list[int]:
    """The rules that give all examples and no counterexample."""
    return [n for n in RULES if all(n in one for one in positive) and not any(n in one for one in negative)]


def is_each_needed(right: int, positive: list[Collection[int]], negative: list[Collection[int]]) -> bool:
    """What is promised, in the words of the promise."""
    fewer = [(positive[:n] + positive[n + 1 :], negative) for n in range(len(positive))]
    fewer += [(positive, negative[:n] + negative[n + 1 :]) for n in range(len(negative))]
    alone = [list_fitting(positive, []), list_fitting([], negative)]
    return list_fitting(positive, negative) == [right] and all(
        len(one) > 1 for one in (*alone, *(list_fitting(*some) for some in fewer))
    )


@settings(max_examples=400, deadline=None)
@given(st.sampled_from(RULES), GIVERS, GIVERS)
def test_what_is_weighed_is_needed(
    right: int, positive: list[Collection[int]], negative: list[Collection[int]]
) -> None:
    assert is_weighed(right, positive, negative) == is_each_needed(right, positive, negative)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(st.frozensets(st.sampled_from(RULES), min_size=1), min_size=2, max_size=10),
    st.lists(st.integers(1, 4), min_size=10, max_size=10),
    st.sampled_from([(1, 2), (2, 2), (1, 4)]),
    st.integers(0, 99),
)
def test_lessons_are_weighed_and_alike_and_deep(
    givers: list[frozenset[int]], depths: list[int], hops: tuple[int, int], seed: int
) -> None:
    found: list[dict[Triple, Ground]] = [{} for _ in RULES]
    for fact, who, depth in zip(FACTS, givers, depths, strict=False):
        for n in who:
            found[n][fact] = Ground(frozenset({fact}), frozenset(), depth)
    for rights in ([0], [2], [*RULES]):
        lessons = teach(found, rights, hops, KeyedRandom("teach", str(seed)))
        if lessons is None:
            continue
        assert len({(len(one.positive), len(one.negative)) for one in lessons}) == 1
        for right, lesson in zip(rights, lessons, strict=True):
            check_lesson(found, right, lesson, hops)


def check_lesson(found: list[dict[Triple, Ground]], right: int, lesson: Lesson, hops: tuple[int, int]) -> None:
    sides = [[{n for n in RULES if fact in found[n]} for fact in one] for one in (lesson.positive, lesson.negative)]
    assert is_each_needed(right, [*sides[0]], [*sides[1]])
    for n, fact in enumerate(lesson.witnesses):
        assert fact in (lesson.positive if (fact in found[n]) == (n == right) else lesson.negative)
    if lesson.is_full:
        assert len({fact for n, fact in enumerate(lesson.witnesses) if n != right}) == len(RULES) - 1
    shown = [(right, fact) for fact in lesson.positive] + [*enumerate(lesson.witnesses)]
    reached = [found[n][fact].hops for n, fact in shown if fact in found[n]]
    assert hops[0] <= max(reached) <= hops[1]


def make_given(*givers: tuple[int, ...]) -> list[dict[Triple, Ground]]:
    """What four rules give when each statement is given by some of them."""
    found: list[dict[Triple, Ground]] = [{} for _ in RULES]
    for fact, who in zip(FACTS, givers, strict=False):
        for n in who:
            found[n][fact] = Ground(frozenset({fact}), frozenset(), 1)
    return found


def test_a_square_is_taught_by_what_two_neighbours_give() -> None:
    """Each rule shares one change with each neighbour: four kinds of statements, and any rule can be the right one."""
    found = make_given((0, 1), (1, 3), (3, 2), (2, 0))
    lessons = teach(found, [*RULES], (1, 1), KeyedRandom("square"))
    assert lessons is not None and [(len(one.positive), len(one.negative)) for one in lessons] == [(1, 1)] * 4
    # Where two changes only say more, the rule itself gives nothing of its own, and no lesson teaches it.
    nested = make_given((0, 1, 2, 3), (1, 3), (2, 3), (3,))
    assert teach(nested, [0], (1, 1), KeyedRandom("nested")) is None
