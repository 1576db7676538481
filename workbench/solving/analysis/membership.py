"""Classes and properties that can have no member, whatever the facts are.

One member is supposed (``C(?x)``, ``p(?x, ?y)``) and everything is applied to it, also axioms that demand something to
exist or one of several things to be so: for these there are witnesses, and the ways are alternatives. If no choice is
free of contradiction, the class is empty in every world. A witness has no witnesses of its own, but those that the same
axiom demands with it: a class that needs a member of an empty class is empty with it, and an emptiness that shows only
where three members in a row work together is not found.

The work is kept near-linear: what a class could lead to at all, whoever it is about, is computed for all classes at
once; only where that contains what an axiom or constraint excludes the member is supposed, and only where an exclusion
then has an instance Z3 is asked. A class that can have a member gives one to everything that member belongs to.

A class that is empty only because another one is, since its member would belong to that or would need a member of it,
is told under that one.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from workbench.model.rules import Atom, substitute_atom
from workbench.model.terms import RDF_TYPE, is_iri
from workbench.solving.analysis.cases import EXAMPLE
from workbench.solving.analysis.ground import Case, Finding, Ground, Inquiry
from workbench.solving.problems import Situation
from workbench.solving.situations import Clause, ClauseIndex, Closed, Limits

__all__ = ["find_empty"]

_LIMITS = Limits(instances=800, matches=20_000, depth=1)
_INSTANCES = 150_000
"""How many instances may be spelled out for all classes together."""
_LABELS = "Alpha Beta Gamma Delta Epsilon Zeta Eta Theta Iota Kappa Lambda Mu".split()


def find_empty(
    ground: Ground, inquiry: Inquiry, classes: Iterable[str], properties: Iterable[str] = ()
) -> list[Finding]:
    """Return the classes and properties that can have no member, each told under the root of its emptiness."""
    starts = {term: Atom("?x", RDF_TYPE, term) for term in classes}
    starts |= {term: Atom("?x", term, "?y") for term in properties}
    # A rule that makes a class empty is told of as what it is: a rule that violates something.
    rules = {rule.name for rule in ground.rules if rule.kind == "rule" and rule.head}
    index = ClauseIndex(clause for clause in ground.index.clauses if clause.name not in rules)
    candidates = _list_candidates(index, starts, inquiry)
    empty: set[str] = set()
    proved: list[str] = []
    filled: set[str] = set()
    keys: dict[str, frozenset[str]] = {}
    spelled = 0
    for term in candidates:
        if term in filled:
            inquiry.settle("no-member")
            continue
        if spelled > _INSTANCES:
            inquiry.leave("no-member", term, "the number of instances for all classes together")
            continue
        closed = index.close([starts[term]], _LIMITS)
        spelled += len(closed.instances)
        keys[term] = frozenset(atom.key for atom in closed.certain)
        if keys[term] & empty:
            inquiry.settle("no-member", proved=True)
            continue
        excludes = any(instance.clause.is_integrity for instance in closed.instances)
        if not excludes and closed.limit in ("", "depth"):
            inquiry.settle("no-member")
            filled |= keys[term]
            continue
        result = inquiry.ask("no-member", term, Situation([starts[term]], closed, (), ground.typings))
        if result == "sat":
            filled |= keys[term]
        elif result == "unsat":
            empty.add(term)
            proved.append(term)
    # Witnesses have no witnesses of their own here: what needs a member of an empty class is empty with it.
    changed = True
    while changed:
        hollow = {term for term in keys if term not in empty and keys[term] & empty}
        empty |= hollow
        changed = bool(hollow)
    found = {term: keys[term] for term in sorted(empty)}
    return list(_tell_roots(ground, inquiry, index, starts, found, proved))


def _list_candidates(index: ClauseIndex, starts: Mapping[str, Atom], inquiry: Inquiry) -> list[str]:
    """The terms from which an exclusion can be reached, those that lead to most first; the others are counted."""
    keys: dict[str, int] = {}
    edges: list[tuple[int, int]] = []
    masks: list[tuple[int, int]] = []
    for clause in index.clauses:
        body = sorted({keys.setdefault(atom.key, len(keys)) for atom in clause.atoms})
        heads = {keys.setdefault(a.key, len(keys)) for a in _list_heads(clause)}
        edges += [(key, head) for key in body for head in sorted(heads)]
        if clause.is_integrity and body:
            masks.append((body[0], sum(1 << key for key in body)))
    for term in starts:
        keys.setdefault(term, len(keys))
    bodiless = (clause for clause in index.clauses if not clause.atoms)
    free = {keys[atom.key] for clause in bodiless for atom in _list_heads(clause)}
    reach = _close_reach(len(keys), edges, sum(1 << key for key in free))
    by_first: dict[int, list[int]] = {}
    for first, mask in masks:
        by_first.setdefault(first, []).append(mask)
    firsts = sum(1 << first for first in by_first)
    found = []
    for term in starts:
        reached = reach[keys[term]]
        hit = any(reached & mask == mask for first in _list_bits(reached & firsts) for mask in by_first[first])
        if hit:
            found.append((-reached.bit_count(), term))
        else:
            inquiry.settle("no-member")
    return [term for _, term in sorted(found)]


def _list_heads(clause: Clause) -> Iterator[Atom]:
    for alternative in clause.alternatives:
        yield from (part for part in alternative if isinstance(part, Atom))


def _list_bits(mask: int) -> Iterator[int]:
    while mask:
        low = mask & -mask
        yield low.bit_length() - 1
        mask ^= low


def _close_reach(size: int, edges: Sequence[tuple[int, int]], free: int) -> list[int]:
    """Return for each key the keys it leads to, itself included, as bits; ``free`` are reached from everywhere."""
    targets: list[list[int]] = [[] for _ in range(size)]
    sources: list[list[int]] = [[] for _ in range(size)]
    for source, target in dict.fromkeys(edges):
        targets[source].append(target)
        sources[target].append(source)
    reach = [1 << key | free for key in range(size)]
    waiting = list(range(size))
    while waiting:
        key = waiting.pop()
        mask = reach[key]
        for source in sources[key]:
            if reach[source] | mask != reach[source]:
                reach[source] |= mask
                waiting.append(source)
    return reach


def _make_case(start: Atom, closed: Closed, parts: Sequence[str], rules: set[str]) -> Case | None:
    """The member and the witnesses that the parts demand, by name; None where there would be too many."""
    atoms = [start]
    for clause, bindings, _ in closed.instances:
        if clause.name in parts and clause.name not in rules and clause.alternatives:
            chosen = clause.alternatives[0]
            atoms += [substitute_atom(part, bindings) for part in chosen if isinstance(part, Atom)]
    shown = [atom for atom in dict.fromkeys(atoms) if atom.predicate != RDF_TYPE or is_iri(atom.object)]
    labels = iter(_LABELS)
    names: dict[str, str] = {}
    for term in (term for atom in shown for term in (atom.subject, atom.object)):
        if term.startswith("?") and term not in names:
            label = next(labels, "")
            if not label:
                return None
            names[term] = f"<{EXAMPLE}{label}>"
    facts = (substitute_atom(atom, names) for atom in shown)
    return Case(tuple((s, p, o) for s, p, o in facts), tuple(names.items()))


def _tell_roots(
    ground: Ground,
    inquiry: Inquiry,
    index: ClauseIndex,
    starts: Mapping[str, Atom],
    empty: Mapping[str, frozenset[str]],
    proved: Iterable[str],
) -> Iterator[Finding]:
    """Tell of the empty terms, given with what their members lead to, under those that are empty by themselves."""
    behind = {term: sorted((keys & empty.keys()) - {term}) for term, keys in empty.items()}
    leading: dict[str, list[str]] = {}
    for term, others in behind.items():
        for other in others:
            leading.setdefault(other, []).append(term)
    roots: dict[str, list[str]] = {}
    told: set[str] = set()
    # First those behind which nothing is empty; of others, which need each other, the first that is not told yet.
    for term in sorted(proved, key=lambda one: (len(behind[one]) > 0, one)):
        if term in told:
            continue
        found, waiting = {term}, [term]
        while waiting:
            for other in leading.get(waiting.pop(), ()):
                if other not in found and other not in roots:
                    found.add(other)
                    waiting.append(other)
        roots[term] = sorted(found - {term})
        told |= found
    rules = {rule.name for rule in ground.rules}
    for root, under in roots.items():
        if inquiry.left <= 0:
            inquiry.leave("no-member", root, "the budget of the whole analysis, for naming its smallest set")
            continue
        closed = index.close([starts[root]], _LIMITS)
        situation = Situation([starts[root]], closed, (), ground.typings)
        judgement = inquiry.explain(situation, [], situation.guards)
        parts = situation.name_guards(judgement.core)
        kind = "empty-class" if starts[root].predicate == RDF_TYPE else "empty-property"
        case = _make_case(starts[root], closed, parts, rules)
        yield Finding(kind, root, parts, case, (starts[root],), tuple(under))
