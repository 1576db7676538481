"""``check``: every kind of finding, at its line, and what is not done where something is broken."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from workbench.build import Checked, check, get_knowledge, load, reason
from workbench.errors import InvalidKnowledgeError, SelectionError
from workbench.model.report import Violation
from workbench.project import Project

Make = Callable[[dict[str, str]], Project]
Files = dict[str, str]
TTL, RULES = "ontologies/family/family.ttl", "ontologies/family/family.rules"
CONSTRAINTS, SHAPES = "validators/family/constraints.rules", "validators/family/shapes.ttl"
CURRICULUM, TEMPLATE = "curricula/family/curriculum.yaml", "curricula/family/templates/entailment/en-1.j2"


def find_line(files: Files, path: str, text: str) -> int:
    return next(number for number, line in enumerate(files[path].splitlines(), 1) if text in line)


def find(checked: Checked, code: str) -> list[Violation]:
    return [violation for violation in checked.report.violations if violation.code == code]


def find_one(checked: Checked, code: str) -> Violation:
    found = find(checked, code)
    assert len(found) == 1, checked.format_text()
    return found[0]


def place_of(violation: Violation) -> tuple[str, int]:
    assert violation.location is not None
    return violation.location.path, violation.location.line


def test_a_sound_project_has_no_findings_and_a_closure(make: Make, files: Files) -> None:
    checked = check(make(files))
    assert checked.report.violations == (), checked.format_text()
    space = "https://example.org/f#"
    assert checked.closure.is_entailed((f"<{space}bob>", f"<{space}hasUncle>", f"<{space}carl>"))
    assert checked.compute_exit_code("info") == 0
    assert checked.format_text() == "No violations.\n"


def test_an_unknown_domain_lists_the_known_ones(make: Make, files: Files) -> None:
    with pytest.raises(SelectionError, match="family"):
        check(make(files), "famly")


def test_a_misspelt_predicate_is_found_at_its_line_and_nothing_is_reasoned(make: Make, files: Files) -> None:
    files[RULES] = files[RULES].replace("hasBrother(?y, ?z) ->", "hasBrothr(?y, ?z) ->")
    project = make(files)
    checked = check(project)
    found = find_one(checked, "rule.unknown-predicate")
    assert place_of(found) == (RULES, find_line(files, RULES, "hasBrothr"))
    assert "hasBrother" in found.fix
    assert find_one(checked, "check.not-reasoned").severity == "info"
    assert checked.closures == {}
    with pytest.raises(InvalidKnowledgeError):
        _ = checked.closure
    with pytest.raises(InvalidKnowledgeError, match="1 error") as raised:
        reason(project)
    assert raised.value.exit_code == 1
    assert [v.code for v in raised.value.report.violations] == ["rule.unknown-predicate"]


def test_broken_turtle_and_broken_rules_are_reported_together(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace(":hasBrother :carl ;", ":hasBrother :carl :dan ;")
    files[RULES] = files[RULES].replace("hasParent(?x, ?y) unless", "hasParent(?x ?y) unless")
    checked = check(make(files))
    turtle, rule = find(checked, "turtle.syntax")[0], find_one(checked, "rule.syntax")
    assert place_of(turtle) == (TTL, find_line(files, TTL, ":hasBrother :carl :dan"))
    assert place_of(rule) == (RULES, find_line(files, RULES, "hasParent(?x ?y)"))
    assert "family" not in checked.closures


def test_what_a_lowered_severity_or_a_waiver_means_for_reasoning(make: Make, files: Files) -> None:
    files[RULES] = files[RULES].replace("hasBrother(?y, ?z) ->", "hasBrothr(?y, ?z) ->")
    lowered = {**files, "workbench.yaml": files["workbench.yaml"] + "severity: {rule.unknown-predicate: warning}\n"}
    checked = check(make(lowered))
    assert find_one(checked, "rule.unknown-predicate").severity == "warning"
    assert "family" in checked.closures
    unsafe = {**lowered, RULES: files[RULES].replace("-> hasUncle(?x, ?z)", "-> hasUncle(?x, ?w)")}
    unsafe["workbench.yaml"] = files["workbench.yaml"] + "severity: {rule.*: info}\n"
    assert check(make(unsafe)).closures == {}, "an unsafe rule has no meaning, whatever its severity"


def test_waivers_count_until_their_day(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace(':eve rdfs:label "Eve"@en ;', ":eve")
    files["workbench.yaml"] += "waivers:\n  - {code: wording.*, reason: later, owner: Ann, expires: 2030-01-31}\n"
    project = make(files)
    before, after = check(project, today=date(2030, 1, 31)), check(project, today=date(2030, 2, 1))
    assert ({v.code for v in before.report.violations}, len(before.waived)) == ({"waiver.expiring"}, 1)
    assert {v.code for v in after.report.violations} == {"waiver.expired", "wording.missing-label"}


def test_a_violated_constraint_is_told_in_words_at_the_line_of_a_fact(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace(":born 1980", ":born 1955")
    found = find_one(check(make(files)), "constraint.violated")
    assert place_of(found) == (TTL, find_line(files, TTL, ":hasParent :ann ;"))
    assert found.message.startswith("A parent is at least twelve years older than a child, but: Ann is a parent of Bob")
    assert {location.path for location in found.related} == {TTL, CONSTRAINTS}


def test_contradicting_axioms_name_the_smallest_set(make: Make, files: Files) -> None:
    files[TTL] += "\n:dan a :Man , :Woman .\n"
    found = find_one(check(make(files)), "ontology.inconsistent")
    assert set(found.facts) == {"Dan is a man", "Dan is a woman"}
    assert place_of(found)[0] == TTL


def test_constraints_that_contradict_each_other_are_found_without_facts(make: Make, files: Files) -> None:
    files[CONSTRAINTS] += (
        '\nconstraint parent-near\n  en "A parent is at most ten years older than a child."\n'
        "  hasParent(?x, ?y) ^ born(?x, ?a) ^ born(?y, ?b) -> ?a <= ?b + 10\n"
    )
    files[TTL] = files[TTL].replace(" ;\n    :born 1980", "")
    found = find_one(check(make(files)), "constraint.contradictory")
    assert found.severity == "error"
    places = [found.location, *found.related]
    lines = {find_line(files, CONSTRAINTS, "constraint parent-older"), find_line(files, CONSTRAINTS, "parent-near")}
    assert lines <= {place.line for place in places if place is not None and place.path == CONSTRAINTS}
    texts = " ".join(part.text for part in found.parts)
    assert "at most ten years" in texts and "at least twelve years" in texts


def test_unsupported_axioms_are_named_with_their_line(make: Make, files: Files) -> None:
    files[TTL] += (
        "\n:Man rdfs:subClassOf\n    [ a owl:Restriction ; owl:onProperty :hasParent ; owl:someValuesFrom :Woman ] .\n"
    )
    checked = check(make(files))
    found = find_one(checked, "ontology.unsupported-axiom")
    assert (found.severity, place_of(found)[0]) == ("info", TTL)
    assert place_of(found)[1] in (find_line(files, TTL, ":Man rdfs:subClassOf"), find_line(files, TTL, "Restriction"))
    assert "not in the theory" in found.message
    assert "family" in checked.closures


def test_a_shape_sees_what_is_derived_and_points_to_what_is_stated(make: Make, files: Files) -> None:
    files[TTL] += "\n:fay a :Woman ;\n    :hasParent :carl .\n"
    found = find_one(check(make(files)), "shacl.max-count")
    assert found.message == "An uncle here has no children."
    assert place_of(found) == (TTL, find_line(files, TTL, ":hasParent :carl"))


def test_a_broken_shape_does_not_silence_the_others(make: Make, files: Files) -> None:
    files[TTL] += "\n:fay a :Woman ;\n    :hasParent :carl .\n"
    files[SHAPES] += '\n:Bad a sh:NodeShape ; sh:targetClass :Man ; sh:property [ sh:path :born ; sh:maxCount "x" ] .\n'
    checked = check(make(files))
    assert place_of(find(checked, "shape.value")[0]) == (SHAPES, find_line(files, SHAPES, ":Bad"))
    assert len(find(checked, "shacl.max-count")) == 1


def test_a_closed_name_that_nothing_declares(make: Make, files: Files) -> None:
    files["workbench.yaml"] = files["workbench.yaml"].replace("[f:Adopted]", "[f:Adopted, f:Adoptd]")
    found = find_one(check(make(files)), "config.unknown-name")
    assert place_of(found) == ("workbench.yaml", 8)
    assert "Adopted" in found.fix


@pytest.mark.parametrize(
    ("path", "old", "new", "code", "line"),
    [
        (CURRICULUM, "hops: 1", "hops: one", "curriculum.value", 6),
        (CURRICULUM, "{en: 1}", "{en: 1, fr: 1}", "curriculum.language", 0),
        (TEMPLATE, "{{ facts }}", "{{ facts.x }}", "template.unsafe", 1),
        (TEMPLATE, "{{ facts }}", "{{ fakts }}", "template.unknown-slot", 1),
        (TEMPLATE, "{% endif %}{{", "{{", "template.syntax", 0),
        (TEMPLATE, "{{ facts }}", "Facts", "template.slots", 1),
        (TEMPLATE, "{% if rules %}{{ rules }}", "{% if rules %}", "template.slots", 1),
    ],
)
def test_curricula_and_templates(make: Make, files: Files, path: str, old: str, new: str, code: str, line: int) -> None:
    assert old in files[path]
    files[path] = files[path].replace(old, new)
    checked = check(make(files))
    found = find(checked, code)[0]
    assert place_of(found)[0] == path
    if line:
        assert place_of(found)[1] == line
    assert found.severity == "error"
    assert "family" in checked.closures, "the knowledge is fine and is reasoned with"


def test_a_template_in_the_wrong_place(make: Make, files: Files) -> None:
    files["curricula/family/templates/quiz/en-1.j2"] = "x"
    assert "entailment" in find_one(check(make(files)), "template.place").fix


def test_sentences_are_in_the_projects_first_language(make: Make, files: Files) -> None:
    files["workbench.yaml"] = files["workbench.yaml"].replace("[en]", "[de, en]")
    files[TTL] = (
        files[TTL]
        .replace(":born 1980", ":born 1955")
        .replace(
            ":born a owl:DatatypeProperty",
            ':born wb:phrase "{subject} ist {object} geboren"@de ; a owl:DatatypeProperty',
        )
    )
    found = find_one(check(make(files)), "constraint.violated")
    assert any("ist 1955 geboren" in fact for fact in found.facts)


def test_every_violation_of_a_domain_names_it(make: Make, files: Files) -> None:
    files[TTL] = files[TTL].replace(":born 1980", ":born 1955") + "\n:dan a :Man , :Woman .\n"
    assert {v.domain for v in check(make(files)).report.violations} == {"family"}


def test_progress_is_told(make: Make, files: Files) -> None:
    told: list[str] = []
    check(make(files), progress=told.append)
    assert told
    assert all(text.startswith("family: ") for text in told)


def test_retired_statements_take_no_part(make: Make, files: Files) -> None:
    files[RULES] = files[RULES].replace("  hasParent(?x, ?y) ^ has", "  state retired\n  hasParent(?x, ?y) ^ has", 1)
    files[RULES] = files[RULES][: files[RULES].index("test ")]
    knowledge = get_knowledge(project := make(files), project.get_domain())
    assert "uncle" not in knowledge.theory.by_name
    assert check(project).report.violations == ()


def test_summaries_count_what_there_is(make: Make, files: Files) -> None:
    (summary,) = reason(make(files))
    assert (summary.domain, summary.base, summary.max_depth) == ("family", 10, 1)
    # Two uncles, one heir, two children; and from the children, the two stated parents again.
    assert (summary.derived, summary.derivations) == (5, 7)
    assert set(summary.to_json()) == {"domain", "base", "derived", "derivations", "max_depth", "seconds"}


@pytest.mark.slow
def test_the_project_of_this_repository_has_no_errors(repo_root: Path) -> None:
    checked = check(load(repo_root))
    assert not checked.report.reaches("warning"), checked.format_text()
    assert len(checked.closure.derived) > 10_000


def test_somebody_elses_ontology(shared_data: Path) -> None:
    """The Family History knowledge base: chains, inverses and subproperties, and axioms beyond what is supported."""
    source = shared_data / "fhkb" / "rdfxml" / "fhkb_ch10_merged.ttl"
    checked = check(Project.from_files(ontologies=[source], name="fhkb"))
    assert not checked.report.has_errors, checked.format_text()
    found = find(checked, "ontology.unsupported-axiom")
    assert found
    assert all(violation.location is not None and violation.location.line > 1 for violation in found)
    assert len(checked.closure.derived) > 1_000
