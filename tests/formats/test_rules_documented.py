"""The document of the rules language shows what is true: every sample is read, every finding is listed."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from workbench.formats.rules_names import RESERVED
from workbench.formats.rules_parser import parse_rules
from workbench.formats.rules_printer import format_rules
from workbench.model.functions import FUNCTIONS, REFUSED, Function
from workbench.model.rules import Atom, Rule, iterate_atoms
from workbench.validation.rules import analyse_rules

ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
SAMPLES = re.findall(r"^```rules\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
PREFIXES = {"": "https://example.org/kinship#"}


def list_atoms(rule: Rule) -> list[Atom]:
    return [*rule.head, *iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True)]


@pytest.mark.parametrize("sample", SAMPLES, ids=range(len(SAMPLES)))
def test_every_sample_is_read_without_findings(sample: str) -> None:
    file = parse_rules(sample, "docs/rules.md", PREFIXES)
    assert file.violations == ()
    rules = (*file.rules, *(total.flatten() for total in file.totals))
    assert rules
    keys = {atom.key for rule in rules for atom in list_atoms(rule)}
    found = analyse_rules(rules, file.tests, known_keys=keys, closed=keys)
    assert [v.message for v in found if v.severity == "error"] == []


def test_the_worked_sample_is_canonical() -> None:
    assert len(SAMPLES) >= 3
    assert format_rules(SAMPLES[0], "f", {}) == SAMPLES[0]


def test_every_finding_is_listed_with_its_code() -> None:
    modules = [*(ROOT / "workbench/formats").glob("rules*.py"), *(ROOT / "workbench/validation").glob("rule*.py")]
    used = {c for path in modules for c in re.findall(r'"(rule\.[a-z-]+)"', path.read_text(encoding="utf-8"))}
    listed = set(re.findall(r"^\| `(rule\.[a-z-]+)`", DOCUMENT, re.MULTILINE))
    assert used == listed


def write_row(function: Function) -> str:
    names = list(function.parameters)
    for position in range(1, function.optional + 1):
        names[-position] = f"[{names[-position]}]"
    listed = ", ".join([*names, *(["…"] if function.repeated else [])])
    shown = f"`{function.name}({listed})`" + (f", `{function.symbol}`" if function.symbol else "")
    kind = "condition" if function.condition else function.result
    return f"| {shown} | {kind} | {function.meaning} | {function.source} |"


def test_the_table_of_built_ins_is_the_table_in_use() -> None:
    section = DOCUMENT.partition("\n## Built-ins\n")[2].partition("\n## ")[0]
    rows = [line for line in section.splitlines() if line.startswith("| `")]
    assert rows == [write_row(function) for function in FUNCTIONS.values()]
    left_out = section.partition("**Left out**")[2].partition("\n\n")[0]
    assert re.findall(r"`(\w+)`", left_out) == [*REFUSED]


def test_every_reserved_word_is_in_the_grammar() -> None:
    grammar = "".join(re.findall(r"^```ebnf\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL))
    assert [word for word in sorted(RESERVED) if f'"{word}"' not in grammar] == []
