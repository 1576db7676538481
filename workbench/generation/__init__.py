"""Items: worlds, tasks, distractors, gates, difficulty, identity and splits."""

__all__: list[str] = []
