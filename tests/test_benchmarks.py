"""What the benchmarks measure is the same thing for everybody, and what takes too long is stopped."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from benchmarks.batches import choose_statements, cut_worlds, find_refuted
from benchmarks.changes import run_changes
from benchmarks.contenders import CONTENDERS, find_missing
from benchmarks.harness import Limits, Measurement, Recorder, measure
from benchmarks.lubm import iterate_facts, make_theory
from benchmarks.reasoning import Row, find_disagreements, measure_size, write_tables
from workbench.build.knowledge import get_knowledge
from workbench.checker.models import derive_model
from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE
from workbench.model.theory import Theory
from workbench.project import load
from workbench.reasoning.batch import evaluate

SIZE = 300
OURS = CONTENDERS["Workbench"]


@pytest.fixture(scope="module")
def ours() -> list[Row]:
    return measure_size(SIZE, [OURS], Limits(60))


@pytest.mark.parametrize("name", [name for name in CONTENDERS if name != "Workbench"])
def test_all_who_are_installed_find_the_same(name: str, ours: list[Row]) -> None:
    contender = CONTENDERS[name]
    if missing := find_missing(contender):
        pytest.skip(f"{missing}: it comes with the extra 'bench'")
    rows = measure_size(SIZE, [contender], Limits(60), contender.rule_sets)
    assert all(row.run.get_count("closure") for row in rows)
    assert find_disagreements([*ours, *rows]) == []
    assert all(row.run.peak > 0 and row.total is not None and row.load is not None for row in rows)
    assert f"| {name} |" in write_tables(rows)


def test_a_disagreement_is_told(ours: list[Row]) -> None:
    row = ours[0]
    counts = tuple((key, count + (key == "closure")) for key, count in row.run.counts)
    other = replace(row, contender=CONTENDERS["Nemo"], run=Measurement(row.run.phases, counts))
    (sentence,) = find_disagreements([*ours, other])
    assert "Workbench found" in sentence
    assert "Nemo found" in sentence
    assert "facts in the closure" in sentence


def test_the_facts_are_distinct_and_the_smaller_world_is_a_part_of_the_larger() -> None:
    large = list(iterate_facts(2_000))
    assert len(set(large)) == len(large) >= 2_000
    small = list(iterate_facts(SIZE))
    assert small == large[: len(small)]


def test_owl_rl_gets_22_of_the_32_rules() -> None:
    every, some = make_theory().rules, make_theory("rl").rules
    assert (len(every), len(some)) == (32, 22)
    assert set(some) < set(every)


def spin(recorder: Recorder) -> None:
    while True:
        recorder.counts["turns"] = recorder.counts.get("turns", 0) + 1


def hoard(recorder: Recorder) -> None:
    recorder.counts["bytes"] = len(b"x" * 3 * 1024**3)


def fail(recorder: Recorder) -> None:
    raise ValueError("no such thing")


@pytest.fixture
def importable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent))


@pytest.mark.usefixtures("importable")
def test_what_takes_too_long_is_stopped() -> None:
    assert measure(spin, limits=Limits(seconds=1)).stopped == "stopped after 1 s"


@pytest.mark.usefixtures("importable")
def test_what_takes_too_much_memory_is_stopped() -> None:
    assert measure(hoard, limits=Limits(gigabytes=2)).stopped == "stopped at 2 GB"


@pytest.mark.usefixtures("importable")
def test_what_fails_says_why() -> None:
    with pytest.raises(RuntimeError, match="no such thing"):
        measure(fail)


def test_revised_closures_are_those_of_reasoning_from_scratch() -> None:
    recorder = Recorder()
    run_changes(recorder, 1_000, 2)
    assert recorder.counts["different"] == 0
    assert recorder.counts["a rule removed: changed"] > 0


def test_worlds_are_connected_pieces_and_refuted_as_the_checker_refutes(repo_root: Path) -> None:
    project = load(repo_root)
    knowledge = get_knowledge(project, project.domains["kinship"])
    theory = knowledge.theory
    worlds = cut_worlds(knowledge.facts, 6)
    assert all(20 <= len(set(world)) == len(world) <= 50 for world in worlds)
    batch = evaluate(theory, worlds)
    statements = choose_statements(batch, worlds)
    refuted = find_refuted(Recorder(), batch, worlds, statements)
    # The checker derives nothing from an integrity rule, so that here each gets a head.
    wrong = Atom("<urn:any>", RDF_TYPE, "<urn:Wrong>")
    visible = Theory.build(rule if rule.head else replace(rule, head=(wrong,)) for rule in theory.rules)
    for number, (world, statement) in enumerate(zip(worlds, statements, strict=True)):
        model = derive_model(theory, world)
        extended = derive_model(visible, [*world, statement], closed_reference=model)
        told = {*theory.closed, "<urn:Wrong>"}
        assert (number in refuted) == any(Atom(*fact).key in told for fact in extended - model)
