"""A change of triples as a change of text: only the blocks of the subjects it touches are written anew.

Everything else stays byte for byte. A comment above a block stays where it is, one inside a block that is written
anew moves above it. A blank node comes with all that is said about it, under any label; see
:func:`workbench.formats.closure_match.match_closure`. The result is parsed again and must be the graph that was
asked for.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Set
from functools import lru_cache
from typing import NamedTuple

from workbench.errors import EditError
from workbench.formats.canonical import compute_digest
from workbench.formats.closure_match import match_closure
from workbench.formats.rdf import detect_format, parse_rdf
from workbench.formats.turtle_blocks import ANONYMOUS, Block, TurtleText, find_comments, open_turtle
from workbench.formats.turtle_format import detect_newline
from workbench.formats.turtle_lexer import IRI_TEXT, LABEL
from workbench.formats.turtle_tree import Tree, grow_tree
from workbench.formats.turtle_writer import BlockWriter
from workbench.model.terms import Term, Triple, is_blank, is_iri, is_literal

__all__ = ["apply_delta"]

_FRESH = "_:+"
"""How the labels of added blank nodes start while an edit is worked out; no label in a file can."""


def apply_delta(
    data: bytes, path: str, added: Iterable[Triple], removed: Iterable[Triple], base: str | None = None
) -> bytes:
    """Return the file with some triples added and some removed.

    Added blank nodes are new ones. Removed blank nodes come with their whole closure and are found by it. New
    subjects go to the end of the file; names are shortened by the prefixes the file declares; a block that states
    nothing more is taken out, and its comments stay.
    Raises EditError when a removed triple is not there, an added one is already there, the file has mistakes or is
    RDF/XML, or the outcome would not be exactly what was asked for.
    """
    plus, minus = set(added), set(removed)
    for triple in sorted(plus | minus):
        _check_triple(triple)
    kind = detect_format(data, path)
    if kind == "rdfxml":
        raise EditError(f"{path} is RDF/XML, which is read but not edited; convert it to Turtle first.")
    old = _parse(data, path, base)
    found = _find_removed(minus, old, path)
    for triple in sorted(plus):
        is_ground = not is_blank(triple[0]) and not is_blank(triple[2])
        if is_ground and triple in old and triple not in found:
            raise EditError(f"{path} already states: {_show(triple)}")
    # What is added carries labels of its own from here on.
    plus = {(_freshen(s), p, _freshen(o)) for s, p, o in plus}
    expected = (old - found) | plus
    if expected == old:
        return data
    text = open_turtle(data, base)
    writing = _write_lines if kind == "ntriples" else _write_blocks
    read, gained, lost = _settle(text, plus, minus, path)
    changes = sorted(writing(text, read, gained, lost))
    result = _splice(text.text, changes).encode()
    if data.startswith(b"\xef\xbb\xbf"):
        result = b"\xef\xbb\xbf" + result
    outcome = compute_digest(_parse(result, path, base))
    if outcome != compute_digest(expected) and not _is_other_choice(outcome, text, old, gained, lost):
        raise EditError(f"{path} was not changed, because the outcome would not be exactly what was asked for.")
    return result


def _is_other_choice(outcome: str, text: TurtleText, old: Set[Triple], plus: set[Triple], minus: set[Triple]) -> bool:
    """Tell whether an outcome is right for blank nodes other than those first found, of which the same is said.

    What refers to them differs then, and either is what was asked for: the edit says only what they say themselves.
    """
    if not any(is_blank(s) for s, _, _ in minus):
        return False
    everything = _join(_read(text, {block.start: block for block in text.blocks if block.kind == "statements"}))
    return compute_digest(everything) == compute_digest(old) and outcome == compute_digest((everything - minus) | plus)


class _Change(NamedTuple):
    """A span of the text and what replaces it."""

    start: int
    end: int
    text: str


_Settled = tuple[dict[int, tuple[Block, list[Triple]]], set[Triple], set[Triple]]


@lru_cache(maxsize=4)
def _parse(data: bytes, path: str, base: str | None) -> frozenset[Triple]:
    """Parse a file without mistakes; kept, because the outcome of an edit is the start of the next one."""
    parsed = parse_rdf(data, path, base)
    if parsed.violations:
        first = parsed.violations[0]
        raise EditError(f"{first.location or path}: {first.message} Nothing was changed.")
    return frozenset(parsed.triples)


def _check_triple(triple: Triple) -> None:
    subject, predicate, value = triple
    for term in triple:
        if is_iri(term) and not (term.endswith(">") and IRI_TEXT.fullmatch(term[1:-1])):
            raise EditError(f"{term} is not an IRI.")
    fits = (is_iri(subject) or is_blank(subject)) and is_iri(predicate)
    if not fits or not (is_iri(value) or is_blank(value) or is_literal(value)):
        raise EditError(f"This is not a triple: {_show(triple)}")


def _show(triple: Triple) -> str:
    return " ".join(triple) + " ."


def _freshen(term: Term) -> Term:
    return _FRESH + term[2:] if is_blank(term) else term


def _find_removed(minus: set[Triple], graph: Set[Triple], path: str) -> set[Triple]:
    """Return the triples of the graph that are meant by the removed ones. Raises EditError when one is missing."""
    ground = {t for t in minus if not is_blank(t[0]) and not is_blank(t[2])}
    for triple in sorted(ground - graph):
        raise EditError(f"{path} does not state: {_show(triple)}")
    described = minus - ground
    if not described:
        return ground
    mapping = match_closure(described, graph)
    if mapping is None:
        raise EditError(
            f"{path} states nothing about a blank node that is exactly: "
            + " ".join(_show(triple) for triple in sorted(described))
        )
    return ground | {(mapping.get(s, s), p, mapping.get(o, o)) for s, p, o in described}


def _settle(text: TurtleText, plus: set[Triple], minus: set[Triple], path: str) -> _Settled:
    """Return the blocks that may be touched with their triples, and the change in the labels of these blocks.

    Without removed blank nodes these are the blocks of the subjects; with them also all that can speak of a blank
    node with a label; and all there are if that is not enough to find them.
    """
    subjects = {s for s, _, _ in plus | minus if not is_blank(s)}
    blocks = {block.start: block for subject in subjects for block in text.get_blocks(subject)}
    has_blanks = any(is_blank(s) or is_blank(o) for s, _, o in minus)
    if has_blanks:
        for block in text.blocks:
            if block.kind == "statements" and (
                not block.subject or is_blank(block.subject) or text.text.find("_:", block.start, block.end) >= 0
            ):
                blocks[block.start] = block
    read = _read(text, blocks)
    try:
        return read, plus, _find_removed(minus, _join(read), path)
    except EditError:
        if not has_blanks:
            raise
    read = _read(text, {block.start: block for block in text.blocks if block.kind == "statements"})
    return read, plus, _find_removed(minus, _join(read), path)


def _read(text: TurtleText, blocks: dict[int, Block]) -> dict[int, tuple[Block, list[Triple]]]:
    return {
        start: (block, [statement.triple for statement in text.read_statements(block)])
        for start, block in sorted(blocks.items())
    }


def _join(read: dict[int, tuple[Block, list[Triple]]]) -> set[Triple]:
    return {triple for _, triples in read.values() for triple in triples}


def _write_blocks(
    text: TurtleText,
    read: dict[int, tuple[Block, list[Triple]]],
    plus: set[Triple],
    minus: set[Triple],
) -> Iterator[_Change]:
    """Turtle: write the touched blocks anew, and new blocks at the end."""
    homes = _choose_homes(read, plus, minus)
    kept = {
        start: list(dict.fromkeys(t for t in triples if t not in minus))
        for start, (_, triples) in read.items()
        if start in homes.values() or not minus.isdisjoint(triples)
    }
    # A label in the file is kept, because another block may use it; a bracket is written as a bracket again.
    tree = grow_tree(
        [*{t: None for triples in kept.values() for t in triples}, *sorted(plus)],
        must_label=lambda node: not node.startswith((ANONYMOUS, _FRESH)),
    )
    newline = detect_newline(text.text)
    name_blank = _name_fresh(text, tree)
    for start, triples in kept.items():
        block = read[start][0]
        root = block.subject or (read[start][1][-1][0])
        writer = BlockWriter(tree, block.prefixes, name_blank, newline)
        pairs = [(p, o) for s, p, o in triples if s == root]
        pairs += [(p, o) for s, p, o in sorted(plus) if s == root and homes.get(s) == start]
        comments = [line for _, line in find_comments(text.text, block.start, block.end)]
        if pairs:
            yield _replace(text.text, block, [*comments, writer.write_block(root, pairs)], newline)
        else:
            yield _remove(text.text, block, comments, newline)
    writer = BlockWriter(tree, text.prefixes, name_blank, newline)
    fresh = {s for s, _, _ in plus if s not in homes and s not in tree.parents}
    written = sorted((is_blank(s) and s not in tree.labelled, is_blank(s), writer.write_block(s)) for s in fresh)
    yield _append(text.text, [block_text for *_, block_text in written], newline)


def _choose_homes(
    read: dict[int, tuple[Block, list[Triple]]], plus: set[Triple], minus: set[Triple]
) -> dict[Term, int]:
    """Choose the block that takes what is added to a subject: one that changes anyway, else its last one."""
    gaining = {s for s, _, _ in plus}
    homes: dict[Term, int] = {}
    touched: dict[Term, int] = {}
    for start, (block, triples) in read.items():
        if block.subject in gaining:
            homes[block.subject] = start
            if not minus.isdisjoint(triples):
                touched.setdefault(block.subject, start)
    return homes | touched


class _Names:
    """Labels of blank nodes: those of the file as they are, new ones by number."""

    def __init__(self, taken: set[str]) -> None:
        self._taken = taken
        self._given: dict[Term, Term] = {}

    def __call__(self, node: Term) -> Term:
        if not node.startswith((_FRESH, ANONYMOUS)):
            return node
        if node not in self._given:
            number = len(self._given)
            while f"_:b{number}" in self._taken:
                number += 1
            self._taken.add(f"_:b{number}")
            self._given[node] = f"_:b{number}"
        return self._given[node]


def _name_fresh(text: TurtleText, tree: Tree) -> _Names:
    names = _Names(set(LABEL.findall(text.text)))
    for node in sorted(tree.labelled):
        names(node)
    return names


def _write_lines(
    text: TurtleText,
    read: dict[int, tuple[Block, list[Triple]]],
    plus: set[Triple],
    minus: set[Triple],
) -> Iterator[_Change]:
    """N-Triples: take lines out, and add lines after the last one of their subject, or at the end."""
    newline = detect_newline(text.text)
    names = _Names(set(LABEL.findall(text.text)))
    lines: defaultdict[Term, list[str]] = defaultdict(list)
    for subject, predicate, value in sorted(plus):
        ends = [names(t) if is_blank(t) else t for t in (subject, value)]
        lines[subject].append(f"{ends[0]} {predicate} {ends[1]} .")
    last = {block.subject: block for block, _ in read.values()}
    for block, triples in read.values():
        gone = not minus.isdisjoint(triples)
        gained = lines.pop(block.subject, []) if last[block.subject] is block else []
        if gone and not gained:
            yield _remove(text.text, block, [], newline)
        elif gained:
            own = [] if gone else [text.text[block.start : block.end]]
            yield _replace(text.text, block, own + gained, newline)
    appended = newline.join(line for subject in sorted(lines) for line in lines[subject])
    yield _append(text.text, [appended] if appended else [], newline, apart=False)


def _replace(text: str, block: Block, lines: list[str], newline: str) -> _Change:
    """Put lines in the place of a block, on lines of their own; a comment after the dot may stay behind it."""
    line_start = text.rfind("\n", 0, block.start) + 1
    before = text[line_start : block.start]
    start = block.start if before.strip() else line_start
    shift = newline if before.strip() else ""
    follower = text[block.end : text.find("\n", block.end) + 1 or len(text)].strip()
    fits = not follower or (follower.startswith("#") and not lines[-1].startswith("#"))
    return _Change(start, block.end, shift + newline.join(lines) + ("" if fits else newline))


def _remove(text: str, block: Block, comments: list[str], newline: str) -> _Change:
    """Take a block out, with its line if nothing else is on it, and one of two empty lines around it."""
    if comments:
        return _replace(text, block, comments, newline)
    start = text.rfind("\n", 0, block.start) + 1
    end = text.find("\n", block.end) + 1 or len(text)
    if text[start : block.start].strip() or text[block.end : end].strip():
        return _Change(block.start, block.end, "")
    line_before = text.rfind("\n", 0, max(start - 1, 0)) + 1
    if start and text[line_before:start].strip():
        return _Change(start, end, "")
    line_after = text.find("\n", end) + 1 or len(text)
    if end < len(text) and not text[end:line_after].strip():
        return _Change(start, line_after, "")
    return _Change(line_before if end == len(text) else start, end, "")


def _append(text: str, parts: list[str], newline: str, apart: bool = True) -> _Change:
    """Put blocks at the end, each after an empty line."""
    end = len(text)
    if not parts:
        return _Change(end, end, "")
    ending = newline if text and not text.endswith("\n") else ""
    gap = newline if apart else ""
    first_gap = gap if text.strip() and not text.endswith(("\n\n", "\n\r\n")) else ""
    return _Change(end, end, ending + first_gap + gap.join(part + newline for part in parts))


def _splice(text: str, changes: Iterable[_Change]) -> str:
    pieces: list[str] = []
    position = 0
    for change in changes:
        # Two blocks taken out may share the empty line between them.
        pieces += (text[position : change.start], change.text)
        position = max(position, change.end)
    pieces.append(text[position:])
    return "".join(pieces)
