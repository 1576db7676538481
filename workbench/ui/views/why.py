"""Why: choose somebody or something, choose a fact, and see its proof."""

from __future__ import annotations

from collections.abc import Sequence

import streamlit as st

from workbench.build import Description, Explanation, FactDescription
from workbench.model.terms import Term, Triple
from workbench.ui.badges import Badge, draw_badge
from workbench.ui.diagrams import make_diagram
from workbench.ui.proofs import make_proof
from workbench.ui.session import Scene, get_scene
from workbench.ui.text import escape_markdown, make_paragraph, say_count

__all__ = ["show"]

_MOST = 50
_MOST_STEPS = 40
"""A diagram of more steps is no help, and Mermaid refuses it at some point."""
_STATED = Badge("Stated", ":material/edit_document:", "blue")
_CONCLUDED = Badge("Concluded", ":material/lightbulb:", "green")
_KINDS = {"All": "All", "Stated": f"{_STATED.icon} Stated", "Concluded": f"{_CONCLUDED.icon} Concluded"}
"""Which facts to list; the icons are those before each fact."""


def show() -> None:
    """Draw the view."""
    scene = get_scene()
    description = scene.description
    st.title("Why", anchor=False)
    if not description.individuals:
        st.info("This project names no individuals yet, so there is nothing to ask about.", icon=":material/info:")
        return
    if description.concluded is None:
        st.warning(
            "Nothing could be concluded; only what is stated is shown. The checks say why.", icon=":material/warning:"
        )
    left, right = st.columns([2, 3], gap="medium")
    with left:
        individual = _choose_individual(description)
        fact = _choose_fact(description, individual) if individual else None
    with right:
        if individual is None:
            _draw_hint("Choose somebody or something", "Type a part of the name, then choose from the list.")
        elif fact is None:
            _draw_hint("Choose a fact", "Each fact is stated in a file or concluded by rules. Its proof appears here.")
        else:
            _draw_explanation(scene, description.explain(fact))


def _draw_hint(title: str, text: str) -> None:
    with st.container(border=True):
        st.html(make_paragraph(title, "strong") + make_paragraph(text, "muted"))


def _choose_individual(description: Description) -> Term | None:
    search = st.text_input(
        "Who or what?", key="why-search", type="search", live="200ms", placeholder="a part of the name",
        persist_state="session",
    ) or ""  # fmt: skip
    hits, count = description.find_individuals(search, _MOST)
    if not hits:
        st.info("Nobody and nothing has that name. Try fewer letters.", icon=":material/search_off:")
        return None
    shown = f"{count:,} found" if count <= _MOST else f"{count:,} found, the first {_MOST} listed"
    options = [hit.term for hit in hits]
    if st.session_state.get("why-individual") not in options:
        is_meant = count == 1 or hits[0].label.casefold() == " ".join(search.casefold().split())
        st.session_state["why-individual"] = options[0] if is_meant else None
    return st.selectbox(
        shown, options, index=None, format_func=description.get_label, key="why-individual",
        placeholder="Choose one", persist_state="session",
    )  # fmt: skip


def _choose_fact(description: Description, individual: Term) -> Triple | None:
    facts = description.list_facts(individual)
    kind = st.segmented_control(
        "Facts", list(_KINDS), default="All", required=True, format_func=_KINDS.__getitem__, key="why-kind",
        persist_state="session",
    )  # fmt: skip
    words = (st.text_input(
        "Search these facts", key="why-words", type="search", live="200ms", placeholder="a word of the sentence",
        persist_state="session",
    ) or "").casefold().split()  # fmt: skip
    hits = [
        fact
        for fact in facts
        if (kind == "All" or fact.is_stated == (kind == "Stated"))
        and all(word in fact.sentence.casefold() for word in words)
    ]
    chosen = st.session_state.get("why-fact")
    chosen = chosen if any(fact.triple == chosen for fact in facts) else None
    _draw_facts(hits[:_MOST], chosen)
    if len(hits) > _MOST:
        st.html(make_paragraph(f"The first {_MOST} of {len(hits):,} are listed; search to see others.", "muted"))
    elif not hits:
        st.html(make_paragraph("No such facts." if facts else "Nothing is known here yet.", "muted"))
    return chosen


def _draw_facts(facts: Sequence[FactDescription], chosen: Triple | None) -> None:
    def choose(triple: Triple) -> None:
        st.session_state["why-fact"] = triple

    with st.container(key="rows-facts", border=bool(facts)):
        for number, fact in enumerate(facts):
            badge = _STATED if fact.is_stated else _CONCLUDED
            mark = "picked" if fact.triple == chosen else "plain"
            st.button(
                escape_markdown(fact.sentence),
                key=f"fact-{mark}-{number}",
                icon=badge.icon,
                type="tertiary",
                on_click=choose,
                args=(fact.triple,),
                width="stretch",
            )


def _draw_explanation(scene: Scene, explanation: Explanation) -> None:
    account = explanation.accounts[0]
    steps = sum(line.origin != "stated" for line in account.lines)
    with st.container(border=True, key="proof"):
        st.header(escape_markdown(explanation.sentence), anchor=False)
        with st.container(horizontal=True, vertical_alignment="center"):
            draw_badge(_CONCLUDED if steps else _STATED)
            others = "" if explanation.is_complete else "; there are other ways too"
            st.html(
                make_paragraph(
                    f"In {say_count(steps, 'step')}{others}." if steps else "It is written in the project.", "muted"
                )
            )
        if scene.is_technical:
            st.code(" ".join(explanation.statement), language=None, wrap_lines=True)
        st.html(make_proof(account, is_technical=scene.is_technical))
        if steps and len(account.lines) <= _MOST_STEPS:
            st.subheader("The same as a picture", anchor=False)
            st.mermaid_chart(
                make_diagram(explanation, is_technical=scene.is_technical),
                # Streamlit writes this into the diagram, so nothing of the project may be in it.
                alt="Diagram of the proof above",
            )
        with st.expander("Copy as text", icon=":material/content_copy:"):
            st.code(explanation.format_text(), language=None, wrap_lines=True)
