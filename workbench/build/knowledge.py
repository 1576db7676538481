"""What a domain knows once its rules are applied: loaded, assembled, analysed and, where that is possible, reasoned.

Checking, explaining and building all begin here, so that none of them can reason with rules that another would refuse.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from types import MappingProxyType

from workbench.build.narration import Narrator, make_narrator
from workbench.build.theories import assemble_theory
from workbench.errors import InvalidKnowledgeError
from workbench.model.report import Report, Violation
from workbench.model.rules import Rule
from workbench.model.terms import Term, Triple
from workbench.model.theory import Theory
from workbench.project import Domain, Project
from workbench.project.vocabulary import Vocabulary
from workbench.reasoning.closure import Closure
from workbench.reasoning.closure import reason as reason_closure
from workbench.reasoning.guards import Limits
from workbench.reasoning.terminology import Terminology
from workbench.validation.rules import analyse_rules

__all__ = ["Knowledge", "Summary", "get_knowledge", "list_domains", "reason"]

_HARMLESS = ("provenance.", "project.link", "project.unexpected-file", "curriculum.", "template.", "shape.", "wording.")
"""Errors that leave the facts and rules as their authors wrote them."""
_FATAL = frozenset({"rule.unsafe-variable", "rule.unbound-argument", "rule.unstratified", "rule.unbounded-arithmetic"})
"""Errors with which nothing can be computed, whatever severity the project gives them."""


@dataclass(frozen=True, eq=False)
class Knowledge:
    """A domain without what is retired, its theory, and everything that is wrong with its rules.

    ``declared`` gives the kind of each class and property that the ontology itself declares or uses in axioms;
    ``violations`` are the findings about rules and axioms, with the severity they have by themselves;
    ``blockers`` those, and those of loading, because of which nothing is reasoned.
    """

    project: Project
    domain: Domain
    theory: Theory
    terminology: Terminology
    declared: Mapping[Term, str]
    violations: tuple[Violation, ...]
    blockers: tuple[Violation, ...]

    @property
    def facts(self) -> tuple[Triple, ...]:
        """The stated facts."""
        return self.domain.assertions

    def compute_closure(self, tell: Callable[[str], None] | None = None) -> Closure:
        """Apply the rules to the stated facts, within the limits that the project sets; ``tell`` hears how far it is.

        Raises InvalidKnowledgeError when the rules or the files have errors, LimitError when reasoning takes too
        much.
        """
        if self.blockers:
            count = len(self.blockers)
            raise InvalidKnowledgeError(
                f"The domain {self.domain.name} has {count} error{'s' * (count > 1)}, so nothing can be concluded; "
                "'workbench check' lists them.",
                Report.collect(self.blockers),
            )
        return reason_closure(self.theory, self.facts, self.make_limits(tell))

    def make_limits(self, tell: Callable[[str], None] | None = None) -> Limits:
        """Return the limits on reasoning in this project; ``tell`` hears, in a few words, how far it is."""
        chosen = self.project.config.reasoning
        wanted = {name: value for name in chosen.__slots__ if (value := getattr(chosen, name)) is not None}

        def report(number: int, facts: int, rule: str) -> None:
            if tell is not None:
                tell(f"{self.domain.name}: reasoning, {facts:,} facts, round {number}, {rule}")

        return replace(Limits(), on_progress=None if tell is None else report, **wanted)

    def prepare_closure(self, tell: Callable[[str], None] | None = None) -> Closure:
        """Return :attr:`closure`; where it is not there yet, ``tell`` hears how far its computation is."""
        known = vars(self)
        if "closure" not in known:
            known["closure"] = self.compute_closure(tell)
        return self.closure

    @cached_property
    def closure(self) -> Closure:
        """All facts, stated and derived; computed once. Raises what :meth:`compute_closure` raises."""
        return self.compute_closure()

    @cached_property
    def narrator(self) -> Narrator:
        """The words of the project's first language."""
        return make_narrator(self.project, self.domain)

    def narrator_in(self, language: str | None) -> Narrator:
        """Return the narrator of a language; None means the project's first."""
        if language is None:
            return self.narrator
        if language not in self._narrators:
            self._narrators[language] = make_narrator(self.project, self.domain, language)
        return self._narrators[language]

    @cached_property
    def _narrators(self) -> dict[str, Narrator]:
        """The narrators by language: each collects all labels and phrases, so it is made once."""
        return {}

    def derive_leaves(self, triple: Triple) -> tuple[Triple, ...]:
        """Return the stated facts that the minimal proof of a derived one rests on; empty for what does not follow."""
        proof = self.closure.proof(triple)
        return proof.leaves if proof is not None else ()


@dataclass(frozen=True, slots=True)
class Summary:
    """What reasoning gave in one domain: counts of facts and derivations, the greatest height, seconds it took."""

    domain: str
    base: int
    derived: int
    derivations: int
    max_depth: int
    seconds: float

    def format_text(self) -> str:
        """Return the summary as a sentence."""
        return (
            f"{self.domain}: {self.base:,} facts stated, {self.derived:,} derived in {self.derivations:,} ways, "
            f"at most {self.max_depth} steps deep, in {self.seconds:.2f} s."
        )

    def to_json(self) -> dict[str, object]:
        """Return the summary as a JSON object."""
        return {name: getattr(self, name) for name in self.__slots__}


def list_domains(project: Project, name: str | None = None) -> tuple[Domain, ...]:
    """Return the domain of that name, or without one all. Raises SelectionError when there is no such domain."""
    return tuple(project.domains.values()) if name is None else (project.get_domain(name),)


def get_knowledge(project: Project, domain: Domain) -> Knowledge:
    """Return what a domain of a project knows. The latest few are kept, closures included."""
    return _assemble(project, domain)


@lru_cache(maxsize=8)
def _assemble(project: Project, domain: Domain) -> Knowledge:
    current = domain.select()
    theory, terminology = assemble_theory(current)
    # A rule does not declare what it mentions, else no misspelling would ever be found.
    kinds = Vocabulary.collect(domain.triples, (), (), ()).kinds
    declared = MappingProxyType({t: str(kind) for t, kind in kinds.items() if kind in ("class", "property")})
    violations = tuple(_analyse(project, current, theory, declared))
    found = (*project.violations, *violations)
    blockers = tuple(v for v in found if v.domain in ("", domain.name) and _blocks(project, v))
    return Knowledge(project, current, theory, terminology, declared, violations, blockers)


def _blocks(project: Project, violation: Violation) -> bool:
    if violation.code in _FATAL:
        return True
    lowered = project.config.get_severity(violation) != "error"
    return violation.severity == "error" and not lowered and not violation.code.startswith(_HARMLESS)


def _analyse(project: Project, domain: Domain, theory: Theory, declared: Mapping[Term, str]) -> list[Violation]:
    totals = (total.flatten() for total in domain.totals)
    ordered = (*domain.rules, *domain.constraints, *totals, *(rule for rule in theory.rules if rule.kind == "axiom"))
    found = analyse_rules(
        ordered, domain.rule_tests, known_keys=declared.keys(), closed=domain.closed, known_kinds=declared
    )
    return [replace(_place(project, theory.by_name, violation), domain=domain.name) for violation in found]


def _place(project: Project, rules: Mapping[str, Rule], violation: Violation) -> Violation:
    """Give a finding about a compiled axiom the place of the axiom."""
    rule = rules.get(violation.focus)
    if violation.location is not None or rule is None:
        return violation
    places = [place for axiom in rule.axioms if (place := project.locate(axiom)) is not None]
    return replace(violation, location=places[0]) if places else violation


def reason(
    project: Project, domain: str | None = None, *, progress: Callable[[str], None] | None = None
) -> list[Summary]:
    """Apply the rules of one domain, or of all, and return what came of it.

    Raises SelectionError for an unknown domain, InvalidKnowledgeError when rules or files have errors, LimitError
    when a limit is reached.
    """
    tell = progress or (lambda _: None)
    summaries = []
    for chosen in list_domains(project, domain):
        tell(f"{chosen.name}: reading rules")
        summaries.append(_summarise(get_knowledge(project, chosen), tell))
    return summaries


def _summarise(knowledge: Knowledge, tell: Callable[[str], None]) -> Summary:
    tell(f"{knowledge.domain.name}: reasoning")
    started = time.perf_counter()
    closure = knowledge.compute_closure(tell)
    seconds = time.perf_counter() - started
    tell(f"{knowledge.domain.name}: counting derivations")
    base, derived = closure.count_facts()
    return Summary(
        domain=knowledge.domain.name,
        base=base,
        derived=derived,
        derivations=closure.count_derivations(),
        max_depth=closure.batch.facts.top,
        seconds=round(seconds, 3),
    )
