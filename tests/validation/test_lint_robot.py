"""The checks of ROBOT's report and of the ODK, beside what each asks as a SPARQL query, on real ontologies.

The queries are written from the documentation of ROBOT's report (robot.obolibrary.org/report_queries) and of the ODK's
checks. They are evaluated by pyoxigraph and share nothing with the index. Compared is what a finding is about.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pyoxigraph as ox
import pytest

from workbench.formats.rdf import parse_rdf
from workbench.model.report import Violation
from workbench.model.terms import Triple
from workbench.project import Project
from workbench.validation.lint import CHECKS, find_lint

PREFIXES = """
PREFIX dc: <http://purl.org/dc/elements/1.1/>
PREFIX dcterms: <http://purl.org/dc/terms/>
PREFIX foaf: <http://xmlns.com/foaf/0.1/>
PREFIX obo: <http://purl.obolibrary.org/obo/>
PREFIX oio: <http://www.geneontology.org/formats/oboInOwl#>
PREFIX owl: <http://www.w3.org/2002/07/owl#>
PREFIX rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#>
PREFIX rdfs: <http://www.w3.org/2000/01/rdf-schema#>
PREFIX xsd: <http://www.w3.org/2001/XMLSchema#>
"""
DEFINITIONS = "VALUES ?p { obo:IAO_0000115 obo:IAO_0000600 }"
EXACT = "VALUES ?p { obo:IAO_0000118 oio:hasExactSynonym }"
SCOPES = "obo:IAO_0000118 oio:hasExactSynonym oio:hasBroadSynonym oio:hasRelatedSynonym oio:hasNarrowSynonym"
ALIVE = "FILTER NOT EXISTS { ?e owl:deprecated true }"
NAMED = "FILTER isIRI(?e)"
INTRODUCED = """FILTER EXISTS { ?e ?said ?of FILTER (?said NOT IN (rdf:type, owl:equivalentClass, owl:disjointWith,
    owl:equivalentProperty, owl:sameAs, owl:differentFrom, owl:inverseOf)) }"""

EACH = {
    "annotation.whitespace": r"""?p a owl:AnnotationProperty . ?e ?p ?v
        FILTER (isLiteral(?v) && (REGEX(STR(?v), "^\\s") || REGEX(STR(?v), "\\s$")))""",
    "deprecation.not-boolean": "?e owl:deprecated ?v FILTER (DATATYPE(?v) != xsd:boolean)",
    "definition.lowercase": f"{DEFINITIONS} ?e ?p ?v {ALIVE} {NAMED} FILTER (!REGEX(STR(?v), '^[A-Z0-9]'))",
    "definition.missing": f"""?e ?any ?o {NAMED} {ALIVE} {INTRODUCED}
        FILTER NOT EXISTS {{ ?e obo:IAO_0000115|obo:IAO_0000600 ?d }} FILTER NOT EXISTS {{ ?e a owl:Ontology }}
        FILTER NOT EXISTS {{ ?e a owl:NamedIndividual }}
        FILTER NOT EXISTS {{ ?e rdfs:subPropertyOf oio:SubsetProperty }}""",
    "definition.multiple": f"{DEFINITIONS} ?e ?p ?v, ?w FILTER (?v != ?w) {ALIVE} {NAMED}",
    "deprecation.class-in-use": """?e a owl:Class ; owl:deprecated true
        { ?e rdfs:subClassOf ?v FILTER (?v NOT IN (oio:ObsoleteClass, owl:Thing)) }
        UNION { ?e owl:equivalentClass|owl:disjointWith ?v }
        UNION { ?v rdfs:subClassOf|owl:equivalentClass|owl:disjointWith ?e }
        UNION { ?v owl:someValuesFrom|owl:allValuesFrom ?e }""",
    "deprecation.property-in-use": """?e owl:deprecated true
        { ?e a owl:ObjectProperty . ?v owl:equivalentProperty|rdfs:subPropertyOf|owl:inverseOf ?e }
        UNION { ?e a owl:DatatypeProperty . ?v owl:equivalentProperty|rdfs:subPropertyOf ?e }
        UNION { ?s ?e ?o } UNION { ?r owl:onProperty ?e }""",
    "hierarchy.no-genus": f"""?e owl:equivalentClass ?r . ?r a owl:Restriction ; owl:onProperty ?p ;
        owl:someValuesFrom ?v {NAMED} FILTER (!isBlank(?v))""",
    "hierarchy.equivalent-pair": f"?e owl:equivalentClass ?v {NAMED} FILTER (!isBlank(?v))",
    "name.redefines-builtin": "VALUES ?e { rdf:type } ?e ?p ?v",
    "name.invalid-obo": """?e a ?v FILTER (isIRI(?e) && (STRSTARTS(STR(?e), "https://purl.obolibrary.org/obo/")
        || STRSTARTS(STR(?e), "http://purl.org/obo/") || STRSTARTS(STR(?e), "http://www.obofoundry.org/")))""",
    "annotation.invalid-reference": r"""?e oio:hasDbXref ?v FILTER (isIRI(?e) && isLiteral(?v)
        && !REGEX(STR(?v), "^[A-Za-z_][A-Za-z0-9_.-]*[A-Za-z0-9_]:\\S+$"))""",
    "label.formatting": r'?e rdfs:label ?v FILTER (CONTAINS(STR(?v), "\n") || CONTAINS(STR(?v), "\t"))',
    "label.whitespace": r'?e rdfs:label ?v FILTER (REGEX(STR(?v), "^\\s") || REGEX(STR(?v), "\\s$"))',
    "wording.missing-label": f"""?e ?any ?o {NAMED} {ALIVE} FILTER EXISTS {{ ?e ?q ?x FILTER (?q != rdf:type) }}
        FILTER NOT EXISTS {{ ?e rdfs:label ?l }} FILTER NOT EXISTS {{ ?e a owl:Ontology }}
        FILTER NOT EXISTS {{ ?e rdfs:subPropertyOf oio:SubsetProperty }}""",
    "deprecation.missing-mark": "?e owl:deprecated true ; rdfs:label ?v FILTER (!REGEX(STR(?v), '^obsolete', 'i'))",
    "deprecation.misused-mark": f"""?e rdfs:label ?v {ALIVE} FILTER (?e != oio:ObsoleteClass
        && REGEX(STR(?v), '^obsolete', 'i'))""",
    "deprecation.misused-replacement": f"?e obo:IAO_0100001 ?v {ALIVE} FILTER (?e != oio:ObsoleteClass)",
    "metadata.missing-title": "?e a owl:Ontology FILTER NOT EXISTS { ?e dc:title|dcterms:title ?v }",
    "metadata.missing-description":
        "?e a owl:Ontology FILTER NOT EXISTS { ?e dc:description|dcterms:description ?v }",
    "metadata.missing-licence": "?e a owl:Ontology FILTER NOT EXISTS { ?e dcterms:license ?v }",
    "annotation.undeclared-subset": """?x oio:inSubset ?e
        FILTER NOT EXISTS { ?e rdfs:subPropertyOf oio:SubsetProperty }""",
    "synonym.undeclared-type": """?x oio:hasSynonymType ?e
        FILTER NOT EXISTS { ?e rdfs:subPropertyOf oio:SynonymTypeProperty }""",
    "hierarchy.missing-superclass": f"""?e a owl:Class {NAMED} {ALIVE} {INTRODUCED}
        FILTER NOT EXISTS {{ ?e rdfs:subClassOf ?v }}""",
    "hierarchy.several-superclasses": f"""?e a owl:Class ; rdfs:subClassOf ?v, ?w {NAMED}
        FILTER (?v != ?w && isIRI(?v) && isIRI(?w))
        FILTER NOT EXISTS {{ ?a owl:annotatedSource ?e ; owl:annotatedTarget ?v ;
            owl:annotatedProperty rdfs:subClassOf ; oio:is_inferred ?i FILTER REGEX(STR(?i), "true") }}""",
    "hierarchy.several-definitions": f"""?e owl:equivalentClass ?x, ?y . ?x owl:intersectionOf ?v .
        ?y owl:intersectionOf ?w FILTER (?v != ?w) {NAMED}""",
    "hierarchy.several-equivalents": f"""?e owl:equivalentClass ?v, ?w FILTER (?v != ?w) {NAMED}
        FILTER NOT EXISTS {{ ?v owl:unionOf ?x }} FILTER NOT EXISTS {{ ?w owl:unionOf ?y }}""",
    "label.multiple": f"?e rdfs:label ?v, ?w FILTER (?v != ?w) {ALIVE} {NAMED}",
    "synonym.two-scopes": f"""VALUES ?p {{ {SCOPES} }} VALUES ?q {{ {SCOPES} }} ?e ?p ?v ; ?q ?v
        FILTER (?p != ?q) {NAMED}""",
    "synonym.same-as-label": f"""{EXACT} ?e rdfs:label ?v . ?f ?p ?v {ALIVE} {NAMED}
        FILTER NOT EXISTS {{ ?f owl:deprecated true }} FILTER isIRI(?f)""",
    "hierarchy.self-definition": f"""{{ ?e owl:equivalentClass ?e }}
        UNION {{ ?e owl:equivalentClass/owl:intersectionOf/rdf:rest*/rdf:first ?m {NAMED}
        FILTER (?m = ?e || EXISTS {{ ?m owl:someValuesFrom ?e }}) }}""",
    "label.contains-iri": "?e rdfs:label ?v FILTER REGEX(STR(?v), 'https?:')",
    "metadata.old-dublin-core": f"""?e ?p ?v {NAMED}
        FILTER STRSTARTS(STR(?p), "http://purl.org/dc/elements/1.1/")""",
    "metadata.text-for-iri": f"""VALUES ?p {{ obo:RO_0002161 obo:RO_0002175 foaf:depicted_by oio:inSubset
        dcterms:contributor }} ?e ?p ?v {NAMED} FILTER (!isIRI(?v))""",
    "metadata.text-for-link": f"?e rdfs:seeAlso ?v {NAMED} FILTER (!isIRI(?v))",
    "metadata.taxon": f"""VALUES ?p {{ obo:RO_0002161 obo:RO_0002175 }} ?e ?p ?v {NAMED}
        FILTER (!isIRI(?v) || !STRSTARTS(STR(?v), "http://purl.obolibrary.org/obo/NCBITaxon_"))""",
    "metadata.tracker": "?e obo:IAO_0000233 ?v FILTER (isLiteral(?v) && DATATYPE(?v) != xsd:anyURI)",
    "metadata.illegal-date": r"""VALUES ?p { dcterms:date dcterms:issued dcterms:created oio:creation_date } ?e ?p ?v
        FILTER (isLiteral(?v))
        FILTER (DATATYPE(?v) != xsd:date || !REGEX(STR(?v), "^\\d{4}-\\d\\d-\\d\\d$"))
        FILTER (DATATYPE(?v) != xsd:dateTime || !REGEX(STR(?v), "^\\d{4}-\\d{2}-\\d{2}T\\d{2}:\\d{2}:\\d{2}Z"))""",
    "deprecation.several-replacements": "?e obo:IAO_0100001 ?v, ?w FILTER (?v != ?w)",
    "hierarchy.redundant-superclass": f"""?e rdfs:subClassOf ?y, ?z . ?y rdfs:subClassOf+ ?z {NAMED}
        FILTER (isIRI(?y) && isIRI(?z) && ?y != ?z) FILTER NOT EXISTS {{ ?z rdfs:subClassOf+ ?y }}
        FILTER NOT EXISTS {{ ?e rdfs:subClassOf+ ?e }}""",
}  # fmt: skip
"""What is found, by the code that finds it: the pattern binds ``?e`` to what a finding is about."""

GROUPS = {
    "label.duplicate": f"""?e rdfs:label ?v . ?f rdfs:label ?v FILTER (?e != ?f && isIRI(?f)) {NAMED}
        FILTER NOT EXISTS {{ ?e owl:deprecated true . ?f owl:deprecated true }}""",
    "definition.duplicate": f"""{DEFINITIONS} ?e ?p ?v . ?f ?p ?v FILTER (?e != ?f && isIRI(?f)) {ALIVE} {NAMED}
        FILTER NOT EXISTS {{ ?f owl:deprecated true }}""",
    "synonym.duplicate-exact": f"""{EXACT} ?e ?p ?v . ?f ?p ?v FILTER (?e != ?f && isIRI(?f)) {ALIVE} {NAMED}
        FILTER NOT EXISTS {{ ?f owl:deprecated true }}""",
}
"""The same, where one finding is about all that share a value ``?v``."""

FILES = (
    "obook-qc/robot_tutorial_qc/example.owl",
    "obook-qc/resources/BDK14-exercises/basic-classification/ubiq-ligase-complex.owl",
    "obook-qc/resources/BDK14-exercises/basic-disjoint/bad-chromosome.owl",
    "obook-qc/resources/BDK14-exercises/basic-restriction/chromosome-parts-interim.owl",
    "obook-qc/resources/BDK14-exercises/basic-restriction/er-sec-complex.owl",
    "obook-qc/resources/BDK14-exercises/basic-subclass/chromosome-parts.owl",
    "pizza/pizza.owl",
    "disease-ontology-slims/TopNodes_DOcancerslim.owl",
    "disease-ontology-slims/DO_RAD_slim.owl",
    "symptom-ontology/symp.owl",
    "transmission-ontology/trans.owl",
    "sio/sio-release.owl",
)


def ask(store: ox.Store, pattern: str, variables: str) -> Iterator[tuple[str, ...]]:
    solutions = store.query(f"{PREFIXES} SELECT DISTINCT {variables} WHERE {{ {pattern} }}")
    assert isinstance(solutions, ox.QuerySolutions)
    for solution in solutions:
        yield tuple(str(term) for term in solution)


def ask_for_groups(store: ox.Store, pattern: str) -> set[tuple[str, str]]:
    """Return the value that each group shares, with the first of its members."""
    groups: dict[str, list[str]] = {}
    for entity, value in ask(store, pattern, "?e ?v"):
        groups.setdefault(value, []).append(entity)
    return {(min(members), value) for value, members in groups.items()}


def find_differences(triples: list[Triple]) -> dict[str, object]:
    """Compare every check of the profile with its query; what differs, by code."""
    store = ox.Store()
    store.bulk_extend(ox.parse("\n".join(f"{s} {p} {o} ." for s, p, o in triples).encode(), ox.RdfFormat.N_TRIPLES))
    found: dict[str, list[Violation]] = {}
    for violation in find_lint(triples, profile="obo"):
        found.setdefault(violation.code, []).append(violation)
    differences: dict[str, object] = {}
    for code, pattern in EACH.items():
        ours, theirs = {v.focus for v in found.get(code, [])}, {e for (e,) in ask(store, pattern, "?e")}
        if ours != theirs:
            differences[code] = sorted(ours ^ theirs)
    for code, pattern in GROUPS.items():
        pairs = {(v.focus, v.value) for v in found.get(code, [])}
        if pairs != (expected := ask_for_groups(store, pattern)):
            differences[code] = sorted(pairs ^ expected)
    return differences


@cache
def read(path: Path) -> list[Triple]:
    return list(parse_rdf(path.read_bytes(), path.name, None, "b").triples)


def test_every_check_of_robot_and_of_the_odk_has_a_query() -> None:
    origins = {code for code, check in CHECKS.items() if any(o.startswith(("robot:", "odk:")) for o in check.origins)}
    assert origins == {*EACH, *GROUPS}


@pytest.mark.parametrize("name", FILES)
def test_the_same_is_found_in_real_ontologies(shared_data: Path, name: str) -> None:
    assert find_differences(read(shared_data / name)) == {}


CLASSES, PROPERTIES = [f"<http://e.org/C{n}>" for n in range(5)], [f"<http://e.org/p{n}>" for n in range(3)]
BLANKS, LISTS = [f"_:b{n}" for n in range(5)], [f"_:l{n}" for n in range(2)]
TEXTS = [
    '"one"', '"One"@en', '"obsolete one"', '" edge"', '"edge "', '"line\\nbreak"', '"a\\ttab"', '"see http://e.org/x"',
    '"Two words"', '"GO:0001"', '"no reference"', '"true"', '"2020-01-31"', '"Obsolete two"@en', '"\u00a0"',
    f'"2020-01-31"^^<{"http://www.w3.org/2001/XMLSchema#"}date>',
    f'"2020-1-31"^^<{"http://www.w3.org/2001/XMLSchema#"}date>',
    f'"2020-01-31T10:00:00Z"^^<{"http://www.w3.org/2001/XMLSchema#"}dateTime>',
    f'"http://e.org/7"^^<{"http://www.w3.org/2001/XMLSchema#"}anyURI>',
]  # fmt: skip
TRUE = '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'
OBO, OIO, OWL, RDF, RDFS = (
    "http://purl.obolibrary.org/obo/", "http://www.geneontology.org/formats/oboInOwl#", "http://www.w3.org/2002/07/owl#",
    "http://www.w3.org/1999/02/22-rdf-syntax-ns#", "http://www.w3.org/2000/01/rdf-schema#",
)  # fmt: skip
ABOUT = [
    f"<{RDFS}label>", f"<{OBO}IAO_0000115>", f"<{OBO}IAO_0000600>", f"<{OBO}IAO_0000118>", f"<{OIO}hasExactSynonym>",
    f"<{OIO}hasBroadSynonym>", f"<{OIO}hasRelatedSynonym>", f"<{OIO}hasDbXref>", f"<{RDFS}seeAlso>",
    f"<{OBO}IAO_0000233>",
    "<http://purl.org/dc/terms/created>", "<http://purl.org/dc/elements/1.1/title>", "<http://purl.org/dc/terms/license>",
    "<http://purl.org/dc/terms/description>", f"<{OIO}inSubset>", f"<{OIO}hasSynonymType>", f"<{OBO}RO_0002161>",
]  # fmt: skip
KINDS = ["Class", "ObjectProperty", "DatatypeProperty", "AnnotationProperty", "NamedIndividual", "Ontology"]
SPECIAL = [f"<{OIO}ObsoleteClass>", f"<{OWL}Thing>", f"<{OBO}NCBITaxon_9606>", f"<{OIO}SubsetProperty>"]


def grow(random: Random) -> list[Triple]:
    """Make up a small graph in which every query has something to find now and then."""
    names = [*CLASSES, *PROPERTIES, "<http://purl.org/obo/X_1>"]
    node: Callable[[Sequence[Any]], Any] = random.choice
    triples: list[Triple] = []
    for _ in range(random.randint(5, 60)):
        triples.append(
            node(
                [
                    lambda: (node(names), f"<{RDF}type>", f"<{OWL}{node(KINDS)}>"),
                    lambda: (node([*names, *BLANKS]), node(ABOUT), node(TEXTS)),
                    lambda: (node(CLASSES), node(ABOUT[:5]), node(TEXTS[:5])),
                    lambda: (node(CLASSES[:2]), node(ABOUT[3:7]), TEXTS[0]),
                    lambda: (node(ABOUT[:5]), f"<{RDF}type>", f"<{OWL}AnnotationProperty>"),
                    lambda: (node(CLASSES), f"<{RDFS}subClassOf>", node(CLASSES)),
                    lambda: (node(names), node(ABOUT[3:]), node([*names, *BLANKS, *SPECIAL])),
                    lambda: (node(names), f"<{RDFS}subClassOf>", node([*CLASSES, *CLASSES, *BLANKS, *SPECIAL[:2]])),
                    lambda: (node(CLASSES), f"<{OWL}{node(['equivalentClass', 'disjointWith'])}>",
                             node([*CLASSES, *BLANKS])),
                    lambda: (node(names), f"<{OWL}deprecated>", node([TRUE, TRUE, '"true"'])),
                    lambda: (node(names), f"<{OBO}IAO_0100001>", node(names)),
                    lambda: (node(PROPERTIES), f"<{RDFS}subPropertyOf>",
                             node([*PROPERTIES, SPECIAL[3], f"<{OIO}SynonymTypeProperty>"])),
                    lambda: (node(PROPERTIES), f"<{OWL}{node(['inverseOf', 'equivalentProperty'])}>", node(PROPERTIES)),
                    lambda: (node(CLASSES), node(PROPERTIES), node([*CLASSES, *TEXTS])),
                    lambda: (node(BLANKS), f"<{OWL}{node(['someValuesFrom', 'allValuesFrom'])}>", node(CLASSES)),
                    lambda: (node(BLANKS), f"<{OWL}onProperty>", node(PROPERTIES)),
                    lambda: (node(BLANKS), f"<{RDF}type>", f"<{OWL}Restriction>"),
                    lambda: (node(BLANKS), f"<{OWL}{node(['intersectionOf', 'unionOf'])}>", node(LISTS)),
                ]
            )()
        )  # fmt: skip
    for number, start in enumerate(LISTS):
        triples += [(start, f"<{RDF}first>", node([*CLASSES, *BLANKS])), (start, f"<{RDF}rest>", f"_:r{number}")]
        triples += [(f"_:r{number}", f"<{RDF}first>", node(CLASSES)), (f"_:r{number}", f"<{RDF}rest>", f"<{RDF}nil>")]
    if random.random() < 0.2:
        axiom = "_:axiom"
        source, predicate, target = node([t for t in triples if t[1] == f"<{RDFS}subClassOf>"] or triples)
        parts = (("annotatedSource", source), ("annotatedProperty", predicate), ("annotatedTarget", target))
        triples += [(axiom, f"<{OWL}{part}>", term) for part, term in parts]
        triples.append((axiom, f"<{OIO}is_inferred>", TRUE))
    if random.random() < 0.1:
        triples.append((f"<{RDF}type>", f"<{RDFS}comment>", '"redefined"'))
    return triples


def test_the_same_is_found_in_graphs_made_up() -> None:
    found: set[str] = set()
    for seed in range(120):
        triples = grow(Random(seed))
        assert find_differences(triples) == {}, seed
        found |= {violation.code for violation in find_lint(triples, profile="obo")}
    assert {*EACH, *GROUPS} <= found, "a query that never finds anything proves nothing"


def test_the_mistakes_planted_in_the_tutorial_are_found_at_their_lines(shared_data: Path) -> None:
    """The file of the OBO Academy's tutorial on quality control, and what its author put there to be found."""
    path = shared_data / "obook-qc/robot_tutorial_qc/example.owl"
    project = Project.from_files(ontologies=[path])
    found = find_lint(project.get_domain().triples, locate=project.locate, profile="obo")
    text = path.read_text(encoding="utf-8").splitlines()
    places = {(v.code, text[v.location.line - 1].strip()) for v in found if v.location is not None}
    assert len(found) == sum(v.location is not None and v.location.line > 0 for v in found)
    planted = {
        ("label.whitespace", "<rdfs:label>imaging assay  </rdfs:label>"),
        ("deprecation.misused-mark", "<rdfs:label>obsolete MHC multimer staining assay</rdfs:label>"),
        ("label.multiple", "<rdfs:label>CT scan</rdfs:label>"),
        ("synonym.duplicate-exact",
         '<obo:IAO_0000118 rdf:datatype="http://www.w3.org/2001/XMLSchema#string">'
         "nucleotide sequencing</obo:IAO_0000118>"),
        ("metadata.missing-description",
         '<owl:Ontology rdf:about="http://purl.obolibrary.org/obo/cpath/cpath-robot-example.owl">'),
        ("hierarchy.several-superclasses",
         '<rdfs:subClassOf rdf:resource="http://purl.obolibrary.org/obo/OBI_0000070"/>'),
        ("hierarchy.cycle", '<rdfs:subClassOf rdf:resource="http://purl.obolibrary.org/obo/TEST_0600047"/>'),
        ("hierarchy.missing-superclass", '<owl:Class rdf:about="http://purl.obolibrary.org/obo/OBI_0000070">'),
        ("definition.missing", '<owl:Class rdf:about="http://purl.obolibrary.org/obo/TEST_0600047">'),
    }  # fmt: skip
    assert planted - places == set(), sorted(places)
