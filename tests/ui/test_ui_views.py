"""Each view draws, says what it should, and shows nothing technical unless asked."""

import re
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest
from ui_family import HOSTILE, write_family

from workbench.ui.settings import PROJECT_VARIABLE

EMPTY = """\
version: 1
name: Nothing yet
languages: [en]
domains: {void: {}}
"""


def open_view(project: Path, view: str, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    """Run the app on a project as if it had been opened at a view."""
    monkeypatch.setenv(PROJECT_VARIABLE, str(project))
    app = AppTest.from_string(f"from workbench.ui.app import main\nmain({view!r})\n", default_timeout=60).run()
    assert not app.exception
    return app


def read_text(app: AppTest) -> str:
    """Everything the page says, widgets' labels included, style sheet left out."""
    parts = []
    for element in (*app.main, *app.sidebar):
        parts += [getattr(element, name, "") or "" for name in ("value", "label", "body")]
        proto = getattr(element, "proto", None)
        parts += [getattr(proto, name, "") for name in ("body", "label", "element_markdown")]
        parts += list(getattr(element, "options", []) or [])
    text = "\n".join(part for part in parts if isinstance(part, str))
    return re.sub(r"<style>.*?</style>", "", text, flags=re.DOTALL)


@pytest.fixture
def family(tmp_path: Path) -> Path:
    return write_family(tmp_path / "family")


@pytest.fixture
def broken(family: Path) -> Path:
    rules = family / "ontologies/family/family.rules"
    rules.write_text(
        rules.read_text(encoding="utf-8") + "\nrule torn\n  hasParent(?x, ?y -> Man(?y)\n", encoding="utf-8"
    )
    return family


@pytest.fixture
def empty(tmp_path: Path) -> Path:
    (tmp_path / "workbench.yaml").write_text(EMPTY, encoding="utf-8")
    return tmp_path


TITLES = {"overview": r"A family", "knowledge": "Knowledge", "checks": "Checks", "why": "Why"}


@pytest.mark.parametrize("view", TITLES)
def test_each_view_has_its_title_and_shows_nothing_technical(
    view: str, family: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_view(family, view, monkeypatch)
    assert [title.value for title in app.title] == [TITLES[view]]
    assert not re.search(r"https?://example\.org|\btriples?\b|Traceback|rdf|owl:", read_text(app))


def test_overview_counts_and_leads_on(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_view(family, "overview", monkeypatch)
    counts = {metric.label: metric.value for metric in app.metric}
    assert counts["Classes"] == "2"
    assert counts["Rules"] == "1"
    assert counts["Individuals"] == "4"
    assert counts["Facts stated"] == "8"
    # Two grandparents, and four persons: by being a man, having a parent or being one.
    assert counts["Facts concluded"] == "6"
    assert "Nothing wrong" in read_text(app)
    assert [button.label for button in app.button] == ["Ask why something holds"]


def test_knowledge_shows_the_tree_and_a_class(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_view(family, "knowledge", monkeypatch)
    rows = {button.label: button for button in app.button if button.key and "indent" in button.key}
    assert list(rows) == ["person", "man"]
    assert "-indent-1-" in str(rows["man"].key)
    app = rows["man"].click().run()
    assert [header.value for header in app.header] == ["man"]
    assert "If A is a man, then A is a person." in read_text(app)
    assert {"Bob", "Carl"} <= {button.label for button in app.button}


def test_knowledge_shows_rules_constraints_and_properties(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_view(family, "knowledge", monkeypatch)
    app.segmented_control(key="knowledge-part").set_value("Rules").run()
    text = read_text(app)
    assert "A parent of a parent is a grandparent." in text
    assert "If B is a parent of A and C is a parent of B, then C is a grandparent of A." in text
    assert "Family book" in text
    assert "hasGrandparent" not in text
    app.text_input(key="search-rules").set_value("uncle").run()
    assert "Nothing found" in read_text(app)
    app.segmented_control(key="knowledge-part").set_value("Constraints").run()
    assert "A parent is older than a child." in read_text(app)
    app.segmented_control(key="knowledge-part").set_value("Properties").run()
    assert [header.value for header in app.header] == ["born in"]
    assert not app.exception


def test_the_technical_view_shows_formulas_and_names(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_view(family, "knowledge", monkeypatch)
    app.toggle(key="technical").set_value(True).run()
    assert "https://example.org/family#Person" in read_text(app)
    app.segmented_control(key="knowledge-part").set_value("Rules").run()
    assert "hasParent(?x, ?y) ^ hasParent(?y, ?z) -&gt; hasGrandparent(?x, ?z)".replace("&gt;", ">") in read_text(app)


def test_another_language_changes_the_words_of_the_project(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_view(family, "knowledge", monkeypatch)
    app.segmented_control(key="language").set_value("de").run()
    assert [button.label for button in app.button][:2] == ["Person", "Mann"]
    app.segmented_control(key="knowledge-part").set_value("Rules").run()
    assert "Ein Elternteil eines Elternteils ist ein Großelternteil." in read_text(app)


def test_why_leads_from_a_name_to_a_proof(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_view(family, "why", monkeypatch)
    app.text_input(key="why-search").set_value("ann").run()
    facts = {button.label: button for button in app.button}
    label = "Carl is a grandparent of Ann\\."
    assert label in facts
    app = facts[label].click().run()
    text = read_text(app)
    assert [header.value for header in app.header] == [label]
    assert '<ol class="wb-proof">' in text
    assert "Stated: ontologies/family/family.ttl:" in text
    assert "Because of 1 and 2: A parent of a parent is a grandparent." in text
    assert not app.exception


def test_why_filters_facts(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_view(family, "why", monkeypatch)
    app.text_input(key="why-search").set_value("ann").run()
    app.segmented_control(key="why-kind").set_value("Stated").run()
    assert [button.label for button in app.button] == ["Ann was born in 1990\\.", "Bob is a parent of Ann\\."]
    app.text_input(key="why-words").set_value("bob").run()
    assert [button.label for button in app.button] == ["Bob is a parent of Ann\\."]
    app.text_input(key="why-search").set_value("nobody at all").run()
    assert "Nobody and nothing has that name" in read_text(app)


def test_an_individual_of_a_class_leads_to_why(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_view(family, "knowledge", monkeypatch)
    next(button for button in app.button if button.label == "Bob").click().run()
    assert [title.value for title in app.title] == ["Why"]
    assert app.selectbox(key="why-individual").value == "<https://example.org/family#bob>"


@pytest.mark.parametrize("view", TITLES)
def test_a_broken_project_is_shown_as_far_as_it_could_be_read(
    view: str, broken: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = open_view(broken, view, monkeypatch)
    assert [title.value for title in app.title] == [TITLES[view]]
    text = read_text(app)
    if view == "overview":
        assert [button.label for button in app.button] == ["See 1 error"]
        assert {metric.label: metric.value for metric in app.metric}["Facts concluded"] == "–"
    elif view == "checks":
        assert "ontologies/family/family.rules:10" in text
        assert "How to mend it:" in text
    elif view == "why":
        assert "Nothing could be concluded" in text


@pytest.mark.parametrize(
    ("view", "told"),
    [
        ("overview", "Nobody and nothing is named in this project yet"),
        ("knowledge", "This project has no classes yet"),
        ("checks", "Everything is in order."),
        ("why", "This project names no individuals yet"),
    ],
)
def test_an_empty_project_says_so(view: str, told: str, empty: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert told in read_text(open_view(empty, view, monkeypatch))


def test_without_a_project_it_says_what_to_do(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_view(tmp_path, "overview", monkeypatch)
    assert [title.value for title in app.title] == ["There is no project here"]
    assert "workbench init" in read_text(app)
    write_family(tmp_path)
    app.button[0].click().run()
    assert [title.value for title in app.title] == ["A family"]


def test_an_unusable_configuration_is_told_with_its_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "workbench.yaml").write_text("version: 7\nname: x\n", encoding="utf-8")
    app = open_view(tmp_path, "overview", monkeypatch)
    assert [title.value for title in app.title] == ["The project could not be opened"]
    assert "workbench.yaml:1" in read_text(app)


def test_changed_files_are_noticed_and_read_again(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_view(family, "checks", monkeypatch)
    assert "Everything is in order." in read_text(app)
    (family / "ontologies/family/more.rules").write_text("rule torn\n", encoding="utf-8")
    app.run()
    assert "Files were changed" in read_text(app)
    app.button(key="reopen").click().run()
    assert "Files were changed" not in read_text(app)
    assert "ontologies/family/more.rules:1" in read_text(app)


def test_a_hostile_name_is_only_text(family: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    app = open_view(family, "why", monkeypatch)
    app.text_input(key="why-search").set_value("carl").run()
    hostile = next(button for button in app.button if "evil" in button.label)
    assert "![i]" not in hostile.label
    assert "<img" not in hostile.label.replace("\\<img", "")
    app = hostile.click().run()
    assert not app.exception
    text = read_text(app)
    assert "&lt;img src=x onerror=alert(1)&gt;" in text
    assert HOSTILE[:5] in text


def test_the_entry_point_of_a_checkout_opens_the_project(repo_root: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(repo_root)
    monkeypatch.delenv(PROJECT_VARIABLE, raising=False)
    app = AppTest.from_file(str(repo_root / "streamlit_app.py"), default_timeout=120).run()
    assert not app.exception
    assert [title.value for title in app.title] == ["Kinship"]
