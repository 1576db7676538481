"""Who is measured: this engine, two other kernels for it, and other reasoners, each by one function.

A function gets the recorder, the folder that :func:`benchmarks.dialects.write_data` filled, and the rule set. It
records the phases *load* (from files to the reasoner's own structures) and *closure*, or where the two cannot be told
apart *all*, and counts the facts of the closure; ours and the kernels also enumerate *derivations*. What cannot be told
apart has a second function, which runs in a process of its own and does nothing but load. Counting is no part of a
phase, nor is importing libraries.
"""

from __future__ import annotations

import importlib
import importlib.util
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.dialects import FactReader, name_relation, write_asp, write_nemo, write_updates
from benchmarks.harness import Recorder, get_cpu
from benchmarks.kernels import DuckKernel, PythonKernel
from benchmarks.lubm import NAMESPACE, RuleSet, make_theory
from workbench.model.terms import RDF_TYPE
from workbench.model.theory import Theory
from workbench.reasoning.batch import evaluate
from workbench.reasoning.guards import Limits

__all__ = ["CONTENDERS", "Contender", "find_missing"]

_MEGA = 2_000_000
_LIMITS = Limits(facts=10**9)
"""Ten million stated facts make more than an evaluation may derive by default."""
_GOALS = 200
"""Of how many of the highest facts a proof is asked for."""


@dataclass(frozen=True, slots=True)
class Contender:
    """One who is measured: the module that must be installed, the rule sets it can say, the most facts it gets."""

    name: str
    module: str
    run: Callable[[Recorder, str, RuleSet], None]
    rule_sets: tuple[RuleSet, ...]
    most: int
    note: str
    load: Callable[[Recorder, str, RuleSet], None] | None = None


def find_missing(contender: Contender) -> str:
    """Return why a contender cannot be measured here, empty when it can."""
    return "" if importlib.util.find_spec(contender.module) else f"{contender.module} is not installed"


def _get_facts_file(folder: str) -> Path:
    return Path(folder) / "facts.ttl"


# ---- this engine and its alternatives


def load_workbench(recorder: Recorder, folder: str, rule_set: RuleSet) -> None:
    """Ours under no rules: what is left is loading."""
    reader = FactReader(_get_facts_file(folder))
    start = get_cpu()
    batch = evaluate(Theory.build(()), [reader], limits=_LIMITS)
    recorder.add("load", get_cpu() - start - reader.seconds)
    recorder.counts["facts"] = batch.facts.size


def run_workbench(recorder: Recorder, folder: str, rule_set: RuleSet) -> None:
    """Ours, from an iterator over triples; *read* is the benchmark's own reading of the file."""
    theory, reader = make_theory(rule_set), FactReader(_get_facts_file(folder))
    start = get_cpu()
    batch = evaluate(theory, [reader], limits=_LIMITS)
    recorder.add("all", get_cpu() - start - reader.seconds)
    recorder.add("read", reader.seconds)
    facts = batch.facts
    recorder.counts |= {"closure": facts.size, "heights": int(facts.heights.sum()), "rounds": int(facts.heights.max())}
    with recorder.phase("derivations"):
        recorder.counts["derivations"] = len(batch.log.facts)
    if rule_set == "rl":
        with recorder.phase("hand over"):
            batch.list_facts(0)
        return
    highest = facts.heights.argsort(kind="stable")[-_GOALS:].tolist()
    goals = [facts.get_triple(fact) for fact in highest]
    with recorder.phase("proofs"):
        for goal in goals:
            batch.proof(0, goal)
    recorder.counts["goals"] = len(goals)


def _run_kernel(
    recorder: Recorder,
    kernel: Callable[[Theory, Iterable[tuple[str, str, str]]], Any],
    folder: str,
    rule_set: RuleSet,
    count: Callable[[Any], int],
) -> None:
    reader = FactReader(_get_facts_file(folder))
    start = get_cpu()
    made = kernel(make_theory(rule_set), reader)
    recorder.add("load", get_cpu() - start - reader.seconds)
    recorder.add("read", reader.seconds)
    with recorder.phase("closure"):
        made.close()
    recorder.counts |= {"closure": made.count_facts(), "heights": made.sum_heights()}
    with recorder.phase("derivations"):
        derivations = made.list_derivations()
    recorder.counts["derivations"] = count(derivations)


def run_python(recorder: Recorder, folder: str, rule_set: RuleSet) -> None:
    """The same rules as loops over sets and dictionaries."""
    _run_kernel(recorder, PythonKernel, folder, rule_set, lambda derivations: sum(map(len, derivations)))


def run_duckdb(recorder: Recorder, folder: str, rule_set: RuleSet) -> None:
    """The same rules as SQL in DuckDB."""
    importlib.import_module("duckdb")  # before the clock starts
    _run_kernel(recorder, DuckKernel, folder, rule_set, int)


# ---- other reasoners


def _run_nemo_program(program: str) -> tuple[Any, float]:
    nemo = importlib.import_module("nmo_python")
    start = get_cpu()
    engine = nemo.NemoEngine(nemo.load_string(program))
    engine.reason()
    return engine, get_cpu() - start


def load_nemo(recorder: Recorder, folder: str, rule_set: RuleSet) -> None:
    """Nemo reads tables when it reasons: this is reading them for joins with nobody, which find nothing."""
    rules = ['nobody("nobody") .']
    for table in sorted(Path(folder).glob("*.csv")):
        arguments = "?x" if table.stem.startswith("c_") else "?x, ?y"
        rules.append(f"z_{table.stem}(?x) :- {table.stem}({arguments}), nobody(?x) .")
    recorder.add("load", _run_nemo_program("\n".join([write_nemo((), Path(folder)), *rules]))[1])


def run_nemo(recorder: Recorder, folder: str, rule_set: RuleSet) -> None:
    """Nemo on tables of strings."""
    rules = make_theory(rule_set).rules
    engine, seconds = _run_nemo_program(write_nemo(rules, Path(folder)))
    recorder.add("all", seconds)
    heads = {name_relation(rule.head[0]) for rule in rules}
    stated = (table for table in Path(folder).glob("*.csv") if table.stem not in heads)
    derived = sum(sum(1 for _ in engine.result(head)) for head in sorted(heads))
    recorder.counts["closure"] = derived + sum(len(table.read_text().splitlines()) for table in stated)


def run_clingo(recorder: Recorder, folder: str, rule_set: RuleSet) -> None:
    """clingo's grounder, terms as numbers from the beginning: a program without negation is solved by grounding."""
    import clingo

    control = clingo.Control(["--warn=none"])
    with recorder.phase("load"):
        control.load(str(Path(folder) / "facts.lp"))
        control.add("base", [], write_asp(make_theory(rule_set).rules))
    with recorder.phase("closure"):
        control.ground([("base", [])])
    recorder.counts["closure"] = len(control.symbolic_atoms)


def run_pyoxigraph(recorder: Recorder, folder: str, rule_set: RuleSet) -> None:
    """SPARQL updates in pyoxigraph, one for each rule, repeated until a whole round adds nothing."""
    import pyoxigraph

    store = pyoxigraph.Store()
    with recorder.phase("load"):
        store.bulk_load(path=str(_get_facts_file(folder)), format=pyoxigraph.RdfFormat.N_TRIPLES)
    with recorder.phase("closure"):
        before = -1
        while before != len(store):
            before = len(store)
            for update in write_updates(make_theory(rule_set).rules):
                store.update(update)
    recorder.counts["closure"] = before


def _is_of_world(predicate: str, object_: str) -> bool:
    """Whether a triple is about the university world and not about OWL."""
    return predicate.startswith(NAMESPACE) or (f"<{predicate}>" == RDF_TYPE and object_.startswith(NAMESPACE))


def run_owlrl(recorder: Recorder, folder: str, rule_set: RuleSet) -> None:
    """owlrl on an rdflib graph."""
    import owlrl
    import rdflib

    graph = rdflib.Graph()
    with recorder.phase("load"):
        for name in ("axioms.ttl", "facts.ttl"):
            graph.parse(Path(folder) / name, format="turtle")
    with recorder.phase("closure"):
        owlrl.DeductiveClosure(owlrl.OWLRL_Semantics).expand(graph)
    recorder.counts["closure"] = sum(_is_of_world(str(p), str(o)) for _, p, o in graph)


def run_reasonable(recorder: Recorder, folder: str, rule_set: RuleSet) -> None:
    """reasonable, whose result cannot be had but as Python triples."""
    reasoner = importlib.import_module("reasonable").PyReasoner()
    with recorder.phase("load"):
        for name in ("axioms.ttl", "facts.ttl"):
            reasoner.load_file(str(Path(folder) / name))
    with recorder.phase("closure"):
        triples = reasoner.reason()
    recorder.counts["closure"] = sum(_is_of_world(str(p), str(o)) for _, p, o in triples)


CONTENDERS: dict[str, Contender] = {
    contender.name: contender
    for contender in (
        Contender(
            "Workbench", "numpy", run_workbench, ("all", "rl"), 10**9, "the numpy kernel, with heights", load_workbench
        ),
        Contender("Nemo", "nmo_python", run_nemo, ("all",), _MEGA, "Rust; a table of strings per relation", load_nemo),
        Contender("clingo", "clingo", run_clingo, ("all",), _MEGA, "C++; terms as numbers beforehand"),
        Contender("pyoxigraph", "pyoxigraph", run_pyoxigraph, ("all",), _MEGA, "Rust; rounds of `INSERT`"),
        Contender("Python loops", "workbench", run_python, ("all",), _MEGA, "another kernel, with heights"),
        Contender("DuckDB", "duckdb", run_duckdb, ("all",), _MEGA, "another kernel, with heights"),
        Contender("reasonable", "reasonable", run_reasonable, ("rl",), _MEGA, "Rust; hands over all triples"),
        Contender("owlrl", "owlrl", run_owlrl, ("rl",), 20_000, "Python"),
    )
}
