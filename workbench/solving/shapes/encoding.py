"""What shapes ask of the terms of a case, as SMT-LIB text (see ``shape_cases`` for why it is sound)."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from itertools import combinations, product

from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Term, get_local_name, is_iri, is_literal, is_variable, split_literal
from workbench.solving.shapes.cases import Scene, conjoin, disjoin
from workbench.solving.shapes.patterns import LONGEST, Asked, find_lengths, match_text
from workbench.solving.shapes.terms import RELATED, get_text, write_order
from workbench.solving.shapes.values import Condition, Path, Shape
from workbench.solving.values import BLANK, COMPARABLE, ILL_TYPED, NAME, write_number

__all__ = ["VALUE_TESTS", "ConditionWriter"]

VALUE_TESTS = frozenset(
    "datatype class nodeKind in minInclusive minExclusive maxInclusive maxExclusive minLength maxLength pattern "
    "languageIn".split()
)
"""Components that each value is asked about on its own."""
_ORDERS = {"minInclusive": ">=", "minExclusive": ">", "maxInclusive": "<=", "maxExclusive": "<"}
_NODE_KINDS = {
    "IRI": (True, False, False),
    "BlankNode": (False, True, False),
    "Literal": (False, False, True),
    "BlankNodeOrIRI": (True, True, False),
    "BlankNodeOrLiteral": (False, True, True),
    "IRIOrLiteral": (True, False, True),
}
_COMBINED = 3
"""Up to so many patterns about one term are looked at in every combination."""
_LONG_LIST = 500
"""Of longer lists only how many members they have counts."""
_MANY = 40
"""Beyond this many values of one path their number is bounded by the count alone."""


class ConditionWriter:
    """Writes conditions of shapes about terms of a scene, as what follows from their being met, or being not."""

    def __init__(self, scene: Scene, *, shares_values: bool = False) -> None:
        """``shares_values`` lets what is counted be any value there is, not only one made for the count."""
        self.scene, self.shares_values = scene, shares_values
        self.declared: dict[str, str] = {}
        self._counts: dict[tuple[str, Path], str] = {}
        self._patterns: dict[tuple[str, str], str] = {}
        self.compared: dict[tuple[str, str], None] = {}
        """Pairs of terms whose being one matters to a count."""

    # ---- shapes

    def write_shape(self, name: Term, node: str, positive: bool = True) -> str:
        """Write that a node conforms to a shape, or that it does not."""
        shape = self.scene.background.shapes[name]
        parts = [self.write(shape, condition, node, positive) for condition in shape.conditions]
        return conjoin(parts) if positive else disjoin(parts)

    def list_value_nodes(self, shape: Shape, node: str) -> list[tuple[str, str]]:
        """Return what a shape's conditions are about, each with the text that it is there."""
        return [(node, "true")] if shape.path is None else self.scene.list_values(node, shape.path)

    def write(self, shape: Shape, condition: Condition, node: str, positive: bool = True) -> str:
        """Write that a node meets one condition of a shape, or that it does not."""
        component = condition.component
        if component == "open":
            self.scene.open.setdefault(get_local_name(condition.triple[1]))
            return self.make_free()
        if component in VALUE_TESTS or component in ("node", "property", "not", "and", "or", "xone"):
            return self.write_for_all(shape, condition, node, positive)
        writers: dict[str, Callable[[Shape, Condition, str, bool], str]] = {
            "minCount": self.write_count,
            "maxCount": self.write_count,
            "hasValue": self.write_has_value,
            "uniqueLang": self.write_unique_language,
            "equals": self.write_equals,
            "disjoint": self.write_disjoint,
            "lessThan": self.write_less,
            "lessThanOrEquals": self.write_less,
            "qualifiedMinCount": self.write_qualified,
            "qualifiedMaxCount": self.write_qualified,
            "closed": self.write_closed,
        }
        return writers[component](shape, condition, node, positive)

    def make_free(self) -> str:
        """Return a new Boolean about which nothing is known."""
        name = f"u{len(self.declared)}"
        self.declared[name] = "Bool"
        return name

    def write_for_all(self, shape: Shape, condition: Condition, node: str, positive: bool) -> str:
        values = self.list_value_nodes(shape, node)
        if not positive:
            if shape.path is None:
                return self.write_test(shape, condition, node, False)
            if self.scene.is_deep(node):
                return "true"
            value = self.make_value(node, "not", condition.triple)
            held = self.scene.add_value(node, shape.path, value)
            return conjoin([held, self.write_test(shape, condition, value, False)])
        parts = [_imply(held, self.write_test(shape, condition, value, True)) for value, held in values]
        if condition.component == "in" and shape.path is not None:
            parts.append(f"(<= {self.count(node, shape.path)} {len(set(condition.values))})")
        return conjoin(parts)

    def make_value(self, node: str, *key: object) -> str:
        """Return the term made for a demand on a node, one step further away."""
        return self.scene.make_slot(node, *key, depth=self.scene.get_depth(node) + 1)

    # ---- tests of one value

    def write_test(self, shape: Shape, condition: Condition, value: str, positive: bool) -> str:
        """Write that a value passes a test, or fails it."""
        component = condition.component
        if component in ("node", "property", "not", "and", "or", "xone"):
            return self.write_logic(condition, value, positive)
        text = self.scene.write_term(value)
        if component in _ORDERS:
            return self._write_bound(_ORDERS[component], text, condition.value, positive)
        if component == "class":
            found = "false" if is_literal(value) else self.scene.add_class(value, condition.value)
        elif component == "datatype":
            code = self.scene.constants.codes.get(condition.value, 999)
            found = f"(and (= (d {text}) {code}) (not (= (k {text}) {ILL_TYPED})))"
        elif component == "nodeKind":
            named, blank, literal = _NODE_KINDS.get(get_local_name(condition.value), (True, True, True))
            parts = [f"(= (k {text}) {NAME})"] * named + [f"(= (k {text}) {BLANK})"] * blank
            found = disjoin([*parts, *[f"(lit {text})"] * literal])
        elif component == "in" and len(condition.values) > _LONG_LIST:
            self.scene.open.setdefault("a long list")
            return self.make_free()
        elif component == "in":
            found = disjoin(f"(= {text} {self.scene.write_term(member)})" for member in condition.values)
            self._share_classes(value, condition.values)
        elif component in ("minLength", "maxLength"):
            sign = ">=" if component == "minLength" else "<="
            found = f"(and (not (= (k {text}) {BLANK})) ({sign} (len {text}) {condition.number}))"
        elif component == "languageIn":
            found = self.scene.constants.write_language_in(text, (split_literal(m)[0] for m in condition.values))
        else:
            matched = self.write_match(value, split_literal(condition.value)[0], condition.flags)
            found = f"(and (not (= (k {text}) {BLANK})) {matched})"
        return found if positive else f"(not {found})"

    def _share_classes(self, value: str, members: Sequence[Term]) -> None:
        """Let the members of a list be in the classes that a value may be in, as it may be one of them."""
        for class_ in self.scene.classes.get(value, ()):
            for member in members[:_MANY]:
                if is_iri(member):
                    self.scene.add_class(member, class_)

    def _write_bound(self, sign: str, text: str, bound: Term, positive: bool) -> str:
        """Write that a value lies on one side of a bound, or that it does not."""
        limit = self.scene.write_term(bound)
        known = self.scene.constants.values.get(bound)
        if known is None or known.kind not in COMPARABLE:
            self.scene.open.setdefault("an order of such values")
            return self.make_free()
        if known.kind in RELATED:
            return write_order(sign, text, limit, positive=positive)
        exact = f"(and (= (k {text}) {known.kind}) ({sign} (v {text}) {write_number(known.number)}))"
        return exact if positive else f"(not {exact})"

    def write_match(self, value: str, pattern: str, flags: str) -> str:
        """Write that a pattern is found in a term's text."""
        symbol = self._patterns.setdefault((pattern, flags), f"m{len(self._patterns)}")
        self.scene.texts.setdefault(value, set()).add((pattern, flags))
        return f"({symbol} {self.scene.write_term(value)})"

    def write_patterns(self) -> Iterator[str]:
        """Declare the patterns, and say which of them a term's text can match together, and how long it then is."""
        for (pattern, flags), symbol in self._patterns.items():
            yield f"(declare-fun {symbol} (T) Bool)"
            for term, number in self.scene.constants.terms.items():
                found = match_text(pattern, flags, get_text(term))
                if found is None:
                    self.scene.open.setdefault("a pattern")
                else:
                    yield f"(assert (= ({symbol} t{number}) {str(found).lower()}))"
        for value, wanted in sorted(self.scene.texts.items()):
            if is_variable(value):
                yield from self._write_texts(value, sorted(p for p in wanted if p in self._patterns))

    def _write_texts(self, value: str, patterns: Sequence[tuple[str, str]]) -> Iterator[str]:
        text = self.scene.write_term(value)
        for case, family in self.scene.constants.list_families(text):
            for signs in _list_signs(len(patterns)):
                signed = [(p, sign) for p, sign in zip(patterns, signs, strict=True) if sign is not None]
                asked = [Asked(*pattern, sign) for pattern, sign in signed]
                texts = [(f"({self._patterns[pattern]} {text})", sign) for pattern, sign in signed]
                held = [match if sign else f"(not {match})" for match, sign in texts]
                found = find_lengths([*([Asked(family, "", True)] if family else []), *asked])
                if found is None:
                    self.scene.open.setdefault("a pattern")
                    continue
                lengths = _write_lengths(f"(len {text})", *found)
                if lengths != "true":
                    yield f"(assert (=> {conjoin([case, *held])} {lengths}))"

    def list_matches(self, value: str) -> list[tuple[tuple[str, str], str]]:
        """Return the patterns that a term was asked about, each with the text that it matches."""
        patterns = sorted(p for p in self.scene.texts.get(value, ()) if p in self._patterns)
        return [(pattern, f"({self._patterns[pattern]} {self.scene.write_term(value)})") for pattern in patterns]

    def write_logic(self, condition: Condition, value: str, positive: bool) -> str:
        """Write ``node``, ``property``, ``not``, ``and``, ``or`` and ``xone`` about one value."""
        component, names = condition.component, condition.shapes
        if is_variable(value) and self.scene.is_deep(value) and self._reaches_further(names):
            return "true"
        if component == "not":
            return self.write_shape(names[0], value, not positive)
        if component == "xone":
            if positive:
                return disjoin(
                    conjoin(self.write_shape(name, value, name_at == chosen) for name_at, name in enumerate(names))
                    for chosen in range(len(names))
                )
            pairs = combinations(names, 2)
            both = [conjoin(self.write_shape(name, value) for name in pair) for pair in pairs]
            return disjoin([conjoin(self.write_shape(name, value, False) for name in names), *both])
        parts = [self.write_shape(name, value, positive) for name in names]
        return conjoin(parts) if (component != "or") == positive else disjoin(parts)

    def _reaches_further(self, names: Sequence[Term]) -> bool:
        shapes = self.scene.background.shapes
        return any(
            shapes[name].path is not None or any(c.shapes for c in shapes[name].conditions)
            for name in names
            if name in shapes
        )

    # ---- counts

    def count(self, node: str, path: Path) -> str:
        """Return the number of values of a path, a whole number."""
        name = self._counts.setdefault((node, path), f"n{len(self._counts)}")
        self.declared[name] = "Int"
        return name

    def write_count(self, shape: Shape, condition: Condition, node: str, positive: bool) -> str:
        if shape.path is None or shape.path.is_type:
            return self.make_free()
        if (condition.component == "minCount") == positive:
            return self.write_at_least(node, shape.path, condition.number + (not positive))
        return self.write_at_most(node, shape.path, condition.number - (not positive))

    def write_at_least(self, node: str, path: Path, number: int, *key: object) -> str:
        """Write that a path has so many values; without a key they are the same for all who ask."""
        if number <= 0:
            return "true"
        parts = [f"(>= {self.count(node, path)} {number})"]
        if self.scene.is_deep(node):
            return parts[0]
        shown = min(number, self.scene.limits.count)
        values = [self.make_value(node, path, *key, place) for place in range(shown)]
        if self.shares_values and not key:
            for value in values:
                self.scene.add_value(node, path, value)
            firsts = self.list_firsts(self.scene.list_values(node, path))
            return conjoin([*parts, f"((_ at-least {number}) {' '.join(firsts)})" if firsts else "false"])
        parts += [self.scene.add_value(node, path, value) for value in values]
        if shown > 1:
            self.compared.update(dict.fromkeys(combinations(values, 2)))
            parts.append(f"(distinct {' '.join(map(self.scene.write_term, values))})")
        return conjoin(parts)

    def write_at_most(self, node: str, path: Path, number: int) -> str:
        """Write that a path has at most so many values."""
        if number < 0:
            return "false"
        values = self.scene.list_values(node, path)
        return conjoin([f"(<= {self.count(node, path)} {number})", self.write_few(values, number)])

    def write_few(self, values: Sequence[tuple[str, str]], number: int) -> str:
        """Write that at most so many different ones of some terms are there."""
        if number == 0:
            return conjoin(f"(not {held})" for _, held in values)
        if len(values) <= number or len(values) > _MANY:
            return "true"
        return f"((_ at-most {number}) {' '.join(self.list_firsts(values))})"

    def list_firsts(self, values: Sequence[tuple[str, str]]) -> list[str]:
        """Write of each value that it is there and none before it is the same; so many are true as there are values."""
        firsts = []
        self.compared.update(dict.fromkeys(combinations([value for value, _ in values], 2)))
        for position, (value, held) in enumerate(values):
            text = self.scene.write_term(value)
            same = [
                f"(and {other_held} (= {text} {self.scene.write_term(other)}))"
                for other, other_held in values[:position]
                if is_variable(other) or is_variable(value)
            ]
            firsts.append(f"(and {held} (not {disjoin(same)}))")
        return firsts

    def write_qualified(self, shape: Shape, condition: Condition, node: str, positive: bool) -> str:
        if shape.path is None:
            return self.make_free()
        number, counts_up = condition.number, (condition.component == "qualifiedMinCount") == positive
        if not positive:
            number += 1 if counts_up else -1
        if counts_up:
            if number <= 0:
                return "true"
            if self.scene.is_deep(node):
                return f"(>= {self.count(node, shape.path)} {number})"
            shown = min(number, self.scene.limits.count)
            enough = self.write_at_least(node, shape.path, number, condition.triple)
            values = [self.make_value(node, shape.path, condition.triple, place) for place in range(shown)]
            return conjoin([enough, *(self.write_counted(condition, value, True) for value in values)])
        if number < 0:
            return "false"
        counted, parts = [], []
        for value, held in self.scene.list_values(node, shape.path):
            chosen = self.make_free()
            parts.append(disjoin([f"(not {held})", chosen, self.write_counted(condition, value, False)]))
            counted.append((value, f"(and {held} {chosen})"))
        return conjoin([*parts, self.write_few(counted, number)])

    def write_counted(self, condition: Condition, value: str, positive: bool) -> str:
        """Write that a value counts for a qualified shape, or does not."""
        if is_variable(value) and self.scene.is_deep(value) and self._reaches_further(condition.shapes):
            return "true"
        parts = [self.write_shape(condition.shapes[0], value, positive)]
        parts += [self.write_shape(name, value, not positive) for name in condition.siblings]
        return conjoin(parts) if positive else disjoin(parts)

    # ---- conditions over several values

    def write_has_value(self, shape: Shape, condition: Condition, node: str, positive: bool) -> str:
        self.scene.note_term(condition.value)
        if shape.path is None:
            found = f"(= {self.scene.write_term(node)} {self.scene.write_term(condition.value)})"
            return found if positive else f"(not {found})"
        held = self.scene.add_value(node, shape.path, condition.value)
        parts = [held, f"(>= {self.count(node, shape.path)} 1)"]
        return conjoin(parts) if positive else f"(not {held})"

    def _write_two_texts(self, one: str, other: str) -> str:
        first, second = self.scene.write_term(one), self.scene.write_term(other)
        code = self.scene.constants.write_language_in(first, ("*",))
        return f"(and {code} (= (d {first}) (d {second})) (= (tag {first}) (tag {second})) (not (= {first} {second})))"

    def write_unique_language(self, shape: Shape, _: Condition, node: str, positive: bool) -> str:
        if shape.path is None or (not positive and self.scene.is_deep(node)):
            return self.make_free()
        if not positive:
            one, other = (self.make_value(node, shape.path, "language", place) for place in range(2))
            held = [self.scene.add_value(node, shape.path, value) for value in (one, other)]
            return conjoin([*held, self._write_two_texts(one, other)])
        values = self.list_value_nodes(shape, node)[:_MANY]
        return conjoin(
            f"(not (and {held} {other_held} {self._write_two_texts(value, other)}))"
            for (value, held), (other, other_held) in combinations(values, 2)
        )

    def write_equals(self, shape: Shape, condition: Condition, node: str, positive: bool) -> str:
        path = Path(condition.value)
        if not positive:
            return "true"  # any two sets of values may differ
        parts = [
            _imply(held, self.scene.add_value(node, path, value)) for value, held in self.list_value_nodes(shape, node)
        ]
        for value, held in self.scene.list_values(node, path):
            if shape.path is None:
                same = f"(= {self.scene.write_term(value)} {self.scene.write_term(node)})"
            else:
                same = self.scene.add_value(node, shape.path, value)
            parts.append(_imply(held, same))
        if shape.path is not None:
            parts.append(f"(= {self.count(node, shape.path)} {self.count(node, path)})")
        return conjoin(parts)

    def write_disjoint(self, shape: Shape, condition: Condition, node: str, positive: bool) -> str:
        path = Path(condition.value)
        if not positive:
            if shape.path is None:
                return self.scene.add_value(node, path, node)
            if self.scene.is_deep(node):
                return "true"
            value = self.make_value(node, "both", condition.triple)
            return conjoin([self.scene.add_value(node, one, value) for one in (shape.path, path)])
        parts = []
        for value, held in self.list_value_nodes(shape, node):
            for other, other_held in self.scene.list_values(node, path):
                same = f"(= {self.scene.write_term(value)} {self.scene.write_term(other)})"
                parts.append(f"(not (and {held} {other_held} {same if value != other else 'true'}))")
        return conjoin(parts)

    def write_less(self, shape: Shape, condition: Condition, node: str, positive: bool) -> str:
        if shape.path is None:
            return self.make_free()
        path = Path(condition.value)
        sign = "<" if condition.component == "lessThan" else "<="
        if not positive:
            if self.scene.is_deep(node):
                return "true"
            one, other = (self.make_value(node, "less", condition.triple, place) for place in range(2))
            held = [self.scene.add_value(node, shape.path, one), self.scene.add_value(node, path, other)]
            return conjoin([*held, self.write_less_than(sign, one, other, False)])
        return conjoin(
            f"(=> (and {held} {other_held}) {self.write_less_than(sign, value, other, True)})"
            for value, held in self.list_value_nodes(shape, node)
            for other, other_held in self.scene.list_values(node, path)
        )

    def write_less_than(self, sign: str, one: str, other: str, positive: bool) -> str:
        """Write that one value is less than another, or that it is not."""
        return write_order(sign, self.scene.write_term(one), self.scene.write_term(other), positive=positive)

    def write_closed(self, _: Shape, condition: Condition, node: str, positive: bool) -> str:
        if not positive:
            return "true"  # there may always be another property
        allowed = set(condition.values)
        parts = [atom for atom in self.scene.leaving.get(node, ()) if atom.predicate not in allowed]
        if RDF_TYPE not in allowed:
            parts += [Atom(node, RDF_TYPE, class_) for class_ in self.scene.classes.get(node, ())]
        return conjoin(f"(not {self.scene.write_atom(atom)})" for atom in parts)


def _list_signs(number: int) -> Iterator[tuple[bool | None, ...]]:
    """Yield which patterns match and which do not; of many only pairs that match, the others left open."""
    if number <= _COMBINED:
        yield from (signs for signs in product((True, False), repeat=number) if any(signs))
        return
    for pair in combinations(range(number), 2):
        yield tuple(True if place in pair else None for place in range(number))


def _write_lengths(text: str, lengths: frozenset[int], has_longer: bool) -> str:
    """Write that a length is one of some, as ranges."""
    ranges: list[tuple[int, int]] = []
    for length in sorted(lengths):
        if ranges and ranges[-1][1] == length - 1:
            ranges[-1] = (ranges[-1][0], length)
        else:
            ranges.append((length, length))
    if has_longer:
        ranges.append((LONGEST + 1, -1))
        if len(ranges) > 1 and ranges[-2][1] == LONGEST:
            ranges[-2:] = [(ranges[-2][0], -1)]
    return disjoin(f"(>= {text} {low})" if high < 0 else f"(<= {low} {text} {high})" for low, high in ranges)


def _imply(condition: str, consequence: str) -> str:
    if condition == "true" or consequence == "true":
        return consequence
    return f"(=> {condition} {consequence})"
