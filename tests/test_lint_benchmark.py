"""The benchmark of lint counts what it says, and the checks of a large ontology are as quick as they have to be."""

from __future__ import annotations

from pathlib import Path

from benchmarks.harness import Recorder
from benchmarks.lint import run_lint


def test_all_checks_of_sio_take_a_second_at_most(shared_data: Path) -> None:
    recorder = Recorder()
    run_lint(recorder, str(shared_data / "sio" / "sio-release.owl"), "strict")
    spent = {phase.name: phase.seconds for phase in recorder.phases}
    assert recorder.counts["triples"] > 15_000
    assert recorder.counts["checks"] > 100
    assert recorder.counts["findings"] == recorder.counts["placed"] > 2_000
    assert spent["checks"] < 1
