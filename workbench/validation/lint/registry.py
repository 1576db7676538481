"""The table of checks: code, severity in each profile, whose check it also is, and what it says.

``default`` has what matters for right data and readable sentences, and is silent about style. ``obo`` is what ROBOT's
report and the Ontology Development Kit ask of an ontology of the OBO Foundry, with their severities. ``strict`` has
everything. A heuristic check, which can be wrong about sound work, is a suggestion in every profile: ``info``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from workbench.project.configuration import LintProfile, SeverityOverride

__all__ = ["CHECKS", "Check"]


@dataclass(frozen=True, slots=True)
class Check:
    """A row: ``severities`` by profile; ``origins`` such as ``robot:missing_label``; ``summary`` is one sentence."""

    code: str
    severities: Mapping[LintProfile, SeverityOverride]
    summary: str
    origins: tuple[str, ...] = ()
    heuristic: bool = False


_LETTERS: Mapping[str, SeverityOverride] = {"E": "error", "W": "warning", "I": "info", "-": "off"}


def _read(lines: str) -> tuple[Check, ...]:
    """Read rows ``code default/obo/strict [?] origins | summary``; the letters are E, W, I and - for off."""
    checks = []
    for line in lines.strip().splitlines():
        head, summary = line.split(" | ")
        code, letters, *rest = head.split()
        default, obo, strict = (_LETTERS[letter] for letter in letters)
        severities: dict[LintProfile, SeverityOverride] = {"default": default, "obo": obo, "strict": strict}
        origins = tuple(word for word in rest if word != "?")
        checks.append(Check(code, severities, summary, origins, "?" in rest))
    return tuple(checks)


_WORDING = _read("""
wording.missing-label WEW robot:missing_label oops:P08 | A name has no label in any language of the project (nor a class or property a phrase); of an individual it is info, unless prompts name it.
wording.shared-label WWW | Individuals have one label, so that a sentence about one is about any of them.
wording.look-alike W-W | Labels differ only in letters that look the same, such as Latin and Cyrillic ones, or (of individuals) in capitals.
wording.missing-phrase I-W | A property has no phrase in any language of the project.
wording.phrase-slots EEE | A phrase does not have each slot exactly once.
wording.missing-form WWW | Names have no form in a case that phrases ask for, and none can be derived.
wording.missing-case W-W | A phrase puts names behind a preposition, or as the object of a verb, as they are called, and some of them have another form there (German).
wording.shared-phrase WWW | Different predicates are said with one phrase.
wording.incomplete-language WWW | Some labels, phrases or sentences are there in one language of the project and not in another; one finding for each language and kind, and info where only phrases or sentences are missing.
wording.one-sentence WWW | Two rules, axioms or constraints that say different things have one sentence.
label.duplicate WEW robot:duplicate_label oops:P32 oops:P30 oops:P12 | Classes or properties have one label.
label.multiple WEW robot:multiple_labels | A name has two labels in one language (with `obo`: two labels at all), and a sentence can use only one.
label.whitespace -EI robot:label_whitespace | A label begins or ends with blanks.
label.formatting -EI robot:label_formatting | A label holds a tab or a line break.
label.contains-iri WEW odk:label-with-iri | A label holds a web address.
label.breaks-sentences W-W | The label of an individual holds braces, brackets, quotation marks, a semicolon or the end of a sentence, letters of two scripts or ones that cannot be seen, begins like a line of a list, or reads like a variable, a label of a fact, a number or a date, so that no question can use it.
label.joins-names I-I ? | The label of an individual holds a comma, “and” or “or”, and can be read as several names in a list of answers.
label.swapped --I ? oops:P20 | A label is longer than the comment, or both are the same text.
annotation.whitespace -WI robot:annotation_whitespace | An annotation begins or ends with blanks.
definition.missing -WI robot:missing_definition oops:P08 | A name has no definition (with `strict`: nor a comment).
definition.multiple -EW robot:multiple_definitions | A name has several definitions in one language (with `obo`: several at all).
definition.duplicate IEW robot:duplicate_definition | Two names have one definition.
definition.lowercase -II robot:lowercase_definition | A definition begins with a small letter.
definition.placeholder III ? | A definition or comment is a placeholder such as “tbd”.
definition.repeats-label --I ? oops:P20 | A definition only repeats the label.
synonym.duplicate-exact -WI robot:duplicate_exact_synonym | Two names share an exact synonym.
synonym.same-as-label -WI robot:duplicate_label_synonym | An exact synonym is the label of a name.
synonym.two-scopes -WI robot:duplicate_scoped_synonym | One synonym has two scopes, such as broad and related.
synonym.undeclared-type -WI robot:missing_synonymtype_declaration | A synonym type is used and not declared.
annotation.undeclared-subset -WI robot:missing_subset_declaration | A subset is used and not declared.
annotation.invalid-reference -WI robot:invalid_xref | A cross reference is not of the form PREFIX:ID.
""")  # noqa: E501

_ONTOLOGY = _read("""
ontology.undeclared WWW oops:P34 oops:P35 | A class or property is used and not declared.
ontology.two-kinds EEE | One name is declared as two kinds of thing that exclude each other.
ontology.missing-import WWW | An imported ontology is not in the project.
ontology.self-import III | An ontology imports itself.
ontology.import-cycle --I | Ontologies import each other in a circle.
ontology.unconnected --I oops:P04 | A class stands in no axiom, fact, rule or shape.
deprecation.not-boolean WEW robot:deprecated_boolean_datatype | A deprecation is not a true or false value.
deprecation.class-in-use WEW robot:deprecated_class_reference | A deprecated class stands in an axiom.
deprecation.property-in-use WEW robot:deprecated_property_reference | A deprecated property stands in an axiom or statement.
deprecation.used-by-facts W-W | A deprecated class or individual stands in a fact.
deprecation.used-by-rules WWW | A deprecated class or property stands in a rule or constraint.
deprecation.missing-mark -WI robot:missing_obsolete_label | The label of a deprecated name does not begin with “obsolete”.
deprecation.misused-mark IEW robot:misused_obsolete_label | The label of a name that is not deprecated begins with “obsolete”.
deprecation.misused-replacement IEW robot:misused_replaced_by | A name that is not deprecated has a replacement.
deprecation.several-replacements IEI odk:multiple-replaced_by | A name has several replacements.
deprecation.unknown-replacement I-W | A replacement is deprecated itself, or the project says nothing about it.
hierarchy.cycle WWW oops:P06 | Classes or properties are above each other in a circle, or one above itself.
hierarchy.missing-superclass -II robot:missing_superclass | A class has no superclass.
hierarchy.several-superclasses -II robot:multiple_asserted_superclasses | A class has several stated superclasses.
hierarchy.redundant-superclass -IW odk:redundant-subClassOf | A stated superclass follows from another one.
hierarchy.equivalent-pair -WI robot:equivalent_pair | Two named classes are stated to be equivalent.
hierarchy.synonym-classes --I ? oops:P02 | Two classes of one namespace are equivalent: two names for one class.
hierarchy.equivalent-and-below --I ? oops:P31 | A class is equivalent to another and stated below it as well.
hierarchy.no-genus -WI robot:equivalent_class_axiom_no_genus | A class is defined by one relation alone (C = R some A).
hierarchy.several-equivalents -WI robot:multiple_equivalent_classes | A class has several equivalent classes.
hierarchy.several-definitions -EW robot:multiple_equivalent_class_definitions | A class has several definitions as an intersection.
hierarchy.self-definition WEW odk:owldef-self-reference oops:P24 | A class is defined by itself.
hierarchy.no-disjointness --I ? oops:P10 | No two classes of the ontology are disjoint, so that nothing can be refuted by its class.
hierarchy.only-values --I ? oops:P14 | A class has “only” on a property and not “some”, and is met by having none.
hierarchy.some-not --I ? oops:P15 | “Some not” is stated where “not some” is usually meant.
property.named-is --I ? oops:P03 | A property is called “is” or “is a”, in place of the subclass relation or a type.
property.inverse-mismatch --I ? oops:P05 | Domain and range of two inverse properties do not mirror each other.
property.missing-domain-or-range --I oops:P11 | A property has no domain or no range.
property.no-inverse --I oops:P13 | A property between individuals has no inverse.
property.several-domains I-W oops:P19 | A property has several domains, which means that all of them hold at once.
property.several-ranges I-W oops:P19 | A property has several ranges, which means that all of them hold at once.
property.own-inverse WWW oops:P25 | A property is its own inverse in place of being symmetric.
property.symmetric-inverse --I oops:P26 | A symmetric property has an inverse.
property.equivalent-mismatch --I ? oops:P27 | Equivalent properties have different domains or ranges.
property.symmetric-mismatch I-I ? oops:P28 | A symmetric property has a domain other than its range.
property.transitive-mismatch I-I ? oops:P29 | A transitive property has a domain other than its range.
property.short-chain WWW oops:P33 | A property chain has only one link.
name.two-concepts --I ? oops:P07 | The name of a class joins two concepts.
name.miscellaneous --I ? oops:P21 | A class gathers what belongs nowhere else, such as “Other”.
name.mixed-styles --I ? oops:P22 | Names are written in several styles.
name.repeats-datatype --I ? oops:P23 | A class stands for a datatype that exists already.
name.redefines-builtin WEW robot:illegal_use_of_built_in_vocabulary | A statement changes what a word of RDF or OWL means.
name.unknown-builtin WWW oops:P40 | A name in a namespace of RDF, OWL, SKOS or XML Schema does not exist there.
name.invalid-obo -WI robot:invalid_entity_uri | An IRI looks like one of the OBO Foundry and is none.
metadata.no-header --I oops:P38 | No file has a header that says which ontology it is.
metadata.unnamed-ontology --I oops:P39 | The header of an ontology has no name of its own.
metadata.missing-title -EI robot:missing_ontology_title | An ontology has no title.
metadata.missing-description -EI robot:missing_ontology_description | An ontology has no description.
metadata.missing-licence -EI robot:missing_ontology_license oops:P41 | An ontology has no licence (nor has the project; with `obo` that counts for nothing).
metadata.file-extension --I oops:P36 | The name of an ontology ends like a file.
metadata.old-dublin-core -EI odk:dc-properties | A property of Dublin Core 1.1 is used, which Dublin Core Terms replace.
metadata.illegal-date -EI odk:illegal-date | A date of creation or publication is no date in ISO form.
metadata.text-for-iri -EI odk:iri-range | A property that leads to a thing has a text as its value.
metadata.text-for-link -II odk:iri-range-advanced | “See also” has a text as its value.
metadata.taxon -EI odk:taxon-range | A taxon constraint names something other than a taxon.
metadata.tracker -II odk:term-tracker-uri | A tracker item is not an IRI.
""")  # noqa: E501

_KNOWLEDGE = _read("""
rule.unused III ? | Nothing reads what a rule concludes, and no question asks for it.
rule.unreachable I-W | A condition of a rule is never stated nor concluded, so that the rule never applies.
rule.duplicate WWW | Two rules are the same up to the names of variables and the order of conditions.
curriculum.never-derivable WWW | A curriculum asks for or states what can never hold.
curriculum.empty-level EEE | No proof can have as many hops as a level asks for; a warning where the curriculum allows a shortfall.
curriculum.ambiguous-label EEE | The label of an individual that prompts name has two readings there: those of `label.breaks-sentences` and `label.joins-names`, a word or a statement of prompts (“unknown”, “Step 3”, “Robin is male”), the label of a class, or one that another individual has or seems to have.
curriculum.ambiguous-name EEE | A name for made-up individuals is a word or a statement of prompts, such as “true”, “nobody”, “Step 3” or “Robin is male”, or the label of a class.
curriculum.foreign-language III | A curriculum asks for a language that the project does not have.
template.unused III | Templates are for a task or language that no level asks for; one finding for each.
privacy.contact WWW | Values look like e-mail addresses, phone numbers or postal addresses, in a domain that is not marked as sensitive.
privacy.identifier WWW | Values are numbers of bank accounts, cards or social insurance, in a domain that is not marked as sensitive.
privacy.birth-date W-W | Dates of birth of persons who may be alive are stated, in a domain that is not marked as sensitive; with `strict` also years.
provenance.missing-source WWW | A statement has no source although the project asks for one.
provenance.missing-author WWW | A statement has no author although the project asks for one.
provenance.missing-review WWW | A statement is not reviewed although the project asks for it.
""")  # noqa: E501

CHECKS: Mapping[str, Check] = {check.code: check for check in (*_WORDING, *_ONTOLOGY, *_KNOWLEDGE)}
"""All checks by code, in the order of the documentation."""
