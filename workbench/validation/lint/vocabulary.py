"""The words of RDF, OWL, SKOS and the OBO Foundry that checks look for, and the vocabularies that everybody has."""

from __future__ import annotations

from workbench.model.terms import DCTERMS, OWL, RDF, RDFS, SH, WB, XSD

__all__ = [
    "ANNOTATION_KINDS",
    "CLASS_KINDS",
    "DATA_KINDS",
    "DC",
    "DEPRECATED",
    "DISJOINT",
    "DOMAIN",
    "EQUIVALENT_CLASS",
    "EQUIVALENT_PROPERTY",
    "INVERSE",
    "OBJECT_KINDS",
    "OBO",
    "OIO",
    "ONTOLOGY",
    "OTHER_KINDS",
    "PHRASE",
    "PROPERTY_KINDS",
    "RANGE",
    "SKOS",
    "SUBCLASS",
    "SUBPROPERTY",
    "VOCABULARIES",
]

DC = "http://purl.org/dc/elements/1.1/"
SKOS = "http://www.w3.org/2004/02/skos/core#"
OBO = "http://purl.obolibrary.org/obo/"
OIO = "http://www.geneontology.org/formats/oboInOwl#"
PHRASE = f"<{WB}phrase>"
SUBCLASS, SUBPROPERTY = f"<{RDFS}subClassOf>", f"<{RDFS}subPropertyOf>"
DOMAIN, RANGE = f"<{RDFS}domain>", f"<{RDFS}range>"
EQUIVALENT_CLASS, EQUIVALENT_PROPERTY = f"<{OWL}equivalentClass>", f"<{OWL}equivalentProperty>"
DISJOINT, INVERSE = f"<{OWL}disjointWith>", f"<{OWL}inverseOf>"
DEPRECATED, ONTOLOGY = f"<{OWL}deprecated>", f"<{OWL}Ontology>"
CLASS_KINDS = (f"<{OWL}Class>", f"<{RDFS}Class>")
OBJECT_KINDS = tuple(
    f"<{OWL}{name}>"
    for name in (
        "ObjectProperty InverseFunctionalProperty TransitiveProperty SymmetricProperty AsymmetricProperty "
        "ReflexiveProperty IrreflexiveProperty"
    ).split()
)
DATA_KINDS = (f"<{OWL}DatatypeProperty>",)
ANNOTATION_KINDS = (f"<{OWL}AnnotationProperty>", f"<{OWL}OntologyProperty>")
OTHER_KINDS = (f"<{RDF}Property>", f"<{OWL}FunctionalProperty>")
PROPERTY_KINDS = (*OBJECT_KINDS, *DATA_KINDS, *ANNOTATION_KINDS, *OTHER_KINDS)
VOCABULARIES = tuple(
    f"<{namespace}"
    for namespace in (
        RDF,
        RDFS,
        OWL,
        XSD,
        SH,
        WB,
        DCTERMS,
        DC,
        SKOS,
        "http://www.w3.org/ns/prov#",
        "http://purl.org/vocab/vann/",
        "http://creativecommons.org/ns#",
        "http://www.w3.org/2003/11/swrl",
    )
)
"""Vocabularies that need no declaration in a project."""
