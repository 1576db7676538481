"""Defects to plant in copies of real projects: each with its smallest sets, and with a clean twin.

A set is given by what stands on its lines: the text of a line must hold the snippet. Lines whose text begins with
``rule `` or ``constraint `` are those at which rules begin.
"""

from __future__ import annotations

from typing import NamedTuple

__all__ = ["DEFECTS", "PREFIXES", "Defect"]

PREFIXES = """\
@prefix : <https://example.org/planets#> .
@prefix k: <https://example.org/kinship#> .
@prefix ai: <http://ai-act.eu/ai#> .
@prefix adms: <http://www.w3.org/ns/adms#> .
@prefix dcat: <http://www.w3.org/ns/dcat#> .
@prefix dct: <http://purl.org/dc/terms/> .
@prefix foaf: <http://xmlns.com/foaf/0.1/> .
@prefix spdx: <http://spdx.org/rdf/terms#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix r: <http://data.europa.eu/r5r#> .
"""


class Defect(NamedTuple):
    """``shapes``, ``axioms`` and ``rules`` are files added to a copy of ``project``; ``{x}`` stands for ``bad``, in
    the clean twin for ``good``. ``sets`` are the smallest conflicting sets of which each finding must have one."""

    name: str
    project: str
    code: str
    sets: tuple[frozenset[str], ...]
    bad: str
    good: str
    shapes: str = ""
    axioms: str = ""
    rules: str = ""
    edits: tuple[tuple[str, str, str], ...] = ()


def one_of(*sets: tuple[str, ...]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset(lines) for lines in sets)


_UNSATISFIABLE = [
    Defect(
        "counts across two property shapes", "planets", "shape.unsatisfiable",
        one_of(("sh:minCount 2", "sh:maxCount 1")), "2", "1",
        shapes=":MoonShape sh:property [\n sh:path :orbits ;\n sh:minCount {x} ;\n ] .",
    ),
    Defect(
        "no whole number between two bounds", "planets", "shape.unsatisfiable",
        one_of(("sh:minCount 1", "sh:datatype xsd:integer", "sh:minExclusive 0", "sh:maxExclusive 1")), "1", "2",
        shapes=":BodyShape sh:property [\n sh:path :diameter ;\n sh:minCount 1 ;\n sh:maxExclusive {x} ;\n ] .",
    ),
    Defect(
        "a list below the minimum", "kinship", "shape.unsatisfiable",
        one_of(("sh:minCount 1", "sh:minInclusive 1000", "sh:in")), "950", "1950",
        shapes="k:PersonBirth\n sh:in ( 900 {x} ) .",
    ),
    Defect(
        "nested conditions", "kinship", "shape.unsatisfiable",
        one_of(("sh:minCount 1 ; # outer", "sh:minCount 1 ; # inner", "sh:maxExclusive 1000", "sh:minInclusive 1000")),
        "1000", "1100",
        shapes="k:HeirShape a sh:NodeShape ; sh:targetClass k:Heir ; sh:property [\n sh:path k:knows ;\n"
        " sh:minCount 1 ; # outer\n sh:node k:NobodyShape ] .\n"
        "k:NobodyShape a sh:NodeShape ; sh:property [\n sh:path k:age ;\n sh:minCount 1 ; # inner\n"
        " sh:maxExclusive {x} ;\n ], [\n sh:path k:age ;\n sh:minInclusive 1000 ;\n ] .",
        axioms="k:Heir a owl:Class . k:knows a owl:ObjectProperty . k:age a owl:DatatypeProperty .",
    ),
    Defect(
        "a datatype and a kind of node", "dcat2", "shape.unsatisfiable",
        one_of(("sh:minCount 1", "sh:datatype xsd:hexBinary", "sh:nodeKind sh:IRI")), "IRI", "Literal",
        shapes="r:Checksum_Shape sh:property [\n sh:path spdx:checksumValue ;\n sh:nodeKind sh:{x} ;\n ] .",
    ),
    Defect(
        "closed, but another property is required", "dcat3", "shape.unsatisfiable",
        one_of(("sh:closed true", "sh:minCount 1")), "", "dct:title",
        shapes="r:OtherShape a sh:NodeShape ; sh:targetClass r:Other ;\n sh:closed true ;\n"
        " sh:ignoredProperties ( rdf:type {x} ) ;\n"
        " sh:node [ sh:property [\n sh:path dct:title ;\n sh:minCount 1 ;\n ] ] .",
    ),
    Defect(
        "a pattern longer than allowed", "eu-ai-act", "shape.unsatisfiable",
        one_of(("sh:minCount 1", "sh:pattern", "sh:maxLength")), "8", "20",
        shapes="ai:ReferenceShape a sh:NodeShape ; sh:targetClass ai:Reference ; sh:property [\n"
        " sh:path ai:reference ;\n sh:minCount 1 ;\n sh:pattern \"^Article [0-9]+\\\\([0-9]\\\\)$\" ;\n"
        " sh:maxLength {x} ;\n ] .",
    ),
    Defect(
        "not what it must be", "eu-ai-act", "shape.unsatisfiable",
        one_of(("sh:nodeKind sh:IRI ;", "sh:not")), "IRI", "Literal",
        shapes="ai:IntelligentSystemShape\n sh:not [ sh:nodeKind sh:{x} ] .",
    ),
    Defect(
        "a cycle of less than", "kinship", "shape.unsatisfiable",
        one_of(("sh:minCount 1 ; # start", "sh:lessThan k:stop", "sh:minCount 1 ; # stop", "sh:lessThan k:start")),
        "start", "after",
        shapes="k:SpanShape a sh:NodeShape ; sh:targetClass k:Span ; sh:property [\n sh:path k:start ;\n"
        " sh:minCount 1 ; # start\n sh:lessThan k:stop ;\n ], [\n sh:path k:stop ;\n sh:minCount 1 ; # stop\n"
        " sh:lessThan k:{x} ;\n ] .",
        axioms="k:Span a owl:Class . k:start a owl:DatatypeProperty . k:stop a owl:DatatypeProperty . "
        "k:after a owl:DatatypeProperty .",
    ),
    Defect(
        "more qualified values than values", "planets", "shape.unsatisfiable",
        one_of(("sh:qualifiedMinCount 2", "sh:maxCount 1")), "2", "1",
        shapes=":MoonShape sh:property [\n sh:path :orbits ;\n"
        " sh:qualifiedValueShape [ sh:class :CelestialBody ] ;\n sh:qualifiedMinCount {x} ;\n ] .",
    ),
    Defect(
        "a required value that is not listed", "dcat3", "shape.unsatisfiable",
        one_of(("sh:hasValue", "sh:in")), "r:b", "r:a r:b",
        shapes="r:Agent_Shape sh:property [\n sh:path r:status ;\n sh:hasValue r:a ;\n sh:in ( {x} ) ;\n ] .",
    ),
    Defect(
        "two lists without a common member", "eu-ai-act", "shape.unsatisfiable",
        one_of(("sh:minCount 1", "sh:in ( ai:A", "sh:in ( ai:C")), "ai:D", "ai:B",
        shapes="ai:TieredShape a sh:NodeShape ; sh:targetClass ai:Tiered ; sh:property [\n sh:path ai:tier ;\n"
        " sh:minCount 1 ;\n sh:in ( ai:A ai:B ) ;\n ], [\n sh:path ai:tier ;\n sh:in ( ai:C {x} ) ;\n ] .",
    ),
    Defect(
        "a value of a class and yet a text", "dcat2", "shape.no-value",
        one_of(("sh:class foaf:Agent", "sh:datatype xsd:string")), "sh:datatype xsd:string", "sh:nodeKind sh:IRI",
        shapes="r:OtherShape a sh:NodeShape ; sh:targetClass r:Other ; sh:property [\n sh:path r:keeper ;\n"
        " sh:class foaf:Agent ;\n ], [\n sh:path r:keeper ;\n {x} ;\n ] .",
    ),
]  # fmt: skip

_PAIRS = [
    Defect(
        "a subclass must have what its superclass forbids", "planets", "shape.contradictory-pair",
        one_of(("sh:maxCount 0", "sh:minCount 1", "rdfs:subClassOf :CelestialBody")), "0", "1",
        shapes=":FixedShape a sh:NodeShape ; sh:targetClass :CelestialBody ; sh:property [\n sh:path :orbits ;\n"
        " sh:maxCount {x} ;\n ] .",
    ),
    Defect(
        "two shapes of one class", "dcat2", "shape.contradictory-pair",
        one_of(("sh:maxCount 0", "sh:minCount 1")), "0", "3",
        shapes="r:PortalShape a sh:NodeShape ; sh:targetClass dcat:Catalog ; sh:property [\n sh:path dct:title ;\n"
        " sh:maxCount {x} ;\n ] .",
    ),
    Defect(
        "two shapes of one class about counts", "dcat3", "shape.contradictory-pair",
        one_of(("sh:minCount 2", "sh:maxCount 1")), "2", "1",
        shapes="r:PortalShape a sh:NodeShape ; sh:targetClass dcat:Catalog ; sh:property [\n"
        " sh:path dct:publisher ;\n sh:minCount {x} ;\n ] .",
    ),
    Defect(
        "kinds of nodes through a subclass", "eu-ai-act", "shape.contradictory-pair",
        one_of(("sh:nodeKind sh:BlankNode ;", "sh:nodeKind sh:IRI ;", "rdfs:subClassOf <http://ai-act.eu/ai#Intell")),
        "BlankNode ;", "BlankNodeOrIRI ;",
        shapes="ai:GeneralShape a sh:NodeShape ;\n sh:nodeKind sh:{x}\n sh:targetClass ai:GeneralPurposeAIModel .",
    ),
    Defect(
        "labels in two languages, but only one label", "eu-ai-act", "shape.contradictory-pair",
        one_of(("sh:maxCount 1", "sh:minCount 2")), "1", "2",
        shapes="ai:LabelShape a sh:NodeShape ; sh:targetClass ai:RiskLevel ; sh:property [\n sh:path rdfs:label ;\n"
        " sh:maxCount {x} ;\n ] .",
    ),
    Defect(
        "objects of a property", "planets", "shape.contradictory-pair",
        one_of(
            ("sh:maxCount 0", "sh:minCount 1", "rdfs:range :Moon"),
            ("sh:maxCount 0", "sh:minCount 1", "sh:class :Planet", "rule moon-of-planet"),
        ),
        "0", "2",
        shapes=":HostedShape a sh:NodeShape ; sh:targetObjectsOf :hasMoon ; sh:property [\n sh:path :orbits ;\n"
        " sh:maxCount {x} ;\n ] .",
    ),
    Defect(
        "one individual and its class", "kinship", "shape.contradictory-pair",
        one_of(("sh:maxInclusive 900", "sh:minInclusive 1000", "sh:minCount 1", "a k:Man", "rdfs:subClassOf k:Person")),
        "900", "1900",
        shapes="k:AdamShape a sh:NodeShape ; sh:targetNode k:adam ; sh:property [\n sh:path k:bornIn ;\n"
        " sh:maxInclusive {x} ;\n ] .",
        axioms="k:adam\n a k:Man ;\n k:bornIn 1100 ; rdfs:label \"Adam\"@en, \"Adam\"@de .",
    ),
    Defect(
        "subjects of a property", "kinship", "shape.contradictory-pair",
        one_of(("sh:minCount 1", "sh:maxCount 0")), "0", "2",
        shapes="k:PenShape a sh:NodeShape ; sh:targetSubjectsOf k:penName ; sh:property [\n sh:path k:wrote ;\n"
        " sh:maxCount {x} ;\n ] .\nk:AuthorShape a sh:NodeShape ; sh:targetSubjectsOf k:penName ; sh:property [\n"
        " sh:path k:wrote ;\n sh:minCount 1 ;\n ] .",
        axioms="k:penName a owl:DatatypeProperty . k:wrote a owl:ObjectProperty .",
    ),
]  # fmt: skip

_ONTOLOGY = [
    Defect(
        "a class disjoint with the range", "planets", "shape.against-ontology",
        one_of(("sh:minCount 1", "sh:class :Star", "rdfs:range :Moon", "owl:disjointWith :Moon")),
        "Star", "CelestialBody",
        shapes=":HostShape a sh:NodeShape ; sh:targetClass :Planet ; sh:property [\n sh:path :hasMoon ;\n"
        " sh:minCount 1 ;\n sh:class :{x} ;\n ] .",
    ),
    Defect(
        "two values of a functional property", "planets", "shape.against-ontology",
        one_of(("sh:minCount 2", "a owl:FunctionalProperty")), "2", "1",
        shapes=":MeasuredShape a sh:NodeShape ; sh:targetClass :Planet ; sh:property [\n sh:path :mass ;\n"
        " sh:minCount {x} ;\n ] .",
        axioms=":mass a owl:DatatypeProperty ;\n a owl:FunctionalProperty .",
    ),
    Defect(
        "a class outside of the domain", "planets", "shape.against-ontology",
        one_of(("sh:minCount 1", "rdfs:domain :Planet", "owl:disjointWith :Planet")), "Star", "Planet",
        shapes=":SystemShape a sh:NodeShape ; sh:targetClass :{x} ; sh:property [\n sh:path :hasMoon ;\n"
        " sh:minCount 1 ;\n ] .",
    ),
    Defect(
        "another datatype than the range", "eu-ai-act", "shape.against-ontology",
        one_of(("sh:minCount 1", "sh:datatype xsd:integer", "rdfs:range xsd:string")), "integer", "string",
        shapes="ai:DocumentShape a sh:NodeShape ; sh:targetClass ai:DocumentationRequirement ; sh:property [\n"
        " sh:path ai:hasDocumentationType ;\n sh:minCount 1 ;\n sh:datatype xsd:{x} ;\n ] .",
    ),
    Defect(
        "more values than a restriction allows", "planets", "shape.against-ontology",
        one_of(("sh:minCount 4", "rdfs:subClassOf [")), "4", "3",
        shapes=":BoundShape a sh:NodeShape ; sh:targetClass :Moon ; sh:property [\n sh:path :belongsTo ;\n"
        " sh:minCount {x} ;\n ] .",
        axioms=":Moon\n rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :belongsTo ; "
        "owl:maxCardinality \"3\"^^xsd:nonNegativeInteger ] .",
    ),
    Defect(
        "a purpose that is a context", "eu-ai-act", "shape.against-ontology",
        one_of(("sh:minCount 1", "sh:class ai:Purpose", "rdfs:range <http://ai-act.eu/ai#Depl", "owl:disjointWith")),
        "Purpose", "ContextOrPurpose",
        shapes="ai:OverrideShape a sh:NodeShape ; sh:targetClass ai:IntelligentSystem ; sh:property [\n"
        " sh:path ai:hasScopeOverride ;\n sh:minCount 1 ;\n sh:class ai:{x} ;\n ] .",
    ),
    Defect(
        "a thing where the ontology has values", "eu-ai-act", "shape.against-ontology",
        one_of(
            ("sh:class ai:Actor", "<http://ai-act.eu/ai#hasHttpIri> rdf:type owl:DatatypeProperty"),
            ("sh:class ai:Actor", "rdfs:range xsd:string"),
        ),
        "sh:class ai:Actor", "sh:maxLength 2000",
        shapes="ai:AddressShape a sh:NodeShape ; sh:targetClass ai:Identifiable ; sh:property [\n"
        " sh:path ai:hasHttpIri ;\n {x} ;\n ] .",
    ),
    Defect(
        "years against a constraint", "kinship", "shape.against-ontology",
        one_of((
            "sh:minCount 1 ; # born", "sh:minInclusive 1900", "sh:minCount 1 ; # died", "sh:maxInclusive 1800",
            "constraint death-not-before-birth",
        )),
        "1800", "1950",
        shapes="k:ModernShape a sh:NodeShape ; sh:targetClass k:Modern ; sh:property [\n sh:path k:bornIn ;\n"
        " sh:minCount 1 ; # born\n sh:minInclusive 1900 ;\n ], [\n sh:path k:diedIn ;\n sh:minCount 1 ; # died\n"
        " sh:maxInclusive {x} ;\n ] .",
        axioms="k:Modern a owl:Class .",
    ),
    Defect(
        "a marriage among the partners", "kinship", "shape.against-ontology",
        one_of(("sh:hasValue k:wedding", "rdfs:range k:Person", "a k:Marriage", "a owl:AllDisjointClasses")),
        "wedding", "someone",
        shapes="k:UnionShape a sh:NodeShape ; sh:targetClass k:Union ; sh:property [\n sh:path k:admires ;\n"
        " sh:hasValue k:{x} ;\n ] .",
        axioms="k:Union a owl:Class . k:wedding\n a k:Marriage .\n"
        "k:admires a owl:ObjectProperty ;\n rdfs:range k:Person .",
    ),
]  # fmt: skip

_RULES = [
    Defect(
        "a value at the lower bound", "planets", "rule.violates-shape",
        one_of(("rule flat", "sh:minExclusive 0")), "0", "1",
        shapes=":ShadowShape a sh:NodeShape ; sh:targetClass :Planet ; sh:property [\n sh:path :shadow ;\n"
        " sh:minExclusive 0 ;\n ] .",
        axioms=":shadow a owl:DatatypeProperty .",
        rules="rule flat\n en \"A planet that orbits something has a shadow.\"\n"
        " Planet(?p) ^ orbits(?p, ?s) -> shadow(?p, {x})",
    ),
    Defect(
        "a sum beyond the maximum", "kinship", "rule.violates-shape",
        one_of(("rule centenary", "sh:maxInclusive 2190")), "100", "90",
        shapes="k:CentenaryShape a sh:NodeShape ; sh:targetClass k:Person ; sh:property [\n sh:path k:centenary ;\n"
        " sh:maxInclusive 2190 ;\n ] .",
        axioms="k:centenary a owl:DatatypeProperty .",
        rules="rule centenary\n en \"A feast is due so many years after birth.\"\n"
        " Person(?x) ^ bornIn(?x, ?b) ^ ?d = ?b + {x} -> centenary(?x, ?d)",
    ),
    Defect(
        "a second value", "kinship", "rule.violates-shape",
        one_of(("rule feast", "sh:maxCount 1")), "marriedIn(?m, ?y) ^ hasPartner(?m, ?x)", "bornIn(?x, ?y)",
        shapes="k:FeastShape a sh:NodeShape ; sh:targetClass k:Person ; sh:property [\n sh:path k:feastIn ;\n"
        " sh:maxCount 1 ;\n ] .",
        axioms="k:feastIn a owl:DatatypeProperty .",
        rules="rule feast\n en \"There was a feast in that year.\"\n Person(?x) ^ {x} -> feastIn(?x, ?y)",
    ),
    Defect(
        "a value that is not listed", "planets", "rule.violates-shape",
        one_of(("rule kind-of-planet", "sh:in")), '"sun"', '"planet"',
        shapes=":KindShape a sh:NodeShape ; sh:targetClass :CelestialBody ; sh:property [\n sh:path :kind ;\n"
        " sh:in ( \"moon\" {x} ) ;\n ] .",
        axioms=":kind a owl:DatatypeProperty .",
        rules="rule kind-of-planet\n en \"A planet is of the kind planet.\"\n"
        " Planet(?p) ^ hasMoon(?p, ?m) -> kind(?p, \"planet\")",
    ),
    Defect(
        "values that must differ", "kinship", "rule.violates-shape",
        one_of(("rule trusts", "sh:disjoint k:hasSibling")), "hasSibling", "fearedOnly",
        shapes="k:TrustShape a sh:NodeShape ; sh:targetClass k:Person ; sh:property [\n sh:path k:trusts ;\n"
        " sh:disjoint k:{x} ;\n ] .",
        axioms="k:trusts a owl:ObjectProperty . k:fearedOnly a owl:ObjectProperty .",
        rules="rule trusts\n en \"Siblings trust each other.\"\n"
        " hasSibling(?x, ?y) unless fearedOnly(?x, ?y) -> trusts(?x, ?y)",
        edits=(("workbench.yaml", "k:renounced]", "k:renounced, k:fearedOnly]"),),
    ),
    Defect(
        "a property that a closed shape does not list", "planets", "rule.violates-shape",
        one_of(("rule giant", "sh:closed true")), "", ":giant",
        shapes=":StarShape a sh:NodeShape ; sh:targetClass :Star ;\n sh:closed true ;\n"
        " sh:ignoredProperties ( rdf:type rdfs:label :diameter :belongsTo {x} ) .",
        axioms=":giant a owl:DatatypeProperty .",
        rules="rule giant\n en \"A large star is a giant.\"\n"
        " Star(?s) ^ diameter(?s, ?d) ^ ?d > 9000 -> giant(?s, true)",
    ),
    Defect(
        "a text where an individual of a class is due", "eu-ai-act", "rule.violates-shape",
        one_of(("rule exposed", "sh:class ai:ScopeExclusion")), '"military"', "ai:MilitaryExclusion",
        axioms="ai:MilitaryExclusion a ai:ScopeExclusion ; rdfs:label \"military\"@en, \"militar\"@es ;\n"
        " rdfs:comment \"Military use.\"@en ; ai:articleReference \"2(3)\" .\nai:isExposed a owl:DatatypeProperty .",
        rules="prefix ai: <http://ai-act.eu/ai#>\n"
        "rule exposed\n en \"Exposed contexts override the military exclusion.\"\n"
        " ai:DeploymentContext(?c) ^ ai:isExposed(?c, true) -> ai:overridesExclusion(?c, {x})",
    ),
    Defect(
        "a value that need not be in the class", "planets", "rule.violates-shape",
        one_of(("rule guards", "sh:class :Planet ;")), "orbits(?m, ?p)", "orbits(?m, ?p) ^ Planet(?p)",
        shapes=":GuardShape a sh:NodeShape ; sh:targetSubjectsOf :guards ; sh:property [\n sh:path :guards ;\n"
        " sh:class :Planet ;\n ] .",
        axioms=":guards a owl:ObjectProperty .",
        rules="rule guards\n en \"What orbits something guards it.\"\n {x} -> guards(?m, ?p)",
    ),
    Defect(
        "a wrong datatype", "dcat2", "rule.violates-shape",
        one_of(("rule coarse", "sh:datatype xsd:decimal")), "low", "rough",
        axioms="r:coarse a owl:DatatypeProperty . dcat:Dataset a owl:Class .\n"
        "dcat:spatialResolutionInMeters a owl:DatatypeProperty . r:rough a owl:DatatypeProperty .",
        rules="prefix r: <http://data.europa.eu/r5r#>\nprefix dcat: <http://www.w3.org/ns/dcat#>\n"
        "rule coarse\n en \"A coarse dataset has a low resolution.\"\n"
        " dcat:Dataset(?d) ^ r:coarse(?d, ?c) -> {property}(?d, \"{x}\")",
    ),
    Defect(
        "a class that fits nobody's values", "kinship", "rule.violates-shape",
        one_of(("rule ancient", "sh:maxInclusive 1200")), "1500", "1100",
        shapes="k:AncientShape a sh:NodeShape ; sh:targetClass k:Ancient ; sh:property [\n sh:path k:bornIn ;\n"
        " sh:maxInclusive 1200 ;\n ] .",
        axioms="k:Ancient a owl:Class .",
        rules="rule ancient\n en \"Whoever was born long ago is ancient.\"\n"
        " Person(?x) ^ bornIn(?x, ?b) ^ ?b < {x} -> Ancient(?x)",
    ),
]  # fmt: skip

DEFECTS = (*_UNSATISFIABLE, *_PAIRS, *_ONTOLOGY, *_RULES)
