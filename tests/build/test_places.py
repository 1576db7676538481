"""Where a finding stands: for each kind of file the mark ⟦ in the text is the place that the report must name."""

from collections.abc import Callable

import pytest

from workbench import check
from workbench.model.report import Location
from workbench.project import Project

Files = dict[str, str]
Make = Callable[[Files], Project]
MARK = "⟦"
RULES = "ontologies/family/family.rules"
TTL = "ontologies/family/family.ttl"
SHAPES = "validators/family/shapes.ttl"
CONSTRAINTS = "validators/family/constraints.rules"
TEMPLATE = "curricula/family/templates/entailment/en-1.j2"
CURRICULUM = "curricula/family/curriculum.yaml"
CONFIGURATION = "workbench.yaml"
XML = "ontologies/family/more.owl"

_XML = """\
<?xml version="1.0"?>
<!DOCTYPE rdf:RDF [ <!ENTITY f "https://example.org/f#"> ]>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#"
         xmlns:rdfs="http://www.w3.org/2000/01/rdf-schema#"
         xmlns:f="https://example.org/f#">
  <!-- two children -->
  <f:Man rdf:about="&f;dan">
    <rdfs:label xml:lang="en">Dan</rdfs:label>
    <f:hasParent rdf:resource="&f;ann"/>
    <f:born rdf:datatype="http://www.w3.org/2001/XMLSchema#integer">{born}</f:born>
  </f:Man>
</rdf:RDF>
"""


def write_xml(born: object) -> str:
    return _XML.format(born=born)


def replace(path: str, old: str, new: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        assert old in files[path]
        files[path] = files[path].replace(old, new, 1)

    return change


def append(path: str, text: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        files[path] = files.get(path, "") + text

    return change


MAPPING = """\
file: people.csv
rows:
  - subject: f:{name}
    facts:
      - property: f:hasParent
        individual: f:{parent}
      - property: f:born
        column: born
        datatype: xsd:integer
"""


def write_table(text: str) -> Callable[[Files], None]:
    def change(files: Files) -> None:
        files["ontologies/family/people.csv"] = text
        files["ontologies/family/people.table.yaml"] = MAPPING
        replace(TTL, ":hasParent :ann ;\n    :born 1980", ":hasBrother :carl")(files)

    return change


CASES: list[tuple[str, str, Callable[[Files], None]]] = [
    ("turtle.syntax", "Turtle that cannot be read", append(TTL, '\n:dan :born 1 ;; ⟦"open .\n')),
    ("ontology.ill-typed-literal", "a value in Turtle", replace(TTL, ":born 1950", ':born ⟦"long ago"^^xsd:integer')),
    (
        "constraint.violated",
        "a fact in Turtle",
        replace(TTL, ":hasParent :ann ;\n    :born 1980", ":hasParent ⟦:ann ;\n    :born 1955"),
    ),
    (
        "constraint.violated",
        "a fact in RDF/XML",
        append(XML, write_xml(born=1960).replace("<f:hasParent", "⟦<f:hasParent")),
    ),
    (
        "ontology.ill-typed-literal",
        "a value in RDF/XML",
        append(XML, write_xml(born="soon").replace("<f:born", "⟦<f:born")),
    ),
    ("xml.syntax", "RDF/XML that cannot be read", append(XML, write_xml(born=1).replace("</f:Man>", "</⟦f:Woman>"))),
    (
        "rule.syntax",
        "a rule that cannot be read",
        append(RULES, "\nrule odd\n  hasParent(?x, ?y ⟦-> hasUncle(?x, ?y)\n"),
    ),
    (
        "rule.unsafe-variable",
        "a rule without sense",
        append(RULES, "\nrule odd\n  hasParent(?x, ?y) -> hasUncle(?x, ⟦?z)\n"),
    ),
    ("test.failed", "an expectation", append(RULES, "\ntest odd\n  given Man(bob)\n  must ⟦hasUncle(bob, ann)\n")),
    ("rule.syntax", "a constraint", append(CONSTRAINTS, "\nconstraint odd\n  Man(?x) ->⟦\n")),
    ("config.unknown-key", "the configuration", append(CONFIGURATION, "⟦base2: 1\n")),
    ("yaml.syntax", "YAML that cannot be read", append(CURRICULUM, "  - name: [one\n⟦")),
    (
        "config.unknown-name",
        "a name in the configuration",
        replace(CONFIGURATION, "closed: [f:Adopted]", "closed: [f:Adopted, ⟦f:Adoptd]"),
    ),
    ("curriculum.value", "a value of a curriculum", replace(CURRICULUM, "hops: 1", "⟦hops: -1")),
    ("template.unknown-slot", "a slot of a template", append(TEMPLATE, "and {{ ⟦nothing }}\n")),
    ("template.syntax", "a template that cannot be read", append(TEMPLATE, "⟦{% if %}\n")),
    ("shape.value", "a value of a shape", replace(SHAPES, "sh:maxCount 0", 'sh:maxCount ⟦"none"')),
    (
        "shape.path",
        "a shape without a path",
        replace(SHAPES, "[ sh:path :hasChild ; sh:maxCount 0 ;", "⟦[ sh:maxCount 0 ;"),
    ),
    ("constraint.violated", "a cell", write_table("name,parent,born\nbob,⟦ann,1955\n")),
    ("table.ill-typed-cell", "a cell that is no value", write_table('name,parent,born\n"dan",ann,⟦ soon\n')),
    ("shacl.max-count", "a fact that a shape forbids", append(TTL, ":carl :hasChild ⟦:dan .\n")),
]


@pytest.mark.parametrize(("code", "what", "change"), CASES, ids=[f"{code}: {what}" for code, what, _ in CASES])
def test_the_report_names_the_place(
    make: Make, files: Files, code: str, what: str, change: Callable[[Files], None]
) -> None:
    change(files)
    (path,) = (path for path, text in files.items() if MARK in text)
    before = files[path][: files[path].index(MARK)]
    line, column = before.count("\n") + 1, len(before) - (before.rfind("\n") + 1) + 1
    files[path] = files[path].replace(MARK, "")
    found = [violation for violation in check(make(files)).report.violations if violation.code == code]
    assert Location(path, line, column) in [violation.location for violation in found], [
        (str(v.location), v.code, v.message) for v in check(make(files)).report.violations
    ]
