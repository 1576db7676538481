"""The little styling that Streamlit's own theme leaves to do. Colours come from the theme, so both modes fit."""

from __future__ import annotations

import streamlit as st

__all__ = ["INDENTS", "draw_style"]

INDENTS = 8
"""How many levels of a tree are indented; deeper ones stay at the last."""

_STYLE = """
.stMainBlockContainer { padding-top: 3.5rem; padding-bottom: 4rem; max-width: 1180px; }
.stHtml p { margin: 0 0 .5rem; overflow-wrap: anywhere; }
.stHtml ul, .stHtml ol { margin: 0 0 .5rem; padding-left: 1.4rem; overflow-wrap: anywhere; }
.stHtml li { margin: 0 0 .35rem; }
p.wb-lead { font-size: 1.1rem; }
p.wb-strong { font-weight: 600; }
p.wb-muted, span.wb-muted { opacity: .78; font-size: .9rem; }
p.wb-place { font-family: var(--st-code-font, monospace); font-size: .85rem; opacity: .85; }
ol.wb-proof > li { padding-left: .3rem; margin-bottom: .8rem; }
ol.wb-proof p { margin-bottom: .1rem; }
[class*="st-key-rows-"] { gap: 0; }
[class*="st-key-rows-"] button { justify-content: flex-start; text-align: left; width: 100%; min-height: 2.1rem;
  padding: .2rem .5rem; }
[class*="st-key-rows-"] button > div { justify-content: flex-start; }
[class*="st-key-rows-"] button p { text-align: left; overflow-wrap: anywhere; }
[class*="-chosen-"] button { background: color-mix(in srgb, var(--st-primary-color, #0B6E69) 16%, transparent); }
@media (max-width: 640px) { .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; } }
"""


def draw_style() -> None:
    """Add the style sheet to the page."""
    indents = "".join(
        f'[class*="-indent-{depth}-"] button {{ padding-left: {0.5 + 1.1 * depth:.1f}rem; }}\n'
        for depth in range(1, INDENTS + 1)
    )
    st.html(f"<style>{_STYLE}{indents}</style>")
