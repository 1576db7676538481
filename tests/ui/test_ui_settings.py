"""The packaged workbench is served under the settings that a checkout has."""

import tomllib
from pathlib import Path

from streamlit import config

from workbench.ui.settings import SETTINGS, list_flags


def test_the_settings_are_those_of_the_checkout(repo_root: Path) -> None:
    def flatten(table: dict[str, object], prefix: str = "") -> dict[str, object]:
        flat: dict[str, object] = {}
        for key, value in table.items():
            flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
        return flat

    written = flatten(tomllib.loads((repo_root / ".streamlit" / "config.toml").read_text(encoding="utf-8")))
    ours = {name: list(value) if isinstance(value, tuple) else value for name, value in SETTINGS.items()}
    del ours["server.fileWatcherType"]  # whoever works on the program wants it watched
    assert ours == written


def test_streamlit_knows_every_setting() -> None:
    assert set(SETTINGS) <= set(config._config_options_template)


def test_a_list_is_an_option_for_each_entry() -> None:
    flags = list_flags()
    assert "--server.address=127.0.0.1" in flags
    assert [flag for flag in flags if "allowedHosts" in flag] == [
        "--server.allowedHosts=127.0.0.1",
        "--server.allowedHosts=localhost",
    ]
    assert "--browser.gatherUsageStats=false" in flags
