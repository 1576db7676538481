"""Conclusions about values: a rule or axiom that gives a text, number or date a class or property."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.build.knowledge import Knowledge
from workbench.model.proofs import Proof
from workbench.model.report import Location, Violation
from workbench.model.rules import Rule
from workbench.model.terms import Triple, is_literal, split_literal

__all__ = ["find_subject_literals"]

_MOST_PROVED = 500
_RELATED = 5


def find_subject_literals(knowledge: Knowledge) -> list[Violation]:
    """Return a violation for each rule and axiom that concludes something about a literal.

    In RDF a literal is no subject (RDF 1.1 Concepts, section 3.1). Rules and axioms lead there when a data property is
    turned around, or when an object property has a text as its value: each says where, at the rule or axiom, with the
    stated facts behind it. What only follows from such a conclusion is not told again.
    """
    closure, rules = knowledge.closure, knowledge.theory.by_name
    numbers = closure.batch.facts.list_subject_literals(closure.world)
    first: dict[str, tuple[Triple, Proof, list[Location]]] = {}
    for triple in closure.batch.facts.list_triples(numbers[:_MOST_PROVED]):
        proof = closure.proof(triple)
        if proof is None or not proof.steps or any(is_literal(premise[0]) for premise in proof.steps[-1].premises):
            continue
        _, _, places = first.setdefault(proof.steps[-1].rule, (triple, proof, []))
        places += [place for leaf in proof.leaves if (place := knowledge.narrator.locate(leaf)) is not None]
    return [_report(knowledge, rules[name], triple, places) for name, (triple, _, places) in sorted(first.items())]


def _report(knowledge: Knowledge, rule: Rule, triple: Triple, leaves: list[Location]) -> Violation:
    narrator = knowledge.narrator
    source = "This axiom" if rule.kind == "axiom" else f"The rule “{rule.name}”"
    places = list(dict.fromkeys([*_list_places(knowledge, rule), *leaves]))
    return Violation(
        "ontology.value-as-subject",
        "error",
        f"{source} says something about the value “{split_literal(triple[0])[0]}”: {narrator.say(triple)}",
        places[0] if places else None,
        triple[0],
        why="A text, number or date is no individual; it belongs to no class and has no properties.",
        fix="Give the property an individual as its value, or change what is concluded from it.",
        related=tuple(places[1 : 1 + _RELATED]),
        domain=knowledge.domain.name,
    )


def _list_places(knowledge: Knowledge, rule: Rule) -> Iterator[Location]:
    if rule.location is not None:
        yield rule.location
    for axiom in rule.axioms:
        place = knowledge.project.locate(axiom)
        if place is not None:
            yield place
