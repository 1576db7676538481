"""Verbalise: which sentence says what a formula says?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from workbench.errors import DatasetError
from workbench.generation.identity.grains import Part
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Change, Claim, Draft, Verdicts
from workbench.generation.questions.formulas import (
    ASKED,
    disguise_formula,
    draw_formulas,
    get_drawer,
    grade_formula,
    is_question,
    list_turnings,
    name_by_letters,
    normalise_formula,
    stay_apart,
    turn_comparisons,
)
from workbench.generation.questions.rule_drawing import RuleDrawer, name_rule
from workbench.generation.questions.rule_squares import CORNERS
from workbench.generation.questions.telling_apart import MOST_FACTS, find_instance, find_witness, is_decided
from workbench.generation.tasks.family import (
    LETTERS,
    Asked,
    Choice,
    Described,
    Family,
    Layout,
    Reads,
    Voice,
    Writes,
)
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
from workbench.model.rules import Comparison, Rule, iterate_atoms, iterate_terms
from workbench.model.terms import Pattern, Term, Triple
from workbench.model.theory import Theory
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.task_sentences import say_vocabulary

__all__ = ["Verbalise"]


class _Detail(NamedTuple):
    """What only the task knows: the direction, the formula shown, the names shown, and the project's rule it is."""

    direction: str
    formal: str
    names: tuple[ShownName, ...]
    origin: str = ""


class Verbalise(Family):
    """A formula and four sentences, of which exactly one says the same.

    The sentences are those of a rule with two changes of it, each alone and both, and each of the four is the right one
    as often as any other. The formula is the right one's in another order, with other variables. There is a claim for
    each sentence, a statement under a few facts, judged by the sentence's rule; then the same once more, judged by the
    formula shown. Exactly for the right sentence both give it, and for each other one they differ.
    """

    name = "verbalise"
    kind = "verbalise"
    slots = ("formula", "sentence_options", "vocabulary", "instruction")
    evidence = "options"
    about_conclusions = False
    bare = True

    def say_choices(self, lexicon: Lexicon) -> str:
        """Nothing: how to answer depends on the direction, and is a slot."""
        return ""

    def leave_out(self, draft: Draft, theory: Theory) -> frozenset[str]:
        """All rules: what a formula says does not depend on what holds."""
        return frozenset(rule.name for rule in theory.rules)

    def propose_block(self, level: Level, plan: Plan, keys: Sequence[str]) -> list[Draft]:
        """Draw rules and questions over the plan's vocabulary, and what is near them; none contradicts the theory."""
        drawer = get_drawer(plan)
        tried: list[tuple[KeyedRandom, tuple[Rule, ...]]] = []
        for formula in draw_formulas(self.name, level, plan, keys):
            random = KeyedRandom(self.name, "draft", formula.rule.name)
            tried += [(random, square) for square in drawer.list_squares(formula.rule, random)]
        corners = [rule for _, square in tried for rule in square]
        fits = iter(drawer.list_consistent(corners, [rule.name for rule in corners]))
        turnings = list_turnings(plan.theory)
        made: dict[int, Draft] = {}
        for random, square in tried:
            sound = [next(fits) for _ in square]
            if all(sound) and id(random) not in made:
                draft = self._draft(level, drawer, square, random, turnings)
                if draft is not None:
                    made[id(random)] = draft
        return list(made.values())

    def _draft(
        self,
        level: Level,
        drawer: RuleDrawer,
        square: Sequence[Rule],
        random: KeyedRandom,
        turnings: Sequence[Rule],
    ) -> Draft | None:
        right = square[random.draw_below(CORNERS)]
        shown = disguise_formula(name_by_letters(right), random)
        own: list[Claim] = []
        for rule in random.shuffle(square):
            if rule is right:
                witness = find_instance(rule, drawer.numeric, random)
            else:
                witness = find_witness(right, rule, drawer.numeric, random)
            if witness is None or len(witness.facts) > MOST_FACTS:
                return None
            if rule is not right and not stay_apart(right, rule, witness, turnings):
                return None
            said = name_by_letters(name_rule(rule.body, rule.head))
            own.append(Claim(witness.statement, Change(witness.facts, rules=(said,))))
        claims = [*own, *(Claim(one.statement, Change(one.change.added, rules=(shown,))) for one in own)]
        direction = "query" if is_question(shown) else "rule"
        names = choose_names(drawer, square, random)
        origin = drawer.origins.get(name_rule(right.body, right.head).name, "")
        detail = _Detail(direction, print_formula(shown, drawer.plan.prefixes), names, origin)
        return Draft(level, self.name, (), (), tuple(claims), detail=detail)

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """One of four different rules is the formula shown, and each other one differs from it on the facts given."""
        if draft.facts or draft.rules or len(draft.claims) != 2 * CORNERS:
            return "something is stated, or there are not four sentences"
        if any(claim.statement in claim.change.added or claim.change.removed for claim in draft.claims):
            return "a witness states what is to follow"
        own, again = draft.claims[:CORNERS], draft.claims[CORNERS:]
        shown = again[0].change.rules
        if any(len(claim.change.rules) != 1 for claim in draft.claims):
            return "a sentence is not one rule"
        if any(
            other != Claim(one.statement, Change(one.change.added, rules=shown))
            for one, other in zip(own, again, strict=True)
        ):
            return "the rules are judged under different facts"
        rules = _list_rules(draft)
        if not all(map(is_decided, (*shown, *rules))) or len({canonicalise_formula(rule) for rule in rules}) < CORNERS:
            return "a formula is not decided, or two sentences are the same"
        if not list_needed((*shown, *rules)) <= {atom.key for _, atom in _get_detail(draft).names}:
            return "a name that is needed is not shown"
        if len({is_question(rule) for rule in (*shown, *rules)}) > 1:
            return "rules and questions are mixed"
        wanted = normalise_formula(shown[0])
        same = [normalise_formula(rule) == wanted for rule in rules]
        if same.count(True) != 1:
            return "the formula is not that of exactly one sentence"
        follows = [status == "entailed" for _, status in verdicts]
        for is_same, one, other in zip(same, follows[:CORNERS], follows[CORNERS:], strict=True):
            if (is_same and not (one and other)) or (not is_same and one == other):
                return "a sentence does not differ on the facts shown"
        return None

    def find_right(self, item: Answered) -> int:
        """The option whose rule is the formula."""
        wanted = normalise_formula(_get_shown(item.draft))
        return [normalise_formula(rule) for rule in _list_rules(item.draft)].index(wanted)

    def count_options(self, item: Answered) -> int:
        """The sentences."""
        return CORNERS

    def list_choices(self, item: Answered) -> tuple[tuple[Choice, ...], int]:
        """What is seen of each sentence: what it names, and with what it compares."""
        listed = []
        for rule in _list_rules(item.draft):
            atoms = tuple((a.subject, a.predicate, a.object) for a in (*iterate_atoms(rule.body), *rule.head))
            signs = [element for element in rule.body if isinstance(element, Comparison)]
            values = frozenset(term for sign in signs for term in iterate_terms(sign) if term[:1] == '"')
            listed.append(Choice(atoms, values, tuple(f"compares {sign.operator}" for sign in signs)))
        return tuple(listed), self.find_right(item)

    def grade(self, draft: Draft) -> Mapping[str, int]:
        """The conditions of the formula, and what joins them."""
        return grade_formula(_get_shown(draft))

    def list_equivalences(self, item: Answered) -> list[tuple[Rule, Rule, bool]]:
        """The right sentence says what the formula says, and no other one does."""
        shown, right = _get_shown(item.draft), self.find_right(item)
        return [(shown, rule, place == right) for place, rule in enumerate(_list_rules(item.draft))]

    def judge(self, item: Answered, theory: Theory, model: frozenset[Triple]) -> str | None:
        """No theory takes part."""
        return "the item has a theory" if theory.rules or model else None

    def list_mentioned(self, draft: Draft) -> list[Pattern]:
        """The names shown."""
        return [(atom.subject, atom.predicate, atom.object) for _, atom in _get_detail(draft).names]

    def describe(self, item: Answered) -> Described:
        """The formula and the sentences, comparisons turned one way."""
        parts = [Part.of("formula", turn_comparisons(_get_shown(item.draft)))]
        parts += [Part.of("option", turn_comparisons(rule)) for rule in _list_rules(item.draft)]
        return Described(parts=tuple(parts))

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The formula, the sentences behind their letters, the names, and how to answer."""
        detail = _get_detail(item.draft)
        said = [say_formula(voice, rule) for rule in _list_rules(item.draft)]
        return {
            "formula": detail.formal,
            "sentence_options": "\n".join(f"{letter}) {text}" for letter, text in zip(LETTERS, said, strict=False)),
            "vocabulary": say_vocabulary(voice.lexicon, detail.names),
            "instruction": dict(voice.lexicon.frames.instructions)[_INSTRUCTIONS[detail.direction]],
        }

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The letter of the sentence."""
        return LETTERS[self.find_right(item)]

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The formula, the names shown, and for each option the facts on which it is tried and what follows."""
        detail = _get_detail(item.draft)
        again = item.judgements[CORNERS:]
        return {
            "kind": self.kind,
            "direction": detail.direction,
            "formal": write_formula(_get_shown(item.draft), to),
            **({"vars": [ASKED[1:]]} if detail.direction == "query" else {}),
            **({"of": detail.origin} if detail.origin else {}),
            "names": write_names(detail.names, to),
            "facts": [[to.write_triple(fact) for fact in one.change.added] for one in again],
            "judged": [
                {"status": one.status, "evidence": to.write_evidence(one, layout, voice.lexicon)} for one in again
            ],
        }

    def write_option(self, item: Answered, index: int, voice: Voice) -> tuple[Triple, str]:
        """The statement on which the sentence is tried, and the sentence."""
        claim = item.draft.claims[index]
        return claim.statement, say_formula(voice, claim.change.rules[0])

    def write_option_rule(self, item: Answered, index: int, to: Writes) -> dict[str, Any] | None:
        """The sentence as a rule: its name, by which proofs cite it, and its formal text."""
        (rule,) = item.draft.claims[index].change.rules
        return {"id": rule.name, "formal": to.write_rule(rule)}

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """Each option's statement under its rule, then under the formula."""
        query, options = item["query"], item["options"]
        letters = [option["letter"] for option in options]
        if any("rule" not in option for option in options) or len(options) != CORNERS or item["answer"] not in letters:
            raise DatasetError("options: are not four sentences of which the answer is one")
        if len(query["judged"]) != CORNERS or len(query["facts"]) != CORNERS:
            raise DatasetError("query: has not facts and a status for each option")
        formula = read_formula(query["formal"], query, source)
        shown = Rule(f"formula-{formula.name.partition('-')[2]}", formula.body, formula.head)
        own, again = [], []
        for option, written in zip(options, query["facts"], strict=True):
            statement, facts = source.read_triple(option["atom"]), read_facts(written, source)
            rule = source.read_rule(option["rule"]["id"], option["rule"]["formal"])
            own.append(Claim(statement, Change(facts, rules=(rule,))))
            again.append(Claim(statement, Change(facts, rules=(shown,))))
        judgements = tuple(
            source.read_evidence(f"query.judged[{number}]", claim, query["judged"][number])
            for number, claim in enumerate(again)
        )
        detail = _Detail(query["direction"], query["formal"], read_names(query["names"], source), query.get("of", ""))
        return Asked((*own, *again), detail=detail, judgements=judgements, right=letters.index(item["answer"]))

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The formula and the names are those shown, each sentence is read as its rule, and how to answer as it is."""
        detail = _get_detail(item.draft)
        said = tuple((LETTERS[n], canonicalise_formula(rule)) for n, rule in enumerate(_list_rules(item.draft)))
        return (
            reading.formula == detail.formal
            and reading.sentence_options == said
            and reading.vocabulary == detail.names
            and reading.instruction == _INSTRUCTIONS[detail.direction]
        )


_INSTRUCTIONS: Mapping[str, str] = {"rule": "say rule", "query": "say query"}


def _get_detail(draft: Draft) -> _Detail:
    return _Detail(*draft.detail)  # type: ignore[arg-type]


def _get_shown(draft: Draft) -> Rule:
    (rule,) = draft.claims[CORNERS].change.rules
    return rule


def _list_rules(draft: Draft) -> list[Rule]:
    return [claim.change.rules[0] for claim in draft.claims[:CORNERS]]
