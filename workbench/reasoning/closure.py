"""Closures: what one world knows after reasoning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

from workbench.model.proofs import Proof, Step
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch, evaluate
from workbench.reasoning.guards import Limits

__all__ = ["Closure", "reason"]


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

    def proof(self, triple: Triple) -> Proof | None:
        """Return the canonical minimal proof, None when the triple does not follow."""
        return self.batch.proof(self.world, triple)

    def contradictions(self) -> list[Step]:
        """Return every instance of an integrity rule, in canonical order; empty when consistent."""
        return self.batch.list_contradictions(self.world)
