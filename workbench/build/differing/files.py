"""Settings of a project, and files that came, went, moved or say something else."""

from __future__ import annotations

import json
from collections.abc import Iterator

from workbench.build.differing.values import Action, Change, Said
from workbench.project import Project
from workbench.project.configuration import CONFIGURATION_NAME

__all__ = ["compare_files", "compare_settings"]

_ENTRY = "\0"


def compare_files(old: Project, new: Project) -> tuple[Change, ...]:
    """Compare which files there are, and what they mean; layout and comments of RDF files are no change."""
    before, after = old.content_digests, new.content_digests
    gone = {path: digest for path, digest in before.items() if path not in after}
    come: dict[str, list[str]] = {}
    for path, digest in after.items():
        if path not in before:
            come.setdefault(digest, []).append(path)
    changes = []
    for path, digest in gone.items():
        if twins := come.get(digest):
            changes.append(Change("file", "moved", twins[0], Said(path), Said(twins.pop(0))))
        else:
            changes.append(Change("file", "removed", path, Said(path)))
    changes += [Change("file", "added", path, None, Said(path)) for paths in come.values() for path in paths]
    both = (path for path in after if path in before and before[path] != after[path])
    changes += [Change("file", "changed", path, Said(path), Said(path)) for path in both]
    return tuple(sorted(changes, key=lambda change: (change.name, change.action)))


def compare_settings(old: Project, new: Project) -> tuple[Change, ...]:
    """Compare what the two ``workbench.yaml`` say, setting by setting; both projects have one."""
    if CONFIGURATION_NAME not in old.files or CONFIGURATION_NAME not in new.files:
        return ()
    before, after = (dict(_flatten((), project.config.text.value)) for project in (old, new))
    changes = []
    for path in sorted(before.keys() | after.keys(), key=lambda path: [*map(str, path)]):
        was, present = before.get(path), after.get(path)
        if was == present:
            continue
        own = None if was is None else Said(was, "", old.config.locate(*_strip(path)))
        said = None if present is None else Said(present, "", new.config.locate(*_strip(path)))
        action: Action = "added" if own is None else "removed" if said is None else "changed"
        changes.append(Change("setting", action, ".".join(_strip(path)), own, said))
    return tuple(changes)


def _strip(path: tuple[str, ...]) -> tuple[str, ...]:
    """Return a path without what tells the entries of a list apart."""
    return tuple(part for part in path if not part.startswith(_ENTRY))


def _flatten(path: tuple[str, ...], value: object) -> Iterator[tuple[tuple[str, ...], str]]:
    """Yield each setting under its path; entries of a list each for itself, since their order says nothing."""
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _flatten((*path, str(key)), inner)
    elif isinstance(value, list):
        for entry in value:
            text = entry if isinstance(entry, str) else json.dumps(entry, ensure_ascii=False, default=str)
            yield (*path, f"{_ENTRY}{text}"), text
    elif value is not None:
        yield path, str(value).lower() if isinstance(value, bool) else str(value)
