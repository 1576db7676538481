"""The forms of a difference: words, JSON by its schema, and one comment that is always short enough."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from pathlib import Path

import jsonschema
import pytest
from diff_projects import compare, get_domain, write_project

from workbench.build.accounts import Account, Line
from workbench.build.dataset_currency import ItemCause
from workbench.build.dataset_groups import ItemExample, ItemGroup
from workbench.build.differing import Difference, compute_difference_exit_code, format_difference, read_diff_schema
from workbench.build.differing.markdown import MOST_CHARACTERS
from workbench.build.differing.values import (
    Cause,
    Change,
    Consequence,
    Consistency,
    DatasetDifference,
    DomainDifference,
    Flip,
    Renaming,
    Said,
    SideName,
)
from workbench.build.differing.verdict import changes_something, list_breaks
from workbench.model.report import Location, Violation
from workbench.model.schema import Schema
from workbench.model.terms import Triple

FACTS = (
    ":A a owl:Class ; <urn:knowledge-workbench:ns#phrase> '{subject} is an a'@en . :p a owl:ObjectProperty . "
    ":B a owl:Class ; rdfs:subClassOf :A . :C a owl:Class ; "
    "<urn:knowledge-workbench:ns#phrase> '{subject} is a c'@en . :ann a :B . :bob a :B . :ann :p :bob . "
)
RULES = "rule r\n  p(?x, ?y) -> C(?x)\n\ntest t\n  given p(ann, bob)\n  must C(ann)\n"
HOSTILE = (
    "</details><script>alert(1)</script> @everyone #1 GH-2 [x](http://evil.example/) ![i](x) `code` | cell |\n"
    "## heading\n\x1b[31mred \u202e reversed \x00 <!-- x --> $(id) ${x} *bold* _it_ ~s~ www.evil.example"
)


def make_difference(size: int, text: str = "Something follows.", domains: int = 1) -> Difference:
    """A difference with everything in it, ``size`` of each."""
    place = Location("ontologies/a.ttl", 3, 4)
    triple: Triple = ("<urn:a>", "<urn:p>", "<urn:b>")
    line = Line(1, text, triple, "rule", (), (text,), "r", text, place)
    account = Account((line,) * 3, 1)
    cause = Cause("rule", "gone", "r", text, place)
    violation = Violation("a.code", "error", text, place, triple[0], text, text, (text, text))
    said = Said(text, text, place)
    one = DomainDifference(
        name="family",
        prefixes={"u": "urn:"},
        renamings=(Renaming("<urn:a>", "<urn:b>", "class", text, 0.75),) * size,
        names_gone=(("<urn:c>", text),) * size,
        changes=tuple(
            Change(kind, action, f"{text} {number}", None if action == "added" else said,
                   None if action == "removed" else said, certain=bool(number % 2))
            for number in range(size)
            for kind in ("axiom", "fact", "rule", "constraint", "shape", "wording", "test", "closed")
            for action in ("added", "removed", "changed")
        ),
        lost=tuple(
            Consequence(triple, f"{text} {n}", (cause._replace(name=f"r{n % 7}"),), account) for n in range(size)
        ),
        gained=tuple(Consequence(triple, f"{text} {n}", ()) for n in range(size)),
        consistency=(Consistency(None), Consistency(account)),
        flips=(Flip("test", text, text, "passed", "fails", True, text, place),
               Flip("constraint", text, text, "held", "violated in 1 case", True, "", None)) * size,
        new_findings=(violation,) * size,
        gone_findings=(violation,) * size,
        notes=(text,) * size,
    )  # fmt: skip
    group = ItemGroup("wrong", ItemCause("dataset.rule-gone", "r", text, None), (("train", 3), ("test", 1)),
                      (ItemExample(place, "abc", text),) * 5)  # fmt: skip
    dataset = DatasetDifference("out/family", "family", 10, (group, replace(group, verdict="stale")) * size, 2)
    setting = Change("setting", "changed", "severity", said, said)
    moved = Change("file", "moved", "a.ttl", Said("b.ttl"), Said("a.ttl"))
    return Difference(
        SideName(text, text), SideName("."), (setting,) * size, (moved,) * size,
        tuple(replace(one, name=f"d{number}") for number in range(domains)), (dataset,),
        (violation,) * size, (violation,) * size,
    )  # fmt: skip


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Difference:
    folder = tmp_path_factory.mktemp("real")
    old = write_project(folder / "old", FACTS, RULES)
    new = write_project(
        folder / "new", FACTS.replace(":bob a :B .", ":carl a :B ."), RULES.replace("p(?x, ?y) ->", "p(?y, ?x) ->")
    )
    return compare(old, new, findings=True)


@pytest.mark.parametrize("difference", [make_difference(0), make_difference(1), make_difference(3, HOSTILE, 2)])
def test_json_is_as_its_schema_says(difference: Difference) -> None:
    written = json.loads(format_difference(difference, "json"))
    jsonschema.validate(written, read_diff_schema())
    assert Schema(read_diff_schema()).find_problems(written) == []


def test_json_of_a_real_difference(real: Difference) -> None:
    written = json.loads(format_difference(real, "json"))
    jsonschema.validate(written, read_diff_schema())
    (domain,) = written["domains"]
    assert {flip["name"]: flip["worse"] for flip in domain["flips"]} == {"t": True}
    assert {one["text"] for one in domain["lost"]} == {"Ann is a c.", "Bob is an a."}
    assert {entry["code"] for entry in written["breaking"]} == {
        "new-error",
        "statement-lost",
        "test-fails",
    }
    assert domain["lost"][0]["proof"]["lines"] and domain["lost"][0]["causes"]


def test_the_schema_knows_every_way_to_break() -> None:
    everything = make_difference(2)
    gone = replace(everything.domains[0], presence="removed", is_blocked_now=True)
    unjudged = DatasetDifference("d", "x", 0, note="not judged")
    group = replace(everything.datasets[0].groups[0], verdict="unjudged")
    whole = replace(
        everything, domains=(gone,), datasets=(*everything.datasets, unjudged, replace(unjudged, groups=(group,)))
    )
    known = read_diff_schema()["$defs"]["break"]["properties"]["code"]["enum"]
    assert sorted(one.code for one in list_breaks(whole)) == sorted(known)
    jsonschema.validate(json.loads(format_difference(whole, "json")), read_diff_schema())


@pytest.mark.parametrize(
    ("size", "text", "domains"),
    [(0, "x", 1), (1, HOSTILE, 1), (40, "A sentence.", 1), (400, HOSTILE, 1), (30, "y" * 70_000, 1), (3, "z", 400),
     (1, HOSTILE * 200, 60)],
)  # fmt: skip
def test_a_comment_is_always_short_enough(size: int, text: str, domains: int) -> None:
    written = format_difference(make_difference(size, text, domains), "markdown")
    assert len(written) < MOST_CHARACTERS == 60_000
    assert written.count("<details>") == written.count("</details>")


def test_a_comment_says_how_much_was_cut() -> None:
    difference = make_difference(500)
    written = format_difference(difference, "markdown")
    assert "did not fit into this comment" in written
    assert "| Follows no longer | 500 |" in written.replace("\\", "")
    assert len(written) > 40_000
    short = format_difference(make_difference(2), "markdown")
    assert "did not fit" not in short


def test_hostile_text_stays_text_in_a_comment() -> None:
    written = format_difference(make_difference(1, HOSTILE), "markdown")
    assert "<script" not in written and "\x1b" not in written and "\u202e" not in written and "\x00" not in written
    for markup in ("@everyone", "[x](http", "![i]", "*bold*", "\n## heading", "<!-- x -->", "#1", "GH-2", "http://"):
        assert markup not in written
    assert written.count("</details>") == written.count("<details>")


def test_hostile_text_cannot_steer_a_terminal() -> None:
    written = format_difference(make_difference(1, HOSTILE), "text", all=True)
    assert not set(written) & {"\x1b", "\x00", "\u202e"}


def test_words_show_the_first_and_all_shows_all(real: Difference) -> None:
    long = make_difference(30)
    some, every = format_difference(long, "text"), format_difference(long, "text", all=True)
    assert "more (--all shows them)" in some and "more (--all" not in every
    assert "\x1b[" in format_difference(real, "text", color=True) and "\x1b[" not in format_difference(real, "text")
    text = format_difference(real, "text")
    assert "because the rule r says something else" in text and "Breaking: 1 worked example fails now" in text


def test_nothing_is_said_in_one_line(tmp_path: Path) -> None:
    old = write_project(tmp_path / "old", FACTS, RULES)
    shutil.copytree(old, tmp_path / "new")
    difference = compare(old, tmp_path / "new", findings=True)
    assert not changes_something(difference)
    assert format_difference(difference, "text").splitlines()[-1] == "Nothing changes."
    assert "Nothing changes" in format_difference(difference, "markdown")
    assert [compute_difference_exit_code(difference, level) for level in ("never", "breaking", "any")] == [0, 0, 0]


def test_exit_codes_follow_the_threshold(tmp_path: Path) -> None:
    old = write_project(tmp_path / "old", FACTS, RULES)
    more = write_project(tmp_path / "more", f"{FACTS} :dora a :B .", RULES)
    grown, shrunk = compare(old, more), compare(more, old)
    assert get_domain(grown).gained and get_domain(shrunk).lost
    assert [compute_difference_exit_code(grown, level) for level in ("never", "breaking", "any")] == [0, 0, 1]
    assert [compute_difference_exit_code(shrunk, level) for level in ("never", "breaking", "any")] == [0, 1, 1]
