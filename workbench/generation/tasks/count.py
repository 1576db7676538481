"""Count: for how many does something follow?"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from workbench.generation.questions.draft import ANSWER, Answered, Draft, Verdicts, Wish, ask_pattern
from workbench.generation.questions.listing import find_answers
from workbench.generation.tasks.family import Layout, Scene, Voice, Writes
from workbench.generation.tasks.listing import Listing, collect_support, is_all_stated
from workbench.model.terms import RDF_TYPE, Term, is_literal

__all__ = ["Count"]

_MAX_ANSWERS = 12


class Count(Listing):
    """How many values there are for which a statement follows; names are unique, so each counts once."""

    name = "count"
    kind = "count"
    question_kind = "count"

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Ask for the end of the target that has more answers, keeping what they rest on."""
        random = scene.start(self.name)
        subject, predicate, object_ = scene.target
        known = scene.batch.list_facts(scene.number)
        queries = [ask_pattern((ANSWER, predicate, object_))]
        if predicate != RDF_TYPE and not is_literal(object_):
            queries.append(ask_pattern((subject, predicate, ANSWER)))
        found = [(query, find_answers(query, known)) for query in random.shuffle(queries)]
        query, answers = max(found, key=lambda pair: len(pair[1]))
        support = collect_support(scene, [atom for one in answers for atom in one.atoms])
        if support is not None:
            yield scene.carve(Wish(self.name, *support, query=query), random)

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """There are some, not all of them stated, and not too many."""
        if not answers or is_all_stated(draft, verdicts):
            return "nobody answers, or all answers are stated"
        return "too many answers" if len(answers) > _MAX_ANSWERS else None

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The number."""
        return str(len(item.answers))

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The question, all of its answers, and their number."""
        return super().write_query(item, layout, voice, to) | {"count": len(item.answers)}
