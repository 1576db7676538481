"""The one file that is exported beside the data, put together from the modules of this package.

A scorer has to be one file, so that it can be copied into any training run, and modules have to be small, so that they
can be read. So the file is made: the modules one after another, their imports of each other left out, and those of the
standard library gathered on top.
"""

from __future__ import annotations

import ast
from functools import lru_cache
from importlib.resources import files

__all__ = ["SCORER_NAME", "assemble_scorer"]

SCORER_NAME = "scorer.py"
"""What the file is called in a dataset."""

_PACKAGE = "workbench.export.scorer"
_PARTS = (
    "values",
    "rules",
    "evaluation",
    "proofs",
    "linear",
    "equivalence",
    "datasets",
    "wrappings",
    "replies",
    "assignments",
    "answers",
    "program",
)
_EXPORTED = ("Score", "ScorerError", "StepVerdict", "main", "score", "score_answer")
_HEAD = '''"""Score answers to the items of a Workbench dataset: python scorer.py DATASET ANSWERS.jsonl

This file needs Python 3.9 or later and nothing else. From Python:

    from scorer import score
    score(item, reply, "path/to/dataset").value

What counts as the answer in a reply, and what each kind of question asks for, is said in docs/scorer.md of Workbench.
"""

from __future__ import annotations

'''
_TAIL = """

if __name__ == "__main__":
    sys.exit(main())
"""


@lru_cache(maxsize=1)
def assemble_scorer() -> str:
    """Return the text of ``scorer.py``: the same for every dataset, and independent of this package."""
    plain: set[str] = set()
    chosen: dict[str, set[str]] = {}
    bodies = []
    for part in _PARTS:
        text = files(_PACKAGE).joinpath(f"{part}.py").read_text(encoding="utf-8")
        lines = text.splitlines()
        tree = ast.parse(text)
        left_out: set[int] = set()
        for node in tree.body:
            span = range(node.lineno - 1, (node.end_lineno or node.lineno))
            if isinstance(node, ast.Import):
                plain.update(alias.name for alias in node.names)
            elif isinstance(node, ast.ImportFrom):
                module = node.module or ""
                if not module.startswith(_PACKAGE) and module != "__future__":
                    chosen.setdefault(module, set()).update(alias.name for alias in node.names)
            elif not (node is tree.body[0] or _is_export(node)):
                continue
            left_out.update(span)
        body = "\n".join(line for number, line in enumerate(lines) if number not in left_out).strip("\n")
        title = (ast.get_docstring(tree) or part).splitlines()[0]
        bodies.append(f"# ---- {title}\n\n{body}\n")
    imports = [f"import {name}" for name in sorted(plain)]
    imports += [f"from {module} import {', '.join(sorted(names))}" for module, names in sorted(chosen.items())]
    exported = f"__all__ = [{', '.join(f'{name!r}' for name in _EXPORTED)}]"
    return _HEAD + "\n".join([*imports, "", exported, "", "", "\n\n".join(bodies)]) + _TAIL


def _is_export(node: ast.stmt) -> bool:
    return isinstance(node, ast.Assign) and any(isinstance(t, ast.Name) and t.id == "__all__" for t in node.targets)
