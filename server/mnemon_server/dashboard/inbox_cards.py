"""What hooks captured and nobody has confirmed: each with whose words it was, to keep or to drop."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import streamlit as st

from mnemon_server.dashboard.book import Answer, Book
from mnemon_server.dashboard.card_line import about
from mnemon_server.dashboard.card_place import open_memory
from mnemon_server.dashboard.deeds import Change, Done, deed_button
from mnemon_server.dashboard.paging import shown_page, turning_buttons
from mnemon_server.dashboard.plain import inert
from mnemon_server.dashboard.profile_asking import of_each
from mnemon_server.dashboard.profile_place import HERE
from mnemon_server.dashboard.profile_texts import draw_text, whole_texts
from mnemon_server.errors import MnemonError
from mnemon_server.memory import snippet

PAGE = 10
_BESIDE = 3  # neighbours that are named
_SHORT = 60  # characters of a title
_WHOSE = {"user": "You said it", "assistant": "The model said it"}

Waiting = dict[str, Any]  # Any: JSON, by the contract of actions


def draw_inbox(vault: Book) -> None:
    """One page of what waits, newest first."""
    total = int(vault.ask("inbox", limit=1)["total"])
    if not total:
        st.info(
            "Nothing waits here. What hooks hear in a session, such as a decision or a preference, appears here for you"
            " to keep or to drop; it fades by itself when you do neither."
        )
        return
    page = shown_page("inbox", size=PAGE, total=total)
    shown = vault.ask("inbox", limit=page.first + page.size)["memories"][page.first :]
    turning_buttons(page, page.next_of(total), beside=f"{page.span(len(shown))} of {total:,}")
    _all_at_once(vault, [each["id"] for each in shown])
    ids = [each["id"] for each in shown]
    texts = whole_texts(vault, ids)
    beside = of_each(vault, ids, lambda number: _beside(vault, number))
    for each in shown:
        _draw_card(vault, each, texts.get(each["id"], str(each["snippet"])), beside.get(each["id"], ""))


def _all_at_once(vault: Book, ids: Sequence[int]) -> None:
    if len(ids) < 2:
        return
    with st.container(horizontal=True):
        deed_button(HERE, f"Keep these {len(ids)}", "keep-all", ":material/done_all:", lambda: _keep(vault, ids))
        deed_button(HERE, f"Drop these {len(ids)}", "drop-all", ":material/delete_sweep:", lambda: _drop(vault, ids))


def _draw_card(vault: Book, waiting: Waiting, text: str, beside: str) -> None:
    number = waiting["id"]
    with st.container(border=True, key=f"waiting-{number}"):
        # Nothing here is confirmed: a badge that says so on every card says nothing.
        st.caption(about(waiting | {"captured": None}))
        if not text.lower().startswith(str(waiting["title"]).rstrip("…").lower()):
            st.markdown(f"**{inert(waiting['title'])}**")
        draw_text(text)
        st.caption(inert(f"{_said(waiting)}. {beside}"))
        with st.container(horizontal=True):
            deed_button(HERE, "Keep", f"keep-{number}", ":material/check:", lambda: _keep(vault, [number]))
            deed_button(HERE, "Drop", f"drop-{number}", ":material/delete:", lambda: _drop(vault, [number]))
            st.button("Open", key=f"open-waiting-{number}", type="tertiary", on_click=open_memory, args=(number,))


def _said(waiting: Waiting) -> str:
    said = _WHOSE.get(waiting.get("role", ""), "Heard")
    return f"{said}, recognised by the words “{waiting['cue']}”" if waiting.get("cue") else said


def _beside(vault: Book, number: int) -> str:
    """What stands beside it in its session or speaks of the same."""
    near = vault.ask("related", id=number, limit=_BESIDE)["neighbours"]
    named = (f"#{each['id']} {snippet(each['title'], _SHORT)} ({each['reason'].replace('`', '')})" for each in near)
    return f"Beside it: {'; '.join(named)}." if near else ""


def _keep(vault: Book, ids: Sequence[int]) -> Done:
    done = _each(vault, "keep", ids)
    kept = tuple(Change("keep", each["memory"]["id"]) for each in done if each["changed"])
    if len(ids) == 1:
        return Done(f"Kept: {done[0]['memory']['title']}.", undo=kept)
    return Done(f"Kept {len(kept)} captured memories.", undo=kept)


def _drop(vault: Book, ids: Sequence[int]) -> Done:
    done = _each(vault, "drop", ids)
    dropped = tuple(each["id"] for each in done if each["changed"])
    if len(ids) == 1:
        return Done(f"Dropped: {done[0]['title']}.", restore=dropped)
    return Done(f"Dropped {len(dropped)} captured memories; the same words are not captured again.", restore=dropped)


def _each(vault: Book, action: str, ids: Sequence[int]) -> list[Answer]:
    """Every one on its own: one that has left meanwhile does not keep the others from being done.

    Raises:
        MnemonError: none could be done.
    """
    done, trouble = list[Answer](), None
    for number in ids:
        try:
            done.append(vault.change(action, id=number))
        except MnemonError as found:
            trouble = found
    if trouble is not None and not done:
        raise trouble
    return done
