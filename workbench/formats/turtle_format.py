"""A whole Turtle or N-Triples file in canonical form, comments kept: what ``workbench fmt`` does.

A comment stays with what follows it: the block it stands above, or inside of, or at whose end. What stands at the
top of the file, apart from the first statement by an empty line, stays at the top; what follows the last
statement stays at the end.
"""

from __future__ import annotations

from collections import defaultdict
from typing import NamedTuple

from workbench.errors import EditError
from workbench.formats.canonical import compute_digest, name_blanks
from workbench.formats.rdf import ParsedGraph, detect_format, parse_rdf
from workbench.formats.turtle_blocks import Block, Statement, TurtleText, find_comments, open_turtle
from workbench.formats.turtle_tree import Tree, grow_tree
from workbench.formats.turtle_writer import BlockWriter, select_prefixes, sort_subjects
from workbench.model.terms import Term, is_blank

__all__ = ["detect_newline", "format_turtle"]


def format_turtle(data: bytes, path: str, base: str | None = None) -> bytes:
    """Return the file in canonical form; formatting twice changes nothing more.

    Relative IRIs become full ones. Raises EditError when the file has mistakes, is RDF/XML, or would not say the
    same afterwards; InputError and LimitError as :func:`parse_rdf` does.
    """
    kind = detect_format(data, path)
    if kind == "rdfxml":
        raise EditError(f"{path} is RDF/XML; only Turtle and N-Triples are formatted.")
    before = _parse(data, path, base)
    text = open_turtle(data, base)
    comments = _gather_comments(text)
    newline = detect_newline(text.text)
    result = _format_blocks(text, comments, newline) if kind == "turtle" else _format_lines(text, comments, newline)
    formatted = result.encode()
    if formatted == data:
        return data
    after = _parse(formatted, path, base)
    if compute_digest(before.triples) != compute_digest(after.triples):
        raise EditError(f"{path} was not formatted, because it would not say the same afterwards.")
    return formatted


def detect_newline(text: str) -> str:
    """Return how the lines of a text end, judged by the first one."""
    end = text.find("\n")
    return "\r\n" if end > 0 and text[end - 1] == "\r" else "\n"


def _parse(data: bytes, path: str, base: str | None) -> ParsedGraph:
    parsed = parse_rdf(data, path, base)
    if parsed.violations:
        first = parsed.violations[0]
        raise EditError(f"{first.location or path}: {first.message} The file was left as it is.")
    return parsed


class _Comments(NamedTuple):
    """Comment lines by where they belong; an empty string is an empty line between two of them."""

    header: list[str]
    of_blocks: dict[int, list[str]]
    trailer: list[str]


def _gather_comments(text: TurtleText) -> _Comments:
    header: list[str] = []
    of_blocks: defaultdict[int, list[str]] = defaultdict(list)
    previous: Block | None = None
    position = 0
    for block in text.blocks:
        above = _read_gap(text.text, position, block.start, previous, of_blocks)
        lines = [line for _, line in above]
        if previous is None and above:
            last = above[-1][0] + len(above[-1][1])
            is_apart = text.text.count("\n", last, block.start) > 1
            cut = len(lines) if is_apart else _start_of_last_paragraph(lines)
            header, lines = lines[:cut], lines[cut:]
        inside = [line for _, line in find_comments(text.text, block.start, block.end)]
        of_blocks[block.start] += _strip_empty(lines) + inside
        previous, position = block, block.end
    trailer = [line for _, line in _read_gap(text.text, position, len(text.text), previous, of_blocks)]
    return _Comments(_strip_empty(header), dict(of_blocks), _strip_empty(trailer))


def _read_gap(
    text: str, start: int, end: int, previous: Block | None, of_blocks: dict[int, list[str]]
) -> list[tuple[int, str]]:
    """Return the comments between two blocks with one empty line where there are some.

    One that stands on the line where the block before ends belongs to that block.
    """
    found: list[tuple[int, str]] = []
    last = start
    for at, line in find_comments(text, start, end):
        lines_between = text.count("\n", last, at)
        if previous is not None and last == start and not lines_between:
            of_blocks[previous.start].append(line)
        else:
            if found and lines_between > 1:
                found.append((at, ""))
            found.append((at, line))
        last = at + len(line)
    return found


def _start_of_last_paragraph(lines: list[str]) -> int:
    return max((i + 1 for i, line in enumerate(lines) if not line), default=0)


def _strip_empty(lines: list[str]) -> list[str]:
    start, end = 0, len(lines)
    while start < end and not lines[start]:
        start += 1
    while end > start and not lines[end - 1]:
        end -= 1
    return lines[start:end]


def _format_blocks(text: TurtleText, comments: _Comments, newline: str) -> str:
    statements = text.read_all()
    graph = {statement.triple for statement in statements}
    tree = grow_tree(graph)
    labels = name_blanks(graph) if tree.labelled else {}
    names = select_prefixes(text.prefixes.items())
    writer = BlockWriter(tree, names, labels.__getitem__, newline)
    header, declarations = _format_directives(text, names, comments)
    by_root = _attach(text, tree, comments)
    parts = [header, declarations]
    for subject in sort_subjects(tree, writer, by_root):
        parts.append([*by_root.pop(subject, []), writer.write_block(subject)])
    # What spoke of statements that say nothing (an empty block) has no place of its own any more.
    parts.append([line for lines in by_root.values() for line in lines])
    parts.append(comments.trailer)
    return _join(parts, newline)


def _format_directives(text: TurtleText, names: dict[str, str], comments: _Comments) -> tuple[list[str], list[str]]:
    """Return the header, and the base and prefixes by name, each below its comments."""
    lines_of: defaultdict[str, list[str]] = defaultdict(list)
    header = list(comments.header)
    for block in text.blocks:
        if block.kind == "directive":
            lines_of[_get_declared(text, block)] += comments.of_blocks[block.start]
    declarations: list[str] = []
    if text.base is not None and "@base" in lines_of:
        declarations += [*lines_of.pop("@base"), f"@base <{text.base}> ."]
    for name, target in sorted(names.items()):
        declarations += [*lines_of.pop(f"{name}:", []), f"@prefix {name}: <{target}> ."]
    for lines in lines_of.values():
        header += ["", *lines] if header and lines else lines
    return header, declarations


def _get_declared(text: TurtleText, block: Block) -> str:
    for token in text.read_tokens(block):
        if token.kind == "name":
            return token.text
    return "@base" if "base" in text.text[block.start : block.start + 5].lower() else ""


def _attach(text: TurtleText, tree: Tree, comments: _Comments) -> dict[Term, list[str]]:
    """Give each comment to the subject in whose block it is written from now on."""
    by_root: defaultdict[Term, list[str]] = defaultdict(list)
    for block in text.blocks:
        lines = comments.of_blocks.get(block.start)
        if block.kind == "statements" and lines:
            subject = _get_subject(text.read_statements(block))
            by_root[tree.find_root(subject)] += lines
    return by_root


def _get_subject(statements: tuple[Statement, ...]) -> Term:
    """Return what a block is about: the subject of the statement that is complete last is never an inner one,
    unless the whole block is a single bracket, whose statements all have the same root."""
    return statements[-1].triple[0] if statements else ""


def _format_lines(text: TurtleText, comments: _Comments, newline: str) -> str:
    """N-Triples: one sorted line per triple, each below its comments."""
    statements = text.read_all()
    labels = name_blanks(statement.triple for statement in statements)
    lines_of: defaultdict[str, list[str]] = defaultdict(list)
    for block in text.blocks:
        for (subject, predicate, value), *_ in text.read_statements(block):
            ends = [labels[t] if is_blank(t) else t for t in (subject, value)]
            lines_of[f"{ends[0]} {predicate} {ends[1]} ."] += comments.of_blocks.get(block.start, [])
    body = [line for key in sorted(lines_of) for line in (*lines_of[key], key)]
    return _join([comments.header, body, comments.trailer], newline)


def _join(parts: list[list[str]], newline: str) -> str:
    text = (newline * 2).join(newline.join(part) for part in parts if part)
    return text + newline if text else ""
