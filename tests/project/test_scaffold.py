"""New projects: the starter, and from ontologies of others; and bringing files into canonical form."""

from pathlib import Path

import pytest

from workbench.errors import InputError, InvalidKnowledgeError, ProjectError, UsageError
from workbench.formats.canonical import compute_digest
from workbench.project import EXAMPLES, format_project, history, init, load, undo
from workbench.project.scaffold import slugify


def read_tree(root: Path) -> dict[str, bytes]:
    return {path.relative_to(root).as_posix(): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_the_starter_is_small_clean_and_canonical(tmp_path: Path) -> None:
    project = init(tmp_path / "new")
    assert project.violations == ()
    assert len(project.files) <= 6
    assert format_project(project, check=True) == []
    domain = project.get_domain()
    assert len(domain.rules) >= 2 and domain.constraints and domain.shapes and domain.rule_tests
    assert len(domain.select("reviewed").assertions) == len(domain.assertions)
    assert all(domain.get_provenance(fact).sources for fact in domain.assertions)
    assert all(rule.provenance.sources and rule.sentences for rule in (*domain.rules, *domain.constraints))
    phrased = {t[0] for t in domain.annotations if t[1].endswith("#phrase>")}
    labelled = {t[0] for t in domain.annotations if t[1].endswith("#label>")}
    named = {name for name, kind in domain.kinds.items() if kind in ("class", "property")}
    assert named == phrased
    assert set(domain.kinds) == labelled


def test_every_example_can_be_had(tmp_path: Path) -> None:
    for name in EXAMPLES:
        assert init(tmp_path / name, example=name).violations == ()
    with pytest.raises(UsageError, match=", ".join(EXAMPLES)):
        init(tmp_path / "x", example="nothing")
    with pytest.raises(UsageError, match="not from both"):
        init(tmp_path / "x", example="planets", sources=[tmp_path / "a.ttl"])


def test_what_is_there_is_never_overwritten(tmp_path: Path) -> None:
    root = tmp_path / "p"
    init(root)
    with pytest.raises(ProjectError, match="already"):
        init(root)
    other = tmp_path / "q"
    (other / "ontologies/planets").mkdir(parents=True)
    (other / "ontologies/planets/planets.ttl").write_text("# mine\n")
    with pytest.raises(UsageError, match="there already"):
        init(other)
    assert read_tree(other) == {"ontologies/planets/planets.ttl": b"# mine\n"}
    file = tmp_path / "file"
    file.write_text("x")
    with pytest.raises(UsageError, match="is a file"):
        init(file)


def test_a_folder_with_other_files_is_fine(tmp_path: Path) -> None:
    (tmp_path / "README.md").write_text("hello\n")
    extra = {"curricula/planets/curriculum.yaml": b"levels: []\n"}
    project = init(tmp_path, extra_files=extra)
    assert (tmp_path / "README.md").read_text() == "hello\n"
    curriculum = project.get_domain().curriculum_file
    assert curriculum is not None and curriculum.data == b"levels: []\n"
    with pytest.raises(UsageError, match="hidden"):
        init(tmp_path / "x", extra_files={"../x": b""})


def test_from_an_ontology_of_others(tmp_path: Path, shared_data: Path) -> None:
    source = shared_data / "fhkb/rdfxml/fhkb_ch10_merged.ttl"
    project = init(tmp_path / "p", sources=[source])
    domain = project.get_domain("fhkb-ch10-merged")
    assert project.files["ontologies/fhkb-ch10-merged/fhkb-ch10-merged.ttl"].data == source.read_bytes()
    assert not [v for v in project.violations if v.severity == "error"]
    assert len(domain.triples) > 1500 and domain.assertions
    assert project.config.base.startswith("http://owl.cs.manchester.ac.uk/")
    assert project.fingerprint == load(tmp_path / "p").fingerprint
    before = project.read_rdf("ontologies/fhkb-ch10-merged/fhkb-ch10-merged.ttl")
    assert format_project(project) == ["ontologies/fhkb-ch10-merged/fhkb-ch10-merged.ttl"]
    formatted = load(tmp_path / "p")
    after = formatted.read_rdf("ontologies/fhkb-ch10-merged/fhkb-ch10-merged.ttl")
    assert before is not None and after is not None
    assert compute_digest(before.graph.triples) == compute_digest(after.graph.triples)
    assert formatted.fingerprint == project.fingerprint
    assert undo(formatted).files == project.files


def test_from_several_files(tmp_path: Path) -> None:
    ontology, shapes, rules = tmp_path / "My Law.ttl", tmp_path / "s.ttl", tmp_path / "r.rules"
    ontology.write_text(
        "@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .\n@prefix : <urn:law:> .\n"
        ':A rdfs:label "Erbe"@de .\n:B rdfs:label "Heir"@en, "Erbe"@de .\n'
    )
    shapes.write_text("<urn:law:S> a <http://www.w3.org/ns/shacl#NodeShape> .\n")
    rules.write_text("prefix : <urn:law:>\nrule r\n  A(?x) -> B(?x)\n")
    project = init(tmp_path / "p", sources=[ontology, shapes, rules])
    assert sorted(project.files) == [
        "ontologies/my-law/my-law.ttl", "ontologies/my-law/r.rules", "validators/my-law/s.ttl", "workbench.yaml",
    ]  # fmt: skip
    assert project.violations == ()
    assert project.config.name == "My Law"
    assert project.config.base == "urn:law:"
    assert project.config.languages == ("de", "en")


def test_a_file_that_needs_a_base_gets_one(tmp_path: Path, shared_data: Path) -> None:
    project = init(tmp_path, sources=[shared_data / "lubm/University0_0.owl"])
    assert project.config.base == "https://example.org/university0-0#"
    assert not [v for v in project.violations if v.severity == "error"]
    assert len(project.get_domain().triples) > 8000


@pytest.mark.parametrize("name", ["absent.ttl", "a.docx", "folder.ttl"])
def test_sources_that_cannot_be_read(tmp_path: Path, name: str) -> None:
    (tmp_path / "folder.ttl").mkdir()
    with pytest.raises((InputError, UsageError), match=name.replace(".", r"\.")):
        init(tmp_path / "p", sources=[tmp_path / name])
    assert not (tmp_path / "p").exists()


def test_slugs() -> None:
    assert slugify("fhkb_ch10 Merged (2)") == "fhkb-ch10-merged-2"
    assert slugify("Ähre") == "hre"
    assert slugify("???") == "domain"


def test_formatting_is_one_edit_and_stops_at_errors(tmp_path: Path) -> None:
    init(tmp_path)
    turtle, rules = tmp_path / "ontologies/planets/planets.ttl", tmp_path / "ontologies/planets/planets.rules"
    turtle.write_text(turtle.read_text() + "\n# Ceres\n:ceres   a :CelestialBody,:Planet.\n")
    rules.write_text(rules.read_text() + '\nrule x\n  en   "X."\n  Planet(?x)->CelestialBody(?x)\n')
    before, project = read_tree(tmp_path), load(tmp_path)
    paths = ["ontologies/planets/planets.rules", "ontologies/planets/planets.ttl"]
    assert format_project(project, check=True) == paths
    assert read_tree(tmp_path) == before
    assert format_project(project) == paths
    formatted = load(tmp_path)
    assert "# Ceres" in turtle.read_text()
    assert formatted.get_domain().triples == project.get_domain().triples
    assert formatted.get_domain().rules == project.get_domain().rules
    assert format_project(formatted) == []
    assert [entry.label for entry in history(formatted)] == ["Format 2 files"]
    assert undo(formatted).files == project.files
    turtle.write_text(turtle.read_text() + ":broken :broken\n")
    with pytest.raises(InvalidKnowledgeError, match=r"planets\.ttl") as caught:
        format_project(load(tmp_path))
    assert caught.value.report.has_errors
    assert rules.read_bytes() == before["ontologies/planets/planets.rules"]
