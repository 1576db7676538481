"""Perturbed items: the same question with one thing changed that should not matter, or that changes the answer.

A variant is a draft like any other: it is answered, gated, judged and read anew, and nothing here is believed. That a
clause is irrelevant is what the gate of idle distractors finds, not what was meant (after GSM-Symbolic and GSM-NoOp,
Mirzadeh et al. 2024, where added clauses were not always without consequence).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass, replace
from typing import Any, TypeVar, cast

from workbench.generation.keyed import KeyedRandom, hash_parts
from workbench.generation.questions.draft import Answered, Draft
from workbench.generation.worlds.plan import ValuePool
from workbench.model.curriculum import NO_STATUS, STATUSES, Level
from workbench.model.rules import iterate_atoms
from workbench.model.splits import HeldOut, Perturbation
from workbench.model.terms import (
    RDF_TYPE,
    XSD_INTEGER,
    Term,
    Triple,
    is_literal,
    make_literal,
    read_integer,
    split_literal,
)
from workbench.model.theory import Theory

__all__ = [
    "KEEPS_ANSWER",
    "Supply",
    "Variant",
    "allow_clause",
    "choose_originals",
    "find_variant_fault",
    "order_rules",
    "perturb",
]

KEEPS_ANSWER: frozenset[Perturbation] = frozenset(("renamed", "irrelevant", "reordered"))
"""The changes after which the answer must be what it was, up to names."""
_PROPOSALS = 6
_T = TypeVar("_T")


@dataclass(frozen=True)
class Supply:
    """What variants are made from: lists of names (those that a split may use), what may be stated, and values."""

    theory: Theory
    names: tuple[tuple[Term, ...], ...]
    assertable: tuple[Term, ...]
    classes: frozenset[Term]
    values: Mapping[Term, ValuePool]


@dataclass(frozen=True, slots=True)
class Variant:
    """A changed draft, and the order in which its prompt states facts and rules: that of the original where it can be.

    ``renaming`` says what became of individuals and numbers.
    """

    draft: Draft
    kind: Perturbation
    facts: tuple[Triple, ...]
    rules: tuple[str, ...]
    renaming: tuple[tuple[Term, Term], ...] = ()


def choose_originals(held: HeldOut, ids: Iterable[str]) -> list[str]:
    """Return the ids of the items of its split that a perturbed split changes, in the order in which it takes them."""
    ranked = sorted(ids, key=lambda item: hash_parts("original", held.name, item))
    return ranked[: held.items] if held.items else ranked


def order_rules(item: Mapping[str, Any], theory: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the names of a written item's rules in the order in which its prompt states them.

    They are found by their sentences in the theory file. Rules that the prompt does not state come last, by name.
    """
    listed = item["query"].get("rules")
    if listed is not None:
        return tuple(listed)
    prompt, language = item["question"], item["language"]
    places = {rule["id"]: prompt.find(rule["text"][language]) for rule in theory["rules"]}
    return tuple(sorted(places, key=lambda name: (places[name] < 0, places[name], name)))


def perturb(
    draft: Draft, facts: Sequence[Triple], rules: Sequence[str], kind: Perturbation, supply: Supply, key: str
) -> tuple[Variant, ...]:
    """Return variants of a draft, the likeliest first; empty where there is nothing of the kind to change.

    ``facts`` and ``rules`` are the draft's in the order of its prompt; ``key`` (the original's id) decides what is
    drawn. The first variant that passes all gates is the one to take.
    """
    random = KeyedRandom("perturb", kind, key)
    makers = {"renamed": _rename, "irrelevant": _add_fact, "reordered": _reorder, "numbers": _change_numbers}
    found = makers[kind](draft, tuple(facts), tuple(rules), supply, random)
    return tuple(dict.fromkeys(found))


def allow_clause(level: Level) -> Level:
    """Return a level with room for one clause more, which may be a distractor from which other things follow."""
    low, high = level.distractors
    where = tuple((name, (a, b + (name == "context"))) for name, (a, b) in level.where if name != "solver")
    return replace(level, distractors=(low, high + 1), where=where)


def find_variant_fault(original: Answered, answered: Answered, variant: Variant) -> str | None:
    """Return why an answered variant is none of its original; None when it is.

    After a change that should not matter every judgement must be what it was, and an added fact must be idle.
    """
    if variant.kind not in KEEPS_ANSWER:
        return None
    renaming = dict(variant.renaming)
    before = [(_substitute(j.statement, renaming), j.status) for j in original.judgements]
    if sorted(before) != sorted((j.statement, j.status) for j in answered.judgements):
        return "a change that should not matter changed the answer"
    added = set(variant.draft.facts).difference(_substitute(original.draft.facts, renaming))
    if not added <= answered.distractors:
        return "the clause added is not irrelevant"
    return None


# ---- the four kinds


def _rename(
    draft: Draft, facts: tuple[Triple, ...], rules: tuple[str, ...], supply: Supply, random: KeyedRandom
) -> Iterator[Variant]:
    """Give every individual another name of its list; names not yet in use come first."""
    used = {*_list_individuals(facts), *(end for triple in draft.asked for end in (triple[0], triple[2]))}
    renaming: dict[Term, Term] = {}
    for names in supply.names:
        own = [name for name in names if name in used]
        chain = [*own, *random.shuffle([name for name in names if name not in used])]
        # Each name becomes the one so many places on, so no two become one and none stays.
        step = min(len(own), max(1, len(chain) - len(own)))
        if len(chain) > 1:
            renaming.update((name, chain[(place + step) % len(chain)]) for place, name in enumerate(own))
    if renaming:
        yield _make(draft, "renamed", facts, rules, renaming)


def _reorder(
    draft: Draft, facts: tuple[Triple, ...], rules: tuple[str, ...], supply: Supply, random: KeyedRandom
) -> Iterator[Variant]:
    """State the same facts and rules in other orders."""
    for _ in range(_PROPOSALS):
        orders = tuple(random.shuffle(facts)), tuple(random.shuffle(rules))
        if orders != (facts, rules):
            yield Variant(draft, "reordered", *orders)


def _add_fact(
    draft: Draft, facts: tuple[Triple, ...], rules: tuple[str, ...], supply: Supply, random: KeyedRandom
) -> Iterator[Variant]:
    """Add a fact about the same individuals, first of a kind from which no rule leads to what is asked."""
    individuals = _list_individuals(facts)
    asked = {triple[2] if triple[1] == RDF_TYPE else triple[1] for triple in draft.asked}
    theory = supply.theory
    integrity = [rule for rule in theory.rules if rule.is_integrity]
    leading = theory.reach_back(tuple(rule.name for rule in theory.rules), asked)
    touchy = {atom.key for rule in integrity for atom in iterate_atoms(rule.body)}
    order = sorted(random.shuffle(supply.assertable), key=lambda term: (term in leading, term in touchy))
    proposed = 0
    for key in order:
        fact = _draw_fact(key, individuals, facts, supply, random)
        if fact is None:
            continue
        place = random.draw_below(len(facts) + 1)
        more = (*facts[:place], fact, *facts[place:])
        yield Variant(replace(draft, facts=tuple(sorted(more))), "irrelevant", more, rules)
        proposed += 1
        if proposed == _PROPOSALS:
            return


def _draw_fact(
    key: Term, individuals: Sequence[Term], facts: Sequence[Triple], supply: Supply, random: KeyedRandom
) -> Triple | None:
    """Return a fact of a class or property about known individuals that is neither stated yet nor a second value."""
    if not individuals:
        return None
    for _ in range(_PROPOSALS):
        subject = random.choose(individuals)
        if key in supply.classes:
            fact = (subject, RDF_TYPE, key)
        elif (pool := supply.values.get(key)) is not None:
            if any(triple[0] == subject and triple[1] == key for triple in facts):
                continue
            drawn = make_literal(random.draw_between(pool.low, pool.high)) if pool.is_numeric else None
            fact = (subject, key, drawn or random.choose(pool.terms))
        else:
            fact = (subject, key, random.choose(individuals))
        if fact not in facts and fact[0] != fact[2]:
            return fact
    return None


def _change_numbers(
    draft: Draft, facts: tuple[Triple, ...], rules: tuple[str, ...], supply: Supply, random: KeyedRandom
) -> Iterator[Variant]:
    """Replace the whole numbers that are stated, equal ones alike: all anew, or all moved by as much.

    The answer may be another one, so of a statement each status is tried.
    """
    numbers: dict[Term, ValuePool] = {}
    for _, predicate, object_ in facts:
        pool = supply.values.get(predicate)
        if pool is not None and pool.is_numeric and is_literal(object_) and split_literal(object_)[1] == XSD_INTEGER:
            numbers.setdefault(object_, pool)
    if not numbers:
        return
    anew: dict[Term, Term] = {}
    for term, pool in numbers.items():
        taken = {*numbers, *anew.values()}
        drawn = (make_literal(random.draw_between(pool.low, pool.high)) for _ in range(20))
        anew[term] = next((value for value in drawn if value not in taken), term)
    shift = random.draw_between(1, 9)
    moved = {term: make_literal((read_integer(term) or 0) + shift) for term in numbers}
    for renaming in (anew, moved):
        changed = {term: other for term, other in renaming.items() if term != other}
        if not changed:
            continue
        variant = _make(draft, "numbers", facts, rules, changed)
        aims = [draft.aim] if draft.aim == NO_STATUS else [draft.aim, *(s for s in STATUSES if s != draft.aim)]
        for aim in aims:
            yield replace(variant, draft=replace(variant.draft, aim=aim))


# ---- parts


def _make(
    draft: Draft, kind: Perturbation, facts: tuple[Triple, ...], rules: tuple[str, ...], renaming: Mapping[Term, Term]
) -> Variant:
    """Return the variant in which every term stands for another, wherever the draft speaks of it."""
    order = _substitute(facts, renaming)
    changed = replace(
        draft,
        facts=tuple(sorted(set(order))),
        claims=_substitute(draft.claims, renaming),
        query=_substitute(draft.query, renaming),
        detail=_substitute(draft.detail, renaming),
    )
    return Variant(changed, kind, order, rules, tuple(sorted(renaming.items())))


def _substitute(value: _T, renaming: Mapping[Term, Term]) -> _T:
    """Return a value with every term in it replaced, in tuples and in values made of such."""
    return cast(_T, _replace(value, renaming))


def _replace(value: Any, renaming: Mapping[Term, Term]) -> Any:
    if isinstance(value, str):
        return renaming.get(value, value)
    if isinstance(value, tuple):
        parts = [_replace(part, renaming) for part in value]
        return type(value)(*parts) if hasattr(value, "_fields") else tuple(parts)
    if is_dataclass(value) and not isinstance(value, type):
        parts_ = {field.name: _replace(getattr(value, field.name), renaming) for field in fields(value) if field.init}
        return replace(value, **parts_)
    return value


def _list_individuals(facts: Iterable[Triple]) -> list[Term]:
    found: dict[Term, None] = {}
    for subject, predicate, object_ in facts:
        found[subject] = None
        if predicate != RDF_TYPE and not is_literal(object_):
            found[object_] = None
    return list(found)
