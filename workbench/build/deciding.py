"""What decides the items of a build, as digests: equal digests mean the same bytes, so that staged work may be used.

Workers are given the material and nothing else, so a digest of the material covers knowledge, curriculum, wording and
seed; the program and the libraries are the rest.
"""

from __future__ import annotations

import pickle
import platform
from collections.abc import Callable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import fields, is_dataclass
from functools import lru_cache
from hashlib import sha256
from importlib.metadata import version
from operator import itemgetter
from pathlib import Path

from workbench.generation.selection.blocks import Material

__all__ = ["LIBRARIES", "compute_fingerprint", "digest_program", "digest_value", "list_libraries"]

LIBRARIES = ("jinja2", "numpy", "pyarrow", "pyoxigraph", "pyshacl", "z3-solver")
_DATA = (".py", ".json", ".yaml", ".lp")


def list_libraries() -> dict[str, str]:
    """Return the versions of the libraries that items are made with, by name."""
    return {name: version(name) for name in LIBRARIES}


def compute_fingerprint(material: Material) -> dict[str, str]:
    """Return a digest for each of what decides the items, by what it is called in a sentence."""
    # What rules are compared by is not all that items say of them.
    notes = [(rule.name, rule.kind, rule.provenance.reviewers) for rule in material.theory.rules]
    return {
        "knowledge, curriculum or seed": digest_value((material, notes)),
        "code of Workbench": digest_program(),
        "libraries": digest_value({**list_libraries(), "python": platform.python_version()}),
    }


@lru_cache(maxsize=1)
def digest_program() -> str:
    """Return the digest of the package's own files."""
    root = Path(__file__).resolve().parent.parent
    digest = sha256()
    for path in sorted(root.rglob("*")):
        if path.suffix in _DATA and path.is_file():
            digest.update(path.relative_to(root).as_posix().encode() + b"\0")
            digest.update(sha256(path.read_bytes()).digest())
    return digest.hexdigest()


def digest_value(value: object) -> str:
    """Return the digest of a value made of dataclasses, collections, texts, numbers and named functions.

    Sets count by their members, dataclasses by the fields that they are compared by. Whatever else it holds counts by
    its pickled form; should that differ between runs, work is done again and nothing worse.
    """
    digest = sha256()
    for part in _iterate_parts(value):
        digest.update(b"%d:" % len(part))
        digest.update(part)
    return digest.hexdigest()


def _iterate_parts(value: object) -> Iterator[bytes]:
    if value is None or isinstance(value, str | int | float):
        yield f"{type(value).__name__} {value}".encode()
    elif isinstance(value, bytes):
        yield b"bytes"
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        yield type(value).__qualname__.encode()
        for one in fields(value):
            if one.compare:
                yield one.name.encode()
                yield from _iterate_parts(getattr(value, one.name))
    elif isinstance(value, Mapping):
        yield b"mapping %d" % len(value)
        for digest, entry in sorted(((digest_value(key), entry) for key, entry in value.items()), key=itemgetter(0)):
            yield digest.encode()
            yield from _iterate_parts(entry)
    elif isinstance(value, AbstractSet):
        yield b"set %d" % len(value)
        yield from sorted(digest_value(member).encode() for member in value)
    elif isinstance(value, tuple | list):
        yield b"%s %d" % (type(value).__qualname__.encode(), len(value))
        for entry in value:
            yield from _iterate_parts(entry)
    elif isinstance(value, Callable) and hasattr(value, "__qualname__"):  # type: ignore[arg-type]
        yield f"function {value.__module__}.{value.__qualname__}".encode()
    else:
        yield pickle.dumps(value)
