"""What an item shares with others, as numbers: hashes of its text, its runs of words, its proofs and its facts."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from workbench.errors import LimitError
from workbench.generation.identity.clause_graph import ClauseGraph, compute_digest
from workbench.generation.selection.hash_sets import Hashes, hash_text, shorten_hash
from workbench.generation.splits.features import FeatureReader, StepOutline, list_written_proofs
from workbench.generation.splits.splitter import Splitter
from workbench.generation.splits.word_runs import WordRuns
from workbench.model.items import expand_term
from workbench.model.terms import Term, Triple

__all__ = ["Marker", "Marks", "list_shapes"]

_REMEMBERED = 512
_NO_HASHES: Hashes = np.empty(0, np.uint64)


@dataclass(frozen=True, slots=True)
class Marks:
    """An item's hashes of 64 bits, 0 for what it does not have.

    ``path`` is the arrangement of the rules in its own proof, ``sub_proofs`` that of each proof of two steps or more
    within any of its proofs, ``facts`` the set of facts stated, all up to the names of individuals; ``is_compared``
    is False when the facts were too regular for that. ``runs`` are the runs of thirteen words within facts and
    question, ``rule_runs`` those within rules. ``touched`` names the splits whose axis it touches. ``original`` is the
    id of the item that it was made from. ``taught`` are facts that a closed-book item for training tells, ``leaves``
    those that one rests on.
    """

    id: int
    text: int
    exact: int
    named: int
    core: int
    path: int
    facts: int
    is_compared: bool
    sub_proofs: tuple[int, ...]
    runs: Hashes
    rule_runs: Hashes
    touched: tuple[str, ...] = ()
    original: int = 0
    taught: tuple[int, ...] = ()
    leaves: tuple[int, ...] = ()


def list_shapes(steps: Sequence[StepOutline]) -> tuple[list[int], list[bool], list[bool]]:
    """Return for each step a hash of the proof of its conclusion, whether that has two steps, and whether it is final.

    Nothing needs what a final step concludes. The hash is of the rules in their arrangement: which rule's conclusion is
    which premise of which. What rules say decides how terms are passed on, so that is the proof up to the names of
    individuals and up to values.
    """
    shapes: list[int] = []
    longer: list[bool] = []
    final = [True] * len(steps)
    for step in steps:
        parts = ["-" if premise is None else f"{shapes[premise]:x}" for premise in step.premises]
        shapes.append(hash_text("step", step.rule, *parts))
        longer.append(any(premise is not None for premise in step.premises))
        for premise in step.premises:
            if premise is not None:
                final[premise] = False
    return shapes, longer, final


class Marker:
    """Marks the items of one dataset.

    ``templates`` are those of its wording (``name``, ``texts`` and ``slots`` each); what lies in no slot frames the
    prompt and counts for no run of words. ``splitter`` tells what its splits hold out.
    """

    def __init__(
        self, splitter: Splitter, prefixes: Mapping[str, str], templates: Sequence[Mapping[str, Any]] = ()
    ) -> None:
        self.splitter, self.prefixes = splitter, dict(prefixes)
        self._runs = WordRuns(templates)
        self._features = FeatureReader(prefixes)
        self._facts: OrderedDict[frozenset[tuple[str, ...]], tuple[int, bool]] = OrderedDict()
        self._terms: dict[str, Term] = {}
        self._judges = any(held.axis != "perturbed" for held in splitter.held)

    def mark(self, item: Mapping[str, Any], theory: Mapping[str, Any] | None = None) -> Marks:
        """Return an item's marks; its theory is needed where a split holds out properties.

        Raises ValueError and KeyError for what is no item.
        """
        identity = item["identity"]
        path, sub_proofs = self._mark_proofs(item)
        shown = frozenset(tuple(entry["triple"]) for entry in item["context"] if entry["shown"])
        facts, is_compared = self._mark_facts(shown)
        runs, rule_runs = self._runs.list_runs(item["question"], item["provenance"]["template"])
        touched = self.splitter.list_touched(self._features.read(item, theory)) if self._judges else ()
        group = item.get("group") or {}
        hidden = [
            hash_text("fact", *entry["triple"])
            for entry in item["context"]
            if not entry["shown"] and not entry["distractor"]
        ]
        is_recall = item["task"] == "recall"
        return Marks(
            id=shorten_hash(item["id"]),
            text=hash_text("text", item["question"]),
            exact=shorten_hash(identity["exact"]),
            named=shorten_hash(identity["named"]),
            core=shorten_hash(identity["core"]),
            path=path,
            facts=facts,
            is_compared=is_compared,
            sub_proofs=sub_proofs,
            runs=runs,
            rule_runs=rule_runs,
            touched=touched,
            original=shorten_hash(group["of"]) if group.get("of") else 0,
            taught=tuple(hidden) if is_recall else (),
            leaves=tuple(hidden),
        )

    def _mark_proofs(self, item: Mapping[str, Any]) -> tuple[int, tuple[int, ...]]:
        path = 0
        found: set[int] = set()
        for number, proof in enumerate(list_written_proofs(item)):
            shapes, longer, final = list_shapes([outline for outline, _ in proof])
            found.update(shape for shape, is_longer in zip(shapes, longer, strict=True) if is_longer)
            if not number and item["proof"]:
                # Of several answers each has its end; they stand in no order.
                ends = sorted(f"{shape:x}" for shape, is_end in zip(shapes, final, strict=True) if is_end)
                path = hash_text("path", *ends)
        return path, tuple(sorted(found))

    def _mark_facts(self, shown: frozenset[tuple[str, ...]]) -> tuple[int, bool]:
        """Return the hash of a set of facts up to the names of individuals, and whether there is one."""
        if not shown:
            return 0, True
        known = self._facts.get(shown)
        if known is None:
            graph = ClauseGraph("named")
            graph.add_triples("fact", sorted(self._expand(shown)))
            try:
                known = shorten_hash(compute_digest(graph.canonicalise()[0])), True
            except LimitError:
                known = 0, False
            self._facts[shown] = known
            if len(self._facts) > _REMEMBERED:
                self._facts.popitem(last=False)
        return known

    def _expand(self, shown: frozenset[tuple[str, ...]]) -> Iterator[Triple]:
        for subject, predicate, object_ in shown:
            yield self._expand_term(subject), self._expand_term(predicate), self._expand_term(object_)

    def _expand_term(self, text: str) -> Term:
        term = self._terms.get(text)
        if term is None:
            if len(self._terms) >= _REMEMBERED * 100:
                self._terms.clear()
            term = self._terms[text] = expand_term(text, self.prefixes)
        return term
