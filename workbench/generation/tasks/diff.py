"""Diff: what would no longer follow without a fact, or follow with another?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.errors import DatasetError
from workbench.generation.identity.grains import Part
from workbench.generation.questions.draft import Answered, Change, Claim, Draft, Verdicts
from workbench.generation.tasks.family import LETTERS, Asked, Described, Family, Layout, Reads, Scene, Voice, Writes
from workbench.generation.tasks.options import OPTIONS
from workbench.model.rules import Atom
from workbench.model.terms import Term, Triple
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.sentences import capitalise, say_statement
from workbench.wording.task_sentences import say_change

__all__ = ["Diff"]


class Diff(Family):
    """Four statements; exactly one follows before a change of the facts and not after it, or the other way round.

    The claims are the options after the change, then the same before it.
    """

    name = "diff"
    kind = "diff"
    slots = ("changes", "options", "instruction")
    evidence = "options"

    def say_choices(self, lexicon: Lexicon) -> str:
        """Nothing: how to answer depends on the direction, and is a slot."""
        return ""

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Take away, or leave out and add, a fact that the target rests on."""
        random = scene.start(self.name)
        known = scene.batch.list_facts(scene.number, stated=False)
        kept, open_ones = [], [statement for statement, refutation in scene.wrong if refutation is None]
        for fact in random.shuffle(sorted(scene.leaves))[:2]:
            kept = [f for f in known if f != scene.target and not self._rests_on(scene, f, fact)]
            for direction in random.shuffle(("lost", "gained")):
                others = random.shuffle(kept)[: OPTIONS - 2] + random.shuffle(open_ones)
                others = [one for one in dict.fromkeys(others) if one != scene.target][: OPTIONS - 1]
                if len(others) < OPTIONS - 1:
                    continue
                facts, rules = set(scene.leaves), set(scene.used)
                for one in others:
                    proof = scene.batch.proof(scene.number, one)
                    if proof is not None:
                        facts |= set(proof.leaves)
                        rules |= set(proof.iterate_rules())
                lost = direction == "lost"
                change = Change(removed=(fact,)) if lost else Change(added=(fact,))
                options = random.shuffle([scene.target, *others])
                claims = (*(Claim(one, change) for one in options), *(Claim(one) for one in options))
                yield scene.carve(
                    self.name,
                    facts if lost else facts - {fact},
                    rules,
                    random,
                    claims=claims,
                    without=() if lost else (fact,),
                    detail=(direction,),
                )
                break

    def _rests_on(self, scene: Scene, conclusion: Triple, fact: Triple) -> bool:
        proof = scene.batch.proof(scene.number, conclusion)
        return proof is None or fact in proof.leaves

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """Exactly one option changes as asked, the change changes something, and no option is stated."""
        count = len(draft.claims) // 2
        change = draft.claims[0].change
        if any(statement in draft.facts or statement in change.added for statement, _ in verdicts):
            return "the statement is already stated"
        if not set(change.removed) <= set(draft.facts) or set(change.added) & set(draft.facts):
            return "the change changes nothing"
        pairs = list(zip(verdicts[:count], verdicts[count:], strict=True))
        turned = [_turns(before, after, draft.detail[0]) for (_, after), (_, before) in pairs]
        return None if sum(turned) == 1 else "not exactly one of them changes"

    def count_options(self, item: Answered) -> int:
        """The first half of the claims."""
        return len(item.draft.claims) // 2

    def find_right(self, item: Answered) -> int:
        """The option that changes as asked."""
        count = self.count_options(item)
        pairs = zip(item.judgements[:count], item.judgements[count:], strict=True)
        return [_turns(before.status, after.status, item.draft.detail[0]) for after, before in pairs].index(True)

    def describe(self, item: Answered) -> Described:
        """The change, its direction and the options."""
        change = item.draft.claims[0].change
        clauses = (
            *(("added", fact) for fact in change.added),
            *(("removed", fact) for fact in change.removed),
        )
        options = item.draft.statements[: self.count_options(item)]
        return Described(options=options, parts=(Part("change", clauses, str(item.draft.detail[0])),), undecided=True)

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """What changes, and the statements behind their letters."""
        change = item.draft.claims[0].change
        said = [say_change(voice.lexicon, fact, added=True) for fact in change.added]
        said += [say_change(voice.lexicon, fact, added=False) for fact in change.removed]
        options = [self.write_option(item, index, voice)[1] for index in range(self.count_options(item))]
        lines = (f"{letter}) {text}" for letter, text in zip(LETTERS, options, strict=False))
        instruction = dict(voice.lexicon.frames.instructions)[str(item.draft.detail[0])]
        return {"changes": "\n".join(said), "options": "\n".join(lines), "instruction": instruction}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The letter of the one that changes."""
        return LETTERS[self.find_right(item)]

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The direction, the change, and how the options stood before it."""
        change, count = item.draft.claims[0].change, self.count_options(item)
        return {
            "kind": self.kind,
            "direction": item.draft.detail[0],
            "remove": [f"c{layout.facts.index(fact) + 1}" for fact in change.removed],
            "add": [to.write_triple(fact) for fact in change.added],
            "before": [
                {"status": judgement.status, "evidence": to.write_evidence(judgement, layout, voice.lexicon)}
                for judgement in item.judgements[count:]
            ],
        }

    def write_option(self, item: Answered, index: int, voice: Voice) -> tuple[Triple, str]:
        """The statement and its sentence."""
        statement = item.judgements[index].statement
        return statement, capitalise(say_statement(voice.lexicon, statement))

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The options after the change and before it."""
        query = item["query"]
        facts = {entry["id"]: source.read_triple(entry["triple"]) for entry in item["context"]}
        if not set(query["remove"]) <= facts.keys():
            raise DatasetError("query.remove: names what is not in the context")
        change = Change(
            tuple(source.read_triple(triple) for triple in query["add"]), tuple(facts[id_] for id_ in query["remove"])
        )
        options = [source.read_triple(option["atom"]) for option in item["options"]]
        if len(options) != len(query["before"]):
            raise DatasetError("query.before: has not one status for each option")
        before = [
            source.read_evidence(f"query.before[{number}]", Claim(option), written)
            for number, (option, written) in enumerate(zip(options, query["before"], strict=True))
        ]
        claims = (*(Claim(option, change) for option in options), *(Claim(option) for option in options))
        return Asked(claims, detail=(query["direction"],), judgements=tuple(before))

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The changes and the statements read are those of the item."""
        change, count = item.draft.claims[0].change, self.count_options(item)
        changes = (*((True, fact) for fact in change.added), *((False, fact) for fact in change.removed))
        options = tuple((LETTERS[n], Atom(*s)) for n, s in enumerate(item.draft.statements[:count]))
        right = reading.instruction == item.draft.detail[0]
        return right and reading.changes == changes and reading.options == options


def _turns(before: str, after: str, direction: object) -> bool:
    if direction == "lost":
        return before == "entailed" and after != "entailed"
    return before != "entailed" and after == "entailed"
