"""What a conclusion can rest on: its derivations collected into a network.

The derivation graph restricts the second premise of a transitivity rule to base facts of the *whole* closure. With
fewer facts stated, other facts can be base: those that another rule concludes at a greater height than transitivity
did. Such premises are added here, so that a set of leaves proves a node of the network exactly when it entails it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, is_restatement
from workbench.reasoning.derivations import Instance
from workbench.reasoning.graph import DerivationGraph
from workbench.reasoning.minimal import find_proof
from workbench.reasoning.network import Edge, Network
from workbench.reasoning.relation import make_relation_key

__all__ = ["collect_network"]

_BLOCK = 256
_MOST_CLOSED = 1_000


def collect_network(
    graph: DerivationGraph, goal: int, *, with_rules: bool, most: int, instances: Sequence[Instance] | None = None
) -> Network:
    """Return what ``goal`` can rest on, with up to about ``most`` derivations, the nearest to it.

    Beyond them each fact has one derivation of least height, so that the goal always has a proof in the network.
    With ``instances`` only those conclude the goal.
    """
    collector = _Collector(graph, goal, instances)
    collector.search(most)
    return _number(graph, goal, collector, with_rules=with_rules)


class _Collector:
    def __init__(self, graph: DerivationGraph, goal: int, last: Sequence[Instance] | None) -> None:
        self.graph = graph
        self.goal = goal
        self._last = last
        self.found: dict[int, list[Instance]] = {}
        self.is_whole = True
        self._relations: dict[str, _Pairs] = {}
        self._roots: dict[int, bool] = {}
        self._transitive = {
            rule.heads[0].relation: rule.number
            for rule in reversed(graph.plan.rules)
            if rule.is_transitivity and graph.is_enabled(rule.number)
        }

    def search(self, most: int) -> None:
        """Collect the instances behind the goal, breadth first."""
        frontier, count = {self.goal: None}, 0
        while frontier and count <= most:
            block = list(frontier)[:_BLOCK]
            self.graph.fetch(fact for fact in block if self._last is None or fact != self.goal)
            for fact in block:
                if count > most:
                    break
                del frontier[fact]
                # What rests on the fact itself, or on the goal, adds nothing to what the goal rests on.
                instances = [
                    instance
                    for instance in self._list_instances(fact)
                    if fact not in instance.premises and self.goal not in instance.premises
                ]
                self.found[fact] = list(dict.fromkeys(instances))
                count += len(instances)
                frontier.update((p, None) for i in instances for p in i.premises if p not in self.found)
        if frontier:
            self.is_whole = False
            self._close(list(frontier))

    def _list_instances(self, fact: int) -> Sequence[Instance]:
        if fact == self.goal and self._last is not None:
            return self._last
        return [*self.graph.list_instances(fact), *self._list_further(fact)]

    def _close(self, unsearched: list[int]) -> None:
        """Give facts that were not searched one derivation each; the goal keeps its canonical proof."""
        pending = [*unsearched[:_MOST_CLOSED]]
        if self._last is None:
            pending.append(self.goal)
        else:
            pending += [premise for instance in self._last for premise in instance.premises]
        done: set[int] = set()
        while pending:
            fact = pending.pop()
            if fact in done:
                continue
            done.add(fact)
            if fact not in self.graph.chosen:
                find_proof(self.graph, fact)
            instance = self.graph.chosen[fact]
            if instance is not None:
                known = self.found.setdefault(fact, [])
                if instance not in known:
                    known.append(instance)
                pending += instance.premises

    def _list_further(self, fact: int) -> list[Instance]:
        """Instances of transitivity whose second premise can be base when less is stated."""
        if fact >= self.graph.facts.size:
            return []
        subject, predicate, object_ = self.graph.get_triple(fact)
        key = make_relation_key((subject, predicate, object_))
        number = self._transitive.get(key)
        if number is None or not self._has_other_rules(predicate):
            return []
        pairs = self._relations.get(predicate)
        if pairs is None:
            pairs = self._relations[predicate] = _Pairs(self.graph, predicate)
        candidates = [
            (first, second)
            for middle, second in pairs.by_object.get(object_, ())
            if (first := pairs.by_pair.get((subject, middle))) is not None
        ]
        self.graph.fetch(second for _, second in candidates)
        return [Instance(number, pair) for pair in candidates if self._can_be_base(pair[1])]

    def _has_other_rules(self, predicate: str) -> bool:
        """Whether a rule other than transitivity and symmetry concludes a property, so that base facts can change."""
        for plan in self.graph.plan.rules:
            if plan.is_transitivity or not self.graph.is_enabled(plan.number):
                continue
            for head in plan.rule.head:
                is_copy = is_restatement(plan.rule) and plan.rule.body[0].predicate == predicate  # type: ignore[union-attr]
                if head.predicate == predicate and not is_copy:
                    return True
        return False

    def _can_be_base(self, fact: int) -> bool:
        """Tell whether a fact can be derived other than by transitivity of its property.

        A fact that is only the restatement of a pair of another transitive property (an inverse, a subproperty)
        counts when that pair does: otherwise the path behind that pair is restated edge by edge.
        """
        if fact not in self._roots:
            self._roots[fact] = self._find_root(fact)
        return self._roots[fact]

    def _find_root(self, fact: int) -> bool:
        seen, stack = {fact}, [fact]
        while stack:
            current = stack.pop()
            if self.graph.get_height(current) == 0:
                return True
            for instance in self.graph.list_instances(current):
                plan = self.graph.plan.rules[instance.rule]
                if plan.is_transitivity:
                    continue
                body = plan.rule.body[0] if plan.rule.body else None
                if not (isinstance(body, Atom) and is_restatement(plan.rule)) or (
                    make_relation_key(body) not in self._transitive
                ):
                    return True
                fresh = [premise for premise in instance.premises if premise not in seen]
                seen.update(fresh)
                stack += fresh
        return False


class _Pairs:
    """The facts of one property by object, and by subject and object."""

    def __init__(self, graph: DerivationGraph, predicate: str) -> None:
        self.by_object: dict[str, list[tuple[str, int]]] = {}
        self.by_pair: dict[tuple[str, str], int] = {}
        for fact in graph.list_facts_of(frozenset((predicate,))):
            subject, _, object_ = graph.get_triple(fact)
            self.by_object.setdefault(object_, []).append((subject, fact))
            self.by_pair[subject, object_] = fact


def _number(graph: DerivationGraph, goal: int, collector: _Collector, *, with_rules: bool) -> Network:
    facts = {goal, *collector.found, *(p for options in collector.found.values() for i in options for p in i.premises)}
    order = _sort_facts(graph, facts)
    numbers = {fact: number for number, fact in enumerate(order)}
    stated = [fact for fact in order if fact < graph.facts.size and graph.get_height(fact) == 0]
    names: list[str] = []
    if with_rules:
        used = {instance.rule for options in collector.found.values() for instance in options}
        names = sorted(graph.plan.rules[rule].rule.name for rule in used)
    bits = {name: 1 << (len(stated) + place) for place, name in enumerate(names)}
    edges: dict[Edge, None] = {}
    for fact in order:
        for instance in collector.found.get(fact, ()):
            premises = tuple(sorted({numbers[premise] for premise in instance.premises}))
            own = bits[graph.plan.rules[instance.rule].rule.name] if with_rules else 0
            edges[Edge(numbers[fact], premises, own)] = None
    return Network(
        numbers[goal],
        len(order),
        tuple(graph.get_triple(fact) for fact in stated),
        tuple(names),
        {numbers[fact]: 1 << place for place, fact in enumerate(stated)},
        tuple(sorted(edges, key=lambda edge: (edge.head, edge.premises, edge.own))),
        collector.is_whole,
    )


def _sort_facts(graph: DerivationGraph, facts: Iterable[int]) -> Sequence[int]:
    return sorted(facts, key=lambda fact: FALSE if fact >= graph.facts.size else graph.get_triple(fact))
