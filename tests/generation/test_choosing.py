"""Choosing: what is asked about the worlds of a block is even in what is seen of it."""

from __future__ import annotations

from collections import Counter

from workbench.generation.questions.choosing import Chooser
from workbench.generation.questions.draft import Claim, Draft
from workbench.model.curriculum import Level
from workbench.model.terms import RDF_TYPE, Triple

_LEVEL = Level("few", 1, "", (1, 2), "facts+rules", (0, 0), (0, 0), ("sampled",), ())
_KEYS = ["<urn:k:a>", "<urn:k:b>", "<urn:k:c>"]


def _draft(aim: str, statement: Triple, task: str = "entailment") -> Draft:
    return Draft(_LEVEL, task, (), (), (Claim(statement),), None, aim)


def _offer(aim: str, key: str, count: int) -> list[Draft]:
    return [_draft(aim, (f"<urn:i:{aim}{number}>", RDF_TYPE, key)) for number in range(count)]


def test_each_aim_has_its_turn() -> None:
    """As many of each as there may be, of one that is rare all."""
    waiting = {"entailed": _offer("entailed", _KEYS[0], 9), "unknown": _offer("unknown", _KEYS[0], 2)}
    taken = Chooser().choose(waiting, 7, {})
    assert Counter(draft.aim for draft in taken) == {"entailed": 5, "unknown": 2}


def test_keys_go_with_each_aim_alike() -> None:
    """Most refuted statements are about one key, most that follow about another: those taken are not."""
    chooser, taken = Chooser(), []
    for _ in range(6):
        waiting = {
            "entailed": [*_offer("entailed", _KEYS[0], 12), *_offer("entailed", _KEYS[1], 4)],
            "refuted": [*_offer("refuted", _KEYS[1], 12), *_offer("refuted", _KEYS[0], 4)],
        }
        taken += chooser.choose(waiting, 8, {})
    counts = Counter((draft.aim, draft.statements[0][2]) for draft in taken)
    for key in _KEYS[:2]:
        assert abs(counts["entailed", key] - counts["refuted", key]) <= 1
    assert len(taken) == 48


def test_other_tasks_come_in_their_order() -> None:
    """Where no status is asked for, nothing is weighed."""
    offered = [_draft("-", (f"<urn:i:{number}>", RDF_TYPE, _KEYS[number % 3]), "prove") for number in range(9)]
    assert Chooser().choose({"-": offered}, 4, {}) == offered[:4]
