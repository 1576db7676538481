"""Whether shapes can be run at all: what is ill-formed, unsafe, unsupported or aimed at nothing.

The SHACL processor stops at the first of these, ignores some of them without a word, and would fetch or hang for
others; so shapes are judged here first, each finding at its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import get_close_matches
from fractions import Fraction

from workbench.model.report import Location, Severity, Violation
from workbench.model.terms import (
    RDF,
    SH,
    XSD_BOOLEAN,
    XSD_INTEGER,
    Term,
    Triple,
    get_local_name,
    is_iri,
    is_literal,
    split_literal,
    unescape_string,
)
from workbench.model.values import read_value
from workbench.validation.patterns import find_pattern_problem, find_pattern_risk
from workbench.validation.shape_index import SH_PATH, ShapeIndex, make_sh

__all__ = ["Locate", "find_shape_problems", "select_sound_shapes"]

Locate = Callable[[Triple], Location | None]

_INTEGERS = "minCount maxCount minLength maxLength qualifiedMinCount qualifiedMaxCount".split()
_BOOLEANS = "uniqueLang closed deactivated qualifiedValueShapesDisjoint optional".split()
_IRIS = (
    "class datatype nodeKind severity targetClass targetSubjectsOf targetObjectsOf equals disjoint lessThan "
    "lessThanOrEquals"
).split()
_LITERALS = (
    "pattern flags minInclusive maxInclusive minExclusive maxExclusive message name description select ask "
    "prefix namespace labelTemplate"
).split()
_LISTS = "in languageIn ignoredProperties and or xone".split()
_SHAPES = "node property not qualifiedValueShape".split()
_SINGLE = (
    "minCount maxCount minLength maxLength minInclusive maxInclusive minExclusive maxExclusive datatype nodeKind "
    "uniqueLang closed in languageIn path severity deactivated flags"
).split()
_OTHER = (
    "path targetNode hasValue sparql prefixes declare parameter validator nodeValidator propertyValidator "
    "inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath group order defaultValue shapesGraph "
    "suggestedShapesGraph focusNode resultPath resultSeverity resultMessage value sourceShape sourceConstraint "
    "sourceConstraintComponent conforms result detail"
).split()
_SCRIPTS = "js jsFunctionName jsLibrary jsLibraryURL".split()
_UNSUPPORTED = (
    "rule target values expression condition filterShape nodes union intersection entailment construct returnType"
).split()
_KNOWN = (*_INTEGERS, *_BOOLEANS, *_IRIS, *_LITERALS, *_LISTS, *_SHAPES, *_OTHER)
_KINDS = frozenset(map(make_sh, "IRI BlankNode Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral".split()))
_PAIRS = (("minCount", "maxCount"), ("minLength", "maxLength"), ("qualifiedMinCount", "qualifiedMaxCount"))
_SHAPE_CLASSES = (make_sh("NodeShape"), make_sh("PropertyShape"))
_TYPE = f"<{RDF}type>"

# Strings, IRIs and comments are skipped, so that only words of the query itself are looked at.
_QUERY_TOKEN = re.compile(
    r'"""(?:[^"\\]|\\.|"(?!""))*"""|\'\'\'(?:[^\'\\]|\\.|\'(?!\'\'))*\'\'\'|"(?:[^"\\\n]|\\.)*"|\'(?:[^\'\\\n]|\\.)*\''
    r'|<[^<>"{}|^`\\\s]*>|\#[^\n]*|(?<![:?$\w-])(?P<word>FROM|SERVICE|LOAD|INSERT|DELETE|DROP|CLEAR|CREATE)\b',
    re.I | re.S,
)


def find_shape_problems(
    shapes: Sequence[Triple], *, locate: Locate = lambda _: None, known: Collection[Term] | None = None
) -> list[Violation]:
    """Return what is wrong with a shapes graph; each violation's ``focus`` is the shape it is about.

    Codes: ``shape.path``, ``shape.value``, ``shape.unknown-property``, ``shape.unsupported``, ``shape.unsafe``,
    ``shape.recursive``, ``shape.contradiction``, ``shape.no-target`` and, when ``known`` lists the classes and
    properties there are, ``shape.unknown-term``. Errors are the ones that a run would stop at, ignore or be
    endangered by. Source: SHACL (W3C Recommendation, 2017), sections 2 to 5 and its syntax rules.
    """
    judge = _Judge(ShapeIndex(shapes), locate)
    found = [*judge.judge_values(), *judge.judge_paths(), *judge.judge_recursion(), *judge.judge_targets()]
    if known is not None:
        found += judge.judge_terms(known)
    return found


def select_sound_shapes(shapes: Sequence[Triple], problems: Collection[Violation]) -> tuple[Triple, ...]:
    """Return the shapes graph without the targeted shapes that reach a problem, so that the others can be run.

    ``problems`` are errors of :func:`find_shape_problems` over the same triples. The problems stay in the report:
    what is left out here is not passed.
    """
    index = ShapeIndex(shapes)
    bad = {problem.focus for problem in problems if problem.severity == "error"}
    sound: set[Term] = set()
    unsound = set(bad)
    for root in index.roots:
        reached = index.collect_reachable(root)
        if reached & bad:
            unsound |= reached
        else:
            sound |= reached
    unsound |= {node for shape in index.shapes for node in _collect_if_bad(index, shape, bad)}
    removed = (unsound - sound) | bad
    return tuple(triple for triple in index.triples if triple[0] not in removed)


def _collect_if_bad(index: ShapeIndex, shape: Term, bad: set[Term]) -> frozenset[Term]:
    reached = index.collect_reachable(shape)
    return reached if reached & bad else frozenset()


class _Judge:
    def __init__(self, index: ShapeIndex, locate: Locate) -> None:
        self.index = index
        self.locate = locate

    def report(
        self, code: str, triple: Triple, message: str, *, fix: str = "", why: str = "", severity: Severity = "error"
    ) -> Violation:
        """Build a violation about the subject of a triple, at the triple or whatever holds it."""
        place = self._find_location(triple)
        return Violation(code, severity, message, place, triple[0], why, fix, path=triple[1], value=triple[2])

    def _find_location(self, triple: Triple) -> Location | None:
        seen: set[Term] = set()
        queue = [triple]
        while queue:
            current = queue.pop(0)
            if (location := self.locate(current)) is not None:
                return location
            if current[0] not in seen:
                seen.add(current[0])
                queue += self.index.list_uses(current[0])
        return None

    def judge_values(self) -> Iterator[Violation]:
        """Judge each statement with a property of the SHACL namespace by itself."""
        for triple in self.index.triples:
            if not triple[1].startswith(f"<{SH}"):
                continue
            name = get_local_name(triple[1])
            if name in _SCRIPTS:
                yield self.report(
                    "shape.unsafe", triple, "A shape may not run scripts.", fix="Say the condition without sh:js."
                )
            elif name in _UNSUPPORTED:
                yield self.report(
                    "shape.unsupported",
                    triple,
                    f"“sh:{name}” is not part of SHACL Core or SHACL-SPARQL and would not be judged.",
                    fix="Say it as a rule, or as a condition in SHACL Core.",
                )
            elif name not in _KNOWN:
                close = get_close_matches(name, _KNOWN, 1, cutoff=0.75)
                yield self.report(
                    "shape.unknown-property",
                    triple,
                    f"SHACL has no property “sh:{name}”, so nothing is judged by it.",
                    fix=f"Did you mean sh:{close[0]}?" if close else "",
                    severity="error" if close else "warning",
                )
            else:
                yield from self._judge_value(name, triple)
        yield from self._judge_repetitions()

    def _judge_value(self, name: str, triple: Triple) -> Iterator[Violation]:
        value = triple[2]
        wanted = ""
        if name in _INTEGERS and _read_count(value) is None:
            wanted = "a whole number that is not negative"
        elif name in _BOOLEANS and not (is_literal(value) and split_literal(value)[1] == XSD_BOOLEAN):
            wanted = "true or false"
        elif name in _IRIS and not is_iri(value):
            wanted = "a name (an IRI)"
        elif name == "nodeKind" and value not in _KINDS:
            wanted = "one of the six node kinds of SHACL"
        elif name in _LITERALS and not is_literal(value):
            wanted = "a literal"
        elif name in _LISTS and self.index.read_list(value) is None:
            wanted = "a list, written ( … )"
        elif name in ("and", "or", "xone") and not self.index.read_list(value):
            wanted = "a list with at least one shape"
        elif name in _SHAPES and is_literal(value):
            wanted = "a shape"
        elif name == "targetNode" and value.startswith("_:"):
            wanted = "a name or a literal"
        if wanted:
            shown = split_literal(value)[0] if is_literal(value) else get_local_name(value)
            yield self.report("shape.value", triple, f"The value of sh:{name} must be {wanted}, and is “{shown}”.")
        elif name == "pattern":
            yield from self._judge_pattern(triple)
        elif name in ("select", "ask"):
            yield from self._judge_query(triple)

    def _judge_pattern(self, triple: Triple) -> Iterator[Violation]:
        pattern = split_literal(triple[2])[0]
        if problem := find_pattern_problem(pattern):
            message = f"“{pattern}” is not a regular expression: {problem}."
            yield self.report("shape.value", triple, message)
        elif risk := find_pattern_risk(pattern):
            yield self.report(
                "shape.unsafe",
                triple,
                f"The pattern “{pattern}” can take practically forever on some texts: {risk}.",
                fix="Let each repeated part begin or end with a character that the rest of it cannot contain.",
            )

    def _judge_query(self, triple: Triple) -> Iterator[Violation]:
        # Escapes of single characters are resolved before a query is read, so they could hide a word.
        query = re.sub(
            r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}",
            lambda match: _read_code(match.group()),
            split_literal(triple[2])[0],
        )
        words = {match["word"].upper() for match in _QUERY_TOKEN.finditer(query) if match["word"]}
        for word in sorted(words):
            yield self.report(
                "shape.unsafe",
                triple,
                f"A query in a shape may look at the project's own facts only, and this one says {word}.",
                fix=f"Leave out {word}; if it is a prefix, give the prefix another name.",
            )

    def _judge_repetitions(self) -> Iterator[Violation]:
        for subject in self.index.subjects:
            for name in _SINGLE:
                values = self.index.list_objects(subject, make_sh(name))
                if len(values) > 1:
                    triple = (subject, make_sh(name), values[1])
                    code = "shape.path" if name == "path" else "shape.value"
                    yield self.report(code, triple, f"A shape can have only one sh:{name}, not {len(values)}.")
            for low, high in _PAIRS:
                least = _read_count(self.index.get_object(subject, make_sh(low)))
                most = _read_count(self.index.get_object(subject, make_sh(high)))
                if least is not None and most is not None and least > most:
                    yield self.report(
                        "shape.contradiction",
                        (subject, make_sh(low), self.index.list_objects(subject, make_sh(low))[0]),
                        f"Nothing can satisfy sh:{low} {least} and sh:{high} {most} together.",
                        severity="warning",
                    )

    def judge_paths(self) -> Iterator[Violation]:
        """Judge which shapes need a path, must not have one, or have one that cannot be followed."""
        property_uses = {triple[2]: triple for triple in self.index.triples if triple[1] == make_sh("property")}
        for shape in self.index.shapes:
            types = self.index.list_objects(shape, _TYPE)
            path = self.index.get_object(shape, SH_PATH)
            if path is None:
                if make_sh("PropertyShape") in types:
                    triple = (shape, _TYPE, make_sh("PropertyShape"))
                elif shape in property_uses:
                    triple = (shape, SH_PATH, "")
                else:
                    continue
                yield self.report(
                    "shape.path", triple, "A property shape must say with sh:path which property it is about."
                )
                continue
            if make_sh("NodeShape") in types:
                yield self.report(
                    "shape.path",
                    (shape, SH_PATH, path),
                    "A shape with sh:path is a property shape, not a node shape.",
                    fix="Write sh:PropertyShape, or remove sh:path.",
                )
            if self.index.render_path(path) is None:
                yield self.report(
                    "shape.path", (shape, SH_PATH, path), "The value of sh:path is not a path that can be followed."
                )

    def judge_recursion(self) -> Iterator[Violation]:
        """Find shapes that refer to themselves; what such a shape means is left undefined by SHACL 3.4.3."""
        for cycle in _find_cycles(self.index):
            names = " → ".join(get_local_name(node) for node in (*cycle, cycle[0]) if is_iri(node))
            triple = next(t for target, t in self.index.list_references(cycle[0]) if target == cycle[1 % len(cycle)])
            yield self.report(
                "shape.recursive",
                triple,
                "This shape refers back to itself, and SHACL does not say what that means.",
                why=names,
                fix="Say the repeated part with a path (sh:zeroOrMorePath), or as a rule.",
            )

    def judge_targets(self) -> Iterator[Violation]:
        """Find shapes that nothing is judged by: no target, and no other shape refers to them."""
        used = {target for shape in self.index.shapes for target, _ in self.index.list_references(shape)}
        for shape in self.index.shapes:
            types = [t for t in self.index.list_objects(shape, _TYPE) if t in _SHAPE_CLASSES]
            if not types or shape in used or shape in self.index.roots:
                continue
            fix = "Add sh:targetClass."
            if self.index.is_owl_class_shape(shape):
                name = get_local_name(shape)
                fix = f"Add sh:targetClass {name}; a class is its own target only as an rdfs:Class."
            yield self.report(
                "shape.no-target",
                (shape, _TYPE, types[0]),
                "This shape has no target, so nothing is judged by it.",
                fix=fix,
                severity="warning",
            )

    def judge_terms(self, known: Collection[Term]) -> Iterator[Violation]:
        """Find classes and properties that the project does not have; a condition on them says nothing."""
        places = [make_sh(n) for n in "targetClass class targetSubjectsOf targetObjectsOf equals disjoint".split()]
        names = {get_local_name(term): term for term in sorted(known)}
        for triple in self.index.triples:
            term = triple[2]
            if triple[1] not in (SH_PATH, *places) or not is_iri(term) or term in known or term.startswith(f"<{RDF}"):
                continue
            if self.index.list_triples(term) and triple[1] == SH_PATH and not _is_named_path(self.index, term):
                continue
            close = get_close_matches(get_local_name(term), names, 1)
            yield self.report(
                "shape.unknown-term",
                triple,
                f"The shape speaks of “{get_local_name(term)}”, which the ontology does not have.",
                fix=f"Did you mean “{close[0]}”?" if close else "",
                severity="warning",
            )


def _is_named_path(index: ShapeIndex, term: Term) -> bool:
    return index.render_path(term) == term


def _read_count(value: Term | None) -> int | None:
    """Return a literal's value when it is a whole number that is not negative."""
    if value is None or not is_literal(value) or split_literal(value)[1] != XSD_INTEGER:
        return None
    read = read_value(value)
    return int(read.value) if read is not None and isinstance(read.value, Fraction) and read.value >= 0 else None


def _read_code(escape: str) -> str:
    return unescape_string(escape) if int(escape[2:], 16) <= 0x10FFFF else ""


def _find_cycles(index: ShapeIndex) -> list[tuple[Term, ...]]:
    """Return one cycle of references for each shape that is first met again, by depth-first search."""
    cycles: list[tuple[Term, ...]] = []
    done: set[Term] = set()
    for start in index.shapes:
        if start in done:
            continue
        path = [start]
        pending = [iter([target for target, _ in index.list_references(start)])]
        while pending:
            target = next(pending[-1], None)
            if target is None:
                pending.pop()
                done.add(path.pop())
            elif target in path:
                cycles.append(tuple(path[path.index(target) :]))
            elif target not in done:
                path.append(target)
                pending.append(iter([after for after, _ in index.list_references(target)]))
    return cycles
