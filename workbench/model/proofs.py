"""Evidence: proofs, refutations and pairs of models, as values that anyone can re-check."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from workbench.model.rules import Negation
from workbench.model.terms import Triple

__all__ = ["FALSE", "Evidence", "ModelPair", "Proof", "Refutation", "Status", "Step"]

Status = Literal["entailed", "refuted", "unknown"]
FALSE: Triple = ("false", "false", "false")
"""The conclusion of an integrity rule, where a triple is expected."""


@dataclass(frozen=True, slots=True)
class Step:
    """One rule application.

    ``bindings`` maps the rule's variables (``?x``) to terms, sorted by name, for every variable outside ``not``;
    ``premises`` are the instantiated positive atoms in body order; ``absent`` the instantiated negations that were
    looked for and not found; ``conclusion`` one head atom's instance, or :data:`FALSE`.
    """

    rule: str
    bindings: tuple[tuple[str, str], ...]
    premises: tuple[Triple, ...]
    absent: tuple[Negation, ...]
    conclusion: Triple

    @property
    def sort_key(self) -> tuple[object, ...]:
        """The canonical order between steps: rule name, then bindings."""
        return (self.rule, self.bindings, self.conclusion)


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof DAG: ``steps`` in an order in which premises come first, each conclusion once, the goal last.

    A stated fact has a proof without steps. Premises that no step concludes are leaves.
    """

    goal: Triple
    steps: tuple[Step, ...]

    @property
    def leaves(self) -> tuple[Triple, ...]:
        """Facts the proof rests on, sorted."""
        concluded = {step.conclusion for step in self.steps}
        used = {premise for step in self.steps for premise in step.premises}
        return tuple(sorted(used - concluded)) if self.steps else (self.goal,)

    @property
    def height(self) -> int:
        """Steps on the longest path from a leaf to the goal; 0 for a stated fact."""
        heights: dict[Triple, int] = {}
        for step in self.steps:
            heights[step.conclusion] = 1 + max((heights.get(p, 0) for p in step.premises), default=0)
        return heights.get(self.goal, 0)

    def iterate_rules(self) -> Iterator[str]:
        """Yield the names of the rules used, each once, in order of first use."""
        yield from dict.fromkeys(step.rule for step in self.steps)


@dataclass(frozen=True, slots=True)
class Refutation:
    """Why no model of the theory that keeps M's closed part contains ``statement``.

    Either ``proof`` is None: the statement is about a closed predicate and M lacks it ("looked for, not found").
    Or ``proof`` derives, with ``statement`` as an additional leaf, :data:`FALSE` or a closed fact that M lacks;
    negations in it are judged against M.
    """

    statement: Triple
    proof: Proof | None = None


@dataclass(frozen=True, slots=True)
class ModelPair:
    """Why a statement is neither entailed nor refuted: M, and the closure with the statement added.

    Both are the *derived* facts, sorted; the stated facts belong to both, and ``statement`` to the second.
    """

    statement: Triple
    without: tuple[Triple, ...]
    with_statement: tuple[Triple, ...]


Evidence = Proof | Refutation | ModelPair
