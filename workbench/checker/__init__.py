"""The independent checker: re-checks every label with an evaluator of its own; imports only the model."""

from workbench.checker.applications import check_application
from workbench.checker.certificates import Measure, certify, certify_answers, measure_proof
from workbench.checker.facts import CheckError
from workbench.checker.judging import (
    Checker,
    check_answers,
    check_evidence,
    check_models,
    check_proof,
    check_refutation,
)
from workbench.checker.models import derive_heights, derive_model, find_broken_rules, find_contradictions
from workbench.checker.puzzles import certify_puzzle, check_puzzle, list_possible

__all__ = [
    "CheckError",
    "Checker",
    "Measure",
    "certify",
    "certify_answers",
    "certify_puzzle",
    "check_answers",
    "check_application",
    "check_evidence",
    "check_models",
    "check_proof",
    "check_puzzle",
    "check_refutation",
    "derive_heights",
    "derive_model",
    "find_broken_rules",
    "find_contradictions",
    "list_possible",
    "measure_proof",
]
