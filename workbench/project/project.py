"""A project on disk, or in a notebook, as one immutable value."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path

from workbench.errors import InputError, SelectionError, UsageError
from workbench.formats.locate import locate_statement
from workbench.model.report import Location, Violation
from workbench.model.rules import Rule, RuleTest
from workbench.model.terms import Term, Triple
from workbench.model.totals import TotalConstraint
from workbench.project.assembly import ParseCache, ParsedRdf, assemble_domain
from workbench.project.configuration import CONFIGURATION_NAME, DomainConfig, ProjectConfig, parse_configuration
from workbench.project.domain import Domain
from workbench.project.files import (
    RDF_SUFFIXES,
    TABLE_SUFFIXES,
    Role,
    SourceFile,
    classify,
    find_tables,
    get_limit,
    is_table,
    read_file,
    scan,
)

__all__ = ["Project"]

_Source = Path | str | bytes


@dataclass(frozen=True, eq=False)
class Project:
    """What a project holds.

    ``root`` is its folder, None for one that lives in memory; ``files`` are all files read, sorted by path;
    ``domains`` by name. ``violations`` are all findings of loading, those of the domains included.
    """

    root: Path | None
    config: ProjectConfig
    files: Mapping[str, SourceFile]
    domains: Mapping[str, Domain]
    violations: tuple[Violation, ...] = ()
    _scanned: tuple[Violation, ...] = field(default=(), repr=False)
    _cache: ParseCache = field(default_factory=ParseCache, repr=False)

    @classmethod
    def assemble(
        cls,
        root: Path | None,
        config: ProjectConfig,
        files: Mapping[str, SourceFile],
        scanned: Sequence[Violation] = (),
        earlier: Project | None = None,
        *,
        has_folders: bool | None = None,
    ) -> Project:
        """Build a project from its files; ``scanned`` are findings about the folder, ``earlier`` saves work.

        ``has_folders`` says whether its content folders count, so that a rule can be misplaced; by default those of a
        project on disk do.
        """
        cache = ParseCache(earlier._cache if earlier else None)
        folders = root is not None if has_folders is None else has_folders
        files = dict(sorted(files.items()))
        assigned: dict[str, list[tuple[SourceFile, Role]]] = {name: [] for name in config.domains}
        for file in files.values():
            for domain, role in classify(config, file.path):
                assigned[domain.name].append((file, role))
        domains = {
            name: assemble_domain(config, config.domains[name], parts, cache, has_folders=folders)
            for name, parts in assigned.items()
        }
        cache.close()
        violations = [*scanned, *(v for domain in domains.values() for v in domain.violations)]
        ordered = tuple(sorted(dict.fromkeys(violations), key=lambda violation: violation.sort_key))
        return cls(root, config, files, domains, ordered, tuple(scanned), cache)

    @classmethod
    def from_files(
        cls,
        ontologies: Sequence[_Source] = (),
        rules: Sequence[_Source] = (),
        shapes: Sequence[_Source] = (),
        *,
        name: str = "notebook",
        closed: Sequence[str] = (),
        prefixes: Mapping[str, str] | None = None,
        base: str = "",
        sensitive: bool = False,
        languages: Sequence[str] = ("en",),
        tables: Sequence[Path | str] = (),
    ) -> Project:
        """Make a project of one domain in memory.

        Each source is a path, or the text itself: bytes, or a string with a line break. ``rules`` may hold
        constraints too; ``closed`` are prefixed names or IRIs; ``tables`` are paths of tables and of their mappings,
        which name a table by its file name. The domain has the project's name.
        Raises InputError for a file that is not there or too large, UsageError for a name that no folder could have.
        """
        if not re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9_-]*", name):
            raise UsageError(f"'{name}' cannot name a domain; names are letters, digits, - and _.")
        files: dict[str, SourceFile] = {}
        for folder, sources, fallback in (
            ("ontologies", ontologies, "ttl"),
            ("ontologies", rules, "rules"),
            ("ontologies", [Path(table) for table in tables], "csv"),
            ("validators", shapes, "ttl"),
        ):
            for number, source in enumerate(sources, 1):
                file = _read_source(source, f"{folder}/{name}", number, fallback, files)
                files[file.path] = file
        ontologies_at, validators_at, curricula_at = (
            (f"{folder}/{name}/**",) for folder in ("ontologies", "validators", "curricula")
        )
        domain = DomainConfig(name, ontologies_at, validators_at, curricula_at, tuple(closed), sensitive)
        config = ProjectConfig(name, base, "", "", dict(prefixes or {}), tuple(languages) or ("en",), {name: domain})
        return cls.assemble(None, config, files)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 over what the files mean: of RDF the canonical graph, of everything else the bytes."""
        lines = [f"{path} {digest}" for path, digest in self.content_digests.items()]
        return hashlib.sha256("\n".join(lines).encode()).hexdigest()

    @cached_property
    def content_digests(self) -> Mapping[str, str]:
        """What each file means, as a digest (``rdfc:`` or ``bytes:`` and hex), by path."""
        return {path: self._get_content_digest(file) for path, file in self.files.items()}

    def _get_content_digest(self, file: SourceFile) -> str:
        parsed = self.read_rdf(file.path)
        return parsed.content_digest if parsed else f"bytes:{file.digest}"

    def read_rdf(self, path: str) -> ParsedRdf | None:
        """Return an RDF file as read, with the labels that blank nodes have in the domains; None for other files."""
        file = self.files.get(path)
        if file is None or Path(path).suffix.lower() not in RDF_SUFFIXES:
            return None
        return self._cache.read_rdf(file, self.config.base)

    def get_domain(self, name: str | None = None) -> Domain:
        """Return a domain; without a name the only one. Raises SelectionError, which lists the names."""
        if name is None and len(self.domains) == 1:
            return next(iter(self.domains.values()))
        if name is None or name not in self.domains:
            known = ", ".join(self.domains)
            told = "There is more than one domain; name one" if name is None else f"There is no domain '{name}'"
            raise SelectionError(f"{told}. Domains of this project: {known}.")
        return self.domains[name]

    def locate(self, what: Triple | Term) -> Location | None:
        """Return where a stated triple, a subject or the statement named so stands; None when nothing does.

        The place is the object of the triple, the subject of a name; in RDF/XML the element.
        """
        for domain in self.domains.values():
            place = self._locate_name(domain, what) if isinstance(what, str) else self._locate_triple(domain, what)
            if place is not None:
                return place
        return None

    def _locate_name(self, domain: Domain, name: str) -> Location | None:
        named: tuple[Rule | TotalConstraint | RuleTest, ...] = (
            *domain.rules,
            *domain.constraints,
            *domain.totals,
            *domain.rule_tests,
        )
        for statement in named:
            if statement.name == name:
                return statement.location
        return next(
            (
                self._locate_in(domain, path, name)
                for triple, path in (*domain.sources.items(), *domain.shape_sources.items())
                if triple[0] == name
            ),
            None,
        )

    def _locate_triple(self, domain: Domain, triple: Triple) -> Location | None:
        for sources in (domain.sources, domain.shape_sources):
            if triple in sources:
                return self._locate_in(domain, sources[triple], *triple)
        return None

    def _locate_in(
        self, domain: Domain, path: str, subject: Term, predicate: Term | None = None, value: Term | None = None
    ) -> Location:
        if Path(path).suffix.lower() in TABLE_SUFFIXES:
            tables = (table for table in domain.tables if table.path == path)
            places = (place for table in tables if (place := table.locate(subject, predicate, value)) is not None)
            return next(places, Location(path))
        base = self.config.base or None
        return locate_statement(self.files[path].data, path, subject, predicate, value, base) or Location(path)

    def replace_contents(self, contents: Mapping[str, bytes | None]) -> Project:
        """Return the project with other contents of some files; None stands for a file that is gone.

        Nothing is written. A changed ``workbench.yaml`` is read anew, and with it the folder, since other files may
        now belong to the project. Raises ProjectError when it cannot be used.
        """
        files = {path: file for path, file in self.files.items() if contents.get(path, b"") is not None}
        files |= {path: SourceFile(path, data) for path, data in contents.items() if data is not None}
        if CONFIGURATION_NAME not in contents or self.root is None:
            if self.root is not None:
                files = _select_tables(self.root, self.config, files, contents)
            return Project.assemble(self.root, self.config, files, self._scanned, self)
        config, found = parse_configuration(files[CONFIGURATION_NAME].data)
        on_disk, scanned = scan(self.root, config)
        kept = {path: files.get(path, file) for path, file in on_disk.items() if contents.get(path, b"") is not None}
        added = {path: files[path] for path in contents if path in files}
        return Project.assemble(self.root, config, {**kept, **added}, (*found, *scanned), self)


def _select_tables(
    root: Path, config: ProjectConfig, files: Mapping[str, SourceFile], contents: Mapping[str, bytes | None]
) -> dict[str, SourceFile]:
    """Return the files with the tables that mappings name, and no others, as loading the folder would."""
    wanted = find_tables(config, files)
    kept = {path: file for path, file in files.items() if path in wanted or not is_table(config, path)}
    for path in sorted(wanted - files.keys()):
        place = root / path
        if path not in contents and place.is_file() and place.resolve().is_relative_to(root.resolve()):
            kept[path] = read_file(root, path)
    return kept


def _read_source(
    source: _Source, folder: str, number: int, fallback: str, taken: Mapping[str, SourceFile]
) -> SourceFile:
    if isinstance(source, bytes) or (isinstance(source, str) and "\n" in source):
        data = source if isinstance(source, bytes) else source.encode()
        kind = (
            "owl" if fallback == "ttl" and data.lstrip().startswith((b"<?xml", b"<rdf:RDF", b"<!DOCTYPE")) else fallback
        )
        return SourceFile(f"{folder}/{number}.{kind}", data)
    place = Path(source)
    try:
        if place.stat().st_size > get_limit(place.name):
            raise InputError(f"{source} has more than {get_limit(place.name):,} bytes.")
        data = place.read_bytes()
    except OSError as error:
        raise InputError(f"{source} could not be read: {error.strerror or error}.") from error
    name = place.name if f"{folder}/{place.name}" not in taken else f"{number}-{place.name}"
    return SourceFile(f"{folder}/{name}", data)
