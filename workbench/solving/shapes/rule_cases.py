"""The body of a rule in a world that conforms to the shapes, and what its conclusion then does to them.

See ``shape_rules`` for what is asked of such a case.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import combinations
from typing import NamedTuple

from workbench.model.rules import Atom, Rule, collect_variables, iterate_terms, substitute_atom
from workbench.model.terms import RDF_TYPE, Term, is_literal, is_variable
from workbench.solving.shapes.cases import Background, Depth, Member, conjoin, disjoin, list_constants
from workbench.solving.shapes.clauses import ClauseWriter
from workbench.solving.shapes.encoding import VALUE_TESTS
from workbench.solving.shapes.satisfiability import Case, Focus
from workbench.solving.shapes.values import Condition, Path, Shape, Target
from workbench.solving.situations import make_clause
from workbench.solving.values import BLANK

__all__ = ["ROUNDS", "Aim", "RuleCase", "list_certain"]

ROUNDS = 4
"""How many steps of other rules after the conclusion are followed."""
_APART = 40
_STRUCTURE = frozenset({"node", "property", "and"})


class Aim(NamedTuple):
    """A condition that may be violated: of which targeted shape, at which term, and when."""

    root: Term
    member: Member
    node: str
    text: str


class RuleCase(Case):
    """The body of a rule, perhaps twice, in a world that conforms, and what its conclusion then does."""

    shares_values = True

    def __init__(self, background: Background, rules: Sequence[Rule], stated: Collection[Term], depth: Depth) -> None:
        parts = [part for rule in rules for part in (*rule.body, *rule.head)]
        names = {v: f"?rule {v[1:]}" for part in parts for v in collect_variables(part)}
        self.applied = [(make_clause(rule), rule, names) for rule in rules]
        self.stated = stated
        self.own: frozenset[Atom] = frozenset()
        self.own_terms: set[str] = set()
        self.aims: list[Aim] = []
        self.derived: dict[Atom, str] = {}
        self.used: dict[Atom, set[str]] = {}
        background = replace(background, left_out=frozenset({rules[0].name}))
        super().__init__(background, Focus("any"), fill=[], depth=depth)

    def _write_focus(self) -> None:
        for clause, _, names in self.applied:
            for atom in clause.atoms:
                bound = substitute_atom(atom, names)
                for term in iterate_terms(bound):
                    if is_variable(term):
                        self.scene.depths[term] = 0
                self.scene.atoms.setdefault(bound)
            for variable, _ in clause.assignments:
                self.scene.depths[names[variable]] = 0
        spoken_of = {term for atom in self.scene.atoms for term in iterate_terms(atom)}
        self.own_terms = {term for term in spoken_of if term.startswith("?rule ")}
        for clause, _, _ in self.applied:
            for constant in list_constants(clause):
                self.scene.note_term(constant)
        self._bodies = [(clause, names) for clause, _, names in self.applied]

    def _write_fills(self) -> None:
        self.clauses = ClauseWriter(self.scene, self.writer)
        for clause, names in self._bodies:
            full = dict(names)
            full.update({v: e for v, e in clause.assignments if isinstance(e, str)})
            self._lines.append(self.clauses.write_body(clause, full))
        self._lines += [*self.clauses.definitions, *self.clauses.bounds]
        # Different terms are different individuals: what holds of one is then all that is drawn about it.
        kept = [term for term in self.scene.depths if term.startswith("?v") or term in self.own_terms]
        terms = [self.scene.write_term(term) for term in kept]
        self._lines += [f"(or (lit {a}) (lit {b}) (not (= {a} {b})))" for a, b in combinations(terms[:_APART], 2)]
        self._derive()
        self._find_aims()

    # ---- what is concluded

    def _derive(self) -> None:
        """Name what the conclusion leads to, round by round, each with the text that says when."""
        bodies = [substitute_atom(a, names) for clause, _, names in self.applied for a in clause.atoms]
        follows = list_certain(self.background, self.applied[0][1].name, bodies)
        heads = [substitute_atom(a, names) for _, rule, names in self.applied for a in rule.head]
        heads = [head for head in heads if head not in follows]
        self.own = frozenset(bodies)
        self.derived = dict.fromkeys(heads, "true")
        self.used = {atom: set() for atom in heads}
        everything = self.background.clauses.close(
            [*self.scene.known, *heads], leave_out=self.background.left_out.__contains__
        )
        usable = [
            instance
            for instance in everything.instances
            if len(instance.clause.alternatives) == 1 and not instance.fresh and not instance.clause.negations
        ]
        for _ in range(ROUNDS):
            found: dict[Atom, list[str]] = {}
            for instance in usable:
                body = [substitute_atom(atom, instance.bindings) for atom in instance.clause.atoms]
                new = [atom for atom in body if atom in self.derived]
                if not new:
                    continue
                parts = [self.write_later(atom) for atom in body]
                parts += [self.clauses.write_comparison(c, instance.bindings) for c in instance.clause.comparisons]
                for head in instance.clause.alternatives[0]:
                    if isinstance(head, Atom) and (bound := substitute_atom(head, instance.bindings)) not in follows:
                        concluded = bound
                        found.setdefault(concluded, []).append(conjoin(parts))
                        known = self.used.setdefault(concluded, set())
                        known |= {instance.clause.name, *(n for atom in new for n in self.used[atom])}
            fresh = {atom: texts for atom, texts in found.items() if atom not in self.derived}
            if not fresh:
                return
            for atom, texts in fresh.items():
                name = self.writer.make_free()
                self._lines.append(f"(= {name} {disjoin(texts)})")
                self.derived[atom] = name

    def write_later(self, atom: Atom) -> str:
        """Write that a fact holds once the conclusion is drawn."""
        return disjoin([self.derived.get(atom, "false"), self._write_before(atom)])

    def _write_before(self, atom: Atom) -> str:
        return self.scene.write_atom(atom) if atom in self.scene.known or atom in self.scene.atoms else "false"

    def list_later(self, node: str, path: Path) -> list[tuple[str, str, bool]]:
        """Return the values of a path afterwards, each with the text that it is there and whether it is the rule's.

        The rule speaks of what is concluded and of the facts of its own body.
        """
        atoms = dict.fromkeys([*self.derived, *self.scene.known, *self.scene.atoms])
        found = []
        for atom in atoms:
            if atom.predicate != path.predicate or path.opaque:
                continue
            here, there = (atom.object, atom.subject) if path.inverse else (atom.subject, atom.object)
            if here == node:
                found.append((there, self.write_later(atom), atom in self.derived or atom in self.own))
        return found

    # ---- what may be violated

    def _find_aims(self) -> None:
        self.aims = []
        nodes = dict.fromkeys(term for atom in self.derived for term in iterate_terms(atom) if not is_literal(term))
        for node in nodes:
            for shape in self.background.targeted:
                texts = [text for target in shape.targets if (text := self._write_target(target, node)) != "false"]
                if texts:
                    self._aim(shape.name, shape.name, node, node, disjoin(texts))

    def _write_target(self, target: Target, node: str) -> str:
        kind, term = target
        if kind == "class":
            return self.write_later(Atom(node, RDF_TYPE, term))
        if kind == "node":
            return "true" if node == term else "false"
        return disjoin(text for _, text, _ in self.list_later(node, Path(term, inverse=kind == "objectsOf")))

    def _aim(self, root: Term, name: Term, focus: str, node: str, held: str) -> None:
        shape = self.background.shapes[name]
        for condition in shape.conditions:
            if condition.component in _STRUCTURE:
                values = [(node, "true", False)] if shape.path is None else self.list_later(node, shape.path)
                for value, there, _ in values:
                    for inner in condition.shapes:
                        if node != value or inner != name:
                            self._aim(root, inner, focus, value, conjoin([held, there]))
                continue
            text = self._write_violated(shape, condition, node)
            if text != "false":
                member = Member("condition", shape.name, condition.triple)
                self.aims.append(Aim(root, member, focus, conjoin([held, text])))

    def _write_violated(self, shape: Shape, condition: Condition, node: str) -> str:
        component, path = condition.component, shape.path
        values = [(node, "true", True)] if path is None else self.list_later(node, path)
        if component in VALUE_TESTS:
            return disjoin(
                conjoin([held, self._write_failed(shape, condition, value)])
                for value, held, is_own in values
                if is_own and (component != "class" or self._is_new(node, path, value))
            )
        if component == "maxCount" and path is not None:
            return self._write_too_many(node, path, values, condition.number)
        if component == "disjoint" and path is not None:
            beside = Path(condition.value)
            for value, _, is_new in values:
                if is_new and not is_literal(node):
                    self.scene.add_value(node, beside, value)
            return disjoin(
                conjoin([held, other_held, self._write_same(value, other)])
                for value, held, _ in values
                for other, other_held, _ in self.list_later(node, beside)
            )
        if component in ("lessThan", "lessThanOrEquals") and path is not None:
            return self._write_not_less(node, condition, values)
        if component == "closed":
            new = [a for a in self.derived if a.subject == node and a.predicate not in condition.values]
            return disjoin(self.derived[atom] for atom in new if atom.predicate != RDF_TYPE)
        if component == "not":
            met = ((held, self._write_met(condition.shapes[0], value)) for value, held, is_own in values if is_own)
            return disjoin(conjoin(pair) for pair in met)
        return "false"

    def _is_new(self, node: str, path: Path | None, value: str) -> bool:
        """Tell whether it is concluded that a value is one of a path."""
        if path is None:
            return False
        pair = (value, node) if path.inverse else (node, value)
        return Atom(pair[0], path.predicate, pair[1]) in self.derived

    def _write_failed(self, shape: Shape, condition: Condition, value: str) -> str:
        if condition.component == "class":
            return f"(not {self._write_in_class(value, condition.value)})"
        # That an individual has no name is nothing that a rule could be careful about.
        named = f"(not (= (k {self.scene.write_term(value)}) {BLANK}))"
        return conjoin([named, self.writer.write_test(shape, condition, value, False)])

    def _write_in_class(self, value: str, class_: Term) -> str:
        if is_literal(value):
            return "false"
        self.scene.add_class(value, class_)
        return self.write_later(Atom(value, RDF_TYPE, class_))

    def _write_same(self, one: str, other: str) -> str:
        return "true" if one == other else f"(= {self.scene.write_term(one)} {self.scene.write_term(other)})"

    def _write_too_many(self, node: str, path: Path, values: Sequence[tuple[str, str, bool]], most: int) -> str:
        if not any(self._is_new(node, path, value) for value, _, _ in values):
            return "false"
        if path.predicate in self.stated and most <= 3:
            for place in range(most):
                value = self.scene.make_slot(node, path, "stated", place, depth=1)
                self.scene.add_value(node, path, value)
        firsts = self.writer.list_firsts([(value, held) for value, held, _ in values])
        return f"((_ at-least {most + 1}) {' '.join(firsts)})" if len(firsts) > most else "false"

    def _write_not_less(self, node: str, condition: Condition, values: Sequence[tuple[str, str, bool]]) -> str:
        beside = Path(condition.value)
        if not is_literal(node):
            self.scene.add_value(node, beside, self.scene.make_slot(node, beside, "beside", depth=1))
        sign = "<" if condition.component == "lessThan" else "<="
        return disjoin(
            conjoin([held, other_held, self.writer.write_less_than(sign, value, other, False)])
            for value, held, is_new in values
            for other, other_held, other_new in self.list_later(node, beside)
            if is_new or other_new
        )

    def _write_met(self, name: Term, node: str) -> str:
        """Write that a node certainly conforms afterwards to a shape of a simple kind; false for others."""
        shape = self.background.shapes[name]
        parts = []
        for condition in shape.conditions:
            if shape.path is None and condition.component in VALUE_TESTS:
                if condition.component == "class":
                    parts.append(self._write_in_class(node, condition.value))
                else:
                    parts.append(self.writer.write_test(shape, condition, node, True))
            elif condition.component == "hasValue" and shape.path is not None and not shape.path.opaque:
                later = self.list_later(node, shape.path)
                parts.append(disjoin(conjoin([h, self._write_same(v, condition.value)]) for v, h, _ in later))
            elif condition.component == "minCount" and condition.number == 1 and shape.path is not None:
                parts.append(disjoin(held for _, held, _ in self.list_later(node, shape.path)))
            elif condition.component in _STRUCTURE and shape.path is None:
                parts += [self._write_met(inner, node) for inner in condition.shapes]
            else:
                return "false"
        return conjoin(parts)


def list_certain(background: Background, left_out: str, atoms: Sequence[Atom]) -> dict[Atom, None]:
    """Return what follows from facts by rules without conditions, one of them left out."""
    closed = background.clauses.close(atoms, leave_out=left_out.__eq__)
    found = dict.fromkeys(atoms)
    usable = [i for i in closed.instances if i.clause.elements == i.clause.atoms and len(i.clause.alternatives) == 1]
    changed = True
    while changed:
        changed = False
        for instance in usable:
            if all(substitute_atom(atom, instance.bindings) in found for atom in instance.clause.atoms):
                for head in instance.clause.alternatives[0]:
                    if isinstance(head, Atom) and (bound := substitute_atom(head, instance.bindings)) not in found:
                        found[bound], changed = None, True
    return found
