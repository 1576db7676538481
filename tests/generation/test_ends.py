"""Who can stand at which end of a property, what options may say of whom, and who is asked for by "who"."""

from __future__ import annotations

from dataclasses import replace

from conftest_types import MakeMaterial

from workbench.formats.curriculum import parse_curriculum
from workbench.generation.questions.ends import find_ends, is_fitting, list_places
from workbench.generation.selection.blocks import BlockMaker
from workbench.generation.worlds.plan import build_plan
from workbench.model.rules import Atom, Rule
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal
from workbench.model.theory import Theory
from workbench.reasoning.closure import reason

G = "https://example.org/guild#"


def g(name: str) -> Term:
    return f"<{G}{name}>"


LEVELS = """\
  - {name: all, hops: [1, 2], distractors: [0, 20], tasks: {options: 9, abduce: 9, diff: 9, select: 9}}
"""


def test_what_only_rules_conclude_is_about_whom_they_speak_of() -> None:
    """No axiom says who reigns: the rule speaks of holders, and these are persons."""
    held, before, near = g("held"), g("before"), g("near")
    rules = [
        Rule("a", (Atom("?x", held, "?y"),), (Atom("?x", RDF_TYPE, g("Person")), Atom("?y", RDF_TYPE, g("Seat")))),
        Rule(
            "b",
            (Atom("?x", held, "?z"), Atom("?y", held, "?z"), Atom("?x", before, "?y")),
            (Atom("?x", g("earlier"), "?y"),),
        ),
        Rule("c", (Atom("?x", g("earlier"), "?y"), Atom("?y", g("earlier"), "?z")), (Atom("?x", g("earlier"), "?z"),)),
        Rule("d", (Atom("?x", near, "?y"),), (Atom("?y", g("beside"), "?x"),)),
    ]
    plan = build_plan(Theory.build(rules), [], assertable=[held, before, near])
    ends = find_ends(plan)
    assert ends[g("held")] == (frozenset({g("Person")}), frozenset({g("Seat")}))
    assert ends[g("earlier")] == (frozenset({g("Person")}), frozenset({g("Person")}))
    assert ends[g("beside")] == (frozenset(), frozenset())
    places = list_places(ends, [g("Person")])
    assert places == {(g("Person"), True), (g("held"), True), (g("earlier"), True), (g("earlier"), False)}
    assert find_ends(plan) is ends
    assert not is_fitting({g("Seat")}, ends[g("earlier")][1]) and is_fitting((), {g("Seat")}) and is_fitting({"x"}, ())


def list_kinds(facts: set[Triple]) -> dict[Term, set[Term]]:
    kinds: dict[Term, set[Term]] = {}
    for subject, predicate, object_ in facts:
        if predicate == RDF_TYPE:
            kinds.setdefault(subject, set()).add(object_)
    return kinds


def test_options_are_about_things_of_the_right_kind(make_material: MakeMaterial) -> None:
    """Whoever an option says something of is, in the item's own closure, no thing where only persons stand."""
    material = make_material(LEVELS)
    maker = BlockMaker(material)
    (level,) = material.curriculum.levels
    cells = {(task, "-") for task in ("options", "abduce", "diff")}
    found = maker.propose(level, "sampled", 0, cells).candidates
    assert len(found) >= 20
    person, workshop = g("Person"), g("Workshop")
    checked = 0
    for candidate in found:
        item = candidate.answered
        closure = reason(material.theory, item.draft.facts)
        kinds = list_kinds({*closure.facts()})
        options = [fact for claim in item.draft.claims for fact in (*claim.change.added, claim.statement)]
        for subject, predicate, object_ in options:
            alone = list_kinds({*reason(material.theory, [(subject, predicate, object_)]).facts()})
            for term in (subject, object_):
                if (predicate == RDF_TYPE and term == object_) or is_literal(term):
                    continue
                made, own = alone.get(term, set()), kinds.get(term, set())
                assert not (person in made and workshop in own and person not in own), (candidate.cell, item.draft)
                assert not (workshop in made and person in own and workshop not in own), (candidate.cell, item.draft)
                checked += bool(made and own)
    assert checked >= 30


def test_who_is_asked_for_is_a_person(make_material: MakeMaterial) -> None:
    """Of workshops it is asked which they are, in either language."""
    material = make_material(
        LEVELS, persons=(g("Person"),), interrogative="person", languages=(("en", 0.5), ("de", 0.5))
    )
    maker = BlockMaker(material)
    (level,) = material.curriculum.levels
    said: set[tuple[str, bool, bool]] = set()
    for number in range(1):
        for one in maker.propose(level, "sampled", number, {("select", "-")}).candidates:
            if one.cell[1] != "select":
                continue
            item = one.answered
            closure = reason(material.theory, item.draft.facts)
            kinds = list_kinds({*closure.facts()})
            are_persons = all(g("Person") in kinds.get(values[0], ()) for values in item.answers)
            for language in ("en", "de"):
                text = maker.renderer.render(replace(item), language).prompt
                asks_who = ("Who " if language == "en" else "Wer ") in text
                said.add((language, are_persons, asks_who))
    assert {(language, True, True) for language in ("en", "de")} <= said
    assert not [one for one in said if one[2] and not one[1]]


def test_persons_are_listed_in_the_curriculum() -> None:
    def read(value: str) -> tuple[object, list[str]]:
        text = f"version: 1\ninterrogative: {value}\nlevels:\n  - tasks: {{select: 3}}\n"
        curriculum, found = parse_curriculum(text.encode(), "c.yaml", "d", {"g": G})
        return curriculum and (curriculum.interrogative, curriculum.persons), [one.message for one in found]

    assert read("[g:Person]") == (("person", (g("Person"),)), [])
    assert read("person") == (("person", ()), []) and read("thing") == (("thing", ()), [])
    for wrong in ("[]", "who", "[unknown:Person]", "{a: b}"):
        curriculum, messages = read(wrong)
        assert curriculum is None and len(messages) == 1, wrong
