"""Nothing is sent anywhere, and importing the package costs next to nothing."""

import json
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

import workbench

HEAVY = ("numpy", "streamlit", "z3", "rdflib", "pyarrow", "pyoxigraph", "pyshacl", "jinja2", "click", "yaml")

# Records every attempt to reach another machine, as the interpreter reports it, then works as a user would.
WATCH = """
import json, sys
seen = []
def watch(event, args):
    if event in {"socket.connect", "socket.getaddrinfo", "socket.sendto", "urllib.Request"}:
        seen.append([event, repr(args[1:] if event == "socket.connect" else args)])
sys.addaudithook(watch)
import workbench
project = workbench.Project.from_files(ontologies=[sys.argv[1]], rules=[sys.argv[2]], shapes=[sys.argv[3]])
workbench.check(project)
print(json.dumps(seen))
"""

ONTOLOGY = """
@prefix : <https://example.org/kinship#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
<https://example.org/kinship> a owl:Ontology ; owl:imports <http://127.0.0.1:9/remote.ttl> .
:hasParent a owl:ObjectProperty .
:bob :hasParent :ann .
"""
RULES = """
prefix : <https://example.org/kinship#>

rule child
  en "A parent has a child."
  hasParent(?x, ?y) -> hasChild(?y, ?x)
"""
SHAPES = """
@prefix : <https://example.org/kinship#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix sh: <http://www.w3.org/ns/shacl#> .
<https://example.org/shapes> a owl:Ontology ; owl:imports <http://127.0.0.1:9/shapes.ttl> .
:Parent a sh:NodeShape ; sh:targetSubjectsOf :hasChild ; sh:property [ sh:path :hasChild ; sh:minCount 1 ] .
"""


def run_python(code: str, *arguments: str, cwd: Path) -> str:
    command = [sys.executable, "-c", code, *arguments]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=True).stdout


def test_checking_reaches_for_no_other_machine(tmp_path: Path) -> None:
    """Not even when an ontology and its shapes name something to import from the network."""
    paths = [tmp_path / "kinship.ttl", tmp_path / "kinship.rules", tmp_path / "shapes.ttl"]
    for path, text in zip(paths, (ONTOLOGY, RULES, SHAPES), strict=True):
        path.write_text(text, encoding="utf-8")
    assert json.loads(run_python(WATCH, *map(str, paths), cwd=tmp_path)) == []


def test_import_is_light(tmp_path: Path) -> None:
    code = "import sys, workbench; print(*sys.modules)"
    loaded = set(run_python(code, cwd=tmp_path).split())
    assert loaded & set(HEAVY) == set()
    assert {name for name in loaded if name.startswith("workbench.")} == set()


@pytest.mark.parametrize("name", workbench.__all__)
def test_every_name_of_the_interface_is_there(name: str) -> None:
    assert getattr(workbench, name) is not None
    assert name in dir(workbench)


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="no attribute 'nonsense'"):
        _ = workbench.nonsense


@pytest.mark.parametrize(
    "first",
    [
        "import workbench",
        "import workbench.build",
        "from workbench.build import check",
        "import workbench; workbench.check",
        "from workbench import build",
        "import importlib; importlib.import_module('workbench.build')",
    ],
)
def test_build_is_the_function_whatever_was_imported_before(first: str, tmp_path: Path) -> None:
    code = f"""
{first}
import inspect, sys
import workbench
assert inspect.isfunction(workbench.build), workbench.build
from workbench.build import check
assert check is workbench.check
assert sys.modules["workbench.build"].build is workbench.build
"""
    run_python(code, cwd=tmp_path)


def read_streamlit_settings(root: Path) -> dict[str, object]:
    """Settings by dotted name, as Streamlit spells them."""

    def flatten(table: dict[str, object], prefix: str) -> dict[str, object]:
        flat: dict[str, object] = {}
        for key, value in table.items():
            flat |= flatten(value, f"{prefix}{key}.") if isinstance(value, dict) else {f"{prefix}{key}": value}
        return flat

    return flatten(tomllib.loads((root / ".streamlit" / "config.toml").read_text(encoding="utf-8")), "")


def test_streamlit_serves_this_machine_only_and_reports_nothing(repo_root: Path) -> None:
    settings = read_streamlit_settings(repo_root)
    assert settings["browser.gatherUsageStats"] is False
    assert settings["server.address"] == "127.0.0.1"
    assert settings["server.allowedHosts"] == ["127.0.0.1", "localhost"]
    assert settings["server.showEmailPrompt"] is False
    assert settings["client.showErrorDetails"] == "none"
    assert settings["client.showErrorLinks"] is False


def test_streamlit_knows_every_setting(repo_root: Path) -> None:
    """A misspelt setting is only a warning on Streamlit's console, and its defaults are not the safe ones."""
    code = "from streamlit import config; print(*config._config_options_template)"
    known = set(run_python(code, cwd=repo_root).split())
    assert set(read_streamlit_settings(repo_root)) - known == set()
