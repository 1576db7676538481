"""``diff``: what a change does to a project, told before it is made for good."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from pathlib import Path

from workbench.build.checking import Progress, check
from workbench.build.differing.conclusions import compare_conclusions
from workbench.build.differing.datasets import compare_dataset
from workbench.build.differing.files import compare_files, compare_settings
from workbench.build.differing.findings import compare_findings, flip_tests
from workbench.build.differing.renamed import State, find_blank_names, rename_domain, take_state
from workbench.build.differing.renamings import Match, Matches, find_renamings
from workbench.build.differing.rules import compare_rules
from workbench.build.differing.sides import Side, read_sides
from workbench.build.differing.statements import UNREAD, compare_statements
from workbench.build.differing.values import (
    Change,
    DatasetDifference,
    Difference,
    DomainDifference,
    Renaming,
    Said,
    SideName,
)
from workbench.errors import LimitError, SelectionError, WorkerError
from workbench.model.report import Violation
from workbench.model.terms import Term, is_blank
from workbench.project import Domain, Project
from workbench.project.files import classify

__all__ = ["diff"]

_NOTHING = Domain("")


def diff(
    old: str,
    new: str | None = None,
    *,
    folder: Path | str = ".",
    domain: str | None = None,
    datasets: Sequence[Path | str] = (),
    language: str | None = None,
    renames: bool = True,
    findings: bool = True,
    today: date | None = None,
    progress: Progress | None = None,
) -> Difference:
    """Compare two states of some knowledge: files, folders, or revisions; see ``docs/diff.md``.

    ``new`` is by default ``folder`` as it is on disk. With ``domain`` only that one is compared. ``datasets`` are
    folders whose items are judged under both states. Without ``renames`` a name that changed is told as lost and
    gained; without ``findings`` the two are not checked. ``today`` is the day on which waivers are judged.

    Raises SelectionError for what is neither a path nor a revision, for an unknown domain or none that a dataset
    belongs to; ProjectError, InputError, DatasetError, LimitError and WorkerError as their names say.
    """
    tell = progress or (lambda _: None)
    tell("reading both sides")
    sides = read_sides(old, new, folder)
    comparison = _Comparison(sides, tell, language, renames, findings, today or date.today())
    return comparison.run(domain, datasets)


@dataclass
class _Comparison:
    """One comparison under way."""

    sides: tuple[Side, Side]
    tell: Callable[[str], None]
    language: str | None
    renames: bool
    findings: bool
    today: date
    _names: dict[str, Mapping[Term, Term]] = field(default_factory=dict)
    _project_findings: list[list[Violation]] = field(default_factory=lambda: [[], []])

    def run(self, domain: str | None, datasets: Sequence[Path | str]) -> Difference:
        old, new = (side.project for side in self.sides)
        pairs = _pair_domains(old, new)
        if domain is not None:
            pairs = [pair for pair in pairs if domain in {one.name for one in pair if one is not None}]
            if not pairs:
                known = ", ".join(sorted({*old.domains, *new.domains}))
                raise SelectionError(f"Neither side has a domain '{domain}'. Domains: {known}.")
        settings = compare_settings(old, new)
        compared = tuple(self._compare_domain(*pair, forced=bool(settings)) for pair in pairs)
        before, after = self._project_findings
        come, gone = compare_findings(before, after, {})
        first, second = (SideName(side.name, side.note, side.is_absent) for side in self.sides)
        return Difference(
            first,
            second,
            settings,
            compare_files(old, new),
            tuple(one for one in compared if one is not None),
            tuple(self._judge_dataset(Path(path), pairs) for path in datasets),
            come,
            gone,
        )

    def _compare_domain(self, old: Domain | None, new: Domain | None, *, forced: bool) -> DomainDifference | None:
        """Return what changes in a domain; None when its files and the settings are the same on both sides."""
        first, second = old or _NOTHING, new or _NOTHING
        name = second.name or first.name
        if old is not None and new is not None and not forced and self._has_same_files(old, new):
            return None
        self.tell(f"{name}: looking for what changed its name")
        found = find_renamings(first, second) if self.renames and old and new else Matches()
        matches = found.found
        names = {match.old: match.new for match in matches}
        names |= find_blank_names(rename_domain(first, names), second)
        self._names[name] = names
        before, after = self._take_states(old, new, names)
        self.tell(f"{name}: comparing statements")
        statements = compare_statements(before, after)
        changes = [*statements.changes, *compare_rules(before, after), *_compare_closed(before, after)]
        result = DomainDifference(
            name=name,
            presence="added" if old is None else "removed" if new is None else "both",
            former_name=first.name if old and new and first.name != second.name else "",
            prefixes={**first.prefixes, **second.prefixes},
            renamings=tuple(_tell_renaming(match, after) for match in matches),
            names_gone=_list_names_gone(before, after) if new is not None else (),
            changes=tuple(changes),
            notes=(*([found.note] if found.note else []), *statements.notes),
        )
        result = self._add_conclusions(result, before, after)
        return self._add_findings(result, old, new, names) if self.findings else result

    def _has_same_files(self, old: Domain, new: Domain) -> bool:
        """Whether a domain's files are the same on both sides, apart from layout."""
        first, second = (_list_digests(side.project, old.name) for side in self.sides)
        return old.name == new.name and first == second

    def _take_states(self, old: Domain | None, new: Domain | None, names: Mapping[Term, Term]) -> tuple[State, State]:
        projects = [side.project for side in self.sides]
        before = take_state(projects[0], old or replace(_NOTHING, name=new.name if new else ""), names, self.language)
        after = take_state(projects[1], new or replace(_NOTHING, name=old.name if old else ""), {}, self.language)
        return before, after

    def _add_conclusions(self, result: DomainDifference, old: State, new: State) -> DomainDifference:
        """Add what follows otherwise, where both sides can be reasoned with."""
        blocked = [
            f"{side.name} has {len(state.knowledge.blockers)} error"
            f"{'s' if len(state.knowledge.blockers) > 1 else ''}, the first at {_say_place(state.knowledge.blockers)}"
            for side, state in zip(self.sides, (old, new), strict=True)
            if state.knowledge.blockers
        ]
        if blocked:
            return replace(
                result,
                unreasoned=f"Nothing is concluded from knowledge with errors: {'; '.join(blocked)}.",
                is_blocked_now=bool(new.knowledge.blockers) and not old.knowledge.blockers,
            )
        self.tell(f"{result.name}: reasoning")
        found = compare_conclusions(old, new)
        return replace(
            result,
            changes=tuple(
                replace(change, still_follows=change.triple in found.kept) if change.kind == "fact" else change
                for change in result.changes
            ),
            lost=found.lost,
            gained=found.gained,
            consistency=found.consistency,
            flips=(*flip_tests(old, new), *found.flips),
        )

    def _add_findings(
        self, result: DomainDifference, old: Domain | None, new: Domain | None, names: Mapping[Term, Term]
    ) -> DomainDifference:
        reports: list[list[Violation]] = []
        notes = list(result.notes)
        for number, (side, one) in enumerate(zip(self.sides, (old, new), strict=True)):
            if one is None:
                reports.append([])
                continue
            self.tell(f"{result.name}: checking {side.name}")
            try:
                checked = check(side.project, one.name, today=self.today)
            except (LimitError, WorkerError) as error:
                if number:
                    raise
                notes.append(f"{side.name} could not be checked, so no findings were compared: {error}")
                return replace(result, notes=tuple(notes))
            reports.append([violation for violation in checked.report.violations if violation.domain == one.name])
            self._project_findings[number] = [v for v in checked.report.violations if not v.domain]
        come, gone = compare_findings(reports[0], reports[1], names)
        return replace(result, new_findings=come, gone_findings=gone)

    def _judge_dataset(self, path: Path, pairs: Sequence[tuple[Domain | None, Domain | None]]) -> DatasetDifference:
        self.tell(f"judging the items of {path}")
        by_name = {one.name: pair for pair in pairs for one in pair if one is not None}

        def find(name: str) -> tuple[State, State, Mapping[Term, Term]] | None:
            if name not in by_name:
                return None
            old, new = by_name[name]
            key = (new or old or _NOTHING).name
            names = self._names.get(key, {})
            before, after = self._take_states(old, new, {})
            return before, after, {term: other for term, other in names.items() if not is_blank(term)}

        return compare_dataset(path, find)


def _pair_domains(old: Project, new: Project) -> list[tuple[Domain | None, Domain | None]]:
    """Pair the domains of two projects: by name, then the one that is left on each side with each other."""
    pairs: list[tuple[Domain | None, Domain | None]] = [
        (old.domains.get(name), domain) for name, domain in sorted(new.domains.items())
    ]
    gone = [domain for name, domain in sorted(old.domains.items()) if name not in new.domains]
    come = [number for number, (former, _) in enumerate(pairs) if former is None]
    if len(gone) == len(come) == 1:
        pairs[come[0]] = (gone.pop(), pairs[come[0]][1])
    return [*pairs, *((domain, None) for domain in gone)]


def _list_digests(project: Project, domain: str) -> dict[str, str]:
    """Return what each file of a domain means."""
    digests = project.content_digests.items()
    return {path: digest for path, digest in digests if domain in {d.name for d, _ in classify(project.config, path)}}


def _tell_renaming(match: Match, state: State) -> Renaming:
    kind = state.domain.kinds.get(match.new, "name")
    return Renaming(match.old, match.new, kind, state.narrator.label(match.new), match.score)


def _list_names_gone(old: State, new: State) -> tuple[tuple[Term, str], ...]:
    """Return the names of OLD that NEW does not know, with what they were called; none where NEW was not all read."""
    if any(v.severity == "error" and v.code.startswith(UNREAD) for v in new.domain.violations):
        return ()
    kinds = ("class", "property", "annotation property", "datatype", "individual")
    gone = (term for term, kind in old.domain.kinds.items() if kind in kinds and term not in new.domain.kinds)
    return tuple((term, old.narrator.label(term)) for term in gone if not is_blank(term))


def _compare_closed(old: State, new: State) -> Iterator[Change]:
    before, after = frozenset(old.domain.closed), frozenset(new.domain.closed)
    for term in sorted(before ^ after):
        state = old if term in before else new
        said = Said(f"What is not known of “{state.narrator.label(term)}” is taken to be false.", term)
        yield Change("closed", "removed" if term in before else "added", term, *(
            (said, None) if term in before else (None, said)
        ))  # fmt: skip


def _say_place(blockers: Sequence[Violation]) -> str:
    places = [violation.location for violation in blockers if violation.location is not None]
    place = next((place for place in places if place.line), next(iter(places), None))
    return str(place) if place is not None else f"“{blockers[0].message}”"
