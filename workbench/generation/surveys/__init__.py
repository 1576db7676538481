"""Surveys of what came out: how varied it is, and whether answers can be guessed from the surface."""

__all__: list[str] = []
