"""The map as a chart: where it is dense, edges, points; a click picks a point."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from typing import Any

import altair as alt

from mnemon_server.dashboard.charts import chart, scale
from mnemon_server.dashboard.projection_shown import Row

PICK = "pick"
COLOURINGS = ("type", "age", "client")
HEIGHT = 560  # pixels
# Readable on light and on dark: no colour of the theme is known here.
_GREY, _DENSE, _RING = "#8a8f98", "#3f6fb5", "#e0902f"
_AGES: Mapping[str, str] = {
    "this week": "#c4473a",
    "this month": "#d08a2c",
    "3 months": "#6f9a45",
    "a year": "#2f8fa3",
    "older": "#7a7f88",
}
_CLIENTS = ("#3f6fb5", "#d08a2c", "#2a7f62", "#c4473a", "#7d5ba6", "#2f8fa3", "#a8577e", "#8a7f72")
OTHERS = "others"
# A little room at the edges, so that no point is cut.
_FRAME = (-0.03, 1.03)


def age_named(days: float) -> str:
    """One of the five stretches of time that have a colour."""
    bounds = zip((7.0, 31.0, 92.0, 366.0), _AGES, strict=False)
    return next((name for bound, name in bounds if days < bound), "older")


def drawn(points: Sequence[Row], edges: Sequence[Row], dense: Sequence[Row], colouring: str, is_sought: bool) -> Any:
    """A layered chart, from the back to the front; `points` are rows with x, y, id, title, type, age, client, day and
    `found`, which says what is highlighted while something `is_sought`."""
    # Any: Altair has no types here
    layers = [_dense(dense)] * bool(dense) + [_edges(edges)] * bool(edges)
    layers.append(_points(points, colouring, is_sought))
    found = [row for row in points if row["found"]]
    if found:
        layers.append(_rings(found))
    return alt.layer(*layers).resolve_scale(color="independent", opacity="independent").properties(height=HEIGHT)


def colours(rows: Collection[Row], colouring: str) -> tuple[list[str], list[str]]:
    """Domain and range of the scale for what is drawn."""
    names = {row[colouring] for row in rows}
    if colouring == "type":
        return scale(names)
    if colouring == "age":
        shown = [name for name in _AGES if name in names]
        return shown, [_AGES[name] for name in shown]
    known = sorted(names - {OTHERS})
    found = dict(zip(known, _CLIENTS, strict=False))
    if OTHERS in names:
        found[OTHERS] = _GREY
    return list(found), list(found.values())


def _axis(channel: Any, name: str) -> Any:  # Any: Altair has no types here
    return channel(f"{name}:Q", axis=None, scale=alt.Scale(domain=_FRAME, nice=False, zero=False))


def _dense(rows: Sequence[Row]) -> Any:
    return (
        chart(rows)
        .mark_rect(color=_DENSE, tooltip=None)
        .encode(
            x=_axis(alt.X, "x"),
            y=_axis(alt.Y, "y"),
            x2="x2",
            y2="y2",
            opacity=alt.Opacity("memories:Q", scale=alt.Scale(type="log", range=[0.12, 0.65]), legend=None),
            tooltip=[alt.Tooltip("memories:Q", title="memories here", format=",")],
        )
    )


def _edges(rows: Sequence[Row]) -> Any:
    return (
        chart(rows)
        .mark_rule(color=_GREY)
        .encode(
            x=_axis(alt.X, "x"),
            y=_axis(alt.Y, "y"),
            x2="x2",
            y2="y2",
            opacity=alt.Opacity("weight:Q", scale=alt.Scale(domain=[0, 1], range=_faint(len(rows))), legend=None),
            tooltip=[
                alt.Tooltip("kind:N"),
                alt.Tooltip("weight:Q", format=".0%"),
                alt.Tooltip("from:N", title="from memory"),
                alt.Tooltip("to:N", title="to memory"),
            ],
        )
    )


def _points(rows: Sequence[Row], colouring: str, is_sought: bool) -> Any:
    domain, hues = colours(rows, colouring)
    # Each click adds or takes away one point, so that the same one can be opened twice in a row.
    pick = alt.selection_point(name=PICK, fields=["id"], toggle="true", clear=False)
    zoom = alt.selection_interval(name="zoom", bind="scales")
    return (
        chart(rows)
        .mark_circle(size=_size(len(rows)), cursor="pointer", strokeWidth=0)
        .encode(
            x=_axis(alt.X, "x"),
            y=_axis(alt.Y, "y"),
            color=alt.Color(
                f"{colouring}:N",
                scale=alt.Scale(domain=domain, range=hues),
                legend=alt.Legend(title=None, orient="bottom", columns=4, symbolOpacity=1),
            ),
            opacity=alt.condition("datum.found", alt.value(1), alt.value(0.18 if is_sought else 0.85)),
            tooltip=_TOLD,
        )
        .add_params(pick, zoom)
    )


def _rings(rows: Sequence[Row]) -> Any:
    return (
        chart(rows)
        .mark_point(size=220, filled=False, stroke=_RING, strokeWidth=2, opacity=1, tooltip=None)
        .encode(x=_axis(alt.X, "x"), y=_axis(alt.Y, "y"))
    )


# A tooltip is plain text, but for two names that have a meaning there: `title` is a heading, `image` is loaded.
_TOLD = [
    alt.Tooltip("title:N", title="memory"),
    alt.Tooltip("id:N", title="number"),
    alt.Tooltip("type:N"),
    alt.Tooltip("day:N", title="saved"),
]


def _faint(count: int) -> list[float]:
    """Opacity of the weakest and the strongest edge: many of them must not hide the points."""
    return [0.2, 0.8] if count <= 300 else [0.1, 0.4]


def _size(count: int) -> int:
    """Square pixels: few points are easy to hit with a finger, many leave room for each other."""
    return 160 if count <= 200 else 70 if count <= 1_500 else 32
