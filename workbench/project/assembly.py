"""Files to domains: parse each file once, resolve names, gather findings. No I/O."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple, cast

from workbench.errors import LimitError
from workbench.formats.canonical import compute_digest
from workbench.formats.locate import locate_prefix, locate_statement
from workbench.formats.rdf import ParsedGraph, parse_rdf
from workbench.formats.rules_parser import RulesFile, parse_rules
from workbench.formats.table_mapping import TableMapping, parse_mapping, read_table_path
from workbench.formats.tables import TableFacts, read_table
from workbench.model.report import Location, Violation
from workbench.model.rules import Comparison, Rule, RuleTest
from workbench.model.terms import Term, Triple, make_iri
from workbench.model.totals import TotalConstraint
from workbench.project.configuration import DomainConfig, ProjectConfig
from workbench.project.domain import Domain
from workbench.project.files import Role, SourceFile
from workbench.project.provenance import PROVENANCE_PREDICATES, is_valid_value

__all__ = ["ParseCache", "ParsedRdf", "ParsedTable", "assemble_domain", "get_blank_prefix"]

_IRI = re.compile(r"<([A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*)>\Z")
_PREFIXED = re.compile(r"(?:([A-Za-z][A-Za-z0-9_.-]*)?:)?([^\s:<>\"{}|\\^`]+)\Z")


def get_blank_prefix(path: str) -> str:
    """Return how the blank node labels of a file begin: of different files never alike, whatever else there is."""
    return f"x{hashlib.sha256(path.encode()).hexdigest()[:10]}_"


@dataclass(frozen=True, eq=False)
class ParsedRdf:
    """An RDF file as read."""

    file: SourceFile
    graph: ParsedGraph

    @cached_property
    def content_digest(self) -> str:
        """RDFC-1.0 digest of the graph; of the bytes when the file has errors or blank nodes that are too alike."""
        if not self.graph.violations:
            try:
                return f"rdfc:{compute_digest(self.graph.triples)}"
            except LimitError:
                pass  # two texts of such a graph count as two contents, which is safe
        return f"bytes:{self.file.digest}"


class ParsedTable(NamedTuple):
    """A mapping as read: the facts of its table, None where it has none, and everything that is wrong with both."""

    facts: TableFacts | None
    violations: tuple[Violation, ...]


def _parse_table(mapping: SourceFile, table: SourceFile | None, prefixes: Mapping[str, str]) -> ParsedTable:
    read, found = parse_mapping(mapping.data, mapping.path, prefixes)
    if read is None:
        return ParsedTable(None, found)
    if table is None:
        return ParsedTable(None, (*found, _report_no_table(read)))
    facts = read_table(read, table.data)
    return ParsedTable(facts, (*found, *facts.violations))


def _report_no_table(mapping: TableMapping) -> Violation:
    return Violation(
        "table.missing",
        "error",
        f"There is no table {mapping.table}.",
        mapping.file_location,
        why="The mapping names it, and a table stands in the domain's ontology folder, beside its mapping or below.",
        fix="Correct 'file', or put the table there.",
    )


class ParseCache:
    """What has been read, by content, so that after an edit only the changed files are read again."""

    def __init__(self, earlier: ParseCache | None = None) -> None:
        self._earlier = earlier._kept if earlier else {}
        self._kept: dict[tuple[object, ...], ParsedRdf | RulesFile | ParsedTable] = {}

    def read_rdf(self, file: SourceFile, base: str) -> ParsedRdf:
        """Return the file's triples; blank nodes are labelled by :func:`get_blank_prefix`."""
        key = ("rdf", file.path, file.digest, base)
        if key not in self._kept:
            self._kept[key] = self._earlier.get(key) or ParsedRdf(
                file, parse_rdf(file.data, file.path, base or None, get_blank_prefix(file.path))
            )
        return cast("ParsedRdf", self._kept[key])

    def read_rules(self, file: SourceFile, prefixes: Mapping[str, str]) -> RulesFile:
        """Return the statements of a rules file."""
        key = ("rules", file.path, file.digest, tuple(sorted(prefixes.items())))
        if key not in self._kept:
            self._kept[key] = self._earlier.get(key) or parse_rules(file.text, file.path, prefixes)
        return cast("RulesFile", self._kept[key])

    def read_table(
        self, mapping: SourceFile, files: Mapping[str, SourceFile], prefixes: Mapping[str, str]
    ) -> ParsedTable:
        """Return what a mapping makes of its table, which is looked for among ``files``."""
        at = read_table_path(mapping.data, mapping.path)
        table = files.get(at or "")
        key = ("table", mapping.path, mapping.digest, table and table.digest, tuple(sorted(prefixes.items())))
        if key not in self._kept:
            self._kept[key] = self._earlier.get(key) or _parse_table(mapping, table, prefixes)
        return cast("ParsedTable", self._kept[key])

    def close(self) -> None:
        """Forget what the earlier state had and this one did not ask for."""
        self._earlier = {}


def assemble_domain(
    config: ProjectConfig,
    domain: DomainConfig,
    files: Iterable[tuple[SourceFile, Role]],
    cache: ParseCache,
    *,
    has_folders: bool = True,
) -> Domain:
    """Build one domain from its files, in order of their paths.

    Without folders (in memory) rules and constraints may stand together.
    """
    by_role: dict[str, list[SourceFile]] = {}
    for file, role in files:
        by_role.setdefault(role, []).append(file)
    violations: list[Violation] = []
    ontologies = [cache.read_rdf(file, config.base) for file in by_role.get("ontology", [])]
    shapes = [cache.read_rdf(file, config.base) for file in by_role.get("shapes", [])]
    prefixes = _merge_prefixes(config, (*ontologies, *shapes), violations)
    at_hand = {file.path: file for file in by_role.get("table", [])}
    read = [cache.read_table(mapping, at_hand, prefixes) for mapping in by_role.get("mapping", [])]
    tables = tuple(parsed.facts for parsed in read if parsed.facts is not None)
    triples, sources = _merge_triples(ontologies, tables)
    shape_triples, shape_sources = _merge_triples(shapes)
    collector = _RuleCollector(violations, has_folders)
    for role in ("rules", "constraints"):
        for file in by_role.get(role, []):
            collector.add(cache.read_rules(file, prefixes), file.path, role)
    violations += [v for parsed in (*ontologies, *shapes) for v in parsed.graph.violations]
    violations += [v for parsed in read for v in parsed.violations]
    violations += _report_provenance(ontologies, config.base or None)
    closed = _resolve_closed(config, domain, prefixes, violations)
    curricula = by_role.get("curriculum", [])
    if len(curricula) > 1:
        message = f"The domain {domain.name} has a second curriculum; {curricula[0].path} is the one that counts."
        violations.append(Violation("project.second-curriculum", "error", message, Location(curricula[1].path)))
    return Domain(
        name=domain.name,
        triples=triples,
        sources=sources,
        tables=tables,
        rules=tuple(collector.rules),
        constraints=tuple(collector.constraints),
        comparisons=collector.comparisons,
        totals=tuple(collector.totals),
        rule_tests=tuple(collector.tests),
        shapes=shape_triples,
        shape_sources=shape_sources,
        closed=closed,
        prefixes=prefixes,
        languages=config.languages,
        sensitive=domain.sensitive,
        description=domain.description,
        curriculum_file=curricula[0] if curricula else None,
        templates=tuple(by_role.get("template", [])),
        violations=tuple(replace(violation, domain=domain.name) for violation in violations),
    )


def _merge_triples(
    parsed: Iterable[ParsedRdf], tables: Iterable[TableFacts] = ()
) -> tuple[tuple[Triple, ...], dict[Triple, str]]:
    sources: dict[Triple, str] = {}
    for item in parsed:
        for triple in item.graph.triples:
            sources.setdefault(triple, item.file.path)
    for table in tables:
        for triple in table.triples:
            sources.setdefault(triple, table.path)
    return tuple(sorted(sources)), sources


def _merge_prefixes(config: ProjectConfig, parsed: Iterable[ParsedRdf], violations: list[Violation]) -> dict[str, str]:
    """Join prefixes: the configuration's first, then the files'.

    The empty prefix is the configuration's, else what all files agree on, else the project's base.
    """
    merged = dict(config.prefixes)
    empty: dict[str, None] = {}
    for item in parsed:
        for prefix, namespace in item.graph.prefixes:
            if not prefix:
                empty[namespace] = None
            elif merged.setdefault(prefix, namespace) != namespace:
                message = f"The prefix {prefix}: means <{namespace}> here, but <{merged[prefix]}> in the project."
                why = "Rules and settings use the project's meaning; this file keeps its own."
                place = locate_prefix(item.file.data, item.file.path, prefix, config.base or None)
                place = place or Location(item.file.path)
                violations.append(Violation("project.prefix-conflict", "info", message, place, prefix, why=why))
    if "" not in merged:
        if len(empty) == 1:
            merged[""] = next(iter(empty))
        elif config.base:
            merged[""] = config.base
    return dict(sorted(merged.items()))


class _RuleCollector:
    """Gathers statements of several rules files and keeps names unique across them."""

    def __init__(self, violations: list[Violation], has_folders: bool) -> None:
        self.rules: list[Rule] = []
        self.constraints: list[Rule] = []
        self.tests: list[RuleTest] = []
        self.totals: list[TotalConstraint] = []
        self.comparisons: dict[str, Comparison | None] = {}
        self._violations = violations
        self._has_folders = has_folders
        self._names: dict[tuple[str, str], Location] = {}

    def add(self, file: RulesFile, path: str, role: str) -> None:
        """Take the statements of one file; ``role`` is what its folder is for."""
        self._violations += file.violations
        stated = dict(file.constraints)
        for rule in file.rules:
            if self._take("rule", rule.name, rule.location or Location(path)):
                (self.constraints if rule.kind == "constraint" else self.rules).append(rule)
                if rule.kind == "constraint":
                    self.comparisons[rule.name] = stated.get(rule.name)
                self._check_folder(rule, role)
        for total in file.totals:
            if self._take("rule", total.name, total.location or Location(path)):
                self.totals.append(total)
                self._check_folder(total, role)
        for test in file.tests:
            if self._take("test", test.name, test.location or Location(path)):
                self.tests.append(test)

    def _take(self, space: str, name: str, place: Location) -> bool:
        first = self._names.setdefault((space, name), place)
        if first is place:
            return True
        message = f"The name {name} is already taken in {first}."
        why = "Proofs and reports cite a statement by its name, so each name stands for one statement of a domain."
        fix = f"Give this {space} another name."
        self._violations.append(
            Violation("rule.duplicate-name", "error", message, place, name, why=why, fix=fix, related=(first,))
        )
        return False

    def _check_folder(self, rule: Rule | TotalConstraint, role: str) -> None:
        kind = rule.kind if isinstance(rule, Rule) else "constraint"
        expected = "constraints" if kind == "constraint" else "rules"
        if self._has_folders and expected != role:
            folder = "validators" if expected == "constraints" else "ontologies"
            message = f"The {kind} {rule.name} belongs into the folder {folder}."
            why = "Rules say what follows and stand with the ontology; constraints say what must hold."
            place = rule.location
            self._violations.append(Violation("project.misplaced-rule", "warning", message, place, rule.name, why=why))


def _report_provenance(parsed: Iterable[ParsedRdf], base: str | None) -> Iterator[Violation]:
    for item in parsed:
        for triple in item.graph.triples:
            if triple[1] in PROVENANCE_PREDICATES and not is_valid_value(triple[1], triple[2]):
                yield Violation(
                    "provenance.value",
                    "error",
                    f"{triple[2]} cannot be used here.",
                    locate_statement(item.file.data, item.file.path, *triple, base) or Location(item.file.path),
                    triple[0],
                    why="A state is draft, reviewed or retired; a date is written 2026-12-31.",
                    fix="Correct the value; until then it counts as not given.",
                )


def _resolve_closed(
    config: ProjectConfig, domain: DomainConfig, prefixes: Mapping[str, str], violations: list[Violation]
) -> tuple[Term, ...]:
    found: set[Term] = set()
    for index, text in enumerate(domain.closed):
        iri = _IRI.match(text)
        name = _PREFIXED.match(text)
        if iri:
            found.add(text)
        elif name and (name.group(1) or "") in prefixes:
            found.add(make_iri(prefixes[name.group(1) or ""] + name.group(2)))
        else:
            place = config.locate("domains", domain.name, "closed", index)
            message = f"'{text}' under 'closed' is no name with a known prefix."
            fix = "Declare the prefix under 'prefixes', or write the full <IRI>."
            violations.append(Violation("config.value", "error", message, place, fix=fix))
    return tuple(sorted(found))
