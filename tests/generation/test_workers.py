"""Worker processes: answers come in order, errors travel, and whoever waits for one that died is told at once."""

from __future__ import annotations

import os
import signal
import time
from concurrent.futures import Future

import pytest
from worker_tasks import answer_much, die_in_the_middle_of_an_answer, fail_to_start, prepare, refuse, sleep, tell

from workbench.errors import InvalidKnowledgeError, WorkerError
from workbench.generation.selection.processes import map_in_order
from workbench.generation.selection.workers import Worker, open_workers


def is_alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    return True


def test_answers_come_in_order_from_prepared_workers() -> None:
    with map_in_order(2, prepare, "ready") as run:
        assert list(run(tell, range(20))) == [(number, ["ready"]) for number in range(20)]
        sizes = [len(found) for found in run(answer_much, [10**6] * 6)]
    assert sizes == [10**6] * 6


def test_errors_travel_and_the_worker_goes_on() -> None:
    with open_workers(1) as (worker,):
        with pytest.raises(InvalidKnowledgeError) as caught:
            worker.submit(refuse, "no").result()
        assert str(caught.value) == "no" and caught.value.report.has_errors
        assert worker.submit(tell, 1).result() == (1, [])
        with pytest.raises(WorkerError, match="exit code 7"):
            worker.submit(os._exit, 7).result()


def test_a_worker_that_is_killed_is_told_of() -> None:
    """Whatever is waiting, and whatever is asked of it later."""
    with open_workers(2) as (first, second):
        waiting: list[Future[float]] = [first.submit(sleep, 60.0) for _ in range(3)]
        assert first.pid is not None
        os.kill(first.pid, signal.SIGKILL)
        for future in (*waiting, first.submit(sleep, 0.0)):
            with pytest.raises(WorkerError, match="signal 9 ended it, as the system does when memory runs out"):
                future.result(timeout=10)
        assert second.submit(sleep, 0.0).result(timeout=10) == 0.0


def test_a_worker_that_is_killed_in_the_middle_of_a_message_is_told_of() -> None:
    """Its sibling, and whoever waits for the rest of the message, would wait for ever on a common queue."""
    with open_workers(2) as (first, second):
        future = first.submit(die_in_the_middle_of_an_answer, None)
        with pytest.raises(WorkerError):
            future.result(timeout=10)
        assert second.submit(tell, 3).result(timeout=10) == (3, [])
    with map_in_order(2) as run, pytest.raises(WorkerError):
        list(run(die_in_the_middle_of_an_answer, range(10)))


def test_a_worker_that_cannot_be_prepared_is_told_of(capfd: pytest.CaptureFixture[str]) -> None:
    worker = Worker(fail_to_start)
    with pytest.raises(WorkerError, match="exit code 1"):
        worker.submit(sleep, 0.0).result(timeout=20)
    worker.close()
    assert "cannot be prepared" in capfd.readouterr().err


def test_nobody_is_left_behind() -> None:
    """A worker that is at work when all is over is ended at once."""
    started = time.monotonic()
    with pytest.raises(KeyError), open_workers(2) as workers:
        pids = [worker.pid for worker in workers]
        workers[0].submit(sleep, 60.0)
        workers[1].submit(sleep, 0.0).result()
        raise KeyError
    assert time.monotonic() - started < 30
    assert all(pid is not None and not is_alive(pid) for pid in pids)
