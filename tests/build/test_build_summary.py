"""What a build says of itself adds up: every item stands in its table."""

from __future__ import annotations

from pathlib import Path

from workbench.build.build_result import BuildResult, BuiltDataset
from workbench.model.report import Report


def test_recall_items_that_were_added_stand_in_the_table() -> None:
    cells = ((1, "told", "recall", "-", 30, 30), (2, "paths", "select", "-", 12, 12))
    made = BuiltDataset(
        domain="kin", folder=Path("/out/kin"), items=49, cells=cells, splits=(("train", 49),), rejected=(),
        structures=9, leakage=(), seconds=1.0, made=49, rates=(), note="", lessons=7,
    )  # fmt: skip
    result = BuildResult((made,), Report.collect([]))
    rows = [line.split() for line in result.format_table().splitlines()]
    assert ["lessons", "added", "recall", "7"] in rows
    assert result.to_json()[0]["lessons"] == 7 and result.to_json()[0]["items"] == 30 + 12 + 7
