"""What clients believe about the user, what waits to be confirmed, and what contradicts itself."""

from __future__ import annotations

from collections.abc import Mapping

import streamlit as st

from mnemon_server.dashboard import card
from mnemon_server.dashboard.book import Book
from mnemon_server.dashboard.conflict_pairs import draw_conflicts
from mnemon_server.dashboard.frame import book
from mnemon_server.dashboard.inbox_cards import draw_inbox
from mnemon_server.dashboard.profile_lines import draw_profile
from mnemon_server.dashboard.profile_place import HERE
from mnemon_server.dashboard.taking_back import say_with_a_way_back

PROFILE, INBOX, CONFLICTS = "profile", "inbox", "contradictions"
_DRAWN = {PROFILE: draw_profile, INBOX: draw_inbox, CONFLICTS: draw_conflicts}


def draw() -> None:
    """The page; `?part=inbox` opens it at its second part."""
    vault = book()
    st.title("Profile and inbox")
    say_with_a_way_back(vault, HERE)
    _DRAWN[_chosen(_labels(vault))](vault)
    card.draw()


def _labels(vault: Book) -> Mapping[str, str]:
    waiting = int(vault.ask("inbox", limit=1)["total"])
    pairs = int(vault.ask("conflicts", limit=1)["count"])
    return {
        PROFILE: "Profile",
        INBOX: f"Inbox ({waiting:,})" if waiting else "Inbox",
        CONFLICTS: f"Contradictions ({pairs:,})" if pairs else "Contradictions",
    }


def _chosen(labels: Mapping[str, str]) -> str:
    """The part that is shown; it stays in the page's address, so that it can be linked to and survives a reload."""
    asked = st.query_params.get("part", PROFILE)
    chosen = st.segmented_control(
        "Part of the page",
        list(labels),
        default=asked if asked in labels else PROFILE,
        format_func=lambda part: labels[part],
        key="profile-part",
        label_visibility="collapsed",
    )
    part = str(chosen or PROFILE)
    if st.query_params.get("part", PROFILE) != part:
        st.query_params["part"] = part
    return part
