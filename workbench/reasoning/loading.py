"""Stated facts into relations."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import chain

import numpy as np

from workbench.model.terms import RDF_TYPE, Triple
from workbench.reasoning.columns import sort_distinct
from workbench.reasoning.nodes import NodeTable
from workbench.reasoning.relation import Relation, RelationKey

__all__ = ["load_worlds"]


def load_worlds(
    worlds: Sequence[Iterable[Triple]], nodes: NodeTable, transitive: frozenset[RelationKey]
) -> dict[RelationKey, Relation]:
    """Intern the facts of all worlds and return them as relations of facts of height 0."""
    parts = [list(world) for world in worlds]
    triples = list(chain.from_iterable(parts))
    relations: dict[RelationKey, Relation] = {}
    if not triples:
        return relations
    world = np.repeat(np.arange(len(parts), dtype=np.int64), [len(part) for part in parts])
    subject_terms = nodes.intern_terms([triple[0] for triple in triples])
    object_terms = nodes.intern_terms([triple[2] for triple in triples])
    predicates = [triple[1] for triple in triples]
    numbers = {predicate: number for number, predicate in enumerate(dict.fromkeys(predicates))}
    groups = np.fromiter(map(numbers.__getitem__, predicates), dtype=np.int64, count=len(predicates))
    if RDF_TYPE in numbers:
        # A class is a relation of its own: number it after the properties, by the number of its term.
        is_class = groups == numbers[RDF_TYPE]
        groups[is_class] = len(numbers) + object_terms[is_class]
    subjects = nodes.intern_nodes(world, subject_terms)
    objects = subjects.copy()
    plain = groups < len(numbers)
    objects[plain] = nodes.intern_nodes(world[plain], object_terms[plain])
    order = np.argsort(groups, kind="stable")
    starts = np.flatnonzero(np.diff(groups[order], prepend=-1))
    names = list(numbers)
    for rows in np.split(order, starts[1:]):
        group = int(groups[rows[0]])
        key = (names[group], "") if group < len(names) else (RDF_TYPE, nodes.terms[group - len(names)])
        relation = relations[key] = Relation(key, nodes, tracks_base=key in transitive)
        relation.append(sort_distinct(relation.make_keys(subjects[rows], objects[rows])), 0)
    return relations
