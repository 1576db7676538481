"""Shapes in the check of a project: what is judged again after an edit, and shapes that cannot be run."""

import importlib

import pytest

from workbench.build.checking import check
from workbench.project import Project

JUDGING = importlib.import_module("workbench.build.judging")

ONTOLOGY = """
@prefix : <https://example.org/kinship#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
:Person a owl:Class ; rdfs:label "person"@en .
:Student a owl:Class ; rdfs:label "student"@en ; rdfs:subClassOf :Person .
:born a owl:DatatypeProperty ; rdfs:label "birth year"@en .
:parent a owl:ObjectProperty ; rdfs:label "parent"@en .
"""
FACTS = "@prefix : <https://example.org/kinship#> .\n" + "".join(
    f":n{number} a :Student ; :born {1900 + number} ; :parent :n{number + 1} .\n" for number in range(20)
)
SHAPES = """
@prefix : <https://example.org/kinship#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
:PersonShape a sh:NodeShape ; sh:targetClass :Person ;
  sh:property [ sh:path :born ; sh:minCount 1 ; sh:maxCount 1 ] ;
  sh:property [ sh:path :parent ; sh:maxCount 1 ] .
"""


def make_project(facts=FACTS, shapes=SHAPES):
    return Project.from_files([ONTOLOGY, facts], [], [shapes], name="kin")


def list_findings(project):
    found = check(project).report.violations
    return [(v.code, v.message, v.location and v.location.line) for v in found if v.code.startswith("shacl.")]


def test_an_edit_is_judged_in_part_and_found_as_if_in_full(monkeypatch):
    judged = []
    original = JUDGING.judge_graph

    def judge_and_note(*arguments, **options):
        judgement = original(*arguments, **options)
        judged.append(judgement.judged)
        return judgement

    monkeypatch.setattr(JUDGING, "judge_graph", judge_and_note)
    JUDGING._judged.clear()
    project = make_project()
    assert list_findings(project) == []
    path = next(path for path, file in project.files.items() if b":n3" in file.data)
    edits = {
        ":n3 :born 1800 .": "n3 has 2 birth year (1800, 1903), but every person must have exactly one.",
        ":x a :Student .": "x has no birth year, but every person must have exactly one.",
    }
    for text, message in edits.items():
        edited = project.replace_contents({path: (FACTS + text).encode()})
        in_part = list_findings(edited)
        assert [found[1] for found in in_part] == [message]
        JUDGING._judged.clear()
        assert list_findings(edited) == in_part
    # The second edit begins with the full judgement of the first: one node is new, one is as it was.
    assert judged == [None, 1, None, 2, None]


BAD = {
    "minCount x": ("sh:targetClass :Person ; sh:property [ sh:path :born ; sh:minCount 'x' ]", "shape.value"),
    "no path": ("sh:targetClass :Person ; sh:property [ sh:minCount 1 ]", "shape.path"),
    "recursive": ("sh:targetClass :Person ; sh:property [ sh:path :parent ; sh:node :Bad ]", "shape.recursive"),
    "pattern": ("sh:targetClass :Person ; sh:property [ sh:path :born ; sh:pattern '^(a+)+$' ]", "shape.unsafe"),
    "3,000 steps": (f"sh:targetClass :Person ; sh:property [ sh:path ( {':parent ' * 3000}) ]", "shape.path"),
    "3,000 levels": (
        f"sh:targetClass :Person ; sh:property [ sh:path {'[ sh:inversePath ' * 3000}:parent{' ]' * 3000} ]",
        "shape.path",
    ),
    "script": ("sh:targetClass :Person ; sh:js [ sh:jsFunctionName 'f' ]", "shape.unsafe"),
    "rule": ("sh:targetClass :Person ; sh:rule [ sh:subject sh:this ]", "shape.undetermined"),
    "query that fails": ("sh:targetClass :Person ; sh:sparql [ sh:select 'SELECT nonsense' ]", "shape.failure"),
    "service": (
        "sh:targetClass :Person ; sh:sparql [ sh:select 'SELECT $this { SERVICE <http://x/> { $this ?p ?o } }' ]",
        "shape.unsafe",
    ),
}


@pytest.mark.parametrize("name", BAD)
def test_a_bad_shape_is_a_located_error(name):
    shape, code = BAD[name]
    project = make_project(FACTS + ":x a :Person .", SHAPES + f"\n:Bad a sh:NodeShape ;\n  {shape} .\n")
    found = check(project).report.violations
    errors = [v for v in found if v.code == code and v.severity == "error"]
    assert errors
    assert all(v.location is not None and v.location.line >= 8 for v in errors)
    if code != "shape.failure":
        # The good shape is judged all the same.
        assert [v.message for v in found if v.code == "shacl.min-count"]
