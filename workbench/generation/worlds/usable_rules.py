"""Which rules can take part at a level, and which of them are new there: no level before it could use them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from workbench.generation.worlds.plan import Plan, sum_masks
from workbench.model.curriculum import Level

__all__ = ["count_novelty", "list_new_rules", "list_usable_rules"]


def list_usable_rules(plan: Plan, level: Level) -> tuple[str, ...]:
    """Return the names of rules that may take part in a proof within a level's hops, sorted.

    That is an upper bound, as a plan looks at classes and properties only; rules that a level's worlds never draw
    (weight 0) are left out.
    """
    within = (1 << (level.hops[1] + 1)) - 1
    never = {name for name, weight in level.world.rules if not weight}
    found: set[str] = set()
    for ways in plan.unfoldings.values():
        for way in ways:
            mask = 1 << way.cost
            for atom in way.atoms:
                mask = sum_masks(mask, plan.reach.get(atom.key, 0))
            if mask & within and way.rule.name not in never:
                found.add(way.rule.name)
    return tuple(sorted(found))


def list_new_rules(plan: Plan, levels: Sequence[Level]) -> dict[str, tuple[str, ...]]:
    """Return by level the rules that it can use and no level listed before it can."""
    known: set[str] = set()
    found: dict[str, tuple[str, ...]] = {}
    for level in levels:
        own = list_usable_rules(plan, level)
        found[level.name] = tuple(name for name in own if name not in known)
        known.update(own)
    return found


def count_novelty(rules: Collection[str], level: Level, new_rules: Mapping[str, Sequence[str]]) -> int:
    """Return the measure ``novelty``: how many of the rules of an item's proofs are new at a level."""
    return len(set(new_rules.get(level.name, ())).intersection(rules))
