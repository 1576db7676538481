"""Leakage: what each split shares with train, counted on text and on the three grains of identity."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from workbench.model.curriculum import Curriculum

__all__ = ["compute_leakage"]


def compute_leakage(
    items: Mapping[str, Sequence[Mapping[str, Any]]], curriculum: Curriculum
) -> dict[str, dict[str, int]]:
    """Return, for every split but train, its items and how many of them train also has, by grain.

    ``text`` is the same question to the letter, ``exact`` the same item, ``named`` the same up to the names of
    individuals, ``core`` the same structure up to the names of everything. Train is the first split of the shares.
    """
    train = curriculum.splits.shares[0][0]
    known = {
        grain: {_get(item, grain) for item in items.get(train, ())} for grain in ("text", "exact", "named", "core")
    }
    return {
        split: {
            "items": len(listed),
            **{grain: sum(_get(item, grain) in seen for item in listed) for grain, seen in known.items()},
        }
        for split, listed in items.items()
        if split != train
    }


def _get(item: Mapping[str, Any], grain: str) -> str:
    return str(item["question"] if grain == "text" else item["identity"][grain])
