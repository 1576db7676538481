"""Shapes of others with data of others, through the whole check: as many results as pySHACL by itself, each located."""

import pyshacl
import pytest
import rdflib
from rdflib.namespace import SH

from workbench.build.checking import check
from workbench.build.knowledge import get_knowledge
from workbench.project import Project
from workbench.validation.shacl import validate_graph

EU = "eu-ai-act/versions/1.0.0/ontologia-v1.0.0.ttl"
BEES = "dcat-ap/3.0.1/html/examples"
# These two are no Turtle, and a domain with a file that cannot be read is not reasoned with.
BROKEN = ("api.ttl", "combined.ttl")
CASES = {
    "EU AI Act": ([EU], ["eu-ai-act/shacl/ai-act-shapes.ttl"], "http://ai-act.eu/ai", 200),
    "DCAT-AP 2.1.1": (
        [BEES],
        [f"dcat-ap/2.1.1/dcat-ap_2.1.1_shacl_{name}.ttl" for name in ("shapes", "shapes_recommended", "range")],
        "http://example.org/",
        50,
    ),
    "DCAT-AP 3.0.1": (
        [BEES],
        [f"dcat-ap/3.0.1/html/shacl/{name}.ttl" for name in ("shapes", "shapes_recommended", "range")],
        "http://example.org/",
        50,
    ),
}


def list_files(shared_data, names):
    for name in names:
        path = shared_data / name
        found = sorted(path.glob("*.ttl")) if path.is_dir() else [path]
        yield from (file for file in found if not file.name.endswith(BROKEN))


def count_with_pyshacl(triples, shapes, base):
    data = rdflib.Graph().parse(data="".join(" ".join(triple) + " .\n" for triple in triples), format="nt")
    graph = rdflib.Graph()
    for path in shapes:
        graph.parse(path, format="turtle", publicID=base)
    _, report, _ = pyshacl.validate(data, shacl_graph=graph)
    return sum(1 for _ in report.objects(None, SH.result))


@pytest.mark.parametrize("name", CASES)
@pytest.mark.filterwarnings("ignore::Warning")
def test_as_many_results_as_pyshacl(shared_data, name):
    ontologies, shapes, base, least = CASES[name]
    shape_files = list(list_files(shared_data, shapes))
    project = Project.from_files(list(list_files(shared_data, ontologies)), [], shape_files, base=base)
    found = check(project).report.violations
    assert not [v for v in found if v.code.startswith("shape.") and v.severity == "error"]
    results = [v for v in found if v.code.startswith("shacl.")]
    knowledge = get_knowledge(project, project.get_domain())
    data = {*knowledge.domain.triples, *knowledge.closure.facts()}
    expected = count_with_pyshacl(data, shape_files, base)
    assert len(validate_graph(data, project.get_domain().shapes)) == expected
    # A report drops exact repetitions, which there are where two shapes of one name ask for the same.
    assert least <= len(results) <= expected
    assert all(v.location is not None and v.location.line for v in results)
    assert all(v.source.startswith("<") and v.focus for v in results)
    assert not [v.message for v in results if "http" in v.message or "_:" in v.message]


def test_the_stated_facts_of_the_eu_ai_act_have_149_results(shared_data):
    base = CASES["EU AI Act"][2]
    files = [shared_data / EU], [], [shared_data / "eu-ai-act/shacl/ai-act-shapes.ttl"]
    domain = Project.from_files(*files, base=base).get_domain()
    assert len(validate_graph(domain.triples, domain.shapes)) == 149
