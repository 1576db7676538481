"""Findings of every form, for tests of reports."""

from __future__ import annotations

from datetime import date

from hypothesis import strategies as st

from workbench.model.report import SEVERITIES, Location, Part, PartKind, Report, Violation
from workbench.project.configuration import Waiver
from workbench.validation.baseline import BaselineEntry, Comparison
from workbench.validation.fingerprints import add_fingerprints
from workbench.validation.policy import Waived
from workbench.validation.presentation import Findings

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
    path="<https://example.org/kinship#born>",
    source="<https://example.org/kinship#PersonShape>",
)
WARNING = Violation("wording.missing-label", "warning", "No label.", Location("facts.ttl", 2, 1))
INFO = Violation("rule.unused", "info", "Nothing uses it.")
CONFLICT = Violation(
    "conflict.rules",
    "error",
    "The rules adult and minor say contradictory things of a person of 18.",
    Location("ages.rules", 3, 6),
    "adult",
    "Both hold at 18.",
    "Change one of the two bounds.",
    related=(Location("ages.rules", 9, 6), Location("ages.ttl", 4)),
    domain="kinship",
    parts=(
        Part("rule", "adult", "Who is 18 or older is an adult.", Location("ages.rules", 3, 6)),
        Part("rule", "minor", "Who is 18 or younger is a minor.", Location("ages.rules", 9, 6)),
        Part("axiom", "", "No adult is a minor."),
    ),
    example=("Someone is a person.", "Their age is 18."),
)
REPORT = Report(add_fingerprints(Report.collect([INFO, WARNING, ERROR]).violations))
WIDE = Report(add_fingerprints(Report.collect([INFO, WARNING, ERROR, CONFLICT]).violations))
LINES = {
    ("facts.ttl", 12): "  :ann a :Person ; # Ann",
    ("shapes.ttl", 8): "    :PersonShape a sh:NodeShape .",
    ("ages.rules", 3): "rule adult",
}


def read_line(place: Location) -> str:
    """The text of a line of the files that the findings above are about."""
    return LINES.get((place.path, place.line), "")


def make_waiver(code: str = "shacl.*", expires: date = date(2030, 1, 1), path: str = "") -> Waiver:
    """A waiver with everything that one needs."""
    return Waiver(code, "being mended", "A. Expert", expires, path, Location("workbench.yaml", 20, 5))


def make_findings(**changes: object) -> Findings:
    """Findings with one waived, one known and one gone."""
    known = next(v for v in WIDE.violations if v.code == "wording.missing-label")
    place = Location("facts.ttl", 5, 2)
    (waived,) = add_fingerprints([Violation("shacl.class", "warning", "Bob is no person.", place)])
    gone = BaselineEntry("0" * 16, "rule.unused", "old.rules", "It was.", "")
    values: dict[str, object] = {
        "report": WIDE,
        "waived": (Waived(waived, make_waiver()),),
        "comparison": Comparison(frozenset({known.fingerprint}), (gone,), "b.json"),
        "project": "Kin & Co",
        "domains": ("kinship", "offices"),
        "read_line": read_line,
        **changes,
    }
    return Findings(**values)  # type: ignore[arg-type]


# ---- hostile text

_NASTY = st.sampled_from(
    [
        "\x1b[2J", "\x1b]0;t\x07", "\x9b1m", "\u202e", "\u2028", "\x00", "\x0b", "\ufffe", "\ud800", "\r\n", "\n",
        "::error::x", "\n::stop-commands::x", "##[error]x", "%0A::warning::", "%25", "%", ":", ",", "::",
        "<script>alert(1)</script>", "<!--", "-->", "]]>", "&amp;", "&#0;", '"', "'", "onload=", "</title>", "</style>",
        "[x](https://example.org)", "![x](https://example.org/x.png)", "@someone", "#1", "GH-1", "www.example.org",
        "https://example.org", "`", "```", "|", "\\", "*", "_", "{0}", "{{", "[a](1)", "~~", "$x$", "==",
        "\U0001f600", "ä", " ", "\t", "- ", "1. ", "> ", "# ", "+ ", "---", "    ",
    ]
)  # fmt: skip
HOSTILE = st.lists(_NASTY | st.text(max_size=6), min_size=1, max_size=6).map("".join).filter(bool)
_PLACES = st.builds(Location, HOSTILE, st.integers(0, 40), st.integers(0, 30))
_KINDS: tuple[PartKind, ...] = ("rule", "constraint", "shape", "axiom", "fact")
_PARTS = st.builds(Part, st.sampled_from(_KINDS), HOSTILE, HOSTILE, st.none() | _PLACES)
VIOLATIONS = st.builds(
    Violation,
    st.sampled_from(["a.b", "shacl.min-count", "rule.unsafe-variable"]),
    st.sampled_from(SEVERITIES),
    HOSTILE,
    st.none() | _PLACES,
    focus=HOSTILE,
    why=HOSTILE | st.just(""),
    fix=HOSTILE | st.just(""),
    facts=st.lists(HOSTILE, max_size=2).map(tuple),
    related=st.lists(_PLACES, max_size=2).map(tuple),
    domain=st.sampled_from(["", "kinship"]),
    path=HOSTILE,
    value=HOSTILE,
    source=HOSTILE,
    parts=st.lists(_PARTS, max_size=2).map(tuple),
    example=st.lists(HOSTILE, max_size=2).map(tuple),
)


@st.composite
def hostile_findings(draw: st.DrawFn) -> Findings:
    """Findings whose every text may be hostile."""
    violations = add_fingerprints(Report.collect(draw(st.lists(VIOLATIONS, min_size=1, max_size=5))).violations)
    waivers = st.builds(Waiver, st.just("a.b"), HOSTILE, HOSTILE, st.dates(), st.just(""), st.none() | _PLACES)
    split = draw(st.integers(0, len(violations)))
    known = frozenset(v.fingerprint for v in violations if draw(st.booleans()))
    gone = (BaselineEntry("f" * 16, "a.b", draw(HOSTILE), draw(HOSTILE), ""),)
    line = draw(HOSTILE)
    return Findings(
        Report(violations[split:]),
        tuple(Waived(violation, draw(waivers)) for violation in violations[:split]),
        draw(st.none() | st.just(Comparison(known, gone, "b.json"))),
        draw(st.sampled_from(["error", "warning", "info", "never"])),
        draw(HOSTILE),
        ("kinship",),
        draw(st.sampled_from(["", "inner/folder/"])),
        lambda _: line,
    )
