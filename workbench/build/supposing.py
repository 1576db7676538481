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
from workbench.errors import SelectionError
from workbench.formats.rules_lexer import RuleSyntaxError
from workbench.formats.rules_names import WELL_KNOWN_PREFIXES
from workbench.formats.rules_parser import parse_rule
from workbench.model.report import Violation
from workbench.model.rules import Rule
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.project import Domain, Project
from workbench.validation.rules import analyse_rules

__all__ = ["suppose"]

_ARROW = "->"


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
    Nothing is written. Raises SelectionError when something is not known or cannot be supposed, and what
    :func:`workbench.build.explain` raises.
    """
    if not without and not with_:
        raise SelectionError("Say what is to be left out or what is to be added.")
    knowledge = get_knowledge(project, project.get_domain(domain))
    narrator = knowledge.narrator_in(language)
    closure = knowledge.closure
    change = _Change(knowledge, narrator)
    left_out = tuple(change.leave_out(text) for text in without)
    added = tuple(change.add(text) for text in with_)
    theory = change.make_theory()
    revision = closure.revise(added=change.added, removed=change.removed, theory=theory)
    explanation: Explanation | None = None
    if statement is not None:
        triple = parse_statement(knowledge.domain, statement, allow_new=True)
        explanation = judge_statement(knowledge, revision.closure, triple, narrator, all=all)
    own = frozenset((*change.added, *change.removed))
    return Supposition(knowledge.domain, narrator, left_out, added, revision, own, explanation)


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

    def leave_out(self, text: str) -> Assumption:
        """Read what is to be left out."""
        rule = self._knowledge.theory.by_name.get(text.strip())
        if rule is not None:
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
        self.removed.add(fact)
        return Assumption(text, self._narrator.say(fact), fact, "fact", self._narrator.locate(fact))

    def _leave_out_axiom(self, text: str, axiom: Triple) -> Assumption:
        if axiom not in self._domain.axioms:
            raise SelectionError(f"The axiom '{text}' is not stated in the domain {self._domain.name}.")
        self._axioms_removed.add(axiom)
        said = [self._narrator.say_rule(rule) for rule in self._knowledge.theory.rules if axiom in rule.axioms]
        return Assumption(text, " ".join(said) or text, axiom, "axiom", self._narrator.locate(axiom))

    def _describe_unstated(self, fact: Triple) -> str:
        said = self._narrator.say_inside(fact)
        leaves = self._knowledge.derive_leaves(fact)
        if not self._knowledge.closure.is_entailed(fact):
            return f"It is not known that {said}, so it cannot be left out."
        grounds = "; ".join(self._narrator.say_inside(leaf) for leaf in leaves[:5])
        rests = f" It rests on this: {grounds}." if grounds else ""
        return f"That {said} is not stated: it follows.{rests} Leave out what it rests on, or a rule."

    def add(self, text: str) -> Assumption:
        """Read what is to be added."""
        if _ARROW in text:
            return self._add_rule(text)
        axiom = parse_axiom(self._domain, text)
        if axiom is not None:
            self._axioms_added.add(axiom)
            compiled, _ = assemble_theory(self._replace_axioms())
            before = self._knowledge.theory.by_name
            said = [self._narrator.say_rule(r) for r in compiled.rules if axiom in r.axioms and r.name not in before]
            return Assumption(text, " ".join(said) or text, axiom, "axiom", None)
        fact = parse_statement(self._domain, text, allow_new=True)
        self.added.add(fact)
        return Assumption(text, self._narrator.say(fact), fact, "fact", None)

    def _add_rule(self, text: str) -> Assumption:
        prefixes = {**WELL_KNOWN_PREFIXES, **self._domain.prefixes}
        taken = self._knowledge.theory.by_name.keys() | {rule.name for rule in self._supposed}
        number = next(n for n in range(1, len(taken) + 2) if f"supposed-{n}" not in taken)
        try:
            rule = parse_rule(text, prefixes, f"supposed-{number}")
        except RuleSyntaxError as error:
            raise SelectionError(f"The rule '{text}' cannot be read: {error}.") from error
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
