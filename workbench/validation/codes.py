"""The codes of findings and what each is about, for reports that explain their codes; ``docs/report.md`` has the table.

A code is never reused with another meaning. ``family.*`` stands for codes that others name, such as those of SHACL.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import MappingProxyType

from workbench.validation.lint.registry import CHECKS

__all__ = ["CODES", "describe_code"]

_LINK = re.compile(r"\[([^\]]*)\]\([^)]*\)")


def describe_code(code: str) -> str:
    """Return what a code is about, as plain text; of one that is not listed, its own words."""
    family = code.split(".")[0]
    check = CHECKS.get(code)
    known = CODES.get(code) or (check.summary if check else "") or CODES.get(f"{family}.*", "")
    plain = _LINK.sub(r"\1", known).replace("`", "")
    return plain or code.replace(".", ": ").replace("-", " ")


CODES: Mapping[str, str] = MappingProxyType(
    {
        "shacl.*": (
            "a result of a shape; the name of the constraint component: `shacl.min-count`, `shacl.class`, "
            "`shacl.sparql` …"
        ),
        "shape.path": "a property shape without a path, with several, or with one that cannot be followed",
        "shape.value": 'a value that SHACL does not allow there: `sh:minCount "x"`',
        "shape.unknown-property": (
            "a name that SHACL does not have, which would be ignored: an error when it looks like a slip"
        ),
        "shape.unknown-shape": "a reference to a shape that no file describes",
        "shape.undetermined": (
            "a part of SHACL that is not judged, such as its rules: the shape is left out and does not pass "
            "([shapes.md](shapes.md))"
        ),
        "shape.unsafe": (
            "scripts, queries that reach outside of the project's facts, patterns that take exponential time"
        ),
        "shape.recursive": "a shape that refers back to itself",
        "shape.contradiction": "a minimum above its maximum",
        "shape.no-target": "a shape that nothing is judged by",
        "shape.unknown-term": "a class or property that the ontology does not have",
        "shape.failure": "a shape that could not be run",
        "constraint.violated": "a constraint of a rules file that does not hold",
        "constraint.undetermined": (
            "a constraint on a total of which it cannot be told whether it holds: something is no number"
        ),
        "constraint.many-cases": "a constraint on a total that is broken in more cases than are listed",
        "table.*": "a table or its mapping that cannot be used as it stands: [tables.md](tables.md) lists them",
        "ontology.inconsistent": "facts that contradict an axiom, with the smallest contradicting set",
        "ontology.many-contradictions": (
            "a statement that takes part in more contradictions than are listed, or a domain that has more"
        ),
        "ontology.undeclared": "a class or property that is used and not declared",
        "ontology.two-kinds": "one name declared as a class and a property, or as two kinds of property",
        "ontology.ill-typed-literal": (
            "a value that its datatype does not have: text as a number, a date that does not exist, a number out "
            "of bounds; an error in a fact, elsewhere a warning"
        ),
        "ontology.unreadable-literal": "a value that comparisons cannot use: infinity, a year after 9999",
        "ontology.value-as-subject": (
            "a rule or axiom that gives a text, number or date a class or property, with the facts it was applied to"
        ),
        "wording.missing-label": "no label or phrase in any language of the project",
        "wording.missing-phrase": "no label or phrase in any language of the project",
        "wording.missing-form": "names without a form in a case that phrases ask for",
        "wording.shared-label": "two things that are said in the same words",
        "wording.shared-phrase": "two things that are said in the same words",
        "wording.phrase-slots": "a phrase without its slots, or with others",
        "ontology.unsupported-axiom": (
            "an axiom that no rule can stand for: it is not in the theory, and no answer takes it into account"
        ),
        "rule.never-applies": (
            "a rule whose conditions contradict each other, or what other rules and constraints forbid"
        ),
        "rule.undecided": (
            "rules with functions other than arithmetic, of which the solver cannot say whether they can ever apply"
        ),
        "constraint.contradictory": "constraints that no values can satisfy together",
        "rule.contradictory-conclusions": (
            "two rules that can apply to one case and conclude what cannot both be true"
        ),
        "rule.violates-constraint": (
            "a rule that breaks a constraint or shape whenever it applies, or in a case that follows from what it "
            "asks for"
        ),
        "rule.violates-shape": (
            "a rule that breaks a constraint or shape whenever it applies, or in a case that follows from what it "
            "asks for"
        ),
        "rule.can-violate": "a rule that breaks a constraint in some case, which the example shows",
        "rule.band-gap": "rules for bands of a number that leave out a value, or take one twice",
        "rule.band-overlap": "rules for bands of a number that leave out a value, or take one twice",
        "rule.redundant": "a rule or constraint that says nothing new: it follows from others",
        "constraint.redundant": "a rule or constraint that says nothing new: it follows from others",
        "constraint.cannot-be-met": "a constraint that nothing can meet together with the ontology",
        "ontology.empty-class": "a class or property that nothing can be in",
        "ontology.empty-property": "a class or property that nothing can be in",
        "shape.unsatisfiable": "a shape that nothing can satisfy; a property that can have no value",
        "shape.no-value": "a shape that nothing can satisfy; a property that can have no value",
        "shape.contradictory-pair": "two shapes of one class that nothing can satisfy together",
        "shape.against-ontology": "a shape against a domain, range, disjointness or cardinality of the ontology",
        "analysis.undetermined": "questions about rules or shapes that reached a limit before they were answered",
        "dataset.*": "what in a dataset no longer follows from the knowledge (`--dataset`)",
        "curriculum.balance": (
            "what a build says: a rule, class or property in fewer items than were asked for; a stage with fewer items"
        ),
        "curriculum.stage": (
            "what a build says: a rule, class or property in fewer items than were asked for; a stage with fewer items"
        ),
        "split.leak": (
            "what a build says: items of train that have what a split holds out; items of that split that have "
            "nothing of it"
        ),
        "split.misplaced": (
            "what a build says: items of train that have what a split holds out; items of that split that have "
            "nothing of it"
        ),
        "curriculum.closed-book": "a closed-book level that asks what cannot be asked, or that nothing teaches",
        "curriculum.untaught": "what a build says: facts that closed-book questions rest on and train does not teach",
        "curriculum.perturbed": (
            "what a build says: items of a perturbed split that could not be made, by the kind of change"
        ),
        "curriculum.sensitive": "a level about own individuals of a domain that is marked as sensitive",
        "curriculum.unreachable": "a quota that no item can meet: bounds that its task never has, worlds too small",
        "curriculum.capacity": "a large quota, and what a trial of some worlds says about it",
        "curriculum.shortfall": "what a build says: fewer items than were asked for",
        "test.failed": "a `test` beside the rules: what must follow and does not, or must not follow and does",
        "test.contradiction": "a `test` whose given facts contradict each other",
        "turtle.syntax": "text that does not follow the grammar of its file, or is no text",
        "xml.syntax": "text that does not follow the grammar of its file, or is no text",
        "yaml.syntax": "text that does not follow the grammar of its file, or is no text",
        "rule.syntax": "text that does not follow the grammar of its file, or is no text",
        "rdf.unsupported-syntax": "statements about statements of RDF 1.2, which are left out",
        "xml.entity": "entities in XML, which are not read",
        "project.unlisted-domain": "a folder or file that nothing reads",
        "project.unexpected-file": "a folder or file that nothing reads",
        "project.link": "a link that leads out of the project; a file whose content is elsewhere",
        "project.pointer": "a link that leads out of the project; a file whose content is elsewhere",
        "project.prefix-conflict": "a prefix that means something else in the project",
        "project.misplaced-rule": (
            "a rule in the folder of constraints or the reverse; a second curriculum of one domain"
        ),
        "project.second-curriculum": (
            "a rule in the folder of constraints or the reverse; a second curriculum of one domain"
        ),
        "provenance.value": "a state or date that cannot be used",
        "config.unknown-key": "an entry of `workbench.yaml` that cannot be used and counts as left out",
        "config.type": "an entry of `workbench.yaml` that cannot be used and counts as left out",
        "config.value": "an entry of `workbench.yaml` that cannot be used and counts as left out",
        "config.unique-names": "an entry of `workbench.yaml` that cannot be used and counts as left out",
        "config.waiver": "a waiver that does not say what, why, who or until when",
        "rule.too-large": "a rules file beyond the limits on size and depth",
        "rule.duplicate-name": "a name that two statements have",
        "rule.unknown-predicate": (
            "a class or property that the ontology does not declare; a class used as a property, or the reverse"
        ),
        "rule.wrong-kind": (
            "a class or property that the ontology does not declare; a class used as a property, or the reverse"
        ),
        "rule.unsafe-variable": "a variable that nothing in the body gives a value",
        "rule.unbound-argument": "a variable that nothing in the body gives a value",
        "rule.unstratified": (
            "a rule that depends on its own absence; one that calculates from its own results and may never stop"
        ),
        "rule.unbounded-arithmetic": (
            "a rule that depends on its own absence; one that calculates from its own results and may never stop"
        ),
        "rule.open-negation": "`not` before something that is not closed",
        "rule.unknown-function": (
            "a built-in that does not exist, has other arguments, has the name of a property, or has a pattern "
            "that is not written out"
        ),
        "rule.wrong-arguments": (
            "a built-in that does not exist, has other arguments, has the name of a property, or has a pattern "
            "that is not written out"
        ),
        "rule.wrong-argument": (
            "a built-in that does not exist, has other arguments, has the name of a property, or has a pattern "
            "that is not written out"
        ),
        "rule.taken-name": (
            "a built-in that does not exist, has other arguments, has the name of a property, or has a pattern "
            "that is not written out"
        ),
        "rule.pattern": (
            "a built-in that does not exist, has other arguments, has the name of a property, or has a pattern "
            "that is not written out"
        ),
        "rule.ill-typed-literal": "a value in a rule that its datatype does not have",
        "rule.never-valid": "a rule that ends before it begins",
        "rule.single-variable": "a variable that occurs once; parts of a body that nothing connects",
        "rule.cartesian": "a variable that occurs once; parts of a body that nothing connects",
        "config.unknown-name": "a name under `closed` that the ontology does not declare",
        "curriculum.value": "a value of a curriculum that cannot be used; a language without sentences",
        "curriculum.language": "a value of a curriculum that cannot be used; a language without sentences",
        "curriculum.unknown-name": "a rule, class, property or template that a curriculum names and the domain lacks",
        "curriculum.held-out": "a split that holds out all that there would be to train on",
        "template.missing": "a template that a curriculum needs; one that no task can use; two of one name",
        "template.place": "a template that a curriculum needs; one that no task can use; two of one name",
        "template.twice": "a template that a curriculum needs; one that no task can use; two of one name",
        "template.slots": "a slot that does not stand exactly once; one that does not exist",
        "template.unknown-slot": "a slot that does not stand exactly once; one that does not exist",
        "template.syntax": "a template that cannot be read, or does more than frame slots",
        "template.unsafe": "a template that cannot be read, or does more than frame slots",
        "template.too-large": "a template that cannot be read, or does more than frame slots",
        "check.not-reasoned": "a domain in which nothing was concluded, because of errors in its files or rules",
        "waiver.expired": "a waiver that no longer does anything",
        "waiver.unused": "a waiver that no longer does anything",
        "waiver.expiring": "a waiver that ends within two weeks",
    }
)
