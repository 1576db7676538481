"""Shared JSON: the same text as the canonical one, and verdicts that are those of plain values."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from workbench.model.items import canonical_json
from workbench.model.schema import Schema
from workbench.model.shared_json import SharedList, SharedObject, write_json

_SCALARS = st.none() | st.booleans() | st.integers() | st.text() | st.floats(allow_nan=False, allow_infinity=False)
_VALUES = st.recursive(
    _SCALARS, lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4), max_leaves=20
)


def share(value: Any) -> Any:
    """Return an equal value whose lists and objects are all shared."""
    if isinstance(value, list):
        return SharedList(map(share, value))
    if isinstance(value, dict):
        return SharedObject({key: share(entry) for key, entry in value.items()})
    return value


@given(_VALUES)
def test_text_is_canonical(value: Any) -> None:
    shared = share(value)
    assert write_json(value) == write_json(shared) == write_json(shared) == canonical_json(value)
    assert shared == value and canonical_json(shared) == canonical_json(value)


def test_mixed_list_is_written() -> None:
    triples = [SharedList(["a", "b", "c"]), "false", ["x"]]
    assert write_json(triples) == '[["a","b","c"],"false",["x"]]'
    shared = SharedObject({"b": 1, "a": triples})
    assert shared.line == b'{"a":[["a","b","c"],"false",["x"]],"b":1}\n'
    assert shared.line is shared.line


def test_verdicts_on_shared_values_are_per_schema() -> None:
    texts = {"type": "array", "items": {"type": "array", "items": {"type": "string"}, "minItems": 2}}
    short = {"type": "array", "items": {"type": "array", "items": {"type": "string"}, "maxItems": 1}}
    good, bad = SharedList(["a", "b"]), SharedList(["a"])
    for _ in range(2):
        assert Schema(texts).find_problems([good, good]) == []
        assert Schema(short).find_problems([good]) != []
        schema = Schema(texts)
        assert schema.find_problems(SharedList([good])) == []
        assert schema.find_problems([good, bad]) == ["[1]: must have at least 2 entries"]
        assert schema.find_problems([good, bad, 1]) != []
        assert schema.find_problems([good]) == []


@given(st.lists(_VALUES, max_size=3))
def test_schema_judges_shared_values_as_plain_ones(values: list[Any]) -> None:
    inner = {"type": "object", "required": ["a"], "properties": {"a": {"type": "string"}}}
    schema = Schema(
        {"type": "array", "uniqueItems": True, "items": {"oneOf": [inner, {"type": "array", "items": inner}]}}
    )
    values = [*values, {"a": "x"}, [{"a": "y"}, {"a": 1}]]
    expected = schema.find_problems(values)
    shared = share(values)
    assert schema.find_problems(shared) == expected
    assert schema.find_problems(shared) == expected
    assert schema.find_problems([*shared]) == expected
