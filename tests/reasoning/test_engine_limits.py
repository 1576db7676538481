"""Shapes that would be slow or large if something were quadratic that must not be."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from oracles import programs

from workbench.errors import LimitError
from workbench.model.rules import Atom, Comparison, Negation, Operation, Rule
from workbench.model.terms import RDF_TYPE, Triple, make_literal
from workbench.model.theory import Theory
from workbench.reasoning import alternatives, batch, guards, join, kernel, memory
from workbench.reasoning.batch import evaluate
from workbench.reasoning.closure import reason
from workbench.reasoning.columns import ColumnIndex, KeyMap
from workbench.reasoning.graph import StepLog
from workbench.reasoning.guards import Limits
from workbench.reasoning.memory import measure_resident

P, V = "<urn:p>", "<urn:v>"
TRANSITIVE = Rule("t", (Atom("?x", P, "?y"), Atom("?y", P, "?z")), (Atom("?x", P, "?z"),))
SYMMETRIC = Rule("s", (Atom("?x", P, "?y"),), (Atom("?y", P, "?x"),))


def chain(length: int) -> list[Triple]:
    return [(f"<urn:n{i}>", P, f"<urn:n{i + 1}>") for i in range(length)]


def test_a_thousand_rounds() -> None:
    count = Rule(
        "count",
        (
            Atom("?x", V, "?n"),
            Comparison("<", "?n", make_literal(1000)),
            Comparison("=", "?m", Operation("+", ("?n", make_literal(1)))),
        ),
        (Atom("?x", V, "?m"),),
    )
    start = time.process_time()
    evaluated = evaluate(Theory.build([count]), [[("<urn:a>", V, make_literal(0))]])
    assert evaluated.get_height(0, ("<urn:a>", V, make_literal(1000))) == 1000
    proof = evaluated.proof(0, ("<urn:a>", V, make_literal(1000)))
    assert proof is not None and len(proof.steps) == 1000
    assert time.process_time() - start < 30


def test_ten_thousand_rules_cost_only_what_fires() -> None:
    def is_a(number: int) -> Atom:
        return Atom("?x", RDF_TYPE, f"<urn:C{number}>")

    rules = [Rule(f"r{i:05}", (is_a(i),), (is_a(i // 4),)) for i in range(1, 10_000)]
    start = time.process_time()
    evaluated = evaluate(Theory.build(rules), [[("<urn:a>", RDF_TYPE, "<urn:C9999>")]])
    assert len(evaluated.list_facts(0)) == 8
    assert time.process_time() - start < 30


def test_large_tables_are_split(monkeypatch: pytest.MonkeyPatch) -> None:
    rules = [
        Rule("pairs", (Atom("?x", P, "?y"), Atom("?z", P, "?w"), Comparison("!=", "?x", "?z")), (Atom("?x", V, "?w"),)),
    ]
    whole = evaluate(Theory.build(rules), [chain(30), chain(7)])
    monkeypatch.setattr(join, "CHUNK", 10)
    split = evaluate(Theory.build(rules), [chain(30), chain(7)])
    for world in (0, 1):
        assert whole.list_facts(world) == split.list_facts(world)
    assert np.array_equal(whole.log.facts, split.log.facts)


def test_matching_on_demand_gives_the_same_proofs(monkeypatch: pytest.MonkeyPatch) -> None:
    theory = Theory.build([TRANSITIVE, SYMMETRIC])
    logged = evaluate(theory, [chain(9)])
    monkeypatch.setattr(batch, "_LOGGED_FACTS", 10)
    matched = evaluate(theory, [chain(9)])
    for fact in logged.list_facts(0):
        assert logged.proof(0, fact) == matched.proof(0, fact)
        assert logged.derivations(0, fact) == matched.derivations(0, fact)
        assert logged.dependency_cone(0, [fact]) == matched.dependency_cone(0, [fact])


def test_a_capped_log_says_that_it_is_incomplete() -> None:
    evaluated = evaluate(Theory.build([TRANSITIVE, SYMMETRIC]), [chain(9)])
    assert evaluated.log.is_complete
    assert not StepLog(evaluated.plan, evaluated.matcher, evaluated.facts, most=3).is_complete


def test_alternatives_in_a_dense_graph_are_cut_off_and_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = evaluate(Theory.build([TRANSITIVE, SYMMETRIC]), [chain(12)])
    goal: Triple = ("<urn:n12>", P, "<urn:n0>")
    monkeypatch.setattr(alternatives, "_MOST_INSTANCES", 20)
    monkeypatch.setattr(alternatives, "_BLOCK", 2)
    found = evaluated.proofs(0, goal, limit=100_000)
    assert found[0] == evaluated.proof(0, goal)
    assert len(found) > 1 and not found.is_complete


def test_indexes_find_what_was_added_in_any_number_of_steps() -> None:
    random = np.random.default_rng(1)
    keys = random.permutation(np.arange(0, 3000, 3, dtype=np.int64))
    lookup, index, row = KeyMap(), ColumnIndex(), 0
    while row < len(keys):
        part = np.sort(keys[row : row + int(random.integers(1, 40))])
        keys[row : row + len(part)] = part
        lookup.add(part, row)
        index.add(part % 50, np.arange(row, row + len(part)), 50)
        row += len(part)
    everything = np.arange(3000, dtype=np.int64)
    expected = np.full(3000, -1)
    expected[keys] = np.arange(len(keys))
    assert np.array_equal(lookup.find(everything), expected)
    values = np.array([7, 49, 7, 60], dtype=np.int64)
    sources, rows = index.expand_spans(index.find_spans(values))
    found = [sorted(rows[sources == source].tolist()) for source in range(4)]
    assert found == [np.flatnonzero(keys % 50 == value).tolist() for value in values.tolist()]


def test_no_worlds_and_an_empty_world() -> None:
    theory = Theory.build([TRANSITIVE, Rule("fact", (), (Atom("<urn:a>", P, "<urn:b>"),))])
    assert evaluate(theory, []).find_inconsistent_worlds().tolist() == []
    empty = evaluate(theory, [[], []])
    assert empty.list_facts(1) == [("<urn:a>", P, "<urn:b>")]
    assert empty.get_height(1, ("<urn:a>", P, "<urn:b>")) == 1


def test_numbers_too_long_for_a_literal_end_a_recursion() -> None:
    def square(variable: str) -> Operation:
        return Operation("*", (Operation("*", (variable, variable)), Operation("*", (variable, variable))))

    grow = Rule("grow", (Atom("?x", V, "?n"), Comparison("=", "?m", square("?n"))), (Atom("?x", V, "?m"),))
    shrink = Rule(
        "shrink",
        (Atom("?x", P, "?n"), Comparison("=", "?m", Operation("/", ("?n", make_literal(4))))),
        (Atom("?x", P, "?m"),),
    )
    facts: list[Triple] = [("<urn:a>", V, make_literal(12)), ("<urn:a>", P, make_literal(1))]
    found = evaluate(Theory.build([grow, shrink]), [facts]).list_facts(0)
    assert sum(fact[1] == V for fact in found) == 5  # 12, 12^4, ... 12^256; 12^1024 has 1106 digits
    assert sum(fact[1] == P for fact in found) == 501  # 1, 1/4, ... 4^-500 with 1000 decimal places


def test_what_a_level_produces_is_compacted(monkeypatch: pytest.MonkeyPatch) -> None:
    theory = Theory.build([TRANSITIVE, SYMMETRIC])
    whole = evaluate(theory, [chain(12)])
    monkeypatch.setattr(kernel, "_MOST_PENDING", 5)
    compacted = evaluate(theory, [chain(12)])
    assert np.array_equal(whole.log.facts, compacted.log.facts)
    assert np.array_equal(whole.log.premises, compacted.log.premises)
    with pytest.raises(LimitError, match="more than 40 facts"):
        evaluate(theory, [chain(12)], limits=Limits(facts=40))


def test_no_rule_is_blamed_for_what_is_stated() -> None:
    theory = Theory.build([TRANSITIVE, SYMMETRIC])
    with pytest.raises(LimitError, match=r"^Reasoning was stopped: more than 11 facts are stated\.$"):
        evaluate(theory, [chain(12)], limits=Limits(facts=11))
    with pytest.raises(LimitError, match=r"more than 12 facts; the rule '"):
        evaluate(theory, [chain(12)], limits=Limits(facts=12))


def test_time_is_limited_while_evaluating_only() -> None:
    with pytest.raises(LimitError, match=r"0 seconds of reasoning before any rule was applied\.$"):
        evaluate(Theory.build([TRANSITIVE]), [chain(5)], limits=Limits(seconds=0.0))
    evaluated = evaluate(Theory.build([TRANSITIVE]), [chain(5)], limits=Limits(seconds=1.0))
    evaluated.matcher.watch.check_time()
    assert evaluated.matcher.watch.started is None


PRODUCT = Rule(
    "product",
    (Atom("?x", P, "?a"), Atom("?y", P, "?b"), Atom("?z", P, "?c"), Comparison("!=", "?x", "?z")),
    (Atom("?x", V, "?z"),),
)


def test_time_is_checked_inside_one_long_join() -> None:
    start = time.process_time()
    with pytest.raises(LimitError, match=r"0\.2 seconds of reasoning while the rule 'product' was being applied\.$"):
        evaluate(Theory.build([PRODUCT]), [chain(1000)], limits=Limits(seconds=0.2))  # a thousand million rows
    assert time.process_time() - start < 30


def test_time_is_checked_inside_a_long_negation() -> None:
    never = (Comparison("!=", "?x", "?b"), Comparison("<", "?b", "?c"))  # individuals are not before each other
    absent = Negation((Atom("?y", P, "?b"), Atom("?z", P, "?c"), *never))
    derive = Rule("derive", (Atom("?x", P, "?a"), absent), (Atom("?x", RDF_TYPE, "<urn:Lonely>"),))
    start = time.process_time()
    with pytest.raises(LimitError, match="while the rule 'derive' was being applied"):
        evaluate(Theory.build([derive]), [chain(1000)], limits=Limits(seconds=0.2))
    assert time.process_time() - start < 30


def test_each_rule_applied_for_a_later_question_has_a_time_limit() -> None:
    """Integrity rules are looked at when somebody asks for contradictions."""
    never = Rule("never", (*PRODUCT.body, Comparison("<", "?a", "?c")), ())  # individuals are not before each other
    evaluated = evaluate(Theory.build([never]), [chain(1000)], limits=Limits(seconds=0.3))
    time.sleep(0.4)
    assert evaluated.is_entailed(0, chain(1)[0])
    with pytest.raises(LimitError, match=r"0\.3 seconds of reasoning while the rule 'never' was being applied\.$"):
        evaluated.list_contradictions(0)
    time.sleep(0.4)
    closed = Rule("closed", (Atom("?x", P, "?y"), Negation((Atom("?x", V, "?y"),))), (Atom("?x", RDF_TYPE, V),))
    again = evaluate(Theory.build([closed]), [chain(5)], closed_reference=(evaluated, [0]), limits=Limits(seconds=5))
    assert len(again.list_facts(0)) == 10


def test_memory_is_limited_and_the_rule_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(LimitError, match="1 MB of memory"):
        evaluate(Theory.build([TRANSITIVE]), [chain(5)], limits=Limits(memory=10**6))
    monkeypatch.setattr(guards, "_LOOK_EVERY", 0.0)
    limits = Limits(memory=measure_resident() + 60_000_000)
    with pytest.raises(LimitError, match="MB of memory while the rule 'product' was being applied"):
        evaluate(Theory.build([PRODUCT]), [chain(1000)], limits=limits)


def test_memory_is_limited_for_questions_after_the_evaluation_too(monkeypatch: pytest.MonkeyPatch) -> None:
    evaluated = evaluate(Theory.build([TRANSITIVE]), [chain(30)])
    monkeypatch.setattr(guards, "measure_resident", lambda: evaluated.matcher.watch.limits.memory + 1)
    monkeypatch.setattr(guards, "_LOOK_EVERY", 0.0)
    evaluated.matcher.watch._look_at = 0.0
    with pytest.raises(LimitError, match="of memory while the rule 't' was being applied"):
        assert evaluated.log


def test_rounds_and_facts_name_the_rule_that_produced_most() -> None:
    theory = Theory.build([TRANSITIVE, Rule("copy", (Atom("<urn:n0>", P, "?y"),), (Atom("?y", V, "?y"),))])
    with pytest.raises(LimitError, match=r"3 rounds of rules; the rule 't' produced most in the last round\.$"):
        evaluate(theory, [chain(30)], limits=Limits(rounds=3))
    with pytest.raises(LimitError, match=r"100 facts; the rule 't' produced most in the last round\.$"):
        evaluate(theory, [chain(30)], limits=Limits(facts=100))


def test_progress_is_told_on_long_work_only(monkeypatch: pytest.MonkeyPatch) -> None:
    told: list[tuple[int, int, str]] = []

    def tell(number: int, facts: int, rule: str) -> None:
        told.append((number, facts, rule))

    limits = Limits(on_progress=tell)
    quick = evaluate(Theory.build([TRANSITIVE]), [chain(5)], limits=limits)
    assert told == [] and limits == Limits()
    assert quick.matcher.watch.limits.on_progress is None
    monkeypatch.setattr(guards, "_LOOK_EVERY", 0.0)
    monkeypatch.setattr(guards, "_TELL_EVERY", 0.0)
    evaluate(Theory.build([TRANSITIVE]), [chain(5)], limits=limits)
    assert [number for number, _, _ in told] == sorted(number for number, _, _ in told)
    assert told[-1][0] == 5 and {rule for number, _, rule in told if number > 1} == {"t"}
    assert sorted({facts for number, facts, _ in told if number > 1}) == [9, 12, 14, 15]


def test_progress_is_told_a_few_times_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    now, told = [100.0], list[float]()
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    watch = guards.Watch(Limits(on_progress=lambda *_: told.append(now[0])), started=100.0)
    for _ in range(1000):
        now[0] += 0.003
        watch.check_time()
    assert 6 <= len(told) <= 10 and told[0] >= 100.3


def test_a_long_chain_finishes() -> None:
    """1.3 thousand million instances if transitivity joined everything with everything; two million as it is."""
    start = time.process_time()
    nodes = 2000
    batch = evaluate(Theory.build([TRANSITIVE]), [chain(nodes)])
    assert batch.facts.count == nodes * (nodes + 1) // 2
    assert time.process_time() - start < 30


@pytest.mark.slow
def test_a_clique_finishes_in_little_memory() -> None:
    script = (
        "from pathlib import Path\n"
        "from workbench.model.rules import Atom, Rule\n"
        "from workbench.model.theory import Theory\n"
        "from workbench.reasoning.batch import evaluate\n"
        "p, n = '<urn:p>', 500\n"
        "t = Rule('t', (Atom('?x', p, '?y'), Atom('?y', p, '?z')), (Atom('?x', p, '?z'),))\n"
        "s = Rule('s', (Atom('?x', p, '?y'),), (Atom('?y', p, '?x'),))\n"
        "facts = [(f'<urn:{i}>', p, f'<urn:{j}>') for i in range(n) for j in range(i)]\n"
        "count = evaluate(Theory.build([s, t]), [facts]).facts.count\n"
        "print(count, next(l.split()[1] for l in Path('/proc/self/status').open() if l.startswith('VmHWM')))\n"
    )
    if not Path("/proc/self/status").exists():
        pytest.skip("what a process has had in memory is read off /proc, which is not there")
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    count, kilobytes = map(int, done.stdout.split())
    assert count == 500 * 500
    assert kilobytes < 700_000  # 125 million derivations kept would take gigabytes


@settings(max_examples=60)
@given(programs.samplers())
def test_derivations_are_counted_without_listing_them(sampler: programs.Sampler) -> None:
    theory, facts = sampler.draw_theory(), sampler.draw_world()
    try:
        closure = reason(theory, facts, Limits(rounds=12, facts=250))
    except LimitError:
        return
    assert closure.count_derivations() == closure.derivations().num_rows
    assert closure.count_facts() == (len(closure.stated), len(closure.derived))


def test_memory_without_the_file_is_the_peak(monkeypatch: pytest.MonkeyPatch) -> None:
    now = memory.measure_resident()
    monkeypatch.setattr(memory, "_STATM", "/nowhere/statm")
    assert memory.measure_resident() >= 0.9 * now > 10_000_000


@pytest.mark.parametrize(
    ("line", "path", "text", "expected"),
    [
        ("0::/a/b", "a/b/memory.max", "1000000", 1_000_000),
        ("0::/a/b", "a/memory.max", "2000000", 2_000_000),
        ("0::/a/b", "memory.max", "max", None),
        ("4:memory:/a", "memory/a/memory.limit_in_bytes", "3000000", 3_000_000),
        ("4:memory:/a", "memory/memory.limit_in_bytes", "9223372036854771712", None),
        ("9:name=systemd:/", "memory.max", "10", None),
    ],
)
def test_control_groups_limit_the_memory(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, line: str, path: str, text: str, expected: int | None
) -> None:
    whole = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    (tmp_path / "groups").write_text(line + "\n")
    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "groups")
    monkeypatch.setattr(memory, "_MOUNT", tmp_path)
    (tmp_path / path).parent.mkdir(parents=True, exist_ok=True)
    (tmp_path / path).write_text(text + "\n")
    assert memory.measure_total.__wrapped__() == (whole if expected is None else expected)
    monkeypatch.setattr(memory, "_GROUPS", tmp_path / "none")
    assert memory.measure_total.__wrapped__() == whole
