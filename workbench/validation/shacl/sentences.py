"""Plain sentences for validation results whose shape has no message of its own."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import NamedTuple

from workbench.model.terms import SH, XSD, Term, get_local_name, is_literal, split_literal
from workbench.validation.shacl.results import ShaclResult
from workbench.validation.shape_index import ShapeIndex, make_sh

__all__ = ["NODE_KINDS", "Sentence", "compose_sentence", "get_component_name"]

_DATATYPES = {
    "integer": "a whole number",
    "nonNegativeInteger": "a whole number that is not negative",
    "positiveInteger": "a whole number above zero",
    "decimal": "a decimal number",
    "double": "a number",
    "float": "a number",
    "string": "a text",
    "boolean": "true or false",
    "date": "a date such as 1952-07-28",
    "dateTime": "a date with a time, such as 1952-07-28T12:00:00",
    "gYear": "a year such as 1952",
    "anyURI": "a web address",
    "langString": "a text with a language",
}
NODE_KINDS = {
    "IRI": "a named thing",
    "BlankNode": "a thing without a name",
    "Literal": "a plain value",
    "BlankNodeOrIRI": "a thing, not a plain value",
    "BlankNodeOrLiteral": "a plain value or a thing without a name",
    "IRIOrLiteral": "a named thing or a plain value",
}
"""What sentences call the six node kinds (SHACL, section 4.1.3)."""
_NUMBERS = {1: "one", 2: "two", 3: "three"}
# The words after "must", with {p} for what the parameter says.
_DEMANDS = {
    "MinInclusive": "be at least {p}",
    "MaxInclusive": "be at most {p}",
    "MinExclusive": "be more than {p}",
    "MaxExclusive": "be less than {p}",
    "MinLength": "have at least {p} characters",
    "MaxLength": "have at most {p} characters",
    "Pattern": "match the pattern {p}",
    "Equals": "have the same values as its {p}",
    "Disjoint": "differ from its {p}",
    "LessThan": "be less than its {p}",
    "LessThanOrEquals": "be at most its {p}",
    "Not": "not be what the shape forbids",
    "And": "meet all conditions of the shape",
    "Or": "meet one of the conditions of the shape",
    "Xone": "meet exactly one of the conditions of the shape",
    "Node": "be as the shape “{p}” says",
}


class Sentence(NamedTuple):
    """What is wrong in one plain sentence, and what to do about it (empty where that depends on the case)."""

    message: str
    fix: str


class _Parts(NamedTuple):
    focus: str
    path: str
    value: str
    among: str
    values: tuple[Term, ...] | None


def get_component_name(component: Term) -> str:
    """Return the short name of a constraint component: ``MinCount`` for ``sh:MinCountConstraintComponent``."""
    return get_local_name(component).removesuffix("ConstraintComponent")


def compose_sentence(
    result: ShaclResult,
    shapes: ShapeIndex,
    *,
    label: Callable[[Term], str],
    classes: Sequence[Term] = (),
    values: tuple[Term, ...] | None = None,
    path: str = "",
) -> Sentence:
    """Compose a sentence from a result of SHACL Core.

    ``classes`` are the target classes of the shape; ``values`` the values that the path has for the focus, None
    when that is not known; ``path`` is what the path is called, where its labels do not say it.
    """

    def name(term: Term) -> str:
        return _show_literal(term) if is_literal(term) else label(term)

    path = path or re.sub(r"<[^<>]*>", lambda match: label(match.group()), result.path)
    among = f"every {' or '.join(label(c) for c in classes)}" if classes else "it"
    parts = _Parts(name(result.focus), path, name(result.value) if result.value else "", among, values)
    return _compose(get_component_name(result.component), result, shapes, name, parts)


def _compose(
    component: str, result: ShaclResult, shapes: ShapeIndex, name: Callable[[Term], str], parts: _Parts
) -> Sentence:
    focus, path, value, among, _ = parts
    parameter = make_sh(component[:1].lower() + component[1:])
    given = shapes.list_objects(result.shape, parameter)
    wanted = name(given[0]) if given else ""
    about = f"{focus} has the {path} {value}" if path and value else f"The {path} of {focus}" if path else focus
    if not result.component.startswith(f"<{SH}") or component == "SPARQL":
        about = f"{focus} with the {path} {value}" if path and value else focus
        return Sentence(f"{about} does not meet the condition that {among} must meet.", "")
    if component in ("MinCount", "MaxCount"):
        return _compose_count(component, result, shapes, name, parts)
    if component in ("QualifiedMinCount", "QualifiedMaxCount"):
        bound = "at least" if component == "QualifiedMinCount" else "at most"
        return Sentence(f"{focus} must have {bound} {wanted} {path} of the kind that the shape describes.", "")
    if component == "Datatype":
        kind = _DATATYPES.get(get_local_name(given[0]), "") if given and given[0].startswith(f"<{XSD}") else ""
        return Sentence(f"{about}, but it must be {kind or wanted}.", f"Write {kind or wanted}.")
    if component == "Class":
        kind = _add_article(wanted)
        return Sentence(f"{about}, but {value or focus} is not known to be {kind}.", f"Say that it is {kind}.")
    if component == "NodeKind":
        kind = NODE_KINDS.get(get_local_name(given[0]) if given else "", wanted)
        return Sentence(f"{about}, but it must be {kind}.", "")
    if component == "In":
        members = shapes.read_list(given[0]) if given else ()
        listed = ", ".join(name(member) for member in members or ())
        return Sentence(f"{about}, but it must be one of: {listed}.", f"Choose one of: {listed}.")
    if component == "LanguageIn":
        members = shapes.read_list(given[0]) if given else ()
        listed = ", ".join(split_literal(member)[0] for member in members or () if is_literal(member))
        return Sentence(f"{about}, but its language must be one of: {listed}.", "Add the language, such as @en.")
    if component == "UniqueLang":
        return Sentence(f"{focus} has more than one {path} in the same language.", "Keep one of them.")
    if component == "HasValue":
        return Sentence(f"{focus} must have the {path} {wanted}.", f"State the {path} {wanted}.")
    if component == "Closed":
        message = f"{focus} has the {path} {value}, but {among} has only the properties that its shape names."
        return Sentence(message, f"Remove it, or add {path} to the shape.")
    demand = _DEMANDS.get(component, "meet the condition of the shape").replace("{p}", wanted)
    joined = f"{about}, but it must {demand}." if path and value else f"{about} must {demand}."
    return Sentence(joined, "")


def _compose_count(
    component: str, result: ShaclResult, shapes: ShapeIndex, name: Callable[[Term], str], parts: _Parts
) -> Sentence:
    focus, path, _, among, values = parts
    least, most = (
        next((split_literal(term)[0] for term in shapes.list_objects(result.shape, make_sh(bound))), "")
        for bound in ("minCount", "maxCount")
    )
    exact = f"exactly {_say_number(least)}"
    if component == "MinCount":
        demand = exact if least == most else f"at least {_say_number(least)}"
        has = f"has only {len(values)} {path}" if values else f"has no {path}"
        if values is None:
            has = f"has too few {path}"
        return Sentence(f"{focus} {has}, but {among} must have {demand}.", f"State the {path} of {focus}.")
    allowed = f"must have {exact}" if least == most else f"may have at most {_say_number(most)}"
    if values:
        listed = ", ".join(name(value) for value in values[:10]) + (", …" if len(values) > 10 else "")
        has = f"has {len(values)} {path} ({listed})"
    else:
        has = f"has too many {path}"
    return Sentence(f"{focus} {has}, but {among} {allowed}.", "Remove what is too much.")


def _add_article(name: str) -> str:
    return f"an {name}" if name[:1].lower() in ("a", "e", "i", "o") else f"a {name}"


def _say_number(lexical: str) -> str:
    number = int(lexical) if lexical.isdecimal() else -1
    return _NUMBERS.get(number, lexical)


def _show_literal(term: Term) -> str:
    lexical, datatype, _ = split_literal(term)
    numeric = datatype.startswith(f"<{XSD}") and get_local_name(datatype) not in ("string", "anyURI")
    well_formed = re.fullmatch(r"[-+.:\dTZeE]+", lexical) or lexical in ("true", "false")
    return lexical if numeric and well_formed else f"“{lexical}”"
