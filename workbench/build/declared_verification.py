"""Items held against what their manifest declares: the level's bounds and cells, the split, rules, template and origin.

A split is chosen anew by the same function as at generation, from what the item touches and the hash of its identity.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from workbench.build.item_lines import Problem
from workbench.errors import DatasetError
from workbench.export.declarations import NOVELTY, Declarations, read_declarations
from workbench.export.manifest import MANIFEST
from workbench.export.reading import DatasetReader
from workbench.export.survey import Survey
from workbench.generation.questions.closed_book import choose_split
from workbench.generation.questions.perturbing import allow_clause
from workbench.generation.splits.features import ItemFeatures, count_words
from workbench.generation.splits.splitter import Splitter, read_splitter
from workbench.generation.worlds.usable_rules import count_novelty
from workbench.model.curriculum import NO_STATUS, Cell, Level
from workbench.model.splits import PUZZLE_MEASURES, WORDS

__all__ = [
    "LevelFault", "check_cells", "check_declarations", "find_level_fault", "find_other_split", "find_undeclared",
]  # fmt: skip


class LevelFault(NamedTuple):
    """Why an item is not one of its level's, and whether a recall item that was added to train may be so."""

    what: str
    is_lesson: bool


def find_undeclared(item: Mapping[str, Any], declared: Declarations) -> Iterator[str]:
    """Yield what an item says of itself that the manifest says otherwise; bounds and split are judged elsewhere."""
    for name in ("domain", "curriculum"):
        if item[name] != getattr(declared, name):
            yield f"{name}: is {item[name]}, but the manifest says {getattr(declared, name)}"
    if item["language"] not in declared.languages:
        yield f"language: {item['language']} is none of the manifest's"
    provenance = item["provenance"]
    if provenance["generator"] != declared.generator:
        yield f"provenance: generator is {provenance['generator']}, but the manifest says {declared.generator}"
    template, _, digest = provenance["template"].rpartition("@")
    if declared.templates.get(template) != digest:
        yield f"provenance: {provenance['template']} is no template of the manifest"
    unknown = [name for name in sorted(provenance["axioms"]) if name not in declared.rules]
    if unknown:
        yield f"provenance: the manifest declares no rule {unknown[0]}"
    else:
        reviewers = sorted({one for name in provenance["axioms"] for one in declared.rules[name].reviewed_by})
        if provenance["reviewed_by"] != reviewers:
            yield f"provenance: reviewed_by should be {', '.join(reviewers) or 'nobody'}, by the manifest's rules"
    level = declared.levels.get(item["level_name"])
    if level is None:
        yield f"level_name: the manifest declares no level {item['level_name']}"
        return
    if item["level"] != level.number:
        yield f"level: the level {level.name} has the number {level.number} in the manifest"
    if item["given"] != level.given:
        yield f"given: the level {level.name} gives {level.given}"
    if provenance["world"] not in (level.sources if level.given != "none" else ("project",)):
        yield f"provenance: the level {level.name} has no worlds that are {provenance['world']}"


def find_level_fault(
    item: Mapping[str, Any], declared: Declarations, used: Collection[str] | None = None
) -> LevelFault | None:
    """Return why an item is none of its level's, if so: its cell, a bound, or the hash that gives it to another level.

    ``used`` are the rules of its proofs; without them, what rests on novelty is left to be judged with them.
    """
    level = declared.levels.get(item["level_name"])
    if level is None:
        return None  # which is told already
    cell: Cell = (level.name, item["task"], item["status"] or NO_STATUS)
    if cell not in declared.cells:
        return LevelFault(f"level_name: the level {level.name} asks for no {_say_cell(cell)}", False)
    is_lesson = cell == declared.lesson_cell and "group" not in item
    for name, (low, high) in _list_bounds(item, level):
        value = _measure(item, level, name, declared, used)
        if value is not None and not low <= value <= high:
            said = f"{low} to {high}" if low != high else f"{low}"
            return LevelFault(f"difficulty: {name} is {value}, but the level {level.name} has {said}", is_lesson)
    if "group" in item or (declared.bounds_novelty and used is None):
        return None
    fitting = [one for one in declared.levels.values() if _fits(item, one, declared, used)]
    identity = item["identity"]["named" if level.given != "none" else "exact"]
    # Where several levels would have it, the hash of what it is says which.
    own = fitting[int(identity[:8], 16) % len(fitting)] if fitting else level
    if own != level:
        return LevelFault(f"level_name: by the hash of its identity it belongs to the level {own.name}", is_lesson)
    return None


def _list_bounds(item: Mapping[str, Any], level: Level) -> Iterator[tuple[str, tuple[int, int]]]:
    one_more = item.get("group", {}).get("kind") == "irrelevant"
    yield from (allow_clause(level) if one_more else level).bounds
    if level.words:
        yield WORDS, (0, level.words)


def _measure(
    item: Mapping[str, Any], level: Level, name: str, declared: Declarations, used: Collection[str] | None
) -> int | None:
    if name == WORDS:
        return count_words(item["question"])
    if name == NOVELTY:
        return None if used is None else count_novelty(used, level, declared.new_rules)
    return int(item["difficulty"].get(name, 0) if name in PUZZLE_MEASURES else item["difficulty"][name])


def _fits(item: Mapping[str, Any], level: Level, declared: Declarations, used: Collection[str] | None) -> bool:
    cell: Cell = (level.name, item["task"], item["status"] or NO_STATUS)
    if level.given != item["given"] or cell not in declared.cells:
        return False
    measures = {name: _measure(item, level, name, declared, used) for name, _ in level.bounds}
    return level.admits({name: value for name, value in measures.items() if value is not None})


def find_other_split(
    item: Mapping[str, Any], touched: Sequence[str], declared: Declarations, splitter: Splitter
) -> str | None:
    """Return why an item is in another split than it should be; ``touched`` are those whose axis it touches."""
    level = declared.levels.get(item["level_name"])
    if level is None or "group" in item:
        return None
    identity = item["identity"]
    features = ItemFeatures(
        (level.name, item["task"], item["status"] or NO_STATUS),
        identity["exact"], identity["named"], identity["core"], identity["context"], (),
    )  # fmt: skip
    right = choose_split(splitter, features, level, item["task"], touched)
    if item["split"] == right:
        return None
    why = f"it touches what {right} holds out" if right in touched else "that is where its identity and level put it"
    return f"split: is {item['split']}, but should be {right}: {why}"


# ---- the manifest as a whole


def check_declarations(reader: DatasetReader) -> tuple[Declarations | None, list[Problem]]:
    """Return what the manifest declares, if it can be used, and what is wrong with that by itself."""
    manifest = reader.manifest
    try:
        declared = read_declarations(manifest)
        splitter = read_splitter(manifest.get("splitting", {}))
    except DatasetError as error:
        return None, [Problem(MANIFEST, 0, "", str(error))]
    named = [name for name, _ in splitter.shares] + [held.name for held in splitter.held]
    named += [level.split for level in declared.levels.values() if level.split]
    found = []
    if [*dict.fromkeys(named)] != [*reader.splits]:
        found.append(
            Problem(MANIFEST, 0, "", "splits: are not those that splitting and levels declare, in their order")
        )
    if manifest.get("split_by", splitter.by) != splitter.by:
        found.append(Problem(MANIFEST, 0, "", "split_by: splitting says otherwise"))
    return declared, found


def check_cells(reader: DatasetReader, survey: Survey, declared: Declarations, outside: int) -> Iterator[Problem]:
    """Yield where items by cell are not what the levels ask for and ``shortfalls`` admits.

    ``outside`` is how many recall items lie outside their level's bounds: only what was added to train may.
    """
    manifest = reader.manifest
    counts: Counter[Cell] = Counter()
    for kind, count in survey.count_kinds().items():
        counts[kind.level_name, kind.task, kind.status] += 0 if kind.is_variant else count
    section = manifest.get("closed_book")
    lessons = section.get("lessons", 0) if isinstance(section, dict) else 0
    if not isinstance(lessons, int) or not 0 <= lessons <= counts[declared.lesson_cell or ("", "", "")]:
        yield Problem(MANIFEST, 0, "", "closed_book: lessons are more than there are recall items")
        lessons = 0
    elif outside > lessons:
        what = f"closed_book: {outside:,} recall items lie outside their level, but {lessons:,} are lessons"
        yield Problem(MANIFEST, 0, "", what)
    if declared.lesson_cell is not None:
        counts[declared.lesson_cell] -= lessons
    short: dict[Cell, dict[str, Any]] = {}
    for cell, wanted in declared.cells.items():
        if counts[cell] < wanted:
            level, task, status = cell
            short[cell] = {"level": level, "task": task, "status": status, "wanted": wanted, "items": counts[cell]}
        elif counts[cell] > wanted:
            what = f"levels: {cell[0]} asks for {wanted:,} items of {_say_cell(cell)}, but there are {counts[cell]:,}"
            yield Problem(MANIFEST, 0, "", what)
    yield from _check_asked(manifest, declared)
    written = manifest.get("shortfalls", [])
    if written == [*short.values()]:
        return
    untold = [cell for cell, one in short.items() if not isinstance(written, list) or one not in written]
    what = "shortfalls: are not those of the items"
    if untold:
        cell = untold[0]
        what = (
            f"shortfalls: {cell[0]} asks for {declared.cells[cell]:,} items of {_say_cell(cell)} and has "
            f"{counts[cell]:,}, which is not said"
        )
    yield Problem(MANIFEST, 0, "", what)


def _check_asked(manifest: Mapping[str, Any], declared: Declarations) -> Iterator[Problem]:
    capacity = manifest.get("capacity")
    for name, level in declared.levels.items():
        account = capacity.get(name) if isinstance(capacity, dict) else None
        asked = sum(quota.items for quota in level.quotas)
        if isinstance(account, dict) and account.get("asked", asked) != asked:
            yield Problem(MANIFEST, 0, "", f"capacity: {name}: {asked:,} items are asked for")


def _say_cell(cell: Cell) -> str:
    return cell[1] if cell[2] == NO_STATUS else f"{cell[1]} ({cell[2]})"
