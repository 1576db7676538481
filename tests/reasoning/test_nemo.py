"""The engine against Nemo, fact for fact: on a university world with joins and arithmetic, and on LUBM's own data."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path

import nmo_python as nemo
import pytest

from benchmarks.lubm import make_facts, make_theory, name
from workbench.formats.rdf import parse_rdf
from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Operation, Rule
from workbench.model.terms import OWL, RDF_TYPE, Triple, is_blank, make_literal
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate
from workbench.reasoning.relation import make_relation_key
from workbench.reasoning.terminology import compile_axioms

UNIVERSITY = "http://www.lehigh.edu/~zhp2/2004/0401/univ-bench.owl#"


def write_expression(expression: Expression) -> str:
    if isinstance(expression, Operation):
        left, right = map(write_expression, expression.arguments)
        return f"({left} {expression.operator} {right})"
    return expression


class Translation:
    """A theory and its facts as a Nemo program, with a relation for each class and property."""

    def __init__(self, theory: Theory, facts: Iterable[Triple], path: Path) -> None:
        path.write_text("".join(f"{' '.join(fact)} .\n" for fact in facts))
        self.relations: dict[tuple[str, str], str] = {}
        rules = [line for rule in theory.rules for line in self.write_rule(rule)]
        for subject, predicate, object_ in facts:
            self.write_atom(Atom(subject, predicate, object_))  # so that every relation has its name
        lines = [f'@import t :- rdf{{resource="{path}"}} .', "contradiction(?x) :- contradiction(?x) ."]
        for (predicate, class_), relation in self.relations.items():
            arguments = "?s" if class_ else "?s, ?o"
            lines.append(f"{relation}({arguments}) :- t(?s, {predicate}, {class_ or '?o'}) .")
        self.program = "\n".join([*lines, *rules])

    def write_atom(self, atom: Atom) -> str:
        key = make_relation_key(atom)
        relation = self.relations.setdefault(key, f"r{len(self.relations)}")
        return f"{relation}({atom.subject})" if key[1] else f"{relation}({atom.subject}, {atom.object})"

    def write_element(self, element: BodyElement) -> str:
        if isinstance(element, Atom):
            return self.write_atom(element)
        assert isinstance(element, Comparison), "the theories of these tests have no negation"
        return f"{write_expression(element.left)} {element.operator} {write_expression(element.right)}"

    def write_rule(self, rule: Rule) -> list[str]:
        body = ", ".join(map(self.write_element, rule.body))
        heads = [self.write_atom(head) for head in rule.head] or [f'contradiction("{rule.name}")']
        return [f"{head} :- {body} ." for head in heads]

    def solve(self) -> tuple[set[Triple], set[str]]:
        """The closure, and the integrity rules that are violated."""
        engine = nemo.NemoEngine(nemo.load_string(self.program))
        engine.reason()
        found: set[Triple] = set()
        for (predicate, class_), relation in self.relations.items():
            for row in engine.result(relation):
                found.add((read_term(row[0]), predicate, class_ or read_term(row[1])))
        return found, {str(row[0]).strip('"') for row in engine.result("contradiction")}


def read_term(value: object) -> str:
    """A term as Nemo gives it to Python: whole numbers are numbers, everything else is its N-Triples text."""
    return make_literal(value) if isinstance(value, int) else str(value)


def assert_same(theory: Theory, facts: Sequence[Triple], folder: Path) -> set[Triple]:
    """Return the closure that both find."""
    batch = evaluate(theory, [facts])
    ours = set(batch.list_facts(0))
    theirs, violated = Translation(theory, facts, folder / "facts.nt").solve()
    assert ours == theirs
    assert {step.rule for step in batch.list_contradictions(0)} == violated
    return ours


@pytest.mark.parametrize("size", [1_000, 10_000])
def test_all_rules_of_the_university_world_agree(size: int, tmp_path: Path) -> None:
    theory, facts = make_theory(), make_facts(size)
    assert len(theory.rules) == 32 and len(facts) >= size
    closure = assert_same(theory, facts, tmp_path)
    found = Counter(fact[2] if fact[1] == RDF_TYPE else fact[1] for fact in closure)
    # Both rules with arithmetic concluded something, and so did every other one.
    assert all(found[head.key] for rule in theory.rules for head in rule.head)
    assert found[name("ageGap")] > 10 and found[name("LateStarter")] > 10


def test_contradictions_agree(tmp_path: Path) -> None:
    older = Rule("advisor-older", (Atom("?x", name("advisor"), "?y"), Atom("?x", name("age"), "?a"),
                                   Atom("?y", name("age"), "?b"), Comparison(">", "?a", "?b")), ())  # fmt: skip
    never = Rule(
        "no-course-is-a-person", (Atom("?x", RDF_TYPE, name("Course")), Atom("?x", RDF_TYPE, name("Person"))), ()
    )
    theory = Theory.build([*make_theory().rules, older, never])
    assert_same(theory, make_facts(1_000), tmp_path)
    assert {step.rule for step in evaluate(theory, [make_facts(1_000)]).list_contradictions(0)} == {"advisor-older"}


def test_lubm_agrees_under_the_axioms_of_its_schema(shared_data: Path, tmp_path: Path) -> None:
    folder = shared_data / "lubm"
    if not folder.is_dir():
        pytest.skip(f"LUBM is not here: {folder}")
    schema, data = (
        parse_rdf((folder / file).read_bytes(), file, "http://example.org/lubm")
        for file in ("lubmSchema.owl", "University0_0.owl")
    )
    terminology = compile_axioms(schema.triples)
    theory = Theory.build(terminology.rules)
    facts = sorted({fact for fact in data.triples if OWL not in fact[1] + fact[2]})
    assert len(theory.rules) > 50 and len(facts) > 6_000 and not any(map(is_blank, (s for s, _, _ in facts)))
    closure = assert_same(theory, facts, tmp_path)
    people = {subject for subject, _, class_ in closure if class_ == f"<{UNIVERSITY}Person>"}
    stated = {subject for subject, _, class_ in facts if class_ == f"<{UNIVERSITY}Person>"}
    assert len(people) > 500 and not stated
