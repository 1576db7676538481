"""The effort of puzzles: rounds and cases, held against a plain search, and the order of clues does not matter."""

from __future__ import annotations

from itertools import product

from hypothesis import given
from hypothesis import strategies as st

from workbench.model.deduction import Deducer, Effort, list_columns
from workbench.model.puzzles import Choice


def make_bits(choices: list[Choice], held: set[Choice]) -> int:
    return sum(1 << number for number, choice in enumerate(choices) if choice in held)


def solve_plainly(choices: list[Choice], clues: list[set[Choice]]) -> int | None:
    """Rounds of ruling out, with sets and nothing clever; None where a case has to be distinguished."""
    left = [{choice[place] for choice in choices} for place in range(len(choices[0]))]
    rounds = 0
    while any(len(slot) > 1 for slot in left):
        open_ = [c for c in choices if all(value in slot for value, slot in zip(c, left, strict=True))]
        kept = [{value for value in slot if all(any(c[place] == value for c in open_ if c in clue) for clue in clues)}
                for place, slot in enumerate(left)]  # fmt: skip
        if kept == left:
            return None
        left, rounds = kept, rounds + 1
    return rounds


@st.composite
def puzzles(draw: st.DrawFn) -> tuple[list[Choice], list[set[Choice]]]:
    """Possible choices, and clues that have one of them alone in common."""
    sizes = draw(st.lists(st.integers(2, 4), min_size=2, max_size=3))
    every = list(product(*map(range, sizes)))
    solution = draw(st.sampled_from(every))
    choices = [c for c in every if c == solution or draw(st.integers(0, 5))]
    clues = [{c for c in choices if c == solution or draw(st.booleans())} for _ in range(draw(st.integers(1, 4)))]
    common = set.intersection(*clues)
    if len(common) > 1:
        clues.append({*choices} - common | {solution})
    return choices, clues


@given(puzzles(), st.randoms())
def test_rounds_are_those_of_a_plain_search(puzzle: tuple[list[Choice], list[set[Choice]]], random: st.Random) -> None:
    choices, clues = puzzle
    deducer = Deducer(choices, (1 << len(choices)) - 1)
    bits = [make_bits(choices, clue) for clue in clues]
    effort = deducer.measure(bits)
    plain = solve_plainly(choices, clues)
    assert (effort.cases == 0) == (plain is not None)
    if plain is not None:
        assert effort.deductions == plain
    else:
        assert effort.deductions > effort.cases > 0 or len(choices) <= effort.deductions
    random.shuffle(bits)
    assert deducer.measure(bits) == effort


def test_a_chain_takes_a_round_for_each_link() -> None:
    choices: list[Choice] = list(product(range(2), repeat=4))
    links = [{c for c in choices if c[n] <= c[n + 1]} for n in range(3)]
    first = {c for c in choices if c[0] == 1}
    deducer = Deducer(choices, (1 << 16) - 1)
    bits = [make_bits(choices, clue) for clue in (first, *links)]
    assert deducer.measure(bits) == Effort(4, 0)
    assert [deducer.gives_away(clue) for clue in bits] == [True, False, False, False]


def test_a_case_has_to_be_distinguished_where_no_clue_says_anything_alone() -> None:
    choices: list[Choice] = list(product(range(2), repeat=2))
    same: set[Choice] = {(0, 0), (1, 1)}
    either: set[Choice] = {(0, 0), (0, 1), (1, 0)}
    bits = [make_bits(choices, clue) for clue in (same, either)]
    # With 1 for the first, no value of the second is left after one round; without it, another round finds the second.
    assert Deducer(choices, 15).measure(bits) == Effort(3, 1)


def test_clues_are_read_from_what_does_not_hold() -> None:
    choices, columns = list_columns({(0, 0): frozenset({1}), (1, 1): frozenset(), (0, 1): frozenset({0, 1})}, 2)
    assert choices == [(0, 0), (1, 1), (0, 1)] and columns == [0b011, 0b010]
