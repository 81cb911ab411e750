"""A list in pages of 25, where a page says only what comes after it."""

from __future__ import annotations

from collections.abc import Callable

import streamlit as st

SIZE = 25


def place(where: str, asked: str) -> tuple[int, str | None]:
    """(number of the shown page from 0, where it begins); the first one once something else is `asked`."""
    if st.session_state.get(f"{where}-asked") != asked:
        st.session_state[f"{where}-asked"] = asked
        st.session_state[f"{where}-places"] = [None]
    places = st.session_state[f"{where}-places"]
    return len(places) - 1, places[-1]


def buttons(where: str, number: int, following: str | None, back: str, forth: str) -> None:
    """To the page before and to the one that begins at `following`, where there are such."""
    if not number and following is None:
        return
    with st.container(horizontal=True):
        _button(where, back, ":material/arrow_back:", number > 0, lambda: _places(where).pop())
        _button(
            where, forth, ":material/arrow_forward:", following is not None, lambda: _places(where).append(following)
        )


def span(number: int, shown: int, size: int = SIZE) -> str:
    """Such as `26–50`."""
    return f"{number * size + 1:,}–{number * size + shown:,}" if shown else "0"


def _places(where: str) -> list[str | None]:
    found: list[str | None] = st.session_state[f"{where}-places"]
    return found


def _button(where: str, label: str, icon: str, is_there: bool, go: Callable[[], object]) -> None:
    st.button(label, key=f"{where}-{label}", icon=icon, disabled=not is_there, on_click=go)
