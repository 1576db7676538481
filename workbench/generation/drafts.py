"""Drafts: what an item will ask and state, before anything is known about its answer.

From a world and its closure come statements to ask about; for each, the facts that its proof (or refutation) rests
on are carved out, facts and rules that have nothing to do with it are added, and the draft goes on to be answered on
its own theory. Nothing decided here is believed later.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, partial

from workbench.checker import measure_proof
from workbench.generation.keyed import KeyedRandom, hash_parts
from workbench.generation.plan import Plan
from workbench.generation.worlds import World
from workbench.model.curriculum import NO_STATUS, Level, Task
from workbench.model.proofs import FALSE, Proof
from workbench.model.rules import Atom, is_restatement
from workbench.model.terms import RDF_TYPE, Pattern, Term, Triple, is_literal, is_variable
from workbench.reasoning.batch import Batch, evaluate

__all__ = ["ANSWER", "Draft", "Drafter"]

ANSWER = "?answer"
"""The variable of a select query."""
_MAX_FACTS = 30
_MAX_ANSWERS = 4
_OPTIONS = 4
_CHANGES = 6
_OPPOSED = 5
_GAPS = 3


@dataclass(frozen=True, slots=True)
class Draft:
    """A question and the theory it is asked about.

    ``facts`` are the context, sorted; ``rules`` the names of the rules of the item's theory, sorted. For task
    entailment ``statements`` is the one statement; for select it is empty and ``pattern`` has :data:`ANSWER`; for
    options it lists the options in their order. ``aim`` is the status that the draft was made for; one that turns out
    otherwise is rejected, so that a full cell's drafts need not be answered.
    """

    level: Level
    task: Task
    facts: tuple[Triple, ...]
    rules: tuple[str, ...]
    statements: tuple[Triple, ...]
    pattern: Pattern | None = None
    aim: str = NO_STATUS
    source: str = "sampled"

    @property
    def question(self) -> Pattern:
        """The pattern of a select query; ValueError for another task."""
        if self.pattern is None:
            raise ValueError("only a select draft has a pattern")
        return self.pattern

    @property
    def key(self) -> str:
        """A hash of the content: what orders drafts within a block."""
        asked = (self.statements, self.pattern, self.aim)
        return hash_parts("draft", self.level.name, self.task, self.facts, self.rules, *asked)


@dataclass(frozen=True, slots=True)
class _Target:
    world: int
    fact: Triple
    proof: Proof


class Drafter:
    """Proposes drafts for the worlds of a block."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self._restatements = frozenset(rule.name for rule in plan.theory.rules if is_restatement(rule))
        self._queryable = frozenset(plan.queryable)
        self._names = tuple(rule.name for rule in plan.theory.rules)
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
            if ("entailment", "refuted") in open_cells
            for statement in self._oppose(level, batch, number, world)
        ]
        tried = [*((target.world, statement) for target, statement in changed), *opposed]
        refutations, unknowns = self._try_statements(batch, worlds, tried)
        drafts: dict[str, Draft] = {}
        for number, statement in opposed:
            refutation = refutations.get((number, statement))
            if refutation is not None:
                random = KeyedRandom("opposed", level.name, worlds[number].key, *statement)
                ground, names = set(refutation.leaves) - {statement}, set(refutation.iterate_rules())
                draft = self._finish(level, "entailment", worlds[number], ground, names, random,
                                     statements=(statement,), aim="refuted")  # fmt: skip
                if draft.facts:
                    drafts.setdefault(draft.key, draft)
        for target in targets:
            world = worlds[target.world]
            wrong = [(s, refutations.get((target.world, s))) for t, s in changed if t is target
                     and ((target.world, s) in refutations or (target.world, s) in unknowns)]  # fmt: skip
            for draft in self._make_drafts(level, target, world, batch, wrong):
                if draft.facts and (draft.task, draft.aim) in open_cells:
                    drafts.setdefault(draft.key, draft)
        return [drafts[key] for key in sorted(drafts)]

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
        for fact in [*goals, *others[:8]]:
            if self._get_key(fact) not in self._queryable:
                continue
            proof = batch.proof(number, fact)
            if proof is None:
                continue
            hops = measure_proof(proof, self._restatements).hops
            if level.hops[0] <= hops <= level.hops[1]:
                targets.append(_Target(number, fact, proof))
            if len(targets) >= 3:
                break
        return targets

    def _get_key(self, fact: Triple | Pattern) -> Term:
        return fact[2] if fact[1] == RDF_TYPE else fact[1]

    def _change_statement(self, target: _Target, world: World, batch: Batch, random: KeyedRandom) -> list[Triple]:
        """Return statements close to the target that do not follow: swapped, about others, or of another kind."""
        subject, predicate, object_ = target.fact
        individuals = _list_individuals(world.facts)
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
        individuals = _list_individuals(world.facts)
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

    # ---- carving

    def _make_drafts(
        self,
        level: Level,
        target: _Target,
        world: World,
        batch: Batch,
        wrong: Sequence[tuple[Triple, Proof | None]],
    ) -> Iterable[Draft]:
        def start(task: Task) -> KeyedRandom:
            # A stream for each task, so that asking for another one changes nothing.
            return KeyedRandom("draft", level.name, world.key, task, *target.fact)

        tasks = {quota.task for quota in level.quotas}
        leaves, used = set(target.proof.leaves), set(target.proof.iterate_rules())
        if "entailment" in tasks:
            random = start("entailment")
            make = partial(self._finish, level, "entailment", world, random=random)
            yield make(leaves, used, statements=(target.fact,), aim="entailed")
            for gap in random.shuffle(sorted(leaves))[:_GAPS]:
                yield make(leaves - {gap}, used, statements=(target.fact,), aim="unknown", without=gap)
            for statement, refutation in wrong:
                ground, names, aim = leaves, used, "unknown"
                if refutation is not None:
                    ground, names = set(refutation.leaves) - {statement}, set(refutation.iterate_rules())
                    aim = "refuted"
                elif self._get_key(statement) in self.plan.theory.closed:
                    aim = "refuted"
                else:
                    names = used | set(self._by_head.get(self._get_key(statement), ())[:2])
                yield make(ground, names, statements=(statement,), aim=aim)
        if "select" in tasks:
            yield from self._make_select(level, target, world, batch, start("select"))
        if "options" in tasks and len(wrong) >= _OPTIONS - 1:
            yield self._make_options(level, target, world, wrong, start("options"))

    def _make_select(
        self, level: Level, target: _Target, world: World, batch: Batch, random: KeyedRandom
    ) -> Iterable[Draft]:
        subject, predicate, object_ = target.fact
        ask_subject = predicate == RDF_TYPE or is_literal(object_) or random.happens(1, 2)
        pattern = (ANSWER, predicate, object_) if ask_subject else (subject, predicate, ANSWER)
        leaves, used = set(target.proof.leaves), set(target.proof.iterate_rules())
        answers = [
            fact
            for fact in batch.list_facts(target.world)
            if fact[1] == predicate and (fact[2] == object_ if ask_subject else fact[0] == subject)
        ]
        for fact in answers:
            if fact != target.fact and len(answers) <= _MAX_ANSWERS:
                proof = batch.proof(target.world, fact)
                if proof is not None:
                    leaves |= set(proof.leaves)
                    used |= set(proof.iterate_rules())
        if len(leaves) <= _MAX_FACTS:
            yield self._finish(level, "select", world, leaves, used, random, pattern=pattern)

    def _make_options(
        self,
        level: Level,
        target: _Target,
        world: World,
        wrong: Sequence[tuple[Triple, Proof | None]],
        random: KeyedRandom,
    ) -> Draft:
        leaves, used = set(target.proof.leaves), set(target.proof.iterate_rules())
        chosen = random.shuffle(wrong)[: _OPTIONS - 1]
        for statement, refutation in chosen:
            if refutation is not None and len(leaves | set(refutation.leaves)) <= _MAX_FACTS:
                leaves |= set(refutation.leaves) - {statement}
                used |= set(refutation.iterate_rules())
            else:
                used |= set(self._by_head.get(self._get_key(statement), ())[:1])
        options = tuple(random.shuffle([target.fact, *(statement for statement, _ in chosen)]))
        return self._finish(level, "options", world, leaves, used, random, statements=options)

    def _finish(
        self,
        level: Level,
        task: Task,
        world: World,
        facts: set[Triple],
        rules: set[str],
        random: KeyedRandom,
        *,
        statements: tuple[Triple, ...] = (),
        pattern: Pattern | None = None,
        without: Triple | None = None,
        aim: str = NO_STATUS,
    ) -> Draft:
        """Add further facts of the world and further rules, as many as the level draws, and close the draft.

        Whoever is asked about is mentioned: that something was never heard of must not give the answer away. A draft
        that cannot mention someone has no facts.
        """
        spare = random.shuffle([f for f in world.facts if f not in facts and f != without and f not in statements])
        count = random.draw_between(*level.distractors)
        mentions: dict[Triple, None] = {}
        for term in _list_individuals([*statements, *([pattern] if pattern else [])]):
            if term == ANSWER or term in self.plan.constants or any(term in (f[0], f[2]) for f in (*facts, *mentions)):
                continue
            about = next((f for f in spare if term in (f[0], f[2])), None)
            if about is None:
                return Draft(level, task, (), (), statements, pattern, aim, world.source)
            mentions[about] = None
        spare = [*mentions, *(f for f in spare if f not in mentions)][: max(count, len(mentions))]
        if level.given == "facts":
            names = self._names
        else:
            others = [name for name in self._names if name not in rules]
            more = random.shuffle(others)[: random.draw_between(*level.extra_rules)]
            names = tuple(sorted((*rules, *more)))
        context = tuple(sorted({*facts, *spare}))
        return Draft(level, task, context, names, statements, pattern, aim, world.source)


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


def _list_individuals(facts: Iterable[Triple]) -> list[Term]:
    found: dict[Term, None] = {}
    for subject, predicate, object_ in facts:
        found[subject] = None
        if predicate != RDF_TYPE and not is_literal(object_):
            found[object_] = None
    return sorted(found)
