"""Random graphs for the tests of RDF text: names, literals that are hard to quote, blank nodes, lists."""

from hypothesis import strategies as st

from workbench.model.terms import RDF, RDF_TYPE, XSD, Term, Triple, make_literal

EX = "http://example.org/ns#"
PREFIXES = (("", EX), ("rdf", RDF), ("xsd", XSD), ("deep", "http://example.org/ns#deep/"))

_NAMES = ("a", "b", "c", "Abc", "deep/x", "1x", "x.y", "x.", "é", "p-q", "a:b", "100%25", "")
iris = st.sampled_from([f"<{EX}{name}>" for name in _NAMES] + ["<urn:x:y>", "<http://example.org/other#z>"])
predicates = st.sampled_from([f"<{EX}p>", f"<{EX}q>", "<urn:r>", RDF_TYPE])
_text = st.text(alphabet=st.sampled_from("ab\"\\\n\r\t'é\x00\x7f\ufffe😀.#@^ "), max_size=8)
literals = st.one_of(
    _text.map(make_literal),
    st.builds(lambda t, tag: make_literal(t, language=tag), _text, st.sampled_from(["en", "de-at"])),
    st.builds(
        lambda t, d: make_literal(t, f"<{XSD}{d}>"),
        st.sampled_from(["01", "1", "-0", "+1", "1.0", "1.", ".5", "-0.0", "true", "1e3", "x"]),
        st.sampled_from(["integer", "decimal", "boolean", "double", "date"]),
    ),
)
blanks = st.integers(0, 5).map(lambda i: f"_:n{i}")


@st.composite
def lists(draw: st.DrawFn) -> list[Triple]:
    """A list hanging on a name."""
    members = draw(st.lists(st.one_of(iris, literals, blanks), max_size=4))
    stem = draw(st.integers(0, 99))
    cells = [f"_:cell{stem}x{i}" for i in range(len(members))] + [f"<{RDF}nil>"]
    found: list[Triple] = [(draw(st.one_of(iris, blanks)), draw(predicates), cells[0])]
    for i, member in enumerate(members):
        found += [(cells[i], f"<{RDF}first>", member), (cells[i], f"<{RDF}rest>", cells[i + 1])]
    return found


@st.composite
def graphs(draw: st.DrawFn) -> set[Triple]:
    """A graph of up to about thirty triples."""
    subjects = st.one_of(iris, blanks)
    objects = st.one_of(iris, literals, blanks)
    graph = set(draw(st.lists(st.tuples(subjects, predicates, objects), max_size=14)))
    for found in draw(st.lists(lists(), max_size=3)):
        graph.update(found)
    return graph


def relabel(graph: set[Triple], names: dict[Term, Term]) -> list[Triple]:
    """Rename blank nodes."""
    return [(names.get(s, s), p, names.get(o, o)) for s, p, o in graph]


def find_blanks(graph: set[Triple]) -> list[Term]:
    """Return the blank nodes of a graph."""
    return sorted({t for s, _, o in graph for t in (s, o) if t.startswith("_:")})
