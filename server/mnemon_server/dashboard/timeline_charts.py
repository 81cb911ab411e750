"""The charts of the time line: the whole of it to choose a stretch on, and the stretch itself."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import date
from math import ceil
from typing import Any

import altair as alt

from mnemon_server.dashboard.book import Answer
from mnemon_server.dashboard.charts import chart
from mnemon_server.dashboard.timeline_counts import Counts
from mnemon_server.dashboard.timeline_stretch import WEEK, Stretch, stacked, start_of

BRUSH = "stretch"
_QUIET = "#8a9aa5"
_WHOLE = ""  # the one group of the chart of everything


def whole(overview: Answer) -> Any:  # Any: Altair has no types here
    """All weeks; a stretch is chosen by dragging over it."""
    found = Counter[tuple[date, str]]()
    for row in overview["made"]:
        found[start_of(date.fromisoformat(row["day"]), WEEK), _WHOLE] += row["count"]
    return (
        chart(stacked(found, [_WHOLE], WEEK))
        .mark_bar(color=_QUIET)
        .encode(
            x=alt.X("day:T", title=None),
            x2="until:T",
            y=alt.Y("low:Q", title=None, axis=alt.Axis(tickCount=2, tickMinStep=1, format="d")),
            y2="high:Q",
        )
        .add_params(alt.selection_interval(name=BRUSH, encodings=["x"]))
        .properties(height=110)
    )


def part(counts: Counts, stretch: Stretch) -> Any:  # Any: Altair has no types here
    """One stretch, a bar a day or a week; the wheel zooms, dragging moves."""
    each = "week" if stretch.step == WEEK else "day"
    domain = alt.Scale(domain=[stretch.first.isoformat() + "T00:00:00", stretch.last.isoformat() + "T23:59:59"])
    return (
        chart(stacked(counts.by_day, counts.names, stretch.step))
        .mark_bar()
        .encode(
            x=alt.X("day:T", title=None, scale=domain),
            x2="until:T",
            y=alt.Y("low:Q", title=f"memories per {each}", axis=alt.Axis(tickMinStep=1, format="d")),
            y2="high:Q",
            color=alt.Color(
                "name:N",
                scale=alt.Scale(domain=counts.names, range=counts.colours),
                legend=alt.Legend(title=None, orient="bottom", columns=_columns(counts.names), labelLimit=280),
            ),
            tooltip=[
                alt.Tooltip("day:T", title=each, format="%-d %b %Y"),
                alt.Tooltip("name:N", title="of"),
                alt.Tooltip("count:Q", title="memories", format=","),
            ],
        )
        .interactive(bind_y=False)
        .properties(height=260 + 24 * ceil(len(counts.names) / _columns(counts.names)))
    )


def _columns(names: Sequence[str]) -> int:
    """As many names side by side as a narrow window takes."""
    return 3 if max(map(len, names), default=0) < 15 else 1


def brushed(event: Mapping[str, Any]) -> tuple[int, int] | None:  # Any: what Streamlit gives of a selection
    """The ends of the brushed stretch in milliseconds; None when nothing is brushed."""
    ends = event.get("selection", {}).get(BRUSH, {}).get("day")
    if not ends or len(ends) != 2:
        return None
    return int(min(ends)), int(max(ends))
