"""Random words: lexicons that behave, lexicons that don't, and things to say with them."""

from __future__ import annotations

from hypothesis import strategies as st
from oracles.functions import calls

from workbench.model.builtins import TRUE
from workbench.model.functions import FUNCTIONS
from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Negation, Operation, Rule
from workbench.model.terms import RDF_TYPE, XSD, make_literal
from workbench.wording.frames import FRAMES
from workbench.wording.lexicon import Lexicon

NS = "https://example.org/w#"
INDIVIDUALS = [f"<{NS}i{n}>" for n in range(5)]
PROPERTIES = [f"<{NS}p{n}>" for n in range(4)]
CLASSES = [f"<{NS}C{n}>" for n in range(3)]
LITERALS = [
    make_literal(7), make_literal(-12), make_literal(0), make_literal("2.5", f"<{XSD}decimal>"), make_literal(True),
    make_literal("2020-02-29", f"<{XSD}date>"), make_literal("plain words"), make_literal("Gruß", language="de"),
    make_literal("007", f"<{XSD}integer>"), make_literal("1e3", f"<{XSD}double>"), make_literal("x", "<urn:own>"),
    make_literal('say "no"'), make_literal("two\nlines"), make_literal("back\\nslash"), make_literal("A. B"),
    make_literal(""), make_literal(" and "), make_literal("2020-02-29T10:00:00.5Z", f"<{XSD}dateTime>"),
    make_literal("10:00:00", f"<{XSD}time>"), make_literal("P1Y2M", f"<{XSD}yearMonthDuration>"),
    make_literal("-P1DT2.5S", f"<{XSD}dayTimeDuration>"), make_literal("P1Y", f"<{XSD}duration>"),
    make_literal("P", f"<{XSD}dayTimeDuration>"), make_literal("2000", f"<{XSD}gYear>"),
]  # fmt: skip

GOOD_NAMES = ["Ann", "Bob", "Carla", "die Mühle", "old Tom", "the third marriage", "ßtrange", "Xaver", "42nd Street"]
NASTY = [
    "and", "Ann and Bob", "is equal to", "is", "If", "then", "X", "A", "B", "N1", "who", "Who", "true", "1990", "-3",
    "2.5", '"quoted"', '"', "it is not the case that", "there is no A such that", "(", ")", "(A and B)", ".", "Ann Jr.",
    "Dr. Who", "{subject}", "{object}", "{", "} and {", "Aus „A“ folgt „B“", "„", "“", "und", "es gilt", "A) one",
    "- dash", "folgt", "true.", "Ann. Bob is", "plus", "1 plus 1", "or",
]  # fmt: skip


def _make_phrase(verb: str, order: str) -> str:
    return {
        "svo": f"{{subject}} {verb} {{object}}",
        "ovs": f"{{object}} is {verb}ed by {{subject}}",
        "sov": f"{{subject}} to {{object}} {verb}s",
        "between": f"between {{subject}} and {{object}} lies {verb}",
        "ends": f"to {verb} {{object}}, {{subject}} goes",
    }[order]


@st.composite
def draw_good_lexicon(draw: st.DrawFn, language: str = "en") -> Lexicon:
    """Every name and every verb its own; no name holds a word that frames use."""
    names = draw(st.permutations(GOOD_NAMES))
    labels = dict(zip(INDIVIDUALS, names, strict=False))
    orders = st.sampled_from(["svo", "ovs", "sov", "ends"])
    phrases = {key: _make_phrase(f"verb{n}", draw(orders)) for n, key in enumerate(PROPERTIES)}
    class_phrases = st.sampled_from(
        ["{{subject}} is a kind{n}", "kind{n} is what {{subject}} is", "kind{n}: {{subject}}"]
    )
    phrases |= {key: draw(class_phrases).format(n=n) for n, key in enumerate(CLASSES)}
    return Lexicon(FRAMES[language], labels, phrases)


@st.composite
def draw_nasty_lexicon(draw: st.DrawFn, language: str = "en") -> Lexicon:
    """Names and verbs from what a grammar trips over, shared at will."""
    words = st.sampled_from(NASTY + GOOD_NAMES) | st.text(alphabet='aA.{}"() ,„“1', min_size=1, max_size=4).filter(
        str.strip
    )
    labels = {term: " ".join(draw(words).split()) for term in INDIVIDUALS}
    words = words.filter(lambda text: "{subject}" not in text and "{object}" not in text)
    orders = st.sampled_from(["svo", "ovs", "sov", "between", "ends"])
    phrases = {key: _make_phrase(draw(words), draw(orders)) for key in PROPERTIES}
    phrases |= {key: f"{{subject}} {draw(words)}" for key in CLASSES}
    return Lexicon(FRAMES[language], labels, phrases)


def draw_atom(ends: st.SearchStrategy[str], *, keys: int = 7) -> st.SearchStrategy[Atom]:
    """Atoms over class and property keys; objects may be literals too."""
    objects = ends | st.sampled_from(LITERALS)
    return st.one_of(
        st.builds(lambda s, c: Atom(s, RDF_TYPE, c), ends, st.sampled_from(CLASSES)),
        st.builds(Atom, ends, st.sampled_from(PROPERTIES), objects),
    )


VARIABLES = st.sampled_from(["?x", "?y", "?z"])
EXPRESSIONS: st.SearchStrategy[Expression] = st.recursive(
    VARIABLES | st.sampled_from(LITERALS[:4]),
    lambda inner: st.builds(Operation, st.sampled_from("+-*/"), st.tuples(inner, inner)),
    max_leaves=3,
)
CALLS = calls(("?x", "?y", "?z", *LITERALS[:4]))
CONDITIONS = CALLS.filter(lambda call: FUNCTIONS[call.operator].condition)
COMPARISONS = st.one_of(
    st.builds(Comparison, st.sampled_from(["=", "!=", "<", "<=", ">", ">="]), EXPRESSIONS, EXPRESSIONS | CALLS),
    st.builds(Comparison, st.sampled_from(["=", "!="]), CONDITIONS, st.just(TRUE)),
)
ENDS = VARIABLES | st.sampled_from(INDIVIDUALS)
INNER = st.sampled_from(["?x", "?y", "?inner", "?other"]) | st.sampled_from(INDIVIDUALS)
NEGATIONS = st.builds(
    lambda parts: Negation(tuple(parts)),
    st.lists(draw_atom(INNER) | COMPARISONS, min_size=1, max_size=3),
)
ELEMENTS: st.SearchStrategy[BodyElement] = st.one_of(draw_atom(ENDS), draw_atom(ENDS), COMPARISONS, NEGATIONS)
RULES = st.builds(
    lambda first, body, head: Rule("r", (first, *body), tuple(head)),
    draw_atom(ENDS),
    st.lists(ELEMENTS, max_size=3),
    st.lists(draw_atom(ENDS), max_size=2),
)
FACTS = draw_atom(st.sampled_from(INDIVIDUALS))
