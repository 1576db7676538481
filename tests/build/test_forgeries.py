"""Forgeries: whatever is changed, with all digests made right again, is found or named as taken on trust."""

from __future__ import annotations

import copy
import json
import random
import shutil
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from closed_book_project import write_project
from forging import forge, read_manifest

from workbench.build import build, load, verify
from workbench.build.item_verification import ItemVerifier
from workbench.build.trust import PARTS, TRUSTED, is_trusted
from workbench.export import read_dataset
from workbench.model.items import canonical_json, digest_json

LEVELS = """\
held_out:
  - {name: test-names, axis: individuals, share: 0.2}
  - {name: test-changed, axis: perturbed, of: test, kinds: [renamed, irrelevant], items: 2}
levels:
  - {name: told, title: What is stated, hops: 0, given: none, tasks: {recall: 2}}
  - {name: one, hops: 1, tasks: {entailment: 6, select: 1}}
  - {name: new, hops: [1, 2], where: {novelty: [0, 3]}, split: test, tasks: {options: 1}}
stages:
  - {name: start, title: First, levels: [one]}
  - {name: later, levels: [told], replay: [{share: 0.2}]}
"""
_SAMPLES = 8
"""So many places of one kind are changed: of one part, depth and type."""


@pytest.fixture(scope="module")
def dataset(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A small dataset whose manifest has every part there is."""
    folder = tmp_path_factory.mktemp("forged")
    project = load(write_project(folder / "project", LEVELS))
    first = build(project, folder / "out", seed=3).folders[0]
    seen = folder / "measured.jsonl"
    ids = [item["id"] for item in read_dataset(first).iterate_items()]
    lines = [{"id": id_, "model": "small", "n": 4, "pass_rate": 0.25} for id_ in ids]
    seen.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return build(project, folder / "out", seed=3, measured=seen).folders[0]


def iterate_leaves(value: Any, place: tuple[Any, ...] = ()) -> Iterator[tuple[tuple[Any, ...], Any]]:
    listed = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    entries = list(listed)
    if not entries:
        yield place, value
    for key, inner in entries:
        yield from iterate_leaves(inner, (*place, key))


def change_value(value: Any) -> Any:
    if isinstance(value, bool):
        return not value
    if isinstance(value, int | float):
        return value + (1 if isinstance(value, int) else 0.125)
    if isinstance(value, str):
        return f"{'0' if value[0] != '0' else '1'}{value[1:]}" if len(value) in (16, 32, 64) else f"{value}x"
    return {None: 1}.get(value) if value is None else ["x"] if isinstance(value, list) else {"x": 1}


def get(value: Any, place: tuple[Any, ...]) -> Any:
    for key in place:
        value = value[key]
    return value


def put(manifest: dict[str, Any], place: tuple[Any, ...], value: Any) -> None:
    inner: Any = manifest
    for key in place[:-1]:
        inner = inner[key]
    inner[place[-1]] = value


def choose_places(manifest: dict[str, Any]) -> list[tuple[tuple[Any, ...], Any]]:
    """Return one place for each name of a key in each part, and some where the names are those of things."""
    draw = random.Random(7)
    chosen: dict[tuple[Any, ...], tuple[tuple[Any, ...], Any]] = {}
    kinds: dict[tuple[Any, ...], int] = {}
    leaves = list(iterate_leaves(manifest))
    draw.shuffle(leaves)
    for place, value in leaves:
        kind = place[0], len(place), type(value).__name__
        name = *kind, place[-1] if isinstance(place[-1], str) else ""
        if name not in chosen and kinds.get(kind, 0) < _SAMPLES:
            kinds[kind] = kinds.get(kind, 0) + 1
            chosen[name] = place, value
    return list(chosen.values())


def test_every_field_of_a_manifest_is_compared_or_named_as_taken_on_trust(dataset: Path) -> None:
    original = read_manifest(dataset)
    assert original.keys() == PARTS  # so that no part is left out below
    assert verify(dataset, sample=0).problems == ()
    kept = (dataset / "manifest.json").read_bytes()
    views = {name: (dataset / name).read_bytes() for name in ("README.md", "croissant.json", "report.html")}
    silent = []
    places = choose_places(original)
    for place, value in places:
        if place[0] in ("digest", "root_digest", "schema_version") or is_trusted(place):
            continue
        forge(dataset, lambda manifest, place=place, value=value: put(manifest, place, change_value(value)))  # type: ignore[misc]
        if verify(dataset, sample=0).ok:
            silent.append((place, value))
        (dataset / "manifest.json").write_bytes(kept)
        for name, data in views.items():
            (dataset / name).write_bytes(data)
    assert silent == [], silent
    assert len(places) > 150


def test_every_field_of_a_theory_is_compared(dataset: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(dataset, tmp_path / "d")
    reader = read_dataset(folder)
    digest, theory = max(reader.iterate_theories(), key=lambda one: len(one[1]["rules"]))
    assert ItemVerifier(folder, reader.manifest).check_theory(digest) == ()
    silent = []
    places = [place for place, _ in iterate_leaves(theory) if place[:1] != ("digest",) and place[1:2] in ((), (0,))]
    for place in places:
        changed = copy.deepcopy(theory)
        put(changed, place, change_value(get(theory, place)))
        changed["digest"] = digest_json([[rule["id"], rule["formal"]] for rule in changed["rules"]])[:32]
        (folder / f"theories/{changed['digest']}.json").write_text(canonical_json(changed) + "\n", encoding="utf-8")
        if not ItemVerifier(folder, reader.manifest).check_theory(changed["digest"]):
            silent.append(place)
    assert silent == [] and len(places) >= 5


@pytest.mark.parametrize("place", [("levels", 1, "bounds"), ("seed",), ("capacity", "one", "own", "core"), ("probe",)])
def test_a_manifest_that_is_not_signed_again_is_found(dataset: Path, tmp_path: Path, place: tuple[Any, ...]) -> None:
    """Whoever changes it by hand is found out, also where files could not show that it is wrong."""
    folder = shutil.copytree(dataset, tmp_path / "d")
    manifest = read_manifest(folder)
    value = get(manifest, place)
    put(manifest, place, {"hops": [0, 9], "distractors": [0, 99]} if place[0] == "levels" else change_value(value))
    (folder / "manifest.json").write_text(json.dumps(manifest), encoding="utf-8")
    text = verify(folder, sample=0).format_text()
    assert "the manifest was changed since it was made" in text


def test_what_is_taken_on_trust_is_said(dataset: Path) -> None:
    report = verify(dataset, sample=0)
    (line,) = [line for line in report.format_text().splitlines() if line.startswith("taken on trust: ")]
    for part in ("seed", "inputs", "libraries", "rejections", "levels.*.bounds", "measured.jsonl"):
        assert part in line
    assert report.to_json()["trusted"] == [*report.trusted]
    documented = Path(__file__).parents[2] / "docs/items.md"
    text = documented.read_text(encoding="utf-8")
    assert [pattern for pattern in TRUSTED if f"`{pattern}`" not in text] == []


@pytest.mark.parametrize(("table", "one", "other"), [("answers", "entailed", "refuted"), ("comparisons", "<", ">")])
def test_words_of_a_language_that_trade_places_are_found(
    dataset: Path, tmp_path: Path, table: str, one: str, other: str
) -> None:
    """Who takes true for false in the wording could turn every label round: the frames are those of the language."""
    folder = shutil.copytree(dataset, tmp_path / "d")
    path = folder / "wording.json"
    wording = json.loads(path.read_text(encoding="utf-8"))
    words = wording["languages"]["en"]["frames"][table]
    words[one], words[other] = words[other], words[one]
    data = canonical_json(wording).encode()
    path.write_bytes(data)
    entry = {"sha256": sha256(data).hexdigest(), "bytes": len(data)}
    forge(folder, lambda manifest: manifest["files"].update({"wording.json": entry}))
    found = [problem.what for problem in verify(folder, sample=0).problems]
    assert f"en: the frames are not those of the language in this version: {table}" in found


def test_parts_and_keys_that_nobody_knows_are_named(dataset: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(dataset, tmp_path / "d")
    forge(folder, lambda manifest: (manifest.update(quality="high"), manifest["levels"][1].update(bound={})))
    found = [problem.what for problem in verify(folder, sample=0).problems]
    assert "quality: this version knows no such part" in found
    assert any(what.startswith("levels: one: ") and "bound is no key of a level" in what for what in found)
