"""The part of JSON Schema (draft 2020-12) that Workbench's own schemas use, judged without a library.

Files are written and read with nothing but the standard library; a test holds this beside the reference
implementation. A schema is compiled to closures once, since every item of a dataset is judged; and twice: to tests that
only say yes or no, which is all that most values need, and to judges that say what is wrong and where. What items share
(:mod:`workbench.model.shared_json`) is tested once.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from typing import Any

from workbench.model.shared_json import SharedList, SharedObject, write_json

__all__ = ["KEYWORDS", "Schema"]

KEYWORDS = frozenset(
    "$schema $id $defs $ref title description type enum const pattern minLength minimum required properties "
    "additionalProperties propertyNames items minItems maxItems uniqueItems oneOf".split()
)
"""What a schema may use; another keyword is a mistake in the schema, and raises ValueError."""

_Place = tuple[Any, ...]
"""Where a value stands: the place of its owner and its key or index; written out only for a problem."""
_Judge = Callable[[Any, _Place, list[tuple[_Place, str]]], None]
_Test = Callable[[Any], bool]
_REMEMBERED, _SHORT = 20_000, 100
"""So many texts that match are remembered for a pattern, if they are shorter than this: the same terms come again."""
_PLANNED = 1000
"""For so many lists of keys a schema remembers which value is tested by what."""
_TYPES: dict[str, type] = {
    "object": dict,
    "array": list,
    "string": str,
    "integer": int,
    "boolean": bool,
    "null": type(None),
}


class Schema:
    """A compiled schema. Raises ValueError for keywords that are not in :data:`KEYWORDS`."""

    def __init__(self, schema: Mapping[str, Any]) -> None:
        self._definitions: dict[str, _Judge] = {}
        self._tests: dict[str, _Test] = {}
        for name, definition in schema.get("$defs", {}).items():
            self._definitions[name] = self._compile(definition)
            self._tests[name] = self._compile_test(definition)
        self._judge = self._compile(schema)
        self._accepts = self._compile_test(schema)

    def find_problems(self, value: object) -> list[str]:
        """Return everything in which a JSON value breaks the schema, each as ``place: problem``."""
        if self._accepts(value):
            return []
        problems: list[tuple[_Place, str]] = []
        self._judge(value, (), problems)
        return [f"{_write_place(place) or 'value'}: {problem}" for place, problem in problems]

    def _compile(self, schema: Mapping[str, Any]) -> _Judge:
        if not schema.keys() <= KEYWORDS:
            raise ValueError(f"schema keywords that are not known: {sorted(schema.keys() - KEYWORDS)}")
        parts: list[_Judge] = []
        if "$ref" in schema:
            parts.append(self._refer(schema["$ref"].removeprefix("#/$defs/")))
        if "oneOf" in schema:
            parts.append(_compile_choice([self._compile(choice) for choice in schema["oneOf"]]))
        if "enum" in schema:
            parts.append(_compile_enumeration(schema["enum"], f"must be one of {', '.join(map(str, schema['enum']))}"))
        if "const" in schema:
            parts.append(_compile_enumeration([schema["const"]], f"must be {schema['const']!r}"))
        if schema.keys() & {"minLength", "pattern"}:
            parts.append(_compile_string(schema))
        if "minimum" in schema:
            parts.append(_compile_minimum(schema["minimum"]))
        if schema.keys() & {"items", "minItems", "maxItems", "uniqueItems"}:
            parts.append(self._compile_array(schema))
        if schema.keys() & {"required", "properties", "additionalProperties", "propertyNames"}:
            parts.append(self._compile_object(schema))
        judge = parts[0] if len(parts) == 1 else _combine(parts)
        return _compile_type(schema["type"], judge) if "type" in schema else judge

    def _refer(self, name: str) -> _Judge:
        definitions = self._definitions
        if name in definitions:
            return definitions[name]

        def judge(value: Any, place: _Place, problems: list[tuple[_Place, str]]) -> None:
            definitions[name](value, place, problems)  # defined later, or the one that refers to itself

        return judge

    def _compile_array(self, schema: Mapping[str, Any]) -> _Judge:
        inner = self._compile(schema["items"]) if "items" in schema else None
        least, most, unique = schema.get("minItems", 0), schema.get("maxItems"), schema.get("uniqueItems", False)

        def judge(value: Any, place: _Place, problems: list[tuple[_Place, str]]) -> None:
            if not isinstance(value, list):
                return
            if len(value) < least:
                problems.append((place, f"must have at least {least} entries"))
            if most is not None and len(value) > most:
                problems.append((place, f"must have at most {most} entries"))
            if unique and not _are_distinct(value):
                problems.append((place, "must not have the same entry twice"))
            if inner is not None:
                for position, entry in enumerate(value):
                    inner(entry, (place, position), problems)

        return judge

    def _compile_object(self, schema: Mapping[str, Any]) -> _Judge:
        properties = {key: self._compile(inner) for key, inner in schema.get("properties", {}).items()}
        required = tuple(schema.get("required", ()))
        names = self._compile(schema["propertyNames"]) if "propertyNames" in schema else None
        closed = schema.get("additionalProperties") is False
        other = (
            self._compile(schema["additionalProperties"]) if not closed and "additionalProperties" in schema else None
        )

        def judge(value: Any, place: _Place, problems: list[tuple[_Place, str]]) -> None:
            if not isinstance(value, dict):
                return
            for key in required:
                if key not in value:
                    problems.append((place, f"{key!r} is missing"))
            for key, entry in value.items():
                inner = properties.get(key, other)
                if names is not None:
                    names(key, (place, key), problems)
                if inner is not None:
                    inner(entry, (place, key), problems)
                elif closed:
                    problems.append(((place, key), "is not known"))

        return judge

    # ---- yes or no

    def _compile_test(self, schema: Mapping[str, Any]) -> _Test:
        """Compile a schema whose keywords are known."""
        tests: list[_Test] = []
        named = schema.get("type", "")
        if "$ref" in schema:
            tests.append(self._refer_test(schema["$ref"].removeprefix("#/$defs/")))
        if "oneOf" in schema:
            choices = [self._compile_test(choice) for choice in schema["oneOf"]]
            tests.append(_test_tagged(schema["oneOf"], choices) or _test_choice(choices))
        if "enum" in schema:
            tests.append(_test_enumeration(schema["enum"]))
        if "const" in schema:
            tests.append(_test_enumeration([schema["const"]]))
        if schema.keys() & {"minLength", "pattern"}:
            tests.append(_test_string(schema, named != "string"))
        if "minimum" in schema:
            tests.append(_test_minimum(schema["minimum"]))
        if schema.keys() & {"items", "minItems", "maxItems", "uniqueItems"}:
            tests.append(self._test_array(schema, named != "array"))
        if schema.keys() & {"required", "properties", "additionalProperties", "propertyNames"}:
            tests.append(self._test_object(schema, named != "object"))
        if named and not (named in ("string", "array", "object") and tests):
            tests.insert(0, _test_type(named))
        if not tests:
            return lambda _: True
        if len(tests) == 1:
            return tests[0]
        if len(tests) == 2:
            first, second = tests
            return lambda value: first(value) and second(value)
        return lambda value: all(test(value) for test in tests)

    def _refer_test(self, name: str) -> _Test:
        tests = self._tests
        return tests[name] if name in tests else lambda value: tests[name](value)

    # What follows tests values of one type; ``otherwise`` is the verdict on those of another.

    def _test_array(self, schema: Mapping[str, Any], otherwise: bool) -> _Test:
        inner = self._compile_test(schema["items"]) if "items" in schema else None
        least, most, unique = schema.get("minItems", 0), schema.get("maxItems"), schema.get("uniqueItems", False)
        known: dict[int, object] = {}  # entries that are shared and fit, by identity

        def test(value: Any) -> bool:
            if not isinstance(value, list):
                return otherwise
            is_shared = value.__class__ is SharedList
            if is_shared and test in value.accepted:  # type: ignore[attr-defined]
                return True
            if len(value) < least or (most is not None and len(value) > most):
                return False
            if unique and len(value) > 1 and not _are_distinct(value):
                return False
            if inner is not None and not all(map(known.__contains__, map(id, value))):
                for entry in value:
                    if not inner(entry):
                        return False
                    if entry.__class__ is SharedList or entry.__class__ is SharedObject:
                        known[id(entry)] = entry
                if len(known) > _REMEMBERED:
                    known.clear()
            if is_shared:
                value.accepted += (test,)  # type: ignore[attr-defined]
            return True

        return test

    def _test_object(self, schema: Mapping[str, Any], otherwise: bool) -> _Test:
        properties = {key: self._compile_test(inner) for key, inner in schema.get("properties", {}).items()}
        required = frozenset(schema.get("required", ()))
        names = self._compile_test(schema["propertyNames"]) if "propertyNames" in schema else None
        closed = schema.get("additionalProperties") is False
        extra = schema.get("additionalProperties", True)
        other = self._compile_test(extra) if isinstance(extra, Mapping) else None
        plans: dict[tuple[Any, ...], list[_Test] | None] = {}  # by the keys of an object: tests of its values

        def plan(keys: tuple[Any, ...]) -> list[_Test] | None:
            """Return the tests for the values of these keys in their order; None when no object may have the keys."""
            found: list[_Test] | None = None
            if (required.issubset(keys) and not (closed and not properties.keys() >= {*keys})) and (
                names is None or all(map(names, keys))
            ):
                found = [properties.get(key, other) or _accept for key in keys]
            if len(plans) >= _PLANNED:
                plans.clear()
            plans[keys] = found
            return found

        def test(value: Any) -> bool:
            if not isinstance(value, dict):
                return otherwise
            is_shared = value.__class__ is SharedObject
            if is_shared and test in value.accepted:  # type: ignore[attr-defined]
                return True
            keys = tuple(value)
            tests = plans[keys] if keys in plans else plan(keys)
            if tests is None:
                return False
            for inner, entry in zip(tests, value.values(), strict=True):
                if not inner(entry):
                    return False
            if is_shared:
                value.accepted += (test,)  # type: ignore[attr-defined]
            return True

        return test


def _accept(value: Any) -> bool:
    """Accept any value."""
    return True


def _are_distinct(values: Sequence[Any]) -> bool:
    if all(value.__class__ is SharedList for value in values):
        return len({value.text or write_json(value) for value in values}) == len(values)
    if all(isinstance(value, str) for value in values):
        return len(set(values)) == len(values)
    return len({write_json(value) for value in values}) == len(values)


def _test_type(names: str | list[str]) -> _Test:
    listed = [names] if isinstance(names, str) else names
    types = tuple(_TYPES[name] for name in listed)
    if "boolean" in listed or "integer" not in listed:
        return lambda value: isinstance(value, types)
    return lambda value: isinstance(value, types) and value is not True and value is not False


def _test_enumeration(choices: Sequence[Any]) -> _Test:
    if all(isinstance(choice, str) for choice in choices):
        known = frozenset(choices)
        return lambda value: isinstance(value, str) and value in known

    def test(value: Any) -> bool:
        return any(value == choice and isinstance(value, bool) == isinstance(choice, bool) for choice in choices)

    return test


def _test_string(schema: Mapping[str, Any], otherwise: bool) -> _Test:
    least, pattern = schema.get("minLength", 0), schema.get("pattern", "")
    if not pattern:
        return lambda value: len(value) >= least if isinstance(value, str) else otherwise
    search = _compile_pattern(pattern)
    matching: set[str] = set()

    def test(value: Any) -> bool:
        if not isinstance(value, str):
            return otherwise
        if value in matching:
            return True
        if len(value) < least or search(value) is None:
            return False
        if len(value) < _SHORT:
            if len(matching) >= _REMEMBERED:
                matching.clear()
            matching.add(value)
        return True

    return test


def _test_minimum(least: int) -> _Test:
    return lambda value: not isinstance(value, int) or isinstance(value, bool) or value >= least


def _test_choice(choices: Sequence[_Test]) -> _Test:
    def test(value: Any) -> bool:
        fitting = 0
        for choice in choices:
            fitting += choice(value)
        return fitting == 1

    return test


def _test_tagged(schemas: Sequence[Mapping[str, Any]], choices: Sequence[_Test]) -> _Test | None:
    """Return the test of forms that one member tells apart: all have it, no two with the same text. None for others."""
    first = schemas[0]
    for name in first.get("required", ()):
        forms = [schema.get("properties", {}).get(name, {}) for schema in schemas]
        tags = [[form["const"]] if "const" in form else form.get("enum", []) for form in forms]
        listed = [tag for own in tags for tag in own]
        is_told = all(tags) and all(isinstance(tag, str) for tag in listed) and len(set(listed)) == len(listed)
        if is_told and all(s.get("type") == "object" and name in s.get("required", ()) for s in schemas):
            return _choose_by_tag(name, {tag: test for own, test in zip(tags, choices, strict=True) for tag in own})
    return None


def _choose_by_tag(name: str, tests: Mapping[str, _Test]) -> _Test:
    def test(value: Any) -> bool:
        tag = value.get(name) if isinstance(value, dict) else None
        return isinstance(tag, str) and tag in tests and tests[tag](value)

    return test


def _compile_pattern(pattern: str) -> Callable[[str], object]:
    # In JSON Schema, as in ECMAScript, $ is the end and not also the place before a final line feed.
    return re.compile(pattern[:-1] + r"\Z" if pattern.endswith("$") else pattern).search


def _combine(parts: Sequence[_Judge]) -> _Judge:
    def judge(value: Any, place: _Place, problems: list[tuple[_Place, str]]) -> None:
        for part in parts:
            part(value, place, problems)

    return judge


def _compile_type(names: str | list[str], inner: _Judge) -> _Judge:
    listed = [names] if isinstance(names, str) else names
    types = tuple(_TYPES[name] for name in listed)
    truth = "boolean" in listed

    def judge(value: Any, place: _Place, problems: list[tuple[_Place, str]]) -> None:
        # True is an int to Python and no integer to JSON.
        if isinstance(value, types) and (truth or (value is not True and value is not False)):
            inner(value, place, problems)
        else:
            problems.append((place, f"must be {' or '.join(listed)}"))

    return judge


def _compile_enumeration(choices: Sequence[Any], message: str) -> _Judge:
    def judge(value: Any, place: _Place, problems: list[tuple[_Place, str]]) -> None:
        if not any(value == choice and isinstance(value, bool) == isinstance(choice, bool) for choice in choices):
            problems.append((place, message))

    return judge


def _compile_string(schema: Mapping[str, Any]) -> _Judge:
    least, pattern = schema.get("minLength", 0), schema.get("pattern", "")
    search = _compile_pattern(pattern)

    def judge(value: Any, place: _Place, problems: list[tuple[_Place, str]]) -> None:
        if not isinstance(value, str):
            return
        if len(value) < least:
            problems.append((place, "must not be empty"))
        if pattern and search(value) is None:
            problems.append((place, f"must match {pattern}"))

    return judge


def _compile_minimum(least: int) -> _Judge:
    def judge(value: Any, place: _Place, problems: list[tuple[_Place, str]]) -> None:
        if isinstance(value, int) and not isinstance(value, bool) and value < least:
            problems.append((place, f"must be at least {least}"))

    return judge


def _compile_choice(choices: Sequence[_Judge]) -> _Judge:
    """Compile ``oneOf``; when nothing fits, the problems of the choice that comes closest are told."""

    def judge(value: Any, place: _Place, problems: list[tuple[_Place, str]]) -> None:
        found: list[list[tuple[_Place, str]]] = []
        for choice in choices:
            inner: list[tuple[_Place, str]] = []
            choice(value, place, inner)
            found.append(inner)
        fitting = found.count([])
        if fitting > 1:
            problems.append((place, "fits more than one of the forms"))
        elif not fitting:
            # A problem deeper inside means that the form was the right one.
            closest: list[tuple[_Place, str]] = max(found, key=_rate_closeness)
            problems += closest

    return judge


def _rate_closeness(problems: list[tuple[_Place, str]]) -> tuple[int, int]:
    return max(len(_write_place(place)) for place, _ in problems), -len(problems)


def _write_place(place: _Place) -> str:
    if not place:
        return ""
    owner, key = place
    before = _write_place(owner)
    if isinstance(key, int):
        return f"{before}[{key}]"
    return f"{before}.{key}" if before else str(key)
