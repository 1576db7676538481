"""An explanation as a value, and as text, JSON or a diagram."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from workbench.build.accounts import Account, Line
from workbench.build.narration import Narrator
from workbench.model.items import compact_term
from workbench.model.proofs import FALSE, Evidence, ModelPair, Proof, Refutation, Status
from workbench.model.report import Location, Violation
from workbench.model.terms import RDF_TYPE, Triple
from workbench.project import Domain
from workbench.wording.sentences import say_closed

__all__ = ["Explanation", "clean_text", "format_line"]

_SHOWN = 12
_VERDICTS: dict[Status, str] = {
    "entailed": "True, since it follows",
    "refuted": "False, since it cannot be",
    "unknown": "Unknown, since neither it nor its opposite follows",
}
_NOT_FOUND = "False, since nothing says so"
_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u200e\u200f\u202a-\u202e\u2066-\u2069]+")
_TYPOGRAPHIC = str.maketrans({'"': "”", "<": "‹", ">": "›", "`": "’", "#": "＃", "|": "∣", "\\": "＼"})


@dataclass(frozen=True, eq=False)
class Explanation:
    """Why a statement is entailed, refuted or unknown.

    ``evidence`` is the minimal proof, the refutation or the pair of models; ``accounts`` the proofs in words, the
    first that of ``evidence``. ``is_complete`` tells that there are no other proofs than those. ``contradictions`` are
    some of those among the facts from which the statement follows; empty when they are consistent. ``is_supposed``
    tells that the facts are not those of the domain but what is supposed instead.
    """

    domain: Domain
    narrator: Narrator
    statement: Triple
    status: Status
    evidence: Evidence
    accounts: tuple[Account, ...]
    is_complete: bool
    contradictions: tuple[Violation, ...] = ()
    is_supposed: bool = False

    @property
    def sentence(self) -> str:
        """The statement in words."""
        return self.narrator.say(self.statement)

    @cached_property
    def added(self) -> tuple[Triple, ...]:
        """For what is unknown: the further facts that would follow from it, sorted."""
        if not isinstance(self.evidence, ModelPair):
            return ()
        without = set(self.evidence.without)
        return tuple(fact for fact in self.evidence.with_statement if fact not in without)

    @property
    def closing(self) -> str:
        """What a refutation comes to, or what is open about an unknown statement, in one or two sentences."""
        if isinstance(self.evidence, Refutation):
            return self._close_refutation(self.evidence)
        if isinstance(self.evidence, ModelPair):
            return (
                "Both are possible: what is known as it is, and the same with this statement added; "
                "neither contradicts any rule."
            )
        return ""

    def _close_refutation(self, evidence: Refutation) -> str:
        if evidence.proof is None:
            return f"It is neither stated nor derived. {self._say_closed(self.statement)}"
        if evidence.proof.goal == FALSE:
            return "So the statement contradicts what is known."
        looked = self.narrator.say_inside(evidence.proof.goal)
        return f"But it is neither stated nor derived that {looked}. {self._say_closed(evidence.proof.goal)}"

    def _say_closed(self, triple: Triple) -> str:
        is_class = triple[1] == RDF_TYPE
        return say_closed(self.narrator.lexicon, triple[2] if is_class else triple[1], is_class=is_class)

    def format_text(self) -> str:
        """Return the explanation for people: the verdict, then numbered sentences with their places."""
        is_missing = isinstance(self.evidence, Refutation) and self.evidence.proof is None
        verdict = _NOT_FOUND if is_missing else _VERDICTS[self.status]
        blocks = [f"{verdict}: {self.sentence}"]
        for number, account in enumerate(self.accounts, 1):
            head = [f"Proof {number} of {len(self.accounts)}:"] if len(self.accounts) > 1 else []
            blocks.append("\n".join((*head, *(text for line in account.lines for text in format_line(line)))))
        if self.closing:
            blocks.append(self.closing)
        if self.added:
            blocks.append("\n".join(self._list_added()))
        if self.contradictions:
            blocks.append("\n".join(self._list_contradictions()))
        if not self.is_complete:
            blocks.append("There are further proofs." if len(self.accounts) > 1 else "There are other proofs too.")
        return clean_text("\n\n".join(blocks)) + "\n"

    def _list_contradictions(self) -> Iterator[str]:
        if self.is_supposed:
            yield "But with what is supposed the facts would contradict each other:"
        else:
            yield f"But the facts of {self.domain.name} contradict each other. 'workbench check' tells more:"
        for violation in self.contradictions:
            yield f"  - {violation.message}" + (f" ({violation.location})" if violation.location else "")

    def _list_added(self) -> Iterator[str]:
        yield "With the statement this would follow as well:"
        yield from (f"  - {self.narrator.say(fact)}" for fact in self.added[:_SHOWN])
        if len(self.added) > _SHOWN:
            yield f"  and {len(self.added) - _SHOWN} more."

    def to_json(self) -> dict[str, Any]:
        """Return the explanation as a JSON object; terms are prefixed names where the domain has a prefix."""
        prefixes = self.domain.prefixes
        proofs = [
            {"height": account.height, "lines": [line.to_json(prefixes) for line in account.lines]}
            for account in self.accounts
        ]
        entailed = isinstance(self.evidence, Proof)
        contradictions = [
            {"code": violation.code, "message": violation.message, "location": _write_place(violation.location)}
            for violation in self.contradictions
        ]
        return {
            **({"contradictions": contradictions} if contradictions else {}),
            "domain": self.domain.name,
            "statement": {"triple": self._compact(self.statement), "text": self.sentence},
            "status": self.status,
            "proofs": proofs if entailed else [],
            "complete": self.is_complete,
            "refutation": self._make_refutation(proofs),
            "models": self._make_models(),
        }

    def _compact(self, triple: Triple) -> list[str]:
        return [compact_term(term, self.domain.prefixes) for term in triple]

    def _make_refutation(self, proofs: list[dict[str, Any]]) -> dict[str, Any] | None:
        if not isinstance(self.evidence, Refutation):
            return None
        proof = self.evidence.proof
        goal = self.statement if proof is None else proof.goal
        kind = "not-found" if proof is None else "contradiction" if goal == FALSE else "closed-consequence"
        return {
            "kind": kind,
            "text": self.closing,
            "looked_for": None if goal == FALSE else self._compact(goal),
            "proof": proofs[0] if proofs else None,
        }

    def _make_models(self) -> dict[str, Any] | None:
        if not isinstance(self.evidence, ModelPair):
            return None
        added = [{"triple": self._compact(fact), "text": self.narrator.say(fact)} for fact in self.added]
        without, with_ = len(self.evidence.without), len(self.evidence.with_statement)
        return {"text": self.closing, "derived_without": without, "derived_with": with_, "added": added}

    def to_mermaid(self) -> str:
        """Return a Mermaid flowchart of the first proof, from the facts at the bottom up to the statement."""
        lines = ["flowchart BT"]
        if not self.accounts:
            lines += [f'  s["{_write_label(self.sentence)}"]', f'  v["{_write_label(self.closing)}"]', "  v --> s"]
            return "\n".join(lines) + "\n"
        for line in self.accounts[0].lines:
            opening, ending = ("([", "])") if line.origin in ("stated", "assumed") else ("[", "]")
            lines.append(f'  n{line.number}{opening}"{_write_label(line.text)}"{ending}')
            lines += [f'  n{premise} -->|"{_write_label(line.rule)}"| n{line.number}' for premise in line.premises]
            for index, absent in enumerate(line.absent, 1):
                name = f"a{line.number}x{index}"
                lines.append(f'  {name}{{{{"{_write_label(absent)}"}}}}')
                lines.append(f"  {name} -.-> n{line.number}")
        if self.closing:
            lines += [f'  v["{_write_label(self.closing)}"]', f"  n{self.accounts[0].lines[-1].number} --> v"]
        return "\n".join(lines) + "\n"


def format_line(line: Line) -> Iterator[str]:
    """Yield the rows of one sentence of an account: what it says, and what it rests on."""
    indent = " " * (len(str(line.number)) + 4)
    place = f" ({line.location})" if line.location else ""
    yield f"  {line.number}. {line.text}"
    if line.origin == "assumed":
        return
    if line.origin == "stated":
        yield f"{indent}stated{place}"
        return
    grounds = _join([str(number) for number in line.premises])
    rests = f"from {grounds} " if grounds else ""
    yield f"{indent}{rests}by the {line.origin} {line.rule}: {line.rule_text}{place}"
    for absent in line.absent:
        yield f"{indent}and as far as is known, {absent}"


def _join(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)


def clean_text(text: str) -> str:
    """Keep a project's text from steering a terminal."""
    return "\n".join(_CONTROL.sub(" ", row) for row in text.split("\n"))


def _write_place(place: Location | None) -> dict[str, object] | None:
    return {"path": place.path, "line": place.line, "column": place.column} if place else None


def _write_label(text: str) -> str:
    """Return text that is safe between the quotation marks of a Mermaid label.

    Mermaid obeys ``%%{...}%%`` even inside a label, so a blank is put between two percent signs.
    """
    return _CONTROL.sub(" ", text).translate(_TYPOGRAPHIC).replace("%%", "% %")
