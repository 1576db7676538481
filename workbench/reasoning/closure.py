"""Closures: what one world knows after reasoning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np
import pyarrow

from workbench.model.proofs import Proof, Step
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.reasoning.alternatives import Alternatives
from workbench.reasoning.batch import Batch, evaluate
from workbench.reasoning.derivation_table import tabulate_derivations
from workbench.reasoning.derivations import count_instances
from workbench.reasoning.guards import Limits
from workbench.reasoning.justifications import Justifications
from workbench.reasoning.live import ABSENT
from workbench.reasoning.revision import Changes, Outgrown

__all__ = ["Closure", "Revision", "reason"]


def reason(theory: Theory, facts: Iterable[Triple], limits: Limits = Limits()) -> Closure:  # noqa: B008
    """Return the closure of ``facts`` under ``theory``."""
    return Closure(evaluate(theory, [facts], limits=limits), 0)


class Closure:
    """One world of a batch: its facts, their heights and proofs."""

    def __init__(self, batch: Batch, world: int = 0) -> None:
        self.batch = batch
        self.world = world

    @property
    def theory(self) -> Theory:
        """The theory that was applied."""
        return self.batch.theory

    def facts(self) -> Iterator[Triple]:
        """Yield all facts, stated and derived, sorted."""
        return iter(self.batch.list_facts(self.world))

    @cached_property
    def stated(self) -> frozenset[Triple]:
        """The facts that were given."""
        return frozenset(self.batch.list_facts(self.world, stated=True))

    @cached_property
    def derived(self) -> tuple[Triple, ...]:
        """The facts that only rules give, sorted."""
        return tuple(self.batch.list_facts(self.world, stated=False))

    def is_entailed(self, triple: Triple) -> bool:
        """Tell whether a triple follows."""
        return self.batch.is_entailed(self.world, triple)

    def depth(self, triple: Triple) -> int | None:
        """Return the least height of a proof: 0 for a stated fact, None when the triple does not follow."""
        return self.batch.get_height(self.world, triple)

    def list_derivations(self, triple: Triple) -> list[Step]:
        """Return every step that concludes a triple (or *false*), in canonical order; found by matching rule heads."""
        return self.batch.derivations(self.world, triple)

    def proof(self, triple: Triple) -> Proof | None:
        """Return the canonical minimal proof, None when the triple does not follow."""
        return self.batch.proof(self.world, triple)

    def proofs(self, triple: Triple, limit: int = 10) -> Alternatives:
        """Return up to ``limit`` proofs in rising height, the canonical one first."""
        return self.batch.proofs(self.world, triple, limit)

    def revise(
        self,
        *,
        added: Iterable[Triple] = (),
        removed: Iterable[Triple] = (),
        theory: Theory | None = None,
        limits: Limits = Limits(),  # noqa: B008 - an immutable value
    ) -> Revision:
        """Return the closure after facts were stated or withdrawn or the theory was changed; this one stays as it is.

        The result is that of reasoning from scratch, at a cost that follows what changes. ``added`` facts may be
        stated or derived already, ``removed`` ones must be stated and not be added too. Raises LimitError,
        ValueError when a removed fact is not stated.
        """
        wanted = sorted(set(added))
        unwanted = sorted(set(removed))
        theory = self.theory if theory is None else theory
        if not set(wanted).isdisjoint(unwanted):
            raise ValueError("a fact is both added and removed")
        try:
            batch, changes = self.batch.revise(theory, wanted, unwanted, limits)
        except Outgrown:
            return Revision(self, reason(theory, [*(self.stated - set(unwanted)), *wanted], limits), None)
        return Revision(self, Closure(batch), changes)

    def justifications(self, triple: Triple, limit: int = 10) -> Justifications:
        """Return up to ``limit`` smallest sets of stated facts from which a triple (or *false*) follows."""
        return self.batch.justifications(self.world, triple, limit)

    def count_facts(self) -> tuple[int, int]:
        """Return how many facts are stated, and how many only derived."""
        heights = self.batch.facts.heights[self.batch.facts.list_world(self.world)]
        stated = int(np.count_nonzero(heights == 0))
        return stated, len(heights) - stated

    def count_derivations(self) -> int:
        """Return how many derivations there are, without keeping any where the world is alone in its batch."""
        if self.batch.world_count > 1:
            return int(self.derivations().num_rows)
        return count_instances(self.batch.plan, self.batch.matcher, self.batch.facts)

    def derivations(self, limit: int | None = None) -> pyarrow.Table:
        """Return all derivations as a table, at most ``limit`` of them.

        See :func:`workbench.reasoning.derivation_table.tabulate_derivations`.
        """
        return tabulate_derivations(self.batch, self.world, limit)

    def contradictions(self) -> list[Step]:
        """Return every instance of an integrity rule, in canonical order; empty when consistent."""
        return self.batch.list_contradictions(self.world)


class Revision:
    """A change of a closure: ``before``, ``closure`` after it, and what the difference is."""

    def __init__(self, before: Closure, closure: Closure, changes: Changes | None) -> None:
        self.before, self.closure = before, closure
        self._changes = changes

    @cached_property
    def heights(self) -> dict[Triple, tuple[int | None, int | None]]:
        """The facts whose height changed, sorted, with the heights before and after; None where it is no fact."""
        if self._changes is None:  # so much changed that everything was computed anew
            old, new = set(self.before.facts()), set(self.closure.facts())
            both = {fact: (self.before.depth(fact), self.closure.depth(fact)) for fact in sorted(old | new)}
            return {fact: pair for fact, pair in both.items() if pair[0] != pair[1]}
        facts, found = self.closure.batch.facts, {}
        for key, (rows, before, after) in self._changes.rows.items():
            triples = facts.list_triples(rows + facts.offsets[key])
            for triple, old_height, new_height in zip(triples, before.tolist(), after.tolist(), strict=True):
                found[triple] = (_read_height(old_height), _read_height(new_height))
        return {fact: found[fact] for fact in sorted(found)}

    @property
    def gained(self) -> tuple[Triple, ...]:
        """The facts that the change brought, stated ones included, sorted."""
        return tuple(fact for fact, (before, _) in self.heights.items() if before is None)

    @property
    def lost(self) -> tuple[Triple, ...]:
        """The facts that the change took away, sorted."""
        return tuple(fact for fact, (_, after) in self.heights.items() if after is None)


def _read_height(height: int) -> int | None:
    return None if height >= ABSENT else height
