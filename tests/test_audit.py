"""Those who audit items are themselves checked: on cases by hand whose answers, and whose wrong labels, are known."""

from __future__ import annotations

import importlib.util
import json
import shutil
from pathlib import Path

import pytest
import yaml

from benchmarks.audit import (
    Audit,
    Item,
    audit_ours,
    audit_theirs,
    compute_interval,
    load_reader,
    write_curriculum,
    write_tables,
)
from benchmarks.puzzles import read_family, read_knights, read_syllogism

BOTH = {"no term is empty": True, "terms may be empty": True}
NEITHER = dict.fromkeys(BOTH, False)
IMPORT = {"no term is empty": False, "terms may be empty": True}


def pose(first: str, second: str, conclusion: str) -> str:
    return (
        f"Consider these statements:\n1. {first}\n2. {second}\n\n"
        f"Does it logically follow that:\n{conclusion}?\n(Answer Yes or No)"
    )


@pytest.mark.parametrize(
    ("first", "second", "conclusion", "answer", "wrong"),
    [
        ("All dogs are mammals", "All mammals are animals", "All dogs are animals", "Yes", NEITHER),
        ("All dogs are mammals", "All mammals are animals", "All dogs are animals", "No", BOTH),
        # the middle term is distributed in neither premise
        ("All dogs are mammals", "All cats are mammals", "All dogs are cats", "Yes", BOTH),
        ("All dogs are mammals", "Some mammals are cats", "Some dogs are cats", "Yes", BOTH),
        ("All dogs are mammals", "Some mammals are cats", "Some dogs are cats", "No", NEITHER),
        # illicit major
        ("All dogs are mammals", "No cats are dogs", "No cats are mammals", "Yes", BOTH),
        # two negative premises
        ("No dogs are cats", "No cats are birds", "No dogs are birds", "Yes", BOTH),
        ("No dogs are cats", "Some cats are birds", "Some birds are not dogs", "Yes", NEITHER),
        # only where no term is empty
        ("All dogs are mammals", "All mammals are animals", "Some dogs are animals", "Yes", IMPORT),
        ("All dogs are mammals", "No cats are birds", "Some mammals are dogs", "Yes", IMPORT),
        # what is converted: of "no" and "some", never of "some … not"
        ("No dogs are cats", "All cats are animals", "No cats are dogs", "Yes", NEITHER),
        ("Some dogs are not cats", "All cats are animals", "Some cats are not dogs", "Yes", BOTH),
        # that no conversion of one premise yields it does not mean that it does not follow
        ("All dogs are cats", "All cats are dogs", "All cats are dogs", "No", BOTH),
    ],
)
def test_syllogisms(first: str, second: str, conclusion: str, answer: str, wrong: dict[str, bool]) -> None:
    assert read_syllogism(pose(first, second, conclusion)).is_wrong(answer) == wrong


def test_premises_that_cannot_be_true_together() -> None:
    assert read_syllogism(pose("All dogs are cats", "No dogs are cats", "Some dogs are cats")).contradictory
    assert not read_syllogism(pose("All dogs are cats", "No cats are birds", "Some dogs are cats")).contradictory


def test_syllogisms_up_to_names() -> None:
    first = read_syllogism(pose("All dogs are cats", "Some cats are not birds", "No dogs are birds"))
    turned = read_syllogism(pose("Some cats are not birds", "All dogs are cats", "No dogs are birds"))
    renamed = read_syllogism(pose("All bees are ants", "Some ants are not fish", "No bees are fish"))
    other = read_syllogism(pose("All dogs are cats", "Some cats are not birds", "Some dogs are birds"))
    crossed = read_syllogism(pose("All cats are dogs", "Some cats are not birds", "No dogs are birds"))
    assert first.named == turned.named != renamed.named
    assert first.core == turned.core == renamed.core
    assert len({first.core, other.core, crossed.core}) == 3


STORY = (
    "John is married to Mary. They have children called Peter and Anna. Peter is married to Lucy. "
    "They have children called Tom, Ava and Mia. Anna is married to Max. They have a child called Zoe."
)
WOMEN = frozenset({"Mary", "Anna", "Lucy", "Ava", "Mia", "Zoe"})


@pytest.mark.parametrize(
    ("first", "second", "right", "wrong"),
    [
        ("John", "Peter", "father", "mother son"),
        ("Mia", "Lucy", "daughter", "mother son"),
        ("Lucy", "Peter", "wife", "husband sister"),
        ("Ava", "Tom", "sister", "brother mother"),
        ("Mary", "Zoe", "grandmother", "grandfather granddaughter mother"),
        ("Zoe", "Mary", "granddaughter", "grandmother"),
        ("Anna", "Tom", "aunt", "niece mother"),
        ("Max", "Tom", "uncle", "nephew father"),
        ("Tom", "Max", "nephew", "uncle niece"),
        # the direction: whoever is asked about is the parent-in-law, or is not
        ("Mary", "Lucy", "mother-in-law", "daughter-in-law mother"),
        ("Lucy", "Mary", "daughter-in-law", "mother-in-law"),
        ("Max", "John", "son-in-law", "father-in-law"),
        ("Lucy", "Anna", "sister-in-law", "sister mother-in-law"),
        ("Zoe", "Ava", "cousin", "sister"),
        ("John", "Mary", "husband", "wife"),
    ],
)
def test_families(first: str, second: str, right: str, wrong: str) -> None:
    prompt = f"{STORY}\n\nWhat is {first} to {second}? Respond only with the word that describes their relationship."
    solved = read_family(prompt, WOMEN)
    assert not solved.contradictory
    assert dict(solved.answers)["gender by name"] == {right}
    assert not any(solved.is_wrong(right.capitalize()).values())
    assert all(solved.is_wrong(word)["gender by name"] for word in wrong.split())


def test_a_gender_that_is_not_stated_need_not_be_known() -> None:
    prompt = f"{STORY}\n\nHow is Zoe related to Max? Provide the relationship in one word."
    assert read_family(prompt).is_wrong("son") == {"either gender": False}
    assert read_family(prompt, WOMEN).is_wrong("son") == {"gender by name": True, "either gender": False}


@pytest.mark.parametrize(
    "story",
    [
        "John is married to Mary. John is married to Lucy.",
        "John is married to Mary. They have a child called Tom. Max is married to Lucy. They have a child called Tom.",
        "John is married to Mary. They have a child called Tom. Tom is married to Lucy. They have a child called John.",
    ],
)
def test_families_that_cannot_be(story: str) -> None:
    asked = "What relation is John to Mary? Answer with a single word."
    assert read_family(f"{story}\n\n{asked}").contradictory


def test_families_up_to_names() -> None:
    def ask(story: str, first: str, second: str, women: str) -> tuple[str, str]:
        prompt = f"{story}\n\nWhat relation is {first} to {second}? Answer with a single word."
        solved = read_family(prompt, frozenset(women.split()))
        return solved.named, solved.core

    story = "John is married to Mary. They have a child called Tom. Tom is married to Lucy."
    turned = "Ben is married to Eve. Sue is married to Pat. They have a child called Ben."
    first = ask(story, "Lucy", "Mary", "Mary Lucy")
    assert first == ask(turned, "Eve", "Sue", "Eve Sue")
    assert first != ask(story, "Mary", "Lucy", "Mary Lucy")
    named, core = ask(story, "Lucy", "Mary", "Mary Lucy Tom")
    assert (named != first[0], core == first[1]) == (True, True)


def meet(*speeches: str) -> str:
    return (
        "A very special island is inhabited only by sages and fools. Sages always tell the truth, and fools always "
        f"lie. You meet 2 inhabitants: Ava, and Ben. {' '.join(speeches)} So who is a sage and who is a fool? "
        '(Format your answer like: "Ava is a sage/fool, and Ben is a sage/fool")'
    )


@pytest.mark.parametrize(
    ("first", "second", "right"),
    [
        ('"Ben is a fool," Ava claimed.', "Ben said that Ava is a sage or Ben is a sage.", "fool sage"),
        ('Ava said, "Ben is a sage."', 'According to Ben, "if Ben is a sage then Ava is a sage".', "sage sage"),
        ('"Ava is a sage and Ben is a fool" - Ava.', "Ben told you that Ava is a sage if and only if Ben is a sage.",
         "sage fool"),
        ("In Ava's words: \"it is not the case that (Ava is a sage and Ben is a sage)\".",
         'As Ben put it, "(Ava is a fool) or (if Ava is a sage then Ben is a sage)".', "sage fool"),
    ],
)  # fmt: skip
def test_islands(first: str, second: str, right: str) -> None:
    ava, ben = right.split()
    solutions = {
        (a, b)
        for a in ("sage", "fool")
        for b in ("sage", "fool")
        if not read_knights(meet(first, second)).is_wrong(f"Ava is a {a}, and Ben is a {b}.")["as stated"]
    }
    assert solutions == {(ava, ben)}


def test_islands_without_one_solution() -> None:
    none = read_knights(meet('"Ava is a fool," Ava claimed.', 'Ben noted, "Ben is a sage".'))
    assert none.contradictory
    assert none.is_wrong("Ava is a sage, and Ben is a sage.") == {"as stated": True}
    two = read_knights(meet('"Ben is a sage," Ava claimed.', 'Ben noted, "Ava is a sage".'))
    assert not two.contradictory
    assert two.is_wrong("Ava is a sage, and Ben is a sage.") == {"as stated": True}


def test_islands_up_to_names() -> None:
    first = read_knights(meet('"Ben is a fool," Ava claimed.', "Ben said that Ava is a fool or Ben is a sage."))
    turned = read_knights(meet('Ben stated, "Ben is a sage or Ava is a fool".', 'Ava noted, "Ben is a fool".'))
    swapped = read_knights(meet('"Ava is a fool," Ben claimed.', "Ava said that Ben is a fool or Ava is a sage."))
    other = read_knights(meet('"Ben is a fool," Ava claimed.', "Ben said that Ava is a fool and Ben is a sage."))
    saints = meet('"Ben is a fool," Ava claimed.', "Ben said that Ava is a fool or Ben is a sage.")
    saints = saints.replace("sage", "saint").replace("Sage", "Saint").replace("fool", "sinner")
    assert first.named == turned.named == swapped.named != other.named
    assert first.core != other.core
    assert (read_knights(saints).named != first.named, read_knights(saints).core == first.core) == (True, True)


@pytest.mark.parametrize(
    "prompt", [pose("All dogs are not cats", "No cats are birds", "No dogs are birds"), "What is Ann to Bob?", ""]
)
def test_what_is_not_understood_is_refused(prompt: str) -> None:
    for reader in (read_syllogism, read_family, read_knights):
        with pytest.raises(ValueError):
            reader(prompt)


def test_intervals() -> None:
    """Values of Wilson's interval by hand: with no hit its end is z²/(n+z²)."""
    assert compute_interval(0, 1000) == pytest.approx((0, 3.8414588 / 1003.8414588))
    assert compute_interval(50, 100) == pytest.approx((0.4038, 0.5962), abs=1e-4)
    assert compute_interval(7, 7)[1] == 1.0


def test_the_tables_say_how_many_and_where() -> None:
    items = tuple(Item((("as stated", n == 0),), n == 1, (f"p{n}", f"n{n // 2}", "c")) for n in range(4))
    audit = Audit("ours", items, items[:3], items[3:], 2.0, 5)
    assert (audit.count_wrong(), audit.count_distinct(), audit.count_seen()) == ({"as stated": 1}, (4, 2, 1), (0, 1, 1))
    text = write_tables([audit])
    assert "| ours | as stated | 4 | 1 = 25.00% (4.56% to 69.94%) |" in text
    assert "| ours | 5 | 4 | 4 | 2 | 1 | 25.0% |" in text
    assert "| ours | 4 | 2.00 | 500.00 |" in text


def test_the_curriculum_asks_for_what_is_wanted(repo_root: Path) -> None:
    text = (repo_root / "curricula" / "kinship" / "curriculum.yaml").read_text(encoding="utf-8")
    curriculum = yaml.safe_load(write_curriculum(text, 1200, 200))
    assert sum(sum(level["tasks"].values()) for level in curriculum["levels"]) == 1200
    assert all(level["worlds"] == ["sampled"] for level in curriculum["levels"])
    assert curriculum["splits"] == {"train": 1000, "test": 200}
    assert curriculum["names"] == yaml.safe_load(text)["names"]


def test_ours_is_judged_from_the_files_and_planted_defects_are_seen(small_dataset: Path, tmp_path: Path) -> None:
    reader = load_reader(tmp_path)
    sound = audit_ours(small_dataset, reader, 1.0, 100)
    assert sound.count_wrong() == {"as stated": 0}
    assert not any(item.contradictory for item in sound.items)
    dataset = tmp_path / "dataset"
    shutil.copytree(small_dataset, dataset)
    path = dataset / "items" / "train.jsonl"
    items = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    wrong = next(item for item in items if item["status"] == "entailed")
    wrong["status"] = "refuted"
    right = next(item for item in items if item is not wrong)
    items.append(right)
    path.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    (dataset / "items" / "test.jsonl").write_text(json.dumps(right) + "\n", encoding="utf-8")
    planted = audit_ours(dataset, reader, 1.0, 100)
    assert planted.count_wrong() == {"as stated": 1}
    assert planted.count_seen() == (1, 1, 1)
    assert planted.count_distinct()[0] == sound.count_distinct()[0] - len(sound.test)


@pytest.mark.skipif(importlib.util.find_spec("reasoning_gym") is None, reason="it comes with the extra 'bench'")
@pytest.mark.parametrize("name", ["syllogism", "family_relationships", "knights_knaves"])
def test_every_prompt_of_theirs_is_understood(name: str) -> None:
    audit = audit_theirs(name, 60, 20, 1)
    assert (len(audit.train), len(audit.test), audit.shared) == (60, 20, "49 of 50")
    assert (any(audit.count_wrong().values())) == (name != "knights_knaves")
