"""Edits, undo and redo: exact bytes back, all or nothing, never over somebody else's change."""

import errno
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from workbench.errors import EditError, StorageError
from workbench.project import Edit, Project, TextPatch, TripleDelta, apply, history, load, preview, redo, undo

K = "https://example.org/kinship#"
TTL = "ontologies/kin/kin.ttl"
RULES = "ontologies/kin/kin.rules"
CONFIG = "workbench.yaml"
ONTOLOGY = f"""@prefix : <{K}> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .

# The one relation there is.
:hasParent a owl:ObjectProperty .

# Ann, who comes first.
:ann :hasParent :bob . # a remark

:carl :hasParent [ :hasParent :dora ] .
"""
RULE = f"""prefix : <{K}>

# grandparents
rule grandparent
  en "A parent of a parent is a grandparent."
  hasParent(?x, ?y) ^ hasParent(?y, ?z) -> hasGrandparent(?x, ?z)
"""


def make(root: Path) -> Project:
    for path, text in {TTL: ONTOLOGY, RULES: RULE, CONFIG: "version: 1\nname: Kin\ndomains: {kin: {}}\n"}.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text)
    return load(root)


def fact(subject: str, object_: str) -> tuple[str, str, str]:
    return (f"<{K}{subject}>", f"<{K}hasParent>", f"<{K}{object_}>")


def snapshot(root: Path) -> dict[str, bytes]:
    """Every file that a user sees, unfinished ones included."""
    return {
        path.relative_to(root).as_posix(): path.read_bytes()
        for path in sorted(root.rglob("*"))
        if path.is_file() and ".workbench" not in path.relative_to(root).parts
    }


def patch(project: Project, path: str, text: str | bytes | None) -> TextPatch:
    file = project.files.get(path)
    return TextPatch(path, file.digest if file else None, text)


def test_a_triple_delta_touches_only_its_block(tmp_path: Path) -> None:
    project = make(tmp_path)
    edited = apply(project, Edit("Add Eve", (TripleDelta(TTL, (fact("ann", "eve"),)),)))
    text = (tmp_path / TTL).read_text()
    assert edited.files[TTL].text == text
    assert fact("ann", "eve") in edited.get_domain().assertions
    assert fact("ann", "eve") not in project.get_domain().assertions
    assert text.startswith(ONTOLOGY[: ONTOLOGY.index(":ann")])
    assert ":carl :hasParent [ :hasParent :dora ] .\n" in text
    assert edited.fingerprint == load(tmp_path).fingerprint != project.fingerprint


def test_undo_and_redo_give_the_same_bytes(tmp_path: Path) -> None:
    project = make(tmp_path)
    states = [snapshot(tmp_path)]
    for label, change in (
        ("Add", TripleDelta(TTL, (fact("bob", "zoe"),), (fact("ann", "bob"),))),
        ("Rule", patch(project, RULES, RULE + "\n# end\n")),
        ("New file", TripleDelta("ontologies/kin/more.ttl", (fact("x", "y"),))),
        ("Gone", patch(project, RULES, None)),
    ):
        if label == "Gone":
            change = patch(project, RULES, None)
        project = apply(project, Edit(label, (change,)))
        states.append(snapshot(tmp_path))
    assert [entry.label for entry in history(project)] == ["Add", "Rule", "New file", "Gone"]
    for state in reversed(states[:-1]):
        project = undo(project)
        assert snapshot(tmp_path) == state
        assert project.fingerprint == load(tmp_path).fingerprint
    with pytest.raises(EditError, match="nothing to undo"):
        undo(project)
    assert [(entry.label, entry.is_undone) for entry in history(project)] == [
        ("Add", True), ("Rule", True), ("New file", True), ("Gone", True),
    ]  # fmt: skip
    for state in states[1:]:
        project = redo(project)
        assert snapshot(tmp_path) == state
    with pytest.raises(EditError, match="nothing to redo"):
        redo(project)


def test_a_new_edit_forgets_what_was_undone(tmp_path: Path) -> None:
    project = undo(apply(make(tmp_path), Edit("One", (TripleDelta(TTL, (fact("a", "b"),)),))))
    project = apply(project, Edit("Two", (TripleDelta(TTL, (fact("c", "d"),)),)))
    assert [entry.label for entry in history(project)] == ["Two"]
    with pytest.raises(EditError, match="nothing to redo"):
        redo(project)


def test_blank_nodes_are_rewritten_whole(tmp_path: Path) -> None:
    project = make(tmp_path)
    triples = project.get_domain().triples
    node = next(t[2] for t in triples if t[0] == f"<{K}carl>")
    about = tuple(t for t in triples if node in t)
    with pytest.raises(EditError, match="anew"):
        apply(project, Edit("x", (TripleDelta(TTL, ((node, f"<{K}hasParent>", f"<{K}eve>"),)),)))
    more = (*about, (node, f"<{K}hasParent>", f"<{K}eve>"))
    edited = apply(project, Edit("x", (TripleDelta(TTL, more, about),)))
    found = edited.get_domain().triples
    nodes = {t[2] for t in found if t[0] == f"<{K}carl>"}
    assert len(nodes) == 1
    assert {t[2] for t in found if t[0] in nodes} == {f"<{K}dora>", f"<{K}eve>"}
    assert undo(edited).files[TTL].data == ONTOLOGY.encode()


def test_what_changes_nothing_writes_nothing(tmp_path: Path) -> None:
    project = make(tmp_path)
    assert apply(project, Edit("Same", (TripleDelta(TTL, (fact("ann", "bob"),)),))) is project
    assert apply(project, Edit("Same", (patch(project, RULES, RULE),))) is project
    assert history(project) == ()
    preview(project, Edit("Look", (TripleDelta(TTL, (fact("a", "b"),)),)))
    assert not (tmp_path / ".workbench").exists()


@pytest.mark.parametrize(
    "change",
    [
        TripleDelta(TTL, (), (fact("nobody", "bob"),)),
        TripleDelta("ontologies/kin/kin.owl", (fact("a", "b"),)),
        TripleDelta("elsewhere/kin.ttl", (fact("a", "b"),)),
        TripleDelta(TTL, (("not a term", "x", "y"),)),
        TextPatch("../outside.ttl", None, ""),
        TextPatch("/etc/passwd", None, ""),
        TextPatch(".git/hooks/pre-commit", None, ""),
        TextPatch(".workbench/journal/lock", None, ""),
        TextPatch("ontologies/kin/run.py", None, "print()"),
        TextPatch(RULES, "0" * 64, "x"),
        TextPatch(RULES, None, "x"),
        TextPatch(CONFIG, None, "x"),
    ],
    ids=str,
)
def test_what_does_not_fit_is_refused_and_nothing_written(tmp_path: Path, change: TextPatch | TripleDelta) -> None:
    project = make(tmp_path)
    before = snapshot(tmp_path)
    with pytest.raises(EditError):
        apply(project, Edit("x", (patch(project, RULES, "# new\n"), change)))
    assert snapshot(tmp_path) == before
    assert history(project) == ()


def test_the_configuration_stays_usable(tmp_path: Path) -> None:
    project = make(tmp_path)
    for text in ("version: 2\n", ": [", None):
        with pytest.raises(EditError):
            apply(project, Edit("x", (patch(project, CONFIG, text),)))
    text = "version: 1\nname: Kin\ndomains: {kin: {}, law: {}}\n"
    law = TextPatch("ontologies/law/law.ttl", None, "<urn:a:b> <urn:a:c> <urn:a:d> .\n")
    edited = apply(project, Edit("Law", (patch(project, CONFIG, text), law)))
    assert list(edited.domains) == ["kin", "law"]
    assert len(edited.get_domain("law").triples) == 1
    assert list(undo(edited).domains) == ["kin"]


def test_files_changed_by_others_are_never_overwritten(tmp_path: Path) -> None:
    project = make(tmp_path)
    edited = apply(project, Edit("One", (TripleDelta(TTL, (fact("a", "b"),)),)))
    (tmp_path / TTL).write_text("# mine\n")
    for attempt in (
        lambda: apply(edited, Edit("Two", (TripleDelta(TTL, (fact("c", "d"),)), patch(edited, RULES, "# x\n")))),
        lambda: undo(edited),
        lambda: undo(load(tmp_path)),
        lambda: apply(project, Edit("Two", (TripleDelta(TTL, (fact("c", "d"),)),))),
    ):
        with pytest.raises(EditError, match="changed"):
            attempt()
        assert (tmp_path / TTL).read_text() == "# mine\n"
        assert (tmp_path / RULES).read_text() == RULE
    # A file removed by somebody else is a change as well.
    (tmp_path / TTL).unlink()
    with pytest.raises(EditError, match="changed"):
        undo(edited)


def test_links_are_not_written_through(tmp_path: Path) -> None:
    project = make(tmp_path / "p")
    outside = tmp_path / "outside.rules"
    outside.write_text(RULE)
    (tmp_path / "p" / RULES).unlink()
    (tmp_path / "p" / RULES).symlink_to(outside)
    with pytest.raises(EditError, match="link"):
        apply(project, Edit("x", (patch(project, RULES, "# x\n"),)))
    assert outside.read_text() == RULE


def test_a_journal_elsewhere_is_refused(tmp_path: Path) -> None:
    project = make(tmp_path / "p")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "p" / ".workbench").symlink_to(tmp_path / "elsewhere")
    with pytest.raises(StorageError, match="link"):
        apply(project, Edit("x", (patch(project, RULES, "# x\n"),)))
    assert list((tmp_path / "elsewhere").iterdir()) == []


def test_a_damaged_journal_is_said_so(tmp_path: Path) -> None:
    project = apply(make(tmp_path), Edit("One", (TripleDelta(TTL, (fact("a", "b"),)),)))
    entry = next((tmp_path / ".workbench/journal").glob("*.json"))
    good, before = entry.read_text(), snapshot(tmp_path)
    for text in (
        "{",
        "{}",
        good.replace('"splices": [', '"splices": [[0, "", "eA=="],'),
        good.replace(TTL, "../x.ttl"),
    ):
        entry.write_text(text)
        with pytest.raises(EditError):
            undo(project)
        assert snapshot(tmp_path) == before
    entry.write_text(good)
    assert undo(project).files[TTL].data == ONTOLOGY.encode()


def test_the_journal_stays_out_of_version_control_and_is_small(tmp_path: Path) -> None:
    project = make(tmp_path)
    body = "".join(f":p{n} :hasParent :q{n} .\n" for n in range(3000))
    project = apply(project, Edit("Big", (patch(project, TTL, ONTOLOGY + body),)))
    apply(project, Edit("Small", (TripleDelta(TTL, (fact("p7", "z"), fact("p2990", "z"))),)))
    folder = tmp_path / ".workbench"
    assert (folder / ".gitignore").read_text() == "*\n"
    assert max(folder.glob("journal/*.json")).stat().st_size < 2000


def test_modes_are_kept(tmp_path: Path) -> None:
    project = make(tmp_path)
    (tmp_path / RULES).chmod(0o640)
    apply(project, Edit("x", (patch(project, RULES, "# x\n"),)))
    assert (tmp_path / RULES).stat().st_mode & 0o777 == 0o640


def test_projects_in_memory_are_edited_without_a_journal() -> None:
    project = Project.from_files([ONTOLOGY], [RULE], name="kin")
    edited = apply(project, Edit("x", (TripleDelta("ontologies/kin/1.ttl", (fact("a", "b"),)),)))
    assert fact("a", "b") in edited.get_domain().assertions
    with pytest.raises(EditError, match="memory"):
        undo(edited)
    assert history(edited) == ()


@pytest.mark.parametrize("call", ["fsync", "replace", "open"])
def test_a_full_disk_changes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, call: str) -> None:
    project = make(tmp_path)
    edit = Edit("Both", (TripleDelta(TTL, (fact("a", "b"),)), patch(project, RULES, "# x\n")))
    before = snapshot(tmp_path)
    real = getattr(os, call)
    reached = 0
    for limit in range(40):
        count = 0

        def fail(*args: object, _limit: int = limit, **options: object) -> object:
            nonlocal count
            if call != "open" or str(args[0]).endswith(".workbench-tmp"):
                count += 1
            if count == _limit + 1:  # once: afterwards there is room to put things back
                raise OSError(errno.ENOSPC, "No space left on device")
            return real(*args, **options)

        with monkeypatch.context() as patched:
            patched.setattr(os, call, fail)
            try:
                apply(project, edit)
            except StorageError as error:
                assert "No space left" in str(error)
                reached += 1
            else:
                break
        assert snapshot(tmp_path) == before
        assert history(load(tmp_path)) == ()
    assert reached >= 3
    assert snapshot(tmp_path) != before
    assert snapshot(tmp_path).keys() == before.keys()


def test_a_disk_that_stays_full_is_put_right_later(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second of two files cannot be replaced, nor can the first be put back."""
    project = make(tmp_path)
    edit = Edit("Both", (TripleDelta(TTL, (fact("a", "b"),)), patch(project, RULES, "# x\n")))
    before, after = snapshot(tmp_path), preview(project, edit)
    real, count = os.replace, 0

    def fail(*args: object, **options: object) -> object:
        nonlocal count
        count += 1
        if count > 3:  # .gitignore, the entry, the first file
            raise OSError(errno.EIO, "Input/output error")
        return real(*args, **options)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(os, "replace", fail)
        with pytest.raises(StorageError, match="next time"):
            apply(project, edit)
    loaded = load(tmp_path)
    states = (before, {path: file.data for path, file in after.files.items()})
    assert {path: file.data for path, file in loaded.files.items()} in states
    assert snapshot(tmp_path) in states


def run_killed(limit: int, act: Callable[[], object]) -> int | None:
    """Act in a process of its own that kills itself at a step; the number of steps when it got through."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        try:
            os.write(writing, str(_act_until(limit, act)).encode())
            os._exit(0)
        finally:
            os._exit(1)
    os.close(writing)
    with os.fdopen(reading) as stream:
        text = stream.read()
    status = os.waitpid(child, 0)[1]
    if os.WIFSIGNALED(status):
        assert os.WTERMSIG(status) == signal.SIGKILL
        return None
    assert os.WEXITSTATUS(status) == 0
    return int(text)


def _act_until(limit: int, act: Callable[[], object]) -> int:
    count, real = 0, os.fsync

    def step() -> None:
        nonlocal count
        count += 1
        if count == limit:
            os.kill(os.getpid(), signal.SIGKILL)

    def watch(event: str, args: tuple[object, ...]) -> None:
        # Everything that changes a folder passes here before it happens.
        if event in ("os.rename", "os.remove", "os.mkdir") or (event == "open" and "workbench-tmp" in str(args[0])):
            step()

    def fsync(descriptor: int) -> None:
        step()
        real(descriptor)
        step()

    os.fsync = fsync  # type: ignore[assignment]
    sys.addaudithook(watch)
    act()
    return count


@pytest.mark.parametrize("action", ["apply", "undo"])
def test_kill_9_at_every_step_leaves_all_or_nothing(tmp_path: Path, action: str) -> None:
    def prepare(name: str) -> tuple[Path, Callable[[], Project]]:
        root = tmp_path / name
        project = make(root)
        changes = (
            TripleDelta(TTL, (fact("a", "b"),)),
            patch(project, RULES, None),
            TextPatch("ontologies/kin/new/more.ttl", None, "# more\n"),
        )
        edit = Edit("Three files", changes)
        if action == "apply":
            return root, lambda: apply(project, edit)
        edited = apply(project, edit)
        return root, lambda: undo(edited)

    root, act = prepare("whole")
    before = snapshot(root)
    steps = run_killed(0, act)
    after = snapshot(root)
    assert steps is not None and steps >= 20 and before != after
    outcomes = set()
    for limit in range(1, steps + 1):
        root, act = prepare(str(limit))
        assert run_killed(limit, act) is None
        project = load(root)
        state = snapshot(root)
        assert state in (before, after), f"step {limit}"
        done = [entry for entry in history(project) if not entry.is_undone]
        assert len(done) == ((state == after) == (action == "apply")), f"step {limit}"
        outcomes.add(state == after)
        # And the project goes on from there.
        undo(apply(project, Edit("Next", (TripleDelta(TTL, (fact("q", "r"),)),))))
        assert snapshot(root) == state
        assert not list(root.rglob("*.workbench-tmp")), f"step {limit}"
    assert outcomes == {True, False}


WRITER = """
import sys
from workbench.errors import EditError
from workbench.project import load, apply, Edit, TripleDelta

root, name = sys.argv[1:]
K = "https://example.org/kinship#"
for number in range(8):
    while True:
        project = load(root)
        try:
            apply(project, Edit(f"{name}{number}", (
                TripleDelta("ontologies/kin/kin.ttl", ((f"<{K}{name}{number}>", f"<{K}hasParent>", f"<{K}b>"),)),
            )))
            break
        except EditError:
            continue
"""


def test_two_processes_lose_nothing(tmp_path: Path) -> None:
    make(tmp_path)
    command = [sys.executable, "-c", WRITER, str(tmp_path)]
    writers = [subprocess.Popen([*command, name]) for name in ("p", "q")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    project = load(tmp_path)
    expected = {fact(f"{name}{number}", "b") for name in "pq" for number in range(8)}
    assert expected <= set(project.get_domain().assertions)
    assert len(history(project)) == 16
    while history(project)[0].is_undone is False:
        project = undo(project)
    assert (tmp_path / TTL).read_text() == ONTOLOGY


NAMES = st.sampled_from("abcde")
STEPS = st.lists(
    st.one_of(
        st.tuples(st.just("add"), NAMES, NAMES),
        st.tuples(st.just("remove"), NAMES, NAMES),
        st.tuples(st.just("text"), st.text("ab# \n\réß", max_size=12), NAMES),
        st.tuples(st.just("drop"), NAMES, NAMES),
        st.tuples(st.just("undo"), NAMES, NAMES),
        st.tuples(st.just("redo"), NAMES, NAMES),
    ),
    max_size=12,
)


@settings(max_examples=25)
@given(STEPS)
def test_any_sequence_of_edits_can_be_walked_back(steps: list[tuple[str, str, str]]) -> None:
    """A list of states is the model: undo and redo move in it, an edit cuts it off and appends."""
    with tempfile.TemporaryDirectory() as folder:
        root = Path(folder)
        project = make(root)
        states, position = [snapshot(root)], 0
        for kind, first, second in steps:
            if kind in ("undo", "redo"):
                target = position + (1 if kind == "redo" else -1)
                if 0 <= target < len(states):
                    project, position = (undo if kind == "undo" else redo)(project), target
                    assert snapshot(root) == states[position]
                continue
            if kind == "add":
                change: TextPatch | TripleDelta = TripleDelta(TTL, (fact(first, second),))
            elif kind == "remove":
                if fact(first, second) not in project.get_domain().triples:
                    continue
                change = TripleDelta(TTL, (), (fact(first, second),))
            else:
                change = patch(project, RULES, None if kind == "drop" else f"# {first!r}\n{first}".encode())
            project = apply(project, Edit(kind, (change,)))
            if snapshot(root) != states[position]:
                states[position + 1 :] = [snapshot(root)]
                position += 1
            assert {path: file.data for path, file in project.files.items()} == snapshot(root)
        while position:
            project, position = undo(project), position - 1
            assert snapshot(root) == states[position]
