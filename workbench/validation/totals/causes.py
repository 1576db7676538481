"""The fewest facts because of which a total breaks its constraint."""

from __future__ import annotations

from workbench.model.rules import Negation
from workbench.model.totals import make_slot
from workbench.validation.totals.amounts import Contribution, add_up, get_number
from workbench.validation.totals.cases import Case, is_violated

__all__ = ["find_minimal"]


def find_minimal(case: Case) -> tuple[tuple[Contribution, ...], ...]:
    """Return, for each total, the fewest contributions that break the constraint whatever else there is.

    The first largest ones, where more of them can only make it worse; all of them otherwise.
    """
    everything = tuple(amount.contributions for amount in case.amounts)
    if len(case.amounts) != 1:
        return everything
    total, contributions = case.constraint.totals[0], everything[0]
    comparison, slot = case.constraint.comparison, make_slot(0)
    above = (comparison.left == slot and comparison.operator in ("<", "<=")) or (
        comparison.right == slot and comparison.operator in (">", ">=")
    )
    below = (comparison.left == slot and comparison.operator in (">", ">=")) or (
        comparison.right == slot and comparison.operator in ("<", "<=")
    )
    grows = (
        total.kind == "max"
        or (total.kind == "count" and not any(isinstance(element, Negation) for element in total.body))
        or (total.kind == "sum" and all(get_number(one) >= 0 for one in contributions))
    )
    if not ((above and grows) or (below and total.kind == "min")):
        return everything
    for count in range(1, len(contributions) + 1):
        amount = add_up(total, contributions[:count])
        if is_violated(case.constraint, case.bindings, (amount,)):
            return (contributions[:count],)
    return everything
