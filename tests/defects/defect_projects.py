"""Copies of real projects, in memory, with text added to them."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path

from guild_project import write_guild_project
from planted import Defect

from benchmarks.swrl_n3 import read_swrl_rules
from workbench.project import Project

__all__ = ["EXTERNAL", "make_project"]

EXTERNAL = frozenset({"act", "fhkb", "diseases", "pizza"})
"""Projects whose files are data of others, kept beside the repository."""
_ROOT = Path(__file__).resolve().parents[2]
_DATA = _ROOT.parent / "shared" / "data"
_HEAD = """\
@prefix : <http://ai-act.eu/ai#> .
@prefix owl: <http://www.w3.org/2002/07/owl#> .
@prefix rdfs: <http://www.w3.org/2000/01/rdf-schema#> .
@prefix xsd: <http://www.w3.org/2001/XMLSchema#> .
@prefix obo: <http://purl.obolibrary.org/obo/> .
@prefix h: <http://owl.cs.manchester.ac.uk/tutorials/fhkbtutorial/fhkb_chapter_4.owl#> .
@prefix f: <https://example.org/family#> .

"""
_UNDECLARED = (
    "hasGPAIClassification hasCriteria hasSystemCapabilityCriteria hasComplianceRequirement hasRiskLevel "
    "hasNormativeCriterion hasContextualCriterion processesDataType hasTechnicalCriterion"
).split()
_NUMBERS = "hasFLOPS hasComputationFLOPs hasAutonomyLevel hasAccuracyRate".split()
_COUNTS = "hasParameterCount hasMarketReach".split()


def make_project(name: str, defects: Iterable[Defect], *, is_twin: bool = False) -> Project:
    """Return a copy of a project with the text of all given defects, or of their twins."""
    chosen = [defect for defect in defects if defect.project == name]
    rules = "\n".join(defect.twin if is_twin else defect.rules for defect in chosen)
    axioms = "\n".join(defect.twin_axioms if is_twin else defect.axioms for defect in chosen)
    match name:
        case "planets":
            folder = _ROOT / "workbench" / "project" / "starter"
            return _join(folder, "planets", {}, rules, axioms, closed=(":hasMoon",))
        case "guild":
            with tempfile.TemporaryDirectory() as made:
                folder = write_guild_project(Path(made))
                closed = ("g:Expelled", "g:owes")
                prefixes = {"g": "https://example.org/guild#"}
                return _join(folder, "guild", prefixes, rules, axioms, closed=closed)
        case "kinship":
            names = ("Abdicated", "BornOutOfWedlock", "DissolvedMarriage", "renounced")
            prefixes = {"k": "https://example.org/kinship#"}
            return _join(_ROOT, "kinship", prefixes, rules, axioms, closed=tuple(f"k:{n}" for n in names))
        case "act":
            folder = _DATA / "eu-ai-act"
            declared = [f":{n} a owl:ObjectProperty ." for n in _UNDECLARED]
            declared += [f":{n} a owl:DatatypeProperty ; rdfs:range xsd:double ." for n in _NUMBERS]
            declared += [f":{n} a owl:DatatypeProperty ; rdfs:range xsd:integer ." for n in _COUNTS]
            declared.append(":isAdaptiveSystem a owl:DatatypeProperty ; rdfs:range xsd:boolean .\n")
            text = "prefix : <http://ai-act.eu/ai#>\n" + read_swrl_rules(folder / "rules" / "swrl-base-rules.ttl")
            ontologies: list[Path | str] = [folder / "docs" / "ontology.ttl", _HEAD + "\n".join(declared) + axioms]
            return Project.from_files(ontologies, [f"{text}\n{rules}"], name="act")
        case "fhkb":
            return Project.from_files([_DATA / "fhkb" / "rdfxml" / "fhkb_ch10_merged.ttl", _HEAD + axioms], name="fhkb")
        case "diseases":
            slim = _DATA / "disease-ontology-slims" / "DO_cancer_slim.owl"
            return Project.from_files([slim, _HEAD + axioms], name="diseases")
        case _:
            return Project.from_files([_DATA / "pizza" / "pizza.owl"], name="pizza")


def _join(
    folder: Path, name: str, prefixes: Mapping[str, str], rules: str, axioms: str, *, closed: tuple[str, ...]
) -> Project:
    """The ontology and the rules of a domain without its other facts, and the added text at the end of each."""
    ontology = (folder / "ontologies" / name / f"{name}.ttl").read_text(encoding="utf-8")
    own = (folder / "ontologies" / name / f"{name}.rules").read_text(encoding="utf-8")
    constraints = [path.read_text("utf-8") for path in sorted((folder / "validators" / name).glob("*.rules"))]
    base = f"https://example.org/{name}#"
    texts = [own, *constraints, f"prefix : <{base}>\n{rules}"]
    return Project.from_files(
        [f"{ontology}\n{axioms}"], texts, name=name, closed=closed, prefixes={"": base, **prefixes}, base=base
    )
