"""Rules: the formulas of docs/rules.md as values, read from their text."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import NamedTuple

from workbench.export.scorer.values import RDF_TYPE, XSD, ScorerError, expand_name

__all__ = [
    "TRUE",
    "Atom",
    "Comparison",
    "Negation",
    "Operation",
    "Rule",
    "RuleTextError",
    "fold_rule",
    "list_variables",
    "parse_rule",
]

TRUE = f'"true"^^<{XSD}boolean>'
_MOST_TOKENS = 4000
_DEEPEST = 40
_BASE = (
    "A-Za-z\u00c0-\u00d6\u00d8-\u00f6\u00f8-\u02ff\u0370-\u037d\u037f-\u1fff\u200c-\u200d\u2070-\u218f"
    "\u2c00-\u2fef\u3001-\ud7ff\uf900-\ufdcf\ufdf0-\ufffd\U00010000-\U000effff"
)
_LETTERS = _BASE + "_0-9\u00b7\u0300-\u036f\u203f-\u2040"
_TAIL = rf"[{_LETTERS}]*(?:[-.]+[{_LETTERS}]+)*"
_TOKEN = re.compile(
    rf"""(?P<space>\s+)|(?P<iri><[A-Za-z][A-Za-z0-9+.\-]*:[^\x00-\x20<>"{{}}|^`\\]*>)
    |(?P<name>_:[{_LETTERS}]{_TAIL}|(?:[{_BASE}]{_TAIL})?:[{_LETTERS}]{_TAIL}|[{_BASE}_]{_TAIL})
    |(?P<variable>\?[{_LETTERS}]+)|(?P<string>"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*")
    |(?P<tag>@[A-Za-z]+(?:-[A-Za-z0-9]+)*)
    |(?P<double>(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)[eE][+\-]?[0-9]+(?![{_LETTERS}]))
    |(?P<decimal>[0-9]*\.[0-9]+(?![{_LETTERS}]))|(?P<integer>[0-9]+(?![{_LETTERS}]))
    |(?P<sign>->|\^\^|!=|<=|>=|[\^,()=<>+*/\-])""",
    re.VERBOSE,
)
_KEPT = re.compile(r'"[^"\\\r\n]*(?:\\[^\r\n][^"\\\r\n]*)*"|<[A-Za-z][^\s<>]*:[^\s<>]*>')
_OTHER_SIGNS = {
    "∧": "^", "⋀": "^", "&&": "^", "&": "^", "→": "->", "⟶": "->", "⇒": "->", "⟹": "->", "≤": "<=", "⩽": "<=",
    "≥": ">=", "⩾": ">=", "≠": "!=", "−": "-", "¬": " not ",
}  # fmt: skip
_OTHER_SIGN = re.compile("|".join(map(re.escape, _OTHER_SIGNS)))
_TITLE = re.compile(r"(?:the |die )?(?:rule|formula|query|regel|formel|anfrage)\s*:\s+", re.IGNORECASE)
_SIGNS = ("=", "!=", "<", "<=", ">", ">=")
_COMPARING = {
    "equal": "=", "sameAs": "=", "notEqual": "!=", "differentFrom": "!=", "lessThan": "<", "lessThanOrEqual": "<=",
    "greaterThan": ">", "greaterThanOrEqual": ">=",
}  # fmt: skip
_ARITHMETIC = {"add": "+", "subtract": "-", "multiply": "*", "divide": "/"}
_CONDITIONS = frozenset("stringEqualIgnoreCase contains containsIgnoreCase startsWith endsWith matches".split())
_ACCESSORS = frozenset("year month day hours minutes seconds".split())
_FUNCTIONS = _CONDITIONS | frozenset(
    """integerDivide mod pow unaryPlus unaryMinus abs ceiling floor round roundHalfToEven booleanNot stringConcat
    substring stringLength normalizeSpace upperCase lowerCase translate substringBefore substringAfter replace
    yearMonthDuration dayTimeDuration addYearMonthDurations subtractYearMonthDurations multiplyYearMonthDuration
    multiplyYearMonthDurations divideYearMonthDurations divideYearMonthDuration addDayTimeDurations
    subtractDayTimeDurations multiplyDayTimeDurations multiplyDayTimeDuration divideDayTimeDuration
    divideDayTimeDurations dateTime date time subtractDates subtractTimes addYearMonthDurationToDateTime
    subtractYearMonthDurationFromDateTime addDayTimeDurationToDateTime subtractDayTimeDurationFromDateTime
    addYearMonthDurationToDate subtractYearMonthDurationFromDate addDayTimeDurationToDate
    subtractDayTimeDurationFromDate addDayTimeDurationToTime subtractDayTimeDurationFromTime
    subtractDateTimesYieldingYearMonthDuration subtractDateTimesYieldingDayTimeDuration""".split()
)


class RuleTextError(ScorerError):
    """A text is not in the rules language."""


@dataclass(frozen=True)
class Atom:
    """A triple whose subject and object may be variables; ``C(?x)`` is ``(?x, rdf:type, C)``."""

    subject: str
    predicate: str
    object: str


@dataclass(frozen=True)
class Operation:
    """A function, or one of ``+ - * /``, applied to variables, terms and operations."""

    operator: str
    arguments: tuple[str | Operation, ...]


@dataclass(frozen=True)
class Comparison:
    """Two expressions with a sign between them; a condition is its equality with ``true``."""

    sign: str
    left: str | Operation
    right: str | Operation


@dataclass(frozen=True)
class Negation:
    """There is no way to make all the elements true."""

    elements: tuple[Atom | Comparison, ...]


@dataclass(frozen=True)
class Rule:
    """``body -> head``; an empty head is ``false``."""

    body: tuple[Atom | Comparison | Negation, ...]
    head: tuple[Atom, ...]


class _Token(NamedTuple):
    kind: str
    text: str


def list_variables(part: Atom | Comparison | Negation | Operation | str) -> list[str]:
    """Return the variables of an element or expression in the order in which they stand, with repetitions."""
    if isinstance(part, str):
        return [part] if part[:1] == "?" else []
    inner: tuple[Atom | Comparison | Negation | Operation | str, ...]
    if isinstance(part, Atom):
        inner = (part.subject, part.object)
    elif isinstance(part, Comparison):
        inner = (part.left, part.right)
    else:
        inner = part.elements if isinstance(part, Negation) else part.arguments
    return [name for one in inner for name in list_variables(one)]


def fold_rule(text: str) -> str:
    """Return a rule in the signs of the rules language: without a title (``Rule:``), and ``∧ → ≤ ≥ ≠`` replaced.

    What stands in strings and IRIs is kept.
    """
    text = _TITLE.sub("", text, count=1) if _TITLE.match(text) else text
    parts, place = [], 0
    for kept in _KEPT.finditer(text):
        parts += [_OTHER_SIGN.sub(_replace_sign, text[place : kept.start()]), kept.group()]
        place = kept.end()
    return "".join([*parts, _OTHER_SIGN.sub(_replace_sign, text[place:])])


def _replace_sign(found: re.Match[str]) -> str:
    return _OTHER_SIGNS[found.group()]


def parse_rule(text: str, prefixes: dict[str, str], names: dict[str, str] | None = None) -> Rule:
    """Return the rule that a text says; a text without an arrow is a body, and its head empty.

    ``prefixes`` are namespaces by prefix; a name whose prefix they lack stays as it stands. ``names`` are further
    names, in full, by how they may be written. Raises RuleTextError.
    """
    return _Parser(text, prefixes, names or {}).read_rule()


class _Parser:
    def __init__(self, text: str, prefixes: dict[str, str], names: dict[str, str]) -> None:
        self._prefixes, self._names, self._place, self._depth = prefixes, names, 0, 0
        self._tokens: list[_Token] = []
        position = 0
        while position < len(text):
            found = _TOKEN.match(text, position)
            if found is None or len(self._tokens) >= _MOST_TOKENS:
                raise RuleTextError(f"the rules language has no {text[position : position + 20]!r}")
            position = found.end()
            if found.lastgroup != "space":
                self._tokens.append(_Token(str(found.lastgroup), found.group()))

    def _peek(self, ahead: int = 0) -> _Token:
        place = self._place + ahead
        return self._tokens[place] if place < len(self._tokens) else _Token("end", "")

    def _take(self, *texts: str) -> str:
        token = self._peek()
        if texts and token.text not in texts:
            raise RuleTextError(f"{' or '.join(texts)} is expected where {token.text or 'the end'!r} stands")
        self._place += 1
        return token.text

    def _is(self, *texts: str) -> bool:
        return self._peek().text in texts and self._peek().kind in ("sign", "name")

    def read_rule(self) -> Rule:
        body: list[Atom | Comparison | Negation] = []
        if not self._is("unless", "->"):
            body.append(self._read_element())
            while self._is("^", ","):
                self._take()
                body.append(self._read_element())
        while self._is("unless"):
            self._take()
            body.append(Negation(self._read_list()))
        if self._peek().kind == "end":
            return Rule(tuple(body), ())
        self._take("->")
        head: list[Atom] = []
        if self._is("false") and self._peek(1).kind == "end":
            self._take()
        else:
            for element in self._read_list():
                if not isinstance(element, Atom):
                    raise RuleTextError("behind the arrow of a rule stand classes and properties only")
                head.append(element)
        if self._peek().kind != "end":
            raise RuleTextError(f"{self._peek().text!r} stands behind the rule")
        return Rule(tuple(body), tuple(head))

    def _read_list(self) -> tuple[Atom | Comparison, ...]:
        found = [self._read_plain()]
        while self._is("^", ","):
            self._take()
            found.append(self._read_plain())
        return tuple(found)

    def _read_element(self) -> Atom | Comparison | Negation:
        if not self._is("not"):
            return self._read_plain()
        self._take()
        if not self._is("("):
            return Negation((self._read_plain(),))
        self._take()
        inside = self._read_list()
        self._take(")")
        return Negation(inside)

    def _name_call(self) -> str:
        """Return the built-in that the next name calls, if it does."""
        token = self._peek()
        if token.kind != "name" or self._peek(1).text != "(":
            return ""
        name = token.text[6:] if token.text.startswith("swrlb:") else token.text
        known = name in _FUNCTIONS or name in _ACCESSORS or name in _COMPARING or name in _ARITHMETIC
        return name if known else ""

    def _is_expression(self) -> bool:
        """Tell whether a sign follows the parenthesis of the call that comes next."""
        depth, ahead = 0, 1
        while self._peek(ahead).kind != "end":
            depth += (self._peek(ahead).text == "(") - (self._peek(ahead).text == ")")
            ahead += 1
            if not depth:
                break
        return self._peek(ahead).text in (*_SIGNS, "+", "-", "*", "/")

    def _read_plain(self) -> Atom | Comparison:
        name = self._name_call()
        if name and not self._is_expression() and name not in _ACCESSORS:
            return self._read_built_in(name)
        called = self._peek().kind in ("name", "iri") and self._peek(1).text == "("
        if called and not (name and self._is_expression()):
            return self._read_atom()
        left = self._read_expression()
        sign = self._take(*_SIGNS)
        return Comparison(sign, left, self._read_expression())

    def _read_built_in(self, name: str) -> Comparison:
        self._take()
        arguments = self._read_arguments()
        if name in _COMPARING and len(arguments) == 2:
            return Comparison(_COMPARING[name], arguments[0], arguments[1])
        if name in _CONDITIONS:
            return Comparison("=", Operation(name, tuple(arguments)), TRUE)
        if name in _COMPARING or len(arguments) < 2:
            raise RuleTextError(f"{name} has not so many arguments")
        return Comparison("=", arguments[0], self._apply(name, arguments[1:]))

    @staticmethod
    def _apply(name: str, arguments: list[str | Operation]) -> Operation:
        operator = _ARITHMETIC.get(name, name)
        if name not in _ARITHMETIC:
            return Operation(operator, tuple(arguments))
        if not 2 <= len(arguments) <= (_DEEPEST if name in ("add", "multiply") else 2):
            raise RuleTextError(f"{name} has not so many arguments")
        value = Operation(operator, (arguments[0], arguments[1]))
        for argument in arguments[2:]:
            value = Operation(operator, (value, argument))
        return value

    def _read_arguments(self) -> list[str | Operation]:
        self._take("(")
        found = [self._read_expression()]
        while self._is(","):
            self._take()
            found.append(self._read_expression())
        self._take(")")
        return found

    def _read_atom(self) -> Atom:
        predicate = self._read_name()
        self._take("(")
        subject = self._read_term()
        object_ = ""
        if self._is(","):
            self._take()
            object_ = self._read_term()
        self._take(")")
        if subject[0] == '"':
            raise RuleTextError("a literal has no properties")
        return Atom(subject, predicate, object_) if object_ else Atom(subject, RDF_TYPE, predicate)

    def _read_name(self) -> str:
        text = self._take()
        bare = ":" not in text and "" in self._prefixes
        return self._names.get(text) or expand_name(":" + text if bare else text, self._prefixes)

    def _read_term(self) -> str:
        token = self._peek()
        if token.kind == "variable":
            return self._take()
        if token.kind == "string":
            return self._read_string()
        if token.kind == "name" and token.text in ("true", "false"):
            return f'"{self._take()}"^^<{XSD}boolean>'
        sign = self._take() if self._is("+", "-") and self._peek().kind == "sign" else ""
        token = self._peek()
        if token.kind in ("integer", "decimal", "double"):
            return f'"{sign}{self._take()}"^^<{XSD}{token.kind}>'
        if sign or token.kind not in ("name", "iri"):
            raise RuleTextError(f"a variable, a name or a value is expected where {token.text or 'the end'!r} stands")
        return self._read_name()

    def _read_string(self) -> str:
        text = self._take()
        if self._peek().kind == "tag":
            return text + self._take().lower()
        if not self._is("^^"):
            return text
        self._take()
        if self._peek().kind not in ("name", "iri"):
            raise RuleTextError("a datatype is expected behind ^^")
        datatype = self._read_name()
        return text if datatype == f"<{XSD}string>" else f"{text}^^{datatype}"

    def _read_expression(self) -> str | Operation:
        left, count = self._read_product(), 0
        while self._is("+", "-"):
            sign, count = self._take(), self._count(count)
            left = Operation(sign, (left, self._read_product()))
        return left

    @staticmethod
    def _count(count: int) -> int:
        if count >= _DEEPEST:
            raise RuleTextError(f"a sum or product has more than {_DEEPEST} parts")
        return count + 1

    def _read_product(self) -> str | Operation:
        left, count = self._read_factor(), 0
        while self._is("*", "/"):
            sign, count = self._take(), self._count(count)
            left = Operation(sign, (left, self._read_factor()))
        return left

    def _read_factor(self) -> str | Operation:
        self._depth += 1
        if self._depth > _DEEPEST:
            raise RuleTextError(f"parentheses nest deeper than {_DEEPEST}")
        found: str | Operation
        if self._is("("):
            self._take()
            found = self._read_expression()
            self._take(")")
        elif name := self._name_call():
            if name in _COMPARING:
                raise RuleTextError(f"{name} gives no value")
            self._take()
            found = self._apply(name, self._read_arguments())
        else:
            found = self._read_term()
        self._depth -= 1
        return found
