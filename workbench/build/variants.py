"""Variants of written items: read back, changed in one thing, and sent the whole way of an item once more.

Variants are a pure function of the material and of the original's line, so whoever makes them makes the same.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, NamedTuple

from workbench.build.measuring_again import MeasuredItem
from workbench.errors import LimitError
from workbench.export.evidence import TheoryFile, read_evidence
from workbench.generation.items.item_making import compute_item_identity
from workbench.generation.items.rendering import Frame
from workbench.generation.questions.answering import answer_drafts
from workbench.generation.questions.draft import Answered, Draft
from workbench.generation.questions.perturbing import (
    Supply,
    Variant,
    allow_clause,
    find_variant_fault,
    order_rules,
    perturb,
)
from workbench.generation.selection.balancing import Traits
from workbench.generation.selection.blocks import BlockMaker, Candidate, JudgedItem, Material
from workbench.generation.selection.processes import write_judged
from workbench.generation.selection.taking import Written
from workbench.generation.splits.features import count_words
from workbench.generation.worlds.shapes import find_new_faults
from workbench.model.curriculum import NO_STATUS
from workbench.model.splits import Perturbation
from workbench.model.terms import Triple

__all__ = ["SAME_STRUCTURE", "MadeVariant", "VariantMaker", "VariantTask"]

SAME_STRUCTURE: frozenset[Perturbation] = frozenset(("renamed", "reordered"))
"""The changes after which an item is the same up to names."""
_NOTHING = "there is nothing of the kind to change"


@dataclass(frozen=True, slots=True)
class VariantTask:
    """Originals, as lines, of which variants for a perturbed split are to be made, one of each kind."""

    split: str
    of: str
    kinds: tuple[Perturbation, ...]
    lines: tuple[bytes, ...]


class MadeVariant(NamedTuple):
    """What became of one kind of change to one original; ``written`` has no line where there is no variant."""

    kind: Perturbation
    written: Written
    id: str = ""


@dataclass
class _Original:
    """An item read back, with the frame of its prompt."""

    item: Mapping[str, Any]
    draft: Draft
    frame: Frame
    answered: Answered | None = None


@dataclass
class _Search:
    """The search for one variant: what was proposed and not tried yet, and why the last one was none."""

    original: _Original
    kind: Perturbation
    proposals: Iterator[Variant]
    reason: str = _NOTHING
    made: MadeVariant | None = field(default=None)


class VariantMaker:
    """Makes variants; holds what is derived from the material."""

    def __init__(self, material: Material) -> None:
        self._material = material
        self._maker = BlockMaker(material)

    def make(self, task: VariantTask) -> list[MadeVariant]:
        """Return for each original in order, and each kind in order, what became of it.

        Of the proposals for a change the first one that passes all gates and judges is taken.
        """
        originals = [self._read(json.loads(line)) for line in task.lines]
        for one, answered in zip(originals, self._answer([one.draft for one in originals]), strict=True):
            one.answered = answered if isinstance(answered, Answered) else None
        supply = self._supplies[task.of]
        searches = [_Search(one, kind, self._propose(one, kind, supply)) for one in originals for kind in task.kinds]
        waiting = searches
        while waiting:
            found = [(search, variant) for search in waiting if (variant := next(search.proposals, None)) is not None]
            self._try(task.split, found)
            waiting = [search for search, _ in found if search.made is None]
        return [search.made or MadeVariant(search.kind, _refuse(search.reason)) for search in searches]

    # ---- originals

    @cached_property
    def _supplies(self) -> _Supplies:
        return _Supplies(self._maker)

    def _read(self, item: Mapping[str, Any]) -> _Original:
        maker, material = self._maker, self._material
        names = sorted(item["provenance"]["axioms"])
        rules = tuple(material.theory.by_name[name] for name in names)
        texts = {rule.name: {item["language"]: maker.renderer.say_rule(item["language"], rule)} for rule in rules}
        stated = read_evidence(item, TheoryFile(item["theory"], rules, {}, texts), material.prefixes)
        level = next(one for one in material.curriculum.levels if one.name == item["level_name"])
        draft = replace(MeasuredItem(item, stated).draft, level=level)
        listed = {"rules": [{"id": name, "text": texts[name]} for name in names]}
        template = item["provenance"]["template"].partition("@")[0]
        return _Original(item, draft, Frame(template, stated.facts, order_rules(item, listed)))

    def _propose(self, one: _Original, kind: Perturbation, supply: Supply) -> Iterator[Variant]:
        if one.answered is None or one.item["given"] == "none":  # a closed book knows nobody else
            return iter(())
        return iter(perturb(one.draft, one.frame.facts, one.frame.rules, kind, supply, one.item["id"]))

    # ---- variants

    def _answer(self, drafts: Sequence[Draft]) -> list[Answered | str]:
        """Return each draft answered on the ordinary path, or why it makes no item."""
        answered, faults = answer_drafts(self._material.theory, drafts)
        found: dict[int, Answered] = {id(item.draft): item for item in answered}
        reasons: dict[tuple[str, str], list[str]] = {}
        for (task, aim, reason), count in sorted(faults.items()):
            reasons.setdefault((task, aim), []).extend([reason] * count)
        return [found.get(id(draft)) or reasons[draft.task, draft.aim].pop() for draft in drafts]

    def _try(self, split: str, found: Sequence[tuple[_Search, Variant]]) -> None:
        """Answer, gate and judge one proposal of each search; what becomes of them stays in the searches."""
        answered = self._answer([variant.draft for _, variant in found])
        candidates: list[tuple[_Search, Candidate]] = []
        for (search, variant), one in zip(found, answered, strict=True):
            outcome = one if isinstance(one, str) else self._classify(split, search.original, one, variant)
            if isinstance(outcome, str):
                search.reason = outcome
            else:
                candidates.append((search, outcome))
        candidates = self._keep_shapes(candidates)
        judged = self._maker.judge([candidate for _, candidate in candidates])
        for (search, _), result in zip(candidates, judged, strict=True):
            if result.item is None:
                search.reason = result.reason
                continue
            item = {**result.item, "group": {"of": search.original.item["id"], "kind": search.kind}}
            if item["id"] == search.original.item["id"]:
                search.reason = _NOTHING
                continue
            search.made = MadeVariant(search.kind, write_judged(JudgedItem(item, result.theory)), item["id"])

    def _classify(self, split: str, original: _Original, item: Answered, variant: Variant) -> Candidate | str:
        """Return the candidate that an answered variant is, or why it is none of its original."""
        before, written, level = original.answered, original.item, item.draft.level
        fault = before and find_variant_fault(before, item, variant)
        if before is None or fault:
            return fault or _NOTHING
        maker, language = self._maker, written["language"]
        # Numbers can make another item of it, and of proofs of one height the names decide which is the canonical one.
        if not maker.fits(item, allow_clause(level) if variant.kind == "irrelevant" else level):
            return "outside the level's bounds"
        rules = [self._material.theory.by_name[name] for name in item.draft.rules]
        try:
            identity = compute_item_identity(item, rules, maker.renderer.list_closed(item.draft))
        except LimitError:
            return "too regular to be told apart from others"
        if variant.kind in SAME_STRUCTURE and identity.named != written["identity"]["named"]:
            return "not the same up to names"
        frame = Frame(original.frame.template, variant.facts, variant.rules)
        if level.words and count_words(maker.renderer.render(item, language, frame).prompt) > level.words:
            return "longer than the level allows"
        cell = (level.name, item.draft.task, item.status or NO_STATUS)
        return Candidate(item, cell, identity, split, language, Traits(), frame)

    def _keep_shapes(self, candidates: list[tuple[_Search, Candidate]]) -> list[tuple[_Search, Candidate]]:
        """Leave those that break no shape which their originals keep."""
        find, shapes = self._material.find_violating, self._material.shapes
        if find is None or not shapes:
            return candidates
        looked_at = [number for number, (search, _) in enumerate(candidates) if search.kind not in SAME_STRUCTURE]
        pairs = [
            (_list_model(candidates[number][0].original.answered), _list_model(candidates[number][1].answered))
            for number in looked_at
        ]
        languages = [name for name, _ in self._material.curriculum.languages]
        broken = find_new_faults(pairs, lambda graph: find(graph, shapes), languages)
        refused = {number for number, is_broken in zip(looked_at, broken, strict=True) if is_broken}
        for number in sorted(refused):
            candidates[number][0].reason = "breaks a shape"
        return [one for number, one in enumerate(candidates) if number not in refused]


class _Supplies(dict[str, Supply]):
    """What variants of the items of a split are made from: nothing that another split holds out for itself."""

    def __init__(self, maker: BlockMaker) -> None:
        super().__init__()
        self._maker = maker

    def __missing__(self, split: str) -> Supply:
        maker, plan = self._maker, self._maker.plan
        held = [one for one in maker.splitter.held if one.name != split]
        avoided = frozenset().union(*(one.terms for one in held))
        supply = self[split] = Supply(
            theory=maker.material.theory,
            names=tuple(tuple(name for name in names if name not in avoided) for names in maker.names.lists),
            assertable=tuple(key for key in plan.assertable if key not in avoided),
            classes=plan.classes,
            values=plan.values,
        )
        return supply


def _list_model(item: Answered | None) -> tuple[Triple, ...]:
    return () if item is None else (*item.draft.facts, *item.model)


def _refuse(reason: str) -> Written:
    return Written(b"", "", "", b"", reason)
