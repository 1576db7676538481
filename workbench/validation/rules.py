"""Analysis of the rules of a theory: all that is wrong with them before anything is reasoned."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence

from workbench.model.report import Location, Violation
from workbench.model.rules import Atom, Rule, RuleTest, iterate_atoms
from workbench.validation.rule_dependencies import find_unbounded_arithmetic, find_unstratified
from workbench.validation.rule_functions import check_functions
from workbench.validation.rule_safety import call_rule, check_negation, check_safety
from workbench.validation.rule_style import check_literals, check_style
from workbench.validation.rule_vocabulary import Vocabulary

__all__ = ["analyse_rules"]


def analyse_rules(
    rules: Sequence[Rule],
    tests: Sequence[RuleTest],
    *,
    known_keys: Collection[str],
    closed: Collection[str],
    known_kinds: Mapping[str, str] | None = None,
) -> list[Violation]:
    """Return everything that is wrong with the rules of one theory, in a fixed order.

    ``rules`` are all of a theory: rules, constraints and compiled axioms; the latter count in cycles, but are not
    judged by the checks of style. ``known_keys`` are the classes and properties of the ontology, ``closed`` those
    that are declared closed, as terms; ``known_kinds`` maps a term to ``"class"`` or ``"property"``.
    """
    kinds = known_kinds or {}
    vocabulary = Vocabulary(known_keys, kinds)
    found: list[Violation] = list(_check_names(rules))
    for rule in rules:
        found += check_safety(rule)
        if rule.kind == "axiom":
            continue
        found += check_negation(rule, closed)
        found += check_functions(rule, known_keys)
        found += check_style(rule)
        found += check_literals(rule)
        atoms = [*rule.head, *iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True)]
        found += vocabulary.check(atoms, call_rule(rule), rule.name, _locate_in_rule(rule))
    for test in tests:
        found += vocabulary.check(test.atoms, f"test {test.name}", test.name, _locate_in_test(test))
    found += find_unstratified(rules)
    found += find_unbounded_arithmetic(rules)
    return list(dict.fromkeys(found))


def _locate_in_rule(rule: Rule) -> Callable[[Atom], Location | None]:
    return lambda atom: rule.locate(atom.key)


def _locate_in_test(test: RuleTest) -> Callable[[Atom], Location | None]:
    places = {atom: place for _, atom, place in reversed(test.places) if atom is not None}
    return lambda atom: places.get(atom, test.location)


def _check_names(rules: Sequence[Rule]) -> Iterator[Violation]:
    first: dict[str, Rule] = {}
    for rule in rules:
        other = first.setdefault(rule.name, rule)
        if other is not rule:
            yield Violation(
                "rule.duplicate-name",
                "error",
                f"The name {rule.name} is already taken by {other.location or 'another rule'}.",
                rule.location,
                rule.name,
                "Proofs and reports cite a rule by its name, so each name stands for one rule.",
                "Give one of the two another name.",
                related=(other.location,) if other.location else (),
            )
