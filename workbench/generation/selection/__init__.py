"""Selection: blocks of candidates made by one pure function, taken in their order until every cell is full."""

__all__: list[str] = []
