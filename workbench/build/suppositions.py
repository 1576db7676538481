"""A supposition as a value, and as text and JSON: what a change would take away and what it would bring."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

from workbench.build.accounts import Account, tell_proof
from workbench.build.explanations import Explanation, clean_text, format_line
from workbench.build.narration import Narrator
from workbench.model.items import compact_term
from workbench.model.proofs import FALSE
from workbench.model.report import Location
from workbench.model.terms import Triple
from workbench.project import Domain
from workbench.reasoning.closure import Closure, Revision

__all__ = ["Assumption", "Consequence", "Supposition"]

_SHOWN = 10
_MOST_TOLD = 200


@dataclass(frozen=True, slots=True)
class Assumption:
    """One thing left out or added: as it was typed, in words, its triple if it is one, and where it stands."""

    written: str
    text: str
    triple: Triple | None
    kind: Literal["fact", "axiom", "rule", "constraint"]
    location: Location | None


@dataclass(frozen=True, slots=True)
class Consequence:
    """A statement that is lost or gained, in words, with its minimal proof, before or after the change."""

    triple: Triple
    text: str
    account: Account


@dataclass(frozen=True, eq=False)
class Supposition:
    """What follows from a change that is only supposed.

    ``lost`` and ``gained`` are ordered by height, then by name; what was itself left out or added is not among them.
    Proofs are told for the first 200 of each. ``explanation`` is that of the statement asked about, after the change;
    ``unjudged`` says why there is none, where the facts would contradict each other and the statement not follow.
    """

    domain: Domain
    narrator: Narrator
    without: tuple[Assumption, ...]
    with_: tuple[Assumption, ...]
    revision: Revision
    own: frozenset[Triple]
    explanation: Explanation | None
    unjudged: str = ""

    @cached_property
    def lost_facts(self) -> tuple[Triple, ...]:
        """What would follow no longer."""
        return self._order(self.revision.lost, self.revision.before)

    @cached_property
    def gained_facts(self) -> tuple[Triple, ...]:
        """What would follow in addition."""
        return self._order(self.revision.gained, self.revision.closure)

    def _order(self, facts: Iterable[Triple], closure: Closure) -> tuple[Triple, ...]:
        return tuple(sorted((f for f in facts if f not in self.own), key=lambda f: (closure.depth(f) or 0, f)))

    @cached_property
    def lost(self) -> tuple[Consequence, ...]:
        """What would follow no longer, with the proofs that would be gone."""
        return tuple(self._tell(self.lost_facts, self.revision.before))

    @cached_property
    def gained(self) -> tuple[Consequence, ...]:
        """What would follow in addition, with its proofs."""
        return tuple(self._tell(self.gained_facts, self.revision.closure))

    def _tell(self, facts: tuple[Triple, ...], closure: Closure) -> Iterator[Consequence]:
        rules = closure.theory.by_name
        for fact in facts[:_MOST_TOLD]:
            proof = closure.proof(fact)
            if proof is not None:
                supposed = () if closure is self.revision.before else self.own
                account = tell_proof(proof, self.narrator, rules, supposed)
                yield Consequence(fact, self.narrator.say(fact), account)

    @cached_property
    def kept(self) -> tuple[Consequence, ...]:
        """What was left out and would follow all the same, with its proofs."""
        closure = self.revision.closure
        left_out = (assumption.triple for assumption in self.without if assumption.kind == "fact")
        return tuple(self._tell(tuple(t for t in left_out if t is not None and closure.is_entailed(t)), closure))

    @cached_property
    def contradiction(self) -> Account | None:
        """The minimal contradiction that the facts would contain; None when there is none."""
        return self._tell_contradiction(self.revision.closure)

    @cached_property
    def former_contradiction(self) -> Account | None:
        """The minimal contradiction that the facts contain as they are."""
        return self._tell_contradiction(self.revision.before)

    def _tell_contradiction(self, closure: Closure) -> Account | None:
        proof = closure.proof(FALSE)
        supposed = () if closure is self.revision.before else self.own
        return None if proof is None else tell_proof(proof, self.narrator, closure.theory.by_name, supposed)

    def format_text(self, *, all: bool = False) -> str:
        """Return the supposition for people; ``all`` shows more than the first ten consequences of each kind."""
        blocks = [row for head, rows in (("Without", self.without), ("With", self.with_)) for row in _list(head, rows)]
        most = _MOST_TOLD if all else _SHOWN
        for consequence in self.kept:
            rows = _format_account(consequence.account)
            blocks.append("\n".join((f"That would still follow: {consequence.text}", *rows)))
        blocks += self._format_consequences("no longer follows", "no longer follow", self.lost, self.lost_facts, most)
        blocks += self._format_consequences("follows as well", "follow as well", self.gained, self.gained_facts, most)
        if not self.lost_facts and not self.gained_facts:
            blocks.append("Nothing else would change: the same statements would follow.")
        if self.contradiction is not None and self.former_contradiction is None:
            blocks.append("\n".join(("The facts would contradict each other:", *_format_account(self.contradiction))))
        elif self.contradiction is None and self.former_contradiction is not None:
            blocks.append("The facts would contradict each other no longer.")
        elif self.contradiction is not None:
            blocks.append("The facts contradict each other, and would still do so.")
        text = "\n\n".join(blocks)
        if self.explanation is not None:
            text += f"\n\n{self.explanation.format_text().rstrip()}"
        elif self.unjudged:
            text += f"\n\n{self.unjudged}"
        return clean_text(text) + "\n"

    def _format_consequences(
        self, one: str, many: str, told: tuple[Consequence, ...], facts: tuple[Triple, ...], most: int
    ) -> Iterator[str]:
        if not facts:
            return
        yield f"1 statement {one}:" if len(facts) == 1 else f"{len(facts):,} statements {many}:"
        for number, consequence in enumerate(told[:most], 1):
            yield "\n".join((f"{number}. {consequence.text}", *_format_account(consequence.account)))
        if len(facts) > most:
            yield f"and {len(facts) - most:,} more."

    def to_json(self) -> dict[str, Any]:
        """Return the supposition as a JSON object; terms are prefixed names where the domain has a prefix."""
        return {
            "domain": self.domain.name,
            "without": [self._write(assumption) for assumption in self.without],
            "with": [self._write(assumption) for assumption in self.with_],
            "kept": self._write_consequences(self.kept, tuple(consequence.triple for consequence in self.kept)),
            "lost": self._write_consequences(self.lost, self.lost_facts),
            "gained": self._write_consequences(self.gained, self.gained_facts),
            "consistent": self.contradiction is None,
            "contradiction": None if self.contradiction is None else self._write_account(self.contradiction),
            "explanation": None if self.explanation is None else self.explanation.to_json(),
            **({"unjudged": self.unjudged} if self.unjudged else {}),
        }

    def _compact(self, triple: Triple) -> list[str]:
        return [compact_term(term, self.domain.prefixes) for term in triple]

    def _write(self, assumption: Assumption) -> dict[str, Any]:
        place = assumption.location
        return {
            "written": assumption.written,
            "text": assumption.text,
            "kind": assumption.kind,
            "triple": None if assumption.triple is None else self._compact(assumption.triple),
            "location": {"path": place.path, "line": place.line, "column": place.column} if place else None,
        }

    def _write_account(self, account: Account) -> dict[str, Any]:
        return {"height": account.height, "lines": [line.to_json(self.domain.prefixes) for line in account.lines]}

    def _write_consequences(self, told: tuple[Consequence, ...], facts: tuple[Triple, ...]) -> list[dict[str, Any]]:
        """Every consequence; those beyond the first 200 have no proof."""
        proofs = {consequence.triple: self._write_account(consequence.account) for consequence in told}
        return [
            {"triple": self._compact(fact), "text": self.narrator.say(fact), "proof": proofs.get(fact)}
            for fact in facts
        ]


def _list(head: str, assumptions: tuple[Assumption, ...]) -> Iterator[str]:
    for assumption in assumptions:
        place = f" ({assumption.location})" if assumption.location else ""
        yield f"{head}: {assumption.text}{place}"


def _format_account(account: Account) -> Iterator[str]:
    return (f"   {row}" for line in account.lines for row in format_line(line))
