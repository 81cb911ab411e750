"""What a memory stands beside, and what became of it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import streamlit as st

from mnemon_server.dashboard import times
from mnemon_server.dashboard.book import Book
from mnemon_server.dashboard.card_line import about, title
from mnemon_server.dashboard.plain import inert

_KINDS: Mapping[str, str] = {
    "session": "saved one after the other",
    "mentions": "one names the other",
    "entity": "they share rare words",
    "similar": "near by meaning",
    "supersedes": "one supersedes the other",
}


def draw_related(vault: Book, id: int) -> None:
    """The neighbours of a live memory, strongest first; a click opens one."""
    neighbours = vault.ask("related", id=id)["neighbours"]
    with st.expander(f"Related memories ({len(neighbours)})", icon=":material/hub:"):
        if not neighbours:
            st.caption("Nothing in the vault is near to it, mentions it, or was saved beside it.")
        for near in neighbours:
            title(near, f"near-{id}")
            kind = _KINDS.get(near["kind"], near["kind"])
            why = f"{kind}, {near['weight']:.0%}" + (f": {near['reason']}" if near["reason"] else "")
            st.caption(f"{about(near)} · {inert(why)}")


def draw_history(changes: Sequence[dict[str, Any]]) -> None:  # Any: JSON
    """The changes to a memory, the last one first."""
    with st.expander(f"History ({len(changes)})", icon=":material/history:"):
        if not changes:
            st.caption("Nothing is written down about it: it was kept without a history.")
        for change in changes:
            undone = " (taken back since)" if change["undone"] else ""
            who = change["actor"] or "unknown"
            st.markdown(inert(f"{times.shown(change['at'])}, {who}: {change['what']}{undone}"))
