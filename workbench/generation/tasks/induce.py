"""Induce: which rule do the examples follow?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from itertools import takewhile
from typing import Any

from workbench.errors import DatasetError
from workbench.generation.identity.grains import Part
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Change, Claim, Draft, Judgement, Outcome, Verdicts, Wish
from workbench.generation.questions.individuals import list_individuals
from workbench.generation.questions.rule_matching import FactIndex, apply_rule
from workbench.generation.questions.rule_squares import is_teachable, plan_squares
from workbench.generation.questions.teaching import Ground, Lesson, Trial, is_weighed, teach
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
from workbench.model.rules import (
    Atom,
    Rule,
    is_restatement,
)
from workbench.model.terms import Term, Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate
from workbench.wording.grammar import canonicalise_rule
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import say_fact, say_rule

__all__ = ["Induce", "list_examples"]

_JOINED = 6
"""Worlds of which the facts stand beside each other."""
_TRIES = 8
"""Rules of a world that are varied."""
_MOST_SQUARES = 400
"""Squares of a rule that are tried on a world."""
_CONTRADICTED = 4
"""Squares of a rule that are held against the world before another rule is varied."""


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
        return self._follows_alike(outcome, reference)

    def propose_worlds(self, scenes: Sequence[WorldScene]) -> Iterable[tuple[int, Draft]]:
        """Vary rules of what follows in the worlds, so that the facts tell the variations apart.

        One world says too little for that: those of others that speak of nobody in it stand beside its own.
        """
        if not scenes or scenes[0].level.questions > 1:
            return
        plan = scenes[0].plan
        theory, restatements = plan.theory, _list_restatements(plan.theory)
        named = [frozenset(list_individuals(scene.world.facts)) - plan.constants for scene in scenes]
        keys = [{Atom(*fact).key for fact in scene.batch.list_facts(scene.number, stated=False)} for scene in scenes]
        tried: list[tuple[int, Rule]] = []
        facts: list[list[Triple]] = []
        for place, scene in enumerate(scenes):
            random = _start(scene)
            joined = _list_strangers(named, place, random)
            known = set().union(*(keys[other] for other in joined))
            rules = [rule for rule in theory.rules if rule.head and rule.head[0].key in known]
            for rule in random.pick([rule for rule in rules if is_teachable(rule, plan)], _TRIES):
                tried.append((place, rule))
                stated = {fact for other in joined for fact in scenes[other].world.facts}
                facts.append(sorted(fact for fact in stated if Atom(*fact).key != rule.head[0].key))
        enabled = [_list_names_beside(theory, rule.head[0].key) for _, rule in tried]
        batch = evaluate(theory, facts, enabled=enabled)
        bad = batch.find_inconsistent_worlds().tolist()
        found: dict[int, list[Draft]] = {}
        for number, (place, rule) in enumerate(tried):
            random = _start(scenes[place], rule.name)
            if not bad[number]:
                draft = self._draft(scenes[place], rule, Trial(batch, number, restatements), random)
                if draft is not None:
                    found.setdefault(place, []).append(draft)
        for place, drafts in found.items():
            most = max(len(draft.claims) for draft in drafts)
            yield from ((place, draft) for draft in drafts if len(draft.claims) == most)

    def _draft(self, scene: WorldScene, rule: Rule, trial: Trial, random: KeyedRandom) -> Draft | None:
        right = random.draw_below(OPTIONS)
        found: Draft | None = None
        tried = 0
        for square in random.pick(plan_squares(scene.plan, rule), _MOST_SQUARES):
            given = list(takewhile(bool, (trial.apply(candidate) for candidate in square)))
            if len(given) < OPTIONS:
                continue
            # Where one says more than another, each could be the right one, so that saying more or less tells nothing.
            is_even = len({len(candidate.body) for candidate in square}) == 1
            rights = [right, *(n for n in range(OPTIONS) if n != right and not is_even)]
            lessons = teach(given, rights, scene.level.hops, random)
            if lessons is None or (found is not None and not lessons[0].is_full):
                continue
            spoken = _give_voice(given, lessons[0], scene.level.hops[1], random)
            shown = {fact for one in lessons for fact in (*one.positive, *one.negative)}
            if not trial.contradicts(shown.union(spoken)):
                draft = self._carve(scene, square, right, lessons[0], given, spoken, random)
                if draft is not None and _is_weighed_in(draft, scene.plan.theory):
                    found = draft
                    if lessons[0].is_full:
                        break
            tried += 1
            if tried == _CONTRADICTED:
                break
        return found

    def _carve(
        self,
        scene: WorldScene,
        square: Sequence[Rule],
        right: int,
        lesson: Lesson,
        given: Sequence[Mapping[Triple, Ground]],
        spoken: Sequence[Triple],
        random: KeyedRandom,
    ) -> Draft | None:
        """Return the draft, whose context is what each candidate needs to give those of the examples that it gives.

        And those ``spoken``, which are no examples.
        """
        key = square[0].head[0].key
        own = Change(rules=(square[right],))
        options = [Claim(lesson.witnesses[number], Change(rules=(rule,))) for number, rule in enumerate(square)]
        positive, negative = random.shuffle(lesson.positive), random.shuffle(lesson.negative)
        claims = (*random.shuffle(options), *(Claim(fact, own) for fact in (*positive, *negative)))
        shown = (*lesson.positive, *lesson.negative, *spoken)
        grounds = [found[fact] for fact in shown for found in given if fact in found]
        wish = Wish(
            self.name,
            {leaf for ground in grounds for leaf in ground.leaves},
            {name for ground in grounds for name in ground.rules},
            claims,
            without=[fact for fact in scene.world.facts if Atom(*fact).key == key],
            detail=(len(positive), tuple(claim.change.rules[0].name for claim in claims[:OPTIONS])),
        )
        draft = scene.carve(wish, random)
        if draft is None:
            return None
        left_out = self.leave_out(draft, scene.plan.theory)
        return replace(draft, rules=tuple(name for name in draft.rules if name not in left_out))

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
        fault = self.find_fault(item.draft, tuple((j.statement, j.status) for j in item.judgements), ())
        return fault or (None if _is_weighed(item.draft, model) else "an example can be left out")

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


def _is_weighed_in(draft: Draft, theory: Theory) -> bool:
    """Tell whether no example can be left out, by the item's own rules and by all that are not of the head."""
    names = (draft.rules, _list_names_beside(theory, _get_head_key(draft)))
    batch = evaluate(theory, [draft.facts] * len(names), enabled=names)
    return all(_is_weighed(draft, batch.list_facts(number)) for number in range(len(names)))


def _is_weighed(draft: Draft, model: Collection[Triple]) -> bool:
    """Tell whether no example can be left out, and each candidate gives something from what is the case."""
    index = FactIndex(model)
    rules = [claim.change.rules[0] for claim in draft.claims[:OPTIONS]]
    given = [apply_rule(rule, index) for rule in rules]
    if not all(given):
        return False
    positive, negative = (
        [[n for n, found in enumerate(given) if found is not None and fact in found] for fact in facts]
        for facts in list_examples(draft)
    )
    return is_weighed(rules.index(draft.claims[OPTIONS].change.rules[0]), positive, negative)


def _give_voice(
    given: Sequence[Mapping[Triple, Ground]], lesson: Lesson, most: int, random: KeyedRandom
) -> list[Triple]:
    """Return something that is given by each rule which gives no example or counterexample, as far as there is.

    A rule that gave nothing at all would be known to be wrong by the look of it.
    """
    shown = (*lesson.positive, *lesson.negative)
    silent = [found for found in given if not any(fact in found for fact in shown)]
    near = [sorted(fact for fact, ground in found.items() if ground.hops <= most) for found in silent]
    return [random.choose(facts) for facts in near if facts]


def _start(scene: WorldScene, *more: str) -> KeyedRandom:
    return KeyedRandom("draft", scene.level.name, scene.world.key, Induce.name, *more)


def _list_strangers(named: Sequence[frozenset[Term]], place: int, random: KeyedRandom) -> list[int]:
    """Return a world with others in which nobody of it, or of each other, is named, as drawn."""
    chosen, known = [place], set(named[place])
    for other in random.shuffle(range(len(named))):
        if len(chosen) == _JOINED:
            break
        if other != place and known.isdisjoint(named[other]):
            chosen.append(other)
            known |= named[other]
    return chosen


@lru_cache(maxsize=256)
def _list_names_beside(theory: Theory, key: Term) -> tuple[str, ...]:
    left_out = _list_rules_of(theory, key)
    return tuple(rule.name for rule in theory.rules if rule.name not in left_out)
