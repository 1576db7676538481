"""Proofs line by line: by hand, and against the checker of the package on items of a real dataset."""

from __future__ import annotations

import json
import random
from collections.abc import Iterator, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import pytest
from scorer_items import PREFIXES, make_item, make_literal, make_proof_item

from workbench.checker import Checker, derive_model
from workbench.export.evidence import read_term, read_theory_file
from workbench.export.scorer import Score, score
from workbench.model.proofs import Proof, Step
from workbench.model.rules import Atom, Negation, Rule, iterate_atoms, substitute_element
from workbench.model.terms import Triple, is_variable
from workbench.model.theory import Theory

ITEM, THEORY = make_proof_item()


def prove(reply: str, *, partial: bool = False, item: dict[str, Any] = ITEM) -> Score:
    return score(item, reply, THEORY, prefixes=PREFIXES, partial=partial)


FIRST, SECOND = ITEM["answer"].splitlines()


@pytest.mark.parametrize(
    "reply",
    [
        f"{FIRST}\n{SECOND}",
        f"{FIRST}\n\n{SECOND}\n",
        f"{FIRST}\n{SECOND}".replace("S1. ", "S1: ").replace("S2. ", "s2) "),
        f"```\n{FIRST}\n{SECOND}\n```",
        f"Let me think.\nAnswer:\n{FIRST}\n{SECOND}",
        f"Answer: {FIRST}\n{SECOND}",
        "S1. carl is a grandparent of Ann [r1: f2,  f1].\nS2. Dan is a great-uncle of Ann. [R2: F3,S1]",
        "S7. Carl is a grandparent of Ann. [R1: F1, F2]\nS3. Dan is a great-uncle of Ann. [R2: S7, F3]",
        f"{FIRST}\nS3. Ann is noticed. [R4: F4]\n{SECOND}",
        f"S9. Ann came of age in 1998. [R3: F5]\n{FIRST}\n{SECOND}",
    ],
)
def test_every_right_proof_scores(reply: str) -> None:
    found = prove(reply)
    assert found.value == 1.0, found
    assert all(step.valid and not step.reason for step in found.steps)


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (SECOND, "S2: S1 is no fact and no right step before it"),
        (f"{SECOND}\n{FIRST}", "S2: S1 is no fact"),
        (FIRST, "the last line is not the statement"),
        (f"{FIRST}\n{SECOND}\nS3. Ann is noticed. [R4: F4]", "the last line is not the statement"),
        (f"{FIRST}\nS2. Dan is a great-uncle of Ann. [R1: S1, F3]", "S2: the rule does not conclude this"),
        (f"{FIRST}\nS2. Dan is a great-uncle of Ann. [R2: S1, F2]", "S2: the premises are not those"),
        (f"{FIRST}\nS2. Dan is a great-uncle of Ann. [R2: S1, F3, F1]", "S2: the premises are not those"),
        (f"{FIRST}\nS2. Dan is a great-uncle of Ann. [R2: F3]", "S2: the premises are not those"),
        (f"{FIRST}\nS2. Dan is a great-uncle of Ann. [R2]", "S2: the premises are not those"),
        (f"{FIRST}\nS2. Dan is a great-uncle of Ann. [R2: S2, F3]", "S2: S2 is no fact"),
        (f"{FIRST}\nS2. Dan is a great-uncle of Ann. [R9: S1, F3]", "S2: there is no rule R9"),
        (f"{FIRST}\nS2. Dan is a great-uncle of Ann. [R2: S1, F9]", "S2: F9 is no fact"),
        (f"{FIRST}\nS2. Dan is a great-uncle of Ann.", "S2: does not end with its rule"),
        (f"{FIRST}\nS2. Dan is a great-uncle of Ann. [great-uncle: S1]", "S2: names no rule"),
        (f"{FIRST}\nS2. Dan is a great-uncle of Ann. [R2: S1, R1]", "S2: names something"),
        (f"{FIRST}\nS1. Dan is a great-uncle of Ann. [R2: S1, F3]", "S1: the label S1 stands twice"),
        (f"{FIRST}\nS2. Bea is a great-uncle of Ann. [R2: S1, F3]", "S2: its sentence is none that follows"),
        (f"{FIRST}\nSo it is.\n{SECOND}", "does not begin with S1."),
        ("S1. Ann came of age in 1999. [R3: F5]", "S1: its sentence is none that follows"),
        ("S1. Ann came of age in 1998. [R3: F4]", "S1: the premises are not those"),
        ("S1. Dan is a great-uncle of Ann. [F1]", "S1: names no rule"),
        ("\n".join([FIRST] * 20 + [SECOND]), "the label S1 stands twice"),
        ("\n".join(f"S{n}. Ann is noticed. [R4: F4]" for n in range(1, 40)), "more than 24 lines"),
        ("Dan is a great-uncle of Ann.", "does not begin with S1."),
    ],
)
def test_every_wrong_proof_is_caught(reply: str, reason: str) -> None:
    found = prove(reply)
    assert found.value == 0.0 and reason in found.reason, found


def test_a_step_may_not_be_its_own_premise() -> None:
    """A rule that turns things round could go in circles: what it needs has to stand before."""
    there, back, here = (["n:a", "k:near", "n:b"], ["n:b", "k:near", "n:a"], ["n:a", "k:near", "n:a"])
    sentences = [{"triple": there, "text": "A."}, {"triple": back, "text": "B."}]
    item = make_item("prove", "S1. A. [R1: F1]", triple=there, rules=["near"], proof=[], sentences=sentences)
    theory = {"rules": [{"id": "near", "formal": "k:near(?x, ?y) -> k:near(?y, ?x)"}]}
    for reply in ("S1. A. [R1: S2]\nS2. B. [R1: S1]", "S1. B. [R1: S2]\nS2. A. [R1: S1]", "S1. A. [R1: S1]"):
        assert score(item, reply, theory, prefixes=PREFIXES).value == 0.0
    item["query"]["triple"] = item["context"][0]["triple"] = here
    item["query"]["sentences"].append({"triple": here, "text": "C."})
    assert "one of its own premises" in score(item, "S1. C. [R1: F1]", theory, prefixes=PREFIXES).reason


def test_what_a_rule_excludes_is_looked_for_in_all_that_follows() -> None:
    item, theory = make_proof_item()
    item["query"]["sentences"].append({"triple": ["n:ann", "rdf:type", "k:Adopted"], "text": "Ann was adopted."})
    found = score(item, item["answer"], theory, prefixes=PREFIXES)
    assert (found.value, found.reason) == (0.0, "S2: what the rule excludes is the case")


def test_without_a_list_of_what_follows_only_the_items_own_steps_count_for_such_rules() -> None:
    item, theory = make_proof_item()
    del item["query"]["sentences"]
    found = score(item, item["answer"], theory, prefixes=PREFIXES)
    assert found.value == 1.0
    assert [step.reason for step in found.steps] == ["", "as in the item's own proof"]
    other = f"{FIRST}\nS2. Dan is a great-uncle of Ann. [R2: S1, F2]"
    item["proof"][1]["premises"] = ["s1", "c2"]
    item["proof"][1]["rule"] = "idle"
    assert score(item, other, theory, prefixes=PREFIXES).value == 0.0


def test_a_function_that_is_not_known_here_is_judged_by_the_items_own_proof() -> None:
    goal = ["n:ann", "k:waited", make_literal("P1D", "dayTimeDuration")]
    answer = "S1. Ann waited for one day. [R1: F6, F7]"
    step = {"step": 1, "rule": "waited", "premises": ["c6", "c7"], "conclusion": goal, "text": "So."}
    item = make_item("prove", answer, triple=goal, rules=["waited"], proof=[step],
                     sentences=[{"triple": goal, "text": "Ann waited for one day."}])  # fmt: skip
    for number, (name, day) in enumerate((("came", "2020-01-01"), ("left", "2020-01-02"), ("came", "2020-01-03")), 6):
        triple = ["n:ann", f"k:{name}", make_literal(day, "date")]
        item["context"].append({"id": f"c{number}", "triple": triple, "text": f"Ann {name} on {day}."})
    formal = "k:came(?x, ?a) ^ k:left(?x, ?b) ^ ?d = subtractDates(?b, ?a) -> k:waited(?x, ?d)"
    theory = {"rules": [{"id": "waited", "formal": formal}]}
    own = score(item, answer, theory, prefixes=PREFIXES)
    assert (own.value, own.steps[0].reason) == (1.0, "as in the item's own proof")
    other = score(item, "S1. Ann waited for one day. [R1: F8, F7]", theory, prefixes=PREFIXES)
    assert other.value == 0.0 and "cannot be judged: the function subtractDates" in other.reason


def test_parts_of_a_proof_count_their_share_and_never_fully() -> None:
    assert prove(FIRST, partial=True).value == 0.5
    assert prove(f"{FIRST}\nS2. Ann is noticed. [R4: F4]", partial=True).value == 0.9
    repeated = "\n".join(f"S{n}. Ann is noticed. [R4: F4]" for n in range(1, 11))
    assert prove(repeated, partial=True).value == pytest.approx(0.1)
    assert prove("So it is.", partial=True).value == 0.0


@pytest.mark.parametrize(
    ("formal", "facts", "conclusion", "right"),
    [
        ("k:a(?x, ?n) ^ ?n > 3 -> k:C(?x)", ["k:a 4"], "k:C", True),
        ("k:a(?x, ?n) ^ ?n > 3 -> k:C(?x)", ["k:a 3"], "k:C", False),
        ("k:a(?x, ?n) ^ ?m = ?n * 2 + 1 -> k:b(?x, ?m)", ["k:a 4"], "k:b 9", True),
        ("k:a(?x, ?n) ^ ?m = ?n * 2 + 1 -> k:b(?x, ?m)", ["k:a 4"], "k:b 8", False),
        ("k:a(?x, ?n) ^ ?m = ?n / 3 -> k:b(?x, ?m)", ["k:a 9"], "k:b 3", True),
        ("k:a(?x, ?n) ^ ?n / 0 != 1 -> k:C(?x)", ["k:a 9"], "k:C", False),
        ("k:a(?x, ?n) ^ k:b(?x, ?m) ^ ?n < ?m -> k:C(?x)", ["k:a 1", "k:b 2"], "k:C", True),
        ("k:a(?x, ?n) ^ k:b(?x, ?m) ^ ?n < ?m -> k:C(?x)", ["k:a 2", "k:b 1"], "k:C", False),
        ("k:a(?x, ?n) ^ k:a(?x, ?m) ^ ?n != ?m -> k:C(?x)", ["k:a 1"], "k:C", False),
        ("k:a(?x, ?n) ^ k:a(?x, ?m) -> k:C(?x)", ["k:a 1"], "k:C", True),
        ("k:a(?x, ?n) ^ mod(?n, 2) = 1 -> k:C(?x)", ["k:a 3"], "k:C", True),
        ("k:a(?x, ?n) ^ not k:b(?x, ?n) -> k:C(?x)", ["k:a 3"], "k:C", True),
        ("k:a(?x, ?n) ^ not (k:a(?x, ?m) ^ ?m > ?n) -> k:C(?x)", ["k:a 3"], "k:C", True),
        ("k:a(?x, ?n) ^ not (k:a(?x, ?m) ^ ?m >= ?n) -> k:C(?x)", ["k:a 3"], "k:C", False),
        ("k:a(?x, ?n) ^ ?t = stringConcat(\"v\", \"w\") ^ stringLength(?t) = 2 -> k:C(?x)", ["k:a 3"], "k:C", True),
        ("k:a(?x, ?n) ^ ?n = 3.0 -> k:C(?x) ^ k:D(?x)", ["k:a 3"], "k:D", True),
    ],
)  # fmt: skip
def test_rules_are_applied_as_documented(formal: str, facts: list[str], conclusion: str, right: bool) -> None:
    def make_triple(text: str) -> list[str]:
        name, _, number = text.partition(" ")
        return ["n:x", name, make_literal(number, "integer")] if number else ["n:x", "rdf:type", name]

    context = [
        {"id": f"c{n}", "triple": make_triple(fact), "text": f"{fact}."} for n, fact in enumerate(facts, 1)
    ]  # fmt: skip
    goal = make_triple(conclusion)
    item = make_item(
        "prove", "", context=context, triple=goal, rules=["r"], sentences=[{"triple": goal, "text": "It."}]
    )
    reply = f"S1. It. [R1: {', '.join(f'F{n}' for n in range(1, len(facts) + 1))}]"
    found = score(item, reply, {"rules": [{"id": "r", "formal": formal}]}, prefixes=PREFIXES)
    assert (found.value == 1.0) == right, found


# -- items of a real dataset, and the checker as the truth


def list_cases(dataset: Path) -> Iterator[tuple[dict[str, Any], dict[str, Any], dict[str, str], Theory, set[Triple]]]:
    """Every entailed item with a proof as an item that asks for it."""
    prefixes = json.loads((dataset / "prefixes.json").read_text(encoding="utf-8"))
    for path in sorted(dataset.glob("items/*.jsonl")):
        for line in path.read_text(encoding="utf-8").splitlines():
            item = json.loads(line)
            if item["status"] != "entailed" or not item["proof"] or item["query"]["kind"] != "holds":
                continue
            content = json.loads((dataset / "theories" / f"{item['theory']}.json").read_text(encoding="utf-8"))
            file = read_theory_file(item["theory"], content, prefixes)
            closed = [read_term(key, prefixes) for key in item["semantics"]["closed"]]
            theory = Theory.build(file.rules, closed)
            facts = {expand(entry["triple"], prefixes) for entry in item["context"]}
            model = set(derive_model(theory, facts))
            rules = [entry["id"] for entry in content["rules"]]
            listed = [{"triple": list(triple), "text": f"{' '.join(triple)}."} for triple in sorted(model - facts)]
            query = {"kind": "prove", "triple": item["query"]["triple"], "rules": rules, "sentences": listed}
            made = {**item, "task": "prove", "query": query, "status": None}
            made["answer"] = "\n".join(write_line(step, rules, prefixes) for step in item["proof"])
            yield made, content, prefixes, theory, model


def expand(triple: list[str], prefixes: dict[str, str]) -> Triple:
    subject, predicate, object_ = (read_term(term, prefixes) for term in triple)
    return (subject, predicate, object_)


def write_line(step: dict[str, Any], rules: list[str], prefixes: dict[str, str]) -> str:
    cited = ", ".join(name.upper().replace("C", "F") for name in step["premises"])
    text = " ".join(expand(step["conclusion"], prefixes))
    return f"S{step['step']}. {text}. [R{rules.index(step['rule']) + 1}: {cited}]"


def bind(atoms: Sequence[Atom], facts: Sequence[Triple]) -> dict[str, str] | None:
    """The one way to make each atom the fact at its place."""
    bindings: dict[str, str] = {}
    for atom, fact in zip(atoms, facts, strict=True):
        for pattern, term in zip((atom.subject, atom.predicate, atom.object), fact, strict=True):
            if (bindings.setdefault(pattern, term) if is_variable(pattern) else pattern) != term:
                return None
    return bindings


def is_right(theory: Theory, facts: set[Triple], rule: Rule, premises: Sequence[Triple], conclusion: Triple) -> bool:
    """What the checker says of a proof of this one step, whichever way its premises may be meant."""
    atoms = tuple(iterate_atoms(rule.body))
    checker = Checker(theory, facts | set(premises))
    for ordered in product(dict.fromkeys(premises), repeat=len(atoms)):
        for head in rule.head:
            bindings = bind((*atoms, head), (*ordered, conclusion)) if set(ordered) == set(premises) else None
            if bindings is not None:
                absent = [substitute_element(part, bindings) for part in rule.body if isinstance(part, Negation)]
                negated = tuple(part for part in absent if isinstance(part, Negation))
                step = Step(rule.name, tuple(sorted(bindings.items())), ordered, negated, conclusion)
                if not checker.check_proof(Proof(conclusion, (step,))):
                    return True
    return False


def test_the_proofs_of_a_real_dataset_are_right_and_the_checker_agrees_on_changed_ones(small_dataset: Path) -> None:
    rng = random.Random(5)
    right = wrong = 0
    for item, content, prefixes, theory, model in list_cases(small_dataset):
        assert score(item, item["answer"], content, prefixes=prefixes).value == 1.0
        facts = {f"F{n}": expand(entry["triple"], prefixes) for n, entry in enumerate(item["context"], 1)}
        rules = item["query"]["rules"]
        for _ in range(12):
            lines = item["answer"].splitlines()
            place = rng.randrange(len(lines))
            head, _, tail = lines[place].rpartition(" [")
            rule, _, cited = tail[:-1].partition(": ")
            label, _, sentence = head.partition(". ")
            premises = cited.split(", ")
            change = rng.randrange(4)
            if change == 0:
                rule = f"R{rng.randrange(len(rules)) + 1}"
            elif change == 1:
                premises[rng.randrange(len(premises))] = rng.choice([*facts, *(f"S{n}" for n in range(1, place + 1))])
            elif change == 2:
                premises = rng.sample(premises, len(premises) - 1) or [rng.choice([*facts])]
            else:
                sentence = rng.choice(item["query"]["sentences"])["text"]
            lines[place] = f"{label}. {sentence} [{rule}: {', '.join(premises)}]"
            verdict = score(item, "\n".join(lines), content, prefixes=prefixes).steps[place]
            known = facts | {
                f"S{n}": expand(step["conclusion"], prefixes) for n, step in enumerate(item["proof"], 1) if n <= place
            }
            conclusion = next(triple for triple in model if " ".join(triple) == sentence.rstrip("."))
            stated, used = set(facts.values()), [known[name] for name in premises]
            expected = is_right(theory, stated, theory.by_name[rules[int(rule[1:]) - 1]], used, conclusion)
            assert verdict.valid == expected, (item["id"], lines[place], verdict)
            right, wrong = right + expected, wrong + (not expected)
    assert right > 20 and wrong > 100
