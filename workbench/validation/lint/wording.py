"""Phrases and sentences: whether they can be used, are there in each language, and say one thing only."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from workbench.model.report import Location, Severity, Violation
from workbench.model.rules import Rule
from workbench.model.terms import RDFS_LABEL, Term, Triple, get_local_name, make_literal
from workbench.validation.lint.linter import MANY, Finder, Linter
from workbench.validation.lint.sameness import are_alike
from workbench.validation.lint.vocabulary import PHRASE, VOCABULARIES
from workbench.wording.lexicon import FORM, build_lexicon
from workbench.wording.phrases import find_cases, has_right_slots

__all__ = ["FINDERS"]

_PLACES = 20


def _list_known(lint: Linter, predicate: Term) -> dict[Term, set[str]]:
    """Return the languages in which each name has a text; one without a language does for the default."""
    known: dict[Term, set[str]] = {}
    for text in lint.index.list_texts(predicate):
        if text.plain:
            known.setdefault(text.triple[0], set()).add(text.language or lint.languages[0])
    return known


def _find_missing_phrases(lint: Linter) -> Iterator[Violation]:
    known = _list_known(lint, PHRASE)
    for term in lint.index.spoken_properties:
        if term.startswith(VOCABULARIES) or known.get(term, set()).intersection(lint.languages):
            continue
        name = lint.matter.label(term)
        yield lint.report(
            "wording.missing-phrase",
            f"The property “{name}” has no phrase in: {', '.join(lint.languages)}.",
            lint.index.describe(term),
            focus=term,
            path=PHRASE,
            fix=f'Add wb:phrase "{{subject}} {name} {{object}}"@{lint.languages[0]}, in natural words.',
            why="Without a phrase, sentences with it are made from its label.",
        )


def _find_incomplete(lint: Linter) -> Iterator[Violation]:
    """Tell, for each language and kind, what has a text in another language of the project and none in this."""
    index = lint.index
    labels, phrases = _list_known(lint, RDFS_LABEL), _list_known(lint, PHRASE)
    own = lint.index.is_own
    groups: tuple[tuple[str, str, Iterable[Term], dict[Term, set[str]], Term, Severity], ...] = (
        ("classes", "label", sorted(index.classes), labels, RDFS_LABEL, "error"),
        ("properties", "label", index.spoken_properties, labels, RDFS_LABEL, "error"),
        ("individuals", "label", index.individuals, labels, RDFS_LABEL, "error"),
        ("properties", "phrase", index.spoken_properties, phrases, PHRASE, "info"),
        ("classes", "phrase", sorted(index.classes), phrases, PHRASE, "info"),
    )
    for kind, text, terms, known, predicate, at_most in groups:
        spoken = [term for term in terms if own(term) and known.get(term, set()).intersection(lint.languages)]
        for language in lint.languages:
            missing = [term for term in spoken if language not in known[term]]
            if missing:
                # About the kind, not about the first name: it stays the same finding while they are mended.
                yield lint.report(
                    "wording.incomplete-language",
                    f"{len(missing)} of {len(spoken)} {kind} have no {text} in {language}: {lint.name_all(missing)}.",
                    [triple for term in missing[: _PLACES + 1] for triple in index.describe(term)],
                    path=predicate,
                    value=make_literal(language),
                    source=kind,
                    fix=f"Add the {text}s in {language}, or take {language} out of the project's languages.",
                    why=f"Sentences in {language} use words of another language for them.",
                    at_most=at_most,
                    many=_PLACES,
                )
    yield from _find_incomplete_sentences(lint)


def _find_incomplete_sentences(lint: Linter) -> Iterator[Violation]:
    matter = lint.matter
    for kind, rules in (("rules", matter.rules), ("constraints", matter.constraints)):
        spoken = [(rule, {tag.split("-")[0] for tag, _ in rule.sentences}) for rule in rules if rule.sentences]
        for language in lint.languages:
            missing = [rule for rule, tags in spoken if language not in tags]
            if missing:
                names = ", ".join(rule.name for rule in missing[:MANY])
                more = f" and {len(missing) - MANY} more" if len(missing) > MANY else ""
                yield lint.report(
                    "wording.incomplete-language",
                    f"{len(missing)} of {len(spoken)} {kind} have no sentence in {language}: {names}{more}.",
                    value=make_literal(language),
                    source=kind,
                    fix=f"Add a sentence in {language} to each, or take the language out of the project's.",
                    why=f"Explanations in {language} show the sentence of another language.",
                    places=[matter.locate_rule(rule) for rule in missing[: _PLACES + 1]],
                    at_most="info",
                    many=_PLACES,
                )


def _find_slots(lint: Linter) -> Iterator[Violation]:
    """Find phrases that do not have each slot exactly once."""
    for text in lint.index.list_texts(PHRASE):
        term, phrase = text.triple[0], text.plain
        is_class = term in lint.index.classes and term not in lint.index.properties
        if has_right_slots(phrase, is_class=is_class):
            continue
        needed = "{subject}" if is_class else "{subject} and {object}"
        kind = "class" if is_class else "property"
        yield lint.report(
            "wording.phrase-slots",
            f"The phrase “{phrase}” of a {kind} must have {needed} exactly once and no other slot.",
            [text.triple],
            focus=term,
            path=PHRASE,
            value=text.triple[2],
            fix=f"Write {needed} where the names belong.",
        )


def _find_missing_forms(lint: Linter) -> Iterator[Violation]:
    """Tell, for each language and case that phrases ask for, which names have no form that is certain."""
    asked = {(text.language, case) for text in lint.index.list_texts(PHRASE) for case in find_cases(text.plain)}
    for language in sorted({language for language, _ in asked} & set(lint.languages)):
        lexicon = build_lexicon(lint.index.triples, language)
        for case, unknown in sorted(lexicon.missing.items()):
            if (language, case) not in asked:
                continue
            missing = [term for term in lint.index.individuals if term in unknown and lint.index.is_own(term)]
            if not missing:
                continue
            label = lexicon.get_label(missing[0])
            yield lint.report(
                "wording.missing-form",
                f"{len(missing)} names have no form “{case}” in {language}: {lint.name_all(missing)}.",
                [triple for term in missing[: _PLACES + 1] for triple in lint.index.describe(term)],
                path=FORM,
                value=make_literal(f"{language}-{case}"),
                fix=f'Add wb:form "{label}"@{language}-x-{case} with the form that “{label}” has there, '
                f'or tell its gender: wb:gender "feminine"@{language}.',
                why="Phrases ask for this form, and the label stands where it should be.",
                many=_PLACES,
            )


def _find_shared_phrases(lint: Linter) -> Iterator[Violation]:
    """Find different predicates that are said in the same words."""
    groups: dict[tuple[str, str], list[Triple]] = {}
    for text in lint.index.list_texts(PHRASE):
        groups.setdefault((text.language, text.plain), []).append(text.triple)
    for (_, phrase), triples in sorted(groups.items()):
        owners = sorted({triple[0] for triple in triples})
        if len(owners) > 1:
            names = ", ".join(get_local_name(owner) for owner in owners[:MANY])
            yield lint.report(
                "wording.shared-phrase",
                f"{len(owners)} different things are said with the one phrase “{phrase}”: {names}.",
                triples,
                focus=owners[0],
                path=PHRASE,
                value=triples[0][2],
                fix="Give each a phrase of its own, so that a sentence has one meaning.",
            )


def _find_one_sentence(lint: Linter) -> Iterator[Violation]:
    """Find rules, constraints and axioms that mean different things and are said in one sentence."""
    matter, say = lint.matter, lint.matter.say_rule
    groups: dict[tuple[str, str], list[Rule]] = {}
    for rule in (*matter.rules, *matter.constraints):
        for tag, sentence in rule.sentences:
            groups.setdefault((tag.split("-")[0], " ".join(sentence.split())), []).append(rule)
    if say is not None:
        for rule in (*matter.axioms, *matter.rules, *matter.constraints):
            for language in lint.languages[:1]:
                groups.setdefault((language, say(rule, language)), []).append(rule)
    told: set[tuple[str, ...]] = set()
    for (_, sentence), rules in groups.items():
        different: list[Rule] = []
        for rule in rules[: _PLACES * 2]:
            if not any(are_alike(rule, other) for other in different):
                different.append(rule)
        names = tuple(rule.name for rule in different)
        if len(different) < 2 or names in told:
            continue
        told.add(names)
        places: list[Location | None] = [matter.locate_rule(rule) for rule in different]
        yield lint.report(
            "wording.one-sentence",
            f"{len(different)} statements that say different things have one sentence: {sentence}",
            focus=names[0],
            source=names[0],
            fix="Tell them apart: by labels or phrases of their own, or by another sentence.",
            why="Whoever reads it cannot know which of them is meant.",
            places=places,
        )


FINDERS: dict[str, Finder] = {
    "wording.missing-phrase": _find_missing_phrases,
    "wording.incomplete-language": _find_incomplete,
    "wording.phrase-slots": _find_slots,
    "wording.missing-form": _find_missing_forms,
    "wording.shared-phrase": _find_shared_phrases,
    "wording.one-sentence": _find_one_sentence,
}
