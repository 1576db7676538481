"""``check``: reports of several formats in one run, baselines, and what is refused."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.build import REPORT_FORMATS, check, load
from workbench.cli import main
from workbench.errors import UsageError

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


def change(folder: Path, path: str, old: str, new: str) -> None:
    text = (folder / path).read_text(encoding="utf-8")
    assert old in text
    (folder / path).write_text(text.replace(old, new, 1), encoding="utf-8")


def break_one(folder: Path) -> None:
    """One error: a moon larger than its planet."""
    change(folder, TTL, ":diameter 22 ;", ":diameter 22000 ;")


@pytest.mark.parametrize("form", ["text", "sarif", "github"])
def test_a_format_can_be_asked_for(planets: Path, form: str) -> None:
    break_one(planets)
    result = call("check", planets, "--format", form)
    assert result.exit_code == 1
    assert "A moon is smaller than the planet it orbits" in result.stdout
    if form == "sarif":
        json.loads(result.stdout)


def test_the_command_offers_the_formats_that_there_are() -> None:
    for option in ("form",):
        (parameter,) = (p for p in main.commands["check"].params if p.name == option)
        assert tuple(getattr(parameter.type, "choices", ())) == REPORT_FORMATS


def test_one_run_writes_several_reports(planets: Path, tmp_path: Path) -> None:
    break_one(planets)
    reports = {form: tmp_path / f"report.{form}" for form in ("sarif", "junit", "html", "markdown", "gitlab", "json")}
    targets = [word for form, path in reports.items() for word in ("--report", f"{form}={path}")]
    result = call("check", planets, "--format", "github", *targets)
    assert result.exit_code == 1
    assert result.stdout.startswith("::error file=")
    checked = check(load(planets))
    for form, path in reports.items():
        assert path.read_text(encoding="utf-8") == checked.format(form), form
    assert json.loads(reports["sarif"].read_text(encoding="utf-8"))["runs"][0]["invocations"][0]["exitCode"] == 1


def test_the_exit_code_in_a_report_is_that_of_the_command(planets: Path) -> None:
    change(planets, TTL, 'rdfs:label "moonless planet"@en ;', "")
    change(planets, TTL, MOONLESS, "")
    for threshold, code in (("error", 0), ("warning", 1)):
        result = call("check", planets, "--format", "json", "--fail-on", threshold)
        assert (result.exit_code, json.loads(result.stdout)["exit_code"]) == (code, code)


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--format", "xlsx"), "'xlsx' is not one of 'text', 'json', 'sarif'"),
        (("--report", "xlsx=report.xlsx"), "there is no format 'xlsx'; formats are: text, json, sarif"),
        (("--report", "report.sarif"), "'report.sarif' is not a format, an equals sign and a file"),
        (("--report", "sarif="), "'sarif=' is not a format, an equals sign and a file"),
        (("--all", "--format", "json"), "'--all' goes with '--format text'"),
        (("--baseline", "nowhere.json"), "The baseline nowhere.json could not be read: No such file or directory."),
    ],
)
def test_wrong_usage_is_one_line_and_exit_code_2(planets: Path, words: tuple[str, ...], message: str) -> None:
    result = call("check", planets, *words)
    assert (result.exit_code, result.stdout) == (2, "")
    assert message in result.stderr
    assert len(result.stderr.splitlines()) == 1


def test_a_format_that_does_not_exist_is_refused_in_python_too(planets: Path) -> None:
    with pytest.raises(UsageError, match=r"There is no format 'xlsx'\. Formats are: text, json, sarif"):
        check(load(planets)).format("xlsx")


def test_a_report_that_cannot_be_written_is_could_not_run(planets: Path, tmp_path: Path) -> None:
    result = call("check", planets, "--report", f"sarif={tmp_path / 'nowhere' / 'report.sarif'}")
    assert (result.exit_code, result.stdout) == (3, "")
    assert "Could not write" in result.stderr


def test_all_lists_what_is_otherwise_counted(planets: Path) -> None:
    text = (planets / TTL).read_text(encoding="utf-8")
    (planets / TTL).write_text(text + "".join(f":m{n} a :Moon .\n" for n in range(30)), encoding="utf-8")
    assert "… and 25 more of wording.missing-label" in call("check", planets).stdout
    full = call("check", planets, "--all").stdout
    assert "more of" not in full
    assert full.count("wording.missing-label") == 30


# ---- baselines


def test_with_a_baseline_only_what_is_new_fails(planets: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    break_one(planets)
    written = call("check", planets, "--write-baseline", baseline)
    assert written.exit_code == 0
    assert written.stderr.endswith("baseline.json with 1 finding.\n")
    known = call("check", planets, "--baseline", baseline)
    assert (known.exit_code, known.stdout) == (0, "No new violations (1 in the baseline).\n")

    # Lines move in both files, and there is a second finding.
    change(planets, TTL, ":mars\n", "# Mars\n\n:mars\n")
    change(planets, RULES, "\nrule ", "\n# first\nrule ")
    change(planets, TTL, 'rdfs:label "moonless planet"@en ;', "")
    change(planets, TTL, MOONLESS, "")
    new = call("check", planets, "--baseline", baseline, "--fail-on", "warning", "--format", "json")
    assert new.exit_code == 1
    data = json.loads(new.stdout)
    standing = {entry["code"]: entry["baseline"] for entry in data["violations"]}
    assert standing["wording.missing-label"] == "new"
    assert standing["constraint.violated"] == "unchanged"


def test_what_is_gone_from_a_baseline_is_told(planets: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    break_one(planets)
    call("check", planets, "--write-baseline", baseline)
    change(planets, TTL, ":diameter 22000 ;", ":diameter 22 ;")
    result = call("check", planets, "--baseline", baseline)
    assert result.exit_code == 0
    assert result.stdout.startswith("No new violations.\n1 finding of the baseline is gone;")
    again = call("check", planets, "--baseline", baseline, "--write-baseline", baseline)
    assert again.exit_code == 0
    assert json.loads(baseline.read_text(encoding="utf-8"))["findings"] == []


def test_nothing_counts_as_gone_where_nothing_was_concluded(planets: Path, tmp_path: Path) -> None:
    baseline = tmp_path / "baseline.json"
    break_one(planets)
    call("check", planets, "--write-baseline", baseline)
    change(planets, RULES, "Moon(?m) ^", "Moon(?m ^")
    result = call("check", planets, "--baseline", baseline)
    assert result.exit_code == 1
    assert "rule.syntax" in result.stdout
    assert "gone" not in result.stdout


def test_no_baseline_is_written_that_would_hide_that_nothing_was_judged(planets: Path, tmp_path: Path) -> None:
    change(planets, RULES, "Moon(?m) ^", "Moon(?m ^")
    result = call("check", planets, "--write-baseline", tmp_path / "baseline.json")
    assert result.exit_code == 1
    assert "Nothing was concluded in planets, because of errors, so there can be no baseline yet." in result.stderr
    assert "rule.syntax" in result.stderr
    assert not (tmp_path / "baseline.json").exists()


def test_a_baseline_is_small_sorted_and_without_lines(planets: Path, tmp_path: Path) -> None:
    one, two = tmp_path / "one.json", tmp_path / "two.json"
    break_one(planets)
    change(planets, TTL, 'rdfs:label "moonless planet"@en ;', "")
    change(planets, TTL, MOONLESS, "")
    call("check", planets, "--write-baseline", one)
    text = (planets / TTL).read_text(encoding="utf-8")
    (planets / TTL).write_text(f"# moved\n\n{text}", encoding="utf-8")
    call("check", planets, "--write-baseline", two)
    assert one.read_bytes() == two.read_bytes()
    data = json.loads(one.read_text(encoding="utf-8"))
    assert (data["baseline"], data["fingerprints"]) == (1, 1)
    assert [entry["code"] for entry in data["findings"]] == ["constraint.violated", "wording.missing-label"]
    assert set(data["findings"][0]) == {"fingerprint", "code", "path", "message", "domain"}
    assert len(one.read_text(encoding="utf-8").splitlines()) == 4 + 2 + 2


BROKEN = [
    (b"", ":1:1 cannot be used as a baseline: it is not JSON."),
    (b"{\n  x", ":2:3 cannot be used as a baseline: it is not JSON."),
    (b"\xff\xfe\x00", " cannot be used as a baseline: it is not UTF-8 text."),
    (b"[" * 100_000, " cannot be used as a baseline: it is not JSON that can be used here."),
    (b'{"baseline": NaN}', " cannot be used as a baseline: it is not JSON that can be used here."),
    (b"[]", " cannot be used as a baseline: it has no 'baseline' entry."),
    (b'{"version": "2.1.0", "runs": []}', " cannot be used as a baseline: it has no 'baseline' entry."),
    (b'{"baseline": 2, "fingerprints": 1, "findings": []}', "this release reads version 1 with fingerprints 1."),
    (b'{"baseline": 1, "fingerprints": 9, "findings": []}', "this release reads version 1 with fingerprints 1."),
    (b'{"baseline": true, "fingerprints": true, "findings": []}', "this release reads version 1"),
    (b'{"baseline": 1, "fingerprints": 1, "findings": {}}', "its 'findings' are not a list."),
    (b'{"baseline": 1, "fingerprints": 1, "findings": [{"code": 1}]}', "finding 1 in it is not one of"),
    (b'{"baseline": 1, "fingerprints": 1, "findings": ["x"]}', "finding 1 in it is not one of"),
]


def test_what_is_no_baseline_is_refused_in_one_sentence(planets: Path, tmp_path: Path) -> None:
    checked = check(load(planets))
    baseline = tmp_path / "baseline.json"
    for content, reason in BROKEN:
        baseline.write_bytes(content)
        with pytest.raises(UsageError, match=re.escape(reason)) as raised:
            checked.compare_with(baseline)
        assert raised.value.exit_code == 2
        assert "--write-baseline" in str(raised.value)
    result = call("check", planets, "--baseline", baseline)
    assert (result.exit_code, result.stdout) == (2, "")
    assert len(result.stderr.splitlines()) == 1


def test_a_folder_is_no_baseline(planets: Path, tmp_path: Path) -> None:
    result = call("check", planets, "--baseline", tmp_path)
    assert result.exit_code == 2
    assert "could not be read" in result.stderr


def test_a_baseline_of_all_domains_serves_one_domain(tmp_path: Path) -> None:
    (tmp_path / "workbench.yaml").write_text("version: 1\nname: Two\ndomains: {a: {}, b: {}}\n", encoding="utf-8")
    for name in ("a", "b"):
        (tmp_path / "ontologies" / name).mkdir(parents=True)
        text = f"@prefix : <urn:{name}#> .\n:x a :C .\n"
        (tmp_path / "ontologies" / name / "x.ttl").write_text(text, encoding="utf-8")
    baseline = tmp_path / "baseline.json"
    call("check", tmp_path, "--write-baseline", baseline)
    assert {entry["domain"] for entry in json.loads(baseline.read_text(encoding="utf-8"))["findings"]} == {"a", "b"}
    result = call("check", tmp_path, "--domain", "a", "--baseline", baseline, "--fail-on", "info")
    assert result.exit_code == 0
    assert "gone" not in result.stdout


# ---- waivers


def test_waived_findings_are_listed_with_their_reason(planets: Path) -> None:
    break_one(planets)
    (finding,) = json.loads(call("check", planets, "--format", "json").stdout)["violations"]
    mark = finding["fingerprint"]
    waiver = f'waivers:\n  - {{fingerprint: "{mark}", reason: as published, owner: Ann, expires: 2999-12-31}}\n'
    text = (planets / "workbench.yaml").read_text(encoding="utf-8")
    (planets / "workbench.yaml").write_text(f"{text}\n{waiver}", encoding="utf-8")
    result = call("check", planets, "--format", "json")
    assert result.exit_code == 0
    data = json.loads(result.stdout)
    assert data["violations"] == []
    (waived,) = data["waived"]
    assert waived["fingerprint"] == mark
    assert (waived["waiver"]["reason"], waived["waiver"]["owner"]) == ("as published", "Ann")
    sarif = json.loads(call("check", planets, "--format", "sarif").stdout)["runs"][0]
    assert sarif["results"][0]["suppressions"][0]["justification"] == "as published (Ann, until 2999-12-31)"
    assert "Waived until 2999-12-31 by Ann: as published" in call("check", planets, "--format", "html").stdout


@pytest.mark.parametrize(
    ("waiver", "code"),
    [
        ("{reason: x, owner: y, expires: 2999-12-31}", "config.waiver"),
        ("{fingerprint: 12, code: shacl.*, reason: x, owner: y, expires: 2999-12-31}", "config.type"),
        ("{fingerprint: nonsense, code: shacl.*, reason: x, owner: y, expires: 2999-12-31}", "config.value"),
        ("{code: shacl.*, reason: x, owner: y, expires: 2020-12-31}", "waiver.expired"),
    ],
)
def test_a_waiver_that_cannot_hold_is_a_violation_at_its_line(planets: Path, waiver: str, code: str) -> None:
    text = (planets / "workbench.yaml").read_text(encoding="utf-8").rstrip("\n")
    line = text.count("\n") + 3
    (planets / "workbench.yaml").write_text(f"{text}\nwaivers:\n  - {waiver}\n", encoding="utf-8")
    found = json.loads(call("check", planets, "--format", "json").stdout)["violations"]
    assert (code, line) in {(entry["code"], entry["location"]["line"]) for entry in found}


# ---- where services look for files


def test_services_get_paths_from_the_root_of_the_repository(tmp_path: Path) -> None:
    subprocess.run(["git", "init", "-q", tmp_path], check=True)
    folder = tmp_path / "knowledge" / "planets"
    assert call("init", folder).exit_code == 0
    break_one(folder)
    inside = f"knowledge/planets/{TTL}"
    assert f"file={inside}," in call("check", folder, "--format", "github").stdout
    run = json.loads(call("check", folder, "--format", "sarif").stdout)["runs"][0]
    place = run["results"][0]["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == inside
    assert json.loads(call("check", folder, "--format", "gitlab").stdout)[0]["location"]["path"] == inside
    line = place["region"]["startLine"]
    assert f"  {TTL}:{line}:" in call("check", folder).stdout, "people get paths from the project"


@pytest.mark.parametrize("option", ["--output", "--report", "--write-baseline"])
@pytest.mark.parametrize("name", ["workbench.yaml", "ontologies/planets/planets.ttl", "curricula/new.json"])
def test_no_report_is_written_over_the_projects_own_files(planets: Path, option: str, name: str) -> None:
    target = planets / name
    before = target.read_bytes() if target.exists() else None
    value = f"json={target}" if option == "--report" else str(target)
    result = CliRunner().invoke(main, ["check", str(planets), option, value])
    assert result.exit_code == 2
    assert "write the report elsewhere" in result.stderr
    assert (target.read_bytes() if target.exists() else None) == before


def test_two_reports_do_not_go_into_one_file(planets: Path, tmp_path: Path) -> None:
    target = tmp_path / "report"
    words = ["check", str(planets), "--report", f"json={target}", "--report", f"html={target}"]
    result = CliRunner().invoke(main, words)
    assert (result.exit_code, target.exists()) == (2, False)
