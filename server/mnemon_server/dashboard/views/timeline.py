"""Memories in time: how many were made when, the days of a stretch, and handoffs as a diary."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime, timedelta
from itertools import groupby

import streamlit as st

from mnemon_server.dashboard import card, times
from mnemon_server.dashboard.book import Answer, Book
from mnemon_server.dashboard.card_line import Brief
from mnemon_server.dashboard.frame import book
from mnemon_server.dashboard.paging import shown_page, turning_buttons
from mnemon_server.dashboard.plain import inert
from mnemon_server.dashboard.timeline_charts import BRUSH, brushed, part, whole
from mnemon_server.dashboard.timeline_counts import CLIENT, SESSION, TYPE, by_group, by_type, group_names
from mnemon_server.dashboard.timeline_diary import draw_diary
from mnemon_server.dashboard.timeline_stretch import Stretch, everything

HERE = "timeline"
_FROM, _UNTIL, _CHART = "timeline-from", "timeline-until", "timeline-whole"
_FIRST_SHOWN = timedelta(weeks=12)
_SPANS = {"4 weeks": timedelta(weeks=4), "12 weeks": _FIRST_SHOWN, "A year": timedelta(days=365), "Everything": None}


def draw() -> None:
    """The page."""
    vault = book()
    st.title("Timeline")
    ways = ("Days", "Diary of handoffs")
    way = st.segmented_control("Show", ways, default=ways[0], required=True, key="show", bind="query-params")
    if way == ways[1]:
        draw_diary(vault)
    else:
        _draw_days(vault)
    card.draw()


def _draw_days(vault: Book) -> None:
    overview = vault.ask("overview", utc_offset_minutes=times.offset_minutes())
    made = overview["made"]
    if not made:
        st.info("No memory is here yet. They appear in time once a client saves one, or you do:")
        st.code('mnemon save "Title" "What is worth knowing later."', language=None)
        return
    first, last = (date.fromisoformat(made[place]["day"]) for place in (0, -1))
    stretch = _chosen(overview, everything(first, last, times.zone(), timedelta(minutes=times.offset_minutes())))
    by = st.segmented_control(
        "Tell apart by", (TYPE, CLIENT, SESSION), default=TYPE, required=True, key="by", bind="query-params"
    )
    counts = by_type(overview, stretch) if by == TYPE else by_group(vault, stretch, str(by))
    if not counts.by_day:
        st.info("No memory was made in these days. Choose others, or everything.", icon=":material/event_busy:")
        return
    st.altair_chart(part(counts, stretch), width="stretch", alt="Memories in the chosen days")
    _list(vault, stretch, str(by), overview)


def _chosen(overview: Answer, whole_time: Stretch) -> Stretch:
    """The stretch between two dates, which the chart of everything and the buttons set as well."""
    st.session_state.setdefault(_FROM, max(whole_time.first, whole_time.last - _FIRST_SHOWN))
    st.session_state.setdefault(_UNTIL, whole_time.last)
    st.caption("All weeks. Drag over some of them to look closer, or choose the days below.")
    st.altair_chart(
        whole(overview), width="stretch", key=_CHART, on_select=_brush, selection_mode=BRUSH, alt="Memories by week"
    )
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = st.date_input("From", key=_FROM, min_value=date.min, max_value=date.max, format="YYYY-MM-DD", width=150)
        last = st.date_input(
            "Until", key=_UNTIL, min_value=date.min, max_value=date.max, format="YYYY-MM-DD", width=150
        )
        for label, span in _SPANS.items():
            start = whole_time.first if span is None else max(whole_time.first, whole_time.last - span)
            st.button(label, key=f"span-{label}", on_click=_choose, args=(start, whole_time.last))
    return Stretch(min(first, last), max(first, last))


def _choose(first: date, last: date) -> None:
    st.session_state[_FROM], st.session_state[_UNTIL] = first, last


def _brush() -> None:
    ends = brushed(st.session_state[_CHART])
    if ends is not None:
        first, last = (datetime.fromtimestamp(end / 1000, times.zone()).date() for end in ends)
        _choose(first, last)


def _list(vault: Book, stretch: Stretch, by: str, overview: Answer) -> None:
    """The memories of the stretch, day by day."""
    zone = times.zone()
    page = shown_page(HERE, json.dumps([str(stretch), str(zone)]))
    begins, ends = stretch.begins(zone), stretch.ends(zone)
    found = vault.ask("browse", until=ends.isoformat(), limit=page.size, before=page.start)
    memories = [each for each in found["memories"] if datetime.fromisoformat(each["created_at"]) >= begins]
    following = found["next"] if len(memories) == len(found["memories"]) else None
    a_day = Counter[str]()
    for row in overview["made"]:
        a_day[row["day"]] += row["count"]
    total = sum(count for day, count in a_day.items() if stretch.holds(date.fromisoformat(day)))
    st.caption(f"{page.span(len(memories))} of {total:,} memories in these days, the newest first")
    for day, of_the_day in groupby(memories, key=lambda each: times.local(each["created_at"]).date()):
        st.markdown(f"##### {day:%A, %-d %B %Y}")
        for name, of_a_group in _grouped(list(of_the_day), by):
            st.caption(inert(name))
            for memory in of_a_group:
                with st.container(border=True, gap="xsmall"):
                    card.line(memory, HERE)
    turning_buttons(page, following)


def _grouped(memories: list[Brief], by: str) -> Iterator[tuple[str, list[Brief]]]:
    """Those that belong together, in the order in which the first of each comes."""
    found = dict[str, list[Brief]]()
    for name, memory in zip(group_names(memories, by), memories, strict=True):
        found.setdefault(name, []).append(memory)
    return iter(found.items())
