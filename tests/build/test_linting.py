"""Lint of a whole project: rules, curricula, templates, languages, provenance, imports and privacy, at their lines."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from workbench.build import check, load
from workbench.model.report import Violation
from workbench.project import Project, init
from workbench.validation.lint import CHECKS

Make = Callable[[dict[str, str]], Project]
Files = dict[str, str]
CONFIG = "workbench.yaml"
TTL, RULES = "ontologies/family/family.ttl", "ontologies/family/family.rules"
CURRICULUM, TEMPLATE = "curricula/family/curriculum.yaml", "curricula/family/templates/entailment/en-1.j2"


def find(project: Project, code: str, today: date = date(2026, 1, 1)) -> list[Violation]:
    return [violation for violation in check(project, today=today).report.violations if violation.code == code]


def find_one(project: Project, code: str) -> Violation:
    found = find(project, code)
    assert len(found) == 1, [(v.message, str(v.location)) for v in found]
    return found[0]


def place_of(violation: Violation) -> tuple[str, int]:
    assert violation.location is not None
    return violation.location.path, violation.location.line


def line_of(files: Files, path: str, text: str) -> int:
    return next(number for number, line in enumerate(files[path].splitlines(), 1) if text in line)


DECLARED = ':likes a owl:ObjectProperty ; rdfs:label "likes"@en ; wb:phrase "{subject} likes {object}"@en .\n'


def test_a_rule_that_nothing_reads_is_a_suggestion(make: Make, files: Files) -> None:
    assert find(make(files), "rule.unused") == [], "a curriculum that names nothing asks for everything"
    files[CURRICULUM] += "queryable: [f:hasUncle]\n"
    found = find_one(make(files), "rule.unused")
    assert (found.severity, found.source) == ("info", "heir")
    assert place_of(found) == (RULES, line_of(files, RULES, "rule heir"))
    files[CURRICULUM] = files[CURRICULUM].replace("[f:hasUncle]", "[f:hasHeir, f:hasUncle]")
    assert find(make(files), "rule.unused") == []


def test_what_a_shape_or_a_test_reads_is_used(make: Make, files: Files) -> None:
    files[CURRICULUM] += "queryable: [f:hasHeir]\n"
    assert find(make(files), "rule.unused") == []
    files[RULES] = files[RULES].partition("test ")[0]
    assert find(make(files), "rule.unused") == []
    files["validators/family/shapes.ttl"] = ""
    assert [v.source for v in find(make(files), "rule.unused")] == ["uncle"]


def test_a_rule_that_can_never_apply_is_found(make: Make, files: Files) -> None:
    files[TTL] += DECLARED + DECLARED.replace("likes", "adores")
    files[RULES] += (
        "\nrule fond\n  likes(?x, ?y) -> adores(?x, ?y)\n\nrule fonder\n  adores(?x, ?y) -> hasHeir(?x, ?y)\n"
    )
    first, second = find(make(files), "rule.unreachable")
    assert place_of(first) == (RULES, line_of(files, RULES, "rule fond"))
    assert "“likes” is never stated nor concluded" in first.message
    assert "“adores” only follows from rules that never apply" in second.message
    files[TTL] += ":ann :likes :bob .\n"
    assert find(make(files), "rule.unreachable") == []


def test_what_a_curriculum_may_state_counts_as_stated(make: Make, files: Files) -> None:
    files[TTL] += DECLARED
    files[RULES] += "\nrule fond\n  likes(?x, ?y) -> hasHeir(?x, ?y)\n"
    assert len(find(make(files), "rule.unreachable")) == 1
    files[CURRICULUM] += "assertable: [f:likes, f:hasParent, f:hasBrother]\n"
    assert find(make(files), "rule.unreachable") == []


def test_a_rule_stated_twice_is_found_under_other_names_of_variables_and_in_another_order(
    make: Make, files: Files
) -> None:
    twin = "\nrule oncle\n  hasBrother(?b, ?c) ^ hasParent(?a, ?b) -> hasUncle(?a, ?c)\n"
    found = find_one(make({**files, RULES: files[RULES] + twin}), "rule.duplicate")
    assert (found.source, found.location and found.location.path) == ("oncle", RULES)
    assert found.related and found.related[0].line == line_of(files, RULES, "rule uncle")
    other = twin.replace("hasParent(?a, ?b)", "hasParent(?b, ?a)")
    assert find(make({**files, RULES: files[RULES] + other}), "rule.duplicate") == []


def test_two_rules_with_one_sentence_are_found(make: Make, files: Files) -> None:
    files[RULES] = files[RULES].replace(
        '"A child is an heir, unless it was adopted."', '"A brother of a parent is an uncle."'
    )
    found = find_one(make(files), "wording.one-sentence")
    assert found.message.endswith("A brother of a parent is an uncle.")
    assert place_of(found) == (RULES, line_of(files, RULES, "rule uncle"))


def test_two_axioms_with_one_sentence_are_found(make: Make, files: Files) -> None:
    files[TTL] += (
        ":Cat a owl:Class ; rdfs:subClassOf :Pet . :cat a owl:Class ; rdfs:subClassOf :Pet . :Pet a owl:Class .\n"
    )
    found = find_one(make(files), "wording.one-sentence")
    assert found.message.endswith("If A is a cat, then A is a pet.")
    assert place_of(found) == (TTL, line_of(files, TTL, ":Cat a"))


def test_a_language_without_sentences_is_told_once(make: Make, files: Files) -> None:
    files[CONFIG] = files[CONFIG].replace("[en]", "[en, de]")
    found = find(make(files), "wording.incomplete-language")
    about = [violation.message.partition(":")[0] for violation in found]
    assert sorted(about) == [
        "1 of 1 constraints have no sentence in de", "2 of 2 rules have no sentence in de",
        "3 of 3 classes have no label in de", "3 of 3 classes have no phrase in de",
        "4 of 4 individuals have no label in de", "6 of 6 properties have no label in de",
        "6 of 6 properties have no phrase in de",
    ]  # fmt: skip
    assert all(violation.location is not None and violation.location.line for violation in found)


def test_a_question_about_what_can_never_be_is_found_at_its_line(make: Make, files: Files) -> None:
    files[TTL] += DECLARED
    files[CURRICULUM] += "queryable:\n  - f:hasUncle\n  - f:likes\n  - f:hasOncle\n"
    first, second = find(make(files), "curriculum.never-derivable")
    assert place_of(first) == (CURRICULUM, line_of(files, CURRICULUM, "f:likes"))
    assert "never stated and follows from nothing" in first.message
    assert place_of(second) == (CURRICULUM, line_of(files, CURRICULUM, "f:hasOncle"))
    assert "no class or property has that name" in second.message


def test_a_level_that_no_proof_can_fill_is_found(make: Make, files: Files) -> None:
    files[CURRICULUM] += "  - name: deep\n    hops: [4, 5]\n    tasks: {entailment: 3}\n"
    found = find_one(make(files), "curriculum.empty-level")
    assert place_of(found) == (CURRICULUM, line_of(files, CURRICULUM, "name: deep"))
    assert "no proof has 4 to 5 hops, the longest has" in found.message
    recursive = "\nrule heirs\n  hasHeir(?x, ?y) ^ hasHeir(?y, ?z) -> hasHeir(?x, ?z)\n"
    assert find(make({**files, RULES: files[RULES] + recursive}), "curriculum.empty-level") == []


def test_languages_and_templates_that_nothing_asks_for_are_suggestions(make: Make, files: Files) -> None:
    files[CURRICULUM] = files[CURRICULUM].replace("{en: 1}", "{en: 1, de: 1}")
    files[TEMPLATE.replace("en-1", "de-1")] = files[TEMPLATE]
    files[TEMPLATE.replace("entailment", "select")] = files[TEMPLATE].replace("statement", "question")
    project = make(files)
    found = find_one(project, "curriculum.foreign-language")
    assert place_of(found) == (CURRICULUM, line_of(files, CURRICULUM, "de: 1"))
    unused = find_one(project, "template.unused")
    assert place_of(unused) == ("curricula/family/templates/select/en-1.j2", 1)


REQUIRE = "lint: {require: [source, review]}\n"


def test_statements_without_source_are_told_by_subject_where_the_project_asks(make: Make, files: Files) -> None:
    assert find(make(files), "provenance.missing-source") == []
    files[CONFIG] += REQUIRE
    found = find(make(files), "provenance.missing-source")
    bob = next(violation for violation in found if violation.focus == "<https://example.org/f#bob>")
    assert bob.message == "3 statements about “Bob” have no source."
    assert place_of(bob) == (TTL, line_of(files, TTL, ":bob rdfs:label"))
    assert {v.source for v in found if v.source} == {"uncle", "heir", "parent-older"}
    about = {v.focus.rpartition("#")[2].rstrip(">") for v in found if not v.source}
    assert about == {"ann", "bob", "carl", "eve", "Man", "hasChild", "born"}, "declarations and labels need no source"
    assert {v.focus for v in found} == {v.focus for v in find(make(files), "provenance.missing-review")}


def test_a_header_gives_source_and_review_to_all_of_its_file(make: Make, files: Files) -> None:
    files[CONFIG] += REQUIRE
    files[TTL] += (
        '<https://example.org/f> a owl:Ontology ; <http://purl.org/dc/terms/source> "book" ; wb:state "reviewed" .\n'
    )
    project = make(files)
    assert {v.source for v in find(project, "provenance.missing-source")} == {"uncle", "heir", "parent-older"}
    assert {v.source for v in find(project, "provenance.missing-review")} == {"uncle", "heir", "parent-older"}


def test_a_domain_can_ask_for_more_or_less_than_the_project(make: Make, files: Files) -> None:
    files[CONFIG] = files[CONFIG].replace("closed:", "require: [author]\n    closed:") + REQUIRE
    project = make(files)
    assert find(project, "provenance.missing-source") == []
    assert len(find(project, "provenance.missing-author")) > 5


@pytest.mark.parametrize(
    ("text", "line", "code"),
    [
        ("lint: {profile: loud}\n", "profile", "config.value"),
        ("lint: {require: [proof]}\n", "require", "config.value"),
        ("lint: {level: 3}\n", "level", "config.unknown-key"),
        ("lint: strict\n", "lint", "config.type"),
    ],
)
def test_settings_that_cannot_be_used_are_told(make: Make, files: Files, text: str, line: str, code: str) -> None:
    files[CONFIG] += text
    project = make(files)
    assert [(v.code, v.location and v.location.line) for v in project.violations] == [
        (code, line_of(files, CONFIG, line))
    ]
    assert project.config.lint.profile == "default"


def test_profiles_and_single_checks_are_chosen_in_the_project(make: Make, files: Files) -> None:
    assert find(make(files), "definition.missing") == []
    strict = {**files, CONFIG: files[CONFIG] + "lint: {profile: strict}\n"}
    assert {v.severity for v in find(make(strict), "definition.missing")} == {"info"}
    single = {**files, CONFIG: files[CONFIG] + "severity: {definition.missing: error}\n"}
    assert {v.severity for v in find(make(single), "definition.missing")} == {"error"}
    assert find(make(single), "metadata.no-header") == []
    off = {**strict, CONFIG: strict[CONFIG] + "severity: {definition.missing: off}\n"}
    assert find(make(off), "definition.missing") == []


IMPORTS = "<https://example.org/f> a owl:Ontology ; owl:imports <{name}> .\n"


@pytest.mark.parametrize(
    ("name", "header"),
    [
        ("https://example.org/pets", "<https://example.org/pets> a owl:Ontology ."),
        ("https://example.org/pets#", "<https://example.org/pets> a owl:Ontology ."),
        ("https://example.org/pets/1", "<urn:pets> a owl:Ontology ; owl:versionIRI <https://example.org/pets/1> ."),
        ("https://elsewhere.org/files/pets.ttl", ""),
        ("pets.ttl", ""),
    ],
)  # fmt: skip
def test_an_import_is_found_in_the_project_by_name_version_or_file(
    make: Make, files: Files, name: str, header: str
) -> None:
    files[TTL] += IMPORTS.format(name=name)
    found = find_one(make(files), "ontology.missing-import")
    assert place_of(found) == (TTL, line_of(files, TTL, "owl:imports"))
    assert "network" in found.why and "Put a copy" in found.fix
    files["ontologies/family/pets.ttl"] = f"@prefix owl: <http://www.w3.org/2002/07/owl#> .\n{header}\n"
    assert find(make(files), "ontology.missing-import") == []


def test_an_import_from_a_domain_that_is_not_read_says_so(make: Make, files: Files) -> None:
    files[CONFIG] += "  pets: {}\n" if files[CONFIG].endswith("\n") else ""
    files[TTL] += IMPORTS.format(name="https://example.org/pets")
    files["ontologies/pets/pets.ttl"] = "<https://example.org/pets> a <http://www.w3.org/2002/07/owl#Ontology> .\n"
    found = find_one(make(files), "ontology.missing-import")
    assert "which the domain family does not read" in found.message
    assert "ontologies/pets/pets.ttl" in found.fix
    read = "ontologies: [ontologies/family/**, ontologies/pets/pets.ttl]\n    closed:"
    files[CONFIG] = files[CONFIG].replace("closed:", read)
    assert find(make(files), "ontology.missing-import") == []


def test_an_import_of_shapes_is_looked_for_as_well(make: Make, files: Files) -> None:
    shapes = "validators/family/shapes.ttl"
    files[shapes] += "<urn:s> <http://www.w3.org/2002/07/owl#imports> <https://example.org/dash> .\n"
    assert place_of(find_one(make(files), "ontology.missing-import")) == (shapes, line_of(files, shapes, "<urn:s>"))


def test_importing_oneself_is_mild(make: Make, files: Files) -> None:
    for name in ("https://example.org/f", "family.ttl"):
        text = files[TTL] + IMPORTS.format(name=name)
        project = make({**files, TTL: text})
        assert find_one(project, "ontology.self-import").severity == "info"
        assert find(project, "ontology.missing-import") == []


PERSON = """
:mail a owl:DatatypeProperty ; rdfs:label "mail"@en ; wb:phrase "{subject} has the mail {object}"@en .
:bornOn a owl:DatatypeProperty ; rdfs:label "born on"@en ; wb:phrase "{subject} was born on {object}"@en .
:diedOn a owl:DatatypeProperty ; rdfs:label "died on"@en ; wb:phrase "{subject} died on {object}"@en .
:ann :mail "ann@mail-host.net" ; :bornOn "1950-03-01"^^xsd:date .
:bob :mail "bob@mail-host.net" ; :bornOn "1900-03-01"^^xsd:date .
:eve :bornOn "1950-03-01"^^xsd:date ; :diedOn "1999-01-01"^^xsd:date .
"""


def test_personal_data_is_told_once_for_each_property(make: Make, files: Files) -> None:
    files[TTL] += PERSON
    project = make(files)
    contact = find_one(project, "privacy.contact")
    assert contact.message.startswith("2 values of “mail” look like e-mail addresses, and the domain family")
    assert (place_of(contact)[1], len(contact.related)) == (line_of(files, TTL, "ann@mail"), 1)
    birth = find_one(project, "privacy.birth-date")
    assert (birth.focus, birth.related) == ("<https://example.org/f#bornOn>", ())
    assert place_of(birth)[1] == line_of(files, TTL, "ann@mail")
    assert find(project, "privacy.birth-date", today=date(2070, 1, 1)) == []
    files[CONFIG] = files[CONFIG].replace("closed:", "sensitive: true\n    closed:")
    assert find(make(files), "privacy.contact") == find(make(files), "privacy.birth-date") == []


def test_what_is_deprecated_is_not_to_be_used_by_facts_and_rules(make: Make, files: Files) -> None:
    files[TTL] += ":Adopted owl:deprecated true . :hasBrother owl:deprecated true .\n"
    project = make(files)
    facts = find_one(project, "deprecation.used-by-facts")
    assert place_of(facts) == (TTL, line_of(files, TTL, ":eve"))
    assert [(v.source, v.path) for v in find(project, "deprecation.used-by-rules")] == [
        ("uncle", "<https://example.org/f#hasBrother>"),
        ("heir", "<https://example.org/f#Adopted>"),
    ]


def test_the_projects_of_this_repository_are_careful(repo_root: Path, tmp_path: Path) -> None:
    init(tmp_path / "planets")
    for root in (repo_root, tmp_path / "planets"):
        assert [v for v in check(load(root)).report.violations if v.code in CHECKS] == []


CLOSED_BOOK = """version: 1
levels:
  - name: told
    hops: 0
    given: none
    tasks: {recall: 3}
"""


def ask_with_closed_book(files: Files, *labels: str, tag: str = "@en") -> Files:
    """The family asked about its own individuals, with further ones of these labels, each on a line of its own."""
    recall = (
        "{% if facts_list %}{{ facts_list }}{% endif %}{% if rules_list %}{{ rules_list }}{% endif %}"
        "{% if closed %}{{ closed }}{% endif %}\n{{ question }} {{ choices }}\n"
    )
    more = "".join(f'\n:more{n} a :Person ; rdfs:label "{label}"{tag} .' for n, label in enumerate(labels))
    return {
        **files, TTL: files[TTL] + more + "\n", CURRICULUM: CLOSED_BOOK,
        "curricula/family/templates/recall/en-1.j2": recall,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("label", "why"),
    [
        ("Ann; Bea", "semicolon"),
        ("Ann and Bea", "“and” separates answers"),
        ("Ann, Bea", "a comma separates answers"),
        ("S1", "labelled"),
        ("F2", "labelled"),
        ("R3", "labelled"),
        ("A", "variable"),
        ("true", "true or false"),
        ("Nobody", "the answer for none"),
        ("cannot be known", "an answer"),
        ("If", "joins statements"),
        ("Man", "a class is called “man”"),
        ("\\u0412\\u0435\\u0430x", "another script"),
        ("\\u05D3\\u05E0\\u05D4", "right-to-left"),
        ("Ann\\u202Ee", "right-to-left"),
        ("x\\u0304y", "combining"),
        ("Ann [old]", "square brackets"),
        ("Re\\u0301mi", "composed form"),
        ("Ann\\u200Bika", "cannot be seen"),
        ("none", "an answer"),
        ("Unknown", "an answer"),
        ("yes", "an answer"),
        ("Dora is male", "“is” makes a statement of it"),
        ("Lou is a brother of Ann", "“is a brother of” makes a statement of it"),
        ("Step 3", "parts of a prompt are called so"),
        ("rule b", "parts of a prompt are called so"),
        ("question", "a word for a part of the prompt"),
        ("she", "a word for anybody"),
        ("a man", "behind “a” stands no name"),
        ("B)", "line of a list"),
        ("Dora?", "ends a sentence"),
    ],
)
def test_a_label_that_a_closed_book_cannot_use_is_an_error(make: Make, files: Files, label: str, why: str) -> None:
    found = find_one(make(ask_with_closed_book(files, "Dora", label)), "curriculum.ambiguous-label")
    assert found.severity == "error" and why in found.message and found.message.isprintable()
    assert place_of(found) == (TTL, files[TTL].count("\n") + 3)
    assert found.fix and found.why == "Closed-book questions name the project's individuals by their labels."


@pytest.mark.parametrize("twins", [("Ann", "Ann"), ("Dora", "dora"), ("Cop", "\\u0421\\u043e\\u0440"), ("Al", "AI")])
def test_two_individuals_that_a_closed_book_cannot_tell_apart_are_an_error(
    make: Make, files: Files, twins: tuple[str, str]
) -> None:
    found = [
        v for v in find(make(ask_with_closed_book(files, *twins)), "curriculum.ambiguous-label")
        if v.location and v.location.line > files[TTL].count("\n") + 1
    ] or find(make(ask_with_closed_book(files, *twins)), "curriculum.ambiguous-label")  # fmt: skip
    assert found and all(v.severity == "error" and "no prompt can name one of them" in v.message for v in found)
    assert find(make(ask_with_closed_book(files, *twins)), "wording.shared-label") == []
    open_book = {**ask_with_closed_book(files, *twins), CURRICULUM: files[CURRICULUM]}
    codes = {v.code: v.severity for v in check(make(open_book)).report.violations if v.focus.startswith("<")}
    assert codes.get("wording.shared-label") == "warning" or codes.get("wording.look-alike") == "warning"
    assert "curriculum.ambiguous-label" not in codes


def test_labels_in_other_languages_than_those_of_prompts_do_not_matter(make: Make, files: Files) -> None:
    assert (
        find(make(ask_with_closed_book(files, "\\u05D3\\u05E0\\u05D4", tag="@he")), "curriculum.ambiguous-label") == []
    )
    assert find(make(ask_with_closed_book(files, "Ann und Bea")), "curriculum.ambiguous-label") == []


def test_whoever_a_closed_book_calls_by_a_technical_name_is_a_warning(make: Make, files: Files) -> None:
    more = "\n:nameless a :Person .\n"
    closed = ask_with_closed_book(files)
    (found,) = find(make({**closed, TTL: closed[TTL] + more}), "wording.missing-label")
    assert (found.severity, found.location and found.location.line) == ("warning", (closed[TTL] + more).count("\n"))
    assert "Closed-book questions" in found.why
    (found,) = find(make({**files, TTL: files[TTL] + more}), "wording.missing-label")
    assert found.severity == "info"


@pytest.mark.parametrize("label", ["Istvan", "Washington", "Manny", "All Saints", "Rule Britannia", "Factor 7", "Ism"])
def test_a_name_that_only_begins_like_a_word_of_prompts_is_none(make: Make, files: Files, label: str) -> None:
    assert find(make(ask_with_closed_book(files, label)), "curriculum.ambiguous-label") == []


def test_german_names_are_compared_with_german_words(make: Make, files: Files) -> None:
    files[CURRICULUM] = files[CURRICULUM].replace("{en: 1}", "{en: 1, de: 1}") + (
        "names:\n  any:\n    en: [Kim, Lou, Jo, Nat]\n    de: [Kim ist ledig, keiner, Schritt 3, eine Frau]\n"
    )
    found = find(make(files), "curriculum.ambiguous-name")
    assert [v.message.partition("”")[0].lstrip("“") for v in found] == [
        "Kim ist ledig",
        "keiner",
        "Schritt 3",
        "eine Frau",
    ]
    assert all(v.location is not None and v.location.line == place_of(found[0])[1] for v in found)


def test_names_that_are_words_of_prompts_or_labels_of_classes_are_refused(make: Make, files: Files) -> None:
    files[CURRICULUM] += (
        "names:\n  f:Person:\n    - Robin\n    - nobody\n    - Either is possible\n    - Robin is male\n"
        "    - Option C\n  any: [Adopted, Kim]\n"
    )
    found = find(make(files), "curriculum.ambiguous-name")
    assert [v.severity for v in found] == ["error"] * 5
    lines = files[CURRICULUM].splitlines()
    assert [lines[place_of(v)[1] - 1].strip() for v in found] == [
        "- nobody",
        "- Either is possible",
        "- Robin is male",
        "- Option C",
        "any: [Adopted, Kim]",
    ]
    assert "a class is called" in found[4].message


def test_a_property_with_a_phrase_needs_no_label(make: Make, files: Files) -> None:
    files[TTL] += (
        ':sees a owl:ObjectProperty ; wb:phrase "{subject} sees {object}"@en .\n:hears a owl:ObjectProperty .\n'
    )
    assert [v.focus.rpartition("#")[2] for v in find(make(files), "wording.missing-label")] == ["hears>"]


def test_a_closed_book_in_a_sensitive_domain_is_named_plainly_and_alone(make: Make, files: Files) -> None:
    files = ask_with_closed_book(files, "S1", "Ann")
    files[CURRICULUM] = files[CURRICULUM].replace("recall: 3", "entailment: 3, prove: 2")
    files[CONFIG] = files[CONFIG].replace("closed:", "sensitive: true\n    closed:")
    errors = [v for v in check(make(files)).report.violations if v.severity == "error"]
    assert [v.code for v in errors] == ["curriculum.sensitive"]
    assert errors[0].message == (
        "The domain family is marked as sensitive, but the level told asks about the project's own individuals "
        "by their own names, with nothing stated."
    )
    assert place_of(errors[0]) == (CURRICULUM, line_of(files, CURRICULUM, "name: told"))
    assert "sampled" in errors[0].fix


def test_a_preposition_before_a_name_that_has_another_form_asks_for_a_case(make: Make, files: Files) -> None:
    files[CONFIG] = files[CONFIG].replace("[en]", "[en, de]")
    phrase = (
        ':near a owl:ObjectProperty ; rdfs:label "near"@en , "bei"@de ; wb:phrase "{subject} steht bei {object}"@de .'
    )
    files[TTL] += f'{phrase}\n:tower rdfs:label "der Turm"@de .\n:ann :near :tower , :bob .\n'
    found = find_one(make(files), "wording.missing-case")
    assert found.severity == "warning" and place_of(found) == (TTL, line_of(files, TTL, ":near a"))
    assert "“bei der Turm”" in found.message and "{object:dat}" in found.fix
    for right in ("steht bei {object:dat}", "sieht {object:acc}", "steht beim Wirt {object}", "ist {object}"):
        changed = {**files, TTL: files[TTL].replace("steht bei {object}", right)}
        assert find(make(changed), "wording.missing-case") == [], right
    assert find(make({**files, TTL: files[TTL].replace("der Turm", "Turm")}), "wording.missing-case") == []


@pytest.mark.parametrize(
    ("phrase", "shown", "case"),
    [
        ("{subject} sieht {object}", "“sieht der Turm”", "acc"),
        ("{subject} hat {object} gebaut", "“hat der Turm”", "acc"),
        ("{subject} gehört {object}", "“gehört der Turm”", "dat"),
        ("{subject} folgt {object}", "“folgt der Turm”", "dat"),
    ],
)
def test_the_object_of_a_verb_asks_for_a_case(make: Make, files: Files, phrase: str, shown: str, case: str) -> None:
    files[CONFIG] = files[CONFIG].replace("[en]", "[en, de]")
    files[TTL] += f':near a owl:ObjectProperty ; rdfs:label "near"@en , "bei"@de ; wb:phrase "{phrase}"@de .\n'
    files[TTL] += ':tower rdfs:label "der Turm"@de .\n:ann :near :tower , :bob .\n'
    found = find_one(make(files), "wording.missing-case")
    assert found.severity == "warning" and place_of(found) == (TTL, line_of(files, TTL, ":near a"))
    assert shown in found.message and f"{{object:{case}}}" in found.fix
    for right in (phrase.replace("{object}", f"{{object:{case}}}"), "{object} wird von {subject:dat} gesehen"):
        assert find(make({**files, TTL: files[TTL].replace(phrase, right)}), "wording.missing-case") == [], right


def test_names_of_a_curriculum_need_their_case_too(make: Make, files: Files) -> None:
    files[CONFIG] = files[CONFIG].replace("[en]", "[en, de]")
    files[TTL] += (
        ':Tower a owl:Class . :near a owl:ObjectProperty ; rdfs:range :Tower ; rdfs:label "near"@en ;\n'
        '  wb:phrase "{subject} geht in {object}"@de .\n'
    )
    files[CURRICULUM] = files[CURRICULUM].replace("{en: 1}", "{en: 1, de: 1}")
    files[CURRICULUM] += "names:\n  f:Tower: {en: [the tower], de: [der Turm]}\n"
    found = find_one(make(files), "wording.missing-case")
    assert "{object:dat} or {object:acc}" in found.fix
