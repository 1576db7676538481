"""What a manifest declares of a dataset's items, so that each can be held against it: levels, rules, templates, origin.

It is written from the curriculum and read back into the same values, so that whoever checks items asks what generation
asked.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any, NamedTuple, get_args

from workbench.errors import DatasetError
from workbench.model.curriculum import NO_STATUS, STATUSES, Cell, Curriculum, Given, Level, Quota, WorldSource
from workbench.model.splits import MEASURES

__all__ = ["KINDS", "NOVELTY", "Declarations", "DeclaredRule", "declare_items", "declare_level", "read_declarations"]

NOVELTY = "novelty"
KINDS = ("rule", "axiom", "constraint")
"""What a rule may be in a theory."""
_DIGEST = re.compile(r"[0-9a-f]{16}\Z")
_LEVEL_KEYS = frozenset(
    "name number title given bounds extra_rules sources questions words split quotas new_rules".split()
)


class DeclaredRule(NamedTuple):
    """A rule of the domain: the first sixteen digits of its text's digest, who reviewed it, sorted, and its kind."""

    digest: str
    reviewed_by: tuple[str, ...] = ()
    kind: str = "rule"


@dataclass(frozen=True)
class Declarations:
    """What items must keep to.

    ``levels`` are by name, in order; ``new_rules`` names for each level that bounds novelty the rules that are new
    there; ``rules`` are those of the domain by name; ``templates`` has the first sixteen digits of each template's
    digest by its name.
    """

    domain: str
    curriculum: str
    generator: str
    languages: tuple[str, ...]
    levels: Mapping[str, Level]
    new_rules: Mapping[str, tuple[str, ...]]
    rules: Mapping[str, DeclaredRule]
    templates: Mapping[str, str]

    @cached_property
    def cells(self) -> dict[Cell, int]:
        """How many items each cell is to have, in order."""
        levels = self.levels.values()
        return {(level.name, quota.task, quota.status): quota.items for level in levels for quota in level.quotas}

    @cached_property
    def lesson_cell(self) -> Cell | None:
        """The cell to which recall items are added where train lacks them: the first of a closed book's recall."""
        levels = self.levels.values()
        return next((cell for level in levels if level.given == "none" for cell in _list_recall(level)), None)

    @cached_property
    def bounds_novelty(self) -> bool:
        """Whether any level bounds novelty, so that an item's level rests on the rules of its proofs."""
        return any(name == NOVELTY for level in self.levels.values() for name, _ in level.bounds)


def _list_recall(level: Level) -> list[Cell]:
    return [(level.name, q.task, q.status) for q in level.quotas if (q.task, q.status) == ("recall", NO_STATUS)]


def declare_level(level: Level, new_rules: Sequence[str] = ()) -> dict[str, Any]:
    """Return a level as the manifest has it."""
    bounds_novelty = any(name == NOVELTY for name, _ in level.bounds)
    return {
        "name": level.name,
        "number": level.number,
        "title": level.title,
        "given": level.given,
        "bounds": {name: list(bounds) for name, bounds in level.bounds},
        "extra_rules": list(level.extra_rules),
        "sources": list(level.sources),
        "questions": level.questions,
        "words": level.words,
        "split": level.split,
        "quotas": [{"task": quota.task, "status": quota.status, "items": quota.items} for quota in level.quotas],
        **({"new_rules": sorted(new_rules)} if bounds_novelty else {}),
    }


def declare_items(
    curriculum: Curriculum,
    new_rules: Mapping[str, Sequence[str]],
    rules: Iterable[tuple[str, DeclaredRule]],
    templates: Iterable[tuple[str, str]],
) -> dict[str, Any]:
    """Return the manifest's ``levels``, ``rules`` and ``templates``.

    ``new_rules`` are by level, ``rules`` by name; ``templates`` are names with their whole digests.
    """
    return {
        "levels": [declare_level(level, new_rules.get(level.name, ())) for level in curriculum.levels],
        "rules": {
            name: {"digest": rule.digest, "kind": rule.kind, "reviewed_by": [*rule.reviewed_by]}
            for name, rule in sorted(rules)
        },
        "templates": {name: digest[:16] for name, digest in sorted(templates)},
    }


def read_declarations(manifest: Mapping[str, Any]) -> Declarations:
    """Return what a manifest declares; DatasetError, with the part at fault, when it does not or not as documented."""
    names = [_read(manifest, part, str) for part in ("domain", "curriculum", "generator")]
    languages = _read(manifest, "languages", list)
    if not languages or not all(isinstance(name, str) for name in languages):
        raise DatasetError("languages: are no list of names")
    listed = _read(manifest, "levels", list)
    levels: dict[str, Level] = {}
    new_rules: dict[str, tuple[str, ...]] = {}
    for number, written in enumerate(listed):
        try:
            level = _read_level(written)
            new_rules[level.name] = tuple(map(_check_text, written.get("new_rules", ())))
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            named = (
                f"levels: {written['name']}" if isinstance(written, dict) and "name" in written else f"levels[{number}]"
            )
            raise DatasetError(f"{named}: is not as its version says ({error})") from error
        if level.name in levels:
            raise DatasetError(f"levels[{number}]: another level has its name")
        levels[level.name] = level
    try:
        rules = {
            name: DeclaredRule(
                _check_digest(one["digest"]), tuple(map(_check_text, one["reviewed_by"])), _choose(one["kind"], KINDS)
            )
            for name, one in _read(manifest, "rules", dict).items()
        }
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DatasetError(f"rules: are not as their version says ({error})") from error
    unsorted = [name for name, rule in rules.items() if [*rule.reviewed_by] != sorted(set(rule.reviewed_by))]
    if unsorted:
        raise DatasetError(f"rules: the reviewers of {unsorted[0]} are not sorted, or one is named twice")
    try:
        templates = {name: _check_digest(digest) for name, digest in _read(manifest, "templates", dict).items()}
    except (TypeError, ValueError) as error:
        raise DatasetError(f"templates: are not names with digests ({error})") from error
    domain, curriculum, generator = names
    return Declarations(domain, curriculum, generator, tuple(languages), levels, new_rules, rules, templates)


def _read(manifest: Mapping[str, Any], part: str, kind: type) -> Any:
    if part not in manifest:
        raise DatasetError(f"{part}: is missing, so items cannot be held against it")
    if not isinstance(manifest[part], kind):
        raise DatasetError(f"{part}: is not as its version says")
    return manifest[part]


def _read_level(written: Mapping[str, Any]) -> Level:
    unknown, missing = written.keys() - _LEVEL_KEYS, _LEVEL_KEYS - {"new_rules"} - written.keys()
    if unknown or missing:
        said = [f"{name} is no key of a level" for name in sorted(map(str, unknown))]
        raise ValueError(", ".join([*said, *(f"{name} is missing" for name in sorted(missing))]))
    bounds = {_choose(name, MEASURES): _read_bounds(pair) for name, pair in written["bounds"].items()}
    if (NOVELTY in bounds) != ("new_rules" in written):
        raise ValueError("new_rules go with bounds on novelty")
    quotas = tuple(
        Quota(_check_text(one["task"]), _choose(one["status"], (*STATUSES, NO_STATUS)), _check_count(one["items"]))
        for one in written["quotas"]
    )
    if len({(quota.task, quota.status) for quota in quotas}) < len(quotas):
        raise ValueError("a cell is there twice")
    sources: tuple[WorldSource, ...] = tuple(_choose(one, get_args(WorldSource)) for one in written["sources"])
    given: Given = _choose(written["given"], get_args(Given))
    return Level(
        name=_check_text(written["name"]),
        number=_check_count(written["number"]),
        title=str(written["title"]),
        hops=bounds.pop("hops"),
        given=given,
        distractors=bounds.pop("distractors"),
        extra_rules=_read_bounds(written["extra_rules"]),
        sources=sources,
        quotas=quotas,
        split=_check_text(written["split"]) if written["split"] != "" else "",
        questions=_check_count(written["questions"]),
        words=_check_count(written["words"]),
        where=tuple(bounds.items()),
    )


def _choose(value: Any, known: Sequence[str]) -> Any:
    if value not in known:
        raise ValueError(f"{str(value)[:40]!r} is none of {', '.join(known)}")
    return value


def _read_bounds(pair: Any) -> tuple[int, int]:
    low, high = map(_check_count, pair)
    if low > high:
        raise ValueError("bounds are the wrong way round")
    return low, high


def _check_count(value: Any) -> int:
    if type(value) is not int or value < 0:
        raise ValueError(f"{str(value)[:40]!r} is no number")
    return value


def _check_text(value: Any) -> str:
    if not isinstance(value, str) or not value:
        raise ValueError(f"{str(value)[:40]!r} is no name")
    return value


def _check_digest(value: Any) -> str:
    if not _DIGEST.match(_check_text(value)):
        raise ValueError(f"{value[:40]!r} is no digest")
    return str(value)
