"""Reports in every format, and the exit code they mean. See ``docs/report.md``."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from types import MappingProxyType

from workbench.validation.presentation.escaping import encode
from workbench.validation.presentation.findings import Findings, Threshold, compute_exit_code
from workbench.validation.presentation.github import format_github
from workbench.validation.presentation.gitlab import format_gitlab
from workbench.validation.presentation.html_page import format_html
from workbench.validation.presentation.json_report import SCHEMA_VERSION, format_json, read_schema
from workbench.validation.presentation.junit import format_junit
from workbench.validation.presentation.markdown import format_markdown
from workbench.validation.presentation.sarif import format_sarif
from workbench.validation.presentation.text import format_text

__all__ = [
    "FORMATS",
    "SCHEMA_VERSION",
    "Findings",
    "Threshold",
    "compute_exit_code",
    "encode",
    "format_github",
    "format_gitlab",
    "format_html",
    "format_json",
    "format_junit",
    "format_markdown",
    "format_sarif",
    "format_text",
    "read_schema",
]

FORMATS: Mapping[str, Callable[[Findings], str]] = MappingProxyType(
    {
        "text": format_text,
        "json": format_json,
        "sarif": format_sarif,
        "junit": format_junit,
        "html": format_html,
        "markdown": format_markdown,
        "github": format_github,
        "gitlab": format_gitlab,
    }
)
"""What writes a report in each format, by its name."""
