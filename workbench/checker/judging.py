"""Checking evidence against the theory alone: proofs, refutations, pairs of models, complete answers."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property

from workbench.checker.evaluation import Entry, RulePlans, ground, list_ways, make_plan, plan_rule, run_plan, saturate
from workbench.checker.facts import CheckError, FactIndex, get_key
from workbench.checker.models import (
    MAX_FACTS,
    build_model,
    derive_model,
    find_broken_rules,
    find_contradictions,
    list_open_negations,
    select_closed,
)
from workbench.checker.writing import CaseWriter
from workbench.model.builtins import holds
from workbench.model.proofs import FALSE, Evidence, ModelPair, Proof, Refutation, Step
from workbench.model.rules import (
    Atom,
    BodyElement,
    Negation,
    collect_variables,
    iterate_atoms,
    substitute_element,
)
from workbench.model.terms import Triple, is_variable
from workbench.model.theory import Theory

__all__ = ["Checker", "check_answers", "check_evidence", "check_models", "check_proof", "check_refutation"]

_MOST_STEPS = 20_000
"""So many steps of one case are remembered."""


class Checker:
    """Checks evidence about one theory and one set of stated facts; what is costly is computed once.

    Every method returns the problems found as plain sentences; none means accepted. CheckError is raised when
    the theory itself cannot be evaluated (unsafe rule, unstratified negation, more than ``max_facts`` facts).
    A checker is for many questions about one case; it must not be used by two threads at once.
    """

    def __init__(self, theory: Theory, facts: Iterable[Triple], max_facts: int = MAX_FACTS) -> None:
        self.theory = theory
        given = facts if isinstance(facts, tuple | frozenset) else tuple(facts)
        self.facts = frozenset(given)
        self._max_facts = max_facts
        self._steps: dict[Step, tuple[str, ...]] = {}
        self._given = given
        if any(len(fact) != 3 or any(is_variable(term) for term in fact) for fact in self.facts):
            raise CheckError("a stated fact is not a triple of terms")

    def is_about(self, facts: Iterable[Triple]) -> bool:
        """Tell whether ``facts`` are the stated facts; a tuple or frozenset that was compared last is known."""
        if facts is not self._given:
            facts = facts if isinstance(facts, tuple | frozenset) else tuple(facts)
            if self.facts != frozenset(facts):
                return False
            self._given = facts
        return True

    def vary(self, added: Iterable[Triple] = (), removed: Iterable[Triple] = ()) -> Checker:
        """Return the checker of the same theory and the facts without ``removed`` and with ``added``.

        Where facts are only added and nothing that a rule negates comes with them, the model is this checker's model
        and what follows from it with the added facts: negations are judged alike in both, so what is closed under the
        rules judged against the one is closed judged against the other, and a stratified theory has only one such
        least model. Otherwise the model is computed anew.
        """
        facts = self.facts.difference(removed).union(added)
        varied = Checker(self.theory, facts, self._max_facts)
        if not facts >= self.facts:
            return varied
        new = [fact for fact in sorted(facts - self.facts) if fact not in self._index.facts]
        index = self._index.copy()
        for fact in new:
            index.add(fact)
        rules = [(plans, range(len(plans.rule.head))) for plans in self._plans if plans.rule.head]
        derived = saturate(index, self._index, rules, self._max_facts, fresh=new)
        if self._negated.isdisjoint(map(get_key, (*new, *derived))):
            varied.__dict__["_index"] = index
        return varied

    @cached_property
    def writer(self) -> CaseWriter:
        """Writes and digests what certificates are over."""
        return CaseWriter(self.theory, self.facts)

    @cached_property
    def model(self) -> frozenset[Triple]:
        """The perfect model M."""
        return frozenset(self._index.facts)

    @cached_property
    def contradictions(self) -> tuple[Step, ...]:
        """Integrity rules that fire in M."""
        return find_contradictions(self.theory, self._index)

    @cached_property
    def _index(self) -> FactIndex:
        """M; nothing is added to it for good."""
        return build_model(self.theory, self.facts, self._max_facts)

    @cached_property
    def _derived(self) -> tuple[Triple, ...]:
        return tuple(sorted(self._index.facts - self.facts))

    @cached_property
    def _plans(self) -> list[RulePlans]:
        return [plan_rule(rule) for rule in self.theory.rules]

    @cached_property
    def _ways(self) -> dict[str, list[Entry]]:
        return list_ways(self._plans)

    @cached_property
    def _negated(self) -> frozenset[str]:
        return frozenset(atom.key for rule in self.theory.rules for atom in iterate_atoms(rule.body, negated=True))

    @cached_property
    def _broken(self) -> tuple[str, ...]:
        """Rules that M does not satisfy; the integrity rules of an inconsistent theory, else none."""
        return find_broken_rules(self.theory, self._index)

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
        return self.check_consistency(evidence) if evidence.statement == FALSE else self.check_models(evidence)

    def check_proof(self, proof: Proof) -> tuple[str, ...]:
        """Check that ``proof`` derives its goal, and holds nothing that the goal does not need."""
        return self._open_negations + tuple(self._check_derivation(proof, None))

    def check_consistency(self, pair: ModelPair) -> tuple[str, ...]:
        """Check that *false* does not follow: ``without`` must be exactly the derived facts of M, and M break no rule.

        There is no model that has *false*, so ``with_statement`` must be empty.
        """
        problems = [*self._premises, *(f"the model does not satisfy rule {rule}" for rule in self._broken)]
        if pair.statement != FALSE or pair.with_statement:
            problems.append("what shows consistency is one model")
        if pair.without != self._derived:
            problems.append("the model is not exactly what follows, sorted")
        return tuple(problems)

    def check_refutation(self, refutation: Refutation) -> tuple[str, ...]:
        """Check that no model that keeps M's closed part contains the statement.

        Without a proof: the statement is about a closed predicate and M lacks it. With one: the proof rests on
        the statement and derives false or a closed fact that M lacks, negations judged against M.
        """
        statement, proof = refutation.statement, refutation.proof
        problems = [*self._premises, *_check_statement(statement)]
        if statement in self._index.facts:
            problems.append("the refuted statement follows")
        if proof is None:
            if not select_closed(self.theory, [statement]):
                problems.append("the statement is not closed, so its absence refutes nothing")
            return tuple(problems)
        if not proof.steps:
            problems.append("the proof of a refutation has no steps")
        if proof.goal != FALSE and (not select_closed(self.theory, [proof.goal]) or proof.goal in self._index.facts):
            problems.append("the refutation derives neither false nor a closed fact that was not found")
        if statement not in proof.leaves:
            problems.append("the refutation does not rest on the statement")
        problems += self._check_derivation(proof, statement)
        return tuple(problems)

    def check_models(self, pair: ModelPair) -> tuple[str, ...]:
        """Check that one model lacks the statement, another has it, and both keep M's closed part.

        ``without`` must be exactly the derived facts of M. ``with_statement`` must be exactly those of the
        least set that contains the stated facts and the statement and is closed under the rules, negations
        judged against M. Where what the statement changes does not show that, each is evaluated as a whole and tried
        against every rule as a world of its own, which tells what is wrong.
        """
        return () if self._accepts(pair) else self._compare_models(pair)

    def _accepts(self, pair: ModelPair) -> bool:
        """Tell whether a pair of models is right, looking only at what the statement changes.

        Let N be M, the statement and what the pair adds to M, all of it about open predicates, and let every negated
        predicate be closed: negations then say the same in M, in N and against M. A rule instance whose premises are
        all in M has its heads in M, and so in N, for M is closed under the rules and consistent. The others have a
        premise among what came with the statement; each of these must have its heads in N, and must not be an
        integrity rule's. Thus N satisfies every rule. It is the least such set when the statement yields all that is
        new by these instances alone, whose other premises are in M, which the least set contains.
        """
        statement, facts = pair.statement, self._index.facts
        if self._premises or any(_check_statement(statement)) or statement in facts:
            return False
        if pair.without is not self._derived and pair.without != self._derived:
            return False
        new = [fact for fact in pair.with_statement if fact not in facts]
        added = {statement, *new}
        if len(added) <= len(new) or pair.with_statement != tuple(sorted((*self._derived, *new))):
            return False
        if not self.theory.closed.isdisjoint(map(get_key, added)):
            return False
        instances: list[tuple[list[Triple], list[Triple]]] = []
        with self._index.lend(added):
            for fact in added:
                for entry in self._ways.get(get_key(fact), ()):
                    start = entry.bind(fact)
                    for row in run_plan(entry.plan, self._index, self._index, [start]) if start is not None else ():
                        heads = [ground(pick, row) for pick in entry.heads]
                        if not heads or not facts.issuperset(heads):
                            return False
                        if not added.isdisjoint(heads):
                            instances.append(([ground(pick, row) for pick in entry.premises], heads))
        return _derive(instances, statement, added)

    def _compare_models(self, pair: ModelPair) -> tuple[str, ...]:
        """Return what is wrong with a pair of models; each is evaluated as a whole."""
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
        plan = make_plan(body)
        columns = [plan.columns[name] for name in variables]
        expected = {tuple([row[column] for column in columns]) for row in run_plan(plan, self._index, self._index)}
        given = [tuple(answer) for answer in answers]
        if len(set(given)) != len(given):
            problems.append("an answer is given twice")
        if expected - set(given):
            problems.append(f"{len(expected - set(given))} answers are missing")
        if set(given) - expected:
            problems.append(f"{len(set(given) - expected)} answers do not follow")
        return tuple(problems)

    def _check_derivation(self, proof: Proof, assumed: Triple | None) -> Iterable[str]:
        stated, known = self.facts, {assumed}
        for number, step in enumerate(proof.steps, 1):
            for problem in self._check_step(step):
                yield f"step {number}: {problem}"
            for premise in step.premises:
                if premise not in stated and premise not in known:
                    yield f"step {number}: a premise is neither stated nor concluded before: {premise}"
            if step.conclusion in stated or step.conclusion == assumed:
                yield f"step {number}: concludes what is stated"
            elif step.conclusion in known:
                yield f"step {number}: concludes what an earlier step concludes"
            known.add(step.conclusion)
        if not proof.steps:
            if (proof.goal not in stated and proof.goal != assumed) or proof.goal == FALSE:
                yield "a proof without steps, and its goal is not stated"
            return
        if proof.steps[-1].conclusion != proof.goal:
            yield "the last step does not conclude the goal"
        needed, number = {proof.goal}, len(proof.steps)
        for step in reversed(proof.steps):
            if step.conclusion not in needed:
                yield f"step {number}: the goal does not need it"
            needed.update(step.premises)
            number -= 1

    def _check_step(self, step: Step) -> tuple[str, ...]:
        """Return what is wrong with a step by itself; proofs about one case share many."""
        problems = self._steps.get(step)
        if problems is None:
            if len(self._steps) >= _MOST_STEPS:
                self._steps.clear()
            problems = self._steps[step] = tuple(self._judge_step(step))
        return problems

    def _judge_step(self, step: Step) -> Iterable[str]:
        rule = self.theory.by_name.get(step.rule)
        if rule is None:
            yield f"there is no rule {step.rule}"
            return
        plans, bindings = plan_rule(rule), dict(step.bindings)
        names = tuple([name for name, _ in step.bindings])
        if names != plans.variables or any(term[:1] == "?" for _, term in step.bindings):
            yield f"its bindings are not one term for each of the rule's variables {plans.variables}, sorted"
            return
        if step.premises != tuple([_ground_atom(atom, bindings) for atom in plans.atoms]):
            yield "its premises are not the rule's atoms under the bindings"
        if not all(holds(comparison, bindings) for comparison in plans.comparisons):
            yield "a comparison of the rule does not hold"
        if step.conclusion not in ([_ground_atom(head, bindings) for head in rule.head] or [FALSE]):
            yield "its conclusion is not the rule's head under the bindings"
        if step.absent != tuple([substitute_element(negation, bindings) for negation in plans.negations]):
            yield "what it says is absent is not what the rule negates under the bindings"
        for shared, plan in plans.absences:
            start = tuple([bindings[name] for name in shared])
            if any(True for _ in run_plan(plan, self._index, self._index, [start])):
                yield "what it says is absent was found"
        # A variable that only "=" binds has one value, not any literal that is equal to it.
        if len(plans.named) < len(bindings) and not _recompute(plans, bindings):
            yield "a computed binding is not what the rule computes"


def _ground_atom(atom: Atom, bindings: dict[str, str]) -> Triple:
    subject, predicate, object_ = atom
    return (bindings.get(subject, subject), predicate, bindings.get(object_, object_))


def _recompute(plans: RulePlans, bindings: dict[str, str]) -> bool:
    """Tell whether the rule's equations give the bindings of the variables that no atom binds."""
    plan, empty = plans.equations, FactIndex()
    rows = run_plan(plan, empty, empty, [tuple([bindings[name] for name in plans.named])])
    return any(all(row[plan.columns[name]] == term for name, term in bindings.items()) for row in rows)


def _derive(instances: list[tuple[list[Triple], list[Triple]]], statement: Triple, added: set[Triple]) -> bool:
    """Tell whether the statement gives all that was added, by instances whose premises it has given before."""
    missing = added - {statement}
    while missing:
        found = {h for premises, heads in instances if missing.isdisjoint(premises) for h in heads} & missing
        if not found:
            return False
        missing -= found
    return True


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
