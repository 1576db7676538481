"""Items: an answered and rendered draft in the form of the contract (docs/items.md)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from workbench.formats.rules_printer import print_element, print_rule
from workbench.generation.identity.grains import CaseStructure, Identity, ItemStructure, Question, compute_identity
from workbench.generation.items.rendering import Rendered
from workbench.generation.memo import Memo
from workbench.generation.questions.draft import Answered, Judgement
from workbench.generation.tasks import get_family
from workbench.generation.tasks.family import LETTERS, Family, Layout
from workbench.model.builtins import find_version
from workbench.model.items import compact_term, digest_json
from workbench.model.proofs import FALSE, ModelPair, Proof, Refutation, Step
from workbench.model.rules import BodyElement, Rule
from workbench.model.shared_json import SharedList, SharedObject
from workbench.model.terms import Term, Triple
from workbench.wording.lexicon import Lexicon
from workbench.wording.sentences import say_step

__all__ = [
    "ItemWriter",
    "compute_item_identity",
    "describe_structure",
    "extract_proof",
    "join_theory",
    "merge_proofs",
    "write_theory",
    "write_theory_rule",
]

_ASSUMED = "assume"
_KEPT_TERMS = 100_000
_KEPT_EVIDENCE = 512
"""So much evidence is kept as written; that of a case, since its questions come together."""


def describe_structure(item: Answered, rules: Sequence[Rule], closed: Sequence[Term]) -> ItemStructure:
    """Return what identity looks at."""
    draft, family = item.draft, get_family(item.draft.task)
    asked = family.describe(item)
    return ItemStructure(
        given=draft.level.given,
        task=draft.task,
        facts=tuple((fact, fact in item.distractors) for fact in draft.facts),
        rules=tuple(
            # Where rules are not stated the item rests on the whole theory, and what takes no part says nothing of it.
            (rule, rule.name in item.idle)
            for rule in rules
            if draft.level.given == "facts+rules" or rule.name not in item.idle
        ),
        closed=tuple(closed),
        query_kind=family.kind,
        query=asked.query,
        variables=asked.variables,
        options=asked.options,
        status=item.status,
        parts=asked.parts,
        compared=asked.compared,
        undecided=asked.undecided,
    )


def compute_item_identity(
    item: Answered, rules: Sequence[Rule], closed: Sequence[Term], case: CaseStructure | None = None
) -> Identity:
    """Return the identity of an answered draft; ``case`` is that of its facts and rules, where several share it."""
    if case is None:
        return compute_identity(describe_structure(item, rules, closed))
    draft, family = item.draft, get_family(item.draft.task)
    asked = family.describe(item)
    kept = None
    if draft.level.given != "facts+rules":
        kept = frozenset(rule.name for rule in rules if rule.name not in item.idle)
    return case.compute_identity(
        Question(
            given=draft.level.given,
            task=draft.task,
            query_kind=family.kind,
            query=asked.query,
            variables=asked.variables,
            compared=asked.compared,
            options=asked.options,
            parts=asked.parts,
            status=item.status,
            closed=tuple(closed),
            distractors=item.distractors,
            idle=item.idle,
            rules=kept,
            undecided=asked.undecided,
        )
    )


def write_theory(
    rules: Sequence[Rule], prefixes: Mapping[str, str], texts: Mapping[str, Mapping[str, str]]
) -> tuple[str, SharedObject]:
    """Return a theory's digest and its file content; the digest covers names and formal parts only.

    ``texts`` holds each rule's sentence by rule name and language.
    """
    return join_theory([write_theory_rule(rule, prefixes, texts[rule.name]) for rule in rules])


def write_theory_rule(rule: Rule, prefixes: Mapping[str, str], text: Mapping[str, str]) -> SharedObject:
    """Return a rule as theory files hold it; ``text`` has its sentence by language."""
    return SharedObject({"id": rule.name, "kind": rule.kind, "formal": print_rule(rule, prefixes), "text": dict(text)})


def join_theory(rules: Iterable[SharedObject]) -> tuple[str, SharedObject]:
    """Return the digest and the file content of a theory that consists of written rules."""
    listed = sorted(rules, key=lambda rule: str(rule["id"]))
    digest = digest_json([[entry["id"], entry["formal"]] for entry in listed])[:32]
    return digest, SharedObject({"version": 1, "digest": digest, "rules": listed})


def merge_proofs(proofs: Sequence[Proof]) -> tuple[Step, ...]:
    """Join canonical proofs into one run of steps, premises first, each conclusion once."""
    steps: dict[Triple, Step] = {}
    for proof in proofs:
        for step in proof.steps:
            steps.setdefault(step.conclusion, step)
    return tuple(steps.values())


def extract_proof(steps: Sequence[Step], goal: Triple) -> Proof:
    """Return the steps that ``goal`` needs, in their order: what :func:`merge_proofs` joined, taken apart again."""
    needed, kept = {goal}, []
    for step in reversed(steps):
        if step.conclusion in needed:
            needed.update(step.premises)
            kept.append(step)
    return Proof(goal, tuple(reversed(kept)))


class _Model(NamedTuple):
    """A model as items hold it, and each of its triples by the identity of the fact."""

    facts: tuple[Triple, ...]
    written: SharedList
    by_id: dict[int, SharedList]


class _Stated(NamedTuple):
    """Facts in their order, each as an entry of a context, as no distractor and as one; and their ids."""

    facts: tuple[Triple, ...]
    written: list[tuple[SharedObject, SharedObject]]
    ids: dict[Triple, str]


class _Evidence(NamedTuple):
    """A judgement as items hold it, and the ids of the facts that it was written with."""

    judgement: Judgement
    ids: Mapping[Triple, str]
    written: SharedObject


class ItemWriter:
    """Writes items of one dataset: its prefixes, its generator version, and where rules come from."""

    def __init__(self, domain: str, curriculum: str, prefixes: Mapping[str, str], generator: str) -> None:
        self.domain, self.curriculum, self.prefixes, self.generator = domain, curriculum, prefixes, generator
        self._digests: dict[str, str] = {}
        self._terms: dict[Term, str] = {}
        self._triples: dict[Triple, SharedList] = {}
        self._models: Memo[str, _Model] = Memo()
        self._stated: Memo[tuple[str, str, bool], _Stated] = Memo()
        self._rules: Memo[str, tuple[str, SharedObject, SharedList]] = Memo()
        self._evidence: dict[tuple[int, int, str], _Evidence] = {}

    def write_triple(self, triple: Triple) -> list[str] | str:
        """Return a triple in compact terms; *false* as the word."""
        return "false" if triple == FALSE else self._get_triple(triple)

    def _get_triple(self, triple: Triple) -> SharedList:
        """Return a triple in compact terms: one list wherever it stands, which nobody changes."""
        written = self._triples.get(triple)
        if written is None:
            if len(self._triples) > _KEPT_TERMS:
                self._triples.clear()
            written = self._triples[triple] = SharedList([self.write_term(term) for term in triple])
        return written

    def _write_models(self, case: str, evidence: ModelPair) -> SharedObject:
        """Return two models; the derived facts of a case are the same for all that is unknown in it."""
        first, second = evidence.without, evidence.with_statement
        known = self._models.get(case, lambda: self._write_model(first))
        if known.facts is not first:
            known = self._write_model(first)
        if second is first:
            return SharedObject({"without": known.written, "with": known.written})
        # Nearly all of the second model are the very triples of the first.
        get, find = known.by_id.get, self._get_triple
        written = SharedList([get(id(fact)) or find(fact) for fact in second])
        return SharedObject({"without": known.written, "with": written})

    def _write_model(self, facts: tuple[Triple, ...]) -> _Model:
        written = SharedList(map(self._get_triple, facts))
        return _Model(facts, written, dict(zip(map(id, facts), written, strict=True)))

    def write_term(self, term: Term) -> str:
        """Return a term in its compact form; remembered."""
        if term not in self._terms:
            if len(self._terms) > _KEPT_TERMS:
                self._terms.clear()
            self._terms[term] = compact_term(term, self.prefixes)
        return self._terms[term]

    def write_body(self, body: Sequence[BodyElement]) -> str:
        """Return a conjunction in the rules language."""
        return " ^ ".join(print_element(element, self.prefixes) for element in body)

    def write_rule(self, rule: Rule) -> str:
        """Return a rule in the rules language."""
        return print_rule(rule, self.prefixes)

    def write(
        self,
        item: Answered,
        rendered: Rendered,
        theory: str,
        identity: Identity,
        split: str,
        facts: str | None = None,
    ) -> dict[str, Any]:
        """Return the item without ``id`` and ``verified``, which the judges add.

        ``theory`` is the digest of its theory, ``facts`` that of all that is known where nothing is stated.
        """
        draft, layout, voice = item.draft, rendered.layout, rendered.voice
        family, lexicon = get_family(draft.task), rendered.voice.lexicon
        stated = self._find_stated(draft.case, layout, family, lexicon, is_shown=facts is None)
        ids, extra = stated.ids, item.distractors
        context = SharedList([pair[fact in extra] for fact, pair in zip(layout.facts, stated.written, strict=True)])
        builtins, axioms, reviewers = self._rules.get(draft.case, lambda: self._describe_rules(layout))
        proof: list[dict[str, Any]] = []
        models = None
        options: list[dict[str, Any]] = []
        if family.evidence == "options":
            options = [self._write_option(item, rendered, index, ids) for index in range(family.count_options(item))]
            proof = options[family.find_right(item)]["evidence"]["proof"]
        elif family.evidence == "answers":
            steps = merge_proofs([j.evidence for j in item.judgements if isinstance(j.evidence, Proof)])
            proof = self._write_steps(steps, ids, lexicon)
        elif family.evidence == "puzzle":
            steps = merge_proofs([j.evidence for j in item.judgements if isinstance(j.evidence, Proof)])
            added = item.draft.claims[0].change.added if item.draft.claims else ()
            known = {**ids, **{fact: f"a{number}" for number, fact in enumerate(added, 1)}}
            proof = self._write_steps(steps, known, lexicon)
        else:
            evidence = self._write_evidence(item.judgements[0], ids, lexicon, draft.case)
            proof, models = evidence["proof"], evidence["models"]
        return {
            "domain": self.domain,
            "curriculum": self.curriculum,
            "level": draft.level.number,
            "level_name": draft.level.name,
            "task": draft.task,
            "split": split,
            "language": rendered.language,
            "question": rendered.prompt,
            "answer": rendered.answer,
            "given": draft.level.given,
            "semantics": {
                "closed": [self.write_term(key) for key in layout.closed],
                "unique_names": True,
                "builtins": builtins,
            },
            "context": context,
            "facts": facts,
            "theory": theory,
            "query": family.write_query(item, layout, voice, self),
            "options": options,
            "status": item.status,
            "proof": proof,
            "models": models,
            "difficulty": item.difficulty.list_measures(),
            "identity": identity._asdict(),
            "provenance": {
                "axioms": axioms,
                "template": f"{rendered.template.name}@{rendered.template.digest[:16]}",
                "reviewed_by": reviewers,
                "world": draft.source,
                "generator": self.generator,
            },
        }

    def _find_stated(self, case: str, layout: Layout, family: Family, lexicon: Lexicon, *, is_shown: bool) -> _Stated:
        """Return what a case states."""

        def state() -> _Stated:
            ids = {fact: f"c{number}" for number, fact in enumerate(layout.facts, 1)}
            return _Stated(layout.facts, self._state_facts(layout, family, lexicon, is_shown), ids)

        stated = self._stated.get((case, lexicon.language, is_shown), state)
        # The same facts may be stated in several orders.
        is_same = stated.facts is layout.facts or stated.facts == layout.facts
        return stated if is_same else state()

    def _state_facts(
        self, layout: Layout, family: Family, lexicon: Lexicon, is_shown: bool
    ) -> list[tuple[SharedObject, SharedObject]]:
        entries = [
            {"id": f"c{n}", "triple": self._get_triple(fact), "text": family.say_fact(lexicon, fact), "shown": is_shown}
            for n, fact in enumerate(layout.facts, 1)
        ]
        return [
            (SharedObject({**entry, "distractor": False}), SharedObject({**entry, "distractor": True}))
            for entry in entries
        ]

    def _describe_rules(self, layout: Layout) -> tuple[str, SharedObject, SharedList]:
        """Return the version of built-ins that a case needs, the digests of its rules, and who reviewed them."""
        ordered = sorted(layout.rules, key=lambda rule: rule.name)
        return (
            find_version(layout.rules, layout.facts),
            SharedObject({rule.name: self._digest_rule(rule) for rule in ordered}),
            SharedList(sorted({name for rule in ordered for name in rule.provenance.reviewers})),
        )

    def _digest_rule(self, rule: Rule) -> str:
        if rule.name not in self._digests:
            self._digests[rule.name] = digest_json(print_rule(rule, self.prefixes))[:16]
        return self._digests[rule.name]

    def _write_option(
        self, item: Answered, rendered: Rendered, index: int, ids: Mapping[Triple, str]
    ) -> dict[str, Any]:
        judgement = item.judgements[index]
        family = get_family(item.draft.task)
        atom, text = family.write_option(item, index, rendered.voice)
        rule = family.write_option_rule(item, index, self)
        return {
            **({} if rule is None else {"rule": rule}),
            "letter": LETTERS[index],
            "atom": self.write_triple(atom),
            "text": text,
            "status": judgement.status,
            "evidence": self._write_evidence(judgement, ids, rendered.voice.lexicon, item.draft.case),
        }

    def write_evidence(self, judgement: Judgement, layout: Layout, lexicon: Lexicon) -> dict[str, Any]:
        """Return the evidence of a judgement as an item holds it: its proof and its models."""
        ids = {fact: f"c{number}" for number, fact in enumerate(layout.facts, 1)}
        return self._write_new(judgement, ids, lexicon, "")

    def _write_evidence(
        self, judgement: Judgement, ids: Mapping[Triple, str], lexicon: Lexicon, case: str = ""
    ) -> SharedObject:
        """Return the evidence of a judgement, written once for all questions of a case that rest on it."""
        place = id(judgement), id(ids), lexicon.language
        known = self._evidence.get(place)
        if known is None:
            if len(self._evidence) >= _KEPT_EVIDENCE:
                self._evidence.clear()
            written = self._write_new(judgement, ids, lexicon, case)
            known = self._evidence[place] = _Evidence(judgement, ids, written)
        return known.written

    def _write_new(self, judgement: Judgement, ids: Mapping[Triple, str], lexicon: Lexicon, case: str) -> SharedObject:
        evidence = judgement.evidence
        if judgement.change.added:
            ids = {**ids, **{fact: f"a{number}" for number, fact in enumerate(judgement.change.added, 1)}}
        if isinstance(evidence, ModelPair):
            return SharedObject({"proof": SharedList(), "models": self._write_models(case, evidence)})
        steps: Sequence[Step] = ()
        if isinstance(evidence, Refutation):
            steps = evidence.proof.steps if evidence.proof is not None else ()
            ids = {**ids, evidence.statement: _ASSUMED}
        else:
            steps = evidence.steps
        return SharedObject({"proof": SharedList(self._write_steps(steps, ids, lexicon)), "models": None})

    def _write_steps(self, steps: Sequence[Step], ids: Mapping[Triple, str], lexicon: Lexicon) -> list[dict[str, Any]]:
        if not steps:
            return []
        known = dict(ids)
        written = []
        for number, step in enumerate(steps, 1):
            written.append(
                {
                    "step": number,
                    "rule": step.rule,
                    "bindings": {name[1:]: self.write_term(term) for name, term in step.bindings},
                    "premises": [known[premise] for premise in step.premises],
                    "absent": [print_element(negation, self.prefixes) for negation in step.absent],
                    "conclusion": self.write_triple(step.conclusion),
                    "text": say_step(lexicon, step),
                }
            )
            known[step.conclusion] = f"s{number}"
        return written
