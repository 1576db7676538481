"""Every golden sentence is composed as it stands there, and read back as the formula it came from, in one way."""

from __future__ import annotations

import pytest
from golden_sentences import KINDS, LANGUAGES, load_golden, load_world

from workbench.wording.exchange import read_lexicon, write_lexicon
from workbench.wording.grammar import Grammar
from workbench.wording.sentences import say_fact

WORLDS = ("planets", "kinship", "guild", "curious")


@pytest.mark.parametrize("language", LANGUAGES)
def test_there_are_enough_of_every_kind(language: str) -> None:
    golden = load_golden(language)
    assert len(golden) >= 400 and {world for world, _, _, _ in golden} == set(WORLDS)
    assert {kind for _, kind, _, _ in golden} == set(KINDS)
    assert len({sentence for _, kind, _, sentence in golden if kind == "fact"}) >= 150


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WORLDS)
def test_sentences_are_as_written(name: str, language: str) -> None:
    world = load_world(name)
    said = {
        (kind, formula): (sentence, KINDS[kind].say(world, formula, language))
        for found, kind, formula, sentence in load_golden(language)
        if found == name
    }
    assert {key: is_ for key, (_, is_) in said.items()} == {key: wanted for key, (wanted, _) in said.items()}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WORLDS)
def test_sentences_are_read_in_one_way(name: str, language: str) -> None:
    world = load_world(name)
    for found, kind, formula, sentence in load_golden(language):
        read = KINDS[kind].read
        if found == name and read is not None:
            wanted = KINDS[kind].expect(world, formula)
            assert tuple(read(world, sentence, language)) == tuple(wanted), sentence  # type: ignore[arg-type]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_languages_say_the_same_formulas(language: str) -> None:
    assert [entry[:3] for entry in load_golden(language)] == [entry[:3] for entry in load_golden("en")]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("name", WORLDS)
def test_exported_words_read_the_same(name: str, language: str) -> None:
    """What stands in wording.json is enough: forms need not be derived by who reads them."""
    world = load_world(name)
    lexicon = world.lexicons[language]
    copy = read_lexicon(write_lexicon(lexicon, ("mod", "startsWith", "stringLength", "hours")))
    grammar = Grammar(copy, sorted(world.classes))
    for found, kind, formula, sentence in load_golden(language):
        if found == name and kind == "fact":
            assert say_fact(copy, world.atom(formula)) == sentence
            assert grammar.read_fact(sentence) == (world.atom(formula),)
