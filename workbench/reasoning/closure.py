"""Closures: what one world knows after reasoning."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from functools import cached_property

import numpy as np
import pyarrow

from workbench.model.proofs import FALSE, Proof, Step
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.reasoning.alternatives import Alternatives
from workbench.reasoning.batch import Batch, evaluate
from workbench.reasoning.columns import IntArray
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

    def proofs(self, triple: Triple, limit: int = 10) -> Alternatives:
        """Return up to ``limit`` proofs in rising height, the canonical one first."""
        return self.batch.proofs(self.world, triple, limit)

    def derivations(self) -> pyarrow.Table:
        """Return all derivations: rule, subject, predicate, object, premises (a list of triples), height.

        ``height`` is that of the derivation, one more than its highest premise's; the conclusion of an integrity
        rule is *false* in all three columns. Rows are sorted by conclusion, then in canonical order of rule and
        premises.
        """
        log, facts, world = self.batch.log, self.batch.facts, self.world
        rows = slice(int(log.starts[world]), int(log.starts[world + 1]))
        numbers, rules, premises = log.facts[rows], log.rules[rows], log.premises[rows].astype(np.int64)
        used, places = np.unique(np.concatenate((numbers, premises.ravel())), return_inverse=True)
        present = used[(used >= 0) & (used < facts.size)]
        texts: list[Triple | None] = [None] * int(np.count_nonzero(used < 0)) + [*facts.list_triples(present)]
        texts += [FALSE] * (len(used) - len(texts))
        heads = places[: len(numbers)].tolist()
        bodies = places[len(numbers) :].reshape(premises.shape).tolist()
        heights = _measure_steps(facts.heights, premises).tolist()
        names = [plan.rule.name for plan in self.batch.plan.rules]
        found = sorted(
            {
                (texts[head] or FALSE, names[rule], tuple(t for p in body if (t := texts[p]) is not None), height)
                for head, rule, body, height in zip(heads, rules.tolist(), bodies, heights, strict=True)
            }
        )
        triple = pyarrow.struct([(name, pyarrow.string()) for name in ("subject", "predicate", "object")])
        keys = ("subject", "predicate", "object")
        return pyarrow.table(
            {
                "rule": pyarrow.array([rule for _, rule, _, _ in found], pyarrow.string()),
                **{
                    name: pyarrow.array([head[place] for head, _, _, _ in found], pyarrow.string())
                    for place, name in enumerate(keys)
                },
                "premises": pyarrow.array(
                    [[dict(zip(keys, p, strict=True)) for p in body] for _, _, body, _ in found], pyarrow.list_(triple)
                ),
                "height": pyarrow.array([height for _, _, _, height in found], pyarrow.int32()),
            }
        )

    def contradictions(self) -> list[Step]:
        """Return every instance of an integrity rule, in canonical order; empty when consistent."""
        return self.batch.list_contradictions(self.world)


def _measure_steps(heights: IntArray, premises: IntArray) -> IntArray:
    """One more than the greatest height in each row of premises, -1 standing for no premise."""
    if not premises.shape[1]:
        return np.ones(len(premises), dtype=np.int64)
    padded = np.concatenate((heights, [0]))
    return 1 + np.asarray(padded[premises].max(axis=1), dtype=np.int64)
