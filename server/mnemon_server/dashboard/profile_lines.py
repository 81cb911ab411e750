"""The profile as clients are given it, line by line, with the memories behind each."""

from __future__ import annotations

from typing import Any

import streamlit as st

from mnemon_server.actions.profiling import wording
from mnemon_server.actions.profiling.candidate import STATED
from mnemon_server.dashboard.book import Answer, Book
from mnemon_server.dashboard.card_place import open_memory
from mnemon_server.dashboard.plain import inert
from mnemon_server.dashboard.profile_facts import correct_here, corrections, state_one
from mnemon_server.tools import render

_AS_GIVEN, _MORE, _MOST = "as clients are given it", "more of it", "most of it"
_BUDGETS = {_AS_GIVEN: None, _MORE: 4_000, _MOST: 12_000}  # tokens; None: what the vault's settings say
_SHOWN_SOURCES = 5

Line = dict[str, Any]  # Any: JSON, by the contract of actions


def draw_profile(vault: Book) -> None:
    """What is known about the user, a way to correct it, and the text that a model reads."""
    budget = st.selectbox("How much", list(_BUDGETS), key="profile-budget", width=260)
    profile = vault.ask("profile", tokens=_BUDGETS[budget])
    if profile["sections"]:
        st.caption(_summary(profile, is_given=budget == _AS_GIVEN))
    else:
        st.info(
            "Nothing is known about you yet. State a fact here; what clients save as a preference, a decision or a"
            " lesson appears by itself."
        )
    state_one(vault)
    for section in profile["sections"]:
        st.subheader(inert(section["name"]))
        for place, line in enumerate(section["lines"]):
            _draw_line(vault, line, section["name"] == STATED, f"{section['name']}-{place}")
    if profile["sections"]:
        with st.expander("As a model reads it", icon=":material/article:"):
            st.code(render.profile(profile), language=None, wrap_lines=True)


def _summary(profile: Answer, is_given: bool) -> str:
    tokens = f"About {profile['tokens']:,} tokens"
    said = f"{tokens}, as a client gets it from `profile_get`." if is_given else f"{tokens}; clients are given less."
    return f"{said} {inert(wording.left_out(profile))}".strip()


def _draw_line(vault: Book, line: Line, is_stated: bool, key: str) -> None:
    title, body = str(line["title"]), wording.body(line)
    # A text that begins with its own title shows it once.
    rest = body.removeprefix(f"{title}: ")
    with st.container(gap=None, key=f"line-{key}"):
        st.markdown(inert(body) if rest == body else f"**{inert(title)}**: {inert(rest)}")
        with st.container(horizontal=True, vertical_alignment="center", gap="small", key=f"behind-{key}"):
            st.caption(inert(_about(line)), width="content")
            _links("", line.get("sources", [line["id"]] if line.get("id") else []), key)
            _links("instead of", line.get("replaces", []), key)
            if is_stated:
                corrections(vault, line)
    if is_stated:
        correct_here(vault, line)


def _about(line: Line) -> str:
    age = wording.age_in_words(line["age_days"]) if "age_days" in line else str(line.get("day", ""))
    parts = ["pinned" if line.get("pinned") else "", "heard, not confirmed" if line.get("heard") else "", age]
    return " · ".join(part for part in parts if part)


def _links(before: str, ids: list[int], key: str) -> None:
    """A button for each memory, which opens it."""
    if before and ids:
        st.caption(before, width="content")
    for number in ids[:_SHOWN_SOURCES]:
        st.button(
            f"#{number}", key=f"open-{key}-{before}-{number}", type="tertiary", on_click=open_memory, args=(number,)
        )
    if len(ids) > _SHOWN_SOURCES:
        st.caption(f"and {len(ids) - _SHOWN_SOURCES} more", width="content")
