"""What a curriculum says about rules, classes, properties and templates, held against those that there are."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from difflib import get_close_matches

from workbench.model.curriculum import Curriculum
from workbench.model.report import Location, Violation
from workbench.model.splits import HeldOut
from workbench.model.terms import Term, get_local_name
from workbench.model.theory import Theory
from workbench.wording.templates import Template

__all__ = ["check_curriculum"]


def check_curriculum(
    curriculum: Curriculum, theory: Theory, templates: Sequence[Template], declared: Collection[Term] = ()
) -> list[Violation]:
    """Return a finding for every name that a curriculum speaks of and the domain does not have.

    Splits that would leave nothing to train on are findings too: all templates of a task reserved, or all that rules
    conclude held out. ``declared`` are classes and properties besides those of the theory's rules.
    """
    rules = [rule.name for rule in theory.rules]
    found: list[Violation] = []
    for level in curriculum.levels:
        place = level.world.location or level.location
        named = [name for name, _ in level.world.rules]
        found += _report_unknown(named, rules, place, f'"world" of the level {level.name}', "rule")
    known = {*theory.keys, *declared}
    for held in curriculum.held_out:
        if held.axis == "compositions":
            named = list(dict.fromkeys(name for pair in held.pairs for name in pair))
            found += _report_unknown(named, rules, held.location, f"the split {held.name}", "rule")
        elif held.axis == "properties":
            found += _check_properties(curriculum, held, theory, known)
        elif held.axis == "templates":
            found += _check_templates(curriculum, held, [template.name for template in templates])
    return found


def _report_unknown(
    named: Iterable[str], known: Sequence[str], place: Location | None, where: str, what: str
) -> Iterator[Violation]:
    for name in named:
        if name in known:
            continue
        close = get_close_matches(name, known, 1)
        fix = f"Did you mean {close[0]}?" if close else f"Name a {what} that there is, or leave it out."
        message = f'"{name}" in {where} is no {what} of this domain.'
        yield Violation("curriculum.unknown-name", "error", message, place, focus=name, fix=fix)


def _check_properties(
    curriculum: Curriculum, held: HeldOut, theory: Theory, known: Collection[Term]
) -> Iterator[Violation]:
    names = {get_local_name(term): term for term in sorted(known)}
    for term in held.terms:
        if term not in known:
            close = get_close_matches(get_local_name(term), names, 1)
            yield Violation(
                "curriculum.unknown-name",
                "error",
                f'"{get_local_name(term)}" in the split {held.name} is no class or property of this domain.',
                held.location,
                focus=term,
                fix=f"Did you mean {close[0]}?" if close else "Name one that there is, or leave it out.",
            )
    free = [rule for rule in theory.rules if rule.head and not any(atom.key in held.terms for atom in rule.head)]
    if theory.rules and not curriculum.queryable and not free:
        yield _report_nothing_left(held, "all that rules conclude")


def _check_templates(curriculum: Curriculum, held: HeldOut, templates: Sequence[str]) -> Iterator[Violation]:
    def is_reserved(template: str) -> bool:
        return any(template == variant or template.endswith(f"/{variant}") for variant in held.variants)

    for variant in held.variants:
        if not any(template == variant or template.endswith(f"/{variant}") for template in templates):
            fix = f"Templates are {', '.join(sorted(templates))}." if templates else "Write one."
            message = f'"{variant}" in the split {held.name} is no template of this curriculum.'
            yield Violation("curriculum.unknown-name", "error", message, held.location, focus=variant, fix=fix)
    tasks = dict.fromkeys(quota.task for level in curriculum.levels for quota in level.quotas)
    for task in tasks:
        for language, _ in curriculum.languages:
            own = [name for name in templates if name.startswith(f"{task}/{language}-")]
            if own and all(map(is_reserved, own)):
                yield _report_nothing_left(held, f"all templates of the task {task} in the language {language}")


def _report_nothing_left(held: HeldOut, what: str) -> Violation:
    return Violation(
        "curriculum.held-out",
        "error",
        f"The split {held.name} holds out {what}, so nothing is left to train on.",
        held.location,
        fix="Hold out fewer, or add others.",
    )
