"""Change: from a closure to the closure after facts and rules came or went, at a cost that follows what changes.

Stratum by stratum, one sweep over facts by rising height. What happens at a height depends on lower ones only, so
whatever was decided below is final:

First come the *doubts*: facts of this height whose support may be gone. One that has no derivation of its height left
is taken out, what it supported is doubted in turn, and what it still follows from, higher up, becomes a hope. Since
every premise is lower than its conclusion, no fact supports itself around a cycle: this is delete-and-rederive (Gupta,
Mumick and Subrahmanian, SIGMOD 1993) with heights as the witness of a well-founded support, as in the backward/forward
algorithm (Motik, Nenov, Piro and Horrocks, AAAI 2015).

Then come the *hopes*: facts that may have this height now, from new statements, from what lower facts are premises of,
and from what changed in lower strata. They are settled as in Dijkstra's algorithm on hypergraphs (Knuth, A
generalization of Dijkstra's algorithm, 1977). A hope older than the latest loss is looked at anew before.

A fact that keeps its height is never touched. Where negation is used, a fact that came makes doubtful what rested on
its absence, and one that went gives hope. The base facts of a transitivity are maintained with the heights: a fact that
a transitivity now gives at a lower height ceases to be one, and what was derived by way of it is doubted.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush

import numpy as np

from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.reasoning.columns import BoolArray, IntArray, sort_distinct
from workbench.reasoning.derivations import match_head
from workbench.reasoning.guards import Limits, Watch
from workbench.reasoning.join import Matcher, Table
from workbench.reasoning.kernel import make_head_keys
from workbench.reasoning.live import ABSENT, LiveRelation
from workbench.reasoning.nodes import NodeTable
from workbench.reasoning.passing import bind_negations, list_needed, match_through, measure_instances
from workbench.reasoning.plan import HeadPlan, RulePlan, StratumPlan, TheoryPlan, group_rules, plan_theory
from workbench.reasoning.relation import Relation, RelationKey, make_relation_key

__all__ = ["Changes", "Outgrown", "revise_relations"]

_MOST_AT_ONCE = 1_000
_NOTHING = StratumPlan.build(())


class Outgrown(Exception):  # noqa: N818 - not an error: the caller starts from scratch instead
    """So much changes that evaluating from scratch is cheaper."""


@dataclass(frozen=True, slots=True)
class Changes:
    """Per relation the rows of facts whose height or base flag changed, with the heights before and after."""

    rows: dict[RelationKey, tuple[IntArray, IntArray, IntArray]]


class _Agenda:
    """Rows of relations that wait, by height; parts may be flagged, and carry the time at which they were added."""

    def __init__(self) -> None:
        self._heights: list[int] = []
        self._waiting: dict[int, dict[RelationKey, list[tuple[IntArray, bool, int]]]] = {}

    @property
    def first(self) -> int | None:
        """The least height at which something waits."""
        return self._heights[0] if self._heights else None

    def add(self, key: RelationKey, rows: IntArray, heights: IntArray, flag: bool = False, time: int = 0) -> None:
        if not len(rows):
            return
        for height in sort_distinct(heights).tolist():
            if height not in self._waiting:
                self._waiting[height] = {}
                heappush(self._heights, height)
            self._waiting[height].setdefault(key, []).append((rows[heights == height], flag, time))

    def take(self, height: int) -> Iterator[tuple[RelationKey, IntArray, IntArray, int]]:
        """Yield, for a height, relations, the distinct rows that wait, those that were flagged, the earliest time."""
        if self.first != height:
            return
        heappop(self._heights)
        for key, parts in self._waiting.pop(height).items():
            flagged = [rows for rows, flag, _ in parts if flag]
            rows = sort_distinct(np.concatenate([rows for rows, _, _ in parts]))
            chosen = sort_distinct(np.concatenate(flagged)) if flagged else rows[:0]
            yield key, rows, chosen, min(time for _, _, time in parts)


def revise_relations(
    plan: TheoryPlan,
    matcher: Matcher,
    theory: Theory,
    added: Sequence[Triple],
    removed: Sequence[Triple],
    limits: Limits,
) -> tuple[TheoryPlan, Matcher, Changes]:
    """Return the plan and matcher after a change, and what it changed; those given stay as they are.

    There is one world. ``added`` facts may hold already, ``removed`` ones must be stated (height 0) and not among
    the added. Raises LimitError, ValueError when a removed fact was not stated or the theory cannot be planned,
    Outgrown when more than half of all facts change, or earlier changes left more rows than there are facts.
    """
    return _Revision(plan, matcher, theory, limits).run(added, removed)


class _Revision:
    def __init__(self, plan: TheoryPlan, matcher: Matcher, theory: Theory, limits: Limits) -> None:
        self.plan = plan_theory(theory)
        self.old = matcher
        self.relations: dict[RelationKey, Relation] = dict(matcher.relations)
        self.new = Matcher(matcher.nodes, self.relations, Watch(limits), values=matcher.values)
        self.live: dict[RelationKey, LiveRelation] = {}
        self.touched: dict[RelationKey, list[IntArray]] = defaultdict(list)
        self.losses = 0  # how often something was taken out: hopes from before are looked at anew
        relations = matcher.relations.values()
        self.total = sum(r.count for r in relations)
        self.work, self.most = 0, max(_MOST_AT_ONCE, self.total // 2)
        if sum(r.size - r.count for r in relations) > 2 * self.most:
            raise Outgrown  # more rows of what once was than of what is: time to begin anew
        self.strata = self.plan.theory.strata
        before = Counter((p.rule.body, p.rule.head) for p in plan.rules)
        after = Counter((p.rule.body, p.rule.head) for p in self.plan.rules)
        self.kept = [p for p in self.plan.rules if (p.rule.body, p.rule.head) in before]
        self.gone = [p for p in plan.rules if (p.rule.body, p.rule.head) not in after]
        self.fresh = [p for p in self.plan.rules if (p.rule.body, p.rule.head) not in before]
        for key in sorted(plan.transitive ^ self.plan.transitive):
            if key in self.relations:
                self._open(key)

    def run(self, added: Sequence[Triple], removed: Sequence[Triple]) -> tuple[TheoryPlan, Matcher, Changes]:
        stated = self._place_stated(added)
        withdrawn = self._find_stated(removed)
        kept, gone = group_rules(self.kept, self.strata), group_rules(self.gone, self.strata)
        every, fresh = group_rules(self.plan.rules, self.strata), group_rules(self.fresh, self.strata)
        levels = {0, *kept, *gone, *every, *(self._get_level(key) for key in (*stated, *withdrawn))}
        for level in sorted(levels):
            self._change_stratum(
                level, kept.get(level), gone.get(level), every.get(level), fresh.get(level), stated, withdrawn
            )
        self.new.watch.finish()
        for relation in self.live.values():
            relation.release()
        return self.plan, self.new, Changes({key: self._compare(key) for key in sorted(self.touched)})

    def _get_level(self, key: RelationKey) -> int:
        return self.strata.get(key[1] or key[0], 0)

    def _open(self, key: RelationKey) -> LiveRelation:
        """The version of a relation that this change writes."""
        relation = self.live.get(key)
        if relation is None:
            source = self.relations.get(key)
            relation = LiveRelation(key, self.new.nodes, source, tracks_base=key in self.plan.transitive)
            self.live[key] = self.relations[key] = relation
        return relation

    def _place_stated(self, triples: Sequence[Triple]) -> dict[RelationKey, IntArray]:
        placed = {}
        for key, keys in _group_triples(triples, self.new.nodes).items():
            placed[key] = self._open(key).place(keys)
        return placed

    def _find_stated(self, triples: Sequence[Triple]) -> dict[RelationKey, IntArray]:
        found = {}
        for key, keys in _group_triples(triples, self.new.nodes).items():
            relation = self.old.relations.get(key)
            rows = np.full(len(keys), -1) if relation is None else relation.find(keys)
            if relation is None or (rows < 0).any() or relation.get_heights(rows).any():
                raise ValueError("a fact that is not stated cannot be withdrawn")
            found[key] = rows
        return found

    def _compare(self, key: RelationKey) -> tuple[IntArray, IntArray, IntArray]:
        rows = sort_distinct(np.concatenate(self.touched[key]))
        before, after = self._get_old_heights(key, rows), self.relations[key].get_heights(rows).astype(np.int64)
        changed = before != after
        return rows[changed], before[changed], after[changed]

    def _get_old_heights(self, key: RelationKey, rows: IntArray) -> IntArray:
        relation = self.old.relations.get(key)
        heights: IntArray = np.full(len(rows), ABSENT, dtype=np.int64)
        if relation is not None:
            known = rows < relation.size
            heights[known] = relation.get_heights(rows[known])
        return heights

    def _note(self, key: RelationKey, rows: IntArray) -> None:
        self.touched[key].append(rows)
        self.work += len(rows)
        if self.work > self.most:
            raise Outgrown

    # One stratum.

    def _change_stratum(
        self,
        level: int,
        kept: StratumPlan | None,
        gone: StratumPlan | None,
        every: StratumPlan | None,
        fresh: StratumPlan | None,
        stated: dict[RelationKey, IntArray],
        withdrawn: dict[RelationKey, IntArray],
    ) -> None:
        below = {key: self._compare(key) for key in sorted(self.touched)}
        doubtful, hopeful = _Agenda(), _Agenda()
        for key, rows in withdrawn.items():
            if self._get_level(key) == level:
                doubtful.add(key, rows, np.zeros(len(rows), dtype=np.int64))
        if gone is not None:
            for plan, heads in gone.rules:
                self._doubt(doubtful, plan, heads, self.old.match_rule(plan, list_needed(heads), with_premises=True))
        if kept is not None:
            for key, (rows, before, after) in below.items():
                self._doubt_through(doubtful, kept, key, rows[before < after])
            self._doubt_absences(doubtful, kept, {k: rows[before >= ABSENT] for k, (rows, before, _) in below.items()})
        for key, rows in stated.items():
            if self._get_level(key) == level:
                hopeful.add(key, rows, np.zeros(len(rows), dtype=np.int64), True)
        if every is not None:
            for key, (rows, before, after) in below.items():
                self._hope_through(hopeful, every, key, rows[after < before])
            self._hope_absences(hopeful, every, {k: rows[after >= ABSENT] for k, (rows, _, after) in below.items()})
        if fresh is not None:
            for plan, heads in fresh.rules:
                self._hope(hopeful, plan, heads, self.new.match_rule(plan, list_needed(heads), with_premises=True))
        self._sweep(doubtful, hopeful, kept or _NOTHING, every or _NOTHING)

    def _sweep(self, doubtful: _Agenda, hopeful: _Agenda, kept: StratumPlan, every: StratumPlan) -> None:
        while heights := [h for h in (doubtful.first, hopeful.first) if h is not None]:
            height = min(heights)
            self.new.watch.begin_round(height)
            lost = [
                (key, self._reconsider(doubtful, kept, every, key, rows, height))
                for key, rows, _, _ in doubtful.take(height)
            ]
            for key, rows in lost:
                self._hope_again(hopeful, every, key, rows)
            for key, rows, others, time in hopeful.take(height):
                self._settle(doubtful, hopeful, kept, every, key, rows, others, height, is_stale=time < self.losses)

    # Doubts.

    def _reconsider(
        self, doubtful: _Agenda, kept: StratumPlan, every: StratumPlan, key: RelationKey, rows: IntArray, height: int
    ) -> IntArray:
        """Take out what has lost its support; return that."""
        relation = self._open(key)
        rows = rows[relation.get_heights(rows) == height]
        if not len(rows):
            return rows
        supported, based = self._find_support(every, key, rows, height)
        self._note(key, rows)
        taken = rows[~supported]
        demoted = rows[supported & relation.base[rows] & ~based] if relation.tracks_base else rows[:0]
        if len(taken):
            relation.settle(taken, ABSENT, np.zeros(len(taken), dtype=np.bool_))
            self.total -= len(taken)
        if len(demoted):
            relation.set_base(demoted, np.zeros(len(demoted), dtype=np.bool_))
        if len(taken) or len(demoted):
            self.losses += 1
        self._doubt_through(doubtful, kept, key, taken)
        self._doubt_through(doubtful, kept, key, demoted, base_only=True)
        return taken

    def _find_support(
        self, every: StratumPlan, key: RelationKey, rows: IntArray, height: int
    ) -> tuple[BoolArray, BoolArray]:
        """Which facts have a derivation of their height left, and which one that is no transitivity."""
        supported: BoolArray = np.zeros(len(rows), dtype=np.bool_)
        based = supported.copy()
        if height:
            for plan, chosen, heights in self._match_heads(every, key, rows):
                good = chosen[heights <= height]
                supported[good] = True
                if not plan.is_transitivity:
                    based[good] = True
        return supported, based

    def _match_heads(
        self, stratum: StratumPlan, key: RelationKey, rows: IntArray
    ) -> Iterator[tuple[RulePlan, IntArray, IntArray]]:
        """Yield derivations of facts as they are now: the rule, positions in ``rows``, and heights."""
        for plan, heads in stratum.rules:
            for head in heads:
                if head.relation == key:
                    for chosen, table in match_head(plan, head, self.new, rows):
                        yield plan, chosen, measure_instances(self.new, plan, table)

    def _doubt_through(
        self, doubtful: _Agenda, kept: StratumPlan, key: RelationKey, rows: IntArray, *, base_only: bool = False
    ) -> None:
        """Doubt what facts supported before the change."""
        relation = self.old.relations.get(key)
        if relation is None or not len(rows):
            return
        for plan, heads, tables in match_through(self.old, kept, relation, key, rows, base_only=base_only):
            self._doubt(doubtful, plan, heads, tables)

    def _doubt_absences(self, doubtful: _Agenda, kept: StratumPlan, gained: dict[RelationKey, IntArray]) -> None:
        """Doubt what rested on the absence of facts that came."""
        for plan, heads, start in bind_negations(kept, self.new, gained):
            tables = self.old.match_rule(plan, list_needed(heads), start=start, with_premises=True)
            self._doubt(doubtful, plan, heads, tables)

    def _doubt(self, doubtful: _Agenda, plan: RulePlan, heads: Sequence[HeadPlan], tables: Iterable[Table]) -> None:
        for table in tables:
            reached = measure_instances(self.old, plan, table)
            for head in heads:
                relation = self.old.relations[head.relation]
                rows = relation.find(make_head_keys(self.old, table, head))
                heights = relation.get_heights(rows)
                lowest = heights == reached
                doubtful.add(head.relation, rows[lowest], heights[lowest])

    # Hopes.

    def _settle(
        self,
        doubtful: _Agenda,
        hopeful: _Agenda,
        kept: StratumPlan,
        every: StratumPlan,
        key: RelationKey,
        rows: IntArray,
        others: IntArray,
        height: int,
        *,
        is_stale: bool,
    ) -> None:
        """Give rows a height that is lower than theirs; ``others`` have it by a rule that is no transitivity."""
        relation = self._open(key)
        is_base: BoolArray = np.isin(rows, others, assume_unique=True)
        current = relation.get_heights(rows)
        chosen = current > height
        if relation.tracks_base:
            chosen |= (current == height) & is_base & ~relation.base[rows]
        rows, is_base, current = rows[chosen], is_base[chosen], current[chosen]
        if is_stale and height:
            supported, is_base = self._find_support(every, key, rows, height)
            self._hope_again(hopeful, every, key, rows[~supported])
            rows, is_base, current = rows[supported], is_base[supported], current[supported]
        risen = current > height
        was_base = relation.base[rows] & (current < ABSENT)
        promoted = rows[~risen & is_base]
        demoted = rows[risen & was_base & ~is_base] if relation.tracks_base else rows[:0]
        self.total += int(np.count_nonzero(current >= ABSENT))
        relation.settle(rows[risen], height, is_base[risen])
        relation.set_base(promoted, np.ones(len(promoted), dtype=np.bool_))
        if len(demoted):
            self.losses += 1
        self._note(key, rows[risen])
        self.new.watch.check_facts(self.total)
        self._doubt_through(doubtful, kept, key, demoted, base_only=True)
        self._hope_through(hopeful, every, key, rows[risen])
        self._hope_through(hopeful, every, key, promoted, base_only=True)

    def _hope_again(self, hopeful: _Agenda, every: StratumPlan, key: RelationKey, rows: IntArray) -> None:
        """What was taken out, or was hoped for in vain, may follow otherwise."""
        if not len(rows):
            return
        for plan, chosen, heights in self._match_heads(every, key, rows):
            hopeful.add(key, rows[chosen], heights, not plan.is_transitivity, self.losses)

    def _hope_through(
        self, hopeful: _Agenda, every: StratumPlan, key: RelationKey, rows: IntArray, *, base_only: bool = False
    ) -> None:
        """What facts are premises of may follow."""
        relation = self.relations.get(key)
        if relation is None or not len(rows):
            return
        for plan, heads, tables in match_through(self.new, every, relation, key, rows, base_only=base_only):
            self._hope(hopeful, plan, heads, tables)

    def _hope_absences(self, hopeful: _Agenda, every: StratumPlan, lost: dict[RelationKey, IntArray]) -> None:
        """What needs the absence of facts that went may follow."""
        for plan, heads, start in bind_negations(every, self.old, lost):
            tables = self.new.match_rule(plan, list_needed(heads), start=start, with_premises=True)
            self._hope(hopeful, plan, heads, tables)

    def _hope(self, hopeful: _Agenda, plan: RulePlan, heads: Sequence[HeadPlan], tables: Iterable[Table]) -> None:
        for table in list(tables):  # before a row is placed that a join under way could meet
            reached = measure_instances(self.new, plan, table)
            self.new.watch.count(plan.rule.name, table.size)
            for head in heads:
                keys, places = np.unique(make_head_keys(self.new, table, head), return_inverse=True)
                best: IntArray = np.full(len(keys), ABSENT, dtype=np.int64)
                np.minimum.at(best, places, reached)
                known = self.relations.get(head.relation)
                if known is not None:
                    rows = known.find(keys)
                    heights = np.where(rows < 0, ABSENT, known.get_heights(rows)) if known.size else ABSENT
                    useful = best < heights
                    if known.tracks_base and not plan.is_transitivity:
                        useful |= best == heights
                    keys, best = keys[useful], best[useful]
                if len(keys):
                    relation = self._open(head.relation)
                    hopeful.add(head.relation, relation.place(keys), best, not plan.is_transitivity, self.losses)


def _group_triples(triples: Sequence[Triple], nodes: NodeTable) -> dict[RelationKey, IntArray]:
    """Sorted distinct keys of facts by relation, in the order of the relations."""
    groups: dict[RelationKey, list[Triple]] = defaultdict(list)
    for triple in triples:
        groups[make_relation_key(triple)].append(triple)
    grouped = {}
    for key in sorted(groups):
        subjects = nodes.intern_terms([triple[0] for triple in groups[key]])
        if not key[1]:
            subjects = (subjects << 32) | nodes.intern_terms([triple[2] for triple in groups[key]])
        grouped[key] = sort_distinct(subjects)
    return grouped
