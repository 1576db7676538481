"""The little styling that Streamlit's own theme leaves to do, for its light and its dark mode."""

from __future__ import annotations

import streamlit as st

__all__ = ["INDENTS", "draw_style"]

INDENTS = 8
"""How many levels of a tree are indented; deeper ones stay at the last."""

_COLORS = {
    "light": ":root { --wb-accent: #0B6E69; --wb-on-accent: #FFFFFF; }",
    "dark": ":root { --wb-accent: #3EC7BE; --wb-on-accent: #111816; }",
}
_STYLE = """
.stMainBlockContainer { padding-top: 3.5rem; padding-bottom: 4rem; max-width: 1180px; }
h1 { font-size: 2rem !important; }
h2 { font-size: 1.4rem !important; }
h3 { font-size: 1.1rem !important; padding-bottom: .3rem !important; }
.stMetric [data-testid="stMetricValue"] { font-size: 1.6rem; }
.stHtml p { margin: 0 0 .5rem; overflow-wrap: anywhere; }
.stHtml p:last-child, .stHtml ul:last-child { margin-bottom: 0; }
.stHtml ul, .stHtml ol { margin: 0 0 .5rem; padding-left: 1.4rem; overflow-wrap: anywhere; }
.stHtml li { margin: 0 0 .35rem; }
p.wb-lead { font-size: 1.1rem; }
p.wb-strong { font-weight: 600; }
p.wb-muted, span.wb-muted { opacity: .78; font-size: .9rem; }
p.wb-place { font-family: monospace; font-size: .85rem; opacity: .85; }
ol.wb-proof > li { padding-left: .3rem; margin-bottom: .8rem; }
ol.wb-proof p { margin-bottom: .1rem; }
[class*="st-key-rows-"] { gap: 0; max-height: 68vh; overflow-y: auto; }
[class*="st-key-rows-"] button { justify-content: flex-start; text-align: left; width: 100%; min-height: 2.1rem;
  padding: .2rem .5rem; }
[class*="st-key-rows-"] button > div { justify-content: flex-start; }
[class*="st-key-rows-"] button p { text-align: left; overflow-wrap: anywhere; }
[class*="-picked-"] button { background: color-mix(in srgb, var(--wb-accent) 16%, transparent); }
[data-testid="stBaseButton-primary"] { color: var(--wb-on-accent); }
@media (max-width: 640px) {
  .stMainBlockContainer { padding-left: 1rem; padding-right: 1rem; }
  [class*="st-key-rows-"] { max-height: 40vh; }
}
"""


def draw_style() -> None:
    """Add the style sheet to the page."""
    mode = "dark" if st.context.theme.type == "dark" else "light"
    indents = "".join(
        f'[class*="-indent-{depth}-"] button {{ padding-left: {0.5 + 1.1 * depth:.1f}rem; }}\n'
        for depth in range(1, INDENTS + 1)
    )
    st.html(f"<style>{_COLORS[mode]}{_STYLE}{indents}</style>")
