"""Backward unfolding: from a goal and a number of hops to the stated facts of one proof tree.

A goal is replaced by the body of a rule that concludes it until only statable atoms are left. Which numbers of hops
each body atom can take is known from the plan, so an unfolding always ends with the number of hops asked for, unless
two of its atoms cannot be the same thing. Sharing facts afterwards can only shorten the proof; difficulty is
therefore measured on the finished item, never taken from here.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from workbench.generation.keyed import KeyedRandom
from workbench.generation.plan import Plan, Unfolding, sum_masks
from workbench.model.rules import Atom, Comparison, Expression, Operation
from workbench.model.terms import RDF_TYPE, is_variable

__all__ = ["DeadEnd", "Sketch", "unfold_goal"]

_MAX_DEPTH = 40
_MAX_LEAVES = 40


class DeadEnd(Exception):  # noqa: N818 - ends one attempt; the caller draws again
    """The atoms drawn cannot be made equal, or the tree grew beyond its bounds."""


@dataclass
class Sketch:
    """A world under construction: leaves over placeholders (``?p0``), what placeholders stand for, and comparisons.

    ``comparisons`` are those that the unfolded rules require.
    """

    leaves: list[Atom] = field(default_factory=list)
    comparisons: list[Comparison] = field(default_factory=list)
    _parents: dict[str, str] = field(default_factory=dict)
    _count: int = 0

    def draw_placeholder(self) -> str:
        """Return a new placeholder."""
        self._count += 1
        return f"?p{self._count - 1}"

    def find(self, term: str) -> str:
        """Return what a placeholder stands for now: itself, another placeholder, or a constant."""
        while term in self._parents:
            term = self._parents[term]
        return term

    def unify(self, first: str, second: str) -> None:
        """Make two terms one; DeadEnd when they are different constants."""
        first, second = self.find(first), self.find(second)
        if first == second:
            return
        if not is_variable(first):
            first, second = second, first
        if not is_variable(first):
            raise DeadEnd
        self._parents[first] = second

    def resolve(self, atom: Atom) -> Atom:
        """Return an atom with its placeholders resolved."""
        return Atom(self.find(atom.subject), atom.predicate, self.find(atom.object))

    def resolve_expression(self, expression: Expression) -> Expression:
        """Return an expression with its placeholders resolved."""
        if isinstance(expression, Operation):
            return Operation(expression.operator, tuple(map(self.resolve_expression, expression.arguments)))
        return self.find(expression)

    def list_leaves(self) -> list[Atom]:
        """Return the leaves resolved, each once, in order of their first drawing."""
        return list(dict.fromkeys(self.resolve(leaf) for leaf in self.leaves))


def unfold_goal(plan: Plan, sketch: Sketch, goal: Atom, hops: int, random: KeyedRandom) -> None:
    """Add to ``sketch`` the leaves of a proof tree of ``goal`` with ``hops`` hops.

    Raises DeadEnd when this attempt fails.
    """
    _unfold(plan, sketch, goal, hops, random, frozenset(), 0)


def _unfold(
    plan: Plan, sketch: Sketch, goal: Atom, hops: int, random: KeyedRandom, restated: frozenset[str], depth: int
) -> None:
    if depth > _MAX_DEPTH or len(sketch.leaves) > _MAX_LEAVES:
        raise DeadEnd
    key = goal.key
    ways = [
        way
        for way in plan.unfoldings.get(key, ())
        if way.cost <= hops
        and not (way.cost == 0 and way.atoms[0].key in restated)
        and _reach_body(plan, way) >> (hops - way.cost) & 1
    ]
    if hops == 0 and key in plan.assertable:
        sketch.leaves.append(goal)
        return
    if not ways:
        raise DeadEnd
    way = random.choose(ways)
    bindings: dict[str, str] = {}
    for pattern, term in ((way.head.subject, goal.subject), (way.head.object, goal.object)):
        if goal.predicate == RDF_TYPE and pattern == way.head.object:
            continue
        if not is_variable(pattern):
            sketch.unify(pattern, term)
        elif pattern in bindings:
            sketch.unify(bindings[pattern], term)
        else:
            bindings[pattern] = term
    atoms = [_instantiate(sketch, atom, bindings) for atom in way.atoms]
    for comparison in way.comparisons:
        left = _instantiate_expression(sketch, comparison.left, bindings)
        right = _instantiate_expression(sketch, comparison.right, bindings)
        sketch.comparisons.append(Comparison(comparison.operator, left, right))
    shares = _share_hops(plan, atoms, hops - way.cost, random)
    # Only a run of restatements can go round in circles; a step that costs a hop begins a new run.
    run = restated | {key} if way.cost == 0 else frozenset()
    for atom, share in zip(atoms, shares, strict=True):
        _unfold(plan, sketch, atom, share, random, run, depth + 1)


def _reach_body(plan: Plan, way: Unfolding) -> int:
    total = 1
    for atom in way.atoms:
        total = sum_masks(total, plan.reach.get(atom.key, 0))
    return total


def _share_hops(plan: Plan, atoms: list[Atom], hops: int, random: KeyedRandom) -> list[int]:
    """Draw how many hops each atom takes, so that all sums are reachable."""
    rest = [1]
    for atom in reversed(atoms):
        rest.append(sum_masks(rest[-1], plan.reach.get(atom.key, 0)))
    rest.reverse()
    shares = []
    for index, atom in enumerate(atoms):
        mask = plan.reach.get(atom.key, 0)
        choices = [n for n in range(hops + 1) if mask >> n & 1 and rest[index + 1] >> (hops - n) & 1]
        if not choices:
            raise DeadEnd
        shares.append(random.choose(choices))
        hops -= shares[-1]
    return shares


def _instantiate(sketch: Sketch, atom: Atom, bindings: dict[str, str]) -> Atom:
    return Atom(
        _instantiate_term(sketch, atom.subject, bindings),
        atom.predicate,
        atom.object if atom.predicate == RDF_TYPE else _instantiate_term(sketch, atom.object, bindings),
    )


def _instantiate_term(sketch: Sketch, term: str, bindings: dict[str, str]) -> str:
    if not is_variable(term):
        return term
    if term not in bindings:
        bindings[term] = sketch.draw_placeholder()
    return bindings[term]


def _instantiate_expression(sketch: Sketch, expression: Expression, bindings: dict[str, str]) -> Expression:
    if isinstance(expression, Operation):
        arguments = (_instantiate_expression(sketch, argument, bindings) for argument in expression.arguments)
        return Operation(expression.operator, tuple(arguments))
    return _instantiate_term(sketch, expression, bindings)
