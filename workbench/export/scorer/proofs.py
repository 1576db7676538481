"""Proofs: every line of a proof judged against the rules, the facts and what follows from them."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice, product
from typing import Any, NamedTuple

from workbench.export.scorer.evaluation import assign_variables, can_hold, index_facts, match_atom
from workbench.export.scorer.rules import Atom, Comparison, Negation, Rule, list_variables, parse_rule
from workbench.export.scorer.values import CannotJudgeError, ScorerError, Value, expand_name, normalise_text

__all__ = ["ProofChecker", "StepVerdict"]

_BEGIN = re.compile(r"([Ss][1-9][0-9]{0,3}) ?[.:)]")
_LABEL = re.compile(r"[FRS][1-9][0-9]{0,3}\Z")
_LONGEST_STEP = 4000
_MOST_PREMISES = 24
_MOST_READINGS = 64
_MOST_MATCHES = 20_000


@dataclass(frozen=True)
class StepVerdict:
    """What is thought of one line of a proof; ``reason`` is empty for a step that is right without reserve."""

    label: str
    text: str
    valid: bool
    reason: str


class _Line(NamedTuple):
    label: str
    sentence: str
    rule: str
    premises: tuple[str, ...]
    problem: str


def _read_line(text: str) -> _Line:
    """Read ``S2. <sentence> [R1: F3, S1]``; a colon or a parenthesis behind the label will do as well."""
    text = normalise_text(text)
    begin = _BEGIN.match(text)
    if begin is None or len(text) > _LONGEST_STEP:
        return _Line(text[:20], text, "", (), "does not begin with S1., S2. and so on")
    label, rest = begin.group(1).upper(), text[begin.end() :]
    opening = rest.rfind("[")
    inside = rest[opening + 1 :].rstrip(" .")
    if opening < 0 or not inside.endswith("]"):
        return _Line(label, text, "", (), "does not end with its rule and premises, such as [R1: F2, S1]")
    rule, _, listed = inside[:-1].partition(":")
    premises = tuple(part.strip().upper() for part in listed.split(",")) if listed.strip() else ()
    rule, problem = rule.strip().upper(), ""
    if not _LABEL.match(rule) or rule[0] != "R":
        problem = "names no rule"
    elif len(premises) > _MOST_PREMISES or not all(_LABEL.match(part) and part[0] != "R" for part in premises):
        problem = "names something that is neither a fact nor a step"
    return _Line(label, rest[:opening].strip(), rule, premises, problem)


def _fold_sentence(text: str) -> str:
    text = normalise_text(text)
    return (text[:-1].rstrip() if text.endswith(".") else text).lower()


class ProofChecker:
    """Judges proofs of one item; raises ScorerError where the item or its theory lacks what that needs."""

    def __init__(self, item: dict[str, Any], theory: dict[str, Any], prefixes: dict[str, str]) -> None:
        self._prefixes = prefixes
        query = item["query"]
        formal = {entry["id"]: entry["formal"] for entry in theory["rules"]}
        missing = [name for name in query["rules"] if name not in formal]
        if missing:
            raise ScorerError(f"the theory has no rule {missing[0]}")
        self._rule_names = {f"R{number}": name for number, name in enumerate(query["rules"], 1)}
        self._rules: dict[str, Rule] = {}
        self._formal = formal
        self._goal = self._expand(query["triple"])
        self._facts = {f"F{number}": self._expand(entry["triple"]) for number, entry in enumerate(item["context"], 1)}
        self._sentences: dict[str, set[tuple[str, str, str]]] = {}
        for entry in item["context"]:
            self._add_sentence(entry["text"], entry["triple"])
        listed = query.get("sentences")
        for entry in listed or ():
            self._add_sentence(entry["text"], entry["triple"])
        self._complete = listed is not None
        model = [*self._facts.values(), *(self._expand(entry["triple"]) for entry in listed or ())]
        self._model = index_facts(dict.fromkeys(model))
        self._own = self._read_own(item)
        self._most_lines = 4 * len(item["proof"]) + 16
        self._shortest = max(1, len(item["proof"]))

    def _expand(self, triple: list[str]) -> tuple[str, str, str]:
        subject, predicate, object_ = (expand_name(term, self._prefixes) for term in triple)
        return (subject, predicate, object_)

    def _add_sentence(self, text: str, triple: list[str]) -> None:
        self._sentences.setdefault(_fold_sentence(text), set()).add(self._expand(triple))

    def _read_own(self, item: dict[str, Any]) -> set[tuple[str, frozenset[tuple[str, str, str]], tuple[str, str, str]]]:
        """Return the item's own steps, and learn the sentences of their conclusions from its own answer."""
        known = {entry["id"]: self._expand(entry["triple"]) for entry in item["context"]}
        lines = [_read_line(line) for line in str(item["answer"]).splitlines() if line.strip()]
        found = set()
        for number, step in enumerate(item["proof"]):
            if step["conclusion"] == "false":
                continue
            conclusion = known[f"s{step['step']}"] = self._expand(step["conclusion"])
            found.add((step["rule"], frozenset(known[name] for name in step["premises"]), conclusion))
            if len(lines) == len(item["proof"]) and not lines[number].problem:
                self._add_sentence(lines[number].sentence, step["conclusion"])
        return found

    def check(self, text: str) -> tuple[list[StepVerdict], bool, str, float]:
        """Judge a proof.

        Returns a verdict for each line, whether the proof is right as a whole, why not, and the share of different
        right steps, measured on the longer of this proof and the item's own.
        """
        lines = [line for line in text.splitlines() if line.strip()]
        if not lines:
            return [], False, "there is no proof", 0.0
        if len(lines) > self._most_lines:
            return [], False, f"the proof has more than {self._most_lines} lines", 0.0
        verdicts: list[StepVerdict] = []
        concluded: dict[str, list[tuple[str, str, str]]] = {}
        labels: set[str] = set()
        last: list[tuple[str, str, str]] = []
        for line in map(_read_line, lines):
            problem, last = line.problem, []
            if not problem and line.label in labels:
                problem = f"the label {line.label} stands twice"
            labels.add(line.label)
            if not problem:
                last, problem = self._check_line(line, concluded)
            if last:
                concluded[line.label] = last
            verdicts.append(StepVerdict(line.label, line.sentence[:400], bool(last), problem))
        different = len({tuple(found) for found in concluded.values()})
        share = different / max(len(lines), self._shortest)
        wrong = next((verdict for verdict in verdicts if not verdict.valid), None)
        if wrong is not None:
            return verdicts, False, f"{wrong.label}: {wrong.reason}", share
        if self._goal not in last:
            return verdicts, False, "the last line is not the statement to be proved", share
        return verdicts, True, "the proof is right", 1.0

    def _check_line(
        self, line: _Line, concluded: dict[str, list[tuple[str, str, str]]]
    ) -> tuple[list[tuple[str, str, str]], str]:
        """Return what a right line concludes, in each reading that its sentence has, or nothing and why it is wrong."""
        name = self._rule_names.get(line.rule)
        if name is None:
            return [], f"there is no rule {line.rule}"
        readings = sorted(self._sentences.get(_fold_sentence(line.sentence), ()))
        if not readings:
            return [], "its sentence is none that follows here"
        choices = []
        for label in line.premises:
            if label[0] == "F" and label in self._facts:
                choices.append([self._facts[label]])
            elif label[0] == "S" and label in concluded:
                choices.append(concluded[label])
            else:
                return [], f"{label} is no fact and no right step before it"
        found, problem = [], ""
        for conclusion in readings:
            for premises in islice(product(*choices), _MOST_READINGS):
                problem = self._check_reading(name, list(premises), conclusion)
                if problem in ("", "as in the item's own proof"):
                    found.append(conclusion)
                    break
        return found, "" if found and problem != "as in the item's own proof" else problem

    def _check_reading(self, name: str, premises: list[tuple[str, str, str]], conclusion: tuple[str, str, str]) -> str:
        if conclusion in premises:
            return "it is one of its own premises"
        try:
            return self._apply_rule(self._read_rule(name), premises, conclusion)
        except CannotJudgeError as error:
            if (name, frozenset(premises), conclusion) in self._own:
                return "as in the item's own proof"
            return f"cannot be judged: {error}"

    def _read_rule(self, name: str) -> Rule:
        if name not in self._rules:
            self._rules[name] = parse_rule(self._formal[name], self._prefixes)
        return self._rules[name]

    def _apply_rule(self, rule: Rule, premises: list[tuple[str, str, str]], conclusion: tuple[str, str, str]) -> str:
        """Return why the rule with exactly these premises does not conclude this; nothing when it does."""
        atoms = [element for element in rule.body if isinstance(element, Atom)]
        matched = {name for atom in atoms for name in list_variables(atom)}
        problem = "the rule does not conclude this"
        for head in rule.head:
            start = match_atom(head, conclusion, {})
            if start is None:
                continue
            problem = "the premises are not those that the rule needs for it"
            for bindings in islice(self._match_atoms(atoms, premises, start), _MOST_MATCHES):
                problem = self._check_conditions(rule, bindings, matched)
                if not problem:
                    return ""
        return problem

    def _match_atoms(
        self, atoms: list[Atom], premises: list[tuple[str, str, str]], bindings: dict[str, str | Value]
    ) -> Iterator[dict[str, str | Value]]:
        """Yield the bindings that make each atom a premise and leave no premise over."""
        stack: list[tuple[int, frozenset[int], dict[str, str | Value]]] = [(0, frozenset(), bindings)]
        tried = 0
        while stack:
            place, used, row = stack.pop()
            if place == len(atoms):
                if {premises[number] for number in used} == set(premises):
                    yield row
                continue
            tried += len(premises)
            if tried > _MOST_MATCHES:
                raise CannotJudgeError("the premises fit the rule in too many ways")
            for number, premise in enumerate(premises):
                found = match_atom(atoms[place], premise, row)
                if found is not None:
                    stack.append((place + 1, used | {number}, found))

    def _check_conditions(self, rule: Rule, bindings: dict[str, str | Value], matched: set[str]) -> str:
        comparisons = [element for element in rule.body if isinstance(element, Comparison)]
        if not assign_variables(comparisons, bindings, matched):
            return "a comparison of the rule does not hold"
        for element in rule.body:
            if isinstance(element, Negation):
                if not self._complete:
                    raise CannotJudgeError("the item does not list all that follows")
                if can_hold(element, self._model, bindings):
                    return "what the rule excludes is the case"
        return ""
