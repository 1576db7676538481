"""Things to choose from are made two by two: nothing about how they look beside each other tells the right one."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence

import pytest
from conftest_types import MakeMaterial

from workbench.generation.questions.answering import answer_drafts
from workbench.generation.questions.draft import Answered
from workbench.generation.questions.drafting import Drafter
from workbench.generation.selection.blocks import BlockMaker, Material
from workbench.generation.tasks import get_family
from workbench.generation.tasks.squares import make_row, make_square, put
from workbench.generation.worlds.sampling import Sampler
from workbench.model.rules import Atom, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal

TASKS = ("options", "abduce", "diff")
LEVELS = (
    "  - name: all\n    hops: [1, 3]\n    distractors: [0, 30]\n    extra_rules: [0, 3]\n"
    "    tasks: {options: 9, abduce: 9, diff: 9}\n"
)
Score = Callable[[Triple, Sequence[Triple], Answered], int]


@pytest.fixture(scope="module")
def answered(make_material: MakeMaterial) -> dict[str, list[Answered]]:
    """Some hundred questions of each task about the guild's worlds, answered."""
    material = make_material(LEVELS)
    maker = BlockMaker(material)
    (level,) = material.curriculum.levels
    sampler = Sampler(maker.plan, maker.names, material.completions, material.choices, None)
    worlds, _ = sampler.sample(level, [f"world {number}" for number in range(360)])
    cells = {(quota.task, quota.status) for quota in level.quotas}
    found, _ = answer_drafts(material.theory, *Drafter(maker.plan).draft(level, worlds, cells))
    return {task: [item for item in found if item.draft.task == task] for task in TASKS}


def list_options(item: Answered) -> list[Triple]:
    if item.draft.task == "abduce":
        return [claim.change.added[0] for claim in item.draft.claims]
    return list(item.draft.statements[: get_family(item.draft.task).count_options(item)])


def count_mentions(option: Triple, facts: Sequence[Triple]) -> int:
    ends = {option[0]} if option[1] == RDF_TYPE or is_literal(option[2]) else {option[0], option[2]}
    return sum(end in (fact[0], fact[2]) for fact in facts for end in ends)


def count_shared(option: Triple, options: Sequence[Triple], item: Answered) -> int:
    return sum(one == other for rival in options if rival != option for one, other in zip(option, rival, strict=True))


def count_own_names(option: Triple, options: Sequence[Triple], item: Answered) -> int:
    """How many of those that the question itself names an option names, besides the options."""
    change = item.draft.claims[0].change
    asked = [item.draft.statements[0]] if item.draft.task == "abduce" else [*change.added, *change.removed]
    return len({option[0], option[2]} & {end for one in asked for end in (one[0], one[2])})


SCORES: dict[str, Score] = {
    "what shares most with the others": count_shared,
    "who is spoken of most": lambda option, options, item: count_mentions(option, item.draft.facts),
    "what names whom the question names": count_own_names,
}


@pytest.mark.parametrize("task", TASKS)
def test_every_value_of_a_part_that_varies_is_there_as_often_as_any_other(
    answered: dict[str, list[Answered]], task: str
) -> None:
    kinds: Counter[tuple[int, ...]] = Counter()
    for item in answered[task]:
        options = list_options(item)
        assert len(set(options)) == 4
        counts = [Counter(option[place] for option in options) for place in range(3)]
        is_turned = Counter(frozenset(option[::2]) for option in options).most_common(1)[0][1] == 4
        for place, values in enumerate(counts):
            # Where two change places, each of them stands twice on either side; in a row only one part varies.
            is_row = len(values) == 4 and sorted(map(len, counts)) == [1, 1, 4] and task != "diff"
            assert sorted(values.values()) in ([4], [2, 2]) or is_row, (task, options)
            assert place != 1 or is_turned or len(values) <= 2
        kinds[tuple(map(len, counts))] += 1
    assert len(kinds) >= 2, kinds


@pytest.mark.parametrize("guess", SCORES)
@pytest.mark.parametrize("task", TASKS)
def test_no_comparison_of_the_options_tells_the_right_one(
    answered: dict[str, list[Answered]], task: str, guess: str
) -> None:
    """Choosing the highest, or the lowest, is right in a quarter of all items."""
    items = answered[task]
    most = least = 0.0
    for item in items:
        options, right = list_options(item), get_family(task).find_right(item)
        scores = [SCORES[guess](option, options, item) for option in options]
        most += (scores[right] == max(scores)) / scores.count(max(scores))
        least += (scores[right] == min(scores)) / scores.count(min(scores))
    assert len(items) >= 100
    assert abs(most / len(items) - 0.25) <= 0.02 and abs(least / len(items) - 0.25) <= 0.02, (most, least, len(items))


@pytest.mark.parametrize("task", TASKS)
def test_the_right_one_stands_anywhere(answered: dict[str, list[Answered]], task: str) -> None:
    family = get_family(task)
    places = Counter(family.find_right(item) for item in answered[task])
    expected = len(answered[task]) / 4
    assert sum((places[place] - expected) ** 2 / expected for place in range(4)) < 16.27  # p > 0.001


def test_one_of_the_others_follows_either_way(answered: dict[str, list[Answered]]) -> None:
    for item in answered["diff"]:
        count = get_family("diff").count_options(item)
        pairs = zip(item.judgements[:count], item.judgements[count:], strict=True)
        follows = Counter((after.status == "entailed", before.status == "entailed") for after, before in pairs)
        assert follows[True, True] >= 1 and follows[True, False] + follows[False, True] == 1


def test_all_that_is_offered_can_lead_to_the_goal(
    answered: dict[str, list[Answered]], guild_material: Material
) -> None:
    """Whoever knows which classes and properties a goal has to do with knows no option that is nearer than another."""
    leads: dict[Term, set[Term]] = {}
    for rule in guild_material.theory.rules:
        for head in rule.head:
            leads.setdefault(head.key, set()).update(atom.key for atom in iterate_atoms(rule.body))
            leads[head.key].update(atom.key for atom in iterate_atoms(rule.body, negated=True))
    for item in answered["abduce"]:
        (goal,) = {claim.statement for claim in item.draft.claims}
        near, waiting = set[Term](), [Atom(*goal).key]
        while waiting:
            waiting += sorted(leads.get(waiting.pop(), set()) - near)
            near.update(waiting)
        assert {Atom(*option).key for option in list_options(item)} <= near, (goal, list_options(item))


def test_options_are_alike_to_whoever_knows_what_a_goal_rests_on(answered: dict[str, list[Answered]]) -> None:
    """All four say the same of whom the goal names, and of others."""
    for item in answered["abduce"]:
        options, (goal,) = list_options(item), {claim.statement for claim in item.draft.claims}
        ends = [goal[0]] if goal[1] == RDF_TYPE else [goal[0], goal[2]]
        named = {tuple(end if end in ends else None for end in (option[0], option[2])) for option in options}
        classes = {option[2] if option[1] == RDF_TYPE else None for option in options}
        assert len({option[1] for option in options}) == len(classes) == 1
        assert len(named) == 1, (goal, options)


def test_rows_name_four_in_one_place() -> None:
    a, b, c, d, e = (f"<urn:x:{name}>" for name in "abcde")
    row = make_row((a, "<urn:p>", b), "object", (c, d, e))
    assert row is not None and row.named == ((b, c, d, e),)
    assert row.others == ((a, "<urn:p>", c), (a, "<urn:p>", d), (a, "<urn:p>", e))
    assert make_row((a, "<urn:p>", b), "object", (c, d, d)) is None  # the same twice
    assert make_row((a, "<urn:p>", b), "object", (c, d, a)) is None  # of itself


def test_squares() -> None:
    a, b, c, d = (f"<urn:x:{name}>" for name in "abcd")
    p, q = "<urn:p>", "<urn:q>"
    square = make_square((a, p, b), ("subject", c), ("object", d))
    assert square is not None
    assert square.others == ((c, p, b), (a, p, d), (c, p, d)) and square.named == ((a, c), (b, d))
    turned = make_square((a, p, b), ("key", q), ("order", ""))
    assert turned is not None and turned.others == ((a, q, b), (b, p, a), (b, q, a)) and not turned.named
    assert put((a, RDF_TYPE, p), "key", q) == (a, RDF_TYPE, q)
    assert make_square((a, p, b), ("subject", b), ("key", q)) is None  # of itself
    assert make_square((a, p, b), ("subject", a), ("key", q)) is None  # the same
