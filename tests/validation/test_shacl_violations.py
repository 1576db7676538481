"""What an author reads: the sentence, the line of the offending statement, and the shape that asks for it."""

import pyoxigraph
import pytest

from workbench.model.report import Location
from workbench.model.terms import get_local_name
from workbench.validation.shacl import Requirement, make_violations, read_requirements, validate_graph

PREFIXES = """
@prefix : <https://example.org/kinship#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
"""
K = "https://example.org/kinship#"
LABELS = {"ann": "Ann", "bob": "Bob", "born": "birth year", "Person": "person", "parent": "parent", "name": "name"}


def parse(turtle):
    quads = pyoxigraph.parse((PREFIXES + turtle).encode(), format=pyoxigraph.RdfFormat.TURTLE)
    return [(str(q.subject), str(q.predicate), str(q.object)) for q in quads]


def label(term):
    name = get_local_name(term)
    return LABELS.get(name, name)


def make_locate(data, shapes):
    """Number the statements: each stated triple and each shape statement has a line of its own."""
    places = {triple: Location("facts.ttl", line) for line, triple in enumerate(data, 1)}
    places |= {triple: Location("shapes.ttl", line) for line, triple in enumerate(shapes, 1)}
    return places.get


def check(data, shapes, *, derived="", leaves=None, **options):
    stated, shapes = parse(data), parse(shapes)
    closure = [*stated, *parse(derived)]
    results = validate_graph(closure, shapes, asserted=stated)
    return make_violations(
        results,
        shapes=shapes,
        locate=make_locate(stated, shapes),
        label=label,
        data=closure,
        asserted=stated,
        derive_leaves=lambda triple: tuple(parse(leaves)) if leaves else (),
        **options,
    )


def shape(constraint, path=":born"):
    return f":PersonShape sh:targetClass :Person ; sh:property [ sh:path {path} ; {constraint} ] ."


SENTENCES = [
    (
        "sh:minCount 1 ; sh:maxCount 1",
        "",
        "min-count",
        "Ann has no birth year, but every person must have exactly one.",
    ),
    ("sh:minCount 2", ":born 1", "min-count", "Ann has only 1 birth year, but every person must have at least two."),
    (
        "sh:maxCount 1",
        ":born 1950, 1952",
        "max-count",
        "Ann has 2 birth year (1950, 1952), but every person may have at most one.",
    ),
    ("sh:datatype xsd:integer", ":born 'x'", "datatype", "Ann has the birth year “x”, but it must be a whole number."),
    ("sh:class :Year", ":born :bob", "class", "Ann has the birth year Bob, but Bob is not known to be a Year."),
    ("sh:minInclusive 1000", ":born 900", "min-inclusive", "Ann has the birth year 900, but it must be at least 1000."),
    ("sh:in (1 2)", ":born 3", "in", "Ann has the birth year 3, but it must be one of: 1, 2."),
    ("sh:pattern '^x'", ":born 'y'", "pattern", "Ann has the birth year “y”, but it must match the pattern “^x”."),
    ("sh:hasValue 7", ":born 3", "has-value", "Ann must have the birth year 7."),
    ("sh:nodeKind sh:IRI", ":born 3", "node-kind", "Ann has the birth year 3, but it must be a named thing."),
    (
        "sh:lessThan :died",
        ":born 3 ; :died 2",
        "less-than",
        "Ann has the birth year 3, but it must be less than its died.",
    ),
    (
        "sh:uniqueLang true",
        ":born 'a'@en, 'b'@en",
        "unique-lang",
        "Ann has more than one birth year in the same language.",
    ),
    (
        "sh:or ([sh:datatype xsd:integer] [sh:datatype xsd:date])",
        ":born 'x'",
        "or",
        "Ann has the birth year “x”, but it must meet one of the conditions of the shape.",
    ),
]


@pytest.mark.parametrize(("constraint", "facts", "code", "message"), SENTENCES)
def test_sentences(constraint, facts, code, message):
    (violation,) = check(f":ann a :Person ; {facts} .".replace("; .", "."), shape(constraint))
    assert (violation.code, violation.severity, violation.message) == (f"shacl.{code}", "error", message)
    assert violation.focus == f"<{K}ann>"
    assert violation.why == "The shape “PersonShape” asks for it."


def test_the_statement_with_the_value_is_the_place():
    (violation,) = check(":bob a :Person . :ann a :Person ; :born 'x' .", shape("sh:datatype xsd:integer"))
    assert violation.location == Location("facts.ttl", 3)
    assert violation.facts == ("Ann birth year x",)
    # The line of sh:datatype in the shapes file is among the places that take part.
    assert violation.related == (Location("shapes.ttl", 3),)


def test_what_is_missing_is_placed_at_its_subject():
    (violation,) = check(":ann :name 'Ann' ; a :Person .", shape("sh:minCount 1"))
    assert violation.location == Location("facts.ttl", 2)


def test_all_values_that_are_too_many_are_named():
    (violation,) = check(":ann a :Person ; :born 1, 2, 3 .", shape("sh:maxCount 1"))
    assert violation.location == Location("facts.ttl", 2)
    assert violation.related[:2] == (Location("facts.ttl", 3), Location("facts.ttl", 4))
    assert violation.facts == ("Ann birth year 1", "Ann birth year 2", "Ann birth year 3")


def test_a_derived_statement_is_placed_at_what_it_follows_from():
    (violation,) = check(
        ":ann a :Person . :bob :child :ann . :bob :male true .",
        shape("sh:class :Person", ":parent"),
        derived=":ann :parent :bob .",
        leaves=":bob :child :ann . :bob :male true .",
    )
    assert violation.location == Location("facts.ttl", 2)
    assert violation.related == (Location("facts.ttl", 3), Location("shapes.ttl", 3))
    assert violation.facts == ("Ann parent Bob", "Bob child Ann", "Bob male true")


def test_a_path_of_several_steps_names_every_statement_on_the_way():
    (violation,) = check(
        ":ann a :Person ; :parent :bob . :cid :child :bob . :cid :name 'x' . :dan :name 'y' .",
        shape("sh:datatype xsd:integer", "( :parent [ sh:inversePath :child ] :name )"),
    )
    assert violation.location == Location("facts.ttl", 2)
    assert violation.related[:2] == (Location("facts.ttl", 3), Location("facts.ttl", 4))
    assert violation.message.startswith("Ann has the parent/^child/name “x”")


def test_the_message_of_the_author_wins_in_the_language_asked_for():
    constraint = "sh:minCount 1 ; sh:message 'Birth year?'@en, 'Geburtsjahr?'@de ; sh:severity sh:Warning"
    described = shape(constraint) + ":PersonShape sh:name 'Personen'@de, 'People'@en ; sh:description 'All have one.' ."
    (german,) = check(":ann a :Person .", described, language="de-AT", domain="kin")
    assert (german.message, german.severity, german.domain) == ("Ann: Geburtsjahr?", "warning", "kin")
    assert german.why == "The shape “Personen” asks for it: All have one."
    (french,) = check(":ann a :Person .", shape("sh:minCount 1 ; sh:message 'Birth year?'@en"), language="fr")
    assert french.message == "Ann: Birth year?"


def test_a_closed_shape_names_the_statement_that_is_too_much():
    (violation,) = check(
        ":ann a :Person ; :name 'Ann' ; :nickname 'Annie' .",
        ":PersonShape sh:targetClass :Person ; sh:closed true ; sh:property [ sh:path :name ] ;"
        " sh:ignoredProperties ( <http://www.w3.org/1999/02/22-rdf-syntax-ns#type> ) .",
    )
    assert violation.code == "shacl.closed"
    assert violation.location == Location("facts.ttl", 3)
    assert violation.facts == ("Ann nickname Annie",)


def test_without_the_data_the_result_alone_is_told():
    shapes = parse(shape("sh:minCount 1"))
    results = validate_graph(parse(":ann a :Person ."), shapes)
    (violation,) = make_violations(results, shapes=shapes, locate=lambda _: None, label=label)
    assert violation.message == "Ann has too few birth year, but every person must have at least one."
    assert violation.location is None


def test_requirements_of_simple_shapes():
    found = read_requirements(
        parse(
            ":S sh:targetClass :Person ; sh:property [ sh:path :born ; sh:minCount 1 ; sh:maxCount 1 ;"
            "  sh:datatype xsd:integer ; sh:minInclusive 1800 ; sh:maxInclusive 2020 ; sh:message 'x' ] ;"
            "  sh:property [ sh:path :sex ; sh:in ( :m :f ) ; sh:hasValue :m ] ;"
            "  sh:property [ sh:path ( :a :b ) ; sh:minCount 1 ] ;"
            "  sh:property [ sh:path :off ; sh:minCount 1 ; sh:deactivated true ] ;"
            "  sh:or ( [ sh:property [ sh:path :maybe ; sh:minCount 1 ] ] ) ."
            ":Town a sh:NodeShape, rdfs:Class ; sh:property [ sh:path :in ; sh:class :Land ; sh:pattern 'x' ] ."
            ":N sh:targetNode :ann ; sh:property [ sh:path :born ; sh:minCount 3 ] ."
            ":P a sh:PropertyShape ; sh:targetClass :Person ; sh:path :name ; sh:minCount 1 ."
        )
    )
    integer = "<http://www.w3.org/2001/XMLSchema#integer>"
    without_shape = [{name: getattr(r, name) for name in Requirement.__slots__ if name != "shape"} for r in found]
    plain = {name: Requirement.__dataclass_fields__[name].default for name in Requirement.__slots__ if name != "shape"}
    person = f"<{K}Person>"
    assert without_shape == [
        {
            **plain,
            "target_class": person,
            "path": f"<{K}born>",
            "min_count": 1,
            "max_count": 1,
            "datatype": integer,
            "min_inclusive": f'"1800"^^{integer}',
            "max_inclusive": f'"2020"^^{integer}',
        },
        {**plain, "target_class": person, "path": f"<{K}name>", "min_count": 1},
        {
            **plain,
            "target_class": person,
            "path": f"<{K}sex>",
            "in_values": (f"<{K}m>", f"<{K}f>"),
            "has_values": (f"<{K}m>",),
        },
        {
            **plain,
            "target_class": f"<{K}Town>",
            "path": f"<{K}in>",
            "class_": f"<{K}Land>",
            "others": ("<http://www.w3.org/ns/shacl#pattern>",),
        },
    ]


def test_path_value_and_the_nearest_named_shape_are_kept():
    (violation,) = check(":ann a :Person ; :born 'x' .", shape("sh:datatype xsd:integer"))
    assert (violation.path, violation.value, violation.source) == (f"<{K}born>", '"x"', f"<{K}PersonShape>")
    (violation,) = check(
        ":ann a :Person .",
        ":Outer sh:targetClass :Person ; sh:or ( [ sh:property [ sh:path :born ; sh:minCount 1 ] ] ) .",
    )
    assert violation.source == f"<{K}Outer>"


def test_names_that_a_query_filled_in_are_said_in_words():
    query = "SELECT $this ?value { $this <https://example.org/kinship#parent> ?value }"
    (violation,) = check(
        ":ann a :Person ; :parent :bob .",
        f":Q sh:targetClass :Person ; sh:sparql [ sh:select '{query}' ;"
        "  sh:message '{$this} has {?value} as a parent; see https://example.org/help.' ] .",
    )
    assert violation.message == "Ann has Bob as a parent; see https://example.org/help."


def test_braces_in_messages_of_core_are_filled_in():
    message = "{$value} of {?this}: {?path} {$maxInclusive}, {$in}{x}"
    constraint = f"sh:maxInclusive 2000 ; sh:in ( 1 2 ) ; sh:message '{message}'"
    found = check(":ann a :Person ; :born 2001 .", shape(constraint))
    assert {v.message for v in found} == {"2001 of Ann: birth year 2000, 1, 2{x}"}


def test_the_author_names_a_path_that_has_no_label():
    constraint = "sh:name 'year of birth'@en, 'Geburtsjahr'@de ; sh:minCount 1"
    (violation,) = check(":ann a :Person .", shape(constraint), language="de")
    assert violation.message == "Ann has no Geburtsjahr, but every person must have at least one."
    labelled = ":ann a :Person . :born rdfs:label 'birth year' ."
    (violation,) = check(labelled, shape(constraint))
    assert violation.message == "Ann has no birth year, but every person must have at least one."
    (violation,) = check(":ann a :Person .", shape("sh:name 'grandparent' ; sh:minCount 1", "( :parent :parent )"))
    assert violation.message == "Ann has no grandparent, but every person must have at least one."
