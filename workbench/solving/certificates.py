"""Certificates by Z3: every label is judged once more from the rules themselves, independently of the engine.

* A **proof** is rebuilt from rules and bindings: its facts and rule instances together with the negated goal must
  be unsatisfiable, and satisfiable without it. Comparisons are judged by their values; what is absent is looked for
  in the model that is given.
* A **model** is a finite world in which no rule has a binding that makes its body true and its head false.
* **Answers** are complete when, in a model, no binding makes the question true outside the list.

Each distinct problem is solved once: proofs up to names and predicates, worlds rule by rule up to names,
comparisons by value. New problems of one call are put into one question; only when the answer is not the expected
one are they asked one by one. What Z3 does not decide within its resources is rejected.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Sequence, Set
from typing import NamedTuple, TypeVar

from workbench.model.proofs import FALSE, ModelPair, Proof, Refutation
from workbench.model.rules import BodyElement, Comparison, Rule
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.solving.encoding import (
    Case,
    Literal,
    Relations,
    Sentence,
    build_relations,
    make_literal,
    make_sentence,
    name_apart,
    write_case,
)
from workbench.solving.functions import say_folding, write_ground
from workbench.solving.skeletons import (
    ASKED,
    Absence,
    RuleReading,
    Skeleton,
    StepError,
    Unfolded,
    make_absence_sentence,
    read_rule,
    unfold_proof,
    write_skeleton,
)
from workbench.solving.solver import RESOURCES, Solver
from workbench.solving.values import (
    DURATION,
    Side,
    compare_durations,
    is_arithmetic,
    list_terms,
    read_values,
    write_comparison,
    write_number,
)

__all__ = ["Judge", "Problem", "Verdict", "judge_models", "judge_proof", "judge_world"]

Problem = TypeVar("Problem", Skeleton, Case, Comparison)
_ANSWER = "answer"
_TOGETHER = 8
"""How many problems one question joins; measured, more make Z3 slower than the questions saved."""
_REMEMBERED = 50_000
"""How many worlds' relations are remembered by their own names, which is faster than naming them apart."""


class Verdict(NamedTuple):
    """Whether Z3 agrees, why not, what was asked, and the resource units of the questions this call needed.

    ``rlimit`` is 0 when everything was known from earlier calls; it is not a property of the evidence.
    """

    ok: bool
    reason: str
    method: str
    rlimit: int


class Judge:
    """Judges evidence and keeps what it has solved; use one per process or thread.

    ``judged`` counts problems given to Z3, ``cached`` those that were known.
    """

    def __init__(self, resources: int = RESOURCES) -> None:
        self._solver = Solver(resources)
        self.judged = 0
        self.cached = 0
        self._spent = 0
        self._readings: dict[Rule, RuleReading] = {}
        self._theories: dict[int, tuple[Theory, dict[str, RuleReading]]] = {}
        self._absent: dict[tuple[Rule, int], Sentence] = {}
        self._skeletons: dict[Skeleton, bool] = {}
        self._cases: dict[Case, bool] = {}
        self._comparisons: dict[Comparison, bool] = {}
        self._efforts: dict[tuple[Skeleton, tuple[Comparison, ...]], int] = {}
        self._named: dict[tuple[Sentence, tuple[frozenset[tuple[str, ...]] | None, ...]], Case] = {}
        self._world: tuple[frozenset[Triple], Relations] = (frozenset(), {})

    # --- proofs ------------------------------------------------------------------------------------------------

    def judge_proof(
        self, theory: Theory, facts: Iterable[Triple], proof: Proof, model: Collection[Triple] | None = None
    ) -> Verdict:
        """Judge a proof; without ``model`` what its steps say is absent is taken as given, and the method says so."""
        return self.judge_proofs([(theory, facts, proof, model)])[0]

    def judge_proofs(
        self, cases: Sequence[tuple[Theory, Iterable[Triple], Proof, Collection[Triple] | None]]
    ) -> list[Verdict]:
        """Judge many proofs with as few questions as possible."""
        return self._judge_derivations([(t, frozenset(f), p, m, None) for t, f, p, m in cases])

    def judge_refutation(
        self, theory: Theory, facts: Iterable[Triple], refutation: Refutation, model: Collection[Triple]
    ) -> Verdict:
        """Judge that ``model`` is one and lacks the statement, and that the statement leads to a contradiction.

        That is false, a closed fact that the model lacks, or the statement itself when it is closed. That the
        model is the least one is left to the proofs of its facts.
        """
        statement, proof = refutation.statement, refutation.proof
        world = self.judge_world(theory, model)
        if not world.ok:
            return world
        if statement in model or not frozenset(facts) <= frozenset(model):
            return Verdict(False, "the model has the statement or lacks a fact", world.method, world.rlimit)
        reached = statement if proof is None else proof.goal
        if reached != FALSE and (_get_key(reached) not in theory.closed or reached in model):
            return Verdict(False, "nothing closed that the model lacks is reached", world.method, world.rlimit)
        if proof is None:
            return Verdict(True, "", "the world satisfies every rule and lacks the closed statement", world.rlimit)
        verdict = self._judge_derivations([(theory, frozenset(facts), proof, model, statement)])[0]
        return verdict._replace(rlimit=verdict.rlimit + world.rlimit)

    def measure_effort(
        self, theory: Theory, facts: Iterable[Triple], proof: Proof, assumed: Triple | None = None
    ) -> int:
        """Return the resource units a fresh solver needs for the proof's facts, instances and negated goal.

        It depends on the proof up to names, and on the version of Z3. ValueError when the proof is not one.
        """
        unfolded = unfold_proof(self._read_theory(theory), frozenset(facts), proof, assumed)
        key = (unfolded.skeleton, unfolded.comparisons)
        if key not in self._efforts:
            comparisons = f"(assert {_write_comparisons(unfolded.comparisons)})" if unfolded.comparisons else ""
            text = f"{write_skeleton(unfolded.skeleton, 'p')}\n(assert pwrong){comparisons}"
            answer = self._solver.measure(text)
            if answer.result != "unsat":
                raise StepError("the goal does not follow from the facts and instances")
            self._efforts[key] = answer.rlimit
        return self._efforts[key]

    def _judge_derivations(
        self, cases: Sequence[tuple[Theory, Set[Triple], Proof, Collection[Triple] | None, Triple | None]]
    ) -> list[Verdict]:
        self._spent = 0
        unfolded: list[Unfolded | str] = []
        looked_for: list[list[Case]] = []
        for theory, facts, proof, model, assumed in cases:
            readings = self._read_theory(theory)
            try:
                found = unfold_proof(readings, facts, proof, assumed)
            except StepError as error:
                unfolded.append(str(error))
                looked_for.append([])
                continue
            unfolded.append(found)
            relations = self._read_world(model) if model is not None and found.absences else None
            absent = [] if relations is None else found.absences
            looked_for.append([self._make_absence(readings[a.rule], a, relations or {}) for a in absent])
        proofs = [found for found in unfolded if isinstance(found, Unfolded)]
        comparisons = [_name_comparison(c) for found in proofs for c in found.comparisons]
        self._solve(comparisons, self._comparisons, self._ask_comparisons)
        self._solve([found.skeleton for found in proofs], self._skeletons, self._ask_skeletons)
        self._solve([case for found in looked_for for case in found], self._cases, self._ask_cases)
        spent, verdicts = self._spent, []
        for result, absent_cases, case in zip(unfolded, looked_for, cases, strict=True):
            reason = result if isinstance(result, str) else self._find_fault(result, absent_cases)
            method = "facts, instances and the negated goal are unsatisfiable"
            if isinstance(result, Unfolded) and result.absences:
                method += ", absences " + ("taken as given" if case[3] is None else "looked for in the model")
            verdicts.append(Verdict(not reason, reason, method + say_folding(case[0].rules), spent))
        return verdicts

    def _find_fault(self, unfolded: Unfolded, absent: Sequence[Case]) -> str:
        if not all(self._comparisons[_name_comparison(comparison)] for comparison in unfolded.comparisons):
            return "a comparison does not hold"
        if not self._skeletons[unfolded.skeleton]:
            return "the goal does not follow from the facts and instances, or these contradict each other"
        if not all(self._cases[case] for case in absent):
            return "what is said to be absent is in the model"
        return ""

    def _make_absence(self, reading: RuleReading, absence: Absence, relations: Relations) -> Case:
        key = (reading.rule, absence.number)
        if key not in self._absent:
            self._absent[key] = make_absence_sentence(reading, absence.number)
        return self._name_apart(self._absent[key], {**relations, ASKED: frozenset([absence.terms])})

    # --- worlds ------------------------------------------------------------------------------------------------

    def judge_world(self, theory: Theory, world: Collection[Triple]) -> Verdict:
        """Judge that a set of triples, read as a world of its own, satisfies every rule, integrity rules too."""
        return self.judge_worlds([(theory, world)])[0]

    def judge_worlds(self, worlds: Sequence[tuple[Theory, Collection[Triple]]]) -> list[Verdict]:
        """Judge many worlds with as few questions as possible."""
        self._spent = 0
        cases: list[list[tuple[str, Case]]] = []
        for theory, world in worlds:
            relations = self._read_world(world)
            cases.append(
                [
                    (reading.rule.name, self._name_apart(reading.sentence, relations))
                    for reading in self._read_theory(theory).values()
                    if all(literal.key in relations for literal in reading.sentence.atoms)
                ]
            )
        self._solve([case for found in cases for _, case in found], self._cases, self._ask_cases)
        verdicts = []
        for found, (theory, _) in zip(cases, worlds, strict=True):
            broken = [name for name, case in found if not self._cases[case]]
            reason = f"the world does not satisfy {', '.join(broken)}" if broken else ""
            method = "no rule has a binding that breaks it" + say_folding(theory.rules)
            verdicts.append(Verdict(not broken, reason, method, self._spent))
        return verdicts

    def judge_models(self, theory: Theory, facts: Iterable[Triple], pair: ModelPair) -> Verdict:
        """Judge that both worlds are models that agree on what is closed, and only the second has the statement."""
        first = frozenset(facts).union(pair.without)
        second = frozenset(facts).union(pair.with_statement, [pair.statement])
        verdicts = self.judge_worlds([(theory, first), (theory, second)])
        rejected = next((verdict for verdict in verdicts if not verdict.ok), None)
        if rejected is not None:
            return rejected
        differs = any(_get_key(triple) in theory.closed for triple in first ^ second)
        reason = "the first world has the statement" if pair.statement in first else ""
        reason = "the worlds differ in what is closed" if differs else reason
        return verdicts[0]._replace(ok=not reason, reason=reason)

    def judge_answers(
        self,
        theory: Theory,
        model: Collection[Triple],
        body: Sequence[BodyElement],
        variables: Sequence[str],
        answers: Collection[Sequence[str]],
    ) -> Verdict:
        """Judge that ``model`` is one, and that ``answers`` are exactly what makes the question true in it."""
        verdict = self.judge_world(theory, model)
        if not verdict.ok:
            return verdict
        given = frozenset(tuple(answer) for answer in answers)
        relations = {**self._read_world(model), _ANSWER: given}
        complete = make_sentence(body, [Literal(_ANSWER, tuple(variables))])
        listed = make_sentence(body).with_atom(_ANSWER, variables)
        questions = [name_apart(complete, relations)]
        self._spent = 0
        self._solve(questions, self._cases, self._ask_cases)
        reason = "" if self._cases.pop(questions[0]) else "an answer is missing"
        for answer in sorted(given):
            case = name_apart(listed, {**relations, _ANSWER: frozenset([answer])})
            found = self._solver.ask(f"{write_case(case, 'c')}\n(assert cfound)")
            self.judged, self._spent = self.judged + 1, self._spent + found.rlimit
            reason = reason if found.result == "sat" else "an answer does not follow"
        method = "the model satisfies every rule, and the question has these answers in it and no others"
        return Verdict(not reason, reason, method, verdict.rlimit + self._spent)

    # --- problems ----------------------------------------------------------------------------------------------

    def _read_theory(self, theory: Theory) -> dict[str, RuleReading]:
        known = self._theories.get(id(theory))
        if known is not None and known[0] is theory:
            return known[1]
        readings = {}
        for rule in theory.rules:
            if rule not in self._readings:
                heads = [make_literal(atom) for atom in rule.head]
                self._readings[rule] = read_rule(rule, make_sentence(rule.body, heads))
            readings[rule.name] = self._readings[rule]
        if len(self._theories) >= 64:
            self._theories.pop(next(iter(self._theories)))
        self._theories[id(theory)] = (theory, readings)
        return readings

    def _read_world(self, world: Collection[Triple]) -> Relations:
        if not isinstance(world, frozenset):
            return build_relations(world)
        if self._world[0] is not world:
            self._world = (world, build_relations(world))
        return self._world[1]

    def _name_apart(self, sentence: Sentence, relations: Relations) -> Case:
        key = (sentence, tuple([relations.get(name) for name in sentence.keys]))
        case = self._named.get(key)
        if case is None:
            if len(self._named) >= _REMEMBERED:
                self._named.clear()
            case = self._named[key] = name_apart(sentence, relations)
        return case

    def _solve(
        self, problems: Sequence[Problem], known: dict[Problem, bool], ask: Callable[[Sequence[Problem]], bool]
    ) -> None:
        """Decide the problems that are not known yet: all at once, and one by one when that does not succeed."""
        fresh = list(dict.fromkeys(problem for problem in problems if problem not in known))
        self.judged += len(fresh)
        self.cached += len(problems) - len(fresh)
        for start in range(0, len(fresh), _TOGETHER):
            part = fresh[start : start + _TOGETHER]
            if len(part) > 1 and ask(part):
                known.update((problem, True) for problem in part)
            else:
                known.update((problem, ask([problem])) for problem in part)

    def _ask(self, text: str) -> str:
        answer = self._solver.ask(text)
        self._spent += answer.rlimit
        return answer.result

    def _ask_skeletons(self, skeletons: Sequence[Skeleton]) -> bool:
        text = "\n".join(write_skeleton(skeleton, f"p{n}_") for n, skeleton in enumerate(skeletons))
        wrong = " ".join(f"p{n}_wrong" for n in range(len(skeletons)))
        sane = " ".join(f"p{n}_sane" for n in range(len(skeletons)))
        return (
            self._ask(f"{text}\n(assert (or false {wrong}))") == "unsat"
            and self._ask(f"{text}\n(assert (and true {sane}))") == "sat"
        )

    def _ask_cases(self, cases: Sequence[Case]) -> bool:
        text = "\n".join(write_case(case, f"c{n}_") for n, case in enumerate(cases))
        found = " ".join(f"c{n}_found" for n in range(len(cases)))
        return self._ask(f"{text}\n(assert (or false {found}))") == "unsat"

    def _ask_comparisons(self, comparisons: Sequence[Comparison]) -> bool:
        return self._ask(f"(assert (not {_write_comparisons(comparisons)}))") == "unsat"


def _get_key(triple: Triple) -> str:
    return triple[2] if triple[1] == RDF_TYPE else triple[1]


def _name_comparison(comparison: Comparison) -> Comparison:
    """Rename individuals, of which only their being the same can matter; a blank node is not known to differ."""
    left, right = comparison.left, comparison.right
    if isinstance(left, str) and isinstance(right, str) and not left.startswith('"') and not right.startswith('"'):
        is_unknown = comparison.operator == "!=" and (left.startswith("_:") or right.startswith("_:"))
        return Comparison(comparison.operator, "<0>", "<0>" if left == right or is_unknown else "<1>")
    return comparison


def _write_comparisons(comparisons: Iterable[Comparison]) -> str:
    """The conjunction of comparisons without variables."""
    named = [_name_comparison(comparison) for comparison in comparisons]
    values = read_values(dict.fromkeys(t for c in named for t in (*list_terms(c.left), *list_terms(c.right))))
    sides = {term: Side(str(value.kind), write_number(value.number)) for term, value in values.items()}

    def write(comparison: Comparison) -> str:
        if not is_arithmetic(comparison.left, comparison.right):
            return write_ground(comparison)
        left, right = comparison.left, comparison.right
        is_order = comparison.operator not in ("=", "!=") and isinstance(left, str) and isinstance(right, str)
        if is_order and values[str(left)].kind == values[str(right)].kind == DURATION:
            return "true" if compare_durations(comparison.operator, str(left), str(right)) else "false"
        return write_comparison(comparison, sides.__getitem__)

    return f"(and true {' '.join(map(write, named))})"


def judge_proof(
    theory: Theory, facts: Iterable[Triple], proof: Proof, model: Collection[Triple] | None = None
) -> Verdict:
    """Judge one proof with a judge of its own (see :meth:`Judge.judge_proof`)."""
    return Judge().judge_proof(theory, facts, proof, model)


def judge_models(theory: Theory, facts: Iterable[Triple], pair: ModelPair) -> Verdict:
    """Judge one pair of models with a judge of its own (see :meth:`Judge.judge_models`)."""
    return Judge().judge_models(theory, facts, pair)


def judge_world(theory: Theory, world: Collection[Triple]) -> Verdict:
    """Judge one world with a judge of its own (see :meth:`Judge.judge_world`)."""
    return Judge().judge_world(theory, world)
