"""Judging knowledge: SHACL shapes, constraints, the analysis of rules and shapes, lint. All findings are violations."""

__all__: list[str] = []
