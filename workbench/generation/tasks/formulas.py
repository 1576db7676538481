"""What the tasks about formulas share: sentences of rules and questions, names that are shown, and the ways in which
formulas are written and read."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.errors import DatasetError
from workbench.formats.rules_printer import print_body, print_rule
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.formulas import ASKED, is_question, list_stated_heads
from workbench.generation.questions.rule_drawing import ANSWER, RuleDrawer, name_rule
from workbench.generation.tasks.family import Reads, Voice, Writes
from workbench.model.items import compact_term
from workbench.model.rules import Atom, Rule, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, Triple
from workbench.wording.grammar import Formula, canonicalise_rule
from workbench.wording.sentences import say_rule
from workbench.wording.task_sentences import BodyQuestion, canonicalise_question, say_body_question

__all__ = [
    "ShownName",
    "canonicalise_formula",
    "choose_names",
    "list_needed",
    "print_formula",
    "read_facts",
    "read_formula",
    "read_names",
    "say_formula",
    "write_formula",
    "write_names",
]

ShownName = tuple[str, Atom]
"""A name as it is shown, and an atom that says what it means."""
_MORE_NAMES = (1, 3)


def choose_names(drawer: RuleDrawer, rules: Iterable[Rule], random: KeyedRandom) -> tuple[ShownName, ...]:
    """Return the names that rules need with one to three more, in a drawn order."""
    needed = list_needed(rules)
    others = [key for key in drawer.vocabulary if key not in needed]
    keys = random.shuffle([*sorted(needed), *random.pick(others, random.draw_between(*_MORE_NAMES))])
    prefixes = drawer.plan.prefixes
    return tuple((compact_term(key, prefixes), _say_of(key, is_class=key in drawer.classes)) for key in keys)


def list_needed(rules: Iterable[Rule]) -> set[Term]:
    """Return the classes and properties that rules name."""
    return {atom.key for rule in rules for atom in (*list_stated_heads(rule), *iterate_atoms(rule.body))}


def _say_of(key: Term, *, is_class: bool) -> Atom:
    return Atom("?A", RDF_TYPE, key) if is_class else Atom("?A", key, "?B")


def print_formula(rule: Rule, prefixes: Mapping[str, str]) -> str:
    """Return a formula as a prompt shows it: of a question the body."""
    return print_body(rule.body, prefixes) if is_question(rule) else print_rule(rule, prefixes)


def say_formula(voice: Voice, rule: Rule) -> str:
    """Return the sentence of a rule or a question."""
    if not is_question(rule):
        return say_rule(voice.lexicon, rule)
    question = BodyQuestion("select", (rule.head[0].subject,), rule.body)
    return say_body_question(voice.lexicon, question, person=voice.asks_who(rule.body, question.asked[0]))


def canonicalise_formula(rule: Rule) -> Formula | BodyQuestion:
    """Return what the sentence of a rule or a question is read as."""
    if not is_question(rule):
        return canonicalise_rule(rule)
    return canonicalise_question(BodyQuestion("select", (rule.head[0].subject,), rule.body))


def write_formula(rule: Rule, to: Writes) -> str:
    """Return a formula as an item holds it: of a question the body."""
    return to.write_body(rule.body) if is_question(rule) else to.write_rule(rule)


def read_formula(formal: str, query: Mapping[str, Any], source: Reads) -> Rule:
    """Return the rule that a formal text is, under the name that its content has."""
    if query["direction"] == "rule":
        read = source.read_rule("", formal)
    elif query["vars"] == [ASKED[1:]]:
        read = Rule("", source.read_body(formal), (Atom(ASKED, RDF_TYPE, ANSWER),))
    else:
        raise DatasetError("query.vars: is not what is asked for")
    return Rule(name_rule(read.body, read.head).name, read.body, read.head)


def write_names(names: Sequence[ShownName], to: Writes) -> list[dict[str, Any]]:
    """Return the names shown as an item holds them."""
    return [{"name": to.write_term(atom.key), "arguments": 1 if atom.predicate == RDF_TYPE else 2} for _, atom in names]


def read_names(written: Sequence[Mapping[str, Any]], source: Reads) -> tuple[ShownName, ...]:
    """Return the names that an item shows."""
    return tuple(
        (entry["name"], _say_of(source.read_term(entry["name"]), is_class=entry["arguments"] == 1)) for entry in written
    )


def read_facts(written: Sequence[Sequence[str]], source: Reads) -> tuple[Triple, ...]:
    """Return the facts on which formulas are tried."""
    return tuple(source.read_triple(fact) for fact in written)
