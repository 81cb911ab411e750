"""A list page by page: which page is shown, and the buttons to its neighbours."""

from __future__ import annotations

from dataclasses import dataclass

import streamlit as st

SIZE = 25
Starts = tuple[str | None, ...]


@dataclass(frozen=True)
class Page:
    """The shown page of the list at `where`.

    Attributes:
        asked: what the list answers; another list begins at its first page.
        starts: where every page up to this one begins, as the list says it, None for its beginning. By these a list
            that tells only what follows can be leafed back.
    """

    where: str
    asked: str
    size: int
    starts: Starts

    @property
    def start(self) -> str | None:
        return self.starts[-1]

    @property
    def first(self) -> int:
        """How many entries stand before it."""
        return (len(self.starts) - 1) * self.size

    def span(self, shown: int) -> str:
        """Such as `26–50`, of which `shown` are on this page."""
        return f"{self.first + 1:,}–{self.first + shown:,}" if shown else "0"

    def next_of(self, total: int) -> str | None:
        """Where the following page of a list of so many begins; None when there is none."""
        following = self.first + self.size
        return str(following) if following < total else None


def shown_page(where: str, asked: str = "", size: int = SIZE, total: int | None = None) -> Page:
    """The page of this list that somebody has turned to; of a list of `total` none behind its end, however it has
    shrunk meanwhile."""
    before, starts = st.session_state.get(_key(where), (None, ()))
    if before != asked:
        starts = (None,)
        _turn(where, asked, starts)
    if total is not None:
        starts = starts[: max(1, -(-total // size))]
    return Page(where, asked, size, starts)


def turning_buttons(
    page: Page, following: str | None, back: str = "Newer", forth: str = "Older", beside: str = ""
) -> None:
    """To the page before and to the one that begins at `following`, where there are such; `beside` stands next to
    them."""
    if page.start is None and following is None:
        return
    with st.container(horizontal=True, vertical_alignment="center"):
        _button(page, back, ":material/arrow_back:", page.starts[:-1])
        _button(page, forth, ":material/arrow_forward:", () if following is None else (*page.starts, following))
        if beside:
            st.caption(beside, width="content")


def _button(page: Page, label: str, icon: str, to: Starts) -> None:
    """It turns to what it was drawn for: pressed twice in a hurry, it does not turn twice."""
    key = f"{page.where}-{label}"
    st.button(label, key=key, icon=icon, disabled=not to, on_click=_turn, args=(page.where, page.asked, to))


def _turn(where: str, asked: str, starts: Starts) -> None:
    st.session_state[_key(where)] = (asked, starts)


def _key(where: str) -> str:
    return f"page-of-{where}"
