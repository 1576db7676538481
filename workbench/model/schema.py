"""The part of JSON Schema (draft 2020-12) that Workbench's own schemas use, judged without a library.

Files are written and read with nothing but the standard library; a test holds this beside the reference
implementation.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any

__all__ = ["KEYWORDS", "find_problems"]

KEYWORDS = frozenset(
    "$schema $id $defs $ref title description type enum const pattern minLength minimum required properties "
    "additionalProperties propertyNames items minItems maxItems uniqueItems oneOf".split()
)
"""What a schema may use; another keyword is a mistake in the schema, and raises ValueError."""

_TYPES: dict[str, type | tuple[type, ...]] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


def find_problems(value: object, schema: Mapping[str, Any]) -> list[str]:
    """Return everything in which a JSON value breaks a schema, each as ``place: problem``."""
    return [f"{place or 'value'}: {problem}" for place, problem in _iterate_problems(value, schema, schema, "")]


def _iterate_problems(
    value: object, schema: Mapping[str, Any], root: Mapping[str, Any], place: str
) -> Iterator[tuple[str, str]]:
    if not schema.keys() <= KEYWORDS:
        raise ValueError(f"schema keywords that are not known: {sorted(schema.keys() - KEYWORDS)}")
    if "$ref" in schema:
        yield from _iterate_problems(value, root["$defs"][schema["$ref"].removeprefix("#/$defs/")], root, place)
    if "oneOf" in schema:
        yield from _judge_choice(value, schema["oneOf"], root, place)
    if "type" in schema:
        types = schema["type"] if isinstance(schema["type"], list) else [schema["type"]]
        if not any(_is_of_type(value, name) for name in types):
            yield place, f"must be {' or '.join(types)}"
            return
    if "enum" in schema and not any(_is_same(value, choice) for choice in schema["enum"]):
        yield place, f"must be one of {', '.join(map(str, schema['enum']))}"
    if "const" in schema and not _is_same(value, schema["const"]):
        yield place, f"must be {schema['const']!r}"
    if isinstance(value, str):
        yield from _judge_string(value, schema, place)
    elif isinstance(value, int) and not isinstance(value, bool):
        if value < schema.get("minimum", value):
            yield place, f"must be at least {schema['minimum']}"
    elif isinstance(value, list):
        yield from _judge_array(value, schema, root, place)
    elif isinstance(value, dict):
        yield from _judge_object(value, schema, root, place)


def _is_same(first: object, second: object) -> bool:
    return first == second and isinstance(first, bool) == isinstance(second, bool)


def _is_of_type(value: object, name: str) -> bool:
    return isinstance(value, _TYPES[name]) and not (name == "integer" and isinstance(value, bool))


def _judge_choice(
    value: object, choices: list[Mapping[str, Any]], root: Mapping[str, Any], place: str
) -> Iterator[tuple[str, str]]:
    """Judge ``oneOf``; when nothing fits, the problems of the choice that comes closest are told."""
    found = [[*_iterate_problems(value, choice, root, place)] for choice in choices]
    fitting = found.count([])
    if fitting > 1:
        yield place, "fits more than one of the forms"
    elif not fitting:
        # A problem deeper inside means that the form was the right one.
        yield from max(found, key=lambda problems: (max(len(where) for where, _ in problems), -len(problems)))


def _judge_string(value: str, schema: Mapping[str, Any], place: str) -> Iterator[tuple[str, str]]:
    if len(value) < schema.get("minLength", 0):
        yield place, "must not be empty"
    if "pattern" in schema and not _compile(schema["pattern"]).search(value):
        yield place, f"must match {schema['pattern']}"


@lru_cache(maxsize=256)
def _compile(pattern: str) -> re.Pattern[str]:
    # In JSON Schema, as in ECMAScript, $ is the end and not also the place before a final line feed.
    return re.compile(pattern.removesuffix("$") + r"\Z" if pattern.endswith("$") else pattern)


def _judge_array(
    value: list[Any], schema: Mapping[str, Any], root: Mapping[str, Any], place: str
) -> Iterator[tuple[str, str]]:
    if len(value) < schema.get("minItems", 0):
        yield place, f"must have at least {schema['minItems']} entries"
    if len(value) > schema.get("maxItems", len(value)):
        yield place, f"must have at most {schema['maxItems']} entries"
    if schema.get("uniqueItems") and len({json.dumps(entry, sort_keys=True) for entry in value}) < len(value):
        yield place, "must not have the same entry twice"
    if "items" in schema:
        for position, entry in enumerate(value):
            yield from _iterate_problems(entry, schema["items"], root, f"{place}[{position}]")


def _judge_object(
    value: dict[str, Any], schema: Mapping[str, Any], root: Mapping[str, Any], place: str
) -> Iterator[tuple[str, str]]:
    properties = schema.get("properties", {})
    for key in schema.get("required", ()):
        if key not in value:
            yield place, f"{key!r} is missing"
    for key, entry in value.items():
        inner = f"{place}.{key}" if place else str(key)
        if "propertyNames" in schema:
            yield from _iterate_problems(key, schema["propertyNames"], root, inner)
        if key in properties:
            yield from _iterate_problems(entry, properties[key], root, inner)
        elif schema.get("additionalProperties") is False:
            yield inner, "is not known"
        elif isinstance(schema.get("additionalProperties"), dict):
            yield from _iterate_problems(entry, schema["additionalProperties"], root, inner)
