"""Reports as text and JSON, exit codes, and what a project's policy makes of findings."""

import json
import re
from datetime import date

import pytest

from workbench.model.report import Location, Report, Violation
from workbench.project.configuration import ProjectConfig, Waiver
from workbench.validation.policy import apply_policy
from workbench.validation.presentation import compute_exit_code, format_json, format_text, read_schema

ERROR = Violation(
    "shacl.min-count",
    "error",
    "Ann has no birth year.",
    Location("facts.ttl", 12, 3),
    "<https://example.org/kinship#ann>",
    "The shape “PersonShape” asks for it.",
    "State the birth year of Ann.",
    ("Ann is a person",),
    (Location("shapes.ttl", 8, 5),),
    "kinship",
)
WARNING = Violation("wording.missing-label", "warning", "No label.", Location("facts.ttl", 2, 1))
INFO = Violation("rule.unused", "info", "Nothing uses it.")
REPORT = Report.collect([INFO, WARNING, ERROR])


def test_text_is_grouped_by_file_with_totals():
    assert format_text(REPORT, color=False, waived=2) == (
        "facts.ttl\n"
        "  facts.ttl:2:1 warning wording.missing-label No label.\n"
        "  facts.ttl:12:3 error shacl.min-count Ann has no birth year.\n"
        "      fact: Ann is a person\n"
        "      why: The shape “PersonShape” asks for it.\n"
        "      fix: State the birth year of Ann.\n"
        "      see: shapes.ttl:8:5\n"
        "\n"
        "Nowhere in particular\n"
        "  info rule.unused Nothing uses it.\n"
        "\n"
        "1 error, 1 warning, 1 info (2 waived).\n"
    )
    assert format_text(Report()) == "No violations.\n"


def test_color_adds_nothing_but_color():
    colored = format_text(REPORT, color=True)
    assert "\x1b[31merror\x1b[0m" in colored
    assert re.sub(r"\x1b\[\d+m", "", colored) == format_text(REPORT, color=False)


def test_texts_of_a_project_cannot_steer_the_terminal():
    nasty = Violation(
        "a.b", "error", "x\x1b[2Jy\r\nz\u202e", Location("f\x1b]0;t\x07.ttl", 1), why="\x9b1m", fix="\x00"
    )
    text = format_text(Report.collect([nasty]))
    assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f-\x9f\u202e]", text)


def test_json_has_every_field_and_follows_its_schema():
    data = json.loads(format_json(REPORT, waived=2))
    assert data["schema"] == 1
    assert data["totals"] == {"error": 1, "warning": 1, "info": 1, "waived": 2}
    assert data["violations"][1] == {
        "code": "shacl.min-count",
        "severity": "error",
        "message": "Ann has no birth year.",
        "location": {"path": "facts.ttl", "line": 12, "column": 3},
        "focus": "<https://example.org/kinship#ann>",
        "why": "The shape “PersonShape” asks for it.",
        "fix": "State the birth year of Ann.",
        "facts": ["Ann is a person"],
        "related": [{"path": "shapes.ttl", "line": 8, "column": 5}],
        "domain": "kinship",
    }
    assert data["violations"][2]["location"] is None
    check_schema(data, read_schema(), read_schema()["$defs"])


def check_schema(data, schema, definitions):
    """Check the parts of JSON Schema that the report uses."""
    if "$ref" in schema:
        return check_schema(data, definitions[schema["$ref"].rsplit("/", 1)[1]], definitions)
    if "oneOf" in schema:
        return check_schema(data, schema["oneOf"][1 if data is None else 0], definitions)
    types = {"object": dict, "array": list, "string": str, "integer": int, "null": type(None)}
    assert isinstance(data, types[schema["type"]] if "type" in schema else object)
    assert data in schema.get("enum", [data])
    assert data == schema.get("const", data)
    if "pattern" in schema:
        assert re.search(schema["pattern"], data)
    if isinstance(data, dict):
        assert set(schema["required"]) == set(data) == set(schema["properties"])
        for key, value in data.items():
            check_schema(value, schema["properties"][key], definitions)
    if isinstance(data, list):
        for value in data:
            check_schema(value, schema["items"], definitions)
    return None


def test_json_follows_its_schema_by_an_independent_judge():
    jsonschema = pytest.importorskip("jsonschema", reason="jsonschema is not among the tools of the project")
    validator = jsonschema.Draft202012Validator(read_schema())
    validator.check_schema(read_schema())
    validator.validate(json.loads(format_json(REPORT)))
    with pytest.raises(jsonschema.ValidationError):
        validator.validate({"schema": 2, "totals": {}, "violations": []})


@pytest.mark.parametrize(
    ("violations", "fail_on", "code"),
    [
        ([ERROR], "error", 1),
        ([WARNING], "error", 0),
        ([WARNING], "warning", 1),
        ([INFO], "warning", 0),
        ([INFO], "info", 1),
        ([ERROR], "never", 0),
        ([], "info", 0),
    ],
)
def test_exit_codes(violations, fail_on, code):
    assert compute_exit_code(Report.collect(violations), fail_on) == code


def make_waiver(code="shacl.*", expires=date(2030, 1, 1), path=""):
    return Waiver(code, "being mended", "A. Expert", expires, path, Location("workbench.yaml", 20))


def test_overrides_change_severities_and_turn_codes_off():
    configuration = ProjectConfig("p", severity={"shacl.*": "info", "wording.missing-label": "off"})
    kept, waived = apply_policy([ERROR, WARNING, INFO], configuration, date(2026, 1, 1))
    assert [(v.code, v.severity) for v in kept] == [("shacl.min-count", "info"), ("rule.unused", "info")]
    assert waived == ()


def test_a_waiver_covers_until_its_last_day():
    waiver = make_waiver(expires=date(2026, 5, 31))
    configuration = ProjectConfig("p", waivers=(waiver,))
    kept, waived = apply_policy([ERROR, INFO], configuration, date(2026, 5, 31))
    assert kept == (INFO,)
    assert waived == ((ERROR, waiver),)
    kept, waived = apply_policy([ERROR], configuration, date(2026, 6, 1))
    assert waived == ()
    assert [(v.code, v.severity, v.location) for v in kept] == [
        ("shacl.min-count", "error", ERROR.location),
        ("waiver.expired", "warning", Location("workbench.yaml", 20)),
    ]
    assert "A. Expert" in kept[1].why


def test_a_waiver_that_covers_nothing_is_told():
    configuration = ProjectConfig("p", waivers=(make_waiver(path="other.ttl"),), severity={"waiver.*": "error"})
    kept, waived = apply_policy([ERROR], configuration, date(2026, 1, 1))
    assert [(v.code, v.severity) for v in kept] == [("shacl.min-count", "error"), ("waiver.unused", "error")]
    assert waived == ()
