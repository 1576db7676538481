"""Where an item comes from: its template, phrases, rules and axioms, each with its line in the project."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from workbench.build.curricula import locate_templates
from workbench.build.default_templates import list_defaults
from workbench.build.knowledge import Knowledge, get_knowledge
from workbench.build.mentions import choose_domain, find_dataset, locate_phrase
from workbench.errors import DatasetError, SelectionError, UsageError
from workbench.export.evidence import TheoryFile, read_theory_file
from workbench.export.reading import DatasetReader, read_dataset
from workbench.generation.identity.clause_graph import normalise_rule
from workbench.generation.splits.features import list_written_proofs
from workbench.model.items import canonical_json, check_item, compact_term, expand_term
from workbench.model.report import Location
from workbench.model.terms import RDF_TYPE, Term
from workbench.project import Project

__all__ = ["ItemTrace", "State", "TracedPhrase", "TracedRule", "trace_item"]

_LEAST_ID = 4
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_NAME = re.compile(r"<[^<>\s]+>|(?<![\w.:/#\"-])[A-Za-z][\w.-]*:[\w.-]+")
State = Literal["same", "changed", "gone"]


class TracedRule(NamedTuple):
    """A rule or axiom of the item's theory, whether its proof uses it, and what became of it in the project."""

    name: str
    kind: str
    sentence: str
    used: bool
    state: State
    location: Location | None


class TracedPhrase(NamedTuple):
    """A class, property or individual of the project that the item mentions, and what it is called there."""

    name: str
    kind: str
    phrase: str
    places: tuple[str, ...]
    location: Location | None


@dataclass(frozen=True, slots=True)
class ItemTrace:
    """An item and all that it was made from; ``template_state`` tells whether the template is still what it was."""

    item: str
    file: str
    line: int
    split: str
    level: str
    task: str
    language: str
    template: str
    template_location: Location | None
    template_state: State
    rules: tuple[TracedRule, ...]
    phrases: tuple[TracedPhrase, ...]

    def format_text(self) -> str:
        """Return it as text for a terminal."""
        lines = [
            f"{self.item} {self.file}:{self.line}",
            f"  {self.split}, {self.level}, {self.task}, {self.language}",
            f"template {self.template}: {self._say_template()}",
        ]
        for rule in self.rules:
            used = "used by its proof" if rule.used else "stated beside it"
            lines += [f"{rule.kind} {rule.name}: {_say_place(rule.location, rule.state)}, {used}", f"  {rule.sentence}"]
        for phrase in self.phrases:
            place = _say_place(phrase.location, "same")
            lines += [f"{phrase.kind} {phrase.name}: {place}, in {', '.join(phrase.places)}", f"  {phrase.phrase}"]
        return "".join(f"{_CONTROL.sub(' ', line)}\n" for line in lines)

    def _say_template(self) -> str:
        if self.template_location is not None or self.template_state == "gone":
            return _say_place(self.template_location, self.template_state)
        return f"comes with Workbench{' (changed since)' if self.template_state == 'changed' else ''}"

    def to_json(self) -> dict[str, Any]:
        """Return it as JSON values."""
        return {
            "item": self.item,
            "file": self.file,
            "line": self.line,
            "split": self.split,
            "level": self.level,
            "task": self.task,
            "language": self.language,
            "template": {
                "name": self.template,
                "state": self.template_state,
                "location": _write_place(self.template_location),
            },
            "rules": [{**rule._asdict(), "location": _write_place(rule.location)} for rule in self.rules],
            "phrases": [{**one._asdict(), "location": _write_place(one.location)} for one in self.phrases],
        }


def _say_place(place: Location | None, state: State) -> str:
    if state == "gone":
        return "not in the project any more"
    return f"{place or 'place not known'}{' (changed since)' if state == 'changed' else ''}"


def _write_place(place: Location | None) -> str | None:
    return None if place is None else str(place)


def trace_item(
    project: Project, item: str, dataset: Path | str | None = None, *, domain: str | None = None
) -> ItemTrace:
    """Return what an item was made from, with the line of each rule, axiom, phrase and template in the project.

    ``item`` is its id, or the beginning of it; ``dataset`` is by default the folder that the domain is built into.
    Raises SelectionError when there is no such item, UsageError when there are several, DatasetError when the dataset
    cannot be read.
    """
    if len(item) < _LEAST_ID:
        raise UsageError(f"Give at least the first {_LEAST_ID} digits of an item's id, not '{item}'.")
    path = Path(dataset) if dataset is not None else find_dataset(project, choose_domain(project, domain, None))
    reader = read_dataset(path)
    knowledge = get_knowledge(project, project.get_domain(choose_domain(project, domain, reader)))
    file, line, found = _find_item(reader, item)
    place = f"{path / file}:{line}"
    problems = check_item(found)
    if problems:
        raise DatasetError(f"{place}: {problems[0]}")
    try:
        theory = read_theory_file(found["theory"], reader.read_theory(found["theory"]), reader.prefixes)
        phrases = tuple(_trace_phrases(knowledge, found, theory, reader.prefixes))
    except ValueError as error:
        raise DatasetError(f"{place}: {error}") from error
    name, _, digest = found["provenance"]["template"].partition("@")
    template = locate_templates(knowledge.domain).get(name)
    own = ((source.path, source.digest) for source in knowledge.domain.templates)
    lent = ((None, one.digest) for one in list_defaults(found["task"], found["language"]) if one.name == name)
    present = next((digest for path, digest in (*own, *lent) if path == template), None)
    return ItemTrace(
        item=found["id"],
        file=str(path / file),
        line=line,
        split=found["split"],
        level=found["level_name"],
        task=found["task"],
        language=found["language"],
        template=name,
        template_location=None if template is None else Location(template),
        template_state="gone" if present is None else "same" if present.startswith(digest) else "changed",
        rules=tuple(_trace_rules(knowledge, found, theory)),
        phrases=phrases,
    )


def _find_item(reader: DatasetReader, wanted: str) -> tuple[str, int, dict[str, Any]]:
    needle = f'"id":{canonical_json(wanted)[:-1]}'.encode()
    found: dict[str, tuple[str, int, dict[str, Any]]] = {}
    for split in reader.splits:
        file = f"items/{split}.jsonl"
        for number, line in reader.iterate_lines(split):
            if needle in line:
                item = reader.parse_line(line, f"{reader.path / file}:{number}")
                if isinstance(item.get("id"), str) and item["id"].startswith(wanted):
                    found.setdefault(item["id"], (file, number, item))
    if not found:
        raise SelectionError(f"The dataset {reader.path} has no item {wanted}.")
    if len(found) > 1:
        raise UsageError(f"{len(found):,} items begin with {wanted}; give more of the id.")
    return next(iter(found.values()))


def _trace_rules(knowledge: Knowledge, item: Mapping[str, Any], theory: TheoryFile) -> Iterator[TracedRule]:
    """Yield the rules of the theory, those of the proof first."""
    used = {outline.rule for proof in list_written_proofs(item) for outline, _ in proof}
    present = {normalise_rule(rule, "exact"): rule for rule in reversed(knowledge.theory.rules)}
    for rule in sorted(theory.rules, key=lambda rule: (rule.name not in used, rule.name)):
        same = present.get(normalise_rule(rule, "exact"))
        own = same or knowledge.theory.by_name.get(rule.name)
        sentence = theory.texts[rule.name].get(item["language"], theory.formal[rule.name])
        yield TracedRule(
            rule.name,
            rule.kind,
            sentence,
            rule.name in used,
            "same" if same is not None else "gone" if own is None else "changed",
            None if own is None else knowledge.narrator.locate_rule(own),
        )


def _trace_phrases(
    knowledge: Knowledge, item: Mapping[str, Any], theory: TheoryFile, prefixes: Mapping[str, str]
) -> Iterator[TracedPhrase]:
    """Yield what the project has of the names in an item, with the places in which each stands."""
    kinds, narrator = knowledge.domain.kinds, knowledge.narrator_in(item["language"])
    stated = {expand_term(term, prefixes) for entry in item["context"] for term in entry["triple"]}
    asked = _list_names([item["query"], [option["atom"] for option in item["options"]]], prefixes)
    ruled = set().union(*(_list_names(formal, prefixes) for formal in theory.formal.values()))
    for term in sorted((stated | asked | ruled) & kinds.keys()):
        kind = kinds[term]
        if kind not in ("class", "property", "individual") or term == RDF_TYPE:
            continue
        places = tuple(
            name for name, terms in (("context", stated), ("question", asked), ("rules", ruled)) if term in terms
        )
        said = narrator.label(term)
        if kind != "individual":
            said = narrator.lexicon.get_phrase(term, is_class=kind == "class")
        yield TracedPhrase(
            compact_term(term, prefixes), kind, said, places, locate_phrase(knowledge, term, item["language"])
        )


def _list_names(value: object, prefixes: Mapping[str, str]) -> set[Term]:
    """Return the terms that stand in JSON values or formal texts, as far as their prefixes are known."""
    text = value if isinstance(value, str) else canonical_json(value).replace('"', " ")
    found = set()
    for name in _NAME.findall(text):
        if name.startswith("<") or name.partition(":")[0] in prefixes:
            found.add(expand_term(name.rstrip("."), prefixes))
    return found
