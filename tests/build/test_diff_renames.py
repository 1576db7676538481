"""Names that changed: found where what is said around them stayed, and told once."""

from __future__ import annotations

import re
import time
from pathlib import Path
from random import Random

import pytest
from diff_projects import CONFIG, compare, get_domain, list_changes, write_project

from workbench.build.differing.renamings import find_renamings
from workbench.project import Domain, Project

FACTS = """
:Person a owl:Class ; rdfs:label "person"@en ; rdfs:comment "Somebody." .
:Parent a owl:Class ; rdfs:label "parent"@en ; rdfs:subClassOf :Person .
:Place a owl:Class ; rdfs:label "place"@en ; owl:disjointWith :Person .
:hasChild a owl:ObjectProperty ; rdfs:label "has child"@en ; rdfs:domain :Parent ; rdfs:range :Person .
:livesIn a owl:ObjectProperty ; rdfs:label "lives in"@en ; rdfs:range :Place .
:elder a owl:ObjectProperty ; rdfs:label "is elder than"@en .
:Settled a owl:Class ; rdfs:label "settled"@en .
:ann rdfs:label "Ann"@en ; :hasChild :bob , :carl ; :livesIn :rome .
:bob rdfs:label "Bob"@en ; :hasChild :dora ; :livesIn :oslo .
:carl rdfs:label "Carl"@en ; :livesIn :oslo .
:dora rdfs:label "Dora"@en .
:rome rdfs:label "Rome"@en . :oslo rdfs:label "Oslo"@en .
:Parent owl:equivalentClass [ a owl:Restriction ; owl:onProperty :hasChild ; owl:someValuesFrom :Person ] .
"""
RULES = """
rule elder
  en "A parent is elder."
  hasChild(?x, ?y) -> elder(?x, ?y)

rule elder-still
  elder(?x, ?y) ^ hasChild(?y, ?z) -> elder(?x, ?z)

rule settled
  livesIn(?x, ?p) ^ Place(?p) ^ not hasChild(?x, ?y) -> Settled(?x)

test one
  given hasChild(ann, bob)
  must elder(ann, bob)
"""
SHAPES = ":S a sh:NodeShape ; sh:targetClass :Person ; sh:property [ sh:path :livesIn ; sh:maxCount 3 ] ."
CONSTRAINTS = "constraint no-loop\n  hasChild(?x, ?x) -> false\n"
SETTINGS = CONFIG.replace("[':Gone', ':left']", "[':hasChild']")


def write(folder: Path, rename: dict[str, str], **more: str) -> Path:
    """Write the project with other names, word by word."""

    def change(text: str) -> str:
        return re.sub(r"[\w-]+", lambda match: rename.get(match[0], match[0]), text)

    texts = {"facts": FACTS, "rules": RULES, "shapes": SHAPES, "constraints": CONSTRAINTS, "config": SETTINGS}
    return write_project(folder, **{key: change(text) + more.get(key, "") for key, text in texts.items()})


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write(tmp_path / "old", {})


@pytest.mark.parametrize(
    "rename",
    [
        {"hasChild": "parentOf"},
        {"Person": "Human"},
        {"ann": "anna"},
        {"Person": "Human", "hasChild": "parentOf", "livesIn": "residesIn", "ann": "x1", "bob": "x2", "oslo": "x3"},
        {name: f"{name}_v2" for name in "Person Parent Place hasChild livesIn ann bob carl dora rome oslo".split()},
    ],
)  # fmt: skip
def test_a_name_that_changed_is_one_change(old: Path, tmp_path: Path, rename: dict[str, str]) -> None:
    domain = get_domain(compare(old, write(tmp_path / "new", rename), findings=True))
    told = {(r.old.rsplit("#")[-1][:-1], r.new.rsplit("#")[-1][:-1]) for r in domain.renamings}
    assert told == set(rename.items())
    assert list_changes(domain) == [] and domain.lost == domain.gained == () and domain.flips == ()
    assert domain.new_findings == domain.gone_findings == () and domain.names_gone == ()


def test_without_renames_it_is_gone_and_new(old: Path, tmp_path: Path) -> None:
    domain = get_domain(compare(old, write(tmp_path / "new", {"hasChild": "parentOf"}), renames=False))
    assert domain.renamings == ()
    assert {(kind, action) for kind, action, _ in list_changes(domain)} >= {("fact", "removed"), ("fact", "added")}
    assert [label for _, label in domain.names_gone] == ["has child"]


def test_another_namespace_with_other_labels(old: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "new", {})
    for path in new.rglob("*.*"):
        text = path.read_text(encoding="utf-8").replace("https://example.org/f#", "https://example.org/v2/")
        path.write_text(text, encoding="utf-8")
    domain = get_domain(compare(old, new))
    assert len(domain.renamings) == 14
    assert list_changes(domain) == [] and domain.lost == domain.gained == ()


def test_what_changes_besides_is_told_under_the_new_name(old: Path, tmp_path: Path) -> None:
    new = write(tmp_path / "new", {"hasChild": "parentOf"}, facts=":dora :parentOf :emil .",
                rules="\nrule kin\n  parentOf(?x, ?y) -> kin(?x, ?y)\n")  # fmt: skip
    domain = get_domain(compare(old, new))
    assert [r.new.rsplit("#")[-1] for r in domain.renamings] == ["parentOf>"]
    assert sorted(list_changes(domain)) == [("fact", "added", "dora"), ("rule", "added", "kin")]
    assert domain.lost == () or {one.text for one in domain.lost} == {"Dora is settled."}


@pytest.mark.parametrize(
    ("without", "instead"),
    [
        (":dora rdfs:label \"Dora\"@en .", ":emil rdfs:label \"Emil\"@en ; a :Person ."),
        (":Place a owl:Class ; rdfs:label \"place\"@en ; owl:disjointWith :Person .",
         ":Ship a owl:Class ; rdfs:label \"ship\"@en ."),
        (":elder a owl:ObjectProperty ; rdfs:label \"is elder than\"@en .",
         ":sails a owl:ObjectProperty ; rdfs:label \"sails\"@en ."),
    ],
)  # fmt: skip
def test_what_is_another_thing_is_not_a_rename(tmp_path: Path, without: str, instead: str) -> None:
    old = write_project(tmp_path / "old", FACTS, config=SETTINGS)
    new = write_project(tmp_path / "new", FACTS.replace(without, instead).replace(", :dora", ""), config=SETTINGS)
    assert get_domain(compare(old, new)).renamings == ()


def test_two_that_nothing_tells_apart_are_paired_in_order(tmp_path: Path) -> None:
    facts = ":p a owl:ObjectProperty . :hub :p :a1 , :a2 . :other :p :c ."
    old = write_project(tmp_path / "old", facts, config=SETTINGS)
    new = write_project(tmp_path / "new", facts.replace(":a", ":b"), config=SETTINGS)
    first, second = compare(old, new), compare(old, new)
    assert get_domain(first).renamings == get_domain(second).renamings
    assert len({r.new for r in get_domain(first).renamings}) == len(get_domain(first).renamings)


def make_domain(size: int, prefix: str, seed: int) -> Domain:
    """A tree of classes with labels; the prefix is the namespace."""
    random = Random(seed)
    lines = [f"@prefix : <https://example.org/{prefix}#> . @prefix owl: <http://www.w3.org/2002/07/owl#> ."
             "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> ."]  # fmt: skip
    for number in range(size):
        parent = f" ; rdfs:subClassOf :C{random.randrange(number)}" if number else ""
        lines.append(f':C{number} a owl:Class ; rdfs:label "class number {number}"{parent} .')
    return Project.from_files(ontologies=["\n".join(lines)]).get_domain()


def test_matching_does_not_grow_with_the_square_of_the_names() -> None:
    seconds = []
    for size in (500, 2000):
        old, new = make_domain(size, "one", 1), make_domain(size, "two", 1)
        started = time.process_time()
        found = find_renamings(old, new).found
        seconds.append(time.process_time() - started)
        assert len(found) == size
        assert all(match.old.replace("one", "two") == match.new for match in found)
    assert seconds[1] < 10 * max(seconds[0], 0.05)
