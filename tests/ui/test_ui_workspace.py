"""The open project: read once, watched, read again on request."""

from pathlib import Path

import pytest
from ui_family import write_family

from workbench.errors import LimitError, ProjectError
from workbench.ui import workspace as module
from workbench.ui.workspace import Workspace


@pytest.fixture
def family(tmp_path: Path) -> Path:
    return write_family(tmp_path / "family")


def test_a_project_is_read_and_checked_once(family: Path) -> None:
    workspace = Workspace(family)
    told: list[str] = []
    snapshot = workspace.open(told.append)
    assert told
    assert snapshot.checked is not None
    assert snapshot.checked.report.violations == ()
    assert workspace.open() is snapshot
    assert snapshot.describe("family", "en") is snapshot.describe("family", "en")
    assert not workspace.has_changed()


@pytest.mark.parametrize("change", ["edit", "add", "remove"])
def test_a_changed_folder_is_noticed_and_read_on_request(family: Path, change: str) -> None:
    workspace = Workspace(family)
    before = workspace.open()
    rules = family / "ontologies/family/family.rules"
    if change == "edit":
        rules.write_text(rules.read_text(encoding="utf-8") + "\nrule nonsense\n", encoding="utf-8")
    elif change == "add":
        (family / "ontologies/family/more.rules").write_text("rule nonsense\n", encoding="utf-8")
    else:
        rules.unlink()
    assert workspace.has_changed()
    assert workspace.open() is before
    after = workspace.reopen()
    assert after is not before
    assert not workspace.has_changed()
    assert after.checked is not None
    assert bool(after.checked.report.violations) == (change != "remove")


def test_a_file_saved_without_a_change_is_not_checked_again(family: Path) -> None:
    workspace = Workspace(family)
    before = workspace.open()
    rules = family / "ontologies/family/family.rules"
    rules.write_bytes(rules.read_bytes())
    after = workspace.reopen()
    assert after.checked is before.checked
    assert not workspace.has_changed()


def test_a_hidden_file_of_an_editor_is_no_change(family: Path) -> None:
    workspace = Workspace(family)
    workspace.open()
    (family / "ontologies/family/.family.ttl.swp").write_bytes(b"...")
    assert not workspace.has_changed()


def test_what_could_not_be_checked_is_not_fine(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object, **__: object) -> None:
        raise LimitError("Reasoning reached the limit of 10 facts.")

    monkeypatch.setattr(module, "check", fail)
    snapshot = Workspace(family).open()
    assert snapshot.checked is None
    assert snapshot.failure == "Reasoning reached the limit of 10 facts."
    assert snapshot.describe("family", "en").concluded is None


def test_a_folder_without_a_project_is_refused_each_time(tmp_path: Path) -> None:
    workspace = Workspace(tmp_path)
    for _ in range(2):
        with pytest.raises(ProjectError):
            workspace.open()
    assert not workspace.has_changed()
    write_family(tmp_path)
    assert workspace.open().project.config.name == "A family"
