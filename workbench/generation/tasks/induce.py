"""Induce: which rule do the examples follow?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from typing import Any, NamedTuple

from workbench.checker import measure_proof
from workbench.errors import DatasetError
from workbench.generation.identity.grains import Part
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Change, Claim, Draft, Judgement, Outcome, Verdicts
from workbench.generation.questions.near_rules import list_near_rules, list_valued
from workbench.generation.tasks.family import (
    LETTERS,
    Asked,
    Described,
    Family,
    Layout,
    Reads,
    Voice,
    WorldScene,
    Writes,
)
from workbench.generation.tasks.options import OPTIONS
from workbench.generation.worlds.plan import Plan
from workbench.model.proofs import Proof
from workbench.model.rules import Atom, Rule, is_restatement, iterate_atoms
from workbench.model.terms import Term, Triple, is_literal
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch, evaluate
from workbench.wording.grammar import canonicalise_rule
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import say_fact, say_rule

__all__ = ["Induce", "list_examples"]

_TRIES = 4
_MOST_NEAR = 24
_MOST_EXAMPLES = 3
_MOST_KEYS = 3
_FURTHER = 4


class _Trial(NamedTuple):
    """A rule and its near misses over the theory without the other rules of its head."""

    rule: Rule
    theory: Theory
    others: tuple[str, ...]
    near: tuple[Rule, ...]


class _Elimination(NamedTuple):
    """A candidate and the example that tells against it."""

    rule: Rule
    witness: Triple
    is_derived: bool


class Induce(Family):
    """Four rules, of which exactly one gives every example and no counterexample.

    The head's own rules are not part of the item's theory, and nothing of its key is stated. The first four claims are
    the options: an example under each candidate, which tells against it, or for the right one an example that it gives.
    Behind them are all examples and counterexamples under the right one. ``detail`` has how many examples there are and
    the names of the candidates.
    """

    name = "induce"
    kind = "induce"
    slots = ("positive", "negative", "rule_options")
    evidence = "options"

    def say_choices(self, lexicon: Lexicon) -> str:
        """How to answer."""
        return dict(lexicon.frames.instructions)[self.name]

    def leave_out(self, draft: Draft, theory: Theory) -> frozenset[str]:
        """The rules of the head that is to be learned."""
        return _list_rules_of(theory, _get_head_key(draft))

    def agrees(self, outcome: Outcome, reference: Outcome) -> bool:
        """The same examples follow: whether another one is refuted or unknown is not asked."""
        own, whole = ([status == "entailed" for _, status in one[0]] for one in (outcome, reference))
        return own == whole

    def propose_world(self, scene: WorldScene) -> Iterable[Draft | None]:
        """Take rules of what follows in the world, and near misses that the world tells apart from them."""
        random = KeyedRandom("draft", scene.level.name, scene.world.key, self.name)
        keys = {Atom(*fact).key for fact in scene.batch.list_facts(scene.number, stated=False)}
        rules = [rule for rule in scene.plan.theory.rules if rule.head and rule.head[0].key in keys]
        rules = [rule for rule in rules if _is_teachable(rule, scene.plan)]
        for rule in random.shuffle(rules)[:_TRIES]:
            draft = self._draft(scene, _plan_trial(scene.plan, rule), random)
            if draft is not None:
                yield draft

    def _draft(self, scene: WorldScene, trial: _Trial, random: KeyedRandom) -> Draft | None:
        key = trial.rule.head[0].key
        facts = tuple(fact for fact in scene.world.facts if Atom(*fact).key != key)
        candidates = (trial.rule, *random.pick(trial.near, _MOST_NEAR))
        batch = evaluate(
            trial.theory, [facts] * len(candidates), enabled=[(*trial.others, rule.name) for rule in candidates]
        )
        bad = batch.find_inconsistent_worlds().tolist()
        derived = [frozenset(_list_of_key(batch, number, key)) for number in range(len(candidates))]
        entailed = frozenset(_list_of_key(scene.batch, scene.number, key))
        low, high = scene.level.hops
        restatements = _list_restatements(scene.plan.theory)
        right = [
            fact
            for fact in random.shuffle(sorted(derived[0] & entailed))
            if low <= _count_hops(batch, 0, fact, restatements) <= high
        ]
        eliminated = list(self._eliminate(candidates, derived, entailed, right, bad, random))[: OPTIONS - 1]
        if bad[0] or not right or len(eliminated) < OPTIONS - 1:
            return None
        missed = [one.witness for one in eliminated if not one.is_derived]
        positive = list(dict.fromkeys([*missed, *right]))[: max(_MOST_EXAMPLES, len(set(missed)))]
        negative = list(dict.fromkeys([one.witness for one in eliminated if one.is_derived]))
        negative += self._list_others(derived, {*derived[0], *entailed, *negative}, random)[: 2 - len(negative)]
        if not negative:
            return None
        claims, leaves, used = self._claim(trial, eliminated, positive, negative, batch, candidates, random)
        draft = scene.carve(
            self.name,
            leaves,
            used,
            random,
            claims=claims,
            without=[fact for fact in scene.world.facts if fact not in facts],
            detail=(len(positive), tuple(claim.change.rules[0].name for claim in claims[:OPTIONS])),
        )
        if draft is None or scene.level.questions > 1:
            return None
        left_out = self.leave_out(draft, scene.plan.theory)
        return replace(draft, rules=tuple(name for name in draft.rules if name not in left_out))

    def _eliminate(
        self,
        candidates: Sequence[Rule],
        derived: Sequence[frozenset[Triple]],
        entailed: frozenset[Triple],
        right: Sequence[Triple],
        bad: Sequence[bool],
        random: KeyedRandom,
    ) -> Iterable[_Elimination]:
        """Yield near misses with an example that tells against each, those that derive something first."""
        later = []
        formulas = {canonicalise_rule(candidates[0])}
        for number in range(1, len(candidates)):
            formula = canonicalise_rule(candidates[number])
            if bad[number] or formula in formulas:
                continue
            formulas.add(formula)
            wrong = sorted(fact for fact in derived[number] - entailed - derived[0] if fact[0] != fact[2])
            missed = [fact for fact in right if fact not in derived[number]]
            if wrong and (not missed or random.happens(2, 3)):
                yield _Elimination(candidates[number], random.choose(wrong), True)
            elif missed and derived[number]:
                yield _Elimination(candidates[number], missed[0], False)
            elif missed:
                later.append(_Elimination(candidates[number], missed[0], False))
        yield from later

    def _list_others(
        self, derived: Sequence[frozenset[Triple]], known: set[Triple], random: KeyedRandom
    ) -> list[Triple]:
        """Return further statements that do not follow, of somebody that a candidate says the like of."""
        given = sorted(frozenset().union(*derived))
        swapped = [(a[0], a[1], b[2]) for a, b in zip(random.shuffle(given), random.shuffle(given), strict=True)]
        return [fact for fact in dict.fromkeys(swapped) if fact not in known and fact[0] != fact[2]]

    def _claim(
        self,
        trial: _Trial,
        eliminated: Sequence[_Elimination],
        positive: Sequence[Triple],
        negative: Sequence[Triple],
        batch: Batch,
        candidates: Sequence[Rule],
        random: KeyedRandom,
    ) -> tuple[tuple[Claim, ...], set[Triple], set[str]]:
        """Return the claims, and the facts and rules that their proofs rest on."""
        own = Change(rules=(trial.rule,))
        options = [Claim(positive[0], own), *(Claim(one.witness, Change(rules=(one.rule,))) for one in eliminated)]
        claims = (*random.shuffle(options), *(Claim(fact, own) for fact in (*positive, *negative)))
        names = {rule.name for rule in candidates}
        leaves: set[Triple] = set()
        used: set[str] = set()
        for claim in claims:
            proof = batch.proof(candidates.index(claim.change.rules[0]), claim.statement)
            if proof is not None:
                leaves |= set(proof.leaves)
                used |= set(proof.iterate_rules()) - names
        return claims, leaves, used

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """Under one candidate all examples follow and no counterexample does; each other one fails on an example."""
        positive, negative = list_examples(draft)
        key = _get_head_key(draft)
        candidates = [claim.change.rules for claim in draft.claims[:OPTIONS]]
        if len(set(candidates)) < OPTIONS or any(len(rules) != 1 for rules in candidates):
            return "the candidates are not four different rules"
        if any(Atom(*fact).key != key for fact in (*positive, *negative)) or any(
            len(rule.head) != 1 or rule.head[0].key != key for (rule,) in candidates
        ):
            return "an example or a candidate is of another kind"
        if any(Atom(*fact).key == key for fact in draft.facts):
            return "the statement is already stated"
        if not positive or not negative or set(positive) & set(negative):
            return "there are no examples, or no counterexamples"
        right = draft.claims[OPTIONS].change.rules
        if any(claim.change.rules != right for claim in draft.claims[OPTIONS:]) or candidates.count(right) != 1:
            return "the examples are judged under another rule than the right one"
        follows = [status == "entailed" for _, status in verdicts]
        if follows[OPTIONS:] != [True] * len(positive) + [False] * len(negative):
            return "the rule does not give exactly the examples"
        for claim, does in zip(draft.claims[:OPTIONS], follows, strict=False):
            examples = positive if does == (claim.change.rules == right) else negative
            if claim.statement not in examples:
                return "a candidate fails on no example"
        return None

    def find_right(self, item: Answered) -> int:
        """The option whose rule gives all examples."""
        right = item.draft.claims[OPTIONS].change.rules
        return [claim.change.rules for claim in item.draft.claims[:OPTIONS]].index(right)

    def count_options(self, item: Answered) -> int:
        """The candidates."""
        return OPTIONS

    def judge(self, item: Answered, theory: Theory, model: frozenset[Triple]) -> str | None:
        """Nothing but the candidates speaks of how the head follows, and the verdicts leave one of them."""
        if _list_rules_of(theory, _get_head_key(item.draft)):
            return "the theory has a rule of the head"
        return self.find_fault(item.draft, tuple((j.statement, j.status) for j in item.judgements), ())

    def describe(self, item: Answered) -> Described:
        """The candidates, the examples and the counterexamples."""
        positive, negative = list_examples(item.draft)
        parts = [Part.of("option", claim.change.rules[0]) for claim in item.draft.claims[:OPTIONS]]
        parts += [Part.of("example", fact) for fact in positive]
        parts += [Part.of("counterexample", fact) for fact in negative]
        return Described(parts=tuple(parts), undecided=True)

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The examples, the counterexamples, and the candidates behind their letters."""
        positive, negative = list_examples(item.draft)
        options = [self.write_option(item, index, voice)[1] for index in range(OPTIONS)]
        return {
            "positive": "\n".join(f"- {say_fact(voice.lexicon, fact)}" for fact in positive),
            "negative": "\n".join(f"- {say_fact(voice.lexicon, fact)}" for fact in negative),
            "rule_options": "\n".join(f"{letter}) {text}" for letter, text in zip(LETTERS, options, strict=False)),
        }

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The letter of the rule."""
        return LETTERS[self.find_right(item)]

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The head's key, the examples, and the evidence of each of them under the right rule."""
        positive, negative = list_examples(item.draft)
        return {
            "kind": self.kind,
            "head": to.write_term(_get_head_key(item.draft)),
            "positive": [to.write_triple(fact) for fact in positive],
            "negative": [to.write_triple(fact) for fact in negative],
            "judged": [
                {"status": judgement.status, "evidence": to.write_evidence(judgement, layout, voice.lexicon)}
                for judgement in item.judgements[OPTIONS:]
            ],
        }

    def write_option(self, item: Answered, index: int, voice: Voice) -> tuple[Triple, str]:
        """The example that tells against the candidate, or for it, and the candidate's sentence."""
        claim = item.draft.claims[index]
        return claim.statement, say_rule(voice.lexicon, claim.change.rules[0])

    def write_option_rule(self, item: Answered, index: int, to: Writes) -> dict[str, Any] | None:
        """The candidate: its name, by which proofs cite it, and its formal text."""
        (rule,) = item.draft.claims[index].change.rules
        return {"id": rule.name, "formal": to.write_rule(rule)}

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The options' examples under their rules, then all examples under the right one."""
        query, options = item["query"], item["options"]
        letters = [option["letter"] for option in options]
        if any("rule" not in option for option in options) or len(options) != OPTIONS or item["answer"] not in letters:
            raise DatasetError("options: are not four rules of which the answer is one")
        rules = [source.read_rule(option["rule"]["id"], option["rule"]["formal"]) for option in options]
        positive, negative = ([source.read_triple(one) for one in query[name]] for name in ("positive", "negative"))
        if len(query["judged"]) != len(positive) + len(negative):
            raise DatasetError("query.judged: has not one status for each example")
        right = Change(rules=(rules[letters.index(item["answer"])],))
        judged = [Claim(fact, right) for fact in (*positive, *negative)]
        judgements: list[Judgement] = [
            source.read_evidence(f"query.judged[{number}]", claim, written)
            for number, (claim, written) in enumerate(zip(judged, query["judged"], strict=True))
        ]
        own = [
            Claim(source.read_triple(option["atom"]), Change(rules=(rule,)))
            for option, rule in zip(options, rules, strict=True)
        ]
        detail = (len(positive), tuple(rule.name for rule in rules))
        return Asked((*own, *judged), detail=detail, judgements=tuple(judgements))

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The examples, counterexamples and candidates read are those of the item."""
        positive, negative = list_examples(item.draft)
        rules = (canonicalise_rule(claim.change.rules[0]) for claim in item.draft.claims[:OPTIONS])
        read = (reading.positive, reading.negative, reading.rule_options)
        return read == (positive, negative, tuple(zip(LETTERS, rules, strict=False)))


def list_examples(draft: Draft) -> tuple[tuple[Triple, ...], tuple[Triple, ...]]:
    """Return the examples and the counterexamples of a draft of this task."""
    count = draft.detail[0]
    if not isinstance(count, int):
        raise ValueError("the draft has no examples")
    facts = draft.statements[OPTIONS:]
    return facts[:count], facts[count:]


def _get_head_key(draft: Draft) -> Term:
    return draft.claims[0].change.rules[0].head[0].key


@lru_cache(maxsize=256)
def _list_rules_of(theory: Theory, key: Term) -> frozenset[str]:
    return frozenset(rule.name for rule in theory.rules if any(head.key == key for head in rule.head))


@lru_cache(maxsize=8)
def _list_restatements(theory: Theory) -> frozenset[str]:
    return frozenset(rule.name for rule in theory.rules if is_restatement(rule))


def _list_of_key(batch: Batch, number: int, key: Term) -> list[Triple]:
    return [fact for fact in batch.list_facts(number) if Atom(*fact).key == key]


def _count_hops(batch: Batch, number: int, fact: Triple, restatements: frozenset[str]) -> int:
    proof = batch.proof(number, fact)
    return measure_proof(proof, restatements).hops if isinstance(proof, Proof) else 0


def _is_teachable(rule: Rule, plan: Plan) -> bool:
    """Tell whether a rule can be learned from examples: one head that it does not rest on, and something to leave out.

    Nothing may look for the head's absence, so the head is not closed.
    """
    if len(rule.head) != 1 or len(rule.body) < 2 or any(is_literal(term) for term in rule.head[0]):
        return False
    key = rule.head[0].key
    atoms = (*iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True))
    return key not in plan.theory.closed and key not in plan.values and all(atom.key != key for atom in atoms)


_TRIALS: dict[tuple[int, str], tuple[Plan, _Trial]] = {}


def _plan_trial(plan: Plan, rule: Rule) -> _Trial:
    """Return a rule with its near misses and the theory in which they are compared; remembered for a plan."""
    place = (id(plan), rule.name)
    known = _TRIALS.get(place)
    if known is not None and known[0] is plan:
        return known[1]
    key = rule.head[0].key
    kept = [other for other in plan.theory.rules if all(head.key != key for head in other.head)]
    random = KeyedRandom("near", rule.name)
    asserted = [one for one in plan.assertable if one != key and one not in plan.values]
    relations = random.shuffle([one for one in asserted if one not in plan.classes])[:_MOST_KEYS]
    classes = random.shuffle([one for one in asserted if one in plan.classes])[:_MOST_KEYS]
    bare = Rule(rule.name, rule.body, rule.head)
    valued = list_valued(bare).union(plan.values)
    first = list_near_rules(bare, relations, classes, valued)
    # Some are near another one and not the rule itself, so that the rule is not the one that all others are near to.
    second = [
        other for one in random.pick(first, _FURTHER) for other in list_near_rules(one, relations, classes, valued)
    ]
    unlike = {(one.body, one.head): one for one in (*second, *first)}
    unlike.pop((bare.body, bare.head), None)
    near = tuple(
        one
        for one in unlike.values()
        if all(atom.key != key for atom in iterate_atoms(one.body)) and not is_restatement(one)
    )
    theory = Theory.build([*kept, bare, *near], plan.theory.closed)
    if len(_TRIALS) > 512:
        _TRIALS.clear()
    trial = _Trial(bare, theory, tuple(other.name for other in kept), near)
    _TRIALS[place] = (plan, trial)
    return trial
