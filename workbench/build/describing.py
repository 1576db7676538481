"""What a project knows, in the words of one language: for people who read it in a browser or a document.

A description holds names, sentences and places only. It is made of what is stated and, where there is a closure, of
what follows; a domain whose rules could not be applied is described by what could be read.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice, takewhile

from workbench.build.accounts import tell_proof
from workbench.build.explanations import Explanation
from workbench.build.hierarchy import Hierarchy, build_hierarchy
from workbench.build.knowledge import get_knowledge
from workbench.build.naming import name_apart, say_plainly
from workbench.build.narration import Narrator, make_narrator
from workbench.build.totals import compose_constraint
from workbench.errors import SelectionError
from workbench.formats.rules_printer import print_rule, print_total
from workbench.model.proofs import Proof
from workbench.model.report import Location
from workbench.model.rules import Atom, Provenance, Rule, iterate_atoms
from workbench.model.terms import DCTERMS, RDF_TYPE, RDFS, Term, Triple, is_literal, split_literal
from workbench.model.totals import TotalConstraint
from workbench.project import Domain, Project
from workbench.reasoning.closure import Closure
from workbench.wording.lexicon import Lexicon
from workbench.wording.sentences import say_statement, say_term

__all__ = ["Described", "Description", "FactDescription", "RuleDescription", "TermDescription", "describe"]

_DEFINITIONS = (f"<{RDFS}comment>", "<http://www.w3.org/2004/02/skos/core#definition>", f"<{DCTERMS}description>")


@dataclass(frozen=True, slots=True)
class Described:
    """A name and what it is called; no two of a kind in one description are called the same."""

    term: Term
    label: str


@dataclass(frozen=True, slots=True)
class TermDescription:
    """A class or a property.

    ``phrase`` says of A (and B) what the name says of things, ``definition`` is the author's own text or empty.
    ``makes`` are the rules and axioms that conclude it, ``gives`` those that start from it, as sentences.
    """

    term: Term
    label: str
    phrase: str
    definition: str
    makes: tuple[str, ...]
    gives: tuple[str, ...]
    provenance: Provenance
    is_closed: bool


@dataclass(frozen=True, slots=True)
class RuleDescription:
    """A rule or constraint: ``sentence`` is its author's, or ``words`` where the author gave none.

    ``words`` are composed from phrases and say exactly what ``formula`` says.
    """

    name: str
    is_constraint: bool
    sentence: str
    words: str
    formula: str
    provenance: Provenance
    location: Location | None


@dataclass(frozen=True, slots=True)
class FactDescription:
    """A fact in words; ``is_stated`` tells it from one that follows."""

    triple: Triple
    sentence: str
    is_stated: bool


@dataclass(frozen=True, eq=False)
class Description:
    """A domain in words. Everything is sorted by what it is called, ignoring case.

    ``stated`` and ``concluded`` count facts; ``concluded`` is None where nothing could be concluded.
    """

    domain: str
    language: str
    classes: tuple[Described, ...]
    properties: tuple[Described, ...]
    individuals: tuple[Described, ...]
    rules: tuple[RuleDescription, ...]
    constraints: tuple[RuleDescription, ...]
    stated: int
    concluded: int | None
    hierarchy: Hierarchy
    _narrator: Narrator = field(repr=False)
    _applied: tuple[Rule, ...] = field(repr=False)
    _closure: Closure | None = field(repr=False)
    _facts: Mapping[Triple, bool] = field(repr=False)

    @cached_property
    def _labels(self) -> Mapping[Term, str]:
        return {d.term: d.label for d in (*self.individuals, *self.properties, *self.classes)}

    @cached_property
    def _mentions(self) -> Mapping[Term, tuple[Triple, ...]]:
        """The facts in which each name is subject or object."""
        found: dict[Term, list[Triple]] = {}
        for triple in self._facts:
            found.setdefault(triple[0], []).append(triple)
            if triple[2] != triple[0]:
                found.setdefault(triple[2], []).append(triple)
        return {term: tuple(triples) for term, triples in found.items()}

    def get_label(self, term: Term) -> str:
        """Return what a term is called here."""
        return self._labels.get(term) or say_plainly(say_term(self._narrator.lexicon, term))

    def describe_class(self, term: Term) -> TermDescription:
        """Return a class in words."""
        return self._describe_term(Atom("?a", RDF_TYPE, term))

    def describe_property(self, term: Term) -> TermDescription:
        """Return a property in words."""
        return self._describe_term(Atom("?a", term, "?b"))

    def _describe_term(self, atom: Atom) -> TermDescription:
        term = atom.key
        makes = [rule for rule in self._applied if any(head.key == term for head in rule.head)]
        gives = [rule for rule in self._applied if rule not in makes and _mentions(rule, term)]
        return TermDescription(
            term=term,
            label=self.get_label(term),
            phrase=say_statement(self._narrator.lexicon, atom, {"?a": "A", "?b": "B"}),
            definition=_find_definition(self._narrator.domain, term, self.language),
            makes=self._say_rules(makes),
            gives=self._say_rules(gives),
            provenance=_find_provenance(self._narrator.domain, term),
            is_closed=term in self._narrator.domain.closed,
        )

    def _say_rules(self, rules: Sequence[Rule]) -> tuple[str, ...]:
        return tuple(dict.fromkeys(say_plainly(self._narrator.say_rule(rule)) for rule in rules))

    def list_members(self, class_: Term) -> tuple[Described, ...]:
        """Return the individuals of a class, stated or concluded."""
        members = {s for s, p, _ in self._mentions.get(class_, ()) if p == RDF_TYPE}
        return tuple(d for d in self.individuals if d.term in members)

    def find_individuals(self, text: str, limit: int) -> tuple[tuple[Described, ...], int]:
        """Return the first ``limit`` individuals whose label has all words of ``text``, and how many there are.

        Labels that are the text come first, then those that begin with it.
        """
        words = text.casefold().split()
        hits = [d for d in self.individuals if all(word in d.label.casefold() for word in words)]
        start = " ".join(words)
        hits.sort(key=lambda d: (d.label.casefold() != start, not d.label.casefold().startswith(start)))
        return tuple(hits[:limit]), len(hits)

    def list_facts(self, individual: Term) -> tuple[FactDescription, ...]:
        """Return what is known about an individual: first what it is, then what it does, then what others do to it."""
        found = [
            FactDescription(triple, self.say(triple), self._facts[triple])
            for triple in self._mentions.get(individual, ())
        ]

        def rank(fact: FactDescription) -> tuple[object, ...]:
            subject, predicate, _ = fact.triple
            return (predicate != RDF_TYPE, subject != individual, predicate, fact.sentence.casefold(), fact.triple)

        return tuple(sorted(found, key=rank))

    def say(self, triple: Triple) -> str:
        """Return a fact as a sentence."""
        return self._narrator.say(triple)

    def explain(self, triple: Triple) -> Explanation:
        """Return why a fact holds: its shallowest proof; for one that is stated, where.

        Raises SelectionError when it is no fact of this description.
        """
        if triple not in self._facts:
            raise SelectionError(f"It is not known that {self._narrator.say_inside(triple)}.")
        rules = {rule.name: rule for rule in self._applied}
        found = self._closure.proofs(triple, 1) if self._closure else None
        proof = found.proofs[0] if found else Proof(triple, ())
        accounts = (tell_proof(proof, self._narrator, rules),)
        complete = found.is_complete if found else False
        return Explanation(self._narrator.domain, self._narrator, triple, "entailed", proof, accounts, complete)


def describe(project: Project, domain: str, language: str | None = None, closure: Closure | None = None) -> Description:
    """Describe a domain in a language, by default the project's first.

    ``closure`` is that of the domain, as a check gives it; without one it is what is stated that is described.
    Raises SelectionError when there is no such domain.
    """
    source = project.get_domain(domain)
    knowledge = get_knowledge(project, source)
    narrator = make_narrator(project, source, language)
    kinds = source.kinds
    classes = [term for term, kind in kinds.items() if kind == "class"]
    facts = dict.fromkeys(knowledge.facts, True)
    if closure is not None:
        facts.update(dict.fromkeys(closure.derived, False))
    return Description(
        domain=domain,
        language=language or project.config.languages[0],
        classes=_name(narrator.lexicon, classes),
        properties=_name(narrator.lexicon, [term for term, kind in kinds.items() if kind == "property"]),
        individuals=_name(narrator.lexicon, [term for term, kind in kinds.items() if kind == "individual"]),
        rules=tuple(_describe_rule(narrator, rule) for rule in source.rules),
        constraints=(
            *(_describe_rule(narrator, rule) for rule in source.constraints),
            *(_describe_total(narrator, constraint) for constraint in source.totals),
        ),
        stated=len(knowledge.facts),
        concluded=None if closure is None else len(closure.derived),
        hierarchy=build_hierarchy(classes, knowledge.theory.rules, narrator.label),
        _narrator=narrator,
        _applied=knowledge.theory.rules,
        _closure=closure,
        _facts=facts,
    )


def _name(lexicon: Lexicon, terms: Iterable[Term]) -> tuple[Described, ...]:
    named = [Described(term, label) for term, label in name_apart(lexicon, terms).items()]
    return tuple(sorted(named, key=lambda d: (d.label.casefold(), d.label, d.term)))


def _mentions(rule: Rule, term: Term) -> bool:
    atoms = (*iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True))
    return any(atom.key == term for atom in atoms)


def _describe_rule(narrator: Narrator, rule: Rule) -> RuleDescription:
    return RuleDescription(
        name=rule.name,
        is_constraint=rule.is_integrity,
        sentence=say_plainly(narrator.say_rule(rule)),
        words=narrator.compose_rule(rule),
        formula=print_rule(rule, narrator.domain.prefixes),
        provenance=rule.provenance,
        location=rule.location,
    )


def _describe_total(narrator: Narrator, constraint: TotalConstraint) -> RuleDescription:
    words = compose_constraint(narrator, constraint)
    sentences = dict(constraint.sentences)
    return RuleDescription(
        name=constraint.name,
        is_constraint=True,
        sentence=say_plainly(sentences.get(narrator.language) or next(iter(sentences.values()), "") or words),
        words=words,
        formula=print_total(constraint, narrator.domain.prefixes),
        provenance=constraint.provenance,
        location=constraint.location,
    )


def _find_definition(source: Domain, term: Term, language: str) -> str:
    """The first definition in the language, else one without a language."""
    found: dict[str, str] = {}
    for _, predicate, object_ in _list_statements(source, term):
        if predicate in _DEFINITIONS and is_literal(object_):
            text, _, tag = split_literal(object_)
            found.setdefault(tag.split("-")[0], " ".join(text.split()))
    return found.get(language) or found.get("", "")


def _find_provenance(source: Domain, term: Term) -> Provenance:
    declarations = [triple for triple in _list_statements(source, term) if triple[1] == RDF_TYPE]
    return source.get_provenance(declarations[0]) if declarations else Provenance()


def _list_statements(source: Domain, subject: Term) -> Sequence[Triple]:
    """The triples about a subject, found in their order."""
    start = bisect_left(source.triples, (subject, "", ""))
    return tuple(takewhile(lambda triple: triple[0] == subject, islice(source.triples, start, None)))
