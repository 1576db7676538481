"""Properties: domains, ranges, inverses and chains that say something other than was meant."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import OWL, RDF_TYPE, RDFS, Term, Triple, get_local_name, is_iri
from workbench.validation.lint.index import (
    DATA_KINDS,
    DOMAIN,
    EQUIVALENT_PROPERTY,
    INVERSE,
    OBJECT_KINDS,
    RANGE,
)
from workbench.validation.lint.linter import Finder, Linter

__all__ = ["FINDERS"]

_SYMMETRIC, _TRANSITIVE = f"<{OWL}SymmetricProperty>", f"<{OWL}TransitiveProperty>"
_CHAIN = f"<{OWL}propertyChainAxiom>"
_EVERYTHING = {f"<{OWL}Thing>", f"<{RDFS}Resource>", f"<{RDFS}Literal>"}
_IS = {"is", "isa", "is_a", "is-a", "istein", "ist", "is a", "ist ein"}


def _list_declared(lint: Linter) -> list[Term]:
    kinds = (*OBJECT_KINDS, *DATA_KINDS)
    return [term for term in lint.index.list_typed(kinds) if lint.index.is_own(term)]


def _find_named_is(lint: Linter) -> Iterator[Violation]:
    for term in _list_declared(lint):
        if {get_local_name(term).lower(), lint.matter.label(term).lower()} & _IS:
            yield lint.report(
                "property.named-is",
                f"The property {lint.name(term)} seems to say what kind of thing something is.",
                lint.index.describe(term),
                focus=term,
                fix="Use rdf:type for individuals and rdfs:subClassOf for classes.",
            )


def _find_inverse_mismatch(lint: Linter) -> Iterator[Violation]:
    domains, ranges = lint.index.group(DOMAIN), lint.index.group(RANGE)
    for triple in lint.index.get(INVERSE):
        one, _, other = triple
        if not (is_iri(one) and is_iri(other)) or one == other:
            continue
        for left, right in ((domains.get(one), ranges.get(other)), (ranges.get(one), domains.get(other))):
            if left and right and set(left).isdisjoint(right):
                yield lint.report(
                    "property.inverse-mismatch",
                    f"{lint.name(one)} and {lint.name(other)} are inverses, but the domain of one is not the range of "
                    "the other.",
                    [triple],
                    focus=one,
                    path=INVERSE,
                    value=other,
                    fix="Correct a domain or range, or the pair.",
                )
                break


def _find_missing_ends(lint: Linter) -> Iterator[Violation]:
    domains, ranges = lint.index.group(DOMAIN), lint.index.group(RANGE)
    for term in _list_declared(lint):
        missing = [name for name, known in (("domain", domains), ("range", ranges)) if term not in known]
        if missing:
            yield lint.report(
                "property.missing-domain-or-range",
                f"The property {lint.name(term)} has no {' and no '.join(missing)}.",
                lint.index.describe(term),
                focus=term,
                path=DOMAIN if "domain" in missing else RANGE,
                fix="State of what it can be said, and which values it can have.",
            )


def _find_no_inverse(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    paired = {term for triple in index.get(INVERSE) for term in (triple[0], triple[2])}
    for term in index.list_typed(OBJECT_KINDS[:1]):
        if index.is_own(term) and term not in paired and _SYMMETRIC not in index.types[term]:
            yield lint.report(
                "property.no-inverse",
                f"The property {lint.name(term)} has no inverse.",
                index.describe(term),
                focus=term,
                path=INVERSE,
                fix="Where people say it in both directions, name the other one and state owl:inverseOf.",
            )


def _find_several(lint: Linter, code: str, predicate: Term, what: str) -> Iterator[Violation]:
    for term, values in sorted(lint.index.group(predicate).items()):
        if is_iri(term) and len(values) > 1:
            yield lint.report(
                code,
                f"The property {lint.name(term)} has {len(values)} {what}s, which hold all at once.",
                [(term, predicate, value) for value in values],
                focus=term,
                path=predicate,
                value=values[1],
                fix=f"If any of them is meant, state one {what} that is their owl:unionOf.",
                why="Whatever has the property is concluded to belong to every one of them.",
            )


def _find_several_domains(lint: Linter) -> Iterator[Violation]:
    yield from _find_several(lint, "property.several-domains", DOMAIN, "domain")


def _find_several_ranges(lint: Linter) -> Iterator[Violation]:
    yield from _find_several(lint, "property.several-ranges", RANGE, "range")


def _find_own_inverse(lint: Linter) -> Iterator[Violation]:
    for triple in lint.index.get(INVERSE):
        if triple[0] == triple[2]:
            yield lint.report(
                "property.own-inverse",
                f"The property {lint.name(triple[0])} is stated to be its own inverse.",
                [triple],
                focus=triple[0],
                path=INVERSE,
                value=triple[2],
                fix="State that it is an owl:SymmetricProperty.",
            )


def _find_symmetric_inverse(lint: Linter) -> Iterator[Violation]:
    types = lint.index.types
    for triple in lint.index.get(INVERSE):
        if triple[0] == triple[2]:
            continue
        for term in (triple[0], triple[2]):
            if is_iri(term) and _SYMMETRIC in types.get(term, ()):
                yield lint.report(
                    "property.symmetric-inverse",
                    f"The property {lint.name(term)} is symmetric and has an inverse, which then means the same.",
                    [triple],
                    focus=term,
                    path=INVERSE,
                    value=triple[2],
                    fix="Remove one of the two statements.",
                )


def _find_equivalent_mismatch(lint: Linter) -> Iterator[Violation]:
    index = lint.index
    for triple in index.get(EQUIVALENT_PROPERTY):
        for predicate, what in ((DOMAIN, "domains"), (RANGE, "ranges")):
            one, other = index.get_values(triple[0], predicate), index.get_values(triple[2], predicate)
            if one and other and set(one).isdisjoint(other):
                yield lint.report(
                    "property.equivalent-mismatch",
                    f"{lint.name(triple[0])} and {lint.name(triple[2])} are stated to be the same, but have different "
                    f"{what}.",
                    [triple],
                    focus=triple[0],
                    path=EQUIVALENT_PROPERTY,
                    value=triple[2],
                    fix="Correct them, or state that one is a subproperty of the other.",
                )
                break


def _find_ends_apart(lint: Linter, code: str, kind: Term, word: str) -> Iterator[Violation]:
    """Find symmetric or transitive properties with a domain and a range neither of which is above the other."""
    index = lint.index
    for term in index.list_typed((kind,)):
        domains = set(index.get_values(term, DOMAIN)) - _EVERYTHING
        ranges = set(index.get_values(term, RANGE)) - _EVERYTHING
        if not domains or not ranges or not domains.isdisjoint(ranges):
            continue
        if _list_above(lint, domains) & ranges or _list_above(lint, ranges) & domains:
            continue
        triples: list[Triple] = [(term, RDF_TYPE, kind)]
        yield lint.report(
            code,
            f"The property {lint.name(term)} is {word}, but its domain is not its range.",
            triples,
            focus=term,
            path=DOMAIN,
            value=sorted(domains)[0],
            fix=f"Correct domain or range, or do not call it {word}.",
            why="Whatever has the property is concluded to belong to both."
            if word == "symmetric"
            else "Two steps can hardly follow each other when they end where none begins.",
        )


def _list_above(lint: Linter, terms: set[Term]) -> set[Term]:
    found: set[Term] = set()
    waiting = [*terms]
    while waiting:
        for parent in lint.index.parents.get(waiting.pop(), ()):
            if parent not in found:
                found.add(parent)
                waiting.append(parent)
    return found


def _find_symmetric_mismatch(lint: Linter) -> Iterator[Violation]:
    yield from _find_ends_apart(lint, "property.symmetric-mismatch", _SYMMETRIC, "symmetric")


def _find_transitive_mismatch(lint: Linter) -> Iterator[Violation]:
    yield from _find_ends_apart(lint, "property.transitive-mismatch", _TRANSITIVE, "transitive")


def _find_short_chains(lint: Linter) -> Iterator[Violation]:
    for triple in lint.index.get(_CHAIN):
        links = list(lint.index.read_list(triple[2]))
        if len(links) == 1:
            yield lint.report(
                "property.short-chain",
                f"The chain that leads to {lint.name(triple[0])} has only one link, {lint.name(links[0])}.",
                [triple],
                focus=triple[0],
                path=_CHAIN,
                value=links[0],
                fix="State that the one is a subproperty of the other, or add the link that is missing.",
            )


FINDERS: dict[str, Finder] = {
    "property.named-is": _find_named_is,
    "property.inverse-mismatch": _find_inverse_mismatch,
    "property.missing-domain-or-range": _find_missing_ends,
    "property.no-inverse": _find_no_inverse,
    "property.several-domains": _find_several_domains,
    "property.several-ranges": _find_several_ranges,
    "property.own-inverse": _find_own_inverse,
    "property.symmetric-inverse": _find_symmetric_inverse,
    "property.equivalent-mismatch": _find_equivalent_mismatch,
    "property.symmetric-mismatch": _find_symmetric_mismatch,
    "property.transitive-mismatch": _find_transitive_mismatch,
    "property.short-chain": _find_short_chains,
}
