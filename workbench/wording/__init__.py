"""Labels and phrases into sentences, and sentences back into formulas: the fourth judge lives here."""

__all__: list[str] = []
