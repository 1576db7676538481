"""Canonical Turtle: says the same, looks the same for the same graph, and differs by a line per triple."""

import difflib
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rdf_strategies import PREFIXES, find_blanks, graphs, relabel

from workbench.errors import EditError
from workbench.formats.canonical import compute_digest
from workbench.formats.rdf import parse_rdf
from workbench.formats.turtle_format import format_turtle
from workbench.formats.turtle_lexer import tokenise
from workbench.formats.turtle_writer import write_turtle
from workbench.model.terms import OWL, RDF, RDF_TYPE, RDFS, XSD, Triple, make_literal

BASE = "http://example.org/base/doc"
K = "https://example.org/kinship#"
NAMES = (("k", K), ("owl", OWL), ("rdf", RDF), ("rdfs", RDFS), ("xsd", XSD))


def k(name: str) -> str:
    return f"<{K}{name}>"


def parse(text: str | bytes) -> tuple[Triple, ...]:
    graph = parse_rdf(text if isinstance(text, bytes) else text.encode(), "f.ttl")
    assert graph.violations == ()
    return graph.triples


def read_comments(data: bytes) -> list[str]:
    return sorted(t.text.rstrip() for t in tokenise(data.decode(), trivia=True) if t.kind == "comment")


@given(graphs())
def test_what_is_written_is_read_back(graph: set[Triple]) -> None:
    assert compute_digest(parse(write_turtle(graph, PREFIXES))) == compute_digest(graph)


@given(graphs(), st.randoms(use_true_random=False))
def test_text_is_blind_to_labels_and_order(graph: set[Triple], random: object) -> None:
    blanks = find_blanks(graph)
    fresh = [f"_:z{i}" for i in range(len(blanks))]
    random.shuffle(fresh)  # type: ignore[attr-defined]
    renamed = relabel(graph, dict(zip(blanks, fresh, strict=True)))
    random.shuffle(renamed)  # type: ignore[attr-defined]
    assert write_turtle(renamed, PREFIXES) == write_turtle(graph, PREFIXES)


def test_the_layout() -> None:
    chain = [(f"_:l{i}", f"<{RDF}first>", k(n)) for i, n in enumerate(("hasParent", "hasBrother"))]
    chain += [("_:l0", f"<{RDF}rest>", "_:l1"), ("_:l1", f"<{RDF}rest>", f"<{RDF}nil>")]
    graph = [
        (k("ann"), k("born"), '"1952"^^<http://www.w3.org/2001/XMLSchema#integer>'),
        (k("ann"), RDF_TYPE, k("Person")),
        (k("ann"), f"<{RDFS}label>", '"Ann"@en'),
        (k("hasUncle"), RDF_TYPE, f"<{OWL}ObjectProperty>"),
        (k("hasUncle"), f"<{OWL}propertyChainAxiom>", "_:l0"),
        (k("Uncle"), RDF_TYPE, f"<{OWL}Class>"),
        (k("Uncle"), f"<{RDFS}subClassOf>", k("Person")),
        (k("Uncle"), f"<{RDFS}subClassOf>", "_:r"),
        ("_:r", RDF_TYPE, f"<{OWL}Restriction>"),
        ("_:r", f"<{OWL}onProperty>", k("hasNiece")),
        (f"<{K[:-1]}>", RDF_TYPE, f"<{OWL}Ontology>"),
        ("_:d", RDF_TYPE, f"<{OWL}AllDifferent>"),
        *chain,
    ]
    assert write_turtle(graph, NAMES[:4]) == (
        "@prefix k: <https://example.org/kinship#> .\n"
        "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
        "@prefix rdf: <http://www.w3.org/1999/02/22-rdf-syntax-ns#> .\n"
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n"
        "\n"
        "<https://example.org/kinship>\n    a owl:Ontology ;\n    .\n"
        "\n"
        "k:Uncle\n"
        "    a owl:Class ;\n"
        "    rdfs:subClassOf k:Person ;\n"
        "    rdfs:subClassOf [\n"
        "        a owl:Restriction ;\n"
        "        owl:onProperty k:hasNiece ;\n"
        "    ] ;\n"
        "    .\n"
        "\n"
        "k:hasUncle\n"
        "    a owl:ObjectProperty ;\n"
        "    owl:propertyChainAxiom ( k:hasParent k:hasBrother ) ;\n"
        "    .\n"
        "\n"
        'k:ann\n    a k:Person ;\n    rdfs:label "Ann"@en ;\n    k:born 1952 ;\n    .\n'
        "\n"
        "[]\n    a owl:AllDifferent ;\n    .\n"
    )


@settings(max_examples=50)
@given(graphs(), st.integers(0, 3))
def test_a_triple_more_is_a_line_more(graph: set[Triple], number: int) -> None:
    subject = f"<http://example.org/ns#s{number}>"
    graph = {t for t in graph if t[0] != subject} | {(subject, "<urn:r>", f'"{i}"') for i in range(3)}
    before = write_turtle(graph, PREFIXES).splitlines()
    after = write_turtle(graph | {(subject, "<urn:r>", '"1b"'), (subject, "<urn:q>", '"9"')}, PREFIXES).splitlines()
    changed = [line for line in difflib.ndiff(before, after) if line[0] in "+-"]
    assert len(changed) == 2


@pytest.mark.parametrize(
    ("lexical", "datatype", "written"),
    [
        ("1", "integer", "1"),
        ("-12", "integer", "-12"),
        ("01", "integer", '"01"^^xsd:integer'),
        ("+1", "integer", '"+1"^^xsd:integer'),
        ("-0", "integer", '"-0"^^xsd:integer'),
        ("1.5", "decimal", "1.5"),
        ("2.0", "decimal", "2.0"),
        ("1.50", "decimal", '"1.50"^^xsd:decimal'),
        ("1.", "decimal", '"1."^^xsd:decimal'),
        ("true", "boolean", "true"),
        ("1", "boolean", '"1"^^xsd:boolean'),
        ("1e3", "double", '"1e3"^^xsd:double'),
        ("1\n", "integer", '"""1\n"""^^xsd:integer'),
    ],
)
def test_short_forms_only_where_they_are_canonical(lexical: str, datatype: str, written: str) -> None:
    triple = (k("a"), k("b"), make_literal(lexical, f"<{XSD}{datatype}>"))
    text = write_turtle([triple], NAMES)
    assert f" {written} ;" in text
    assert parse(text) == (triple,)


def test_names_that_turtle_cannot_declare_are_left_out() -> None:
    text = write_turtle([("<urn:a/b>", "<urn:a/c>", "<urn:a/d>")], [("_x", "urn:a/"), ("y", "urn:a /"), ("z", "")])
    assert text == "<urn:a/b>\n    <urn:a/c> <urn:a/d> ;\n    .\n"


def test_nesting_beyond_measure_gets_labels() -> None:
    graph = [("<urn:a>", "<urn:p>", "_:n0")]
    graph += [(f"_:n{i}", "<urn:p>", f"_:n{i + 1}") for i in range(150)]
    assert compute_digest(parse(write_turtle(graph))) == compute_digest(graph)
    assert max(len(line) - len(line.lstrip()) for line in write_turtle(graph).splitlines()) < 300


def test_the_empty_graph_is_an_empty_text() -> None:
    assert write_turtle([]) == ""


DOCUMENT = """\
# licence
# second line

# used by all
@prefix : <urn:x#> . # ours
PREFIX owl: <http://www.w3.org/2002/07/owl#>

#### People ####

# about b
:b a :P . # end of b
# about a
:a :knows [ :name "c" ; # the friend
  ] .
# a label
_:l :p 1 .
:a :has _:l .

# the end
"""
FORMATTED = """\
# licence
# second line

# used by all
# ours
@prefix : <urn:x#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .

# about a
# the friend
# a label
:a
    :has [
        :p 1 ;
    ] ;
    :knows [
        :name "c" ;
    ] ;
    .

#### People ####

# about b
# end of b
:b
    a :P ;
    .

# the end
"""


def test_formatting_keeps_comments_with_what_they_are_about() -> None:
    assert format_turtle(DOCUMENT.encode(), "f.ttl").decode() == FORMATTED
    assert format_turtle(FORMATTED.encode(), "f.ttl") == FORMATTED.encode()


def test_line_ends_stay_what_they_are() -> None:
    text = DOCUMENT + ':c :text """one\ntwo""" .\n'
    formatted = format_turtle(text.replace("\n", "\r\n").encode(), "f.ttl")
    assert formatted.count(b"\n") == formatted.count(b"\r\n")
    assert ("<urn:x#c>", "<urn:x#text>", '"one\\r\\ntwo"') in parse(formatted)


_pieces = st.sampled_from(
    [
        "@prefix : <urn:x#> .", "@prefix e: <urn:e#> .", "@base <urn:base:> .", ":a :b :c .", ":d a :b , :c ; :e 1 .",
        ":a :p [ :q ( 1 [] ) ] .", "_:x :p _:x .", ":b :p _:x .", "[] :p [] .",
        "<urn:z> :p '''l\n#\n''' .", ":c :p '#' .",
    ]
)  # fmt: skip
_gaps = st.sampled_from(
    ["\n", "\n\n", " # same line\n", "\n# above\n", "\n\n# apart\n\n", "\n# one\n\n\n# two\n", "  "]
)


@settings(max_examples=100)
@given(st.lists(st.tuples(_gaps, _pieces), max_size=7), _gaps)
def test_formatting_twice_changes_nothing_more(pieces: list[tuple[str, str]], ending: str) -> None:
    text = "@prefix : <urn:x#> ." * any(pieces) + "".join(gap + piece for gap, piece in pieces) + ending
    data = text.encode()
    once = format_turtle(data, "f.ttl")
    assert format_turtle(once, "f.ttl") == once
    assert compute_digest(parse(once)) == compute_digest(parse(data))
    assert read_comments(once) == read_comments(data)


@settings(max_examples=40)
@given(st.lists(st.tuples(_gaps, st.sampled_from(["<urn:a> <urn:b> <urn:c> .", '_:x <urn:p> "1" .'])), max_size=5))
def test_n_triples_stay_n_triples(pieces: list[tuple[str, str]]) -> None:
    data = ("".join(gap.lstrip(" ") + piece for gap, piece in pieces) + "\n").encode()
    if parse_rdf(data, "f.nt").violations:
        with pytest.raises(EditError):
            format_turtle(data, "f.nt")
        return
    once = format_turtle(data, "f.nt")
    assert format_turtle(once, "f.nt") == once
    assert parse_rdf(once, "f.nt").violations == ()
    assert set(read_comments(once)) == set(read_comments(data))


def test_real_files_are_formatted_without_loss(shared_data: Path) -> None:
    count = 0
    for path in sorted(shared_data.rglob("*.ttl")):
        data = path.read_bytes()
        if len(data) > 20_000 or parse_rdf(data, path.name, BASE).violations:
            continue
        once = format_turtle(data, path.name, BASE)
        assert format_turtle(once, path.name, BASE) == once, path
        assert read_comments(once) == read_comments(data), path
        count += 1
    assert count > 100


@pytest.mark.parametrize(("text", "path"), [(":a :b :c", "f.ttl"), ("<rdf:RDF/>", "f.owl"), ("<a> <b> <c> .", "f.ttl")])
def test_what_cannot_be_formatted_is_left_alone(text: str, path: str) -> None:
    with pytest.raises(EditError):
        format_turtle(text.encode(), path)
