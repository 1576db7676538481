"""What the analysis of rules, constraints and axioms costs: CPU seconds, questions asked and how they ended.

python -m benchmarks analysis
python -m benchmarks analysis --data ../shared/data
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.swrl_n3 import read_swrl_rules
from workbench.build import load
from workbench.build.analysing.conflicts import report_conflicts
from workbench.build.analysing.knowledge_analysis import analyse_knowledge
from workbench.build.knowledge import Knowledge, get_knowledge
from workbench.project import Project

__all__ = ["Row", "main", "make_act", "measure"]

_ROOT = Path(__file__).resolve().parents[1]
_OTHERS = (
    ("pizza", "pizza/pizza.owl"),
    ("family history", "fhkb/rdfxml/fhkb_ch10_merged.ttl"),
    ("cancers", "disease-ontology-slims/DO_cancer_slim.owl"),
    ("SIO", "sio/sio-release.owl"),
)


class Row(NamedTuple):
    """One analysis: the project, its rules (compiled axioms included), classes and properties, and what came of it."""

    name: str
    rules: int
    names: int
    seconds: float
    asked: int
    proved: int
    undetermined: int
    findings: int


def make_act(data: Path) -> Project:
    """Return the EU AI Act's ontology with its 46 rules, which are written in N3."""
    folder = data / "eu-ai-act"
    rules = "prefix : <http://ai-act.eu/ai#>\n" + read_swrl_rules(folder / "rules" / "swrl-base-rules.ttl")
    return Project.from_files([folder / "docs" / "ontology.ttl"], [rules], name="act")


def measure(name: str, knowledge: Knowledge) -> Row:
    """Analyse one domain; reading its files is not counted."""
    started = time.process_time()
    found = report_conflicts(knowledge)
    seconds = time.process_time() - started
    tallies = [tally for _, tally in analyse_knowledge(knowledge).analysis.tallies]
    return Row(
        name,
        len(knowledge.theory.rules),
        len(knowledge.declared),
        seconds,
        sum(tally.asked for tally in tallies),
        sum(tally.proved for tally in tallies),
        sum(tally.undetermined for tally in tallies),
        len(found),
    )


def _list_projects(data: Path) -> Iterator[tuple[str, Project]]:
    yield "kinship (this repository)", load(_ROOT)
    yield "planets (workbench init)", load(_ROOT / "workbench" / "project" / "starter")
    if not data.is_dir():
        return
    yield "EU AI Act, 46 rules", make_act(data)
    for name, path in _OTHERS:
        if (data / path).is_file():
            yield name, Project.from_files([data / path], name="measured")


def main() -> None:
    """Print a table, one line per project."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=_ROOT.parent / "shared" / "data", help="data sets of others")
    options = parser.parse_args()
    print("| project | rules | classes and properties | CPU s | questions | proved | undetermined | findings |")
    print("|---|---|---|---|---|---|---|---|")
    for name, project in _list_projects(options.data):
        row = measure(name, get_knowledge(project, project.get_domain()))
        counts = f"{row.asked:,} | {row.proved:,} | {row.undetermined:,} | {row.findings:,}"
        print(f"| {row.name} | {row.rules:,} | {row.names:,} | {row.seconds:.2f} | {counts} |", flush=True)
