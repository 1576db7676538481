"""Evaluating: drafts with the facts and rules under which each is solved, all of them in one batch.

Facts and rules together are a case. Every case is evaluated once, under its own rules, however many drafts ask about
it; a second evaluation adds each statement that does not follow, negations judged against the first.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import NamedTuple

from workbench.generation.questions.draft import Draft, Judgement, Outcome, apply_change, extend_theory
from workbench.generation.questions.listing import find_answers, index_facts
from workbench.model.proofs import FALSE, ModelPair, Refutation, Status
from workbench.model.terms import RDF_TYPE, Term, Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate
from workbench.reasoning.extended_sheet import ExtendedSheet
from workbench.reasoning.sheet import Extent, Sheet
from workbench.reasoning.sheets import WorldSheet

__all__ = ["Asked", "Case", "Claimed", "Evaluation", "Search", "get_key"]

Claimed = tuple[int, Triple]
"""A statement with the number of the case that it is judged in."""


def get_key(fact: Triple) -> Term:
    """Return what a fact is about: its predicate, or the class for a type."""
    return fact[2] if fact[1] == RDF_TYPE else fact[1]


@dataclass(frozen=True, slots=True)
class Asked:
    """What a draft asks of the cases: its own case, each statement with the case it is judged in, and its answers."""

    case: int
    claims: tuple[Claimed, ...]
    answers: tuple[tuple[Term, ...], ...]


class Search(NamedTuple):
    """How large the proofs are that a search comes across: the largest of each measure, and the rules in any."""

    height: int
    hops: int
    steps: int
    leaves: int
    rules: frozenset[str]

    def join(self, extents: Sequence[Extent], rules: frozenset[str]) -> Search:
        """Return the search that comes across further proofs."""
        if not extents:
            return self
        height, hops, steps, leaves, _ = map(max, zip(*extents, strict=True))
        return Search(
            max(height, self.height),
            max(hops, self.hops),
            max(steps, self.steps),
            max(leaves, self.leaves),
            self.rules | rules,
        )


_NOTHING = Search(0, 0, 0, 0, frozenset())


class Case:
    """Facts and rules, with what is known of them; whatever is worked out serves all drafts that ask about them."""

    def __init__(self, theory: Theory, facts: tuple[Triple, ...], rules: tuple[str, ...], sheet: WorldSheet) -> None:
        self.theory, self.facts, self.rules, self.sheet = theory, facts, rules, sheet
        self._about: dict[frozenset[Term], frozenset[Triple]] = {}
        self._searches: dict[frozenset[Term], Search] = {}

    @cached_property
    def model(self) -> tuple[Triple, ...]:
        """The derived facts, sorted."""
        sheet = self.sheet
        return tuple([fact for fact, height in zip(sheet.facts, sheet.heights, strict=True) if height])

    @cached_property
    def index(self) -> Mapping[Term, Sequence[Triple]]:
        """The facts of the closure by predicate."""
        return index_facts(self.sheet.facts)

    @cached_property
    def _by_key(self) -> dict[Term, list[Triple]]:
        found: dict[Term, list[Triple]] = {}
        for fact in self.facts:
            found.setdefault(get_key(fact), []).append(fact)
        return found

    def list_about(self, keys: frozenset[Term]) -> frozenset[Triple]:
        """Return the stated facts that are about one of some keys."""
        if keys not in self._about:
            own = self._by_key
            self._about[keys] = frozenset(fact for key in own if key in keys for fact in own[key])
        return self._about[keys]

    def search(self, keys: frozenset[Term]) -> Search:
        """Return what a search among the derived facts about some keys comes across."""
        if keys not in self._searches:
            found = [search for key, search in self._by_derived.items() if key in keys]
            rules = frozenset[str]().union(*[search.rules for search in found])
            self._searches[keys] = _NOTHING.join([Extent(*search[:4], 0) for search in found], rules)
        return self._searches[keys]

    @cached_property
    def _by_derived(self) -> dict[Term, Search]:
        """What a search among the derived facts about one key comes across."""
        sheet, extents = self.sheet, self.sheet.extents
        by_key: dict[Term, list[int]] = {}
        for number, fact in enumerate(sheet.facts):
            if sheet.heights[number]:
                by_key.setdefault(get_key(fact), []).append(number)
        found = {}
        for key, numbers in by_key.items():
            rows = {row for number in numbers for row in sheet.list_proof_rows(number)}
            rules = frozenset({self.theory.rules[sheet.get_rule(row)].name for row in rows})
            found[key] = _NOTHING.join([extents[number] for number in numbers], rules)
        return found


def _add_rules(theory: Theory, drafts: Sequence[Draft]) -> Theory:
    """Return the theory with the rules that any claim adds; ValueError when two different ones have one name."""
    added = dict.fromkeys(rule for draft in drafts for claim in draft.claims for rule in claim.change.rules)
    return extend_theory(theory, tuple(rule for rule in added if theory.by_name.get(rule.name) != rule))


class Evaluation:
    """Drafts evaluated under facts and rules: their cases, what each asks of which, and the open statements."""

    def __init__(self, theory: Theory, wanted: Sequence[tuple[Draft, tuple[Triple, ...], tuple[str, ...]]]) -> None:
        theory = self.theory = _add_rules(theory, [draft for draft, _, _ in wanted])
        places: dict[tuple[tuple[Triple, ...], tuple[str, ...]], int] = {}
        known: dict[tuple[int, int], int] = {}  # many drafts share the very tuples, which take long to compare
        needed: list[list[int]] = []
        for draft, facts, rules in wanted:
            place = known.get((id(facts), id(rules)))
            if place is None:
                place = known[id(facts), id(rules)] = places.setdefault((facts, rules), len(places))
            cases = [place]
            for claim in draft.claims:
                changed = apply_change(facts, claim.change)
                more = (*rules, *[rule.name for rule in claim.change.rules]) if claim.change.rules else rules
                is_same = changed is facts and more is rules
                cases.append(place if is_same else places.setdefault((changed, more), len(places)))
            needed.append(cases)
        self._places = list(places)
        self.batch = evaluate(
            theory, [facts for facts, _ in self._places], enabled=[rules for _, rules in self._places]
        )
        self.inconsistent: list[bool] = self.batch.find_inconsistent_worlds().tolist()
        self._cases: dict[int, Case] = {}
        self.asked = [self._ask(draft, cases) for (draft, _, _), cases in zip(wanted, needed, strict=True)]
        open_ones = dict.fromkeys(
            claim
            for asked in self.asked
            if asked is not None
            for claim in asked.claims
            if claim[1] != FALSE and claim[1] not in self.get_case(claim[0]).sheet.numbers
        )
        self.extended = self.batch.extend([*open_ones])
        self._open = {claim: index for index, claim in enumerate(open_ones)}
        self._contradicted: list[bool] = self.extended.find_inconsistent_worlds().tolist()
        self._statuses: dict[Claimed, Status] = {}
        self._judgements: dict[Claimed, Judgement] = {}

    def get_case(self, number: int) -> Case:
        """Return a case by its number."""
        case = self._cases.get(number)
        if case is None:
            facts, rules = self._places[number]
            case = self._cases[number] = Case(self.theory, facts, rules, self.batch.get_sheet(number))
        return case

    def get_extended(self, claim: Claimed) -> Sheet:
        """Return the sheet of a case with an open statement added."""
        return self.extended.get_sheet(self._open[claim])

    def _ask(self, draft: Draft, cases: Sequence[int]) -> Asked | None:
        """Return what a draft asks; None when one of its cases contradicts itself and that is not what is asked."""
        claims = tuple(zip(cases[1:], draft.statements, strict=True))
        if any(self.inconsistent[case] for case in cases):
            wants_conflict = {case for case, statement in claims if statement == FALSE}
            if any(self.inconsistent[case] and case not in wants_conflict for case in cases):
                return None
        if draft.query is None:
            return Asked(cases[0], claims, ())
        found = find_answers(draft.query, self.get_case(cases[0]).index)
        atoms = sorted({atom for one in found for atom in one.atoms})
        return Asked(cases[0], tuple((cases[0], atom) for atom in atoms), tuple(one.values for one in found))

    def conclude(self, number: int) -> Outcome | None:
        """Return the statements of a draft with their statuses, and its answers; None when it is inconsistent."""
        asked = self.asked[number]
        if asked is None:
            return None
        return tuple([(claim[1], self.find_status(claim)) for claim in asked.claims]), asked.answers

    def find_status(self, claim: Claimed) -> Status:
        """Return the status of a statement in a case; *false* is entailed or unknown."""
        status = self._statuses.get(claim)
        if status is None:
            status = self._statuses[claim] = self._judge_status(claim)
        return status

    def _judge_status(self, claim: Claimed) -> Status:
        case, statement = claim
        if statement == FALSE:
            return "entailed" if self.inconsistent[case] else "unknown"
        if claim not in self._open:
            return "entailed"
        if get_key(statement) in self.theory.closed or self._find_goals(claim):
            return "refuted"
        return "unknown"

    def _find_goals(self, claim: Claimed) -> list[Triple]:
        """Return what adding an open statement derives that refutes it: false, or closed facts that M lacks."""
        place, closed = self._open[claim], self.theory.closed
        if self._contradicted[place]:
            return [FALSE]
        if not closed:
            return []
        return [f for f in self.extended.list_new_facts(place) if get_key(f) in closed and f != claim[1]]

    def judge(self, claim: Claimed) -> Judgement:
        """Return a statement's status with its evidence."""
        found = self._judgements.get(claim)
        if found is None:
            found = self._judgements[claim] = self._judge(claim)
        return found

    def _judge(self, claim: Claimed) -> Judgement:
        (number, statement), status = claim, self.find_status(claim)
        case = self.get_case(number)
        if status == "entailed":
            if (proof := case.sheet.proof(statement)) is None:
                raise ValueError("a fact of the closure has no proof")
            return Judgement(statement, status, proof)
        if statement == FALSE:
            return Judgement(statement, status, ModelPair(statement, case.model, ()))
        if status == "refuted":
            if get_key(statement) in self.theory.closed:
                return Judgement(statement, status, Refutation(statement))
            sheet = self.get_extended(claim)
            proofs = [found for goal in self._find_goals(claim) if (found := sheet.proof(goal)) is not None]
            proof = min(proofs, key=lambda p: (p.height, len(p.steps), p.goal)) if len(proofs) > 1 else proofs[0]
            return Judgement(statement, status, Refutation(statement, proof))
        new = [fact for fact in self.extended.list_new_facts(self._open[claim]) if fact != statement]
        with_statement = tuple(sorted([*case.model, *new])) if new else case.model
        return Judgement(statement, status, ModelPair(statement, case.model, with_statement))

    def search(self, claim: Claimed, keys: frozenset[Term]) -> Search:
        """Return what a search for an unknown statement comes across: facts about some keys, derived in either model.

        What rests on nothing that the statement changes has one proof in both.
        """
        case, sheet = self.get_case(claim[0]), self.get_extended(claim)
        found = case.search(keys)
        changed = sheet.list_changed() if isinstance(sheet, ExtendedSheet) else range(len(sheet.facts))
        numbers = [n for n in changed if get_key(sheet.get_triple(n)) in keys and sheet.get_height(n)]
        rules = frozenset({step.rule for number in numbers for step in sheet.list_proof(number)})
        return found.join([sheet.get_extent(number) for number in numbers], rules)
