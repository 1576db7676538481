"""Dataset folders: what is in them, that the bytes repeat, and that nothing half-written is ever seen."""

import copy
import gzip
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from hashlib import sha256
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
import yaml

from workbench.errors import DatasetError, StorageError, UsageError
from workbench.export import DatasetContent, read_dataset, write_dataset
from workbench.export.manifest import make_manifest
from workbench.export.measures import MEASURES
from workbench.export.survey import Survey
from workbench.model.items import check_item, compute_item_id

DIGEST = "0123456789abcdef" * 2
FACTS = "fedcba9876543210"


def make_item(number: int, split: str, *, closed_book: bool = False) -> dict[str, Any]:
    goal = ["k:bob", "k:hasUncle", "k:carl"]
    status = ("entailed", "refuted", "unknown")[number % 3]
    step = {
        "step": 1,
        "rule": "uncle",
        "bindings": {"x": "k:bob"},
        "premises": ["c1"],
        "absent": [],
        "conclusion": goal if status == "entailed" else "false",
        "text": "Carl is an uncle of Bob.",
    }
    hops = number % 4
    item: dict[str, Any] = {
        "domain": "kinship",
        "curriculum": "kinship",
        "level": 1 + number % 2,
        "level_name": "easy" if number % 2 == 0 else "less <easy>",
        "task": "entailment",
        "split": split,
        "language": "en",
        "question": f"Question {number}: \u00fcber \u2028 Bob?",
        "answer": "true",
        "given": "none" if closed_book else "facts+rules",
        "semantics": {"closed": [], "unique_names": True, "builtins": "1"},
        "context": [
            {"id": "c1", "triple": ["k:bob", "k:hasParent", "k:ann"], "text": "T.", "shown": not closed_book}
            | {"distractor": False}
        ],
        "facts": FACTS if closed_book else None,
        "theory": DIGEST,
        "query": {"kind": "holds", "triple": goal},
        "options": [],
        "status": status,
        "proof": [] if status == "unknown" else [step],
        "models": {"without": [], "with": []} if status == "unknown" else None,
        "difficulty": dict.fromkeys(MEASURES, hops),
        "identity": {"exact": DIGEST, "named": DIGEST, "core": f"{number:032x}", "context": DIGEST},
        "provenance": {
            "axioms": {},
            "template": f"plain@{DIGEST}",
            "reviewed_by": [],
            "world": "sampled",
            "generator": "0.1.0",
        },
        "verified": {"checker": DIGEST, "z3": DIGEST, "reader": DIGEST, "gates": ["consistent"]},
    }
    item["id"] = compute_item_id(item)
    return item


def make_content(count: int = 12, **changes: Any) -> DatasetContent:
    content = DatasetContent(
        items={
            "train": [make_item(n, "train") for n in range(count)],
            "test-depth": [make_item(10**6 + n, "test-depth") for n in range(3)],
            "empty": [],
        },
        theories={DIGEST: {"version": 1, "digest": DIGEST, "rules": []}},
        wording={"en": {"true": "true"}},
        prefixes={"k": "https://example.org/kinship#"},
        manifest_head={
            "inputs": {"ontologies/kinship/kinship.ttl": DIGEST},
            "libraries": {"pyarrow": "26"},
            "seed": 7,
            "licence": "CC-BY-4.0",
            "rejections": {"checker: <b>": 2},
            "capacity": {"level 1": 10},
            "leakage": [{"from": "train", "to": "test-depth", "core": 0.25}],
            "shortfalls": [],
        },
        card_head={
            "name": 'Kinship: "questions" & <proofs>',
            "description": "Who is whose uncle?",
            "licence": "CC-BY-4.0",
            "languages": ["en"],
            "domain": "kinship",
        },
    )
    return replace(content, **changes)


def list_names(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def read_tree(folder: Path) -> dict[str, bytes]:
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_items_of_these_tests_are_valid() -> None:
    assert [check_item(make_item(number, "train")) for number in range(3)] == [[], [], []]


def test_layout_and_reading_back(tmp_path: Path) -> None:
    content = make_content(facts={FACTS: [("<urn:b>", "<urn:p>", "<urn:c>"), ("<urn:a>", "<urn:p>", "<urn:c>")]})
    out = write_dataset(tmp_path / "deep" / "out", content)
    assert sorted(read_tree(out)) == sorted(
        [
            "README.md",
            "croissant.json",
            "data/empty-00000.parquet",
            "data/test-depth-00000.parquet",
            "data/train-00000.parquet",
            f"facts/{FACTS}.nt.gz",
            "items/empty.jsonl",
            "items/test-depth.jsonl",
            "items/train.jsonl",
            "manifest.json",
            "prefixes.json",
            "report.html",
            "scorer.py",
            f"theories/{DIGEST}.json",
            "wording.json",
        ]
    )
    reader = read_dataset(out)
    assert reader.splits == ("train", "test-depth", "empty")
    assert [*reader.iterate_items()] == [*content.items["train"], *content.items["test-depth"]]
    assert [*reader.iterate_items("test-depth")] == content.items["test-depth"]
    assert dict(reader.iterate_theories()) == content.theories
    assert (reader.prefixes, reader.wording) == (content.prefixes, content.wording)
    assert reader.verify_hashes() == []
    assert gzip.decompress((out / f"facts/{FACTS}.nt.gz").read_bytes()) == (
        b"<urn:a> <urn:p> <urn:c> .\n<urn:b> <urn:p> <urn:c> .\n"
    )
    assert list_names(out.parent) == ["out"]


def test_manifest_counts_and_digests(tmp_path: Path) -> None:
    content = make_content()
    out = write_dataset(tmp_path / "out", content)
    manifest = json.loads((out / "manifest.json").read_text(encoding="utf-8"))
    assert manifest["counts"]["items"] == 15
    assert manifest["counts"]["structures"] == 15
    assert manifest["counts"]["by_level"] == {"1": 8, "2": 7}
    assert manifest["counts"]["by_status"] == {"entailed": 5, "refuted": 5, "unknown": 5}
    assert sum(cell["items"] for cell in manifest["counts"]["cells"]) == 15
    cell = {"level": 1, "level_name": "easy", "task": "entailment", "status": "entailed", "split": "train"}
    assert {**cell, "items": 2} in manifest["counts"]["cells"]
    assert manifest["seed"] == 7
    files = {path: data for path, data in read_tree(out).items() if path != "manifest.json"}
    assert manifest["files"] == {
        path: {"sha256": sha256(data).hexdigest(), "bytes": len(data)} for path, data in files.items()
    }
    digests = {path: sha256(data).hexdigest() for path, data in files.items()}
    text = json.dumps(digests, sort_keys=True, separators=(",", ":"))
    assert manifest["root_digest"] == sha256(text.encode()).hexdigest()


def test_same_content_gives_the_same_bytes(tmp_path: Path) -> None:
    first = write_dataset(tmp_path / "one", make_content())
    shuffled = make_content()
    shuffled = replace(shuffled, theories=dict(reversed([*shuffled.theories.items()])))
    second = write_dataset(tmp_path / "two", copy.deepcopy(shuffled))
    assert read_tree(first) == read_tree(second)


def test_bytes_do_not_depend_on_the_hash_seed(tmp_path: Path) -> None:
    code = (
        "import sys; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import test_dataset as t\n"
        "t.write_dataset(Path(sys.argv[2]), t.make_content())"
    )
    trees = []
    for seed in ("1", "2"):
        out = tmp_path / seed
        command = [sys.executable, "-c", code, str(Path(__file__).parent), str(out)]
        subprocess.run(command, check=True, env={**os.environ, "PYTHONHASHSEED": seed})
        trees.append(read_tree(out))
    assert trees[0] == trees[1]


def test_tables_are_flat_and_complete(tmp_path: Path) -> None:
    content = make_content(5000)
    out = write_dataset(tmp_path / "out", content)
    table = pq.read_table(out / "data" / "train-00000.parquet")
    assert table.num_rows == 5000
    rows = table.slice(4998).to_pylist()
    item = content.items["train"][4998]
    assert rows[0]["id"] == item["id"]
    assert rows[0]["proof"] == [step["text"] for step in item["proof"]]
    assert rows[0]["difficulty"] == item["difficulty"]
    assert rows[0]["structure"] == item["identity"]["core"]
    assert pq.ParquetFile(out / "data" / "train-00000.parquet").metadata.num_row_groups == 3
    assert pq.read_table(out / "data" / "empty-00000.parquet").num_rows == 0


def test_card_has_a_header_that_datasets_reads(tmp_path: Path) -> None:
    out = write_dataset(tmp_path / "out", make_content())
    text = (out / "README.md").read_text(encoding="utf-8")
    header = yaml.safe_load(text.split("---\n")[1])
    assert header["pretty_name"] == 'Kinship: "questions" & <proofs>'
    assert header["license"] == "cc-by-4.0"
    assert header["size_categories"] == ["n<1K"]
    files = header["configs"][0]["data_files"]
    assert [entry["split"] for entry in files] == ["train", "test_depth", "empty"]
    assert all((out / entry["path"]).is_file() for entry in files)
    assert "| all |  |  | 12 | 3 | 0 |" in text
    assert "| 2 less &lt;easy&gt; | entailment |" in text


def test_a_licence_the_hub_does_not_know_is_named(tmp_path: Path) -> None:
    content = make_content()
    out = write_dataset(tmp_path / "out", replace(content, card_head={**content.card_head, "licence": "House 1.0"}))
    header = yaml.safe_load((out / "README.md").read_text(encoding="utf-8").split("---\n")[1])
    assert (header["license"], header["license_name"]) == ("other", "House 1.0")


def test_croissant_names_files_that_are_there(tmp_path: Path) -> None:
    out = write_dataset(tmp_path / "out", make_content())
    described = json.loads((out / "croissant.json").read_text(encoding="utf-8"))
    assert described["conformsTo"] == "http://mlcommons.org/croissant/1.1"
    files = {entry["@id"]: entry for entry in described["distribution"]}
    for name, entry in files.items():
        assert entry["sha256"] == sha256((out / name).read_bytes()).hexdigest()
    columns = set(pq.read_schema(out / "data" / "train-00000.parquet").names)
    for record_set in described["recordSet"]:
        for field in record_set["field"]:
            assert field["source"]["fileObject"]["@id"] in files
            assert field["source"]["extract"]["column"] in columns


def test_report_is_one_file_and_escapes(tmp_path: Path) -> None:
    out = write_dataset(tmp_path / "out", make_content())
    text = (out / "report.html").read_text(encoding="utf-8")
    assert "<h1>Kinship: &quot;questions&quot; &amp; &lt;proofs&gt;</h1>" in text
    assert "less &lt;easy&gt;" in text and "<easy>" not in text
    assert "checker: &lt;b&gt;" in text
    assert "<script" not in text and "http" not in text.replace("http-equiv", "")
    assert text.count("<rect") == 3 + 4 + 3  # a legend for three splits, four bars for train, three for the test


@pytest.mark.parametrize(
    ("change", "problem"),
    [
        ({"items": {"Train": []}}, "no name for a split"),
        ({"items": {"../x": []}}, "no name for a split"),
        ({"items": {"test": [make_item(0, "train")]}}, "split: is not test"),
        ({"items": {"train": [make_item(0, "train")] * 2}}, "another item has the same"),
        ({"items": {"train": [make_item(0, "train", closed_book=True)]}}, "facts: are not among the facts"),
        ({"items": {"train": [{**make_item(0, "train"), "answer": "false"}]}}, "id: is not the digest"),
        ({"theories": {}}, "theory: is not among the theories"),
        ({"theories": {DIGEST: {}, "../../x": {}}}, "is no digest"),
    ],
)
def test_what_breaks_the_contract_is_not_written(tmp_path: Path, change: dict[str, Any], problem: str) -> None:
    with pytest.raises(DatasetError, match=problem):
        write_dataset(tmp_path / "out", make_content(**change))
    assert [*tmp_path.iterdir()] == []


def test_manifest_parts_that_are_computed_cannot_be_given() -> None:
    with pytest.raises(ValueError, match="counts"):
        make_manifest({"counts": {}}, Survey().tally([]), {})


def test_a_folder_that_is_no_dataset_is_left_alone(tmp_path: Path) -> None:
    for name in ("notes.txt", "manifest.json"):
        folder = tmp_path / name.replace(".", "-")
        folder.mkdir()
        (folder / name).write_text('{"mine": true}', encoding="utf-8")
        with pytest.raises(UsageError, match="no dataset"):
            write_dataset(folder, make_content())
        assert list_names(folder) == [name]
    file = tmp_path / "file"
    file.touch()
    with pytest.raises(UsageError, match="is a file"):
        write_dataset(file, make_content())
    empty = tmp_path / "empty"
    empty.mkdir()
    assert read_dataset(write_dataset(empty, make_content())).verify_hashes() == []


class Stopping(Sequence[dict[str, Any]]):
    """Items of which the fourth cannot be had."""

    def __init__(self, error: BaseException) -> None:
        self._items, self._error, self._asked = [make_item(n, "train") for n in range(5)], error, 0

    def __len__(self) -> int:
        return len(self._items)

    def __getitem__(self, index: Any) -> Any:
        self._asked += index == 3
        if self._asked > 0:
            raise self._error
        return self._items[index]


@pytest.mark.parametrize("error", [KeyboardInterrupt(), OSError(28, "No space left on device"), MemoryError()])
def test_what_stops_the_writing_leaves_the_earlier_dataset(tmp_path: Path, error: BaseException) -> None:
    out = write_dataset(tmp_path / "out", make_content())
    before = read_tree(out)
    expected = StorageError if isinstance(error, OSError) else type(error)
    with pytest.raises(expected):
        write_dataset(out, make_content(items={"train": Stopping(error)}))
    assert read_tree(out) == before
    assert list_names(tmp_path) == ["out"]


def test_a_later_dataset_replaces_an_earlier_one(tmp_path: Path) -> None:
    out = write_dataset(tmp_path / "out", make_content())
    link = tmp_path / "link"
    link.symlink_to(out)
    write_dataset(link, make_content(2, items={"train": [make_item(5, "train")]}))
    assert link.is_symlink()
    assert read_dataset(out).splits == ("train",)
    assert list_names(tmp_path) == ["link", "out"]


def test_a_killed_writer_leaves_the_earlier_dataset_and_no_rubbish(tmp_path: Path) -> None:
    out = write_dataset(tmp_path / "out", make_content())
    before = read_tree(out)
    code = (
        "import sys, time; from pathlib import Path; sys.path.insert(0, sys.argv[1]); import test_dataset as t\n"
        "class Slow(t.Stopping):\n"
        "    def __getitem__(self, index):\n"
        "        self._asked += index == 3\n"
        "        while self._asked > 0: print('now', flush=True); time.sleep(60)\n"
        "        return self._items[index]\n"
        "t.write_dataset(Path(sys.argv[2]), t.make_content(items={'train': Slow(OSError())}))"
    )
    command = [sys.executable, "-c", code, str(Path(__file__).parent), str(out)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "now\n"
        # Another writer meanwhile must not remove the folder of one that lives.
        write_dataset(out, make_content())
        assert len(list_names(tmp_path)) == 2
        writer.send_signal(signal.SIGKILL)
    assert read_tree(out) == before
    write_dataset(out, make_content())
    assert list_names(tmp_path) == ["out"]


def test_changed_files_are_listed(tmp_path: Path) -> None:
    out = write_dataset(tmp_path / "out", make_content())
    items = out / "items" / "train.jsonl"
    items.write_bytes(items.read_bytes().replace(b'"answer":"true"', b'"answer":"null"'))
    (out / "prefixes.json").unlink()
    (out / "items" / "extra.jsonl").touch()
    assert read_dataset(out).verify_hashes() == [
        "items/train.jsonl: was changed",
        "prefixes.json: is missing",
        "items/extra.jsonl: is not in the manifest",
    ]


def test_a_manifest_cannot_point_outside(tmp_path: Path) -> None:
    out = write_dataset(tmp_path / "out", make_content())
    manifest = json.loads((out / "manifest.json").read_bytes())
    manifest["files"] |= {"../secret": {"sha256": "x", "bytes": 1}, "/etc/hosts": {"sha256": "x", "bytes": 1}}
    (out / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    problems = read_dataset(out).verify_hashes()
    assert "../secret: lies outside the dataset" in problems
    assert "/etc/hosts: lies outside the dataset" in problems
    assert "manifest.json: the root digest is not that of the files it lists" in problems


@pytest.mark.parametrize(
    ("manifest", "problem"),
    [
        (None, "has no manifest"),
        ("{", "is no JSON"),
        ("[]", "is no manifest"),
        ("[" * 100_000, "nested too deeply"),
        ('{"schema_version": NaN}', "is no JSON"),
        ('{"schema_version": 99}', "schema version 99"),
        ('{"schema_version": 1}', "does not list the splits"),
        ('{"schema_version": 1, "splits": [{"name": "../x"}]}', "does not list the splits"),
        ('{"schema_version": 1, "splits": [], "files": {"a": 1}}', "does not list the files"),
    ],
)
def test_what_is_no_dataset_is_refused(tmp_path: Path, manifest: str | None, problem: str) -> None:
    if manifest is not None:
        (tmp_path / "manifest.json").write_text(manifest, encoding="utf-8")
    with pytest.raises(DatasetError, match=problem):
        read_dataset(tmp_path)


def test_a_damaged_line_is_named(tmp_path: Path) -> None:
    out = write_dataset(tmp_path / "out", make_content())
    items = out / "items" / "train.jsonl"
    lines = items.read_bytes().splitlines(keepends=True)
    items.write_bytes(b"".join([lines[0], lines[1][:40], b"\n"]))
    with pytest.raises(DatasetError, match=r"train\.jsonl:2: is no JSON"):
        [*read_dataset(out).iterate_items()]
    with pytest.raises(DatasetError, match="has no split"):
        [*read_dataset(out).iterate_items("other")]
    with pytest.raises(DatasetError, match="no digest"):
        read_dataset(out).read_theory("../manifest")


@pytest.mark.slow
def test_ten_thousand_items_take_seconds(tmp_path: Path) -> None:
    content = make_content(10_000)
    before = time.process_time()
    write_dataset(tmp_path / "out", content)
    assert time.process_time() - before < 20
