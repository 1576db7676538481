"""The four judges at work: no item leaves that any of them rejects.

The engine has proved; here the checker re-checks with its own evaluator, Z3 rebuilds the instances from the exported
rule text, and the reader takes the prompt apart. What they judge is the item as it will be written, not the draft.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from operator import eq
from typing import NamedTuple

from workbench.checker import Checker, CheckError, certify, certify_answers, certify_puzzle
from workbench.formats.rules_parser import parse_rule
from workbench.formats.rules_printer import print_rule
from workbench.generation.items.item_making import extract_proof, merge_proofs
from workbench.generation.items.rendering import Rendered
from workbench.generation.keyed import hash_parts
from workbench.generation.memo import Memo
from workbench.generation.questions.draft import Answered, Judgement, apply_change, extend_theory
from workbench.generation.tasks import get_family
from workbench.generation.worlds.books import Book
from workbench.model.proofs import Evidence, ModelPair, Proof, Refutation, Status
from workbench.model.puzzles import Puzzle
from workbench.model.rules import Atom, Rule
from workbench.model.terms import Term, Triple, is_variable
from workbench.model.theory import Theory
from workbench.solving.certificates import AnswersClaim, Claim, EvidenceClaim, Judge, Verdict
from workbench.solving.equivalence import EquivalenceClaim
from workbench.solving.puzzles import PuzzleClaim
from workbench.wording.grammar import Formula, canonicalise_rule
from workbench.wording.reader import Reader, Reading

__all__ = ["GATES", "Case", "Certificate", "Checked", "Judges", "digest_verdicts", "match_reading"]

GATES = (
    "consistent", "agrees-with-project", "not-stated", "answer-complete", "distractors-idle", "reader-agrees",
)  # fmt: skip
"""What every exported item has passed, besides the checker and Z3."""


_KEPT = 512
_EVIDENCE: Mapping[Status, type[Evidence]] = {"entailed": Proof, "refuted": Refutation, "unknown": ModelPair}


@dataclass(frozen=True, slots=True)
class Certificate:
    """What the judges leave on an item: digests of what was accepted."""

    checker: str
    z3: str
    reader: str


class Case(NamedTuple):
    """An item to be judged: answered, rendered, and its own theory."""

    item: Answered
    rendered: Rendered
    theory: Theory


class Checked(NamedTuple):
    """What the checker leaves on an item that it accepts."""

    certificate: str


class Judges:
    """Judges items of one dataset; what was judged before up to renaming is remembered by Z3's judge.

    What belongs to a case (its theory as exported, the checker's model of it) is kept for the latest cases.
    """

    def __init__(self, prefixes: Mapping[str, str], find_book: Callable[[], Book] | None = None) -> None:
        """``find_book`` gives the book that questions with nothing stated are about."""
        self.prefixes, self._find_book = prefixes, find_book
        self.z3 = Judge()
        self._agreeing: list[Checker] = []
        self._reparsed: dict[str, Rule] = {}
        self._further: dict[str, tuple[Rule, Rule]] = {}
        self._formulas: dict[str, Formula] = {}
        self._theories: Memo[tuple[tuple[str, ...], tuple[Term, ...]], Theory] = Memo()
        self._latest: dict[tuple[int, int], tuple[Theory, tuple[Triple, ...], Checker]] = {}
        self._agreed: dict[int, tuple[Checker, tuple[Triple, ...], tuple[Triple, ...]]] = {}
        self._certified: dict[tuple[int, int, int], tuple[str, tuple[Judgement, tuple[Triple, ...], Theory]]] = {}
        self._stated: dict[int, tuple[tuple[Rule, ...], tuple[Formula, ...]]] = {}
        self._equal: dict[tuple[int, int], tuple[tuple[object, ...], tuple[object, ...]]] = {}
        self._exported: dict[tuple[int, tuple[Term, ...]], tuple[Theory, Theory]] = {}
        self._checkers: Memo[tuple[tuple[str, ...], frozenset[Term], tuple[Triple, ...]], Checker] = Memo()

    def judge(self, item: Answered, rendered: Rendered, theory: Theory, reader: Reader) -> Certificate | str:
        """Return the certificate of an item, or the reason why a judge rejects it."""
        return self.judge_all([Case(item, rendered, theory)], reader)[0]

    def judge_all(self, cases: Sequence[Case], reader: Reader) -> list[Certificate | str]:
        """Return for each item its certificate, or the reason why a judge rejects it; Z3 is asked about all at once.

        The rules that checker and Z3 see are parsed back from their text.
        """
        checked = [(case, self._check_one(case)) for case in cases]
        asked = [self._claim(case) if isinstance(found, Checked) else [] for case, found in checked]
        verdicts = self.z3.judge_items(asked)
        return [
            found if isinstance(found, str) else self._conclude(case, found, own, reader)
            for (case, found), own in zip(checked, verdicts, strict=True)
        ]

    def _check_one(self, case: Case) -> Checked | str:
        """Return the checker's certificate of an item, or why it is rejected."""
        item = case.item
        fault = _find_mismatch(item)
        if fault:
            return f"item: {fault}"
        exported = self._export(case.theory, case.rendered.layout.closed)
        certificate = self._check(item, exported)
        if isinstance(certificate, list):
            return f"checker: {certificate[0]}"
        model = self._find_checker(exported, self._list_known(item)).model
        fault = get_family(item.draft.task).judge(item, exported, model)
        return f"checker: {fault}" if fault else Checked(certificate)

    def _conclude(self, case: Case, checked: Checked, verdicts: Sequence[Verdict], reader: Reader) -> Certificate | str:
        bad = next((verdict for verdict in verdicts if not verdict.ok), None)
        if bad is not None:
            return f"Z3: {bad.reason}"
        readings = reader.read(case.rendered.prompt)
        problem = match_reading(readings, case.item, case.rendered, self._formulate_all, self._are_equal)
        if problem:
            return f"reader: {problem}"
        z3 = digest_verdicts(checked.certificate, verdicts)
        return Certificate(checked.certificate, z3, hash_parts(case.rendered.prompt)[:32])

    def _export(self, theory: Theory, closed: tuple[Term, ...]) -> Theory:
        """Return a theory as it is read back from its text."""
        place = (id(theory), closed)
        found = self._exported.get(place)
        if found is None:
            if len(self._exported) >= _KEPT:
                del self._exported[next(iter(self._exported))]
            found = self._exported[place] = theory, self._read_theory(theory, closed)
        return found[1]

    def _read_theory(self, theory: Theory, closed: tuple[Term, ...]) -> Theory:
        key = (tuple(rule.name for rule in theory.rules), closed)
        return self._theories.get(key, lambda: Theory(tuple(map(self._reparse, theory.rules)), frozenset(closed)))

    def _vary(self, theory: Theory, rules: tuple[Rule, ...]) -> Theory:
        """Return a theory with further rules, read back from their text."""
        return extend_theory(theory, tuple(map(self._read_further, rules)))

    def _read_further(self, rule: Rule) -> Rule:
        """Return a rule that only some items have as it is read back from its text; the latest are remembered."""
        known = self._further.get(rule.name)
        if known is None or known[0] != rule:
            if len(self._further) >= _KEPT:
                del self._further[next(iter(self._further))]
            known = self._further[rule.name] = rule, self._read_back(rule)
        return known[1]

    def _reparse(self, rule: Rule) -> Rule:
        if rule.name not in self._reparsed:
            self._reparsed[rule.name] = self._read_back(rule)
        return self._reparsed[rule.name]

    def _read_back(self, rule: Rule) -> Rule:
        parsed = parse_rule(print_rule(rule, self.prefixes), self.prefixes)
        return Rule(rule.name, parsed.body, parsed.head, kind=rule.kind)

    def _formulate(self, rule: Rule) -> Formula:
        if rule.name not in self._formulas:
            self._formulas[rule.name] = canonicalise_rule(rule)
        return self._formulas[rule.name]

    def _formulate_all(self, rules: tuple[Rule, ...]) -> tuple[Formula, ...]:
        """Return what the rules of a layout say; questions about one case share the layout."""
        found = self._stated.get(id(rules))
        if found is None:
            if len(self._stated) >= _KEPT:
                self._stated.clear()
            found = self._stated[id(rules)] = rules, tuple(map(self._formulate, rules))
        return found[1]

    def _are_equal(self, read: tuple[object, ...], stated: tuple[object, ...]) -> bool:
        """Compare what is read with what is stated; many prompts about one case share the very values."""
        place = id(read), id(stated)
        if place in self._equal:
            return True
        if read != stated:
            return False
        if len(self._equal) >= _KEPT:
            self._equal.clear()
        self._equal[place] = read, stated
        return True

    def _find_checker(self, theory: Theory, facts: tuple[Triple, ...]) -> Checker:
        # Questions about one case share the very values, which are told apart faster than what they hold.
        place = (id(theory), id(facts))
        found = self._latest.get(place)
        if found is None:
            if len(self._latest) >= _KEPT:
                del self._latest[next(iter(self._latest))]
            found = self._latest[place] = theory, facts, self._make_checker(theory, facts)
        return found[2]

    def _make_checker(self, theory: Theory, facts: tuple[Triple, ...]) -> Checker:
        key = (tuple(rule.name for rule in theory.rules), theory.closed, facts)
        found = self._checkers.get(key, lambda: Checker(theory, facts))
        # A theory that was forgotten and made again is equal, and still not the one that the checker was made for.
        return found if found.theory is theory else Checker(theory, facts)

    def _check(self, item: Answered, theory: Theory) -> str | list[str]:
        draft = item.draft
        try:
            known = self._list_known(item)
            checker = self._find_checker(theory, known)
            if not self._agrees(item, checker):
                return ["its model is another than the engine's"]
            digests = []
            for judgement in _list_judgements(item):
                digests.append(self._certify(judgement, known, theory))
            if draft.query is not None:
                query = draft.query
                digests.append(certify_answers(theory, known, query.body, query.variables, item.answers, checker))
            puzzles = [part for part in draft.detail if isinstance(part, Puzzle)]
            digests += [certify_puzzle(theory, known, puzzle, checker) for puzzle in puzzles]
        except CheckError as error:
            return [str(error)]
        return hash_parts(*digests)[:32]

    def _certify(self, judgement: Judgement, known: tuple[Triple, ...], theory: Theory) -> str:
        """Return the checker's certificate; of the very judgement on the very case it is found again."""
        place = id(judgement), id(known), id(theory)
        found = self._certified.get(place)
        if found is None:
            facts, own = apply_change(known, judgement.change), self._vary(theory, judgement.change.rules)
            digest = certify(own, facts, judgement.evidence, self._find_checker(own, facts))
            if len(self._certified) >= _KEPT:
                self._certified.clear()
            found = self._certified[place] = digest, (judgement, known, theory)
        return found[0]

    def _list_known(self, item: Answered) -> tuple[Triple, ...]:
        """Return the facts on which an item is judged: those of its context, or of its whole book."""
        if item.draft.level.given != "none":
            return item.draft.facts
        if self._find_book is None:
            raise ValueError("there is no book")
        return self._find_book().facts

    def _agrees(self, item: Answered, checker: Checker) -> bool:
        """Tell whether engine and checker have the same model; of a book that is asked once."""
        if item.draft.level.given != "none" or self._find_book is None:
            known = self._agreed.get(id(checker))
            if known is not None and known[0] is checker and known[1] is item.draft.facts and known[2] is item.model:
                return True
            if checker.model != frozenset((*item.draft.facts, *item.model)):
                return False
            if len(self._agreed) >= _KEPT:
                del self._agreed[next(iter(self._agreed))]
            self._agreed[id(checker)] = checker, item.draft.facts, item.model
            return True
        if checker not in self._agreeing and checker.model == frozenset(self._find_book().known):
            self._agreeing.append(checker)
        return checker in self._agreeing

    def _claim(self, case: Case) -> list[Claim]:
        """Return what Z3 is to confirm about an item."""
        item, theory = case.item, self._export(case.theory, case.rendered.layout.closed)
        claims: list[Claim] = []
        for judgement in item.judgements:
            own = self._vary(theory, judgement.change.rules)
            checker = self._find_checker(own, apply_change(self._list_known(item), judgement.change))
            claims.append(EvidenceClaim(own, checker.facts, judgement.evidence, checker.model))
        query = item.draft.query
        if query is not None:
            model = self._find_checker(theory, self._list_known(item)).model
            claims.append(AnswersClaim(theory, model, query.body, query.variables, item.answers))
        known = self._list_known(item)
        claims += [PuzzleClaim(theory, known, part) for part in item.draft.detail if isinstance(part, Puzzle)]
        for first, second, same in get_family(item.draft.task).list_equivalences(item):
            claims.append(EquivalenceClaim(self._read_further(first), self._read_further(second), same))
        return claims


def digest_verdicts(certificate: str, verdicts: Sequence[Verdict]) -> str:
    """Return the digest of what Z3 agreed with: the claims, as the checker's certificate has them, and what was shown.

    Nothing of how Z3 came to its verdicts is in it, so whoever asks again, whatever was asked before, finds the same.
    """
    return hash_parts(certificate, *(verdict.method for verdict in verdicts))[:32]


def _find_mismatch(item: Answered) -> str | None:
    """Return how the parts of an item speak of different things: what is asked, judged, proved and answered."""
    for judgement in item.judgements:
        evidence = judgement.evidence
        if not isinstance(evidence, _EVIDENCE[judgement.status]):
            return "a status has evidence of another kind"
        if (evidence.goal if isinstance(evidence, Proof) else evidence.statement) != judgement.statement:
            return "the evidence is about another statement"
    draft = item.draft
    if draft.query is None:
        judged = tuple((judgement.statement, judgement.change) for judgement in item.judgements)
        asked = tuple((claim.statement, claim.change) for claim in draft.claims)
        return None if judged == asked else "another statement is judged than is asked about"
    if any(judgement.status != "entailed" for judgement in item.judgements):
        return "an answer does not follow"
    atoms = [element for element in draft.query.body if isinstance(element, Atom)]
    if not all(any(_fits(atom, judgement.statement) for atom in atoms) for judgement in item.judgements):
        return "an answer is none to the question"
    fault = get_family(draft.task).find_fault(
        draft, tuple((j.statement, j.status) for j in item.judgements), item.answers
    )
    return fault and f"the answer is none: {fault}"


def _fits(atom: Atom, fact: Triple) -> bool:
    return all(is_variable(part) or part == value for part, value in zip(atom, fact, strict=True))


def _list_judgements(item: Answered) -> list[Judgement]:
    """Return the judgements as they will be written: the proofs of several answers share their steps."""
    if item.draft.query is None and get_family(item.draft.task).evidence != "puzzle":
        return [*item.judgements]
    steps = merge_proofs([j.evidence for j in item.judgements if isinstance(j.evidence, Proof)])
    return [Judgement(j.statement, j.status, extract_proof(steps, j.statement), j.change) for j in item.judgements]


def match_reading(
    readings: Sequence[Reading],
    item: Answered,
    rendered: Rendered,
    formulate: Callable[[tuple[Rule, ...]], tuple[Formula, ...]] | None = None,
    are_equal: Callable[[tuple[object, ...], tuple[object, ...]], bool] = eq,
) -> str | None:
    """Return what is wrong with the reader's verdict on an item; None when it read exactly what is stated.

    ``formulate`` puts rules into the form in which they are read, and ``are_equal`` compares what is read with what is
    stated, where these are remembered.
    """
    if len(readings) != 1:
        return "the prompt cannot be read" if not readings else "the prompt can be read in more than one way"
    reading, draft, layout = readings[0], item.draft, rendered.layout
    make = formulate or _formulate
    if not are_equal(reading.facts, layout.facts if draft.level.given != "none" else ()):
        return "the facts read are not the facts stated"
    stated = draft.level.given == "facts+rules"
    if not are_equal(reading.rules, make(layout.rules) if stated else ()):
        return "the rules read are not the rules stated"
    if reading.closed != (layout.closed if stated else ()):
        return "the closed predicates read are not those of the item"
    right = get_family(draft.task).match(reading, item, layout)
    return None if right else "the question read is not the question asked"


def _formulate(rules: tuple[Rule, ...]) -> tuple[Formula, ...]:
    return tuple(map(canonicalise_rule, rules))
