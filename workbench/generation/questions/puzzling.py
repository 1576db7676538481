"""Puzzling: what of a world is left open, and which clues leave one choice.

Every choice is evaluated under the whole theory in one batch. A clue is then a set of choices, kept as the bits of a
number; a puzzle is a set of clues whose common choices are the solution alone, none of which can be spared.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property, lru_cache
from itertools import pairwise, product
from typing import NamedTuple

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Query
from workbench.generation.questions.listing import find_answers, index_facts
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.world import World
from workbench.model.curriculum import Level
from workbench.model.proofs import FALSE, Proof
from workbench.model.puzzles import Choice, Clue, ClueKind, Puzzle
from workbench.model.rules import Atom, BodyElement, Comparison, Negation, collect_variables, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal, make_literal, read_integer
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch, evaluate

__all__ = ["Ground", "MadePuzzle", "Tried", "find_puzzle_flaws", "get_puzzle", "make_puzzles"]

_MOST_ALTERNATIVES = 4
_MOST_CHOICES = 72
"""So many choices one puzzle leaves; each is tried several times over."""
_MOST_OPENINGS = 10
_MOST_TRIED = 5
_GOALS = 4
_TRIES = 3
_MOST_CLUES = 9
_POOL = 40
"""So many clues of each kind are drawn from."""
_WEIGHTS: tuple[tuple[ClueKind, int], ...] = (("true", 4), ("false", 3), ("one", 2), ("any", 2), ("if", 2))


class MadePuzzle(NamedTuple):
    """A puzzle, the stated facts and the rules that it rests on, and the model of its solution."""

    puzzle: Puzzle
    leaves: frozenset[Triple]
    rules: frozenset[str]
    model: frozenset[Triple]


def get_puzzle(detail: Sequence[object]) -> Puzzle:
    """Return the puzzle of a draft of this task; ValueError when it has none."""
    for part in detail:
        if isinstance(part, Puzzle):
            return part
    raise ValueError("the draft has no puzzle")


# ---- trying


Tried = tuple[Puzzle, Sequence[Triple], Sequence[str] | None]
"""A puzzle, the stated facts, and the names of the rules; None for all."""


def find_puzzle_flaws(theory: Theory, wanted: Sequence[Tried]) -> list[str | None]:
    """Return for each puzzle why the engine does not find exactly its solution; None where it does.

    All choices of all puzzles are evaluated together.
    """
    batch = _Choices(theory, [(facts, puzzle.slots, rules) for puzzle, facts, rules in wanted])
    return [_find_flaw(puzzle, batch.get_outcomes(number)) for number, (puzzle, _, _) in enumerate(wanted)]


def _find_flaw(puzzle: Puzzle, outcomes: Sequence[tuple[Choice, frozenset[Triple] | None]]) -> str | None:
    wrong: dict[Choice, list[int]] = {}
    for choice, model in outcomes:
        if model is not None:
            wrong[choice] = [n for n, clue in enumerate(puzzle.clues) if not clue.holds(_judge_parts(clue, model))]
    if wrong.get(puzzle.solution, [0]):
        return "the solution does not fit"
    if sum(not places for places in wrong.values()) > 1:
        return "there is a second solution"
    if any(wrong.get(clue.second) != [place] for place, clue in enumerate(puzzle.clues)):
        return "a clue can be left out"
    if any(len({choice[place] for choice in wrong}) < 2 for place in range(len(puzzle.slots))):
        return "a slot is decided without clues"
    return None


class _Choices:
    """Several things left open, each with the stated facts and under rules: every choice of each, in one batch."""

    def __init__(
        self,
        theory: Theory,
        opened: Sequence[tuple[Iterable[Triple], Sequence[Sequence[Triple]], Sequence[str] | None]],
    ) -> None:
        self._slots = [slots for _, slots, _ in opened]
        self._lists: list[list[Choice]] = []
        self.starts: list[int] = []
        worlds: list[tuple[Triple, ...]] = []
        enabled: list[Sequence[str]] = []
        everything = tuple(rule.name for rule in theory.rules)
        for facts, slots, rules in opened:
            stated = tuple(facts)
            choices = list(product(*(range(len(slot)) for slot in slots)))
            self._lists.append(choices)
            self.starts.append(len(worlds))
            for choice in choices:
                taken = (slot[place] for slot, place in zip(slots, choice, strict=True))
                worlds.append(tuple(sorted({*stated, *taken})))
            enabled += [everything if rules is None else rules] * len(choices)
        plain = all(rules is everything for rules in enabled)
        self.batch = evaluate(theory, worlds, enabled=None if plain else enabled)
        self.bad: list[bool] = self.batch.find_inconsistent_worlds().tolist()
        self.models = [frozenset(known) for known in self.batch.list_all_facts()]

    def get_outcomes(self, number: int) -> list[tuple[Choice, frozenset[Triple] | None]]:
        """Return each choice with what follows under it, None where it is not possible."""
        found: list[tuple[Choice, frozenset[Triple] | None]] = []
        for place, choice in enumerate(self._lists[number], self.starts[number]):
            model = self.models[place]
            fits = not self.bad[place] and all(sum(f in model for f in slot) == 1 for slot in self._slots[number])
            found.append((choice, model if fits else None))
        return found


def _judge_parts(clue: Clue, model: frozenset[Triple]) -> tuple[bool, ...]:
    """Return which parts of a clue are true in a model."""
    return tuple(_is_true(part, model) for part in clue.parts)


def _is_true(part: tuple[BodyElement, ...], model: frozenset[Triple]) -> bool:
    if len(part) == 1 and isinstance(part[0], Atom) and not collect_variables(part[0]):
        return (*part[0],) in model
    variables = tuple(dict.fromkeys(name for e in part if isinstance(e, Atom) for name in collect_variables(e)))
    wanted = {element.predicate for element in part if isinstance(element, Atom)}
    return bool(find_answers(Query(part, variables), index_facts([fact for fact in model if fact[1] in wanted])))


# ---- what is left open


class Ground(NamedTuple):
    """A world to make a puzzle of: it is world ``number`` of ``batch``, which has its closure under all rules."""

    level: Level
    plan: Plan
    world: World
    batch: Batch
    number: int


class _Opening(NamedTuple):
    """A stated fact that may be left open, and what could be the case instead."""

    fact: Triple
    others: tuple[Triple, ...]


def make_puzzles(grounds: Sequence[Ground], task: str) -> Iterator[tuple[int, MadePuzzle, KeyedRandom]]:
    """Yield puzzles with the place of the world each is about, and the stream of draws to go on with.

    All worlds are of one plan. What could be the case instead of a fact is tried for all of them together, and so are
    all choices.
    """
    if not grounds:
        return
    theory = grounds[0].plan.theory
    randoms = [KeyedRandom("draft", one.level.name, one.world.key, task) for one in grounds]
    openings = _try_alone(
        theory, grounds, [_list_openings(one, random) for one, random in zip(grounds, randoms, strict=True)]
    )
    chosen: list[tuple[int, tuple[tuple[Triple, ...], ...]]] = []
    for place, (ground, listed, random) in enumerate(zip(grounds, openings, randoms, strict=True)):
        drawn = [_choose_slots(ground.level, listed, random) for _ in range(_TRIES)]
        chosen += [(place, slots) for slots in dict.fromkeys(drawn) if slots]
    opened = []
    for place, slots in chosen:
        facts, left_open = grounds[place].world.facts, {fact for slot in slots for fact in slot}
        opened.append(([fact for fact in facts if fact not in left_open], slots, None))
    choices = _Choices(theory, opened)
    done: set[int] = set()
    for number, (place, slots) in enumerate(chosen):
        if place not in done:
            made = _make_puzzle(_Table(grounds[place], slots, choices, number), randoms[place])
            if made is not None:
                done.add(place)
                yield place, made, randoms[place]


def _list_openings(ground: Ground, random: KeyedRandom) -> list[_Opening]:
    """Return stated facts of a world that have alternatives, first those that conclusions within the hops rest on."""
    sheet, world, (low, high) = ground.batch.get_sheet(ground.number), ground.world, ground.level.hops
    fitting = [
        sheet.facts[place]
        for place, (height, hops) in enumerate(zip(sheet.heights, sheet.hops, strict=False))
        if height and max(low, 1) <= hops <= high
    ]
    first: dict[Triple, None] = {}
    for goal in random.shuffle(fitting)[:_GOALS]:
        proof = sheet.proof(goal)
        if proof is not None:
            first.update((fact, None) for fact in random.shuffle(sorted(proof.leaves)))
    others = [fact for fact in random.shuffle(world.facts) if fact not in first]
    known = frozenset(sheet.facts)
    found: list[_Opening] = []
    for fact in (*first, *others):
        if fact[0] not in ground.plan.constants and len(found) < _MOST_OPENINGS:
            alternatives = _list_alternatives(ground.plan, world, known, fact, random)[:_MOST_TRIED]
            if alternatives:
                found.append(_Opening(fact, tuple(alternatives)))
    return found


def _try_alone(
    theory: Theory, grounds: Sequence[Ground], openings: Sequence[Sequence[_Opening]]
) -> list[list[_Opening]]:
    """Keep the alternatives that contradict nothing when they alone stand in a fact's stead, and leave it open."""
    tried = [(place, one) for place, listed in enumerate(openings) for one in listed]
    opened = [
        ([fact for fact in grounds[place].world.facts if fact != one.fact], [(one.fact, *one.others)], None)
        for place, one in tried
    ]
    choices = _Choices(theory, opened)
    kept: list[list[_Opening]] = [[] for _ in grounds]
    for number, (place, one) in enumerate(tried):
        outcomes = [model is not None for _, model in choices.get_outcomes(number)]
        others = tuple(other for other, fits in zip(one.others, outcomes[1:], strict=True) if fits)
        if outcomes[0] and others:
            kept[place].append(_Opening(one.fact, others))
    return kept


def _choose_slots(level: Level, openings: Sequence[_Opening], random: KeyedRandom) -> tuple[tuple[Triple, ...], ...]:
    """Return two to four slots, each a fact and some of its alternatives; more in levels of more hops."""
    wanted = random.draw_between(2, 3 if level.hops[1] <= 2 else 4)
    slots: list[tuple[Triple, ...]] = []
    named: set[Term] = set()
    size = 1
    listed = list(openings)
    # Mostly those that conclusions rest on, which come first.
    order = [*random.shuffle(listed[: 2 * wanted]), *listed[2 * wanted :]]
    for fact, others in order:
        room = min(_MOST_ALTERNATIVES, _MOST_CHOICES // (size * 2 ** max(0, wanted - len(slots) - 1)))
        if len(slots) == wanted or fact[0] in named or room < 2:
            continue
        slot = (fact, *random.shuffle(others)[: random.draw_between(1, room - 1)])
        slots.append(tuple(sorted(slot, key=_order)) if is_literal(fact[2]) else tuple(random.shuffle(sorted(slot))))
        named.add(fact[0])
        size *= len(slot)
    return tuple(slots) if len(slots) > 1 and size > 3 else ()


def _read_number(fact: Triple) -> int | None:
    return read_integer(fact[2]) if is_literal(fact[2]) else None


def _order(fact: Triple) -> tuple[int, Term]:
    return (_read_number(fact) or 0, fact[2])


def _list_alternatives(
    plan: Plan, world: World, known: frozenset[Triple], fact: Triple, random: KeyedRandom
) -> list[Triple]:
    """Return what could be the case instead of a stated fact, drawn; nothing that is so anyway."""
    subject, predicate, object_ = fact
    if predicate == RDF_TYPE:
        rivals = _list_rivals(plan.theory).get(object_, ())
        found = [(subject, RDF_TYPE, key) for key in random.shuffle(rivals) if key in plan.assertable]
        kept: list[Triple] = []
        for one in found:
            if all(one[2] in _list_rivals(plan.theory).get(other[2], ()) for other in kept):
                kept.append(one)
        return [one for one in kept if one not in known]
    if sum(one[0] == subject and one[1] == predicate for one in known) > 1:
        return []
    if is_literal(object_):
        return [(subject, predicate, value) for value in _list_values(plan, known, fact, random)]
    classes: dict[Term, set[Term]] = {}
    for one in known:
        if one[1] == RDF_TYPE:
            classes.setdefault(one[0], set()).add(one[2])
    own = classes.get(object_, set())
    others = [term for term in _list_individuals(world.facts) if term not in (subject, object_)]
    alike = [term for term in others if not own or own & classes.get(term, set())]
    return [(subject, predicate, term) for term in random.shuffle(alike)]


def _list_values(plan: Plan, known: Iterable[Triple], fact: Triple, random: KeyedRandom) -> list[Term]:
    """Return other values of a property: those of others, then near ones."""
    pool, own = plan.values.get(fact[1]), read_integer(fact[2])
    others = sorted({one[2] for one in known if one[1] == fact[1] and one[2] != fact[2]})
    found = random.shuffle(others)[:2]
    if pool is not None and pool.is_numeric and own is not None:
        steps = random.shuffle((-40, -25, -12, -5, -2, -1, 1, 2, 5, 12, 25, 40))
        near = [own + step for step in steps if pool.low <= own + step <= pool.high]
        found += [make_literal(value) for value in near]
    elif pool is not None:
        found += random.shuffle([term for term in pool.terms if term != fact[2]])
    return list(dict.fromkeys(found))


def _list_individuals(facts: Iterable[Triple]) -> list[Term]:
    ends = [end for s, p, o in facts for end in ((s,) if p == RDF_TYPE or is_literal(o) else (s, o))]
    return list(dict.fromkeys(ends))


@lru_cache(maxsize=8)
def _list_rivals(theory: Theory) -> Mapping[Term, tuple[Term, ...]]:
    """Return for each class those that nothing can belong to as well."""
    found: dict[Term, dict[Term, None]] = {}
    for rule in theory.rules:
        atoms = [element for element in rule.body if isinstance(element, Atom)]
        if rule.is_integrity and len(atoms) == len(rule.body) == 2:
            first, second = atoms
            if first.predicate == second.predicate == RDF_TYPE and first.subject == second.subject:
                found.setdefault(first.object, {})[second.object] = None
                found.setdefault(second.object, {})[first.object] = None
    return {key: tuple(sorted(rivals)) for key, rivals in found.items()}


# ---- clues


class _Told(NamedTuple):
    """A clue and the choices under which it holds, as bits."""

    clue: Clue
    bits: int


class _Table:
    """Everything that follows under each choice, by fact the choices under which it does, as bits."""

    def __init__(self, ground: Ground, slots: tuple[tuple[Triple, ...], ...], choices: _Choices, number: int) -> None:
        self.level, self.plan, self.slots = ground.level, ground.plan, slots
        stated = frozenset(ground.world.facts)
        self.solved = tuple(next(fact for fact in slot if fact in stated) for slot in slots)
        self.solution = tuple(slot.index(fact) for slot, fact in zip(slots, self.solved, strict=True))
        self.base = tuple(fact for fact in ground.world.facts if fact not in self.solved)
        outcomes = choices.get_outcomes(number)
        self.choices = [choice for choice, _ in outcomes]
        self.right = self.choices.index(self.solution)
        self.all = (1 << len(self.choices)) - 1
        self._batch, self._start = choices.batch, choices.starts[number]
        self.models = choices.models[self._start : self._start + len(self.choices)]
        self.bits: dict[Triple, int] = {}
        for place, model in enumerate(self.models):
            for fact in model:
                self.bits[fact] = self.bits.get(fact, 0) | 1 << place
        self.possible = sum(1 << place for place, (_, model) in enumerate(outcomes) if model is not None)

    def find_proof(self, place: int, fact: Triple) -> Proof | None:
        """Return the smallest proof of what follows under a choice, *false* included."""
        return self._batch.proof(self._start + place, fact)

    @cached_property
    def is_open(self) -> bool:
        """Whether the solution is possible and no slot is decided by the rules alone."""
        if not self.possible >> self.right & 1:
            return False
        kept = [choice for number, choice in enumerate(self.choices) if self.possible >> number & 1]
        return len(kept) > 3 and all(len({choice[place] for choice in kept}) > 1 for place in range(len(self.slots)))

    @cached_property
    def told(self) -> tuple[list[Triple], list[Triple]]:
        """The facts that the choice decides and that may be spoken of: those that are so, and those that are not."""
        keys = {*self.plan.queryable, *self.plan.assertable}
        base, taken = frozenset(self.base), {self.bits.get(fact, 0) & self.possible for fact in self.solved}
        are: list[Triple] = []
        are_not: list[Triple] = []
        for fact in sorted(self.bits):
            bits = self.bits[fact] & self.possible
            if fact in base or fact[0] == fact[2] or Atom(*fact).key not in keys or bits in (0, self.possible):
                continue
            if not bits >> self.right & 1:
                are_not.append(fact)
            elif bits not in taken:
                are.append(fact)
        return are, are_not

    @cached_property
    def hops(self) -> Mapping[Triple, int]:
        """The hops of what follows under the solution."""
        sheet = self._batch.get_sheet(self._start + self.right)
        return dict(zip(sheet.facts, sheet.hops, strict=False))

    def tell(self, kind: ClueKind, *facts: Triple) -> _Told:
        """Return a clue about some facts."""
        clue = Clue(kind, tuple((Atom(*fact),) for fact in facts))
        columns = [self.bits.get(fact, 0) for fact in facts]
        bits = 0
        for number in range(len(self.choices)):
            if clue.holds(tuple(bool(column >> number & 1) for column in columns)):
                bits |= 1 << number
        return _Told(clue, bits)

    def tell_part(self, part: tuple[BodyElement, ...]) -> _Told:
        """Return the clue that a conjunction is true."""
        bits = sum(1 << number for number, model in enumerate(self.models) if _is_true(part, model))
        return _Told(Clue("true", (part,)), bits)


def _make_puzzle(table: _Table, random: KeyedRandom) -> MadePuzzle | None:
    """Return the puzzle that leaves slots open, with clues drawn; None when there is none within the level."""
    if not table.is_open:
        return None
    low, high = table.level.hops
    are, _ = table.told
    main = [fact for fact in are if low <= table.hops.get(fact, 0) <= high and fact not in table.solved]
    if not main and low:
        return None
    first = [table.tell("true", random.choose(main))] if main else []
    told = _choose_clues(table, first, random)
    if told is None:
        return None
    # What the level asks for goes last, so that it stays if anything else can do without it.
    kept = list(told)
    for one in [*random.shuffle([one for one in told if one not in first]), *first]:
        rest = [other for other in kept if other is not one]
        if _meet(table, rest) == 1 << table.right:
            kept = rest
    if not 1 < len(kept) <= _MOST_CLUES or any(one not in kept for one in first):
        return None
    clues = []
    for one in random.shuffle(kept):
        others = _meet(table, [other for other in kept if other is not one]) & ~(1 << table.right)
        number = random.choose([number for number in range(len(table.choices)) if others >> number & 1])
        clues.append(replace(one.clue, second=table.choices[number]))
    puzzle = Puzzle(table.slots, tuple(clues), table.solution)
    leaves, rules = _collect_grounds(table, puzzle, kept)
    return MadePuzzle(puzzle, leaves, rules, table.models[table.right])


def _meet(table: _Table, told: Iterable[_Told]) -> int:
    bits = table.possible
    for one in told:
        bits &= one.bits
    return bits


def _choose_clues(table: _Table, first: list[_Told], random: KeyedRandom) -> list[_Told] | None:
    """Return clues, drawn one after the other, that leave the solution alone; None when they do not suffice."""
    pools = {kind: pool for kind, pool in _list_pools(table, random).items() if pool}
    told, left, right = list(first), _meet(table, first), 1 << table.right
    while left != right:
        fitting = {
            kind: own
            for kind, pool in pools.items()
            if (own := [one for one in pool if left & one.bits != left and left & one.bits & right])
        }
        if not fitting or len(told) > _MOST_CLUES:
            return None
        weighed = [kind for kind, weight in _WEIGHTS if kind in fitting for _ in range(weight)]
        found = random.shuffle(fitting[random.choose(weighed)])[:3]
        # Of a few the one that gives away the least, so that a puzzle needs several.
        chosen = max(found, key=lambda one: (left & one.bits).bit_count())
        told.append(chosen)
        left &= chosen.bits
    return told


def _list_pools(table: _Table, random: KeyedRandom) -> dict[ClueKind, list[_Told]]:
    """Return the clues of each kind to draw from, all of them true of the solution."""
    are, are_not = table.told
    derived = [fact for fact in are if fact not in table.solved and table.hops.get(fact, 0) <= table.level.hops[1]]
    # What is open itself may stand in a clue of several parts.
    so = random.shuffle([*derived, *table.solved])
    not_so = random.shuffle(are_not)
    pools: dict[ClueKind, list[_Told]] = {"true": [table.tell("true", fact) for fact in derived[:_POOL]]}
    pools["true"] += [table.tell_part(part) for part in _compare_values(table, random)]
    pools["false"] = [table.tell("false", fact) for fact in not_so[:_POOL]]
    pairs = [(a, b) for a in so[:8] for b in not_so[:8] if a[0] != b[0] or Atom(*a).key != Atom(*b).key or a[1] == b[1]]
    for kind in ("one", "any"):
        drawn = random.shuffle(pairs)[: _POOL // 2]
        pools[kind] = [table.tell(kind, *random.shuffle(pair)) for pair in drawn]
    ifs = [(b, a) for a, b in random.shuffle(pairs)[: _POOL // 4]]
    ifs += [(a, b) for a, b in zip(not_so, reversed(not_so), strict=True) if a != b][: _POOL // 4]
    ifs += [*pairwise(so)][: _POOL // 4]
    pools["if"] = [table.tell("if", *pair) for pair in ifs]
    return {
        kind: [one for one in pool if one.bits >> table.right & 1 and one.bits & table.possible != table.possible]
        for kind, pool in pools.items()
    }


def _compare_values(table: _Table, random: KeyedRandom) -> Iterator[tuple[BodyElement, ...]]:
    """Yield comparisons of an open number with another one of its property, as they are under the solution."""
    numbers = [fact for fact in (*table.solved, *table.base) if _read_number(fact) is not None]
    for fact in table.solved:
        own = _read_number(fact)
        for other in random.shuffle([one for one in numbers if one[1] == fact[1] and one[0] != fact[0]])[:3]:
            value = _read_number(other)
            if own is None or value is None or own == value:
                continue
            first, second = (fact, other) if random.happens(1, 2) else (other, fact)
            sign = "<" if (_read_number(first) or 0) < (_read_number(second) or 0) else ">"
            yield (Atom(first[0], first[1], "?A"), Atom(second[0], second[1], "?B"), Comparison(sign, "?A", "?B"))


def _collect_grounds(table: _Table, puzzle: Puzzle, told: Sequence[_Told]) -> tuple[frozenset[Triple], frozenset[str]]:
    """Return the stated facts and the rules on which it rests that the puzzle has its solution and no other.

    These are the grounds of what clues speak of, under whatever choice it follows; of the contradictions and further
    facts of slots that exclude what the clues do not; and of what rules in use look for and must not find.
    """
    theory, by_choice = table.plan.theory, [set[Triple]() for _ in table.choices]
    said = {(*atom,) for clue in puzzle.clues for part in clue.parts for atom in iterate_atoms(part)}
    spoken = {Atom(*fact).key for fact in said}
    valued = {Atom(*fact).key for fact in said if fact[2][:1] == "?"}
    for fact in (fact for fact in table.bits if Atom(*fact).key in spoken):
        if fact in said or Atom(*fact).key in valued:
            for number in range(len(table.choices)):
                if table.bits[fact] >> number & 1:
                    by_choice[number].add(fact)
    excluded = table.all & ~table.possible
    for one in told:
        excluded &= one.bits
    for number in range(len(table.choices)):
        if excluded >> number & 1:
            model = table.models[number]
            doubled = [fact for slot in table.slots for fact in slot if fact in model]
            by_choice[number].update(doubled if len(doubled) > len(table.slots) else [FALSE])
    leaves: set[Triple] = set()
    rules: set[str] = set()
    looked: set[Term] = set()
    while True:
        for number, goals in enumerate(by_choice):
            if not goals:
                continue
            for goal in sorted(goals):
                # The smallest proof is enough: what follows by it follows, and nothing more does by fewer rules.
                proof = table.find_proof(number, goal)
                if proof is not None:
                    leaves |= set(proof.leaves)
                    rules |= set(proof.iterate_rules())
            goals.clear()
        absent = {
            atom.key
            for name in rules
            for element in theory.by_name[name].body
            if isinstance(element, Negation)
            for atom in iterate_atoms((element,), negated=True)
        } - looked
        if not absent:
            break
        looked |= absent
        for fact, bits in table.bits.items():
            if Atom(*fact).key in absent:
                for number in range(len(table.choices)):
                    if bits >> number & 1:
                        by_choice[number].add(fact)
    open_facts = {fact for slot in table.slots for fact in slot}
    return frozenset(leaves - open_facts), frozenset(rules)
