"""Validation results become violations: a sentence, the statement that offends, and the shape that says so."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import cached_property

from workbench.model.report import Location, Severity, Violation
from workbench.model.terms import (
    RDF_TYPE,
    RDFS,
    RDFS_LABEL,
    Term,
    Triple,
    get_local_name,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
)
from workbench.validation.shacl.core import GraphIndex
from workbench.validation.shacl.paths import follow_path
from workbench.validation.shacl.results import ShaclResult
from workbench.validation.shacl.sentences import compose_sentence, get_component_name
from workbench.validation.shape_index import SH_PATH, ShapeIndex, make_sh

__all__ = ["make_violations"]

_SEVERITIES: dict[Term, Severity] = {make_sh("Warning"): "warning", make_sh("Info"): "info"}
_LABELS = (RDFS_LABEL, "<http://www.w3.org/2004/02/skos/core#prefLabel>")
_IRI = re.compile(r"\b(?:https?|urn|file):[^\s<>\"{}|\\^`]+")
_RELATED = 20
"""How many further places one violation lists."""


def make_violations(
    results: Iterable[ShaclResult],
    *,
    shapes: Sequence[Triple],
    locate: Callable[[Triple], Location | None],
    label: Callable[[Term], str],
    derive_leaves: Callable[[Triple], tuple[Triple, ...]] = lambda _: (),
    language: str = "en",
    data: Collection[Triple] = (),
    asserted: Collection[Triple] = (),
    say: Callable[[Triple], str] | None = None,
    domain: str = "",
) -> list[Violation]:
    """Return one violation for each result, with the code ``shacl.<component>`` such as ``shacl.min-count``.

    The message is the author's ``sh:message`` in ``language``, with what stands in braces filled in, or a sentence
    composed from labels; names of the data that pySHACL filled in as IRIs are said in words. ``source`` is the shape,
    or the nearest named one around it, which stays the same when a file is written anew. The location is
    that of the offending statement: ``locate`` returns the place of a stated triple and None for any other; a
    derived one is placed at what it follows from, ``derive_leaves``. ``data`` and ``asserted`` are the graphs that
    were judged; without them no statements can be named that the result itself does not hold.
    """
    found, index = tuple(results), ShapeIndex(shapes)
    # Of a large graph only what the results speak of is indexed.
    graphs = {
        only: _select(graph, [r for r in found if r.asserted == only], index)
        for only, graph in ((False, data), (True, asserted))
    }
    maker = _Maker(index, graphs[False], graphs[True], locate, label, derive_leaves, language, say, domain)
    return [maker.make(result) for result in found]


def _select(graph: Collection[Triple], results: Sequence[ShaclResult], shapes: ShapeIndex) -> tuple[Triple, ...] | None:
    """Return the triples about what results name, and those that their paths go along; None for no graph."""
    if not graph:
        return None
    subjects: set[Term] = set()
    predicates: set[Term] = set()
    for shape in {result.shape for result in results}:
        if (path := shapes.get_object(shape, SH_PATH)) is not None:
            inside = shapes.collect_reachable(path) if is_blank(path) else (path,)
            predicates |= {o for node in inside for _, _, o in shapes.list_triples(node)} | {*inside}
    for result in results:
        subjects |= {result.focus, result.value, result.path}
        subjects |= {f"<{_trim(iri)}>" for _, text in result.messages for iri in _IRI.findall(text)}
    return tuple(triple for triple in graph if triple[0] in subjects or triple[1] in predicates)


def _trim(iri: str) -> str:
    """Return what a text says as an IRI without the signs after it."""
    return iri.rstrip(".,;:!?)’”'")


class _Maker:
    def __init__(
        self,
        shapes: ShapeIndex,
        data: Collection[Triple] | None,
        asserted: Collection[Triple] | None,
        locate: Callable[[Triple], Location | None],
        label: Callable[[Term], str],
        derive_leaves: Callable[[Triple], tuple[Triple, ...]],
        language: str,
        say: Callable[[Triple], str] | None,
        domain: str,
    ) -> None:
        self._shapes = shapes
        self._graphs = {False: data, True: asserted}
        self._locate = locate
        self._label = label
        self._derive_leaves = derive_leaves
        self._language = language
        self._say = say or self._say_plainly
        self._domain = domain

    @cached_property
    def _derived_index(self) -> GraphIndex:
        return GraphIndex(self._graphs[False] or ())

    @cached_property
    def _asserted_index(self) -> GraphIndex:
        return GraphIndex(self._graphs[True] or ())

    def _get_index(self, result: ShaclResult) -> GraphIndex | None:
        """Return the graph that was judged, or None when it was not given."""
        if self._graphs[result.asserted] is None:
            return None
        return self._asserted_index if result.asserted else self._derived_index

    def make(self, result: ShaclResult) -> Violation:
        """Build the violation of one result."""
        statements = self._find_statements(result)
        leaves = tuple(dict.fromkeys(leaf for triple in statements for leaf in self._list_leaves(triple)))
        places = self._locate_all(leaves) or self._locate_subject(result)
        shape_place = self._locate_shape(result)
        if shape_place is not None and not places:
            places = (shape_place,)
        elif shape_place is not None:
            places = (*places[:_RELATED], shape_place)
        sentence = compose_sentence(
            result,
            self._shapes,
            label=self._label,
            classes=self._list_classes(result),
            values=self._list_values(result),
            path=self._name_path(result),
        )
        name = get_component_name(result.component)
        derived = tuple(leaf for leaf in leaves if leaf not in statements)
        return Violation(
            code="shacl." + re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "-", name).lower(),
            severity=_SEVERITIES.get(result.severity, "error"),
            message=self._take_message(result, statements) or sentence.message,
            location=places[0] if places else None,
            focus=result.focus,
            why=self._explain(result),
            fix=sentence.fix,
            facts=tuple(self._say(triple) for triple in (*statements, *derived)[:_RELATED]),
            related=tuple(dict.fromkeys(place for place in places[1:] if place != places[0])),
            domain=self._domain,
            path=result.path,
            value=result.value,
            source=self._find_named(result.shape),
        )

    def _find_named(self, shape: Term) -> Term:
        """Return a shape, or the nearest named one around it; labels of blank nodes change with every reading."""
        queue, seen = [shape], {shape}
        while queue:
            node = queue.pop(0)
            if is_iri(node):
                return node
            for subject, _, _ in self._shapes.list_uses(node):
                if subject not in seen:
                    seen.add(subject)
                    queue.append(subject)
        return shape

    def _name_path(self, result: ShaclResult) -> str:
        """Return what the author calls a path, where the ontology has no label for it."""
        index = self._get_index(result)
        labelled = index is not None and any(index.get_objects(result.path, name) for name in _LABELS)
        return "" if labelled else self._read_texts(result.shape, make_sh("name"))

    def _take_message(self, result: ShaclResult, statements: tuple[Triple, ...]) -> str:
        """Return the author's message; where nothing else tells whom it is about, with the name of that before it."""
        text = self._fill(self._choose_text(result.messages), result)
        if not text or statements or not is_iri(result.focus):
            return text
        name = self._label(result.focus)
        return text if name.casefold() in text.casefold() else f"{name}: {text}"

    def _fill(self, text: str, result: ShaclResult) -> str:
        """Fill in what stands in braces, and say in words what stands there as an IRI of the data."""
        terms = {"this": result.focus, "value": result.value}

        def replace(match: re.Match[str]) -> str:
            name = match[1]
            if name == "path":
                return self._name_path(result) or self._say_path(result.path)
            term = terms.get(name) or self._shapes.get_object(result.shape, make_sh(name)) or ""
            return self._say_term(term) if term else match[0]

        filled = re.sub(r"\{[?$](\w+)\}", replace, text)
        index = self._get_index(result)
        if index is None:
            return filled

        def say(match: re.Match[str]) -> str:
            iri = _trim(match[0])
            known = f"<{iri}>" in (result.focus, result.value, result.path) or any(index.describe(f"<{iri}>"))
            return self._label(f"<{iri}>") + match[0][len(iri) :] if known else match[0]

        return _IRI.sub(say, filled)

    def _say_term(self, term: Term) -> str:
        if is_literal(term):
            return split_literal(term)[0]
        members = self._shapes.read_list(term) if is_blank(term) else None
        return ", ".join(map(self._say_term, members)) if members else self._label(term)

    def _say_path(self, path: str) -> str:
        return re.sub(r"<[^<>]*>", lambda match: self._label(match.group()), path)

    def _find_statements(self, result: ShaclResult) -> tuple[Triple, ...]:
        """Return the triples a result is about, in the order in which a path goes through them."""
        focus, path, value = result.focus, result.path, result.value
        simple = path.find(">") == len(path) - 1 and is_iri(path)
        if simple and value:
            return ((focus, path, value),) if not is_literal(focus) else ()
        index = self._get_index(result)
        if index is None:
            return ()
        if not path:
            classes = self._list_classes(result)
            return tuple((focus, RDF_TYPE, type_) for type_ in sorted(index.list_types(focus)) if type_ in classes)
        if simple:
            return tuple((focus, path, found) for found in sorted(index.get_objects(focus, path)))
        path_node = self._shapes.get_object(result.shape, SH_PATH)
        if path_node is None:
            return ()
        ways = follow_path(self._shapes, path_node, index, focus)
        chosen = [ways[value]] if value in ways else [ways[found] for found in sorted(ways)]
        return tuple(dict.fromkeys(triple for way in chosen for triple in way))

    def _list_values(self, result: ShaclResult) -> tuple[Term, ...] | None:
        index = self._get_index(result)
        path = self._shapes.get_object(result.shape, SH_PATH)
        if index is None or path is None:
            return None
        return tuple(sorted(follow_path(self._shapes, path, index, result.focus)))

    def _list_leaves(self, triple: Triple) -> tuple[Triple, ...]:
        return (triple,) if self._locate(triple) is not None else self._derive_leaves(triple) or (triple,)

    def _locate_all(self, triples: Iterable[Triple]) -> tuple[Location, ...]:
        found = (self._locate(triple) for triple in triples)
        return tuple(dict.fromkeys(place for place in found if place is not None))

    def _locate_subject(self, result: ShaclResult) -> tuple[Location, ...]:
        """Return where the focus is described, by its type first; for a derived one, where that comes from."""
        index = self._get_index(result)
        pairs = index.describe(result.focus) if index is not None else ()
        triples = ((result.focus, predicate, value) for predicate, value in pairs)
        ordered = sorted(triples, key=lambda triple: (triple[1] != RDF_TYPE, triple))
        if places := self._locate_all(ordered)[:1]:
            return places
        for triple in ordered:
            if places := self._locate_all(self._derive_leaves(triple))[:1]:
                return places
        return ()

    def _locate_shape(self, result: ShaclResult) -> Location | None:
        name = get_component_name(result.component)
        parameter = make_sh("sparql" if name == "SPARQL" else name[:1].lower() + name[1:])
        own = self._shapes.list_triples(result.shape)
        places = self._locate_all((*(t for t in own if t[1] == parameter), *own))
        if not places and is_blank(result.shape):
            places = self._locate_all(self._shapes.list_uses(result.shape))
        return places[0] if places else None

    def _list_classes(self, result: ShaclResult) -> tuple[Term, ...]:
        root = self._shapes.find_root(result.shape)
        return self._shapes.list_target_classes(root) if root is not None else ()

    def _choose_text(self, texts: Iterable[tuple[str, str]]) -> str:
        """Return the text in the language asked for, else one without language, else any."""

        def rank(entry: tuple[str, str]) -> tuple[int, str]:
            tag = entry[0].split("-")[0]
            return (0 if tag == self._language.split("-")[0] else 1 if not tag else 2, entry[1])

        ordered = sorted(texts, key=rank)
        return ordered[0][1] if ordered else ""

    def _read_texts(self, shape: Term, *predicates: Term) -> str:
        for predicate in predicates:
            literals = [term for term in self._shapes.list_objects(shape, predicate) if is_literal(term)]
            if text := self._choose_text((split_literal(t)[2], split_literal(t)[0]) for t in literals):
                return " ".join(text.split())
        return ""

    def _explain(self, result: ShaclResult) -> str:
        """Say which shape asks for it, with the author's description."""
        shape = result.shape if is_iri(result.shape) else self._shapes.find_root(result.shape) or result.shape
        name = self._read_texts(shape, make_sh("name"), RDFS_LABEL) or (
            get_local_name(shape) if is_iri(shape) else "a shape without a name"
        )
        text = f"The shape “{name}” asks for it"
        description = self._read_texts(result.shape, make_sh("description"), f"<{RDFS}comment>") or self._read_texts(
            shape, make_sh("description"), f"<{RDFS}comment>"
        )
        return f"{text}: {description}" if description else f"{text}."

    def _say_plainly(self, triple: Triple) -> str:
        return " ".join(split_literal(t)[0] if is_literal(t) else self._label(t) for t in triple)
