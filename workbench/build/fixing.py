"""``check --fix``: findings of one code mended by an edit that can be looked at first and undone afterwards."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from difflib import unified_diff

from workbench.build.checked import Checked
from workbench.build.checking import Progress, check
from workbench.build.fixers import FIXERS, Fixer, Repair
from workbench.errors import EditError, SelectionError
from workbench.formats.patches import Replacement, apply_replacements
from workbench.model.report import Violation
from workbench.model.terms import Triple
from workbench.project import Edit, Project, TextPatch, TripleDelta, preview
from workbench.project.edits import Change, plan_edit

__all__ = ["Fix", "list_fixable", "propose_fix"]


_DAMAGE = ("config.", "project.", "rdf.", "xml.")
"""Families of findings that mean that a file is not read as its author meant."""


@dataclass(frozen=True, slots=True)
class Fix:
    """What mends findings of one code.

    ``edit`` is None when nothing can be mended; ``mended`` are the findings that it mends, ``left`` those that it
    leaves, each with the reason. ``diff`` shows it, as a unified diff of the files it changes. ``revealed`` are
    findings that it brings to light: what could not be judged before.
    """

    edit: Edit | None
    mended: tuple[Violation, ...]
    left: tuple[tuple[Violation, str], ...]
    diff: str
    revealed: tuple[Violation, ...] = ()

    def format_text(self) -> str:
        """Return what is left as it is and why, and what the edit brings to light, a line each; empty for neither."""
        lines = [f"{v.location or v.focus}: left as it is. {reason}" for v, reason in self.left]
        lines += [f"{v.location or v.focus}: comes to light. {v.message}" for v in self.revealed]
        return "\n".join(lines)


def list_fixable(checked: Checked) -> tuple[tuple[str, int], ...]:
    """Return the codes of a report whose findings can be mended together, each with the number of its findings."""
    counts: dict[str, int] = defaultdict(int)
    for violation in checked.report.violations:
        if violation.code in FIXERS and not FIXERS[violation.code].one_at_a_time:
            counts[violation.code] += 1
    return tuple(sorted(counts.items()))


def propose_fix(
    project: Project,
    checked: Checked,
    code: str,
    only: str = "",
    *,
    domain: str | None = None,
    today: date | None = None,
    progress: Progress | None = None,
) -> Fix:
    """Return the edit that mends the findings of a code, or with ``only`` one finding of it.

    ``only`` is a place (``FILE:LINE``) or the beginning of a fingerprint. The project as it would be is checked:
    the edit takes away what it is meant to take away, and every file reads as well as before. ``domain`` and
    ``today`` are those of the check. Nothing is written; :func:`workbench.project.apply` carries the edit out.

    Raises SelectionError when the code has no safe fix, needs ``only``, or the report has no such finding;
    EditError when the edit would not mend what it is meant to, or leave a file that cannot be read.
    """
    fixer = FIXERS.get(code)
    if fixer is None:
        raise SelectionError(f"Findings of the code '{code}' have no safe fix. Codes that have: {', '.join(FIXERS)}.")
    found = [v for v in checked.report.violations if v.code == code and (not only or _is_meant(v, only))]
    if not found:
        which = f" at {only}" if only else ""
        raise SelectionError(f"The report has no finding of the code '{code}'{which}.")
    if fixer.one_at_a_time and not only:
        raise SelectionError(f"Say which finding of '{code}' is to be mended, with its place or fingerprint.")
    pairs, left = _find_repairs(project, fixer, found)
    if not pairs:
        return Fix(None, (), tuple(left), "")
    mended = tuple(violation for violation, _ in pairs)
    edit = Edit(fixer.label, _merge(project, [repair for _, repair in pairs]))
    plan = plan_edit(project, edit)
    revealed = _judge_outcome(checked, check(preview(project, edit), domain, today=today, progress=progress), mended)
    return Fix(edit, mended, tuple(left), _show(plan), revealed)


def _find_repairs(
    project: Project, fixer: Fixer, found: Sequence[Violation]
) -> tuple[list[tuple[Violation, Repair]], list[tuple[Violation, str]]]:
    """Return the repairs that can be carried out together, and the findings that are left, each with the reason."""
    pairs: list[tuple[Violation, Repair]] = []
    left: list[tuple[Violation, str]] = []
    for violation in found:
        try:
            pairs.append((violation, fixer.find(project, violation)))
        except EditError as error:
            left.append((violation, str(error)))
    if _find_obstacle(project, fixer, pairs) is None:
        return pairs, left
    kept: list[tuple[Violation, Repair]] = []
    for pair in pairs:
        obstacle = _find_obstacle(project, fixer, [*kept, pair])
        if obstacle is None:
            kept.append(pair)
        else:
            left.append((pair[0], obstacle))
    return kept, left


def _find_obstacle(project: Project, fixer: Fixer, pairs: Sequence[tuple[Violation, Repair]]) -> str | None:
    """Return why repairs cannot be carried out together; None when they can."""
    try:
        plan_edit(project, Edit(fixer.label, _merge(project, [repair for _, repair in pairs])))
    except EditError as error:
        return str(error)
    return None


def _is_meant(violation: Violation, only: str) -> bool:
    place = str(violation.location or "")
    return place == only or place.startswith(f"{only}:") or (len(only) >= 6 and violation.fingerprint.startswith(only))


def _merge(project: Project, repairs: Sequence[Repair]) -> tuple[Change, ...]:
    """Return the changes that carry out all repairs: texts first, since those were made for the text that is there."""
    texts: defaultdict[str, list[Replacement]] = defaultdict(list)
    added: defaultdict[str, list[Triple]] = defaultdict(list)
    removed: defaultdict[str, list[Triple]] = defaultdict(list)
    for repair in repairs:
        for path, replacement in repair.replacements:
            texts[path].append(replacement)
        for path, triple in repair.added:
            added[path].append(triple)
        for path, triple in repair.removed:
            removed[path].append(triple)
    changes: list[Change] = [change for repair in repairs for change in repair.changes]
    for path in sorted(texts):
        file = project.files[path]
        changes.append(TextPatch(path, file.digest, apply_replacements(file.data, texts[path])))
    for path in sorted({*added, *removed}):
        changes.append(TripleDelta(path, tuple(dict.fromkeys(added[path])), tuple(dict.fromkeys(removed[path]))))
    return tuple(changes)


def _judge_outcome(before: Checked, after: Checked, mended: Sequence[Violation]) -> tuple[Violation, ...]:
    """Return what is found only afterwards; raise EditError unless what was to be mended is gone and all files read."""
    known = {_identify(violation) for violation in before.report.violations}
    remaining = {_identify(violation) for violation in after.report.violations}
    for violation in mended:
        if _identify(violation) in remaining:
            raise EditError(f"The edit would not mend this: {violation.message} Nothing was changed.")
    # The parts of an unnamed shape share its fingerprint with what is mended in it; their sentence tells them apart.
    said = {(violation.code, violation.message) for violation in before.report.violations}
    new = [
        violation
        for violation in after.report.violations
        if _identify(violation) not in known and (violation.code, violation.message) not in said
    ]
    for violation in new:
        if violation.code.endswith(".syntax") or violation.code.startswith(_DAMAGE):
            raise EditError(f"The edit would damage {violation.location}: {violation.message} Nothing was changed.")
    return tuple(new)


def _identify(violation: Violation) -> tuple[str, ...]:
    if violation.fingerprint:
        return (violation.fingerprint,)
    return (violation.code, violation.domain, violation.focus, violation.path, violation.value, violation.message)


def _show(plan: Mapping[str, tuple[bytes | None, bytes | None]]) -> str:
    parts: list[str] = []
    for path, (old, new) in plan.items():
        before, after = ((data or b"").decode("utf-8", "replace").splitlines(keepends=True) for data in (old, new))
        for line in unified_diff(before, after, f"a/{path}", f"b/{path}"):
            parts.append(line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n")
    return "".join(parts)
