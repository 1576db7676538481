"""The tokenizer, the cut into blocks and the positional reading, judged by the library's parser."""

from pathlib import Path

import pyoxigraph as ox
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rdf_strategies import PREFIXES, graphs

from workbench.errors import InputError
from workbench.formats.canonical import compute_digest
from workbench.formats.iri import resolve_iri
from workbench.formats.rdf import parse_rdf
from workbench.formats.turtle_blocks import TurtleText, find_comments, open_turtle
from workbench.formats.turtle_lexer import LineIndex, find_statement_end, tokenise
from workbench.formats.turtle_writer import write_turtle
from workbench.model.terms import Triple

BASE = "http://example.org/base/doc"


def parse_by_library(text: str | bytes) -> list[Triple]:
    quads = ox.parse(text, ox.RdfFormat.TURTLE, base_iri=BASE)
    return [(str(q.subject), str(q.predicate), str(q.object)) for q in quads]


def read(text: str) -> list[Triple]:
    return [statement.triple for statement in TurtleText(text, BASE).read_all()]


@pytest.mark.parametrize(
    "body",
    [
        ":a :b :c .",
        ":a a :b ; :c :d , :e ; .",
        ":a.b :c.d :e.f.",
        ":a :b 1 , -2 , 3.5 , .5 , 1e3 , 1.5E-3 , +7 . :c :d 1 .",
        ':a :b "x" , \'y\' , """l\n"o"ng""" , \'\'\'l\'o\'\'ng\'\'\' , "" , \'\' , """""" .',
        ':a :b "x"@en , "x"@de-AT , "1"^^xsd:integer , "d"^^<http://example.org/d> , "e" ^^ xsd:date .',
        r':a :b "\t\"\\é\U0001F600" ; <http://example.org/é> "\'" .',
        ":a :b true , false . :true :false :true .",
        "[ :a :b ] :c :d . [] :e [] . [ :f [ :g ( 1 ( 2 ) [] ) ] ] .",
        "( 1 2 ) :p () . :a :b ( ) .",
        "_:x :p _:y.z . _:y.z :q _:x .",
        r":a\,b :c%20d :e\.f . :x: :y:z ::w .",
        "<> <#a> <b/../c> . <//host/x> <?q> </r> .",
        "PREFIX x: <http://example.org/x/> prefix y: <y#> x:a y:b x:c . BASE <http://example.org/other/> <a> <b> <c> .",
        "@base <sub/> . <a> <b> <c> . @prefix : <n#> . :a :b :c .",
        "# a comment . with dots\n:a # inner . ;\n :b :c . # end",
        ':a :b "# no comment" , <http://example.org/#no> . # yes',
        ":a :b :c. :d :e <urn:h>.:f :g [].",
        "prefix:a prefix:b base:c .",
        ":a :b :c ;; :d :e ; ; .",
    ],
)
def test_positional_reading_agrees_with_the_library(body: str) -> None:
    prefixes = "@prefix : <http://example.org/#> . @prefix xsd: <http://www.w3.org/2001/XMLSchema#> .\n"
    prefixes += "@prefix prefix: <urn:p:> . @prefix base: <urn:b:> .\n"
    text = prefixes + body
    assert compute_digest(read(text)) == compute_digest(parse_by_library(text))


@given(graphs())
def test_positional_reading_agrees_on_random_graphs(graph: set[Triple]) -> None:
    assert compute_digest(read(write_turtle(graph, PREFIXES))) == compute_digest(graph)


def test_positional_reading_agrees_on_real_files(shared_data: Path) -> None:
    count = 0
    for path in sorted(shared_data.rglob("*.ttl")):
        data = path.read_bytes()
        if len(data) > 120_000 or parse_rdf(data, path.name, BASE).violations:
            continue
        own = [statement.triple for statement in open_turtle(data, BASE).read_all()]
        assert compute_digest(own) == compute_digest(parse_by_library(data)), path
        count += 1
    assert count > 100


@given(st.text(alphabet=st.sampled_from("ab:.<>\"'\\@#;,[]()1e-+ \n^_%é\x00"), max_size=40))
def test_both_readings_cut_at_the_same_dot(text: str) -> None:
    tokens = list(tokenise(text, trivia=True))
    assert "".join(token.text for token in tokens) == text
    first_dot = next((t.start + 1 for t in tokens if t.kind == "dot"), None)
    end, closed = find_statement_end(text, 0)
    assert (end if closed else None) == first_dot


def test_blocks_have_exact_spans_and_subjects() -> None:
    text = "@prefix : <urn:x#> .\n\n# about a\n:a :b :c .  :d\n  :e [ :f :g ] .\n_:q :b 1 .\n[] :b 2 ."
    blocks = TurtleText(text).blocks
    assert [text[b.start : b.end] for b in blocks] == [
        "@prefix : <urn:x#> .",
        ":a :b :c .",
        ":d\n  :e [ :f :g ] .",
        "_:q :b 1 .",
        "[] :b 2 .",
    ]
    assert [b.subject for b in blocks] == ["", "<urn:x#a>", "<urn:x#d>", "_:q", ""]
    assert find_comments(text, 0, len(text)) == [(22, "# about a")]


def test_lines_and_columns_count_characters_from_one() -> None:
    index = LineIndex("é😀x\n\r\ny")
    assert [index.locate(i) for i in (0, 2, 4, 6)] == [(1, 1), (1, 3), (2, 1), (3, 1)]
    assert index.get_offset(1, 3) == 2


def test_deep_nesting_is_no_danger() -> None:
    depth = 20_000
    text = "<urn:a> <urn:b> " + "[ <urn:c> " * depth + "1" + " ]" * depth + " ."
    assert len(read(text)) == depth + 1


def test_relative_without_base_is_an_error() -> None:
    with pytest.raises(InputError, match="cannot be resolved"):
        resolve_iri("a/b", None)
