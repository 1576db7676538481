"""Knowledge in the expert's words: what reports and explanations call things, in one language of the project."""

from __future__ import annotations

from dataclasses import dataclass

from workbench.build.naming import make_lexicon, say_plainly
from workbench.model.report import Location
from workbench.model.rules import Atom, BodyElement, Rule
from workbench.model.terms import Pattern, Term, Triple
from workbench.project import Domain, Project
from workbench.wording.lexicon import Lexicon
from workbench.wording.sentences import capitalise, say_element, say_rule, say_statement

__all__ = ["Narrator", "make_narrator"]


@dataclass(frozen=True, eq=False)
class Narrator:
    """Says facts, rules and names of a domain, and where in the files they stand."""

    project: Project
    domain: Domain
    lexicon: Lexicon

    @property
    def language(self) -> str:
        """The language spoken."""
        return self.lexicon.language

    def label(self, term: Term) -> str:
        """Return what a term is called."""
        return self.lexicon.get_label(term)

    def say(self, triple: Triple | Pattern | Atom) -> str:
        """Return a fact as a sentence with its period."""
        return f"{capitalise(self.say_inside(triple))}."

    def say_inside(self, triple: Triple | Pattern | Atom) -> str:
        """Return a fact as it stands inside a sentence."""
        return say_plainly(say_statement(self.lexicon, triple))

    def say_element(self, element: BodyElement) -> str:
        """Return an element of a body, its variables replaced, as it stands inside a sentence."""
        return say_plainly(say_element(self.lexicon, element, {}))

    def say_rule(self, rule: Rule) -> str:
        """Return the author's sentence of a rule in this language, else in any, else one composed from phrases."""
        sentences = dict(rule.sentences)
        text = sentences.get(self.language) or next(iter(sentences.values()), "")
        return " ".join(text.split()) or self.compose_rule(rule)

    def compose_rule(self, rule: Rule) -> str:
        """Return a rule as composed from phrases, whatever its author's sentence is; without a body its head alone."""
        if rule.head and not rule.body:
            return " ".join(self.say(atom) for atom in rule.head)
        return say_plainly(say_rule(self.lexicon, rule))

    def locate(self, what: Triple | Term) -> Location | None:
        """Return where a triple that the domain states, or a named thing, stands."""
        if not isinstance(what, str) and what not in self.domain.sources and what not in self.domain.shape_sources:
            return None  # another domain may state what this one only derives
        return self.project.locate(what)

    def locate_rule(self, rule: Rule) -> Location | None:
        """Return where a rule stands; of a compiled axiom the place of the first stated axiom that has one."""
        if rule.location is not None:
            return rule.location
        return next((place for axiom in rule.axioms if (place := self.project.locate(axiom)) is not None), None)


def make_narrator(project: Project, domain: Domain, language: str | None = None) -> Narrator:
    """Return the narrator of a domain in a language, by default the project's first."""
    primary = (language or project.config.languages[0]).split("-")[0]
    return Narrator(project, domain, make_lexicon(domain, primary))
