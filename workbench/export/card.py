"""The dataset card: README.md with the YAML header that Hugging Face's ``datasets`` and hub read."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from html import escape
from typing import Any

from workbench.export.manifest import Tally
from workbench.export.measured import make_calibration_rows
from workbench.export.parquet import COLUMNS

__all__ = ["make_card", "make_split_name"]

_SIZES = ((1_000, "n<1K"), (10_000, "1K<n<10K"), (100_000, "10K<n<100K"), (1_000_000, "100K<n<1M"))
_LICENCES = frozenset(
    "apache-2.0 mit bsd-2-clause bsd-3-clause cc0-1.0 cc-by-3.0 cc-by-4.0 cc-by-sa-3.0 cc-by-sa-4.0 cc-by-nc-4.0 "
    "cc-by-nc-sa-4.0 cc-by-nc-nd-4.0 cc-by-nd-4.0 odbl odc-by pddl gpl-3.0 lgpl-3.0 agpl-3.0 mpl-2.0 unlicense".split()
)
"""Identifiers of licences that the hub knows; others are named as they are."""


def make_split_name(split: str) -> str:
    """Return a split's name as ``datasets`` accepts it: letters, digits and underscores."""
    return split.replace("-", "_")


def make_card(
    head: Mapping[str, Any], manifest_head: Mapping[str, Any], tally: Tally, tables: Mapping[str, Sequence[str]]
) -> str:
    """Return the text of README.md.

    ``head`` has name, description, licence, languages and domain; ``tables`` the paths of each split's tables.
    """
    parts = [
        _make_header(head, tally, tables),
        f"# {escape(str(head['name']), quote=False)}",
        str(head.get("description", "")).strip(),
    ]
    parts += [_ABOUT, "## Contents", _make_counts(tally), _LOADING.format(config=json.dumps("default"))]
    parts += ["## Columns", _make_table(("column", "meaning"), [(f"`{n}`", text) for n, (_, text) in COLUMNS.items()])]
    if measured := manifest_head.get("measured"):
        rows = [[str(cell) for cell in row] for row in make_calibration_rows(measured)]
        table = _make_table(("model", "of", "items", "pass rate", ""), rows)
        parts += ["## Measured difficulty", "How often models were right; `measured.jsonl` has it by item.", table]
    parts += [_FILES, "## Where it comes from", _make_origin(head, manifest_head)]
    return "\n\n".join(part for part in parts if part) + "\n"


def _make_header(head: Mapping[str, Any], tally: Tally, tables: Mapping[str, Sequence[str]]) -> str:
    """Return the YAML header; every scalar is a JSON string, which YAML reads as it is meant."""
    licence = str(head.get("licence", ""))
    lines = ["---", f"pretty_name: {json.dumps(head['name'])}", "language:"]
    lines += [f"- {json.dumps(language)}" for language in head.get("languages", ())] or ["- en"]
    if licence.lower() in _LICENCES:
        lines.append(f"license: {licence.lower()}")
    else:
        lines += ["license: other", f"license_name: {json.dumps(licence or 'not stated')}"]
    lines += ["task_categories:", "- question-answering", "- text-generation"]
    lines += ["tags:", "- reasoning", "- proofs", "- logic", "- curriculum", "- synthetic"]
    lines += ["annotations_creators:", "- machine-generated", "size_categories:"]
    lines.append(f"- {next((name for limit, name in _SIZES if tally.items < limit), 'n>1M')}")
    lines += ["configs:", "- config_name: default", "  data_files:"]
    for split, paths in tables.items():
        listed = json.dumps(paths[0] if len(paths) == 1 else [*paths])
        lines += [f"  - split: {make_split_name(split)}", f"    path: {listed}"]
    return "\n".join([*lines, "---"])


_ABOUT = """\
Every item is a question with an answer and a machine-checked proof. The answer follows from what the prompt states,
and from that alone: `entailed` means that the statement follows, `refuted` that it contradicts what is stated or is
about something that is stated completely and isn't found there, `unknown` that it could be true and could be false, and
then two models show it. Difficulty is measured on the shortest proof."""

_LOADING = """\
## Loading

```python
from datasets import load_dataset

dataset = load_dataset("path/to/this/folder", {config})
```

`workbench verify path/to/this/folder` checks every file, every proof and every answer again."""

_FILES = """\
## Files

- `data/`: the tables of each split, for training.
- `items/`: the same items complete, as canonical JSON lines, with context, proof, models and provenance.
- `theories/`: the rules of each item, by digest: a file for each, or, where there are very many, lines of
  `theories/<first two digits>.jsonl`.
- `prefixes.json`, `wording.json`: how terms and sentences are written.
- `scorer.py`: scores answers and checks each step of a proof, with Python's standard library alone:
  `python scorer.py . answers.jsonl`.
- `manifest.json`: counts, rejections, leakage and the SHA-256 of every file; `report.html` shows them.
- `croissant.json`: the same description for machines."""


def _make_counts(tally: Tally) -> str:
    splits = [split for split, _ in tally.splits]
    counts = tally.count_by("level", "level_name", "task", "status", "split")
    rows = []
    for level, name, task, status in dict.fromkeys(key[:4] for key in counts):
        numbers = [counts.get((level, name, task, status, split), 0) for split in splits]
        rows.append((f"{level} {name}", str(task), str(status), *map(str, numbers)))
    rows.append(("all", "", "", *(str(count) for _, count in tally.splits)))
    return _make_table(("level", "task", "status", *splits), rows)


def _make_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(_escape(cell) for cell in line)} |" for line in lines)


def _escape(cell: str) -> str:
    return escape(cell, quote=False).replace("\\", "\\\\").replace("|", "\\|").replace("\n", " ")


def _make_origin(head: Mapping[str, Any], manifest_head: Mapping[str, Any]) -> str:
    lines = [f"- Domain: {head['domain']}"] if head.get("domain") else []
    lines.append(f"- Licence of the knowledge it is made from: {head.get('licence') or 'not stated'}")
    lines.append(f"- Seed: {manifest_head.get('seed', 'none')}")
    lines += [f"- `{path}`: `{digest}`" for path, digest in sorted(manifest_head.get("inputs", {}).items())]
    return "\n".join(lines)
