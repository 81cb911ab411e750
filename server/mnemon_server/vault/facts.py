"""Facts a user or a model stated for the profile."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

import apsw

from mnemon_server.vault.uids import new_uid


@dataclass(frozen=True)
class Fact:
    id: int
    uid: str
    title: str
    content: str
    source_client: str
    created_at: int
    updated_at: int


_COLUMNS = "id, uid, title, content, source_client, created_at, updated_at"


def facts(connection: apsw.Connection) -> list[Fact]:
    """The ones in force, newest first."""
    rows = connection.execute(
        f"SELECT {_COLUMNS} FROM profile_facts WHERE invalidated_at IS NULL ORDER BY updated_at DESC, id DESC"
    )
    return [Fact(*row) for row in rows]


def fact_titled(connection: apsw.Connection, title: str) -> Fact | None:
    """The fact in force under this title, whatever its case."""
    row = connection.execute(
        f"SELECT {_COLUMNS} FROM profile_facts WHERE invalidated_at IS NULL AND lower(title) = lower(?)",
        (title,),
    ).fetchone()
    return Fact(*row) if row else None


def insert_fact(connection: apsw.Connection, title: str, content: str, client: str, now: int) -> int:
    connection.execute(
        "INSERT INTO profile_facts (uid, title, content, source_client, created_at, updated_at)"
        " VALUES (?, ?, ?, ?, ?, ?)",
        (new_uid(now), title, content, client, now, now),
    )
    return connection.last_insert_rowid()


def title_of(connection: apsw.Connection, fact_id: int) -> str:
    return str(connection.execute("SELECT title FROM profile_facts WHERE id = ?", (fact_id,)).get)


def put_back(connection: apsw.Connection, fact_id: int, before: Mapping[str, str | int | None], now: int) -> None:
    """Give a fact its former content; one that is new, so that `before` is empty, leaves the profile, and one that had
    left it comes back."""
    if "invalidated_at" in before:
        connection.execute("UPDATE profile_facts SET invalidated_at = NULL WHERE id = ?", (fact_id,))
    elif before:
        update_fact(connection, fact_id, str(before["content"]), now)
    else:
        invalidate_fact(connection, fact_id, now)


def invalidate_fact(connection: apsw.Connection, fact_id: int, now: int) -> None:
    connection.execute("UPDATE profile_facts SET invalidated_at = ? WHERE id = ?", (now, fact_id))


def update_fact(connection: apsw.Connection, fact_id: int, content: str, now: int) -> None:
    connection.execute("UPDATE profile_facts SET content = ?, updated_at = ? WHERE id = ?", (content, now, fact_id))
