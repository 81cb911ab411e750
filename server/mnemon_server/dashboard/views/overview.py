"""How the vault is: counts, growth, who saves and who is given what, and what to look at."""

from __future__ import annotations

from itertools import groupby
from typing import Any

import altair as alt
import streamlit as st

from mnemon_server.dashboard import times
from mnemon_server.dashboard.book import Answer, Book
from mnemon_server.dashboard.charts import chart, scale
from mnemon_server.dashboard.frame import book
from mnemon_server.dashboard.plain import inert
from mnemon_server.dashboard.usage import injected_by_day, recalled_by_client

_STALE_BACKUP = 7  # days


def draw() -> None:
    """The page."""
    vault = book()
    st.title("Overview")
    status = vault.ask("status")
    overview = vault.ask("overview", utc_offset_minutes=times.offset_minutes())
    if not status["total"] and not status["archived"]:
        _empty()
        return
    _counts(status)
    _to_look_at(status, overview)
    _growth(overview)
    _clients(vault, overview)
    _injected(vault)


def _empty() -> None:
    st.info("The vault is empty. Memories appear here once a client saves one, or you do:")
    st.code('mnemon save "Title" "What is worth knowing later."', language=None)


def _counts(status: Answer) -> None:
    columns = st.columns(4)
    columns[0].metric("Memories", f"{status['total']:,}")
    columns[1].metric("Pinned", f"{status['pinned']:,}")
    columns[2].metric("Without a vector", f"{status['pending']:,}")
    columns[3].metric("Size", f"{status['bytes'] / 1_000_000:,.1f} MB")
    kinds = list(status["by_type"])
    domain, colours = scale(kinds)
    rows = [{"type": kind, "memories": count} for kind, count in status["by_type"].items()]
    bars = (
        chart(rows)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            x=alt.X("memories:Q", title="memories"),
            y=alt.Y("type:N", sort="-x", title=None),
            color=alt.Color("type:N", scale=alt.Scale(domain=domain, range=colours), legend=None),
            tooltip=["type:N", alt.Tooltip("memories:Q", format=",")],
        )
        .properties(height=60 + 30 * len(rows))
    )
    st.subheader("By type")
    st.altair_chart(bars, width="stretch")


def _to_look_at(status: Answer, overview: Answer) -> None:
    st.subheader("What to look at")
    lines = list(_hints(status, overview))
    if not lines:
        st.success("Nothing waits for you.", icon=":material/check_circle:")
    for text, command in lines:
        st.warning(text, icon=":material/arrow_forward:")
        if command:
            st.code(command, language=None)


def _hints(status: Answer, overview: Answer) -> Any:  # Any: (sentence, command) pairs, one after the other
    if overview["captured"]:
        yield f"{overview['captured']:,} captured memories wait to be kept or dropped: page Profile and inbox.", ""
    if overview["conflicts"]:
        yield f"{overview['conflicts']:,} pairs of memories cannot both stand: page Profile and inbox.", ""
    if status["pending"] and not status["model"]["present"]:
        yield f"{status['pending']:,} memories are found by words only: there is no model.", "mnemon model fetch"
    elif status["pending"]:
        yield f"{status['pending']:,} memories wait for their vector; a running client embeds them.", ""
    backup = status["verified_backup"]
    if not backup:
        yield "There is no verified backup of this vault.", "mnemon sync push"
    elif times.days_since(backup) > _STALE_BACKUP:
        yield f"The last verified backup is of {times.shown(backup)}.", "mnemon sync push"
    if overview["faded"]:
        yield f"{overview['faded']:,} memories are past their half-life and can be archived.", "mnemon sweep --apply"


def _growth(overview: Answer) -> None:
    st.subheader("Growth")
    totals, rows = dict[str, int](), []
    for day, made in groupby(overview["made"], key=lambda row: row["day"]):
        for row in made:
            totals[row["type"]] = totals.get(row["type"], 0) + row["count"]
        rows += [{"day": day, "type": kind, "memories": total} for kind, total in totals.items()]
    domain, colours = scale(list(totals))
    area = (
        chart(rows)
        .mark_area()
        .encode(
            x=alt.X("day:T", title=None),
            y=alt.Y("memories:Q", title="memories", stack=True),
            color=alt.Color("type:N", scale=alt.Scale(domain=domain, range=colours), title=None),
            tooltip=["day:T", "type:N", alt.Tooltip("memories:Q", format=",")],
        )
        .properties(height=260)
    )
    st.altair_chart(area, width="stretch")


def _clients(vault: Book, overview: Answer) -> None:
    st.subheader("Clients")
    recalled = recalled_by_client(vault.settings)
    names = list(dict.fromkeys([*(each["name"] for each in overview["clients"]), *recalled]))
    saved = {each["name"]: each for each in overview["clients"]}
    rows = [
        {
            "client": name or "unknown",
            "saved": saved[name]["count"] if name in saved else 0,
            "last saved": times.shown(saved[name]["last"]) if name in saved else "never",
            "recalled in 30 days": recalled.get(name, 0),
        }
        for name in names
    ]
    st.dataframe(rows, hide_index=True, width="stretch")


def _injected(vault: Book) -> None:
    days = injected_by_day(vault.settings, times.zone())
    if not days:
        return
    st.subheader("Put before models by hooks on this machine")
    rows = [{"day": day, "tokens": tokens} for day, tokens in days.items()]
    bars = (
        chart(rows)
        .mark_bar()
        .encode(
            x=alt.X("day:T", title=None),
            y=alt.Y("tokens:Q", title="tokens per day"),
            tooltip=["day:T", alt.Tooltip("tokens:Q", format=",")],
        )
        .properties(height=180)
    )
    st.altair_chart(bars, width="stretch")
    st.caption(inert("About a quarter of a token per character of English."))
