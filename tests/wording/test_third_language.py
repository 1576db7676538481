"""A third language from nothing but a value: Dutch, end to end, from an ontology to a prompt that is read back.

This is what docs/wording.md describes; whoever adds a language can start from here.
"""

from __future__ import annotations

import pytest

from workbench.formats.rdf import parse_rdf
from workbench.formats.rules_parser import parse_atoms, parse_rule
from workbench.model.proofs import FALSE, Step
from workbench.model.rules import Atom
from workbench.model.terms import Term
from workbench.wording import declension
from workbench.wording.exchange import read_lexicon, write_lexicon
from workbench.wording.frames import FRAMES, Frames, read_frames, write_frames
from workbench.wording.grammar import Grammar, canonicalise_rule
from workbench.wording.lexicon import Lexicon, build_lexicon
from workbench.wording.reader import Reader
from workbench.wording.sentences import (
    capitalise,
    say_closed,
    say_fact,
    say_question,
    say_rule,
    say_statement,
    say_step,
)
from workbench.wording.task_reading import read_body_question, read_proof_line, read_supposition
from workbench.wording.task_sentences import (
    BodyQuestion,
    QuestionKind,
    canonicalise_question,
    say_body_question,
    say_proof_line,
    say_supposition,
)
from workbench.wording.templates import Template, fill_skeleton, parse_template

_SORTS = {
    "number": "het getal", "date": "de datum", "moment": "het tijdstip", "clock": "de kloktijd", "year": "het jaar",
    "duration": "de duur", "text": "de tekst", "truth": "de waarheidswaarde", "value": "de waarde",
}  # fmt: skip
_ORDERS = {
    "least value": "de kleinste", "least time": "de vroegste", "least duration": "de kortste",
    "greatest value": "de grootste", "greatest time": "de laatste", "greatest duration": "de langste",
}  # fmt: skip
DUTCH = Frames(
    language="nl",
    and_=" en ",
    group="({body})",
    negation="het is niet zo dat geldt: {statement}",
    absence="voor geen {variables} geldt: {statement}",
    list_and=" of ",
    fact="{statement}.",
    rule="Uit “{body}” volgt “{head}”.",
    integrity="Onmogelijk is: “{body}”.",
    closed="Als niet volgt “{statement}”, dan is het niet zo.",
    who="{statement}?",
    which="Voor welke X geldt: {statement}?",
    interrogative="wie",
    comparisons=(
        ("=", "{left} is gelijk aan {right}"), ("!=", "{left} is verschillend van {right}"),
        ("<", "{left} is kleiner dan {right}"), ("<=", "{left} is hoogstens {right}"),
        (">", "{left} is groter dan {right}"), (">=", "{left} is minstens {right}"),
    ),
    operations=(
        ("+", "{left} plus {right}"), ("-", "{left} min {right}"),
        ("*", "{left} maal {right}"), ("/", "{left} gedeeld door {right}"),
    ),
    answers=(("entailed", "waar"), ("refuted", "onwaar"), ("unknown", "niet te weten")),
    nobody="niemand",
    step="Uit “{premises}” volgt “{conclusion}”.",
    assume="Stel dat geldt: {statement}.",
    contradiction="Uit “{premises}” volgt een tegenspraak.",
    stated="Gegeven is “{statement}”.",
    default_property="{subject} {name} {object}",
    default_class="{subject} hoort bij de klasse {name}",
    tasks=(
        ("some", "voor ten minste één {variables} geldt: {statement}"),
        ("some and", " en één "),
        ("count", "Hoeveel X zijn er waarvoor geldt: {statement}?"),
        *((key, f"Welke X heeft {word} N waarvoor geldt: {{statement}}?") for key, word in _ORDERS.items()),
        *((f"which {sort}", f"Wat is {word} X waarvoor geldt: {{statement}}?") for sort, word in _SORTS.items()),
        ("labelled", "{label}: {sentence}"),
        ("proof line", "{label}. {sentence} [{reasons}]"),
        ("reasons", "{rule}: {premises}"),
        ("contradiction", "Er is een tegenspraak."),
        ("removed", "Niet meer gegeven is: {statement}."),
        ("added", "Bovendien gegeven is: {statement}."),
        ("goal", "Welke van deze zou, als ze ook gegeven was, maken dat volgt: {statement}?"),
        ("slot values", "{statement}."), ("slot classes", "Ofwel {values}."),
        ("clue or", " of "), ("deny verbs", "is|was|zijn|waren"),
        ("deny word", "niet "), ("deny articles", "een >geen "),
        ("clue false", "Het is niet zo dat geldt: {statement}."),
        ("clue if", "Als geldt “{statement}”, dan ook “{conclusion}”."),
        ("clue either", "Ofwel {statements}, maar niet allebei."),
        ("clue or both", "{statements} (of allebei)."), ("clue any", "Minstens één hiervan klopt: {statements}."),
        ("clue one", "Precies één hiervan klopt: {statements}."), ("clue neither", "Noch {left} noch {right} klopt."),
        ("clue quoted", "“{statement}”"), ("clue less", "Het getal in {left} is kleiner dan dat in {right}."),
        ("clue greater", "Het getal in {left} is groter dan dat in {right}."),
        ("negative", "min {duration}"),
        ("unit years", "jaar|jaar|jaar"), ("unit months", "maand|maanden|maanden"), ("unit days", "dag|dagen|dagen"),
        ("unit hours", "uur|uur|uur"), ("unit minutes", "minuut|minuten|minuten"),
        ("unit seconds", "seconde|seconden|seconden"),
        ("value true", "waar"), ("value false", "onwaar"), ("decimal mark", ","), ("operand case", "nom"),
        ("< time", "{left} is vroeger dan {right}"), ("<= time", "{left} is niet later dan {right}"),
        ("> time", "{left} is later dan {right}"), (">= time", "{left} is niet vroeger dan {right}"),
        ("< duration", "{left} is korter dan {right}"), ("<= duration", "{left} is niet langer dan {right}"),
        ("> duration", "{left} is langer dan {right}"), (">= duration", "{left} is niet korter dan {right}"),
        ("= function", "{left} is gelijk aan {right}"), ("!= function", "{left} is verschillend van {right}"),
    ),
    possibilities=(("entailed", "moet zo zijn"), ("refuted", "kan niet"), ("unknown", "beide is mogelijk")),
    instructions=(("count", "Antwoord alleen met het getal."),),
)  # fmt: skip
ONTOLOGY = """\
@prefix : <https://example.org/huis#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
:Eigenaar a owl:Class ; wb:phrase "{subject} {subject:is|zijn} eigenaar"@nl .
:Huis a owl:Class ; rdfs:label "huis"@nl .
:bezit wb:phrase "{subject} {subject:bezit|bezitten} {object}"@nl .
:vader wb:phrase "{object} is {subject:gen} vader"@nl .
:leeftijd wb:phrase "{subject} {subject:is|zijn} {object} jaar oud"@nl .
:duurde wb:phrase "{subject} duurde {object}"@nl .
:jan rdfs:label "Jan"@nl .
:anna rdfs:label "Anna"@nl .
:hans rdfs:label "Hans"@nl .
:molen rdfs:label "de molen"@nl .
:tweeling rdfs:label "de tweelingbroers"@nl ; wb:number "plural"@nl .
:reis rdfs:label "de reis"@nl .
"""
PREFIXES = {"": "https://example.org/huis#"}


def decline_dutch(label: str, case: str, gender: str, number: str) -> str | None:
    """The genitive of a name: Jans, Anna's, Hans'; of anything with an article only an author knows."""
    if case != "gen" or " " in label:
        return None
    return f"{label}'" if label.endswith("s") else f"{label}'s" if label[-1] in "aeiouy" else f"{label}s"


@pytest.fixture
def lexicon(monkeypatch: pytest.MonkeyPatch) -> Lexicon:
    monkeypatch.setitem(FRAMES, "nl", DUTCH)
    monkeypatch.setattr(declension, "DECLENSIONS", {**declension.DECLENSIONS, "nl": decline_dutch})
    monkeypatch.setattr("workbench.wording.lexicon.DECLENSIONS", declension.DECLENSIONS)
    triples = parse_rdf(ONTOLOGY.encode(), "huis.ttl").triples
    return build_lexicon(triples, "nl", classes=[k("Eigenaar"), k("Huis")])


def k(name: str) -> Term:
    return f"<https://example.org/huis#{name}>"


def atom(text: str) -> Atom:
    (found,) = parse_atoms(text, PREFIXES | {"any": "urn:knowledge-workbench:any#"})
    assert isinstance(found, Atom)
    return found


@pytest.fixture
def grammar(lexicon: Lexicon) -> Grammar:
    return Grammar(lexicon, [k("Eigenaar"), k("Huis")])


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ("bezit(jan, molen)", "Jan bezit de molen."),
        ("bezit(tweeling, molen)", "De tweelingbroers bezitten de molen."),
        ("Eigenaar(tweeling)", "De tweelingbroers zijn eigenaar."),
        ("Huis(molen)", "De molen hoort bij de klasse huis."),
        ("vader(jan, hans)", "Hans is Jans vader."),
        ("vader(anna, hans)", "Hans is Anna's vader."),
        ("vader(hans, jan)", "Jan is Hans' vader."),
        ("leeftijd(jan, 40)", "Jan is 40 jaar oud."),
        ("leeftijd(jan, 2.5)", "Jan is 2,5 jaar oud."),
        ('duurde(reis, "P3D"^^<http://www.w3.org/2001/XMLSchema#dayTimeDuration>)', "De reis duurde 3 dagen."),
    ],
)
def test_facts(lexicon: Lexicon, grammar: Grammar, fact: str, sentence: str) -> None:
    assert say_fact(lexicon, atom(fact)) == sentence
    assert grammar.read_fact(sentence) == (atom(fact),)


@pytest.mark.parametrize(
    ("rule", "sentence"),
    [
        ("bezit(?x, ?y) -> Eigenaar(?x)", "Uit “A bezit B” volgt “A is eigenaar”."),
        ("vader(?x, ?y) ^ vader(?y, ?x) -> false", "Onmogelijk is: “B is A's vader en A is B's vader”."),
        (
            "leeftijd(?x, ?n) ^ ?n >= 18 ^ not bezit(?x, molen) -> bezit(?x, reis)",
            "Uit “A is B jaar oud en B is minstens 18 en het is niet zo dat geldt: A bezit de molen” "
            "volgt “A bezit de reis”.",
        ),
        (
            "Huis(?x) ^ not bezit(?y, ?x) -> bezit(jan, ?x)",
            "Uit “A hoort bij de klasse huis en voor geen B geldt: B bezit A” volgt “Jan bezit A”.",
        ),
    ],
)
def test_rules(lexicon: Lexicon, grammar: Grammar, rule: str, sentence: str) -> None:
    parsed = parse_rule(rule, PREFIXES)
    assert say_rule(lexicon, parsed) == sentence
    assert grammar.read_rule(sentence) == (canonicalise_rule(parsed),)


@pytest.mark.parametrize(
    ("kind", "asked", "order", "sort", "body", "sentence"),
    [
        ("count", "?x", "", "", "bezit(?x, molen)", "Hoeveel X zijn er waarvoor geldt: X bezit de molen?"),
        (
            "compare", "?x ?n", "least", "number", "Eigenaar(?x) ^ leeftijd(?x, ?n)",
            "Welke X heeft de kleinste N waarvoor geldt: X is eigenaar en X is N jaar oud?",
        ),
        (
            "value", "?n", "", "number", "leeftijd(jan, ?a) ^ ?n = ?a + 1",
            "Wat is het getal X waarvoor geldt: voor ten minste één Y geldt: Jan is Y jaar oud "
            "en X is gelijk aan Y plus 1?",
        ),
    ],
)  # fmt: skip
def test_questions(
    lexicon: Lexicon, grammar: Grammar, kind: QuestionKind, asked: str, order: str, sort: str, body: str, sentence: str
) -> None:
    question = BodyQuestion(kind, tuple(asked.split()), parse_rule(f"{body} -> false", PREFIXES).body, order, sort)
    assert say_body_question(lexicon, question) == sentence
    assert read_body_question(grammar, lexicon, sentence) == (canonicalise_question(question),)


def test_other_sentences(lexicon: Lexicon, grammar: Grammar) -> None:
    assert say_question(lexicon, atom("bezit(?x, molen)"), "?x", person=True) == "Wie bezit de molen?"
    assert grammar.read_question("Wie bezit de molen?") == (atom("bezit(?X, molen)"),)
    assert grammar.read_closed(say_closed(lexicon, k("bezit"), is_class=False)) == (k("bezit"),)
    step = Step("r", (), ((*atom("bezit(jan, molen)"),),), (), (*atom("Eigenaar(jan)"),))
    assert say_step(lexicon, step) == "Uit “Jan bezit de molen” volgt “Jan is eigenaar”."
    line = say_proof_line(lexicon, "S1", FALSE, "R1", ("F1",))
    assert line == "S1. Er is een tegenspraak. [R1: F1]" and len(read_proof_line(grammar, lexicon, line)) == 1
    supposed = atom("vader(any:A, any:B)")
    assert say_supposition(lexicon, supposed) == "Stel dat geldt: B is A's vader."
    assert read_supposition(grammar, lexicon, "Stel dat geldt: B is A's vader.") == (supposed,)


def test_the_frames_are_complete() -> None:
    assert read_frames(write_frames(DUTCH)) == DUTCH


TEMPLATE = """\
Gegeven is: {{ facts }}
{% if rules %}Regels: {{ rules }}
{% endif %}Geldt dit? {{ statement }}. Antwoord met {{ choices }}.
"""


def test_a_prompt_is_written_and_read(lexicon: Lexicon) -> None:
    facts = [atom("bezit(tweeling, molen)"), atom("vader(jan, hans)")]
    rules = [parse_rule("bezit(?x, ?y) -> Eigenaar(?x)", PREFIXES, "r")]
    asked = atom("Eigenaar(tweeling)")
    template = parse_template(TEMPLATE, "t.j2", "entailment", "nl", "1", "x")
    assert isinstance(template, Template)
    skeleton = template.cut(("facts", "rules", "statement"), ", ".join(text for _, text in DUTCH.answers))
    prompt = fill_skeleton(
        skeleton,
        {
            "facts": " ".join(say_fact(lexicon, fact) for fact in facts),
            "rules": " ".join(say_rule(lexicon, rule) for rule in rules),
            "statement": capitalise(say_statement(lexicon, asked)),
        },
    )
    assert prompt == (
        "Gegeven is: De tweelingbroers bezitten de molen. Hans is Jans vader.\n"
        "Regels: Uit “A bezit B” volgt “A is eigenaar”.\n"
        "Geldt dit? De tweelingbroers zijn eigenaar. Antwoord met waar, onwaar, niet te weten."
    )
    exported = read_lexicon(write_lexicon(lexicon, ()))
    reader = Reader({"nl": Grammar(exported, [k("Eigenaar"), k("Huis")])}, [skeleton])
    (reading,) = reader.read(prompt)
    assert reading.facts == tuple(tuple(fact) for fact in facts) and reading.statement == asked
    assert reading.rules == tuple(canonicalise_rule(rule) for rule in rules)
