"""Generation: from a theory to items, each package a stage.

``worlds`` -> ``questions`` (drafts as ``tasks`` propose them, answered by the engine) -> ``identity`` -> ``splits`` ->
``items`` (rendered, judged, written). ``selection`` drives them block by block and takes what is new and fits;
``surveys`` look at what came out. Every draw goes through ``keyed``.
"""

__all__: list[str] = []
