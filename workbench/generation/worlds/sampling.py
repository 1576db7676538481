"""Sampled worlds: fresh individuals that satisfy ontology, shapes and constraints, made for a number of hops.

Goals are unfolded backwards into stated facts about individuals that they share, individuals that a functional
property makes equal are merged, and what shapes require is completed (:mod:`workbench.generation.worlds.building`).
Blocks of such structures are reasoned over with their numbers left open: a structure that contradicts itself whatever
its numbers are is drawn again, and what the numbers have to meet is known before any is drawn. The engine and the
shapes then judge whole blocks of finished worlds at once; a world that fails is dropped and counted.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from workbench.generation.keyed import KeyedRandom
from workbench.generation.worlds.building import Structure, WorldBuilder
from workbench.generation.worlds.instances import NUMBER, Instance, NumberRules
from workbench.generation.worlds.numbering import draw_values
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.roles import ClassChoice as ClassChoice
from workbench.generation.worlds.roles import Completion as Completion
from workbench.generation.worlds.roles import Roles
from workbench.generation.worlds.sketch import Leaf
from workbench.generation.worlds.world import NameBook, World
from workbench.model.curriculum import Level
from workbench.model.terms import RDF_TYPE, Term, Triple
from workbench.reasoning.batch import Batch, evaluate

__all__ = ["Sampler", "ShapeJudge"]

ShapeJudge = Callable[[Sequence[tuple[Triple, ...]]], Sequence[bool]]
"""Tells for each world's closure whether the shapes accept it."""

_PASSES = ((0,), (1, 2, 3, 4))
"""Turns of a world: what does not come out in the first pass gets four further ones."""
_COMPLETIONS = 3
_PERSON = "<urn:p:"


@dataclass
class _Draft:
    """A structure on its way: ``values`` are the literals of its placeholders of values."""

    structure: Structure
    values: dict[int, Term]


@dataclass
class Sampler:
    """Makes blocks of sampled worlds for one curriculum."""

    plan: Plan
    names: NameBook
    completions: tuple[Completion, ...]
    choices: tuple[ClassChoice, ...]
    judge_shapes: ShapeJudge | None

    def sample(self, level: Level, keys: Sequence[str]) -> tuple[list[World], Counter[str]]:
        """Return the worlds for the given keys that came out sound, in order, and what was dropped by reason.

        A world is a function of its key alone. One that does not come out is drawn again a few times, at last with
        fewer further goals; only what is given up for good is counted as dropped, each world once.
        """
        dropped: Counter[str] = Counter()
        found: dict[str, World] = {}
        for turns in _PASSES:
            open_keys = [key for key in keys if key not in found]
            if not open_keys:
                break
            # What is left after the first pass is little: all its further turns are judged together.
            faults: Counter[str] = Counter()
            built = {(key, turn): self._builder.build(level, key, turn) for turn in turns for key in open_keys}
            structures = [structure for structure in built.values() if structure is not None]
            worlds = self._finish(structures, faults)
            for key in open_keys:
                turn = next((turn for turn in turns if (key, turn) in worlds), None)
                if turn is not None:
                    found[key] = worlds[key, turn]
            dropped = Counter({why: count for why, count in faults.items() if count})
            dropped["no world of these bounds found"] += len(built) - len(structures)
        lost = len(keys) - len(found)
        return [found[key] for key in keys if key in found], _share_out(+dropped, lost)

    @cached_property
    def _builder(self) -> WorldBuilder:
        return WorldBuilder(self.plan, Roles(self.plan, self.completions, self.choices))

    @cached_property
    def _rules(self) -> NumberRules:
        return NumberRules(self.plan)

    # ---- from structures to worlds

    def _finish(self, structures: list[Structure], faults: Counter[str]) -> dict[tuple[str, int], World]:
        """Return the worlds that become of structures, by key and turn."""
        drafts = []
        for structure, instances in self._reason_open(structures, faults):
            values = draw_values(structure, self._builder.book.constants, instances)
            if values is None:
                faults["values cannot be met"] += 1
            else:
                drafts.append(_Draft(structure, values))
        if not drafts:
            return {}
        batch = evaluate(self.plan.theory, [self._ground(draft) for draft in drafts])
        sound = []
        for world, is_bad in enumerate(batch.find_inconsistent_worlds().tolist()):
            if is_bad:
                faults["inconsistent"] += 1
            else:
                sound.append(world)
        return {
            (world.key, draft.structure.turn): world
            for draft, world in self._judge(batch, sound, [drafts[world] for world in sound], faults)
        }

    def _reason_open(
        self, structures: list[Structure], faults: Counter[str]
    ) -> Iterator[tuple[Structure, list[Instance]]]:
        """Complete the structures by what follows; yield the sound ones with what their numbers have to meet."""
        waiting = structures
        for round_ in range(_COMPLETIONS + 1):
            if not waiting:
                return
            batch = evaluate(self._rules.theory, [self._ground_open(structure) for structure in waiting])
            missing = self._find_missing(batch) if round_ < _COMPLETIONS else {}
            instances, contradicted = self._rules.read_instances(batch)
            later = []
            for world, structure in enumerate(waiting):
                if contradicted[world]:
                    faults["inconsistent"] += 1
                elif world in missing:
                    self._builder.complete(structure, missing[world])
                    later.append(structure)
                else:
                    yield structure, instances[world]
            waiting = later

    def _find_missing(self, batch: Batch) -> dict[int, list[tuple[int, Term | tuple[Term, ...], int]]]:
        """Return what shapes require and worlds lack: the individual, a property and how often, or classes."""
        nodes, relations = batch.matcher.nodes, batch.matcher.relations
        found: dict[int, list[tuple[int, Term | tuple[Term, ...], int]]] = {}

        def note(lacking: Sequence[int], what: Term | tuple[Term, ...], counts: Sequence[int]) -> None:
            for node, count in zip(lacking, counts, strict=True):
                term = nodes.get_text(node)
                if term.startswith(_PERSON):
                    world = int(nodes.world_of[node])
                    found.setdefault(world, []).append((int(term[len(_PERSON) : -1]), what, count))

        for completion in self._builder.roles.completions:
            members = relations.get((RDF_TYPE, completion.class_))
            if members is None:
                continue
            have = np.zeros(nodes.size, dtype=np.int64)
            values = relations.get((completion.property_, ""))
            if values is not None:
                have = np.bincount(values.subjects, minlength=nodes.size)
            lack = completion.count - have[members.subjects]
            note(members.subjects[lack > 0].tolist(), completion.property_, lack[lack > 0].tolist())
        for choice in self._builder.roles.choices:
            members = relations.get((RDF_TYPE, choice.class_))
            if members is None:
                continue
            taken = [
                relations[RDF_TYPE, option].subjects for option in choice.options if (RDF_TYPE, option) in relations
            ]
            lacking = np.setdiff1d(members.subjects, np.concatenate(taken) if taken else np.empty(0, dtype=np.int64))
            note(lacking.tolist(), choice.options, [1] * len(lacking))
        return {world: sorted(wants, key=lambda want: (want[0], str(want[1]))) for world, wants in found.items()}

    def _judge(
        self, batch: Batch, worlds: Sequence[int], drafts: Sequence[_Draft], faults: Counter[str]
    ) -> Iterator[tuple[_Draft, World]]:
        """Yield the worlds that the shapes accept, named."""
        if not worlds:
            return
        verdicts: Sequence[bool] = [True] * len(worlds)
        if self.judge_shapes is not None:
            verdicts = self.judge_shapes(_list_closures(batch, worlds))
        classes = self._find_name_classes(batch)
        for world, draft, verdict in zip(worlds, drafts, verdicts, strict=True):
            if not verdict:
                faults["a shape is violated"] += 1
                continue
            named = self._name(draft, classes.get(world, {}))
            if isinstance(named, str):
                faults[named] += 1
            else:
                yield draft, named

    # ---- facts and names

    def _ground_open(self, structure: Structure) -> list[Triple]:
        """The facts with placeholders for individuals and numbers; other values are drawn later and left out."""
        facts = []
        for key, subject, object_ in structure.facts:
            pools = structure.pools.get(object_) if key in self.plan.values else None
            if key in self.plan.classes:
                facts.append((self._say(subject), RDF_TYPE, key))
            elif pools is None or object_ < 0:
                facts.append((self._say(subject), key, self._say(object_)))
            elif pools[0].is_numeric:
                facts.append((self._say(subject), key, f"{NUMBER}{object_}>"))
            else:
                facts.append((self._say(subject), key, pools[0].terms[0]))
        return facts

    def _say(self, term: int) -> Term:
        return f"{_PERSON}{term}>" if term >= 0 else self._builder.book.constants[-1 - term]

    def _ground(self, draft: _Draft) -> list[Triple]:
        return [self._ground_leaf(leaf, draft.values, None) for leaf in draft.structure.facts]

    def _ground_leaf(self, leaf: Leaf, values: dict[int, Term], names: dict[int, Term] | None) -> Triple:
        key, subject, object_ = leaf
        first = self._say(subject) if names is None or subject < 0 else names[subject]
        if key in self.plan.classes:
            return (first, RDF_TYPE, key)
        if object_ in values:
            return (first, key, values[object_])
        return (first, key, self._say(object_) if names is None or object_ < 0 else names.get(object_, ""))

    def _find_name_classes(self, batch: Batch) -> dict[int, dict[int, frozenset[Term]]]:
        """By world and individual, those of its classes that have a list of names."""
        nodes, relations = batch.matcher.nodes, batch.matcher.relations
        found: dict[int, dict[int, frozenset[Term]]] = {}
        for class_ in self.names.classes:
            relation = relations.get((RDF_TYPE, class_))
            if relation is None:
                continue
            for node in relation.subjects.tolist():
                term = nodes.get_text(node)
                if term.startswith(_PERSON):
                    own = found.setdefault(int(nodes.world_of[node]), {})
                    number = int(term[len(_PERSON) : -1])
                    own[number] = own.get(number, frozenset()) | {class_}
        return found

    def _name(self, draft: _Draft, classes: dict[int, frozenset[Term]]) -> World | str:
        """Return the world, or why it is none."""
        structure = draft.structure
        individuals: dict[int, None] = {}
        for key, subject, object_ in structure.facts:
            individuals[subject] = None
            if key not in self.plan.values:
                individuals[object_] = None
        ordered = [term for term in individuals if term >= 0]
        random = KeyedRandom("names", structure.key, structure.turn)
        names = self.names.name_individuals([classes.get(term, frozenset()) for term in ordered], random)
        if names is None:
            return "names used up"
        by_term = dict(zip(ordered, names, strict=True))
        facts = tuple(sorted({self._ground_leaf(leaf, draft.values, by_term) for leaf in structure.facts}))
        if not structure.size.admits(len(facts), len(ordered)):
            return "what follows takes the world out of its bounds"
        goals = [self._ground_leaf(leaf, draft.values, by_term) for leaf in structure.goals]
        opposed = [self._ground_leaf(leaf, draft.values, by_term) for leaf in structure.opposed]
        return World(
            structure.key,
            "sampled",
            facts,
            tuple(dict.fromkeys(goal for goal in goals if goal[2])),
            tuple(dict.fromkeys(statement for statement in opposed if statement[2])),
        )


def _list_closures(batch: Batch, worlds: Sequence[int]) -> list[tuple[Triple, ...]]:
    """Return the facts of some worlds of a batch, read at once."""
    ids = [batch.facts.list_world(world) for world in worlds]
    triples = batch.facts.list_triples(np.concatenate(ids))
    ends = np.cumsum([len(own) for own in ids]).tolist()
    return [tuple(triples[start:end]) for start, end in zip([0, *ends], ends, strict=False)]


def _share_out(faults: Counter[str], lost: int) -> Counter[str]:
    """Count each world that was given up once, by the reasons for which attempts failed, most frequent first."""
    total, shares = faults.total(), Counter[str]()
    for why, count in sorted(faults.items(), key=lambda pair: (-pair[1], pair[0])):
        shares[why] = min(lost - shares.total(), -(-lost * count // total)) if total else 0
    return +shares
