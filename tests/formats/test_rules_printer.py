"""Printing rules: what is printed is read back equal, and formatting keeps meaning and comments."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.functions import calls

from workbench.errors import InvalidKnowledgeError
from workbench.formats.rules_names import CALLED, OPERATORS, RESERVED
from workbench.formats.rules_parser import RulesFile, parse_atoms, parse_rule, parse_rules
from workbench.formats.rules_printer import (
    format_rules,
    print_body,
    print_element,
    print_rule,
    print_rules_file,
    print_term,
)
from workbench.model.builtins import COMPARISONS, NEGATED, TRUE
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Provenance,
    Rule,
    RuleTest,
)
from workbench.model.terms import RDF_TYPE, XSD, make_literal

K = "https://example.org/kinship#"
PREFIXES = {"": K, "k": K, "sub": K + "sub/", "o": "https://example.org/other/", "bad name": "urn:bad:"}

SAMPLE = """\
prefix : <https://example.org/kinship#>
prefix o: <https://example.org/other/>

rule uncle
  en "A brother of a parent is an uncle."
  de "Der Bruder eines Elternteils ist ein Onkel."
  source "Standard usage" state reviewed author "A. Expert"
  hasParent(?x, ?y) ^ hasBrother(?y, ?z) -> hasUncle(?x, ?z)

rule heir
  en "The eldest child of a monarch is the heir, unless that child has renounced."
  Monarch(?m) ^ eldestChild(?m, ?c) unless Renounced(?c) ^ o:by(?c, 3) -> heir(?m, ?c)

rule last
  Child(?x) ^ not hasYounger(?x, ?y) ^ not (hasTwin(?x, ?y) ^ ?y != ?x) -> Last(?x) ^ :not(?x, "no\\"t"@en)

constraint parent-older
  en "A parent is at least twelve years older than a child."
  valid-from 2020-01-01 valid-until 2030-01-01
  hasParent(?x, ?y) ^ born(?x, ?a) ^ born(?y, ?b) -> ?a >= (?b + 12) * 2 - (1 - 0.5)

constraint no-self
  hasParent(?x, ?x) -> false

test uncle-of-bob
  given hasParent(bob, ann) ^ hasBrother(ann, carl)
  must hasUncle(bob, carl)
  mustnot hasUncle(carl, bob)
"""

# -- arbitrary rules of the whole language

_locals = st.one_of(
    st.sampled_from([*sorted(RESERVED), "rule", "test", "state", "en", "given", "a-b", "a.b", "4x", "é", "x/y", "a:b"]),
    st.text("abcXYZ019_-.é", min_size=1, max_size=6),
)
_iris = st.builds(
    "<{}{}>".format,
    st.sampled_from([K, K + "sub/", "https://example.org/other/", "urn:bad:", "urn:other:", XSD]),
    _locals,
)
_variables = st.builds("?{}".format, st.text("abcé_01", min_size=1, max_size=3))
_texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=12)
_datatypes = st.one_of(
    st.sampled_from([f"<{XSD}{n}>" for n in ("integer", "decimal", "double", "boolean", "date")]), _iris
)
_literals = st.one_of(
    st.builds(make_literal, _texts),
    st.builds(make_literal, st.integers() | st.booleans()),
    st.builds(lambda text, language: make_literal(text, language=language), _texts, st.sampled_from(["en", "de-at"])),
    st.builds(
        make_literal, _texts | st.sampled_from(["+1", "007", "-1.50", ".5", "1e3", "-1.E-3", "true"]), _datatypes
    ),
)
_individuals = _iris | st.builds("_:{}".format, st.text("ab01", min_size=1, max_size=4))
_subjects = _variables | _individuals
_atoms = st.one_of(
    st.builds(lambda s, c: Atom(s, RDF_TYPE, c), _subjects, _iris),
    st.builds(Atom, _subjects, _iris, _subjects | _literals),
)
_expressions: st.SearchStrategy[Expression] = st.recursive(
    _variables | _literals | _individuals,
    lambda inner: st.builds(Operation, st.sampled_from("+-*/"), st.tuples(inner, inner)),
    max_leaves=6,
)
_calls = calls(("?x", "?long_name", "<https://example.org/k#a>", "_:b0"), depth=2)
_comparisons = st.one_of(
    st.builds(Comparison, st.sampled_from(COMPARISONS), _expressions | _calls, _expressions | _calls),
    st.builds(Comparison, st.sampled_from(["=", "!="]), _calls, st.just(TRUE)),
)
_plain = _atoms | _comparisons
_negations = st.builds(Negation, st.lists(_plain, min_size=1, max_size=3).map(tuple))
_bodies = st.lists(_plain | _negations, max_size=5).map(tuple)
_rules = st.builds(Rule, st.just(""), _bodies, st.lists(_atoms, max_size=3).map(tuple))


@settings(max_examples=300, deadline=None)
@given(_rules)
def test_a_printed_rule_is_read_back_equal(rule: Rule) -> None:
    for prefixes in (PREFIXES, {}):
        text = print_rule(rule, prefixes)
        assert parse_rule(text, prefixes) == rule
        assert print_rule(parse_rule(text, prefixes), prefixes) == text


@settings(max_examples=200, deadline=None)
@given(_bodies)
def test_a_printed_body_is_read_back_equal(body: tuple[Atom | Comparison | Negation, ...]) -> None:
    assert parse_atoms(print_body(body, PREFIXES), PREFIXES) == body


@settings(max_examples=200, deadline=None)
@given(st.one_of(_iris, _literals, _variables, _individuals))
def test_a_printed_term_is_read_back_equal(term: str) -> None:
    (atom,) = parse_atoms(f"p(?x, {print_term(term, PREFIXES)})", PREFIXES)
    assert isinstance(atom, Atom)
    assert atom.object == term


# -- whole files

_names = st.from_regex(r"[a-zé_]([a-z0-9]|-[a-z0-9]){0,5}", fullmatch=True)
_named = st.lists(_names, unique=True, max_size=4)
_dates = st.dates().map(str)
_provenances = st.builds(
    Provenance,
    st.lists(_texts, max_size=2).map(tuple),
    st.lists(_texts, max_size=2).map(tuple),
    st.lists(_texts, max_size=2).map(tuple),
    st.sampled_from(["", "draft", "reviewed", "retired"]),
    st.just("") | _dates,
    st.just("") | _dates,
)
_sentences = st.dictionaries(st.sampled_from(["en", "de", "pt-br", "hsb"]), _texts).map(lambda d: tuple(d.items()))


@st.composite
def _files(draw: st.DrawFn) -> RulesFile:
    file_atoms = _atoms.filter(lambda atom: not any(term.startswith("_:") for term in atom))
    bound = st.builds(Comparison, st.sampled_from(COMPARISONS), st.just("?v"), _literals)
    bodies = st.lists(file_atoms | st.builds(Negation, st.tuples(file_atoms, bound)), min_size=1, max_size=4)
    rules: list[Rule] = []
    constraints: list[tuple[str, Comparison | None]] = []
    for name in draw(_named):
        kind = draw(st.sampled_from(["rule", "constraint"]))
        body: tuple[BodyElement, ...] = (*draw(bodies), Atom("?v", f"<{K}p>", "?v"))
        head = tuple(draw(st.lists(file_atoms, min_size=1, max_size=2))) if kind == "rule" else ()
        if kind == "constraint":
            stated = draw(st.none() | bound)
            constraints.append((name, stated))
            if stated is not None:
                body = (*body, Comparison(NEGATED[stated.operator], stated.left, stated.right))
        rules.append(
            Rule(name, body, head, kind=kind, sentences=draw(_sentences), provenance=draw(_provenances))  # type: ignore[arg-type]
        )
    ground = st.lists(
        file_atoms.filter(lambda atom: not (atom.subject.startswith("?") or atom.object.startswith("?"))),
        min_size=1,
        max_size=2,
    ).map(tuple)
    tests = [
        RuleTest(name, draw(ground | st.just(())), draw(ground), draw(ground | st.just(()))) for name in draw(_named)
    ]
    prefixes = draw(st.dictionaries(st.sampled_from(["", "k", "q-1"]), st.sampled_from([K, "urn:other:"])))
    return RulesFile(tuple(prefixes.items()), tuple(rules), tuple(tests), (), tuple(constraints))


@settings(max_examples=50, deadline=None)
@given(_files())
def test_a_printed_file_is_read_back_equal(file: RulesFile) -> None:
    text = print_rules_file(file, PREFIXES)
    read = parse_rules(text, "f", PREFIXES)
    assert read == file
    assert [r.sentences for r in read.rules] == [r.sentences for r in file.rules]
    assert [r.provenance for r in read.rules] == [r.provenance for r in file.rules]
    assert [r.kind for r in read.rules] == [r.kind for r in file.rules]
    assert format_rules(text, "f", PREFIXES) == text


def test_the_canonical_sample_is_a_fixed_point() -> None:
    assert format_rules(SAMPLE, "f", {}) == SAMPLE
    assert print_rules_file(parse_rules(SAMPLE, "f", {})) == SAMPLE


# -- shape of the text


def test_names_are_as_short_as_their_prefixes_allow() -> None:
    def show(iri: str) -> str:
        return print_term(f"<{iri}>", PREFIXES)

    assert show(K + "ann") == "ann"
    assert show(K + "sub/ann") == "sub:ann"
    assert show(K + "not") == ":not"
    assert show(K + "4x") == ":4x"
    assert show(K + "a/b") == f"<{K}a/b>"
    assert show(K) == f"<{K}>"
    assert show("urn:bad:x") == "<urn:bad:x>"
    assert show(XSD + "date") == "xsd:date"


def test_what_the_language_cannot_say_is_refused() -> None:
    for atom in (
        Atom("?x", "<relative>", "?y"),
        Atom("?x", "<http://www.w3.org/2003/11/swrlb#add>", "?y"),
        Atom("?x", RDF_TYPE, "?c"),
    ):
        with pytest.raises(ValueError):
            print_element(atom, {})
    with pytest.raises(ValueError):
        print_element(Negation(()), {})
    with pytest.raises(ValueError):
        print_rules_file(RulesFile(rules=(Rule("two words", (), (Atom("<urn:a>", RDF_TYPE, "<urn:b>"),)),)))


def test_parentheses_only_where_they_matter() -> None:
    text = "?a - (?b - ?c) - ?d * (?e + 1) / 2 = ?f"
    assert print_body(parse_atoms(f"(({text.replace('= ?f', '')})) = (?f)", {}), {}) == text


def test_long_formulas_are_broken_before_their_connectives() -> None:
    atoms = " ^ ".join(f"hasSomeQuiteLongName{i}(?x, ?y{i})" for i in range(4))
    text = f"rule long\n  {atoms} unless Gone(?x) ^ Lost(?x) -> Found(?x)\n"
    formatted = format_rules(text, "f", {"": K})
    assert formatted.splitlines()[1:] == [
        "  hasSomeQuiteLongName0(?x, ?y0)",
        "    ^ hasSomeQuiteLongName1(?x, ?y1)",
        "    ^ hasSomeQuiteLongName2(?x, ?y2)",
        "    ^ hasSomeQuiteLongName3(?x, ?y3)",
        "    unless Gone(?x) ^ Lost(?x)",
        "    -> Found(?x)",
    ]
    assert format_rules(formatted, "f", {"": K}) == formatted


# -- comments


def test_formatting_keeps_comments_and_moves_inner_ones_above() -> None:
    text = """\
# licence
# of the file

# names
prefix : <https://example.org/kinship#> # ours

#about a

# more about a
rule   a   # the name
  # the formula
  A(?x)->   # arrow
    B(?x) # end
# about b
rule b
  not A(?x) -> :B(?x)



# tail
# tail two

# tail three
"""
    expected = """\
# licence
# of the file

# names
# ours
prefix : <https://example.org/kinship#>

#about a

# more about a
# the name
# the formula
# arrow
# end
rule a
  A(?x) -> B(?x)

# about b
rule b
  not A(?x) -> B(?x)

# tail
# tail two

# tail three
"""
    assert format_rules(text, "f", {}) == expected
    assert format_rules(expected, "f", {}) == expected


_templates = [
    ["rule r{n}", "  A(?x) ^ B(?x)", "  -> C(?x)"],
    ["rule r{n}", '  en "A # b."', 'source "# s"', "A(?x) ^", "p:q(?x, 1)unless D(?x)", "->", "C(?x)"],
    ["constraint r{n}", "  A(?x)", "  -> false"],
    ["constraint r{n}", "  p:q(?x, ?y) -> ", "?y > 3"],
    ["prefix p{n}: ", "<urn:p:>"],
    ["test r{n}", "  given A(a)", "must B(a)"],
]


@st.composite
def _commented(draw: st.DrawFn) -> tuple[str, list[str]]:
    """A valid file with comments in all places, and the comments in order."""
    lines: list[str] = []
    comments: list[str] = []

    def put(line: str) -> None:
        if draw(st.booleans()):
            comments.append(f"# note {len(comments)}")
            line += comments[-1]
        lines.append(line)

    for number, template in enumerate(draw(st.lists(st.sampled_from(_templates), max_size=4))):
        for line in template:
            for _ in range(draw(st.integers(0, 3))):
                put(draw(st.sampled_from(["", "   "])))
            put(line.format(n=number))
    for _ in range(draw(st.integers(0, 3))):
        put("")
    return "\n".join(lines), comments


@settings(max_examples=150, deadline=None)
@given(_commented())
def test_formatting_is_idempotent_and_loses_nothing(commented: tuple[str, list[str]]) -> None:
    text, comments = commented
    prefixes = {"": K, "p": "urn:p:"}
    before = parse_rules(text, "f", prefixes)
    assert before.violations == ()
    formatted = format_rules(text, "f", prefixes)
    assert format_rules(formatted, "f", prefixes) == formatted
    assert parse_rules(formatted, "f", prefixes) == before
    kept = [line for line in formatted.splitlines() if line.startswith("#")]
    # Prefixes move to the top and take their comments along; all else keeps its order.
    assert sorted(kept) == sorted(comments)
    if "prefix" not in text:
        assert kept == comments


def test_a_broken_file_is_not_formatted() -> None:
    text = "rule a\n  A(?x) -> \n# kept\n"
    with pytest.raises(InvalidKnowledgeError) as caught:
        format_rules(text, "f", {"": K})
    assert caught.value.report.violations == parse_rules(text, "f", {"": K}).violations


# -- arbitrary text


@settings(max_examples=300, deadline=None)
@given(st.text())
def test_any_text_is_read_or_reported(text: str) -> None:
    file = parse_rules(text, "f", {})
    assert all(v.location is not None and v.message and v.fix for v in file.violations)


def test_every_clause_of_a_test_is_printed_and_read_again() -> None:
    text = """\
test all
  given A(a) ^ p(a, b)
  must B(a)
  mustnot C(a)
  unknown D(a) ^ q(a, "x")

test clash
  given A(a)
  must B(a)
  must false
"""
    file = parse_rules(text, "f", {"": K})
    assert not file.violations
    assert [test.must_clash for test in file.tests] == [False, True]
    assert [len(test.unknown) for test in file.tests] == [2, 0]
    places = [(clause, place.line, place.column) for test in file.tests for clause, _, place in test.places]
    assert places == [
        ("must", 3, 8), ("mustnot", 4, 11), ("unknown", 5, 11), ("unknown", 5, 18), ("must", 9, 8), ("must", 10, 8),
    ]  # fmt: skip
    assert format_rules(text, "f", {"": K}) == text


_pieces = st.sampled_from(
    (
        'rule constraint test prefix a b-c ( ) ^ , -> ?x ?y 12 -3 1.5e3 "s" "s @en ^^ xsd:date : k: <urn:x> < = != + * '
        "not unless false true given must mustnot unknown state draft en source valid-from 2020-01-01 # \n \n $ "
        "_:b add( sameAs( \\ é"
    ).split(" ")
)


@settings(max_examples=400, deadline=None)
@given(st.lists(_pieces, max_size=40), st.sampled_from([" ", "", "\n"]))
def test_any_pieces_of_the_language_are_read_or_reported(pieces: list[str], joint: str) -> None:
    text = joint.join(pieces)
    file = parse_rules(text, "f", {"": K})
    lines = max(1, text.count("\n") + text.count("\r") + 1)
    assert all(v.location is not None and 1 <= v.location.line <= lines for v in file.violations)
    if not file.violations:
        assert parse_rules(format_rules(text, "f", {"": K}), "f", {"": K}) == file


@pytest.mark.parametrize("local", sorted(OPERATORS))
def test_what_is_named_like_a_function_is_written_so_that_it_reads_back(local: str) -> None:
    """Before a parenthesis a bare name of SWRL is the function; the ontology's own gets a colon."""
    term = f"<{K}{local}>"
    for head in (Atom("?x", RDF_TYPE, term), Atom("?x", term, "?y")):
        rule = Rule("r", (Atom("?x", f"<{K}p>", "?y"), head), (head,))
        text = print_rule(rule, PREFIXES)
        assert (f":{local}(" in text) == (local in CALLED or local in RESERVED)
        assert parse_rule(text, PREFIXES, "r") == rule
    # As an individual it is a name like any other, with or without a colon.
    if local not in RESERVED:
        assert parse_atoms(f"p(?x, {local})", PREFIXES) == (Atom("?x", f"<{K}p>", term),)
