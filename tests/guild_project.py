"""A small project of a kind that everything in an item can be seen on: closed classes, arithmetic, two languages.

Its dataset is built once for a run of tests (the fixture ``small_dataset``); whoever changes a dataset copies it.
"""

from __future__ import annotations

from pathlib import Path

from workbench.build import build, load

__all__ = ["ALL_TASKS", "build_all_tasks_dataset", "build_guild_dataset", "write_guild_project"]

_CONFIG = """\
version: 1
name: Guild
base: https://example.org/guild#
license: CC0-1.0
languages: [en, de]
prefixes:
  g: https://example.org/guild#
domains:
  guild:
    closed: [g:Expelled, g:owes]
"""

_ONTOLOGY = """\
@prefix g: <https://example.org/guild#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix wb: <urn:knowledge-workbench:ns#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .

"""

_CLASSES = {
    "Person": ("person", "Person", "{subject} is a person", "{subject} ist eine Person", "owl:disjointWith g:Workshop"),
    "Master": (
        "master",
        "Meister",
        "{subject} is a master",
        "{subject} hat den Meistertitel",
        "rdfs:subClassOf g:Person",
    ),
    "Admitted": (
        "admitted",
        "Aufnahme",
        "{subject} was admitted",
        "{subject} wurde aufgenommen",
        "rdfs:subClassOf g:Person",
    ),
    "Member": ("member", "Mitglied", "{subject} is a member", "{subject} ist Mitglied", "rdfs:subClassOf g:Person"),
    "Expelled": ("expelled", "Ausschluss", "{subject} was expelled", "{subject} wurde ausgeschlossen", ""),
    "Experienced": ("experienced", "Erfahrung", "{subject} has experience", "{subject} hat Erfahrung", ""),
    "Candidate": ("candidate", "Kandidatur", "{subject} may become a master", "{subject} darf Meister werden", ""),
    "Workshop": ("workshop", "Werkstatt", "{subject} is a workshop", "{subject} ist eine Werkstatt", ""),
}
_PROPERTIES = {
    "teaches": (
        "{subject} teaches {object}",
        "{subject} unterrichtet {object}",
        "owl:inverseOf g:taughtBy ; rdfs:domain g:Master ; rdfs:range g:Person",
    ),
    "taughtBy": ("{subject} learns from {object}", "{subject} lernt bei {object:dat}", "rdfs:subPropertyOf g:follows"),
    "follows": (
        "{subject} stands in the line of {object}",
        "{subject} steht in der Nachfolge von {object:dat}",
        "a owl:TransitiveProperty",
    ),
    "worksIn": (
        "{subject} works in {object}",
        "{subject} arbeitet in {object:dat}",
        "rdfs:domain g:Person ; rdfs:range g:Workshop",
    ),
    "owns": ("{subject} owns {object}", "{subject} besitzt {object:acc}", "rdfs:subPropertyOf g:worksIn"),
    "colleagueOf": (
        "{subject} is a colleague of {object}",
        "{subject} arbeitet mit {object} zusammen",
        "a owl:SymmetricProperty",
    ),
    "owes": ("{subject} owes money to {object}", "{subject} schuldet {object:dat} Geld", ""),
    "cheated": ("{subject} cheated {object}", "{subject} hat {object} betrogen", "rdfs:domain g:Person"),
    "senior": ("{object} is senior to {subject}", "{object} ist {subject} vorgesetzt", ""),
}
_VALUES = {
    "entered": ("{subject} entered the guild in {object}", "{subject} trat im Jahr {object} in die Zunft ein"),
    "left": ("{subject} left the guild in {object}", "{subject} verließ die Zunft im Jahr {object}"),
    "served": ("{subject} served {object} {object#year|years}", "{subject} diente {object} {object#Jahr|Jahre}"),
}
_FACTS = """\
g:anna a g:Admitted ; g:entered 1501 ; g:left 1512 ; g:worksIn g:mill ; g:taughtBy g:bert .
g:bert g:owns g:mill ; g:entered 1490 ; g:left 1515 ; g:taughtBy g:cleo .
g:cleo a g:Admitted ; g:entered 1480 ; g:left 1484 ; g:cheated g:dora .
g:dora a g:Admitted ; g:worksIn g:forge ; g:owes g:emil ; g:entered 1499 ; g:left 1510 .
g:emil g:owns g:forge ; g:teaches g:fred .
g:fred a g:Admitted ; g:worksIn g:forge ; g:entered 1505 ; g:left 1512 .
"""

_RULES = """\
prefix : <https://example.org/guild#>

rule colleague
  en "Whoever works in the same workshop is a colleague."
  de "Wer in derselben Werkstatt arbeitet, arbeitet zusammen."
  state reviewed reviewer "A. Reader"
  worksIn(?x, ?w) ^ worksIn(?y, ?w) ^ ?x != ?y -> colleagueOf(?x, ?y)

rule member
  en "Whoever was admitted is a member, unless expelled."
  de "Wer aufgenommen wurde, ist Mitglied, außer nach einem Ausschluss."
  Admitted(?x) unless Expelled(?x) -> Member(?x)

rule expelled
  en "Whoever cheated someone is expelled."
  de "Wer jemanden betrogen hat, wird ausgeschlossen."
  cheated(?x, ?y) -> Expelled(?x)

rule served
  en "The years of service lie between entering and leaving."
  de "Die Dienstjahre liegen zwischen Eintritt und Austritt."
  entered(?x, ?a) ^ left(?x, ?b) ^ ?n = ?b - ?a -> served(?x, ?n)

rule experienced
  en "Seven years make experience."
  de "Sieben Jahre machen Erfahrung."
  served(?x, ?n) ^ ?n >= 7 -> Experienced(?x)

rule candidate
  en "A member with experience and without debts may become a master."
  de "Ein Mitglied mit Erfahrung und ohne Schulden darf Meister werden."
  Member(?x) ^ Experienced(?x) ^ not owes(?x, ?y) -> Candidate(?x)

rule senior
  en "Among colleagues, whoever entered earlier is senior."
  de "Unter Kollegen ist vorgesetzt, wer früher eintrat."
  colleagueOf(?x, ?y) ^ entered(?x, ?a) ^ entered(?y, ?b) ^ ?b < ?a -> senior(?x, ?y)
"""

_CONSTRAINTS = """\
prefix : <https://example.org/guild#>

constraint own-line
  en "Nobody stands in their own line."
  de "Niemand steht in der eigenen Nachfolge."
  follows(?x, ?x) -> false

constraint leaving-after-entering
  en "Nobody leaves before entering."
  de "Niemand tritt vor dem Eintritt aus."
  entered(?x, ?a) ^ left(?x, ?b) -> ?b >= ?a

constraint debtors-cannot-teach-creditors
  en "Nobody teaches the one they owe money to."
  de "Niemand unterrichtet, wem er Geld schuldet."
  teaches(?x, ?y) ^ owes(?x, ?y) -> false
"""

_CURRICULUM = """\
version: 1
name: guild
description: Masters, workshops and debts.
licence: CC0-1.0
languages: {en: 1, de: 1}
interrogative: person
splits: {train: 6, validation: 2, test: 2}
shortfall: warning
names:
  g:Person: [Ada, Bo, Cem, Dee, Eli, Fay, Gus, Hal, Ida, Jon, Kay, Lev, Mia, Ned, Ola, Pia, Rex, Sue, Tom, Uma]
  g:Workshop:
    en: [the mill, the forge, the bakery, the brewery, the tannery, the pottery]
    de: [die Mühle, die Schmiede, die Bäckerei, die Brauerei, die Gerberei, die Töpferei]
levels:
  - name: one-step
    title: One step
    hops: 1
    distractors: [0, 3]
    extra_rules: [0, 2]
    worlds: [sampled, project]
    tasks: {entailment: 18, select: 6, options: 6}
  - name: more-steps
    title: Two or three steps
    hops: [2, 3]
    distractors: [0, 4]
    extra_rules: [0, 3]
    worlds: [sampled]
    tasks: {entailment: 30, select: 10, options: 10}
  - name: known-rules
    title: The rules have to be known
    hops: [1, 3]
    given: facts
    distractors: [0, 20]
    worlds: [sampled]
    split: test-known
    tasks: {entailment: 9, select: 3, options: 3}
"""

# Every task, in small numbers, and some with many questions about one world.
_ALL_TASKS_LEVELS = """\
levels:
  - name: one-step
    title: One step
    hops: [0, 1]
    distractors: [0, 4]
    extra_rules: [0, 2]
    worlds: [sampled]
    tasks:
      {recall: 6, taxonomy: 9, entailment: 9, select: 3, options: 3, count: 4, value: 4, prove: 3, conflict: 6,
       formalise: 10, verbalise: 8}
  - name: more-steps
    title: Two or three steps
    hops: [2, 3]
    distractors: [0, 5]
    extra_rules: [0, 3]
    worlds: [sampled]
    tasks:
      {entailment: 6, select: 3, options: 4, count: 4, compare: 6, value: 4, prove: 6, step: 10, abduce: 8, diff: 10,
       conflict: 6, induce: 6, puzzle: 14}
  - name: one-world
    title: Many questions about one world
    hops: [1, 3]
    distractors: [0, 40]
    extra_rules: [0, 3]
    questions: 4
    worlds: [sampled]
    tasks: {entailment: 6, options: 4, count: 2, step: 4, diff: 2}
"""

_ASKING = {
    "entailment": (
        "Statement: {{ statement }}.\nIs it {{ choices }}?",
        "Aussage: {{ statement }}.\nIst sie {{ choices }}?",
    ),
    "select": ("Question: {{ question }}\nName all.", "Frage: {{ question }}\nNenne alle."),
    "options": ("{{ options }}\nWhich one must be true?", "{{ options }}\nWelche muss stimmen?"),
}
_MORE_ASKING = {
    "recall": ("Question: {{ question }}\nName what is stated.", "Frage: {{ question }}\nNenne, was angegeben ist."),
    "taxonomy": (
        "Statement: {{ supposed }}.\nMust it be so? Say one of: {{ choices }}.",
        "Aussage: {{ supposed }}.\nMuss sie stimmen? Sage eines von: {{ choices }}.",
    ),
    **dict.fromkeys(
        ("count", "compare", "value"),
        ("Question: {{ body_question }}\n{{ choices }}", "Frage: {{ body_question }}\n{{ choices }}"),
    ),
    "prove": ("Statement: {{ statement }}.\n{{ choices }}", "Aussage: {{ statement }}.\n{{ choices }}"),
    "step": ("A proof:\n{{ proof_lines }}\n{{ choices }}", "Ein Beweis:\n{{ proof_lines }}\n{{ choices }}"),
    "conflict": ("Something is contradictory.\n{{ choices }}", "Etwas ist widersprüchlich.\n{{ choices }}"),
    "induce": (
        "A rule is to give this:\n{{ positive }}\nBut not this:\n{{ negative }}\n{{ rule_options }}\n{{ choices }}",
        "Eine Regel soll ergeben:\n{{ positive }}\nAber nicht:\n{{ negative }}\n{{ rule_options }}\n{{ choices }}",
    ),
    "formalise": (
        "Sentence: {{ sentence }}\nNames:\n{{ vocabulary }}\n{{ instruction }}",
        "Satz: {{ sentence }}\nNamen:\n{{ vocabulary }}\n{{ instruction }}",
    ),
    "verbalise": (
        "Formula: {{ formula }}\nNames:\n{{ vocabulary }}\nSentences:\n{{ sentence_options }}\n{{ instruction }}",
        "Formel: {{ formula }}\nNamen:\n{{ vocabulary }}\nSätze:\n{{ sentence_options }}\n{{ instruction }}",
    ),
    "puzzle": (
        "Exactly one alternative of each line is right:\n{{ unknowns }}\nClues:\n{{ clues }}\n{{ choices }}",
        "In jeder Zeile stimmt genau eine Möglichkeit:\n{{ unknowns }}\nHinweise:\n{{ clues }}\n{{ choices }}",
    ),
    "abduce": ("{{ goal }}\n{{ options }}\n{{ choices }}",) * 2,
    "diff": (
        "A change:\n{{ changes }}\n{{ options }}\n{{ instruction }}",
        "Eine Änderung:\n{{ changes }}\n{{ options }}\n{{ instruction }}",
    ),
}
ALL_TASKS = (*_ASKING, *_MORE_ASKING)
_FRAMES = {
    "en-1": ("Facts:\n{{ facts_list }}\n", "Rules:\n{{ rules_list }}\n", 0),
    "en-2": ("We know this. {{ facts }}\n", "And this holds:\n{{ rules_list }}\n", 0),
    "de-1": ("Tatsachen:\n{{ facts_list }}\n", "Regeln: {{ rules }}\n", 1),
}
_OTHER_FRAMES = {
    "labelled": {
        "en-1": ("Facts:\n{{ facts_labelled }}\n", "Rules:\n{{ rules_labelled }}\n", 0),
        "de-1": ("Tatsachen:\n{{ facts_labelled }}\n", "Regeln:\n{{ rules_labelled }}\n", 1),
    },
    "supposing": {
        "en-1": ("{{ suppositions }}\n", "Rules:\n{{ rules_list }}\n", 0),
        "de-1": ("{{ suppositions }}\n", "Regeln:\n{{ rules_list }}\n", 1),
    },
    "bare": {"en-1": ("A formula is sought.\n", "", 0), "de-1": ("Gesucht ist eine Formel.\n", "", 1)},
}
_FRAMES_OF = {
    "prove": "labelled",
    "step": "labelled",
    "conflict": "labelled",
    "taxonomy": "supposing",
    "formalise": "bare",
    "verbalise": "bare",
}


def write_guild_project(folder: Path, *, all_tasks: bool = False) -> Path:
    """Write the project's files and return its folder; with ``all_tasks``, the curriculum has every task."""
    levels = _CURRICULUM.partition("levels:\n")[0] + _ALL_TASKS_LEVELS
    files = {
        "workbench.yaml": _CONFIG,
        "ontologies/guild/guild.ttl": _write_ontology(),
        "ontologies/guild/guild.rules": _RULES,
        "validators/guild/constraints.rules": _CONSTRAINTS,
        "curricula/guild/curriculum.yaml": levels if all_tasks else _CURRICULUM,
    }
    for task, asking in (_ASKING | _MORE_ASKING if all_tasks else _ASKING).items():
        frames = _OTHER_FRAMES[_FRAMES_OF[task]] if task in _FRAMES_OF else _FRAMES
        for name, (facts, rules, place) in frames.items():
            closed = "{% if closed %}{{ closed }}\n{% endif %}"
            slot = next((slot for slot in ("rules_list", "rules_labelled", "rules") if slot in rules), "")
            more = f"{{% if {slot} %}}{rules}{{% endif %}}{closed}" if slot else ""
            text = f"{facts}{more}{asking[place]}\n"
            files[f"curricula/guild/templates/{task}/{name}.j2"] = text
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def _write_ontology() -> str:
    parts = [_ONTOLOGY]
    for name, (en, de, phrase, satz, axioms) in _CLASSES.items():
        texts = f'rdfs:label "{en}"@en, "{de}"@de ; wb:phrase "{phrase}"@en, "{satz}"@de'
        parts.append(f"g:{name} a owl:Class ; {texts} ; {axioms} .\n")
    for name, (phrase, satz, axioms) in _PROPERTIES.items():
        parts.append(f'g:{name} a owl:ObjectProperty ; wb:phrase "{phrase}"@en, "{satz}"@de ; {axioms} .\n')
    for name, (phrase, satz) in _VALUES.items():
        parts.append(
            f'g:{name} a owl:DatatypeProperty ; rdfs:range xsd:integer ; wb:phrase "{phrase}"@en, "{satz}"@de .\n'
        )
    return "".join(parts) + "\n" + _FACTS


def build_guild_dataset(folder: Path) -> Path:
    """Build the dataset of the project in ``folder`` and return where it is."""
    project = load(write_guild_project(folder / "project"))
    return build(project, folder / "out", seed=3).folders[0]


def build_all_tasks_dataset(folder: Path) -> Path:
    """Build a dataset of every task in ``folder`` and return where it is."""
    project = load(write_guild_project(folder / "project", all_tasks=True))
    return build(project, folder / "out", seed=3).folders[0]
