"""Numbers that do not fit, planted in copies of real projects: found with the smallest set of facts and a repair.

All defects of a project are planted in one copy, so that each is found among the others; the clean twin has none.
"""

import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import pytest
from aml_project import ADD_UP, write_project
from defect_projects import make_project
from planted import Defect

from workbench.build import get_knowledge
from workbench.build.judging import find_contradictions
from workbench.build.repairing.repairs import add_repairs, propose
from workbench.build.totals import judge_totals
from workbench.model.report import Violation
from workbench.project import Project, load, preview

ROOT = Path(__file__).resolve().parents[2]


class Planted(NamedTuple):
    """A mistake in a file: what stands there in truth, what was planted, and what has to be told of it.

    ``places`` are the lines of the smallest set of facts, in the file at fault or in others as ``file:line``; ``fix``
    is the change proposed. ``others`` are further constraints that it breaks.
    """

    file: str
    true: str
    planted: str
    source: str
    places: frozenset[str]
    fix: str


def plant(root: Path, mistakes: Mapping[str, Planted]) -> Project:
    for mistake in mistakes.values():
        path = root / mistake.file
        text = path.read_text(encoding="utf-8")
        assert text.count(mistake.true) == 1, mistake.true
        path.write_text(text.replace(mistake.true, mistake.planted), encoding="utf-8")
    return load(root)


def find_broken(project: Project) -> list[Violation]:
    """The part of a check that judges constraints."""
    found: list[Violation] = []
    for domain in project.domains.values():
        knowledge = get_knowledge(project, domain)
        found += add_repairs(knowledge, [*find_contradictions(knowledge), *judge_totals(knowledge)])
    return [violation for violation in found if violation.code.startswith("constraint.")]


def list_places(violation: Violation) -> frozenset[str]:
    """The places of the facts: the smallest set where it is told, else all that take part."""
    if violation.parts:
        places = [part.location for part in violation.parts if part.kind == "fact"]
    else:
        places = [violation.location, *violation.related]
    return frozenset(f"{Path(p.path).name}:{p.line}" for p in places if p is not None and not p.path.endswith(".rules"))


def judge(project: Project, mistakes: Mapping[str, Planted]) -> None:
    broken = find_broken(project)
    for name, mistake in mistakes.items():
        found = [v for v in broken if mistake.fix in v.fix]
        assert found, (name, [v.fix for v in broken])
        matching = [v for v in found if list_places(v) == mistake.places]
        assert matching, (name, [sorted(list_places(v)) for v in found])
        edit = propose(project, matching[0])
        assert edit is not None, name
        left = {(v.message, v.focus) for v in find_broken(preview(project, edit))}
        assert left < {(v.message, v.focus) for v in broken}, name
        assert not any((v.message, v.focus) in left for v in found), name
    assert all(any(m.fix in v.fix for m in mistakes.values()) for v in broken), [v.fix for v in broken]


TABLES = "ontologies/aml/aml_dataset_"
CONSTRAINTS = (
    ADD_UP
    + """
constraint amounts
  en "Every transaction moves money."
  amount(?t, ?a) -> ?a > 0

constraint days
  en "The last transaction was made in 2020."
  day(?t, ?d) -> ?d <= "2020-12-31"^^xsd:date
"""
)
SHARES = {
    "a share with a figure too many": Planted(
        f"{TABLES}people_shares.csv", "80,727,42\n", "80,727,142\n", "shares-add-up",
        frozenset({"aml_dataset_people_shares.csv:5"}), "change 142 to 100",
    ),
    "two shares that are each in order": Planted(
        f"{TABLES}people_shares.csv", "466,555,49\n", "466,555,94\n", "shares-add-up",
        frozenset({"aml_dataset_people_shares.csv:29", "aml_dataset_people_shares.csv:48"}), "change 94 to 49",
    ),
    "an amount with the wrong sign": Planted(
        f"{TABLES}transactions.csv", "6475-4909-6188-4654,235,", "6475-4909-6188-4654,-235,", "amounts",
        frozenset({"aml_dataset_transactions.csv:2"}), "change -235 to 1",
    ),
    "a day of another century": Planted(
        f"{TABLES}transactions.csv", "310,2004-08-11", "310,2104-08-11", "days",
        frozenset({"aml_dataset_transactions.csv:3"}), "change 2104-08-11 to 2020-12-31",
    ),
}  # fmt: skip


@pytest.fixture
def aml(tmp_path: Path, shared_data: Path) -> Path:
    """The shares and the first transactions, the two companies that are owned more than wholly mended."""
    names = ["companies", "people", "people_shares", "companies_shares", "transactions"]
    root = write_project(tmp_path / "aml", shared_data, names, CONSTRAINTS)
    for name, old, new in (
        ("people_shares", "466,555,52\n", "466,555,49\n"),
        ("companies_shares", "676,664,75\n", "676,664,45\n"),
    ):
        path = root / f"{TABLES}{name}.csv"
        assert path.read_text().count(old) == 1
        path.write_text(path.read_text().replace(old, new))
    path = root / f"{TABLES}transactions.csv"
    path.write_text("".join(path.read_text().splitlines(keepends=True)[:200]))
    return root


def test_shares_and_transactions(aml: Path) -> None:
    assert find_broken(load(aml)) == []
    judge(plant(aml, SHARES), SHARES)


FAMILIES = {
    "figures of a birth year swapped": Planted(
        "ontologies/kinship/people-1.ttl", "k:bornIn 1774 ;\n    k:diedIn 1850", "k:bornIn 1747 ;\n    k:diedIn 1850",
        "parent-older", frozenset({"people-1.ttl:25", "people-1.ttl:28", "people-1.ttl:149"}), "change 1747 to 1756",
    ),
    "a year of death in the wrong century": Planted(
        "ontologies/kinship/people-1.ttl", "k:diedIn 1849 ;\n    wb:state", "k:diedIn 1749 ;\n    wb:state",
        "death-not-before-birth", frozenset({"people-1.ttl:14", "people-1.ttl:15"}), "change 1749 to 1820",
    ),
    "a reign that ends before it began": Planted(
        "ontologies/kinship/people-2.ttl",
        "k:reignBegan 1837 ;\n    k:reignEnded 1901", "k:reignBegan 1837 ;\n    k:reignEnded 1801",
        "reign-ends-after-it-began", frozenset({"people-2.ttl:571", "people-2.ttl:572"}), "change 1801 to 1837",
    ),
}  # fmt: skip


def test_families(tmp_path: Path) -> None:
    for name in ("ontologies", "validators"):
        shutil.copytree(ROOT / name, tmp_path / name)
    shutil.copy(ROOT / "workbench.yaml", tmp_path)
    assert find_broken(load(tmp_path)) == []
    project = plant(tmp_path, FAMILIES)
    judge(project, FAMILIES)


ACT = """
:mite a :IntelligentSystem ; :hasFLOPS "5.0E11"^^xsd:double ; :hasComputationFLOPs "{computed}"^^xsd:double .
:vole a :IntelligentSystem ; :hasAccuracyRate "{accuracy}"^^xsd:double ; :hasAutonomyLevel "2"^^xsd:double .
"""
ACT_RULES = """
constraint small-models-compute-little
  hasModelScale(?s, SmallModelScale) ^ hasComputationFLOPs(?s, ?c) -> ?c < 1.0E12

constraint a-rate-is-at-most-one
  hasAccuracyRate(?s, ?a) -> ?a <= 1
"""


@pytest.mark.filterwarnings("ignore:Dataset")
def test_systems_of_the_ai_act(shared_data: Path) -> None:
    assert shared_data.is_dir()
    defect = Defect(
        "n", "act", "constraint.violated", frozenset(), ACT_RULES, ACT_RULES,
        ACT.format(computed="2.0E12", accuracy="97.5"), ACT.format(computed="2.0E11", accuracy="0.975"),
    )  # fmt: skip
    assert find_broken(make_project("act", [defect], is_twin=True)) == []
    project = make_project("act", [defect])
    broken = {v.message.split("”")[0].split("“")[1]: v for v in find_broken(project)}
    small, rate = broken["small-models-compute-little"], broken["a-rate-is-at-most-one"]
    assert "change 2.0E12 to 999999999999" in small.fix
    assert "change 97.5 to 1" in rate.fix
    for violation in (small, rate):
        edit = propose(project, violation)
        assert edit is not None
        assert len(find_broken(preview(project, edit))) == 1
