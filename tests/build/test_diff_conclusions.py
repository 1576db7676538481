"""What a change takes and brings: against closures computed from scratch on both sides by the naive evaluator."""

from __future__ import annotations

from pathlib import Path
from tempfile import TemporaryDirectory

from diff_projects import compare, get_domain, write_project
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from oracles import naive

from workbench.build.theories import assemble_theory
from workbench.model.proofs import FALSE
from workbench.model.terms import Triple
from workbench.project import load

CHECKS = settings(deadline=None, max_examples=40, suppress_health_check=list(HealthCheck))
AXIOMS = (
    ":A rdfs:subClassOf :B .", ":B rdfs:subClassOf :C .", ":p rdfs:domain :A .", ":p rdfs:range :B .",
    ":p rdfs:subPropertyOf :q .", ":q a owl:TransitiveProperty .", ":q a owl:SymmetricProperty .",
    ":p owl:inverseOf :r .", ":A owl:disjointWith :D .",
    ":C owl:equivalentClass [ a owl:Restriction ; owl:onProperty :q ; owl:someValuesFrom :B ] .",
)  # fmt: skip
RULES = (
    "rule one\n  p(?x, ?y) ^ p(?y, ?z) -> q(?x, ?z)\n",
    "rule two\n  A(?x) ^ not Gone(?x) -> D2(?x)\n",
    "rule three\n  q(?x, ?y) ^ B(?y) -> Gone(?x)\n",
    "rule four\n  A(?x) ^ not left(?x, ?y) -> Stays(?x)\n",
    "constraint five\n  D2(?x) ^ C(?x) -> false\n",
)
NAMES = "abcd"
PHRASE = "<urn:knowledge-workbench:ns#phrase>"
FACTS = tuple(
    [f":{x} a :{c} ." for x in NAMES for c in ("A", "B", "D")]
    + [f":{x} :{p} :{y} ." for x in NAMES for y in NAMES for p in ("p", "q", "left")]
)
DECLARED = (
    ":A a owl:Class . :B a owl:Class . :C a owl:Class . :D a owl:Class . :D2 a owl:Class . :Gone a owl:Class . "
    ":Stays a owl:Class . :p a owl:ObjectProperty . :q a owl:ObjectProperty . :r a owl:ObjectProperty . "
    ":left a owl:ObjectProperty .\n"
)


@st.composite
def draw_states(draw: st.DrawFn) -> tuple[tuple[str, ...], ...]:
    """Two states that share most of what they state."""
    pool = draw(st.lists(st.sampled_from((*AXIOMS, *RULES, *FACTS)), min_size=4, max_size=24, unique=True))
    states = []
    for _ in range(2):
        states.append(tuple(one for one in pool if draw(st.integers(0, 4))))
    return tuple(states)


def write_state(folder: Path, state: tuple[str, ...]) -> Path:
    rules = "\n".join(one for one in state if one.startswith("rule"))
    constraints = "\n".join(one for one in state if one.startswith("constraint"))
    facts = DECLARED + "\n".join(one for one in state if one.startswith(":"))
    return write_project(folder, facts, rules, constraints=constraints)


def close(folder: Path) -> tuple[set[Triple], set[Triple], bool]:
    """What is stated, what follows, and whether the facts contradict each other: by the naive evaluator."""
    domain = load(folder).domains["family"].select()
    theory, _ = assemble_theory(domain)
    model = naive.evaluate(theory, domain.assertions)
    return set(domain.assertions), set(model.heights), bool(model.contradictions)


@CHECKS
@given(draw_states())
def test_what_is_lost_and_gained_is_the_difference_of_the_closures(states: tuple[tuple[str, ...], ...]) -> None:
    with TemporaryDirectory() as place:
        old, new = (write_state(Path(place, name), state) for name, state in zip(("old", "new"), states, strict=True))
        difference = compare(old, new, renames=False)
        (stated, before, clashes), (restated, after, clashes_now) = close(old), close(new)
    if not difference.domains:
        assert (stated, before) == (restated, after)
        return
    domain = get_domain(difference)
    assert domain.unreasoned == ""
    own = stated ^ restated
    assert {one.triple for one in domain.lost} == before - after - own
    assert {one.triple for one in domain.gained} == after - before - own
    assert domain.contradictions_begin == (clashes_now and not clashes)
    assert domain.contradictions_cease == (clashes and not clashes_now)
    kept = {change.triple for change in domain.changes if change.still_follows}
    withdrawn = {change.triple for change in domain.changes if change.kind == "fact" and change.old is not None}
    assert withdrawn == stated - restated
    assert kept == (stated - restated) & after
    for one in (*domain.lost, *domain.gained):
        assert one.causes, one
        assert one.account is not None and one.account.lines[-1].triple == one.triple


def test_a_rule_that_is_gone_is_the_cause(tmp_path: Path) -> None:
    phrase = f'{PHRASE} "{{subject}} q {{object}}"@en'
    facts = f":ann :p :bob . :bob :p :carl . :p a owl:ObjectProperty . :q a owl:ObjectProperty ; {phrase} ."
    old = write_project(tmp_path / "old", facts, RULES[0])
    domain = get_domain(compare(old, write_project(tmp_path / "new", facts)))
    (lost,) = domain.lost
    assert (lost.text, [(c.what, c.happened, c.name) for c in lost.causes]) == (
        "Ann q carl.",
        [("rule", "gone", "one")],
    )
    assert lost.causes[0].location is not None and lost.causes[0].location.line == 2
    assert domain.gained == ()


def test_what_now_stands_in_the_way_is_the_cause(tmp_path: Path) -> None:
    facts = ":ann a :A . :A a owl:Class . :Gone a owl:Class . :D2 a owl:Class ."
    old = write_project(tmp_path / "old", facts, RULES[1])
    new = write_project(tmp_path / "new", f"{facts} :ann a :Gone .", RULES[1])
    (lost,) = get_domain(compare(old, new)).lost
    assert [(c.what, c.happened, c.text) for c in lost.causes] == [("fact", "new", "Ann is a gone.")]
    (gained,) = get_domain(compare(new, old)).gained
    assert [(c.what, c.happened, c.text) for c in gained.causes] == [("fact", "gone", "Ann is a gone.")]


def test_what_stands_in_the_way_may_be_anything_of_a_kind(tmp_path: Path) -> None:
    phrase = f'{PHRASE} "{{subject}} left {{object}}"@en'
    facts = f":ann a :A . :A a owl:Class . :Stays a owl:Class . :left a owl:ObjectProperty ; {phrase} ."
    old = write_project(tmp_path / "old", facts, RULES[3])
    new = write_project(tmp_path / "new", f"{facts} :ann :left :rome , :oslo .", RULES[3])
    (lost,) = get_domain(compare(old, new)).lost
    assert [(c.happened, c.text) for c in lost.causes] == [("new", "Ann left oslo.")]


def test_a_contradiction_that_begins_is_told_with_its_proof(tmp_path: Path) -> None:
    facts = ":ann a :A . :ann a :D . :A a owl:Class . :D a owl:Class ."
    old = write_project(tmp_path / "old", facts)
    new = write_project(tmp_path / "new", f"{facts} :A owl:disjointWith :D .")
    domain = get_domain(compare(old, new))
    contradiction = domain.consistency[1].contradiction
    assert domain.contradictions_begin and contradiction is not None
    assert contradiction.lines[-1].text == "This is impossible."
    assert get_domain(compare(new, old)).contradictions_cease
    assert FALSE not in {one.triple for one in domain.gained}
