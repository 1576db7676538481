"""Files of a revision: the right ones, whatever the repository is called and whatever it would like to run."""

from __future__ import annotations

import os
import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from workbench.errors import InputError, LimitError, SelectionError, WorkerError
from workbench.project import revisions
from workbench.project.revisions import Repository, split_revision
from workbench.project.snapshots import TreePlace, take_snapshot

Git = Callable[..., str]


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "repository"
    place.mkdir()
    return place


@pytest.fixture
def git(folder: Path, monkeypatch: pytest.MonkeyPatch) -> Git:
    """Git in a fresh repository, with no settings but its own."""
    monkeypatch.setenv("GIT_CONFIG_GLOBAL", os.devnull)
    monkeypatch.setenv("GIT_CONFIG_NOSYSTEM", "1")
    identity = {"NAME": "A. Expert", "EMAIL": "expert@example.org"}
    for who in ("AUTHOR", "COMMITTER"):
        for key, value in identity.items():
            monkeypatch.setenv(f"GIT_{who}_{key}", value)

    def call(*words: str, where: Path = folder, stdin: str = "") -> str:
        done = subprocess.run(["git", *words], cwd=where, input=stdin, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()

    call("init", "-q", "-b", "main")
    return call


def write(folder: Path, **files: str) -> None:
    for name, text in files.items():
        path = folder / name.replace("__", "/").replace("_dot_", ".")
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")


def commit(git: Git, message: str = "a change") -> None:
    git("add", "-A")
    git("commit", "-q", "-m", message)


def read(repository: Repository, revision: str, path: str | None = None) -> dict[str, str]:
    found = repository.find_object(revision, path)
    assert found is not None and found.kind == "tree"
    return {name: data.decode() for name, data in repository.read_files(repository.list_files(found.id)).items()}


def test_each_revision_has_its_own_files(folder: Path, git: Git) -> None:
    write(folder, a_dot_ttl="one\n", sub__b_dot_ttl="two\n")
    commit(git)
    git("tag", "-a", "-m", "a tag with a message", "v1")
    write(folder, a_dot_ttl="other\n")
    commit(git)
    (folder / "a.ttl").write_text("not committed\n", encoding="utf-8")
    repository = Repository.find(folder)
    assert read(repository, "HEAD~1") == read(repository, "v1") == {"a.ttl": "one\n", "sub/b.ttl": "two\n"}
    assert read(repository, "HEAD") == {"a.ttl": "other\n", "sub/b.ttl": "two\n"}
    assert read(repository, "HEAD", "sub") == {"b.ttl": "two\n"}
    inner = Repository.find(folder / "sub")
    assert read(inner, "HEAD~1") == {"b.ttl": "two\n"}
    assert read(inner, "HEAD~1", "") == {"a.ttl": "one\n", "sub/b.ttl": "two\n"}
    assert inner.find_object("HEAD", "./b.ttl") == inner.find_object("HEAD", "sub/b.ttl")
    assert inner.find_object("HEAD", "nothing") is None


def test_only_the_folders_asked_for_are_listed(folder: Path, git: Git) -> None:
    write(folder, a__x="1", b__x="2", c="3")
    commit(git)
    repository = Repository.find(folder)
    tree = repository.find_object("HEAD")
    assert tree is not None
    assert [entry.path for entry in repository.list_files(tree.id, ("b", "c", "gone"))] == ["b/x", "c"]


def test_a_name_that_begins_with_a_dash_is_a_name(folder: Path, git: Git) -> None:
    write(folder, a="1\n")
    commit(git)
    for name in ("-evil", "--help", "--batch-all-objects"):
        git("update-ref", f"refs/tags/{name}", "HEAD")
        assert read(Repository.find(folder), name) == {"a": "1\n"}
    (folder / "--output=owned").mkdir()
    write(folder / "--output=owned", b="2\n")
    commit(git)
    assert read(Repository.find(folder), "HEAD", "--output=owned") == {"b": "2\n"}


@pytest.mark.parametrize(
    "name", ["nothing", "--help", "HEAD~99", "", "HEAD\nHEAD", "HEAD\0", "a" * 5000, "HEAD^{", "@{"]
)
def test_an_unknown_revision_is_refused(folder: Path, git: Git, name: str) -> None:
    write(folder, a="1\n")
    commit(git)
    with pytest.raises(SelectionError):
        Repository.find(folder).find_object(name)


def test_a_folder_outside_a_repository_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SelectionError, match="in no git repository"):
        Repository.find(tmp_path)


def test_a_missing_git_is_told(folder: Path, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(InputError, match="not installed"):
        Repository.find(folder)


def test_beyond_the_end_of_a_shallow_clone(folder: Path, git: Git, tmp_path: Path) -> None:
    for number in range(3):
        write(folder, a=f"{number}\n")
        commit(git)
    git("clone", "-q", "--depth", "1", folder.as_uri(), str(tmp_path / "clone"), where=tmp_path)
    repository = Repository.find(tmp_path / "clone")
    assert read(repository, "HEAD") == {"a": "2\n"}
    with pytest.raises(InputError, match="shallow"):
        repository.find_object("HEAD~1")


def test_nothing_of_the_repository_is_run(folder: Path, git: Git, tmp_path: Path) -> None:
    """Monitors, hooks, filters, textconv, pagers, helpers: each would leave a trace."""
    write(folder, a_dot_ttl="1\n", _dot_gitattributes="* diff=evil filter=evil ident\n")
    commit(git)
    trace = tmp_path / "owned"
    script = tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {trace}\ncat\n", encoding="utf-8")
    script.chmod(0o755)
    hooks = tmp_path / "hooks"
    hooks.mkdir()
    for hook in ("post-checkout", "post-index-change", "reference-transaction", "pre-auto-gc", "fsmonitor-watchman"):
        (hooks / hook).symlink_to(script)
    for key in (
        "core.fsmonitor", "core.pager", "core.editor", "core.sshCommand", "core.askPass", "core.alternateRefsCommand",
        "core.gitProxy", "diff.external", "diff.evil.command", "diff.evil.textconv", "filter.evil.smudge",
        "filter.evil.process", "filter.evil.clean", "credential.helper", "gpg.program", "pager.cat-file",
        "pager.ls-tree", "pager.rev-parse", "uploadpack.packObjectsHook", "interactive.diffFilter",
        "alias.rev-parse", "alias.cat-file", "alias.ls-tree",
    ):  # fmt: skip
        git("config", key, f"!{script}" if key.startswith("alias") else str(script))
    git("config", "core.hooksPath", str(hooks))
    repository = Repository.find(folder)
    assert read(repository, "HEAD")["a.ttl"] == "1\n"
    assert not trace.exists()


@pytest.mark.parametrize("url", ["ext::sh -c {script}", "{script}", "ssh://host/x"])
def test_a_partial_clone_fetches_nothing(folder: Path, git: Git, tmp_path: Path, url: str) -> None:
    """What a partial clone lacks git would fetch, by a command that its configuration names."""
    write(folder, a="1\n", b="2\n")
    commit(git)
    trace, script = tmp_path / "owned", tmp_path / "evil.sh"
    script.write_text(f"#!/bin/sh\ntouch {trace}\n", encoding="utf-8")
    script.chmod(0o755)
    lost = git("rev-parse", "HEAD:b")
    (folder / ".git" / "objects" / lost[:2] / lost[2:]).unlink()
    settings = {
        "core.repositoryFormatVersion": "1",
        "extensions.partialClone": "origin",
        "remote.origin.promisor": "true",
        "remote.origin.url": url.format(script=script),
        "remote.origin.uploadpack": str(script),
        "core.sshCommand": str(script),
        "protocol.allow": "always",
        "protocol.ext.allow": "always",
    }
    for key, value in settings.items():
        git("config", key, value)
    # That the trap works shows what is kept from it.
    subprocess.run(["git", "cat-file", "-p", lost], cwd=folder, capture_output=True, check=False)
    assert trace.exists()
    trace.unlink()
    repository = Repository.find(folder)
    with pytest.raises(WorkerError):
        read(repository, "HEAD")
    assert not trace.exists()


def test_an_embedded_bare_repository_is_not_read(folder: Path, git: Git) -> None:
    write(folder, a="1\n")
    commit(git)
    git("clone", "-q", "--bare", str(folder), str(folder / "innocent"))
    with pytest.raises(SelectionError):
        Repository.find(folder / "innocent")


def test_limits(folder: Path, git: Git, monkeypatch: pytest.MonkeyPatch) -> None:
    write(folder, a="1" * 100, b="2" * 100, c_dot_rules="3" * 1000)
    commit(git)
    repository = Repository.find(folder)
    monkeypatch.setattr(revisions, "MAX_FILES", 2)
    with pytest.raises(InputError, match="more than 2 files"):
        read(repository, "HEAD")
    monkeypatch.setattr(revisions, "MAX_FILES", 20)
    monkeypatch.setattr(revisions, "_MOST_BYTES", 1000)
    with pytest.raises(LimitError, match="bytes"):
        read(repository, "HEAD")
    monkeypatch.setattr(revisions, "get_limit", lambda path: 500)
    with pytest.raises(InputError, match=r"c\.rules"):
        read(repository, "HEAD")
    monkeypatch.setattr(revisions, "_MOST_LISTED", 10)
    with pytest.raises(LimitError, match="more than 10 bytes"):
        read(repository, "HEAD")


def test_a_git_that_hangs_is_ended(folder: Path, git: Git, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    slow = tmp_path / "git"
    slow.write_text("#!/bin/sh\nexec sleep 60\n", encoding="utf-8")
    slow.chmod(0o755)
    monkeypatch.setattr(revisions, "_SECONDS", 0.2)
    repository = Repository(folder, "", False, str(slow))
    with pytest.raises(LimitError, match="longer than"):
        repository.find_object("HEAD")


@pytest.mark.parametrize(
    ("text", "parts"),
    [
        ("HEAD~1", ("HEAD~1", None)),
        ("main:sub/dir", ("main", "sub/dir")),
        ("main:", ("main", "")),
        ("main@{2026-01-01 12:00:00}", ("main@{2026-01-01 12:00:00}", None)),
        ("HEAD^{/fix: a}:b:c", ("HEAD^{/fix: a}", "b:c")),
    ],
)
def test_revision_and_path_are_told_apart(text: str, parts: tuple[str, str | None]) -> None:
    assert split_revision(text) == parts


CONFIG = "version: 1\nname: Family\ndomains: {family: {}}\n"
FACTS = "@prefix : <https://example.org/f#> . :ann :knows :bob .\n"


def test_a_project_of_a_revision_is_that_of_the_folder(folder: Path, git: Git) -> None:
    """Findings about the folder included: files that nothing reads, folders without a domain, links that lead out."""
    write(folder, workbench_dot_yaml=CONFIG, ontologies__family__a_dot_ttl=FACTS, ontologies__family__b_dot_exe="x",
          ontologies__other__c_dot_ttl=FACTS, validators__family__notes_dot_md="x")  # fmt: skip
    (folder / "ontologies" / "family" / "linked.ttl").symlink_to("a.ttl")
    (folder / "ontologies" / "family" / "out.ttl").symlink_to("/etc/passwd")
    (folder / "ontologies" / "family" / ".hidden.ttl").write_text("bad", encoding="utf-8")
    commit(git)
    repository = Repository.find(folder)
    tree = repository.find_object("HEAD")
    assert tree is not None
    from workbench.project import load

    then, now = take_snapshot(TreePlace(repository, tree.id)).project, load(folder)
    assert {path: file.data for path, file in then.files.items()} == {p: f.data for p, f in now.files.items()}
    assert then.violations == now.violations and len(then.violations) >= 3
    assert then.domains["family"].triples == now.domains["family"].triples


def test_tables_of_a_revision_are_those_that_a_mapping_names(folder: Path, git: Git) -> None:
    mapping = "file: people.csv\nrows:\n  - subject: f:{name}\n    class: f:Person\n"
    write(folder, workbench_dot_yaml=f"{CONFIG}prefixes: {{f: 'https://example.org/f#'}}\n",
          ontologies__family__people_dot_csv="name\nann\nbob\n", ontologies__family__people_dot_table_dot_yaml=mapping,
          ontologies__family__other_dot_csv="name\ncarl\n")  # fmt: skip
    commit(git)
    (folder / "ontologies/family/people.csv").write_text("name\nann\n", encoding="utf-8")
    repository = Repository.find(folder)
    tree = repository.find_object("HEAD")
    assert tree is not None
    then = take_snapshot(TreePlace(repository, tree.id)).project
    assert sorted(path.rsplit("/")[-1] for path in then.files) == ["people.csv", "people.table.yaml", "workbench.yaml"]
    assert [fact[0] for fact in then.domains["family"].assertions] == [
        "<https://example.org/f#ann>", "<https://example.org/f#bob>",
    ]  # fmt: skip


def test_what_git_lfs_keeps_elsewhere_is_told(folder: Path, git: Git) -> None:
    pointer = "version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 12\n"
    write(folder, workbench_dot_yaml=CONFIG, ontologies__family__a_dot_ttl=pointer)
    commit(git)
    repository = Repository.find(folder)
    tree = repository.find_object("HEAD")
    assert tree is not None
    project = take_snapshot(TreePlace(repository, tree.id)).project
    assert [(v.code, v.location and v.location.path) for v in project.violations] == [
        ("project.pointer", "ontologies/family/a.ttl")
    ]
