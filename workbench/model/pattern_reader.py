"""Regular expressions of XPath as trees, and why a text is none.

The language is that of XPath and XQuery Functions and Operators 3.1, section 5.6.1 (regular expressions of XSD with
``^``, ``$``, reluctant quantifiers and groups), without what needs searching back and forth (back references) and
without the named blocks of Unicode.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from typing import NamedTuple

__all__ = [
    "Characters",
    "Choice",
    "Group",
    "Node",
    "PatternError",
    "Repeat",
    "Sequence",
    "read_pattern",
]

_DEPTH_LIMIT = 40
_REPEAT_LIMIT = 200
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
class Characters:
    """A set of characters: ranges and Unicode categories and further sets, perhaps negated, less another set."""

    ranges: tuple[tuple[int, int], ...] = ()
    categories: tuple[str, ...] = ()
    others: tuple[Characters, ...] = ()
    negated: bool = False
    without: Characters | None = None

    def has(self, char: str) -> bool:
        code, category = ord(char), unicodedata.category(char)
        found = (
            any(low <= code <= high for low, high in self.ranges)
            or any(category.startswith(name) for name in self.categories)
            or any(other.has(char) for other in self.others)
        )
        return found != self.negated and not (self.without is not None and self.without.has(char))


_SPACE = Characters(((0x20, 0x20), (0x9, 0xA), (0xD, 0xD)))
_MULTIPLE = {
    "s": _SPACE,
    "d": Characters(categories=("Nd",)),
    "w": Characters(categories=("P", "Z", "C"), negated=True),
    "i": Characters(_NAME_START),
    "c": Characters(_NAME_START + _NAME_MORE),
}
_ANY = Characters(((0xA, 0xA), (0xD, 0xD)), negated=True)


class Repeat(NamedTuple):
    least: int
    most: int | None
    reluctant: bool
    part: Node


class Group(NamedTuple):
    number: int
    part: Node


class Sequence(NamedTuple):
    parts: tuple[Node, ...]


class Choice(NamedTuple):
    branches: tuple[Node, ...]


Node = Characters | str | Repeat | Group | Sequence | Choice
"""A set of characters, ``^`` or ``$``, or what is made of them."""


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

    def read_choice(self) -> Node:
        branches = [self.read_branch()]
        while self.peek() == "|":
            self.take()
            branches.append(self.read_branch())
        return branches[0] if len(branches) == 1 else Choice(tuple(branches))

    def read_branch(self) -> Node:
        parts: list[Node] = []
        while self.peek() not in ("", "|", ")"):
            parts.append(self.read_piece())
        return parts[0] if len(parts) == 1 else Sequence(tuple(parts))

    def read_piece(self) -> Node:
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
        return Repeat(least, most, reluctant, atom)

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

    def read_atom(self) -> Node:
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
            return escaped if isinstance(escaped, Characters) else Characters(((ord(escaped), ord(escaped)),))
        if char in "?*+{}])":
            raise PatternError(f"'{char}' stands where it has no meaning; write \\{char} for the character")
        return Characters(((ord(char), ord(char)),))

    def read_group(self) -> Node:
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
        return Group(number, inside) if number else inside

    def read_escape(self) -> Characters | str:
        char = self.take()
        if char in _ESCAPES:
            return _ESCAPES[char]
        if char.lower() in _MULTIPLE and char.isascii():
            found = _MULTIPLE[char.lower()]
            return found if char.islower() else Characters(others=(found,), negated=True)
        if char in "pP":
            end = self.text.find("}", self.position)
            name = self.text[self.position + 1 : end] if self.peek() == "{" and end >= 0 else ""
            if name not in _CATEGORIES:
                raise PatternError(f"\\{char} needs a category of Unicode, such as \\p{{Lu}}")
            self.position = end + 1
            return Characters(categories=(name,), negated=char == "P")
        if char.isdecimal():
            raise PatternError(f"\\{char} refers back to a group, which cannot be matched in bounded time")
        raise PatternError(f"\\{char} has no meaning")

    def read_class(self) -> Characters:
        self.depth += 1
        if self.depth > _DEPTH_LIMIT:
            raise PatternError("its groups are nested too deeply")
        negated = self.peek() == "^"
        if negated:
            self.take()
        ranges: list[tuple[int, int]] = []
        others: list[Characters] = []
        without: Characters | None = None
        while self.peek() != "]":
            if self.text.startswith("-[", self.position) and (ranges or others):
                self.position += 2
                without = self.read_class()
                if self.peek() != "]":
                    raise PatternError("a subtraction is the last part of a set in brackets")
                break
            low = self.read_member()
            if isinstance(low, Characters):
                others.append(low)
                continue
            high = low
            if self.peek() == "-" and self.text[self.position + 1 : self.position + 2] not in ("]", "[", ""):
                self.take()
                end = self.read_member()
                if isinstance(end, Characters) or end < low:
                    raise PatternError("a range of characters ends below its beginning")
                high = end
            ranges.append((ord(low), ord(high)))
        self.take()
        self.depth -= 1
        if not ranges and not others:
            raise PatternError("a set in brackets is empty")
        return Characters(tuple(ranges), (), tuple(others), negated, without)

    def read_member(self) -> Characters | str:
        char = self.take()
        if char == "\\":
            return self.read_escape()
        if char == "[":
            raise PatternError("'[' stands inside a set in brackets; write \\[ for the character")
        return char


def read_pattern(text: str) -> tuple[Node, int]:
    """Return a regular expression as a tree and how many groups it has; PatternError says why it is none."""
    reader = _Reader(text)
    tree = reader.read_choice()
    if reader.peek():
        raise PatternError("')' closes no group; write \\) for the character")
    return tree, reader.groups
