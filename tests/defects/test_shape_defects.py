"""Sixty defects and more, of which these are about shapes: found with their smallest sets, no alarm on clean twins."""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Sequence
from pathlib import Path

import pytest
from oracles.shape_graphs import find_nonconforming
from shape_defects import DEFECTS, PREFIXES, Defect

from workbench.build import load
from workbench.build.analysing.shape_analysis import ShapeAnalysis, analyse_shapes
from workbench.build.analysing.shape_conflicts import report_shape_conflicts
from workbench.build.judging import report_shape_problems
from workbench.build.knowledge import Knowledge, get_knowledge, list_domains
from workbench.model.report import Violation
from workbench.model.terms import Term, Triple
from workbench.reasoning.closure import reason
from workbench.solving.shapes.cases import Member
from workbench.solving.shapes.conflicts import select_conditions
from workbench.validation.shape_index import ShapeIndex

CODES = frozenset(
    "shape.unsatisfiable shape.no-value shape.contradictory-pair shape.against-ontology rule.violates-shape "
    "analysis.undetermined".split()
)
_CONFIG = "version: 1\nname: Copy\nbase: https://example.org/copy#\nlanguages: [en]\ndomains:\n  {domain}: {{}}\n"


def copy_project(
    name: str, folder: Path, repo_root: Path, shared_data: Path, ignored: Sequence[str] = ("people-*.ttl",)
) -> str:
    """Copy a real project and return the name of its domain."""
    if name == "planets":
        shutil.copytree(repo_root / "workbench" / "project" / "starter", folder, dirs_exist_ok=True)
        return "planets"
    if name == "kinship":
        for part in ("ontologies", "validators"):
            # Without its people, whom no defect is about: what is planted is about classes, rules and shapes.
            shutil.copytree(repo_root / part, folder / part, ignore=shutil.ignore_patterns(*ignored))
        shutil.copy(repo_root / "workbench.yaml", folder)
        return "kinship"
    domain = "act" if name == "eu-ai-act" else "dcat"
    for part in ("ontologies", "validators"):
        (folder / part / domain).mkdir(parents=True)
    (folder / "workbench.yaml").write_text(_CONFIG.format(domain=domain), encoding="utf-8")
    if name == "eu-ai-act":
        sources = {"ontologies": ["eu-ai-act/docs/ontology.ttl"], "validators": ["eu-ai-act/shacl/ai-act-shapes.ttl"]}
    else:
        path = "2.1.1" if name == "dcat2" else "3.0.1/html/shacl"
        found = sorted((shared_data / "dcat-ap" / path).glob("*.ttl"))
        sources = {"validators": [str(file.relative_to(shared_data)) for file in found]}
    for part, files in sources.items():
        for file in files:
            shutil.copyfile(shared_data / file, folder / part / domain / Path(file).name)
    return domain


def plant(defect: Defect, folder: Path, domain: str, *, is_clean: bool) -> None:
    """Add the files of a defect, or of its clean twin, to a copied project."""
    chosen = defect.good if is_clean else defect.bad
    name = "r:rough" if is_clean else "dcat:spatialResolutionInMeters"

    def fill(text: str) -> str:
        return text.replace("{x}", chosen).replace("{property}", name)

    files = {
        f"validators/{domain}/planted.ttl": PREFIXES + fill(defect.shapes),
        f"ontologies/{domain}/planted-axioms.ttl": PREFIXES + fill(defect.axioms),
    }
    if defect.rules:
        base = {"planets": "https://example.org/planets#", "kinship": "https://example.org/kinship#"}.get(domain)
        header = f"prefix : <{base}>\n" if base else ""
        files[f"ontologies/{domain}/planted-rules.rules"] = header + fill(defect.rules) + "\n"
    for path, text in files.items():
        (folder / path).write_text(text + "\n", encoding="utf-8")
    for path, old, new in defect.edits:
        text = (folder / path).read_text(encoding="utf-8")
        assert old in text, path
        (folder / path).write_text(text.replace(old, new), encoding="utf-8")


def analyse(folder: Path) -> tuple[Knowledge, list[Violation]]:
    project = load(folder)
    (domain,) = list_domains(project, None)
    knowledge = get_knowledge(project, domain)
    assert not knowledge.blockers, knowledge.blockers
    problems = report_shape_problems(knowledge)
    assert not [problem for problem in problems if problem.severity == "error"], problems
    return knowledge, [v for v in report_shape_conflicts(knowledge, problems) if v.code in CODES]


def read_lines(violation: Violation, folder: Path) -> list[str]:
    """The text of the lines that a finding names."""
    lines = []
    for part in violation.parts:
        assert part.location is not None, part
        assert part.location.line, part
        text = (folder / part.location.path).read_text(encoding="utf-8").splitlines()
        lines.append(text[part.location.line - 1])
        assert part.text and part.name, part
    return lines


def is_set(lines: list[str], snippets: frozenset[str]) -> bool:
    """Whether the lines are these, one for each."""
    left = list(lines)
    for snippet in sorted(snippets, key=len, reverse=True):
        found = next((line for line in left if snippet in line), None)
        if found is None:
            return False
        left.remove(found)
    return not left


@pytest.mark.parametrize("defect", DEFECTS, ids=lambda defect: f"{defect.code}: {defect.name}")
def test_a_planted_defect_is_found_and_its_clean_twin_is_quiet(
    defect: Defect, tmp_path: Path, repo_root: Path, shared_data: Path
) -> None:
    bad, good = tmp_path / "bad", tmp_path / "good"
    for folder, is_clean in ((bad, False), (good, True)):
        folder.mkdir()
        plant(defect, folder, copy_project(defect.project, folder, repo_root, shared_data), is_clean=is_clean)
    knowledge, found = analyse(bad)
    told = [(v.code, v.message, read_lines(v, bad)) for v in found]
    assert found, "nothing was found"
    for code, _, lines in told:
        assert code == defect.code, told
        assert any(is_set(lines, snippets) for snippets in defect.sets), told
    for violation in found:
        assert violation.location is not None
        assert violation.message.endswith(".") and violation.fix and violation.why
    check_examples(knowledge, analyse_shapes(knowledge, []))
    _, quiet = analyse(good)
    assert not quiet, [(v.code, v.message, [part.text for part in v.parts]) for v in quiet]


def select_triples(analysis: ShapeAnalysis, members: Iterable[Member], roots: Iterable[Term]) -> list[Triple]:
    """The shapes graph with the conditions of some members only."""
    kept = select_conditions(analysis.background.shapes, frozenset(members))
    left = {condition.triple for shape in kept.values() for condition in shape.conditions}
    dropped = {c.triple for shape in analysis.background.shapes.values() for c in shape.conditions} - left
    bound = {"qualifiedValueShape>": "qualifiedM", "ignoredProperties>": "closed>"}
    index = ShapeIndex(analysis.triples)
    reached = {node for root in roots for node in index.collect_reachable(root)}

    return [
        triple
        for triple in analysis.triples
        if triple[0] in reached
        and triple not in dropped
        and all(
            not triple[1].endswith(name) or any(one[0] == triple[0] and other in one[1] for one in left)
            for name, other in bound.items()
        )
    ]


def strip(term: Term) -> str:
    return term[2:] if term.startswith("_:") else term[1:-1]


def check_examples(knowledge: Knowledge, analyses: Sequence[ShapeAnalysis]) -> int:
    """Let pySHACL judge every case that is shown; return how many there were."""
    count = 0
    for analysis in analyses:
        for conflict in analysis.verdicts.conflicts:
            example = conflict.example
            if example is None:
                continue
            count += 1
            rest = [member for member in conflict.members if member != example.broken]
            node = strip(example.node)
            assert node not in find_nonconforming(example.facts, select_triples(analysis, rest, conflict.shapes)), (
                conflict
            )
            assert node in find_nonconforming(
                example.facts, select_triples(analysis, conflict.members, conflict.shapes)
            ), conflict
        for violation in analysis.violating.violations:
            count += 1
            names = [rule.name for rule in knowledge.theory.rules]
            without = knowledge.theory.select(name for name in names if name != violation.rule)
            node = strip(violation.node)
            before = reason(without, violation.before)
            after = reason(knowledge.theory, violation.before)
            assert not before.contradictions() and not after.contradictions()
            assert node not in find_nonconforming(before.facts(), analysis.triples), violation
            assert node in find_nonconforming(after.facts(), analysis.triples), violation
    return count


def test_there_are_enough_defects_of_each_kind() -> None:
    codes = [defect.code for defect in DEFECTS]
    for code in ("shape.unsatisfiable", "shape.contradictory-pair", "shape.against-ontology", "rule.violates-shape"):
        assert codes.count(code) >= 5


@pytest.mark.parametrize("project", ["planets", "kinship", "dcat2", "dcat3", "eu-ai-act"])
def test_no_alarm_on_real_projects(project: str, tmp_path: Path, repo_root: Path, shared_data: Path) -> None:
    copy_project(project, tmp_path, repo_root, shared_data, ignored=())
    assert analyse(tmp_path)[1] == []
