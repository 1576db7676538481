"""Who says so: source, author, reviewer, state and validity of each statement, and which statements qualify.

A statement's own ``owl:Axiom`` annotation (OWL 2 mapping to RDF, section 2.2) comes first, then what is said about
its subject, then what the file's ``owl:Ontology`` header or a table's mapping says; each of the six fields is taken
from the first of these that has it. A blank node belongs to the statement that leads to it.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from workbench.model.rules import Provenance
from workbench.model.terms import (
    DCTERMS,
    OWL,
    RDF_TYPE,
    WB,
    Term,
    Triple,
    get_iri_text,
    get_local_name,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
)

__all__ = ["PROVENANCE_PREDICATES", "STATES", "ProvenanceIndex", "find_axiom_targets", "is_valid_value", "qualifies"]

STATES = ("draft", "reviewed", "retired")
_FIELDS: Mapping[Term, str] = {
    f"<{DCTERMS}source>": "sources",
    f"<{DCTERMS}creator>": "authors",
    f"<{WB}reviewer>": "reviewers",
    f"<{WB}state>": "state",
    f"<{WB}validFrom>": "valid_from",
    f"<{WB}validUntil>": "valid_until",
}
PROVENANCE_PREDICATES = frozenset(_FIELDS)
_AXIOM = f"<{OWL}Axiom>"
_ONTOLOGY = f"<{OWL}Ontology>"
_SOURCE, _PROPERTY, _TARGET = (f"<{OWL}annotated{part}>" for part in ("Source", "Property", "Target"))
_Values = Mapping[str, tuple[str, ...]]


def _read(term: Term, field: str) -> str:
    if is_literal(term):
        return split_literal(term)[0].strip()
    if is_iri(term):
        return get_local_name(term) if field == "state" else get_iri_text(term)
    return term


def is_valid_value(predicate: Term, value: Term) -> bool:
    """Tell whether a value of a provenance predicate can be used: a known state, an ISO date."""
    field = _FIELDS.get(predicate, "")
    text = _read(value, field)
    if field == "state":
        return text in STATES
    if field.startswith("valid_"):
        try:
            return len(text) == 10 and bool(date.fromisoformat(text))
        except ValueError:
            return False
    return True


def find_axiom_targets(triples: Iterable[Triple]) -> dict[Term, Triple]:
    """Return the statement that each ``owl:Axiom`` node is about."""
    parts: dict[Term, dict[Term, Term]] = {}
    for subject, predicate, object_ in triples:
        if predicate in (_SOURCE, _PROPERTY, _TARGET):
            parts.setdefault(subject, {})[predicate] = object_
    return {
        node: (found[_SOURCE], found[_PROPERTY], found[_TARGET]) for node, found in parts.items() if len(found) == 3
    }


def qualifies(provenance: Provenance, status: str | None, as_of: date | None) -> bool:
    """Tell whether a statement may be used.

    ``status`` None takes everything but what is retired; otherwise the state must be that one, and a statement
    without a state counts as a draft. ``as_of`` None looks at no dates; both ends of a validity are included.
    """
    state = provenance.state or "draft"
    if state != status and (status is not None or state == "retired"):
        return False
    if as_of is None:
        return True
    day = as_of.isoformat()
    return (not provenance.valid_from or provenance.valid_from <= day) and (
        not provenance.valid_until or day <= provenance.valid_until
    )


@dataclass(frozen=True, eq=False)
class ProvenanceIndex:
    """Answers who says a triple, from the triples themselves; ``sources`` maps each to its file.

    ``said`` is what is said of whole files outside their triples, by path: of tables by their mappings.
    """

    triples: tuple[Triple, ...]
    sources: Mapping[Triple, str]
    said: tuple[tuple[str, Provenance], ...] = ()

    @cached_property
    def _subjects(self) -> Mapping[Term, _Values]:
        found: dict[Term, dict[str, set[str]]] = {}
        for subject, predicate, object_ in self.triples:
            field = _FIELDS.get(predicate)
            if field is not None and is_valid_value(predicate, object_):
                found.setdefault(subject, {}).setdefault(field, set()).add(_read(object_, field))
        return {s: {field: tuple(sorted(values)) for field, values in fields.items()} for s, fields in found.items()}

    @cached_property
    def _statements(self) -> Mapping[Triple, _Values]:
        """What axiom annotations say; several about one statement add up."""
        found: dict[Triple, dict[str, tuple[str, ...]]] = {}
        for node, triple in sorted(find_axiom_targets(self.triples).items()):
            fields = found.setdefault(triple, {})
            for field, values in self._subjects.get(node, {}).items():
                fields[field] = tuple(sorted({*fields.get(field, ()), *values}))
        return found

    @cached_property
    def _headers(self) -> Mapping[str, _Values]:
        """What the headers of each file say."""
        found: dict[str, dict[str, tuple[str, ...]]] = {}
        for triple in self.triples:
            if triple[1] == RDF_TYPE and triple[2] == _ONTOLOGY and triple[0] in self._subjects:
                fields = found.setdefault(self.sources.get(triple, ""), {})
                for field, values in self._subjects[triple[0]].items():
                    fields.setdefault(field, values)
        for path, provenance in self.said:
            fields = found.setdefault(path, {})
            for field in _FIELDS.values():
                value = getattr(provenance, field)
                if value:
                    given = (value,) if isinstance(value, str) else value
                    fields[field] = tuple(sorted({*fields.get(field, ()), *given}))
        return found

    @cached_property
    def _owners(self) -> Mapping[Term, tuple[Triple, ...]]:
        """The statements that lead to each blank node, sorted."""
        found: dict[Term, list[Triple]] = {}
        for triple in self.triples:
            if is_blank(triple[2]) and triple[1] not in (_SOURCE, _TARGET):
                found.setdefault(triple[2], []).append(triple)
        return {node: tuple(sorted(owners)) for node, owners in found.items()}

    @cached_property
    def _known_owners(self) -> dict[Term, tuple[Triple, ...]]:
        return {}

    @cached_property
    def _targets(self) -> Mapping[Term, Triple]:
        return find_axiom_targets(self.triples)

    def find_owners(self, triple: Triple) -> tuple[Triple, ...]:
        """Return the statements, none about a blank node, to which a triple belongs: usually the triple itself."""
        done: set[Triple] = set()
        found: set[Triple] = set()
        passed: list[Term] = []
        single = True
        waiting = [triple]
        while waiting:
            current = waiting.pop()
            if current in done:
                continue
            done.add(current)
            node = current[0]
            if node in self._targets:
                waiting.append(self._targets[node])
            elif is_blank(node) and node in self._owners and node not in self._subjects:
                if (known := self._known_owners.get(node)) is not None:
                    found.update(known)
                    continue
                waiting += self._owners[node]
                passed.append(node)
                single = single and len(self._owners[node]) == 1
            else:
                found.add(current)
        owners = tuple(sorted(found))
        if single:
            # One way up, as in a list: what holds for the triple holds for all nodes on it, however long it is.
            self._known_owners.update(dict.fromkeys(passed, owners))
        return owners

    def get(self, triple: Triple) -> Provenance:
        """Return who says a triple; for a triple about a blank node, who says the statement it belongs to."""
        owner = (self.find_owners(triple) or (triple,))[0]
        layers = [
            self._statements.get(owner, {}),
            self._subjects.get(owner[0], {}),
            self._headers.get(self.sources.get(owner, ""), {}),
        ]
        merged: dict[str, tuple[str, ...]] = {}
        for layer in layers:
            for field, values in layer.items():
                merged.setdefault(field, values)
        # Of two states or dates the one that lets less through counts.
        states = sorted(merged.get("state", ()), key=lambda s: (s != "retired", s != "draft"))
        return Provenance(
            sources=merged.get("sources", ()),
            authors=merged.get("authors", ()),
            reviewers=merged.get("reviewers", ()),
            state=states[0] if states else "",
            valid_from=max(merged.get("valid_from", ("",))),
            valid_until=min(merged.get("valid_until", ("",))),
        )

    def select(self, triples: Iterable[Triple], status: str | None, as_of: date | None) -> frozenset[Triple]:
        """Return those of ``triples`` that qualify; one about a blank node does when a statement it belongs to does."""
        known: dict[Triple, bool] = {}

        def judge(owner: Triple) -> bool:
            if owner not in known:
                known[owner] = qualifies(self.get(owner), status, as_of)
            return known[owner]

        return frozenset(t for t in triples if any(judge(owner) for owner in self.find_owners(t)))
