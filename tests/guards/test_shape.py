"""The shape of the code: small modules, exact exports, content that is data, layers that hold."""

import ast
import os
import statistics
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
MODULES = sorted((ROOT / "workbench").rglob("*.py"))
CONTENT = ("ontologies", "validators", "curricula")
RUNS = {".py", ".pyc", ".pyi", ".pyx", ".so", ".ipynb", ".sh", ".pth"}


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def count_lines(path: Path) -> int:
    return len(path.read_text(encoding="utf-8").splitlines())


def test_no_module_is_longer_than_500_lines() -> None:
    assert {name_of(path): n for path in MODULES if (n := count_lines(path)) > 500} == {}


def test_half_of_the_modules_have_at_most_150_lines() -> None:
    assert statistics.median(count_lines(path) for path in MODULES) <= 150


def test_no_module_has_a_name_that_says_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "handler", "base", "misc"}
    assert [name_of(path) for path in MODULES if vague & {path.stem, path.parent.name}] == []


@pytest.mark.parametrize("folder", CONTENT)
def test_content_folders_hold_data_only(folder: str) -> None:
    """`validators` with an `__init__.py` would shadow the package of that name for whatever starts here."""
    assert [name_of(path) for path in find_programs(ROOT / folder)] == []


def test_starter_projects_in_the_package_hold_data_only() -> None:
    folders = [path for name in CONTENT for path in (ROOT / "workbench").rglob(name) if path.is_dir()]
    assert [name_of(path) for folder in folders for path in find_programs(folder)] == []


def find_programs(folder: Path) -> Iterator[Path]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and (path.suffix in RUNS or os.access(path, os.X_OK)):
            yield path


def test_no_folder_is_called_pages() -> None:
    """Streamlit turns a folder of this name beside an entry script into a menu of its own."""
    scripts = [*ROOT.glob("*.py"), *MODULES]
    assert [name_of(path.parent / "pages") for path in scripts if (path.parent / "pages").is_dir()] == []


def list_defined(tree: ast.Module) -> set[str]:
    """Public names that a module binds itself at its top level, imports left out."""
    names: set[str] = set()
    for node in walk_top_level(tree.body):
        match node:
            case ast.FunctionDef(name=name) | ast.AsyncFunctionDef(name=name) | ast.ClassDef(name=name):
                names.add(name)
            case ast.Assign(targets=targets):
                leaves = [leaf for target in targets for leaf in ast.walk(target) if isinstance(leaf, ast.Name)]
                names |= {leaf.id for leaf in leaves if isinstance(leaf.ctx, ast.Store)}
            case ast.AnnAssign(target=ast.Name(id=name)):
                names.add(name)
    return {name for name in names if not name.startswith("_")}


def list_imported(tree: ast.Module) -> set[str]:
    imports = [node for node in walk_top_level(tree.body) if isinstance(node, ast.Import | ast.ImportFrom)]
    return {(alias.asname or alias.name).split(".")[0] for node in imports for alias in node.names}


def walk_top_level(body: list[ast.stmt]) -> Iterator[ast.stmt]:
    """Statements that run on import, inside `if` and `try` too."""
    for node in body:
        yield node
        if isinstance(node, ast.If | ast.Try):
            yield from walk_top_level([*node.body, *node.orelse])


def list_exported(tree: ast.Module) -> list[str] | None:
    for node in tree.body:
        match node:
            case (
                ast.Assign(targets=[ast.Name(id="__all__")], value=ast.expr() as value)
                | ast.AnnAssign(target=ast.Name(id="__all__"), value=ast.expr() as value)
            ):
                return list(ast.literal_eval(value))
    return None


def is_public(path: Path) -> bool:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return not any(part.startswith("_") and part != "__init__" for part in parts)


@pytest.mark.parametrize("path", [path for path in MODULES if is_public(path)], ids=name_of)
def test_all_names_exactly_what_is_public(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    if not any(not isinstance(node, ast.Expr) for node in tree.body):
        return  # a docstring and nothing else
    exported, defined = list_exported(tree), list_defined(tree)
    assert exported is not None, f"{name_of(path)} has no __all__"
    assert len(exported) == len(set(exported))
    if path.name == "__init__.py":
        assert defined <= set(exported), "a package leaves out a public name that it defines"
        missing = set(exported) - defined - list_imported(tree) - {"__version__"}
        assert missing == set(), "a package exports a name that it neither defines nor imports"
    else:
        assert set(exported) == defined


def test_layers_hold() -> None:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
