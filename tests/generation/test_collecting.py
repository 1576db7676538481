"""Garbage collection within a block: rarer, and afterwards as it was."""

import gc

import pytest

from workbench.generation.selection.collecting import collect_rarely


def test_thresholds_are_restored() -> None:
    before = gc.get_threshold()
    with pytest.raises(KeyError), collect_rarely():
        assert all(own >= usual for own, usual in zip(gc.get_threshold(), before, strict=True))
        assert gc.get_threshold()[0] > before[0]
        raise KeyError
    assert gc.get_threshold() == before


def test_what_is_switched_off_stays_off() -> None:
    before = gc.get_threshold()
    gc.set_threshold(0)
    try:
        with collect_rarely():
            assert gc.get_threshold()[0] == 0
    finally:
        gc.set_threshold(*before)
