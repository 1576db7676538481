"""Recall: what is stated about somebody? The simplest task, and what closed-book questions build on."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import ANSWER, Draft, Verdicts, Wish, ask_pattern
from workbench.generation.questions.listing import find_answers, index_facts
from workbench.generation.tasks.family import WorldScene
from workbench.generation.tasks.listing import is_all_stated
from workbench.generation.tasks.select import Select
from workbench.model.terms import RDF_TYPE, Term, is_literal

__all__ = ["Recall"]

_FACTS = 3
"""Facts of a world that are asked for, where each question has a context of its own."""
_MAX_ANSWERS = 6


class Recall(Select):
    """All values for which something is stated, where nothing else follows."""

    name = "recall"
    kind = "recall"
    about_conclusions = False

    def propose_world(self, scene: WorldScene) -> Iterable[Draft | None]:
        """Ask for one end of a stated fact."""
        random = KeyedRandom("draft", scene.level.name, scene.world.key, self.name)
        known = index_facts(scene.batch.get_sheet(scene.number).facts)
        stated = set(scene.world.facts)
        most = max(_FACTS, scene.level.questions)
        for subject, predicate, object_ in random.shuffle(scene.world.facts)[:most]:
            ask_subject = predicate == RDF_TYPE or (not is_literal(object_) and random.happens(1, 2))
            query = ask_pattern((ANSWER, predicate, object_) if ask_subject else (subject, predicate, ANSWER))
            atoms = {atom for found in find_answers(query, known) for atom in found.atoms}
            if stated.issuperset(atoms):
                yield scene.carve(Wish(self.name, atoms, query=query), random)

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """Every answer is stated, and there are not too many."""
        if not answers or not is_all_stated(draft, verdicts):
            return "nobody answers, or an answer has to be concluded"
        return "too many answers" if len(answers) > _MAX_ANSWERS else None
