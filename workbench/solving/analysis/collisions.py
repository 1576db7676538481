"""Rules whose conclusions break a constraint or an axiom: alone, or two of them for one case.

**What is looked at.** For a rule, its body with one symbolic term per variable, closed under everything; *new* are the
atoms that are there only because of the rule. A constraint, or an axiom that excludes something, is of interest where
one of its atoms is new; for two rules, where one atom is new for each, the terms that meet there being one.

**What is told.** A case that is consistent without the rule, or without one of the two, and is not with it:

* *violates*: wherever the body holds, and what the constraint compares has any value, the constraint is violated;
* *can violate*: the rule's own body is all it takes, and some values that the other constraints allow violate it;
* *contradictory conclusions*: wherever both bodies hold, or, where values are computed, for some values.

**What is not told**, since authors mean it: that the opposite of what a rule concludes could be stated as well; that
a constraint may be violated by facts that no rule brings together; equalities forced on two things that may well be
one (a father found in two ways is the same father); that facts which have nothing in common lead by two rules to what
a constraint of the form *these two never go together* is there to catch. Terms of one rule are taken to be one only
where that lets one fact serve for two atoms of its body, as with a sibling who is the person itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import permutations, product
from typing import NamedTuple

from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Negation,
    Operation,
    Rule,
    collect_variables,
    substitute_atom,
    substitute_element,
)
from workbench.model.terms import RDF_TYPE, is_literal, is_variable
from workbench.solving.analysis.cases import find_case
from workbench.solving.analysis.ground import Finding, Ground, Inquiry
from workbench.solving.problems import Situation
from workbench.solving.situations import Clause, Instance, rename_apart

__all__ = ["find_collisions"]

_PAIRS = 2000
"""How many meetings of two rules at a constraint are looked at."""


class _Side(NamedTuple):
    """A rule and the atoms that are there because of it where its body holds."""

    rule: Rule
    atoms: tuple[Atom, ...]
    new: tuple[Atom, ...]


def find_collisions(
    ground: Ground,
    inquiry: Inquiry,
    passed_over: Iterable[str] = (),
    *,
    with_pairs: bool = True,
    alone: Sequence[Finding] | None = None,
) -> list[Finding]:
    """Return the rules that violate or can violate a constraint or axiom, and the pairs that contradict each other.

    ``passed_over`` are rules of which something graver is known. Without ``with_pairs`` each is looked at alone;
    ``alone`` is what that gave, where it was asked of the same rules before.
    """
    skipped = set(passed_over)
    rules = [r for r in ground.rules if r.kind == "rule" and r.head and r.name not in skipped]
    sides = [_read_side(ground, rule) for rule in rules]
    excluding = [clause for clause in ground.index.clauses if clause.is_integrity and not clause.alternatives]
    found: dict[tuple[str, ...], Finding] = {}
    if alone is None:
        alone = [finding for side in sides for finding in _examine_alone(ground, inquiry, side, excluding)]
    for finding in alone:
        found.setdefault((finding.kind, *finding.parts), finding)
    guilty = {finding.subject for finding in found.values() if finding.kind == "violates"}
    if not with_pairs:
        return list(found.values())
    met: set[tuple[str, str]] = set()
    kept = [side for side in sides if side.rule.name not in guilty]
    for finding in _examine_pairs(ground, inquiry, kept, excluding):
        pair = (finding.subject, finding.others[0])
        if pair not in met:
            met.add(pair)
            found.setdefault((finding.kind, *finding.parts), finding)
    return list(found.values())


def _read_side(ground: Ground, rule: Rule) -> _Side:
    atoms = tuple(dict.fromkeys(element for element in rule.body if isinstance(element, Atom)))
    # Other rules that may conclude the like have conditions of their own; what they would conclude is as new.
    keys = {head.key for head in rule.head}
    rivals = {r.name for r in ground.rules if r.kind == "rule" and any(head.key in keys for head in r.head)}
    before = ground.index.close(atoms, ground.limits, lambda name: name in rivals)
    after = ground.index.close(atoms, ground.limits)
    old = {atom for found in before.known.values() for atom in found}
    # What the rule concludes of things made up on the way is no conclusion of its own.
    new = (a for found in after.known.values() for a in found if a not in old and not a.subject.startswith("?~"))
    return _Side(rule, atoms, tuple(new))


# ---- one rule


def _examine_alone(ground: Ground, inquiry: Inquiry, side: _Side, excluding: Sequence[Clause]) -> Iterator[Finding]:
    situation = ground.make_situation(side.atoms, side.rule.body)
    new = set(side.new)
    told: set[str] = set()
    for instance in situation.closed.instances:
        clause = instance.clause
        if clause.is_integrity and not clause.alternatives and clause.name not in told and _takes_value(clause):
            if not any(substitute_atom(atom, instance.bindings) in new for atom in clause.atoms):
                continue
            finding = _ask_possible(ground, inquiry, side.rule, situation, instance)
            if finding is not None:
                told.add(clause.name)
                yield finding
    for clause in excluding:
        if clause.name in told:
            continue
        for case in _list_contexts(side, clause):
            finding = _ask_certain(ground, inquiry, side.rule, clause, case)
            if finding is not None:
                yield finding
                break


def _takes_value(clause: Clause) -> bool:
    """Tell whether a constraint compares values, rather than asking that two things be one."""
    return any(
        isinstance(part, Operation) or is_literal(part) or comparison.operator not in ("=", "!=")
        for comparison in clause.comparisons
        for part in (comparison.left, comparison.right)
    )


def _ask_possible(
    ground: Ground, inquiry: Inquiry, rule: Rule, situation: Situation, instance: Instance
) -> Finding | None:
    clause = instance.clause
    body = situation.write_elements(rule.body)
    violated = situation.write_elements(clause.comparisons, instance.bindings)
    statements = [f"(assert {body})", f"(assert {violated})"]
    own = situation.guard_of[clause.name]
    others = [guard for guard in situation.guards if guard != own]
    result = inquiry.judge("violates-constraint", rule.name, situation, statements, others).result
    if result != "sat":
        if result == "unsat":
            inquiry.correct("violates-constraint", proved=False)
        return None
    judgement = inquiry.solver.judge(situation.write(statements), situation.guards)
    parts = situation.name_guards(judgement.core)
    if judgement.result != "unsat" or rule.name not in parts or clause.name not in parts:
        return None
    inquiry.correct("violates-constraint", proved=True)
    case = find_case(ground, inquiry, situation, statements, others)
    return Finding("can-violate", rule.name, parts, case, rule.head, (clause.name,))


class _Meeting(NamedTuple):
    """Atoms and further conditions of a case in which rules and a constraint meet."""

    atoms: tuple[Atom, ...]
    elements: tuple[BodyElement, ...]
    is_shared: bool = False
    """Whether one fact serves both rules."""


def _only_catches(ground: Ground, clause: Clause) -> bool:
    """Tell whether an author wrote the constraint to catch facts that do not go together: it compares nothing."""
    rule = ground.by_name.get(clause.name)
    return rule is not None and rule.kind == "constraint" and not clause.comparisons


def _list_contexts(side: _Side, clause: Clause) -> Iterator[_Meeting]:
    """The cases in which a new atom meets an atom of the constraint, with the values that it compares besides."""
    own = {v for part in (*side.rule.body, *side.new) for v in collect_variables(part)}
    for atom, new in product(clause.atoms, side.new):
        renamed = _rename_clause(clause)
        image = substitute_atom(atom, renamed)
        rest = [substitute_atom(other, renamed) for other in clause.atoms if other is not atom]
        compared = {renamed.get(v, v) for c in clause.comparisons for v in collect_variables(c)}
        unifier = _unify([(image, new)])
        if unifier is None:
            continue
        body = tuple(substitute_element(element, unifier) for element in side.rule.body)
        atoms = tuple(dict.fromkeys(element for element in body if isinstance(element, Atom)))
        merges = _merges(own, unifier)
        if merges and len(atoms) >= len(side.atoms):
            continue
        context = [substitute_atom(other, unifier) for other in rest]
        if not all(_is_value(other, context, compared) for other in context):
            continue
        if merges or context:
            yield _Meeting((*atoms, *context), body)


def _is_value(atom: Atom, context: Sequence[Atom], compared: set[str]) -> bool:
    """Tell whether an atom only gives something a value that is compared."""
    others = {t for other in context if other is not atom for t in (other.subject, other.object)}
    return atom.predicate != RDF_TYPE and atom.object in compared and atom.object not in others | {atom.subject}


def _ask_certain(ground: Ground, inquiry: Inquiry, rule: Rule, clause: Clause, case: _Meeting) -> Finding | None:
    situation = ground.make_situation(case.atoms, case.elements)
    statements = [f"(assert {situation.write_elements(case.elements)})"]
    others = [guard for guard, name in situation.by_guard.items() if name != rule.name]
    judgement = inquiry.judge("violates-constraint", rule.name, situation, statements, situation.guards)
    parts = situation.name_guards(judgement.core)
    if judgement.result != "unsat":
        return None
    missing = rule.name not in parts or clause.name not in parts
    if missing or inquiry.solver.judge(situation.write(statements), others).result != "sat":
        inquiry.correct("violates-constraint", proved=False)
        return None
    found = find_case(ground, inquiry, situation, statements, others)
    return Finding("violates", rule.name, parts, found, rule.head, (clause.name,))


# ---- two rules


def _examine_pairs(
    ground: Ground, inquiry: Inquiry, sides: Sequence[_Side], excluding: Sequence[Clause]
) -> Iterator[Finding]:
    by_key: dict[str, list[tuple[int, Atom]]] = {}
    for number, side in enumerate(sides):
        for atom in side.new:
            by_key.setdefault(atom.key, []).append((number, atom))
    asked = 0
    seen: set[tuple[int, int, int, tuple[Atom, ...]]] = set()
    for place, clause in enumerate(excluding):
        for one, other in permutations(range(len(clause.atoms)), 2):
            firsts, seconds = (by_key.get(clause.atoms[i].key, ()) for i in (one, other))
            for (first, new), (second, counter) in product(firsts, seconds):
                if first >= second:
                    continue
                meeting = _meet(sides[first], new, sides[second], counter, clause, (one, other))
                if meeting is None or (first, second, place, meeting.atoms) in seen:
                    continue
                if _only_catches(ground, clause) and not meeting.is_shared:
                    continue
                seen.add((first, second, place, meeting.atoms))
                asked += 1
                names = (sides[first].rule.name, sides[second].rule.name)
                if asked > _PAIRS:
                    inquiry.leave("contradictory-conclusions", names[0], "the number of pairs of rules")
                    return
                finding = _ask_pair(ground, inquiry, names, clause, meeting)
                if finding is not None:
                    yield finding


def _meet(
    first: _Side, new: Atom, second: _Side, counter: Atom, clause: Clause, places: tuple[int, int]
) -> _Meeting | None:
    renamed = _rename_clause(clause)
    atoms = [substitute_atom(atom, renamed) for atom in clause.atoms]
    apart = rename_apart(second.rule, "~2")
    mapping = {v: f"{v}~2" for part in (*second.rule.body, counter) for v in collect_variables(part)}
    pairs = [(atoms[places[0]], new), (atoms[places[1]], substitute_atom(counter, mapping))]
    unifier = _unify(pairs)
    while unifier is not None and (same := _find_one_value(first.rule, apart, unifier)) is not None:
        pairs.append(same)
        unifier = _unify(pairs)
    if unifier is None:
        return None
    if _merges({v for part in (*first.rule.body, new) for v in collect_variables(part)}, unifier):
        return None
    if _merges(set(mapping.values()), unifier):
        return None
    body = tuple(substitute_element(element, unifier) for element in (*first.rule.body, *apart.body))
    compared = {renamed.get(v, v) for c in clause.comparisons for v in collect_variables(c)}
    context = [substitute_atom(a, unifier) for i, a in enumerate(atoms) if i not in places]
    if not all(_is_value(atom, context, compared) for atom in context):
        return None
    stated = [element for element in body if isinstance(element, Atom)]
    is_shared = len(set(stated)) < len(first.atoms) + len(second.atoms)
    return _Meeting(tuple(dict.fromkeys((*stated, *context))), body, is_shared)


def _find_one_value(rule: Rule, other: Rule, unifier: Mapping[str, str]) -> tuple[Atom, Atom] | None:
    """Two atoms of two rules that compare the value of one property of one thing: one value is meant."""
    compared = {v for r in (rule, other) for e in r.body if isinstance(e, Comparison) for v in collect_variables(e)}
    for one, counter in product(rule.body, other.body):
        if not isinstance(one, Atom) or not isinstance(counter, Atom) or one.predicate != counter.predicate:
            continue
        if one.predicate == RDF_TYPE or one.object not in compared or counter.object not in compared:
            continue
        first, second = substitute_atom(one, unifier), substitute_atom(counter, unifier)
        if first.subject == second.subject and first.object != second.object:
            return one, counter
    return None


def _ask_pair(
    ground: Ground, inquiry: Inquiry, names: tuple[str, str], clause: Clause, meeting: _Meeting
) -> Finding | None:
    situation = ground.make_situation(meeting.atoms, meeting.elements)
    body = f"(assert {situation.write_elements(meeting.elements)})"
    own = situation.guard_of.get(clause.name)
    others = [guard for guard in situation.guards if guard != own]
    for violated in ("", *_write_violations(situation, clause)):
        statements = [body, violated] if violated else [body]
        judgement = inquiry.judge("contradictory-conclusions", names[0], situation, statements, situation.guards)
        if judgement.result != "unsat":
            continue
        parts = situation.name_guards(judgement.core)
        if not {*names, clause.name} <= {*parts}:
            inquiry.correct("contradictory-conclusions", proved=False)
            continue
        case = find_case(ground, inquiry, situation, statements, others)
        if case is not None or inquiry.solver.judge(situation.write(statements), others).result == "sat":
            heads = tuple(atom for name in names for atom in ground.by_name[name].head)
            return Finding("contradictory-conclusions", names[0], parts, case, heads, (names[1], clause.name))
        inquiry.correct("contradictory-conclusions", proved=False)
    return None


def _write_violations(situation: Situation, clause: Clause) -> Iterator[str]:
    """Assertions that an instance of the constraint is violated by values that rules compute or name."""
    for instance in situation.closed.instances:
        if instance.clause is clause and clause.comparisons:
            terms = {instance.bindings.get(v, v) for c in clause.comparisons for v in collect_variables(c)}
            if all(is_literal(term) or term.startswith("?~") for term in terms):
                yield f"(assert {situation.write_elements(clause.comparisons, instance.bindings)})"


# ---- terms that meet


def _rename_clause(clause: Clause) -> dict[str, str]:
    parts: tuple[Atom | Comparison | Negation, ...] = (*clause.atoms, *clause.comparisons, *clause.negations)
    return {v: f"{v}~0" for part in parts for v in collect_variables(part)}


def _unify(pairs: Sequence[tuple[Atom, Atom]]) -> dict[str, str] | None:
    """Return what each variable becomes so that the atoms of each pair are one; None if that cannot be."""
    parent: dict[str, str] = {}

    def find(term: str) -> str:
        while term in parent:
            term = parent[term]
        return term

    for one, other in pairs:
        if one.predicate != other.predicate:
            return None
        for left, right in ((one.subject, other.subject), (one.object, other.object)):
            first, second = find(left), find(right)
            if first == second:
                continue
            if not is_variable(first) and not is_variable(second):
                return None
            # A constant stands for its variables, then the terms of the first rule, last those of the constraint.
            keep, give = sorted((first, second), key=_rank)
            parent[give] = keep
    return {term: find(term) for term in parent}


def _rank(term: str) -> tuple[int, str]:
    if not is_variable(term):
        return 0, term
    return (3 if term.endswith("~0") else 2 if term.endswith("~2") else 1), term


def _merges(own: set[str], unifier: Mapping[str, str]) -> bool:
    """Tell whether two terms of a rule become one, or one of them a constant."""
    images = [unifier.get(term, term) for term in sorted(own)]
    return len(set(images)) < len(images) or not all(map(is_variable, images))
