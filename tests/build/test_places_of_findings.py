"""Each kind of file: one planted mistake, and the finding about it stands at its very line and column."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from workbench.build import Checked, check
from workbench.model.report import Location
from workbench.project import Project

Make = Callable[[dict[str, str]], Project]
Files = dict[str, str]

TTL, RULES = "ontologies/family/family.ttl", "ontologies/family/family.rules"
SHAPES, CONSTRAINTS = "validators/family/shapes.ttl", "validators/family/constraints.rules"
CURRICULUM, TEMPLATE = "curricula/family/curriculum.yaml", "curricula/family/templates/entailment/en-1.j2"
XML = "ontologies/family/more.owl"
RDF_XML = """\
<?xml version="1.0"?>
<!-- Zwölf Zeichen, die mehr Bytes haben: äöüß€ -->
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
         xmlns="https://example.org/f#"
         xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#">
  <rdf:Description rdf:about="https://example.org/f#ann">
    <rdfs:comment xml:lang="de">äöü</rdfs:comment>   <born rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">§wrong</born>
  </rdf:Description>
</rdf:RDF>
"""

# What is planted: file, old text, new text with § where the finding must stand, and its code.
PLANTED = {
    "a value in Turtle": (TTL, ":born 1950 .", ':born §"1950-02-30"^^xsd:date .', "ontology.ill-typed-literal"),
    "a value after letters of several bytes": (
        TTL,
        ':eve rdfs:label "Eve"@en ;',
        ':eve rdfs:label "Eve 😀 ä"@en ; :born §"x"^^xsd:integer ;',
        "ontology.ill-typed-literal",
    ),
    "syntax of Turtle": (TTL, ":hasBrother :carl ;", ":hasBrother §;", "turtle.syntax"),
    "a text that is not closed": (TTL, 'rdfs:label "Carl Smith"@en', 'rdfs:label §"Carl Smith@en', "turtle.syntax"),
    "syntax of rules": (RULES, "hasParent(?x, ?y) unless", "hasParent(?x §?y) unless", "rule.syntax"),
    "syntax of constraints": (CONSTRAINTS, "-> ?a >= ?b + 12", "-> ?a >= §>= ?b + 12", "rule.syntax"),
    "a value of a shape": (SHAPES, "sh:maxCount 0", 'sh:maxCount §"x"', "shape.value"),
    "a key of the settings": ("workbench.yaml", "version: 1", "version: 1\n§colour: red", "config.unknown-key"),
    "a closed name": ("workbench.yaml", "closed: [f:Adopted]", "closed: [f:Adopted, §f:Adoptd]", "config.unknown-name"),
    "a value of a curriculum": (CURRICULUM, "hops: 1", "§hops: many", "curriculum.value"),
    "syntax of YAML": (CURRICULUM, "languages: {en: 1}", "languages: {en: 1§]", "yaml.syntax"),
    "a task without a template for closed book": (
        CURRICULUM,
        "tasks: {entailment: 3}",
        "given: none\n    tasks: {recall: 3, entailment: {§entailed: 3}}",
        "template.missing",
    ),
    "a prefix": (TTL, "@prefix owl:", "@prefix §f: <urn:other#> .\n@prefix owl:", "project.prefix-conflict"),
    "a date of provenance": (
        TTL,
        ":carl rdfs:label",
        ":carl wb:state §\"soon\" ; rdfs:label",
        "provenance.value",
    ),
}  # fmt: skip


def plant(files: Files, path: str, old: str, new: str) -> Location:
    """Put a text with a mark into a file, and return where the mark was."""
    assert files[path].count(old) == 1
    text = files[path].replace(old, new)
    before = text[: text.index("§")]
    files[path] = text.replace("§", "")
    return Location(path, before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1)


def list_places(checked: Checked, code: str) -> set[Location | None]:
    return {violation.location for violation in checked.report.violations if violation.code == code}


@pytest.mark.parametrize(("path", "old", "new", "code"), PLANTED.values(), ids=PLANTED)
def test_a_mistake_is_found_where_it_was_planted(
    make: Make, files: Files, path: str, old: str, new: str, code: str
) -> None:
    place = plant(files, path, old, new)
    checked = check(make(files))
    assert list_places(checked, code) == {place}, checked.format_text()
    assert f"{place} " in checked.format_text()


def test_a_mistake_in_xml_is_found_at_its_element(make: Make, files: Files) -> None:
    element = RDF_XML.replace("<born", "§<born").replace("§wrong", "wrong")
    files[XML] = "%"
    place = plant(files, XML, "%", element)
    checked = check(make(files))
    assert list_places(checked, "ontology.ill-typed-literal") == {place}, checked.format_text()


def test_a_mistake_in_a_template_is_found_at_its_line(make: Make, files: Files) -> None:
    place = plant(files, TEMPLATE, "{{ statement }}: {{ choices }}?", "{{ statement }}: §{{ nonsense }} {{ choices }}?")
    places = list_places(check(make(files)), "template.unknown-slot")
    assert {(found.path, found.line) for found in places if found} == {(place.path, place.line)}


@pytest.mark.parametrize("text", ["1950", '"1950-02-30"^^xsd:date', ":dan", "<https://example.org/f#x>"])
def test_a_region_ends_where_the_word_does(make: Make, files: Files, text: str) -> None:
    wrong = {**files, TTL: files[TTL].replace(":born 1950 .", f':born "wrong"^^xsd:integer , {text} .')}
    run = json.loads(check(make(wrong)).format("sarif"))["runs"][0]
    lines = wrong[TTL].split("\n")
    for result in run["results"]:
        physical = result["locations"][0]["physicalLocation"]
        region = physical.get("region", {})
        if physical["artifactLocation"]["uri"] == TTL and result["ruleId"] == "ontology.ill-typed-literal":
            word = lines[region["startLine"] - 1][region["startColumn"] - 1 : region["endColumn"] - 1]
            assert word in ('"wrong"^^xsd:integer', text)
