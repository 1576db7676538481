"""What is handed on: a wheel that works anywhere, and files that name no one's machine."""

import re
import shutil
import socket
import subprocess
import sys
import sysconfig
import tomllib
import zipfile
from pathlib import Path

import pytest

HOMES = ("home", "Users", "root", "work")


def test_no_file_names_a_machine(repo_root: Path) -> None:
    """Paths below somebody's home or this checkout, and this machine's name where it is a telling one."""
    if not (repo_root / ".git").exists():
        pytest.skip("only a git checkout knows which files are tracked")
    done = subprocess.run(["git", "ls-files", "-z"], cwd=repo_root, capture_output=True, text=True, check=True)
    # A path starts after something that is no part of one, so that https://example.org/home/x is none.
    places = [
        rf"(?<![\w./>~-])/(?:{'|'.join(HOMES)})/[\w.-]+",
        re.escape(f"{repo_root}/"),
        r"\b[A-Z]:\\Users\\",
    ]
    machine = socket.gethostname()
    if len(machine) >= 8 and machine not in {"localhost", "buildkitsandbox"}:
        places.append(rf"\b{re.escape(machine)}\b")
    pattern = re.compile("|".join(places))
    found = []
    for name in filter(None, done.stdout.split("\0")):
        path = repo_root / name
        if path.is_file() and (hit := pattern.search(path.read_bytes().decode("utf-8", errors="ignore"))):
            found.append(f"{name}: {hit.group()}")
    assert found == []


def test_the_distribution_does_not_take_the_name_of_another() -> None:
    """PyPI's `workbench` is another project; only the import package and the command have that name here."""
    settings = tomllib.loads((Path(__file__).resolve().parents[2] / "pyproject.toml").read_text(encoding="utf-8"))
    assert settings["project"]["name"] == "knowledge-workbench"
    assert settings["project"]["scripts"] == {"workbench": "workbench.cli:main"}


def test_every_dependency_has_a_lower_and_an_upper_bound(repo_root: Path) -> None:
    project = tomllib.loads((repo_root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    groups = [project["dependencies"], *project["optional-dependencies"].values()]
    needed = [line for group in groups for line in group]
    assert [line for line in needed if not (">=" in line and ",<" in line)] == []


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory, repo_root: Path) -> Path:
    """Built from a copy of what a release holds, with the build tools that are installed already."""
    folder = tmp_path_factory.mktemp("release")
    source = folder / "source"
    source.mkdir()
    for name in ("pyproject.toml", "README.md", "LICENSE", ".gitignore"):
        shutil.copy(repo_root / name, source)
    for name in ("workbench", "ontologies", "validators", "curricula"):
        if (repo_root / name).is_dir():
            shutil.copytree(repo_root / name, source / name, ignore=shutil.ignore_patterns("__pycache__"))
    command = [
        sys.executable,
        "-m",
        "build",
        "--wheel",
        "--no-isolation",
        "--outdir",
        str(folder),
        str(source),
    ]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return next(folder.glob("*.whl"))


@pytest.mark.slow
def test_the_wheel_holds_the_package_and_nothing_else(wheel: Path, repo_root: Path) -> None:
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {name.split("/")[0] for name in names} == {"workbench", "knowledge_workbench-0.1.0.dist-info"}
    package = {path for path in (repo_root / "workbench").rglob("*") if path.is_file()}
    shipped = {p.relative_to(repo_root).as_posix() for p in package if "__pycache__" not in p.parts}
    assert {name for name in names if name.startswith("workbench/")} == shipped
    assert "workbench/py.typed" in names


@pytest.mark.slow
def test_the_wheel_installs_and_runs_from_any_folder(wheel: Path, tmp_path: Path) -> None:
    """In an environment of its own that borrows the installed dependencies, so that nothing is downloaded."""
    environment = tmp_path / "environment"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", environment], check=True)
    python = environment / "bin" / "python"
    install = ["-m", "pip", "--python", str(python), "install", "--quiet", "--no-deps", "--no-index", str(wheel)]
    subprocess.run([sys.executable, *install], check=True)
    # A folder named in a .pth file comes after the environment's own, and its own .pth files are not read.
    site = next(environment.glob("lib/python*/site-packages"))
    (site / "borrowed.pth").write_text(sysconfig.get_path("purelib") + "\n", encoding="utf-8")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()

    def call(*command: str | Path) -> str:
        done = subprocess.run(command, cwd=elsewhere, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    code = "import workbench; print(workbench.__file__, workbench.__version__)"
    assert call(python, "-c", code).split() == [str(site / "workbench" / "__init__.py"), "0.1.0"]
    program = environment / "bin" / "workbench"
    assert "build" in call(program, "--help")
    call(program, "init", elsewhere / "project")
    call(program, "check", elsewhere / "project")
    assert not list(elsewhere.glob("workbench*"))
