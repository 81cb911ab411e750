"""Finding memories by words and by meaning, or leafing through those of any state."""

from __future__ import annotations

import json
import re
from collections.abc import Collection
from datetime import date, datetime, time
from typing import Any

import streamlit as st

from mnemon_server.dashboard import card, times
from mnemon_server.dashboard.book import Book
from mnemon_server.dashboard.card_line import LIVE, Brief
from mnemon_server.dashboard.card_why import draw_why
from mnemon_server.dashboard.deeds import say
from mnemon_server.dashboard.frame import book
from mnemon_server.dashboard.paging import shown_page, turning_buttons
from mnemon_server.dashboard.plain import inert
from mnemon_server.dashboard.taking_back import last_change_button, last_change_line
from mnemon_server.kinds import KIND_NAMES

HERE = "search"
_ANY_TYPE, _ANY_CLIENT, _ANY_TIME, _CHOSEN_DAY = "any type", "any client", "any time", "since a day"
_SPANS = {"24 hours": "24h", "7 days": "7d", "30 days": "30d", "90 days": "90d", "a year": "365d"}
_PINNED = {"pinned or not": None, "pinned": True, "not pinned": False}
_STATES = (LIVE, "archived", "forgotten", "superseded", "all")
_MOST = 100  # results of one search, by the contract of the action

Filters = dict[str, Any]  # Any: JSON


def draw() -> None:
    """The page."""
    vault = book()
    st.title("Search")
    text = st.text_input(
        "Words or a question",
        key="q",
        type="search",
        placeholder="what was decided about backups",
        live="500ms",
        bind="query-params",
    )
    state, filters = _filters(vault)
    _number(text)
    if text.strip() and state == LIVE:
        _found(vault, text, filters)
    else:
        _leafed(vault, text, state, filters)
    say(HERE)
    last_change_button(HERE)
    last_change_line(vault, HERE)
    card.draw()


def _filters(vault: Book) -> tuple[str, Filters]:
    """(state, what the actions `search` and `browse` both take)."""
    spans = (_ANY_TIME, *_SPANS, _CHOSEN_DAY)
    with st.container(horizontal=True):
        kind = _choice("Type", (_ANY_TYPE, *KIND_NAMES), "type")
        client = _choice("Client", (_ANY_CLIENT, *_clients(vault)), "client")
        span = _choice("Changed within", spans, "within")
        state = _choice("State", _STATES, "state")
        pinned = _choice("Pinned", _PINNED, "pinned")
    since = _SPANS.get(span)
    if span == _CHOSEN_DAY:
        since = _midnight(st.date_input("Changed since", key="since", bind="query-params"))
    return state, {
        "content_type": None if kind == _ANY_TYPE else kind,
        "client": None if client == _ANY_CLIENT else client,
        "since": since,
        "pinned": _PINNED[pinned],
    }


def _choice(label: str, options: Collection[str], name: str) -> str:
    """One filter, which stands in the address too; two of them fit side by side in a narrow window."""
    return str(st.selectbox(label, tuple(options), key=name, bind="query-params", width=150))


def _midnight(day: date) -> str:
    return datetime.combine(day, time(), times.zone()).isoformat()


def _clients(vault: Book) -> list[str]:
    overview = vault.ask("overview", utc_offset_minutes=times.offset_minutes())
    return sorted(each["name"] for each in overview["clients"] if each["name"])


def _number(text: str) -> None:
    """Somebody who types a number most often means that memory."""
    number = re.fullmatch(r"#?([0-9]{1,15})", text.strip())
    if number:
        st.button(f"Open memory {number[1]}", key="open-number", on_click=card.open_memory, args=(int(number[1]),))


def _found(vault: Book, text: str, filters: Filters) -> None:
    result = vault.ask("search", query=text, limit=_MOST, explain=True, **filters)
    memories = result["memories"]
    if not memories:
        _nothing("Nothing was found. Other words, or fewer filters, may help; the state “all” looks everywhere.")
        return
    page = shown_page(HERE, json.dumps([text, filters]), total=len(memories))
    shown = memories[page.first : page.first + page.size]
    how = "by words and by meaning" if result["mode"] == "hybrid" else f"by words only: {result['reason']}"
    st.caption(inert(f"{page.span(len(shown))} of the best {len(memories):,}, {how}"))
    wants_why = st.toggle("Show what each score is made of", value=True, key="why")
    best = max(each["explain"]["bm25"] for each in memories)
    for memory in shown:
        with st.container(border=True, gap="xsmall"):
            card.line(memory, HERE)
            if wants_why:
                draw_why(memory["explain"], best)
    turning_buttons(page, page.next_of(len(memories)), "Better", "Further")


def _leafed(vault: Book, text: str, state: str, filters: Filters) -> None:
    page = shown_page(HERE, json.dumps([text, state, filters]))
    found = vault.ask("browse", state=state, text=text, limit=page.size, before=page.start, **filters)
    memories: list[Brief] = found["memories"]
    if not found["count"]:
        _none_here(vault, text, state, filters)
        return
    st.caption(f"{page.span(len(memories))} of {found['count']:,}, the newest first")
    for memory in memories:
        with st.container(border=True, gap="xsmall"):
            card.line(memory, HERE)
    turning_buttons(page, found["next"])


def _none_here(vault: Book, text: str, state: str, filters: Filters) -> None:
    if text.strip() or any(value is not None for value in filters.values()):
        _nothing("Nothing was found. Fewer words, or fewer filters, may help.")
    elif state == LIVE and not vault.ask("status")["total"]:
        st.info("No memory is here yet. They appear once a client saves one, or you do:")
        st.code('mnemon save "Title" "What is worth knowing later."', language=None)
    else:
        _nothing(f"No memory is {state}.")


def _nothing(sentence: str) -> None:
    st.info(inert(sentence), icon=":material/search_off:")
