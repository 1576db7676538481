"""Formulas judged by the scorer: it must accept an item's own, and take no near miss for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.export.scorer import score_answer

__all__ = ["find_scorer_faults"]


def find_scorer_faults(item: Mapping[str, Any], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield in what the scorer, which decides equivalence, differs from what an item says of its formulas."""
    read, known = dict(item), dict(prefixes)
    if score_answer(read, item["answer"], prefixes=known) != 1.0:
        yield "answer: the scorer does not accept it"
    for number, near in enumerate(item["query"]["near"]):
        if score_answer(read, near["formal"], prefixes=known) != 0.0:
            yield f"query.near[{number}]: the scorer takes it for the same"
