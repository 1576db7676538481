"""Statements of an ontology or of shapes in words: what a reviewer reads who knows no Turtle."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.build.differing.renamed import State
from workbench.build.differing.units import Unit
from workbench.build.naming import say_plainly
from workbench.errors import LimitError
from workbench.formats.turtle_writer import write_turtle
from workbench.model.items import compact_term
from workbench.model.rules import Rule
from workbench.model.terms import (
    OWL,
    RDF,
    RDF_TYPE,
    RDFS,
    SH,
    XSD_BOOLEAN,
    XSD_DECIMAL,
    XSD_INTEGER,
    Term,
    Triple,
    get_local_name,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
)
from workbench.wording.lexicon import split_name

__all__ = ["UnitTeller"]

_MOST_FORMAL = 2_000
_KINDS = {
    f"<{OWL}Class>": "a class",
    f"<{RDFS}Class>": "a class",
    f"<{OWL}ObjectProperty>": "a property between individuals",
    f"<{OWL}DatatypeProperty>": "a property with values",
    f"<{OWL}AnnotationProperty>": "a property for remarks",
    f"<{RDF}Property>": "a property",
    f"<{OWL}NamedIndividual>": "an individual",
    f"<{OWL}Ontology>": "an ontology",
    f"<{RDFS}Datatype>": "a datatype",
    f"<{SH}NodeShape>": "a shape",
    f"<{SH}PropertyShape>": "a shape of a property",
}
_SAID = {
    f"<{RDFS}label>": "“{s}” is called {o}.",
    f"<{RDFS}comment>": "“{s}” is explained as {o}.",
    f"<{RDFS}subClassOf>": "Every “{s}” is a “{o}”.",
    f"<{RDFS}subPropertyOf>": "“{s}” is a kind of “{o}”.",
    f"<{RDFS}domain>": "What has “{s}” is a “{o}”.",
    f"<{RDFS}range>": "A value of “{s}” is a “{o}”.",
    f"<{OWL}disjointWith>": "Nothing is both “{s}” and “{o}”.",
    f"<{OWL}equivalentClass>": "“{s}” and “{o}” are the same class.",
    f"<{OWL}equivalentProperty>": "“{s}” and “{o}” are the same property.",
    f"<{OWL}inverseOf>": "“{s}” is the inverse of “{o}”.",
}
_PLAIN = (XSD_BOOLEAN, XSD_DECIMAL, XSD_INTEGER)
_PATH = f"<{SH}path>"
_PROPERTY = f"<{SH}property>"


def _cut(text: str) -> str:
    return text if len(text) <= _MOST_FORMAL else f"{text[:_MOST_FORMAL]} …"


class UnitTeller:
    """Tells the statements of one side."""

    def __init__(self, state: State) -> None:
        self._state, self._narrator = state, state.narrator
        self._prefixes = tuple(state.domain.prefixes.items())
        self._rules: dict[Triple, list[Rule]] = {}
        for rule in state.knowledge.theory.rules:
            for axiom in rule.axioms:
                self._rules.setdefault(axiom, []).append(rule)
        self._names: dict[Term, str] = {}
        self._facts = frozenset(state.domain.assertions)

    def tell(self, unit: Unit, triples: Sequence[Triple], root: Triple) -> str:
        """Return a statement in words; ``triples`` and ``root`` are those of the side's own graph."""
        if root in self._facts and len(triples) == 1:
            return self._narrator.say(root)
        rules = [rule for triple in triples for rule in self._rules.get(triple, ())]
        if rules:
            return " ".join(dict.fromkeys(self._narrator.compose_rule(rule) for rule in rules))
        if len(triples) == 1:
            return self._tell_triple(root)
        if root[1] == _PROPERTY or any(triple[1] == _PATH for triple in triples):
            return self._tell_property_shape(triples, root)
        about = f"Of “{self._call(root[0])}”: " if not is_blank(root[0]) else ""
        return f"{about}{self.write(triples)}"

    def write(self, triples: Sequence[Triple]) -> str:
        """Return the Turtle of a statement on one line."""
        if len(triples) == 1 and not any(is_blank(term) for term in triples[0]):
            subject, predicate, value = triples[0]
            kind = "a" if predicate == RDF_TYPE else self._compact(predicate)
            return _cut(f"{self._compact(subject)} {kind} {self._compact(value)} .")
        try:
            text = write_turtle(triples, self._prefixes)
        except LimitError:
            text = " . ".join(" ".join(triple) for triple in triples)
        lines = [line.strip() for line in text.splitlines() if line and not line.startswith("@prefix")]
        formal = " ".join(lines).replace(" ; .", " .")
        return _cut(formal)

    def _compact(self, term: Term) -> str:
        if is_literal(term):
            return term
        if term not in self._names:
            self._names[term] = compact_term(term, self._state.domain.prefixes)
        return self._names[term]

    def _call(self, term: Term) -> str:
        return self._narrator.label(term)

    def _tell_triple(self, triple: Triple) -> str:
        subject, predicate, value = triple
        if predicate == RDF_TYPE:
            kind = _KINDS.get(value) or f"“{self._call(value)}”"
            return f"“{self._call(subject)}” is {kind}."
        frame = _SAID.get(predicate)
        if frame is not None:
            said = self._say_value(value)
            shown = said if is_literal(value) or "“{o}”" in frame else f"“{said}”"
            before, _, after = frame.partition("{s}")
            middle, _, end = after.partition("{o}")
            return f"{before}{self._call(subject)}{middle}{shown}{end}"
        return f"“{self._call(subject)}”, {self._name_predicate(predicate)}: {self._say_value(value)}"

    def _say_value(self, term: Term) -> str:
        if not is_literal(term):
            return self._call(term)
        lexical, datatype, language = split_literal(term)
        plain = " ".join(lexical.split())
        if datatype in _PLAIN:
            return plain
        return f"“{plain}” ({language})" if language else say_plainly(f"“{plain}”")

    def _name_predicate(self, predicate: Term) -> str:
        label = self._state.narrator.lexicon.labels.get(predicate)
        return label or split_name(get_local_name(predicate))

    def _tell_property_shape(self, triples: Sequence[Triple], root: Triple) -> str:
        """Tell the constraints that a property shape has, one after the other."""
        paths = [value for _, predicate, value in triples if predicate == _PATH]
        path = self._call(paths[0]) if len(paths) == 1 and is_iri(paths[0]) else ""
        parts = [
            f"{split_name(get_local_name(predicate)).casefold()} {self._say_value(value)}"
            for _, predicate, value in triples
            if predicate not in (_PATH, _PROPERTY, RDF_TYPE) and not is_blank(value)
        ]
        owner = "" if is_blank(root[0]) else f"The shape “{self._call(root[0])}” asks"
        about = f" of “{path}”" if path else ""
        return f"{owner or 'A shape asks'}{about}: {', '.join(parts) or self.write(triples)}."
