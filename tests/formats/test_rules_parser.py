"""The rules language: what a text means, and what is said about a text that is not in the language."""

from __future__ import annotations

import pytest

from workbench.errors import InputError
from workbench.formats.rules_lexer import RuleSyntaxError
from workbench.formats.rules_parser import SIZE_LIMIT, parse_atoms, parse_rule, parse_rules
from workbench.model.report import Location
from workbench.model.rules import Atom, Comparison, Negation, Operation, Provenance, Rule, RuleTest
from workbench.model.terms import RDF_TYPE

K = "https://example.org/kinship#"
PREFIXES = {"": K, "k": K, "o": "https://example.org/other/"}

SAMPLE = """\
prefix : <https://example.org/kinship#>

rule uncle
  en "A brother of a parent is an uncle."
  de "Der Bruder eines Elternteils ist ein Onkel."
  source "Standard usage" state reviewed author "A. Expert"
  hasParent(?x, ?y) ^ hasBrother(?y, ?z) -> hasUncle(?x, ?z)

rule heir
  en "The eldest child of a monarch is the heir, unless that child has renounced."
  Monarch(?m) ^ eldestChild(?m, ?c) unless Renounced(?c) -> heir(?m, ?c)

constraint parent-older
  en "A parent is at least twelve years older than a child."
  hasParent(?x, ?y) ^ born(?x, ?a) ^ born(?y, ?b) -> ?a >= ?b + 12

test uncle-of-bob
  given hasParent(bob, ann) ^ hasBrother(ann, carl)
  must hasUncle(bob, carl)   mustnot hasUncle(carl, bob)
"""


def k(name: str) -> str:
    return f"<{K}{name}>"


def integer(text: str) -> str:
    return f'"{text}"^^<http://www.w3.org/2001/XMLSchema#integer>'


def test_the_sample_means_what_it_says() -> None:
    file = parse_rules(SAMPLE, "ontologies/kinship/kinship.rules", {})
    assert file.violations == ()
    assert file.prefixes == (("", K),)
    uncle, heir, older = file.rules
    assert uncle == Rule(
        "uncle",
        (Atom("?x", k("hasParent"), "?y"), Atom("?y", k("hasBrother"), "?z")),
        (Atom("?x", k("hasUncle"), "?z"),),
    )
    assert uncle.kind == "rule"
    assert uncle.sentences == (
        ("en", "A brother of a parent is an uncle."),
        ("de", "Der Bruder eines Elternteils ist ein Onkel."),
    )
    assert uncle.provenance == Provenance(sources=("Standard usage",), authors=("A. Expert",), state="reviewed")
    assert uncle.location == Location("ontologies/kinship/kinship.rules", 3, 6)
    assert heir.body == (
        Atom("?m", RDF_TYPE, k("Monarch")),
        Atom("?m", k("eldestChild"), "?c"),
        Negation((Atom("?c", RDF_TYPE, k("Renounced")),)),
    )
    assert older.kind == "constraint"
    assert older.is_integrity
    assert older.body[-1] == Comparison("<", "?a", Operation("+", ("?b", integer("12"))))
    assert file.constraints == (("parent-older", Comparison(">=", "?a", Operation("+", ("?b", integer("12"))))),)
    assert file.tests == (
        RuleTest(
            "uncle-of-bob",
            (Atom(k("bob"), k("hasParent"), k("ann")), Atom(k("ann"), k("hasBrother"), k("carl"))),
            (Atom(k("bob"), k("hasUncle"), k("carl")),),
            (Atom(k("carl"), k("hasUncle"), k("bob")),),
        ),
    )
    assert file.tests[0].location == Location("ontologies/kinship/kinship.rules", 17, 6)


@pytest.mark.parametrize(
    ("text", "term"),
    [
        ("12", integer("12")),
        ("-012", integer("-012")),
        ("+1", integer("+1")),
        ("1.50", '"1.50"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("-.5", '"-.5"^^<http://www.w3.org/2001/XMLSchema#decimal>'),
        ("1.5e3", '"1.5e3"^^<http://www.w3.org/2001/XMLSchema#double>'),
        ("1E-3", '"1E-3"^^<http://www.w3.org/2001/XMLSchema#double>'),
        ("true", '"true"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ("false", '"false"^^<http://www.w3.org/2001/XMLSchema#boolean>'),
        ('"Ann"', '"Ann"'),
        (r'"a \"b\" \\ \n \u00e9"', '"a \\"b\\" \\\\ \\n é"'),
        ('"x"@en', '"x"@en'),
        ('"x"@en-GB', '"x"@en-gb'),
        ('"2020-01-31"^^xsd:date', '"2020-01-31"^^<http://www.w3.org/2001/XMLSchema#date>'),
        ('"x"^^<http://www.w3.org/2001/XMLSchema#string>', '"x"'),
        ("ann", k("ann")),
        ("k:ann", k("ann")),
        (":ann", k("ann")),
        (":true", k("true")),
        ("o:4.5-b", "<https://example.org/other/4.5-b>"),
        ("<urn:x:1>", "<urn:x:1>"),
        ("हिन्दी", k("हिन्दी")),
        ("Öl-Preis", k("Öl-Preis")),
        ("?größe_1", "?größe_1"),
        ("_:b0", "_:b0"),
    ],
)
def test_terms(text: str, term: str) -> None:
    assert parse_atoms(f"p(?x, {text})", PREFIXES) == (Atom("?x", k("p"), term),)


@pytest.mark.parametrize(
    ("text", "meaning"),
    [
        ("sameAs(?x, ?y)", Comparison("=", "?x", "?y")),
        ("differentFrom(?x, ann)", Comparison("!=", "?x", k("ann"))),
        ("swrlb:greaterThan(?a, 18)", Comparison(">", "?a", integer("18"))),
        ("greaterThanOrEqual(?a, ?b)", Comparison(">=", "?a", "?b")),
        ("<http://www.w3.org/2003/11/swrlb#lessThan>(?a, ?b)", Comparison("<", "?a", "?b")),
        ("lessThanOrEqual(?a, ?b)", Comparison("<=", "?a", "?b")),
        ("swrlb:equal(?a, ?b)", Comparison("=", "?a", "?b")),
        ("notEqual(?a, ?b)", Comparison("!=", "?a", "?b")),
        ("swrlb:add(?c, ?a, ?b)", Comparison("=", "?c", Operation("+", ("?a", "?b")))),
        ("add(?c, ?a, ?b, 1)", Comparison("=", "?c", Operation("+", (Operation("+", ("?a", "?b")), integer("1"))))),
        ("subtract(?c, ?a, ?b)", Comparison("=", "?c", Operation("-", ("?a", "?b")))),
        ("swrlb:multiply(?c, ?a, ?b)", Comparison("=", "?c", Operation("*", ("?a", "?b")))),
        ("divide(?c, ?a, ?b)", Comparison("=", "?c", Operation("/", ("?a", "?b")))),
        ("?a-1 < ?b", Comparison("<", Operation("-", ("?a", integer("1"))), "?b")),
        ("?a - -1 != ?b", Comparison("!=", Operation("-", ("?a", integer("-1"))), "?b")),
        (
            "?a - ?b - ?c = ?d",
            Comparison("=", Operation("-", (Operation("-", ("?a", "?b")), "?c")), "?d"),
        ),
        (
            "(?a + ?b) * 2 <= ?a + ?b * 2",
            Comparison(
                "<=",
                Operation("*", (Operation("+", ("?a", "?b")), integer("2"))),
                Operation("+", ("?a", Operation("*", ("?b", integer("2"))))),
            ),
        ),
        ("?a<?b", Comparison("<", "?a", "?b")),
        ("not C(?x)", Negation((Atom("?x", RDF_TYPE, k("C")),))),
        ("not (?a > 1)", Negation((Comparison(">", "?a", integer("1")),))),
        (
            "not (p(?x, ?y), C(?y) ^ ?y != ann)",
            Negation((Atom("?x", k("p"), "?y"), Atom("?y", RDF_TYPE, k("C")), Comparison("!=", "?y", k("ann")))),
        ),
        ("unless C(?x) ^ D(?x)", Negation((Atom("?x", RDF_TYPE, k("C")), Atom("?x", RDF_TYPE, k("D"))))),
        ("rdf:type(?x, C)", Atom("?x", RDF_TYPE, k("C"))),
        (":add(?x, ?y)", Atom("?x", k("add"), "?y")),
        ("owl:sameAs(?x, ?y)", Atom("?x", "<http://www.w3.org/2002/07/owl#sameAs>", "?y")),
    ],
)
def test_body_elements(text: str, meaning: object) -> None:
    assert parse_atoms(text, PREFIXES) == (meaning,)


def test_comma_and_caret_join_atoms_and_an_empty_body_is_empty() -> None:
    assert parse_atoms("A(?x), B(?x)", PREFIXES) == parse_atoms("A(?x)^B(?x)", PREFIXES)
    assert parse_atoms("  # nothing\n", PREFIXES) == ()


def test_formal_rules_take_every_head() -> None:
    assert parse_rule("A(?x) -> B(?x) ^ p(?x, ann)", PREFIXES, "r") == Rule(
        "r", (Atom("?x", RDF_TYPE, k("A")),), (Atom("?x", RDF_TYPE, k("B")), Atom("?x", k("p"), k("ann")))
    )
    assert parse_rule("A(?x) ^ B(?x) -> false", PREFIXES).is_integrity
    assert parse_rule("-> A(ann)", PREFIXES) == Rule("", (), (Atom(k("ann"), RDF_TYPE, k("A")),))
    stated = parse_rule("p(?x, ?a) -> ?a = 1", PREFIXES)
    assert stated.body[-1] == Comparison("!=", "?a", integer("1"))
    assert stated.kind == "constraint"


def test_words_of_the_language_may_be_names_of_the_project() -> None:
    text = """
prefix : <https://example.org/kinship#>
rule rule
  state(?x, ?y) ^ en(?x, ?z)
  ^ rule(?x, test)
  -> source(?x, given)
test given
  given given(a, must) must
  must(a, b)
"""
    file = parse_rules(text, "f", {})
    assert file.violations == ()
    assert file.rules[0].body[2] == Atom("?x", k("rule"), k("test"))
    assert file.tests[0].given == (Atom(k("a"), k("given"), k("must")),)
    assert file.tests[0].must == (Atom(k("a"), k("must"), k("b")),)


def test_metadata_in_any_order_on_any_number_of_lines() -> None:
    text = """
rule a source "S1" valid-until 2025-12-31 author "B" en-GB
  "One." reviewer "C" source "S2"
  valid-from 2024-01-01
  author "D" state draft
  A(?x) -> B(?x)
"""
    (rule,) = parse_rules(text, "f", PREFIXES).rules
    assert rule.sentences == (("en-gb", "One."),)
    assert rule.provenance == Provenance(("S1", "S2"), ("B", "D"), ("C",), "draft", "2024-01-01", "2025-12-31")


def test_prefixes_of_the_file_come_before_those_of_the_project() -> None:
    text = "rule a\n k:A(?x) -> B(?x)\nprefix k: <urn:k:>\n"
    (rule,) = parse_rules(text, "f", PREFIXES).rules
    assert rule.body == (Atom("?x", RDF_TYPE, "<urn:k:A>"),)
    assert rule.head == (Atom("?x", RDF_TYPE, k("B")),)


# Each: the broken line, the column where it breaks, what was expected, and what stood there.
BROKEN = [
    ("rule a\n A(?x) B(?x) -> C(?x)", 2, 8, "'^', 'unless' or '->'", "'B'"),
    ("rule a\n A(?x) ^ -> C(?x)", 2, 10, "an atom such as hasParent(?x, ?y)", "'->'"),
    ("rule a\n A(?x)", 2, 7, "'^', 'unless' or '->'", "the end"),
    ("rule a\n A(?x) -> ", 2, 10, "an atom such as", "the end"),
    ("rule a\n A(?x) -> B(?x) C(?x)", 2, 17, "'^' or the end of the statement", "'C'"),
    ("rule a\n A(?x -> B(?x)", 2, 7, "',' or ')'", "'->'"),
    ("rule a\n A() -> B(?x)", 2, 4, "a variable, a name, a literal or a number", "')'"),
    ("rule a\n p(?x, ?y, ?z) -> B(?x)", 2, 12, "one argument (a class) or two (a property)", "'?z'"),
    ("rule a\n p(?x, ?a + 1) -> B(?x)", 2, 11, "',' or ')'", "'+'"),
    ('rule a\n p("x", ?y) -> B(?y)', 2, 4, "a literal has no properties", "'\"x\"'"),
    ("rule a\n A(?x) -> not B(?x)", 2, 11, "an atom, as a head says what holds", "'not'"),
    ("rule a\n A(?x) -> ?x = 3", 2, 11, "an atom as the head of a rule", "'?x'"),
    ("rule a\n A(?x) -> false", 2, 11, "an atom as the head of a rule", "'false'"),
    ("rule a\n A(?x) -> B(?x) ^ ?x > 3", 2, 19, "a comparison stands alone", "'?x'"),
    ("constraint a\n A(?x) -> B(?x)", 2, 11, "a comparison or 'false'", "'B'"),
    ("constraint a\n p(?x, ?a) -> ?a != ?b", 2, 21, "a variable that occurs before the arrow", "'?b'"),
    ("constraint a\n p(?x, ?a) -> ?a > 3 ^ ?a < 5", 2, 22, "the end of the statement", "'^'"),
    ("rule a\n not (A(?x) ^ not B(?x)) -> C(?x)", 2, 15, "negations do not nest", "'not'"),
    ("rule a\n A(?x) unless not B(?x) -> C(?x)", 2, 15, "negations do not nest", "'not'"),
    ("rule a\n z:A(?x) -> B(?x)", 2, 2, "a declared prefix", "'z:A'"),
    ("rule a\n k: A(?x) -> B(?x)", 2, 2, "a name after the colon", "'k:'"),
    ("rule a\n ?x -> B(?x)", 2, 5, "one of = != < <= > >=", "'->'"),
    ("rule a\n A ^ B(?x) -> C(?x)", 2, 4, "'(' after the name of a class or property", "'^'"),
    ("rule a\n add(?c, ?a) -> B(?c)", 2, 12, "the result and 2 arguments of add, not 2", "')'"),
    ("rule a\n swrlb:pow(?c, ?a) -> B(?c)", 2, 18, "the result and 2 arguments of pow, not 2", "')'"),
    ("rule a\n contains(?a) -> B(?a)", 2, 13, "2 arguments of contains, not 1", "')'"),
    ("rule a\n swrlb:sin(?c, ?a) -> B(?c)", 2, 2, "a built-in other than sin, as its results are no", "'swrlb:sin'"),
    ("rule a\n ?c = tokenize(?a) -> B(?c)", 2, 7, "a built-in other than tokenize, as it has", "'tokenize'"),
    ("rule a\n ?c = uperCase(?a) -> B(?c)", 2, 7, "a function", "'uperCase'"),
    ("rule a\n swrlb:year(?c, ?a) -> B(?c)", 2, 2, "a function", "'swrlb:year'"),
    ("rule a\n p(?x, upperCase(?a)) -> B(?x)", 2, 17, "',' or ')'", "'('"),
    ("rule a\n p(?x, not) -> B(?c)", 2, 8, "a variable, a name, a literal or a number", "'not'"),
    ("rule a\n rdf:type(?x, ?c) -> B(?x)", 2, 15, "the name of a class", "'?c'"),
    ("rule a\n p(?x, _:b) -> B(?x)", 2, 8, "an individual that has a name", "'_:b'"),
    ("rule a\n p(?x, 2020-01-01) -> B(?x)", 2, 8, "a quoted date", "'2020-01-01'"),
    ("rule a\n p(?x, 12ab) -> B(?x)", 2, 8, "a number, or a name", "'12ab'"),
    ('rule a\n p(?x, "ab) -> B(?x)', 2, 8, 'a closing " on the same line', "'\"ab) -> B(?x)'"),
    ('rule a\n p(?x, "a\\q") -> B(?x)', 2, 8, "one of the escapes", "'\"a\\q\"'"),
    ('rule a\n p(?x, "\\uD800") -> B(?x)', 2, 8, "a Unicode character", "'\"\\uD800\"'"),
    ("rule a\n p(?x, \u201cab\u201d) -> B(?x)", 2, 8, "a straight quotation mark", "'\u201c'"),
    ("rule a\n A(?x) & B(?x) -> C(?x)", 2, 8, "'^' between atoms", "'&'"),
    ("rule a\n A(? x) -> C(?x)", 2, 4, "the name of a variable after '?'", "'?'"),
    ('rule a\n p(?x, "x"^^rdf:langString) -> C(?x)', 2, 13, "a datatype other than", "'rdf:langString'"),
    ('rule a\n p(?x, "x"^^3) -> C(?x)', 2, 13, "a datatype such as xsd:date", "'3'"),
    ("rule a\n state done A(?x) -> C(?x)", 2, 8, "one of draft, reviewed, retired", "'done'"),
    ("rule a\n state draft state draft A(?x) -> C(?x)", 2, 14, "only one 'state'", "'state'"),
    ("rule a\n valid-from 2024-02-30 A(?x) -> C(?x)", 2, 13, "a date such as 2024-05-31", "'2024-02-30'"),
    ("rule a\n source Standard A(?x) -> C(?x)", 2, 9, "a text in quotation marks", "'Standard'"),
    ('rule a\n autor "X" A(?x) -> C(?x)', 2, 2, "a language such as en, or one of source, author", "'autor'"),
    ('rule a\n en "X" en "Y" A(?x) -> C(?x)', 2, 9, "only one sentence in the language 'en'", "'en'"),
    ('rule a\n en "X A(?x) -> C(?x)', 2, 5, "a closing", "'\"X A(?x) -> C(?x)'"),
    ("rule\n A(?x) -> C(?x)", 1, 5, "the name of the rule", "the end"),
    ('rule "a"\n A(?x) -> C(?x)', 1, 6, "the name of the rule", "'\"a\"'"),
    ("ruel a\n A(?x) -> C(?x)", 1, 1, "'rule', 'constraint', 'test' or 'prefix'", "'ruel'"),
    ("A(?x) -> C(?x)", 1, 1, "'rule', 'constraint', 'test' or 'prefix'", "'A'"),
    ("test a\n given A(a)", 2, 12, "'must', 'mustnot' or 'unknown'", "the end"),
    ("test a\n given A(?x) must B(?x)", 2, 8, "an atom without variables", "'A'"),
    ("test a\n must 3 > 2", 2, 7, "an atom without variables", "'3'"),
    ("test a\n A(a)", 2, 2, "'given', 'must', 'mustnot' or 'unknown'", "'A'"),
    ("test a\n given A(a) must false unknown A(b)", 2, 24, "either 'must false' or 'unknown'", "'unknown'"),
    ("test a\n unknown A(b) must false", 2, 2, "either 'must false' or 'unknown'", "'unknown'"),
    ("prefix k <urn:k:>", 1, 8, "a prefix with a colon", "'k'"),
    ("prefix k: <relative>", 1, 11, "an absolute IRI in angle brackets", "'<'"),
    ("prefix k: <urn:k:> .", 1, 20, "a name, a variable, a literal or a symbol", "'.'"),
    ("prefix q: <urn:k:>\nprefix q: <urn:l:>", 2, 8, "each prefix once", "'q:'"),
]


@pytest.mark.parametrize(("text", "line", "column", "expected", "found"), BROKEN)
def test_every_error_says_where_and_what_was_expected(
    text: str, line: int, column: int, expected: str, found: str
) -> None:
    file = parse_rules(text, "x.rules", PREFIXES)
    (violation,) = file.violations
    assert violation.code == "rule.syntax"
    assert violation.severity == "error"
    assert violation.location == Location("x.rules", line, column)
    assert violation.message.startswith("Expected ")
    assert expected in violation.message
    assert violation.message.endswith(f"but found {found}.")
    assert violation.why
    assert violation.fix
    assert file.rules == ()
    assert file.tests == ()


def test_a_broken_statement_spoils_no_other() -> None:
    text = """\
prefix : <https://example.org/kinship#>
rule one
  A(?x) -> B(?x)
rule two
  A(?x -> B(?x)
rule three
  A(?x) -> C(?x)
ruel four
  A(?x) -> D(?x)
rule five
  en "no end
  A(?x) -> D(?x)
constraint six
  A(?x) ^ B(?x) -> false
rule
test seven
  must A(
test eight
  must A(a)
"""
    file = parse_rules(text, "f", {})
    assert [rule.name for rule in file.rules] == ["one", "three", "six"]
    assert [test.name for test in file.tests] == ["eight"]
    assert [v.location.line for v in file.violations if v.location] == [5, 8, 11, 15, 17]
    assert file.constraints == (("six", None),)


def test_a_name_stands_for_one_statement() -> None:
    text = "rule a\n A(?x) -> B(?x)\nconstraint a\n A(?x) -> false\ntest a\n must A(b)\ntest a\n must A(b)\n"
    file = parse_rules(text, "f", PREFIXES)
    assert [v.code for v in file.violations] == ["rule.duplicate-name"] * 2
    assert [v.location for v in file.violations] == [Location("f", 3, 12), Location("f", 7, 6)]
    assert file.violations[0].related == (Location("f", 1, 6),)
    assert len(file.rules) == 1
    assert len(file.tests) == 1


def test_hints_name_what_was_probably_meant() -> None:
    def hint(text: str) -> str:
        return parse_rules(text, "f", {"kin": K}).violations[0].fix

    assert "'rule'" in hint("rul a\n kin:A(?x) -> kin:B(?x)")
    assert "'kin:'" in hint("rule a\n kim:A(?x) -> kin:B(?x)")
    assert "prefix : <" in hint("rule a\n A(?x) -> kin:B(?x)")
    assert "'author'" in hint('rule a\n autor "X"\n kin:A(?x) -> kin:B(?x)')
    assert "'reviewed'" in hint("rule a\n state review\n kin:A(?x) -> kin:B(?x)")
    assert "?c = ?a + 1" in hint("rule a\n kin:p(?x, ?a + 1) -> kin:B(?x)")


def test_formal_texts_raise_with_a_position() -> None:
    with pytest.raises(RuleSyntaxError) as caught:
        parse_rule("A(?x) ->\n B(?x", PREFIXES)
    assert (caught.value.line, caught.value.column) == (2, 6)
    assert isinstance(caught.value, InputError)
    assert str(caught.value) == "line 2, column 6: expected ',' or ')', but found the end"
    with pytest.raises(RuleSyntaxError, match="expected '\\^', 'unless' or the end"):
        parse_atoms("A(?x) -> B(?x)", PREFIXES)


def test_nesting_and_size_have_limits() -> None:
    deep = "(" * 100 + "?a" + ")" * 100
    assert parse_atoms(f"{deep} = ?b", PREFIXES) == (Comparison("=", "?a", "?b"),)
    with pytest.raises(RuleSyntaxError, match="at most 100 levels"):
        parse_atoms(f"({deep}) = ?b", PREFIXES)
    with pytest.raises(RuleSyntaxError, match="at most 100 levels"):
        parse_atoms("?a = ?b" + " + ?b" * 101, PREFIXES)
    with pytest.raises(RuleSyntaxError, match="at most 100 levels"):
        parse_atoms(f"add(?a{', ?b' * 200})", PREFIXES)
    with pytest.raises(RuleSyntaxError):
        parse_atoms("#" * (SIZE_LIMIT + 1), PREFIXES)
    (violation,) = parse_rules("é" * (SIZE_LIMIT // 2 + 1), "f", PREFIXES).violations
    assert violation.code == "rule.too-large"
    assert violation.message == "The rules file was not read, as it may hold at most 10 MB of text."


def test_a_flood_of_tokens_is_stopped(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("workbench.formats.rules_lexer.TOKEN_LIMIT", 1000)
    file = parse_rules("rule a\n A(?x) -> B(?x)\n" * 200, "f", PREFIXES)
    assert [v.code for v in file.violations] == ["rule.too-large"]
    assert "1,000 words and signs" in file.violations[0].message


def test_columns_count_characters_and_lines_every_kind_of_line_end() -> None:
    file = parse_rules("\ufeffrule a\r\n  Öl(?x) -> B(?y\rrule b\n\tA(?x) -> $\n", "f", PREFIXES)
    assert [v.location for v in file.violations] == [Location("f", 2, 17), Location("f", 4, 11)]
