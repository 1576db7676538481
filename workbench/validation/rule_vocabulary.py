"""Do rules speak of classes and properties that the ontology declares?"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from difflib import get_close_matches

from workbench.model.report import Location, Violation
from workbench.model.rules import Atom
from workbench.model.terms import OWL, RDF, RDF_TYPE, RDFS, get_local_name

__all__ = ["Vocabulary"]

_VOCABULARY = (f"<{OWL}", f"<{RDF}", f"<{RDFS}")


class Vocabulary:
    """What the ontology declares, for checking the classes and properties that rules mention."""

    def __init__(self, known_keys: Collection[str], kinds: Mapping[str, str]) -> None:
        self._known = frozenset(known_keys)
        self._kinds = kinds
        self._by_name: dict[str, list[str]] = {}
        for key in sorted(self._known):
            self._by_name.setdefault(get_local_name(key), []).append(key)

    def check(
        self, atoms: Iterable[Atom], place: str, name_of: str, locate: Callable[[Atom], Location | None]
    ) -> Iterator[Violation]:
        """Report each unknown class or property once, and each that is used as the other.

        ``place`` is what a sentence calls the rule or test of the name ``name_of``; ``locate`` finds an atom in it.
        """
        seen: set[tuple[str, bool]] = set()
        for atom in atoms:
            is_class = atom.predicate == RDF_TYPE
            if (atom.key, is_class) in seen or atom.key.startswith(_VOCABULARY):
                continue
            seen.add((atom.key, is_class))
            used, name = ("class" if is_class else "property"), get_local_name(atom.key)
            kind = self._kinds.get(atom.key, used)
            if atom.key not in self._known:
                yield Violation(
                    "rule.unknown-predicate",
                    "error",
                    f"The {place} uses the {used} {name}, which the ontology does not declare.",
                    locate(atom),
                    atom.key,
                    "Nothing is known of a name that is declared nowhere, so it is most likely misspelt.",
                    self._suggest(atom.key, used) + f"declare {name} in the ontology.",
                    source=name_of,
                )
            elif kind != used:
                shape = f"{name}(?x)" if kind == "class" else f"{name}(?x, ?y)"
                yield Violation(
                    "rule.wrong-kind",
                    "error",
                    f"The {place} uses {name} as a {used}, but it is a {kind}.",
                    locate(atom),
                    atom.key,
                    "A class takes one argument, a property takes two.",
                    f"Write {shape}.",
                    source=name_of,
                )

    def _suggest(self, key: str, used: str) -> str:
        name = get_local_name(key)
        fitting = [n for n, keys in self._by_name.items() if any(self._kinds.get(k, used) == used for k in keys)]
        if name in fitting:
            return f"Did you mean {self._by_name[name][0]}? Otherwise "
        near = get_close_matches(name, fitting, n=1) or [n for n in fitting if n.casefold() == name.casefold()]
        return f"Did you mean {near[0]}? Otherwise " if near else "Correct the name, or "
