"""Reading RDF text: triples, labels, mistakes with places, refusals, and where a statement stands."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import workbench.formats.rdf as rdf
from workbench.errors import InputError, LimitError
from workbench.formats.canonical import compute_digest
from workbench.formats.locate import locate_statement
from workbench.formats.rdf import detect_format, parse_rdf
from workbench.formats.xml_positions import read_xml_statements
from workbench.model.report import Location
from workbench.model.terms import OWL, RDF, RDF_TYPE, is_blank, is_literal

BASE = "http://example.org/base/doc"
HEAD = "@prefix : <urn:x#> .\n"
XML = (
    '<?xml version="1.0"?>\n<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" '
    'xmlns="urn:x#" xml:base="urn:x">\n'
)


def iri(name: str) -> str:
    return f"<urn:x#{name}>"


def find(text: str, path: str = "f.ttl") -> list[tuple[str, int, int]]:
    violations = parse_rdf(text.encode(), path).violations
    return [(v.code, v.location.line, v.location.column) for v in violations if v.location]


def test_triples_in_document_order_with_labels_of_the_file() -> None:
    data = (HEAD + ":a :b [ :c _:z ] . _:z :d 1 . [] :e [] .").encode()
    graph = parse_rdf(data, "f.ttl", blank_prefix="f7x")
    assert graph.prefixes == (("", "urn:x#"),)
    assert graph.violations == ()
    blanks = [t for triple in graph.triples for t in triple if is_blank(t)]
    assert list(dict.fromkeys(blanks)) == ["_:f7x0", "_:f7x1", "_:f7x2", "_:f7x3"]
    assert parse_rdf(data, "f.ttl", blank_prefix="f7x") == graph


def test_a_prefix_that_ends_in_a_digit_would_make_labels_ambiguous() -> None:
    with pytest.raises(ValueError, match="blank node labels"):
        parse_rdf(b"", "f.ttl", blank_prefix="f1")


def test_repeated_triples_come_once_and_lexical_forms_stay() -> None:
    graph = parse_rdf((HEAD + ":a :b 01, 01, 1 . :a :b 01 .").encode(), "f.ttl")
    assert [o for _, _, o in graph.triples] == [
        '"01"^^<http://www.w3.org/2001/XMLSchema#integer>',
        '"1"^^<http://www.w3.org/2001/XMLSchema#integer>',
    ]


def test_several_mistakes_are_found_and_the_rest_is_read() -> None:
    text = HEAD + (
        ":a :b :c\n\n:d :e :f .\n"  # no dot
        ":g :h @@ .\n"  # nonsense
        ":i :j [ :k :l .\n"  # bracket
        ":m :n x:o . x:p :q :r .\n"  # prefix
        ':s :t "open .\n'  # string
        ":u :v :w ."
    )
    graph = parse_rdf(text.encode(), "f.ttl")
    assert [v.location for v in graph.violations] == [
        Location("f.ttl", 2, 9),
        Location("f.ttl", 5, 8),
        Location("f.ttl", 6, 7),
        Location("f.ttl", 7, 7),
        Location("f.ttl", 8, 7),
    ]
    assert [v.message for v in graph.violations][0::3] == [
        "The statement that starts in line 2 has no dot at its end.",
        "The prefix x: is not declared.",
    ]
    assert all(v.severity == "error" and v.fix for v in graph.violations)
    assert set(graph.triples) == {tuple(map(iri, t)) for t in ("abc", "def", "uvw")}


def test_a_broken_prefix_line_is_one_mistake_not_hundreds() -> None:
    text = "@prefix k <urn:k#> .\n" + HEAD + "k:a k:b k:c .\n" * 100 + ":a :b :c ."
    graph = parse_rdf(text.encode(), "f.ttl")
    assert len(graph.violations) <= 2
    assert graph.violations[0].location == Location("f.ttl", 1, 9)
    assert graph.triples == ((iri("a"), iri("b"), iri("c")),)


def test_mistakes_are_counted_up_to_a_limit() -> None:
    violations = parse_rdf((HEAD + ":a :b @@ .\n" * 50).encode(), "f.ttl").violations
    assert len(violations) == 21
    assert "more than 20" in violations[-1].message


def test_columns_count_characters() -> None:
    assert find(HEAD + ':a :b "😀é", @@ .') == [("turtle.syntax", 2, 14)]


def test_bytes_that_are_no_text_have_a_place() -> None:
    assert find(HEAD + ':a :b "\x00" .') == [("turtle.syntax", 2, 8)]
    graph = parse_rdf(HEAD.encode() + b":a :b '\xff' .", "f.ttl")
    assert graph.violations[0].location == Location("f.ttl", 2, 8)


def test_byte_order_mark_and_empty_files_are_fine() -> None:
    assert len(parse_rdf(b"\xef\xbb\xbf" + HEAD.encode() + b":a :b :c .", "f.ttl").triples) == 1
    assert parse_rdf(b"", "f.ttl") == rdf.ParsedGraph(())


def test_statements_about_statements_are_left_out_and_reported() -> None:
    graph = parse_rdf((HEAD + ":a :b :c .\n:d :e <<( :a :b :c )>> .").encode(), "f.ttl")
    assert graph.triples == ((iri("a"), iri("b"), iri("c")),)
    assert [(v.code, v.location) for v in graph.violations] == [("rdf.unsupported-syntax", Location("f.ttl", 3, 7))]


def test_limits(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="at most 10"):
        parse_rdf(HEAD.encode(), "f.ttl")
    monkeypatch.setattr(rdf, "MAX_BYTES", 1_000_000)
    monkeypatch.setattr(rdf, "MAX_TRIPLES", 4000)
    numbers = ",".join(map(str, range(5000)))
    with pytest.raises(LimitError, match="more than 4,000 triples"):
        parse_rdf(f"<urn:a> <urn:b> {numbers} .".encode(), "f.ttl")


@pytest.mark.parametrize(
    ("path", "text", "kind"),
    [
        ("a.ttl", "", "turtle"),
        ("a.NT", "", "ntriples"),
        ("a.owl", XML, "rdfxml"),
        ("a.owl", "\n <!-- x --> <rdf:RDF", "rdfxml"),
        ("a.rdf", "@prefix : <urn:x> .", "turtle"),
        ("a.owl", "<urn:a> <urn:b> <urn:c> .", "turtle"),
    ],
)
def test_syntax_is_told_by_name_and_start(path: str, text: str, kind: str) -> None:
    assert detect_format(text.encode(), path) == kind


def test_other_extensions_are_refused() -> None:
    with pytest.raises(InputError, match=r"only \.ttl"):
        parse_rdf(b"", "a.obo")


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ('<?xml version="1.0"?>\n<!-- c --><Ontology xmlns="http://www.w3.org/2002/07/owl#"/>', "OWL/XML"),
        ("Prefix(:=<urn:x>)\nOntology(<urn:x>)", "functional"),
        ("Prefix: : <urn:x>\nOntology: <urn:x>", "Manchester"),
        ("format-version: 1.2\nontology: x", "OBO"),
    ],
)
def test_other_syntaxes_of_owl_are_named(text: str, name: str) -> None:
    (violation,) = parse_rdf(text.encode(), "a.owl").violations
    assert violation.code == "rdf.unsupported-syntax"
    assert name in violation.message
    assert "robot convert" in violation.fix


def test_xml_under_a_turtle_name() -> None:
    assert find(XML, "a.ttl") == [("turtle.syntax", 1, 1)]


def test_rdf_xml_with_entities_of_protege() -> None:
    text = XML.replace("<rdf:RDF", "<!DOCTYPE rdf:RDF [\n<!ENTITY x 'urn:x#' >\n<!ENTITY y \"&x;y\" >\n]>\n<rdf:RDF")
    text += '<Thing rdf:about="&y;"><p>&lt;&amp;</p></Thing></rdf:RDF>'
    graph = parse_rdf(text.encode(), "a.owl")
    assert graph.violations == ()
    assert graph.triples == ((iri("y"), RDF_TYPE, iri("Thing")), (iri("y"), iri("p"), '"<&"'))
    assert dict(graph.prefixes)["rdf"] == RDF


@pytest.mark.parametrize(
    "entities",
    [
        '<!ENTITY x SYSTEM "file:///etc/passwd">',
        '<!ENTITY % x "y">',
        '<!ENTITY x "<b/>">',
        '<!ENTITY a0 "aaaaaaaaaa">' + "".join(f'<!ENTITY a{i} "{f"&a{i - 1};" * 10}">' for i in range(1, 10)),
    ],
)
def test_dangerous_entities_are_refused(entities: str) -> None:
    text = XML.replace("<rdf:RDF", f"<!DOCTYPE rdf:RDF [\n{entities}]>\n<rdf:RDF") + "</rdf:RDF>"
    (violation,) = parse_rdf(text.encode(), "a.owl").violations
    assert violation.code == "xml.entity"
    assert violation.location is not None
    assert violation.location.line == 3


def test_many_references_to_a_small_entity_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rdf, "MAX_BYTES", 100_000)
    text = XML.replace("<rdf:RDF", f'<!DOCTYPE rdf:RDF [<!ENTITY a "{"a" * 1000}">]>\n<rdf:RDF')
    text += f"<A><p>{'&a;' * 200}</p></A></rdf:RDF>"
    (violation,) = parse_rdf(text.encode(), "a.owl").violations
    assert "unfold to more than" in violation.message


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ("<A>\n<p></q></A></rdf:RDF>", (4, 6)),
        ("<A>\n", (4, 1)),
        ('<A/>\n\n<A rdf:about="bad iri"/>\n</rdf:RDF>', (5, 0)),
    ],
)
def test_mistakes_in_xml_have_a_line(body: str, place: tuple[int, int]) -> None:
    assert find(XML + body, "a.owl") == [("xml.syntax", *place)]


def test_xml_in_another_encoding() -> None:
    text = XML.replace('"1.0"', '"1.0" encoding="ISO-8859-1"') + "<A rdf:about='#a'><p>é</p></A></rdf:RDF>"
    graph = parse_rdf(text.encode("latin-1"), "a.owl")
    assert graph.triples[-1] == (iri("a"), iri("p"), '"é"')


TURTLE = HEAD + (
    "@prefix owl: <http://www.w3.org/2002/07/owl#> .\n"
    "# first\n"
    ":a a :C ;\n"  # 4
    "   :p 01 , 'x'@EN-gb ,\n"  # 5
    "      [ :q ( :m :n ) ;\n"  # 6
    "        :r [ :p 7 ] ] .\n"  # 7
    ":uncle owl:propertyChainAxiom ( :parent\n"  # 8
    "                                :brother ) .\n"  # 9
    ":a :late :o . [] :anon :a .\n"  # 10
)


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ((iri("a"),), (4, 1)),
        ((iri("a"), RDF_TYPE, iri("C")), (4, 6)),
        ((iri("a"), iri("p")), (5, 4)),
        ((iri("a"), iri("p"), '"01"^^<http://www.w3.org/2001/XMLSchema#integer>'), (5, 7)),
        ((iri("a"), iri("p"), '"x"@en-gb'), (5, 12)),
        ((iri("a"), iri("p"), '"absent"'), (5, 4)),
        ((iri("a"), iri("absent")), (4, 1)),
        ((iri("a"), iri("late"), iri("o")), (10, 10)),
        ((iri("a"), f"<{RDF}first>", iri("n")), (6, 17)),
        ((iri("a"), iri("p"), '"7"^^<http://www.w3.org/2001/XMLSchema#integer>'), (7, 17)),
        ((iri("uncle"), f"<{OWL}propertyChainAxiom>"), (8, 8)),
        ((iri("uncle"), f"<{RDF}first>", iri("brother")), (9, 33)),
        ((iri("C"),), None),
    ],
)
def test_places_in_turtle(statement: tuple[str, ...], place: tuple[int, int] | None) -> None:
    expected = Location("f.ttl", *place) if place else None
    assert locate_statement(TURTLE.encode(), "f.ttl", *statement) == expected


def test_places_of_blank_nodes_by_the_labels_of_the_parser() -> None:
    graph = parse_rdf(TURTLE.encode(), "f.ttl", blank_prefix="g3_")
    by_predicate = {p: (s, o) for s, p, o in graph.triples if is_blank(s) or is_blank(o)}
    inner, _ = by_predicate[iri("r")]
    assert locate_statement(TURTLE.encode(), "f.ttl", inner) == Location("f.ttl", 6, 7)
    assert locate_statement(TURTLE.encode(), "f.ttl", inner, iri("r")) == Location("f.ttl", 7, 9)
    subject, chain = by_predicate[f"<{OWL}propertyChainAxiom>"]
    place = locate_statement(TURTLE.encode(), "f.ttl", subject, f"<{OWL}propertyChainAxiom>", chain)
    assert place == Location("f.ttl", 8, 31)


def test_places_in_a_file_that_is_not_text() -> None:
    assert locate_statement(b"\xff", "f.ttl", iri("a")) is None


def test_every_statement_of_real_files_is_found_where_it_stands(shared_data: Path) -> None:
    for name in ("w3c-shacl-suite/core/complex/shacl-shacl.ttl", "fhkb/rdfxml/fhkb_ch10_merged.ttl"):
        data = (shared_data / name).read_bytes()
        lines = data.decode().splitlines()
        for subject, predicate, value in parse_rdf(data, name, BASE).triples[:400]:
            place = locate_statement(data, name, subject, predicate, value, base=BASE)
            assert place is not None
            rest = lines[place.line - 1][place.column - 1 :]
            if is_literal(value) and value.isascii() and "\\" not in value and rest[0] == '"' and rest[:3] != '"""':
                assert rest.startswith(value[: value.rindex('"') + 1])
            elif is_blank(value):
                assert rest[0] in "[(" or not rest[0].isspace()


RDF_XML = XML + (
    '  <C rdf:about="#a">\n'  # 3
    "    <p>x</p>\n"  # 4
    '    <q rdf:resource="#b"/>\n'  # 5
    "    <r>\n"  # 6
    '      <D rdf:ID="c"><p xml:lang="EN">y</p></D>\n'  # 7
    "    </r>\n"  # 8
    '    <l rdf:parseType="Collection">\n'  # 9
    '      <rdf:Description rdf:about="#m"/>\n'  # 10
    "    </l>\n  </C>\n</rdf:RDF>\n"
)


@pytest.mark.parametrize(
    ("statement", "place"),
    [
        ((iri("a"),), (3, 3)),
        ((iri("a"), RDF_TYPE, iri("C")), (3, 3)),
        ((iri("a"), iri("p"), '"x"'), (4, 5)),
        ((iri("a"), iri("q"), iri("b")), (5, 5)),
        ((iri("a"), iri("r"), iri("c")), (6, 5)),
        ((iri("c"), iri("p"), '"y"@en'), (7, 21)),
        ((iri("a"), iri("l")), (9, 5)),
        ((iri("a"), f"<{RDF}first>", iri("m")), (10, 7)),
        ((iri("zzz"),), None),
    ],
)
def test_places_in_rdf_xml(statement: tuple[str, ...], place: tuple[int, int] | None) -> None:
    expected = Location("f.owl", *place) if place else None
    assert locate_statement(RDF_XML.encode(), "f.owl", *statement) == expected


def test_positional_reading_of_rdf_xml_agrees_with_the_parser(shared_data: Path) -> None:
    count = 0
    for path in sorted(shared_data.rglob("*")):
        if path.suffix not in (".owl", ".rdf") or path.stat().st_size > 60_000:
            continue
        data = path.read_bytes()
        parsed = parse_rdf(data, path.name, BASE)
        if parsed.violations or detect_format(data, path.name) != "rdfxml":
            continue
        # What stands inside an XML literal is of no interest for places.
        plain = [t for t in parsed.triples if not (is_literal(t[2]) and t[2].endswith("#XMLLiteral>"))]
        own = [p.triple for p in read_xml_statements(data, BASE)]
        own = [t for t in own if not (is_literal(t[2]) and t[2].endswith("#XMLLiteral>"))]
        assert compute_digest(own) == compute_digest(plain), path
        count += 1
    assert count > 100


def test_real_files_with_known_mistakes(shared_data: Path) -> None:
    path = "eu-ai-act/versions/0.37.1/ontologia-v0.37.1.ttl"
    graph = parse_rdf((shared_data / path).read_bytes(), path, BASE)
    assert graph.violations[0].location == Location(path, 1695, 21)
    assert len(graph.triples) > 1400


def test_a_broken_token_with_a_dot_inside_costs_only_its_statement() -> None:
    graph = parse_rdf((HEAD + ":a :b :c .\n:d :e <http://x\\ y.z/u> .\n:f :g :h .").encode(), "f.ttl")
    assert find(HEAD + ":d :e <http://x\\ y.z/u> .")[0][1] == 2
    assert graph.violations
    assert {tuple(map(iri, t)) for t in ("abc", "fgh")} <= set(graph.triples)


def test_nesting_of_xml_has_a_limit() -> None:
    text = XML + "<A><p>" * 600 + "</p></A>" * 600 + "</rdf:RDF>"
    assert find(text, "a.owl")[0][0] == "xml.syntax"


def test_a_base_must_be_an_iri() -> None:
    with pytest.raises(InputError, match="base IRI"):
        parse_rdf(b"", "f.ttl", "not an iri")


@settings(max_examples=150)
@given(st.text(alphabet=st.sampled_from("ab:.<>\"'\\@#;,[]() 1\n^_{}é\x00"), max_size=60), st.integers(0, 60))
def test_no_text_makes_reading_fail(noise: str, at: int) -> None:
    whole = HEAD + ':a :b :c ; :d "e" .\n:f :g ( 1 [ :h :i ] ) .\n'
    graph = parse_rdf((whole[:at] + noise + whole[at:]).encode(), "f.ttl")
    assert all(v.location is not None for v in graph.violations)
