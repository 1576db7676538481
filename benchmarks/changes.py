"""Measure changes: a closure revised after a few facts or a rule came or went, beside reasoning from scratch.

    python -m benchmarks.changes [--sizes 100000 1000000] [--edits 20]

Each edit is made to the same closure, picked at random with a fixed seed. The change itself (closure, heights, base
facts; derivations are found on demand) is timed apart from the list of all that was gained and lost, as triples. Some
of the results are compared with reasoning from scratch, fact by fact and height by height; ends with 1 if one differs.
Prints Markdown for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterator
from random import Random
from statistics import median

from benchmarks.harness import Limits, Measurement, Recorder, get_cpu, measure
from benchmarks.lubm import make_facts, make_theory
from workbench.model.terms import Triple
from workbench.model.theory import Theory
from workbench.reasoning.closure import Closure, Revision, reason

__all__ = ["main", "run_changes", "write_table"]

_WITHHELD = 200
_COMPARED = 2
"""Of how many edits of each kind the result is compared with reasoning from scratch."""
_STEP = 100_000

_KINDS = ("1 fact added", "5 facts added", "1 fact removed", "5 facts removed", "a rule removed", "a rule added")


def compute_digest(closure: Closure) -> int:
    """Return a number that two closures share exactly when, but for chance, facts and heights are the same."""
    facts, total = closure.batch.facts, 0
    ids = facts.list_world(0)
    for start in range(0, len(ids), _STEP):
        part = ids[start : start + _STEP]
        pairs = zip(facts.list_triples(part), facts.heights[part].tolist(), strict=True)
        total = (total + sum(map(hash, pairs))) & ((1 << 64) - 1)
    return total


def run_changes(recorder: Recorder, size: int, edits: int) -> None:
    """Make every kind of edit ``edits`` times."""
    random = Random(0)
    theory, facts = make_theory(), make_facts(size)
    withheld = set(random.sample(range(len(facts)), _WITHHELD))
    spare = [fact for number, fact in enumerate(facts) if number in withheld]
    stated = [fact for number, fact in enumerate(facts) if number not in withheld]
    del facts
    with recorder.phase("from scratch"):
        closure = reason(theory, stated)
    recorder.counts |= {"facts": len(stated), "closure": len(closure.batch.facts.list_world(0)), "different": 0}
    for kind in _KINDS:
        spent: list[float] = []
        listed: list[float] = []
        changed: list[int] = []
        for number in range(edits):
            base, added, removed, after = _plan_edit(kind, random, closure, spare, stated)
            start = get_cpu()
            revision: Revision = base.revise(added=added, removed=removed, theory=after)
            spent.append(get_cpu() - start)
            start = get_cpu()
            changed.append(len(revision.gained) + len(revision.lost))
            listed.append(get_cpu() - start)
            if number < _COMPARED:
                gone = set(removed)
                expected = reason(after, [*(fact for fact in stated if fact not in gone), *added])
                if compute_digest(revision.closure) != compute_digest(expected):
                    recorder.counts["different"] += 1
                del expected
            del revision, base
        recorder.add(kind, sum(spent))
        recorder.counts |= {
            f"{kind}: median": median(spent), f"{kind}: worst": max(spent),
            f"{kind}: changed": median(changed), f"{kind}: most": max(changed), f"{kind}: listed": max(listed),
        }  # fmt: skip


def _plan_edit(
    kind: str, random: Random, closure: Closure, spare: list[Triple], stated: list[Triple]
) -> tuple[Closure, list[Triple], list[Triple], Theory]:
    """The closure to revise, the facts to add and to remove, and the theory that holds afterwards."""
    theory = closure.theory
    if kind.startswith("a rule"):
        name = random.choice(theory.rules).name
        smaller = theory.select(rule.name for rule in theory.rules if rule.name != name)
        if kind == "a rule removed":
            return closure, [], [], smaller
        return closure.revise(theory=smaller).closure, [], [], theory
    chosen = random.sample(spare if "added" in kind else stated, int(kind[0]))
    return closure, chosen if "added" in kind else [], chosen if "removed" in kind else [], theory


def _write_lines(found: Measurement) -> Iterator[str]:
    counts = dict(found.counts)
    scratch = 1000 * (found.get_seconds("from scratch") or 0.0)
    for kind in _KINDS:
        middle, worst = 1000 * counts[f"{kind}: median"], 1000 * counts[f"{kind}: worst"]
        yield (
            f"| {counts['facts']:,.0f} | {kind} | {counts[f'{kind}: changed']:,.0f} | {counts[f'{kind}: most']:,.0f} | "
            f"{middle:,.1f} | {worst:,.1f} | {1000 * counts[f'{kind}: listed']:,.1f} | {scratch:,.0f} | "
            f"{scratch / middle:,.0f} |"
        )


def write_table(measurements: list[tuple[int, Measurement]]) -> str:
    """Return what was measured as a Markdown table."""
    heads = (
        "facts stated", "edit", "gained or lost, median", "most", "change, median, ms", "worst, ms",
        "list of all gained and lost, worst, ms", "from scratch, ms", "times",
    )  # fmt: skip
    lines = [f"| {' | '.join(heads)} |", f"| ---: | --- {'| ---: ' * (len(heads) - 2)}|"]
    for size, found in measurements:
        lines += [f"| {size:,} | {found.stopped} {'| ' * (len(heads) - 2)}|"] if found.stopped else _write_lines(found)
    return "\n".join(lines)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[100_000, 1_000_000])
    parser.add_argument("--edits", type=int, default=20, help="edits of each kind")
    parser.add_argument("--seconds", type=int, default=600, help="CPU seconds for each process")
    arguments = parser.parse_args()
    found = []
    for size in arguments.sizes:
        print(f"{size:>12,} facts: changes", file=sys.stderr, flush=True)
        limits = Limits(arguments.seconds)
        found.append((size, measure(run_changes, size, arguments.edits, limits=limits)))
    print(write_table(found))
    wrong = sum(int(one.get_count("different") or 0) for _, one in found)
    if wrong:
        print(f"\nDISAGREEMENT: {wrong} revised closures differ from reasoning from scratch", file=sys.stderr)
        raise SystemExit(1)


if __name__ == "__main__":
    main()
