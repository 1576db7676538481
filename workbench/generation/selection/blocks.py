"""Blocks: the unit of work. A block of worlds becomes candidates by one pure function of its number.

Whoever computes a block, in whatever order, gets the same candidates; the selection takes them in their order. The
cells that are already full may be passed in to save work: candidates of a full cell can never be taken, so leaving
them out changes nothing.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property, partial
from typing import Any

from workbench.errors import LimitError
from workbench.generation.identity.grains import CaseStructure, Identity
from workbench.generation.items.item_making import ItemWriter, compute_item_identity, join_theory, write_theory_rule
from workbench.generation.items.judging import GATES, Case, Certificate, Judges
from workbench.generation.items.rendering import Frame, Renderer
from workbench.generation.keyed import hash_parts, take_share
from workbench.generation.memo import Memo
from workbench.generation.questions.answering import Rejection, answer_drafts
from workbench.generation.questions.closed_book import ClosedBook, choose_split, collect_names
from workbench.generation.questions.draft import Answered
from workbench.generation.questions.drafting import Drafter
from workbench.generation.questions.ends import find_ends, list_places
from workbench.generation.selection.balancing import Traits, get_traits
from workbench.generation.selection.collecting import collect_rarely
from workbench.generation.selection.cues import Offer, keep_balanced, list_balanced_cells, see_cues
from workbench.generation.selection.evening import Cue
from workbench.generation.splits.answered_features import describe_answered
from workbench.generation.splits.features import count_words
from workbench.generation.splits.splitter import Splitter, build_splitter
from workbench.generation.tasks import get_family
from workbench.generation.worlds.books import Book
from workbench.generation.worlds.plan import Plan, build_plan
from workbench.generation.worlds.project_worlds import ProjectWorlds
from workbench.generation.worlds.sampling import ClassChoice, Completion, Sampler
from workbench.generation.worlds.shapes import make_shape_judge
from workbench.generation.worlds.usable_rules import count_novelty, list_new_rules
from workbench.generation.worlds.world import NameBook, World
from workbench.model.curriculum import NO_STATUS, Curriculum, Level, WorldSource
from workbench.model.items import compute_item_id
from workbench.model.proofs import Proof
from workbench.model.rules import Rule
from workbench.model.shared_json import SharedObject
from workbench.model.terms import Term, Triple
from workbench.model.theory import Theory
from workbench.reasoning.closure import reason
from workbench.wording.grammar import Grammar
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reader
from workbench.wording.templates import Template

__all__ = ["BLOCK_SIZE", "BlockMaker", "Candidate", "JudgedItem", "Material", "Proposal", "cut_lexicon"]

BLOCK_SIZE = 48
"""Worlds in a block."""
_JUDGED_TOGETHER = 64
"""Items that Z3 is asked about together."""


@dataclass(frozen=True, slots=True)
class Material:
    """Everything that items of one curriculum are made from; plain values, so that it travels to workers.

    ``find_violating`` returns the focus nodes that violate the domain's shapes in a graph; it must be importable.
    """

    theory: Theory
    assertions: tuple[Triple, ...]
    datatype_properties: tuple[Term, ...]
    classes: tuple[Term, ...]
    curriculum: Curriculum
    lexicons: Mapping[str, Lexicon]
    templates: tuple[Template, ...]
    prefixes: Mapping[str, str]
    completions: tuple[Completion, ...]
    choices: tuple[ClassChoice, ...]
    shapes: tuple[Triple, ...]
    find_violating: Callable[[Sequence[Triple], Sequence[Triple]], Sequence[Term]] | None
    seed: int
    generator: str
    unsupported: tuple[Term, ...] = ()
    """The properties and classes that axioms outside the supported part speak of."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """An answered draft that may become an item: its cell, identity, split, language, and what is balanced over.

    ``cues`` are what is seen of its options or lines.
    """

    answered: Answered
    cell: tuple[str, str, str]
    identity: Identity
    split: str
    language: str
    traits: Traits
    frame: Frame | None = None
    cues: tuple[Cue, ...] = ()


@dataclass(frozen=True, slots=True)
class Proposal:
    """The candidates of a block in their order, what was turned away, and whether the supply is used up."""

    candidates: tuple[Candidate, ...]
    rejected: Mapping[Rejection, int]
    is_exhausted: bool = False


@dataclass(frozen=True, slots=True)
class JudgedItem:
    """An item that all judges accept with its theory file, or the reason why one does not."""

    item: dict[str, Any] | None
    theory: SharedObject | None
    reason: str = ""


@dataclass
class BlockMaker:
    """Makes and judges blocks; holds what is derived from the material and remembered between blocks."""

    material: Material
    _judges: Judges = field(init=False)

    def __post_init__(self) -> None:
        self._judges = Judges(self.material.prefixes, lambda: self.closed_book.book)

    @cached_property
    def plan(self) -> Plan:
        """The sampling plan."""
        m = self.material
        return build_plan(
            m.theory,
            m.assertions,
            datatype_properties=m.datatype_properties,
            assertable=m.curriculum.assertable,
            queryable=m.curriculum.queryable,
            prefixes=m.prefixes,
        )

    @cached_property
    def names(self) -> NameBook:
        """The names of fresh individuals."""
        constants = sorted({*self.plan.constants, *self._own_names})
        taken = {
            name: [lexicon.get_label(term) for term in constants] for name, lexicon in self.material.lexicons.items()
        }
        return NameBook(self.material.curriculum, taken)

    @cached_property
    def lexicons(self) -> dict[str, Lexicon]:
        """The lexicons with the labels of fresh individuals."""
        return {
            language: lexicon.with_labels(self.names.labels[language])
            for language, lexicon in self.material.lexicons.items()
        }

    @cached_property
    def renderer(self) -> Renderer:
        """The renderer."""
        m = self.material
        person, persons = m.curriculum.interrogative == "person", m.curriculum.persons
        places = list_places(find_ends(self.plan), persons) if persons else None
        choose = self.splitter.choose_template
        return Renderer(m.theory, self.lexicons, m.templates, person=person, persons=places, choose=choose)

    @cached_property
    def exported(self) -> dict[str, Lexicon]:
        """The lexicons that are exported: labels of fresh individuals and of the rules' constants only."""
        own = {*self.plan.constants, *self._own_names}
        return {name: cut_lexicon(lexicon, own, self.names) for name, lexicon in self.lexicons.items()}

    @cached_property
    def closed_book(self) -> ClosedBook:
        """What asks about the project's own individuals with nothing stated."""
        m = self.material
        names = collect_names(m.assertions, self.plan.constants, m.lexicons)
        return ClosedBook(Book(m.theory, m.assertions), self.plan, names, frozenset(m.unsupported))

    @property
    def has_closed_book(self) -> bool:
        """Whether any level states nothing."""
        return any(level.given == "none" for level in self.material.curriculum.levels)

    @cached_property
    def _own_names(self) -> frozenset[Term]:
        """The project's individuals that prompts may name; none where no level states nothing."""
        return self.closed_book.names.nameable if self.has_closed_book else frozenset()

    @cached_property
    def splitter(self) -> Splitter:
        """What decides on the split of an item."""
        splitter = build_splitter(self.material.curriculum, self.names.lists, self.material.theory.keys)
        if any(held.axis == "individuals" for held in splitter.held):
            self.names.order = splitter.order_names
        return splitter

    @cached_property
    def _new_rules(self) -> dict[str, tuple[str, ...]]:
        return list_new_rules(self.plan, self.material.curriculum.levels)

    @cached_property
    def reader(self) -> Reader:
        """The reader knows what the exported wording will say, and nothing else."""
        grammars = {name: Grammar(lexicon, self.material.classes) for name, lexicon in self.exported.items()}
        return Reader(grammars, self.renderer.skeletons)

    @cached_property
    def _sampler(self) -> Sampler:
        m = self.material
        judge = None
        if m.shapes and m.find_violating is not None:
            find, shapes = m.find_violating, m.shapes
            judge = make_shape_judge(lambda graph: find(graph, shapes), [name for name, _ in m.curriculum.languages])
        _ = self.splitter  # gives names their order
        return Sampler(self.plan, self.names, m.completions, m.choices, judge)

    @cached_property
    def _drafter(self) -> Drafter:
        return Drafter(self.plan, self.splitter.list_avoided(self.plan.theory.rules))

    @cached_property
    def _writer(self) -> ItemWriter:
        m = self.material
        return ItemWriter(m.curriculum.domain, m.curriculum.name, m.prefixes, m.generator)

    @cached_property
    def _project_worlds(self) -> ProjectWorlds:
        m = self.material
        _ = self.splitter  # gives names their order
        return ProjectWorlds(self.plan, self.names, reason(m.theory, m.assertions))

    @cached_property
    def _cases(self) -> Memo[str, CaseStructure]:
        return Memo()

    @cached_property
    def _theories(self) -> Memo[tuple[str, ...], Theory]:
        return Memo()

    @cached_property
    def _theory_files(self) -> Memo[tuple[str, ...], tuple[str, SharedObject]]:
        return Memo()

    @cached_property
    def _theory_rules(self) -> dict[str, SharedObject]:
        return {}

    @cached_property
    def _orders(self) -> dict[str, tuple[Triple, ...]]:
        return {}

    @collect_rarely()
    def propose(
        self, level: Level, source: WorldSource, number: int, open_cells: Collection[tuple[str, str]]
    ) -> Proposal:
        """Return the candidates of block ``number`` of a level's worlds from one source."""
        rejected: Counter[Rejection] = Counter()
        curriculum = self.material.curriculum
        base = f"{self.material.seed}/{curriculum.domain}/{curriculum.name}/{level.name}"
        worlds: list[World]
        answered: Sequence[Answered]
        if level.given == "none":
            if base not in self._orders:
                self._orders[base] = self.closed_book.order(base)
            chosen = self._orders[base][number * BLOCK_SIZE : (number + 1) * BLOCK_SIZE]
            if not chosen:
                return Proposal((), {}, is_exhausted=True)
            answered, rejected = self.closed_book.propose(level, chosen, list_balanced_cells(level, open_cells))
            return self._make_proposal(level, answered, rejected, open_cells)
        # Drafts are weighed against each other, so which cells are full already must not matter to what is drafted.
        cells = list_balanced_cells(level, open_cells)
        keys = [f"{base}/{number * BLOCK_SIZE + i}" for i in range(BLOCK_SIZE)]
        needs_worlds = not all(get_family(task).bare for task, _ in cells)
        if source == "sampled":
            worlds, dropped = self._sampler.sample(level, keys) if needs_worlds else ([], {})
        else:
            if base not in self._orders:
                self._orders[base] = self._project_worlds.order(base)
            chosen = self._orders[base][number * BLOCK_SIZE : (number + 1) * BLOCK_SIZE]
            if not chosen:
                return Proposal((), {}, is_exhausted=True)
            worlds, dropped = self._project_worlds.cut(level, chosen, base) if needs_worlds else ([], {})
        rejected.update({("", "", f"world: {why}"): count for why, count in dropped.items() if count})
        drafted = self._drafter.draft(level, worlds, cells, keys if source == level.sources[0] else ())
        answered, faults = answer_drafts(self.material.theory, *drafted)
        rejected.update(faults)
        return self._make_proposal(level, answered, rejected, open_cells)

    def _make_proposal(
        self,
        level: Level,
        answered: Sequence[Answered],
        rejected: Counter[Rejection],
        open_cells: Collection[tuple[str, str]],
    ) -> Proposal:
        """Return those of the answered drafts that have a cell that is open, and do not tell their answers."""
        # What is in full cells of a task is weighed, too: what stays of the others must not depend on it.
        tasks = {task for task, _ in open_cells}
        answered = [item for item in answered if item.draft.task in tasks]
        candidates: list[Candidate | None] = [None] * len(answered)
        # Case by case: what is worked out for a case is then at hand for all of its questions.
        for position in sorted(range(len(answered)), key=lambda position: answered[position].draft.case):
            item = answered[position]
            candidate = self.classify(item)
            if isinstance(candidate, str):
                rejected[item.draft.task, item.draft.aim, candidate] += 1
            else:
                candidates[position] = candidate
        found = [candidate for candidate in candidates if candidate is not None]
        kept = []
        for candidate, fault in zip(found, self._weigh(found), strict=True):
            draft = candidate.answered.draft
            if fault is not None:
                rejected[draft.task, draft.aim, fault] += 1
            elif candidate.cell[1:] in open_cells:
                kept.append(replace(candidate, cues=see_cues(candidate.answered)))
        return Proposal(tuple(kept), dict(sorted(rejected.items())))

    def _weigh(self, candidates: Sequence[Candidate]) -> list[str | None]:
        """Return of each candidate why it is left out, None for those that stay."""
        offers = [
            Offer(one.answered, one.identity.core, "shared" if self._is_shared(one.split) else "apart")
            for one in candidates
        ]
        return keep_balanced(offers, self.material.curriculum.max_per_structure)

    def _is_shared(self, split: str) -> bool:
        """Tell whether a split is one of those that items are shared out to, train among them."""
        return any(split == name for name, _ in self.material.curriculum.splits.shares)

    def classify(self, item: Answered, *, is_lesson: bool = False) -> Candidate | str:
        """Find the one cell, split and language of an answered draft.

        One that ``is_lesson`` is wanted for what it teaches, whatever the bounds of its level.
        """
        level, curriculum = item.draft.level, self.material.curriculum
        rules = self._select(item.draft.rules).rules
        fitting = [level] if is_lesson else [other for other in curriculum.levels if self.fits(item, other)]
        if level not in fitting:
            return "outside the level's bounds"
        try:
            closed = self.renderer.list_closed(item.draft)
            identity = compute_item_identity(item, rules, closed, self._find_case(item, rules))
        except LimitError:
            return "too regular to be told apart from others"
        if fitting[int((identity.named if level.given != "none" else identity.exact)[:8], 16) % len(fitting)] != level:
            return "belongs to another level"
        language = self._choose_language(item)
        if language is None:
            return "no template for the task"
        cell = (level.name, item.draft.task, item.status or NO_STATUS)
        template = self.renderer.choose_template(item.draft, language).name
        words = None
        if level.words or self.splitter.needs_text:
            words = count_words(self.renderer.render(item, language).prompt)
            if level.words and words > level.words:
                return "longer than the level allows"
        features = describe_answered(item, rules, identity, template, words)
        split = choose_split(self.splitter, features, level, item.draft.task)
        return Candidate(item, cell, identity, split, language, get_traits(features))

    def _choose_language(self, item: Answered) -> str | None:
        """Return the language that the draft's key draws among those with templates for its task; None without any."""
        spoken = [
            (name, share)
            for name, share in self.material.curriculum.languages
            if self.renderer.has_templates(item.draft, name)
        ]
        total = sum(share for _, share in spoken)
        shares = [(name, share / total) for name, share in spoken]
        return take_share(hash_parts("language", item.draft.key), shares) if shares else None

    def _find_case(self, item: Answered, rules: Sequence[Rule]) -> CaseStructure:
        """Return what identity knows of an item's facts and rules; the latest cases are kept."""
        return self._cases.get(item.draft.case, lambda: CaseStructure(item.draft.facts, rules))

    def fits(self, item: Answered, level: Level) -> bool:
        """Tell whether an answered draft is in one of a level's cells and within its bounds."""
        wanted = {(quota.task, quota.status) for quota in level.quotas}
        if level.given != item.draft.level.given or (item.draft.task, item.status or NO_STATUS) not in wanted:
            return False
        measures = item.difficulty.list_measures()
        if any(name == "novelty" for name, _ in level.bounds):
            proofs = [one.evidence for one in item.judgements if isinstance(one.evidence, Proof)]
            used = {name for proof in proofs for name in proof.iterate_rules()}
            measures["novelty"] = count_novelty(used, level, self._new_rules)
        return level.admits(measures)

    @collect_rarely()
    def judge(self, candidates: Sequence[Candidate]) -> list[JudgedItem]:
        """Render, write and judge candidates; every result stands alone, so they are judged case by case."""
        order = sorted(range(len(candidates)), key=lambda position: candidates[position].answered.draft.case)
        found: dict[int, JudgedItem] = {}
        for start in range(0, len(order), _JUDGED_TOGETHER):
            positions = order[start : start + _JUDGED_TOGETHER]
            found.update(zip(positions, self._judge_together([candidates[at] for at in positions]), strict=True))
        return [found[position] for position in range(len(candidates))]

    def _judge_together(self, candidates: Sequence[Candidate]) -> list[JudgedItem]:
        """Render, judge and write candidates about which Z3 is asked at once."""
        cases = []
        for candidate in candidates:
            item = candidate.answered
            theory = self._select(item.draft.rules)
            cases.append(Case(item, self.renderer.render(item, candidate.language, candidate.frame), theory))
        verdicts = self._judges.judge_all(cases, self.reader)
        return [
            JudgedItem(None, None, verdict) if isinstance(verdict, str) else self._write(candidate, case, verdict)
            for candidate, case, verdict in zip(candidates, cases, verdicts, strict=True)
        ]

    def _select(self, names: tuple[str, ...]) -> Theory:
        """Return the theory of some rules; the latest are kept."""
        return self._theories.get(names, partial(self.material.theory.select, names))

    def _write(self, candidate: Candidate, case: Case, verdict: Certificate) -> JudgedItem:
        names = case.item.draft.rules
        digest, file = self._theory_files.get(names, partial(self._write_theory, case.theory.rules))
        facts = self.closed_book.book.digest if case.item.draft.level.given == "none" else None
        written = self._writer.write(case.item, case.rendered, digest, candidate.identity, candidate.split, facts)
        written["verified"] = {
            "checker": verdict.checker,
            "z3": verdict.z3,
            "reader": verdict.reader,
            "gates": list(GATES),
        }
        written["id"] = compute_item_id(written)
        return JudgedItem(written, file)

    def _write_theory(self, rules: Sequence[Rule]) -> tuple[str, SharedObject]:
        known = self._theory_rules
        for rule in rules:
            if rule.name not in known:
                text = {language: self.renderer.say_rule(language, rule) for language in self.lexicons}
                known[rule.name] = write_theory_rule(rule, self.material.prefixes, text)
        return join_theory([known[rule.name] for rule in rules])


def cut_lexicon(lexicon: Lexicon, constants: Collection[Term], names: NameBook) -> Lexicon:
    """Return the lexicon that is exported: labels of fresh individuals and of the rules' constants only."""
    return lexicon.keep_labels([*constants, *names.labels[lexicon.language]])
