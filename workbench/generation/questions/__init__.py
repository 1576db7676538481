"""Questions: drafts cut from worlds, the theory each is solved in, and what the engine answers."""

__all__: list[str] = []
