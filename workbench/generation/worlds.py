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
        taken: set[Term] = set()
        for number, names in enumerate(curriculum.names):
            by_language = dict(names.labels)
            first = by_language[curriculum.languages[0][0]]
            terms = tuple(_make_term(text, number, index, taken) for index, text in enumerate(first))
            for language, texts in by_language.items():
                self.labels[language].update(zip(terms, texts, strict=True))
            self._lists.append((names.class_, terms))
        if not any(not class_ for class_, _ in self._lists):
            # No list for any class: neutral symbols, the same in every language.
            names_ = [f"N{i}" for i in range(1, 61)]
            terms = tuple(_make_term(text, 0, index, taken) for index, text in enumerate(names_))
            for labels in self.labels.values():
                labels.update(zip(terms, names_, strict=True))
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


def _make_term(text: str, list_number: int, index: int, taken: set[Term]) -> Term:
    """Return the IRI of a name, which no other name has: "Ann Lee" and "Ann-Lee" are two."""
    local = "".join(char if char.isascii() and char.isalnum() else "-" for char in text).strip("-")
    local = local if local and text.isascii() else f"n{index}"
    if list_number:
        local = f"{list_number}-{local}"
    number = 1
    while (term := f"<{NAME_SPACE}{local}{'' if number == 1 else f'-{number}'}>") in taken:
        number += 1
    taken.add(term)
    return term


def rename_individuals(facts: Iterable[Triple], names: Mapping[Term, Term]) -> tuple[Triple, ...]:
    """Return the facts with individuals renamed, sorted. Classes and properties are never renamed."""
    renamed = []
    for subject, predicate, object_ in facts:
        other = object_ if predicate == RDF_TYPE or is_literal(object_) else names.get(object_, object_)
        renamed.append((names.get(subject, subject), predicate, other))
    return tuple(sorted(set(renamed)))
