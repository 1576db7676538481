"""Analysis of rules: what makes a rule unsafe, meaningless, endless or costly, before anything is reasoned.

Safety is range restriction as in Datalog with built-ins (Abiteboul, Hull, Vianu 1995, chapters 12 and 15): every
variable of the head and of a comparison has a value once the positive atoms of the body are matched.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from difflib import get_close_matches

from workbench.model.builtins import read_value
from workbench.model.report import Location, Severity, Violation
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Rule,
    RuleTest,
    collect_variables,
    iterate_atoms,
)
from workbench.model.terms import OWL, RDF, RDF_TYPE, RDFS, get_local_name, is_literal, is_variable, split_literal
from workbench.validation.rule_dependencies import find_unbounded_arithmetic, find_unstratified

__all__ = ["analyse_rules", "bind_variables"]

_VOCABULARY = (f"<{OWL}", f"<{RDF}", f"<{RDFS}")


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
    vocabulary = _Vocabulary(known_keys, kinds)
    found: list[Violation] = list(_check_names(rules))
    for rule in rules:
        found += _check_safety(rule)
        if rule.kind == "axiom":
            continue
        found += _check_negation(rule, closed)
        found += _check_style(rule)
        found += _check_literals(rule)
        atoms = [*rule.head, *iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True)]
        found += vocabulary.check(atoms, _call(rule), rule.name, rule.location)
    for test in tests:
        atoms = [*test.given, *test.must, *test.must_not]
        found += vocabulary.check(atoms, f"test {test.name}", test.name, test.location)
    found += find_unstratified(rules)
    found += find_unbounded_arithmetic(rules)
    return list(dict.fromkeys(found))


def bind_variables(body: Iterable[BodyElement], bound: Iterable[str] = ()) -> frozenset[str]:
    """Return the variables that have a value once the body is matched, in whatever order it is written.

    Positive atoms bind theirs; ``?c = expression`` binds ``?c`` where everything in the expression is bound.
    ``bound`` are variables that have a value already.
    """
    elements = tuple(body)
    known = set(bound)
    for atom in iterate_atoms(elements):
        known.update(collect_variables(atom))
    equations = [e for e in elements if isinstance(e, Comparison) and e.operator == "="]
    changed = True
    while changed:
        changed = False
        for equation in equations:
            for one, other in ((equation.left, equation.right), (equation.right, equation.left)):
                new = isinstance(one, str) and is_variable(one) and one not in known
                if new and known.issuperset(collect_variables(other)):
                    known.update(collect_variables(one))
                    changed = True
    return frozenset(known)


def _call(rule: Rule) -> str:
    return f"{'constraint' if rule.is_integrity else 'rule'} {rule.name}"


def _report(
    rule: Rule, code: str, message: str, why: str, fix: str, *, severity: Severity = "error", focus: str = ""
) -> Violation:
    return Violation(code, severity, message, rule.location, focus or rule.name, why, fix)


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


def _check_safety(rule: Rule) -> Iterator[Violation]:
    bound = bind_variables(rule.body)
    negated = {v for e in rule.body if isinstance(e, Negation) for v in collect_variables(e)}
    for variable in dict.fromkeys(v for atom in rule.head for v in collect_variables(atom)):
        if variable not in bound:
            why = "Nothing before the arrow says what it stands for, so the conclusion would be about everything."
            if variable in negated:
                why = "It occurs before the arrow only under 'not' or 'unless', which says that there is none."
            yield _report(
                rule,
                "rule.unsafe-variable",
                f"In {_call(rule)}, {variable} behind the arrow has no value.",
                why,
                f"Add an atom with {variable} before the arrow, or take {variable} out of the conclusion.",
            )
    for variable in dict.fromkeys(_list_unbound(rule.body, bound)):
        yield _report(
            rule,
            "rule.unbound-argument",
            f"In {_call(rule)}, {variable} is compared or calculated with, but has no value.",
            f"No atom of the body mentions {variable}, and it is not calculated from others that have a value.",
            f"Add an atom that gives {variable} a value, or write it as '{variable} = ...'.",
        )


def _list_unbound(body: Iterable[BodyElement], bound: frozenset[str]) -> Iterator[str]:
    for element in body:
        if isinstance(element, Comparison):
            yield from (v for v in collect_variables(element) if v not in bound)
        elif isinstance(element, Negation):
            inner = bind_variables(element.elements, bound)
            yield from _list_unbound(element.elements, inner)


def _check_negation(rule: Rule, closed: Collection[str]) -> Iterator[Violation]:
    for key in dict.fromkeys(atom.key for atom in iterate_atoms(rule.body, negated=True)):
        if key not in closed:
            name = get_local_name(key)
            yield _report(
                rule,
                "rule.open-negation",
                f"In {_call(rule)}, 'not' stands before {name}, which is not declared closed.",
                f"What is not known of {name} may still be true; only of a closed predicate is everything known.",
                f"Declare {name} closed for this domain in workbench.yaml, or say it without 'not'.",
                focus=key,
            )


def _check_style(rule: Rule) -> Iterator[Violation]:
    valid = rule.provenance
    if valid.valid_from and valid.valid_until and valid.valid_until < valid.valid_from:
        yield _report(
            rule,
            "rule.never-valid",
            f"The {_call(rule)} ends on {valid.valid_until}, before it begins on {valid.valid_from}.",
            "A statement counts from its valid-from to its valid-until date, so this one never counts.",
            "Correct one of the two dates.",
            severity="warning",
        )
    groups = _group_atoms(rule.body)
    if len(groups) > 1:
        first, second = (get_local_name(group[0].key) for group in groups[:2])
        yield _report(
            rule,
            "rule.cartesian",
            f"In {_call(rule)}, nothing connects {first} with {second}.",
            "Every match of the one is combined with every match of the other, which grows with their product.",
            "Connect them by a shared variable, or make two rules of it.",
            severity="warning",
        )
    counts = Counter(v for element in (*rule.head, *rule.body) for v in _iterate_occurrences(element))
    positive = {v for atom in iterate_atoms(rule.body) for v in collect_variables(atom)}
    if rule.is_integrity and len(rule.body) == 1:
        return  # "Nothing(?x) -> false": all that can be said of the variable is said
    for variable, count in counts.items():
        if count == 1 and variable in positive and not variable.startswith("?_"):
            yield _report(
                rule,
                "rule.single-variable",
                f"In {_call(rule)}, {variable} occurs only once.",
                "It then says that there is some such thing, and nothing more; often it is a slip of the pen.",
                f"If that is meant, name it ?_{variable[1:]}; otherwise use the variable you meant.",
                severity="info",
            )


def _iterate_occurrences(element: BodyElement | Expression) -> Iterator[str]:
    if isinstance(element, Atom):
        yield from (term for term in (element.subject, element.object) if is_variable(term))
    elif isinstance(element, Comparison | Operation):
        yield from _iterate_occurrences(element.left)
        yield from _iterate_occurrences(element.right)
    elif isinstance(element, Negation):
        for part in element.elements:
            yield from _iterate_occurrences(part)
    elif is_variable(element):
        yield element


def _group_atoms(body: Sequence[BodyElement]) -> list[list[Atom]]:
    """Group the positive atoms that have variables by what connects them: shared variables and comparisons.

    ``!=`` connects nothing, as nearly every pair differs.
    """
    groups: list[tuple[set[str], list[Atom]]] = []
    for element in body:
        if isinstance(element, Negation) or (isinstance(element, Comparison) and element.operator == "!="):
            continue
        variables = set(collect_variables(element))
        if not variables:
            continue
        atoms = [element] if isinstance(element, Atom) else []
        apart = []
        for group in groups:
            if group[0].isdisjoint(variables):
                apart.append(group)
            else:
                variables |= group[0]
                atoms = [*group[1], *atoms]
        groups = [*apart, (variables, atoms)]
    return [atoms for _, atoms in groups if atoms]


def _iterate_literals(rule: Rule) -> Iterator[str]:
    def walk(element: BodyElement | Expression) -> Iterator[str]:
        if isinstance(element, Atom):
            yield element.object
        elif isinstance(element, Comparison | Operation):
            yield from walk(element.left)
            yield from walk(element.right)
        elif isinstance(element, Negation):
            for part in element.elements:
                yield from walk(part)
        else:
            yield element

    for element in (*rule.body, *rule.head):
        yield from (term for term in walk(element) if is_literal(term))


def _check_literals(rule: Rule) -> Iterator[Violation]:
    for literal in dict.fromkeys(_iterate_literals(rule)):
        if read_value(literal) is None:
            lexical, datatype, _ = split_literal(literal)
            name = get_local_name(datatype)
            yield _report(
                rule,
                "rule.ill-typed-literal",
                f'In {_call(rule)}, "{lexical}" is no {name}.',
                f"It has no value as {name}, so no comparison with it holds.",
                f"Correct the text, or give it another type than {name}.",
                severity="warning",
                focus=literal,
            )


class _Vocabulary:
    """What the ontology declares, for checking the classes and properties that rules mention."""

    def __init__(self, known_keys: Collection[str], kinds: Mapping[str, str]) -> None:
        self._known = frozenset(known_keys)
        self._kinds = kinds
        self._by_name: dict[str, list[str]] = {}
        for key in sorted(self._known):
            self._by_name.setdefault(get_local_name(key), []).append(key)

    def check(self, atoms: Iterable[Atom], place: str, focus: str, location: Location | None) -> Iterator[Violation]:
        """Report each unknown class or property once, and each that is used as the other."""
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
                    location,
                    atom.key,
                    "Nothing is known of a name that is declared nowhere, so it is most likely misspelt.",
                    self._suggest(atom.key, used) + f"declare {name} in the ontology.",
                )
            elif kind != used:
                shape = f"{name}(?x)" if kind == "class" else f"{name}(?x, ?y)"
                yield Violation(
                    "rule.wrong-kind",
                    "error",
                    f"The {place} uses {name} as a {used}, but it is a {kind}.",
                    location,
                    atom.key,
                    "A class takes one argument, a property takes two.",
                    f"Write {shape}.",
                )

    def _suggest(self, key: str, used: str) -> str:
        name = get_local_name(key)
        fitting = [n for n, keys in self._by_name.items() if any(self._kinds.get(k, used) == used for k in keys)]
        if name in fitting:
            return f"Did you mean {self._by_name[name][0]}? Otherwise "
        near = get_close_matches(name, fitting, n=1) or [n for n in fitting if n.casefold() == name.casefold()]
        return f"Did you mean {near[0]}? Otherwise " if near else "Correct the name, or "
