"""The vault as a map: what is alike lies together, related memories are joined, a click opens one."""

from __future__ import annotations

from collections import Counter
from typing import Any

import streamlit as st

from mnemon_server.dashboard import card, card_place, times
from mnemon_server.dashboard.book import Answer, Book
from mnemon_server.dashboard.frame import book
from mnemon_server.dashboard.plain import inert
from mnemon_server.dashboard.projection_atlas import ATLAS, Layout
from mnemon_server.dashboard.projection_chart import OTHERS, PICK, age_named, drawn
from mnemon_server.dashboard.projection_controls import Choice, choose
from mnemon_server.dashboard.projection_points import Points, points_of
from mnemon_server.dashboard.projection_shown import MOST_POINTS, Row, chosen, density, lines
from mnemon_server.tools.fence import defang

_CHART = "map"
_PICKED = "map-picked"
_BEST = 20  # that are highlighted
_LONGEST_TITLE = 120  # characters in a tooltip
_MOST_CLIENTS = 8  # with a colour of their own
_LOOK = 2.0  # seconds between two looks at whether UMAP is done


def draw() -> None:
    """The page."""
    vault = book()
    st.title("Graph")
    status = vault.ask("status")
    with st.spinner("reading the vectors", show_time=True):
        points = points_of(vault)
    if len(points):
        _map(vault, status, points)
    else:
        _empty(vault, status)
    card.draw()


def _empty(vault: Book, status: Answer) -> None:
    if not status["total"]:
        st.info("The vault is empty. The map shows memories once a client saves one, or you do:")
        st.code('mnemon save "Title" "What is worth knowing later."', language=None)
    elif status["model"]["present"]:
        st.info("No memory has a vector yet, and the map is made of them. A client does that; this does it now:")
        st.code("mnemon rebuild", language=None)
    elif vault.is_remote:
        st.info(
            "No memory has a vector, and the map is made of them: the server of this vault has no model. To see why:"
        )
        st.code("mnemon doctor", language=None)
    else:
        st.info("No memory has a vector, and the map is made of them. They are worked out once a model is here:")
        st.code("mnemon model fetch", language=None)


def _map(vault: Book, status: Answer, points: Points) -> None:
    layout = ATLAS.layout(points)
    choice = choose(any(fact.get("client") for fact in points.facts))
    found = vault.ask("search", query=choice.sought, limit=_BEST)["memories"] if choice.sought else []
    edges = vault.ask("edges", limit=20_000)["edges"]
    ids = {memory["id"] for memory in found}
    shown = chosen(points.ids, edges, ids | {id for id in [card_place.opened()] if id is not None})
    rows = _rows(points, layout, shown, ids)
    places = {row["id"]: (row["x"], row["y"]) for row in rows}
    joined = lines(edges, places, choice.kinds)
    dense = density(layout.plane) if len(rows) < len(points) else []
    _say(status, points, layout, rows, joined)
    st.altair_chart(
        drawn(rows, joined, dense, choice.colouring, bool(choice.sought)),
        width="stretch",
        key=_CHART,
        on_select=_picked,
        selection_mode=[PICK],
    )
    if choice.sought:
        _list(choice, found, points)


def _rows(points: Points, layout: Layout, shown: Any, found: set[int]) -> list[Row]:  # Any: a mask of numpy
    """What the browser is told of each point that is drawn."""
    own = {name for name, _ in Counter(fact.get("client", "") for fact in points.facts).most_common(_MOST_CLIENTS)}
    rows = list[Row]()
    for n in shown.nonzero()[0].tolist():
        fact = points.facts[n]
        client = fact.get("client", "")
        rows.append(
            {
                "x": float(layout.plane[n, 0]),
                "y": float(layout.plane[n, 1]),
                "id": fact["id"],
                "title": _told(fact["title"], _LONGEST_TITLE),
                "type": fact["type"],
                "age": age_named(times.days_since(fact["created_at"])),
                "client": (_told(client, 30) or "unknown") if client in own else OTHERS,
                "day": times.shown(fact["created_at"]),
                "found": fact["id"] in found,
            }
        )
    return rows


def _told(text: str, longest: int) -> str:
    """Stored text in a chart, where it is plain text: on one line, and not too long."""
    text = " ".join(defang(text).split())
    return text if len(text) <= longest else text[: longest - 1] + "…"


def _say(status: Answer, points: Points, layout: Layout, rows: list[Row], joined: list[Row]) -> None:
    """What is on the map, and how it was made."""
    many = len(points)
    words = [f"{many:,} {'memory' if many == 1 else 'memories'} with a vector, {len(joined):,} edges."]
    if len(rows) < many:
        words.append(f"Above {MOST_POINTS:,}, {len(rows):,} are drawn as points; blue is where the others lie.")
    if status["pending"]:
        words.append(f"Not on it, for want of a vector: {status['pending']:,}.")
    words.append("What is alike lies together; drag to move, scroll to zoom, click to open.")
    st.caption(inert(" ".join(words)))
    if layout.is_coming:
        st.fragment(run_every=_LOOK)(_watch)(points)
    elif layout.note:
        st.caption(inert(f"Laid out by {layout.method}: {layout.note}."))


def _watch(points: Points) -> None:
    """Drawn again by itself every two seconds, until UMAP is done; then the page is."""
    if not ATLAS.layout(points).is_coming:
        st.rerun()
    work = ATLAS.work
    stage = f"{work.stage}, {work.seconds:.0f} s" if work else "starting"
    st.info(
        f"Laid out by PCA for now. UMAP, which keeps groups together better, is on its way: {stage}. "
        "The first time takes a minute or so.",
        icon=":material/hourglass_top:",
    )


def _picked() -> None:
    """A click adds a point to what is selected or takes it away: the one that makes the difference is opened."""
    now = {each["id"] for each in st.session_state[_CHART]["selection"].get(PICK, [])}
    before = st.session_state.get(_PICKED, set())
    st.session_state[_PICKED] = now
    changed = now - before or before - now
    if len(changed) == 1:
        card.open_memory(int(changed.pop()))


def _list(choice: Choice, found: list[Answer], points: Points) -> None:
    """The same as buttons: for the keyboard, for a finger, and for what has no place on the map."""
    if not found:
        st.caption(inert(f"Nothing is found for “{choice.sought}”."))
        return
    known = set(points.ids.tolist())
    st.subheader(f"Highlighted ({len(found)})")
    for memory in found:
        card.line(memory, "map-found", "" if memory["id"] in known else "no vector yet: not on the map")
