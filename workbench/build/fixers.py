"""How single findings are mended: for each code that has a safe fix, the change of text or triples that it means.

Safe is what an author would do without thinking: it says the same as before, only right. What needs a decision (which
of two contradicting facts is wrong, what a thing is called) has no fixer, or one that mends a single finding, which has
to be named.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from typing import NamedTuple

from workbench.build.narration import make_narrator
from workbench.build.repairing.repairs import propose
from workbench.errors import EditError
from workbench.formats.patches import Replacement, remove_list_item, rename_variable, replace_literal
from workbench.model.report import Location, Violation
from workbench.model.terms import (
    OWL,
    RDF_TYPE,
    XSD,
    Term,
    Triple,
    get_local_name,
    is_iri,
    is_literal,
    make_literal,
    split_literal,
)
from workbench.project import CONFIGURATION_NAME, Domain, Project
from workbench.project.edits import Change
from workbench.validation.literals import is_well_typed

__all__ = ["FIXERS", "Fixer", "Repair"]


class Repair(NamedTuple):
    """What mends one finding: replacements of text and triples added and removed, each with the path of its file.

    ``changes`` are whole changes of files, of a repair that goes with no other.
    """

    replacements: tuple[tuple[str, Replacement], ...] = ()
    added: tuple[tuple[str, Triple], ...] = ()
    removed: tuple[tuple[str, Triple], ...] = ()
    changes: tuple[Change, ...] = ()


class Fixer(NamedTuple):
    """``label`` is what the history calls the edit; ``find`` returns the repair of a finding.

    ``find`` raises EditError, with the reason, for a finding that it cannot mend. With ``one_at_a_time`` somebody has
    to say which finding is meant.
    """

    label: str
    find: Callable[[Project, Violation], Repair]
    one_at_a_time: bool = False


def _get_domain(project: Project, violation: Violation) -> Domain:
    return project.get_domain(violation.domain or None)


def _get_triple(project: Project, violation: Violation) -> tuple[str, Triple]:
    """Return the stated triple that a finding names by focus, path and value, and its file."""
    triple = (violation.focus, violation.path, violation.value)
    domain = _get_domain(project, violation)
    path = domain.sources.get(triple) or domain.shape_sources.get(triple)
    if path is None:
        raise EditError("The statement that it is about is not stated in so many words.")
    return path, triple


def _replace_value(project: Project, violation: Violation, new: Term) -> Repair:
    path, triple = _get_triple(project, violation)
    place = make_narrator(project, _get_domain(project, violation)).locate(triple)
    if place is None or not path.lower().endswith((".ttl", ".nt")):
        raise EditError(f"{path} is not a Turtle file; only those can be edited value by value.")
    return Repair(((path, replace_literal(project.files[path].data, place, triple[2], new)),))


def _remove_statement(project: Project, violation: Violation) -> Repair:
    path, triple = _get_triple(project, violation)
    return Repair(removed=((path, triple),))


def _trim(project: Project, violation: Violation) -> Repair:
    lexical, datatype, language = split_literal(violation.value)
    return _replace_value(project, violation, make_literal(lexical.strip(), datatype, language))


def _join_lines(project: Project, violation: Violation) -> Repair:
    lexical, datatype, language = split_literal(violation.value)
    return _replace_value(project, violation, make_literal(" ".join(lexical.split()), datatype, language))


def _write_truth(project: Project, violation: Violation) -> Repair:
    text = split_literal(violation.value)[0].strip().lower() if is_literal(violation.value) else ""
    if text not in _TRUTHS:
        raise EditError("What was meant cannot be told from what is written.")
    return _replace_value(project, violation, make_literal(_TRUTHS[text], f"<{XSD}boolean>"))


_TRUTHS = {"true": "true", "yes": "true", "1": "true", "false": "false", "no": "false", "0": "false"}


def _make_symmetric(project: Project, violation: Violation) -> Repair:
    """Say of a property that is its own inverse, in the usual words, that it is symmetric."""
    path, triple = _get_triple(project, violation)
    symmetric = (triple[0], RDF_TYPE, f"<{OWL}SymmetricProperty>")
    added = () if symmetric in _get_domain(project, violation).sources else ((path, symmetric),)
    return Repair(added=added, removed=((path, triple),))


def _change_least(project: Project, violation: Violation) -> Repair:
    edit = propose(project, violation)
    if edit is None:
        raise EditError("No least change of numbers that mends it was found.")
    return Repair(changes=edit.changes)


def _remove_waiver(project: Project, violation: Violation) -> Repair:
    index = next((i for i, w in enumerate(project.config.waivers) if w.location == violation.location), None)
    file = project.files.get(CONFIGURATION_NAME)
    if index is None or file is None:
        raise EditError("Its waiver does not stand in a file of the project.")
    return Repair(((file.path, remove_list_item(file.data, "waivers", index)),))


def _rename_lone_variable(project: Project, violation: Violation) -> Repair:
    domain, name = _get_domain(project, violation), violation.value
    named = (rule.location for rule in (*domain.rules, *domain.constraints) if rule.name == violation.source)
    place = next((place for place in named if place is not None), None)
    if place is None:
        raise EditError("Its rule does not stand in a file of the project.")
    data = project.files[place.path].data
    return Repair(tuple((place.path, part) for part in rename_variable(data, place, name, f"?_{name[1:]}")))


def _get_place(violation: Violation) -> Location:
    if violation.location is None:
        raise EditError("It has no place in a file.")
    return violation.location


def _write_value_well(project: Project, violation: Violation) -> Repair:
    new = _correct_literal(violation.value)
    if new is None:
        raise EditError("What was meant cannot be told from what is written.")
    return _replace_value(project, violation, new)


def _correct_literal(literal: Term) -> Term | None:
    """Return the one value that a text of a wrong form can only mean; None where that is not certain."""
    if not is_literal(literal):
        return None
    lexical, datatype, _ = split_literal(literal)
    name, text = get_local_name(datatype) if datatype.startswith(f"<{XSD}") else "", lexical.strip()
    new = text
    if name == "boolean" and text.lower() in ("true", "false", "yes", "no"):
        new = {"yes": "true", "no": "false"}.get(text.lower(), text.lower())
    elif name in ("integer", "nonNegativeInteger", "positiveInteger", "int", "long", "gYear"):
        new = re.sub(r"(?<=\d)\.0+\Z", "", text)
    elif name == "date" and (parts := re.fullmatch(r"(\d{4})-(\d{1,2})-(\d{1,2})", text)):
        new = "-".join((parts[1], parts[2].zfill(2), parts[3].zfill(2)))
        if not _is_day(new):
            return None
    corrected = make_literal(new, datatype)
    return corrected if corrected != literal and is_well_typed(corrected) else None


def _is_day(text: str) -> bool:
    try:
        date.fromisoformat(text)
    except ValueError:
        return False
    return True


def _type_shape_value(project: Project, violation: Violation) -> Repair:
    """Write a number or truth value that a shape gives as text, such as ``sh:minCount "1"``, as what it is."""
    if not is_literal(violation.value):
        raise EditError("It is no value that only lacks its type.")
    lexical = split_literal(violation.value)[0].strip()
    name = get_local_name(violation.path)
    if name in _COUNTS and re.fullmatch(r"\d{1,9}", lexical):
        return _replace_value(project, violation, make_literal(str(int(lexical)), f"<{XSD}integer>"))
    if name in _FLAGS and lexical.lower() in ("true", "false"):
        return _replace_value(project, violation, make_literal(lexical.lower(), f"<{XSD}boolean>"))
    raise EditError("What was meant cannot be told from what is written.")


_COUNTS = frozenset("minCount maxCount minLength maxLength qualifiedMinCount qualifiedMaxCount".split())
_FLAGS = frozenset("closed uniqueLang deactivated qualifiedValueShapesDisjoint".split())


def _declare(project: Project, violation: Violation) -> Repair:
    """Declare a class or property by how it is used, where nothing of a like name can have been meant."""
    if "Did you mean" in violation.fix:
        raise EditError(f"It may be misspelt. {violation.fix}")
    term, domain = violation.focus, _get_domain(project, violation)
    place = _get_place(violation)
    if any(s == term for s, p, _ in domain.triples if p == RDF_TYPE):
        raise EditError("It is declared as something else.")
    values = [o for _, p, o in domain.triples if p == term]
    if not values:
        kind = "Class"
    elif all(map(is_literal, values)):
        kind = "DatatypeProperty"
    elif all(map(is_iri, values)):
        kind = "ObjectProperty"
    else:
        raise EditError("It has both things and plain values, so it cannot be told which kind of property it is.")
    if kind == "Class" and not any(p == RDF_TYPE and o == term for _, p, o in domain.triples):
        raise EditError("Nothing uses it as a class, and no fact as a property.")
    return Repair(added=((place.path, (term, RDF_TYPE, f"<{OWL}{kind}>")),))


FIXERS: Mapping[str, Fixer] = {
    "annotation.whitespace": Fixer("Remove blanks around texts", _trim),
    "constraint.violated": Fixer("Correct numbers by the least change", _change_least, one_at_a_time=True),
    "deprecation.not-boolean": Fixer("Say by true or false what is deprecated", _write_truth),
    "hierarchy.redundant-superclass": Fixer("Remove superclasses that follow from others", _remove_statement),
    "label.formatting": Fixer("Write labels in one line", _join_lines),
    "label.whitespace": Fixer("Remove blanks around labels", _trim),
    "ontology.ill-typed-literal": Fixer("Write values in the form of their type", _write_value_well),
    "ontology.undeclared": Fixer("Declare what is used", _declare),
    "property.own-inverse": Fixer("Call symmetric what is its own inverse", _make_symmetric),
    "rule.single-variable": Fixer("Mark variables that occur once on purpose", _rename_lone_variable),
    "shape.value": Fixer("Give values of shapes their type", _type_shape_value),
    "waiver.expired": Fixer("Remove expired waivers", _remove_waiver),
    "waiver.unused": Fixer("Remove waivers that cover nothing", _remove_waiver),
}
"""The codes that have a safe fix."""
