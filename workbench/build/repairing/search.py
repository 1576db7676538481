"""The search for the least change: broken instances alone first, and whatever their mending would break, until nothing.

An optimum of some of the demands that meets all of them is an optimum of all. Whether it does is tried on the facts:
the rules are applied anew to what would be stated, and everything is judged again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import NamedTuple

from workbench.build.knowledge import Knowledge
from workbench.build.repairing.demands import DemandMaker, FrozenError, Unencodable, find_joined
from workbench.build.repairing.stated_numbers import StatedNumbers, count_places
from workbench.build.totals import evaluate_totals
from workbench.errors import LimitError
from workbench.model.proofs import Step
from workbench.model.rules import Comparison
from workbench.model.terms import Term, Triple, is_literal
from workbench.reasoning.closure import Closure
from workbench.reasoning.contradictions import find_contradictions
from workbench.solving.repairs.amounts import Amount, Combined, Demand, iterate_names
from workbench.solving.repairs.least_change import find_least_change
from workbench.validation.totals.cases import Case, evaluate_cases
from workbench.validation.totals.matching import FactIndex, get_key

__all__ = ["Broken", "RepairSearch", "Solved"]

_OTHERWISE = "Changing these numbers alone would lead to other conclusions that contradict something."
_MOST_BROKEN = 500
_MOST_ROUNDS = 25
_MOST_NUMBERS = 150
_Key = tuple[str, ...]


class Broken(NamedTuple):
    """A broken instance of a constraint: its key, the values of the variables and the facts of the atoms.

    The key names the constraint and the facts as they were before anything was changed. ``step`` is what the engine
    has of it, ``case`` what it is of a total.
    """

    key: _Key
    constraint: str
    bindings: Mapping[str, Term]
    premises: tuple[Triple, ...]
    step: Step | None = None
    case: Case | None = None


@dataclass(frozen=True, slots=True)
class Solved:
    """What comes of some broken instances that depend on each other.

    ``changes`` are the facts to be replaced, in order; empty where there is no proposal, and ``reason`` then says why
    in words, as a sentence.
    """

    keys: tuple[_Key, ...]
    changes: tuple[tuple[Triple, Triple], ...] = ()
    reason: str = ""


class _State(NamedTuple):
    """Facts as they are, or would be: what is broken, and which axioms are."""

    broken: tuple[Broken, ...]
    axioms: frozenset[_Key]
    is_cut: bool


class RepairSearch:
    """Searches once; :attr:`solved` then holds all components, :attr:`broken` what was broken at the start."""

    def __init__(self, knowledge: Knowledge) -> None:
        self._knowledge = knowledge
        self._rules = {rule.name: rule for rule in knowledge.domain.constraints}
        self._totals = {total.name: total for total in knowledge.domain.totals}
        self._judged = evaluate_totals(knowledge)
        self._numbers = StatedNumbers(knowledge.facts, find_joined(self._rules.values(), self._totals.values()))
        self._maker = DemandMaker(self._numbers)
        self._demands: dict[_Key, Demand] = {}
        self._sources: dict[_Key, tuple[Broken, Callable[[Triple], Triple]]] = {}
        self._given_up: dict[_Key, str] = {}
        self._answers: dict[frozenset[_Key], Mapping[str, Fraction] | str] = {}
        start = self._judge(knowledge.closure, self._judged.cases, {})
        self.broken = start.broken
        self._start = {item.key for item in start.broken}
        self._axioms = start.axioms
        self._hopeless: set[_Key] = set()
        self.solved: tuple[Solved, ...] = ()
        if start.is_cut:
            self.reason = "There are too many broken constraints to say what the least change is."
            return
        self.reason = ""
        self._search()

    # -- judging

    def _judge(self, closure: Closure, cases: Iterable[Case], back: Mapping[Triple, Triple]) -> _State:
        found: list[Broken] = []
        axioms = set()
        steps, is_cut = closure.contradictions() if back else None, False
        if steps is None:  # there may be very many, so they are listed with care
            listed = find_contradictions(closure.batch, closure.world, most=_MOST_BROKEN, most_of_fact=_MOST_BROKEN)
            steps, is_cut = [item.step for item in listed.items], listed.is_cut or bool(listed.culprits)
        origin = self._make_origin(closure, back)
        for step in steps:
            rule = self._rules.get(step.rule)
            if rule is None:
                axioms.add((step.rule, *sorted("\0".join(origin(fact)) for fact in step.premises)))
            elif any(isinstance(element, Comparison) for element in rule.body):
                key = (step.rule, *("\0".join(origin(fact)) for fact in step.premises))
                found.append(Broken(key, step.rule, dict(step.bindings), step.premises, step))
        for case in cases:
            if case.violated:
                name = case.constraint.name
                key = (name, *("\0".join(origin(fact)) for fact in case.premises))
                found.append(Broken(key, name, case.bindings, case.premises, case=case))
            if len(found) > 2 * _MOST_BROKEN:
                return _State(tuple(found), frozenset(axioms), True)
        return _State(tuple(found), frozenset(axioms), is_cut)

    def _make_origin(self, closure: Closure, back: Mapping[Triple, Triple]) -> Callable[[Triple], Triple]:
        """Return what leads from a fact to the stated one that has its value, as that was before any change."""
        known: dict[Triple, Triple] = {}

        def find(fact: Triple) -> Triple:
            if fact in back:
                return back[fact]
            if not is_literal(fact[2]) or self._numbers.is_stated(fact):
                return fact
            if fact not in known:
                proof = closure.proof(fact)
                leaves = [leaf for leaf in proof.leaves if leaf[2] == fact[2]] if proof is not None else []
                known[fact] = back.get(leaves[0], leaves[0]) if len(leaves) == 1 else fact
            return known[fact]

        return find

    # -- searching

    def _search(self) -> None:
        origin = self._make_origin(self._knowledge.closure, {})
        for item in self.broken:
            if not self._add(item, origin):
                self._hopeless.add(item.key)
        for _ in range(_MOST_ROUNDS):
            parts = self._solve()
            if not self._improve(parts):
                self.solved = tuple(parts)
                return
        told = "The search for the least change was ended: mending one constraint kept breaking others."
        self.solved = tuple(Solved(part.keys, (), part.reason or told) for part in self._solve())

    def _add(self, item: Broken, origin: Callable[[Triple], Triple]) -> bool:
        """Take a broken instance among the demands; False where no number of it may be changed."""
        self._sources[item.key] = (item, origin)
        try:
            demand = self._make(item, origin)
        except FrozenError:
            return self._make_all_anew(item.key)
        except Unencodable as problem:
            self._given_up[item.key] = f"What the least change would be cannot be said: {problem}."
            self._demands[item.key] = Demand(item.key, ())
            return True
        if demand is None:
            return False
        self._demands[item.key] = demand
        return True

    def _make(self, item: Broken, origin: Callable[[Triple], Triple]) -> Demand | None:
        total = self._totals.get(item.constraint)
        if total is not None:
            return self._maker.make_from_total(
                item.key, total, item.bindings, item.premises, origin, self._judged.by_end
            )
        body = self._rules[item.constraint].body
        return self._maker.make_from_body(item.key, body, item.bindings, item.premises, origin)

    def _make_all_anew(self, wanted: _Key) -> bool:
        """Make every demand again, as numbers were frozen meanwhile; tell whether ``wanted`` is one."""
        self._demands.clear()
        sources, self._sources = self._sources, {}
        for key, (item, origin) in sources.items():
            if not self._add(item, origin) and key in self._start:
                self._hopeless.add(key)
        return wanted in self._demands

    def _solve(self) -> list[Solved]:
        parts = []
        for keys, names in self._group():
            told = next((self._given_up[key] for key in keys if key in self._given_up), "")
            if not told and len(names) > _MOST_NUMBERS:
                told = f"The least change was not searched for: more than {_MOST_NUMBERS} numbers depend on each other."
            if told:
                parts.append(Solved(keys, (), told))
                continue
            answer = self._ask(frozenset(keys), names)
            if isinstance(answer, str):
                parts.append(Solved(keys, (), answer))
                continue
            changes = [(self._numbers.get_fact(n), self._numbers.write(n, value)) for n, value in answer.items()]
            parts.append(Solved(keys, tuple(sorted(changes))))
        return parts

    def _ask(self, keys: frozenset[_Key], names: Sequence[str]) -> Mapping[str, Fraction] | str:
        if keys not in self._answers:
            demands = [self._demands[key] for key in sorted(keys)]
            places = max((self._numbers.count_places(name) for name in names), default=0)
            places = max([places, *(count for demand in demands for count in _list_places(demand))])
            quantities = [self._numbers.make_quantity(name, places) for name in names]
            found = find_least_change(quantities, demands)
            if found == "impossible":
                self._answers[keys] = (
                    "No change of these numbers alone can mend it: the constraints exclude each other."
                )
            elif found == "unknown":
                self._answers[keys] = "The least change was not found within the limit on the search."
            elif not isinstance(found, str):
                self._answers[keys] = found
        return self._answers[keys]

    def _group(self) -> list[tuple[tuple[_Key, ...], list[str]]]:
        """Group demands by the numbers they share, in a fixed order."""
        groups: list[tuple[set[_Key], set[str]]] = []
        for key in sorted(self._demands):
            keys, names = {key}, set(iterate_names(self._demands[key]))
            apart = []
            for group in groups:
                if group[1].isdisjoint(names):
                    apart.append(group)
                else:
                    keys |= group[0]
                    names |= group[1]
            groups = [*apart, (keys, names)]
        return [(tuple(sorted(keys)), self._numbers.sort(names)) for keys, names in groups]

    def _improve(self, parts: Sequence[Solved]) -> bool:
        """Try the changes, together and each part by itself; tell whether something was learnt."""
        changing = [part for part in parts if part.changes]
        if not changing:
            return False
        if len(changing) > 1 and self._try(changing, parts, alone=False):
            return True
        learnt = False
        for part in changing:
            learnt |= self._try([part], parts, alone=True)
        return learnt

    def _try(self, chosen: Sequence[Solved], parts: Sequence[Solved], *, alone: bool) -> bool:
        changes = dict(change for part in chosen for change in part.changes)
        closure = self._knowledge.closure
        old, new = set(changes), set(changes.values())
        try:
            revision = closure.revise(added=sorted(new - old), removed=sorted(old - new))
        except LimitError as error:
            return alone and self._give_up(chosen, f"The least change could not be tried: {error}")
        gone, come = set(revision.lost), set(revision.gained)
        facts = {fact for fact in self._judged.facts if fact not in gone}
        facts |= {fact for fact in come if get_key(fact) in self._judged.keys}
        by_end = FactIndex(sorted(facts), self._judged.keys)
        cases = (case for total in self._totals.values() for case in evaluate_cases(total, by_end))
        back = {after: before for before, after in changes.items()}
        state = self._judge(revision.closure, cases, back)
        learnt = False
        origin = self._make_origin(revision.closure, back)
        mine = {key for part in chosen for key in part.keys}
        for item in state.broken:
            if item.key in self._hopeless or (item.key in self._demands and item.key not in mine):
                continue
            follows_anew = any(origin(fact) in come for fact in item.premises)
            known = item.key in self._demands
            if known or follows_anew or not self._add(item, origin) or item.key in self._given_up:
                learnt |= alone and self._give_up(chosen, _OTHERWISE)
            else:
                learnt = True
        if alone and (state.is_cut or not state.axioms <= self._axioms):
            learnt |= self._give_up(chosen, _OTHERWISE)
        return learnt

    def _give_up(self, parts: Iterable[Solved], reason: str) -> bool:
        keys = [key for part in parts for key in part.keys if key not in self._given_up]
        self._given_up.update(dict.fromkeys(keys, reason))
        return bool(keys)


def _list_places(demand: Demand) -> Iterable[int]:
    """Yield how many decimal places the constants of a demand have, as far as that is finite."""
    waiting: list[Amount] = [side for relation in demand.relations for side in (relation.left, relation.right)]
    while waiting:
        amount = waiting.pop()
        if isinstance(amount, Fraction):
            yield min(count_places(amount) or 0, 12)
        elif isinstance(amount, Combined):
            for part in amount.parts:
                waiting.append(part.value)
                waiting += [side for condition in part.conditions for side in (condition.left, condition.right)]
