"""Rules, constraints, axioms and shapes analysed for all worlds at once, and the findings put into words."""

__all__: list[str] = []
