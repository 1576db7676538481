"""Sentences of tasks, each by hand, and each read back."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lexicon_strategies import CLASSES, ELEMENTS, FACTS, PROPERTIES, draw_atom, draw_good_lexicon

from workbench.errors import DatasetError
from workbench.formats.rules_parser import parse_rule
from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, BodyElement
from workbench.model.terms import RDF_TYPE, RDFS_LABEL, WB, XSD, Term, make_literal
from workbench.wording.frames import FRAMES, read_frames, write_frames
from workbench.wording.grammar import Grammar
from workbench.wording.lexicon import ARBITRARY, Lexicon, build_lexicon
from workbench.wording.task_reading import (
    ProofLine,
    read_body_question,
    read_change,
    read_goal,
    read_labelled,
    read_proof_line,
    read_supposed_statement,
    read_supposition,
)
from workbench.wording.task_sentences import (
    BodyQuestion,
    QuestionKind,
    canonicalise_question,
    find_sort,
    say_body_question,
    say_change,
    say_fact_line,
    say_goal,
    say_proof_line,
    say_rule_line,
    say_supposition,
)

NS = "https://example.org/k#"
PHRASE = f"<{WB}phrase>"


def k(name: str) -> Term:
    return f"<{NS}{name}>"


TRIPLES = [
    (k("ann"), RDFS_LABEL, '"Ann"'),
    (k("bob"), RDFS_LABEL, '"Bob"'),
    (k("hasParent"), PHRASE, '"{object} is a parent of {subject}"@en'),
    (k("hasParent"), PHRASE, '"{object} ist ein Elternteil von {subject}"@de'),
    (k("bornIn"), PHRASE, '"{subject} was born in {object}"@en'),
    (k("bornIn"), PHRASE, '"{subject} wurde im Jahr {object} geboren"@de'),
    (k("Man"), PHRASE, '"{subject} is male"@en'),
    (k("Man"), PHRASE, '"{subject} ist männlich"@de'),
]
LEXICONS = {language: build_lexicon(TRIPLES, language) for language in ("en", "de")}
GRAMMARS = {language: Grammar(lexicon, [k("Man")]) for language, lexicon in LEXICONS.items()}


def parse_body(text: str) -> tuple[BodyElement, ...]:
    return parse_rule(f"{text} -> false", {"": NS}).body


@pytest.mark.parametrize(
    ("kind", "asked", "order", "sort", "body", "english", "german"),
    [
        ("select", "?a", "", "", "hasParent(?a, ann)", "Who", ""),
        (
            "select", "?a", "", "", "hasParent(?a, ann) ^ Man(?a) ^ bornIn(?a, 1950)",
            "For which X does it hold that Ann is a parent of X and X is male and X was born in 1950?",
            "Für welche X gilt: Ann ist ein Elternteil von X und X ist männlich und X wurde im Jahr 1950 geboren?",
        ),
        (
            "select", "?a", "", "", "hasParent(?b, ?a) ^ bornIn(?b, ?n) ^ ?n < 1950",
            "For which X does it hold that for some Y and some Z, X is a parent of Y and Y was born in Z "
            "and Z is less than 1950?",
            "Für welche X gilt: für mindestens ein Y und ein Z gilt: X ist ein Elternteil von Y "
            "und Y wurde im Jahr Z geboren und Z ist kleiner als 1950?",
        ),
        (
            "count", "?a", "", "", "hasParent(?a, ann)",
            "How many X are there such that Ann is a parent of X?",
            "Wie viele X gibt es, für die gilt: Ann ist ein Elternteil von X?",
        ),
        (
            "count", "?a", "", "", "Man(?a) ^ not (hasParent(?c, ?a) ^ Man(?c))",
            "How many X are there such that X is male and there is no A such that (X is a parent of A and A is male)?",
            "Wie viele X gibt es, für die gilt: X ist männlich und für kein A gilt: "
            "(X ist ein Elternteil von A und A ist männlich)?",
        ),
        (
            "compare", "?a ?n", "least", "number", "hasParent(?a, ann) ^ bornIn(?a, ?n)",
            "Which X has the least N such that Ann is a parent of X and X was born in N?",
            "Welches X hat das kleinste N, für das gilt: Ann ist ein Elternteil von X und X wurde im Jahr N geboren?",
        ),
        (
            "compare", "?a ?n", "greatest", "date", "bornIn(?a, ?n)",
            "Which X has the latest N such that X was born in N?",
            "Welches X hat das späteste N, für das gilt: X wurde im Jahr N geboren?",
        ),
        (
            "compare", "?a ?n", "greatest", "duration", "bornIn(?a, ?n)",
            "Which X has the longest N such that X was born in N?",
            "Welches X hat das längste N, für das gilt: X wurde im Jahr N geboren?",
        ),
        (
            "value", "?d", "", "number", "bornIn(ann, ?m) ^ bornIn(bob, ?n) ^ ?d = ?n - ?m",
            "What is the number X such that for some Y and some Z, Ann was born in Y and Bob was born in Z "
            "and X is equal to Z minus Y?",
            "Wie lautet die Zahl X, für die gilt: für mindestens ein Y und ein Z gilt: Ann wurde im Jahr Y geboren "
            "und Bob wurde im Jahr Z geboren und X ist gleich Z minus Y?",
        ),
        (
            "value", "?d", "", "moment", "bornIn(ann, ?d)",
            "What is the point in time X such that Ann was born in X?",
            "Wie lautet der Zeitpunkt X, für den gilt: Ann wurde im Jahr X geboren?",
        ),
    ],
)  # fmt: skip
def test_questions(kind: QuestionKind, asked: str, order: str, sort: str, body: str, english: str, german: str) -> None:
    question = BodyQuestion(kind, tuple(asked.split()), parse_body(body), order, sort)
    if english == "Who":
        assert say_body_question(LEXICONS["en"], question) == "For which X does it hold that Ann is a parent of X?"
    else:
        assert say_body_question(LEXICONS["en"], question) == english
        assert say_body_question(LEXICONS["de"], question) == german
    for language, lexicon in LEXICONS.items():
        sentence = say_body_question(lexicon, question)
        assert read_body_question(GRAMMARS[language], lexicon, sentence) == (canonicalise_question(question),)


def test_who_asks_for_persons_with_one_atom() -> None:
    question = BodyQuestion("select", ("?x",), parse_body("hasParent(ann, ?x)"))
    for language, sentence in (("en", "Who is a parent of Ann?"), ("de", "Wer ist ein Elternteil von Ann?")):
        lexicon = LEXICONS[language]
        assert say_body_question(lexicon, question, person=True) == sentence
        assert read_body_question(GRAMMARS[language], lexicon, sentence) == (canonicalise_question(question),)


def test_a_question_in_other_words_is_no_question() -> None:
    lexicon, grammar = LEXICONS["en"], GRAMMARS["en"]
    for sentence in (
        "How many Y are there such that Y is male?",
        "How many X are there such that Ann is male?",
        "How many X are there such that Y is a parent of X?",
        "How many X are there such that for some Y, X is male?",
        "How many X are there such that for some Y and some Z, X is a parent of Y?",
        "Which X has the least N such that X is male?",
        "Which X has the least N such that for some Y, X is a parent of Y?",
        "How many X are there such that X is male",
        "",
    ):
        assert read_body_question(grammar, lexicon, sentence) == ()


ASKING = st.sampled_from(["?x", "?y", "?z"])


@settings(max_examples=120, deadline=None)
@given(
    st.sampled_from(["en", "de"]).flatmap(draw_good_lexicon),
    ASKING,
    st.lists(ELEMENTS, max_size=3),
    st.sampled_from(["select", "count", "value", "compare"]),
    st.sampled_from(["least", "greatest"]),
    st.sampled_from(["number", "date", "duration", "text", "value"]),
)
def test_any_question_has_one_reading(
    lexicon: Lexicon, variable: str, more: list[BodyElement], kind: QuestionKind, order: str, sort: str
) -> None:
    first: list[BodyElement] = [Atom(variable, RDF_TYPE, CLASSES[0])]
    asked: tuple[str, ...] = (variable,)
    if kind == "compare":
        asked = (variable, "?value")
        first.append(Atom(variable, PROPERTIES[1], "?value"))
    order = order if kind == "compare" else ""
    sort = sort if kind in ("compare", "value") else ""
    question = BodyQuestion(kind, asked, (*first, *more), order, sort)
    sentence = say_body_question(lexicon, question)
    readings = read_body_question(Grammar(lexicon, CLASSES), lexicon, sentence)
    assert readings == (canonicalise_question(question),)


def test_sorts_of_values() -> None:
    assert [find_sort(make_literal(5)), find_sort(make_literal("2020-01-01", f"<{XSD}date>"))] == ["number", "date"]
    assert find_sort(make_literal("P1D", f"<{XSD}dayTimeDuration>")) == "duration"
    assert find_sort(make_literal("a")) == "text" and find_sort(make_literal("a", "<urn:own>")) == "value"
    assert find_sort(k("ann")) == "value"


def test_suppositions_are_about_arbitrary_individuals() -> None:
    a, b = f"<{ARBITRARY}A>", f"<{ARBITRARY}B>"
    for language, sentence in (
        ("en", "Suppose that B is a parent of A."),
        ("de", "Angenommen, B ist ein Elternteil von A."),
    ):
        lexicon = LEXICONS[language]
        assert say_supposition(lexicon, (a, k("hasParent"), b)) == sentence
        assert read_supposition(GRAMMARS[language], lexicon, sentence) == (Atom(a, k("hasParent"), b),)
    assert read_supposed_statement(GRAMMARS["en"], "A is male") == (Atom(a, RDF_TYPE, k("Man")),)
    assert read_supposition(GRAMMARS["en"], LEXICONS["en"], "A is male.") == ()


def test_changes_and_goals() -> None:
    fact = (k("ann"), RDF_TYPE, k("Man"))
    for language, texts in {
        "en": (
            "It is stated in addition that Ann is male.", "It is no longer stated that Ann is male.",
            "Which of these, stated in addition, would make it follow that Ann is male?",
        ),
        "de": (
            "Zusätzlich angegeben ist: Ann ist männlich.", "Nicht mehr angegeben ist: Ann ist männlich.",
            "Welche dieser Aussagen müsste zusätzlich angegeben sein, damit folgt: Ann ist männlich?",
        ),
    }.items():  # fmt: skip
        lexicon, grammar = LEXICONS[language], GRAMMARS[language]
        said = (
            say_change(lexicon, fact, added=True), say_change(lexicon, fact, added=False), say_goal(lexicon, fact)
        )  # fmt: skip
        assert said == texts
        assert read_change(grammar, lexicon, said[0]) == ((True, Atom(*fact)),)
        assert read_change(grammar, lexicon, said[1]) == ((False, Atom(*fact)),)
        assert read_goal(grammar, lexicon, said[2]) == (Atom(*fact),)
        assert read_change(grammar, lexicon, said[2]) == () == read_goal(grammar, lexicon, said[0])


def test_labelled_lines() -> None:
    lexicon = LEXICONS["en"]
    line = say_fact_line(lexicon, "F1", (k("ann"), k("hasParent"), k("bob")))
    assert line == "F1: Bob is a parent of Ann."
    assert read_labelled(lexicon.frames, line) == ("F1", "Bob is a parent of Ann.")
    rule = parse_rule("hasParent(?x, ?y) -> Man(?y)", {"": NS})
    assert say_rule_line(lexicon, "R2", rule) == "R2: If B is a parent of A, then B is male."
    for bad in ("F1. Bob", "F0: Bob", "f1: Bob", "F1:", ": Bob", ""):
        assert read_labelled(lexicon.frames, bad) is None


def test_lines_of_proofs() -> None:
    fact = (k("ann"), RDF_TYPE, k("Man"))
    for language, said, false in (
        ("en", "Ann is male.", "There is a contradiction."),
        ("de", "Ann ist männlich.", "Es besteht ein Widerspruch."),
    ):
        lexicon, grammar = LEXICONS[language], GRAMMARS[language]
        line = say_proof_line(lexicon, "S1", fact, "R2", ("F1", "F3"))
        assert line == f"S1. {said} [R2: F1, F3]"
        assert read_proof_line(grammar, lexicon, line) == (ProofLine("S1", fact, "R2", ("F1", "F3")),)
        line = say_proof_line(lexicon, "S2", FALSE, "R1", ())
        assert line == f"S2. {false} [R1]"
        assert read_proof_line(grammar, lexicon, line) == (ProofLine("S2", FALSE, "R1", ()),)
    for bad in (
        "S1. Ann is male. [R2: F1, ]", "S1. Ann is male. []", "S1. Ann is male.", "Ann is male. [R2: F1]", "",
        "S1. Ann is male [R2: F1]", "S1. Ann is nice. [R2: F1]", "S1. Ann is male. [F1; R2]",
        "S1. Ann is male. [R2: F1",
    ):  # fmt: skip
        assert read_proof_line(GRAMMARS["en"], LEXICONS["en"], bad) == ()


@given(st.sampled_from(["en", "de"]).flatmap(draw_good_lexicon), FACTS, draw_atom(st.sampled_from(["?A", "?B"])))
def test_any_fact_can_stand_in_a_line(lexicon: Lexicon, fact: Atom, supposed: Atom) -> None:
    grammar = Grammar(lexicon, CLASSES)
    line = say_proof_line(lexicon, "S12", (*fact,), "R3", ("F1",))
    assert read_proof_line(grammar, lexicon, line) == (ProofLine("S12", (*fact,), "R3", ("F1",)),)
    named = Atom(*(f"<{ARBITRARY}{t[1:]}>" if t.startswith("?") else t for t in supposed))
    assert read_supposition(grammar, lexicon, say_supposition(lexicon, named)) == (named,)
    assert read_goal(grammar, lexicon, say_goal(lexicon, (*fact,))) == (fact,)


def test_frames_of_tasks_are_refused_when_a_slot_is_missing() -> None:
    data = write_frames(FRAMES["en"])
    for bad in (
        {"tasks": data["tasks"] | {"count": "How many?"}},
        {"tasks": {key: text for key, text in data["tasks"].items() if key != "goal"}},
        {"possibilities": {"entailed": "a", "refuted": "a", "unknown": "b"}},
        {"version": 3}, {"version": True}, {"version": 1},
    ):  # fmt: skip
        with pytest.raises(DatasetError):
            read_frames(data | bad)
    new = ("version", "tasks", "possibilities", "instructions", "contractions")
    old = {name: value for name, value in data.items() if name not in new}
    assert read_frames(old).tasks == ()
    assert write_frames(read_frames(old)) == old
