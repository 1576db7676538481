"""``workbench.yaml`` as a value, read strictly: every key is known, every value has its type."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, TypeVar, cast, get_args

from workbench.errors import ProjectError
from workbench.formats.yaml_text import YamlPath, YamlText, YamlValue, parse_yaml
from workbench.model.report import SEVERITIES, Location, Severity, Violation
from workbench.project.patterns import compile_pattern, matches

__all__ = [
    "CONFIGURATION_NAME",
    "BuildDefaults",
    "DomainConfig",
    "LintProfile",
    "LintSettings",
    "ProjectConfig",
    "ReasoningLimits",
    "Requirement",
    "SeverityOverride",
    "Waiver",
    "parse_configuration",
]

CONFIGURATION_NAME = "workbench.yaml"
SeverityOverride = Literal["error", "warning", "info", "off"]
LintProfile = Literal["default", "obo", "strict"]
"""Which checks of carelessness are made, and how grave each is: ``docs/lint.md``."""
Requirement = Literal["source", "author", "review"]
"""What a project can ask of every statement."""
_PROFILES: tuple[LintProfile, ...] = get_args(LintProfile)
_REQUIREMENTS: tuple[Requirement, ...] = get_args(Requirement)
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,99}\Z")
_PREFIX = re.compile(r"([A-Za-z][A-Za-z0-9_.-]*)?\Z")
_IRI = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[^\s<>\"{}|\\^`]*\Z")
_LANGUAGE = re.compile(r"[a-z]{2,8}(-[a-z0-9]{1,8})*\Z")
_CODE = re.compile(r"[a-z0-9-]+(\.[a-z0-9-]+|\.\*)*\Z")
_FINGERPRINT = re.compile(r"[0-9a-f]{16}\Z")
_MEMORY = re.compile(r"([0-9]{1,9}(?:\.[0-9]{1,3})?) ?(MB|GB)\Z")
_UNITS = {"MB": 10**6, "GB": 10**9}
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class DomainConfig:
    """One domain: glob patterns of its files, its closed predicates and classes (as written), its privacy."""

    name: str
    ontologies: tuple[str, ...]
    validators: tuple[str, ...]
    curricula: tuple[str, ...]
    closed: tuple[str, ...] = ()
    sensitive: bool = False
    description: str = ""
    require: tuple[Requirement, ...] | None = None
    """What every statement of the domain must have; None: what the project asks for."""


@dataclass(frozen=True, slots=True)
class LintSettings:
    """The profile of checks, and what every statement of the project must have."""

    profile: LintProfile = "default"
    require: tuple[Requirement, ...] = ()


@dataclass(frozen=True, slots=True)
class Waiver:
    """A finding that somebody has accepted until a day: ``code`` (or ``family.*``), where, why, who, how long.

    With a ``fingerprint`` it is one particular finding, and ``code`` may be empty.
    """

    code: str
    reason: str
    owner: str
    expires: date
    path: str = ""
    location: Location | None = field(default=None, compare=False)
    fingerprint: str = ""

    def covers(self, violation: Violation, on: date) -> bool:
        """Tell whether the waiver holds on that day and is about this violation."""
        if on > self.expires or (self.code and not _matches_code(self.code, violation.code)):
            return False
        if self.fingerprint and violation.fingerprint != self.fingerprint:
            return False
        return not self.path or (violation.location is not None and matches(self.path, violation.location.path))


@dataclass(frozen=True, slots=True)
class BuildDefaults:
    """What ``workbench build`` takes when its options are left out."""

    out: str = "out"
    seed: int = 0
    workers: int = 1


@dataclass(frozen=True, slots=True)
class ReasoningLimits:
    """The limits that a project sets on reasoning: seconds, facts, bytes of memory; None leaves the usual one."""

    seconds: int | None = None
    facts: int | None = None
    memory: int | None = None


@dataclass(frozen=True, slots=True)
class ProjectConfig:
    """What ``workbench.yaml`` says. ``languages`` is never empty, its first is the default; domains are by name."""

    name: str
    base: str = ""
    description: str = ""
    license: str = ""
    prefixes: Mapping[str, str] = field(default_factory=dict)
    languages: tuple[str, ...] = ("en",)
    domains: Mapping[str, DomainConfig] = field(default_factory=dict)
    severity: Mapping[str, SeverityOverride] = field(default_factory=dict)
    waivers: tuple[Waiver, ...] = ()
    build: BuildDefaults = BuildDefaults()
    reasoning: ReasoningLimits = ReasoningLimits()
    lint: LintSettings = LintSettings()
    version: int = 1
    text: YamlText = field(default=YamlText(None), compare=False, repr=False)

    def get_severity(self, violation: Violation) -> SeverityOverride:
        """Return the severity a violation has in this project: the override of its code, else of ``family.*``."""
        parts = violation.code.split(".")
        for code in [violation.code, *(".".join(parts[:end]) + ".*" for end in range(len(parts) - 1, 0, -1))]:
            if code in self.severity:
                return self.severity[code]
        return violation.severity

    def locate(self, *path: str | int) -> Location | None:
        """Return the line of a key, such as ``locate("domains", "kinship", "closed", 0)``."""
        return self.text.locate(*path) if self.text.path else None


def _matches_code(pattern: str, code: str) -> bool:
    return code.startswith(pattern[:-1]) if pattern.endswith(".*") else code == pattern


def parse_configuration(data: bytes, path: str = CONFIGURATION_NAME) -> tuple[ProjectConfig, tuple[Violation, ...]]:
    """Read a ``workbench.yaml``.

    Findings (``config.*``) leave a usable value: the entry at fault is left out. Raises ProjectError, with file and
    line, when nothing usable is left: no YAML, no mapping, another version, no name, no domain.
    """
    text = parse_yaml(data, path)
    if not isinstance(text.value, dict):
        found = text.violations[0] if text.violations else None
        place, why = (found.location, found.message) if found else (path, "The file has no entries.")
        raise ProjectError(f"{place}: {why} A project needs version, name and domains here.")
    return _ConfigurationReader(text).read(text.value)


class _ConfigurationReader:
    """Reads one mapping after the other and collects findings; ``path`` arguments lead from the root to a value."""

    def __init__(self, text: YamlText) -> None:
        self.text = text
        self.violations: list[Violation] = list(text.violations)

    def read(self, top: dict[str, YamlValue]) -> tuple[ProjectConfig, tuple[Violation, ...]]:
        known = (
            "version", "name", "base", "description", "license", "prefixes", "languages", "domains", "severity",
            "waivers", "build", "reasoning", "lint",
        )  # fmt: skip
        if type(top.get("version")) is not int or top["version"] != 1:
            place = self.text.locate("version")
            raise ProjectError(f"{place}: This release reads projects of version 1; write 'version: 1'.")
        self._check_keys(top, (), known)
        name = self._read_text(top, (), "name")
        domains = self._read_entries(top, "domains", _NAME, "a name of letters, digits, - and _", self._read_domain)
        if not name or not domains:
            missing, example = ("name", "name: My project") if not name else ("domains", "domains: {kinship: {}}")
            place = self.text.locate(missing)
            raise ProjectError(f"{place}: The project has no usable '{missing}'; write for example '{example}'.")
        config = ProjectConfig(
            name=name,
            base=self._read_text(top, (), "base", _IRI, "an absolute IRI"),
            description=self._read_text(top, (), "description"),
            license=self._read_text(top, (), "license"),
            prefixes=self._read_entries(top, "prefixes", _PREFIX, "a prefix", self._read_namespace),
            languages=self._read_texts(top, (), "languages", _LANGUAGE, "a language tag such as en") or ("en",),
            domains=domains,
            severity=self._read_entries(top, "severity", _CODE, "the code of a finding", self._read_override),
            waivers=self._read_waivers(top),
            build=self._read_build(top),
            reasoning=self._read_reasoning(top),
            lint=self._read_lint(top),
            text=self.text,
        )
        return config, tuple(self.violations)

    def _report(self, code: str, message: str, path: YamlPath, fix: str = "") -> None:
        self.violations.append(Violation(f"config.{code}", "error", message, self.text.locate(*path), fix=fix))

    def _check_keys(self, entries: dict[str, YamlValue], path: YamlPath, known: tuple[str, ...]) -> None:
        where = f" under '{'.'.join(map(str, path))}'" if path else ""
        for key in entries:
            if key not in known:
                message = f"The key '{key}' is not known{where}."
                self._report("unknown-key", message, (*path, key), f"Known keys are: {', '.join(known)}.")

    def _expect(self, value: YamlValue, kind: type[_T], words: str, path: YamlPath) -> _T | None:
        if type(value) is kind:
            return value
        name = ".".join(map(str, path))
        self._report("type", f"'{name}' must be {words}, not {_describe(value)}.", path)
        return None

    def _read_text(
        self,
        entries: dict[str, YamlValue],
        path: YamlPath,
        key: str,
        form: re.Pattern[str] | None = None,
        words: str = "text",
    ) -> str:
        if key not in entries:
            return ""
        path = (*path, key)
        value = self._expect(entries[key], str, "text", path)
        if value is None or (value.strip() and (form is None or form.match(value))):
            return value or ""
        self._report("value", f"'{'.'.join(map(str, path))}' must be {words}, not '{value}'.", path)
        return ""

    def _read_texts(
        self,
        entries: dict[str, YamlValue],
        path: YamlPath,
        key: str,
        form: re.Pattern[str] | None,
        words: str,
    ) -> tuple[str, ...]:
        if key not in entries:
            return ()
        path = (*path, key)
        value = entries[key]
        values = [value] if isinstance(value, str) else self._expect(value, list, "a list", path) or []
        texts: list[str] = []
        for index, item in enumerate(values):
            place = (*path, index)
            text = self._expect(item, str, words, place)
            if text is None:
                continue
            if not text.strip() or (form is not None and not form.match(text)):
                self._report("value", f"'{text}' is not {words}.", place)
            elif text in texts:
                self._report("value", f"'{text}' is listed twice.", place)
            else:
                texts.append(text)
        return tuple(texts)

    def _read_flag(self, entries: dict[str, YamlValue], path: YamlPath, key: str, default: bool) -> bool:
        if key not in entries:
            return default
        value = self._expect(entries[key], bool, "true or false", (*path, key))
        return default if value is None else value

    def _read_entries(
        self,
        top: dict[str, YamlValue],
        key: str,
        form: re.Pattern[str],
        words: str,
        read: Callable[[YamlValue, YamlPath], _T | None],
    ) -> dict[str, _T]:
        """Read a mapping whose keys have a form, entry by entry; entries at fault are left out."""
        if key not in top:
            return {}
        found: dict[str, _T] = {}
        for name, value in (self._expect(top[key], dict, "a mapping", (key,)) or {}).items():
            path = (key, name)
            if not form.match(name):
                self._report("value", f"'{name}' under '{key}' is not {words}.", path)
            elif (entry := read(value, path)) is not None:
                found[name] = entry
        return dict(sorted(found.items()))

    def _read_domain(self, value: YamlValue, path: YamlPath) -> DomainConfig | None:
        entries = {} if value is None else self._expect(value, dict, "a mapping", path)
        if entries is None:
            return None
        name = str(path[-1])
        folders = ("ontologies", "validators", "curricula")
        self._check_keys(entries, path, (*folders, "closed", "sensitive", "unique_names", "description", "require"))
        if not self._read_flag(entries, path, "unique_names", True):
            message = "Names are unique in this release: two names never mean one individual."
            fix = "Write 'unique_names: true' or leave the line out."
            self._report("unique-names", message, (*path, "unique_names"), fix)
        patterns = {folder: self._read_patterns(entries, path, folder, name) for folder in folders}
        return DomainConfig(
            name=name,
            closed=self._read_texts(entries, path, "closed", None, "a property or class such as k:hasChild"),
            sensitive=self._read_flag(entries, path, "sensitive", False),
            description=self._read_text(entries, path, "description"),
            require=self._read_requirements(entries, path) if "require" in entries else None,
            **patterns,
        )

    def _read_patterns(self, entries: dict[str, YamlValue], path: YamlPath, folder: str, name: str) -> tuple[str, ...]:
        if folder not in entries:
            return (f"{folder}/{name}/**",)
        texts = self._read_texts(entries, path, folder, None, "a path or pattern")
        return tuple(text for text in texts if self._is_pattern(text, (*path, folder)))

    def _is_pattern(self, text: str, path: YamlPath) -> bool:
        try:
            compile_pattern(text)
        except ValueError as error:
            self._report("value", f"'{text}' {error}.", path)
            return False
        return True

    def _read_namespace(self, value: YamlValue, path: YamlPath) -> str | None:
        text = self._expect(value, str, "an absolute IRI", path)
        if text is not None and not _IRI.match(text):
            self._report("value", f"'{text}' is not an absolute IRI.", path)
            return None
        return text

    def _read_override(self, value: YamlValue, path: YamlPath) -> SeverityOverride | None:
        allowed = (*SEVERITIES, "off")
        if value in allowed:
            return cast("Severity", value)
        self._report("value", f"The severity of '{path[-1]}' must be one of {', '.join(allowed)}.", path)
        return None

    def _read_waivers(self, top: dict[str, YamlValue]) -> tuple[Waiver, ...]:
        found = []
        values = self._expect(top["waivers"], list, "a list", ("waivers",)) if "waivers" in top else None
        for index, value in enumerate(values or []):
            path: YamlPath = ("waivers", index)
            entries = self._expect(value, dict, "a mapping with code, reason, owner and expires", path)
            if entries is None:
                continue
            self._check_keys(entries, path, ("code", "fingerprint", "path", "reason", "owner", "expires"))
            code = self._read_text(entries, path, "code", _CODE, "the code of a finding")
            mark = self._read_text(entries, path, "fingerprint", _FINGERPRINT, "a fingerprint as reports show it")
            # A part that cannot be used would leave a waiver that covers more than was meant.
            is_whole = bool(code or mark) and all(
                value or key not in entries for key, value in (("code", code), ("fingerprint", mark))
            )
            reason, owner, day = (self._read_text(entries, path, key) for key in ("reason", "owner", "expires"))
            if not (is_whole and reason and owner and day):
                message = "A waiver says what (code or fingerprint), why (reason), who (owner), until when (expires)."
                self._report("waiver", message, path)
                continue
            try:
                expires = date.fromisoformat(day)
            except ValueError:
                self._report("value", f"'{day}' is not a date such as 2026-12-31.", (*path, "expires"))
                continue
            place = self._read_text(entries, path, "path")
            # Without its path a waiver would cover more than was meant, so it goes when the path cannot be used.
            if "path" in entries and not (place and self._is_pattern(place, (*path, "path"))):
                continue
            found.append(Waiver(code, reason, owner, expires, place, self.text.locate(*path), mark))
        return tuple(found)

    def _read_build(self, top: dict[str, YamlValue]) -> BuildDefaults:
        default = BuildDefaults()
        entries = self._expect(top["build"], dict, "a mapping", ("build",)) if "build" in top else None
        if entries is None:
            return default
        path: YamlPath = ("build",)
        self._check_keys(entries, path, ("out", "seed", "workers"))
        seed, workers = self._read_number(entries, path, "seed", 0), self._read_number(entries, path, "workers", 1)
        return BuildDefaults(
            self._read_text(entries, path, "out") or default.out,
            default.seed if seed is None else seed,
            default.workers if workers is None else workers,
        )

    def _read_number(self, entries: dict[str, YamlValue], path: YamlPath, key: str, least: int) -> int | None:
        path = (*path, key)
        value = self._expect(entries[key], int, "a whole number", path) if key in entries else None
        if value is not None and value < least:
            self._report("value", f"'{'.'.join(map(str, path))}' must be at least {least}.", path)
            return None
        return value

    def _read_reasoning(self, top: dict[str, YamlValue]) -> ReasoningLimits:
        entries = self._expect(top["reasoning"], dict, "a mapping", ("reasoning",)) if "reasoning" in top else None
        if entries is None:
            return ReasoningLimits()
        path: YamlPath = ("reasoning",)
        self._check_keys(entries, path, ("seconds", "facts", "memory"))
        text = self._read_text(entries, path, "memory", _MEMORY, "an amount such as 500 MB or 4 GB")
        found = _MEMORY.match(text)
        return ReasoningLimits(
            seconds=self._read_number(entries, path, "seconds", 1),
            facts=self._read_number(entries, path, "facts", 1),
            memory=int(float(found[1]) * _UNITS[found[2]]) if found else None,
        )

    def _read_lint(self, top: dict[str, YamlValue]) -> LintSettings:
        entries = self._expect(top["lint"], dict, "a mapping", ("lint",)) if "lint" in top else None
        if entries is None:
            return LintSettings()
        path: YamlPath = ("lint",)
        self._check_keys(entries, path, ("profile", "require"))
        profile = entries.get("profile", "default")
        if profile not in _PROFILES:
            self._report("value", f"'lint.profile' must be one of {', '.join(_PROFILES)}.", (*path, "profile"))
            profile = "default"
        return LintSettings(cast("LintProfile", profile), self._read_requirements(entries, path))

    def _read_requirements(self, entries: dict[str, YamlValue], path: YamlPath) -> tuple[Requirement, ...]:
        known = re.compile(rf"({'|'.join(_REQUIREMENTS)})\Z")
        words = f"one of {', '.join(_REQUIREMENTS)}"
        return cast("tuple[Requirement, ...]", self._read_texts(entries, path, "require", known, words))


def _describe(value: YamlValue) -> str:
    if value is None:
        return "empty"
    if isinstance(value, bool):
        return f"'{str(value).lower()}'"
    if isinstance(value, (dict, list)):
        return "a mapping" if isinstance(value, dict) else "a list"
    return f"the number {value}" if isinstance(value, (int, float)) else f"the text '{value}'"
