"""Formulas judged by the scorer: it must accept an item's own, and take no near miss for it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from workbench.export.scorer import score_answer

__all__ = ["find_scorer_faults"]


def find_scorer_faults(item: Mapping[str, Any], prefixes: Mapping[str, str]) -> Iterator[str]:
    """Yield in what the scorer, which decides equivalence, differs from what an item says of its formulas."""
    query, known = item["query"], dict(prefixes)
    if query["kind"] == "verbalise":
        yield from _compare_options(item, query, known)
        return
    if score_answer(dict(item), item["answer"], prefixes=known) != 1.0:
        yield "answer: the scorer does not accept it"
    for number, near in enumerate(query["near"]):
        if score_answer(dict(item), near["formal"], prefixes=known) != 0.0:
            yield f"query.near[{number}]: the scorer takes it for the same"


def _compare_options(item: Mapping[str, Any], query: Mapping[str, Any], prefixes: dict[str, str]) -> Iterator[str]:
    """Yield the options that the scorer takes for the formula shown though they are wrong, or the other way round."""
    asked = {**item, "query": {**query, "kind": "equivalent"}, "answer": query["formal"]}
    for number, option in enumerate(item["options"]):
        formal = option["rule"]["formal"]
        # A question is written as the rule that concludes what is asked for, and scored by its body.
        given = formal.rpartition(" -> ")[0] if query["direction"] == "query" else formal
        if score_answer(asked, given, prefixes=prefixes) != (option["letter"] == item["answer"]):
            said = "another than the formula" if option["letter"] == item["answer"] else "the same as the formula"
            yield f"options[{number}]: the scorer takes its rule for {said}"
