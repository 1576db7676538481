"""Which numbers of hops a key can really have: proofs as long as that are grown, and the engine looks for shorter ones.

That somebody is a person can be proved in six hops, and in none: the facts of the long way give the short one as well.
The plan knows every number of hops that some proof tree has; here those are kept for which a minimal proof was seen.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from workbench.checker import measure_proof
from workbench.generation.keyed import KeyedRandom
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.sketch import DeadEnd, Sketch
from workbench.generation.worlds.unfolding import Goal, Unfolder
from workbench.generation.worlds.ways import WayBook
from workbench.model.rules import Atom, Comparison, Rule, collect_variables, is_restatement
from workbench.model.terms import RDF_TYPE, Term, Triple, make_literal
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate

__all__ = ["Attainment"]

_TRIES = 4
_MOST_CASES = 4000
_ROUNDS = 5
_FAILURES = 6


class Attainment:
    """The numbers of hops that minimal proofs have, as bit masks by key; worked out as far as they are asked for."""

    def __init__(self, plan: Plan, book: WayBook) -> None:
        self._plan, self._book = plan, book
        relaxed = [(rule, self._relax(rule)) for rule in plan.theory.rules]
        numberless = [rule for rule, new in relaxed if len(new.body) == len(rule.body)]
        self._theory = Theory(tuple(new for _, new in relaxed if new.head), plan.theory.closed)
        # With all comparisons met at once much is contradicted that is not; what numbers have no part in says which is.
        self._numberless = Theory(tuple(numberless), plan.theory.closed)
        self._restatements = frozenset(rule.name for rule in plan.theory.rules if is_restatement(rule))
        self._known = 0
        self._reach: dict[Term, int] = dict.fromkeys(plan.assertable, 1)
        self._restate()

    def _relax(self, rule: Rule) -> Rule:
        """Leave out comparisons of numbers: they are met later, and here all of them count as met."""
        atoms = [element for element in rule.body if isinstance(element, Atom)]
        bound = {term for atom in atoms for term in (atom.subject, atom.object)}
        values = {atom.object for atom in atoms if atom.key in self._plan.values}
        kept = tuple(
            element
            for element in rule.body
            if not isinstance(element, Comparison)
            or not set(collect_variables(element)) <= bound
            or not set(collect_variables(element)) & values
        )
        return replace(rule, body=kept)

    def _restate(self) -> None:
        """What restatements alone conclude from stated facts has a proof of no hops."""
        changed = True
        while changed:
            changed = False
            for key, ways in self._book.by_key.items():
                if not self._reach.get(key, 0) & 1 and any(
                    way.cost == 0 and all(self._reach.get(atom.key, 0) & 1 for atom in way.atoms) for way in ways
                ):
                    self._reach[key], changed = self._reach.get(key, 0) | 1, True

    def find_reach(self, most: int) -> Mapping[Term, int]:
        """Return the masks, sure up to bit ``most``."""
        while self._known < most:
            self._known += 1
            self._extend(self._known)
        return dict(self._reach)

    def _extend(self, hops: int) -> None:
        waiting = sorted(key for key, mask in self._plan.reach.items() if mask >> hops & 1 and key in self._book.by_key)
        if len(waiting) * _TRIES > _MOST_CASES:
            # Too many to try: what the plan says is taken for true.
            self._reach.update({key: self._reach.get(key, 0) | 1 << hops for key in waiting})
            return
        failures: Counter[Term] = Counter()
        for round_ in range(_ROUNDS):
            found = self._try(waiting, hops, round_, failures)
            for key in found:
                self._reach[key] = self._reach.get(key, 0) | 1 << hops
            waiting = [key for key in waiting if key not in found and failures[key] < _FAILURES]
            if not waiting:
                return

    def _try(self, keys: Sequence[Term], hops: int, round_: int, failures: Counter[Term]) -> frozenset[Term]:
        """Return the keys for which a proof of so many hops that was grown turned out to be minimal.

        ``failures`` counts proofs that were grown and had a shorter one beside them.
        """
        plan = self._plan
        unfolder = Unfolder(plan, self._book, (), self._reach)
        worlds: list[list[Triple]] = []
        goals: list[Triple] = []
        for key in keys:
            for number in range(_TRIES):
                sketch, random = Sketch(), KeyedRandom("attain", key, hops, round_, number)
                ends = sketch.draw_placeholder(), sketch.draw_placeholder()
                try:
                    unfolder.unfold(sketch, Goal(key, hops, ()), *ends, random)
                    sketch.merge_functional(plan.functional, plan.inverse_functional)
                except DeadEnd:
                    continue
                worlds.append([self._ground(*leaf) for leaf in sketch.list_leaves()])
                goals.append(self._ground(key, sketch.find(ends[0]), sketch.find(ends[1])))
        if not worlds:
            return frozenset()
        batch = evaluate(self._theory, worlds)
        bad = evaluate(self._numberless, worlds).find_inconsistent_worlds().tolist()
        found: set[Term] = set()
        for world, goal in enumerate(goals):
            key = goal[2] if goal[1] == RDF_TYPE else goal[1]
            if key in found or bad[world]:
                continue
            if key in plan.values:
                goal = next((f for f in batch.list_facts_of(world, [key]) if f[0] == goal[0]), goal)
            proof = batch.proof(world, goal)
            if proof is not None and measure_proof(proof, self._restatements).hops == hops:
                found.add(key)
            else:
                failures[key] += 1
        return frozenset(found)

    def _ground(self, key: Term, subject: int, object_: int) -> Triple:
        first = self._say(subject)
        if key in self._plan.classes:
            return (first, RDF_TYPE, key)
        pool = self._plan.values.get(key)
        if pool is None or object_ < 0:
            return (first, key, self._say(object_))
        value = make_literal(pool.low + object_) if pool.is_numeric else pool.terms[object_ % len(pool.terms)]
        return (first, key, value)

    def _say(self, term: int) -> Term:
        return f"<urn:p:{term}>" if term >= 0 else self._book.constants[-1 - term]
