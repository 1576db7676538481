"""Building for real: the same bytes everywhere, refusals that say where, interruptions that change nothing."""

from __future__ import annotations

import hashlib
import json
import os
import pickle
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from guild_project import write_guild_project

from workbench.build import build, load
from workbench.errors import Interrupted, InvalidKnowledgeError, UsageError, WorkerError
from workbench.model.items import check_item
from workbench.model.report import Report, Violation

SCRIPT = """\
import sys

from workbench.build import build, load
from workbench.errors import Interrupted

if __name__ == "__main__":
    try:
        build(load(sys.argv[1]), sys.argv[2], workers=int(sys.argv[3]), progress=lambda text: print(text, flush=True))
    except Interrupted:
        sys.exit(130)
"""
LEVEL = (
    "  - name: one\n    hops: [1, 2]\n    distractors: [0, 3]\n    extra_rules: [0, 2]\n    worlds: {worlds}\n"
    "    tasks:\n{tasks}"
)
FEW = "      entailment: {entailed: 3, refuted: 2}\n      select: 2\n      options: 2\n"


def write_project(folder: Path, tasks: str = FEW, *, worlds: str = "[sampled, project]", more: str = "") -> Path:
    write_guild_project(folder)
    path = folder / "curricula" / "guild" / "curriculum.yaml"
    text = path.read_text(encoding="utf-8")
    levels = LEVEL.replace("{worlds}", worlds).replace("{tasks}", tasks)
    text = text[: text.index("levels:")].replace("shortfall: warning\n", more) + f"levels:\n{levels}"
    path.write_text(text, encoding="utf-8")
    return folder


def read_bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def read_items(dataset: Path) -> list[dict[str, Any]]:
    texts = [path.read_text(encoding="utf-8") for path in sorted((dataset / "items").glob("*.jsonl"))]
    return [json.loads(line) for text in texts for line in text.splitlines()]


def start(folder: Path, out: Path, workers: int, **environment: str) -> subprocess.Popen[str]:
    script = folder / "run.py"
    script.write_text(SCRIPT, encoding="utf-8")
    return subprocess.Popen(
        [sys.executable, str(script), str(folder), str(out), str(workers)],
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


@pytest.fixture(scope="module")
def project(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_project(tmp_path_factory.mktemp("guild-build"))


@pytest.fixture(scope="module")
def built(project: Path) -> Path:
    return build(load(project), project / "out-1", workers=1).folders[0]


def test_a_dataset_is_whole(built: Path) -> None:
    items = read_items(built)
    assert len(items) == len({item["id"] for item in items}) == 9
    manifest = json.loads((built / "manifest.json").read_text())
    for item in items:
        assert check_item(item) == []
        theory = json.loads((built / "theories" / f"{item['theory']}.json").read_text())
        formal = json.dumps(
            [[r["id"], r["formal"]] for r in theory["rules"]], separators=(",", ":"), ensure_ascii=False
        )
        assert item["theory"] == hashlib.sha256(formal.encode()).hexdigest()[:32]
    assert manifest["seed"] == 0 and manifest["leakage"].keys() == {"validation", "test"}
    for split, row in manifest["leakage"].items():
        assert row["items"] == sum(item["split"] == split for item in items)
        assert row["counts"]["named"] == row["counts"]["text"] == 0, "splits share nothing up to names"


def test_workers_and_hash_seeds_make_the_same_bytes(project: Path, built: Path) -> None:
    with start(project, project / "out-2", 2, PYTHONHASHSEED="77") as process:
        _, errors = process.communicate(timeout=300)
    assert process.returncode == 0, errors
    assert read_bytes(project / "out-2" / "guild") == read_bytes(built)


def test_another_seed_makes_other_items(project: Path, built: Path, small_blocks: None) -> None:
    other = build(load(project), project / "out-3", seed=1).folders[0]
    ids = [{item["id"] for item in read_items(folder)} for folder in (built, other)]
    assert not ids[0] & ids[1]


@pytest.fixture
def small_blocks(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.generation.selection.blocks.BLOCK_SIZE", 6)
    monkeypatch.setattr("workbench.generation.selection.selecting._PATIENCE", 2)


@pytest.mark.usefixtures("small_blocks")
def test_a_quota_beyond_what_there_is(tmp_path: Path) -> None:
    few = write_project(tmp_path / "p", "      select: 1\n")
    folder = build(load(few), tmp_path / "out").folders[0]
    before = read_bytes(folder)
    write_project(tmp_path / "p", "      select: 1\n      entailment:\n        entailed: 2\n        unknown: 9000\n",
                  worlds="[project]")  # fmt: skip
    with pytest.raises(InvalidKnowledgeError) as caught:
        build(load(few), tmp_path / "out")
    assert caught.value.exit_code == 1
    (violation,) = [v for v in caught.value.report.violations if v.code == "curriculum.shortfall"]
    assert violation.severity == "error" and violation.location is not None
    lines = (few / violation.location.path).read_text(encoding="utf-8").splitlines()
    assert lines[violation.location.line - 1].strip() == "unknown: 9000"
    assert "9,000" in violation.message and read_bytes(folder) == before


@pytest.mark.usefixtures("small_blocks")
def test_a_shortfall_that_is_allowed(tmp_path: Path) -> None:
    folder = write_project(tmp_path / "p", "      entailment: {entailed: 9000}\n", worlds="[project]",
                           more="shortfall: warning\n")  # fmt: skip
    result = build(load(folder), tmp_path / "out")
    (violation,) = result.report.violations
    assert (violation.code, violation.severity) == ("curriculum.shortfall", "warning")
    assert 0 < result.datasets[0].items < 100
    manifest = json.loads((result.folders[0] / "manifest.json").read_text())
    assert manifest["shortfalls"] == [
        {"level": "one", "task": "entailment", "status": "entailed", "wanted": 9000, "items": result.datasets[0].items}
    ]
    assert "9,000" in result.format_table() and result.to_json()[0]["items"] == result.datasets[0].items


def test_a_sensitive_domain_has_no_worlds_of_its_own(tmp_path: Path) -> None:
    folder = write_project(tmp_path)
    config = folder / "workbench.yaml"
    config.write_text(config.read_text().replace("  guild:\n", "  guild:\n    sensitive: true\n"))
    with pytest.raises(InvalidKnowledgeError) as caught:
        build(load(folder), tmp_path / "out")
    (violation,) = (v for v in caught.value.report.violations if v.severity == "error")
    assert violation.code == "curriculum.sensitive" and violation.location is not None
    assert violation.location.path.endswith("curriculum.yaml") and violation.location.line > 1
    assert not (tmp_path / "out").exists()


def break_rules(folder: Path) -> None:
    rules = folder / "ontologies" / "guild" / "guild.rules"
    rules.write_text(rules.read_text() + "\nrule bad\n  Person(?x) -> owes(?x, ?nobody)\n")


def break_curriculum(folder: Path) -> None:
    path = folder / "curricula" / "guild" / "curriculum.yaml"
    path.write_text(path.read_text().replace("hops: [1, 2]", "hops: [2, 1]"))


def break_template(folder: Path) -> None:
    path = folder / "curricula" / "guild" / "templates" / "select" / "en-1.j2"
    path.write_text("{% for x in facts %}{% endfor %}")


@pytest.mark.parametrize("damage", [break_rules, break_curriculum, break_template])
def test_what_the_check_finds_forbids_building(tmp_path: Path, damage: object) -> None:
    folder = write_project(tmp_path)
    damage(folder)  # type: ignore[operator]
    with pytest.raises(InvalidKnowledgeError) as caught:
        build(load(folder), tmp_path / "out")
    found: list[Violation] = [v for v in caught.value.report.violations if v.severity == "error"]
    assert found and all(v.location is not None and v.location.line for v in found)
    assert not (tmp_path / "out").exists()


def test_wrong_calls(project: Path, tmp_path: Path) -> None:
    for arguments in ({"workers": 0}, {"workers": 1000}, {"seed": 2**70}):
        with pytest.raises(UsageError):
            build(load(project), tmp_path, **arguments)  # type: ignore[arg-type]
    (project / "empty").mkdir(exist_ok=True)
    bare = tmp_path / "bare"
    (bare / "ontologies").mkdir(parents=True)
    (bare / "workbench.yaml").write_text("version: 1\nname: Bare\nbase: https://example.org/b#\ndomains: {b: {}}\n")
    with pytest.raises(UsageError, match="curriculum"):
        build(load(bare), tmp_path / "out")


@pytest.mark.usefixtures("small_blocks")
@pytest.mark.parametrize("word", ["level", "writing"])
def test_ctrl_c_changes_nothing(project: Path, built: Path, word: str) -> None:
    before = read_bytes(built)

    def interrupt(text: str) -> None:
        if word in text:
            raise KeyboardInterrupt

    with pytest.raises(Interrupted):
        build(load(project), built.parent, seed=5, progress=interrupt)
    assert read_bytes(built) == before
    left = [path.name for path in built.parent.iterdir() if path != built and path.name != ".guild.blocks"]
    assert left == ([".guild.building"] if word == "writing" else []), "what was finished waits for the same command"
    shutil.rmtree(built.parent / ".guild.building", ignore_errors=True)


# ---- processes


def list_descendants(root: int) -> Iterator[int]:
    parents: dict[int, list[int]] = {}
    for path in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = path.read_text().rsplit(")", 1)[1].split()
        except OSError:
            continue  # it has just ended
        parents.setdefault(int(fields[1]), []).append(int(path.parent.name))
    waiting = [root]
    while waiting:
        children = parents.get(waiting.pop(), [])
        yield from children
        waiting += children


def wait_until_gone(processes: list[int], seconds: float = 30) -> list[int]:
    end = time.monotonic() + seconds
    while processes and time.monotonic() < end:
        processes = [pid for pid in processes if Path(f"/proc/{pid}/stat").exists()
                     and Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"]  # fmt: skip
        time.sleep(0.1)
    return processes


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are listed in /proc")
@pytest.mark.parametrize("sign", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_a_build(tmp_path: Path, built: Path, sign: signal.Signals) -> None:
    """Ctrl+C goes to the whole group, as a terminal sends it; a kill to the one process alone."""
    folder = write_project(tmp_path / "p", "      entailment: 60000\n", worlds="[sampled]")
    earlier = tmp_path / "out" / "guild"
    earlier.parent.mkdir()
    for path, data in read_bytes(built).items():
        (earlier / path).parent.mkdir(parents=True, exist_ok=True)
        (earlier / path).write_bytes(data)
    with start(folder, tmp_path / "out", 2) as process:
        assert process.stdout is not None and process.stderr is not None
        for line in process.stdout:
            if "; 0 of " not in line and " of 60,000 items" in line:
                break
        descendants = [*list_descendants(process.pid)]
        assert len(descendants) >= 2, "two workers"
        if sign == signal.SIGINT:
            os.killpg(process.pid, sign)
        else:
            process.send_signal(sign)
        process.stdout.read()
        errors = process.stderr.read()
    assert process.returncode == (130 if sign == signal.SIGINT else -signal.SIGKILL)
    assert "Traceback" not in errors
    assert wait_until_gone(descendants) == []
    assert read_bytes(earlier) == read_bytes(built)
    assert {path.name for path in earlier.parent.iterdir()} <= {"guild", ".guild.building", ".guild.blocks"}


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="processes are listed in /proc")
def test_a_worker_that_dies_is_an_error(project: Path, built: Path) -> None:
    before = read_bytes(built)
    mine = {*list_descendants(os.getpid())}

    def kill_workers(text: str) -> None:
        if "level" in text:
            for pid in {*list_descendants(os.getpid())} - mine:
                if b"spawn_main" in Path(f"/proc/{pid}/cmdline").read_bytes():
                    os.kill(pid, signal.SIGKILL)

    with pytest.raises(WorkerError):
        build(load(project), built.parent, seed=6, workers=2, progress=kill_workers)
    assert read_bytes(built) == before


def test_errors_travel_between_processes() -> None:
    report = Report.collect([Violation("a.b", "error", "Wrong.")])
    error = pickle.loads(pickle.dumps(InvalidKnowledgeError("no", report)))  # noqa: S301 - just written
    assert isinstance(error, InvalidKnowledgeError) and (str(error), error.report) == ("no", report)
