"""Reasoning: axioms to rules, rules to closures, closures to proofs, cones and refutations.

``closure`` (one world) and ``batch`` (many) are what the rest of the product asks. The engine's parts, from the
ground up: ``columns`` and ``relation`` hold facts as integers, ``nodes`` and ``values`` know what the integers mean,
``loading`` brings facts in, ``plan`` and ``program`` prepare rules, ``join`` matches bodies, ``kernel`` runs rules to
a fixpoint within the limits of ``guards``; ``facts`` numbers the result, ``derivations`` finds what concludes a fact,
``graph`` holds the derivations of a world, and ``minimal``, ``alternatives`` and ``cones`` are questions to that graph.
For batches of small worlds ``layout``, ``choices``, ``blocks`` and ``sheets`` work the same out for all worlds at once,
and ``layers``, ``overlay``, ``gains`` and ``extension`` what a statement adds to each. ``terminology`` and
``class_expressions`` compile axioms.
"""

__all__: list[str] = []
