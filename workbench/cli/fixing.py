"""``check --fix``: show what would be changed, and change it."""

from __future__ import annotations

from workbench.cli.output import print_error, print_text, show_progress

__all__ = ["mend"]


def mend(folder: str, domain: str | None, code: str, only: str, *, dry_run: bool) -> int:
    """Mend the findings of one code and show the difference; with ``dry_run`` show it only.

    Returns 1 when findings of the code are left, else 0.
    """
    from workbench.build import apply, check, load, propose_fix

    project = load(folder)
    with show_progress() as progress:
        checked = check(project, domain, progress=progress)
        fix = propose_fix(project, checked, code, only, domain=domain, progress=progress)
    if fix.edit is not None:
        print_text(fix.diff)
        if not dry_run:
            apply(project, fix.edit)
    for line in fix.format_text().splitlines():
        print_error(line)
    count = len(fix.mended)
    said = f"{count:,} finding{'s' * (count != 1)} of {code}"
    if dry_run:
        print_error(f"would mend {said}; nothing was changed.")
    elif fix.edit is not None:
        print_error(f"mended {said}. 'workbench undo {folder}' takes it back.")
    else:
        print_error(f"nothing was changed: no finding of {code} can be mended safely.")
    return int(bool(fix.left))
