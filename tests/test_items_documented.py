"""The worked reader of docs/items.md, which knows nothing of Workbench, comes to the answers that items have."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from workbench.export.evidence import read_evidence, read_theory_file
from workbench.model.items import ITEM_SCHEMA, check_item, load_item_schema

ROOT = Path(__file__).resolve().parents[1]
DOCUMENT = (ROOT / "docs" / "items.md").read_text(encoding="utf-8")
PROGRAMS = re.findall(r"^```python\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
SAMPLES = re.findall(r"^```json\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("reader") / "reader.py"
    path.write_text(next(text for text in PROGRAMS if "import clingo" in text), encoding="utf-8")
    return path


def read(program: Path, dataset: Path) -> tuple[int, str]:
    done = subprocess.run([sys.executable, "-I", program, dataset], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    return done.returncode, done.stdout


def list_items(dataset: Path) -> list[tuple[Path, list[dict[str, Any]]]]:
    files = sorted(dataset.glob("items/*.jsonl"))
    return [(path, [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]) for path in files]


def test_the_reader_imports_nothing_of_workbench(program: Path) -> None:
    imported = re.findall(r"^\s*(?:import|from) (\S+)", program.read_text(encoding="utf-8"), re.MULTILINE)
    assert set(imported) <= {*sys.stdlib_module_names, "clingo"}


def test_the_reader_agrees_on_every_item(program: Path, small_dataset: Path) -> None:
    count = sum(len(items) for _, items in list_items(small_dataset))
    assert count > 60
    assert read(program, small_dataset) == (0, f"{count} items, 0 disagreements\n")


def test_the_reader_sees_every_wrong_answer(program: Path, small_dataset: Path, tmp_path: Path) -> None:
    """An agreement is worth something only where a disagreement would show."""
    dataset = tmp_path / "dataset"
    shutil.copytree(small_dataset, dataset)
    turn = {"entailed": "refuted", "refuted": "unknown", "unknown": "entailed"}
    count = 0
    for path, items in list_items(dataset):
        for item in items:
            if item["query"]["kind"] == "select":
                item["query"]["answers"] = item["query"]["answers"][1:]
            elif item["options"]:
                item["options"][0]["status"] = turn[item["options"][0]["status"]]
            else:
                item["status"] = turn[item["status"]]
        path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
        count += len(items)
    code, output = read(program, dataset)
    assert (code, output.splitlines()[-1]) == (1, f"{count} items, {count} disagreements")


def write_dataset(folder: Path, items: list[dict[str, Any]], rules: list[str]) -> Path:
    (folder / "items").mkdir(parents=True)
    (folder / "theories").mkdir()
    (folder / "prefixes.json").write_text(
        json.dumps(
            {
                "k": "https://example.org/k#",
                "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
                "xsd": "http://www.w3.org/2001/XMLSchema#",
            }
        )
    )
    (folder / "theories" / "t.json").write_text(json.dumps({"rules": [{"formal": rule} for rule in rules]}))
    (folder / "items" / "train.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    return folder


def make_item(query: dict[str, Any], status: str | None, facts: list[list[str]], closed: list[str]) -> dict[str, Any]:
    return {
        "id": "i",
        "theory": "t",
        "context": [{"triple": fact} for fact in facts],
        "semantics": {"closed": closed},
        "query": query,
        "options": [],
        "status": status,
    }


def holds(statement: str, status: str, facts: str, closed: str = "") -> dict[str, Any]:
    triples = [fact.split() for fact in facts.split(",")]
    return make_item({"kind": "holds", "triple": statement.split()}, status, triples, closed.split())


def literal(number: str, datatype: str = "integer") -> str:
    return f'"{number}"^^<http://www.w3.org/2001/XMLSchema#{datatype}>'


def test_arithmetic_and_negation_by_hand(program: Path, tmp_path: Path) -> None:
    """Whatever the rules language can say about integers, on cases whose answers are obvious."""
    rules = [
        "k:p(?x, ?a) ^ ?b = (?a + 1) * 2 -> k:q(?x, ?b)",
        "k:p(?x, ?a) ^ ?a / 2 > 1 ^ ?a / 2 <= 3 / 2 -> k:Half(?x)",
        "k:p(?x, ?a) ^ ?a != 3 -> k:Other(?x)",
        "k:p(?x, ?a) ^ ?a - 3 < 0 -> k:Small(?x)",
        "k:p(?x, ?a) ^ not (k:p(?y, ?b) ^ ?b > ?a) -> k:Largest(?x)",
        "k:Person(?x) ^ not k:r(?x, ?y) -> k:Alone(?x)",
        "k:s(?x, ?y) -> k:r(?x, ?y)",
        "k:Alone(?x) ^ k:Small(?x) -> false",
        "-> k:p(k:c, 5)",
    ]
    facts = f"k:a k:p {literal('3')}, k:b k:p {literal('1')}, k:a rdf:type k:Person"
    closed = "k:r k:p"
    items = [
        holds(f"k:a k:q {literal('8')}", "entailed", facts, closed),
        holds(f"k:a k:q {literal('9')}", "unknown", facts, closed),
        holds("k:a rdf:type k:Half", "entailed", facts, closed),
        holds("k:b rdf:type k:Half", "unknown", facts, closed),
        holds("k:b rdf:type k:Other", "entailed", facts, closed),
        holds("k:a rdf:type k:Other", "unknown", facts, closed),
        holds("k:b rdf:type k:Small", "entailed", facts, closed),
        holds("k:c rdf:type k:Largest", "entailed", facts, closed),
        holds("k:a rdf:type k:Largest", "unknown", facts, closed),
        holds("k:a rdf:type k:Alone", "entailed", facts, closed),
        holds("k:a rdf:type k:Small", "refuted", facts, closed),
        holds("k:a k:r k:b", "refuted", facts, closed),
        holds("k:a k:s k:b", "refuted", facts, closed),
        holds("k:a k:t k:b", "unknown", facts, closed),
        make_item({"kind": "select", "vars": ["n"], "body": "k:p(?who, ?n) ^ not k:p(k:a, ?n)", "answers": [
            [literal("1")], [literal("5")]]}, None, [fact.split() for fact in facts.split(",")], closed.split()),
    ]  # fmt: skip
    dataset = write_dataset(tmp_path / "d", items, rules)
    assert read(program, dataset) == (0, f"{len(items)} items, 0 disagreements\n")


@pytest.mark.parametrize(
    "body", ['contains(?a, "x")', "?b = upperCase(?a)", 'not (matches(?a, "x"))', "year(?a) > 2000"]
)
def test_the_reader_refuses_other_functions(program: Path, tmp_path: Path, body: str) -> None:
    dataset = write_dataset(
        tmp_path / "d", [holds("k:a rdf:type k:C", "entailed", "k:a k:p k:b")], [f"k:p(?x, ?a) ^ {body} -> k:C(?x)"]
    )
    done = subprocess.run([sys.executable, "-I", program, dataset], capture_output=True, text=True, check=False)
    assert done.returncode != 0 and done.stdout == ""
    assert "this reader knows comparisons and arithmetic, not the function" in done.stderr


def test_the_sample_item_is_one_and_has_its_theory(program: Path, tmp_path: Path) -> None:
    item, theory = (json.loads(text) for text in SAMPLES)
    assert check_item(item) == []
    assert theory["digest"] == item["theory"]
    prefixes = {
        "k": "https://example.org/kinship#",
        "n": "urn:knowledge-workbench:name#",
        "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    }
    stated = read_theory_file(item["theory"], theory, prefixes)
    assert read_evidence(item, stated, prefixes).judgements[0].status == "entailed"
    dataset = write_dataset(tmp_path / "d", [item | {"theory": "t"}], [rule["formal"] for rule in theory["rules"]])
    (dataset / "prefixes.json").write_text(json.dumps(prefixes))
    assert read(program, dataset) == (0, "1 items, 0 disagreements\n")


def test_every_key_is_described() -> None:
    """Each key of the schema, however deep, stands in the document in code type."""
    schema = load_item_schema()
    keys = set(schema["properties"])
    for part in (*schema["properties"].values(), *schema["$defs"].values()):
        keys |= find_keys(part)
    missing = [key for key in sorted(keys) if f"`{key}`" not in DOCUMENT]
    assert missing == []
    assert f"workbench/model/{ITEM_SCHEMA}" in DOCUMENT


def find_keys(schema: Any) -> set[str]:
    if isinstance(schema, list):
        return set().union(*map(find_keys, schema), set())
    if not isinstance(schema, dict):
        return set()
    return set(schema.get("properties", {})).union(*map(find_keys, schema.values()))
