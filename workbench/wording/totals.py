"""Constraints on totals in words: "the sum of all B such that C is a share in A and C is B percent is at most 100"."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.model.rules import Negation, collect_variables
from workbench.model.totals import Total, TotalConstraint, make_slot
from workbench.wording.lexicon import Lexicon
from workbench.wording.sentences import capitalise, iterate_letters, say_element, say_expression

__all__ = ["say_total", "say_total_comparison", "say_total_constraint"]

_FRAMES: Mapping[str, Mapping[str, str]] = {
    "en": {
        "sum": "the sum of all {values} such that {body}",
        "count": "the number of {values} such that {body}",
        "min": "the least {values} such that {body}",
        "max": "the greatest {values} such that {body}",
        "average": "the average of all {values} such that {body}",
        "and": " and ",
        "always": "{head}.",
    },
    "de": {
        "sum": "die Summe aller {values}, für die gilt ‚{body}‘,",
        "count": "die Anzahl der {values}, für die gilt ‚{body}‘,",
        "min": "das kleinste {values}, für das gilt ‚{body}‘,",
        "max": "das größte {values}, für das gilt ‚{body}‘,",
        "average": "der Durchschnitt aller {values}, für die gilt ‚{body}‘,",
        "and": " und ",
        "always": "{head}.",
    },
}


def say_total(lexicon: Lexicon, total: Total, variables: Mapping[str, str]) -> str:
    """Return the words of a total; ``variables`` maps those that have a meaning outside it to letters or names."""
    frames = _FRAMES.get(lexicon.language, _FRAMES["en"])
    positive = [element for element in total.body if not isinstance(element, Negation)]
    own = [v for value in total.values for v in collect_variables(value)]
    own += [v for element in positive for v in collect_variables(element)]
    letters = iterate_letters(variables.values())
    named = {**variables, **{v: next(letters) for v in dict.fromkeys(own) if v not in variables}}
    values = frames["and"].join(say_expression(lexicon, value, named) for value in total.values)
    body = lexicon.frames.and_.join(say_element(lexicon, element, named) for element in total.body)
    return frames[total.kind].replace("{values}", values, 1).replace("{body}", body, 1)


def say_total_comparison(lexicon: Lexicon, constraint: TotalConstraint, variables: Mapping[str, str]) -> str:
    """Return the words of what has to hold in a case."""
    slots = {make_slot(n): say_total(lexicon, total, variables) for n, total in enumerate(constraint.totals)}
    return say_element(lexicon, constraint.comparison, {**variables, **slots})


def say_total_constraint(lexicon: Lexicon, constraint: TotalConstraint) -> str:
    """Return a constraint on totals as one sentence, with letters for its variables."""
    found = [v for e in constraint.body if not isinstance(e, Negation) for v in collect_variables(e)]
    letters = iterate_letters()
    variables = {variable: next(letters) for variable in dict.fromkeys(found)}
    head = say_total_comparison(lexicon, constraint, variables)
    if not constraint.body:
        return capitalise(_FRAMES.get(lexicon.language, _FRAMES["en"])["always"].replace("{head}", head, 1))
    body = lexicon.frames.and_.join(say_element(lexicon, element, variables) for element in constraint.body)
    before, _, rest = lexicon.frames.rule.partition("{body}")
    between, _, after = rest.partition("{head}")
    return capitalise(f"{before}{body}{between}{head}{after}")
