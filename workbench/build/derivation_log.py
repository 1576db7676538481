"""``reason --derivations``: every derivation of a domain as a Parquet file."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from workbench.build.knowledge import get_knowledge
from workbench.project import Project, write_atomically
from workbench.reasoning.derivation_table import format_parquet

__all__ = ["MOST_DERIVATIONS", "DerivationLog", "write_derivations"]

MOST_DERIVATIONS = 20_000_000
"""How many derivations a file holds unless another number is asked for."""


@dataclass(frozen=True, slots=True)
class DerivationLog:
    """A file of derivations: how many it holds, and whether these are all."""

    path: str
    rows: int
    is_complete: bool

    def format_text(self) -> str:
        """Return what was written, as a sentence."""
        told = "all of them" if self.is_complete else "there are more"
        return f"Wrote {self.rows:,} derivations to {self.path}: {told}."


def write_derivations(
    project: Project,
    domain: str | None,
    path: str | Path,
    *,
    limit: int | None = None,
    progress: Callable[[str], None] | None = None,
) -> DerivationLog:
    """Write the derivations of one domain to a new or changed Parquet file, at most ``limit`` of them (by default
    20 million).

    The columns are those of :func:`workbench.reasoning.derivation_table.tabulate_derivations`; the metadata of the
    file's schema say under ``complete`` whether it has all. Raises SelectionError for an unknown domain,
    InvalidKnowledgeError, LimitError, and StorageError when the file cannot be written.
    """
    knowledge = get_knowledge(project, project.get_domain(domain))
    closure = knowledge.prepare_closure(progress)
    if progress is not None:
        progress(f"{knowledge.domain.name}: listing derivations")
    table = closure.derivations(MOST_DERIVATIONS if limit is None else limit)
    write_atomically(Path(path), format_parquet(table))
    metadata = table.schema.metadata or {}
    return DerivationLog(str(path), table.num_rows, metadata.get(b"complete") == b"true")
