"""Random small theories and worlds, dense enough that rules chain, from a seed that hypothesis draws."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st
from oracles import functions
from oracles.functions import draw_call

from workbench.model.builtins import TRUE
from workbench.model.functions import FUNCTIONS
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Rule,
    collect_variables,
)
from workbench.model.terms import RDF_TYPE, Triple, make_literal
from workbench.model.theory import Theory, compute_strata

XSD = "http://www.w3.org/2001/XMLSchema#"
INDIVIDUALS = ("<urn:a>", "<urn:b>", "<urn:c>", "_:d")
LITERALS = (
    make_literal(1),
    make_literal(2),
    make_literal("1.0", f"<{XSD}decimal>"),
    make_literal("2.5", f"<{XSD}decimal>"),
    make_literal("0.00001", f"<{XSD}decimal>"),
    make_literal("01", f"<{XSD}integer>"),
    make_literal("x", f"<{XSD}integer>"),
    make_literal("one"),
    make_literal("two", language="en"),
    make_literal("2020-02-29", f"<{XSD}date>"),
    make_literal("2021-01-01", f"<{XSD}date>"),
    make_literal("2021-01-01T00:00:00Z", f"<{XSD}dateTime>"),
    make_literal("2021-01-01T01:00:00+01:00", f"<{XSD}dateTime>"),
    make_literal("99999999999999999999999"),
    make_literal("99999999999999999999999", f"<{XSD}integer>"),
)
CONDITIONS = tuple(sorted(name for name, function in FUNCTIONS.items() if function.condition))
VARIABLES = ("?x", "?y", "?z")
PROPERTIES = ("<urn:p>", "<urn:q>", "<urn:r>")
NUMERIC = "<urn:n>"
CLASSES = ("<urn:A>", "<urn:B>", "<urn:C>")


class Sampler:
    """Draws theories and worlds from one source of randomness."""

    def __init__(self, random: Random, *, with_values: bool = True, with_functions: bool = False) -> None:
        self.random = random
        self.with_values = with_values
        self.with_functions = with_functions

    def draw_atom(self, names: tuple[str, ...], *, with_constants: bool = True) -> Atom:
        random = self.random

        def draw_name() -> str:
            if not names or (with_constants and random.random() < 0.1):
                return random.choice(INDIVIDUALS[:2])
            return random.choice(names)

        if random.random() < 0.3:
            return Atom(draw_name(), RDF_TYPE, random.choice(CLASSES))
        if self.with_values and random.random() < 0.15:
            value = random.choice(LITERALS[:3]) if random.random() < 0.1 else draw_name()
            return Atom(draw_name(), NUMERIC, value)
        return Atom(draw_name(), random.choice(PROPERTIES), draw_name())

    def draw_expression(self, names: tuple[str, ...]) -> Expression:
        random = self.random
        leaves = [*names, *names, random.choice(LITERALS)]
        if random.random() < 0.6 - 0.4 * self.with_functions:
            return random.choice(leaves)
        if self.with_functions and random.random() < 0.8:
            return draw_call(random, (*names, random.choice(LITERALS)), random.choice((0, 0, 1)))
        return Operation(random.choice("+-*/"), (random.choice(leaves), random.choice(leaves)))

    def draw_comparison(self, names: tuple[str, ...]) -> Comparison:
        if self.with_functions and self.random.random() < 0.3:
            condition = draw_call(self.random, names, 0, self.random.choice(CONDITIONS))
            return Comparison(self.random.choice(("=", "=", "!=")), condition, TRUE)
        operator = self.random.choice(("=", "!=", "!=", "<", "<=", ">", ">="))
        return Comparison(operator, self.draw_expression(names), self.draw_expression(names))

    def draw_negation(self, bound: tuple[str, ...]) -> Negation:
        inner = (*bound, *bound, "?n", "?m")
        elements: list[Atom | Comparison] = [self.draw_atom(inner) for _ in range(self.random.choice((1, 1, 2)))]
        names = tuple(dict.fromkeys([*bound, *(v for e in elements for v in collect_variables(e))]))
        if self.with_values and names and self.random.random() < 0.2:
            elements.append(self.draw_comparison(names))
        return Negation(tuple(elements))

    def draw_rule(self, number: int) -> Rule:
        random = self.random
        name = f"r{number}"
        if random.random() < 0.15:
            p = random.choice(PROPERTIES)
            return Rule(name, (Atom("?x", p, "?y"), Atom("?y", p, "?z")), (Atom("?x", p, "?z"),))
        size = random.choice((0, 2, 3)) if random.random() < 0.15 else random.choice((1, 1, 2))
        body: list[BodyElement] = [self.draw_atom(VARIABLES) for _ in range(size)]
        bound = tuple(dict.fromkeys(v for atom in body for v in collect_variables(atom)))
        if self.with_values and random.random() < 0.2:
            body.append(Comparison("=", "?w", self.draw_expression(bound)))
            bound = (*bound, "?w")
        if self.with_values and bound and random.random() < 0.25:
            body.append(self.draw_comparison(bound))
        while random.random() < 0.25:
            body.append(self.draw_negation(bound))
        random.shuffle(body)
        if random.random() < 0.12:
            return Rule(name, tuple(body), ())
        heads = tuple(self.draw_atom(bound) for _ in range(random.choice((1, 1, 1, 2))))
        return Rule(name, tuple(body), heads)

    def draw_theory(self, max_rules: int = 10) -> Theory:
        """A safe, stratified theory: a rule whose negation closes a cycle is left out."""
        chosen: list[Rule] = []
        for number in range(self.random.randint(3, max_rules)):
            rule = self.draw_rule(number)
            if compute_strata([*chosen, rule]) is not None:
                chosen.append(rule)
        return Theory.build(chosen)

    def draw_world(self, max_facts: int = 14) -> list[Triple]:
        random = self.random
        facts: list[Triple] = []
        for _ in range(random.randint(max_facts // 4, max_facts)):
            subject = random.choice(INDIVIDUALS)
            chance = random.random()
            if chance < 0.3:
                facts.append((subject, RDF_TYPE, random.choice(CLASSES)))
            elif chance < 0.5 and self.with_values:
                literals = functions.LITERALS if self.with_functions and random.random() < 0.7 else LITERALS
                facts.append((subject, NUMERIC, random.choice(literals)))
            else:
                facts.append((subject, random.choice(PROPERTIES), random.choice(INDIVIDUALS)))
        return facts


def samplers(*, with_values: bool = True, with_functions: bool = False) -> st.SearchStrategy[Sampler]:
    """A sampler per seed."""
    return st.integers(0, 2**48).map(
        lambda seed: Sampler(Random(seed), with_values=with_values, with_functions=with_functions)
    )
