"""Regular expressions of XPath, made into a program and run in linear time.

A program is run by simulation of all its threads at once (Thompson 1968; with
groups and priorities as in Pike's and Cox's machines), so the time is at most the length of the text times the
length of the program, whatever the expression: nested repetition is harmless.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from workbench.model.pattern_reader import Characters, Choice, Group, Node, PatternError, Repeat, Sequence, read_pattern

__all__ = [
    "PATTERN_TEXT_LIMIT",
    "Pattern",
    "compile_pattern",
    "find_replacement_problem",
    "replace_matches",
    "search_pattern",
]

PATTERN_TEXT_LIMIT = 1000
"""How long a text may be that a pattern is matched with."""
_PROGRAM_LIMIT = 300
_WORK_LIMIT = 300_000


class _Step(NamedTuple):
    """An instruction: ``char`` (with a set), ``split`` and ``jump`` (targets), ``save``, ``^``, ``$`` or ``match``."""

    kind: str
    chars: Characters | None = None
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


def _count_steps(node: Node) -> int:
    if isinstance(node, Repeat):
        inside = _count_steps(node.part)
        return inside * node.least + ((inside + 2) if node.most is None else (inside + 1) * (node.most - node.least))
    if isinstance(node, Group):
        return _count_steps(node.part) + 2
    if isinstance(node, Sequence):
        return sum(map(_count_steps, node.parts))
    if isinstance(node, Choice):
        return sum(_count_steps(branch) + 2 for branch in node.branches)
    return 1


def _emit(node: Node, steps: list[_Step]) -> None:
    if isinstance(node, str):
        steps.append(_Step(node))
    elif isinstance(node, Characters):
        steps.append(_Step("char", node))
    elif isinstance(node, Sequence):
        for part in node.parts:
            _emit(part, steps)
    elif isinstance(node, Group):
        steps.append(_Step("save", first=2 * node.number))
        _emit(node.part, steps)
        steps.append(_Step("save", first=2 * node.number + 1))
    elif isinstance(node, Choice):
        _emit_choice(node, steps)
    else:
        _emit_repeat(node, steps)


def _emit_choice(node: Choice, steps: list[_Step]) -> None:
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


def _emit_repeat(node: Repeat, steps: list[_Step]) -> None:
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
    tree, groups = read_pattern(text)
    if _count_steps(tree) > _PROGRAM_LIMIT:
        raise PatternError("it is too long, with its repetitions written out")
    steps: list[_Step] = []
    _emit(tree, steps)
    return Pattern((*steps, _Step("match")), groups)


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
