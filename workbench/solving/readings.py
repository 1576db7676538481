"""Theories, worlds and questions read once for many judgements about them."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from functools import cached_property
from typing import Any

from workbench.model.rules import Atom, BodyElement, Negation, Rule, iterate_atoms
from workbench.model.terms import RDF_TYPE, Triple, is_variable
from workbench.model.theory import Theory
from workbench.solving.encoding import Literal, make_sentence, name_class
from workbench.solving.functions import say_folding
from workbench.solving.localities import Cut, Locality, Terms, World, find_localities, read_fact
from workbench.solving.skeletons import ASKED, RuleReading, read_rule

__all__ = ["NamedCut", "OpenWorld", "QuestionReading", "Readings", "TheoryReading"]

NamedCut = tuple[str, Cut]
"""A cut rule with its name; it must have no binding."""
_ANSWER = "answer"
_MOST_THEORIES = 256
_MOST_RULES = 16_384
_MOST_WORLDS = 128
_MOST_QUESTIONS = 4096


class TheoryReading:
    """A theory taken apart; it remembers the theory, so that its identity stays what it is."""

    def __init__(self, theory: Theory, rules: dict[str, RuleReading]) -> None:
        self.theory = theory
        self.rules = rules

    @cached_property
    def folding(self) -> str:
        """What a verdict's method adds where functions are folded."""
        return say_folding(self.theory.rules)

    @cached_property
    def localities(self) -> dict[str, list[tuple[RuleReading, Locality]]]:
        """The rules seen from each atom, by the relation of that atom."""
        found: dict[str, list[tuple[RuleReading, Locality]]] = {}
        for rule in self.rules.values():
            for locality in rule.localities:
                found.setdefault(locality.anchor.key, []).append((rule, locality))
        return found

    @cached_property
    def negating(self) -> dict[str, list[RuleReading]]:
        """The rules that negate a relation, by that relation."""
        found: dict[str, list[RuleReading]] = {}
        for rule in self.rules.values():
            negations = (element for element in rule.rule.body if isinstance(element, Negation))
            for key in dict.fromkeys(_name_relation(atom) for atom in iterate_atoms(negations, negated=True)):
                found.setdefault(key, []).append(rule)
        return found


def _name_relation(atom: Atom) -> str:
    return name_class(atom.object) if atom.predicate == RDF_TYPE else atom.predicate


class OpenWorld:
    """A world of a theory, kept while it is asked about: its facts and relations, and the rules it breaks.

    ``broken`` is None until someone has decided the ``cuts``.
    """

    def __init__(self, reading: TheoryReading, facts: frozenset[Triple]) -> None:
        self.reading = reading
        self.facts = facts
        self.broken: tuple[str, ...] | None = None

    @cached_property
    def world(self) -> World:
        """The facts as relations."""
        return World(self.facts)

    @cached_property
    def cuts(self) -> tuple[NamedCut, ...]:
        """What must be decided to know that no rule is broken."""
        return tuple(cut for rule in self.reading.rules.values() for cut in _cut_rule(rule, self.world))

    def list_new_cuts(self, added: Sequence[Triple]) -> list[NamedCut]:
        """Return what must be decided to know that the world breaks no rule with some facts added.

        That is under the premise that it breaks none without them: bindings of which no row is new, and whose
        negated relations have no new rows, break nothing then, for heads only gain rows. So each rule is cut around
        every new row, and where it negates a relation with new rows it is cut as a whole.
        """
        rows = [read_fact(fact) for fact in added]
        negating, localities = self.reading.negating, self.reading.localities
        whole = [rule for key in dict.fromkeys([key for key, _ in rows]) for rule in negating.get(key, ())]
        around = [(row, rule, one) for key, row in rows for rule, one in localities.get(key, ())]
        if not whole and not around:
            return []
        with self.world.lend(rows):
            found = [cut for rule in whole for cut in _cut_rule(rule, self.world)]
            for row, rule, locality in around:
                found += [(rule.rule.name, cut) for cut in locality.cut(self.world, row)]
        return found


def _cut_rule(rule: RuleReading, world: World) -> list[NamedCut]:
    """Cut a rule around each row of the atom that has fewest."""
    if not rule.atoms:
        return [(rule.rule.name, cut) for one in rule.localities for cut in one.cut(world, ())]
    choices = [world.list_rows(literal.key) for literal in rule.sentence.atoms]
    if not all(choices):
        return []
    sizes = [len(rows) for rows in choices]
    chosen = sizes.index(min(sizes))
    name, locality = rule.rule.name, rule.localities[chosen]
    return [(name, cut) for row in choices[chosen] for cut in locality.cut(world, row)]


class QuestionReading:
    """A question up to the constants of its atoms: that no answer is missing, and that one answer is right."""

    def __init__(self, body: Sequence[BodyElement], variables: Sequence[str], lifted: Sequence[str]) -> None:
        asked = Literal(_ANSWER, tuple(variables))
        complete = make_sentence(body, [asked], lifted).with_atom(ASKED, lifted)
        listed = make_sentence(body, (), lifted).with_atom(ASKED, lifted).with_atom(_ANSWER, variables)
        self._complete = find_localities(complete)[0]
        self._listed = find_localities(listed)[0]

    def cut(self, world: World, constants: Terms, answers: Collection[Terms]) -> tuple[list[Cut], list[list[Cut]]]:
        """Return where an answer may be missing, and for each answer where it may be right."""
        rows = [(ASKED, constants), *((_ANSWER, answer) for answer in answers)]
        with world.lend(rows):
            return self._complete.cut(world, constants), [self._listed.cut(world, answer) for answer in answers]


class Readings:
    """What was read lately; everything is bounded, and known by identity, or by content where that is cheap."""

    def __init__(self) -> None:
        self._rules: dict[int, RuleReading] = {}
        self._equal_rules: dict[Rule, RuleReading] = {}
        self._theories: dict[int, TheoryReading] = {}
        self._worlds: dict[tuple[int, frozenset[Triple]], OpenWorld] = {}
        self._latest: dict[tuple[int, int], tuple[object, tuple[Triple, ...], OpenWorld]] = {}
        self._questions: dict[tuple[tuple[BodyElement, ...], tuple[str, ...]], QuestionReading] = {}

    def read_theory(self, theory: Theory) -> TheoryReading:
        """Return a theory taken apart."""
        known = self._theories.get(id(theory))
        if known is not None and known.theory is theory:
            return known
        reading = TheoryReading(theory, {rule.name: self._read_rule(rule) for rule in theory.rules})
        _make_room(self._theories, _MOST_THEORIES)
        self._theories[id(theory)] = reading
        return reading

    def _read_rule(self, rule: Rule) -> RuleReading:
        known = self._rules.get(id(rule))
        if known is not None and known.rule is rule:
            return known
        equal = self._equal_rules.get(rule)
        if equal is None:
            if len(self._equal_rules) >= _MOST_RULES:
                self._equal_rules.clear()
            equal = self._equal_rules[rule] = read_rule(rule)
        if len(self._rules) >= _MOST_RULES:
            self._rules.clear()
        reading = self._rules[id(rule)] = equal._replace(rule=rule)
        return reading

    def open_world(self, theory: Theory, stated: Iterable[Triple], derived: tuple[Triple, ...] = ()) -> OpenWorld:
        """Return the world of stated and derived facts; asked for again, the same one."""
        place = (id(theory), id(stated))
        latest = self._latest.get(place)
        if latest is not None and latest[0] is stated and latest[1] == derived and latest[2].reading.theory is theory:
            return latest[2]
        facts = stated if isinstance(stated, frozenset) and not derived else frozenset((*stated, *derived))
        known = self._worlds.get((id(theory), facts))
        if known is None or known.reading.theory is not theory:
            known = OpenWorld(self.read_theory(theory), facts)
            _make_room(self._worlds, _MOST_WORLDS)
            self._worlds[id(theory), facts] = known
        if isinstance(stated, frozenset | tuple):
            _make_room(self._latest, _MOST_WORLDS)
            self._latest[place] = (stated, derived, known)
        return known

    def read_question(self, body: Sequence[BodyElement], variables: Sequence[str]) -> tuple[QuestionReading, Terms]:
        """Return a question up to constants, and these."""
        constants: dict[str, str] = {}
        lifted = tuple(_lift(element, constants) for element in body)
        key = (lifted, tuple(variables))
        reading = self._questions.get(key)
        if reading is None:
            if len(self._questions) >= _MOST_QUESTIONS:
                self._questions.clear()
            reading = self._questions[key] = QuestionReading(lifted, variables, tuple(constants.values()))
        return reading, tuple(constants)


def _lift(element: BodyElement, constants: dict[str, str]) -> BodyElement:
    """Replace the constants of atoms by variables, the same for the same one."""
    if isinstance(element, Negation):
        return Negation(tuple(part for e in element.elements if not isinstance(part := _lift(e, constants), Negation)))
    if not isinstance(element, Atom):
        return element
    subject, predicate, object_ = element
    if not is_variable(subject):
        subject = constants.setdefault(subject, f"?~{len(constants)}")
    if predicate != RDF_TYPE and not is_variable(object_):
        object_ = constants.setdefault(object_, f"?~{len(constants)}")
    return Atom(subject, predicate, object_)


def _make_room(remembered: dict[Any, Any], most: int) -> None:
    while len(remembered) >= most:
        remembered.pop(next(iter(remembered)))
