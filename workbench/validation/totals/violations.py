"""Broken constraints on totals, told: which case, what it comes to, and what adds up to it, each fact with its line."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time
from fractions import Fraction

from workbench.model.report import Location, Part, Violation
from workbench.model.terms import Term, Triple, is_literal, split_literal
from workbench.model.totals import Total, TotalConstraint
from workbench.model.values import Value, make_number
from workbench.validation.totals.amounts import Amount, Contribution
from workbench.validation.totals.cases import Case
from workbench.validation.totals.causes import find_minimal

__all__ = ["TotalSpeaker", "report_cases"]

_MOST_LISTED = 20
_MOST_PARTS = 50


@dataclass(frozen=True, slots=True)
class TotalSpeaker:
    """How facts, totals and comparisons are said, and where facts stand; a narrator's methods, so to speak.

    ``say_total`` gets the constraint, one of its totals and what its variables stand for; ``say_comparison`` the
    constraint and that; ``derive_leaves`` gives the stated facts behind a derived one.
    """

    say: Callable[[Triple], str]
    name: Callable[[Term], str]
    say_total: Callable[[Total, Mapping[str, Term]], str]
    say_comparison: Callable[[TotalConstraint, Mapping[str, Term]], str]
    say_constraint: Callable[[TotalConstraint], str]
    locate: Callable[[Triple], Location | None]
    derive_leaves: Callable[[Triple], tuple[Triple, ...]]
    language: str = "en"
    domain: str = ""


def report_cases(cases: Iterable[Case], speaker: TotalSpeaker) -> Iterator[Violation]:
    """Yield a violation for each case that breaks its constraint, or of which that cannot be told.

    ``constraint.violated`` names the totals, and in ``facts`` what they are made of, the largest first; ``parts`` are
    the fewest of these that break the constraint together. ``constraint.undetermined`` names what is no number.
    """
    for case in cases:
        if case.violated is None:
            yield _report_undetermined(case, speaker)
        elif case.violated:
            yield _report_violated(case, speaker)


def _report_violated(case: Case, speaker: TotalSpeaker) -> Violation:
    constraint = case.constraint
    totals = [
        f"{speaker.say_total(total, case.bindings)} is {_write(amount.value)}"
        for total, amount in zip(constraint.totals, case.amounts, strict=True)
    ]
    sentence = _trim(_choose_sentence(constraint, speaker.language))
    opening = f"{sentence}, but" if sentence else f"The constraint “{constraint.name}” does not hold"
    contributions = [one for amount in case.amounts for one in amount.contributions]
    mains = tuple(dict.fromkeys(one.main for one in contributions))
    stated = _list_stated((*mains, *case.premises), speaker)
    places = [place for fact in stated if (place := speaker.locate(fact)) is not None]
    places += [constraint.location] if constraint.location is not None else []
    minimal = tuple(dict.fromkeys(one.main for group in find_minimal(case) for one in group))
    wanted = speaker.say_comparison(constraint, case.bindings)
    return Violation(
        "constraint.violated",
        "error",
        f"{opening}: {'; '.join(totals)}.",
        places[0] if places else None,
        _choose_focus(case),
        why=_explain(constraint, speaker) + _list_amounts(case, speaker),
        fix=f"Correct one of the facts, so that: {wanted}.",
        facts=_list_facts(mains, case, speaker),
        related=tuple(dict.fromkeys(place for place in places if place != places[0]))[:_MOST_LISTED],
        domain=speaker.domain,
        path=_get_path(mains),
        value=_find_value(case.amounts),
        source=constraint.name,
        parts=_make_parts(constraint, minimal, speaker),
    )


def _report_undetermined(case: Case, speaker: TotalSpeaker) -> Violation:
    constraint = case.constraint
    broken = [(t, a) for t, a in zip(constraint.totals, case.amounts, strict=True) if a.is_broken]
    culprits = [one.main for _, amount in broken for one in amount.contributions if not _is_number(one)]
    facts = tuple(dict.fromkeys(culprits)) or tuple(dict.fromkeys(case.premises))
    said = "; ".join(_trim(speaker.say(fact)) for fact in facts[:3])
    what = speaker.say_total(broken[0][0], case.bindings) if broken else "what it is compared with"
    places = [place for fact in _list_stated(facts, speaker) if (place := speaker.locate(fact)) is not None]
    places += [constraint.location] if constraint.location is not None else []
    return Violation(
        "constraint.undetermined",
        "warning",
        f"Whether the constraint “{constraint.name}” holds cannot be told: {what} has no value, as {said}.",
        places[0] if places else None,
        _choose_focus(case),
        why=_explain(constraint, speaker) + " Only values of one kind can be added up or compared.",
        fix="Give the value as a number, or as the same kind of value as the others.",
        facts=tuple(_trim(speaker.say(fact)) for fact in facts[:_MOST_LISTED]),
        related=tuple(dict.fromkeys(places[1:]))[:_MOST_LISTED],
        domain=speaker.domain,
        source=constraint.name,
    )


def _is_number(contribution: Contribution) -> bool:
    return isinstance(contribution.value, Value) and contribution.value.kind == "number"


def _choose_focus(case: Case) -> Term:
    """Return what the case is about: the first individual of the constraint's body, else of a contribution."""
    names = (*case.bindings.values(), *(fact[0] for a in case.amounts for one in a.contributions for fact in one.facts))
    return next((term for term in names if not is_literal(term)), case.constraint.name)


def _get_path(mains: Sequence[Triple]) -> str:
    predicates = {fact[1] for fact in mains}
    return predicates.pop() if len(predicates) == 1 else ""


def _find_value(amounts: Sequence[Amount]) -> str:
    value = amounts[0].value if amounts else None
    return (make_number(value.value) or "") if value is not None and isinstance(value.value, Fraction) else ""


def _write(value: Value | None) -> str:
    """Return a value as people write it; a fraction without a finite decimal form with three places."""
    if value is None:
        return "nothing"
    content = value.value
    if isinstance(content, Fraction):
        literal = make_number(content)
        return split_literal(literal)[0] if literal is not None else f"about {float(content):.3f}"
    return content.isoformat() if isinstance(content, date | time) else str(content)


def _explain(constraint: TotalConstraint, speaker: TotalSpeaker) -> str:
    at = f" ({constraint.location})" if constraint.location is not None else ""
    return f"Constraint “{constraint.name}”{at}: {_trim(speaker.say_constraint(constraint))}."


def _list_amounts(case: Case, speaker: TotalSpeaker) -> str:
    """Say what the totals are made of, each fact with its place; of very many the largest, and what the rest is."""
    told = []
    for total, amount in zip(case.constraint.totals, case.amounts, strict=True):
        listed = []
        for one in amount.contributions[:_MOST_LISTED]:
            place = next((p for f in _list_stated([one.main], speaker) if (p := speaker.locate(f)) is not None), None)
            listed.append(f"“{_trim(speaker.say(one.main))}”" + (f" ({place})" if place else ""))
        rest = amount.contributions[_MOST_LISTED:]
        if rest:
            numbers = [one.value.value for one in rest if isinstance(one.value, Value)]
            fractions = [number for number in numbers if isinstance(number, Fraction)]
            come = f", together {_write(Value('number', sum(fractions, Fraction(0))))}" if total.kind == "sum" else ""
            listed.append(f"{len(rest):,} more{come}")
        told.append("; ".join(listed) or "nothing")
    return f" It is made of: {'; and of: '.join(told)}." if told else ""


def _list_facts(mains: Sequence[Triple], case: Case, speaker: TotalSpeaker) -> tuple[str, ...]:
    said = [_trim(speaker.say(fact)) for fact in mains[:_MOST_LISTED]]
    if len(mains) > _MOST_LISTED:
        said.append(f"and {len(mains) - _MOST_LISTED:,} more")
    return tuple(dict.fromkeys((*said, *(_trim(speaker.say(fact)) for fact in case.premises))))


def _list_stated(facts: Iterable[Triple], speaker: TotalSpeaker) -> list[Triple]:
    found: dict[Triple, None] = {}
    for fact in facts:
        stated = (fact,) if speaker.locate(fact) is not None else speaker.derive_leaves(fact) or (fact,)
        found.update(dict.fromkeys(stated))
        if len(found) > 2 * _MOST_LISTED:
            break
    return list(found)


def _make_parts(constraint: TotalConstraint, minimal: Sequence[Triple], speaker: TotalSpeaker) -> tuple[Part, ...]:
    text = _trim(speaker.say_constraint(constraint))
    parts = [Part("constraint", constraint.name, f"{text}.", constraint.location)]
    for fact in minimal[:_MOST_PARTS]:
        place = next((p for f in _list_stated([fact], speaker) if (p := speaker.locate(f)) is not None), None)
        parts.append(Part("fact", fact[0], f"{_trim(speaker.say(fact))}.", place))
    return tuple(parts)


def _choose_sentence(constraint: TotalConstraint, language: str) -> str:
    sentences = dict(constraint.sentences)
    return sentences.get(language) or sentences.get(language.split("-")[0]) or next(iter(sentences.values()), "")


def _trim(sentence: str) -> str:
    return sentence.strip().removesuffix(".")
