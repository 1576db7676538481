"""Which triples are facts, what names are, who says so, and what qualifies."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import UsageError
from workbench.model.rules import Provenance
from workbench.model.terms import OWL, RDF_TYPE, RDFS, WB, Triple
from workbench.project import Domain, Project
from workbench.project.provenance import qualifies

K = "https://example.org/kinship#"
PREFIXES = f"""@prefix : <{K}> .
@prefix owl: <{OWL}> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <{RDFS}> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix wb: <{WB}> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def k(name: str) -> str:
    return f"<{K}{name}>"


def read(text: str, rules: str = "", *more: str, closed: tuple[str, ...] = ()) -> Domain:
    sources = [PREFIXES + part for part in (text, *more)]
    return Project.from_files(sources, [f"prefix : <{K}>\n{rules}"], name="kin", closed=closed).get_domain()


def pairs(triples: tuple[Triple, ...]) -> set[tuple[str, str]]:
    """Local names of subject and object."""
    return {(t[0].removeprefix(f"<{K}").rstrip(">"), t[2].removeprefix(f"<{K}").rstrip(">")) for t in triples}


def test_facts_axioms_and_annotations() -> None:
    domain = read(
        """
        <https://example.org/kinship> a owl:Ontology ; dcterms:license "CC0" ; :age 4 .
        :Person a owl:Class ; rdfs:label "person"@en ; rdfs:subClassOf :Being ; wb:phrase "{subject} is a person"@en .
        :hasParent a owl:ObjectProperty, owl:TransitiveProperty ; rdfs:domain :Person .
        :age a owl:DatatypeProperty .
        :nick a owl:AnnotationProperty .
        :nick rdfs:domain :Person .
        :ann a :Person, owl:NamedIndividual ; :hasParent :bob ; :age 7 ; :nick "Annie" ; rdfs:comment "x" ;
            :usedInRule :carl ; :stray :dora ; dcterms:creator "me" ; a [ a owl:Restriction ] .
        :bob :hasParent _:b . _:b :hasParent :eve .
        [] a owl:Axiom ; owl:annotatedSource :ann ; owl:annotatedProperty :hasParent ; owl:annotatedTarget :bob ;
            dcterms:source "Register" ; :age 3 .
        """,
        "rule r\n  usedInRule(?x, ?y) -> derived(?y, ?x)\n",
    )
    facts = {(t[0], t[1], t[2]) for t in domain.assertions if not (t[0] + t[2]).count("_:")}
    seven = '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'
    assert facts == {
        (k("ann"), RDF_TYPE, k("Person")),
        (k("ann"), k("hasParent"), k("bob")),
        (k("ann"), k("age"), seven),
        (k("ann"), k("usedInRule"), k("carl")),
    }
    assert len(domain.assertions) == 6  # and two about the blank node
    assert (k("ann"), k("stray"), k("dora")) in domain.axioms
    assert (k("ann"), k("nick"), '"Annie"') in domain.annotations
    assert (k("Person"), f"<{WB}phrase>", '"{subject} is a person"@en') in domain.annotations
    assert (k("Person"), f"<{RDFS}subClassOf>", k("Being")) in domain.axioms
    together = sorted((*domain.assertions, *domain.axioms, *domain.annotations))
    assert together == list(domain.triples)
    assert domain.kinds == {
        k("Being"): "class", k("Person"): "class", k("age"): "property", k("ann"): "individual",
        k("bob"): "individual", k("carl"): "individual", k("derived"): "property", k("eve"): "individual",
        k("hasParent"): "property", k("nick"): "annotation property", k("usedInRule"): "property",
        "<https://example.org/kinship>": "ontology",
        **{node: "individual" for node in domain.kinds if node.startswith("_:")},
    }  # fmt: skip
    assert list(domain.kinds) == sorted(domain.kinds)
    assert domain.vocabulary.object_properties == {k("hasParent")}
    assert domain.vocabulary.datatype_properties == {k("age")}


def test_undeclared_names_count_when_something_speaks_of_them() -> None:
    facts = ":a :p :b ; :q :b ; :r :b ; :s :b ; a :C ."
    assert pairs(read(facts).assertions) == {("a", "C")}
    used = read(
        facts + " :q rdfs:range :D . :x rdfs:subPropertyOf :s .",
        "constraint c\n  C(?x) ^ not r(?x, ?y) -> false\n",
        closed=(":p",),
    )
    assert {t[1] for t in used.assertions} == {RDF_TYPE, k("p"), k("q"), k("r"), k("s")}


def test_provenance_has_three_sources_and_the_nearest_counts() -> None:
    domain = read(
        """
        <https://example.org/kinship> a owl:Ontology ; dcterms:source "Book" ; wb:state "reviewed" .
        :hasParent a owl:ObjectProperty .
        :ann dcterms:creator "A. Expert", <https://example.org/people#b> ; wb:state "draft" .
        :ann :hasParent :bob, :carl .
        :dora :hasParent :eve .
        [] a owl:Axiom ; owl:annotatedSource :ann ; owl:annotatedProperty :hasParent ; owl:annotatedTarget :bob ;
            dcterms:source "Register" ; wb:reviewer "R. Reviewer" ; wb:state "reviewed" ;
            wb:validFrom "2001-01-31"^^xsd:date ; wb:validUntil "2020-12-31" .
        """,
        "",
        ":zoe a :Person .",
    )
    authors = ("A. Expert", "https://example.org/people#b")
    assert domain.get_provenance((k("ann"), k("hasParent"), k("bob"))) == Provenance(
        ("Register",), authors, ("R. Reviewer",), "reviewed", "2001-01-31", "2020-12-31"
    )
    assert domain.get_provenance((k("ann"), k("hasParent"), k("carl"))) == Provenance(("Book",), authors, (), "draft")
    assert domain.get_provenance((k("dora"), k("hasParent"), k("eve"))) == Provenance(("Book",), (), (), "reviewed")
    assert domain.get_provenance((k("zoe"), RDF_TYPE, k("Person"))) == Provenance()


STATED = """
:hasParent a owl:ObjectProperty, owl:TransitiveProperty ; rdfs:label "has parent"@en .
:Old a owl:Class ; wb:state "retired" ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :hasParent ;
    owl:someValuesFrom [ owl:unionOf ( :A :B ) ] ] ; rdfs:label "old"@en .
:New a owl:Class ; wb:state "reviewed" ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :hasParent ;
    owl:someValuesFrom :A ] .
:ann :hasParent :bob, :carl, :dora, :eve .
[] a owl:Axiom ; owl:annotatedSource :ann ; owl:annotatedProperty :hasParent ; owl:annotatedTarget :bob ;
    wb:state "reviewed" .
[] a owl:Axiom ; owl:annotatedSource :ann ; owl:annotatedProperty :hasParent ; owl:annotatedTarget :carl ;
    wb:state "retired" .
[] a owl:Axiom ; owl:annotatedSource :ann ; owl:annotatedProperty :hasParent ; owl:annotatedTarget :dora ;
    wb:state "reviewed" ; wb:validFrom "2010-01-01" ; wb:validUntil "2019-12-31" .
"""
RULES = """
rule new
  state reviewed valid-from 2015-01-01
  hasParent(?x, ?y) -> p(?x, ?y)

rule plain
  hasParent(?x, ?y) -> q(?x, ?y)

constraint gone
  state retired
  hasParent(?x, ?x) -> false
"""


def targets(domain: Domain) -> str:
    return "".join(sorted(t[2].removeprefix(f"<{K}")[0] for t in domain.assertions if t[0] == k("ann")))


def test_selection_keeps_what_qualifies() -> None:
    domain = read(STATED, RULES)
    assert targets(domain) == "bcde"
    usual = domain.select()
    assert targets(usual) == "bde"
    assert [rule.name for rule in usual.rules] == ["new", "plain"] and usual.constraints == ()
    reviewed = domain.select("reviewed")
    assert targets(reviewed) == "bd"
    assert [rule.name for rule in reviewed.rules] == ["new"]
    assert targets(domain.select("retired")) == "c"
    assert targets(domain.select("draft")) == "e"
    assert targets(domain.select(as_of=date(2020, 1, 1))) == "be"
    assert targets(domain.select("reviewed", date(2019, 12, 31))) == "bd"
    assert targets(domain.select("reviewed", date(2009, 12, 31))) == "b"
    assert [rule.name for rule in domain.select(as_of=date(2014, 12, 31)).rules] == ["plain"]
    with pytest.raises(UsageError, match="draft, reviewed, retired"):
        domain.select("final")


def test_selection_takes_nested_nodes_with_their_statement() -> None:
    domain = read(STATED)
    usual, reviewed = domain.select(), domain.select("reviewed")
    for selected in (usual, reviewed):
        assert not [t for t in selected.triples if t[0] == k("Old") and t[1] != RDF_TYPE]
        assert (k("Old"), RDF_TYPE, f"<{OWL}Class>") in selected.triples
        nodes = {t[0] for t in selected.axioms if t[0].startswith("_:")}
        assert len(nodes) == 1  # the restriction of :New; nothing of the union or its list
        assert sum(t[0] in nodes for t in selected.triples) == 3
    # Characteristics are axioms and need a review; declarations and labels stay for whatever uses the name.
    characteristic = (k("hasParent"), RDF_TYPE, f"<{OWL}TransitiveProperty>")
    assert characteristic in usual.triples and characteristic not in reviewed.triples
    assert (k("hasParent"), RDF_TYPE, f"<{OWL}ObjectProperty>") in reviewed.triples
    assert (k("hasParent"), f"<{RDFS}label>", '"has parent"@en') in reviewed.triples
    # The annotation of a statement goes with it.
    assert sum(t[1] == f"<{OWL}annotatedTarget>" for t in usual.triples) == 2
    assert reviewed.select().triples == reviewed.triples
    assert reviewed.kinds == domain.kinds


def test_values_that_cannot_be_used_are_reported() -> None:
    project = Project.from_files([PREFIXES + ':a wb:state "final" ; wb:validFrom "soon" ; wb:reviewer "R" .'])
    assert [v.code for v in project.violations] == ["provenance.value"] * 2
    assert project.get_domain().get_provenance((k("a"), k("p"), k("b"))) == Provenance((), (), ("R",))


def test_names_are_unique_across_files() -> None:
    rule = f"prefix : <{K}>\nrule r\n  p(?x, ?y) -> q(?x, ?y)\n"
    project = Project.from_files([], [rule, rule])
    assert [v.code for v in project.violations] == ["rule.duplicate-name"]
    assert len(project.get_domain().rules) == 1


def test_nodes_in_a_circle_do_no_harm() -> None:
    domain = read("_:a :p _:b . _:b :p _:a . :x :p _:a .", closed=(":p",))
    assert len(domain.select().assertions) == 3


DAYS = st.dates(date(1990, 1, 1), date(2030, 1, 1))


@given(st.sampled_from(["", "draft", "reviewed", "retired"]), st.lists(DAYS, min_size=2, max_size=2), DAYS)
def test_qualifying(state: str, ends: list[date], day: date) -> None:
    first, last = ends
    provenance = Provenance((), (), (), state, first.isoformat(), last.isoformat())
    assert qualifies(provenance, None, day) == (state != "retired" and first <= day <= last)
    assert qualifies(provenance, "reviewed", None) == (state == "reviewed")
    assert qualifies(provenance, "draft", None) == (state in ("", "draft"))
