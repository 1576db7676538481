"""A finding as the browser shows it."""

from __future__ import annotations

import streamlit as st

from workbench.model.report import Part, Violation
from workbench.ui.badges import draw_badge, name_severity
from workbench.ui.text import make_list, make_paragraph

__all__ = ["draw_violation"]


def draw_violation(violation: Violation, is_technical: bool = False, note: str = "") -> None:
    """Draw a finding: what, where, why, what conflicts, a case that shows it, how to mend it.

    ``note`` is a paragraph of HTML under the sentence; the technical view adds the terms it is about.
    """
    with st.container(border=True):
        draw_badge(name_severity(violation.severity))
        parts = [make_paragraph(violation.message, "strong"), note]
        if violation.location:
            parts.append(make_paragraph(str(violation.location), "place"))
        message = violation.message.casefold()
        if not all(fact.casefold() in message for fact in violation.facts):
            parts.append(make_list(violation.facts))
        if violation.why:
            parts.append(make_paragraph(violation.why, label="Why:"))
        if violation.parts:
            parts.append(make_paragraph("", label="What takes part:"))
            parts.append(make_list(tuple(_say_part(part) for part in violation.parts)))
        if violation.example:
            parts.append(make_paragraph("", label="For example:"))
            parts.append(make_list(violation.example))
        if violation.fix:
            parts.append(make_paragraph(violation.fix, label="How to mend it:"))
        if violation.related:
            places = ", ".join(str(place) for place in violation.related)
            parts.append(make_paragraph(places, "muted", label="See also:"))
        if is_technical:
            parts += _say_technically(violation)
        st.html("".join(parts))


def _say_part(part: Part) -> str:
    """Return what takes part: what it is, what it says and where it stands."""
    name = f" {part.name}" if part.kind in ("rule", "constraint") and part.name else ""
    place = f" ({part.location})" if part.location else ""
    return f"{part.kind.capitalize()}{name}: {part.text or part.name}{place}"


def _say_technically(violation: Violation) -> list[str]:
    """Return the code, the terms it is about and the fingerprint, a line each."""
    lines = {
        "Focus": violation.focus,
        "Path": violation.path,
        "Value": violation.value,
        "Source": violation.source,
        "Fingerprint": violation.fingerprint,
    }
    told = [make_paragraph(text, "place", label=f"{name}:") for name, text in lines.items() if text]
    return [make_paragraph(violation.code, "place", label="Code:"), *told]
