"""Which memories hooks captured and nobody has confirmed yet."""

from __future__ import annotations

from dataclasses import dataclass

import apsw


@dataclass(frozen=True)
class Capture:
    """`role` is who said it, `cue` what gave the statement away; times in milliseconds."""

    memory_id: int
    role: str
    cue: str
    captured_at: int


def put_capture(connection: apsw.Connection, capture: Capture) -> None:
    """Mark a memory as captured; a mark that is there is replaced."""
    connection.execute(
        "INSERT OR REPLACE INTO captures (memory_id, role, cue, captured_at) VALUES (?, ?, ?, ?)",
        (capture.memory_id, capture.role, capture.cue, capture.captured_at),
    )


def find_capture(connection: apsw.Connection, memory_id: int) -> Capture | None:
    row = connection.execute(
        "SELECT memory_id, role, cue, captured_at FROM captures WHERE memory_id = ?", (memory_id,)
    ).fetchone()
    return Capture(*row) if row else None


def drop_capture(connection: apsw.Connection, memory_id: int) -> None:
    connection.execute("DELETE FROM captures WHERE memory_id = ?", (memory_id,))


def live_captures(connection: apsw.Connection, limit: int) -> list[Capture]:
    """Those that wait for a person, newest first."""
    rows = connection.execute(
        "SELECT memory_id, role, cue, captured_at FROM captures JOIN live ON live.id = memory_id"
        " ORDER BY memory_id DESC LIMIT ?",
        (limit,),
    )
    return [Capture(*row) for row in rows]


def dropped_texts(connection: apsw.Connection, limit: int) -> list[str]:
    """Contents of the latest captures that were forgotten, and of the latest memories that gave way to others."""
    rows = connection.execute(
        "SELECT * FROM (SELECT content FROM captures JOIN memories ON memories.id = memory_id"
        " WHERE invalidated_at IS NOT NULL ORDER BY memory_id DESC LIMIT ?1)"
        " UNION ALL SELECT content FROM memories WHERE id IN (SELECT memory_id FROM history WHERE action = 'supersede'"
        " ORDER BY id DESC LIMIT ?1) AND superseded_by IS NOT NULL",
        (limit,),
    )
    return [str(row[0]) for row in rows]


def count_live_captures(connection: apsw.Connection) -> int:
    return int(connection.execute("SELECT count(*) FROM captures JOIN live ON live.id = memory_id").get)
