"""Overview: what project this is, how much it holds, whether it is in order, and where to go."""

from __future__ import annotations

import streamlit as st

from workbench.model.report import Report
from workbench.ui.badges import draw_badge, make_status_badge
from workbench.ui.session import Scene, get_page, get_scene
from workbench.ui.text import escape_markdown, make_paragraph, say_count

__all__ = ["show"]


def show() -> None:
    """Draw the view."""
    scene = get_scene()
    project, checked = scene.snapshot.project, scene.snapshot.checked
    st.title(escape_markdown(project.config.name), anchor=False)
    if project.config.description:
        st.html(make_paragraph(project.config.description, "lead"))
    draw_badge(make_status_badge(checked.report if checked else None))
    if scene.is_technical and project.root is not None:
        st.html(make_paragraph(str(project.root), "place"))
    _draw_next(scene, checked.report if checked else None)
    for domain in project.config.domains:
        _draw_domain(scene, domain)
    _draw_start(scene)


def _draw_next(scene: Scene, report: Report | None) -> None:
    errors = report.count("error") if report else 0
    if report is None:
        st.html(make_paragraph(f"The check could not run. {scene.snapshot.failure}", "strong"))
    elif errors:
        if st.button(f"See {say_count(errors, 'error')}", type="primary", icon=":material/fact_check:"):
            st.switch_page(get_page("checks"))
    elif not any(scene.snapshot.describe(name, scene.language).individuals for name in scene.snapshot.project.domains):
        st.info(
            "Nobody and nothing is named in this project yet. Write classes, properties and facts into a file in "
            f"`ontologies/{escape_markdown(scene.domain)}`; rules go beside them into a file that ends in `.rules`.",
            icon=":material/info:",
        )
    elif st.button("Ask why something holds", type="primary", icon=":material/help:"):
        st.switch_page(get_page("why"))


def _draw_domain(scene: Scene, domain: str) -> None:
    """Counts of one domain; with a heading where there are several."""
    description = scene.snapshot.describe(domain, scene.language)
    if len(scene.snapshot.project.config.domains) > 1:
        st.header(escape_markdown(domain), anchor=False)
    about = scene.snapshot.project.config.domains[domain].description
    if about:
        st.html(make_paragraph(about))
    concluded = "–" if description.concluded is None else f"{description.concluded:,}"
    counts = (
        ("Classes", f"{len(description.classes):,}", "Kinds of things, such as person or office."),
        ("Properties", f"{len(description.properties):,}", "How things are related, and what values they have."),
        ("Rules", f"{len(description.rules):,}", "What follows from what."),
        ("Constraints", f"{len(description.constraints):,}", "What must hold."),
        ("Individuals", f"{len(description.individuals):,}", "Single things and people."),
        ("Facts stated", f"{description.stated:,}", "What the files say."),
        ("Facts concluded", concluded, "What follows from that, each with a proof."),
    )
    with st.container(horizontal=True, key=f"counts-{list(scene.snapshot.project.config.domains).index(domain)}"):
        for label, value, help_ in counts:
            st.metric(label, value, help=help_, border=True, width=150)
    if description.concluded is None:
        st.html(make_paragraph("Nothing could be concluded here; the checks say why.", "strong"))


def _draw_start(scene: Scene) -> None:
    st.header("Where to begin", anchor=False)
    for name, words in (
        ("knowledge", "Knowledge: what the classes mean and which rules there are"),
        ("checks", "Checks: what is wrong, where, and how to mend it"),
        ("why", "Why: choose somebody or something and a fact about it, and see its proof"),
    ):
        st.page_link(get_page(name), label=words)
    st.html(
        make_paragraph(
            "Everything shown here is read from the project's files. When you change a file, "
            "a notice at the side offers to read and check it again.",
            "muted",
        )
    )
