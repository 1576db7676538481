"""A changed graph is judged again in part, with the results of judging it in full, whatever became of the worker."""

from collections import Counter
from functools import lru_cache

import pyoxigraph
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shacl_cases import graphs, shape_graphs, triples

from workbench.errors import InvalidKnowledgeError, LimitError
from workbench.validation.shacl import ShaclLimits, judge_graph, process, validate_graph

PREFIXES = """
@prefix : <https://example.org/kinship#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
: sh:declare [ sh:prefix '' ; sh:namespace 'https://example.org/kinship#'^^xsd:anyURI ] .
"""
K = "https://example.org/kinship#"


@lru_cache
def parse(turtle):
    """Parse; the same text gives the same labels of blank nodes."""
    quads = pyoxigraph.parse((PREFIXES + turtle).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return frozenset((str(q.subject), str(q.predicate), str(q.object)) for q in quads)


@settings(max_examples=25, suppress_health_check=[HealthCheck.too_slow])
@given(
    data=graphs,
    shapes=shape_graphs(most=2),
    edits=st.lists(
        st.tuples(st.lists(triples, max_size=3), st.lists(st.integers(0, 99), max_size=2)), min_size=1, max_size=4
    ),
)
def test_a_series_of_edits(data, shapes, edits):
    now = frozenset(data)
    try:
        judgement = judge_graph(now, shapes)
    except InvalidKnowledgeError:
        return
    for added, places in edits:
        listed = sorted(now)
        now = (now - {listed[place % len(listed)] for place in places if listed}) | set(added)
        try:
            judgement = judge_graph(now, shapes, previous=judgement)
        except InvalidKnowledgeError:
            with pytest.raises(InvalidKnowledgeError):
                validate_graph(now, shapes)
            return
        assert judgement.results == validate_graph(now, shapes)
    assert Counter(judgement.results) == Counter(validate_graph(now, shapes, core=False))


PEOPLE = parse(" ".join(f":n{i} a :Person ; :parent :n{i + 1} ; :born {i} ." for i in range(50)))
CORE = ":S sh:targetClass :Person ; sh:property [ sh:path ( :parent :born ) ; sh:minCount 1 ; sh:maxInclusive 40 ] ."


def judge_edit(shapes, added="", removed="", **options):
    before = judge_graph(PEOPLE, parse(shapes), **options)
    now = (PEOPLE - parse(removed)) | parse(added)
    after = judge_graph(now, parse(shapes), previous=before, **options)
    assert before.judged is None
    assert after.results == validate_graph(now, parse(shapes), **options)
    return before, after


def test_only_what_can_see_the_change_is_judged():
    before, after = judge_edit(CORE, added=":n7 :born 99 .", removed=":n7 :born 7 .")
    assert after.judged == 1
    assert len(after.results) == len(before.results) + 1


def test_a_new_subclass_brings_new_targets():
    before, after = judge_edit(CORE, added=":Robot rdfs:subClassOf :Person . :r2 a :Robot .")
    assert after.judged == 1
    assert {r.focus for r in after.results} - {r.focus for r in before.results} == {f"<{K}r2>"}


def test_nothing_that_a_shape_looks_at():
    _, after = judge_edit(CORE, added=":n7 :name 'Seven' .")
    assert after.judged == 0


def test_shapes_with_queries_are_judged_in_full_every_time():
    query = (
        ":Q sh:targetNode :n4, :n5 ; sh:sparql [ sh:prefixes : ; sh:select "
        "'SELECT $this { ?other :parent $this . ?other :born ?b FILTER(?b > 47) }' ] ."
    )
    before, after = judge_edit(CORE + query, added=":n3 :born 48 .")
    assert list(before.left) == [f"<{K}Q>"]
    assert after.judged == 1
    found = [{r.focus for r in j.results if r.shape == f"<{K}Q>"} for j in (before, after)]
    assert found[1] - found[0] == {f"<{K}n4>"}


def test_shapes_on_stated_facts_see_only_their_own_changes():
    shapes = parse(":A sh:targetClass :Person ; wb:judges 'asserted' ; sh:property [ sh:path :born ; sh:minCount 1 ] .")
    closure = PEOPLE | parse(":x a :Person .")
    before = judge_graph(closure, shapes, asserted=PEOPLE)
    after = judge_graph(closure, shapes, asserted=PEOPLE | parse(":y a :Person ."), previous=before)
    assert [r.focus for r in after.results] == [f"<{K}y>"]
    assert after.judged == 1


def test_other_shapes_or_large_changes_are_judged_in_full():
    before = judge_graph(PEOPLE, parse(CORE))
    assert judge_graph(PEOPLE, parse(CORE.replace("40", "41")), previous=before).judged is None
    before = judge_graph(PEOPLE, parse(CORE))
    assert judge_graph(parse(":a a :Person ."), parse(CORE), previous=before).judged is None


def test_a_judgement_can_be_followed_twice():
    before = judge_graph(PEOPLE, parse(CORE))
    first = judge_graph(PEOPLE | parse(":n1 :born 99 ."), parse(CORE), previous=before)
    second = judge_graph(PEOPLE | parse(":n2 :born 99 ."), parse(CORE), previous=before)
    assert (first.judged, second.judged) == (1, None)
    assert second.results == validate_graph(PEOPLE | parse(":n2 :born 99 ."), parse(CORE))


def test_a_worker_that_is_new_is_told_all():
    before = judge_graph(PEOPLE, parse(CORE))
    process._pool.close()
    now = PEOPLE | parse(":n2 :born 99 .")
    after = judge_graph(now, parse(CORE), previous=before)
    assert after.judged is None
    assert after.results == validate_graph(now, parse(CORE))


def test_the_limit_names_the_shape_that_took_too_long():
    joined = " ".join(f"?a{i} :next ?b{i} ." for i in range(6))
    shapes = parse(
        f":Fine sh:targetNode :n0 ; sh:nodeKind sh:IRI . :Slow sh:targetNode :n0 ; sh:sparql [ sh:prefixes : ;"
        f" sh:select 'SELECT $this {{ {joined} FILTER(?a0 = 1) }}' ] ."
    )
    data = parse(" ".join(f":n{i} :next :n{i + 1} ." for i in range(60)))
    with pytest.raises(LimitError, match=r"the shape “Slow” took longer than 1 seconds"):
        validate_graph(data, shapes, limits=ShaclLimits(seconds=1))


def test_literals_that_are_kept_in_another_form_are_judged_in_full():
    # rdflib collapses white space of tokens and puts language tags in lower case, and so does the engine.
    shapes = parse(":S sh:targetClass :Person ; sh:property [ sh:path :name ; sh:maxCount 1 ; sh:maxLength 3 ] .")
    data = PEOPLE | {
        (f"<{K}n1>", f"<{K}name>", '"a   b"^^<http://www.w3.org/2001/XMLSchema#token>'),
        (f"<{K}n2>", f"<{K}name>", '"x"@EN'),
        (f"<{K}n2>", f"<{K}name>", '"x"@en'),
    }
    before = judge_graph(data, shapes)
    after = judge_graph(data - {(f"<{K}n2>", f"<{K}name>", '"x"@EN')}, shapes, previous=before)
    assert (before.results, after.results, after.judged) == ((), (), None)
    assert validate_graph(data, shapes, core=False) == ()
