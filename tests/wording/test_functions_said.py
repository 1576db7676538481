"""Every function is said in every language so that its sentence has one reading, the formula it came from."""

from __future__ import annotations

from random import Random

import pytest
from lexicon_strategies import CLASSES, INDIVIDUALS, PROPERTIES
from oracles.functions import CALLED, draw_call

from workbench.model.builtins import TRUE
from workbench.model.functions import FUNCTIONS
from workbench.model.rules import Atom, Comparison, Operation, Rule
from workbench.model.terms import make_literal
from workbench.wording.frames import FRAMES, read_frames, select_functions, write_frames
from workbench.wording.function_frames import open_frame
from workbench.wording.grammar import Grammar, canonicalise_rule
from workbench.wording.lexicon import Lexicon
from workbench.wording.sentences import say_element, say_rule

LABELS = dict(zip(INDIVIDUALS, ["Ann", "Bob", "Carla", "the mill", "old Tom"], strict=True))
PHRASES = {key: f"{{subject}} verb{number} {{object}}" for number, key in enumerate(PROPERTIES)} | {
    key: f"{{subject}} is a noun{number}" for number, key in enumerate(CLASSES)
}


def make_rule(call: Operation, operator: str, value: str) -> Rule:
    body = (Atom("?x", PROPERTIES[0], "?a"), Atom("?x", PROPERTIES[1], "?b"), Comparison(operator, call, value))
    return Rule("r", body, (Atom("?x", PROPERTIES[2], "?b"),))


@pytest.mark.parametrize("language", sorted(FRAMES))
@pytest.mark.parametrize("name", CALLED)
def test_each_function_has_one_reading(name: str, language: str) -> None:
    lexicon = Lexicon(FRAMES[language], LABELS, PHRASES)
    grammar = Grammar(lexicon, CLASSES)
    for seed in range(6):
        call = draw_call(Random(seed), ("?a", "?b"), seed % 3, name)
        for operator in ("=", "!=", "<"):
            for value in (TRUE, make_literal(3), "?b"):
                rule = make_rule(call, operator, value)
                assert grammar.read_rule(say_rule(lexicon, rule)) == (canonicalise_rule(rule),)


@pytest.mark.parametrize("language", sorted(FRAMES))
def test_every_frame_belongs_to_a_function_and_every_function_has_one(language: str) -> None:
    frames = [(key, open_frame(key, text)) for key, text in FRAMES[language].functions]
    assert all(frame is not None for _, frame in frames)
    keys = [key for key, _ in frames]
    assert len(set(keys)) == len(keys)
    for name in CALLED:
        function = FUNCTIONS[name]
        counts = range(function.least, len(function.parameters) + 1)
        assert name in keys or all(f"{name}/{count}" in keys for count in counts)


def test_only_the_functions_in_use_are_exported() -> None:
    frames = select_functions(FRAMES["en"], {"contains", "substring", "+"})
    assert [key for key, _ in frames.functions] == ["substring/2", "substring/3", "contains"]
    assert read_frames(write_frames(frames)) == frames
    without = write_frames(select_functions(frames, {"+"}))
    assert without.keys().isdisjoint({"functions", "truth", "then"})
    assert read_frames(without).functions == ()


def test_a_condition_and_its_opposite() -> None:
    lexicon = Lexicon(FRAMES["en"], LABELS, PHRASES)
    call = Operation("contains", ("?a", make_literal("x")))
    variables = {"?a": "A"}
    assert say_element(lexicon, Comparison("=", call, TRUE), variables) == 'the text A contains "x"'
    said = say_element(lexicon, Comparison("!=", call, TRUE), variables)
    assert said == 'the truth of “the text A contains "x"” is different from true'
    german = Lexicon(FRAMES["de"], LABELS, PHRASES)
    assert say_element(german, Comparison("=", call, TRUE), variables) == 'der Text A enthält "x"'
