"""Certificates by Z3: every label is judged once more from the rules themselves, independently of the engine.

* A **proof** is rebuilt from rules and bindings: its facts and rule instances together with the negated goal must
  be unsatisfiable, and satisfiable without it. Comparisons are judged by their values; what is absent is looked for
  in the model that is given.
* A **model** is a finite world in which no rule has a binding that makes its body true and its head false.
* **Answers** are complete when, in a model, no binding makes the question true outside the list.

Each distinct problem is solved once: proofs up to names and predicates, worlds rule by rule and row by row up to
names (see ``localities``), comparisons by value. A world that many questions share is judged once, and one that differs
from it in a few facts only around these.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence, Set
from typing import NamedTuple

from workbench.model.proofs import FALSE, Evidence, ModelPair, Proof, Refutation
from workbench.model.puzzles import Puzzle
from workbench.model.rules import BodyElement, Rule
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.solving.decisions import Decisions, Problem, Witness
from workbench.solving.encoding import Case, write_case
from workbench.solving.equivalence import EQUIVALENCE_METHOD, EquivalenceClaim, find_equivalence_fault
from workbench.solving.localities import Cut
from workbench.solving.puzzles import PUZZLE_METHOD, PuzzleClaim, find_puzzle_fault
from workbench.solving.readings import NamedCut, OpenWorld, Readings
from workbench.solving.skeletons import Skeleton, StepError, Unfolded, unfold_proof, write_skeleton
from workbench.solving.solver import RESOURCES, Solver

__all__ = ["AnswersClaim", "Claim", "EvidenceClaim", "Judge", "Verdict", "judge_models", "judge_proof", "judge_world"]

_SATISFIED = "no rule has a binding that breaks it"
_LACKED = "the world satisfies every rule and lacks the closed statement"
_DERIVED = "facts, instances and the negated goal are unsatisfiable"
_MOST_EFFORTS = 100_000
_MOST_AGREED = 4096
_ANSWERED = "the model satisfies every rule, and the question has these answers in it and no others"


class Verdict(NamedTuple):
    """Whether Z3 agrees, why not, what was asked, and the resource units of the questions this call needed.

    ``rlimit`` is 0 when everything was known from earlier calls; it is not a property of the evidence.
    """

    ok: bool
    reason: str
    method: str
    rlimit: int


class EvidenceClaim(NamedTuple):
    """Evidence about a case; ``model`` is all that is in M, stated facts too (a pair of models brings its own)."""

    theory: Theory
    facts: Collection[Triple]
    evidence: Evidence
    model: Collection[Triple] | None = None


class AnswersClaim(NamedTuple):
    """That ``answers``, terms in the order of ``variables``, are all that ``body`` has in ``model``."""

    theory: Theory
    model: Collection[Triple]
    body: Sequence[BodyElement]
    variables: Sequence[str]
    answers: Collection[Sequence[str]]


Claim = EvidenceClaim | AnswersClaim | PuzzleClaim | EquivalenceClaim


class _Docket(NamedTuple):
    """What a claim comes down to.

    ``fault`` is what is wrong whatever Z3 says. ``worlds`` must break no rule, nor may ``cuts`` of a world that is
    not open have bindings; each of ``problems`` must be as it should, or the reason beside it holds.
    """

    method: str
    fault: str = ""
    worlds: Sequence[OpenWorld] = ()
    cuts: Sequence[NamedCut] = ()
    problems: Sequence[tuple[str, Problem]] = ()


class Judge:
    """Judges evidence and keeps what it has solved; use one per process or thread.

    What is kept is bounded. Facts and models are best given as the same tuple or frozenset for all claims about one
    case: what is read of them is then found again at once.
    """

    def __init__(self, resources: int = RESOURCES) -> None:
        self.decisions = Decisions(resources)
        self._readings = Readings()
        self._efforts: dict[Skeleton | Case, int] = {}
        # By identity of what a claim is made of: several questions about one case rest on the very same evidence.
        self._agreed: dict[tuple[int, ...], tuple[Claim, Verdict]] = {}
        self._puzzles = Solver(resources)

    @property
    def judged(self) -> int:
        """How many problems were given to Z3."""
        return self.decisions.judged

    @property
    def cached(self) -> int:
        """How many problems were known."""
        return self.decisions.cached

    def judge_items(self, items: Sequence[Sequence[Claim]]) -> list[list[Verdict]]:
        """Judge the claims of many items; what is new in all of them is asked in as few questions as possible."""
        claims = [claim for item in items for claim in item]
        places = [_identify(claim) or (number,) for number, claim in enumerate(claims)]
        known = {place: self._agreed[place][1] for place in places if place in self._agreed}
        fresh = {place: claim for place, claim in zip(places, claims, strict=True) if place not in known}
        judged = self._judge([self._read_claim(claim) for claim in fresh.values()])
        known.update(zip(fresh, judged, strict=True))
        if len(self._agreed) >= _MOST_AGREED:
            self._agreed.clear()
        for (place, claim), verdict in zip(fresh.items(), judged, strict=True):
            if verdict.ok and len(place) > 1:
                self._agreed[place] = claim, verdict._replace(rlimit=0)
        verdicts = iter([known[place] for place in places])
        return [[next(verdicts) for _ in item] for item in items]

    def judge_proof(
        self, theory: Theory, facts: Iterable[Triple], proof: Proof, model: Collection[Triple] | None = None
    ) -> Verdict:
        """Judge a proof; without ``model`` what its steps say is absent is taken as given, and the method says so."""
        return self.judge_proofs([(theory, facts, proof, model)])[0]

    def judge_proofs(
        self, cases: Sequence[tuple[Theory, Iterable[Triple], Proof, Collection[Triple] | None]]
    ) -> list[Verdict]:
        """Judge many proofs with as few questions as possible."""
        return self._judge([self._read_proof(theory, facts, proof, model) for theory, facts, proof, model in cases])

    def judge_refutation(
        self, theory: Theory, facts: Iterable[Triple], refutation: Refutation, model: Collection[Triple]
    ) -> Verdict:
        """Judge that ``model`` is one and lacks the statement, and that the statement leads to a contradiction.

        That is false, a closed fact that the model lacks, or the statement itself when it is closed. That the
        model is the least one is left to the proofs of its facts.
        """
        return self._judge([self._read_refutation(theory, facts, refutation, model)])[0]

    def judge_world(self, theory: Theory, world: Collection[Triple]) -> Verdict:
        """Judge that a set of triples, read as a world of its own, satisfies every rule, integrity rules too."""
        return self.judge_worlds([(theory, world)])[0]

    def judge_worlds(self, worlds: Sequence[tuple[Theory, Collection[Triple]]]) -> list[Verdict]:
        """Judge many worlds with as few questions as possible."""
        opened = [self._readings.open_world(theory, world) for theory, world in worlds]
        return self._judge([_Docket(_SATISFIED + one.reading.folding, worlds=(one,)) for one in opened])

    def judge_models(self, theory: Theory, facts: Iterable[Triple], pair: ModelPair) -> Verdict:
        """Judge that both worlds are models that agree on what is closed, and only the second has the statement.

        For *false* there is one world, and it must be a model.
        """
        return self._judge([self._read_models(theory, facts, pair)])[0]

    def judge_answers(
        self,
        theory: Theory,
        model: Collection[Triple],
        body: Sequence[BodyElement],
        variables: Sequence[str],
        answers: Collection[Sequence[str]],
    ) -> Verdict:
        """Judge that ``model`` is one, and that ``answers`` are exactly what makes the question true in it."""
        return self._judge([self._read_answers(AnswersClaim(theory, model, body, variables, answers))])[0]

    def judge_puzzle(self, theory: Theory, facts: Sequence[Triple], puzzle: Puzzle) -> Verdict:
        """Judge that a puzzle has its solution and no other, and that each clue is needed."""
        return self._judge([self._read_claim(PuzzleClaim(theory, facts, puzzle))])[0]

    def measure_effort(
        self, theory: Theory, facts: Iterable[Triple], evidence: Evidence, assumed: Triple | None = None
    ) -> int:
        """Return the resource units that fresh solvers need for what makes evidence right.

        Of a proof and of a refutation these are its facts, instances and negated goal; of a pair of models whatever
        the statement changes, each different part once. Comparisons have no part in it, and a refutation by absence
        needs nothing. The figure depends on the evidence up to names and values, and on the version of Z3. ValueError
        when the evidence is not right; where only a value is wrong, or an absence, it is not noticed here.
        """
        if isinstance(evidence, Refutation):
            if evidence.proof is None:
                return 0
            return self.measure_effort(theory, facts, evidence.proof, evidence.statement)
        if isinstance(evidence, Proof):
            stated = facts if isinstance(facts, Set) else frozenset(facts)
            return self._measure(
                unfold_proof(self._readings.read_theory(theory).rules, stated, evidence, assumed).skeleton
            )
        docket = self._read_models(theory, facts, evidence)
        if docket.fault:
            raise ValueError(docket.fault)
        cuts = {cut.case: bool(cut.conditions) for _, cut in docket.cuts}
        return sum(self._measure(case, is_by_value=is_by_value) for case, is_by_value in cuts.items())

    def _measure(self, problem: Skeleton | Case, *, is_by_value: bool = False) -> int:
        """Return the units for a problem; of a case that only values keep from having a binding, none."""
        known = self._efforts.get(problem)
        if known is None:
            if isinstance(problem, Skeleton):
                known = self.decisions.measure(f"{write_skeleton(problem, 'p')}\n(assert pwrong)")
            else:
                known = self.decisions.measure(f"{write_case(problem, 'c')}\n(assert cfound)")
            if known is None and not is_by_value:
                raise StepError("the evidence does not show what it should")
            known = known or 0
            if len(self._efforts) >= _MOST_EFFORTS:
                self._efforts.clear()
            self._efforts[problem] = known
        return known

    def judge_equivalence(self, first: Rule, second: Rule, *, same: bool) -> Verdict:
        """Judge that two rules say the same, or that they do not."""
        return self._judge([self._read_claim(EquivalenceClaim(first, second, same))])[0]

    # --- claims ------------------------------------------------------------------------------------------------

    def _read_claim(self, claim: Claim) -> _Docket:
        if isinstance(claim, PuzzleClaim):
            return _Docket(PUZZLE_METHOD, find_puzzle_fault(self._puzzles, claim))
        if isinstance(claim, EquivalenceClaim):
            return _Docket(EQUIVALENCE_METHOD, find_equivalence_fault(self._puzzles, claim))
        if isinstance(claim, AnswersClaim):
            return self._read_answers(claim)
        theory, facts, evidence, model = claim
        if isinstance(evidence, Proof):
            return self._read_proof(theory, facts, evidence, model)
        if isinstance(evidence, ModelPair):
            return self._read_models(theory, facts, evidence)
        if model is None:
            raise ValueError("a refutation is judged with a model")
        return self._read_refutation(theory, facts, evidence, model)

    def _read_proof(
        self,
        theory: Theory,
        facts: Iterable[Triple],
        proof: Proof,
        model: Collection[Triple] | None,
        assumed: Triple | None = None,
    ) -> _Docket:
        reading = self._readings.read_theory(theory)
        stated = facts if isinstance(facts, Set) else frozenset(facts)
        try:
            unfolded = unfold_proof(reading.rules, stated, proof, assumed)
        except StepError as error:
            return _Docket(_DERIVED + reading.folding, str(error))
        problems: list[tuple[str, Problem]] = [
            ("a comparison does not hold", comparison) for comparison in unfolded.comparisons
        ]
        failed = "the goal does not follow from the facts and instances, or these contradict each other"
        problems.append((failed, unfolded.skeleton))
        method = _DERIVED
        if unfolded.absences:
            method += ", absences " + ("taken as given" if model is None else "looked for in the model")
            if model is not None:
                world = self._readings.open_world(theory, model)
                problems += [("what is said to be absent is in the model", cut) for cut in _cut(unfolded, world)]
        return _Docket(method + reading.folding, problems=problems)

    def _read_refutation(
        self, theory: Theory, facts: Iterable[Triple], refutation: Refutation, model: Collection[Triple]
    ) -> _Docket:
        statement, proof = refutation.statement, refutation.proof
        world = self._readings.open_world(theory, model)
        satisfied = _Docket(_SATISFIED + world.reading.folding, worlds=(world,))
        if statement in world.facts or not world.facts.issuperset(facts):
            return satisfied._replace(fault="the model has the statement or lacks a fact")
        reached = statement if proof is None else proof.goal
        if reached != FALSE and (_get_key(reached) not in theory.closed or reached in world.facts):
            return satisfied._replace(fault="nothing closed that the model lacks is reached")
        if proof is None:
            return satisfied._replace(method=_LACKED)
        return self._read_proof(theory, facts, proof, model, statement)._replace(worlds=(world,))

    def _read_models(self, theory: Theory, facts: Iterable[Triple], pair: ModelPair) -> _Docket:
        stated = facts if isinstance(facts, tuple | frozenset) else tuple(facts)
        first = self._readings.open_world(theory, stated, pair.without)
        docket = _Docket(_SATISFIED + first.reading.folding, worlds=(first,))
        if pair.statement == FALSE:
            # That false does not follow is shown by one world; none has it.
            return docket._replace(fault="a world cannot have false") if pair.with_statement else docket
        if pair.statement in first.facts:
            return docket._replace(fault="the first world has the statement")
        second = frozenset((*pair.with_statement, pair.statement))
        added = [triple for triple in second if triple not in first.facts]
        if not second.issuperset(pair.without):
            other = self._readings.open_world(theory, frozenset((*stated, *second)))
            changed = first.facts ^ other.facts
            docket = docket._replace(worlds=(first, other))
        else:
            changed = frozenset(added)
            docket = docket._replace(cuts=first.list_new_cuts(sorted(added)))
        if not theory.closed.isdisjoint(map(_get_key, changed)):
            return docket._replace(fault="the worlds differ in what is closed")
        return docket

    def _read_answers(self, claim: AnswersClaim) -> _Docket:
        world = self._readings.open_world(claim.theory, claim.model)
        question, constants = self._readings.read_question(claim.body, claim.variables)
        given = sorted({tuple(answer) for answer in claim.answers})
        complete, listed = question.cut(world.world, constants, given)
        problems: list[tuple[str, Problem]] = [("an answer is missing", cut) for cut in complete]
        problems += [("an answer does not follow", Witness(tuple(cuts))) for cuts in listed]
        return _Docket(_ANSWERED, worlds=(world,), problems=problems)

    # --- verdicts ----------------------------------------------------------------------------------------------

    def _judge(self, dockets: Sequence[_Docket]) -> list[Verdict]:
        before = self.decisions.spent
        opened = list({id(w): w for docket in dockets for w in docket.worlds if w.broken is None}.values())
        problems: list[Problem] = [cut for world in opened for _, cut in world.cuts]
        for docket in dockets:
            problems += [cut for _, cut in docket.cuts]
            problems += [problem for _, problem in docket.problems]
        answers = iter(self.decisions.decide(problems))
        for world in opened:
            world.broken = tuple(dict.fromkeys([name for name, _ in world.cuts if not next(answers)]))
        spent, verdicts = self.decisions.spent - before, []
        for docket in dockets:
            broken = [name for world in docket.worlds for name in world.broken or ()]
            broken += [name for name, _ in docket.cuts if not next(answers)]
            failed = [why for why, _ in docket.problems if not next(answers)]
            reason = f"the world does not satisfy {', '.join(dict.fromkeys(broken))}" if broken else docket.fault
            reason = reason or next(iter(failed), "")
            verdicts.append(Verdict(not reason, reason, docket.method, spent))
        return verdicts


def _cut(unfolded: Unfolded, world: OpenWorld) -> list[Cut]:
    """Return where in a world something could be that a proof says is absent."""
    rules = world.reading.rules
    cuts = (rules[absence.rule].asked[absence.number].cut(world.world, absence.terms) for absence in unfolded.absences)
    return [cut for found in cuts for cut in found]


def _identify(claim: Claim) -> tuple[int, ...]:
    """Return the identity of the parts of a claim, where none of them can change; nothing for others."""
    if not isinstance(claim, EvidenceClaim) or not isinstance(claim.facts, tuple | frozenset):
        return ()
    return tuple(map(id, claim)) if claim.model is None or isinstance(claim.model, tuple | frozenset) else ()


def _get_key(triple: Triple) -> str:
    return triple[2] if triple[1] == RDF_TYPE else triple[1]


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
