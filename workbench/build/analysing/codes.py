"""The codes of what the analysis finds."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from workbench.model.report import Severity

__all__ = ["CODES", "QUESTIONS"]

_VIOLATES: tuple[str, Severity, str] = (
    "rule.violates-constraint",
    "error",
    "Change what the rule concludes, its conditions, or what it violates.",
)
CODES: Mapping[str, tuple[str, Severity, str]] = MappingProxyType(
    {
        "never-applies": ("rule.never-applies", "warning", "Change its conditions, or what forbids them."),
        "contradictory": ("constraint.contradictory", "error", "Change one of them, so that all can hold at once."),
        "cannot-be-met": ("constraint.cannot-be-met", "error", "Change the constraint, or the axioms that forbid it."),
        "always-violates": _VIOLATES,
        "violates": _VIOLATES,
        "can-violate": (
            "rule.can-violate",
            "warning",
            "Add a condition to the rule, or a constraint that keeps such values out.",
        ),
        "contradictory-conclusions": (
            "rule.contradictory-conclusions",
            "warning",
            "Let the conditions of one exclude those of the other, for example with 'unless', or change a conclusion.",
        ),
        "gap": ("rule.band-gap", "warning", "Extend one of the two, so that every value belongs somewhere."),
        "overlap": (
            "rule.band-overlap",
            "warning",
            "Move the bound of one of the two, so that each value belongs once.",
        ),
        "implied": ("rule.redundant", "warning", "Remove it, or change it to say what the others do not."),
        "empty-class": ("ontology.empty-class", "error", "Remove or change one of the axioms."),
        "empty-property": ("ontology.empty-property", "error", "Remove or change one of the axioms."),
    }
)
"""By kind of finding: its code, how grave it is, and how to mend it."""
QUESTIONS: Mapping[str, str] = MappingProxyType(
    {
        "never-applies": "can ever apply",
        "contradictory": "can be met",
        "cannot-be-met": "can be met",
        "violates-constraint": "can violate a constraint",
        "contradictory-conclusions": "contradicts another rule",
        "implied": "says anything new",
        "bands": "leaves out a value",
        "no-member": "can have a member",
    }
)
"""What a question asks of its subject, to go on with 'could not be determined'."""
