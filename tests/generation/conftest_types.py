"""Types of the fixtures of this folder."""

from collections.abc import Callable

from workbench.generation.selection.blocks import Material

MakeMaterial = Callable[..., Material]
