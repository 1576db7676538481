"""pySHACL, asked inside the worker: terms go in and come out as they are written in the project.

Importing it takes longer than most runs, so it is imported by the first request that needs it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

import pyshacl
import rdflib
from pyshacl.errors import ReportableRuntimeError
from pyshacl.monkey import rdflib_bool_patch, rdflib_bool_unpatch
from pyshacl.shape import Shape
from rdflib.term import BNode, IdentifiedNode, Literal, Node, URIRef

from workbench.model.terms import RDF_TYPE, SH, XSD, Term, Triple, make_literal, split_literal
from workbench.validation.shape_index import make_sh

__all__ = ["Store", "judge_all"]

_DATA, _SHAPES = "d", "s"
"""What blank nodes of the two graphs begin with here, so that equal labels of two files stay two nodes."""
_DEPTH = 60
_XSD_STRING = URIRef(f"{XSD}string")
_ADVANCED = frozenset(make_sh(name) for name in ("target", "expression"))
_ADVANCED_TYPES = frozenset(make_sh(name) for name in ("SPARQLFunction", "SPARQLTargetType"))


def _read_term(text: Term, scope: str) -> Node:
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


class Store:
    """A graph of rdflib's that can be changed."""

    def __init__(self, triples: Iterable[Sequence[Term]], scope: str = _DATA) -> None:
        self.graph = rdflib.Graph(bind_namespaces="none")
        self.blanks: set[BNode] = set()
        self._scope = scope
        self._made: dict[Term, Node] = {}
        self.add(triples)

    def _read(self, triple: Sequence[Term]) -> tuple[Node, Node, Node]:
        for text in triple:
            if text not in self._made:
                node = self._made[text] = _read_term(text, self._scope)
                if isinstance(node, BNode):
                    self.blanks.add(node)
        return self._made[triple[0]], self._made[triple[1]], self._made[triple[2]]

    def add(self, triples: Iterable[Sequence[Term]]) -> None:
        """Add triples."""
        for triple in triples:
            self.graph.add(self._read(triple))

    def remove(self, triples: Iterable[Sequence[Term]]) -> None:
        """Remove triples."""
        for triple in triples:
            self.graph.remove(self._read(triple))


def _write_term(node: Node | None, blanks: frozenset[BNode]) -> Term:
    if node is None:
        return ""
    if isinstance(node, URIRef):
        return f"<{node}>"
    if isinstance(node, BNode):
        # A query can make blank nodes of its own, whose labels differ from run to run.
        return f"_:{node[1:]}" if node in blanks else "_:computed"
    if isinstance(node, Literal):
        datatype = f"<{node.datatype or _XSD_STRING}>"
        return make_literal(str(node), datatype, node.language or "")
    raise TypeError(f"a result holds {type(node).__name__}")


def _list_results(report: rdflib.Graph, blanks: frozenset[BNode]) -> list[dict[str, object]]:
    sh = rdflib.Namespace(SH)
    found: list[dict[str, object]] = []
    for result in report.objects(None, sh.result):
        if not isinstance(result, IdentifiedNode):
            raise TypeError("a result is a literal")

        def get(name: str, result: IdentifiedNode = result) -> str:
            return _write_term(report.value(result, sh[name]), blanks)

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
                "messages": sorted(messages),
            }
        )
    return found


_listeners: list[Callable[[Term], None]] = []
_validate = Shape.validate


def _validate_and_tell(
    self: Shape, executor: Any, target_graph: Any, focus: Any = None, _evaluation_path: Any = None
) -> Any:
    if focus is None:
        for tell in _listeners:
            tell(f"<{self.node}>" if isinstance(self.node, URIRef) else f"_:{self.node[1:]}")
    return _validate(self, executor, target_graph, focus, _evaluation_path)


Shape.validate = _validate_and_tell  # type: ignore[method-assign]  # nothing else tells which shape is being judged


def judge_all(store: Store, shapes: Sequence[Triple], tell: Callable[[Term], None]) -> dict[str, Any]:
    """Judge a graph by all targeted shapes; return ``results`` or ``failure``. ``tell`` hears which shape is next."""
    _listeners[:] = [tell]
    # While the shapes are read, only "true" is true, as pySHACL does for the shapes that it reads itself.
    rdflib_bool_patch()  # type: ignore[no-untyped-call]
    try:
        shape_store = Store(shapes, _SHAPES)
    finally:
        rdflib_bool_unpatch()  # type: ignore[no-untyped-call]
    advanced = any(p in _ADVANCED or (p == RDF_TYPE and o in _ADVANCED_TYPES) for _, p, o in shapes)
    try:
        _, report, text = pyshacl.validate(
            store.graph,
            shacl_graph=shape_store.graph,
            inference="none",
            advanced=advanced,
            js=False,
            do_owl_imports=False,
            inplace=True,
            meta_shacl=False,
            max_validation_depth=_DEPTH,
        )
    except ReportableRuntimeError as error:
        return {"failure": str(error)}
    if not isinstance(report, rdflib.Graph):
        return {"failure": str(text)}
    return {"results": _list_results(report, frozenset(store.blanks | shape_store.blanks))}
