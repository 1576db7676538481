"""Undo and redo: the journal read backwards, never a copy of the graph."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from workbench.errors import EditError
from workbench.project.edits import check_untouched
from workbench.project.journal import Entry, Journal, Kind, Record, compute_file_digest
from workbench.project.project import Project

__all__ = ["HistoryEntry", "history", "recover", "redo", "undo"]


@dataclass(frozen=True, slots=True)
class HistoryEntry:
    """An edit that can be undone, or redone when ``is_undone``; ``time`` is UTC in ISO 8601."""

    number: int
    label: str
    time: str
    paths: tuple[str, ...]
    is_undone: bool


def undo(project: Project) -> Project:
    """Take back the last edit that is not undone and return the project after it: the same bytes as before the edit.

    Raises EditError, and changes nothing, when there is nothing to undo, or a file was changed since by other means.
    """
    return _step(project, "undo")


def redo(project: Project) -> Project:
    """Repeat the edit that was undone last. Raises EditError as :func:`undo` does."""
    return _step(project, "redo")


def history(project: Project) -> tuple[HistoryEntry, ...]:
    """Return the edits that can be undone, oldest first, then those that can be redone, next first."""
    if project.root is None:
        return ()
    journal = Journal(project.root)
    with journal.read_locked():
        done, undone = _replay(journal.list_records())
        entries = [(record, journal.read(record), False) for record in done]
        entries += [(record, journal.read(record), True) for record in reversed(undone)]
    return tuple(
        HistoryEntry(record.number, entry.label, entry.time, tuple(c.path for c in entry.changes), is_undone)
        for record, entry, is_undone in entries
    )


def recover(root: Path) -> None:
    """Complete or take back, as a whole, a change that was interrupted. Raises StorageError when that fails."""
    with Journal(root).read_locked():
        pass


def _replay(records: tuple[Record, ...]) -> tuple[list[Record], list[Record]]:
    """Return the edits that hold, and those undone, last undone last; a new edit forgets what was undone."""
    done: list[Record] = []
    undone: list[Record] = []
    for record in records:
        if record.kind == "edit":
            done.append(record)
            undone.clear()
        elif record.kind == "undo" and done and done[-1].number == record.about:
            undone.append(done.pop())
        elif record.kind == "redo" and undone and undone[-1].number == record.about:
            done.append(undone.pop())
        else:
            raise EditError(f"Entry {record.number} of the journal does not fit the ones before it.")
    return done, undone


def _step(project: Project, kind: Kind) -> Project:
    if project.root is None:
        raise EditError("A project in memory has no history.")
    journal = Journal(project.root)
    with journal.locked():
        done, undone = _replay(journal.list_records())
        stack = done if kind == "undo" else undone
        if not stack:
            raise EditError(f"There is nothing to {kind}.")
        entry = journal.read(stack[-1])
        check_untouched(project, (change.path for change in entry.changes))
        plan = _plan(project, entry, kind)
        changed = project.replace_contents({path: new for path, (_, new) in plan.items()})
        journal.write(kind, stack[-1].number, f"{kind.capitalize()}: {entry.label}", plan)
    return changed


def _plan(project: Project, entry: Entry, kind: Kind) -> dict[str, tuple[bytes | None, bytes | None]]:
    plan: dict[str, tuple[bytes | None, bytes | None]] = {}
    for change in entry.changes:
        file = project.files.get(change.path)
        current = file.data if file else None
        if compute_file_digest(current) != (change.after if kind == "undo" else change.before):
            raise EditError(
                f"{change.path} was changed by other means since '{entry.label}'; to {kind} would lose that. "
                "Nothing was changed."
            )
        plan[change.path] = (current, change.revert(current) if kind == "undo" else change.advance(current))
    return plan
