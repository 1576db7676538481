"""Whether the items of a dataset still follow from the knowledge as it is now.

An item was right when it was made and is right by itself: it states its facts and rules. What changes is whether
those are still what the project says. Each item's facts are therefore given to the *present* theory of the domain, all
of it, and its question answered anew; and each rule of its theory is looked for among the present ones, by what it
says, not by its name. Proofs, texts, digests and splits are not looked at again: that is ``workbench verify``.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Literal, NamedTuple, cast

from workbench.build.explaining import refute_all
from workbench.build.item_lines import Line, check_form, parse_line
from workbench.build.knowledge import Knowledge
from workbench.build.measuring_again import MeasuredItem
from workbench.build.name_replacement import replace_in_item
from workbench.build.narration import Narrator
from workbench.errors import DatasetError, LimitError
from workbench.export.evidence import StatedItem, TheoryFile, read_evidence, read_term, read_theory_file
from workbench.export.reading import DatasetReader
from workbench.generation.identity.clause_graph import normalise_rule
from workbench.generation.items.rendering import list_closed
from workbench.generation.keyed import hash_parts
from workbench.generation.memo import Memo
from workbench.generation.questions.answering import find_statuses
from workbench.generation.questions.draft import UNCHANGED, Claim, Draft, Outcome
from workbench.generation.questions.listing import find_answers
from workbench.generation.questions.near_rules import is_near
from workbench.generation.tasks import get_family
from workbench.model.proofs import FALSE, Proof, Refutation
from workbench.model.report import Location
from workbench.model.rules import Rule, iterate_atoms
from workbench.model.terms import Term
from workbench.reasoning.batch import evaluate

__all__ = ["ItemCause", "ItemJudge", "ItemVerdict", "Verdict", "iterate_verdicts"]

Verdict = Literal["current", "stale", "wrong", "unjudged"]
_CHUNK = 192
_MOST_BYTES = 64 * 2**20
_MOST_NAMED = 3


class ItemCause(NamedTuple):
    """Why an item is no longer current.

    ``code`` is that of the finding; ``name`` the rule, fact or term it is about; ``why`` a sentence without anything of
    the single item, so that items with one cause share it; ``location`` the place in the knowledge, if it has one.
    """

    code: str
    name: str
    why: str
    location: Location | None = None


@dataclass(frozen=True, slots=True)
class ItemVerdict:
    """What became of one item.

    ``stale`` means that it rests on something that the knowledge no longer says, though the answer stays; ``wrong``
    that the answer is another; ``unjudged`` that nobody can tell. ``found`` says in words what it says and what holds
    now.
    """

    file: str
    line: int
    item: str
    split: str
    verdict: Verdict
    cause: ItemCause | None = None
    found: str = ""


def iterate_verdicts(reader: DatasetReader, judge: ItemJudge) -> Iterator[ItemVerdict]:
    """Yield the verdict on every item of a dataset, in order. Raises DatasetError when a file cannot be read."""
    for split in reader.splits:
        file = f"items/{split}.jsonl"
        chunk: list[Line] = []
        for number, data in _iterate_lines(reader.path / file):
            chunk.append(Line(file, number, data, True))
            if len(chunk) == _CHUNK:
                yield from judge.judge(chunk)
                chunk = []
        yield from judge.judge(chunk)


def _iterate_lines(path: Path) -> Iterator[tuple[int, bytes]]:
    if path.is_symlink() or not path.is_file():
        raise DatasetError(f"{path} is missing.")
    try:
        with path.open("rb") as stream:
            for number, line in enumerate(iter(lambda: stream.readline(_MOST_BYTES + 1), b""), start=1):
                if len(line) > _MOST_BYTES:
                    raise DatasetError(f"{path}:{number}: the line is too long to be an item.")
                yield number, line
    except OSError as error:
        raise DatasetError(f"Could not read {path}: {error.strerror or error}.") from error


class _Read(NamedTuple):
    """An item as values, with the rules of its theory under the present names."""

    line: Line
    item: Mapping[str, Any]
    stated: StatedItem
    measured: MeasuredItem
    former: str

    @property
    def is_closed_book(self) -> bool:
        """Whether the item states nothing, so that all that the project states counts."""
        return bool(self.item["given"] == "none")


@dataclass
class ItemJudge:
    """Judges items by what a domain knows. The knowledge has no blockers.

    ``names`` are names of the dataset that the domain has changed since; an item that uses one is judged under the
    present names, and is stale.
    """

    knowledge: Knowledge
    reader: DatasetReader
    narrator: Narrator
    names: Mapping[Term, Term] = field(default_factory=dict)
    _theories: Memo[str, TheoryFile | str] = field(default_factory=Memo)
    _missing: dict[str, ItemCause | None] = field(default_factory=dict)

    def __post_init__(self) -> None:
        theory = self.knowledge.theory
        self._everything = tuple(rule.name for rule in theory.rules)
        self._meanings: dict[str, Rule] = {}
        for rule in theory.rules:
            self._meanings.setdefault(normalise_rule(rule, "exact"), rule)
        self._stated = frozenset(self.knowledge.facts)

    def judge(self, lines: Sequence[Line]) -> Iterator[ItemVerdict]:
        """Yield the verdicts on some lines, in order."""
        read: list[_Read | ItemVerdict] = [self._read(line) for line in lines]
        known = [one for one in read if isinstance(one, _Read)]
        answers = iter(self._answer([self._make_draft(one) for one in known if not one.is_closed_book]))
        judged = [(one, self._answer_closed_book(one) if one.is_closed_book else next(answers)) for one in known]
        wrong = [
            one for one, now in judged if not isinstance(now, str) and _is_wrong(one.stated, now) and
            self._find_missing(one) is None
        ]  # fmt: skip
        blamed = self._blame(wrong)
        verdicts = iter([self._decide(one, now, blamed.get(id(one))) for one, now in judged])
        for entry in read:
            yield next(verdicts) if isinstance(entry, _Read) else entry

    # ---- reading

    def _read(self, line: Line) -> _Read | ItemVerdict:
        item = parse_line(line)
        if isinstance(item, str):
            return self._refuse(line, "", item)
        problems = check_form(item, line)
        id_ = item["id"] if isinstance(item.get("id"), str) else ""
        if problems:
            return self._refuse(line, id_, problems[0])
        theory = self._get_theory(item["theory"])
        if isinstance(theory, str):
            return self._refuse(line, id_, f"its theory cannot be used: {theory}")
        try:
            stated = read_evidence(item, theory, self.reader.prefixes)
        except (DatasetError, ValueError) as error:
            return self._refuse(line, id_, str(error))
        former = self._find_former(stated)
        if former:
            stated = replace_in_item(stated, self.names)
        return _Read(line, item, stated, MeasuredItem(item, stated), former)

    def _refuse(self, line: Line, id_: str, what: str) -> ItemVerdict:
        why = "Items cannot be read as docs/items.md says; 'workbench verify' tells what is wrong with the dataset."
        cause = ItemCause("dataset.damaged", "", why)
        return ItemVerdict(line.file, line.number, id_, _get_split(line.file), "unjudged", cause, what)

    def _get_theory(self, digest: str) -> TheoryFile | str:
        return self._theories.get(digest, lambda: self._read_theory(digest))

    def _read_theory(self, digest: str) -> TheoryFile | str:
        try:
            return read_theory_file(digest, self.reader.read_theory(digest), self.reader.prefixes)
        except (DatasetError, ValueError, RecursionError) as error:
            return str(error)

    def _find_former(self, stated: StatedItem) -> str:
        """Return the first name of an item that is another now."""
        if not self.names:
            return ""
        terms = {term for fact in stated.facts for term in fact}
        terms |= {term for judgement in stated.judgements for term in judgement.statement}
        terms |= {*stated.theory.keys, *stated.closed}
        rules = [rule for claim in stated.claims for rule in claim.change.rules]
        terms |= {atom.key for rule in rules for atom in (*rule.head, *iterate_atoms(rule.body))}
        return min((term for term in terms if term in self.names), default="")

    # ---- answering

    def _make_draft(self, one: _Read) -> Draft:
        draft = one.measured.draft
        if get_family(draft.task).bare:
            return draft
        facts = tuple(sorted(self._stated)) if one.is_closed_book else draft.facts
        left_out = get_family(draft.task).leave_out(draft, self.knowledge.theory)
        rules = tuple(name for name in self._everything if name not in left_out) if left_out else self._everything
        return replace(draft, facts=facts, rules=rules, claims=tuple(map(_name_anew, draft.claims)))

    def _answer(self, drafts: list[Draft]) -> list[Outcome | str | None]:
        """Return what the present theory says of each; a text says why it could not be found out."""
        if not drafts:
            return []
        try:
            found = [*find_statuses(self.knowledge.theory, drafts)]
            for number, draft in enumerate(drafts):
                family = get_family(draft.task)
                if family.tries_choices:
                    (tried,) = family.try_choices(self.knowledge.theory, [(draft, draft.facts, None)])
                    found[number] = None if isinstance(tried, str) else found[number]
            return [*found]
        except (LimitError, ValueError) as error:
            if len(drafts) == 1:
                return [str(error)]
            return [answer for draft in drafts for answer in self._answer([draft])]

    def _answer_closed_book(self, one: _Read) -> Outcome | str | None:
        """Return what follows from all that the project states."""
        closure = self.knowledge.closure
        if closure.batch.find_inconsistent_worlds()[closure.world]:
            return None
        if one.stated.query is not None:
            found = find_answers(one.stated.query, frozenset(closure.facts()))
            atoms = sorted({atom for answer in found for atom in answer.atoms})
            return tuple((atom, "entailed") for atom in atoms), tuple(answer.values for answer in found)
        if any(judgement.change != UNCHANGED for judgement in one.stated.judgements):
            return "a closed-book item that supposes something else is not judged"
        asked = [judgement.statement for judgement in one.stated.judgements]
        open_ones = [(closure.world, statement) for statement in asked if not closure.is_entailed(statement)]
        try:
            evidence = refute_all(closure.batch, open_ones, self.knowledge.make_limits())
        except LimitError as error:
            return str(error)
        refuted = {s for (_, s), found in zip(open_ones, evidence, strict=True) if isinstance(found, Refutation)}
        unknown = {statement for _, statement in open_ones} - refuted
        verdicts = tuple((s, "refuted" if s in refuted else "unknown" if s in unknown else "entailed") for s in asked)
        return cast(Outcome, (verdicts, ()))

    def _blame(self, wrong: list[_Read]) -> dict[int, ItemCause]:
        """Return, for items all of whose rules are there, the rule that brought another answer."""
        if not wrong:
            return {}
        theory = self.knowledge.theory
        batch = evaluate(theory, [self._make_draft(one).facts for one in wrong])
        inconsistent = batch.find_inconsistent_worlds()
        found: dict[int, ItemCause] = {}
        for world, one in enumerate(wrong):
            proofs: list[Proof | None] = []
            if inconsistent[world]:
                proofs.append(batch.proof(world, FALSE))
            else:
                asked = [judgement.statement for judgement in one.stated.judgements]
                proofs += [batch.proof(world, statement) for statement in asked]
                open_ones = [(world, s) for s in asked if not batch.is_entailed(world, s)]
                for evidence in refute_all(batch, open_ones):
                    proofs.append(evidence.proof if isinstance(evidence, Refutation) else None)
                if one.stated.query is not None:
                    found_now = find_answers(one.stated.query, batch.list_facts(world))
                    atoms = sorted({atom for answer in found_now for atom in answer.atoms}.difference(asked))
                    proofs += [batch.proof(world, atom) for atom in atoms]
            own = {normalise_rule(rule, "exact") for rule in one.stated.theory.rules}
            used = dict.fromkeys(name for proof in proofs if proof is not None for name in proof.iterate_rules())
            new = [name for name in used if normalise_rule(theory.by_name[name], "exact") not in own]
            if new:
                found[id(one)] = self._make_new_cause(new)
        return found

    def _make_new_cause(self, names: Sequence[str]) -> ItemCause:
        rule = self.knowledge.theory.by_name[names[0]]
        told = " and ".join(f"'{name}'" for name in names[:_MOST_NAMED])
        what, lead = ("rules", "lead") if len(names) > 1 else (rule.kind, "leads")
        why = f"The {what} {told}, which the items do not know of, {lead} to another answer."
        return ItemCause("dataset.wrong-answer", names[0], why, self.narrator.locate_rule(rule))

    # ---- deciding

    def _decide(self, one: _Read, now: Outcome | str | None, blamed: ItemCause | None) -> ItemVerdict:
        line, id_ = one.line, one.item["id"]
        place = (line.file, line.number, id_, _get_split(line.file))
        if isinstance(now, str):
            cause = ItemCause("dataset.not-judged", "", "The present theory could not be applied to the items' facts.")
            return ItemVerdict(*place, "unjudged", cause, now)
        missing = self._find_missing(one)
        if _is_wrong(one.stated, now):
            cause = missing or blamed or self._find_closed(one) or ItemCause(
                "dataset.wrong-answer", "", "The present rules and axioms lead to another answer."
            )  # fmt: skip
            return ItemVerdict(*place, "wrong", cause._replace(code="dataset.wrong-answer"), self._tell(one, now))
        other = missing or self._find_closed(one) or self._find_status(one, now) or self._find_renaming(one)
        return ItemVerdict(*place, "stale" if other else "current", other)

    def _find_missing(self, one: _Read) -> ItemCause | None:
        """Return a rule of the item that is no more, or a fact of a closed-book item; those of its proof first."""
        if get_family(one.item["task"]).bare:
            return self._find_missing_name(one)
        used = {step.rule for step in one.stated.steps}
        own: list[Rule] = []
        if one.measured.draft.task == "induce":
            offered = dict.fromkeys(rule for claim in one.stated.claims for rule in claim.change.rules)
            own += [rule for rule in offered if not is_near(rule)]
        for rule in sorted((*one.stated.theory.rules, *own), key=lambda rule: (rule.name not in used, rule.name)):
            cause = self._judge_rule(rule)
            if cause is not None:
                return cause
        if one.is_closed_book:
            for fact in one.stated.facts:
                if fact not in self._stated:
                    said = self.narrator.say_inside(fact)
                    return ItemCause("dataset.fact-gone", " ".join(fact), f"It is no longer stated that {said}.")
        return None

    def _find_missing_name(self, one: _Read) -> ItemCause | None:
        """Return the project's rule that a formula is and that is no more, or a class or property that is none."""
        query, known = one.item["query"], self.knowledge.domain.kinds
        for name in query["names"]:
            key = read_term(name["name"], self.reader.prefixes)
            if key not in known and key not in self.knowledge.theory.keys and key not in self.names:
                kind, label = "class" if name["arguments"] == 1 else "property", self.narrator.label(key)
                return ItemCause("dataset.name-gone", key, f"There is no {kind} “{label}” any more.")
        if "of" not in query:
            return None
        letters = [option["letter"] for option in one.item["options"]]
        place = letters.index(one.item["answer"]) if letters else 0
        (rule,) = one.stated.claims[place].change.rules
        return self._judge_rule(Rule(query["of"], rule.body, rule.head))

    def _judge_rule(self, rule: Rule) -> ItemCause | None:
        digest = normalise_rule(rule, "exact")
        key = f"{rule.name} {digest}"
        if key not in self._missing:
            self._missing[key] = None if digest in self._meanings else self._make_missing_cause(rule)
        return self._missing[key]

    def _make_missing_cause(self, rule: Rule) -> ItemCause:
        said = self.narrator.compose_rule(rule)
        present = self.knowledge.theory.by_name.get(rule.name)
        if present is None:
            return ItemCause("dataset.rule-gone", rule.name, f"The {rule.kind} '{rule.name}' is no more: “{said}”")
        now = self.narrator.compose_rule(present)
        why = f"The {present.kind} '{rule.name}' says something else: it was “{said}”, and is “{now}”"
        return ItemCause("dataset.rule-changed", rule.name, why, self.narrator.locate_rule(present))

    def _find_closed(self, one: _Read) -> ItemCause | None:
        """Return a class or property that the item takes to be closed and the project does not, or the other way."""
        if get_family(one.item["task"]).bare:
            return None  # nothing is stated, so nothing is taken to be closed
        asked = one.measured.draft.asked
        theory = self.knowledge.theory
        present = frozenset(list_closed(theory, one.stated.theory.rules, asked))
        changed = sorted(present ^ frozenset(one.stated.closed))
        if not changed:
            return None
        label = self.narrator.label(changed[0])
        now = "is closed now and was not" if changed[0] in present else "was closed and is not any more"
        place = self.knowledge.project.config.locate("domains", self.knowledge.domain.name, "closed")
        return ItemCause("dataset.closed-changed", changed[0], f"“{label}” {now}.", place)

    def _find_status(self, one: _Read, now: Outcome | None) -> ItemCause | None:
        if now is None or one.stated.query is not None:
            return None
        if get_family(one.measured.draft.task).agrees(_outline(one.stated), now):
            return None
        why = "Wrong options have another status now, refuted instead of unknown or the other way round."
        return ItemCause("dataset.option-status", "", why)

    def _find_renaming(self, one: _Read) -> ItemCause | None:
        if not one.former:
            return None
        label = self.narrator.label(self.names[one.former])
        return ItemCause("dataset.renamed", one.former, f"“{label}” has another IRI now: {self.names[one.former]}.")

    def _tell(self, one: _Read, now: Outcome | None) -> str:
        if now is None and get_family(one.item["task"]).tries_choices:
            return f"It says {_say_answer(one.item)}; now its clues do not lead to exactly that, or one is too many."
        if now is None:
            return f"It says {_say_answer(one.item)}; now its facts contradict each other."
        verdicts, answers = now
        if one.stated.query is not None:
            names = ", ".join(self.narrator.label(values[0]) for values in answers) or "nobody"
            return f"It says {_say_answer(one.item)}; now it is {names}."
        if one.item["task"] == "options":
            letters = [o["letter"] for o, (_, s) in zip(one.item["options"], verdicts, strict=True) if s == "entailed"]
            return f"It says {_say_answer(one.item)}; now {' and '.join(letters) or 'none'} must be true."
        if one.item["options"]:
            return f"It says {_say_answer(one.item)}; now other statements follow than it says."
        return f"It says {one.item['status']}; now it is {verdicts[0][1]}."


def _get_split(file: str) -> str:
    return file.removeprefix("items/").removesuffix(".jsonl")


def _say_answer(item: Mapping[str, Any]) -> str:
    text = " ".join(str(item["answer"]).split())
    return f"“{text[:80]}{'…' if len(text) > 80 else ''}”"


def _outline(stated: StatedItem) -> Outcome:
    return tuple((judgement.statement, judgement.status) for judgement in stated.judgements), stated.answers


def _is_wrong(stated: StatedItem, now: Outcome | None) -> bool:
    """Tell whether the answer is another: the status, the options that must be true, or who is asked for."""
    if now is None:
        return True
    if stated.query is not None:
        return sorted(now[1]) != sorted(stated.answers)
    (verdicts, _), (before, _) = now, _outline(stated)
    if len(verdicts) == 1:
        return verdicts != before
    return [status == "entailed" for _, status in verdicts] != [status == "entailed" for _, status in before]


def _name_anew(claim: Claim) -> Claim:
    """Return a claim with its rules named by what they say: the project's own of that name may say another."""
    if not claim.change.rules:
        return claim
    rules = tuple(
        Rule(f"option {hash_parts(rule.body, rule.head)}", rule.body, rule.head) for rule in claim.change.rules
    )
    return replace(claim, change=replace(claim.change, rules=rules))
