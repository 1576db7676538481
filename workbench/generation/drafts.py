"""Drafts: what an item will ask and state, before anything is known about its answer.

From a world and its closure come statements to ask about; for each, the facts that its proof (or refutation) rests
on are carved out, facts and rules that have nothing to do with it are added, and the draft goes on to be answered on
its own theory. Nothing decided here is believed later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from workbench.checker import measure_proof
from workbench.generation.carving import OwnContext, make_carver
from workbench.generation.conflicts import WorldBreaker
from workbench.generation.individuals import list_individuals
from workbench.generation.keyed import KeyedRandom, hash_parts
from workbench.generation.plan import Plan
from workbench.generation.questions import Claim, Draft
from workbench.generation.tasks import get_family
from workbench.generation.tasks.family import Scene, WorldScene
from workbench.generation.worlds import World
from workbench.model.curriculum import Level, Task
from workbench.model.proofs import FALSE, Proof
from workbench.model.rules import Atom, is_restatement
from workbench.model.terms import RDF_TYPE, Pattern, Term, Triple, is_literal, is_variable
from workbench.reasoning.batch import Batch, evaluate

__all__ = ["Drafter"]

_CHANGES = 6
_OPPOSED = 5
_TARGETS = 3
"""Conclusions of a world that are asked about, where each question has a context of its own."""


@dataclass(frozen=True, slots=True)
class _Target:
    world: int
    fact: Triple
    proof: Proof


class Drafter:
    """Proposes drafts for the worlds of a block; rules ``avoided`` are stated only where they are needed."""

    def __init__(self, plan: Plan, avoided: frozenset[str] = frozenset()) -> None:
        self.plan, self._avoided = plan, avoided
        self._restatements = frozenset(rule.name for rule in plan.theory.rules if is_restatement(rule))
        self._queryable = frozenset(plan.queryable)
        self._by_head: dict[Term, tuple[str, ...]] = {
            key: tuple(sorted({way.rule.name for way in ways})) for key, ways in plan.unfoldings.items()
        }
        oppositions: dict[Term, list[tuple[Atom, Atom]]] = {}
        for rule in plan.theory.rules:
            atoms = [element for element in rule.body if isinstance(element, Atom)]
            if rule.is_integrity and len(atoms) == 2:
                for own, other in (atoms, reversed(atoms)):
                    oppositions.setdefault(own.key, []).append((own, other))
        self._oppositions = {key: tuple(pairs) for key, pairs in oppositions.items()}

    def draft(self, level: Level, worlds: Sequence[World], open_cells: Collection[tuple[str, str]]) -> list[Draft]:
        """Return the drafts for these worlds, each once, ordered by their keys.

        ``open_cells`` are the pairs of task and status that still need items; other drafts are left out.
        """
        if not worlds:
            return []
        batch = evaluate(self.plan.theory, [world.facts for world in worlds])
        targets = [t for number, world in enumerate(worlds) for t in self._choose_targets(level, batch, number, world)]
        changed: list[tuple[_Target, Triple]] = []
        for target in targets:
            random = KeyedRandom("changes", worlds[target.world].key, *target.fact)
            changed += [(target, s) for s in self._change_statement(target, worlds[target.world], batch, random)]
        opposed = [
            (number, statement)
            for number, world in enumerate(worlds)
            if ("entailment", "refuted") in open_cells or any(get_family(task).breaks for task, _ in open_cells)
            for statement in self._oppose(level, batch, number, world)
        ]
        tasks = sorted({task for task, _ in open_cells})
        wanted = [
            (target.world, statement)
            for target in targets
            for task in tasks
            for statement in get_family(task).list_tries(self.plan, worlds[target.world], target.fact, target.proof)
            if not batch.is_entailed(target.world, statement)
        ]
        tried = [*((target.world, statement) for target, statement in changed), *opposed, *wanted]
        refutations, unknowns = self._try_statements(batch, worlds, tried)
        made: dict[int, list[Draft]] = {number: [] for number in range(len(worlds))}
        carvers = [make_carver(level, self.plan, world, self._avoided) for world in worlds]
        for number, statement in opposed:
            refutation = refutations.get((number, statement))
            if refutation is not None:
                random = KeyedRandom("opposed", level.name, worlds[number].key, *statement)
                ground, names = set(refutation.leaves) - {statement}, set(refutation.iterate_rules())
                draft = carvers[number].carve("entailment", ground, names, random,
                                              claims=(Claim(statement),), aim="refuted")  # fmt: skip
                if draft is not None:
                    made[number].append(draft)
        left_open: dict[int, set[Triple]] = {number: set() for number in range(len(worlds))}
        for number, statement in unknowns:
            left_open[number].add(statement)
        for target in targets:
            number = target.world
            wrong = [(s, refutations.get((number, s))) for t, s in changed if t is target
                     and ((number, s) in refutations or (number, s) in unknowns)]  # fmt: skip
            carve = carvers[number].carve
            scene = Scene(level, self.plan, worlds[number], batch, number, self._by_head, carve,
                          target.fact, target.proof, wrong, frozenset(left_open[number]))  # fmt: skip
            for task in tasks:
                made[number] += [draft for draft in get_family(task).propose(scene) if draft is not None]
        drafts: dict[str, Draft] = {}
        for number, world in enumerate(worlds):
            place = WorldScene(level, self.plan, world, batch, number, self._by_head, carvers[number].carve)
            for task in tasks:
                made[number] += [draft for draft in get_family(task).propose_world(place) if draft is not None]
        breaking = [task for task in tasks if get_family(task).breaks]
        for number, draft in self._draft_broken(level, worlds, breaking, refutations) if breaking else ():
            made[number].append(draft)
        for task in tasks:
            for draft in get_family(task).propose_block(level, self.plan, [world.key for world in worlds]):
                if (draft.task, draft.aim) in open_cells:
                    drafts.setdefault(draft.key, draft)
        for number, listed in made.items():
            for draft in carvers[number].close([d for d in listed if (d.task, d.aim) in open_cells]):
                drafts.setdefault(draft.key, draft)
        return [drafts[key] for key in sorted(drafts)]

    @cached_property
    def _breaker(self) -> WorldBreaker:
        return WorldBreaker(self.plan)

    def _draft_broken(
        self,
        level: Level,
        worlds: Sequence[World],
        tasks: Sequence[Task],
        refutations: Mapping[tuple[int, Triple], Proof | None],
    ) -> Iterator[tuple[int, Draft]]:
        """Yield drafts about worlds to which a fact was added that contradicts them, with the world's number.

        These are facts that break a world in one way only, as short as may be, and statements refuted at the hops that
        the level asks for. Each draft has a context of its own, for it is about another world.
        """
        added = [(number, one.added) for number, one in enumerate(self._breaker.break_worlds(worlds)) if one]
        statable = frozenset(self.plan.assertable)
        added += [
            place
            for place, proof in refutations.items()
            if proof is not None and proof.goal == FALSE and self._get_key(place[1]) in statable
        ]
        broken = [(number, tuple(sorted({*worlds[number].facts, fact}))) for number, fact in dict.fromkeys(added)]
        batch = evaluate(self.plan.theory, [facts for _, facts in broken])
        for place, (number, facts) in enumerate(broken):
            proof = batch.proof(place, FALSE)
            if proof is None or not level.hops[0] <= measure_proof(proof, self._restatements).hops <= level.hops[1]:
                continue
            world = replace(worlds[number], facts=facts)
            carve = OwnContext(level, self.plan, world, self._avoided).carve
            scene = WorldScene(level, self.plan, world, batch, place, self._by_head, carve)
            for task in tasks:
                yield from ((number, d) for d in get_family(task).propose_broken(scene, proof) if d is not None)

    # ---- what to ask about

    def _choose_targets(self, level: Level, batch: Batch, number: int, world: World) -> list[_Target]:
        facts = set(batch.list_facts(number, stated=False))
        goals = [goal for goal in world.goals if goal in facts]
        # A proof of n hops is rarely lower than n, so higher facts are tried first.
        others = sorted(
            facts.difference(goals),
            key=lambda f: ((batch.get_height(number, f) or 0) < level.hops[0], hash_parts("target", world.key, *f)),
        )
        targets: list[_Target] = []
        most = max(_TARGETS, level.questions)
        for fact in [*goals, *others[: max(8, 4 * most)]]:
            if self._get_key(fact) not in self._queryable:
                continue
            proof = batch.proof(number, fact)
            if proof is None:
                continue
            hops = measure_proof(proof, self._restatements).hops
            if level.hops[0] <= hops <= level.hops[1]:
                targets.append(_Target(number, fact, proof))
            if len(targets) >= most:
                break
        return targets

    def _get_key(self, fact: Triple | Pattern) -> Term:
        return fact[2] if fact[1] == RDF_TYPE else fact[1]

    def _change_statement(self, target: _Target, world: World, batch: Batch, random: KeyedRandom) -> list[Triple]:
        """Return statements close to the target that do not follow: swapped, about others, or of another kind."""
        subject, predicate, object_ = target.fact
        individuals = list_individuals(world.facts)
        found: dict[Triple, None] = {}
        literal = is_literal(object_)
        if predicate != RDF_TYPE and not literal:
            found[(object_, predicate, subject)] = None
        for other in random.shuffle(individuals)[:3]:
            if predicate == RDF_TYPE or literal:
                found[(other, predicate, object_)] = None
            else:
                found[(subject, predicate, other) if random.happens(1, 2) else (other, predicate, object_)] = None
        is_class = predicate == RDF_TYPE
        kinds = [k for k in self.plan.queryable if (k in self.plan.classes) == is_class and k not in self.plan.values]
        for key in random.shuffle(kinds)[:4] if not literal else []:
            if is_class:
                found[(subject, RDF_TYPE, key)] = None
            else:
                found[(subject, key, object_) if random.happens(2, 3) else (object_, key, subject)] = None
        keep = [s for s in found if s != target.fact and not batch.is_entailed(target.world, s) and s[0] != s[2]]
        # Most statements should be about things of the right kind; a few category mistakes are part of the subject.
        sensible = [s for s in keep if random.happens(1, 8) or self._is_sensible(batch, target.world, s)]
        return sensible[:_CHANGES]

    @cached_property
    def _kinds(self) -> dict[Term, tuple[frozenset[Term], frozenset[Term]]]:
        """The classes that being subject or object of each key makes something a member of."""
        keys = sorted({*self.plan.queryable, *self.plan.assertable})
        a, b = "<urn:p:a>", "<urn:p:b>"
        facts = [((a, RDF_TYPE, key) if key in self.plan.classes else (a, key, b)) for key in keys]
        batch = evaluate(self.plan.theory, [[fact] for fact in facts])
        return {
            key: (_list_classes(batch, number, a), _list_classes(batch, number, b)) for number, key in enumerate(keys)
        }

    def _is_sensible(self, batch: Batch, world: int, statement: Triple) -> bool:
        """Tell whether subject and object share a class with what the statement would make them, if it says any."""
        subject, object_ = self._kinds.get(self._get_key(statement), (frozenset(), frozenset()))
        pairs = [(statement[0], subject)]
        if statement[1] != RDF_TYPE and not is_literal(statement[2]):
            pairs.append((statement[2], object_))
        for term, expected in pairs:
            own = _list_classes(batch, world, term)
            if expected and own and not expected & own:
                return False
        return True

    def _try_statements(
        self, batch: Batch, worlds: Sequence[World], tried: Sequence[tuple[int, Triple]]
    ) -> tuple[dict[tuple[int, Triple], Proof | None], set[tuple[int, Triple]]]:
        """Tell which statements are refuted in their worlds (with the derivation, if any) and which unknown."""
        wanted = list(dict.fromkeys(tried))
        if not wanted:
            return {}, set()
        extended = evaluate(
            self.plan.theory,
            [(*worlds[world].facts, statement) for world, statement in wanted],
            closed_reference=(batch, [world for world, _ in wanted]),
        )
        inconsistent = extended.find_inconsistent_worlds()
        refuted: dict[tuple[int, Triple], Proof | None] = {}
        unknown: set[tuple[int, Triple]] = set()
        for number, (world, statement) in enumerate(wanted):
            if self._get_key(statement) in self.plan.theory.closed:
                refuted[world, statement] = None
            elif inconsistent[number]:
                refuted[world, statement] = extended.proof(number, FALSE)
            elif added := self._find_closed_facts(extended, number, batch, world):
                proofs = [proof for fact in added if (proof := extended.proof(number, fact)) is not None]
                refuted[world, statement] = min(proofs, key=lambda p: (p.height, len(p.steps), p.goal))
            else:
                unknown.add((world, statement))
        return refuted, unknown

    def _find_closed_facts(self, extended: Batch, number: int, batch: Batch, world: int) -> list[Triple]:
        """Return the closed facts that a world with a statement added derives and the world itself lacks."""
        closed = self.plan.theory.closed
        if not closed:
            return []
        found = extended.list_facts(number, stated=False)
        return [f for f in found if self._get_key(f) in closed and not batch.is_entailed(world, f)]

    def _oppose(self, level: Level, batch: Batch, number: int, world: World) -> list[Triple]:
        """Return statements that an integrity rule may forbid beside a conclusion a hop or two short of the level."""
        random = KeyedRandom("oppose", world.key)
        low, high = max(0, level.hops[0] - 2), max(0, level.hops[1] - 1)
        facts = batch.list_facts(number)
        goals = [goal for goal in world.goals if batch.is_entailed(number, goal)]
        others = sorted(
            set(facts).difference(goals),
            key=lambda f: ((batch.get_height(number, f) or 0) < low, hash_parts("base", world.key, *f)),
        )
        individuals = list_individuals(world.facts)
        found: dict[Triple, None] = {}
        for fact in [*goals, *others[:12]]:
            statements = self._list_opposed(fact, individuals, random)
            proof = batch.proof(number, fact) if statements else None
            if proof is None or not low <= measure_proof(proof, self._restatements).hops <= high:
                continue
            found.update((s, None) for s in statements if not batch.is_entailed(number, s))
            if len(found) >= _OPPOSED:
                break
        return list(found)[:_OPPOSED]

    def _list_opposed(self, fact: Triple, individuals: Sequence[Term], random: KeyedRandom) -> list[Triple]:
        """Return what cannot stand beside a fact by one integrity rule, and the fact turned round."""
        key = self._get_key(fact)
        if key not in self.plan.opposable:
            return []
        found: list[Triple] = []
        for own, other in random.shuffle(self._oppositions.get(key, ()))[:3]:
            bindings = _match(own, fact)
            if bindings is None or other.key in self.plan.values:
                continue
            ends = [bindings.get(v) or random.choose(individuals) if is_variable(v) else v
                    for v in (other.subject, other.object)]  # fmt: skip
            found.append((ends[0], other.predicate, ends[1]))
        if fact[1] != RDF_TYPE and not is_literal(fact[2]):
            found.append((fact[2], fact[1], fact[0]))
        return found


def _list_classes(batch: Batch, world: int, term: Term) -> frozenset[Term]:
    return frozenset(o for s, p, o in batch.list_facts(world) if s == term and p == RDF_TYPE)


def _match(atom: Atom, fact: Triple) -> dict[str, Term] | None:
    """Return the bindings that make ``atom`` the fact, None when there are none."""
    bindings: dict[str, Term] = {}
    for part, value in zip(atom, fact, strict=True):
        if is_variable(part):
            if bindings.setdefault(part, value) != value:
                return None
        elif part != value:
            return None
    return bindings
