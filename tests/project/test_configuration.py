"""workbench.yaml is read strictly, and what is wrong with it has a line and a plain sentence."""

from contextlib import suppress
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.errors import ProjectError
from workbench.model.report import Location, Violation
from workbench.project.configuration import ProjectConfig, ReasoningLimits, Waiver, parse_configuration

FULL = """\
version: 1
name: Family law
base: https://example.org/law#
description: Who inherits what.
license: CC-BY-4.0
prefixes: {"": "https://example.org/law#", k: "https://example.org/kinship#"}
languages: [en, de]
domains:
  law:
    ontologies: [ontologies/law/**/*.ttl, ontologies/law/*.rules]
    closed: [k:hasChild, <https://example.org/law#Heir>]
    sensitive: true
    unique_names: true
  kinship:
severity: {lint.no-label: "off", shape.*: warning}
waivers:
  - {code: rule.unused, path: ontologies/**, reason: "Kept for the appendix.", owner: A. Expert, expires: 2026-12-31}
build: {out: data, seed: 7, workers: 2}
reasoning: {seconds: 600, facts: 5000000, memory: 1.5 GB}
"""


def read(text: str) -> tuple[ProjectConfig, tuple[Violation, ...]]:
    return parse_configuration(text.encode())


def test_everything_is_read() -> None:
    config, violations = read(FULL)
    assert violations == ()
    assert (config.name, config.base, config.license) == ("Family law", "https://example.org/law#", "CC-BY-4.0")
    assert config.languages == ("en", "de")
    assert list(config.domains) == ["kinship", "law"]
    law, kinship = config.domains["law"], config.domains["kinship"]
    assert law.ontologies == ("ontologies/law/**/*.ttl", "ontologies/law/*.rules")
    assert law.validators == ("validators/law/**",)
    assert law.closed == ("k:hasChild", "<https://example.org/law#Heir>")
    assert law.sensitive and not kinship.sensitive
    assert kinship.ontologies == ("ontologies/kinship/**",)
    assert (config.build.out, config.build.seed, config.build.workers) == ("data", 7, 2)
    assert config.reasoning == ReasoningLimits(seconds=600, facts=5_000_000, memory=1_500_000_000)
    assert config.waivers == (
        Waiver("rule.unused", "Kept for the appendix.", "A. Expert", date(2026, 12, 31), "ontologies/**"),
    )
    assert config.waivers[0].location == Location("workbench.yaml", 17, 5)
    assert config.locate("domains", "law", "closed", 1) == Location("workbench.yaml", 11, 26)


def test_defaults() -> None:
    config, violations = read("version: 1\nname: x\ndomains: {a: }\n")
    assert violations == ()
    assert config.languages == ("en",)
    assert (config.build.out, config.build.seed, config.build.workers) == ("out", 0, 1)
    assert config.reasoning == ReasoningLimits(None, None, None)


def test_severities_and_waivers() -> None:
    config, _ = read(FULL)
    place = Location("ontologies/law/a.rules", 3)
    assert config.get_severity(Violation("lint.no-label", "error", "x")) == "off"
    assert config.get_severity(Violation("shape.datatype", "error", "x")) == "warning"
    assert config.get_severity(Violation("rule.syntax", "error", "x")) == "error"
    waiver = config.waivers[0]
    assert waiver.covers(Violation("rule.unused", "warning", "x", place), date(2026, 12, 31))
    assert not waiver.covers(Violation("rule.unused", "warning", "x", place), date(2027, 1, 1))
    assert not waiver.covers(Violation("rule.unused", "warning", "x", Location("validators/a.rules")), date(2026, 1, 1))
    assert not waiver.covers(Violation("rule.other", "warning", "x", place), date(2026, 1, 1))


HEAD = "version: 1\nname: x\ndomains:\n  a:\n"


@pytest.mark.parametrize(
    ("text", "code", "line", "word"),
    [
        (HEAD + "colour: red\n", "config.unknown-key", 5, "colour"),
        (HEAD + "    close: [a]\n", "config.unknown-key", 5, "close"),
        (HEAD + "    unique_names: false\n", "config.unique-names", 5, "unique"),
        (HEAD + "    unique_names: maybe\n", "config.type", 5, "true or false"),
        (HEAD + "    sensitive: yes\n", "config.type", 5, "true or false"),
        (HEAD + "    closed: 7\n", "config.type", 5, "list"),
        (HEAD + "    closed: [k:a, 7]\n", "config.type", 5, "the number 7"),
        (HEAD + "    closed: [k:a, k:a]\n", "config.value", 5, "twice"),
        (HEAD + "    ontologies: ../elsewhere/**\n", "config.value", 5, ".."),
        (HEAD + "    ontologies: /etc\n", "config.value", 5, "inside the project"),
        (HEAD + "    ontologies: a/**b\n", "config.value", 5, "**"),
        (HEAD + "base: not an iri\n", "config.value", 5, "absolute IRI"),
        (HEAD + "prefixes: {k: kinship}\n", "config.value", 5, "absolute IRI"),
        (HEAD + "prefixes: {1k: 'urn:x:'}\n", "config.value", 5, "prefix"),
        (HEAD + "languages: [English]\n", "config.value", 5, "language"),
        (HEAD + "severity: {a.b: fatal}\n", "config.value", 5, "one of"),
        (HEAD + "waivers: [{code: a.b}]\n", "config.waiver", 5, "why"),
        (
            HEAD + "waivers:\n  - {code: a.b, reason: r, owner: o, expires: soon}\n",
            "config.value", 6, "date",
        ),
        (
            HEAD + "waivers:\n  - {code: a.b, reason: r, owner: o, expires: 2026-01-01, path: ../x}\n",
            "config.value", 6, "..",
        ),
        (HEAD + "build: {seed: -1}\n", "config.value", 5, "at least 0"),
        (HEAD + "build: {workers: many}\n", "config.type", 5, "whole number"),
        (HEAD + "build: {workers: true}\n", "config.type", 5, "whole number"),
        (HEAD + "reasoning: {seconds: 0}\n", "config.value", 5, "'reasoning.seconds' must be at least 1"),
        (HEAD + "reasoning: {facts: many}\n", "config.type", 5, "whole number"),
        (HEAD + "reasoning: {memory: 500}\n", "config.type", 5, "text"),
        (HEAD + "reasoning: {memory: much}\n", "config.value", 5, "500 MB or 4 GB"),
        (HEAD + "reasoning: {rounds: 7}\n", "config.unknown-key", 5, "rounds"),
        (HEAD + "description: [a]\n", "config.type", 5, "text"),
        (HEAD + "name: y\n", "yaml.syntax", 5, "twice"),
        ("version: 1\nname: x\ndomains:\n  a:\n  'b c':\n", "config.value", 5, "letters"),
        ("version: 1\nname: x\ndomains:\n  a: 3\n  b:\n", "config.type", 4, "mapping"),
    ],
)  # fmt: skip
def test_findings_have_a_line(text: str, code: str, line: int, word: str) -> None:
    config, violations = read(text)
    assert [(v.code, v.severity) for v in violations] == [(code, "error")]
    place = violations[0].location
    assert place is not None and (place.path, place.line) == ("workbench.yaml", line)
    assert word in violations[0].message
    assert config.domains


@pytest.mark.parametrize("path", ["../x", "3", "''", "/etc"])
def test_a_waiver_without_a_usable_path_waives_nothing(path: str) -> None:
    line = f"waivers: [{{code: a.b, reason: r, owner: o, expires: 2026-01-01, path: {path}}}]\n"
    config, violations = read(HEAD + line)
    assert config.waivers == () and len(violations) == 1


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("", "version"),
        ("- a\n", "no entries"),
        ("name: x\ndomains: {a: }\n", "version: 1"),
        ("version: 2\nname: x\ndomains: {a: }\n", "workbench.yaml:1:1"),
        ("version: '1'\nname: x\ndomains: {a: }\n", "version: 1"),
        ("version: 1\ndomains: {a: }\n", "name"),
        ("version: 1\nname: x\n", "domains"),
        ("version: 1\nname: x\ndomains: {}\n", "domains"),
        ("version: 1\nname: x\n  domains: {a: }\n", "workbench.yaml:3"),
    ],
)
def test_what_leaves_nothing_usable_stops(text: str, word: str) -> None:
    with pytest.raises(ProjectError, match=r"workbench\.yaml") as caught:
        read(text)
    assert word in str(caught.value)


@given(
    st.dictionaries(
        st.sampled_from(["prefixes", "languages", "severity", "waivers", "build", "base", "name", "domains"]),
        st.sampled_from(
            ["[]", "{}", "3", "x", "[{}]", "[[]]", "{a: }", "{a: [1]}", "'", "true", "{a: {closed: {}}}", "null"]
        ),
    )
)
def test_odd_values_are_found_never_raised(entries: dict[str, str]) -> None:
    text = "version: 1\n" + "".join(f"{key}: {value}\n" for key, value in entries.items())
    with suppress(ProjectError):
        read(text)
