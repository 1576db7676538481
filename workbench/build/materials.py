"""From knowledge and curriculum to the material of generation: what a worker needs to make items."""

from __future__ import annotations

from collections.abc import Sequence
from importlib.metadata import version

from workbench.build.curricula import CurriculumText
from workbench.build.knowledge import Knowledge
from workbench.build.naming import make_lexicon
from workbench.generation.selection.blocks import Material
from workbench.generation.worlds.sampling import ClassChoice, Completion
from workbench.generation.worlds.world import NAME_SPACE
from workbench.model.curriculum import Curriculum
from workbench.model.terms import RDF, RDF_TYPE, SH, XSD, Term, Triple, get_iri_text, is_blank
from workbench.validation import shacl
from workbench.validation.shape_index import ShapeIndex
from workbench.validation.wellformed import find_shape_problems, select_sound_shapes

__all__ = ["choose_prefixes", "collect_material", "find_violating"]

_WHOLE_GRAPH = frozenset(f"<{SH}{name}>" for name in ("closed", "sparql", "select", "ask", "target"))


def find_violating(graph: Sequence[Triple], shapes: Sequence[Triple]) -> list[Term]:
    """Return the focus nodes in ``graph`` that violate ``shapes``; warnings and infos do not count.

    Facts whose property or class no shape mentions cannot matter and are left out, unless a shape looks at the whole
    graph (closed shapes, SPARQL).
    """
    used = {term for triple in shapes for term in triple}
    if not used & _WHOLE_GRAPH:
        graph = [t for t in graph if (t[2] if t[1] == RDF_TYPE else t[1]) in used]
    results = shacl.validate_graph(graph, shapes, asserted=graph)
    return sorted({result.focus for result in results if result.severity.endswith("Violation>")})


def choose_prefixes(knowledge: Knowledge) -> dict[str, str]:
    """Return the prefixes of a dataset: the domain's that its theory uses, those of RDF, and one for fresh names."""
    iris = [get_iri_text(key) for key in knowledge.theory.keys]
    iris += [get_iri_text(term) for fact in knowledge.facts for term in fact if term.startswith("<")]
    chosen = {"rdf": RDF, "xsd": XSD}
    for prefix, namespace in sorted(knowledge.domain.prefixes.items()):
        if prefix and prefix not in chosen and any(iri.startswith(namespace) for iri in iris):
            chosen[prefix] = namespace
    name = "n"
    while name in chosen:
        name += "n"
    return dict(sorted({**chosen, name: NAME_SPACE}.items()))


def collect_material(knowledge: Knowledge, text: CurriculumText, curriculum: Curriculum, seed: int) -> Material:
    """Gather what the items of a curriculum are made from."""
    domain = knowledge.domain
    languages = [name for name, _ in curriculum.languages]
    shapes: tuple[Triple, ...] = ()
    if domain.shapes:
        problems = find_shape_problems(domain.shapes, locate=knowledge.narrator.locate)
        shapes = tuple(select_sound_shapes(domain.shapes, problems))
    kinds = domain.kinds
    return Material(
        theory=knowledge.theory,
        assertions=knowledge.facts,
        datatype_properties=tuple(sorted(domain.vocabulary.datatype_properties)),
        classes=tuple(sorted(term for term, kind in kinds.items() if kind == "class")),
        curriculum=curriculum,
        lexicons={language: make_lexicon(domain, language) for language in languages},
        templates=text.templates,
        prefixes=choose_prefixes(knowledge),
        completions=_read_completions(shapes),
        choices=_read_choices(shapes),
        shapes=shapes,
        find_violating=find_violating if shapes else None,
        seed=seed,
        generator=version("knowledge-workbench"),
        unsupported=_list_unsupported(knowledge),
    )


def _list_unsupported(knowledge: Knowledge) -> tuple[Term, ...]:
    """Return the classes and properties that axioms outside the supported part speak of, sorted."""
    parts: dict[Term, list[Triple]] = {}
    for triple in knowledge.domain.triples:
        if is_blank(triple[0]):
            parts.setdefault(triple[0], []).append(triple)
    waiting = [axiom.axiom for axiom in knowledge.terminology.unsupported]
    seen: set[Triple] = set()
    while waiting:
        triple = waiting.pop()
        if triple not in seen:
            seen.add(triple)
            waiting += [part for term in (triple[0], triple[2]) for part in parts.get(term, ())]
    kinds = knowledge.domain.kinds
    return tuple(sorted({term for triple in seen for term in triple if kinds.get(term) in ("class", "property")}))


def _read_completions(shapes: Sequence[Triple]) -> tuple[Completion, ...]:
    found = [
        Completion(requirement.target_class, requirement.path, requirement.min_count, requirement.max_count)
        for requirement in shacl.read_requirements(shapes)
        if requirement.min_count or requirement.max_count is not None
    ]
    return tuple(dict.fromkeys(found))


def _read_choices(shapes: Sequence[Triple]) -> tuple[ClassChoice, ...]:
    """Read ``sh:or`` and ``sh:xone`` over classes: which of them an individual is has to be drawn."""
    index = ShapeIndex(shapes)
    found = []
    for subject, predicate, object_ in shapes:
        if predicate not in (f"<{SH}or>", f"<{SH}xone>"):
            continue
        members = index.read_list(object_)
        classes = [c for member in members or () for c in index.list_objects(member, f"<{SH}class>")]
        targets = index.list_objects(subject, f"<{SH}targetClass>")
        if members and len(classes) == len(members):
            found += [ClassChoice(target, tuple(sorted(classes))) for target in targets]
    return tuple(dict.fromkeys(found))
