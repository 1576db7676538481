"""Constraints on totals: every case of one, what adds up, and the findings."""

__all__: list[str] = []
