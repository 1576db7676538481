"""The university world's facts and rules in the languages of other reasoners, each in the form that suits it best."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TextIO

from benchmarks.harness import Recorder
from benchmarks.lubm import iterate_facts, make_theory
from workbench.model.rules import Atom, Comparison, Expression, Operation, Rule
from workbench.model.terms import OWL, RDF_TYPE, RDFS, Term, Triple, get_local_name, is_literal, is_variable
from workbench.model.terms import read_integer as read_integer_term

__all__ = [
    "FactReader",
    "list_elements",
    "name_relation",
    "read_number",
    "write_asp",
    "write_axioms",
    "write_data",
    "write_nemo",
    "write_updates",
]

_CHUNK = 1 << 20


def name_relation(atom: Atom | Triple) -> str:
    """Return the name of the relation of an atom or fact: one for each class and property."""
    subject_is_member = atom[1] == RDF_TYPE
    return f"{'c' if subject_is_member else 'p'}_{get_local_name(atom[2] if subject_is_member else atom[1])}"


def read_number(term: Term) -> int:
    """Return the value of an integer literal. Raises ValueError for any other term."""
    value = read_integer_term(term)
    if value is None:
        raise ValueError(f"{term} is not an integer")
    return value


class FactReader:
    """The facts of an N-Triples file, one by one; ``seconds`` are what reading took, without what happens to them."""

    def __init__(self, path: Path) -> None:
        self.seconds = 0.0
        self._path = path

    def __iter__(self) -> Iterator[Triple]:
        with self._path.open(encoding="ascii") as file:
            while facts := self._read(file):
                yield from facts

    def _read(self, file: TextIO) -> list[Triple]:
        start = time.process_time()
        facts = []
        for line in file.readlines(_CHUNK):
            subject, predicate, object_ = line[:-3].split(" ", 2)
            facts.append((subject, predicate, object_))
        self.seconds += time.process_time() - start
        return facts


def write_data(recorder: Recorder, folder_name: str, size: int, is_lean: bool) -> None:
    """Write the facts as N-Triples, and unless ``is_lean`` as a table per relation and as numbers for clingo."""
    folder = Path(folder_name)
    count = 0
    with ExitStack() as stack:

        def open_file(name: str) -> TextIO:
            return stack.enter_context((folder / name).open("w", encoding="ascii"))

        triples = open_file("facts.ttl")
        logic = None if is_lean else open_file("facts.lp")
        tables: dict[str, TextIO] = {}
        numbers: dict[Term, int] = {}
        for fact in iterate_facts(size):
            count += 1
            triples.write(f"{' '.join(fact)} .\n")
            if logic is None:
                continue
            subject, object_ = fact[0], fact[2]
            relation = name_relation(fact)
            if relation not in tables:
                tables[relation] = open_file(f"{relation}.csv")
            codes = [
                read_number(t) if is_literal(t) else numbers.setdefault(t, len(numbers)) for t in (subject, object_)
            ]
            if relation.startswith("c_"):
                tables[relation].write(f"{subject}\n")
                logic.write(f"{relation}({codes[0]}).\n")
            else:
                tables[relation].write(f"{subject},{codes[1] if is_literal(object_) else object_}\n")
                logic.write(f"{relation}({codes[0]},{codes[1]}).\n")
    (folder / "axioms.ttl").write_text(write_axioms(make_theory("rl").rules))
    recorder.counts["facts"] = count


def list_elements(rule: Rule) -> tuple[list[Atom], list[Comparison]]:
    """Return the atoms and the comparisons of a rule's body; these rules have nothing else."""
    atoms = [element for element in rule.body if isinstance(element, Atom)]
    return atoms, [element for element in rule.body if isinstance(element, Comparison)]


def _write_expression(expression: Expression, write_variable: Callable[[str], str]) -> str:
    if isinstance(expression, Operation):
        left, right = (_write_expression(argument, write_variable) for argument in expression.arguments)
        return f"({left} {expression.operator} {right})"
    return write_variable(expression) if is_variable(expression) else str(read_number(expression))


def _write_rule(rule: Rule, write_variable: Callable[[str], str]) -> str:
    """A rule in the manner of Datalog."""

    def write_atom(atom: Atom) -> str:
        arguments = [atom.subject] if atom.predicate == RDF_TYPE else [atom.subject, atom.object]
        return f"{name_relation(atom)}({', '.join(map(write_variable, arguments))})"

    atoms, comparisons = list_elements(rule)
    body = [*map(write_atom, atoms)]
    for comparison in comparisons:
        left, right = (_write_expression(side, write_variable) for side in (comparison.left, comparison.right))
        body.append(f"{left} {comparison.operator} {right}")
    return f"{write_atom(rule.head[0])} :- {', '.join(body)} ."


def write_nemo(rules: tuple[Rule, ...], folder: Path) -> str:
    """Return a Nemo program over the tables in ``folder``.

    A table per relation and terms as strings are the fastest of what was tried: one relation of triples took a
    hundred times as long, terms read as RDF terms half as long again.
    """
    imports = []
    for table in sorted(folder.glob("*.csv")):
        kinds = "string" if table.stem.startswith("c_") else "string,int" if table.stem == "p_age" else "string,string"
        imports.append(f'@import {table.stem} :- csv{{resource="{table}", format=({kinds})}} .')
    return "\n".join([*imports, *(_write_rule(rule, str) for rule in rules)])


def write_asp(rules: tuple[Rule, ...]) -> str:
    """Return the rules for clingo."""
    return "\n".join(_write_rule(rule, lambda variable: variable[1:].upper()) for rule in rules)


def write_updates(rules: tuple[Rule, ...]) -> list[str]:
    """Return a SPARQL update for each rule."""
    updates = []
    for rule in rules:
        atoms, comparisons = list_elements(rule)
        bound = {term for atom in atoms for term in (atom.subject, atom.object)}
        parts = [f"{' '.join(atom)} ." for atom in atoms]
        for comparison in comparisons:
            right = _write_expression(comparison.right, str)
            if comparison.left in bound or isinstance(comparison.left, Operation):
                parts.append(f"FILTER({_write_expression(comparison.left, str)} {comparison.operator} {right})")
            else:
                parts.append(f"BIND({right} AS {comparison.left})")
        updates.append(f"INSERT {{ {' '.join(rule.head[0])} }} WHERE {{ {' '.join(parts)} }}")
    return updates


def write_axioms(rules: tuple[Rule, ...]) -> str:
    """Return, as Turtle, the OWL RL axioms that the rules are instances of. Raises ValueError when there is none."""
    return "".join(f"{' '.join(_find_axiom(rule))} .\n" for rule in rules)


def _find_axiom(rule: Rule) -> Triple:
    atom, head = list_elements(rule)[0][0], rule.head[0]
    match rule.name.split()[-1]:
        case "subclass":
            return atom.object, f"<{RDFS}subClassOf>", head.object
        case "subproperty":
            return atom.predicate, f"<{RDFS}subPropertyOf>", head.predicate
        case "domain":
            return atom.predicate, f"<{RDFS}domain>", head.object
        case "range":
            return atom.predicate, f"<{RDFS}range>", head.object
        case "inverse":
            return atom.predicate, f"<{OWL}inverseOf>", head.predicate
        case "symmetric":
            return atom.predicate, RDF_TYPE, f"<{OWL}SymmetricProperty>"
        case "transitive":
            return atom.predicate, RDF_TYPE, f"<{OWL}TransitiveProperty>"
    raise ValueError(f"OWL RL has no axiom for the rule {rule.name}")
