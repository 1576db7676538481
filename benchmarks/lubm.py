"""A university world in the manner of LUBM (Guo, Pan and Heflin 2005) at any size, and 32 rules for it.

Twenty-two rules are what OWL RL axioms compile to (subclass, subproperty, domain, range, inverse, symmetric,
transitive), ten are joins of two or three atoms with comparisons and arithmetic.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache
from random import Random
from typing import Literal

from workbench.model.rules import Atom, BodyElement, Comparison, Operation, Rule
from workbench.model.terms import RDF_TYPE, Triple, make_literal
from workbench.model.theory import Theory

__all__ = ["NAMESPACE", "RuleSet", "iterate_facts", "make_facts", "make_theory", "name"]

NAMESPACE = "https://example.org/university#"

RuleSet = Literal["all", "rl"]
"""All 32 rules, or the 22 that OWL RL can say."""

_SUBCLASSES = (
    "FullProfessor Professor, AssociateProfessor Professor, AssistantProfessor Professor, Professor Faculty, "
    "Lecturer Faculty, Faculty Employee, Employee Person, Student Person, GraduateStudent Student, "
    "UndergraduateStudent Student, GraduateCourse Course"
)
_SUBPROPERTIES = "headOf worksFor, worksFor memberOf, doctoralDegreeFrom degreeFrom, advisor academicAncestor"


@lru_cache(maxsize=4096)
def name(local: str) -> str:
    """Return the term of a local name; one string for one name, as long as it is in use."""
    return f"<{NAMESPACE}{local}>"


def _is_a(class_: str, variable: str = "?x") -> Atom:
    return Atom(variable, RDF_TYPE, name(class_))


def _has(property_: str, subject: str = "?x", object_: str = "?y") -> Atom:
    return Atom(subject, name(property_), object_)


def make_theory(rule_set: RuleSet = "all") -> Theory:
    """Return the rules of a set."""
    rules: list[Rule] = []

    def add(title: str, *body: BodyElement, head: Atom) -> None:
        rules.append(Rule(title, body, (head,)))

    for pair in _SUBCLASSES.split(", "):
        lower, upper = pair.split()
        add(f"{lower} subclass", _is_a(lower), head=_is_a(upper))
    for pair in _SUBPROPERTIES.split(", "):
        lower, upper = pair.split()
        add(f"{lower} subproperty", _has(lower), head=_has(upper))
    add("advisor range", _has("advisor"), head=_is_a("Professor", "?y"))
    add("author domain", _has("author"), head=_is_a("Publication"))
    add("member inverse", _has("memberOf"), head=_has("member", "?y", "?x"))
    add("alumnus inverse", _has("degreeFrom"), head=_has("hasAlumnus", "?y", "?x"))
    add("collaborates symmetric", _has("collaborates"), head=_has("collaborates", "?y", "?x"))
    for transitive in ("subOrganizationOf", "academicAncestor"):
        steps = _has(transitive), _has(transitive, "?y", "?z")
        add(f"{transitive} transitive", *steps, head=_has(transitive, "?x", "?z"))
    if rule_set == "rl":
        return Theory.build(rules)

    add("coauthor", _has("author", "?p", "?x"), _has("author", "?p", "?y"), Comparison("!=", "?x", "?y"),
        head=_has("coauthor"))  # fmt: skip
    add("teaches", _has("teacherOf", "?x", "?c"), _has("takesCourse", "?y", "?c"), head=_has("teaches"))
    add("taught by advisor", _has("advisor"), _has("teacherOf", "?y", "?c"), _has("takesCourse", "?x", "?c"),
        head=_has("taughtByAdvisor"))  # fmt: skip
    add(
        "member of the whole",
        _has("memberOf"),
        _has("subOrganizationOf", "?y", "?z"),
        head=_has("memberOf", "?x", "?z"),
    )
    add("chair", _has("headOf"), _is_a("Department", "?y"), head=_is_a("Chair"))
    add(
        "senior",
        _is_a("Faculty"),
        _has("age", "?x", "?a"),
        Comparison(">", "?a", make_literal(60)),
        head=_is_a("Senior"),
    )
    add("age gap", _has("advisor"), _has("age", "?x", "?a"), _has("age", "?y", "?b"),
        Comparison("=", "?d", Operation("-", ("?b", "?a"))), head=_has("ageGap", "?x", "?d"))  # fmt: skip
    add("late starter", _has("advisor"), _has("age", "?x", "?a"), _has("age", "?y", "?b"),
        Comparison(">", Operation("+", ("?a", make_literal(10))), "?b"), head=_is_a("LateStarter"))  # fmt: skip
    add("external advisor", _has("advisor"), _has("worksFor", "?x", "?d"), _has("worksFor", "?y", "?e"),
        Comparison("!=", "?d", "?e"), head=_has("externalAdvisor"))  # fmt: skip
    add(
        "classmate",
        _has("takesCourse", "?x", "?c"),
        _has("takesCourse", "?y", "?c"),
        Comparison("!=", "?x", "?y"),
        head=_has("classmate"),
    )
    return Theory.build(rules)


def make_facts(size: int, seed: int = 0) -> list[Triple]:
    """Return the facts of :func:`iterate_facts`."""
    return list(iterate_facts(size, seed))


def iterate_facts(size: int, seed: int = 0) -> Iterator[Triple]:
    """Yield about ``size`` distinct facts: departments of 60 people until there are enough.

    No more than one department is held, so ten million facts take no memory.
    """
    random = Random(seed)
    facts: list[Triple] = []
    people: list[str] = []
    made = 0

    def state(subject: str, property_: str, object_: str) -> None:
        facts.append((name(subject), name(property_), object_ if object_.startswith('"') else name(object_)))

    def type_(subject: str, class_: str) -> None:
        facts.append((name(subject), RDF_TYPE, name(class_)))

    department = 0
    while made < size:
        facts.clear()
        university = f"university{department // 15}"
        here, group = f"department{department}", f"group{department}"
        if department % 15 == 0:
            type_(university, "University")
        type_(here, "Department")
        state(here, "subOrganizationOf", university)
        state(group, "subOrganizationOf", here)
        faculty = [f"faculty{department}-{i}" for i in range(14)]
        for index, person in enumerate(faculty):
            classes = ("FullProfessor", "AssociateProfessor", "AssistantProfessor", "Lecturer")
            type_(person, classes[index % 4])
            state(person, "headOf" if index == 0 else "worksFor", here)
            state(person, "age", make_literal(random.randint(35, 75)))
            state(person, "doctoralDegreeFrom", f"university{random.randint(0, department // 15)}")
            for course in range(2):
                state(person, "teacherOf", f"course{department}-{2 * index + course}")
            if people and random.random() < 0.7:
                state(person, "advisor", random.choice(people))
            if index:
                state(person, "collaborates", faculty[random.randrange(index)])
        for course in range(28):
            type_(f"course{department}-{course}", "GraduateCourse" if course % 3 == 0 else "Course")
        for index in range(46):
            student = f"student{department}-{index}"
            type_(student, "GraduateStudent" if index % 4 == 0 else "UndergraduateStudent")
            state(student, "memberOf", group if index % 5 == 0 else here)
            state(student, "age", make_literal(random.randint(18, 70)))
            for course in random.sample(range(28), 3):
                state(student, "takesCourse", f"course{department}-{course}")
            if index % 2 == 0:
                state(student, "advisor", random.choice(faculty))
        for index in range(24):
            for author in random.sample(faculty, random.randint(1, 4)):
                state(f"publication{department}-{index}", "author", author)
        people = (people + faculty)[-200:]
        department += 1
        made += len(facts)
        yield from facts
