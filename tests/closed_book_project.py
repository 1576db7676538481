"""The guild, asked about its own people with nothing stated."""

from __future__ import annotations

import gzip
import json
import shutil
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

from guild_project import write_guild_project

from workbench.build import build, load
from workbench.export.manifest import FileEntry, compute_root_digest
from workbench.model.items import canonical_json, compute_item_id

__all__ = ["LEVELS", "build_closed_book_dataset", "change_items", "read_items", "rewrite_facts", "write_project"]

LEVELS = """levels:
  - name: told
    title: What is stated
    hops: 0
    given: none
    tasks: {recall: 6}
  - name: paths
    title: What follows
    hops: [1, 4]
    given: none
    tasks: {entailment: 10, select: 6, options: 1, count: 2, compare: 2, value: 2}
  - name: open
    hops: 1
    tasks: {entailment: 3}
"""
_CLOSED = ("recall", "select", "entailment", "options", "count", "compare", "value")


def write_project(folder: Path, levels: str = LEVELS) -> Path:
    """Write the guild with closed-book levels and templates that can do without facts; return its folder."""
    write_guild_project(folder, all_tasks=True)
    curriculum = folder / "curricula/guild/curriculum.yaml"
    head = curriculum.read_text(encoding="utf-8").partition("levels:\n")[0]
    curriculum.write_text(head + levels, encoding="utf-8")
    for task in _CLOSED:
        for path in (folder / "curricula/guild/templates" / task).iterdir():
            facts, condition, rest = path.read_text(encoding="utf-8").partition("{% if rules")
            slot = "facts_list" if "facts_list" in facts else "facts"
            path.write_text(f"{{% if {slot} %}}{facts}{{% endif %}}{condition}{rest}", encoding="utf-8")
    return folder


def build_closed_book_dataset(folder: Path) -> Path:
    """Build the dataset of the project in ``folder`` and return where it is."""
    return build(load(write_project(folder / "project")), folder / "out", seed=3).folders[0]


def read_items(dataset: Path) -> list[dict[str, Any]]:
    """Return all items."""
    return [
        json.loads(line) for path in sorted(dataset.glob("items/*.jsonl")) for line in path.read_bytes().splitlines()
    ]


def change_items(dataset: Path, folder: Path, change: Callable[[dict[str, Any]], dict[str, Any] | None]) -> Path:
    """Return a copy of a dataset with items changed or (None) left out; ids and hashes of files fit."""
    copy = Path(shutil.copytree(dataset, folder))
    for path in sorted(copy.glob("items/*.jsonl")):
        changed = [change(json.loads(line)) for line in path.read_bytes().splitlines()]
        kept = [{**item, "id": compute_item_id(item)} for item in changed if item is not None]
        path.write_bytes(b"".join(canonical_json(item).encode() + b"\n" for item in kept))
    _rehash(copy)
    return copy


def rewrite_facts(dataset: Path, folder: Path, change: Callable[[list[bytes]], list[bytes]]) -> Path:
    """Return a copy of a dataset with the lines of its facts changed, under the old name; hashes of files fit."""
    copy = Path(shutil.copytree(dataset, folder))
    (path,) = copy.glob("facts/*.nt.gz")
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    path.write_bytes(gzip.compress(b"".join(change(lines)), 9, mtime=0))
    _rehash(copy)
    return copy


def _rehash(dataset: Path) -> None:
    path = dataset / "manifest.json"
    manifest = json.loads(path.read_bytes())
    for name in manifest["files"]:
        data = (dataset / name).read_bytes()
        manifest["files"][name] = {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
    entries = [(name, FileEntry(e["sha256"], e["bytes"])) for name, e in sorted(manifest["files"].items())]
    manifest["root_digest"] = compute_root_digest(entries)
    path.write_text(json.dumps(manifest), encoding="utf-8")
