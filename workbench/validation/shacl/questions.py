"""Shapes made ready for the worker, once for as long as they stay the same."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from workbench.model.report import Report
from workbench.model.terms import Term, Triple, is_literal, split_literal
from workbench.validation.shacl.process import Question
from workbench.validation.shape_index import ShapeIndex, make_sh
from workbench.validation.wellformed import Locate, find_shape_problems

__all__ = ["ShapeSet", "prepare_shapes"]

_IMPORTS = "<http://www.w3.org/2002/07/owl#imports>"


@dataclass(frozen=True, eq=False, slots=True)
class ShapeSet:
    """Shapes, with what the worker is asked about the graph of all facts and about that of the asserted ones."""

    index: ShapeIndex
    questions: tuple[Question, Question]
    has_errors: bool
    messages: Mapping[Term, tuple[tuple[str, str], ...]] = field(default_factory=dict)
    """The author's messages of each shape, as (language, text)."""

    def report_errors(self, locate: Locate) -> Report:
        """Return the errors because of which the shapes are not run."""
        if not self.has_errors:
            return Report()
        found = find_shape_problems(self.index.triples, locate=locate)
        return Report.collect(violation for violation in found if violation.severity == "error")

    def ask_about(self, number: int, root: Term) -> Question:
        """Return the question about one shape with nothing but what it refers to."""
        question, reached = self.questions[number], self.index.collect_reachable(root)
        alone = tuple(t for t in self.index.triples if t[0] not in self.index.shapes or t[0] in reached)
        return question._replace(key=f"{question.key} {root}", shapes=alone, roots=(root,))


@lru_cache(maxsize=16)
def prepare_shapes(shapes: tuple[Triple, ...], *, core: bool) -> ShapeSet:
    """Judge shapes by themselves and sort out which of them judge which graph."""
    index = ShapeIndex(shapes)
    has_errors = any(problem.severity == "error" for problem in find_shape_problems(index.triples))
    if prefixes := _add_imported_prefixes(index):
        index = ShapeIndex((*shapes, *prefixes))
    key = hashlib.sha256("\n".join(" ".join(triple) for triple in index.triples).encode()).hexdigest()
    chosen = frozenset(root for root in index.roots if index.judges_asserted(root))
    every, stated = (
        Question(key, index.triples, tuple(root for root in index.roots if (root in chosen) == asserted), core)
        for asserted in (False, True)
    )
    messages: dict[Term, list[tuple[str, str]]] = {}
    for subject, predicate, text in index.triples:
        if predicate == make_sh("message") and is_literal(text):
            lexical, _, language = split_literal(text)
            messages.setdefault(subject, []).append((language, lexical))
    sorted_messages = {shape: tuple(sorted(texts)) for shape, texts in messages.items()}
    return ShapeSet(index, (every, stated), has_errors, sorted_messages)


def _add_imported_prefixes(index: ShapeIndex) -> list[Triple]:
    """Return declarations of prefixes that ``sh:prefixes`` reaches through ``owl:imports`` within the graph.

    SHACL section 5.2.1 follows imports there, pySHACL does not.
    """
    declare, added = make_sh("declare"), []
    for owner in sorted({o for _, p, o in index.triples if p == make_sh("prefixes")}):
        queue, seen = [owner], {owner}
        while queue:
            for imported in index.list_objects(queue.pop(), _IMPORTS):
                if imported not in seen:
                    seen.add(imported)
                    queue.append(imported)
                    added += [(owner, declare, o) for o in index.list_objects(imported, declare)]
    return added
