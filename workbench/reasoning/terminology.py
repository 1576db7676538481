"""Compilation of stated axioms into rules.

Each stated axiom becomes rules specialised to its classes and properties, and each rule carries its axiom. What is
compiled is what is *stated*, never a derived schema, so chains of axioms keep their length and every step of a
proof can cite a line. An axiom outside the supported part is reported and is not in the theory.

Sources: OWL 2 Mapping to RDF Graphs (W3C, 2012); OWL 2 Profiles, section 4.3 (the RL rules).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from itertools import combinations, islice

from workbench.model.rules import Atom, BodyElement, Comparison, Rule
from workbench.model.terms import (
    OWL,
    RDF_LANG_STRING,
    RDF_TYPE,
    RDFS,
    XSD_STRING,
    Term,
    Triple,
    get_local_name,
    is_blank,
    is_literal,
    split_literal,
)
from workbench.reasoning.class_expressions import Expressions, Unsupported, name_variables

__all__ = ["Draft", "Terminology", "UnsupportedAxiom", "compile_axioms"]

Draft = tuple[tuple[BodyElement, ...], tuple[Atom, ...]]
_MAX_MEMBERS = 500
"""Members of one disjointness axiom: each pair of them is a rule."""
_TOPS = frozenset({f"<{OWL}topObjectProperty>", f"<{OWL}topDataProperty>"})
_CHARACTERISTICS = frozenset(
    f"{name}Property"
    for name in "Symmetric Transitive Functional InverseFunctional Asymmetric Irreflexive Reflexive".split()
)
_BOTTOMS = frozenset({f"<{OWL}bottomObjectProperty>", f"<{OWL}bottomDataProperty>"})


@dataclass(frozen=True, slots=True)
class UnsupportedAxiom:
    """A stated axiom, or the part of one, that has no rule; ``reason`` names the construct."""

    axiom: Triple
    reason: str


@dataclass(frozen=True, slots=True)
class Terminology:
    """The rules of all supported axioms, ordered by name, and what is unsupported, in order of the triples."""

    rules: tuple[Rule, ...]
    unsupported: tuple[UnsupportedAxiom, ...]


def compile_axioms(triples: Iterable[Triple]) -> Terminology:
    """Compile every axiom among ``triples`` (assertions and annotations are passed over)."""
    return _Compiler(sorted(set(triples))).compile()


class _Compiler:
    """One compilation: the index over the triples, and what has been found so far."""

    def __init__(self, triples: list[Triple]) -> None:
        self._triples = triples
        index: dict[Term, dict[Term, list[Term]]] = {}
        for subject, predicate, object_ in triples:
            index.setdefault(subject, {}).setdefault(predicate, []).append(object_)
        self._index = index
        self._expressions = Expressions(index)
        self._rules: dict[Draft, Rule] = {}
        self._names: dict[str, Draft] = {}
        self._unsupported: list[UnsupportedAxiom] = []
        self._handlers: dict[Term, Callable[[Triple], None]] = {
            f"<{RDFS}subClassOf>": self._compile_subclass,
            f"<{RDFS}subPropertyOf>": self._compile_subproperty,
            f"<{RDFS}domain>": self._compile_domain,
            f"<{RDFS}range>": self._compile_range,
            f"<{OWL}equivalentClass>": self._compile_equivalent_class,
            f"<{OWL}equivalentProperty>": self._compile_equivalent_property,
            f"<{OWL}inverseOf>": self._compile_inverse,
            f"<{OWL}propertyChainAxiom>": self._compile_chain,
            f"<{OWL}disjointWith>": self._compile_disjoint_classes,
            f"<{OWL}complementOf>": self._compile_complement,
            f"<{OWL}disjointUnionOf>": self._compile_disjoint_union,
            f"<{OWL}propertyDisjointWith>": self._compile_disjoint_properties,
            f"<{OWL}intersectionOf>": self._compile_named_expression,
            f"<{OWL}unionOf>": self._compile_named_expression,
            f"<{OWL}oneOf>": self._compile_named_expression,
            f"<{OWL}hasKey>": lambda axiom: self._report(axiom, "a key (owl:hasKey)"),
            f"<{OWL}sameAs>": lambda axiom: self._report(axiom, "owl:sameAs, since names are unique"),
            RDF_TYPE: self._compile_type,
        }

    def compile(self) -> Terminology:
        for triple in self._triples:
            handler = self._handlers.get(triple[1])
            if handler is None:
                continue
            try:
                handler(triple)
            except Unsupported as verdict:
                self._report(triple, str(verdict))
            for reason in self._expressions.take_left_out():
                self._report(triple, reason)
        return Terminology(
            tuple(sorted(self._rules.values(), key=lambda rule: rule.name)), tuple(dict.fromkeys(self._unsupported))
        )

    def _report(self, axiom: Triple, reason: str) -> None:
        self._unsupported.append(UnsupportedAxiom(axiom, reason))

    def _add(self, name: str, body: Iterable[BodyElement], head: tuple[Atom, ...], *axioms: Triple) -> None:
        draft: Draft = (tuple(dict.fromkeys(body)), head)
        if not draft[0]:
            raise Unsupported("a statement about everything (owl:Thing)")
        if len(head) == 1 and head[0] in draft[0]:
            return  # says only what it presupposes, such as C subClassOf C
        if draft in self._rules:
            known = self._rules[draft]
            self._rules[draft] = replace(known, axioms=tuple(dict.fromkeys((*known.axioms, *axioms))))
            return
        if self._names.setdefault(name, draft) != draft:
            name = f"{name}-{hashlib.sha256(repr(draft).encode()).hexdigest()[:8]}"
            self._names[name] = draft
        self._rules[draft] = Rule(name, draft[0], head, kind="axiom", axioms=axioms)

    # ---- classes

    def _compile_subclass(self, axiom: Triple) -> None:
        self._add_inclusion(axiom[0], axiom[2], axiom)

    def _compile_equivalent_class(self, axiom: Triple) -> None:
        for sub, sup in ((axiom[0], axiom[2]), (axiom[2], axiom[0])):
            try:
                self._add_inclusion(sub, sup, axiom)
            except Unsupported as verdict:
                self._report(axiom, str(verdict))

    def _compile_named_expression(self, axiom: Triple) -> None:
        if is_blank(axiom[0]):
            return  # part of the axiom that mentions the expression
        if self._expressions.is_datatype(axiom[0]):
            raise Unsupported("a datatype that is defined")
        # A named class that carries owl:intersectionOf and friends directly is equivalent to that expression.
        expression = f"_:expression-of-{axiom[0]}"
        self._index[expression] = {axiom[1]: [axiom[2]]}
        for sub, sup in ((axiom[0], expression), (expression, axiom[0])):
            try:
                self._add_inclusion(sub, sup, axiom)
            except Unsupported as verdict:
                self._report(axiom, str(verdict))

    def _add_inclusion(self, sub: Term, sup: Term, axiom: Triple) -> None:
        """Add the rules of ``sub subClassOf sup``; the parts of an intersection on the right stand alone."""
        conjuncts = [sup]
        if is_blank(sup) and (members := self._expressions.get_objects(sup, "intersectionOf")):
            conjuncts = list(self._expressions.read_list(members[0]))
        for conjunct in conjuncts:
            fresh = name_variables()
            subject = next(fresh)
            try:
                alternatives = self._expressions.read_left(sub, subject, fresh)
                consequences = self._expressions.read_right(conjunct, subject, fresh)
                for body in alternatives:
                    for consequence in consequences:
                        label = self._name_inclusion(sub, conjunct, axiom, is_whole=conjunct == sup)
                        self._add(label, (*body, *consequence.body), consequence.head, axiom)
            except Unsupported as verdict:
                self._report(axiom, str(verdict))

    def _name_inclusion(self, sub: Term, sup: Term, axiom: Triple, *, is_whole: bool) -> str:
        if is_blank(sub):
            return f"{self._say(sup)}-by-definition"
        if is_blank(sup):
            return f"{self._say(sub)}-restriction"
        if axiom[1] == f"<{OWL}equivalentClass>" and is_whole:
            return f"{self._say(sub)}-equivalent-to-{self._say(sup)}"
        return f"{self._say(sub)}-subclass-of-{self._say(sup)}"

    def _compile_disjoint_classes(self, axiom: Triple) -> None:
        self._add_disjoint(axiom[0], axiom[2], axiom)

    def _add_disjoint(self, first: Term, second: Term, axiom: Triple) -> None:
        first, second = sorted((first, second))
        fresh = name_variables()
        subject = next(fresh)
        for left in self._expressions.read_left(first, subject, fresh):
            for right in self._expressions.read_left(second, subject, fresh):
                self._add(f"{self._say(first)}-disjoint-with-{self._say(second)}", (*left, *right), (), axiom)

    def _compile_complement(self, axiom: Triple) -> None:
        if is_blank(axiom[0]):
            return
        self._add_disjoint(axiom[0], axiom[2], axiom)
        self._report(axiom, "the part of a complement (owl:complementOf) that says everything is in one of the two")

    def _compile_disjoint_union(self, axiom: Triple) -> None:
        members = self._read_members(axiom[2])
        for member in members:
            self._add_inclusion(member, axiom[0], axiom)
        for first, second in combinations(members, 2):
            self._add_disjoint(first, second, axiom)
        self._report(axiom, "the part of a disjoint union (owl:disjointUnionOf) that says there are no other members")

    # ---- properties

    def _atom(self, property_: Term, subject: str, object_: str) -> Atom:
        return self._expressions.make_property_atom(property_, subject, object_)

    def _compile_subproperty(self, axiom: Triple) -> None:
        self._add_subproperty(axiom[0], axiom[2], "subproperty-of", axiom)

    def _compile_equivalent_property(self, axiom: Triple) -> None:
        for sub, sup in ((axiom[0], axiom[2]), (axiom[2], axiom[0])):
            self._add_subproperty(sub, sup, "equivalent-to", axiom)

    def _add_subproperty(self, sub: Term, sup: Term, relation: str, axiom: Triple) -> None:
        if sup in _TOPS or sub in _BOTTOMS:
            return  # true of every property
        if sub in _TOPS:
            raise Unsupported("a statement about everything (owl:topObjectProperty)")
        head = () if sup in _BOTTOMS else (self._atom(sup, "?x", "?y"),)
        self._add(f"{self._say(sub)}-{relation}-{self._say(sup)}", [self._atom(sub, "?x", "?y")], head, axiom)

    def _compile_inverse(self, axiom: Triple) -> None:
        if is_blank(axiom[0]):
            return  # an inverse expression inside another axiom
        for one, other in ((axiom[0], axiom[2]), (axiom[2], axiom[0])):
            name = f"{self._say(other)}-inverse-of-{self._say(one)}"
            self._add(name, [self._atom(one, "?x", "?y")], (self._atom(other, "?y", "?x"),), axiom)

    def _compile_chain(self, axiom: Triple) -> None:
        links = self._expressions.read_list(axiom[2])
        variables = tuple(islice(name_variables(), len(links) + 1))
        body = [self._atom(link, variables[i], variables[i + 1]) for i, link in enumerate(links)]
        name = f"{self._say(axiom[0])}-from-{'-'.join(self._say(link) for link in links)}"
        self._add(name, body, (self._atom(axiom[0], variables[0], variables[-1]),), axiom)

    def _compile_domain(self, axiom: Triple) -> None:
        self._add_typing(axiom, "domain", "?x")

    def _compile_range(self, axiom: Triple) -> None:
        self._add_typing(axiom, "range", "?y")

    def _add_typing(self, axiom: Triple, word: str, subject: str) -> None:
        fresh = islice(name_variables(), 2, None)
        link = self._atom(axiom[0], "?x", "?y")
        for consequence in self._expressions.read_right(axiom[2], subject, fresh):
            name = f"{self._say(axiom[0])}-{word}-{self._say(axiom[2])}"
            self._add(name, (link, *consequence.body), consequence.head, axiom)

    def _compile_disjoint_properties(self, axiom: Triple) -> None:
        self._add_disjoint_properties(axiom[0], axiom[2], axiom)

    def _add_disjoint_properties(self, first: Term, second: Term, axiom: Triple) -> None:
        first, second = sorted((first, second))
        body = [self._atom(first, "?x", "?y"), self._atom(second, "?x", "?y")]
        self._add(f"{self._say(first)}-disjoint-with-{self._say(second)}", body, (), axiom)

    # ---- axioms that are types

    def _compile_type(self, axiom: Triple) -> None:
        subject, _, kind = axiom
        if not kind.startswith(f"<{OWL}"):
            if is_blank(kind):
                self._compile_class_assertion(axiom)
            return
        name = self._say(subject)
        if is_blank(subject) and get_local_name(kind) in _CHARACTERISTICS:
            raise Unsupported("a characteristic of an unnamed property")
        link = Atom("?x", subject, "?y")
        match get_local_name(kind):
            case "SymmetricProperty":
                self._add(f"{name}-symmetric", [link], (Atom("?y", subject, "?x"),), axiom)
            case "TransitiveProperty":
                body = [link, Atom("?y", subject, "?z")]
                self._add(f"{name}-transitive", body, (Atom("?x", subject, "?z"),), axiom)
            case "FunctionalProperty":
                body_: list[BodyElement] = [link, Atom("?x", subject, "?z"), Comparison("!=", "?y", "?z")]
                self._add(f"{name}-functional", body_, (), axiom)
            case "InverseFunctionalProperty":
                body_ = [link, Atom("?z", subject, "?y"), Comparison("!=", "?x", "?z")]
                self._add(f"{name}-inverse-functional", body_, (), axiom)
            case "AsymmetricProperty":
                self._add(f"{name}-asymmetric", [link, Atom("?y", subject, "?x")], (), axiom)
            case "IrreflexiveProperty":
                self._add(f"{name}-irreflexive", [Atom("?x", subject, "?x")], (), axiom)
            case "ReflexiveProperty":
                self._report(axiom, "a reflexive property (owl:ReflexiveProperty), which speaks of everything")
            case "AllDisjointClasses":
                for first, second in combinations(self._get_members(subject), 2):
                    self._add_disjoint(first, second, axiom)
            case "AllDisjointProperties":
                for first, second in combinations(self._get_members(subject), 2):
                    self._add_disjoint_properties(first, second, axiom)
            case "NegativePropertyAssertion":
                self._compile_negative_assertion(axiom)

    def _get_members(self, subject: Term) -> tuple[Term, ...]:
        lists = self._expressions.get_objects(subject, "members")
        return self._read_members(lists[0]) if lists else ()

    def _read_members(self, head: Term) -> tuple[Term, ...]:
        members = tuple(dict.fromkeys(self._expressions.read_list(head)))
        if len(members) > _MAX_MEMBERS:
            raise Unsupported(f"disjointness of more than {_MAX_MEMBERS} at once")
        return members

    def _compile_class_assertion(self, axiom: Triple) -> None:
        # An individual's unnamed class: "x = a" in the body makes the inclusion speak of this individual only.
        for consequence in self._expressions.read_right(axiom[2], axiom[0], islice(name_variables(), 1, None)):
            if not consequence.body:
                self._report(axiom, "an unnamed class as the type of an individual")
                continue
            self._add(f"{self._say(axiom[0])}-restriction", consequence.body, consequence.head, axiom)

    def _compile_negative_assertion(self, axiom: Triple) -> None:
        def get(name: str) -> Iterator[Term]:
            return iter(self._expressions.get_objects(axiom[0], name))

        source, property_ = next(get("sourceIndividual"), None), next(get("assertionProperty"), None)
        target = next(get("targetIndividual"), None) or next(get("targetValue"), None)
        if source is None or property_ is None or target is None:
            raise Unsupported("a negative assertion that lacks a part")
        name = f"not-{self._say(source)}-{self._say(property_)}-{self._say(target)}"
        body: list[BodyElement] = [self._atom(property_, source, target)]
        if is_literal(target) and split_literal(target)[1] not in (XSD_STRING, RDF_LANG_STRING):
            # Another way to write the same value is denied with it.
            body = [self._atom(property_, source, "?x"), Comparison("=", "?x", target)]
        self._add(name, body, (), axiom)

    def _say(self, term: Term) -> str:
        if is_blank(term):
            inverse = self._expressions.get_objects(term, "inverseOf")
            return f"inverse-{self._say(inverse[0])}" if inverse and not is_blank(inverse[0]) else "expression"
        text = get_local_name(term) if not is_literal(term) else "value"
        return "".join(char if char.isalnum() or char in "_-" else "_" for char in text)
