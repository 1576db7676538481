"""Verifying: a sound dataset passes, and whatever is changed in one is found, with file, line and item."""

from __future__ import annotations

import copy
import json
import multiprocessing
import random
import shutil
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from forging import forge

from workbench.build import verify
from workbench.build.item_lines import Line
from workbench.build.item_verification import ItemVerifier
from workbench.errors import DatasetError, UsageError, WorkerError
from workbench.export import DatasetContent, read_dataset, write_dataset
from workbench.model.items import canonical_json, check_item, compute_item_id, digest_json

Item = dict[str, Any]
DECLARED = ("domain", "curriculum", "generator", "languages", "rules", "templates", "splitting", "split_by")
"""What a manifest says of its items and nobody can count."""


@dataclass
class Draft:
    """The content of a dataset that may be changed and is then written with fresh digests and counts."""

    items: dict[str, list[Item]]
    theories: dict[str, dict[str, Any]]
    wording: dict[str, Any]
    prefixes: dict[str, str]
    manifest: dict[str, Any]

    def find(self, **wanted: Any) -> Item:
        """The first item that has these values, as the first of its split."""
        return next(item for item in self.iterate() if all(item[key] == value for key, value in wanted.items()))

    def write(self, folder: Path) -> Path:
        for item in self.iterate():
            item["id"] = compute_item_id(item)
        used = {item["theory"] for item in self.iterate()}
        theories = {digest: content for digest, content in self.theories.items() if digest in used}
        card = {"name": "guild", "description": "d", "licence": "CC0-1.0", "languages": ["en", "de"], "domain": "guild"}
        head = {name: self.manifest[name] for name in DECLARED} | {"levels": self.list_levels(), "licence": "CC0-1.0"}
        content = DatasetContent(self.items, theories, self.wording, self.prefixes, head, card)
        return write_dataset(folder, content)

    def list_levels(self) -> list[dict[str, Any]]:
        """The levels as declared, but asking for what there is."""
        counts = Counter((i["level_name"], i["task"], i["status"] or "-") for i in self.iterate() if "group" not in i)
        levels = copy.deepcopy(self.manifest["levels"])
        for level in levels:
            for quota in level["quotas"]:
                quota["items"] = counts[level["name"], quota["task"], quota["status"]]
        return list(levels)

    def keep(self, *kept: Item) -> Draft:
        """Leave these items only."""
        self.items = {split: [one for one in listed if any(one is item for item in kept)]
                      for split, listed in self.items.items()}  # fmt: skip
        return self

    def keep_few(self) -> Draft:
        """Leave one item of each kind, so that one verification takes a moment."""
        kept: dict[tuple[Any, ...], Item] = {}
        for item in self.iterate():
            kept.setdefault((item["task"], item["status"], item["language"], item["given"] == "facts"), item)
        return self.keep(*kept.values())

    def iterate(self) -> Iterator[Item]:
        for listed in self.items.values():
            yield from listed


def read_draft(dataset: Path) -> Draft:
    reader = read_dataset(dataset)
    items = {split: list(reader.iterate_items(split)) for split in reader.splits}
    return Draft(items, dict(reader.iterate_theories()), reader.wording, reader.prefixes, dict(reader.manifest))


@pytest.fixture(scope="module")
def original(small_dataset: Path) -> Draft:
    return read_draft(small_dataset)


@pytest.fixture
def draft(original: Draft) -> Draft:
    return copy.deepcopy(original)


def find_problems(dataset: Path, **options: Any) -> list[tuple[str, int, str, str]]:
    return [(*problem,) for problem in verify(dataset, **options).problems]


def expect(problems: list[tuple[str, int, str, str]], file: str, item: Item | None, what: str) -> None:
    """There is such a problem, and for an item it names its line and id."""
    found = [p for p in problems if p[0] == file and what in p[3]]
    assert found, problems
    if item is not None:
        assert any(line > 0 and id_ == item["id"] for _, line, id_, _ in found), problems


# ---- sound datasets


def test_a_built_dataset_is_sound(small_dataset: Path) -> None:
    messages: list[str] = []
    report = verify(small_dataset, messages.append)
    assert report.problems == ()
    assert report.ok
    assert report.counts["items"] == report.counts["judged"] > 60
    assert report.to_json()["ok"] is True
    assert "no problems" in report.format_text()
    assert len(messages) >= 2


def test_what_the_other_tests_change_is_sound_before(draft: Draft, tmp_path: Path) -> None:
    assert find_problems(draft.keep_few().write(tmp_path / "d")) == []


def test_several_processes_and_samples_find_the_same(draft: Draft, tmp_path: Path) -> None:
    item = draft.find(task="entailment", status="entailed")
    item["difficulty"]["hops"] += 1
    dataset = draft.keep_few().write(tmp_path / "d")
    alone, together = verify(dataset), verify(dataset, workers=2)
    assert alone == together and not alone.ok
    assert verify(dataset, sample=0).judged == 0
    assert verify(dataset, sample=3).judged == 3
    assert verify(dataset, sample=1000) == alone
    with pytest.raises(UsageError):
        verify(dataset, workers=0)


def test_a_process_that_dies_ends_it(small_dataset: Path) -> None:
    """Whoever waits is told: the command line makes that exit code 3."""

    def kill(text: str) -> None:
        for process in multiprocessing.active_children():
            process.kill()

    with pytest.raises(WorkerError, match="A worker process died: signal 9 ended it") as caught:
        verify(small_dataset, kill, workers=2)
    assert caught.value.exit_code == 3


# ---- wrong content in a dataset whose digests, ids, counts and tables are all right


def turn_label(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="entailment", status="unknown", language="en")
    item |= {"status": "refuted", "models": None, "answer": "false"}
    return item, "checker: the statement is not closed"


def turn_entailed(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="entailment", status="entailed", language="en")
    item |= {"status": "unknown", "proof": [], "models": {"without": [], "with": []}, "answer": "cannot be known"}
    return item, "checker: the statement follows"


def turn_option(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="options")
    wrong = next(option for option in item["options"] if option["status"] == "unknown")
    wrong |= {"status": "refuted", "evidence": {"proof": [], "models": None}}
    return item, "checker: the statement is not closed"


def drop_answer(draft: Draft) -> tuple[Item, str]:
    item = next(i for i in draft.iterate() if len(i["query"].get("answers", ())) > 1)
    item["query"]["answers"].pop()
    item["answer"] = item["answer"].rpartition(", ")[0]
    return item, "answers are missing"


def write_other_answer(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="entailment", status="refuted", language="de")
    item["answer"] = "wahr"
    return item, "answer: is not"


def change_premise(draft: Draft) -> tuple[Item, str]:
    item = find_proved(draft)
    step = item["proof"][-1]
    step["premises"][0] = next(e["id"] for e in item["context"] if e["id"] not in step["premises"])
    return item, "its premises are not the rule's atoms"


def drop_premise(draft: Draft) -> tuple[Item, str]:
    item = find_proved(draft)
    item["proof"][-1]["premises"].pop()
    return item, "its premises are not the rule's atoms"


def change_rule_of_step(draft: Draft) -> tuple[Item, str]:
    item = find_proved(draft)
    item["proof"][-1]["rule"] = "no-such-rule"
    return item, "there is no rule no-such-rule"


def change_step_text(draft: Draft) -> tuple[Item, str]:
    item = find_proved(draft)
    item["proof"][0]["text"] += " Certainly."
    return item, "the text of step 1 says something else"


def find_proved(draft: Draft) -> Item:
    return next(
        item
        for item in draft.iterate()
        if item["status"] == "entailed" and len(item["proof"]) > 1 and len(item["context"]) > 3
    )


def hide_fact(draft: Draft) -> tuple[Item, str]:
    item = next(
        item
        for item in draft.iterate()
        if item["status"] == "entailed" and len(item["context"]) > 3
        and not any(item["context"][-1]["id"] in step["premises"] for step in item["proof"])
    )  # fmt: skip
    item["context"].pop()
    return item, "question: the facts read are not those of the context"


def change_model(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="entailment", status="unknown")
    models = next(i["models"] for i in draft.iterate() if i["models"] and i["models"]["with"])
    item["models"]["with"] = models["with"] if models is not item["models"] else models["with"][1:]
    return item, "checker: the second model"


def change_version(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="entailment", status="unknown")
    item["semantics"]["builtins"] = "2"
    return item, "semantics: builtins is not the version that the rules and facts need"


def change_rule(draft: Draft) -> tuple[Item, str]:
    """Another formula in the theory, its digest and the sentence of it as they were."""
    item = find_with_rule(draft, "member")
    theory = copy.deepcopy(draft.theories[item["theory"]])
    rule = next(rule for rule in theory["rules"] if rule["id"] == "member")
    rule["formal"] = "g:Admitted(?x) -> g:Member(?x)"
    theory["digest"] = digest_json([[rule["id"], rule["formal"]] for rule in theory["rules"]])[:32]
    draft.theories[theory["digest"]] = theory
    item["theory"] = theory["digest"]
    return item, "question: the rules read are not those of the theory"


def find_with_rule(draft: Draft, name: str) -> Item:
    return next(
        item
        for item in draft.iterate()
        if item["given"] == "facts+rules" and name in item["provenance"]["axioms"] and item["language"] == "en"
    )


def drop_negation(draft: Draft) -> tuple[Item, str]:
    item = find_with_rule(draft, "member")
    part = " and it is not the case that A was expelled"
    assert part in item["question"]
    item["question"] = item["question"].replace(part, "")
    return item, "question: the rules read are not those of the theory"


def swap_arguments(draft: Draft) -> tuple[Item, str]:
    item, entry = next(
        (item, entry)
        for item in draft.iterate()
        for entry in item["context"]
        if item["language"] == "en" and entry["triple"][1] in ("g:taughtBy", "g:cheated", "g:owes")
    )
    first, second = (draft.wording["languages"]["en"]["labels"][f"<urn:knowledge-workbench:name#{part[2:]}>"]
                     for part in (entry["triple"][0], entry["triple"][2]))  # fmt: skip
    text = entry["text"]
    turned = text.replace(first, "\0").replace(second, first).replace("\0", second)
    item["question"] = item["question"].replace(text, turned)
    return item, "question: the facts read are not those of the context"


def write_another_phrase(draft: Draft) -> tuple[Item, str]:
    item, entry = next(
        (item, entry)
        for item in draft.iterate()
        for entry in item["context"]
        if item["language"] == "en" and " works in " in entry["text"]
    )
    item["question"] = item["question"].replace(entry["text"], entry["text"].replace(" works in ", " owns "))
    return item, "question: the facts read are not those of the context"


def write_what_cannot_be_read(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="select")
    item["question"] += " Please."
    return item, "question: can be read in no way"


def change_context_text(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="options")
    item["context"][0]["text"] += " Or not."
    return item, "context: the text of c1 says something else"


def change_difficulty(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="options")
    item["difficulty"]["leaves"] += 1
    return item, "difficulty: leaves is"


def change_difficulty_of_unknown(draft: Draft) -> tuple[Item, str]:
    item = draft.find(status="unknown")
    item["difficulty"]["hops"] += 1
    return item, "difficulty: hops is"


def mark_distractor(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="entailment", status="entailed")
    item["context"][0]["distractor"] = not item["context"][0]["distractor"]
    return item, "marked as distractors"


def change_identity(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="select")
    item["identity"]["core"] = "0" * 32
    return item, "identity: core is another"


def change_certificate(draft: Draft) -> tuple[Item, str]:
    item = draft.find(task="select")
    item["verified"]["checker"] = "0" * 32
    return item, "verified: checker is not the certificate"


def open_what_is_closed(draft: Draft) -> tuple[Item, str]:
    item = next(i for i in draft.iterate() if i["semantics"]["closed"])
    item["semantics"]["closed"] = []
    return item, ""


def rename_in_another_split(draft: Draft) -> tuple[Item, str]:
    """The same item about another person."""
    item = next(i for i in draft.items["train"] if "n:Ada" in canonical_json(i) and "Uma" not in canonical_json(i))
    twin = json.loads(canonical_json(item).replace("Ada", "Uma"))
    twin["split"] = "test"
    draft.items["test"].append(twin)
    draft.keep(item, twin)
    return twin, "another split has the same item up to names, in items/"


CHANGES: list[Callable[[Draft], tuple[Item, str]]] = [
    turn_label, turn_entailed, turn_option, drop_answer, write_other_answer, change_premise, drop_premise,
    change_rule_of_step, change_step_text, hide_fact, change_model, change_version, change_rule, drop_negation,
    swap_arguments,
    write_another_phrase, write_what_cannot_be_read, change_context_text, change_difficulty,
    change_difficulty_of_unknown, mark_distractor, change_identity, change_certificate, open_what_is_closed,
    rename_in_another_split,
]  # fmt: skip


@pytest.mark.parametrize("change", CHANGES, ids=lambda change: change.__name__)
def test_wrong_content_is_found(change: Callable[[Draft], tuple[Item, str]], draft: Draft, tmp_path: Path) -> None:
    item, what = change(draft)
    if change is not rename_in_another_split:
        draft.keep(item)
    dataset = draft.write(tmp_path / "d")
    expect(find_problems(dataset), f"items/{item['split']}.jsonl", item, what)


def test_a_label_shared_by_two_is_found(draft: Draft, tmp_path: Path) -> None:
    item = find_proved(draft)
    names = sorted({part for entry in item["context"] for part in entry["triple"] if part.startswith("n:")})
    labels = draft.wording["languages"][item["language"]]["labels"]
    unused = next(term for term in sorted(labels) if f"n:{term[1:-1].partition('#')[2]}" not in names)
    labels[unused] = labels[f"<urn:knowledge-workbench:name#{names[0][2:]}>"]
    problems = find_problems(draft.keep(item).write(tmp_path / "d"))
    expect(problems, f"items/{item['split']}.jsonl", item, "more than one way")


def test_a_sentence_that_says_another_rule_is_found(draft: Draft, tmp_path: Path) -> None:
    item = find_with_rule(draft, "member")
    theory = draft.theories[item["theory"]]
    rule = next(rule for rule in theory["rules"] if rule["id"] == "member")
    rule["text"]["de"] = "Aus „A wurde aufgenommen“ folgt „A ist Mitglied“."
    problems = find_problems(draft.keep(item).write(tmp_path / "d"))
    expect(problems, f"theories/{item['theory']}.json", None, "the sentence of the rule member in de")


def test_another_phrase_for_everyone_is_found(draft: Draft, tmp_path: Path) -> None:
    """Two properties change phrases in the wording: prompts can be read, and say something else."""
    phrases = draft.wording["languages"]["en"]["phrases"]
    one, other = (f"<https://example.org/guild#{name}>" for name in ("owes", "cheated"))
    phrases[one], phrases[other] = phrases[other], phrases[one]
    item = next(
        item
        for item in draft.iterate()
        if item["language"] == "en" and any(e["triple"][1] in ("g:owes", "g:cheated") for e in item["context"])
    )
    problems = find_problems(draft.keep(item).write(tmp_path / "d"))
    assert any("question: the facts read" in what for _, _, _, what in problems)


# ---- files that were changed after the dataset was written


@pytest.fixture
def written(draft: Draft, tmp_path: Path) -> Path:
    return draft.keep_few().write(tmp_path / "d")


def rewrite(path: Path, change: Callable[[str], str]) -> None:
    path.write_text(change(path.read_text(encoding="utf-8")), encoding="utf-8")


@pytest.mark.parametrize("name", ["report.html", "README.md", "items/train.jsonl", "prefixes.json", "croissant.json"])
def test_a_changed_byte_is_found(written: Path, name: str) -> None:
    rewrite(written / name, lambda text: text[:-2] + ("x" if text[-2] != "x" else "y") + text[-1])
    expect(find_problems(written), name, None, "was changed")


def test_missing_and_further_files_are_found(written: Path) -> None:
    theory = next((written / "theories").iterdir())
    theory.unlink()
    (written / "extra.txt").write_text("extra")
    problems = find_problems(written)
    expect(problems, f"theories/{theory.name}", None, "is missing")
    expect(problems, "extra.txt", None, "is not in the manifest")
    assert any(id_ and line and "its theory cannot be used: Could not read" in what for _, line, id_, what in problems)


def test_an_item_in_the_wrong_file_is_found(written: Path) -> None:
    lines = (written / "items/train.jsonl").read_text(encoding="utf-8").splitlines(keepends=True)
    rewrite(written / "items/train.jsonl", lambda text: text.replace(lines[0], ""))
    rewrite(written / "items/test.jsonl", lambda text: text + lines[0])
    problems = find_problems(written)
    expect(problems, "items/test.jsonl", json.loads(lines[0]), "split: is train")
    expect(problems, "manifest.json", None, "counts: are not those of the items")


def test_a_repeated_line_is_found(written: Path) -> None:
    rewrite(written / "items/train.jsonl", lambda text: text + text.splitlines(keepends=True)[0])
    first = json.loads((written / "items/train.jsonl").read_text(encoding="utf-8").splitlines()[0])
    expect(find_problems(written), "items/train.jsonl", first, "the same item is in items/train.jsonl:1")


def test_a_table_that_says_something_else_is_found(written: Path) -> None:
    """What a trainer loads is compared too, row by row."""
    from workbench.export.parquet import write_parquet

    items = [json.loads(line) for line in (written / "items/train.jsonl").read_text(encoding="utf-8").splitlines()]
    items[1]["answer"] = "something else"
    write_parquet(written / "data/train-00000.parquet", items)
    problems = find_problems(written)
    found = [problem for problem in problems if problem[0] == "data/train-00000.parquet" and problem[1]]
    assert [(line, id_) for _, line, id_, _ in found] == [(2, items[1]["id"])]


@pytest.mark.parametrize("part", ["counts", "splits", "leakage", "capacity"])
def test_a_manifest_that_counts_wrong_is_found(small_dataset: Path, tmp_path: Path, part: str) -> None:
    dataset = tmp_path / "d"
    shutil.copytree(small_dataset, dataset)

    def change(manifest: dict[str, Any]) -> None:
        if part == "splits":
            manifest[part][0]["items"] += 1
        else:
            place = manifest[part][sorted(manifest[part])[0]] if part != "counts" else manifest[part]
            place["items"] += 1

    forge(dataset, change)
    assert [problem[0::3] for problem in find_problems(dataset, sample=0)] == [
        (
            "manifest.json",
            f"{part}: are not those of the items"
            if part in ("counts", "splits")
            else f"{part}: is another when counted",
        )
    ]


# ---- damaged and hostile datasets: problems or DatasetError, nothing else


def test_what_is_no_dataset_is_refused(tmp_path: Path, written: Path) -> None:
    with pytest.raises(DatasetError):
        verify(tmp_path / "nothing")
    manifest = json.loads((written / "manifest.json").read_text(encoding="utf-8"))
    wrong: Any
    for wrong in ({**manifest, "schema_version": 2}, [], {**manifest, "files": 3}):
        (written / "manifest.json").write_text(json.dumps(wrong))
        with pytest.raises(DatasetError):
            verify(written)


HOSTILE_LINES = {
    "truncated": b'{"id": "1", "context": [',
    "no JSON": b"hello\n",
    "no object": b"[1, 2]\n",
    "nested": b"[" * 100_000 + b"\n",
    "not a number": b'{"a":NaN}\n',
    "a giant number": b'{"a":' + b"9" * 10_000 + b"}\n",
    "half a character": b'{"a":"\\ud800"}\n',
    "no UTF-8": b'{"a":"\xff"}\n',
    "empty": b"\n",
    "twice the same key": b'{"a":1,"a":1}\n',
}


def test_lines_that_are_no_items_are_located(written: Path) -> None:
    with (written / "items/test.jsonl").open("ab") as stream:
        count = len((written / "items/test.jsonl").read_bytes().splitlines())
        stream.writelines(line if line.endswith(b"\n") else line + b"\n" for line in HOSTILE_LINES.values())
    report = verify(written)
    located = {problem.line for problem in report.problems if problem.file == "items/test.jsonl"}
    assert located == {0, *range(count + 1, count + 1 + len(HOSTILE_LINES))}
    assert "\x1b" not in report.format_text()


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("wording.json", "[]"),
        ("wording.json", "{}"),
        ("wording.json", '{"version": 1, "languages": {"en": {"frames": {}, "labels": [], "phrases": 1}}}'),
        ("prefixes.json", '{"g": 1}'),
        ("prefixes.json", "{"),
        ("items/train.jsonl", ""),
        ("data/train-00000.parquet", "no table"),
    ],
)
def test_damaged_files_are_problems(written: Path, name: str, content: str) -> None:
    (written / name).write_text(content)
    problems = find_problems(written)
    expect(problems, name, None, "")


@pytest.mark.parametrize(
    "change",
    [
        lambda frames: frames.update(rule="If {body}."),
        lambda frames: frames.update(and_=""),
        lambda frames: frames["answers"].update(unknown="true"),
        lambda frames: frames["comparisons"].pop("<"),
    ],
)
def test_frames_that_lost_a_slot_are_problems(draft: Draft, tmp_path: Path, change: Callable[[Any], None]) -> None:
    change(draft.wording["languages"]["en"]["frames"])
    expect(find_problems(draft.keep_few().write(tmp_path / "d")), "wording.json", None, "frame")


RULES = [
    "g:served(?x, ?n) ^ ?m = ?n * ?n -> g:served(?x, ?m)",
    "g:p(?x, ?y) ^ not g:q(?x, ?z) -> g:q(?x, ?y)",
    "g:p(?x, ?y) -> g:q(?x, ?z)",
    "?x(?y) -> false",
    "g:p(?x, ?y ^ ->",
    "",
    "-> g:p(g:a, " + "9" * 5000 + ")",
    "g:p(?x, ?y) ^ ?z = " + "*".join(["9" * 900] * 20) + " -> g:p(?x, ?z)",
]


@pytest.mark.parametrize("formal", RULES, ids=range(len(RULES)))
def test_theories_that_cannot_be_evaluated_are_problems(draft: Draft, tmp_path: Path, formal: str) -> None:
    item = draft.find(task="entailment", status="entailed")
    theory = copy.deepcopy(draft.theories[item["theory"]])
    for name, text in (("zz1", "-> g:served(g:a, 3) ^ g:p(g:a, 3)"), ("zz2", formal)):
        theory["rules"].append({"id": name, "kind": "rule", "formal": text, "text": {}})
    theory["digest"] = digest_json([[rule["id"], rule["formal"]] for rule in theory["rules"]])[:32]
    draft.theories = {theory["digest"]: theory}
    draft.keep(item)
    item["theory"] = theory["digest"]
    problems = find_problems(draft.write(tmp_path / "d"))
    assert any(id_ == item["id"] for _, _, id_, _ in problems)


def test_a_theory_that_takes_too_long_is_a_problem(draft: Draft, tmp_path: Path) -> None:
    item = max(draft.iterate(), key=lambda item: len(item["context"]))
    theory = copy.deepcopy(draft.theories[item["theory"]])
    body = " ^ ".join(f"g:entered(?x{n}, ?y{n})" for n in range(14))
    seeds = " ^ ".join(f"g:entered(g:a, {n})" for n in range(9))
    theory["rules"] += [
        {"id": f"zz{n}", "kind": "rule", "formal": formal, "text": {}}
        for n, formal in enumerate((f"-> {seeds}", f"{body} -> g:Expelled(?x0)"))
    ]
    theory["digest"] = digest_json([[rule["id"], rule["formal"]] for rule in theory["rules"]])[:32]
    draft.theories = {theory["digest"]: theory}
    item["theory"] = theory["digest"]
    dataset = draft.keep(item).write(tmp_path / "d")
    file = f"items/{item['split']}.jsonl"
    verifier = ItemVerifier(dataset, read_dataset(dataset).manifest, seconds=0.3)
    result = verifier.verify([Line(file, 1, canonical_json(item).encode() + b"\n", True)])
    assert [problem.what for problem in result.problems] == ["takes more than 0.3 seconds to judge"]


# ---- any change whatsoever

UNJUDGED = {("provenance", "world"), ("split",)}
"""What nobody can know from the files where a level has worlds of several kinds; and splits are judged beside items."""
VALUES: list[Any] = [
    None, True, 0, 1, -1, 10**30, "", "x", "true", "c1", "s1", "assume", "false", "n:Ada", "g:nothing", "g:worksIn",
    [], {}, ["n:Ada", "g:worksIn", "n:Bo"], "entailed", "unknown", "refuted", "0" * 32, '"1"', "\u202e", '"\\q"',
    '"1"^^<http://www.w3.org/2001/XMLSchema#integer>', "_:b", "<urn:x>", "?x", "not g:Expelled(n:Ada)",
]  # fmt: skip


def iterate_places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    yield path
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield from iterate_places(inner, (*path, key))


def replace_at(item: Item, path: tuple[Any, ...], value: Any) -> Item:
    changed = copy.deepcopy(item)
    get_at(changed, path[:-1])[path[-1]] = value
    return changed


def get_at(item: Item, path: tuple[Any, ...]) -> Any:
    place: Any = item
    for key in path:
        place = place[key]
    return place


def test_any_value_put_anywhere_is_found(original: Draft, small_dataset: Path) -> None:
    """Hundreds of items, each with one value replaced and its id made right again."""
    draw = random.Random(5)
    items = list(original.iterate())
    changed: list[tuple[tuple[Any, ...], Item]] = []
    while len(changed) < 600:
        item = draw.choice(items)
        path = draw.choice([p for p in iterate_places(item) if p and p[0] != "id" and p[:2] not in UNJUDGED])
        if path[:1] in UNJUDGED:
            continue
        old = get_at(item, path)
        alike = [value for value in VALUES if type(value) is type(old)]
        one = replace_at(item, path, draw.choice(alike if alike and draw.random() < 0.7 else VALUES))
        if one == item:
            continue
        if isinstance(one, dict) and {"question", "answer", "context", "theory", "query"} <= one.keys():
            one["id"] = compute_item_id(one)
        changed.append((path, one))
    lines = [
        Line(f"items/{item['split']}.jsonl", number,
             canonical_json(item).encode() + b"\n", True)
        for number, (_, item) in enumerate(changed, 1)
    ]  # fmt: skip
    verifier = ItemVerifier(small_dataset, read_dataset(small_dataset).manifest)
    result = verifier.verify(lines)
    located = {problem.line for problem in result.problems}
    silent = [(path, check_item(item)) for number, (path, item) in enumerate(changed, 1) if number not in located]
    assert silent == []
    assert len(result.records) > 100  # many have the right form and only a judge can tell
