"""Shapes that nothing can satisfy, alone, together or beside the ontology and the rules, told to their author."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from workbench.build.analysing.shape_analysis import analyse_shapes
from workbench.build.analysing.shape_words import ShapeWords
from workbench.build.knowledge import Knowledge
from workbench.model.report import Location, Part, Severity, Violation
from workbench.model.terms import Term, Triple, is_blank, is_iri
from workbench.solving.shapes.cases import Background, Member
from workbench.solving.shapes.conflicts import ShapeConflict, ShapeVerdicts
from workbench.solving.shapes.rules import RuleViolation
from workbench.solving.shapes.satisfiability import Focus
from workbench.validation.shape_index import ShapeIndex

__all__ = ["ShapeTeller", "report_shape_conflicts"]

_SEVERITIES: Mapping[str, Severity] = {"Violation": "error", "Warning": "warning", "Info": "info"}
_LAST = 3
"""A conflict of so many lines is told in one sentence; of more the sentence says how many there are."""


def report_shape_conflicts(knowledge: Knowledge, problems: Sequence[Violation]) -> list[Violation]:
    """Return a violation for each smallest set of lines of shapes, axioms, rules and constraints that conflict.

    ``problems`` are those of the shapes; shapes that have errors take no part. What is reported is certain; what was
    not decided is told.
    """
    found: list[Violation] = []
    for analysis in analyse_shapes(knowledge, problems):
        teller = ShapeTeller(knowledge, analysis.background, analysis.triples)
        conflicts = analysis.verdicts.conflicts
        told = [{*conflict.members} for conflict in conflicts]
        found += [teller.tell(conflict) for conflict in conflicts]
        found += [teller.tell_undetermined(focus) for focus in analysis.verdicts.undetermined]
        found += teller.tell_left_out(analysis.verdicts)
        found += [teller.tell_undetermined_rule(name) for name in analysis.violating.undetermined]
        # A rule that contradicts a shape in every case was told already.
        found += [
            teller.tell_rule(violation)
            for violation in analysis.violating.violations
            if not any({*violation.members[:2]} <= members for members in told)
        ]
    return found


class ShapeTeller:
    """Says conflicts of shapes in the words of a project, each line at its place."""

    def __init__(self, knowledge: Knowledge, background: Background, triples: Sequence[Triple]) -> None:
        self.knowledge, self.background = knowledge, background
        self.narrator = knowledge.narrator
        self.index = ShapeIndex(triples)
        self.words = ShapeWords(background.shapes, self.narrator.label)

    def name_shape(self, shape: Term) -> Term:
        """Return the name of a shape, or of the one it is part of."""
        root = shape if is_iri(shape) else self.index.find_root(shape)
        if root is None or is_blank(root):
            used = [triple[0] for triple in self.index.list_uses(shape)]
            return next((self.name_shape(user) for user in used if user != shape), "")
        return root

    def make_part(self, member: Member) -> Part:
        """Return a member as a part of a finding: what it says, and where it stands."""
        narrator, triple = self.narrator, member.triple
        if member.kind == "clause":
            rule = self.knowledge.theory.by_name[member.name]
            return Part(rule.kind, rule.name, narrator.say_rule(rule), narrator.locate_rule(rule))
        if triple is None:
            raise ValueError(f"a member without a place: {member}")
        if member.kind == "axiom":
            axiom = next(a for a in self.background.value_axioms[member.name] if a.triple == triple)
            return Part("axiom", member.name, self.words.say_axiom(axiom), narrator.locate(triple))
        if member.kind == "fact":
            return Part("fact", member.name, narrator.say(triple), narrator.locate(triple))
        shape = self.background.shapes[member.name]
        condition = next(c for c in shape.conditions if c.triple == triple)
        text = self.words.say(shape, condition)
        return Part("shape", self.name_shape(shape.name), f"{text[:1].upper()}{text[1:]}.", self._locate(triple))

    def _locate(self, triple: Triple) -> Location | None:
        found = self.narrator.locate(triple)
        if found is not None:
            return found
        beside = (self.narrator.locate(other) for other in self.index.list_triples(triple[0]))
        return next((place for place in beside if place is not None), None)

    def judge_severity(self, members: Iterable[Member], most: Severity) -> Severity:
        """Return how grave a conflict is: no graver than the gravest shape that takes part."""
        order: tuple[Severity, ...] = ("error", "warning", "info")
        found = [
            _SEVERITIES.get(self.background.shapes[member.name].severity, "error")
            for member in members
            if member.kind == "condition"
        ]
        return max(most, min(found, key=order.index, default="error"), key=order.index)

    def say_focus(self, focus: Focus) -> str:
        """Return what a case is about."""
        name = self.words.name(focus.term)
        return {
            "class": f"in the class {name}",
            "node": f"called {name}",
            "subjectsOf": f"with a value of {name}",
            "objectsOf": f"that is a value of {name}",
            "any": "of any kind",
        }[focus.kind]

    def list_names(self, shapes: Iterable[Term]) -> str:
        """Return the names of shapes, in quotation marks."""
        names = list(dict.fromkeys(self.words.name(self.name_shape(shape)) for shape in shapes))
        return names[0] if len(names) == 1 else f"{', '.join(names[:-1])} and {names[-1]}"

    def tell(self, conflict: ShapeConflict) -> Violation:
        """Return a conflict as a violation."""
        parts = [self.make_part(member) for member in conflict.members]
        shapes, what = self.list_names(conflict.shapes), f"Nothing {self.say_focus(conflict.focus)}"
        if conflict.path is not None:
            what = f"No value of {self.words.say_path(conflict.path)} of anything {self.say_focus(conflict.focus)}"
        code = {"unsatisfiable": "shape.unsatisfiable", "pair": "shape.contradictory-pair"}.get(
            conflict.kind, "shape.against-ontology"
        )
        if code == "shape.unsatisfiable" and conflict.path is not None:
            code = "shape.no-value"
        beside = {
            "unsatisfiable": f"can meet the shape {shapes}",
            "pair": f"can meet the shapes {shapes} together",
            "ontology": f"can meet the shape {shapes} and the ontology and rules together",
        }[conflict.kind]
        texts = [part.text.rstrip(".") for part in parts]
        if len(texts) <= _LAST:
            said = "; ".join(f"{text[:1].lower()}{text[1:]}" for text in texts)
        else:
            said = f"{len(texts)} lines conflict"
        places = [part.location for part in parts if part.location is not None]
        return Violation(
            code,
            self.judge_severity(conflict.members, "error" if conflict.path is None else "warning"),
            f"{what} {beside}: {said}.",
            places[0] if places else None,
            conflict.focus.term,
            why="Each of the parts is needed for the conflict.",
            fix="Change or remove one of these lines; without any one of them the others can be met.",
            related=tuple(dict.fromkeys(places[1:])),
            domain=self.knowledge.domain.name,
            path=conflict.path.predicate if conflict.path is not None else "",
            source=self.name_shape(conflict.shapes[0]) if conflict.shapes else "",
            parts=tuple(parts),
            example=self._show(conflict),
        )

    def _show(self, conflict: ShapeConflict) -> tuple[str, ...]:
        example = conflict.example
        if example is None:
            return ()
        lines = [self.narrator.say(fact) for fact in example.facts]
        broken = self.make_part(example.broken).text.rstrip(".")
        return (*lines, f"Here all holds but one: {broken[:1].lower()}{broken[1:]}.")

    def tell_rule(self, found: RuleViolation) -> Violation:
        """Return a rule that can violate a shape as a violation."""
        rule = self.knowledge.theory.by_name[found.rule]
        parts = [self.make_part(member) for member in found.members]
        condition = parts[1].text.rstrip(".")
        condition = f"{condition[:1].lower()}{condition[1:]}"
        shape = self.list_names([found.shape])
        concluded = [self.narrator.say(fact).rstrip(".") for fact in found.concluded]
        places = [part.location for part in parts if part.location is not None]
        return Violation(
            "rule.violates-shape",
            self.judge_severity(found.members, "warning"),
            f"The rule {rule.name} can conclude what the shape {shape} forbids: {condition}.",
            places[0] if places else None,
            rule.name,
            why="The case conforms to all shapes until the rule is applied.",
            fix="Add a condition to the rule that excludes such cases, or change the shape.",
            related=tuple(dict.fromkeys(places[1:])),
            domain=self.knowledge.domain.name,
            source=self.name_shape(found.shape),
            value=found.node,
            parts=tuple(parts),
            example=(
                *(self.narrator.say(fact) for fact in found.before),
                f"The rule then concludes: {'; '.join(concluded)}.",
                f"That breaks: {condition}.",
            ),
        )

    def tell_left_out(self, verdicts: ShapeVerdicts) -> list[Violation]:
        """Return a violation that says how many classes were not looked at, if there are such."""
        if not verdicts.left_out:
            return []
        return [
            Violation(
                "analysis.undetermined",
                "info",
                f"Shapes were looked at together for {verdicts.asked:,} classes, properties and nodes; "
                f"{verdicts.left_out:,} more were left out.",
                why="There is a limit to how many are looked at.",
                fix="Nothing has to be done.",
                domain=self.knowledge.domain.name,
            )
        ]

    def tell_undetermined_rule(self, name: str) -> Violation:
        """Return a violation that says that it was not decided whether a rule can violate a shape."""
        return Violation(
            "analysis.undetermined",
            "info",
            f"Whether the rule {name} can violate a shape could not be decided.",
            self.narrator.locate_rule(self.knowledge.theory.by_name[name]),
            name,
            why="The solver reached its limit of steps.",
            fix="Nothing has to be done; a test beside the rule can show what it concludes.",
            domain=self.knowledge.domain.name,
        )

    def tell_undetermined(self, focus: Focus) -> Violation:
        """Return a violation that says that a case was not decided."""
        shape = next((s for s in self.background.targeted if any(t.term == focus.term for t in s.targets)), None)
        name = shape.name if shape is not None else focus.term
        triples = self.index.list_triples(name)
        return Violation(
            "analysis.undetermined",
            "info",
            f"Whether anything {self.say_focus(focus)} can meet all shapes could not be decided.",
            next((place for t in triples if (place := self.narrator.locate(t)) is not None), None),
            focus.term,
            why="The solver reached its limit of steps.",
            fix="Nothing has to be done; an example among the facts shows that the shapes can be met.",
            domain=self.knowledge.domain.name,
            source=self.name_shape(name),
        )
