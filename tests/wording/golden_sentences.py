"""Golden sentences: vocabularies, and how the formula of each kind is said and read back."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import yaml
from guild_project import write_guild_project

from workbench.formats.rdf import parse_rdf
from workbench.formats.rules_parser import parse_atoms, parse_rule, parse_rules
from workbench.model.proofs import FALSE, Step
from workbench.model.puzzles import CLUE_KINDS, ClueKind
from workbench.model.rules import Atom, Negation, Rule
from workbench.model.terms import OWL, RDF_TYPE, RDFS, Term, Triple, is_iri
from workbench.project.vocabulary import Vocabulary
from workbench.reasoning.terminology import compile_axioms
from workbench.wording.grammar import Grammar, canonicalise_rule
from workbench.wording.lexicon import ARBITRARY, PHRASE, Lexicon, build_lexicon
from workbench.wording.puzzle_reading import read_clue, read_slot
from workbench.wording.puzzle_sentences import ClueParts, say_clue, say_slot
from workbench.wording.sentences import say_closed, say_fact, say_question, say_rule, say_step
from workbench.wording.task_reading import (
    read_body_question,
    read_change,
    read_goal,
    read_proof_line,
    read_supposition,
)
from workbench.wording.task_sentences import (
    BodyQuestion,
    canonicalise_question,
    say_body_question,
    say_change,
    say_goal,
    say_proof_line,
    say_supposition,
)
from workbench.wording.totals import say_total_constraint

__all__ = ["GOLDEN", "KINDS", "LANGUAGES", "Kind", "World", "load_golden", "load_world"]

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = Path(__file__).parent / "golden"
LANGUAGES = ("en", "de")
_HEAD = "\n".join(
    f"@prefix {prefix}: <{iri}> ."
    for prefix, iri in (("owl", OWL), ("rdfs", RDFS), ("xsd", "http://www.w3.org/2001/XMLSchema#"))
)


@dataclass(frozen=True)
class World:
    """A vocabulary: what rules call its names, its classes and its words by language."""

    space: str
    classes: frozenset[Term]
    triples: tuple[Triple, ...]
    lexicons: dict[str, Lexicon]
    grammars: dict[str, Grammar]

    @property
    def prefixes(self) -> dict[str, str]:
        return {"": self.space, "any": ARBITRARY}

    def term(self, name: str) -> Term:
        return f"<{self.space}{name}>"

    def atom(self, text: str) -> Atom:
        (found,) = parse_atoms(text, self.prefixes)
        assert isinstance(found, Atom)
        return found

    def rule(self, text: str) -> Rule:
        return parse_rule(text, self.prefixes, "r")


def _make_world(space: str, files: Iterable[Path]) -> World:
    triples: dict[Triple, None] = {}
    for path in files:
        found = parse_rdf(path.read_bytes(), path.name).triples
        # A phrase in a later file stands in for one in an earlier.
        said = {(s, o.rpartition("@")[2]) for s, p, o in found if p == PHRASE}
        triples = {t: None for t in triples if t[1] != PHRASE or (t[0], t[2].rpartition("@")[2]) not in said}
        triples.update(dict.fromkeys(found))
    words = Vocabulary.collect(triples, (), (), ())
    phrased = {s for s, p, _ in triples if p == PHRASE and is_iri(s)}
    classes = {term for term, kind in words.kinds.items() if kind == "class"}
    properties = ({t for t, kind in words.kinds.items() if kind == "property"} | phrased) - classes
    properties = {term for term in properties if term.startswith(f"<{space}")}
    lexicons = {
        language: build_lexicon(triples, language, classes=sorted(classes), properties=sorted(properties))
        for language in LANGUAGES
    }
    grammars = {language: Grammar(lexicon, sorted(classes)) for language, lexicon in lexicons.items()}
    return World(space, frozenset(classes), tuple(triples), lexicons, grammars)


@cache
def load_world(name: str) -> World:
    if name == "kinship":
        return _make_world("https://example.org/kinship#", sorted((ROOT / "ontologies/kinship").glob("*.ttl")))
    if name == "planets":
        starter = ROOT / "workbench/project/starter/ontologies/planets/planets.ttl"
        return _make_world("https://example.org/planets#", [starter, GOLDEN / "planets-de.ttl"])
    if name == "guild":
        with tempfile.TemporaryDirectory() as folder:
            write_guild_project(Path(folder))
            return _make_world(
                "https://example.org/guild#",
                [*sorted(Path(folder).glob("ontologies/**/*.ttl")), GOLDEN / "guild-names.ttl"],
            )
    return _make_world("https://example.org/curious#", [GOLDEN / "curious.ttl"])


@dataclass(frozen=True)
class Kind:
    """How a formula is said, and what the reader must make of the sentence (None: it reads no such sentence)."""

    say: Callable[[World, str, str], str]
    read: Callable[[World, str, str], object] | None
    expect: Callable[[World, str], object]


def _compile(world: World, text: str) -> tuple[Rule, ...]:
    turtle = f"{_HEAD}\n@prefix : <{world.space}> .\n{text} ."
    kinds = {f"<{OWL}{name}>" for name in ("Class", "ObjectProperty", "DatatypeProperty")}
    declared = [t for t in world.triples if t[1] == RDF_TYPE and t[2] in kinds]
    return compile_axioms([*declared, *parse_rdf(turtle.encode(), "axiom.ttl").triples]).rules


def _read_axioms(world: World, text: str, language: str) -> object:
    grammar, lexicon = world.grammars[language], world.lexicons[language]
    return [grammar.read_rule(say_rule(lexicon, rule)) for rule in _compile(world, text)]


def _make_step(world: World, text: str) -> Step:
    rule = world.rule(text)
    premises = tuple((*a,) for a in rule.body if isinstance(a, Atom))
    absent = tuple(n for n in rule.body if isinstance(n, Negation))
    return Step("r", (), premises, absent, (*rule.head[0],) if rule.head else FALSE)


def _make_question(world: World, text: str) -> BodyQuestion:
    head, _, body = text.partition(": ")
    word, *rest = head.split(" ")
    asked = tuple(part for part in rest if part.startswith("?"))
    sort = next((part for part in rest if not part.startswith("?")), "")
    elements = world.rule(f"{body} -> false").body
    if word in ("least", "greatest"):
        return BodyQuestion("compare", asked, elements, word, sort)
    assert word in ("select", "count", "value")
    return BodyQuestion(word, asked, elements, "", sort)  # type: ignore[arg-type]


def _split_line(text: str) -> tuple[str, str, list[str], str]:
    label, rule, premises, atom = text.split(" ", 3)
    return label, rule, [] if premises == "-" else premises.split(","), atom


def _say_line(world: World, text: str, language: str) -> str:
    label, rule, premises, atom = _split_line(text)
    conclusion: Triple = FALSE if atom == "false" else (*world.atom(atom),)
    return say_proof_line(world.lexicons[language], label, conclusion, rule, premises)


def _expect_line(world: World, text: str) -> object:
    label, rule, premises, atom = _split_line(text)
    return [(label, FALSE if atom == "false" else (*world.atom(atom),), rule, tuple(premises))]


def _read_line(world: World, sentence: str, language: str) -> object:
    lines = read_proof_line(world.grammars[language], world.lexicons[language], sentence)
    return [(line.label, line.conclusion, line.rule, line.premises) for line in lines]


def _say_total(world: World, text: str, language: str) -> str:
    source = f'prefix : <{world.space}>\nconstraint c\n  en "x"\n  source "y"\n  {text}\n'
    (total,) = parse_rules(source, "c.rules", {}).totals
    return say_total_constraint(world.lexicons[language], total)


def _read_parts(world: World, formula: str) -> tuple[ClueKind, ClueParts]:
    """A clue: its kind, and its parts with bars between them."""
    word, _, rest = formula.partition(" ")
    kind = next(kind for kind in CLUE_KINDS if kind == word)
    return kind, tuple(tuple(parse_atoms(part, world.prefixes)) for part in rest.split(" | "))


def _read_slot(world: World, formula: str) -> tuple[Triple, ...]:
    """What is open: facts with bars between them."""
    return tuple((*world.atom(part),) for part in formula.split(" | "))


KINDS: dict[str, Kind] = {
    "fact": Kind(
        lambda w, f, n: say_fact(w.lexicons[n], w.atom(f)),
        lambda w, s, n: w.grammars[n].read_fact(s),
        lambda w, f: (w.atom(f),),
    ),
    "rule": Kind(
        lambda w, f, n: say_rule(w.lexicons[n], w.rule(f)),
        lambda w, s, n: w.grammars[n].read_rule(s),
        lambda w, f: (canonicalise_rule(w.rule(f)),),
    ),
    "axiom": Kind(
        lambda w, f, n: " ".join(say_rule(w.lexicons[n], rule) for rule in _compile(w, f)),
        None,
        lambda w, f: [(canonicalise_rule(rule),) for rule in _compile(w, f)],
    ),
    "closed": Kind(
        lambda w, f, n: say_closed(w.lexicons[n], w.term(f), is_class=w.term(f) in w.classes),
        lambda w, s, n: w.grammars[n].read_closed(s),
        lambda w, f: (w.term(f),),
    ),
    "who": Kind(
        lambda w, f, n: say_question(w.lexicons[n], w.atom(f), "?x", person=True),
        lambda w, s, n: w.grammars[n].read_question(s),
        lambda w, f: (w.atom(f.replace("?x", "?X")),),
    ),
    "which": Kind(
        lambda w, f, n: say_question(w.lexicons[n], w.atom(f), "?x", person=False),
        lambda w, s, n: w.grammars[n].read_question(s),
        lambda w, f: (w.atom(f.replace("?x", "?X")),),
    ),
    "question": Kind(
        lambda w, f, n: say_body_question(w.lexicons[n], _make_question(w, f)),
        lambda w, s, n: read_body_question(w.grammars[n], w.lexicons[n], s),
        lambda w, f: (canonicalise_question(_make_question(w, f)),),
    ),
    "step": Kind(lambda w, f, n: say_step(w.lexicons[n], _make_step(w, f)), None, lambda w, f: None),
    "line": Kind(_say_line, _read_line, _expect_line),
    "suppose": Kind(
        lambda w, f, n: say_supposition(w.lexicons[n], w.atom(f)),
        lambda w, s, n: read_supposition(w.grammars[n], w.lexicons[n], s),
        lambda w, f: (w.atom(f),),
    ),
    "added": Kind(
        lambda w, f, n: say_change(w.lexicons[n], (*w.atom(f),), added=True),
        lambda w, s, n: read_change(w.grammars[n], w.lexicons[n], s),
        lambda w, f: ((True, w.atom(f)),),
    ),
    "removed": Kind(
        lambda w, f, n: say_change(w.lexicons[n], (*w.atom(f),), added=False),
        lambda w, s, n: read_change(w.grammars[n], w.lexicons[n], s),
        lambda w, f: ((False, w.atom(f)),),
    ),
    "goal": Kind(
        lambda w, f, n: say_goal(w.lexicons[n], (*w.atom(f),)),
        lambda w, s, n: read_goal(w.grammars[n], w.lexicons[n], s),
        lambda w, f: (w.atom(f),),
    ),
    "clue": Kind(
        lambda w, f, n: say_clue(w.lexicons[n], *_read_parts(w, f)),
        lambda w, s, n: read_clue(w.grammars[n], s),
        lambda w, f: (_read_parts(w, f),),
    ),
    "open": Kind(
        lambda w, f, n: say_slot(w.lexicons[n], _read_slot(w, f)),
        lambda w, s, n: read_slot(w.grammars[n], s),
        lambda w, f: (_read_slot(w, f),),
    ),
    "total": Kind(_say_total, None, lambda w, f: None),
}


def load_golden(language: str) -> list[tuple[str, str, str, str]]:
    """Return vocabulary, kind, formula and sentence of each."""
    data = yaml.safe_load((GOLDEN / f"{language}.yaml").read_text(encoding="utf-8"))
    return [
        (world, kind, formula, sentence)
        for world, kinds in data.items()
        for kind, sentences in kinds.items()
        for formula, sentence in sentences.items()
    ]
