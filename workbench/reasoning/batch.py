"""Batches: the closures of many worlds under one theory, evaluated together."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import cached_property, wraps
from typing import Concatenate, ParamSpec, TypeVar

import numpy as np

from workbench.model.proofs import FALSE, Proof, Step
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.reasoning.alternatives import Alternatives, find_proofs
from workbench.reasoning.columns import BoolArray
from workbench.reasoning.cones import Cone, find_cone, mark_cones
from workbench.reasoning.extension import Extension
from workbench.reasoning.facts import FactTable
from workbench.reasoning.graph import DerivationGraph, MatchingSource, Source, StepLog
from workbench.reasoning.guards import Limits, Watch
from workbench.reasoning.join import Matcher, Reference
from workbench.reasoning.justifications import Justifications, find_justifications
from workbench.reasoning.kernel import saturate
from workbench.reasoning.loading import load_worlds
from workbench.reasoning.minimal import find_proof, list_steps
from workbench.reasoning.nodes import NodeTable
from workbench.reasoning.overlay import Overlays
from workbench.reasoning.plan import TheoryPlan, plan_theory
from workbench.reasoning.revision import Changes, revise_relations
from workbench.reasoning.sheets import LARGEST, Sheets, WorldSheet

__all__ = ["Batch", "evaluate"]

_Arguments = ParamSpec("_Arguments")
_Answer = TypeVar("_Answer")
_KEPT_GRAPHS = 1024
_LOGGED_FACTS, _LOGGED_STEPS = 100_000, 2_000_000


def evaluate(
    theory: Theory,
    worlds: Sequence[Iterable[Triple]],
    *,
    closed_reference: tuple[Batch, Sequence[int]] | None = None,
    enabled: Sequence[Collection[str]] | None = None,
    limits: Limits = Limits(),  # noqa: B008 - an immutable value
) -> Batch:
    """Return the perfect models of ``theory`` with the facts of each world.

    With ``closed_reference`` (a batch and, for each world here, its world there) negations are judged against that
    batch's closure and not against this one: the least model that keeps the other model's closed part.
    With ``enabled`` (names of rules, for each world) each world is evaluated under those rules of the theory only.
    Integrity rules derive nothing; ask the batch for contradictions. Raises LimitError when a limit is reached,
    ValueError when a rule is unsafe or negation is not stratified.
    """
    plan = plan_theory(theory)
    watch = Watch(limits)
    nodes = NodeTable(len(worlds))
    relations = load_worlds(worlds, nodes, plan.transitive)
    watch.check_stated(sum(relation.size for relation in relations.values()))
    reference = None
    if closed_reference is not None:
        if len(closed_reference[1]) != len(worlds):
            raise ValueError("closed_reference must name one world for each world")
        reference = Reference(closed_reference[0].matcher, closed_reference[1])
    matcher = Matcher(nodes, relations, watch, reference, _mark_enabled(theory, worlds, enabled))
    with _lock_reference(closed_reference):
        saturate(plan, matcher, relations, is_frozen=reference is not None)
    watch.finish()
    return Batch(plan, matcher, closed_reference)


def _mark_enabled(
    theory: Theory, worlds: Sequence[Iterable[Triple]], enabled: Sequence[Collection[str]] | None
) -> BoolArray | None:
    """Rule by world, in the order of the theory; None when all rules hold everywhere."""
    if enabled is None:
        return None
    if len(enabled) != len(worlds):
        raise ValueError("enabled must name the rules of each world")
    number = {rule.name: index for index, rule in enumerate(theory.rules)}
    marks: BoolArray = np.zeros((len(number), len(worlds)), dtype=np.bool_)
    places: dict[int, list[int]] = {}  # many worlds share one list of names
    for world, names in enumerate(enabled):
        if id(names) not in places:
            places[id(names)] = [number[name] for name in names]
        marks[places[id(names)], world] = True
    return marks


def _one_at_a_time(
    method: Callable[Concatenate[Batch, _Arguments], _Answer],
) -> Callable[Concatenate[Batch, _Arguments], _Answer]:
    """Let one thread at a time ask: what is worked out on the way is kept, also for later versions of the batch."""

    @wraps(method)
    def ask(batch: Batch, /, *arguments: _Arguments.args, **options: _Arguments.kwargs) -> _Answer:
        with batch._hold():
            return method(batch, *arguments, **options)

    return ask


def _lock_reference(reference: tuple[Batch, Sequence[int]] | None) -> AbstractContextManager[object]:
    return nullcontext() if reference is None else reference[0].matcher.nodes.lock


class Batch:
    """Evaluated worlds, numbered from 0. Facts are asked for as triples; *false* is :data:`FALSE`.

    Several threads may ask one batch, and batches revised from it.
    """

    def __init__(
        self,
        plan: TheoryPlan,
        matcher: Matcher,
        closed_reference: tuple[Batch, Sequence[int]] | None = None,
        *,
        is_revised: bool = False,
    ) -> None:
        self.plan = plan
        self.theory: Theory = plan.theory
        self.matcher = matcher
        self.closed_reference = closed_reference
        self._is_revised = is_revised
        self._graphs: dict[int, DerivationGraph] = {}

    @contextmanager
    def _hold(self) -> Iterator[None]:
        """Hold the locks of this evaluation and of the one that its negations are judged against."""
        with self.matcher.nodes.lock, _lock_reference(self.closed_reference):
            yield

    @cached_property
    def _sheets(self) -> Sheets:
        return Sheets(self.plan, self.matcher, self.facts, self._hold)

    @cached_property
    def _has_sheets(self) -> bool:
        """Whether questions are answered from sheets: not so where a world is alone, or large."""
        return self.world_count > 1 and self.facts.largest <= LARGEST

    @property
    def world_count(self) -> int:
        """How many worlds there are."""
        return self.matcher.nodes.world_count

    @cached_property
    def facts(self) -> FactTable:
        """All facts of all worlds, numbered."""
        return FactTable(self.matcher.nodes, dict(self.matcher.relations))

    @cached_property
    def log(self) -> StepLog:
        """All derivations of all worlds; worked out when first asked for."""
        return StepLog(self.plan, self.matcher, self.facts)

    @cached_property
    def _source(self) -> Source:
        """The log for many worlds and for a small one; in a large or changed one derivations are matched on demand."""
        if self.world_count > 1:
            return self.log
        if self.facts.size <= _LOGGED_FACTS and not self._is_revised:
            log = StepLog(self.plan, self.matcher, self.facts, most=_LOGGED_STEPS)
            if log.is_complete:
                return log
        return MatchingSource(self.plan, self.matcher, self.facts)

    @_one_at_a_time
    def revise(
        self, theory: Theory, added: Sequence[Triple], removed: Sequence[Triple], limits: Limits
    ) -> tuple[Batch, Changes]:
        """Return the batch of one world after a change: see :func:`workbench.reasoning.revision.revise_relations`."""
        if self.world_count != 1 or self.closed_reference is not None or self.matcher.enabled is not None:
            raise ValueError("only a single world under all rules of its theory can be revised")
        plan, matcher, changes = revise_relations(self.plan, self.matcher, theory, added, removed, limits)
        return Batch(plan, matcher, is_revised=True), changes

    @_one_at_a_time
    def extend(self, statements: Sequence[tuple[int, Triple]], limits: Limits = Limits()) -> Extension:  # noqa: B008
        """Return, for each pair of a world and a statement, the world's closure with the statement added to it.

        Negations are judged against the world's closure as it is here. World i of the result equals that of
        ``evaluate(theory, [(*facts of the world, statement), ...], closed_reference=(self, [world, ...]))``, under
        the rules that the world has here, but only what is new is worked out. Of ``limits``, ``facts`` counts new
        facts. Raises LimitError, ValueError when a world is too large for a sheet.
        """
        self._check_size()
        overlays = Overlays(self.plan, self.matcher, statements, limits)
        scratch = self._evaluate_again([statements[n] for n in np.flatnonzero(overlays.lost).tolist()], limits)
        return Extension(overlays, statements, self._sheets, self.facts, scratch, self._inconsistent, self._hold)

    def _evaluate_again(self, statements: Sequence[tuple[int, Triple]], limits: Limits) -> Batch | None:
        """Worlds with statements, evaluated from scratch; None when there are none."""
        if not statements:
            return None
        names = None
        if self.matcher.enabled is not None:
            names = [
                [rule.rule.name for rule in self.plan.rules if self.matcher.enabled[rule.number, world]]
                for world, _ in statements
            ]
        worlds = []
        for world, statement in statements:
            sheet = self._sheets.get_sheet(world)
            worlds.append([*sheet.list_bits(sheet.stated_bits), statement])
        reference = (self, [world for world, _ in statements])
        return evaluate(self.theory, worlds, closed_reference=reference, enabled=names, limits=limits)

    def _check_size(self) -> None:
        if self.facts.largest > LARGEST:
            raise ValueError(f"a world of more than {LARGEST} facts has no sheet")

    @_one_at_a_time
    def get_sheet(self, world: int) -> WorldSheet:
        """Return all that can be asked about a world by number: see :class:`workbench.reasoning.sheet.Sheet`.

        The first sheet costs what the sheets of all worlds cost. ValueError when a world is too large for that.
        """
        self._check_size()
        return self._sheets.get_sheet(world)

    @_one_at_a_time
    def list_all_facts(self) -> list[list[Triple]]:
        """Return the facts of every world, sorted; faster than asking for each world."""
        return self._sheets.list_facts()

    def get_graph(self, world: int) -> DerivationGraph:
        """Return the derivation graph of a world; the latest ones are kept."""
        graph = self._graphs.get(world)
        if graph is None:
            enabled = None if self.matcher.enabled is None else self.matcher.enabled[:, world]
            graph = DerivationGraph(world, self.plan, self.facts, self._source, enabled)
            self._graphs[world] = graph
            if len(self._graphs) > _KEPT_GRAPHS:
                del self._graphs[next(iter(self._graphs))]
        return graph

    @_one_at_a_time
    def list_facts(self, world: int, *, stated: bool | None = None) -> list[Triple]:
        """Return the facts of a world, sorted; only the stated or only the derived ones if asked."""
        if self._has_sheets:
            sheet = self._sheets.get_sheet(world)
            if stated is None:
                return list(sheet.facts)
            return [f for f, height in zip(sheet.facts, sheet.heights, strict=True) if (height == 0) == stated]
        chosen = self.facts.list_world(world)
        if stated is not None:
            chosen = chosen[(self.facts.heights[chosen] == 0) == stated]
        return sorted(self.facts.list_triples(chosen))

    @_one_at_a_time
    def is_entailed(self, world: int, triple: Triple) -> bool:
        """Tell whether a triple is in the closure of a world."""
        if self._has_sheets:
            return self._sheets.get_sheet(world).find(triple) is not None
        graph = self._graphs.get(world)
        if graph is None and triple != FALSE:
            return self.facts.find(world, triple) is not None
        return self._find(world, triple) is not None

    @_one_at_a_time
    def get_height(self, world: int, triple: Triple) -> int | None:
        """Return the least height of a proof, 0 for a stated fact, None when the triple is not in the closure."""
        if self._has_sheets:
            sheet = self._sheets.get_sheet(world)
            number = sheet.find(triple)
            return None if number is None else sheet.get_height(number)
        fact = self._find(world, triple)
        return None if fact is None else self.get_graph(world).get_height(fact)

    @_one_at_a_time
    def derivations(self, world: int, triple: Triple) -> list[Step]:
        """Return all steps that conclude a fact (or :data:`FALSE`), in canonical order."""
        if self._has_sheets:
            return self._sheets.get_sheet(world).derivations(triple)
        fact = self.get_graph(world).find(triple)
        return [] if fact is None else list_steps(self.get_graph(world), fact)

    @_one_at_a_time
    def proof(self, world: int, triple: Triple) -> Proof | None:
        """Return the canonical minimal proof (see :mod:`workbench.reasoning.minimal`), None when there is none."""
        if self._has_sheets:
            return self._sheets.get_sheet(world).proof(triple)
        fact = self._find(world, triple)
        return None if fact is None else find_proof(self.get_graph(world), fact)

    @_one_at_a_time
    def proofs(self, world: int, triple: Triple, limit: int = 10) -> Alternatives:
        """Return up to ``limit`` proofs, the canonical one first; see :mod:`workbench.reasoning.alternatives`."""
        fact = self._find(world, triple)
        return Alternatives((), True) if fact is None else find_proofs(self.get_graph(world), fact, limit)

    @_one_at_a_time
    def justifications(self, world: int, triple: Triple, limit: int = 10) -> Justifications:
        """Return up to ``limit`` smallest sets of stated facts from which a triple (or :data:`FALSE`) follows."""
        fact = self._find(world, triple)
        return Justifications((), True) if fact is None else find_justifications(self.get_graph(world), fact, limit)

    @_one_at_a_time
    def dependency_cone(self, world: int, triples: Iterable[Triple]) -> Cone:
        """Return everything that the given facts (or :data:`FALSE`) rest on: see :mod:`workbench.reasoning.cones`.

        Triples that are not in the closure rest on nothing and are left out. Where negations were judged against
        a reference, what bears on them there is included.
        """
        graph = self.get_graph(world)
        wanted = [fact for triple in triples if (fact := graph.find(triple)) is not None]
        cone, absent = find_cone(graph, dict.fromkeys(wanted))
        if self.closed_reference is None or not absent:
            return cone
        batch, worlds = self.closed_reference
        other = batch.dependency_cone(worlds[world], batch.list_facts_of(worlds[world], absent))
        steps = sorted({*cone.steps, *other.steps}, key=lambda step: step.sort_key)
        return Cone(cone.facts | other.facts, tuple(steps))

    @_one_at_a_time
    def mark_cones(self, wanted: BoolArray) -> tuple[BoolArray, BoolArray]:
        """Mark the cones of marked facts in all worlds at once: see :func:`workbench.reasoning.cones.mark_cones`."""
        return mark_cones(self.plan, self.facts, self.log, wanted)

    @_one_at_a_time
    def list_facts_of(self, world: int, keys: Iterable[str]) -> list[Triple]:
        """Return the facts of a world whose property or class is among ``keys``, sorted."""
        graph = self.get_graph(world)
        return sorted(map(graph.get_triple, graph.list_facts_of(frozenset(keys))))

    @_one_at_a_time
    def find_inconsistent_worlds(self) -> BoolArray:
        """Tell for each world whether an integrity rule derives *false*."""
        return self._inconsistent.copy()

    @cached_property
    def _inconsistent(self) -> BoolArray:
        found: BoolArray = np.zeros(self.world_count, dtype=np.bool_)
        for rule in self.plan.rules:
            if not rule.heads:
                for table in self.matcher.match_rule(rule, frozenset()):
                    found[self.matcher.get_worlds(table)] = True
                    if found.all():  # further matches, of which there can be very many, change nothing
                        return found
        return found

    def list_contradictions(self, world: int) -> list[Step]:
        """Return every instance of an integrity rule in a world, in canonical order."""
        return self.derivations(world, FALSE)

    def _find(self, world: int, triple: Triple) -> int | None:
        fact = self.get_graph(world).find(triple)
        if triple == FALSE and fact is not None and not self.get_graph(world).list_instances(fact):
            return None
        return fact
