"""The least change of numbers that mends what is broken: amounts as terms, and the search by MaxSMT."""

__all__: list[str] = []
