"""Checks: the report. Each finding says what, where, why and how to mend it."""

from __future__ import annotations

import streamlit as st

from workbench.model.report import SEVERITIES, Report, Severity, Violation
from workbench.ui.badges import draw_badge, make_status_badge, name_severity
from workbench.ui.session import Scene, get_scene
from workbench.ui.text import make_list, make_paragraph, say_count

__all__ = ["show"]

_PER_PAGE = 25


def show() -> None:
    """Draw the view."""
    scene = get_scene()
    checked = scene.snapshot.checked
    st.title("Checks", anchor=False)
    if checked is None:
        draw_badge(make_status_badge(None))
        st.html(make_paragraph("The check could not run, so nothing is known about errors.", "strong"))
        st.html(make_paragraph(scene.snapshot.failure))
        return
    draw_badge(make_status_badge(checked.report))
    if checked.waived:
        st.html(
            make_paragraph(f"{say_count(len(checked.waived), 'finding')} accepted by a waiver, not shown.", "muted")
        )
    if not checked.report.violations:
        _draw_nothing_wrong(scene)
        return
    chosen = _filter(checked.report)
    _draw_page(scene, chosen)


def _draw_nothing_wrong(scene: Scene) -> None:
    files = say_count(len(scene.snapshot.project.files), "file")
    with st.container(border=True):
        st.html(make_paragraph("Everything is in order.", "strong"))
        st.html(make_paragraph(f"{files} read; rules, constraints and shapes were applied, and none found anything."))


def _filter(report: Report) -> list[Violation]:
    """Ask which findings to show; gravest first, then by place."""
    present: list[Severity] = [severity for severity in SEVERITIES if report.count(severity)]
    wanted: list[Severity] = present
    if len(present) > 1:
        picked = st.pills(
            "Show",
            present,
            selection_mode="multi",
            default=present,
            format_func=lambda severity: f"{name_severity(severity).word}s ({report.count(severity):,})",
            key="severities",
            persist_state="session",
        )
        wanted = list(picked) or present
    return sorted(
        (violation for violation in report.violations if violation.severity in wanted),
        key=lambda violation: SEVERITIES.index(violation.severity),
    )


def _draw_page(scene: Scene, violations: list[Violation]) -> None:
    pages = -(-len(violations) // _PER_PAGE)
    page = 1
    if pages > 1:
        page = min(st.pagination(pages, key="checks-page"), pages)
    start = (page - 1) * _PER_PAGE
    for violation in violations[start : start + _PER_PAGE]:
        _draw_violation(scene, violation)


def _draw_violation(scene: Scene, violation: Violation) -> None:
    with st.container(border=True):
        draw_badge(name_severity(violation.severity))
        parts = [make_paragraph(violation.message, "strong")]
        if violation.location:
            parts.append(make_paragraph(str(violation.location), "place"))
        message = violation.message.casefold()
        if not all(fact.casefold() in message for fact in violation.facts):
            parts.append(make_list(violation.facts))
        if violation.why:
            parts.append(make_paragraph(violation.why, label="Why:"))
        if violation.fix:
            parts.append(make_paragraph(violation.fix, label="How to mend it:"))
        if violation.related:
            places = ", ".join(str(place) for place in violation.related)
            parts.append(make_paragraph(places, "muted", label="See also:"))
        if scene.is_technical:
            about = f"{violation.code} {violation.focus}".strip()
            parts.append(make_paragraph(about, "place"))
        st.html("".join(parts))
