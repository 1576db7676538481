"""Items: an answered and rendered draft in the form of the contract (docs/items.md)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from workbench.formats.rules_printer import print_element, print_rule
from workbench.generation.answering import Answered, Judgement
from workbench.generation.drafts import ANSWER
from workbench.generation.identity import Identity, ItemStructure, compute_identity
from workbench.generation.rendering import LETTERS, Rendered
from workbench.model.builtins import find_version
from workbench.model.items import compact_term, digest_json
from workbench.model.proofs import FALSE, ModelPair, Proof, Refutation, Step
from workbench.model.rules import Atom, Rule
from workbench.model.terms import Term, Triple
from workbench.wording.lexicon import Lexicon
from workbench.wording.sentences import capitalise, say_statement, say_step

__all__ = [
    "ItemWriter",
    "compute_item_identity",
    "describe_structure",
    "extract_proof",
    "merge_proofs",
    "write_theory",
]

_ASSUMED = "assume"


def describe_structure(item: Answered, rules: Sequence[Rule], closed: Sequence[Term]) -> ItemStructure:
    """Return what identity looks at."""
    draft = item.draft
    asked: tuple[Atom, ...] = (Atom(*draft.statements[0]),) if draft.task == "entailment" else ()
    if draft.pattern is not None:
        asked = (Atom(*draft.pattern),)
    return ItemStructure(
        given=draft.level.given,
        task=draft.task,
        facts=tuple((fact, fact in item.distractors) for fact in draft.facts),
        rules=tuple(
            # Where rules are not stated the item rests on the whole theory, and what takes no part says nothing of it.
            (rule, rule.name in item.idle)
            for rule in rules
            if draft.level.given != "facts" or rule.name not in item.idle
        ),
        closed=tuple(closed),
        query_kind={"entailment": "holds", "select": "select", "options": "options"}[draft.task],
        query=asked,
        variables=(ANSWER,) if draft.pattern is not None else (),
        options=draft.statements if draft.task == "options" else (),
        status=item.status,
    )


def compute_item_identity(item: Answered, rules: Sequence[Rule], closed: Sequence[Term]) -> Identity:
    """Return the identity of an answered draft."""
    return compute_identity(describe_structure(item, rules, closed))


def write_theory(
    rules: Sequence[Rule], prefixes: Mapping[str, str], texts: Mapping[str, Mapping[str, str]]
) -> tuple[str, dict[str, Any]]:
    """Return a theory's digest and its file content; the digest covers names and formal parts only.

    ``texts`` holds each rule's sentence by rule name and language.
    """
    listed = [
        {"id": rule.name, "kind": rule.kind, "formal": print_rule(rule, prefixes), "text": dict(texts[rule.name])}
        for rule in sorted(rules, key=lambda r: r.name)
    ]
    digest = digest_json([[entry["id"], entry["formal"]] for entry in listed])[:32]
    return digest, {"version": 1, "digest": digest, "rules": listed}


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


class ItemWriter:
    """Writes items of one dataset: its prefixes, its generator version, and where rules come from."""

    def __init__(self, domain: str, curriculum: str, prefixes: Mapping[str, str], generator: str) -> None:
        self.domain, self.curriculum, self.prefixes, self.generator = domain, curriculum, prefixes, generator
        self._digests: dict[str, str] = {}

    def write_triple(self, triple: Triple) -> list[str] | str:
        """Return a triple in compact terms; *false* as the word."""
        return "false" if triple == FALSE else [compact_term(term, self.prefixes) for term in triple]

    def write(
        self, item: Answered, rendered: Rendered, lexicon: Lexicon, theory: str, identity: Identity, split: str
    ) -> dict[str, Any]:
        """Return the item without ``id`` and ``verified``, which the judges add."""
        draft = item.draft
        ids = {fact: f"c{number}" for number, fact in enumerate(rendered.facts, 1)}
        context = [
            {
                "id": ids[fact],
                "triple": self.write_triple(fact),
                "text": capitalise(lexicon.frames.fact.replace("{statement}", say_statement(lexicon, fact), 1)),
                "shown": True,
                "distractor": fact in item.distractors,
            }
            for fact in rendered.facts
        ]
        proof: list[dict[str, Any]] = []
        models = None
        options: list[dict[str, Any]] = []
        if draft.task == "options":
            options = [self._write_option(j, i, ids, lexicon) for i, j in enumerate(item.judgements)]
            right = next(j for j in item.judgements if j.status == "entailed")
            proof = self._write_evidence(right, ids, lexicon)["proof"]
        elif draft.task == "select":
            steps = merge_proofs([j.evidence for j in item.judgements if isinstance(j.evidence, Proof)])
            proof = self._write_steps(steps, ids, lexicon)
        else:
            evidence = self._write_evidence(item.judgements[0], ids, lexicon)
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
                "closed": [compact_term(key, self.prefixes) for key in rendered.closed],
                "unique_names": True,
                "builtins": find_version(rendered.rules, (fact for fact in rendered.facts)),
            },
            "context": context,
            "facts": None,
            "theory": theory,
            "query": self._write_query(item, rendered),
            "options": options,
            "status": item.status,
            "proof": proof,
            "models": models,
            "difficulty": asdict(item.difficulty),
            "identity": identity._asdict(),
            "provenance": {
                "axioms": {rule.name: self._digest_rule(rule) for rule in sorted(rendered.rules, key=lambda r: r.name)},
                "template": f"{rendered.template.name}@{rendered.template.digest[:16]}",
                "reviewed_by": sorted({name for rule in rendered.rules for name in rule.provenance.reviewers}),
                "world": draft.source,
                "generator": self.generator,
            },
        }

    def _digest_rule(self, rule: Rule) -> str:
        if rule.name not in self._digests:
            self._digests[rule.name] = digest_json(print_rule(rule, self.prefixes))[:16]
        return self._digests[rule.name]

    def _write_query(self, item: Answered, rendered: Rendered) -> dict[str, Any]:
        draft = item.draft
        if draft.pattern is not None:
            body = print_element(Atom(*draft.pattern), self.prefixes)
            answers = [[compact_term(term, self.prefixes)] for term in rendered.answers]
            return {"kind": "select", "vars": [ANSWER[1:]], "body": body, "answers": answers}
        if draft.task == "options":
            return {"kind": "options"}
        return {"kind": "holds", "triple": self.write_triple(draft.statements[0])}

    def _write_option(
        self, judgement: Judgement, index: int, ids: Mapping[Triple, str], lexicon: Lexicon
    ) -> dict[str, Any]:
        return {
            "letter": LETTERS[index],
            "atom": self.write_triple(judgement.statement),
            "text": capitalise(say_statement(lexicon, judgement.statement)),
            "status": judgement.status,
            "evidence": self._write_evidence(judgement, ids, lexicon),
        }

    def _write_evidence(self, judgement: Judgement, ids: Mapping[Triple, str], lexicon: Lexicon) -> dict[str, Any]:
        evidence = judgement.evidence
        if isinstance(evidence, ModelPair):
            models = {
                "without": [self.write_triple(fact) for fact in evidence.without],
                "with": [self.write_triple(fact) for fact in evidence.with_statement],
            }
            return {"proof": [], "models": models}
        if isinstance(evidence, Refutation):
            steps = evidence.proof.steps if evidence.proof is not None else ()
            known = {**ids, evidence.statement: _ASSUMED}
            return {"proof": self._write_steps(steps, known, lexicon), "models": None}
        return {"proof": self._write_steps(evidence.steps, ids, lexicon), "models": None}

    def _write_steps(self, steps: Sequence[Step], ids: Mapping[Triple, str], lexicon: Lexicon) -> list[dict[str, Any]]:
        known = dict(ids)
        written = []
        for number, step in enumerate(steps, 1):
            written.append(
                {
                    "step": number,
                    "rule": step.rule,
                    "bindings": {name[1:]: compact_term(term, self.prefixes) for name, term in step.bindings},
                    "premises": [known[premise] for premise in step.premises],
                    "absent": [print_element(negation, self.prefixes) for negation in step.absent],
                    "conclusion": self.write_triple(step.conclusion),
                    "text": say_step(lexicon, step),
                }
            )
            known[step.conclusion] = f"s{number}"
        return written
