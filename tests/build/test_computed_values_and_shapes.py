"""Rules and constraints that compute values from properties of which shapes speak."""

import pytest

from workbench import Project, check

TTL = """\
@prefix : <https://example.org/p#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:Planet a owl:Class ; rdfs:label "planet"@en .
:Large a owl:Class ; rdfs:label "large"@en .
:orbits a owl:ObjectProperty ; rdfs:label "orbits"@en .
:diameter a owl:DatatypeProperty ; rdfs:label "diameter"@en ; rdfs:range xsd:integer .
:mars a :Planet ; rdfs:label "Mars"@en ; :diameter 6779 ; :orbits :sun .
:sun rdfs:label "Sun"@en .
"""
SHAPES = """\
@prefix : <https://example.org/p#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:PlanetShape a sh:NodeShape ; sh:targetClass :Planet ;
    sh:property [ sh:path :diameter ; sh:minCount 1 ; sh:minInclusive 100 ] .
"""


@pytest.mark.parametrize(
    "statement",
    [
        "constraint cc\n  diameter(?_x, ?a) ^ ?b = ?a * 2 -> ?b > 3",
        "rule r\n  diameter(?x, ?a) ^ ?b = ?a + 1 ^ ?b > 100 ^ Planet(?x) -> Large(?x)",
        "rule r\n  diameter(?x, ?a) ^ ?b = ?a * ?a ^ ?b > 100 ^ Planet(?x) -> Large(?x)",
        "rule r\n  diameter(?x, ?a) ^ ?b = ?a / 2 ^ ?b > 100 ^ Planet(?x) -> Large(?x)",
        "rule r\n  diameter(?x, ?a) ^ orbits(?x, ?y) ^ ?b = ?a * 2 ^ ?b > 3 -> orbits(?x, ?y)",
    ],
)
def test_a_sound_project_is_checked_to_the_end(statement: str) -> None:
    rules = f"prefix : <https://example.org/p#>\n\n{statement}\n"
    project = Project.from_files(ontologies=[TTL], rules=[rules], shapes=[SHAPES])
    found = check(project).report.violations
    assert not [v for v in found if v.severity == "error" and not v.code.startswith("shacl.")]


def test_a_rule_that_computes_and_always_breaks_a_shape_is_told() -> None:
    rule = "rule r\n  diameter(?x, ?a) ^ ?b = ?a * 2 ^ ?c = ?b + 1 ^ ?c > 3 -> diameter(?x, 5)"
    rules = f"prefix : <https://example.org/p#>\n\n{rule}\n"
    project = Project.from_files(ontologies=[TTL], rules=[rules], shapes=[SHAPES])
    assert "shape.against-ontology" in {v.code for v in check(project).report.violations}
