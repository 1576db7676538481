"""Items under other names: neither measures nor identities may depend on what anybody is called.

Among proofs that are equally high and long the choice goes by names, so steps, hops, leaves and rules are only nearly
the same: see docs/items.md.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.build.measuring_again import MeasuredItem
from workbench.export import read_dataset
from workbench.export.evidence import TheoryFile, read_evidence, read_theory_file
from workbench.generation.items.item_making import compute_item_identity
from workbench.generation.questions.answering import measure_drafts
from workbench.generation.questions.draft import Answered, Draft
from workbench.model.rules import Rule
from workbench.model.terms import Term
from workbench.model.theory import Theory

_FRESH = "<urn:knowledge-workbench:name#"
INVARIANT = ("height", "alternatives", "distractors", "context")
Asked = tuple[dict[str, Any], TheoryFile, tuple[Term, ...], Draft]


def rename(value: Any, names: Mapping[str, str]) -> Any:
    """Return a value with other names for individuals, wherever they stand in it."""
    if isinstance(value, str):
        return names.get(value, value)
    if isinstance(value, Rule):
        return value
    if isinstance(value, tuple):
        parts = [rename(part, names) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        inner = {
            field.name: rename(getattr(value, field.name), names) for field in dataclasses.fields(value) if field.init
        }
        return dataclasses.replace(value, **inner)
    return value


@pytest.fixture(scope="module")
def asked(small_dataset: Path) -> list[Asked]:
    reader = read_dataset(small_dataset)
    found = []
    for item in reader.iterate_items():
        theory = read_theory_file(item["theory"], reader.read_theory(item["theory"]), reader.prefixes)
        stated = read_evidence(item, theory, reader.prefixes)
        found.append((item, theory, stated.closed, MeasuredItem(item, stated).draft))
    return found


def measure(theory: TheoryFile, closed: tuple[Term, ...], draft: Draft) -> tuple[Answered, Mapping[str, str]]:
    (answered,) = measure_drafts(Theory.build(theory.rules, closed), [draft])
    assert answered is not None
    return answered, compute_item_identity(answered, theory.rules, closed)._asdict()


def list_names(draft: Draft) -> list[str]:
    return sorted({term for fact in draft.facts for term in fact if term.startswith(_FRESH)})


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.data())
def test_other_names_change_neither_verdict_nor_measures_nor_structure(asked: list[Asked], data: st.DataObject) -> None:
    item, theory, closed, draft = data.draw(st.sampled_from(asked))
    names = list_names(draft)
    others = data.draw(st.permutations([f"{_FRESH}Z{number}>" for number in range(len(names))]))
    renamed = rename(draft, dict(zip(names, others, strict=True)))
    renamed = dataclasses.replace(renamed, facts=tuple(sorted(renamed.facts)))
    answered, identity = measure(theory, closed, renamed)
    assert sorted(j.status for j in answered.judgements) == sorted(
        j.status for j in measure(theory, closed, draft)[0].judgements
    )
    measured = dataclasses.asdict(answered.difficulty)
    assert {name: measured[name] for name in INVARIANT} == {name: item["difficulty"][name] for name in INVARIANT}
    for grain in ("named", "core", "context"):
        assert identity[grain] == item["identity"][grain]
    assert identity["exact"] != item["identity"]["exact"] or not names


def test_the_same_names_are_the_same_item(asked: list[Asked]) -> None:
    for item, theory, closed, draft in asked[::9]:
        assert measure(theory, closed, draft)[1] == item["identity"]
