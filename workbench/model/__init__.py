"""Values that every stage speaks of: terms, rules, theories, proofs, curricula, items, reports. No I/O."""

__all__: list[str] = []
