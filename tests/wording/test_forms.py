"""Forms of names: derived where that is certain, given where it is not, said where a phrase asks, and read back."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import DatasetError
from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, RDFS_LABEL, XSD, Term, Triple, make_literal
from workbench.wording.declension import add_article, decline_english, decline_german
from workbench.wording.defaults import choose_english_article, make_phrase
from workbench.wording.exchange import read_lexicon, write_lexicon
from workbench.wording.frames import FRAMES
from workbench.wording.grammar import Grammar
from workbench.wording.lexicon import ARTICLE, FORM, GENDER, NUMBER, PHRASE, Lexicon, build_lexicon
from workbench.wording.phrases import Choice, Slot, find_cases, has_right_slots, iterate_variants, parse_phrase
from workbench.wording.sentences import contract, say_fact, say_term
from workbench.wording.value_words import read_value_words, say_value_words

NS = "https://example.org/k#"


def k(name: str) -> Term:
    return f"<{NS}{name}>"


@pytest.mark.parametrize(
    ("label", "number", "acc", "dat", "gen"),
    [
        ("Ann", "", "Ann", "Ann", "Anns"),
        ("Hans", "", "Hans", "Hans", "Hans’"),
        ("Max", "", "Max", "Max", "Max’"),
        ("Heinrich VIII.", "", "Heinrich VIII.", "Heinrich VIII.", None),
        ("Otto von Bismarck", "", "Otto von Bismarck", "Otto von Bismarck", None),
        ("Ludwig der Fromme", "", None, None, None),
        ("Freiherr von der Pfordten", "", "Freiherr von der Pfordten", "Freiherr von der Pfordten", None),
        ("Herr Schmidt", "", "Herrn Schmidt", "Herrn Schmidt", "Herrn Schmidts"),
        ("der Thron", "", "den Thron", "dem Thron", "des Throns"),
        ("der britische Thron", "", "den britischen Thron", "dem britischen Thron", "des britischen Throns"),
        ("der Thron von Aldanien", "", "den Thron von Aldanien", "dem Thron von Aldanien", "des Throns von Aldanien"),
        ("der alte weiße Turm", "", "den alten weißen Turm", "dem alten weißen Turm", "des alten weißen Turms"),
        ("der Prinz", "", None, None, None),
        ("der Präsident", "", None, None, None),
        ("der Junge", "", None, None, None),
        ("der Staat", "", "den Staat", "dem Staat", "des Staats"),
        ("der Fluss", "", "den Fluss", "dem Fluss", "des Flusses"),
        ("der Zirkus", "", "den Zirkus", "dem Zirkus", None),
        ("der Erste Weltkrieg", "", "den Ersten Weltkrieg", "dem Ersten Weltkrieg", "des Ersten Weltkriegs"),
        ("das Amt des Kanzlers", "", "das Amt des Kanzlers", "dem Amt des Kanzlers", "des Amts des Kanzlers"),
        ("das Rote Meer", "", "das Rote Meer", "dem Roten Meer", "des Roten Meers"),
        ("das Ergebnis", "", "das Ergebnis", "dem Ergebnis", "des Ergebnisses"),
        ("das rosa Haus", "", None, None, None),
        ("die erste Ehe", "", "die erste Ehe", "der ersten Ehe", "der ersten Ehe"),
        ("die Königswürde", "", "die Königswürde", "der Königswürde", "der Königswürde"),
        ("die alten Berge", "", None, None, None),
        ("die alten Berge", "plural", "die alten Berge", "den alten Bergen", "der alten Berge"),
        ("die Niederlande", "plural", "die Niederlande", "den Niederlanden", "der Niederlande"),
        ("die USA", "plural", "die USA", "den USA", "der USA"),
        ("die Beatles", "plural", "die Beatles", "den Beatles", "der Beatles"),
        ("die Kinder", "plural", "die Kinder", "den Kindern", "der Kinder"),
        ("die Schulen", "plural", "die Schulen", "den Schulen", "der Schulen"),
        ("die Museumsgäste", "plural", "die Museumsgäste", "den Museumsgästen", "der Museumsgäste"),
        ("ein Turm", "", None, None, None),
        ("die", "", "die", "die", "dies"),
    ],
)
def test_german(label: str, number: str, acc: str | None, dat: str | None, gen: str | None) -> None:
    assert [decline_german(label, case, "", number) for case in ("acc", "dat", "gen")] == [acc, dat, gen]
    assert decline_german(label, "nom", "", number) == label
    assert decline_german(label, "loc", "", number) is None


def test_a_gender_that_contradicts_the_article_is_no_help() -> None:
    assert decline_german("die Sonne", "dat", "feminine") == "der Sonne"
    assert decline_german("die Sonne", "dat", "neuter") is None
    assert decline_german("der Turm", "dat", "", "plural") is None


def test_english_has_a_possessive() -> None:
    assert [decline_english(name, "gen") for name in ("Ann", "James", "the prince")] == [
        "Ann's",
        "James's",
        "the prince's",
    ]
    assert decline_english("the twins", "gen", "", "plural") == "the twins'"
    assert decline_english("the children", "gen", "", "plural") == "the children's"
    assert decline_english("Ann", "dat") is None


def test_articles() -> None:
    assert add_article("de", "Schweiz", "feminine", "") == "die Schweiz"
    assert add_article("de", "USA", "", "plural") == "die USA"
    assert add_article("de", "Schweiz", "", "") is None and add_article("en", "Sun", "", "") == "the Sun"


@pytest.mark.parametrize(
    ("text", "article"),
    [
        ("heir", "an"),
        ("hour", "an"),
        ("house", "a"),
        ("university", "a"),
        ("umbrella", "an"),
        ("unit", "a"),
        ("unidentified object", "an"),
        ("uninhabited place", "an"),
        ("union", "a"),
        ("unimportant person", "an"),
        ("European", "a"),
        ("eulogy", "a"),
        ("one-off", "a"),
        ("oncologist", "an"),
        ("honest man", "an"),
        ("MP", "an"),
        ("UN envoy", "a"),
        ("FBI agent", "an"),
        ("NASA base", "an"),
        ("8th", "an"),
        ("18th", "an"),
        ("11th", "an"),
        ("12th", "a"),
        ("user", "a"),
        ("usher", "an"),
        ("utensil", "a"),
        ("utter fool", "an"),
        ("X-ray", "an"),
        ("U-boat", "a"),
        ("owl", "an"),
        ("éclair", "an"),
        ("historian", "a"),
    ],
)
def test_a_or_an(text: str, article: str) -> None:
    assert choose_english_article(text) == article


def say_default(language: str, label: str, *, is_class: bool = False, gender: str = "", many: str = "") -> str:
    phrase = make_phrase(FRAMES[language], label, is_class=is_class, gender=gender, many=many)
    lexicon = Lexicon(FRAMES[language], {k("a"): "A1", k("b"): "B1", k("p"): "p"}, {k("p"): phrase, k("C"): phrase})
    return say_fact(lexicon, (k("a"), RDF_TYPE, k("C")) if is_class else (k("a"), k("p"), k("b"))).replace("1", "")


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("works in", "A works in B."),
        ("has parent", "A has parent B."),
        ("is part of", "A is part of B."),
        ("located in", "A is located in B."),
        ("born in", "A is born in B."),
        ("older than", "A is older than B."),
        ("parent of", "A is a parent of B."),
        ("uncle of", "A is an uncle of B."),
        ("birth date", "A has the birth date B."),
        ("Address", "A has the address B."),
        ("status", "A has the status B."),
        ("part of", "A is part of B."),
        ("knows", "A knows B."),
        ("related to", "A is related to B."),
        ("next to", "A is next to B."),
    ],
)
def test_english_defaults(label: str, sentence: str) -> None:
    assert say_default("en", label) == sentence


@pytest.mark.parametrize(
    ("label", "sentence"),
    [
        ("arbeitet in", "A arbeitet in B."),
        ("älter als", "A ist älter als B."),
        ("Geburtsdatum", "A hat als Geburtsdatum B."),
        ("geboren in", "A ist geboren in B."),
        ("verheiratet mit", "A ist verheiratet mit B."),
        ("Teil von", "A ist Teil von B."),
        ("ist Teil von", "A ist Teil von B."),
        ("besitzt", "A besitzt B."),
        ("wohnte in", "A wohnte in B."),
    ],
)
def test_german_defaults(label: str, sentence: str) -> None:
    assert say_default("de", label) == sentence


def test_defaults_of_classes() -> None:
    assert say_default("en", "Heir", is_class=True) == "A is an heir."
    assert say_default("en", "European country", is_class=True) == "A is a European country."
    assert say_default("de", "Erbe", is_class=True, gender="masculine") == "A ist ein Erbe."
    assert say_default("de", "Erbin", is_class=True, gender="feminine") == "A ist eine Erbin."
    assert say_default("de", "Erbe", is_class=True) == "A gehört zur Klasse Erbe."
    assert make_phrase(FRAMES["en"], "heir", is_class=True, many="heirs") == "{subject} {subject:is an heir|are heirs}"
    assert "{x}" not in make_phrase(FRAMES["en"], "a {x|y} b", is_class=True)


def test_phrases_are_taken_apart() -> None:
    phrase = "{subject} {subject:has|have} {object:acc} {object#day|days}"
    assert parse_phrase(phrase) == (
        Slot("subject"),
        " ",
        Choice("subject", False, "has", "have"),
        " ",
        Slot("object", "acc"),
        " ",
        Choice("object", True, "day", "days"),
    )
    assert find_cases(phrase) == ("acc",) and len(iterate_variants(phrase)) == 4
    assert {variant.texts for variant in iterate_variants(phrase)} == {
        ("", f" {verb} ", f" {unit}") for verb in ("has", "have") for unit in ("day", "days")
    }


@pytest.mark.parametrize(
    ("phrase", "is_class", "right"),
    [
        ("{subject} x {object}", False, True),
        ("{subject:gen} x {object:acc}", False, True),
        ("{subject} x", False, False),
        ("{subject} {subject} {object}", False, False),
        ("{subject} {Object}", False, False),
        ("{subject} x", True, True),
        ("{subject} {object}", True, False),
        ("{subject} {object:a|b}", True, False),
        ("{subject} {subject:a|b}", True, True),
        ("{subject} x {object} {", False, False),
        ("{subject:is|are|be} {object}", False, False),
        ("{subject} {x|y}", True, False),
        ("{subject:GEN} {object}", False, False),
    ],
)
def test_slots_of_phrases(phrase: str, is_class: bool, right: bool) -> None:
    assert has_right_slots(phrase, is_class=is_class) is right


TRIPLES: list[Triple] = [
    (k("helps"), PHRASE, '"{subject} {subject:hilft|helfen} {object:dat}"@de'),
    (k("in"), PHRASE, '"{subject} {subject:sitzt|sitzen} in {object:dat}"@de'),
    (k("goes"), PHRASE, '"zu {object:dat} {subject:geht|gehen} {subject}"@de'),
    (k("ann"), RDFS_LABEL, '"Ann"@de'),
    (k("prince"), RDFS_LABEL, '"der Prinz"@de'),
    (k("prince"), FORM, '"dem Prinzen"@de-x-dat'),
    (k("tower"), RDFS_LABEL, '"der Turm"@de'),
    (k("mill"), RDFS_LABEL, '"die Mühle"@de'),
    (k("alps"), RDFS_LABEL, '"Alpen"@de'),
    (k("alps"), NUMBER, '"plural"@de'),
    (k("alps"), ARTICLE, '"definite"@de'),
    (k("swiss"), RDFS_LABEL, '"Schweiz"@de'),
    (k("swiss"), GENDER, '"feminine"@de'),
    (k("swiss"), ARTICLE, '"definite"@de'),
]


@pytest.mark.parametrize(
    ("fact", "sentence"),
    [
        ((k("ann"), k("helps"), k("prince")), "Ann hilft dem Prinzen."),
        ((k("prince"), k("helps"), k("ann")), "Der Prinz hilft Ann."),
        ((k("alps"), k("helps"), k("swiss")), "Die Alpen helfen der Schweiz."),
        ((k("ann"), k("in"), k("tower")), "Ann sitzt im Turm."),
        ((k("ann"), k("in"), k("mill")), "Ann sitzt in der Mühle."),
        ((k("ann"), k("in"), k("alps")), "Ann sitzt in den Alpen."),
        ((k("alps"), k("in"), k("ann")), "Die Alpen sitzen in Ann."),
        ((k("ann"), k("goes"), k("tower")), "Zum Turm geht Ann."),
        ((k("alps"), k("goes"), k("mill")), "Zur Mühle gehen die Alpen."),
    ],
)
def test_forms_are_said_and_read(fact: Triple, sentence: str) -> None:
    lexicon = build_lexicon(TRIPLES, "de")
    assert say_fact(lexicon, fact) == sentence
    assert Grammar(lexicon, []).read_fact(sentence) == (Atom(*fact),)
    exported = read_lexicon(write_lexicon(lexicon, ()))
    assert say_fact(exported, fact) == sentence and Grammar(exported, []).read_fact(sentence) == (Atom(*fact),)


def test_what_does_not_agree_is_not_read() -> None:
    grammar = Grammar(build_lexicon(TRIPLES, "de"), [])
    for wrong in ("Die Alpen hilft Ann.", "Ann helfen dem Prinzen.", "Ann hilft der Prinz.", "Ann sitzt im Mühle."):
        assert grammar.read_fact(wrong) == ()


def test_a_form_that_two_share_is_ambiguous() -> None:
    other: list[Triple] = [(k("twin"), RDFS_LABEL, '"der Zwilling"@de'), (k("twin"), FORM, '"dem Prinzen"@de-x-dat')]
    lexicon = build_lexicon([*TRIPLES, *other], "de")
    read = Grammar(lexicon, []).read_fact("Ann hilft dem Prinzen.")
    assert {atom.object for atom in read} == {k("prince"), k("twin")}
    assert len(Grammar(lexicon, []).read_fact("Der Zwilling hilft Ann.")) == 1


def test_missing_forms_are_known() -> None:
    lexicon = build_lexicon([t for t in TRIPLES if t[1] != FORM], "de")
    assert lexicon.missing["dat"] == {k("prince")} and lexicon.get_form(k("prince"), "dat") == "der Prinz"
    assert lexicon.keep_labels([k("ann")]).missing["dat"] == frozenset()


def test_fresh_names_get_their_forms() -> None:
    lexicon = build_lexicon(TRIPLES, "de").with_labels({k("new"): "der Thron von Borvien", k("prince"): "der Graben"})
    assert say_fact(lexicon, (k("ann"), k("helps"), k("new"))) == "Ann hilft dem Thron von Borvien."
    assert say_fact(lexicon, (k("ann"), k("helps"), k("prince"))) == "Ann hilft dem Graben."
    cut = lexicon.keep_labels([k("new"), k("alps")])
    assert set(cut.labels) == {k("new"), k("alps")} and cut.plurals == {k("alps")}
    assert say_fact(cut, (k("alps"), k("helps"), k("new"))) == "Die Alpen helfen dem Thron von Borvien."


def test_contractions_need_the_whole_word() -> None:
    contractions = FRAMES["de"].contractions
    assert contract(contractions, " sitzt in ", "dem Turm") == (" sitzt im ", "Turm")
    assert contract(contractions, " gemein ", "dem Turm") == (" gemein ", "dem Turm")
    assert contract(contractions, "in ", "Ann") == ("in ", "Ann")


DURATIONS = st.one_of(
    st.tuples(st.integers(0, 99), st.integers(0, 99)).map(lambda p: (f"P{p[0]}Y{p[1]}M", f"<{XSD}yearMonthDuration>")),
    st.tuples(st.integers(0, 40), st.integers(0, 30), st.integers(0, 70)).map(
        lambda p: (f"P{p[0]}DT{p[1]}H{p[2]}M", f"<{XSD}dayTimeDuration>")
    ),
    st.sampled_from(["PT1S", "PT0.25S", "P3D", "PT5H", "PT2M10.5S"]).map(lambda t: (t, f"<{XSD}dayTimeDuration>")),
    st.integers(-5000, 5000).map(lambda n: (f"{n / 8:.3f}".rstrip("0") or "0", f"<{XSD}decimal>")),
)


@given(DURATIONS, st.booleans(), st.sampled_from(["en", "de"]), st.sampled_from(["", "dat", "acc"]))
def test_values_are_said_and_read(value: tuple[str, Term], negative: bool, language: str, case: str) -> None:
    lexical, datatype = value
    lexical = f"-{lexical}" if negative and lexical.startswith("P") else lexical
    words = say_value_words(FRAMES[language], lexical, datatype, case)
    if words is not None and words != lexical:
        assert read_value_words(FRAMES[language], words, case) == [make_literal(lexical, datatype)]


def test_values_in_words() -> None:
    hours, months = f"<{XSD}dayTimeDuration>", f"<{XSD}yearMonthDuration>"
    assert say_value_words(FRAMES["en"], "P1DT2H", hours) == "1 day 2 hours"
    assert say_value_words(FRAMES["de"], "P1Y10M", months, "dat") == "1 Jahr 10 Monaten"
    assert say_value_words(FRAMES["en"], "-P1M", months) == "minus 1 month"
    assert say_value_words(FRAMES["en"], "P01D", hours) is None and say_value_words(FRAMES["en"], "P", hours) is None
    assert say_value_words(FRAMES["de"], "2.5", f"<{XSD}decimal>") == "2,5"
    assert read_value_words(FRAMES["en"], "2 hours 1 day") == [] == read_value_words(FRAMES["en"], "1 days")
    lexicon = Lexicon(FRAMES["de"], {}, {})
    assert say_term(lexicon, make_literal(True)) == "wahr"


VERBS = ["hilft|helfen", "sieht|sehen", "kennt|kennen"]
NAMES = ["Ann", "der Turm", "die Mühle", "das alte Haus", "die Alpen", "Hans", "der Prinz", "Herr Schmidt", "Zoë"]
CASES = ["", ":acc", ":dat", ":gen"]
PREPOSITIONS = ["", "in ", "von ", "zu ", "neben "]


@given(
    st.permutations(NAMES),
    st.lists(st.sampled_from(CASES), min_size=6, max_size=6),
    st.lists(st.sampled_from(PREPOSITIONS), min_size=3, max_size=3),
    st.lists(st.booleans(), min_size=3, max_size=3),
    st.sampled_from([(s, p, o) for s in range(9) for p in range(3) for o in range(9)]),
)
def test_whatever_the_cases_a_fact_is_read_as_it_was_said(
    names: list[str], cases: list[str], prepositions: list[str], swapped: list[bool], fact: tuple[int, int, int]
) -> None:
    triples: list[Triple] = []
    for number, (verb, preposition) in enumerate(zip(VERBS, prepositions, strict=True)):
        one, other = cases[2 * number : 2 * number + 2]
        phrase = f"{{subject{one}}} {{subject:{verb}}} {preposition}{{object{other}}}"
        if swapped[number]:
            phrase = f"{preposition}{{object{other}}} {{subject:{verb}}} {{subject{one}}}"
        triples.append((k(f"p{number}"), PHRASE, f'"{phrase}"@de'))
    for number, name in enumerate(names):
        triples.append((k(f"i{number}"), RDFS_LABEL, f'"{name}"@de'))
        if name == "die Alpen":
            triples.append((k(f"i{number}"), NUMBER, '"plural"@de'))
    lexicon = build_lexicon(triples, "de")
    said = (k(f"i{fact[0]}"), k(f"p{fact[1]}"), k(f"i{fact[2]}"))
    assert Grammar(lexicon, []).read_fact(say_fact(lexicon, said)) == (Atom(*said),)


def test_words_that_are_no_text_are_refused() -> None:
    data = write_lexicon(build_lexicon(TRIPLES, "de"), ())
    wrong: tuple[dict[str, object], ...] = (
        {"labels": {"a": 3}},
        {"phrases": []},
        {"forms": {"dat": {"a": ""}}},
        {"plurals": "x"},
        {"forms": [1]},
    )
    for bad in wrong:
        with pytest.raises(DatasetError):
            read_lexicon(data | bad)
