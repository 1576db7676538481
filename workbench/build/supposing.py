"""``explain --without`` and ``--with``: what would be lost, and what would follow, if the knowledge were another."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from workbench.build.explaining import judge_statement
from workbench.build.explanations import Explanation
from workbench.build.knowledge import Knowledge, get_knowledge
from workbench.build.narration import Narrator
from workbench.build.statements import parse_axiom, parse_statement
from workbench.build.suppositions import Assumption, Supposition
from workbench.build.theories import assemble_theory
from workbench.errors import InvalidKnowledgeError, SelectionError
from workbench.formats.rules_lexer import RuleSyntaxError
from workbench.formats.rules_names import WELL_KNOWN_PREFIXES
from workbench.formats.rules_parser import parse_rule
from workbench.model.report import Violation
from workbench.model.rules import Rule
from workbench.model.terms import OWL, Triple
from workbench.model.theory import Theory
from workbench.project import Domain, Project
from workbench.reasoning.terminology import compile_axioms
from workbench.validation.rules import analyse_rules

__all__ = ["suppose"]

_ARROW = "->"
_SYMMETRIC = frozenset(
    f"<{OWL}{name}>"
    for name in "disjointWith propertyDisjointWith equivalentClass equivalentProperty inverseOf complementOf".split()
)
"""Axioms that say the same of the two in either order."""


def suppose(
    project: Project,
    domain: str | None,
    statement: str | None = None,
    *,
    without: Sequence[str] = (),
    with_: Sequence[str] = (),
    all: bool = False,
    language: str | None = None,
) -> Supposition:
    """Work out what would be lost and what would follow if something were not known, or something else were.

    Each of ``without`` is a stated fact, an axiom of three names, or the name of a rule, constraint or compiled
    axiom; each of ``with_`` a fact, an axiom of three names, or a rule in the rules language. With a ``statement``
    the result also says whether that would be entailed, refuted or unknown; ``all`` gives all its proofs.
    Where the facts would contradict each other and the statement not follow, the result says why it is not judged.
    What is given twice counts once. Nothing is written. Raises SelectionError when something is not known, cannot be
    supposed, or is both left out and added, and what :func:`workbench.build.explain` raises for the domain as it is.
    """
    if not without and not with_:
        raise SelectionError("Say what is to be left out or what is to be added.")
    knowledge = get_knowledge(project, project.get_domain(domain))
    narrator = knowledge.narrator_in(language)
    closure = knowledge.closure
    change = _Change(knowledge, narrator)
    left_out = tuple(found for text in without if (found := change.leave_out(text)) is not None)
    added = tuple(found for text in with_ if (found := change.add(text)) is not None)
    theory = change.make_theory()
    revision = closure.revise(added=change.added, removed=change.removed, theory=theory)
    explanation: Explanation | None = None
    unjudged = ""
    if statement is not None:
        triple = parse_statement(knowledge.domain, statement, allow_new=True)
        try:
            explanation = judge_statement(knowledge, revision.closure, triple, narrator, all=all)
        except InvalidKnowledgeError as error:
            unjudged = str(error)
    own = frozenset((*change.added, *change.removed))
    return Supposition(knowledge.domain, narrator, left_out, added, revision, own, explanation, unjudged)


class _Change:
    """A change of facts, axioms and rules, collected."""

    def __init__(self, knowledge: Knowledge, narrator: Narrator) -> None:
        self._knowledge, self._narrator = knowledge, narrator
        self._domain: Domain = knowledge.domain
        self._dropped: set[str] = set()
        self._supposed: list[Rule] = []
        self._axioms_added: set[Triple] = set()
        self._axioms_removed: set[Triple] = set()
        self.added: set[Triple] = set()
        self.removed: set[Triple] = set()

    def leave_out(self, text: str) -> Assumption | None:
        """Read what is to be left out; None when it already is."""
        rule = self._knowledge.theory.by_name.get(text.strip())
        if rule is not None:
            if rule.name in self._dropped:
                return None
            self._dropped.add(rule.name)
            said = self._narrator.say_rule(rule)
            return Assumption(text.strip(), said, None, rule.kind, self._narrator.locate_rule(rule))
        axiom = parse_axiom(self._domain, text)
        if axiom is not None:
            return self._leave_out_axiom(text, axiom)
        if len(text.split()) == 1:
            raise SelectionError(f"The domain {self._domain.name} has no rule, constraint or axiom called '{text}'.")
        fact = parse_statement(self._domain, text)
        if fact not in self._knowledge.closure.stated:
            raise SelectionError(self._describe_unstated(fact))
        if fact in self.removed:
            return None
        self.removed.add(fact)
        return Assumption(text, self._narrator.say(fact), fact, "fact", self._narrator.locate(fact))

    def _leave_out_axiom(self, text: str, axiom: Triple) -> Assumption | None:
        axiom = next((form for form in _list_forms(axiom) if form in self._domain.axioms), axiom)
        if axiom not in self._domain.axioms:
            raise SelectionError(
                f"The axiom '{text}' is not stated in the domain {self._domain.name}.{self._name_compiled(axiom)}"
            )
        if axiom in self._axioms_removed:
            return None
        self._axioms_removed.add(axiom)
        said = [self._narrator.say_rule(rule) for rule in self._knowledge.theory.rules if axiom in rule.axioms]
        return Assumption(text, " ".join(said) or text, axiom, "axiom", self._narrator.locate(axiom))

    def _name_compiled(self, axiom: Triple) -> str:
        """Say under which names other axioms, such as an owl:AllDisjointClasses, say what this one would."""
        names = self._find_compiled(axiom)
        told = " and ".join(f"'{name}'" for name in sorted(names))
        return f" Another axiom says the same: leave out {told}." if names else ""

    def _find_compiled(self, axiom: Triple) -> set[str]:
        """Return the names of the compiled axioms that say what this one says or would say."""
        meant = {(rule.body, rule.head) for rule in compile_axioms([axiom]).rules}
        return {r.name for r in self._knowledge.theory.rules if r.axioms and (r.body, r.head) in meant}

    def _describe_unstated(self, fact: Triple) -> str:
        said = self._narrator.say_inside(fact)
        leaves = self._knowledge.derive_leaves(fact)
        if not self._knowledge.closure.is_entailed(fact):
            return f"It is not known that {said}, so it cannot be left out."
        grounds = "; ".join(self._narrator.say_inside(leaf) for leaf in leaves[:5])
        rests = f" It rests on this: {grounds}." if grounds else ""
        return f"That {said} is not stated: it follows.{rests} Leave out what it rests on, or a rule."

    def add(self, text: str) -> Assumption | None:
        """Read what is to be added, after what is left out; None when it already is added."""
        if _ARROW in text:
            return self._add_rule(text)
        axiom = parse_axiom(self._domain, text)
        if axiom is not None:
            forms, dropped = _list_forms(axiom), self._find_compiled(axiom) & self._dropped
            if dropped or not self._axioms_removed.isdisjoint(forms):
                raise SelectionError(f"The axiom '{text}' is both left out and added. Suppose one of the two.")
            if not self._axioms_added.isdisjoint(forms):
                return None
            self._axioms_added.add(axiom)
            compiled, _ = assemble_theory(self._replace_axioms())
            before = self._knowledge.theory.by_name
            said = [self._narrator.say_rule(r) for r in compiled.rules if axiom in r.axioms and r.name not in before]
            return Assumption(text, " ".join(said) or text, axiom, "axiom", None)
        fact = parse_statement(self._domain, text, allow_new=True)
        if fact in self.removed:
            told = self._narrator.say_inside(fact)
            raise SelectionError(f"That {told} is both left out and added. Suppose one of the two.")
        if fact in self.added:
            return None
        self.added.add(fact)
        return Assumption(text, self._narrator.say(fact), fact, "fact", None)

    def _add_rule(self, text: str) -> Assumption | None:
        prefixes = {**WELL_KNOWN_PREFIXES, **self._domain.prefixes}
        taken = self._knowledge.theory.by_name.keys() | {rule.name for rule in self._supposed}
        number = next(n for n in range(1, len(taken) + 2) if f"supposed-{n}" not in taken)
        try:
            rule = parse_rule(text, prefixes, f"supposed-{number}")
        except RuleSyntaxError as error:
            raise SelectionError(f"The rule '{text}' cannot be read: {error}.") from error
        if any((other.body, other.head) == (rule.body, rule.head) for other in self._supposed):
            return None
        before = set(self._analyse(()))
        for violation in self._analyse((rule,)):
            if violation.severity == "error" and violation not in before:
                raise SelectionError(
                    f"The rule '{text}' cannot be supposed: {violation.message} {violation.fix}".strip()
                )
        self._supposed.append(rule)
        return Assumption(text, self._narrator.say_rule(rule), None, rule.kind, None)

    def _analyse(self, more: tuple[Rule, ...]) -> list[Violation]:
        known = self._knowledge
        rules = (*known.theory.rules, *self._supposed, *more)
        return analyse_rules(
            rules, (), known_keys=known.declared.keys(), closed=known.domain.closed, known_kinds=known.declared
        )

    def _replace_axioms(self) -> Domain:
        triples = (set(self._domain.triples) - self._axioms_removed) | self._axioms_added
        return replace(self._domain, triples=tuple(sorted(triples)), origin=self._domain.origin or self._domain)

    def make_theory(self) -> Theory:
        """Return the theory after the change. Raises SelectionError when it cannot be computed with."""
        theory = self._knowledge.theory
        if self._axioms_added or self._axioms_removed:
            theory, terminology = assemble_theory(self._replace_axioms())
            for unsupported in terminology.unsupported:
                if unsupported.axiom in self._axioms_added:
                    raise SelectionError(f"This axiom cannot be supposed: {unsupported.reason}.")
        if not self._dropped and not self._supposed:
            return theory
        rules = [*(rule for rule in theory.rules if rule.name not in self._dropped), *self._supposed]
        return Theory.build(rules, theory.closed)


def _list_forms(axiom: Triple) -> tuple[Triple, ...]:
    """Return an axiom, and its mirror where that says the same."""
    return (axiom, (axiom[2], axiom[1], axiom[0])) if axiom[1] in _SYMMETRIC else (axiom,)
