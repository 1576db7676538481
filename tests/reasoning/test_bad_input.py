"""What goes wrong in knowledge: a finding at its line or a limit, never a hang, never a wrong conclusion.

Syntax errors, misspelt predicates, negative cycles, arithmetic without end and broken axiom structures have tests of
their own (``tests/build/test_knowledge_check.py``, ``tests/validation``, ``tests/reasoning/test_terminology.py``).
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from oracles import naive

from workbench.build import Checked, check, get_knowledge, load
from workbench.model.rules import Atom, Rule
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.reasoning.closure import reason

SPACE = "https://example.org/f#"
ONTOLOGY, RULES, CONSTRAINTS = "ontologies/f/f.ttl", "ontologies/f/f.rules", "validators/f/f.rules"
CONFIGURATION = f"""\
version: 1
name: F
base: {SPACE}
prefixes: {{f: {SPACE}}}
domains: {{f: {{}}}}
severity: {{wording.*: "off"}}
"""
PREFIXES = f"""\
@prefix : <{SPACE}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:A a owl:Class . :B a owl:Class . :C a owl:Class .
:p a owl:ObjectProperty . :q a owl:ObjectProperty . :r a owl:ObjectProperty .
:d a owl:DatatypeProperty . :e a owl:DatatypeProperty .
"""
FIRST = PREFIXES.count("\n") + 1
"""The line after the prefixes and declarations."""

Judge = Callable[..., Checked]


@pytest.fixture
def judge(tmp_path: Path) -> Judge:
    """Check a project of these statements, rules and constraints; its closure must be that of the naive evaluator."""

    def run(turtle: str, rules: str = "", constraints: str = "") -> Checked:
        files = {"workbench.yaml": CONFIGURATION, ONTOLOGY: PREFIXES + turtle}
        for path, text in ((RULES, rules), (CONSTRAINTS, constraints)):
            if text:
                files[path] = f"prefix : <{SPACE}>\n{text}"
        for path, text in files.items():
            (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
            (tmp_path / path).write_text(text)
        project = load(tmp_path)
        start = time.process_time()
        checked = check(project)
        assert time.process_time() - start < 30
        if checked.closures:
            knowledge = get_knowledge(project, project.get_domain(None))
            model = naive.evaluate(knowledge.theory, knowledge.facts)
            assert set(checked.closure.facts()) == set(model.heights)
        return checked

    return run


def list_codes(checked: Checked, *, but: str = "rule.single-variable") -> list[tuple[str, str, str, int]]:
    found: list[tuple[str, str, str, int]] = []
    for violation in checked.report.violations:
        assert violation.location is not None
        if violation.code != but:
            place = violation.location
            found.append((violation.code, violation.severity, place.path, place.line))
    return found


def list_facts(checked: Checked, name: str) -> set[str]:
    """Pairs of a property, or members of a class, by their local names."""
    key = f"<{SPACE}{name}>"
    found = set()
    for subject, predicate, object_ in checked.closure.facts():
        names = [term.removeprefix(f"<{SPACE}").removesuffix(">") for term in (subject, object_)]
        if predicate == key:
            found.add(" ".join(names))
        elif predicate == RDF_TYPE and object_ == key:
            found.add(names[0])
    return found


@pytest.mark.parametrize(
    "axioms",
    [
        ":A rdfs:subClassOf :B . :B rdfs:subClassOf :C . :C rdfs:subClassOf :A .",
        ":A rdfs:subClassOf :B , :A . :B owl:equivalentClass :C . :C owl:equivalentClass :A .",
        ":A owl:equivalentClass :B . :B owl:equivalentClass :A . :C owl:equivalentClass :B , :C .",
        ":A owl:equivalentClass [ owl:unionOf ( :B :C ) ] . :B rdfs:subClassOf :C . :C rdfs:subClassOf :B . "
        ":A rdfs:subClassOf :B .",
        ":A owl:equivalentClass [ owl:intersectionOf ( :B :C ) ] . :B owl:equivalentClass :A . :C rdfs:subClassOf :A .",
    ],
)
def test_cycles_of_classes(judge: Judge, axioms: str) -> None:
    checked = judge(f"{axioms}\n:x a :B , :C . :y a :A .")
    careless = {("hierarchy.cycle", "warning"), ("hierarchy.self-definition", "warning")}
    found = {(v.code, v.severity) for v in checked.report.violations}
    assert found <= careless | {("ontology.unsupported-axiom", "info")}
    assert [list_facts(checked, name) for name in "ABC"] == [{"x", "y"}] * 3


def test_a_class_defined_by_itself(judge: Judge) -> None:
    some = "[ a owl:Restriction ; owl:onProperty :p ; owl:someValuesFrom :A ]"
    checked = judge(f"{some} rdfs:subClassOf :A .\n:x :p :x . :y :p :z . :z :p :x . :x a :B .")
    assert list_facts(checked, "A") == set()  # nothing is in it to begin with
    checked = judge(f"{some} rdfs:subClassOf :A .\n:x :p :y . :y :p :x . :z :p :x . :v :p :w . :y a :A .")
    assert list_facts(checked, "A") == {"x", "y", "z"}


@pytest.mark.parametrize(
    "axioms",
    [
        ":p rdfs:subPropertyOf :q . :q rdfs:subPropertyOf :r . :r rdfs:subPropertyOf :p , :r .",
        ":p owl:equivalentProperty :q . :q owl:equivalentProperty :r , :p . :r owl:equivalentProperty :q .",
        ":p owl:equivalentProperty :q . :q rdfs:subPropertyOf :r . :r rdfs:subPropertyOf :q .",
    ],
)
def test_cycles_of_properties(judge: Judge, axioms: str) -> None:
    checked = judge(f"{axioms}\n:x :p :y . :y :q :z . :z :r :x .")
    assert [list_facts(checked, name) for name in "pqr"] == [{"x y", "y z", "z x"}] * 3
    inverse = f"{axioms} :p owl:inverseOf :q . :q owl:inverseOf :r . :r owl:inverseOf :p .\n:x :p :y . :y :q :z ."
    both = {"x y", "y x", "y z", "z y"}
    assert [list_facts(judge(inverse), name) for name in "pqr"] == [both] * 3
    everything = (
        f"{inverse} :q a owl:TransitiveProperty , owl:SymmetricProperty . :p owl:propertyChainAxiom ( :p :p ) ."
    )
    assert list_facts(judge(everything), "p") == {f"{a} {b}" for a in "xyz" for b in "xyz"}


def test_chains_that_use_what_they_conclude(judge: Judge) -> None:
    axioms = ":p owl:propertyChainAxiom ( :p :q ) . :q owl:propertyChainAxiom ( :q :p ) ."
    checked = judge(f"{axioms}\n:x :p :y . :y :q :z . :z :p :x .")
    assert list_facts(checked, "p") == {"x y", "x z", "x x", "z x"}
    assert list_facts(checked, "q") == {"y z", "y x", "y y"}


def test_cycles_of_rules(judge: Judge) -> None:
    rules = (
        "rule a\n  p(?x, ?y) -> q(?x, ?y)\nrule b\n  q(?x, ?y) -> r(?y, ?x)\nrule c\n  r(?x, ?y) -> p(?x, ?y)\n"
        "rule d\n  p(?x, ?y) -> p(?x, ?y)\nrule e\n  p(?x, ?y) ^ p(?y, ?x) -> p(?x, ?x)\n"
    )
    checked = judge(":x :p :y .", rules)
    assert list_facts(checked, "p") == list_facts(checked, "q") == {"x y", "y x", "x x", "y y"}


def test_a_class_that_excludes_itself(judge: Judge) -> None:
    checked = judge(":A owl:disjointWith :A .\n:x a :A .")
    assert [code[:2] for code in list_codes(checked)] == [
        ("ontology.empty-class", "error"),
        ("ontology.inconsistent", "error"),
    ]


@pytest.mark.parametrize(
    ("turtle", "rules", "path", "line", "value"),
    [
        (":x :d 5 .", "rule a\n  d(?x, ?v) -> q(?v, ?x)\nrule b\n  q(?x, ?y) -> A(?x)\n", RULES, 2, "5"),
        (":x :d 5 .\n:e owl:inverseOf :d .", "", ONTOLOGY, FIRST + 1, "5"),
        (':x :p "near" .\n:p rdfs:range :A .', "", ONTOLOGY, FIRST + 1, "near"),
        (':x :p "near" .\n:p a owl:SymmetricProperty , owl:TransitiveProperty .', "", ONTOLOGY, FIRST + 1, "near"),
    ],
)
def test_conclusions_about_values(judge: Judge, turtle: str, rules: str, path: str, line: int, value: str) -> None:
    checked = judge(turtle, rules)
    assert list_codes(checked) == [("ontology.value-as-subject", "error", path, line)]
    (violation,) = (v for v in checked.report.violations if v.code == "ontology.value-as-subject")
    assert f"the value “{value}”" in violation.message
    assert [place.line for place in violation.related] == [FIRST]
    assert checked.compute_exit_code() == 1


def test_a_literal_as_subject_is_a_syntax_error_where_it_stands(judge: Judge) -> None:
    checked = judge('"x" :p :y .')
    assert list_codes(checked, but="check.not-reasoned") == [("turtle.syntax", "error", ONTOLOGY, FIRST)]
    checked = judge(":x :p :y .", 'rule a\n  p(?x, ?y) -> q("x", ?y)\n')
    assert list_codes(checked, but="check.not-reasoned") == [("rule.syntax", "error", RULES, 3)]


def test_ill_typed_values_are_found_and_conclude_nothing(judge: Judge) -> None:
    turtle = (
        ':x :d "abc"^^xsd:integer .\n:y :d "2021-02-30"^^xsd:date .\n:z :d "300"^^xsd:byte .\n'
        ':v :d "INF"^^xsd:double .\n:w :d "7"^^xsd:integer .\n:d rdfs:comment "1e"^^xsd:double .'
    )
    rules = (
        "prefix xsd: <http://www.w3.org/2001/XMLSchema#>\nrule a\n  d(?x, ?v) ^ ?v < 200 -> A(?x)\n"
        'rule b\n  d(?x, ?v) ^ ?v != 7 -> B(?x)\nrule c\n  d(?x, ?v) ^ ?v > "2021-01-01"^^xsd:date -> C(?x)\n'
        "rule e\n  d(?x, ?v) ^ ?w = ?v + 1 -> e(?x, ?w)\n"
    )
    checked = judge(turtle, rules)
    assert list_codes(checked) == [
        ("ontology.ill-typed-literal", "error", ONTOLOGY, FIRST),
        ("ontology.ill-typed-literal", "error", ONTOLOGY, FIRST + 1),
        ("ontology.ill-typed-literal", "error", ONTOLOGY, FIRST + 2),
        ("ontology.unreadable-literal", "info", ONTOLOGY, FIRST + 3),
        ("ontology.ill-typed-literal", "warning", ONTOLOGY, FIRST + 5),
    ]
    assert (list_facts(checked, "A"), list_facts(checked, "C")) == ({"w"}, set())
    assert {fact.split()[0] for fact in list_facts(checked, "e")} == {"w", "z"}


def test_division_by_zero_has_no_value(judge: Judge) -> None:
    rules = (
        "rule a\n  d(?x, ?v) ^ ?w = 4 / ?v -> e(?x, ?w)\nrule b\n  d(?x, ?v) ^ ?w = ?v / 0 -> e(?x, ?w)\n"
        "rule c\n  d(?x, ?v) ^ 1 / ?v > 0 -> A(?x)\nrule f\n  d(?x, ?v) ^ 1 / ?v = 1 / ?v -> B(?x)\n"
    )
    checked = judge(":x :d 0 . :y :d 2 .", rules)
    assert {code[1] for code in list_codes(checked)} <= {"warning", "info"}
    assert list_facts(checked, "e") == {'y "2"^^<http://www.w3.org/2001/XMLSchema#integer'}
    assert list_facts(checked, "A") == list_facts(checked, "B") == {"y"}


def make_hub(size: int) -> list[Triple]:
    return [("<urn:hub>", "<urn:p>", f"<urn:n{number}>") for number in range(size)]


@pytest.mark.slow
def test_a_million_facts_about_one_subject() -> None:
    inverse = Rule("inverse", (Atom("?x", "<urn:p>", "?y"),), (Atom("?y", "<urn:q>", "?x"),))
    member = Rule(
        "member", (Atom("?x", "<urn:p>", "?y"), Atom("?y", "<urn:q>", "?x")), (Atom("?x", RDF_TYPE, "<urn:A>"),)
    )
    start = time.process_time()
    closure = reason(Theory.build([inverse, member]), make_hub(1_000_000))
    assert closure.count_facts() == (1_000_000, 1_000_001)
    assert closure.depth(("<urn:hub>", RDF_TYPE, "<urn:A>")) == 2
    assert closure.proof(("<urn:n999999>", "<urn:q>", "<urn:hub>")) is not None
    assert time.process_time() - start < 150


def test_a_hub_reaches_a_limit_of_the_project(tmp_path: Path) -> None:
    path = tmp_path / ONTOLOGY
    path.parent.mkdir(parents=True)
    values = " , ".join(f":n{number}" for number in range(20_000))
    path.write_text(f"{PREFIXES}:p owl:inverseOf :q .\n:hub :p {values} .\n")
    (tmp_path / "workbench.yaml").write_text(CONFIGURATION + "reasoning: {facts: 30000}\n")
    main = [sys.executable, "-c", "from workbench.cli import main; main()"]
    done = subprocess.run([*main, "check", str(tmp_path)], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (3, "")
    assert done.stderr.startswith("workbench: Reasoning was stopped after more than 30000 facts; the rule '")
    assert done.stderr.endswith("' produced most in the last round.\n") and done.stderr.count("\n") == 1
