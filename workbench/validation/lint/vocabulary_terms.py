"""The words of RDF, RDF Schema, OWL 2, XML Schema and SKOS: whatever else stands in these namespaces does not exist.

Sources: RDF 1.1 and 1.2 Concepts; RDF Schema 1.1; OWL 2 Mapping to RDF Graphs, table 3 of the Structural
Specification, and OWL 1; XML Schema Definition Language 1.1, part 2; SKOS Reference.
"""

from __future__ import annotations

from collections.abc import Mapping

from workbench.model.terms import OWL, RDF, RDFS, XSD
from workbench.validation.lint.vocabulary import SKOS

__all__ = ["WORDS"]

WORDS: Mapping[str, frozenset[str]] = {
    RDF: frozenset(
        "Alt Bag CompoundLiteral HTML JSON List PlainLiteral Property Seq Statement XMLLiteral dirLangString "
        "direction first langString language nil object predicate rest reifies subject type value".split()
    ),
    RDFS: frozenset(
        "Class Container ContainerMembershipProperty Datatype Literal Resource Proposition comment domain "
        "isDefinedBy label member range seeAlso subClassOf subPropertyOf".split()
    ),
    OWL: frozenset(
        "AllDifferent AllDisjointClasses AllDisjointProperties Annotation AnnotationProperty AsymmetricProperty "
        "Axiom Class DataRange DatatypeProperty DeprecatedClass DeprecatedProperty FunctionalProperty "
        "InverseFunctionalProperty IrreflexiveProperty NamedIndividual NegativePropertyAssertion Nothing "
        "ObjectProperty Ontology OntologyProperty ReflexiveProperty Restriction SymmetricProperty Thing "
        "TransitiveProperty allValuesFrom annotatedProperty annotatedSource annotatedTarget assertionProperty "
        "backwardCompatibleWith bottomDataProperty bottomObjectProperty cardinality complementOf "
        "datatypeComplementOf deprecated differentFrom disjointUnionOf disjointWith distinctMembers "
        "equivalentClass equivalentProperty hasKey hasSelf hasValue imports incompatibleWith intersectionOf "
        "inverseOf maxCardinality maxQualifiedCardinality members minCardinality minQualifiedCardinality onClass "
        "onDataRange onDatatype onProperties onProperty oneOf priorVersion propertyChainAxiom "
        "propertyDisjointWith qualifiedCardinality rational real sameAs someValuesFrom sourceIndividual "
        "targetIndividual targetValue topDataProperty topObjectProperty unionOf versionIRI versionInfo "
        "withRestrictions".split()
    ),
    XSD: frozenset(
        "ENTITIES ENTITY ID IDREF IDREFS NCName NMTOKEN NMTOKENS NOTATION Name QName anyAtomicType anySimpleType "
        "anyType anyURI base64Binary boolean byte date dateTime dateTimeStamp day dayTimeDuration decimal double "
        "duration float fractionDigits gDay gMonth gMonthDay gYear gYearMonth hexBinary int integer language "
        "length long maxExclusive maxInclusive maxLength minExclusive minInclusive minLength negativeInteger "
        "nonNegativeInteger nonPositiveInteger normalizedString pattern positiveInteger short string time token "
        "totalDigits unsignedByte unsignedInt unsignedLong unsignedShort yearMonthDuration assertion enumeration "
        "explicitTimezone hour minute month second timezoneOffset whiteSpace year bounded cardinality numeric ordered "
        "Assertions".split()
    ),
    SKOS: frozenset(
        "Collection Concept ConceptScheme OrderedCollection altLabel broadMatch broader broaderTransitive "
        "changeNote closeMatch definition editorialNote exactMatch example hasTopConcept hiddenLabel historyNote "
        "inScheme mappingRelation member memberList narrowMatch narrower narrowerTransitive notation note "
        "prefLabel related relatedMatch scopeNote semanticRelation topConceptOf".split()
    ),
}
"""The words of each namespace; besides them RDF has ``_1``, ``_2`` and so on."""
