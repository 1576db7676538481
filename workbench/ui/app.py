"""The app: opens the project, draws navigation and choices, hands over to a view.

Run by `streamlit run streamlit_app.py` in a checkout, and by `python -m workbench.ui` wherever the package is.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import streamlit as st

from workbench.errors import WorkbenchError
from workbench.ui.session import Scene, get_workspace, set_pages, set_scene
from workbench.ui.style import draw_style
from workbench.ui.text import escape_markdown, make_paragraph
from workbench.ui.views import checks, knowledge, overview, why
from workbench.ui.workspace import Snapshot, Workspace

__all__ = ["main"]

_ICON = Path(__file__).with_name("icon.png")
_VIEWS: dict[str, tuple[Callable[[], None], str, str]] = {
    "overview": (overview.show, "Overview", ":material/home:"),
    "knowledge": (knowledge.show, "Knowledge", ":material/account_tree:"),
    "checks": (checks.show, "Checks", ":material/fact_check:"),
    "why": (why.show, "Why", ":material/help:"),
}
_LANGUAGES = {
    "de": "Deutsch", "en": "English", "es": "Español", "fr": "Français", "it": "Italiano", "nl": "Nederlands",
    "pl": "Polski", "pt": "Português",
}  # fmt: skip
_WATCH_SECONDS = 3


def main(start: str = "overview") -> None:
    """Draw the app once; ``start`` is the view that opens when the address names none."""
    st.set_page_config(page_title="Workbench", page_icon=str(_ICON), layout="wide")
    st.logo(str(_ICON), size="large")
    draw_style()
    workspace = get_workspace()
    try:
        snapshot = _open(workspace)
    except WorkbenchError as error:
        _show_no_project(workspace.root, error)
        return
    pages = {
        name: st.Page(show, title=title, icon=icon, url_path=name, default=name == start)
        for name, (show, title, icon) in _VIEWS.items()
    }
    set_pages(pages)
    page = st.navigation(list(pages.values()))
    with st.sidebar:
        _draw_notice(workspace)
        set_scene(_draw_choices(snapshot))
    page.run()


def _open(workspace: Workspace) -> Snapshot:
    place = st.empty()
    with place.container():

        def tell(what: str) -> None:
            place.info(f"Checking: {escape_markdown(what)} …", icon=":material/hourglass_top:")

        place.info("Opening the project …", icon=":material/hourglass_top:")
        try:
            return workspace.open(tell)
        finally:
            place.empty()


def _show_no_project(root: Path, error: WorkbenchError) -> None:
    is_there = (root / "workbench.yaml").exists()
    st.title("The project could not be opened" if is_there else "There is no project here", anchor=False)
    st.html(make_paragraph(str(error)))
    if not is_there:
        st.html(make_paragraph("Open the workbench on a project's folder, or make a new project:"))
        st.code("workbench init my-project\nworkbench ui my-project", language=None)
    if st.button("Look again", type="primary", icon=":material/refresh:"):
        st.rerun()


@st.fragment(run_every=_WATCH_SECONDS)
def _draw_notice(workspace: Workspace) -> None:
    """Say that files were changed, and read them when asked to: never while somebody is in the middle of a page."""
    if not workspace.has_changed():
        return
    st.warning("Files were changed since they were checked.", icon=":material/sync_problem:")
    if st.button("Read and check again", type="primary", icon=":material/refresh:", key="reopen"):
        try:
            workspace.reopen()
        except WorkbenchError as error:
            st.error(f"The project could not be read again. {escape_markdown(str(error))}", icon=":material/error:")
        else:
            st.rerun()


def _draw_choices(snapshot: Snapshot) -> Scene:
    config = snapshot.project.config
    domains, languages = list(config.domains), list(config.languages)
    domain, language = domains[0], languages[0]
    if len(domains) > 1:
        domain = st.selectbox("Domain", domains, key="domain") or domain
    if len(languages) > 1:
        language = (
            st.segmented_control(
                "Language of the project",
                languages,
                default=languages[0],
                required=True,
                format_func=lambda tag: _LANGUAGES.get(tag, escape_markdown(tag)),
                key="language",
            )
            or language
        )
    is_technical = st.toggle(
        "Technical view", key="technical", help="Also show identifiers, formulas and codes of findings."
    )
    return Scene(snapshot, domain, language, is_technical)


if __name__ == "__main__":
    main()
