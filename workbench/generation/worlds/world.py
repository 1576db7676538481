"""Worlds: small sets of facts about renamed individuals, from which items are carved."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass

from workbench.formats.curriculum_names import fold_name
from workbench.generation.keyed import KeyedRandom
from workbench.model.curriculum import Curriculum, WorldSource
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal

__all__ = ["NAME_SPACE", "NameBook", "World", "list_confusable", "rename_individuals"]

NAME_SPACE = "urn:knowledge-workbench:name#"
"""Fresh individuals are named in this namespace, one IRI for each name of a curriculum's lists."""
_SYMBOLS, _RESERVE = 60, 120
"""Neutral symbols that stand for a list, and further ones for worlds that use a list up."""


@dataclass(frozen=True, slots=True)
class World:
    """Facts that hold together, and the goals they were made for (project worlds: a derived fact chosen).

    ``opposed`` are statements that an integrity rule was meant to refute beside the facts. Whether a goal follows and
    a statement is refuted has to be asked: other facts, or what is drawn for numbers, may have changed it.
    """

    key: str
    source: WorldSource
    facts: tuple[Triple, ...]
    goals: tuple[Triple, ...]
    opposed: tuple[Triple, ...] = ()


class NameBook:
    """The names a curriculum gives to fresh individuals, by class, each with its own IRI.

    A list that is used up goes on with neutral symbols (``N61``, ``N62`` ...), the same in every language; a symbol
    that could be taken for another name is left out. ``taken_labels`` are labels, by language, that prompts may hold
    besides, those of individuals that rules name: a name that could be taken for one of them is given to nobody.
    """

    def __init__(self, curriculum: Curriculum, taken_labels: Mapping[str, Collection[str]] | None = None) -> None:
        self.labels: dict[str, dict[Term, str]] = {language: {} for language, _ in curriculum.languages}
        self._lists: list[tuple[Term, tuple[Term, ...]]] = []
        self.order: Callable[[Sequence[Term], str, KeyedRandom], list[Term]] | None = None
        """In which order names of a list are given in a world, by its key; None leaves it to the draw."""
        others = {name: {*map(fold_name, (taken_labels or {}).get(name, ()))} for name, _ in curriculum.languages}
        taken: set[Term] = set()
        for number, names in enumerate(curriculum.names):
            by_language = dict(names.labels)
            first = by_language[curriculum.languages[0][0]]
            terms = tuple(_make_term(text, number, index, taken) for index, text in enumerate(first))
            for language, texts in by_language.items():
                self.labels[language].update(zip(terms, texts, strict=True))
            free = tuple(t for t in terms if all(
                fold_name(self.labels[language][t]) not in others[language] for language in by_language
            ))  # fmt: skip
            self._lists.append((names.class_, free))
        given = {fold_name(text) for labels in self.labels.values() for text in labels.values()}
        given.update(*others.values())
        is_open = any(not class_ for class_, _ in self._lists)
        symbols = [f"N{number}" for number in range(_SYMBOLS + 1 if is_open else 1, _SYMBOLS + _RESERVE + 1)]
        symbols = [symbol for symbol in symbols if fold_name(symbol) not in given]
        terms = tuple(_make_term(text, 0, index, taken) for index, text in enumerate(symbols))
        for labels in self.labels.values():
            labels.update(zip(terms, symbols, strict=True))
        if not is_open:
            self._lists.append(("", terms[:_SYMBOLS]))
            terms = terms[_SYMBOLS:]
        self._reserve = terms
        self.classes = tuple(dict.fromkeys(class_ for class_, _ in self._lists if class_))

    @property
    def lists(self) -> tuple[tuple[Term, ...], ...]:
        """The names of each list, by their terms."""
        return tuple(terms for _, terms in self._lists)

    @property
    def size(self) -> int:
        """For how many individuals of one world there are names and symbols."""
        return sum(map(len, self.lists)) + len(self._reserve)

    def name_individuals(self, classes: Sequence[Collection[Term]], random: KeyedRandom) -> list[Term] | None:
        """Return a name for each individual, of the first list for one of its classes, each name once.

        None when there are more individuals than all names and symbols.
        """
        numbers = {class_: number for number, (class_, _) in reversed(list(enumerate(self._lists)))}
        wanted = [min((numbers[c] for c in own if c and c in numbers), default=numbers.get("", -1)) for own in classes]
        drawn = {n: iter(self._draw(self._lists[n][1], wanted.count(n), random)) for n in sorted(set(wanted))}
        reserve = iter(self._reserve)
        names = [next(drawn[n], None) or next(reserve, None) for n in wanted]
        return [name for name in names if name is not None] if None not in names else None

    def _draw(self, names: Sequence[Term], count: int, random: KeyedRandom) -> list[Term]:
        if self.order is None:
            return random.pick(names, count)
        return self.order(names, str(random.draw_below(1 << 48)), random)[:count]

    def choose_names(
        self, individuals: Sequence[Term], classes: Mapping[Term, frozenset[Term]], random: KeyedRandom
    ) -> dict[Term, Term] | None:
        """Give each individual a name, as :meth:`name_individuals` does."""
        names = self.name_individuals([classes.get(term, frozenset()) for term in individuals], random)
        return None if names is None else dict(zip(individuals, names, strict=True))


def list_confusable(labels: Mapping[Term, str]) -> tuple[tuple[Term, ...], ...]:
    """Return the groups of individuals whose labels a reader cannot tell apart, each sorted: no prompt may hold two."""
    groups: dict[str, list[Term]] = {}
    for term in sorted(labels):
        groups.setdefault(fold_name(labels[term]), []).append(term)
    return tuple(tuple(group) for group in groups.values() if len(group) > 1)


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
