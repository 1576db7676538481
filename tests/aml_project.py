"""A project over the anti-money-laundering tables: companies, people, shares; written at test time only."""

import shutil
from collections.abc import Sequence
from pathlib import Path

CONFIGURATION = """version: 1
name: AML
base: https://example.org/aml#
prefixes:
  aml: https://example.org/aml#
  xsd: http://www.w3.org/2001/XMLSchema#
  rdfs: http://www.w3.org/2000/01/rdf-schema#
domains:
  aml: {}
"""

ONTOLOGY = """@prefix : <https://example.org/aml#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

:Company a owl:Class ; rdfs:label "company"@en ; wb:phrase "{subject} is a company"@en .
:Person a owl:Class ; rdfs:label "person"@en ; wb:phrase "{subject} is a person"@en .
:Account a owl:Class ; rdfs:label "account"@en ; wb:phrase "{subject} is an account"@en .
:Transaction a owl:Class ; rdfs:label "transaction"@en ; wb:phrase "{subject} is a transaction"@en .
:shareIn a owl:ObjectProperty ; rdfs:label "share in"@en ; wb:phrase "{subject} is a share in {object}"@en .
:holder a owl:ObjectProperty ; rdfs:label "holder"@en ; wb:phrase "{subject} is held by {object}"@en .
:percent a owl:DatatypeProperty ; rdfs:label "percent"@en ; wb:phrase "{subject} is {object} percent"@en .
:from a owl:ObjectProperty ; rdfs:label "from"@en ; wb:phrase "{subject} comes from {object}"@en .
:to a owl:ObjectProperty ; rdfs:label "to"@en ; wb:phrase "{subject} goes to {object}"@en .
:amount a owl:DatatypeProperty ; rdfs:label "amount"@en ; wb:phrase "{subject} has the amount {object}"@en .
:day a owl:DatatypeProperty ; rdfs:label "day"@en ; wb:phrase "{subject} was made on {object}"@en .
"""

COMPANIES = """file: aml_dataset_companies.csv
source: Stardog examples
rows:
  - subject: aml:company-{id}
    class: aml:Company
    label:
      text: "Company {id}"
      language: en
"""

PEOPLE = """file: aml_dataset_people.csv
rows:
  - subject: aml:person-{id}
    class: aml:Person
    label:
      text: "Person {id}"
      language: en
"""

PEOPLE_SHARES = """file: aml_dataset_people_shares.csv
columns: [person, company, share]
state: reviewed
rows:
  - subject: aml:share-{person}-in-{company}
    label:
      text: "the share of Person {person} in Company {company}"
      language: en
    facts:
      - property: aml:holder
        individual: aml:person-{person}
      - property: aml:shareIn
        individual: aml:company-{company}
      - property: aml:percent
        column: share
        datatype: xsd:integer
"""

COMPANY_SHARES = """file: aml_dataset_companies_shares.csv
rows:
  - subject: aml:share-c{company1}-in-{company2}
    label:
      text: "the share of Company {company1} in Company {company2}"
      language: en
    facts:
      - property: aml:holder
        individual: aml:company-{company1}
      - property: aml:shareIn
        individual: aml:company-{company2}
      - property: aml:percent
        column: share
        datatype: xsd:integer
"""

TRANSACTIONS = """file: aml_dataset_transactions.csv
rows:
  - subject: aml:transaction-{tx_id}
    class: aml:Transaction
    facts:
      - property: aml:from
        individual: aml:account-{account1}
      - property: aml:to
        individual: aml:account-{account2}
      - property: aml:amount
        column: amount
        datatype: xsd:decimal
      - property: aml:day
        column: tx_date
        datatype: xsd:date
"""

MAPPINGS = {
    "companies": COMPANIES,
    "people": PEOPLE,
    "people_shares": PEOPLE_SHARES,
    "companies_shares": COMPANY_SHARES,
    "transactions": TRANSACTIONS,
}

SHARES = ("companies", "people", "people_shares", "companies_shares")

ADD_UP = """constraint shares-add-up
  en "Nobody can own more than all of a company."
  Company(?c) -> sum(?s: shareIn(?h, ?c) ^ percent(?h, ?s)) <= 100
"""


def write_project(
    root: Path, data: Path, tables: Sequence[str] = SHARES, constraints: str = ADD_UP, rules: str = ""
) -> Path:
    """Write a project with copies of the named tables, and return its folder."""
    folder = root / "ontologies" / "aml"
    folder.mkdir(parents=True)
    (root / "workbench.yaml").write_text(CONFIGURATION)
    (folder / "aml.ttl").write_text(ONTOLOGY)
    for name in tables:
        shutil.copy(data / "aml-finance" / f"aml_dataset_{name}.csv", folder)
        (folder / f"{name}.table.yaml").write_text(MAPPINGS[name])
    if rules:
        (folder / "aml.rules").write_text(rules)
    if constraints:
        (root / "validators" / "aml").mkdir(parents=True)
        (root / "validators" / "aml" / "aml.rules").write_text(constraints)
    return root
