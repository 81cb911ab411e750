"""What can be chosen about the map: its colours, its edges, and what is highlighted on it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import streamlit as st

from mnemon_server.dashboard.projection_chart import COLOURINGS

_MOST_SOUGHT = 300  # characters
EDGES: Mapping[str, str] = {
    "similar": "similar",
    "mentions": "mentions",
    "entity": "shared words",
    "session": "same session",
}


@dataclass(frozen=True)
class Choice:
    """`colouring` is the name of what colours a point; `kinds` are those of the edges that are drawn."""

    colouring: str
    kinds: tuple[str, ...]
    sought: str


def choose(has_clients: bool) -> Choice:
    """Draw the controls, and say what they are set to."""
    left, right = st.columns([3, 2])
    sought = left.text_input(
        "Highlight the best for", key="map-sought", placeholder="words or a question", max_chars=_MOST_SOUGHT
    )
    colouring = right.segmented_control(
        "Colour by",
        COLOURINGS if has_clients else COLOURINGS[:-1],
        default=COLOURINGS[0],
        required=True,
        key="map-colouring",
    )
    kinds = st.pills(
        "Edges",
        list(EDGES),
        selection_mode="multi",
        default=list(EDGES),
        format_func=EDGES.__getitem__,
        key="map-kinds",
    )
    return Choice(colouring or COLOURINGS[0], tuple(kinds), sought.strip())
