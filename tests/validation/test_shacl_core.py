"""The engine for SHACL Core judges exactly as pySHACL does, and a changed graph as if it were judged in full."""

from collections import Counter

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from shacl_cases import CLASSES, K, graphs, sh, shape_graphs, triples

from workbench.errors import InvalidKnowledgeError
from workbench.model.terms import RDF, RDF_TYPE, XSD
from workbench.validation.shacl import judge_graph, validate_graph
from workbench.validation.shacl.core import GraphIndex, UnsupportedShapeError, judge_core, read_core, rejudge_core
from workbench.validation.shape_index import ShapeIndex
from workbench.validation.wellformed import find_shape_problems


def judge(data, shapes, **options):
    """Return the results as a multiset, or why there are none."""
    try:
        return Counter(validate_graph(data, shapes, **options))
    except InvalidKnowledgeError as error:
        return sorted({(v.code, v.focus) for v in error.report.violations})


@settings(max_examples=80)
@given(data=graphs, shapes=shape_graphs())
def test_the_engine_and_pyshacl_agree(data, shapes):
    assert judge(data, shapes) == judge(data, shapes, core=False)


def restrict(shapes):
    """Return the plan of what the engine judges."""
    index = ShapeIndex(shapes)
    return read_core(index, index.roots)


def flatten(found):
    return {(number, node): sorted(findings) for number, nodes in found.items() for node, findings in nodes.items()}


@settings(max_examples=150)
@given(
    data=graphs,
    shapes=shape_graphs(),
    edits=st.lists(st.tuples(st.lists(triples, max_size=3), st.lists(st.integers(0, 99), max_size=3)), max_size=4),
)
def test_judging_a_change_is_judging_in_full(data, shapes, edits):
    if any(problem.severity == "error" for problem in find_shape_problems(shapes)):
        return
    plan, now = restrict(shapes), dict.fromkeys(data)
    graph = GraphIndex(now)
    found = judge_core(plan, graph)
    for added, places in edits:
        listed = list(now)
        removed = [listed[place % len(listed)] for place in places if listed]
        for triple in removed:
            now.pop(triple, None)
        now |= dict.fromkeys(added)
        full = judge_core(plan, GraphIndex(now))
        if not graph.accepts(added):
            return
        before = flatten(found)
        try:
            again = rejudge_core(plan, graph, found, added=added, removed=removed)
        except UnsupportedShapeError:
            assert len(full) < len(found)
            return
        assert flatten(found) == {key: value for key, value in flatten(full).items() if key[0] in found}
        changed = {key for key in flatten(found).keys() | before.keys() if flatten(found).get(key) != before.get(key)}
        assert {(number, node) for number, nodes in again.changed.items() for node in nodes} == changed


def test_a_triple_that_is_said_twice_is_one():
    shapes = [
        (f"<{K}S>", sh("targetClass"), CLASSES[0]),
        (f"<{K}S>", sh("property"), "_:p"),
        ("_:p", sh("path"), f"<{K}p>"),
        ("_:p", sh("maxCount"), f'"1"^^<{XSD}integer>'),
    ]
    data = [(f"<{K}a>", RDF_TYPE, CLASSES[0]), (f"<{K}a>", f"<{K}p>", '"x"')]
    assert validate_graph([*data, *data], shapes) == ()


def list_of(node, first, second):
    """Write an RDF list of two members."""
    rest, nil = f"{node}r", f"<{RDF}nil>"
    return [
        (node, f"<{RDF}first>", first), (node, f"<{RDF}rest>", rest),
        (rest, f"<{RDF}first>", second), (rest, f"<{RDF}rest>", nil),
    ]  # fmt: skip


LEFT = {
    "an inverted sequence": [
        ("_:p", sh("path"), "_:i"), ("_:i", sh("inversePath"), "_:l"), *list_of("_:l", f"<{K}p>", f"<{K}q>"),
    ],
    "a query": [("_:p", sh("path"), f"<{K}p>"), ("_:p", sh("sparql"), "_:q")],
    "an expression": [("_:p", sh("path"), f"<{K}p>"), ("_:p", sh("expression"), sh("this"))],
    "another way to write true": [
        ("_:p", sh("path"), f"<{K}p>"), ("_:p", sh("uniqueLang"), f'"1"^^<{XSD}boolean>'),
    ],
    "a count beyond all measure": [
        ("_:p", sh("path"), f"<{K}p>"), ("_:p", sh("minCount"), f'"10000000000"^^<{XSD}integer>'),
    ],
    "a bound that is a truth value": [
        ("_:p", sh("path"), f"<{K}p>"), ("_:p", sh("minInclusive"), f'"1"^^<{XSD}boolean>'),
    ],
    "a bound that is a token": [
        ("_:p", sh("path"), f"<{K}p>"), ("_:p", sh("maxInclusive"), f'"a  b"^^<{XSD}token>'),
    ],
    "a bound in a language": [("_:p", sh("path"), f"<{K}p>"), ("_:p", sh("maxInclusive"), '"a"@de')],
    "a component": [
        ("_:p", sh("path"), f"<{K}p>"), ("_:p", f"<{K}below>", '"5"'),
        (f"<{K}C>", sh("parameter"), "_:c"), ("_:c", sh("path"), f"<{K}below>"),
    ],
}  # fmt: skip


@pytest.mark.parametrize("name", LEFT)
def test_what_is_left_to_pyshacl(name):
    shapes = [(f"<{K}S>", sh("targetClass"), CLASSES[0]), (f"<{K}S>", sh("property"), "_:p"), *LEFT[name]]
    plan = restrict(shapes)
    assert plan.roots == ()
    assert list(plan.left) == [f"<{K}S>"]


def test_a_value_that_cannot_be_compared_is_left_to_pyshacl_which_fails():
    shapes = [
        (f"<{K}S>", sh("targetClass"), CLASSES[0]),
        (f"<{K}S>", sh("property"), "_:p"),
        ("_:p", sh("path"), f"<{K}p>"),
        ("_:p", sh("lessThan"), f"<{K}q>"),
    ]
    data = frozenset({(f"<{K}a>", RDF_TYPE, CLASSES[0]), (f"<{K}a>", f"<{K}p>", '"1"')})
    judgement = judge_graph(data, shapes)
    assert judgement.left == {}
    with pytest.raises(InvalidKnowledgeError) as caught:
        judge_graph(data | {(f"<{K}a>", f"<{K}p>", "_:x")}, shapes, previous=judgement)
    assert [v.code for v in caught.value.report.violations] == ["shape.failure"]


def test_shapes_and_values_that_are_shared_have_a_result_for_each_way_there():
    # Two targeted shapes share a part, and two targets share the value that it judges.
    name, born, parent = f"<{K}name>", f"<{K}born>", f"<{K}parent>"
    one = f'"1"^^<{XSD}integer>'
    shapes = [
        *((f"<{K}{root}>", predicate, value) for root in ("S", "T") for predicate, value in (
            (sh("targetClass"), CLASSES[0]), (sh("property"), f"<{K}Parent>"), (sh("node"), f"<{K}Named>"),
        )),
        (f"<{K}Parent>", sh("path"), parent), (f"<{K}Parent>", sh("property"), f"<{K}Born>"),
        (f"<{K}Parent>", sh("node"), f"<{K}Named>"), (f"<{K}Parent>", sh("not"), f"<{K}Named>"),
        (f"<{K}Born>", sh("path"), born), (f"<{K}Born>", sh("minCount"), one),
        (f"<{K}Named>", sh("property"), f"<{K}Name>"),
        (f"<{K}Name>", sh("path"), name), (f"<{K}Name>", sh("minCount"), one),
    ]  # fmt: skip
    data = [(f"<{K}{n}>", predicate, value) for n in "ab" for predicate, value in (
        (RDF_TYPE, CLASSES[0]), (parent, f"<{K}c>"), (name, '"x"'),
    )]  # fmt: skip
    results = judge(data, shapes)
    assert results == judge(data, shapes, core=False)
    assert results.total() == 8
    assert set(results.values()) == {2, 4}
    assert restrict(shapes).left == {}
