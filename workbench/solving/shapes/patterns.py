"""Which texts can match some patterns and not match others: how long they are, and what one looks like.

Patterns of shapes are searched for anywhere in a text (SHACL, section 4.4.3). Each becomes a finite automaton; the
automata of all patterns about one term run side by side over the characters that any of them tells apart. Where it is
not known what matches, a pattern that must match takes more and one that must not takes less: classes of characters
beyond ASCII (``\\d``, ``\\w``, ``\\s``) are taken to hold every such character or none. What is not understood
(look-around, back references, anchors inside) or grows too large has no answer.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from re import _constants as ops  # type: ignore[attr-defined]  # the parse tree has no public door
from re import _parser as parser  # type: ignore[attr-defined]
from typing import Any, NamedTuple

__all__ = ["LONGEST", "Asked", "compile_flags", "find_lengths", "find_text", "match_text"]

LONGEST = 128
"""Lengths up to this one are told apart."""
_LAST = 0x10FFFF
_REPEAT_LIMIT = 200
_STATES = 3_000
_PRODUCTS = 2_000
_ASCII: dict[Any, tuple[tuple[int, int], ...]] = {
    ops.CATEGORY_DIGIT: ((0x30, 0x39),),
    ops.CATEGORY_SPACE: ((0x9, 0xD), (0x1C, 0x20)),
    ops.CATEGORY_WORD: ((0x30, 0x39), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A)),
}
_NEGATED = {
    ops.CATEGORY_NOT_DIGIT: ops.CATEGORY_DIGIT,
    ops.CATEGORY_NOT_SPACE: ops.CATEGORY_SPACE,
    ops.CATEGORY_NOT_WORD: ops.CATEGORY_WORD,
}
_Ranges = tuple[tuple[int, int], ...]
_NICE = [ord(char) for char in "a0-A/.: _"] + [*range(0x61, 0x7B), *range(0x30, 0x3A), *range(0x41, 0x5B)]


class Asked(NamedTuple):
    """A pattern, its flags, and whether a text must match it or must not."""

    pattern: str
    flags: str
    matches: bool


class _NotUnderstood(Exception):  # noqa: N818 - a verdict, caught where a pattern is read
    pass


def compile_flags(flags: str) -> int | None:
    """Return Python's flags for those of ``sh:flags``; None when one is not known."""
    known = {"i": re.IGNORECASE, "m": re.MULTILINE, "s": re.DOTALL, "x": re.VERBOSE}
    if set(flags) - known.keys():
        return None
    return int(sum(known[flag] for flag in set(flags)))


def match_text(pattern: str, flags: str, text: str) -> bool | None:
    """Tell whether a pattern is found in a text; None when the pattern cannot be run."""
    number = compile_flags(flags)
    try:
        return None if number is None else re.search(pattern, text, number) is not None
    except re.error:
        return None


def find_lengths(asked: Sequence[Asked]) -> tuple[frozenset[int], bool] | None:
    """Return the lengths up to :data:`LONGEST` that texts can have, and whether there may be longer ones.

    None when the answer is not known.
    """
    product = _run(tuple(asked))
    if product is None:
        return None
    found = frozenset(length for length, layer in enumerate(product.layers) if layer & product.accepting)
    return found, bool(product.layers[-1])


def find_text(asked: Sequence[Asked], length: int | None = None) -> str | None:
    """Return a text that matches what it must and nothing that it must not, of a length or the shortest one."""
    product = _run(tuple(asked))
    if product is None:
        return None
    if length is None:
        fitting = (n for n, layer in enumerate(product.layers) if layer & product.accepting)
        length = next(fitting, None)
    if length is None or length > LONGEST:
        return None
    wanted = min(product.layers[length] & product.accepting, default=None)
    codes: list[int] = []
    for place in range(length, 0, -1):
        if wanted is None:
            return None
        before = sorted(product.layers[place - 1])
        wanted, code = next((state, code) for state in before for code, to in product.moves[state] if to == wanted)
        codes.append(code)
    return None if wanted is None else "".join(map(chr, reversed(codes)))


class _Product(NamedTuple):
    moves: list[list[tuple[int, int]]]
    accepting: frozenset[int]
    layers: list[frozenset[int]]


class _Automaton:
    """Thompson's construction: state 0 begins, ``end`` accepts."""

    def __init__(self, pattern: str, flags: str, is_wide: bool) -> None:
        self.is_wide, self.flags = is_wide, flags
        self.free: list[list[int]] = [[]]
        self.moves: list[list[tuple[_Ranges, int]]] = [[]]
        number = compile_flags(flags)
        if number is None or set(flags) - set("is"):
            raise _NotUnderstood
        tree = parser.parse(pattern, number)
        if tree.state.flags & ~(re.UNICODE | re.IGNORECASE | re.DOTALL):
            raise _NotUnderstood
        self.end = self._search(0, list(tree))

    def _add(self) -> int:
        if len(self.free) >= _STATES:
            raise _NotUnderstood
        self.free.append([])
        self.moves.append([])
        return len(self.free) - 1

    def _skip_any(self, state: int) -> int:
        self.moves[state].append((((0, _LAST),), state))
        return state

    def _search(self, start: int, items: list[Any]) -> int:
        """Add what finds an expression anywhere; each branch of a choice may have anchors of its own."""
        if len(items) == 1 and items[0][0] is ops.BRANCH:
            return self._join(start, [list(branch) for branch in items[0][1][1]], self._search)
        if len(items) == 1 and items[0][0] is ops.SUBPATTERN and not (items[0][1][1] or items[0][1][2]):
            return self._search(start, list(items[0][1][3]))
        begins = bool(items) and items[0] in ((ops.AT, ops.AT_BEGINNING), (ops.AT, ops.AT_BEGINNING_STRING))
        items = items[1:] if begins else items
        last = items[-1] if items and items[-1][0] is ops.AT else None
        items = items[:-1] if last is not None else items
        state = self._link(start)
        state = self._sequence(state if begins else self._skip_any(state), items)
        state = self._link(state)
        if last == (ops.AT, ops.AT_END):
            state = self._either(state, [(0xA, 0xA)])  # it also matches before a line break at the end
        elif last is None:
            self._skip_any(state)
        elif last != (ops.AT, ops.AT_END_STRING):
            raise _NotUnderstood
        return state

    def _link(self, state: int) -> int:
        after = self._add()
        self.free[state].append(after)
        return after

    def _either(self, state: int, ranges: Sequence[tuple[int, int]]) -> int:
        after = self._link(state)
        self.moves[state].append((tuple(ranges), after))
        return after

    def _join(self, start: int, branches: Sequence[list[Any]], add: Any) -> int:
        ends = [add(self._link(start), branch) for branch in branches]
        after = self._add()
        for end in ends:
            self.free[end].append(after)
        return after

    def _sequence(self, state: int, items: Iterable[Any]) -> int:
        for operation, argument in items:
            state = self._item(state, operation, argument)
        return state

    def _item(self, state: int, operation: Any, argument: Any) -> int:
        if operation is ops.BRANCH:
            return self._join(state, [list(branch) for branch in argument[1]], self._sequence)
        if operation is ops.SUBPATTERN:
            if argument[1] or argument[2]:
                raise _NotUnderstood
            return self._sequence(state, argument[3])
        if operation in (ops.MAX_REPEAT, ops.MIN_REPEAT):
            return self._repeat(state, *argument)
        after = self._add()
        self.moves[state].append((_read_characters(operation, argument, self.flags, self.is_wide), after))
        return after

    def _repeat(self, state: int, least: int, most: Any, body: Any) -> int:
        unbounded = most is ops.MAXREPEAT
        if max(least, 0 if unbounded else most) > _REPEAT_LIMIT:
            raise _NotUnderstood
        for _ in range(least):
            state = self._sequence(state, body)
        if unbounded:
            begin = self._link(state)
            end = self._sequence(begin, body)
            self.free[end].append(begin)
            return self._link(begin)
        ends = [state]
        for _ in range(most - least):
            state = self._sequence(self._link(state), body)
            ends.append(state)
        after = self._add()
        for end in ends:
            self.free[end].append(after)
        return after

    def close(self, states: Iterable[int]) -> frozenset[int]:
        """Return the states reached without a character."""
        found, queue = set(states), list(states)
        while queue:
            for state in self.free[queue.pop()]:
                if state not in found:
                    found.add(state)
                    queue.append(state)
        return frozenset(found)

    def step(self, states: frozenset[int], code: int) -> frozenset[int]:
        """Return the states reached with a character."""
        return self.close(
            {to for s in states for ranges, to in self.moves[s] if any(low <= code <= high for low, high in ranges)}
        )


def _read_characters(operation: Any, argument: Any, flags: str, is_wide: bool) -> _Ranges:
    if operation is ops.ANY:
        return ((0, _LAST),) if "s" in flags else ((0, 9), (11, _LAST))
    if operation is ops.LITERAL:
        return _add_cases(((argument, argument),), flags, is_wide)
    if operation is ops.NOT_LITERAL:
        return _invert(_add_cases(((argument, argument),), flags, not is_wide))
    if operation is not ops.IN:
        raise _NotUnderstood
    items = list(argument)
    negated = bool(items) and items[0][0] is ops.NEGATE
    # What a negated set must not take is read the other way around.
    ranges = tuple(r for item in items[negated:] for r in _read_member(item[0], item[1], flags, is_wide != negated))
    return _invert(ranges) if negated else ranges


def _read_member(operation: Any, argument: Any, flags: str, is_wide: bool) -> _Ranges:
    if operation is ops.LITERAL:
        return _add_cases(((argument, argument),), flags, is_wide)
    if operation is ops.RANGE:
        return _add_cases((tuple(argument),), flags, is_wide)
    if operation is not ops.CATEGORY:
        raise _NotUnderstood
    beyond: _Ranges = ((0x80, _LAST),) if is_wide else ()
    if argument in _ASCII:
        return (*_ASCII[argument], *beyond)
    if argument in _NEGATED:
        ascii_only = [(low, min(high, 0x7F)) for low, high in _invert(_ASCII[_NEGATED[argument]]) if low < 0x80]
        return (*ascii_only, *beyond)
    raise _NotUnderstood


def _add_cases(ranges: _Ranges, flags: str, is_wide: bool) -> _Ranges:
    if "i" not in flags:
        return ranges
    if any(high > 0x7F for _, high in ranges):
        raise _NotUnderstood
    found = list(ranges)
    for low, high in ranges:
        for first, last, shift in ((0x41, 0x5A, 32), (0x61, 0x7A, -32)):
            if low <= last and high >= first:
                found.append((max(low, first) + shift, min(high, last) + shift))
    # Two letters beyond ASCII are other cases of k and s.
    letters = {chr(code).lower() for low, high in found for code in range(low, high + 1)}
    if is_wide:
        found += [(code, code) for letter, code in (("k", 0x212A), ("s", 0x17F)) if letter in letters]
    return tuple(found)


def _invert(ranges: _Ranges) -> _Ranges:
    found, start = [], 0
    for low, high in sorted(ranges):
        if low > start:
            found.append((start, low - 1))
        start = max(start, high + 1)
    if start <= _LAST:
        found.append((start, _LAST))
    return tuple(found)


@lru_cache(maxsize=512)
def _build(pattern: str, flags: str, is_wide: bool) -> _Automaton | None:
    try:
        return _Automaton(pattern, flags, is_wide)
    except (re.error, _NotUnderstood, RecursionError, OverflowError):
        return None


def _choose_characters(automata: Sequence[_Automaton]) -> list[int]:
    """Return one character for each class of characters that no automaton tells apart, a readable one if there is."""
    starts = {0}
    for automaton in automata:
        for moves in automaton.moves:
            for ranges, _ in moves:
                starts.update(code for low, high in ranges for code in (low, high + 1))
    bounds = sorted(code for code in starts if code <= _LAST)
    chosen = []
    for position, low in enumerate(bounds):
        high = bounds[position + 1] - 1 if position + 1 < len(bounds) else _LAST
        nice = next((code for code in _NICE if low <= code <= high), None)
        printable = next((code for code in range(max(low, 0x20), min(high, 0x7E) + 1)), None)
        chosen.append(nice if nice is not None else printable if printable is not None else low)
    return sorted(chosen, key=lambda code: (code not in _NICE, _NICE.index(code) if code in _NICE else code))


@lru_cache(maxsize=1024)
def _run(asked: tuple[Asked, ...]) -> _Product | None:
    automata = []
    for pattern, flags, matches in asked:
        automaton = _build(pattern, flags, matches)
        if automaton is None:
            return None
        automata.append(automaton)
    characters = [code for code in _choose_characters(automata) if not 0xD800 <= code <= 0xDFFF]
    start = tuple(automaton.close([0]) for automaton in automata)
    numbers, queue = {start: 0}, [start]
    moves: list[list[tuple[int, int]]] = []
    accepting = set()
    while queue:
        states = queue.pop(0)
        found: dict[int, int] = {}
        if all((a.end in s) == one.matches for a, s, one in zip(automata, states, asked, strict=True)):
            accepting.add(numbers[states])
        for code in characters:
            after = tuple(automaton.step(s, code) for automaton, s in zip(automata, states, strict=True))
            if any(one.matches and not s for one, s in zip(asked, after, strict=True)):
                continue
            if after not in numbers:
                if len(numbers) >= _PRODUCTS:
                    return None
                numbers[after] = len(numbers)
                queue.append(after)
            found.setdefault(numbers[after], code)
        moves.append([(code, to) for to, code in found.items()])
    layers = [frozenset({0})]
    for _ in range(LONGEST):
        layers.append(frozenset(to for state in layers[-1] for _, to in moves[state]))
    return _Product(moves, frozenset(accepting), layers)
