"""Formalise: what is a sentence in the rules language?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from workbench.generation.identity.grains import Part
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Change, Claim, Draft, Verdicts
from workbench.generation.questions.formulas import (
    ASKED,
    Formula,
    draw_formulas,
    get_drawer,
    grade_formula,
    is_question,
    name_by_letters,
    turn_comparisons,
)
from workbench.generation.questions.rule_drawing import RuleDrawer, name_rule
from workbench.generation.questions.telling_apart import MOST_FACTS, find_instance, find_witness, is_decided
from workbench.generation.tasks.family import Asked, Described, Family, Layout, Reads, Voice, Writes
from workbench.generation.tasks.formulas import (
    ShownName,
    canonicalise_formula,
    choose_names,
    list_needed,
    print_formula,
    read_facts,
    read_formula,
    read_names,
    say_formula,
    write_formula,
    write_names,
)
from workbench.generation.worlds.plan import Plan
from workbench.model.curriculum import Level
from workbench.model.rules import Rule
from workbench.model.terms import Pattern, Term
from workbench.model.theory import Theory
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.task_sentences import say_vocabulary

__all__ = ["Formalise"]

_NEAR = 3


class _Detail(NamedTuple):
    """What only the task knows: the direction, the formal text, the names shown, and the project's rule that it is."""

    direction: str
    formal: str
    names: tuple[ShownName, ...]
    origin: str = ""


class Formalise(Family):
    """A sentence, a rule or a question, is to be written in the rules language.

    The prompt states nothing but the sentence and the names of classes and properties. A question is judged as the rule
    that concludes :data:`ANSWER` of what is asked for. The first claim is what the rule gives on its own body taken as
    facts. Then come pairs: a statement under facts on which a near miss of the rule differs from it, judged by the rule
    and by the near miss, of which exactly one gives it. So near misses are shown to say something else.
    """

    name = "formalise"
    kind = "equivalent"
    slots = ("sentence", "vocabulary", "instruction")
    evidence = "witness"
    about_conclusions = False
    bare = True
    measured = 1

    def say_choices(self, lexicon: Lexicon) -> str:
        """Nothing: how to answer depends on the direction, and is a slot."""
        return ""

    def leave_out(self, draft: Draft, theory: Theory) -> frozenset[str]:
        """All rules: what a formula says does not depend on what holds."""
        return frozenset(rule.name for rule in theory.rules)

    def propose_block(self, level: Level, plan: Plan, keys: Sequence[str]) -> list[Draft]:
        """Draw rules and questions over the plan's vocabulary."""
        drawer = get_drawer(plan)
        found = [
            self._draft(level, drawer, formula, KeyedRandom("formalise", "draft", formula.rule.name))
            for formula in draw_formulas(self.name, level, plan, keys)
        ]
        return [draft for draft in found if draft is not None]

    def _draft(self, level: Level, drawer: RuleDrawer, formula: Formula, random: KeyedRandom) -> Draft | None:
        drawn = formula.rule
        rule = name_by_letters(drawn)
        own = find_instance(rule, drawer.numeric, random)
        if own is None or len(own.facts) > MOST_FACTS:
            return None
        claims = [Claim(own.statement, Change(own.facts, rules=(rule,)))]
        for other in drawer.list_near(drawn, random):
            witness = find_witness(drawn, other, drawer.numeric, random)
            near = name_by_letters(name_rule(other.body, other.head))
            if witness is not None and len(witness.facts) <= MOST_FACTS and near.name != rule.name:
                claims += [Claim(witness.statement, Change(witness.facts, rules=(one,))) for one in (rule, near)]
            if len(claims) > 2 * _NEAR:
                break
        if len(claims) <= 2 * (_NEAR - 1):
            return None
        direction = "query" if is_question(rule) else "rule"
        formal = print_formula(rule, drawer.plan.prefixes)
        detail = _Detail(direction, formal, choose_names(drawer, (rule,), random), formula.origin)
        return Draft(level, self.name, (), (), tuple(claims), detail=detail)

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """The rule gives its statement, can be decided, and differs from every near miss on the facts shown."""
        detail, rule = _get_detail(draft), _get_rule(draft)
        pairs = draft.claims[1:]
        if draft.facts or draft.rules or len(pairs) % 2 or len(pairs) < 2 * (_NEAR - 1):
            return "something is stated, or there are too few near misses"
        if any(claim.statement in claim.change.added or claim.change.removed for claim in draft.claims):
            return "a witness states what is to follow"
        near = [claim.change.rules for claim in pairs[1::2]]
        if any(len(rules) != 1 for rules in near) or len({rule, *(rules[0] for rules in near)}) <= len(near):
            return "the near misses are not different rules"
        if any(own != Claim(other.statement, Change(other.change.added, rules=(rule,))) for own, other in _pair(pairs)):
            return "the rules are judged under different facts"
        if not all(map(is_decided, (rule, *(rules[0] for rules in near)))):
            return "equivalence with the rule is not decided"
        if not list_needed((rule,)) <= {atom.key for _, atom in detail.names}:
            return "a name that is needed is not shown"
        follows = [status == "entailed" for _, status in verdicts]
        if not follows[0]:
            return "the rule does not give its statement"
        same = any(one == other for one, other in _pair(follows[1:]))
        return "a near miss does not differ on the facts shown" if same else None

    def grade(self, draft: Draft) -> Mapping[str, int]:
        """The conditions of the formula, and what joins them."""
        return grade_formula(_get_rule(draft))

    def list_equivalences(self, item: Answered) -> list[tuple[Rule, Rule, bool]]:
        """No near miss says what the formula says."""
        rule = _get_rule(item.draft)
        return [(rule, claim.change.rules[0], False) for claim in item.draft.claims[2::2]]

    def judge(self, item: Answered, theory: Theory, model: frozenset[Any]) -> str | None:
        """No theory takes part."""
        return "the item has a theory" if theory.rules or model else None

    def list_mentioned(self, draft: Draft) -> list[Pattern]:
        """The names shown."""
        return [(atom.subject, atom.predicate, atom.object) for _, atom in _get_detail(draft).names]

    def describe(self, item: Answered) -> Described:
        """The rule, its comparisons turned one way: which names are shown besides does not count."""
        return Described(parts=(Part.of("formula", turn_comparisons(_get_rule(item.draft))),))

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The sentence, the names, and how to answer."""
        detail, rule = _get_detail(item.draft), _get_rule(item.draft)
        return {
            "sentence": say_formula(voice, rule),
            "vocabulary": say_vocabulary(voice.lexicon, detail.names),
            "instruction": dict(voice.lexicon.frames.instructions)[_INSTRUCTIONS[detail.direction]],
        }

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The formula."""
        return _get_detail(item.draft).formal

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The formula, the names shown, the facts on which it is tried, and the near misses with what shows each."""
        detail, rule = _get_detail(item.draft), _get_rule(item.draft)
        first, *rest = item.judgements
        near = []
        for own, other in _pair(rest):
            (one,) = other.change.rules
            near.append(
                {
                    "formal": write_formula(one, to),
                    "facts": [to.write_triple(fact) for fact in other.change.added],
                    "triple": to.write_triple(other.statement),
                    "judged": [
                        {"status": judged.status, "evidence": to.write_evidence(judged, layout, voice.lexicon)}
                        for judged in (own, other)
                    ],
                }
            )
        return {
            "kind": self.kind,
            "direction": detail.direction,
            "formal": write_formula(rule, to),
            **({"vars": [ASKED[1:]]} if detail.direction == "query" else {}),
            **({"of": detail.origin} if detail.origin else {}),
            "names": write_names(detail.names, to),
            "facts": [to.write_triple(fact) for fact in first.change.added],
            "triple": to.write_triple(first.statement),
            "near": near,
        }

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The formula on its own facts, then each near miss with the formula on the facts that tell them apart."""
        query = item["query"]
        rule = read_formula(query["formal"], query, source)
        claims = [Claim(source.read_triple(query["triple"]), Change(read_facts(query["facts"], source), rules=(rule,)))]
        judgements = []
        for number, near in enumerate(query["near"]):
            statement, facts = source.read_triple(near["triple"]), read_facts(near["facts"], source)
            for place, one in enumerate((rule, read_formula(near["formal"], query, source))):
                claims.append(Claim(statement, Change(facts, rules=(one,))))
                where = f"query.near[{number}].judged[{place}]"
                judgements.append(source.read_evidence(where, claims[-1], near["judged"][place]))
        detail = _Detail(query["direction"], query["formal"], read_names(query["names"], source), query.get("of", ""))
        return Asked(claims=tuple(claims), detail=detail, judgements=tuple(judgements))

    def count_options(self, item: Answered) -> int:
        """There are none."""
        return 0

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The sentence is read as the formula, each name as what it says, and the way to answer as the direction."""
        detail, rule = _get_detail(item.draft), _get_rule(item.draft)
        return (
            reading.sentence == canonicalise_formula(rule)
            and reading.vocabulary == detail.names
            and reading.instruction == _INSTRUCTIONS[detail.direction]
        )


_INSTRUCTIONS: Mapping[str, str] = {"rule": "write rule", "query": "write query"}


def _pair(values: Sequence[Any]) -> list[tuple[Any, Any]]:
    return list(zip(values[::2], values[1::2], strict=True))


def _get_detail(draft: Draft) -> _Detail:
    return _Detail(*draft.detail)  # type: ignore[arg-type]


def _get_rule(draft: Draft) -> Rule:
    (rule,) = draft.claims[0].change.rules
    return rule
