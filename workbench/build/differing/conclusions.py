"""What follows on one side only, with its proof there, and what brought or took it.

A conclusion is lost because its proof is broken. Of its minimal proof in OLD those rules and facts are named that NEW
no longer has; where it has them all, what a step needed to be absent is there now, and that is named. What is gained
is told the same way, the other way round.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from typing import NamedTuple

from workbench.build.accounts import tell_proof
from workbench.build.differing.renamed import State
from workbench.build.differing.rules import digest_rule
from workbench.build.differing.values import Cause, Consequence, Consistency, Fate, Flip
from workbench.build.totals import compose_constraint, evaluate_totals
from workbench.model.proofs import FALSE, Proof
from workbench.model.report import Location
from workbench.model.rules import Atom, Rule
from workbench.model.terms import Triple, is_variable
from workbench.model.theory import Theory
from workbench.reasoning.closure import Closure

__all__ = ["Conclusions", "compare_conclusions"]

_MOST_PROOFS = 200
_MOST_CAUSED = 1_000
"""So many of each kind have their causes told, the lowest first; working out proofs takes time."""


class Conclusions(NamedTuple):
    """What follows on one side only, whether the facts contradict each other, and constraints that flip.

    ``kept`` are the facts that are no longer stated and follow all the same.
    """

    lost: tuple[Consequence, ...]
    gained: tuple[Consequence, ...]
    consistency: tuple[Consistency, Consistency]
    flips: tuple[Flip, ...]
    kept: frozenset[Triple]


def compare_conclusions(old: State, new: State) -> Conclusions:
    """Compare what follows. Both sides can be reasoned with, and OLD has the names of NEW already.

    Raises LimitError when reasoning takes too much.
    """
    before = old.knowledge.prepare_closure()
    stated = frozenset(new.knowledge.facts)
    revision = before.revise(
        added=stated - before.stated,
        removed=before.stated - stated,
        theory=new.knowledge.theory,
        limits=new.knowledge.make_limits(),
    )
    known = vars(new.knowledge)
    after = known.setdefault("closure", revision.closure)
    own = (stated | before.stated) - (stated & before.stated)
    left, right = _Side(old, before), _Side(new, after)
    return Conclusions(
        tuple(left.tell(_order(revision.lost, own, before), right, "gone")),
        tuple(right.tell(_order(revision.gained, own, after), left, "new")),
        (left.judge_consistency(), right.judge_consistency()),
        tuple(_flip_constraints(left, right)),
        frozenset(fact for fact in before.stated - stated if after.is_entailed(fact)),
    )


def _order(facts: Iterable[Triple], own: frozenset[Triple], closure: Closure) -> list[Triple]:
    return sorted((fact for fact in facts if fact not in own), key=lambda fact: (closure.depth(fact) or 0, fact))


class _Side:
    """One side's closure, with what its theory says whatever the names of rules are."""

    def __init__(self, state: State, closure: Closure) -> None:
        self.state, self.closure = state, closure
        self.theory: Theory = closure.theory
        self._meanings: frozenset[str] | None = None

    def has_rule(self, rule: Rule) -> bool:
        """Tell whether this side has a rule that says the same."""
        own = self.theory.by_name.get(rule.name)
        if own is not None and (own.body, own.head) == (rule.body, rule.head):
            return True
        if self._meanings is None:
            self._meanings = frozenset(digest_rule(known) for known in self.theory.rules)
        return digest_rule(rule) in self._meanings

    def tell(self, facts: list[Triple], other: _Side, happened: Fate) -> Iterator[Consequence]:
        """Yield what only this side concludes; ``happened`` says what befell its grounds: ``gone`` or ``new``."""
        narrator = self.state.narrator
        for number, fact in enumerate(facts):
            proof = self.closure.proof(fact) if number < _MOST_CAUSED else None
            if proof is None:
                yield Consequence(fact, narrator.say(fact), ())
                continue
            account = tell_proof(proof, narrator, self.theory.by_name) if number < _MOST_PROOFS else None
            yield Consequence(fact, narrator.say(fact), tuple(self._find_causes(proof, other, happened)), account)

    def _find_causes(self, proof: Proof, other: _Side, happened: Fate) -> Iterator[Cause]:
        """Yield what this proof rests on and the other side lacks, else what the other side has against it."""
        narrator = self.state.narrator
        reverse: Fate = "new" if happened == "gone" else "gone"
        found = False
        for name in dict.fromkeys(proof.iterate_rules()):
            rule = self.theory.by_name[name]
            if not other.has_rule(rule):
                found = True
                fate: Fate = "changed" if name in other.theory.by_name and rule.kind != "axiom" else happened
                yield Cause(rule.kind, fate, name, narrator.compose_rule(rule), narrator.locate_rule(rule))
        for leaf in proof.leaves:
            if not other.closure.is_entailed(leaf):
                found = True
                yield Cause("fact", happened, "", narrator.say(leaf), narrator.locate(leaf))
        if not found:
            yield from self._find_obstacles(proof, other, reverse)

    def _find_obstacles(self, proof: Proof, other: _Side, happened: Fate) -> Iterator[Cause]:
        """Yield facts of the other side that a step of this proof needs to be absent, the first for each."""
        narrator = other.state.narrator
        for step in proof.steps:
            for negation in step.absent:
                for atom in negation.elements:
                    if not isinstance(atom, Atom):
                        continue
                    facts = other.closure.batch.list_facts_of(other.closure.world, [atom.key])
                    found = (f for f in facts if _fits(atom, f) and not self.closure.is_entailed(f))
                    if (fact := min(found, default=None)) is not None:
                        yield Cause("fact", happened, "", narrator.say(fact), narrator.locate(fact))

    def judge_consistency(self) -> Consistency:
        """Return the minimal contradiction of the facts, if there is one."""
        proof = self.closure.proof(FALSE)
        return Consistency(None if proof is None else tell_proof(proof, self.state.narrator, self.theory.by_name))

    def count_violated(self) -> Counter[str]:
        """Return how often each constraint is violated."""
        constraints = {rule.name for rule in self.state.domain.constraints}
        found = Counter(step.rule for step in self.closure.contradictions() if step.rule in constraints)
        if self.state.domain.totals:
            cases = evaluate_totals(self.state.knowledge).cases
            found.update(case.constraint.name for case in cases if case.violated)
        return found

    def list_constraints(self) -> dict[str, tuple[str, Location | None]]:
        """Return the sentence and place of each constraint, by name."""
        narrator, domain = self.state.narrator, self.state.domain
        found = {rule.name: (narrator.say_rule(rule), rule.location) for rule in domain.constraints}
        return found | {one.name: (compose_constraint(narrator, one), one.location) for one in domain.totals}


def _fits(atom: Atom, fact: Triple) -> bool:
    """Tell whether a fact is one that an atom looks for; its variables stand for anything."""
    return all(is_variable(part) or part == term for part, term in zip(atom, fact, strict=True))


def _flip_constraints(old: _Side, new: _Side) -> Iterator[Flip]:
    before, after = old.count_violated(), new.count_violated()
    known = old.list_constraints()
    for name, (sentence, place) in sorted(new.list_constraints().items()):
        former, present = before[name], after[name]
        if bool(former) == bool(present):
            continue
        told = f"violated in {present:,} case{'s' if present > 1 else ''}" if present else "holds"
        past = "was not there" if name not in known else "was violated" if former else "held"
        yield Flip("constraint", name, sentence, past, told, bool(present), "", place)
