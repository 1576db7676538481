"""Which split an item belongs to: decided by what it touches, so that train has nothing of what a split holds out.

Everything is a function of the item and of the curriculum, with hashes where something is chosen; neither seed nor
the order of work plays a part. What the splits hold out is told in full (:meth:`Splitter.to_json`), so that whoever
has the files can decide again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import DatasetError
from workbench.generation.keyed import KeyedRandom, hash_parts, take_share
from workbench.generation.splits.features import ItemFeatures
from workbench.model.curriculum import Curriculum
from workbench.model.report import Violation
from workbench.model.rules import Rule, iterate_atoms
from workbench.model.splits import AXES, WORDS, HeldOut
from workbench.model.terms import Term

__all__ = ["Held", "Splitter", "build_splitter", "read_splitter", "report_splits"]


def _is_chosen(share: float, *key: object) -> bool:
    """Tell whether the hash of a key falls into a share of all."""
    return int(hash_parts("held out", *key)[:13], 16) < share * 16**13


@dataclass(frozen=True, slots=True)
class Held:
    """What a split holds out, name by name: see :class:`workbench.model.splits.HeldOut`.

    ``terms`` are individuals or predicates; ``share`` is left for pairs of rules only, which are too many to list.
    """

    name: str
    axis: str
    least: tuple[tuple[str, int], ...] = ()
    pairs: frozenset[tuple[str, str]] = frozenset()
    share: float = 0.0
    meet: str = "proof"
    terms: frozenset[Term] = frozenset()
    variants: tuple[str, ...] = ()
    uses: float = 0.0
    of: str = ""

    def touches(self, features: ItemFeatures) -> bool:
        """Tell whether an item is on the split's axis; a perturbed split has only what is made for it."""
        match self.axis:
            case "higher" | "wider" | "longer":
                return any(features.get_measure(name) >= least for name, least in self.least)
            case "compositions":
                met = features.adjacent if self.meet == "adjacent" else features.meetings
                return any(map(self.holds_pair, met))
            case "individuals":
                return not self.terms.isdisjoint(features.individuals)
            case "properties":
                return not self.terms.isdisjoint(features.predicates)
            case "templates":
                return self.holds_template(features.template)
        return False

    def holds_pair(self, pair: tuple[str, str]) -> bool:
        """Tell whether two rules, sorted, must not meet in train."""
        return pair in self.pairs or (self.share > 0 and _is_chosen(self.share, "pair", self.name, *pair))

    def holds_template(self, template: str) -> bool:
        """Tell whether a template (``task/language-variant``) is reserved. ValueError when none is chosen yet."""
        if not template:
            raise ValueError("the template must be chosen before the split")
        return any(template == variant or template.endswith(f"/{variant}") for variant in self.variants)

    def to_json(self) -> dict[str, Any]:
        """Return the split as a JSON value with only the keys that say something."""
        values = {
            "least": dict(self.least),
            "pairs": sorted(map(list, self.pairs)),
            "share": self.share,
            "meet": self.meet if self.axis == "compositions" else "",
            "terms": sorted(self.terms),
            "variants": list(self.variants),
            "of": self.of,
        }
        return {"name": self.name, "axis": self.axis, **{key: value for key, value in values.items() if value}}


@dataclass(frozen=True)
class Splitter:
    """Decides on splits: ``shares`` of the iid ones, the identity ``by`` which they are drawn, and what is ``held``."""

    shares: tuple[tuple[str, float], ...]
    by: str
    held: tuple[Held, ...] = ()

    @property
    def train(self) -> str:
        """The split to train on."""
        return self.shares[0][0]

    @property
    def needs_text(self) -> bool:
        """Whether an item's split depends on how many words its prompt has, so that the text must come first."""
        return any(name == WORDS for held in self.held for name, _ in held.least)

    @property
    def needs_template(self) -> bool:
        """Whether an item's split depends on its template, which must then be chosen first."""
        return any(held.axis == "templates" for held in self.held)

    def choose(self, features: ItemFeatures, assigned: str = "", touched: Sequence[str] | None = None) -> str:
        """Return the split of an item that is not a perturbed one.

        ``touched`` is what :meth:`list_touched` says of it, where that is known. ``assigned`` is the split that its
        level names, if any. Otherwise an item belongs to the first split whose axis it touches, and to an iid split by
        the hash of its identity when it touches none (by ``named``: of what it states, so that questions about one
        world stay together); where a level's own split is the one to train on, that comes in place of the hash.
        """
        if assigned and assigned != self.train:
            return assigned
        claims = touched if touched is not None else (held.name for held in self.held if held.touches(features))
        claim = next(iter(claims), "")
        return claim or assigned or self.draw(features.context if self.by == "named" else features.core)

    def draw(self, identity: str) -> str:
        """Return the iid split in which the hash of an identity falls."""
        return take_share(identity, self.shares)

    def list_touched(self, features: ItemFeatures) -> tuple[str, ...]:
        """Return every split whose axis an item touches; one for training must touch none."""
        return tuple(held.name for held in self.held if held.touches(features))

    # ---- so that what is held out can be reached

    def order_names(self, names: Sequence[Term], world: str, random: KeyedRandom) -> list[Term]:
        """Return the names of a list in the order in which a world (by its key) gives them to individuals.

        Most worlds get no name that is held out. Others get those first, and more when they are used up.
        """
        held = [one for one in self.held if one.axis == "individuals"]
        if not held:
            return random.shuffle(names)
        own = next((one for one in held if _is_chosen(one.uses, "world", one.name, world)), None)
        reserved = frozenset[Term]().union(*(one.terms for one in held))
        first = random.shuffle([name for name in names if own is not None and name in own.terms])
        return [*first, *random.shuffle([name for name in names if name not in reserved])]

    def choose_template(self, names: Sequence[str], key: str) -> str:
        """Return one of the templates (not empty) by the hash of a draft's key.

        All are alike, unless a split says how often its reserved ones are used.
        """
        random = KeyedRandom("template", key)
        free = [name for name in names if not any(h.holds_template(name) for h in self.held if h.axis == "templates")]
        for held in self.held:
            own = [name for name in names if held.axis == "templates" and held.holds_template(name)]
            if own and held.uses:
                if _is_chosen(held.uses, "template", held.name, key) or not free:
                    return random.choose(own)
            elif own:
                free += own
        return random.choose(free or names)

    def list_avoided(self, rules: Iterable[Rule]) -> frozenset[str]:
        """Return the names of rules that mention what is held out: not to be stated where they are not needed."""
        reserved = frozenset[Term]().union(*(held.terms for held in self.held if held.axis == "properties"))
        return frozenset(
            rule.name
            for rule in rules
            for atom in (*rule.head, *iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True))
            if atom.key in reserved
        )

    # ---- as data

    def to_json(self) -> dict[str, Any]:
        """Return all that the decisions rest on, for the manifest."""
        return {
            "shares": [[name, share] for name, share in self.shares],
            "by": self.by,
            "held_out": [held.to_json() for held in self.held],
        }


def build_splitter(
    curriculum: Curriculum, names: Iterable[Sequence[Term]] = (), predicates: Iterable[Term] = ()
) -> Splitter:
    """Return what decides on the splits of a curriculum.

    ``names`` are the lists of individuals that items can name, ``predicates`` all classes and properties of the
    theory: shares of them are chosen by hash, of a list of names at least one and never all.
    """
    lists = [tuple(listed) for listed in names]
    known = sorted(set(predicates))
    held = tuple(_resolve(one, lists, known) for one in curriculum.held_out)
    return Splitter(curriculum.splits.shares, curriculum.splits.by, held)


def _resolve(held: HeldOut, names: Sequence[Sequence[Term]], predicates: Sequence[Term]) -> Held:
    terms: set[Term] = set(held.terms)
    if held.axis == "individuals":
        for listed in names:
            number = min(len(listed) - 1, max(1, round(held.share * len(listed))))
            terms.update(sorted(listed, key=_rank("name", held.name))[: max(0, number)])
    elif held.axis == "properties":
        terms.update(term for term in predicates if _is_chosen(held.share, "predicate", held.name, term))
    return Held(
        held.name,
        held.axis,
        held.least,
        frozenset(held.pairs),
        held.share if held.axis == "compositions" else 0.0,
        held.meet,
        frozenset(terms),
        held.variants,
        held.uses or (held.share if held.axis == "individuals" else 0.0),
        held.of,
    )


def _rank(*parts: str) -> Callable[[Term], str]:
    return lambda term: hash_parts("held out", *parts, term)


def read_splitter(written: Mapping[str, Any]) -> Splitter:
    """Return the splitter that :meth:`Splitter.to_json` told; DatasetError when it is not as that writes it."""
    try:
        held = tuple(
            Held(
                str(one["name"]),
                one["axis"],
                tuple((str(name), int(least)) for name, least in one.get("least", {}).items()),
                frozenset((str(first), str(second)) for first, second in one.get("pairs", ())),
                float(one.get("share", 0)),
                str(one.get("meet", "proof")),
                frozenset(map(str, one.get("terms", ()))),
                tuple(map(str, one.get("variants", ()))),
                of=str(one.get("of", "")),
            )
            for one in written["held_out"]
        )
        shares = tuple((str(name), float(share)) for name, share in written["shares"])
        if not shares or any(one.axis not in AXES for one in held):
            raise ValueError("no shares, or an axis that is not known")
        return Splitter(shares, str(written["by"]), held)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise DatasetError(f"the manifest does not say how items are split: {error}") from error


def report_splits(curriculum: Curriculum, counts: Mapping[str, int]) -> list[Violation]:
    """Return a finding for every split of a built dataset without items that should have some.

    ``counts`` are the items by split. Where train has none that is an error whatever the curriculum says of
    shortfalls: there is nothing to learn from.
    """
    found = []
    held = {one.name: one for one in curriculum.held_out}
    if not counts.get(curriculum.train):
        message = f"No item is left to train on: all {sum(counts.values()):,} are in other splits."
        claims = ", ".join(f"{name} {counts[name]:,}" for name in held if counts.get(name))
        found.append(
            Violation(
                "curriculum.held-out",
                "error",
                message,
                next((one.location for one in held.values() if counts.get(one.name)), None),
                why=f"What is held out takes them: {claims}." if claims else "",
                fix="Hold out less, or ask for more items.",
                domain=curriculum.domain,
            )
        )
    for name, one in held.items():
        if not counts.get(name):
            found.append(
                Violation(
                    "curriculum.held-out",
                    curriculum.shortfall,
                    f"The split {name} is empty: no item touches what it holds out, or earlier splits took them.",
                    one.location,
                    fix="Hold out more, put the split before the others, or ask for more items.",
                    domain=curriculum.domain,
                )
            )
    return found
