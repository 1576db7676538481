"""Taxonomy: what must be, cannot be, or may be true of whatever belongs to a class or stands in a relation?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Claim, Draft
from workbench.generation.tasks.entailment import Entailment
from workbench.generation.tasks.family import Layout, Voice
from workbench.generation.worlds.plan import Plan
from workbench.model.curriculum import Level
from workbench.model.proofs import FALSE, Status
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
_TRIED = 14
"""Statements that do not follow tried for one supposition."""
_FOLLOWING = 8
"""Statements that follow among which is chosen."""


class _Found(NamedTuple):
    """A statement, and the rules that its proof or refutation uses or that could conclude it."""

    statement: Triple
    rules: frozenset[str]


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
        if all(key in plan.values for key in plan.theory.keys):
            return []  # a theory that speaks of nothing, as one without rules and axioms, leaves nothing to suppose
        for key in keys:
            random = KeyedRandom("taxonomy", level.name, key)
            for _ in range(_TRIES):
                supposed.setdefault(_draw_suppositions(plan, random), random)
        batch = evaluate(plan.theory, list(supposed))
        contradicted = batch.find_inconsistent_worlds()
        sound = [(n, facts) for n, facts in enumerate(supposed) if not contradicted[n]]
        follows = {n: _list_following(batch, n) for n, _ in sound}
        # What never follows would tell by itself that it is refuted or unknown.
        common = sorted({Atom(*s).key for statements in follows.values() for s in statements} - plan.theory.closed)
        asked = [(n, s) for n, facts in sound for s in _list_open(plan, batch, n, facts, common, supposed[facts])]
        extended = evaluate(
            plan.theory,
            [(*list(supposed)[n], statement) for n, statement in asked],
            closed_reference=(batch, [n for n, _ in asked]),
        )
        bad = extended.find_inconsistent_worlds()
        found: dict[int, dict[Status, list[_Found]]] = {
            n: {"entailed": self._prove(batch, n, follows[n], supposed[facts]), "refuted": [], "unknown": []}
            for n, facts in sound
        }
        for place, (n, statement) in enumerate(asked):
            if bad[place]:
                proof = extended.proof(place, FALSE)
                rules = frozenset(proof.iterate_rules()) if proof is not None else frozenset()
                found[n]["refuted"].append(_Found(statement, rules))
            else:
                found[n]["unknown"].append(_Found(statement, _list_concluding(plan, statement)))
        # A theory that refutes nothing is asked for the rest.
        asked_for = {quota.status for quota in level.quotas if quota.task == self.name}
        statuses: tuple[Status, ...] = ("entailed", "refuted", "unknown")
        wanted = [s for s in statuses if s in asked_for and any(listed[s] for listed in found.values())]
        turns: Counter[tuple[Status, Term]] = Counter()
        drafts = []
        for n, facts in sound:
            for _ in range(_EACH):
                if not all(found[n][status] for status in wanted):
                    break
                chosen = [(status, _take(found[n][status], status, turns)) for status in wanted]
                # Questions of every status state what any of them needs.
                used = {name for _, one in chosen for name in one.rules}
                drafts += [self._close(level, plan, facts, one.statement, status, used, supposed[facts])
                           for status, one in chosen]  # fmt: skip
        return drafts

    def _prove(self, batch: Batch, n: int, statements: Sequence[Triple], random: KeyedRandom) -> list[_Found]:
        proofs = [batch.proof(n, statement) for statement in random.shuffle(statements)[:_FOLLOWING]]
        return [_Found(proof.goal, frozenset(proof.iterate_rules())) for proof in proofs if proof is not None]

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


def _list_following(batch: Batch, n: int) -> list[Triple]:
    """Return what follows of those supposed, and of nobody and nothing else."""
    return [s for s in batch.list_facts(n, stated=False) if s[2] in (*_ARBITRARY, Atom(*s).key)]


def _take(listed: list[_Found], status: Status, turns: Counter[tuple[Status, Term]]) -> _Found:
    """Take the statement about what was asked about with this status most seldom, beside how often it followed."""

    def rate(place: int) -> tuple[int, int]:
        key = Atom(*listed[place].statement).key
        return turns[status, key] - (turns["entailed", key] if status != "entailed" else 0), place

    chosen = listed.pop(min(range(len(listed)), key=rate))
    turns[status, Atom(*chosen.statement).key] += 1
    return chosen


def _list_open(
    plan: Plan, batch: Batch, n: int, facts: tuple[Triple, ...], keys: Sequence[Term], random: KeyedRandom
) -> list[Triple]:
    """Return statements about those supposed that do not follow; what is closed says nothing of arbitrary ones."""
    known = {end for fact in facts for end in (fact[0], fact[2]) if end in _ARBITRARY}
    people = [term for term in _ARBITRARY if term in known]
    found: dict[Triple, None] = {}
    for key in random.pick(keys, _TRIED):
        subject = random.choose(people)
        others = [term for term in people if term != subject]
        if key in plan.classes:
            found[(subject, RDF_TYPE, key)] = None
        elif others:
            found[(subject, key, random.choose(others))] = None
    return [statement for statement in found if not batch.is_entailed(n, statement)]


def _list_concluding(plan: Plan, statement: Triple) -> frozenset[str]:
    key: Term = Atom(*statement).key
    return frozenset(way.rule.name for way in plan.unfoldings.get(key, ())[:2])
