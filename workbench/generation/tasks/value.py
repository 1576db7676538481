"""Value: what number, date or duration follows? It may have to be calculated from two values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from workbench.generation.questions.draft import ANSWER, Answered, Draft, Query, Verdicts, Wish, ask_pattern
from workbench.generation.questions.listing import find_answers
from workbench.generation.tasks.family import Layout, Scene, Voice
from workbench.generation.tasks.listing import Listing, collect_support, is_all_stated
from workbench.model.rules import Atom, BodyElement, Comparison, Operation
from workbench.model.terms import RDF_TYPE, Term, is_literal
from workbench.wording.sentences import say_term

__all__ = ["Value"]


class Value(Listing):
    """The one value that a conclusion has, or the difference between the values of two who stand in a relation."""

    name = "value"
    kind = "value"
    question_kind = "value"

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Ask for the target's value, or for a difference between its two ends."""
        random = scene.start(self.name)
        known = scene.batch.list_facts(scene.number)
        for query in random.shuffle(list(_list_queries(scene, known))):
            answers = find_answers(query, known)
            if len(answers) != 1 or not is_literal(answers[0].values[0]):
                continue
            support = collect_support(scene, answers[0].atoms)
            if support is not None:
                yield scene.carve(Wish(self.name, *support, query=query), random)
            return

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """There is exactly one value, and it has to be concluded or calculated."""
        if len(answers) != 1 or not is_literal(answers[0][0]):
            return "not exactly one value follows"
        return "nobody answers, or all answers are stated" if is_all_stated(draft, verdicts) else None

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The value."""
        return say_term(voice.lexicon, item.answers[0][0])


def _list_queries(scene: Scene, known: Sequence[tuple[str, str, str]]) -> Iterable[Query]:
    subject, predicate, object_ = scene.target
    if is_literal(object_):
        yield ask_pattern((subject, predicate, ANSWER))
        return
    if predicate == RDF_TYPE:
        return
    # The other end is described, not named, so that the relation has to be concluded.
    for key in sorted(key for key, pool in scene.plan.values.items() if pool.is_numeric):
        have = {fact[0] for fact in known if fact[1] == key}
        if subject not in have or object_ not in have:
            continue
        for named, atom in (
            (subject, Atom(subject, predicate, "?other")),
            (object_, Atom("?other", predicate, object_)),
        ):
            body: tuple[BodyElement, ...] = (
                atom,
                Atom(named, key, "?one"),
                Atom("?other", key, "?two"),
            )
            later = _is_later(known, named, subject if named == object_ else object_, key)
            first, second = ("?one", "?two") if later else ("?two", "?one")
            difference = Comparison("=", ANSWER, Operation("-", (first, second)))
            yield Query((*body, difference))


def _is_later(known: Sequence[tuple[str, str, str]], one: Term, other: Term, key: Term) -> bool:
    """Tell whether ``one`` has the greater value, so that the difference is not negative."""
    query = Query((Atom(one, key, "?a"), Atom(other, key, "?b"), Comparison(">=", "?a", "?b")), ("?a", "?b"))
    return bool(find_answers(query, known))
