"""What no graph can satisfy: shapes as values, asked of Z3 with the rules and axioms around them."""

__all__: list[str] = []
