"""What hooks put before a model on this machine, and how far they have read: `hooks.sqlite` beside the vault.

Not in the vault: a prompt may not cost a write there, and what one machine's clients were shown is no memory.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from mnemon_server.vault.transaction import transaction

FILE_NAME = "hooks.sqlite"
KEPT = 90 * 86_400_000  # milliseconds
_VERSION = 1
_BUSY_TIMEOUT = 500  # milliseconds
_SCHEMA = """
CREATE TABLE injected (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  client TEXT NOT NULL,
  session TEXT NOT NULL,
  event TEXT NOT NULL,
  memory_id INTEGER NOT NULL,
  uid TEXT NOT NULL,
  title TEXT NOT NULL,
  score REAL,
  floor REAL,
  bm25 REAL,
  cosine REAL,
  terms TEXT NOT NULL,
  tokens INTEGER NOT NULL
) STRICT;
CREATE INDEX injected_by_session ON injected (session, id);
CREATE INDEX injected_by_memory ON injected (memory_id, id);
CREATE INDEX injected_by_time ON injected (at);
CREATE TABLE forgotten_sessions (session TEXT PRIMARY KEY, up_to INTEGER NOT NULL, at INTEGER NOT NULL) STRICT;
CREATE TABLE read_up_to (path TEXT NOT NULL, reader TEXT NOT NULL, position INTEGER NOT NULL, at INTEGER NOT NULL,
  PRIMARY KEY (path, reader)) STRICT;
"""


@dataclass(frozen=True)
class Injected:
    """One memory put before a model: at what moment (milliseconds UTC), why, and what it cost in tokens.

    `score` is None for what was not searched for: a pinned memory, a handoff.
    """

    at: int
    client: str
    session: str
    event: str
    memory_id: int
    uid: str
    title: str
    score: float | None
    floor: float | None
    bm25: float | None
    cosine: float | None
    terms: tuple[str, ...]
    tokens: int


_COLUMNS = "at, client, session, event, memory_id, uid, title, score, floor, bm25, cosine, terms, tokens"


@contextmanager
def ledger(folder: Path) -> Iterator[Ledger]:
    """The ledger in the vault's folder, made when there is none.

    Raises:
        apsw.Error: it cannot be opened or is locked. A damaged one is replaced.
    """
    path = folder / FILE_NAME
    try:
        connection = _open(path)
    except (apsw.NotADBError, apsw.CorruptError):
        # Nothing in it is worth a question to anybody: it begins anew.
        for suffix in ("", "-wal", "-shm"):
            Path(f"{path}{suffix}").unlink(missing_ok=True)
        connection = _open(path)
    try:
        yield Ledger(connection)
    finally:
        connection.close()


def _open(path: Path) -> apsw.Connection:
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(_BUSY_TIMEOUT)
        _prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _prepare(connection: apsw.Connection) -> None:
    if connection.pragma("user_version") != _VERSION:
        connection.pragma("journal_mode", "wal")
        with transaction(connection):
            if connection.pragma("user_version") != _VERSION:  # another hook may have been faster
                connection.execute(_SCHEMA)
                connection.pragma("user_version", _VERSION)
    # A power cut may cost the last lines of a ledger; a prompt need not wait for the disk.
    connection.pragma("synchronous", "OFF")


class Ledger:
    """An open ledger."""

    def __init__(self, connection: apsw.Connection) -> None:
        self._connection = connection

    def seen(self, session: str) -> set[str]:
        """Uids of the memories that this session's context still holds."""
        rows = self._connection.execute(
            "SELECT DISTINCT uid FROM injected WHERE session = ?1 AND id > coalesce("
            "(SELECT up_to FROM forgotten_sessions WHERE session = ?1), 0)",
            (session,),
        )
        return {str(row[0]) for row in rows}

    def note(self, entries: Iterable[Injected], now: int) -> None:
        """Add entries; what is older than 90 days goes."""
        rows = [
            (*(getattr(entry, name) for name in _COLUMNS.split(", ")[:11]), json.dumps(entry.terms), entry.tokens)
            for entry in entries
        ]
        with self._connection:
            self._connection.executemany(
                f"INSERT INTO injected ({_COLUMNS}) VALUES ({','.join('?' * len(rows[0] if rows else ()))})",  # noqa: S608  our own names
                rows,
            )
            for table in ("injected", "forgotten_sessions", "read_up_to"):
                self._connection.execute(f"DELETE FROM {table} WHERE at < ?", (now - KEPT,))  # noqa: S608  our own names

    def forget_session(self, session: str, now: int) -> None:
        """The session's context was emptied: what was shown before may be shown again."""
        self._connection.execute(
            "INSERT OR REPLACE INTO forgotten_sessions (session, up_to, at)"
            " SELECT ?, coalesce(max(id), 0), ? FROM injected",
            (session, now),
        )

    def position(self, path: str, reader: str) -> int:
        """How many bytes of a transcript `reader` has read; 0 when none."""
        found = self._connection.execute(
            "SELECT position FROM read_up_to WHERE path = ? AND reader = ?", (path, reader)
        ).get
        return int(found or 0)

    def set_position(self, path: str, reader: str, position: int, now: int) -> None:
        self._connection.execute(
            "INSERT OR REPLACE INTO read_up_to (path, reader, position, at) VALUES (?, ?, ?, ?)",
            (path, reader, position, now),
        )

    def last(self, limit: int) -> list[Injected]:
        """The newest entries, newest first."""
        return _entries(
            self._connection.execute(f"SELECT {_COLUMNS} FROM injected ORDER BY id DESC LIMIT ?", (limit,))  # noqa: S608
        )

    def of_memory(self, memory_id: int, limit: int) -> list[Injected]:
        """The newest entries of one memory, newest first."""
        return _entries(
            self._connection.execute(
                f"SELECT {_COLUMNS} FROM injected WHERE memory_id = ? ORDER BY id DESC LIMIT ?",  # noqa: S608
                (memory_id, limit),
            )
        )

    def totals(self, since: int) -> tuple[int, int, int]:
        """(prompts and session starts that were given something, memories, tokens) since a moment."""
        row = self._connection.execute(
            "SELECT count(DISTINCT session || ' ' || at), count(*), coalesce(sum(tokens), 0)"
            " FROM injected WHERE at >= ?",
            (since,),
        ).get
        return int(row[0]), int(row[1]), int(row[2])

    def given_since(self, moment: int) -> list[tuple[int, str, int]]:
        """(when, client, tokens) of every memory given since a moment, in milliseconds."""
        rows = self._connection.execute("SELECT at, client, tokens FROM injected WHERE at >= ? ORDER BY id", (moment,))
        return list(rows)


def _entries(rows: Iterable[Sequence[Any]]) -> list[Injected]:  # Any: values of STRICT columns
    names = _COLUMNS.split(", ")
    found = [dict(zip(names, row, strict=True)) for row in rows]
    return [Injected(**{**each, "terms": tuple(json.loads(each["terms"]))}) for each in found]
