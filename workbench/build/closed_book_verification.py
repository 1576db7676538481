"""What a dataset says of its closed-book items as a whole, counted again from the files."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.build.item_lines import Problem
from workbench.build.lessons import count_taught, summarise_taught
from workbench.errors import DatasetError
from workbench.export.fact_files import name_facts
from workbench.export.manifest import MANIFEST
from workbench.export.reading import DatasetReader

__all__ = ["check_closed_book"]


def check_closed_book(reader: DatasetReader) -> Iterator[Problem]:
    """Yield what is wrong with the manifest's section and with which files of facts there are.

    Where there is neither a section nor such a file, no item can rest on one, which the judge of items tells.
    """
    section = reader.manifest.get("closed_book")
    listed = {name for name in reader.manifest["files"] if name.startswith("facts/")}
    if section is None and not listed:
        return
    used: set[str] = set()
    try:
        found = count_taught(_note_facts(reader, used), reader.splits[0])
    except (DatasetError, KeyError, TypeError, AttributeError) as error:
        yield Problem(MANIFEST, 0, "", f"closed_book: cannot be counted: {error}")
        return
    for name in sorted(used - listed):
        yield Problem(name, 0, "", "is not in the manifest")
    for name in sorted(listed - used):
        yield Problem(name, 0, "", "no item has these facts")
    counted = summarise_taught(found)
    if not isinstance(section, dict) or any(section.get(key) != value for key, value in counted.items()):
        yield Problem(MANIFEST, 0, "", "closed_book: is another when counted")
    elif used and {name_facts(str(section.get("facts")))} != used:
        yield Problem(MANIFEST, 0, "", "closed_book: the items are about other facts")


def _note_facts(reader: DatasetReader, used: set[str]) -> Iterator[Mapping[str, Any]]:
    for item in reader.iterate_items():
        if item["given"] == "none":
            used.add(name_facts(str(item["facts"])))
        yield item
