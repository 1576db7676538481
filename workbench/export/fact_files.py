"""Files of facts: all that closed-book items are about, as sorted N-Triples in gzip, named by their digest."""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from pathlib import Path

from workbench.errors import DatasetError
from workbench.generation.worlds.books import digest_facts
from workbench.model.terms import RDF_TYPE, Triple, is_literal

__all__ = ["name_facts", "read_facts_file"]

_MOST_BYTES = 64 * 2**20
"""Of a file, packed or unpacked."""
_MOST_FACTS = 100_000
_IRI = r"""<[^\x00-\x20<>"{}|^`\\]+>"""
_BLANK = r"_:[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*"
_LITERAL = (
    r"""\"(?:[^"\\\n\r]|\\[tbnrf"'\\]|\\u[0-9A-Fa-f]{4}|\\U00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})*\""""
    rf"(?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^{_IRI})?"
)
_LINE = re.compile(rf"({_IRI}|{_BLANK}) ({_IRI}) ({_IRI}|{_BLANK}|{_LITERAL}) \.")


def name_facts(digest: str) -> str:
    """Return the path of a file of facts."""
    return f"facts/{digest}.nt.gz"


def read_facts_file(folder: Path, digest: str) -> tuple[Triple, ...]:
    """Return the facts of a digest, sorted.

    Raises DatasetError when there is no such file, or it is too large, is no sorted N-Triples, or has another digest.
    """
    path = folder / name_facts(digest)
    if path.is_symlink() or not path.is_file():
        raise DatasetError(f"{name_facts(digest)}: is missing")
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise DatasetError(f"{name_facts(digest)}: is too large")
        with gzip.open(path, "rb") as stream:
            data = stream.read(_MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise DatasetError(f"{name_facts(digest)}: could not be read: {error}") from error
    if len(data) > _MOST_BYTES:
        raise DatasetError(f"{name_facts(digest)}: is too large when unpacked")
    try:
        text = data.decode()
    except UnicodeDecodeError as error:
        raise DatasetError(f"{name_facts(digest)}: is no UTF-8") from error
    facts = tuple(_read_lines(text, name_facts(digest)))
    if facts != tuple(sorted(set(facts))):
        raise DatasetError(f"{name_facts(digest)}: its lines are not in order, or one is there twice")
    if digest_facts(facts) != digest:
        raise DatasetError(f"{name_facts(digest)}: its content has the digest {digest_facts(facts)}")
    return facts


def _read_lines(text: str, name: str) -> Iterator[Triple]:
    if text and not text.endswith("\n"):
        raise DatasetError(f"{name}: its last line has no end")
    for number, line in enumerate(text.split("\n")[:-1], 1):
        match = _LINE.fullmatch(line)
        if match is None or number > _MOST_FACTS or (match[2] == RDF_TYPE and is_literal(match[3])):
            raise DatasetError(f"{name}:{number}: is no fact, or one too many")
        yield (match[1], match[2], match[3])
