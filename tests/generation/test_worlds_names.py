"""Names for fresh individuals: one each, fitting the class, never to be mistaken for another."""

from __future__ import annotations

from workbench.generation.keyed import KeyedRandom
from workbench.generation.worlds.world import NameBook, list_confusable
from workbench.model.curriculum import Curriculum, NameList


def make_curriculum(*lists: tuple[str, list[str]]) -> Curriculum:
    return Curriculum(
        "c", "d", "c.yaml", (), None, (("en", 1.0),),  # type: ignore[arg-type]
        tuple(NameList(class_, (("en", tuple(texts)),)) for class_, texts in lists),
    )  # fmt: skip


def test_every_name_has_an_iri_of_its_own() -> None:
    texts = ["Ann Lee", "Ann-Lee", "Ann.Lee", "Jürgen", "n3", "1-Bob", "!", "?", "Ann-Lee-2"]
    symbols = {f"N{n}" for n in range(61, 181)}
    book = NameBook(make_curriculum(("", texts), ("<urn:C>", ["Bob", "bob "])))
    given = {term: text for term, text in book.labels["en"].items() if text not in symbols}
    assert sorted(given.values()) == sorted([*texts, "Bob", "bob "])
    assert NameBook(make_curriculum()).labels["en"]["<urn:knowledge-workbench:name#N60>"] == "N60"


def test_names_come_from_the_first_list_whose_class_fits() -> None:
    book = NameBook(make_curriculum(("<urn:C>", ["Bob", "Ann"]), ("", ["x", "y"])))
    classes = {"<urn:p:0>": frozenset({"<urn:C>", "<urn:D>"}), "<urn:p:1>": frozenset({"<urn:D>"})}
    names = book.choose_names(["<urn:p:0>", "<urn:p:1>", "<urn:p:2>"], classes, KeyedRandom("n"))
    assert names is not None
    assert [book.labels["en"][names[f"<urn:p:{n}>"]] in ("Bob", "Ann") for n in range(3)] == [True, False, False]
    assert len(set(names.values())) == 3
    # The list for anyone has two names: the third is a symbol.
    more = book.choose_names(["<urn:p:1>", "<urn:p:2>", "<urn:p:3>"], {}, KeyedRandom("n"))
    assert more is not None
    assert sorted(book.labels["en"][name] for name in more.values()) == ["N61", "x", "y"]
    assert book.choose_names([f"<urn:p:{n}>" for n in range(123)], {}, KeyedRandom("n")) is None


def test_symbols_keep_clear_of_given_names() -> None:
    book = NameBook(make_curriculum(("", ["n61", "Ｎ６２", "Ann"])))
    assert "N61" not in book.labels["en"].values() and "N62" not in book.labels["en"].values()
    names = book.name_individuals([()] * 4, KeyedRandom("n"))
    assert names is not None and sorted(book.labels["en"][name] for name in names)[1] == "N63"


def test_names_keep_clear_of_individuals_that_rules_name() -> None:
    book = NameBook(make_curriculum(("", ["Ann", "Bob"])), {"en": ["ANN ", "N61"], "fr": ["Bob"]})
    names = book.name_individuals([()] * 3, KeyedRandom("n"))
    assert names is not None
    assert sorted(book.labels["en"][name] for name in names) == ["Bob", "N62", "N63"]


def test_individuals_that_look_alike_are_listed() -> None:
    labels = {"<urn:a>": "Zo\u00eb", "<urn:b>": "ZO\u00cb", "<urn:c>": "Zoe", "<urn:d>": "\uff3a\uff4f\u00eb"}
    assert list_confusable(labels) == (("<urn:a>", "<urn:b>", "<urn:d>"),)
    assert not list_confusable({"<urn:a>": "\u05d3\u05df", "<urn:b>": "\u05d3\u05e0"})
