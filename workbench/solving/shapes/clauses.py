"""Rules, constraints and compiled axioms about the terms of a case, as SMT-LIB text."""

from __future__ import annotations

from collections.abc import Mapping

from workbench.model.rules import Atom, Comparison, Negation, Operation, collect_variables, substitute_element
from workbench.model.terms import get_local_name
from workbench.solving.shapes.cases import Scene, conjoin, disjoin
from workbench.solving.shapes.encoding import ConditionWriter
from workbench.solving.situations import Clause, Instance, is_decided, match_atoms
from workbench.solving.values import NUMBER, Side, is_arithmetic, write_comparable, write_comparison

__all__ = ["ClauseWriter"]


class ClauseWriter:
    """Writes clauses under bindings of their variables to terms of a scene.

    ``definitions`` and ``bounds`` are statements that belong to what was written: the values that rules compute, and
    what is known not to be absent. ``exact`` are those by which what is not known to be there is absent; they are for
    cases that are to be shown.
    """

    def __init__(self, scene: Scene, writer: ConditionWriter) -> None:
        self.scene, self.writer = scene, writer
        self.definitions: list[str] = []
        self.bounds: list[str] = []
        self.exact: list[str] = []
        self._absences: dict[Negation, str] = {}

    def _look_up(self, bindings: Mapping[str, str]) -> _Lookup:
        return _Lookup(self.scene, bindings)

    def write_instance(self, instance: Instance) -> str:
        """Write that a clause holds of terms."""
        choices = []
        for parts in instance.clause.alternatives:
            choices.append(conjoin(self._write_part(part, instance.bindings) for part in parts))
        return f"(=> {self.write_body(instance.clause, instance.bindings)} {disjoin(choices)})"

    def _write_part(self, part: Atom | Comparison, bindings: Mapping[str, str]) -> str:
        if isinstance(part, Atom):
            return self.scene.write_atom(_bind(part, bindings))
        return self.write_comparison(part, bindings)

    def write_comparison(self, comparison: Comparison, bindings: Mapping[str, str]) -> str:
        """Write a comparison; one that is not arithmetic is left open."""
        if not is_decided(comparison):
            self.scene.open.setdefault("a function")
            return self.writer.make_free()
        return write_comparison(comparison, self._look_up(bindings))

    def write_body(self, clause: Clause, bindings: Mapping[str, str]) -> str:
        """Write that the body of a clause holds under bindings."""
        parts = [self._write_part(part, bindings) for part in clause.atoms]
        parts += [self._write_part(part, bindings) for part in clause.comparisons]
        for variable, expression in clause.assignments:
            if isinstance(expression, Operation):
                parts.append(self._write_assigned(variable, expression, bindings))
        outer = {v for atom in clause.atoms for v in collect_variables(atom)}
        outer.update(v for comparison in clause.comparisons for v in collect_variables(comparison))
        parts += [f"(not {self._write_absence(negation, bindings, outer)})" for negation in clause.negations]
        return conjoin(parts)

    def _write_assigned(self, variable: str, expression: Operation, bindings: Mapping[str, str]) -> str:
        if not is_arithmetic(expression):
            self.scene.open.setdefault("a function")
            return self.writer.make_free()
        lookup = self._look_up(bindings)
        operands = write_comparable(Comparison("=", expression, expression), lookup)
        equal = write_comparison(Comparison("=", variable, expression), lookup)
        codes, text = self.scene.constants.codes, self.scene.write_term(bindings[variable])
        whole = next(code for datatype, code in codes.items() if get_local_name(datatype) == "integer")
        part = next(code for datatype, code in codes.items() if get_local_name(datatype) == "decimal")
        kind = f"(or (= (d {text}) {whole}) (= (d {text}) {part}))"
        # The term is made for this: where the expression has a value, it is that. Whether it is whole is left open.
        self.definitions.append(f"(=> {operands} (and (= (k {text}) {NUMBER}) {equal} {kind}))")
        return conjoin([operands, equal])

    def _write_absence(self, negation: Negation, bindings: Mapping[str, str], outer: set[str]) -> str:
        """Write that something is there: true where it is known to be, and else left open."""
        bound = {n: bindings.get(n, n) for n in collect_variables(negation) if n in outer or n in bindings}
        fixed = substitute_element(negation, bound)
        key = fixed if isinstance(fixed, Negation) else negation
        if key in self._absences:
            return self._absences[key]
        name = self._absences[key] = self.writer.make_free()
        atoms = [part for part in negation.elements if isinstance(part, Atom)]
        known: dict[str, list[Atom]] = {}
        for atom in self.scene.known:
            known.setdefault(atom.key, []).append(atom)
        there = []
        for full in match_atoms(atoms, known, bound):
            if set(collect_variables(negation)) <= full.keys():
                parts = (p for p in negation.elements if not isinstance(p, Negation))
                there.append(conjoin(self._write_part(part, full) for part in parts))
        self.bounds += [f"(=> {text} {name})" for text in there]
        self.exact.append(f"(=> {name} {disjoin(there)})")
        return name


class _Lookup:
    """Sides of comparisons under bindings of a rule's variables."""

    def __init__(self, scene: Scene, bindings: Mapping[str, str]) -> None:
        self._scene, self._bindings = scene, bindings

    def __call__(self, part: str) -> Side:
        text = self._scene.write_term(self._bindings.get(part, part))
        return Side(f"(k {text})", f"(v {text})")


def _bind(atom: Atom, bindings: Mapping[str, str]) -> Atom:
    return Atom(bindings.get(atom.subject, atom.subject), atom.predicate, bindings.get(atom.object, atom.object))
