"""What every test may ask for."""

import fcntl
import os
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import settings

# Derandomised in CI, so that a red run is red again; random at a desk, where a new counterexample is welcome.
settings.register_profile("ci", derandomize=True, deadline=None, print_blob=True)
settings.register_profile("desk", deadline=None)
settings.load_profile("ci" if os.environ.get("CI") else "desk")

_ROOT = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The folder that holds pyproject.toml."""
    return _ROOT


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """Ontologies, rules and test suites of others, kept beside the repository and not part of it."""
    folder = _ROOT.parent / "shared" / "data"
    if not folder.is_dir():
        pytest.skip("the data sets of others are not here: ../shared/data")
    return folder


@pytest.fixture(scope="session")
def small_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real dataset of about a hundred items, built once however many processes run tests. Copy it to change it."""
    from guild_project import build_guild_dataset

    return _build_once(tmp_path_factory.getbasetemp(), "guild", build_guild_dataset)


@pytest.fixture(scope="session")
def all_tasks_dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A real dataset of about a hundred and fifty items over every task, built once. Copy it to change it."""
    from guild_project import build_all_tasks_dataset

    return _build_once(tmp_path_factory.getbasetemp(), "guild-all-tasks", build_all_tasks_dataset)


def _build_once(folder: Path, name: str, build: Callable[[Path], Path]) -> Path:
    if os.environ.get("PYTEST_XDIST_WORKER"):
        folder = folder.parent  # that of the worker lies in that of the run
    folder = folder / name
    folder.mkdir(exist_ok=True)
    with (folder / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        built = folder / "out" / "guild"
        return built if built.is_dir() else build(folder)
