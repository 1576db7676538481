"""Compare: who of those for whom something follows has the least or the greatest value?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.generation.identity.grains import Part
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import ANSWER, Answered, Draft, Query, Verdicts, Wish
from workbench.generation.questions.listing import find_answers
from workbench.generation.tasks.family import Described, Layout, Scene, Voice, Writes
from workbench.generation.tasks.listing import Listing, collect_support, is_all_stated
from workbench.model.rules import Atom
from workbench.model.terms import RDF_TYPE, Term, is_literal
from workbench.model.values import compare_terms
from workbench.wording.sentences import say_term

__all__ = ["Compare", "find_best"]

_VALUE = "?value"
_MAX_ANSWERS = 8


class Compare(Listing):
    """The one whose value is least or greatest, among at least two for whom a statement follows."""

    name = "compare"
    kind = "compare"
    question_kind = "compare"
    variables = (ANSWER, _VALUE)

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Ask among those in the target's place who have a value of some property."""
        random = scene.start(self.name)
        known = scene.batch.list_facts(scene.number)
        for atom in random.shuffle(list(_list_atoms(scene.target))):
            keys = sorted(key for key in scene.plan.values if any(fact[1] == key for fact in known))
            for key in random.shuffle(keys):
                if key == atom.predicate:
                    continue
                query = Query((atom, Atom(ANSWER, key, _VALUE)), self.variables)
                answers = find_answers(query, known)
                if len({one.values[0] for one in answers}) < 2:
                    continue
                support = collect_support(scene, [fact for one in answers for fact in one.atoms])
                if support is not None:
                    order = _draw_order(random)
                    yield scene.carve(Wish(self.name, *support, query=query, detail=(order,)), random)
                return

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """At least two are compared, each has one value, one of them is before all others, and something follows."""
        if len(answers) < 2 or len(answers) > _MAX_ANSWERS:
            return "too few or too many to compare"
        if len({one for one, _ in answers}) < len(answers):
            return "somebody has two values"
        if is_all_stated(draft, verdicts):
            return "nobody answers, or all answers are stated"
        return None if find_best(answers, str(draft.detail[0])) else "nobody is before all others"

    def describe(self, item: Answered) -> Described:
        """The question; its second variable is compared, and in which order counts."""
        query = item.draft.question
        order = Part("order", (), self.get_order(item))
        return Described(query.body, query.variables, (_VALUE,), parts=(order,))

    def get_order(self, item: Answered) -> str:
        """Least or greatest, as the draft has it."""
        return str(item.draft.detail[0])

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """What the one is called."""
        return say_term(voice.lexicon, _get_best(item))

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The question, all who are compared with their values, the order, and the one."""
        written = super().write_query(item, layout, voice, to)
        return written | {"order": self.get_order(item), "best": [to.write_term(_get_best(item))]}

    def read_detail(self, written: Mapping[str, Any]) -> tuple[object, ...]:
        """The order."""
        return (written["order"],)


def _list_atoms(target: tuple[str, str, str]) -> Iterable[Atom]:
    subject, predicate, object_ = target
    yield Atom(ANSWER, predicate, object_)
    if predicate != RDF_TYPE and not is_literal(object_):
        yield Atom(subject, predicate, ANSWER)


def _draw_order(random: KeyedRandom) -> str:
    return random.choose(("least", "greatest"))


def find_best(answers: Sequence[tuple[Term, ...]], order: str) -> Term | None:
    """Return the one whose value is before those of all others; None when there is none, or values have no order."""
    operator = "<" if order == "least" else ">"
    for one, value in answers:
        if all(compare_terms(operator, value, other) for another, other in answers if another != one):
            return one
    return None


def _get_best(item: Answered) -> Term:
    best = find_best(item.answers, str(item.draft.detail[0]))
    if best is None:
        raise ValueError("nobody is before all others")
    return best
