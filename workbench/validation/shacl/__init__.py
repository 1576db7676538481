"""SHACL: shapes judge a graph through pySHACL in a worker process, and their results become violations.

Only the worker imports pySHACL and rdflib. The shapes themselves are judged first, by ``validation.wellformed``.
"""

from workbench.validation.shacl.adapter import ShaclLimits, ShaclResult, validate_graph

__all__ = ["ShaclLimits", "ShaclResult", "validate_graph"]
