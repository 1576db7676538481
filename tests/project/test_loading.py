"""A folder becomes a project: located findings, no way out of the folder, limits."""

import os
import pickle
from pathlib import Path

import pytest

from workbench.errors import InputError, ProjectError, SelectionError, UsageError
from workbench.model.report import Location
from workbench.project import Project, load
from workbench.project import files as project_files
from workbench.project.patterns import compile_pattern, matches

K = "https://example.org/kinship#"
ONTOLOGY = f"""@prefix : <{K}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<https://example.org/kinship> a owl:Ontology ; owl:imports <https://example.org/gone> .
:hasParent a owl:ObjectProperty .
:ann :hasParent :bob .
"""
RULE = "rule r\n  hasParent(?x, ?y) -> hasChild(?y, ?x)\n"
CONSTRAINT = "constraint c\n  hasParent(?x, ?x) -> false\n"


def make(root: Path, **files: str) -> Path:
    contents = {
        "workbench.yaml": "version: 1\nname: Kin\ndomains:\n  kin:\n    closed: [':hasChild']\n",
        "ontologies/kin/kin.ttl": ONTOLOGY,
        "ontologies/kin/kin.rules": RULE,
        "validators/kin/c.rules": CONSTRAINT,
        "validators/kin/shapes.ttl": f"@prefix sh: <http://www.w3.org/ns/shacl#> . <{K}S> a sh:NodeShape .\n",
        "curricula/kin/curriculum.yaml": "levels: []\n",
        "curricula/kin/templates/a.j2": "{{ question }}\n",
        **files,
    }
    for path, text in contents.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return root


def list_codes(project: Project) -> list[tuple[str, str]]:
    return [(v.code, str(v.location)) for v in project.violations]


def test_everything_is_found(tmp_path: Path) -> None:
    project = load(make(tmp_path))
    domain = project.get_domain()
    fact = (f"<{K}ann>", f"<{K}hasParent>", f"<{K}bob>")
    assert fact in domain.triples and domain.sources[fact] == "ontologies/kin/kin.ttl"
    assert [rule.name for rule in domain.rules] == ["r"]
    assert [rule.name for rule in domain.constraints] == ["c"]
    assert domain.comparisons == {"c": None}
    assert [triple[0] for triple in domain.shapes] == [f"<{K}S>"]
    assert domain.closed == (f"<{K}hasChild>",)
    assert domain.prefixes[""] == K
    assert domain.curriculum_file is not None and domain.curriculum_file.path == "curricula/kin/curriculum.yaml"
    assert [file.path for file in domain.templates] == ["curricula/kin/templates/a.j2"]
    assert list(project.files) == sorted(project.files) and len(project.files) == 7
    assert list_codes(project) == []
    assert project.locate(fact) == Location("ontologies/kin/kin.ttl", 5, 17)
    assert project.locate(f"<{K}ann>") == Location("ontologies/kin/kin.ttl", 5, 1)
    assert project.locate("r") == Location("ontologies/kin/kin.rules", 1, 6)
    assert project.locate(("<urn:a:b>", "<urn:a:b>", "<urn:a:b>")) is None
    assert load(str(tmp_path)).fingerprint == project.fingerprint
    assert load(tmp_path / "workbench.yaml").fingerprint == project.fingerprint
    assert pickle.loads(pickle.dumps(project)).fingerprint == project.fingerprint  # noqa: S301


def test_blank_nodes_of_different_files_stay_apart_and_are_located(tmp_path: Path) -> None:
    text = f"<{K}x> <{K}hasParent> [ <{K}hasParent> <{K}y> ] .\n"
    project = load(make(tmp_path, **{"ontologies/kin/a.ttl": text, "ontologies/kin/b.ttl": text}))
    about = [t for t in project.get_domain().triples if t[2] == f"<{K}y>"]
    assert len({t[0] for t in about}) == 2
    assert {str(project.locate(t)).split(":")[0] for t in about} == {"ontologies/kin/a.ttl", "ontologies/kin/b.ttl"}
    assert all(place is not None and place.line == 1 for place in map(project.locate, about))


def test_the_fingerprint_follows_the_meaning(tmp_path: Path) -> None:
    project = load(make(tmp_path))
    place = tmp_path / "ontologies/kin/kin.ttl"
    place.write_text("# a comment\n" + ONTOLOGY.replace(":ann :hasParent :bob", f"<{K}ann> :hasParent <{K}bob>"))
    assert load(tmp_path).fingerprint == project.fingerprint
    place.write_text(ONTOLOGY + ":ann :hasParent :carl .\n")
    assert load(tmp_path).fingerprint != project.fingerprint


@pytest.mark.parametrize("exists", [True, False])
def test_no_project_says_what_to_do(tmp_path: Path, exists: bool) -> None:
    place = tmp_path if exists else tmp_path / "absent"
    with pytest.raises(ProjectError, match="workbench init"):
        load(place)


def test_domains_are_named(tmp_path: Path) -> None:
    yaml = "version: 1\nname: Kin\ndomains: {kin: , law: }\n"
    project = load(make(tmp_path, **{"workbench.yaml": yaml, "ontologies/tax/a.ttl": "", "ontologies/law/a.ttl": ""}))
    with pytest.raises(SelectionError, match="kin, law"):
        project.get_domain("lww")
    with pytest.raises(SelectionError, match="kin, law"):
        project.get_domain()
    assert project.get_domain("law").name == "law"
    assert ("project.unlisted-domain", "ontologies/tax") in list_codes(project)


def test_mistakes_are_collected_with_their_places(tmp_path: Path) -> None:
    files = {
        "ontologies/kin/broken.ttl": f"@prefix : <{K}> .\n:a :b :c .\n:a :b ] .\n:d :b :e .\n",
        "ontologies/kin/more.rules": "rule r\n  hasParent(?x, ?y) -> hasChild(?y, ?x)\n\nrule broken\n  ((\n",
        "validators/kin/more.rules": "rule s\n  hasParent(?x, ?y) -> hasChild(?y, ?x)\n",
        "ontologies/kin/setup.py": "raise SystemExit\n",
        "ontologies/kin/README.md": "read me\n",
        "curricula/kin/old/curriculum.yaml": "levels: []\n",
        "workbench.yaml": "version: 1\nname: Kin\ndomains:\n  kin:\n    closed: ['x:hasChild', ':hasChild']\n",
    }
    project = load(make(tmp_path, **files))
    found = list_codes(project)
    assert ("turtle.syntax", "ontologies/kin/broken.ttl:3:7") in found
    assert ("rule.duplicate-name", "ontologies/kin/more.rules:1:6") in found
    assert ("project.misplaced-rule", "validators/kin/more.rules:1:6") in found
    assert ("project.unexpected-file", "ontologies/kin/setup.py") in found
    assert ("project.second-curriculum", "curricula/kin/old/curriculum.yaml") in found
    assert ("config.value", "workbench.yaml:5:14") in found
    assert any(code == "rule.syntax" for code, _ in found)
    assert not any("README" in place for _, place in found)
    domain = project.get_domain()
    assert [rule.name for rule in domain.rules] == ["r", "s"]
    assert (f"<{K}d>", f"<{K}b>", f"<{K}e>") in domain.triples
    assert domain.closed == (f"<{K}hasChild>",)


def test_prefixes_that_disagree_are_not_guessed(tmp_path: Path) -> None:
    other = "@prefix : <urn:other:> .\n@prefix k: <urn:other:> .\n:a k:b :c .\n"
    first = "@prefix k: <urn:k:> .\n" + ONTOLOGY
    project = load(make(tmp_path, **{"ontologies/kin/a.ttl": first, "ontologies/kin/z.ttl": other}))
    found = list_codes(project)
    assert ("project.prefix-conflict", "ontologies/kin/z.ttl:2:9") in found
    assert "" not in project.get_domain().prefixes
    assert project.get_domain().prefixes["k"] == "urn:k:"


def test_links_that_lead_out_are_not_read(tmp_path: Path) -> None:
    root = make(tmp_path / "p")
    secret = tmp_path / "secret"
    secret.mkdir()
    (secret / "s.ttl").write_text(f"<{K}secret> <{K}hasParent> <{K}me> .\n")
    folder = root / "ontologies/kin"
    (folder / "file.ttl").symlink_to(secret / "s.ttl")
    (folder / "folder").symlink_to(secret)
    (folder / "loop").symlink_to(folder)
    (folder / "nowhere.ttl").symlink_to(tmp_path / "nothing")
    (folder / "inside.ttl").symlink_to(folder / "kin.ttl")
    project = load(root)
    assert [place for code, place in list_codes(project) if code == "project.link"] == [
        f"ontologies/kin/{name}" for name in ("file.ttl", "folder", "loop", "nowhere.ttl")
    ]
    assert "ontologies/kin/inside.ttl" in project.files
    assert not any("secret" in triple[0] for triple in project.get_domain().triples)
    (root / "validators/kin").rename(tmp_path / "moved")
    (root / "validators/kin").symlink_to(tmp_path / "moved")
    assert ("project.link", "validators/kin") in list_codes(load(root))
    (tmp_path / "w.yaml").write_bytes((root / "workbench.yaml").read_bytes())
    (root / "workbench.yaml").unlink()
    (root / "workbench.yaml").symlink_to(tmp_path / "w.yaml")
    with pytest.raises(ProjectError, match="leads out"):
        load(root)


def test_pipes_and_unreadable_files_stop(tmp_path: Path) -> None:
    root = make(tmp_path)
    os.mkfifo(root / "ontologies/kin/pipe.ttl")
    with pytest.raises(InputError, match="regular"):
        load(root)


def test_sizes_are_limited(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    root = make(tmp_path)
    monkeypatch.setattr(project_files, "MAX_FILES", 3)
    with pytest.raises(InputError, match="more than 3 files"):
        load(root)
    monkeypatch.undo()
    with (root / "ontologies/kin/huge.rules").open("wb") as stream:
        stream.truncate(10_000_001)
    with pytest.raises(InputError, match=r"huge\.rules has 10,000,001 bytes"):
        load(root)
    (root / "ontologies/kin/huge.rules").unlink()
    (root / "workbench.yaml").write_bytes(b"#" * 5_000_001)
    with pytest.raises(ProjectError, match="bytes"):
        load(root)


def test_hidden_files_are_not_looked_at(tmp_path: Path) -> None:
    root = make(tmp_path, **{"ontologies/kin/.git/a.ttl": "broken", "ontologies/kin/.b.ttl": "broken"})
    assert len(load(root).files) == 7


def test_patterns() -> None:
    assert matches("ontologies/a/**", "ontologies/a/b/c.ttl") and matches("ontologies/a/**", "ontologies/a/c.ttl")
    assert not matches("ontologies/a/**", "ontologies/ab/c.ttl")
    assert matches("a/**/*.ttl", "a/x.ttl") and matches("a/**/*.ttl", "a/b/c/x.ttl")
    assert not matches("a/*.ttl", "a/b/x.ttl")
    assert matches("a/b", "a/b/x.ttl") and matches("a/b.ttl", "a/b.ttl") and not matches("a/b", "a/bc")
    assert matches("a/?.ttl", "a/x.ttl") and not matches("a/?.ttl", "a/xx.ttl")
    assert not matches("a/x.ttl", "a/x_ttl")
    for pattern in ("", "/a", "a/../b", "a//b", "a\\b", "**b", ".git/**", "C:/x"):
        with pytest.raises(ValueError, match=r"\w"):
            compile_pattern(pattern)


def test_from_files_takes_text_bytes_and_paths(tmp_path: Path) -> None:
    path = tmp_path / "kin.ttl"
    path.write_text(ONTOLOGY)
    shapes = f"@prefix sh: <http://www.w3.org/ns/shacl#> .\n<{K}S> a sh:NodeShape .\n"
    for ontology in (ONTOLOGY, ONTOLOGY.encode(), path, str(path)):
        project = Project.from_files([ontology], [RULE + CONSTRAINT], [shapes], name="kin", closed=[":hasChild"])
        domain = project.get_domain("kin")
        assert (f"<{K}ann>", f"<{K}hasParent>", f"<{K}bob>") in domain.assertions
        assert [rule.name for rule in (*domain.rules, *domain.constraints)] == ["r", "c"]
        assert domain.closed == (f"<{K}hasChild>",)
        assert len(domain.shapes) == 1
        assert project.violations == ()
    with pytest.raises(InputError, match=r"absent\.ttl"):
        Project.from_files([tmp_path / "absent.ttl"])
    with pytest.raises(UsageError, match="cannot name"):
        Project.from_files(name="../x")
    assert Project.from_files().get_domain().triples == ()
    two = Project.from_files([ONTOLOGY, path, path])
    assert len(two.files) == 3


def test_owl_files_are_read(shared_data: Path) -> None:
    project = Project.from_files([shared_data / "fhkb/rdfxml/fhkb_chapter_2.rdf"])
    domain = project.get_domain()
    assert domain.assertions and not [v for v in project.violations if v.severity == "error"]
    place = project.locate(domain.assertions[0])
    assert place is not None and place.line > 1
