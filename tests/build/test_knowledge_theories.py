"""Assembling a theory: what is in it, under which names, and what is left out."""

from __future__ import annotations

from collections.abc import Callable

from workbench.build import assemble_theory
from workbench.project import Project

Make = Callable[[dict[str, str]], Project]
Files = dict[str, str]
TTL, RULES = "ontologies/family/family.ttl", "ontologies/family/family.rules"
SPACE = "https://example.org/f#"


def test_axioms_rules_and_constraints_make_one_theory(make: Make, files: Files) -> None:
    theory, terminology = assemble_theory(make(files).get_domain())
    kinds = {rule.name: rule.kind for rule in theory.rules}
    assert kinds["uncle"] == "rule"
    assert kinds["parent-older"] == "constraint"
    assert theory.by_name["parent-older"].is_integrity
    assert kinds["Man-disjoint-with-Woman"] == "axiom"
    assert {rule.name for rule in terminology.rules} == {name for name, kind in kinds.items() if kind == "axiom"}
    assert theory.closed == {f"<{SPACE}Adopted>"}


def test_an_axiom_gives_way_to_an_authors_rule_of_its_name(make: Make, files: Files) -> None:
    files[RULES] += "\nrule Man-disjoint-with-Woman\n  hasUncle(?x, ?y) -> Man(?y)\n"
    theory, terminology = assemble_theory(make(files).get_domain())
    assert theory.by_name["Man-disjoint-with-Woman"].kind == "rule"
    renamed = theory.by_name["Man-disjoint-with-Woman-axiom"]
    assert renamed.kind == "axiom"
    assert renamed.axioms == ((f"<{SPACE}Man>", "<http://www.w3.org/2002/07/owl#disjointWith>", f"<{SPACE}Woman>"),)
    assert renamed in terminology.rules
    assert len(theory.by_name) == len(theory.rules)


def test_axioms_about_annotations_are_about_no_facts(make: Make, files: Files) -> None:
    before = assemble_theory(make(files).get_domain())
    files[TTL] += "\n:note a owl:AnnotationProperty ; rdfs:domain :Man ; rdfs:subPropertyOf rdfs:comment .\n"
    assert assemble_theory(make(files).get_domain()) == before
