"""Z3: the judge that shares no arithmetic and no joins with the engine, and what only a solver can answer."""

from workbench.solving.certificates import Judge, Verdict, judge_models, judge_proof, judge_world

__all__ = ["Judge", "Verdict", "judge_models", "judge_proof", "judge_world"]
