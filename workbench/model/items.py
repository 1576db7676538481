"""Items as JSON: their canonical text, digests, compact terms, and a strict check of the contract (docs/items.md)."""

from __future__ import annotations

import json
import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import lru_cache
from hashlib import sha256
from importlib.resources import files
from typing import Any, Literal

from workbench.model.schema import Schema
from workbench.model.shared_json import write_json
from workbench.model.terms import Term, is_blank, is_iri, is_literal, is_variable

__all__ = [
    "ITEM_SCHEMA",
    "QUERY_KINDS",
    "SCHEMA_VERSION",
    "Evidence",
    "canonical_json",
    "check_item",
    "compact_term",
    "compute_item_id",
    "digest_json",
    "expand_term",
    "load_item_schema",
]

SCHEMA_VERSION = 1
"""Version of the item and of the dataset folder; a reader refuses what it doesn't know."""
ITEM_SCHEMA = "item.schema.json"
"""The JSON Schema (draft 2020-12) of an item, beside this module."""

Evidence = Literal["status", "options", "answers", "proof", "conflict", "witness", "puzzle"]
"""Where an item's evidence stands: with its status, with each option, in one run of steps for all answers, in one
proof, in a proof of a contradiction, with facts on which rules differ, or in
one run of steps on what the clues of a puzzle say."""
QUERY_KINDS: Mapping[str, Evidence] = {
    "holds": "status", "subsumes": "status",
    "options": "options", "abduce": "options", "diff": "options", "induce": "options",
    "verbalise": "options",
    "select": "answers", "recall": "answers", "count": "answers", "compare": "answers", "value": "answers",
    "prove": "proof", "step": "proof",
    "conflict": "conflict",
    "equivalent": "witness",
    "puzzle": "puzzle",
}  # fmt: skip
"""The kinds of query, and what evidence an item of each has."""

_IDENTIFYING = ("question", "answer", "context", "theory", "query")
_PREFIX = re.compile(r"(?:[A-Za-z](?:[A-Za-z0-9_.-]*[A-Za-z0-9_-])?)?\Z")
_LOCAL = re.compile(r"[A-Za-z0-9_][A-Za-z0-9_.-]*\Z")


def canonical_json(value: object) -> str:
    """Return the one text of a JSON value: keys sorted, no spaces, no escapes but the necessary ones.

    Raises ValueError for NaN and infinities, TypeError for what is no JSON value.
    """
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)


def digest_json(value: object) -> str:
    """Return the hexadecimal SHA-256 of a value's canonical JSON (64 digits)."""
    return sha256(canonical_json(value).encode()).hexdigest()


def compute_item_id(item: Mapping[str, Any]) -> str:
    """Return an item's id, 32 hexadecimal digits over what is asked and answered.

    Provenance, seed, split and versions take no part: the same item has the same id in every dataset.
    """
    identifying = {key: item[key] for key in _IDENTIFYING}
    # What was read from a file shares no parts with other items, and is written faster as a whole.
    text = canonical_json(identifying) if item["context"].__class__ is list else write_json(identifying)
    return sha256(text.encode()).hexdigest()[:32]


def compact_term(term: Term, prefixes: Mapping[str, str]) -> str:
    """Return an IRI as prefixed name where that expands back, else the N-Triples term.

    ``prefixes`` are namespace IRIs (no angle brackets) by prefix without colon. The longest namespace wins, then the
    first prefix in order.
    """
    if not is_iri(term):
        return term
    iri, best = term[1:-1], ""
    for prefix, namespace in prefixes.items():
        if iri.startswith(namespace) and _PREFIX.match(prefix) and _LOCAL.match(iri, len(namespace)):
            name = f"{prefix}:{iri[len(namespace) :]}"
            if not best or (len(name) - len(prefix), prefix) < (len(best) - best.index(":"), best[: best.index(":")]):
                best = name
    return best or term


def expand_term(text: str, prefixes: Mapping[str, str]) -> Term:
    """Undo :func:`compact_term`; terms and variables come back unchanged.

    Raises ValueError for an unknown prefix and for what is neither a term nor a prefixed name.
    """
    if is_iri(text) or is_literal(text) or is_blank(text) or is_variable(text):
        return text
    prefix, colon, local = text.partition(":")
    if not colon or not _LOCAL.match(local):
        raise ValueError(f"{text!r} is neither a term nor a prefixed name")
    if prefix not in prefixes:
        raise ValueError(f"the prefix of {text!r} is not known")
    return f"<{prefixes[prefix]}{local}>"


@lru_cache(maxsize=1)
def load_item_schema() -> dict[str, Any]:
    """Return the JSON Schema of an item."""
    text = files("workbench.model").joinpath(ITEM_SCHEMA).read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


@lru_cache(maxsize=1)
def _compile_schema() -> Schema:
    return Schema(load_item_schema())


def check_item(item: object) -> list[str]:
    """Return everything in which an item breaks the contract, each as ``place: problem``; empty when nothing.

    The schema is checked first; only where it holds are the parts compared with each other: ids, references
    between steps and context, evidence and status.
    """
    problems = _compile_schema().find_problems(item)
    if problems or not isinstance(item, Mapping):
        return problems
    return [*_check_parts(item)]


def _check_parts(item: Mapping[str, Any]) -> Iterator[str]:
    if item["id"] != compute_item_id(item):
        yield "id: is not the digest of the content"
    if item.get("group", {}).get("of") == item["id"]:
        yield "group: an item is no variant of itself"
    context, kind, status = item["context"], item["query"]["kind"], item["status"]
    if [entry["id"] for entry in context] != [f"c{number}" for number in range(1, len(context) + 1)]:
        yield "context: ids are not c1, c2 and so on"
    if (item["facts"] is None) == (item["given"] == "none"):
        yield "facts: a digest belongs to closed-book items, and only to them"
    if item["given"] == "none" and any(entry["shown"] for entry in context):
        yield "context: a closed-book item shows nothing"
    form = QUERY_KINDS[kind]
    if (form == "status") != (status is not None):
        yield "status: belongs to queries for a status and only to them"
    if (form == "options") != bool(item["options"]):
        yield "options: belong to queries with options and only to them"
    known = {entry["id"]: entry["triple"] for entry in context}
    if form == "status":
        yield from _check_evidence("", item, status, item["query"]["triple"], known)
    elif form == "proof":
        yield from _check_evidence("", item, "entailed", item["query"]["triple"], known)
    elif form == "witness":
        yield from _check_witnesses(item, item["query"])
    else:
        if item["models"] is not None:
            yield "models: belong to a status"
        if form == "conflict":
            if not item["proof"] or item["proof"][-1]["conclusion"] != "false":
                yield "proof: does not end with false"
            if not known.keys() >= {*item["query"]["facts"]}:
                yield "query.facts: names what is not in the context"
        added = {f"a{number}" for number in range(1, 10)} if form in ("options", "puzzle") else set()
        yield from _check_steps("proof", item["proof"], {*known, *added}, assumed=False)
    for number, option in enumerate(item["options"]):
        place = f"options[{number}].evidence."
        goal = item["query"].get("triple", option["atom"])
        yield from _check_evidence(place, option["evidence"], option["status"], goal, known, added=kind != "options")


def _check_witnesses(item: Mapping[str, Any], query: Mapping[str, Any]) -> Iterator[str]:
    """Check the proof on the rule's own facts, and the two judgements of each near rule's."""
    if item["context"]:
        yield "context: belongs to what is stated, and a formula is asked for without any"
    if (query["direction"] == "query") != ("vars" in query):
        yield "query.vars: belong to the direction 'query' and only to it"
    yield from _check_evidence("", item, "entailed", query["triple"], {}, added=True)
    for number, near in enumerate(query["near"]):
        place = f"query.near[{number}].judged"
        if [one["status"] for one in near["judged"]].count("entailed") != 1:
            yield f"{place}: the rules do not differ"
        for one in near["judged"]:
            yield from _check_evidence(f"{place}.", one["evidence"], one["status"], near["triple"], {}, added=True)


def _check_evidence(
    place: str,
    evidence: Mapping[str, Any],
    status: str,
    goal: Sequence[str],
    known: Mapping[str, Sequence[str]],
    *,
    added: bool = False,
) -> Iterator[str]:
    """Check that the evidence is of the kind that the status needs; with ``added`` facts may have been added."""
    steps = evidence["proof"]
    if (status == "unknown") != (evidence["models"] is not None):
        yield f"{place}models: belong to the status 'unknown' and only to it"
    if status == "unknown" and steps:
        yield f"{place}proof: what is unknown has none"
    if status == "entailed" and (steps[-1]["conclusion"] if steps else goal) != goal:
        yield f"{place}proof: does not end with the statement"
    if status == "entailed" and not steps and goal not in known.values() and not added:
        yield f"{place}proof: is empty, but the statement is not stated"
    ids = {*known, *(f"a{number}" for number in range(1, 10) if added)}
    yield from _check_steps(f"{place}proof", steps, ids, assumed=status == "refuted")


def _check_steps(
    place: str, steps: Sequence[Mapping[str, Any]], known: Collection[str], *, assumed: bool
) -> Iterator[str]:
    if [step["step"] for step in steps] != [*range(1, len(steps) + 1)]:
        yield f"{place}: steps are not numbered 1, 2 and so on"
    available = {*known, "assume"} if assumed else {*known}
    for number, step in enumerate(steps, start=1):
        for premise in step["premises"]:
            if premise not in available:
                yield f"{place}[{number - 1}].premises: {premise} is neither in the context nor an earlier step"
        available.add(f"s{number}")
