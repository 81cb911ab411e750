"""Opening the vault file: recognise it, create it whole, load vec0, refuse what is not ours."""

from __future__ import annotations

import os
import uuid
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import apsw

from mnemon_server.errors import DiskTrouble, VaultRefused
from mnemon_server.folders import make_private
from mnemon_server.vault.drafts import clear_abandoned, draft_of
from mnemon_server.vault.migrate import Migration, bring_up_to_date
from mnemon_server.vault.snapshot import archive_copy, open_copy
from mnemon_server.vault.transaction import transaction
from mnemon_server.vault.trouble import named_trouble

APPLICATION_ID = 0x6D6E656D  # "mnem", at byte 68 of the file
BUSY_TIMEOUT = 10_000  # milliseconds
_MAGIC = b"SQLite format 3\0"
_ELSEWHERE = "move the file away, or point MNEMON_VAULT_DIR at another folder"


@dataclass(frozen=True)
class Opened:
    """A connection and what it can do. `vec_problem` is empty when vec0 is there.

    `sidecars` are the WAL and its index as they were when this connection opened them.
    """

    connection: apsw.Connection
    identity: tuple[int, int]
    sidecars: dict[Path, tuple[int, int]]
    vec_problem: str
    read_only: bool


def open_vault_file(path: Path, migrations: tuple[Migration, ...] | None = None) -> Opened:
    """Open the vault at `path`, creating it when there is none, at this program's schema version.

    Raises:
        VaultRefused: not SQLite, not a vault, damaged, or of the system's earlier generation.
        VaultTooNew: written by a newer program.
        DiskTrouble: the folder or file cannot be used.
    """
    with named_trouble(path):
        if not path.exists():
            _create(path)
            clear_abandoned(path)
        recognise(path)
        if path.stat().st_nlink > 1:  # somebody may have died just before dropping the draft's name
            clear_abandoned(path)
        identity = file_identity(path)
        connection, read_only = _connect(path)
        try:
            vec_problem = load_vec(connection)
            if not read_only:
                bring_up_to_date(
                    connection, lambda version: archive_copy(connection, path, f"pre-schema-{version}"), migrations
                )
            connection.execute("SELECT count(*) FROM sqlite_master").fetchall()  # makes the WAL and its index
        except BaseException:
            connection.close()
            raise
        return Opened(connection, identity, _sidecars(path), vec_problem, read_only)


def drop_stale_sidecars(opened: Opened) -> None:
    """Remove the WAL of a vault file that is no longer there, before its successor is opened.

    SQLite would play it into the new file: a WAL says nothing about which database it belongs to. Only the
    very files this connection had are removed; what another process made since is its successor's.
    """
    for path, identity in opened.sidecars.items():
        if path.exists() and file_identity(path) == identity:
            path.unlink()


def _sidecars(path: Path) -> dict[Path, tuple[int, int]]:
    files = [Path(f"{path}{suffix}") for suffix in ("-wal", "-shm")]
    return {file: file_identity(file) for file in files if file.exists()}


def file_identity(path: Path) -> tuple[int, int]:
    """Device and inode: two values that differ once the file was replaced."""
    status = path.stat()
    return status.st_dev, status.st_ino


def load_vec(connection: apsw.Connection) -> str:
    """Load vec0 by path (importing its package would drag numpy in); return why it could not be."""
    package = find_spec("sqlite_vec")
    if package is None or not package.submodule_search_locations:
        return "the package sqlite-vec is not installed"
    library = Path(package.submodule_search_locations[0]) / "vec0"
    try:
        connection.enable_load_extension(True)
        connection.load_extension(str(library))
    except apsw.Error as trouble:
        return str(trouble)
    finally:
        connection.enable_load_extension(False)
    return ""


def prepare(connection: apsw.Connection) -> None:
    """The settings every connection of ours has."""
    connection.set_busy_timeout(BUSY_TIMEOUT)
    connection.pragma("foreign_keys", 1)
    # A save that was acknowledged survives a power cut, not just a crash of ours.
    connection.pragma("synchronous", "FULL")
    connection.pragma("cache_size", -16_000)  # KiB
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DML, 0)
    connection.config(apsw.SQLITE_DBCONFIG_DQS_DDL, 0)


def _connect(path: Path) -> tuple[apsw.Connection, bool]:
    can_write = os.access(path, os.W_OK) and os.access(path.parent, os.W_OK)
    if can_write:
        connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
        prepare(connection)
        return connection, False
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READONLY)
    try:
        prepare(connection)
        connection.execute("SELECT count(*) FROM sqlite_master").fetchall()
    except (apsw.CantOpenError, apsw.ReadOnlyError):
        # Without a writable folder SQLite cannot share a WAL; an immutable view reads what is checkpointed.
        connection.close()
        connection = open_copy(path)
        prepare(connection)
    return connection, True


def _create(path: Path) -> None:
    """Build the vault under another name and give it its own by a link: nobody ever sees half of one."""
    make_private(path.parent)
    draft = draft_of(path)
    try:
        os.close(os.open(draft, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
        connection = apsw.Connection(str(draft), flags=apsw.SQLITE_OPEN_READWRITE)
        try:
            prepare(connection)
            connection.pragma("application_id", APPLICATION_ID)
            connection.pragma("journal_mode", "wal")
            bring_up_to_date(connection, lambda version: None)
            with transaction(connection):
                connection.executemany(
                    "INSERT INTO meta (key, value) VALUES (?, ?)",
                    [("state", "open"), ("generation", "1"), ("vault_uid", str(uuid.uuid4()))],
                )
            connection.pragma("wal_checkpoint", "TRUNCATE")
        finally:
            connection.close()
        take_name(draft, path)
    except OSError as trouble:
        raise DiskTrouble(f"no vault can be made at {path}: {trouble.strerror or trouble}") from trouble
    finally:
        for leftover in (draft, Path(f"{draft}-wal"), Path(f"{draft}-shm")):
            leftover.unlink(missing_ok=True)


def take_name(draft: Path, path: Path) -> bool:
    """Give a finished vault its name; False when another has it already, whose vault is as good."""
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:
        if path.exists():
            return False
        draft.rename(path)  # a file system without hard links
    return True


def recognise(path: Path) -> None:
    """Look at the bytes before SQLite does: opening a foreign database could change it."""
    try:
        with path.open("rb") as file:
            header = file.read(100)
    except OSError as trouble:
        raise DiskTrouble(f"{path} cannot be read: {trouble.strerror or trouble}") from trouble
    if not header.startswith(_MAGIC) or len(header) < 100:
        what = "is empty" if not header else "is not a SQLite database"
        raise VaultRefused(f"{path} {what}; it was left as it is", _ELSEWHERE)
    if int.from_bytes(header[68:72], "big") != APPLICATION_ID:
        raise VaultRefused(f"{path} {_what_it_is(path)}; it was left as it is", _ELSEWHERE)


def _what_it_is(path: Path) -> str:
    connection = open_copy(path)
    try:
        tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
        if {"documents", "content", "documents_fts"} <= tables:
            count = connection.execute("SELECT count(*) FROM documents").get
            return f"is a vault of the earlier 0.7 generation with {count} memories, which this version cannot read"
        return "is a SQLite database, but not a mnemon vault"
    finally:
        connection.close()
