"""Worlds: small sets of facts to ask about, and how they come to be.

``plan`` says what a theory lets us ask; ``ways`` and ``attaining`` prepare its rules for drawing. ``sampling`` makes
worlds: ``building`` unfolds goals backwards (``unfolding``, over a ``sketch`` whose ``scene`` and ``roles`` keep it
fitting, as ``steering`` asks), ``numbering`` draws numbers (``instances``, ``linear``, ``values``), ``shapes`` judge.
``project_worlds`` are pieces of the project's own facts, ``books`` all that it knows, ``conflicts`` worlds with one
contradiction.
"""

__all__: list[str] = []
