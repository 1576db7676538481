"""The reader gives back what was said, in one reading where words allow it and in several where they don't."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lexicon_strategies import (
    CLASSES,
    FACTS,
    INDIVIDUALS,
    PROPERTIES,
    RULES,
    draw_atom,
    draw_good_lexicon,
    draw_nasty_lexicon,
)

from workbench.build import get_knowledge, load, read_curriculum
from workbench.build.materials import collect_material
from workbench.errors import DatasetError
from workbench.generation.selection.blocks import BlockMaker
from workbench.model.rules import Atom, Rule, collect_variables
from workbench.model.terms import RDF_TYPE
from workbench.wording.frames import FRAMES, write_frames
from workbench.wording.grammar import Grammar, canonicalise_rule
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reader, Reading, Skeleton, build_reader
from workbench.wording.sentences import capitalise, say_closed, say_fact, say_question, say_rule, say_statement

LANGUAGES = st.sampled_from(["en", "de"])
GOOD = LANGUAGES.flatmap(draw_good_lexicon)
NASTY = LANGUAGES.flatmap(draw_nasty_lexicon)
QUESTIONS = st.one_of(
    st.builds(lambda c: ("?answer", RDF_TYPE, c), st.sampled_from(CLASSES)),
    st.builds(lambda p, o: ("?answer", p, o), st.sampled_from(PROPERTIES), st.sampled_from(INDIVIDUALS)),
    st.builds(lambda s, p: (s, p, "?answer"), st.sampled_from(INDIVIDUALS), st.sampled_from(PROPERTIES)),
)


def ask(pattern: Sequence[str]) -> Atom:
    subject, predicate, object_ = ("?X" if part == "?answer" else part for part in pattern)
    return Atom(subject, predicate, object_)


@given(GOOD, FACTS, QUESTIONS, st.booleans())
def test_sentences_have_one_reading(lexicon: Lexicon, fact: Atom, question: Atom, person: bool) -> None:
    grammar = Grammar(lexicon, CLASSES)
    assert grammar.read_fact(say_fact(lexicon, fact)) == (fact,)
    assert grammar.read_bare_statement(capitalise(say_statement(lexicon, fact))) == (fact,)
    assert grammar.read_question(say_question(lexicon, question, "?answer", person=person)) == (ask(question),)
    for key in (*CLASSES, *PROPERTIES):
        assert grammar.read_closed(say_closed(lexicon, key, is_class=key in CLASSES)) == (key,)


@settings(max_examples=150)
@given(GOOD, RULES)
def test_rules_have_one_reading(lexicon: Lexicon, rule: Rule) -> None:
    assert Grammar(lexicon, CLASSES).read_rule(say_rule(lexicon, rule)) == (canonicalise_rule(rule),)


@given(NASTY, FACTS, QUESTIONS, st.booleans())
def test_whatever_the_words_what_was_said_is_among_the_readings(
    lexicon: Lexicon, fact: Atom, question: Atom, person: bool
) -> None:
    grammar = Grammar(lexicon, CLASSES)
    assert fact in grammar.read_fact(say_fact(lexicon, fact))
    assert fact in grammar.read_bare_statement(capitalise(say_statement(lexicon, fact)))
    assert ask(question) in grammar.read_question(say_question(lexicon, question, "?answer", person=person))
    for key in (*CLASSES, *PROPERTIES):
        assert key in grammar.read_closed(say_closed(lexicon, key, is_class=key in CLASSES))


@settings(max_examples=150)
@given(NASTY, RULES)
def test_whatever_the_words_the_rule_is_among_the_readings(lexicon: Lexicon, rule: Rule) -> None:
    readings = Grammar(lexicon, CLASSES).read_rule(say_rule(lexicon, rule))
    assert canonicalise_rule(rule) in readings or len(readings) > 1


def make_reader(lexicon: Lexicon, texts: Sequence[str], slots: Sequence[str]) -> Reader:
    skeleton = Skeleton("s", lexicon.language, tuple(texts), tuple(slots))
    return Reader({lexicon.language: Grammar(lexicon, CLASSES)}, [skeleton])


def write_prompt(
    lexicon: Lexicon, facts: Sequence[Atom], rules: Sequence[Rule], statement: Atom, *, lines: bool
) -> str:
    said = [[say_fact(lexicon, fact) for fact in facts], [say_rule(lexicon, rule) for rule in rules]]
    joined = ["\n".join(f"- {text}" for text in part) if lines else " ".join(part) for part in said]
    return f"Facts: {joined[0]}\nRules: {joined[1]}\n\n{capitalise(say_statement(lexicon, statement))}?"


TEXTS = ("Facts: ", "\nRules: ", "\n\n", "?")


@given(GOOD, st.lists(FACTS, min_size=1, max_size=4), st.lists(RULES, min_size=1, max_size=2), FACTS, st.booleans())
def test_prompts_have_one_reading(
    lexicon: Lexicon, facts: list[Atom], rules: list[Rule], statement: Atom, lines: bool
) -> None:
    slots = ("facts_list", "rules_list", "statement") if lines else ("facts", "rules", "statement")
    readings = make_reader(lexicon, TEXTS, slots).read(write_prompt(lexicon, facts, rules, statement, lines=lines))
    expected = Reading(tuple(map(tuple, facts)), tuple(map(canonicalise_rule, rules)), statement=statement)
    assert readings == (expected,)


@settings(max_examples=60)
@given(NASTY, st.lists(FACTS, min_size=1, max_size=3), st.lists(RULES, min_size=1, max_size=1), FACTS, st.booleans())
def test_a_prompt_with_one_reading_says_what_was_meant(
    lexicon: Lexicon, facts: list[Atom], rules: list[Rule], statement: Atom, lines: bool
) -> None:
    """With any words: no reading at all never happens, and a single one is the right one."""
    slots = ("facts_list", "rules_list", "statement") if lines else ("facts", "rules", "statement")
    readings = make_reader(lexicon, TEXTS, slots).read(write_prompt(lexicon, facts, rules, statement, lines=lines))
    expected = Reading(tuple(map(tuple, facts)), tuple(map(canonicalise_rule, rules)), statement=statement)
    assert readings
    if len(readings) == 1:
        assert readings == (expected,)


def test_shared_names_show_as_two_readings() -> None:
    lexicon = Lexicon(
        FRAMES["en"],
        {INDIVIDUALS[0]: "Ann", INDIVIDUALS[1]: "Ann", INDIVIDUALS[2]: "Bob"},
        {PROPERTIES[0]: "{subject} knows {object}", PROPERTIES[1]: "{subject} knows {object}"},
    )
    grammar = Grammar(lexicon, CLASSES)
    assert len(grammar.read_fact("Ann knows Bob.")) == 4
    assert len(grammar.read_rule("If A knows B, then B knows A.")) == 4
    reader = make_reader(lexicon, ("", "!"), ("statement",))
    assert len(reader.read("Ann knows Bob!")) == 2


@pytest.mark.parametrize(
    ("labels", "phrase"),
    [
        # "Ann knows Bob knows Carl": who knows whom?
        (("Ann", "Ann knows Bob", "Bob knows Carl", "Carl"), "{subject} knows {object}"),
        # A name that is a variable, in a question.
        (("X", "Ann", "B", "C"), "{subject} knows {object}"),
    ],
)
def test_ambiguity_is_seen(labels: tuple[str, ...], phrase: str) -> None:
    lexicon = Lexicon(FRAMES["en"], dict(zip(INDIVIDUALS, labels, strict=False)), {PROPERTIES[0]: phrase})
    grammar = Grammar(lexicon, CLASSES)
    if labels[0] == "X":
        question = say_question(lexicon, ("?answer", PROPERTIES[0], INDIVIDUALS[0]), "?answer", person=False)
        assert len(grammar.read_question(question)) > 1
    else:
        assert len(grammar.read_fact("Ann knows Bob knows Carl.")) == 2


@pytest.mark.parametrize(
    "prompt",
    ["", "Facts: ", "Ann knows Bob", "Facts: Ann knows Bob.\nRules: nothing\n\nAnn knows Bob?",
     "Facts: Ann knows.\nRules: If A knows B, then B knows A.\n\nAnn knows Bob?",
     "Facts: A knows Bob.\nRules: If A knows B, then B knows A.\n\nAnn knows Bob?",
     "Facts: Ann knows Bob.\nRules: If A knows B, then B knows A.\n\nA knows Bob?",
     "Facts: Ann knows Bob.\nRules: If A knows B, then B knows A.\n\nAnn knows Bob? Yes."],
)  # fmt: skip
def test_what_nobody_said_has_no_reading(prompt: str) -> None:
    labels = {INDIVIDUALS[0]: "Ann", INDIVIDUALS[1]: "Bob"}
    lexicon = Lexicon(FRAMES["en"], labels, {PROPERTIES[0]: "{subject} knows {object}"})
    assert make_reader(lexicon, TEXTS, ("facts", "rules", "statement")).read(prompt) == ()


@given(st.text(alphabet='Ann knows Bob.\nIf, then "(){}?-', max_size=60))
def test_no_text_stops_the_reader(text: str) -> None:
    labels = {INDIVIDUALS[0]: "Ann", INDIVIDUALS[1]: "Bob"}
    lexicon = Lexicon(FRAMES["en"], labels, {PROPERTIES[0]: "{subject} knows {object}"})
    for slots in (("facts", "rules", "statement"), ("facts_list", "closed", "question")):
        make_reader(lexicon, TEXTS, slots).read(f"Facts: {text}\nRules: {text}\n\n{text}?")


def test_long_sentences_are_read_in_reasonable_time() -> None:
    """Many conjuncts, each of which could be cut in many places."""
    lexicon = Lexicon(
        FRAMES["en"],
        {INDIVIDUALS[0]: "Ann and Bob", INDIVIDUALS[1]: "Ann", INDIVIDUALS[2]: "Bob"},
        {PROPERTIES[0]: "{subject} and {object} meet", CLASSES[0]: "{subject} and"},
    )
    body = tuple(Atom("?x", PROPERTIES[0], "?y") for _ in range(14))
    rule = Rule("r", body, (Atom("?x", PROPERTIES[0], "?y"),))
    readings = Grammar(lexicon, CLASSES).read_rule(say_rule(lexicon, rule))
    assert canonicalise_rule(rule) in readings


def test_a_sentence_of_many_readings_is_ambiguous_at_once() -> None:
    phrases = dict.fromkeys(PROPERTIES, "{subject} and {object}")
    lexicon = Lexicon(FRAMES["en"], {INDIVIDUALS[0]: "and"}, phrases)
    body = tuple(Atom("?x", PROPERTIES[n % 4], "?y") for n in range(20))
    rule = Rule("r", body, (Atom("?x", PROPERTIES[0], "?y"),))
    grammar = Grammar(lexicon, CLASSES)
    assert len(grammar.read_rule(say_rule(lexicon, rule))) > 1
    assert canonicalise_rule(rule) not in Grammar(lexicon, CLASSES).read_rule(say_rule(lexicon, rule))
    reader = make_reader(lexicon, ("", "!"), ("rules",))
    assert len(reader.read(say_rule(lexicon, rule) + "!")) == 2


def test_options_and_closed_sentences_are_read() -> None:
    labels = {INDIVIDUALS[0]: "Ann", INDIVIDUALS[1]: "Bob"}
    phrases = {PROPERTIES[0]: "{subject} knows {object}", CLASSES[0]: "{subject} is wise"}
    lexicon = Lexicon(FRAMES["en"], labels, phrases)
    reader = make_reader(lexicon, ("", "\n", ""), ("closed", "options"))
    closed = " ".join(say_closed(lexicon, key, is_class=key in CLASSES) for key in (CLASSES[0], PROPERTIES[0]))
    (reading,) = reader.read(f"{closed}\nA) Ann knows Bob\nB) Bob is wise")
    assert reading.closed == (CLASSES[0], PROPERTIES[0])
    assert reading.options == (
        ("A", Atom(INDIVIDUALS[0], PROPERTIES[0], INDIVIDUALS[1])),
        ("B", Atom(INDIVIDUALS[1], RDF_TYPE, CLASSES[0])),
    )
    assert reader.read(f"{closed}\nA) Ann knows Bob\nBob is wise") == ()


@given(GOOD, st.lists(FACTS, min_size=1, max_size=3))
def test_an_exported_wording_reads_the_same(lexicon: Lexicon, facts: list[Atom]) -> None:
    wording = {
        "classes": CLASSES,
        "languages": {
            lexicon.language: {
                "frames": write_frames(lexicon.frames), "labels": lexicon.labels, "phrases": lexicon.phrases,
            }
        },
        "templates": [{"name": "s", "language": lexicon.language, "texts": ["", "!"], "slots": ["facts"]}],
    }  # fmt: skip
    prompt = " ".join(say_fact(lexicon, fact) for fact in facts) + "!"
    assert build_reader(wording).read(prompt) == (Reading(tuple(map(tuple, facts))),)
    for name in wording:
        with pytest.raises(DatasetError):
            build_reader({key: value for key, value in wording.items() if key != name})
        with pytest.raises(DatasetError):
            build_reader({**wording, name: 3})


@pytest.fixture(scope="module")
def kinship(repo_root: Path) -> BlockMaker:
    project = load(repo_root)
    knowledge = get_knowledge(project, project.get_domain("kinship"))
    text = read_curriculum(knowledge.domain)
    assert text.curriculum is not None
    return BlockMaker(collect_material(knowledge, text, text.curriculum, 0))


@pytest.mark.parametrize("language", ["en", "de"])
def test_every_kinship_sentence_has_one_reading(kinship: BlockMaker, language: str) -> None:
    lexicon = kinship.exported[language]
    grammar = Grammar(lexicon, kinship.material.classes)
    assert grammar.splits_at_periods
    for rule in kinship.material.theory.rules:
        assert grammar.read_rule(kinship.renderer.say_rule(language, rule)) == (canonicalise_rule(rule),), rule.name
    for key in sorted(kinship.material.theory.closed):
        is_class = key in kinship.material.classes
        assert grammar.read_closed(say_closed(lexicon, key, is_class=is_class)) == (key,)
    people = list(islice(sorted(lexicon.labels), 0, None, 17))
    for key in kinship.plan.queryable:
        is_class = key in kinship.plan.classes
        fact = Atom(people[0], RDF_TYPE, key) if is_class else Atom(people[0], key, people[1])
        assert grammar.read_fact(say_fact(lexicon, fact)) == (fact,)
        for pattern in (fact._replace(subject="?answer"), *([] if is_class else [fact._replace(object="?answer")])):
            question = say_question(lexicon, pattern, "?answer", person=True)
            assert grammar.read_question(question) == (ask(pattern),)


@given(draw_atom(st.sampled_from(INDIVIDUALS)))
def test_drawn_facts_have_no_variables(fact: Atom) -> None:
    assert not collect_variables(fact)
