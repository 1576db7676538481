"""SHACL: shapes judge a graph through pySHACL in a worker process, and their results become violations.

Only the worker imports pySHACL and rdflib. The shapes themselves are judged first, by ``validation.wellformed``.
"""

from workbench.validation.shacl.adapter import ShaclResult, validate_graph
from workbench.validation.shacl.process import ShaclLimits
from workbench.validation.shacl.requirements import Requirement, read_requirements
from workbench.validation.shacl.violations import make_violations

__all__ = [
    "Requirement",
    "ShaclLimits",
    "ShaclResult",
    "make_violations",
    "read_requirements",
    "validate_graph",
]
