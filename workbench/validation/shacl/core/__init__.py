"""An engine for SHACL Core that judges large graphs quickly and changed graphs in part, exactly as pySHACL does."""

from workbench.validation.shacl.core.engine import Found, Rejudged, judge_core, rejudge_core
from workbench.validation.shacl.core.graph import GraphIndex
from workbench.validation.shacl.core.paths import UnsupportedShapeError
from workbench.validation.shacl.core.shapes import CorePlan, Source, read_core

__all__ = [
    "CorePlan",
    "Found",
    "GraphIndex",
    "Rejudged",
    "Source",
    "UnsupportedShapeError",
    "judge_core",
    "read_core",
    "rejudge_core",
]
