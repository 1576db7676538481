"""Items back into values: theories, questions and evidence, read from the exported text alone.

Nothing here decides whether an item is right. What cannot be read raises DatasetError with the place inside the item;
:func:`workbench.model.items.check_item` must have accepted the item before.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from workbench.errors import DatasetError, InputError
from workbench.formats.rules_parser import parse_atoms, parse_rule
from workbench.generation.items.item_making import extract_proof
from workbench.generation.questions.draft import UNCHANGED, Change, Claim, Judgement, Query
from workbench.generation.questions.listing import find_answers
from workbench.generation.tasks import get_family
from workbench.model.items import digest_json, expand_term
from workbench.model.proofs import FALSE, Evidence, ModelPair, Proof, Refutation, Status, Step
from workbench.model.puzzles import Puzzle
from workbench.model.rules import BodyElement, Negation, Rule
from workbench.model.terms import RDF_TYPE, Term, Triple, is_iri, is_literal
from workbench.model.theory import Theory

__all__ = ["KnownRules", "StatedItem", "TheoryFile", "list_steps", "read_evidence", "read_term", "read_theory_file"]

_TERM = re.compile(
    r"""<[^\x00-\x20<>"{}|^`\\]+>
    |_:[A-Za-z0-9_]+(?:[.-]+[A-Za-z0-9_]+)*
    |"(?:[^"\\\n\r]|\\[tbnrf"'\\]|\\u[0-9A-Fa-f]{4}|\\U00(?:0[0-9A-Fa-f]|10)[0-9A-Fa-f]{4})*"
     (?:@[A-Za-z]+(?:-[A-Za-z0-9]+)*|\^\^<[^\x00-\x20<>"{}|^`\\]+>)?""",
    re.VERBOSE,
)
_MOST_CLOSED = 16
_KINDS = frozenset(("rule", "axiom", "constraint"))
KnownRules = MutableMapping[tuple[str, str, str], Rule]
"""Rules that were read, by id, formal text and kind: the theories of a dataset have most of them in common."""


@dataclass(frozen=True, slots=True)
class TheoryFile:
    """A theory as exported: its rules by name, their formal texts, and their sentences by language."""

    digest: str
    rules: tuple[Rule, ...]
    formal: Mapping[str, str]
    texts: Mapping[str, Mapping[str, str]]
    _theories: dict[tuple[Term, ...], Theory] = field(default_factory=dict, compare=False, repr=False)

    def build_theory(self, closed: tuple[Term, ...]) -> Theory:
        """Return the theory that closes these keys, one value however often it is asked for."""
        theory = self._theories.get(closed)
        if theory is None:
            if len(self._theories) >= _MOST_CLOSED:
                self._theories.clear()
            theory = self._theories[closed] = Theory.build(self.rules, closed)
        return theory


@dataclass(frozen=True, slots=True)
class StatedItem:
    """What an item says.

    ``facts`` are in the order of its context. ``judgements`` are those of the ``claims``, in order, or of the atoms
    that the answers of the ``query`` make true, sorted; each with the evidence the item gives for it. ``answers`` are
    in the item's order. ``steps`` are those of the item's own proof. ``detail`` is what only the task knows.
    """

    theory: Theory
    facts: tuple[Triple, ...]
    distractors: frozenset[Triple]
    closed: tuple[Term, ...]
    judgements: tuple[Judgement, ...]
    steps: tuple[Step, ...]
    claims: tuple[Claim, ...] = ()
    query: Query | None = None
    answers: tuple[tuple[Term, ...], ...] = ()
    detail: tuple[object, ...] = ()


def read_term(text: str, prefixes: Mapping[str, str]) -> Term:
    """Return the term that a text of an item stands for; DatasetError when it is none in canonical form."""
    try:
        term = expand_term(text, prefixes)
    except ValueError as error:
        raise DatasetError(str(error)) from error
    if not _TERM.fullmatch(term) or term.endswith("^^<http://www.w3.org/2001/XMLSchema#string>"):
        raise DatasetError(f"{text[:80]!r} is no term")
    return term


def read_theory_file(
    digest: str, content: Mapping[str, Any], prefixes: Mapping[str, str], known: KnownRules | None = None
) -> TheoryFile:
    """Return the rules of ``theories/<digest>.json``; what is read is looked up in ``known`` and added to it.

    Raises DatasetError when the file is not as docs/items.md says, a rule cannot be read, or the digest is another.
    """
    listed = content.get("rules")
    if content.keys() != {"version", "digest", "rules"} or content["version"] != 1 or not isinstance(listed, list):
        raise DatasetError("is not a theory of version 1")
    rules: list[Rule] = []
    for number, entry in enumerate(listed):
        rules.append(_read_rule(f"rules[{number}]", entry, prefixes, {} if known is None else known))
    names = [rule.name for rule in rules]
    if names != sorted(set(names)):
        raise DatasetError("its rules are not in the order of their names, or two have the same")
    own = digest_json([[entry["id"], entry["formal"]] for entry in listed])[:32]
    if not digest == content["digest"] == own:
        raise DatasetError(f"its content has the digest {own}")
    formal = {entry["id"]: entry["formal"] for entry in listed}
    return TheoryFile(digest, tuple(rules), formal, {entry["id"]: entry["text"] for entry in listed})


def _read_rule(place: str, entry: object, prefixes: Mapping[str, str], known: KnownRules) -> Rule:
    if not isinstance(entry, dict) or entry.keys() != {"id", "kind", "formal", "text"}:
        raise DatasetError(f"{place} does not have exactly id, kind, formal and text")
    name, formal, texts = entry["id"], entry["formal"], entry["text"]
    if not isinstance(name, str) or not name or not isinstance(formal, str) or entry["kind"] not in _KINDS:
        raise DatasetError(f"{place} has no usable id, kind or formal")
    if not isinstance(texts, dict) or not all(isinstance(text, str) for text in texts.values()):
        raise DatasetError(f"{place}.text is not one sentence for each language")
    key = name, formal, entry["kind"]
    if key not in known:
        try:
            parsed = parse_rule(formal, prefixes)
        except (InputError, ValueError) as error:
            raise DatasetError(f"the rule {name} cannot be read: {error}") from error
        known[key] = Rule(name, parsed.body, parsed.head, kind=entry["kind"])
    return known[key]


def read_evidence(item: Mapping[str, Any], theory: TheoryFile, prefixes: Mapping[str, str]) -> StatedItem:
    """Return what an item states, asks and answers; ``prefixes`` are those of the dataset."""
    return _Reader(item, prefixes).read(theory)


class _Reader:
    def __init__(self, item: Mapping[str, Any], prefixes: Mapping[str, str]) -> None:
        self._item, self._prefixes = item, prefixes

    def read(self, file: TheoryFile) -> StatedItem:
        item = self._item
        closed = tuple(read_term(key, self._prefixes) for key in item["semantics"]["closed"])
        facts = tuple(self._read_triple(entry["triple"]) for entry in item["context"])
        if len(set(facts)) < len(facts):
            raise DatasetError("context: states a fact twice")
        distractors = frozenset(f for f, entry in zip(facts, item["context"], strict=True) if entry["distractor"])
        ids = {entry["id"]: fact for entry, fact in zip(item["context"], facts, strict=True)}
        theory = file.build_theory(closed)
        family = get_family(item["task"])
        asked = family.read(item, self)
        answers: tuple[tuple[Term, ...], ...] = ()
        if asked.query is not None:
            steps = self._read_steps("proof", item["proof"], ids)
            answers = tuple(tuple(map(self.read_term, answer)) for answer in item["query"]["answers"])
            known = (*facts, *(step.conclusion for step in steps))
            atoms = _list_atoms(asked.query, answers, known)
            judgements = [Judgement(atom, "entailed", extract_proof(steps, atom)) for atom in atoms]
        elif family.evidence == "options":
            judgements = [
                self._read_judgement(f"options[{number}].evidence.", claim, option["status"], option["evidence"], ids)
                for number, (claim, option) in enumerate(zip(asked.claims, item["options"], strict=False))
            ]
            judgements += asked.judgements
            change = next((claim.change for claim in asked.claims if claim.change != UNCHANGED), UNCHANGED)
            right = next((one.change for one in judgements if one.status == "entailed"), change)
            if asked.right is not None:
                right = judgements[asked.right].change
            steps = self._read_steps("proof", item["proof"], _change_ids(ids, right))
        elif family.evidence == "puzzle":
            added = next(part.solved for part in asked.detail if isinstance(part, Puzzle))
            steps = self._read_steps("proof", item["proof"], _change_ids(ids, Change(added=added)))
            proofs = [(claim, extract_proof(steps, claim.statement)) for claim in asked.claims]
            judgements = [Judgement(claim.statement, "entailed", proof, claim.change) for claim, proof in proofs]
        elif family.evidence in ("conflict", "witness"):
            judgements = [self._read_judgement("", asked.claims[0], "entailed", item, ids), *asked.judgements]
            steps = list_steps(judgements[0].evidence)
        else:
            (claim,) = asked.claims
            status: Status = item["status"] or "entailed"
            judgements = [self._read_judgement("", claim, status, item, ids)]
            steps = list_steps(judgements[0].evidence)
        return StatedItem(
            theory, facts, distractors, closed, tuple(judgements), steps,
            asked.claims, asked.query, answers, asked.detail,
        )  # fmt: skip

    def read_triple(self, written: Sequence[str]) -> Triple:
        """Return a triple; DatasetError when it is none."""
        return self._read_triple(written)

    def read_term(self, written: str) -> Term:
        """Return a term; DatasetError when it is none in canonical form."""
        return read_term(written, self._prefixes)

    def read_evidence(self, place: str, claim: Claim, written: Mapping[str, Any]) -> Judgement:
        """Return a judgement with its status and evidence; ``place`` is where in the item it stands."""
        ids = {entry["id"]: self._read_triple(entry["triple"]) for entry in self._item["context"]}
        return self._read_judgement(f"{place}.evidence.", claim, written["status"], written["evidence"], ids)

    def read_body(self, written: str) -> tuple[BodyElement, ...]:
        """Return a conjunction; DatasetError when it cannot be read."""
        try:
            return tuple(parse_atoms(written, self._prefixes))
        except (InputError, ValueError) as error:
            raise DatasetError(f"query.body: cannot be read: {error}") from error

    def read_rule(self, name: str, written: str) -> Rule:
        """Return a rule under a name; DatasetError when it cannot be read."""
        try:
            parsed = parse_rule(written, self._prefixes)
        except (InputError, ValueError) as error:
            raise DatasetError(f"the rule {name} cannot be read: {error}") from error
        return Rule(name, parsed.body, parsed.head)

    def _read_judgement(
        self, place: str, claim: Claim, status: Status, evidence: Mapping[str, Any], ids: Mapping[str, Triple]
    ) -> Judgement:
        found: Evidence
        statement, change = claim.statement, claim.change
        ids = _change_ids(ids, change)
        if status == "unknown":
            models = evidence["models"]
            without = tuple(self._read_triple(triple) for triple in models["without"])
            found = ModelPair(statement, without, tuple(self._read_triple(triple) for triple in models["with"]))
        elif status == "entailed":
            found = Proof(statement, self._read_steps(f"{place}proof", evidence["proof"], ids))
        else:
            steps = self._read_steps(f"{place}proof", evidence["proof"], {**ids, "assume": statement})
            found = Refutation(statement, Proof(steps[-1].conclusion, steps) if steps else None)
        return Judgement(statement, status, found, change)

    def _read_steps(
        self, place: str, steps: Sequence[Mapping[str, Any]], ids: Mapping[str, Triple]
    ) -> tuple[Step, ...]:
        known, found = dict(ids), []
        for number, step in enumerate(steps):
            inside = f"{place}[{number}]"
            conclusion = step["conclusion"]
            read = Step(
                rule=step["rule"],
                bindings=tuple(
                    sorted((f"?{name}", read_term(term, self._prefixes)) for name, term in step["bindings"].items())
                ),
                premises=tuple(_get_premise(inside, known, premise) for premise in step["premises"]),
                absent=tuple(self._read_absent(inside, text) for text in step["absent"]),
                conclusion=FALSE if conclusion == "false" else self._read_triple(conclusion),
            )
            known[f"s{number + 1}"] = read.conclusion
            found.append(read)
        return tuple(found)

    def _read_absent(self, place: str, text: str) -> Negation:
        try:
            elements = parse_atoms(text, self._prefixes)
        except (InputError, ValueError) as error:
            raise DatasetError(f"{place}.absent: cannot be read: {error}") from error
        if len(elements) != 1 or not isinstance(elements[0], Negation):
            raise DatasetError(f"{place}.absent: is not one negation")
        return elements[0]

    def _read_triple(self, parts: Sequence[str]) -> Triple:
        subject, predicate, object_ = (read_term(part, self._prefixes) for part in parts)
        if is_literal(subject) or not is_iri(predicate) or (predicate == RDF_TYPE and is_literal(object_)):
            raise DatasetError(f"{' '.join(parts)[:120]!r} is no triple")
        return (subject, predicate, object_)


def _list_atoms(query: Query, answers: Sequence[Sequence[Term]], known: Sequence[Triple]) -> list[Triple]:
    """Return the atoms that the item's answers make true among what is stated and proved.

    Whether the answers are right and complete is for the judges to say.
    """
    try:
        found = find_answers(query, set(known))
    except ValueError as error:
        raise DatasetError(f"query.body: {error}") from error
    wanted = {tuple(values) for values in answers}
    return sorted({atom for one in found if one.values in wanted for atom in one.atoms})


def _change_ids(ids: Mapping[str, Triple], change: Change) -> dict[str, Triple]:
    """Return what ids stand for once facts are taken away and added: those added are a1, a2 and so on."""
    kept = {id_: fact for id_, fact in ids.items() if fact not in change.removed}
    return kept | {f"a{number}": fact for number, fact in enumerate(change.added, 1)}


def _get_premise(place: str, known: Mapping[str, Triple], premise: str) -> Triple:
    if premise not in known:
        raise DatasetError(f"{place}.premises: {premise} is not known there")
    return known[premise]


def list_steps(evidence: Evidence) -> tuple[Step, ...]:
    """Return the steps of a proof or refutation; none for models, and for what was only looked for."""
    proof = evidence if isinstance(evidence, Proof) else evidence.proof if isinstance(evidence, Refutation) else None
    return () if proof is None else proof.steps
