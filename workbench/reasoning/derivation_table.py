"""The log of derivations as an Arrow table, and as a Parquet file."""

from __future__ import annotations

from io import BytesIO

import numpy as np
import pyarrow
import pyarrow.parquet

from workbench.model.proofs import FALSE
from workbench.reasoning.batch import Batch
from workbench.reasoning.columns import IntArray, sort_distinct
from workbench.reasoning.facts import FactTable
from workbench.reasoning.graph import StepLog

__all__ = ["format_parquet", "tabulate_derivations"]

_PARTS = ("subject", "predicate", "object")
_VERSION = "1"


def tabulate_derivations(batch: Batch, world: int = 0, limit: int | None = None) -> pyarrow.Table:
    """Return the derivations of a world: rule, subject, predicate, object, premises (a list of triples), height.

    ``height`` is that of the derivation, one more than its highest premise's; the conclusion of an integrity rule is
    *false* in all three columns. Rows are sorted by conclusion, then in canonical order of rule and premises. Texts
    are dictionaries: each term is held once. With more derivations than ``limit`` the table has the first ``limit``
    of them in the order of the rules; the metadata of its schema say under ``complete`` whether it has all.
    """
    facts = batch.facts
    is_capped = limit is not None and batch.world_count == 1
    log = StepLog(batch.plan, batch.matcher, facts, most=limit) if is_capped else batch.log
    rows = np.arange(int(log.starts[world]), int(log.starts[world + 1]))
    is_complete = log.is_complete and (limit is None or len(rows) <= limit)
    if not is_complete:
        rows = np.sort(rows[np.argsort(log.rules[rows], kind="stable")[:limit]])
    table = np.column_stack((log.facts[rows], log.rules[rows], log.premises[rows])).astype(np.int64)
    used = sort_distinct(np.delete(table, 1, axis=1).ravel())
    used = used[used >= 0]
    numbers, terms = _number_terms(facts, used)
    # Ranked by their texts, facts become numbers in the order of their texts: rows then sort as numbers.
    order = np.lexsort(numbers[::-1])
    ranks: IntArray = np.full(len(used) + 1, -1, dtype=np.int64)
    ranks[order] = np.arange(len(order))
    numbers = [column[order] for column in numbers]
    heights = _measure_steps(facts.heights, table[:, 2:])
    for column in (0, *range(2, table.shape[1])):
        places = np.where(table[:, column] < 0, len(used), np.searchsorted(used, table[:, column]))
        table[:, column] = ranks[places]
    first, kept = np.lexsort(table.T[::-1]), np.ones(len(table), dtype=np.bool_)
    table, heights = table[first], heights[first]
    kept[1:] = (table[1:] != table[:-1]).any(axis=1)
    table, heights = table[kept], heights[kept]
    premises = table[:, 2:]
    lengths = np.count_nonzero(premises >= 0, axis=1)
    flat = premises[premises >= 0]
    names = pyarrow.array([plan.rule.name for plan in batch.plan.rules], pyarrow.string())
    columns = {
        "rule": _refer(table[:, 1], names),
        **{name: _refer(numbers[part][table[:, 0]], terms) for part, name in enumerate(_PARTS)},
        "premises": pyarrow.ListArray.from_arrays(
            pyarrow.array(np.concatenate(([0], np.cumsum(lengths))), pyarrow.int32()),
            pyarrow.StructArray.from_arrays([_refer(column[flat], terms) for column in numbers], names=list(_PARTS)),
        ),
        "height": pyarrow.array(heights, pyarrow.int32()),
    }
    told = {"derivations_version": _VERSION, "complete": "true" if is_complete else "false"}
    return pyarrow.table(columns).replace_schema_metadata(told)


def format_parquet(table: pyarrow.Table) -> bytes:
    """Return a table as the bytes of a Parquet file, the metadata of its schema included."""
    stream = BytesIO()
    pyarrow.parquet.write_table(table, stream, compression="zstd", version="2.6")
    return stream.getvalue()


def _number_terms(facts: FactTable, used: IntArray) -> tuple[list[IntArray], pyarrow.Array]:
    """The parts of facts as numbers of texts, and the texts, sorted; *false* has its text in every part."""
    parts = facts.read_parts(used[used < facts.size])
    falsities = np.count_nonzero(used >= facts.size)
    texts = sorted({text for _, known in parts for text in known} | ({FALSE[0]} if falsities else set()))
    place = {text: number for number, text in enumerate(texts)}
    columns = []
    for numbers, known in parts:
        ranks = np.fromiter(map(place.__getitem__, known), dtype=np.int64, count=len(known))
        false = np.full(falsities, place.get(FALSE[0], -1), dtype=np.int64)
        columns.append(np.concatenate((ranks[numbers], false)))
    return columns, pyarrow.array(texts, pyarrow.string())


def _refer(numbers: IntArray, texts: pyarrow.Array) -> pyarrow.DictionaryArray:
    return pyarrow.DictionaryArray.from_arrays(pyarrow.array(numbers, pyarrow.int32()), texts)


def _measure_steps(heights: IntArray, premises: IntArray) -> IntArray:
    """One more than the greatest height in each row of premises, -1 standing for no premise."""
    if not premises.shape[1]:
        return np.ones(len(premises), dtype=np.int64)
    padded = np.concatenate((heights, [0]))
    return 1 + np.asarray(padded[premises].max(axis=1), dtype=np.int64)
