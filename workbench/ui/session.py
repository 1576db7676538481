"""What one visitor has chosen: domain, language, technical view, and what they are looking at."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import streamlit as st

from workbench.build import Description
from workbench.ui.settings import PROJECT_VARIABLE
from workbench.ui.workspace import Snapshot, Workspace

__all__ = ["Scene", "get_page", "get_scene", "get_workspace", "set_pages", "set_scene"]

_SCENE = "workbench-scene"
_PAGES = "workbench-pages"


@dataclass(frozen=True, eq=False)
class Scene:
    """What all views draw from."""

    snapshot: Snapshot
    domain: str
    language: str
    is_technical: bool

    @property
    def description(self) -> Description:
        """The domain in words."""
        return self.snapshot.describe(self.domain, self.language)


@st.cache_resource(show_spinner=False)
def _open_workspace(root: str) -> Workspace:
    return Workspace(Path(root))


def get_workspace() -> Workspace:
    """Return the workspace of the project folder; everybody shares it."""
    return _open_workspace(os.path.abspath(os.environ.get(PROJECT_VARIABLE) or Path.cwd()))  # noqa: PTH100


def set_scene(scene: Scene) -> None:
    """Keep what the views are to draw from in this run."""
    st.session_state[_SCENE] = scene


def get_scene() -> Scene:
    """Return what to draw from."""
    scene = st.session_state[_SCENE]
    assert isinstance(scene, Scene)  # noqa: S101 - set_scene is the only writer
    return scene


def set_pages(pages: Mapping[str, st.Page]) -> None:
    """Keep the pages, so that one view can lead to another."""
    st.session_state[_PAGES] = dict(pages)


def get_page(name: str) -> st.Page:
    """Return a page by its name in the address."""
    page = st.session_state[_PAGES][name]
    assert isinstance(page, st.Page)  # noqa: S101 - set_pages is the only writer
    return page
