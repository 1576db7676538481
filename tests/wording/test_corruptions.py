"""The reader against planted errors: whatever changes what a prompt says is noticed, good grammar or bad.

Well-formed errors are made in the formula and then said, so that it is known without the reader whether they change
it. Broken text is made in the text; what the reader takes for the same must then be the same but for a capital.
"""

from __future__ import annotations

import copy
import random
import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, NamedTuple

import pytest

from workbench.export import read_dataset
from workbench.export.evidence import StatedItem, read_evidence, read_theory_file
from workbench.model.rules import Atom, Comparison, Negation, Rule, collect_variables, substitute_element
from workbench.model.terms import RDF_TYPE, Triple, is_literal
from workbench.wording.frames import read_frames
from workbench.wording.grammar import canonicalise_rule
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reader, Reading, build_reader
from workbench.wording.sentences import capitalise, say_closed, say_fact, say_rule, say_statement

LANGUAGES = ("en", "de")


class Corruption(NamedTuple):
    """A prompt with one error; ``changes`` tells whether it says something else, None where only reading can tell."""

    kind: str
    item: int
    prompt: str
    changes: bool | None


@dataclass(frozen=True)
class Sample:
    """An item as values, with its prompt and what that says."""

    item: dict[str, Any]
    stated: StatedItem
    lexicon: Lexicon
    reading: Reading

    @property
    def prompt(self) -> str:
        return str(self.item["question"])

    def put(self, old: str, new: str) -> str | None:
        """The prompt with one sentence replaced; None where it cannot be told which one."""
        return self.prompt.replace(old, new) if self.prompt.count(old) == 1 else None


@pytest.fixture(scope="module")
def wording(small_dataset: Path) -> dict[str, Any]:
    return read_dataset(small_dataset).wording


@pytest.fixture(scope="module")
def reader(wording: dict[str, Any]) -> Reader:
    return build_reader(wording)


@pytest.fixture(scope="module")
def samples(small_dataset: Path, reader: Reader) -> list[Sample]:
    dataset = read_dataset(small_dataset)
    lexicons = {
        name: Lexicon(read_frames(part["frames"]), part["labels"], part["phrases"])
        for name, part in dataset.wording["languages"].items()
    }
    found = []
    for item in dataset.iterate_items():
        theory = read_theory_file(item["theory"], dataset.read_theory(item["theory"]), dataset.prefixes)
        stated = read_evidence(item, theory, dataset.prefixes)
        (reading,) = reader.read(item["question"])
        assert reading.facts == stated.facts
        if item["given"] == "facts+rules":
            assert Counter(reading.rules) == Counter(map(canonicalise_rule, theory.rules))
        found.append(Sample(item, stated, lexicons[item["language"]], reading))
    return found


# ---- errors in good grammar


def corrupt_fact(sample: Sample, draw: random.Random) -> Iterator[tuple[str, Triple, Triple]]:
    phrases = sorted(sample.lexicon.phrases)
    classes = {fact[2] for fact in sample.stated.facts if fact[1] == RDF_TYPE}
    classes |= {h.key for r in sample.stated.theory.rules for h in r.head if h.predicate == RDF_TYPE}
    properties = [key for key in phrases if "{object" in sample.lexicon.phrases[key]]
    people = sorted({term for fact in sample.stated.facts for term in fact[::2] if term.startswith("<urn:")})
    for fact in sample.stated.facts:
        subject, predicate, object_ = fact
        if predicate == RDF_TYPE:
            yield "another class's phrase", fact, (subject, predicate, draw.choice(sorted(classes)))
            continue
        yield "another property's phrase", fact, (subject, draw.choice(properties), object_)
        if not is_literal(object_):
            yield "arguments swapped", fact, (object_, predicate, subject)
            yield "another individual", fact, (subject, predicate, draw.choice(people))


def corrupt_rule(rule: Rule, draw: random.Random) -> Iterator[tuple[str, Rule]]:
    body, outer = list(rule.body), sorted({v for e in rule.body if isinstance(e, Atom) for v in collect_variables(e)})
    for place, element in enumerate(body):
        rest = (body[:place], body[place + 1 :])

        def put(*elements: Any, rest: tuple[list[Any], list[Any]] = rest) -> Rule:
            return replace(rule, body=(*rest[0], *elements, *rest[1]))

        if isinstance(element, Negation):
            if rest[0] or rest[1]:
                yield "negation dropped", put(*element.elements)
            inner = [v for v in collect_variables(element) if v not in outer]
            if inner:
                yield "quantifier changed", put(substitute_element(element, {inner[0]: draw.choice(outer)}))
        elif isinstance(element, Comparison):
            others = [sign for sign in ("=", "!=", "<", "<=", ">", ">=") if sign != element.operator]
            yield "another comparison", put(Comparison(draw.choice(others), element.left, element.right))
        else:
            if element.predicate != RDF_TYPE:
                yield "arguments swapped", put(Atom(element.object, element.predicate, element.subject))
            if len(body) > 1:
                yield "negation added", put(Negation((element,)))
                yield "condition dropped", put()
            variable = collect_variables(element)[0] if collect_variables(element) else ""
            if variable:
                yield "quantifier changed", put(substitute_element(element, {variable: draw.choice(outer)}))
    if len(body) == 1 and isinstance(body[0], Atom) and len(rule.head) == 1:
        yield "body and head swapped", replace(rule, body=rule.head, head=(body[0],))
    if rule.head and len(body) > 1:
        yield "made impossible", replace(rule, head=())


def corrupt_question(sample: Sample, draw: random.Random) -> Iterator[tuple[str, Triple, Triple]]:
    properties = [key for key, phrase in sorted(sample.lexicon.phrases.items()) if "{object" in phrase]
    for judgement in sample.stated.judgements if sample.stated.query is None else ():
        subject, predicate, object_ = judgement.statement
        if predicate != RDF_TYPE and not is_literal(object_):
            yield "arguments swapped", judgement.statement, (object_, predicate, subject)
            yield "another property's phrase", judgement.statement, (subject, draw.choice(properties), object_)


def iterate_well_formed(samples: list[Sample]) -> Iterator[Corruption]:
    draw = random.Random(1)
    for number, sample in enumerate(samples):
        lexicon = sample.lexicon
        changes: list[tuple[str, str | None, bool]] = []
        for kind, old, new in corrupt_fact(sample, draw):
            changes.append((kind, sample.put(say_fact(lexicon, old), say_fact(lexicon, new)), old != new))
        for rule in sample.stated.theory.rules:
            for kind, wrong in corrupt_rule(rule, draw):
                prompt = sample.put(say_rule(lexicon, rule), say_rule(lexicon, wrong))
                changes.append((kind, prompt, canonicalise_rule(rule) != canonicalise_rule(wrong)))
        for kind, old, new in corrupt_question(sample, draw):
            texts = [capitalise(say_statement(lexicon, triple)) for triple in (old, new)]
            changes.append((kind, sample.put(*texts), old != new))
        for key in sample.reading.closed:
            classes = [k for k, phrase in sorted(lexicon.phrases.items()) if "{object" not in phrase and k != key]
            other = draw.choice(classes)
            is_class = "{object" not in lexicon.phrases[key]
            old_text, new_text = say_closed(lexicon, key, is_class=is_class), say_closed(lexicon, other, is_class=True)
            changes.append(("another closed class", sample.put(old_text, new_text), True))
        for kind in dict.fromkeys(kind for kind, _, _ in changes):
            usable = [(prompt, changed) for one, prompt, changed in changes if one == kind and prompt is not None]
            for prompt, changed in draw.sample(usable, min(len(usable), 2)):
                yield Corruption(kind, number, prompt, changed)


# ---- broken text


def iterate_broken(samples: list[Sample]) -> Iterator[Corruption]:
    draw = random.Random(2)
    for number, sample in enumerate(samples):
        prompt = sample.prompt
        words = list(re.finditer(r"\S+", prompt))
        for _ in range(2):
            word, letter = draw.choice(words), draw.randrange(len(prompt))
            yield Corruption("word dropped", number, prompt[: word.start()] + prompt[word.end() :], None)
            yield Corruption("word repeated", number, f"{prompt[: word.end()]} {prompt[word.start() :]}", None)
            yield Corruption("letter dropped", number, prompt[:letter] + prompt[letter + 1 :], None)
            yield Corruption("letter changed", number, prompt[:letter] + "x" + prompt[letter + 1 :], None)
            yield Corruption(
                "case changed", number, prompt[:letter] + prompt[letter].swapcase() + prompt[letter + 1 :], None
            )
        lines = prompt.split("\n")
        listed = [place for place, line in enumerate(lines) if line.startswith("- ")]
        if listed:
            place = draw.choice(listed)
            yield Corruption("line dropped", number, "\n".join(lines[:place] + lines[place + 1 :]), None)
            yield Corruption("line repeated", number, "\n".join([*lines[:place], lines[place], *lines[place:]]), None)


# ---- the reader's verdict


def test_every_error_in_good_grammar_is_noticed(samples: list[Sample], reader: Reader) -> None:
    corruptions = [*iterate_well_formed(samples)]
    missed = [c for c in corruptions if c.changes and reader.read(c.prompt) == (samples[c.item].reading,)]
    assert missed == []
    unchanged = [c for c in corruptions if not c.changes]
    assert all(reader.read(c.prompt) == (samples[c.item].reading,) for c in unchanged)
    planted = Counter(c.kind for c in corruptions if c.changes)
    languages = Counter(samples[c.item].item["language"] for c in corruptions if c.changes)
    assert planted.total() >= 400
    assert min(languages[name] for name in LANGUAGES) >= 100
    for kind in ("negation dropped", "arguments swapped", "quantifier changed", "another property's phrase"):
        assert planted[kind] >= 6, planted
    assert len(unchanged) < planted.total() / 5


def test_well_formed_errors_are_in_good_grammar(samples: list[Sample], reader: Reader) -> None:
    """Most can be read, only otherwise: these would mislead a reader who does not know what was meant."""
    corruptions = [c for c in iterate_well_formed(samples) if c.changes]
    read = sum(len(reader.read(c.prompt)) == 1 for c in corruptions)
    assert read >= 0.9 * len(corruptions), Counter(c.kind for c in corruptions if not reader.read(c.prompt))


def test_every_error_in_broken_text_is_noticed(samples: list[Sample], reader: Reader) -> None:
    corruptions = [*iterate_broken(samples)]
    unnoticed = [c for c in corruptions if reader.read(c.prompt) == (samples[c.item].reading,)]
    for corruption in unnoticed:
        # The same words: a capital at the beginning of a sentence, or a repeated letter that was no change.
        assert corruption.prompt.casefold() == samples[corruption.item].prompt.casefold()
    assert len(corruptions) - len(unnoticed) >= 400


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_label_shared_by_two_individuals_is_noticed(
    samples: list[Sample], wording: dict[str, Any], language: str
) -> None:
    """Whoever else gets the name of someone in the prompt: the prompt then says two things."""
    draw = random.Random(3)
    noticed = 0
    for sample in samples:
        people = sorted({t for fact in sample.reading.facts for t in fact[::2] if t.startswith("<urn:")})
        if sample.item["language"] != language or noticed >= 30:
            continue
        changed = copy.deepcopy(wording)
        labels = changed["languages"][language]["labels"]
        one = draw.choice(people)
        other = draw.choice([term for term in sorted(labels) if term != one])
        labels[other] = labels[one]
        for forms in changed["languages"][language].get("forms", {}).values():
            forms[other] = forms.get(one, labels[one])
        assert build_reader(changed).read(sample.prompt) != (sample.reading,)
        noticed += 1
    assert noticed >= 20
