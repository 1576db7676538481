"""When two items are the same: three grains, each a canonical form of what the item states and asks.

``exact`` keeps every name; ``named`` renames individuals away; ``core`` renames properties, classes and literals
that nothing compares too, and leaves out distractors. In none do the order of facts, rules, atoms and options, the
names of rules or the names of variables count.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal, NamedTuple

from workbench.generation.clause_graph import (
    ClauseGraph,
    compute_digest,
    list_atoms,
    list_comparisons,
    list_constants,
    normalise_rule,
)
from workbench.model.rules import Atom, BodyElement, Rule, collect_variables
from workbench.model.terms import Term, Triple, is_literal, is_variable

__all__ = ["Identity", "ItemStructure", "Match", "compute_identity", "explain_match"]

_VERSION = 1


@dataclass(frozen=True, slots=True)
class ItemStructure:
    """What an item states and asks.

    ``facts`` and ``rules`` come with whether each is a distractor. ``query`` is the asked statement or pattern and
    ``variables`` those of its variables whose values are wanted, in order. ``options`` are the statements to choose
    from. ``constants`` are individuals that ``named`` keeps; those in the rules themselves are kept anyway.
    """

    given: Literal["facts+rules", "facts", "none"]
    task: str
    facts: tuple[tuple[Triple, bool], ...]
    rules: tuple[tuple[Rule, bool], ...]
    closed: tuple[Term, ...]
    query_kind: str
    query: tuple[BodyElement, ...]
    variables: tuple[str, ...] = ()
    options: tuple[Triple, ...] = ()
    status: str | None = None
    constants: frozenset[Term] = frozenset()


class Identity(NamedTuple):
    """The three digests, 32 hexadecimal digits each."""

    exact: str
    named: str
    core: str


class Match(NamedTuple):
    """A renaming that turns one item into the other; terms that stay themselves are not listed in ``named``."""

    individuals: dict[Term, Term]
    properties: dict[Term, Term]
    classes: dict[Term, Term]
    literals: dict[Term, Term]


def compute_identity(structure: ItemStructure) -> Identity:
    """Return the three digests of an item.

    Raises LimitError when the item is too large and too regular to be compared up to renaming.
    """
    named, core = (_describe(structure, grain) for grain in ("named", "core"))
    return Identity(
        _compute_exact(structure),
        _digest(named[1], named[0].canonicalise()[0]),
        _digest(core[1], core[0].canonicalise()[0]),
    )


def explain_match(
    first: ItemStructure, second: ItemStructure, grain: Literal["named", "core"] = "core"
) -> Match | None:
    """Return a renaming that shows why two items have the same ``named`` or ``core`` identity.

    None when they haven't. Raises LimitError like :func:`compute_identity`.
    """
    (graph, header), (other, other_header) = _describe(first, grain), _describe(second, grain)
    certificate, labelling = graph.canonicalise()
    other_certificate, other_labelling = other.canonicalise()
    if (header, certificate) != (other_header, other_certificate):
        return None
    at = {other_labelling[vertex]: slot for slot, vertex in other.slots.items()}
    renaming: dict[str, dict[Term, Term]] = {"individual": {}, "property": {}, "class": {}, "literal": {}}
    for (kind, term), vertex in sorted(graph.slots.items()):
        renaming[kind][term] = at[labelling[vertex]][1]
    return Match(renaming["individual"], renaming["property"], renaming["class"], renaming["literal"])


def _digest(header: object, certificate: bytes) -> str:
    text = json.dumps([_VERSION, header], ensure_ascii=False, separators=(",", ":"))
    return compute_digest(text.encode() + b"\n" + certificate)


def _list_common(structure: ItemStructure) -> list[object]:
    return [structure.given, structure.task, structure.query_kind, structure.status]


def _compute_exact(structure: ItemStructure) -> str:
    graph = ClauseGraph("exact")
    graph.add_clause("query", structure.query, (), structure.variables)
    header = [
        "exact",
        *_list_common(structure),
        sorted({triple for triple, _ in structure.facts}),
        sorted({normalise_rule(rule, "exact") for rule, _ in structure.rules}),
        sorted(set(structure.closed)),
        sorted(set(structure.options)),
    ]
    return _digest(header, graph.canonicalise()[0])


def _describe(structure: ItemStructure, grain: Literal["named", "core"]) -> tuple[ClauseGraph, list[object]]:
    """Return the graph of an item and what belongs to its identity beside the graph."""
    if grain == "named":
        facts, rules = [triple for triple, _ in structure.facts], [rule for rule, _ in structure.rules]
        fixed = structure.constants.union(*(list_constants(rule) for rule in rules))
        graph = ClauseGraph("named", fixed)
        normalised = sorted({normalise_rule(rule, "named") for rule in rules})
        header = ["named", *_list_common(structure), normalised, sorted(set(structure.closed))]
    else:
        facts, rules = _select_statements(structure)
        graph = ClauseGraph("core", valued=_find_valued(structure, facts, rules))
        for rule in rules:
            graph.add_rule(rule)
        header = ["core", *_list_common(structure)]
    graph.add_triples("fact", facts)
    graph.add_triples("option", structure.options)
    graph.add_clause("query", structure.query, (), structure.variables)
    if grain == "core":
        graph.add_closed(sorted(set(structure.closed)))
    return graph, header


def _select_statements(structure: ItemStructure) -> tuple[list[Triple], list[Rule]]:
    """Return what is no distractor; for unknown also all that the query depends on by its predicate.

    A statement is unknown because of all that could have decided it, so nothing of that may be left out.
    """
    reached: set[str] = set()
    if structure.status == "unknown":
        reached.update(atom.key for atom in list_atoms(structure.query))
        reached.update(Atom(*option).key for option in structure.options)
        before = -1
        while len(reached) > before:
            before = len(reached)
            for rule, _ in structure.rules:
                if any(head.key in reached for head in rule.head):
                    reached.update(atom.key for atom in list_atoms(rule.body))
    facts = [triple for triple, extra in structure.facts if not extra or Atom(*triple).key in reached]
    rules = [rule for rule, extra in structure.rules if not extra or any(atom.key in reached for atom in rule.head)]
    return facts, rules


@lru_cache(maxsize=8192)
def _list_flows(rule: Rule) -> tuple[frozenset[str], tuple[tuple[str, str], ...]]:
    """Return the properties whose values a rule compares, and which property's values become which one's."""
    compared = {variable for part in list_comparisons(rule.body) for variable in collect_variables(part)}
    body = list_atoms(rule.body)
    direct = frozenset(atom.predicate for atom in body if atom.object in compared)
    flows = {
        (head.predicate, atom.predicate)
        for head in rule.head
        for atom in body
        if is_variable(head.object) and head.object == atom.object
    }
    return direct, tuple(sorted(flows))


def _find_valued(structure: ItemStructure, facts: Iterable[Triple], rules: list[Rule]) -> frozenset[Term]:
    """Return the literals that can take part in a comparison, directly or after rules have passed them on."""
    query = Rule("", structure.query, ())
    known = [_list_flows(rule) for rule in (*rules, query)]
    compared = {predicate for direct, _ in known for predicate in direct}
    if not compared:
        return frozenset()
    flows = [flow for _, pairs in known for flow in pairs]
    while reached := {source for target, source in flows if target in compared} - compared:
        compared |= reached
    atoms = [atom for rule in rules for atom in (*rule.head, *list_atoms(rule.body))]
    atoms += list_atoms(structure.query)
    stated: list[tuple[str, str, str]] = [*facts, *structure.options, *atoms]
    return frozenset(object_ for _, predicate, object_ in stated if predicate in compared and is_literal(object_))
