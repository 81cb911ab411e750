"""MCP sessions that outlive the process: what a client said when it opened one, under a hash of its id."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import apsw

from mnemon_server.auth.private_file import open_private
from mnemon_server.vault.transaction import transaction

LIFETIME = 7 * 86_400.0  # seconds since a session was last used
_SPACING = 60.0  # seconds; a session in use is noted no more often than this
_SCHEMA = """
CREATE TABLE IF NOT EXISTS sessions (
  id_hash BLOB PRIMARY KEY,
  version TEXT NOT NULL,
  initialize TEXT NOT NULL,
  owner TEXT NOT NULL,
  created_at REAL NOT NULL,
  used_at REAL NOT NULL
) STRICT, WITHOUT ROWID;
CREATE INDEX IF NOT EXISTS sessions_by_use ON sessions (used_at);
"""


@dataclass(frozen=True)
class KeptSession:
    """`initialize` holds the parameters the client opened it with, `owner` names the credential it belongs to."""

    version: str
    initialize: dict[str, Any]  # Any: JSON
    owner: str


class SessionStore:
    """One SQLite file; any thread may use it. `clock` gives seconds since 1970: a machine that slept has aged."""

    def __init__(self, path: Path, clock: Callable[[], float], lifetime: float = LIFETIME) -> None:
        self._path = path
        self._clock = clock
        self._lifetime = lifetime
        self._lock = threading.Lock()
        self._connection: apsw.Connection | None = None
        self._noted: dict[bytes, float] = {}

    def put(self, session_id: str, kept: KeptSession) -> None:
        """Keep a session that was just opened; those that have expired go.

        Raises:
            apsw.Error, OSError: it cannot be written.
        """
        now = self._clock()
        with self._asked() as asked, asked as connection:
            connection.execute(
                "INSERT OR REPLACE INTO sessions VALUES (?, ?, ?, ?, ?, ?)",
                (hashed(session_id), kept.version, json.dumps(kept.initialize), kept.owner, now, now),
            )
            connection.execute("DELETE FROM sessions WHERE used_at < ?", (now - self._lifetime,))

    def find(self, session_id: str) -> KeptSession | None:
        """The session with this id, unless it was ended or has expired."""
        with self._asked() as connection:
            row = connection.execute(
                "SELECT version, initialize, owner FROM sessions WHERE id_hash = ? AND used_at >= ?",
                (hashed(session_id), self._clock() - self._lifetime),
            ).fetchone()
        return KeptSession(row[0], json.loads(row[1]), row[2]) if row else None

    def note_use(self, session_id: str) -> None:
        """The session is in use, so its seven days begin again; written at most once a minute."""
        key, now = hashed(session_id), self._clock()
        with self._asked() as connection:
            if abs(now - self._noted.get(key, 0.0)) < _SPACING:
                return
            if len(self._noted) > 10_000:
                self._noted.clear()
            self._noted[key] = now
            connection.execute("UPDATE sessions SET used_at = ? WHERE id_hash = ?", (now, key))

    def is_due(self, session_id: str) -> bool:
        """Whether `note_use` has something to write; asks no disk."""
        return abs(self._clock() - self._noted.get(hashed(session_id), 0.0)) >= _SPACING

    def end(self, session_id: str) -> None:
        """Forget the session for good."""
        with self._asked() as connection:
            connection.execute("DELETE FROM sessions WHERE id_hash = ?", (hashed(session_id),))

    def count(self) -> int:
        """How many sessions could be resumed."""
        with self._asked() as connection:
            alive = self._clock() - self._lifetime
            return int(connection.execute("SELECT count(*) FROM sessions WHERE used_at >= ?", (alive,)).get)

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    @contextmanager
    def _asked(self) -> Iterator[apsw.Connection]:
        """The connection, one thread at a time. A file that opens and is damaged inside makes room for a new one."""
        with self._lock:
            try:
                yield self._opened()
            except (apsw.NotADBError, apsw.CorruptError):
                self._begin_anew()
                raise

    def _begin_anew(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        for suffix in ("", "-wal", "-shm"):
            Path(f"{self._path}{suffix}").unlink(missing_ok=True)

    def _opened(self) -> apsw.Connection:
        if self._connection is None:
            try:
                self._connection = open_private(self._path, _prepare)
            except (apsw.NotADBError, apsw.CorruptError):
                # Losing it costs clients a new handshake; refusing to start would cost them the server.
                self._begin_anew()
                self._connection = open_private(self._path, _prepare)
        return self._connection


def hashed(session_id: str) -> bytes:
    """What is stored in place of an id: whoever reads the file can resume nothing."""
    return hashlib.sha256(session_id.encode("utf-8", "replace")).digest()


def _prepare(connection: apsw.Connection) -> None:
    connection.pragma("journal_mode", "wal")
    connection.pragma("synchronous", "NORMAL")  # a power cut may cost the last sessions, a crash of ours none
    with transaction(connection):
        connection.execute(_SCHEMA)
