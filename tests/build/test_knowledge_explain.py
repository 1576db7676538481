"""``explain``: statements as people type them, verdicts with evidence that independent judges accept."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest
from hypothesis import HealthCheck, assume, given, settings
from oracles import naive, programs

from workbench.build import explain
from workbench.build.explaining import refute
from workbench.build.statements import parse_statement
from workbench.checker import check_models, check_refutation
from workbench.errors import InvalidKnowledgeError, LimitError, SelectionError
from workbench.model.proofs import Refutation
from workbench.model.terms import RDF_TYPE, Triple, make_literal
from workbench.model.theory import Theory
from workbench.project import Project
from workbench.reasoning.closure import reason
from workbench.reasoning.guards import Limits

Make = Callable[[dict[str, str]], Project]
Files = dict[str, str]
SPACE = "https://example.org/f#"
TTL = "ontologies/family/family.ttl"


def name(local: str) -> str:
    return f"<{SPACE}{local}>"


@pytest.fixture
def project(make: Make, files: Files) -> Project:
    return make(files)


@pytest.mark.parametrize(
    ("text", "triple"),
    [
        ("bob hasUncle carl", (name("bob"), name("hasUncle"), name("carl"))),
        ("f:bob f:hasUncle f:carl", (name("bob"), name("hasUncle"), name("carl"))),
        (f"<{SPACE}bob> hasUncle :carl", (name("bob"), name("hasUncle"), name("carl"))),
        ('Bob "has uncle" "Carl Smith"', (name("bob"), name("hasUncle"), name("carl"))),
        ("Bob has uncle Carl Smith", (name("bob"), name("hasUncle"), name("carl"))),
        ("“Carl Smith” hasUncle 'Bob'", (name("carl"), name("hasUncle"), name("bob"))),
        ("BOB hasuncle carl", (name("bob"), name("hasUncle"), name("carl"))),
        ("bob a Man", (name("bob"), RDF_TYPE, name("Man"))),
        ("bob rdf:type f:Man", (name("bob"), RDF_TYPE, name("Man"))),
        ("bob a man", (name("bob"), RDF_TYPE, name("Man"))),
        ("bob born 1980", (name("bob"), name("born"), make_literal(1980))),
        ("bob born 1999", (name("bob"), name("born"), make_literal(1999))),
        ('bob born "1999"^^xsd:integer', (name("bob"), name("born"), make_literal(1999))),
        ("bob born 1980.0", (name("bob"), name("born"), make_literal(1980))),
        ("bob born 01980", (name("bob"), name("born"), make_literal(1980))),
        ('bob born "1980.0"', (name("bob"), name("born"), make_literal("1980.0"))),
        ('bob born "1999"', (name("bob"), name("born"), make_literal("1999"))),
        ('bob born "x"@de', (name("bob"), name("born"), make_literal("x", language="de"))),
    ],
)
def test_statements_are_read_as_people_write_them(project: Project, text: str, triple: Triple) -> None:
    assert parse_statement(project.get_domain(), text) == triple


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("bob hasUncle", "A statement has a subject, a property and an object"),
        ("bob hasUncl carl", r"no property 'hasUncl' in the domain family\. Did you mean hasUncle"),
        ("bobby hasUncle carl", r"no individual 'bobby'.*bob"),
        ("bob a Mann", r"no class 'Mann'.*Man"),
        ("bob hasUncle Man", "'Man' is a class; here stands an individual"),
        ("bob Man carl", "'Man' is a class; here stands a property"),
        ("bob hasUncle nobody:x", "no individual 'nobody:x'"),
        ("bob born 1^^", "no"),
        ("?x hasUncle carl", r"no variables such as \?x"),
        ("bob hasUncle ?who", r"no variables such as \?who"),
        ("bob born ?x", r"no variables such as \?x"),
        ("Bob has uncle ?x", r"no variables such as \?x"),
        ('bob born "1"^^nope:x', "prefix of 'nope:x' is not known"),
        ("what on earth is this", "names no property"),
    ],
)
def test_what_is_not_known_is_named_with_what_is_close(project: Project, text: str, message: str) -> None:
    if text.endswith("1^^"):
        assert parse_statement(project.get_domain(), text)[2] == '"1^^"'
        return
    with pytest.raises(SelectionError, match=message):
        parse_statement(project.get_domain(), text)


def test_a_name_that_means_two_things_must_be_written_out(make: Make, files: Files) -> None:
    files[TTL] += "\n<https://example.org/g#zoe> a :Woman . <https://example.org/h#zoe> a :Woman .\n"
    with pytest.raises(
        SelectionError, match=r"'zoe' can mean <https://example.org/g#zoe>, <https://example.org/h#zoe>"
    ):
        parse_statement(make(files).get_domain(), "zoe hasUncle carl")


def test_a_proof_in_sentences_with_every_place(project: Project) -> None:
    explanation = explain(project, None, "bob hasUncle carl")
    assert explanation.status == "entailed"
    assert explanation.is_complete
    assert (
        explanation.format_text()
        == f"""\
True, since it follows: Carl Smith is an uncle of Bob.

  1. Ann is a parent of Bob.
     stated ({TTL}:23:16)
  2. Carl Smith is a brother of Ann.
     stated ({TTL}:20:17)
  3. Carl Smith is an uncle of Bob.
     from 1 and 2 by the rule uncle: A brother of a parent is an uncle. (ontologies/family/family.rules:3:6)
"""
    )


def test_an_axiom_is_cited_with_its_line(project: Project, files: Files) -> None:
    line = explain(project, "family", "ann hasChild bob").accounts[0].lines[-1]
    assert (line.origin, line.rule, line.premises) == ("axiom", "hasChild-inverse-of-hasParent", (1,))
    assert line.location is not None
    text = files[TTL].splitlines()[line.location.line - 1]
    assert text[line.location.column - 1 :].startswith(":hasParent ;")
    assert "owl:inverseOf" in text


def test_a_stated_fact_is_its_own_proof(project: Project) -> None:
    explanation = explain(project, None, "bob hasParent ann")
    assert [line.origin for line in explanation.accounts[0].lines] == ["stated"]


def test_what_a_negation_looked_for_is_said(project: Project) -> None:
    text = explain(project, None, "ann hasHeir bob").format_text()
    assert "and as far as is known, it is not the case that Bob was adopted" in text


def test_all_proofs_are_given_when_asked_for(make: Make, files: Files) -> None:
    files[TTL] += "\n:bob :hasParent :fay . :fay a :Woman ; :hasBrother :carl .\n"
    project = make(files)
    one, every = explain(project, None, "bob hasUncle carl"), explain(project, None, "bob hasUncle carl", all=True)
    assert (len(one.accounts), one.is_complete) == (1, False)
    assert "There are other proofs too." in one.format_text()
    assert (len(every.accounts), every.is_complete) == (2, True)
    assert "Proof 2 of 2:" in every.format_text()


def test_closed_classes_refute_what_was_not_found(project: Project) -> None:
    explanation = explain(project, None, "bob a Adopted")
    assert explanation.status == "refuted"
    assert explanation.evidence == Refutation((name("bob"), RDF_TYPE, name("Adopted")))
    text = explanation.format_text()
    assert text.startswith("False, since nothing says so: Bob was adopted.\n")
    assert "It is neither stated nor derived." in text
    assert "It is true that A was adopted only if this follows from what is stated." in text
    assert explanation.to_json()["refutation"]["kind"] == "not-found"


def test_a_value_is_found_by_what_it_is_worth(make: Make, files: Files) -> None:
    files["workbench.yaml"] = files["workbench.yaml"].replace("[f:Adopted]", "[f:Adopted, f:born]")
    files[TTL] += ":carl :born 1980.0 .\n"
    project = make(files)
    for person in ("bob", "carl"):
        for value in ("1980", "1980.0", "01980", "1980.00"):
            assert explain(project, None, f"{person} born {value}").status == "entailed"
        assert explain(project, None, f"{person} born 1981").status == "refuted"


def test_a_contradiction_refutes(project: Project) -> None:
    explanation = explain(project, None, "bob hasParent eve")
    assert explanation.status == "unknown"
    explanation = explain(project, None, "ann hasParent bob")
    assert explanation.status == "refuted"
    text = explanation.format_text()
    assert text.startswith("False, since it cannot be: Bob is a parent of Ann.\n")
    assert "Suppose: Bob is a parent of Ann." in text
    assert "by the constraint parent-older: A parent is at least twelve years older than a child." in text
    assert text.rstrip().endswith("So the statement contradicts what is known.")
    refutation = explanation.to_json()["refutation"]
    assert (refutation["kind"], refutation["looked_for"]) == ("contradiction", None)


def test_a_closed_consequence_that_is_missing_refutes(make: Make, files: Files) -> None:
    files["workbench.yaml"] = files["workbench.yaml"].replace("[f:Adopted]", "[f:Adopted, f:hasUncle]")
    explanation = explain(make(files), None, "carl hasParent ann")
    assert explanation.status == "refuted"
    refutation = explanation.to_json()["refutation"]
    assert refutation["kind"] == "closed-consequence"
    assert refutation["looked_for"] == [":carl", ":hasUncle", ":carl"]
    assert (
        "But it is neither stated nor derived that Carl Smith is an uncle of Carl Smith." in explanation.format_text()
    )


def test_the_unknown_comes_with_what_would_follow(project: Project) -> None:
    explanation = explain(project, None, "bob hasBrother carl")
    assert explanation.status == "unknown"
    assert explanation.added == ()
    explanation = explain(project, None, "carl hasParent bob")
    models = explanation.to_json()["models"]
    assert {entry["text"] for entry in models["added"]} == {
        "Carl Smith is a child of Bob.",
        "Carl Smith is an heir of Bob.",
    }
    assert models["derived_with"] == models["derived_without"] + 2
    assert "With the statement this would follow as well:" in explanation.format_text()


def test_json_is_plain_json(project: Project) -> None:
    for text in ("bob hasUncle carl", "bob a Adopted", "ann hasParent bob", "carl hasParent bob"):
        data = explain(project, None, text).to_json()
        assert json.loads(json.dumps(data)) == data
        assert set(data) == {"domain", "statement", "status", "proofs", "complete", "refutation", "models"}
        filled = [bool(data["proofs"]), data["refutation"] is not None, data["models"] is not None]
        assert filled == [data["status"] == status for status in ("entailed", "refuted", "unknown")]


def test_mermaid_labels_cannot_break_out(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace('"Ann"@en', '"Ann \\"] --> x[<b>`#35;|"@en')
    diagram = explain(make(files), None, "bob hasUncle carl").to_mermaid()
    lines = diagram.splitlines()
    assert lines[0] == "flowchart BT"
    assert all(line.count('"') in (0, 2) for line in lines)
    assert not any(mark in diagram.replace("-->|", "").replace('"| n', "") for mark in ("<b>", "`", "#35;", "|"))
    assert sum(" -->" in line.split('"')[0] for line in lines) == 2


def test_text_cannot_steer_a_terminal(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace('"Ann"@en', '"Ann\\u001b[2J\\u202e"@en')
    assert "\x1b" not in explain(make(files), None, "bob hasUncle carl").format_text()


def test_from_contradicting_facts_only_what_follows_is_explained(make: Make, files: Files) -> None:
    files[TTL] += "\n:dan a :Man , :Woman .\n"
    project = make(files)
    assert explain(project, None, "bob hasUncle carl").status == "entailed"
    with pytest.raises(InvalidKnowledgeError, match="contradict each other") as raised:
        explain(project, None, "carl hasUncle bob")
    assert [v.code for v in raised.value.report.violations] == ["ontology.inconsistent"]


def test_rules_with_errors_explain_nothing(make: Make, files: Files) -> None:
    files["ontologies/family/family.rules"] += "\nrule x\n  hasParnt(?x, ?y) -> hasUncle(?x, ?y)\n"
    with pytest.raises(InvalidKnowledgeError, match="nothing can be concluded"):
        explain(make(files), None, "bob hasUncle carl")


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(programs.samplers())
def test_refutations_agree_with_the_oracle_and_pass_the_checker(sampler: programs.Sampler) -> None:
    """On random theories: refuted exactly when the naive evaluator derives false or a closed fact that M lacks."""
    drawn, facts = sampler.draw_theory(), sampler.draw_world()
    negated = {
        a.key for r in drawn.rules for e in r.body if hasattr(e, "elements") for a in e.elements if hasattr(a, "key")
    }
    theory = Theory(drawn.rules, frozenset(negated | {sampler.random.choice(programs.PROPERTIES)}))
    limits = Limits(rounds=12, facts=250)
    try:
        closure = reason(theory, facts, limits)
    except LimitError:
        assume(False)
    model = naive.evaluate(theory, facts)
    assume(not model.contradictions)
    statement = sampler.draw_world(4)[0]
    assume(statement not in model.heights)
    try:
        evidence = refute(closure, statement, limits)
    except LimitError:
        assume(False)
    extended = naive.evaluate(theory, [*facts, statement], frozenset(model.heights))
    new = [fact for fact in extended.heights if fact not in model.heights]
    closed = [f for f in new if (f[2] if f[1] == RDF_TYPE else f[1]) in theory.closed]
    assert isinstance(evidence, Refutation) == bool(extended.contradictions or closed)
    if isinstance(evidence, Refutation):
        assert check_refutation(theory, facts, evidence) == ()
    else:
        assert check_models(theory, facts, evidence) == ()
