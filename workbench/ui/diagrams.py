"""Proofs as Mermaid diagrams, safe to draw and with names of rules only for those who ask for them."""

from __future__ import annotations

import re

from workbench.build import Explanation

__all__ = ["make_diagram"]

_EDGE_LABEL = re.compile(r'(-->)\|"[^"\n]*"\|')
# Mermaid looks for directives (%%{...}%%) and formulas ($$...$$) inside labels too.
_SPECIAL = re.compile(r"%(?=%)|\$(?=\$)")


def make_diagram(explanation: Explanation, *, is_technical: bool) -> str:
    """Return the diagram of an explanation's first proof."""
    body = explanation.to_mermaid()
    return _SPECIAL.sub(r"\g<0> ", body if is_technical else _EDGE_LABEL.sub(r"\1", body))
