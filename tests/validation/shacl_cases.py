"""Random graphs and random shapes of SHACL Core, for tests that compare two ways of judging."""

import itertools

from hypothesis import strategies as st

from workbench.model.terms import RDF, RDF_TYPE, RDFS, SH, XSD

K = "https://example.org/k#"
NODES = [f"<{K}{name}>" for name in "abcde"]
BLANKS = ["_:x", "_:y"]
PROPERTIES = [f"<{K}{name}>" for name in "pqr"]
CLASSES = [f"<{K}{name}>" for name in "ABC"]
SUBCLASS = f"<{RDFS}subClassOf>"
LITERALS = [
    '"1"', '"ab"', '"abc def"', '"a"@en', '"b"@en', '"c"@en-gb', '"d"@de', f'"1"^^<{XSD}integer>',
    f'"01"^^<{XSD}integer>', f'"7"^^<{XSD}integer>', f'"x"^^<{XSD}integer>', f'"1.5"^^<{XSD}decimal>',
    f'"1.0"^^<{XSD}decimal>', f'"2e0"^^<{XSD}double>',
    f'"2000-01-01"^^<{XSD}date>', f'"2001-13-01"^^<{XSD}date>', f'"2001-01-01"^^<{XSD}date>', f'"true"^^<{XSD}boolean>',
    f'"2000-01-01T00:00:00"^^<{XSD}dateTime>', f'"2000-01-01T00:00:00Z"^^<{XSD}dateTime>', f'"a  b"^^<{XSD}token>',
    f'"http://x/"^^<{XSD}anyURI>', f'"P1D"^^<{XSD}duration>', f'"1990"^^<{XSD}gYear>', f'"?"^^<{K}own>',
]  # fmt: skip
DATATYPES = [*(f"<{XSD}{n}>" for n in "integer decimal string date boolean dateTime token gYear".split()),
             f"<{RDF}langString>", f"<{RDFS}Literal>", f"<{RDFS}Datatype>", f"<{K}own>"]  # fmt: skip
KINDS = "IRI BlankNode Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral".split()

resources = st.sampled_from([*NODES, *BLANKS])
terms = st.one_of(resources, st.sampled_from(LITERALS))
triples = st.one_of(
    st.tuples(resources, st.sampled_from(PROPERTIES), terms),
    st.tuples(resources, st.sampled_from(PROPERTIES), resources),
    st.tuples(resources, st.just(RDF_TYPE), st.sampled_from(CLASSES)),
    st.tuples(st.sampled_from(CLASSES), st.just(SUBCLASS), st.sampled_from(CLASSES)),
)
graphs = st.lists(triples, max_size=30, unique=True)


def sh(name):
    return f"<{SH}{name}>"


class Writer:
    """Writes shapes as triples, giving a name to each node."""

    def __init__(self):
        self.triples = []
        self.numbers = itertools.count()

    def blank(self):
        return f"_:s{next(self.numbers)}"

    def list(self, members):
        nodes = [self.blank() for _ in members]
        for node, after, member in zip(nodes, [*nodes[1:], f"<{RDF}nil>"], members, strict=False):
            self.triples += [(node, f"<{RDF}first>", member), (node, f"<{RDF}rest>", after)]
        return nodes[0] if nodes else f"<{RDF}nil>"

    def path(self, path):
        kind, *parts = path
        if kind == "property":
            return parts[0]
        if kind == "sequence":
            return self.list([self.path(part) for part in parts])
        node = self.blank()
        inner = self.list([self.path(part) for part in parts]) if kind == "alternativePath" else self.path(parts[0])
        self.triples.append((node, sh(kind), inner))
        return node

    def shape(self, node, shape):
        path, constraints, deactivated, severity = shape
        add = self.triples.append
        if path is not None:
            add((node, sh("path"), self.path(path)))
        else:
            add((node, RDF_TYPE, sh("NodeShape")))
        if deactivated:
            add((node, sh("deactivated"), f'"true"^^<{XSD}boolean>'))
        if severity:
            add((node, sh("severity"), sh(severity)))
        seen = set()
        for name, value in constraints:
            if name in seen and name not in ("property", "node", "not", "class", "hasValue", "pattern"):
                continue
            seen.add(name)
            self.constraint(node, name, value)

    def constraint(self, node, name, value):
        if name in ("property", "node", "not"):
            inner = self.blank()
            self.shape(inner, value)
            self.triples.append((node, sh(name), inner))
        elif name in ("and", "or", "xone"):
            members = [self.blank() for _ in value]
            for member, shape in zip(members, value, strict=True):
                self.shape(member, shape)
            self.triples.append((node, sh(name), self.list(members)))
        elif name == "qualified":
            shape, least, most, disjoint = value
            inner = self.blank()
            self.shape(inner, shape)
            self.triples += [
                (node, sh("qualifiedValueShape"), inner),
                (node, sh("qualifiedMinCount"), f'"{least}"^^<{XSD}integer>'),
                (node, sh("qualifiedMaxCount"), f'"{most}"^^<{XSD}integer>'),
                (node, sh("qualifiedValueShapesDisjoint"), f'"{str(disjoint).lower()}"^^<{XSD}boolean>'),
            ]
        elif name == "closed":
            self.triples += [
                (node, sh("closed"), f'"true"^^<{XSD}boolean>'),
                (node, sh("ignoredProperties"), self.list(value)),
            ]
        elif name in ("in", "languageIn"):
            self.triples.append((node, sh(name), self.list(value)))
        else:
            self.triples.append((node, sh(name), value))


counts = st.integers(0, 3).map(lambda n: f'"{n}"^^<{XSD}integer>')
paths = st.recursive(
    st.sampled_from([*PROPERTIES, RDF_TYPE]).map(lambda p: ("property", p)),
    lambda inner: st.one_of(
        inner.map(lambda p: ("inversePath", p)),
        st.tuples(inner, inner).map(lambda p: ("sequence", *p)),
        st.tuples(inner, inner).map(lambda p: ("alternativePath", *p)),
        inner.map(lambda p: ("zeroOrMorePath", p)),
        inner.map(lambda p: ("oneOrMorePath", p)),
        inner.map(lambda p: ("zeroOrOnePath", p)),
    ),
    max_leaves=3,
)
anywhere = [
    st.tuples(st.just("class"), st.sampled_from(CLASSES)),
    st.tuples(st.just("datatype"), st.sampled_from(DATATYPES)),
    st.tuples(st.just("nodeKind"), st.sampled_from(KINDS).map(sh)),
    *(
        st.tuples(st.just(name), st.sampled_from(LITERALS))
        for name in ("minInclusive", "maxInclusive", "minExclusive", "maxExclusive")
    ),
    st.tuples(st.sampled_from(["minLength", "maxLength"]), counts),
    st.tuples(st.just("pattern"), st.sampled_from(['"^a"', '"b$"', '"[0-9]"', '"k#"'])),
    st.tuples(st.just("languageIn"), st.lists(st.sampled_from(['"en"', '"de"', '"en-GB"', '"*"']), max_size=2)),
    st.tuples(st.sampled_from(["equals", "disjoint"]), st.sampled_from(PROPERTIES)),
    st.tuples(st.just("hasValue"), terms),
    st.tuples(st.just("in"), st.lists(terms, max_size=4)),
    st.tuples(st.just("closed"), st.lists(st.sampled_from([RDF_TYPE, *PROPERTIES]), max_size=3)),
]
on_properties = [
    st.tuples(st.sampled_from(["minCount", "maxCount"]), counts),
    st.just(("uniqueLang", f'"true"^^<{XSD}boolean>')),
    st.tuples(st.sampled_from(["lessThan", "lessThanOrEquals"]), st.sampled_from(PROPERTIES)),
]


def make_shapes(inner=None):
    nested = []
    if inner is not None:
        node_shapes, property_shapes = inner
        either = st.one_of(node_shapes, property_shapes)
        nested = [
            st.tuples(st.just("property"), property_shapes),
            st.tuples(st.just("property"), property_shapes),
            st.tuples(st.just("node"), node_shapes),
            st.tuples(st.just("not"), either),
            st.tuples(st.sampled_from(["and", "or", "xone"]), st.lists(either, min_size=1, max_size=3)),
        ]
        qualified = st.tuples(either, st.integers(0, 2), st.integers(0, 2), st.booleans())
        on_values = [*nested, st.tuples(st.just("qualified"), qualified)]
    else:
        on_values = []
    off, severity = st.sampled_from([False] * 9 + [True]), st.sampled_from(["", "", "Warning"])
    here = st.lists(st.one_of(*anywhere, *nested), min_size=1, max_size=3)
    there = st.lists(st.one_of(*anywhere, *on_properties, *on_values), min_size=1, max_size=3)
    return st.tuples(st.none(), here, off, severity), st.tuples(paths, there, off, severity)


leaves = make_shapes()
middle = make_shapes(leaves)
upper = make_shapes(middle)
targets = st.one_of(
    st.tuples(st.just("targetClass"), st.sampled_from(CLASSES)),
    st.tuples(st.sampled_from(["targetSubjectsOf", "targetObjectsOf"]), st.sampled_from(PROPERTIES)),
    st.tuples(st.just("targetNode"), st.sampled_from([*NODES, *LITERALS[:9]])),
    st.just(("implicit", "")),
)


@st.composite
def shape_graphs(draw, most=3):
    """Draw a shapes graph of up to ``most`` targeted shapes."""
    writer = Writer()
    drawn = st.tuples(st.lists(targets, min_size=1, max_size=2), st.one_of(*upper, *middle))
    for number, (aims, shape) in enumerate(draw(st.lists(drawn, min_size=1, max_size=most))):
        root = f"<{K}Shape{number}>"
        if ("implicit", "") in aims:
            root = CLASSES[number]
            writer.triples.append((root, RDF_TYPE, f"<{RDFS}Class>"))
            writer.triples.append((root, RDF_TYPE, sh("NodeShape" if shape[0] is None else "PropertyShape")))
        writer.shape(root, shape)
        writer.triples += [(root, sh(name), value) for name, value in aims if name != "implicit"]
    return writer.triples
