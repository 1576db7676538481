"""Knowledge: classes as a tree, properties, rules and constraints, in plain words."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

import streamlit as st

from workbench.build import Described, Description, RuleDescription, TermDescription
from workbench.model.terms import Term, get_iri_text, is_iri
from workbench.ui.badges import draw_badge, make_state_badge
from workbench.ui.session import Scene, get_page, get_scene
from workbench.ui.style import INDENTS
from workbench.ui.text import escape_markdown, make_list, make_paragraph, say_count

__all__ = ["show"]

_PARTS = ("Classes", "Properties", "Rules", "Constraints")
_MOST = 100
_OPEN_TREE = 60
"""Trees of up to this many classes are shown whole, larger ones along the chosen class."""
_MOST_ROWS = 200


def show() -> None:
    """Draw the view."""
    scene = get_scene()
    description = scene.description
    st.title("Knowledge", anchor=False)
    part = st.segmented_control(
        "Part", _PARTS, default=_PARTS[0], required=True, key="knowledge-part", label_visibility="collapsed",
        persist_state="session",
    )  # fmt: skip
    if part == "Rules":
        _draw_rules(scene, description.rules, "rule", "What follows from what. Proofs cite these rules.")
    elif part == "Constraints":
        _draw_rules(scene, description.constraints, "constraint", "What must hold. The checks report what does not.")
    elif part == "Properties":
        _draw_terms(scene, description.properties, "property", description.describe_property)
    else:
        _draw_terms(scene, description.classes, "class", description.describe_class)


def _search(what: str, shown: str) -> str:
    return st.text_input(
        f"Search {what}", key=f"search-{what}", type="search", live="200ms", placeholder=shown, persist_state="session"
    ) or ""  # fmt: skip


def _matches(search: str, *texts: str) -> bool:
    found = " ".join(texts).casefold()
    return all(word in found for word in search.casefold().split())


def _draw_rules(scene: Scene, rules: Sequence[RuleDescription], noun: str, about: str) -> None:
    st.html(make_paragraph(about, "muted"))
    if not rules:
        st.info(f"This project has no {noun}s yet.", icon=":material/info:")
        return
    search = _search(f"{noun}s", "a word of the sentence, the name or the source")
    hits = [rule for rule in rules if _matches(search, rule.sentence, rule.words, rule.name, *rule.provenance.sources)]
    _say_hits(len(hits), len(rules), noun)
    for rule in hits[:_MOST]:
        with st.container(border=True):
            parts = [make_paragraph(rule.sentence, "strong")]
            if rule.words != rule.sentence:
                parts.append(make_paragraph(rule.words, label="Exactly:"))
            st.html("".join(parts))
            _draw_provenance(rule.provenance.state, rule.provenance.sources)
            if scene.is_technical:
                st.code(f"{noun} {rule.name}\n  {rule.formula}", language=None, wrap_lines=True)
                if rule.location:
                    st.html(make_paragraph(str(rule.location), "place"))


def _say_hits(count: int, total: int, noun: str) -> None:
    nouns = {"class": "classes", "property": "properties"}
    if not count:
        st.info("Nothing found. Try fewer or other words.", icon=":material/search_off:")
    elif count > _MOST:
        st.html(make_paragraph(f"The first {_MOST} of {count:,} are shown; search to see others.", "muted"))
    else:
        shown = say_count(count, noun, nouns.get(noun, ""))
        st.html(make_paragraph(shown if count == total else f"{shown} of {total:,}", "muted"))


def _draw_provenance(state: str, sources: Sequence[str]) -> None:
    with st.container(horizontal=True, vertical_alignment="center"):
        draw_badge(make_state_badge(state))
        if sources:
            st.html(make_paragraph("; ".join(sources), "muted", label="Source:"))


def _draw_terms(
    scene: Scene, terms: Sequence[Described], noun: str, describe: Callable[[Term], TermDescription]
) -> None:
    if not terms:
        st.info(f"This project has no {'classes' if noun == 'class' else 'properties'} yet.", icon=":material/info:")
        return
    key = f"chosen-{noun}"
    left, right = st.columns([2, 3], gap="medium")
    with left:
        search = _search("classes" if noun == "class" else "properties", "a word of the name")
        hits = [term for term in terms if _matches(search, term.label)]
        known = {term.term for term in terms}
        chosen = st.session_state.get(key)
        chosen = chosen if chosen in known else None
        if noun == "class" and not search:
            rows = list(_list_rows(scene.description, chosen))
        else:
            _say_hits(len(hits), len(terms), noun)
            rows = [(hit.term, 0) for hit in hits[:_MOST]]
        _draw_rows(scene.description, rows, key, chosen or (rows[0][0] if rows else None))
    with right:
        if rows or chosen:
            _draw_term(scene, describe(chosen or rows[0][0]), noun)


def _list_rows(description: Description, chosen: Term | None) -> Iterator[tuple[Term, int]]:
    """The tree as rows with their depth: all of it, or the way to the chosen class and what is below that."""
    hierarchy = description.hierarchy
    path = (*hierarchy.find_path(chosen), chosen) if chosen else ()
    whole = len(description.classes) <= _OPEN_TREE

    def walk(term: Term, above: tuple[Term, ...]) -> Iterator[tuple[Term, int]]:
        yield term, len(above)
        if whole or term in path:
            for child in hierarchy.children.get(term, ()):
                if child not in above and child != term:
                    yield from walk(child, (*above, term))

    for root in hierarchy.roots:
        yield from walk(root, ())


def _draw_rows(description: Description, rows: Sequence[tuple[Term, int]], key: str, chosen: Term | None) -> None:
    def choose(term: Term) -> None:
        st.session_state[key] = term

    with st.container(key=f"rows-{key}"):
        for number, (term, depth) in enumerate(rows[:_MOST_ROWS]):
            mark = "picked" if term == chosen else "plain"
            st.button(
                escape_markdown(description.get_label(term)),
                key=f"{key}-{mark}-indent-{min(depth, INDENTS)}-{number}",
                type="tertiary",
                on_click=choose,
                args=(term,),
                width="stretch",
            )
    if len(rows) > _MOST_ROWS:
        st.html(make_paragraph(f"{len(rows) - _MOST_ROWS:,} more; search to see them.", "muted"))


def _draw_term(scene: Scene, term: TermDescription, noun: str) -> None:
    with st.container(border=True):
        st.header(escape_markdown(term.label), anchor=False)
        parts = [make_paragraph(term.definition)] if term.definition else []
        parts.append(make_paragraph(f"“{term.phrase}”", label="As a sentence:"))
        if term.is_closed:
            parts.append(make_paragraph("What does not follow is not so.", label="Complete:"))
        st.html("".join(parts))
        _draw_provenance(term.provenance.state, term.provenance.sources)
        if scene.is_technical and is_iri(term.term):
            st.html(make_paragraph(get_iri_text(term.term), "place"))
        _draw_sentences("When it holds", term.makes, "It is only ever stated; nothing concludes it.")
        _draw_sentences("What follows from it", term.gives, "Nothing is concluded from it.")
        if noun == "class":
            _draw_members(scene, term.term)


def _draw_sentences(title: str, sentences: tuple[str, ...], nothing: str) -> None:
    st.subheader(title, anchor=False)
    st.html(make_list(sentences[:10]) if sentences else make_paragraph(nothing, "muted"))
    if sentences[10:]:
        with st.expander(f"{len(sentences) - 10} more"):
            st.html(make_list(sentences[10:]))


def _draw_members(scene: Scene, class_: Term) -> None:
    members = scene.description.list_members(class_)
    st.subheader("Who or what is one", anchor=False)
    if not members:
        st.html(make_paragraph("Nobody and nothing so far.", "muted"))
        return
    st.html(make_paragraph(say_count(len(members), "individual"), "muted"))
    with st.container(horizontal=True):
        for number, member in enumerate(members[:12]):
            if st.button(escape_markdown(member.label), key=f"member-{number}", type="secondary"):
                st.session_state["why-search"] = member.label
                st.session_state["why-individual"] = member.term
                st.switch_page(get_page("why"))
