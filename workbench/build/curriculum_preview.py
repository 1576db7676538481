"""What a curriculum asks for, one item of each kind: made by the pipeline of a build, and nothing is written."""

from __future__ import annotations

import re
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from workbench.build.curricula import CurriculumText, locate_templates, read_curriculum
from workbench.build.knowledge import Knowledge, get_knowledge, list_domains
from workbench.build.materials import collect_material
from workbench.errors import InvalidKnowledgeError, UsageError
from workbench.generation.selection.blocks import BlockMaker
from workbench.model.curriculum import Curriculum, Level, WorldSource
from workbench.model.report import Report, Violation
from workbench.project import Project

__all__ = ["LEVEL_SECONDS", "CurriculumPreview", "MissingSample", "Sample", "preview_curriculum"]

LEVEL_SECONDS = 20.0
"""So long no further block of worlds is begun for a level."""
_MOST_BLOCKS = 6
_CONTROL = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_CALLED = {"entailed": "it follows", "refuted": "it is refuted", "unknown": "it cannot be known"}
_UNDECIDED = (
    "Neither it nor its contrary follows: there is a model of what is stated without it and another one with it."
)


@dataclass(frozen=True, slots=True)
class Sample:
    """An item that a build could make, as it would be exported.

    ``template`` is the path of its template's file, or says that it comes with Workbench; ``seconds``
    is the time from the beginning of the level.
    """

    level: str
    task: str
    template: str
    seconds: float
    item: Mapping[str, Any]

    @property
    def proof(self) -> tuple[str, ...]:
        """Why the answer is right, a sentence each."""
        if self.item["models"] is not None:
            return (_UNDECIDED,)
        return tuple(step["text"] for step in self.item["proof"] or ())

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        item = self.item
        return {
            "level": self.level,
            "task": self.task,
            "status": item["status"],
            "split": item["split"],
            "language": item["language"],
            "question": item["question"],
            "answer": item["answer"],
            "proof": list(self.proof),
            "difficulty": dict(item["difficulty"]),
            "template": self.template,
            "seconds": round(self.seconds, 2),
        }

    def format_text(self) -> str:
        """Return it as text for a terminal."""
        item = self.item
        difficulty = ", ".join(f"{name} {value}" for name, value in sorted(item["difficulty"].items()))
        status = f" ({_CALLED[item['status']]})" if item["status"] in _CALLED else ""
        proof = self.proof or ("All that the answer rests on stands among the facts.",)
        lines = [
            f"== {self.level} · {self.task} · {item['language']}",
            *_indent(item["question"]),
            f"answer: {item['answer']}{status}",
            "proof:",
            *(line for text in proof for line in _indent(text)),
            f"difficulty: {difficulty}",
            f"template: {self.template}",
            f"there {self.seconds:.1f} s after the level was begun",
        ]
        return _CONTROL.sub(" ", "\n".join(lines))


@dataclass(frozen=True, slots=True)
class MissingSample:
    """A task of a level of which no item was made; ``reasons`` are how often candidates were turned away for what."""

    level: str
    task: str
    why: str
    reasons: tuple[tuple[str, int], ...]

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {"level": self.level, "task": self.task, "why": self.why, "reasons": dict(self.reasons)}

    def format_text(self) -> str:
        """Return it as text for a terminal."""
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in self.reasons) or "no candidate came up at all"
        return f"== {self.level} · {self.task}\nno item was made: {self.why}\nturned away: {reasons}"


@dataclass(frozen=True, slots=True)
class CurriculumPreview:
    """The samples of one domain's curriculum, in its order; ``findings`` is what is wrong with its files."""

    domain: str
    curriculum: str
    samples: tuple[Sample, ...]
    missing: tuple[MissingSample, ...]
    findings: tuple[Violation, ...]
    seconds: float

    @property
    def exit_code(self) -> int:
        """1 when an item is missing or a file has an error, else 0."""
        return int(bool(self.missing) or any(found.severity == "error" for found in self.findings))

    def format_text(self) -> str:
        """Return everything as text for a terminal."""
        head = f"{self.domain}: {len(self.samples):,} sample items in {self.seconds:.1f} s; nothing was written"
        findings = [f"{found.location or ''} {found.severity}: {found.message}".strip() for found in self.findings]
        blocks = [one.format_text() for one in self.samples] + [one.format_text() for one in self.missing]
        return "\n\n".join(["\n".join([head, *findings]), *blocks]) + "\n"

    def to_json(self) -> dict[str, Any]:
        """Return everything as JSON values."""
        return {
            "domain": self.domain,
            "curriculum": self.curriculum,
            "samples": [one.to_json() for one in self.samples],
            "missing": [one.to_json() for one in self.missing],
            "findings": [
                {"code": v.code, "severity": v.severity, "message": v.message, "location": str(v.location or "")}
                for v in self.findings
            ],
            "seconds": round(self.seconds, 2),
        }


def preview_curriculum(
    project: Project,
    domain: str | None = None,
    *,
    level: str | None = None,
    task: str | None = None,
    language: str | None = None,
    seed: int | None = None,
    seconds: float = LEVEL_SECONDS,
    progress: Callable[[str], None] | None = None,
) -> tuple[CurriculumPreview, ...]:
    """Make an item of each task of each level, for every domain that has a curriculum, and write nothing.

    ``level`` (name or number), ``task`` and ``language`` choose among them; ``seed`` is the project's when left out.
    The items are such as a build makes: drawn, answered and judged alike. For a level no block of worlds is begun
    after ``seconds``; one that was begun is finished.

    Raises UsageError when nothing is chosen, InvalidKnowledgeError when the rules or the curriculum cannot be used.
    """
    seed = project.config.build.seed if seed is None else seed
    if not -(2**63) <= seed < 2**63:
        raise UsageError("The seed must fit into 64 bits.")
    chosen = [one for one in list_domains(project, domain) if one.curriculum_file is not None]
    if not chosen:
        raise UsageError("There is no curriculum to preview: put a curriculum.yaml into curricula/<domain>/.")
    wanted = _Choice(level, task, language, seed, seconds, progress or (lambda _: None))
    found = [wanted.preview(get_knowledge(project, one)) for one in chosen]
    if not any(one.samples or one.missing for one in found):
        raise UsageError(_say_nothing_chosen(project, [one.name for one in chosen], wanted))
    return tuple(one for one in found if one.samples or one.missing)


def _say_nothing_chosen(project: Project, domains: list[str], wanted: _Choice) -> str:
    curricula = [read_curriculum(project.get_domain(name)).curriculum for name in domains]
    read = [curriculum for curriculum in curricula if curriculum is not None]
    levels = dict.fromkeys(level.name for curriculum in read for level in curriculum.levels)
    tasks = dict.fromkeys(q.task for curriculum in read for level in curriculum.levels for q in level.quotas)
    languages = dict.fromkeys(name for curriculum in read for name, _ in curriculum.languages)
    for what, value, there in (
        ("level", wanted.level, levels), ("task", wanted.task, tasks), ("language", wanted.language, languages)
    ):  # fmt: skip
        if value is not None and value not in there and not (what == "level" and value.isdecimal()):
            return f"No curriculum here has the {what} {value}; there are: {', '.join(there)}."
    return "No level of a curriculum here has what was chosen."


@dataclass(frozen=True, slots=True)
class _Choice:
    """What is to be shown."""

    level: str | None
    task: str | None
    language: str | None
    seed: int
    seconds: float
    tell: Callable[[str], None]

    def preview(self, knowledge: Knowledge) -> CurriculumPreview:
        started = time.monotonic()
        domain = knowledge.domain
        text = read_curriculum(domain)
        curriculum = text.curriculum
        if curriculum is None:
            raise InvalidKnowledgeError("The curriculum cannot be used.", Report.collect(text.violations))
        if knowledge.blockers:
            knowledge.compute_closure()  # raises, and says what is wrong
        samples: list[Sample] = []
        missing: list[MissingSample] = []
        if spoken := self._choose_languages(curriculum):
            maker = BlockMaker(collect_material(knowledge, _keep_sound(text), spoken, self.seed))
            files = locate_templates(domain) | {name: _say_default(name) for name in text.defaults}
            for level in curriculum.levels:
                if self.level not in (None, level.name, str(level.number)):
                    continue
                sampler = _LevelSampler(maker, level, domain.sensitive, files, self)
                sampler.fill()
                samples += sampler.samples.values()
                missing += sampler.list_missing()
        findings = tuple(v for v in text.violations if v.severity != "info")
        return CurriculumPreview(
            domain.name, curriculum.name, tuple(samples), tuple(missing), findings, time.monotonic() - started
        )

    def _choose_languages(self, curriculum: Curriculum) -> Curriculum | None:
        """Return the curriculum with nothing but the language chosen; None when it does not have it."""
        if self.language is None:
            return curriculum
        kept = tuple(pair for pair in curriculum.languages if pair[0] == self.language)
        return replace(curriculum, languages=kept) if kept else None


def _say_default(name: str) -> str:
    return f"{name} of Workbench; 'workbench templates add {name.partition('/')[0]}' copies it into the project"


def _keep_sound(text: CurriculumText) -> CurriculumText:
    """Return the texts without templates that have errors: no prompt can be made from those."""
    bad = {found.location.path for found in text.violations if found.severity == "error" and found.location is not None}
    sound = (one for one in text.templates if not any(path.rpartition(".")[0].endswith(f"/{one.name}") for path in bad))
    return replace(text, templates=tuple(sound))


class _LevelSampler:
    """Fills one level: an item of each task."""

    def __init__(
        self, maker: BlockMaker, level: Level, is_sensitive: bool, files: Mapping[str, str], choice: _Choice
    ) -> None:
        self._maker, self._level, self._files, self._choice = maker, level, files, choice
        self._sources: list[WorldSource] = [s for s in level.sources if not (is_sensitive and s == "project")]
        tasks = dict.fromkeys(quota.task for quota in level.quotas if quota.items)
        self._tasks = [task for task in tasks if choice.task in (None, task)]
        self._rejected: dict[str, Counter[str]] = {task: Counter() for task in self._tasks}
        self._general: Counter[str] = Counter()
        self._why = ""
        self._started = time.monotonic()
        self.samples: dict[str, Sample] = {}

    def fill(self) -> None:
        """Draw blocks until each task has its item, or worlds, blocks or time are used up."""
        if not self._sources:
            self._why = "a sensitive domain uses sampled worlds only, and the level takes the project's"
            return
        open_sources = list(self._sources)
        for number in range(_MOST_BLOCKS):
            for source in list(open_sources):
                wanted = {quota.task for quota in self._level.quotas if quota.items and self._lacks(quota.task)}
                if not wanted:
                    return
                if time.monotonic() - self._started > self._choice.seconds:
                    self._why = f"{self._choice.seconds:g} seconds were over"
                    return
                self._choice.tell(f"{self._level.name}: {source} worlds, {', '.join(sorted(wanted))} missing")
                if not self._draw(source, number, wanted):
                    open_sources.remove(source)
            if not open_sources:
                self._why = "the project's own worlds are used up"
                return
        self._why = f"{_MOST_BLOCKS} blocks of worlds held none"

    def _lacks(self, task: str) -> bool:
        return task in self._tasks and task not in self.samples

    def _draw(self, source: WorldSource, number: int, wanted: set[str]) -> bool:
        """Make a block, and judge candidates until each task has an item; tell whether there was a block."""
        cells = {(quota.task, quota.status) for quota in self._level.quotas if quota.task in wanted and quota.items}
        proposal = self._maker.propose(self._level, source, number, cells)
        for (task, _, reason), count in proposal.rejected.items():
            if task in self._rejected:
                self._rejected[task][reason] += count
            elif not task:
                self._general[reason] += count
        waiting = {task: [c for c in proposal.candidates if c.cell[1] == task] for task in self._tasks}
        while round_ := [waiting[task].pop(0) for task in self._tasks if self._lacks(task) and waiting[task]]:
            for candidate, judged in zip(round_, self._maker.judge(round_), strict=True):
                task = candidate.cell[1]
                if judged.item is None:
                    self._rejected[task][judged.reason] += 1
                    continue
                name = judged.item["provenance"]["template"].partition("@")[0]
                seconds = time.monotonic() - self._started
                self.samples[task] = Sample(self._level.name, task, self._files.get(name, name), seconds, judged.item)
        self.samples = {task: self.samples[task] for task in self._tasks if task in self.samples}
        return not proposal.is_exhausted

    def list_missing(self) -> list[MissingSample]:
        """Return the tasks without an item."""
        return [
            MissingSample(
                self._level.name, task, self._why, tuple((self._rejected[task] + self._general).most_common(5))
            )
            for task in self._tasks
            if task not in self.samples
        ]


def _indent(text: str) -> list[str]:
    return [f"  {line}".rstrip() for line in text.splitlines()]
