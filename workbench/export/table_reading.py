"""The tables read back, row by row, to be compared with the items that they are views of."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from workbench.errors import DatasetError

__all__ = ["count_rows", "iterate_rows"]

_BATCH = 512


def count_rows(path: Path) -> int:
    """Return the number of rows that a table says it has; DatasetError when it is no table."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DatasetError(f"is no table: {error}") from error


def iterate_rows(path: Path) -> Iterator[dict[str, Any]]:
    """Yield the rows of a table as JSON values, in order; DatasetError when one cannot be read."""
    try:
        with pq.ParquetFile(path) as table:
            for batch in table.iter_batches(batch_size=_BATCH):
                yield from batch.to_pylist()
    except (OSError, ValueError, pa.ArrowException) as error:
        raise DatasetError(f"cannot be read: {error}") from error
