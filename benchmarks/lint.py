"""Measure lint: every check of a profile over one ontology, without and with the places of its findings.

    python -m benchmarks.lint [--files ../shared/data/sio/sio-release.owl ...] [--profiles strict obo default]

Reading the file and compiling its axioms are done before and not counted: a check of a project does them anyway. With
places, the file is read once more for its positions. Prints Markdown; ends with 1 when all checks over SIO take more
than one CPU second without places.
"""

from __future__ import annotations

import argparse
import sys
from dataclasses import replace
from datetime import date
from pathlib import Path

from benchmarks.harness import Limits, Measurement, Recorder, measure
from workbench.build.curricula import CurriculumText
from workbench.build.knowledge import get_knowledge
from workbench.build.linting import prepare_lint
from workbench.project import Project
from workbench.project.configuration import LintProfile, LintSettings
from workbench.validation.lint import CHECKS, lint_domain

__all__ = ["main", "run_lint", "write_table"]

_DATA = Path(__file__).resolve().parents[2] / "shared" / "data"
_FILES = ("sio/sio-release.owl", "pizza/pizza.owl", "disease-ontology-slims/DO_cancer_slim.owl")
_PROFILES: tuple[LintProfile, ...] = ("default", "obo", "strict")
_LIMIT = 1.0
_TODAY = date(2026, 1, 1)


def run_lint(recorder: Recorder, path: str, profile: LintProfile) -> None:
    """Make all checks of a profile over one ontology, twice."""
    loaded = Project.from_files(ontologies=[Path(path)])
    config = replace(loaded.config, lint=LintSettings(profile))
    project = Project.assemble(None, config, loaded.files, earlier=loaded)
    domain = project.get_domain()
    knowledge = get_knowledge(project, domain)
    knowledge.narrator.label("<urn:any>")
    matter = prepare_lint(project, domain, knowledge, CurriculumText(None, (), ()), _TODAY)
    with recorder.phase("checks"):
        found = lint_domain(replace(matter, locate=lambda _: None, locate_rule=lambda _: None))
    with recorder.phase("checks with places"):
        placed = lint_domain(matter)
    recorder.counts |= {
        "triples": len(domain.triples),
        "checks": sum(check.severities[profile] != "off" for check in CHECKS.values()),
        "findings": len(found),
        "placed": sum(violation.location is not None and violation.location.line > 0 for violation in placed),
    }


def write_table(rows: list[tuple[str, str, Measurement]]) -> str:
    """Return what was measured as a Markdown table."""
    heads = ("ontology", "profile", "triples", "checks", "findings", "with a line", "CPU s", "with places, CPU s")
    lines = [f"| {' | '.join(heads)} |", f"| --- | --- {'| ---: ' * (len(heads) - 2)}|"]
    for name, profile, found in rows:
        counts = dict(found.counts)
        if found.stopped:
            lines.append(f"| {name} | {profile} | {found.stopped} {'| ' * (len(heads) - 3)}|")
            continue
        lines.append(
            f"| {name} | {profile} | {counts['triples']:,.0f} | {counts['checks']:.0f} | {counts['findings']:,.0f} | "
            f"{counts['placed']:,.0f} | {found.get_seconds('checks'):.2f} | "
            f"{found.get_seconds('checks with places'):.2f} |"
        )
    return "\n".join(lines)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--files", nargs="*", default=[str(_DATA / name) for name in _FILES])
    parser.add_argument("--profiles", nargs="*", default=list(_PROFILES), choices=_PROFILES)
    parser.add_argument("--seconds", type=int, default=120, help="CPU seconds for each process")
    arguments = parser.parse_args()
    rows = []
    for path in arguments.files:
        if not Path(path).is_file():
            raise SystemExit(f"There is no file {path}; name ontologies with --files.")
        for profile in arguments.profiles:
            print(f"{Path(path).name}: {profile}", file=sys.stderr, flush=True)
            rows.append((Path(path).name, profile, measure(run_lint, path, profile, limits=Limits(arguments.seconds))))
    print(write_table(rows))
    slow = [found for name, _, found in rows if name.startswith("sio") and (found.get_seconds("checks") or 99) > _LIMIT]
    if slow:
        print(f"\nTOO SLOW: the checks of SIO may take {_LIMIT} CPU seconds", file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
