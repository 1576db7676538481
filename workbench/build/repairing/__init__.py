"""Broken constraints on numbers: the least change that mends them, told in findings and offered as edits."""

__all__: list[str] = []
