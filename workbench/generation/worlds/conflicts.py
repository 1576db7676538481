"""Worlds that contradict themselves in exactly one way: a consistent world and one more fact.

An integrity rule is matched without one of its atoms; what that atom would have to be is stated, or a fact that
restates it. Of the worlds with such a fact those are kept in which one integrity rule alone is broken, by one smallest
set of stated facts: the set contradicts itself, and without any of its facts the world is consistent again.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from workbench.generation.keyed import KeyedRandom, hash_number
from workbench.generation.worlds.linear import Linear, make_linear
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.values import NumberSystem
from workbench.generation.worlds.world import World
from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, Comparison, Negation, Rule, collect_variables
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal, is_variable, make_literal, read_integer
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch, evaluate

__all__ = ["BrokenWorld", "WorldBreaker"]

_WAVES = (4, 8, 16)
"""How many facts are tried for a world, wave by wave, until one does."""
_MOST_JUSTIFICATIONS = 2
_LEAST_FACTS = 2
_MOST_OTHERS = 3
_NEAR = 2
_HOLE = "<urn:knowledge-workbench:hole#"
_FIRST, _SECOND = "<urn:p:0>", "<urn:p:1>"


@dataclass(frozen=True, slots=True)
class BrokenWorld:
    """A world that contradicts itself.

    ``facts`` are all its facts, sorted, ``added`` is the one that the consistent world lacked, ``conflict`` the one
    smallest set of facts that contradict each other, sorted (two or more, ``added`` among them), ``rule`` the
    integrity rule that they break.
    """

    key: str
    facts: tuple[Triple, ...]
    added: Triple
    conflict: tuple[Triple, ...]
    rule: str


@dataclass(frozen=True, slots=True)
class _Hole:
    """An integrity rule's atom that is left out: its rule, the atom, and the variables that the rest does not bind.

    For a value ``bounds`` are the comparisons of it (variable 0) with one other number (variable 1) of the body.
    """

    rule: str
    atom: Atom
    free: tuple[str, ...]
    bounds: tuple[Linear, ...] = ()


class WorldBreaker:
    """Breaks consistent worlds of one plan; what it proposes is checked by the engine, whole blocks at once."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._holes: dict[Term, _Hole] = {}
        helpers = [helper for rule in plan.theory.rules if rule.is_integrity for helper in self._dig(rule)]
        self._theory = Theory.build([*plan.theory.rules, *helpers], plan.theory.closed)
        self._sources = self._find_sources()
        # What must not lead back to itself is broken by a fact turned round.
        self._turnable = tuple(
            sorted(key for key in plan.opposable if key not in plan.classes and key not in plan.values)
        )

    def _dig(self, rule: Rule) -> Iterable[Rule]:
        """Yield for each atom of an integrity rule the rule that finds what would complete its body."""
        atoms = [element for element in rule.body if isinstance(element, Atom)]
        for place, atom in enumerate(atoms):
            rest = [*atoms[:place], *atoms[place + 1 :]]
            bound = {term for other in rest for term in (other.subject, other.object) if is_variable(term)}
            if not rest:
                continue
            others = [
                element
                for element in rule.body
                if isinstance(element, Comparison | Negation) and set(collect_variables(element)) <= bound
            ]
            name = f"{_HOLE}{len(self._holes)}>"
            hole = self._find_hole(rule, atom, rest, bound)
            if hole is not None:
                self._holes[name], ends = hole
                yield replace(rule, name=name, body=(*rest, *others), head=(Atom(ends[0], name, ends[1]),), kind="rule")

    def _find_hole(
        self, rule: Rule, atom: Atom, rest: Sequence[Atom], bound: set[str]
    ) -> tuple[_Hole, tuple[str, str]] | None:
        """Return the hole that an atom leaves and the two terms that say what it is; None when too few are known."""
        if atom.key in self._plan.values:
            return self._find_value_hole(rule, atom, rest, bound)
        ends = (atom.subject,) if atom.key in self._plan.classes else (atom.subject, atom.object)
        free = tuple(dict.fromkeys(end for end in ends if is_variable(end) and end not in bound))
        known = [end for end in ends if end not in free]
        return (_Hole(rule.name, atom, free), (known[0], known[-1])) if known else None

    def _find_value_hole(
        self, rule: Rule, atom: Atom, rest: Sequence[Atom], bound: set[str]
    ) -> tuple[_Hole, tuple[str, str]] | None:
        about = [e for e in rule.body if isinstance(e, Comparison) and atom.object in collect_variables(e)]
        names = {name for comparison in about for name in collect_variables(comparison)} - {atom.object}
        numbers = {other.object for other in rest if other.key in self._plan.values}
        if not self._plan.values[atom.key].is_numeric or atom.key not in self._plan.assertable:
            return None
        if len(names) != 1 or not names <= numbers or atom.subject not in bound or atom.object in bound:
            return None
        other = names.pop()
        forms = [make_linear(comparison, {atom.object: 0, other: 1}) for comparison in about]
        bounds = tuple(form for form in forms if form is not None)
        if len(bounds) != len(forms) or any(form.operator != ">=" for form in bounds):
            return None
        return _Hole(rule.name, atom, (), bounds), (atom.subject, other)

    def _find_sources(self) -> Mapping[Term, tuple[tuple[Term, bool], ...]]:
        """By key, the statable keys whose facts restate its facts: True where subject and object change places."""
        keys = [key for key in self._plan.assertable if key not in self._plan.values]
        facts = [(_FIRST, RDF_TYPE, key) if key in self._plan.classes else (_FIRST, key, _SECOND) for key in keys]
        batch = evaluate(self._plan.theory, [[fact] for fact in facts])
        found: dict[Term, list[tuple[Term, bool]]] = {}
        for world, key in enumerate(keys):
            for subject, predicate, object_ in batch.list_facts(world):
                if predicate == RDF_TYPE:
                    # Only a class fact restates a class fact; others say more than is wanted.
                    if key in self._plan.classes and subject == _FIRST:
                        found.setdefault(object_, []).append((key, False))
                elif (subject, object_) == (_FIRST, _SECOND):
                    found.setdefault(predicate, []).append((key, False))
                elif (subject, object_) == (_SECOND, _FIRST):
                    found.setdefault(predicate, []).append((key, True))
        return {key: tuple(sources) for key, sources in found.items()}

    def break_world(self, world: World, random: KeyedRandom) -> tuple[tuple[Triple, ...], tuple[Triple, ...]] | None:
        """Return the facts of one broken world and its conflicting set; None when no fact does it."""
        broken = self.break_worlds([world], [random])[0]
        return None if broken is None else (broken.facts, broken.conflict)

    def break_worlds(
        self, worlds: Sequence[World], randoms: Sequence[KeyedRandom] | None = None
    ) -> list[BrokenWorld | None]:
        """Return each world with a fact that breaks it in exactly one way; None where none of those tried does.

        The worlds must be consistent. What is added to a world depends on the world and its random draws alone
        (by default those of its key).
        """
        if not worlds:
            return []
        draws = randoms or [KeyedRandom("break", world.key) for world in worlds]
        batch = evaluate(self._theory, [world.facts for world in worlds])
        proposals = [self._propose(batch, n, world, draws[n]) for n, world in enumerate(worlds)]
        found: list[BrokenWorld | None] = [None] * len(worlds)
        start = 0
        for size in _WAVES:
            cases = [
                (number, fact)
                for number, facts in enumerate(proposals)
                if found[number] is None
                for fact in facts[start : start + size]
            ]
            start += size
            for broken, number in self._check(worlds, cases):
                found[number] = found[number] or broken
        return found

    def _propose(self, batch: Batch, number: int, world: World, random: KeyedRandom) -> list[Triple]:
        """Return facts that may break a world, those for one integrity rule after those for each of the others."""
        individuals = _list_individuals(world.facts)
        known = set(world.facts)
        by_rule: dict[str, list[tuple[int, Triple]]] = {}
        draw = random.draw()
        for subject, name, object_ in batch.list_facts_of(number, self._holes):
            hole = self._holes[name]
            for fact in self._fill(hole, subject, object_, individuals, random):
                if fact not in known and not batch.is_entailed(number, fact):
                    own = by_rule.setdefault(hole.rule, [])
                    own.append((hash_number(draw, *fact), fact))
        for key in self._turnable:
            for subject, _, object_ in batch.list_facts_of(number, [key]):
                for fact in self._say(key, object_, subject):
                    if not batch.is_entailed(number, fact):
                        by_rule.setdefault(f"turned {key}", []).append((hash_number(draw, *fact), fact))
        ordered = sorted(by_rule, key=lambda rule: hash_number(draw, rule))
        queues = [[fact for _, fact in sorted(set(by_rule[rule]))] for rule in ordered]
        rounds = max((len(queue) for queue in queues), default=0)
        turns = [queue[turn] for turn in range(rounds) for queue in queues if turn < len(queue)]
        return list(dict.fromkeys(turns))[: sum(_WAVES)]

    def _fill(
        self, hole: _Hole, first: Term, second: Term, individuals: Sequence[Term], random: KeyedRandom
    ) -> list[Triple]:
        """Return statable facts that say what the left out atom would."""
        atom = hole.atom
        if hole.bounds:
            return self._fill_value(hole, first, second, random)
        if hole.free and atom.key not in self._plan.classes:
            others = random.pick(individuals, _MOST_OTHERS)
            pairs = [(other, second) if atom.subject in hole.free else (first, other) for other in others]
        else:
            pairs = [(first, second)]
        return [fact for pair in pairs for fact in self._say(atom.key, *pair)]

    def _fill_value(self, hole: _Hole, subject: Term, other: Term, random: KeyedRandom) -> list[Triple]:
        """Return the fact with a value that just breaks the rule, or is anywhere on the wrong side."""
        number, pool = read_integer(other), self._plan.values[hole.atom.key]
        if number is None:
            return []
        system = NumberSystem({0: (pool.low, pool.high), 1: (number, number)})
        if not system.add(hole.bounds):
            return []
        low, high = system.low[0], system.high[0]
        near = min(_NEAR, high - low)
        if random.happens(1, 2):
            value = low + random.draw_below(near + 1) if low > pool.low else high - random.draw_below(near + 1)
        else:
            value = random.draw_between(low, high)
        return [(subject, hole.atom.key, make_literal(value))]

    def _say(self, key: Term, subject: Term, object_: Term) -> list[Triple]:
        """Return the statable facts that restate a fact."""
        ends = (subject, object_)
        if any(is_literal(end) for end in ends):
            return []
        if key in self._plan.classes:
            return [(subject, RDF_TYPE, source) for source, _ in self._sources.get(key, ())]
        return [
            (object_, source, subject) if is_turned else (subject, source, object_)
            for source, is_turned in self._sources.get(key, ())
            if subject != object_
        ]

    def _check(self, worlds: Sequence[World], cases: Sequence[tuple[int, Triple]]) -> list[tuple[BrokenWorld, int]]:
        """Return the cases that break one rule by one smallest set, each with its world's number, in order."""
        if not cases:
            return []
        facts = [tuple(sorted((*worlds[number].facts, added))) for number, added in cases]
        batch = evaluate(self._plan.theory, facts)
        broken_rules = _find_broken_rules(batch)
        found: list[tuple[BrokenWorld, int]] = []
        done: set[int] = set()
        for case, (number, added) in enumerate(cases):
            rule = broken_rules[case]
            if not rule or number in done:
                continue
            sets = batch.justifications(case, FALSE, _MOST_JUSTIFICATIONS)
            if len(sets) == 1 and sets.is_complete and len(sets[0].facts) >= _LEAST_FACTS and added in sets[0].facts:
                found.append((BrokenWorld(worlds[number].key, facts[case], added, sets[0].facts, rule), number))
                done.add(number)
        return [found[place] for place in self._confirm([broken for broken, _ in found])]

    def _confirm(self, found: Sequence[BrokenWorld]) -> list[int]:
        """Return the places of those whose set contradicts itself alone, and without any one fact nothing does."""
        worlds: list[Sequence[Triple]] = []
        for broken in found:
            worlds.append(broken.conflict)
            worlds += [tuple(fact for fact in broken.facts if fact != left) for left in broken.conflict]
        bad = iter(evaluate(self._plan.theory, worlds).find_inconsistent_worlds().tolist()) if worlds else iter(())
        kept = []
        for place, broken in enumerate(found):
            alone, *without = (next(bad) for _ in range(1 + len(broken.conflict)))
            if alone and not any(without):
                kept.append(place)
        return kept


def _find_broken_rules(batch: Batch) -> list[str]:
    """Return for each world the one integrity rule that it breaks, "" where it breaks none or several."""
    broken = [""] * batch.world_count
    several: set[int] = set()
    for rule in batch.plan.rules:
        if not rule.heads:
            for table in batch.matcher.match_rule(rule, frozenset()):
                for world in set(batch.matcher.get_worlds(table).tolist()):
                    if broken[world] not in ("", rule.rule.name):
                        several.add(world)
                    broken[world] = rule.rule.name
    return ["" if world in several else name for world, name in enumerate(broken)]


def _list_individuals(facts: Iterable[Triple]) -> list[Term]:
    found: dict[Term, None] = {}
    for subject, predicate, object_ in facts:
        found[subject] = None
        if predicate != RDF_TYPE and not is_literal(object_):
            found[object_] = None
    return list(found)
