"""A small family as a project on disk, one name in which tries everything that Markdown and Mermaid can do."""

from pathlib import Path

HOSTILE = (
    "**b** _i_ :red[x] :smile: :material/home: -> -- $x$ ![i](http://evil.example/a.png) <img src=x onerror=alert(1)> "
    '[l](http://x.example) `c` ~~s~~ &amp; | # www.y.example me@z.example %%{init: {"theme": "forest"}}%% $$x^2$$'
)

CONFIGURATION = """\
version: 1
name: A family
description: Three generations.
base: https://example.org/family#
languages: [en, de]
severity: {label.contains-iri: off}  # one label is hostile on purpose
domains:
  family: {}
"""

ONTOLOGY = """\
@prefix : <https://example.org/family#> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

<https://example.org/family> a owl:Ontology ; dcterms:source "Family book" ; wb:state "reviewed" .

:Person a owl:Class ;
    rdfs:label "person"@en , "Person"@de ;
    rdfs:comment "A human being."@en ;
    wb:phrase "{subject} is a person"@en , "{subject} ist eine Person"@de .

:Man a owl:Class ;
    rdfs:subClassOf :Person ;
    rdfs:label "man"@en , "Mann"@de ;
    wb:phrase "{subject} is a man"@en , "{subject} ist ein Mann"@de .

:hasParent a owl:ObjectProperty ;
    rdfs:domain :Person ;
    rdfs:range :Person ;
    rdfs:label "has parent"@en , "hat Elternteil"@de ;
    wb:phrase "{object} is a parent of {subject}"@en , "{object} ist ein Elternteil von {subject}"@de .

:hasGrandparent a owl:ObjectProperty ;
    rdfs:label "has grandparent"@en , "hat Großelternteil"@de ;
    wb:phrase "{object} is a grandparent of {subject}"@en , "{object} ist ein Großelternteil von {subject}"@de .

:born a owl:DatatypeProperty ;
    rdfs:label "born in"@en , "geboren im Jahr"@de ;
    wb:phrase "{subject} was born in {object}"@en , "{subject} wurde im Jahr {object} geboren"@de .

:ann rdfs:label "Ann"@en , "Anna"@de ; :hasParent :bob ; :born 1990 .
:bob a :Man ; rdfs:label "Bob"@en , "Robert"@de ; :hasParent :carl ; :born 1960 .
:carl a :Man ; rdfs:label "Carl"@en , "Karl"@de ; :hasParent :odd ; :born 1930 .
:odd rdfs:label "HOSTILE"@en , "HOSTILE"@de .
"""

RULES = """\
prefix : <https://example.org/family#>

rule grandparent
  en "A parent of a parent is a grandparent."
  de "Ein Elternteil eines Elternteils ist ein Großelternteil."
  source "Family book" state reviewed
  hasParent(?x, ?y) ^ hasParent(?y, ?z) -> hasGrandparent(?x, ?z)
"""

CONSTRAINTS = """\
prefix : <https://example.org/family#>

constraint parent-older
  en "A parent is older than a child."
  de "Ein Elternteil ist älter als ein Kind."
  source "Family book" state reviewed
  hasParent(?x, ?y) ^ born(?x, ?a) ^ born(?y, ?b) -> ?a > ?b
"""


def write_family(folder: Path) -> Path:
    """Write the project into a folder and return it."""
    hostile = HOSTILE.replace("\\", "\\\\").replace('"', '\\"')
    for path, text in {
        "workbench.yaml": CONFIGURATION,
        "ontologies/family/family.ttl": ONTOLOGY.replace("HOSTILE", hostile),
        "ontologies/family/family.rules": RULES,
        "validators/family/constraints.rules": CONSTRAINTS,
    }.items():
        place = folder / path
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_text(text, encoding="utf-8")
    return folder
