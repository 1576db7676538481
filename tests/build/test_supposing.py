"""What-if: the consequences of a supposed change are those of a project that was really changed."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import CliRunner

from workbench.build import get_knowledge, suppose
from workbench.checker import check_proof
from workbench.cli import main
from workbench.errors import SelectionError
from workbench.model.terms import RDF_TYPE, Triple
from workbench.project import Project

Make = Callable[[dict[str, str]], Project]
Files = dict[str, str]
SPACE = "https://example.org/f#"
UNCLE = "hasParent(?x, ?y) ^ hasBrother(?y, ?z) -> hasUncle(?x, ?z)"
TTL, RULES = "ontologies/family/family.ttl", "ontologies/family/family.rules"


def fact(subject: str, predicate: str, object_: str) -> Triple:
    return f"<{SPACE}{subject}>", f"<{SPACE}{predicate}>", f"<{SPACE}{object_}>"


def list_facts(project: Project) -> set[Triple]:
    return set(get_knowledge(project, project.get_domain()).closure.facts())


ARTICLES = [
    (["bob hasParent ann"], [], [(TTL, "\n    :hasParent :ann ;", "")]),
    (["eve a Adopted"], [], [(TTL, ":Woman , :Adopted ;", ":Woman ;")]),
    (["uncle"], [], [(RULES, UNCLE, "hasUncle(?x, ?z) -> hasUncle(?x, ?z)")]),
    (["hasChild inverseOf hasParent"], [], [(TTL, " ; owl:inverseOf :hasParent ;", " ;")]),
    ([], ["carl hasParent bob"], [(TTL, ":carl rdfs", ":carl :hasParent :bob .\n:carl rdfs")]),
    ([], ["bob a Adopted"], [(TTL, ":bob rdfs", ":bob a :Adopted .\n:bob rdfs")]),
    ([], ["hasBrother a SymmetricProperty"], [(TTL, ":ann rdfs", ":hasBrother a owl:SymmetricProperty .\n:ann rdfs")]),
    ([], ["Woman subClassOf Adopted"], [(TTL, ":ann rdfs", ":Woman rdfs:subClassOf :Adopted .\n:ann rdfs")]),
    ([], ["hasHeir(?x, ?y) ^ born(?y, ?b) -> hasChild(?x, ?y)"],
     [(RULES, "test uncle", "rule more\n  hasHeir(?x, ?y) ^ born(?y, ?b) -> hasChild(?x, ?y)\n\ntest uncle")]),
    (["ann hasBrother carl", "heir"], ["eve hasBrother bob", "carl hasParent f:zoe"],
     [(TTL, "\n    :hasBrother :carl ;", ""),
      (TTL, ":carl rdfs", ":eve :hasBrother :bob . :carl :hasParent :zoe .\n:carl rdfs"),
      (RULES, "hasParent(?x, ?y) unless Adopted(?x) -> hasHeir(?y, ?x)", "hasHeir(?y, ?x) -> hasHeir(?y, ?x)")]),
]  # fmt: skip


@pytest.mark.parametrize(("without", "with_", "edits"), ARTICLES)
def test_a_supposition_is_what_an_edit_would_do(
    make: Make, files: Files, without: list[str], with_: list[str], edits: list[tuple[str, str, str]]
) -> None:
    project = make(files)
    found = suppose(project, None, without=without, with_=with_)
    changed = dict(files)
    for path, old, new in edits:
        assert old in changed[path]
        changed[path] = changed[path].replace(old, new, 1)
    before, after = list_facts(project), list_facts(make(changed))
    assert set(found.lost_facts) | {f for f in found.own & before if f not in after} == before - after
    assert set(found.gained_facts) | (found.own - before) == after - before
    assert {c.triple for c in found.lost} == set(found.lost_facts)
    assert set(found.revision.closure.facts()) == after
    for closure, facts in ((found.revision.before, found.lost_facts), (found.revision.closure, found.gained_facts)):
        for lost in facts:
            proof = closure.proof(lost)
            assert proof is not None
            assert check_proof(closure.theory, closure.stated, proof) == ()


def test_what_was_left_out_may_still_follow(make: Make, files: Files) -> None:
    files[TTL] += ":bob :hasUncle :carl .\n"
    found = suppose(make(files), None, without=["bob hasUncle carl"])
    assert found.lost_facts == found.gained_facts == ()
    assert [kept.triple for kept in found.kept] == [fact("bob", "hasUncle", "carl")]
    text = found.format_text()
    assert "That would still follow: Carl Smith is an uncle of Bob." in text
    assert "Nothing else would change" in text


def test_a_statement_is_judged_after_the_change(make: Make, files: Files) -> None:
    project = make(files)
    found = suppose(project, None, "ann hasHeir bob", with_=["bob a Adopted"])
    assert found.explanation is not None
    assert found.explanation.status == "unknown"
    assert found.lost_facts == (fact("ann", "hasHeir", "bob"),)
    found = suppose(project, None, "bob hasUncle carl", without=["ann hasBrother carl"])
    assert found.explanation is not None
    assert found.explanation.status == "unknown"
    found = suppose(project, None, "carl hasUncle bob", with_=["carl hasParent eve", "eve hasBrother bob"])
    assert found.explanation is not None
    assert found.explanation.status == "entailed"
    assert "Suppose: Eve is a parent of Carl Smith." not in found.explanation.format_text()  # there it is a fact
    assert "Suppose: Eve is a parent of Carl Smith." in found.format_text()


def test_a_contradiction_is_told_whether_it_comes_or_goes(make: Make, files: Files) -> None:
    comes = suppose(make(files), None, with_=["bob a Woman"])
    assert comes.contradiction is not None
    assert "The facts would contradict each other:" in comes.format_text()
    assert "Suppose: Bob is a woman." in comes.format_text()
    files[TTL] += ":bob a :Woman .\n"
    goes = suppose(make(files), None, without=["bob a Woman"])
    assert goes.former_contradiction is not None
    assert goes.contradiction is None
    assert "The facts would contradict each other no longer." in goes.format_text()
    stays = suppose(make(files), None, without=["carl a Man"])
    assert "and would still do so" in stays.format_text()


@pytest.mark.parametrize(
    ("without", "with_", "message"),
    [
        ([], [], "Say what is to be left out"),
        (["bob hasUncle carl"], [], r"is not stated: it follows\. It rests on this: .*Ann is a parent of Bob"),
        (["carl hasUncle bob"], [], "It is not known that Bob is an uncle of Carl"),
        (["unkle"], [], "no rule, constraint or axiom called 'unkle'"),
        (["Man subClassOf Woman"], [], "is not stated in the domain family"),
        ([], ["Mann subClassOf Woman"], "There is no class 'Mann'.*Man"),
        ([], ["hasUncle a FunctionalThing"], "'hasUncle' is a property; here stands an individual"),
        ([], ["nobody hasParent bob"], "There is no individual 'nobody'"),
        ([], ["hasParent(?x, ?y) -> hasUncle(?x, ?z)"], "cannot be supposed: .*z"),
        ([], ["hasParent(?x, ?y -> hasUncle(?x, ?y)"], "cannot be read: line 1"),
        ([], ["not hasUncle(?x, ?y) ^ hasParent(?x, ?y) -> hasUncle(?x, ?y)"], "cannot be supposed"),
        (
            [],
            ["hasParnt(?x, ?y) -> hasUncle(?x, ?y)"],
            "the property hasParnt, which the ontology does not declare.*hasParent",
        ),
        ([], ["born(?x, ?a) ^ ?b = ?a + 1 -> born(?x, ?b)"], "cannot be supposed"),
    ],
)
def test_what_cannot_be_supposed_is_refused(
    make: Make, files: Files, without: list[str], with_: list[str], message: str
) -> None:
    with pytest.raises(SelectionError, match=message):
        suppose(make(files), None, without=without, with_=with_)


@pytest.mark.parametrize(
    ("without", "with_"),
    [
        (["bob hasParent ann"], ["bob hasParent ann"]),
        (["bob born 1980"], ["bob born 1980.0"]),
        (["Man disjointWith Woman"], ["Man disjointWith Woman"]),
        (["Man disjointWith Woman"], ["Woman disjointWith Man"]),
        (["Man-disjoint-with-Woman"], ["Woman disjointWith Man"]),
        (["born a FunctionalProperty"], ["born a FunctionalProperty"]),
    ],
)
def test_the_same_is_not_both_left_out_and_added(
    make: Make, files: Files, without: list[str], with_: list[str]
) -> None:
    with pytest.raises(SelectionError, match="is both left out and added"):
        suppose(make(files), None, without=without, with_=with_)


def test_what_is_given_twice_counts_once(make: Make, files: Files) -> None:
    rule = "hasHeir(?x, ?y) -> hasChild(?x, ?y)"
    without = ["bob hasParent ann", "heir", "Man disjointWith Woman", "Woman disjointWith Man"]
    with_ = ["carl hasParent eve", "Adopted disjointWith Man", "Man disjointWith Adopted", rule]
    project = make(files)
    once = suppose(project, None, without=without[:3], with_=[*with_[:2], rule])
    twice = suppose(project, None, without=[*without, *without], with_=[*with_, *with_])
    assert twice.to_json() == once.to_json()
    assert (len(twice.without), len(twice.with_)) == (3, 3)


def test_what_says_the_same_both_ways_is_left_out_in_either_order(make: Make, files: Files) -> None:
    files[TTL] += ":Adopted owl:equivalentClass :Foundling . :Foundling a owl:Class .\n"
    project = make(files)
    for one, other in (
        ("Man disjointWith Woman", "Woman disjointWith Man"),
        ("hasChild inverseOf hasParent", "hasParent inverseOf hasChild"),
        ("Adopted equivalentClass Foundling", "Foundling equivalentClass Adopted"),
    ):
        found, mirrored = suppose(project, None, without=[one]), suppose(project, None, without=[other])
        assert mirrored.without[0].triple == found.without[0].triple
        assert mirrored.lost_facts == found.lost_facts


def test_what_another_axiom_says_is_left_out_by_its_compiled_name(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace(" ; owl:disjointWith :Woman", "")
    files[TTL] += "[] a owl:AllDisjointClasses ; owl:members ( :Woman :Man ) .\n"
    project = make(files)
    for text in ("Man disjointWith Woman", "Woman disjointWith Man"):
        with pytest.raises(SelectionError, match="says the same: leave out 'Man-disjoint-with-Woman'"):
            suppose(project, None, without=[text])
    assert suppose(project, None, without=["Man-disjoint-with-Woman"], with_=["bob a Woman"]).contradiction is None


def test_from_a_supposed_contradiction_the_statement_is_left_unjudged(make: Make, files: Files) -> None:
    project = make(files)
    found = suppose(project, None, "carl hasUncle bob", with_=["bob a Woman"])
    assert found.explanation is None
    assert found.unjudged == (
        "It does not follow that Bob is an uncle of Carl Smith; but with what is supposed the facts would contradict "
        "each other, so it can be called neither refuted nor unknown."
    )
    text, data = found.format_text(), found.to_json()
    assert "The facts would contradict each other:" in text and text.endswith(f"\n\n{found.unjudged}\n")
    assert (data["explanation"], data["unjudged"], data["consistent"]) == (None, found.unjudged, False)
    entailed = suppose(project, None, "bob hasUncle carl", with_=["bob a Woman"])
    assert entailed.explanation is not None and "unjudged" not in entailed.to_json()
    assert "But with what is supposed the facts would contradict each other:" in entailed.format_text()
    assert "workbench check" not in text + entailed.format_text()


def test_a_rule_without_a_body_is_said_as_its_head(make: Make, files: Files) -> None:
    found = suppose(make(files), None, with_=["-> hasParent(carl, eve)"])
    assert found.with_[0].text == "Eve is a parent of Carl Smith."


def write_files(folder: Path, files: Files) -> Path:
    for path, text in files.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_text(text, encoding="utf-8")
    return folder


def test_the_command_line(tmp_path: Path, files: Files) -> None:
    folder = write_files(tmp_path / "family", files)

    def call(*words: str) -> tuple[int, str]:
        result = CliRunner().invoke(main, ["explain", str(folder), *words])
        return result.exit_code, result.output

    code, text = call("--without", "bob hasParent ann")
    assert code == 0
    assert "Without: Ann is a parent of Bob. (ontologies/family/family.ttl:23:16)" in text
    assert "3 statements no longer follow:" in text
    assert "2. Bob is an heir of Ann." in text
    code, text = call("ann hasHeir bob", "--with", "bob a Adopted", "--format", "json")
    data = json.loads(text)
    assert (code, data["explanation"]["status"], data["consistent"]) == (0, "unknown", True)
    assert data["with"][0]["triple"] == [":bob", RDF_TYPE, ":Adopted"]
    assert [lost["triple"] for lost in data["lost"]] == [[":ann", ":hasHeir", ":bob"]]
    assert data["lost"][0]["proof"]["lines"][-1]["text"] == "Bob is an heir of Ann."
    assert call("--with", "bob a Adopted", "--format", "mermaid")[0] == 2
    assert call("--without", "nothing")[0] == 2
    assert list_facts(Project.from_files([folder / TTL])) is not None


def test_type_assertions_of_new_individuals(make: Make, files: Files) -> None:
    found = suppose(make(files), None, with_=["f:zoe a Man"])
    assert found.own == {(f"<{SPACE}zoe>", RDF_TYPE, f"<{SPACE}Man>")}
    assert found.format_text().startswith("With: ")
