"""How the vault is: counts, growth, who saves and who is given what, and what to look at."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

import altair as alt
import streamlit as st

from mnemon_server.dashboard import times
from mnemon_server.dashboard.book import Answer, Book
from mnemon_server.dashboard.charts import chart, scale
from mnemon_server.dashboard.frame import book
from mnemon_server.dashboard.overview_days import growth, lately
from mnemon_server.dashboard.overview_hints import Hint, Place, hints
from mnemon_server.dashboard.plain import inert
from mnemon_server.dashboard.usage import DAYS, injected_by_day, recalled_by_client
from mnemon_server.dashboard.views import profile
from mnemon_server.llm import HEURISTICS

_HOOK = "-hook"
_FEW_DAYS = 8
_NAMES: Mapping[str, str] = {"": "not known", "cli": "command line"}
# Few memories make a scale of fractions otherwise.
_WHOLE = alt.Axis(format=",d", tickMinStep=1)


def draw() -> None:
    """The page."""
    vault = book()
    st.title("Overview")
    status = vault.ask("status")
    if not any(status[each] for each in ("total", "archived", "invalidated")):
        _empty()
        return
    overview = vault.ask("overview", utc_offset_minutes=times.offset_minutes())
    given = injected_by_day(vault.settings, times.zone())
    _counts(status, given)
    _to_look_at(vault, status, overview)
    _by_type(status)
    _growth(overview)
    _clients(vault, overview)
    _given(given)
    _kept(vault, status)


def _empty() -> None:
    st.info("The vault is empty. Memories appear here once a client saves one, or you do:")
    st.code('mnemon save "Title" "What is worth knowing later."', language=None, wrap_lines=True)
    st.caption("No client is connected yet, or not sure? This looks:")
    st.code("mnemon doctor", language=None)


def _counts(status: Answer, given: Mapping[str, int]) -> None:
    figures = (
        ("Memories", f"{status['total']:,}"),
        ("Pinned", f"{status['pinned']:,}"),
        ("In the inbox", f"{status['captured']:,}"),
        ("Without a vector", f"{status['pending']:,}"),
        ("Archived", f"{status['archived']:,}"),
        ("Forgotten", f"{status['invalidated']:,}"),
        ("Size", _size(status["bytes"])),
        (f"Tokens, {DAYS} days", f"{sum(given.values()):,}"),
    )
    with st.container(horizontal=True, key="figures"):
        for label, value in figures:
            st.metric(label, value, border=True, width=165)


def _size(count: int) -> str:
    return f"{count / 1_000_000:,.1f} MB" if count >= 1_000_000 else f"{count / 1_000:,.0f} kB"


def _to_look_at(vault: Book, status: Answer, overview: Answer) -> None:
    st.subheader("What to look at")
    place = Place(vault.is_remote, vault.settings.bucket)
    found = list(hints(status, overview, place, datetime.now(UTC)))
    if not found:
        st.success("Nothing waits for you.", icon=":material/check_circle:")
    for hint in found:
        _draw_hint(hint)


def _draw_hint(hint: Hint) -> None:
    with st.container(border=True, gap="small"):
        st.markdown(inert(hint.said))
        if hint.command:
            st.code(hint.command, language=None, wrap_lines=True)
        if hint.part:
            st.page_link(
                st.Page(profile.draw, url_path="profile"),
                label=f"Open {'the inbox' if hint.part == profile.INBOX else 'them side by side'}",
                icon=":material/arrow_forward:",
                query_params={"part": hint.part},
            )


def _by_type(status: Answer) -> None:
    rows = [{"type": kind, "memories": count} for kind, count in status["by_type"].items()]
    if not rows:
        return
    st.subheader("By type")
    domain, colours = scale([row["type"] for row in rows])
    bars = (
        chart(rows)
        .mark_bar(cornerRadiusEnd=3)
        .encode(
            x=alt.X("memories:Q", title="memories", axis=_WHOLE),
            y=alt.Y("type:N", sort="-x", title=None),
            color=alt.Color("type:N", scale=alt.Scale(domain=domain, range=colours), legend=None),
            tooltip=["type:N", alt.Tooltip("memories:Q", format=",")],
        )
        .properties(height=60 + 30 * len(rows))
    )
    st.altair_chart(bars, width="stretch")


def _growth(overview: Answer) -> None:
    rows = growth(overview["made"], datetime.now(times.zone()).date())
    if not rows:
        return
    st.subheader("Growth")
    domain, colours = scale({row["type"] for row in rows})
    area = (
        chart(rows)
        .mark_area()
        .encode(
            x=alt.X("day:T", title=None, axis=alt.Axis(**_day_ticks(len(rows) // len(domain)))),
            y=alt.Y("memories:Q", title="memories", stack=True, axis=_WHOLE),
            color=alt.Color(
                "type:N",
                scale=alt.Scale(domain=domain, range=colours),
                title=None,
                legend=alt.Legend(orient="bottom", columns=3),
            ),
            tooltip=[alt.Tooltip("day:T", format="%d %b %Y"), "type:N", alt.Tooltip("memories:Q", format=",")],
        )
        .properties(height=320)
    )
    st.altair_chart(area, width="stretch")
    st.caption("Live memories by the day on which they were made.")


def _day_ticks(days: int) -> dict[str, Any]:  # Any: as Vega has it
    """Of a few days each, once: by itself Vega writes hours between them."""
    if days > _FEW_DAYS:
        return {"tickCount": 6}
    return {"tickCount": {"interval": "day", "step": 1}, "format": "%d %b"}


def _clients(vault: Book, overview: Answer) -> None:
    rows = _client_rows(overview, recalled_by_client(vault.settings))
    st.subheader("Clients")
    st.dataframe(rows, hide_index=True, width="stretch")
    st.caption(
        f"Saved and heard: live memories, heard by a client's hooks and kept or not. Given: memories that hooks on this"
        f" machine put before its models in {DAYS} days."
    )


def _client_rows(overview: Answer, given: Mapping[str, int]) -> list[dict[str, str | int]]:
    """A client and its hooks are one row; the busiest first."""
    saved, heard, last = dict[str, int](), dict[str, int](), dict[str, str]()
    for each in overview["clients"]:
        name = each["name"].removesuffix(_HOOK)
        counts = heard if each["name"].endswith(_HOOK) else saved
        counts[name] = counts.get(name, 0) + each["count"]
        last[name] = max(last.get(name, ""), each["last"])
    names = sorted({*last, *given}, key=lambda name: (-saved.get(name, 0) - heard.get(name, 0), name))
    return [
        {
            "client": _NAMES.get(name, name),
            "saved": saved.get(name, 0),
            "heard": heard.get(name, 0),
            "given": given.get(name, 0),
            "last saved": times.shown(last.get(name, "")),
        }
        for name in names
    ]


def _given(given: Mapping[str, int]) -> None:
    st.subheader("Tokens given to models")
    if not given:
        st.caption(f"Hooks on this machine have put nothing before a model in {DAYS} days.")
        return
    rows = lately(given, datetime.now(times.zone()).date(), DAYS)
    bars = (
        chart(rows)
        .mark_bar(color="#3f6fb5", cornerRadiusEnd=2)
        .encode(
            x=alt.X("day:T", timeUnit="yearmonthdate", title=None, axis=alt.Axis(format="%d %b", tickCount=6)),
            y=alt.Y("tokens:Q", title="tokens per day", axis=_WHOLE),
            tooltip=[alt.Tooltip("day:T", format="%d %b %Y"), alt.Tooltip("tokens:Q", format=",")],
        )
        .properties(height=200)
    )
    st.altair_chart(bars, width="stretch")
    st.caption(
        "By hooks on this machine, with a prompt or at the start of a session. A token is about four characters."
    )


def _kept(vault: Book, status: Answer) -> None:
    """Where it is, and who reads it: what a person who looks for a fault asks first."""
    st.subheader("How it is kept")
    judge, model = status.get("judge") or {}, status["model"]
    with_model = model["name"] if model["present"] and not model["problem"] else "none: search is by words alone"
    where = "on the web" if vault.is_remote else "on this machine"
    lines = (
        ("Vault", f"{vault.place}, {where}, {status['state']}"),
        ("Vectors", f"{status['vectors']:,} of {status['total']:,} memories have one"),
        ("Model", with_model + (f" ({model['problem']})" if model["problem"] else "")),
        ("Judge", _judge(judge)),
        ("Backup", _backup(status["verified_backup"], vault.is_remote)),
    )
    for name, said in lines:
        st.markdown(f"**{name}**: {inert(said)}")


def _judge(judge: Answer) -> str:
    name = judge.get("name") or "not known"
    said = "rules; no model reads what is saved" if name == HEURISTICS else name
    return said + (f" ({judge['problem']})" if judge.get("problem") else "")


def _backup(verified: str | None, is_remote: bool) -> str:
    said = f"last restored and verified {times.shown(verified)}" if verified else "never restored and verified"
    return f"made by the server; {said}" if is_remote else said
