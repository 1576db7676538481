"""Rendering: an answered draft as a prompt, an answer and sentences, in one language."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from workbench.generation.answering import Answered
from workbench.generation.drafts import ANSWER
from workbench.generation.keyed import KeyedRandom
from workbench.model.rules import Atom, Rule, iterate_atoms
from workbench.model.terms import RDF_TYPE, Term, Triple
from workbench.model.theory import Theory
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Skeleton
from workbench.wording.sentences import (
    capitalise,
    say_closed,
    say_fact,
    say_question,
    say_rule,
    say_statement,
    say_term,
)
from workbench.wording.templates import Template, fill_skeleton

__all__ = ["LETTERS", "Rendered", "Renderer", "list_closed"]

LETTERS = "ABCDEFGHIJ"


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text of an item and the orders in which it states things.

    ``closed`` are the closed keys the item's semantics names; they stand in the prompt where ``rules`` do.
    """

    language: str
    template: Template
    skeleton: Skeleton
    prompt: str
    answer: str
    facts: tuple[Triple, ...]
    rules: tuple[Rule, ...]
    closed: tuple[Term, ...]
    answers: tuple[Term, ...]


def list_closed(theory: Theory, rules: Sequence[Rule], facts: Sequence[Triple], asked: Sequence[Triple]) -> list[Term]:
    """Return the closed keys that an item mentions, sorted."""
    if not theory.closed:
        return []
    keys = {fact[2] if fact[1] == RDF_TYPE else fact[1] for fact in (*facts, *asked)}
    for rule in rules:
        keys |= {a.key for a in (*rule.head, *iterate_atoms(rule.body), *iterate_atoms(rule.body, negated=True))}
    return sorted(keys & theory.closed)


_ASKING = {"entailment": "statement", "select": "question", "options": "options"}


def _cut_all(template: Template, lexicon: Lexicon) -> list[Skeleton]:
    """Return the template's skeletons: with and without rules, with and without a sentence on what is closed."""
    choices = ", ".join(text for _, text in lexicon.frames.answers)
    facts = "facts" if "facts" in template.slots else "facts_list"
    rules = "rules" if "rules" in template.slots else "rules_list"
    further: tuple[tuple[str, ...], ...] = ((), (rules,), (rules, "closed"))
    return [template.cut((facts, _ASKING[template.task], *more), choices) for more in further]


class Renderer:
    """Renders items with one lexicon per language and the curriculum's templates."""

    def __init__(
        self, theory: Theory, lexicons: Mapping[str, Lexicon], templates: Sequence[Template], *, person: bool
    ) -> None:
        self.theory = theory
        self.lexicons = lexicons
        self._person = person
        self._templates: dict[tuple[str, str], tuple[Template, ...]] = {}
        for template in sorted(templates, key=lambda t: t.name):
            place = (template.task, template.language)
            if template.language in lexicons:
                self._templates[place] = (*self._templates.get(place, ()), template)
        self._skeletons = {
            (template.name, skeleton.slot_set): skeleton
            for listed in self._templates.values()
            for template in listed
            for skeleton in _cut_all(template, lexicons[template.language])
        }
        self._rule_texts: dict[tuple[str, str], str] = {}

    @property
    def skeletons(self) -> tuple[Skeleton, ...]:
        """Every way in which a template can frame an item, sorted by name: what the reader knows."""
        return tuple(sorted(self._skeletons.values(), key=lambda s: s.name))

    def has_templates(self, task: str, language: str) -> bool:
        """Tell whether any template serves a task in a language."""
        return (task, language) in self._templates

    def say_rule(self, language: str, rule: Rule) -> str:
        """Return a rule's sentence; remembered."""
        place = (language, rule.name)
        if place not in self._rule_texts:
            self._rule_texts[place] = say_rule(self.lexicons[language], rule)
        return self._rule_texts[place]

    def render(self, item: Answered, language: str) -> Rendered:
        """Return the rendered item; orders and template are drawn by the draft's key."""
        draft, lexicon = item.draft, self.lexicons[language]
        random = KeyedRandom("render", draft.key)
        facts = random.shuffle(draft.facts)
        rules = random.shuffle([self.theory.by_name[name] for name in draft.rules])
        asked = [*draft.statements, *([draft.pattern] if draft.pattern else [])]
        closed = list_closed(self.theory, rules, facts, asked)
        states_rules = draft.level.given == "facts+rules"
        values = self._fill(
            draft.task, lexicon, item, facts, rules if states_rules else [], closed if states_rules else []
        )
        template = random.choose(self._templates[draft.task, language])
        # A template frames facts and rules as a paragraph or as a list; it says which by the slot it names.
        for name in ("facts", "rules"):
            if name in values and name not in template.slots:
                values[f"{name}_list"] = "\n".join(f"- {text}" for text in values.pop(name))
            elif name in values:
                values[name] = " ".join(values[name])
        filled: dict[str, str] = {name: str(text) for name, text in values.items()}
        skeleton = self._skeletons[template.name, frozenset(filled)]
        answer, answers = self._say_answer(item, lexicon)
        return Rendered(
            language, template, skeleton, fill_skeleton(skeleton, filled), answer,
            tuple(facts), tuple(rules), tuple(closed), answers,
        )  # fmt: skip

    def _fill(
        self,
        task: str,
        lexicon: Lexicon,
        item: Answered,
        facts: Sequence[Triple],
        rules: Sequence[Rule],
        closed: Sequence[Term],
    ) -> dict[str, str | list[str]]:
        values: dict[str, str | list[str]] = {"facts": [say_fact(lexicon, fact) for fact in facts]}
        if rules:
            values["rules"] = [self.say_rule(lexicon.language, rule) for rule in rules]
        if closed:
            classes = {a.object for r in self.theory.rules for a in (*r.head, *r.body) if isinstance(a, Atom)
                       and a.predicate == RDF_TYPE}  # fmt: skip
            values["closed"] = " ".join(say_closed(lexicon, key, is_class=key in classes) for key in closed)
        draft = item.draft
        if task == "entailment":
            values["statement"] = capitalise(say_statement(lexicon, draft.statements[0]))
        elif task == "select":
            values["question"] = say_question(lexicon, draft.question, ANSWER, person=self._person)
        else:
            statements = [capitalise(say_statement(lexicon, s)) for s in draft.statements]
            values["options"] = "\n".join(f"{LETTERS[i]}) {text}" for i, text in enumerate(statements))
        return values

    def _say_answer(self, item: Answered, lexicon: Lexicon) -> tuple[str, tuple[Term, ...]]:
        draft = item.draft
        if draft.task == "entailment":
            return dict(lexicon.frames.answers)[item.judgements[0].status], ()
        if draft.task == "options":
            right = next(i for i, j in enumerate(item.judgements) if j.status == "entailed")
            return LETTERS[right], ()
        place = draft.question.index(ANSWER)
        answers = sorted({j.statement[place] for j in item.judgements}, key=lambda t: (say_term(lexicon, t), t))
        return ", ".join(say_term(lexicon, term) for term in answers), tuple(answers)
