"""What a change does: two states of some knowledge compared, and told in words, JSON and Markdown."""

from workbench.build.differing.compare import diff

__all__ = ["diff"]
