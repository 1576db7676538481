"""What the names of a domain are: classes, properties, individuals; and which triples are facts.

Sources: OWL 2 Web Ontology Language, Mapping to RDF Graphs, section 3 (declarations); RDF Schema 1.1.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.model.rules import Atom, Rule, RuleTest, iterate_atoms
from workbench.model.terms import (
    DCTERMS,
    OWL,
    RDF,
    RDF_TYPE,
    RDFS,
    SH,
    WB,
    XSD,
    Term,
    Triple,
    is_iri,
    is_literal,
)
from workbench.project.provenance import PROVENANCE_PREDICATES

__all__ = ["DECLARATIONS", "Kind", "Partition", "Vocabulary", "is_vocabulary", "partition_triples"]

Kind = Literal["class", "property", "annotation property", "datatype", "ontology", "individual"]

_SPACES = tuple(f"<{space}" for space in (RDF, RDFS, OWL, XSD, SH, WB, "http://www.w3.org/2003/11/swrl"))
_ANNOTATIONS = (
    f"<{WB}",
    f"<{DCTERMS}",
    f"<{RDFS}label>",
    f"<{RDFS}comment>",
    f"<{RDFS}seeAlso>",
    f"<{RDFS}isDefinedBy>",
    "<http://purl.org/dc/elements/1.1/",
    "<http://www.w3.org/2004/02/skos/core#",
    f"<{OWL}versionInfo>",
    f"<{OWL}versionIRI>",
    f"<{OWL}priorVersion>",
    f"<{OWL}backwardCompatibleWith>",
    f"<{OWL}incompatibleWith>",
    f"<{OWL}deprecated>",
    f"<{OWL}imports>",
)
_OBJECT_PROPERTY_TYPES = frozenset(
    f"<{OWL}{name}Property>"
    for name in (
        "Object", "InverseFunctional", "Transitive", "Symmetric", "Asymmetric", "Reflexive", "Irreflexive"
    )
)  # fmt: skip
DECLARATIONS: Mapping[Term, Kind] = {
    f"<{OWL}Class>": "class",
    f"<{RDFS}Class>": "class",
    f"<{RDFS}Datatype>": "datatype",
    f"<{RDF}Property>": "property",
    f"<{OWL}ObjectProperty>": "property",
    f"<{OWL}DatatypeProperty>": "property",
    f"<{OWL}AnnotationProperty>": "annotation property",
    f"<{OWL}NamedIndividual>": "individual",
    f"<{OWL}Ontology>": "ontology",
}
"""The types that only say what a name is; they hold whoever says so, and whatever is retired."""
_FUNCTIONAL = f"<{OWL}FunctionalProperty>"
_CLASS_PREDICATES = frozenset(
    f"<{text}>" for text in (RDFS + "subClassOf", OWL + "equivalentClass", OWL + "disjointWith", OWL + "hasKey")
)
_PROPERTY_PREDICATES = frozenset(
    f"<{text}>"
    for text in (
        RDFS + "domain", RDFS + "range", RDFS + "subPropertyOf", OWL + "inverseOf", OWL + "equivalentProperty",
        OWL + "propertyDisjointWith", OWL + "propertyChainAxiom",
    )
)  # fmt: skip
_ON_PROPERTY = f"<{OWL}onProperty>"
_PRECEDENCE: tuple[Kind, ...] = ("class", "property", "annotation property", "datatype", "ontology", "individual")


def is_vocabulary(term: Term) -> bool:
    """Tell whether a name belongs to RDF, RDFS, OWL, XSD, SHACL, SWRL or Workbench itself."""
    return term.startswith(_SPACES)


@dataclass(frozen=True, slots=True, eq=False)
class Vocabulary:
    """The names of a domain.

    ``kinds`` gives each its kind (of several the first in the order class, property, annotation property, datatype,
    ontology, individual), ``fact_properties`` are those whose triples are facts, ``object_properties`` and
    ``datatype_properties`` are declared as such or used so by an axiom.
    """

    kinds: Mapping[Term, Kind]
    fact_properties: frozenset[Term]
    object_properties: frozenset[Term]
    datatype_properties: frozenset[Term]

    @classmethod
    def collect(
        cls, triples: Iterable[Triple], rules: Iterable[Rule], tests: Iterable[RuleTest], closed: Iterable[Term]
    ) -> Vocabulary:
        """Read declarations, then what axioms, rules, their tests and closed names imply about undeclared names."""
        triples = tuple(triples)
        found: dict[Kind, set[Term]] = {kind: set() for kind in _PRECEDENCE}
        object_properties: set[Term] = set()
        datatype_properties: set[Term] = set()
        implied: set[Term] = set()
        for subject, predicate, object_ in triples:
            if predicate == RDF_TYPE:
                if object_ in DECLARATIONS:
                    found[DECLARATIONS[object_]].add(subject)
                if object_ in _OBJECT_PROPERTY_TYPES:
                    object_properties.add(subject)
                elif object_ == f"<{OWL}DatatypeProperty>":
                    datatype_properties.add(subject)
                elif object_ == _FUNCTIONAL:
                    implied.add(subject)
            elif predicate in _CLASS_PREDICATES:
                found["class"] |= {t for t in (subject, object_) if is_iri(t)}
            elif predicate in _PROPERTY_PREDICATES:
                implied.add(subject)
                if predicate in (f"<{RDFS}subPropertyOf>", f"<{OWL}inverseOf>", f"<{OWL}equivalentProperty>"):
                    implied.add(object_)
            elif predicate == _ON_PROPERTY:
                implied.add(object_)
        atoms = [atom for rule in rules for atom in (*rule.head, *_list_atoms(rule))]
        atoms += [atom for test in tests for atom in test.atoms]
        found["class"] |= {atom.object for atom in atoms if atom.predicate == RDF_TYPE}
        implied |= {atom.predicate for atom in atoms}
        implied |= {term for term in closed if term not in found["class"]}
        declared = found["property"] | object_properties | datatype_properties
        # An axiom about an annotation property does not make its values facts; a rule that uses it cannot either.
        implied = {
            term
            for term in implied
            if is_iri(term) and term not in found["annotation property"] and not term.startswith(_ANNOTATIONS)
        }
        properties = {t for t in declared | implied if is_iri(t) and not is_vocabulary(t)} - PROVENANCE_PREDICATES
        found["property"] |= properties
        classes = {term for term in found["class"] if is_iri(term) and not is_vocabulary(term)}
        facts = _Facts(frozenset(properties))
        for triple in triples:
            if facts.covers(triple):
                found["individual"].add(triple[0])
                if triple[1] != RDF_TYPE and not is_literal(triple[2]):
                    found["individual"].add(triple[2])
        kinds: dict[Term, Kind] = {}
        for kind in reversed(_PRECEDENCE):
            names = classes if kind == "class" else found[kind]
            kinds.update(dict.fromkeys((t for t in sorted(names) if not is_vocabulary(t)), kind))
        kinds = {t: k for t, k in sorted(kinds.items()) if is_iri(t) or k == "individual"}
        return cls(kinds, facts.properties, frozenset(object_properties), frozenset(datatype_properties))

    def is_assertion(self, triple: Triple) -> bool:
        """Tell whether a triple states a fact about an individual."""
        return _Facts(self.fact_properties).covers(triple)

    def is_annotation(self, triple: Triple) -> bool:
        """Tell whether a triple is about a name or a statement rather than about the world."""
        predicate = triple[1]
        if predicate in self.fact_properties:
            return False
        return predicate.startswith(_ANNOTATIONS) or self.kinds.get(predicate) == "annotation property"


@dataclass(frozen=True, slots=True)
class _Facts:
    properties: frozenset[Term]

    def covers(self, triple: Triple) -> bool:
        _, predicate, object_ = triple
        if predicate == RDF_TYPE:
            return is_iri(object_) and not is_vocabulary(object_)
        return predicate in self.properties


def _list_atoms(rule: Rule) -> list[Atom]:
    return [*iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True)]


@dataclass(frozen=True, slots=True)
class Partition:
    """The triples of a domain by what they are: facts, axioms about names, annotations; each sorted."""

    assertions: tuple[Triple, ...]
    axioms: tuple[Triple, ...]
    annotations: tuple[Triple, ...]


def partition_triples(triples: Iterable[Triple], vocabulary: Vocabulary, annotation_nodes: Iterable[Term]) -> Partition:
    """Part triples (in order) into facts, axioms and annotations; ``annotation_nodes`` are ``owl:Axiom`` nodes."""
    nodes = {*annotation_nodes, *(t for t, kind in vocabulary.kinds.items() if kind == "ontology")}
    assertions, axioms, annotations = [], [], []
    for triple in triples:
        if triple[0] in nodes or vocabulary.is_annotation(triple):
            annotations.append(triple)
        elif vocabulary.is_assertion(triple):
            assertions.append(triple)
        else:
            axioms.append(triple)
    return Partition(tuple(assertions), tuple(axioms), tuple(annotations))
