"""The content id of a graph: RDFC-1.0 canonical blank node labels and their SHA-256 digest.

Source: RDF Dataset Canonicalization, W3C Recommendation of 21 May 2024, section 4, for the default graph only.
Own code rather than the library's, because the algorithm is exponential on graphs made for that purpose and the
library cannot be stopped; here the work is counted and limited, and nesting needs no recursion.
"""

from __future__ import annotations

import hashlib
from collections import defaultdict
from collections.abc import Generator, Iterable
from itertools import permutations
from typing import NoReturn

from workbench.errors import LimitError
from workbench.model.terms import Term, Triple, is_blank

__all__ = ["canonicalise", "compute_digest", "compute_labels", "name_blanks"]

_STEPS = 300_000
_STEPS_PER_BLANK = 10
# Every level of the n-degree hash holds its own copy of the labels so far: memory grows with the square.
_LEVELS = 2_000

_Issued = dict[Term, str]
_Result = tuple[str, _Issued]


def canonicalise(triples: Iterable[Triple]) -> tuple[Triple, ...]:
    """Return the graph with canonical labels (``_:c14n0`` ...), sorted as canonical N-Quads are.

    Raises LimitError when the blank nodes are too alike to be told apart with reasonable work.
    """
    graph = set(triples)
    labels = compute_labels(graph)
    if labels:
        graph = {(labels.get(s, s), p, labels.get(o, o)) for s, p, o in graph}
    return tuple(sorted(graph))


def compute_digest(triples: Iterable[Triple]) -> str:
    """Return the SHA-256 (hex) of the RDFC-1.0 canonical N-Quads: equal exactly for isomorphic graphs.

    Raises LimitError as :func:`canonicalise` does.
    """
    graph = set(triples)
    labels = compute_labels(graph)
    find = labels.get
    return _hash("".join(sorted(f"{find(s, s)} {p} {find(o, o)} .\n" for s, p, o in graph)))


def compute_labels(triples: Iterable[Triple]) -> dict[Term, Term]:
    """Return the canonical label of every blank node of the graph.

    Raises LimitError as :func:`canonicalise` does.
    """
    return _Canonicaliser(triples).label()


def name_blanks(triples: Iterable[Triple]) -> dict[Term, Term]:
    """Return a short label for every blank node that depends on what is said about it, not on its old label.

    Unlike canonical numbers, such a label stays the same when other parts of the graph change. Nodes that the
    statements next to them do not tell apart are numbered in canonical order.
    """
    canonicaliser = _Canonicaliser(triples)
    canonical = canonicaliser.label()
    counts: dict[str, int] = {}
    names: dict[Term, Term] = {}
    for node in sorted(canonical, key=lambda n: int(canonical[n][6:])):
        stem = f"_:b{canonicaliser.hash_first_degree(node)[:8]}"
        counts[stem] = counts.get(stem, 0) + 1
        names[node] = stem if counts[stem] == 1 else f"{stem}-{counts[stem]}"
    return names


class _Canonicaliser:
    """The state of one run (section 4.2)."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        mentions: defaultdict[Term, set[Triple]] = defaultdict(set)
        for triple in triples:
            subject, _, value = triple
            # Spelled out, since most triples of a large graph end here.
            if subject[0] == "_":
                mentions[subject].add(triple)
            if value[0] == "_":
                mentions[value].add(triple)
        self._mentions = dict(mentions)
        self._canonical: _Issued = {}
        self._first: dict[Term, str] = {}
        self._budget = _STEPS + _STEPS_PER_BLANK * len(mentions)

    def label(self) -> dict[Term, Term]:
        """Run section 4.4.3 and return the canonical labels."""
        alike: defaultdict[str, list[Term]] = defaultdict(list)
        for node in self._mentions:
            alike[self.hash_first_degree(node)].append(node)
        rest = []
        for key in sorted(alike):
            if len(alike[key]) == 1:
                _issue(self._canonical, alike[key][0], "_:c14n")
            else:
                rest.append(key)
        for key in rest:
            results = []
            for node in alike[key]:
                if node not in self._canonical:
                    results.append(self._run(node, {node: "_:b0"}))
            for _, issued in sorted(results, key=lambda r: r[0]):
                for node in issued:
                    _issue(self._canonical, node, "_:c14n")
        return self._canonical

    def hash_first_degree(self, node: Term) -> str:
        """Hash the statements that mention the node (section 4.6)."""
        known = self._first.get(node)
        if known is None:
            lines = sorted(f"{_mask(s, node)} {p} {_mask(o, node)} .\n" for s, p, o in self._mentions[node])
            known = self._first[node] = _hash("".join(lines))
        return known

    def _run(self, node: Term, issued: _Issued) -> _Result:
        """Drive the mutually recursive n-degree hashes with an own stack."""
        stack = [self._hash_n_degree(node, issued)]
        result: _Result | None = None
        while stack:
            try:
                request = stack[-1].send(result) if result is not None else next(stack[-1])
            except StopIteration as done:
                stack.pop()
                result = done.value
            else:
                if len(stack) > _LEVELS:
                    self._refuse()
                stack.append(self._hash_n_degree(*request))
                result = None
        assert result is not None  # noqa: S101 - the first frame always returns one
        return result

    def _hash_n_degree(self, node: Term, issued: _Issued) -> Generator[tuple[Term, _Issued], _Result, _Result]:
        """Section 4.8; yields what has to be hashed first and is sent its result."""
        self._spend()
        groups: defaultdict[str, list[Term]] = defaultdict(list)
        for triple in self._mentions[node]:
            for position, term in (("s", triple[0]), ("o", triple[2])):
                if is_blank(term) and term != node:
                    groups[self._hash_related(term, triple[1], issued, position)].append(term)
        data = []
        for key in sorted(groups):
            best: tuple[str, _Issued] | None = None
            for order in permutations(groups[key]):
                self._spend()
                trial, path, pending = dict(issued), "", []
                for related in order:
                    if related in self._canonical:
                        path += self._canonical[related]
                    else:
                        if related not in trial:
                            pending.append(related)
                        path += _issue(trial, related, "_:b")
                    if best is not None and _is_worse(path, best[0]):
                        break
                else:
                    for related in pending:
                        digest, deeper = yield related, trial
                        path += f"{_issue(trial, related, '_:b')}<{digest}>"
                        trial = deeper
                        if best is not None and _is_worse(path, best[0]):
                            break
                    else:
                        if best is None or path < best[0]:
                            best = path, trial
            assert best is not None  # noqa: S101 - the first order is never pruned
            data.append(key + best[0])
            issued = best[1]
        return _hash("".join(data)), issued

    def _hash_related(self, related: Term, predicate: Term, issued: _Issued, position: str) -> str:
        """Section 4.7."""
        name = self._canonical.get(related) or issued.get(related) or self.hash_first_degree(related)
        return _hash(f"{position}{predicate}{name}")

    def _spend(self) -> None:
        self._budget -= 1
        if self._budget < 0:
            self._refuse()

    def _refuse(self) -> NoReturn:
        raise LimitError(
            f"The graph has {len(self._mentions)} blank nodes that are too much alike to give each a stable "
            "name; give the repeated ones names of their own."
        )


def _issue(issued: _Issued, node: Term, prefix: str) -> str:
    name = issued.get(node)
    if name is None:
        name = issued[node] = f"{prefix}{len(issued)}"
    return name


def _is_worse(path: str, best: str) -> bool:
    return len(path) >= len(best) and path > best


def _mask(term: Term, node: Term) -> str:
    if not is_blank(term):
        return term
    return "_:a" if term == node else "_:z"


def _hash(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
