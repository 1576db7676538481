"""The reference: what the whole theory says of questions about worlds, as far as drafting has found it out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from workbench.generation.questions.draft import UNCHANGED, Draft, Outcome
from workbench.generation.questions.listing import find_answers, index_facts
from workbench.generation.questions.trying import Tried
from workbench.generation.worlds.world import World
from workbench.model.proofs import FALSE, Status
from workbench.model.terms import Term, Triple
from workbench.reasoning.batch import Batch

__all__ = ["Reference"]


class Reference:
    """The worlds of a block under the whole theory: their closures, and what was tried beside them.

    A draft that states all facts of a world is answered from them. Whoever states others has to be evaluated.
    """

    def __init__(self, worlds: Sequence[World], batch: Batch, tried: Tried) -> None:
        inconsistent = batch.find_inconsistent_worlds().tolist()
        self._worlds, self._batch, self._tried = worlds, batch, tried
        # By identity: the drafts about a world share its very facts.
        self._places = {id(world.facts): n for n, world in enumerate(worlds) if not inconsistent[n]}
        self._indexes: dict[int, Mapping[Term, Sequence[Triple]]] = {}

    def conclude(self, draft: Draft) -> Outcome | None:
        """Return the statements of a draft with their statuses, and its answers; None where that is not known."""
        place = self._places.get(id(draft.facts))
        if place is None or any(claim.change is not UNCHANGED for claim in draft.claims):
            return None
        if draft.query is not None:
            if place not in self._indexes:
                self._indexes[place] = index_facts(self._batch.get_sheet(place).facts)
            found = find_answers(draft.query, self._indexes[place])
            atoms = sorted({atom for one in found for atom in one.atoms})
            return tuple([(atom, "entailed") for atom in atoms]), tuple([one.values for one in found])
        verdicts: list[tuple[Triple, Status]] = []
        for statement in draft.statements:
            status = self._find_status(place, statement)
            if status is None:
                return None
            verdicts.append((statement, status))
        return tuple(verdicts), ()

    def _find_status(self, place: int, statement: Triple) -> Status | None:
        if statement == FALSE:
            return None
        if statement in self._batch.get_sheet(place).numbers:
            return "entailed"
        if statement in self._tried.refuted[place]:
            return "refuted"
        return "unknown" if statement in self._tried.unknown[place] else None
