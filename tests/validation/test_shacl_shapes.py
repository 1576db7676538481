"""What SHACL's own shapes for shapes refuse is refused here too, before anything is run."""

import itertools

import pytest
from pyshacl.rdfutil import load_from_source
from pyshacl.validator import assign_baked_in
from rdflib import BNode, Literal

from workbench.model.terms import RDF, RDF_TYPE, RDFS, SH, XSD, make_literal
from workbench.validation.shacl import validate_graph
from workbench.validation.wellformed import find_shape_problems

K = "https://example.org/k#"
NIL = f"<{RDF}nil>"


def sh(name):
    return f"<{SH}{name}>"


def write_term(node):
    if isinstance(node, Literal):
        return make_literal(str(node), f"<{node.datatype or XSD + 'string'}>", node.language or "")
    return f"_:{node}" if isinstance(node, BNode) else f"<{node}>"


@pytest.fixture(scope="module")
def meta():
    """SHACL's shapes for shapes, as pySHACL ships them."""
    assign_baked_in()
    return tuple(tuple(map(write_term, triple)) for triple in load_from_source("http://www.w3.org/ns/shacl-shacl"))


NAMES = (
    "targetNode targetClass targetSubjectsOf targetObjectsOf severity message deactivated and or xone not node "
    "property class closed ignoredProperties datatype disjoint equals in languageIn lessThan lessThanOrEquals maxCount "
    "maxExclusive maxInclusive maxLength minCount minExclusive minInclusive minLength nodeKind pattern flags "
    "qualifiedMaxCount qualifiedMinCount qualifiedValueShape qualifiedValueShapesDisjoint uniqueLang hasValue path"
).split()
LIST = [("_:l", f"<{RDF}first>", f"<{K}x>"), ("_:l", f"<{RDF}rest>", NIL)]
VALUES = {
    "name": (f"<{K}x>", []),
    "kind": (sh("IRI"), []),
    "text": ('"x"', []),
    "language": ('"x"@en', []),
    "number": (f'"1"^^<{XSD}integer>', []),
    "decimal": (f'"1.0"^^<{XSD}decimal>', []),
    "no number": (f'"x"^^<{XSD}integer>', []),
    "truth": (f'"true"^^<{XSD}boolean>', []),
    "other truth": (f'"1"^^<{XSD}boolean>', []),
    "no truth": (f'"perhaps"^^<{XSD}boolean>', []),
    "blank": ("_:b", []),
    "shape": ("_:b", [("_:b", sh("nodeKind"), sh("IRI"))]),
    "property shape": ("_:b", [("_:b", sh("path"), f"<{K}p>"), ("_:b", sh("minCount"), f'"1"^^<{XSD}integer>')]),
    "two paths": ("_:b", [("_:b", sh("path"), f"<{K}p>"), ("_:b", sh("path"), f"<{K}q>")]),
    "inverse": ("_:b", [("_:b", sh("inversePath"), f"<{K}p>")]),
    "two inverses": ("_:b", [("_:b", sh("inversePath"), f"<{K}p>"), ("_:b", sh("inversePath"), f"<{K}q>")]),
    "inverse with more": ("_:b", [("_:b", sh("inversePath"), f"<{K}p>"), ("_:b", sh("minCount"), '"1"')]),
    "empty list": (NIL, []),
    "list": ("_:l", LIST),
    "broken list": ("_:l", LIST[:1]),
    "forked list": ("_:l", [*LIST, ("_:l", f"<{RDF}rest>", "_:m"), ("_:m", f"<{RDF}first>", '"x"')]),
    "alternative of one": ("_:b", [("_:b", sh("alternativePath"), "_:l"), *LIST]),
    "list of texts": ("_:l", [("_:l", f"<{RDF}first>", '"x"'), LIST[1]]),
    "list of numbers": ("_:l", [("_:l", f"<{RDF}first>", f'"1"^^<{XSD}integer>'), LIST[1]]),
}
BASES = {
    "node shape": [("_:s", RDF_TYPE, sh("NodeShape"))],
    "property shape": [("_:s", RDF_TYPE, sh("PropertyShape")), ("_:s", sh("path"), f"<{K}p>")],
    "part": [("_:r", sh("property"), "_:s"), ("_:s", sh("path"), f"<{K}p>")],
    "named class": [(f"<{K}S>", RDF_TYPE, sh("NodeShape")), (f"<{K}S>", RDF_TYPE, f"<{RDFS}Class>")],
}


def write_cases():
    for base, name, value in itertools.product(BASES, NAMES, VALUES):
        node = BASES[base][-1][0]
        term, more = VALUES[value]
        triples = [*BASES[base], (node, sh(name), term), *more]
        if name.startswith("qualified") and name not in ("qualifiedValueShape", "qualifiedValueShapesDisjoint"):
            triples.append((node, sh("qualifiedValueShape"), f"<{K}any>"))
        yield f"{base}, {name}, {value}", triples
        if value in ("number", "text", "truth", "name"):
            other = term.replace("x", "y").replace("1", "2").replace("true", "false")
            yield f"{base}, {name}, {value} twice", [*triples, (node, sh(name), other)]


def test_what_the_shapes_for_shapes_refuse_is_refused_here(meta):
    cases = dict(write_cases())
    # All cases are one graph, each with names of its own.
    data, owners = [], {}
    for number, (name, triples) in enumerate(cases.items()):
        renamed = {node: f"_:c{number}{node[2:]}" for triple in triples for node in triple if node.startswith("_:")}
        renamed[f"<{K}S>"] = f"<{K}S{number}>"
        data += [tuple(renamed.get(term, term) for term in triple) for triple in triples]
        owners |= dict.fromkeys(renamed.values(), name)
    refused = {owners[result.focus] for result in validate_graph(data, meta) if result.focus in owners}
    missed = [name for name in refused if not find_shape_problems(cases[name])]
    assert missed == []
    assert len(refused) > 300
