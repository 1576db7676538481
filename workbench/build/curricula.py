"""A domain's curriculum and templates, read and judged together."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from workbench.build.closed_book_levels import find_closed_book_problems, find_sensitive_levels
from workbench.build.default_templates import list_defaults
from workbench.formats.curriculum import parse_curriculum
from workbench.generation.items.rendering import list_stated, name_slots
from workbench.generation.tasks import get_family
from workbench.model.curriculum import TASKS, Curriculum
from workbench.model.report import Location, Violation
from workbench.project import Domain, SourceFile
from workbench.wording.completeness import find_gaps
from workbench.wording.frames import FRAMES
from workbench.wording.templates import Template, parse_template

__all__ = ["CurriculumText", "locate_templates", "read_curriculum"]

_PLACE = re.compile(
    r"(?:.*/)?templates/(?P<task>[^/]+)/(?P<language>[a-z]{2,8})-(?P<variant>[A-Za-z0-9_-]+)\.j(?:2|inja)\Z"
)


@dataclass(frozen=True, slots=True)
class CurriculumText:
    """What the files say: the curriculum, None where none can be used, and the usable templates by name.

    ``defaults`` names those that come with Workbench, for tasks and languages for which the domain has none.
    """

    curriculum: Curriculum | None
    templates: tuple[Template, ...]
    violations: tuple[Violation, ...]
    defaults: frozenset[str] = frozenset()


def read_curriculum(domain: Domain) -> CurriculumText:
    """Read a domain's ``curriculum.yaml`` and the templates ``templates/<task>/<language>-<variant>.j2`` beside it.

    A domain without a curriculum is no violation. What is wrong with one file leaves the others usable. A task without
    a template in a language of the curriculum gets those that come with Workbench.
    """
    violations: list[Violation] = []
    templates: dict[str, Template] = {}
    curriculum = None
    file = domain.curriculum_file
    if file is not None:
        curriculum, found = parse_curriculum(file.data, file.path, domain.name, domain.prefixes)
        violations += found
    for source in domain.templates:
        template = _read_template(source)
        if isinstance(template, Violation):
            violations.append(template)
        elif template.name in templates:
            place = Location(source.path)
            violations.append(Violation("template.twice", "error", f"There are two templates {template.name}.", place))
        else:
            violations += _find_missing_slots(template, source.path)
            templates[template.name] = template
    defaults: frozenset[str] = frozenset()
    if curriculum is not None:
        # What has a file, readable or not, is the author's.
        own = {name.partition("-")[0] for name in locate_templates(domain)}
        lent = list(_lend_templates(curriculum, own))
        defaults = frozenset(template.name for template in lent)
        templates |= {template.name: template for template in lent}
        refused = tuple(find_sensitive_levels(curriculum)) if domain.sensitive else ()
        # What a level that must not be lacks besides does not matter.
        allowed = [level for level in curriculum.levels if not refused or "project" not in level.sources]
        judged = replace(curriculum, levels=tuple(allowed))
        violations += (*refused, *_find_missing_templates(judged, templates, own))
        violations += find_closed_book_problems(judged, templates.values())
    located = (replace(violation, domain=domain.name) for violation in violations)
    listed = tuple(templates[name] for name in sorted(templates))
    return CurriculumText(curriculum, listed, tuple(located), defaults)


def locate_templates(domain: Domain) -> dict[str, str]:
    """Return the path of each template's file by the template's name, ``<task>/<language>-<variant>``."""
    matches = [match for source in domain.templates if (match := _PLACE.match(source.path))]
    return {f"{match['task']}/{match['language']}-{match['variant']}": match.string for match in matches}


def _lend_templates(curriculum: Curriculum, own: Collection[str]) -> Iterator[Template]:
    """Yield the default templates of what a curriculum asks for and is not among ``own``, as ``<task>/<language>``."""
    tasks = dict.fromkeys(quota.task for level in curriculum.levels for quota in level.quotas)
    for task in tasks:
        for language, _ in curriculum.languages:
            if f"{task}/{language}" not in own:
                yield from list_defaults(task, language)


def _read_template(source: SourceFile) -> Template | Violation:
    match = _PLACE.match(source.path)
    if match is None or match["task"] not in TASKS:
        return Violation(
            "template.place",
            "error",
            f"It cannot be told for which task and language the template {source.path} is.",
            Location(source.path),
            fix=f"Name it templates/<task>/<language>-<variant>.j2, where the task is one of {', '.join(TASKS)}.",
        )
    return parse_template(source.text, source.path, match["task"], match["language"], match["variant"], source.digest)


def _find_missing_slots(template: Template, path: str) -> Iterator[Violation]:
    """Try every set of slots that a prompt may fill, since a template must show what is filled, exactly once."""
    family = get_family(template.task)
    slots = name_slots(template, family)
    reported: set[str] = set()
    for stated in list_stated(family):
        try:
            template.cut((*(slots[name] for name in stated), *family.slots), "")
        except ValueError as error:
            if str(error) in reported:
                continue
            reported.add(str(error))
            asked = ", ".join(f"{{{{ {slot} }}}}" for slot in family.slots)
            context = (
                f"Write {{{{ {slots['facts']} }}}}, {{% if {slots['rules']} %}}{{{{ {slots['rules']} }}}}"
                "{% endif %} and the like; this task asks in "
            )
            yield Violation(
                "template.slots",
                "error",
                f"In the template {template.name} {error}.",
                Location(path, 1),
                why="A prompt states each thing once: facts, rules where there are any, what is closed, the question.",
                fix=f"{'This task states nothing, and asks in ' if family.bare else context}{asked}.",
            )


def _find_missing_templates(
    curriculum: Curriculum, templates: dict[str, Template], own: Collection[str]
) -> Iterator[Violation]:
    have = {f"{template.task}/{template.language}" for template in templates.values()} | {*own}
    whole = Location(curriculum.path)
    needed: dict[str, Location] = {}
    for level in curriculum.levels:
        for quota in level.quotas:
            needed.setdefault(quota.task, quota.location or level.location or whole)
    for language, _ in curriculum.languages:
        if language not in FRAMES:
            known = ", ".join(sorted(FRAMES))
            message = f"The curriculum asks for the language {language}, in which no sentences can be composed."
            yield Violation("curriculum.language", "error", message, whole, fix=f"Languages are {known}.")
            continue
        for task in sorted(needed):
            if gaps := find_gaps(FRAMES[language], task):
                message = f"The task {task} cannot be asked in the language {language}, which lacks {', '.join(gaps)}."
                fix = "Complete the frames of the language, as docs/wording.md says under “Adding a language”."
                yield Violation("curriculum.language", "error", message, needed[task], fix=fix)
        for task in sorted(task for task in needed if f"{task}/{language}" not in have):
            folder = f"{curriculum.path.rsplit('/', 1)[0]}/templates/{task}"
            message = (
                f"There is no template for the task {task} in the language {language}, nor does Workbench have one."
            )
            fix = f"Write {folder}/{language}-1.j2; 'workbench templates add {task}' copies one in another language."
            yield Violation("template.missing", "error", message, needed[task], fix=fix)
