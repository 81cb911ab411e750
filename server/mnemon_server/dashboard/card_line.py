"""A memory in a list: its title opens it, one line says what it is."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import streamlit as st

from mnemon_server.dashboard import times
from mnemon_server.dashboard.card_place import open_memory
from mnemon_server.dashboard.plain import inert

# As near to the colours of the charts as Streamlit's named ones come; the name stands in the badge.
_BADGES: Mapping[str, str] = {
    "decision": "green",
    "preference": "blue",
    "antipattern": "red",
    "observation": "orange",
    "research": "violet",
    "project": "yellow",
}
LIVE = "live"

Brief = dict[str, Any]  # Any: a memory as actions list it


def line(memory: Brief, where: str, note: str = "") -> None:
    """The short form; `where` tells two lists of one page apart, `note` is why it stands in this one."""
    title(memory, where)
    st.caption(about(memory) + (f" · {inert(note)}" if note else ""))
    if memory.get("snippet"):
        st.markdown(f":small[{inert(memory['snippet'])}]")


def title(memory: Brief, where: str) -> None:
    """The title, which opens the memory."""
    number = memory["id"]
    label = f"**{inert(memory['title'])}**"
    st.button(label, key=f"title-{where}-{number}", type="tertiary", on_click=open_memory, args=(number,))


def about(memory: Brief) -> str:
    """Markdown: the type and whatever is out of the ordinary as badges, number, age and client."""
    words = [f"#{memory['id']}", made(memory["created_at"])]
    if memory.get("source_client"):
        words.append(memory["source_client"])
    return " ".join(_badges(memory)) + " " + " · ".join(map(inert, words))


def made(moment: str) -> str:
    """Such as `26 Nov 2026, 14:05 (5 days ago)`."""
    age = times.age(max(0.0, times.days_since(moment)))
    return f"{times.shown(moment)} ({age if age == 'today' else age + ' ago'})"


def _badges(memory: Brief) -> list[str]:
    found = [_badge(memory["type"], _BADGES.get(memory["type"], "gray"))]
    if memory["pinned"]:
        found.append(_badge("pinned", "blue"))
    if memory.get("captured"):
        found.append(_badge("heard, not confirmed", "orange"))
    if memory.get("state", LIVE) != LIVE:
        found.append(_badge(memory["state"], "red"))
    return found


def _badge(text: str, colour: str) -> str:
    return f":{colour}-badge[{inert(text)}]"
