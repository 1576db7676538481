"""What the tasks that ask for values have in common: a query, all of its answers, and one run of proof steps."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from workbench.errors import DatasetError
from workbench.generation.questions.draft import ANSWER, Answered, Draft, Query, Verdicts
from workbench.generation.tasks.family import Asked, Described, Family, Layout, Reads, Voice, WorldScene, Writes
from workbench.model.rules import Atom, Comparison
from workbench.model.terms import Term, Triple
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import say_term
from workbench.wording.task_sentences import (
    BodyQuestion,
    QuestionKind,
    canonicalise_question,
    find_sort,
    say_body_question,
)

__all__ = ["MAX_FACTS", "Listing", "collect_support", "is_all_stated", "order_answers"]

MAX_FACTS = 30
"""More facts than this make a list of an answer's grounds."""


class Listing(Family):
    """A task that asks for the values of a query's variables."""

    evidence = "answers"
    slots = ("body_question",)
    variables: ClassVar[tuple[str, ...]] = (ANSWER,)
    question_kind: ClassVar[QuestionKind]

    def say_choices(self, lexicon: Lexicon) -> str:
        """How to answer."""
        return dict(lexicon.frames.instructions)[self.name]

    def describe(self, item: Answered) -> Described:
        """The question's body and variables."""
        query = item.draft.question
        return Described(query.body, query.variables)

    def get_order(self, item: Answered) -> str:
        """Return which extreme is asked for, least or greatest; empty for tasks that ask for none."""
        return ""

    def make_question(self, item: Answered) -> BodyQuestion:
        """Return the question as it is said: its answers are known, so it can say of what sort they are."""
        query = item.draft.question
        sort = find_sort(item.answers[0][-1]) if item.answers else "value"
        return BodyQuestion(self.question_kind, query.variables, query.body, self.get_order(item), sort)

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The question."""
        question = self.make_question(item)
        person = voice.asks_who(question.body, question.asked[0])
        return {"body_question": say_body_question(voice.lexicon, question, person=person)}

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The question read is the one asked."""
        return reading.body_question == canonicalise_question(self.make_question(item))

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """Variables, body and answers, in the order of what they are called."""
        query = item.draft.question
        return {
            "kind": self.kind,
            "vars": [variable[1:] for variable in query.variables],
            "body": to.write_body(query.body),
            "answers": [[to.write_term(term) for term in values] for values in order_answers(item, voice)],
        }

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The question."""
        written = item["query"]
        query = Query(source.read_body(written["body"]), tuple(f"?{name}" for name in written["vars"]))
        if query.variables != self.variables:
            raise DatasetError("query.vars: are not those that the task asks for")
        if not all(isinstance(element, Atom | Comparison) for element in query.body):
            raise DatasetError("query.body: holds more than atoms and comparisons")
        return Asked(query=query, detail=self.read_detail(written))

    def read_detail(self, written: Mapping[str, Any]) -> tuple[object, ...]:
        """Return what of the query only the task knows."""
        return ()


def order_answers(item: Answered, voice: Voice) -> list[tuple[Term, ...]]:
    """Return the answers in the order of what they are called."""
    return sorted(item.answers, key=lambda values: ([say_term(voice.lexicon, term) for term in values], values))


def is_all_stated(draft: Draft, verdicts: Verdicts) -> bool:
    """Tell whether everything that the answers rest on is stated: nothing had to be concluded."""
    stated = set(draft.facts)
    return all(statement in stated for statement, _ in verdicts)


def collect_support(scene: WorldScene, atoms: Iterable[Triple]) -> tuple[set[Triple], set[str]] | None:
    """Return the stated facts and the rules of the atoms' proofs; None when there are too many facts."""
    facts: set[Triple] = set()
    rules: set[str] = set()
    for atom in atoms:
        proof = scene.batch.proof(scene.number, atom)
        if proof is not None:
            facts |= set(proof.leaves)
            rules |= set(proof.iterate_rules())
    return None if len(facts) > MAX_FACTS else (facts, rules)
