"""Formulas into sentences: facts, rules, questions, proof steps, composed from phrases by frames."""

from __future__ import annotations

import re
import string
from collections.abc import Iterable, Iterator, Mapping, Sequence

from workbench.model.builtins import is_condition
from workbench.model.functions import FUNCTIONS
from workbench.model.proofs import FALSE, Step
from workbench.model.rules import (
    Atom,
    BodyElement,
    Comparison,
    Expression,
    Negation,
    Operation,
    Rule,
    collect_variables,
)
from workbench.model.terms import (
    RDF_TYPE,
    XSD,
    XSD_BOOLEAN,
    XSD_DATE,
    XSD_DATETIME,
    XSD_DECIMAL,
    XSD_INTEGER,
    XSD_STRING,
    Pattern,
    Term,
    is_literal,
    is_variable,
    split_literal,
)
from workbench.wording.frames import Frames
from workbench.wording.lexicon import POSSESSIVE, Lexicon
from workbench.wording.phrases import Slot, open_plain_phrase, parse_phrase
from workbench.wording.value_words import ORDER_WORDS, name_sort, say_value_words

__all__ = [
    "capitalise",
    "choose_comparison",
    "contract",
    "is_many",
    "iterate_letters",
    "name_rule_variables",
    "say_closed",
    "say_conjunction",
    "say_element",
    "say_expression",
    "say_fact",
    "say_question",
    "say_rule",
    "say_statement",
    "say_step",
    "say_term",
]

_PLAIN = {
    XSD_INTEGER: re.compile(r"(0|-?[1-9]\d*)\Z"),
    XSD_DECIMAL: re.compile(r"-?(0|[1-9]\d*)\.(\d*[1-9]|0)\Z"),
    XSD_BOOLEAN: re.compile(r"(true|false)\Z"),
    XSD_DATE: re.compile(r"\d{4}-\d\d-\d\d\Z"),
    XSD_DATETIME: re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?\Z"),
    f"<{XSD}time>": re.compile(r"\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)?\Z"),
    f"<{XSD}yearMonthDuration>": re.compile(r"-?P(\d+Y(\d+M)?|\d+M)\Z"),
    f"<{XSD}dayTimeDuration>": re.compile(r"-?P(\d+D)?(T(?=\d)(\d+H)?(\d+M)?(\d+(\.\d+)?S)?)?(?<!P)\Z"),
}

_MOST_SAID = 20_000
"""So many statements are remembered as said by a lexicon: facts are said again in proofs and questions."""


def capitalise(text: str) -> str:
    """Make the first letter a capital and leave the rest; a letter that no capital leads back to stays (ß)."""
    first = text[:1].upper()
    return first + text[1:] if first.lower() == text[:1] else text


def say_term(lexicon: Lexicon, term: str, variables: Mapping[str, str] | None = None, *, case: str = "") -> str:
    """Return what a term is called in a case: a label, a plain value, or the letter of a variable.

    Letters have the one form of their own for the genitive ("A's"); durations have one for the dative ("3 Tagen").
    """
    if is_variable(term):
        letter = (variables or {}).get(term, term)
        return f"{letter}{POSSESSIVE}" if case == "gen" else letter
    if not is_literal(term):
        return lexicon.get_form(term, case) if case else lexicon.get_label(term)
    lexical, datatype, _ = split_literal(term)
    if words := say_value_words(lexicon.frames, lexical, datatype, case):
        return words
    plain = _PLAIN.get(datatype)
    if plain and plain.match(lexical):
        return lexical
    if datatype != XSD_STRING:
        return term
    if '"' not in lexical and "\n" not in lexical:
        return f'"{lexical}"'
    # Escaped, and with the datatype that tells it from a string that holds the backslashes.
    return f"{term}^^{XSD_STRING}"


def say_statement(lexicon: Lexicon, atom: Atom | Pattern, variables: Mapping[str, str] | None = None) -> str:
    """Return the phrase of an atom with its slots filled, without a final period."""
    if variables is not None:
        return _fill_phrase(lexicon, atom, variables)
    said = lexicon.said
    text = said.get(atom)
    if text is None:
        if len(said) >= _MOST_SAID:
            said.clear()
        text = said[atom] = _fill_phrase(lexicon, atom, None)
    return text


def _fill_phrase(lexicon: Lexicon, atom: Atom | Pattern, variables: Mapping[str, str] | None) -> str:
    subject, predicate, object_ = atom
    is_class = predicate == RDF_TYPE
    ends = {"subject": subject, "object": object_}
    phrase = lexicon.get_phrase(object_ if is_class else predicate, is_class=is_class)
    if variables is None and (plain := open_plain_phrase(phrase)) is not None:
        return "".join([say_term(lexicon, ends[part]) if is_slot else part for is_slot, part in plain])
    text = []
    for piece in parse_phrase(phrase):
        if isinstance(piece, str):
            text.append(piece)
        elif isinstance(piece, Slot):
            name = say_term(lexicon, ends[piece.role], variables, case=piece.case)
            if piece.case and text:
                text[-1], name = contract(lexicon.frames.contractions, text[-1], name)
            text.append(name)
        else:
            many = is_many(lexicon, ends[piece.role], counted=piece.counted)
            text.append(piece.many if many else piece.one)
    return "".join(text)


def contract(contractions: Iterable[tuple[str, str]], text: str, name: str) -> tuple[str, str]:
    """Return a text and the name behind it with preposition and article in one: "in " and "dem Turm", "im Turm"."""
    for whole, short in contractions:
        preposition, article = whole.split(" ", 1)
        if name.startswith(article) and re.search(rf"(?:^|\s){re.escape(preposition)} \Z", text):
            return text.removesuffix(f"{preposition} ") + short, name.removeprefix(article)
    return text, name


def is_many(lexicon: Lexicon, term: str, *, counted: bool) -> bool:
    """Tell whether a word about a term is in the plural: behind any number but one, else for a plural label."""
    if counted:
        return not (is_literal(term) and split_literal(term)[0] in ("1", "-1"))
    return term in lexicon.plurals


def say_expression(lexicon: Lexicon, expression: Expression, variables: Mapping[str, str]) -> str:
    """Return the words of a value; ``variables`` maps each variable to its letter."""
    if not isinstance(expression, Operation):
        return say_term(lexicon, expression, variables)
    function = FUNCTIONS[expression.operator]
    if function.condition:
        return lexicon.frames.truth.replace("{condition}", _say_function(lexicon, expression, variables), 1)
    if not function.symbol:
        return _say_function(lexicon, expression, variables)
    left, right = (_say_operand(lexicon, part, variables) for part in expression.arguments)
    before, between, after = re.split(r"\{left\}|\{right\}", dict(lexicon.frames.operations)[expression.operator])
    return f"{before}{left}{between}{right}{after}"


def choose_comparison(frames: Frames, comparison: Comparison) -> str:
    """Return the frame of a comparison: times, durations and the values of functions have frames of their own."""
    operator, right = comparison.operator, comparison.right
    special = ""
    if operator in ("=", "!="):
        function = FUNCTIONS[right.operator] if isinstance(right, Operation) else None
        special = "function" if function and not function.symbol and not function.condition else ""
    else:
        sides = [side for side in (comparison.left, right) if isinstance(side, str)]
        special = next((words for side in sides if (words := ORDER_WORDS.get(name_sort(side)))), "")
    tasks = dict(frames.tasks) if special else {}
    return tasks[f"{operator} {special}"] if tasks else dict(frames.comparisons)[operator]


def _say_function(lexicon: Lexicon, operation: Operation, variables: Mapping[str, str]) -> str:
    """Return the words of a function, those of a condition as a statement."""
    said = [_say_operand(lexicon, part, variables) for part in operation.arguments]
    frames = dict(lexicon.frames.functions)
    frame = frames.get(f"{operation.operator}/{len(said)}") or frames[operation.operator]
    values = dict(zip(string.ascii_lowercase, said, strict=False)) | {"list": lexicon.frames.then.join(said)}
    # One pass over the frame, so that no value is taken for a slot.
    return re.sub(r"\{([a-z]+)\}", lambda match: values[match.group(1)], frame)


def _say_operand(lexicon: Lexicon, part: Expression, variables: Mapping[str, str]) -> str:
    text = say_expression(lexicon, part, variables)
    return f"({text})" if isinstance(part, Operation) else text


def say_conjunction(
    lexicon: Lexicon, elements: Sequence[BodyElement], variables: Mapping[str, str], *, group: bool = False
) -> str:
    """Return the words of body elements joined, enclosed when ``group`` is wanted and there are several."""
    text = lexicon.frames.and_.join(say_element(lexicon, element, variables) for element in elements)
    return lexicon.frames.group.replace("{body}", text) if group and len(elements) > 1 else text


def say_element(lexicon: Lexicon, element: BodyElement, variables: Mapping[str, str]) -> str:
    """Return the words of a body element; ``variables`` maps each variable to its letter.

    Variables of a negation that ``variables`` lacks are the ones that occur only there ("there is no C such that").
    """
    if isinstance(element, Atom):
        return say_statement(lexicon, element, variables)
    if isinstance(element, Comparison) and is_condition(element) and isinstance(element.left, Operation):
        return _say_function(lexicon, element.left, variables)
    if isinstance(element, Comparison):
        left = say_expression(lexicon, element.left, variables)
        if not isinstance(element.right, Operation) and element.operator in ("=", "!="):
            right = say_term(lexicon, element.right, variables, case=lexicon.operand_case)
        else:
            right = say_expression(lexicon, element.right, variables)
        frame = choose_comparison(lexicon.frames, element)
        before, _, rest = frame.partition("{left}")
        between, _, after = rest.partition("{right}")
        return f"{before}{left}{between}{right}{after}"
    inner = [v for v in collect_variables(element) if v not in variables]
    letters = iterate_letters(variables.values())
    named = {**variables, **{variable: next(letters) for variable in inner}}
    body = say_conjunction(lexicon, element.elements, named, group=True)
    if not inner:
        return lexicon.frames.negation.replace("{statement}", body, 1)
    listed = lexicon.frames.list_and.join(named[v] for v in inner)
    return lexicon.frames.absence.replace("{variables}", listed, 1).replace("{statement}", body, 1)


def iterate_letters(used: Iterable[str] = ()) -> Iterator[str]:
    """Yield the letters that name variables, ``A`` to ``Z``, then ``A1`` ..., leaving out those in use."""
    taken = set(used)
    for number in ("", *range(1, 40)):
        yield from (name for i in range(26) if (name := f"{chr(ord('A') + i)}{number}") not in taken)


def name_rule_variables(rule: Rule) -> dict[str, str]:
    """Give each variable of a rule that occurs outside ``not`` its letter, in order of first occurrence."""
    found = [v for e in rule.body if not isinstance(e, Negation) for v in collect_variables(e)]
    found += [v for atom in rule.head for v in collect_variables(atom)]
    letters = iterate_letters()
    return {variable: next(letters) for variable in dict.fromkeys(found)}


def say_rule(lexicon: Lexicon, rule: Rule) -> str:
    """Return a rule as one sentence, with letters for its variables."""
    variables = name_rule_variables(rule)
    body = say_conjunction(lexicon, rule.body, variables)
    if rule.is_integrity:
        return capitalise(lexicon.frames.integrity.replace("{body}", body, 1))
    head = say_conjunction(lexicon, rule.head, variables)
    before, _, rest = lexicon.frames.rule.partition("{body}")
    between, _, after = rest.partition("{head}")
    return capitalise(f"{before}{body}{between}{head}{after}")


def say_fact(lexicon: Lexicon, triple: Atom | Pattern) -> str:
    """Return a fact as a sentence."""
    return capitalise(lexicon.frames.fact.replace("{statement}", say_statement(lexicon, triple), 1))


def say_closed(lexicon: Lexicon, key: Term, *, is_class: bool) -> str:
    """Return the sentence that says a class or property is closed."""
    atom = Atom("?a", RDF_TYPE, key) if is_class else Atom("?a", key, "?b")
    statement = say_statement(lexicon, atom, {"?a": "A", "?b": "B"})
    return capitalise(lexicon.frames.closed.replace("{statement}", statement, 1))


def say_question(lexicon: Lexicon, pattern: Pattern, variable: str, *, person: bool) -> str:
    """Return the question for the values of ``variable`` in ``pattern``.

    Where the phrase begins with the variable's slot and persons are asked for, the interrogative takes its place
    ("Who is an uncle of Bob?"); otherwise the question names it X.
    """
    subject, predicate, object_ = pattern
    phrase = lexicon.get_phrase(object_ if predicate == RDF_TYPE else predicate, is_class=predicate == RDF_TYPE)
    slot = "{subject}" if subject == variable else "{object}"
    if person and phrase.startswith(slot):
        text = say_statement(lexicon, pattern, {variable: lexicon.frames.interrogative})
        return capitalise(lexicon.frames.who.replace("{statement}", text, 1))
    text = say_statement(lexicon, pattern, {variable: "X"})
    return capitalise(lexicon.frames.which.replace("{statement}", text, 1))


def say_step(lexicon: Lexicon, step: Step) -> str:
    """Return one proof step as a sentence: its premises, what was not found, and its conclusion."""
    parts = [say_statement(lexicon, premise) for premise in step.premises]
    parts += [say_element(lexicon, negation, {}) for negation in step.absent]
    premises = lexicon.frames.and_.join(parts)
    if step.conclusion == FALSE:
        return capitalise(lexicon.frames.contradiction.replace("{premises}", premises, 1))
    before, _, rest = lexicon.frames.step.partition("{premises}")
    between, _, after = rest.partition("{conclusion}")
    return capitalise(f"{before}{premises}{between}{say_statement(lexicon, step.conclusion)}{after}")
