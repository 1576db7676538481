"""Checking evidence against the theory alone: proofs, refutations, pairs of models, complete answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from workbench.checker.evaluation import order_body, plan_rule, run_plan
from workbench.checker.facts import CheckError, FactIndex, ground_atom
from workbench.checker.models import (
    MAX_FACTS,
    derive_model,
    find_broken_rules,
    find_contradictions,
    list_open_negations,
    select_closed,
)
from workbench.model.builtins import holds
from workbench.model.proofs import FALSE, Evidence, ModelPair, Proof, Refutation, Step
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Negation,
    collect_variables,
    iterate_atoms,
    substitute_element,
)
from workbench.model.terms import Triple, is_variable
from workbench.model.theory import Theory

__all__ = ["Checker", "check_answers", "check_evidence", "check_models", "check_proof", "check_refutation"]


class Checker:
    """Checks evidence about one theory and one set of stated facts; what is costly is computed once.

    Every method returns the problems found as plain sentences; none means accepted. CheckError is raised when
    the theory itself cannot be evaluated (unsafe rule, unstratified negation, more than ``max_facts`` facts).
    """

    def __init__(self, theory: Theory, facts: Iterable[Triple], max_facts: int = MAX_FACTS) -> None:
        self.theory = theory
        self.facts = frozenset(facts)
        self._max_facts = max_facts
        if any(len(fact) != 3 or any(is_variable(term) for term in fact) for fact in self.facts):
            raise CheckError("a stated fact is not a triple of terms")

    @cached_property
    def model(self) -> frozenset[Triple]:
        """The perfect model M."""
        return derive_model(self.theory, self.facts, max_facts=self._max_facts)

    @cached_property
    def contradictions(self) -> tuple[Step, ...]:
        """Integrity rules that fire in M."""
        return find_contradictions(self.theory, self.model)

    @cached_property
    def _broken(self) -> tuple[str, ...]:
        """Rules that M does not satisfy; the integrity rules of an inconsistent theory, else none."""
        return find_broken_rules(self.theory, self.model)

    @cached_property
    def _reference(self) -> FactIndex:
        return FactIndex(self.model)

    @cached_property
    def _premises(self) -> tuple[str, ...]:
        """What makes any label meaningless: negation of what is not closed, and an inconsistent theory."""
        fired = tuple(dict.fromkeys(step.rule for step in self.contradictions))
        inconsistent = tuple(f"the facts contradict the integrity rule {name}" for name in fired)
        return self._open_negations + inconsistent

    @cached_property
    def _open_negations(self) -> tuple[str, ...]:
        return list_open_negations(self.theory)

    def check_evidence(self, evidence: Evidence) -> tuple[str, ...]:
        """Check a proof, a refutation or a pair of models."""
        if isinstance(evidence, Proof):
            return self.check_proof(evidence)
        if isinstance(evidence, Refutation):
            return self.check_refutation(evidence)
        return self.check_models(evidence)

    def check_proof(self, proof: Proof) -> tuple[str, ...]:
        """Check that ``proof`` derives its goal, and holds nothing that the goal does not need."""
        return self._open_negations + tuple(self._check_derivation(proof, self.facts))

    def check_refutation(self, refutation: Refutation) -> tuple[str, ...]:
        """Check that no model that keeps M's closed part contains the statement.

        Without a proof: the statement is about a closed predicate and M lacks it. With one: the proof rests on
        the statement and derives false or a closed fact that M lacks, negations judged against M.
        """
        statement, proof = refutation.statement, refutation.proof
        problems = [*self._premises, *_check_statement(statement)]
        if statement in self.model:
            problems.append("the refuted statement follows")
        if proof is None:
            if not select_closed(self.theory, [statement]):
                problems.append("the statement is not closed, so its absence refutes nothing")
            return tuple(problems)
        if not proof.steps:
            problems.append("the proof of a refutation has no steps")
        if proof.goal != FALSE and (not select_closed(self.theory, [proof.goal]) or proof.goal in self.model):
            problems.append("the refutation derives neither false nor a closed fact that was not found")
        if statement not in proof.leaves:
            problems.append("the refutation does not rest on the statement")
        problems += self._check_derivation(proof, self.facts | {statement})
        return tuple(problems)

    def check_models(self, pair: ModelPair) -> tuple[str, ...]:
        """Check that one model lacks the statement, another has it, and both keep M's closed part.

        ``without`` must be exactly the derived facts of M. ``with_statement`` must be exactly those of the
        least set that contains the stated facts and the statement and is closed under the rules, negations
        judged against M. Independently of that, each is tried against every rule as a world of its own.
        """
        problems = [*self._premises, *_check_statement(pair.statement)]
        if pair.statement in self.model:
            problems.append("the statement follows, so it is not unknown")
        first = self.facts.union(pair.without)
        second = self.facts.union(pair.with_statement, [pair.statement])
        if pair.statement in first:
            problems.append("the first model contains the statement")
        broken = self._broken if first == self.model else find_broken_rules(self.theory, first)
        problems += [f"the first model does not satisfy rule {rule}" for rule in broken]
        broken = find_broken_rules(self.theory, second)
        problems += [f"the second model does not satisfy rule {rule}" for rule in broken]
        if select_closed(self.theory, first) != select_closed(self.theory, second):
            problems.append("the models differ in a closed predicate")
        if pair.without != tuple(sorted(self.model - self.facts)):
            problems.append("the first model is not exactly what follows, sorted")
        stated = self.facts | {pair.statement}
        least = derive_model(self.theory, stated, closed_reference=self.model, max_facts=self._max_facts)
        if pair.with_statement != tuple(sorted(least - stated)):
            problems.append("the second model is not exactly what follows with the statement, sorted")
        return tuple(problems)

    def check_answers(
        self, body: Sequence[BodyElement], variables: Sequence[str], answers: Collection[Sequence[str]]
    ) -> tuple[str, ...]:
        """Check that ``answers``, terms in the order of ``variables``, are all that ``body`` has and no others."""
        problems = list(self._premises)
        problems += [
            f"the question negates {atom.key}, which is not closed"
            for atom in iterate_atoms(body, negated=True)
            if atom.key not in self.theory.closed
        ]
        outer = {name for e in body if not isinstance(e, Negation) for name in collect_variables(e)}
        if not set(variables) <= outer:
            return (*problems, "a variable asked for is not in the question")
        rows = run_plan(order_body(body), self._reference, self._reference)
        expected = {tuple(row[name] for name in variables) for row in rows}
        given = [tuple(answer) for answer in answers]
        if len(set(given)) != len(given):
            problems.append("an answer is given twice")
        if expected - set(given):
            problems.append(f"{len(expected - set(given))} answers are missing")
        if set(given) - expected:
            problems.append(f"{len(set(given) - expected)} answers do not follow")
        return tuple(problems)

    def _check_derivation(self, proof: Proof, stated: frozenset[Triple]) -> Iterable[str]:
        known: set[Triple] = set()
        for number, step in enumerate(proof.steps, 1):
            for problem in self._check_step(step):
                yield f"step {number}: {problem}"
            for premise in step.premises:
                if premise not in stated and premise not in known:
                    yield f"step {number}: a premise is neither stated nor concluded before: {premise}"
            if step.conclusion in stated:
                yield f"step {number}: concludes what is stated"
            if step.conclusion in known:
                yield f"step {number}: concludes what an earlier step concludes"
            known.add(step.conclusion)
        if not proof.steps:
            if proof.goal not in stated or proof.goal == FALSE:
                yield "a proof without steps, and its goal is not stated"
            return
        if proof.steps[-1].conclusion != proof.goal:
            yield "the last step does not conclude the goal"
        needed = {proof.goal}
        for number, step in reversed(list(enumerate(proof.steps, 1))):
            if step.conclusion not in needed:
                yield f"step {number}: the goal does not need it"
            needed.update(step.premises)

    def _check_step(self, step: Step) -> Iterable[str]:
        rule = self.theory.by_name.get(step.rule)
        if rule is None:
            yield f"there is no rule {step.rule}"
            return
        plans, bindings = plan_rule(rule), dict(step.bindings)
        names = tuple(name for name, _ in step.bindings)
        if names != plans.variables or any(is_variable(term) for term in bindings.values()):
            yield f"its bindings are not one term for each of the rule's variables {plans.variables}, sorted"
            return
        if step.premises != tuple(ground_atom(atom, bindings) for atom in plans.atoms):
            yield "its premises are not the rule's atoms under the bindings"
        for element in rule.body:
            if isinstance(element, Comparison) and not holds(element, bindings):
                yield "a comparison of the rule does not hold"
        heads = [ground_atom(head, bindings) for head in rule.head]
        if step.conclusion not in (heads or [FALSE]):
            yield "its conclusion is not the rule's head under the bindings"
        negations = [element for element in rule.body if isinstance(element, Negation)]
        if step.absent != tuple(substitute_element(negation, bindings) for negation in negations):
            yield "what it says is absent is not what the rule negates under the bindings"
        for negation in negations:
            outer = {name: bindings[name] for name in collect_variables(negation) if name in bindings}
            plan = order_body(negation.elements, outer)
            if any(True for _ in run_plan(plan, self._reference, self._reference, (outer,))):
                yield "what it says is absent was found"
        # A variable that only "=" binds has one value, not any literal that is equal to it.
        computed = {name: bindings[name] for atom in plans.atoms for name in collect_variables(atom)}
        if len(computed) < len(bindings) and not self._recompute(rule.body, plans.atoms, bindings):
            yield "a computed binding is not what the rule computes"

    @staticmethod
    def _recompute(body: Sequence[BodyElement], atoms: Sequence[Atom], bindings: dict[str, str]) -> bool:
        rest = [element for element in body if isinstance(element, Comparison)]
        start = {name: bindings[name] for atom in atoms for name in collect_variables(atom)}
        empty = FactIndex()
        return any(row == bindings for row in run_plan(order_body(rest, start), empty, empty, (start,)))


def _check_statement(statement: Triple) -> Iterable[str]:
    if statement == FALSE or any(is_variable(term) for term in statement):
        yield "the statement is not a triple of terms"


def check_proof(theory: Theory, facts: Iterable[Triple], proof: Proof) -> tuple[str, ...]:
    """Return what is wrong with a proof (see :meth:`Checker.check_proof`); nothing when it is accepted."""
    return Checker(theory, facts).check_proof(proof)


def check_refutation(theory: Theory, facts: Iterable[Triple], refutation: Refutation) -> tuple[str, ...]:
    """Return what is wrong with a refutation (see :meth:`Checker.check_refutation`)."""
    return Checker(theory, facts).check_refutation(refutation)


def check_models(theory: Theory, facts: Iterable[Triple], pair: ModelPair) -> tuple[str, ...]:
    """Return what is wrong with a pair of models (see :meth:`Checker.check_models`)."""
    return Checker(theory, facts).check_models(pair)


def check_evidence(theory: Theory, facts: Iterable[Triple], evidence: Evidence) -> tuple[str, ...]:
    """Return what is wrong with evidence of any kind."""
    return Checker(theory, facts).check_evidence(evidence)


def check_answers(
    theory: Theory,
    facts: Iterable[Triple],
    body: Sequence[BodyElement],
    variables: Sequence[str],
    answers: Collection[Sequence[str]],
) -> tuple[str, ...]:
    """Return what is wrong with a list of answers (see :meth:`Checker.check_answers`)."""
    return Checker(theory, facts).check_answers(body, variables, answers)
