"""Rules and constraints that say nothing new: what they conclude follows from the others wherever their body holds.

The body, with one symbolic term per variable, is closed under all other rules. Where no values and no choice of the
other atoms make the body true and the head false, the rule is implied: in every world the others conclude it, so the
facts are the same without it (the least model of the others satisfies it, stratum by stratum). Constraints take no
part in this for rules, since a rule may do its work in a world that violates one. A constraint is implied when the
others are violated wherever it is. A negation is the same as another one of the same form about the same terms, and
known to be true of nothing else; a computed value is another computed value where their expressions are always equal.

Rules are asked from the last to the first, and one that is implied takes no part any more: all that are told can be
removed at once, and of two that are equal the later one is told.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbench.model.report import Location
from workbench.model.rules import Atom, Comparison, Operation, Rule, substitute_atom
from workbench.model.terms import is_variable
from workbench.solving.analysis.cases import find_case
from workbench.solving.analysis.ground import Finding, Ground, Inquiry
from workbench.solving.analysis.renaming import find_renaming
from workbench.solving.problems import Situation

__all__ = ["find_implied"]


def find_implied(ground: Ground, inquiry: Inquiry, passed_over: Iterable[str] = ()) -> list[Finding]:
    """Return the rules and constraints that the others imply; ``passed_over`` are those that can do no work anyway."""
    removed = set(passed_over)
    found = []
    for rule in sorted((r for r in ground.authored if r.name not in removed), key=_order, reverse=True):
        finding = _ask(ground, inquiry, rule, frozenset(removed))
        if finding is not None:
            removed.add(rule.name)
            found.append(finding)
    return found[::-1]


def _order(rule: Rule) -> tuple[Location, str]:
    return rule.location or Location(""), rule.name


def _ask(ground: Ground, inquiry: Inquiry, rule: Rule, removed: frozenset[str]) -> Finding | None:
    atoms = tuple(dict.fromkeys(element for element in rule.body if isinstance(element, Atom)))
    out = {rule.name, *removed}
    situation = ground.make_situation(atoms, (*rule.body, *rule.head), lambda name: name in out)
    goals = [" ".join(_list_ways(situation, rule, head)) for head in rule.head]
    if rule.head and not all(goals) and not any(head in atoms for head in rule.head):
        inquiry.settle("implied")
        return None
    body = situation.write_elements(rule.body)
    reached = " ".join(f"(or false {goal})" for goal in goals)
    statements = [f"(assert {body})"]
    if rule.head:
        statements.append(f"(assert (not (and true {reached})))")
    by_name = ground.by_name
    guards = [guard for guard, name in situation.by_guard.items() if _takes_part(by_name.get(name), rule, name, ground)]
    judgement = inquiry.judge("implied", rule.name, situation, statements, guards)
    if judgement.result != "unsat":
        return None
    parts = tuple(sorted({rule.name, *situation.name_guards(judgement.core)}))
    others = tuple(name for name in parts if name != rule.name)
    other = by_name.get(others[0]) if len(others) == 1 else None
    same = other is not None and other.kind != "axiom" and _is_same(rule, other)
    case = find_case(ground, inquiry, situation, statements[:1], situation.guards) if rule.head else None
    return Finding("duplicate" if same else "implied", rule.name, parts, case, rule.head, others)


def _takes_part(other: Rule | None, rule: Rule, name: str, ground: Ground) -> bool:
    if other is None:
        return any(typing.name == name for typing in ground.typings.values())
    return rule.is_integrity or not other.is_integrity


def _list_ways(situation: Situation, rule: Rule, head: Atom) -> Iterator[str]:
    """The Booleans of which one must be true for a head to be concluded by others, each with its condition."""
    concluded = {
        substitute_atom(part, instance.bindings)
        for instance in situation.closed.instances
        for alternative in instance.clause.alternatives
        for part in alternative
        if isinstance(part, Atom)
    }
    if head in concluded or head in situation.atoms:
        yield situation.write_atom(head)
    if not _is_computed(head.object, rule):
        return
    for atom in situation.known.get(head.key, ()):
        if atom.subject == head.subject and atom.predicate == head.predicate and atom.object.startswith("?~"):
            equal = situation.write_comparison(Comparison("=", atom.object, head.object))
            yield f"(and {situation.write_atom(atom)} {equal})"


def _is_computed(term: str, rule: Rule) -> bool:
    """Tell whether a variable gets its value from an operation; such values have one way to be written."""
    held = {t for element in rule.body if isinstance(element, Atom) for t in (element.subject, element.object)}
    equations = [e for e in rule.body if isinstance(e, Comparison) and e.operator == "="]
    given = any(
        term in (e.left, e.right) and (isinstance(e.left, Operation) or isinstance(e.right, Operation))
        for e in equations
    )
    return is_variable(term) and term not in held and given


def _is_same(rule: Rule, other: Rule) -> bool:
    """Tell whether two rules are one up to the names of variables and the order of elements."""
    names = find_renaming(rule.body, other.body)
    return names is not None and {substitute_atom(head, names) for head in rule.head} == set(other.head)
