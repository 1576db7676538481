"""One domain of a project: its facts, axioms, rules, constraints, shapes and curriculum as one value."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cached_property

from workbench.errors import UsageError
from workbench.formats.tables import TableFacts
from workbench.model.report import Violation
from workbench.model.rules import Comparison, Provenance, Rule, RuleTest
from workbench.model.terms import RDF_TYPE, Term, Triple
from workbench.model.totals import TotalConstraint
from workbench.project.files import SourceFile
from workbench.project.provenance import STATES, ProvenanceIndex, find_axiom_targets, qualifies
from workbench.project.vocabulary import DECLARATIONS, Kind, Partition, Vocabulary, partition_triples

__all__ = ["Domain"]


@dataclass(frozen=True, eq=False)
class Domain:
    """What a domain's files say.

    ``triples`` are all triples of its ontologies, sorted, and ``sources`` their files (of several the first by
    name); ``tables`` are the tables among these, with the places of their facts; ``shapes`` and ``shape_sources``
    the same for SHACL. Rules, constraints (rules whose head is ``false``) and tests are in the order of files and
    lines; names of rules and constraints are unique. ``comparisons`` gives the comparison that a constraint states,
    or None where its head is ``false``; ``totals`` are the constraints on totals, which are in no theory. ``closed``
    are IRIs, sorted. ``violations`` are findings of the files; what could not be read is not in the other fields.
    """

    name: str
    triples: tuple[Triple, ...] = ()
    sources: Mapping[Triple, str] = field(default_factory=dict)
    tables: tuple[TableFacts, ...] = ()
    rules: tuple[Rule, ...] = ()
    constraints: tuple[Rule, ...] = ()
    comparisons: Mapping[str, Comparison | None] = field(default_factory=dict)
    totals: tuple[TotalConstraint, ...] = ()
    rule_tests: tuple[RuleTest, ...] = ()
    shapes: tuple[Triple, ...] = ()
    shape_sources: Mapping[Triple, str] = field(default_factory=dict)
    closed: tuple[Term, ...] = ()
    prefixes: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)
    sensitive: bool = False
    description: str = ""
    curriculum_file: SourceFile | None = None
    templates: tuple[SourceFile, ...] = ()
    violations: tuple[Violation, ...] = ()
    origin: Domain | None = field(default=None, repr=False)
    """The domain from which :meth:`select` took this one."""

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What the names are; a selection knows the names of the whole domain."""
        if self.origin is not None:
            return self.origin.vocabulary
        return Vocabulary.collect(
            self.triples,
            (*self.rules, *self.constraints, *(total.flatten() for total in self.totals)),
            self.rule_tests,
            self.closed,
        )

    @property
    def kinds(self) -> Mapping[Term, Kind]:
        """The kind of each name, sorted by name."""
        return self.vocabulary.kinds

    @cached_property
    def _partition(self) -> Partition:
        return partition_triples(self.triples, self.vocabulary, find_axiom_targets(self.triples))

    @property
    def assertions(self) -> tuple[Triple, ...]:
        """Stated facts: a class that an individual belongs to, a property between individuals or to a value."""
        return self._partition.assertions

    @property
    def axioms(self) -> tuple[Triple, ...]:
        """Declarations and everything else that is said about classes and properties, lists and blanks included."""
        return self._partition.axioms

    @property
    def annotations(self) -> tuple[Triple, ...]:
        """Labels, phrases, sources and the like, headers of ontologies, annotations of single statements."""
        return self._partition.annotations

    @cached_property
    def _provenance(self) -> ProvenanceIndex:
        if self.origin is not None:
            return self.origin._provenance
        said = [(table.path, table.mapping.provenance) for table in self.tables]
        return ProvenanceIndex((*self.triples, *self.shapes), {**self.shape_sources, **self.sources}, tuple(said))

    def get_provenance(self, triple: Triple) -> Provenance:
        """Return who says a stated triple; empty fields when nobody says."""
        return self._provenance.get(triple)

    def find_owners(self, triple: Triple) -> tuple[Triple, ...]:
        """Return the statements to which a triple about a blank node belongs, sorted; for others the triple itself."""
        return self._provenance.find_owners(triple)

    def select(self, status: str | None = None, as_of: date | None = None) -> Domain:
        """Return the domain with only what qualifies: facts, axioms, rules and constraints.

        ``status`` None leaves out what is retired; ``"reviewed"``, ``"draft"`` or ``"retired"`` keeps only that (no
        state means draft). ``as_of`` leaves out what is not valid on that day. Declarations stay; annotations and
        shapes stay unless they are retired or out of date themselves, since a check must not get weaker by its not
        being reviewed; the annotation of a statement stays with the statement.
        Raises UsageError for another ``status``.
        """
        if status is not None and status not in STATES:
            raise UsageError(f"'{status}' is no state; states are {', '.join(STATES)}.")
        index, names = self._provenance, self.vocabulary
        kept = index.select(self.triples, status, as_of)
        valid = index.select((*self.shapes, *(t for t in self.triples if names.is_annotation(t))), None, as_of)
        targets = find_axiom_targets(self.triples)

        def stays(triple: Triple) -> bool:
            if triple[0] in targets:
                return stays(targets[triple[0]]) if targets[triple[0]] != triple else False
            declared = triple[1] == RDF_TYPE and triple[2] in DECLARATIONS and not triple[0].startswith("_:")
            return declared or triple in (valid if names.is_annotation(triple) else kept)

        return replace(
            self,
            triples=tuple(t for t in self.triples if stays(t)),
            shapes=tuple(t for t in self.shapes if t in valid),
            rules=tuple(rule for rule in self.rules if qualifies(rule.provenance, status, as_of)),
            constraints=tuple(rule for rule in self.constraints if qualifies(rule.provenance, status, as_of)),
            totals=tuple(total for total in self.totals if qualifies(total.provenance, status, as_of)),
            origin=self.origin or self,
        )
