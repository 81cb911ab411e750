"""Edges between memories: which one replaced, mentions or resembles which."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import apsw

SUPERSEDES = "supersedes"
# What a save or a vector leads to; a memory keeps the strongest of them, counting both directions.
MADE = ("session", "mentions", "entity", "similar")
MOST_MADE = 24


@dataclass(frozen=True)
class Edge:
    """From the memory at hand to `target`; `weight` is 0 to 1, `reason` a few words for a person."""

    target: int
    kind: str
    weight: float
    reason: str


@dataclass(frozen=True)
class Neighbour:
    """A live memory at the other end of an edge; `outgoing` says whether the edge starts at the asked one."""

    id: int
    kind: str
    weight: float
    reason: str
    outgoing: bool


def relate(connection: apsw.Connection, source: int, edge: Edge, now: int) -> None:
    """Add an edge, or renew the one that is there."""
    connection.execute(
        "INSERT INTO relations (source, target, kind, weight, reason, created_at) VALUES (?, ?, ?, ?, ?, ?)"
        " ON CONFLICT (source, target, kind) DO UPDATE SET weight = excluded.weight, reason = excluded.reason",
        (source, edge.target, edge.kind, edge.weight, edge.reason, now),
    )


def put_made(connection: apsw.Connection, source: int, edges: Iterable[Edge], now: int) -> None:
    """Add edges that follow from what memories say; every memory they touch keeps its strongest ones."""
    touched = {source}
    for edge in edges:
        backwards = connection.execute(
            "SELECT 1 FROM relations WHERE (source, target, kind) = (?, ?, ?)", (edge.target, source, edge.kind)
        ).get
        if backwards is None:
            relate(connection, source, edge, now)
            touched.add(edge.target)
    for memory_id in touched:
        _prune(connection, memory_id)


def drop_made(connection: apsw.Connection, memory_id: int) -> None:
    """The memory has another text now, and others may resemble it."""
    marks = ",".join("?" * len(MADE))
    connection.execute(f"DELETE FROM relations WHERE source = ? AND kind IN ({marks})", (memory_id, *MADE))
    # A session is no matter of the text, and who mentions a memory still does.
    connection.execute("DELETE FROM relations WHERE target = ? AND kind IN ('entity', 'similar')", (memory_id,))


def _prune(connection: apsw.Connection, memory_id: int) -> None:
    marks = ",".join("?" * len(MADE))
    rows = list(
        connection.execute(
            f"SELECT source, target, kind FROM relations WHERE source = ? AND kind IN ({marks})"
            f" UNION ALL SELECT source, target, kind FROM relations WHERE target = ? AND kind IN ({marks})",
            (memory_id, *MADE, memory_id, *MADE),
        )
    )
    if len(rows) <= MOST_MADE:
        return
    connection.execute(
        "DELETE FROM relations WHERE (source, target, kind) IN (SELECT source, target, kind FROM relations"
        f" WHERE (source = ? OR target = ?) AND kind IN ({marks})"
        " ORDER BY weight DESC, created_at DESC, source DESC, target DESC LIMIT -1 OFFSET ?)",
        (memory_id, memory_id, *MADE, MOST_MADE),
    )


def unrelate(connection: apsw.Connection, source: int, target: int, kind: str) -> None:
    connection.execute("DELETE FROM relations WHERE source = ? AND target = ? AND kind = ?", (source, target, kind))


def neighbours(connection: apsw.Connection, memory_id: int, limit: int) -> list[Neighbour]:
    """The live ends of this memory's edges, strongest first."""
    rows = connection.execute(
        "SELECT live.id, kind, weight, reason, 1 FROM relations JOIN live ON live.id = target WHERE source = ?1"
        " UNION ALL"
        " SELECT live.id, kind, weight, reason, 0 FROM relations JOIN live ON live.id = source WHERE target = ?1"
        " ORDER BY 3 DESC, 1 LIMIT ?2",
        (memory_id, limit),
    )
    return [Neighbour(row[0], row[1], row[2], row[3], bool(row[4])) for row in rows]
