"""Which project a memory was saved in, where that is known."""

from __future__ import annotations

from collections.abc import Sequence

import apsw


def put_origin(connection: apsw.Connection, memory_id: int, project: str) -> None:
    """Note the project of a new memory; an empty name says that it is not known."""
    if project:
        connection.execute("INSERT OR REPLACE INTO origins (memory_id, project) VALUES (?, ?)", (memory_id, project))


def origins(connection: apsw.Connection, memory_ids: Sequence[int]) -> dict[int, str]:
    """The projects of those among these memories that have one."""
    marks = ",".join("?" * len(memory_ids))
    return dict(connection.execute(f"SELECT memory_id, project FROM origins WHERE memory_id IN ({marks})", memory_ids))
