"""The worked reader of docs/items.md, which knows nothing of Workbench, comes to the answers that items have."""

from __future__ import annotations

import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from guild_project import ALL_TASKS

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


def test_the_reader_agrees_on_every_item_of_every_task(program: Path, all_tasks_dataset: Path) -> None:
    tasks = Counter(item["task"] for _, items in list_items(all_tasks_dataset) for item in items)
    assert set(tasks) == set(ALL_TASKS) and min(tasks.values()) >= 4, tasks
    assert read(program, all_tasks_dataset) == (0, f"{tasks.total()} items, 0 disagreements\n")


TURN = {"entailed": "refuted", "refuted": "unknown", "unknown": "entailed"}


def list_wrong(item: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """The item with one thing wrong in what it says of its answer, in every way that its kind has."""
    query = item["query"]
    if item["status"] is not None:
        yield item | {"status": TURN[item["status"]]}
    if "answers" in query:
        yield item | {"query": query | {"answers": query["answers"][1:]}}
        yield item | {"query": query | {"answers": [*query["answers"], ["n:Zoe"] * len(query["vars"])]}}
    if "count" in query:
        yield item | {"query": query | {"count": query["count"] + 1}}
    if "best" in query:
        other = next(values[:1] for values in query["answers"] if values[:1] != query["best"])
        yield item | {"query": query | {"best": other}}
        yield item | {"query": query | {"order": "least" if query["order"] == "greatest" else "greatest"}}
    for key, options in (("options", item["options"]), ("before", query.get("before", ()))):
        for place, option in enumerate(options):
            changed = [*options[:place], option | {"status": TURN[option["status"]]}, *options[place + 1 :]]
            yield item | ({"options": changed} if key == "options" else {"query": query | {"before": changed}})
        if key == "options" and options:
            yield item | {"answer": next(option["letter"] for option in options if option["letter"] != item["answer"])}
    if "wrong" in query:
        yield item | {"query": query | {"wrong": next(f"S{n}" for n in (1, 2) if f"S{n}" != query["wrong"])}}
    for place, judged in enumerate(query.get("judged", ())):
        changed = [*query["judged"]]
        changed[place] = judged | {"status": TURN[judged["status"]]}
        yield item | {"query": query | {"judged": changed}}
    if query["kind"] == "induce":
        yield item | {"query": query | {"positive": query["negative"], "negative": query["positive"]}}
    if query["kind"] == "equivalent":
        near = query["near"]
        for place, one in enumerate(near):
            turned = [judged | {"status": TURN[judged["status"]]} for judged in one["judged"]]
            for changed in (one | {"judged": turned}, one | {"facts": one["facts"][1:]}):
                yield item | {"query": query | {"near": [*near[:place], changed, *near[place + 1 :]]}}
        yield item | {"answer": near[0]["formal"]}
        yield item | {"query": query | {"formal": near[0]["formal"]}}
    if query["kind"] == "puzzle":
        yield item | {"query": query | {"clues": query["clues"][1:]}}
        solved = [
            [slot["name"], value] for slot, value in zip(query["slots"], query["clues"][0]["second"], strict=True)
        ]
        yield item | {"query": query | {"solution": solved}}
        seconds = [clue | {"second": [value for _, value in query["solution"]]} for clue in query["clues"]]
        yield item | {"query": query | {"clues": seconds}}
        yield item | {"answer": item["answer"].partition("\n")[0]}
    if query["kind"] == "conflict":
        names = [entry["id"] for entry in item["context"]]
        others = [name for name in names if name not in query["facts"]]
        for changed in (query["facts"][1:], [*query["facts"], *others[:1]], [*query["facts"][1:], *others[:1]]):
            if changed != query["facts"]:
                labels = ", ".join(f"F{number}" for number in sorted(int(name[1:]) for name in changed))
                yield item | {"query": query | {"facts": changed}, "answer": labels}
        yield item | {"answer": item["answer"].partition(", ")[0]}
    if query["kind"] == "prove":
        first, *rest = item["proof"]
        yield item | {"proof": [first | {"premises": first["premises"][1:]}, *rest]}
        if rest:
            yield item | {"proof": [*item["proof"], first]}


def test_the_reader_sees_every_wrong_answer(program: Path, all_tasks_dataset: Path, tmp_path: Path) -> None:
    """An agreement is worth something only where a disagreement would show."""
    dataset = tmp_path / "dataset"
    shutil.copytree(all_tasks_dataset, dataset)
    count = 0
    for path, items in list_items(dataset):
        wrong = [list(list_wrong(item)) for item in items]
        assert all(wrong)
        path.write_text("".join(json.dumps(item) + "\n" for one in wrong for item in one), encoding="utf-8")
        count += sum(map(len, wrong))
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
    listed = [{"id": f"r{number}", "formal": rule} for number, rule in enumerate(rules)]
    (folder / "theories" / "t.json").write_text(json.dumps({"digest": "t", "rules": listed}))
    (folder / "items" / "train.jsonl").write_text("".join(json.dumps(item) + "\n" for item in items))
    return folder


def make_item(query: dict[str, Any], status: str | None, facts: list[list[str]], closed: list[str]) -> dict[str, Any]:
    return {
        "id": "i",
        "theory": "t",
        "context": [{"id": f"c{number}", "triple": fact} for number, fact in enumerate(facts, 1)],
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


LINE_RULES = {
    "R1": "k:r(?x, ?y) ^ k:r(?y, ?z) -> k:r(?x, ?z)",
    "R2": "k:r(?x, ?y) ^ ?x != ?y ^ not k:Out(?x) -> k:In(?x) ^ k:Seen(?y)",
    "R3": "k:p(?x, ?a) ^ ?b = ?a + 1 -> k:q(?x, ?b)",
}
LINE_FACTS = f"k:a k:r k:b, k:b k:r k:c, k:c k:r k:c, k:o k:r k:c, k:o rdf:type k:Out, k:a k:p {literal('3')}"


@pytest.mark.parametrize(
    ("conclusion", "rule", "premises", "follows"),
    [
        ("k:a k:r k:c", "R1", "F1 F2", True),
        ("k:a k:r k:c", "R1", "F2 F1", True),
        ("k:a k:r k:b", "R1", "F1 F2", False),
        ("k:c k:r k:c", "R1", "F3 F3", True),
        ("k:c k:r k:c", "R1", "F3 F1", False),
        ("k:a k:r k:c", "R1", "F1", False),
        ("k:a k:r k:c", "R1", "F1 F2 F3", False),
        ("k:a k:r k:c", "R2", "F1 F2", False),
        ("k:a rdf:type k:In", "R2", "F1", True),
        ("k:b rdf:type k:Seen", "R2", "F1", True),
        ("k:b rdf:type k:In", "R2", "F1", False),
        ("k:c rdf:type k:In", "R2", "F3", False),
        ("k:o rdf:type k:In", "R2", "F4", False),
        (f"k:a k:q {literal('4')}", "R3", "F6", True),
        (f"k:a k:q {literal('3')}", "R3", "F6", False),
    ],
)
def test_lines_of_proofs_by_hand(
    program: Path, tmp_path: Path, conclusion: str, rule: str, premises: str, follows: bool
) -> None:
    line = {"label": "S1", "triple": conclusion.split(), "rule": rule, "premises": premises.split()}
    other = {"label": "S2", "triple": "k:b rdf:type k:Seen".split(), "rule": "R2", "premises": ["F2"]}
    query = {"kind": "step", "triple": ["k:a", "k:r", "k:c"], "rules": ["r0", "r1", "r2"], "lines": [line, other]}
    facts = [fact.split() for fact in LINE_FACTS.split(",")]
    item = make_item(query | {"wrong": "S2"}, None, facts, ["k:Out"])
    dataset = write_dataset(tmp_path / "d", [item], [*LINE_RULES.values()])
    disagreement = "train.jsonl:1: the item says ['S2'], clingo finds ['S1', 'S2']\n"
    expected = (0, "1 items, 0 disagreements\n") if follows else (1, f"{disagreement}1 items, 1 disagreements\n")
    assert read(program, dataset) == expected


def make_change(kind: str, options: dict[str, str], answer: str, **query: Any) -> dict[str, Any]:
    facts = [fact.split() for fact in "k:a k:r k:b, k:b k:r k:c, k:c rdf:type k:Out".split(",")]
    item = make_item({"kind": kind, **query}, None, facts, ["k:Out"])
    item["options"] = [
        {"letter": letter, "atom": atom.split(), "status": status}
        for letter, (atom, status) in zip("ABCD", options.items(), strict=False)
    ]
    return item | {"answer": answer}


def test_changes_by_hand(program: Path, tmp_path: Path) -> None:
    """With another fact negation is judged anew, and a contradiction that it makes is no answer."""
    rules = [LINE_RULES["R1"], "k:r(?x, ?y) ^ not k:Out(?x) -> k:In(?x)", "k:In(?x) ^ k:Gone(?x) -> false"]
    goal = ["k:c", "rdf:type", "k:In"]
    lost = {"k:a k:r k:c": "unknown", "k:b rdf:type k:In": "entailed", "k:c rdf:type k:In": "unknown"}
    before = [{"status": status} for status in ("entailed", "entailed", "unknown")]
    items = [
        make_change("diff", lost, "A", direction="lost", remove=["c1"], add=[], before=before),
        make_change("diff", {"k:c rdf:type k:In": "entailed", "k:a k:r k:c": "entailed"}, "A", direction="gained",
                    remove=["c3"], add=["k:c k:r k:a".split()], before=[before[2], before[0]]),
        make_change("diff", {"k:b rdf:type k:In": "refuted", "k:b k:r k:c": "entailed"}, "A", direction="lost",
                    remove=["c3"], add=["k:b rdf:type k:Out".split()], before=before[:2]),
        make_change("abduce", {"k:a k:s k:b": "unknown", "k:c k:r k:c": "unknown"}, "A", triple=goal),
        make_change("abduce", {"k:c k:r k:d": "entailed", "k:a rdf:type k:Gone": "entailed"}, "B", triple=goal),
    ]  # fmt: skip
    code, output = read(program, write_dataset(tmp_path / "d", items, rules))
    assert code == 1
    assert [line.partition(":")[2].partition(":")[0] for line in output.splitlines()[:-1]] == ["3", "4", "5"]
    assert "clingo finds (['unknown', 'contradictory'], [])" in output


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
