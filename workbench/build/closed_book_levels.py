"""What a curriculum's closed-book levels need: tasks that can be asked so, templates for them, and recall."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbench.generation.items.rendering import serves_closed_book
from workbench.model.curriculum import CLOSED_BOOK_TASKS, Curriculum
from workbench.model.report import Location, Violation
from workbench.wording.frames import FRAMES
from workbench.wording.templates import Template

__all__ = ["find_closed_book_problems", "find_sensitive_levels"]


def find_sensitive_levels(curriculum: Curriculum) -> Iterator[Violation]:
    """Yield the levels about the project's own individuals, for a domain that is marked as sensitive."""
    for level in curriculum.levels:
        if "project" not in level.sources:
            continue
        asks = "asks about the project's own individuals by their own names, with nothing stated"
        yield Violation(
            "curriculum.sensitive", "error",
            f"The domain {curriculum.domain} is marked as sensitive, but the level {level.name} "
            f"{asks if level.given == 'none' else 'takes worlds from its own individuals'}.",
            level.location or Location(curriculum.path),
            why="A sensitive domain uses sampled worlds only, so that no dataset says anything about anybody in it.",
            fix="Leave the level out, or write given: facts+rules and worlds: sampled; or take 'sensitive: true' from "
            "the domain in workbench.yaml, if there is nobody to protect.",
        )  # fmt: skip


def find_closed_book_problems(curriculum: Curriculum, templates: Iterable[Template]) -> Iterator[Violation]:
    """Yield what is wrong with the levels that state nothing."""
    whole = Location(curriculum.path)
    levels = [level for level in curriculum.levels if level.given == "none"]
    have = {(template.task, template.language) for template in templates if serves_closed_book(template)}
    told: set[tuple[str, str]] = set()
    for level in levels:
        for quota in level.quotas:
            place = quota.location or level.location or whole
            if quota.task not in CLOSED_BOOK_TASKS:
                yield Violation(
                    "curriculum.closed-book", "error",
                    f"The level {level.name} states nothing, so the task {quota.task} cannot be asked in it.", place,
                    fix=f"Closed-book tasks are {', '.join(CLOSED_BOOK_TASKS)}.",
                )  # fmt: skip
                continue
            if quota.status == "unknown":
                yield Violation(
                    "curriculum.closed-book", "error",
                    f"The level {level.name} states nothing, and asks for what cannot be known.", place,
                    why="Evidence for that would be all that the project knows, twice, in every item.",
                    fix="Ask for entailed and refuted items only.",
                )  # fmt: skip
            for language, _ in curriculum.languages:
                if language in FRAMES and (quota.task, language) not in have | told:
                    told.add((quota.task, language))
                    yield Violation(
                        "template.missing", "error",
                        f"No template for the task {quota.task} in the language {language} does without facts.", place,
                        why="A closed-book prompt is the question alone.",
                        fix="Put what a template says of facts under a condition: "
                        "{% if facts_list %}Facts:\n{{ facts_list }}{% endif %}. A task without a template of yours "
                        "is framed by those of Workbench, which have it.",
                    )  # fmt: skip
    if levels and not any(quota.task == "recall" for level in levels for quota in level.quotas):
        yield Violation(
            "curriculum.closed-book", "error",
            "There are closed-book levels and none of them asks for recall.", levels[0].location or whole,
            why="Whatever a closed-book item rests on is taught by recall items for training.",
            fix="Write recall: 20 under the tasks of a level with given: none and hops: 0.",
        )  # fmt: skip
