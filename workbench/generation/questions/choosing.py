"""Choosing: which statements about the worlds of a block to ask about, of the many that could be.

What is seen of a statement must not go with one answer oftener than with another, or most of what is drafted is left
out in the end. So of those that wait for a status the one is taken that evens out best what was taken before it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from workbench.generation.questions.draft import Draft
from workbench.model.curriculum import STATUS_TASKS
from workbench.model.terms import RDF_TYPE, Term

__all__ = ["Chooser"]

_MANY = 4
"""Mentions beyond so many are told apart no more."""

_Seen = tuple[str, str, Term | int]


class Chooser:
    """Chooses drafts world by world, and remembers what is seen of those of a block."""

    def __init__(self) -> None:
        self._taken: Counter[tuple[_Seen, str]] = Counter()
        self._all: Counter[_Seen] = Counter()

    def choose(self, waiting: Mapping[str, Sequence[Draft]], most: int, mentions: Mapping[Term, int]) -> list[Draft]:
        """Return up to so many of the drafts of one task about a world, of each aim in turn.

        Statements come so that what is seen is even, all else in the order given. ``mentions`` says in how many facts
        of the world a term stands.
        """
        queues = {aim: [(self._see(draft, mentions), draft) for draft in drafts] for aim, drafts in waiting.items()}
        taken: list[Draft] = []
        while any(queues.values()) and len(taken) < most:
            for aim, queue in queues.items():
                if queue and len(taken) < most:
                    costs = [self._weigh(seen, aim, len(queues)) for seen, _ in queue]
                    seen, draft = queue.pop(costs.index(min(costs)))
                    taken.append(draft)
                    self._all.update(seen)
                    self._taken.update([(one, aim) for one in seen])
        return taken

    def _weigh(self, seen: Sequence[_Seen], aim: str, aims: int) -> int:
        """Return how much oftener than its part what is seen went with an aim."""
        total, taken = self._all, self._taken
        return sum([aims * taken[one, aim] - total[one] for one in seen])

    def _see(self, draft: Draft, mentions: Mapping[Term, int]) -> list[_Seen]:
        if draft.task not in STATUS_TASKS:
            return []
        subject, predicate, object_ = draft.claims[0].statement
        key = object_ if predicate == RDF_TYPE else predicate
        found: list[_Seen] = [(draft.task, "about", key)]
        for part, term in (("subject", subject), ("predicate", predicate), ("object", object_)):
            found.append((draft.task, part, min(mentions.get(term, 0), _MANY)))
        return found
