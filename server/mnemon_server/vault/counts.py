"""How many of what a vault holds."""

from __future__ import annotations

from dataclasses import dataclass

import apsw

from mnemon_server.vault.meta import read_meta


@dataclass(frozen=True)
class Counts:
    """`by_type`, `pinned`, `pending` and `vectors` speak of live memories only."""

    by_type: dict[str, int]
    pinned: int
    invalidated: int
    archived: int
    pending: int
    vectors: int

    @property
    def total(self) -> int:
        return sum(self.by_type.values())


def count(connection: apsw.Connection) -> Counts:
    """Two passes over the tables; a memory is pending while any passage of it lacks a current vector."""
    by_type, pinned = {}, 0
    for kind, number, pins in connection.execute("SELECT type, count(*), sum(pinned) FROM live GROUP BY type"):
        by_type[str(kind)] = int(number)
        pinned += int(pins)
    invalidated, archived = connection.execute(
        "SELECT count(*) FILTER (WHERE invalidated_at IS NOT NULL OR superseded_by IS NOT NULL),"
        " count(*) FILTER (WHERE archived_at IS NOT NULL AND invalidated_at IS NULL AND superseded_by IS NULL)"
        " FROM memories"
    ).get
    embedded = _embedded(connection)
    return Counts(by_type, pinned, invalidated, archived, sum(by_type.values()) - embedded, embedded)


def _embedded(connection: apsw.Connection) -> int:
    model = read_meta(connection, "model")
    if model is None:
        return 0
    earliest = int(read_meta(connection, "rebuild_round") or 0)
    return int(
        connection.execute(
            "SELECT count(*) FROM live WHERE NOT EXISTS ("
            "SELECT 1 FROM passages AS p LEFT JOIN vectors AS v ON v.passage_id = p.id"
            " AND v.model_id = ? AND v.round >= ? WHERE p.memory_id = live.id AND v.passage_id IS NULL)",
            (int(model), earliest),
        ).get
    )
