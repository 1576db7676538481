"""States as badges: always an icon and a word, never a colour alone."""

from __future__ import annotations

from typing import Literal, NamedTuple

import streamlit as st

from workbench.model.report import Report, Severity
from workbench.ui.text import escape_markdown, say_count

__all__ = ["Badge", "draw_badge", "make_state_badge", "make_status_badge", "name_severity"]

_Color = Literal["green", "orange", "red", "gray", "blue"]


class Badge(NamedTuple):
    """A word, the icon before it and the colour of both."""

    word: str
    icon: str
    color: _Color


_SEVERITIES: dict[Severity, Badge] = {
    "error": Badge("Error", ":material/error:", "red"),
    "warning": Badge("Warning", ":material/warning:", "orange"),
    "info": Badge("Note", ":material/info:", "blue"),
}
_STATES = {
    "reviewed": Badge("Reviewed", ":material/verified:", "green"),
    "retired": Badge("Retired, not used", ":material/block:", "gray"),
    "draft": Badge("Draft", ":material/edit_note:", "orange"),
}
_UNKNOWN = Badge("Not checked", ":material/help:", "gray")


def draw_badge(badge: Badge) -> None:
    """Draw a badge."""
    st.badge(escape_markdown(badge.word), icon=badge.icon, color=badge.color)


def name_severity(severity: Severity) -> Badge:
    """Return the badge of a severity."""
    return _SEVERITIES[severity]


def make_state_badge(state: str) -> Badge:
    """Return the badge of a statement's state; what has none counts as a draft."""
    return _STATES.get(state, _STATES["draft"])


def make_status_badge(report: Report | None) -> Badge:
    """Return the badge of a whole check: valid, with problems, or not checked."""
    if report is None:
        return _UNKNOWN
    errors, warnings = report.count("error"), report.count("warning")
    if errors:
        words = say_count(errors, "error") + (f", {say_count(warnings, 'warning')}" if warnings else "")
        return _SEVERITIES["error"]._replace(word=words)
    if warnings:
        return _SEVERITIES["warning"]._replace(word=say_count(warnings, "warning"))
    notes = report.count("info")
    return Badge(
        "Nothing wrong" + (f", {say_count(notes, 'note')}" if notes else ""), ":material/check_circle:", "green"
    )
