"""The way into the worker and back: exact terms, failures that are never a pass, limits, nothing in reach."""

import contextlib
import os
import signal
import subprocess
import sys

import pyoxigraph
import pytest

from workbench.errors import InvalidKnowledgeError, LimitError, WorkerError
from workbench.model.report import Location
from workbench.model.terms import SH
from workbench.validation.shacl import ShaclLimits, process, validate_graph

PREFIXES = """
@prefix : <https://example.org/kinship#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
"""
K = "https://example.org/kinship#"
BORN = ":Person-shape a sh:NodeShape ; sh:targetClass :Person ; sh:property :born-shape . "
XSD_INTEGER = "<http://www.w3.org/2001/XMLSchema#integer>"


def parse(turtle):
    quads = pyoxigraph.parse((PREFIXES + turtle).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return [(str(q.subject), str(q.predicate), str(q.object)) for q in quads]


def test_lexical_forms_come_back_as_they_were():
    shapes = parse(BORN + ":born-shape sh:path :born ; sh:maxInclusive 0 ; sh:in ( '01' '1' ) .")
    data = [
        (f"<{K}ann>", "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>", f"<{K}Person>"),
        (f"<{K}ann>", f"<{K}born>", f'"01"^^{XSD_INTEGER}'),
        (f"<{K}ann>", f"<{K}born>", f'"1"^^{XSD_INTEGER}'),
        (f"<{K}ann>", f"<{K}born>", f'"x"^^{XSD_INTEGER}'),
        (f"<{K}ann>", f"<{K}born>", '"01"'),
        (f"<{K}ann>", f"<{K}born>", '"tab\\tline\\nquote\\""@de'),
    ]
    values = {r.value for r in validate_graph(data, shapes) if r.component == f"<{SH}InConstraintComponent>"}
    assert values == {triple[2] for triple in data[1:]} - {'"01"'}


def test_blank_nodes_keep_their_labels_and_stay_blank():
    shapes = parse(
        ":S sh:targetClass :Person ; sh:nodeKind sh:IRI ; sh:node [ sh:property [ sh:path :p ; sh:minCount 1 ] ] ."
    )
    type_ = "<http://www.w3.org/1999/02/22-rdf-syntax-ns#type>"
    inner = next(t[2] for t in shapes if t[1] == f"<{SH}node>")
    # The data holds a blank node with the very label of one in the shapes graph; they are still two nodes.
    data = [("_:b0", type_, f"<{K}Person>"), (inner, type_, f"<{K}Person>")]
    kinds = [r for r in validate_graph(data, shapes) if r.component == f"<{SH}NodeKindConstraintComponent>"]
    assert {r.focus for r in kinds} == {"_:b0", inner}
    assert len(validate_graph(data, shapes)) == 4


def test_only_the_messages_of_the_author_are_kept():
    shapes = parse(
        BORN + ":born-shape sh:path :born ; sh:minCount 1 ; sh:message 'Birth year?'@en, 'Geburtsjahr?'@de ."
        ":T sh:targetClass :Person ; sh:property [ sh:path :name ; sh:minCount 1 ] ."
        ":Q sh:targetClass :Person ; sh:sparql [ sh:select 'SELECT $this ?value { $this a ?value }' ;"
        " sh:message 'is {?value}'@en, 'ist {?value}'@de ] ."
    )
    found = {r.component: r.messages for r in validate_graph(parse(":ann a :Person ; :name 'Ann' ."), shapes)}
    assert found == {
        f"<{SH}MinCountConstraintComponent>": (("de", "Geburtsjahr?"), ("en", "Birth year?")),
        f"<{SH}SPARQLConstraintComponent>": (("de", f"ist {K}Person"), ("en", f"is {K}Person")),
    }
    (other,) = validate_graph(parse(":ann a :Person ; :born 1 ."), shapes[:0] + [t for t in shapes if "Q>" not in t[0]])
    assert other.path == f"<{K}name>"
    assert other.messages == ()


def test_a_shape_can_ask_for_asserted_facts_only():
    shapes = parse(
        ":Stated a sh:NodeShape ; wb:judges 'asserted' ; sh:targetClass :Person ; sh:node :Named ;"
        "  sh:property [ sh:path :born ; sh:minCount 1 ] ."
        ":Derived a sh:NodeShape ; sh:targetClass :Person ; sh:property [ sh:path :age ; sh:minCount 1 ] ."
        ":Named sh:property [ sh:path :name ; sh:minCount 1 ] ."
    )
    asserted = parse(":ann a :Person ; :age 3 ; :name 'Ann' .")
    closure = [*asserted, *parse(":ann :born 1 . :bob a :Person .")]
    found = validate_graph(closure, shapes, asserted=asserted)
    assert [(r.focus, r.path, r.asserted) for r in found] == [
        (f"<{K}ann>", f"<{K}born>", True),
        (f"<{K}bob>", f"<{K}age>", False),
    ]


def test_complex_paths_are_written_as_sparql_does():
    shapes = parse(":S sh:targetClass :Person ; sh:property [ sh:path ( [ sh:inversePath :child ] [ sh:zeroOrMorePath "
                   "[ sh:alternativePath ( :a :b ) ] ] ) ; sh:minCount 1 ] .")  # fmt: skip
    (result,) = validate_graph(parse(":ann a :Person ."), shapes)
    assert result.path == f"^<{K}child>/(<{K}a>|<{K}b>)*"


def test_a_failure_names_its_shape_and_is_no_pass():
    shapes = parse(
        ":Fine sh:targetClass :Person ; sh:nodeKind sh:IRI ."
        ":Wrong sh:targetClass :Person ; sh:sparql [ sh:select 'SELECT nonsense' ] ."
    )
    place = Location("shapes.ttl", 7, 1)
    with pytest.raises(InvalidKnowledgeError) as caught:
        validate_graph(parse(":ann a :Person ."), shapes, locate=lambda t: place if t[0] == f"<{K}Wrong>" else None)
    (violation,) = caught.value.report.violations
    assert (violation.code, violation.focus, violation.location) == ("shape.failure", f"<{K}Wrong>", place)
    assert caught.value.exit_code == 1


def test_the_failure_that_pyshacl_returns_instead_of_raising_is_no_pass():
    # MINUS is forbidden in constraints; pySHACL answers (False, a failure, text).
    shapes = parse(
        ":S sh:targetClass :P ; sh:sparql [ sh:select 'SELECT $this { $this ?p ?o MINUS { $this a :Q } }' ] ."
    )
    with pytest.raises(InvalidKnowledgeError, match="could not be run"):
        validate_graph(parse(":a a :P ."), shapes)


def run_python(script, folder):
    paths = os.pathsep.join(path for path in sys.path if path)
    environment = {**os.environ, "PYTHONPATH": paths}
    command = [sys.executable, "-P", "-c", script]
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def write_query(query):
    declaration = f": sh:declare [ sh:prefix '' ; sh:namespace '{K}'^^xsd:anyURI ] ."
    return f":S sh:targetNode :n0 ; sh:sparql [ sh:prefixes : ; sh:select '{query}' ] . {declaration}"


def make_slow_request():
    joined = " ".join(f"?a{i} :next ?b{i} ." for i in range(6))
    shapes = parse(write_query(f"SELECT $this {{ {joined} FILTER(?a0 = 1) }}"))
    return parse(" ".join(f":n{i} :next :n{i + 1} ." for i in range(60))), shapes


def test_what_takes_too_long_is_killed_and_the_next_call_works():
    data, shapes = make_slow_request()
    with pytest.raises(LimitError, match=r"longer than 0\.3 seconds"):
        validate_graph(data, shapes, limits=ShaclLimits(seconds=0.3))
    assert validate_graph(data, parse(":S sh:targetNode :n0 ; sh:nodeKind sh:Literal ."))


def test_a_worker_whose_parent_is_gone_ends_by_itself():
    script = """
import resource, sys
from workbench.validation.shacl import worker
worker._GRACE_SECONDS = 0
worker._limit_time(0.5)
while True:
    pass
"""
    assert run_python(script, None).returncode == -signal.SIGXCPU


def test_what_takes_too_much_memory_is_stopped_and_the_next_call_works():
    doubled = " ".join(f"BIND(CONCAT(?v{i}, ?v{i}) AS ?v{i + 1})" for i in range(24))
    shapes = parse(write_query(f"SELECT $this ?v24 {{ $this :p ?v0 . {doubled} }}"))
    data = parse(f":n0 :p '{'x' * 1000}' .")
    with pytest.raises(LimitError, match="the shape “S” took more than 300 megabytes"):
        validate_graph(data, shapes, limits=ShaclLimits(megabytes=300))
    assert validate_graph(data, parse(":S sh:targetNode :n0 ; sh:nodeKind sh:Literal ."))


def test_a_worker_that_dies_is_an_error_and_is_replaced():
    simple = parse(":S sh:targetNode :n ; sh:nodeKind sh:Literal .")
    assert len(validate_graph([], simple)) == 1
    process._pool._worker._process.kill()
    with pytest.raises(WorkerError, match="ended unexpectedly"):
        validate_graph([], simple)
    assert len(validate_graph([], simple)) == 1


def test_the_worker_is_kept_between_calls():
    simple = parse(":S sh:targetNode :n ; sh:nodeKind sh:Literal .")
    validate_graph([], simple)
    worker = process._pool._worker
    validate_graph([], simple)
    assert process._pool._worker is worker


FORBIDDEN = [
    "__import__('urllib.request').request.urlopen('http://127.0.0.1:9/')",
    "__import__('socket').create_connection(('127.0.0.1', 9))",
    "__import__('rdflib').Graph().parse('http://127.0.0.1:9/x.ttl')",
    "__import__('rdflib').Graph().parse('file:///etc/passwd', format='turtle')",
    "__import__('subprocess').run(['true'])",
    "__import__('os').system('true')",
    "__import__('os').fork()",
    "open('/etc/passwd').read()",
    "open(__import__('rdflib').__file__, 'a')",
    "__import__('os').open('/tmp/x', 65)",
    "__import__('pathlib').Path('/tmp/x').unlink()",
]


def test_the_worker_reaches_neither_network_nor_files_nor_processes():
    script = f"""
import sys
from workbench.validation.shacl import worker
worker._give_up_rights(2048)
for attempt in {FORBIDDEN!r}:
    worker._refused.clear()
    try:
        eval(attempt)
    except PermissionError:
        pass
    if not worker._refused:
        print("allowed:", attempt)
print("done")
"""
    done = run_python(script, None)
    assert (done.stdout, done.stderr) == ("done\n", "")


def test_what_was_refused_makes_the_answer_a_failure(monkeypatch):
    # In this process, since what matters is that a library swallowed the refusal.
    from workbench.validation.shacl import worker

    class Swallowing:
        def answer(self, request):
            with contextlib.suppress(PermissionError):
                worker._refuse("a shape asked for socket.connect")
            return {"found": []}

    monkeypatch.setattr(worker, "_limit_time", lambda seconds: None)
    assert worker._answer(Swallowing(), {"seconds": 60}) == {"failure": "a shape asked for socket.connect"}


def test_results_do_not_depend_on_the_order_of_triples_or_hash_seeds():
    shapes = parse(BORN + ":born-shape sh:path :born ; sh:minCount 1 ; sh:message 'b', 'a' .")
    data = parse(" ".join(f":n{i} a :Person ." for i in range(20)))
    expected = validate_graph(data, shapes)
    assert validate_graph(data[::-1], shapes[::-1]) == expected
    assert list(expected) == sorted(expected)


def test_a_project_folder_cannot_shadow_the_libraries(tmp_path):
    (tmp_path / "rdflib.py").write_text("raise SystemExit('code of a project was run')")
    script = (
        "from workbench.validation.shacl import validate_graph;"
        "t = [('<urn:s>', '<http://www.w3.org/ns/shacl#targetNode>', '<urn:n>'),"
        " ('<urn:s>', '<http://www.w3.org/ns/shacl#nodeKind>', '<http://www.w3.org/ns/shacl#Literal>')];"
        "print(len(validate_graph([], t)))"
    )
    done = run_python(script, tmp_path)
    assert (done.stdout.strip(), done.stderr) == ("1", "")


def test_imported_prefixes_are_known_to_queries():
    shapes = parse(
        ":S sh:targetNode :n ; sh:sparql [ sh:prefixes :here ; sh:select 'SELECT $this { $this k:p ?o }' ] ."
        ":here <http://www.w3.org/2002/07/owl#imports> :there ."
        f":there sh:declare [ sh:prefix 'k' ; sh:namespace '{K}'^^xsd:anyURI ] ."
    )
    assert len(validate_graph(parse(":n :p :o ."), shapes)) == 1
