"""What a dataset's manifest declares of its items, gathered from what they are made from."""

from __future__ import annotations

from typing import Any

from workbench.export.declarations import DeclaredRule, declare_items
from workbench.formats.rules_printer import print_rule
from workbench.generation.selection.blocks import BlockMaker
from workbench.generation.worlds.usable_rules import list_new_rules
from workbench.model.items import digest_json

__all__ = ["declare_material"]


def declare_material(maker: BlockMaker) -> dict[str, Any]:
    """Return the manifest's ``levels``, ``rules`` and ``templates``."""
    material = maker.material
    return declare_items(
        material.curriculum,
        list_new_rules(maker.plan, material.curriculum.levels),
        (
            (
                rule.name,
                DeclaredRule(
                    digest_json(print_rule(rule, material.prefixes))[:16],
                    tuple(sorted(set(rule.provenance.reviewers))),
                    rule.kind,
                ),
            )
            for rule in material.theory.rules
        ),
        ((template.name, template.digest) for template in material.templates),
    )
