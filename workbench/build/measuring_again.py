"""Items solved and measured once more by the engine: proofs, difficulty, distractors and identity, many at a time."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.errors import LimitError
from workbench.export.evidence import StatedItem
from workbench.generation.items.item_making import compute_item_identity
from workbench.generation.items.rendering import list_closed
from workbench.generation.questions.answering import measure_drafts, solve_bare
from workbench.generation.questions.draft import Answered, Draft, Outcome
from workbench.generation.worlds.books import Book, list_leaves
from workbench.model.curriculum import NO_STATUS, Level
from workbench.model.proofs import Evidence, Proof, Refutation
from workbench.model.rules import Atom, Rule, iterate_atoms
from workbench.model.terms import Term
from workbench.model.theory import Theory

__all__ = ["MeasuredItem", "find_differences"]


@dataclass(frozen=True, slots=True)
class MeasuredItem:
    """An item as written and as values."""

    item: Mapping[str, Any]
    stated: StatedItem
    book: Book | None = None
    """All that is known, where nothing is stated."""

    @property
    def draft(self) -> Draft:
        """The question as generation would ask it; bounds and quotas of the level play no part in answering."""
        item, stated = self.item, self.stated
        level = Level(
            item["level_name"], item["level"], "", (0, 0), item["given"], (0, 0), (0, 0), (), (),
        )  # fmt: skip
        return Draft(
            level=level,
            task=item["task"],
            facts=tuple(sorted(stated.facts)),
            rules=tuple(rule.name for rule in stated.theory.rules),
            claims=stated.claims,
            query=stated.query,
            aim=item["status"] or NO_STATUS,
            source=item["provenance"]["world"],
            detail=stated.detail,
        )

    @property
    def open_keys(self) -> frozenset[Term]:
        """The keys that the item mentions and does not close."""
        keys = {Atom(*fact).key for fact in (*self.stated.facts, *self.draft.asked)}
        for rule in self.stated.theory.rules:
            negated = iterate_atoms(rule.body, negated=True)
            keys.update(atom.key for atom in (*rule.head, *iterate_atoms(rule.body), *negated))
        return frozenset(keys.difference(self.stated.closed))


def find_differences(items: Sequence[MeasuredItem]) -> Iterator[tuple[int, str]]:
    """Yield position and sentence for everything in which the engine does not come to what an item says.

    The items' own theories have been accepted by the checker. Theories that agree on the rules they share are joined
    and evaluated together, each world under the rules of its own item.
    """
    for group in _join([(position, one) for position, one in enumerate(items) if one.book is None]):
        yield from _compare_group(items, group)
    for position, one in enumerate(items):
        if one.book is not None:
            yield from ((position, problem) for problem in _compare_in_book(one, one.book))


def _compare_in_book(one: MeasuredItem, book: Book) -> Iterator[str]:
    """Yield in what the engine, applied to all that is known, differs from a closed-book item."""
    try:
        answered = book.measure(one.draft)
    except (LimitError, ValueError) as error:
        yield f"the engine cannot solve it: {error}"
        return
    if answered is None:
        yield "the engine finds its theory and facts inconsistent"
        return
    if list_leaves(one.stated.judgements) != tuple(sorted(one.stated.facts)):
        yield "context: is not what the proofs rest on"
    verdicts = tuple((j.statement, j.status) for j in answered.judgements)
    yield from _compare(one, answered, book.theory, (verdicts, answered.answers))


@dataclass(slots=True)
class _Group:
    """Items whose theories go together: equal names mean equal rules, and what one closes no other leaves open."""

    rules: dict[str, Rule]
    closed: set[Term]
    open: set[Term]
    members: list[int]

    def accepts(self, one: MeasuredItem, open_keys: frozenset[Term]) -> bool:
        if bool(self.rules) != bool(one.stated.theory.rules):
            return False  # what is said of no theory may add rules that do not go together with another item's
        if not self.open.isdisjoint(one.stated.closed) or not self.closed.isdisjoint(open_keys):
            return False
        return all(self.rules.get(rule.name, rule) == rule for rule in one.stated.theory.rules)

    def add(self, position: int, one: MeasuredItem, open_keys: frozenset[Term]) -> None:
        self.rules.update((rule.name, rule) for rule in one.stated.theory.rules)
        self.closed.update(one.stated.closed)
        self.open.update(open_keys)
        self.members.append(position)


def _join(items: Sequence[tuple[int, MeasuredItem]]) -> list[_Group]:
    groups: list[_Group] = []
    for position, one in items:
        keys = one.open_keys
        group = next((group for group in groups if group.accepts(one, keys)), None)
        if group is None:
            groups.append(group := _Group({}, set(), set(), []))
        group.add(position, one, keys)
    return groups


def _compare_group(items: Sequence[MeasuredItem], group: _Group) -> Iterator[tuple[int, str]]:
    drafts = [items[position].draft for position in group.members]
    theory = Theory.build(group.rules.values(), group.closed)
    try:
        solved = measure_drafts(theory, drafts)
        bare = _solve_bare(theory, solved)
    except (LimitError, ValueError) as error:
        if len(group.members) == 1:
            yield group.members[0], f"the engine cannot solve it: {error}"
            return
        # Rules that are fine in each item need not be fine together.
        for position in group.members:
            alone = _Group({}, set(), set(), [])
            alone.add(position, items[position], items[position].open_keys)
            yield from _compare_group(items, alone)
        return
    for position, answered, alone_verdicts in zip(group.members, solved, bare, strict=True):
        if answered is None:
            yield position, "the engine finds its theory and facts inconsistent"
        else:
            found = _compare(items[position], answered, theory, alone_verdicts)
            yield from ((position, problem) for problem in found)


def _solve_bare(theory: Theory, solved: Sequence[Answered | None]) -> list[Outcome | None]:
    """Solve every item without its distractors."""
    found = iter(solve_bare(theory, [one for one in solved if one is not None]))
    return [None if one is None else next(found) for one in solved]


def _compare(one: MeasuredItem, answered: Answered, theory: Theory, bare: Outcome | None) -> Iterator[str]:
    item, stated = one.item, one.stated
    verdicts = tuple((j.statement, j.status) for j in answered.judgements)
    if verdicts != tuple((j.statement, j.status) for j in stated.judgements) or (
        sorted(stated.answers) != [*answered.answers]
    ):
        yield "the engine comes to another answer"
        return
    for number, (own, found) in enumerate(zip(stated.judgements, answered.judgements, strict=True)):
        if _weigh(own.evidence) != _weigh(found.evidence):
            place = f"options[{number}].evidence." if item["options"] else ""
            yield f"{place}proof: is not the smallest one"
    if bare != (verdicts, answered.answers):
        yield "without its distractors it has another answer"
    difficulty = answered.difficulty.list_measures()
    for name, value in sorted(difficulty.items()):
        if item["difficulty"].get(name) != value:
            yield f"difficulty: {name} is {item['difficulty'].get(name)}, but {value} when measured"
    if stated.distractors != answered.distractors:
        marked = len(stated.distractors ^ answered.distractors)
        yield f"context: {marked} facts are marked as distractors and are none, or the other way round"
    rules = stated.theory.rules
    if list(stated.closed) != list_closed(theory, rules, answered.draft.asked):
        yield "semantics: closed names what the answer cannot rest on, or is not in order"
    try:
        identity = compute_item_identity(answered, rules, stated.closed)._asdict()
    except LimitError as error:
        yield f"identity: {error}"
        return
    for grain, digest in identity.items():
        if item["identity"][grain] != digest:
            yield f"identity: {grain} is another when computed"


def _weigh(evidence: Evidence) -> tuple[int, int] | None:
    """Height and size of a proof or refutation, which are the least possible; None where there are none."""
    proof = evidence if isinstance(evidence, Proof) else evidence.proof if isinstance(evidence, Refutation) else None
    return None if proof is None else (proof.height, len(proof.steps))
