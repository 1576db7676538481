"""Templates: Jinja texts that frame slots, and nothing else.

A template may hold text, slots, and conditions on slots; loops, calls, filters, attributes and assignments are
refused, so it cannot hang, cannot reach Python, and cannot change what a slot says. It is evaluated once for each set
of filled slots, in Jinja's immutable sandbox with strict undefined; items are then filled by joining.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

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


@dataclass(frozen=True)
class Template:
    """A parsed template. ``name`` is ``<task>/<language>-<variant>``, ``digest`` that of its text."""

    name: str
    task: str
    language: str
    digest: str
    text: str
    slots: tuple[str, ...]

    def cut(self, filled: Collection[str], choices: str) -> Skeleton:
        """Evaluate the template with exactly the slots ``filled`` and return its skeleton.

        Raises ValueError when a filled slot does not appear exactly once.
        """
        environment = ImmutableSandboxedEnvironment(
            undefined=jinja2.StrictUndefined, autoescape=False, keep_trailing_newline=False
        )
        values = {slot: f"\x00{slot}\x01" if slot in filled else "" for slot in SLOTS}
        rendered = environment.from_string(self.text).render(**values, **{CHOICES: choices}).strip()
        parts = _MARK.split(rendered)
        slots = tuple(parts[1::2])
        if sorted(slots) != sorted(filled):
            missing = sorted(set(filled) - set(slots)) or sorted(slots)
            raise ValueError(f"the slots {', '.join(missing)} must each appear exactly once")
        return Skeleton(f"{self.name}:{'+'.join(sorted(filled))}", self.language, tuple(parts[0::2]), slots)


def fill_skeleton(skeleton: Skeleton, values: Mapping[str, str]) -> str:
    """Return the prompt: the skeleton's texts with the slots' sentences between them."""
    pieces = [skeleton.texts[0]]
    for slot, text in zip(skeleton.slots, skeleton.texts[1:], strict=True):
        pieces += (values[slot], text)
    return "".join(pieces)


def parse_template(text: str, path: str, task: str, language: str, variant: str, digest: str) -> Template | Violation:
    """Parse a template, or return the located violation that forbids its use."""

    def refuse(code: str, message: str, line: int, fix: str) -> Violation:
        return Violation(f"template.{code}", "error", message, Location(path, line), fix=fix)

    if len(text) > _SIZE or "\x00" in text or "\x01" in text:
        return refuse("too-large", "The template is too large, or holds control characters.", 0, "Shorten it.")
    try:
        tree = ImmutableSandboxedEnvironment().parse(text)
    except jinja2.TemplateSyntaxError as error:
        return refuse("syntax", f"The template cannot be read: {error.message}.", error.lineno, "Mend the braces.")
    except RecursionError:
        return refuse("syntax", "The template is nested too deeply.", 0, "Use fewer conditions.")
    allowed = ", ".join((*SLOTS, CHOICES))
    for node in _walk(tree):
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
            return refuse("unknown-slot", f'The template names "{node.name}", which does not exist.', node.lineno, fix)
    names = [node.name for node in _walk(tree) if isinstance(node, nodes.Name)]
    slots = tuple(slot for slot in SLOTS if slot in names)
    return Template(f"{task}/{language}-{variant}", task, language, digest, text, slots)


def _walk(node: nodes.Node) -> Iterator[nodes.Node]:
    stack = [node]
    while stack:
        current = stack.pop()
        yield current
        stack.extend(reversed(list(current.iter_child_nodes())))
