"""Closed-book questions: about the project's own individuals, by their own names, with nothing stated.

Recall teaches what the project states; every other question rests on facts that a recall question can teach, so that
whoever learned from the part for training has been told all that an answer needs. Individuals whose label another one
shares, in any of the languages, take no part: nobody could tell whom a prompt means.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cached_property
from typing import cast

from workbench.checker import measure_proof
from workbench.generation.keyed import KeyedRandom, hash_parts
from workbench.generation.questions.answering import Rejection
from workbench.generation.questions.draft import ANSWER, Answered, Draft, Query, Wish, ask_pattern
from workbench.generation.splits.features import ItemFeatures
from workbench.generation.splits.splitter import Splitter
from workbench.generation.tasks import get_family
from workbench.generation.tasks.family import Scene
from workbench.generation.worlds.books import Book
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.world import World, list_confusable
from workbench.model.curriculum import NO_STATUS, Level, Task
from workbench.model.proofs import FALSE, Proof, Refutation
from workbench.model.rules import Atom, is_restatement
from workbench.model.terms import RDF_TYPE, Pattern, Term, Triple, is_iri, is_literal, is_variable
from workbench.reasoning.batch import Batch
from workbench.wording.lexicon import Lexicon

__all__ = ["ClosedBook", "Names", "choose_split", "collect_names"]

_BLOCK = 48
"""Facts in a block."""
_WRONG = 4
"""Statements near a conclusion that are tried."""


class Names:
    """Who can be named: ``nameable`` individuals have a label (or a name in their IRI) of their own in every language.

    ``ambiguous`` are those whose label another individual has too, ``nameless`` those with no name at all.
    """

    def __init__(self, individuals: Collection[Term], lexicons: Mapping[str, Lexicon]) -> None:
        shared: set[Term] = set()
        without: set[Term] = set()
        for lexicon in lexicons.values():
            labels = {term: lexicon.get_label(term) for term in individuals if is_iri(term)}
            shared.update(term for group in list_confusable(labels) for term in group)
            without.update(term for term in individuals if term not in labels)
        self.individuals = frozenset(individuals)
        self.ambiguous = frozenset(shared - without)
        self.nameless = frozenset(without)
        self.nameable = self.individuals - shared - without


def collect_names(facts: Iterable[Triple], constants: Iterable[Term], lexicons: Mapping[str, Lexicon]) -> Names:
    """Return who of the individuals in facts and rules can be named."""
    individuals = {*_list_individuals(facts), *constants}
    return Names(individuals, lexicons)


class ClosedBook:
    """Asks about a book.

    ``blocked`` are the keys whose lists of answers may be incomplete, because something that no rule says decides on
    them too.
    """

    def __init__(self, book: Book, plan: Plan, names: Names, blocked: frozenset[Term]) -> None:
        self.book, self.plan, self.names, self.blocked = book, plan, names, blocked
        self._queryable = frozenset(plan.queryable)
        self._restatements = frozenset(rule.name for rule in plan.theory.rules if is_restatement(rule))
        self._lessons: dict[Triple, tuple[Query, ...]] = {}
        self._open: dict[Term, bool] = {}
        self._by_head: dict[Term, tuple[str, ...]] = {
            key: tuple(sorted({way.rule.name for way in ways})) for key, ways in plan.unfoldings.items()
        }

    # ---- lessons

    def list_lessons(self, fact: Triple) -> tuple[Query, ...]:
        """Return the recall questions, at most two, of which a stated fact is an answer, the other end given."""
        if fact not in self._lessons:
            self._lessons[fact] = tuple(self._find_lessons(fact))
        return self._lessons[fact]

    def draft_lesson(self, level: Level, query: Query) -> Draft:
        """Return the draft of a recall question."""
        return Draft(level, "recall", (), self.book.rule_names, query=query, source="project")

    def _find_lessons(self, fact: Triple) -> Iterator[Query]:
        subject, predicate, object_ = fact
        patterns: list[Pattern] = []
        if predicate != RDF_TYPE:
            patterns.append((subject, predicate, ANSWER))
        if not is_literal(object_):
            patterns.append((ANSWER, predicate, object_))
        family = get_family("recall")
        for pattern in patterns:
            query = ask_pattern(pattern)
            found = self.book.find_answers(query)
            atoms = sorted({atom for one in found for atom in one.atoms})
            draft = Draft(_NO_LEVEL, "recall", tuple(a for a in atoms if a in self.book.stated), (), query=query)
            verdicts = tuple((atom, "entailed") for atom in atoms)
            if family.find_fault(draft, verdicts, [one.values for one in found]):  # type: ignore[arg-type]
                continue
            if self._can_list(query) and self._can_name(atoms):
                yield query

    # ---- proposing

    def order(self, seed: str) -> tuple[Triple, ...]:
        """Return all that may be asked about in the order that ``seed`` gives."""
        own = [fact for fact in self.book.derived if _get_key(fact) in self._queryable]
        return tuple(sorted((*self.book.facts, *own), key=lambda fact: hash_parts("closed book", seed, *fact)))

    def propose(
        self, level: Level, facts: Sequence[Triple], open_cells: Collection[tuple[str, str]]
    ) -> tuple[list[Answered], Counter[Rejection]]:
        """Return the sound answered drafts about some facts, in order, with rejections counted."""
        rejected: Counter[Rejection] = Counter()
        drafts: dict[str, Draft] = {}
        for fact in facts:
            for draft in self._draft(level, fact, open_cells):
                if (draft.task, draft.aim) in open_cells:
                    drafts.setdefault(draft.key, draft)
        answered = []
        for key in sorted(drafts):
            found = self.answer(drafts[key])
            if isinstance(found, str):
                rejected[drafts[key].task, drafts[key].aim, found] += 1
            else:
                answered.append(found)
        return answered, rejected

    def answer(self, draft: Draft) -> Answered | str:
        """Return an answered draft, or why it makes no item."""
        item = self.book.measure(draft)
        if item is None:
            return "inconsistent theory"
        verdicts = tuple((j.statement, j.status) for j in item.judgements)
        fault = get_family(draft.task).find_fault(item.draft, verdicts, item.answers)
        if fault:
            return fault
        if any(status == "unknown" for _, status in verdicts):
            return "closed book: what cannot be known is not asked"
        if draft.query is not None and not self._can_list(draft.query):
            return "closed book: an axiom that is not supported may have a say"
        steps = [s.conclusion for j in item.judgements if (proof := _get_proof(j.evidence)) for s in proof.steps]
        mentioned = [*item.draft.facts, *(fact for fact, _ in verdicts), *(fact for fact in steps if fact != FALSE)]
        if not self._can_name((*mentioned, *draft.asked)):
            return "closed book: somebody without a label of their own"
        if draft.task != "recall" and not all(self.list_lessons(leaf) for leaf in item.draft.facts):
            return "closed book: no recall question can teach a fact"
        return item

    def _draft(self, level: Level, fact: Triple, open_cells: Collection[tuple[str, str]]) -> Iterator[Draft]:
        if fact in self.book.stated:
            if ("recall", NO_STATUS) in open_cells:
                yield from (self.draft_lesson(level, query) for query in self.list_lessons(fact))
            return
        tasks = sorted({task for task, _ in open_cells if task != "recall"})
        if not tasks or not self._can_name([fact]):
            return
        proof = self.book.prove(fact)
        if proof is None or not level.hops[0] <= measure_proof(proof, self._restatements).hops <= level.hops[1]:
            return
        wrong = self._list_wrong(level, fact) if {"entailment", "options"}.intersection(tasks) else {}
        world = World(hash_parts("closed book", *fact), "project", self.book.facts, (fact,))

        def carve(wish: Wish, random: KeyedRandom) -> Draft | None:
            return None if wish.without else wish.draft(level, (), self.book.rule_names, "project")

        scene = Scene(level, self.plan, world, cast("Batch", _Looking(self.book)), 0, self._by_head, carve,
                      fact, proof, [*wrong], self._asked, (), self._list_names(fact), self._can_try)  # fmt: skip
        tried = {s: proof for task in tasks for s in get_family(task).list_tries(scene) for proof in self._refute(s)}
        scene = replace(scene, refuted=wrong | tried)
        for task in tasks:
            for draft in get_family(task).propose(scene):
                if draft is not None:
                    yield draft

    def _list_wrong(self, level: Level, fact: Triple) -> dict[Triple, Proof | None]:
        """Return statements near a conclusion that are refuted, each with the proof of it, or None."""
        random = KeyedRandom("closed book", level.name, *fact)
        subject, predicate, object_ = fact
        found: dict[Triple, None] = {}
        if predicate == RDF_TYPE:
            others = [key for key in self.plan.queryable if key in self.plan.classes]
            found.update({(subject, RDF_TYPE, key): None for key in random.shuffle(others)[:_WRONG]})
        elif not is_literal(object_):
            found[(object_, predicate, subject)] = None
            keys = [k for k in self.plan.queryable if k not in self.plan.classes and k not in self.plan.values]
            for key in random.shuffle(keys)[:_WRONG]:
                found[(subject, key, object_)] = None
                found[(object_, key, subject)] = None
            near = [f for f in self._list_near(subject) if f[1] == predicate and f != fact]
            found.update({(subject, predicate, f[0] if f[2] == subject else f[2]): None for f in near[:2]})
        wrong: dict[Triple, Proof | None] = {}
        for statement in random.shuffle([s for s in found if s[0] != s[2]])[: 2 * _WRONG]:
            judgement = self.book.judge(statement)
            if judgement.status == "refuted" and isinstance(judgement.evidence, Refutation):
                wrong[statement] = judgement.evidence.proof
            if len(wrong) == _WRONG:
                break
        return wrong

    def _refute(self, statement: Triple) -> list[Proof | None]:
        """Return the one refutation of a statement, None for one that is closed; empty when it is not refuted."""
        evidence = self.book.judge(statement).evidence
        return [evidence.proof] if isinstance(evidence, Refutation) else []

    def _can_try(self, statement: Triple) -> bool:
        # Wrong options have to be refuted, and in many a book only what is of the wrong kind is.
        return self._can_name([statement])

    def _list_names(self, fact: Triple) -> list[Term]:
        """Return who is a step or two from those that a conclusion is about."""
        near = {known[2] for one in _list_individuals([fact]) for known in self._list_near(one)}
        far = {known[2] for one in sorted(near) for known in self._list_near(one)}
        return sorted((near | far).difference(_list_individuals([fact])))

    @cached_property
    def _asked(self) -> tuple[Triple, ...]:
        return tuple(fact for fact in self.book.derived if _get_key(fact) in self._queryable)

    def _list_near(self, individual: Term) -> list[Triple]:
        return self._about.get(individual, [])

    @cached_property
    def _about(self) -> dict[Term, list[Triple]]:
        found: dict[Term, list[Triple]] = {}
        for fact in self.book.known:
            if fact[1] != RDF_TYPE and not is_literal(fact[2]):
                found.setdefault(fact[0], []).append(fact)
        return found

    # ---- what can be asked

    def _can_list(self, query: Query) -> bool:
        keys = {element.key for element in query.body if isinstance(element, Atom)}
        return not self.blocked or all(self._is_complete(key) for key in keys)

    def _is_complete(self, key: Term) -> bool:
        if key not in self._open:
            theory, names = self.plan.theory, self.book.rule_names
            cone = {key, *theory.reach_back(names, {key})}
            cone |= theory.reach_back(names, theory.list_negated(names, cone))
            self._open[key] = self.blocked.isdisjoint(cone)
        return self._open[key]

    def _can_name(self, patterns: Iterable[Pattern]) -> bool:
        return all(term in self.names.nameable for term in _list_individuals(patterns))


def choose_split(
    splitter: Splitter, features: ItemFeatures, level: Level, task: Task, touched: Sequence[str] | None = None
) -> str:
    """Return the split of an item; ``touched`` are the splits whose axis it touches, where they are known.

    Closed-book recall teaches, so it is for training unless a split that is held out claims it. Other closed-book items
    go by what they are to the letter: with names left out, questions about different individuals would be one.
    """
    if level.given != "none":
        return splitter.choose(features, level.split, touched)
    if task == "recall":
        return splitter.choose(features, splitter.train, touched)
    return splitter.choose(replace(features, context=features.exact, core=features.exact), level.split, touched)


class _Looking:
    """A book as families look at a world."""

    def __init__(self, book: Book) -> None:
        self._book = book

    def list_facts(self, world: int) -> list[Triple]:
        """All that follows."""
        return self._book.known

    def is_entailed(self, world: int, fact: Triple) -> bool:
        """Whether a fact follows."""
        return self._book.prove(fact) is not None

    def proof(self, world: int, fact: Triple) -> Proof | None:
        """The minimal proof."""
        return self._book.prove(fact)


_NO_LEVEL = Level("", 0, "", (0, 0), "none", (0, 0), (0, 0), (), ())


def _get_proof(evidence: object) -> Proof | None:
    return evidence if isinstance(evidence, Proof) else evidence.proof if isinstance(evidence, Refutation) else None


def _get_key(fact: Triple) -> Term:
    return fact[2] if fact[1] == RDF_TYPE else fact[1]


def _list_individuals(patterns: Iterable[Pattern]) -> Iterator[Term]:
    for subject, predicate, object_ in patterns:
        if not is_variable(subject):
            yield subject
        if predicate != RDF_TYPE and not is_literal(object_) and not is_variable(object_):
            yield object_
