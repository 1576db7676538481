"""Several rules that conclude the like: none of them hides from the analysis behind the others."""

from workbench import Project, check

TTL = """\
@prefix : <https://example.org/drug#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
:Patient a owl:Class ; rdfs:label "patient"@en .
:Child a owl:Class ; rdfs:label "child"@en ; rdfs:subClassOf :Patient ; owl:disjointWith :Adult .
:Adult a owl:Class ; rdfs:label "adult"@en ; rdfs:subClassOf :Patient .
:age a owl:DatatypeProperty , owl:FunctionalProperty ; rdfs:label "age"@en ; rdfs:range xsd:integer .
:takes a owl:ObjectProperty ; rdfs:label "takes"@en .
:dose a owl:DatatypeProperty ; rdfs:label "dose"@en ; rdfs:range xsd:integer .
"""
CHILD = "rule child\n  Patient(?x) ^ age(?x, ?a) ^ ?a < 18 -> Child(?x)\n"
ADULT = "rule adult\n  Patient(?x) ^ age(?x, ?a) ^ ?a >= 18 -> Adult(?x)\n"
OLD = "rule old\n  Patient(?x) ^ age(?x, ?a) ^ ?a > 60 -> Adult(?x)\n"
TEEN = "rule teen\n  Patient(?x) ^ age(?x, ?a) ^ ?a >= 13 ^ ?a <= 19 -> Adult(?x)\n"
SMALL = "rule small\n  Child(?x) ^ takes(?x, ?_d) -> dose(?x, 50)\n"
SPECIAL = "rule special\n  Child(?x) ^ Patient(?x) ^ takes(?x, ?_d) -> dose(?x, 50)\n"
BOUND = "constraint bound\n  dose(?_x, ?d) -> ?d <= 40\n"


def list_findings(*statements: str) -> list[tuple[str, str]]:
    rules = "prefix : <https://example.org/drug#>\n\n" + "\n".join(statements)
    project = Project.from_files(ontologies=[TTL], rules=[rules])
    prefixes = (
        "rule.contr",
        "rule.viol",
        "rule.can",
        "rule.red",
        "rule.never",
        "analysis.",
        "rule.gap",
        "rule.overlap",
    )
    found = check(project).report.violations
    return [(v.code, v.focus) for v in found if v.code.startswith(prefixes)]


def test_two_that_contradict_each_other_are_found_where_a_third_concludes_the_same() -> None:
    assert list_findings(CHILD, TEEN) == [("rule.contradictory-conclusions", "child")]
    assert list_findings(CHILD, ADULT, TEEN) == [("rule.contradictory-conclusions", "child")]


def test_bands_that_fit_are_no_contradiction() -> None:
    assert list_findings(CHILD, ADULT) == []


def test_one_that_says_nothing_new_is_told_and_the_other_keeps_its_work() -> None:
    assert list_findings(CHILD, ADULT, OLD) == [("rule.redundant", "old")]
    assert list_findings(SMALL, SPECIAL) == [("rule.redundant", "special")]


def test_a_broken_constraint_is_found_though_two_rules_break_it() -> None:
    assert ("rule.violates-constraint", "small") in list_findings(SMALL, BOUND)
    assert ("rule.violates-constraint", "small") in list_findings(SMALL, SPECIAL, BOUND)
