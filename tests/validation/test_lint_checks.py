"""Each check of what is stated in Turtle: it finds the fault at its line and column, and leaves the clean twin alone."""

# ruff: noqa: E501 - a line for each fault and its twin

from __future__ import annotations

from typing import NamedTuple

import pytest

from workbench.model.report import Violation
from workbench.project import Project
from workbench.project.configuration import LintProfile
from workbench.validation.lint import CHECKS, find_lint

HEAD = """\
@prefix : <https://example.org/k#> .
@prefix dc: <http://purl.org/dc/elements/1.1/> .
@prefix dcterms: <http://purl.org/dc/terms/> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix oio: <http://www.geneontology.org/formats/oboInOwl#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
NAMES = """\
:A a owl:Class ; rdfs:label "alpha"@en . :B a owl:Class ; rdfs:label "beta"@en . :C a owl:Class ; rdfs:label "gamma"@en .
:p a owl:ObjectProperty ; rdfs:label "touches"@en ; wb:phrase "{subject} touches {object}"@en .
:q a owl:ObjectProperty ; rdfs:label "sees"@en ; wb:phrase "{subject} sees {object}"@en .
:ann a :A ; rdfs:label "Ann"@en . :bob a :A ; rdfs:label "Bob"@en .
"""


class Example(NamedTuple):
    """What is at fault, the text at which it must be found (its last occurrence), and what would be right."""

    code: str
    fault: str
    at: str
    clean: str
    profile: LintProfile = "strict"


EXAMPLES = [
    Example("wording.missing-label", ":D a owl:Class .", "owl:Class", ':D a owl:Class ; rdfs:label "delta" .'),
    Example("wording.shared-label", ':cid a :A ; rdfs:label "Ann"@en .', '"Ann"@en . :bob', ':cid a :A ; rdfs:label "Cid"@en .'),
    Example("wording.look-alike", ':cid a :A ; rdfs:label "\u0410nn"@en .', '"Ann"@en . :bob', ':cid a :A ; rdfs:label "\u042fnn"@en .'),
    Example("wording.look-alike", ':cid a :A ; rdfs:label "ANN"@en .', '"Ann"@en . :bob', ':cid a :A ; rdfs:label "Anna"@en .'),
    Example("wording.look-alike", ':D a owl:Class ; rdfs:label "\u0430lpha"@en .', '"alpha"@en . :B', ':D a owl:Class ; rdfs:label "Alpha"@en .'),
    Example("label.breaks-sentences", ':cid a :A ; rdfs:label "Cid; Dan"@en .', '"Cid; ', ':cid a :A ; rdfs:label "Cid"@en , "Cid; Dan"@fr .'),
    Example("label.breaks-sentences", ':cid a :A ; rdfs:label "F2"@en .', '"F2', ':cid a :A ; rdfs:label "F2x"@en .'),
    Example("label.breaks-sentences", ':cid a :A ; rdfs:label "C\u0456d"@en .', '"C\u0456d', ':cid a :A ; rdfs:label "\u0421\u0456\u0434"@en .'),
    Example("wording.missing-phrase", ':r a owl:ObjectProperty ; rdfs:label "r" .', "owl:ObjectProperty ; rdfs:label \"r\"",
            ':r a owl:ObjectProperty ; rdfs:label "r" ; wb:phrase "{subject} r {object}"@en .'),
    Example("wording.phrase-slots", ':A wb:phrase "is an alpha"@en .', '"is an', ':A wb:phrase "{subject} is an alpha"@en .'),
    Example("wording.missing-form", ':r a owl:ObjectProperty ; wb:phrase "{subject} trusts {object:dat}"@en .', ':A ; rdfs:label "Ann"',
            ':r wb:phrase "{subject} trusts {object:dat}"@en . :ann wb:form "to Ann"@en-x-dat . '
            ':bob wb:form "to Bob"@en-x-dat .'),
    Example("wording.shared-phrase", ':r a owl:ObjectProperty ; wb:phrase "{subject} touches {object}"@en .',
            '"{subject} touches {object}"@en .\n:q', ':r a owl:ObjectProperty ; wb:phrase "{object} is r of {subject}"@en .'),
    Example("label.duplicate", ':D a owl:Class ; rdfs:label "alpha"@en .', '"alpha"@en . :B', ':D rdfs:label "delta"@en .'),
    Example("label.multiple", ':A rdfs:label "aleph"@en .', '"aleph"', ':A skos:altLabel "aleph"@en .'),
    Example("label.whitespace", ':D rdfs:label "delta "@en .', '"delta ', ':D rdfs:label "delta"@en .'),
    Example("label.formatting", ':D rdfs:label "del\\tta"@en .', '"del\\tta', ':D rdfs:label "del ta"@en .'),
    Example("label.contains-iri", ':D rdfs:label "see https://e.org"@en .', '"see', ':D rdfs:label "https protocol"@en .'),
    Example("label.breaks-sentences", ':cid a :A ; rdfs:label "Dr. Cid"@en .', '"Dr. ', ':cid a :A ; rdfs:label "Cid"@en .'),
    Example("label.joins-names", ':cid a :A ; rdfs:label "Cid and Dan"@en .', '"Cid and', ':cid a :A ; rdfs:label "Ferdinand"@en .'),
    Example("label.swapped", ':A rdfs:comment "alpha"@en .', '"alpha"@en . :B', ':A rdfs:comment "The first of a row."@en .'),
    Example("annotation.whitespace", 'skos:note a owl:AnnotationProperty . :A skos:note " x" .', '" x"',
            'skos:note a owl:AnnotationProperty . :A skos:note "x" .'),
    Example("definition.missing", ":D a owl:Class .", "owl:Class", ':D a owl:Class ; skos:definition "The fourth." .'),
    Example("definition.multiple", ':A skos:definition "One."@en , "Two."@en .', '"One."',
            ':A skos:definition "One."@en , "Eins."@de .'),
    Example("definition.duplicate", ':A skos:definition "Same." . :B skos:definition "Same." .', '"Same." . :B',
            ':A skos:definition "Same." . :B skos:definition "Other." .'),
    Example("definition.lowercase", ':A obo:IAO_0000115 "small" .', '"small"', ':A obo:IAO_0000115 "Capital" .'),
    Example("definition.placeholder", ':A rdfs:comment "TBD." .', '"TBD."', ':A rdfs:comment "To be decided by a judge." .'),
    Example("definition.repeats-label", ':A skos:definition "Alpha." .', '"Alpha."', ':A skos:definition "The first." .'),
    Example("synonym.duplicate-exact", ':A oio:hasExactSynonym "x" . :B oio:hasExactSynonym "x" .', '"x" . :B',
            ':A oio:hasExactSynonym "x" . :B oio:hasBroadSynonym "x" .'),
    Example("synonym.same-as-label", ':B oio:hasExactSynonym "alpha"@en .', '"alpha"@en . :B', ':B oio:hasExactSynonym "alph"@en .'),
    Example("synonym.two-scopes", ':A oio:hasBroadSynonym "x" ; oio:hasRelatedSynonym "x" .', '"x" ; oio',
            ':A oio:hasBroadSynonym "x" ; oio:hasRelatedSynonym "y" .'),
    Example("synonym.undeclared-type", ":A oio:hasSynonymType :abbr .", ":abbr",
            ":A oio:hasSynonymType :abbr . :abbr rdfs:subPropertyOf oio:SynonymTypeProperty ."),
    Example("annotation.undeclared-subset", ":A oio:inSubset :slim .", ":slim",
            ":A oio:inSubset :slim . :slim rdfs:subPropertyOf oio:SubsetProperty ."),
    Example("annotation.invalid-reference", ':A oio:hasDbXref "see the book" .', '"see', ':A oio:hasDbXref "ISBN:0198" .'),
    Example("ontology.undeclared", ":ann :tuches :bob .", ":bob .", ":ann :p :bob ."),
    Example("ontology.two-kinds", ":p a owl:DatatypeProperty .", "owl:ObjectProperty ; rdfs:label \"touches", ":p a owl:FunctionalProperty ."),
    Example("ontology.unconnected", ":D a owl:Class .", "owl:Class", ":D a owl:Class ; rdfs:subClassOf :A ."),
    Example("ontology.missing-import", ":o a owl:Ontology ; owl:imports <http://e.org/gone> .", "<http://e.org/gone>", ":o a owl:Ontology ."),
    Example("ontology.self-import", ":o a owl:Ontology ; owl:imports :o .", ":o .", ":o a owl:Ontology ; owl:imports :x ."),
    Example("ontology.import-cycle", ":o a owl:Ontology ; owl:imports :x . :x a owl:Ontology ; owl:imports :o .", ":x . :x",
            ":o a owl:Ontology ; owl:imports :x . :x a owl:Ontology ."),
    Example("deprecation.not-boolean", ':A owl:deprecated "yes" .', '"yes"', ":A owl:deprecated true ."),
    Example("deprecation.class-in-use", ":A owl:deprecated true . :B rdfs:subClassOf :A .", ":A .", ":B owl:deprecated true . :B rdfs:label \"x\"@fr ."),
    Example("deprecation.property-in-use", ":p owl:deprecated true . :ann :p :bob .", ":bob .", ":p owl:deprecated true . :ann :q :bob ."),
    Example("deprecation.missing-mark", ":A owl:deprecated true .", '"alpha"@en . :B', ':D owl:deprecated true ; rdfs:label "obsolete delta"@en .'),
    Example("deprecation.misused-mark", ':D rdfs:label "obsolete delta"@en .', '"obsolete', ':D owl:deprecated true ; rdfs:label "obsolete delta"@en .'),
    Example("deprecation.misused-replacement", ":A obo:IAO_0100001 :B .", ":B .", ":A owl:deprecated true ; obo:IAO_0100001 :B ."),
    Example("deprecation.several-replacements", ":A owl:deprecated true ; obo:IAO_0100001 :B , :C .", ":B , :C",
            ":A owl:deprecated true ; obo:IAO_0100001 :B ; oio:consider :C ."),
    Example("deprecation.unknown-replacement", ":A owl:deprecated true ; obo:IAO_0100001 :Gone .", ":Gone", ":A owl:deprecated true ; obo:IAO_0100001 :B ."),
    Example("hierarchy.cycle", ":A rdfs:subClassOf :B . :B rdfs:subClassOf :A .", ":B . :B", ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C ."),
    Example("hierarchy.missing-superclass", ":D a owl:Class ; rdfs:label \"delta\"@en .", "owl:Class ; rdfs:label \"delta", ":D a owl:Class ; rdfs:subClassOf :A ."),
    Example("hierarchy.several-superclasses", ":A rdfs:subClassOf :B , :C .", ":B , :C", ":A rdfs:subClassOf :B ."),
    Example("hierarchy.redundant-superclass", ":A rdfs:subClassOf :C , :B . :B rdfs:subClassOf :C .", ":C , :B", ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C ."),
    Example("hierarchy.equivalent-pair", ":A owl:equivalentClass :B .", ":B .", ":A owl:equivalentClass [ owl:unionOf ( :B :C ) ] ."),
    Example("hierarchy.synonym-classes", ":A owl:equivalentClass :B .", ":B .", ":A owl:equivalentClass obo:B ."),
    Example("hierarchy.equivalent-and-below", ":A owl:equivalentClass obo:B ; rdfs:subClassOf obo:B .", "obo:B ; rdfs", ":A owl:equivalentClass obo:B ; rdfs:subClassOf :C ."),
    Example("hierarchy.no-genus", ":A owl:equivalentClass [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ] .", "[ a owl:R",
            ":A owl:equivalentClass [ owl:intersectionOf ( :C [ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :B ] ) ] ."),
    Example("hierarchy.several-equivalents", ":A owl:equivalentClass :B , :C .", ":B , :C", ":A owl:equivalentClass :B ."),
    Example("hierarchy.several-definitions", ":A owl:equivalentClass [ owl:intersectionOf ( :B :C ) ] , [ owl:intersectionOf ( :C ) ] .", "[ owl:intersectionOf ( :B",
            ":A owl:equivalentClass [ owl:intersectionOf ( :B :C ) ] ."),
    Example("hierarchy.self-definition", ":A owl:equivalentClass [ owl:intersectionOf ( :B :A ) ] .", "[ owl:intersectionOf", ":A owl:equivalentClass [ owl:intersectionOf ( :B :C ) ] ."),
    Example("hierarchy.no-disjointness", " ".join(f":X{n} a owl:Class ." for n in range(10)), "owl:Class ; rdfs:label \"alpha",
            " ".join(f":X{n} a owl:Class ." for n in range(10)) + " :A owl:disjointWith :B ."),
    Example("hierarchy.only-values", ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] .", "[ owl:onProperty",
            ":A rdfs:subClassOf [ owl:onProperty :p ; owl:allValuesFrom :B ] , [ owl:onProperty :p ; owl:someValuesFrom :B ] ."),
    Example("hierarchy.some-not", ":A rdfs:subClassOf [ owl:onProperty :p ; owl:someValuesFrom [ owl:complementOf :B ] ] .", "[ owl:onProperty",
            ":A rdfs:subClassOf [ owl:complementOf [ owl:onProperty :p ; owl:someValuesFrom :B ] ] ."),
    Example("property.named-is", ":isA a owl:ObjectProperty .", "owl:ObjectProperty .", ":isAbove a owl:ObjectProperty ."),
    Example("property.inverse-mismatch", ":p rdfs:domain :A ; owl:inverseOf :q . :q rdfs:range :B .", ":q . :q", ":p rdfs:domain :A ; owl:inverseOf :q . :q rdfs:range :A ."),
    Example("property.missing-domain-or-range", ":r a owl:ObjectProperty ; rdfs:domain :A .", "owl:ObjectProperty ; rdfs:domain", ":r a owl:ObjectProperty ; rdfs:domain :A ; rdfs:range :A ."),
    Example("property.no-inverse", ":r a owl:ObjectProperty .", "owl:ObjectProperty .", ":r a owl:ObjectProperty ; owl:inverseOf :p ."),
    Example("property.several-domains", ":p rdfs:domain :A , :B .", ":A , :B", ":p rdfs:domain [ owl:unionOf ( :A :B ) ] ."),
    Example("property.several-ranges", ":p rdfs:range :A , :B .", ":A , :B", ":p rdfs:range :A ."),
    Example("property.own-inverse", ":p owl:inverseOf :p .", ":p .", ":p owl:inverseOf :q ."),
    Example("property.symmetric-inverse", ":p a owl:SymmetricProperty ; owl:inverseOf :q .", ":q .", ":p owl:inverseOf :q ."),
    Example("property.equivalent-mismatch", ":p rdfs:domain :A ; owl:equivalentProperty :q . :q rdfs:domain :B .", ":q . :q", ":p rdfs:domain :A ; owl:equivalentProperty :q . :q rdfs:domain :A ."),
    Example("property.symmetric-mismatch", ":p a owl:SymmetricProperty ; rdfs:domain :A ; rdfs:range :B .", "owl:SymmetricProperty", ":p a owl:SymmetricProperty ; rdfs:domain :A ; rdfs:range :A ."),
    Example("property.transitive-mismatch", ":p a owl:TransitiveProperty ; rdfs:domain :A ; rdfs:range :B .", "owl:TransitiveProperty",
            ":p a owl:TransitiveProperty ; rdfs:domain :A ; rdfs:range :B . :A rdfs:subClassOf :B ."),
    Example("property.short-chain", ":p owl:propertyChainAxiom ( :q ) .", "( :q )", ":p owl:propertyChainAxiom ( :q :q ) ."),
    Example("name.two-concepts", ":ManAndWoman a owl:Class .", "owl:Class .", ":Andorran a owl:Class ."),
    Example("name.miscellaneous", ":OtherThing a owl:Class .", "owl:Class .", ":Otherworld a owl:Class ."),
    Example("name.mixed-styles", " ".join(f":Name{n} a owl:Class ." for n in range(9)) + " :odd_name a owl:Class .", "owl:Class .",
            " ".join(f":Name{n} a owl:Class ." for n in range(9)) + " :OddName a owl:Class ."),
    Example("name.repeats-datatype", ":Integer a owl:Class .", "owl:Class .", ":Integration a owl:Class ."),
    Example("name.redefines-builtin", "rdf:type rdfs:range owl:Class .", "owl:Class .", "owl:Class rdfs:label \"class\"@en ."),
    Example("name.unknown-builtin", ':A rdfs:lable "x" .', '"x"', ':A rdfs:comment "x" ; rdf:_1 "y" .'),
    Example("name.invalid-obo", "<http://purl.org/obo/X_1> a owl:Class .", "owl:Class .", "<http://purl.obolibrary.org/obo/X_1> a owl:Class ."),
    Example("metadata.no-header", "", "owl:Class ; rdfs:label \"alpha", ":o a owl:Ontology ."),
    Example("metadata.unnamed-ontology", "[] a owl:Ontology .", "owl:Ontology", ":o a owl:Ontology ."),
    Example("metadata.missing-title", ":o a owl:Ontology .", "owl:Ontology", ':o a owl:Ontology ; dcterms:title "K" .'),
    Example("metadata.missing-description", ":o a owl:Ontology .", "owl:Ontology", ':o a owl:Ontology ; dcterms:description "K" .'),
    Example("metadata.missing-licence", ":o a owl:Ontology .", "owl:Ontology", ':o a owl:Ontology ; dcterms:license <http://e.org/l> .'),
    Example("metadata.file-extension", "<http://e.org/o.owl> a owl:Ontology .", "owl:Ontology", "<http://e.org/o> a owl:Ontology ."),
    Example("metadata.old-dublin-core", ':A dc:title "x" .', '"x"', ':A dcterms:title "x" .'),
    Example("metadata.illegal-date", ':A dcterms:created "last week" .', '"last', ':A dcterms:created "2026-01-31"^^xsd:date .'),
    Example("metadata.text-for-iri", ':A dcterms:contributor "Ann" .', '"Ann" .', ":A dcterms:contributor <http://e.org/ann> ."),
    Example("metadata.text-for-link", ':A rdfs:seeAlso "the book" .', '"the book"', ":A rdfs:seeAlso <http://e.org/book> ."),
    Example("metadata.taxon", ":A obo:RO_0002161 :B .", ":B .", ":A obo:RO_0002161 obo:NCBITaxon_9606 ."),
    Example("metadata.tracker", ':A obo:IAO_0000233 "issue 7" .', '"issue', ':A obo:IAO_0000233 "https://e.org/7"^^xsd:anyURI .'),
    Example("wording.missing-label", ':x dcterms:title "x" .', '"x" .', ':x dcterms:title "x" ; rdfs:label "x"@fr .', "obo"),
    Example("label.duplicate", ':cid a :A ; rdfs:label "Ann"@en .', '"Ann"@en . :bob', ':cid rdfs:label "Ann"@de .', "obo"),
    Example("label.multiple", ':A rdfs:label "aleph"@he .', '"aleph"', ':A skos:altLabel "aleph"@en .', "obo"),
    Example("privacy.contact", ':ann :mail "ann.smith@mail-host.net" .', '"ann.smith', ':ann :mail "info@mail-host.net" , "ann@example.org" .'),
    Example("privacy.contact", ':ann :phone "030 123456-7" .', '"030', ':ann :room "030 123456-7" .'),
    Example("privacy.contact", ':ann :tel "+44 20 7946 0958" .', '"+44', ':ann :height "+44" .'),
    Example("privacy.contact", ':ann :streetAddress "High Street 7" .', '"High', ':ann :streetAddress "unknown" ; :ipAddress "10.0.0.1" .'),
    Example("privacy.identifier", ':ann :account "DE89 3704 0044 0532 0130 00" .', '"DE89', ':ann :account "DE88 3704 0044 0532 0130 00" .'),
    Example("privacy.identifier", ':ann :creditCard "4111 1111 1111 1111" .', '"4111', ':ann :creditCard "4111 1111 1111 1112" ; :code "4111111111111111" .'),
    Example("privacy.identifier", ':ann :ssn "078-05-1120" .', '"078', ':ann :isbn "000-05-1120" .'),
    Example("privacy.birth-date", ':ann :born "1990-02-03"^^xsd:date .', '"1990', ':ann :born "1990-02-03"^^xsd:date ; :died "2020-01-01"^^xsd:date .'),
    Example("privacy.birth-date", ":ann :bornIn 1990 .", "1990", ":ann :bornIn 1850 . :bob :birthPlace 1990 ."),
]  # fmt: skip


def lint(text: str, profile: LintProfile) -> list[Violation]:
    project = Project.from_files(ontologies=[text], base="https://example.org/k#", name="k")
    assert project.violations == (), project.violations
    domain = project.get_domain()
    return find_lint(domain.triples, locate=project.locate, domain="k", profile=profile)


def find_place(text: str, part: str) -> tuple[int, int]:
    position = text.rindex(part)
    return text.count("\n", 0, position) + 1, position - text.rfind("\n", 0, position)


@pytest.mark.parametrize("example", EXAMPLES, ids=[f"{n}-{e.code}" for n, e in enumerate(EXAMPLES)])
def test_a_fault_is_found_at_its_place_and_not_in_its_clean_twin(example: Example) -> None:
    text = f"{HEAD}{NAMES}{example.fault}\n"
    found = [violation for violation in lint(text, example.profile) if violation.code == example.code]
    place = find_place(text, example.at)
    about = {v.focus for v in found if v.location is not None and (v.location.line, v.location.column) == place}
    assert about, (place, [(v.message, str(v.location)) for v in found])
    clean = [v for v in lint(f"{HEAD}{NAMES}{example.clean}\n", example.profile) if v.code == example.code]
    assert not about & {violation.focus for violation in clean}, [v.message for v in clean]


def test_each_message_is_a_plain_sentence() -> None:
    for example in EXAMPLES:
        for violation in lint(f"{HEAD}{NAMES}{example.fault}\n", "strict"):
            assert violation.message.endswith((".", "?", ":")) or "“" in violation.message, violation.message
            assert "<http" not in violation.message and "^^" not in violation.message, violation.message
            assert violation.fix or violation.why, violation.code


def test_suggestions_are_never_more_than_suggestions() -> None:
    for check in CHECKS.values():
        if check.heuristic:
            assert set(check.severities.values()) <= {"info", "off"}, check.code
        assert check.severities["strict"] != "off", f"{check.code}: strict has everything"


def test_with_defaults_only_what_matters_is_a_warning() -> None:
    """Style and the customs of the OBO Foundry are silent for an ordinary expert."""
    loud = {code for code, check in CHECKS.items() if check.severities["default"] in ("error", "warning")}
    assert not [code for code in loud if code.startswith(("definition.", "synonym.", "metadata.", "annotation."))]
