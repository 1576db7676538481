"""A small project that is right in every respect; each test breaks what it is about."""

from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.project import Project, load

FILES = {
    "workbench.yaml": """\
version: 1
name: Family
base: https://example.org/f#
prefixes: {f: https://example.org/f#}
languages: [en]
domains:
  family:
    closed: [f:Adopted]
""",
    "ontologies/family/family.ttl": """\
@prefix : <https://example.org/f#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

:Man a owl:Class ; rdfs:label "man"@en ; owl:disjointWith :Woman ; wb:phrase "{subject} is a man"@en .
:Woman a owl:Class ; rdfs:label "woman"@en ; wb:phrase "{subject} is a woman"@en .
:Adopted a owl:Class ; rdfs:label "adopted"@en ; wb:phrase "{subject} was adopted"@en .
:hasParent a owl:ObjectProperty ; rdfs:label "has parent"@en ; wb:phrase "{object} is a parent of {subject}"@en .
:hasBrother a owl:ObjectProperty ; rdfs:label "has brother"@en ; wb:phrase "{object} is a brother of {subject}"@en .
:hasUncle a owl:ObjectProperty ; rdfs:label "has uncle"@en ; wb:phrase "{object} is an uncle of {subject}"@en .
:hasHeir a owl:ObjectProperty ; rdfs:label "has heir"@en ; wb:phrase "{object} is an heir of {subject}"@en .
:hasChild a owl:ObjectProperty ; rdfs:label "has child"@en ; owl:inverseOf :hasParent ;
    wb:phrase "{object} is a child of {subject}"@en .
:born a owl:DatatypeProperty , owl:FunctionalProperty ; rdfs:label "born"@en ; rdfs:range xsd:integer ;
    wb:phrase "{subject} was born in {object}"@en .

:ann rdfs:label "Ann"@en ; a :Woman ;
    :hasBrother :carl ;
    :born 1950 .
:bob rdfs:label "Bob"@en ; a :Man ;
    :hasParent :ann ;
    :born 1980 .
:carl rdfs:label "Carl Smith"@en ; a :Man .
:eve rdfs:label "Eve"@en ; a :Woman , :Adopted ; :hasParent :ann .
""",
    "ontologies/family/family.rules": """\
prefix : <https://example.org/f#>

rule uncle
  en "A brother of a parent is an uncle."
  hasParent(?x, ?y) ^ hasBrother(?y, ?z) -> hasUncle(?x, ?z)

rule heir
  en "A child is an heir, unless it was adopted."
  hasParent(?x, ?y) unless Adopted(?x) -> hasHeir(?y, ?x)

test uncle-of-bob
  given hasParent(bob, ann) ^ hasBrother(ann, carl)
  must hasUncle(bob, carl)   mustnot hasUncle(carl, bob)
""",
    "validators/family/constraints.rules": """\
prefix : <https://example.org/f#>

constraint parent-older
  en "A parent is at least twelve years older than a child."
  hasParent(?x, ?y) ^ born(?x, ?a) ^ born(?y, ?b) -> ?a >= ?b + 12
""",
    "validators/family/shapes.ttl": """\
@prefix : <https://example.org/f#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .

:UncleShape a sh:NodeShape ; sh:targetObjectsOf :hasUncle ;
    sh:property [ sh:path :hasChild ; sh:maxCount 0 ; sh:message "An uncle here has no children."@en ] .
""",
    "curricula/family/curriculum.yaml": """\
version: 1
name: family
languages: {en: 1}
levels:
  - name: one
    hops: 1
    tasks: {entailment: 3}
""",
    "curricula/family/templates/entailment/en-1.j2": """\
{{ facts }}
{% if rules %}{{ rules }}
{% endif %}{% if closed %}{{ closed }}
{% endif %}{{ statement }}: {{ choices }}?
""",
}


@pytest.fixture
def files() -> dict[str, str]:
    """The files of the project, by path; a test changes what it likes."""
    return dict(FILES)


@pytest.fixture
def make(tmp_path: Path) -> Callable[[dict[str, str]], Project]:
    """Writes files into a new folder and loads them."""
    count = iter(range(100))

    def write(files: dict[str, str]) -> Project:
        root = tmp_path / f"project-{next(count)}"
        for path, text in files.items():
            place = root / path
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_text(text, encoding="utf-8")
        return load(root)

    return write
