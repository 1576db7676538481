"""Edits as values, and the one function that applies them: plan, guard, journal, files."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from workbench.errors import EditError, InputError, LimitError, ProjectError
from workbench.formats.canonical import compute_digest
from workbench.formats.rdf import parse_rdf
from workbench.formats.turtle_edit import apply_delta
from workbench.formats.turtle_writer import write_turtle
from workbench.model.terms import Term, Triple, is_blank
from workbench.project.assembly import get_blank_prefix
from workbench.project.configuration import CONFIGURATION_NAME, ProjectConfig, parse_configuration
from workbench.project.files import classify, get_limit
from workbench.project.journal import Journal, compute_file_digest, find_place, read_bytes
from workbench.project.patterns import check_path
from workbench.project.project import Project

__all__ = ["Change", "Edit", "TextPatch", "TripleDelta", "apply", "check_untouched", "plan_edit", "preview"]


@dataclass(frozen=True, slots=True)
class TripleDelta:
    """Triples taken from and added to one Turtle file, which is made when it does not exist.

    Blank nodes in ``removed`` have the labels they have in ``Domain.triples`` and come with all their triples;
    blank nodes in ``added`` are new ones, also when a rewritten node keeps its label.
    """

    path: str
    added: tuple[Triple, ...] = ()
    removed: tuple[Triple, ...] = ()


@dataclass(frozen=True, slots=True)
class TextPatch:
    """A file's new text; None removes the file.

    ``old_digest`` is the :attr:`SourceFile.digest` of the text that the author saw, None when there was no file.
    """

    path: str
    old_digest: str | None
    new_text: str | bytes | None


Change = TripleDelta | TextPatch


@dataclass(frozen=True, slots=True)
class Edit:
    """Changes that belong together, and the words for them in the history ("Add the class Moon")."""

    label: str
    changes: tuple[Change, ...]


def preview(project: Project, edit: Edit) -> Project:
    """Return the project as it would be after the edit; nothing is written. Raises EditError as :func:`apply` does."""
    return project.replace_contents({path: new for path, (_, new) in plan_edit(project, edit).items()})


def apply(project: Project, edit: Edit) -> Project:
    """Carry out an edit and return the project after it; an edit that changes nothing writes nothing.

    On disk it is all or nothing, also when the process is killed. Raises EditError when the edit does not fit the
    project or a file it touches was changed by somebody else since the project was loaded, StorageError when
    writing failed; nothing was changed then. A project in memory has no journal.
    """
    plan = plan_edit(project, edit)
    if not plan:
        return project
    changed = project.replace_contents({path: new for path, (_, new) in plan.items()})
    if project.root is not None:
        journal = Journal(project.root)
        with journal.locked():
            check_untouched(project, plan)
            journal.write("edit", 0, edit.label, plan)
    return changed


def check_untouched(project: Project, paths: Iterable[str]) -> None:
    """Raise EditError unless the files on disk are the ones that ``project`` has loaded."""
    if project.root is None:
        return
    for path in paths:
        file = project.files.get(path)
        if compute_file_digest(read_bytes(project.root, path)) != (file.digest if file else None):
            raise EditError(
                f"{path} was changed by somebody else since the project was loaded. Nothing was changed; "
                "load the project again and repeat the edit."
            )


def plan_edit(project: Project, edit: Edit) -> Mapping[str, tuple[bytes | None, bytes | None]]:
    """Return old and new bytes of each file that the edit changes. Nothing is written. Raises EditError."""
    if not edit.label.strip():
        raise EditError("An edit needs a label for the history.")
    contents: dict[str, bytes | None] = {}
    for change in edit.changes:
        _check_place(project, change.path)
        file = project.files.get(change.path)
        current = contents.get(change.path, file.data if file else None)
        if isinstance(change, TextPatch):
            if change.old_digest != compute_file_digest(current):
                raise EditError(f"{change.path} is not the text that this edit was made for. Nothing was changed.")
            text = change.new_text
            contents[change.path] = text.encode() if isinstance(text, str) else text
        else:
            contents[change.path] = _apply_triples(project, change, current)
    plan = {}
    for path, new in sorted(contents.items()):
        file = project.files.get(path)
        old = file.data if file else None
        if old != new:
            plan[path] = (old, new)
    _check_plan(project, plan)
    return plan


def _check_place(project: Project, path: str) -> None:
    try:
        check_path(path)
    except ValueError as error:
        raise EditError(f"'{path}' {error}.") from error
    if project.root is not None:
        find_place(project.root, path)


def _check_plan(project: Project, plan: Mapping[str, tuple[bytes | None, bytes | None]]) -> None:
    config = project.config
    if CONFIGURATION_NAME in plan:
        config = _read_new_configuration(plan[CONFIGURATION_NAME][1])
    for path, (old, new) in plan.items():
        if path == CONFIGURATION_NAME or new is None:
            continue
        if old is None and not classify(config, path):
            raise EditError(f"{path} would belong to no domain: nothing reads a file of this name in this folder.")
        if len(new) > get_limit(path):
            raise EditError(f"{path} would have {len(new):,} bytes; at most {get_limit(path):,} are read.")


def _read_new_configuration(data: bytes | None) -> ProjectConfig:
    if data is None:
        raise EditError(f"{CONFIGURATION_NAME} makes the folder a project and cannot be removed.")
    try:
        return parse_configuration(data)[0]
    except ProjectError as error:
        raise EditError(f"This text would make the project unusable: {error}") from error


def _apply_triples(project: Project, delta: TripleDelta, current: bytes | None) -> bytes:
    if delta.path.lower().endswith((".csv", ".tsv")):
        raise EditError(
            f"{delta.path} is a table, which is edited as text: change its cells, or what its mapping says of them."
        )
    if not delta.path.lower().endswith(".ttl"):
        raise EditError(f"{delta.path} is not a Turtle file; only those can be edited statement by statement.")
    base = project.config.base or None
    try:
        stated = set(parse_rdf(current, delta.path, base).triples) if current is not None else set()
        added = [t for t in delta.added if t not in stated or t in delta.removed or _list_blanks(t)]
        _check_blanks(delta)
        if current is not None:
            return apply_delta(current, delta.path, added, delta.removed, base)
        if delta.removed:
            raise EditError(f"There is no file {delta.path} to remove anything from.")
        readers = classify(project.config, delta.path)
        prefixes = project.domains[readers[0][0].name].prefixes if readers else project.config.prefixes
        data = write_turtle(added, tuple(prefixes.items())).encode()
        if compute_digest(parse_rdf(data, delta.path, base).triples) != compute_digest(added):
            raise EditError(f"{delta.path} would not say what this edit means; nothing was changed.")
    except (InputError, LimitError) as error:
        raise EditError(f"{delta.path} cannot be edited: {error}") from error
    return data


def _list_blanks(triple: Triple) -> list[Term]:
    return [term for term in triple if is_blank(term)]


def _check_blanks(delta: TripleDelta) -> None:
    """Refuse to add to a node of the file that is not rewritten whole: the addition would be about another node."""
    stem = f"_:{get_blank_prefix(delta.path)}"
    rewritten = {node for triple in delta.removed for node in _list_blanks(triple)}
    for triple in delta.added:
        for node in _list_blanks(triple):
            if node.startswith(stem) and node not in rewritten:
                raise EditError(
                    f"{' '.join(triple)} adds to a node without a name; remove everything about it and add it anew."
                )
