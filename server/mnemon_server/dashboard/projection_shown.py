"""What of the map goes to the browser: points or a sample of them, how dense it is, and some edges."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mnemon_server.dashboard.book import Answer
from mnemon_server.dashboard.projection import Reals
from mnemon_server.dashboard.projection_atlas import scrambled

MOST_POINTS = 5_000
SAMPLE = 1_500
MOST_EDGES = 1_500
_EDGES_PER_POINT = 2  # with more, a map of some hundred memories is a ball of wool
ACROSS, DOWN = 108, 60  # fields of the density map
# Two of a sample by chance are seldom related: a third of it is memories that are.
_RELATED = SAMPLE // 3

Row = dict[str, Any]  # Any: text and numbers, for a chart


def chosen(ids: NDArray[np.int64], edges: Iterable[Answer], always: Collection[int]) -> NDArray[np.bool_]:
    """Which points are drawn one by one: all, or a sample that stays, ends of strong edges, and `always`."""
    if len(ids) <= MOST_POINTS:
        return np.ones(len(ids), dtype=np.bool_)
    found = np.zeros(len(ids), dtype=np.bool_)
    found[np.argsort(scrambled(ids), kind="stable")[: SAMPLE - _RELATED]] = True
    known, related = set(ids.tolist()), set[int]()
    for edge in edges:
        if len(related) >= _RELATED:
            break
        if {edge["source"], edge["target"]} <= known:
            related |= {edge["source"], edge["target"]}
    return found | np.isin(ids, [*related, *always])


def density(plane: Reals) -> list[Row]:
    """Fields of the map with their count of memories; empty ones are left out."""
    counts, columns, rows = np.histogram2d(plane[:, 0], plane[:, 1], bins=(ACROSS, DOWN))
    x, y = columns.tolist(), rows.tolist()
    return [
        {"x": x[i], "x2": x[i + 1], "y": y[j], "y2": y[j + 1], "memories": int(counts[i, j])}
        for i, j in np.argwhere(counts > 0).tolist()
    ]


def lines(edges: Sequence[Answer], places: Mapping[int, tuple[float, float]], kinds: Collection[str]) -> list[Row]:
    """The strongest edges of these kinds whose ends are both drawn, as lines from place to place."""
    found, most = list[Row](), min(MOST_EDGES, _EDGES_PER_POINT * len(places))
    for edge in edges:
        source, target = places.get(edge["source"]), places.get(edge["target"])
        if source is None or target is None or edge["kind"] not in kinds:
            continue
        found.append(
            {
                "x": source[0], "y": source[1], "x2": target[0], "y2": target[1],
                "kind": edge["kind"], "weight": edge["weight"], "from": edge["source"], "to": edge["target"],
            }
        )  # fmt: skip
        if len(found) == most:
            break
    return found
