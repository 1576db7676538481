"""Replies: which text of a reply is its answer, by one rule for all kinds of questions (docs/scorer.md)."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

from workbench.export.scorer.values import normalise_text, strip_marks
from workbench.export.scorer.wrappings import HEADING, PROOF, WHICH, open_json, open_tables

__all__ = ["BULLET", "LINE", "LINES", "RULE", "cut_bullet", "extract_answer", "is_sentence"]

LINE, LINES, RULE = "line", "lines", "rule"
"""The forms that an answer can have beside a proof: one line, a list of lines, a rule."""

_LONGEST_REPLY = 1_000_000
_MOST_LINES = 20_000
_LONGEST_ANSWER = 100_000
_LONGEST_LAST = 4_000
_MOST_COMPARED = 1_000_000
"""So many lines of marked answers are compared with each other."""
_MARK = re.compile(
    r"(?:^|(?<=[.!?:;]\s))(?:"
    rf"(?:(?:so|thus|hence|therefore),?\s+)?(?:(?:the|my|die|meine)\s+)?{WHICH}(?:answers?|antwort(?:en)?)"
    r"(?:\s*:|\s+(?:is|are|ist|sind|lautet|lauten)\b\s*:?)"
    rf"|(?:also|daher|damit|folglich|somit)\s+(?:ist|lautet)\s+die\s+{WHICH}antwort\b\s*:?)\s*",
    re.IGNORECASE,
)
_EXPLAINS = re.compile(
    r"(?:(?:explanation|reason|reasoning|justification|erklärung|begründung|grund)\s*:|because\b|denn\b|weil\b)",
    re.IGNORECASE,
)
_TELLS = re.compile(
    r"(?:(?:explanation|erklärung|in words|in worten)\s*[:,]|(?:this|that|it|(?:this|the) (?:rule|formula|query)) "
    r"(?:says|means|states|asks|expresses)\b|(?:das|dies|sie|(?:diese|die) (?:regel|formel|anfrage)) "
    r"(?:heißt|bedeutet|besagt|sagt|fragt)\b)",
    re.IGNORECASE,
)
_BECAUSE = re.compile(r",?\s(?:because|weil)\s|,\s(?:since|denn)\s")
_TAG = re.compile(r"</?answer>", re.IGNORECASE)
_EMPHASIS = re.compile(r"(?<![\w*_])(\*{1,3}|_{1,3})(?=[^\s*_])([^*_\n]*[^\s*_])\1(?![\w*_])")
_BOLD = re.compile(r"(?<![\w*])(\*\*)(?=[^\s*])([^*\n]*[^\s*])\1(?![\w*])")
_BOX = "\\boxed{"
_MATH_TEXT = re.compile(r"\\(?:text|textbf|textit|mathrm|mathbf)\{([^{}]*)\}")
_MATH_SIGNS = re.compile(r"\$+|\\[()\[\]]")
_FORMULA = re.compile(r"(?:\$([^$]+)\$|\\\((.+)\\\)|\\\[(.+)\\\])(\.?)\Z")
_EMPTY_LINE = re.compile(r"(?:\\[\[\]]|\$\$|-{3,}|\*{3,}|_{3,}|[.!])\Z")
_STEP_LINE = re.compile(r"\A[Ss][0-9]{1,4} ?[.:)]")
_VARIABLE = re.compile(r"\?[A-Za-z_]")
BULLET = re.compile(r"\A(?:[-*•+]|[0-9]{1,3}[.)])\s+(?=\S)")
"""What stands before a part of a list: a bullet, or its number."""


def cut_bullet(line: str) -> str:
    """Return a line without the bullet before it; numbers stay."""
    return line[2:].lstrip() if line[:2] in ("- ", "* ", "• ", "+ ") else line


def is_sentence(line: str) -> bool:
    """Tell whether a line is thought rather than listed: the end of a sentence or of a heading stands behind it."""
    return line.endswith((".", "!", "?", "…", ":")) and not BULLET.match(line)


# -- a reply without its wrapping


def _cut_thoughts(text: str) -> str:
    """Return what follows the last closed thought; nothing when a thought is still open there."""
    lower = text.lower()
    if len(lower) != len(text):
        lower = text  # a letter whose small form is longer: then the marks must be small themselves
    place = lower.rfind("</think>")
    rest, low = (text[place + 8 :], lower[place + 8 :]) if place >= 0 else (text, lower)
    return "" if "<think>" in low else rest


def _clean_line(line: str, emphasis: re.Pattern[str] | None) -> str:
    """Return a line without what only sets it off: the sign of a heading, bold and italics."""
    line = line.strip()
    if line[:1] in ("#", ">"):
        line = line.lstrip(line[0]).strip()
    if emphasis is not None and ("*" in line or "_" in line):
        line = emphasis.sub(r"\2", emphasis.sub(r"\2", line))
    return "" if _EMPTY_LINE.match(line) else line


def _split_lines(text: str, emphasis: re.Pattern[str] | None) -> tuple[list[str], list[str]]:
    """Return the lines of a text, and those of the block of code that ends it; lines of nothing are left out."""
    lines: list[str] = []
    block: list[str] = []
    opened = False
    for raw in text.splitlines():
        line = raw.strip()
        if not line:
            continue
        if line[:3] in ("```", "~~~") and not (len(line) > 6 and line[-3:] == "```"):
            opened = not opened
            if opened:
                block = []
            continue
        if line[:3] == "```":
            line = line[3:-3]
        line = _clean_line(line, emphasis)
        if line:
            lines.append(line)
            if opened:
                block.append(line)
            else:
                block = []
    return lines, [] if opened else block


# -- marks


def _open_boxes(text: str) -> str:
    """Return a text with what stands in each ``\\boxed{...}`` in its place, without the signs of formulas around it."""
    parts, place = [], 0
    while (start := text.find(_BOX, place)) >= 0:
        parts.append(text[place:start])
        depth, end = 1, start + len(_BOX)
        while end < len(text) and depth:
            depth += {"{": 1, "}": -1}.get(text[end], 0)
            end += 1
        parts.append(_MATH_TEXT.sub(r"\1", text[start + len(_BOX) : end - (depth == 0)]))
        place = end
    return _MATH_SIGNS.sub("", "".join([*parts, text[place:]])).strip() if place else text


def _read_marked(text: str) -> str:
    text = _open_boxes(text)
    formula = _FORMULA.match(text)
    return (_MATH_TEXT.sub(r"\1", "".join(part or "" for part in formula.groups())) if formula else text).strip()


def _find_marks(line: str) -> list[str]:
    """Return what a line marks as the answer: what follows ``Answer:`` and the like, or stands in a box."""
    places = list(_MARK.finditer(line))
    if not places:
        if HEADING.match(line):
            return [""]
        start = line.find(_BOX)
        return [_read_marked(line[start:])] if start >= 0 else []
    ends = [found.start() for found in places[1:]] + [len(line)]
    found = [_read_marked(line[mark.end() : end].strip()) for mark, end in zip(places, ends, strict=True)]
    return [text for text in found[:-1] if text] + found[-1:]


def _fold_marked(lines: list[str]) -> str:
    return "\n".join(strip_marks(normalise_text(cut_bullet(line))).lower() for line in lines)


def _read_marks(lines: list[str], form: str) -> tuple[list[str], str] | None:
    """Return the lines of the marked answer, or why there is none; None where nothing is marked."""
    marks = [(place, text) for place, line in enumerate(lines) for text in _find_marks(line)]
    marks = [
        (place, text)
        for number, (place, text) in enumerate(marks)
        if text or number == len(marks) - 1 or marks[number + 1][0] > place + 1
    ]  # a heading right above another mark belongs to it
    if not marks:
        return None
    place, text = marks[-1]
    answer = _cut_reasons([text, *lines[place + 1 :]] if text else lines[place + 1 :], form)
    if form == LINE and len(answer) > 1 and not _is_json(answer):
        return [], "something stands behind the answer"
    if len(answer) * len(marks) > _MOST_COMPARED:
        return [], "there are too many answers"
    for before, said in marks[:-1]:
        other = [said] if said else lines[before + 1 : before + 1 + len(answer)]
        if _fold_marked(other) != _fold_marked(answer):
            return [], "there are several answers"
    return answer, ""


def _cut_reasons(lines: list[str], form: str) -> list[str]:
    """Return the lines of what is marked without the explanation that follows it."""
    end = next((place for place, line in enumerate(lines) if place and _EXPLAINS.match(line)), len(lines))
    if form in (LINE, LINES) and lines:
        lines = [_BECAUSE.split(lines[0], maxsplit=1)[0], *lines[1:end]]
    return lines[:end]


def _is_json(lines: list[str]) -> bool:
    return lines[0][:1] + lines[-1][-1:] in ("{}", "[]")


# -- the rule


def extract_answer(reply: str, form: str, is_answer: Callable[[str, str], bool], own: str = "") -> tuple[str, str]:
    """Return the answer in a reply, and if there is none why.

    Thoughts in ``<think>...</think>`` do not count. What is marked counts, and all marks must say the same. Where
    nothing is marked, the block of code or JSON that ends the reply is the answer, else its last line with those before
    it that are no thoughts: ``is_answer`` tells of a line, given the last one, whether it could be an answer itself.
    Marks of emphasis are cut off unless the item's ``own`` answer has some.
    """
    if len(reply) > _LONGEST_REPLY:
        return "", f"the reply is longer than {_LONGEST_REPLY} characters"
    pattern = _BOLD if form == RULE else _EMPHASIS
    emphasis = None if pattern.search(own) else pattern
    text = unicodedata.normalize("NFC", _cut_thoughts(reply))
    if sum(bool(line.strip()) for line in text.splitlines()) > _MOST_LINES:
        return "", f"the reply has more than {_MOST_LINES} lines"
    text = _TAG.sub(lambda found: "\n" if found.group()[1] == "/" else "\nAnswer:\n", text)
    lines, block = (open_tables(part, form) for part in _split_lines(text, emphasis))
    marked = _read_marks(lines, form)
    problem = ""
    if marked is not None:
        lines, problem = marked
    elif block:
        lines = block
    start = next((place for place, line in enumerate(lines) if line[0] in "{["), 0)
    opened = open_json("\n".join(lines[start:]), form) if lines and (marked is None or not start) else None
    if opened is not None:
        lines, problem = opened
    elif marked is None and not block and form in (LINE, LINES) and lines:
        lines = [_read_marked(line) for line in lines]
        last = lines[-1]
        lines = [line for line in lines[:-1] if is_answer(line, last[:_LONGEST_LAST])] + [last]
    if problem:
        return "", problem
    if form in (PROOF, RULE):
        lines = _cut_preface(lines, _STEP_LINE if form == PROOF else _VARIABLE)
    if form == RULE:
        lines = _cut_sentences(lines)
    if form == LINE:
        lines = list({_fold_marked([line]): cut_bullet(line) for line in lines}.values())
        if len(lines) > 1:
            return "", "there are several answers"
    answer = "\n".join(lines).strip()
    if form == RULE:
        answer = _read_marked(answer).removesuffix(".").rstrip()
    if len(answer) > _LONGEST_ANSWER:
        return "", f"the answer is longer than {_LONGEST_ANSWER} characters"
    return answer, "" if answer else "there is no answer"


def _cut_preface(lines: list[str], sign: re.Pattern[str]) -> list[str]:
    """Return the lines from the first with the sign of its form on, all without bullets."""
    bare = [BULLET.sub("", line, count=1) for line in lines]
    first = next((place for place, line in enumerate(bare) if sign.search(line)), 0)
    return bare[first:]


def _cut_sentences(lines: list[str]) -> list[str]:
    """Return the lines of a rule without the one behind it that says in words what it means and has no variable."""
    last = lines[-1] if len(lines) > 1 else ""
    return lines[:-1] if _TELLS.match(last) and not _VARIABLE.search(last) else lines
