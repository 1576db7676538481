"""Datasets: generate, judge and export the items of every curriculum asked for."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

from workbench.build.build_result import BuildResult, BuiltDataset
from workbench.build.capacities import describe_capacities
from workbench.build.checking import check
from workbench.build.curricula import read_curriculum
from workbench.build.deciding import compute_fingerprint, list_libraries
from workbench.build.declaring import declare_material
from workbench.build.knowledge import Knowledge, get_knowledge, list_domains
from workbench.build.lessons import describe_closed_book, report_untaught, teach_leaves
from workbench.build.materials import collect_material
from workbench.build.pace import Pace
from workbench.build.perturbed_splits import PerturbedSplit, add_variants, report_perturbed
from workbench.build.remembered_blocks import MOST_ITEMS, RememberedBlocks
from workbench.errors import DatasetError, Interrupted, InvalidKnowledgeError, UsageError, WorkerError
from workbench.export.dataset import SHARD_ROWS, MapParts, open_dataset
from workbench.export.measured import Measurement, read_measured
from workbench.export.parts import MadePart, Part
from workbench.export.staging import Stage, open_stage
from workbench.generation.identity.capacity import say_supply
from workbench.generation.selection.balancing import report_balance
from workbench.generation.selection.blocks import BlockMaker, Material
from workbench.generation.selection.processes import map_in_order, open_source
from workbench.generation.selection.remembering import RememberingSource
from workbench.generation.selection.selecting import Selection, select_items
from workbench.generation.selection.staging import StagePlan, plan_stages, report_stages
from workbench.generation.splits.leakage import find_leaks
from workbench.generation.splits.splitter import report_splits
from workbench.generation.worlds.usable_rules import list_usable_rules
from workbench.model.curriculum import Curriculum, Level
from workbench.model.report import Report, Violation
from workbench.model.rules import collect_operators
from workbench.project import Project
from workbench.validation.policy import apply_policy
from workbench.wording.exchange import WORDING_VERSION, write_lexicon

__all__ = ["build", "write_wording"]

_MANY = 20_000
"""With more items than this, tables are made by as many processes as items were."""
_EARLY = ("curriculum.unreachable", "curriculum.empty-level", "curriculum.capacity")
"""What the check says about quotas, and whoever builds should know before it takes long."""


def build(
    project: Project,
    out: Path | str | None = None,
    seed: int | None = None,
    workers: int | None = None,
    *,
    domain: str | None = None,
    progress: Callable[[str], None] | None = None,
    shard_rows: int | None = None,
    measured: Path | str | None = None,
    fresh: bool = False,
    warn: Callable[[Violation], None] | None = None,
) -> BuildResult:
    """Check the project, then build the dataset of each domain that has a curriculum, into ``out/<domain>``.

    Defaults come from ``workbench.yaml``. Nothing is written unless every judge accepts every item of a dataset; an
    earlier dataset stays whole whatever happens. The items depend on the knowledge, the curriculum and ``seed``,
    never on ``workers``. A build that was interrupted goes on where it stopped when it is called again and nothing
    that decides the items has changed. What an earlier build to the same folder made, and no change has touched since,
    is taken over, unless ``fresh``; the bytes are the same. ``shard_rows`` bounds the rows of a table.
    ``measured`` is a file of what models were seen to do (see :mod:`workbench.export.measured`); its lines about items
    that come out are kept with the dataset. ``warn`` is told at once what the check says about the quotas; it stands in
    the result as well.

    Raises InvalidKnowledgeError when the check finds errors or a quota cannot be met, UsageError when there is
    nothing to build, StorageError, LimitError and WorkerError as their names say.
    """
    tell = progress or (lambda _: None)
    seed = project.config.build.seed if seed is None else seed
    workers = project.config.build.workers if workers is None else workers
    if not -(2**63) <= seed < 2**63 or not 1 <= workers <= 256:
        raise UsageError("The seed must fit into 64 bits, and workers must be between 1 and 256.")
    if shard_rows is not None and shard_rows < 1:
        raise UsageError("A table must be allowed to have a row.")
    seen = _read_measured(Path(measured)) if measured is not None else ()
    folder = _choose_folder(project, out)
    chosen = [one for one in list_domains(project, domain) if one.curriculum_file is not None]
    if not chosen:
        raise UsageError("There is no curriculum to build: put a curriculum.yaml into curricula/<domain>/.")
    built: list[BuiltDataset] = []
    notes: list[Violation] = []
    try:
        checked = check(project, domain, progress=tell)
        if checked.report.has_errors:
            raise InvalidKnowledgeError("Nothing was built, because the check found errors.", checked.report)
        notes += [found for found in checked.report.violations if found.code in _EARLY]
        if warn is not None:
            for found in notes:
                warn(found)
        for one in chosen:
            knowledge = get_knowledge(project, one)
            run = _Run(project, folder / one.name, seed, workers, shard_rows or SHARD_ROWS, tell, seen, fresh)
            dataset, told = run.build(knowledge)
            built.append(dataset)
            notes += told
    except KeyboardInterrupt as error:
        raise Interrupted(
            "Interrupted; the dataset that was being built is as it was before. The same command goes on from here."
        ) from error
    except WorkerError as error:
        raise WorkerError(f"{error} The dataset is as it was before. The same command goes on from here.") from error
    return BuildResult(tuple(built), Report.collect(notes))


def _read_measured(path: Path) -> tuple[Measurement, ...]:
    try:
        with path.open("rb") as stream:
            return tuple(read_measured(stream, str(path)))
    except OSError as error:
        raise UsageError(f"Could not read {path}: {error.strerror or error}.") from error
    except DatasetError as error:
        raise UsageError(str(error)) from error


def _choose_folder(project: Project, out: Path | str | None) -> Path:
    if out is not None:
        return Path(out)
    if project.root is None:
        raise UsageError("A project in memory has no folder to build into; say where (out=...).")
    return project.root / project.config.build.out


@dataclass(frozen=True)
class _Run:
    """The building of one dataset."""

    project: Project
    folder: Path
    seed: int
    workers: int
    shard_rows: int
    tell: Callable[[str], None]
    measured: tuple[Measurement, ...] = ()
    fresh: bool = False

    def build(self, knowledge: Knowledge) -> tuple[BuiltDataset, list[Violation]]:
        text = read_curriculum(knowledge.domain)
        curriculum = text.curriculum
        if curriculum is None:
            raise InvalidKnowledgeError("The curriculum cannot be used.", Report.collect(text.violations))
        if knowledge.domain.sensitive:
            _refuse_own_individuals(curriculum)
        material = collect_material(knowledge, text, curriculum, self.seed)
        cells = [(level.name, quota.task, quota.status) for level in curriculum.levels for quota in level.quotas]
        fingerprint = compute_fingerprint(material)
        with open_stage(self.folder, fingerprint, cells, [*curriculum.list_splits()]) as stage:
            if stage.note:
                self.tell(f"{curriculum.domain}: {stage.note}")
            try:
                return self._fill(knowledge, material, stage)
            except InvalidKnowledgeError:
                # Whoever mends that changes what decides the items, so these will be of no use.
                stage.discard()
                raise

    def _fill(self, knowledge: Knowledge, material: Material, stage: Stage) -> tuple[BuiltDataset, list[Violation]]:
        started = time.monotonic()
        curriculum = material.curriculum
        pace = Pace(curriculum.domain, self.tell)
        earlier = Selection.restore(curriculum, stage.state, stage.iterate_keys()) if stage.state else None
        maker = BlockMaker(material)

        def list_known(level: Level) -> dict[str, tuple[str, ...]]:
            return {"rules": list_usable_rules(maker.plan, level)}

        wanted = sum(quota.items for level in curriculum.levels for quota in level.quotas)
        memory = RememberedBlocks(material, self.folder, is_fresh=self.fresh) if wanted <= MOST_ITEMS else None
        with open_source(material, self.workers) as made:
            source = made if memory is None else RememberingSource(made, memory)
            selection = select_items(curriculum, source, stage, pace.report, earlier, list_known)
        if memory is not None:
            memory.forget_others()
        stage.finish_chunk()
        teach_leaves(maker, stage)
        notes = _judge_shortfalls(self.project, selection, curriculum)
        built = self._write(material, stage, selection, describe_capacities(knowledge, curriculum, selection))
        stage.discard()
        notes += _judge_variants(self.project, curriculum, built.perturbed)
        notes += _judge_stages(self.project, curriculum, built.stages)
        note = " ".join(filter(None, (stage.note, memory.describe() if memory is not None else "")))
        result = replace(built, seconds=time.monotonic() - started, made=pace.made, rates=pace.list_rates(), note=note)
        return result, notes

    def _write(
        self, material: Material, stage: Stage, selection: Selection, capacities: Mapping[str, Mapping[str, Any]]
    ) -> BuiltDataset:
        curriculum = material.curriculum
        splits = [*curriculum.list_splits()]
        self.tell(f"{curriculum.domain}: writing {selection.items:,} items")
        maker = BlockMaker(material)
        closed_book = describe_closed_book(maker, stage)
        facts = {closed_book["facts"]: maker.closed_book.book.facts} if closed_book and closed_book["leaves"] else {}
        with open_dataset(self.folder, splits, shard_rows=self.shard_rows, facts=facts) as writer:
            for split, line in stage.iterate_lines():
                writer.add_line(split, line)
            perturbed = add_variants(material, stage.iterate_lines, writer.add_line, self.workers, self.tell)
            writer.add_theories(len(stage.theories), stage.iterate_theories())
            wording = write_wording(material)
            splitter = maker.splitter
            marking = writer.make_marking(splitter, material.prefixes, wording["templates"])
            with self._open_map(selection.items) as map_parts:
                leakage = writer.make_tables(
                    self._count(map_parts, curriculum.domain), is_checked=True, marking=marking
                )
            survey = writer.survey
            tally = survey.tally(splits)
            _judge_splits(curriculum, leakage, dict(tally.splits))
            structures = survey.count_structures([level.name for level in curriculum.levels])
            head = _make_head(self.project, material, selection) | {
                "capacity": {level: {**counts, **capacities[level]} for level, counts in structures.items()},
                "leakage": leakage,
                "splitting": splitter.to_json(),
            }
            head |= declare_material(maker)
            if closed_book:
                closed_book["lessons"] = stage.items - selection.items
                head["closed_book"] = closed_book
                _judge_untaught(closed_book, curriculum)
            stages = plan_stages(curriculum, survey.count_levels(curriculum.train))
            _judge_stages(self.project, curriculum, stages)
            if stages:
                head["stages"] = writer.add_stages(curriculum.name, stages)
            self.tell(f"{curriculum.domain}: counting difficulty and variety, trying to guess")
            head |= writer.measure(wording, material.prefixes, [rule.name for rule in material.theory.rules])
            if measured := writer.add_measured(self.measured):
                head["measured"] = measured
            if perturbed:
                head["perturbed"] = {one.name: one.to_json() for one in perturbed}
            writer.finish(wording, material.prefixes, head, _make_card_head(self.project, curriculum))
        return BuiltDataset(
            domain=curriculum.domain,
            folder=self.folder,
            items=len(survey),
            perturbed=perturbed,
            stages=stages,
            probe=tuple(head["probe"]),
            measured=sum(model["items"] for model in measured),
            lessons=closed_book["lessons"] if closed_book else 0,
            cells=_count_cells(curriculum, selection),
            splits=tally.splits,
            rejected=tuple(head["rejections"].items()),
            structures=tally.structures,
            capacity=tuple(account["sentence"] for account in capacities.values()),
            leakage=tuple(leakage.items()),
            seconds=0.0,
            made=0,
            rates=(),
            note="",
        )

    @contextmanager
    def _open_map(self, items: int) -> Iterator[MapParts]:
        if self.workers == 1 or items < _MANY:
            yield map
            return
        with map_in_order(self.workers) as map_parts:
            yield map_parts

    def _count(self, map_parts: MapParts, domain: str) -> MapParts:
        def count(function: Callable[[Part], MadePart], parts: Iterable[Part]) -> Iterator[MadePart]:
            done = 0
            for made in map_parts(function, parts):
                done += len(made.survey)
                self.tell(f"{domain}: writing, {done:,} items in tables")
                yield made

        return count


def _judge_splits(curriculum: Curriculum, leakage: Mapping[str, Mapping[str, Any]], counts: Mapping[str, int]) -> None:
    """Refuse a dataset whose splits do not hold out what they say."""
    found = find_leaks(leakage, curriculum.domain)
    if curriculum.held_out:
        found += report_splits(curriculum, counts)
    if any(violation.severity == "error" for violation in found):
        raise InvalidKnowledgeError("Nothing was built, because of what splits hold out.", Report.collect(found))


def _judge_untaught(section: Mapping[str, Any], curriculum: Curriculum) -> None:
    """Refuse a dataset with closed-book items about what train does not teach, unless shortfalls are allowed."""
    found = report_untaught(section, curriculum)
    if any(violation.severity == "error" for violation in found):
        raise InvalidKnowledgeError("Nothing was built, because of what train does not teach.", Report.collect(found))


def _refuse_own_individuals(curriculum: Curriculum) -> None:
    found = [
        Violation(
            "curriculum.sensitive",
            "error",
            f"The level {level.name} takes worlds from the project's own individuals, but the domain is sensitive.",
            level.location,
            fix="Write worlds: sampled.",
            domain=curriculum.domain,
        )
        for level in curriculum.levels
        if "project" in level.sources
    ]
    if found:
        raise InvalidKnowledgeError(
            "Nothing was built: a sensitive domain uses sampled worlds only.", Report.collect(found)
        )


def _judge_shortfalls(project: Project, selection: Selection, curriculum: Curriculum) -> list[Violation]:
    """Report the cells that could not be filled; raises InvalidKnowledgeError when one of them is an error."""
    found = []
    for shortfall in selection.shortfalls:
        quota, level = shortfall.quota, shortfall.level
        what = quota.task if quota.status == "-" else f"{quota.task} ({quota.status})"
        found.append(
            Violation(
                "curriculum.shortfall",
                curriculum.shortfall,
                f"The level {level.name} asks for {quota.items:,} items of {what}, but only {shortfall.taken:,} "
                "different ones were found.",
                quota.location,
                why="Blocks of worlds were drawn until many in a row held nothing new for it, or none was left. "
                + say_supply(selection.supplies[level.name], (level.name, quota.task, quota.status)),
                fix=(f"Ask for at most {shortfall.taken:,}, widen" if shortfall.taken else "Leave it out, widen")
                + " the level's hops or distractors, or allow sampled worlds; 'shortfall: warning' in the curriculum "
                "builds what there is.",
                domain=curriculum.domain,
            )
        )
    for level in curriculum.levels:
        found += report_balance(curriculum, level, selection.accounts.get(level.name, ()))
    kept = apply_policy(found, replace(project.config, waivers=()), date.today()).kept
    report = Report.collect(kept)
    if selection.shortfalls and not selection.items:
        reasons = ", ".join(f"{reason} {count:,}" for reason, count in selection.rejected.most_common(3))
        raise InvalidKnowledgeError(
            f"Nothing was built, because no item could be made (rejected: {reasons or 'nothing'}).", report
        )
    if report.has_errors:
        raise InvalidKnowledgeError("Nothing was built, because the curriculum asks for more than there is.", report)
    return list(report.violations)


def _judge_variants(project: Project, curriculum: Curriculum, perturbed: Sequence[PerturbedSplit]) -> list[Violation]:
    """Report the changes that not every original allowed."""
    found = report_perturbed(curriculum, perturbed)
    return list(apply_policy(found, replace(project.config, waivers=()), date.today()).kept)


def _judge_stages(project: Project, curriculum: Curriculum, plans: Sequence[StagePlan]) -> list[Violation]:
    """Report the stages that have too few items; raises InvalidKnowledgeError when one of them is an error."""
    found = report_stages(curriculum, plans)
    report = Report.collect(apply_policy(found, replace(project.config, waivers=()), date.today()).kept)
    if report.has_errors:
        raise InvalidKnowledgeError("Nothing was built, because a stage asks for more items than there are.", report)
    return list(report.violations)


def _count_cells(curriculum: Curriculum, selection: Selection) -> tuple[tuple[int, str, str, str, int, int], ...]:
    return tuple(
        (level.number, level.name, quota.task, quota.status,
         selection.taken[level.name, quota.task, quota.status], quota.items)
        for level in curriculum.levels
        for quota in level.quotas
    )  # fmt: skip


def _make_head(project: Project, material: Material, selection: Selection) -> dict[str, Any]:
    """Return the manifest's head but for what the items themselves tell."""
    curriculum = material.curriculum
    return {
        "curriculum": curriculum.name,
        "domain": curriculum.domain,
        "seed": material.seed,
        "generator": material.generator,
        "inputs": dict(sorted(project.content_digests.items())),
        "libraries": list_libraries(),
        "licence": curriculum.licence or project.config.license,
        "languages": [name for name, _ in curriculum.languages],
        "split_by": curriculum.splits.by,
        "rejections": {reason: count for reason, count in sorted(selection.rejected.items()) if count},
        "blocks": dict(sorted(selection.blocks.items())),
        "shortfalls": [
            {"level": s.level.name, "task": s.quota.task, "status": s.quota.status,
             "wanted": s.quota.items, "items": s.taken}
            for s in selection.shortfalls
        ],
        "balance": {level: [one.to_json() for one in accounts] for level, accounts in selection.accounts.items()},
    }  # fmt: skip


def _make_card_head(project: Project, curriculum: Curriculum) -> dict[str, Any]:
    return {
        "name": curriculum.name,
        "description": curriculum.description or project.config.description,
        "licence": curriculum.licence or project.config.license,
        "languages": [name for name, _ in curriculum.languages],
        "domain": curriculum.domain,
    }


def write_wording(material: Material) -> dict[str, Any]:
    """Return what the reader needs: frames, phrases, labels, forms and templates, terms in full."""
    maker = BlockMaker(material)
    operators = frozenset[str]().union(*(collect_operators(rule.body) for rule in material.theory.rules))
    return {
        "version": WORDING_VERSION,
        "classes": list(material.classes),
        "languages": {
            language: write_lexicon(lexicon, operators) for language, lexicon in sorted(maker.exported.items())
        },
        "templates": [
            {"name": s.name, "language": s.language, "texts": list(s.texts), "slots": list(s.slots)}
            for s in maker.renderer.skeletons
        ],
    }
