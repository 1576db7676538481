"""Bad curricula, templates and knowledge: a located violation, exit code 1, and the dataset built before stays."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from workbench.cli import main

ONTOLOGY = "ontologies/planets/planets.ttl"
RULES = "ontologies/planets/planets.rules"
CURRICULUM = "curricula/planets/curriculum.yaml"
TEMPLATE = "curricula/planets/templates/select/en-1.j2"
LEVEL = "levels:\n  - {name: told, hops: 0, given: none, tasks: {recall: 6}}\n"


def call(*words: object) -> Result:
    result = CliRunner().invoke(main, [str(word) for word in words])
    assert "Traceback" not in result.output
    return result


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A project with a dataset in it."""
    root = tmp_path_factory.mktemp("planets") / "project"
    assert call("init", root).exit_code == 0
    (root / CURRICULUM).write_text(f"version: 1\n{LEVEL}", encoding="utf-8")
    assert call("build", root).exit_code == 0
    return root


@pytest.fixture
def project(built: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(built, tmp_path / "project"))


def replace(path: Path, old: str, new: str) -> None:
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def write_template(text: str) -> dict[str, str]:
    return {TEMPLATE: text}


def ask(levels: str) -> dict[str, str]:
    return {CURRICULUM: f"version: 1\n{levels}"}


TWIN = ':titania a :Moon ; rdfs:label "{label}"@en .\n'
DOUBLING = "".join(f"a{n}: &a{n} [*a{n - 1}, *a{n - 1}]\n" for n in range(1, 31))
BAD: dict[str, tuple[dict[str, str], str, str]] = {
    "a template that loops for ever": (
        write_template("{% for x in range(10**9) %}{% for y in range(10**9) %}{% endfor %}{% endfor %}{{ question }}"),
        "template.unsafe", TEMPLATE,
    ),
    "a template that includes itself": (write_template("{% include 'en-1.j2' %}"), "template.unsafe", TEMPLATE),
    "a template with a recursive macro": (
        write_template("{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}"), "template.unsafe", TEMPLATE,
    ),
    "a template that reaches for Python": (
        write_template("{{ question.__class__.__mro__[1].__subclasses__() }}"), "template.unsafe", TEMPLATE,
    ),
    "a template that calls": (
        write_template("{{ cycler.__init__.__globals__.os.system('id') }}"), "template.unsafe", TEMPLATE,
    ),
    "a template that repeats": (write_template("{{ question * 1000000000 }}"), "template.unsafe", TEMPLATE),
    "a curriculum that contains itself": (
        {CURRICULUM: "version: 1\nlevels: &all\n  - *all\n"}, "yaml", CURRICULUM,
    ),
    "a curriculum of references that double": (
        {CURRICULUM: f"version: 1\na0: &a0 [x, x]\n{DOUBLING}levels: *a30\n"}, "yaml", CURRICULUM,
    ),
    "a curriculum whose stages fade what is not there": (
        ask(f"{LEVEL}stages:\n  - {{name: one, levels: [told], fade: [two]}}\n"), "curriculum.value", CURRICULUM,
    ),
    "a quota that cannot be met": (
        ask("levels:\n  - {hops: 1, tasks: {recall: 100000}}\n"), "curriculum.unreachable", CURRICULUM,
    ),
    "a quota beyond what there is": (
        ask("levels:\n  - {hops: 0, given: none, tasks: {recall: 4000}}\n"), "curriculum.shortfall", CURRICULUM,
    ),
}  # fmt: skip


def take_bytes(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(folder.rglob("*")) if path.is_file()}


def judge(root: Path, code: str, path: str, *, is_checked: bool = True) -> None:
    """Judge by both commands: the violation is at its place, the exit code 1, and the dataset is what it was."""
    before = take_bytes(root / "out" / "planets")
    assert before
    result = call("check", root, "--format", "json")
    found = [
        one
        for one in json.loads(result.stdout)["violations"]
        if one["severity"] == "error" and one["code"].startswith(code)
    ]
    if is_checked:
        assert result.exit_code == 1 and found, result.output
        assert found[0]["location"]["path"] == path and found[0]["location"]["line"] >= 1
        assert found[0]["message"].isprintable()
    built = call("build", root)
    assert built.exit_code == 1 and path in built.output + built.stderr, built.output
    assert take_bytes(root / "out" / "planets") == before


@pytest.mark.parametrize("name", BAD)
def test_bad_input_is_a_violation_and_leaves_the_dataset(project: Path, name: str) -> None:
    files, code, path = BAD[name]
    for file, text in files.items():
        if file == TEMPLATE:
            (project / CURRICULUM).write_text(f"version: 1\n{LEVEL}  - tasks: {{select: 3}}\n", encoding="utf-8")
        (project / file).parent.mkdir(parents=True, exist_ok=True)
        (project / file).write_text(text, encoding="utf-8")
    judge(project, code, path, is_checked=code != "curriculum.shortfall")


@pytest.mark.parametrize(
    "label",
    [
        "Titan",
        "TITAN",
        "Ti\u200btan",
        "\u05d8\u05d9\u05d8\u05df",
        "Titan\u202e",
        "Tit\u0430n",
        "Tita\u0301n",
        "Mars is hot",
    ],
    ids=["same", "capitals", "zero width", "Hebrew", "override", "Cyrillic", "combining", "sentence"],
)
def test_a_label_with_two_readings_is_a_violation_and_leaves_the_dataset(project: Path, label: str) -> None:
    path = project / ONTOLOGY
    path.write_text(path.read_text(encoding="utf-8") + TWIN.format(label=label), encoding="utf-8")
    judge(project, "curriculum.ambiguous-label", ONTOLOGY)


def test_an_ontology_without_rules_is_told_and_leaves_the_dataset(project: Path) -> None:
    (project / RULES).write_text("prefix : <https://example.org/planets#>\n", encoding="utf-8")
    text = (project / ONTOLOGY).read_text(encoding="utf-8")
    kept = [line for line in text.splitlines() if not any(word in line for word in ("subClassOf", "disjointWith"))]
    (project / ONTOLOGY).write_text("\n".join(kept) + "\n", encoding="utf-8")
    replace(project / "workbench.yaml", 'closed: [":hasMoon"]', "closed: []")
    (project / CURRICULUM).write_text("version: 1\nlevels:\n  - {hops: [2, 3], tasks: {select: 3}}\n", encoding="utf-8")
    judge(project, "curriculum.empty-level", CURRICULUM)


@pytest.mark.parametrize("task", ["taxonomy", "entailment", "formalise", "induce"])
def test_properties_that_nothing_is_said_about_are_told_and_leave_the_dataset(project: Path, task: str) -> None:
    """Neither rule nor axiom: there is nothing to suppose, to conclude or to put into a formula."""
    (project / RULES).unlink()
    plain = "".join(f":p{n} a owl:ObjectProperty .\n" for n in range(3))
    head = "@prefix : <https://example.org/planets#> .\n@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    (project / ONTOLOGY).write_text(f"{head}{plain}:a :p1 :b .\n", encoding="utf-8")
    shutil.rmtree(project / "validators")
    replace(project / "workbench.yaml", 'closed: [":hasMoon"]', "closed: []")
    level = f"shortfall: warning\nlevels:\n  - {{hops: [0, 2], worlds: [sampled], tasks: {{{task}: 3}}}}\n"
    (project / CURRICULUM).write_text(f"version: 1\n{level}", encoding="utf-8")
    before = take_bytes(project / "out" / "planets")
    built = call("build", project)
    assert built.exit_code == 1 and CURRICULUM in built.output + built.stderr, built.output
    assert take_bytes(project / "out" / "planets") == before
