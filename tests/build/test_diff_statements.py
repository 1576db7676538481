"""Which statements changed: layout, comments, labels of blank nodes and moved files make no difference."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest
from diff_projects import CONFIG, HEAD, compare, find_change, get_domain, list_changes, write_project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.build.differing.units import collect_units
from workbench.errors import ProjectError
from workbench.model.terms import Triple

FACTS = (
    ":Person a owl:Class ; rdfs:label \"person\"@en . :Parent a owl:Class ; rdfs:subClassOf :Person .\n"
    ":hasChild a owl:ObjectProperty ; rdfs:domain :Parent . :ann :hasChild :bob .\n"
    ":elder a owl:ObjectProperty . :kin a owl:ObjectProperty .\n"
)  # fmt: skip
EXPRESSION = (
    ":Parent owl:equivalentClass [ a owl:Restriction ; owl:onProperty :hasChild ; owl:someValuesFrom :Person ] ."
)
RULES = 'rule elder\n  en "A parent is elder."\n  hasChild(?x, ?y) ^ Person(?y) -> elder(?x, ?y)\n'
CONSTRAINTS = "constraint no-loop\n  hasChild(?x, ?x) -> false\n"
SHAPES = ":PersonShape a sh:NodeShape ; sh:targetClass :Person ; sh:property [ sh:path :age ; sh:minCount 1 ] ."


@pytest.fixture
def old(tmp_path: Path) -> Path:
    return write_project(tmp_path / "old", f"{FACTS}{EXPRESSION}", RULES, constraints=CONSTRAINTS, shapes=SHAPES)


def test_nothing_changes_between_equals(old: Path, tmp_path: Path) -> None:
    shutil.copytree(old, tmp_path / "new")
    difference = compare(old, tmp_path / "new", findings=True)
    assert not any((difference.domains, difference.files, difference.settings, difference.new_findings))


def test_layout_comments_and_blank_nodes_are_no_change(old: Path, tmp_path: Path) -> None:
    blank = EXPRESSION.replace("[", "_:x .  _:x").replace("]", "")
    facts = "\n".join(f"# a remark\n{line}" for line in reversed([*FACTS.splitlines(), blank]))
    rules = RULES.replace("hasChild(?x, ?y) ^ Person(?y) -> elder(?x, ?y)",
                          "# a remark\n  Person(?child) ^ hasChild(?p, ?child) -> elder(?p, ?child)")  # fmt: skip
    new = write_project(tmp_path / "new", facts, rules, constraints=CONSTRAINTS, shapes=SHAPES)
    difference = compare(old, new)
    assert [change for domain in difference.domains for change in domain.changes] == []
    assert [(c.action, c.name) for c in difference.files] == [("changed", "ontologies/family/rules.rules")]


def test_a_file_that_moved_is_one_change(old: Path, tmp_path: Path) -> None:
    new = Path(shutil.copytree(old, tmp_path / "new"))
    (new / "ontologies/family/facts.ttl").rename(new / "ontologies/family/people.ttl")
    difference = compare(old, new, findings=True)
    assert [(c.action, c.name) for c in difference.files] == [("moved", "ontologies/family/people.ttl")]
    domain = get_domain(difference)
    assert (domain.changes, domain.lost, domain.gained, domain.renamings) == ((), (), (), ())
    assert (domain.new_findings, domain.gone_findings) == ((), ())


@pytest.mark.parametrize(
    ("more", "less", "change"),
    [
        (":carl a :Person .", "", ("fact", "added", "carl")),
        ("", ":ann :hasChild :bob .", ("fact", "removed", "ann")),
        (":Person rdfs:comment \"Somebody.\" .", "", ("wording", "added", "Person")),
        (":Person owl:disjointWith :Place .", "", ("axiom", "added", "Person")),
        ("", EXPRESSION, ("axiom", "removed", "Parent")),
        ("[] a owl:AllDisjointClasses ; owl:members ( :Person :Place ) .", "", ("axiom", "added", "_:c14n0")),
    ],
)  # fmt: skip
def test_each_kind_of_statement(old: Path, tmp_path: Path, more: str, less: str, change: tuple[str, str, str]) -> None:
    facts = f"{FACTS}{EXPRESSION}".replace(less, "") + more
    new = write_project(tmp_path / "new", facts, RULES, constraints=CONSTRAINTS, shapes=SHAPES)
    (found,) = list_changes(get_domain(compare(old, new)))
    if change[2].startswith("_:"):
        found, change = (*found[:2], ""), (*change[:2], "")
    assert found == change


def test_what_is_said_otherwise_is_one_change(old: Path, tmp_path: Path) -> None:
    facts = f"{FACTS}{EXPRESSION}".replace('"person"@en', '"human being"@en').replace(":bob", ":carl")
    new = write_project(tmp_path / "new", facts, RULES, constraints=CONSTRAINTS,
                        shapes=SHAPES.replace("minCount 1", "minCount 2"))  # fmt: skip
    domain = get_domain(compare(old, new, renames=False))
    assert sorted(list_changes(domain)) == [
        ("fact", "changed", "ann"), ("shape", "changed", "PersonShape"), ("wording", "changed", "Person"),
    ]  # fmt: skip
    label = find_change(domain, "wording", "changed")
    assert label.old is not None and label.new is not None
    assert "“person”" in label.old.text and "“human being”" in label.new.text
    assert label.new.location is not None and label.new.location.path == "ontologies/family/facts.ttl"
    shape = find_change(domain, "shape", "changed")
    assert shape.old is not None and shape.new is not None
    assert ("min count 1" in shape.old.text, "min count 2" in shape.new.text) == (True, True)


def test_rules_by_what_they_say(old: Path, tmp_path: Path) -> None:
    rules = (
        RULES.replace("rule elder", "rule older").replace("A parent is elder.", "Whoever has a child is elder.")
        + 'rule blood\n  en "Kin."\n  hasChild(?x, ?y) -> kin(?x, ?y)\n'
        + "test one\n  given hasChild(ann, bob)\n  must kin(ann, bob)\n"
    )
    constraints = CONSTRAINTS.replace("hasChild(?x, ?x)", "hasChild(?x, ?x) ^ Person(?x)")
    new = write_project(tmp_path / "new", f"{FACTS}{EXPRESSION}", rules, shapes=SHAPES, constraints=constraints)
    domain = get_domain(compare(old, new))
    assert sorted(list_changes(domain)) == [
        ("constraint", "changed", "no-loop"), ("rule", "added", "blood"), ("rule", "renamed", "older"),
        ("test", "added", "one"),
    ]  # fmt: skip
    constraint = find_change(domain, "constraint", "changed")
    assert constraint.old is not None and constraint.new is not None
    assert "Person(?x)" in constraint.new.formal and "Person(?x)" not in constraint.old.formal
    assert constraint.new.text != constraint.old.text


def test_constraints_on_totals(tmp_path: Path) -> None:
    facts = (
        ":Company a owl:Class . :holds a owl:ObjectProperty . :percent a owl:DatatypeProperty . :c a :Company . "
        ":a :in :c ; :percent 60 . :b :in :c ; :percent 50 . :in a owl:ObjectProperty ."
    )
    total = "constraint whole\n  Company(?c) -> sum(?s: in(?h, ?c) ^ percent(?h, ?s)) <= {}\n"
    same = total.replace("?h", "?x").replace("?s", "?y")
    old = write_project(tmp_path / "old", facts, constraints=total.format(120))
    again = write_project(tmp_path / "again", facts, constraints=same.format(120))
    assert [change for domain in compare(old, again).domains for change in domain.changes] == []
    new = write_project(tmp_path / "new", facts, constraints=total.format(100))
    domain = get_domain(compare(old, new))
    assert list_changes(domain) == [("constraint", "changed", "whole")]
    assert [(flip.name, flip.before, flip.after) for flip in domain.flips] == [
        ("whole", "held", "violated in 1 case"),
    ]
    moved = write_project(tmp_path / "moved", facts.replace(":percent", ":share"), constraints=total.format(120)
                          .replace("percent", "share"))  # fmt: skip
    renamed = get_domain(compare(old, moved))
    assert [r.new for r in renamed.renamings] == ["<https://example.org/f#share>"] and renamed.changes == ()


def test_the_sentence_of_a_rule_and_who_says_it_are_words(old: Path, tmp_path: Path) -> None:
    rules = RULES.replace('"A parent is elder."', '"Parents are elder."\n  source "Standard usage" state reviewed')
    new = write_project(tmp_path / "new", f"{FACTS}{EXPRESSION}", rules, constraints=CONSTRAINTS, shapes=SHAPES)
    domain = get_domain(compare(old, new))
    assert list_changes(domain) == [("wording", "changed", "elder"), ("wording", "added", "elder")]


def test_settings_are_told_one_by_one(old: Path, tmp_path: Path) -> None:
    new = Path(shutil.copytree(old, tmp_path / "new"))
    waiver = "waivers:\n  - {code: label.missing, reason: later, owner: A. Expert, expires: 2999-01-01}\n"
    text = (
        CONFIG.replace("[':Gone', ':left']", "[':left', ':hasChild']") + f"severity: {{label.missing: info}}\n{waiver}"
    )
    (new / "workbench.yaml").write_text(text, encoding="utf-8")
    difference = compare(old, new)
    told = {(c.action, c.name, (c.new or c.old or ("",))[0].split(",")[0]) for c in difference.settings}
    assert told == {
        ("removed", "domains.family.closed", ":Gone"), ("added", "domains.family.closed", ":hasChild"),
        ("added", "severity.label.missing", "info"), ("added", "waivers", '{"code": "label.missing"'),
    }  # fmt: skip
    closed = [change for change in list_changes(get_domain(difference)) if change[0] == "closed"]
    assert closed == [("closed", "removed", "Gone"), ("closed", "added", "hasChild")]


def test_a_domain_that_comes_or_goes(old: Path, tmp_path: Path) -> None:
    both = write_project(tmp_path / "new", f"{FACTS}{EXPRESSION}", RULES, constraints=CONSTRAINTS, shapes=SHAPES,
                         config=f"{CONFIG}  pets: {{}}\n")  # fmt: skip
    write_project(both, ":rex a :Dog . :Dog a owl:Class ; rdfs:subClassOf :Animal .", domain="pets",
                  config=f"{CONFIG}  pets: {{}}\n")  # fmt: skip
    come = {domain.name: domain for domain in compare(old, both).domains}
    assert (come["pets"].presence, come["pets"].lost) == ("added", ())
    assert [one.text for one in come["pets"].gained] == ["Rex is an animal."]
    gone = {domain.name: domain for domain in compare(both, old).domains}
    assert (gone["pets"].presence, gone["pets"].gained) == ("removed", ())
    assert [one.text for one in gone["pets"].lost] == ["Rex is an animal."]


def test_a_domain_that_has_another_name(old: Path, tmp_path: Path) -> None:
    new = write_project(tmp_path / "new", f"{FACTS}{EXPRESSION}", RULES, constraints=CONSTRAINTS, shapes=SHAPES,
                        domain="kin", config=CONFIG.replace("family:", "kin:"))  # fmt: skip
    domain = get_domain(compare(old, new))
    assert (domain.name, domain.former_name, domain.changes, domain.lost) == ("kin", "family", (), ())


def test_a_folder_without_settings_is_read_by_those_of_the_other_side(old: Path, tmp_path: Path) -> None:
    new = Path(shutil.copytree(old, tmp_path / "new"))
    (old / "workbench.yaml").unlink()
    difference = compare(old, new)
    assert "no workbench.yaml" in difference.old.note
    assert [change for domain in difference.domains for change in domain.changes] == []


def test_settings_that_cannot_be_read_in_old_are_borrowed_and_told(old: Path, tmp_path: Path) -> None:
    new = Path(shutil.copytree(old, tmp_path / "new"))
    (old / "workbench.yaml").write_text("version: 1\nname: [", encoding="utf-8")
    difference = compare(old, new)
    assert "workbench.yaml" in difference.old.note and "cannot be used" in difference.old.note
    assert [change for domain in difference.domains for change in domain.changes] == []
    (new / "workbench.yaml").write_text("version: 1\nname: [", encoding="utf-8")
    with pytest.raises(ProjectError):
        compare(old, new)


def test_what_could_not_be_read_is_not_told_as_gone_for_sure(old: Path, tmp_path: Path) -> None:
    broken = f'{FACTS}:x :y ;; :z [ .\n:Parent rdfs:comment "x" .\n'
    new = write_project(tmp_path / "new", broken, RULES, constraints=CONSTRAINTS, shapes=SHAPES)
    domain = get_domain(compare(old, new, findings=True))
    assert "errors" in domain.unreasoned or "error" in domain.unreasoned
    assert "facts.ttl:" in domain.unreasoned
    assert domain.is_blocked_now, domain.unreasoned
    assert domain.lost == () and domain.names_gone == ()
    removed = [change for change in domain.changes if change.action == "removed"]
    assert removed and not any(change.certain for change in removed)
    assert all(change.certain for change in domain.changes if change.action == "added")
    assert "turtle.syntax" in {violation.code for violation in domain.new_findings}


@pytest.mark.parametrize("junk", [b"\x00\xff\xfe" * 50, b"\x89PNG\r\n\x1a\n" + bytes(range(256)), b"{}" * 10])
def test_binary_garbage_is_told_with_its_place(tmp_path: Path, junk: bytes) -> None:
    (tmp_path / "old.ttl").write_text(f"{HEAD}{FACTS}", encoding="utf-8")
    (tmp_path / "new.ttl").write_bytes(junk)
    domain = get_domain(compare(tmp_path / "old.ttl", tmp_path / "new.ttl", findings=True))
    assert "new.ttl:1" in domain.unreasoned
    assert not any(change.certain for change in domain.changes)


def test_single_files_are_compared_as_knowledge(tmp_path: Path) -> None:
    (tmp_path / "old.ttl").write_text(f"{HEAD}{FACTS}", encoding="utf-8")
    (tmp_path / "new.ttl").write_text(f"{HEAD}{FACTS} :carl a :Parent .", encoding="utf-8")
    domain = get_domain(compare(tmp_path / "old.ttl", tmp_path / "new.ttl"))
    assert list_changes(domain) == [("fact", "added", "carl")]
    assert [one.text for one in domain.gained] == ["Carl is a person."]
    (tmp_path / "old.rules").write_text(f"prefix : <urn:f#>\n{RULES}", encoding="utf-8")
    (tmp_path / "new.rules").write_text(f"prefix : <urn:f#>\n{RULES}".replace("Person", "Human"), encoding="utf-8")
    rules = get_domain(compare(tmp_path / "old.rules", tmp_path / "new.rules", renames=False))
    assert list_changes(rules) == [("rule", "changed", "elder")]
    (tmp_path / "old-shapes.ttl").write_text(f"{HEAD}{SHAPES}", encoding="utf-8")
    (tmp_path / "new-shapes.ttl").write_text(f"{HEAD}{SHAPES} :PersonShape sh:closed true .", encoding="utf-8")
    shapes = get_domain(compare(tmp_path / "old-shapes.ttl", tmp_path / "new-shapes.ttl"))
    assert list_changes(shapes) == [("shape", "added", "PersonShape")]


TERMS = ("<urn:a>", "<urn:b>", "_:x", "_:y", "_:z", '"1"')


@st.composite
def draw_graph(draw: st.DrawFn) -> set[Triple]:
    return draw(
        st.sets(
            st.tuples(st.sampled_from(TERMS[:5]), st.sampled_from(("<urn:p>", "<urn:q>")), st.sampled_from(TERMS)),
            max_size=8,
        )
    )


def is_isomorphic(first: set[Triple], second: set[Triple]) -> bool:
    """By trying every way to name three blank nodes."""
    from itertools import permutations

    blanks = ("_:x", "_:y", "_:z")
    for order in permutations(blanks):
        names = dict(zip(blanks, order, strict=True))
        if {(names.get(s, s), p, names.get(o, o)) for s, p, o in first} == second:
            return True
    return False


@settings(deadline=None, max_examples=150, suppress_health_check=list(HealthCheck))
@given(draw_graph(), st.permutations(("_:x", "_:y", "_:z")), draw_graph())
def test_units_are_equal_exactly_for_graphs_that_are(graph: set[Triple], order: list[str], other: set[Triple]) -> None:
    names = dict(zip(("_:x", "_:y", "_:z"), order, strict=True))
    relabelled = {(names.get(s, s), p, names.get(o, o)) for s, p, o in graph}
    assert set(collect_units(graph).own) == set(collect_units(relabelled).own)
    sizes = [sum(len(unit.triples) for unit in collect_units(one).own) for one in (graph, other)]
    if sizes == [len(graph), len(other)]:  # no two parts of a graph say the same
        assert (set(collect_units(graph).own) == set(collect_units(other).own)) == is_isomorphic(graph, other)
