"""Terms of a case as Z3 sees them: what is known of a node or value, and a term with given features.

What is known of a term are functions of it: its kind and value (as in ``values``), its datatype, its language, its
length. The terms of the shapes themselves are different ones with fixed features. Others are free, within what literals
of a datatype can be, and may be one of those or of each other.

Where values are counted, two literals of one value are one: values are taken to be written in one way, not once as
``5`` and once as ``05`` or ``5.0``.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cached_property
from typing import NamedTuple

from workbench.model.terms import (
    RDF_LANG_STRING,
    XSD,
    XSD_STRING,
    Term,
    get_iri_text,
    is_iri,
    is_literal,
    make_literal,
    split_literal,
)
from workbench.solving.values import (
    BLANK,
    BOOLEAN,
    CLOCK,
    COMPARABLE,
    DATE,
    DURATION,
    ILL_TYPED,
    NAME,
    NUMBER,
    OTHER,
    STRING,
    TEXT,
    TIME,
    YEAR,
    ZONED_CLOCK,
    ZONED_DATE,
    ZONED_TIME,
    ZONED_YEAR,
    Value,
    read_values,
    write_canonical_number,
    write_number,
)

__all__ = [
    "NONE",
    "RELATED",
    "Constants",
    "Features",
    "get_text",
    "is_language_in",
    "read_family",
    "write_literal",
    "write_order",
]

NONE = 0
"""The datatype code of what is no literal."""
_TEXT_CODE, _STRING_CODE, _OTHER_CODE = 1, 2, 1000
_BOUNDS: dict[str, tuple[int | None, int | None]] = {
    "integer": (None, None),
    "nonNegativeInteger": (0, None),
    "positiveInteger": (1, None),
    "nonPositiveInteger": (None, 0),
    "negativeInteger": (None, -1),
    "long": (-(2**63), 2**63 - 1),
    "int": (-(2**31), 2**31 - 1),
    "short": (-(2**15), 2**15 - 1),
    "byte": (-128, 127),
    "unsignedLong": (0, 2**64 - 1),
    "unsignedInt": (0, 2**32 - 1),
    "unsignedShort": (0, 2**16 - 1),
    "unsignedByte": (0, 255),
}
_KINDS: dict[str, tuple[int, ...]] = {
    "decimal": (NUMBER,),
    "double": (NUMBER,),
    "float": (NUMBER,),
    "boolean": (BOOLEAN,),
    "string": (STRING,),
    "date": (DATE, ZONED_DATE),
    "dateTime": (TIME, ZONED_TIME),
    "time": (CLOCK, ZONED_CLOCK),
    "gYear": (YEAR, ZONED_YEAR),
    "duration": (DURATION,),
    "yearMonthDuration": (DURATION,),
    "dayTimeDuration": (DURATION,),
}
_WHOLE = (DATE, BOOLEAN, YEAR)
_LENGTHS = {"date": 10, "dateTime": 19, "time": 8, "gYear": 4, "boolean": 1, "integer": 1, "decimal": 1, "double": 1}
_OFFSET = r"(Z|[+-][0-9]{2}:[0-9]{2})?"
_LEXICAL = {
    "integer": r"^[+-]?[0-9]+\Z",
    "boolean": r"^(true|false|1|0)\Z",
    "decimal": r"^[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)\Z",
    "date": rf"^-?[0-9]{{4,9}}-[0-9]{{2}}-[0-9]{{2}}{_OFFSET}\Z",
    "gYear": rf"^-?[0-9]{{4,9}}{_OFFSET}\Z",
    "dateTime": rf"^-?[0-9]{{4,9}}-[0-9]{{2}}-[0-9]{{2}}T[0-9]{{2}}:[0-9]{{2}}:[0-9]{{2}}(\.[0-9]+)?{_OFFSET}\Z",
}
"""What literals of these datatypes look like (XSD 1.1 part 2), as patterns."""
_IRI = r"^[!#-;=?-\[\]_a-z~\u00a0-\U0010ffff]*\Z"
_VALUED = (
    NUMBER, DATE, TIME, ZONED_TIME, BOOLEAN, ZONED_DATE, CLOCK, ZONED_CLOCK, YEAR, ZONED_YEAR, DURATION,
)  # fmt: skip
"""Kinds in which several literals may have one value."""
_WRITTEN = (NAME, BLANK, NUMBER, STRING, DATE, TIME, BOOLEAN, TEXT, OTHER, YEAR)
"""Kinds of which literals can be written from their values."""
_MOMENTS = (DATE, ZONED_DATE, TIME, ZONED_TIME)
RELATED: dict[int, tuple[int, ...]] = {
    **{kind: tuple(other for other in _MOMENTS if other != kind) for kind in _MOMENTS},
    CLOCK: (ZONED_CLOCK,),
    ZONED_CLOCK: (CLOCK,),
    YEAR: (ZONED_YEAR,),
    ZONED_YEAR: (YEAR,),
    DURATION: (DURATION,),
}
"""Kinds between whose values there may be an order or not, depending on who compares them (with a time zone and
without). Where there is one, it is that of the function ``at``, within 14 hours of the value where that is known."""


def read_family(datatype: Term) -> str:
    """Return the name of a datatype of XSD, with ``integer`` for all that is derived from it; else an empty text."""
    if datatype == RDF_LANG_STRING:
        return "langString"
    if not datatype.startswith(f"<{XSD}"):
        return ""
    name = datatype.removeprefix(f"<{XSD}").removesuffix(">")
    return "integer" if name in _BOUNDS else name


def get_text(term: Term) -> str:
    """Return the text that patterns and lengths speak of: of an IRI itself, of a literal its lexical form."""
    return get_iri_text(term) if is_iri(term) else split_literal(term)[0] if is_literal(term) else ""


def is_language_in(tag: str, ranges: Iterable[str]) -> bool:
    """Tell whether a language tag matches one of the ranges (RFC 4647, basic filtering)."""
    tag = tag.lower()
    for wanted in ranges:
        wanted = wanted.lower()
        if tag and (wanted == "*" or tag == wanted or tag.startswith(f"{wanted}-")):
            return True
    return False


class Features(NamedTuple):
    """The features of one term of a solution; ``text`` is empty when nothing is known of it."""

    number: int
    kind: int
    value: Fraction
    datatype: int
    length: int
    language: int
    tag: int
    text: str | None = None


class Constants:
    """The terms, datatypes and languages that a problem speaks of, with their numbers."""

    def __init__(self, terms: Iterable[Term], datatypes: Iterable[Term], languages: Iterable[str]) -> None:
        self.terms = {term: number for number, term in enumerate(sorted(set(terms)), 1)}
        self.by_number = {number: term for term, number in self.terms.items()}
        self.values: dict[Term, Value] = read_values(sorted(self.terms))
        literals = [split_literal(term) for term in self.terms if is_literal(term)]
        usual = [f"<{XSD}{name}>" for name in ("integer", "decimal", "boolean", "date", "dateTime")]
        named = sorted({*datatypes, *usual, *(d for _, d, _ in literals)} - {RDF_LANG_STRING, XSD_STRING})
        self.codes = {RDF_LANG_STRING: _TEXT_CODE, XSD_STRING: _STRING_CODE}
        self.codes |= {datatype: number for number, datatype in enumerate(named, 3)}
        self.by_code = {code: datatype for datatype, code in self.codes.items()}
        tags = {tag.lower() for _, _, tag in literals if tag}
        self.ranges = sorted({r.lower() for r in languages if r != "*"} | tags)
        self.first_free = len(self.terms) + 1

    @cached_property
    def odd(self) -> tuple[int, ...]:
        """The numbers of literals that are not written in the usual way, or have the value of another one."""
        literals = {term: number for term, number in self.terms.items() if is_literal(term)}
        shared = Counter(self.values[term] for term in literals)
        return tuple(
            number
            for term, number in literals.items()
            if self.values[term].kind in _VALUED
            and (shared[self.values[term]] > 1 or term != write_literal(split_literal(term)[1], self.values[term]))
        )

    def write_declarations(self) -> Iterator[str]:
        """Write the functions, what literals of each datatype can be, and the features of the constants."""
        yield "(declare-sort T 0)(declare-fun k (T) Int)(declare-fun v (T) Real)(declare-fun w (T) Int)"
        yield "(declare-fun d (T) Int)(declare-fun len (T) Int)(declare-fun base (T) Int)(declare-fun tag (T) Int)"
        # Of what is equal only to itself the number says which it is.
        yield "(declare-fun one (Int Real) T)(declare-fun at (T) Real)"
        names = ["t0", *(f"t{number}" for number in self.terms.values())]
        yield "".join(f"(declare-const {name} T)" for name in names)
        yield f"(assert (distinct {' '.join(names)}))" if len(names) > 1 else ""
        yield f"(define-fun lit ((e T)) Bool (not (or (= (k e) {NAME}) (= (k e) {BLANK}))))"
        valued = " ".join(f"(= (k e) {kind})" for kind in _VALUED)
        cases = [f"(=> (not (lit e)) (= (d e) {NONE}))", f"(=> (lit e) (> (d e) {NONE}))"]
        cases.append(f"(= (= (d e) {_TEXT_CODE}) (= (k e) {TEXT}))")
        cases += [self._write_datatype(datatype, code) for datatype, code in self.codes.items()]
        cases.append(
            f"(=> (not (or {valued})) (= (one (k e) (v e)) e))(>= (len e) 0)(<= 0 (base e) {len(self.ranges)})"
        )
        cases.append(f"(or {' '.join(f'(= (k e) {kind})' for kind in range(BLANK + 1))})")
        cases += list(_write_moments("e"))
        yield f"(define-fun wf ((e T)) Bool (and {' '.join(cases)}))"
        for term, number in self.terms.items():
            yield f"(assert (and {' '.join(self._write_features(term, number))}))"

    def _write_datatype(self, datatype: Term, code: int) -> str:
        name = datatype.removeprefix(f"<{XSD}").removesuffix(">") if datatype.startswith(f"<{XSD}") else ""
        parts = []
        if name in _BOUNDS:
            low, high = _BOUNDS[name]
            parts.append(f"(= (k e) {NUMBER})(= (v e) (to_real (w e)))")
            parts += [f"(>= (w e) {_write_int(low)})"] if low is not None else []
            parts += [f"(<= (w e) {_write_int(high)})"] if high is not None else []
        elif name in _KINDS:
            parts.append(f"(or {' '.join(f'(= (k e) {kind})' for kind in _KINDS[name])})")
            whole = " ".join(f"(= (k e) {kind})" for kind in _WHOLE)
            parts.append(f"(=> (or {whole}) (= (v e) (to_real (w e))))")
            parts.append(f"(=> (= (k e) {BOOLEAN}) (<= 0 (w e) 1))")
        elif name != "" and code != _TEXT_CODE:
            parts.append(f"(= (k e) {OTHER})")
        length = _LENGTHS.get(read_family(datatype), 0)
        parts.append(f"(>= (len e) {length})")
        return f"(=> (= (d e) {code}) (or (and {' '.join(parts)}) (= (k e) {ILL_TYPED})))"

    def _write_features(self, term: Term, number: int) -> Iterator[str]:
        value, name = self.values[term], f"t{number}"
        own = Fraction(number) if value.kind in (NAME, BLANK) else value.number
        yield f"(= (k {name}) {value.kind})(= (v {name}) {write_number(own)})(= (len {name}) {len(get_text(term))})"
        if own.denominator == 1:
            yield f"(= (w {name}) {_write_int(int(own))})"
        yield from _write_moments(name)
        if value.kind not in _VALUED:
            yield f"(= (one (k {name}) (v {name})) {name})"
        if not is_literal(term):
            yield f"(= (d {name}) {NONE})"
            return
        _, datatype, tag = split_literal(term)
        yield f"(= (d {name}) {self.codes[datatype]})"
        if tag:
            position = self.ranges.index(tag.lower()) + 1
            yield f"(= (base {name}) {position})(= (tag {name}) {position})"

    def write_language_in(self, text: str, ranges: Iterable[str]) -> str:
        """Write that a term is a text in one of some languages."""
        wanted = tuple(ranges)
        if "*" in wanted:
            return f"(= (d {text}) {_TEXT_CODE})"
        bases = [n for n, known in enumerate(self.ranges, 1) if is_language_in(known, wanted)]
        return f"(and (= (d {text}) {_TEXT_CODE}) (or false {' '.join(f'(= (base {text}) {n})' for n in bases)}))"

    def write_tag(self, text: str) -> str:
        """Write that a free term's tag goes with its base: the first one itself, or one that extends it."""
        return f"(or (= (tag {text}) (base {text})) (> (tag {text}) {len(self.ranges)}))"

    def list_families(self, text: str) -> Iterator[tuple[str, str]]:
        """Yield the cases that a term's text can be of, each with the pattern that such texts match."""
        named = f"(= (k {text}) {NAME})"
        yield named, _IRI
        others = [named]
        for datatype, code in self.codes.items():
            if (pattern := _LEXICAL.get(read_family(datatype))) is not None:
                typed = f"(and (= (d {text}) {code}) (not (= (k {text}) {ILL_TYPED})))"
                others.append(typed)
                yield typed, pattern
        yield f"(not (or {' '.join(others)}))", ""

    def get_family(self, found: Features) -> str:
        """Return the pattern that the text of a term of a solution matches, or an empty text."""
        if found.kind == NAME:
            return _IRI
        return _LEXICAL.get(read_family(self.by_code.get(found.datatype, "")), "")

    def write_usual(self, text: str, *, strict: bool) -> str:
        """Write that a free term is there; ``strict`` also that it is well-typed and of a datatype with a name."""
        parts = [f"(not (= {text} t0))"]
        if strict:
            kinds = " ".join(f"(= (k {text}) {kind})" for kind in _WRITTEN)
            own = " ".join(f"(= {text} t{number})" for number in self.by_number)
            parts.append(f"(or {kinds} {own})(not (= (k {text}) {ILL_TYPED}))(< (d {text}) {_OTHER_CODE})")
            parts.append(f"(=> (= (k {text}) {YEAR}) (<= 1.0 (v {text}) 9999.0))")
            parts.append(f"(=> (= (k {text}) {DATE}) (<= 0.0 (v {text}) 3000000.0))")
            parts.append(
                f"(=> (= (k {text}) {TIME}) (and (= (v {text}) (to_real (w {text}))) (<= 0 (w {text}) 250000000000)))"
            )
            parts.append(f"(or (not (lit {text})) {' '.join(f'(= (d {text}) {c})' for c in self.by_code)})")
        return f"(and {' '.join(parts)})"

    def write_same(self, one: str, other: str) -> str:
        """Write that two literals of one value are one term; constants that say otherwise are left out."""
        odd = " ".join(f"(= {text} t{number})" for text in (one, other) for number in self.odd)
        alike = f"(= (k {one}) (k {other}))(= (v {one}) (v {other}))(not (= (k {one}) {ILL_TYPED}))"
        return f"(=> (and {alike}(not (or false {odd}))) (= {one} {other}))"

    def decode(self, found: Features, name: str) -> Term | None:
        """Return a term with the features of a solution; None when no such term can be written here.

        ``name`` is what an individual is called.
        """
        if found.number in self.by_number:
            return self.by_number[found.number]
        if found.kind == BLANK:
            return f"_:{name}"
        if found.kind == NAME:
            return f"<{found.text}>" if found.text and ":" in found.text else f"<urn:example:{name}>"
        datatype = self.by_code.get(found.datatype)
        if datatype is None or found.kind == ILL_TYPED:
            return None
        text = found.text
        if found.kind == TEXT:
            base = self.ranges[found.language - 1] if found.language else "mul"
            tag = base if found.tag == found.language else f"{base}-x-{abs(found.tag) % 100000}"
            return make_literal(_fit(text, name, found.length), language=tag)
        if found.kind in (STRING, OTHER):
            return make_literal(_fit(text, name, found.length), datatype)
        if text:
            return make_literal(text, datatype)
        return write_literal(datatype, Value(found.kind, found.value))


def _write_moments(text: str) -> Iterator[str]:
    """Write when a moment is, as far as that is known without a time zone."""
    yield f"(=> (= (k {text}) {DATE}) (= (at {text}) (* 86400.0 (v {text}))))"
    yield f"(=> (= (k {text}) {YEAR}) (= (at {text}) (* 31556952.0 (v {text}))))"
    yield f"(=> (or (= (k {text}) {TIME}) (= (k {text}) {CLOCK})) (= (at {text}) (v {text})))"
    zoned = " ".join(f"(= (k {text}) {kind})" for kind in (ZONED_DATE, ZONED_TIME, ZONED_CLOCK))
    yield f"(=> (or {zoned}) (<= (- 50400.0) (- (at {text}) (v {text})) 50400.0))"


def write_order(sign: str, one: str, other: str, *, positive: bool) -> str:
    """Write that a value lies on one side of another, or that it does not; what is not known is left open."""
    kinds = " ".join(f"(= (k {one}) {kind})" for kind in COMPARABLE)
    exact = f"(and (= (k {one}) (k {other})) (or {kinds}) ({sign} (v {one}) (v {other})))"
    parts = [exact if positive else f"(not {exact})"]
    if positive and sign in ("<=", ">="):
        parts.append(f"(= {one} {other})")  # for values without an order processors differ
    for kind, others in RELATED.items():
        pair = f"(= (k {one}) {kind}) (or {' '.join(f'(= (k {other}) {related})' for related in others)})"
        if kind == DURATION:
            parts += [] if positive else [f"(and {pair})"]
        elif not positive:
            parts.append(f"(and {pair})")
        else:
            parts.append(f"(and {pair} ({sign} (at {one}) (at {other})))")
    return f"(or {' '.join(parts)})"


def _fit(text: str | None, name: str, length: int) -> str:
    if text is not None:
        return text
    return name[-length:].rjust(min(length, 500), "x") if length else ""


def _write_int(number: int) -> str:
    return str(number) if number >= 0 else f"(- {-number})"


def write_literal(datatype: Term, value: Value) -> Term | None:
    """Write the literal of a datatype with a value in the usual way; None when there is none or none is known."""
    kind, number = value
    name = datatype.removeprefix(f"<{XSD}").removesuffix(">")
    if kind == NUMBER and name in _BOUNDS:
        return make_literal(str(int(number)), datatype) if number.denominator == 1 else None
    if kind == NUMBER and name in ("decimal", "double", "float"):
        written = write_canonical_number(number)
        return None if written is None else make_literal(split_literal(written)[0], datatype)
    if kind == BOOLEAN and name == "boolean" and number in (0, 1):
        return make_literal("true" if number else "false", datatype)
    if kind == YEAR and name == "gYear" and 1 <= number <= 9999:
        return make_literal(f"{int(number):04}", datatype)
    if kind == DATE and name == "date" and 0 <= number < 3_650_000:
        return make_literal((date(1, 1, 1) + timedelta(days=int(number))).isoformat(), datatype)
    if kind == TIME and name == "dateTime" and 0 <= number < 3_650_000 * 86_400:
        micros = int(number * 10**6)
        if Fraction(micros, 10**6) != number:
            return None
        return make_literal((datetime(1, 1, 1) + timedelta(microseconds=micros)).isoformat(), datatype)
    return None
