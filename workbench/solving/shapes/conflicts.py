"""Shapes that nothing can satisfy, that contradict each other, or that contradict the ontology and the rules.

A case is asked about for each class, node and property that shapes are aimed at, with all shapes whose targets its node
meets (through the subclasses and rules there are), and for each shape that has no target. One question asks for a
node with a value on every path; only where there is none more is asked: is there any such node at all, and which path
can have no value? A conflict comes with its smallest set of lines (each is needed), lines of one shape rather than of
several and lines of shapes rather than of the ontology, and where it can be written down with a case in which all of
them hold but one.

So the number of questions grows with the number of targets, not with that of pairs of shapes.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from workbench.model.terms import RDF_TYPE, Term, Triple, is_iri
from workbench.solving.shapes.cases import Background, Depth, Member
from workbench.solving.shapes.evaluation import Facts, conforms
from workbench.solving.shapes.satisfiability import Case, Focus
from workbench.solving.shapes.values import Path, Shape, Shapes, list_nested
from workbench.solving.solver import Solver

__all__ = ["Counterexample", "ShapeConflict", "ShapeVerdicts", "find_shape_conflicts", "list_foci", "select_conditions"]

_MOST = 5
"""Conflicts told of one case."""
_MOST_FOCI = 500
_MOST_UNDETERMINED = 10
"""After so many cases that Z3 did not decide no more are asked about."""
_RESOURCES = 4_000_000
_STRUCTURE = ("node", "property", "and")
# With one of these a path without values is what its author asks for.
_EXCLUDING = frozenset({"not", "or", "xone", "closed", "maxCount", "qualifiedMaxCount"})


class Counterexample(NamedTuple):
    """A graph in which all lines of a conflict hold of ``node`` but ``broken``."""

    facts: tuple[Triple, ...]
    node: Term
    broken: Member


class ShapeConflict(NamedTuple):
    """Lines that cannot be met together.

    ``kind`` is ``unsatisfiable`` for one shape by itself, ``pair`` for several shapes, ``ontology`` where one shape
    conflicts with axioms, rules or facts. ``focus`` is what the node is, ``shapes`` the shapes that are aimed at it
    and take part; ``path`` is given when there can be such nodes, but none with a value of this path.
    """

    kind: Literal["unsatisfiable", "pair", "ontology"]
    focus: Focus
    shapes: tuple[Term, ...]
    members: tuple[Member, ...]
    path: Path | None
    example: Counterexample | None


@dataclass(frozen=True, slots=True)
class ShapeVerdicts:
    """What was found: conflicts, the cases that Z3 did not decide within its limit, how many cases were asked about,
    and how many were not since there are too many."""

    conflicts: tuple[ShapeConflict, ...] = ()
    undetermined: tuple[Focus, ...] = ()
    asked: int = 0
    left_out: int = 0


def list_foci(background: Background, classes: Iterable[Term] = ()) -> list[Focus]:
    """Return what cases are about: all targets, then classes in which several targets meet or that are restricted.

    ``classes`` are the classes of the ontology. Shapes that have no target and are not spoken of by another one stand
    for themselves.
    """
    found: dict[Focus, None] = {}
    aimed: dict[Term, set[Term]] = {}
    for shape in background.targeted:
        for target in shape.targets:
            found.setdefault(Focus(target.kind, target.term))
            if target.kind == "class":
                aimed.setdefault(target.term, set()).add(shape.name)
    met = {
        class_: frozenset(name for sup in background.list_supers(class_) for name in aimed.get(sup, ()))
        for class_ in sorted({*classes, *aimed})
    }
    covered = {met[class_] for class_ in aimed}
    restricted = {
        atom.object
        for clause in background.clauses.clauses
        if len(clause.elements) > 1
        for atom in clause.atoms
        if atom.predicate == RDF_TYPE
    }
    for class_, shapes in met.items():
        if class_ not in aimed and shapes and (shapes not in covered or class_ in restricted):
            covered.add(shapes)
            found.setdefault(Focus("class", class_))
    spoken_of = {
        inner for shape in background.shapes.values() for c in shape.conditions for inner in (*c.shapes, *c.siblings)
    }
    for shape in background.shapes.values():
        if not shape.targets and is_iri(shape.name) and shape.name not in spoken_of and shape.conditions:
            found.setdefault(Focus("any", shape.name))
    # General classes come first: what conflicts there conflicts in each subclass.
    return sorted(found, key=lambda f: len(background.list_supers(f.term)) if f.kind == "class" else 0)


def find_shape_conflicts(
    background: Background, foci: Sequence[Focus], *, solver: Solver | None = None, depth: Depth | None = None
) -> ShapeVerdicts:
    """Ask about each case and return what conflicts, each smallest set of lines once, in the order of the cases.

    What is reported is certain (see ``shape_cases``); a case without a report may still be impossible.
    """
    solver = solver or Solver(_RESOURCES)
    found: list[ShapeConflict] = []
    undetermined: list[Focus] = []
    asked = 0
    for focus in foci[:_MOST_FOCI]:
        if len(undetermined) >= _MOST_UNDETERMINED:
            break
        asked += 1
        conflicts, is_known = _ask(background, focus, solver, depth or Depth(), found)
        found += conflicts
        if not is_known:
            undetermined.append(focus)
    kept = [conflict for conflict in found if not any(_covers(other, conflict) for other in found)]
    unique = {frozenset(conflict.members): conflict for conflict in reversed(kept)}
    ordered = tuple(conflict for conflict in kept if unique[frozenset(conflict.members)] is conflict)
    return ShapeVerdicts(ordered, tuple(undetermined), asked, len(foci) - asked)


def _covers(one: ShapeConflict, other: ShapeConflict) -> bool:
    """Tell whether a conflict says all that another one says."""
    mine, theirs = set(one.members), set(other.members)
    if one.path is None and other.path is not None:
        return mine >= theirs and one is not other
    return mine < theirs and (one.path is None) == (other.path is None)


def _ask(
    background: Background, focus: Focus, solver: Solver, depth: Depth, told: Sequence[ShapeConflict]
) -> tuple[list[ShapeConflict], bool]:
    """Return the conflicts of a case, and whether all was decided; ``told`` are those of other cases."""
    roots = (focus.term,) if focus.kind == "any" else ()
    case = Case(background, focus, roots, by_target=focus.kind != "any", depth=depth)
    members = {member for member in case.members.values() if member.kind == "condition"}
    if not members:
        return [], True
    # What conflicts in the case of a superclass conflicts here, too: it is told once, and others are looked for.
    known = (c for c in told if members.issuperset(m for m in c.members if m.kind == "condition"))
    without = frozenset(_choose_given_up(conflict) for conflict in known)
    found: list[ShapeConflict] = []
    result = case.ask(solver, list(case.fills), without)
    if result == "sat":
        return [], True
    is_known = result != "unknown"
    for _ in range(_MOST):
        result, core = case.explain(solver, [], without)
        if result != "unsat":
            is_known = is_known and result == "sat"
            break
        conflict = _make_conflict(case, core, None, solver)
        if conflict is None:
            return found, is_known
        found.append(conflict)
        without |= {_choose_given_up(conflict)}
    else:
        return found, is_known
    for fill, path in case.fills.items():
        result, core = case.explain(solver, [fill], without)
        is_known = is_known and result != "unknown"
        if result == "unsat" and _is_unwanted(case, core):
            conflict = _make_conflict(case, core, path, solver)
            found += [conflict] if conflict is not None else []
    return found, is_known


def _choose_given_up(conflict: ShapeConflict) -> Member:
    """The line to leave out in order to find other conflicts: the last one of a shape."""
    return [member for member in conflict.members if member.kind == "condition"][-1]


def _is_unwanted(case: Case, core: Sequence[str]) -> bool:
    """Tell whether lines exclude all values of a path that seem to be there to describe them."""
    members = [case.members[guard] for guard in core if guard in case.members]
    conditions = [_find_condition(case.background.shapes, member) for member in members if member.kind == "condition"]
    return bool(conditions) and not any(c is None or c in _EXCLUDING for c in conditions)


def _find_condition(shapes: Shapes, member: Member) -> str | None:
    for condition in shapes[member.name].conditions:
        if condition.triple == member.triple:
            return None if condition.component == "in" and not condition.values else condition.component
    return None


def _make_conflict(case: Case, core: Sequence[str], path: Path | None, solver: Solver) -> ShapeConflict | None:
    """Say what a core means; None when no shape takes part."""
    members = tuple(case.members[guard] for guard in core if guard in case.members)
    conditions = [member for member in members if member.kind == "condition"]
    if not conditions:
        return None
    roots = _cover(case, conditions)
    kind: Literal["unsatisfiable", "pair", "ontology"] = "unsatisfiable"
    if len(roots) > 1:
        kind = "pair"
    elif len(conditions) < len(members):
        kind = "ontology"
    example = _find_example(case, members, path, solver)
    return ShapeConflict(kind, case.focus, roots, members, path, example)


def _cover(case: Case, conditions: Sequence[Member]) -> tuple[Term, ...]:
    """Return few targeted shapes through which all the conditions are asked for."""
    left, chosen = set(conditions), list[Term]()
    candidates = list(dict.fromkeys(root for member in conditions for root in case.owners[member]))
    while left:
        best = max(candidates, key=lambda root: sum(root in case.owners[member] for member in left))
        chosen.append(best)
        left = {member for member in left if best not in case.owners[member]}
    return tuple(sorted(chosen))


def _find_example(case: Case, members: Sequence[Member], path: Path | None, solver: Solver) -> Counterexample | None:
    """Return a case in which all members hold but one, if one can be written down; the last ones are broken first."""
    conditions = [member for member in members if member.kind == "condition"]
    for broken in sorted(conditions, key=lambda m: _rank(case.background.shapes, m)):
        rest = frozenset(members) - {broken}
        small = Case(
            case.background,
            case.focus,
            case.roots,
            by_target=case.by_target,
            only=rest,
            fill=[path] if path is not None else [],
            depth=replace(case.scene.limits, count=4),
        )
        drawn = small.draw(solver, is_filled=True)
        if drawn is None:
            continue
        node = drawn.names.get(small.node, small.node)
        facts = Facts(drawn.facts)
        owners = case.owners[broken]
        root = next((root for root in owners if _reaches(case.background.shapes, root, broken)), "")
        if not root:
            continue
        held = select_conditions(case.background.shapes, rest)
        both = select_conditions(case.background.shapes, frozenset(members))
        roots = list(dict.fromkeys(r for member in conditions for r in case.owners[member]))
        if all(conforms(held, r, node, facts) for r in roots) and conforms(both, root, node, facts) is False:
            return Counterexample(drawn.facts, node, broken)
    return None


def _rank(shapes: Shapes, member: Member) -> tuple[bool, str]:
    """What is broken first: tests of a value, since a case that lacks a value altogether shows less."""
    component = _find_condition(shapes, member) or ""
    return component in ("minCount", "hasValue", "qualifiedMinCount"), component


def _reaches(shapes: Shapes, root: Term, member: Member) -> bool:
    return any(shape.name == member.name for shape in list_nested(shapes, root))


def select_conditions(shapes: Shapes, members: frozenset[Member]) -> dict[Term, Shape]:
    """Return the shapes with only some conditions, and those that lead from one shape to another."""
    chosen = {member.triple for member in members if member.kind == "condition"}
    inner = {
        name
        for shape in shapes.values()
        for c in shape.conditions
        if c.triple in chosen and c.component not in _STRUCTURE
        for one in (*c.shapes, *c.siblings)
        for name in (nested.name for nested in list_nested(shapes, one))
    }
    return {
        name: shape
        if name in inner
        else replace(
            shape,
            conditions=tuple(c for c in shape.conditions if c.triple in chosen or c.component in _STRUCTURE),
        )
        for name, shape in shapes.items()
    }
