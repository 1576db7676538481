"""What the analysis found, in the words of the project: sentences, the members of a smallest set, a filled-in case."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from workbench.build.analysing.confirming import Confirmed
from workbench.build.analysing.demands import Demand
from workbench.build.analysing.knowledge_analysis import KnowledgeAnalysis
from workbench.build.knowledge import Knowledge
from workbench.build.naming import say_plainly
from workbench.model.report import Location, Part
from workbench.model.rules import Atom, BodyElement, Rule, collect_variables
from workbench.model.terms import RDF_TYPE, Term, get_local_name, is_blank, is_iri, is_literal, split_literal
from workbench.solving.analysis.ground import Finding
from workbench.wording.sentences import capitalise, iterate_letters, name_rule_variables, say_element

__all__ = ["Words"]

_VALUES = {
    "integer": "whole numbers",
    "nonNegativeInteger": "whole numbers from 0",
    "positiveInteger": "whole numbers from 1",
    "decimal": "numbers",
    "double": "numbers",
    "float": "numbers",
    "date": "dates",
    "gYear": "years",
    "boolean": "true or false",
    "string": "texts",
}


class Words:
    """Says findings about one domain's knowledge."""

    def __init__(self, knowledge: Knowledge, found: KnowledgeAnalysis) -> None:
        self._knowledge, self._found = knowledge, found
        self._narrator = knowledge.narrator
        self._rules = knowledge.theory.by_name
        self._conditions = dict(found.analysis.conditions)

    def name(self, subject: str) -> str:
        """Return what a rule, constraint, class or property is called."""
        return self._narrator.label(subject) if is_iri(subject) else subject

    def locate(self, subject: str) -> Location | None:
        """Return where a rule, constraint, class or property stands."""
        if is_iri(subject):
            return self._narrator.locate(subject)
        rule = self._rules.get(subject)
        return None if rule is None else self._narrator.locate_rule(rule)

    # ---- the smallest set

    def list_parts(self, finding: Finding) -> list[Part]:
        """Return the smallest set, the subject first; what comes from one axiom is one part."""
        ordered = sorted(finding.parts, key=lambda name: (name != finding.subject, self._rank(name), name))
        parts: dict[object, Part] = {}
        for name in ordered:
            key, part = self._make_part(name)
            known = parts.get(key)
            if known is None:
                parts[key] = part
            elif part.text not in known.text:
                parts[key] = known._replace(text=f"{known.text.rstrip('.')}; {part.text}")
        return list(parts.values())

    def _rank(self, name: str) -> int:
        rule = self._rules.get(name)
        return 2 if rule is None else ("rule", "constraint", "axiom").index(rule.kind)

    def _make_part(self, name: str) -> tuple[object, Part]:
        narrator = self._narrator
        rule = self._rules.get(name)
        if rule is not None:
            key = rule.axioms[0] if rule.kind == "axiom" and rule.axioms else name
            return key, Part(rule.kind, name, narrator.say_rule(rule), narrator.locate_rule(rule))
        demand = self._found.demands.get(name)
        if demand is not None:
            return demand.axiom, Part("axiom", name, self._say_demand(demand), self._locate_axiom(demand))
        typing, axiom = self._found.typings[name]
        short = get_local_name(typing.datatype)
        text = f"The values of {narrator.label(axiom[0])} are {_VALUES.get(short, f'of the type {short}')}."
        return axiom, Part("axiom", name, text, narrator.project.locate(axiom))

    def _locate_axiom(self, demand: Demand) -> Location | None:
        return self._narrator.project.locate(demand.axiom) or self.locate(demand.axiom[0])

    def _say_demand(self, demand: Demand) -> str:
        clause = demand.clause
        body: tuple[BodyElement, ...] = (*clause.atoms, *clause.comparisons)
        letters = iterate_letters()
        names = {v: next(letters) for v in dict.fromkeys(v for part in body for v in collect_variables(part))}
        ways = []
        for alternative in clause.alternatives:
            inner = dict.fromkeys(v for part in alternative for v in collect_variables(part) if v not in names)
            named = {**names, **{variable: next(letters) for variable in inner}}
            shown = self._say_all([part for part in alternative if not _is_unnamed(part)], named)
            there = f"there is {' and '.join(named[v] for v in inner)} such that " if inner else ""
            ways.append(f"{there}{shown}" if shown else f"{there}more holds")
        return capitalise(f"If {self._say_all(body, names)}, then {', or '.join(ways)}.")

    def _say_all(self, elements: Iterable[BodyElement], names: dict[str, str]) -> str:
        lexicon = self._narrator.lexicon
        return " and ".join(say_plainly(say_element(lexicon, e, names)) for e in elements if not _is_unnamed(e))

    # ---- the sentence

    def say(self, finding: Finding) -> str:
        """Return what was found as one sentence."""
        subject = self.name(finding.subject)
        others = [name for name in finding.parts if name != finding.subject]
        listed = _join([self.name(name) for name in others])
        rule = self._rules.get(finding.subject)
        match finding.kind:
            case "never-applies" if others:
                return f"{_call(rule)} {subject} can never apply: its conditions would violate {listed}."
            case "never-applies":
                conditions = self._say_conditions(finding)
                because = f": {conditions} exclude each other" if conditions else ""
                return f"The conditions of {subject} contradict each other{because}, so it can never apply."
            case "contradictory" | "cannot-be-met":
                where = self._say_where(rule, finding.about)
                if not others:
                    return f"The constraint {subject} can never hold{where}."
                kinds = {self._rules[name].kind for name in others if name in self._rules}
                if "constraint" in kinds:
                    return f"{_join([subject, *(self.name(name) for name in others)])} cannot hold together{where}."
                return (
                    f"The constraint {subject} can never be met{where}: {listed} forbid{_s(others)} what it asks for."
                )
            case "always-violates" | "violates":
                broken = self._name_broken(finding)
                return f"Wherever the rule {subject} applies, what it concludes violates {broken}."
            case "can-violate":
                return f"What the rule {subject} concludes can violate {self._name_broken(finding)}."
            case "contradictory-conclusions":
                other, broken = finding.others[0], self._name_broken(finding)
                return (
                    f"The rules {subject} and {other} can apply to one case, and what they conclude violates {broken}."
                )
            case "gap" | "overlap":
                value = split_literal(finding.value)[0] if is_literal(finding.value) else finding.value
                about, other = self._narrator.label(finding.about[0].predicate), finding.others[0]
                if finding.kind == "gap":
                    return f"Neither {subject} nor {other} applies where the value of {about} is {value}."
                return f"Both {subject} and {other} apply where the value of {about} is {value}."
            case "implied":
                if not others:
                    return f"The {_kind(rule)} {subject} concludes only what it presupposes."
                return f"The {_kind(rule)} {subject} says nothing new: it follows from {listed}."
            case "empty-class":
                return f"Nothing can be {_article(subject)} {subject}{self._say_under(finding)}."
            case _:
                return f"Nothing can have a value for {subject}{self._say_under(finding)}."

    def _say_conditions(self, finding: Finding) -> str:
        rule = self._rules[finding.subject]
        names = name_rule_variables(rule)
        lexicon = self._narrator.lexicon
        said = [say_plainly(say_element(lexicon, e, names)) for e in self._conditions.get(finding.subject, ())]
        return " and ".join(f"“{text}”" for text in said) if len(said) > 1 else ""

    def _say_where(self, rule: Rule | None, atoms: Sequence[Atom]) -> str:
        if rule is None or not atoms:
            return ""
        return f" where {self._say_all(atoms, name_rule_variables(rule))}"

    def _name_broken(self, finding: Finding) -> str:
        names = [name for name in finding.parts if (rule := self._rules.get(name)) is not None and rule.is_integrity]
        return _join([self._call_integrity(name) for name in names]) or "what must hold"

    def _call_integrity(self, name: str) -> str:
        rule = self._rules[name]
        return name if rule.kind != "axiom" else f"the axiom “{self._narrator.say_rule(rule).rstrip('.')}”"

    def _say_under(self, finding: Finding) -> str:
        if not finding.others:
            return ""
        labels = [self.name(term) for term in finding.others]
        more = f" and {len(labels) - 5} more" if len(labels) > 5 else ""
        return f", nor, because of that, {_join(labels[:5], 'or') if not more else ', '.join(labels[:5])}{more}"

    # ---- the case

    def fill_in(self, finding: Finding, shown: Confirmed | None) -> Iterator[str]:
        """Yield the lines of the case: the facts, what follows from them, and what that breaks."""
        if finding.case is None:
            return
        for fact in finding.case.facts:
            yield self._narrator.say(fact)
        if shown is None:
            return
        for name, fact in shown.conclusions:
            if not (fact[1] == RDF_TYPE and is_blank(fact[2])):
                yield f"By {name}: {self._narrator.say_inside(fact)}."
        if finding.kind in ("implied", "duplicate"):
            return
        for name in shown.broken:
            yield f"This breaks {self._call_integrity(name)}."


def _is_unnamed(part: BodyElement) -> bool:
    return isinstance(part, Atom) and part.predicate == RDF_TYPE and is_blank(part.object)


def _kind(rule: Rule | None) -> str:
    return "rule" if rule is None else rule.kind


def _call(rule: Rule | None) -> str:
    return capitalise(f"the {_kind(rule)}")


def _s(names: Sequence[str]) -> str:
    return "s" if len(names) == 1 else ""


def _article(label: str) -> str:
    return "an" if label[:1].lower() in "aeiou" else "a"


def _join(names: Sequence[Term], word: str = "and") -> str:
    if len(names) < 2:
        return "".join(names)
    return f"{', '.join(names[:-1])} {word} {names[-1]}"
