"""One line of a dataset, judged from the dataset's files alone: by schema, texts, reader, checker, Z3 and engine."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple

from workbench.build.declared_verification import find_level_fault, find_undeclared
from workbench.build.exported_wording import ExportedWording, read_wording
from workbench.build.formula_verification import find_scorer_faults
from workbench.build.item_lines import STALE_ID, ItemRecord, Line, Problem, check_form, make_record, parse_line
from workbench.build.measuring_again import MeasuredItem, find_differences
from workbench.build.solving_again import judge_again
from workbench.build.time_limit import limit_time
from workbench.checker import Checker, CheckError, certify, certify_answers, certify_puzzle
from workbench.errors import DatasetError, LimitError
from workbench.export.declarations import Declarations, DeclaredRule, read_declarations
from workbench.export.evidence import (
    KnownRules,
    StatedItem,
    TheoryFile,
    list_steps,
    read_evidence,
    read_theory_file,
)  # fmt: skip
from workbench.export.reading import DatasetReader
from workbench.generation.items.item_making import ItemWriter
from workbench.generation.items.judging import GATES, digest_verdicts
from workbench.generation.keyed import hash_parts
from workbench.generation.memo import Memo
from workbench.generation.questions.draft import UNCHANGED, Answered, Difficulty, apply_change, extend_theory
from workbench.generation.tasks import get_family
from workbench.generation.tasks.family import Layout, Voice
from workbench.generation.worlds.books import Book
from workbench.model.builtins import find_version
from workbench.model.items import digest_json
from workbench.model.proofs import Proof
from workbench.model.puzzles import Puzzle
from workbench.model.rules import Rule
from workbench.model.terms import Triple
from workbench.solving.certificates import AnswersClaim, Claim, EvidenceClaim, Judge
from workbench.solving.equivalence import EquivalenceClaim
from workbench.solving.puzzles import PuzzleClaim
from workbench.wording.grammar import Formula, canonicalise_rule
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import say_step

__all__ = ["BatchResult", "ItemVerifier", "make_answered", "make_layout"]

_UNDECLARED = DeclaredRule("")
_MOST_FACTS = 100_000
_MOST_TEXT = 200_000
_MOST_BOOKS = 8
_CHANGED = "id: is not the digest of what the item says, so it was changed after it was made"
_SIGNS = ("verified: ", "identity: ", "id: ")
"""How problems begin that only show that something else is wrong: they are told after what it is."""
_MOST_THEORIES = 2048
_MOST_RULES = 50_000
_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class BatchResult:
    """What verifying a run of lines found, and how many items the judges saw."""

    problems: tuple[Problem, ...]
    records: tuple[ItemRecord, ...]
    judged: int


def _see_nothing(item: Mapping[str, Any]) -> Iterable[str]:
    return ()


class _Accepted(NamedTuple):
    """An item that the checker accepts, with what Z3 is to confirm."""

    item: MeasuredItem
    claims: tuple[Claim, ...]


class _Certified(NamedTuple):
    """What the checker accepted: the perfect model, and what Z3 is to confirm."""

    model: frozenset[Triple]
    claims: tuple[Claim, ...]


class _Known(NamedTuple):
    """All that is known for closed-book items, for the engine and for the checker."""

    book: Book
    checker: Checker


@dataclass
class ItemVerifier:
    """Verifies the items of one dataset; remembers theories, rules and sentences.

    ``seconds`` is the processor time that one item or theory may take.
    """

    folder: Path
    manifest: Mapping[str, Any]
    seconds: float = _SECONDS
    _theories: Memo[str, TheoryFile | str] = field(default_factory=lambda: Memo(_MOST_THEORIES))
    _checkers: Memo[tuple[str, tuple[str, ...], frozenset[Triple]], Checker] = field(default_factory=Memo)
    _rules: KnownRules = field(default_factory=dict)
    _formulas: dict[Rule, Formula] = field(default_factory=dict)
    _digests: dict[str, str] = field(default_factory=dict)
    _books: dict[tuple[str, str, tuple[str, ...]], _Known | str] = field(default_factory=dict)
    _judge: Judge = field(default_factory=Judge)

    @cached_property
    def _reader(self) -> DatasetReader:
        return DatasetReader(self.folder, self.manifest)

    @cached_property
    def _writer(self) -> ItemWriter:
        return ItemWriter("", "", self._reader.prefixes, "")

    @cached_property
    def _wording(self) -> ExportedWording:
        return read_wording(self._reader.wording)

    def check_shared_files(self) -> tuple[Problem, ...]:
        """Return what is wrong with the files that all items share: prefixes and wording.

        Items cannot be judged before these are sound.
        """
        problems = []
        for file in ("prefixes.json", "wording.json"):
            try:
                _ = self._reader.prefixes if file == "prefixes.json" else self._wording
            except (DatasetError, ValueError) as error:
                problems.append(Problem(file, 0, "", str(error)))
        return tuple(problems)

    def check_theory(self, digest: str) -> tuple[Problem, ...]:
        """Return what is wrong with a theory file: its digest, its rules, and that its sentences say them."""
        file = f"theories/{digest}.json"
        try:
            with limit_time(self.seconds):
                return tuple(Problem(file, 0, "", what) for what in self._check_theory(digest))
        except LimitError as error:
            return (Problem(file, 0, "", str(error)),)

    def _check_theory(self, digest: str) -> Iterator[str]:
        theory = self._get_theory(digest)
        if isinstance(theory, str):
            yield theory
            return
        for rule in theory.rules:
            declared = None if self.declared is None else self.declared.rules.get(rule.name, _UNDECLARED)
            if declared is not None and declared.digest != self._digest(theory.formal[rule.name]):
                yield f"the rule {rule.name} is not the one that the manifest declares"
            elif declared is not None and declared.kind != rule.kind:
                yield f"the rule {rule.name} is of the kind {rule.kind}, but the manifest says {declared.kind}"
            texts = theory.texts[rule.name]
            if texts.keys() != self._wording.grammars.keys():
                yield f"the rule {rule.name} does not have a sentence in each language"
            for language, text in texts.items():
                grammar = self._wording.grammars.get(language)
                if grammar is not None and grammar.read_rule(text) != (self._formulate(rule),):
                    yield f"the sentence of the rule {rule.name} in {language} says something else"

    def verify(
        self, lines: Sequence[Line], see: Callable[[Mapping[str, Any]], Iterable[str]] = _see_nothing
    ) -> BatchResult:
        """Verify lines of items files, in order; ``see`` gets each item of the right form, says what else is wrong."""
        problems: list[Problem] = []
        records: list[ItemRecord] = []
        accepted: list[tuple[Line, _Accepted]] = []
        judged = 0
        for line in lines:
            item = parse_line(line)
            if isinstance(item, str):
                problems.append(Problem(line.file, line.number, "", item))
                continue
            found = check_form(item, line)
            stale = [what for what in found if what.startswith(STALE_ID)]
            if found == stale:  # whatever was changed, the judges shall say what is wrong about it
                found, is_outside = self._check_declared(item)
                found += see(item)
                records.append(make_record(item, line, is_outside=is_outside))
                judged += line.judged
                result = self._verify_in_time(item) if line.judged else []
                if isinstance(result, _Accepted):
                    accepted.append((line, result))
                else:
                    found += result
                found += [_CHANGED] if stale else []
            id_ = item["id"] if isinstance(item.get("id"), str) else ""
            problems += [Problem(line.file, line.number, id_, what) for what in found]
        differences = find_differences([one.item for _, one in accepted])
        for position, what in (*self._ask_z3([one for _, one in accepted]), *differences):
            line, one = accepted[position]
            problems.append(Problem(line.file, line.number, one.item.item["id"], what))
        problems.sort(key=lambda problem: (problem.line, problem.what.startswith(_SIGNS)))
        return BatchResult(tuple(problems), tuple(records), judged)

    @cached_property
    def declared(self) -> Declarations | None:
        """What the manifest declares, if it can be used; what is wrong with it is for the whole dataset to say."""
        try:
            return read_declarations(self.manifest)
        except DatasetError:
            return None

    def _check_declared(self, item: Mapping[str, Any]) -> tuple[list[str], bool]:
        """Return in what an item is not as declared, and whether it can only be there for what it teaches."""
        if self.declared is None:
            return [], False
        found, fault = [*find_undeclared(item, self.declared)], find_level_fault(item, self.declared)
        if fault is not None and not fault.is_lesson:
            found.append(fault.what)
        return found, fault is not None and fault.is_lesson

    def _ask_z3(self, accepted: Sequence[_Accepted]) -> Iterator[tuple[int, str]]:
        """Yield position and sentence for all that Z3 rejects, and where it agrees with something else than is said."""
        found = judge_again(self._judge, [one.claims for one in accepted])
        for position, verdicts in enumerate(found):
            if isinstance(verdicts, str):
                yield position, f"Z3: {verdicts}"
                continue
            rejected = [verdict.reason for verdict in verdicts if not verdict.ok]
            yield from ((position, f"Z3: {reason}") for reason in rejected)
            verified = accepted[position].item.item["verified"]
            if not rejected and verified["z3"] != digest_verdicts(verified["checker"], verdicts):
                yield position, "verified: z3 is not the digest of what Z3 agrees with"

    # ---- one item

    def _verify_in_time(self, item: Mapping[str, Any]) -> _Accepted | list[str]:
        try:
            with limit_time(self.seconds):
                return self._verify_one(item)
        except LimitError as error:
            return [str(error)]

    def _verify_one(self, item: Mapping[str, Any]) -> _Accepted | list[str]:
        """Return the item when texts, reader and checker are content with it, else all that is wrong."""
        theory = self._get_theory(item["theory"])
        if isinstance(theory, str):
            return [f"its theory cannot be used: {theory}"]
        try:
            stated = read_evidence(item, theory, self._reader.prefixes)
        except (DatasetError, ValueError) as error:
            return [str(error)]
        try:
            return self._judge_item(item, stated, theory)
        except (DatasetError, ValueError) as error:
            return [str(error)]

    def _judge_item(self, item: Mapping[str, Any], stated: StatedItem, theory: TheoryFile) -> _Accepted | list[str]:
        problems = [*self._check_labels(item, stated), *self._check_provenance(item, theory)]
        problems += self._check_novelty(item, stated)
        lexicon = self._wording.lexicons.get(item["language"])
        if lexicon is None:
            problems.append(f"language: the wording has no {item['language']}")
        else:
            problems += _check_texts(item, stated, lexicon)
        problems += self._read_prompt(item, stated)
        book = self._get_book(item, stated)
        if isinstance(book, str):
            return [*problems, book]
        checker = self._find_checker(item, stated) if book is None else book.checker
        certified = checker if isinstance(checker, str) else _certify(item, stated, checker)
        if not isinstance(certified, _Certified):
            return [*problems, *([certified] if isinstance(certified, str) else certified)]
        if lexicon is not None and not problems:
            problems += self._check_question(item, stated, lexicon, certified.model)
        known = book.book if book is not None else None
        return problems or _Accepted(MeasuredItem(item, stated, known), certified.claims)

    def _find_checker(self, item: Mapping[str, Any], stated: StatedItem) -> Checker | str:
        """Return the checker of an item's case, which questions about one world share, or why there is none."""
        key = item["theory"], stated.closed, frozenset(stated.facts)
        try:
            return self._checkers.get(key, lambda: Checker(stated.theory, stated.facts, _MOST_FACTS))
        except CheckError as error:
            return f"checker: {error}"

    def _check_labels(self, item: Mapping[str, Any], stated: StatedItem) -> Iterator[str]:
        family = get_family(item["task"])
        verdicts = tuple((judgement.statement, judgement.status) for judgement in stated.judgements)
        fault = family.find_fault(MeasuredItem(item, stated).draft, verdicts, sorted(stated.answers))
        if fault:
            yield f"its question makes no item: {fault}"
        if family.evidence == "options" and not fault:
            right = family.find_right(make_answered(item, stated))
            if list_steps(stated.judgements[right].evidence) != stated.steps:
                yield "proof: is not that of the right option"
        needed = {step.conclusion for one in stated.judgements for step in list_steps(one.evidence)}
        if stated.query is not None and needed != {step.conclusion for step in stated.steps}:
            yield "proof: has steps that no answer needs"

    def _check_provenance(self, item: Mapping[str, Any], theory: TheoryFile) -> Iterator[str]:
        provenance = item["provenance"]
        if provenance["axioms"] != {name: self._digest(text) for name, text in theory.formal.items()}:
            yield "provenance: axioms are not the rules of the theory with their digests"
        name = provenance["template"].partition("@")[0]
        if name not in self._wording.templates or not name.startswith(f"{item['task']}/{item['language']}-"):
            yield f"provenance: {name} is no template of this task and language"

    def _check_novelty(self, item: Mapping[str, Any], stated: StatedItem) -> Iterator[str]:
        """Compare an item with the bounds of its level once more, now that the rules of its proofs are known."""
        if self.declared is not None and self.declared.bounds_novelty:
            proofs = [one.evidence for one in stated.judgements if isinstance(one.evidence, Proof)]
            used = {name for proof in proofs for name in proof.iterate_rules()}
            # Without the rules it was compared before, so that only what rests on them is new here.
            fault = find_level_fault(item, self.declared, used)
            if fault is not None and fault != find_level_fault(item, self.declared) and not fault.is_lesson:
                yield fault.what

    def _read_prompt(self, item: Mapping[str, Any], stated: StatedItem) -> Iterator[str]:
        if len(item["question"]) > _MOST_TEXT:
            yield "question: is too long to be read"
            return
        readings = self._wording.reader.read(item["question"])
        if len(readings) != 1:
            yield f"question: can be read in {'no way' if not readings else 'more than one way'}"
            return
        template = item["provenance"]["template"].rpartition("@")[0]
        if self._wording.reader.read(item["question"], template) != readings:
            yield f"provenance: the question is not worded by the template {template}"
        yield from self._match(readings[0], item, stated)

    def _match(self, reading: Reading, item: Mapping[str, Any], stated: StatedItem) -> Iterator[str]:
        with_rules = item["given"] == "facts+rules"
        if reading.facts != (stated.facts if item["given"] != "none" else ()):
            yield "question: the facts read are not those of the context"
        rules = Counter(map(self._formulate, stated.theory.rules)) if with_rules else Counter()
        if Counter(reading.rules) != rules:
            yield "question: the rules read are not those of the theory"
        if reading.closed != (stated.closed if with_rules else ()):
            yield "question: what is read as closed is not what semantics says"
        if item["semantics"]["builtins"] != find_version(stated.theory.rules, stated.facts):
            yield "semantics: builtins is not the version that the rules and facts need"
        if not get_family(item["task"]).match(reading, make_answered(item, stated), make_layout(item, stated)):
            yield "question: what is read as asked is not the query"

    def _check_question(
        self, item: Mapping[str, Any], stated: StatedItem, lexicon: Lexicon, model: frozenset[Triple]
    ) -> Iterator[str]:
        """Compare the answer, the query and the options with what the task would write."""
        family, layout = get_family(item["task"]), make_layout(item, stated)
        answered = make_answered(item, stated, model)
        if fault := family.judge(answered, stated.theory, model):
            yield f"checker: {fault}"
        voice = Voice(lexicon, False)
        expected = family.answer(answered, layout, voice)
        if item["answer"] != expected:
            yield f"answer: is not {expected[:80]!r}"
        if item["query"] != family.write_query(answered, layout, voice, self._writer):
            yield "query: is not as the task writes it"
        if item["query"]["kind"] in ("equivalent", "verbalise"):
            yield from find_scorer_faults(item, self._reader.prefixes)
        for number, option in enumerate(item["options"]):
            atom, text = family.write_option(answered, number, voice)
            rule = family.write_option_rule(answered, number, self._writer)
            if option.get("rule") != rule:
                yield f"options[{number}]: the rule is not as the task writes it"
            if option["text"] != text or option["atom"] != self._writer.write_triple(atom):
                yield f"options[{number}]: the text says something else than the statement"

    # ---- what is remembered

    def _get_theory(self, digest: str) -> TheoryFile | str:
        """Return a theory file, or why it cannot be used; equal rules of several theories are one value."""
        return self._theories.get(digest, lambda: self._read_theory(digest))

    def _read_theory(self, digest: str) -> TheoryFile | str:
        try:
            if len(self._rules) >= _MOST_RULES:
                self._rules.clear()
            return read_theory_file(digest, self._reader.read_theory(digest), self._reader.prefixes, self._rules)
        except (DatasetError, ValueError, RecursionError) as error:
            return str(error)

    def _get_book(self, item: Mapping[str, Any], stated: StatedItem) -> _Known | str | None:
        """Return all that is known for a closed-book item, or why it cannot be had; None for others."""
        if item["given"] != "none":
            return None
        key = (item["facts"], item["theory"], stated.closed)
        if key not in self._books:
            if len(self._books) >= _MOST_BOOKS:
                self._books.clear()
            try:
                facts = self._reader.read_facts(item["facts"])
                self._books[key] = _Known(Book(stated.theory, facts), Checker(stated.theory, facts, _MOST_FACTS))
            except DatasetError as error:
                self._books[key] = str(error)
        found = self._books[key]
        if not isinstance(found, str) and not found.book.stated.issuperset(stated.facts):
            return "context: lists what is not among the facts that are known"
        return found

    def _formulate(self, rule: Rule) -> Formula:
        if rule not in self._formulas:
            self._formulas[rule] = canonicalise_rule(rule)
        return self._formulas[rule]

    def _digest(self, formal: str) -> str:
        if formal not in self._digests:
            self._digests[formal] = digest_json(formal)[:16]
        return self._digests[formal]


def _certify(item: Mapping[str, Any], stated: StatedItem, checker: Checker) -> _Certified | list[str]:
    """Return what the checker of the item's case accepts, or else what is wrong."""
    theory = checker.theory
    digests: list[str] = []
    claims: list[Claim] = []
    changed = {UNCHANGED: checker}
    try:
        for judgement in stated.judgements:
            one = changed.get(judgement.change)
            if one is None:
                varied = extend_theory(theory, judgement.change.rules)
                facts = apply_change(tuple(sorted(checker.facts)), judgement.change)
                one = changed[judgement.change] = Checker(varied, facts, _MOST_FACTS)
            digests.append(certify(one.theory, one.facts, judgement.evidence, one))
            claims.append(EvidenceClaim(one.theory, one.facts, judgement.evidence, one.model))
        if stated.query is not None:
            body, variables = stated.query.body, stated.query.variables
            digests.append(certify_answers(theory, checker.facts, body, variables, stated.answers, checker))
            claims.append(AnswersClaim(theory, checker.model, body, variables, stated.answers))
        for puzzle in (part for part in stated.detail if isinstance(part, Puzzle)):
            facts = tuple(sorted(checker.facts))
            digests.append(certify_puzzle(theory, facts, puzzle, checker))
            claims.append(PuzzleClaim(theory, facts, puzzle))
        pairs = get_family(item["task"]).list_equivalences(make_answered(item, stated))
        claims += [EquivalenceClaim(*pair) for pair in pairs]
        model = checker.model
    except (CheckError, ArithmeticError, ValueError) as error:
        return [f"checker: {error}"]
    problems = []
    if item["verified"]["checker"] != hash_parts(*digests)[:32]:
        problems.append("verified: checker is not the certificate of what was checked")
    if item["verified"]["reader"] != hash_parts(item["question"])[:32]:
        problems.append("verified: reader is not the digest of the question")
    if item["verified"]["gates"] != [*GATES]:
        problems.append(f"verified: gates are not {', '.join(GATES)}")
    return problems or _Certified(model, tuple(claims))


def _check_texts(item: Mapping[str, Any], stated: StatedItem, lexicon: Lexicon) -> Iterator[str]:
    """Compare every sentence of an item with what its formal part says."""
    family = get_family(item["task"])
    for entry, fact in zip(item["context"], stated.facts, strict=True):
        if entry["shown"] != (item["given"] != "none"):
            yield f"context: whether {entry['id']} is shown is not as given says"
        if entry["text"] != family.say_fact(lexicon, fact):
            yield f"context: the text of {entry['id']} says something else than its triple"
    told: list[tuple[str, Iterable[Mapping[str, Any]], Any]] = [("", item["proof"], stated.steps)]
    for number, (option, judgement) in enumerate(zip(item["options"], stated.judgements, strict=False)):
        told.append((f"options[{number}].evidence.", option["evidence"]["proof"], list_steps(judgement.evidence)))
    for place, written, steps in told:
        for entry, step in zip(written, steps, strict=True):
            if entry["text"] != say_step(lexicon, step):
                yield f"{place}proof: the text of step {entry['step']} says something else than the step"


def make_layout(item: Mapping[str, Any], stated: StatedItem) -> Layout:
    """Return the orders in which an item states things: rules in that of their labels, or else of their names.

    Raises DatasetError when the labelled rules are not those of the theory.
    """
    rules = stated.theory.rules
    if get_family(item["task"]).labelled:
        names = item["query"]["rules"]
        if sorted(names) != sorted(rule.name for rule in rules):
            raise DatasetError("query.rules: are not those of the theory")
        rules = tuple(stated.theory.by_name[name] for name in names)
    return Layout(stated.facts, rules, stated.closed)


def make_answered(item: Mapping[str, Any], stated: StatedItem, model: frozenset[Triple] = frozenset()) -> Answered:
    """Return a written item as generation has it before it is rendered; ``model`` is the perfect model if known."""
    return Answered(
        draft=MeasuredItem(item, stated).draft,
        judgements=stated.judgements,
        answers=tuple(sorted(stated.answers)),
        model=tuple(sorted(model.difference(stated.facts))),
        distractors=stated.distractors,
        idle=frozenset(),
        difficulty=Difficulty(**item["difficulty"]),
    )
