"""Answering: every draft's answer, evidence, cone and difficulty on the draft's own theory.

All drafts of a block are evaluated at once, each world under its own rules; a second evaluation adds each statement
that does not follow, negations judged against the first. The same is asked of the project's whole theory, with which
the item must agree, and of the item without its distractors, which must change nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.checker import measure_proof
from workbench.generation.drafts import ANSWER, Draft
from workbench.model.proofs import FALSE, Evidence, ModelPair, Proof, Refutation, Status
from workbench.model.rules import is_restatement, iterate_atoms
from workbench.model.terms import RDF_TYPE, Pattern, Term, Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch, evaluate

_MAX_ANSWERS = 12
"""A question with more answers than this asks for a list, not for a conclusion."""

__all__ = [
    "Answered",
    "Difficulty",
    "Judgement",
    "Rejection",
    "Verdicts",
    "answer_drafts",
    "find_statuses",
    "measure_drafts",
]


@dataclass(frozen=True, slots=True)
class Difficulty:
    """What is measured on the minimal proof (of several, the largest), and around it."""

    height: int
    hops: int
    steps: int
    leaves: int
    alternatives: int
    rules: int
    distractors: int
    context: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """A statement's status and evidence."""

    statement: Triple
    status: Status
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Answered:
    """A draft with its answer: one judgement per statement, or per answer of a select query (all entailed).

    ``model`` are the derived facts of M, sorted; ``distractors`` the facts outside every cone, ``idle`` the rules
    that take part in no derivation of one.
    """

    draft: Draft
    judgements: tuple[Judgement, ...]
    model: tuple[Triple, ...]
    distractors: frozenset[Triple]
    idle: frozenset[str]
    difficulty: Difficulty

    @property
    def status(self) -> Status | None:
        """The status of an entailment item's statement, else None."""
        return self.judgements[0].status if self.draft.task == "entailment" else None


Rejection = tuple[str, str, str]
"""Task and aim of the drafts turned away, and why; a reason that is about worlds has neither task nor aim."""

Verdicts = tuple[tuple[Triple, Status], ...]
"""Statements with their statuses, in order."""


@dataclass(frozen=True, slots=True)
class _Solved:
    """One draft in one evaluation: its world, and for each statement that does not follow the world with it."""

    judgements: tuple[Judgement, ...]
    world: int
    extended: Mapping[Triple, int]


def answer_drafts(
    theory: Theory, drafts: Sequence[Draft], restatements: frozenset[str] | None = None
) -> tuple[list[Answered], Counter[Rejection]]:
    """Answer drafts and return the sound ones, in order, with rejections counted."""
    if restatements is None:
        restatements = frozenset(rule.name for rule in theory.rules if is_restatement(rule))
    rejected: Counter[Rejection] = Counter()
    everything = tuple(rule.name for rule in theory.rules)
    own, own_batch, own_extended = _solve(theory, drafts, [draft.facts for draft in drafts],
                                          [draft.rules for draft in drafts])  # fmt: skip
    whole = _find_statuses(theory, drafts, [draft.facts for draft in drafts], [everything] * len(drafts))
    answered: list[tuple[Answered, int]] = []
    for number, draft in enumerate(drafts):
        solved, reference = own[number], whole[number]
        if solved is None or reference is None:
            rejected[draft.task, draft.aim, "inconsistent theory"] += 1
            continue
        reason = _find_fault(draft, solved, reference)
        if reason:
            rejected[draft.task, draft.aim, reason] += 1
            continue
        cone, used = _collect_cones(theory, draft, solved, own_batch, own_extended)
        answered.append((_measure(theory, draft, solved, own_batch, own_extended, cone, used, restatements), number))
    kept = [[f for f in a.draft.facts if f not in a.distractors] for a, _ in answered]
    rules = [[n for n in a.draft.rules if n not in a.idle] for a, _ in answered]
    bare = _find_statuses(theory, [a.draft for a, _ in answered], kept, rules)
    result = []
    for (item, _), alone in zip(answered, bare, strict=True):
        if alone != _outline(item.judgements):
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
    solved, batch, extended = _solve(theory, drafts, [d.facts for d in drafts], [d.rules for d in drafts])
    result: list[Answered | None] = []
    for draft, one in zip(drafts, solved, strict=True):
        if one is None:
            result.append(None)
            continue
        cone, used = _collect_cones(theory, draft, one, batch, extended)
        result.append(_measure(theory, draft, one, batch, extended, cone, used, restatements))
    return result


def find_statuses(theory: Theory, drafts: Sequence[Draft]) -> list[Verdicts | None]:
    """Return the statements of every draft with their statuses on its own theory; None for an inconsistent one."""
    return _find_statuses(theory, drafts, [d.facts for d in drafts], [d.rules for d in drafts])


def _outline(judgements: Iterable[Judgement]) -> Verdicts:
    return tuple((j.statement, j.status) for j in judgements)


def _find_fault(draft: Draft, solved: _Solved, reference: Verdicts) -> str | None:
    verdicts = _outline(solved.judgements)
    if verdicts != reference:
        return "differs from the project's whole theory"
    if draft.task == "entailment" and verdicts[0][1] != draft.aim:
        return "another status than aimed at"
    stated = set(draft.facts)
    if draft.task != "select" and any(j.statement in stated for j in solved.judgements):
        return "the statement is already stated"
    if draft.task == "select" and (not verdicts or all(j.statement in stated for j in solved.judgements)):
        return "nobody answers, or all answers are stated"
    if draft.task == "select" and len(verdicts) > _MAX_ANSWERS:
        return "too many answers"
    if draft.task == "options" and sum(j.status == "entailed" for j in solved.judgements) != 1:
        return "not exactly one option follows"
    return None


# ---- evaluation


@dataclass(frozen=True, slots=True)
class _Evaluation:
    """Drafts evaluated: their worlds, the statements each asks about, and the worlds with an open one added."""

    batch: Batch
    extended: Batch
    statements: list[tuple[Triple, ...] | None]
    places: dict[tuple[int, Triple], int]
    contradicted: Sequence[bool]

    def find_goal(self, theory: Theory, number: int, statement: Triple) -> list[Triple]:
        """Return what adding an open statement derives that refutes it: false, or closed facts that M lacks."""
        place = self.places[number, statement]
        if self.contradicted[place]:
            return [FALSE]
        if not theory.closed:
            return []
        found = self.extended.list_facts(place, stated=False)
        return [f for f in found if _get_key(f) in theory.closed and not self.batch.is_entailed(number, f)]


def _evaluate(
    theory: Theory, drafts: Sequence[Draft], facts: Sequence[Iterable[Triple]], rules: Sequence[Sequence[str]]
) -> _Evaluation:
    """Evaluate every draft and, for each statement that does not follow, the draft with it. None: inconsistent."""
    worlds = [tuple(world) for world in facts]
    batch = evaluate(theory, worlds, enabled=rules)
    inconsistent = batch.find_inconsistent_worlds()
    statements = [None if inconsistent[n] else _list_statements(draft, batch, n) for n, draft in enumerate(drafts)]
    open_ones = [(n, s) for n, listed in enumerate(statements) for s in listed or () if not batch.is_entailed(n, s)]
    extended = evaluate(
        theory,
        [(*worlds[n], s) for n, s in open_ones],
        closed_reference=(batch, [n for n, _ in open_ones]),
        enabled=[rules[n] for n, _ in open_ones],
    )
    places = {pair: index for index, pair in enumerate(open_ones)}
    return _Evaluation(batch, extended, statements, places, extended.find_inconsistent_worlds().tolist())


def _find_statuses(
    theory: Theory, drafts: Sequence[Draft], facts: Sequence[Iterable[Triple]], rules: Sequence[Sequence[str]]
) -> list[Verdicts | None]:
    """Return the statements of every draft with their statuses; None for an inconsistent one."""
    found = _evaluate(theory, drafts, facts, rules)
    result: list[Verdicts | None] = []
    for number, statements in enumerate(found.statements):
        if statements is None:
            result.append(None)
            continue
        verdicts: list[tuple[Triple, Status]] = []
        for statement in statements:
            if (number, statement) not in found.places:
                verdicts.append((statement, "entailed"))
            elif _get_key(statement) in theory.closed or found.find_goal(theory, number, statement):
                verdicts.append((statement, "refuted"))
            else:
                verdicts.append((statement, "unknown"))
        result.append(tuple(verdicts))
    return result


def _solve(
    theory: Theory, drafts: Sequence[Draft], facts: Sequence[Iterable[Triple]], rules: Sequence[Sequence[str]]
) -> tuple[list[_Solved | None], Batch, Batch]:
    """Judge every draft with evidence; None for an inconsistent one. The second batch has a statement added."""
    found = _evaluate(theory, drafts, facts, rules)
    solved: list[_Solved | None] = []
    for number, statements in enumerate(found.statements):
        if statements is None:
            solved.append(None)
            continue
        own = {s: found.places[number, s] for s in statements if (number, s) in found.places}
        solved.append(_Solved(tuple(_judge(theory, found, number, s) for s in statements), number, own))
    return solved, found.batch, found.extended


def _list_statements(draft: Draft, batch: Batch, world: int) -> tuple[Triple, ...]:
    if draft.pattern is None:
        return draft.statements
    return tuple(fact for fact in batch.list_facts(world) if _matches(draft.pattern, fact))


def _matches(pattern: Pattern, fact: Triple) -> bool:
    return all(part in (ANSWER, value) for part, value in zip(pattern, fact, strict=True))


def _judge(theory: Theory, found: _Evaluation, number: int, statement: Triple) -> Judgement:
    place = found.places.get((number, statement))
    if place is None:
        if (proof := found.batch.proof(number, statement)) is None:
            raise ValueError("a fact of the closure has no proof")
        return Judgement(statement, "entailed", proof)
    if _get_key(statement) in theory.closed:
        return Judgement(statement, "refuted", Refutation(statement))
    if goals := found.find_goal(theory, number, statement):
        proofs = [proof for goal in goals if (proof := found.extended.proof(place, goal)) is not None]
        proof = min(proofs, key=lambda p: (p.height, len(p.steps), p.goal))
        return Judgement(statement, "refuted", Refutation(statement, proof))
    first = tuple(found.batch.list_facts(number, stated=False))
    second = tuple(found.extended.list_facts(place, stated=False))
    return Judgement(statement, "unknown", ModelPair(statement, first, second))


def _get_key(fact: Triple) -> Term:
    return fact[2] if fact[1] == RDF_TYPE else fact[1]


# ---- cones and difficulty


def _collect_cones(
    theory: Theory, draft: Draft, solved: _Solved, batch: Batch, extended: Batch
) -> tuple[set[Triple], set[str]]:
    """Return every fact and rule in the dependency cone of a statement, an answer, or false.

    What is entailed or contradicted is followed derivation by derivation. By predicates, since there is no
    derivation to follow, go: what could take part in deriving something unknown or not found; what a negation looks
    for on any way to the statement or to *false*, for without it there would be another proof, or a contradiction;
    and closed facts that adding a statement must not add anew.
    """
    rules = draft.rules
    facts: set[Triple] = set()
    used: set[str] = set()
    keys: set[Term] = set()
    goals: set[Term] = set()
    for judgement in solved.judgements:
        own = _get_key(judgement.statement)
        goals.add(own)
        if judgement.status == "entailed":
            _walk(batch, solved.world, judgement.statement, facts, used)
            continue
        if judgement.status == "unknown":
            keys |= theory.reach_back(rules, {own})
            keys |= theory.reach_back(rules, {key for key in theory.closed if own in theory.reach_back(rules, {key})})
            continue
        goal = _get_refuted_goal(judgement)
        _walk(extended, solved.extended[judgement.statement], goal, facts, used)
        if goal != FALSE:
            goals.add(_get_key(goal))
            keys |= theory.reach_back(rules, {_get_key(goal)})
    if draft.pattern is not None:
        keys |= theory.reach_back(rules, {_get_key(draft.pattern)})
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


def _measure(
    theory: Theory,
    draft: Draft,
    solved: _Solved,
    batch: Batch,
    extended: Batch,
    cone: set[Triple],
    used: set[str],
    restatements: frozenset[str],
) -> Answered:
    distractors = frozenset(fact for fact in draft.facts if fact not in cone)
    proofs: list[Proof] = []
    for judgement in solved.judgements:
        evidence = judgement.evidence
        if isinstance(evidence, Proof):
            proofs.append(evidence)
        elif isinstance(evidence, Refutation) and evidence.proof is not None and draft.task == "entailment":
            proofs.append(evidence.proof)
        elif isinstance(evidence, ModelPair) and draft.task == "entailment":
            proofs += _list_searches(theory, draft, judgement.statement, solved, batch, extended)
    measures = [measure_proof(proof, restatements) for proof in proofs]
    alternatives = max(
        (len(batch.derivations(solved.world, j.statement)) for j in solved.judgements if j.status == "entailed"),
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
        judgements=solved.judgements,
        model=tuple(batch.list_facts(solved.world, stated=False)),
        distractors=distractors,
        idle=frozenset(draft.rules) - used,
        difficulty=difficulty,
    )


def _list_searches(
    theory: Theory, draft: Draft, statement: Triple, solved: _Solved, batch: Batch, extended: Batch
) -> list[Proof]:
    """Return the minimal proofs that a search for an unknown statement comes across.

    These are the facts derived in either model whose keys could lead to the statement or, with it, to a
    contradiction: an unknown item is as hard as the deepest of them.
    """
    rules = draft.rules
    towards = {_get_key(statement)}
    for name in rules:
        if theory.by_name[name].is_integrity:
            towards |= {atom.key for atom in iterate_atoms(theory.by_name[name].body)}
    keys = theory.reach_back(rules, towards)
    place = solved.extended[statement]
    proofs = [batch.proof(solved.world, f) for f in batch.list_facts(solved.world, stated=False) if _get_key(f) in keys]
    proofs += [extended.proof(place, f) for f in extended.list_facts(place, stated=False) if _get_key(f) in keys]
    return [proof for proof in proofs if proof is not None]
