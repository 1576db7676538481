"""JSON values that many items hold: written once, and judged once by each schema.

An item's context, its models and the triples in them are those of its case. Such a part is one value wherever it
stands, and nobody changes it; so its text and the verdict on it are found with it.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from contextlib import suppress
from json.encoder import encode_basestring
from typing import Any

__all__ = ["SharedList", "SharedObject", "write_json"]


class SharedList(list[Any]):
    """A list that nobody changes; ``text`` is its canonical JSON, ``accepted`` the tests of schemas that it passed."""

    __slots__ = ("accepted", "text")

    def __init__(self, entries: Iterable[Any] = ()) -> None:
        super().__init__(entries)
        self.accepted: tuple[object, ...] = ()
        self.text = ""


class SharedObject(dict[str, Any]):
    """An object that nobody changes; ``text`` is its canonical JSON, ``accepted`` the tests that it passed."""

    __slots__ = ("_line", "accepted", "text")

    def __init__(self, members: Mapping[str, Any]) -> None:
        super().__init__(members)
        self.accepted: tuple[object, ...] = ()
        self.text = ""
        self._line = b""

    @property
    def line(self) -> bytes:
        """The object as a line of a file, one value wherever it is asked for."""
        if not self._line:
            self._line = write_json(self).encode() + b"\n"
        return self._line


_MEMBERS: dict[tuple[str, ...], list[tuple[str, str]]] = {}
"""The keys of objects written lately in their order, each as it is written."""
_MOST_MEMBERS = 4096


def _write_list(value: list[Any]) -> str:
    if value and value[0].__class__ is SharedList:
        with suppress(AttributeError):  # something else stands among what is shared
            return f"[{','.join([entry.text or write_json(entry) for entry in value])}]"
    return f"[{','.join(map(write_json, value))}]"


def _write_object(value: dict[str, Any]) -> str:
    keys = tuple(value)
    members = _MEMBERS.get(keys)
    if members is None:
        if len(_MEMBERS) >= _MOST_MEMBERS:
            _MEMBERS.clear()
        members = _MEMBERS[keys] = [(key, f"{encode_basestring(key)}:") for key in sorted(keys)]
    return f"{{{','.join([name + write_json(value[key]) for key, name in members])}}}"


def _write_shared_list(value: SharedList) -> str:
    if not value.text:
        value.text = _write_list(value)
    return value.text


def _write_shared_object(value: SharedObject) -> str:
    if not value.text:
        value.text = _write_object(value)
    return value.text


def _write_truth(value: bool) -> str:
    return "true" if value else "false"


_WRITERS: Mapping[type, Any] = {
    str: encode_basestring,
    list: _write_list,
    dict: _write_object,
    SharedList: _write_shared_list,
    SharedObject: _write_shared_object,
    bool: _write_truth,
    int: int.__repr__,
    type(None): lambda _: "null",
}


def write_json(value: object) -> str:
    """Return the canonical JSON of a value whose objects have strings for keys (see ``items.canonical_json``).

    Raises ValueError for NaN and infinities, TypeError for what is no JSON value.
    """
    if value.__class__ is str:
        return encode_basestring(value)
    write = _WRITERS.get(value.__class__)
    if write is None:
        return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False, allow_nan=False)
    text: str = write(value)
    return text
