"""When two items are the same: three grains, each a canonical form of what the item states and asks.

``exact`` keeps every name; ``named`` renames individuals away; ``core`` renames properties, classes and literals
that nothing compares too, and leaves out distractors. In none do the order of facts, rules, atoms and options, the
names of rules or the names of variables count.

What many items share is looked at once: facts by a :class:`CaseStructure`, and rules by what is remembered of them.
An identity is the same whether its case has seen one question or a thousand.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from workbench.generation.identity.clause_graph import ClauseGraph, compute_digest, write_clause
from workbench.generation.identity.clauses import Clause, list_atoms
from workbench.generation.identity.prepared_rules import (
    RuleSet,
    join_rules,
    list_flows,
    list_values,
    prepare_rule,
    spread_comparisons,
)
from workbench.generation.identity.stable_forms import join_texts
from workbench.model.rules import Atom, BodyElement, Rule
from workbench.model.terms import RDF_TYPE, Term, Triple

__all__ = [
    "CaseStructure",
    "Given",
    "Identity",
    "ItemStructure",
    "Match",
    "Part",
    "Question",
    "compute_identity",
    "explain_match",
    "keep_what_counts",
    "split_structure",
]

_VERSION = 2

Given = Literal["facts+rules", "facts", "none"]


class Part(NamedTuple):
    """Something asked about, offered or shown beside the facts and rules.

    ``role`` says what it is there for, as ``option`` or ``line``; ``clauses`` are what it consists of, each with its
    own role in it: an option of "what if" is a ``statement`` and what is ``added`` and ``removed``, a line of a
    proof is its ``statement``, ``rule`` and ``premise``s. ``note`` is text that counts and holds no name of an
    individual, property or class, as a direction or a number. Where the order of parts counts, ``position`` is the
    place of this one; otherwise it is negative.
    """

    role: str
    clauses: tuple[tuple[str, Clause | Triple], ...]
    note: str = ""
    position: int = -1

    @classmethod
    def of(cls, role: str, clause: Clause | Triple | Rule, note: str = "", position: int = -1) -> Part:
        """Return a part of one clause."""
        if isinstance(clause, Rule):
            clause = Clause(clause.body, clause.head)
        return cls(role, (("statement", clause),), note, position)


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked about a case.

    ``query`` is the asked statement or pattern, ``variables`` those of its variables whose values are wanted, in
    order, and ``compared`` those whose values the question itself compares (the least, the greatest). ``options`` are
    the statements to choose from; ``parts`` whatever else there is. ``distractors`` are facts of the case, ``idle``
    rules of it by name; ``rules`` are the names of the rules that belong to the item, None for all. With
    ``undecided`` something asked about has no answer before something is added: then, as for the status unknown,
    nothing that it depends on is left out of ``core``.
    """

    given: Given
    task: str
    query_kind: str
    query: tuple[BodyElement, ...] = ()
    variables: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    options: tuple[Triple, ...] = ()
    parts: tuple[Part, ...] = ()
    status: str | None = None
    closed: tuple[Term, ...] = ()
    distractors: frozenset[Triple] = frozenset()
    idle: frozenset[str] = frozenset()
    rules: frozenset[str] | None = None
    undecided: bool = False

    def list_parts(self) -> list[Part]:
        """Return everything asked about as parts."""
        found = [Part.of("option", option) for option in dict.fromkeys(self.options)]
        if self.query:
            atom = self.query[0]
            if len(self.query) == 1 and isinstance(atom, Atom) and not self.variables and "?" not in (
                atom.subject[0], atom.object[0]
            ):  # fmt: skip
                asked: Clause | Triple = (atom.subject, atom.predicate, atom.object)
            else:
                asked = Clause(self.query, (), self.variables, self.compared)
            found.append(Part.of("query", asked))
        return [*found, *dict.fromkeys(self.parts)]


@dataclass(frozen=True, slots=True)
class ItemStructure:
    """What an item states and asks.

    ``facts`` and ``rules`` come with whether each is a distractor. ``constants`` are individuals that ``named``
    keeps; those in the rules themselves are kept anyway. The rest is as in :class:`Question`.
    """

    given: Given
    task: str
    facts: tuple[tuple[Triple, bool], ...]
    rules: tuple[tuple[Rule, bool], ...]
    closed: tuple[Term, ...]
    query_kind: str
    query: tuple[BodyElement, ...]
    variables: tuple[str, ...] = ()
    options: tuple[Triple, ...] = ()
    status: str | None = None
    constants: frozenset[Term] = frozenset()
    parts: tuple[Part, ...] = ()
    compared: tuple[str, ...] = ()
    undecided: bool = False


class Identity(NamedTuple):
    """The three digests, 32 hexadecimal digits each, and ``context``: the facts alone up to names of individuals.

    Questions about one world have one context. Where nothing is stated, the context is ``named``.
    """

    exact: str
    named: str
    core: str
    context: str = ""


class Match(NamedTuple):
    """A renaming that turns one item into the other; terms that stay themselves are not listed in ``named``."""

    individuals: dict[Term, Term]
    properties: dict[Term, Term]
    classes: dict[Term, Term]
    literals: dict[Term, Term]


class _Theory(NamedTuple):
    """The rules of an item: their digests by grain, sorted, as one text, and the individuals in them."""

    exact: str
    named: str
    constants: frozenset[Term]


class CaseStructure:
    """Facts and rules about which many questions are asked; what they share is computed once.

    ``rules`` have different names. ``constants`` are individuals that ``named`` keeps.
    """

    def __init__(
        self, facts: Iterable[Triple], rules: Sequence[Rule], constants: frozenset[Term] = frozenset()
    ) -> None:
        self.facts = tuple(dict.fromkeys(facts))
        self._constants = constants
        self._prepared = [(rule.name, prepare_rule(rule)) for rule in rules]
        self._theories: dict[frozenset[str] | None, _Theory] = {}
        self._stated: dict[frozenset[Term], tuple[ClauseGraph, str]] = {}
        self._exact = ""

    def compute_identity(self, question: Question) -> Identity:
        """Return the three digests of the item that asks this question.

        Raises LimitError when the item is too large and too regular to be compared up to renaming.
        """
        theory = self._theories.get(question.rules)
        if theory is None:
            theory = self._theories[question.rules] = self._describe_theory(question.rules)
        common = join_texts((question.given, question.task, question.query_kind, question.status or ""))
        parts = question.list_parts()
        closed = sorted(set(question.closed))
        listed = "\t".join(closed)
        stated, asked = self._describe_named(theory, parts)
        named = _digest("named", common, theory.named, listed, stated, asked)
        return Identity(
            _digest("exact", common, theory.exact, listed, self._describe_exact(), _write_parts(parts)),
            named,
            _digest("core", common, *self._describe_core(question, parts, closed)),
            stated if self.facts and question.given != "none" else named,
        )

    def _describe_theory(self, names: frozenset[str] | None) -> _Theory:
        prepared = [rule for name, rule in self._prepared if names is None or name in names]
        constants = self._constants.union(*(rule.constants for rule in prepared))
        digests = (sorted({rule.exact for rule in prepared}), sorted({rule.named for rule in prepared}))
        exact, named = (compute_digest("".join(listed).encode()) for listed in digests)
        return _Theory(exact, named, constants)

    def _describe_exact(self) -> str:
        if not self._exact:
            self._exact = compute_digest("\n".join(sorted(map("\t".join, self.facts))).encode())
        return self._exact

    def _describe_named(self, theory: _Theory, parts: Sequence[Part]) -> tuple[str, str]:
        """Return a digest of the facts, and what the question says of the individuals in them."""
        found = self._stated.get(theory.constants)
        if found is None:
            graph = ClauseGraph("named", theory.constants)
            graph.add_triples("fact", self.facts)
            found = graph, compute_digest(graph.describe().encode())
            self._stated[theory.constants] = found
        stated, digest = found
        graph = ClauseGraph("named", theory.constants, base=stated)
        for part in parts:
            graph.add_part(*part)
        return digest, graph.describe()

    def _describe_core(self, question: Question, parts: Sequence[Part], closed: list[Term]) -> tuple[str, str]:
        """Return a digest of what the rules say about their vocabulary, and the rest of the item in those terms."""
        facts, rules = self.select(question, parts)
        valued = _find_valued(facts, rules, parts)
        vocabulary, digest = rules.find_vocabulary(closed, valued)
        graph = ClauseGraph("core", valued=valued, base=vocabulary)
        graph.add_triples("fact", facts)
        for part in parts:
            graph.add_part(*part)
        graph.add_closed(closed)
        return digest, graph.describe()

    def select(self, question: Question, parts: Sequence[Part]) -> tuple[list[Triple], RuleSet]:
        """Return what is no distractor; for unknown also all that the question depends on by its predicates.

        A statement is unknown because of all that could have decided it, so nothing of that may be left out.
        """
        names, idle, extra = question.rules, question.idle, question.distractors
        own = self._prepared if names is None else [(name, rule) for name, rule in self._prepared if name in names]
        if not question.undecided and question.status != "unknown":
            kept = tuple(rule for name, rule in own if name not in idle)
            return [fact for fact in self.facts if fact not in extra], join_rules(kept)
        reached = join_rules(tuple([rule for _, rule in own])).find_reachable(_list_keys(parts))
        facts = [fact for fact in self.facts if fact not in extra or _get_key(fact) in reached]
        kept = tuple(rule for name, rule in own if name not in idle or not reached.isdisjoint(rule.heads))
        return facts, join_rules(kept)

    def draw(self, question: Question, grain: Literal["named", "core"]) -> tuple[list[object], ClauseGraph]:
        """Return an item as one graph, and what belongs to its identity beside the graph."""
        header: list[object] = [question.given, question.task, question.query_kind, question.status]
        parts, closed = question.list_parts(), sorted(set(question.closed))
        if grain == "named":
            theory = self._describe_theory(question.rules)
            graph = ClauseGraph("named", theory.constants)
            graph.add_triples("fact", self.facts)
            header += [theory.named, closed]
        else:
            facts, rules = self.select(question, parts)
            graph = ClauseGraph("core", valued=_find_valued(facts, rules, parts))
            for prepared in rules.rules:
                graph.add_rule(prepared.rule)
            graph.add_triples("fact", facts)
        for part in parts:
            graph.add_part(*part)
        if grain == "core":
            graph.add_closed(closed)
        return header, graph


def _get_key(fact: Triple) -> Term:
    return fact[2] if fact[1] == RDF_TYPE else fact[1]


def _list_keys(parts: Sequence[Part]) -> frozenset[Term]:
    """Return the keys of all that is asked."""
    found: set[Term] = set()
    for part in parts:
        for _, clause in part.clauses:
            if isinstance(clause, Clause):
                found.update([atom.key for atom in (*clause.head, *list_atoms(clause.body))])
            else:
                found.add(_get_key(clause))
    return frozenset(found)


def _find_valued(facts: Sequence[Triple], rules: RuleSet, parts: Sequence[Part]) -> frozenset[Term]:
    """Return the literals that can take part in a comparison, directly or after rules have passed them on."""
    compared = rules.compared
    flows = []
    for part in parts:
        for _, clause in part.clauses:
            if isinstance(clause, Clause) and (len(clause.body) > 1 or clause.head or clause.compared):
                flows.append(list_flows(clause))
    if flows:
        compared = spread_comparisons([*flows, *(rule.flows for rule in rules.rules)])
    if not compared:
        return compared
    found = {o for _, p, o in facts if o[0] == '"' and p in compared}
    found.update(literal for predicate, literal in rules.values if predicate in compared)
    for part in parts:
        for _, clause in part.clauses:
            atoms = [*clause.head, *list_atoms(clause.body)] if isinstance(clause, Clause) else [Atom(*clause)]
            found.update(literal for predicate, literal in list_values(atoms) if predicate in compared)
    return frozenset(found)


def _digest(*texts: str) -> str:
    return compute_digest(f"{_VERSION} {join_texts(texts)}".encode())


def _write_parts(parts: Iterable[Part]) -> str:
    """Return the parts with every name, in an order of their own."""
    found = []
    for role, clauses, note, position in parts:
        texts = sorted([f"{what}\t{write_clause(clause)}" for what, clause in clauses])
        found.append(join_texts([f"{role} {position}", note, *texts]))
    return join_texts(sorted(found))


def compute_identity(structure: ItemStructure) -> Identity:
    """Return the three digests of an item.

    Raises LimitError when the item is too large and too regular to be compared up to renaming.
    """
    case, question = split_structure(structure)
    return case.compute_identity(question)


def split_structure(structure: ItemStructure) -> tuple[CaseStructure, Question]:
    """Return an item as a case and the question about it."""
    rules = [rule for rule, _ in structure.rules]
    if len({rule.name for rule in rules}) < len(rules):
        rules = [Rule(str(number), rule.body, rule.head) for number, rule in enumerate(rules)]
    stated = {fact for fact, extra in structure.facts if not extra}
    question = Question(
        given=structure.given,
        task=structure.task,
        query_kind=structure.query_kind,
        query=structure.query,
        variables=structure.variables,
        compared=structure.compared,
        options=structure.options,
        parts=structure.parts,
        status=structure.status,
        closed=structure.closed,
        distractors=frozenset(fact for fact, extra in structure.facts if extra and fact not in stated),
        idle=frozenset(rule.name for rule, (_, extra) in zip(rules, structure.rules, strict=True) if extra),
        undecided=structure.undecided,
    )
    return CaseStructure((fact for fact, _ in structure.facts), rules, structure.constants), question


def explain_match(
    first: ItemStructure, second: ItemStructure, grain: Literal["named", "core"] = "core"
) -> Match | None:
    """Return a renaming that shows why two items have the same ``named`` or ``core`` identity.

    None when they haven't. Raises LimitError like :func:`compute_identity`.
    """
    (header, graph), (other_header, other) = (_draw(structure, grain) for structure in (first, second))
    certificate, labelling = graph.canonicalise()
    other_certificate, other_labelling = other.canonicalise()
    if (header, certificate) != (other_header, other_certificate):
        return None
    at = {other_labelling[vertex]: slot for slot, vertex in other.slots.items()}
    renaming: dict[str, dict[Term, Term]] = {"individual": {}, "property": {}, "class": {}, "literal": {}}
    for (kind, term), vertex in sorted(graph.slots.items()):
        renaming[kind][term] = at[labelling[vertex]][1]
    return Match(renaming["individual"], renaming["property"], renaming["class"], renaming["literal"])


def _draw(structure: ItemStructure, grain: Literal["named", "core"]) -> tuple[list[object], ClauseGraph]:
    """Return an item as one graph, and what belongs to its identity beside the graph."""
    case, question = split_structure(structure)
    return case.draw(question, grain)


def keep_what_counts(structure: ItemStructure, grain: Literal["named", "core"]) -> ItemStructure:
    """Return an item without what a grain leaves out: in ``core`` the distractors that its answer does not rest on."""
    if grain == "named":
        return structure
    case, question = split_structure(structure)
    facts, rules = case.select(question, question.list_parts())
    return replace(
        structure,
        facts=tuple((fact, False) for fact in facts),
        rules=tuple((prepared.rule, False) for prepared in rules.rules),
    )
