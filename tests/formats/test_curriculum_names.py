"""Names that would make a prompt or an answer ambiguous are refused where they stand."""

import pytest

from workbench.formats.curriculum import parse_curriculum


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ('"Eve, Ann"', "a comma separates answers"),
        ("X", "a variable"),
        ('"1990"', "a number"),
        ('"1990-01-02"', "a date"),
        ('"True"', "true or false"),
        ('"Dr. Who"', "ends a sentence"),
        ('"{subject}"', "slots"),
        ("'\"Ann\"'", "quotation marks"),
    ],
)
def test_ambiguous_names_are_refused(name: str, why: str) -> None:
    text = f"version: 1\nnames:\n  any: [Robin, {name}]\nlevels: [{{tasks: {{select: 3}}}}]\n"
    curriculum, (violation,) = parse_curriculum(text.encode(), "c.yaml", "d", {})
    assert curriculum is None
    assert why in violation.message
    assert violation.location is not None and violation.location.line == 3


def test_ordinary_names_are_names() -> None:
    names = '[Robin, N1, "O’Brien", "the office of judge", Äsa]'
    text = f"version: 1\nnames:\n  any: {names}\nlevels: [{{tasks: {{select: 3}}}}]\n"
    curriculum, violations = parse_curriculum(text.encode(), "c.yaml", "d", {})
    assert violations == () and curriculum is not None
