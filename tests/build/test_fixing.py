"""Safe fixes: an edit that can be looked at, that mends what it names and nothing else, and that can be undone."""

import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from workbench import check
from workbench.build.fixers import FIXERS
from workbench.build.fixing import Fix, list_fixable, propose_fix
from workbench.errors import EditError, SelectionError
from workbench.project import Project, apply, load, undo

Files = dict[str, str]
Make = Callable[[Files], Project]
RULES = "ontologies/family/family.rules"
TTL = "ontologies/family/family.ttl"
SHAPES = "validators/family/shapes.ttl"
TODAY = date(2030, 1, 1)


def propose(project: Project, code: str, only: str = "") -> Fix:
    return propose_fix(project, check(project, today=TODAY), code, only, today=TODAY)


def carry_out(project: Project, fix: Fix) -> Project:
    """Apply a fix, check that what it mends is gone for a fresh reader, undo it, and find the same bytes."""
    assert fix.edit is not None
    assert project.root is not None
    before = {path: (project.root / path).read_bytes() for path in project.files}
    apply(project, fix.edit)
    changed = load(project.root)
    codes = {violation.code for violation in fix.mended}
    assert codes.isdisjoint(v.code for v in check(changed, today=TODAY).report.violations)
    after = {path: (project.root / path).read_text(encoding="utf-8") for path in project.files}
    undo(changed)
    assert {path: (project.root / path).read_bytes() for path in project.files} == before
    for path, text in after.items():
        (project.root / path).write_text(text, encoding="utf-8")
    return load(project.root)


def read(project: Project, path: str) -> str:
    assert project.root is not None
    return (project.root / path).read_text(encoding="utf-8")


def test_a_value_of_the_wrong_form_is_written_in_the_one_it_can_mean(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace(":born 1950", ':born "1950.0"^^xsd:integer')
    project = make(files)
    fix = propose(project, "ontology.ill-typed-literal")
    assert len(fix.mended) == 1
    assert fix.left == ()
    assert '-    :born "1950.0"^^xsd:integer .\n+    :born "1950"^^xsd:integer .\n' in fix.diff
    assert ':born "1950"^^xsd:integer .' in read(carry_out(project, fix), TTL)


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ('"TRUE"^^xsd:boolean', '"true"^^xsd:boolean'),
        ('"No"^^xsd:boolean', '"false"^^xsd:boolean'),
        ('"2024-1-5"^^xsd:date', '"2024-01-05"^^xsd:date'),
        ('"12.00"^^xsd:integer', '"12"^^xsd:integer'),
        ('"1950.0"^^xsd:gYear', '"1950"^^xsd:gYear'),
    ],
)
def test_what_can_mean_one_thing_only_is_mended(make: Make, files: Files, written: str, meant: str) -> None:
    files[TTL] += f':note a owl:DatatypeProperty ; rdfs:label "note"@en .\n:bob :note {written} .\n'
    project = make(files)
    assert f":note {meant}" in read(carry_out(project, propose(project, "ontology.ill-typed-literal")), TTL)


@pytest.mark.parametrize(
    "written",
    [
        '"many"^^xsd:integer',
        '"1950.5"^^xsd:integer',
        '"5/1/2024"^^xsd:date',
        '"2024-2-30"^^xsd:date',
        '"1,5"^^xsd:decimal',
    ],
)
def test_what_can_mean_several_things_is_left_with_the_reason(make: Make, files: Files, written: str) -> None:
    files[TTL] += f':note a owl:DatatypeProperty ; rdfs:label "note"@en .\n:bob :note {written} .\n'
    fix = propose(make(files), "ontology.ill-typed-literal")
    assert fix.edit is None
    assert fix.diff == ""
    ((violation, reason),) = fix.left
    assert violation.value.startswith(written.split("^^")[0])
    assert reason == "What was meant cannot be told from what is written."
    assert str(violation.location) in fix.format_text()


def test_what_is_left_does_not_keep_the_others_from_being_mended(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace(":born 1950", ':born "1950.0"^^xsd:integer')
    files[TTL] = files[TTL].replace(":born 1980", ':born "about 1980"^^xsd:integer')
    fix = propose(make(files), "ontology.ill-typed-literal")
    assert [len(fix.mended), len(fix.left)] == [1, 1]
    assert "about 1980" not in "".join(line for line in fix.diff.splitlines() if line.startswith(("+", "-")))


def test_a_count_of_a_shape_that_is_text_becomes_a_number(make: Make, files: Files) -> None:
    files[SHAPES] = files[SHAPES].replace("sh:maxCount 0", 'sh:maxCount "0"')
    project = make(files)
    fix = propose(project, "shape.value")
    assert read(carry_out(project, fix), SHAPES) == files[SHAPES].replace('"0"', "0")


def test_a_count_that_is_no_number_is_left(make: Make, files: Files) -> None:
    files[SHAPES] = files[SHAPES].replace("sh:maxCount 0", 'sh:maxCount "none"')
    fix = propose(make(files), "shape.value")
    assert fix.edit is None
    assert len(fix.left) == 1


def test_what_stays_in_an_unnamed_shape_does_not_come_to_light(make: Make, files: Files) -> None:
    """Its fingerprint changes with the shape that it is in; it is the same finding nevertheless."""
    files[SHAPES] = files[SHAPES].replace("sh:maxCount 0", 'sh:maxCount "0" ; sh:minCount "none"')
    fix = propose(make(files), "shape.value")
    assert [len(fix.mended), len(fix.left), fix.revealed] == [1, 1, ()]


def test_what_is_used_is_declared_as_it_is_used(make: Make, files: Files) -> None:
    files[TTL] += ":bob a :Sailor ; :weighs 80 ; :owns :carl .\n"
    project = make(files)
    fix = propose(project, "ontology.undeclared")
    assert len(fix.mended) == 3
    kinds = dict(carry_out(project, fix).get_domain().kinds)
    assert [kinds[f"<https://example.org/f#{name}>"] for name in ("Sailor", "weighs", "owns")] == [
        "class", "property", "property",
    ]  # fmt: skip
    assert {"owl:DatatypeProperty", "owl:ObjectProperty", "owl:Class"} <= set(fix.diff.split())


def test_what_may_be_misspelt_is_not_declared(make: Make, files: Files) -> None:
    files[TTL] += ":carl :hasParents :bob .\n"
    fix = propose(make(files), "ontology.undeclared")
    assert fix.edit is None
    assert fix.left[0][1] == "It may be misspelt. Did you mean “hasParent”?"


def test_a_variable_that_occurs_once_is_marked(make: Make, files: Files) -> None:
    files[RULES] += "\nrule parent\n  hasParent(?x, ?y) -> Parented(?x)\n"
    files[TTL] += ':Parented a owl:Class ; rdfs:label "parented"@en ; wb:phrase "{subject} has a parent"@en .\n'
    project = make(files)
    fix = propose(project, "rule.single-variable")
    assert "hasParent(?x, ?_y) -> Parented(?x)" in read(carry_out(project, fix), RULES)


LINT = """\
lint: {profile: strict}
"""


@pytest.mark.parametrize(
    ("code", "old", "new", "expected"),
    [
        ("label.whitespace", '"man"@en', '" man"@en', '"man"@en'),
        ("label.formatting", '"man"@en', '"""a\n man"""@en', '"a man"@en'),
        ("deprecation.not-boolean", '"man"@en', '"man"@en ; owl:deprecated "false"', "owl:deprecated false"),
    ],
)
def test_careless_texts_are_mended_where_they_stand(
    make: Make, files: Files, code: str, old: str, new: str, expected: str
) -> None:
    files["workbench.yaml"] += LINT
    files[TTL] = files[TTL].replace(old, new)
    project = make(files)
    text = read(carry_out(project, propose(project, code)), TTL)
    assert text == files[TTL].replace(new, new.replace('owl:deprecated "false"', expected) if ";" in new else expected)


def test_a_superclass_that_follows_from_another_is_removed(make: Make, files: Files) -> None:
    files["workbench.yaml"] += LINT
    files[TTL] += ":Uncle a owl:Class ; rdfs:subClassOf :Man , :Adult . :Man rdfs:subClassOf :Adult .\n"
    files[TTL] += ":Adult a owl:Class .\n"
    project = make(files)
    before = frozenset(check(project).closure.facts())
    fixed = carry_out(project, propose(project, "hierarchy.redundant-superclass"))
    triples = fixed.get_domain().triples
    below = {o for s, p, o in triples if s.endswith("#Uncle>") and p.endswith("#subClassOf>")}
    assert below == {"<https://example.org/f#Man>"}
    assert frozenset(check(fixed).closure.facts()) == before


def test_what_is_its_own_inverse_is_called_symmetric(make: Make, files: Files) -> None:
    files[TTL] += ':knows a owl:ObjectProperty ; rdfs:label "knows"@en ; owl:inverseOf :knows . :ann :knows :bob .\n'
    project = make(files)
    before = frozenset(check(project).closure.facts())
    fixed = carry_out(project, propose(project, "property.own-inverse"))
    assert "owl:SymmetricProperty" in read(fixed, TTL)
    assert frozenset(check(fixed).closure.facts()) == before


def test_a_broken_constraint_is_mended_by_the_least_change_once_it_is_named(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace(":born 1980", ":born 1955")
    project = make(files)
    (violation,) = (v for v in check(project).report.violations if v.code == "constraint.violated")
    with pytest.raises(SelectionError, match="which finding"):
        propose(project, "constraint.violated")
    fix = propose(project, "constraint.violated", str(violation.location))
    changed = {line[0] + line.split()[-2] for line in fix.diff.splitlines() if line[0] in "+-" and ":born" in line}
    assert changed in ({"-1955", "+1962"}, {"-1950", "+1943"})
    assert carry_out(project, fix) is not None
    assert "constraint.violated" not in dict(list_fixable(check(project)))


WAIVERS = """\
waivers:
  - {code: wording.*, reason: later, owner: Ann, expires: 2029-12-31}
  # the next one is still needed
  - {code: ontology.ill-typed-literal, reason: later, owner: Ann, expires: 2030-12-31}
"""


def test_an_expired_waiver_is_removed_and_one_that_counts_stays(make: Make, files: Files) -> None:
    files["workbench.yaml"] += WAIVERS
    files[TTL] = files[TTL].replace(":born 1950", ':born "long ago"^^xsd:integer')
    project = make(files)
    fix = propose(project, "waiver.expired")
    text = read(carry_out(project, fix), "workbench.yaml")
    assert "wording" not in text
    assert "ontology.ill-typed-literal" in text


def test_one_finding_can_be_meant_by_its_place(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace(":born 1950", ':born "1950.0"^^xsd:integer')
    files[TTL] = files[TTL].replace(":born 1980", ':born "1980.0"^^xsd:integer')
    project = make(files)
    places = [v.location for v in check(project).report.violations if v.code == "ontology.ill-typed-literal"]
    assert len(places) == 2
    assert places[1] is not None
    fix = propose(project, "ontology.ill-typed-literal", f"{places[1].path}:{places[1].line}")
    assert [v.location for v in fix.mended] == [places[1]]


def test_codes_without_a_safe_fix_and_findings_that_are_not_there_are_refused(make: Make, files: Files) -> None:
    project = make(files)
    with pytest.raises(SelectionError, match="have no safe fix"):
        propose(project, "constraint.nonsense")
    with pytest.raises(SelectionError, match="no safe fix"):
        propose(project, "*")
    with pytest.raises(SelectionError, match="no finding of the code"):
        propose(project, "waiver.unused")
    with pytest.raises(SelectionError, match=r"no finding of the code 'waiver\.unused' at x:1"):
        propose(project, "waiver.unused", "x:1")


def test_what_mending_brings_to_light_is_told(make: Make, files: Files) -> None:
    """The value that is meant breaks a constraint, which the broken one kept from being judged."""
    files[TTL] = files[TTL].replace(":born 1980", ':born "1955.0"^^xsd:integer')
    fix = propose(make(files), "ontology.ill-typed-literal")
    assert [violation.code for violation in fix.revealed] == ["constraint.violated"]
    assert "comes to light. A parent is at least twelve years older" in fix.format_text()


def test_a_file_that_somebody_changed_meanwhile_is_not_overwritten(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace(":born 1950", ':born "1950.0"^^xsd:integer')
    project = make(files)
    fix = propose(project, "ontology.ill-typed-literal")
    assert fix.edit is not None
    assert project.root is not None
    place = Path(project.root, TTL)
    place.write_text(f"# mine\n{place.read_text(encoding='utf-8')}", encoding="utf-8")
    with pytest.raises(EditError, match="changed by somebody else"):
        apply(project, fix.edit)
    assert place.read_text(encoding="utf-8").startswith("# mine\n")


def test_fixable_codes_are_listed_with_their_counts(make: Make, files: Files) -> None:
    files[TTL] += ":bob a :Sailor .\n"
    assert list_fixable(check(make(files))) == (("ontology.undeclared", 1),)


def test_the_documented_fixes_are_those_there_are() -> None:
    text = (Path(__file__).parents[2] / "docs/report.md").read_text(encoding="utf-8")
    section = text.split("## Fixes\n")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in section.splitlines() if line.startswith("| `")]
    assert sorted(code for row in rows for code in re.findall(r"`([^`]+)`", row)) == sorted(FIXERS)
