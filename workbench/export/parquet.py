"""Items as Parquet: one flat table per split that trainers load without knowing anything else."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.errors import StorageError
from workbench.model.splits import PUZZLE_MEASURES

__all__ = ["COLUMNS", "make_row", "write_parquet"]

_MEASURES = ("height", "hops", "steps", "leaves", "alternatives", "rules", "distractors", "context", "solver")
_ALL_MEASURES = (*_MEASURES, *PUZZLE_MEASURES)
_ROW_GROUP = 2048
_TEXT = pa.string()

_SCHEMA = pa.schema(
    [
        pa.field("id", _TEXT, nullable=False),
        pa.field("question", _TEXT, nullable=False),
        pa.field("answer", _TEXT, nullable=False),
        pa.field("options", pa.list_(_TEXT), nullable=False),
        pa.field("level", pa.int32(), nullable=False),
        pa.field("level_name", _TEXT, nullable=False),
        pa.field("task", _TEXT, nullable=False),
        pa.field("status", _TEXT),
        pa.field("language", _TEXT, nullable=False),
        pa.field("split", _TEXT, nullable=False),
        pa.field("domain", _TEXT, nullable=False),
        pa.field("curriculum", _TEXT, nullable=False),
        pa.field("given", _TEXT, nullable=False),
        pa.field("proof", pa.list_(_TEXT), nullable=False),
        pa.field("proof_text", _TEXT, nullable=False),
        pa.field(
            "difficulty",
            pa.struct([pa.field(name, pa.int32(), nullable=name not in _MEASURES) for name in _ALL_MEASURES]),
            nullable=False,
        ),
        pa.field("theory", _TEXT, nullable=False),
        pa.field("structure", _TEXT, nullable=False),
    ]
)

COLUMNS: dict[str, tuple[str, str]] = {
    "id": ("text", "Content hash of question, answer, context, theory and query."),
    "question": ("text", "The whole prompt."),
    "answer": ("text", "The answer."),
    "options": ("texts", "The statements to choose from, in order; empty for other tasks."),
    "level": ("integer", "Number of the curriculum's level, from easy to hard."),
    "level_name": ("text", "Name of the level."),
    "task": ("text", "Kind of question."),
    "status": ("text", "entailed, refuted or unknown; missing where the question is not about one statement."),
    "language": ("text", "Language of the prompt."),
    "split": ("text", "Name of the split."),
    "domain": ("text", "The domain of knowledge."),
    "curriculum": ("text", "The curriculum that asked for the item."),
    "given": ("text", "What the prompt states: facts and rules, or facts only."),
    "proof": ("texts", "The sentences of the proof, one per step."),
    "proof_text": ("text", "The sentences of the proof, one per line."),
    "difficulty": ("measures", "Measured on the minimal proof and its surroundings."),
    "theory": ("text", "Digest of the item's theory: theories/<digest>.json."),
    "structure": ("text", "Items share this value exactly when they are the same up to all names."),
}
"""Kind and meaning of every column, in order."""


def make_row(item: Mapping[str, Any]) -> dict[str, Any]:
    """Return an item as a row of the table."""
    steps = [step["text"] for step in item["proof"]]
    row = {name: item[name] for name in COLUMNS.keys() & item.keys()}
    row["options"] = [option["text"] for option in item["options"]]
    row["proof"], row["proof_text"] = steps, "\n".join(steps)
    found = item["difficulty"]
    row["difficulty"] = {name: found[name] for name in _MEASURES} | {name: found.get(name) for name in PUZZLE_MEASURES}
    row["structure"] = item["identity"]["core"]
    return row


def write_parquet(path: Path, items: Iterable[Mapping[str, Any]]) -> None:
    """Write items to a new file; the same items give the same bytes with the same version of pyarrow.

    Row groups have a fixed size, and nothing about time or machine is stored; no more than one of them is in memory.
    Raises StorageError.
    """
    try:
        with pq.ParquetWriter(path, _SCHEMA, compression="zstd", compression_level=6, version="2.6") as writer:
            for rows in _make_batches(items):
                writer.write_table(pa.Table.from_pylist(rows, schema=_SCHEMA), row_group_size=_ROW_GROUP)
    except (OSError, pa.ArrowException) as error:
        raise StorageError(f"Could not write {path.name}: {error}.") from error


def _make_batches(items: Iterable[Mapping[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    rows = iter(items)
    while batch := [make_row(item) for item in islice(rows, _ROW_GROUP)]:
        yield batch
