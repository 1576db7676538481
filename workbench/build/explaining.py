"""``explain``: whether a statement is entailed, refuted or unknown, and the evidence, in words."""

from __future__ import annotations

from collections.abc import Sequence

from workbench.build.accounts import tell_proof
from workbench.build.explanations import Explanation
from workbench.build.judging import find_contradictions
from workbench.build.knowledge import Knowledge, get_knowledge
from workbench.build.narration import Narrator
from workbench.build.statements import parse_statement
from workbench.errors import InvalidKnowledgeError
from workbench.model.proofs import FALSE, ModelPair, Proof, Refutation
from workbench.model.report import Report, Violation
from workbench.model.terms import RDF_TYPE, Triple
from workbench.project import Project
from workbench.reasoning.batch import Batch, evaluate
from workbench.reasoning.closure import Closure
from workbench.reasoning.guards import Limits

__all__ = ["MOST_PROOFS", "explain", "judge_statement", "refute", "refute_all"]

MOST_PROOFS = 50
"""How many proofs ``explain`` gives when all are asked for; an explanation says when there are others."""
_MOST_CONTRADICTIONS, _MOST_OF_ONE = 10, 3


def explain(
    project: Project,
    domain: str | None,
    statement: str,
    *,
    all: bool = False,
    language: str | None = None,
) -> Explanation:
    """Explain a statement about one domain: its shallowest proof, with ``all`` the others too; or its refutation;
    or the two models that show it unknown.

    Raises SelectionError when the domain or a part of the statement is not known; InvalidKnowledgeError when rules
    or files have errors, or when the facts contradict each other and the statement does not follow, since nothing
    can be called refuted or unknown then.
    """
    knowledge = get_knowledge(project, project.get_domain(domain))
    triple = parse_statement(knowledge.domain, statement)
    return judge_statement(knowledge, knowledge.closure, triple, knowledge.narrator_in(language), all=all)


def judge_statement(
    knowledge: Knowledge, closure: Closure, triple: Triple, narrator: Narrator, *, all: bool = False
) -> Explanation:
    """Explain a statement by a closure: that of the knowledge, or of what is supposed instead.

    Raises InvalidKnowledgeError when the facts contradict each other and the statement does not follow; its sentence
    says whether they do as they stand or only with what is supposed.
    """
    rules = closure.theory.by_name
    is_supposed = closure is not knowledge.closure
    if closure.is_entailed(triple):
        found = closure.proofs(triple, MOST_PROOFS if all else 1)
        accounts = tuple(tell_proof(proof, narrator, rules) for proof in found)
        return Explanation(
            knowledge.domain,
            narrator,
            triple,
            "entailed",
            found.proofs[0],
            accounts,
            found.is_complete,
            _list_contradictions(knowledge, closure),
            is_supposed,
        )
    if contradictions := _list_contradictions(knowledge, closure):
        clash, place = f"the facts of {knowledge.domain.name} contradict each other", " 'workbench check' tells where."
        if is_supposed:
            clash, place = "with what is supposed the facts would contradict each other", ""
        raise InvalidKnowledgeError(
            f"It does not follow that {narrator.say_inside(triple)}; but {clash}, "
            f"so it can be called neither refuted nor unknown.{place}",
            Report.collect(contradictions),
        )
    evidence = refute(closure, triple, knowledge.make_limits())
    if isinstance(evidence, Refutation):
        told = () if evidence.proof is None else (tell_proof(evidence.proof, narrator, rules, (triple,)),)
        return Explanation(knowledge.domain, narrator, triple, "refuted", evidence, told, True, (), is_supposed)
    return Explanation(knowledge.domain, narrator, triple, "unknown", evidence, (), True, (), is_supposed)


def _list_contradictions(knowledge: Knowledge, closure: Closure) -> tuple[Violation, ...]:
    """The contradictions of a closure, a few of them; ``check`` lists more."""
    if not closure.batch.find_inconsistent_worlds()[closure.world]:
        return ()
    return tuple(find_contradictions(knowledge, closure, most=_MOST_CONTRADICTIONS, most_of_statement=_MOST_OF_ONE))


def refute(closure: Closure, triple: Triple, limits: Limits = Limits()) -> Refutation | ModelPair:  # noqa: B008
    """Return why a statement that does not follow is false, or the two models that show it open.

    It is false when it is about something closed, or when the theory with it added derives *false* or a closed
    fact that does not follow without it. Negations are judged against the closure without it. The closure is
    consistent.
    """
    return refute_all(closure.batch, [(closure.world, triple)], limits)[0]


def refute_all(
    batch: Batch,
    questions: Sequence[tuple[int, Triple]],
    limits: Limits = Limits(),  # noqa: B008
) -> list[Refutation | ModelPair]:
    """Answer :func:`refute` for statements about worlds of a batch, each given by the number of its world."""
    theory = batch.theory
    asked = [question for question in questions if _get_key(question[1]) not in theory.closed]
    found: dict[tuple[int, Triple], Refutation | ModelPair] = {}
    if asked:
        stated = {world: batch.list_facts(world, stated=True) for world, _ in asked}
        extended = evaluate(
            theory,
            [(*stated[world], triple) for world, triple in asked],
            closed_reference=(batch, [world for world, _ in asked]),
            limits=limits,
        )
        for number, question in enumerate(asked):
            found[question] = _read_extension(batch, extended, number, *question)
    return [found.get(question, Refutation(question[1])) for question in questions]


def _read_extension(batch: Batch, extended: Batch, number: int, world: int, triple: Triple) -> Refutation | ModelPair:
    closed = [f for f in extended.list_facts_of(number, sorted(batch.theory.closed)) if not batch.is_entailed(world, f)]
    goals = [FALSE, *closed] if extended.list_contradictions(number) else closed
    proofs: list[Proof] = [proof for goal in goals if (proof := extended.proof(number, goal)) is not None]
    if proofs:
        return Refutation(triple, min(proofs, key=lambda p: (p.height, len(p.steps), p.goal)))
    without, with_ = (tuple(b.list_facts(w, stated=False)) for b, w in ((batch, world), (extended, number)))
    return ModelPair(triple, without, with_)


def _get_key(triple: Triple) -> str:
    return triple[2] if triple[1] == RDF_TYPE else triple[1]
