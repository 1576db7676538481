"""What judging shapes is measured on: a university with errors, an ontology of many classes, and who judges them."""

from __future__ import annotations

import os
import zlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from random import Random

from benchmarks.harness import Recorder, get_cpu
from benchmarks.lubm import NAMESPACE, make_facts
from workbench.formats.rdf import parse_rdf
from workbench.model.terms import RDF, RDFS, SH, XSD, Term, Triple, make_literal

__all__ = [
    "JUDGES",
    "Judge",
    "get_whole_cpu",
    "make_class_shapes",
    "make_classes",
    "make_edits",
    "make_university_shapes",
    "write_university",
]

_TYPE, _SUBCLASS, _LABEL = f"<{RDF}type>", f"<{RDFS}subClassOf>", f"<{RDFS}label>"
_CLASS = "<http://www.w3.org/2002/07/owl#Class>"
_DEFINITION = "<http://www.w3.org/2004/02/skos/core#definition>"
_PREFIXES = f"""
@prefix : <{NAMESPACE}> .
@prefix sh: <{SH}> .
@prefix xsd: <{XSD}> .
@prefix rdf: <{RDF}> .
@prefix rdfs: <{RDFS}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix skos: <http://www.w3.org/2004/02/skos/core#> .
"""
_UNIVERSITY = """
:StudentShape a sh:NodeShape ; sh:targetClass :UndergraduateStudent, :GraduateStudent ;
  sh:property [ sh:path :age ; sh:minCount 1 ; sh:maxCount 1 ; sh:datatype xsd:integer ;
    sh:minInclusive 18 ; sh:maxInclusive 65 ] ;
  sh:property [ sh:path :takesCourse ; sh:minCount 3 ; sh:nodeKind sh:IRI ;
    sh:or ( [ sh:class :Course ] [ sh:class :GraduateCourse ] ) ] ;
  sh:property [ sh:path :advisor ; sh:maxCount 1 ; sh:property [ sh:path :age ; sh:minInclusive 36 ] ] ;
  sh:property [ sh:path :memberOf ; sh:minCount 1 ; sh:pattern "#(department|group)[0-9]+$" ] .
:PublicationShape a sh:NodeShape ; sh:targetSubjectsOf :author ;
  sh:property [ sh:path :author ; sh:minCount 1 ; sh:maxCount 3 ; sh:not [ sh:class :Lecturer ] ] .
:DepartmentShape a sh:NodeShape ; sh:targetClass :Department ;
  sh:property [ sh:path [ sh:inversePath :headOf ] ; sh:minCount 1 ; sh:maxCount 1 ] ;
  sh:property [ sh:path ( [ sh:zeroOrMorePath :subOrganizationOf ] rdf:type ) ; sh:hasValue :University ] .
"""
_CLASSES = """
:ClassShape a sh:NodeShape ; sh:targetClass owl:Class ; sh:nodeKind sh:IRI ;
  sh:property [ sh:path rdfs:label ; sh:minCount 1 ; sh:uniqueLang true ; sh:languageIn ( "en" "de" ) ;
    sh:minLength 3 ] ;
  sh:property [ sh:path skos:definition ; sh:minCount 1 ; sh:maxCount 1 ; sh:pattern "[.]$" ] ;
  sh:property [ sh:path rdfs:subClassOf ; sh:class owl:Class ; sh:node [ sh:property [ sh:path rdfs:label ;
    sh:minCount 1 ] ] ] ;
  sh:property [ sh:path [ sh:inversePath rdfs:subClassOf ] ; sh:nodeKind sh:IRI ] ;
  sh:property [ sh:path ( [ sh:oneOrMorePath rdfs:subClassOf ] rdfs:label ) ; sh:maxLength 40 ] .
"""


def make_university_shapes() -> tuple[Triple, ...]:
    """Return shapes of SHACL Core for the university of ``benchmarks.lubm``; about one focus node in six fails."""
    return parse_rdf((_PREFIXES + _UNIVERSITY).encode(), "university.ttl").triples


def make_class_shapes() -> tuple[Triple, ...]:
    """Return shapes of SHACL Core that say what a good class has."""
    return parse_rdf((_PREFIXES + _CLASSES).encode(), "classes.ttl").triples


def write_university(folder: Path, size: int) -> int:
    """Write data and shapes as N-Triples into a folder; return how many triples the data has."""
    facts = make_facts(size)
    for name, triples in (("data.nt", facts), ("shapes.nt", make_university_shapes())):
        (folder / name).write_text("".join(f"{' '.join(triple)} .\n" for triple in triples), encoding="utf-8")
    return len(facts)


def _name_class(number: int) -> Term:
    return f"<{NAMESPACE}C{number}>"


def make_classes(count: int) -> frozenset[Triple]:
    """Return a tree of classes with labels and definitions, each one's superclasses all stated; one in 50 fails."""
    found: set[Triple] = set()
    for number in range(count):
        class_ = _name_class(number)
        found.add((class_, _TYPE, _CLASS))
        found.add((class_, _LABEL, make_literal(f"class {number}", language="en")))
        if number % 50:
            found.add((class_, _DEFINITION, make_literal(f"It is number {number}.", language="en")))
        found |= {(class_, _SUBCLASS, _name_class(upper)) for upper in _list_upper(number)}
    return frozenset(found)


def _list_upper(number: int) -> Iterator[int]:
    while number:
        number = (number - 1) // 5
        yield number


def make_edits(count: int, times: int) -> Iterator[tuple[str, set[Triple], set[Triple]]]:
    """Yield edits of the classes: what each is, the triples that come and those that go."""
    random = Random(0)
    for turn in range(times):
        number = random.randrange(count // 2, count)
        class_, new = _name_class(number), _name_class(count + turn)
        label = (class_, _LABEL, make_literal(f"class {number}", language="en"))
        yield "a label changed", {(class_, _LABEL, make_literal(f"renamed {number}", language="en"))}, {label}
        other = random.randrange(1, count // 50)
        named = (_name_class(other), _LABEL, make_literal(f"class {other}", language="en"))
        yield "a label of a high class removed", set(), {named}
        yield "and stated again", {named}, set()
        upper = {(new, _SUBCLASS, _name_class(one)) for one in (number, *_list_upper(number))}
        yield "a class added", {(new, _TYPE, _CLASS), *upper}, set()
        parent = (number - 1) // 5
        yield "a class taken out of its parent", set(), {(class_, _SUBCLASS, _name_class(parent))}


def get_whole_cpu() -> float:
    """Return the CPU seconds of this process and of the children that it has now."""
    spent = get_cpu()
    # Children of the main thread, which starts the worker; other threads come and go.
    for child in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split():
        # The first number is nanoseconds on a core; the hundredths of a second in "stat" are too coarse for an edit.
        spent += int(Path(f"/proc/{child}/schedstat").read_text().split()[0]) / 1e9
    return spent


@dataclass(frozen=True, slots=True)
class Judge:
    """Somebody who judges the university: what is measured, and up to how many triples."""

    how: str
    run: Callable[[Recorder, str], None]
    module: str = ""
    most: int = 10_000_000

    @property
    def is_missing(self) -> bool:
        """Whether what it needs is not installed."""
        return bool(self.module) and find_spec(self.module) is None


Row = tuple[str, str, str, str]
"""Focus, path, value and component of a result; a path of several steps is only told to be one."""


def _record(recorder: Recorder, rows: Iterable[Row]) -> None:
    count, total = 0, 0
    for row in rows:
        count += 1
        total += zlib.crc32("\0".join(row).encode())
    recorder.counts |= {"results": count, "digest": total}


def _simplify(path: str) -> str:
    return path if path.startswith("<") and path.find(">") == len(path) - 1 else "steps" if path else ""


def run_workbench(recorder: Recorder, folder: str) -> None:
    """The adapter as a check uses it: triples in memory, results as values; parent and worker."""
    from workbench.validation.shacl import ShaclLimits, validate_graph

    data = _read_triples(Path(folder) / "data.nt")
    shapes = _read_triples(Path(folder) / "shapes.nt")
    limits = ShaclLimits(seconds=3600, megabytes=8192)
    start = get_whole_cpu()
    validate_graph(data[:10], shapes, limits=limits)
    recorder.add("start", get_whole_cpu() - start)
    recorder.add("load", 0.0)
    start = get_whole_cpu()
    results = validate_graph(data, shapes, limits=limits)
    recorder.add("judge", get_whole_cpu() - start)
    _record(recorder, ((r.focus, _simplify(r.path), r.value, r.component) for r in results))


def _read_triples(path: Path) -> list[Triple]:
    known: dict[str, str] = {}
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        subject, predicate, object_ = line[:-2].split(" ", 2)
        found.append(tuple(known.setdefault(term, term) for term in (subject, predicate, object_)))
    return [(s, p, o) for s, p, o in found]


def run_pyshacl(recorder: Recorder, folder: str) -> None:
    """pySHACL by itself, on rdflib's graphs."""
    import pyshacl
    import rdflib
    from rdflib.namespace import SH as NAMES

    with recorder.phase("start"):
        pyshacl.validate(rdflib.Graph(), shacl_graph=rdflib.Graph())
    with recorder.phase("load"):
        data = rdflib.Graph().parse(Path(folder) / "data.nt", format="nt")
        shapes = rdflib.Graph().parse(Path(folder) / "shapes.nt", format="nt")
    with recorder.phase("judge"):
        _, report, _ = pyshacl.validate(data, shacl_graph=shapes, inference="none")

    def write(result: rdflib.term.Node, name: rdflib.URIRef) -> str:
        node = report.value(result, name)
        if isinstance(node, rdflib.URIRef):
            return f"<{node}>"
        if isinstance(node, rdflib.Literal):
            return make_literal(str(node), f"<{node.datatype or XSD + 'string'}>", node.language or "")
        return "" if node is None else "steps"

    names = (NAMES.focusNode, NAMES.resultPath, NAMES.value, NAMES.sourceConstraintComponent)
    found = ([write(result, name) for name in names] for result in report.objects(None, NAMES.result))
    _record(recorder, ((focus, path, value, component) for focus, path, value, component in found))


def run_rust(recorder: Recorder, folder: str) -> None:
    """The crate ``shacl``, with its own reader for N-Triples."""
    import shacl

    with recorder.phase("start"):
        shapes = shacl.Shapes.from_text((Path(folder) / "shapes.nt").read_text(encoding="utf-8"), "ntriples")
    recorder.add("load", 0.0)
    with recorder.phase("judge"):
        report = shapes.validate_text((Path(folder) / "data.nt").read_text(encoding="utf-8"), "ntriples")
        results = [(r.focus_node, r.path or "", r.value or "", f"<{r.component_iri}>") for r in report.results]
    _record(recorder, ((focus, _simplify(path), value, component) for focus, path, value, component in results))


JUDGES = {
    "Workbench": Judge("triples in memory to results; both processes", run_workbench),
    "pySHACL": Judge("by itself, on rdflib's graphs", run_pyshacl, "pyshacl", 300_000),
    "shacl": Judge("Rust; N-Triples to results", run_rust, "shacl"),
}
