"""What a project knows, in words: the hierarchy, names that can be told apart, facts and why they hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.build import Project, check, describe
from workbench.build.hierarchy import Hierarchy, build_hierarchy
from workbench.build.naming import name_apart, say_plainly
from workbench.errors import SelectionError
from workbench.model.rules import Atom, Rule
from workbench.model.terms import RDF_TYPE, Term
from workbench.wording.frames import FRAMES
from workbench.wording.lexicon import Lexicon

K = "https://example.org/k#"

ONTOLOGY = """
@prefix : <https://example.org/k#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:Person a owl:Class ; rdfs:label "person"@en ; rdfs:comment "A human being."@en , "Ein Mensch."@de .
:Man a owl:Class ; rdfs:subClassOf :Person ; rdfs:label "man"@en .
:hasParent a owl:ObjectProperty ; rdfs:label "has parent"@en ; rdfs:range :Person ;
    wb:phrase "{object} is a parent of {subject}"@en .
:weighs a owl:DatatypeProperty ; rdfs:label "weighs"@en .
:ann1 rdfs:label "Ann"@en ; :hasParent :bob ; :weighs "61.5"^^xsd:double .
:ann2 rdfs:label "Ann"@en ; :hasParent _:x .
:bob a :Man ; rdfs:label "Bob"@en .
"""
RULES = """
prefix : <https://example.org/k#>

rule parents-are-old
  en "Whoever has a parent is a person."
  source "Common sense" state reviewed
  hasParent(?x, ?y) -> Person(?x)

rule old-rule
  en "No longer in use."
  state retired
  hasParent(?x, ?y) -> Man(?x)
"""


def make_project() -> Project:
    return Project.from_files([ONTOLOGY], [RULES], name="k", base=K)


def test_a_description_counts_and_names_everything() -> None:
    project = make_project()
    description = describe(project, "k", "en", check(project).closures["k"])
    assert [d.label for d in description.classes] == ["man", "person"]
    assert [d.label for d in description.properties] == ["has parent", "weighs"]
    assert [d.label for d in description.individuals] == ["Ann (ann1)", "Ann (ann2)", "Bob", "something unnamed 1"]
    assert (description.stated, description.concluded) == (4, 4)
    assert description.get_label(f"<{K}Man>") == "man"


def test_without_a_closure_it_is_what_is_stated() -> None:
    description = describe(make_project(), "k")
    assert description.language == "en"
    assert description.concluded is None
    assert [f.sentence for f in description.list_facts(f"<{K}bob>")] == ["Bob is a man.", "Bob is a parent of Ann."]


def test_facts_come_as_what_it_is_what_it_does_what_others_do() -> None:
    project = make_project()
    description = describe(project, "k", "en", check(project).closures["k"])
    assert [(f.sentence, f.is_stated) for f in description.list_facts(f"<{K}bob>")] == [
        ("Bob is a man.", True),
        ("Bob is a person.", False),
        ("Bob is a parent of Ann.", True),
    ]
    assert "Ann weighs 61.5." in [f.sentence for f in description.list_facts(f"<{K}ann1>")]


def test_a_class_says_what_makes_it_and_what_follows() -> None:
    project = make_project()
    description = describe(project, "k", "en", check(project).closures["k"])
    person = description.describe_class(f"<{K}Person>")
    assert person.definition == "A human being."
    assert set(person.makes) == {
        "If A is a man, then A is a person.",
        "If B is a parent of A, then B is a person.",
        "Whoever has a parent is a person.",
    }
    assert person.gives == ()
    assert description.describe_class(f"<{K}Man>").gives == ("If A is a man, then A is a person.",)
    assert [d.label for d in description.list_members(f"<{K}Man>")] == ["Bob"]
    assert len(description.list_members(f"<{K}Person>")) == 4


def test_rules_are_told_in_both_ways_and_retired_ones_are_used_for_nothing() -> None:
    description = describe(make_project(), "k", "en")
    first, second = description.rules
    assert (first.sentence, first.provenance.sources) == ("Whoever has a parent is a person.", ("Common sense",))
    assert first.words == "If B is a parent of A, then A is a person."
    assert first.formula == "hasParent(?x, ?y) -> Person(?x)"
    assert second.provenance.state == "retired"
    assert description.describe_class(f"<{K}Man>").makes == ()


def test_a_fact_is_explained_and_what_is_none_is_refused() -> None:
    project = make_project()
    description = describe(project, "k", "en", check(project).closures["k"])
    explanation = description.explain((f"<{K}bob>", RDF_TYPE, f"<{K}Person>"))
    assert [line.origin for line in explanation.accounts[0].lines][-1] == "axiom"
    stated = description.explain((f"<{K}bob>", RDF_TYPE, f"<{K}Man>"))
    assert [line.origin for line in stated.accounts[0].lines] == ["stated"]
    with pytest.raises(SelectionError, match="not known"):
        description.explain((f"<{K}ann1>", RDF_TYPE, f"<{K}Man>"))


def test_search_finds_words_in_any_order_beginnings_first() -> None:
    description = describe(make_project(), "k", "en")
    found, count = description.find_individuals("ANN", 1)
    assert ([d.label for d in found], count) == (["Ann (ann1)"], 2)
    assert [d.label for d in description.find_individuals("1 unnamed", 5)[0]] == ["something unnamed 1"]
    assert description.find_individuals("zoe", 5) == ((), 0)
    assert description.find_individuals("", 2)[1] == 4


def include(sub: str, sup: str) -> Rule:
    return Rule(f"{sub}-{sup}", (Atom("?x", RDF_TYPE, sub),), (Atom("?x", RDF_TYPE, sup),), kind="axiom")


def build(*pairs: tuple[str, str], names: str = "") -> Hierarchy:
    classes = sorted({name for pair in pairs for name in pair} | set(names))
    return build_hierarchy(classes, [include(sub, sup) for sub, sup in pairs], lambda term: term)


def test_what_is_between_two_classes_is_the_parent() -> None:
    hierarchy = build(("a", "b"), ("b", "c"), ("a", "c"), names="d")
    assert hierarchy.parents == {"a": ("b",), "b": ("c",), "c": (), "d": ()}
    assert hierarchy.roots == ("c", "d")
    assert hierarchy.find_path("a") == ("c", "b")


def test_equivalent_classes_have_a_root() -> None:
    hierarchy = build(("a", "b"), ("b", "a"), ("x", "a"))
    assert hierarchy.roots == ("a",)
    assert hierarchy.children["a"] == ("b", "x")


def test_a_rule_with_a_condition_is_no_inclusion() -> None:
    rule = Rule("r", (Atom("?x", RDF_TYPE, "a"), Atom("?x", "p", "?y")), (Atom("?x", RDF_TYPE, "b"),))
    assert build_hierarchy(["a", "b"], [rule], lambda term: term).roots == ("a", "b")


@given(st.lists(st.tuples(st.sampled_from("abcdefg"), st.sampled_from("abcdefg")), max_size=14))
def test_every_class_is_reached_from_a_root_and_no_other_inclusion_is_shown(pairs: list[tuple[str, str]]) -> None:
    hierarchy = build(*pairs, names="abcdefg")
    above = {name: {name} for name in "abcdefg"}
    for _ in range(8):
        for sub, sup in pairs:
            above[sub] |= above[sup]
    reached: set[Term] = set()
    waiting = list(hierarchy.roots)
    while waiting:
        current = waiting.pop()
        if current not in reached:
            reached.add(current)
            waiting += hierarchy.children.get(current, ())
    assert reached == set("abcdefg")
    for parent, children in hierarchy.children.items():
        assert all(parent in above[child] and child != parent for child in children)
    for name in "abcdefg":
        path = hierarchy.find_path(name)
        assert len(set(path)) == len(path)
        assert all(step in above[name] for step in path)


TERMS = [f"<https://example.org/{space}#n{i}>" for space in "abc" for i in range(3)]


@given(st.dictionaries(st.sampled_from(TERMS), st.sampled_from(["Ann", "Bob", "Ann (n1)", "Ann (n1) 2"])))
def test_no_two_names_look_the_same(labels: dict[str, str]) -> None:
    named = name_apart(Lexicon(FRAMES["en"], labels, {}), labels)
    assert named.keys() == labels.keys()
    assert len(set(named.values())) == len(named)
    assert all(name.startswith(labels[term]) for term, name in named.items())


@pytest.mark.parametrize(
    ("sentence", "expected"),
    [
        ('Ann weighs "61.5"^^<http://www.w3.org/2001/XMLSchema#double>.', "Ann weighs 61.5."),
        ('Ann is called "Anna"@de.', "Ann is called “Anna”."),
        ('It says "a \\"b\\""@en.', 'It says “a "b"”.'),
        ('It says "plain".', 'It says "plain".'),
        ("Nothing to do.", "Nothing to do."),
    ],
)
def test_values_show_neither_datatype_nor_language(sentence: str, expected: str) -> None:
    assert say_plainly(sentence) == expected
