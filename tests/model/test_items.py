"""Items as JSON: canonical text, compact terms, and the schema beside the reference implementation."""

import copy
import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from workbench.model.curriculum import STATUSES
from workbench.model.items import (
    QUERY_KINDS,
    canonical_json,
    check_item,
    compact_term,
    compute_item_id,
    digest_json,
    expand_term,
    load_item_schema,
)
from workbench.model.schema import Schema

SCHEMA = load_item_schema()
COMPILED = Schema(SCHEMA)
REFERENCE = Draft202012Validator(SCHEMA)
PREFIXES = {"k": "https://example.org/kinship#", "e": "https://example.org/", "_": "urn:bad:", "": "urn:own:"}
DIGEST = "0123456789abcdef" * 2


def make_step(number: int, premises: list[str], conclusion: object) -> dict[str, Any]:
    return {
        "step": number,
        "rule": "uncle",
        "bindings": {"x": "k:bob", "y": "k:ann"},
        "premises": premises,
        "absent": ["not Renounced(?x)"],
        "conclusion": conclusion,
        "text": "So Carl is an uncle of Bob.",
    }


def make_item(kind: str = "holds", status: str = "entailed") -> dict[str, Any]:
    """A valid item of each kind and status."""
    goal = ["k:bob", "k:hasUncle", "k:carl"]
    proof = [make_step(1, ["c1", "c2"], goal)]
    models = {"without": [], "with": [["k:carl", "rdf:type", "k:Uncle"]]}
    evidence = {
        "entailed": {"proof": proof, "models": None},
        "refuted": {"proof": [make_step(1, ["c1", "assume"], "false")], "models": None},
        "unknown": {"proof": [], "models": models},
    }
    queries: dict[str, dict[str, Any]] = {
        "holds": {"kind": "holds", "triple": goal},
        "select": {"kind": "select", "vars": ["x"], "body": "hasUncle(bob, ?x)", "answers": [["k:carl"]]},
        "options": {"kind": "options"},
    }
    options = [
        {"letter": letter, "atom": goal, "text": "Carl.", "status": name, "evidence": evidence[name]}
        for letter, name in zip("ABC", STATUSES, strict=True)
    ]
    item: dict[str, Any] = {
        "domain": "kinship",
        "curriculum": "kinship",
        "level": 2,
        "level_name": "two steps",
        "task": {"holds": "entailment"}.get(kind, kind),
        "split": "train",
        "language": "en",
        "question": "Bob is a child of Ann. \u2026 Is Carl an uncle of Bob?",
        "answer": "true",
        "given": "facts+rules",
        "semantics": {"closed": ["k:Renounced"], "unique_names": True, "builtins": "1"},
        "context": [
            {"id": "c1", "triple": ["k:bob", "k:hasParent", "k:ann"], "text": "T.", "shown": True, "distractor": False},
            {"id": "c2", "triple": ["k:ann", "k:born", '"1952"'], "text": "T.", "shown": True, "distractor": True},
        ],
        "facts": None,
        "theory": DIGEST,
        "query": queries[kind],
        "options": options if kind == "options" else [],
        "status": status if kind == "holds" else None,
        "proof": evidence[status]["proof"] if kind == "holds" else proof,
        "models": evidence[status]["models"] if kind == "holds" else None,
        "difficulty": {
            "height": 1, "hops": 1, "steps": 1, "leaves": 2, "alternatives": 1, "rules": 1, "distractors": 1,
            "context": 2, "solver": 1,
        },
        "identity": {"exact": DIGEST, "named": DIGEST, "core": DIGEST, "context": DIGEST},
        "provenance": {
            "axioms": {"uncle": DIGEST},
            "template": f"plain@{DIGEST}",
            "reviewed_by": [],
            "world": "sampled",
            "generator": "0.1.0",
        },
        "verified": {"checker": DIGEST, "z3": DIGEST, "reader": DIGEST, "gates": ["consistent"]},
    }  # fmt: skip
    item = copy.deepcopy(item)
    item["id"] = compute_item_id(item)
    return item


CASES = [("holds", status) for status in STATUSES] + [("select", "entailed"), ("options", "entailed")]


@pytest.mark.parametrize(("kind", "status"), CASES)
def test_items_of_every_kind_are_valid(kind: str, status: str) -> None:
    item = make_item(kind, status)
    assert check_item(item) == []
    assert REFERENCE.is_valid(item)
    assert check_item(json.loads(canonical_json(item))) == []


def test_schema_is_one() -> None:
    Draft202012Validator.check_schema(SCHEMA)
    kinds = [form["properties"]["kind"] for form in SCHEMA["properties"]["query"]["oneOf"]]
    listed = [kind for form in kinds for kind in form.get("enum", [form.get("const")])]
    assert sorted(listed) == sorted(QUERY_KINDS)
    assert SCHEMA["$defs"]["status"]["enum"] == list(STATUSES)
    assert sorted(SCHEMA["required"]) == sorted(SCHEMA["properties"].keys() - {"group"})


def list_places(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(place for key, entry in entries for place in list_places(entry, (*path, key)))]


wrong = st.sampled_from(
    [None, True, 0, 1, -1, "", "x", "unknown", "false", "k:bob", "c1", DIGEST, "k:b b", [], ["k:a"], {}]
)


@settings(max_examples=100)
@given(st.sampled_from(CASES), wrong, st.sampled_from(["replace", "delete", "add", "repeat"]), st.data())
def test_schema_is_judged_like_the_reference_does(
    case: tuple[str, str], value: Any, change: str, data: st.DataObject
) -> None:
    item = make_item(*case)
    place = data.draw(st.sampled_from(list_places(item)[1:]))
    owner: Any = item
    for key in place[:-1]:
        owner = owner[key]
    if change == "replace":
        owner[place[-1]] = value
    elif change == "delete":
        del owner[place[-1]]
    elif change == "add" and isinstance(owner, dict):
        owner["extra"] = value
    elif isinstance(owner, list):
        owner.append(owner[place[-1]])
    assert (COMPILED.find_problems(item) == []) == REFERENCE.is_valid(item)


@pytest.mark.parametrize(
    ("path", "value", "problem"),
    [
        (("id",), DIGEST, "id: is not the digest of the content"),
        (("context", 1, "id"), "c3", "context: ids are not c1, c2 and so on"),
        (("facts",), DIGEST, "facts: a digest belongs to closed-book items, and only to them"),
        (("status",), None, "status: belongs to queries for a status and only to them"),
        (("status",), "unknown", "models: belong to the status 'unknown' and only to it"),
        (("proof", 0, "premises"), ["c1", "s1"], "proof[0].premises: s1 is neither in the context nor an earlier step"),
        (("proof", 0, "premises"), ["s2"], "proof[0].premises: s2 is neither in the context nor an earlier step"),
        (("proof", 0, "step"), 2, "proof: steps are not numbered 1, 2 and so on"),
        (("proof",), [], "proof: is empty, but the statement is not stated"),
        (("proof", 0, "conclusion"), ["k:bob", "k:hasUncle", "k:ann"], "proof: does not end with the statement"),
        (("difficulty", "hops"), "1", "difficulty.hops: must be integer"),
        (("query", "triple"), ["k:a", "k:b"], "query.triple: must have at least 3 entries"),
        (("language",), "e n", "language: must match ^[A-Za-z]{1,8}(-[A-Za-z0-9]{1,8})*$"),
        (("colour",), "red", "colour: is not known"),
    ],
)  # fmt: skip
def test_problems_are_named(path: tuple[Any, ...], value: Any, problem: str) -> None:
    item = make_item()
    owner: Any = item
    for key in path[:-1]:
        owner = owner[key]
    owner[path[-1]] = value
    assert problem in check_item(item)


def test_what_is_no_item_is_told() -> None:
    assert check_item([]) == ["value: must be object"]
    assert "value: 'id' is missing" in check_item({})


def test_a_pattern_ends_at_the_end() -> None:
    """The reference implementation lets a line feed pass, against the meaning of $ in ECMAScript."""
    assert Schema({"pattern": "^a$"}).find_problems("a\n") == ["value: must match ^a$"]


def test_assuming_is_for_refutations() -> None:
    item = make_item("holds", "refuted")
    assert check_item(item) == []
    item["status"] = "entailed"
    problems = check_item(item)
    assert "proof[0].premises: assume is neither in the context nor an earlier step" in problems


def test_schema_keywords_that_are_not_judged_are_refused() -> None:
    with pytest.raises(ValueError, match="maxLength"):
        Schema({"type": "string", "maxLength": 1})


def test_id_covers_content_only() -> None:
    item = make_item()
    for key, value in (("split", "test"), ("curriculum", "other"), ("level", 9), ("provenance", {}), ("identity", {})):
        assert compute_item_id({**item, key: value}) == item["id"]
    for key in ("question", "answer", "context", "theory", "query"):
        assert compute_item_id({**item, key: "other"}) != item["id"]


def test_canonical_json_is_one_text() -> None:
    assert canonical_json({"b": [1, None, True], "a": "\u00e4\n\u2028"}) == '{"a":"\u00e4\\n\u2028","b":[1,null,true]}'
    assert canonical_json({"a": 1, "b": 2}) == canonical_json({"b": 2, "a": 1})
    assert digest_json({}) == "44136fa355b3678a1146ad16f7e8649e94fb4fc21fe77e8310c060f61caaff8a"
    with pytest.raises(ValueError, match="JSON compliant"):
        canonical_json(float("nan"))


@pytest.mark.parametrize(
    ("term", "text"),
    [
        ("<https://example.org/kinship#ann>", "k:ann"),
        ("<https://example.org/other>", "e:other"),
        ("<https://example.org/kinship#>", "<https://example.org/kinship#>"),
        ("<https://example.org/kinship#a/b>", "<https://example.org/kinship#a/b>"),
        ("<https://example.org/kinship#\u00e4>", "<https://example.org/kinship#\u00e4>"),
        ("<https://example.org/kinship#-a>", "<https://example.org/kinship#-a>"),
        ("<urn:bad:x>", "<urn:bad:x>"),
        ("<urn:own:x>", ":x"),
        ('"ann"@en', '"ann"@en'),
        ("_:b0", "_:b0"),
    ],
)
def test_terms_are_compact_where_that_is_safe(term: str, text: str) -> None:
    assert compact_term(term, PREFIXES) == text
    assert expand_term(text, PREFIXES) == term


def test_of_two_prefixes_for_one_namespace_the_first_in_order_wins() -> None:
    for prefixes in ({"b": "urn:x:", "a": "urn:x:"}, {"a": "urn:x:", "b": "urn:x:"}):
        assert compact_term("<urn:x:y>", prefixes) == "a:y"


@given(
    st.text(alphabet="ab:/#.-_\u00e9 ", max_size=8),
    st.dictionaries(st.text("ab_.", max_size=2), st.text("ab:/#", max_size=4)),
)
def test_compacting_is_undone(tail: str, prefixes: dict[str, str]) -> None:
    term = f"<a{tail}>"
    assert expand_term(compact_term(term, prefixes), prefixes) == term


@pytest.mark.parametrize("text", ["x:ann", "ann", "k:", "k:a b", "k:a\n", "k:-a"])
def test_what_is_no_term_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"neither a term|not known"):
        expand_term(text, PREFIXES)


@pytest.mark.parametrize(
    "value", [{"kind": "a", "n": 1}, {"kind": "b"}, {"kind": "c"}, {"kind": "a"}, {"kind": ["a"]}, {"n": 1}, "a", None]
)
def test_forms_that_one_member_tells_apart_are_judged_like_any_others(value: object) -> None:
    forms = [
        {"type": "object", "required": ["kind", "n"], "properties": {"kind": {"const": "a"}, "n": {"type": "integer"}}},
        {"type": "object", "required": ["kind"], "properties": {"kind": {"enum": ["b", "c"]}}},
    ]
    schema = {"oneOf": forms}
    assert (not Schema(schema).find_problems(value)) == Draft202012Validator(schema).is_valid(value)
