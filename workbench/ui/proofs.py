"""Proofs as numbered sentences."""

from __future__ import annotations

import html

from workbench.build import Account, Line
from workbench.ui.text import make_paragraph

__all__ = ["make_proof"]


def make_proof(account: Account, *, is_technical: bool) -> str:
    """Return an account as an HTML list; each sentence with what it rests on and where that is written."""
    return f'<ol class="wb-proof">{"".join(_make_line(line, is_technical) for line in account.lines)}</ol>'


def _make_line(line: Line, is_technical: bool) -> str:
    place = f" {line.location}" if line.location else ""
    parts = [f"<p><strong>{html.escape(line.text)}</strong></p>"]
    if line.origin == "stated":
        parts.append(make_paragraph(f"Stated:{place}" if place else "Stated.", "muted"))
    else:
        grounds = _join([str(number) for number in sorted(line.premises)])
        because = f"Because of {grounds}:" if grounds else "Because:"
        parts.append(make_paragraph(f"{because} {line.rule_text}", "muted"))
        parts += [make_paragraph(f"And, as far as is known, {absent}.", "muted") for absent in line.absent]
        if is_technical:
            parts.append(make_paragraph(f"{line.origin} {line.rule}{place}", "place"))
    return f"<li>{''.join(parts)}</li>"


def _join(parts: list[str]) -> str:
    return f"{', '.join(parts[:-1])} and {parts[-1]}" if len(parts) > 1 else "".join(parts)
