"""A domain whose rules use functions of strings and dates makes a dataset that every judge accepts."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from workbench.build import build, check, load, verify
from workbench.formats.rules_parser import parse_rule
from workbench.generation.identity.clause_graph import ClauseGraph, Grain, compute_digest

FILES = {
    "workbench.yaml": """\
version: 1
name: Club
base: https://example.org/club#
license: CC0-1.0
languages: [en, de]
prefixes:
  c: https://example.org/club#
domains:
  club:
    closed: [c:Banned]
""",
    "ontologies/club/club.ttl": """\
@prefix c: <https://example.org/club#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

c:Person a owl:Class ; wb:phrase "{subject} is a person"@en, "{subject} ist eine Person"@de .
c:Noble a owl:Class ; wb:phrase "{subject} is noble"@en, "{subject} ist adlig"@de .
c:Veteran a owl:Class ; wb:phrase "{subject} is a veteran"@en, "{subject} ist ein Veteran"@de .
c:Young a owl:Class ; wb:phrase "{subject} is young"@en, "{subject} ist jung"@de .
c:Banned a owl:Class ; wb:phrase "{subject} was banned"@en, "{subject} wurde verbannt"@de .
c:Guest a owl:Class ; wb:phrase "{subject} is a guest"@en, "{subject} ist ein Gast"@de .
c:given a owl:DatatypeProperty ; rdfs:range xsd:string ; rdfs:domain c:Person ;
    wb:phrase "{subject} has the given name {object}"@en, "{subject} trägt den Vornamen {object}"@de .
c:family a owl:DatatypeProperty ; rdfs:range xsd:string ; rdfs:domain c:Person ;
    wb:phrase "{subject} has the family name {object}"@en, "{subject} trägt den Nachnamen {object}"@de .
c:full a owl:DatatypeProperty ; rdfs:range xsd:string ;
    wb:phrase "{subject} is called {object}"@en, "{subject} heißt {object}"@de .
c:joined a owl:DatatypeProperty ; rdfs:range xsd:date ; rdfs:domain c:Person ;
    wb:phrase "{subject} joined on {object}"@en, "{subject} trat ein am {object}"@de .
c:renewal a owl:DatatypeProperty ; rdfs:range xsd:date ;
    wb:phrase "{subject} has to renew on {object}"@en, "{subject} muss erneuern am {object}"@de .
c:invites a owl:ObjectProperty ; wb:phrase "{subject} invites {object}"@en, "{subject} lädt {object} ein"@de .

c:a a c:Person ; c:given "Anna" ; c:family "von Berg" ; c:joined "1998-02-28"^^xsd:date ; c:invites c:b .
c:b a c:Person ; c:given "Ben" ; c:family "Smith" ; c:joined "2004-02-29"^^xsd:date .
c:c a c:Person, c:Banned ; c:given "Cleo" ; c:family "von Tal" ; c:joined "2010-06-15"^^xsd:date ; c:invites c:a .
c:d a c:Person ; c:given "Dora" ; c:family "Jones" ; c:joined "1990-01-01"^^xsd:date ; c:invites c:c .
""",
    "ontologies/club/club.rules": """\
prefix : <https://example.org/club#>

rule full-name
  given(?x, ?g) ^ family(?x, ?f) ^ ?n = stringConcat(?g, " ", ?f) -> full(?x, ?n)

rule noble
  family(?x, ?f) ^ startsWith(?f, "von ") -> Noble(?x)

rule veteran
  joined(?x, ?d) ^ year(?d) < 2000 ^ not Banned(?x) -> Veteran(?x)

rule renewal
  joined(?x, ?d) ^ ?r = addYearMonthDurationToDate(?d, "P10Y"^^xsd:yearMonthDuration) -> renewal(?x, ?r)

rule young
  renewal(?x, ?r) ^ ?r > "2013-12-31"^^xsd:date -> Young(?x)

rule guest
  invites(?x, ?y) ^ Veteran(?x) ^ full(?y, ?n) ^ contains(?n, "e") -> Guest(?y)
""",
    "curricula/club/curriculum.yaml": """\
version: 1
name: club
description: Names and dates.
licence: CC0-1.0
languages: {en: 1, de: 1}
splits: {train: 6, validation: 2, test: 2}
shortfall: warning
names:
  c:Person: [Ada, Bo, Cem, Dee, Eli, Fay, Gus, Hal, Ida, Jon, Kay, Lev, Mia, Ned, Ola, Pia, Rex, Sue, Tom, Uma]
levels:
  - name: some-steps
    title: One to three steps
    hops: [1, 3]
    distractors: [0, 3]
    worlds: [sampled, project]
    tasks: {entailment: 12, select: 4, options: 3}
""",
}
TEMPLATES = {
    "entailment": "Statement: {{ statement }}.\nIs it {{ choices }}?",
    "select": "Question: {{ question }}\nName all.",
    "options": "{{ options }}\nWhich one must be true?",
}


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("club")
    files = dict(FILES)
    for task, asking in TEMPLATES.items():
        for language in ("en", "de"):
            text = "Facts:\n{{ facts_list }}\n{% if rules_list %}Rules:\n{{ rules_list }}\n{% endif %}"
            text += "{% if closed %}{{ closed }}\n{% endif %}" + asking + "\n"
            files[f"curricula/club/templates/{task}/{language}-1.j2"] = text
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return build(load(folder), folder / "out", seed=1).folders[0]


def test_the_dataset_verifies(dataset: Path) -> None:
    report = verify(dataset)
    assert report.ok, report
    items = [json.loads(line) for path in dataset.glob("items/*.jsonl") for line in path.read_text().splitlines()]
    assert len(items) > 5
    used = [item for item in items if "startsWith(" in json.dumps(read_theory(dataset, item))]
    assert used and all(item["semantics"]["builtins"] == "2" for item in used)
    assert {item["language"] for item in items} == {"en", "de"}
    wording = json.loads((dataset / "wording.json").read_text())
    frames = wording["languages"]["en"]["frames"]["functions"]
    assert set(frames) == {"stringConcat", "startsWith", "year", "addYearMonthDurationToDate", "contains"}


def test_the_check_says_what_the_solver_cannot_decide(dataset: Path) -> None:
    report = check(load(dataset.parent.parent)).report
    (found,) = [violation for violation in report.violations if violation.code == "rule.undecided"]
    assert found.severity == "info" and not report.has_errors
    assert found.message == "Whether full-name, guest, noble, renewal, veteran can ever apply could not be decided."


@pytest.mark.parametrize("grain", ["exact", "named", "core"])
def test_identity_tells_functions_arguments_and_literals_apart(grain: Grain) -> None:
    conditions = [
        'contains(?a, "x")', 'startsWith(?a, "x")', 'contains(?a, "y")', 'contains("x", ?a)',
        'contains(?a, "x") != true',
        '?a = substring("x", 1)', '?a = substring("x", 1, 1)', '?a = stringConcat("x", "y")',
        '?a = stringConcat("xy")',
        '?a = stringConcat(stringConcat("x"), "y")', '?a = stringConcat(stringConcat("x", "y"))', "year(?a) = 1",
    ]  # fmt: skip
    digests = set()
    for number, condition in enumerate(conditions):
        rule = parse_rule(f"p(?x, ?a) ^ {condition} -> q(?x, ?a)", {"": "https://example.org/k#"}, f"r{number}")
        graph = ClauseGraph(grain)
        graph.add_rule(rule)
        digests.add(compute_digest(graph.canonicalise()[0]))
    assert len(digests) == len(conditions)


def read_theory(dataset: Path, item: dict[str, object]) -> list[str]:
    theory = json.loads((dataset / "theories" / f"{item['theory']}.json").read_text())
    return [rule["formal"] for rule in theory["rules"]]
