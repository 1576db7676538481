"""Splits: what an item touches, which split it belongs to, and what the splits share all the same."""

__all__: list[str] = []
