"""Each command as it is typed: what it writes, where, and its exit code."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.build import Edit, TripleDelta, apply, load
from workbench.cli import main
from workbench.model.schema import Schema
from workbench.model.terms import RDF_TYPE
from workbench.validation.presentation import read_schema

TTL, RULES = "ontologies/planets/planets.ttl", "ontologies/planets/planets.rules"
MOONLESS = 'wb:phrase "{subject} is a planet without a moon"@en ;'


def call(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result


@pytest.fixture
def planets(tmp_path: Path) -> Path:
    folder = tmp_path / "planets"
    assert call("init", folder).exit_code == 0
    return folder


def change(folder: Path, path: str, old: str, new: str) -> int:
    """Replace a text in a file and return the line where it stood."""
    text = (folder / path).read_text(encoding="utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")
    return text[: text.index(old)].count("\n") + 1


# ---- init


def test_init_says_what_to_do_next(tmp_path: Path) -> None:
    result = call("init", tmp_path / "new", "--example", "planets")
    assert (result.exit_code, result.stderr) == (0, "")
    assert "Planets and moons" in result.stdout
    assert f"workbench check {tmp_path / 'new'}" in result.stdout


def test_init_takes_several_files_behind_from(tmp_path: Path) -> None:
    (tmp_path / "a.ttl").write_text("@prefix : <https://example.org/a#> . :x a :C .\n", encoding="utf-8")
    (tmp_path / "b.rules").write_text("rule r\n  <urn:C>(?x) -> <urn:D>(?x)\n", encoding="utf-8")
    result = call("init", tmp_path / "new", "--from", tmp_path / "a.ttl", tmp_path / "b.rules")
    assert result.exit_code == 0
    assert sorted(p.name for p in (tmp_path / "new/ontologies/a").iterdir()) == ["a.ttl", "b.rules"]


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (("--example", "mars"), 2, "There is no example 'mars'. Examples: planets."),
        (("--from", "nowhere.ttl"), 3, "nowhere.ttl could not be read"),
        (("--from", "program.py"), 2, "of a kind that cannot be read"),
        (("some.ttl",), 2, "Say '--from' before the files"),
        (("--example", "planets", "--from", "x.ttl"), 2, "not from both"),
    ],
)
def test_init_refuses(tmp_path: Path, words: tuple[str, ...], code: int, message: str) -> None:
    result = call("init", tmp_path / "new", *words)
    assert result.exit_code == code
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1
    assert not (tmp_path / "new").exists()


# ---- check


def test_check_of_a_sound_project(planets: Path) -> None:
    result = call("check", planets)
    assert (result.exit_code, result.stdout, result.stderr) == (0, "No violations.\n", "")


def test_check_names_file_and_line_of_a_typo_in_a_rule(planets: Path) -> None:
    line = change(planets, RULES, "Moon(?m) ^ orbits(?m, ?p)", "Moon(?m) ^ orbts(?m, ?p)")
    result = call("check", planets)
    assert result.exit_code == 1
    assert f"{RULES}:{line}:14 error rule.unknown-predicate" in result.stdout
    assert "Did you mean orbits?" in result.stdout
    assert "Nothing was concluded" in result.stdout


def test_check_names_file_line_and_column_of_broken_turtle(planets: Path) -> None:
    line = change(planets, TTL, "rdfs:subClassOf :CelestialBody ;", "rdfs:subClassOf :CelestialBody :CelestialBody ;")
    result = call("check", planets)
    assert result.exit_code == 1
    assert f"{TTL}:{line}:" in result.stdout
    assert "turtle.syntax" in result.stdout


def test_check_tells_a_contradiction_in_words(planets: Path) -> None:
    change(planets, TTL, ":diameter 22 ;", ":diameter 22000 ;")
    result = call("check", planets)
    assert result.exit_code == 1
    assert "constraint.violated A moon is smaller than the planet it orbits, but: " in result.stdout


@pytest.mark.parametrize(("threshold", "code"), [("error", 0), ("warning", 1), ("info", 1), ("never", 0)])
def test_fail_on(planets: Path, threshold: str, code: int) -> None:
    change(planets, TTL, 'rdfs:label "moonless planet"@en ;', "")
    change(planets, TTL, MOONLESS, "")
    assert call("check", planets, "--fail-on", threshold).exit_code == code


def test_json_follows_its_schema_and_can_go_to_a_file(planets: Path, tmp_path: Path) -> None:
    change(planets, TTL, 'rdfs:label "moonless planet"@en ;', "")
    change(planets, TTL, MOONLESS, "")
    shown = call("check", planets, "--format", "json")
    assert not Schema(read_schema()).find_problems(json.loads(shown.stdout))
    written = call("check", planets, "--format", "json", "--output", tmp_path / "report.json")
    assert (written.exit_code, written.stdout) == (0, "")
    assert (tmp_path / "report.json").read_text(encoding="utf-8") == shown.stdout


def test_a_report_that_cannot_be_written_is_could_not_run(planets: Path, tmp_path: Path) -> None:
    result = call("check", planets, "--output", tmp_path / "nowhere" / "report.txt")
    assert result.exit_code == 3
    assert result.stderr.startswith("workbench: ")


def test_a_folder_that_is_no_project(tmp_path: Path) -> None:
    for folder, message in ((tmp_path, "it has no workbench.yaml"), (tmp_path / "no", "There is no folder")):
        result = call("check", folder)
        assert result.exit_code == 2
        assert message in result.stderr
        assert "workbench init" in result.stderr


def test_a_broken_configuration_is_named_with_its_line(planets: Path) -> None:
    line = change(planets, "workbench.yaml", "version: 1", "version: 2")
    result = call("check", planets)
    assert result.exit_code == 2
    assert f"workbench.yaml:{line}" in result.stderr


# ---- reason, explain


def test_reason_in_words_and_as_json(planets: Path) -> None:
    assert call("reason", planets).stdout.startswith("planets: 56 facts stated, 73 derived")
    (summary,) = json.loads(call("reason", planets, "--json").stdout)
    assert set(summary) == {"domain", "base", "derived", "derivations", "max_depth", "seconds"}
    assert (summary["base"], summary["derived"]) == (56, 73)


def test_reason_with_broken_rules_tells_why_not(planets: Path) -> None:
    line = change(planets, RULES, "orbits(?m, ?p)", "orbts(?m, ?p)")
    result = call("reason", planets)
    assert (result.exit_code, result.stdout) == (1, "")
    assert result.stderr.startswith("workbench: The domain planets has 1 error")
    assert f"{RULES}:{line}:14 error rule.unknown-predicate" in result.stderr


def test_explain_in_all_forms(planets: Path) -> None:
    text = call("explain", planets, "Mars hasMoon Phobos")
    assert text.exit_code == 0
    assert text.stdout.startswith("True, since it follows: ")
    assert f"({RULES}:4:6)" in text.stdout
    data = json.loads(call("explain", planets, "mars hasMoon phobos", "--format", "json").stdout)
    assert data["status"] == "entailed"
    diagram = call("explain", planets, "mars hasMoon phobos", "--format", "mermaid").stdout
    assert diagram.startswith("flowchart BT\n")
    assert call("explain", planets, "--domain", "planets", "Mars hasMoon Titan").stdout.startswith("False, ")
    assert call("explain", planets, "mars", "hasMoon", "phobos").stdout == text.stdout
    assert call("explain", planets, "venus a MoonlessPlanet", "--all").exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("Mars hasMon Phobos",), "Did you mean hasMoon"),
        (("Marz hasMoon Phobos",), "There is no individual 'Marz'"),
        (("--domain", "stars", "Mars hasMoon Phobos"), "There is no domain 'stars'"),
        (("Mars hasMoon",), "Write a statement in quotation marks"),
        ((), "Write a statement in quotation marks"),
    ],
)
def test_explain_refuses_helpfully(planets: Path, words: tuple[str, ...], message: str) -> None:
    result = call("explain", planets, *words)
    assert result.exit_code == 2
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


# ---- fmt, history, undo, redo


def test_fmt_check_changes_nothing_and_fmt_can_be_undone(planets: Path) -> None:
    assert call("fmt", planets, "--check").exit_code == 0
    change(planets, TTL, "    rdfs:label", "  rdfs:label")
    before = (planets / TTL).read_bytes()
    checked = call("fmt", planets, "--check")
    assert (checked.exit_code, checked.stdout) == (1, f"would change {TTL}\n")
    assert (planets / TTL).read_bytes() == before
    assert call("fmt", planets).stdout == f"changed {TTL}\n"
    assert call("fmt", planets, "--check").exit_code == 0
    assert call("undo", planets).stdout == "Undone: Format 1 file\n"
    assert (planets / TTL).read_bytes() == before


def test_fmt_of_a_broken_file_tells_where(planets: Path) -> None:
    change(planets, RULES, "Moon(?m) ^", "Moon(?m ^")
    result = call("fmt", planets)
    assert result.exit_code == 1
    assert f"{RULES}:7:" in result.stderr


def test_edits_are_listed_undone_and_redone(planets: Path) -> None:
    space = "https://example.org/planets#"
    added = (f"<{space}vulcan>", RDF_TYPE, f"<{space}Planet>")
    before = (planets / TTL).read_bytes()
    apply(load(planets), Edit("Add the planet Vulcan", (TripleDelta(TTL, (added,)),)))
    after = (planets / TTL).read_bytes()
    assert "1  " in call("history", planets).stdout
    assert call("undo", planets).stdout == "Undone: Add the planet Vulcan\n"
    assert (planets / TTL).read_bytes() == before
    (entry,) = json.loads(call("history", planets, "--json").stdout)
    assert (entry["label"], entry["is_undone"], entry["paths"]) == ("Add the planet Vulcan", True, [TTL])
    assert call("redo", planets).stdout == "Redone: Add the planet Vulcan\n"
    assert (planets / TTL).read_bytes() == after
    result = call("redo", planets)
    assert (result.exit_code, result.stderr) == (3, "workbench: There is nothing to redo.\n")


# ---- build, verify


def test_build_refuses_knowledge_with_errors_and_shows_them(planets: Path, tmp_path: Path) -> None:
    change(planets, RULES, "orbits(?m, ?p)", "orbts(?m, ?p)")
    result = call("build", planets, "--out", tmp_path / "out")
    assert result.exit_code == 1
    assert "rule.unknown-predicate" in result.stderr
    assert not (tmp_path / "out").exists()


def test_build_without_a_curriculum_is_wrong_usage(planets: Path) -> None:
    (planets / "curricula/planets/curriculum.yaml").unlink()
    result = call("build", planets)
    assert result.exit_code == 2
    assert "curriculum" in result.stderr


@pytest.mark.parametrize("words", [("--seed", "x"), ("--workers", "0")])
def test_build_options_are_checked(planets: Path, words: tuple[str, ...]) -> None:
    assert call("build", planets, *words).exit_code == 2


def test_verify_of_no_dataset(tmp_path: Path) -> None:
    result = call("verify", tmp_path)
    assert result.exit_code == 3
    assert "no dataset" in result.stderr


# ---- the program around them


def test_wrong_usage_is_one_line() -> None:
    for words in (("chekc",), ("check", "--format", "xml"), ("check", "a", "b"), ("--nonsense",), ("init",)):
        result = call(*words)
        assert result.exit_code == 2
        assert result.stderr.startswith("workbench: ")
        assert len(result.stderr.splitlines()) == 1


def test_help_and_version() -> None:
    result = call("--help")
    assert result.exit_code == 0
    names = [line.split()[0] for line in result.stdout.split("Commands:")[1].splitlines() if line.strip()]
    listed = "init check reason explain diff build verify same curriculum templates impact fmt history undo redo ui"
    assert names == listed.split()
    for name in names:
        help_text = call(name, "--help").stdout
        assert "Example" in help_text
        assert f"workbench {name}" in help_text
    assert call("--version").stdout.startswith("workbench 0.")


def test_the_unexpected_is_told_plainly(monkeypatch: pytest.MonkeyPatch, planets: Path) -> None:
    def fail(*_: object, **__: object) -> None:
        raise KeyError("x\x1b[2J")

    monkeypatch.setattr(sys.modules["workbench.build"], "reason", fail, raising=False)
    result = call("reason", planets)
    assert result.exit_code == 3
    assert "KeyError" in result.stderr
    assert "report it" in result.stderr
    assert "\x1b" not in result.stderr
    monkeypatch.setenv("WORKBENCH_DEBUG", "1")
    shown = CliRunner().invoke(main, ["reason", str(planets)])
    assert (shown.exit_code, "Traceback" in shown.stderr) == (3, True)


def test_an_interruption_is_told_plainly(monkeypatch: pytest.MonkeyPatch, planets: Path) -> None:
    def interrupt(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(sys.modules["workbench.build"], "reason", interrupt, raising=False)
    result = call("reason", planets)
    assert result.exit_code == 3
    assert result.stderr.strip() == "workbench: interrupted; nothing was changed."


def run(*words: object, **more: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", "from workbench.cli import main; main()", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, **more)  # type: ignore[call-overload,no-any-return]


def test_a_reader_that_goes_away_is_no_stack_trace(planets: Path) -> None:
    code = (
        f"{sys.executable} -c 'from workbench.cli import main; main()' explain {planets} 'mars hasMoon phobos' | true"
    )
    done = subprocess.run(["bash", "-c", f"set -o pipefail; {code}"], capture_output=True, text=True, check=False)
    assert done.stderr == ""
    assert done.returncode in (0, 3)


def test_help_needs_none_of_the_heavy_libraries(tmp_path: Path) -> None:
    code = "import sys; from workbench.cli import main; main(['--help'], standalone_mode=False)"
    done = subprocess.run(
        [sys.executable, "-X", "importtime", "-c", code], capture_output=True, text=True, cwd=tmp_path, check=True
    )
    loaded = {line.rsplit("|", 1)[1].strip().split(".")[0] for line in done.stderr.splitlines() if "|" in line}
    assert (
        loaded & {"numpy", "pyarrow", "pyoxigraph", "rdflib", "pyshacl", "z3", "jinja2", "yaml", "streamlit"} == set()
    )


def test_opening_a_project_never_runs_what_lies_in_it(planets: Path) -> None:
    for name in ("click", "numpy", "yaml", "rdflib", "jinja2"):
        (planets / f"{name}.py").write_text("raise SystemExit('code of the project ran')\n", encoding="utf-8")
    program = Path(sys.executable).with_name("workbench")
    done = subprocess.run([program, "check"], cwd=planets, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "No violations.\n", "")


def test_ui_without_streamlit_or_folder(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    result = call("ui", tmp_path / "nowhere")
    assert result.exit_code == 2
    monkeypatch.setattr("workbench.cli.commands.find_spec", lambda _: None)
    result = call("ui", tmp_path)
    assert result.exit_code == 2
    assert "knowledge-workbench[ui]" in result.stderr
    assert len(result.stderr.splitlines()) == 1


@pytest.mark.slow
def test_ui_serves_this_machine_from_the_package_whatever_lies_in_the_folder(planets: Path) -> None:
    for name in ("streamlit", "tornado"):
        (planets / f"{name}.py").write_text("raise SystemExit('code of the project ran')\n", encoding="utf-8")
    port = 20_000 + os.getpid() % 20_000
    program = Path(sys.executable).with_name("workbench")
    server = subprocess.Popen(
        [program, "ui", ".", "--port", str(port), "--no-browser"],
        cwd=planets, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    try:
        for _ in range(100):
            assert server.poll() is None, server.stdout.read() if server.stdout else ""
            try:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=2) as answer:
                    assert answer.read() == b"ok"
                    break
            except OSError:
                time.sleep(0.2)
        else:
            pytest.fail("the server did not answer within 20 seconds")
    finally:
        server.send_signal(signal.SIGTERM)
        server.communicate(timeout=20)
