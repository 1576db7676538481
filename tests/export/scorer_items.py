"""Items of every kind that the scorer knows, small and made by hand, as docs/items.md describes them."""

from __future__ import annotations

from typing import Any

PREFIXES = {"k": "https://example.org/k#", "n": "https://example.org/n#"}
FACTS = (
    (["n:ann", "k:hasParent", "n:bea"], "Bea is a parent of Ann."),
    (["n:bea", "k:hasParent", "n:carl"], "Carl is a parent of Bea."),
    (["n:carl", "k:hasBrother", "n:dan"], "Dan is a brother of Carl."),
    (["n:ann", "rdf:type", "k:Tall"], "Ann is tall."),
    (["n:ann", "k:born", '"1980"^^<http://www.w3.org/2001/XMLSchema#integer>'], "Ann was born in 1980."),
)
OPTIONS = ("Carl is an uncle of Ann", "Dan is an uncle of Bea", "Bea is an uncle of Dan", "Ann is an uncle of Bea")


def make_literal(text: str, datatype: str) -> str:
    """A literal of a datatype of XSD."""
    return f'"{text}"^^<http://www.w3.org/2001/XMLSchema#{datatype}>'


def make_item(kind: str, answer: str, *, task: str = "", language: str = "en", **more: Any) -> dict[str, Any]:
    """An item with what the scorer reads; ``more`` goes into its query, but for options, context, proof and theory."""
    outside: dict[str, Any] = {
        name: more.pop(name) for name in ("options", "context", "proof", "theory", "status") if name in more
    }
    context = [
        {"id": f"c{number}", "triple": triple, "text": text, "shown": True, "distractor": False}
        for number, (triple, text) in enumerate(FACTS, 1)
    ]
    return {
        "id": f"{kind}-item",
        "task": task or kind,
        "level": 1,
        "level_name": "one-step",
        "language": language,
        "question": "Facts:\n" + "\n".join(text for _, text in FACTS) + "\nWhat is asked here?",
        "answer": answer,
        "context": context,
        "query": {"kind": kind, **more},
        "options": [],
        "status": None,
        "proof": [],
        "theory": "0123456789abcdef",
        **outside,
    }


def make_options() -> list[dict[str, Any]]:
    """Four options, of which B is right."""
    return [
        {"letter": letter, "atom": ["n:a", "k:p", "n:b"], "text": text, "status": status}
        for letter, text, status in zip("ABCD", OPTIONS, ("unknown", "entailed", "unknown", "refuted"), strict=True)
    ]


def make_proof_item() -> tuple[dict[str, Any], dict[str, Any]]:
    """A proof of two steps and the theory it rests on."""
    rules = {
        "grandparent": "k:hasParent(?x, ?y) ^ k:hasParent(?y, ?z) -> k:hasGrandparent(?x, ?z)",
        "great-uncle": "k:hasGrandparent(?x, ?y) ^ k:hasBrother(?y, ?z) ^ not k:Adopted(?x) -> k:hasGreatUncle(?x, ?z)",
        "of-age": "k:born(?x, ?a) ^ ?b = ?a + 18 -> k:ofAgeIn(?x, ?b)",
        "idle": "k:Tall(?x) -> k:Noticed(?x)",
    }
    goal = ["n:ann", "k:hasGreatUncle", "n:dan"]
    middle = ["n:ann", "k:hasGrandparent", "n:carl"]
    answer = "S1. Carl is a grandparent of Ann. [R1: F1, F2]\nS2. Dan is a great-uncle of Ann. [R2: S1, F3]"
    sentences = [
        {"triple": middle, "text": "Carl is a grandparent of Ann."},
        {"triple": goal, "text": "Dan is a great-uncle of Ann."},
        {"triple": ["n:ann", "k:ofAgeIn", make_literal("1998", "integer")], "text": "Ann came of age in 1998."},
        {"triple": ["n:ann", "rdf:type", "k:Noticed"], "text": "Ann is noticed."},
    ]
    steps = [
        {"step": 1, "rule": "grandparent", "premises": ["c1", "c2"], "conclusion": middle, "text": "So Carl ..."},
        {"step": 2, "rule": "great-uncle", "premises": ["s1", "c3"], "conclusion": goal, "text": "So Dan ..."},
    ]
    item = make_item("prove", answer, triple=goal, rules=list(rules), sentences=sentences, proof=steps)
    return item, {"rules": [{"id": name, "formal": formal} for name, formal in rules.items()]}


FORMAL = "k:hasParent(?x, ?y) ^ k:hasBrother(?y, ?z) ^ ?y != ?z -> k:hasUncle(?x, ?z)"


def make_all() -> dict[str, dict[str, Any]]:
    """One item of each kind, by kind."""
    number = make_literal("42", "integer")
    items = [
        make_item("holds", "true", triple=["n:ann", "rdf:type", "k:Tall"], status="entailed"),
        make_item("subsumes", "cannot be", triple=["n:a", "k:p", "n:b"], status="refuted"),
        make_item("select", "Ann, Bea, the old mill", vars=["x"], answers=[["n:ann"], ["n:bea"], ["n:mill"]]),
        make_item("recall", "Carl", vars=["x"], answers=[["n:carl"]]),
        make_item("count", "3", vars=["x"], count=3, answers=[["n:a"], ["n:b"], ["n:c"]]),
        make_item("compare", "Carl", vars=["x", "v"], order="least", best=["n:carl"], answers=[["n:carl", number]]),
        make_item("value", "42", vars=["v"], answers=[[number]]),
        make_item("options", "B", options=make_options()),
        make_item("abduce", "B", options=make_options(), triple=["n:a", "k:p", "n:b"]),
        make_item("diff", "B", options=make_options(), remove=["c1"], add=[], direction="lost"),
        make_item("verbalise", "B", options=make_options(), direction="rule", formal=FORMAL),
        make_item("induce", "B", candidates=["k:p(?x) -> k:q(?x)"] * 4, examples=[]),
        make_item("step", "S2", triple=["n:a", "k:p", "n:b"], rules=[], lines=[], wrong="S2"),
        make_item("conflict", "F2, F5", facts=["c2", "c5"]),
        make_item(
            "puzzle", "Ann: red; Bea: blue; Carl: green", solution={"Ann": "red", "Bea": "blue", "Carl": "green"}
        ),
        make_proof_item()[0],
        make_item("equivalent", FORMAL, task="formalise", direction="rule", formal=FORMAL, names=["k:hasParent"]),
    ]
    return {item["query"]["kind"]: item for item in items}
