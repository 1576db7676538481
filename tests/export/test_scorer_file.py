"""The one exported file: that it stands alone, runs on old Pythons, and what its command line says."""

from __future__ import annotations

import ast
import json
import re
import shutil
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from scorer_items import PREFIXES, make_all, make_proof_item

from workbench.export.scorer import SCORER_NAME, assemble_scorer, main
from workbench.export.scorer.answers import KINDS
from workbench.export.scorer.datasets import find_theory

TEXT = assemble_scorer()
TREE = ast.parse(TEXT, feature_version=(3, 9))


@pytest.fixture(scope="module")
def program(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("scorer") / SCORER_NAME
    path.write_text(TEXT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A dataset of one item of each kind in one split, and one item in another."""
    folder = tmp_path_factory.mktemp("dataset")
    (folder / "items").mkdir()
    (folder / "theories").mkdir()
    items = list(make_all().values())
    other = {**items[0], "id": "another", "level": 10, "level_name": "hard"}
    write_lines(folder / "items" / "test.jsonl", items)
    write_lines(folder / "items" / "train.jsonl", [other])
    for name, content in (
        ("manifest.json", {"schema_version": 1}),
        ("prefixes.json", PREFIXES),
        (f"theories/{items[0]['theory']}.json", make_proof_item()[1]),
    ):
        (folder / name).write_text(json.dumps(content), encoding="utf-8")
    return folder


def write_lines(path: Path, lines: list[Any]) -> Path:
    path.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return path


def list_right() -> list[dict[str, Any]]:
    return [{"id": item["id"], "answer": item["answer"]} for item in make_all().values()]


# -- the file


def test_it_imports_the_standard_library_only() -> None:
    imported = {
        name.split(".")[0]
        for node in ast.walk(TREE)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""] if isinstance(node, ast.ImportFrom) else []
        )
    }  # fmt: skip
    assert imported <= set(sys.stdlib_module_names) and imported
    assert "workbench" not in TEXT.replace("docs/scorer.md of Workbench", "").replace("A Workbench", "")
    assert imported.isdisjoint({"os", "socket", "subprocess", "pickle", "importlib", "urllib", "http"})


def test_no_name_is_given_twice() -> None:
    """Modules that are joined share one space of names."""
    names: Counter[str] = Counter()
    for node in TREE.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            names[node.name] += 1
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            names.update(target.id for target in targets if isinstance(target, ast.Name))
    assert [name for name, count in names.items() if count > 1] == []


def test_it_says_the_same_each_time() -> None:
    assemble_scorer.cache_clear()
    assert assemble_scorer() == TEXT


def find_pythons() -> list[str]:
    """Pythons on this machine that run."""
    found = []
    for name in ("python3.9", "python3.10", "python3.12", "python3.13"):
        path = shutil.which(name)
        if path and subprocess.run([path, "-c", ""], capture_output=True, check=False).returncode == 0:
            found.append(path)
    return [sys.executable, *found]


@pytest.mark.parametrize("python", find_pythons())
def test_every_python_comes_to_the_same_scores(python: str, program: Path, dataset: Path, tmp_path: Path) -> None:
    answers = write_lines(tmp_path / "answers.jsonl", list_right())
    command = [python, "-I", "-W", "error", str(program), str(dataset), str(answers), "--details"]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    lines = done.stdout.splitlines()
    assert len([line for line in lines if "-item\t1.000\t" in line]) == len(KINDS)
    assert f"accuracy 1.0000: {len(KINDS)} of {len(KINDS)} items" in lines


def test_it_can_be_imported_as_a_reward(program: Path, dataset: Path) -> None:
    code = (
        "import json, sys; sys.path.insert(0, sys.argv[1]); import scorer\n"
        "item = json.loads(open(sys.argv[2] + '/items/train.jsonl').read())\n"
        "print(scorer.score_answer(item, '<think>so</think> Answer: true', sys.argv[2]), scorer.score(item, 'x').value)"
    )
    command = [sys.executable, "-c", code, str(program.parent), str(dataset)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("1.0 0.0\n", "")


def test_the_documentation_names_every_kind_limit_and_exit_code(repo_root: Path) -> None:
    text = (repo_root / "docs" / "scorer.md").read_text(encoding="utf-8")
    assert [kind for kind in KINDS if f"`{kind}`" not in text] == []
    for limit in (1_000_000, 100_000, 20_000, 4000):
        assert f"{limit:,}" in text
    assert all(f"| {code} |" in text for code in range(4))
    assert "12 atoms or 16 comparisons" in text and "`4 n + 16` lines" in text


# -- the command line


def run(dataset: Path, answers: Path, capsys: pytest.CaptureFixture[str], *options: str) -> tuple[int, str, str]:
    code = main([str(dataset), str(answers), *options])
    shown = capsys.readouterr()
    return code, shown.out, shown.err


def test_the_documented_command_prints_what_is_documented(
    repo_root: Path, program: Path, dataset: Path, tmp_path: Path
) -> None:
    text = (repo_root / "docs" / "scorer.md").read_text(encoding="utf-8")
    (command,) = re.findall(r"^\$ python (scorer\.py DATASET ANSWERS\.jsonl)$", text, re.MULTILINE)
    answers = write_lines(tmp_path / "answers.jsonl", [*list_right(), {"id": "another", "answer": "false"}])
    places = {"scorer.py": program, "DATASET": dataset, "ANSWERS.jsonl": answers}
    done = subprocess.run(
        [sys.executable, *(str(places[word]) for word in command.split())], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    shown = re.sub(r"[0-9.]+", "N", re.sub(r" +", " ", done.stdout))
    (sample,) = re.findall(r"```text\n(accuracy .*?)```", text, re.DOTALL)
    for line in re.sub(r"[0-9.]+", "N", re.sub(r" +", " ", sample)).splitlines():
        assert line in shown.splitlines(), line


def test_lines_of_proofs_are_counted(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (right,) = (line for line in list_right() if line["id"] == "prove-item")
    for answer, lines, proofs in (
        (right["answer"], "2 of 2 lines 1.0000", "1 of 1 proofs 1.0000"),
        (right["answer"].replace("F3]", "F2]"), "1 of 2 lines 0.5000", "0 of 1 proofs 0.0000"),
        ("I do not know.", "0 of 1 lines 0.0000", "0 of 1 proofs 0.0000"),
        (None, "0 of 0 lines -", "0 of 1 proofs 0.0000"),
    ):
        _, out, _ = run(dataset, write_lines(tmp_path / "a.jsonl", [right | {"answer": answer}]), capsys)
        shown = [" ".join(line.split()) for line in out.splitlines()]
        assert lines in shown and proofs in shown, out


def test_accuracy_by_task_level_and_status(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [*list_right(), {"id": "another", "answer": "false"}]
    code, out, err = run(dataset, write_lines(tmp_path / "a.jsonl", lines), capsys)
    assert (code, err) == (0, "")
    count = len(KINDS)
    shown = [" ".join(line.split()) for line in out.splitlines()]
    assert shown[0] == f"accuracy {count / (count + 1):.4f}: {count} of {count + 1} items"
    for line in ("holds 0.5000 2", "formalise 1.0000 1", "10 hard 0.0000 1", f"1 one-step 1.0000 {count}"):
        assert line in shown
    assert shown.index(f"1 one-step 1.0000 {count}") < shown.index("10 hard 0.0000 1")
    assert f"test 1.0000 {count}" in shown and "train 0.0000 1" in shown
    assert "entailed 0.5000 2" in shown and "- 1.0000 15" in shown


def test_missing_double_and_unknown_ids_are_told(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = list_right()
    changed = [*lines[2:], lines[2], {**lines[3], "answer": "other"}, {"id": "nobody", "answer": "true"}]
    code, out, err = run(dataset, write_lines(tmp_path / "a.jsonl", changed), capsys)
    assert code == 1
    assert "2 items without an answer, which count as wrong: holds-item, subsumes-item" in err
    assert "2 ids with more than one answer, wrong where these differ: select-item, recall-item" in err
    assert "1 answers to items that the splits do not have: nobody" in err
    assert f"accuracy {(len(KINDS) - 3) / len(KINDS):.4f}" in out


def test_splits_are_those_that_are_answered_or_named(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    answers = write_lines(tmp_path / "a.jsonl", [{"id": "another", "answer": "true"}])
    assert run(dataset, answers, capsys)[:2] == (0, run(dataset, answers, capsys, "--split", "train")[1])
    code, _, err = run(dataset, answers, capsys, "--split", "test")
    assert code == 1 and f"{len(KINDS)} items without an answer" in err
    code, _, err = run(dataset, answers, capsys, "--split", "exam")
    assert (code, err) == (2, "the dataset has the splits test, train\n")


def test_details_show_every_step(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    lines = [line for line in list_right() if line["id"] == "prove-item"]
    lines[0]["answer"] = lines[0]["answer"].replace("F3]", "F2]")
    answers = write_lines(tmp_path / "a.jsonl", lines)
    _, out, _ = run(dataset, answers, capsys, "--details")
    assert (
        "prove-item\t0.000\tS2: the premises are not those that the rule needs for it\n  S1\tright\t\n  S2\twrong\t"
        in out
    )
    _, out, _ = run(dataset, answers, capsys, "--details", "--partial")
    assert "prove-item\t0.500\t" in out


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("{", "line 1 is no JSON"),
        ("[]", "is not an object"),
        ('{"id": "x"}', "does not have the texts id and answer"),
        ('{"id": 7, "answer": "x"}', "does not have the texts id and answer"),
        ('{"id": "x", "answer": 7}', "does not have the texts id and answer"),
        ("[" * 100_000, "line 1 is no JSON"),
        ("null", "is not an object"),
    ],
)
def test_answers_that_are_none_stop_it(
    content: str, said: str, dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text(content + "\n", encoding="utf-8")
    code, out, err = run(dataset, path, capsys)
    assert (code, out) == (3, "") and said in err


def test_lines_that_cannot_be_used_leave_the_others_alone(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One broken line costs its own answer, and is told with its number."""
    lines = [json.dumps(line).encode() for line in list_right()]
    path = tmp_path / "a.jsonl"
    broken = [b"null", b"", b'{"id": "holds-item", "ans', b"\xff\xfe", b'{"id": "holds-item", "answer": 7}', b"[1]"]
    path.write_bytes(b"\n".join([b"\xef\xbb\xbf" + lines[0], *broken, *lines[1:]]) + b"\n")
    code, out, err = run(dataset, path, capsys)
    assert code == 1 and f"accuracy 1.0000: {len(KINDS)} of {len(KINDS)} items" in out
    assert err == (
        "5 lines of the answers that cannot be used, which are left out: line 2 is not an object, "
        "line 4 is no JSON, line 5 is no JSON, line 6 does not have the texts id and answer, line 7 is not an object\n"
    )


def test_an_answer_of_null_is_an_answer_that_is_wrong(
    dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    lines = list_right()
    lines[0]["answer"] = None
    code, out, err = run(dataset, write_lines(tmp_path / "a.jsonl", lines), capsys)
    assert (code, err) == (0, "") and f"{len(KINDS) - 1} of {len(KINDS)} items" in out


def test_theories_may_be_packed(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where there are very many, each is a line, sorted by digest, in one of 256 files."""
    copy = tmp_path / "copy"
    shutil.copytree(dataset, copy)
    item, theory = make_proof_item()
    (copy / "theories" / f"{item['theory']}.json").unlink()
    wanted = item["theory"]
    digests = sorted({wanted, *(f"01{number:014x}" for number in range(3, 10**14, 10**12))})
    lines = ["{" + f'"digest":"{digest}","rules":' + json.dumps(theory["rules"] * (digest == wanted)) + "}"
             for digest in digests]  # fmt: skip
    (copy / "theories" / "01.jsonl").write_text("\n".join(lines) + "\n", encoding="utf-8")
    answers = write_lines(tmp_path / "a.jsonl", list_right())
    assert run(copy, answers, capsys)[0] == 0
    (copy / "theories" / "01.jsonl").write_text(lines[0] + "\n", encoding="utf-8")
    find_theory.cache_clear()
    code, _, err = run(copy, answers, capsys)
    assert code == 3 and f"has no theory {wanted}" in err


def test_what_is_no_dataset_stops_it(dataset: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    answers = write_lines(tmp_path / "a.jsonl", list_right())
    assert run(tmp_path, answers, capsys)[0] == 2
    assert run(dataset, tmp_path / "none.jsonl", capsys)[0] == 3
    assert main([]) == 2 and main(["--help"]) == 0
    copy = tmp_path / "copy"
    shutil.copytree(dataset, copy)
    (copy / "manifest.json").write_text('{"schema_version": 2}')
    code, _, err = run(copy, answers, capsys)
    assert code == 3 and "this program knows version 1" in err
    (copy / "manifest.json").write_text('{"schema_version": 1}')
    write_lines(copy / "items" / "test.jsonl", [{"id": "prove-item", "level": 1, "task": "prove"}])
    code, _, err = run(copy, answers, capsys)
    assert code == 3 and "the item cannot be scored" in err
    item = {**make_proof_item()[0], "theory": "../../../secret"}
    write_lines(copy / "items" / "test.jsonl", [item])
    code, _, err = run(copy, answers, capsys)
    assert code == 3 and "is the name of no theory" in err
