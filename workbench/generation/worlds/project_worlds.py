"""Project worlds: pieces of the project's own facts, with the individuals renamed.

A conclusion about the project's own individuals is chosen, what its proof rests on is taken together with facts
about the same individuals, and everyone gets another name: the structure is real, the persons are not recognisable,
and nothing that is left out can contradict what a reader knows.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from workbench.checker import measure_proof
from workbench.generation.keyed import KeyedRandom, hash_parts
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.world import NameBook, World, rename_individuals
from workbench.model.curriculum import Level
from workbench.model.rules import is_restatement
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal
from workbench.reasoning.closure import Closure

__all__ = ["ProjectWorlds"]

_NEIGHBOURS = 10


class ProjectWorlds:
    """The finite supply of worlds that the project's own conclusions give."""

    def __init__(self, plan: Plan, names: NameBook, closure: Closure) -> None:
        self.plan, self.names, self.closure = plan, names, closure
        self._restatements = frozenset(rule.name for rule in plan.theory.rules if is_restatement(rule))
        queryable = set(plan.queryable)
        self._conclusions = tuple(
            fact for fact in closure.derived if (fact[2] if fact[1] == RDF_TYPE else fact[1]) in queryable
        )
        self._classes: dict[Term, frozenset[Term]] = {}
        self._about: dict[Term, list[Triple]] = {}
        types: dict[Term, set[Term]] = {}
        stated_keys = set(plan.assertable)
        for subject, predicate, object_ in closure.facts():
            if predicate == RDF_TYPE:
                types.setdefault(subject, set()).add(object_)
        for fact in sorted(closure.stated):
            subject, predicate, object_ = fact
            if (object_ if predicate == RDF_TYPE else predicate) not in stated_keys:
                continue
            self._about.setdefault(subject, []).append(fact)
            if predicate != RDF_TYPE and not is_literal(object_):
                self._about.setdefault(object_, []).append(fact)
        self._classes = {term: frozenset(own) for term, own in types.items()}

    @property
    def size(self) -> int:
        """How many conclusions there are to choose from."""
        return len(self._conclusions)

    def order(self, seed: str) -> tuple[Triple, ...]:
        """Return all conclusions in the order that ``seed`` gives."""
        return tuple(sorted(self._conclusions, key=lambda fact: hash_parts("conclusion", seed, *fact)))

    def cut(self, level: Level, conclusions: Sequence[Triple], seed: str) -> tuple[list[World], Counter[str]]:
        """Return the worlds around those conclusions with proofs within the level's bounds, and what was dropped."""
        worlds: list[World] = []
        dropped: Counter[str] = Counter()
        for fact in conclusions:
            proof = self.closure.proof(fact)
            if proof is None:
                continue
            hops = measure_proof(proof, self._restatements).hops
            if not level.hops[0] <= hops <= level.hops[1]:
                continue
            world = self._cut_one(fact, proof.leaves, seed)
            if world is None:
                dropped["names used up"] += 1
            else:
                worlds.append(world)
        return worlds, dropped

    def _cut_one(self, fact: Triple, leaves: Sequence[Triple], seed: str) -> World | None:
        key = hash_parts("project world", seed, *fact)
        random = KeyedRandom(key)
        stated = [leaf for leaf in leaves if leaf in self.closure.stated]
        individuals = self._list_individuals(stated)
        near = dict.fromkeys(f for term in individuals for f in self._about.get(term, ()) if f not in stated)
        facts = [*stated, *random.shuffle(list(near))[:_NEIGHBOURS]]
        renamed = [term for term in self._list_individuals(facts) if term not in self.plan.constants]
        names: Mapping[Term, Term] | None = self.names.choose_names(renamed, self._classes, random)
        if names is None:
            return None
        return World(key, "project", rename_individuals(facts, names), rename_individuals([fact], names))

    def _list_individuals(self, facts: Sequence[Triple]) -> list[Term]:
        found: dict[Term, None] = {}
        for subject, predicate, object_ in facts:
            found[subject] = None
            if predicate != RDF_TYPE and not is_literal(object_):
                found[object_] = None
        return list(found)
