"""One case as a problem for Z3: which lines conflict in it, or what it looks like."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from fractions import Fraction
from typing import Literal, NamedTuple

from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Term, Triple, get_local_name, is_variable
from workbench.solving.shapes.cases import FOCUS, Background, Depth, Member, Scene, conjoin, disjoin
from workbench.solving.shapes.clauses import ClauseWriter
from workbench.solving.shapes.encoding import VALUE_TESTS, ConditionWriter
from workbench.solving.shapes.patterns import Asked, find_text
from workbench.solving.shapes.terms import Features, read_family
from workbench.solving.shapes.values import Path, Shape, ValueAxiom
from workbench.solving.solver import Result, Solver, Sort
from workbench.solving.values import (
    BLANK,
    NAME,
    NUMBER,
    OTHER,
    STRING,
    TEXT,
)

__all__ = ["Case", "Drawn", "Focus"]

_ROUNDS = 12
_STRUCTURE = frozenset({"node", "property", "and"})


class Focus(NamedTuple):
    """What the node of a case is: an instance of a class, a node, a subject or object of a property, or anything."""

    kind: Literal["class", "node", "subjectsOf", "objectsOf", "any"]
    term: Term = ""


class Drawn(NamedTuple):
    """A case as a graph: its facts, and the terms of the graph by those of the case."""

    facts: tuple[Triple, ...]
    names: Mapping[str, Term]


class Case:
    """A node of a kind, with the shapes it must conform to.

    ``roots`` are shapes it must conform to whatever it is; with ``by_target`` also those whose targets it meets.
    ``only`` limits the case to some members. After drawing, ``members`` gives the member behind each guard, those of
    shapes first; ``owners`` the targeted shapes or roots through which a condition is asked for; ``fills`` a guard
    for each path of the node, which says that there is a value.
    """

    def __init__(
        self,
        background: Background,
        focus: Focus,
        roots: Sequence[Term] = (),
        *,
        by_target: bool = True,
        only: frozenset[Member] | None = None,
        fill: Sequence[Path] | None = None,
        depth: Depth | None = None,
    ) -> None:
        self.background, self.focus, self.roots, self.by_target = background, focus, tuple(roots), by_target
        self.only, self.fill = only, fill
        self.node = focus.term if focus.kind == "node" else FOCUS
        self.scene = Scene(background, depth or Depth())
        self.scene.depths[FOCUS] = 0
        self.members: dict[str, Member] = {}
        self.owners: dict[Member, dict[Term, None]] = {}
        self.fills: dict[str, Path] = {}
        self._guards: dict[Member, str] = {}
        self._lines: list[str] = []
        self._by_class: dict[Term, list[Shape]] = {}
        self._by_property: dict[tuple[str, Term], list[Shape]] = {}
        self._by_node: dict[Term, list[Shape]] = {}
        for shape in background.targeted if by_target else ():
            for target in shape.targets:
                if target.kind == "class":
                    self._by_class.setdefault(target.term, []).append(shape)
                elif target.kind == "node":
                    self._by_node.setdefault(target.term, []).append(shape)
                else:
                    self._by_property.setdefault((target.kind, target.term), []).append(shape)
        self._draw()

    shares_values = False

    # ---- drawing

    def _draw(self) -> None:
        before: tuple[int, ...] = ()
        for _ in range(_ROUNDS):
            self.scene.renew()
            self._begin()
            self._write_focus()
            for root in self.roots:
                self._require(root, root, self.node, "true")
            for node in self._list_applied():
                self._apply_targets(node)
            self._write_fills()
            now = self.scene.measure()
            if now == before and not self.scene.missing:
                return
            before = now
        self.scene.is_cut = True

    def _begin(self) -> None:
        self.writer = ConditionWriter(self.scene, shares_values=self.shares_values)
        self._lines, self._required = [], set[tuple[Term, str, str]]()
        self._paths: dict[Path, None] = {}

    def _write_focus(self) -> None:
        kind, term = self.focus
        if kind == "class":
            self._lines.append(self.scene.add_class(self.node, term))
        elif kind in ("subjectsOf", "objectsOf"):
            path = Path(term, inverse=kind == "objectsOf")
            value = self.scene.make_slot("target", depth=1)
            self._lines.append(self.scene.add_value(self.node, path, value))
        elif kind == "node":
            self.scene.note_term(term)

    def _list_applied(self) -> list[str]:
        if not self.by_target:
            return []
        limit = self.scene.limits.targets
        near = [term for term, depth in self.scene.depths.items() if depth <= limit]
        return list(dict.fromkeys([self.node, *near]))

    def _apply_targets(self, node: str) -> None:
        found: dict[Term, tuple[Shape, list[str]]] = {}

        def add(shapes: Iterable[Shape], text: str) -> None:
            for shape in shapes:
                found.setdefault(shape.name, (shape, []))[1].append(text)

        add(self._by_node.get(node, ()), "true")
        for class_ in self.scene.classes.get(node, ()):
            if class_ in self._by_class:
                add(self._by_class[class_], self.scene.write_atom(Atom(node, RDF_TYPE, class_)))
        for kind, edges in (("subjectsOf", self.scene.out), ("objectsOf", self.scene.into)):
            for (end, predicate), others in edges.items():
                shapes = self._by_property.get((kind, predicate), ()) if end == node else ()
                for other in others if shapes else ():
                    pair = (node, other) if kind == "subjectsOf" else (other, node)
                    add(shapes, self.scene.write_atom(Atom(pair[0], predicate, pair[1])))
        own = [pair for pair in found.values() if any(t.term == self.focus.term for t in pair[0].targets)]
        for shape, texts in (*own, *(pair for pair in found.values() if pair not in own)):
            self._require(shape.name, shape.name, node, disjoin(texts))

    def _require(self, root: Term, name: Term, node: str, trigger: str) -> None:
        """Ask that a node conforms to a shape where the trigger holds, each condition under its guard."""
        if (name, node, trigger) in self._required:
            return
        self._required.add((name, node, trigger))
        shape = self.background.shapes[name]
        is_deep = is_variable(node) and self.scene.is_deep(node)
        for condition in shape.conditions:
            if condition.component in _STRUCTURE:
                for value, held in () if is_deep else self.writer.list_value_nodes(shape, node):
                    for inner in condition.shapes:
                        self._require(root, inner, value, conjoin([trigger, held]))
                continue
            member = Member("condition", shape.name, condition.triple)
            if self.only is not None and member not in self.only:
                continue
            self.owners.setdefault(member, {}).setdefault(root)
            text = self.writer.write(shape, condition, node)
            if text != "true":
                self._lines.append(f"(=> {conjoin([trigger, self._guard(member)])} {text})")
        self._note_path(shape, node)

    def _note_path(self, shape: Shape, node: str) -> None:
        path = shape.path
        if node != self.node or path is None or path.opaque or path.predicate == RDF_TYPE:
            return
        if self.fill is None and any(c.component in VALUE_TESTS or c.shapes for c in shape.conditions):
            self._paths.setdefault(path)

    def _write_fills(self) -> None:
        for number, path in enumerate(self._paths if self.fill is None else self.fill):
            guard = f"fill{number}"
            self.fills[guard] = path
            self._lines.append(f"(=> {guard} {self.writer.write_at_least(self.node, path, 1)})")

    def _guard(self, member: Member) -> str:
        if member not in self._guards:
            self._guards[member] = f"g{len(self._guards)}"
            self.members[self._guards[member]] = member
        return self._guards[member]

    # ---- the text

    def write(self, statements: Sequence[str] = (), *, strict: bool = False) -> str:
        """Write the problem; ``strict`` leaves out values that could not be written in a graph."""
        scene, writer = self.scene, self.writer
        rules = [*self._write_clauses(), *self._write_axioms(), *self._write_stated()]
        given = [scene.write_atom(atom) for atom in scene.known]
        patterns = list(writer.write_patterns())
        lines = [*scene.constants.write_declarations()]
        for (kind, _), symbol in scene.symbols.items():
            lines.append(f"(declare-fun {symbol} {'(T)' if kind == 'class' else '(T T)'} Bool)")
        free = [term for term in scene.depths if self._is_used(term)]
        for term in free:
            text = scene.write_term(term)
            usual = scene.constants.write_usual(text, strict=strict)
            lines.append(f"(declare-const {text} T)")
            lines.append(f"(assert (and (wf {text}) {scene.constants.write_tag(text)} {usual}))")
        lines += [f"(declare-const {name} {sort})" for name, sort in writer.declared.items()]
        lines += [f"(assert (>= {name} 0))" for name, sort in writer.declared.items() if sort == "Int"]
        lines += [f"(declare-const {guard} Bool)" for guard in (*self.members, *self.fills)]
        lines += [
            f"(assert (=> {held} (not (lit {scene.write_term(atom.subject)}))))"
            for atom, held in zip(scene.known, given, strict=True)
        ]
        for one, other in writer.compared:
            if is_variable(one) or is_variable(other):
                first, second = scene.write_term(one), scene.write_term(other)
                lines.append(f"(assert {scene.constants.write_same(first, second)})")
        lines += patterns
        lines += [f"(assert {line})" for line in (*self._lines, *rules, *statements)]
        return "\n".join(lines)

    def _is_used(self, term: str) -> bool:
        return term != FOCUS or self.node == FOCUS

    def _write_clauses(self) -> Iterator[str]:
        self.clauses = ClauseWriter(self.scene, self.writer)
        lines = []
        for instance in self.scene.closed.instances:
            member = Member("clause", instance.clause.name)
            if self.only is None or member in self.only:
                lines.append(f"(=> {self._guard(member)} {self.clauses.write_instance(instance)})")
        yield from (*self.clauses.definitions, *self.clauses.bounds, *lines)

    def _write_axioms(self) -> Iterator[str]:
        for atom in self.scene.known:
            for axiom in self.background.value_axioms.get(atom.predicate, ()):
                member = Member("axiom", axiom.predicate, axiom.triple)
                if self.only is None or member in self.only:
                    test = self._write_value_axiom(axiom, self.scene.write_term(atom.object))
                    yield f"(=> (and {self._guard(member)} {self.scene.write_atom(atom)}) {test})"

    def _write_value_axiom(self, axiom: ValueAxiom, text: str) -> str:
        if axiom.datatype == "resource":
            return f"(not (lit {text}))"
        if axiom.datatype == "literal":
            return f"(lit {text})"
        codes = [code for datatype, code in self.scene.constants.codes.items() if _may_share(axiom.datatype, datatype)]
        return f"(and (lit {text}) (or (> (d {text}) 999) {' '.join(f'(= (d {text}) {code})' for code in codes)}))"

    def _write_stated(self) -> Iterator[str]:
        for term in sorted(self.scene.mentioned):
            for class_ in self.background.classes.get(term, ()):
                member = Member("fact", term, (term, RDF_TYPE, class_))
                if self.only is None or member in self.only:
                    yield f"(=> {self._guard(member)} {self.scene.write_atom(Atom(term, RDF_TYPE, class_))})"

    # ---- answers

    def ask(self, solver: Solver, fills: Sequence[str], without: frozenset[Member] = frozenset()) -> Result:
        """Ask whether the case is possible with values for some paths and without some members."""
        text, guards = self.write(), self._list_guards(without)
        return solver.ask("\n".join([text, *(f"(assert {guard})" for guard in (*fills, *guards))])).result

    def _list_guards(self, without: frozenset[Member]) -> list[str]:
        order = ("condition", "axiom", "clause", "fact")
        return [g for kind in order for g, m in self.members.items() if m.kind == kind and m not in without]

    def explain(
        self, solver: Solver, fills: Sequence[str], without: frozenset[Member] = frozenset()
    ) -> tuple[Result, tuple[str, ...]]:
        """Ask like :meth:`ask`, and why not.

        Returns the smallest set of guards that conflict, those of shapes rather than others.
        """
        text = self.write()
        return solver.explain(text, [*fills, *self._list_guards(without)])

    def draw(self, solver: Solver, statements: Sequence[str] = (), *, is_filled: bool = False) -> Drawn | None:
        """Return the case as a graph with few facts; None when there is none, or none that can be written down.

        All members hold, and the further ``statements``; with ``is_filled`` there is a value of each path to be filled.
        """
        text = self.write([*statements], strict=True)
        guards = [*self.members, *(self.fills if is_filled else ())]
        scene = self.scene
        atoms = {f"holds{number}": atom for number, atom in enumerate(scene.known)}
        opaque = [(n, p, v) for (n, p), found in scene.opaque.items() for v in found]
        lines, sorts = [text, "(declare-fun num (T) Int)(declare-fun back (Int) T)"], dict[str, Sort]()
        for number in scene.constants.by_number:
            lines.append(f"(assert (and (= (num t{number}) {number}) (= (back {number}) t{number})))")
        wishes = []
        for name, atom in atoms.items():
            lines.append(f"(declare-const {name} Bool)(assert (= {name} {scene.write_atom(atom)}))")
            lines.append(f"(declare-const not-{name} Bool)(assert (=> not-{name} (not {name})))")
            wishes.append(f"not-{name}")
            sorts[name] = "Bool"
        lines += [f"(assert {line})" for line in self.clauses.exact]
        terms = [term for term in scene.depths if self._is_used(term)]
        parts: tuple[tuple[str, Sort], ...] = (
            ("num", "Int"), ("k", "Int"), ("v", "Real"), ("d", "Int"), ("len", "Int"), ("base", "Int"), ("tag", "Int"),
        )  # fmt: skip
        for number, term in enumerate(terms):
            lines.append(f"(assert (= (back (num {scene.write_term(term)})) {scene.write_term(term)}))")
            lines.append(f"(declare-const named{number} Bool)")
            lines.append(f"(assert (=> named{number} (not (= (k {scene.write_term(term)}) {BLANK}))))")
            wishes.append(f"named{number}")
            for part, sort in parts:
                lines.append(f"(declare-const {part}{number}! {sort})")
                lines.append(f"(assert (= {part}{number}! ({part} {scene.write_term(term)})))")
                sorts[f"{part}{number}!"] = sort
            for place, (_, matches) in enumerate(self.writer.list_matches(term)):
                lines.append(f"(declare-const match{number}-{place} Bool)")
                lines.append(f"(assert (= match{number}-{place} {matches}))")
                sorts[f"match{number}-{place}"] = "Bool"
            plain = " ".join(f"(= (k {scene.write_term(term)}) {kind})" for kind in (NAME, NUMBER, STRING))
            lines.append(f"(declare-const plain{number} Bool)(assert (=> plain{number} (or {plain})))")
            wishes.append(f"plain{number}")
            lines.append(f"(declare-const short{number} Bool)")
            lines.append(f"(assert (=> short{number} (<= 3 (len {scene.write_term(term)}) 40)))")
            wishes.append(f"short{number}")
        if self.node == FOCUS:
            lines.append(f"(declare-const node! Bool)(assert (=> node! (= (k {scene.write_term(FOCUS)}) {NAME})))")
            wishes.append("node!")
        # Terms of their own are more readable, and nothing falls together that was not asked to.
        apart = [f"(not (= {scene.write_term(a)} {scene.write_term(b)}))" for a, b in _list_pairs(terms[:12])]
        for number, line in enumerate(apart):
            lines.append(f"(declare-const apart{number} Bool)(assert (=> apart{number} {line}))")
            wishes.append(f"apart{number}")
        found = solver.find_assignment("\n".join(lines), guards, _unquote(sorts), wishes)
        if found is None or opaque:
            return None
        names = self._name_terms(found, terms, atoms)
        if names is None:
            return None
        held = (atom for name, atom in atoms.items() if found[name])
        facts = ((names.get(a.subject, a.subject), a.predicate, names.get(a.object, a.object)) for a in held)
        return Drawn(tuple(dict.fromkeys(facts)), names)

    def _name_terms(
        self, found: Mapping[str, bool | Fraction], terms: Sequence[str], atoms: Mapping[str, Atom]
    ) -> dict[str, Term] | None:
        held = [atom for name, atom in atoms.items() if found[name]]
        used = {self.node, *(t for atom in held for t in (atom.subject, atom.object))}
        kinds = {atom.subject: get_local_name(atom.object) for atom in reversed(held) if atom.predicate == RDF_TYPE}
        names: dict[str, Term] = {}
        by_number: dict[int, Term] = {}
        taken: dict[str, int] = {}
        for number, term in enumerate(terms):
            if term not in used:
                continue
            own = int(Fraction(found[f"num{number}!"]))
            if own not in by_number:
                word = kinds.get(term, "") or ("it" if term == self.node else "thing")
                word = word[:1].lower() + word[1:]
                taken[word] = taken.get(word, 0) + 1
                values = {part: Fraction(found[f"{part}{number}!"]) for part in ("k", "v", "d", "len", "base", "tag")}
                features = Features(
                    own,
                    int(values["k"]),
                    values["v"],
                    int(values["d"]),
                    int(values["len"]),
                    int(values["base"]),
                    int(values["tag"]),
                )
                features = features._replace(text=self._find_text(term, number, features, found))
                name = word if taken[word] == 1 else f"{word}{taken[word]}"
                written = self.scene.constants.decode(features, name)
                is_text = features.kind in (STRING, TEXT, OTHER)
                if written is None or (is_text and written in by_number.values()):
                    return None  # it cannot be written, or two different texts would look the same
                by_number[own] = written
            names[term] = by_number[own]
        return names

    def _find_text(
        self, term: str, number: int, features: Features, found: Mapping[str, bool | Fraction]
    ) -> str | None:
        """Return a text that matches the patterns that a term was asked about as it does in a solution."""
        matches = self.writer.list_matches(term)
        if not matches:
            return None
        asked = [Asked(*pattern, bool(found[f"match{number}-{at}"])) for at, (pattern, _) in enumerate(matches)]
        family = self.scene.constants.get_family(features)
        asked += [Asked(family, "", True)] if family else []
        return find_text(asked, features.length)


def _strip(name: str) -> str:
    return name.strip("|")


def _unquote(sorts: Mapping[str, Sort]) -> dict[str, Sort]:
    return {_strip(name): sort for name, sort in sorts.items()}


def _list_pairs(terms: Sequence[str]) -> Iterator[tuple[str, str]]:
    for position, term in enumerate(terms):
        for other in terms[position + 1 :]:
            yield term, other


def _may_share(wanted: Term, datatype: Term) -> bool:
    """Tell whether a literal of a datatype can be in the value space of another (XSD 1.1; OWL 2 Syntax, section 4)."""
    one, other = read_family(wanted), read_family(datatype)
    numbers, texts = ("integer", "decimal"), ("string", "normalizedString", "token", "language", "Name", "NCName")
    if not one or not other or one == other:
        return True
    return (one in numbers and other in numbers) or (one in texts and other in texts)
