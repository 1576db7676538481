"""Step: which step of a proof does not follow?"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from workbench.checker import check_application
from workbench.errors import DatasetError
from workbench.generation.identity.grains import Part
from workbench.generation.keyed import KeyedRandom
from workbench.generation.questions.draft import Answered, Claim, Draft, Verdicts, Wish
from workbench.generation.tasks.family import Asked, Choice, Described, Family, Layout, Reads, Scene, Voice, Writes
from workbench.model.rules import Atom, Rule
from workbench.model.terms import Term, Triple
from workbench.model.theory import Theory
from workbench.wording.lexicon import Lexicon
from workbench.wording.reader import Reading
from workbench.wording.task_sentences import say_proof_line

__all__ = ["Line", "Step", "read_detail"]

_MOST_STEPS = 12
_PLACES = 2
"""Lines of a proof that are changed, each in a draft of its own."""
_RULES = 2
_OFTEN = 3
_WAYS = ("premise", "rule", "conclusion")
"""What of a line is changed: something it cites, the rule it names, or what it says, if it is the last."""


@dataclass(frozen=True, slots=True)
class Line:
    """A line of the proof that is shown: what it says, by which rule, from what."""

    conclusion: Triple
    rule: str
    premises: tuple[Triple, ...]


class Step(Family):
    """The proof of a statement in which exactly one line does not follow from what it cites by the rule it names.

    Every line is judged on what it cites, taken as it is said: a line that rests on the wrong one is not wrong itself.
    """

    name = "step"
    kind = "step"
    slots = ("proof_lines",)
    evidence = "single"
    labelled = True

    def say_choices(self, lexicon: Lexicon) -> str:
        """How to answer."""
        return dict(lexicon.frames.instructions)[self.name]

    def propose(self, scene: Scene) -> Iterable[Draft | None]:
        """Show the target's proof with one line changed."""
        if not 2 <= len(scene.proof.steps) <= _MOST_STEPS:
            return
        random = scene.start(self.name)
        lines = tuple(Line(step.conclusion, step.rule, step.premises) for step in scene.proof.steps)
        model = frozenset(scene.batch.list_facts(scene.number))
        # Every line is changed as often as any other, so a place at which nothing can be changed is not made up for.
        for place in random.shuffle(range(len(lines)))[:_PLACES]:
            for line in _iterate_changes(scene, lines, place, random):
                changed = (*lines[:place], line, *lines[place + 1 :])
                if _find_wrong(changed, scene.plan.theory, model) != [place]:
                    continue
                facts, rules = scene.leaves, scene.used | {line.rule}
                known = {one.conclusion for one in changed}
                facts |= {premise for premise in line.premises if premise not in known}
                claims = (Claim(scene.target),)
                yield scene.carve(Wish(self.name, facts, rules, claims, detail=(changed, place)), random)
                break

    def find_fault(self, draft: Draft, verdicts: Verdicts, answers: Sequence[tuple[Term, ...]]) -> str | None:
        """The statement follows, and everything cited is stated or an earlier line."""
        ((statement, status),) = verdicts
        if status != "entailed" or statement in draft.facts:
            return "what is to be proved does not follow, or is stated"
        lines, _ = read_detail(draft)
        known = set(draft.facts)
        for line in lines:
            if not known.issuperset(line.premises) or line.rule not in draft.rules:
                return "a line cites what is not stated"
            known.add(line.conclusion)
        return None

    def judge(self, item: Answered, theory: Theory, model: frozenset[Triple]) -> str | None:
        """Every line but the wrong one is an application of its rule, by the checker."""
        lines, wrong = read_detail(item.draft)
        found = _find_wrong(lines, theory, model)
        return None if found == [wrong] else "not exactly the one line is wrong"

    def list_choices(self, item: Answered) -> tuple[tuple[Choice, ...], int]:
        """The lines: what they say, what they cite, and how often they are cited."""
        lines, wrong = read_detail(item.draft)
        said = {line.conclusion for line in lines}
        cited = Counter(premise for line in lines for premise in line.premises)
        named = Counter(line.rule for line in lines)
        choices = []
        for line in lines:
            ends = {line.conclusion[0], line.conclusion[2]}
            apart = sum(ends.isdisjoint((premise[0], premise[2])) for premise in line.premises)
            marks = (
                f"cites {len(line.premises)}",
                f"cites more than {sum(len(other.premises) < len(line.premises) for other in lines)}",
                f"cites lines {sum(premise in said for premise in line.premises)}",
                f"cites of others {apart}",
                f"cited {min(cited[line.conclusion], _OFTEN)}",
                f"by {line.rule}",
                f"rule named {named[line.rule]}",
            )
            # A line's own label stands in those that cite it.
            names = frozenset((line.rule, *(" ".join(fact) for fact in (line.conclusion, *line.premises))))
            choices.append(Choice((line.conclusion,), names, marks))
        return tuple(choices), wrong

    def describe(self, item: Answered) -> Described:
        """The statement and the lines, in their order, each with its rule and premises."""
        lines, _ = read_detail(item.draft)
        parts = tuple(
            Part(
                "line",
                (("statement", line.conclusion), *(("premise", premise) for premise in line.premises)),
                position=number,
            )
            for number, line in enumerate(lines)
        )
        return Described(query=(Atom(*item.draft.statements[0]),), parts=parts)

    def ask(self, item: Answered, layout: Layout, voice: Voice) -> dict[str, str]:
        """The lines."""
        return {"proof_lines": "\n".join(text for *_, text in self._label(item, layout, voice.lexicon))}

    def _label(
        self, item: Answered, layout: Layout, lexicon: Lexicon
    ) -> Iterator[tuple[str, Line, str, list[str], str]]:
        """Yield for each line its label, itself, the labels of its rule and premises, and its text."""
        lines, _ = read_detail(item.draft)
        labels: dict[Triple, str] = {fact: layout.label_fact(fact) for fact in item.draft.facts}
        for number, line in enumerate(lines, 1):
            premises = [labels[premise] for premise in line.premises]
            rule = layout.label_rule(line.rule)
            text = say_proof_line(lexicon, f"S{number}", line.conclusion, rule, premises)
            yield f"S{number}", line, rule, premises, text
            labels.setdefault(line.conclusion, f"S{number}")

    def answer(self, item: Answered, layout: Layout, voice: Voice) -> str:
        """The label of the wrong line."""
        return f"S{read_detail(item.draft)[1] + 1}"

    def write_query(self, item: Answered, layout: Layout, voice: Voice, to: Writes) -> dict[str, Any]:
        """The statement, the rules in the order of their labels, the lines and the wrong one."""
        return {
            "kind": self.kind,
            "triple": to.write_triple(item.draft.statements[0]),
            "rules": [rule.name for rule in layout.rules],
            "lines": [
                {
                    "label": label,
                    "triple": to.write_triple(line.conclusion),
                    "rule": rule,
                    "premises": premises,
                    "text": text,
                }
                for label, line, rule, premises, text in self._label(item, layout, voice.lexicon)
            ],
            "wrong": self.answer(item, layout, voice),
        }

    def read(self, item: Mapping[str, Any], source: Reads) -> Asked:
        """The statement and the lines."""
        query = item["query"]
        facts = [source.read_triple(entry["triple"]) for entry in item["context"]]
        known = {f"F{number}": fact for number, fact in enumerate(facts, 1)}
        rules = {f"R{number}": name for number, name in enumerate(query["rules"], 1)}
        lines = []
        for written in query["lines"]:
            cited = [*written["premises"]]
            if written["rule"] not in rules or not all(label in known for label in cited):
                raise DatasetError(f"query.lines: {written['label']} cites what is not there")
            conclusion = source.read_triple(written["triple"])
            lines.append(Line(conclusion, rules[written["rule"]], tuple(known[label] for label in cited)))
            known[written["label"]] = conclusion
        labels = [written["label"] for written in query["lines"]]
        if query["wrong"] not in labels:
            raise DatasetError("query.wrong: is no line")
        detail = (tuple(lines), labels.index(query["wrong"]))
        return Asked((Claim(source.read_triple(query["triple"])),), detail=detail)

    def match(self, reading: Reading, item: Answered, layout: Layout) -> bool:
        """The lines read are those shown."""
        lines, _ = read_detail(item.draft)
        labels: dict[Triple, str] = {fact: layout.label_fact(fact) for fact in item.draft.facts}
        expected = []
        for number, line in enumerate(lines, 1):
            cited = tuple(labels[premise] for premise in line.premises)
            expected.append((f"S{number}", line.conclusion, layout.label_rule(line.rule), cited))
            labels.setdefault(line.conclusion, f"S{number}")
        return [(one.label, one.conclusion, one.rule, one.premises) for one in reading.proof] == expected


def read_detail(draft: Draft) -> tuple[tuple[Line, ...], int]:
    """Return the lines of a draft of this task and the place of the wrong one."""
    lines, wrong = draft.detail
    if not isinstance(lines, tuple) or not isinstance(wrong, int):
        raise ValueError("the draft shows no lines")
    return lines, wrong


def _find_wrong(lines: Sequence[Line], theory: Theory, model: frozenset[Triple]) -> list[int]:
    """Return the places of the lines that are no application of their rule to what they cite."""
    return [
        place
        for place, line in enumerate(lines)
        if line.rule not in theory.by_name
        or not check_application(theory.by_name[line.rule], line.premises, line.conclusion, model)
    ]


def _list_heads(rule: Rule) -> list[Term]:
    return [head.key for head in rule.head]


def _iterate_changes(scene: Scene, lines: Sequence[Line], place: int, random: KeyedRandom) -> Iterator[Line]:
    """Yield lines in the stead of one: with another premise, by another rule, or, of the last, another conclusion."""
    line = lines[place]
    for way in random.shuffle(_WAYS if place == len(lines) - 1 else _WAYS[:-1]):
        if way == "premise":
            known = (*(one.conclusion for one in lines[:place]), *scene.world.facts)
            ends = (line.conclusion[0], line.conclusion[2])
            for at in random.shuffle(range(len(line.premises))):
                old = line.premises[at]
                others = [f for f in known if f not in line.premises and f != line.conclusion and f[1] == old[1]]
                # What speaks of somebody else would be seen at a glance.
                near = [f for f in others if (f[0] in ends, f[2] in ends) == (old[0] in ends, old[2] in ends)]
                if near := near or [f for f in others if f[0] in ends or f[2] in ends] or others:
                    yield replace(line, premises=(*line.premises[:at], random.choose(near), *line.premises[at + 1 :]))
        elif way == "rule":
            key = Atom(*line.conclusion).key
            close = [r.name for r in scene.plan.theory.rules if r.name != line.rule and key in _list_heads(r)]
            yield from (replace(line, rule=name) for name in random.pick(close, _RULES))
        else:
            yield from (replace(line, conclusion=wrong) for wrong in scene.wrong)
