"""The exception tree: what stops us. What an author can fix is a ``Violation`` in a ``Report``, never an exception.

::

    WorkbenchError                 exit code 3: could not run
    |-- UsageError                 exit code 2: wrong usage or configuration
    |   |-- ProjectError           no project here, or its workbench.yaml cannot be used
    |   `-- SelectionError         a domain, item, statement or revision that does not exist was named
    |-- InputError                 a file could not be read or is beyond the limits on size and depth
    |-- EditError                  an edit, undo or redo cannot be applied to the files as they are now
    |-- LimitError                 a limit on rounds, facts, memory or time was reached
    |-- InvalidKnowledgeError      the knowledge has errors; carries the report (exit code 1)
    |-- StorageError               writing failed (full disk, permission); nothing was changed
    |-- SolverError                Z3 could not read a question or failed at it
    |-- WorkerError                a worker process died or answered with something it should not
    |-- DatasetError               a dataset folder is not one, or its schema version is unknown
    `-- Interrupted                the user pressed Ctrl+C; nothing was changed

A library's exceptions are wrapped in the one module that imports the library.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.model.report import Report

__all__ = [
    "DatasetError",
    "EditError",
    "InputError",
    "Interrupted",
    "InvalidKnowledgeError",
    "LimitError",
    "ProjectError",
    "SelectionError",
    "SolverError",
    "StorageError",
    "UsageError",
    "WorkbenchError",
    "WorkerError",
]


class WorkbenchError(Exception):
    """Root of everything that stops us; ``exit_code`` is what the command line returns."""

    exit_code = 3


class UsageError(WorkbenchError):
    """The command, call or configuration was wrong."""

    exit_code = 2


class ProjectError(UsageError):
    """There is no project here, or its ``workbench.yaml`` cannot be used."""


class SelectionError(UsageError):
    """Something that does not exist was named: a domain, a statement, an item."""


class InputError(WorkbenchError):
    """A file could not be read, or is beyond the limits on size and depth."""


class EditError(WorkbenchError):
    """An edit, undo or redo cannot be applied to the files as they are now."""


class LimitError(WorkbenchError):
    """A limit on rounds, facts, memory or time was reached; the message names what reached it."""


class InvalidKnowledgeError(WorkbenchError):
    """The knowledge has errors that forbid the step asked for; ``report`` says which."""

    exit_code = 1

    def __init__(self, message: str, report: Report) -> None:
        super().__init__(message)
        self.report = report

    def __reduce__(self) -> tuple[type[InvalidKnowledgeError], tuple[str, Report]]:
        """Say how to make it again: worker processes send their exceptions to the one that waits for them."""
        return type(self), (str(self), self.report)


class StorageError(WorkbenchError):
    """Writing failed; the earlier content is intact."""


class SolverError(WorkbenchError):
    """Z3 could not read a question, or failed at it: a fault of ours, never an answer."""


class WorkerError(WorkbenchError):
    """A worker process died, timed out or answered with something it should not."""


class DatasetError(WorkbenchError):
    """A dataset folder is not one, is damaged, or has an unknown schema version."""


class Interrupted(WorkbenchError):  # noqa: N818 - the word users know
    """The user interrupted; nothing was changed."""
