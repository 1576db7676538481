"""Edits of triples as edits of text: exactly the change asked for, and not a byte besides."""

from collections.abc import Iterable
from itertools import product
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from rdf_strategies import PREFIXES, find_blanks, graphs, iris, literals, predicates, relabel

from workbench.errors import EditError
from workbench.formats.canonical import compute_digest
from workbench.formats.closure_match import match_closure
from workbench.formats.rdf import parse_rdf
from workbench.formats.turtle_blocks import open_turtle
from workbench.formats.turtle_edit import apply_delta
from workbench.formats.turtle_writer import write_turtle
from workbench.model.terms import RDF, RDF_TYPE, Term, Triple, is_blank

BASE = "http://example.org/base/doc"
TEXT = """\
# head
@prefix : <urn:x#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .

# about a
:a :b :c ; # inside a
   :d [ :e :f ] . # behind a

# about b
:b   :p ( 1 2 [ :z "q" ] ) ;  :o _:s .

:b :second :block .
_:s :k :l .
# end
"""


def n(name: str) -> str:
    return f"<urn:x#{name}>"


def apply(added: list[Triple], removed: list[Triple], text: str = TEXT, path: str = "f.ttl") -> str:
    return apply_delta(text.encode(), path, added, removed).decode()


def close(graph: set[Triple], start: set[Triple]) -> set[Triple]:
    """Return triples with all that is said about their blank nodes."""
    found, queue = set(start), list(start)
    while queue:
        triple = queue.pop()
        for node in (triple[0], triple[2]):
            if is_blank(node):
                more = {t for t in graph if t[0] == node} - found
                found |= more
                queue += more
    return found


def test_only_the_touched_block_changes() -> None:
    assert apply([(n("a"), n("b"), n("c2"))], [(n("a"), n("b"), n("c"))]) == TEXT.replace(
        ":a :b :c ; # inside a\n   :d [ :e :f ] .",
        "# inside a\n:a\n    :b :c2 ;\n    :d [\n        :e :f ;\n    ] ;\n    .",
    )


def test_new_subjects_go_to_the_end_with_their_blank_nodes() -> None:
    added = [
        (n("new"), RDF_TYPE, "<http://www.w3.org/2002/07/owl#Class>"),
        (n("new"), n("r"), "_:1"),
        ("_:1", n("e"), "_:2"),
        ("_:2", f"<{RDF}first>", '"x"'),
        ("_:2", f"<{RDF}rest>", f"<{RDF}nil>"),
    ]
    assert apply(added, []) == TEXT + '\n:new\n    a owl:Class ;\n    :r [\n        :e ( "x" ) ;\n    ] ;\n    .\n'


def test_an_addition_goes_to_the_last_block_of_its_subject() -> None:
    assert apply([(n("b"), n("x"), n("y"))], []) == TEXT.replace(
        ":b :second :block .", ":b\n    :second :block ;\n    :x :y ;\n    ."
    )


def test_a_block_that_says_nothing_more_goes_and_its_comments_stay() -> None:
    removed = [(n("a"), n("b"), n("c")), (n("a"), n("d"), "_:any"), ("_:any", n("e"), n("f"))]
    assert apply([], removed) == TEXT.replace(
        ":a :b :c ; # inside a\n   :d [ :e :f ] . # behind a", "# inside a\n # behind a"
    )
    assert apply([], [(n("b"), n("second"), n("block"))]) == TEXT.replace(":b :second :block .\n", "")


def test_a_label_of_the_file_is_kept() -> None:
    text = apply([], [(n("b"), n("second"), n("block")), (n("a"), n("b"), n("c"))])
    assert "_:s :k :l ." in text
    text = apply([("_:s", n("new"), n("new")), (n("b"), n("o2"), "_:s")], [])
    assert "_:s :k :l ." in text
    assert ":o2 [\n        :new :new ;\n    ] ;" in text


def test_shared_new_blank_nodes_get_a_label_that_is_free() -> None:
    text = "@prefix : <urn:x#> .\n:a :b _:b0 .\n"
    added = [(n("c"), n("d"), "_:x"), (n("e"), n("d"), "_:x"), ("_:x", n("f"), '"1"')]
    assert apply(added, [], text) == text + (
        '\n:c\n    :d _:b1 ;\n    .\n\n:e\n    :d _:b1 ;\n    .\n\n_:b1\n    :f "1" ;\n    .\n'
    )


def test_blocks_on_one_line() -> None:
    text = "@prefix : <urn:x#> . :a :b :c . :d :e :f . :g :h :i ."
    assert apply([(n("d"), n("e"), n("x"))], [], text) == (
        "@prefix : <urn:x#> . :a :b :c . \n:d\n    :e :f ;\n    :e :x ;\n    .\n :g :h :i ."
    )
    assert apply([], [(n("d"), n("e"), n("f"))], text) == "@prefix : <urn:x#> . :a :b :c .  :g :h :i ."


def test_windows_line_ends_and_byte_order_mark() -> None:
    data = b"\xef\xbb\xbf" + TEXT.replace("\n", "\r\n").encode()
    result = apply_delta(data, "f.ttl", [(n("a"), n("b"), '"x\\ny"'), (n("q"), n("b"), '"x\\r\\ny"')], [])
    assert result.startswith(b"\xef\xbb\xbf# head\r\n")
    assert result.count(b"\n") == result.count(b"\r\n")
    assert b':b "x\\ny" ;\r\n' in result
    assert b':b """x\r\ny""" ;\r\n' in result


def test_names_are_those_in_force_where_the_block_stands() -> None:
    text = "@prefix : <urn:one#> .\n:a :b :c .\n@prefix : <urn:two#> .\n:a :b :c .\n"
    result = apply([("<urn:one#a>", "<urn:one#b>", "<urn:two#d>")], [], text)
    assert result == text.replace(":a :b :c .", ":a\n    :b :c ;\n    :b <urn:two#d> ;\n    .", 1)


def test_a_statement_written_twice_is_removed_twice() -> None:
    text = "@prefix : <urn:x#> .\n:a :b :c , :d .\n:a :b :c .\n"
    assert apply([], [(n("a"), n("b"), n("c"))], text) == "@prefix : <urn:x#> .\n:a\n    :b :d ;\n    .\n"


def test_n_triples_lines() -> None:
    text = "# top\n<urn:a> <urn:p> <urn:b> .\n<urn:a> <urn:p> _:b0 .\n<urn:c> <urn:p> <urn:d> . # note\n"
    added = [("<urn:a>", "<urn:q>", "_:x"), ("_:x", "<urn:q>", '"1"'), ("<urn:e>", "<urn:q>", '"2"')]
    assert apply(added, [("<urn:a>", "<urn:p>", "<urn:b>")], text, "f.nt") == (
        "# top\n<urn:a> <urn:p> _:b0 .\n<urn:a> <urn:q> _:b1 .\n<urn:c> <urn:p> <urn:d> . # note\n"
        '<urn:e> <urn:q> "2" .\n_:b1 <urn:q> "1" .\n'
    )


@pytest.mark.parametrize(
    ("added", "removed", "message"),
    [
        ([], [(n("a"), n("b"), n("nope"))], "does not state: <urn:x#a> <urn:x#b> <urn:x#nope>"),
        ([(n("a"), n("b"), n("c"))], [], "already states: <urn:x#a> <urn:x#b> <urn:x#c>"),
        ([], [(n("a"), n("d"), "_:1")], "exactly: <urn:x#a> <urn:x#d> _:1"),
        ([], [(n("a"), n("d"), "_:1"), ("_:1", n("e"), n("g"))], "states nothing about a blank node"),
        ([('"x"', n("b"), n("c"))], [], "not a triple"),
        ([(n("a"), n("b"), "<urn:x> . <urn:evil>")], [], "not an IRI"),
        ([(n("a"), n("b"), '"x" . <urn:a> <urn:b> "y"')], [], "was not changed|not valid|Nothing was changed|not a"),
    ],
)
def test_what_does_not_fit_is_refused(added: list[Triple], removed: list[Triple], message: str) -> None:
    with pytest.raises(EditError, match=message):
        apply(added, removed)


def test_one_of_two_equal_lists_is_taken_out_whatever_refers_to_it() -> None:
    text = (
        "@prefix : <urn:x#> .\n@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        ':a :p ( "" :a ) ; :p _:l ; a _:l .\n_:l rdf:first "" ; rdf:rest ( :a ) .\n'
    )
    parsed = set(parse_rdf(text.encode(), "f.ttl").triples)
    first = next(t for t in parsed if t[2] == '""')
    removed = close(parsed, {first})
    after = set(parse_rdf(apply_delta(text.encode(), "f.ttl", [], removed), "f.ttl").triples)
    assert len(after) == len(parsed) - 4
    assert {t[:2] for t in after if t[0] == n("a")} == {t[:2] for t in parsed if t[0] == n("a")}
    assert len([t for t in after if t[2] == '""']) == 1


def test_other_files_are_refused() -> None:
    with pytest.raises(EditError, match="RDF/XML"):
        apply([(n("a"), n("b"), n("c"))], [], "<rdf:RDF/>", "f.owl")
    with pytest.raises(EditError, match=r"f\.ttl:1:1"):
        apply([(n("a"), n("b"), n("c"))], [], "nonsense", "f.ttl")


def test_an_edit_that_changes_nothing_gives_back_the_same_bytes() -> None:
    same = [(n("a"), n("b"), n("c"))]
    assert apply(same, same) == TEXT
    assert apply([], []) == TEXT


def sign(graph: Iterable[Triple], node: Term) -> list[tuple[Term, Term]]:
    """What is said about a blank node, other blank nodes without their names."""
    return sorted((p, "" if is_blank(o) else o) for s, p, o in graph if s == node)


def list_mappings(described: set[Triple], graph: set[Triple], nodes: list[Term]) -> list[dict[Term, Term]]:
    """Every way to find described blank nodes: different ones, of which the graph says this and nothing else."""
    fitting = [[b for b in find_blanks(graph) if sign(graph, b) == sign(described, node)] for node in nodes]
    mappings = [dict(zip(nodes, found, strict=True)) for found in product(*fitting) if len(set(found)) == len(nodes)]
    return [
        mapping
        for mapping in mappings
        if {t for t in graph if t[0] in mapping.values()} <= set(relabel(described, mapping)) <= graph
    ]


@settings(max_examples=100)
@given(st.data(), graphs(), st.booleans())
def test_edits_are_set_operations(data: st.DataObject, graph: set[Triple], windows: bool) -> None:
    # A line end inside a literal would change with the line ends of the file.
    graph = {t for t in graph if not windows or "\\n" not in t[2]}
    text = write_turtle(graph, PREFIXES).replace("\n", "\r\n" if windows else "\n")
    parsed = set(parse_rdf(text.encode(), "f.ttl").triples)
    chosen = data.draw(st.sets(st.sampled_from(sorted(parsed)), max_size=4)) if parsed else set()
    removed = close(parsed, chosen)
    names = {b: f"_:r{i}" for i, b in enumerate(reversed(find_blanks(removed)))}
    new_blanks = st.sampled_from(["_:n0", "_:n1", "_:n2"])
    triples = st.tuples(st.one_of(iris, new_blanks), predicates, st.one_of(iris, literals, new_blanks))
    ground = {t for t in parsed if not is_blank(t[0]) and not is_blank(t[2])}
    added = {t for t in data.draw(st.sets(triples, max_size=4)) if t not in ground - removed}
    fresh = {b: f"_:fresh{i}" for i, b in enumerate(find_blanks(added))}
    result = apply_delta(text.encode(), "f.ttl", added, relabel(removed, names))
    after = set(parse_rdf(result, "f.ttl").triples)
    # The removed triples may be any that fit their description, so the outcome is one of several of equal size.
    described = set(relabel(removed, names))
    outcomes = {
        compute_digest((parsed - set(relabel(described, mapping))) | set(relabel(added, fresh)))
        for mapping in list_mappings(described, parsed, list(names.values()))
    }
    assert compute_digest(after) in outcomes
    # No other block changed by a byte, whether of a name or not.
    touched = {s for s, _, _ in removed | added if not is_blank(s)}
    before_text, after_text = open_turtle(text.encode()), open_turtle(result)
    for subject in {s for s, _, _ in parsed if not is_blank(s)} - touched:
        if not any(is_blank(s) for s, _, _ in removed):
            spans = [[t.text[b.start : b.end] for b in t.get_blocks(subject)] for t in (before_text, after_text)]
            assert spans[0] == spans[1]


@settings(max_examples=40)
@given(graphs())
def test_taking_a_closure_out_and_putting_it_back(graph: set[Triple]) -> None:
    named = sorted({s for s, _, _ in graph if not is_blank(s)})
    assume(named)
    data = write_turtle(graph, PREFIXES).encode()
    parsed = set(parse_rdf(data, "f.ttl").triples)
    part = close(parsed, {t for t in parsed if t[0] == named[0]})
    outside = {t for s, p, o in parsed - part for t in (s, o) if is_blank(t)}
    assume(not outside & set(find_blanks(part)))
    without = apply_delta(data, "f.ttl", [], part)
    assert compute_digest(parse_rdf(without, "f.ttl").triples) == compute_digest(parsed - part)
    again = apply_delta(without, "f.ttl", part, [])
    assert compute_digest(parse_rdf(again, "f.ttl").triples) == compute_digest(parsed)


@settings(max_examples=50)
@given(graphs())
def test_a_whole_graph_matches_itself_under_other_labels(graph: set[Triple]) -> None:
    names = {b: f"_:w{i}" for i, b in enumerate(find_blanks(graph))}
    pattern = set(relabel(graph, names))
    mapping = match_closure(pattern, graph)
    assert mapping is not None
    assert set(relabel(pattern, mapping)) == graph


def test_the_node_nothing_else_refers_to_comes_first() -> None:
    text = "@prefix : <urn:x#> .\n:a :p _:x , _:y . :b :q _:x .\n_:x :r 1 .\n_:y :r 1 .\n"
    integer = '"1"^^<http://www.w3.org/2001/XMLSchema#integer>'
    result = apply([], [(n("a"), n("p"), "_:gone"), ("_:gone", n("r"), integer)], text)
    assert ":b :q _:x ." in result
    assert "_:x :r 1 ." in result
    assert "_:y" not in result


def test_edits_of_a_real_file_leave_the_rest_alone(shared_data: Path) -> None:
    path = "eu-ai-act/versions/1.0.0/ontologia-v1.0.0.ttl"
    data = (shared_data / path).read_bytes()
    parsed = parse_rdf(data, path, BASE).triples
    subject = next(s for s, p, o in parsed if p == RDF_TYPE and o.endswith("#ObjectProperty>"))
    added = (subject, "<http://www.w3.org/2000/01/rdf-schema#comment>", '"added"@en')
    result = apply_delta(data, path, [added], [], base=BASE)
    before = data.decode().splitlines()
    after = result.decode().splitlines()
    own = open_turtle(data, BASE).get_blocks(subject)[-1]
    kept = open_turtle(data, BASE).text
    assert result.decode().startswith(kept[: own.start])
    assert result.decode().endswith(kept[own.end :])
    assert len(after) - len(before) < 20
