"""Whole texts of memories, to be read beside what is to be decided on them."""

from __future__ import annotations

from collections.abc import Iterable

import streamlit as st

from mnemon_server.dashboard.book import Book
from mnemon_server.dashboard.profile_asking import of_each

_LONG, _TALL = 1_500, 320  # characters from which a text scrolls in itself; pixels


def whole_texts(vault: Book, ids: Iterable[int]) -> dict[int, str]:
    """By id, from their history: reading a memory by `get` would count as an access."""
    return of_each(vault, ids, lambda number: str(vault.ask("changes", id=number, limit=1)["memory"]["content"]))


def draw_text(text: str) -> None:
    """As it was written; a long one scrolls, so that what is to be decided stays in sight."""
    with st.container(height=_TALL if len(text) > _LONG else "content"):
        st.text(text)
