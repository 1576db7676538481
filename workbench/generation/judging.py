"""The four judges at work: no item leaves that any of them rejects.

The engine has proved; here the checker re-checks with its own evaluator, Z3 rebuilds the instances from the exported
rule text, and the reader takes the prompt apart. What they judge is the item as it will be written, not the draft.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.checker import Checker, CheckError, certify, certify_answers
from workbench.formats.rules_parser import parse_rule
from workbench.formats.rules_printer import print_rule
from workbench.generation.answering import Answered, Judgement
from workbench.generation.drafts import ANSWER
from workbench.generation.items import extract_proof, merge_proofs
from workbench.generation.keyed import hash_parts
from workbench.generation.rendering import LETTERS, Rendered
from workbench.model.proofs import Evidence, ModelPair, Proof, Refutation, Status
from workbench.model.rules import Atom, Rule, substitute_atom
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.solving.certificates import Judge, Verdict
from workbench.wording.grammar import Formula, canonicalise_rule
from workbench.wording.reader import Reader, Reading

__all__ = ["GATES", "Certificate", "Judges", "match_reading"]

GATES = (
    "consistent", "agrees-with-project", "not-stated", "answer-complete", "distractors-idle", "reader-agrees",
)  # fmt: skip
"""What every exported item has passed, besides the checker and Z3."""


_EVIDENCE: Mapping[Status, type[Evidence]] = {"entailed": Proof, "refuted": Refutation, "unknown": ModelPair}


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the judges leave on an item: digests of what was accepted."""

    checker: str
    z3: str
    reader: str


class Judges:
    """Judges items of one dataset; what was judged before up to renaming is remembered by Z3's judge."""

    def __init__(self, prefixes: Mapping[str, str]) -> None:
        self.prefixes = prefixes
        self.z3 = Judge()
        self._reparsed: dict[str, Rule] = {}
        self._formulas: dict[str, Formula] = {}

    def judge(self, item: Answered, rendered: Rendered, theory: Theory, reader: Reader) -> Certificate | str:
        """Return the certificate of an item, or the reason why a judge rejects it.

        ``theory`` is the item's own theory; the rules that checker and Z3 see are parsed back from their text.
        """
        fault = _find_mismatch(item, rendered)
        if fault:
            return f"item: {fault}"
        exported = Theory(tuple(self._reparse(rule) for rule in theory.rules), frozenset(rendered.closed))
        checked = self._check(item, exported)
        if isinstance(checked, list):
            return f"checker: {checked[0]}"
        verdicts = self._solve(item, exported)
        bad = next((verdict for verdict in verdicts if not verdict.ok), None)
        if bad is not None:
            return f"Z3: {bad.reason}"
        problem = match_reading(reader.read(rendered.prompt), item, rendered, self._formulate)
        if problem:
            return f"reader: {problem}"
        z3 = hash_parts(*(f"{v.method}:{v.reason}" for v in verdicts))[:32]
        return Certificate(checked, z3, hash_parts(rendered.prompt)[:32])

    def _reparse(self, rule: Rule) -> Rule:
        if rule.name not in self._reparsed:
            parsed = parse_rule(print_rule(rule, self.prefixes), self.prefixes)
            self._reparsed[rule.name] = Rule(rule.name, parsed.body, parsed.head, kind=rule.kind)
        return self._reparsed[rule.name]

    def _formulate(self, rule: Rule) -> Formula:
        if rule.name not in self._formulas:
            self._formulas[rule.name] = canonicalise_rule(rule)
        return self._formulas[rule.name]

    def _check(self, item: Answered, theory: Theory) -> str | list[str]:
        facts = item.draft.facts
        try:
            checker = Checker(theory, facts)
            digests = [certify(theory, facts, evidence, checker) for evidence in _list_evidence(item)]
            if item.draft.pattern is not None:
                place = item.draft.pattern.index(ANSWER)
                answers = [(j.statement[place],) for j in item.judgements]
                digests.append(
                    certify_answers(theory, facts, (Atom(*item.draft.pattern),), (ANSWER,), answers, checker)
                )
        except CheckError as error:
            return [str(error)]
        return hash_parts(*digests)[:32]

    def _solve(self, item: Answered, theory: Theory) -> list[Verdict]:
        facts = item.draft.facts
        model = frozenset((*facts, *item.model))
        verdicts = [self._solve_one(judgement, theory, facts, model) for judgement in item.judgements]
        if item.draft.pattern is not None:
            place = item.draft.pattern.index(ANSWER)
            answers = [(j.statement[place],) for j in item.judgements]
            verdicts.append(self.z3.judge_answers(theory, model, (Atom(*item.draft.pattern),), (ANSWER,), answers))
        return verdicts

    def _solve_one(
        self, judgement: Judgement, theory: Theory, facts: Sequence[Triple], model: frozenset[Triple]
    ) -> Verdict:
        evidence = judgement.evidence
        if isinstance(evidence, Proof):
            return self.z3.judge_proof(theory, facts, evidence, model)
        if isinstance(evidence, Refutation):
            return self.z3.judge_refutation(theory, facts, evidence, model)
        return self.z3.judge_models(theory, facts, evidence)


def _find_mismatch(item: Answered, rendered: Rendered) -> str | None:
    """Return how the parts of an item speak of different things: what is asked, judged, proved and answered."""
    for judgement in item.judgements:
        evidence = judgement.evidence
        if not isinstance(evidence, _EVIDENCE[judgement.status]):
            return "a status has evidence of another kind"
        if (evidence.goal if isinstance(evidence, Proof) else evidence.statement) != judgement.statement:
            return "the evidence is about another statement"
    judged = tuple(judgement.statement for judgement in item.judgements)
    pattern = item.draft.pattern
    if pattern is None:
        return None if judged == item.draft.statements else "another statement is judged than is asked about"
    if any(part not in (ANSWER, value) for fact in judged for part, value in zip(pattern, fact, strict=True)):
        return "an answer is none to the question"
    if {fact[pattern.index(ANSWER)] for fact in judged} != set(rendered.answers):
        return "other answers are written than were found"
    return None


def _list_evidence(item: Answered) -> list[Evidence]:
    """Return the evidence as it will be written: the proofs of several answers share their steps."""
    if item.draft.pattern is None:
        return [judgement.evidence for judgement in item.judgements]
    steps = merge_proofs([j.evidence for j in item.judgements if isinstance(j.evidence, Proof)])
    return [extract_proof(steps, judgement.statement) for judgement in item.judgements]


def match_reading(
    readings: Sequence[Reading], item: Answered, rendered: Rendered, formulate: object = None
) -> str | None:
    """Return what is wrong with the reader's verdict on an item; None when it read exactly what is stated."""
    if len(readings) != 1:
        return "the prompt cannot be read" if not readings else "the prompt can be read in more than one way"
    reading, draft = readings[0], item.draft
    make = formulate if callable(formulate) else canonicalise_rule
    if reading.facts != rendered.facts:
        return "the facts read are not the facts stated"
    stated = draft.level.given == "facts+rules"
    if reading.rules != (tuple(make(rule) for rule in rendered.rules) if stated else ()):
        return "the rules read are not the rules stated"
    if reading.closed != (rendered.closed if stated else ()):
        return "the closed predicates read are not those of the item"
    if draft.task == "entailment":
        right = reading.statement == Atom(*draft.statements[0])
    elif draft.task == "options":
        right = reading.options == tuple((LETTERS[i], Atom(*s)) for i, s in enumerate(draft.statements))
    else:
        right = reading.question == substitute_atom(Atom(*draft.question), {ANSWER: "?X"})
    return None if right else "the question read is not the question asked"
