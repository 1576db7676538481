"""Drawing rules: conjunctive rules over a vocabulary, which nobody has to hold but which everybody can read.

A body grows along what a variable can be: a further relation, a class, a value and what it is compared with. What each
end of a property makes its individual a member of is asked of the theory, so that nobody is the father of a throne; a
rule that contradicts the theory altogether is left out. Every part of a rule counts: without any one of them it says
something else, as a few facts show.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import combinations

from workbench.generation.keyed import KeyedRandom, hash_parts
from workbench.generation.questions.ends import NO_ENDS, Ends, find_ends
from workbench.generation.questions.near_rules import apply_edits, list_edits, list_near_rules
from workbench.generation.questions.rule_squares import CORNERS, is_connected
from workbench.generation.questions.telling_apart import find_instance, find_witness, is_decided
from workbench.generation.worlds.plan import Plan
from workbench.model.rules import Atom, BodyElement, Comparison, Operation, Rule, is_restatement, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, is_literal, is_variable, make_literal
from workbench.reasoning.batch import evaluate
from workbench.wording.grammar import canonicalise_rule

__all__ = ["ANSWER", "RuleDrawer", "name_rule"]

ANSWER = "<urn:knowledge-workbench:ns#Answer>"
"""The class that a question concludes of what is asked for, so that it can be judged as a rule."""
_MOST_VARIABLES = 5
_NEAR = 3
_SQUARES = 3
_MOST_PAIRS = 24
"""Pairs of changes of a rule that are tried."""
_NO_KINDS: frozenset[Term] = frozenset()


def name_rule(body: Sequence[BodyElement], head: Sequence[Atom]) -> Rule:
    """Return the rule under the name that its content has, its variables called by the letters of its sentence."""
    own_body, own_head = canonicalise_rule(Rule("", tuple(body), tuple(head)))
    return Rule(f"rule-{hash_parts(own_body, own_head)[:16]}", own_body, own_head)


@dataclass
class _Sketch:
    """A rule's body as it grows: what its individuals can be, and its numbers with the property that has them."""

    body: list[BodyElement] = field(default_factory=list)
    kinds: dict[str, frozenset[Term]] = field(default_factory=dict)
    numbers: dict[str, Term] = field(default_factory=dict)
    compared: set[str] = field(default_factory=set)

    @property
    def atoms(self) -> int:
        """How many atoms there are."""
        return sum(isinstance(element, Atom) for element in self.body)

    def add_variable(self, kinds: frozenset[Term]) -> str:
        """Return a new variable for an individual."""
        name = f"?x{len(self.kinds) + 1}"
        self.kinds[name] = kinds
        return name


class RuleDrawer:
    """Draws rules over what a plan may state or ask for, and near misses of them.

    ``origins`` has the name of each rule of the theory that may be drawn, by the name that its content has.
    """

    def __init__(self, plan: Plan) -> None:
        keys = sorted({*plan.assertable, *plan.queryable})
        self.plan = plan
        self.classes = tuple(key for key in keys if key in plan.classes)
        self.numeric = tuple(key for key in keys if key in plan.values and plan.values[key].is_numeric)
        self.relations = tuple(key for key in keys if key not in plan.classes and key not in plan.values)
        self.vocabulary = (*self.classes, *self.relations, *self.numeric)
        self._ends = find_ends(plan)
        self.origins, self._own = self._find_own()

    def _get_ends(self, key: Term) -> Ends:
        return self._ends.get(key, NO_ENDS)

    def _find_own(self) -> tuple[Mapping[str, str], Mapping[int, Sequence[Rule]]]:
        """Return the theory's rules that can be decided, by their names here.

        Beside these, by their number of atoms, the rules themselves with what is near them.
        """
        sayable = {*self.vocabulary}
        found: dict[str, Rule] = {}
        origins: dict[str, str] = {}
        for rule in self.plan.theory.rules:
            keys = {atom.key for atom in (*rule.head, *iterate_atoms(rule.body))}
            if not keys <= sayable or not is_decided(rule) or is_restatement(rule) or is_literal(rule.head[0].object):
                continue
            for one in (rule, *list_near_rules(Rule(rule.name, rule.body, rule.head), (), (), self.numeric)):
                if is_decided(one) and len(one.body) > 1:
                    named = name_rule(one.body, one.head)
                    found.setdefault(named.name, named)
                    if one is rule:
                        origins.setdefault(named.name, rule.name)
        by_atoms: dict[int, list[Rule]] = {}
        for name in sorted(found):
            by_atoms.setdefault(len(tuple(iterate_atoms(found[name].body))), []).append(found[name])
        return origins, by_atoms

    # ---- drawing

    def draw(
        self, atoms: tuple[int, int], random: KeyedRandom, admits: Callable[[Rule], bool], *, asks: bool = False
    ) -> Rule | None:
        """Return a rule with so many atoms in its body, or one that asks for a variable; None if none came out.

        ``admits`` tells which rules are wanted. Whether one contradicts the theory is for :meth:`list_consistent` to
        say.
        """
        low, high = atoms
        own = [rule for count in range(low, high + 1) for rule in self._own.get(count, ())]
        if own and not asks and random.happens(1, 3):
            exact = [rule for rule in own if rule.name in self.origins]
            rule = random.choose(exact if exact and random.happens(1, 2) else own)
        else:
            sketch = self._draw_body(random.draw_between(low, high), random)
            head = self._draw_head(sketch, random, asks=asks)
            if head is None:
                return None
            rule = name_rule(sketch.body, (head,))
        if is_restatement(rule) or not is_decided(rule) or rule.head[0].key in self.plan.theory.closed:
            return None
        if not admits(rule):
            return None
        return rule if self._is_lean(rule, random) else None

    def list_near(self, rule: Rule, random: KeyedRandom) -> list[Rule]:
        """Return rules near a rule, with its variables, in a drawn order, those of each kind by turns."""
        keys = {atom.key for atom in (*rule.head, *iterate_atoms(rule.body))}
        relations = random.pick([key for key in self.relations if key not in keys], _NEAR)
        classes = random.pick([key for key in self.classes if key not in keys], _NEAR)
        near = [one for one in list_near_rules(rule, relations, classes, self.numeric) if is_decided(one)]
        ways: dict[str, list[Rule]] = {}
        for one in random.shuffle(near):
            ways.setdefault(one.name.rpartition("~")[2].partition("-")[0], []).append(one)
        listed = [ways[way] for way in random.shuffle(sorted(ways))]
        turns = [
            one for turn in range(max(map(len, listed), default=0)) for way in listed for one in way[turn : turn + 1]
        ]
        return turns

    def list_squares(self, rule: Rule, random: KeyedRandom) -> list[tuple[Rule, ...]]:
        """Return a rule with two changes of it, each alone and both: up to :data:`_SQUARES` times four rules.

        The rule may stand at any corner, since the others are as near to each other as to it.
        """
        keys = {atom.key for atom in (*rule.head, *iterate_atoms(rule.body))}
        relations = random.pick([key for key in self.relations if key not in keys], _NEAR)
        classes = random.pick([key for key in self.classes if key not in keys], _NEAR)
        edits = list_edits(rule, relations, classes, self.numeric)
        pairs = [(one, other) for one, other in combinations(edits, 2) if one.place != other.place]
        squares: list[tuple[Rule, ...]] = []
        for one, other in random.pick(pairs, _MOST_PAIRS):
            changed = [apply_edits(rule, edits) for edits in ((one,), (other,), (one, other))]
            square = [rule, *(found for found in changed if found is not None and is_decided(found))]
            if len(square) == len({canonicalise_rule(found) for found in square}) == CORNERS and all(
                is_connected(found) and not is_restatement(found) and self._is_sensible(found) for found in square
            ):
                squares.append(tuple(square))
                if len(squares) == _SQUARES:
                    break
        return squares

    def _is_sensible(self, rule: Rule) -> bool:
        """Tell whether whoever a rule speaks of can stand everywhere it says, as far as classes tell."""
        kinds: dict[Term, list[frozenset[Term]]] = {}
        for atom in (*iterate_atoms(rule.body), *rule.head):
            for term, expected in zip((atom.subject, atom.object), self._get_ends(atom.key), strict=True):
                kinds.setdefault(term, []).append(expected)
        return all(_can_be(one, other) for listed in kinds.values() for one, other in combinations(listed, 2))

    def list_consistent(self, rules: Sequence[Rule], keys: Sequence[str]) -> list[bool]:
        """Tell for each rule whether its body and head can be true together under the plan's theory."""
        worlds = []
        for rule, key in zip(rules, keys, strict=True):
            found = find_instance(rule, self.numeric, KeyedRandom("instance", key))
            head = () if found is None or rule.head[0].key == ANSWER else (found.statement,)
            worlds.append([*found.facts, *head] if found is not None else [])
        if not worlds:
            return []
        bad = evaluate(self.plan.theory, worlds).find_inconsistent_worlds().tolist()
        return [bool(facts) and not contradicted for facts, contradicted in zip(worlds, bad, strict=True)]

    def _is_lean(self, rule: Rule, random: KeyedRandom) -> bool:
        """Tell whether every element of a body counts: the rule without it, if it is one, says something else."""
        for place in range(len(rule.body)):
            less = Rule("less", (*rule.body[:place], *rule.body[place + 1 :]), rule.head)
            if is_decided(less) and find_witness(rule, less, self.numeric, random) is None:
                return False
        return True

    def _draw_body(self, atoms: int, random: KeyedRandom) -> _Sketch:
        sketch = _Sketch()
        first = random.choose(self.relations) if self.relations else ""
        if first:
            ends = [sketch.add_variable(kinds) for kinds in self._get_ends(first)]
            sketch.body.append(Atom(ends[0], first, ends[1]))
        else:
            sketch.add_variable(frozenset())
        for _ in range(4 * atoms):
            left = atoms - sketch.atoms
            if left <= 0:
                break
            ways = ["extend", "extend", "guard", "guard", "join", "value"]
            match random.choose(ways):
                case "extend":
                    self._extend(sketch, random)
                case "guard":
                    self._guard(sketch, random)
                case "join":
                    self._join(sketch, random)
                case _:
                    self._value(sketch, random, left)
        if random.happens(1, 4):
            self._tell_apart(sketch, random)
        return sketch

    def _extend(self, sketch: _Sketch, random: KeyedRandom) -> None:
        """Relate somebody to somebody else."""
        if not self.relations or len(sketch.kinds) >= _MOST_VARIABLES:
            return
        known, key, end = random.choose(sorted(sketch.kinds)), random.choose(self.relations), random.draw_below(2)
        ends = self._get_ends(key)
        if _can_be(sketch.kinds[known], ends[end]):
            sketch.kinds[known] |= ends[end]
            new = sketch.add_variable(ends[1 - end])
            sketch.body.append(Atom(known, key, new) if end == 0 else Atom(new, key, known))

    def _guard(self, sketch: _Sketch, random: KeyedRandom) -> None:
        """Say what somebody is; nobody twice."""
        guarded = {atom.subject for atom in iterate_atoms(sketch.body) if atom.predicate == RDF_TYPE}
        free = sorted(sketch.kinds.keys() - guarded)
        if not self.classes or not free:
            return
        name, key = random.choose(free), random.choose(self.classes)
        # What follows anyway from how somebody is related would be idle to say.
        if _can_be(sketch.kinds[name], self._get_ends(key)[0]) and key not in sketch.kinds[name]:
            sketch.kinds[name] |= self._get_ends(key)[0]
            sketch.body.append(Atom(name, RDF_TYPE, key))

    def _join(self, sketch: _Sketch, random: KeyedRandom) -> None:
        """Relate two that are there."""
        if not self.relations or len(sketch.kinds) < 2:
            return
        one, other = random.pick(sorted(sketch.kinds), 2)
        key = random.choose(self.relations)
        pairs = [{atom.subject, atom.object} for atom in iterate_atoms(sketch.body)]
        if {one, other} in pairs or not all(
            map(_can_be, (sketch.kinds[one], sketch.kinds[other]), self._get_ends(key))
        ):
            return
        sketch.body.append(Atom(one, key, other))
        for name, kinds in zip((one, other), self._get_ends(key), strict=True):
            sketch.kinds[name] |= kinds

    def _value(self, sketch: _Sketch, random: KeyedRandom, left: int) -> None:
        """Give a value to somebody and compare it: with a number, or with the same value of somebody else."""
        if not self.numeric or len(sketch.numbers) > 1:
            return
        key = random.choose(self.numeric)
        able = [name for name in sorted(sketch.kinds) if _can_be(sketch.kinds[name], self._get_ends(key)[0])]
        if not able:
            return
        pool = self.plan.values[key]
        chosen = random.pick(able, 2 if left > 1 and random.happens(2, 3) else 1)
        names = []
        for name in chosen:
            number = f"?n{len(sketch.numbers) + 1}"
            sketch.numbers[number] = key
            sketch.kinds[name] |= self._get_ends(key)[0]
            sketch.body.append(Atom(name, key, number))
            names.append(number)
        sign = random.choose(("<", "<=", ">", ">="))
        if len(names) == 1:
            bound = make_literal(random.draw_between(pool.low, pool.high))
            sketch.body.append(Comparison(sign, names[0], bound))
        elif random.happens(1, 2):
            sketch.body.append(Comparison(sign, names[0], names[1]))
        else:
            span = max(2, (pool.high - pool.low) // 4)
            difference = Operation("-", (names[0], names[1]))
            sketch.body.append(Comparison(sign, difference, make_literal(random.draw_between(1, span))))

    def _tell_apart(self, sketch: _Sketch, random: KeyedRandom) -> None:
        """Say that two are not the same who could be."""
        pairs = [{atom.subject, atom.object} for atom in iterate_atoms(sketch.body)]
        one, other, *_ = (*random.pick(sorted(sketch.kinds), 2), "", "")
        if other and {one, other} not in pairs and _can_be(sketch.kinds[one], sketch.kinds[other]):
            sketch.body.append(Comparison("!=", one, other))

    def _draw_head(self, sketch: _Sketch, random: KeyedRandom, *, asks: bool) -> Atom | None:
        names = sorted(sketch.kinds)
        if asks:
            return Atom(random.choose(names), RDF_TYPE, ANSWER)
        used = {atom.key for atom in iterate_atoms(sketch.body)}
        for _ in range(8):
            if self.relations and len(names) > 1 and random.happens(3, 4):
                ends = random.pick(names, 2)
                key = random.choose(self.relations)
                head = Atom(ends[0], key, ends[1])
            elif self.classes:
                ends = [random.choose(names)]
                key = random.choose(self.classes)
                head = Atom(ends[0], RDF_TYPE, key)
            else:
                continue
            fitting = all(map(_can_be, (sketch.kinds[name] for name in ends), self._get_ends(key)))
            if fitting and key not in used and key not in self.plan.theory.closed:
                return head
        return None


def _name(term: Term) -> Term:
    """Return an individual for a variable; terms stay what they are."""
    return f"<urn:p:{term[1:]}>" if is_variable(term) else term


def _can_be(kinds: frozenset[Term], expected: frozenset[Term]) -> bool:
    """Tell whether somebody of some classes can stand where some are expected, as far as classes tell."""
    return not kinds or not expected or not kinds.isdisjoint(expected)
