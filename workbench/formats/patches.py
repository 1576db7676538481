"""Small changes of a text at a place that is known: everything else stays byte for byte.

Each function finds what is to be replaced; :func:`apply_replacements` writes the text. That the outcome means what
was wanted is checked by whoever reads the new text, never believed.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import NamedTuple

from workbench.errors import EditError
from workbench.formats.rules_lexer import tokenize
from workbench.formats.turtle_lexer import LineIndex
from workbench.formats.turtle_lexer import Token as TurtleToken
from workbench.formats.turtle_lexer import tokenise as tokenise_turtle
from workbench.formats.yaml_text import parse_yaml
from workbench.model.report import Location
from workbench.model.terms import XSD, Term, escape_string, split_literal

__all__ = ["Replacement", "apply_replacements", "remove_list_item", "rename_variable", "replace_literal"]

_BOM = "\ufeff"
_BARE = {f"<{XSD}integer>": "integer", f"<{XSD}boolean>": "word"}
"""Datatypes whose values are written without quotation marks, and the token that this gives."""
_STATEMENT = re.compile(r"(?:prefix|rule|constraint|test)\Z")


class Replacement(NamedTuple):
    """From ``start`` to ``end`` (characters of the text without a byte order mark) ``text`` is to stand."""

    start: int
    end: int
    text: str


def _decode(data: bytes) -> tuple[str, str]:
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        raise EditError("The file is not UTF-8 text, so it cannot be changed.") from error
    return (_BOM, text[1:]) if text.startswith(_BOM) else ("", text)


def apply_replacements(data: bytes, replacements: Iterable[Replacement]) -> bytes:
    """Return the text with all replacements made; the same one twice counts once.

    Raises EditError when two of them overlap or the data are not UTF-8.
    """
    mark, text = _decode(data)
    ordered = sorted(set(replacements))
    for first, second in pairwise(ordered):
        if second.start < first.end:
            raise EditError("Two changes of one place exclude each other. Nothing was changed.")
    parts, position = [mark], 0
    for start, end, new in ordered:
        parts += [text[position:start], new]
        position = end
    return "".join((*parts, text[position:])).encode()


def replace_literal(data: bytes, place: Location, old: Term, new: Term) -> Replacement:
    """Return the replacement of the literal that stands at a place of a Turtle file by another.

    The literal keeps its language or the written form of its datatype where these stay the same. Raises EditError
    when ``old`` does not stand there.
    """
    _, text = _decode(data)
    start = LineIndex(text).get_offset(place.line, place.column)
    tokens = []
    for token in tokenise_turtle(text, start, min(len(text), start + 2_000_000)):
        tokens.append(token)
        if len(tokens) == 3:
            break
    if not tokens or tokens[0].start != start or tokens[0].kind not in ("string", "integer", "word"):
        raise EditError(f"At {place} stands no value that could be replaced.")
    first = tokens[0]
    suffix = _read_suffix(text, tokens)
    lexical, datatype, language = split_literal(new)
    old_lexical, old_datatype, old_language = split_literal(old)
    if first.kind == "string":
        written = first.text[3:-3] if first.text[:3] in ('"""', "'''") else first.text[1:-1]
        if "\\" not in written and written != old_lexical:
            raise EditError(f"At {place} stands another value than “{old_lexical}”.")
    end = first.start + len(first.text) + len(suffix)
    if (datatype, language.lower()) == (old_datatype, old_language.lower()) and first.kind == "string":
        return Replacement(start, end, f'"{escape_string(lexical)}"{suffix}')
    if language:
        return Replacement(start, end, f'"{escape_string(lexical)}"@{language}')
    if _is_bare(lexical, datatype):
        return Replacement(start, end, lexical)
    return Replacement(start, end, f'"{escape_string(lexical)}"^^{datatype}')


def _read_suffix(text: str, tokens: Sequence[TurtleToken]) -> str:
    """Return what follows the quotation marks without a gap: a language tag, or ^^ and a datatype."""
    first = tokens[0]
    end = first.start + len(first.text)
    if len(tokens) > 1 and tokens[1].start == end and tokens[1].kind == "language":
        return tokens[1].text
    if len(tokens) > 2 and tokens[1].text == "^^" and tokens[2].kind in ("iri", "name"):
        return text[end : tokens[2].start + len(tokens[2].text)]
    return ""


def _is_bare(lexical: str, datatype: Term) -> bool:
    wanted = _BARE.get(datatype)
    if wanted is None or (wanted == "word" and lexical not in ("true", "false")):
        return False
    found = list(tokenise_turtle(lexical))
    return [(token.kind, token.text) for token in found] == [(wanted, lexical)]


def rename_variable(data: bytes, place: Location, old: str, new: str) -> tuple[Replacement, ...]:
    """Return the replacements that rename a variable in the statement of a rules file whose name stands at a place.

    Raises EditError when the statement is not there, lacks the variable, or has one of the new name already.
    """
    _, text = _decode(data)
    tokens = tokenize(text).tokens
    starts = [0, *(match.end() for match in re.finditer(r"\r\n|\n|\r", text))]
    first = next((i for i, t in enumerate(tokens) if (t.line, t.column) == (place.line, place.column)), None)
    if first is None:
        raise EditError(f"At {place} stands no statement.")
    found = []
    for token in tokens[first:]:
        if token.first and token.kind == "name" and _STATEMENT.match(token.text):
            break
        if token.kind == "variable" and token.text == new:
            raise EditError(f"The statement at {place} has a variable {new} already.")
        if token.kind == "variable" and token.text == old:
            start = starts[token.line - 1] + token.column - 1
            found.append(Replacement(start, start + len(old), new))
    if not found:
        raise EditError(f"The statement at {place} has no variable {old}.")
    return tuple(found)


def remove_list_item(data: bytes, key: str, index: int) -> Replacement:
    """Return the replacement that takes one item out of a block list of a YAML file, with its comments behind it.

    The list is the value of a key at the top of the document; with its last item the key goes too. Raises EditError
    when the list is written in brackets, shared by an alias, or not there.
    """
    _, text = _decode(data)
    read = parse_yaml(data, "")
    whole = read.value.get(key) if isinstance(read.value, dict) else None
    place = read.positions.get((key, index))
    if not isinstance(whole, list) or place is None:
        raise EditError(f"There is no item {index + 1} under '{key}'.")
    lines = text.splitlines(keepends=True)
    dashes = [_find_dash(lines, read.positions[key, number]) for number in range(len(whole))]
    if None in dashes or len(set(dashes)) < len(dashes):
        raise EditError(f"The list under '{key}' is not written line by line, so no item can be taken out.")
    first = dashes[index] or 0
    indent = _measure_indent(lines[first])
    last = first + 1
    while last < len(lines) and _belongs(lines[last], indent):
        last += 1
    while last > first + 1 and not lines[last - 1].strip():
        last -= 1
    if len(whole) == 1:
        first = read.positions[key,].line - 1
    start = sum(map(len, lines[:first]))
    return Replacement(start, start + sum(map(len, lines[first:last])), "")


def _find_dash(lines: Sequence[str], place: Location) -> int | None:
    """Return the number of the line with the dash of the item that begins at a place; None when there is no dash."""
    for number in range(place.line - 1, -1, -1):
        indent = _measure_indent(lines[number])
        if number < place.line - 1 and lines[number].strip() not in ("", "-") and lines[number].lstrip()[0] != "#":
            return None
        if lines[number].lstrip().startswith("-") and indent < place.column - 1:
            return number
    return None


def _measure_indent(line: str) -> int:
    return len(line) - len(line.lstrip())


def _belongs(line: str, indent: int) -> bool:
    """Tell whether a line continues an item whose dash stands behind ``indent`` blanks."""
    stripped = line.lstrip()
    return not stripped.strip() or _measure_indent(line) > indent
