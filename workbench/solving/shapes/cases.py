"""A case drawn from shapes: a node, the values it must have, and all that shapes, rules and axioms say of them.

**What is drawn.** Terms (see ``terms``) and the facts that may hold between them. Each demand for something to
exist (a count, a value of a certain kind, the violation of a shape that is negated) gets terms of its own, to the
depth of :class:`Depth`; each demand on all values is written for every fact that may hold, those included that rules
lead to. The text is written anew until nothing new may hold.

**Soundness.** Suppose a graph in which the node conforms. Then the terms can be chosen from it: for a demand that
something exists take what exists, a demand on all values holds for all of them, and what is counted as at most so many
is at most so many among the chosen ones. So every assertion is true, and *unsatisfiable* is certain: no graph of any
size has a conforming node. Nothing is lost by what is left out (values deeper than the limit, conditions that are not
understood, comparisons between values without a common order, patterns that have no translation): each leaves more
graphs possible, and is noted in :attr:`Case.open`. A solution is a graph in turn, except for what was left open; it is
built from the solution and judged before it is shown (``shape_evaluation``).

Every demand stands under a guard that names its author's line, so that a conflict can be told by what takes part.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Literal, NamedTuple

from workbench.model.rules import Atom, BodyElement, Expression, iterate_terms
from workbench.model.terms import RDF_TYPE, Term, Triple, is_iri, is_literal, is_variable, split_literal
from workbench.solving.shapes.terms import Constants
from workbench.solving.shapes.values import Path, Shape, Shapes, ValueAxiom
from workbench.solving.situations import Clause, ClauseIndex, Limits

__all__ = ["FOCUS", "Background", "Depth", "Member", "Scene", "conjoin", "disjoin", "list_constants"]

FOCUS = "?this"


class Member(NamedTuple):
    """A line that takes part: a condition of a shape, a rule, constraint or compiled axiom (by name), an axiom about
    the values of a property, or a stated fact."""

    kind: Literal["condition", "clause", "axiom", "fact"]
    name: str
    triple: Triple | None = None


@dataclass(frozen=True, slots=True)
class Depth:
    """How far a case is drawn: steps from the node to which values get values of their own, steps to which shapes
    apply by their targets, terms made for one count, all terms of a case, and instances of rules."""

    values: int = 3
    targets: int = 0
    count: int = 12
    terms: int = 400
    instances: int = 4_000


@dataclass(frozen=True, eq=False)
class Background:
    """What holds of every case: the shapes, the clauses of rules and axioms, axioms about values, classes of nodes."""

    shapes: Shapes
    clauses: ClauseIndex = field(default_factory=lambda: ClauseIndex(()))
    value_axioms: Mapping[Term, Sequence[ValueAxiom]] = field(default_factory=dict)
    classes: Mapping[Term, Sequence[Term]] = field(default_factory=dict)
    left_out: frozenset[str] = frozenset()
    """Names of clauses that take no part."""

    @cached_property
    def targeted(self) -> tuple[Shape, ...]:
        """The shapes that are aimed at something, in the order of their terms."""
        return tuple(shape for shape in self.shapes.values() if shape.targets)

    @cached_property
    def datatypes(self) -> frozenset[Term]:
        """The datatypes that conditions speak of."""
        found = (c for shape in self.shapes.values() for c in shape.conditions)
        return frozenset(c.value for c in found if c.component == "datatype" and is_iri(c.value))

    @cached_property
    def languages(self) -> frozenset[str]:
        """The language ranges that conditions speak of."""
        found = (c for shape in self.shapes.values() for c in shape.conditions if c.component == "languageIn")
        return frozenset(split_literal(member)[0].lower() for c in found for member in c.values if is_literal(member))

    @cached_property
    def _inclusions(self) -> dict[Term, list[Term]]:
        found: dict[Term, list[Term]] = {}
        for clause in self.clauses.clauses:
            if len(clause.elements) != 1 or len(clause.alternatives) != 1 or clause.assignments:
                continue
            (atom,) = clause.atoms
            for head in clause.alternatives[0]:
                if isinstance(head, Atom) and atom.predicate == RDF_TYPE == head.predicate:
                    found.setdefault(atom.object, []).extend([head.object] * (head.subject == atom.subject))
        return found

    def list_supers(self, class_: Term) -> frozenset[Term]:
        """Return the classes that everything in a class is in, by inclusions of classes alone; itself among them."""
        reached, queue = {class_}, [class_]
        while queue:
            for sup in self._inclusions.get(queue.pop(), ()):
                if sup not in reached:
                    reached.add(sup)
                    queue.append(sup)
        return frozenset(reached)


def conjoin(parts: Iterable[str]) -> str:
    """Write a conjunction."""
    kept = [part for part in dict.fromkeys(parts) if part != "true"]
    if "false" in kept:
        return "false"
    return kept[0] if len(kept) == 1 else f"(and {' '.join(kept)})" if kept else "true"


def disjoin(parts: Iterable[str]) -> str:
    """Write a disjunction."""
    kept = [part for part in dict.fromkeys(parts) if part != "false"]
    if "true" in kept:
        return "true"
    return kept[0] if len(kept) == 1 else f"(or {' '.join(kept)})" if kept else "false"


def list_constants(clause: Clause) -> list[Term]:
    """Return the terms that a clause compares or computes with."""
    parts: list[BodyElement | Expression] = [*clause.comparisons, *clause.negations]
    parts += [expression for _, expression in clause.assignments]
    parts += [part for alternative in clause.alternatives for part in alternative]
    return [term for part in parts for term in iterate_terms(part) if not is_variable(term)]


class Scene:
    """The terms of a case and the facts that may hold between them, as far as they are known."""

    def __init__(self, background: Background, depth: Depth) -> None:
        self.background, self.limits = background, depth
        self.depths: dict[str, int] = {}
        self.atoms: dict[Atom, None] = {}
        self.given: dict[Atom, None] = {}
        self.opaque: dict[tuple[str, str], list[str]] = {}
        self.mentioned: set[Term] = set()
        self.open: dict[str, None] = {}
        self.is_cut = False
        self._slots: dict[tuple[object, ...], str] = {}
        self._symbols: dict[tuple[str, str], str] = {}
        self.texts: dict[str, set[tuple[str, str]]] = {}
        self.renew()

    def renew(self) -> None:
        """Begin to write anew with what is known: close the facts under the rules, number the terms."""
        for term in sorted(self.mentioned):
            if is_iri(term):
                for class_ in self.background.classes.get(term, ()):
                    self.atoms.setdefault(Atom(term, RDF_TYPE, class_))
        limits = Limits(instances=self.limits.instances, depth=1)
        self.closed = self.background.clauses.close(self.atoms, limits, self.background.left_out.__contains__)
        self.is_cut = self.is_cut or bool(self.closed.limit)
        for term in (term for instance in self.closed.instances for term in instance.fresh):
            self.note_term(term)  # a computed value may stand in comparisons alone
        known = dict.fromkeys(atom for atoms in self.closed.known.values() for atom in atoms)
        self.known = known | self.atoms
        self.out: dict[tuple[str, Term], list[str]] = {}
        self.into: dict[tuple[str, Term], list[str]] = {}
        self.classes: dict[str, list[Term]] = {}
        self.leaving: dict[str, list[Atom]] = {}
        for atom in self.known:
            for term in (atom.subject, *((atom.object,) if atom.predicate != RDF_TYPE else ())):
                self.note_term(term)
            if atom.predicate == RDF_TYPE:
                self.classes.setdefault(atom.subject, []).append(atom.object)
            else:
                self.out.setdefault((atom.subject, atom.predicate), []).append(atom.object)
                self.into.setdefault((atom.object, atom.predicate), []).append(atom.subject)
                self.leaving.setdefault(atom.subject, []).append(atom)
        for clause in dict.fromkeys(instance.clause for instance in self.closed.instances):
            for constant in list_constants(clause):
                self.note_term(constant)
        self.constants = Constants(self.mentioned, self.background.datatypes, self.background.languages)
        self.missing = False
        self.open.clear()

    def measure(self) -> tuple[int, ...]:
        """Return numbers that stay the same when nothing new is known."""
        opaque = sum(len(found) for found in self.opaque.values())
        texts = sum(len(found) for found in self.texts.values())
        return len(self.atoms), len(self.mentioned), opaque, len(self.depths), texts

    # ---- terms

    def note_term(self, term: str) -> None:
        """Take a term into the case."""
        if is_variable(term):
            self.depths.setdefault(term, self.limits.values)
        elif term not in self.mentioned:
            self.mentioned.add(term)
            self.missing = True

    def write_term(self, term: str) -> str:
        """Write a term; one that is new has its number from the next time on."""
        if is_variable(term):
            return f"|{term}|"
        self.note_term(term)
        return f"t{self.constants.terms.get(term, 0)}"

    def make_slot(self, *key: object, depth: int) -> str:
        """Return the term made for a demand, always the same for one key."""
        if key not in self._slots:
            self._slots[key] = f"?v{len(self._slots)}"
            self.depths[self._slots[key]] = depth
        return self._slots[key]

    def get_depth(self, term: str) -> int:
        """Return how many steps a term is away from the node; what rules make counts as far away."""
        return self.depths.get(term, 1)

    def is_deep(self, term: str) -> bool:
        """Tell whether nothing more is drawn about a term."""
        deep = self.get_depth(term) >= self.limits.values or len(self.depths) >= self.limits.terms
        self.is_cut = self.is_cut or deep
        return deep

    @property
    def symbols(self) -> Mapping[tuple[str, str], str]:
        """The names of classes (``class``), properties (``property``) and opaque paths (``path``) in the text."""
        return self._symbols

    def name_symbol(self, kind: str, term: str) -> str:
        """Return the name of a class, property or opaque path in the text."""
        return self._symbols.setdefault((kind, term), f"{kind[0]}{len(self._symbols)}")

    # ---- facts

    def write_atom(self, atom: Atom) -> str:
        """Write that a fact holds."""
        if atom.predicate == RDF_TYPE:
            return f"({self.name_symbol('class', atom.object)} {self.write_term(atom.subject)})"
        symbol = self.name_symbol("property", atom.predicate)
        return f"({symbol} {self.write_term(atom.subject)} {self.write_term(atom.object)})"

    def add_class(self, term: str, class_: Term) -> str:
        """Let a term be able to be in a class, and write that it is."""
        atom = Atom(term, RDF_TYPE, class_)
        if not is_literal(term):
            self.atoms.setdefault(atom)
        return self.write_atom(atom)

    def add_value(self, node: str, path: Path, value: str) -> str:
        """Let ``value`` be able to be a value of a path, and write that it is."""
        if path.opaque:
            found = self.opaque.setdefault((node, path.predicate), [])
            if value not in found:
                found.append(value)
            return self._write_opaque(node, path, value)
        if path.predicate == RDF_TYPE:
            if is_iri(value) and not path.inverse:
                return self.add_class(node, value)
            self.open.setdefault("rdf:type as a path")
            return "true"
        atom = Atom(value, path.predicate, node) if path.inverse else Atom(node, path.predicate, value)
        if is_literal(atom.subject):
            return "false"
        self.atoms.setdefault(atom)
        return self.write_atom(atom)

    def _write_opaque(self, node: str, path: Path, value: str) -> str:
        symbol = self.name_symbol("path", path.predicate)
        return f"({symbol} {self.write_term(node)} {self.write_term(value)})"

    def list_values(self, node: str, path: Path) -> list[tuple[str, str]]:
        """Return what may be a value of a path, each with the text that it is."""
        if path.opaque:
            return [(v, self._write_opaque(node, path, v)) for v in self.opaque.get((node, path.predicate), ())]
        if path.is_type:
            return [(c, self.write_atom(Atom(node, RDF_TYPE, c))) for c in self.classes.get(node, ())]
        if path.inverse:
            found = self.into.get((node, path.predicate), ())
            return [(v, self.write_atom(Atom(v, path.predicate, node))) for v in found]
        return [(v, self.write_atom(Atom(node, path.predicate, v))) for v in self.out.get((node, path.predicate), ())]
