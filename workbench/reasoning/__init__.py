"""Reasoning: axioms to rules, rules to closures, closures to proofs, cones and refutations.

The engine's parts, from the ground up: ``columns`` and ``relation`` hold facts as integers, ``nodes`` and ``values``
know what the integers mean, ``plan`` prepares rules, ``join`` matches bodies, ``kernel`` runs rules to a fixpoint;
``batch`` and ``closure`` are what the rest of the product asks, through ``derivations``, ``graph`` and ``minimal``.
"""

__all__: list[str] = []
