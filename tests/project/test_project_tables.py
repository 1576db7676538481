"""Tables in a project: assertions like any other, with places, provenance, digests, edits."""

from pathlib import Path

import pytest
from aml_project import write_project

from workbench.build import check
from workbench.errors import EditError, InputError
from workbench.project import Edit, Project, TextPatch, TripleDelta, apply, format_project, load, preview, undo
from workbench.project.files import SourceFile

AML = "https://example.org/aml#"
SHARE = (f"<{AML}share-80-in-727>", f"<{AML}percent>", '"42"^^<http://www.w3.org/2001/XMLSchema#integer>')
TABLE = "ontologies/aml/aml_dataset_people_shares.csv"
PEOPLE = "person,company,share\n80,727,42\n81,727,58\n"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A project with one small table, its other mapping left out."""
    data = tmp_path / "data" / "aml-finance"
    data.mkdir(parents=True)
    (data / "aml_dataset_people_shares.csv").write_text(PEOPLE)
    return write_project(tmp_path / "project", tmp_path / "data", ["people_shares"], constraints="")


def test_facts_of_a_table_are_assertions_at_their_cells(folder: Path) -> None:
    project = load(folder)
    domain = project.get_domain()
    assert project.violations == ()
    assert SHARE in domain.assertions
    assert domain.sources[SHARE] == TABLE
    assert str(project.locate(SHARE)) == f"{TABLE}:2:8"
    assert str(project.locate(SHARE[0])) == f"{TABLE}:2:1"
    assert domain.get_provenance(SHARE).state == "reviewed"
    assert SHARE in domain.select("reviewed").triples
    assert SHARE not in domain.select("draft").triples


def test_findings_about_facts_of_a_table_point_into_it(folder: Path) -> None:
    table = folder / TABLE
    table.write_text(PEOPLE.replace("58", "5 8"))
    (found,) = load(folder).violations
    assert (found.code, str(found.location)) == ("table.ill-typed-cell", f"{TABLE}:3:8")
    ontology = folder / "ontologies/aml/aml.ttl"
    ontology.write_text(
        ontology.read_text().replace(":percent a owl:DatatypeProperty", ":percents a owl:DatatypeProperty")
    )
    table.write_text(PEOPLE)
    report = check(load(folder)).report
    assert ("ontology.undeclared", TABLE) in {(v.code, v.location.path) for v in report.violations if v.location}


def test_a_table_that_no_mapping_names_is_not_read(folder: Path) -> None:
    (folder / "ontologies/aml/other.csv").write_bytes(b"\xff\x00")
    with (folder / "ontologies/aml/huge.csv").open("wb") as stream:
        stream.truncate(200_000_000)
    project = load(folder)
    assert project.violations == ()
    assert not {"ontologies/aml/other.csv", "ontologies/aml/huge.csv"} & project.files.keys()
    mapping = folder / "ontologies/aml/people_shares.table.yaml"
    mapping.write_text(mapping.read_text().replace("aml_dataset_people_shares.csv", "huge.csv"))
    with pytest.raises(InputError, match="200,000,000 bytes"):
        load(folder)


def test_a_missing_table_is_told_at_its_mapping(folder: Path) -> None:
    (folder / TABLE).unlink()
    (found,) = load(folder).violations
    assert (found.code, str(found.location)) == ("table.missing", "ontologies/aml/people_shares.table.yaml:1:1")


def test_a_link_out_of_the_project_is_not_followed(folder: Path, tmp_path: Path) -> None:
    (folder / TABLE).unlink()
    (folder / TABLE).symlink_to(tmp_path / "data/aml-finance/aml_dataset_people_shares.csv")
    assert {violation.code for violation in load(folder).violations} == {"project.link", "table.missing"}


def test_an_edit_of_a_table_changes_its_facts_and_can_be_undone(folder: Path) -> None:
    project = load(folder)
    digest = project.content_digests[TABLE]
    patch = TextPatch(TABLE, project.files[TABLE].digest, PEOPLE.replace("42", "40"))
    changed = apply(project, Edit("Correct a share", (patch,)))
    new = (SHARE[0], SHARE[1], SHARE[2].replace("42", "40"))
    assert SHARE not in changed.get_domain().assertions
    assert str(changed.locate(new)) == f"{TABLE}:2:8"
    assert changed.content_digests[TABLE] != digest
    assert changed.fingerprint == load(folder).fingerprint
    undo(changed)
    assert load(folder).fingerprint == project.fingerprint
    assert (folder / TABLE).read_text() == PEOPLE


def test_triples_are_not_edited_in_a_table(folder: Path) -> None:
    project = load(folder)
    with pytest.raises(EditError, match="is a table, which is edited as text"):
        preview(project, Edit("Drop", (TripleDelta(TABLE, removed=(SHARE,)),)))


def test_formatting_leaves_tables_alone(folder: Path) -> None:
    (folder / TABLE).write_text(PEOPLE.replace("42", " 42 ").replace("\n", "\r\n"), newline="")
    before = (folder / TABLE).read_bytes()
    changed = format_project(load(folder))
    assert not [path for path in changed if not path.endswith(".ttl")]
    assert (folder / TABLE).read_bytes() == before


def test_a_mapping_that_comes_or_goes_takes_its_table_along(folder: Path) -> None:
    mapping = folder / "ontologies/aml/people_shares.table.yaml"
    data = mapping.read_bytes()
    mapping.unlink()
    project = load(folder)
    assert TABLE not in project.files
    path = "ontologies/aml/people_shares.table.yaml"
    with_mapping = apply(project, Edit("Read the table", (TextPatch(path, None, data),)))
    assert SHARE in with_mapping.get_domain().assertions
    assert with_mapping.fingerprint == load(folder).fingerprint
    without = apply(with_mapping, Edit("Leave the table", (TextPatch(path, with_mapping.files[path].digest, None),)))
    assert without.fingerprint == load(folder).fingerprint


def test_tables_in_memory(folder: Path) -> None:
    on_disk = load(folder)
    files = {path: SourceFile(path, file.data) for path, file in on_disk.files.items()}
    project = Project.assemble(None, on_disk.config, files)
    assert project.get_domain().assertions == on_disk.get_domain().assertions


def test_two_mappings_of_one_table_and_a_fact_stated_twice(folder: Path) -> None:
    first = (folder / "ontologies/aml/people_shares.table.yaml").read_text()
    second = first.replace("state: reviewed", "source: Second look\nstate: draft")
    (folder / "ontologies/aml/second.table.yaml").write_text(second)
    project = load(folder)
    assert project.violations == ()
    assert str(project.locate(SHARE)) == f"{TABLE}:2:8"
    provenance = project.get_domain().get_provenance(SHARE)
    assert (provenance.state, provenance.sources) == ("draft", ("Second look",))


def test_the_whole_of_a_real_table_is_read(tmp_path: Path, shared_data: Path) -> None:
    project = load(write_project(tmp_path / "aml", shared_data, ["transactions"], constraints=""))
    domain = project.get_domain()
    assert project.violations == ()
    assert len(domain.assertions) == 5 * 23_259
    fact = (f"<{AML}transaction-23259>", f"<{AML}day>")
    (triple,) = [t for t in domain.triples if t[:2] == fact]
    line = (folder_text := project.files["ontologies/aml/aml_dataset_transactions.csv"].text).count(
        "\n", 0, folder_text.index("\n23259,")
    ) + 2
    assert str(project.locate(triple)).startswith(f"ontologies/aml/aml_dataset_transactions.csv:{line}:")


def test_tables_in_a_notebook(folder: Path) -> None:
    ontologies = folder / "ontologies/aml"
    tables = [folder / TABLE, ontologies / "people_shares.table.yaml"]
    prefixes = {"aml": AML, "xsd": "http://www.w3.org/2001/XMLSchema#"}
    project = Project.from_files([ontologies / "aml.ttl"], prefixes=prefixes, tables=tables)
    assert SHARE in project.get_domain().assertions
    assert str(project.locate(SHARE)) == "ontologies/notebook/aml_dataset_people_shares.csv:2:8"
    with pytest.raises(InputError, match="could not be read"):
        Project.from_files(tables=[folder / "none.csv"])
