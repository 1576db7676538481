"""Where the stages meet: everything that a command, a form of the UI or a script asks of Workbench.

    from workbench.build import load, check

    checked = check(load("my-project"))
    print(checked.report.violations)

The command line and the UI call exactly these functions. Names are fetched from their modules when first used, so
that importing this package costs nothing; only ``build`` and ``verify`` are functions from the start, since
``workbench.build`` is both this package and that function.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from pathlib import Path

    from workbench.build.accounts import Account, Line
    from workbench.build.build_result import BuildResult
    from workbench.build.checked import REPORT_FORMATS, Checked
    from workbench.build.checking import Progress, check
    from workbench.build.curricula import CurriculumText, read_curriculum
    from workbench.build.curriculum_preview import CurriculumPreview, preview_curriculum
    from workbench.build.default_templates import CopiedTemplates, copy_templates
    from workbench.build.derivation_log import DerivationLog, write_derivations
    from workbench.build.describing import (
        Described,
        Description,
        FactDescription,
        RuleDescription,
        TermDescription,
        describe,
    )
    from workbench.build.differing import Difference, compute_difference_exit_code, diff, format_difference
    from workbench.build.explaining import explain
    from workbench.build.explanations import Explanation
    from workbench.build.fixing import Fix, list_fixable, propose_fix
    from workbench.build.impact import Impact, find_impact
    from workbench.build.item_tracing import ItemTrace, trace_item
    from workbench.build.knowledge import Knowledge, Summary, get_knowledge, reason
    from workbench.build.narration import Narrator, make_narrator
    from workbench.build.previewing import Preview, PreviewProblem, preview_sentence
    from workbench.build.sameness import Sameness, Twins, explain_sameness, find_twins
    from workbench.build.scaffolding import init
    from workbench.build.statements import parse_statement
    from workbench.build.supposing import suppose
    from workbench.build.suppositions import Supposition
    from workbench.build.theories import assemble_theory
    from workbench.build.verification import VerifyReport
    from workbench.project import (
        EXAMPLES,
        Domain,
        Edit,
        HistoryEntry,
        Project,
        SourceFile,
        TextPatch,
        TripleDelta,
        apply,
        format_project,
        history,
        load,
        preview,
        redo,
        undo,
        write_atomically,
    )

__all__ = [
    "EXAMPLES",
    "REPORT_FORMATS",
    "Account",
    "BuildResult",
    "Checked",
    "CopiedTemplates",
    "CurriculumPreview",
    "CurriculumText",
    "DerivationLog",
    "Described",
    "Description",
    "Difference",
    "Domain",
    "Edit",
    "Explanation",
    "FactDescription",
    "Fix",
    "HistoryEntry",
    "Impact",
    "ItemTrace",
    "Knowledge",
    "Line",
    "Narrator",
    "Preview",
    "PreviewProblem",
    "Progress",
    "Project",
    "RuleDescription",
    "Sameness",
    "SourceFile",
    "Summary",
    "Supposition",
    "TermDescription",
    "TextPatch",
    "TripleDelta",
    "Twins",
    "VerifyReport",
    "apply",
    "assemble_theory",
    "build",
    "check",
    "compute_difference_exit_code",
    "copy_templates",
    "describe",
    "diff",
    "explain",
    "explain_sameness",
    "find_impact",
    "find_twins",
    "format_difference",
    "format_project",
    "get_knowledge",
    "history",
    "init",
    "list_fixable",
    "load",
    "make_narrator",
    "parse_statement",
    "preview",
    "preview_curriculum",
    "preview_sentence",
    "propose_fix",
    "read_curriculum",
    "reason",
    "redo",
    "suppose",
    "trace_item",
    "undo",
    "verify",
    "write_atomically",
    "write_derivations",
]

_HOMES = {
    "workbench.build.accounts": ("Account", "Line"),
    "workbench.build.build_result": ("BuildResult",),
    "workbench.build.checked": ("REPORT_FORMATS", "Checked"),
    "workbench.build.checking": ("Progress", "check"),
    "workbench.build.curricula": ("CurriculumText", "read_curriculum"),
    "workbench.build.curriculum_preview": ("CurriculumPreview", "preview_curriculum"),
    "workbench.build.default_templates": ("CopiedTemplates", "copy_templates"),
    "workbench.build.derivation_log": ("DerivationLog", "write_derivations"),
    "workbench.build.describing": (
        "Described", "Description", "FactDescription", "RuleDescription", "TermDescription", "describe",
    ),
    "workbench.build.differing": ("Difference", "compute_difference_exit_code", "diff", "format_difference"),
    "workbench.build.explaining": ("explain",),
    "workbench.build.explanations": ("Explanation",),
    "workbench.build.fixing": ("Fix", "list_fixable", "propose_fix"),
    "workbench.build.impact": ("Impact", "find_impact"),
    "workbench.build.item_tracing": ("ItemTrace", "trace_item"),
    "workbench.build.knowledge": ("Knowledge", "Summary", "get_knowledge", "reason"),
    "workbench.build.narration": ("Narrator", "make_narrator"),
    "workbench.build.previewing": ("Preview", "PreviewProblem", "preview_sentence"),
    "workbench.build.sameness": ("Sameness", "Twins", "explain_sameness", "find_twins"),
    "workbench.build.scaffolding": ("init",),
    "workbench.build.statements": ("parse_statement",),
    "workbench.build.supposing": ("suppose",),
    "workbench.build.suppositions": ("Supposition",),
    "workbench.build.theories": ("assemble_theory",),
    "workbench.build.verification": ("VerifyReport",),
    "workbench.project": (
        "EXAMPLES", "Domain", "Edit", "HistoryEntry", "Project", "SourceFile", "TextPatch", "TripleDelta",
        "apply", "format_project", "history", "load", "preview", "redo", "undo",
        "write_atomically",
    ),
}  # fmt: skip
_HOME_OF = {name: home for home, names in _HOMES.items() for name in names}


def build(
    project: Project,
    out: Path | str | None = None,
    seed: int | None = None,
    workers: int | None = None,
    *,
    domain: str | None = None,
    progress: Any = None,
    shard_rows: int | None = None,
    measured: Path | str | None = None,
    fresh: bool = False,
    warn: Any = None,
) -> BuildResult:
    """Generate, verify and export the datasets of one domain, or of all: see :mod:`workbench.build.dataset`.

    ``seed`` and ``workers`` are what ``workbench.yaml`` says, else 0 and 1. What the build before made, and no change
    has touched, is taken over unless ``fresh``. ``warn`` is told at once what the check says about the quotas.
    """
    from workbench.build import dataset

    return dataset.build(
        project, out, seed, workers,
        domain=domain, progress=progress, shard_rows=shard_rows, measured=measured, fresh=fresh, warn=warn,
    )  # fmt: skip


def verify(
    path: Path | str, progress: Progress | None = None, *, workers: int = 1, sample: int | None = None
) -> VerifyReport:
    """Check every item of a dataset folder anew: see :mod:`workbench.build.verification`."""
    from workbench.build import verification

    return verification.verify(path, progress, workers=workers, sample=sample)


def __getattr__(name: str) -> object:
    if name not in _HOME_OF:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOME_OF[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
