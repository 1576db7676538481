"""Names that stand in prompts: of individuals that are asked about under their own labels, and of made-up ones.

A label that is merely careless elsewhere is an error here, since a question about it would have two readings, or its
answer none that can be scored.
"""

from __future__ import annotations

from collections.abc import Iterator

from workbench.formats.curriculum_names import find_joint, find_name_fault, fold_name, list_looks
from workbench.model.report import Location, Violation
from workbench.model.terms import RDFS_LABEL, get_local_name
from workbench.validation.lint.index import Text
from workbench.validation.lint.linter import MANY, Finder, Linter
from workbench.wording.reserved import find_sentence, list_reserved

__all__ = ["FINDERS"]

_LABEL_FIX = "Choose another label, and keep this one as skos:altLabel; or ask about sampled worlds only."


def _list_named(lint: Linter) -> list[Text]:
    """Return the labels that prompts use: in a language of the curriculum, else without one."""
    languages = lint.spoken_languages
    return [text for text in lint.index.labels if text.triple[0] in lint.named and text.language in ("", *languages)]


def _find_ambiguous_labels(lint: Linter) -> Iterator[Violation]:
    """Find labels of individuals that prompts name and that make them ambiguous."""
    named = _list_named(lint)
    for text in named:
        for language in (text.language,) if text.language else lint.spoken_languages:
            why = find_name_fault(text.plain) or _say_joint(text.plain, language)
            if why := why or _find_reserved(lint, text.plain, language):
                yield lint.report(
                    "curriculum.ambiguous-label",
                    f"The label “{_show(text.plain)}” cannot stand in a prompt: {why}.",
                    [text.triple],
                    focus=text.triple[0],
                    path=RDFS_LABEL,
                    value=text.triple[2],
                    fix=_LABEL_FIX,
                    why=lint.why_named,
                )
                break
    told: set[tuple[str, ...]] = set()
    for language in lint.spoken_languages:
        own = {text.triple[0] for text in named if text.language == language}
        groups: dict[str, list[Text]] = {}
        for text in named:
            if text.language == language or text.triple[0] not in own:
                for look in list_looks(text.plain):
                    groups.setdefault(look, []).append(text)
        for texts in groups.values():
            owners = tuple(sorted({text.triple[0] for text in texts}))
            if len(owners) < 2 or owners in told:
                continue
            told.add(owners)
            labels = list(dict.fromkeys(f"“{_show(text.plain)}”" for text in texts))
            names = ", ".join(get_local_name(owner) for owner in owners[:MANY])
            alike = f"called what looks the same, {', '.join(labels[:MANY])}"
            twins = f"called {labels[0]}" if len(labels) == 1 else alike
            yield lint.report(
                "curriculum.ambiguous-label",
                f"{len(owners)} individuals are {twins}, so no prompt can name one of them: {names}.",
                [text.triple for text in texts],
                focus=owners[0],
                path=RDFS_LABEL,
                value=texts[0].triple[2],
                fix="Give each a label of its own; or ask about sampled worlds only.",
                why=lint.why_named,
            )


def _show(label: str) -> str:
    return label if label.isprintable() else ascii(label)[1:-1]


def _say_joint(label: str, language: str) -> str:
    joint = find_joint(label, language)
    return joint and f"{'a comma' if joint == ',' else f'“{joint}”'} separates answers, so it could be read as several"


def _find_reserved(lint: Linter, name: str, language: str) -> str:
    meant = list_reserved(language).get(name.casefold())
    if meant:
        return f"in prompts it is {meant}"
    other = lint.class_labels.get(fold_name(name))
    if other:
        return f"a class is called {lint.name(other)}"
    return find_sentence(name, language, lint.telling.get(language))


def _find_ambiguous_names(lint: Linter) -> Iterator[Violation]:
    """Find names for made-up individuals that are words of prompts, or what a class is called."""
    curriculum = lint.matter.curriculum
    if curriculum is None:
        return
    for number, names in enumerate(curriculum.names):
        for language, labels in names.labels:
            for index, label in enumerate(labels):
                if why := _find_reserved(lint, label, language):
                    yield lint.report(
                        "curriculum.ambiguous-name",
                        f"“{label}” cannot be a name of somebody: {why}.",
                        focus=names.class_,
                        source=curriculum.name,
                        fix="Choose another name.",
                        why="A sentence in which a name can be taken for something else has two readings.",
                        places=[lint.matter.locate_name(number, language, index) or Location(curriculum.path)],
                    )


FINDERS: dict[str, Finder] = {
    "curriculum.ambiguous-label": _find_ambiguous_labels,
    "curriculum.ambiguous-name": _find_ambiguous_names,
}
