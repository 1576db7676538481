"""Measure many small worlds at once: the kinship domain's own theory over pieces of the project's own facts.

    python -m benchmarks.batches [--worlds 10000] [--project .] [--domain kinship]

Each world is a connected piece of 20 to 50 facts. All worlds are reasoned together; then each is taken together with
one statement that does not follow from it, to tell whether that statement is refuted: the extended worlds are reasoned
against the closures of the worlds as they were, those with a contradiction are found, and the others are compared for
closed facts that they did not have. The same is asked of the batch's extension, which works out what is new alone.
Prints Markdown for docs/benchmarks.md.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from pathlib import Path
from random import Random

from benchmarks.harness import Limits, Measurement, Recorder, measure
from workbench.build.knowledge import get_knowledge
from workbench.model.terms import RDF_TYPE, Term, Triple, is_literal
from workbench.model.theory import Theory
from workbench.project import load
from workbench.reasoning.batch import Batch, evaluate

__all__ = ["choose_statements", "cut_worlds", "find_refuted", "main", "run_batches", "write_table"]

_FEWEST, _MOST = 20, 50
_GOALS = 2_000


def cut_worlds(facts: Sequence[Triple], count: int, seed: int = 0) -> list[list[Triple]]:
    """Return connected pieces of the facts: from a random individual on, facts about whoever has been mentioned."""
    random = Random(seed)
    about: dict[Term, list[Triple]] = {}
    for fact in facts:
        for term in _list_individuals(fact):
            about.setdefault(term, []).append(fact)
    individuals = sorted(about)
    worlds: list[list[Triple]] = []
    while len(worlds) < count:
        size = random.randint(_FEWEST, _MOST)
        start = random.choice(individuals)
        world: dict[Triple, None] = {}
        reached, queue = {start}, [start]
        while queue and len(world) < size:
            term = queue.pop(0)
            for fact in random.sample(about[term], len(about[term])):
                if len(world) == size:
                    break
                world[fact] = None
                new = [other for other in _list_individuals(fact) if other not in reached]
                reached.update(new)
                queue += new
        if len(world) >= _FEWEST:
            worlds.append(list(world))
    return worlds


def _list_individuals(fact: Triple) -> list[Term]:
    subject, predicate, object_ = fact
    return [subject] if predicate == RDF_TYPE or is_literal(object_) else [subject, object_]


def choose_statements(batch: Batch, worlds: Sequence[Sequence[Triple]], seed: int = 0) -> list[Triple]:
    """Return for each world a statement about two of its individuals that does not follow from it."""
    random = Random(seed)
    found = []
    for number, world in enumerate(worlds):
        individuals = sorted({term for fact in world for term in _list_individuals(fact)})
        properties = sorted({fact[1] for fact in batch.list_facts(number) if len(_list_individuals(fact)) == 2})
        while True:
            statement = random.choice(individuals), random.choice(properties), random.choice(individuals)
            if statement[0] != statement[2] and not batch.is_entailed(number, statement):
                found.append(statement)
                break
    return found


def _list_closed(batch: Batch, theory: Theory) -> set[tuple[int, Triple]]:
    """The facts of closed classes and properties, with their worlds."""
    found: set[tuple[int, Triple]] = set()
    for low, high in batch.facts.list_ranges(theory.closed):
        ids = batch.facts.heights[low:high].argsort(kind="stable") + low
        found.update(zip(batch.facts.worlds[ids].tolist(), batch.facts.list_triples(ids), strict=True))
    return found


def find_refuted(
    recorder: Recorder, batch: Batch, worlds: Sequence[Sequence[Triple]], statements: Sequence[Triple]
) -> set[int]:
    """Return the worlds whose statement is refuted: with it there is a contradiction, or a closed fact more."""
    theory = batch.theory
    with recorder.phase("refutation"):
        extended = evaluate(
            theory,
            [[*world, statement] for world, statement in zip(worlds, statements, strict=True)],
            closed_reference=(batch, range(len(worlds))),
        )
        contradicted = extended.find_inconsistent_worlds()
    with recorder.phase("comparison"):
        gained = {world for world, _ in _list_closed(extended, theory) - _list_closed(batch, theory)}
    return {*gained, *contradicted.nonzero()[0].tolist()}


def find_refuted_by_extension(recorder: Recorder, batch: Batch, statements: Sequence[Triple], refuted: set[int]) -> int:
    """Ask for the same by :meth:`Batch.extend`; return how many new facts there are. ValueError when it differs."""
    closed = batch.theory.closed
    with recorder.phase("extension"):
        extended = batch.extend(list(enumerate(statements)))
        found = set(extended.find_inconsistent_worlds().nonzero()[0].tolist())
    with recorder.phase("new facts"):
        new = [extended.list_new_facts(world) for world in range(len(statements))]
        for world, facts in enumerate(new):
            if any((fact[2] if fact[1] == RDF_TYPE else fact[1]) in closed for fact in facts):
                found.add(world)
    if found != refuted:
        raise ValueError("an extension refutes other statements than evaluation from scratch")
    return sum(map(len, new))


def run_batches(recorder: Recorder, folder: str, domain: str, count: int) -> None:
    """Cut worlds, reason them, refute a statement in each, and prove some of what follows."""
    project = load(Path(folder))
    knowledge = get_knowledge(project, project.domains[domain])
    theory = knowledge.theory
    relevant = set(theory.keys)
    facts = [f for f in sorted(knowledge.facts) if (f[2] if f[1] == RDF_TYPE else f[1]) in relevant]
    worlds = cut_worlds(facts, count)
    evaluate(theory, worlds[:1])  # the theory's plan is made once, however many batches follow
    statements = choose_statements(evaluate(theory, worlds), worlds)
    with recorder.phase("closure"):
        batch = evaluate(theory, worlds)
        inconsistent = batch.find_inconsistent_worlds()
    refuted = find_refuted(recorder, batch, worlds, statements)
    added = find_refuted_by_extension(recorder, batch, statements, refuted)
    with recorder.phase("derivations"):
        derivations = len(batch.log.facts)
    with recorder.phase("facts"):
        batch.list_all_facts()
    with recorder.phase("measures"):
        for number in range(count):
            _ = batch.get_sheet(number).hops
    goals = []
    for number in range(0, count, max(1, 4 * count // _GOALS)):
        derived = batch.list_facts(number, stated=False)
        goals += [(number, goal) for goal in derived[:: max(1, len(derived) // 4)][:4]]
    with recorder.phase("proofs"):
        for number, goal in goals:
            batch.proof(number, goal)
    with recorder.phase("cones"):
        for number, goal in goals:
            batch.dependency_cone(number, [goal])
    with recorder.phase("reach"):
        for number, goal in goals:
            batch.get_sheet(number).reach([goal])
    recorder.counts |= {
        "worlds": count,
        "rules": len(theory.rules),
        "stated": sum(map(len, worlds)),
        "facts": batch.facts.size,
        "inconsistent": int(inconsistent.sum()),
        "refuted": len(refuted),
        "derivations": derivations,
        "added": added,
        "goals": len(goals),
    }


def write_table(found: Measurement) -> str:
    """Return what was measured as a Markdown table."""
    counts = dict(found.counts)
    worlds = counts["worlds"]
    lines = ["| | CPU s | worlds a CPU second |", "| --- | ---: | ---: |"]
    parts = (
        (f"closure of {worlds:,.0f} worlds under {counts['rules']:,.0f} rules, {counts['stated']:,.0f} facts stated, "
         f"{counts['facts']:,.0f} in the closures; {counts['inconsistent']:,.0f} inconsistent", ("closure",)),
        (f"one statement in each: {counts['refuted']:,.0f} refuted", ("refutation",)),
        ("compared with the worlds without it", ("comparison",)),
        ("these three together", ("closure", "refutation", "comparison")),
        (f"the same by extension: {counts['added']:,.0f} new facts", ("extension", "new facts")),
        ("all facts read back", ("facts",)),
        (f"all {counts['derivations']:,.0f} derivations", ("derivations",)),
        ("the canonical proof of each fact chosen and measured", ("measures",)),
    )  # fmt: skip
    for title, names in parts:
        seconds = found.get_seconds(*names) or 0.0
        lines.append(f"| {title} | {seconds:.2f} | {worlds / seconds:,.0f} |")
    goals = counts["goals"]
    names = ("proofs", "cones", "reach")
    proofs, cones, reach = (1000 * (found.get_seconds(name) or 0.0) / goals for name in names)
    lines.append("")
    lines.append(
        f"{goals:,.0f} conclusions: a minimal proof in {proofs:.2f} ms, a dependency cone in {cones:.2f} ms each, "
        f"what it rests on without absences in {reach:.2f} ms."
    )
    lines.append(f"Peak memory {found.peak:.2f} GB.")
    return "\n".join(lines)


def main() -> None:
    """Read the arguments, measure, print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--worlds", type=int, default=10_000)
    parser.add_argument("--project", type=Path, default=Path(), help="the folder of the project")
    parser.add_argument("--domain", default="kinship")
    arguments = parser.parse_args()
    folder = str(arguments.project.resolve())
    found = measure(run_batches, folder, arguments.domain, arguments.worlds, limits=Limits())
    print(found.stopped or write_table(found))


if __name__ == "__main__":
    main()
