"""The worked examples beside the rules: each ``test`` is a small world of its own."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.build.explaining import refute_all
from workbench.build.knowledge import Knowledge
from workbench.model.proofs import FALSE, ModelPair, Proof, Refutation
from workbench.model.report import Violation
from workbench.model.rules import Atom, RuleTest, TestClause
from workbench.model.terms import Triple
from workbench.reasoning.batch import Batch, evaluate

__all__ = ["run_rule_tests"]

_STEPS = 12


def run_rule_tests(knowledge: Knowledge) -> list[Violation]:
    """Evaluate each test's given facts, and nothing else, under the theory.

    ``test.failed``, at the expected atom, is what must follow and does not, what must not follow and does, what must
    stay unknown and follows or can be ruled out, and given facts that must contradict each other and don't;
    ``test.contradiction`` (a warning) is a test whose facts contradict each other though it doesn't say so.
    """
    tests = knowledge.domain.rule_tests
    if not tests:
        return []
    limits = knowledge.make_limits(None)
    batch = evaluate(knowledge.theory, [test.given for test in tests], limits=limits)
    inconsistent = batch.find_inconsistent_worlds()
    open_questions = [
        (world, atom)
        for world, test in enumerate(tests)
        for atom in dict.fromkeys(test.unknown)
        if not inconsistent[world] and not batch.is_entailed(world, atom)
    ]
    answers = dict(zip(open_questions, refute_all(batch, open_questions, limits), strict=True))
    found: list[Violation] = []
    for world, test in enumerate(tests):
        judge = _Judge(knowledge, batch, world, test)
        if inconsistent[world] and not test.must_clash:
            found.append(_report_contradiction(knowledge, batch, world, test))
        elif test.must_clash and not inconsistent[world]:
            found.append(judge.report_peace())
        found += judge.judge_certain()
        found += [
            violation
            for atom in dict.fromkeys(test.unknown)
            if (violation := judge.judge_unknown(atom, answers.get((world, atom)))) is not None
        ]
    return found


class _Judge:
    """Compares what one test expects with what follows in its world."""

    def __init__(self, knowledge: Knowledge, batch: Batch, world: int, test: RuleTest) -> None:
        self._knowledge, self._batch, self._world, self._test = knowledge, batch, world, test
        self._narrator = knowledge.narrator

    def judge_certain(self) -> Iterator[Violation]:
        """Yield what must follow and does not, and what must not follow and does."""
        for atom in dict.fromkeys(self._test.must):
            if not self._batch.is_entailed(self._world, atom):
                why = "No rule or axiom concludes it from the given facts."
                yield self._report("must", atom, f"it does not follow that {self._narrator.say_inside(atom)}", why)
        for atom in dict.fromkeys(self._test.must_not):
            proof = self._batch.proof(self._world, atom)
            if proof is not None:
                what = f"it follows that {self._narrator.say_inside(atom)}, which it must not"
                yield self._report("mustnot", atom, what, _retell(self._knowledge, proof))

    def judge_unknown(self, atom: Atom, answer: Refutation | ModelPair | None) -> Violation | None:
        """Return what is wrong with an atom that must stay unknown; ``answer`` is None where it was not asked."""
        said = self._narrator.say_inside(atom)
        proof = self._batch.proof(self._world, atom)
        if proof is not None:
            what = f"it must stay unknown whether {said}, but it follows"
            return self._report("unknown", atom, what, _retell(self._knowledge, proof))
        if not isinstance(answer, Refutation):
            return None  # open, or a world of contradictions, which is reported as such
        what = f"it must stay unknown whether {said}, but it can be ruled out"
        if answer.proof is None:
            why = "The project says that everything of this kind is stated, so what does not follow is false."
        else:
            goal = answer.proof.goal
            end = f"it would follow that {self._narrator.say_inside(goal)}, which is taken to be false"
            end = "there would be a contradiction" if goal == FALSE else end
            why = f"If it were so, {end}. {_retell(self._knowledge, answer.proof)}"
        return self._report("unknown", atom, what, why)

    def report_peace(self) -> Violation:
        """Report given facts that must contradict each other and do not."""
        what = "the given facts must contradict each other, but they can all be true"
        return self._report("must", None, what, "No constraint and no axiom excludes them together.")

    def _report(self, clause: TestClause, expected: Atom | None, what: str, why: str) -> Violation:
        test = self._test
        return Violation(
            "test.failed",
            "error",
            f"Test {test.name}: {what}.",
            test.locate(clause, expected),
            test.name,
            why=why,
            fix="Correct the rules, or what the test gives or expects.",
            facts=tuple(self._narrator.say(atom) for atom in test.given),
            domain=self._knowledge.domain.name,
            source=test.name,
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
