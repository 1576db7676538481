"""The worked examples beside the rules: each ``test`` is a small world of its own."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.build.knowledge import Knowledge
from workbench.model.proofs import FALSE, Proof
from workbench.model.report import Violation
from workbench.model.rules import RuleTest
from workbench.model.terms import Triple
from workbench.reasoning.batch import Batch, evaluate

__all__ = ["run_rule_tests"]

_STEPS = 12


def run_rule_tests(knowledge: Knowledge) -> list[Violation]:
    """Evaluate each test's given facts, and nothing else, under the theory.

    ``test.failed`` is what must follow and does not, or must not follow and does; ``test.contradiction`` (a
    warning) is a test whose facts contradict each other under the theory.
    """
    tests = knowledge.domain.rule_tests
    if not tests:
        return []
    batch = evaluate(knowledge.theory, [test.given for test in tests])
    inconsistent = batch.find_inconsistent_worlds()
    found: list[Violation] = []
    for world, test in enumerate(tests):
        if inconsistent[world]:
            found.append(_report_contradiction(knowledge, batch, world, test))
        found += _judge(knowledge, batch, world, test)
    return found


def _judge(knowledge: Knowledge, batch: Batch, world: int, test: RuleTest) -> Iterator[Violation]:
    narrator = knowledge.narrator
    given = tuple(narrator.say(atom) for atom in test.given)
    for atom in dict.fromkeys(test.must):
        if not batch.is_entailed(world, atom):
            yield _report(
                knowledge,
                test,
                f"it does not follow that {narrator.say_inside(atom)}",
                "No rule or axiom concludes it from the given facts.",
                "Correct the rules, or what the test gives or expects.",
                given,
            )
    for atom in dict.fromkeys(test.must_not):
        proof = batch.proof(world, atom)
        if proof is not None:
            yield _report(
                knowledge,
                test,
                f"it follows that {narrator.say_inside(atom)}, which it must not",
                _retell(knowledge, proof),
                "Correct the rules, or what the test gives or expects.",
                given,
            )


def _report(knowledge: Knowledge, test: RuleTest, what: str, why: str, fix: str, given: tuple[str, ...]) -> Violation:
    return Violation(
        "test.failed",
        "error",
        f"Test {test.name}: {what}.",
        test.location,
        test.name,
        why=why,
        fix=fix,
        facts=given,
        domain=knowledge.domain.name,
    )


def _report_contradiction(knowledge: Knowledge, batch: Batch, world: int, test: RuleTest) -> Violation:
    proof = batch.proof(world, FALSE)
    facts: tuple[Triple, ...] = proof.leaves if proof is not None else ()
    return Violation(
        "test.contradiction",
        "warning",
        f"Test {test.name}: the given facts contradict each other.",
        test.location,
        test.name,
        why=_retell(knowledge, proof) if proof is not None else "",
        fix="Change the given facts; from a contradiction nothing can be learned about a rule.",
        facts=tuple(knowledge.narrator.say(fact) for fact in facts),
        domain=knowledge.domain.name,
    )


def _retell(knowledge: Knowledge, proof: Proof) -> str:
    """Tell the rules of a proof in order, by name and in words."""
    narrator, rules = knowledge.narrator, knowledge.theory.by_name
    if not proof.steps:
        return "The test itself gives it."
    told = [f"{name} (“{narrator.say_rule(rules[name]).rstrip('.')}”)" for name in proof.iterate_rules()]
    more = f" and {len(told) - _STEPS} more" if len(told) > _STEPS else ""
    return f"It follows by {', then '.join(told[:_STEPS])}{more}."
