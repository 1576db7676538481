"""The log of derivations as a file: all of them, or as many as were asked for, and it says which."""

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet
import pytest
from click.testing import CliRunner

from workbench.build import get_knowledge, write_derivations
from workbench.cli import main
from workbench.errors import SelectionError, StorageError
from workbench.project import Project

Make = Callable[[dict[str, str]], Project]


def test_the_file_has_every_step_and_says_so(make: Make, files: dict[str, str], tmp_path: Path) -> None:
    project, path = make(files), tmp_path / "derivations.parquet"
    written = write_derivations(project, None, path)
    table = pyarrow.parquet.read_table(path)
    closure = get_knowledge(project, project.get_domain()).closure
    steps = {s for fact in closure.facts() for s in closure.batch.derivations(0, fact)}
    expected = sorted((s.rule, s.conclusion, s.premises) for s in steps)
    rows = table.to_pylist()
    parts = ("subject", "predicate", "object")
    found = [
        (
            row["rule"],
            tuple(row[p] for p in parts),
            tuple(tuple(premise[p] for p in parts) for premise in row["premises"]),
        )
        for row in rows
    ]
    assert sorted(found) == expected
    assert [row["height"] for row in rows] == [
        1 + max((closure.depth(premise) or 0 for premise in premises), default=0) for _, _, premises in found
    ]
    assert table.schema.metadata[b"complete"] == b"true"
    assert (written.rows, written.is_complete) == (len(expected), True)
    assert written.format_text() == f"Wrote {len(expected)} derivations to {path}: all of them."
    first = path.read_bytes()
    write_derivations(project, None, path)
    assert path.read_bytes() == first


def test_a_capped_file_says_that_there_are_more(make: Make, files: dict[str, str], tmp_path: Path) -> None:
    project, path = make(files), tmp_path / "derivations.parquet"
    everything = write_derivations(project, None, path).rows
    for limit in (1, everything - 1, everything, everything + 1):
        written = write_derivations(project, None, path, limit=limit)
        table = pyarrow.parquet.read_table(path)
        assert table.num_rows == written.rows == min(limit, everything)
        assert written.is_complete == (limit >= everything)
        assert table.schema.metadata[b"complete"] == (b"true" if limit >= everything else b"false")


def test_what_cannot_be_written_is_refused(make: Make, files: dict[str, str], tmp_path: Path) -> None:
    project = make(files)
    with pytest.raises(StorageError):
        write_derivations(project, None, tmp_path / "nowhere" / "derivations.parquet")
    with pytest.raises(SelectionError):
        write_derivations(project, "nobody", tmp_path / "derivations.parquet")


def test_the_command_writes_it(make: Make, files: dict[str, str], tmp_path: Path) -> None:
    root, path = make(files).root, tmp_path / "log.parquet"
    result = CliRunner().invoke(main, ["reason", str(root), "--derivations", str(path), "--most", "2"])
    assert result.exit_code == 0
    assert "Wrote 2 derivations" in result.stderr
    assert "there are more" in result.stderr
    assert pyarrow.parquet.read_table(path).num_rows == 2
    assert CliRunner().invoke(main, ["reason", str(root), "--most", "2"]).exit_code == 2
