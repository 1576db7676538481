"""A shapes graph as a value that can be asked: which nodes are shapes, what they refer to, what they are aimed at."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property

from workbench.model.terms import RDF, RDF_TYPE, RDFS, SH, WB, Term, Triple, is_iri, is_literal

__all__ = ["SH_PATH", "TARGETS", "ShapeIndex", "make_sh"]

_FIRST, _REST, _NIL = f"<{RDF}first>", f"<{RDF}rest>", f"<{RDF}nil>"
_CLASS = f"<{RDFS}Class>"
_OWL_CLASS = "<http://www.w3.org/2002/07/owl#Class>"
_SUBCLASS = f"<{RDFS}subClassOf>"
_LABEL_LIMIT = 10_000
# pySHACL refuses paths that are nested deeper than this, and no readable path comes near it.
_PATH_DEPTH = 12


def make_sh(name: str) -> Term:
    """Return the term of a name in the SHACL namespace."""
    return f"<{SH}{name}>"


SH_PATH = make_sh("path")
TARGETS = tuple(make_sh(n) for n in ("targetClass", "targetNode", "targetSubjectsOf", "targetObjectsOf", "target"))
"""What aims a shape at nodes; the last one, of SHACL-AF, does so by a query."""
_SINGLE = tuple(make_sh(n) for n in ("node", "property", "not", "qualifiedValueShape"))
_LISTS = tuple(make_sh(n) for n in ("and", "or", "xone"))
_SUFFIXES = tuple((make_sh(n), s) for n, s in (("zeroOrMorePath", "*"), ("oneOrMorePath", "+"), ("zeroOrOnePath", "?")))


class ShapeIndex:
    """An index over the triples of a shapes graph; the order of everything it answers is that of the terms."""

    def __init__(self, triples: Iterable[Triple]) -> None:
        self.triples = tuple(sorted(set(triples)))
        self._objects: dict[tuple[Term, Term], list[Term]] = {}
        self._by_subject: dict[Term, list[Triple]] = {}
        self._by_object: dict[Term, list[Triple]] = {}
        for triple in self.triples:
            self._objects.setdefault(triple[:2], []).append(triple[2])
            self._by_subject.setdefault(triple[0], []).append(triple)
            if not is_literal(triple[2]):
                self._by_object.setdefault(triple[2], []).append(triple)

    @property
    def subjects(self) -> tuple[Term, ...]:
        """All subjects, sorted."""
        return tuple(self._by_subject)

    def list_objects(self, subject: Term, predicate: Term) -> tuple[Term, ...]:
        """Return the objects of ``subject predicate ?``."""
        return tuple(self._objects.get((subject, predicate), ()))

    def get_object(self, subject: Term, predicate: Term) -> Term | None:
        """Return the first object of ``subject predicate ?``, or None."""
        return next(iter(self._objects.get((subject, predicate), ())), None)

    def list_triples(self, subject: Term) -> tuple[Triple, ...]:
        """Return the triples about a subject."""
        return tuple(self._by_subject.get(subject, ()))

    def list_uses(self, term: Term) -> tuple[Triple, ...]:
        """Return the triples whose object is ``term``."""
        return tuple(self._by_object.get(term, ()))

    def read_list(self, node: Term) -> tuple[Term, ...] | None:
        """Return the members of an RDF list; None when it is not a well-formed one."""
        members: list[Term] = []
        seen: set[Term] = set()
        while node != _NIL:
            first, rest = self.list_objects(node, _FIRST), self.list_objects(node, _REST)
            if node in seen or len(first) != 1 or len(rest) != 1 or len(seen) > _LABEL_LIMIT:
                return None
            seen.add(node)
            members.append(first[0])
            node = rest[0]
        return tuple(members)

    def list_references(self, shape: Term) -> tuple[tuple[Term, Triple], ...]:
        """Return the shapes that a shape refers to, each with the triple that does it."""
        found = [(triple[2], triple) for triple in self.list_triples(shape) if triple[1] in _SINGLE]
        for triple in self.list_triples(shape):
            if triple[1] in _LISTS:
                found += [(member, triple) for member in self.read_list(triple[2]) or ()]
        return tuple((node, triple) for node, triple in found if not is_literal(node))

    @cached_property
    def shapes(self) -> tuple[Term, ...]:
        """All shapes: typed as one, aimed at something, or referred to by another (SHACL section 2.1)."""
        kinds = {make_sh("NodeShape"), make_sh("PropertyShape")}
        found = {s for s, p, o in self.triples if p in TARGETS or (p == RDF_TYPE and o in kinds)}
        found |= {s for s, p, _ in self.triples if p in _SINGLE or p in _LISTS}
        found |= {node for s in self.subjects for node, _ in self.list_references(s)}
        return tuple(sorted(found))

    @cached_property
    def _shape_set(self) -> frozenset[Term]:
        return frozenset(self.shapes)

    @cached_property
    def _classes(self) -> frozenset[Term]:
        """``rdfs:Class`` and what the shapes graph declares to be its subclasses."""
        found, queue = {_CLASS}, [_CLASS]
        while queue:
            for subject, predicate, _ in self.list_uses(queue.pop()):
                if predicate == _SUBCLASS and subject not in found:
                    found.add(subject)
                    queue.append(subject)
        return frozenset(found)

    def is_implicit_target(self, shape: Term) -> bool:
        """Tell whether a shape is itself a class and so aims at its instances (SHACL section 2.1.3.3)."""
        return is_iri(shape) and self.is_class(shape) and shape in self._shape_set

    def is_class(self, node: Term) -> bool:
        """Tell whether a node is typed ``rdfs:Class`` or a subclass of that."""
        return any(t in self._classes for t in self.list_objects(node, RDF_TYPE))

    def is_owl_class_shape(self, shape: Term) -> bool:
        """Tell whether a shape is also declared an ``owl:Class``, which SHACL alone does not read as a target."""
        return is_iri(shape) and _OWL_CLASS in self.list_objects(shape, RDF_TYPE)

    @cached_property
    def roots(self) -> tuple[Term, ...]:
        """Shapes that have a target of their own."""
        aimed = {s for s, p, _ in self.triples if p in TARGETS}
        return tuple(s for s in self.shapes if s in aimed or self.is_implicit_target(s))

    def list_target_classes(self, shape: Term) -> tuple[Term, ...]:
        """Return the classes whose instances a shape is aimed at, its own implicit one included."""
        own = (shape,) if self.is_implicit_target(shape) else ()
        return tuple(dict.fromkeys((*self.list_objects(shape, TARGETS[0]), *own)))

    def collect_reachable(self, node: Term) -> frozenset[Term]:
        """Return what is reachable from a node, itself included, through anything but other classes."""
        found, queue = {node}, [node]
        while queue:
            for _, predicate, target in self.list_triples(queue.pop()):
                follow = target.startswith("_:") or predicate in _SINGLE or predicate in (_FIRST, _REST, *_LISTS)
                if follow and target not in found and not is_literal(target):
                    found.add(target)
                    queue.append(target)
        return frozenset(found)

    def find_root(self, shape: Term) -> Term | None:
        """Return the nearest shape with a target from which ``shape`` is reached; None when there is none."""
        queue, seen, roots = [shape], {shape}, frozenset(self.roots)
        while queue:
            node = queue.pop(0)
            if node in roots:
                return node
            for subject, _, _ in self.list_uses(node):
                if subject not in seen:
                    seen.add(subject)
                    queue.append(subject)
        return None

    def judges_asserted(self, shape: Term) -> bool:
        """Tell whether a shape asks to see asserted facts only (``wb:judges "asserted"``)."""
        return '"asserted"' in self.list_objects(shape, f"<{WB}judges>")

    def render_path(self, node: Term, depth: int = 0) -> str | None:
        """Return a path as an IRI term or as SPARQL 1.1 property path text; None when it is not well-formed."""
        if is_iri(node) and node != _NIL and not self.list_objects(node, _FIRST):
            return node
        if depth >= _PATH_DEPTH or is_literal(node):
            return None
        inside = depth > 0
        if self.list_objects(node, _FIRST):
            return self._join_path(self.read_list(node), "/", depth, inside)
        for predicate, suffix in _SUFFIXES:
            if (target := self.get_object(node, predicate)) is not None:
                text = self.render_path(target, depth + 1)
                return None if text is None else f"{text}{suffix}"
        if (target := self.get_object(node, make_sh("inversePath"))) is not None:
            text = self.render_path(target, depth + 1)
            return None if text is None else f"^{text}"
        if (target := self.get_object(node, make_sh("alternativePath"))) is not None:
            return self._join_path(self.read_list(target), "|", depth, inside)
        return None

    def _join_path(self, members: tuple[Term, ...] | None, sign: str, depth: int, inside: bool) -> str | None:
        parts = [self.render_path(member, depth + 1) for member in members or ()]
        if len(parts) < 2:
            return None
        texts = [part for part in parts if part is not None]
        joined = sign.join(texts)
        return None if len(texts) < len(parts) else f"({joined})" if inside else joined
