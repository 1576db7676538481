"""Rendering: an answered draft as a prompt, an answer and sentences, in one language."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache

from workbench.generation.keyed import KeyedRandom
from workbench.generation.memo import Memo
from workbench.generation.questions.draft import Answered, Draft
from workbench.generation.tasks import get_family
from workbench.generation.tasks.family import Family, Layout, Voice
from workbench.model.curriculum import CLOSED_BOOK_TASKS
from workbench.model.rules import Atom, Rule, iterate_atoms
from workbench.model.terms import RDF_TYPE, Pattern, Term, Triple
from workbench.model.theory import Theory
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Skeleton
from workbench.wording.sentences import say_closed, say_rule
from workbench.wording.templates import Template, fill_skeleton

__all__ = [
    "Frame", "Rendered", "Renderer", "list_closed", "list_skeletons", "list_stated", "name_slots", "serves_closed_book",
]  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rendered:
    """The text of an item, and the orders in which it states things.

    The closed keys of the layout stand in the prompt where rules do.
    """

    language: str
    template: Template
    skeleton: Skeleton
    prompt: str
    answer: str
    layout: Layout
    voice: Voice


@dataclass(frozen=True, slots=True)
class Frame:
    """A frame that is given instead of drawn: the name of a template, and the orders of facts and of rules by name."""

    template: str
    facts: tuple[Triple, ...]
    rules: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Context:
    """What a case states: the orders, and the sentences by what they state, joined once for each slot."""

    layout: Layout
    sentences: Mapping[str, tuple[str, ...]]
    texts: dict[str, str] = field(default_factory=dict)

    def join(self, name: str, slot: str) -> str:
        """Return the text of a slot that frames the sentences of this name."""
        text = self.texts.get(slot)
        if text is None:
            text = self.texts[slot] = _join(slot, self.sentences[name])
        return text


def list_closed(theory: Theory, rules: Sequence[Rule], asked: Sequence[Pattern]) -> list[Term]:
    """Return the closed keys on which an answer could rest, sorted; ``rules`` are those of the item.

    A key is one of them when it is asked about, when a rule takes it by its absence, or when something that is asked
    about leads to it: whoever supposes the statement must not thereby conclude what does not follow. That of another
    closed key all is known changes nothing. Which status the statement has does not matter: it must not show.
    """
    if not theory.closed:
        return []
    return sorted(_trace_closed(theory.closed, _index_closed(theory.closed, rules), _list_keys(asked)))


@dataclass(frozen=True, slots=True)
class _ClosedIndex:
    """What rules say of closed keys: those they take by absence, and of rules that may lead to one, body and heads."""

    absent: frozenset[Term]
    steps: tuple[tuple[frozenset[Term], frozenset[Term]], ...]


def _index_closed(closed: frozenset[Term], rules: Sequence[Rule]) -> _ClosedIndex:
    absent: set[Term] = set()
    steps = [_list_rule_keys(rule) for rule in rules]
    for rule in rules:
        absent |= {atom.key for atom in iterate_atoms(rule.body, negated=True)} & closed
    leads = any(not heads.isdisjoint(closed) for _, heads in steps)
    return _ClosedIndex(frozenset(absent), tuple(steps) if leads else ())


def _list_speaking(theory: Theory) -> list[Rule]:
    """Return the rules of a theory that no index of what is closed could do without, whichever rules are stated."""
    wanted, found = set(theory.closed), set[str]()
    while more := [
        rule for rule in theory.rules if rule.name not in found and not wanted.isdisjoint(_list_heads(rule))
    ]:
        found |= {rule.name for rule in more}
        wanted = wanted.union(*(_list_rule_keys(rule)[0] for rule in more))
    for rule in theory.rules:
        if any(atom.key in theory.closed for atom in iterate_atoms(rule.body, negated=True)):
            found.add(rule.name)
    return [rule for rule in theory.rules if rule.name in found]


def _list_heads(rule: Rule) -> frozenset[Term]:
    return _list_rule_keys(rule)[1]


def _trace_closed(closed: frozenset[Term], index: _ClosedIndex, asked: set[Term]) -> set[Term]:
    reached, grew = set(asked), bool(index.steps)
    while grew:
        before = len(reached)
        for body, heads in index.steps:
            if not body.isdisjoint(reached):
                reached |= heads
        grew = len(reached) > before
    return (reached & closed) | index.absent


def _list_keys(patterns: Iterable[Pattern]) -> set[Term]:
    return {pattern[2] if pattern[1] == RDF_TYPE else pattern[1] for pattern in patterns}


@lru_cache(maxsize=8192)
def _list_rule_keys(rule: Rule) -> tuple[frozenset[Term], frozenset[Term]]:
    """Return the keys of a rule's positive atoms, and those of its heads."""
    return frozenset(atom.key for atom in iterate_atoms(rule.body)), frozenset(atom.key for atom in rule.head)


def name_slots(template: Template, family: Family) -> dict[str, str]:
    """Return the slots in which a template frames facts and rules: as a paragraph, a list, or a labelled list."""
    if family.labelled:
        return {"facts": "facts_labelled", "rules": "rules_labelled", "closed": "closed"}
    if family.supposes:
        rules = "rules" if "rules" in template.slots else "rules_list"
        return {"facts": "suppositions", "rules": rules, "closed": "closed"}
    chosen = {name: name if name in template.slots else f"{name}_list" for name in ("facts", "rules")}
    return {**chosen, "closed": "closed"}


def list_stated(family: Family) -> tuple[tuple[str, ...], ...]:
    """Return what prompts of a task may state: with and without rules, with and without what is closed; or nothing."""
    if family.bare:
        return ((),)
    return (("facts",), ("facts", "rules"), ("facts", "closed"), ("facts", "rules", "closed"))


def list_skeletons(template: Template, lexicon: Lexicon) -> list[Skeleton]:
    """Return the template's skeletons: with and without rules, with and without a sentence on what is closed.

    One that also serves a closed book has a skeleton in which nothing is stated.

    Raises ValueError when a slot that would be filled does not appear exactly once.
    """
    family = get_family(template.task)
    slots = name_slots(template, family)
    stated = list_stated(family)
    if serves_closed_book(template):
        stated = (*stated, ())
    return [
        template.cut((*(slots[name] for name in names), *family.slots), family.say_choices(lexicon)) for names in stated
    ]


def serves_closed_book(template: Template) -> bool:
    """Tell whether a template can frame a question with nothing stated."""
    return template.task in CLOSED_BOOK_TASKS and template.frames_nothing


class Renderer:
    """Renders items with one lexicon per language and the curriculum's templates."""

    def __init__(
        self,
        theory: Theory,
        lexicons: Mapping[str, Lexicon],
        templates: Sequence[Template],
        *,
        person: bool,
        persons: frozenset[tuple[Term, bool]] | None = None,
        choose: Callable[[Sequence[str], str], str],
    ) -> None:
        self.theory = theory
        self.lexicons = lexicons
        self._person, self._persons, self._choose = person, persons, choose
        self._templates: dict[tuple[str, str], tuple[Template, ...]] = {}
        for template in sorted(templates, key=lambda t: t.name):
            place = (template.task, template.language)
            if template.language in lexicons:
                self._templates[place] = (*self._templates.get(place, ()), template)
        self._skeletons = {
            (template.name, skeleton.slot_set): skeleton
            for listed in self._templates.values()
            for template in listed
            for skeleton in list_skeletons(template, lexicons[template.language])
        }
        self._rule_texts: dict[tuple[str, str], str] = {}
        self._contexts: Memo[tuple[str, ...], _Context] = Memo()
        self._chosen: Memo[tuple[str, str], Template] = Memo(8192)
        self._closed: Memo[str, _ClosedIndex] = Memo()
        self._classes = frozenset(
            atom.object
            for rule in theory.rules
            for atom in (*rule.head, *rule.body)
            if isinstance(atom, Atom) and atom.predicate == RDF_TYPE
        )

    @property
    def skeletons(self) -> tuple[Skeleton, ...]:
        """Every way in which a template can frame an item, sorted by name: what the reader knows."""
        return tuple(sorted(self._skeletons.values(), key=lambda s: s.name))

    def has_templates(self, draft: Draft, language: str) -> bool:
        """Tell whether any template serves a draft in a language."""
        return bool(self._list_templates(draft, language))

    def _list_templates(self, draft: Draft, language: str) -> tuple[Template, ...]:
        listed = self._templates.get((draft.task, language), ())
        return listed if draft.level.given != "none" else tuple(filter(serves_closed_book, listed))

    def say_rule(self, language: str, rule: Rule) -> str:
        """Return a rule's sentence; remembered."""
        place = (language, rule.name)
        if place not in self._rule_texts:
            self._rule_texts[place] = say_rule(self.lexicons[language], rule)
        return self._rule_texts[place]

    def render(self, item: Answered, language: str, frame: Frame | None = None) -> Rendered:
        """Return the rendered item; without a frame, orders are drawn by its case, the template by its key."""
        draft, lexicon = item.draft, self.lexicons[language]
        family, voice = get_family(draft.task), Voice(lexicon, self._person, self._persons)
        context = self._lay_out(draft, language, frame)
        template = (
            self.choose_template(draft, language) if frame is None else self._get_template(frame, draft, language)
        )
        slots = name_slots(template, family)
        values = {slots[name]: context.join(name, slots[name]) for name in context.sentences}
        values |= family.ask(item, context.layout, voice)
        skeleton = self._skeletons[template.name, frozenset(values)]
        prompt = fill_skeleton(skeleton, values)
        answer = family.answer(item, context.layout, voice)
        return Rendered(language, template, skeleton, prompt, answer, context.layout, voice)

    def choose_template(self, draft: Draft, language: str) -> Template:
        """Return the template that frames a draft; there must be one for its task."""
        return self._chosen.get((draft.key, language), lambda: self._draw_template(draft, language))

    def _draw_template(self, draft: Draft, language: str) -> Template:
        listed = self._list_templates(draft, language)
        name = self._choose([template.name for template in listed], draft.key)
        return next(template for template in listed if template.name == name)

    def _get_template(self, frame: Frame, draft: Draft, language: str) -> Template:
        return next(one for one in self._templates[draft.task, language] if one.name == frame.template)

    def _lay_out(self, draft: Draft, language: str, frame: Frame | None = None) -> _Context:
        """Return the context of a case in its one order, said; the latest cases are remembered."""
        closed = self.list_closed(draft)
        if frame is not None:
            own = self._state(draft, language, frame.facts, tuple(self.theory.by_name[name] for name in frame.rules))
            return self._close(own, draft, closed, language) if closed else own
        context = self._contexts.get((draft.case, language), lambda: self._say_context(draft, language))
        if not closed:
            return context
        return self._contexts.get(
            (draft.case, language, *closed), lambda: self._close(context, draft, closed, language)
        )

    def list_closed(self, draft: Draft) -> tuple[Term, ...]:
        """Return the closed keys on which a draft's answer could rest, sorted; none where nothing is stated."""
        if not self.theory.closed or get_family(draft.task).bare:
            return ()
        index = self._closed.get(draft.case, lambda: self._index_closed(draft))
        return tuple(sorted(_trace_closed(self.theory.closed, index, _list_keys(draft.asked))))

    def _index_closed(self, draft: Draft) -> _ClosedIndex:
        speaking = self._speaking
        return _index_closed(self.theory.closed, [speaking[name] for name in draft.rules if name in speaking])

    @cached_property
    def _speaking(self) -> dict[str, Rule]:
        """The rules that could say something of what is closed: they take it by absence, or lead to it by others."""
        return {rule.name: rule for rule in _list_speaking(self.theory)}

    def _say_context(self, draft: Draft, language: str) -> _Context:
        if draft.level.given == "none" or get_family(draft.task).bare:
            # Nothing is stated, so there are no orders to draw.
            rules = tuple(self.theory.by_name[name] for name in draft.rules)
            return _Context(Layout(draft.facts, rules, ()), {})
        random = KeyedRandom("context", draft.case)
        facts = tuple(random.shuffle(draft.facts))
        rules = tuple(random.shuffle([self.theory.by_name[name] for name in draft.rules]))
        return self._state(draft, language, facts, rules)

    def _state(self, draft: Draft, language: str, facts: tuple[Triple, ...], rules: tuple[Rule, ...]) -> _Context:
        lexicon, family = self.lexicons[language], get_family(draft.task)
        sentences = {"facts": tuple(family.say_fact(lexicon, fact) for fact in facts)}
        if draft.level.given == "facts+rules" and rules:
            sentences["rules"] = tuple(self.say_rule(language, rule) for rule in rules)
        return _Context(Layout(facts, rules, ()), sentences)

    def _close(self, context: _Context, draft: Draft, closed: tuple[Term, ...], language: str) -> _Context:
        """Add what is closed of that on which the answer could rest."""
        sentences = dict(context.sentences)
        if draft.level.given == "facts+rules":
            lexicon = self.lexicons[language]
            sentences["closed"] = tuple(say_closed(lexicon, key, is_class=key in self._classes) for key in closed)
        return _Context(Layout(context.layout.facts, context.layout.rules, closed), sentences)


def _join(slot: str, sentences: Sequence[str]) -> str:
    """Return the text of a slot: a paragraph, or one sentence a line behind a dash, and behind its label."""
    if slot.endswith("_labelled"):
        label = slot[0].upper()
        return "\n".join(f"- {label}{number}: {text}" for number, text in enumerate(sentences, 1))
    is_list = slot.endswith("_list") or slot == "suppositions"
    return "\n".join(f"- {text}" for text in sentences) if is_list else " ".join(sentences)
