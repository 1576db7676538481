"""The adapter against the W3C suite: by the engine and pySHACL together, and by pySHACL alone.

Of 98 core tests all pass, of 23 SPARQL tests all but ``shapesGraph-001``: pySHACL does not bind $shapesGraph.
"""

from collections import Counter
from pathlib import Path

import pyoxigraph
import pytest

from workbench.errors import InvalidKnowledgeError
from workbench.validation.shacl import validate_graph
from workbench.validation.shacl.core import read_core
from workbench.validation.shape_index import ShapeIndex, make_sh
from workbench.validation.wellformed import find_shape_problems

MF = "http://www.w3.org/2001/sw/DataAccess/tests/test-manifest#"
SHT = "http://www.w3.org/ns/shacl-test#"
NOT_OFFERED = {"shapesGraph-001"}
# What the engine leaves to pySHACL in the core part, and why.
LEFT = {"uniqueLang-002": "sh:uniqueLang is neither true nor false"}


def read_graph(path):
    base = path.resolve().as_uri()
    quads = pyoxigraph.parse(path.read_bytes(), format=pyoxigraph.RdfFormat.TURTLE, base_iri=base)
    return [(str(q.subject), str(q.predicate), str(q.object)) for q in quads]


def list_cases(folder):
    for path in sorted(folder.rglob("*.ttl")):
        if path.name == "manifest.ttl":
            continue
        index = ShapeIndex(read_graph(path))
        for subject, predicate, action in index.triples:
            if predicate == f"<{MF}action>":
                data = index.get_object(action, f"<{SHT}dataGraph>")
                shapes = index.get_object(action, f"<{SHT}shapesGraph>")
                yield path.stem, index, data, shapes, index.get_object(subject, f"<{MF}result>")


def read_file(iri):
    return read_graph(Path(iri.removeprefix("<file://").removesuffix(">")))


def make_expected(index, report):
    def get(result, name):
        return index.get_object(result, make_sh(name)) or ""

    def get_path(result):
        path = get(result, "resultPath")
        return index.render_path(path) if path else ""

    return Counter(
        (
            get(result, "focusNode"),
            get_path(result),
            get(result, "value"),
            get(result, "resultSeverity"),
            get(result, "sourceConstraintComponent"),
        )
        for result in index.list_objects(report, make_sh("result"))
    )


def hide_blanks(results):
    return Counter(tuple("_:" if t.startswith("_:") else t for t in key) for key in results.elements())


def judge(index, data, shapes, expected, core):
    """Return what differs from the expected report, or an empty string."""
    shape_triples = read_file(shapes)
    problems = [p for p in find_shape_problems(shape_triples) if p.severity == "error"]
    if expected == f"<{SHT}Failure>":
        try:
            validate_graph(read_file(data), shape_triples, core=core)
        except InvalidKnowledgeError:
            return ""
        return "no failure"
    if problems:
        return f"refused: {problems[0].code} {problems[0].message}"
    try:
        results = validate_graph(read_file(data), shape_triples, core=core)
    except InvalidKnowledgeError as error:
        return f"failed: {error.report.violations[0].message}"
    found = Counter((r.focus, r.path, r.value, r.severity, r.component) for r in results)
    wanted = hide_blanks(make_expected(index, expected))
    if hide_blanks(found) != wanted:
        return f"missing {wanted - hide_blanks(found)}, too many {hide_blanks(found) - wanted}"
    return ""


@pytest.mark.parametrize(
    ("part", "least", "core"),
    [
        pytest.param("core", 98, True, id="core by the engine"),
        pytest.param("core", 98, False, id="core by pySHACL", marks=pytest.mark.slow),
        pytest.param("sparql", 22, True, id="SPARQL"),
    ],
)
def test_w3c_suite(shared_data, part, least, core):
    folder = shared_data / "w3c-shacl-suite" / part
    count, failed = 0, {}
    for name, index, data, shapes, expected in list_cases(folder):
        if name in NOT_OFFERED:
            continue
        count += 1
        if difference := judge(index, data, shapes, expected, core):
            failed[name] = difference
    assert not failed, "\n".join(f"{name}: {text}" for name, text in failed.items())
    assert count >= least


def test_the_engine_itself_judges_the_core_part(shared_data):
    left, judged = {}, 0
    for name, _, _, shapes, _ in list_cases(shared_data / "w3c-shacl-suite" / "core"):
        index = ShapeIndex(read_file(shapes))
        plan = read_core(index, index.roots)
        judged += len(plan.roots)
        left |= dict.fromkeys([name] if plan.left else [], next(iter(plan.left.values()), ""))
    assert left == LEFT
    assert judged >= 98
