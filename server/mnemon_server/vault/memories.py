"""Rows of the memories table: insert, change, read through `live`."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

import apsw

from mnemon_server.memory import Memory
from mnemon_server.vault.filters import Filters, Value, filter_clause
from mnemon_server.vault.uids import new_uid

COLUMNS = (
    "id, uid, title, content, type, confidence, pinned, source_client, source_session, source_key,"
    " created_at, updated_at, accessed_at, access_count, invalidated_at, superseded_by, archived_at,"
    " (SELECT role FROM captures WHERE memory_id = id)"
)
_WITHOUT_TEXT = COLUMNS.replace("title, content", "'', ''")


@dataclass(frozen=True)
class Draft:
    """A memory to be. `created_at`, `updated_at`, `uid` and `project` are given when it comes from elsewhere; `capture`
    is who said it, and what gave it away, of one that nobody has confirmed."""

    title: str
    content: str
    type: str
    confidence: float
    source_client: str
    source_session: str = ""
    source_key: str | None = None
    created_at: int | None = None
    pinned: bool = False
    capture: tuple[str, str] | None = None
    project: str | None = None
    updated_at: int | None = None
    uid: str | None = None


def content_hash(content: str) -> str:
    """Equal for contents that differ only in surrounding space and line endings."""
    import hashlib  # loads OpenSSL, which reading paths need not pay for

    plain = content.replace("\r\n", "\n").strip()
    return hashlib.sha256(plain.encode()).hexdigest()


def system_clock() -> int:
    """Milliseconds since 1970 UTC."""
    return time.time_ns() // 1_000_000


def insert(connection: apsw.Connection, draft: Draft, now: int) -> Memory:
    """Add a row. Indexes and history are the caller's, and so is knowing that its uid and its key are free."""
    created = next((moment for moment in (draft.created_at, draft.updated_at) if moment is not None), now)
    updated = created if draft.updated_at is None else max(created, draft.updated_at)
    connection.execute(
        "INSERT INTO memories (uid, title, content, content_hash, type, confidence, pinned, source_client,"
        " source_session, source_key, created_at, updated_at) VALUES (?,?,?,?,?,?,?,?,?,?,?,?)",
        (
            draft.uid or new_uid(created),
            draft.title,
            draft.content,
            content_hash(draft.content),
            draft.type,
            draft.confidence,
            int(draft.pinned),
            draft.source_client,
            draft.source_session,
            draft.source_key,
            created,
            updated,
        ),
    )
    stored = find_any(connection, connection.last_insert_rowid())
    assert stored is not None
    return stored


def change(connection: apsw.Connection, memory_id: int, changes: Mapping[str, Value]) -> None:
    """Set columns of one row; the names are ours, never a user's."""
    columns = ", ".join(f"{column} = ?" for column in changes)
    connection.execute(f"UPDATE memories SET {columns} WHERE id = ?", (*changes.values(), memory_id))


def find_live(connection: apsw.Connection, memory_id: int) -> Memory | None:
    """The memory a user can see under this id."""
    return _one(connection, "FROM live WHERE id = ?", (memory_id,))


def find_any(connection: apsw.Connection, memory_id: int) -> Memory | None:
    """Also forgotten, superseded and archived ones: for restoring and explaining, not for reading paths."""
    return _one(connection, "FROM memories WHERE id = ?", (memory_id,))


def find_by_uid(connection: apsw.Connection, uid: str) -> Memory | None:
    """Whatever became of it."""
    return _one(connection, "FROM memories WHERE uid = ?", (uid,))


def find_live_by_content(connection: apsw.Connection, content: str) -> Memory | None:
    return _one(connection, "FROM live WHERE content_hash = ? ORDER BY id LIMIT 1", (content_hash(content),))


def was_turned_down(connection: apsw.Connection, content: str) -> bool:
    """Whether a memory with this content was forgotten, or had to give way to another one."""
    return bool(
        connection.execute(
            "SELECT EXISTS (SELECT 1 FROM memories WHERE content_hash = ?"
            " AND (invalidated_at IS NOT NULL OR superseded_by IS NOT NULL))",
            (content_hash(content),),
        ).get
    )


def find_by_key(connection: apsw.Connection, source_key: str) -> Memory | None:
    """The one that a save with this key updates: live or archived, not forgotten or superseded."""
    return _one(
        connection,
        "FROM memories WHERE source_key = ? AND invalidated_at IS NULL AND superseded_by IS NULL",
        (source_key,),
    )


def find_newest_by_prefix(connection: apsw.Connection, prefix: str, but: str) -> Memory | None:
    """The live memory whose source key begins with `prefix` and is not `but`, changed last."""
    return _one(
        connection,
        "FROM live WHERE source_key >= ?1 AND source_key < ?1 || char(1114111) AND source_key <> ?2"
        " ORDER BY updated_at DESC, id DESC LIMIT 1",
        (prefix, but),
    )


def find_many_live(connection: apsw.Connection, ids: Iterable[int], with_text: bool = True) -> dict[int, Memory]:
    """The live ones among `ids`, whole; or with title and content left empty, which is enough to rank them."""
    wanted = list(ids)
    marks = ",".join("?" * len(wanted))
    columns = COLUMNS if with_text else _WITHOUT_TEXT
    rows = connection.execute(f"SELECT {columns} FROM live WHERE id IN ({marks})", wanted)
    return {memory.id: memory for memory in map(as_memory, rows)}


def page_of_live(
    connection: apsw.Connection, filters: Filters, limit: int, before: tuple[int, int] | None = None
) -> list[Memory]:
    """Newest first by creation; `before` is (created_at, id) of the last one already seen."""
    clause, parameters = filter_clause(filters, "live")
    if before is not None:
        clause += " AND (live.created_at, live.id) < (?, ?)"
        parameters.extend(before)
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM live WHERE 1{clause} ORDER BY created_at DESC, id DESC LIMIT ?",
        (*parameters, limit),
    )
    return [as_memory(row) for row in rows]


def each_live(connection: apsw.Connection, after: int, limit: int) -> list[Memory]:
    """A stretch of the live memories in the order of their ids, for streaming through all."""
    rows = connection.execute(
        f"SELECT {COLUMNS} FROM live WHERE id > ? ORDER BY id LIMIT ?",
        (after, limit),
    )
    return [as_memory(row) for row in rows]


def session_neighbours(connection: apsw.Connection, memory: Memory) -> tuple[Memory | None, Memory | None]:
    """The live memories just before and just after this one in its source session."""
    if not memory.source_session:
        return None, None
    key = (memory.source_session, memory.id)
    return (
        _one(
            connection,
            "FROM live WHERE source_session = ? AND source_session <> '' AND id < ? ORDER BY id DESC LIMIT 1",
            key,
        ),
        _one(
            connection,
            "FROM live WHERE source_session = ? AND source_session <> '' AND id > ? ORDER BY id LIMIT 1",
            key,
        ),
    )


def count_access(connection: apsw.Connection, memory_id: int, now: int) -> None:
    connection.execute(
        "UPDATE memories SET access_count = access_count + 1, accessed_at = ? WHERE id = ?", (now, memory_id)
    )


def find_all_by_key(connection: apsw.Connection, source_key: str) -> list[Memory]:
    """Every memory that ever had this key, whatever became of it."""
    rows = connection.execute(f"SELECT {COLUMNS} FROM memories WHERE source_key = ? ORDER BY id", (source_key,))
    return [as_memory(row) for row in rows]


def erase(connection: apsw.Connection, memory_id: int) -> None:
    """Remove a row with its passages, vectors, edges and history. For our own probes, never a user's memory."""
    connection.execute("DELETE FROM history WHERE memory_id = ?", (memory_id,))
    connection.execute("DELETE FROM memories WHERE id = ?", (memory_id,))
    # Nobody else has seen this id, so the next memory may have it; otherwise every doctor run left a gap.
    connection.execute(
        "UPDATE sqlite_sequence SET seq = (SELECT coalesce(max(id), 0) FROM memories) WHERE name = 'memories'"
        " AND seq = ?",
        (memory_id,),
    )


def _one(connection: apsw.Connection, tail: str, parameters: tuple[Value, ...]) -> Memory | None:
    try:
        row = connection.execute(f"SELECT {COLUMNS} {tail}", parameters).fetchone()
    except OverflowError:
        return None  # a number too large for any row's id
    return as_memory(row) if row else None


def as_memory(row: tuple[Value, ...]) -> Memory:
    # The columns are STRICT, so their types are what the table says.
    return Memory(*row[:6], bool(row[6]), *row[7:])  # type: ignore[arg-type, call-arg]
