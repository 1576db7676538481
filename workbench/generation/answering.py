"""Answering: every draft's answer, evidence, cone and difficulty on the draft's own theory.

Facts and rules together are a case. The cases of a block are evaluated at once, each under its own rules, however many
drafts ask about one; a second evaluation adds each statement that does not follow, negations judged against the first.
The same is asked of the project's whole theory, with which the item must agree, and of the item without its
distractors, which must change nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace

from workbench.checker import measure_proof
from workbench.generation.listing import find_answers
from workbench.generation.questions import UNCHANGED, Answered, Difficulty, Draft, Judgement, Verdicts, apply_change
from workbench.generation.tasks import get_family
from workbench.model.curriculum import STATUS_TASKS
from workbench.model.proofs import FALSE, ModelPair, Proof, Refutation, Status
from workbench.model.rules import Atom, is_restatement, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch, evaluate

__all__ = ["Outcome", "Rejection", "answer_drafts", "find_statuses", "measure_drafts", "outline", "solve_bare"]

Rejection = tuple[str, str, str]
"""Task and aim of the drafts turned away, and why; a reason that is about worlds has neither task nor aim."""

Outcome = tuple[Verdicts, tuple[tuple[Term, ...], ...]]
"""What a theory says of a draft: its statements with their statuses, and the answers of its query."""

_Narrow = Callable[[int, Draft], tuple[tuple[Triple, ...], tuple[str, ...]]]
"""The facts and rules under which a draft is solved."""


def answer_drafts(
    theory: Theory, drafts: Sequence[Draft], restatements: frozenset[str] | None = None
) -> tuple[list[Answered], Counter[Rejection]]:
    """Answer drafts and return the sound ones, in order, with rejections counted."""
    if restatements is None:
        restatements = frozenset(rule.name for rule in theory.rules if is_restatement(rule))
    rejected: Counter[Rejection] = Counter()
    everything = tuple(rule.name for rule in theory.rules)
    own = _Evaluation(theory, drafts, lambda _, draft: (draft.facts, draft.rules))
    whole = _Evaluation(theory, drafts, lambda _, draft: (draft.facts, everything))
    answered: list[Answered] = []
    for number, draft in enumerate(drafts):
        outcome, reference = own.conclude(number), whole.conclude(number)
        if outcome is None or reference is None:
            rejected[draft.task, draft.aim, "inconsistent theory"] += 1
            continue
        if outcome != reference:
            reason: str | None = "differs from the project's whole theory"
        else:
            reason = get_family(draft.task).find_fault(draft, *outcome)
        if reason:
            rejected[draft.task, draft.aim, reason] += 1
        else:
            answered.append(_measure(own, number, restatements))
    bare = solve_bare(theory, answered)
    result = []
    for item, alone in zip(answered, bare, strict=True):
        if alone != outline(item):
            rejected[item.draft.task, item.draft.aim, "a distractor matters"] += 1
        else:
            result.append(item)
    return result, rejected


def measure_drafts(
    theory: Theory, drafts: Sequence[Draft], restatements: frozenset[str] | None = None
) -> list[Answered | None]:
    """Answer and measure drafts on their own theories alone, whatever the answer; None for an inconsistent one.

    Nothing is asked of a larger theory and nothing is aimed at: this is what an item is measured by once more when a
    dataset is verified. Raises LimitError and ValueError as :func:`workbench.reasoning.batch.evaluate` does.
    """
    if restatements is None:
        restatements = frozenset(rule.name for rule in theory.rules if is_restatement(rule))
    own = _Evaluation(theory, drafts, lambda _, draft: (draft.facts, draft.rules))
    return [
        None if own.conclude(number) is None else _measure(own, number, restatements) for number in range(len(drafts))
    ]


def find_statuses(theory: Theory, drafts: Sequence[Draft]) -> list[Outcome | None]:
    """Return what every draft's own theory says of it; None for an inconsistent one."""
    own = _Evaluation(theory, drafts, lambda _, draft: (draft.facts, draft.rules))
    return [own.conclude(number) for number in range(len(drafts))]


def solve_bare(theory: Theory, answered: Sequence[Answered]) -> list[Outcome | None]:
    """Solve items once more without their distractors and idle rules."""

    def narrow(number: int, draft: Draft) -> tuple[tuple[Triple, ...], tuple[str, ...]]:
        item = answered[number]
        facts = tuple(fact for fact in draft.facts if fact not in item.distractors)
        return facts, tuple(name for name in draft.rules if name not in item.idle)

    bare = _Evaluation(theory, [item.draft for item in answered], narrow)
    return [bare.conclude(number) for number in range(len(answered))]


def outline(item: Answered) -> Outcome:
    """Return what an answered draft says, as :func:`find_statuses` does."""
    return tuple((j.statement, j.status) for j in item.judgements), item.answers


# ---- evaluation


@dataclass(frozen=True, slots=True)
class _Asked:
    """What a draft asks of the cases: its own case, each statement with the case it is judged in, and its answers."""

    case: int
    claims: tuple[tuple[int, Triple], ...]
    answers: tuple[tuple[Term, ...], ...]


class _Evaluation:
    """Drafts evaluated: their cases, what each asks of which, and the cases with an open statement added."""

    def __init__(self, theory: Theory, drafts: Sequence[Draft], narrow: _Narrow) -> None:
        self.theory, self.drafts = theory, drafts
        places: dict[tuple[tuple[Triple, ...], tuple[str, ...]], int] = {}
        wanted: list[list[int]] = []
        for number, draft in enumerate(drafts):
            facts, rules = narrow(number, draft)
            cases = [places.setdefault((facts, rules), len(places))]
            for claim in draft.claims:
                cases.append(places.setdefault((apply_change(facts, claim.change), rules), len(places)))
            wanted.append(cases)
        self.cases = list(places)
        self.batch = evaluate(theory, [facts for facts, _ in self.cases], enabled=[rules for _, rules in self.cases])
        self.inconsistent = self.batch.find_inconsistent_worlds().tolist()
        self._facts: dict[int, list[Triple]] = {}
        self.asked = [self._ask(draft, cases) for draft, cases in zip(drafts, wanted, strict=True)]
        open_ones = dict.fromkeys(
            claim
            for asked in self.asked
            for claim in (asked.claims if asked is not None else ())
            if claim[1] != FALSE and not self.batch.is_entailed(*claim)
        )
        self.extended = evaluate(
            theory,
            [(*self.cases[case][0], statement) for case, statement in open_ones],
            closed_reference=(self.batch, [case for case, _ in open_ones]),
            enabled=[self.cases[case][1] for case, _ in open_ones],
        )
        self.places = {pair: index for index, pair in enumerate(open_ones)}
        self._contradicted = self.extended.find_inconsistent_worlds().tolist()
        self._statuses: dict[tuple[int, Triple], Status] = {}

    def list_facts(self, case: int) -> list[Triple]:
        """Return the closure of a case; remembered."""
        if case not in self._facts:
            self._facts[case] = self.batch.list_facts(case)
        return self._facts[case]

    def _ask(self, draft: Draft, cases: Sequence[int]) -> _Asked | None:
        """Return what a draft asks; None when one of its cases contradicts itself and that is not what is asked."""
        claims = tuple(zip(cases[1:], draft.statements, strict=True))
        wants_conflict = {case for case, statement in claims if statement == FALSE}
        if any(self.inconsistent[case] and case not in wants_conflict for case in cases):
            return None
        if draft.query is None:
            return _Asked(cases[0], claims, ())
        found = find_answers(draft.query, self.list_facts(cases[0]))
        atoms = sorted({atom for one in found for atom in one.atoms})
        return _Asked(cases[0], tuple((cases[0], atom) for atom in atoms), tuple(one.values for one in found))

    def conclude(self, number: int) -> Outcome | None:
        """Return the statements of a draft with their statuses, and its answers; None when it is inconsistent."""
        asked = self.asked[number]
        if asked is None:
            return None
        return tuple((claim[1], self.find_status(claim)) for claim in asked.claims), asked.answers

    def find_status(self, claim: tuple[int, Triple]) -> Status:
        """Return the status of a statement in a case; *false* is entailed or unknown."""
        if claim not in self._statuses:
            self._statuses[claim] = self._judge_status(claim)
        return self._statuses[claim]

    def _judge_status(self, claim: tuple[int, Triple]) -> Status:
        case, statement = claim
        if statement == FALSE:
            return "entailed" if self.inconsistent[case] else "unknown"
        if claim not in self.places:
            return "entailed"
        if _get_key(statement) in self.theory.closed or self.find_goals(claim):
            return "refuted"
        return "unknown"

    def find_goals(self, claim: tuple[int, Triple]) -> list[Triple]:
        """Return what adding an open statement derives that refutes it: false, or closed facts that M lacks."""
        place = self.places[claim]
        if self._contradicted[place]:
            return [FALSE]
        if not self.theory.closed:
            return []
        found = self.extended.list_facts(place, stated=False)
        return [f for f in found if _get_key(f) in self.theory.closed and not self.batch.is_entailed(claim[0], f)]

    def judge(self, claim: tuple[int, Triple]) -> Judgement:
        """Return a statement's status with its evidence."""
        (case, statement), status = claim, self.find_status(claim)
        if status == "entailed":
            if (proof := self.batch.proof(case, statement)) is None:
                raise ValueError("a fact of the closure has no proof")
            return Judgement(statement, status, proof)
        if statement == FALSE:
            model = tuple(self.batch.list_facts(case, stated=False))
            return Judgement(statement, status, ModelPair(statement, model, ()))
        place = self.places[claim]
        if status == "refuted":
            if _get_key(statement) in self.theory.closed:
                return Judgement(statement, status, Refutation(statement))
            goals = self.find_goals(claim)
            proofs = [found for goal in goals if (found := self.extended.proof(place, goal)) is not None]
            proof = min(proofs, key=lambda p: (p.height, len(p.steps), p.goal))
            return Judgement(statement, status, Refutation(statement, proof))
        first = tuple(self.batch.list_facts(case, stated=False))
        second = tuple(self.extended.list_facts(place, stated=False))
        return Judgement(statement, status, ModelPair(statement, first, second))


def _get_key(fact: Triple) -> Term:
    return fact[2] if fact[1] == RDF_TYPE else fact[1]


# ---- cones and difficulty


def _collect_cones(
    found: _Evaluation, draft: Draft, asked: _Asked, judgements: Sequence[Judgement]
) -> tuple[set[Triple], set[str]]:
    """Return every fact and rule in the dependency cone of a statement, an answer, or false.

    What is entailed or contradicted is followed derivation by derivation. By predicates, since there is no
    derivation to follow, go: what could take part in deriving something unknown or not found; what a negation looks
    for on any way to the statement or to *false*, for without it there would be another proof, or a contradiction;
    and closed facts that adding a statement must not add anew. What a change takes away takes part.
    """
    theory, rules = found.theory, draft.rules
    facts: set[Triple] = {fact for claim in draft.claims for fact in claim.change.removed}
    used: set[str] = set()
    keys: set[Term] = set()
    goals: set[Term] = set()
    for claim, judgement in zip(asked.claims, judgements, strict=True):
        if judgement.statement == FALSE:
            if judgement.status == "entailed":
                _walk(found.batch, claim[0], FALSE, facts, used)
            keys |= theory.reach_back(rules, theory.list_negated(rules, set()))
            continue
        own = _get_key(judgement.statement)
        goals.add(own)
        if judgement.status == "entailed":
            _walk(found.batch, claim[0], judgement.statement, facts, used)
            continue
        if judgement.status == "unknown":
            keys |= theory.reach_back(rules, {own})
            keys |= theory.reach_back(rules, {key for key in theory.closed if own in theory.reach_back(rules, {key})})
            continue
        goal = _get_refuted_goal(judgement)
        _walk(found.extended, found.places[claim], goal, facts, used)
        if goal != FALSE:
            goals.add(_get_key(goal))
            keys |= theory.reach_back(rules, {_get_key(goal)})
    if draft.query is not None:
        asked_keys = {element.key for element in draft.query.body if isinstance(element, Atom)}
        goals |= asked_keys
        keys |= theory.reach_back(rules, asked_keys)
    keys |= theory.reach_back(rules, theory.list_negated(rules, goals))
    facts |= {fact for fact in draft.facts if _get_key(fact) in keys}
    used |= {name for name in rules if any(head.key in keys for head in theory.by_name[name].head)}
    return facts, used


def _get_refuted_goal(judgement: Judgement) -> Triple:
    """Return what adding a refuted statement derives, or the statement where that is looked for and not found."""
    evidence = judgement.evidence
    if isinstance(evidence, Refutation) and evidence.proof is not None:
        return evidence.proof.goal
    return judgement.statement


def _walk(batch: Batch, world: int, goal: Triple, facts: set[Triple], used: set[str]) -> None:
    """Follow every derivation backwards."""
    seen = {goal}
    frontier = [goal]
    while frontier:
        fact = frontier.pop()
        facts.add(fact)
        for step in batch.derivations(world, fact):
            used.add(step.rule)
            for premise in step.premises:
                if premise not in seen:
                    seen.add(premise)
                    frontier.append(premise)


def _measure(found: _Evaluation, number: int, restatements: frozenset[str]) -> Answered:
    draft, asked = found.drafts[number], found.asked[number]
    if asked is None:
        raise ValueError("an inconsistent draft has no answer")
    changes = [claim.change for claim in draft.claims] or [UNCHANGED] * len(asked.claims)
    judgements = []
    for claim, change in zip(asked.claims, changes, strict=True):
        judgement = found.judge(claim)
        judgements.append(judgement if change == UNCHANGED else replace(judgement, change=change))
    cone, used = _collect_cones(found, draft, asked, judgements)
    distractors = frozenset(fact for fact in draft.facts if fact not in cone)
    has_status = draft.task in STATUS_TASKS
    proofs: list[Proof] = []
    for claim, judgement in zip(asked.claims, judgements, strict=True):
        evidence = judgement.evidence
        if isinstance(evidence, Proof):
            proofs.append(evidence)
        elif isinstance(evidence, Refutation) and evidence.proof is not None and has_status:
            proofs.append(evidence.proof)
        elif isinstance(evidence, ModelPair) and has_status:
            proofs += _list_searches(found, draft, claim)
    measures = [measure_proof(proof, restatements) for proof in proofs]
    alternatives = max(
        (
            len(found.batch.derivations(*claim))
            for claim, judgement in zip(asked.claims, judgements, strict=True)
            if judgement.status == "entailed"
        ),
        default=0,
    )
    difficulty = Difficulty(
        height=max((m.height for m in measures), default=0),
        hops=max((m.hops for m in measures), default=0),
        steps=max((m.steps for m in measures), default=0),
        leaves=max((m.leaves for m in measures), default=0),
        alternatives=alternatives,
        rules=len({name for proof in proofs for name in proof.iterate_rules()}),
        distractors=len(distractors),
        context=len(draft.facts),
    )
    return Answered(
        draft=draft,
        judgements=tuple(judgements),
        answers=asked.answers,
        model=tuple(found.batch.list_facts(asked.case, stated=False)),
        distractors=distractors,
        idle=frozenset(draft.rules) - used,
        difficulty=difficulty,
    )


def _list_searches(found: _Evaluation, draft: Draft, claim: tuple[int, Triple]) -> list[Proof]:
    """Return the minimal proofs that a search for an unknown statement comes across.

    These are the facts derived in either model whose keys could lead to the statement or, with it, to a
    contradiction: an unknown item is as hard as the deepest of them.
    """
    case, statement = claim
    theory, rules = found.theory, draft.rules
    towards = {_get_key(statement)}
    for name in rules:
        if theory.by_name[name].is_integrity:
            towards |= {atom.key for atom in iterate_atoms(theory.by_name[name].body)}
    keys = theory.reach_back(rules, towards)
    proofs = _prove_all(found.batch, case, keys) + _prove_all(found.extended, found.places[claim], keys)
    return [proof for proof in proofs if proof is not None]


def _prove_all(batch: Batch, world: int, keys: Iterable[Term]) -> list[Proof | None]:
    wanted = set(keys)
    return [batch.proof(world, f) for f in batch.list_facts(world, stated=False) if _get_key(f) in wanted]
