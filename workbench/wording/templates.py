"""Templates: Jinja texts that frame slots, and nothing else.

A template may hold text, slots, and conditions on slots; loops, calls, filters, attributes and assignments are
refused, so it cannot hang, cannot reach Python, and cannot change what a slot says. It is evaluated once for each set
of filled slots, in Jinja's immutable sandbox with strict undefined; items are then filled by joining.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache

import jinja2
from jinja2 import nodes
from jinja2.sandbox import ImmutableSandboxedEnvironment

from workbench.model.report import Location, Violation
from workbench.wording.reader import SLOTS, Skeleton

__all__ = ["CHOICES", "Template", "fill_skeleton", "parse_template"]

CHOICES = "choices"
"""The one variable that is not a slot: the possible answers, as fixed text of the language."""

_ALLOWED = (
    nodes.Template, nodes.Output, nodes.TemplateData, nodes.Name, nodes.If, nodes.Const,
    nodes.And, nodes.Or, nodes.Not,
)  # fmt: skip
_MARK = re.compile("\x00([a-z_]+)\x01")
_SIZE = 100_000
_DEEPEST = 50
"""Nesting that Jinja's generated code can hold: Python refuses a hundred levels of indentation."""
_UNPRINTABLE = re.compile("[\x00-\x08\x0b-\x1f\x7f\ud800-\udfff]")


@dataclass(frozen=True)
class Template:
    """A parsed template. ``name`` is ``<task>/<language>-<variant>``, ``digest`` that of its text."""

    name: str
    task: str
    language: str
    digest: str
    text: str
    slots: tuple[str, ...]

    @cached_property
    def frames_nothing(self) -> bool:
        """Whether the template also serves where no fact is stated: it has a condition on its slot for facts."""
        tests = ImmutableSandboxedEnvironment().parse(self.text).find_all(nodes.If)
        names = {found.name for node in tests for found in _find_names(node.test)}
        return not names.isdisjoint(("facts", "facts_list"))

    def cut(self, filled: Collection[str], choices: str) -> Skeleton:
        """Evaluate the template with exactly the slots ``filled`` and return its skeleton.

        Raises ValueError when a filled slot does not appear exactly once.
        """
        values = {slot: f"\x00{slot}\x01" if slot in filled else "" for slot in SLOTS}
        rendered = _compile(self.text).render(**values, **{CHOICES: choices}).strip()
        parts = _MARK.split(rendered)
        slots = tuple(parts[1::2])
        if sorted(slots) != sorted(filled):
            missing = sorted(set(filled) - set(slots)) or sorted(slots)
            raise ValueError(f"the slots {', '.join(missing)} must each appear exactly once")
        return Skeleton(f"{self.name}:{'+'.join(sorted(filled))}", self.language, tuple(parts[0::2]), slots)


@lru_cache(maxsize=2048)
def _compile(text: str) -> jinja2.Template:
    """Return a template ready to be rendered; compiling takes a hundred times as long as rendering."""
    environment = ImmutableSandboxedEnvironment(
        undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=False
    )
    return environment.from_string(text)


def _find_names(test: nodes.Node) -> Iterator[nodes.Name]:
    if isinstance(test, nodes.Name):
        yield test
    yield from test.find_all(nodes.Name)


def fill_skeleton(skeleton: Skeleton, values: Mapping[str, str]) -> str:
    """Return the prompt: the skeleton's texts with the slots' sentences between them."""
    pieces = [skeleton.texts[0]]
    for slot, text in zip(skeleton.slots, skeleton.texts[1:], strict=True):
        pieces += (values[slot], text)
    return "".join(pieces)


def parse_template(text: str, path: str, task: str, language: str, variant: str, digest: str) -> Template | Violation:
    """Parse a template, or return the located violation that forbids its use."""

    def refuse(code: str, message: str, line: int, fix: str, name: str = "") -> Violation:
        place = Location(path, line, _find_column(text, line, name))
        return Violation(f"template.{code}", "error", message, place, fix=fix)

    if len(text) > _SIZE:
        return refuse("too-large", f"The template has more than {_SIZE:,} characters.", 0, "Shorten it.")
    text = text.replace("\r\n", "\n")
    if found := _UNPRINTABLE.search(text):
        line = text.count("\n", 0, found.start()) + 1
        return refuse("syntax", "The template holds a control character.", line, "Remove it.")
    try:
        tree = ImmutableSandboxedEnvironment().parse(text)
    except jinja2.TemplateSyntaxError as error:
        return refuse("syntax", f"The template cannot be read: {error.message}.", error.lineno, "Mend the braces.")
    except (RecursionError, ValueError):
        # ValueError: a number of more digits than Python reads.
        return refuse("syntax", "The template is nested too deeply, or holds a huge number.", 0, "Make it simpler.")
    allowed = ", ".join((*SLOTS, CHOICES))
    for node, depth in _walk(tree):
        if depth > _DEEPEST:
            return refuse("syntax", "The template is nested too deeply.", node.lineno, "Use fewer conditions.")
        if isinstance(node, nodes.Const) and _UNPRINTABLE.search(str(node.value)):
            return refuse("syntax", "The template writes a control character.", node.lineno, "Remove it.")
        if not isinstance(node, _ALLOWED):
            what = type(node).__name__.lower()
            return refuse(
                "unsafe",
                f"A template may only frame slots; this one uses something else ({what}).",
                node.lineno,
                "Use text, {{ slot }} and {% if slot %} only.",
            )
        if isinstance(node, nodes.Name) and node.name not in (*SLOTS, CHOICES):
            fix = f"The slots are {allowed}."
            return refuse(
                "unknown-slot", f'The template names "{node.name}", which does not exist.', node.lineno, fix, node.name
            )
    names = [node.name for node, _ in _walk(tree) if isinstance(node, nodes.Name)]
    slots = tuple(slot for slot in SLOTS if slot in names)
    return Template(f"{task}/{language}-{variant}", task, language, digest, text, slots)


def _find_column(text: str, line: int, name: str = "") -> int:
    """Return the column on a line where ``name`` stands in a tag, else where the first tag begins, else the text.

    Jinja gives lines only; a construct over several lines counts for the one that it names.
    """
    lines = text.split("\n")
    if not 0 < line <= len(lines):
        return 0
    found = lines[line - 1]
    tag = re.search(r"\{[{%#]", found)
    if name and (match := re.compile(rf"\b{re.escape(name)}\b").search(found, tag.end() if tag else 0)):
        return match.start() + 1
    start = tag.start() if tag else len(found) - len(found.lstrip())
    return start + 1


def _walk(node: nodes.Node) -> Iterator[tuple[nodes.Node, int]]:
    """Yield the nodes in the order of the text with their depth."""
    stack = [(node, 0)]
    line = 1
    while stack:
        current, depth = stack.pop()
        line = current.lineno = current.lineno or line  # some nodes that Jinja makes up have none
        yield current, depth
        stack.extend((child, depth + 1) for child in reversed(list(current.iter_child_nodes())))
