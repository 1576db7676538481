"""Properties: domains, ranges and inverses that are missing or say something other than was meant."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import OWL, Term, get_local_name, is_iri
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import DATA_KINDS, DOMAIN, INVERSE, OBJECT_KINDS, RANGE

__all__ = ["FINDERS"]

_SYMMETRIC = f"<{OWL}SymmetricProperty>"
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


FINDERS: dict[str, Finder] = {
    "property.named-is": _find_named_is,
    "property.inverse-mismatch": _find_inverse_mismatch,
    "property.missing-domain-or-range": _find_missing_ends,
    "property.no-inverse": _find_no_inverse,
    "property.several-domains": _find_several_domains,
    "property.several-ranges": _find_several_ranges,
}
