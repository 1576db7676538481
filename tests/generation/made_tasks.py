"""Items of one task made from small material, judged again from values and from files."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from types import ModuleType
from typing import Any

from workbench.build.dataset import write_wording
from workbench.build.item_lines import Line
from workbench.build.item_verification import ItemVerifier
from workbench.export import DatasetContent, read_dataset, write_dataset
from workbench.formats.rules_parser import parse_rule
from workbench.generation.items.judging import Judges
from workbench.generation.questions.draft import Answered
from workbench.generation.selection.blocks import BlockMaker, Candidate, Material
from workbench.model.items import canonical_json, compute_item_id, expand_term
from workbench.model.rules import Rule
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.wording.grammar import Grammar
from workbench.wording.reader import Reader
from workbench.wording.templates import Template, parse_template

_DOCUMENT = Path(__file__).resolve().parents[2] / "docs" / "items.md"


class MadeTask:
    """Candidates of a task, what became of them, and who judged; ``texts`` are its templates by language."""

    def __init__(self, material: Material, task: str, texts: dict[str, str], folder: Path, most: int = 12) -> None:
        templates = []
        for language, text in texts.items():
            parsed = parse_template(text, f"{task}/{language}-1.j2", task, language, "1", "0" * 32)
            assert isinstance(parsed, Template), parsed
            templates.append(parsed)
        self.material = replace(material, templates=(*material.templates, *templates))
        self.maker, self._folder = BlockMaker(self.material), folder
        self.candidates: list[Candidate] = []
        for level in material.curriculum.levels:
            found = self.maker.propose(level, "sampled", 0, {(quota.task, quota.status) for quota in level.quotas})
            self.rejected = found.rejected
            by_language: Counter[str] = Counter()
            for candidate in found.candidates:
                by_language[candidate.language] += 1
                if by_language[candidate.language] <= most:
                    self.candidates.append(candidate)
        self.judged = self.maker.judge(self.candidates)
        grammars = {name: Grammar(lexicon, material.classes) for name, lexicon in self.maker.exported.items()}
        self.reader = Reader(grammars, self.maker.renderer.skeletons)
        self.judges = Judges(material.prefixes)

    @property
    def items(self) -> list[dict[str, Any]]:
        return [one.item for one in self.judged if one.item is not None]

    @property
    def theories(self) -> dict[str, dict[str, Any]]:
        return {one.theory["digest"]: one.theory for one in self.judged if one.theory is not None}

    def judge(self, item: Answered, language: str = "en") -> str:
        """Judge an answered draft; empty when it is accepted."""
        rendered = self.maker.renderer.render(item, language)
        theory = self.material.theory.select(item.draft.rules)
        verdict = self.judges.judge(item, rendered, theory, self.reader)
        return verdict if isinstance(verdict, str) else ""

    def read_theory(self, item: dict[str, Any]) -> Theory:
        """The theory of a written item, from its file."""
        rules = []
        for entry in self.theories[item["theory"]]["rules"]:
            parsed = parse_rule(entry["formal"], self.material.prefixes)
            rules.append(Rule(entry["id"], parsed.body, parsed.head))
        return Theory.build(rules, [expand_term(key, self.material.prefixes) for key in item["semantics"]["closed"]])

    def read_triple(self, written: list[str]) -> Triple:
        subject, predicate, object_ = (expand_term(term, self.material.prefixes) for term in written)
        return (subject, predicate, object_)

    @cached_property
    def dataset(self) -> Path:
        """The items as a dataset."""
        splits: dict[str, list[dict[str, Any]]] = {}
        for item in self.items:
            splits.setdefault(item["split"], []).append(item)
        head = {"domain": "guild", "curriculum": "guild"}
        card = {"name": "guild", "description": "d", "licence": "CC0-1.0", "languages": ["en", "de"], "domain": "guild"}
        wording = write_wording(self.material)
        content = DatasetContent(splits, self.theories, wording, dict(self.material.prefixes), head, card)
        return write_dataset(self._folder / "dataset", content)

    def verify(self, item: dict[str, Any]) -> list[str]:
        """What is wrong with a written item by the files of the dataset; its id is made to fit."""
        item = {**item, "id": compute_item_id(item)}
        line = Line(f"items/{item['split']}.jsonl", 1, canonical_json(item).encode() + b"\n", True)
        verifier = ItemVerifier(self.dataset, read_dataset(self.dataset).manifest)
        return [problem.what for problem in verifier.verify([line]).problems]


def load_reader() -> ModuleType:
    """The reader in clingo of docs/items.md, which knows nothing of Workbench."""
    programs = re.findall(r"^```python\n(.*?)^```", _DOCUMENT.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    module = ModuleType("documented_reader")
    text = next(text for text in programs if "import clingo" in text)
    exec(compile(text, "reader.py", "exec"), module.__dict__)  # noqa: S102 -- our own document
    return module
