"""Options: which of several statements must be true?"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from workbench.generation.questions.draft import Answered, Claim, Draft, Verdicts
from workbench.generation.tasks.family import LETTERS, Asked, Described, Family, Layout, Reads, Scene, Voice, Writes
from workbench.model.rules import Atom
from workbench.model.terms import Term, Triple
from workbench.wording.reader import Reading
from workbench.wording.sentences import capitalise, say_statement

__all__ = ["OPTIONS", "Options"]

OPTIONS = 4
"""How many there are to choose from."""
_MAX_FACTS = 30


class Options(Family):
    """Four statements near each other, of which exactly one follows; each of the others is false or unknown."""

    name = "options"
    kind = "options"
    slots = ("options",)
    evidence = "options"

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Ask for the target among statements near it."""
        if len(scene.wrong) < OPTIONS - 1:
            return
        random = scene.start(self.name)
        leaves, used = scene.leaves, scene.used
        chosen = random.shuffle(scene.wrong)[: OPTIONS - 1]
        for statement, refutation in chosen:
            if refutation is not None and len(leaves | set(refutation.leaves)) <= _MAX_FACTS:
                leaves |= set(refutation.leaves) - {statement}
                used |= set(refutation.iterate_rules())
            else:
                used |= set(scene.by_head.get(Atom(*statement).key, ())[:1])
        listed = random.shuffle([scene.target, *(statement for statement, _ in chosen)])
        yield scene.carve(self.name, leaves, used, random, claims=tuple(map(Claim, listed)))

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """Exactly one option follows, and none is stated."""
        if any(statement in draft.facts for statement, _ in verdicts):
            return "the statement is already stated"
        return None if sum(s == "entailed" for _, s in verdicts) == 1 else "not exactly one option follows"

    def describe(self, item: Answered) -> Described:
        """The options."""
        return Described(options=item.draft.statements)

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The options, one a line behind its letter."""
        said = [self.write_option(item, index, voice)[1] for index in range(len(item.judgements))]
        return {"options": "\n".join(f"{letter}) {text}" for letter, text in zip(LETTERS, said, strict=False))}

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The letter of the option that follows."""
        return next(LETTERS[n] for n, j in enumerate(item.judgements) if j.status == "entailed")

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """Nothing but the kind: the options stand beside it."""
        return {"kind": self.kind}

    def write_option(self, item: Answered, index: int, voice: Voice) -> tuple[Triple, str]:
        """The statement and its sentence."""
        statement = item.judgements[index].statement
        return statement, capitalise(say_statement(voice.lexicon, statement))

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The options' statements."""
        return Asked(tuple(Claim(source.read_triple(option["atom"])) for option in item["options"]))

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The options read are those listed, in their order."""
        return reading.options == tuple((LETTERS[i], Atom(*s)) for i, s in enumerate(item.draft.statements))
