"""docs/wording.md says what is: its vocabulary gives its sentences, and they are read back."""

from __future__ import annotations

import re
from pathlib import Path

from workbench.formats.rdf import parse_rdf
from workbench.formats.rules_parser import parse_atoms
from workbench.model.rules import Atom
from workbench.wording.grammar import Grammar
from workbench.wording.lexicon import build_lexicon
from workbench.wording.sentences import say_fact

TEXT = (Path(__file__).resolve().parents[2] / "docs" / "wording.md").read_text(encoding="utf-8")


def find_block(name: str) -> str:
    (found,) = re.findall(rf"^```\w+ {name}\n(.*?)^```", TEXT, re.MULTILINE | re.DOTALL)
    return str(found)


def test_the_sentences_shown_are_composed_and_read() -> None:
    triples = parse_rdf(find_block("words").encode(), "inn.ttl").triples
    inn = "<https://example.org/inn#Inn>"
    lexicons = {language: build_lexicon(triples, language, classes=[inn]) for language in ("en", "de")}
    lines = find_block("sentences").splitlines()
    for line in lines:
        language, formula, sentence = re.split(r"\s{2,}|(?<=^..) ", line)
        (fact,) = parse_atoms(formula, {"": "https://example.org/inn#"})
        assert isinstance(fact, Atom)
        assert say_fact(lexicons[language], fact) == sentence
        assert Grammar(lexicons[language], [inn]).read_fact(sentence) == (fact,)
    assert len(lines) >= 10


def test_files_named_are_there() -> None:
    root = Path(__file__).resolve().parents[2]
    for name in re.findall(r"`((?:workbench|tests)/[\w/.-]+)`", TEXT):
        assert (root / name).exists(), name
