"""Measure the engine: one large world, and many small ones.

    python -m benchmarks.reasoning [--sizes 10000 100000 1000000] [--worlds 3000] [--compare]

Prints CPU seconds (all threads), not wall time: a busy machine doesn't change them much. ``--compare`` runs owlrl,
reasonable and Nemo too where they are installed (owlrl and reasonable get only what OWL RL can say).
"""

from __future__ import annotations

import argparse
import gc
import importlib.util
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from random import Random

from benchmarks.lubm import NAMESPACE, make_facts, make_theory
from workbench.model.rules import Atom, Comparison, Operation, Rule, is_transitivity
from workbench.model.terms import RDF_TYPE, Triple
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate


@contextmanager
def measure(times: dict[str, float], what: str) -> Iterator[None]:
    gc.collect()
    start = time.process_time()
    yield
    times[what] = time.process_time() - start


def get_peak() -> float:
    """Peak resident memory so far, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024**2


def run_large(size: int) -> None:
    theory, facts = make_theory(), make_facts(size)
    times: dict[str, float] = {}
    with measure(times, "closure"):
        batch = evaluate(theory, [facts])
    closure_peak = get_peak()
    with measure(times, "derivations"):
        count = len(batch.log.facts)
    derived = batch.facts.size - len(set(facts))
    rate = count / sum(times.values()) / 1e6
    print(
        f"{len(facts):>9} facts: {derived} derived in {times['closure']:.2f} s, {int(batch.facts.heights.max())} rounds"
    )
    print(f"{'':>9}        {count} derivations in {times['derivations']:.2f} s more: {rate:.2f}M a second in all")
    print(f"{'':>9}        peak memory {closure_peak:.2f} GB, {get_peak():.2f} GB with derivations")
    highest = batch.facts.heights.argsort()[-200:].tolist()
    goals = [batch.facts.get_triple(fact) for fact in highest]
    fresh = evaluate(theory, [facts])
    with measure(times, "proofs"):
        for goal in goals:
            fresh.proof(0, goal)
    each = times["proofs"] / len(goals) * 1000
    print(f"{'':>9}        minimal proofs of the {len(goals)} highest facts: {each:.2f} ms each")


def make_small_theory() -> Theory:
    """82 rules over kin and work, with transitivity, negation, comparisons and constraints."""

    def has(p: str, s: str = "?x", o: str = "?y") -> Atom:
        return Atom(s, f"<urn:{p}>", o)

    def is_a(c: str, s: str = "?x") -> Atom:
        return Atom(s, RDF_TYPE, f"<urn:{c}>")

    rules: list[Rule] = []
    for i in range(40):
        rules.append(Rule(f"subclass{i}", (is_a(f"C{i}"),), (is_a(f"C{i + 1 if i % 8 != 7 else i - 7}"),)))
    for i in range(12):
        rules.append(Rule(f"subproperty{i}", (has(f"p{i}"),), (has(f"p{i + 12}"),)))
        rules.append(Rule(f"domain{i}", (has(f"p{i}"),), (is_a(f"C{i * 3}"),)))
    for i in range(4):
        rules.append(Rule(f"inverse{i}", (has(f"p{12 + i}"),), (has(f"p{i + 30}", "?y", "?x"),)))
        rules.append(Rule(f"join{i}", (has(f"p{i}"), has(f"p{i + 4}", "?y", "?z")), (has(f"p{40 + i}", "?x", "?z"),)))
        rules.append(Rule(f"disjoint{i}", (is_a(f"C{i}"), is_a(f"C{39 - i}")), ()))
    rules.append(Rule("trans", (has("p12"), has("p12", "?y", "?z")), (has("p12", "?x", "?z"),)))
    rules.append(Rule("sym", (has("p13"),), (has("p13", "?y", "?x"),)))
    rules.append(Rule("older", (has("p12"), has("age", "?x", "?a"), has("age", "?y", "?b"),
                                Comparison(">=", "?a", Operation("+", "?b", "?b"))), (has("p50"),)))  # fmt: skip
    rules.append(
        Rule("same", (has("p14"), has("p15", "?x", "?z"), Comparison("!=", "?y", "?z")), (has("p51", "?y", "?z"),))
    )
    rules.append(Rule("uncle", (has("p1"), has("p2", "?y", "?z"), has("p3", "?z", "?w")), (has("p52", "?x", "?w"),)))
    rules.append(Rule("chain", (has("p40"), has("p12", "?y", "?z")), (has("p53", "?x", "?z"),)))
    return Theory.build(rules)


def make_small_worlds(count: int, seed: int = 0) -> list[list[Triple]]:
    """Worlds of 20 to 50 facts over 8 to 12 individuals."""
    random = Random(seed)
    worlds = []
    for world in range(count):
        people = [f"<urn:person{i}>" for i in range(random.randint(8, 12))]
        facts: list[Triple] = [
            (p, "<urn:age>", f'"{random.randint(1, 90)}"^^<http://www.w3.org/2001/XMLSchema#integer>') for p in people
        ]
        while len(facts) < 20 + world % 31:
            if random.random() < 0.3:
                facts.append((random.choice(people), RDF_TYPE, f"<urn:C{random.randrange(40)}>"))
            else:
                facts.append((random.choice(people), f"<urn:p{random.randrange(16)}>", random.choice(people)))
        worlds.append(facts)
    return worlds


def run_small(count: int) -> None:
    theory, worlds = make_small_theory(), make_small_worlds(count)
    times: dict[str, float] = {}
    with measure(times, "closure"):
        batch = evaluate(theory, worlds)
    with measure(times, "log"):
        steps = len(batch.log.facts)
    with measure(times, "consistency"):
        inconsistent = int(batch.find_inconsistent_worlds().sum())
    goals = []
    for world in range(count):
        derived = batch.list_facts(world, stated=False)
        goals += [(world, goal) for goal in derived[:: max(1, len(derived) // 4)]]
    with measure(times, "proofs"):
        for world, goal in goals:
            batch.proof(world, goal)
    with measure(times, "cones"):
        for world, goal in goals:
            batch.dependency_cone(world, [goal])
    with measure(times, "marks"):
        wanted = batch.facts.worlds < 0
        wanted[[batch.facts.size, *(batch.get_graph(world).find(goal) or 0 for world, goal in goals[-400:])]] = True
        batch.mark_cones(wanted)
    rate = count / (times["closure"] + times["log"])
    print(f"{count:>9} worlds, {len(theory.rules)} rules: {batch.facts.size} facts in {times['closure']:.2f} s")
    print(f"{'':>9}        log of {steps} derivations in {times['log']:.2f} s: {rate:.0f} worlds a second in all")
    print(f"{'':>9}        {inconsistent} inconsistent worlds found in {times['consistency']:.2f} s")
    print(f"{'':>9}        {len(goals)} goals: proofs {times['proofs']:.2f} s, cones {times['cones']:.2f} s")
    print(f"{'':>9}        cones marked for 400 goals at once in {times['marks']:.2f} s")


def write_owl(theory: Theory) -> str:
    """The rules that OWL RL can say, as Turtle."""
    lines = []
    for rule in theory.rules:
        words = rule.name.split()
        head = rule.head[0]
        if words[-1] == "subclass":
            lines.append(f"{rule.body[0].object} <http://www.w3.org/2000/01/rdf-schema#subClassOf> {head.object} .")  # type: ignore[union-attr]
        elif words[-1] == "subproperty":
            lines.append(
                f"{rule.body[0].predicate} <http://www.w3.org/2000/01/rdf-schema#subPropertyOf> {head.predicate} ."
            )  # type: ignore[union-attr]
        elif words[-1] == "range":
            lines.append(f"{rule.body[0].predicate} <http://www.w3.org/2000/01/rdf-schema#range> {head.object} .")  # type: ignore[union-attr]
        elif words[-1] == "domain":
            lines.append(f"{rule.body[0].predicate} <http://www.w3.org/2000/01/rdf-schema#domain> {head.object} .")  # type: ignore[union-attr]
        elif words[-1] == "inverse":
            lines.append(f"{rule.body[0].predicate} <http://www.w3.org/2002/07/owl#inverseOf> {head.predicate} .")  # type: ignore[union-attr]
        elif words[-1] == "symmetric":
            lines.append(f"{head.predicate} a <http://www.w3.org/2002/07/owl#SymmetricProperty> .")
        elif is_transitivity(rule):
            lines.append(f"{head.predicate} a <http://www.w3.org/2002/07/owl#TransitiveProperty> .")
    return "\n".join(lines) + "\n"


def run_owlrl(facts: list[Triple], theory: Theory) -> int:
    import owlrl
    import rdflib

    graph = rdflib.Graph()
    graph.parse(data=write_owl(theory) + "".join(f"{' '.join(fact)} .\n" for fact in facts), format="turtle")
    owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    return len(graph)


def run_reasonable(facts: list[Triple], theory: Theory) -> int:
    import tempfile
    from pathlib import Path

    import reasonable

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "data.ttl"
        path.write_text(write_owl(theory) + "".join(f"{' '.join(fact)} .\n" for fact in facts))
        reasoner = reasonable.PyReasoner()
        reasoner.load_file(str(path))
        return len(reasoner.reason())


def run_nemo(facts: list[Triple], theory: Theory) -> int:
    """Everything except the two rules with arithmetic."""
    import tempfile
    from pathlib import Path

    import nmo_python as nemo

    lines = []
    for rule in theory.rules:
        if any(isinstance(part, Comparison) and "Operation" in repr(part) for part in rule.body):
            continue
        atoms = [f"t({', '.join(part)})" if isinstance(part, Atom) else f"{part.left} {part.operator} {part.right}"
                 for part in rule.body if isinstance(part, Atom | Comparison)]  # fmt: skip
        lines.append(f"t({', '.join(rule.head[0])}) :- {', '.join(atoms)} .")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "facts.nt"
        path.write_text("".join(f"{' '.join(fact)} .\n" for fact in facts))
        program = "\n".join([f'@import t :- rdf{{resource="{path}"}} .', *lines])
        engine = nemo.NemoEngine(nemo.load_string(program))
        engine.reason()
        return len(list(engine.result("t")))


def run_comparison(size: int) -> None:
    facts, theory = make_facts(size), make_theory()
    others: list[tuple[str, str, int, Callable[[list[Triple], Theory], int]]] = [
        ("owlrl", "owlrl", 20_000, run_owlrl),
        ("reasonable", "reasonable", 10**9, run_reasonable),
        ("nemo", "nmo_python", 10**9, run_nemo),
    ]
    for title, module, most, run in others:
        if importlib.util.find_spec(module) is None:
            print(f"{'':>9}        {title}: not installed")
        elif size > most:
            print(f"{'':>9}        {title}: left out above {most} facts")
        else:
            times: dict[str, float] = {}
            with measure(times, "run"):
                count = run(facts, theory)
            print(f"{'':>9}        {title}: {count} triples in {times['run']:.2f} s")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sizes", type=int, nargs="*", default=[10_000, 100_000, 1_000_000])
    parser.add_argument("--worlds", type=int, nargs="*", default=[300, 3_000])
    parser.add_argument("--compare", action="store_true")
    arguments = parser.parse_args()
    print(f"CPU seconds; world names under {NAMESPACE}")
    for size in arguments.sizes:
        run_large(size)
        if arguments.compare:
            run_comparison(size)
    for count in arguments.worlds:
        run_small(count)


if __name__ == "__main__":
    main()
