"""Defects planted in copies of real projects, each with the smallest set that must be named, and its clean twin.

A defect is text that is added to a project: rules and constraints, and axioms. The twin is the same text as its author
would have meant it. All defects of a project are planted in one copy, and all twins in another, so that each is found
among the others and nothing else is told.
"""

from __future__ import annotations

from dataclasses import dataclass

__all__ = ["DEFECTS", "Defect"]


@dataclass(frozen=True)
class Defect:
    """A mistake: its question (``a`` to ``h``), the project, the text that makes it and the text as it was meant."""

    kind: str
    project: str
    code: str
    parts: frozenset[str]
    rules: str = ""
    twin: str = ""
    axioms: str = ""
    twin_axioms: str = ""


def _make(
    kind: str, project: str, code: str, parts: str, rules: str = "", twin: str = "", axioms: str = "", meant: str = ""
) -> Defect:
    return Defect(kind, project, code, frozenset(parts.split()), rules, twin, axioms, meant)


_TEMPERATURE = """
:temperature a owl:DatatypeProperty ; rdfs:range xsd:decimal .
:pressure a owl:DatatypeProperty ; rdfs:range xsd:integer .
:HotWorld a owl:Class . :ColdWorld a owl:Class ; owl:disjointWith :HotWorld . :OddWorld a owl:Class .
"""
_NEVER, _CLASH = "rule.never-applies", "rule.contradictory-conclusions"
_BREAKS, _MAY_BREAK, _NOTHING_NEW = "rule.violates-constraint", "rule.can-violate", "rule.redundant"
_GAP, _OVERLAP, _UNMET = "rule.band-gap", "rule.band-overlap", "constraint.cannot-be-met"
_EMPTY, _EMPTY_PROPERTY = "ontology.empty-class", "ontology.empty-property"

_PLANETS = (
    # a: bodies that can never hold
    _make(
        "a", "planets", _NEVER, "pressed",
        "rule pressed\n  Planet(?p) ^ pressure(?p, ?t) ^ ?t > 500 ^ ?t < 100 -> OddWorld(?p)\n",
        "rule pressed\n  Planet(?p) ^ pressure(?p, ?t) ^ ?t > 500 ^ ?t < 1000 -> OddWorld(?p)\n",
        _TEMPERATURE, _TEMPERATURE,
    ),
    _make(
        "a", "planets", _NEVER, "moon-that-is-a-planet hasMoon-range-Moon Moon-disjoint-with-Planet",
        "rule moon-that-is-a-planet\n  Planet(?p) ^ hasMoon(?q, ?p) -> OddWorld(?p)\n",
        "rule moon-that-is-a-planet\n  Planet(?q) ^ hasMoon(?q, ?p) ^ pressure(?q, 7) -> OddWorld(?p)\n",
    ),
    _make(
        "a", "planets", _NEVER, "boiling most-pressure",
        "constraint most-pressure\n  pressure(?x, ?t) -> ?t <= 9000\n"
        "rule boiling\n  Star(?x) ^ pressure(?x, ?t) ^ ?t > 10000 -> OddWorld(?x)\n",
        "constraint most-pressure\n  pressure(?x, ?t) -> ?t <= 90000\n"
        "rule boiling\n  Star(?x) ^ pressure(?x, ?t) ^ ?t > 10000 -> OddWorld(?x)\n",
    ),
    _make(
        "a", "planets", _NEVER, "between-whole pressure-range-integer",
        "rule between-whole\n  Moon(?x) ^ pressure(?x, ?t) ^ ?t > 17 ^ ?t < 18 -> OddWorld(?x)\n",
        "rule between-whole\n  Moon(?x) ^ pressure(?x, ?t) ^ ?t > 17 ^ ?t < 19 -> OddWorld(?x)\n",
    ),
    # b: contradictory conclusions
    _make(
        "b", "planets", _CLASH, "hot cold ColdWorld-disjoint-with-HotWorld",
        "rule hot\n  temperature(?x, ?t) ^ ?t >= 100 -> HotWorld(?x)\n"
        "rule cold\n  temperature(?x, ?t) ^ ?t <= 100 -> ColdWorld(?x)\n",
        "rule hot\n  temperature(?x, ?t) ^ ?t >= 100 -> HotWorld(?x)\n"
        "rule cold\n  temperature(?x, ?t) ^ ?t < 100 -> ColdWorld(?x)\n",
    ),
    _make(
        "b", "planets", _CLASH, "wider denser heavier-asymmetric",
        "rule wider\n  diameter(?x, ?a) ^ diameter(?y, ?b) ^ ?a > ?b ^ orbits(?y, ?x) -> heavier(?x, ?y)\n"
        "rule denser\n  pressure(?x, ?a) ^ pressure(?y, ?b) ^ ?a > ?b ^ orbits(?x, ?y) -> heavier(?x, ?y)\n",
        "rule wider\n  diameter(?x, ?a) ^ diameter(?y, ?b) ^ ?a > ?b ^ orbits(?y, ?x) -> heavier(?x, ?y)\n"
        "rule denser\n  pressure(?x, ?a) ^ pressure(?y, ?b) ^ ?a > ?b ^ orbits(?x, ?y) -> denser(?x, ?y)\n",
        ":heavier a owl:ObjectProperty, owl:AsymmetricProperty . :denser a owl:ObjectProperty .\n",
        ":heavier a owl:ObjectProperty, owl:AsymmetricProperty . :denser a owl:ObjectProperty .\n",
    ),
    # c: implied rules
    _make(
        "c", "planets", _NOTHING_NEW, "measured-moon moon-of-planet",
        "rule measured-moon\n  Moon(?m) ^ orbits(?m, ?p) ^ Planet(?p) ^ diameter(?m, ?d) -> hasMoon(?p, ?m)\n",
        "rule measured-moon\n  Moon(?m) ^ orbits(?m, ?p) ^ Planet(?p) ^ diameter(?m, ?d) -> OddWorld(?m)\n",
    ),
    _make(
        "c", "planets", _NOTHING_NEW, "moons-are-bodies Moon-subclass-of-CelestialBody",
        "rule moons-are-bodies\n  Moon(?x) -> CelestialBody(?x)\n",
        "rule moons-are-bodies\n  Moon(?x) -> Body(?x)\n",
        ":Body a owl:Class .\n", ":Body a owl:Class .\n",
    ),
    _make(
        "c", "planets", _NOTHING_NEW, "orbit-of-orbit orbit-belongs belongsTo-transitive",
        "rule orbit-of-orbit\n  orbits(?x, ?y) ^ orbits(?y, ?z) -> belongsTo(?x, ?z)\n",
        "rule orbit-of-orbit\n  orbits(?x, ?y) ^ orbits(?y, ?z) -> turnsWith(?x, ?z)\n",
        ":turnsWith a owl:ObjectProperty .\n", ":turnsWith a owl:ObjectProperty .\n",
    ),
    # d: conclusions that violate
    _make(
        "d", "planets", _BREAKS, "moon-of-star Moon-disjoint-with-Planet",
        "rule moon-of-star\n  Moon(?m) ^ orbits(?m, ?s) ^ Star(?s) -> Planet(?m)\n",
        "rule moon-of-star\n  Moon(?m) ^ orbits(?m, ?s) ^ Star(?s) -> OddWorld(?m)\n",
    ),
    _make(
        "d", "planets", _BREAKS, "neighbours near-irreflexive",
        "rule neighbours\n  hasMoon(?p, ?x) ^ hasMoon(?p, ?y) -> near(?x, ?y)\n",
        "rule neighbours\n  hasMoon(?p, ?x) ^ hasMoon(?p, ?y) ^ ?x != ?y -> near(?x, ?y)\n",
        ":near a owl:ObjectProperty, owl:IrreflexiveProperty .\n",
        ":near a owl:ObjectProperty, owl:IrreflexiveProperty .\n",
    ),
    _make(
        "d", "planets", _MAY_BREAK, "radius-of small-radius",
        "rule radius-of\n  width(?x, ?d) ^ ?r = ?d / 2 -> radius(?x, ?r)\n"
        "constraint small-radius\n  radius(?x, ?r) -> ?r <= 2000\n",
        "rule radius-of\n  width(?x, ?d) ^ ?r = ?d / 2 ^ ?d <= 4000 -> radius(?x, ?r)\n"
        "constraint small-radius\n  radius(?x, ?r) -> ?r <= 2000\n",
        ":radius a owl:DatatypeProperty . :width a owl:DatatypeProperty .\n",
        ":radius a owl:DatatypeProperty . :width a owl:DatatypeProperty .\n",
    ),
    # e: bands
    _make(
        "e", "planets", _OVERLAP, "temperate torrid",
        "rule temperate\n  Planet(?x) ^ temperature(?x, ?t) ^ ?t > 0 ^ ?t <= 40 -> zone(?x, 'temperate')\n"
        "rule torrid\n  Planet(?x) ^ temperature(?x, ?t) ^ ?t >= 40 -> zone(?x, 'torrid')\n".replace("'", '"'),
        "rule temperate\n  Planet(?x) ^ temperature(?x, ?t) ^ ?t > 0 ^ ?t < 40 -> zone(?x, 'temperate')\n"
        "rule torrid\n  Planet(?x) ^ temperature(?x, ?t) ^ ?t >= 40 -> zone(?x, 'torrid')\n".replace("'", '"'),
        ":zone a owl:DatatypeProperty .\n", ":zone a owl:DatatypeProperty .\n",
    ),
    _make(
        "e", "planets", _GAP, "small-body large-body",
        "rule small-body\n  CelestialBody(?x) ^ pressure(?x, ?d) ^ ?d < 1000 -> SmallBody(?x)\n"
        "rule large-body\n  CelestialBody(?x) ^ pressure(?x, ?d) ^ ?d > 1000 -> LargeBody(?x)\n",
        "rule small-body\n  CelestialBody(?x) ^ pressure(?x, ?d) ^ ?d <= 1000 -> SmallBody(?x)\n"
        "rule large-body\n  CelestialBody(?x) ^ pressure(?x, ?d) ^ ?d >= 1001 -> LargeBody(?x)\n",
        ":SmallBody a owl:Class . :LargeBody a owl:Class .\n", ":SmallBody a owl:Class . :LargeBody a owl:Class .\n",
    ),
    _make(
        "e", "planets", _GAP, "found-early found-late",
        'rule found-early\n  Moon(?x) ^ found(?x, ?d) ^ ?d < "1900-01-01"^^xsd:date -> era(?x, 1)\n'
        'rule found-late\n  Moon(?x) ^ found(?x, ?d) ^ ?d > "1900-01-01"^^xsd:date -> era(?x, 2)\n',
        'rule found-early\n  Moon(?x) ^ found(?x, ?d) ^ ?d < "1900-01-01"^^xsd:date -> era(?x, 1)\n'
        'rule found-late\n  Moon(?x) ^ found(?x, ?d) ^ ?d >= "1900-01-01"^^xsd:date -> era(?x, 2)\n',
        ":found a owl:DatatypeProperty ; rdfs:range xsd:date . :era a owl:DatatypeProperty .\n",
        ":found a owl:DatatypeProperty ; rdfs:range xsd:date . :era a owl:DatatypeProperty .\n",
    ),
    # g: constraints that cannot be met
    _make(
        "g", "planets", _UNMET, "stars-are-moons hasMoon-range-Moon Moon-disjoint-with-Star",
        "constraint stars-are-moons\n  Star(?x) ^ not hasMoon(?p, ?x) -> false\n",
        "constraint stars-are-moons\n  Moon(?x) ^ pressure(?x, 8) ^ not hasMoon(?p, ?x) -> false\n",
    ),
    _make(
        "g", "planets", _UNMET, "light-below-zero light-range-nonNegativeInteger",
        "constraint light-below-zero\n  Planet(?x) ^ light(?x, ?n) -> ?n < 0\n",
        "constraint light-below-zero\n  Planet(?x) ^ light(?x, ?n) -> ?n < 10\n",
        ":light a owl:DatatypeProperty ; rdfs:range xsd:nonNegativeInteger .\n",
        ":light a owl:DatatypeProperty ; rdfs:range xsd:nonNegativeInteger .\n",
    ),
    # h: empty classes and properties
    _make(
        "h", "planets", _EMPTY, "Ghost-some-hasMoon hasMoon-range-Moon Moon-disjoint-with-Planet",
        "", "",
        ":Ghost a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :hasMoon ; "
        "owl:someValuesFrom :Planet ] .\n",
        ":Ghost a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty :hasMoon ; "
        "owl:someValuesFrom :Moon ] .\n",
    ),
    _make(
        "h", "planets", _EMPTY, "Binary-some-ring ring-functional",
        "", "",
        ":ring a owl:ObjectProperty, owl:FunctionalProperty . :Binary a owl:Class ; rdfs:subClassOf "
        '[ a owl:Restriction ; owl:onProperty :ring ; owl:minCardinality "2"^^xsd:nonNegativeInteger ] .\n',
        ":ring a owl:ObjectProperty . :Binary a owl:Class ; rdfs:subClassOf "
        '[ a owl:Restriction ; owl:onProperty :ring ; owl:minCardinality "2"^^xsd:nonNegativeInteger ] .\n',
    ),
    _make(
        "h", "planets", _EMPTY_PROPERTY, "lights-domain-Star lights-subproperty-of-hasMoon hasMoon-domain-Planet "
        "Planet-disjoint-with-Star",
        "", "",
        ":lights a owl:ObjectProperty ; rdfs:domain :Star ; rdfs:subPropertyOf :hasMoon .\n",
        ":lights a owl:ObjectProperty ; rdfs:domain :Star ; rdfs:subPropertyOf :belongsTo .\n",
    ),
)  # fmt: skip

_GUILD_AXIOMS = """
g:fee a owl:DatatypeProperty, owl:FunctionalProperty . g:pension a owl:DatatypeProperty .
g:apprenticed a owl:DatatypeProperty ; rdfs:range xsd:integer . g:rank a owl:DatatypeProperty .
g:praises a owl:ObjectProperty ; owl:propertyDisjointWith g:blames . g:blames a owl:ObjectProperty .
g:year a owl:DatatypeProperty, owl:FunctionalProperty . g:founded rdfs:subPropertyOf g:year .
g:closed rdfs:subPropertyOf g:year . g:Odd a owl:Class . g:total a owl:DatatypeProperty, owl:FunctionalProperty .
g:founded a owl:DatatypeProperty . g:closed a owl:DatatypeProperty . g:Busy a owl:Class .
"""
_GUILD = (
    _make(
        "a", "guild", _NEVER, "owing-and-not",
        "rule owing-and-not\n  owes(?x, ?y) ^ Member(?x) ^ not owes(?x, ?z) -> Odd(?x)\n",
        "rule owing-and-not\n  owes(?x, ?y) ^ Member(?x) ^ not owes(?y, ?z) -> Odd(?x)\n",
        _GUILD_AXIOMS, _GUILD_AXIOMS,
    ),
    _make(
        "a", "guild", _NEVER, "walking-workshop worksIn-domain-Person Person-disjoint-with-Workshop",
        "rule walking-workshop\n  Workshop(?x) ^ worksIn(?x, ?y) -> Odd(?x)\n",
        "rule walking-workshop\n  Workshop(?y) ^ worksIn(?x, ?y) ^ owns(?x, ?y) -> Odd(?x)\n",
    ),
    _make(
        "b", "guild", _CLASH, "fee-of-masters fee-of-experienced fee-functional",
        "rule fee-of-masters\n  Master(?x) -> fee(?x, 5)\nrule fee-of-experienced\n  Experienced(?x) -> fee(?x, 3)\n",
        "rule fee-of-masters\n  Master(?x) -> fee(?x, 5)\nrule fee-of-experienced\n  Experienced(?x) -> fee(?x, 5)\n",
    ),
    _make(
        "b", "guild", _CLASH, "total-of-years total-of-apprentices total-functional",
        "rule total-of-years\n  entered(?x, ?a) ^ left(?x, ?b) ^ ?n = ?b - ?a -> total(?x, ?n)\n"
        "rule total-of-apprentices\n  apprenticed(?x, ?a) ^ left(?x, ?b) ^ ?n = ?b - ?a -> total(?x, ?n)\n",
        "rule total-of-years\n  entered(?x, ?a) ^ left(?x, ?b) ^ ?n = ?b - ?a -> total(?x, ?n)\n"
        "rule total-of-apprentices\n  apprenticed(?x, ?a) ^ left(?x, ?b) ^ ?n = ?b - ?a -> learned(?x, ?n)\n",
        "g:learned a owl:DatatypeProperty .\n", "g:learned a owl:DatatypeProperty .\n",
    ),
    _make(
        "b", "guild", _CLASH, "praise blame blames-disjoint-with-praises",
        "rule praise\n  teaches(?x, ?y) -> praises(?x, ?y)\nrule blame\n  cheated(?x, ?y) -> blames(?x, ?y)\n",
        "rule praise\n  teaches(?x, ?y) -> praises(?x, ?y)\nrule blame\n  cheated(?x, ?y) -> blames(?y, ?y)\n",
    ),
    _make(
        "c", "guild", _NOTHING_NEW, "very-experienced experienced",
        "rule very-experienced\n  served(?x, ?n) ^ ?n > 10 -> Experienced(?x)\n",
        "rule very-experienced\n  served(?x, ?n) ^ ?n > 10 -> Odd(?x)\n",
    ),
    _make(
        "c", "guild", "constraint.redundant", "nearly-after leaving-after-entering",
        "constraint nearly-after\n  entered(?x, ?a) ^ left(?x, ?b) -> ?b >= ?a - 5\n",
        "constraint nearly-after\n  entered(?x, ?a) ^ left(?x, ?b) -> ?b <= ?a + 70\n",
    ),
    _make(
        "c", "guild", _NOTHING_NEW, "owner-works owns-subproperty-of-worksIn worksIn-domain-Person",
        "rule owner-works\n  owns(?x, ?w) ^ Workshop(?w) -> Person(?x)\n",
        "rule owner-works\n  owns(?x, ?w) ^ Workshop(?w) -> Busy(?x)\n",
    ),
    _make(
        "d", "guild", _MAY_BREAK, "pension-of most-pension",
        "rule pension-of\n  served(?x, ?n) ^ ?p = ?n * 10 -> pension(?x, ?p)\n"
        "constraint most-pension\n  pension(?x, ?p) -> ?p <= 500\n",
        "rule pension-of\n  served(?x, ?n) ^ ?p = ?n * 10 ^ ?n <= 50 -> pension(?x, ?p)\n"
        "constraint most-pension\n  pension(?x, ?p) -> ?p <= 500\n",
    ),
    _make(
        "d", "guild", _BREAKS, "dues-of most-dues",
        "rule dues-of\n  Member(?x) ^ worksIn(?x, ?w) -> dues(?x, 120)\n"
        "constraint most-dues\n  dues(?x, ?p) -> ?p <= 100\n",
        "rule dues-of\n  Member(?x) ^ worksIn(?x, ?w) -> dues(?x, 90)\n"
        "constraint most-dues\n  dues(?x, ?p) -> ?p <= 100\n",
        "g:dues a owl:DatatypeProperty .\n", "g:dues a owl:DatatypeProperty .\n",
    ),
    _make(
        "e", "guild", _GAP, "novice adept",
        'rule novice\n  served(?x, ?n) ^ ?n <= 3 -> rank(?x, "novice")\n'
        'rule adept\n  served(?x, ?n) ^ ?n >= 5 -> rank(?x, "adept")\n',
        'rule novice\n  served(?x, ?n) ^ ?n <= 3 -> rank(?x, "novice")\n'
        'rule adept\n  served(?x, ?n) ^ ?n >= 4 -> rank(?x, "adept")\n',
    ),
    _make(
        "g", "guild", _UNMET, "open-a-while year-functional founded-subproperty-of-year closed-subproperty-of-year",
        "constraint open-a-while\n  founded(?x, ?a) ^ g:closed(?x, ?b) -> ?b > ?a\n",
        "constraint open-a-while\n  founded(?x, ?a) ^ g:left(?x, ?b) -> ?b > ?a\n",
    ),
    _make(
        "g", "guild", "constraint.contradictory", "sold-after sold-before",
        "constraint sold-after\n  bought(?x, ?a) ^ sold(?x, ?b) -> ?b >= ?a\n"
        "constraint sold-before\n  bought(?x, ?a) ^ sold(?x, ?b) -> ?b < ?a\n",
        "constraint sold-after\n  bought(?x, ?a) ^ sold(?x, ?b) -> ?b >= ?a\n"
        "constraint sold-before\n  bought(?x, ?a) ^ sold(?x, ?b) -> ?b < ?a + 100\n",
        "g:bought a owl:DatatypeProperty . g:sold a owl:DatatypeProperty .\n",
        "g:bought a owl:DatatypeProperty . g:sold a owl:DatatypeProperty .\n",
    ),
    _make(
        "g", "guild", _UNMET, "halls-owe owes-domain-Person Hall-disjoint-with-Person",
        "constraint halls-owe\n  Hall(?x) ^ not owes(?x, ?y) -> false\n",
        "constraint halls-owe\n  Hall(?x) ^ worksIn(?y, ?x) ^ not owes(?y, ?x) -> false\n",
        "g:owes rdfs:domain g:Person . g:Hall a owl:Class ; owl:disjointWith g:Person .\n",
        "g:owes rdfs:domain g:Person . g:Hall a owl:Class ; owl:disjointWith g:Person .\n",
    ),
)  # fmt: skip

_KINSHIP = (
    _make(
        "a", "kinship", _NEVER, "mother-who-is-a-man hasMother-range-Woman Man-disjoint-with-Woman",
        "rule mother-who-is-a-man\n  hasMother(?x, ?y) ^ Man(?y) -> Monarch(?x)\n",
        "rule mother-who-is-a-man\n  hasMother(?x, ?y) ^ Woman(?y) ^ reignBegan(?x, 1) -> Odd(?x)\n",
        "k:Odd a owl:Class .\n", "k:Odd a owl:Class .\n",
    ),
    _make(
        "a", "kinship", _NEVER, "young-parent parent-older",
        "rule young-parent\n  hasParent(?x, ?y) ^ bornIn(?x, ?a) ^ bornIn(?y, ?b) ^ ?a < ?b + 10 -> Odd(?y)\n",
        "rule young-parent\n  hasParent(?x, ?y) ^ bornIn(?x, ?a) ^ bornIn(?y, ?b) ^ ?a < ?b + 16 -> Odd(?y)\n",
    ),
    _make(
        "c", "kinship", _NOTHING_NEW, "fathers-father grandfather hasFather-subproperty-of-hasParent",
        "rule fathers-father\n  hasFather(?x, ?y) ^ hasFather(?y, ?z) -> hasGrandfather(?x, ?z)\n",
        "rule fathers-father\n  hasFather(?x, ?y) ^ hasFather(?y, ?z) -> hasNameGiver(?x, ?z)\n",
        "k:hasNameGiver a owl:ObjectProperty .\n", "k:hasNameGiver a owl:ObjectProperty .\n",
    ),
    _make(
        "d", "kinship", _BREAKS, "twins noTwinOfOneself",
        "rule twins\n  hasMother(?x, ?m) ^ hasMother(?y, ?m) ^ bornIn(?x, ?a) ^ bornIn(?y, ?a) -> hasTwin(?x, ?y)\n"
        "constraint noTwinOfOneself\n  hasTwin(?x, ?x) -> false\n",
        "rule twins\n  hasMother(?x, ?m) ^ hasMother(?y, ?m) ^ bornIn(?x, ?a) ^ bornIn(?y, ?a) ^ ?x != ?y "
        "-> hasTwin(?x, ?y)\nconstraint noTwinOfOneself\n  hasTwin(?x, ?x) -> false\n",
        "k:hasTwin a owl:ObjectProperty .\n", "k:hasTwin a owl:ObjectProperty .\n",
    ),
    _make(
        "e", "kinship", _OVERLAP, "short-reign middling-reign",
        'rule short-reign\n  reignedYears(?x, ?n) ^ ?n <= 5 -> reignKind(?x, "short")\n'
        'rule middling-reign\n  reignedYears(?x, ?n) ^ ?n >= 5 ^ ?n < 40 -> reignKind(?x, "middling")\n',
        'rule short-reign\n  reignedYears(?x, ?n) ^ ?n < 5 -> reignKind(?x, "short")\n'
        'rule middling-reign\n  reignedYears(?x, ?n) ^ ?n >= 5 ^ ?n < 40 -> reignKind(?x, "middling")\n',
        "k:reignKind a owl:DatatypeProperty .\n", "k:reignKind a owl:DatatypeProperty .\n",
    ),
    _make(
        "g", "kinship", "constraint.contradictory", "parent-older parent-near",
        "constraint parent-near\n  hasParent(?x, ?y) ^ bornIn(?x, ?a) ^ bornIn(?y, ?b) -> ?a <= ?b + 10\n",
        "constraint parent-near\n  hasParent(?x, ?y) ^ bornIn(?x, ?a) ^ bornIn(?y, ?b) -> ?a <= ?b + 90\n",
    ),
    _make(
        "h", "kinship", _EMPTY, "ManAndWoman-subclass-of-Man ManAndWoman-subclass-of-Woman Man-disjoint-with-Woman",
        "", "",
        "k:ManAndWoman a owl:Class ; rdfs:subClassOf k:Man, k:Woman . k:Special rdfs:subClassOf k:ManAndWoman .\n",
        "k:ManAndWoman a owl:Class ; rdfs:subClassOf k:Man, k:Person . k:Special rdfs:subClassOf k:ManAndWoman .\n",
    ),
)  # fmt: skip

_ACT = (
    _make(
        "a", "act", _NEVER, "act-between",
        "rule act-between\n  IntelligentSystem(?s) ^ hasParameterCount(?s, ?n) ^ ?n < 1000 ^ ?n > 5000 -> Tiny(?s)\n",
        "rule act-between\n  IntelligentSystem(?s) ^ hasParameterCount(?s, ?n) ^ ?n > 1000 ^ ?n < 5000 -> Tiny(?s)\n",
        ":Tiny a owl:Class .\n", ":Tiny a owl:Class .\n",
    ),
    _make(
        "b", "act", _CLASH, "act-huge act-modest hasBudgetClass-functional",
        "rule act-huge\n  hasParameterCount(?s, ?n) ^ ?n > 100 -> hasBudgetClass(?s, HugeBudget)\n"
        "rule act-modest\n  hasFLOPS(?s, ?n) ^ ?n < 100 -> hasBudgetClass(?s, ModestBudget)\n",
        "rule act-huge\n  hasParameterCount(?s, ?n) ^ ?n > 100 -> hasBudgetClass(?s, HugeBudget)\n"
        "rule act-modest\n  hasFLOPS(?s, ?n) ^ ?n < 100 -> hasPowerClass(?s, ModestBudget)\n",
        ":hasBudgetClass a owl:ObjectProperty, owl:FunctionalProperty . :hasPowerClass a owl:ObjectProperty .\n"
        ":HugeBudget a owl:NamedIndividual . :ModestBudget a owl:NamedIndividual .\n",
        ":hasBudgetClass a owl:ObjectProperty, owl:FunctionalProperty . :hasPowerClass a owl:ObjectProperty .\n"
        ":HugeBudget a owl:NamedIndividual . :ModestBudget a owl:NamedIndividual .\n",
    ),
    _make(
        "c", "act", _NOTHING_NEW, "act-purpose-requirement rule-nav-purpose-criterion rule-nav-criterion-requirement",
        "rule act-purpose-requirement\n  hasPurpose(?s, ?p) ^ activatesCriterion(?p, ?c) ^ activatesRequirement(?c, ?r)"
        " -> hasComplianceRequirement(?s, ?r)\n",
        "rule act-purpose-requirement\n  hasPurpose(?s, ?p) ^ activatesCriterion(?p, ?c) ^ activatesRequirement(?c, ?r)"
        " -> mayNeed(?s, ?r)\n",
        ":mayNeed a owl:ObjectProperty .\n", ":mayNeed a owl:ObjectProperty .\n",
    ),
    _make(
        "d", "act", _BREAKS, "act-score act-most",
        "rule act-score\n  IntelligentSystem(?s) ^ hasAccuracyRate(?s, ?a) -> hasScore(?s, 150)\n"
        "constraint act-most\n  hasScore(?s, ?n) -> ?n <= 100\n",
        "rule act-score\n  IntelligentSystem(?s) ^ hasAccuracyRate(?s, ?a) -> hasScore(?s, 50)\n"
        "constraint act-most\n  hasScore(?s, ?n) -> ?n <= 100\n",
        ":hasScore a owl:DatatypeProperty .\n", ":hasScore a owl:DatatypeProperty .\n",
    ),
    _make(
        "e", "act", _GAP, "act-weak act-strong",
        'rule act-weak\n  IntelligentSystem(?s) ^ hasFLOPS(?s, ?n) ^ ?n < 1.0e20 -> hasPower(?s, "weak")\n'
        'rule act-strong\n  IntelligentSystem(?s) ^ hasFLOPS(?s, ?n) ^ ?n > 1.0e20 -> hasPower(?s, "strong")\n',
        'rule act-weak\n  IntelligentSystem(?s) ^ hasFLOPS(?s, ?n) ^ ?n < 1.0e20 -> hasPower(?s, "weak")\n'
        'rule act-strong\n  IntelligentSystem(?s) ^ hasFLOPS(?s, ?n) ^ ?n >= 1.0e20 -> hasPower(?s, "strong")\n',
        ":hasPower a owl:DatatypeProperty .\n", ":hasPower a owl:DatatypeProperty .\n",
    ),
)  # fmt: skip

_OTHERS = (
    _make(
        "h", "fhkb", _EMPTY,
        "Androgyne-subclass-of-Mann Androgyne-subclass-of-Frau Mann-some-hasSex Frau-some-hasSex hasSex-functional "
        "Femaleness-disjoint-with-Maleness",
        "", "",
        "f:Mann a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty h:hasSex ; "
        "owl:someValuesFrom h:Maleness ] .\n"
        "f:Frau a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty h:hasSex ; "
        "owl:someValuesFrom h:Femaleness ] .\n"
        "f:Androgyne a owl:Class ; rdfs:subClassOf f:Mann, f:Frau .\n",
        "f:Mann a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty h:hasSex ; "
        "owl:someValuesFrom h:Maleness ] .\n"
        "f:Frau a owl:Class ; rdfs:subClassOf [ a owl:Restriction ; owl:onProperty h:hasSex ; "
        "owl:someValuesFrom h:Femaleness ] .\n"
        "f:Androgyne a owl:Class ; rdfs:subClassOf f:Frau .\n",
    ),
    _make(
        "h", "diseases", _EMPTY,
        "Mixed-subclass-of-DOID_1612 Mixed-subclass-of-DOID_1324 DOID_1324-disjoint-with-DOID_1612",
        "", "",
        "obo:DOID_1612 owl:disjointWith obo:DOID_1324 . obo:Mixed a owl:Class ; "
        "rdfs:subClassOf obo:DOID_1612, obo:DOID_1324 .\n",
        "obo:DOID_1612 owl:disjointWith obo:DOID_1324 . obo:Mixed a owl:Class ; rdfs:subClassOf obo:DOID_1612 .\n",
    ),
)  # fmt: skip

DEFECTS: tuple[Defect, ...] = (*_PLANETS, *_GUILD, *_KINSHIP, *_ACT, *_OTHERS)
