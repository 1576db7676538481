"""Checks: the report. Each finding says what, where, why and how to mend it."""

from __future__ import annotations

import streamlit as st

from workbench.build import Checked
from workbench.model.report import SEVERITIES, Report, Severity, Violation
from workbench.ui.badges import draw_badge, make_status_badge, name_severity
from workbench.ui.findings import draw_violation
from workbench.ui.session import Scene, get_scene
from workbench.ui.text import make_paragraph, say_count

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
    if checked.report.violations:
        _draw_page(scene, _filter(checked.report))
    else:
        _draw_nothing_wrong(scene)
    if checked.waived:
        _draw_waived(scene, checked)
    st.download_button(
        "Download the report",
        lambda: checked.format("html"),
        file_name="check.html",
        mime="text/html",
        on_click="ignore",
        icon=":material/download:",
        key="download-report",
    )


def _draw_waived(scene: Scene, checked: Checked) -> None:
    """Draw what waivers cover, folded: somebody has decided about it, and said why."""
    with st.expander(f"{say_count(len(checked.waived), 'finding')} accepted by a waiver"):
        for item in checked.waived[:_PER_PAGE]:
            waiver = item.waiver
            told = f"until {waiver.expires.isoformat()}, {waiver.owner}: {waiver.reason}"
            draw_violation(item.violation, scene.is_technical, make_paragraph(told, label="Accepted"))
        if len(checked.waived) > _PER_PAGE:
            rest = len(checked.waived) - _PER_PAGE
            st.html(make_paragraph(f"and {rest:,} more, which the report lists.", "muted"))


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
        draw_violation(violation, scene.is_technical)
