"""Turtle written one way only, so that a difference of two files is a difference of what they say.

* Prefixes by name; then the ontology itself, classes, properties, everything else with a name, and last what has
  none; by IRI within each.
* A subject stands on a line of its own, every statement on its own line with its predicate, and the closing dot
  on its own line: a statement more or less is a line more or less. ``a`` comes first, then predicates by IRI, and
  objects by IRI, then literals, then blank nodes.
* A blank node that is referred to once is written in place as ``[ ]``, a list as ``( )``. Others get a label that
  depends on what is said about them (:func:`workbench.formats.canonical.name_blanks`), so that neither old labels
  nor the order of triples show.
* Booleans, integers and decimals are written short where their lexical form is the canonical one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import MappingProxyType

from workbench.formats.canonical import name_blanks
from workbench.formats.turtle_blocks import RDF_FIRST, RDF_NIL
from workbench.formats.turtle_lexer import IRI_TEXT, LOCAL_NAME, PREFIX_NAME
from workbench.formats.turtle_tree import Tree, grow_tree
from workbench.model.terms import (
    OWL,
    RDF,
    RDF_TYPE,
    RDFS,
    XSD_BOOLEAN,
    XSD_DECIMAL,
    XSD_INTEGER,
    Term,
    Triple,
    is_blank,
    is_iri,
    is_literal,
    split_literal,
)

__all__ = ["BlockWriter", "select_prefixes", "sort_subjects", "write_prefixes", "write_turtle"]

_INDENT = "    "
_WIDTH = 100
_SHORT = {
    XSD_BOOLEAN: re.compile(r"true|false"),
    XSD_INTEGER: re.compile(r"-?[1-9][0-9]*|0"),
    XSD_DECIMAL: re.compile(r"(?!-0\.0$)-?(?:0|[1-9][0-9]*)\.(?:[0-9]*[1-9]|0)"),
}
_CLASSES = frozenset((f"<{OWL}Class>", f"<{RDFS}Class>", f"<{RDFS}Datatype>"))
_PROPERTIES = frozenset(f"<{OWL}{kind}Property>" for kind in ("Object", "Datatype", "Annotation", "Ontology")) | {
    f"<{RDF}Property>"
}
_ONTOLOGY = f"<{OWL}Ontology>"


def write_turtle(triples: Iterable[Triple], prefixes: Iterable[tuple[str, str]] = ()) -> str:
    """Return the canonical Turtle of a graph: the same for every isomorphic graph with the same prefixes.

    Raises LimitError when blank nodes that need a label are too much alike to be named.
    """
    graph = set(triples)
    names = select_prefixes(prefixes)
    tree = grow_tree(graph)
    labels = name_blanks(graph) if tree.labelled else {}
    writer = BlockWriter(tree, names, labels.__getitem__)
    parts = ["\n".join(write_prefixes(names))] if names else []
    parts += [writer.write_block(subject) for subject in sort_subjects(tree, writer)]
    return "\n\n".join(parts) + "\n" if parts else ""


def write_prefixes(prefixes: Mapping[str, str]) -> list[str]:
    """Return the lines that declare prefixes, by name."""
    return [f"@prefix {name}: <{target}> ." for name, target in sorted(prefixes.items())]


def select_prefixes(prefixes: Iterable[tuple[str, str]]) -> dict[str, str]:
    """Return the prefixes that Turtle can declare; XML allows names that Turtle does not."""
    return {
        name: target
        for name, target in prefixes
        if PREFIX_NAME.fullmatch(f"{name}:") and target and IRI_TEXT.fullmatch(target)
    }


def sort_subjects(
    tree: Tree, writer: BlockWriter, comments: Mapping[Term, Sequence[str]] = MappingProxyType({})
) -> list[Term]:
    """Return the subjects that have a block of their own in canonical order.

    ``comments`` by subject put blocks without a name in order that otherwise read the same.
    """

    def rank(subject: Term) -> tuple[int, str, Sequence[str]]:
        if is_blank(subject):
            return 4, writer.write_block(subject), comments.get(subject, [])
        types = {o for p, o in tree.outgoing[subject] if p == RDF_TYPE}
        group = 0 if _ONTOLOGY in types else 1 if types & _CLASSES else 2 if types & _PROPERTIES else 3
        return group, subject, []

    return sorted(tree.roots, key=rank)


class BlockWriter:
    """Writes the blocks of a tree.

    ``name_blank`` gives the label of a blank node that is not written in place; ``newline`` ends the lines.
    """

    def __init__(
        self,
        tree: Tree,
        prefixes: Mapping[str, str],
        name_blank: Callable[[Term], Term],
        newline: str = "\n",
    ) -> None:
        self._tree = tree
        self._namespaces = sorted(((target, name) for name, target in prefixes.items()), key=_by_length)
        self._name_blank = name_blank
        self._newline = newline
        self._names: dict[Term, str] = {}

    def write_block(self, subject: Term, statements: Iterable[tuple[Term, Term]] | None = None) -> str:
        """Return the block of a subject without a final line end.

        ``statements`` (predicate, object) are those to write; by default all that the tree has for the subject.
        """
        chosen = self._tree.outgoing[subject] if statements is None else statements
        head = "[]" if is_blank(subject) and subject not in self._tree.labelled else self._write_term(subject)
        return self._newline.join([head, *self._write_statements(chosen), f"{_INDENT}."])

    def _write_statements(self, statements: Iterable[tuple[Term, Term]]) -> list[str]:
        lines: list[str] = []
        written = [(_rank_predicate(p), _rank_object(o), self._write_object(o), p) for p, o in statements]
        for _, _, value, predicate in sorted(written):
            verb = "a" if predicate == RDF_TYPE else self._write_term(predicate)
            lines.append(f"{_INDENT}{verb} {value[0]}")
            lines += [_INDENT + line for line in value[1:]]
            lines[-1] += " ;"
        return lines

    def _write_object(self, term: Term) -> list[str]:
        """Return the lines of an object; the first one follows its predicate."""
        if term == RDF_NIL:
            return ["()"]
        if not is_blank(term) or term in self._tree.labelled:
            return [self._write_term(term)]
        if term in self._tree.cells:
            return self._write_list(term)
        statements = self._tree.outgoing.get(term)
        return ["[", *self._write_statements(statements), "]"] if statements else ["[]"]

    def _write_list(self, cell: Term) -> list[str]:
        members: list[list[str]] = []
        while cell != RDF_NIL:
            pair = dict(self._tree.outgoing[cell])
            members.append(self._write_object(pair.pop(RDF_FIRST)))
            (cell,) = pair.values()
        line = " ".join(["(", *(member[0] for member in members), ")"])
        if len(line) <= _WIDTH and all(len(member) == 1 for member in members):
            return [line]
        return ["(", *(_INDENT + line for member in members for line in member), ")"]

    def _write_term(self, term: Term) -> str:
        known = self._names.get(term)
        if known is None:
            if is_iri(term):
                known = self._write_iri(term)
            elif is_literal(term):
                known = self._write_literal(term)
            else:
                known = self._name_blank(term)
            self._names[term] = known
        return known

    def _write_iri(self, term: Term) -> str:
        text = term[1:-1]
        for target, name in self._namespaces:
            if text.startswith(target) and LOCAL_NAME.fullmatch(text, len(target)):
                return f"{name}:{text[len(target) :]}"
        return term

    def _write_literal(self, term: Term) -> str:
        lexical, datatype, language = split_literal(term)
        short = _SHORT.get(datatype)
        if short is not None and short.fullmatch(lexical):
            return lexical
        quoted = self._quote(lexical, term)
        if language:
            return f"{quoted}@{language}"
        end = term.rindex('"') + 1
        return f"{quoted}^^{self._write_term(datatype)}" if term[end:] else quoted

    def _quote(self, lexical: str, term: Term) -> str:
        """Quote a lexical form; text of several lines keeps them, where the file's line ends allow it."""
        short = term[: term.rindex('"') + 1]
        ending = self._newline
        if "\n" not in lexical or "\r" in lexical.replace(ending, "") or "\n" in lexical.replace(ending, ""):
            return short
        # What the short form escapes stays escaped; only line ends and lone quotation marks become readable.
        # The NUL is free to stand for the backslash, because the short form never holds one.
        text = short[1:-1].replace("\\\\", "\0").replace('\\"', '"')
        text = text.replace("\\r\\n" if ending == "\r\n" else "\\n", ending)
        text = re.sub(r'"(?="|\Z)', r'\\"', text)
        return '"""' + text.replace("\0", "\\\\") + '"""'


def _by_length(pair: tuple[str, str]) -> tuple[int, str]:
    return -len(pair[0]), pair[1]


def _rank_predicate(predicate: Term) -> tuple[bool, Term]:
    return predicate != RDF_TYPE, predicate


def _rank_object(term: Term) -> tuple[int, Term]:
    if is_blank(term):
        return 2, ""
    return (0, term) if is_iri(term) else (1, term)
