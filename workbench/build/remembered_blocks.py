"""Rebuilding after a change: what the change leaves as it was is taken over, the rest is made anew.

What decides which items there are (knowledge, curriculum, seed, program) is digested for each level; while that is the
same, the blocks of an earlier build stand. Their items are kept apart from how they are said: where labels, phrases or
templates changed, the items that hold something of it are answered, judged and written again, and the others have only
to be read again, for new words may make old sentences ambiguous.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from workbench.build.deciding import digest_program, digest_value, list_libraries
from workbench.build.measuring_again import MeasuredItem
from workbench.errors import DatasetError
from workbench.export.block_store import BlockStore, StoredBlock, name_blocks
from workbench.export.evidence import read_evidence, read_theory_file
from workbench.generation.questions.answering import answer_drafts
from workbench.generation.questions.draft import Draft
from workbench.generation.selection import blocks
from workbench.generation.selection.blocks import BlockMaker, Candidate, Material
from workbench.generation.selection.processes import make_key, write_judged
from workbench.generation.selection.remembering import BlockRecord
from workbench.generation.selection.selecting import Place
from workbench.generation.selection.taking import Written
from workbench.model.curriculum import Level
from workbench.model.terms import Term, get_local_name
from workbench.wording.lexicon import Lexicon

__all__ = ["MOST_ITEMS", "RememberedBlocks"]

MOST_ITEMS = 100_000
"""Blocks are remembered for builds of up to so many items: some gigabytes of the disk at the most."""
_READER = "reader: "
_SAID = frozenset(("text", "question", "answer", "id", "verified", "reviewed_by"))
"""What of an item is said in words, or digested from them."""
_Found = tuple[str, Place]


class _Changes(NamedTuple):
    """What became of the wording: everything, or templates by name, terms by language, and rules, by their names."""

    everything: bool
    templates: frozenset[str] = frozenset()
    terms: Mapping[str, tuple[bytes, ...]] = {}
    rules: tuple[bytes, ...] = ()


@dataclass
class RememberedBlocks:
    """The memory of builds of one dataset: see :class:`workbench.generation.selection.remembering.BlockMemory`.

    One that ``is_fresh`` remembers nothing of earlier builds.

    ``reused`` counts the verdicts that were taken over, ``renewed`` those that had to be made anew.
    """

    material: Material
    out: Path
    is_fresh: bool = False
    reused: int = 0
    renewed: int = 0
    _earlier: tuple[_Found, Mapping[int, Written]] | None = None
    _changes: dict[str, _Changes | None] = field(default_factory=dict)
    _proposed: tuple[_Found, Mapping[int, Candidate]] | None = None
    _unread: Counter[str] = field(default_factory=Counter)

    @cached_property
    def _maker(self) -> BlockMaker:
        return BlockMaker(self.material)

    @cached_property
    def _store(self) -> BlockStore:
        return BlockStore(name_blocks(self.out), self._digest_levels())

    @cached_property
    def _wording(self) -> str:
        return self._store.keep_wording(_describe_wording(self.material))

    def describe(self) -> str:
        """Return what was taken over, and what could not be; empty when nothing was and there is nothing to tell."""
        said = []
        if self.reused:
            more = f"; {self.renewed:,} that a change had touched were made anew" if self.renewed else ""
            said.append(f"{self.reused:,} items were taken over from the build before{more}.")
        if unread := self._unread + self._store.unread:
            count = unread.total()
            what = "1 remembered block" if count == 1 else f"{count:,} remembered blocks"
            were = "was" if count == 1 else "were"
            reasons = "; ".join(f"{reason} ({number:,})" for reason, number in sorted(unread.items()))
            said.append(f"{what} in {name_blocks(self.out)} could not be read and {were} made anew: {reasons}.")
        return " ".join(said)

    def forget_others(self) -> None:
        """Remove what no build of this material could use."""
        self._store.forget_others()

    # ---- what a source asks

    def find(self, level: Level, start: Place) -> BlockRecord | None:
        """Return a block without the verdicts that no longer hold."""
        stored = None if self.is_fresh else self._store.find(level.name, start)
        if stored is None:
            return None
        record, changes = stored.record, self._find_changes(stored.wording)
        if changes is None:
            return record
        self._earlier = (level.name, record.place), record.written
        try:
            kept = {position: one for position, one in record.written.items() if self._holds(one, changes)}
        except (ValueError, KeyError, TypeError):
            self._unread["no block"] += 1
            return None
        return record._replace(written=kept)

    def judge(self, level: Level, record: BlockRecord, positions: Sequence[int]) -> list[Written]:
        """Return verdicts, those that are missing made anew."""
        missing = [position for position in positions if position not in record.written]
        made = dict(zip(missing, self._renew(level, record, missing), strict=True)) if missing else {}
        self.reused += len(positions) - len(missing)
        self.renewed += len(missing)
        return [made[position] if position in made else record.written[position] for position in positions]

    def keep(self, level: Level, start: Place, record: BlockRecord) -> None:
        """Write a block to the disk. Raises StorageError."""
        self._store.keep(level.name, start, StoredBlock(record, self._wording))

    # ---- what still holds

    def _find_changes(self, wording: str) -> _Changes | None:
        """Return what changed since a wording; None for nothing."""
        if wording == self._wording:
            return None
        if wording not in self._changes:
            before = self._store.find_wording(wording)
            now = self._store.find_wording(self._wording)
            self._changes[wording] = _Changes(True) if before is None else _compare_wordings(before, now)
        return self._changes[wording]

    def _holds(self, written: Written, changes: _Changes) -> bool:
        """Tell whether a verdict would be the same with the wording of now."""
        if not written.is_accepted:
            return not written.reason.startswith(_READER)
        if changes.everything or any(name in written.theory_line for name in changes.rules):
            return False
        if any(name in written.theory_line for names in changes.terms.values() for name in names):
            return False
        item = json.loads(written.line)
        if any(name in written.line for name in changes.terms.get(item["language"], ())):
            return False
        if item["provenance"]["template"].partition("@")[0] in changes.templates:
            return False
        return len(self._maker.reader.read(item["question"])) == 1

    # ---- what is made anew

    def _renew(self, level: Level, record: BlockRecord, positions: Sequence[int]) -> list[Written]:
        """Return verdicts on candidates; those of an item that was written before need only it to be answered."""
        place = level.name, record.place
        earlier = self._earlier[1] if self._earlier is not None and self._earlier[0] == place else {}
        drafts = {
            position: draft
            for position in positions
            if position in earlier and (draft := self._read_draft(level, earlier[position])) is not None
        }
        answered, _ = answer_drafts(self.material.theory, list(drafts.values()))
        by_key = {one.draft.key: one for one in answered}
        candidates: dict[int, Candidate] = {}
        for position, draft in drafts.items():
            found = self._maker.classify(by_key[draft.key]) if draft.key in by_key else "not answered"
            if not isinstance(found, str) and make_key(found) == record.keys[position]:
                candidates[position] = found
        judged = self._maker.judge(list(candidates.values()))
        verdicts: dict[int, Written] = {}
        for position, one in zip(candidates, judged, strict=True):
            if one.item is not None and _say_nothing(one.item) == _say_nothing(json.loads(earlier[position].line)):
                verdicts[position] = write_judged(one)
        rest = [position for position in positions if position not in verdicts]
        if rest:
            proposed = self._propose(level, record)
            judged = self._maker.judge([proposed[position] for position in rest])
            verdicts.update(zip(rest, map(write_judged, judged), strict=True))
        return [verdicts[position] for position in positions]

    def _read_draft(self, level: Level, written: Written) -> Draft | None:
        """Return the question that an item asks, as it was before it was answered; None for what is no item."""
        if not written.is_accepted or level.given == "none":
            return None
        prefixes = self.material.prefixes
        item = json.loads(written.line)
        file = read_theory_file(written.theory, json.loads(written.theory_line), prefixes)
        stated = read_evidence(item, file, prefixes)
        return replace(MeasuredItem(item, stated).draft, level=level)

    def _propose(self, level: Level, record: BlockRecord) -> Mapping[int, Candidate]:
        """Return the candidates of a block by position, proposed again; those of the latest block are kept."""
        place = level.name, record.place
        if self._proposed is None or self._proposed[0] != place:
            proposal = self._maker.propose(level, record.source, record.place.number, record.open_cells)
            places = [n for n, key in enumerate(record.keys) if key.cell[1:] in record.open_cells]
            if [make_key(one) for one in proposal.candidates] != [record.keys[n] for n in places]:
                raise DatasetError(
                    f"What is remembered in {name_blocks(self.out)} is not what this project makes; build with --fresh."
                )
            self._proposed = place, dict(zip(places, proposal.candidates, strict=True))
        return self._proposed[1]

    # ---- what decides

    def _digest_levels(self) -> dict[str, str]:
        """Return, by level, the digest of everything that decides its blocks but for how their items are said."""
        material, maker = self.material, self._maker
        curriculum = material.curriculum
        levels = tuple(map(_forget_amounts, curriculum.levels))
        bare = replace(curriculum, levels=levels, stages=(), description="", licence="", path="", shortfall="error")
        shared = {
            "program": digest_program(),
            "libraries": list_libraries(),
            "material": digest_value(replace(material, curriculum=bare, lexicons={}, templates=())),
            "names": digest_value((maker.names.labels, maker.names.lists)),
            "templates": [[t.name, t.task, t.language, [*t.slots], t.frames_nothing] for t in material.templates],
        }
        said = digest_value((material.lexicons, material.templates))
        return {
            level.name: digest_value(
                {
                    **shared,
                    "level": level.name,
                    "worlds": blocks.BLOCK_SIZE,
                    "said": said if level.words or level.given == "none" or maker.splitter.needs_text else "",
                }
            )[:32]
            for level in curriculum.levels
        }


def _forget_amounts(level: Level) -> Level:
    """Return a level without what decides only which of its candidates are taken."""
    quotas = tuple(replace(quota, items=min(quota.items, 1)) for quota in level.quotas)
    return replace(level, quotas=quotas, title="", balance=())


def _describe_wording(material: Material) -> dict[str, Any]:
    """Return digests of all that items are said with, by what it belongs to, as JSON values."""
    return {
        "version": 1,
        "frames": {
            language: digest_value((lexicon.frames, lexicon.list_cases()))
            for language, lexicon in material.lexicons.items()
        },
        "terms": {language: _digest_terms(lexicon) for language, lexicon in material.lexicons.items()},
        "templates": {template.name: template.digest for template in material.templates},
        "rules": {rule.name: digest_value((rule.kind, rule.provenance.reviewers)) for rule in material.theory.rules},
    }


def _digest_terms(lexicon: Lexicon) -> dict[Term, str]:
    terms = {*lexicon.labels, *lexicon.phrases, *lexicon.plurals}
    terms.update(term for forms in lexicon.forms.values() for term in forms)
    return {
        term: digest_value(
            (
                lexicon.labels.get(term),
                lexicon.phrases.get(term),
                sorted((case, forms[term]) for case, forms in lexicon.forms.items() if term in forms),
                term in lexicon.plurals,
            )
        )[:16]
        for term in sorted(terms)
    }


def _compare_wordings(before: Mapping[str, Any], now: Mapping[str, Any]) -> _Changes:
    if before["version"] != now["version"] or before["frames"] != now["frames"]:
        return _Changes(True)
    return _Changes(
        False,
        frozenset(_list_different(before["templates"], now["templates"])),
        {
            language: tuple(get_local_name(term).encode() for term in _list_different(before["terms"][language], own))
            for language, own in now["terms"].items()
        },
        tuple(name.encode() for name in _list_different(before["rules"], now["rules"])),
    )


def _list_different(before: Mapping[str, str], now: Mapping[str, str]) -> list[str]:
    """Return the names that have another digest, or that only one of two descriptions has."""
    return sorted(name for name in {*before, *now} if before.get(name) != now.get(name))


def _say_nothing(value: Any) -> Any:
    """Return an item without its texts and what is digested from them: what must be as it was before."""
    if isinstance(value, Mapping):
        kept = {name: _say_nothing(one) for name, one in value.items() if name not in _SAID}
        if "template" in kept:
            kept["template"] = kept["template"].partition("@")[0]
        return kept
    return [*map(_say_nothing, value)] if isinstance(value, list) else value
