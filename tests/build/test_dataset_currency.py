"""What in a dataset no longer follows: answers rebuilt by the naive evaluator under the changed knowledge."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from guild_project import write_guild_project
from oracles import naive

from workbench.build import check, get_knowledge, load
from workbench.build.dataset_currency import ItemJudge, ItemVerdict, iterate_verdicts
from workbench.build.dataset_groups import check_dataset, group_verdicts
from workbench.build.differing import diff
from workbench.errors import DatasetError, SelectionError
from workbench.export import read_dataset
from workbench.formats.rules_parser import parse_rule
from workbench.formats.rules_printer import print_rule
from workbench.model.items import canonical_json, compute_item_id, digest_json, expand_term
from workbench.model.rules import Rule
from workbench.model.terms import RDF_TYPE, Triple, make_literal
from workbench.model.theory import Theory
from workbench.project import Project


def find(folder: Path, ending: str, text: str) -> Path:
    """The file that holds a text."""
    return next(path for path in sorted(folder.rglob(f"*{ending}")) if text in path.read_text(encoding="utf-8"))


def edit(folder: Path, ending: str, old: str, new: str) -> None:
    path = find(folder, ending, old)
    path.write_text(path.read_text(encoding="utf-8").replace(old, new, 1), encoding="utf-8")


MEMBER = "  Admitted(?x) unless Expelled(?x) -> Member(?x)\n"
CHANGES = {
    "a rule asks for more": (".rules", "?n >= 7", "?n >= 11"),
    "a rule has no exception": (".rules", MEMBER, "  Admitted(?x) -> Member(?x)\n"),
    "a rule applies to fewer": (".rules", "  cheated(?x, ?y) -> Ex", "  cheated(?x, ?y) ^ owes(?x, ?y) -> Ex"),
    "a rule is new": (".rules", "rule senior\n",
                      "rule near\n  follows(?x, ?y) -> colleagueOf(?x, ?y)\n\nrule senior\n"),
    "a constraint is new": (".rules", "constraint own-line\n",
                            "constraint calm\n  Master(?x) ^ colleagueOf(?x, ?y) -> false\n\nconstraint own-line\n"),
    "an axiom is gone": (".ttl", "rdfs:domain g:Master ; ", ""),
    "more is closed": (".yaml", "closed: [g:Expelled, g:owes]", "closed: [g:Expelled, g:owes, g:Master]"),
}  # fmt: skip
SAME = {
    "a rule has another name": (".rules", "rule member\n", "rule membership\n"),
    "atoms in another order": (".rules", "worksIn(?x, ?w) ^ worksIn(?y, ?w) ^ ?x != ?y -> colleagueOf(?x, ?y)",
                               "worksIn(?b, ?w) ^ ?a != ?b ^ worksIn(?a, ?w) -> colleagueOf(?a, ?b)"),
    "a remark": (".rules", "rule member\n", "# a remark\nrule member\n"),
    "a fact of the project": (".ttl", "g:cheated g:dora", "g:cheated g:emil"),
}  # fmt: skip


@pytest.fixture
def guild(tmp_path: Path) -> Path:
    return write_guild_project(tmp_path / "guild")


def judge(project: Project, dataset: Path) -> list[ItemVerdict]:
    reader = read_dataset(dataset)
    knowledge = get_knowledge(project, project.get_domain())
    return list(iterate_verdicts(reader, ItemJudge(knowledge, reader, knowledge.narrator)))


def iterate_items(dataset: Path) -> Iterator[tuple[Mapping[str, Any], Mapping[str, str]]]:
    reader = read_dataset(dataset)
    return ((item, reader.prefixes) for item in reader.iterate_items())


class Oracle:
    """Answers an item's question under a theory, with the naive evaluator."""

    def __init__(self, project: Project, item: Mapping[str, Any], prefixes: Mapping[str, str]) -> None:
        self.theory: Theory = get_knowledge(project, project.get_domain()).theory
        self.prefixes = prefixes
        self.facts = [self.read(entry["triple"]) for entry in item["context"]]
        self.model = naive.evaluate(self.theory, self.facts)

    def read(self, parts: list[str]) -> Triple:
        subject, predicate, value = (expand_term(part, self.prefixes) for part in parts)
        return subject, predicate, value

    def judge(self, statement: Triple) -> str:
        known = set(self.model.heights)
        if statement in known:
            return "entailed"
        if self._is_closed(statement):
            return "refuted"
        more = naive.evaluate(self.theory, [*self.facts, statement], reference=known)
        clash = more.contradictions or any(
            self._is_closed(f) for f in more.heights if f not in known and f != statement
        )
        return "refuted" if clash else "unknown"

    def _is_closed(self, fact: Triple) -> bool:
        return (fact[2] if fact[1] == RDF_TYPE else fact[1]) in self.theory.closed

    def expand(self, argument: str) -> str:
        return make_literal(int(argument)) if argument.isdigit() else expand_term(argument, self.prefixes)

    def answer(self, item: Mapping[str, Any]) -> object:
        """The answer of an item; None where the facts contradict each other."""
        if self.model.contradictions:
            return None
        query = item["query"]
        if query["kind"] == "holds":
            return self.judge(self.read(query["triple"]))
        if query["kind"] == "options":
            return [o["letter"] for o in item["options"] if self.judge(self.read(o["atom"])) == "entailed"]
        name, _, rest = query["body"].partition("(")
        key, variable = expand_term(name, self.prefixes), f"?{query['vars'][0]}"
        arguments = [part.strip() for part in rest.rstrip(")").split(",")]
        place = arguments.index(variable)
        found = set()
        for subject, predicate, value in self.model.heights:
            own = [subject] if predicate == RDF_TYPE else [subject, value]
            if (value if predicate == RDF_TYPE else predicate) == key and len(own) == len(arguments):
                others = [(a, t) for n, (a, t) in enumerate(zip(arguments, own, strict=True)) if n != place]
                if all(self.expand(argument) == term for argument, term in others):
                    found.add(own[place])
        return found


def says(item: Mapping[str, Any], prefixes: Mapping[str, str]) -> object:
    if item["query"]["kind"] == "holds":
        return item["status"]
    if item["query"]["kind"] == "options":
        return [option["letter"] for option in item["options"] if option["status"] == "entailed"]
    return {expand_term(answer[0], prefixes) for answer in item["query"]["answers"]}


@pytest.mark.parametrize("change", sorted(CHANGES))
def test_verdicts_are_those_of_the_naive_evaluator(change: str, guild: Path, small_dataset: Path) -> None:
    edit(guild, *CHANGES[change])
    project = load(guild)
    present = {print_rule(rule, read_dataset(small_dataset).prefixes) for rule in
               get_knowledge(project, project.get_domain()).theory.rules}  # fmt: skip
    counts = {"current": 0, "stale": 0, "wrong": 0}
    for number, (verdict, (item, prefixes)) in enumerate(
        zip(judge(project, small_dataset), iterate_items(small_dataset), strict=True)
    ):
        assert verdict.item == item["id"]
        counts[verdict.verdict] += 1
        theory = json.loads((small_dataset / "theories" / f"{item['theory']}.json").read_text(encoding="utf-8"))
        gone = any(rule["formal"] not in present for rule in theory["rules"])
        if verdict.verdict == "current":
            assert not gone
        if verdict.verdict != "wrong" and number % 4:
            continue
        is_wrong = Oracle(project, item, prefixes).answer(item) != says(item, prefixes)
        assert (verdict.verdict == "wrong") == is_wrong, verdict
        if verdict.verdict == "stale":
            code = verdict.cause.code if verdict.cause is not None else ""
            assert gone or code in ("dataset.closed-changed", "dataset.option-status")
    assert counts["stale"] + counts["wrong"] > 0


@pytest.mark.parametrize("change", sorted(SAME))
def test_what_says_the_same_makes_nothing_stale(change: str, guild: Path, small_dataset: Path) -> None:
    """Items are about invented worlds, so the project's own facts are no part of them."""
    edit(guild, *SAME[change])
    assert {verdict.verdict for verdict in judge(load(guild), small_dataset)} == {"current"}
    assert check_dataset(load(guild), small_dataset) == []


def test_a_thousand_items_with_one_cause_are_one_finding(guild: Path, small_dataset: Path) -> None:
    edit(guild, ".rules", "?n >= 7", "?n >= 11")
    project = load(guild)
    found = [v for v in check(project, datasets=[small_dataset]).report.violations if v.code.startswith("dataset.")]
    verdicts = judge(project, small_dataset)
    assert {v.code for v in found} == {"dataset.wrong-answer", "dataset.rule-changed"}
    assert all(v.severity == "error" and v.focus == "experienced" and v.fingerprint for v in found)
    line = find(guild, ".rules", "?n >= 11").read_text(encoding="utf-8").split("rule experienced")[0].count("\n") + 1
    assert {(v.location and (v.location.path.startswith("ontologies/guild"), v.location.line)) for v in found} == {
        (True, line)
    }
    for violation in found:
        kind = "wrong" if violation.code == "dataset.wrong-answer" else "stale"
        count = sum(verdict.verdict == kind for verdict in verdicts)
        assert count and violation.message.startswith(f"{count:,} item")
        assert all(place.path.endswith(".jsonl") and place.line for place in violation.related)
    groups = group_verdicts(verdicts, "d")
    assert sum(group.items for group in groups) == sum(verdict.verdict != "current" for verdict in verdicts)


def test_a_rule_that_is_gone_is_located_at_an_item(guild: Path, small_dataset: Path) -> None:
    edit(guild, ".rules", "rule senior\n", "rule elder\n")
    edit(guild, ".rules", "?b < ?a -> senior", "?b <= ?a -> senior")
    found = check_dataset(load(guild), small_dataset)
    assert found and {v.focus for v in found} == {"senior"}
    for violation in found:
        place = violation.location
        assert place is not None and place.path.startswith(f"{small_dataset.as_posix()}/items/")
        line = Path(place.path).read_text(encoding="utf-8").splitlines()[place.line - 1]
        theory = json.loads(line)["theory"]
        assert '"senior"' in (small_dataset / "theories" / f"{theory}.json").read_text(encoding="utf-8")


def test_knowledge_with_errors_is_never_called_current(guild: Path, small_dataset: Path) -> None:
    edit(guild, ".rules", MEMBER, "  Admitted(?x -> Member(?x)\n")
    (violation,) = check_dataset(load(guild), small_dataset)
    assert (violation.code, violation.severity) == ("dataset.not-judged", "error")


def test_a_damaged_item_is_told_with_its_line(guild: Path, small_dataset: Path, tmp_path: Path) -> None:
    damaged = Path(shutil.copytree(small_dataset, tmp_path / "damaged"))
    path = damaged / "items" / "train.jsonl"
    lines = path.read_bytes().splitlines(keepends=True)
    path.write_bytes(b"".join([lines[0], b'{"id": 1}\n', b"\xff\xfe\n", *lines[3:]]))
    (violation,) = check_dataset(load(guild), damaged)
    assert (violation.code, violation.location and violation.location.line) == ("dataset.damaged", 2)
    path.unlink()
    with pytest.raises(DatasetError, match="missing"):
        check_dataset(load(guild), damaged)
    with pytest.raises(DatasetError):
        check_dataset(load(guild), tmp_path)


def test_a_dataset_of_another_domain_is_refused(small_dataset: Path) -> None:
    project = Project.from_files(rules=["prefix : <urn:x#>\nrule r\n  A(?x) -> B(?x)\n"], name="other")
    with pytest.raises(SelectionError, match="guild"):
        check_dataset(project, small_dataset)


def make_closed_book(dataset: Path, folder: Path) -> Path:
    """A dataset of one item about somebody of the project: its prompt states nothing."""
    item = next(item for item, _ in iterate_items(dataset) if item["status"] == "entailed")
    dataset = Path(shutil.copytree(dataset, folder))
    formal = "g:Admitted(?x) ^ not g:Expelled(?x) -> g:Member(?x)"
    digest = digest_json([["member", formal]])[:32]
    rule = {"id": "member", "kind": "rule", "formal": formal, "text": {}}
    theory = {"version": 1, "digest": digest, "rules": [rule]}
    (dataset / "theories" / f"{digest}.json").write_text(canonical_json(theory), encoding="utf-8")
    stated, goal = ["g:anna", "rdf:type", "g:Admitted"], ["g:anna", "rdf:type", "g:Member"]
    own = {
        **item,
        "given": "none",
        "facts": "ab" * 16,
        "theory": digest,
        "context": [{"id": "c1", "triple": stated, "text": "Anna was admitted.", "shown": False, "distractor": False}],
        "query": {"kind": "holds", "triple": goal},
        "semantics": {**item["semantics"], "closed": ["g:Expelled"]},
        "proof": [{"step": 1, "rule": "member", "bindings": {"x": "g:anna"}, "premises": ["c1"], "text": "So.",
                   "absent": ["not g:Expelled(g:anna)"], "conclusion": goal}],
    }  # fmt: skip
    own["id"] = compute_item_id(own)
    for split in read_dataset(dataset).splits:
        text = canonical_json(own) + "\n" if split == own["split"] else ""
        (dataset / "items" / f"{split}.jsonl").write_text(text, encoding="utf-8")
    return dataset


def test_a_closed_book_item_rests_on_what_is_stated(guild: Path, small_dataset: Path, tmp_path: Path) -> None:
    """Items about the project's own individuals: a fact that is gone makes them stale, another answer wrong."""
    dataset = make_closed_book(small_dataset, tmp_path / "closed")
    (verdict,) = judge(load(guild), dataset)
    assert verdict.verdict == "current", verdict
    edit(guild, ".ttl", "g:anna a g:Admitted ;", "g:anna a g:Admitted ; g:cheated g:dora ;")
    (verdict,) = judge(load(guild), dataset)
    assert (verdict.verdict, verdict.found) == ("wrong", "It says entailed; now it is unknown."), verdict
    edit(guild, ".ttl", "g:anna a g:Admitted ; g:cheated g:dora ;", "g:anna a g:Member ;")
    (verdict,) = judge(load(guild), dataset)
    assert (verdict.verdict, verdict.cause and verdict.cause.code) == ("stale", "dataset.fact-gone"), verdict


def test_diff_tells_what_a_change_makes_of_the_items(guild: Path, small_dataset: Path, tmp_path: Path) -> None:
    new = Path(shutil.copytree(guild, tmp_path / "new"))
    edit(new, ".rules", "?n >= 7", "?n >= 11")
    (found,) = diff(str(guild), str(new), datasets=[small_dataset], findings=False).datasets
    verdicts = judge(load(new), small_dataset)
    assert (found.items, found.mended) == (len(verdicts), 0)
    for kind in ("wrong", "stale"):
        groups = [group for group in found.groups if group.verdict == kind]
        assert sum(group.items for group in groups) == sum(verdict.verdict == kind for verdict in verdicts) > 0
        assert dict(groups[0].splits).keys() <= set(read_dataset(small_dataset).splits)
    (back,) = diff(str(new), str(guild), datasets=[small_dataset], findings=False).datasets
    assert (back.groups, back.mended) == ((), sum(verdict.verdict != "current" for verdict in verdicts))


def test_a_renamed_property_makes_items_stale_and_not_wrong(guild: Path, small_dataset: Path, tmp_path: Path) -> None:
    new = Path(shutil.copytree(guild, tmp_path / "new"))
    for path in new.rglob("*.*"):
        if path.suffix in (".ttl", ".rules", ".yaml", ".j2") and path.is_file():
            text = path.read_text(encoding="utf-8")
            path.write_text(text.replace("colleagueOf", "worksWith"), encoding="utf-8")
    difference = diff(str(guild), str(new), datasets=[small_dataset], findings=False)
    assert [r.new for r in difference.domains[0].renamings] == ["<https://example.org/guild#worksWith>"]
    (found,) = difference.datasets
    assert {(group.verdict, group.cause.code) for group in found.groups} == {("stale", "dataset.renamed")}


OTHER_CHANGES = (
    CHANGES["a rule asks for more"],
    CHANGES["a rule has no exception"],
    CHANGES["an axiom is gone"],
    (".rules", "?n = ?b - ?a -> served", "?n = ?b + ?a -> served"),
)


def test_every_task_is_current_under_what_it_was_made_from(all_tasks_dataset: Path, tmp_path: Path) -> None:
    project = load(write_guild_project(tmp_path / "guild", all_tasks=True))
    verdicts = judge(project, all_tasks_dataset)
    assert {(one.verdict, one.cause) for one in verdicts} == {("current", None)}


@pytest.mark.parametrize("old_new", OTHER_CHANGES, ids=lambda one: str(one[1]).strip()[:24])
def test_every_task_is_judged_under_a_change(
    old_new: tuple[str, str, str], all_tasks_dataset: Path, tmp_path: Path
) -> None:
    """Which of the things to choose from follow is asked anew, under the facts or rules that each supposes."""
    folder = write_guild_project(tmp_path / "guild", all_tasks=True)
    edit(folder, *old_new)
    project = load(folder)
    verdicts = {one.item: one for one in judge(project, all_tasks_dataset)}
    theory = get_knowledge(project, project.get_domain()).theory
    seen = 0
    for item, prefixes in iterate_items(all_tasks_dataset):
        if item["task"] not in ("abduce", "diff", "induce"):
            continue
        oracle = Oracle(project, item, prefixes)
        options = [oracle.read(option["atom"]) for option in item["options"]]
        facts, query = oracle.facts, item["query"]
        if item["task"] == "abduce":
            goal = oracle.read(query["triple"])
            cases = [([*facts, one], theory, goal) for one in options]
        elif item["task"] == "diff":
            ids = {entry["id"]: oracle.read(entry["triple"]) for entry in item["context"]}
            removed = [ids[name] for name in query["remove"]]
            after = [fact for fact in facts if fact not in removed] + [oracle.read(one) for one in query["add"]]
            cases = [(after, theory, one) for one in options] + [(facts, theory, one) for one in options]
        else:
            cases = []
            for number, option in enumerate(item["options"]):
                parsed = parse_rule(option["rule"]["formal"], prefixes)
                kept = [r for r in theory.rules if all(head.key != parsed.head[0].key for head in r.head)]
                varied = Theory.build([*kept, Rule("offered-here", parsed.body, parsed.head)], theory.closed)
                cases.append((facts, varied, options[number]))
                if option["letter"] == item["answer"]:
                    examples = [oracle.read(one) for one in (*query["positive"], *query["negative"])]
                    judged = [(facts, varied, one) for one in examples]
            cases += judged
        said = [one["status"] == "entailed" for one in item["options"]]
        said += [one["status"] == "entailed" for one in (*query.get("before", ()), *query.get("judged", ()))]
        models = [naive.evaluate(rules, stated) for stated, rules, _ in cases]
        holds = [statement in model.heights for model, (_, _, statement) in zip(models, cases, strict=True)]
        is_wrong = holds != said or any(model.contradictions for model in models)
        assert (verdicts[item["id"]].verdict == "wrong") == is_wrong, verdicts[item["id"]]
        seen += 1
    assert seen >= 20
