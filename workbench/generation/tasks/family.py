"""What a task family is: how it asks, what its answer is, and how the item says so, in one class.

Everything else (worlds, answering, cones, gates, identity, judging, writing, verification) is the same for all
families and asks the class where it has to know more.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, ClassVar, Literal, NamedTuple, Protocol

from workbench.generation.identity.grains import Part
from workbench.generation.keyed import KeyedRandom, T
from workbench.generation.questions.draft import (
    Answered,
    Claim,
    Draft,
    Judgement,
    Outcome,
    Query,
    Verdicts,
    Wish,
    list_patterns,
)
from workbench.generation.worlds.plan import Plan
from workbench.generation.worlds.world import World
from workbench.model.curriculum import Level
from workbench.model.deduction import Effort
from workbench.model.proofs import Proof
from workbench.model.rules import Atom, BodyElement, Rule
from workbench.model.terms import Pattern, Term, Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import Batch
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import say_fact
from workbench.wording.task_sentences import say_supposition

__all__ = [
    "LETTERS",
    "Asked",
    "Carver",
    "Choice",
    "Described",
    "Excerpt",
    "Family",
    "Layout",
    "Reads",
    "Scene",
    "Solved",
    "Voice",
    "WorldScene",
    "Writes",
]

LETTERS = "ABCDEFGHIJ"
"""What options are called, in their order."""


Carver = Callable[[Wish, KeyedRandom], Draft | None]
"""Closes a draft: adds distractors and further rules as the level draws, or takes the whole world as context.

None when somebody asked about cannot be mentioned, or the world does not serve.
"""


@dataclass(frozen=True)
class WorldScene:
    """A world to ask about: ``batch`` has its closure under all rules as world ``number``; ``carve`` closes a draft.

    ``by_head`` names the rules that conclude a key.
    """

    level: Level
    plan: Plan
    world: World
    batch: Batch
    number: int
    by_head: Mapping[Term, tuple[str, ...]]
    carve: Carver

    @property
    def mentions(self) -> Counter[Term]:
        """In how many of the world's facts each term stands; of the latest world it is remembered."""
        facts = self.world.facts
        if not (_MENTIONS and _MENTIONS[0][0] is facts):
            _MENTIONS[:] = [(facts, Counter(end for fact in facts for end in {fact[0], fact[2]}))]
        return _MENTIONS[0][1]


_MENTIONS: list[tuple[tuple[Triple, ...], Counter[Term]]] = []


class Excerpt(NamedTuple):
    """Some facts of a world: what follows from them is in world ``number`` of ``batch``."""

    batch: Batch
    number: int

    def is_entailed(self, statement: Triple) -> bool:
        """Tell whether a statement follows."""
        return self.batch.is_entailed(self.number, statement)


@dataclass(frozen=True)
class Scene(WorldScene):
    """A conclusion of a world to ask about.

    ``target`` follows in the world by ``proof``, within the level's hops. ``wrong`` are statements near it that do not
    follow. ``opposed`` are statements that something else in the world refutes. ``asked`` are the conclusions that are
    asked about in all worlds beside this one, itself among them, and ``rested`` the stated facts that their proofs rest
    on. ``names`` are individuals that options may name; ``is_sensible`` tells whether a statement is about things of
    the right kind.

    Of all statements that were tried in the world, ``left_open`` are those unknown there, and ``refuted`` those that
    are refuted, with the proof of it, or None (what is closed). ``excerpts`` has the sets of facts that a family wanted
    to look at; ``idle`` are the pairs of such a set and a statement tried beside it that contradicts nothing there and
    with which the target does not follow. ``notes`` are for :meth:`note`.
    """

    target: Triple
    proof: Proof
    wrong: Sequence[Triple]
    asked: Sequence[Triple]
    rested: Sequence[Triple]
    names: Sequence[Term]
    is_sensible: Callable[[Triple], bool]
    opposed: Sequence[Triple] = ()
    left_open: frozenset[Triple] = frozenset()
    refuted: Mapping[Triple, Proof | None] = field(default_factory=dict)
    excerpts: Mapping[tuple[Triple, ...], Excerpt] = field(default_factory=dict)
    idle: frozenset[tuple[tuple[Triple, ...], Triple]] = frozenset()
    notes: dict[str, Any] = field(default_factory=dict)

    def note(self, name: str, make: Callable[[], T]) -> T:
        """Return what a family worked out about this conclusion under a name, made when it is first asked for."""
        if name not in self.notes:
            self.notes[name] = make()
        found: T = self.notes[name]
        return found

    def start(self, task: str) -> KeyedRandom:
        """Return a stream of draws for each task, so that asking for another one changes nothing."""
        return KeyedRandom("draft", self.level.name, self.world.key, task, *self.target)

    @property
    def leaves(self) -> set[Triple]:
        """The stated facts that the target's proof rests on."""
        return set(self.proof.leaves)

    @property
    def used(self) -> set[str]:
        """The rules of the target's proof."""
        return set(self.proof.iterate_rules())


class Choice(NamedTuple):
    """What is seen of one of the things to choose from: the atoms that it says, what else it names, further marks."""

    atoms: tuple[Pattern, ...]
    names: frozenset[str] = frozenset()
    marks: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Layout:
    """The orders in which a prompt states facts and rules, and the closed keys that it mentions."""

    facts: tuple[Triple, ...]
    rules: tuple[Rule, ...]
    closed: tuple[Term, ...]

    def label_fact(self, fact: Triple) -> str:
        """Return what a labelled prompt calls a fact; ValueError when it is not stated."""
        return f"F{self.facts.index(fact) + 1}"

    def label_rule(self, name: str) -> str:
        """Return what a labelled prompt calls a rule; ValueError when it is not stated."""
        return f"R{[rule.name for rule in self.rules].index(name) + 1}"


@dataclass(frozen=True, slots=True)
class Voice:
    """In which language and manner something is said.

    ``person`` tells that persons are asked for, and ``persons`` where only they can stand: a key, and whether it is the
    subject; None: everywhere.
    """

    lexicon: Lexicon
    person: bool
    persons: frozenset[tuple[Term, bool]] | None = None

    def asks_who(self, body: Sequence[BodyElement], variable: str) -> bool:
        """Tell whether a variable is asked for by "who": a person, in the one atom that says so."""
        if not self.person or len(body) != 1 or not isinstance(body[0], Atom):
            return False
        return self.persons is None or (body[0].key, body[0].subject == variable) in self.persons


@dataclass(frozen=True, slots=True)
class Described:
    """What a family contributes to an item's identity: see :class:`workbench.generation.identity.grains.Question`."""

    query: tuple[BodyElement, ...] = ()
    variables: tuple[str, ...] = ()
    compared: tuple[str, ...] = ()
    options: tuple[Triple, ...] = ()
    parts: tuple[Part, ...] = ()
    undecided: bool = False


@dataclass(frozen=True, slots=True)
class Asked:
    """What a written item asks, as values."""

    claims: tuple[Claim, ...] = ()
    query: Query | None = None
    detail: tuple[object, ...] = field(default=())
    judgements: tuple[Judgement, ...] = ()
    """Of the claims that are no options and are judged besides."""
    right: int | None = None
    """The option whose proof is the item's, where several of them are entailed."""


Solved = tuple[Draft, Sequence[Triple], Sequence[str] | None]
"""A draft with the facts and the names of the rules (None: all) under which it is solved."""


class Writes(Protocol):
    """Writes values as an item holds them."""

    def write_triple(self, triple: Triple) -> list[str] | str:
        """Return a triple in compact terms, *false* as the word."""
        ...

    def write_evidence(self, judgement: Judgement, layout: Layout, lexicon: Lexicon) -> dict[str, Any]:
        """Return the evidence of a judgement as an item holds it: its proof and its models."""
        ...

    def write_term(self, term: Term) -> str:
        """Return a term in its compact form."""
        ...

    def write_body(self, body: Sequence[BodyElement]) -> str:
        """Return a conjunction in the rules language."""
        ...

    def write_rule(self, rule: Rule) -> str:
        """Return a rule in the rules language."""
        ...


class Reads(Protocol):
    """Reads values as an item holds them; each raises DatasetError for what cannot be read."""

    def read_triple(self, written: Sequence[str]) -> Triple:
        """Return a triple."""
        ...

    def read_term(self, written: str) -> Term:
        """Return a term."""
        ...

    def read_evidence(self, place: str, claim: Claim, written: Mapping[str, Any]) -> Judgement:
        """Return a judgement with its status and evidence; ``place`` is where in the item it stands."""
        ...

    def read_body(self, written: str) -> tuple[BodyElement, ...]:
        """Return a conjunction."""
        ...

    def read_rule(self, name: str, written: str) -> Rule:
        """Return a rule under a name."""
        ...


_NOTHING_OPEN: tuple[frozenset[Term], frozenset[str]] = (frozenset(), frozenset())


class Family(ABC):
    """A task family. The class attributes are facts about the task; the methods are what only it knows.

    ``kind`` is the ``query.kind`` of its items; ``slots`` are the template slots in which it asks; ``evidence`` tells
    where evidence stands: for one statement in the item, for each option, or one run of steps for all answers.
    ``supposes`` marks tasks whose facts are suppositions about arbitrary individuals. ``labelled`` prompts name facts
    F1, F2 ... and rules R1, R2 .... ``breaks`` marks tasks about worlds that contradict themselves. Whether its items
    have a status is said by :data:`workbench.model.curriculum.STATUS_TASKS`.
    ``about_conclusions`` tells that a world's conclusions, and statements near them, have to be found for the task.
    ``bare`` marks tasks whose prompts state neither facts nor rules, and whose items have none. The difficulty is
    measured on the first ``measured`` judgements, or on all. ``tries_choices`` marks tasks whose answer is one of many
    choices, each of which is solved on its own.
    """

    name: ClassVar[str]
    kind: ClassVar[str]
    slots: ClassVar[tuple[str, ...]]
    evidence: ClassVar[Literal["single", "options", "answers", "conflict", "witness", "puzzle"]]
    about_conclusions: ClassVar[bool] = True
    labelled: ClassVar[bool] = False
    supposes: ClassVar[bool] = False
    breaks: ClassVar[bool] = False
    bare: ClassVar[bool] = False
    tries_choices: ClassVar[bool] = False
    measured: ClassVar[int | None] = None

    def say_choices(self, lexicon: Lexicon) -> str:
        """Return the answers to choose from, as a template's ``choices`` says them."""
        return ", ".join(text for _, text in lexicon.frames.answers)

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Return drafts about the scene's target; None stands for one that could not be closed."""
        return ()

    def list_excerpts(self, scene: Scene) -> Iterable[tuple[Triple, ...]]:
        """Return sets of facts of the world to look at alone, for :attr:`Scene.excerpts`."""
        return ()

    def list_tries(self, scene: Scene) -> Iterable[Triple]:
        """Return statements to be tried in the world, so that the scene knows which are unknown, which refuted."""
        return ()

    def list_additions(self, scene: Scene) -> Iterable[tuple[tuple[Triple, ...], Triple]]:
        """Return pairs of an excerpt and a statement to be tried beside it, for :attr:`Scene.idle`."""
        return ()

    def propose_world(self, scene: WorldScene) -> Iterable[Draft | None]:
        """Return drafts about a world that are not about one of its conclusions."""
        return ()

    def propose_worlds(self, scenes: Sequence[WorldScene]) -> Iterable[tuple[int, Draft]]:
        """Return drafts about the worlds of a block, each with the place of its scene."""
        for place, scene in enumerate(scenes):
            yield from ((place, draft) for draft in self.propose_world(scene) if draft is not None)

    def propose_broken(self, scene: WorldScene, proof: Proof) -> Iterable[Draft | None]:
        """Return drafts about a world that contradicts itself by ``proof``, within the level's hops."""
        return ()

    def leave_out(self, draft: Draft, theory: Theory) -> frozenset[str]:
        """Return the rules without which a draft's answer is compared with what the project's whole theory says."""
        return frozenset()

    def agrees(self, outcome: Outcome, reference: Outcome) -> bool:
        """Tell whether an answer is that of the project's whole theory."""
        return outcome == reference

    def _follows_alike(self, outcome: Outcome, reference: Outcome) -> bool:
        """Tell whether the same statements follow, whichever of the others are refuted and which unknown."""
        own, whole = ([status == "entailed" for _, status in one[0]] for one in (outcome, reference))
        return own == whole

    def propose_block(self, level: Level, plan: Plan, keys: Sequence[str]) -> Iterable[Draft]:
        """Return drafts that need no world; ``keys`` are those of the block's worlds."""
        return ()

    @abstractmethod
    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """Return why a solved draft makes no item, in words that are counted; None when it does."""

    def try_choices(self, theory: Theory, wanted: Sequence[Solved]) -> list[str | Effort]:
        """Return for each draft why it makes no item when it is solved so, or the effort that takes; only for tasks
        that try choices."""
        raise ValueError("the task tries no choices")

    def grade(self, draft: Draft) -> Mapping[str, int]:
        """Return measures of what is asked that say more than those of its proofs, and stand in their place."""
        return {}

    def list_equivalences(self, item: Answered) -> Sequence[tuple[Rule, Rule, bool]]:
        """Return pairs of rules, and whether they say the same, which Z3 has to confirm."""
        return ()

    def list_open(self, draft: Draft, theory: Theory) -> tuple[frozenset[Term], frozenset[str]]:
        """Return keys and rules that bear on the answer beside what its claims and query tell."""
        return _NOTHING_OPEN

    def list_mentioned(self, draft: Draft) -> Sequence[Pattern]:
        """Return what the prompt shows besides what is stated and asked."""
        return ()

    @abstractmethod
    def describe(self, item: Answered) -> Described:
        """Return what is asked, for the item's identity."""

    @abstractmethod
    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """Return the texts of the slots in which the task asks."""

    @abstractmethod
    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """Return the answer as it is to be given."""

    @abstractmethod
    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """Return the item's ``query``."""

    def write_option(self, item: Answered, index: int, voice: Voice) -> tuple[Triple, str]:
        """Return the atom and the text of an option; only for tasks with options."""
        raise ValueError("the task has no options")

    def write_option_rule(self, item: Answered, index: int, to: Writes) -> dict[str, Any] | None:
        """Return the rule that an option is, as a theory file has it; None where options are statements."""
        return None

    @abstractmethod
    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """Return what a written item asks. Raises DatasetError when it asks nothing that this task could."""

    def judge(self, item: Answered, theory: Theory, model: frozenset[Triple]) -> str | None:
        """Return what is wrong with what only the task knows, judged by the checker; None when nothing is.

        ``theory`` is the item's own as exported, ``model`` its perfect model.
        """
        return None

    def say_fact(self, lexicon: Lexicon, fact: Triple) -> str:
        """Return how the prompt states a fact."""
        return say_supposition(lexicon, fact) if self.supposes else say_fact(lexicon, fact)

    def count_options(self, item: Answered) -> int:
        """Return how many of the judgements, from the first, are options."""
        return len(item.judgements)

    def find_right(self, item: Answered) -> int:
        """Return the position of the right option; ValueError when none is."""
        return [judgement.status for judgement in item.judgements].index("entailed")

    def list_choices(self, item: Answered) -> tuple[tuple[Choice, ...], int]:
        """Return what is seen of each thing to choose from, and the place of the right one; nothing without choices.

        Options say what they differ in: their statements, or else what is added for each.
        """
        if self.evidence != "options":
            return (), 0
        options = item.judgements[: self.count_options(item)]
        if len({option.statement for option in options}) > 1:
            listed = [Choice((option.statement,)) for option in options]
        else:
            changes = [option.change for option in options]
            listed = [
                Choice((*change.added, *(pattern for rule in change.rules for pattern in list_patterns(rule))))
                for change in changes
            ]
        return tuple(listed), self.find_right(item)

    @abstractmethod
    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """Tell whether what was read in the prompt is what the item asks."""
