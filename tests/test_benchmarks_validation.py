"""What the benchmark of validation compares is the same for every judge, and an edit is judged as in full."""

from dataclasses import replace

from benchmarks.harness import Limits, Measurement, Recorder
from benchmarks.shapes import JUDGES
from benchmarks.validation import Row, find_disagreements, measure_judges, run_changes


def test_all_who_are_installed_find_the_same():
    rows = measure_judges(600, Limits(60))
    measured = [row for row in rows if row.run.counts]
    assert {row.judge for row in measured} >= {"Workbench", "pySHACL"}
    assert {row.judge for row in rows} == set(JUDGES)
    assert all(row.run.get_count("results") for row in measured)
    assert find_disagreements(rows) == []
    (first, *_) = measured
    other = replace(first.run, counts=tuple((name, count + 1) for name, count in first.run.counts))
    assert len(find_disagreements([first, Row(first.triples, "pySHACL", other)])) == 1
    assert find_disagreements([first, Row(first.triples, "pySHACL", Measurement(stopped="too slow"))]) == []


def test_edits_are_judged_as_in_full():
    recorder = Recorder()
    run_changes(recorder, 200, 2)
    assert recorder.counts["different"] == 0
    assert recorder.counts["a class added: judged"] > 0
