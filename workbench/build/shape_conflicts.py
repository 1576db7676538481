"""Shapes that nothing can satisfy, alone, together or beside the ontology and the rules, told to their author."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from workbench.build.knowledge import Knowledge
from workbench.build.shape_words import ShapeWords
from workbench.model.report import Location, Part, Severity, Violation
from workbench.model.rules import Rule, is_restatement, iterate_atoms, iterate_terms
from workbench.model.terms import RDF_TYPE, Term, Triple, is_blank, is_iri
from workbench.model.theory import Theory
from workbench.reasoning.closure import reason
from workbench.solving.shape_cases import Background, Member
from workbench.solving.shape_conflicts import ShapeConflict, ShapeVerdicts, find_shape_conflicts, list_foci
from workbench.solving.shape_rules import RuleViolation, find_rule_violations
from workbench.solving.shape_satisfiability import Focus
from workbench.solving.shape_values import ValueAxiom
from workbench.solving.situations import ClauseIndex, make_clause
from workbench.validation.shape_conditions import read_shapes, read_value_axioms
from workbench.validation.shape_index import ShapeIndex, make_sh
from workbench.validation.wellformed import select_sound_shapes

__all__ = ["ShapeAnalysis", "ShapeTeller", "analyse_shapes", "make_background", "report_shape_conflicts"]

_Classes = tuple[tuple[Term, tuple[Term, ...]], ...]
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
        # A rule that contradicts a shape in every case was told already.
        found += [
            teller.tell_rule(violation)
            for violation in analysis.violating
            if not any({*violation.members[:2]} <= members for members in told)
        ]
    return found


class ShapeAnalysis(NamedTuple):
    """Some shapes of a domain, what holds of every case of them, and what was found."""

    triples: tuple[Triple, ...]
    background: Background
    verdicts: ShapeVerdicts
    violating: tuple[RuleViolation, ...]


def analyse_shapes(knowledge: Knowledge, problems: Sequence[Violation]) -> list[ShapeAnalysis]:
    """Ask about the sound shapes that see what is derived, and about those that see stated facts only."""
    found = []
    for triples, is_asserted in _split_shapes(knowledge, problems):
        background = make_background(knowledge, triples, is_asserted=is_asserted)
        verdicts = _find(background, _list_classes(knowledge))
        violating = () if is_asserted else _find_violating(knowledge, background)
        found.append(ShapeAnalysis(triples, background, verdicts, violating))
    return found


def _split_shapes(knowledge: Knowledge, problems: Sequence[Violation]) -> Iterable[tuple[tuple[Triple, ...], bool]]:
    """Yield the sound shapes that see what is derived, then those that see stated facts only."""
    shapes = knowledge.domain.shapes
    if any(problem.severity == "error" for problem in problems):
        shapes = select_sound_shapes(shapes, problems)
    index = ShapeIndex(shapes)
    stated = {root for root in index.roots if index.judges_asserted(root)}
    for is_asserted in (False, True):
        others = {root for root in index.roots if (root in stated) != is_asserted}
        if len(others) < len(index.roots) or (not is_asserted and shapes):
            yield tuple(t for t in shapes if not (t[0] in others and _is_target(t))), is_asserted


def _is_target(triple: Triple) -> bool:
    if triple[1].startswith(make_sh("target")[:-1]):
        return True
    return triple[1] == RDF_TYPE and triple[2] not in (make_sh("NodeShape"), make_sh("PropertyShape"))


def make_background(knowledge: Knowledge, shapes: tuple[Triple, ...], *, is_asserted: bool = False) -> Background:
    """Return what holds of every case: shapes, rules, axioms about values and the classes of named individuals.

    Shapes that see stated facts only are looked at without rules.
    """
    if is_asserted:
        return _make_background(shapes, (), (), ())
    rules = knowledge.theory.rules
    axioms = read_value_axioms(knowledge.domain.axioms)
    named = {term for triple in shapes for term in triple if is_iri(term)}
    named |= {term for rule in rules if rule.kind != "axiom" for term in iterate_terms(rule) if is_iri(term)}
    classes: dict[Term, list[Term]] = {}
    for subject, predicate, value in knowledge.facts:
        if predicate == RDF_TYPE and subject in named:
            classes.setdefault(subject, []).append(value)
    stated = tuple((term, tuple(sorted(found))) for term, found in sorted(classes.items()))
    return _make_background(shapes, rules, axioms, stated)


@lru_cache(maxsize=8)
def _make_background(
    shapes: tuple[Triple, ...], rules: tuple[Rule, ...], axioms: tuple[ValueAxiom, ...], classes: _Classes
) -> Background:
    """Make it once for shapes, rules and axioms of one meaning."""
    by_property: dict[Term, list[ValueAxiom]] = {}
    for axiom in axioms:
        by_property.setdefault(axiom.predicate, []).append(axiom)
    return Background(read_shapes(shapes), ClauseIndex(map(make_clause, rules)), by_property, dict(classes))


@lru_cache(maxsize=8)
def _find(background: Background, classes: tuple[Term, ...]) -> ShapeVerdicts:
    return find_shape_conflicts(background, list_foci(background, classes))


def _find_violating(knowledge: Knowledge, background: Background) -> tuple[RuleViolation, ...]:
    stated = frozenset(predicate for _, predicate, _ in knowledge.facts)
    return _find_rule_violations(background, knowledge.theory, frozenset(_follow_axioms(knowledge.theory, stated)))


def _follow_axioms(theory: Theory, properties: Iterable[Term]) -> set[Term]:
    """The properties whose values are stated, by themselves or through axioms that say them under another name."""
    found, queue = set(properties), list(properties)
    restated = [rule for rule in theory.rules if rule.kind == "axiom" and is_restatement(rule)]
    while queue:
        name = queue.pop()
        for rule in restated:
            heads = {atom.key for atom in rule.head} - found
            if heads and any(atom.key == name for atom in iterate_atoms(rule.body)):
                found |= heads
                queue += heads
    return found


@lru_cache(maxsize=8)
def _find_rule_violations(background: Background, theory: Theory, stated: frozenset[Term]) -> tuple[RuleViolation, ...]:
    def derive(facts: Sequence[Triple], without: Collection[str]) -> frozenset[Triple] | None:
        rules = [rule.name for rule in theory.rules if rule.name not in without]
        closure = reason(theory.select(rules), facts)
        return None if closure.contradictions() else frozenset(closure.facts())

    return tuple(find_rule_violations(background, theory.rules, derive, stated=stated))


def _list_classes(knowledge: Knowledge) -> tuple[Term, ...]:
    return tuple(term for term, kind in knowledge.domain.kinds.items() if kind == "class" and is_iri(term))


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
            why=f"In words: {' '.join(part.text for part in parts)} Each of them is needed for the conflict.",
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
            why=f"In words: {' '.join(part.text for part in parts)} The case conforms to all shapes until the rule is "
            "applied.",
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
