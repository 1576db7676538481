"""Select: for whom or what must something be true? All answers are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.errors import DatasetError
from workbench.generation.listing import find_answers
from workbench.generation.questions import ANSWER, Answered, Draft, Query, Verdicts, ask_pattern
from workbench.generation.tasks.family import Asked, Described, Family, Layout, Reads, Scene, Voice, Writes
from workbench.model.rules import Atom, substitute_atom
from workbench.model.terms import RDF_TYPE, Term, is_literal
from workbench.wording.reader import Reading
from workbench.wording.sentences import say_question, say_term

__all__ = ["Select", "order_answers", "read_query"]

_FEW = 4
_MAX_ANSWERS = 12
"""A question with more answers than this asks for a list, not for a conclusion."""
_MAX_FACTS = 30


class Select(Family):
    """All values for which a statement follows, of which at least one is not stated."""

    name = "select"
    kind = "select"
    slots = ("question",)
    evidence = "answers"

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Ask for one end of the target, keeping what few other answers rest on."""
        random = scene.start(self.name)
        subject, predicate, object_ = scene.target
        ask_subject = predicate == RDF_TYPE or is_literal(object_) or random.happens(1, 2)
        query = ask_pattern((ANSWER, predicate, object_) if ask_subject else (subject, predicate, ANSWER))
        leaves, used = scene.leaves, scene.used
        answers = find_answers(query, scene.batch.list_facts(scene.number))
        for fact in (fact for found in answers for fact in found.atoms):
            if fact != scene.target and len(answers) <= _FEW:
                proof = scene.batch.proof(scene.number, fact)
                if proof is not None:
                    leaves |= set(proof.leaves)
                    used |= set(proof.iterate_rules())
        if len(leaves) <= _MAX_FACTS:
            yield scene.carve(self.name, leaves, used, random, query=query)

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """Somebody answers, not all answers are stated, and there are not too many."""
        stated = set(draft.facts)
        if not answers or all(statement in stated for statement, _ in verdicts):
            return "nobody answers, or all answers are stated"
        return "too many answers" if len(answers) > _MAX_ANSWERS else None

    def describe(self, item: Answered) -> Described:
        """The question's body and variables."""
        query = item.draft.question
        return Described(query.body, query.variables)

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The question."""
        pattern = item.draft.question.pattern
        return {"question": say_question(voice.lexicon, pattern, ANSWER, person=voice.person)}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """What the answers are called, in order, with commas between."""
        return ", ".join(say_term(voice.lexicon, values[0]) for values in order_answers(item, voice))

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """Variables, body and answers in the order of the answer text."""
        query = item.draft.question
        return {
            "kind": self.kind,
            "vars": [variable[1:] for variable in query.variables],
            "body": to.write_body(query.body),
            "answers": [[to.write_term(term) for term in values] for values in order_answers(item, voice)],
        }

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The question."""
        query = read_query(item, source)
        if len(query.body) != 1 or not isinstance(query.body[0], Atom) or query.variables != (ANSWER,):
            raise DatasetError("query.body: is not one atom with the one variable asked for")
        return Asked(query=query)

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The question read is the one asked."""
        return reading.question == substitute_atom(Atom(*item.draft.question.pattern), {ANSWER: "?X"})


def order_answers(item: Answered, voice: Voice) -> list[tuple[Term, ...]]:
    """Return the answers in the order of what they are called."""
    return sorted(item.answers, key=lambda values: ([say_term(voice.lexicon, term) for term in values], values))


def read_query(item: Mapping[str, Any], source: Reads) -> Query:
    """Return the body and variables of a listing question."""
    written = item["query"]
    return Query(source.read_body(written["body"]), tuple(f"?{name}" for name in written["vars"]))
