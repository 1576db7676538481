"""Answering: every draft's answer, evidence, cone and difficulty on the draft's own theory.

The same is asked of the project's whole theory, with which the item must agree, and of the item without its
distractors, which must change nothing. What belongs to a case, or to a statement in it, is worked out once for all
drafts that ask about it (see :mod:`workbench.generation.questions.evaluating`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from workbench.checker import measure_proof
from workbench.generation.questions.draft import UNCHANGED, Answered, Difficulty, Draft, Judgement, Outcome
from workbench.generation.questions.evaluating import Evaluation, Search, get_key
from workbench.generation.questions.reference import Reference
from workbench.generation.tasks import get_family
from workbench.generation.tasks.family import Solved
from workbench.model.curriculum import STATUS_TASKS
from workbench.model.deduction import Effort
from workbench.model.proofs import FALSE, ModelPair, Proof, Refutation
from workbench.model.rules import Atom, is_restatement, iterate_atoms
from workbench.model.terms import Term, Triple
from workbench.model.theory import Theory
from workbench.reasoning.sheet import Extent

__all__ = ["Rejection", "answer_drafts", "find_statuses", "measure_drafts", "outline", "solve_bare"]

Rejection = tuple[str, str, str]
"""Task and aim of the drafts turned away, and why; a reason that is about worlds has neither task nor aim."""


def answer_drafts(
    theory: Theory, drafts: Sequence[Draft], reference: Reference | None = None
) -> tuple[list[Answered], Counter[Rejection]]:
    """Answer drafts and return the sound ones, in order, with rejections counted.

    ``reference`` knows of some of them what the whole theory says.
    """
    if theory.rules and any(get_family(draft.task).bare for draft in drafts):
        return _answer_apart(theory, drafts)
    rejected: Counter[Rejection] = Counter()
    everything = tuple(rule.name for rule in theory.rules)
    own = [(draft, draft.facts, draft.rules) for draft in drafts]
    whole: list[tuple[Draft, tuple[Triple, ...], tuple[str, ...]]] = []
    known: dict[int, Outcome] = {}
    places: dict[int, int] = {}
    for number, draft in enumerate(drafts):
        left_out = get_family(draft.task).leave_out(draft, theory)
        if not left_out and reference is not None and (outcome := reference.conclude(draft)) is not None:
            known[number] = outcome
            continue
        places[number] = len(drafts) + len(whole)
        names = tuple(name for name in everything if name not in left_out) if left_out else everything
        whole.append((draft, draft.facts, names))
    found = Evaluation(theory, [*own, *whole])
    measuring = _Measuring(found)
    tried = _try_choices(theory, [*own, *((draft, facts, None) for draft, facts, _ in own)])
    flaws = {number % len(drafts): flaw for number, flaw in tried.items() if isinstance(flaw, str)}
    answered: list[Answered] = []
    for number, draft in enumerate(drafts):
        own_outcome = found.conclude(number)
        other = known[number] if number in known else found.conclude(places[number])
        if own_outcome is None or other is None:
            rejected[draft.task, draft.aim, "inconsistent theory"] += 1
            continue
        if not get_family(draft.task).agrees(own_outcome, other):
            reason: str | None = "differs from the project's whole theory"
        else:
            reason = get_family(draft.task).find_fault(draft, *own_outcome) or flaws.get(number)
        if reason:
            rejected[draft.task, draft.aim, reason] += 1
        else:
            answered.append(measuring.measure(number, draft, tried.get(number)))
    bare = solve_bare(theory, answered)
    result = []
    for item, alone in zip(answered, bare, strict=True):
        if alone != outline(item):
            rejected[item.draft.task, item.draft.aim, "a distractor matters"] += 1
        else:
            result.append(item)
    return result, rejected


def _answer_apart(theory: Theory, drafts: Sequence[Draft]) -> tuple[list[Answered], Counter[Rejection]]:
    """Answer drafts that state nothing by no theory at all, and the others by theirs."""
    rejected: Counter[Rejection] = Counter()
    places = {id(draft): number for number, draft in enumerate(drafts)}
    found: list[Answered] = []
    for own, chosen in _part_drafts(theory, drafts):
        answered, faults = answer_drafts(own, chosen)
        found += answered
        rejected.update(faults)
    return sorted(found, key=lambda item: places[id(item.draft)]), rejected


def _part_drafts(theory: Theory, drafts: Sequence[Draft]) -> list[tuple[Theory, list[Draft]]]:
    """Return drafts with the theory that they are judged by: none for those that state nothing.

    What such drafts suppose need not go together with the theory's rules.
    """
    parts: tuple[list[Draft], list[Draft]] = ([], [])
    for draft in drafts:
        parts[get_family(draft.task).bare].append(draft)
    return [(own, part) for own, part in zip((theory, Theory.build(())), parts, strict=True) if part]


def measure_drafts(theory: Theory, drafts: Sequence[Draft]) -> list[Answered | None]:
    """Answer and measure drafts on their own theories alone, whatever the answer; None for an inconsistent one.

    Nothing is asked of a larger theory and nothing is aimed at: this is what an item is measured by once more when a
    dataset is verified. Raises LimitError and ValueError as :func:`workbench.reasoning.batch.evaluate` does, and
    ValueError for a draft whose closure is too large for a sheet.
    """
    found = Evaluation(theory, [(draft, draft.facts, draft.rules) for draft in drafts])
    measuring, tried = _Measuring(found), _try_choices(theory, [(draft, draft.facts, draft.rules) for draft in drafts])
    return [
        None if found.asked[number] is None else measuring.measure(number, draft, tried.get(number))
        for number, draft in enumerate(drafts)
    ]


def find_statuses(theory: Theory, drafts: Sequence[Draft]) -> list[Outcome | None]:
    """Return what every draft's own theory says of it; None for an inconsistent one."""
    outcomes: dict[int, Outcome | None] = {}
    for own, chosen in _part_drafts(theory, drafts):
        found = Evaluation(own, [(draft, draft.facts, draft.rules) for draft in chosen])
        outcomes |= {id(draft): found.conclude(number) for number, draft in enumerate(chosen)}
    return [outcomes[id(draft)] for draft in drafts]


def solve_bare(theory: Theory, answered: Sequence[Answered]) -> list[Outcome | None]:
    """Solve items once more without their distractors and idle rules."""
    wanted = []
    for item in answered:
        facts = tuple([fact for fact in item.draft.facts if fact not in item.distractors])
        wanted.append((item.draft, facts, tuple([name for name in item.draft.rules if name not in item.idle])))
    found = Evaluation(theory, wanted)
    tried = _try_choices(theory, wanted)
    return [None if isinstance(tried.get(number), str) else found.conclude(number) for number in range(len(answered))]


def _try_choices(theory: Theory, wanted: Sequence[Solved]) -> dict[int, str | Effort]:
    """Return by its place why a draft of a task that tries choices makes no item, or what effort it takes."""
    listed = [number for number, (draft, _, _) in enumerate(wanted) if get_family(draft.task).tries_choices]
    found: dict[int, str | Effort] = {}
    for task in dict.fromkeys(wanted[number][0].task for number in listed):
        own = [number for number in listed if wanted[number][0].task == task]
        tried = get_family(task).try_choices(theory, [wanted[number] for number in own])
        found |= dict(zip(own, tried, strict=True))
    return found


def outline(item: Answered) -> Outcome:
    """Return what an answered draft says, as :func:`find_statuses` does."""
    return tuple([(j.statement, j.status) for j in item.judgements]), item.answers


_Claimed = tuple[int, Triple]
_Cone = tuple[frozenset[Triple], frozenset[str]]
"""Stated facts, and names of rules."""


class _Measuring:
    """Cones and difficulty of evaluated drafts; what is found for a statement or for keys is kept."""

    def __init__(self, found: Evaluation) -> None:
        self._found, self._theory = found, found.theory
        self._restatements = frozenset(rule.name for rule in found.theory.rules if is_restatement(rule))
        self._walked: dict[tuple[_Claimed, Triple], _Cone] = {}
        self._keys: dict[tuple[tuple[str, ...], frozenset[Term], frozenset[Term]], frozenset[Term]] = {}
        self._concluding: dict[tuple[tuple[str, ...], frozenset[Term]], frozenset[str]] = {}
        self._towards: dict[tuple[tuple[str, ...], Term], frozenset[Term]] = {}
        self._beyond: dict[tuple[tuple[str, ...], Term], frozenset[Term]] = {}
        self._extents: dict[_Claimed, Extent] = {}

    def measure(self, number: int, draft: Draft, tried: str | Effort | None = None) -> Answered:
        """Return a draft with its answer, and what was measured; ``tried`` is the effort of a puzzle, if it is one."""
        found, asked = self._found, self._found.asked[number]
        if asked is None:
            raise ValueError("an inconsistent draft has no answer")
        judgements = [found.judge(claim) for claim in asked.claims]
        changes = [claim.change for claim in draft.claims]
        if any(change != UNCHANGED for change in changes):
            judgements = [replace(j, change=change) for j, change in zip(judgements, changes, strict=True)]
        facts, used = self._collect_cones(draft, asked.case, asked.claims, judgements)
        case = found.get_case(asked.case)
        distractors = frozenset(case.facts) - facts
        difficulty = self._rate(draft, asked.claims, judgements, len(distractors), len(case.model))
        if isinstance(tried, Effort):
            difficulty = replace(difficulty, deductions=tried.deductions, cases=tried.cases)
        return Answered(
            draft=draft,
            judgements=tuple(judgements),
            answers=asked.answers,
            model=case.model,
            distractors=distractors,
            idle=frozenset(draft.rules) - used,
            difficulty=difficulty,
        )

    def _rate(
        self, draft: Draft, claims: Sequence[_Claimed], judgements: Sequence[Judgement], distractors: int, solver: int
    ) -> Difficulty:
        has_status, first = draft.task in STATUS_TASKS, get_family(draft.task).measured
        largest, alternatives = Search(0, 0, 0, 0, frozenset()), 0
        rules: set[str] = set()
        for claim, judgement in zip(claims[:first], judgements[:first], strict=True):
            evidence = judgement.evidence
            if isinstance(evidence, Proof):
                extent = self._measure_fact(claim)
                largest = largest.join([extent], frozenset())
                alternatives = max(alternatives, extent.derivations)
                rules.update([step.rule for step in evidence.steps])
            elif isinstance(evidence, Refutation) and evidence.proof is not None and has_status:
                measured = measure_proof(evidence.proof, self._restatements)
                largest = largest.join([Extent(*measured, 0)], frozenset())
                rules.update(evidence.proof.iterate_rules())
            elif isinstance(evidence, ModelPair) and has_status:
                search = self._found.search(claim, self._find_towards(draft.rules, get_key(claim[1])))
                largest = largest.join([Extent(*search[:4], 0)], frozenset())
                rules |= search.rules
        found = Difficulty(
            height=largest.height,
            hops=largest.hops,
            steps=largest.steps,
            leaves=largest.leaves,
            alternatives=alternatives,
            rules=len(rules),
            distractors=distractors,
            context=len(draft.facts),
            solver=solver,
        )
        own = get_family(draft.task).grade(draft)
        return replace(found, **own) if own else found

    def _measure_fact(self, claim: _Claimed) -> Extent:
        extent = self._extents.get(claim)
        if extent is None:
            measured = self._found.get_case(claim[0]).sheet.measure(claim[1])
            if measured is None:
                raise ValueError("a fact of the closure has no proof")
            extent = self._extents[claim] = measured
        return extent

    def _find_towards(self, rules: tuple[str, ...], key: Term) -> frozenset[Term]:
        """Return the keys of what could lead to an unknown statement or, with it, to a contradiction.

        Facts about these, derived in either model, are what a search comes across: an unknown item is as hard as the
        deepest of them.
        """
        if (rules, key) not in self._towards:
            towards = {key}
            for name in rules:
                if self._theory.by_name[name].is_integrity:
                    towards |= {atom.key for atom in iterate_atoms(self._theory.by_name[name].body)}
            self._towards[rules, key] = self._theory.reach_back(rules, towards)
        return self._towards[rules, key]

    def _collect_cones(
        self, draft: Draft, case: int, claims: Sequence[_Claimed], judgements: Sequence[Judgement]
    ) -> tuple[set[Triple], set[str]]:
        """Return every fact and rule in the dependency cone of a statement, an answer, or false.

        What is entailed or contradicted is followed derivation by derivation. By predicates, since there is no
        derivation to follow, go: what could take part in deriving something unknown or not found; what a negation
        looks for on any way to the statement or to *false*, for without it there would be another proof, or a
        contradiction; and closed facts that adding a statement must not add anew. What a change takes away takes part.
        """
        rules = draft.rules
        if any(claim.change.rules for claim in draft.claims):
            rules = tuple(dict.fromkeys((*rules, *(rule.name for c in draft.claims for rule in c.change.rules))))
        facts: set[Triple] = {fact for claim in draft.claims for fact in claim.change.removed}
        used: set[str] = set()
        sought: set[Term] = set()
        goals: set[Term] = set()
        for claim, judgement in zip(claims, judgements, strict=True):
            walked, key = self._follow(claim, judgement), get_key(judgement.statement)
            facts |= walked[0]
            used |= walked[1]
            if judgement.statement == FALSE:
                continue
            goals.add(key)
            if judgement.status == "unknown":
                sought.add(key)
                sought |= self._find_closed_beyond(rules, key)
            elif judgement.status == "refuted":
                goal = _get_refuted_goal(judgement)
                if goal != FALSE:
                    goals.add(get_key(goal))
                    sought.add(get_key(goal))
        open_keys, open_rules = get_family(draft.task).list_open(draft, self._theory)
        goals |= open_keys
        sought |= open_keys
        used |= open_rules
        if draft.query is not None:
            asked_keys = {element.key for element in draft.query.body if isinstance(element, Atom)}
            goals |= asked_keys
            sought |= asked_keys
        keys = self._find_keys(rules, frozenset(sought), frozenset(goals))
        facts |= self._found.get_case(case).list_about(keys)
        return facts, used | self._list_concluding(rules, keys)

    def _find_closed_beyond(self, rules: tuple[str, ...], key: Term) -> frozenset[Term]:
        """Return the closed keys that facts about a key could lead to."""
        if (rules, key) not in self._beyond:
            theory = self._theory
            self._beyond[rules, key] = frozenset({c for c in theory.closed if key in theory.reach_back(rules, {c})})
        return self._beyond[rules, key]

    def _follow(self, claim: _Claimed, judgement: Judgement) -> _Cone:
        """Return what is found following every derivation of a statement, or of what refutes it, backwards."""
        if judgement.status == "unknown":
            return frozenset(), frozenset()
        goal = judgement.statement if judgement.status == "entailed" else _get_refuted_goal(judgement)
        place = (claim, goal)
        if place not in self._walked:
            is_refuted = judgement.status == "refuted"
            sheet = self._found.get_extended(claim) if is_refuted else self._found.get_case(claim[0]).sheet
            reach = sheet.reach([goal])
            self._walked[place] = frozenset(reach.stated), frozenset(reach.rules)
        return self._walked[place]

    def _find_keys(self, rules: tuple[str, ...], sought: frozenset[Term], goals: frozenset[Term]) -> frozenset[Term]:
        """Return what could lead to the keys sought, or to what a negation looks for on a way to one of the goals."""
        place = (rules, sought, goals)
        if place not in self._keys:
            reach = self._theory.reach_back
            self._keys[place] = reach(rules, sought) | reach(rules, self._theory.list_negated(rules, goals))
        return self._keys[place]

    def _list_concluding(self, rules: tuple[str, ...], keys: frozenset[Term]) -> frozenset[str]:
        """Return the rules that conclude something about one of some keys."""
        place = (rules, keys)
        if place not in self._concluding:
            by_name = self._theory.by_name
            self._concluding[place] = frozenset(
                [name for name in rules if any(head.key in keys for head in by_name[name].head)]
            )
        return self._concluding[place]


def _get_refuted_goal(judgement: Judgement) -> Triple:
    """Return what adding a refuted statement derives, or the statement where that is looked for and not found."""
    evidence = judgement.evidence
    if isinstance(evidence, Refutation) and evidence.proof is not None:
        return evidence.proof.goal
    return judgement.statement
