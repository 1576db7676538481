"""What a dataset says of itself that its files cannot show: taken on trust, and said so by name.

Everything else in a manifest follows from the files, or contradicts them when it is changed.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from fnmatch import fnmatchcase
from typing import Any

from workbench.export.measured import MEASURED

__all__ = ["PARTS", "TRUSTED", "is_trusted", "list_trusted"]

PARTS = frozenset(
    """
    balance blocks capacity card closed_book counts curriculum difficulty digest diversity domain files generator inputs
    languages leakage levels libraries licence measured perturbed probe rejections root_digest rules schema_version seed
    shortfalls split_by splits splitting stages templates
    """.split()
)
"""The parts that a manifest may have."""
TRUSTED: Mapping[str, str] = {
    "balance": "what was balanced while items were chosen",
    "blocks": "how many blocks of worlds were drawn",
    "capacity.*.cells": "how often each structure was met while items were drawn",
    "capacity.*.own": "how many structures the project's own individuals have",
    "capacity.*.sampled": "how often structures were met in sampled worlds",
    "card.description": "what the dataset is said to be",
    "card.licence": "the licence",
    "closed_book.ambiguous": "how many individuals share a label",
    "closed_book.individuals": "how many individuals the project has",
    "closed_book.nameless": "how many individuals have no label",
    "generator": "the version that made the items",
    "inputs": "the digests of the project's files",
    "levels.*.bounds": "that the levels are those of the project's curriculum",
    "levels.*.extra_rules": "how many idle rules a level wants",
    "levels.*.new_rules": "which rules are new at a level",
    "levels.*.questions": "how many questions were asked about one world",
    "levels.*.sources": "which worlds a level may be from",
    "levels.*.title": "what a level is called",
    "levels.*.words": "how long a level's prompts may be",
    "libraries": "the versions of libraries",
    "licence": "the licence",
    "perturbed.*.missing": "why some changes could not be made",
    "rejections": "how many candidates were turned away",
    "rules": "that the rules are the domain's, and who reviewed them",
    "seed": "the seed",
    "splitting.shares": "how large the splits were meant to be, where no item would move",
    "splitting.held_out.*.terms": "which names and predicates splits hold out, of those that no item has",
    "stages.*.title": "what a stage is called",
    "templates": "the digests of the templates' sources",
}
"""What is taken on trust, by its place in the manifest (``*``: any key or number), and what that is."""


def is_trusted(place: Sequence[object]) -> bool:
    """Tell whether a place in a manifest, given by its keys and numbers, is taken on trust."""
    names = [str(part) for part in place]
    return any(
        len(parts) <= len(names) and all(map(fnmatchcase, names, parts))
        for parts in (pattern.split(".") for pattern in TRUSTED)
    )


def list_trusted(manifest: Mapping[str, Any]) -> Iterator[str]:
    """Yield the places, as patterns, that this manifest has something at which is taken on trust."""
    for pattern in sorted(TRUSTED):
        if _has(manifest, pattern.split(".")):
            yield pattern
    if MEASURED in manifest.get("files", {}):
        yield MEASURED  # what models were seen to do


def _has(value: Any, parts: Sequence[str]) -> bool:
    if not parts:
        return value not in ({}, [], None, "")
    if isinstance(value, list):
        value = dict(enumerate(value))
    if not isinstance(value, Mapping):
        return False
    first, rest = parts[0], parts[1:]
    return any(_has(inner, rest) for key, inner in value.items() if first in ("*", str(key)))
