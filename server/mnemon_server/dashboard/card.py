"""The one way in which every page shows a memory: opened over the page, with all that can be done with it."""

from __future__ import annotations

import streamlit as st

from mnemon_server.dashboard import card_place
from mnemon_server.dashboard.book import Book
from mnemon_server.dashboard.card_change import CARD, draw_buttons, draw_form
from mnemon_server.dashboard.card_facts import draw_facts
from mnemon_server.dashboard.card_line import LIVE, about, line
from mnemon_server.dashboard.card_looks import STYLE
from mnemon_server.dashboard.card_place import open_memory
from mnemon_server.dashboard.card_related import draw_history, draw_related
from mnemon_server.dashboard.deeds import say
from mnemon_server.dashboard.frame import book, tell
from mnemon_server.dashboard.plain import inert
from mnemon_server.dashboard.taking_back import last_change_button, last_change_line
from mnemon_server.errors import MnemonError, UnknownMemory

__all__ = ["draw", "line", "open_memory"]

_READ = "card-read"
_LONG, _TALL = 3_000, 420  # characters from which a text scrolls in itself; pixels


def draw() -> None:
    """Show the opened memory, if one is: what every page calls last."""
    st.html(f"<style>{STYLE}</style>")
    if card_place.is_open():
        st.dialog("Memory", width="medium", on_dismiss=_close)(_inside)()
    else:
        _close()  # it may have been left by a link to another page


def _close() -> None:
    st.session_state.pop(_READ, None)
    card_place.close()


def _inside() -> None:
    """What the dialog holds; it is drawn again by itself, so that what goes wrong in it is said in it."""
    # What is there only now and then has a room of its own: an open form below would close if it moved.
    with st.container():
        if card_place.has_way_back():
            back = card_place.step_back
            st.button("Back", key="card-back", icon=":material/arrow_back:", type="tertiary", on_click=back)
    number = card_place.opened()
    if number is None:
        st.error(inert(f"“{card_place.asked_for()}” is no number of a memory."), icon=":material/error:")
        return
    try:
        _show(book(), number)
    except MnemonError as trouble:
        tell(trouble)


def _show(vault: Book, number: int) -> None:
    became = _count_access(vault, number)
    found = vault.ask("changes", id=number)
    memory, state = found["memory"], found["state"]
    st.markdown(f"#### {inert(memory['title'])}")
    st.caption(about(memory | {"state": state}))
    with st.container():
        say(CARD)
        if state != LIVE and became:
            st.info(inert(f"{became}. No client is shown it."), icon=":material/info:")
    st.code(
        memory["content"],
        language=None,
        wrap_lines=True,
        height=_TALL if len(memory["content"]) > _LONG else "content",
    )
    with st.container(horizontal=True):
        draw_buttons(memory, state)
        last_change_button(CARD)
    with st.container():
        last_change_line(vault, CARD)
    if state == LIVE:
        with st.expander("Correct", icon=":material/edit:"):
            draw_form(memory)
        draw_related(vault, number)
    draw_history(found["changes"])
    draw_facts(memory, found["confidence"])


def _count_access(vault: Book, number: int) -> str:
    """Opening a memory is reading it: that counts once. Says what became of one that was not live then."""
    read, became = st.session_state.get(_READ, (None, ""))
    if read != number:
        became = ""
        try:
            vault.change("get", id=number)
        except UnknownMemory as gone:
            became = gone.message
        st.session_state[_READ] = (number, became)
    return str(became)
