"""The canonical JSON of a case and of evidence about it, and its digest: what a certificate is over."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Iterable, Sequence
from functools import lru_cache

from workbench.model.proofs import Evidence, Proof, Refutation, Step
from workbench.model.puzzles import Puzzle
from workbench.model.rules import Atom, BodyElement, Comparison, Expression, Operation, Rule
from workbench.model.terms import Triple
from workbench.model.theory import Theory

__all__ = ["CaseWriter"]

_VERSION = 1
_RULES: dict[int, tuple[Rule, str]] = {}
_MOST_RULES = 8192
_quote = json.encoder.encode_basestring


class CaseWriter:
    """Digests evidence about one theory and its stated facts; these are digested once, and each triple written once.

    A digest is the SHA-256 of the canonical JSON of ``[version, rules, [closed, facts, evidence]]``. A pair of models
    is written as the statement, the digest of what the first model derives, and what the second has beyond that.
    """

    def __init__(self, theory: Theory, facts: Iterable[Triple]) -> None:
        self._triples: dict[Triple, str] = {}
        self._steps: dict[Step, str] = {}
        self._model: tuple[tuple[Triple, ...], frozenset[Triple], str] = ((), frozenset(), "")
        rules = ",".join(map(_write_rule, theory.rules))
        closed = _write_json(sorted(theory.closed))
        text = f"[{_VERSION},[{rules}],[{closed},{self._write_triples(sorted(facts))},"
        self._begun = hashlib.sha256(text.encode())

    def digest_evidence(self, evidence: Evidence) -> str:
        """Return the digest of accepted evidence: a proof, a refutation or a pair of models."""
        if isinstance(evidence, Proof):
            return self._digest(self._write_proof(evidence))
        statement = self._write_triple(evidence.statement)
        if isinstance(evidence, Refutation):
            proof = "null" if evidence.proof is None else self._write_proof(evidence.proof)
            return self._digest(f'["refutation",{statement},{proof}]')
        if not self._model[2] or self._model[0] != evidence.without:
            text = self._write_triples(evidence.without)
            digest = hashlib.sha256(text.encode()).hexdigest()
            self._model = (evidence.without, frozenset(evidence.without), digest)
        _, first, digest = self._model
        beyond = self._write_triples([triple for triple in evidence.with_statement if triple not in first])
        return self._digest(f'["models",{statement},"{digest}",{beyond}]')

    def digest_answers(
        self, body: Sequence[BodyElement], variables: Sequence[str], answers: Collection[Sequence[str]]
    ) -> str:
        """Return the digest of a question and its answers, in whatever order these come."""
        query = [_write_element(element) for element in body]
        return self._digest(_write_json(["answers", query, list(variables), sorted([*answer] for answer in answers)]))

    def digest_puzzle(self, puzzle: Puzzle) -> str:
        """Return the digest of a puzzle with its solution and the second solutions."""
        clues = [
            [clue.kind, [[_write_element(element) for element in part] for part in clue.parts], [*clue.second]]
            for clue in puzzle.clues
        ]
        return self._digest(_write_json(["puzzle", puzzle.slots, clues, [*puzzle.solution]]))

    def _digest(self, evidence: str) -> str:
        digest = self._begun.copy()
        digest.update(f"{evidence}]]".encode())
        return digest.hexdigest()

    def _write_proof(self, proof: Proof) -> str:
        steps = ",".join([self._steps.get(step) or self._write_step(step) for step in proof.steps])
        return f'["proof",{self._write_triple(proof.goal)},[{steps}]]'

    def _write_step(self, step: Step) -> str:
        bindings = ",".join([f"[{_quote(name)},{_quote(term)}]" for name, term in step.bindings])
        absent = _write_json([_write_element(negation) for negation in step.absent]) if step.absent else "[]"
        premises, conclusion = self._write_triples(step.premises), self._write_triple(step.conclusion)
        text = self._steps[step] = f"[{_quote(step.rule)},[{bindings}],{premises},{absent},{conclusion}]"
        return text

    def _write_triples(self, triples: Iterable[Triple]) -> str:
        known = self._triples
        return f"[{','.join([known.get(triple) or self._write_triple(triple) for triple in triples])}]"

    def _write_triple(self, triple: Triple) -> str:
        text = self._triples.get(triple)
        if text is None:
            text = self._triples[triple] = f"[{','.join([_quote(term) for term in triple])}]"
        return text


def _write_json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _write_rule(rule: Rule) -> str:
    known = _RULES.get(id(rule))
    if known is not None and known[0] is rule:
        return known[1]
    text = _write_rule_once(rule)
    if len(_RULES) >= _MOST_RULES:
        _RULES.clear()
    _RULES[id(rule)] = (rule, text)
    return text


@lru_cache(maxsize=_MOST_RULES)
def _write_rule_once(rule: Rule) -> str:
    return _write_json([rule.name, [_write_element(element) for element in rule.body], rule.head])


def _write_element(element: BodyElement) -> object:
    if isinstance(element, Atom):
        return ["atom", *element]
    if isinstance(element, Comparison):
        return [element.operator, _write_expression(element.left), _write_expression(element.right)]
    return ["not", *(_write_element(part) for part in element.elements)]


def _write_expression(expression: Expression) -> object:
    if not isinstance(expression, Operation):
        return expression
    return [expression.operator, *map(_write_expression, expression.arguments)]
