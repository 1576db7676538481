r"""Regular expressions of XPath, read into a program and run in linear time.

The language is that of XPath and XQuery Functions and Operators 3.1, section 5.6.1 (regular expressions of XSD with
``^``, ``$``, reluctant quantifiers and groups), without what needs searching back and forth (back references) and
without the named blocks of Unicode. A program is run by simulation of all its threads at once (Thompson 1968; with
groups and priorities as in Pike's and Cox's machines), so the time is at most the length of the text times the
length of the program, whatever the expression: nested repetition is harmless.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

__all__ = [
    "PATTERN_TEXT_LIMIT",
    "Pattern",
    "PatternError",
    "compile_pattern",
    "find_replacement_problem",
    "replace_matches",
    "search_pattern",
]

PATTERN_TEXT_LIMIT = 1000
"""How long a text may be that a pattern is matched with."""
_PROGRAM_LIMIT = 300
_DEPTH_LIMIT = 40
_REPEAT_LIMIT = 200
_WORK_LIMIT = 300_000
_ESCAPES = {"n": "\n", "r": "\r", "t": "\t"} | {char: char for char in "\\|.?*+(){}-[]^$"}
_CATEGORIES = frozenset(
    "L Lu Ll Lt Lm Lo M Mn Mc Me N Nd Nl No P Pc Pd Ps Pe Pi Pf Po Z Zs Zl Zp S Sm Sc Sk So C Cc Cf Co Cn".split()
)
_NAME_START = (
    (0x3A, 0x3A), (0x41, 0x5A), (0x5F, 0x5F), (0x61, 0x7A), (0xC0, 0xD6), (0xD8, 0xF6), (0xF8, 0x2FF),
    (0x370, 0x37D), (0x37F, 0x1FFF), (0x200C, 0x200D), (0x2070, 0x218F), (0x2C00, 0x2FEF), (0x3001, 0xD7FF),
    (0xF900, 0xFDCF), (0xFDF0, 0xFFFD), (0x10000, 0xEFFFF),
)  # fmt: skip
_NAME_MORE = ((0x2D, 0x2E), (0x30, 0x39), (0xB7, 0xB7), (0x300, 0x36F), (0x203F, 0x2040))


class PatternError(ValueError):
    """A text is no regular expression of the supported language; the message is a clause that says why."""


@dataclass(frozen=True, slots=True)
class _Class:
    """A set of characters: ranges and Unicode categories and further sets, perhaps negated, less another set."""

    ranges: tuple[tuple[int, int], ...] = ()
    categories: tuple[str, ...] = ()
    others: tuple[_Class, ...] = ()
    negated: bool = False
    without: _Class | None = None

    def has(self, char: str) -> bool:
        code, category = ord(char), unicodedata.category(char)
        found = (
            any(low <= code <= high for low, high in self.ranges)
            or any(category.startswith(name) for name in self.categories)
            or any(other.has(char) for other in self.others)
        )
        return found != self.negated and not (self.without is not None and self.without.has(char))


_SPACE = _Class(((0x20, 0x20), (0x9, 0xA), (0xD, 0xD)))
_MULTIPLE = {
    "s": _SPACE,
    "d": _Class(categories=("Nd",)),
    "w": _Class(categories=("P", "Z", "C"), negated=True),
    "i": _Class(_NAME_START),
    "c": _Class(_NAME_START + _NAME_MORE),
}
_ANY = _Class(((0xA, 0xA), (0xD, 0xD)), negated=True)


class _Repeat(NamedTuple):
    least: int
    most: int | None
    reluctant: bool
    part: _Node


class _Group(NamedTuple):
    number: int
    part: _Node


class _Sequence(NamedTuple):
    parts: tuple[_Node, ...]


class _Choice(NamedTuple):
    branches: tuple[_Node, ...]


_Node = _Class | str | _Repeat | _Group | _Sequence | _Choice
"""A set of characters, ``^`` or ``$``, or what is made of them."""


class _Step(NamedTuple):
    """An instruction: ``char`` (with a set), ``split`` and ``jump`` (targets), ``save``, ``^``, ``$`` or ``match``."""

    kind: str
    chars: _Class | None = None
    first: int = 0
    second: int = 0


@dataclass(frozen=True)
class Pattern:
    """A compiled regular expression: its program and how many groups it has."""

    steps: tuple[_Step, ...]
    groups: int
    known: dict[tuple[int, str], bool] = field(default_factory=dict, compare=False, repr=False)

    def accepts(self, position: int, char: str) -> bool:
        """Tell whether the instruction at ``position`` takes ``char``."""
        key = (position, char)
        answer = self.known.get(key)
        if answer is None:
            chars = self.steps[position].chars
            answer = chars is not None and chars.has(char)
            if len(self.known) < 100_000:
                self.known[key] = answer
        return answer


class _Reader:
    def __init__(self, text: str) -> None:
        self.text, self.position, self.groups, self.depth = text, 0, 0, 0

    def peek(self) -> str:
        return self.text[self.position : self.position + 1]

    def take(self) -> str:
        char = self.peek()
        if not char:
            raise PatternError("it ends too early")
        self.position += 1
        return char

    def read_choice(self) -> _Node:
        branches = [self.read_branch()]
        while self.peek() == "|":
            self.take()
            branches.append(self.read_branch())
        return branches[0] if len(branches) == 1 else _Choice(tuple(branches))

    def read_branch(self) -> _Node:
        parts: list[_Node] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.read_piece())
        return parts[0] if len(parts) == 1 else _Sequence(tuple(parts))

    def read_piece(self) -> _Node:
        atom = self.read_atom()
        sign = self.peek()
        if not sign or sign not in "?*+{":
            return atom
        self.take()
        least, most = {"?": (0, 1), "*": (0, None), "+": (1, None)}.get(sign) or self.read_quantity()
        reluctant = self.peek() == "?"
        if reluctant:
            self.take()
        if self.peek() and self.peek() in "?*+{":
            raise PatternError("two quantifiers follow each other")
        return _Repeat(least, most, reluctant, atom)

    def read_quantity(self) -> tuple[int, int | None]:
        end = self.text.find("}", self.position)
        inside = self.text[self.position : end] if end >= 0 else ""
        low, comma, high = inside.partition(",")
        if not (low.isdecimal() and low.isascii()) or (high and not (high.isdecimal() and high.isascii())):
            raise PatternError("'{' begins no quantity such as {2,5}")
        self.position = end + 1
        least, most = int(low[:9]), (int(high[:9]) if high else None) if comma else int(low[:9])
        if max(least, most or 0) > _REPEAT_LIMIT:
            raise PatternError(f"it repeats a part more than {_REPEAT_LIMIT} times")
        if most is not None and most < least:
            raise PatternError("a quantity ends below its beginning")
        return least, most

    def read_atom(self) -> _Node:
        char = self.take()
        if char == "(":
            return self.read_group()
        if char == "[":
            return self.read_class()
        if char == ".":
            return _ANY
        if char in "^$":
            return char
        if char == "\\":
            escaped = self.read_escape()
            return escaped if isinstance(escaped, _Class) else _Class(((ord(escaped), ord(escaped)),))
        if char in "?*+{}])":
            raise PatternError(f"'{char}' stands where it has no meaning; write \\{char} for the character")
        return _Class(((ord(char), ord(char)),))

    def read_group(self) -> _Node:
        self.depth += 1
        if self.depth > _DEPTH_LIMIT:
            raise PatternError("its groups are nested too deeply")
        number = 0
        if self.peek() == "?":
            if self.text[self.position : self.position + 2] != "?:":
                raise PatternError("a group begins with '?', as in looking ahead or behind, which XPath does not have")
            self.position += 2
        else:
            self.groups += 1
            number = self.groups
        inside = self.read_choice()
        if self.peek() != ")":
            raise PatternError("a group is not closed")
        self.take()
        self.depth -= 1
        return _Group(number, inside) if number else inside

    def read_escape(self) -> _Class | str:
        char = self.take()
        if char in _ESCAPES:
            return _ESCAPES[char]
        if char.lower() in _MULTIPLE and char.isascii():
            found = _MULTIPLE[char.lower()]
            return found if char.islower() else _Class(others=(found,), negated=True)
        if char in "pP":
            end = self.text.find("}", self.position)
            name = self.text[self.position + 1 : end] if self.peek() == "{" and end >= 0 else ""
            if name not in _CATEGORIES:
                raise PatternError(f"\\{char} needs a category of Unicode, such as \\p{{Lu}}")
            self.position = end + 1
            return _Class(categories=(name,), negated=char == "P")
        if char.isdecimal():
            raise PatternError(f"\\{char} refers back to a group, which cannot be matched in bounded time")
        raise PatternError(f"\\{char} has no meaning")

    def read_class(self) -> _Class:
        self.depth += 1
        if self.depth > _DEPTH_LIMIT:
            raise PatternError("its groups are nested too deeply")
        negated = self.peek() == "^"
        if negated:
            self.take()
        ranges: list[tuple[int, int]] = []
        others: list[_Class] = []
        without: _Class | None = None
        while self.peek() != "]":
            if self.text.startswith("-[", self.position) and (ranges or others):
                self.position += 2
                without = self.read_class()
                if self.peek() != "]":
                    raise PatternError("a subtraction is the last part of a set in brackets")
                break
            low = self.read_member()
            if isinstance(low, _Class):
                others.append(low)
                continue
            high = low
            if self.peek() == "-" and self.text[self.position + 1 : self.position + 2] not in ("]", "[", ""):
                self.take()
                end = self.read_member()
                if isinstance(end, _Class) or end < low:
                    raise PatternError("a range of characters ends below its beginning")
                high = end
            ranges.append((ord(low), ord(high)))
        self.take()
        self.depth -= 1
        if not ranges and not others:
            raise PatternError("a set in brackets is empty")
        return _Class(tuple(ranges), (), tuple(others), negated, without)

    def read_member(self) -> _Class | str:
        char = self.take()
        if char == "\\":
            return self.read_escape()
        if char == "[":
            raise PatternError("'[' stands inside a set in brackets; write \\[ for the character")
        return char


def _count_steps(node: _Node) -> int:
    if isinstance(node, _Repeat):
        inside = _count_steps(node.part)
        return inside * node.least + ((inside + 2) if node.most is None else (inside + 1) * (node.most - node.least))
    if isinstance(node, _Group):
        return _count_steps(node.part) + 2
    if isinstance(node, _Sequence):
        return sum(map(_count_steps, node.parts))
    if isinstance(node, _Choice):
        return sum(_count_steps(branch) + 2 for branch in node.branches)
    return 1


def _emit(node: _Node, steps: list[_Step]) -> None:
    if isinstance(node, str):
        steps.append(_Step(node))
    elif isinstance(node, _Class):
        steps.append(_Step("char", node))
    elif isinstance(node, _Sequence):
        for part in node.parts:
            _emit(part, steps)
    elif isinstance(node, _Group):
        steps.append(_Step("save", first=2 * node.number))
        _emit(node.part, steps)
        steps.append(_Step("save", first=2 * node.number + 1))
    elif isinstance(node, _Choice):
        _emit_choice(node, steps)
    else:
        _emit_repeat(node, steps)


def _emit_choice(node: _Choice, steps: list[_Step]) -> None:
    jumps = []
    for branch in node.branches[:-1]:
        split = len(steps)
        steps.append(_Step("split"))
        _emit(branch, steps)
        jumps.append(len(steps))
        steps.append(_Step("jump"))
        steps[split] = _Step("split", None, split + 1, len(steps))
    _emit(node.branches[-1], steps)
    for jump in jumps:
        steps[jump] = _Step("jump", None, len(steps))


def _emit_repeat(node: _Repeat, steps: list[_Step]) -> None:
    for _ in range(node.least):
        _emit(node.part, steps)

    def split(at: int, inside: int, behind: int) -> None:
        first, second = (behind, inside) if node.reluctant else (inside, behind)
        steps[at] = _Step("split", None, first, second)

    if node.most is None:
        start = len(steps)
        steps.append(_Step("split"))
        _emit(node.part, steps)
        steps.append(_Step("jump", None, start))
        split(start, start + 1, len(steps))
        return
    starts = []
    for _ in range(node.most - node.least):
        starts.append(len(steps))
        steps.append(_Step("split"))
        _emit(node.part, steps)
    for start in starts:
        split(start, start + 1, len(steps))


@lru_cache(maxsize=1024)
def compile_pattern(text: str) -> Pattern:
    """Compile a regular expression; PatternError says why it is none."""
    reader = _Reader(text)
    tree = reader.read_choice()
    if reader.peek():
        raise PatternError("')' closes no group; write \\) for the character")
    if _count_steps(tree) > _PROGRAM_LIMIT:
        raise PatternError("it is too long, with its repetitions written out")
    steps: list[_Step] = []
    _emit(tree, steps)
    return Pattern((*steps, _Step("match")), reader.groups)


_Saved = tuple[int, ...]


def _add_thread(
    pattern: Pattern, threads: dict[int, _Saved], start: int, saved: _Saved, position: int, length: int
) -> None:
    """Add a thread and all it leads to without taking a character, those of higher priority first."""
    stack = [(start, saved)]
    while stack:
        at, kept = stack.pop()
        if at in threads:
            continue
        threads[at] = kept
        step = pattern.steps[at]
        if step.kind == "jump":
            stack.append((step.first, kept))
        elif step.kind == "split":
            stack += [(step.second, kept), (step.first, kept)]
        elif step.kind == "save":
            stack.append((at + 1, (*kept[: step.first], position, *kept[step.first + 1 :])))
        elif (step.kind == "^" and position == 0) or (step.kind == "$" and position == length):
            stack.append((at + 1, kept))


def search_pattern(pattern: Pattern, text: str) -> tuple[int, ...] | None:
    """Return where the first match lies, the groups' bounds after its own; None without one.

    Of several matches from one place the first in the order of alternatives, greedy ones longest first. A group
    that takes no part has the bounds -1.
    """
    return _search(pattern, text, 0)[0]


def _search(pattern: Pattern, text: str, start: int) -> tuple[tuple[int, ...] | None, int]:
    """Return the first match at or behind ``start``, and how many threads were moved to find it."""
    work = 0
    empty: _Saved = (-1,) * (2 * pattern.groups + 2)
    threads: dict[int, _Saved] = {}
    found: _Saved | None = None
    for position in range(start, len(text) + 1):
        if found is None:
            _add_thread(pattern, threads, 0, (position, *empty[1:]), position, len(text))
        if not threads:
            break
        following: dict[int, _Saved] = {}
        char = text[position : position + 1]
        work += len(threads)
        for at, saved in threads.items():
            kind = pattern.steps[at].kind
            if kind == "match":
                found = (saved[0], position, *saved[2:])
                break
            if kind == "char" and char and pattern.accepts(at, char):
                _add_thread(pattern, following, at + 1, saved, position + 1, len(text))
        threads = following
    return found, work


def _read_replacement(text: str, groups: int) -> Iterator[str | int]:
    """Yield the parts of a replacement: texts, and the numbers of groups."""
    position = 0
    while position < len(text):
        char = text[position]
        position += 1
        if char == "\\":
            following = text[position : position + 1]
            if following not in ("\\", "$") or not following:
                raise PatternError("in a replacement, \\ stands only before \\ or $")
            position += 1
            yield following
        elif char == "$":
            if not (text[position : position + 1].isdecimal() and text[position].isascii()):
                raise PatternError(
                    "in a replacement, $ stands only before the number of a group; write \\$ for the sign"
                )
            number = int(text[position])
            position += 1
            while (
                position < len(text) and text[position] in "0123456789" and 10 * number + int(text[position]) <= groups
            ):
                number, position = 10 * number + int(text[position]), position + 1
            yield number
        else:
            yield char


def find_replacement_problem(pattern: Pattern, replacement: str) -> str:
    """Return why matches cannot be replaced, as a clause, or an empty string (F&O 3.1, section 5.6.4)."""
    if search_pattern(pattern, "") is not None:
        return "it matches the empty text, which cannot be replaced"
    try:
        list(_read_replacement(replacement, pattern.groups))
    except PatternError as error:
        return str(error)
    return ""


def replace_matches(pattern: Pattern, text: str, replacement: str, limit: int) -> str | None:
    """Replace all matches that do not overlap.

    None for a problem, where the result is longer than ``limit``, and beyond 300,000 steps: each match is found in
    linear time, but there may be as many as the text is long.
    """
    if find_replacement_problem(pattern, replacement):
        return None
    parts = list(_read_replacement(replacement, pattern.groups))
    written: list[str] = []
    size = position = work = 0
    while position <= len(text):
        found, steps = _search(pattern, text, position)
        work += steps
        if work > _WORK_LIMIT:
            return None
        if found is None:
            break
        pieces = [text[position : found[0]]]
        for part in parts:
            if isinstance(part, str):
                pieces.append(part)
            elif part <= pattern.groups and found[2 * part] >= 0:
                pieces.append(text[found[2 * part] : found[2 * part + 1]])
        written += pieces
        size += sum(map(len, pieces))
        if size > limit:
            return None
        # A match of nothing, as of '$' alone, is passed over with the character behind it.
        position = found[1] if found[1] > found[0] else found[1] + 1
        if found[1] == found[0]:
            written.append(text[found[1] : position])
    written.append(text[position:])
    return "".join(written)
