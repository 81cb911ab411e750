"""Whole copies of a vault, taken while others write."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import apsw

from mnemon_server.errors import VaultRefused
from mnemon_server.folders import make_private, sync_folder
from mnemon_server.vault.drafts import archive_draft, clear_abandoned_drafts
from mnemon_server.vault.leases import require_here, thaw
from mnemon_server.vault.meta import read_meta
from mnemon_server.vault.transaction import transaction
from mnemon_server.vault.trouble import named_trouble

# Bytes of SQLite's header that say when a file was changed and by which library, not what is in it.
_SCHEMA_COOKIE, _LIBRARY_VERSION = slice(40, 44), slice(96, 100)


def archive_copy(connection: apsw.Connection, vault_path: Path, reason: str) -> Path:
    """Put a copy beside the vault as `archive/<reason>-<time>.sqlite` (0600) and return its path.

    VACUUM INTO reads one consistent state, WAL included; copying the main file alone would miss what is
    not checkpointed.
    """
    target = archive_name(vault_path, reason)
    clear_abandoned_drafts(target.parent)
    draft = archive_draft(target.parent)
    copy_into(connection, draft)
    draft.rename(target)
    sync_folder(target.parent)
    return target


def archive_name(vault_path: Path, reason: str) -> Path:
    """Where a copy of the vault goes that is put aside now; its folder is there."""
    folder = vault_path.parent / "archive"
    make_private(folder)
    return folder / f"{reason}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.sqlite"


def copy_into(connection: apsw.Connection, target: Path) -> None:
    """The vault's present state as a new file that only its owner can read."""
    # An existing empty file is accepted by VACUUM INTO, and this way it is never readable by others.
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    try:
        connection.execute("VACUUM INTO ?", (str(target),))
    except BaseException:
        target.unlink(missing_ok=True)
        raise


def take_snapshot(connection: apsw.Connection, target: Path) -> None:
    """The vault's present state as a new file `target` of its own (0600). The same content makes the same bytes, on
    whichever machine, so that a hash of the file names its content.

    Raises:
        VaultMoved: the memories live elsewhere.
        apsw.Error: as the disk and the vault have it.
    """
    copy_into(connection, target)
    again = target.with_name(f"{target.name}.thawed")
    copy = apsw.Connection(str(target), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        require_here(copy)
        if read_meta(copy, "state") != "open":  # and without a trace of that in the bytes
            copy.pragma("journal_mode", "memory")
            with transaction(copy):
                thaw(copy)
            copy_into(copy, again)
    finally:
        copy.close()
    if again.exists():
        again.replace(target)
    _rub_out(target)


def _rub_out(target: Path) -> None:
    with target.open("r+b") as file:
        header = bytearray(file.read(100))
        if len(header) < 100:
            raise VaultRefused(f"the copy {target} is cut short")
        header[_SCHEMA_COOKIE] = (1).to_bytes(4, "big")
        header[_LIBRARY_VERSION] = bytes(4)
        file.seek(0)
        file.write(header)
        file.flush()
        os.fsync(file.fileno())


def open_copy(path: Path) -> apsw.Connection:
    """A connection that reads a finished copy and touches nothing, not even a lock file.

    Raises:
        VaultRefused, DiskTrouble: it is no database, or cannot be read.
    """
    with named_trouble(path):
        address = f"{path.absolute().as_uri()}?immutable=1"
        return apsw.Connection(address, flags=apsw.SQLITE_OPEN_READONLY | apsw.SQLITE_OPEN_URI)
