"""Kinds of properties that do not go with their ends, inverses or chains."""

from __future__ import annotations

from collections.abc import Iterator

from workbench.model.report import Violation
from workbench.model.terms import OWL, RDF_TYPE, RDFS, Term, Triple, is_iri
from workbench.validation.lint.linter import Finder, Linter
from workbench.validation.lint.vocabulary import DOMAIN, EQUIVALENT_PROPERTY, INVERSE, RANGE

__all__ = ["FINDERS"]

_SYMMETRIC, _TRANSITIVE = f"<{OWL}SymmetricProperty>", f"<{OWL}TransitiveProperty>"
_CHAIN = f"<{OWL}propertyChainAxiom>"
_EVERYTHING = {f"<{OWL}Thing>", f"<{RDFS}Resource>", f"<{RDFS}Literal>"}


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
    "property.own-inverse": _find_own_inverse,
    "property.symmetric-inverse": _find_symmetric_inverse,
    "property.equivalent-mismatch": _find_equivalent_mismatch,
    "property.symmetric-mismatch": _find_symmetric_mismatch,
    "property.transitive-mismatch": _find_transitive_mismatch,
    "property.short-chain": _find_short_chains,
}
