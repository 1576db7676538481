"""The checker against truth by enumeration: it accepts right evidence and rejects every wrong change to it."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from oracles.ground import (
    CLOSED,
    NUMBERS,
    Program,
    Truth,
    atom,
    draw_program,
    fact,
    is_absent,
    key_of,
    list_atoms,
    name,
)

from workbench.checker import (
    Checker,
    CheckError,
    certify,
    certify_answers,
    check_answers,
    check_evidence,
    check_models,
    check_proof,
    check_refutation,
    derive_heights,
    derive_model,
    find_broken_rules,
    find_contradictions,
    measure_proof,
)
from workbench.model.proofs import FALSE, ModelPair, Proof, Refutation, Step
from workbench.model.rules import Atom, Comparison, Negation, Operation, Rule, is_restatement
from workbench.model.terms import RDF_TYPE, make_literal
from workbench.model.theory import Theory


def _is_right_proof(truth: Truth, proof: Proof, stated: frozenset) -> bool:
    """The definition of a proof, written down over enumerated instances."""
    if not proof.steps:
        return proof.goal in stated
    conclusions = [step.conclusion for step in proof.steps]
    for number, step in enumerate(proof.steps):
        known = stated.union(conclusions[:number])
        if step not in truth.allowed_steps or not known.issuperset(step.premises) or step.conclusion in known:
            return False
    needed = {proof.goal}
    for step in reversed(proof.steps):
        if step.conclusion not in needed:
            return False
        needed |= set(step.premises)
    return conclusions[-1] == proof.goal


def _mutate_proofs(proof: Proof, others: list[Proof], terms: list[str]) -> list[Proof]:
    """Every single change of a proof that the format allows."""
    steps, found = proof.steps, []
    for number, step in enumerate(steps):

        def put(*new: Step, number: int = number) -> None:
            found.append(replace(proof, steps=steps[:number] + new + steps[number + 1 :]))

        put()
        put(step, step)
        premises, conclusion = step.premises, step.conclusion
        put(replace(step, premises=premises[1:]))
        put(replace(step, premises=premises[::-1]))
        put(replace(step, premises=(*premises, conclusion)))
        put(replace(step, premises=tuple((o, p, s) for s, p, o in premises)))
        put(replace(step, conclusion=(conclusion[2], conclusion[1], conclusion[0])))
        put(replace(step, conclusion=FALSE))
        put(replace(step, absent=step.absent[1:]))
        put(replace(step, absent=(*step.absent, Negation((atom("p a a"),)))))
        put(replace(step, bindings=step.bindings[::-1]))
        put(replace(step, bindings=step.bindings[1:]))
        put(replace(step, bindings=(*step.bindings, ("?zz", terms[0]))))
        for rule in ("r0", "r1", "r2", "nothing"):
            put(replace(step, rule=rule))
        for at, (variable, _) in enumerate(step.bindings):
            for term in (*terms, variable):
                changed = (*step.bindings[:at], (variable, term), *step.bindings[at + 1 :])
                put(replace(step, bindings=changed))
        for other in others:
            put(step, *other.steps[-1:])
            put(*other.steps[-1:], step)
    found += [replace(proof, goal=other.goal) for other in others]
    found += [replace(other, goal=proof.goal) for other in others]
    found.append(replace(proof, steps=steps[::-1]))
    found.append(Proof(proof.goal, ()))
    found.append(Proof(FALSE, steps))
    return found


@settings(max_examples=60)
@given(draw_program())
def test_perfect_model_and_heights_equal_enumeration(program: Program) -> None:
    truth = Truth(program)
    model = derive_model(program.theory, program.facts)
    assert model == truth.model
    heights = derive_heights(program.theory, program.facts, model)
    assert set(heights) == model
    best = dict.fromkeys(program.facts, 0)
    while True:  # the least solution, by value iteration over all instances
        better = dict(best)
        for i in truth.instances:
            if truth._fires(i, best, truth.model):
                for head in i.heads:
                    better[head] = min(better.get(head, 999), 1 + max(best[p] for p in i.premises))
        if better == best:
            break
        best = better
    assert heights == best
    assert bool(find_contradictions(program.theory, model)) != truth.consistent
    for step in find_contradictions(program.theory, model):
        assert step in {truth.make_step(i, FALSE) for i in truth.instances}


@settings(max_examples=60)
@given(draw_program())
def test_a_changed_proof_is_accepted_only_if_it_is_right(program: Program) -> None:
    truth = Truth(program)
    checker = Checker(program.theory, program.facts)
    proofs = [truth.build_proof(goal, truth.rounds) for goal in sorted(truth.rounds)]
    for proof in proofs:
        assert checker.check_proof(proof) == ()
    for proof in sorted(proofs, key=lambda proof: -len(proof.steps))[:2]:
        for changed in _mutate_proofs(proof, proofs[:3], truth.terms):
            expected = _is_right_proof(truth, changed, program.facts)
            assert (checker.check_proof(changed) == ()) == expected, changed


DEEP = Program(
    Theory.build(
        [
            Rule("r0", (atom("p ?x ?y"), atom("A ?x")), (atom("q ?y ?x"), atom("A ?y"))),
            Rule("r1", (atom("q ?x ?y"), atom("q ?y ?z")), (atom("q ?x ?z"),)),
            Rule("r2", (atom("q ?x ?y"), Negation((atom("p ?x ?w"),)), atom("A ?x")), (atom("B ?x"),)),
            Rule("r3", (atom("q ?x ?y"), atom("B ?x"), Negation((atom("B ?y"), atom("p ?y ?y")))), (atom("r ?x ?y"),)),
            Rule("r4", (atom("r ?x ?y"), atom("r ?y ?x")), ()),
            Rule("r5", (atom("C ?x"), atom("q ?x ?y")), (atom("B ?x"),)),
        ],
        CLOSED,
    ),
    frozenset([fact("p a b"), fact("p b c"), fact("p c d"), fact("A a")]),
)


def test_every_single_change_of_deep_evidence() -> None:
    truth, checker = Truth(DEEP), Checker(DEEP.theory, DEEP.facts)
    assert truth.consistent
    proofs = [truth.build_proof(goal, truth.rounds) for goal in sorted(truth.rounds)]
    assert max(len(proof.steps) for proof in proofs) >= 8
    for proof in proofs:
        assert checker.check_proof(proof) == ()
        for changed in _mutate_proofs(proof, proofs[::4], truth.terms):
            assert (checker.check_proof(changed) == ()) == _is_right_proof(truth, changed, DEEP.facts), changed
    for statement, goal in ((fact("r b d"), FALSE), (fact("C b"), fact("B b"))):
        evidence = truth.build_evidence(statement)
        assert isinstance(evidence, Refutation)
        assert evidence.proof is not None
        assert evidence.proof.goal == goal
        assert checker.check_refutation(evidence) == ()
        assert checker.check_refutation(replace(evidence, statement=fact("r c c")))


@settings(max_examples=60)
@given(draw_program("ab", numeric=False), st.data())
def test_accepted_evidence_says_what_is_so_in_all_models(program: Program, data: st.DataObject) -> None:
    truth = Truth(program)
    checker = Checker(program.theory, program.facts)
    atoms = list_atoms("ab", numeric=False)
    statement = data.draw(st.sampled_from(atoms))
    evidence = truth.build_evidence(statement)
    if not truth.consistent:
        if not isinstance(evidence, Proof):
            assert checker.check_evidence(evidence)
        return
    assert checker.check_evidence(evidence) == ()
    models = list(truth.iterate_models(atoms))
    with_it = [world for world in models if statement in world]
    status = "entailed" if len(with_it) == len(models) else "unknown" if with_it else "refuted"
    assert {Proof: "entailed", Refutation: "refuted", ModelPair: "unknown"}[type(evidence)] == status
    others: list = [Refutation(statement), Proof(statement, ()), truth.build_evidence(statement)]
    others += [replace(e, statement=statement) for a in atoms if isinstance(e := truth.build_evidence(a), Refutation)]
    others += [
        Refutation(statement, proof) for goal in truth.rounds if (proof := truth.build_proof(goal, truth.rounds))
    ]
    derived = tuple(sorted(truth.model - program.facts))
    others += [ModelPair(statement, derived, derived)]
    for other in others:
        if type(other) is not type(evidence):
            assert checker.check_evidence(other), other


@settings(max_examples=40)
@given(draw_program("ab", numeric=False))
def test_every_change_of_a_refutation_or_a_pair_of_models(program: Program) -> None:
    truth = Truth(program)
    checker = Checker(program.theory, program.facts)
    if not truth.consistent:
        return
    atoms = list_atoms("ab", numeric=False)
    for statement in atoms:
        evidence = truth.build_evidence(statement)
        if isinstance(evidence, ModelPair):
            for which in ("without", "with_statement"):
                triples = getattr(evidence, which)
                changes = {tuple(sorted({*triples} ^ {other})) for other in atoms}
                changes |= {triples[::-1], (*triples, *triples[:1])} - {triples}
                for change in changes:
                    assert checker.check_models(replace(evidence, **{which: change}))
        elif isinstance(evidence, Refutation) and evidence.proof is not None:
            stated = program.facts | {statement}
            assert checker.check_refutation(replace(evidence, proof=None))
            for changed in _mutate_proofs(evidence.proof, [], truth.terms):
                goal = changed.goal
                expected = (
                    _is_right_proof(truth, changed, stated)
                    and bool(changed.steps)
                    and statement in changed.leaves
                    and (goal == FALSE or (key_of(goal) in CLOSED and goal not in truth.model))
                )
                assert (checker.check_refutation(Refutation(statement, changed)) == ()) == expected


@settings(max_examples=60)
@given(draw_program(), st.data())
def test_answers_are_complete_and_exact(program: Program, data: st.DataObject) -> None:
    truth = Truth(program)
    keys = ["p", "q", "r"]
    body: list = [atom(f"{data.draw(st.sampled_from(keys))} ?x ?y"), atom("A ?x")]
    if data.draw(st.booleans()):
        body.append(Negation((atom("p ?y ?w"),)))
    variables = data.draw(st.sampled_from([("?x",), ("?y", "?x")]))
    right = set()
    for x in truth.terms:
        for y in truth.terms:
            row = {"?x": x, "?y": y}
            positive = [(row["?x"], body[0].predicate, row["?y"]), (row["?x"], body[1].predicate, body[1].object)]
            absent = all(is_absent(e, row, truth.terms, truth.model) for e in body[2:])
            if absent and all(p in truth.model for p in positive):
                right.add(tuple(row[v] for v in variables))
    answers = sorted(right)
    problems = check_answers(program.theory, program.facts, body, variables, answers)
    assert (problems == ()) == truth.consistent
    if truth.consistent:
        wrong = tuple(name("zz") for _ in variables)
        assert check_answers(program.theory, program.facts, body, variables, [*answers, wrong])
        if answers:
            assert check_answers(program.theory, program.facts, body, variables, answers[1:])
            assert check_answers(program.theory, program.facts, body, variables, [*answers, answers[0]])
        certificate = certify_answers(program.theory, program.facts, body, variables, answers)
        assert certificate == certify_answers(program.theory, program.facts, body, variables, answers[::-1])


# --- examples that name what random programs reach rarely --------------------------------------------------------

AGE = Rule(
    "next-age",
    (atom("n ?x ?v"), Comparison("=", "?z", Operation("+", ("?v", make_literal(1))))),
    (Atom("?x", name("m"), "?z"),),
)


def test_a_computed_binding_is_one_literal_not_any_of_equal_value() -> None:
    theory, facts = Theory.build([AGE]), [fact("n a 2")]
    three = (name("a"), name("m"), make_literal(3))
    assert derive_model(theory, facts) == {facts[0], three}
    step = Step("next-age", (("?v", facts[0][2]), ("?x", name("a")), ("?z", make_literal(3))), (facts[0],), (), three)
    assert check_proof(theory, facts, Proof(three, (step,))) == ()
    other = make_literal("3.0", "<http://www.w3.org/2001/XMLSchema#decimal>")
    goal = (name("a"), name("m"), other)
    forged = replace(step, bindings=(*step.bindings[:2], ("?z", other)), conclusion=goal)
    assert check_proof(theory, facts, Proof(goal, (forged,))) == (
        "step 1: a computed binding is not what the rule computes",
    )


def test_the_first_equation_of_the_body_gives_the_value() -> None:
    # Both give the value two, as different literals; which one is written first decides, not how the atoms join.
    head = (Atom("?x", name("m"), "?z"),)
    equations = (Comparison("=", "?z", "?v"), Comparison("=", "?z", "?w"))
    two, other = list(NUMBERS)[1:3]
    facts = [(name("a"), name("n"), two), (name("a"), name("o"), other)]
    atoms = (atom("n ?x ?v"), Atom("?x", name("o"), "?w"))
    for body in ((*atoms, *equations), (*equations, *atoms[::-1])):
        assert derive_model(Theory.build([Rule("e", body, head)]), facts) - {*facts} == {(name("a"), name("m"), two)}


def test_one_name_may_be_a_class_and_a_property() -> None:
    pun = name("p")
    rule = Rule("r", (Atom("?x", RDF_TYPE, pun), Atom("?x", pun, "?y")), (Atom("?y", RDF_TYPE, pun),))
    facts = [(name("a"), RDF_TYPE, pun), (name("a"), pun, name("b")), (name("b"), pun, name("c"))]
    theory = Theory.build([rule])
    model = derive_model(theory, facts)
    assert model - {*facts} == {(name("b"), RDF_TYPE, pun), (name("c"), RDF_TYPE, pun)}
    assert derive_heights(theory, facts, model)[(name("c"), RDF_TYPE, pun)] == 2
    assert find_broken_rules(theory, facts) == ("r",)


def test_comparisons_inside_a_negation_and_bindings_in_it() -> None:
    # Nobody older: not (n(?y, ?b) ^ ?b > ?v).
    oldest = Rule(
        "oldest",
        (atom("n ?x ?v"), Negation((atom("n ?y ?b"), Comparison(">", "?b", "?v")))),
        (atom("B ?x"),),
    )
    theory = Theory.build([oldest], [name("n")])
    facts = [fact("n a 1"), fact("n b 2"), fact("n c 2.0")]
    assert derive_model(theory, facts) - set(facts) == {fact("B b"), fact("B c")}


def test_a_theory_that_cannot_be_evaluated_is_an_error() -> None:
    loop = Theory.build([Rule("e", (atom("A ?x"), Negation((atom("B ?x"),))), (atom("B ?x"),))], [name("A"), name("B")])
    with pytest.raises(CheckError, match="stratified"):
        derive_model(loop, [fact("A a")])
    unsafe = Theory.build([Rule("u", (atom("A ?x"),), (atom("p ?x ?y"),))])
    with pytest.raises(CheckError, match="rule u"):
        derive_model(unsafe, [fact("A a")])
    dangling = Theory.build([Rule("d", (atom("A ?x"), Comparison("<", "?x", "?y")), (atom("B ?x"),))])
    with pytest.raises(CheckError, match="rule d"):
        derive_model(dangling, [fact("A a")])
    endless = Rule("n", AGE.body, (Atom("?x", name("n"), "?z"),))
    with pytest.raises(CheckError, match="more than 50 facts"):
        derive_model(Theory.build([endless]), [fact("n a 1")], max_facts=50)
    with pytest.raises(CheckError, match="triple of terms"):
        Checker(loop, [("?x", name("p"), name("a"))])


def test_negation_of_what_is_not_closed_has_no_label() -> None:
    theory = Theory.build([Rule("e", (atom("A ?x"), Negation((atom("q ?x ?x"),))), (atom("B ?x"),))], [])
    facts, goal = [fact("A a")], fact("B a")
    step = Step("e", (("?x", name("a")),), (facts[0],), (Negation((atom("q a a"),)),), goal)
    assert any("not closed" in problem for problem in check_proof(theory, facts, Proof(goal, (step,))))
    closed = Theory.build(theory.rules, [name("q")])
    assert check_proof(closed, facts, Proof(goal, (step,))) == ()


def test_frozen_negation_keeps_the_closed_part_of_the_first_model() -> None:
    # With q(a, a) added, "not q" would no longer hold in the second world; frozen, the conclusion stays and the
    # closed parts differ, which makes the statement refuted rather than unknown.
    theory = Theory.build([Rule("e", (atom("A ?x"), Negation((atom("q ?x ?x"),))), (atom("B ?x"),))], [name("q")])
    facts, statement = frozenset([fact("A a")]), fact("q a a")
    model = derive_model(theory, facts)
    assert derive_model(theory, facts | {statement}, closed_reference=model) == model | {statement}
    assert check_models(theory, facts, ModelPair(statement, (fact("B a"),), (fact("B a"),)))
    assert check_refutation(theory, facts, Refutation(statement)) == ()
    assert find_broken_rules(theory, facts) == ("e",)


def test_an_inconsistent_theory_refutes_nothing() -> None:
    theory = Theory.build([Rule("no", (atom("A ?x"),), ())], [name("q")])
    facts = [fact("A a")]
    step = Step("no", (("?x", name("a")),), (facts[0],), (), FALSE)
    assert check_proof(theory, facts, Proof(FALSE, (step,))) == ()
    assert find_contradictions(theory, facts) == (step,)
    assert any("contradict" in p for p in check_refutation(theory, facts, Refutation(fact("q a a"))))
    assert any("contradict" in p for p in check_answers(theory, facts, [atom("A ?x")], ["?x"], [(name("a"),)]))


def test_heights_count_hops_along_a_chain() -> None:
    transitive = Rule("t", (atom("p ?x ?y"), atom("p ?y ?z")), (atom("p ?x ?z"),))
    theory = Theory.build([transitive])
    facts = [fact(f"p i{n} i{n + 1}") for n in range(8)]
    heights = derive_heights(theory, facts, derive_model(theory, facts))
    assert heights[fact("p i0 i8")] == 7
    assert len(heights) == 36


def test_measures_and_restatements() -> None:
    inverse = Rule("inv", (atom("p ?x ?y"),), (atom("q ?y ?x"),))
    subclass = Rule("sub", (atom("A ?x"),), (atom("B ?x"),))
    domain = Rule("dom", (atom("q ?x ?y"),), (atom("A ?x"),))
    constant = Rule("con", (atom("p ?x a"),), (atom("q ?x a"),))
    assert [is_restatement(rule) for rule in (inverse, subclass, domain, constant)] == [True, True, False, False]
    theory, facts = Theory.build([inverse, subclass, domain]), [fact("p b a")]
    a, b = ("?x", name("a")), ("?x", name("b"))
    steps = (
        Step("inv", (b, ("?y", name("a"))), (facts[0],), (), fact("q a b")),
        Step("dom", (a, ("?y", name("b"))), (fact("q a b"),), (), fact("A a")),
        Step("sub", (a,), (fact("A a"),), (), fact("B a")),
    )
    proof = Proof(fact("B a"), steps)
    assert check_evidence(theory, facts, proof) == ()
    restatements = {rule.name for rule in theory.rules if is_restatement(rule)}
    assert measure_proof(proof, restatements) == (3, 1, 3, 1)


def test_certificates_cover_theory_facts_and_evidence() -> None:
    theory, facts = Theory.build([Rule("sub", (atom("A ?x"),), (atom("B ?x"),))]), [fact("A a"), fact("A b")]
    proof = Proof(fact("B a"), (Step("sub", (("?x", name("a")),), (fact("A a"),), (), fact("B a")),))
    certificate = certify(theory, facts, proof)
    assert certificate == certify(theory, facts[::-1], proof, Checker(theory, facts))
    other = Theory.build([*theory.rules, Rule("more", (atom("B ?x"),), (atom("C ?x"),))])
    closed = Theory.build(theory.rules, [name("A")])
    digests = {certify(other, facts, proof), certify(closed, facts, proof), certify(theory, facts[:1], proof)}
    assert len({certificate, *digests}) == 4
    with pytest.raises(CheckError, match="stated"):
        certify(theory, facts[1:], proof)
    with pytest.raises(CheckError, match="other facts"):
        certify(theory, facts, proof, Checker(theory, facts[:1]))


def test_literals_join_by_term_and_compare_by_value() -> None:
    same = Rule("same", (atom("n ?x ?v"), atom("n ?y ?v")), (atom("p ?x ?y"),))
    equal = Rule("equal", (atom("n ?x ?v"), atom("n ?y ?w"), Comparison("=", "?v", "?w")), (atom("q ?x ?y"),))
    two, other = list(NUMBERS)[1:3]
    facts = [(name("a"), name("n"), two), (name("b"), name("n"), other)]
    derived = derive_model(Theory.build([same, equal]), facts)
    assert fact("p a b") not in derived
    assert fact("q a b") in derived
