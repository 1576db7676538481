"""The worker process in which pySHACL runs: shapes and data in, results out, nothing else in reach.

It answers one JSON line for each JSON line that it reads. Shapes are somebody's content, so before the first
request it gives up memory beyond a limit, the network, other processes, and files outside of Python's own
folders; its parent kills it when it takes too long.
"""

from __future__ import annotations

import json
import logging
import math
import os
import resource
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import TextIO

import pyshacl
import rdflib
from pyshacl.errors import ReportableRuntimeError
from pyshacl.monkey import rdflib_bool_patch, rdflib_bool_unpatch
from rdflib.term import BNode, IdentifiedNode, Literal, Node, URIRef

from workbench.model.terms import SH, XSD, make_literal, split_literal

__all__ = ["main"]

_DATA, _SHAPES = "d", "s"
"""What blank nodes of the two graphs begin with here, so that equal labels of two files stay two nodes."""
_DEPTH = 60
_GRACE_SECONDS = 10
_FORBIDDEN = (
    "socket.",
    "urllib.",
    "http.",
    "ftplib.",
    "smtplib.",
    "subprocess.",
    "os.system",
    "os.exec",
    "os.spawn",
    "os.posix_spawn",
    "os.fork",
    "os.putenv",
    "os.remove",
    "os.rename",
    "os.mkdir",
    "os.rmdir",
    "os.link",
    "os.symlink",
    "shutil.",
    "webbrowser.",
)
_XSD_STRING = URIRef(f"{XSD}string")
_known_blanks: set[BNode] = set()
"""Blank nodes of the request that is being judged."""


_refused: list[str] = []
"""What was asked for and refused during the request that is being judged."""


def _refuse(what: str) -> None:
    _refused.append(what)
    raise PermissionError(what)


def _give_up_rights(megabytes: int) -> None:
    """Limit memory, and refuse from now on what judging a graph never needs (PEP 578; hooks cannot be removed)."""
    limit = megabytes * 1024 * 1024
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    readable = tuple(
        str(Path(folder).resolve()) + os.sep
        for folder in (*sys.path, sys.prefix, sys.base_prefix)
        if folder and Path(folder).is_absolute()
    )

    def refuse(event: str, arguments: tuple[object, ...]) -> None:
        if event.startswith(_FORBIDDEN):
            _refuse(f"a shape asked for {event}")
        if event == "open":
            path, mode, flags = (*arguments, None, 0)[:3]
            writes = isinstance(flags, int) and flags & (os.O_WRONLY | os.O_RDWR | os.O_CREAT)
            if isinstance(path, int) and mode is not None:
                return
            name = os.fsdecode(path) if isinstance(path, str | bytes) else ""
            if writes or not os.path.realpath(name).startswith(readable):
                _refuse(f"a shape asked to open {name}")

    sys.addaudithook(refuse)


def _read_term(text: str, scope: str) -> Node:
    if text.startswith("<"):
        return URIRef(text[1:-1])
    if text.startswith("_:"):
        return BNode(scope + text[2:])
    lexical, datatype, language = split_literal(text)
    if language:
        return Literal(lexical, lang=language, normalize=False)
    name = URIRef(datatype[1:-1])
    # Plain and xsd:string literals are one term (RDF 1.1 Concepts, section 3.3), which rdflib keeps apart.
    return Literal(lexical, datatype=None if name == _XSD_STRING else name, normalize=False)


def _write_term(node: Node | None) -> str:
    if node is None:
        return ""
    if isinstance(node, URIRef):
        return f"<{node}>"
    if isinstance(node, BNode):
        # A query can make blank nodes of its own, whose labels differ from run to run.
        return f"_:{node[1:]}" if node in _known_blanks else "_:computed"
    if isinstance(node, Literal):
        datatype = f"<{node.datatype or _XSD_STRING}>"
        return make_literal(str(node), datatype, node.language or "")
    raise TypeError(f"a result holds {type(node).__name__}")


def _build_graph(triples: Iterable[list[str]], scope: str) -> rdflib.Graph:
    graph = rdflib.Graph(bind_namespaces="none")
    made: dict[str, Node] = {}
    for triple in triples:
        for text in triple:
            if text not in made:
                node = made[text] = _read_term(text, scope)
                if isinstance(node, BNode):
                    _known_blanks.add(node)
        subject, predicate, object_ = (made[text] for text in triple)
        graph.add((subject, predicate, object_))
    return graph


def _list_results(report: rdflib.Graph) -> list[dict[str, object]]:
    sh = rdflib.Namespace(SH)
    found: list[dict[str, object]] = []
    for result in report.objects(None, sh.result):
        if not isinstance(result, IdentifiedNode):
            raise TypeError("a result is a literal")

        def get(name: str, result: IdentifiedNode = result) -> str:
            return _write_term(report.value(result, sh[name]))

        messages = {
            (m.language or "", str(m)) for m in report.objects(result, sh.resultMessage) if isinstance(m, Literal)
        }
        found.append(
            {
                "focus": get("focusNode"),
                "path": get("resultPath"),
                "value": get("value"),
                "severity": get("resultSeverity"),
                "component": get("sourceConstraintComponent"),
                "shape": get("sourceShape"),
                "constraint": get("sourceConstraint"),
                "messages": sorted(messages),
            }
        )
    return found


def _judge(request: dict[str, list[list[str]]]) -> dict[str, object]:
    _known_blanks.clear()
    # While the shapes are read, only "true" is true, as pySHACL does for the shapes that it reads itself.
    rdflib_bool_patch()  # type: ignore[no-untyped-call]
    try:
        shapes = _build_graph(request["shapes"], _SHAPES)
    finally:
        rdflib_bool_unpatch()  # type: ignore[no-untyped-call]
    data = _build_graph(request["data"], _DATA)
    _, report, text = pyshacl.validate(
        data,
        shacl_graph=shapes,
        inference="none",
        advanced=False,
        js=False,
        do_owl_imports=False,
        inplace=True,
        meta_shacl=False,
        max_validation_depth=_DEPTH,
    )
    if not isinstance(report, rdflib.Graph):
        return {"failure": str(text)}
    return {"results": _list_results(report)}


def _limit_time(seconds: float) -> None:
    """End this process by itself some time after its parent would have killed it, should the parent be gone."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(used.ru_utime + used.ru_stime + seconds) + _GRACE_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


def _answer(line: str) -> dict[str, object]:
    _refused.clear()
    try:
        request = json.loads(line)
        _limit_time(request.pop("seconds"))
        answer = _judge(request)
        # A library may swallow the refusal and go on with less; what it finds then is no judgement.
        return {"failure": _refused[0]} if _refused else answer
    except MemoryError:
        return {"memory": True}
    except ReportableRuntimeError as error:
        return {"failure": str(error)}
    except Exception as error:
        # Everything pySHACL lets through (bad queries, bad patterns, deep nesting) is an answer: it failed.
        return {"failure": f"{type(error).__name__}: {error}"}


def _take_streams() -> tuple[TextIO, TextIO]:
    """Keep standard output for answers alone: whatever a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    return sys.stdin, answers


def main(megabytes: int) -> None:
    """Serve requests until standard input ends; ``megabytes`` limits the address space."""
    requests, answers = _take_streams()
    logging.disable(logging.CRITICAL)
    _give_up_rights(megabytes)
    answers.write('{"ready": true}\n')
    answers.flush()
    for line in requests:
        answer = _answer(line)
        answers.write(json.dumps(answer) + "\n")
        answers.flush()
        if "memory" in answer:
            return
