"""What things are called and how they are said, each sentence by hand."""

from __future__ import annotations

import pytest

from workbench.errors import DatasetError
from workbench.formats.rules_parser import parse_rule
from workbench.model.proofs import FALSE, Step
from workbench.model.rules import Atom, Negation
from workbench.model.terms import RDF_TYPE, RDFS_LABEL, WB, XSD, make_literal
from workbench.wording.frames import FRAMES, read_frames, write_frames
from workbench.wording.lexicon import Lexicon, build_lexicon, split_name
from workbench.wording.sentences import (
    capitalise,
    iterate_letters,
    say_closed,
    say_element,
    say_fact,
    say_question,
    say_rule,
    say_statement,
    say_step,
    say_term,
)

NS = "https://example.org/k#"
PREFIXES = {"": NS}
PHRASE = f"<{WB}phrase>"


def k(name: str) -> str:
    return f"<{NS}{name}>"


TRIPLES = [
    (k("ann"), RDFS_LABEL, '"Ann"'),
    (k("mill"), RDFS_LABEL, '"the mill"@en'),
    (k("mill"), RDFS_LABEL, '"die Mühle"@de'),
    (k("hasParent"), PHRASE, '"{object} is a parent of {subject}"@en'),
    (k("hasParent"), PHRASE, '"{object} ist ein Elternteil von {subject}"@de'),
    (k("older"), PHRASE, '"{subject} is older than {object}"@en'),
    (k("Elder"), RDFS_LABEL, '"Elder"@en'),
    (k("bornIn"), PHRASE, '"{subject} was born in {object}"@en'),
]


@pytest.fixture
def en() -> Lexicon:
    return build_lexicon(TRIPLES, "en", classes=[k("Elder")], properties=[k("worksIn")])


@pytest.fixture
def de() -> Lexicon:
    return build_lexicon(TRIPLES, "de", classes=[k("Elder")], properties=[k("worksIn")])


def test_labels(en: Lexicon, de: Lexicon) -> None:
    assert en.get_label(k("mill")) == "the mill" and de.get_label(k("mill")) == "die Mühle"
    assert en.get_label(k("ann")) == de.get_label(k("ann")) == "Ann"
    assert de.get_label(k("Elder")) == "Elder"  # another language stands in
    assert en.get_label(k("isAncestorOf")) == "is ancestor of"


def test_phrases_and_their_defaults(en: Lexicon, de: Lexicon) -> None:
    assert en.get_phrase(k("Elder"), is_class=True) == "{subject} {subject:is|are} an elder"
    assert de.get_phrase(k("Elder"), is_class=True) == "{subject} {subject:gehört|gehören} zur Klasse Elder"
    assert en.get_phrase(k("worksIn"), is_class=False) == "{subject} {subject:works|work} in {object}"
    assert en.defaults == {k("Elder"), k("worksIn")}
    assert de.get_phrase(k("older"), is_class=False) == "{subject} {subject:ist|sind} older {object:acc}"


def test_order_of_the_triples_does_not_matter() -> None:
    assert build_lexicon(reversed(TRIPLES), "en") == build_lexicon(TRIPLES, "en")


@pytest.mark.parametrize(
    ("name", "words"),
    [("hasParent", "has parent"), ("Ann_Smith", "Ann Smith"), ("isPartOfEU", "is part of EU"), ("x", "x"),
     ("HTTPServer", "HTTP server"), ("born-in", "born in"), ("--", "--"), ("größteStadt", "größte stadt")],
)  # fmt: skip
def test_names_taken_apart(name: str, words: str) -> None:
    assert split_name(name) == words


@pytest.mark.parametrize(
    ("term", "text"),
    [
        (make_literal(12), "12"), (make_literal("012", f"<{XSD}integer>"), f'"012"^^<{XSD}integer>'),
        (make_literal("1.5", f"<{XSD}decimal>"), "1.5"), (make_literal(True), "true"),
        (make_literal("2020-01-01", f"<{XSD}date>"), "2020-01-01"), (make_literal("a b"), '"a b"'),
        (make_literal('a"b'), f'"a\\"b"^^<{XSD}string>'), (make_literal("a", language="de"), '"a"@de'),
        ("?x", "A"), ("?y", "?y"), (k("ann"), "Ann"),
    ],
)  # fmt: skip
def test_terms(en: Lexicon, term: str, text: str) -> None:
    assert say_term(en, term, {"?x": "A"}) == text


def test_a_label_is_never_a_slot(en: Lexicon) -> None:
    lexicon = en.with_labels({k("ann"): "{object}", k("bob"): "{subject}"})
    assert say_statement(lexicon, (k("ann"), k("older"), k("bob"))) == "{object} is older than {subject}"
    statement = say_statement(lexicon, (k("ann"), k("hasParent"), k("bob")))
    assert statement == "{subject} is a parent of {object}"


@pytest.mark.parametrize(
    ("text", "capital"),
    [("ann", "Ann"), ("Ann", "Ann"), ("ärger", "Ärger"), ("ßx", "ßx"), ("1", "1"), ("", ""), ("ŉx", "ŉx")],
)
def test_capitals_lead_back(text: str, capital: str) -> None:
    assert capitalise(text) == capital


@pytest.mark.parametrize(
    ("rule", "english", "german"),
    [
        (
            "hasParent(?x, ?y) -> Elder(?y)",
            "If B is a parent of A, then B is an elder.",
            "Aus „B ist ein Elternteil von A“ folgt „B gehört zur Klasse Elder“.",
        ),
        (
            "hasParent(?x, ?y) ^ bornIn(?x, ?a) ^ bornIn(?y, ?b) ^ ?a < ?b + 12 -> false",
            "It is impossible that B is a parent of A and A was born in C and B was born in D "
            "and C is less than D plus 12.",
            "Unmöglich ist: „B ist ein Elternteil von A und A ist born in C und B ist born in D "
            "und C ist kleiner als D plus 12“.",
        ),
        (
            "Elder(?x) ^ not hasParent(?x, ann) -> older(?x, ann) ^ older(?x, mill)",
            "If A is an elder and it is not the case that Ann is a parent of A, "
            "then A is older than Ann and A is older than the mill.",
            "Aus „A gehört zur Klasse Elder und es ist nicht der Fall: Ann ist ein Elternteil von A“ "
            "folgt „A ist older Ann und A ist older die Mühle“.",
        ),
        (
            "Elder(?x) ^ not (hasParent(?y, ?x) ^ older(?y, ?z)) -> older(?x, ?x)",
            "If A is an elder and there is no B or C such that (A is a parent of B and B is older than C), "
            "then A is older than A.",
            "Aus „A gehört zur Klasse Elder und für kein B oder C gilt: (A ist ein Elternteil von B "
            "und B ist older C)“ folgt „A ist older A“.",
        ),
        (
            "bornIn(?x, ?a) ^ ?n = (?a - 1) * (2 + ?a) -> bornIn(?x, ?n)",
            "If A was born in B and C is equal to (B minus 1) times (2 plus B), then A was born in C.",
            "Aus „A ist born in B und C ist gleich (B minus 1) mal (2 plus B)“ folgt „A ist born in C“.",
        ),
    ],
)
def test_rules(en: Lexicon, de: Lexicon, rule: str, english: str, german: str) -> None:
    parsed = parse_rule(rule, PREFIXES)
    assert say_rule(en, parsed) == english
    assert say_rule(de, parsed) == german


def test_facts_questions_and_closed_sentences(en: Lexicon, de: Lexicon) -> None:
    assert say_fact(en, (k("mill"), k("older"), k("ann"))) == "The mill is older than Ann."
    assert say_fact(de, (k("ann"), k("hasParent"), k("mill"))) == "Die Mühle ist ein Elternteil von Ann."
    ask = ("?answer", k("older"), k("ann"))
    assert say_question(en, ask, "?answer", person=True) == "Who is older than Ann?"
    assert say_question(en, ask, "?answer", person=False) == "For which X does it hold that X is older than Ann?"
    assert say_question(de, ask, "?answer", person=True) == "Wer ist older Ann?"
    # The interrogative stands only where the phrase begins with it.
    ask = (k("ann"), k("older"), "?answer")
    assert say_question(en, ask, "?answer", person=True) == "For which X does it hold that Ann is older than X?"
    assert say_question(en, ("?answer", RDF_TYPE, k("Elder")), "?answer", person=True) == "Who is an elder?"
    closed = "It is true that A is an elder only if this follows from what is stated."
    assert say_closed(en, k("Elder"), is_class=True) == closed
    assert (
        say_closed(en, k("older"), is_class=False)
        == "It is true that A is older than B only if this follows from what is stated."
    )


def test_steps(en: Lexicon) -> None:
    premise = (k("ann"), k("older"), k("mill"))
    absent = Negation((Atom(k("ann"), RDF_TYPE, k("Elder")),))
    step = Step("r", (), (premise,), (absent,), (k("mill"), k("older"), k("ann")))
    assert say_step(en, step) == (
        "Since Ann is older than the mill and it is not the case that Ann is an elder, the mill is older than Ann."
    )
    assert say_step(en, Step("r", (), (premise,), (), FALSE)) == (
        "Since Ann is older than the mill, there is a contradiction."
    )
    inner = Negation((Atom("?w", k("older"), k("ann")),))
    assert say_element(en, inner, {}) == "there is no A such that A is older than Ann"


def test_letters() -> None:
    letters = iterate_letters(["A", "C"])
    assert [next(letters) for _ in range(3)] == ["B", "D", "E"]
    many = iterate_letters()
    assert [next(many) for _ in range(28)][-2:] == ["A1", "B1"]


def test_frames_survive_writing() -> None:
    for frames in FRAMES.values():
        assert read_frames(write_frames(frames)) == frames
    data = write_frames(FRAMES["en"])
    for name in data:
        for bad in (None, 3, {"=": 3}):
            with pytest.raises(DatasetError):
                read_frames({**data, name: bad})
        with pytest.raises(DatasetError):
            read_frames({key: value for key, value in data.items() if key != name})
