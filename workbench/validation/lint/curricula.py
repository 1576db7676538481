"""Curricula and templates: what is asked for and can never be, and what nothing asks for."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence

from workbench.model.curriculum import BARE_TASKS
from workbench.model.report import Location, Violation
from workbench.model.rules import Rule, is_restatement, iterate_atoms
from workbench.model.terms import Term, get_local_name, make_literal
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.rules import find_derivable, list_stated

__all__ = ["FINDERS", "compute_hops"]

_MOST_HOPS = 12
_FULL = (1 << (_MOST_HOPS + 1)) - 1
_PROVED = ("entailed", "refuted", "-")


def compute_hops(rules: Sequence[Rule], stated: Collection[Term]) -> int:
    """Return a mask whose bit n is set when some proof or refutation may have n hops, up to twelve.

    That is an upper bound: it looks at classes and properties only, and not at who is meant.
    """
    reach: dict[Term, int] = dict.fromkeys(stated, 1)
    total = 1
    changed = True
    while changed:
        changed = False
        for rule in rules:
            mask = 1 << (0 if is_restatement(rule) else 1)
            for atom in iterate_atoms(rule.body):
                mask = _add(mask, reach.get(atom.key, 0))
                if not mask:
                    break
            total |= mask
            for head in rule.head:
                if mask & ~reach.get(head.key, 0):
                    reach[head.key] = reach.get(head.key, 0) | mask
                    changed = True
    return total


def _add(first: int, second: int) -> int:
    """Return the mask of all sums of a bit position of each mask."""
    total = 0
    for shift in range(_MOST_HOPS + 1):
        if second >> shift & 1:
            total |= first << shift
    return total & _FULL


def _list_rules(lint: Linter) -> list[Rule]:
    return [*lint.matter.rules, *lint.matter.constraints, *lint.matter.axioms]


def _list_assertable(lint: Linter) -> set[Term]:
    """Return what worlds can state: what the curriculum allows, else what the project states."""
    curriculum = lint.matter.curriculum
    return set(curriculum.assertable) if curriculum and curriculum.assertable else list_stated(lint)


def _find_never_derivable(lint: Linter) -> Iterator[Violation]:
    curriculum = lint.matter.curriculum
    if curriculum is None:
        return
    rules, index = _list_rules(lint), lint.index
    stated = list_stated(lint)
    derivable = find_derivable(rules, stated)
    known = {*index.classes, *index.properties, *stated, *(atom.key for rule in rules for atom in rule.head)}
    wanted: Mapping[str, tuple[Term, ...]] = {
        "queryable": curriculum.queryable,
        "assertable": tuple(term for term in curriculum.assertable if term not in known),
    }
    for key, terms in wanted.items():
        for term in terms:
            if key == "queryable" and term in derivable:
                continue
            name = get_local_name(term)
            message = f"The curriculum asks for {lint.name(term)}, which is never stated and follows from nothing."
            if term not in known:
                message = f"The curriculum lists “{name}” under {key}, but no class or property has that name."
            places: list[Location | None] = [
                lint.matter.locate_curriculum(key, getattr(curriculum, key).index(term)),
                Location(curriculum.path),
            ]
            yield lint.report(
                "curriculum.never-derivable",
                message,
                focus=term,
                source=curriculum.name,
                fix="Correct the name, or write a rule that concludes it.",
                why="No question about it can be made.",
                places=[next(place for place in places if place is not None)],
            )


def _find_empty_levels(lint: Linter) -> Iterator[Violation]:
    curriculum = lint.matter.curriculum
    stated = _list_assertable(lint) if curriculum else set()
    if curriculum is None or not stated:
        return
    mask = compute_hops(_list_rules(lint), stated)
    most = mask.bit_length() - 1
    for level in curriculum.levels:
        low, high = level.hops
        wanted = ((1 << (high + 1)) - 1) & ~((1 << low) - 1)
        if mask & wanted or all(quota.status not in _PROVED or quota.task in BARE_TASKS for quota in level.quotas):
            continue
        hops = f"{low} hops" if low == high else f"{low} to {high} hops"
        yield lint.report(
            "curriculum.empty-level",
            f"Nothing fills the level {level.name}: no proof has {hops}, the longest has {most}.",
            focus=level.name,
            source=curriculum.name,
            fix="Lower its hops, or add rules that build on the conclusions of others.",
            places=[level.location or Location(curriculum.path)],
            at_most=curriculum.shortfall,
        )


def _find_foreign_languages(lint: Linter) -> Iterator[Violation]:
    curriculum = lint.matter.curriculum
    for language, _ in curriculum.languages if curriculum else ():
        if curriculum and language.split("-")[0] not in lint.languages:
            place = lint.matter.locate_curriculum("languages", language)
            yield lint.report(
                "curriculum.foreign-language",
                f"The curriculum asks for the language {language}, which is not one of the project's.",
                source=curriculum.name,
                value=make_literal(language),
                fix=f"Add {language} to 'languages' in workbench.yaml, so that missing labels are found.",
                places=[place or Location(curriculum.path)],
            )


def _find_unused_templates(lint: Linter) -> Iterator[Violation]:
    curriculum = lint.matter.curriculum
    if curriculum is None:
        return
    tasks = {quota.task for level in curriculum.levels for quota in level.quotas}
    languages = {language for language, _ in curriculum.languages}
    unused: dict[str, list[str]] = {}
    for template in lint.matter.templates:
        if template.task not in tasks:
            unused.setdefault(f"no level asks for the task {template.task}", []).append(template.path)
        elif template.language not in languages:
            reason = f"the curriculum does not ask for the language {template.language}"
            unused.setdefault(reason, []).append(template.path)
    for reason, paths in unused.items():
        these = "This template is" if len(paths) == 1 else f"{len(paths)} templates are"
        yield lint.report(
            "template.unused",
            f"{these} never used, because {reason}.",
            source=curriculum.name,
            fix=f"Remove {'it' if len(paths) == 1 else 'them'}, or ask for it in the curriculum.",
            places=[Location(path, 1, 1) for path in sorted(paths)],
        )


FINDERS: dict[str, Finder] = {
    "curriculum.never-derivable": _find_never_derivable,
    "curriculum.empty-level": _find_empty_levels,
    "curriculum.foreign-language": _find_foreign_languages,
    "template.unused": _find_unused_templates,
}
