"""The reader's look-ups and memory against the plain algorithm: the same readings, whatever the words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import product
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st
from lexicon_strategies import CLASSES, FACTS, INDIVIDUALS, PROPERTIES, RULES, draw_good_lexicon, draw_nasty_lexicon
from oracles.plain_reader import PlainGrammar, PlainReader

from workbench.model.rules import Atom, Rule
from workbench.wording import reader as reader_module
from workbench.wording.frames import FRAMES
from workbench.wording.grammar import Grammar
from workbench.wording.lexicon import Lexicon
from workbench.wording.phrase_index import PhraseIndex
from workbench.wording.reader import Reader, Skeleton
from workbench.wording.sentences import capitalise, say_fact, say_rule, say_statement

LEXICONS = st.sampled_from(["en", "de"]).flatmap(lambda tag: draw_nasty_lexicon(tag) | draw_good_lexicon(tag))
TEXTS = [
    ("Facts: ", "\nRules: ", "\n\n", "?"),
    ("", " ", "\n", ""),
    ("Facts: ", "\n", "\n", "?"),
    ("Facts: ", ". ", "\n\n", "?"),
    ("", "\n\n", "\n\n", "\n\n"),
    ("F", " and ", " and ", "."),
]
SLOTS = [("facts", "rules", "statement"), ("facts_list", "rules_list", "statement"), ("statement", "facts", "rules")]


def make_skeletons(language: str) -> list[Skeleton]:
    texts = [*enumerate(TEXTS)]
    full = [Skeleton(f"{n}{m}", language, text, slots) for n, text in texts for m, slots in enumerate(SLOTS)]
    return [*full, *(Skeleton(f"{n}", language, text[:3], ("facts", "statement")) for n, text in texts)]


def fill(skeleton: Skeleton, values: dict[str, str]) -> str:
    pieces = [skeleton.texts[0]]
    for slot, text in zip(skeleton.slots, skeleton.texts[1:], strict=True):
        pieces += [values[slot], text]
    return "".join(pieces)


@settings(max_examples=30)
@given(
    LEXICONS,
    st.lists(FACTS, min_size=1, max_size=2),
    st.lists(RULES, min_size=1, max_size=1),
    st.lists(FACTS, min_size=2, max_size=3),
    st.integers(0, len(TEXTS) * 4 - 1),
    st.text(alphabet="Fan. \n?", max_size=3),
)
def test_prompts_are_read_as_by_the_plain_algorithm(
    lexicon: Lexicon, facts: list[Atom], rules: list[Rule], asked: list[Atom], number: int, noise: str
) -> None:
    skeletons = make_skeletons(lexicon.language)
    skeleton = skeletons[number]
    fast = Reader({lexicon.language: Grammar(lexicon, CLASSES)}, skeletons)
    plain = PlainReader({lexicon.language: PlainGrammar(lexicon, CLASSES)}, skeletons)
    said = [say_fact(lexicon, fact) for fact in facts], [say_rule(lexicon, rule) for rule in rules]
    values = {"facts": " ".join(said[0]), "rules": " ".join(said[1])}
    values |= {f"{key}_list": "\n".join(f"- {s}" for s in one) for key, one in zip(values, said, strict=True)}
    for statement in (*asked, asked[0]):
        values["statement"] = capitalise(say_statement(lexicon, statement))
        prompt = fill(skeleton, values)
        for text in (prompt, prompt + noise, prompt[: len(prompt) // 2] + noise + prompt[len(prompt) // 2 :]):
            assert fast.read(text) == plain.read(text)


@settings(max_examples=100)
@given(LEXICONS, st.lists(FACTS, min_size=1, max_size=4), st.text(alphabet=' aAnd.,"„“', max_size=8))
def test_statements_are_read_as_by_trying_every_phrase(lexicon: Lexicon, facts: list[Atom], noise: str) -> None:
    fast, plain = Grammar(lexicon, CLASSES), PlainGrammar(lexicon, CLASSES)
    texts = [say_statement(lexicon, fact) for fact in facts]
    for text in (*texts, *(text + noise for text in texts), " ".join(texts), noise):
        assert fast.read_statement(text) == plain.read_statement(text)


PIECES = st.text(alphabet="ab ", max_size=6)


@given(st.lists(st.tuples(PIECES, PIECES, PIECES), max_size=6), st.text(alphabet="ab ", max_size=16), st.data())
def test_an_index_leaves_out_only_what_does_not_fit(
    pieces: list[tuple[str, str, str]], text: str, data: st.DataObject
) -> None:
    if pieces and data.draw(st.booleans()):
        before, between, after = data.draw(st.sampled_from(pieces))
        text = f"{before}{text[:5]}{between}{text[5:]}{after}"
    chosen = PhraseIndex((number, *one) for number, one in enumerate(pieces)).choose(text)
    assert list(chosen) == sorted(chosen)
    for number, (before, between, after) in enumerate(pieces):
        room = len(text) - len(before) - len(after)
        inner = text[len(before) : len(text) - len(after)] if room >= 0 else ""
        if room >= 0 and text.startswith(before) and text.endswith(after) and between in inner:
            assert number in chosen


def test_the_texts_of_slots_are_remembered_within_bounds() -> None:
    labels = dict(zip(INDIVIDUALS, ["Ann", "Bob", "Carl", "Dora", "Emil"], strict=True))
    lexicon = Lexicon(FRAMES["en"], labels, {PROPERTIES[0]: "{subject} knows {object}"})
    skeletons = [Skeleton("s", "en", ("Facts: ", "\n", "?"), ("facts", "statement"))]
    read: list[tuple[str, str]] = []

    class Counting(Reader):
        def _read_slot(self, grammar: Grammar, slot: str, value: str) -> Iterator[dict[str, Any]]:
            read.append((slot, value))
            return super()._read_slot(grammar, slot, value)

    reader = Counting({"en": Grammar(lexicon, CLASSES)}, skeletons)
    prompts = [
        f"Facts: Ann knows Bob. Bob knows Carl.\n{a} knows {b}?" for a in labels.values() for b in labels.values()
    ]
    for prompt in prompts:
        assert len(reader.read(prompt)) == 1
    assert [slot for slot, _ in read].count("facts") == 1
    assert len(reader._known) == 1 + len(prompts)
    most = reader_module._REMEMBERED
    for number in range(2 * most + 10):
        reader.read(f"Facts: Ann knows Bob.\nnobody {number}?")
    assert len(reader._known) <= most and len(reader._older) <= most
    assert reader.read(prompts[3]) == Reader({"en": Grammar(lexicon, CLASSES)}, skeletons).read(prompts[3])


def test_first_and_last_texts_choose_the_skeletons() -> None:
    def name(prompt: str, texts: Sequence[tuple[str, str]]) -> list[str]:
        skeletons = [Skeleton(f"{n}", "en", text, ("statement",)) for n, text in enumerate(texts)]
        return [skeleton.name for skeleton, _ in reader_module._SkeletonIndex(skeletons).cut(prompt)]

    long = "A very long beginning that two share "
    texts = [("", "?"), (long, "?"), (long + "and go on ", "?"), ("A", "!"), ("A", ""), (long, "."), ("", "")]
    assert name(long + "and go on x?", texts) == ["0", "1", "2", "4", "6"]
    assert name(long + "x.", texts) == ["4", "5", "6"]
    assert name("x", texts) == ["6"]
    assert name("", texts) == []  # a slot is not empty


_TEXT = st.text("ab", max_size=2)


@given(st.lists(st.lists(_TEXT, min_size=2, max_size=4), min_size=1, max_size=6), st.text("ab", max_size=9))
def test_prompts_are_cut_in_every_way_there_is(listed: list[list[str]], prompt: str) -> None:
    names = ("facts", "rules", "statement")
    skeletons = [Skeleton(f"{n}", "en", tuple(texts), names[: len(texts) - 1]) for n, texts in enumerate(listed)]
    found = [
        (skeleton.name, values)
        for skeleton, cuts in reader_module._SkeletonIndex(skeletons).cut(prompt)
        for values in cuts
    ]
    lengths = range(1, len(prompt) + 1)
    expected = [
        (skeleton.name, tuple(prompt[start : start + size] for start, size in zip(starts, sizes, strict=True)))
        for skeleton in skeletons
        for sizes in product(lengths, repeat=len(skeleton.slots))
        for starts in [_place(skeleton.texts, sizes)]
        if prompt == _join(skeleton.texts, prompt, starts, sizes)
    ]
    assert sorted(found) == sorted(expected)
    assert [name for name, _ in found] == sorted(name for name, _ in found)


def _place(texts: Sequence[str], sizes: Sequence[int]) -> list[int]:
    """Return where slots of these sizes begin."""
    starts, position = [], 0
    for text, size in zip(texts, sizes, strict=False):
        starts.append(position + len(text))
        position = starts[-1] + size
    return starts


def _join(texts: Sequence[str], prompt: str, starts: Sequence[int], sizes: Sequence[int]) -> str | None:
    """Return a skeleton filled with parts of a prompt; None when one is cut short."""
    values = [prompt[start : start + size] for start, size in zip(starts, sizes, strict=True)]
    if [len(value) for value in values] != list(sizes):
        return None
    return "".join(part for pair in zip(texts, [*values, ""], strict=True) for part in pair)
