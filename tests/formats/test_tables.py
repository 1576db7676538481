"""Tables as facts: cells where Python's csv has them, each at its place; what is wrong is told and never raised."""

import csv
import io
import re
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.formats.table_mapping import TableMapping, parse_mapping
from workbench.formats.table_reading import MAX_TABLE_BYTES
from workbench.formats.table_text import TableText, write_cell
from workbench.formats.tables import TableFacts, read_table, replace_cells

PREFIXES = {"ex": "https://example.org/", "xsd": "http://www.w3.org/2001/XMLSchema#"}
BASIC = """file: t.csv
rows:
  - subject: ex:item-{id}
    class: ex:Item
    label: "{name}"
    facts:
      - property: ex:size
        column: size
        datatype: xsd:decimal
        optional: true
      - property: ex:in
        individual: ex:box-{box}
"""


def read_mapping(text: str) -> TableMapping:
    mapping, found = parse_mapping(text.encode(), "ontologies/d/t.table.yaml", PREFIXES)
    assert found == ()
    assert mapping is not None
    return mapping


def read(table: str | bytes, mapping: str = BASIC) -> TableFacts:
    return read_table(read_mapping(mapping), table.encode() if isinstance(table, str) else table)


def tell(facts: TableFacts) -> list[str]:
    return [f"{v.code} {v.location}" for v in facts.violations]


@settings(max_examples=300)
@given(st.text(alphabet='a"", \n\r;=', max_size=40), st.sampled_from([",", ";"]))
def test_the_cells_are_those_of_csv(text: str, delimiter: str) -> None:
    table = TableText(text, "t.csv", delimiter)
    rows = list(table.iterate_rows())
    try:
        expected = [r for r in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True) if r]
    except csv.Error:
        assert table.problems
        return
    assert [row.cells for row in rows] == expected
    assert not table.problems


@given(st.lists(st.lists(st.text(alphabet='ab"",\n\r; é', max_size=6), min_size=2, max_size=4), max_size=6))
def test_written_cells_are_read_back_each_at_its_place(rows: list[list[str]]) -> None:
    text = "\r\n".join(",".join(write_cell(cell, ",") for cell in row) for row in rows)
    table = TableText(text, "t.csv", ",")
    read_rows = list(table.iterate_rows())
    assert [row.cells for row in read_rows] == rows
    for row in read_rows:
        for begin, end, cell in table.find_cells(row.start):
            assert text[begin:end] == write_cell(cell, ",")
            place = table.locate(begin)
            before = re.split(r"\r\n|\r|\n", text[:begin] + "|")
            assert (place.line, place.column) == (len(before), len(before[-1]))


def test_rows_become_facts_each_at_its_cell() -> None:
    facts = read('id,name,size,box\n1,Lamp,2.5,a\n2,"Big, red\nlamp",,b\n')
    assert facts.violations == ()
    size = '"2.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'
    assert facts.triples == (
        ("<https://example.org/item-1>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<https://example.org/Item>"),
        ("<https://example.org/item-1>", "<http://www.w3.org/2000/01/rdf-schema#label>", '"Lamp"'),
        ("<https://example.org/item-1>", "<https://example.org/size>", size),
        ("<https://example.org/item-1>", "<https://example.org/in>", "<https://example.org/box-a>"),
        ("<https://example.org/item-2>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", "<https://example.org/Item>"),
        ("<https://example.org/item-2>", "<http://www.w3.org/2000/01/rdf-schema#label>", '"Big, red\\nlamp"'),
        ("<https://example.org/item-2>", "<https://example.org/in>", "<https://example.org/box-b>"),
    )  # fmt: skip
    places = [str(facts.locate(*triple)) for triple in facts.triples]
    assert [place.removeprefix("ontologies/d/t.csv:") for place in places] == [
        "2:1", "2:3", "2:8", "2:12", "3:1", "3:3", "4:8"
    ]  # fmt: skip
    assert str(facts.locate("<https://example.org/item-2>")) == "ontologies/d/t.csv:3:1"
    assert facts.locate("<https://example.org/item-3>") is None


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
def test_line_ends_and_byte_order_marks_change_nothing(end: str, mark: bytes) -> None:
    text = "id,name,size,box\n1,Lämp,2,a\n\n2,Lamp,3,b\n".replace("\n", end)
    facts = read(mark + text.encode())
    assert facts.violations == ()
    assert str(facts.locate(*facts.triples[-1])) == "ontologies/d/t.csv:4:10"
    assert read(text).triples == facts.triples


def test_cells_are_safe_in_names() -> None:
    facts = read('id,name,size,box\n"a b/../<x>%\u00e9",Lamp,2,"c""d"\n')
    assert facts.triples[0][0] == "<https://example.org/item-a%20b%2F..%2F%3Cx%3E%25%C3%A9>"
    assert facts.triples[-1][2] == "<https://example.org/box-c%22d>"


@pytest.mark.parametrize(
    ("table", "told"),
    [
        ("", ["table.empty ontologies/d/t.csv"]),
        ("id,name,size,box\n1,Lamp,2\n", ["table.row-width ontologies/d/t.csv:2:1"]),
        ("id,name,size,box\n1,Lamp,2,a,b\n", ["table.row-width ontologies/d/t.csv:2:12"]),
        ("id,name,size,box,id\n1,Lamp,2,a,b\n", ["table.duplicate-column ontologies/d/t.csv:1:18"]),
        ("id,name,size,bx\n1,Lamp,2,a\n", ["table.unknown-column ontologies/d/t.table.yaml:12:9"]),
        ("id,name,size,box\n1,Lamp,two,a\n", ["table.ill-typed-cell ontologies/d/t.csv:2:8"]),
        ("id,name,size,box\n,Lamp,2,a\n", ["table.empty-cell ontologies/d/t.csv:2:1"]),
        ("id,name,size,box\n1,Lamp,2,\n", ["table.empty-cell ontologies/d/t.csv:2:10"]),
        ("id,name,size,box\n1,=1+1,2,a\n", ["table.formula ontologies/d/t.csv:2:3"]),
        ('id,name,size,box\n1,@SUM(A1),2,a\n', ["table.formula ontologies/d/t.csv:2:3"]),
        ("id,name,size,box\n1,-5 apples,-2,+a\n", []),
        ('id,name,size,box\n1,"Lamp,2,a\n', ["table.quote ontologies/d/t.csv:2:3"]),
        ('id,name,size,box\n1,"La"mp,2,a\n', ["table.quote ontologies/d/t.csv:2:7"]),
    ],
)  # fmt: skip
def test_what_is_wrong_is_told_with_its_place(table: str, told: list[str]) -> None:
    assert tell(read(table)) == told


def test_bytes_that_are_no_text_are_one_finding() -> None:
    assert tell(read(b"id,name\n1,\xff\n")) == ["table.encoding ontologies/d/t.csv:2:3"]
    assert tell(read(b"\x00\x01PNG\x00" * 50)) == ["table.encoding ontologies/d/t.csv:1:1"]
    facts = read("id,name,size,box\n1,L\u00e4mp,2,a\n".encode("latin-1"), BASIC + "encoding: latin-1\n")
    assert facts.triples[1][2] == '"L\u00e4mp"'
    facts = read("id,name,size,box\n1,L\u00e4mp,2,a\n".encode("utf-16"), BASIC + "encoding: utf-16\n")
    assert facts.triples[1][2] == '"L\u00e4mp"'


def test_a_table_that_is_too_large_is_one_finding() -> None:
    assert tell(read(b"id\n" + b"1\n" * (MAX_TABLE_BYTES // 2))) == ["table.too-large ontologies/d/t.csv"]


def test_of_very_many_findings_the_first_are_listed() -> None:
    facts = read("id,name,size,box\n" + "1,Lamp,x,a\n" * 1000)
    assert len(facts.violations) == 51
    assert facts.violations[-1].message.startswith("950 more")


def test_a_table_without_header_and_with_other_delimiters() -> None:
    mapping = BASIC + "header: false\ncolumns: [id, name, size, box]\ndelimiter: semicolon\n"
    facts = read("1;Lamp;2;a\n", mapping)
    assert facts.violations == ()
    assert str(facts.locate(*facts.triples[2])) == "ontologies/d/t.csv:1:8"
    assert read("1;Lamp;2;a\n", mapping.replace("semicolon", '";"')).triples == facts.triples
    named = BASIC + "columns: [id, name, sizes, box]\n"
    assert tell(read("id,name,size,box\n1,L,2,a\n", named)) == ["table.header ontologies/d/t.csv:1:9"]


@pytest.mark.parametrize(
    ("old", "new", "line"),
    [
        ("file: t.csv", "file: ../t.csv", 1),
        ("file: t.csv", "file: t.xlsx", 1),
        ("file: t.csv", "file: [t.csv]", 1),
        ("class: ex:Item", "klass: ex:Item", 4),
        ("class: ex:Item", "class: Item", 4),
        ("class: ex:Item", "class: exx:Item", 4),
        ("class: ex:Item", 'class: "ex:It em"', 4),
        ("ex:item-{id}", "ex:item-{id", 3),
        ("ex:item-{id}", "ex:item-{}", 3),
        ("column: size", "colum: size", 7),
        ("property: ex:size", "property: ex:{size}", 7),
        ("optional: true", "optional: maybe", 10),
        ("datatype: xsd:decimal", "datatype: decimal", 9),
        ("individual: ex:box-{box}", "individual: 7", 12),
        ("rows:", "rows: none\nmore:", 2),
        ("file: t.csv", "file: t.csv\nstate: done", 2),
        ("file: t.csv", "file: t.csv\nvalid-from: soon", 2),
        ("file: t.csv", "file: t.csv\nencoding: klingon", 2),
    ],
)
def test_a_mapping_that_cannot_be_used_is_told_with_its_line(old: str, new: str, line: int) -> None:
    text = BASIC.replace(old, new, 1)
    assert text != BASIC
    _, found = parse_mapping(text.encode(), "ontologies/d/t.table.yaml", PREFIXES)
    assert found
    assert {violation.code for violation in found} == {"table.mapping"}
    assert line in {violation.location.line for violation in found if violation.location}


@given(st.binary(max_size=80))
@settings(max_examples=200)
def test_nothing_crashes(data: bytes) -> None:
    read(data)
    read(b"id,name,size,box\n" + data)
    parse_mapping(data, "t.table.yaml", PREFIXES)
    parse_mapping(BASIC.encode() + data, "t.table.yaml", PREFIXES)


def test_a_cell_is_replaced_and_the_rest_stays() -> None:
    data = b'\xef\xbb\xbfid,name,size,box\r\n1,"La,mp", 2.50 ,a\r\n2,"x""y",3,b\r\n'
    facts = read(data)
    sizes = [cell for triple in facts.triples for cell in facts.find_cells(triple) or ()]
    assert [cell.text.strip() for cell in sizes] == ["2.50", "3"]
    changed = replace_cells(facts, [(sizes[1], "4,5"), (sizes[0], "7")])
    assert changed == b'\xef\xbb\xbfid,name,size,box\r\n1,"La,mp",7,a\r\n2,"x""y","4,5",b\r\n'


ROOT = Path(__file__).resolve().parents[2]
DOCUMENT = (ROOT / "docs" / "tables.md").read_text(encoding="utf-8")


def test_the_documented_mapping_states_what_the_text_says() -> None:
    (sample,) = re.findall(r"^```yaml\n(.*?)^```", DOCUMENT, re.MULTILINE | re.DOTALL)
    mapping, found = parse_mapping(sample.encode(), "shares.table.yaml", PREFIXES)
    assert found == ()
    assert mapping is not None
    facts = read_table(mapping, b"person,company,share,since\n80,727,42.5,\n")
    assert facts.violations == ()
    assert mapping.provenance.state == "reviewed"
    assert [str(facts.locate(*triple)) for triple in facts.triples] == [f"shares.csv:2:{c}" for c in (1, 1, 1, 4, 8)]
    assert facts.triples[4][2] == '"42.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'


def test_every_finding_is_listed_with_its_code() -> None:
    modules = [*(ROOT / "workbench/formats").glob("table*.py"), ROOT / "workbench/project/assembly.py"]
    used = {code for path in modules for code in re.findall(r'"(table\.[a-z-]+)"', path.read_text(encoding="utf-8"))}
    assert used == set(re.findall(r"^\| `(table\.[a-z-]+)`", DOCUMENT, re.MULTILINE))
