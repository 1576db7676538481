"""Rules whose conclusion makes a case that conforms to the shapes one that does not.

For each rule a case is drawn in which its body holds and all that it speaks of conforms without it, the other rules
applied. Then what the rule concludes is added, and what follows from that, and the question is whether a condition of
a shape is violated in a way that no further fact could mend: a value too many, of the wrong kind or beyond a limit, one
that is excluded. What is merely missing (a count, a required value) is no such violation, since a shape is there to
find incomplete data; that a new value is not known to be in the class asked for is one, since the rule could ask for
it. For a count that is exceeded the other values come from the same rule applied once more, or are stated where the
project states values of the property. A shape that applies only by the conclusion judges the facts of the rule's body.

A solution is only a proposal: it is written down, the rules are applied to it with and without the rule by whoever
asks (``Derive``), and it is reported if the shapes judge it as said (``shape_evaluation``). So every report is
certain, and what is not reported may still be.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from workbench.model.rules import Atom, Rule, iterate_terms, substitute_atom, substitute_element
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal, is_variable
from workbench.solving.shapes.cases import Background, Depth, Member, disjoin
from workbench.solving.shapes.conflicts import select_conditions
from workbench.solving.shapes.evaluation import Facts, conforms, is_target
from workbench.solving.shapes.rule_cases import ROUNDS, Aim, RuleCase, list_certain
from workbench.solving.shapes.values import Path
from workbench.solving.situations import rename_apart
from workbench.solving.solver import Result, Solver

__all__ = ["Derive", "RuleVerdicts", "RuleViolation", "find_rule_violations"]

Derive = Callable[[Sequence[Triple], Collection[str]], frozenset[Triple] | None]
"""Returns all that follows from facts, without the named rules; None when that is a contradiction."""

_RESOURCES = 4_000_000
_MOST_SHOWN = 60
_MOST_UNDECIDED = 10
"""After so many rules that Z3 did not decide no more are looked at."""


class RuleViolation(NamedTuple):
    """A rule, the condition it can violate, and a case.

    ``members`` are the rule, the condition, and the rules and axioms by which the conclusion reaches it, all needed.
    ``before`` are the facts of a case that conforms, without those that follow from the others; ``concluded`` is what
    the rule adds to it, and ``node`` what then does not conform to ``shape``.
    """

    rule: str
    shape: Term
    members: tuple[Member, ...]
    node: Term
    before: tuple[Triple, ...]
    concluded: tuple[Triple, ...]


class RuleVerdicts(NamedTuple):
    """What rules can violate, and the rules about which Z3 did not decide within its limit."""

    violations: tuple[RuleViolation, ...] = ()
    undetermined: tuple[str, ...] = ()


def find_rule_violations(
    background: Background,
    rules: Sequence[Rule],
    derive: Derive,
    *,
    stated: Collection[Term] = (),
    solver: Solver | None = None,
) -> RuleVerdicts:
    """Return the conditions of shapes that rules can violate, each with a case that was judged; sorted by rule.

    ``stated`` are the properties of which the project states values. Each rule and condition is told once.
    """
    solver = solver or Solver(_RESOURCES)
    found: dict[tuple[str, Member], RuleViolation] = {}
    touched = _list_touched(background)
    undecided: list[str] = []
    for rule in sorted(rules, key=lambda r: r.name):
        if len(undecided) >= _MOST_UNDECIDED:
            break
        if rule.kind != "rule" or not _reaches(background, rule, touched):
            continue
        for violation in _examine(background, rule, derive, stated, solver, undecided):
            found.setdefault((rule.name, violation.members[1]), violation)
    # What a rule leads to only through another rule that violates the same condition is that one's affair.
    kept = [
        violation
        for violation in found.values()
        if not any((member.name, violation.members[1]) in found for member in violation.members[2:])
    ]
    return RuleVerdicts(tuple(kept), tuple(dict.fromkeys(undecided)))


def _list_touched(background: Background) -> frozenset[Term]:
    """The properties and classes of which shapes speak."""
    found: set[Term] = set()
    for shape in background.shapes.values():
        found.update(target.term for target in shape.targets)
        if shape.path is not None:
            found.add(shape.path.predicate)
        for condition in shape.conditions:
            if condition.component == "closed":
                return frozenset({"*"})
            if condition.component in ("class", "disjoint", "lessThan", "lessThanOrEquals", "equals"):
                found.add(condition.value)
    return frozenset(found)


def _reaches(background: Background, rule: Rule, touched: frozenset[Term]) -> bool:
    """Tell whether a rule concludes, or leads to, what shapes speak of and what does not follow without it."""
    body = [element for element in rule.body if isinstance(element, Atom)]
    follows = list_certain(background, rule.name, body)
    new = {atom: None for atom in rule.head if atom not in follows}
    closed = background.clauses.close([*follows, *new])
    for _ in range(ROUNDS):
        for instance in closed.instances:
            if any(substitute_atom(a, instance.bindings) in new for a in instance.clause.atoms):
                heads = [a for parts in instance.clause.alternatives for a in parts if isinstance(a, Atom)]
                bound = (substitute_atom(head, instance.bindings) for head in heads)
                new.update(dict.fromkeys(head for head in bound if head not in follows))
    return bool({atom.key for atom in new} & touched) or ("*" in touched and bool(new))


def _examine(
    background: Background,
    rule: Rule,
    derive: Derive,
    stated: Collection[Term],
    solver: Solver,
    undecided: list[str],
) -> Iterator[RuleViolation]:
    told: set[Member | Path] = set()
    counted = {
        shape.path.predicate
        for shape in background.shapes.values()
        if shape.path is not None and any(c.component == "maxCount" for c in shape.conditions)
    }
    derived: frozenset[Term] = frozenset()
    for rules in _list_applications(rule):
        if len(rules) > 1 and not derived & counted:
            return  # only counts ask for the rule twice
        case = RuleCase(background, rules, stated, Depth(values=2, targets=0, count=3))
        derived = frozenset(atom.predicate for atom in case.derived)
        by_member: dict[Member, list[Aim]] = {}
        for aim in case.aims:
            by_member.setdefault(aim.member, []).append(aim)
        result = _ask(case, solver, [disjoin(a.text for a in case.aims)]) if by_member else "unsat"
        undecided += [rule.name] * (result == "unknown")
        if result != "sat":
            continue
        for member in sorted(by_member, key=lambda m: _rank(background, m)):
            aims, path = by_member[member], background.shapes[member.name].path
            if (path or member) in told:
                continue
            drawn = case.draw(solver, [disjoin(aim.text for aim in aims)])
            if drawn is None:
                continue
            violation = _verify(case, rule, member, aims, drawn.facts, drawn.names, derive)
            if violation is not None:
                told.add(path or member)
                yield violation


def _rank(background: Background, member: Member) -> tuple[int, Member]:
    """Of the conditions on one path the one that says most about a value is told, a count only where no other is."""
    order = ("class", "datatype", "nodeKind", "in")
    component = next(c.component for c in background.shapes[member.name].conditions if c.triple == member.triple)
    place = order.index(component) if component in order else len(order) + (component == "maxCount")
    return place, member


def _ask(case: RuleCase, solver: Solver, statements: Sequence[str]) -> Result:
    text = case.write(statements)
    return solver.ask("\n".join([text, *(f"(assert {guard})" for guard in case.members)])).result


def _list_applications(rule: Rule) -> Iterator[list[Rule]]:
    """The rule alone, then twice: for one subject of its head, and for one object."""
    yield [rule]
    (head, *_) = rule.head
    other = rename_apart(rule, "~2")
    ends = [head.subject] if head.predicate == RDF_TYPE else [head.subject, head.object]
    for end in ends:
        if is_variable(end) and head.predicate != RDF_TYPE:
            yield [rule, _substitute(other, {f"{end}~2": end})]


def _substitute(rule: Rule, names: Mapping[str, str]) -> Rule:
    body = tuple(substitute_element(element, names) for element in rule.body)
    return replace(rule, body=body, head=tuple(substitute_atom(atom, names) for atom in rule.head))


def _verify(
    case: RuleCase,
    rule: Rule,
    member: Member,
    aims: Sequence[Aim],
    facts: Sequence[Triple],
    names: Mapping[str, Term],
    derive: Derive,
) -> RuleViolation | None:
    """Apply the rules to a proposed case and judge it; None when it is not what it was proposed for."""
    before, after = derive(facts, {rule.name}), derive(facts, ())
    if before is None or after is None:
        return None
    shapes, earlier, later = case.background.shapes, Facts(sorted(before)), Facts(sorted(after))
    targeted = case.background.targeted
    spoken_of = {names.get(term, term) for atom in case.own for term in iterate_terms(atom)}
    nodes = sorted(node for node in spoken_of if not is_literal(node))
    for node in nodes:
        for shape in targeted:
            aimed = any(is_target(target, node, earlier) for target in shape.targets)
            if aimed and conforms(shapes, shape.name, node, earlier) is False:
                return None
    only = select_conditions(shapes, frozenset({member}))

    def is_violated(root: Term, node: Term, facts: Facts) -> bool:
        aimed = any(is_target(target, node, facts) for target in shapes[root].targets)
        return aimed and conforms(only, root, node, facts) is False

    for aim in aims:
        node = names.get(aim.node, aim.node)
        if not is_violated(aim.root, node, later):
            continue
        candidates = sorted({name for atom in case.used for name in case.used[atom]})
        needed: list[str] = list(candidates)
        for name in candidates:
            rest = [n for n in needed if n != name]
            left = derive(sorted(before), {n for n in candidates if n not in rest})
            if left is None:
                continue
            if is_violated(aim.root, node, Facts(sorted(left))):
                needed = rest
        members = (Member("clause", rule.name), member, *(Member("clause", name) for name in needed))
        shown = _drop_derived(sorted(facts), rule.name, before, derive)
        return RuleViolation(rule.name, aim.root, members, node, shown, tuple(sorted(after - before)))
    return None


def _drop_derived(facts: Sequence[Triple], rule: str, before: frozenset[Triple], derive: Derive) -> tuple[Triple, ...]:
    """Leave out facts that follow from the others without the rule."""
    kept = list(facts)
    for fact in facts:
        rest = [other for other in kept if other != fact]
        if len(kept) <= _MOST_SHOWN and derive(rest, {rule}) == before:
            kept = rest
    return tuple(kept)
