"""Identity: when two items are the same, in three grains, and how many different ones there are."""

__all__: list[str] = []
