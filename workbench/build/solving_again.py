"""Items judged once more by Z3: what is new in many items is asked together, then each gets its own verdicts."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from workbench.errors import WorkbenchError
from workbench.solving.certificates import Claim, Judge, Verdict

__all__ = ["judge_again"]

_REFUSED = (WorkbenchError, ArithmeticError, ValueError)


def judge_again(judge: Judge, items: Sequence[Sequence[Claim]]) -> Iterator[tuple[Verdict, ...] | str]:
    """Yield for each item Z3's verdicts on what it claims, or why it cannot be asked."""
    try:
        verdicts = judge.judge_items(items)
    except _REFUSED:
        # Some item cannot be asked about. Each is asked alone, by a judge that did not stop halfway.
        yield from _judge_each(Judge(), items)
        return
    yield from map(tuple, verdicts)


def _judge_each(judge: Judge, items: Sequence[Sequence[Claim]]) -> Iterator[tuple[Verdict, ...] | str]:
    for claims in items:
        try:
            yield tuple(judge.judge_items([claims])[0])
        except _REFUSED as error:
            yield str(error)
