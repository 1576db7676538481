"""``init``: a new project that can be checked, explained and built at once, its curriculum included.

The curriculum is made from what the rules can conclude; it is a beginning for an author to change, and says so.
"""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path

from workbench.build.default_templates import read_default_files
from workbench.build.knowledge import Knowledge, get_knowledge
from workbench.generation.worlds.plan import Plan, build_plan
from workbench.model.terms import RDFS_LABEL, is_literal, split_literal
from workbench.project import CONFIGURATION_NAME, Project
from workbench.project import init as scaffold
from workbench.wording.frames import FRAMES

__all__ = ["init"]

_LEVELS = ("one-step", "two-steps", "three-steps", "four-steps")
_TITLES = ("One step from what is stated", "Two steps", "Three steps", "Four steps")
_PROPOSED = ("entailment", "select", "options", "count", "prove", "abduce")
"""The tasks that a proposed curriculum asks for; docs/curriculum.md lists all."""
_REFUTED_LEVELS = 2
_NAMES = (
    "Alvo Belin Corad Dunja Elmo Farid Gessa Hanno Iskra Jorin Kalle Lumi Maro Nerin Orlo Pavi Quill Runa Sorin Tavi "
    "Ulla Varo Wenka Xenio Yorin Zelma Arlin Bodo Cilla Darro Enna Fenno Gildo Hesna Idro Jelka Korin Levka Mirno Nalo"
).split()


def init(directory: Path | str, sources: Sequence[Path | str] = (), example: str | None = None) -> Project:
    """Make a project in a folder, from ontologies, shapes and rules that there are or from an example, and load it.

    Where its rules can conclude anything, it gets a curriculum and templates, so that it can be built. Raises
    ProjectError when the folder is a project already, UsageError when a file is in the way or an argument is wrong,
    InputError when a source cannot be read, StorageError when writing failed; nothing is left behind then.
    """
    if not (Path(directory) / CONFIGURATION_NAME).exists():
        # The project is first made where nobody sees it: what it can ask depends on what it knows.
        with tempfile.TemporaryDirectory(prefix="workbench-") as folder:
            draft = scaffold(Path(folder) / "draft", sources=sources, example=example)
            extra = dict(_propose_files(draft))
    else:
        extra = {}
    return scaffold(directory, sources=sources, example=example, extra_files=extra)


def _propose_files(project: Project) -> Iterator[tuple[str, bytes]]:
    """Yield curriculum and templates of each domain that has none and whose rules conclude something."""
    for domain in project.domains.values():
        knowledge = get_knowledge(project, domain)
        if domain.curriculum_file is not None or knowledge.blockers:
            continue
        plan = build_plan(knowledge.theory, knowledge.facts, datatype_properties=domain.vocabulary.datatype_properties)
        hops = [n for n in range(1, len(_LEVELS) + 1) if plan.find_goals(n)]
        if not hops:
            continue
        languages = _choose_languages(project)
        folder = f"curricula/{domain.name}"
        yield f"{folder}/curriculum.yaml", _write_curriculum(knowledge, plan, hops, languages).encode()
        for task in _PROPOSED:
            for name, data in read_default_files(task):
                if name.partition("-")[0] in languages:
                    yield f"{folder}/templates/{task}/{name}", data


def _choose_languages(project: Project) -> list[str]:
    """Return the project's languages in which sentences can be composed, or English."""
    spoken = [language.split("-")[0] for language in project.config.languages]
    return list(dict.fromkeys(language for language in spoken if language in FRAMES)) or ["en"]


def _write_curriculum(knowledge: Knowledge, plan: Plan, hops: Sequence[int], languages: Sequence[str]) -> str:
    domain = knowledge.domain
    taken = {split_literal(o)[0].casefold() for _, p, o in domain.triples if p == RDFS_LABEL and is_literal(o)}
    names = [name for name in _NAMES if name.casefold() not in taken]
    can_refute = bool(plan.theory.closed) or any(rule.is_integrity for rule in plan.theory.rules)
    lines = [
        "# What to ask, level by level: what 'workbench init' proposes for these rules. Change it freely.",
        "version: 1",
        f"name: {json.dumps(domain.name)}",
        f"languages: {{{', '.join(f'{language}: 1' for language in languages)}}}",
        "# A quota that cannot be met is a warning here; write 'error' once the numbers are as you want them.",
        "shortfall: warning",
        "splits: {train: 8, validation: 1, test: 1}",
        "",
        "# Names for the individuals of made-up worlds. A class may have names of its own: ex:Person: [Ann, Bob].",
        "names:",
        f"  any: [{', '.join(names)}]",
        "",
        "# Prompts are framed by templates/<task>/. A task that has none there is framed by those of Workbench, which",
        "# 'workbench templates add TASK' copies here.",
        "# 'hops' counts the steps of a proof without mere restatements; 'distractors' are facts that do not matter.",
        "levels:",
    ]
    for number in hops:
        # Few theories refute anything by a long proof; who has such a one can ask for more.
        refutes = can_refute and number <= _REFUTED_LEVELS
        entailment = "{entailed: 12, refuted: 12, unknown: 12}" if refutes else "{entailed: 18, unknown: 18}"
        lines += [
            f"  - name: {_LEVELS[number - 1]}",
            f"    title: {_TITLES[number - 1]}",
            f"    hops: {number}",
            "    given: facts+rules",
            f"    distractors: [0, {2 + number}]",
            "    extra_rules: [0, 2]",
            "    worlds: [sampled]",
            f"    tasks: {{entailment: {entailment}, select: 12, options: 12, count: 6, prove: 6, abduce: 6}}",
        ]
    return "\n".join(lines) + "\n"
