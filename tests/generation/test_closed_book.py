"""Closed-book items: made of the project's own facts, taught by recall, verified from the files, caught when wrong."""

from __future__ import annotations

import gzip
import json
import shutil
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from closed_book_project import (
    LEVELS,
    build_closed_book_dataset,
    change_items,
    read_items,
    rewrite_facts,
    write_project,
)

from workbench.build import build, check, load, verify
from workbench.errors import DatasetError, InvalidKnowledgeError
from workbench.export.reading import read_dataset
from workbench.generation.worlds.books import Book, digest_facts
from workbench.model.rules import Atom, Rule
from workbench.model.terms import RDF_TYPE
from workbench.model.theory import Theory


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_closed_book_dataset(tmp_path_factory.mktemp("closed-book"))


def list_problems(dataset: Path) -> list[str]:
    return [problem.what for problem in verify(dataset).problems]


def test_items_state_nothing_and_rest_on_the_facts_file(dataset: Path) -> None:
    items = [item for item in read_items(dataset) if item["given"] == "none"]
    assert {item["task"] for item in items} == {
        "recall", "entailment", "select", "options", "count", "compare", "value",
    }  # fmt: skip
    (path,) = dataset.glob("facts/*.nt.gz")
    text = gzip.decompress(path.read_bytes())
    assert path.name == f"{sha256(text).hexdigest()[:32]}.nt.gz"
    known = {tuple(line.removesuffix(" .").split(" ", 2)) for line in text.decode().splitlines()}
    reader = read_dataset(dataset)
    assert {tuple(fact) for fact in reader.read_facts(path.name.partition(".")[0])} == known
    for item in items:
        assert item["facts"] == path.name.partition(".")[0]
        assert item["question"].startswith(("Question", "Frage", "Statement", "Aussage", "A)")), item["question"]
        used = {premise for run in _list_runs(item) for step in run for premise in step["premises"]}
        assert not any(entry["shown"] or entry["distractor"] for entry in item["context"])
        if item["task"] in ("entailment", "options"):
            assert {entry["id"] for entry in item["context"]} == {one for one in used if one.startswith("c")}
        assert item["status"] != "unknown"
    assert list_problems(dataset) == []


def _list_runs(item: dict[str, Any]) -> list[list[dict[str, Any]]]:
    return [item["proof"], *(option["evidence"]["proof"] for option in item["options"])]


def test_every_leaf_is_the_answer_of_a_recall_item_for_training(dataset: Path) -> None:
    items = [item for item in read_items(dataset) if item["given"] == "none"]
    taught: set[tuple[str, ...]] = set()
    for item in items:
        if item["task"] == "recall" and item["split"] == "train":
            (body,) = [item["query"]["body"]]
            for entry in item["context"]:
                subject, _, object_ = entry["triple"]
                assert (subject in body) != (object_ in body), "the other end is given"
                assert [subject] in item["query"]["answers"] or [object_] in item["query"]["answers"]
                taught.add(tuple(entry["triple"]))
    leaves = {tuple(entry["triple"]) for item in items for entry in item["context"]}
    assert leaves == taught
    section = json.loads((dataset / "manifest.json").read_bytes())["closed_book"]
    assert (section["leaves"], section["taught"], section["untaught"]) == (len(leaves), len(taught), [])
    assert any(item["split"] != "train" for item in items)


def test_the_same_build_gives_the_same_bytes(dataset: Path, tmp_path: Path) -> None:
    again = build(load(dataset.parents[1] / "project"), tmp_path / "again", seed=3, workers=2).folders[0]
    files = sorted(path.relative_to(dataset) for path in dataset.rglob("*") if path.is_file())
    assert [path for path in files if (again / path).read_bytes() != (dataset / path).read_bytes()] == []


# ---- what is planted is caught


def test_a_leaf_that_is_not_taught_is_noticed(dataset: Path, tmp_path: Path) -> None:
    lesson = next(item for item in read_items(dataset) if item["given"] == "none" and item["task"] == "recall")
    changed = change_items(dataset, tmp_path / "untaught", lambda item: None if item["id"] == lesson["id"] else item)
    assert "closed_book: is another when counted" in list_problems(changed)


def test_another_facts_digest_is_noticed(dataset: Path, tmp_path: Path) -> None:
    def name(item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "facts": "ab" * 16} if item["given"] == "none" else item

    problems = list_problems(change_items(dataset, tmp_path / "other", name))
    assert f"facts/{'ab' * 16}.nt.gz: is missing" in problems
    assert "no item has these facts" in problems


def test_a_fact_taken_from_the_file_is_noticed(dataset: Path, tmp_path: Path) -> None:
    problems = list_problems(rewrite_facts(dataset, tmp_path / "less", lambda lines: lines[1:]))
    assert any("its content has the digest" in problem for problem in problems)


def test_a_fact_taken_from_file_and_name_changes_answers(dataset: Path, tmp_path: Path) -> None:
    """Whoever renames the file too is found out by the items that rested on the fact, or are no longer complete."""
    changed = rewrite_facts(dataset, tmp_path / "less", lambda lines: [one for one in lines if b"#entered>" not in one])
    (path,) = changed.glob("facts/*.nt.gz")
    digest = sha256(gzip.decompress(path.read_bytes())).hexdigest()[:32]
    path.rename(path.with_name(f"{digest}.nt.gz"))
    manifest = json.loads((changed / "manifest.json").read_bytes())
    manifest["files"][f"facts/{digest}.nt.gz"] = manifest["files"].pop(f"facts/{path.name}")
    manifest["closed_book"]["facts"] = digest
    (changed / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")

    def name(item: dict[str, Any]) -> dict[str, Any]:
        return {**item, "facts": digest} if item["given"] == "none" else item

    problems = list_problems(change_items(changed, tmp_path / "renamed", name))
    assert "context: lists what is not among the facts that are known" in problems


def test_an_answer_too_many_is_noticed(dataset: Path, tmp_path: Path) -> None:
    target = next(i for i in read_items(dataset) if i["given"] == "none" and i["task"] == "select" and i["answer"])

    def add(item: dict[str, Any]) -> dict[str, Any]:
        if item["id"] != target["id"]:
            return item
        query = {**item["query"], "answers": [*item["query"]["answers"], ["g:forge"]]}
        return {**item, "query": query, "answer": f"{item['answer']}, forge"}

    assert any("answers do not follow" in what for what in list_problems(change_items(dataset, tmp_path / "more", add)))


def test_a_wrong_status_is_noticed(dataset: Path, tmp_path: Path) -> None:
    target = next(i for i in read_items(dataset) if i["given"] == "none" and i["status"] == "entailed")

    def swap(item: dict[str, Any]) -> dict[str, Any]:
        answer = {"en": "false", "de": "falsch"}[item["language"]]
        return {**item, "status": "refuted", "answer": answer} if item["id"] == target["id"] else item

    assert list_problems(change_items(dataset, tmp_path / "swapped", swap))


@pytest.mark.parametrize(
    ("damage", "what"),
    [
        (lambda data: b"no gzip", "could not be read"),
        (lambda data: data[:40], "could not be read"),
        (lambda data: gzip.compress(b"<a:b> <a:c> .\n"), "is no fact"),
        (lambda data: gzip.compress(b"<a:b> <a:c> <a:d> .\n<a:a> <a:c> <a:d> .\n"), "not in order"),
        (lambda data: gzip.compress(b"\xff\n"), "is no UTF-8"),
        (lambda data: gzip.compress(b"<a:b> <a:c> <a:d> ."), "its last line has no end"),
    ],
)
def test_a_damaged_facts_file_is_refused(dataset: Path, tmp_path: Path, damage: Any, what: str) -> None:
    copy = Path(shutil.copytree(dataset, tmp_path / "damaged"))
    (path,) = copy.glob("facts/*.nt.gz")
    path.write_bytes(damage(path.read_bytes()))
    with pytest.raises(DatasetError, match=what):
        read_dataset(copy).read_facts(path.name.partition(".")[0])


# ---- what a curriculum may ask


@pytest.mark.parametrize(
    ("old", "new", "what"),
    [
        ("tasks: {recall: 6}", "tasks: {select: 6}", "none of them asks for recall"),
        ("tasks: {recall: 6}", "tasks: {recall: 6, prove: 2}", "the task prove cannot be asked"),
        ("entailment: 10", "entailment: {unknown: 3}", "asks for what cannot be known"),
    ],
)
def test_levels_that_cannot_be_are_findings(tmp_path: Path, old: str, new: str, what: str) -> None:
    project = load(write_project(tmp_path, LEVELS.replace(old, new, 1)))
    found = [v for v in check(project).report.violations if what in v.message]
    assert found and found[0].severity == "error" and found[0].location is not None


def test_a_template_that_needs_facts_serves_no_closed_book(tmp_path: Path) -> None:
    project = write_project(tmp_path)
    for path in project.glob("curricula/guild/templates/recall/de-*.j2"):
        path.write_text("{{ facts_list }}\n{{ rules_list }}\n{{ closed }}\n{{ question }}\n", encoding="utf-8")
    found = [v for v in check(load(project)).report.violations if v.code == "template.missing"]
    assert [v.message for v in found] == ["No template for the task recall in the language de does without facts."]


def test_a_sensitive_domain_has_no_closed_book(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    config = project / "workbench.yaml"
    config.write_text(config.read_text(encoding="utf-8") + "    sensitive: true\n", encoding="utf-8")
    with pytest.raises(InvalidKnowledgeError) as caught:
        build(load(project), tmp_path / "out")
    assert {v.code for v in caught.value.report.violations if v.severity == "error"} == {"curriculum.sensitive"}
    assert not (tmp_path / "out").exists()


def test_individuals_with_one_label_take_no_part(tmp_path: Path) -> None:
    project = write_project(tmp_path / "project")
    ontology = project / "ontologies/guild/guild.ttl"
    text = ontology.read_text(encoding="utf-8") + 'g:anna rdfs:label "Kim" . g:fred rdfs:label "kim" .\n'
    ontology.write_text(text, encoding="utf-8")
    with pytest.raises(InvalidKnowledgeError) as caught:
        build(load(project), tmp_path / "out", seed=3)
    errors = [v for v in caught.value.report.violations if v.severity == "error"]
    assert [(v.code, v.location and v.location.path) for v in errors] == [
        ("curriculum.ambiguous-label", "ontologies/guild/guild.ttl")
    ]
    # Whoever says that this may be gets a dataset without the two.
    config = project / "workbench.yaml"
    text = config.read_text(encoding="utf-8") + "severity: {curriculum.ambiguous-label: warning}\n"
    config.write_text(text, encoding="utf-8")
    dataset = build(load(project), tmp_path / "out", seed=3).folders[0]
    manifest = json.loads((dataset / "manifest.json").read_bytes())
    assert manifest["closed_book"]["ambiguous"] == 2
    assert any("without a label of their own" in reason for reason in manifest["rejections"])
    closed = [item for item in read_items(dataset) if item["given"] == "none"]
    assert closed and not any("g:anna" in json.dumps(item) or "g:fred" in json.dumps(item) for item in closed)


# ---- books


K = "<https://example.org/k#{}>".format


def test_a_book_judges_as_the_semantics_says() -> None:
    a, b, out, member, bad = (K(name) for name in ("a", "b", "Out", "Member", "Bad"))
    rules = [
        Rule("out", (Atom("?x", RDF_TYPE, bad),), (Atom("?x", RDF_TYPE, out),)),
        Rule("never", (Atom("?x", RDF_TYPE, member), Atom("?x", RDF_TYPE, out)), (), kind="constraint"),
    ]
    book = Book(Theory.build(rules, [out]), [(a, RDF_TYPE, bad), (b, RDF_TYPE, member)])
    assert book.judge((a, RDF_TYPE, out)).status == "entailed"
    assert book.judge((b, RDF_TYPE, out)).status == "refuted"  # closed and not there
    assert book.judge((b, RDF_TYPE, bad)).status == "refuted"  # would make what is closed and not there
    assert book.judge((a, RDF_TYPE, member)).status == "refuted"  # a contradiction
    assert book.judge((K("c"), RDF_TYPE, member)).status == "unknown"
    assert book.digest == digest_facts(reversed(book.facts))


def test_clingo_agrees_from_the_files_alone(dataset: Path, tmp_path: Path, repo_root: Path) -> None:
    text = (repo_root / "docs/items.md").read_text(encoding="utf-8")
    start = text.index('"""Recompute every answer')
    reader = tmp_path / "reader.py"
    reader.write_text(text[start : text.index("\n```\n", start)] + "\n", encoding="utf-8")
    done = subprocess.run([sys.executable, reader, dataset], capture_output=True, text=True, check=False)
    assert done.stdout == f"{len(read_items(dataset))} items, 0 disagreements\n", done.stderr
