"""Workbench: knowledge in, graded training sets out, a machine-checked proof with every example.

    import workbench

    project = workbench.load("my-project")
    checked = workbench.check(project)              # .closure, .report
    result = workbench.build(project, "out", seed=0)
    workbench.verify("out")

Importing this package imports nothing else: each name below is fetched from its module when it is first used,
so that a script that only wants one of them, and the command line's `--help`, start at once.

`build` is both the function of this interface and the module that holds it. Here the function wins, whatever
was imported before; the module's other names are reached by `from workbench.build import diff`. What does not
work is to go through the attribute: `import workbench.build`, then `workbench.build.diff(...)`.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from workbench.build import build, check, explain, load, reason, verify
    from workbench.project import Project
    from workbench.reasoning.closure import Closure

    __version__: str

__all__ = ["Closure", "Project", "__version__", "build", "check", "explain", "load", "reason", "verify"]

_HOMES = {
    "Closure": "workbench.reasoning.closure",
    "Project": "workbench.project",
    "build": "workbench.build",
    "check": "workbench.build",
    "explain": "workbench.build",
    "load": "workbench.build",
    "reason": "workbench.build",
    "verify": "workbench.build",
}


class _Package(ModuleType):
    """Keeps `workbench.build` the function when the import system binds the module of that name here."""

    def __setattr__(self, name: str, value: object) -> None:
        if name == "build" and isinstance(value, ModuleType):
            value = value.build
        super().__setattr__(name, value)


sys.modules[__name__].__class__ = _Package


def __getattr__(name: str) -> object:
    if name == "__version__":
        from importlib.metadata import version

        return version("knowledge-workbench")
    if name not in _HOMES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    value = globals()[name] = getattr(import_module(_HOMES[name]), name)
    return value


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
