"""Our labels against those of ProofWriter's own generator, on 3,000 questions; clingo is asked about all of them too.

The questions (Tafjord, Dalvi and Clark 2021, the depth-5 part) are of the open world: ``OWA`` stands in the name of
each. Their "not" is classical: a question is true when it can be derived, false when its complement can, else
unknown. So ``not p`` is a predicate of its own here, with the integrity rule "p and not-p -> false". No theory among
them is inconsistent, which is asserted.

Where we differ, we know more: a rule whose conclusion is false has a condition that is false, and the generator
does not reason backwards through its rules. Adding the statement derives the contradiction that is listed.

``LogicalDeduction``, in the same data, is about the order of five things where each has one place: a search among
permutations with disjunction, not Datalog, so it is left to solvers.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import clingo
import pytest
from oracles.controlled_english import VARIABLE, Literal, ReadRule, read_sentences

from workbench.build.explaining import refute
from workbench.model.proofs import FALSE, Refutation
from workbench.model.rules import Atom, Rule
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.reasoning.closure import Closure, reason

pytestmark = pytest.mark.slow

QUESTIONS = 3000
BACKWARDS: dict[str, tuple[str, str]] = {
    "AttNeg-OWA-D5-1101_Q15": ("gary is not-nice", "gary is kind and gary is not-kind"),
    "AttNeg-OWA-D5-1144_Q22": ("charlie is blue", "charlie is nice and charlie is not-nice"),
    "AttNeg-OWA-D5-1164_Q18": ("harry is young", "harry is furry and harry is not-furry"),
    "AttNeg-OWA-D5-230_Q14": ("fiona is red", "fiona is kind and fiona is not-kind"),
    "AttNeg-OWA-D5-23_Q16": ("harry is quiet", "harry is not-round and harry is round"),
    "AttNeg-OWA-D5-243_Q15": ("erin is not-young", "erin is big and erin is not-big"),
    "AttNeg-OWA-D5-349_Q14": ("dave is blue", "dave is cold and dave is not-cold"),
    "AttNeg-OWA-D5-377_Q14": ("gary is green", "gary is not-young and gary is young"),
    "AttNeg-OWA-D5-551_Q22": ("bob is green", "bob is not-white and bob is white"),
    "AttNeg-OWA-D5-55_Q20": ("fiona is cold", "fiona is not-round and fiona is round"),
    "AttNeg-OWA-D5-563_Q20": ("erin is rough", "erin is cold and erin is not-cold"),
    "AttNeg-OWA-D5-833_Q14": ("charlie is white", "charlie is not-rough and charlie is rough"),
    "AttNeg-OWA-D5-936_Q18": ("fiona is round", "fiona is green and fiona is not-green"),
    "AttNeg-OWA-D5-944_Q14": ("harry is rough", "harry is cold and harry is not-cold"),
    "AttNeg-OWA-D5-967_Q18": ("harry is round", "harry is not-white and harry is white"),
    "RelNeg-OWA-D5-316_Q24": ("mouse visit bear", "mouse eat bear and mouse not-eat bear"),
    "RelNeg-OWA-D5-359_Q18": ("tiger is red", "tiger is green and tiger is not-green"),
    "RelNeg-OWA-D5-386_Q14": ("cow is nice", "cow need mouse and cow not-need mouse"),
    "RelNeg-OWA-D5-769_Q22": ("cow need bald_eagle", "cow need tiger and cow not-need tiger"),
    "RelNeg-OWA-D5-927_Q16": ("lion eat squirrel", "lion is not-young and lion is young"),
}
"""What ProofWriter calls unknown and we call false: the statement, and what it would contradict if it were true."""


class Question(NamedTuple):
    key: str
    facts: tuple[Literal, ...]
    rules: tuple[ReadRule, ...]
    asked: Literal
    answer: str


@pytest.fixture(scope="module")
def questions(shared_data: Path) -> list[Question]:
    path = shared_data / "proofwriter-train" / "ProofWriter" / "train.json"
    if not path.is_file():
        pytest.skip(f"the questions are not here: {path}")
    found = []
    for record in json.loads(path.read_text()):
        facts, rules = read_sentences(record["context"])
        (asked,), none = read_sentences(record["question"].partition("unknown? ")[2])
        assert not none and "-OWA-" in record["id"]
        answer = {"A": "true", "B": "false", "C": "unknown"}[record["answer"]]
        found.append(Question(record["id"].removeprefix("ProofWriter_"), tuple(facts), tuple(rules), asked, answer))
    assert len(found) == QUESTIONS
    return found


def make_atom(literal: Literal) -> Atom:
    def name(text: str) -> str:
        return "?x" if text == VARIABLE else f"<urn:{text}>"

    key = f"<urn:{'' if literal.holds else 'not-'}{literal.name}>"
    if literal.object is None:
        return Atom(name(literal.subject), RDF_TYPE, key)
    return Atom(name(literal.subject), key, name(literal.object))


def make_triple(literal: Literal) -> Triple:
    subject, predicate, object_ = make_atom(literal)
    return subject, predicate, object_


def make_theory(question: Question) -> Theory:
    rules = [
        Rule(f"sentence {number:02}", tuple(map(make_atom, rule.body)), (make_atom(rule.head),))
        for number, rule in enumerate(question.rules)
    ]
    literals = {*question.facts, question.asked, *(x for rule in question.rules for x in (*rule.body, rule.head))}
    for name, is_class in sorted({(literal.name, literal.object is None) for literal in literals}):
        pair = [f"<urn:{name}>", f"<urn:not-{name}>"]
        both = [Atom("?x", RDF_TYPE, key) if is_class else Atom("?x", key, "?y") for key in pair]
        rules.append(Rule(f"not both {name} and not", tuple(both), ()))
    return Theory.build(rules)


def say(triple: Triple) -> str:
    parts = [term.removeprefix("<urn:").removesuffix(">") for term in triple]
    return f"{parts[0]} is {parts[2]}" if triple[1] == RDF_TYPE else " ".join(parts)


def test_labels_are_those_of_proofwriter_but_for_reasoning_backwards(questions: list[Question]) -> None:
    closures: dict[tuple[object, ...], Closure] = {}
    differing: dict[str, tuple[str, str]] = {}
    for question in questions:
        theory_key = (question.facts, question.rules, question.asked.name)
        closure = closures.get(theory_key)
        if closure is None:
            facts = [make_triple(fact) for fact in question.facts]
            closure = closures[theory_key] = reason(make_theory(question), facts)
            assert not closure.contradictions(), question.key
        triple = make_triple(question.asked)
        if closure.is_entailed(triple):
            assert question.answer == "true", question
            continue
        evidence = refute(closure, triple)
        if not isinstance(evidence, Refutation):
            assert question.answer == "unknown", question
        elif question.answer != "false":
            assert question.answer == "unknown" and evidence.proof is not None
            assert evidence.proof.goal == FALSE
            clash = sorted(say(premise) for premise in evidence.proof.steps[-1].premises)
            differing[question.key] = (say(triple), " and ".join(clash))
    assert differing == BACKWARDS
    assert QUESTIONS - len(differing) >= 2940


def write_asp(literal: Literal) -> str:
    arguments = [text if text == VARIABLE else f"c_{text}" for text in literal[2:] if text is not None]
    return f"{'' if literal.holds else '-'}{literal.name}{len(arguments)}({', '.join(arguments)})"


def solve(question: Question, *added: str) -> set[str] | None:
    """The one answer set under clingo's own classical negation, None when there is none."""
    lines = [f"{write_asp(fact)}." for fact in question.facts]
    lines += [f"{write_asp(head)} :- {', '.join(map(write_asp, body))}." for body, head in question.rules]
    control = clingo.Control(["--warn=none", "0"])
    control.add("base", [], "\n".join([*lines, *added]))
    control.ground([("base", [])])
    with control.solve(yield_=True) as handle:
        models: Iterator[set[str]] = ({str(symbol) for symbol in model.symbols(atoms=True)} for model in handle)
        found = list(models)
    assert len(found) <= 1
    return found[0] if found else None


def test_clingo_gives_the_same_labels(questions: list[Question]) -> None:
    differing = set()
    for question in questions:
        model = solve(question)
        assert model is not None, question.key
        asked = write_asp(question.asked)
        if asked.replace(", ", ",") in model:
            label = "true"
        else:
            label = "false" if solve(question, f"{asked}.") is None else "unknown"
        if label != question.answer:
            assert (label, question.answer) == ("false", "unknown")
            differing.add(question.key)
    assert differing == {*BACKWARDS}
