"""Twelve published versions of a real ontology, compared with what another parser finds in them."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pyoxigraph
import pytest
from diff_projects import compare, get_domain

from workbench.build.differing import format_difference

VERSIONS = "0.36.0 0.37.0 0.37.1 0.37.2 0.37.3 0.37.4 0.37.5 0.38.0 0.39.0 0.40.0 0.41.0 1.0.0".split()
BROKEN = "0.37.1"


def read(folder: Path) -> set[tuple[str, str, str]]:
    """The statements of a version that have no blank nodes."""
    (path,) = folder.glob("*.ttl")
    triples = pyoxigraph.parse(path.read_bytes(), pyoxigraph.RdfFormat.TURTLE, base_iri="file:///")
    told = {(str(t.subject), str(t.predicate), str(t.object)) for t in triples}
    return {triple for triple in told if not triple[0].startswith("_:") and not triple[2].startswith("_:")}


@pytest.mark.parametrize(("first", "second"), [*pairwise(VERSIONS), ("0.36.0", "1.0.0")])
def test_versions_of_the_eu_ai_act(shared_data: Path, first: str, second: str) -> None:
    folder = shared_data / "eu-ai-act" / "versions"
    difference = compare(folder / first, folder / second, renames=False)
    for form in ("text", "markdown"):
        assert len(format_difference(difference, "markdown" if form == "markdown" else "text")) < 60_000
    if not difference.domains:
        assert read(folder / first) == read(folder / second)
        return
    domain = get_domain(difference)
    if BROKEN in (first, second):
        assert f"ontologia-v{BROKEN}.ttl:" in domain.unreasoned
        assert domain.is_blocked_now == (second == BROKEN)
        side = "removed" if second == BROKEN else "added"
        assert not any(change.certain for change in domain.changes if change.action == side)
        return
    old, new = read(folder / first), read(folder / second)
    told = [[said for said in sides if said is not None] for sides in (
        [change.old for change in domain.changes], [change.new for change in domain.changes])]  # fmt: skip
    gone, come = (sum("[" not in said.formal.split('"')[0] for said in side) for side in told)
    assert domain.unreasoned == ""
    assert (gone, come) == (len(old - new), len(new - old))


def test_one_ontology_in_two_syntaxes_is_one(shared_data: Path) -> None:
    """As its publisher converted it from Turtle to RDF/XML; the file counts as moved."""
    folder = shared_data / "eu-ai-act" / "docs"
    difference = compare(folder / "ontology.owl", folder / "ontology.ttl")
    assert [(change.action, change.name) for change in difference.files] == [("moved", "ontology.ttl")]
    assert not any(domain.changes_something for domain in difference.domains)


def test_where_the_contradictions_came_from(shared_data: Path) -> None:
    folder = shared_data / "eu-ai-act" / "versions"
    domain = get_domain(compare(folder / "0.37.3", folder / "0.37.4"))
    assert domain.contradictions_begin
    reasons = {cause.name for one in domain.lost for cause in one.causes}
    assert reasons == {"AlgorithmType-equivalent-to-AlgorithmCategory", "TrainingDataOrigin-equivalent-to-DataSource"}
