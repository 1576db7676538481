"""Violated constraints and contradictions: what the engine derived as ``false``, with the facts it comes from."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping

from workbench.model.builtins import is_condition
from workbench.model.functions import FUNCTIONS
from workbench.model.proofs import FALSE, Step
from workbench.model.report import Location, Violation
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Rule,
    substitute_element,
)
from workbench.model.terms import OWL, RDF_TYPE, Term, Triple, get_local_name, is_literal, is_variable, split_literal

__all__ = ["find_constraint_violations"]

_RELATED = 20
_AXIOMS = {
    "disjointWith": "nothing is both {s} and {o}",
    "complementOf": "nothing is both {s} and {o}",
    "propertyDisjointWith": "no two things are related both by {s} and by {o}",
    "differentFrom": "{s} and {o} are different",
}
_CHARACTERISTICS = {
    "FunctionalProperty": "nothing has more than one {s}",
    "InverseFunctionalProperty": "no two things share one {s}",
    "IrreflexiveProperty": "nothing has itself as its {s}",
    "AsymmetricProperty": "{s} never holds in both directions",
}


def find_constraint_violations(
    steps: Iterable[Step],
    rules: Mapping[str, Rule],
    *,
    say: Callable[[Triple], str],
    label: Callable[[Term], str] = get_local_name,
    say_element: Callable[[BodyElement], str] | None = None,
    stated: Mapping[str, Comparison | None] | None = None,
    locate: Callable[[Triple], Location | None] = lambda _: None,
    derive_leaves: Callable[[Triple], tuple[Triple, ...]] = lambda _: (),
    leaves: Mapping[Step, tuple[Triple, ...]] | None = None,
    language: str = "en",
    domain: str = "",
) -> list[Violation]:
    """Return one violation for each contradiction among ``steps``: the applications of rules with head ``false``.

    The code is ``constraint.violated`` for an author's constraint and ``ontology.inconsistent`` for a compiled
    axiom (disjoint classes, a functional property with two values). The message is the author's sentence in
    ``language`` with the concrete facts, said by ``say``; comparisons and negations, with all variables replaced,
    are said by ``say_element``. ``stated`` maps a constraint to the comparison that its author wrote, of which the
    rule holds the opposite. The location is that of the first stated fact in order of the body; a derived premise
    counts as its ``derive_leaves``. With ``leaves``, which gives each step the smallest set of stated facts behind
    it, that set is taken instead, and ``why`` lists its statements with their places. Steps that differ only in the
    order of the same premises are one violation.

    Raises KeyError when a step names a rule that ``rules`` does not have.
    """
    speaker = _Speaker(
        say, label, say_element, dict(stated or {}), locate, derive_leaves, language, domain, leaves or {}
    )
    found: dict[tuple[str, tuple[Triple, ...]], Violation] = {}
    for step in sorted((step for step in steps if step.conclusion == FALSE), key=lambda s: s.sort_key):
        key = (step.rule, tuple(sorted(step.premises)))
        if key not in found:
            found[key] = speaker.make(step, rules[step.rule])
    return list(found.values())


class _Speaker:
    def __init__(
        self,
        say: Callable[[Triple], str],
        label: Callable[[Term], str],
        say_element: Callable[[BodyElement], str] | None,
        stated: dict[str, Comparison | None],
        locate: Callable[[Triple], Location | None],
        derive_leaves: Callable[[Triple], tuple[Triple, ...]],
        language: str,
        domain: str,
        leaves: Mapping[Step, tuple[Triple, ...]],
    ) -> None:
        self._say = say
        self._label = label
        self._say_element = say_element or self._say_element_plainly
        self._stated = stated
        self._locate = locate
        self._derive_leaves = derive_leaves
        self._language = language
        self._domain = domain
        self._leaves = leaves

    def make(self, step: Step, rule: Rule) -> Violation:
        """Build the violation of one contradiction."""
        bindings = dict(step.bindings)
        leaves = self._leaves.get(step) or tuple(
            dict.fromkeys(leaf for premise in step.premises for leaf in self._list_leaves(premise))
        )
        facts = [self._trim(self._say(premise)) for premise in step.premises]
        conditions = [substitute_element(element, bindings) for element in rule.body if not isinstance(element, Atom)]
        facts += [self._trim(self._say_element(element)) for element in conditions if not self._is_trivial(element)]
        derived = [self._trim(self._say(leaf)) for leaf in leaves if leaf not in step.premises]
        places = [place for leaf in leaves if (place := self._locate(leaf)) is not None]
        sources = [rule.location, *(self._locate(axiom) for axiom in rule.axioms)]
        rule_places = [place for place in sources if place is not None]
        places += rule_places
        location = places[0] if places else None
        related = tuple(dict.fromkeys(place for place in places if place != location))
        is_axiom = rule.kind == "axiom"
        return Violation(
            code="ontology.inconsistent" if is_axiom else "constraint.violated",
            severity="error",
            message=self._compose_message(rule, facts),
            location=location,
            focus=step.premises[0][0] if step.premises else "",
            why=self._explain(rule, rule_places) + self._list_statements(self._leaves.get(step, ())),
            fix=self._advise(rule, bindings, is_axiom),
            facts=tuple(dict.fromkeys((*facts, *derived))),
            related=related[:_RELATED],
            domain=self._domain,
            source="" if is_axiom else rule.name,
        )

    def _list_leaves(self, triple: Triple) -> tuple[Triple, ...]:
        return (triple,) if self._locate(triple) is not None else self._derive_leaves(triple) or (triple,)

    def _list_statements(self, leaves: tuple[Triple, ...]) -> str:
        if not leaves:
            return ""
        told = []
        for leaf in leaves[:_RELATED]:
            place = self._locate(leaf)
            told.append(f"“{self._trim(self._say(leaf))}”" + (f" ({place})" if place else ""))
        more = f" and {len(leaves) - _RELATED} more" if len(leaves) > _RELATED else ""
        return f" Stated: {'; '.join(told)}{more}."

    def _compose_message(self, rule: Rule, facts: list[str]) -> str:
        listed = "; ".join(dict.fromkeys(facts))
        if sentence := self._trim(self._choose_sentence(rule)):
            return f"{sentence}, but: {listed}."
        if rule.kind == "axiom":
            return f"These cannot all be true: {listed}."
        return f"The constraint “{rule.name}” does not hold: {listed}."

    def _explain(self, rule: Rule, places: list[Location]) -> str:
        at = f" ({places[0]})" if places else ""
        if rule.kind == "axiom":
            said = [text for axiom in rule.axioms if (text := self._say_axiom(axiom))] or self._say_bound(rule)
            return f"The ontology says: {'; '.join(said)}{at}." if said else f"An axiom of the ontology{at}."
        sentence = self._trim(self._choose_sentence(rule))
        return f"Constraint “{rule.name}”{at}" + (f": {sentence}." if sentence else ".")

    def _advise(self, rule: Rule, bindings: dict[str, Term], is_axiom: bool) -> str:
        comparison = self._stated.get(rule.name)
        if comparison is not None:
            wanted = self._trim(self._say_element(substitute_element(comparison, bindings)))
            return f"Correct one of the facts, so that: {wanted}."
        return "Remove or correct one of these facts" + (", or the axiom." if is_axiom else ".")

    def _choose_sentence(self, rule: Rule) -> str:
        sentences = dict(rule.sentences)
        primary = self._language.split("-")[0]
        return sentences.get(self._language) or sentences.get(primary) or next(iter(sentences.values()), "")

    def _say_axiom(self, axiom: Triple) -> str:
        subject, predicate, object_ = axiom
        names = {"{s}": self._name(subject), "{o}": self._name(object_)}
        text = ""
        if predicate == RDF_TYPE and object_.startswith(f"<{OWL}"):
            text = _CHARACTERISTICS.get(get_local_name(object_), "")
        elif predicate.startswith(f"<{OWL}"):
            text = _AXIOMS.get(get_local_name(predicate), "")
        if "_:" in (subject[:2], object_[:2]):
            return ""
        if not text:
            return f"{names['{s}']} {self._name(predicate)} {names['{o}']}"
        return text.replace("{o}", names["{o}"]).replace("{s}", names["{s}"])

    def _say_bound(self, rule: Rule) -> list[str]:
        """Say a cardinality, of which the stated axiom is a restriction without a name."""
        atoms = [element for element in rule.body if isinstance(element, Atom)]
        values = {
            side for e in rule.body if isinstance(e, Comparison) and e.operator == "!=" for side in (e.left, e.right)
        }
        links = [atom for atom in atoms if atom.predicate != RDF_TYPE]
        if len(links) < 2 or len({link.predicate for link in links}) != 1:
            return []
        for place in ("object", "subject"):
            ends = [getattr(link, place) for link in links]
            others = {getattr(link, "subject" if place == "object" else "object") for link in links}
            if len(others) == 1 and set(ends) == values and len(values) == len(links):
                classes = [
                    self._name(atom.object) for atom in atoms if atom.predicate == RDF_TYPE and atom.subject in others
                ]
                kinds = {
                    self._name(atom.object) for atom in atoms if atom.predicate == RDF_TYPE and atom.subject in values
                }
                who = f"nothing that is {' and '.join(classes)}" if classes else "nothing"
                which = f" that is {' and '.join(sorted(kinds))}" if kinds else ""
                inverse = "" if place == "object" else "inverse of "
                return [f"{who} has more than {len(links) - 1} {inverse}{self._name(links[0].predicate)}{which}"]
        return []

    def _name(self, term: Term) -> str:
        return split_literal(term)[0] if is_literal(term) else self._label(term)

    @staticmethod
    def _trim(sentence: str) -> str:
        return sentence.strip().removesuffix(".")

    @staticmethod
    def _is_trivial(element: BodyElement) -> bool:
        """Tell whether an element says only that two named things are different, which needs no saying."""
        if not isinstance(element, Comparison) or element.operator != "!=":
            return False
        sides = (element.left, element.right)
        return all(isinstance(side, str) and not is_literal(side) and not is_variable(side) for side in sides)

    def _say_element_plainly(self, element: BodyElement) -> str:
        if isinstance(element, Comparison):
            text = self._write(element.left)
            return text if is_condition(element) else f"{text} {element.operator} {self._write(element.right)}"
        if isinstance(element, Negation):
            return "not: " + " and ".join(self._say_element_plainly(part) for part in element.elements)
        return self._trim(self._say((element.subject, element.predicate, element.object)))

    def _write(self, expression: Expression) -> str:
        if isinstance(expression, Operation):
            if not FUNCTIONS[expression.operator].symbol:
                return f"{expression.operator}({', '.join(map(self._write, expression.arguments))})"
            left, right = map(self._write_operand, expression.arguments)
            return f"{left} {expression.operator} {right}"
        return expression if is_variable(expression) else self._name(expression)

    def _write_operand(self, expression: Expression) -> str:
        text = self._write(expression)
        return f"({text})" if isinstance(expression, Operation) and FUNCTIONS[expression.operator].symbol else text
