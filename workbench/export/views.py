"""Views of a dataset for people and machines: the card, its metadata and the report, made from the manifest alone.

So whoever has the manifest can make them again, and see that they say what it says.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from hashlib import sha256
from typing import Any

from workbench.export.manifest import FileEntry, Tally
from workbench.model.items import canonical_json

__all__ = ["CARD", "VIEWS", "make_views"]

CARD = "card"
"""The part of a manifest that holds what only the card says: name, description, licence, languages and domain."""
VIEWS = ("README.md", "croissant.json", "report.html")


def make_views(
    head: Mapping[str, Any], tally: Tally, tables: Mapping[str, Sequence[str]], files: Mapping[str, FileEntry]
) -> dict[str, bytes]:
    """Return the views by name.

    ``head`` is the manifest without what is counted, ``files`` are all others of the dataset. Raises KeyError,
    TypeError, ValueError and AttributeError for a head that is none.
    """
    from workbench.export.card import make_card
    from workbench.export.croissant import make_croissant
    from workbench.export.html_report import make_report

    # As it is read back: in one order, whatever order it was put together in, but for levels, which have their own.
    own = json.loads(canonical_json(head))
    if isinstance(own.get("capacity"), dict):
        order = {level["name"]: number for number, level in enumerate(own.get("levels", ()))}
        own["capacity"] = dict(sorted(own["capacity"].items(), key=lambda one: order.get(one[0], len(order))))
    card = own.pop(CARD)
    readme = make_card(card, own, tally, tables).encode()
    listed = {**files, "README.md": FileEntry(sha256(readme).hexdigest(), len(readme))}
    croissant = json.dumps(make_croissant(card, listed, tables), indent=2, ensure_ascii=False) + "\n"
    report = make_report(card, own, tally)
    return {"README.md": readme, "croissant.json": croissant.encode(), "report.html": report.encode()}
