"""Random calls of functions, each with arguments that mostly fit."""

from __future__ import annotations

from random import Random

from hypothesis import strategies as st

from workbench.model.functions import FUNCTIONS, Function
from workbench.model.rules import Expression, Operation
from workbench.model.terms import XSD, make_literal


def typed(text: str, name: str) -> str:
    return make_literal(text, f"<{XSD}{name}>")


SAMPLES: dict[str, tuple[str, ...]] = {
    "number": (make_literal(7), typed("-2.5", "decimal"), make_literal(0), typed("1e2", "double")),
    "integer": (make_literal(2), make_literal(-3), typed("0", "int"), make_literal(2024)),
    "string": (make_literal("Straße"), make_literal(""), make_literal("a b"), make_literal("Gruß", language="de")),
    "pattern": (make_literal("[a-z]+"), make_literal("^(a|b)*$"), make_literal("(")),
    "replacement": (make_literal("$0"), make_literal("x"), make_literal("$")),
    "timezone": (make_literal("Z"), make_literal("+01:00"), make_literal("x")),
    "boolean": (make_literal(True), make_literal(False)),
    "date": (typed("2020-02-29", "date"), typed("2021-12-31+01:00", "date"), typed("2021-02-29", "date")),
    "time": (typed("23:59:59.5", "time"), typed("24:00:00Z", "time")),
    "dateTime": (typed("2021-01-01T00:00:00Z", "dateTime"), typed("2021-01-01T24:00:00", "dateTime")),
    "gYear": (typed("1999", "gYear"), typed("-0044", "gYear"), typed("2000Z", "gYear")),
    "yearMonthDuration": (typed("P1Y2M", "yearMonthDuration"), typed("-P13M", "duration")),
    "dayTimeDuration": (typed("PT36H", "dayTimeDuration"), typed("P1M", "duration"), typed("-PT0.5S", "duration")),
}
LITERALS = tuple(literal for literals in SAMPLES.values() for literal in literals)
CALLED = tuple(sorted(name for name, function in FUNCTIONS.items() if not function.symbol))


def list_kinds(kind: str) -> list[str]:
    """The kinds of SAMPLES that a kind of argument stands for."""
    return [name for name in kind.replace(", ", " or ").split(" or ") if name in SAMPLES]


def draw_call(random: Random, leaves: tuple[str, ...], depth: int = 1, name: str = "") -> Operation:
    """A call of a function; ``leaves`` are terms and variables that may stand for any argument."""
    function = FUNCTIONS[name or random.choice(CALLED)]
    most = len(function.parameters) + 2 * function.repeated
    count = random.randint(function.least, most)
    arguments = tuple(_draw_argument(random, function, position, leaves, depth) for position in range(count))
    return Operation(function.symbol or function.name, arguments)


def _draw_argument(
    random: Random, function: Function, position: int, leaves: tuple[str, ...], depth: int
) -> Expression:
    kind = function.get_kind(position)
    if depth > 0 and random.random() < 0.25:
        fitting = [name for name in CALLED if FUNCTIONS[name].result in (kind, *list_kinds(kind))]
        return draw_call(random, leaves, depth - 1, random.choice(fitting or CALLED))
    if leaves and random.random() < 0.4:
        return random.choice(leaves)
    return random.choice(SAMPLES[random.choice(list_kinds(kind))])


def calls(leaves: tuple[str, ...], depth: int = 1) -> st.SearchStrategy[Operation]:
    """A random call per seed."""
    return st.builds(
        lambda seed, name: draw_call(Random(seed), leaves, depth, name),
        st.integers(0, 2**32),
        st.sampled_from(CALLED),
    )
