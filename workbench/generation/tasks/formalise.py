"""Formalise: what is a sentence in the rules language?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from workbench.errors import DatasetError
from workbench.formats.rules_printer import print_body, print_rule
from workbench.generation.identity.grains import Part
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Change, Claim, Draft, Verdicts
from workbench.generation.questions.rule_drawing import ANSWER, RuleDrawer, name_rule
from workbench.generation.questions.telling_apart import MOST_FACTS, find_instance, find_witness, is_decided
from workbench.generation.tasks.family import Asked, Described, Family, Layout, Reads, Voice, Writes
from workbench.generation.worlds.plan import Plan
from workbench.model.curriculum import Level
from workbench.model.items import compact_term
from workbench.model.rules import Atom, BodyElement, Comparison, Rule, iterate_atoms
from workbench.model.terms import RDF_TYPE, Pattern, Term
from workbench.model.theory import Theory
from workbench.wording.grammar import canonicalise_rule
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import say_rule
from workbench.wording.task_sentences import BodyQuestion, canonicalise_question, say_body_question, say_vocabulary

__all__ = ["Formalise"]

_TRIES = 6
"""Rules drawn for each world of a block."""
_NEAR = 3
_ATOMS = (2, 4)
_MOST_ATOMS = 6
_MORE_NAMES = (1, 3)
_ASKED = "?X"
_TURNED: Mapping[str, str] = {">": "<", ">=": "<="}


class _Detail(NamedTuple):
    """What only the task knows: the direction, the formal text, and the names shown, each with what it says."""

    direction: str
    formal: str
    names: tuple[tuple[str, Atom], ...]


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
        atoms = dict(level.where).get("leaves", _ATOMS)
        atoms = (max(1, atoms[0]), min(_MOST_ATOMS, atoms[1]))
        drawer = _get_drawer(plan)
        if level.given != "facts+rules" or atoms[0] > atoms[1] or not drawer.vocabulary:
            return []
        drawn: dict[str, tuple[Rule, str]] = {}
        for key in keys:
            for number in range(_TRIES):
                random = KeyedRandom("formalise", level.name, key, number)
                rule = drawer.draw(atoms, random, asks=number % 3 == 2)
                if rule is not None:
                    drawn.setdefault(rule.name, (rule, f"{key}/{number}"))
        fitting = drawer.list_consistent(*map(list, zip(*drawn.values(), strict=True))) if drawn else []
        found = [
            self._draft(level, drawer, rule, KeyedRandom("formalise", "draft", rule.name))
            for (rule, _), fits in zip(drawn.values(), fitting, strict=True)
            if fits
        ]
        return [draft for draft in found if draft is not None]

    def _draft(self, level: Level, drawer: RuleDrawer, drawn: Rule, random: KeyedRandom) -> Draft | None:
        rule = _call_by_letters(drawn)
        own = find_instance(rule, drawer.numeric, random)
        if own is None or len(own.facts) > MOST_FACTS:
            return None
        claims = [Claim(own.statement, Change(own.facts, rules=(rule,)))]
        for other in drawer.list_near(drawn, random):
            witness = find_witness(drawn, other, drawer.numeric, random)
            near = _call_by_letters(name_rule(other.body, other.head))
            if witness is not None and len(witness.facts) <= MOST_FACTS and near.name != rule.name:
                claims += [Claim(witness.statement, Change(witness.facts, rules=(one,))) for one in (rule, near)]
            if len(claims) > 2 * _NEAR:
                break
        if len(claims) <= 2 * (_NEAR - 1):
            return None
        needed = {atom.key for atom in (*_list_stated_heads(rule), *iterate_atoms(rule.body))}
        others = [key for key in drawer.vocabulary if key not in needed]
        keys = random.shuffle([*sorted(needed), *random.pick(others, random.draw_between(*_MORE_NAMES))])
        prefixes = drawer.plan.prefixes
        names = tuple((compact_term(key, prefixes), _say_of(key, is_class=key in drawer.classes)) for key in keys)
        asks = rule.head[0].key == ANSWER
        formal = print_body(rule.body, prefixes) if asks else print_rule(rule, prefixes)
        detail = _Detail("query" if asks else "rule", formal, names)
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
        if not {atom.key for atom in (*_list_stated_heads(rule), *iterate_atoms(rule.body))} <= {
            atom.key for _, atom in detail.names
        }:
            return "a name that is needed is not shown"
        follows = [status == "entailed" for _, status in verdicts]
        if not follows[0]:
            return "the rule does not give its statement"
        same = any(one == other for one, other in _pair(follows[1:]))
        return "a near miss does not differ on the facts shown" if same else None

    def judge(self, item: Answered, theory: Theory, model: frozenset[Any]) -> str | None:
        """No theory takes part."""
        return "the item has a theory" if theory.rules or model else None

    def list_mentioned(self, draft: Draft) -> list[Pattern]:
        """The names shown."""
        return [(atom.subject, atom.predicate, atom.object) for _, atom in _get_detail(draft).names]

    def describe(self, item: Answered) -> Described:
        """The rule, its comparisons turned one way: which names are shown besides does not count."""
        rule = _get_rule(item.draft)
        body = tuple(_turn(element) for element in rule.body)
        return Described(parts=(Part.of("formula", Rule(rule.name, body, rule.head)),))

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The sentence, the names, and how to answer."""
        detail, rule = _get_detail(item.draft), _get_rule(item.draft)
        if detail.direction == "query":
            sentence = say_body_question(
                voice.lexicon, BodyQuestion("select", (_ASKED,), rule.body), person=voice.person
            )
        else:
            sentence = say_rule(voice.lexicon, rule)
        return {
            "sentence": sentence,
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
                    "formal": _write(one, to),
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
            "formal": _write(rule, to),
            **({"vars": [_ASKED[1:]]} if detail.direction == "query" else {}),
            "names": [
                {"name": to.write_term(atom.key), "arguments": 1 if atom.predicate == RDF_TYPE else 2}
                for _, atom in detail.names
            ],
            "facts": [to.write_triple(fact) for fact in first.change.added],
            "triple": to.write_triple(first.statement),
            "near": near,
        }

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The formula on its own facts, then each near miss with the formula on the facts that tell them apart."""
        query = item["query"]
        rule = _read(query["formal"], query, source)
        claims = [Claim(source.read_triple(query["triple"]), Change(_read_facts(query, source), rules=(rule,)))]
        judgements = []
        for number, near in enumerate(query["near"]):
            statement, facts = source.read_triple(near["triple"]), _read_facts(near, source)
            for place, one in enumerate((rule, _read(near["formal"], query, source))):
                claims.append(Claim(statement, Change(facts, rules=(one,))))
                where = f"query.near[{number}].judged[{place}]"
                judgements.append(source.read_evidence(where, claims[-1], near["judged"][place]))
        names = tuple(
            (entry["name"], _say_of(source.read_term(entry["name"]), is_class=entry["arguments"] == 1))
            for entry in query["names"]
        )
        detail = _Detail(query["direction"], query["formal"], names)
        return Asked(claims=tuple(claims), detail=detail, judgements=tuple(judgements))

    def count_options(self, item: Answered) -> int:
        """There are none."""
        return 0

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The sentence is read as the formula, each name as what it says, and the way to answer as the direction."""
        detail, rule = _get_detail(item.draft), _get_rule(item.draft)
        wanted: object = canonicalise_rule(rule)
        if detail.direction == "query":
            wanted = canonicalise_question(BodyQuestion("select", (_ASKED,), rule.body))
        return (
            reading.sentence == wanted
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


def _list_stated_heads(rule: Rule) -> tuple[Atom, ...]:
    """Return the head of a rule that is said; that of a question is not."""
    return tuple(head for head in rule.head if head.key != ANSWER)


def _call_by_letters(rule: Rule) -> Rule:
    """Return a rule with the letters of its sentence; of a question X is what is asked for."""
    head = rule.head[0]
    if head.key != ANSWER:
        return rule
    question = canonicalise_question(BodyQuestion("select", (head.subject,), rule.body))
    return Rule(rule.name, question.body, (Atom(_ASKED, RDF_TYPE, ANSWER),))


def _say_of(key: Term, *, is_class: bool) -> Atom:
    return Atom("?A", RDF_TYPE, key) if is_class else Atom("?A", key, "?B")


def _turn(element: BodyElement) -> BodyElement:
    if isinstance(element, Comparison) and element.operator in _TURNED:
        return Comparison(_TURNED[element.operator], element.right, element.left)
    return element


def _write(rule: Rule, to: Writes) -> str:
    return to.write_body(rule.body) if rule.head[0].key == ANSWER else to.write_rule(rule)


def _read(formal: str, query: Mapping[str, Any], source: Reads) -> Rule:
    """Return the rule that a formal text is, under the name that its content has."""
    if query["direction"] == "rule":
        read = source.read_rule("", formal)
    elif query["vars"] == [_ASKED[1:]]:
        read = Rule("", source.read_body(formal), (Atom(_ASKED, RDF_TYPE, ANSWER),))
    else:
        raise DatasetError("query.vars: is not what is asked for")
    return Rule(name_rule(read.body, read.head).name, read.body, read.head)


def _read_facts(written: Mapping[str, Any], source: Reads) -> tuple[tuple[Term, Term, Term], ...]:
    return tuple(source.read_triple(fact) for fact in written["facts"])


_DRAWERS: dict[int, RuleDrawer] = {}


def _get_drawer(plan: Plan) -> RuleDrawer:
    """Return what draws rules for a plan; remembered for the latest plans."""
    known = _DRAWERS.get(id(plan))
    if known is None or known.plan is not plan:
        if len(_DRAWERS) > 8:
            _DRAWERS.clear()
        known = _DRAWERS[id(plan)] = RuleDrawer(plan)
    return known
