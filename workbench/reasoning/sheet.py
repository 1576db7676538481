"""A sheet: one small world's facts by number, with their derivations and what follows from these.

Facts are numbered in the order of their texts, and *false* has the number after the last. Sets of facts are integers
whose bits are numbers. Whatever is made is kept: each step is one value in all proofs and derivations.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from workbench.model.proofs import FALSE, Proof, Step
from workbench.model.terms import Triple
from workbench.reasoning.plan import TheoryPlan

__all__ = ["Extent", "Reach", "Sheet", "iterate_bits"]


class Extent(NamedTuple):
    """How large a fact's canonical proof is, and how many derivations conclude the fact.

    ``hops`` are the steps that are no restatements (see :func:`workbench.model.rules.is_restatement`), counted over
    the whole proof, ``leaves`` the stated facts in it.
    """

    height: int
    hops: int
    steps: int
    leaves: int
    derivations: int


class Reach(NamedTuple):
    """What facts rest on in any way: stated facts, sorted, and names of rules, sorted.

    Derivations are followed backwards. What bears on an absence that one of them used is not followed.
    """

    stated: tuple[Triple, ...]
    rules: tuple[str, ...]


def iterate_bits(bits: int) -> Iterator[int]:
    """Yield the members of a set, rising."""
    while bits:
        lowest = bits & -bits
        yield lowest.bit_length() - 1
        bits ^= lowest


class Sheet(ABC):
    """What can be asked about a world; :meth:`find` gives a fact its number."""

    def __init__(self, plan: TheoryPlan) -> None:
        self._plan = plan

    @property
    @abstractmethod
    def facts(self) -> Sequence[Triple]:
        """The facts by their numbers; not to be changed."""

    @property
    @abstractmethod
    def stated_bits(self) -> int:
        """The stated facts as a set."""

    @abstractmethod
    def find(self, triple: Triple) -> int | None:
        """Return the number of a fact, or of :data:`FALSE`; None when it is not in the closure."""

    @abstractmethod
    def get_height(self, number: int) -> int:
        """Return a fact's height."""

    @abstractmethod
    def list_steps(self, number: int) -> list[Step]:
        """Return all steps that conclude a fact, in no order."""

    @abstractmethod
    def list_proof(self, number: int) -> tuple[Step, ...]:
        """Return the steps of a fact's canonical proof."""

    @abstractmethod
    def get_extent(self, number: int) -> Extent:
        """Return the measures of a fact's canonical proof."""

    @abstractmethod
    def get_cone(self, number: int) -> tuple[int, int]:
        """Return what a fact rests on in any way, itself included: as a set of facts, and a set of rules' numbers."""

    def get_triple(self, number: int) -> Triple:
        """Return the fact with a number."""
        return self.facts[number] if number < len(self.facts) else FALSE

    def list_sorted(self) -> list[Triple]:
        """Return the facts, sorted."""
        return sorted(self.facts)

    def list_bits(self, bits: int) -> list[Triple]:
        """Return the facts of a set, by their numbers."""
        facts = self.facts
        return [facts[number] for number in iterate_bits(bits)]

    def proof(self, triple: Triple) -> Proof | None:
        """Return the canonical minimal proof (see :mod:`workbench.reasoning.minimal`), None when there is none."""
        number = self.find(triple)
        return None if number is None else Proof(triple, self.list_proof(number))

    def measure(self, triple: Triple) -> Extent | None:
        """Return the measures of the canonical proof, None when there is none."""
        number = self.find(triple)
        return None if number is None else self.get_extent(number)

    def derivations(self, triple: Triple) -> list[Step]:
        """Return all steps that conclude a fact (or :data:`FALSE`), in canonical order."""
        number = self.find(triple)
        steps = [] if number is None else self.list_steps(number)
        return steps if len(steps) < 2 else sorted(steps, key=lambda step: step.sort_key)

    def reach(self, triples: Iterable[Triple]) -> Reach:
        """Return the stated facts and rules that some facts (or :data:`FALSE`) rest on; others rest on nothing."""
        facts = rules = 0
        for triple in triples:
            number = self.find(triple)
            if number is not None:
                own, used = self.get_cone(number)
                facts, rules = facts | own, rules | used
        names = tuple(self._plan.rules[number].rule.name for number in iterate_bits(rules))
        return Reach(tuple(sorted(self.list_bits(facts & self.stated_bits))), names)
