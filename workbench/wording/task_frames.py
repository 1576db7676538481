"""Frames of tasks: how each language asks for values, supposes, numbers its lines, and says how to answer.

The keys are the same in every language; ``TASK_SLOTS`` names the slots of each, in order. A question's variables are
said as letters: ``X`` for what is asked, and in a comparison ``N`` for the value that decides.
"""

from __future__ import annotations

from collections.abc import Mapping

__all__ = ["ENGLISH_INSTRUCTIONS", "ENGLISH_TASKS", "GERMAN_INSTRUCTIONS", "GERMAN_TASKS", "SORTS", "TASK_SLOTS"]

SORTS = ("number", "date", "moment", "clock", "year", "duration", "text", "truth", "value")
"""What the value asked for is: the last stands for all others."""

_ORDERS = tuple(f"{order} {sort}" for order in ("least", "greatest") for sort in ("value", "time", "duration"))
TASK_SLOTS: Mapping[str, tuple[str, ...]] = {
    "some": ("variables", "statement"),
    "some and": (),
    "count": ("statement",),
    **dict.fromkeys(_ORDERS, ("statement",)),
    **dict.fromkeys((f"which {sort}" for sort in SORTS), ("statement",)),
    "labelled": ("label", "sentence"),
    "proof line": ("label", "sentence", "reasons"),
    "reasons": ("rule", "premises"),
    "contradiction": (),
    "removed": ("statement",),
    "added": ("statement",),
    "goal": ("statement",),
    "slot values": ("statement",),
    "slot classes": ("values",),
    "clue or": (),
    "deny verbs": (),
    "deny word": (),
    "deny articles": (),
    "clue false": ("statement",),
    "clue if": ("statement", "conclusion"),
    "clue either": ("statements",),
    "clue or both": ("statements",),
    "clue any": ("statements",),
    "clue one": ("statements",),
    "clue neither": ("left", "right"),
    "clue quoted": ("statement",),
    "clue less": ("left", "right"),
    "clue greater": ("left", "right"),
    "negative": ("duration",),
    **dict.fromkeys((f"unit {unit}" for unit in ("years", "months", "days", "hours", "minutes", "seconds")), ()),
    "value true": (),
    "value false": (),
    "decimal mark": (),
    "operand case": (),
    **dict.fromkeys(
        (f"{operator} {words}" for words in ("time", "duration") for operator in ("<", "<=", ">", ">=")),
        ("left", "right"),
    ),
    "= function": ("left", "right"),
    "!= function": ("left", "right"),
}
"""The slots of each frame.

A unit is its word behind one, behind other numbers, and behind these in the dative. ``operand case`` is the case of
what something is equal to or different from; ``nom``, how things are called. A sign with ``time`` or ``duration``
compares where one side is known to be one, a sign with ``function`` where the right side is the value of a function.
A phrase that begins with a name and one of the ``deny verbs`` is denied by the word behind it, or by what becomes of
the article there.
"""

ENGLISH_TASKS = (
    ("some", "for some {variables}, {statement}"),
    ("some and", " and some "),
    ("count", "How many X are there such that {statement}?"),
    ("least value", "Which X has the least N such that {statement}?"),
    ("least time", "Which X has the earliest N such that {statement}?"),
    ("least duration", "Which X has the shortest N such that {statement}?"),
    ("greatest value", "Which X has the greatest N such that {statement}?"),
    ("greatest time", "Which X has the latest N such that {statement}?"),
    ("greatest duration", "Which X has the longest N such that {statement}?"),
    ("which number", "What is the number X such that {statement}?"),
    ("which date", "What is the date X such that {statement}?"),
    ("which moment", "What is the point in time X such that {statement}?"),
    ("which clock", "What is the time of day X such that {statement}?"),
    ("which year", "What is the year X such that {statement}?"),
    ("which duration", "What is the duration X such that {statement}?"),
    ("which text", "What is the text X such that {statement}?"),
    ("which truth", "What is the truth value X such that {statement}?"),
    ("which value", "What is the value X such that {statement}?"),
    ("labelled", "{label}: {sentence}"),
    ("proof line", "{label}. {sentence} [{reasons}]"),
    ("reasons", "{rule}: {premises}"),
    ("contradiction", "There is a contradiction."),
    ("removed", "It is no longer stated that {statement}."),
    ("added", "It is stated in addition that {statement}."),
    ("goal", "Which of these, stated in addition, would make it follow that {statement}?"),
    ("slot values", "{statement}."),
    ("slot classes", "Either {values}."),
    ("clue or", " or "),
    ("deny verbs", "is|was|are|were"),
    ("deny word", "not "),
    ("deny articles", "a >not a |an >not an "),
    ("clue false", "It is not true that {statement}."),
    ("clue if", "If {statement}, then {conclusion}."),
    ("clue either", "Either {statements}, but not both."),
    ("clue or both", "{statements}, or both."),
    ("clue any", "At least one of these statements is true: {statements}."),
    ("clue one", "Exactly one of these statements is true: {statements}."),
    ("clue neither", "Neither {left} nor {right} is true."),
    ("clue quoted", "“{statement}”"),
    ("clue less", "The number in {left} is smaller than the one in {right}."),
    ("clue greater", "The number in {left} is greater than the one in {right}."),
    ("negative", "minus {duration}"),
    ("unit years", "year|years|years"),
    ("unit months", "month|months|months"),
    ("unit days", "day|days|days"),
    ("unit hours", "hour|hours|hours"),
    ("unit minutes", "minute|minutes|minutes"),
    ("unit seconds", "second|seconds|seconds"),
    ("value true", "true"),
    ("value false", "false"),
    ("decimal mark", "."),
    ("operand case", "nom"),
    ("< time", "{left} is earlier than {right}"),
    ("<= time", "{left} is not later than {right}"),
    ("> time", "{left} is later than {right}"),
    (">= time", "{left} is not earlier than {right}"),
    ("< duration", "{left} is shorter than {right}"),
    ("<= duration", "{left} is not longer than {right}"),
    ("> duration", "{left} is longer than {right}"),
    (">= duration", "{left} is not shorter than {right}"),
    ("= function", "{left} is equal to {right}"),
    ("!= function", "{left} is different from {right}"),
)

GERMAN_TASKS = (
    ("some", "für mindestens ein {variables} gilt: {statement}"),
    ("some and", " und ein "),
    ("count", "Wie viele X gibt es, für die gilt: {statement}?"),
    ("least value", "Welches X hat das kleinste N, für das gilt: {statement}?"),
    ("least time", "Welches X hat das früheste N, für das gilt: {statement}?"),
    ("least duration", "Welches X hat das kürzeste N, für das gilt: {statement}?"),
    ("greatest value", "Welches X hat das größte N, für das gilt: {statement}?"),
    ("greatest time", "Welches X hat das späteste N, für das gilt: {statement}?"),
    ("greatest duration", "Welches X hat das längste N, für das gilt: {statement}?"),
    ("which number", "Wie lautet die Zahl X, für die gilt: {statement}?"),
    ("which date", "Wie lautet das Datum X, für das gilt: {statement}?"),
    ("which moment", "Wie lautet der Zeitpunkt X, für den gilt: {statement}?"),
    ("which clock", "Wie lautet die Uhrzeit X, für die gilt: {statement}?"),
    ("which year", "Wie lautet das Jahr X, für das gilt: {statement}?"),
    ("which duration", "Wie lautet die Dauer X, für die gilt: {statement}?"),
    ("which text", "Wie lautet der Text X, für den gilt: {statement}?"),
    ("which truth", "Wie lautet der Wahrheitswert X, für den gilt: {statement}?"),
    ("which value", "Wie lautet der Wert X, für den gilt: {statement}?"),
    ("labelled", "{label}: {sentence}"),
    ("proof line", "{label}. {sentence} [{reasons}]"),
    ("reasons", "{rule}: {premises}"),
    ("contradiction", "Es besteht ein Widerspruch."),
    ("removed", "Nicht mehr angegeben ist: {statement}."),
    ("added", "Zusätzlich angegeben ist: {statement}."),
    ("goal", "Welche dieser Aussagen müsste zusätzlich angegeben sein, damit folgt: {statement}?"),
    ("slot values", "{statement}."),
    ("slot classes", "Entweder {values}."),
    ("clue or", " oder "),
    ("deny verbs", "ist|war|sind|waren|wurde|wurden|starb|starben"),
    ("deny word", "nicht "),
    ("deny articles", "ein >kein |eine >keine |einen >keinen "),
    ("clue false", "Die Aussage „{statement}“ ist falsch."),
    ("clue if", "Wenn „{statement}“ stimmt, dann stimmt auch „{conclusion}“."),
    ("clue either", "Entweder {statements}, aber nicht beides."),
    ("clue or both", "{statements} (oder beides)."),
    ("clue any", "Mindestens eine dieser Aussagen stimmt: {statements}."),
    ("clue one", "Genau eine dieser Aussagen stimmt: {statements}."),
    ("clue neither", "Weder {left} noch {right} stimmt."),
    ("clue quoted", "„{statement}“"),
    ("clue less", "Die Zahl in {left} ist kleiner als die in {right}."),
    ("clue greater", "Die Zahl in {left} ist größer als die in {right}."),
    ("negative", "minus {duration}"),
    ("unit years", "Jahr|Jahre|Jahren"),
    ("unit months", "Monat|Monate|Monaten"),
    ("unit days", "Tag|Tage|Tagen"),
    ("unit hours", "Stunde|Stunden|Stunden"),
    ("unit minutes", "Minute|Minuten|Minuten"),
    ("unit seconds", "Sekunde|Sekunden|Sekunden"),
    ("value true", "wahr"),
    ("value false", "falsch"),
    ("decimal mark", ","),
    ("operand case", "dat"),
    ("< time", "{left} ist früher als {right}"),
    ("<= time", "{left} ist nicht später als {right}"),
    ("> time", "{left} ist später als {right}"),
    (">= time", "{left} ist nicht früher als {right}"),
    ("< duration", "{left} ist kürzer als {right}"),
    ("<= duration", "{left} ist nicht länger als {right}"),
    ("> duration", "{left} ist länger als {right}"),
    (">= duration", "{left} ist nicht kürzer als {right}"),
    ("= function", "{left} ist {right}"),
    ("!= function", "{left} ist nicht {right}"),
)

ENGLISH_INSTRUCTIONS = (
    (
        "prove",
        "Write the proof, one step a line: its number, what it says, and in square brackets the rule and what the rule "
        "is applied to, as in “S1. … [R2: F1, F3]”. Later steps may cite S1 and so on. The last line is the statement.",
    ),
    ("step", "Exactly one step does not follow. Answer with its number only, such as S1."),
    ("conflict", "List the numbers of exactly those facts that contradict each other by the rules, such as F1, F2."),
    ("abduce", "Exactly one of these statements would do. Answer with its letter only."),
    (
        "induce",
        "Exactly one of these rules gives every example and no counterexample. Answer with its letter only.",
    ),
    (
        "puzzle",
        "There is exactly one solution. Answer with one sentence for each of the lines with possibilities, each on a "
        "line of its own and with nothing in it but the possibility that is true, as in “Bob is the father of Ann.”",
    ),
    ("lost", "Which of these statements follows before the change but not after it? Answer with its letter only."),
    ("gained", "Which of these statements follows after the change but not before it? Answer with its letter only."),
    (
        "write rule",
        "Write the rule as a formula: the conditions, joined by ^, then -> and the conclusion, with the letters of the "
        "sentence as variables. A class is written as name(?A), a property as name(?A, ?B), and comparisons as in "
        "?C < 5, ?C - ?D >= 5 and ?A != ?B. Answer with the formula only.",
    ),
    (
        "write query",
        "Write the question as a formula: its conditions, joined by ^, with ?X for what is asked for and further "
        "variables where they are needed. A class is written as name(?X), a property as name(?X, ?Y), and comparisons "
        "as in ?Z < 5, ?Z - ?W >= 5 and ?X != ?Y. Answer with the formula only.",
    ),
    (
        "say rule",
        "Exactly one of these sentences says what the formula says: when everything to the left of -> is true, so is "
        "what stands to its right. Answer with its letter only.",
    ),
    (
        "say query",
        "The formula asks for everything that ?X can be. Exactly one of these questions asks for the same. Answer with "
        "its letter only.",
    ),
    ("count", "Answer with the number only."),
    ("compare", "Answer with the name only."),
    ("value", "Answer with the value only."),
)

GERMAN_INSTRUCTIONS = (
    (
        "prove",
        "Schreibe den Beweis, einen Schritt je Zeile: seine Nummer, was er sagt, und in eckigen Klammern die Regel und "
        "worauf sie angewandt wird, wie in „S1. … [R2: F1, F3]“. Spätere Schritte dürfen S1 und so weiter anführen. "
        "Die letzte Zeile ist die Aussage.",
    ),
    ("step", "Genau ein Schritt folgt nicht. Antworte nur mit seiner Nummer, etwa S1."),
    ("conflict", "Nenne die Nummern genau der Fakten, die einander nach den Regeln widersprechen, etwa F1, F2."),
    ("abduce", "Genau eine dieser Aussagen reicht dafür aus. Antworte nur mit ihrem Buchstaben."),
    (
        "induce",
        "Genau eine dieser Regeln ergibt jedes Beispiel und kein Gegenbeispiel. Antworte nur mit ihrem Buchstaben.",
    ),
    (
        "puzzle",
        "Es gibt genau eine Lösung. Antworte mit einem Satz für jede der Zeilen mit Möglichkeiten, jeder auf einer "
        "eigenen Zeile und nur mit der Möglichkeit, die stimmt, wie in „Bernd ist der Vater von Anna.“",
    ),
    (
        "lost",
        "Welche dieser Aussagen folgt vor der Änderung, aber nicht mehr danach? Antworte nur mit ihrem Buchstaben.",
    ),
    ("gained", "Welche dieser Aussagen folgt nach der Änderung, aber nicht davor? Antworte nur mit ihrem Buchstaben."),
    (
        "write rule",
        "Schreibe die Regel als Formel: die Bedingungen, verbunden mit ^, dann -> und die Folgerung, mit den "
        "Buchstaben des Satzes als Variablen. Eine Klasse schreibt man als Name(?A), eine Eigenschaft als "
        "Name(?A, ?B) und Vergleiche wie in ?C < 5, ?C - ?D >= 5 und ?A != ?B. Antworte nur mit der Formel.",
    ),
    (
        "write query",
        "Schreibe die Frage als Formel: ihre Bedingungen, verbunden mit ^, mit ?X für das Gesuchte und mit weiteren "
        "Variablen, wo sie gebraucht werden. Eine Klasse schreibt man als Name(?X), eine Eigenschaft als "
        "Name(?X, ?Y) und Vergleiche wie in ?Z < 5, ?Z - ?W >= 5 und ?X != ?Y. Antworte nur mit der Formel.",
    ),
    (
        "say rule",
        "Genau einer dieser Sätze sagt, was die Formel sagt: Ist alles wahr, was links von -> steht, so ist auch wahr, "
        "was rechts davon steht. Antworte nur mit seinem Buchstaben.",
    ),
    (
        "say query",
        "Die Formel fragt nach allem, was ?X sein kann. Genau eine dieser Fragen fragt nach demselben. Antworte nur "
        "mit ihrem Buchstaben.",
    ),
    ("count", "Antworte nur mit der Zahl."),
    ("compare", "Antworte nur mit dem Namen."),
    ("value", "Antworte nur mit dem Wert."),
)
