"""What a formula sounds like while it is being written: its sentence, or what is wrong with it and where."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from workbench.build.naming import make_lexicon
from workbench.formats.rules_lexer import RuleSyntaxError
from workbench.formats.rules_names import WELL_KNOWN_PREFIXES
from workbench.formats.rules_parser import parse_atoms, parse_rule
from workbench.model.rules import Atom, BodyElement, Negation, Rule, collect_variables, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, is_literal, is_variable
from workbench.project import Domain, Project
from workbench.wording.grammar import Grammar, canonicalise_rule
from workbench.wording.lexicon import Lexicon
from workbench.wording.phrases import Slot, parse_phrase
from workbench.wording.sentences import say_fact, say_rule
from workbench.wording.task_reading import read_body_question
from workbench.wording.task_sentences import BodyQuestion, canonicalise_question, say_body_question

__all__ = ["Preview", "PreviewProblem", "preview_sentence"]

_KEPT = 8


@dataclass(frozen=True, slots=True)
class PreviewProblem:
    """Something about a formula or its sentence.

    ``kind`` is ``syntax`` (there is no sentence), ``unknown-name``, ``missing-phrase``, ``missing-form`` or
    ``ambiguous``. ``line`` and ``column`` count from 1 in the formula's text; 0 where the problem has no place.
    """

    kind: Literal["syntax", "unknown-name", "missing-phrase", "missing-form", "ambiguous"]
    message: str
    line: int = 0
    column: int = 0
    fix: str = ""


@dataclass(frozen=True, slots=True)
class Preview:
    """The sentence of a formula (empty when it has none), what kind it is, and what is wrong with it."""

    sentence: str
    kind: Literal["rule", "fact", "question", ""]
    problems: tuple[PreviewProblem, ...] = ()


def preview_sentence(
    project: Project, formula_text: str, language: str | None = None, *, domain: str | None = None
) -> Preview:
    """Return the sentence of a formula of the rules language, as datasets would have it, and every problem with it.

    A formula with an arrow is a rule; an atom without variables is a fact; anything else is a question for its first
    variable. ``language`` is one that sentences can be composed in, by default the project's first. Nothing is raised
    for what an author may write; SelectionError when the domain is not known.
    """
    found = project.get_domain(domain)
    lexicon, grammar = _get_words(found, (language or project.config.languages[0]).split("-")[0])
    prefixes = {**WELL_KNOWN_PREFIXES, **found.prefixes}
    try:
        formula = _parse(formula_text, prefixes)
    except RuleSyntaxError as error:
        message = f"Expected {error.expected}, but found {error.found}."
        return Preview("", "", (PreviewProblem("syntax", message, error.line, error.column, error.fix),))
    if isinstance(formula, Rule):
        sentence = say_rule(lexicon, formula)
        count = len(grammar.read_rule(sentence))
        right = grammar.read_rule(sentence) == (canonicalise_rule(formula),)
        kind: Literal["rule", "fact", "question"] = "rule"
    elif isinstance(formula, Atom):
        sentence = say_fact(lexicon, formula)
        readings = grammar.read_fact(sentence)
        kind, count, right = "fact", len(readings), readings == (formula,)
    else:
        sentence = say_body_question(lexicon, formula)
        questions = read_body_question(grammar, lexicon, sentence)
        kind, count, right = "question", len(questions), questions == (canonicalise_question(formula),)
    problems = list(dict.fromkeys(_find_problems(found, lexicon, formula_text, _list_atoms(formula))))
    if not right and not any(problem.kind == "unknown-name" for problem in problems):
        many = f"in {count} ways" if count > 1 else "in no way" if not count else "in another way"
        problems.append(
            PreviewProblem(
                "ambiguous",
                f"The sentence can be read {many}, so no dataset will have it.",
                fix="Change labels or phrases that contain words of other sentences, or that several things share.",
            )
        )
    return Preview(sentence, kind, tuple(problems))


@lru_cache(maxsize=_KEPT)
def _get_words(domain: Domain, language: str) -> tuple[Lexicon, Grammar]:
    """Return a domain's words and their grammar, made once: what is typed is previewed at every key."""
    lexicon = make_lexicon(domain, language)
    named = {term: lexicon.get_label(term) for term, kind in domain.kinds.items() if kind == "individual"}
    lexicon = lexicon.keep_labels(named)
    return lexicon, Grammar(lexicon, [term for term, kind in domain.kinds.items() if kind == "class"])


def _parse(text: str, prefixes: dict[str, str]) -> Rule | Atom | BodyQuestion:
    if "->" in text:
        return parse_rule(text, prefixes, "preview")
    elements = parse_atoms(text, prefixes)
    outside = [v for e in elements if not isinstance(e, Negation) for v in collect_variables(e)]
    if len(elements) == 1 and isinstance(elements[0], Atom) and not outside:
        return elements[0]
    if not outside:
        raise RuleSyntaxError("an atom, a rule or a variable to ask for", "none of these", 1, 1)
    return BodyQuestion("select", (outside[0],), elements)


def _list_atoms(formula: Rule | Atom | BodyQuestion) -> list[Atom]:
    if isinstance(formula, Atom):
        return [formula]
    body: tuple[BodyElement, ...] = formula.body
    head = formula.head if isinstance(formula, Rule) else ()
    return [*head, *iterate_atoms(body), *iterate_atoms(body, negated=True)]


def _find_problems(domain: Domain, lexicon: Lexicon, text: str, atoms: list[Atom]) -> Iterator[PreviewProblem]:
    for key in dict.fromkeys(atom.key for atom in atoms):
        if key not in domain.kinds:
            yield _tell_unknown(domain, text, key)
        elif key in lexicon.defaults:
            yield PreviewProblem(
                "missing-phrase",
                f"“{lexicon.get_label(key)}” has no phrase in {lexicon.language}; its words are made of its label.",
                *_find_place(text, domain, key),
                fix="Give it a wb:phrase.",
            )
    for atom in atoms:
        for slot in parse_phrase(lexicon.get_phrase(atom.key, is_class=atom.predicate == RDF_TYPE)):
            if not isinstance(slot, Slot):
                continue
            term = atom.subject if slot.role == "subject" else atom.object
            if is_variable(term) or is_literal(term):
                continue
            if term not in domain.kinds:
                yield _tell_unknown(domain, text, term)
            elif slot.case and term in lexicon.missing.get(slot.case, ()):
                yield PreviewProblem(
                    "missing-form",
                    f"“{lexicon.get_label(term)}” has no form “{slot.case}” in {lexicon.language}.",
                    *_find_place(text, domain, term),
                    fix=f'Add wb:form "…"@{lexicon.language}-x-{slot.case}.',
                )


def _tell_unknown(domain: Domain, text: str, term: Term) -> PreviewProblem:
    message = f"The domain {domain.name} has nothing that is called {term}."
    return PreviewProblem("unknown-name", message, *_find_place(text, domain, term), fix="Check how it is written.")


def _find_place(text: str, domain: Domain, term: Term) -> tuple[int, int]:
    """Return line and column where a name stands in a formula; zeros when it is not found as it is usually written."""
    iri = term[1:-1]
    written = [term]
    for prefix, space in {**WELL_KNOWN_PREFIXES, **domain.prefixes}.items():
        if iri.startswith(space):
            local = iri[len(space) :]
            written += [f"{prefix}:{local}", *([local] if not prefix else [])]
    places = [place for name in written if (place := _find_word(text, name)) >= 0]
    if not places:
        return 0, 0
    place = min(places)
    return text.count("\n", 0, place) + 1, place - text.rfind("\n", 0, place)


def _find_word(text: str, word: str) -> int:
    place = text.find(word)
    while place >= 0:
        before, after = text[place - 1 : place], text[place + len(word) : place + len(word) + 1]
        if not (before.isalnum() or before in ("_", "?", ":", "-")) and not (after.isalnum() or after in ("_", "-")):
            return place
        place = text.find(word, place + 1)
    return -1
