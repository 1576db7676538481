"""Read and solve the prompts of three tasks of reasoning-gym: syllogism, family_relationships, knights_knaves.

Each reader takes the prompt alone, as a pupil would, and finds the answer by a method of its own; nothing of the
generator's is used, and what it says beside the prompt is not looked at. A prompt that a reader does not understand
wholly raises ValueError: nothing is guessed.

Each also says what the prompt is up to names, in the grains of workbench.generation.identity.grains. ``named`` renames
individuals, ``core`` predicates too. The order of what is stated never counts, nor does the wording of one and the same
thing. Nothing is left out as a distractor but the gender of those in a family who are not asked about, which no prompt
states and on which no answer rests.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from functools import cache
from itertools import combinations, permutations, product

from workbench.generation.identity.clauses import Clause
from workbench.generation.identity.grains import ItemStructure, Part, compute_identity
from workbench.model.rules import Atom, Rule
from workbench.model.terms import RDF_TYPE, Triple

__all__ = [
    "READERS",
    "Family",
    "Formula",
    "Pairs",
    "Solved",
    "Statement",
    "normalise_answer",
    "read_family",
    "read_knights",
    "read_syllogism",
    "solve_family",
    "solve_syllogism",
]

_SPACE = "https://example.org/puzzle#"


@dataclass(frozen=True, slots=True)
class Solved:
    """A prompt that was read and solved.

    ``answers`` are the right answers by reading of the prompt: a prompt that leaves open how it is meant has several
    readings. Every answer of a set is right; the set is empty where there is none. ``contradictory`` says whether what
    is stated can be true at all, in the first reading.
    """

    answers: tuple[tuple[str, frozenset[str]], ...]
    contradictory: bool
    named: str
    core: str

    def is_wrong(self, answer: str) -> dict[str, bool]:
        """Return by reading whether an answer is wrong."""
        said = normalise_answer(answer)
        return {reading: said not in right for reading, right in self.answers}


def normalise_answer(answer: str) -> str:
    """Return an answer without what does not count: case, blanks, the article and a full stop."""
    words = re.findall(r"[\w-]+", answer.lower())
    return " ".join(word for word in words if word not in ("a", "an", "and"))


# ---- syllogisms

Statement = tuple[str, str, str]
"""Quantifier (all, no, some, some-not), subject, predicate."""

_STATEMENT = re.compile(r"(All|No|Some) (\w+) are (not )?(\w+)")
_SYLLOGISM = re.compile(
    r"Consider these statements:\n1\. (.+)\n2\. (.+)\n\nDoes it logically follow that:\n(.+)\?\n\(Answer Yes or No\)"
)


def _read_statement(text: str) -> Statement:
    found = _STATEMENT.fullmatch(text)
    if found is None or (found[3] and found[1] != "Some"):
        raise ValueError(f"no statement of a syllogism: {text}")
    return found[1].lower() + ("-not" if found[3] else ""), found[2], found[4]


def _is_true(statement: Statement, model: Iterable[frozenset[str]]) -> bool:
    """Whether a statement is true where exactly these regions, each the set of terms it lies in, have somebody."""
    quantifier, subject, predicate = statement
    inside = [predicate in region for region in model if subject in region]
    return {
        "all": all(inside),
        "no": not any(inside),
        "some": any(inside),
        "some-not": not all(inside),
    }[quantifier]


@cache
def _list_models(terms: tuple[str, ...]) -> tuple[tuple[frozenset[str], ...], ...]:
    regions = [frozenset(term for term, is_in in zip(terms, bits, strict=True) if is_in)
               for bits in product((True, False), repeat=len(terms))]  # fmt: skip
    return tuple(chosen for size in range(len(regions) + 1) for chosen in combinations(regions, size))


@cache
def solve_syllogism(premises: tuple[Statement, ...], conclusion: Statement, *, is_inhabited: bool) -> tuple[bool, bool]:
    """Return whether the conclusion follows, and whether the premises can be true together.

    All models over the regions of the Venn diagram are tried. With ``is_inhabited`` only those in which every term
    applies to something, as Aristotle has it; otherwise all.
    """
    terms = tuple(sorted({term for statement in (*premises, conclusion) for term in statement[1:]}))
    models = [
        model
        for model in _list_models(terms)
        if all(_is_true(premise, model) for premise in premises)
        and (not is_inhabited or all(any(term in region for region in model) for term in terms))
    ]
    return all(_is_true(conclusion, model) for model in models), bool(models)


def read_syllogism(prompt: str) -> Solved:
    """Solve a syllogism by all its models: every term has something that it applies to, or need not."""
    found = _SYLLOGISM.fullmatch(prompt)
    if found is None:
        raise ValueError(f"no syllogism: {prompt}")
    stated = [_read_statement(text) for text in found.groups()]
    # With the terms numbered as they come, there are few syllogisms, and each is solved once.
    numbers: dict[str, str] = {}
    first, second, conclusion = (
        (quantifier, *(numbers.setdefault(term, f"t{len(numbers)}") for term in terms)) for quantifier, *terms in stated
    )
    verdicts = {
        reading: solve_syllogism((first, second), conclusion, is_inhabited=is_inhabited)
        for reading, is_inhabited in (("no term is empty", True), ("terms may be empty", False))
    }
    answers = tuple((reading, frozenset({"yes" if follows else "no"})) for reading, (follows, _) in verdicts.items())
    named = " ".join(map(" ".join, [*sorted(stated[:2]), stated[2]]))
    can_be_true = verdicts["no term is empty"][1]
    return Solved(answers, not can_be_true, named, _identify_syllogism((first, second), conclusion))


@cache
def _identify_syllogism(premises: tuple[Statement, ...], conclusion: Statement) -> str:
    """Terms are classes; what some are becomes facts about somebody, and what some are not a rule against it."""
    facts: list[Triple] = []
    rules: list[Rule] = []
    for number, (quantifier, subject, predicate) in enumerate(premises):
        somebody = f"<{_SPACE}somebody{number}>"
        one, other = (Atom("?x", RDF_TYPE, f"<{_SPACE}{term}>") for term in (subject, predicate))
        if quantifier == "all":
            rules.append(Rule(f"r{number}", (one,), (other,)))
        elif quantifier == "no":
            rules.append(Rule(f"r{number}", (one, other), ()))
        else:
            facts.append((somebody, RDF_TYPE, one.object))
            if quantifier == "some":
                facts.append((somebody, RDF_TYPE, other.object))
            else:
                rules.append(Rule(f"r{number}", (Atom(somebody, RDF_TYPE, other.object),), ()))
    quantifier, subject, predicate = conclusion
    one, other = (Atom("?x", RDF_TYPE, f"<{_SPACE}{term}>") for term in (subject, predicate))
    is_symmetric = quantifier in ("no", "some")
    clauses: tuple[tuple[str, Clause], ...] = (
        (("statement", Clause((one, other))),) if is_symmetric else (("statement", Clause((one,), (other,))),)
    )
    return compute_identity(ItemStructure(
        given="facts+rules", task="syllogism", facts=tuple((fact, False) for fact in facts),
        rules=tuple((rule, False) for rule in rules), closed=(), query_kind="syllogism", query=(),
        parts=(Part("asked", clauses, quantifier),),
    )).core  # fmt: skip


# ---- families

_MARRIED = re.compile(r"(\w+) is married to (\w+)")
_CHILDREN = re.compile(r"They have (?:a child|children) called (.+)")
_ASKED = re.compile(
    r"(?:What is (\w+) to (\w+)\? Respond only with the word that describes their relationship\."
    r"|How is (\w+) related to (\w+)\? Provide the relationship in one word\."
    r"|What relation is (\w+) to (\w+)\? Answer with a single word\.)"
)
_WORDS = {
    "parent": ("father", "mother"),
    "child": ("son", "daughter"),
    "spouse": ("husband", "wife"),
    "sibling": ("brother", "sister"),
    "grandparent": ("grandfather", "grandmother"),
    "grandchild": ("grandson", "granddaughter"),
    "parent's sibling": ("uncle", "aunt"),
    "sibling's child": ("nephew", "niece"),
    "spouse's parent": ("father-in-law", "mother-in-law"),
    "child's spouse": ("son-in-law", "daughter-in-law"),
    "sibling-in-law": ("brother-in-law", "sister-in-law"),
    "cousin": ("cousin", "cousin"),
}
Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Family:
    """Who is married to whom (both ways) and who is whose parent."""

    married: Pairs
    parents: Pairs


def _join(first: Pairs, second: Pairs) -> Pairs:
    return frozenset((a, c) for a, b in first for b_, c in second if b == b_ and a != c)


def _turn(pairs: Pairs) -> Pairs:
    return frozenset((b, a) for a, b in pairs)


def _relate(family: Family) -> dict[str, Pairs]:
    """Return for every relation the pairs of which the first is that to the second."""
    parent, spouse = family.parents, family.married
    child = _turn(parent)
    sibling = _join(child, parent)
    grandparent = _join(parent, parent)
    uncle = _join(sibling, parent)
    return {
        "parent": parent,
        "child": child,
        "spouse": spouse,
        "sibling": sibling,
        "grandparent": grandparent,
        "grandchild": _turn(grandparent),
        "parent's sibling": uncle | _join(spouse, uncle),
        "sibling's child": _turn(uncle | _join(spouse, uncle)),
        "spouse's parent": _join(parent, spouse),
        "child's spouse": _join(spouse, child),
        "sibling-in-law": _join(sibling, spouse) | _join(spouse, sibling),
        "cousin": _join(_join(child, sibling), parent),
    }


def _is_contradictory(family: Family) -> bool:
    """Whether somebody is married to two, has more than two parents, or is an ancestor of himself."""
    people = {person for pair in (*family.married, *family.parents) for person in pair}
    if any(sum(a == person for a, _ in family.married) > 1 for person in people):
        return True
    if any(sum(b == person for _, b in family.parents) > 2 for person in people):
        return True
    above, more = family.parents, family.parents
    while more:
        if any(a == b for a, b in more):
            return True
        longer = frozenset((a, d) for a, b in more for c, d in family.parents if b == c)
        more = longer - above
        above |= more
    return False


def _read_story(story: str) -> Family:
    married: set[tuple[str, str]] = set()
    parents: set[tuple[str, str]] = set()
    couple: tuple[str, ...] = ()
    for sentence in story.removesuffix(".").split(". "):
        if found := _MARRIED.fullmatch(sentence):
            couple = found.groups()
            married |= {(couple[0], couple[1]), (couple[1], couple[0])}
        elif (found := _CHILDREN.fullmatch(sentence)) and couple:
            parents |= {(parent, child) for parent in couple for child in re.split(r", | and ", found[1])}
        else:
            raise ValueError(f"no sentence about a family: {sentence}")
    return Family(frozenset(married), frozenset(parents))


def solve_family(family: Family, first: str, second: str, is_female: bool | None) -> frozenset[str]:
    """Return all the words that say what the first is to the second; without a gender those for either."""
    held = [relation for relation, pairs in _relate(family).items() if (first, second) in pairs]
    genders = (False, True) if is_female is None else (is_female,)
    return frozenset(_WORDS[relation][gender] for relation in held for gender in genders)


def read_family(prompt: str, female: frozenset[str] | None = None) -> Solved:
    """Solve a question about a family by composing relations.

    A story says of nobody whether it is a man or a woman. ``female`` are the names that only women have, if known;
    without them the word for either is right.
    """
    story, _, question = prompt.partition("\n\n")
    asked = _ASKED.fullmatch(question)
    if asked is None:
        raise ValueError(f"no question about a family: {question}")
    first, second = (name for name in asked.groups() if name)
    family = _read_story(story)
    people = sorted({person for pair in (*family.married, *family.parents) for person in pair})
    readings: list[tuple[str, bool | None]] = [("gender by name", first in female)] if female is not None else []
    readings.append(("either gender", None))
    answers = tuple((reading, solve_family(family, first, second, gender)) for reading, gender in readings)
    every = _identify_family(family, first, second, {person: person in (female or ()) for person in people})
    asked_only = _identify_family(family, first, second, {first: first in (female or ())})
    return Solved(answers, _is_contradictory(family), every[0], asked_only[1])


def _identify_family(family: Family, first: str, second: str, women: dict[str, bool]) -> tuple[str, str]:
    def name(word: str) -> str:
        return f"<{_SPACE}{word}>"

    facts = [(name(a), name("married"), name(b)) for a, b in sorted(family.married)]
    facts += [(name(child), name("parent"), name(parent)) for parent, child in sorted(family.parents)]
    facts += [(name(person), RDF_TYPE, name("Woman" if is_woman else "Man")) for person, is_woman in women.items()]
    found = compute_identity(ItemStructure(
        given="facts", task="relation", facts=tuple((fact, False) for fact in facts), rules=(), closed=(),
        query_kind="relation", query=(), parts=(Part.of("asked", (name(first), name("related"), name(second))),),
    ))  # fmt: skip
    return found.named, found.core


# ---- knights and knaves

Formula = tuple[object, ...]
"""("is", name, role), ("not", f), ("and", f, …), ("or", f, …), ("if", f, g), ("iff", f, g)."""

_ISLAND = re.compile(
    r"A very special island is inhabited only by (\w+)s and (\w+)s\. (\w+)s always tell the truth, and (\w+)s always "
    r"lie\. You meet \d+ inhabitants: ([^.]+)\.(.+) So who is an? \w+ and who is an? \w+\? \(Format your answer .+\)"
)
_SAID = (
    r'"(?P<c1>[^"]+?),?" (?P<n1>\w+) (?:declared|mentioned|claimed)\.',
    r'"(?P<c2>[^"]+?)" - (?P<n2>\w+)\.',
    r'(?:According to|As|In a statement by|In) (?P<n3>\w+)(?:\'s words:| put it,|,|:) "(?P<c3>[^"]+?)"\.',
    r'(?P<n4>\w+) (?:said|stated|remarked|was heard saying|asserted|commented|noted)[,:] "(?P<c4>[^"]+?)\.?"\.?',
    r"(?P<n5>\w+) (?:said|told you|expressed) that (?P<c5>[^\".]+)\.",
)
_SPEECH = re.compile("|".join(_SAID))
_TOKEN = re.compile(r"\(|\)|it is not the case that\b|if and only if\b|if\b|then\b|and\b|or\b|\w+ is an? \w+")


class _Grammar:
    """Reads one formula; parentheses are where connectives meet, and what is read two ways is refused."""

    def __init__(self, text: str) -> None:
        self._tokens = _TOKEN.findall(text)
        self._place = 0
        if "".join("".join(self._tokens).split()) != "".join(text.split()):
            raise ValueError(f"no statement of an islander: {text}")
        self._text = text

    def read(self) -> Formula:
        formula = self._read_compound()
        if self._place < len(self._tokens):
            raise ValueError(f"more than a statement: {self._text}")
        return formula

    def _peek(self) -> str:
        return self._tokens[self._place] if self._place < len(self._tokens) else ""

    def _take(self, wanted: str = "") -> str:
        token = self._peek()
        if not token or (wanted and token != wanted):
            raise ValueError(f"expected {wanted or 'more'}: {self._text}")
        self._place += 1
        return token

    def _read_compound(self) -> Formula:
        if self._peek() == "if":
            self._take()
            condition = self._read_simple()
            self._take("then")
            return "if", condition, self._read_simple()
        first = self._read_simple()
        connective = self._peek()
        if connective == "if and only if":
            self._take()
            return "iff", first, self._read_simple()
        if connective not in ("and", "or"):
            return first
        parts = [first]
        while self._peek() == connective:
            self._take()
            parts.append(self._read_simple())
        return connective, *parts

    def _read_simple(self) -> Formula:
        word = self._take()
        if word == "(":
            formula = self._read_compound()
            self._take(")")
            return formula
        if word == "it is not the case that":
            return "not", self._read_simple()
        name, verb, role = word.partition(" is ")
        if not verb:
            raise ValueError(f"unexpected {word}: {self._text}")
        return "is", name, role.split()[1]


def _is_so(formula: Formula, truthful: dict[str, bool], knight: str) -> bool:
    kind, *rest = formula
    if kind == "is":
        return truthful[str(rest[0])] == (rest[1] == knight)
    values = [_is_so(part, truthful, knight) for part in rest if isinstance(part, tuple)]
    return {
        "not": not values[0],
        "and": all(values),
        "or": any(values),
        "if": not values[0] or values[-1],
        "iff": values[0] == values[-1],
    }[str(kind)]


def _write(formula: Formula, names: dict[str, str], roles: dict[str, str]) -> str:
    """A formula as text, with other names and roles; the order of what is symmetric does not count."""
    kind, *rest = formula
    if kind == "is":
        return f"{names[str(rest[0])]}={roles[str(rest[1])]}"
    parts = [_write(part, names, roles) for part in rest if isinstance(part, tuple)]
    return f"({kind} {' '.join(parts if kind in ('if', 'not') else sorted(parts))})"


def read_knights(prompt: str) -> Solved:
    """Solve an island of knights and knaves by trying who tells the truth; the answer must be the only one there is."""
    found = _ISLAND.fullmatch(prompt)
    if found is None or [found[1], found[2]] != [found[3].lower(), found[4]]:
        raise ValueError(f"no island: {prompt}")
    knight, knave = found[1], found[2]
    people = re.findall(r"\w+", found[5].replace(" and ", " "))
    said: list[tuple[str, Formula]] = []
    speeches = list(_SPEECH.finditer(found[6]))
    if " ".join(speech[0] for speech in speeches) != found[6].strip():
        raise ValueError(f"not understood: {found[6]}")
    for speech in speeches:
        groups = speech.groupdict()
        speaker = next(groups[f"n{n}"] for n in range(1, 6) if groups[f"n{n}"])
        said.append((speaker, _Grammar(next(groups[f"c{n}"] for n in range(1, 6) if groups[f"c{n}"])).read()))
    solutions = [
        truthful
        for values in product((True, False), repeat=len(people))
        for truthful in [dict(zip(people, values, strict=True))]
        if all(truthful[speaker] == _is_so(formula, truthful, knight) for speaker, formula in said)
    ]
    answers = frozenset(
        " ".join(f"{name.lower()} is {knight if solution[name] else knave}" for name in people)
        for solution in solutions[: len(solutions) == 1]
    )
    named, core = (
        min(_write_island(said, dict(zip(people, order, strict=True)), roles) for order in _iterate_names(len(people)))
        for roles in ({knight: knight, knave: knave}, {knight: "T", knave: "L"})
    )
    return Solved((("as stated", answers),), not solutions, f"{knight} {knave} {named}", core)


def _iterate_names(count: int) -> Iterator[tuple[str, ...]]:
    return permutations([f"p{number}" for number in range(count)])


def _write_island(said: Iterable[tuple[str, Formula]], names: dict[str, str], roles: dict[str, str]) -> str:
    return " ".join(sorted(f"{names[speaker]}:{_write(formula, names, roles)}" for speaker, formula in said))


READERS: dict[str, Callable[[str], Solved]] = {
    "syllogism": read_syllogism,
    "family_relationships": read_family,
    "knights_knaves": read_knights,
}
"""How the prompts of each task are read."""
