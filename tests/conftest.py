"""What every test may ask for."""

import os
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
