"""Settings under which the workbench is served: on this machine only, nothing sent anywhere, no stack traces."""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["PROJECT_VARIABLE", "SETTINGS", "list_flags"]

PROJECT_VARIABLE = "WORKBENCH_PROJECT"
"""Names the project's folder in the environment; without it the current folder is the project."""

SETTINGS: Mapping[str, str | int | bool | tuple[str, ...]] = {
    "server.address": "127.0.0.1",
    # Without this a page elsewhere could reach the app under a name that it points at this machine.
    "server.allowedHosts": ("127.0.0.1", "localhost"),
    "server.showEmailPrompt": False,
    "server.maxUploadSize": 50,
    # The project is what one works on, never the program; and a watcher would wake up with every saved file.
    "server.fileWatcherType": "none",
    "browser.gatherUsageStats": False,
    "client.showErrorDetails": "none",
    "client.showErrorLinks": False,
    "client.toolbarMode": "viewer",
    "theme.font": "sans-serif",
    "theme.codeFont": "monospace",
    "theme.baseRadius": "small",
    "theme.light.primaryColor": "#0B6E69",
    "theme.light.linkColor": "#0B6E69",
    "theme.light.backgroundColor": "#FFFFFF",
    "theme.light.secondaryBackgroundColor": "#F4F6F6",
    "theme.light.textColor": "#17211F",
    "theme.dark.primaryColor": "#3EC7BE",
    "theme.dark.linkColor": "#3EC7BE",
    "theme.dark.backgroundColor": "#111816",
    "theme.dark.secondaryBackgroundColor": "#1B2523",
    "theme.dark.textColor": "#E8EFED",
}
"""Streamlit's settings, as `.streamlit/config.toml` has them for whoever starts Streamlit in this repository."""


def list_flags() -> list[str]:
    """Return the settings as options of `streamlit run`, which win over whatever config file is around."""
    return [
        f"--{name}={str(part).lower() if isinstance(part, bool) else part}"
        for name, value in SETTINGS.items()
        for part in (value if isinstance(value, tuple) else (value,))
    ]
