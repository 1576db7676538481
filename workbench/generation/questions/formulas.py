"""Formulas: rules and questions drawn for a level, graded by what they are made of, and written in other ways."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from workbench.generation.identity.clause_graph import normalise_rule
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.rule_drawing import ANSWER, RuleDrawer, name_rule
from workbench.generation.questions.rule_matching import FactIndex, apply_rule
from workbench.generation.questions.telling_apart import Witness, conclude_once
from workbench.generation.worlds.plan import Plan
from workbench.model.curriculum import FORMULA_BOUNDS, Level
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Rule,
    collect_variables,
    is_restatement,
    iterate_atoms,
    substitute_element,
)
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.wording.task_sentences import BodyQuestion, canonicalise_question

__all__ = [
    "ASKED",
    "Formula",
    "disguise_formula",
    "draw_formulas",
    "get_drawer",
    "grade_formula",
    "is_question",
    "list_stated_heads",
    "list_turnings",
    "name_by_letters",
    "normalise_formula",
    "stay_apart",
    "turn_comparisons",
]

ASKED = "?X"
"""The variable of a question for what is asked for."""
_DRAWN = 24
"""Formulas of a block: so few that what is drawn in vain for a small request costs little."""
_TRIES = 8
_ATOMS = (2, 4)
_TURNED: Mapping[str, str] = {">": "<", ">=": "<="}
_MIRRORED: Mapping[str, str] = {**_TURNED, "<": ">", "<=": ">=", "=": "=", "!=": "!="}
_NAMES = "xyzuvwstpqrmn"


class Formula(NamedTuple):
    """A rule as it was drawn; ``origin`` names the rule of the theory that it is, if it is one."""

    rule: Rule
    origin: str


def draw_formulas(task: str, level: Level, plan: Plan, keys: Sequence[str]) -> list[Formula]:
    """Return formulas within a level's bounds, one for each of the first keys of a block where one came out.

    What contradicts the theory is left out. One in three is a question.
    """
    bounds = dict(level.bounds)
    low, high = bounds.get("leaves", _ATOMS)
    atoms = (max(FORMULA_BOUNDS["leaves"][0], low), min(FORMULA_BOUNDS["leaves"][1], high))
    drawer = get_drawer(plan)
    if level.given != "facts+rules" or atoms[0] > atoms[1] or not drawer.vocabulary:
        return []

    def admits(rule: Rule) -> bool:
        return all(low <= value <= high for name, value in grade_formula(rule).items()
                   for low, high in [bounds.get(name, (value, value))])  # fmt: skip

    drawn: dict[str, tuple[Rule, str]] = {}
    for key in keys[:_DRAWN]:
        asks = KeyedRandom(task, level.name, key, "asks").happens(1, 3)
        for number in range(_TRIES):
            rule = drawer.draw(atoms, KeyedRandom(task, level.name, key, number), admits, asks=asks)
            if rule is not None:
                drawn.setdefault(rule.name, (rule, f"{key}/{number}"))
                break
    fitting = drawer.list_consistent(*map(list, zip(*drawn.values(), strict=True))) if drawn else []
    return [
        Formula(rule, drawer.origins.get(rule.name, ""))
        for (rule, _), fits in zip(drawn.values(), fitting, strict=True)
        if fits
    ]


def grade_formula(rule: Rule) -> dict[str, int]:
    """Return the measures of a formula by name.

    ``leaves`` are its conditions about individuals, ``steps`` all its conditions, comparisons too; ``hops`` the
    variables that stand in two conditions or more, by which these are joined, and ``height`` is the same; ``rules`` are
    the different classes and properties that it names. There are no other proofs of it, so ``alternatives`` is 1.
    """
    used = Counter(name for element in rule.body for name in set(collect_variables(element)))
    joins = sum(count > 1 for count in used.values())
    atoms = list(iterate_atoms(rule.body))
    names = {atom.key for atom in (*atoms, *list_stated_heads(rule))}
    measures = {"height": joins, "hops": joins, "steps": len(rule.body), "leaves": len(atoms), "rules": len(names)}
    return {**measures, "alternatives": 1}


def is_question(rule: Rule) -> bool:
    """Tell whether a rule stands for a question: it concludes :data:`ANSWER` of what is asked for."""
    return rule.head[0].key == ANSWER


def list_stated_heads(rule: Rule) -> tuple[Atom, ...]:
    """Return the head of a rule that is said; that of a question is not."""
    return tuple(head for head in rule.head if head.key != ANSWER)


def name_by_letters(rule: Rule) -> Rule:
    """Return a rule with the letters of its sentence; of a question X is what is asked for."""
    if not is_question(rule):
        return rule
    question = canonicalise_question(BodyQuestion("select", (rule.head[0].subject,), rule.body))
    return Rule(rule.name, question.body, (Atom(ASKED, RDF_TYPE, ANSWER),))


def turn_comparisons(rule: Rule) -> Rule:
    """Return a rule whose comparisons by size all look the same way."""
    return Rule(rule.name, tuple(map(_turn, rule.body)), rule.head)


def _turn(element: BodyElement) -> BodyElement:
    if isinstance(element, Comparison) and element.operator in _TURNED:
        return Comparison(_TURNED[element.operator], element.right, element.left)
    return element


def normalise_formula(rule: Rule) -> str:
    """Return a digest that names of variables, order, and the sides of comparisons do not change."""
    return normalise_rule(turn_comparisons(Rule("", rule.body, rule.head)), "exact")


def disguise_formula(rule: Rule, random: KeyedRandom) -> Rule:
    """Return a formula that says the same in another order, with other variables and some comparisons turned round."""
    body: list[BodyElement] = []
    for element in random.shuffle(rule.body):
        if isinstance(element, Comparison) and random.happens(1, 2):
            element = Comparison(_MIRRORED[element.operator], element.right, element.left)
        body.append(element)
    fixed = {ASKED: ASKED} if is_question(rule) else {}
    letters = iter(_NAMES[len(fixed) :])
    names = dict(fixed)
    for name in (name for element in body for name in collect_variables(element)):
        if name not in names:
            names[name] = f"?{next(letters)}"
    said = tuple(substitute_element(element, names) for element in body)
    head = tuple(substitute_element(atom, names) for atom in rule.head)
    own = name_rule(said, [atom for atom in head if isinstance(atom, Atom)])
    return Rule(f"formula-{own.name.partition('-')[2]}", said, tuple(atom for atom in head if isinstance(atom, Atom)))


def list_turnings(theory: Theory) -> tuple[Rule, ...]:
    """Return the theory's rules that only say a thing in other words, and that hold the other way round as well.

    They are what symmetric, inverse and equivalent properties and classes come to.
    """
    restating = [rule for rule in theory.rules if is_restatement(rule) and len(rule.body) == len(rule.head) == 1]
    known = {normalise_rule(Rule("", rule.body, rule.head), "exact") for rule in restating}
    return tuple(rule for rule in restating if normalise_rule(Rule("", rule.head, _get_atoms(rule)), "exact") in known)


def stay_apart(first: Rule, second: Rule, witness: Witness, turnings: Sequence[Rule]) -> bool:
    """Tell whether just one of two rules gives a statement, even when facts and statement may be said in other words.

    Whoever knows that being married goes both ways takes two sentences for the same that differ in nothing else.
    """
    facts = _close(witness.facts, turnings)
    gives = [witness.statement in _close(conclude_once(rule, sorted(facts)), turnings) for rule in (first, second)]
    return gives[0] != gives[1]


def _get_atoms(rule: Rule) -> tuple[Atom, ...]:
    return tuple(element for element in rule.body if isinstance(element, Atom))


def _close(facts: Collection[Triple], turnings: Sequence[Rule]) -> frozenset[Triple]:
    """Return facts with all that they are in other words."""
    found = frozenset(facts)
    while True:
        index = FactIndex(found)
        more = found.union(*((apply_rule(rule, index) or {}).keys() for rule in turnings))
        if more == found:
            return found
        found = more


_DRAWERS: dict[int, RuleDrawer] = {}


def get_drawer(plan: Plan) -> RuleDrawer:
    """Return what draws rules for a plan; remembered for the latest plans."""
    known = _DRAWERS.get(id(plan))
    if known is None or known.plan is not plan:
        if len(_DRAWERS) > 8:
            _DRAWERS.clear()
        known = _DRAWERS[id(plan)] = RuleDrawer(plan)
    return known
