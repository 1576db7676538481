"""Text to model and back: Turtle, OWL, rules, YAML. What a file says wrongly comes back as violations."""

__all__: list[str] = []
