"""RDF text to triples: Turtle, N-Triples and RDF/XML, read by pyoxigraph within limits.

Nothing is ever fetched: ``owl:imports`` is a triple like any other. What an author can mend comes back as
violations beside the triples that could be read.
"""

from __future__ import annotations

import re
import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

import pyoxigraph as ox

from workbench.errors import InputError, LimitError
from workbench.formats.iri import resolve_iri
from workbench.formats.rdf_xml import find_line_of_failure, inspect_xml, normalise_xml
from workbench.formats.turtle_lexer import tokenise
from workbench.formats.turtle_recovery import MAX_MISTAKES, recover_statements
from workbench.model.report import Location, Violation
from workbench.model.terms import Triple

__all__ = ["MAX_BYTES", "MAX_TRIPLES", "ParsedGraph", "RdfFormat", "detect_format", "parse_rdf"]

MAX_BYTES = 50_000_000
MAX_TRIPLES = 5_000_000
_MAX_CHARACTERS = 2_000_000_000
_MAX_SECONDS = 120.0

RdfFormat = Literal["turtle", "ntriples", "rdfxml"]
_OX: dict[RdfFormat, ox.RdfFormat] = {
    "turtle": ox.RdfFormat.TURTLE,
    "ntriples": ox.RdfFormat.N_TRIPLES,
    "rdfxml": ox.RdfFormat.RDF_XML,
}
_XML_EXTENSIONS = (".owl", ".rdf", ".xml")
_XML_START = re.compile(rb"(?:\xef\xbb\xbf)?\s*(?:<\?xml|<!DOCTYPE|<!--|<(?:[\w.-]+:)?(?:RDF|Ontology)\b)")
_FUNCTIONAL = re.compile(rb"\s*(?:#[^\n]*\n\s*)*(?:Prefix\s*\(|Ontology\s*\()")
_MANCHESTER = re.compile(rb"\s*(?:#[^\n]*\n\s*)*(?:Prefix|Ontology):\s")
_OBO = re.compile(rb"\s*(?:format-version|ontology):\s")
_POSITION = re.compile(r"Parser error (?:at|between|on) line .*?columns? \d+(?: and (?:line \d+ column )?\d+)?: ", re.S)
_BLANK_PREFIX = re.compile(r"[A-Za-z](?:[A-Za-z0-9_]*[A-Za-z_])?")
_FIRST_BAD = re.compile(rb"\x00")


@dataclass(frozen=True, slots=True)
class ParsedGraph:
    """What a file says: triples in document order, its prefixes (name, namespace) by name, and its mistakes."""

    triples: tuple[Triple, ...]
    prefixes: tuple[tuple[str, str], ...] = ()
    violations: tuple[Violation, ...] = ()


def detect_format(data: bytes, path: str) -> RdfFormat:
    """Tell which syntax a file is in: by its extension, and for ``.owl``, ``.rdf``, ``.xml`` by how it starts.

    Raises InputError for another extension.
    """
    name = path.lower()
    if name.endswith(".nt"):
        return "ntriples"
    if name.endswith(".ttl"):
        return "turtle"
    if name.endswith(_XML_EXTENSIONS):
        return "rdfxml" if _XML_START.match(data[:4096]) or not data.strip() else "turtle"
    raise InputError(f"{path}: only .ttl, .nt, .owl, .rdf and .xml files hold RDF that can be read here.")


def parse_rdf(data: bytes, path: str, base: str | None = None, blank_prefix: str = "b") -> ParsedGraph:
    """Read RDF text.

    ``path`` chooses the syntax and stands in the locations; ``base`` resolves relative IRIs where the file says
    no base itself. Blank nodes become ``_:<blank_prefix>0``, ``…1`` in the order in which they appear; give each
    file of a project another prefix (letters, digits and ``_``, not ending in a digit).

    Mistakes in the text are violations (``turtle.syntax``, ``xml.syntax``, ``xml.entity``,
    ``rdf.unsupported-syntax``); in Turtle the statements around them are still read.
    Raises InputError for a file that is too large or of another kind and for a base that is no IRI,
    LimitError for one that means too much.
    """
    if not _BLANK_PREFIX.fullmatch(blank_prefix):
        raise ValueError(f"{blank_prefix!r} cannot start blank node labels")
    if len(data) > MAX_BYTES:
        raise InputError(f"{path} has {len(data):,} bytes; at most {MAX_BYTES:,} are read.")
    kind = detect_format(data, path)
    if base is not None:
        resolve_iri("", base)
    foreign = _find_foreign_syntax(data, path)
    if foreign is not None:
        return ParsedGraph((), violations=(foreign,))
    return _parse_xml(data, path, base, blank_prefix) if kind == "rdfxml" else _parse_text(
        data, path, base, blank_prefix, kind
    )  # fmt: skip


def _parse_text(data: bytes, path: str, base: str | None, blank_prefix: str, kind: RdfFormat) -> ParsedGraph:
    data = data.removeprefix(b"\xef\xbb\xbf")
    garbage = _find_garbage(data, path, "turtle.syntax")
    if garbage is not None:
        return ParsedGraph((), violations=(garbage,))
    collector = _Collector(path, blank_prefix)
    parser = ox.parse(data, _OX[kind], base_iri=base)
    try:
        collector.collect(parser)
    except MemoryError as error:  # the parser's limit on one token
        raise LimitError(f"{path} holds a single text or name of more than 16 MB, which is not read.") from error
    except SyntaxError:
        text = data.decode()
        collector = _Collector(path, blank_prefix)
        recovered = recover_statements(text, base, _OX[kind])
        collector.collect(recovered.read())
        violations = [
            Violation(
                "turtle.syntax",
                "error",
                mistake.message,
                Location(path, mistake.line, mistake.column),
                why="The file is not valid Turtle here; the statement is left out.",
                fix=mistake.fix,
            )
            for mistake in recovered.mistakes
        ]
        if len(violations) >= MAX_MISTAKES:
            violations.append(
                Violation(
                    "turtle.syntax",
                    "error",
                    f"The file has more than {MAX_MISTAKES} mistakes, and the rest of it was not read.",
                    Location(path),
                    fix="Mend the mistakes reported so far and check again.",
                )
            )
        return ParsedGraph(collector.triples, recovered.prefixes, tuple(violations))
    prefixes = tuple(sorted(parser.prefixes.items()))
    return ParsedGraph(collector.triples, prefixes, collector.find_unsupported(data.decode()))


def _parse_xml(data: bytes, path: str, base: str | None, blank_prefix: str) -> ParsedGraph:
    inspected = inspect_xml(data, path, MAX_BYTES)
    if inspected.violations:
        return ParsedGraph((), inspected.prefixes, inspected.violations)
    data = normalise_xml(data)
    collector = _Collector(path, blank_prefix)
    try:
        collector.collect(ox.parse(data, ox.RdfFormat.RDF_XML, base_iri=base))
    except SyntaxError as error:
        line = find_line_of_failure(data, lambda source: ox.parse(source, ox.RdfFormat.RDF_XML, base_iri=base))
        message = _clean_message(error)
        violation = Violation(
            "xml.syntax",
            "error",
            f"The file is well-formed XML, but not RDF/XML: {message}.",
            Location(path, line),
            why="What follows this place is left out.",
            fix=_suggest_base(message) or "Save the file again as RDF/XML or Turtle with the editor it comes from.",
        )
        return ParsedGraph(collector.triples, inspected.prefixes, (violation,))
    return ParsedGraph(collector.triples, inspected.prefixes, collector.find_unsupported(""))


class _Collector:
    """Turns what the parser yields into triples, relabels blank nodes, and watches the limits."""

    def __init__(self, path: str, blank_prefix: str) -> None:
        self._path = path
        self._stem = f"_:{blank_prefix}"
        self._labels: dict[str, str] = {}
        self._triples: list[Triple] = []
        self._unsupported = 0

    @property
    def triples(self) -> tuple[Triple, ...]:
        """The triples so far, without repetition, in document order."""
        return tuple(dict.fromkeys(self._triples))

    def collect(self, statements: Iterable[ox.Quad]) -> None:
        """Take all statements; what the parser raises passes through."""
        triples, labels, stem = self._triples, self._labels, self._stem
        deadline = time.monotonic() + _MAX_SECONDS
        characters = 0
        for statement in statements:
            subject, value = str(statement.subject), statement.object
            if isinstance(value, ox.Triple):
                self._unsupported += 1
                continue
            text = str(value)
            if subject.startswith("_:"):
                subject = labels.setdefault(subject, f"{stem}{len(labels)}")
            if text.startswith("_:"):
                text = labels.setdefault(text, f"{stem}{len(labels)}")
            triples.append((subject, str(statement.predicate), text))
            characters += len(subject) + len(text)
            if not len(triples) & 0xFFF:
                self._check_limits(characters, deadline)

    def _check_limits(self, characters: int, deadline: float) -> None:
        if len(self._triples) > MAX_TRIPLES:
            raise LimitError(f"{self._path} states more than {MAX_TRIPLES:,} triples.")
        if characters > _MAX_CHARACTERS:
            raise LimitError(f"{self._path} unfolds to more than {_MAX_CHARACTERS:,} characters.")
        if time.monotonic() > deadline:
            raise LimitError(f"{self._path} takes longer than {_MAX_SECONDS:.0f} seconds to read.")

    def find_unsupported(self, text: str) -> tuple[Violation, ...]:
        """Report statements about statements of RDF 1.2, which the product has no use for."""
        if not self._unsupported:
            return ()
        at = next((t.start for t in tokenise(text) if t.kind == "bad"), -1)
        line = text.count("\n", 0, at) + 1 if at >= 0 else 0
        column = at - text.rfind("\n", 0, at) if at >= 0 else 0
        return (
            Violation(
                "rdf.unsupported-syntax",
                "error",
                "Triple terms and reifiers of RDF 1.2 (<< >>, {| |}, ~) are not supported.",
                Location(self._path, line, column),
                why=f"{self._unsupported} such statements are left out.",
                fix="Use an owl:Axiom annotation for a remark about a single statement.",
            ),
        )


def _find_garbage(data: bytes, path: str, code: str) -> Violation | None:
    """Report NUL bytes and bytes that are not UTF-8."""
    match = _FIRST_BAD.search(data)
    at, what = (match.start(), "a NUL byte") if match else (-1, "")
    try:
        data.decode()
    except UnicodeDecodeError as error:
        if at < 0 or error.start < at:
            at, what = error.start, "bytes that are not UTF-8 text"
    if at < 0:
        return None
    line_start = data.rfind(b"\n", 0, at) + 1
    column = len(data[line_start:at].decode("utf-8", "replace")) + 1
    return Violation(
        code,
        "error",
        f"The file holds {what}.",
        Location(path, data.count(b"\n", 0, at) + 1, column),
        why="Turtle is text in UTF-8.",
        fix="Save the file as UTF-8 text, or remove it if it is not an ontology.",
    )


def _find_foreign_syntax(data: bytes, path: str) -> Violation | None:
    """Report syntaxes of OWL that are not RDF, and RDF/XML under a name that says Turtle."""
    start = data[:4096].removeprefix(b"\xef\xbb\xbf")
    found = ""
    if _FUNCTIONAL.match(start):
        found = "OWL functional syntax"
    elif _MANCHESTER.match(start):
        found = "OWL Manchester syntax"
    elif _OBO.match(start):
        found = "OBO format"
    elif _XML_START.match(start) and re.search(rb"<(?:[\w.-]+:)?Ontology\b", _skip_prolog(data)):
        found = "OWL/XML"
    if found:
        return Violation(
            "rdf.unsupported-syntax",
            "error",
            f"The file is in {found}, which cannot be read.",
            Location(path, 1, 1),
            why="Ontologies are read from Turtle, N-Triples and RDF/XML.",
            fix="Open it in Protégé and save it as Turtle, or run: robot convert --input FILE --output FILE.ttl",
        )
    if path.lower().endswith((".ttl", ".nt")) and _XML_START.match(start):
        return Violation(
            "turtle.syntax",
            "error",
            "The file holds XML, but its name says it is Turtle.",
            Location(path, 1, 1),
            fix="Rename the file so that it ends in .owl.",
        )
    return None


def _skip_prolog(data: bytes) -> bytes:
    """Return the first tag after the prolog of an XML file."""
    match = re.search(rb"<[A-Za-z_][^>]*", re.sub(rb"<!DOCTYPE[^\[>]*(?:\[.*?\]\s*)?>|<!--.*?-->", b"", data[:65536], flags=re.S))  # fmt: skip  # noqa: E501
    return match.group() if match else b""


def _clean_message(error: SyntaxError) -> str:
    return _POSITION.sub("", str(error.msg)).strip().rstrip(".")


def _suggest_base(message: str) -> str:
    return "Say which base the relative names have: xml:base on the root element." if "No scheme" in message else ""
