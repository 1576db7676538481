"""What other checkers ask and this one does not, and why; with the table of checks it is all that they ask."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["CATALOGUES", "NOT_COVERED"]

CATALOGUES: Mapping[str, tuple[str, ...]] = {
    "robot": tuple(
        "annotation_whitespace deprecated_boolean_datatype deprecated_class_reference deprecated_property_reference "
        "duplicate_definition duplicate_exact_synonym duplicate_label duplicate_label_synonym "
        "duplicate_scoped_synonym equivalent_class_axiom_no_genus equivalent_pair illegal_use_of_built_in_vocabulary "
        "invalid_entity_uri invalid_xref label_formatting label_whitespace lowercase_definition missing_definition "
        "missing_label missing_obsolete_label missing_ontology_description missing_ontology_license "
        "missing_ontology_title missing_subset_declaration missing_superclass missing_synonymtype_declaration "
        "misused_obsolete_label misused_replaced_by multiple_asserted_superclasses multiple_definitions "
        "multiple_equivalent_class_definitions multiple_equivalent_classes multiple_labels".split()
    ),
    "odk": tuple(
        "owldef-self-reference iri-range label-with-iri multiple-replaced_by dc-properties redundant-subClassOf "
        "taxon-range iri-range-advanced term-tracker-uri illegal-date owl2dl-profile id-ranges "
        "upper-ontology-alignment".split()
    ),
    "oops": tuple(f"P{number:02}" for number in range(1, 42)),
}
"""The checks of ROBOT's report, of the Ontology Development Kit and of OOPS!, by the names they have there."""

NOT_COVERED: Mapping[str, str] = {
    "odk:owl2dl-profile": "Axioms beyond what is reasoned with are reported one by one as ontology.unsupported-axiom.",
    "odk:id-ranges": "The ranges are assigned to people in a registry outside of the project.",
    "odk:upper-ontology-alignment": "The upper ontology is outside of the project.",
    "oops:P01": "Whether one word is used for two concepts cannot be told from the files.",
    "oops:P09": "What a domain needs and lacks cannot be told from the files.",
    "oops:P16": "Whether the conditions of a class are meant to be sufficient cannot be told from the files.",
    "oops:P17": "Whether a leaf of the hierarchy is a kind or a single thing cannot be told from the files.",
    "oops:P18": "Whether a domain or range is narrower than meant cannot be told from the files.",
    "oops:P37": "Nothing is fetched, so whether an ontology can be found on the web is not known.",
}
"""Why a check is not made, by origin and name."""
