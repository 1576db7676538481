"""Select: for whom or what must something be true? All answers are asked for."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.errors import DatasetError
from workbench.generation.questions.draft import ANSWER, Answered, Draft, Verdicts, Wish, ask_pattern
from workbench.generation.questions.listing import find_answers
from workbench.generation.tasks.family import Asked, Layout, Reads, Scene, Voice
from workbench.generation.tasks.listing import MAX_FACTS, Listing, is_all_stated, order_answers
from workbench.model.rules import Atom, substitute_atom
from workbench.model.terms import RDF_TYPE, Term, is_literal
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import say_question, say_term

__all__ = ["Select"]

_FEW = 4
_MAX_ANSWERS = 12
"""A question with more answers than this asks for a list, not for a conclusion."""


class Select(Listing):
    """All values for which a statement follows, of which at least one is not stated."""

    name = "select"
    kind = "select"
    slots = ("question",)
    question_kind = "select"

    def say_choices(self, lexicon: Lexicon) -> str:
        """Nothing: the question says how to answer."""
        return ""

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
        if len(leaves) <= MAX_FACTS:
            yield scene.carve(Wish(self.name, leaves, used, query=query), random)

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """Somebody answers, not all answers are stated, and there are not too many."""
        if not answers or is_all_stated(draft, verdicts):
            return "nobody answers, or all answers are stated"
        return "too many answers" if len(answers) > _MAX_ANSWERS else None

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The question."""
        pattern = item.draft.question.pattern
        person = voice.asks_who((Atom(*pattern),), ANSWER)
        return {"question": say_question(voice.lexicon, pattern, ANSWER, person=person)}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """What the answers are called, in order, with commas between."""
        return ", ".join(say_term(voice.lexicon, values[0]) for values in order_answers(item, voice))

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The question, of one atom."""
        asked = super().read(item, source)
        if asked.query is None or len(asked.query.body) != 1 or not isinstance(asked.query.body[0], Atom):
            raise DatasetError("query.body: is not one atom with the one variable asked for")
        return asked

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The question read is the one asked."""
        return reading.question == substitute_atom(Atom(*item.draft.question.pattern), {ANSWER: "?X"})
