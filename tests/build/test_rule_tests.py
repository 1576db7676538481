"""The worked examples beside the rules: what must follow, must not, must stay unknown, and must not go together."""

from collections.abc import Callable, Sequence

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles.naive import evaluate

from workbench import check
from workbench.build.knowledge import get_knowledge
from workbench.model.report import Violation
from workbench.model.rules import Atom, RuleTest
from workbench.model.terms import RDF_TYPE
from workbench.model.theory import Theory
from workbench.project import Project

Files = dict[str, str]
Make = Callable[[Files], Project]
NAMESPACE = "https://example.org/f#"
RULES = "ontologies/family/family.rules"
TTL = "ontologies/family/family.ttl"


def run(make: Make, files: Files, test: str) -> Sequence[Violation]:
    """Check the project with one more test; return what is said of tests."""
    files[RULES] += f"\n{test}"
    return [violation for violation in check(make(files)).report.violations if violation.code.startswith("test.")]


def find_place(files: Files, text: str) -> tuple[str, int, int]:
    for number, line in enumerate(files[RULES].splitlines(), 1):
        if text in line:
            return RULES, number, line.index(text) + 1
    raise AssertionError(f"{text} does not stand in the rules")


def get_place(violation: Violation) -> tuple[str, int, int]:
    assert violation.location is not None
    return violation.location.path, violation.location.line, violation.location.column


def test_what_does_not_follow_and_what_wrongly_does_are_told_at_the_expected_atom(make: Make, files: Files) -> None:
    test = "test two\n  given hasParent(bob, ann)\n  must hasUncle(bob, ann)   mustnot hasChild(ann, bob)\n"
    missing, unwanted = run(make, files, test)
    assert get_place(missing) == find_place(files, "hasUncle(bob, ann)")
    assert missing.message == "Test two: it does not follow that Ann is an uncle of Bob."
    assert (missing.focus, missing.source, missing.facts) == ("two", "two", ("Ann is a parent of Bob.",))
    assert get_place(unwanted) == find_place(files, "hasChild(ann, bob)")
    assert unwanted.message == "Test two: it follows that Bob is a child of Ann, which it must not."
    assert "hasChild-inverse-of-hasParent" in unwanted.why


def test_the_second_of_several_expected_atoms_is_the_one_that_is_named(make: Make, files: Files) -> None:
    test = "test two\n  given hasParent(bob, ann)\n  must hasChild(ann, bob) ^\n    hasChild(bob, ann)\n"
    (missing,) = run(make, files, test)
    assert get_place(missing) == find_place(files, "hasChild(bob, ann)")


def test_facts_that_contradict_each_other_unasked_are_a_warning(make: Make, files: Files) -> None:
    (found,) = run(make, files, "test odd\n  given Man(bob) ^ Woman(bob)\n  mustnot hasUncle(bob, bob)\n")
    assert (found.code, found.severity) == ("test.contradiction", "warning")
    assert found.facts == ("Bob is a man.", "Bob is a woman.")


def test_facts_may_be_expected_to_contradict_each_other(make: Make, files: Files) -> None:
    assert run(make, files, "test odd\n  given Man(bob) ^ Woman(bob)\n  must false\n") == []


def test_facts_that_should_contradict_each_other_and_do_not_fail(make: Make, files: Files) -> None:
    (found,) = run(make, files, "test odd\n  given Man(bob) ^ Woman(ann)\n  must false\n")
    assert found.message == "Test odd: the given facts must contradict each other, but they can all be true."
    assert found.severity == "error"
    assert get_place(found) == find_place(files, "false")


def test_a_constraint_can_be_tested(make: Make, files: Files) -> None:
    test = "test young-parent\n  given hasParent(bob, ann) ^ born(bob, 1960) ^ born(ann, {})\n  must false\n"
    assert run(make, dict(files), test.format(1949)) == []
    assert run(make, dict(files), test.format(1948)) != []
    assert run(make, dict(files), test.format(1950)) == []


def test_what_nothing_decides_is_unknown(make: Make, files: Files) -> None:
    test = "test open\n  given hasParent(bob, ann) ^ Man(carl)\n  unknown hasUncle(bob, carl) ^ Woman(ann)\n"
    assert run(make, files, test) == []


def test_what_follows_is_not_unknown(make: Make, files: Files) -> None:
    (found,) = run(make, files, "test open\n  given hasParent(bob, ann)\n  unknown hasChild(ann, bob)\n")
    assert found.message == "Test open: it must stay unknown whether Bob is a child of Ann, but it follows."
    assert "hasChild-inverse-of-hasParent" in found.why
    assert get_place(found) == find_place(files, "hasChild(ann, bob)")


def test_what_would_be_a_contradiction_is_not_unknown(make: Make, files: Files) -> None:
    (found,) = run(make, files, "test open\n  given Man(bob)\n  unknown Woman(bob)\n")
    assert found.message == "Test open: it must stay unknown whether Bob is a woman, but it can be ruled out."
    assert found.why.startswith("If it were so, there would be a contradiction. It follows by Man-disjoint-with-Woman")


def test_what_is_closed_is_never_unknown(make: Make, files: Files) -> None:
    (found,) = run(make, files, "test open\n  given Man(bob)\n  unknown Adopted(bob)\n")
    assert found.why == "The project says that everything of this kind is stated, so what does not follow is false."


def test_what_would_make_something_closed_true_is_not_unknown(make: Make, files: Files) -> None:
    files[RULES] += "\nrule adopted\n  hasUncle(?x, ?x) -> Adopted(?x)\n"
    (found,) = run(make, files, "test open\n  given Man(bob)\n  unknown hasUncle(bob, bob)\n")
    assert found.why.startswith("If it were so, it would follow that Bob was adopted, which is taken to be false. ")


def test_of_contradicting_facts_nothing_is_said_to_be_unknown(make: Make, files: Files) -> None:
    found = run(make, files, "test odd\n  given Man(bob) ^ Woman(bob)\n  unknown hasUncle(bob, bob)\n")
    assert [violation.code for violation in found] == ["test.contradiction"]


_NAMES = ("ann", "bob", "carl")
_LINKS = ("hasParent", "hasBrother", "hasUncle", "hasChild", "hasHeir")
_ATOMS = [
    *(f"{kind}({name})" for kind in ("Man", "Woman", "Adopted") for name in _NAMES),
    *(f"{link}({x}, {y})" for link in _LINKS for x in _NAMES for y in _NAMES),
]


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(facts=st.lists(st.sampled_from(_ATOMS), max_size=5, unique=True))
def test_which_expectations_fail_is_what_a_naive_evaluator_says(facts: list[str], files: Files) -> None:
    """Of every atom all three things are expected; at most one can be right."""
    given_facts = f"  given {' ^ '.join(facts)}\n" if facts else ""
    clauses = "".join(f"  {word} {' ^ '.join(_ATOMS)}\n" for word in ("must", "mustnot", "unknown"))
    project = Project.from_files(
        ontologies=[files[TTL]],
        rules=[f"{files[RULES]}\ntest drawn\n{given_facts}{clauses}"],
        closed=[f"<{NAMESPACE}Adopted>"],
        base=NAMESPACE,
    )
    (test,) = (test for test in project.get_domain().rule_tests if test.name == "drawn")
    theory = get_knowledge(project, project.get_domain()).theory
    model = evaluate(theory, test.given)
    failures = {v.location for v in check(project).report.violations if v.code == "test.failed"}
    for clause, atom, place in test.places:
        assert atom is not None
        follows, clash = atom in model.heights, bool(model.contradictions)
        is_unknown = not follows and (clash or is_open(theory, test, atom))
        is_right = {"must": follows, "mustnot": not follows, "unknown": is_unknown}[clause]
        assert (place in failures) != is_right, (clause, atom)


def is_open(theory: Theory, test: RuleTest, atom: Atom) -> bool:
    """Tell whether an atom that does not follow can be added without a contradiction or a new closed fact."""
    key = atom.object if atom.predicate == RDF_TYPE else atom.predicate
    if key in theory.closed:
        return False
    base = evaluate(theory, test.given).heights
    more = evaluate(theory, [*test.given, atom], reference=base)
    new = (fact[2] if fact[1] == RDF_TYPE else fact[1] for fact in more.heights.keys() - base.keys())
    return not more.contradictions and theory.closed.isdisjoint(new)
