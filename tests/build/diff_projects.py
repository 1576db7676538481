"""Small projects in two states, for the tests of ``diff``."""

from __future__ import annotations

from pathlib import Path

from workbench.build.differing import Difference, diff
from workbench.build.differing.values import Change, DomainDifference

__all__ = ["CONFIG", "HEAD", "compare", "find_change", "get_domain", "list_changes", "write_project"]

CONFIG = "version: 1\nname: Family\nbase: https://example.org/f#\ndomains:\n  family:\n    closed: [':Gone', ':left']\n"
HEAD = """\
@prefix : <https://example.org/f#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""


def write_project(
    folder: Path,
    facts: str = "",
    rules: str = "",
    *,
    shapes: str = "",
    constraints: str = "",
    config: str = CONFIG,
    domain: str = "family",
) -> Path:
    """Write a project of one domain; empty texts leave their file out."""
    parts = {
        "workbench.yaml": config,
        f"ontologies/{domain}/facts.ttl": HEAD + facts if facts else "",
        f"ontologies/{domain}/rules.rules": f"prefix : <https://example.org/f#>\n{rules}" if rules else "",
        f"validators/{domain}/shapes.ttl": HEAD + shapes if shapes else "",
        f"validators/{domain}/constraints.rules": f"prefix : <https://example.org/f#>\n{constraints}"
        if constraints
        else "",
    }
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in parts.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if text:
            path.write_text(text, encoding="utf-8")
        else:
            path.unlink(missing_ok=True)
    return folder


def compare(old: Path, new: Path, *, findings: bool = False, renames: bool = True) -> Difference:
    """Compare two folders or files; findings are left out unless wanted, since checking takes its time."""
    return diff(str(old), str(new), findings=findings, renames=renames)


def get_domain(difference: Difference) -> DomainDifference:
    """Return the one domain that differs."""
    assert len(difference.domains) == 1
    return difference.domains[0]


def list_changes(domain: DomainDifference) -> list[tuple[str, str, str]]:
    """Return kind, action and name of each change."""
    return [(change.kind, change.action, change.name.rsplit("#")[-1].rstrip(">")) for change in domain.changes]


def find_change(domain: DomainDifference, kind: str, action: str) -> Change:
    """Return the one change of a kind and action."""
    found = [change for change in domain.changes if (change.kind, change.action) == (kind, action)]
    assert len(found) == 1, found
    return found[0]
