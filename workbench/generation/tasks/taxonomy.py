"""Taxonomy: what must be, cannot be, or may be true of whatever belongs to a class or stands in a relation?"""

from __future__ import annotations

from collections.abc import Sequence

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Claim, Draft
from workbench.generation.tasks.entailment import Entailment
from workbench.generation.tasks.family import Layout, Voice
from workbench.generation.worlds.plan import Plan
from workbench.model.curriculum import Level
from workbench.model.proofs import FALSE
from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Term, Triple
from workbench.reasoning.batch import Batch, evaluate
from workbench.wording.lexicon import ARBITRARY, Lexicon
from workbench.wording.sentences import capitalise, say_statement

__all__ = ["Taxonomy"]

_ARBITRARY = tuple(f"<{ARBITRARY}{letter}>" for letter in "PQR")
_TRIES = 6
"""Suppositions tried for each world of a block."""
_EACH = 2
"""Statements taken of each status for one supposition."""


class Taxonomy(Entailment):
    """A statement about arbitrary individuals, of whom something is supposed."""

    name = "taxonomy"
    kind = "subsumes"
    slots = ("supposed",)
    supposes = True

    def say_choices(self, lexicon: Lexicon) -> str:
        """The three answers."""
        return ", ".join(text for _, text in lexicon.frames.possibilities)

    def propose(self, scene: object) -> tuple[Draft, ...]:
        """Nothing about a world: what is supposed makes the world."""
        return ()

    def propose_block(self, level: Level, plan: Plan, keys: Sequence[str]) -> list[Draft]:
        """Suppose one thing or two of A and B, and ask what follows, what is excluded and what is left open."""
        supposed: dict[tuple[Triple, ...], KeyedRandom] = {}
        for key in keys:
            random = KeyedRandom("taxonomy", level.name, key)
            for _ in range(_TRIES):
                supposed.setdefault(_draw_suppositions(plan, random), random)
        batch = evaluate(plan.theory, list(supposed))
        contradicted = batch.find_inconsistent_worlds()
        sound = [(n, facts) for n, facts in enumerate(supposed) if not contradicted[n]]
        asked = [(n, s) for n, facts in sound for s in _list_open(plan, batch, n, facts, supposed[facts])]
        extended = evaluate(
            plan.theory,
            [(*list(supposed)[n], statement) for n, statement in asked],
            closed_reference=(batch, [n for n, _ in asked]),
        )
        bad = extended.find_inconsistent_worlds()
        places: dict[int, list[tuple[int, Triple]]] = {}
        for place, (n, statement) in enumerate(asked):
            places.setdefault(n, []).append((place, statement))
        drafts = []
        for n, facts in sound:
            drafts += self._list_entailed(level, plan, batch, n, facts, supposed[facts])
            taken = {"refuted": 0, "unknown": 0}
            for place, statement in places.get(n, ()):
                aim = "refuted" if bad[place] or Atom(*statement).key in plan.theory.closed else "unknown"
                if taken[aim] < _EACH:
                    taken[aim] += 1
                    proof = extended.proof(place, FALSE) if bad[place] else None
                    used = set(proof.iterate_rules()) if proof is not None else _list_concluding(plan, statement)
                    drafts.append(self._close(level, plan, facts, statement, aim, used, supposed[facts]))
        return drafts

    def _list_entailed(
        self, level: Level, plan: Plan, batch: Batch, n: int, facts: tuple[Triple, ...], random: KeyedRandom
    ) -> list[Draft]:
        drafts = []
        for statement in random.shuffle(batch.list_facts(n, stated=False))[: 2 * _EACH]:
            proof = batch.proof(n, statement)
            if proof is not None and statement[2] in (*_ARBITRARY, Atom(*statement).key):
                used = set(proof.iterate_rules())
                drafts.append(self._close(level, plan, facts, statement, "entailed", used, random))
        return drafts[:_EACH]

    def _close(
        self,
        level: Level,
        plan: Plan,
        facts: tuple[Triple, ...],
        statement: Triple,
        aim: str,
        used: set[str],
        random: KeyedRandom,
    ) -> Draft:
        names = [rule.name for rule in plan.theory.rules]
        if level.given == "facts+rules":
            others = random.shuffle([name for name in names if name not in used])
            names = sorted((*used, *others[: random.draw_between(*level.extra_rules)]))
        return Draft(level, self.name, facts, tuple(names), (Claim(statement),), aim=aim)

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The statement about A."""
        return {"supposed": capitalise(say_statement(voice.lexicon, item.draft.statements[0]))}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """Must be, cannot be, or either is possible."""
        return dict(voice.lexicon.frames.possibilities)[item.judgements[0].status]


def _draw_suppositions(plan: Plan, random: KeyedRandom) -> tuple[Triple, ...]:
    keys = [key for key in plan.theory.keys if key not in plan.values]
    first, *rest = _ARBITRARY
    found: set[Triple] = set()
    for number in range(random.draw_between(1, 3)):
        key = random.choose(keys)
        subject = first if number == 0 else random.choose(_ARBITRARY[: number + 1])
        other = random.choose([term for term in (first, *rest[: number + 1]) if term != subject])
        found.add((subject, RDF_TYPE, key) if key in plan.classes else (subject, key, other))
    return tuple(sorted(found))


def _list_open(plan: Plan, batch: Batch, n: int, facts: tuple[Triple, ...], random: KeyedRandom) -> list[Triple]:
    """Return statements about those supposed that do not follow; what is closed says nothing of arbitrary ones."""
    known = {end for fact in facts for end in (fact[0], fact[2]) if end in _ARBITRARY}
    people = [term for term in _ARBITRARY if term in known]
    found: dict[Triple, None] = {}
    keys = [key for key in plan.theory.keys if key not in plan.values and key not in plan.theory.closed]
    for key in random.shuffle(keys)[:12]:
        subject = random.choose(people)
        others = [term for term in people if term != subject]
        if key in plan.classes:
            found[(subject, RDF_TYPE, key)] = None
        elif others:
            found[(subject, key, random.choose(others))] = None
    return [statement for statement in found if not batch.is_entailed(n, statement)]


def _list_concluding(plan: Plan, statement: Triple) -> set[str]:
    key: Term = Atom(*statement).key
    return {way.rule.name for way in plan.unfoldings.get(key, ())[:2]}
