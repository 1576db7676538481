"""What in a project a name can mean to a dataset, and which items hold it: read off the items as they are written."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any, Literal, NamedTuple

from workbench.build.curricula import locate_templates
from workbench.build.knowledge import Knowledge, get_knowledge
from workbench.build.statements import parse_axiom
from workbench.errors import DatasetError, SelectionError, UsageError
from workbench.export.reading import DatasetReader
from workbench.generation.splits.features import list_written_proofs
from workbench.model.items import canonical_json, compact_term
from workbench.model.report import Location
from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Term, get_local_name, is_literal, split_literal
from workbench.project import Project
from workbench.wording.lexicon import PHRASE
from workbench.wording.sentences import say_statement

__all__ = [
    "PLACES",
    "Mention",
    "Target",
    "TargetKind",
    "choose_domain",
    "find_close_names",
    "find_dataset",
    "find_target",
    "iterate_mentions",
    "locate_phrase",
    "make_matcher",
]

TargetKind = Literal["rule", "axiom", "constraint", "template", "class", "property", "individual"]
PLACES = ("proof", "rules", "template", "context", "question")
"""Where an item holds something: its proof uses the rule; its theory holds the rule, or one that mentions the name; it
is framed by the template; it states the name; it asks for it, or offers the rule."""


@dataclass(frozen=True, slots=True)
class Target:
    """Something that may change: ``names`` are rules or one template, ``term`` is a class, property or individual.

    ``said`` is what it says, in words; ``location`` is None where the project no longer has it, or never had.
    """

    kind: TargetKind
    names: tuple[str, ...]
    term: Term
    said: str
    location: Location | None


class Mention(NamedTuple):
    """An item that holds a target: file (below the dataset) and line, the item, and in which of :data:`PLACES`."""

    file: str
    line: int
    item: Mapping[str, Any]
    places: tuple[str, ...]


# ---- which dataset and which thing


def choose_domain(project: Project, domain: str | None, reader: DatasetReader | None) -> str:
    """Return the domain that is meant: the one named, else the dataset's, else the only one with a curriculum.

    Raises UsageError when there are several, SelectionError when there is none of this name.
    """
    if domain is None and reader is not None:
        named = reader.manifest.get("domain")
        if not isinstance(named, str) or named not in project.domains:
            raise UsageError(f"{reader.path} is of the domain {named}, which the project does not have; say --domain.")
        return named
    if domain is not None:
        return project.get_domain(domain).name
    with_items = [one.name for one in project.domains.values() if one.curriculum_file is not None]
    if len(with_items) != 1:
        raise UsageError(f"Say which domain (--domain) or dataset (--dataset) is meant: {', '.join(with_items)}.")
    return with_items[0]


def find_dataset(project: Project, domain: str) -> Path:
    """Return the folder into which the dataset of a domain is built by default. Raises UsageError without one."""
    if project.root is None:
        raise UsageError("A project in memory has no dataset; name one.")
    return project.root / project.config.build.out / domain


def find_target(project: Project, domain: str, text: str, reader: DatasetReader) -> Target | None:
    """Return what a text names in a domain or, where the domain does not have it, in a dataset; None for nothing.

    It is the name of a rule, constraint or axiom as proofs show it, an axiom of three names, a template
    (``<task>/<language>-<variant>``), or a class, property or individual by prefixed name, ``<IRI>`` or local name.
    """
    knowledge = get_knowledge(project, project.get_domain(domain))
    return (
        _find_rule(knowledge, text)
        or _find_template(knowledge, text, reader)
        or _find_axiom(knowledge, text)
        or _find_term(knowledge, text, reader)
        or _find_former_rule(text, reader)
    )


def find_close_names(project: Project, domain: str, text: str) -> list[str]:
    """Return up to three names of a domain that are nearly the text."""
    knowledge = get_knowledge(project, project.get_domain(domain))
    names = [rule.name for rule in knowledge.theory.rules]
    names += [*locate_templates(knowledge.domain)]
    names += [compact_term(term, knowledge.domain.prefixes) for term in knowledge.domain.kinds]
    return get_close_matches(text, names, 3)


def _find_rule(knowledge: Knowledge, text: str) -> Target | None:
    rule = knowledge.theory.by_name.get(text)
    if rule is None:
        return None
    said = knowledge.narrator.say_rule(rule)
    return Target(rule.kind, (rule.name,), "", said, knowledge.narrator.locate_rule(rule))


def _find_axiom(knowledge: Knowledge, text: str) -> Target | None:
    try:
        axiom = parse_axiom(knowledge.domain, text)
    except SelectionError:
        return None
    rules = [rule for rule in knowledge.theory.rules if axiom is not None and axiom in rule.axioms]
    if axiom is None or not rules:
        return None
    said = " ".join(knowledge.narrator.say_rule(rule) for rule in rules)
    return Target("axiom", tuple(rule.name for rule in rules), "", said, knowledge.project.locate(axiom))


def _find_template(knowledge: Knowledge, text: str, reader: DatasetReader) -> Target | None:
    path = locate_templates(knowledge.domain).get(text)
    if path is not None:
        return Target("template", (text,), "", "", Location(path))
    templates = reader.wording.get("templates", ())
    exported = {str(entry.get("name", "")).partition(":")[0] for entry in templates if isinstance(entry, dict)}
    return Target("template", (text,), "", "", None) if "/" in text and text in exported else None


def _find_term(knowledge: Knowledge, text: str, reader: DatasetReader) -> Target | None:
    domain = knowledge.domain
    prefixes = {**reader.prefixes, **domain.prefixes}
    prefix, colon, local = text.partition(":")
    if text.startswith("<") and text.endswith(">"):
        term = text
    elif colon and prefix in prefixes:
        term = f"<{prefixes[prefix]}{local}>"
    else:
        own = [term for term in domain.kinds if get_local_name(term) == text]
        term = own[0] if len(own) == 1 else ""
    if not term:
        return None
    kind = domain.kinds.get(term)
    if kind in ("class", "property"):
        atom = Atom("?a", RDF_TYPE, term) if kind == "class" else Atom("?a", term, "?b")
        said = say_statement(knowledge.narrator.lexicon, atom, {"?a": "A", "?b": "B"})
        place = locate_phrase(knowledge, term, knowledge.narrator.language)
        return Target("class" if kind == "class" else "property", (), term, said, place)
    if kind is not None:
        return Target("individual", (), term, knowledge.narrator.label(term), knowledge.narrator.locate(term))
    namespace = any(term[1:].startswith(iri) for iri in reader.prefixes.values())
    return Target("individual", (), term, "", None) if namespace else None


def _find_former_rule(text: str, reader: DatasetReader) -> Target | None:
    for _, theory in reader.iterate_theories():
        for rule in theory.get("rules", ()):
            if (
                isinstance(rule, dict)
                and rule.get("id") == text
                and rule.get("kind") in ("rule", "axiom", "constraint")
            ):
                return Target(rule["kind"], (text,), "", str(rule.get("formal", "")), None)
    return None


def locate_phrase(knowledge: Knowledge, term: Term, language: str) -> Location | None:
    """Return where the phrase of a class or property in a language stands; without one, where its name is declared."""
    for subject, predicate, object_ in knowledge.domain.triples:
        if (subject, predicate) == (term, PHRASE) and is_literal(object_):
            tag = split_literal(object_)[2]
            if tag.split("-")[0] == language:
                return knowledge.narrator.locate((subject, predicate, object_))
    return knowledge.narrator.locate(term)


# ---- which items hold it


def iterate_mentions(reader: DatasetReader, target: Target, count: Callable[[], None]) -> Iterator[Mention]:
    """Yield the items of a dataset that hold a target, in order; ``count`` hears of every item.

    Lines are read one after the other, and only those that may hold it are looked into. Raises DatasetError.
    """
    find = make_matcher(target, reader.prefixes)
    needles = _list_needles(target, reader.prefixes)
    theories = _find_theories(reader, target)
    for split in reader.splits:
        file = f"items/{split}.jsonl"
        for number, line in reader.iterate_lines(split):
            count()
            is_possible = any(needle in line for needle in needles)
            theory = _THEORY.search(line)
            if not is_possible and (theory is None or theory[1].decode() not in theories):
                continue
            item = reader.parse_line(line, f"{reader.path / file}:{number}")
            try:
                places = find(item, item["theory"] in theories)
                _ = item["id"], item["split"], item["level_name"], item["task"]
            except (KeyError, TypeError, AttributeError, ValueError) as error:
                raise DatasetError(
                    f"{reader.path / file}:{number}: is no item as docs/items.md says; 'workbench verify' says more."
                ) from error
            if places:
                yield Mention(file, number, item, places)


_THEORY = re.compile(rb'"theory":"([0-9a-f]{16,64})"')


def _list_needles(target: Target, prefixes: Mapping[str, str]) -> list[bytes]:
    """Return texts of which an item's line has one when it holds the target outside its theory's file."""
    if target.kind == "template":
        return [f'"template":{canonical_json(name)[:-1]}@'.encode() for name in target.names]
    if target.names:
        # A rule to choose from stands in its option and the steps there, and not among the rules of the theory.
        names = [canonical_json(name) for name in target.names]
        starts = ("", '"rule":', '"id":', '"of":')
        return [f"{start}{name}{'' if start else ':'}".encode() for name in names for start in starts]
    return [compact_term(target.term, prefixes).encode()]


def _find_theories(reader: DatasetReader, target: Target) -> frozenset[str]:
    """Return the theories of which a rule mentions a name; rules themselves are found in the items."""
    if not target.term:
        return frozenset()
    form = _make_form(target.term, reader.prefixes)
    return frozenset(
        digest
        for digest, theory in reader.iterate_theories()
        if any(form.search(str(rule.get("formal", ""))) for rule in theory.get("rules", ()) if isinstance(rule, dict))
    )


def _make_form(term: Term, prefixes: Mapping[str, str]) -> re.Pattern[str]:
    """Return what finds a term in formal texts, and none whose name only begins or ends with it."""
    text = compact_term(term, prefixes)
    return re.compile(re.escape(text) if text.startswith("<") else rf"(?<![\w.:/#-]){re.escape(text)}(?![\w-])")


def make_matcher(target: Target, prefixes: Mapping[str, str]) -> Callable[[Mapping[str, Any], bool], tuple[str, ...]]:
    """Return what finds the places in which an item holds a target; it is told whether the item's theory does."""
    if target.kind == "template":
        (name,) = target.names
        return lambda item, _: ("template",) * (item["provenance"]["template"].partition("@")[0] == name)
    if target.names:
        return lambda item, _: _find_rule_places(item, frozenset(target.names))
    form = _make_form(target.term, prefixes)
    return lambda item, is_in_theory: _find_term_places(item, is_in_theory, form)


def _find_rule_places(item: Mapping[str, Any], names: frozenset[str]) -> tuple[str, ...]:
    offered = names.intersection(option["rule"]["id"] for option in item["options"] if "rule" in option)
    proving = names - offered
    found = {
        "proof": any(outline.rule in proving for proof in list_written_proofs(item) for outline, _ in proof),
        "rules": not names.isdisjoint(item["provenance"]["axioms"]),
        "question": bool(offered) or item["query"].get("of") in names,
    }
    return tuple(place for place in PLACES if found.get(place))


def _find_term_places(item: Mapping[str, Any], is_in_theory: bool, form: re.Pattern[str]) -> tuple[str, ...]:
    asked = canonical_json([item["query"], [option["atom"] for option in item["options"]]])
    found = {
        "rules": is_in_theory,
        "context": any(form.fullmatch(term) for entry in item["context"] for term in entry["triple"]),
        "question": form.search(asked) is not None,
    }
    return tuple(place for place in PLACES if found.get(place))
