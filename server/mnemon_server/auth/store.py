"""Who may come in, kept across restarts: one SQLite file beside the vault. Secrets are in it as hashes only."""

from __future__ import annotations

import hashlib
import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from mnemon_server.auth.private_file import open_private
from mnemon_server.errors import DiskTrouble, MnemonError
from mnemon_server.vault.transaction import transaction

_VERSION = 1
_SCHEMA = """
CREATE TABLE devices (
  name TEXT PRIMARY KEY, token_hash BLOB NOT NULL UNIQUE, created_at REAL NOT NULL, used_at REAL
) STRICT;
CREATE TABLE pairings (code_hash BLOB PRIMARY KEY, name TEXT NOT NULL, expires_at REAL NOT NULL) STRICT;
CREATE TABLE clients (client_id TEXT PRIMARY KEY, metadata TEXT NOT NULL, created_at REAL NOT NULL) STRICT;
CREATE TABLE requests (
  tx_hash BLOB PRIMARY KEY, client_id TEXT NOT NULL, parameters TEXT NOT NULL, expires_at REAL NOT NULL
) STRICT;
CREATE TABLE codes (
  code_hash BLOB PRIMARY KEY, client_id TEXT NOT NULL, parameters TEXT NOT NULL, family TEXT NOT NULL,
  expires_at REAL NOT NULL, used_at REAL
) STRICT;
CREATE TABLE families (
  id TEXT PRIMARY KEY, client_id TEXT NOT NULL, client_name TEXT NOT NULL, redirect_host TEXT NOT NULL,
  created_at REAL NOT NULL, used_at REAL
) STRICT;
CREATE TABLE tokens (
  token_hash BLOB PRIMARY KEY, kind TEXT NOT NULL, family TEXT NOT NULL REFERENCES families (id) ON DELETE CASCADE,
  client_id TEXT NOT NULL, scopes TEXT NOT NULL, resource TEXT NOT NULL, expires_at REAL NOT NULL, replaced_at REAL
) STRICT;
CREATE INDEX tokens_by_family ON tokens (family);
CREATE INDEX tokens_by_end ON tokens (expires_at);
CREATE TABLE wrong_secrets (at REAL NOT NULL) STRICT;
CREATE TABLE registrations (at REAL NOT NULL) STRICT;
CREATE TABLE attempts (
  id INTEGER PRIMARY KEY AUTOINCREMENT, at REAL NOT NULL, hop TEXT NOT NULL, outcome TEXT NOT NULL, client TEXT NOT NULL
) STRICT;
"""


class AccessRefused(MnemonError):
    """oauth.sqlite is not one, or was written by a newer program."""

    code = "access-refused"
    exit_status = 4


class AuthStore:
    """The file, opened by the first use; any thread may use it, one at a time."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._lock = threading.RLock()
        self._connection: apsw.Connection | None = None

    @contextmanager
    def read(self) -> Iterator[apsw.Connection]:
        """Raises DiskTrouble, AccessRefused."""
        with self._lock, _named_trouble(self.path):
            yield self._opened()

    @contextmanager
    def write(self) -> Iterator[apsw.Connection]:
        """One transaction; undone when the block raises. Raises DiskTrouble, AccessRefused."""
        with self._lock, _named_trouble(self.path):
            connection = self._opened()
            with transaction(connection):
                yield connection

    def close(self) -> None:
        with self._lock:
            if self._connection is not None:
                self._connection.close()
                self._connection = None

    def _opened(self) -> apsw.Connection:
        if self._connection is None:
            self._connection = open_private(self.path, lambda connection: _prepare(connection, self.path))
        return self._connection


def new_secret(kind: str) -> str:
    """256 random bits that say what they are: `mnemon_d_` a device, `a` access, `r` refresh, `c` code, `t` ticket."""
    return f"mnemon_{kind}_{secrets.token_urlsafe(32)}"


def digest(secret: str) -> bytes:
    """What is stored and compared: random secrets need no slow hash."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def _prepare(connection: apsw.Connection, path: Path) -> None:
    connection.pragma("foreign_keys", 1)
    version = connection.pragma("user_version")
    if version == _VERSION:
        return
    if isinstance(version, int) and version > _VERSION:
        raise AccessRefused(f"{path} was written by a newer program", "pip install --upgrade mnemon-memory")
    connection.pragma("journal_mode", "wal")
    with transaction(connection):
        if connection.pragma("user_version") != _VERSION:  # another process may have been faster
            connection.execute(_SCHEMA)
            connection.pragma("user_version", _VERSION)


@contextmanager
def _named_trouble(path: Path) -> Iterator[None]:
    try:
        yield
    except (apsw.NotADBError, apsw.CorruptError) as trouble:
        # Not replaced by an empty one: that would lock every device and connection out without a word.
        raise AccessRefused(
            f"{path} is damaged", "move it away; devices and connections then need new tokens"
        ) from trouble
    except apsw.Error as trouble:
        raise DiskTrouble(f"{path} cannot be read or written: {type(trouble).__name__}") from trouble
    except OSError as trouble:
        raise DiskTrouble(f"{path} cannot be opened: {trouble.strerror or trouble}") from trouble
