"""Fingerprints: the same finding keeps its own whatever else changes in a project, and no two findings share one."""

from __future__ import annotations

import random
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.build import check
from workbench.model.report import Location, Part, Violation
from workbench.project import Project, SourceFile
from workbench.project.configuration import parse_configuration
from workbench.validation.fingerprints import BlankNames, add_fingerprints

Files = dict[str, str]
Edit = Callable[[dict[str, str], random.Random], None]

HEAD = """\
@prefix : <https://example.org/f#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
"""
TTL, RULES = "ontologies/family/family.ttl", "ontologies/family/family.rules"
EXTRA = "ontologies/family/extra.ttl"
CONSTRAINTS, SHAPES = "validators/family/constraints.rules", "validators/family/shapes.ttl"
BLOCKS = [
    ':Man a owl:Class ; rdfs:label "man"@en ; owl:disjointWith :Woman ; wb:phrase "{subject} is a man"@en .',
    ':Woman a owl:Class ; rdfs:label "woman"@en ; wb:phrase "{subject} is a woman"@en .',
    ':hasParent a owl:ObjectProperty ; rdfs:label "has parent"@en ; wb:phrase "{object} is a parent of {subject}"@en .',
    ':born a owl:DatatypeProperty ; rdfs:label "born"@en ; wb:phrase "{subject} was born in {object}"@en .',
    ":Parent rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :hasChild ; owl:someValuesFrom :Man ] .",
    ":hasGrandparent a owl:ObjectProperty .",
    ":hasChild a owl:ObjectProperty ; owl:inverseOf :hasParent .",
    ":ann a :Woman ; :born 1950 , 1951 .",
    ":bob a :Man , :Woman ; :hasParent :ann ; :born 1980 .",
    ':carl a :Man ; rdfs:label "Carl"@en ; :hasParent :bob ; :born 1985 .',
    ':dora a :Woman ; rdfs:label "Dora"@en ; :hasParent :bob ; :born "long ago"^^xsd:integer .',
    "[] a :Man ; :hasParent :ann , :carl .",
    "[] a :Man ; :hasParent :dora .",
    "[] a :Man ; :hasParent :carl ; :born 1986 .",
]
FILES: Files = {
    "workbench.yaml": """\
version: 1
name: Family
base: https://example.org/f#
prefixes: {f: https://example.org/f#}
domains: {family: {closed: [f:Mann]}}
""",
    TTL: "\n".join([HEAD, *BLOCKS]) + "\n",
    EXTRA: f"{HEAD}:zoe a :Man , :Woman .\n",
    RULES: """\
prefix : <https://example.org/f#>

rule grandparent
  en "A parent of a parent is a grandparent."
  hasParent(?x, ?y) ^ hasParent(?y, ?z) -> hasGrandparent(?x, ?z)

test carl
  given hasParent(carl, bob)
  must hasGrandparent(carl, ann)
""",
    CONSTRAINTS: """\
prefix : <https://example.org/f#>

constraint parent-older
  en "A parent is at least twelve years older than a child."
  hasParent(?x, ?y) ^ born(?x, ?a) ^ born(?y, ?b) -> ?a >= ?b + 12
""",
    SHAPES: f"""\
{HEAD}
:PersonShape a sh:NodeShape ; sh:targetClass :Man , :Woman ;
    sh:property [ sh:path :born ; sh:minCount 1 ; sh:maxCount 1 ] ;
    sh:property [ sh:path ( :hasParent :born ) ; sh:minInclusive 1960 ] .
""",
}


def assemble(files: Files) -> Project:
    config, found = parse_configuration(files["workbench.yaml"].encode())
    return Project.assemble(None, config, {p: SourceFile(p, t.encode()) for p, t in files.items()}, found)


def find(files: Files) -> dict[str, Violation]:
    violations = check(assemble(files)).report.violations
    found = {violation.fingerprint: violation for violation in violations}
    assert len(found) == len(violations), "two findings have one fingerprint"
    assert all(re.fullmatch("[0-9a-f]{16}", mark) for mark in found)
    return found


@pytest.fixture(scope="module")
def before() -> dict[str, Violation]:
    return find(FILES)


def test_the_project_has_findings_of_many_kinds(before: dict[str, Violation]) -> None:
    codes = {violation.code for violation in before.values()}
    assert codes >= {
        "shacl.min-count",
        "shacl.max-count",
        "shacl.min-inclusive",
        "constraint.violated",
        "ontology.inconsistent",
        "ontology.ill-typed-literal",
        "ontology.unsupported-axiom",
        "wording.missing-label",
        "config.unknown-name",
        "test.failed",
    }
    assert any(violation.focus.startswith("_:") for violation in before.values())


# ---- edits that are about something else


def shift_lines(files: Files, pick: random.Random) -> None:
    path = pick.choice([TTL, RULES, CONSTRAINTS, SHAPES, "workbench.yaml"])
    files[path] = "# a remark\n" * pick.randint(1, 5) + "\n" * pick.randint(0, 3) + files[path]


def shuffle_statements(files: Files, pick: random.Random) -> None:
    blocks = [block for block in files[TTL].splitlines() if block and not block.startswith(("@prefix", "#"))]
    pick.shuffle(blocks)
    files[TTL] = "\n".join([HEAD, *blocks]) + "\n"


def add_facts(files: Files, pick: random.Random) -> None:
    name = f"person{pick.randint(0, 10**6)}"
    files[TTL] += f':{name} a :Woman ; rdfs:label "{name.title()}"@en ; :born {pick.randint(1700, 1900)} .\n'


def add_blank_nodes(files: Files, pick: random.Random) -> None:
    """They take numbers that others had, in a file that is read first."""
    name = f"ontologies/family/{pick.choice('abz')}{pick.randint(0, 99)}.ttl"
    texts = [f'[] a :Parent ; rdfs:comment "blank {n} of {name}" .\n' for n in range(pick.randint(1, 4))]
    files[name] = HEAD + "".join(texts)


def add_findings(files: Files, pick: random.Random) -> None:
    """Others of the same codes, before those that are there."""
    name = f"ontologies/family/{pick.choice('az')}-more.ttl"
    files[name] = HEAD + f":unnamed{pick.randint(0, 99)} a :Man , :Woman .\n"


def add_rule(files: Files, pick: random.Random) -> None:
    name = f"older{pick.randint(0, 10**6)}"
    text = f'rule {name}\n  en "Rule {name}."\n  hasGrandparent(?x, ?y) ^ Man(?y) -> hasParent(?x, ?y)\n'
    files[RULES] = files[RULES].replace("rule grandparent", f"{text}\nrule grandparent")


def add_shape(files: Files, pick: random.Random) -> None:
    name = f":Other{pick.randint(0, 10**6)}"
    text = f"{name} a sh:NodeShape ; sh:targetClass :Man ; sh:property [ sh:path :hasParent ] .\n"
    files[SHAPES] = files[SHAPES].replace(":PersonShape a", f"{text}:PersonShape a")


def remove_another(files: Files, _: random.Random) -> None:
    """A finding that goes takes no other with it."""
    old = ":hasChild a owl:ObjectProperty ; owl:inverseOf"
    files[TTL] = files[TTL].replace(old, ':hasChild a owl:ObjectProperty ; rdfs:label "has child"@en ; owl:inverseOf')


def remove_file(files: Files, _: random.Random) -> None:
    """With everything that was wrong in it."""
    files.pop(EXTRA, None)


EDITS: list[Edit] = [
    shift_lines,
    shuffle_statements,
    add_facts,
    add_blank_nodes,
    add_findings,
    add_rule,
    add_shape,
    remove_another,
    remove_file,
]
# What an edit of this list is about.
ABOUT: dict[Edit, str] = {
    remove_another: "<https://example.org/f#hasChild>",
    remove_file: "<https://example.org/f#zoe>",
}


@settings(max_examples=20)
@given(st.lists(st.sampled_from(EDITS), min_size=1, max_size=5), st.integers(0, 2**32))
def test_fingerprints_survive_unrelated_edits(before: dict[str, Violation], edits: list[Edit], seed: int) -> None:
    files, pick = dict(FILES), random.Random(seed)
    for edit in edits:
        edit(files, pick)
    after = find(files)
    for mark, violation in before.items():
        if violation.focus in {ABOUT.get(edit) for edit in edits} - {None}:
            continue
        assert mark in after, violation
        assert (after[mark].code, after[mark].source) == (violation.code, violation.source)
        if not violation.focus.startswith("_:"):
            assert after[mark].focus == violation.focus


def test_fingerprints_survive_the_renaming_of_a_file(before: dict[str, Violation]) -> None:
    renamed = {TTL: "ontologies/family/x.ttl", RULES: "ontologies/family/x.rules", SHAPES: "validators/family/x.ttl"}
    after = find({renamed.get(path, path): text for path, text in FILES.items()})
    assert {mark for mark, violation in before.items() if violation.focus} <= set(after)


def test_a_finding_that_is_mended_is_gone_and_a_new_one_is_new(before: dict[str, Violation]) -> None:
    files = dict(FILES)
    remove_another(files, random.Random(0))
    mended = find(files)
    gone = [before[mark] for mark in before.keys() - mended.keys()]
    assert ("wording.missing-label", "<https://example.org/f#hasChild>") in {(v.code, v.focus) for v in gone}
    assert {violation.focus for violation in gone} == {ABOUT[remove_another]}
    assert mended.keys() <= before.keys()
    more = find({**FILES, TTL: FILES[TTL] + ':gus rdfs:label "Gus"@en ; a :Man .\n'})
    (new,) = (more[mark] for mark in more.keys() - before.keys())
    assert (new.code, new.focus) == ("shacl.min-count", "<https://example.org/f#gus>")


def test_mistakes_in_the_text_of_a_file_keep_theirs_when_lines_move() -> None:
    mistakes = ":eve a :Woman\n:finn :hasParent [ a :Man .\n"
    broken = {**FILES, TTL: FILES[TTL] + mistakes, RULES: FILES[RULES] + "\nrule x\n"}
    moved = {path: f"# moved\n\n{text}" for path, text in broken.items()}
    assert find(broken).keys() == find(moved).keys()


# ---- what makes a finding the one that it is

FINDING = Violation("a.b", "error", "Ann has 3 of 12 parts (facts.ttl:3:4).", Location("facts.ttl", 3, 4), "<urn:ann>")


def mark(violation: Violation, **more: object) -> str:
    (marked,) = add_fingerprints([violation], **more)  # type: ignore[arg-type]
    return marked.fingerprint


@pytest.mark.parametrize(
    "changes",
    [
        {"severity": "info"},
        {"location": Location("other.ttl", 99, 1)},
        {"location": None},
        {"why": "Otherwise.", "fix": "Otherwise."},
        {"related": (Location("x.ttl", 1),)},
        {"example": ("x",)},
        {"message": "Ann has 4 of 13 parts (facts.ttl:7:1)."},
    ],
)
def test_what_does_not_count(changes: dict[str, object]) -> None:
    assert mark(replace(FINDING, **changes)) == mark(FINDING)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "changes",
    [
        {"code": "a.c"},
        {"domain": "d"},
        {"focus": "<urn:bob>"},
        {"path": "<urn:p>"},
        {"value": '"1"'},
        {"source": "<urn:shape>"},
        {"message": "Ann lacks parts."},
        {"facts": ("Ann is here",)},
        {"parts": (Part("rule", "r", "R."),)},
    ],
)
def test_what_counts(changes: dict[str, object]) -> None:
    assert mark(replace(FINDING, **changes)) != mark(FINDING)  # type: ignore[arg-type]


def test_the_label_of_the_focus_does_not_count() -> None:
    other = replace(FINDING, message=FINDING.message.replace("Ann", "Anna Maria"))
    assert mark(other, label=lambda _: "Anna Maria") == mark(FINDING, label=lambda _: "Ann")


def test_otherwise_identical_findings_are_numbered_and_marks_are_kept() -> None:
    twice = add_fingerprints([FINDING, replace(FINDING, location=Location("facts.ttl", 8, 1))])
    assert len({violation.fingerprint for violation in twice}) == 2
    assert add_fingerprints(twice) == twice


def test_a_finding_without_focus_is_told_apart_by_its_file() -> None:
    bare = replace(FINDING, focus="")
    assert mark(bare) != mark(replace(bare, location=Location("other.ttl", 3, 4)))


@given(st.permutations(range(6)), st.integers(0, 50))
def test_blank_nodes_are_known_by_what_is_said_of_them(order: list[int], start: int) -> None:
    def tell(names: list[str]) -> list[tuple[str, str, str]]:
        a, b, c, d, e, f = names
        return [
            (a, "<urn:p>", b), (b, "<urn:q>", '"1"'), (c, "<urn:p>", d), (d, "<urn:q>", '"2"'), (e, "<urn:p>", f),
            (f, "<urn:p>", e),
        ]  # fmt: skip

    first = [f"_:b{n}" for n in range(6)]
    second = [f"_:c{start + n}" for n in order]
    one, two = BlankNames(tell(first)), BlankNames(tell(second))
    assert [one.name(name) for name in first] == [two.name(name) for name in second]
    assert len({one.name(name) for name in first}) == 5, "the two that only point at each other are alike"


def test_blank_nodes_that_could_take_for_ever_do_not() -> None:
    steps = [(level, a, b) for level in range(40) for a in range(9) for b in range(9)]
    wide = [(f"_:n{level}x{a}", "<urn:p>", f"_:n{level + 1}x{b}") for level, a, b in steps]
    assert BlankNames(wide).name("_:n0x0").startswith("_:")
