"""Proofs told to people: numbered sentences, each with what it rests on, by which rule, and where that is written."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Literal

from workbench.build.narration import Narrator
from workbench.model.items import compact_term
from workbench.model.proofs import FALSE, Proof, Step
from workbench.model.report import Location
from workbench.model.rules import Rule
from workbench.model.terms import Triple

__all__ = ["Account", "Line", "Origin", "tell_proof"]

Origin = Literal["stated", "assumed", "rule", "axiom", "constraint"]
"""Where a sentence of an account comes from."""


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence of an account.

    ``origin`` says where it comes from; ``premises`` are numbers of earlier lines; ``absent`` what was looked for and
    not found, in words. ``rule`` and ``rule_text`` name and say the rule, axiom or constraint; ``location`` is the
    place of the fact, or of the rule. ``triple`` is None for a contradiction.
    """

    number: int
    text: str
    triple: Triple | None
    origin: Origin
    premises: tuple[int, ...] = ()
    absent: tuple[str, ...] = ()
    rule: str = ""
    rule_text: str = ""
    location: Location | None = None

    def to_json(self, prefixes: Mapping[str, str]) -> dict[str, object]:
        """Return the line as a JSON object."""
        place = self.location
        return {
            "number": self.number,
            "text": self.text,
            "triple": [compact_term(term, prefixes) for term in self.triple] if self.triple else None,
            "origin": self.origin,
            "premises": list(self.premises),
            "absent": list(self.absent),
            "rule": self.rule or None,
            "rule_text": self.rule_text or None,
            "location": {"path": place.path, "line": place.line, "column": place.column} if place else None,
        }


@dataclass(frozen=True, slots=True)
class Account:
    """A proof in words; ``height`` is the proof's."""

    lines: tuple[Line, ...]
    height: int


def tell_proof(
    proof: Proof, narrator: Narrator, rules: Mapping[str, Rule], assumed: Collection[Triple] = ()
) -> Account:
    """Tell a proof: each stated fact just before it is first used, each step after what it rests on.

    ``assumed`` are statements that are only supposed: that of a refutation, or those of a change.
    """
    teller = _Teller(narrator, rules, assumed)
    if not proof.steps:
        teller.number_of(proof.goal)
    for step in proof.steps:
        teller.add_step(step)
    return Account(tuple(teller.lines), proof.height)


class _Teller:
    def __init__(self, narrator: Narrator, rules: Mapping[str, Rule], assumed: Collection[Triple]) -> None:
        self._narrator = narrator
        self._rules = rules
        self._assumed = assumed
        self._numbers: dict[Triple, int] = {}
        self.lines: list[Line] = []

    def number_of(self, fact: Triple) -> int:
        """Return the number of a fact's line; a fact without one is stated or assumed, and gets one."""
        if fact not in self._numbers:
            origin: Origin = "assumed" if fact in self._assumed else "stated"
            place = None if origin == "assumed" else self._narrator.locate(fact)
            text = self._narrator.say(fact)
            if origin == "assumed":
                text = f"Suppose: {text}"
            self._add(fact, Line(len(self.lines) + 1, text, fact, origin, location=place))
        return self._numbers[fact]

    def add_step(self, step: Step) -> None:
        """Add a step, and before it the stated facts that nothing has used yet."""
        premises = tuple(dict.fromkeys(self.number_of(premise) for premise in step.premises))
        rule, narrator = self._rules[step.rule], self._narrator
        is_false = step.conclusion == FALSE
        line = Line(
            number=len(self.lines) + 1,
            text="This is impossible." if is_false else narrator.say(step.conclusion),
            triple=None if is_false else step.conclusion,
            origin=rule.kind,
            premises=premises,
            absent=tuple(narrator.say_element(negation) for negation in step.absent),
            rule=rule.name,
            rule_text=narrator.say_rule(rule),
            location=narrator.locate_rule(rule),
        )
        self._add(step.conclusion, line)

    def _add(self, fact: Triple, line: Line) -> None:
        self._numbers[fact] = line.number
        self.lines.append(line)
