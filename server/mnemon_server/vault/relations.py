"""Edges between memories: which one replaced, mentions or resembles which."""

from __future__ import annotations

from dataclasses import dataclass

import apsw


@dataclass(frozen=True)
class Neighbour:
    """A live memory at the other end of an edge; `outgoing` says whether the edge starts at the asked one."""

    id: int
    kind: str
    weight: float
    outgoing: bool


def relate(connection: apsw.Connection, source: int, target: int, kind: str, weight: float, now: int) -> None:
    """Add an edge, or set the weight of the one that is there."""
    connection.execute(
        "INSERT INTO relations (source, target, kind, weight, created_at) VALUES (?, ?, ?, ?, ?)"
        " ON CONFLICT (source, target, kind) DO UPDATE SET weight = excluded.weight",
        (source, target, kind, weight, now),
    )


def unrelate(connection: apsw.Connection, source: int, target: int, kind: str) -> None:
    connection.execute("DELETE FROM relations WHERE source = ? AND target = ? AND kind = ?", (source, target, kind))


def neighbours(connection: apsw.Connection, memory_id: int, limit: int) -> list[Neighbour]:
    """The live ends of this memory's edges, strongest first."""
    rows = connection.execute(
        "SELECT live.id, kind, weight, 1 FROM relations JOIN live ON live.id = target WHERE source = ?1"
        " UNION ALL"
        " SELECT live.id, kind, weight, 0 FROM relations JOIN live ON live.id = source WHERE target = ?1"
        " ORDER BY 3 DESC, 1 LIMIT ?2",
        (memory_id, limit),
    )
    return [Neighbour(row[0], row[1], row[2], bool(row[3])) for row in rows]
