"""A difference as JSON; ``diff.schema.json`` beside this module describes it."""

from __future__ import annotations

import json
from collections.abc import Mapping
from importlib.resources import files
from typing import Any

from workbench.build.accounts import Account
from workbench.build.dataset_groups import ItemGroup
from workbench.build.differing.values import (
    Change,
    Consequence,
    Consistency,
    DatasetDifference,
    Difference,
    DomainDifference,
    Flip,
    Said,
)
from workbench.build.differing.verdict import list_breaks
from workbench.model.items import compact_term
from workbench.model.report import Location, Violation

__all__ = ["SCHEMA_VERSION", "format_json", "read_diff_schema", "write_difference"]

SCHEMA_VERSION = 1
_Prefixes = Mapping[str, str]


def format_json(difference: Difference) -> str:
    """Return a difference for machines, keys sorted."""
    return json.dumps(write_difference(difference), ensure_ascii=False, indent=2, sort_keys=True) + "\n"


def read_diff_schema() -> dict[str, Any]:
    """Return the JSON Schema (2020-12) of :func:`format_json`'s output."""
    schema = json.loads((files("workbench.build.differing") / "diff.schema.json").read_text(encoding="utf-8"))
    if not isinstance(schema, dict):
        raise TypeError("diff.schema.json is not an object")
    return schema


def write_difference(difference: Difference) -> dict[str, Any]:
    """Return a difference as JSON values."""
    return {
        "schema": SCHEMA_VERSION,
        "old": {"name": difference.old.name, "note": difference.old.note},
        "new": {"name": difference.new.name, "note": difference.new.note},
        "breaking": [{"code": o.code, "count": o.number, "text": o.text} for o in list_breaks(difference)],
        "settings": [_write_change(change) for change in difference.settings],
        "files": [_write_change(change) for change in difference.files],
        "domains": [_write_domain(domain) for domain in difference.domains],
        "datasets": [_write_dataset(dataset) for dataset in difference.datasets],
        "new_findings": [_write_finding(violation) for violation in difference.new_findings],
        "gone_findings": [_write_finding(violation) for violation in difference.gone_findings],
    }


def _write_domain(domain: DomainDifference) -> dict[str, Any]:
    prefixes = domain.prefixes
    before, after = domain.consistency
    return {
        "name": domain.name,
        "presence": domain.presence,
        "former_name": domain.former_name or None,
        "notes": list(domain.notes),
        "unreasoned": domain.unreasoned or None,
        "renamings": [
            {"old": r.old, "new": r.new, "kind": r.kind, "label": r.label, "score": r.score} for r in domain.renamings
        ],
        "names_gone": [{"name": term, "label": label} for term, label in domain.names_gone],
        "changes": [_write_change(change) for change in domain.changes],
        "lost": [_write_consequence(one, prefixes) for one in domain.lost],
        "gained": [_write_consequence(one, prefixes) for one in domain.gained],
        "consistency": {
            "before": _write_consistency(before, domain.unreasoned),
            "after": _write_consistency(after, domain.unreasoned),
            "contradiction": _write_account(after.contradiction, prefixes),
        },
        "flips": [_write_flip(flip) for flip in domain.flips],
        "new_findings": [_write_finding(violation) for violation in domain.new_findings],
        "gone_findings": [_write_finding(violation) for violation in domain.gone_findings],
    }


def _write_place(place: Location | None) -> dict[str, Any] | None:
    return None if place is None else {"path": place.path, "line": place.line, "column": place.column}


def _write_said(said: Said | None) -> dict[str, Any] | None:
    if said is None:
        return None
    return {"text": said.text, "formal": said.formal, "location": _write_place(said.location)}


def _write_change(change: Change) -> dict[str, Any]:
    return {
        "kind": change.kind,
        "action": change.action,
        "name": change.name,
        "old": _write_said(change.old),
        "new": _write_said(change.new),
        "certain": change.certain,
        "still_follows": change.still_follows,
    }


def _write_account(account: Account | None, prefixes: _Prefixes) -> dict[str, Any] | None:
    if account is None:
        return None
    return {"height": account.height, "lines": [line.to_json(prefixes) for line in account.lines]}


def _write_consequence(one: Consequence, prefixes: _Prefixes) -> dict[str, Any]:
    return {
        "triple": [compact_term(term, prefixes) for term in one.triple],
        "text": one.text,
        "causes": [
            {
                "what": cause.what,
                "happened": cause.happened,
                "name": cause.name or None,
                "text": cause.text,
                "location": _write_place(cause.location),
            }
            for cause in one.causes
        ],
        "proof": _write_account(one.account, prefixes),
    }


def _write_consistency(consistency: Consistency, unreasoned: str) -> bool | None:
    return None if unreasoned or not consistency.is_known else consistency.contradiction is None


def _write_flip(flip: Flip) -> dict[str, Any]:
    return {
        "kind": flip.kind,
        "name": flip.name,
        "text": flip.text,
        "before": flip.before,
        "after": flip.after,
        "worse": flip.is_worse,
        "why": flip.why,
        "location": _write_place(flip.location),
    }


def _write_finding(violation: Violation) -> dict[str, Any]:
    return {
        "code": violation.code,
        "severity": violation.severity,
        "message": violation.message,
        "location": _write_place(violation.location),
        "focus": violation.focus,
        "why": violation.why,
        "fix": violation.fix,
        "facts": list(violation.facts),
        "domain": violation.domain,
        "fingerprint": violation.fingerprint,
    }


def _write_dataset(dataset: DatasetDifference) -> dict[str, Any]:
    return {
        "path": dataset.path,
        "domain": dataset.domain,
        "items": dataset.items,
        "mended": dataset.mended,
        "note": dataset.note,
        "groups": [_write_group(group) for group in dataset.groups],
    }


def _write_group(group: ItemGroup) -> dict[str, Any]:
    return {
        "verdict": group.verdict,
        "code": group.cause.code,
        "name": group.cause.name,
        "why": group.cause.why,
        "location": _write_place(group.cause.location),
        "items": group.items,
        "splits": dict(group.splits),
        "examples": [
            {"location": _write_place(one.location), "item": one.item, "found": one.found} for one in group.examples
        ],
    }
