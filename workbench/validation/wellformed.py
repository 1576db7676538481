"""Whether shapes can be run at all: what is ill-formed, unsafe, unsupported or aimed at nothing.

The SHACL processor stops at the first of these, ignores some of them without a word, and would fetch or hang for
others; so shapes are judged here first, each finding at its line.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from difflib import get_close_matches
from fractions import Fraction

from workbench.model.report import Location, Violation
from workbench.model.terms import (
    RDF,
    RDF_LANG_STRING,
    SH,
    XSD_BOOLEAN,
    XSD_INTEGER,
    XSD_STRING,
    Term,
    Triple,
    get_local_name,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
    unescape_string,
)
from workbench.model.values import read_value
from workbench.validation.patterns import find_pattern_problem, find_pattern_risk, list_query_patterns
from workbench.validation.shape_index import SH_PATH, ShapeIndex, make_sh
from workbench.validation.shape_structure import Problem, find_structure_problems

__all__ = ["Locate", "find_shape_problems", "select_sound_shapes"]

Locate = Callable[[Triple], Location | None]

_INTEGERS = "minCount maxCount minLength maxLength qualifiedMinCount qualifiedMaxCount".split()
_BOOLEANS = "uniqueLang closed deactivated qualifiedValueShapesDisjoint optional".split()
_IRIS = (
    "class datatype nodeKind severity targetClass targetSubjectsOf targetObjectsOf equals disjoint lessThan "
    "lessThanOrEquals"
).split()
_LITERALS = (
    "minInclusive maxInclusive minExclusive maxExclusive name description select ask prefix namespace labelTemplate"
).split()
_STRINGS = ("pattern", "flags")
_LISTS = "in languageIn ignoredProperties and or xone".split()
_SHAPES = "node property not qualifiedValueShape".split()
_SINGLE = (
    "minCount maxCount minLength maxLength minInclusive maxInclusive minExclusive maxExclusive datatype nodeKind "
    "uniqueLang closed in languageIn path severity deactivated flags pattern ignoredProperties qualifiedMinCount "
    "qualifiedMaxCount qualifiedValueShape qualifiedValueShapesDisjoint"
).split()
_OTHER = (
    "path targetNode hasValue sparql prefixes declare parameter validator nodeValidator propertyValidator "
    "inversePath alternativePath zeroOrMorePath oneOrMorePath zeroOrOnePath group order defaultValue shapesGraph "
    "suggestedShapesGraph focusNode resultPath resultSeverity resultMessage value sourceShape sourceConstraint "
    "sourceConstraintComponent conforms result detail target expression union intersection this returnType "
    "subject predicate object construct update nodes"
).split()
_SCRIPTS = "js jsFunctionName jsLibrary jsLibraryURL".split()
_UNDETERMINED = {
    "rule": "A rule of SHACL would conclude facts that nothing here can prove.",
    "values": "Values that a shape would conclude cannot be proved here.",
    "condition": "A condition belongs to a rule of SHACL, and such rules are not applied here.",
    "entailment": "A shape cannot choose how facts are concluded; it sees what the project's own rules conclude.",
    "filterShape": "Filtering by a shape inside an expression is not judged.",
}
"""What of SHACL's advanced features is not judged, so that nothing can be said of the shape that uses it."""
_EXPRESSIONS = "count sum min max distinct exists if then else limit offset minus orderBy asc desc groupConcat".split()
_KNOWN = (*_INTEGERS, *_BOOLEANS, *_IRIS, *_LITERALS, *_STRINGS, "message", *_LISTS, *_SHAPES, *_OTHER)
_TRUTHS = tuple(f'"{word}"^^{XSD_BOOLEAN}' for word in ("true", "false", "1", "0"))
_KINDS = frozenset(map(make_sh, "IRI BlankNode Literal BlankNodeOrIRI BlankNodeOrLiteral IRIOrLiteral".split()))
_PAIRS = (("minCount", "maxCount"), ("minLength", "maxLength"), ("qualifiedMinCount", "qualifiedMaxCount"))
_SHAPE_CLASSES = (make_sh("NodeShape"), make_sh("PropertyShape"))
_TYPE = f"<{RDF}type>"
_NEAR = 5
"""How many blank nodes above a statement are tried for its place before only named things are."""
_TEXTS = (XSD_STRING, RDF_LANG_STRING)

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

    Codes: ``shape.path``, ``shape.value``, ``shape.unknown-property``, ``shape.unknown-shape``,
    ``shape.undetermined``, ``shape.unsafe``, ``shape.recursive``, ``shape.contradiction``, ``shape.no-target`` and,
    when ``known`` lists the classes and properties there are, ``shape.unknown-term``. Nothing that SHACL's own shapes
    for shapes (shacl-shacl) refuse is let through. Errors are the ones that a run would stop at, ignore or be
    endangered by. Source: SHACL (W3C Recommendation, 2017), sections 2 to 5 and its syntax rules.
    """
    judge = _Judge(ShapeIndex(shapes), locate)
    found = [*judge.judge_values(), *find_structure_problems(judge.index), *judge.judge_targets()]
    if known is not None:
        found += judge.judge_terms(known)
    return [judge.report(problem) for problem in found]


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

    def report(self, problem: Problem) -> Violation:
        """Build a violation about the subject of a triple, at the triple or whatever holds it."""
        code, triple, message, fix, why, severity = problem
        place = self._find_location(triple)
        subject, path, value = triple
        return Violation(code, severity, message, place, subject, why, fix, path=path, value=value, source=subject)

    def _find_location(self, triple: Triple) -> Location | None:
        seen: set[Term] = set()
        queue = [triple]
        whole: Location | None = None
        while queue:
            current = queue.pop(0)
            location = self.locate(current) if len(seen) < _NEAR or not is_blank(current[0]) else None
            if location is not None and location.line:
                return location
            whole = whole or location
            if current[0] not in seen:
                seen.add(current[0])
                queue += self.index.list_uses(current[0])
        # Brackets without end are not told apart in a file; then the named thing around them has a line.
        named = (triple for node in sorted(seen) if is_iri(node) for triple in self.index.list_triples(node)[:_NEAR])
        places = (place for triple in named if (place := self.locate(triple)) is not None and place.line)
        return next(places, whole)

    def judge_values(self) -> Iterator[Problem]:
        """Judge each statement with a property of the SHACL namespace by itself."""
        for triple in self.index.triples:
            if not triple[1].startswith(f"<{SH}"):
                continue
            name = get_local_name(triple[1])
            if name in _SCRIPTS:
                yield Problem(
                    "shape.unsafe", triple, "A shape may not run scripts.", fix="Say the condition without sh:js."
                )
            elif name in _UNDETERMINED or name in _EXPRESSIONS:
                yield Problem(
                    "shape.undetermined",
                    triple,
                    _UNDETERMINED.get(name) or f"“sh:{name}” in an expression is not judged.",
                    "Say it as a rule or constraint of the project, or as a condition in SHACL Core or SPARQL.",
                    "What a shape with it would find cannot be told, so the shape is left out and does not pass.",
                )
            elif name not in _KNOWN:
                close = get_close_matches(name, _KNOWN, 1, cutoff=0.75)
                yield Problem(
                    "shape.unknown-property",
                    triple,
                    f"SHACL has no property “sh:{name}”, so nothing is judged by it.",
                    fix=f"Did you mean sh:{close[0]}?" if close else "",
                    severity="error" if close else "warning",
                )
            else:
                yield from self._judge_value(name, triple)
        yield from self._judge_repetitions()

    def _judge_value(self, name: str, triple: Triple) -> Iterator[Problem]:
        value = triple[2]
        listed = (self.index.read_list(value) or ()) if name in _LISTS else ()
        wanted = ""
        if name in _INTEGERS and _read_count(value) is None:
            wanted = "a whole number that is not negative"
        elif name in _BOOLEANS and value not in (_TRUTHS[:2] if name == "deactivated" else _TRUTHS):
            wanted = "true or false"
        elif name in _STRINGS and not (is_literal(value) and split_literal(value)[1] == XSD_STRING):
            wanted = "a text without a language"
        elif name == "message" and not (is_literal(value) and split_literal(value)[1] in _TEXTS):
            wanted = "a text"
        elif name in _IRIS and not is_iri(value):
            wanted = "a name (an IRI)"
        elif name == "nodeKind" and value not in _KINDS:
            wanted = "one of the six node kinds of SHACL"
        elif name in _LITERALS and not is_literal(value):
            wanted = "a literal"
        elif name in _LISTS and self.index.read_list(value) is None:
            wanted = "a list, written ( … )"
        elif name in ("and", "or", "xone") and not listed:
            wanted = "a list with at least one shape"
        elif name in _SHAPES and is_literal(value):
            wanted = "a shape"
        elif name == "languageIn" and not all(is_literal(m) and split_literal(m)[1] == XSD_STRING for m in listed):
            wanted = 'a list of languages, such as ( "en" "de" )'
        elif name == "ignoredProperties" and not all(map(is_iri, listed)):
            wanted = "a list of properties"
        elif name == "targetNode" and value.startswith("_:"):
            wanted = "a name or a literal"
        if wanted:
            shown = split_literal(value)[0] if is_literal(value) else get_local_name(value)
            yield Problem("shape.value", triple, f"The value of sh:{name} must be {wanted}, and is “{shown}”.")
        elif name == "pattern":
            yield from self._judge_pattern(triple)
        elif name in ("select", "ask"):
            yield from self._judge_query(triple)

    def _judge_pattern(self, triple: Triple) -> Iterator[Problem]:
        pattern = split_literal(triple[2])[0]
        if problem := find_pattern_problem(pattern):
            message = f"“{pattern}” is not a regular expression: {problem}."
            yield Problem("shape.value", triple, message)
        elif risk := find_pattern_risk(pattern):
            yield _refuse_pattern(triple, pattern, risk)

    def _judge_query(self, triple: Triple) -> Iterator[Problem]:
        # Escapes of single characters are resolved before a query is read, so they could hide a word.
        query = re.sub(
            r"\\u[0-9A-Fa-f]{4}|\\U[0-9A-Fa-f]{8}",
            lambda match: _read_code(match.group()),
            split_literal(triple[2])[0],
        )
        for pattern in list_query_patterns(query):
            if not find_pattern_problem(pattern) and (risk := find_pattern_risk(pattern)):
                yield _refuse_pattern(triple, pattern, risk)
        words = {match["word"].upper() for match in _QUERY_TOKEN.finditer(query) if match["word"]}
        for word in sorted(words):
            yield Problem(
                "shape.unsafe",
                triple,
                f"A query in a shape may look at the project's own facts only, and this one says {word}.",
                fix=f"Leave out {word}; if it is a prefix, give the prefix another name.",
            )

    def _judge_repetitions(self) -> Iterator[Problem]:
        for subject in self.index.subjects:
            for name in _SINGLE:
                values = self.index.list_objects(subject, make_sh(name))
                if len(values) > 1:
                    triple = (subject, make_sh(name), values[1])
                    code = "shape.path" if name == "path" else "shape.value"
                    yield Problem(code, triple, f"A shape can have only one sh:{name}, not {len(values)}.")
            for low, high in _PAIRS:
                least = _read_count(self.index.get_object(subject, make_sh(low)))
                most = _read_count(self.index.get_object(subject, make_sh(high)))
                if least is not None and most is not None and least > most:
                    yield Problem(
                        "shape.contradiction",
                        (subject, make_sh(low), self.index.list_objects(subject, make_sh(low))[0]),
                        f"Nothing can satisfy sh:{low} {least} and sh:{high} {most} together.",
                        severity="warning",
                    )

    def judge_targets(self) -> Iterator[Problem]:
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
            yield Problem(
                "shape.no-target",
                (shape, _TYPE, types[0]),
                "This shape has no target, so nothing is judged by it.",
                fix=fix,
                severity="warning",
            )

    def judge_terms(self, known: Collection[Term]) -> Iterator[Problem]:
        """Find classes and properties that the project does not have; a condition on them says nothing."""
        places = [make_sh(n) for n in "targetClass class targetSubjectsOf targetObjectsOf equals disjoint".split()]
        names: dict[str, Term] = {}
        spaces: dict[str, bool] = {}
        foreign: dict[str, list[Triple]] = {}
        for triple in self.index.triples:
            term = triple[2]
            if triple[1] not in (SH_PATH, *places) or not is_iri(term) or term in known or term.startswith(f"<{RDF}"):
                continue
            if self.index.list_triples(term) and triple[1] == SH_PATH and not _is_named_path(self.index, term):
                continue
            space = _get_namespace(term)
            if space not in spaces:
                spaces[space] = any(one.startswith(space) for one in known)
            if not spaces[space]:
                foreign.setdefault(_get_namespace(term), []).append(triple)
                continue
            names = names or {get_local_name(one): one for one in sorted(known)}
            close = get_close_matches(get_local_name(term), names, 1)
            yield Problem(
                "shape.unknown-term",
                triple,
                f"The shape speaks of “{get_local_name(term)}”, which the ontology does not have.",
                fix=f"Did you mean “{close[0]}”?" if close else "",
                severity="warning",
            )
        for triples in foreign.values():
            yield _report_foreign(triples)


def _get_namespace(term: Term) -> str:
    return term[: len(term) - len(get_local_name(term)) - 1]


def _report_foreign(triples: list[Triple]) -> Problem:
    """Tell once of a vocabulary from which the ontology has nothing."""
    names = list(dict.fromkeys(get_local_name(triple[2]) for triple in triples))
    shown = ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")
    they = "it is" if len(names) == 1 else "they are"
    return Problem(
        "shape.unknown-term",
        triples[0],
        f"The shapes speak of {shown}, and the ontology has nothing of the vocabulary that {they} from.",
        "If data of this vocabulary is expected, nothing is wrong; else correct the prefix.",
        severity="warning",
    )


def _refuse_pattern(triple: Triple, pattern: str, risk: str) -> Problem:
    return Problem(
        "shape.unsafe",
        triple,
        f"The pattern “{pattern}” can take practically forever on some texts: {risk}.",
        "Let each repeated part begin or end with a character that the rest of it cannot contain.",
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
