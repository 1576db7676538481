"""Identity: what renaming and reordering leave alone, and what they don't, against brute force."""

import itertools
import random
import time
from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.generation.identity.grains import ItemStructure, compute_identity, explain_match
from workbench.model.rules import Atom, BodyElement, Comparison, Negation, Operation, Rule
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal, is_variable, make_literal

NS = "https://example.org/t#"
INDIVIDUALS = [f"<{NS}{name}>" for name in "abc"]
PROPERTIES = [f"<{NS}{name}>" for name in "pq"]
AGE = f"<{NS}age>"
NOTE = f"<{NS}note>"
CLASSES = [f"<{NS}{name}>" for name in "CD"]
NUMBERS = [make_literal(n) for n in (1, 2)]
P, Q = PROPERTIES
C, D = CLASSES
A, B, E = INDIVIDUALS

POOL: list[tuple[tuple[BodyElement, ...], tuple[Atom, ...]]] = [
    ((Atom("?x", P, "?y"),), (Atom("?y", Q, "?x"),)),
    ((Atom("?x", P, "?y"), Atom("?y", P, "?z")), (Atom("?x", Q, "?z"),)),
    ((Atom("?x", P, "?y"), Atom("?x", Q, "?y")), (Atom("?x", RDF_TYPE, C),)),
    ((Atom("?x", RDF_TYPE, C),), (Atom("?x", RDF_TYPE, D),)),
    ((Atom("?x", RDF_TYPE, C), Negation((Atom("?x", P, "?y"),))), (Atom("?x", RDF_TYPE, D),)),
    ((Atom("?x", P, "?y"), Atom("?x", Q, "?z"), Comparison("!=", "?y", "?z")), (Atom("?y", P, "?z"),)),
    ((Atom("?x", AGE, "?a"), Atom("?y", AGE, "?b"), Comparison("<", "?a", "?b")), (Atom("?x", P, "?y"),)),
    ((Atom("?x", AGE, "?a"), Comparison(">", "?a", make_literal(1))), (Atom("?x", RDF_TYPE, C),)),
    ((Atom("?x", P, A),), (Atom("?x", RDF_TYPE, C),)),
    ((Atom("?x", P, "?x"),), ()),
]


def rename_element(element: BodyElement, names: Mapping[str, str]) -> BodyElement:
    if isinstance(element, Atom):
        return Atom(*(names.get(term, term) for term in element))
    if isinstance(element, Comparison):
        sides = (rename_expression(side, names) for side in (element.left, element.right))
        return Comparison(element.operator, *sides)
    parts = [rename_element(part, names) for part in element.elements]
    return Negation(tuple(part for part in parts if not isinstance(part, Negation)))


def rename_expression(expression: str | Operation, names: Mapping[str, str]) -> str | Operation:
    if isinstance(expression, Operation):
        return Operation(expression.operator, tuple(rename_expression(side, names) for side in expression.arguments))
    return names.get(expression, expression)


def rename_rule(rule: Rule, names: Mapping[str, str]) -> Rule:
    body = tuple(rename_element(element, names) for element in rule.body)
    head = tuple(Atom(*(names.get(term, term) for term in atom)) for atom in rule.head)
    return Rule(rule.name, body, head)


def rename_triple(triple: Triple, names: Mapping[str, str]) -> Triple:
    subject, predicate, object_ = (names.get(term, term) for term in triple)
    return subject, predicate, object_


def rename_structure(item: ItemStructure, names: Mapping[str, str]) -> ItemStructure:
    return replace(
        item,
        facts=tuple((rename_triple(fact, names), extra) for fact, extra in item.facts),
        rules=tuple((rename_rule(rule, names), extra) for rule, extra in item.rules),
        closed=tuple(names.get(term, term) for term in item.closed),
        query=tuple(rename_element(element, names) for element in item.query),
        variables=tuple(names.get(variable, variable) for variable in item.variables),
        options=tuple(rename_triple(option, names) for option in item.options),
        constants=frozenset(names.get(term, term) for term in item.constants),
    )


def write_rule(rule: Rule) -> str:
    """The least text over all names of the variables, bodies sorted."""
    variables = sorted({v for v in ("?x", "?y", "?z", "?a", "?b") if v in repr(rule)})
    texts = []
    for order in itertools.permutations(range(len(variables))):
        names = {variable: f"?{position}" for variable, position in zip(variables, order, strict=True)}
        body = []
        for element in rename_rule(rule, names).body:
            if isinstance(element, Comparison) and element.operator == ">":
                element = Comparison("<", element.right, element.left)
            if isinstance(element, Comparison) and element.operator == "!=":
                element = Comparison("!=", *sorted((str(element.left), str(element.right))))
            body.append(repr(element))
        texts.append(repr((sorted(set(body)), sorted(set(rename_rule(rule, names).head)))))
    return min(texts)


def write_structure(item: ItemStructure) -> str:
    variables = sorted({t for e in item.query if isinstance(e, Atom) for t in e if is_variable(t)})
    return min(
        repr(
            (
                sorted({fact for fact, _ in item.facts}),
                sorted({write_rule(rule) for rule, _ in item.rules}),
                sorted(set(item.options)),
                sorted({repr(rename_element(e, dict(zip(variables, order, strict=True)))) for e in item.query}),
                (item.given, item.task, item.query_kind, item.status),
            )
        )
        for order in itertools.permutations([f"?{i}" for i in range(len(variables))])
    )


def list_rule_individuals(item: ItemStructure) -> set[Term]:
    return {term for term in INDIVIDUALS if any(term in repr(rule) for rule, _ in item.rules)}


def write_up_to_renaming(item: ItemStructure, grain: str) -> str:
    """The least text over all renamings: independent of graphs, and hopeless beyond a handful of names."""
    pools: list[tuple[str, list[str]]] = []
    if grain == "named":
        pools.append(("i", [term for term in INDIVIDUALS if term not in list_rule_individuals(item)]))
        closed = repr(sorted(set(item.closed)))
    else:
        facts = tuple(pair for pair in item.facts if not pair[1])
        rules = tuple(pair for pair in item.rules if not pair[1])
        compared = any(AGE in repr(rule) for rule, _ in rules)
        kept = {f[2] for f, _ in facts if f[1] == AGE} | {o[2] for o in item.options if o[1] == AGE}
        item = replace(item, facts=facts, rules=rules)
        used = repr((facts, rules, item.query, item.options))
        item = replace(item, closed=tuple(term for term in item.closed if term in used))
        pools += [("i", INDIVIDUALS), ("p", [*PROPERTIES, AGE, NOTE]), ("c", CLASSES)]
        pools.append(("l", [n for n in NUMBERS if not (compared and n in kept)]))
        closed = ""
    mentioned = repr((item.facts, item.rules, item.query, item.options))
    pools = [(kind, [term for term in terms if term in mentioned]) for kind, terms in pools]
    texts = []
    for orders in itertools.product(*(itertools.permutations(range(len(terms))) for _, terms in pools)):
        names = {
            term: f"{kind}{position}"
            for (kind, terms), order in zip(pools, orders, strict=True)
            for term, position in zip(terms, order, strict=True)
        }
        renamed = rename_structure(item, names)
        texts.append(write_structure(renamed) + (closed or repr(sorted(set(renamed.closed)))))
    return min(texts)


individuals = st.sampled_from(INDIVIDUALS)
triples = st.one_of(
    st.tuples(individuals, st.sampled_from(PROPERTIES), individuals),
    st.tuples(individuals, st.just(RDF_TYPE), st.sampled_from(CLASSES)),
    st.tuples(individuals, st.sampled_from([AGE, NOTE]), st.sampled_from(NUMBERS)),
)


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    body, head = draw(st.sampled_from(POOL))
    properties, classes = draw(st.permutations(PROPERTIES)), draw(st.permutations(CLASSES))
    names = dict(zip([*PROPERTIES, *CLASSES], [*properties, *classes], strict=True))
    return rename_rule(Rule("r", body, head), names)


@st.composite
def structures(draw: st.DrawFn) -> ItemStructure:
    facts = draw(st.lists(st.tuples(triples, st.sampled_from([False, False, True])), max_size=4))
    theory = draw(st.lists(st.tuples(rules(), st.sampled_from([False, False, True])), max_size=3))
    asked = draw(st.sampled_from(["holds", "select"]))
    subject, predicate, object_ = draw(triples)
    query = Atom("?x" if asked == "select" else subject, predicate, object_)
    return ItemStructure(
        given="facts+rules",
        task="entailment",
        facts=tuple(facts),
        rules=tuple((replace(rule, name=f"r{n}"), extra) for n, (rule, extra) in enumerate(theory)),
        closed=tuple(draw(st.lists(st.sampled_from([P, Q, C]), max_size=1))),
        query_kind=asked,
        query=(query,),
        variables=("?x",) if asked == "select" else (),
        options=tuple(draw(st.lists(triples, max_size=1))),
        status=draw(st.sampled_from(["entailed", "refuted"])),
    )


@st.composite
def renamings(draw: st.DrawFn, *, predicates: bool) -> dict[str, str]:
    fresh = draw(st.permutations([f"<{NS}n{n}>" for n in range(len(INDIVIDUALS))]))
    names = dict(zip(INDIVIDUALS, fresh, strict=True))
    if predicates:
        terms = [*PROPERTIES, *CLASSES, AGE, NOTE]
        names |= dict(zip(terms, draw(st.permutations([f"<{NS}t{n}>" for n in range(len(terms))])), strict=True))
    return names


@st.composite
def neighbours(draw: st.DrawFn, item: ItemStructure) -> ItemStructure:
    """The same item renamed within its names, with at most one thing changed."""
    names = {
        old: new
        for pool in (INDIVIDUALS, PROPERTIES, CLASSES)
        for old, new in zip(pool, draw(st.permutations(pool)), strict=True)
    }
    other = rename_structure(item, names)
    change = draw(st.sampled_from(["nothing", "fact", "flag", "query", "rule", "option"]))
    if change == "fact" and other.facts:
        return replace(other, facts=(*other.facts[1:], (draw(triples), other.facts[0][1])))
    if change == "flag" and other.facts:
        return replace(other, facts=((other.facts[0][0], not other.facts[0][1]), *other.facts[1:]))
    if change == "query":
        subject, predicate, object_ = draw(triples)
        return replace(other, query=(Atom("?x" if item.query_kind == "select" else subject, predicate, object_),))
    if change == "rule" and other.rules:
        return replace(other, rules=(*other.rules[1:], (draw(rules()), other.rules[0][1])))
    if change == "option":
        return replace(other, options=(draw(triples),))
    return other


@settings(max_examples=70)
@given(st.data())
def test_identity_against_all_renamings(data: st.DataObject) -> None:
    first = data.draw(structures())
    second = data.draw(st.one_of(neighbours(first), structures()))
    one, other = compute_identity(first), compute_identity(second)
    for grain in ("named", "core"):
        same = write_up_to_renaming(first, grain) == write_up_to_renaming(second, grain)
        assert (getattr(one, grain) == getattr(other, grain)) == same, grain
    same = write_structure(first) + repr(sorted(first.closed)) == write_structure(second) + repr(sorted(second.closed))
    assert (one.exact == other.exact) == same


@settings(max_examples=30)
@given(structures(), st.data())
def test_renaming_individuals(item: ItemStructure, data: st.DataObject) -> None:
    names = data.draw(renamings(predicates=False))
    kept = list_rule_individuals(item)
    moved = rename_structure(item, {old: new for old, new in names.items() if old not in kept})
    one, other = compute_identity(item), compute_identity(moved)
    assert one[1:] == other[1:]
    assert compute_identity(rename_structure(item, names)).core == one.core


@settings(max_examples=30)
@given(structures(), st.data())
def test_renaming_predicates_and_reordering(item: ItemStructure, data: st.DataObject) -> None:
    reordered = replace(
        item,
        facts=tuple(data.draw(st.permutations(item.facts))),
        rules=tuple(
            (replace(rule, name=f"other{n}", body=tuple(data.draw(st.permutations(rule.body)))), extra)
            for n, (rule, extra) in enumerate(data.draw(st.permutations(item.rules)))
        ),
        options=tuple(data.draw(st.permutations(item.options))),
    )
    reordered = rename_structure(reordered, {"?x": "?v", "?y": "?x", "?z": "?w", "?a": "?y", "?b": "?a"})
    assert compute_identity(reordered) == compute_identity(item)
    renamed = rename_structure(reordered, data.draw(renamings(predicates=True)))
    assert compute_identity(renamed).core == compute_identity(item).core


@settings(max_examples=40)
@given(structures(), st.lists(triples, max_size=3), st.lists(rules(), max_size=2))
def test_distractors_are_no_part_of_core(item: ItemStructure, facts: list[Triple], extra: list[Rule]) -> None:
    more = replace(
        item,
        facts=(*item.facts, *((fact, True) for fact in facts)),
        rules=(*item.rules, *((rule, True) for rule in extra)),
    )
    assert compute_identity(more).core == compute_identity(item).core


@settings(max_examples=30)
@given(st.data())
def test_match_is_a_renaming(data: st.DataObject) -> None:
    first = data.draw(structures())
    second = rename_structure(first, data.draw(renamings(predicates=True)))
    match = explain_match(first, second, "core")
    assert match is not None
    names = match.individuals | match.properties | match.classes | match.literals
    assert {f for f, extra in rename_structure(first, names).facts if not extra} == {
        f for f, extra in second.facts if not extra
    }
    assert rename_structure(first, names).query == second.query
    changed = replace(second, status="unknown")
    assert explain_match(first, changed, "core") is None


PINNED = (
    "c57b38357a48200536303c0962c84575",
    "e93644249ef61da1b14cc6822dba4ce8",
    "e859168cd88dc85d1e962072e0b59fd4",
)


def make_item(**changes: object) -> ItemStructure:
    rule = Rule("uncle", (Atom("?x", P, "?y"), Atom("?y", Q, "?z")), (Atom("?x", AGE, "?z"),))
    item = ItemStructure(
        given="facts+rules",
        task="entailment",
        facts=(((A, P, B), False), ((B, Q, E), False)),
        rules=((rule, False),),
        closed=(),
        query_kind="holds",
        query=(Atom(A, AGE, E),),
        status="entailed",
    )
    return replace(item, **changes)  # type: ignore[arg-type]


def test_constants_are_kept_by_named_and_renamed_by_core() -> None:
    fresh = {A: f"<{NS}other>"}
    for item in (make_item(constants=frozenset({A})), make_item(rules=((Rule("r", *POOL[8]), False),))):
        one, other = compute_identity(item), compute_identity(rename_structure(item, fresh))
        assert one.named != other.named
        assert one.core == other.core


def test_unknown_keeps_all_that_the_query_depends_on() -> None:
    step = Rule("step", (Atom("?x", P, "?y"),), (Atom("?x", AGE, "?y"),))
    plain = make_item(status="unknown", rules=(), facts=(((A, P, B), True),))
    with_rule = make_item(status="unknown", rules=((step, True),), facts=(((A, P, B), True),))
    other_fact = make_item(status="unknown", rules=((step, True),), facts=(((A, P, A), True),))
    beside = make_item(status="unknown", rules=((step, True),), facts=(((A, P, B), True), ((A, Q, B), True)))
    cores = [compute_identity(item).core for item in (plain, with_rule, other_fact)]
    assert len(set(cores)) == 3
    assert compute_identity(beside).core == compute_identity(with_rule).core
    assert compute_identity(replace(with_rule, status="entailed")).core == (
        compute_identity(replace(other_fact, status="entailed")).core
    )


def test_compared_literals_keep_their_value_through_rules() -> None:
    copy = Rule("copy", (Atom("?x", NOTE, "?n"),), (Atom("?x", AGE, "?n"),))
    compare = Rule(
        "grown", (Atom("?x", AGE, "?n"), Comparison(">=", "?n", make_literal(18))), (Atom("?x", RDF_TYPE, C),)
    )

    def compute_core(value: Term, *theory: Rule) -> str:
        return compute_identity(
            make_item(facts=(((A, NOTE, value), False),), rules=tuple((rule, False) for rule in theory))
        ).core

    assert compute_core(make_literal(20), copy) == compute_core(make_literal("twenty"), copy)
    assert compute_core(make_literal(20), copy, compare) != compute_core(make_literal(21), copy, compare)
    decimal = make_literal("20.0", "<http://www.w3.org/2001/XMLSchema#decimal>")
    assert compute_core(make_literal(20), copy, compare) == compute_core(decimal, copy, compare)
    assert compute_core(make_literal(20), compare) == compute_core(make_literal(21), compare)


def test_mirrored_comparisons_are_the_same() -> None:
    left = Rule(
        "a", (Atom("?x", AGE, "?a"), Atom("?y", AGE, "?b"), Comparison(">", "?a", "?b")), (Atom("?x", P, "?y"),)
    )
    right = Rule(
        "b", (Atom("?x", AGE, "?a"), Atom("?y", AGE, "?b"), Comparison("<", "?b", "?a")), (Atom("?x", P, "?y"),)
    )
    turned = replace(right, body=(*right.body[:2], Comparison("<", "?a", "?b")))
    first, second, third = (compute_identity(make_item(rules=((rule, False),))) for rule in (left, right, turned))
    assert first == second
    assert first.named != third.named


@pytest.mark.parametrize("width", [3, 5])
def test_rules_whose_terms_change_places(width: int) -> None:
    """Six readings are listed, 120 are not: both ways must give an identity that renaming leaves alone."""
    names = [f"<{NS}s{n}>" for n in range(width)]

    def make(order: list[str], stated: str) -> ItemStructure:
        rule = Rule("r", tuple(Atom("?x", p, "?y") for p in order), (Atom("?x", AGE, "?y"),))
        return make_item(rules=((rule, False),), facts=(((A, stated, B), False), ((B, order[1], A), False)))

    base = compute_identity(make(names, names[0]))
    shuffled = names[:]
    random.Random(3).shuffle(shuffled)
    mapping = dict(zip(names, shuffled, strict=True))
    assert compute_identity(rename_structure(make(names, names[0]), mapping)).core == base.core
    assert compute_identity(make(names, names[2])).core == base.core
    assert compute_identity(make(names, names[1])).core != base.core
    assert compute_identity(make(names, AGE)).core != base.core


def test_digests_do_not_depend_on_the_process() -> None:
    """A change here is a change of the identity of every item ever made: raise the version then."""
    assert compute_identity(make_item())[:3] == PINNED


def test_literals_are_told_from_individuals() -> None:
    assert is_literal(NUMBERS[0])
    with_literal = make_item(facts=(((A, P, NUMBERS[0]), False),))
    with_individual = make_item(facts=(((A, P, B), False),))
    assert compute_identity(with_literal).core != compute_identity(with_individual).core


def test_an_identity_costs_little() -> None:
    shuffle = random.Random(0)
    properties = [f"<{NS}p{n}>" for n in range(12)]
    theory = tuple(
        (Rule(f"r{n}", (Atom("?x", p, "?y"), Atom("?y", q, "?z")), (Atom("?x", r, "?z"),)), False)
        for n in range(8)
        for p, q, r in [shuffle.sample(properties, 3)]
    )
    people = [f"<{NS}i{n}>" for n in range(12)]
    items = [
        make_item(
            rules=theory,
            facts=tuple(
                ((shuffle.choice(people), shuffle.choice(properties), shuffle.choice(people)), False) for _ in range(20)
            ),
            query=(Atom(people[0], properties[0], people[1]),),
        )
        for _ in range(50)
    ]
    compute_identity(items[0])
    before = time.process_time()
    for item in items:
        compute_identity(item)
    assert (time.process_time() - before) / len(items) < 0.01
