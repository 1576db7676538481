"""A theory and a world as an answer set program, solved by clingo: its one stable model is the perfect model."""

from __future__ import annotations

import clingo

from workbench.model.proofs import FALSE
from workbench.model.rules import Atom, Comparison, Negation, collect_variables
from workbench.model.terms import Triple, is_variable
from workbench.model.theory import Theory


class Translation:
    """A theory and a world as an ASP program; terms become numbers."""

    def __init__(self, theory: Theory, facts: list[Triple]) -> None:
        self.terms: list[str] = []
        lines = [f"{self.write_atom(Atom(*fact))}." for fact in facts]
        for number, rule in enumerate(theory.rules):
            body = []
            outside = {v for part in rule.body if not isinstance(part, Negation) for v in collect_variables(part)}
            for place, part in enumerate(rule.body):
                if isinstance(part, Negation):
                    shared = [v[1:].upper() for v in collect_variables(part) if v in outside]
                    name = f"n{number}_{place}({', '.join(['0', *shared])})"
                    # The domain of the shared variables is that of the terms: the auxiliary rule must be safe.
                    inner = [self.write(element) for element in part.elements] + [f"term({v})" for v in shared]
                    lines.append(f"{name} :- {', '.join(inner)}.")
                    body.append(f"not {name}")
                else:
                    body.append(self.write(part))
            heads = [self.write_atom(head) for head in rule.head] or ["false"]
            lines += [f"{head} :- {', '.join(body)}." if body else f"{head}." for head in heads]
        lines += [f"term({number})." for number in range(len(self.terms))]
        self.program = "\n".join([*lines, "#show t/3.", "#show false/0."])

    def write_term(self, term: str) -> str:
        if is_variable(term):
            return term[1:].upper()
        if term not in self.terms:
            self.terms.append(term)
        return str(self.terms.index(term))

    def write_atom(self, atom: Atom) -> str:
        return f"t({', '.join(map(self.write_term, atom))})"

    def write(self, part: Atom | Comparison) -> str:
        if isinstance(part, Atom):
            return self.write_atom(part)
        assert isinstance(part.left, str) and isinstance(part.right, str)
        return f"{self.write_term(part.left)} {part.operator} {self.write_term(part.right)}"

    def solve(self) -> set[Triple]:
        control = clingo.Control(["--warn=none", "0"])
        control.add("base", [], self.program)
        control.ground([("base", [])])
        models: list[set[Triple]] = []
        with control.solve(yield_=True) as handle:
            for model in handle:
                found = [tuple(a.number for a in symbol.arguments) for symbol in model.symbols(shown=True)]
                models.append({tuple(self.terms[n] for n in numbers) or FALSE for numbers in found})  # type: ignore[misc]
        (only,) = models
        return only
