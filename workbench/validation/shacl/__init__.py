"""SHACL: shapes judge a graph in a worker process, and their results become violations.

pySHACL is the authority. What is plain SHACL Core is judged by the engine in ``core``, which gives the same results and
can judge a changed graph in part; everything else by pySHACL itself. Only the worker imports pySHACL and rdflib. The
shapes themselves are judged first, by ``validation.wellformed``.
"""

from workbench.validation.shacl.judgement import Judgement, judge_graph, validate_graph
from workbench.validation.shacl.process import ShaclLimits
from workbench.validation.shacl.requirements import Requirement, read_requirements
from workbench.validation.shacl.results import ShaclResult
from workbench.validation.shacl.violations import make_violations

__all__ = [
    "Judgement",
    "Requirement",
    "ShaclLimits",
    "ShaclResult",
    "judge_graph",
    "make_violations",
    "read_requirements",
    "validate_graph",
]
