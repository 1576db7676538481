"""Puzzle: which of the alternatives are the case, given the clues?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from workbench.errors import DatasetError
from workbench.generation.identity.clauses import Clause
from workbench.generation.identity.grains import Part
from workbench.generation.questions.draft import Answered, Change, Claim, Draft, Verdicts, Wish
from workbench.generation.questions.puzzle_choices import get_puzzle, try_puzzles
from workbench.generation.questions.puzzle_slots import Ground
from workbench.generation.questions.puzzling import make_puzzles
from workbench.generation.tasks.family import Asked, Described, Family, Layout, Reads, Solved, Voice, WorldScene, Writes
from workbench.model.deduction import Effort
from workbench.model.puzzles import Clue, Puzzle
from workbench.model.rules import Atom, iterate_atoms
from workbench.model.terms import Term, Triple, is_variable
from workbench.model.theory import Theory
from workbench.wording.lexicon import Lexicon
from workbench.wording.puzzle_sentences import say_clue, say_slot, say_slot_name, say_slot_value
from workbench.wording.reader import Reading
from workbench.wording.sentences import say_fact

__all__ = ["PuzzleFamily"]


class PuzzleFamily(Family):
    """Some facts of a world are left open; clues leave exactly one choice among the alternatives.

    ``detail`` is the puzzle. The claims are the statements of clues that follow from the facts with the solution
    added: what a solver has to conclude. That there is no other solution, and that no clue can be left out, is tried
    on every choice: by the engine under the item's rules and under all rules, by the checker, and by Z3.
    """

    name = "puzzle"
    kind = "puzzle"
    slots = ("unknowns", "clues")
    evidence = "puzzle"
    about_conclusions = False
    tries_choices = True

    def say_choices(self, lexicon: Lexicon) -> str:
        """How to answer."""
        return dict(lexicon.frames.instructions)[self.name]

    def propose_worlds(self, scenes: Sequence[WorldScene]) -> Iterable[tuple[int, Draft]]:
        """Leave some facts of each world open, and tell clues until they can be found again."""
        if not scenes or scenes[0].level.questions > 1:
            return
        grounds = [Ground(one.level, one.plan, one.world, one.batch, one.number) for one in scenes]
        for place, made, random in make_puzzles(grounds, self.name):
            puzzle = made.puzzle
            left_out = [fact for slot in puzzle.slots for fact in slot]
            draft = scenes[place].carve(Wish(self.name, made.leaves, made.rules, without=left_out), random)
            if draft is not None:
                shown = _list_shown(puzzle, draft.facts, made.model)
                claims = tuple(Claim(fact, Change(added=puzzle.solved)) for fact in shown)
                yield place, replace(draft, claims=claims, detail=(puzzle,))

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """The puzzle is one, nothing that it leaves open is stated, and what its clues say follows."""
        puzzle = get_puzzle(draft.detail)
        if fault := puzzle.find_fault():
            return fault
        if not {fact for slot in puzzle.slots for fact in slot}.isdisjoint(draft.facts):
            return "a fact of a slot is stated"
        if any(claim.change != Change(added=puzzle.solved) for claim in draft.claims):
            return "something is judged under another choice than the solution"
        if any(status != "entailed" for _, status in verdicts):
            return "what a clue says does not follow from the solution"
        return None

    def try_choices(self, theory: Theory, wanted: Sequence[Solved]) -> list[str | Effort]:
        """Try every choice: one must fit, without any one clue another, and clues must be taken together."""
        return try_puzzles(theory, [(get_puzzle(draft.detail), facts, rules) for draft, facts, rules in wanted])

    def list_open(self, draft: Draft, theory: Theory) -> tuple[frozenset[Term], frozenset[str]]:
        """Everything that clues and slots speak of, and the integrity rules that a choice could break."""
        puzzle = get_puzzle(draft.detail)
        keys = {Atom(*pattern).key for pattern in puzzle.patterns}
        open_keys = {Atom(*fact).key for slot in puzzle.slots for fact in slot}
        names = set()
        for name in draft.rules:
            rule = theory.by_name[name]
            if rule.is_integrity:
                body = {atom.key for negated in (False, True) for atom in iterate_atoms(rule.body, negated=negated)}
                if not open_keys.isdisjoint(theory.reach_back(draft.rules, body)):
                    names.add(name)
                    keys |= body
        return frozenset(keys), frozenset(names)

    def judge(self, item: Answered, theory: Theory, model: frozenset[Triple]) -> str | None:
        """The proofs show no more and no less than what clues say of the solution."""
        puzzle = get_puzzle(item.draft.detail)
        said = {fact for fact in _list_said(puzzle) if fact not in puzzle.solved and fact not in model}
        if not {judgement.statement for judgement in item.judgements} <= said:
            return "something is shown that no clue says, or that follows without the solution"
        return None

    def describe(self, item: Answered) -> Described:
        """The slots with their alternatives, and the clues."""
        puzzle = get_puzzle(item.draft.detail)
        parts = [Part("slot", tuple(("alternative", fact) for fact in slot)) for slot in puzzle.slots]
        parts += [
            Part("clue", tuple(_place_part(clue, place) for place in range(len(clue.parts))), clue.kind)
            for clue in puzzle.clues
        ]
        return Described(parts=tuple(parts), undecided=True)

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """What is unknown, and the clues, one a line."""
        puzzle = get_puzzle(item.draft.detail)
        slots = [say_slot(voice.lexicon, slot) for slot in puzzle.slots]
        clues = [say_clue(voice.lexicon, clue.kind, clue.parts) for clue in puzzle.clues]
        return {"unknowns": _list_lines(slots), "clues": _list_lines(clues)}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The statements of the solution, one a line in the order of the slots."""
        return "\n".join(say_fact(voice.lexicon, fact) for fact in get_puzzle(item.draft.detail).solved)

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The slots, the clues with their second solutions, and the solution."""
        puzzle, lexicon = get_puzzle(item.draft.detail), voice.lexicon
        slots = [
            {
                "name": say_slot_name(lexicon, slot),
                "alternatives": [
                    {
                        "value": say_slot_value(lexicon, slot, place),
                        "triple": to.write_triple(fact),
                        "text": say_fact(lexicon, fact),
                    }
                    for place, fact in enumerate(slot)
                ],
            }
            for slot in puzzle.slots
        ]
        clues = [
            {
                "kind": clue.kind,
                "parts": [to.write_body(part) for part in clue.parts],
                "text": say_clue(lexicon, clue.kind, clue.parts),
                "second": [say_slot_value(lexicon, *pair) for pair in zip(puzzle.slots, clue.second, strict=True)],
            }
            for clue in puzzle.clues
        ]
        return {
            "kind": self.kind,
            "slots": slots,
            "clues": clues,
            "solution": [[*pair] for pair in _solve(puzzle, lexicon)],
        }

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The puzzle, and as claims what clues say and the proof concludes."""
        query = item["query"]
        names = [slot["name"] for slot in query["slots"]]
        values = [[one["value"] for one in slot["alternatives"]] for slot in query["slots"]]
        if len(set(names)) < len(names) or any(len(set(own)) < len(own) for own in values):
            raise DatasetError("query.slots: two have one name, or one has two equal values")
        if [name for name, _ in query["solution"]] != names:
            raise DatasetError("query.solution: has not one value for each slot")
        slots = tuple(
            tuple(source.read_triple(one["triple"]) for one in slot["alternatives"]) for slot in query["slots"]
        )
        clues = tuple(
            Clue(clue["kind"], tuple(map(source.read_body, clue["parts"])), _choose(values, clue["second"], "clues"))
            for clue in query["clues"]
        )
        puzzle = Puzzle(slots, clues, _choose(values, [value for _, value in query["solution"]], "solution"))
        concluded = {source.read_triple(step["conclusion"]) for step in item["proof"] if step["conclusion"] != "false"}
        said = [fact for fact in _list_said(puzzle) if fact in concluded and fact not in puzzle.solved]
        return Asked(tuple(Claim(fact, Change(added=puzzle.solved)) for fact in said), detail=(puzzle,))

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The slots and clues read are those of the item."""
        puzzle = get_puzzle(item.draft.detail)
        clues = tuple((clue.kind, clue.parts) for clue in puzzle.clues)
        return (reading.unknowns, reading.clues) == (puzzle.slots, clues)


def _list_said(puzzle: Puzzle) -> list[Triple]:
    """Return the statements without variables of the clues, each once."""
    atoms = [atom for clue in puzzle.clues for part in clue.parts for atom in iterate_atoms(part)]
    found = [(atom.subject, atom.predicate, atom.object) for atom in atoms]
    return [fact for fact in dict.fromkeys(found) if not is_variable(fact[0]) and not is_variable(fact[2])]


def _list_shown(puzzle: Puzzle, stated: Iterable[Triple], model: frozenset[Triple]) -> list[Triple]:
    """Return what clues say and the solution makes follow."""
    known = {*stated, *puzzle.solved}
    return [fact for fact in _list_said(puzzle) if fact in model and fact not in known]


def _place_part(clue: Clue, place: int) -> tuple[str, Clause]:
    """Return a part of a clue with its role; where the order counts, that is its place."""
    role = ("condition", "conclusion")[place] if clue.kind == "if" else "statement"
    return role, Clause(clue.parts[place])


def _solve(puzzle: Puzzle, lexicon: Lexicon) -> list[tuple[str, str]]:
    return [
        (say_slot_name(lexicon, slot), say_slot_value(lexicon, slot, place))
        for slot, place in zip(puzzle.slots, puzzle.solution, strict=True)
    ]


def _choose(values: Sequence[Sequence[str]], taken: Sequence[str], place: str) -> tuple[int, ...]:
    if len(values) != len(taken) or any(value not in own for own, value in zip(values, taken, strict=True)):
        raise DatasetError(f"query.{place}: takes a value that a slot does not have")
    return tuple(own.index(value) for own, value in zip(values, taken, strict=True))


def _list_lines(sentences: Iterable[str]) -> str:
    return "\n".join(f"- {sentence}" for sentence in sentences)
