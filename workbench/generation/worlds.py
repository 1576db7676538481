"""Worlds: small sets of facts about renamed individuals, from which items are carved."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.generation.keyed import KeyedRandom
from workbench.model.curriculum import Curriculum, WorldSource
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal

__all__ = ["NAME_SPACE", "NameBook", "World", "rename_individuals"]

NAME_SPACE = "urn:knowledge-workbench:name#"
"""Fresh individuals are named in this namespace, one IRI for each name of a curriculum's lists."""


@dataclass(frozen=True, slots=True)
class World:
    """Facts that hold together, and the goals they were made for (project worlds: a derived fact chosen)."""

    key: str
    source: WorldSource
    facts: tuple[Triple, ...]
    goals: tuple[Triple, ...]


class NameBook:
    """The names a curriculum gives to fresh individuals, by class, each with its own IRI."""

    def __init__(self, curriculum: Curriculum) -> None:
        self.labels: dict[str, dict[Term, str]] = {language: {} for language, _ in curriculum.languages}
        self._lists: list[tuple[Term, tuple[Term, ...]]] = []
        for number, names in enumerate(curriculum.names):
            by_language = dict(names.labels)
            first = by_language[curriculum.languages[0][0]]
            terms = tuple(f"<{NAME_SPACE}{_make_local(text, number, i)}>" for i, text in enumerate(first))
            for language, texts in by_language.items():
                self.labels[language].update(zip(terms, texts, strict=True))
            self._lists.append((names.class_, terms))
        if not any(not class_ for class_, _ in self._lists):
            # No list for any class: neutral symbols, the same in every language.
            terms = tuple(f"<{NAME_SPACE}N{i}>" for i in range(1, 61))
            for labels in self.labels.values():
                labels.update((term, f"N{i}") for i, term in enumerate(terms, 1))
            self._lists.append(("", terms))

    def choose_names(
        self, individuals: Sequence[Term], classes: Mapping[Term, frozenset[Term]], random: KeyedRandom
    ) -> dict[Term, Term] | None:
        """Give each individual a name of the first list whose class it has; None when a list is used up."""
        shuffled = {class_: iter(random.shuffle(terms)) for class_, terms in self._lists}
        result = {}
        for individual in individuals:
            own = classes.get(individual, frozenset())
            class_ = next((c for c, _ in self._lists if c in own), "")
            name = next(shuffled[class_], None)
            if name is None:
                return None
            result[individual] = name
        return result


def _make_local(text: str, list_number: int, index: int) -> str:
    local = "".join(char if char.isascii() and char.isalnum() else "-" for char in text).strip("-")
    prefix = "" if list_number == 0 else f"{list_number}-"
    return f"{prefix}{local}" if local and text.isascii() else f"{prefix}n{index}"


def rename_individuals(facts: Iterable[Triple], names: Mapping[Term, Term]) -> tuple[Triple, ...]:
    """Return the facts with individuals renamed, sorted. Classes and properties are never renamed."""
    renamed = []
    for subject, predicate, object_ in facts:
        other = object_ if predicate == RDF_TYPE or is_literal(object_) else names.get(object_, object_)
        renamed.append((names.get(subject, subject), predicate, other))
    return tuple(sorted(set(renamed)))
