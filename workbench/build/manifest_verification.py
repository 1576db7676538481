"""A manifest by itself: its parts, its digest, and the views for people that were made from it."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from importlib.metadata import version
from typing import Any

from workbench.build.item_lines import Problem
from workbench.build.trust import PARTS
from workbench.export.manifest import COMPUTED, DIGEST, MANIFEST, FileEntry, sign_manifest
from workbench.export.reading import DatasetReader
from workbench.export.scorer import SCORER_NAME, assemble_scorer
from workbench.export.survey import Survey
from workbench.export.views import CARD, VIEWS, make_views
from workbench.wording.frames import FRAMES, select_functions, write_frames

__all__ = ["check_form_of_manifest", "check_perturbed", "check_views"]

_WORDING = "wording.json"
_SAID_TWICE = {"name": "curriculum", "domain": "domain", "languages": "languages", "licence": "licence"}


def check_form_of_manifest(manifest: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield parts that this version does not know, a digest of something else, and what is said twice, differently."""
    for name in sorted(manifest.keys() - PARTS):
        yield Problem(MANIFEST, 0, "", f"{name}: this version knows no such part")
    if DIGEST not in manifest:
        yield Problem(MANIFEST, 0, "", "digest: is missing, so nobody can see whether the manifest was changed")
    elif manifest[DIGEST] != sign_manifest(manifest)[DIGEST]:
        yield Problem(MANIFEST, 0, "", "the manifest was changed since it was made: its digest is another")
    card = manifest.get(CARD)
    if not isinstance(card, dict):
        yield Problem(MANIFEST, 0, "", "card: is missing, so the dataset card cannot be compared with the manifest")
        return
    for name, part in _SAID_TWICE.items():
        if part in manifest and card.get(name) != manifest[part]:
            yield Problem(MANIFEST, 0, "", f"card: {name} is another than what the manifest has as {part}")


def check_views(reader: DatasetReader, survey: Survey) -> Iterator[Problem]:
    """Yield which of card, metadata, report, scorer and frames are not those that this version makes.

    Other versions may make others, so those of a dataset that another version made are not compared.
    """
    manifest = reader.manifest
    if manifest.get("generator") != version("knowledge-workbench") or not isinstance(manifest.get(CARD), dict):
        return
    head = {key: value for key, value in manifest.items() if key not in COMPUTED}
    files = {
        name: FileEntry(entry["sha256"], entry["bytes"])
        for name, entry in manifest["files"].items()
        if name not in VIEWS
    }
    tables = {split: reader.list_tables(split) for split in reader.splits}
    try:
        expected = make_views(head, survey.tally(reader.splits), tables, files)
    except (KeyError, TypeError, ValueError, AttributeError, ArithmeticError, IndexError) as error:
        what = f"the card and the report cannot be made from it ({type(error).__name__}: {error})"
        yield Problem(MANIFEST, 0, "", what)
        return
    for name, data in {**expected, SCORER_NAME: assemble_scorer().encode()}.items():
        path = reader.path / name
        if name not in manifest["files"]:
            yield Problem(name, 0, "", "is not in the manifest")
        elif path.is_file() and not path.is_symlink() and path.read_bytes() != data:
            what = "does not say what the manifest says" if name in VIEWS else "is not the scorer of this version"
            yield Problem(name, 0, "", what)
    yield from _check_frames(reader.wording)


def _check_frames(wording: Mapping[str, Any]) -> Iterator[Problem]:
    """Yield the languages whose own words, such as those for true and false, are not those of this version."""
    for language, part in wording["languages"].items():
        if language not in FRAMES:
            yield Problem(_WORDING, 0, "", f"{language}: this version does not have the language")
            continue
        functions = {key.partition("/")[0] for key in part["frames"].get("functions", ())}
        expected = write_frames(select_functions(FRAMES[language], functions))
        if json.loads(json.dumps(expected)) != part["frames"]:
            names = sorted(
                name for name in {*expected, *part["frames"]} if not _is_equal(name, expected, part["frames"])
            )
            what = f"{language}: the frames are not those of the language in this version: {', '.join(names)}"
            yield Problem(_WORDING, 0, "", what)


def _is_equal(name: str, one: Mapping[str, Any], other: Mapping[str, Any]) -> bool:
    return json.dumps(one.get(name), sort_keys=True) == json.dumps(other.get(name), sort_keys=True)


def check_perturbed(
    manifest: Mapping[str, Any], counts: Mapping[str, Counter[str]], of: Mapping[str, str]
) -> Iterator[Problem]:
    """Yield what the manifest counts wrong of changed items.

    ``counts`` has the items of each perturbed split by kind, ``of`` the split that each of them changes.
    """
    written = manifest.get("perturbed")
    if written is None:
        return
    if not isinstance(written, dict) or written.keys() != of.keys():
        yield Problem(MANIFEST, 0, "", "perturbed: is not about the splits that are changes of others")
        return
    for name, account in written.items():
        try:
            items, missing = account["items"], account["missing"]
            fits = account.keys() == {"of", "originals", "items", "missing"} and account["of"] == of[name]
            fits = fits and {kind: n for kind, n in items.items() if n} == dict(counts.get(name, {}))
            fits = (
                fits
                and missing.keys() <= items.keys()
                and all(n + sum(missing.get(kind, {}).values()) == account["originals"] for kind, n in items.items())
            )
        except (KeyError, TypeError, AttributeError):
            fits = False
        if not fits:
            yield Problem(MANIFEST, 0, "", f"perturbed: {name} is another when counted")
