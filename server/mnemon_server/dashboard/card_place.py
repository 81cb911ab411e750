"""Which memory is opened: its number stands in the page's address, so that a link opens it."""

from __future__ import annotations

import streamlit as st

KEY = "memory"
_TRAIL = "card-trail"
_MOST_DIGITS = 15  # a longer number is nobody's id, and too large for SQLite


def open_memory(id: int) -> None:
    """Open a memory over the page; to be called from an `on_click` or `on_select` callback.

    Outside of a callback it takes effect where the page calls `card.draw()` later in the same run.
    """
    if is_open() and opened() != id:
        st.session_state.setdefault(_TRAIL, []).append(st.query_params[KEY])
    st.query_params[KEY] = str(id)


def is_open() -> bool:
    return KEY in st.query_params


def asked_for() -> str:
    """What stands in the address, as somebody may have typed it."""
    return str(st.query_params.get(KEY, ""))


def opened() -> int | None:
    """The number of the opened memory; None when what stands in the address is none."""
    text = asked_for().strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS else None


def has_way_back() -> bool:
    return bool(st.session_state.get(_TRAIL))


def step_back() -> None:
    """To the memory from which this one was opened."""
    st.query_params[KEY] = st.session_state[_TRAIL].pop()


def close() -> None:
    st.session_state.pop(_TRAIL, None)
    if is_open():
        del st.query_params[KEY]
