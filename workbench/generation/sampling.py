"""Sampled worlds: fresh individuals that satisfy ontology, shapes and constraints, made for a number of hops.

A goal is unfolded backwards into stated facts, two or three further goals about the same individuals are added so
that the world holds more than one proof, individuals that a functional property makes equal are merged, what shapes
require is completed, and numbers are raised until every comparison holds. The engine and the shapes then judge whole
blocks of worlds at once; a world that fails is dropped and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from workbench.generation.keyed import KeyedRandom
from workbench.generation.plan import Plan, ValuePool
from workbench.generation.unfolding import DeadEnd, Sketch, unfold_goal
from workbench.generation.values import raise_values
from workbench.generation.worlds import NameBook, World, rename_individuals
from workbench.model.builtins import NEGATED
from workbench.model.curriculum import Level
from workbench.model.proofs import Step
from workbench.model.rules import Atom, Comparison, Expression, Operation, substitute_element
from workbench.model.terms import RDF_TYPE, Term, Triple, is_variable, make_literal
from workbench.reasoning.batch import Batch, evaluate

__all__ = ["ClassChoice", "Completion", "Sampler", "ShapeJudge"]

ShapeJudge = Callable[[Sequence[tuple[Triple, ...]]], Sequence[bool]]
"""Tells for each world's closure whether the shapes accept it."""

_ATTEMPTS = 16
_TURNS = 4
_REPAIRS = 10
_MAX_FACTS = 40
_COMPLETIONS = 4


_Role = tuple[Term, str]
"""A key, and whether an individual is its subject or its object."""


@dataclass(frozen=True, slots=True)
class Completion:
    """What a shape requires of every individual of a class: at least ``count`` values of a property."""

    class_: Term
    property_: Term
    count: int


@dataclass(frozen=True, slots=True)
class ClassChoice:
    """What a shape requires of every individual of a class: to be in one of ``options`` as well."""

    class_: Term
    options: tuple[Term, ...]


@dataclass
class _Draft:
    """A world while it is made: ground atoms over placeholder individuals, numbers apart."""

    key: str
    random: KeyedRandom
    facts: list[Atom]
    goals: list[Atom]
    comparisons: list[Comparison]
    values: dict[str, int] = field(default_factory=dict)
    terms: dict[str, Term] = field(default_factory=dict)

    def ground(self) -> list[Triple]:
        """The facts with placeholders of individuals as IRIs and numbers as literals."""
        return [self.ground_atom(fact) for fact in self.facts]

    def ground_atom(self, atom: Atom) -> Triple:
        return (_name(atom.subject), atom.predicate, self.ground_object(atom.object))

    def ground_object(self, term: str) -> Term:
        if term in self.values:
            return make_literal(self.values[term])
        return self.terms.get(term) or _name(term)


def _unname(term: Term) -> str:
    return f"?p{term[7:-1]}" if term.startswith("<urn:p:") else term


def _name(term: str) -> Term:
    return f"<urn:p:{term[2:]}>" if is_variable(term) else term


@dataclass
class Sampler:
    """Makes blocks of sampled worlds for one curriculum; ``dropped`` counts why worlds were given up."""

    plan: Plan
    names: NameBook
    completions: tuple[Completion, ...]
    choices: tuple[ClassChoice, ...]
    judge_shapes: ShapeJudge | None

    def sample(self, level: Level, keys: Sequence[str]) -> tuple[list[World], Counter[str]]:
        """Return the worlds for the given keys that came out sound, in order, and what was dropped by reason.

        A world that is inconsistent is drawn again, each time with fewer further goals.
        """
        dropped: Counter[str] = Counter()
        found: dict[str, _Draft] = {}
        for turn in range(_TURNS):
            open_keys = [key for key in keys if key not in found]
            faults: Counter[str] = Counter()
            drafts = [self._sketch(level, key, turn) for key in open_keys]
            faults["no unfolding found"] += sum(draft is None for draft in drafts)
            started = [draft for draft in drafts if draft is not None]
            self._complete(started)
            found.update((draft.key, draft) for draft in self._judge(self._repair(started, faults), faults))
            if turn == _TURNS - 1:
                dropped.update(+faults)
        return self._name_worlds([found[key] for key in keys if key in found], dropped), dropped

    def _judge(self, drafts: list[_Draft], dropped: Counter[str]) -> list[_Draft]:
        """Leave out the worlds that the shapes reject."""
        if not drafts or self.judge_shapes is None:
            return drafts
        batch = evaluate(self.plan.theory, [draft.ground() for draft in drafts])
        verdicts = self.judge_shapes([tuple(batch.list_facts(world)) for world in range(len(drafts))])
        dropped["a shape is violated"] += sum(not verdict for verdict in verdicts)
        return [draft for draft, verdict in zip(drafts, verdicts, strict=True) if verdict]

    @cached_property
    def _clashes(self) -> frozenset[tuple[_Role, _Role]]:
        """Pairs of places that one individual cannot take at once, found by trying each pair as a world."""
        roles: list[_Role] = []
        for key in self.plan.assertable:
            roles.append((key, "subject"))
            if key not in self.plan.classes and key not in self.plan.values:
                roles.append((key, "object"))
        pairs = [(a, b) for i, a in enumerate(roles) for b in roles[i:]]
        worlds = [[_make_fact(self.plan, a, "1"), _make_fact(self.plan, b, "2")] for a, b in pairs]
        bad = evaluate(self.plan.theory, worlds).find_inconsistent_worlds()
        return frozenset(pair for (a, b), clash in zip(pairs, bad, strict=True) if clash for pair in ((a, b), (b, a)))

    def _check_roles(self, leaves: Sequence[Atom]) -> None:
        """Raise DeadEnd when an individual stands in two places that exclude each other."""
        roles: dict[str, set[_Role]] = {}
        for leaf in leaves:
            roles.setdefault(leaf.subject, set()).add((leaf.key, "subject"))
            if leaf.predicate != RDF_TYPE and leaf.predicate not in self.plan.values:
                roles.setdefault(leaf.object, set()).add((leaf.key, "object"))
            if leaf.predicate != RDF_TYPE and leaf.subject == leaf.object:
                raise DeadEnd
        for own in roles.values():
            if any((a, b) in self._clashes for a in own for b in own if a < b):
                raise DeadEnd

    # ---- structure

    def _sketch(self, level: Level, key: str, turn: int) -> _Draft | None:
        for attempt in range(_ATTEMPTS):
            random = KeyedRandom("world", key, turn, attempt)
            try:
                return self._attempt(level, key, random, max(0, _TURNS - 1 - turn))
            except DeadEnd:
                continue
        return None

    def _attempt(self, level: Level, key: str, random: KeyedRandom, further: int) -> _Draft:
        sketch = Sketch()
        goals: list[Atom] = []
        hops = random.draw_between(*level.hops)
        # A refutation rests on a conclusion and adds a step or two, so some worlds are made for those.
        lower = max(1, hops - random.draw_between(1, 2))
        opposed = self.plan.find_opposable(lower) if random.happens(2, 5) else ()
        goals.append(self._add_goal(sketch, lower if opposed else hops, random, None, opposed))
        self._merge_functional(sketch)
        for _ in range(random.draw_between(min(1, further), further)):
            mark = (len(sketch.leaves), len(sketch.comparisons))
            subjects = self._list_individuals(sketch)
            try:
                goal = self._add_goal(sketch, random.draw_between(0, min(3, level.hops[1])), random, subjects)
                goals.append(goal)
            except DeadEnd:
                # An additional goal that finds no place is left out; the placeholders it bound stay bound.
                del sketch.leaves[mark[0] :], sketch.comparisons[mark[1] :]
        self._merge_functional(sketch)
        leaves = sketch.list_leaves()
        if len(leaves) > _MAX_FACTS:
            raise DeadEnd
        self._check_roles(leaves)
        comparisons = [
            Comparison(c.operator, sketch.resolve_expression(c.left), sketch.resolve_expression(c.right))
            for c in sketch.comparisons
        ]
        draft = _Draft(key, random, leaves, [sketch.resolve(goal) for goal in goals], comparisons)
        for leaf in leaves:
            self._draw_value(draft, leaf)
        return draft

    def _add_goal(
        self,
        sketch: Sketch,
        hops: int,
        random: KeyedRandom,
        subjects: list[str] | None,
        wanted: Sequence[Term] = (),
    ) -> Atom:
        keys = wanted or (self.plan.find_goals(hops) if hops else self.plan.assertable)
        if not keys:
            raise DeadEnd
        key = random.choose(keys)
        subject = random.choose(subjects) if subjects else sketch.draw_placeholder()
        if key in self.plan.classes:
            goal = Atom(subject, RDF_TYPE, key)
        else:
            other = sketch.draw_placeholder()
            if subjects and len(subjects) > 1 and key not in self.plan.values and random.happens(1, 3):
                other = random.choose([s for s in subjects if s != subject])
            goal = Atom(subject, key, other)
            if subjects and key not in self.plan.values and random.happens(1, 2):
                goal = Atom(goal.object, key, goal.subject)
        unfold_goal(self.plan, sketch, goal, hops, random)
        return goal

    def _list_individuals(self, sketch: Sketch) -> list[str]:
        found: dict[str, None] = {}
        for leaf in sketch.list_leaves():
            found[leaf.subject] = None
            if leaf.predicate != RDF_TYPE and leaf.predicate not in self.plan.values:
                found[leaf.object] = None
        return [term for term in found if is_variable(term)]

    def _merge_functional(self, sketch: Sketch) -> None:
        """Merge what functional properties make equal, until nothing changes."""
        changed = True
        while changed:
            changed = False
            firsts: dict[tuple[str, str, bool], str] = {}
            for leaf in sketch.list_leaves():
                pairs = []
                if leaf.predicate in self.plan.functional:
                    pairs.append(((leaf.predicate, leaf.subject, True), leaf.object))
                if leaf.predicate in self.plan.inverse_functional:
                    pairs.append(((leaf.predicate, leaf.object, False), leaf.subject))
                for place, term in pairs:
                    first = sketch.find(firsts.setdefault(place, term))
                    if first != sketch.find(term):
                        sketch.unify(first, term)
                        changed = True

    # ---- values

    def _draw_value(self, draft: _Draft, leaf: Atom) -> None:
        pool = self.plan.values.get(leaf.predicate)
        if pool is None or leaf.predicate == RDF_TYPE or not is_variable(leaf.object):
            return
        self._draw_from(draft, pool, leaf.object)

    def _draw_from(self, draft: _Draft, pool: ValuePool, placeholder: str) -> None:
        if placeholder in draft.values or placeholder in draft.terms:
            return
        if pool.is_numeric:
            # Low in the range, since comparisons are met by raising.
            draft.values[placeholder] = draft.random.draw_between(pool.low, pool.low + (pool.high - pool.low) // 3)
        else:
            draft.terms[placeholder] = draft.random.choose(pool.terms)

    def _complete(self, drafts: list[_Draft]) -> None:
        """Add what shapes require of individuals whose classes the closure knows, until nothing is missing."""
        if not self.completions and not self.choices:
            return
        waiting = drafts
        for _ in range(_COMPLETIONS):
            if not waiting:
                return
            batch = evaluate(self.plan.theory, [draft.ground() for draft in waiting])
            waiting = [d for world, d in enumerate(waiting) if self._complete_one(d, batch.list_facts(world))]

    def _complete_one(self, draft: _Draft, facts: Sequence[Triple]) -> bool:
        """Complete one world once; tell whether anything was added."""
        before = len(draft.facts)
        classes: dict[Term, set[Term]] = {}
        for subject, predicate, object_ in facts:
            if predicate == RDF_TYPE:
                classes.setdefault(subject, set()).add(object_)
        for completion in self.completions:
            pool = self.plan.values.get(completion.property_)
            if pool is None and completion.property_ not in self.plan.assertable:
                continue
            have = Counter(s for s, p, _ in facts if p == completion.property_)
            for member in sorted(term for term, own in classes.items() if completion.class_ in own):
                for _ in range(completion.count - have[member]):
                    self._add_value(draft, _unname(member), completion.property_, pool)
        for choice in self.choices:
            options = [option for option in choice.options if option in self.plan.assertable]
            for member in sorted(term for term, own in classes.items() if choice.class_ in own):
                if options and not classes[member].intersection(choice.options):
                    draft.facts.append(Atom(_unname(member), RDF_TYPE, draft.random.choose(options)))
        return len(draft.facts) > before

    def _add_value(self, draft: _Draft, subject: str, property_: Term, pool: ValuePool | None) -> None:
        placeholder = f"?pa{len(draft.facts)}"
        draft.facts.append(Atom(subject, property_, placeholder))
        if pool is not None:
            self._draw_from(draft, pool, placeholder)

    def _repair(self, drafts: list[_Draft], dropped: Counter[str]) -> list[_Draft]:
        """Raise numbers until every required comparison holds and no integrity rule fires; return the sound drafts."""
        sound: list[tuple[int, _Draft]] = []
        open_drafts = []
        for position, draft in enumerate(drafts):
            if self._settle(draft, []):
                open_drafts.append((position, draft))
            else:
                dropped["values cannot be met"] += 1
        for _ in range(_REPAIRS):
            if not open_drafts:
                break
            batch = evaluate(self.plan.theory, [draft.ground() for _, draft in open_drafts])
            bad = batch.find_inconsistent_worlds()
            later = []
            for world, (position, draft) in enumerate(open_drafts):
                if not bad[world]:
                    sound.append((position, draft))
                    continue
                wanted = self._find_wanted(batch, world, draft)
                if wanted is None or not self._settle(draft, wanted):
                    dropped["inconsistent" if wanted is None else "values cannot be met"] += 1
                else:
                    later.append((position, draft))
            open_drafts = later
        dropped["values do not settle"] += len(open_drafts)
        return [draft for _, draft in sorted(sound, key=lambda pair: pair[0])]

    def _find_wanted(self, batch: Batch, world: int, draft: _Draft) -> list[Comparison] | None:
        """Return comparisons that would undo each contradiction; None when a contradiction is not about numbers."""
        wanted = []
        for step in batch.list_contradictions(world):
            undoing = self._undo(batch, world, step, draft)
            if undoing is None:
                return None
            wanted.append(undoing)
        return wanted

    def _undo(self, batch: Batch, world: int, step: Step, draft: _Draft) -> Comparison | None:
        rule = self.plan.theory.by_name[step.rule]
        comparisons = [e for e in rule.body if isinstance(e, Comparison) and e.operator in NEGATED]
        places = self._find_places(batch, world, step, draft)
        for comparison in comparisons:
            ground = substitute_element(comparison, places)
            if not isinstance(ground, Comparison):
                continue
            if _list_placeholders(ground.left) or _list_placeholders(ground.right):
                return Comparison(NEGATED[comparison.operator], ground.left, ground.right)
        return None

    def _find_places(self, batch: Batch, world: int, step: Step, draft: _Draft) -> dict[str, str]:
        """Map the step's variables to the draft's number placeholders where a stated premise holds one."""
        rule = self.plan.theory.by_name[step.rule]
        places = dict(step.bindings)
        stated = {draft.ground_atom(fact): fact for fact in draft.facts}
        atoms = [e for e in rule.body if isinstance(e, Atom)]
        for atom, premise in zip(atoms, step.premises, strict=True):
            fact = stated.get(premise)
            if fact is not None and is_variable(atom.object) and fact.object in draft.values:
                places[atom.object] = fact.object
        return places

    def _settle(self, draft: _Draft, wanted: Sequence[Comparison]) -> bool:
        """Raise numbers until the draft's own comparisons and the wanted ones hold together."""
        draft.comparisons.extend(c for c in wanted if c not in draft.comparisons)
        numeric = [self._expand(c, draft) for c in draft.comparisons if c.operator != "=" or _is_sum(c)]
        numeric = [c for c in numeric if _list_placeholders(c.left) or _list_placeholders(c.right)]
        numeric = [
            c for c in numeric if all(p in draft.values for s in (c.left, c.right) for p in _list_placeholders(s))
        ]
        for _ in range(8 * (len(numeric) + 1)):
            changed = False
            for comparison in numeric:
                changes = raise_values(comparison, draft.values, draft.random.draw_below(12))
                if changes is None:
                    return False
                if changes:
                    draft.values.update(changes)
                    changed = True
            if not changed:
                return True
        return not numeric

    def _expand(self, comparison: Comparison, draft: _Draft) -> Comparison:
        """Replace computed variables (``?n = ?d - ?b``) by their expressions."""
        computed: dict[str, Expression] = {}
        for other in draft.comparisons:
            if other.operator == "=":
                for name, value in ((other.left, other.right), (other.right, other.left)):
                    if isinstance(name, str) and is_variable(name) and isinstance(value, Operation):
                        computed.setdefault(name, value)
        return Comparison(
            comparison.operator, _replace(comparison.left, computed), _replace(comparison.right, computed)
        )

    # ---- names

    def _name_worlds(self, drafts: list[_Draft], dropped: Counter[str]) -> list[World]:
        worlds = []
        batch = evaluate(self.plan.theory, [draft.ground() for draft in drafts])
        for number, draft in enumerate(drafts):
            classes: dict[Term, set[Term]] = {}
            for subject, predicate, object_ in batch.list_facts(number):
                if predicate == RDF_TYPE:
                    classes.setdefault(subject, set()).add(object_)
            facts = draft.ground()
            found: dict[Term, None] = {}
            for subject, predicate, object_ in facts:
                found[subject] = None
                if predicate != RDF_TYPE:
                    found[object_] = None
            individuals = [term for term in found if term.startswith("<urn:p:")]
            frozen: Mapping[Term, frozenset[Term]] = {term: frozenset(own) for term, own in classes.items()}
            names = self.names.choose_names(individuals, frozen, draft.random)
            if names is None:
                dropped["names used up"] += 1
                continue
            goals = tuple(dict.fromkeys(rename_individuals([draft.ground_atom(g)], names)[0] for g in draft.goals))
            worlds.append(World(draft.key, "sampled", rename_individuals(facts, names), goals))
        return worlds


def _make_fact(plan: Plan, role: _Role, mark: str) -> Triple:
    key, place = role
    if key in plan.classes:
        return ("<urn:p:0>", RDF_TYPE, key)
    other = f"<urn:p:{mark}>"
    pool = plan.values.get(key)
    if pool is not None:
        other = make_literal(pool.low) if pool.is_numeric else pool.terms[0]
    return ("<urn:p:0>", key, other) if place == "subject" else (other, key, "<urn:p:0>")


def _replace(expression: Expression, computed: Mapping[str, Expression]) -> Expression:
    if isinstance(expression, Operation):
        return Operation(expression.operator, tuple(_replace(part, computed) for part in expression.arguments))
    return computed.get(expression, expression)


def _is_sum(comparison: Comparison) -> bool:
    return isinstance(comparison.left, Operation) and isinstance(comparison.right, Operation)


def _list_placeholders(expression: Expression) -> list[str]:
    if isinstance(expression, Operation):
        return [name for part in expression.arguments for name in _list_placeholders(part)]
    return [expression] if is_variable(expression) else []
