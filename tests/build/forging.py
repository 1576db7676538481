"""Forged datasets: a manifest changed, with every digest made right again, and card and report written to fit it."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path
from typing import Any

from workbench.export import read_dataset
from workbench.export.manifest import COMPUTED, FileEntry, compute_root_digest, sign_manifest
from workbench.export.survey import Survey
from workbench.export.views import VIEWS, make_views

__all__ = ["forge", "read_manifest"]


def read_manifest(dataset: Path) -> dict[str, Any]:
    manifest: dict[str, Any] = json.loads((dataset / "manifest.json").read_text(encoding="utf-8"))
    return manifest


def forge(dataset: Path, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the manifest of a dataset as somebody would who knows how it is made."""
    manifest = read_manifest(dataset)
    change(manifest)
    with suppress(KeyError, TypeError, ValueError, AttributeError, IndexError):  # what cannot be shown stays as it is
        _remake_views(dataset, manifest)
    (dataset / "manifest.json").write_text(json.dumps(sign_manifest(manifest)), encoding="utf-8")


def _remake_views(dataset: Path, manifest: dict[str, Any]) -> None:
    reader, survey = read_dataset(dataset), Survey()
    for item in reader.iterate_items():
        survey.add(item)
    others = {
        name: FileEntry(one["sha256"], one["bytes"]) for name, one in manifest["files"].items() if name not in VIEWS
    }
    head = {key: value for key, value in manifest.items() if key not in COMPUTED}
    tables = {split: reader.list_tables(split) for split in reader.splits}
    for name, data in make_views(head, survey.tally(reader.splits), tables, others).items():
        (dataset / name).write_bytes(data)
        manifest["files"][name] = {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
    entries = [(name, FileEntry(one["sha256"], one["bytes"])) for name, one in sorted(manifest["files"].items())]
    manifest["root_digest"] = compute_root_digest(entries)
