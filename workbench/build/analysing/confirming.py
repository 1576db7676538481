"""Cases of the analysis before the checker: what its own evaluator makes of the facts, with a rule and without it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from workbench.checker import CheckError, derive_model, find_contradictions
from workbench.model.rules import Negation, Rule, iterate_atoms, substitute_atom
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.solving.analysis.ground import Case, Finding

__all__ = ["Confirmed", "confirm"]

_FACTS = 20_000


@dataclass(frozen=True, slots=True)
class Confirmed:
    """What follows in a case: facts that the rules concerned conclude, each with the rule, and what is broken."""

    conclusions: tuple[tuple[str, Triple], ...]
    broken: tuple[str, ...]


def confirm(theory: Theory, finding: Finding) -> Confirmed | None:
    """Return what follows in a finding's case, evaluated by the checker; None when it does not show the finding."""
    case = finding.case
    if case is None:
        return None
    theory = _select(theory, case.facts)
    try:
        return _judge(theory, finding, case)
    except CheckError:
        return None


def _judge(theory: Theory, finding: Finding, case: Case) -> Confirmed | None:
    by_name = theory.by_name
    whole = derive_model(theory, case.facts, max_facts=_FACTS)
    broken = _list_broken(theory, whole)
    concerned = [name for name in (finding.subject, *finding.others) if name in by_name and by_name[name].head]
    match finding.kind:
        case "violates" | "always-violates" | "can-violate" | "contradictory-conclusions":
            if not set(finding.parts) & set(broken):
                return None
            is_pair = finding.kind == "contradictory-conclusions"
            for out in [[name] for name in concerned] if is_pair else [_list_rivals(theory, finding.subject)]:
                if _list_broken(theory, _derive(theory, case.facts, out), ignored=_list_demanding(theory)):
                    return None
        case "gap":
            if any(_fires(theory, case, name) for name in finding.parts) or _break(theory, broken):
                return None
        case "overlap":
            if not all(_fires(theory, case, name) for name in finding.parts):
                return None
        case "implied" | "duplicate":
            lacking = _derive(theory, case.facts, [finding.subject])
            if not all(fact in lacking for fact in _conclude(theory, case, finding.subject)):
                return None
        case "empty-class" | "empty-property" | "contradictory" | "cannot-be-met":
            if not broken:
                return None
        case _:
            pass
    shown = [(name, fact) for name in concerned for fact in _conclude(theory, case, name) if fact in whole]
    new = [(name, fact) for name, fact in dict.fromkeys(shown) if fact not in case.facts]
    return Confirmed(tuple(new), tuple(name for name in broken if name in finding.parts))


def _list_rivals(theory: Theory, name: str) -> list[str]:
    """Return a rule and the authored ones that may conclude the like: with one of them left, nothing would change."""
    keys = {head.key for head in theory.by_name[name].head} if name in theory.by_name else set()
    rivals = (rule.name for rule in theory.rules if rule.kind == "rule" and any(h.key in keys for h in rule.head))
    return [name, *(rival for rival in rivals if rival != name)]


def _break(theory: Theory, broken: Iterable[str]) -> bool:
    return bool(set(broken) - _list_demanding(theory))


def _select(theory: Theory, facts: Iterable[Triple]) -> Theory:
    """Return the rules that can apply at all where these facts are all there is: nothing else changes what follows."""
    known = {key for subject, predicate, object_ in facts for key in (predicate, object_)}
    left, chosen = list(theory.rules), list[str]()
    changed = True
    while changed:
        changed, waiting = False, []
        for rule in left:
            if all(atom.key in known for atom in iterate_atoms(rule.body)):
                chosen.append(rule.name)
                known.update(head.key for head in rule.head)
                changed = True
            else:
                waiting.append(rule)
        left = waiting
    return theory.select(chosen)


def _derive(theory: Theory, facts: Iterable[Triple], without: Iterable[str]) -> frozenset[Triple]:
    out = set(without)
    return derive_model(theory.select(r.name for r in theory.rules if r.name not in out), facts, max_facts=_FACTS)


def _list_broken(theory: Theory, model: Iterable[Triple], ignored: frozenset[str] = frozenset()) -> tuple[str, ...]:
    names = dict.fromkeys(step.rule for step in find_contradictions(theory, model))
    return tuple(name for name in names if name not in ignored)


def _list_demanding(theory: Theory) -> frozenset[str]:
    """Constraints that ask for something to be there: more facts meet them, so a small case may break them."""
    return frozenset(r.name for r in theory.rules if r.is_integrity and any(isinstance(e, Negation) for e in r.body))


def _conclude(theory: Theory, case: Case, name: str) -> list[Triple]:
    """What a rule concludes in a case, whatever others do."""
    rule = theory.by_name.get(name)
    if rule is None or not rule.head:
        return []
    before = _derive(theory, case.facts, [name])
    alone = Theory.build([rule], theory.closed)
    concluded = derive_model(alone, before, max_facts=_FACTS) - before
    stated = {_ground(head, case) for head in rule.head}
    return sorted(concluded | {fact for fact in stated if fact in before})


def _ground(atom: tuple[str, str, str], case: Case) -> Triple:
    subject, predicate, object_ = substitute_atom(atom, dict(case.terms))
    return subject, predicate, object_


def _fires(theory: Theory, case: Case, name: str) -> bool:
    """Tell whether a rule's body holds in a case."""
    rule = theory.by_name.get(name)
    if rule is None:
        return False
    marker: Rule = Rule("fires", rule.body, ())
    model = derive_model(theory, case.facts, max_facts=_FACTS)
    return bool(find_contradictions(Theory.build([marker], theory.closed), model))
