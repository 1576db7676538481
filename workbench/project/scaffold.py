"""``workbench init``: a new project, from the starter that comes with the package or from ontologies there are."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from importlib import resources
from importlib.resources.abc import Traversable
from pathlib import Path

from workbench.errors import InputError, ProjectError, StorageError, UsageError
from workbench.formats.rdf import ParsedGraph, parse_rdf
from workbench.model.terms import (
    OWL,
    RDF_TYPE,
    RDFS_LABEL,
    SH,
    Triple,
    get_iri_text,
    is_iri,
    is_literal,
    split_literal,
)
from workbench.project.configuration import CONFIGURATION_NAME
from workbench.project.files import RDF_SUFFIXES, get_limit
from workbench.project.loading import load
from workbench.project.patterns import check_path
from workbench.project.project import Project
from workbench.project.vocabulary import is_vocabulary
from workbench.project.writing import write_atomically

__all__ = ["EXAMPLES", "init", "slugify"]

EXAMPLES: Mapping[str, str] = {"planets": "The planets of the Solar System and their larger moons."}
"""The examples that ``init`` can write, with a sentence each."""

_SHAPE_TYPES = (f"<{SH}NodeShape>", f"<{SH}PropertyShape>")
_ONTOLOGY = f"<{OWL}Ontology>"
_CLASS = f"<{OWL}Class>"


def init(
    directory: Path | str,
    *,
    sources: Sequence[Path | str] = (),
    example: str | None = None,
    extra_files: Mapping[str, bytes] | None = None,
) -> Project:
    """Make a project in a folder and load it.

    With ``sources`` (ontologies, shapes, rules) the project has one domain, named after the first file, that holds
    copies of them, byte for byte; otherwise it is the example, by default ``planets``. ``extra_files`` are further
    contents by path. Raises ProjectError when the folder is a project already, UsageError when a file is in the way
    or an argument is wrong, InputError when a source cannot be read, StorageError when writing failed.
    """
    root = Path(directory)
    if root.exists() and not root.is_dir():
        raise UsageError(f"{directory} is a file; a project needs a folder.")
    if (root / CONFIGURATION_NAME).exists():
        raise ProjectError(f"{directory} is a project already: it has a {CONFIGURATION_NAME}.")
    if sources and example:
        raise UsageError("A project starts from files or from an example, not from both.")
    contents = _import_sources([Path(source) for source in sources]) if sources else _read_example(example)
    contents = {**contents, **(extra_files or {})}
    for path in contents:
        try:
            check_path(path)
        except ValueError as error:
            raise UsageError(f"'{path}' {error}.") from error
        if (root / path).exists():
            raise UsageError(f"{root / path} is there already; nothing was written.")
    _write(root, contents)
    return load(root)


def slugify(text: str) -> str:
    """Return a name for a domain made of lower-case letters, digits and hyphens."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:60].strip("-") or "domain"


def _write(root: Path, contents: Mapping[str, bytes]) -> None:
    """Write all files, ``workbench.yaml`` last: until it stands there is no project. Raises StorageError."""
    written: list[Path] = []
    try:
        for path in sorted(contents, key=lambda path: (path == CONFIGURATION_NAME, path)):
            (root / path).parent.mkdir(parents=True, exist_ok=True)
            write_atomically(root / path, contents[path])
            written.append(root / path)
    except (OSError, StorageError) as error:
        for place in written:
            place.unlink(missing_ok=True)
        raise StorageError(f"The project could not be written: {error}") from error


def _read_example(example: str | None) -> dict[str, bytes]:
    name = example or next(iter(EXAMPLES))
    if name not in EXAMPLES:
        raise UsageError(f"There is no example '{name}'. Examples: {', '.join(EXAMPLES)}.")
    found: dict[str, bytes] = {}
    _collect(resources.files("workbench.project") / "starter", "", found)
    return found


def _collect(folder: Traversable, path: str, found: dict[str, bytes]) -> None:
    for item in folder.iterdir():
        inner = f"{path}{item.name}"
        if item.is_dir():
            _collect(item, f"{inner}/", found)
        else:
            found[inner] = item.read_bytes()


def _import_sources(sources: Sequence[Path]) -> dict[str, bytes]:
    domain = slugify(sources[0].stem)
    contents: dict[str, bytes] = {}
    graphs: list[ParsedGraph] = []
    for source in sources:
        data = _read_source(source)
        folder = "ontologies"
        if source.suffix.lower() in RDF_SUFFIXES:
            graph = parse_rdf(data, source.name)
            if _holds_shapes(graph.triples):
                folder = "validators"
            else:
                graphs.append(graph)
        name = slugify(source.stem) + source.suffix.lower()
        path = f"{folder}/{domain}/{name}"
        if path in contents:
            raise UsageError(f"Two of the files would be called {name}; rename one of them.")
        contents[path] = data
    contents[CONFIGURATION_NAME] = _write_configuration(sources[0].stem, domain, graphs)
    return contents


def _read_source(source: Path) -> bytes:
    if source.suffix.lower() not in (*RDF_SUFFIXES, ".rules"):
        kinds = ", ".join(sorted((*RDF_SUFFIXES, ".rules")))
        raise UsageError(f"{source} is of a kind that cannot be read; a project can start from {kinds} files.")
    try:
        if source.stat().st_size > get_limit(source.name):
            raise InputError(f"{source} has more than {get_limit(source.name):,} bytes.")
        return source.read_bytes()
    except OSError as error:
        raise InputError(f"{source} could not be read: {error.strerror or error}.") from error


def _holds_shapes(triples: Sequence[Triple]) -> bool:
    types = {triple[2] for triple in triples if triple[1] == RDF_TYPE}
    return any(shape in types for shape in _SHAPE_TYPES) and _CLASS not in types


def _write_configuration(title: str, domain: str, graphs: Sequence[ParsedGraph]) -> bytes:
    triples = [triple for graph in graphs for triple in graph.triples]
    languages = _find_languages(triples)
    lines = ["version: 1", f"name: {_quote(title)}"]
    # Also what relative names resolve against, so a file without a base of its own can be read.
    lines.append(f"base: {_quote(_find_base(triples) or f'https://example.org/{domain}#')}")
    lines += [f"languages: [{', '.join(languages)}]", "", "domains:", f"  {domain}:"]
    lines.append("    closed: []  # properties and classes about which all is stated, such as ex:hasChild")
    return ("\n".join(lines) + "\n").encode()


def _quote(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # a JSON string is a YAML string


def _find_base(triples: Sequence[Triple]) -> str:
    """Return the namespace in which most things are described; of several the first by name."""
    described = {t[0] for t in triples if is_iri(t[0]) and not is_vocabulary(t[0])}
    described -= {t[0] for t in triples if t[1] == RDF_TYPE and t[2] == _ONTOLOGY}
    spaces = Counter(re.sub(r"[^#/:]*$", "", get_iri_text(term)) for term in described)
    fitting = [(-count, space) for space, count in spaces.items() if re.match(r"[A-Za-z][A-Za-z0-9+.-]*:.", space)]
    return min(fitting)[1] if fitting else ""


def _find_languages(triples: Sequence[Triple]) -> list[str]:
    """Return the languages of labels, the most frequent first, or English."""
    tags = Counter(split_literal(t[2])[2].lower() for t in triples if t[1] == RDFS_LABEL and is_literal(t[2]))
    known = [tag for tag in tags if re.fullmatch(r"[a-z]{2,8}(-[a-z0-9]{1,8})*", tag)]
    return [_quote(tag) for tag in sorted(known, key=lambda tag: (-tags[tag], tag))] or ["en"]
