"""Whole copies of a vault, taken while others write."""

from __future__ import annotations

import os
import shutil
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

import apsw

from mnemon_server.errors import DiskTrouble, VaultBusy, VaultRefused
from mnemon_server.folders import make_private, sync_folder
from mnemon_server.vault.drafts import archive_draft, clear_abandoned_drafts
from mnemon_server.vault.leases import require_here, thaw
from mnemon_server.vault.meta import read_meta
from mnemon_server.vault.transaction import transaction
from mnemon_server.vault.trouble import named_trouble

# Bytes of SQLite's header that say when a file was changed and by which library, not what is in it.
_SCHEMA_COOKIE, _LIBRARY_VERSION = slice(40, 44), slice(96, 100)

_LOG_HEADER = 32  # bytes of a WAL before its first frame; the salts in it are others each time it is begun anew
_TICK = 20_000_000  # nanoseconds: changes closer together than a file system's clock ticks leave one mtime
_TRIES, _PAUSE = 20, 0.05  # seconds, beside writers, before they are asked to wait


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


def copy_files(path: Path, target: Path) -> None:
    """The last committed state of somebody else's vault file `path`, in use or left by a kill, as the new file
    `target` with its WAL beside it, for SQLite to recover when it opens `target`. Reads bytes only: nothing at `path`
    is locked, changed, made or removed, and no right to write there is needed.

    No copy is torn. Beside a WAL, only checkpoints write to the main file, and they write nothing but pages that the
    WAL has. So the main file is copied first: whatever a checkpoint does to it meanwhile, even half a page, is in the
    WAL by the time that is copied, and recovery lays it over. Committed frames stay as they are until the WAL is
    begun anew, which changes the salts in its header: with the same header before and after there was none of that.
    A transaction cut short at the end of the copy fails its checksums and is left out as a whole. Without a WAL, what
    could have been checkpointed from one that came and went shows in the size or mtime of the main file.

    Raises:
        VaultBusy: others begin the WAL anew all the time.
        DiskTrouble: it cannot be read, or there is no room for the copy.
    """
    path = path.resolve()  # SQLite keeps the WAL beside the file, not beside a link to it
    try:
        for _ in range(_TRIES):
            if (before := _look(path)).is_settled:
                _copy_both(path, target)
                if _look(path) == before:
                    return
            time.sleep(_PAUSE)
    except OSError as trouble:
        said = trouble.strerror or trouble
        raise DiskTrouble(f"{trouble.filename or path} cannot be copied: {said}", "mnemon doctor disk") from trouble
    raise VaultBusy(
        f"the vault {path} is written to all the time; nothing was changed",
        "try again in a moment, or stop what writes to it",
    )


@dataclass(frozen=True)
class _Look:
    """A vault file as it stands; two that are equal had no new WAL between them. `size` and `changed` (mtime in
    nanoseconds) are 0 where there is a WAL, beside which checkpoints may go on."""

    file: tuple[int, int]
    log_header: bytes
    size: int
    changed: int

    @property
    def is_settled(self) -> bool:
        """Whether another change would be seen in it."""
        return bool(self.log_header) or abs(time.time_ns() - self.changed) > _TICK


def _look(path: Path) -> _Look:
    status = path.stat()
    file = (status.st_dev, status.st_ino)
    try:
        with _log_of(path).open("rb") as log:
            header = log.read(_LOG_HEADER)
    except FileNotFoundError:
        header = b""
    if len(header) == _LOG_HEADER:
        return _Look(file, header, 0, 0)
    return _Look(file, b"", status.st_size, status.st_mtime_ns)


def _copy_both(path: Path, target: Path) -> None:
    shutil.copyfile(path, target)
    log = _log_of(target)
    try:
        shutil.copyfile(_log_of(path), log)
    except FileNotFoundError:
        log.unlink(missing_ok=True)  # of the try before


def _log_of(path: Path) -> Path:
    return path.with_name(f"{path.name}-wal")
