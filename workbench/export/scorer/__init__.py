"""The scorer of answers: usable from here, and exported as one file of standard-library Python beside the data.

Its modules import nothing but each other and the standard library; :func:`assemble_scorer` joins them.
"""

from workbench.export.scorer.answers import Score, score, score_answer
from workbench.export.scorer.assembly import SCORER_NAME, assemble_scorer
from workbench.export.scorer.program import main
from workbench.export.scorer.proofs import StepVerdict
from workbench.export.scorer.values import ScorerError

__all__ = [
    "SCORER_NAME",
    "Score",
    "ScorerError",
    "StepVerdict",
    "assemble_scorer",
    "main",
    "score",
    "score_answer",
]
