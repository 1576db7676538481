"""The view of checks: a conflict with its members and a case, waived findings, the report to take away."""

from __future__ import annotations

from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest


def draw_conflict(is_technical: bool) -> None:
    """A script of its own; Streamlit runs its text."""
    from workbench.model.report import Location, Part, Violation
    from workbench.ui.findings import draw_violation

    parts = (
        Part("rule", "adult", "Who is 18 or older is an adult.", Location("a/ages.rules", 3, 6)),
        Part("shape", "<https://example.org/f#AgeShape>", "Nobody is both <b>adult</b> and minor."),
    )
    violation = Violation(
        "conflict.rules",
        "error",
        "Two rules contradict each other.",
        Location("a/ages.rules", 3, 6),
        "adult",
        parts=parts,
        example=("Someone is a person.", "Their age is 18."),
        path="<https://example.org/f#age>",
        value='"18"',
        source="minor",
        fingerprint="0123456789abcdef",
    )
    draw_violation(violation, is_technical)


@pytest.mark.parametrize("is_technical", [False, True])
def test_a_conflict_is_shown_with_its_members_and_a_case(is_technical: bool) -> None:
    app = AppTest.from_function(draw_conflict, args=(is_technical,), default_timeout=60).run()
    assert not app.exception
    text = "".join(str(element.proto.body) for element in app.get("html"))
    assert "<li>Rule adult: Who is 18 or older is an adult. (a/ages.rules:3:6)</li>" in text
    assert "<li>Shape: Nobody is both &lt;b&gt;adult&lt;/b&gt; and minor.</li>" in text
    assert "<li>Their age is 18.</li>" in text
    technical = ("0123456789abcdef", "conflict.rules", "https://example.org/f#age", "&quot;18&quot;")
    assert all((said in text) == is_technical for said in technical)


def test_the_report_can_be_taken_away_and_says_who_waived_what(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from test_ui_views import open_view, read_text
    from ui_family import write_family

    write_family(tmp_path)
    place = tmp_path / "workbench.yaml"
    text = place.read_text(encoding="utf-8")
    waiver = "waivers: [{code: wording.missing-label, reason: in work, owner: Ann, expires: 2999-12-31}]\n"
    place.write_text(f"{text.rstrip()}\n{waiver}", encoding="utf-8")
    more = tmp_path / "ontologies/family/more.ttl"
    more.write_text("@prefix : <https://example.org/family#> .\n:nameless a :Man .\n", encoding="utf-8")
    app = open_view(tmp_path, "checks", monkeypatch)
    assert [expander.label for expander in app.expander] == ["1 finding accepted by a waiver"]
    assert "until 2999-12-31, Ann: in work" in read_text(app)
    (button,) = app.get("download_button")
    assert button.proto.label == "Download the report"
