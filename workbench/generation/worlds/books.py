"""Books: all that a project knows, about which closed-book questions are asked.

A book is one case that all of its questions share: it is evaluated once, every answer is looked up in its closure, and
a statement that does not follow is judged by what changes when it is added. What an item lists as its context are only
the leaves that its proofs rest on.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cached_property
from hashlib import sha256

from workbench.checker import measure_proof
from workbench.generation.questions.draft import UNCHANGED, Answered, Difficulty, Draft, Judgement, Query
from workbench.generation.questions.listing import Found, find_answers
from workbench.model.proofs import FALSE, ModelPair, Proof, Refutation
from workbench.model.rules import Atom, is_restatement
from workbench.model.terms import RDF_TYPE, Term, Triple, is_variable
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate
from workbench.reasoning.closure import Closure, reason

__all__ = ["Book", "digest_facts", "list_leaves", "write_facts"]

_MOST_JUDGED = 50_000
"""So many statements' evidence is remembered."""


def write_facts(facts: Iterable[Triple]) -> bytes:
    """Return facts as sorted N-Triples, a line each."""
    return "".join(f"{s} {p} {o} .\n" for s, p, o in sorted(set(facts))).encode()


def digest_facts(facts: Iterable[Triple]) -> str:
    """Return the digest that names a set of facts: 32 hexadecimal digits of the SHA-256 of its N-Triples."""
    return sha256(write_facts(facts)).hexdigest()[:32]


def list_leaves(judgements: Iterable[Judgement]) -> tuple[Triple, ...]:
    """Return the stated facts that evidence rests on, sorted."""
    found: set[Triple] = set()
    for judgement in judgements:
        evidence = judgement.evidence
        if isinstance(evidence, Proof):
            found.update(evidence.leaves)
        elif isinstance(evidence, Refutation) and evidence.proof is not None:
            found.update(leaf for leaf in evidence.proof.leaves if leaf != evidence.statement)
    return tuple(sorted(found))


class Book:
    """A theory with all the facts that are known, and what follows."""

    def __init__(self, theory: Theory, facts: Iterable[Triple]) -> None:
        self.theory = theory
        self.facts = tuple(sorted(set(facts)))
        self._restatements = frozenset(rule.name for rule in theory.rules if is_restatement(rule))
        self._judged: dict[Triple, Judgement] = {}

    @cached_property
    def digest(self) -> str:
        """The digest of the facts."""
        return digest_facts(self.facts)

    @cached_property
    def stated(self) -> frozenset[Triple]:
        """The facts, to be looked up."""
        return frozenset(self.facts)

    @cached_property
    def known(self) -> list[Triple]:
        """All that follows, stated facts too, sorted."""
        return list(self._closure.facts())

    @cached_property
    def derived(self) -> tuple[Triple, ...]:
        """What only rules give, sorted."""
        return self._closure.derived

    @cached_property
    def is_inconsistent(self) -> bool:
        """Whether the facts contradict each other."""
        return bool(self._closure.batch.find_inconsistent_worlds()[self._closure.world])

    @cached_property
    def rule_names(self) -> tuple[str, ...]:
        """The names of all rules, sorted."""
        return tuple(sorted(rule.name for rule in self.theory.rules))

    def find_answers(self, query: Query) -> list[Found]:
        """Return all answers of a query, sorted by their values."""
        if len(query.body) == 1 and isinstance(query.body[0], Atom):
            subject, predicate, object_ = query.body[0]
            for place, term in ((0, subject), (2, object_)):
                if not is_variable(term):
                    return find_answers(query, self._ends.get((predicate, place, term), ()))
        wanted = {element.predicate for element in query.body if isinstance(element, Atom)}
        return find_answers(query, [fact for key in sorted(wanted) for fact in self._by_predicate.get(key, ())])

    def prove(self, fact: Triple) -> Proof | None:
        """Return the minimal proof of a fact, None when it does not follow."""
        return self._closure.proof(fact)

    def count_hops(self, proof: Proof) -> int:
        """Return how many steps of a proof are more than restatements."""
        return measure_proof(proof, self._restatements).hops

    def judge(self, statement: Triple) -> Judgement:
        """Return a statement's status in the book with its evidence; remembered.

        The models of an unknown statement are those of the book without and with it; only what is new is listed.
        """
        if statement not in self._judged:
            if len(self._judged) >= _MOST_JUDGED:
                self._judged.clear()
            self._judged[statement] = self._judge(statement)
        return self._judged[statement]

    def _judge(self, statement: Triple) -> Judgement:
        proof = self.prove(statement)
        if proof is not None:
            return Judgement(statement, "entailed", proof)
        if _get_key(statement) in self.theory.closed:
            return Judgement(statement, "refuted", Refutation(statement))
        revision = self._closure.revise(added=[statement])
        extended = revision.closure
        new = [fact for fact, (before, after) in revision.heights.items() if before is None and after is not None]
        if any(_get_key(fact) in self.theory.closed for fact in new):
            # What is negated changes with the statement, and has to be judged as it was without it.
            batch = evaluate(
                self.theory, [(*self.facts, statement)], closed_reference=(self._closure.batch, [self._closure.world])
            )
            extended = Closure(batch)
            new = [fact for fact in extended.derived if fact not in self._known_set]
        goals = [FALSE] if extended.batch.find_inconsistent_worlds()[extended.world] else []
        goals = goals or [fact for fact in new if _get_key(fact) in self.theory.closed]
        proofs = [found for goal in goals if (found := extended.proof(goal)) is not None]
        if proofs:
            proof = min(proofs, key=lambda p: (p.height, len(p.steps), p.goal))
            return Judgement(statement, "refuted", Refutation(statement, proof))
        return Judgement(statement, "unknown", ModelPair(statement, (), tuple(sorted(set(new) - {statement}))))

    def measure(self, draft: Draft) -> Answered | None:
        """Answer and measure a draft in the book; None when the book contradicts itself.

        The draft that comes back has as its facts the leaves of the proofs, and all rules. Raises ValueError for a
        draft that would have facts changed.
        """
        if self.is_inconsistent:
            return None
        if any(claim.change != UNCHANGED for claim in draft.claims):
            raise ValueError("a closed-book item supposes nothing")
        answers: tuple[tuple[Term, ...], ...] = ()
        if draft.query is not None:
            found = self.find_answers(draft.query)
            judgements = tuple(self.judge(atom) for atom in sorted({atom for one in found for atom in one.atoms}))
            answers = tuple(one.values for one in found)
        else:
            judgements = tuple(self.judge(statement) for statement in draft.statements)
        leaves = list_leaves(judgements)
        proofs = list(_list_proofs(judgements))
        measures = [measure_proof(proof, self._restatements) for proof in proofs]
        used = {name for proof in proofs for name in proof.iterate_rules()}
        difficulty = Difficulty(
            height=max((m.height for m in measures), default=0),
            hops=max((m.hops for m in measures), default=0),
            steps=max((m.steps for m in measures), default=0),
            leaves=max((m.leaves for m in measures), default=0),
            alternatives=max(
                (len(self._closure.list_derivations(j.statement)) for j in judgements if j.status == "entailed"),
                default=0,
            ),
            rules=len(used),
            distractors=0,
            context=len(leaves),
            solver=len(self.derived),
        )
        return Answered(
            draft=replace(draft, facts=leaves, rules=self.rule_names),
            judgements=judgements,
            answers=answers,
            model=(),
            distractors=frozenset(),
            idle=frozenset(self.rule_names) - used,
            difficulty=difficulty,
        )

    # ---- what is looked up

    @cached_property
    def _closure(self) -> Closure:
        return reason(self.theory, self.facts)

    @cached_property
    def _known_set(self) -> frozenset[Triple]:
        return frozenset(self.known)

    @cached_property
    def _by_predicate(self) -> dict[Term, list[Triple]]:
        found: dict[Term, list[Triple]] = {}
        for fact in self.known:
            found.setdefault(fact[1], []).append(fact)
        return found

    @cached_property
    def _ends(self) -> dict[tuple[Term, int, Term], list[Triple]]:
        """The facts by predicate and what stands at one end."""
        found: dict[tuple[Term, int, Term], list[Triple]] = {}
        for fact in self.known:
            found.setdefault((fact[1], 0, fact[0]), []).append(fact)
            found.setdefault((fact[1], 2, fact[2]), []).append(fact)
        return found


def _list_proofs(judgements: Sequence[Judgement]) -> Iterable[Proof]:
    """Yield the proofs by which items are measured: those of what follows, and of a contradiction where that is asked.

    Of options it is the right one that counts, as where facts are stated.
    """
    for judgement in judgements:
        evidence = judgement.evidence
        if isinstance(evidence, Proof):
            yield evidence
        elif isinstance(evidence, Refutation) and evidence.proof is not None and len(judgements) == 1:
            yield evidence.proof


def _get_key(fact: Triple) -> Term:
    return fact[2] if fact[1] == RDF_TYPE else fact[1]
