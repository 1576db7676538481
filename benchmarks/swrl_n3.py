"""SWRL rules written in N3 (Turtle with variables), as of the EU AI Act ontology, turned into text of our language."""

from __future__ import annotations

import re
import warnings
from pathlib import Path

from rdflib import Graph, Literal, Namespace, Variable
from rdflib.collection import Collection
from rdflib.namespace import RDF, RDFS
from rdflib.term import Node

__all__ = ["read_swrl_rules"]

_SWRL = Namespace("http://www.w3.org/2003/11/swrl#")
_COMPARISONS = {
    "lessThan": "<",
    "lessThanOrEqual": "<=",
    "greaterThan": ">",
    "greaterThanOrEqual": ">=",
    "equal": "=",
    "notEqual": "!=",
}


def read_swrl_rules(path: Path) -> str:
    """Return the rules of a file as rules text; a rule is called by its ruleId, or else by its local name."""
    graph = Graph()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)  # rdflib's N3 parser uses names that rdflib gave up
        graph.parse(path, format="n3")
    lines = []
    for rule in graph.subjects(RDF.type, _SWRL.Imp):
        identifier = next((str(o) for s, p, o in graph.triples((rule, None, None)) if p.endswith("ruleId")), "")
        name = re.sub(r"[^A-Za-z0-9-]", "-", identifier or re.split("[#/]", str(rule))[-1])
        label = graph.value(rule, RDFS.comment) or graph.value(rule, RDFS.label)
        body, head = (" ^ ".join(_read_atoms(graph, rule, part)) for part in (_SWRL.body, _SWRL.head))
        said = f"  en {_quote(str(label))}\n" if label else ""
        lines.append(f"rule {name}\n{said}  {body} -> {head}\n")
    return "\n".join(sorted(lines))


def _read_atoms(graph: Graph, rule: Node, part: Node) -> list[str]:
    return [_read_atom(graph, atom) for atom in Collection(graph, graph.value(rule, part))]


def _read_atom(graph: Graph, atom: Node) -> str:
    first, second = (_write(graph.value(atom, _SWRL[f"argument{n}"])) for n in (1, 2))
    match graph.value(atom, RDF.type):
        case _SWRL.ClassAtom:
            return f"{_write(graph.value(atom, _SWRL.classPredicate))}({first})"
        case _SWRL.BuiltinAtom:
            name = str(graph.value(atom, _SWRL.builtin)).rpartition("#")[2]
            left, right = Collection(graph, graph.value(atom, _SWRL.arguments))
            return f"{_write(left)} {_COMPARISONS[name]} {_write(right)}"
        case _:
            return f"{_write(graph.value(atom, _SWRL.propertyPredicate))}({first}, {second})"


def _write(term: Node | None) -> str:
    if isinstance(term, Variable):
        return f"?{term}"
    if isinstance(term, Literal):
        kind = f"^^<{term.datatype}>" if term.datatype else f"@{term.language}" if term.language else ""
        return f"{_quote(str(term))}{kind}"
    return f"<{term}>"


def _quote(text: str) -> str:
    return '"' + " ".join(text.split()).replace("\\", "\\\\").replace('"', '\\"') + '"'
