"""Handoffs as a diary: what was left where at the end of each session, by project."""

from __future__ import annotations

from itertools import groupby

import streamlit as st

from mnemon_server.actions.handoffs import PREFIX
from mnemon_server.dashboard import card_line, times
from mnemon_server.dashboard.book import Book
from mnemon_server.dashboard.card_line import Brief
from mnemon_server.dashboard.paging import shown_page, turning_buttons
from mnemon_server.dashboard.plain import inert

HERE = "diary"
_MOST = 2_000  # handoffs, the newest; more than anybody leafs through
_PAGE = 10
_ALL, _NONE = "all projects", "no project"


def draw_diary(vault: Book) -> None:
    """One project's handoffs in full, the newest first."""
    handoffs: list[Brief] = vault.pages("browse", "memories", _MOST, content_type="handoff", limit=500)
    if not handoffs:
        st.info("No session has left a handoff yet. Hooks write one at the end of a session; they come with:")
        st.code("mnemon setup", language=None)
        return
    projects = list(dict.fromkeys(project_of(memory) or _NONE for memory in handoffs))
    project = st.selectbox("Project", (_ALL, *projects), key="project", bind="query-params")
    shown = [each for each in handoffs if project in (_ALL, project_of(each) or _NONE)]
    page = shown_page(HERE, str(project), _PAGE, len(shown))
    leaf = shown[page.first : page.first + page.size]
    st.caption(f"{page.span(len(leaf))} of {len(shown):,} handoffs, the newest first")
    for day, entries in groupby(leaf, key=lambda each: times.local(each["created_at"]).date()):
        st.markdown(f"##### {day:%A, %-d %B %Y}")
        for memory in entries:
            _entry(vault, memory)
    turning_buttons(page, page.next_of(len(shown)))


def project_of(memory: Brief) -> str:
    """The project that a handoff's source key names; empty when a model saved it without one."""
    key = memory["source_key"] or ""
    if not key.startswith(PREFIX):
        return ""
    return str(key.removeprefix(PREFIX).partition("#")[0]).replace("%23", "#").replace("%25", "%")


def _entry(vault: Book, memory: Brief) -> None:
    with st.container(border=True, gap="xsmall"):
        card_line.title(memory, HERE)
        words = [_when(memory), memory["source_client"] or "unknown client", project_of(memory) or _NONE]
        st.caption(" · ".join(map(inert, words)))
        st.text(vault.ask("changes", id=memory["id"], limit=1)["memory"]["content"])


def _when(memory: Brief) -> str:
    """A session's handoff grows: from when to when."""
    begun, ended = times.local(memory["created_at"]), times.local(memory["updated_at"])
    if ended.date() != begun.date():
        return f"{begun:%H:%M} to {times.shown(memory['updated_at'])}"
    return f"{begun:%H:%M}" if f"{begun:%H:%M}" == f"{ended:%H:%M}" else f"{begun:%H:%M} to {ended:%H:%M}"
