"""The parts of lint that compute: sameness of rules, circles, what can be derived, checksums; and hostile input."""

from __future__ import annotations

import itertools
import time
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from workbench.model.rules import Atom, BodyElement, Comparison, Negation, Operation, Rule, collect_variables
from workbench.model.rules import substitute_element as substitute
from workbench.model.terms import OWL, RDF, RDFS, Triple
from workbench.project.configuration import LintProfile
from workbench.validation.lint import find_lint
from workbench.validation.lint.circles import find_circles
from workbench.validation.lint.curricula import compute_hops
from workbench.validation.lint.personal_values import is_bank_account, is_card_number
from workbench.validation.lint.rules import find_derivable
from workbench.validation.lint.sameness import are_alike

VARIABLES = ["?x", "?y", "?z"]
terms = st.sampled_from([*VARIABLES, "<urn:a>"])
atoms = st.builds(Atom, terms, st.sampled_from(["<urn:p>", "<urn:q>"]), terms)
sums = st.builds(lambda a, b: Operation("+", (a, b)), terms, terms)
comparisons = st.builds(Comparison, st.sampled_from(["<", "!="]), terms, terms | sums)
negations = st.builds(lambda parts: Negation(tuple(parts)), st.lists(atoms | comparisons, min_size=1, max_size=2))
elements = st.one_of(atoms, atoms, comparisons, negations)
rules = st.builds(
    lambda body, head: Rule("r", tuple(body), tuple(head)),
    st.lists(elements, max_size=4),
    st.lists(atoms, min_size=1, max_size=2),
)


def is_renaming(one: Rule, other: Rule) -> bool:
    """Try every renaming of the variables: the plain meaning of being alike."""

    def normalise(parts: list[BodyElement]) -> list[str]:
        sorted_parts = [
            Negation(tuple(sorted(part.elements, key=repr))) if isinstance(part, Negation) else part for part in parts
        ]
        return sorted(map(repr, sorted_parts))

    names = [
        list(dict.fromkeys(v for part in (*r.body, *r.head) for v in collect_variables(part))) for r in (one, other)
    ]
    if len(names[0]) != len(names[1]):
        return False
    target = normalise(list(other.body)), normalise(list(other.head))
    for order in itertools.permutations(names[1]):
        renamed = dict(zip(names[0], order, strict=True))
        body = normalise([substitute(part, renamed) for part in one.body])
        if (body, normalise([substitute(part, renamed) for part in one.head])) == target:
            return True
    return False


@given(rules, rules)
def test_rules_are_alike_exactly_when_some_renaming_makes_them_equal(one: Rule, other: Rule) -> None:
    assert are_alike(one, other) == is_renaming(one, other)


@given(rules, st.permutations(VARIABLES), st.randoms(use_true_random=False))
def test_a_renamed_and_shuffled_rule_is_alike(rule: Rule, names: list[str], random: Random) -> None:
    renamed = dict(zip(VARIABLES, names, strict=True))
    body, head = ([substitute(part, renamed) for part in parts] for parts in (rule.body, rule.head))
    random.shuffle(body)
    random.shuffle(head)
    assert are_alike(rule, Rule("s", tuple(body), tuple(h for h in head if isinstance(h, Atom))))


def test_very_many_interchangeable_conditions_come_to_an_end() -> None:
    def make(last: str) -> Rule:
        chain = [Atom(f"?{n}", "<urn:p>", f"?{m}") for n in range(12) for m in range(12) if n != m]
        return Rule("r", (*chain, Atom("?0", "<urn:p>", last)), (Atom("?0", "<urn:q>", "?1"),))

    start = time.process_time()
    assert not are_alike(make("?99"), make("?0"))
    assert time.process_time() - start < 5


edges = st.dictionaries(st.integers(0, 7).map(str), st.lists(st.integers(0, 7).map(str), max_size=3), max_size=8)


@given(edges)
def test_circles_are_the_nodes_that_reach_each_other(above: dict[str, list[str]]) -> None:
    reach = {node: set(values) for node, values in above.items()}
    for _ in range(8):
        for node, values in reach.items():
            reach[node] = values.union(*(reach.get(value, set()) for value in values))
    circling = {node for node in reach if node in reach[node]}
    expected = {tuple(sorted(n for n in circling if n in reach[node] and node in reach[n])) for node in circling}
    assert [tuple(part) for part in find_circles(above)] == sorted(expected)


def make_rule(head: str, *body: str) -> Rule:
    return Rule(head, tuple(Atom("?x", f"<urn:{name}>", "?y") for name in body), (Atom("?x", f"<urn:{head}>", "?z"),))


def test_what_follows_from_what_never_holds_never_holds() -> None:
    rules = [make_rule("c", "b"), make_rule("b", "a", "x"), make_rule("e", "a"), make_rule("f", "f")]
    reached = find_derivable(rules, {"<urn:a>"})
    assert {name for name in "abcef" if f"<urn:{name}>" in reached} == {"a", "e"}


def test_hops_add_up_along_all_conditions() -> None:
    rules = [make_rule("b", "a"), make_rule("c", "b", "b"), make_rule("d", "c", "b")]
    assert [n for n in range(13) if compute_hops(rules, {"<urn:a>"}) >> n & 1] == [0, 1, 3, 5]


@pytest.mark.parametrize(
    ("text", "good"),
    [
        ("DE89 3704 0044 0532 0130 00", True),
        ("GB82WEST12345698765432", True),
        ("GB82WEST12345698765433", False),
        ("HELLO", False),
    ],
)
def test_account_numbers_are_known_by_their_checksum(text: str, good: bool) -> None:
    assert is_bank_account(text) == good


@pytest.mark.parametrize(
    ("text", "good"),
    [("4111-1111-1111-1111", True), ("5500 0000 0000 0004", True), ("4111111111111112", False), ("12", False)],
)
def test_card_numbers_are_known_by_their_checksum(text: str, good: bool) -> None:
    assert is_card_number(text) == good


PREDICATES = [
    f"<{RDF}type>", f"<{RDF}first>", f"<{RDF}rest>", f"<{RDFS}subClassOf>", f"<{RDFS}label>", f"<{RDFS}domain>",
    f"<{OWL}equivalentClass>", f"<{OWL}inverseOf>", f"<{OWL}intersectionOf>", f"<{OWL}imports>", f"<{OWL}deprecated>",
    f"<{OWL}propertyChainAxiom>", f"<{OWL}someValuesFrom>", f"<{OWL}onProperty>", f"<{OWL}annotatedSource>",
    "<urn:knowledge-workbench:ns#phrase>", "<http://purl.org/dc/terms/created>", "<urn:born>", "<urn:>",
]  # fmt: skip
NODES = [
    "<urn:a>",
    "<urn:b>",
    "_:x",
    "_:y",
    f"<{OWL}Class>",
    f"<{OWL}Ontology>",
    f"<{OWL}ObjectProperty>",
    f"<{RDF}nil>",
]
LITERALS = ['""', '" "', '"{"', '"A"', '"1990-01-01"', '"a@b.de"', '"x"@en', f'"true"^^<{OWL}x>']
triples = st.tuples(st.sampled_from(NODES), st.sampled_from(PREDICATES), st.sampled_from([*NODES, *LITERALS]))


@given(st.lists(triples, max_size=25), st.sampled_from(["default", "obo", "strict"]))
def test_whatever_is_stated_is_judged_alike_in_any_order(stated: list[Triple], profile: LintProfile) -> None:
    found = find_lint(stated, profile=profile, languages=("en", "de"))
    assert found == find_lint(stated[::-1], profile=profile, languages=("en", "de"))
    assert all(violation.message for violation in found)


def test_large_and_deep_hierarchies_take_no_more_than_their_share() -> None:
    def make(size: int) -> list[Triple]:
        names = [f"<urn:C{n:06}>" for n in range(size)]
        stated = [(name, f"<{RDF}type>", f"<{OWL}Class>") for name in names]
        stated += [(low, f"<{RDFS}subClassOf>", high) for low, high in itertools.pairwise(names)]
        return stated + [(name, f"<{RDFS}label>", '"the same"@en') for name in names]

    spent = []
    for size in (1_000, 8_000):
        stated = make(size)
        start = time.process_time()
        find_lint(stated, profile="strict")
        spent.append(time.process_time() - start)
    assert spent[1] < 24 * max(spent[0], 0.02), spent
