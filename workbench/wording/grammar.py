"""Sentences into formulas: every reading of a sentence, given phrases, labels and frames.

The grammar is the inverse of ``sentences``. It never prefers one reading: each function returns all of them, so that
an ambiguous sentence shows itself by having two.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

from workbench.model.builtins import TRUE
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Rule,
    collect_variables,
    substitute_atom,
    substitute_element,
)
from workbench.model.terms import (
    RDF_TYPE,
    Term,
)
from workbench.wording.frames import Frames
from workbench.wording.function_frames import open_frame
from workbench.wording.lexicon import POSSESSIVE, Lexicon
from workbench.wording.phrase_index import PhraseIndex
from workbench.wording.phrases import iterate_variants
from workbench.wording.sentences import is_many, iterate_letters, name_rule_variables
from workbench.wording.value_words import (
    list_truth_words,
    read_plain_values,
    read_quoted_values,
    read_value_words,
)

__all__ = ["Formula", "Grammar", "canonicalise_rule"]

Formula = tuple[tuple[BodyElement, ...], tuple[Atom, ...]]
"""Body and head of a rule, variables renamed to ``?A ?B ...`` in order of first occurrence."""

_VARIABLE = re.compile(r"[A-Z]\d{0,2}\Z")
_MOST = 256
"""So many readings of one part of a sentence are enough to know that it is ambiguous."""
_REMEMBERED = 200_000
_AMBIGUOUS: tuple[Formula, ...] = (((), ()), ((), (Atom("?A", RDF_TYPE, "?A"),)))
"""Stands for the readings of a sentence that has too many: no rule is either of the two."""


class _TooManyError(Exception):
    """A part of a sentence has more readings than are worth listing."""


@dataclass(frozen=True, slots=True)
class _Pattern:
    """A phrase taken apart at its slots: ``before first between second after``.

    ``cases`` are those of first and second; ``wanted`` tells on what its choices of words depend, if on anything.
    """

    key: Term
    is_class: bool
    before: str
    between: str
    after: str
    subject_first: bool
    cases: tuple[str, ...]
    wanted: tuple[tuple[str, bool, bool], ...]


def canonicalise_rule(rule: Rule) -> Formula:
    """Return a rule's body and head with the letters that its sentence uses as variable names."""
    letters = name_rule_variables(rule)
    bindings = {variable: f"?{letter}" for variable, letter in letters.items()}
    body: list[BodyElement] = []
    for element in rule.body:
        known = dict(bindings)
        if isinstance(element, Negation):
            free = iterate_letters(letters.values())
            known |= {v: f"?{next(free)}" for v in collect_variables(element) if v not in known}
        body.append(substitute_element(element, known))
    return tuple(body), tuple(substitute_atom(atom, bindings) for atom in rule.head)


def _find_all(text: str, part: str, start: int = 0) -> Iterator[int]:
    position = text.find(part, start)
    while position >= 0:
        yield position
        position = text.find(part, position + 1)


@lru_cache(maxsize=4096)
def _split_frame(frame: str, slots: tuple[str, ...]) -> list[str]:
    return re.split("|".join(map(re.escape, slots)), frame)


def _match_frame(text: str, frame: str, slots: tuple[str, ...]) -> Iterable[tuple[str, ...]]:
    """Return every way to fill the slots of ``frame`` so that it equals ``text``; slots are in order."""
    pieces = _split_frame(frame, slots)
    if not (text.startswith(pieces[0]) and text.endswith(pieces[-1])):
        return ()
    if len(slots) > 1:
        return _fill_frame(text, pieces)
    start, end = len(pieces[0]), len(text) - len(pieces[1])
    return ((text[start:end],),) if end > start else ()


def _fill_frame(text: str, pieces: Sequence[str]) -> Iterator[tuple[str, ...]]:
    def fill(position: int, index: int) -> Iterator[tuple[str, ...]]:
        piece = pieces[index + 1]
        if index == len(pieces) - 2:
            end = len(text) - len(piece)
            if end > position:
                yield (text[position:end],)
            return
        for found in _find_all(text, piece, position + 1):
            for rest in fill(found + len(piece), index + 1):
                yield (text[position:found], *rest)

    yield from fill(len(pieces[0]), 0)


class Grammar:
    """All readings of sentences in the language of ``lexicon``. Results are remembered by text.

    ``splits_at_periods`` tells that a period before a blank can only end a sentence, quoted values apart.
    """

    def __init__(self, lexicon: Lexicon, classes: Iterable[Term]) -> None:
        self._frames = lexicon.frames
        self.lexicon = lexicon
        known = frozenset(classes)
        self._patterns = [
            pattern
            for key, phrase in sorted(lexicon.phrases.items())
            for pattern in _iterate_patterns(key, key in known, phrase, lexicon)
            # Nothing is said by a plural where no label is one.
            if lexicon.plurals or not any(many and not counted for _, counted, many in pattern.wanted)
        ]
        self._index = PhraseIndex((p, p.before, p.between, p.after) for p in self._patterns)
        # By case: what each form may be the name of. A form may be that of several individuals.
        self._labels: dict[str, dict[str, list[Term]]] = {}
        cases = [case for pattern in self._patterns for case in pattern.cases]
        for case in dict.fromkeys(("", lexicon.operand_case, *cases)):
            names = self._labels[case] = {}
            for term, label in sorted(lexicon.labels.items()):
                # A case with an article behind it is a form whose article went into the preposition.
                bare, _, article = case.partition(" ")
                form = lexicon.get_form(term, bare) if bare else label
                if form.startswith(article):
                    names.setdefault(form.removeprefix(article), []).append(term)
        # A period and the blank behind it may also meet where words join ("Ann Jr. is a parent of ...").
        words = (*(form for names in self._labels.values() for form in names), *lexicon.phrases.values())
        self.splits_at_periods = not any(". " in f"{text} " or text.startswith(" ") for text in words) and not any(
            ". " in text for text in _list_frames(self._frames)
        )
        self._comparisons = _list_comparisons(lexicon)
        self._truths = list_truth_words(self._frames)
        self._functions = [frame for key, text in self._frames.functions if (frame := open_frame(key, text))]
        self._terms: dict[tuple[str, str], list[Term]] = {}
        self._statements: dict[str, tuple[Atom, ...]] = {}
        self._facts: dict[str, tuple[Atom, ...]] = {}
        self._rules: dict[str, tuple[Formula, ...]] = {}
        self._conjunctions: dict[str, list[tuple[BodyElement, ...]]] = {}
        self._elements: dict[str, list[BodyElement]] = {}

    def read_fact(self, sentence: str) -> tuple[Atom, ...]:
        """Return the readings of a fact's sentence (no variables)."""
        readings = self._facts.get(sentence)
        if readings is None:
            if len(self._facts) >= _REMEMBERED:
                self._facts.clear()
            readings = tuple([atom for atom in self.read_open_fact(sentence) if _is_ground(atom)])
            self._facts[sentence] = readings
        return readings

    def read_open_fact(self, sentence: str) -> tuple[Atom, ...]:
        """Return the readings of a sentence with one statement, letters as variables."""
        readings = [
            atom
            for (text,) in _match_frame(sentence, self._frames.fact, ("{statement}",))
            for variant in self._vary_case(text)
            for atom in self.read_statement(variant)
        ]
        return tuple(dict.fromkeys(readings))

    def read_bare_statement(self, text: str) -> tuple[Atom, ...]:
        """Return the readings without variables of a statement that stands alone, its first letter in either case."""
        readings = [a for v in self._vary_case(text) for a in self.read_statement(v) if _is_ground(a)]
        return tuple(dict.fromkeys(readings))

    def read_rule(self, sentence: str) -> tuple[Formula, ...]:
        """Return the readings of a rule's sentence; of one with hundreds, two that stand for them."""
        if sentence not in self._rules:
            try:
                readings = tuple(dict.fromkeys(self._iterate_rules(sentence)))
            except _TooManyError:
                readings = _AMBIGUOUS
            finally:
                self._conjunctions.clear()
                self._elements.clear()
            if len(self._rules) >= _REMEMBERED:
                self._rules.clear()
            self._rules[sentence] = readings
        return self._rules[sentence]

    def read_body(self, text: str) -> list[tuple[BodyElement, ...]]:
        """Return the readings of joined statements, letters as variables; of hundreds, none: they are no use."""
        try:
            return list(self._read_conjunction(text))
        except _TooManyError:
            return []
        finally:
            self._conjunctions.clear()
            self._elements.clear()

    def _iterate_rules(self, sentence: str) -> Iterator[Formula]:
        for text in self._vary_case(sentence):
            for frame in dict.fromkeys((self._frames.rule, _lower_first(self._frames.rule))):
                for body_text, head_text in _match_frame(text, frame, ("{body}", "{head}")):
                    heads = self._read_conjunction(head_text)
                    for body in self._read_conjunction(body_text) if heads else ():
                        for head in heads:
                            atoms = tuple(a for a in head if isinstance(a, Atom))
                            if len(atoms) == len(head):
                                yield _rename(body, atoms)
            for frame in dict.fromkeys((self._frames.integrity, _lower_first(self._frames.integrity))):
                for (body_text,) in _match_frame(text, frame, ("{body}",)):
                    for body in self._read_conjunction(body_text):
                        yield _rename(body, ())

    def read_closed(self, sentence: str) -> tuple[Term, ...]:
        """Return the keys that a closed-world sentence may be about."""
        keys = []
        for text in self._vary_case(sentence):
            for frame in dict.fromkeys((self._frames.closed, _lower_first(self._frames.closed))):
                for (statement,) in _match_frame(text, frame, ("{statement}",)):
                    for atom in self.read_statement(statement):
                        expected = ("?A",) if atom.predicate == RDF_TYPE else ("?A", "?B")
                        ends = (atom.subject,) if atom.predicate == RDF_TYPE else (atom.subject, atom.object)
                        if ends == expected:
                            keys.append(atom.key)
        return tuple(dict.fromkeys(keys))

    def read_question(self, sentence: str) -> tuple[Atom, ...]:
        """Return the readings of a question for values, its variable named ``?X``."""
        readings = []
        for text in self._vary_case(sentence):
            for frame in dict.fromkeys((self._frames.which, _lower_first(self._frames.which))):
                for (statement,) in _match_frame(text, frame, ("{statement}",)):
                    readings += [a for a in self.read_statement(statement) if collect_variables(a) == ("?X",)]
            for (statement,) in _match_frame(text, self._frames.who, ("{statement}",)):
                word = self._frames.interrogative
                if statement.startswith(word):
                    asked = "X" + statement[len(word) :]
                    readings += [a for a in self.read_statement(asked) if collect_variables(a) == ("?X",)]
        return tuple(dict.fromkeys(readings))

    def read_statement(self, text: str) -> tuple[Atom, ...]:
        """Return every atom that ``text`` can be the phrase of."""
        if text not in self._statements:
            if len(self._statements) >= _REMEMBERED:
                self._statements.clear()
            self._statements[text] = tuple(dict.fromkeys(self._iterate_statements(text)))
        return self._statements[text]

    def _iterate_statements(self, text: str) -> Iterator[Atom]:
        for p in self._index.choose(text):
            if not (text.startswith(p.before) and text.endswith(p.after)):
                continue
            inner = text[len(p.before) : len(text) - len(p.after)]
            if len(p.before) + len(p.after) >= len(text):
                continue
            if p.is_class:
                for term in self._read_term(inner, p.cases[0]):
                    atom = Atom(term, RDF_TYPE, p.key)
                    if not p.wanted or self._agrees(p, atom):
                        yield atom
                continue
            for position in _find_all(inner, p.between):
                first, second = inner[:position], inner[position + len(p.between) :]
                for one in self._read_term(first, p.cases[0]):
                    for other in self._read_term(second, p.cases[1]):
                        atom = Atom(one, p.key, other) if p.subject_first else Atom(other, p.key, one)
                        if not p.wanted or self._agrees(p, atom):
                            yield atom

    def _agrees(self, pattern: _Pattern, atom: Atom) -> bool:
        """Tell whether the words of a phrase are those that its subject and object want."""
        return all(
            is_many(self.lexicon, atom.subject if role == "subject" else atom.object, counted=counted) == many
            for role, counted, many in pattern.wanted
        )

    def _read_term(self, text: str, case: str = "") -> list[Term]:
        terms = self._terms.get((text, case))
        if terms is None:
            if len(self._terms) >= _REMEMBERED:
                self._terms.clear()
            terms = self._terms[text, case] = self._list_terms(text, case)
        return terms

    def _list_terms(self, text: str, case: str) -> list[Term]:
        terms = list(self._labels[case].get(text, ()))
        if " " in case:
            return terms
        letter = text.removesuffix(POSSESSIVE) if case == "gen" else text
        if _VARIABLE.match(letter) and (case != "gen" or letter != text):
            terms.append(f"?{letter}")
        terms += read_plain_values(text)
        if (truth := self._truths.get(text)) and truth not in terms:
            terms.append(truth)
        terms += read_value_words(self._frames, text, case)
        terms += read_quoted_values(text)
        return terms

    def _read_conjunction(self, text: str) -> list[tuple[BodyElement, ...]]:
        if text not in self._conjunctions:
            self._conjunctions[text] = self._list_conjunctions(text)
        return self._conjunctions[text]

    def _list_conjunctions(self, text: str) -> list[tuple[BodyElement, ...]]:
        readings: list[tuple[BodyElement, ...]] = [(element,) for element in self._read_element(text)]
        for position in _find_all(text, self._frames.and_):
            firsts = self._read_element(text[:position])
            if firsts:
                rests = self._read_conjunction(text[position + len(self._frames.and_) :])
                readings += [(first, *rest) for first in firsts for rest in rests]
                if len(readings) > _MOST:
                    raise _TooManyError
        return list(dict.fromkeys(readings))

    def _read_element(self, text: str) -> list[BodyElement]:
        if text not in self._elements:
            self._elements[text] = self._list_elements(text)
        return self._elements[text]

    def _list_elements(self, text: str) -> list[BodyElement]:
        readings: list[BodyElement] = list(self.read_statement(text))
        for operator, frame, case, takes_function in self._comparisons:
            for left, right in _match_frame(text, frame, ("{left}", "{right}")):
                readings += [
                    Comparison(operator, first, second)
                    for first in self._read_expression(left)
                    for second in (
                        self._read_functions(right, conditions=False)
                        if takes_function
                        else self._read_expression(right, case)
                    )
                ]
        readings += [Comparison("=", operation, TRUE) for operation in self._read_functions(text, conditions=True)]
        for (statement,) in _match_frame(text, self._frames.negation, ("{statement}",)):
            readings += self._read_negated(statement)
        for variables, statement in _match_frame(text, self._frames.absence, ("{variables}", "{statement}")):
            names = variables.split(self._frames.list_and)
            if all(_VARIABLE.match(name) for name in names):
                readings += self._read_negated(statement)
        return list(dict.fromkeys(readings))

    def _read_negated(self, text: str) -> list[BodyElement]:
        readings: list[BodyElement] = [
            Negation((element,)) for element in self._read_element(text) if not isinstance(element, Negation)
        ]
        for (inner,) in _match_frame(text, self._frames.group, ("{body}",)):
            for elements in self._read_conjunction(inner):
                plain = tuple(e for e in elements if not isinstance(e, Negation))
                if len(plain) == len(elements) > 1:
                    readings.append(Negation(plain))
        return readings

    def _read_expression(self, text: str, case: str = "") -> list[Expression]:
        readings: list[Expression] = list(self._read_term(text, case))
        for operator, frame in self._frames.operations:
            for left, right in _match_frame(text, frame, ("{left}", "{right}")):
                readings += [
                    Operation(operator, (first, second))
                    for first in self._read_operand(left)
                    for second in self._read_operand(right)
                ]
                if len(readings) > _MOST:
                    raise _TooManyError
        readings += self._read_functions(text, conditions=False)
        if self._frames.truth:
            for (condition,) in _match_frame(text, self._frames.truth, ("{condition}",)):
                readings += self._read_functions(condition, conditions=True)
        return readings

    def _read_functions(self, text: str, *, conditions: bool) -> list[Operation]:
        """Return the readings of a text as a function's value, or as a condition."""
        readings: list[Operation] = []
        for frame in self._functions:
            if frame.is_condition != conditions or not frame.fits(text):
                continue
            for parts in _match_frame(text, frame.text, frame.slots):
                found = self._read_list(parts[0]) if frame.takes_list else self._read_operands(parts)
                readings += [Operation(frame.operator, a) for a in found if frame.accepts(len(a))]
                if len(readings) > _MOST:
                    raise _TooManyError
        return readings

    def _read_operands(self, texts: tuple[str, ...]) -> list[tuple[Expression, ...]]:
        choices: list[list[Expression]] = []
        for text in texts:
            choices.append(self._read_operand(text))
            if not choices[-1]:
                return []
        return list(itertools.product(*choices))

    def _read_list(self, text: str) -> list[tuple[Expression, ...]]:
        """Return every way to read a text as operands with ``then`` between them."""
        readings: list[tuple[Expression, ...]] = [(operand,) for operand in self._read_operand(text)]
        for position in _find_all(text, self._frames.then) if self._frames.then else ():
            firsts = self._read_operand(text[:position])
            rests = self._read_list(text[position + len(self._frames.then) :]) if firsts else ()
            readings += [(first, *rest) for first in firsts for rest in rests]
            if len(readings) > _MOST:
                raise _TooManyError
        return readings

    def _read_operand(self, text: str) -> list[Expression]:
        if text.startswith("(") and text.endswith(")"):
            return [e for e in self._read_expression(text[1:-1]) if isinstance(e, Operation)]
        return [e for e in self._read_expression(text) if not isinstance(e, Operation)]

    def _vary_case(self, text: str) -> tuple[str, ...]:
        lower = _lower_first(text)
        return (text,) if lower == text else (text, lower)


def _is_ground(atom: Atom) -> bool:
    return atom.subject[:1] != "?" and atom.object[:1] != "?"


def _list_frames(frames: Frames) -> list[str]:
    return [value for name in Frames.__slots__ if isinstance(value := getattr(frames, name), str)]


def _lower_first(text: str) -> str:
    return text[:1].lower() + text[1:]


def _list_comparisons(lexicon: Lexicon) -> list[tuple[str, str, str, bool]]:
    """Return operator, frame, the case of its right side and whether that is a function, of every comparison."""
    found = [(o, f, lexicon.operand_case if o in ("=", "!=") else "", False) for o, f in lexicon.frames.comparisons]
    known = {frame for _, frame, _, _ in found}
    for key, frame in lexicon.frames.tasks:
        operator, _, what = key.partition(" ")
        if operator in ("=", "!=", "<", "<=", ">", ">=") and frame not in known:
            found.append((operator, frame, "", what == "function"))
    return found


def _iterate_patterns(key: Term, is_class: bool, phrase: str, lexicon: Lexicon) -> Iterator[_Pattern]:
    """Yield the patterns of a phrase, and those in which a preposition has taken in the article of a name."""
    for pattern in _split_phrase(key, is_class, phrase):
        yield pattern
        for place, case in enumerate(pattern.cases):
            for whole, short in lexicon.frames.contractions if case else ():
                preposition, article = whole.split(" ", 1)
                text = pattern.between if place else pattern.before
                if text == f"{preposition} " or text.endswith(f" {preposition} "):
                    text = text.removesuffix(f"{preposition} ") + short
                    cases = (*pattern.cases[:place], f"{case} {article}", *pattern.cases[place + 1 :])
                    if place:
                        yield replace(pattern, between=text, cases=cases)
                    else:
                        yield replace(pattern, before=text, cases=cases)


def _split_phrase(key: Term, is_class: bool, phrase: str) -> Iterator[_Pattern]:
    """Yield the patterns of a phrase: one for each choice of words; one that nothing fits when it lacks a slot."""
    for texts, slots, wanted in iterate_variants(phrase):
        roles = tuple(slot.role for slot in slots)
        cases = tuple(slot.case for slot in slots)
        if is_class:
            yield _Pattern(key, True, texts[0], "", texts[1] if len(texts) > 1 else "", True, (*cases, "")[:1], wanted)
        elif sorted(roles) == ["object", "subject"]:
            yield _Pattern(key, False, texts[0], texts[1], texts[2], roles[0] == "subject", cases, wanted)
        else:
            yield _Pattern(key, False, phrase, phrase, phrase, True, ("", ""), wanted)


def _rename(body: tuple[BodyElement, ...], head: tuple[Atom, ...]) -> Formula:
    return canonicalise_rule(Rule("read", body, head))
