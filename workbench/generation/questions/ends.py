"""Ends: which classes those have that stand at either end of a property, as far as the theory tells.

Nobody is the father of a throne, though no axiom need say so: what can only be concluded is about those of whom the
rules that conclude it speak.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping

from workbench.generation.worlds.plan import Plan
from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Term, Triple, is_variable, make_literal
from workbench.reasoning.batch import evaluate

__all__ = ["NO_ENDS", "Ends", "find_ends", "is_fitting", "list_places"]

Ends = tuple[frozenset[Term], frozenset[Term]]
"""The classes of the subject, and those of the object."""
NO_ENDS: Ends = (frozenset(), frozenset())
_ROUNDS = 16
_PLANS = 8
_NO_NUMBER = make_literal("")
"""A value that no comparison with a number holds of."""


_FOUND: dict[int, tuple[Plan, dict[Term, Ends]]] = {}


def find_ends(plan: Plan) -> dict[Term, Ends]:
    """Return for each key the classes of whoever stands at either end.

    That is what the theory says of the ends of one fact, and of what is only concluded also what all rules that
    conclude it say of them. Remembered for a plan.
    """
    known = _FOUND.get(id(plan))
    if known is not None and known[0] is plan:
        return known[1]
    ends: dict[Term, Ends] = {}
    for _ in range(_ROUNDS):
        found = _look_at_ends(plan, ends)
        if found == ends:
            break
        ends = found
    if len(_FOUND) >= _PLANS:
        _FOUND.clear()
    _FOUND[id(plan)] = (plan, ends)
    return ends


def is_fitting(own: Collection[Term], kind: Collection[Term]) -> bool:
    """Tell whether somebody of some classes may stand where those of a kind stand: unless it has none of theirs."""
    return not kind or not own or not set(kind).isdisjoint(own)


def list_places(ends: Mapping[Term, Ends], classes: Collection[Term]) -> frozenset[tuple[Term, bool]]:
    """Return where only members of one of the classes can stand: the key, and whether it is the subject."""
    return frozenset(
        (key, is_subject)
        for key, (subject, object_) in ends.items()
        for is_subject, kind in ((True, subject), (False, object_))
        if not kind.isdisjoint(classes)
    )


def _look_at_ends(plan: Plan, ends: Mapping[Term, Ends]) -> dict[Term, Ends]:
    """Return the ends of each key as far as they follow from those that are known."""
    stated = {*plan.assertable}
    worlds: list[list[Triple]] = []
    places: dict[Term, list[tuple[int, Term, Term]]] = {}
    for key in sorted(plan.theory.keys):
        listed = places[key] = []
        ways = plan.unfoldings.get(key, ()) if key not in stated else ()
        heads = [(way.head, way.atoms) for way in ways if all(atom.key in ends for atom in way.atoms)]
        if not ways:
            heads = [(Atom("?x", RDF_TYPE, key) if key in plan.classes else Atom("?x", key, "?y"), ())]
        for head, atoms in heads:
            facts: set[Triple] = set()
            for atom in (head, *atoms):
                object_ = _NO_NUMBER if atom.predicate in plan.values else _name(atom.object)
                facts.add((_name(atom.subject), atom.predicate, object_))
                for term, kinds in zip((atom.subject, object_), ends.get(atom.key, NO_ENDS), strict=True):
                    facts.update((_name(term), RDF_TYPE, kind) for kind in kinds)
            listed.append((len(worlds), _name(head.subject), _name(head.object)))
            worlds.append(sorted(facts))
    batch = evaluate(plan.theory, worlds)
    found: dict[Term, Ends] = {}
    for key, listed in places.items():
        for number, subject, object_ in listed:
            types = [fact for fact in batch.list_facts(number) if fact[1] == RDF_TYPE]
            first = frozenset(fact[2] for fact in types if fact[0] == subject)
            second = frozenset(fact[2] for fact in types if fact[0] == object_ and key not in plan.classes)
            known = found.get(key, (first, second))
            found[key] = known[0] & first, known[1] & second
    return found


def _name(term: Term) -> Term:
    """Return an individual for a variable; terms stay what they are."""
    return f"<urn:p:{term[1:]}>" if is_variable(term) else term
