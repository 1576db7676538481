"""The sampling plan: what a theory lets us ask, and how it can be unfolded backwards.

For every key (property or class) the plan knows which numbers of hops some proof tree can have; unfolding then never
runs into a dead end. Hops are counted as in an item's difficulty: rule applications that are not restatements.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field

from workbench.model.functions import FUNCTIONS
from workbench.model.rules import (
    Atom,
    Comparison,
    Negation,
    Operation,
    Rule,
    collect_operators,
    collect_variables,
    is_restatement,
)
from workbench.model.terms import (
    RDF_TYPE,
    XSD_INTEGER,
    Term,
    Triple,
    is_iri,
    is_literal,
    is_variable,
    read_integer,
    split_literal,
)
from workbench.model.theory import Theory

__all__ = ["MAX_HOPS", "Plan", "Unfolding", "ValuePool", "build_plan", "sum_masks"]

MAX_HOPS = 12
_FULL = (1 << (MAX_HOPS + 1)) - 1


@dataclass(frozen=True, slots=True)
class Unfolding:
    """One way to conclude a key: a rule, its head atom, what it costs in hops, and its body by kind."""

    rule: Rule
    head: Atom
    cost: int
    atoms: tuple[Atom, ...]
    comparisons: tuple[Comparison, ...]


@dataclass(frozen=True, slots=True)
class ValuePool:
    """Values that a property may take in a fresh world.

    ``low`` and ``high`` bound whole numbers; for other datatypes ``terms`` lists what was seen in the project.
    """

    low: int
    high: int
    terms: tuple[Term, ...]

    @property
    def is_numeric(self) -> bool:
        """Whether values are whole numbers between the bounds."""
        return not self.terms


@dataclass(frozen=True)
class Plan:
    """What sampling needs to know about a theory.

    ``assertable`` and ``queryable`` are sorted keys; ``unfoldings`` by key; ``reach[key]`` has bit n set when a proof
    tree of n hops exists; ``functional`` and ``inverse_functional`` properties merge individuals; ``constants`` are
    individuals that rules name, which are never renamed; ``opposable`` are the keys that integrity rules speak of, so
    that a conclusion can forbid a statement. ``prefixes`` are the project's, for tasks that show names.
    """

    theory: Theory
    assertable: tuple[Term, ...]
    queryable: tuple[Term, ...]
    unfoldings: Mapping[Term, tuple[Unfolding, ...]]
    reach: Mapping[Term, int]
    functional: frozenset[Term]
    inverse_functional: frozenset[Term]
    values: Mapping[Term, ValuePool]
    constants: frozenset[Term]
    classes: frozenset[Term]
    opposable: frozenset[Term]
    prefixes: Mapping[str, str] = field(default_factory=dict)

    def find_goals(self, hops: int) -> tuple[Term, ...]:
        """Return the queryable keys that some proof of ``hops`` hops concludes."""
        return tuple(key for key in self.queryable if self.reach.get(key, 0) >> hops & 1)

    def find_opposable(self, hops: int) -> tuple[Term, ...]:
        """Return the keys that some proof of ``hops`` hops concludes and that an integrity rule speaks of."""
        return tuple(key for key in sorted(self.opposable) if self.reach.get(key, 0) >> hops & 1)


def sum_masks(first: int, second: int) -> int:
    """Return the mask of all sums of one bit position of each mask, up to MAX_HOPS."""
    total, shift = 0, 0
    while second >> shift:
        if second >> shift & 1:
            total |= first << shift
        shift += 1
    return total & _FULL


def _list_unfoldings(rules: Iterable[Rule]) -> dict[Term, tuple[Unfolding, ...]]:
    found: dict[Term, list[Unfolding]] = {}
    for rule in rules:
        atoms = tuple(e for e in rule.body if isinstance(e, Atom))
        comparisons = tuple(e for e in rule.body if isinstance(e, Comparison))
        for head in rule.head:
            unfolding = Unfolding(rule, head, 0 if is_restatement(rule) else 1, atoms, comparisons)
            found.setdefault(head.key, []).append(unfolding)
    return {key: tuple(found[key]) for key in sorted(found)}


def _compute_reach(unfoldings: Mapping[Term, tuple[Unfolding, ...]], assertable: Collection[Term]) -> dict[Term, int]:
    reach = dict.fromkeys(assertable, 1)
    changed = True
    while changed:
        changed = False
        for key, ways in unfoldings.items():
            mask = reach.get(key, 0)
            for way in ways:
                total = 1 << way.cost
                for atom in way.atoms:
                    total = sum_masks(total, reach.get(atom.key, 0))
                mask |= total
            if mask != reach.get(key, 0):
                reach[key], changed = mask, True
    return reach


def _find_functional(rules: Iterable[Rule]) -> tuple[frozenset[Term], frozenset[Term]]:
    functional, inverse = set(), set()
    for rule in rules:
        atoms = [e for e in rule.body if isinstance(e, Atom)]
        others = [e for e in rule.body if not isinstance(e, Atom)]
        if rule.head or len(atoms) != 2 or len(others) != 1 or atoms[0].predicate != atoms[1].predicate:
            continue
        (first, second), other = atoms, others[0]
        if not isinstance(other, Comparison) or other.operator != "!=":
            continue
        ends = {other.left if isinstance(other.left, str) else "", other.right if isinstance(other.right, str) else ""}
        if first.subject == second.subject and ends == {first.object, second.object}:
            functional.add(first.predicate)
        elif first.object == second.object and ends == {first.subject, second.subject}:
            inverse.add(first.predicate)
    return frozenset(functional), frozenset(inverse)


def _find_value_variables(rule: Rule, literal_keys: Collection[Term]) -> bool:
    """Tell whether the objects of the rule's single head are values: ordered, computed, or copied from values."""
    head = rule.head[0]
    for element in rule.body:
        if isinstance(element, Atom) and element.object == head.object and element.predicate in literal_keys:
            return True
        if isinstance(element, Comparison) and element.operator == "=" and head.object in (element.left, element.right):
            other = element.right if element.left == head.object else element.left
            if isinstance(other, Operation) or (isinstance(other, str) and is_literal(other)):
                return True
    return False


def _collect_values(
    theory: Theory, assertions: Collection[Triple], datatype_properties: Collection[Term]
) -> dict[Term, ValuePool]:
    seen: dict[Term, set[Term]] = {key: set() for key in datatype_properties}
    for _, predicate, object_ in assertions:
        if is_literal(object_):
            seen.setdefault(predicate, set()).add(object_)
    for rule in theory.rules:
        # Objects that are ordered or calculated with in a rule are values, whatever the project states so far.
        ordered = {
            part
            for e in rule.body
            if isinstance(e, Comparison) and (e.operator in ("<", "<=", ">", ">=") or isinstance(e.right, Operation))
            for side in (e.left, e.right)
            for part in ([side] if isinstance(side, str) else side.arguments)
            if isinstance(part, str) and is_variable(part)
        }
        ordered |= {
            variable
            for e in rule.body
            if isinstance(e, Comparison) and any(FUNCTIONS[name].symbol == "" for name in collect_operators([e]))
            for variable in collect_variables(e)
        }
        for element in rule.body:
            if isinstance(element, Atom) and element.predicate != RDF_TYPE and element.object in ordered:
                seen.setdefault(element.predicate, set())
    changed = True
    while changed:
        heads = {r.head[0].predicate for r in theory.rules if len(r.head) == 1 and r.head[0].predicate != RDF_TYPE
                 and r.head[0].predicate not in seen and _find_value_variables(r, seen)}  # fmt: skip
        changed = bool(heads)
        seen |= {key: set() for key in heads}
    pools = {}
    for key in sorted(seen):
        numbers = [n for t in seen[key] if split_literal(t)[1] == XSD_INTEGER and (n := read_integer(t)) is not None]
        if len(numbers) == len(seen[key]):
            low, high = (min(numbers), max(numbers)) if numbers else (1, 100)
            pools[key] = ValuePool(low, max(high, low + 20), ())
        else:
            pools[key] = ValuePool(0, 0, tuple(sorted(seen[key])))
    return pools


def build_plan(
    theory: Theory,
    assertions: Collection[Triple],
    *,
    datatype_properties: Collection[Term] = (),
    assertable: Collection[Term] = (),
    queryable: Collection[Term] = (),
    prefixes: Mapping[str, str] | None = None,
) -> Plan:
    """Analyse a theory for sampling.

    ``assertions`` are the project's own facts: where ``assertable`` is empty, what may be stated is what they state,
    or, if there are none, every key of the theory that no rule but a restatement concludes.
    """
    unfoldings = _list_unfoldings(theory.rules)
    known = set(theory.keys)
    if not assertable:
        assertable = {(o if p == RDF_TYPE else p) for _, p, o in assertions} & known
    if not assertable:
        assertable = {key for key in known if all(way.cost == 0 for way in unfoldings.get(key, ()))}
    reach = _compute_reach(unfoldings, sorted(assertable))
    functional, inverse_functional = _find_functional(theory.rules)
    classes = {a.object for r in theory.rules for a in (*r.head, *_iterate_all(r)) if a.predicate == RDF_TYPE}
    constants = {
        term
        for rule in theory.rules
        for term in _iterate_constants(rule)
        if is_iri(term)
    }  # fmt: skip
    return Plan(
        theory=theory,
        assertable=tuple(sorted(assertable)),
        queryable=tuple(sorted(queryable or [key for key in unfoldings if reach.get(key, 0) & ~1])),
        unfoldings=unfoldings,
        reach=reach,
        functional=functional,
        inverse_functional=inverse_functional,
        values=_collect_values(theory, assertions, datatype_properties),
        constants=frozenset(constants),
        classes=frozenset(classes),
        opposable=frozenset(a.key for rule in theory.rules if rule.is_integrity for a in _iterate_all(rule)),
        prefixes=dict(prefixes or {}),
    )


def _iterate_all(rule: Rule) -> Iterable[Atom]:
    for element in rule.body:
        if isinstance(element, Atom):
            yield element
        elif isinstance(element, Negation):
            yield from (part for part in element.elements if isinstance(part, Atom))


def _iterate_constants(rule: Rule) -> Iterable[Term]:
    for atom in (*rule.head, *_iterate_all(rule)):
        ends = (atom.subject,) if atom.predicate == RDF_TYPE else (atom.subject, atom.object)
        yield from (end for end in ends if not is_variable(end))
    for element in rule.body:
        parts = element.elements if isinstance(element, Negation) else (element,)
        for part in parts:
            if isinstance(part, Comparison):
                yield from (s for s in (part.left, part.right) if isinstance(s, str) and not is_variable(s))
