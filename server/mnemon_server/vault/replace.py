"""Other content in the vault's place, in one transaction, after what was there went into the archive."""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Mapping
from contextlib import closing, suppress
from dataclasses import dataclass
from pathlib import Path

import apsw

from mnemon_server.errors import DiskTrouble, VaultBusy, VaultDamaged, VaultRefused
from mnemon_server.folders import make_private, sync_folder
from mnemon_server.vault import leases
from mnemon_server.vault.contents import Contents, contents_of
from mnemon_server.vault.meta import read_meta, write_meta
from mnemon_server.vault.migrate import bring_up_to_date
from mnemon_server.vault.open import load_vec, open_vault_file, prepare, take_name
from mnemon_server.vault.snapshot import archive_copy, archive_name, open_copy
from mnemon_server.vault.transaction import transaction
from mnemon_server.vault.trouble import named_trouble

_TRIES = 3  # beside writers, before they are asked to wait
_LEASE = 600_000  # milliseconds that the vault is frozen at most


@dataclass(frozen=True)
class Condition:
    """When a vault may be replaced: with `only_new` where there is none yet. One that is frozen is left to whoever has
    the `lease`; one whose memories were taken elsewhere goes only with `over_moved`. With `over` the caller has looked
    at what is there, and replaces nothing but what has that hash."""

    only_new: bool = False
    over: str = ""
    lease: str = ""
    over_moved: bool = False


def replace_content(
    path: Path,
    successor: Path,
    reason: str,
    notes: Mapping[str, str] | None = None,
    condition: Condition | None = None,
) -> Path | None:
    """Make the content of the vault file `successor` that of the vault at `path`. The former content is in the archive
    by then, as `<reason>-<time>.sqlite`, to the last write. Whoever has the vault open reads on, and sees the new
    content with the next transaction; killed anywhere, it is the one or the other. `successor` is brought to this
    program's schema, gets `notes` into its meta table, and is used up.

    Returns:
        Where the former content is; None when there was no vault.

    Raises:
        VaultRefused, VaultTooNew: what stands at `path` is no vault, or that of a newer program; it is left alone.
        VaultRefused, VaultBusy, VaultMoved: the condition does not hold.
        VaultBusy: others hold the vault, or keep writing to it; nothing was changed.
        VaultMoved: the memories live elsewhere.
        DiskTrouble: no room; nothing was changed.
    """
    condition = condition or Condition()
    with named_trouble(successor):
        _ready(successor, notes or {})
    while not path.exists():
        with named_trouble(path):
            if _place(successor, path):
                return None
    if condition.only_new:
        raise VaultRefused(f"there is a vault at {path} by now; it was left as it is")
    try:
        with named_trouble(path):
            return _swap(path, successor, reason, condition)
    except VaultDamaged:
        with named_trouble(path):
            return _put_aside_and_place(path, successor)


def _ready(successor: Path, notes: Mapping[str, str]) -> None:
    """At this program's schema, taking writes, with the notes in it; nobody else's to read."""
    successor.chmod(0o600)
    with closing(apsw.Connection(str(successor), flags=apsw.SQLITE_OPEN_READWRITE)) as connection:
        prepare(connection)
        load_vec(connection)
        bring_up_to_date(connection, lambda version: None)
        with transaction(connection):
            leases.require_here(connection)
            leases.thaw(connection)
            for key, value in notes.items():
                write_meta(connection, key, value)


def _place(successor: Path, path: Path) -> bool:
    """Give it the vault's name, where no vault is; False when one has appeared."""
    make_private(path.parent)
    _for_many(successor)
    took = take_name(successor, path)
    sync_folder(path.parent)
    return took


def _for_many(file: Path) -> None:
    """In WAL mode, as every vault is, with nothing left in the WAL."""
    with closing(apsw.Connection(str(file), flags=apsw.SQLITE_OPEN_READWRITE)) as connection:
        connection.pragma("journal_mode", "wal")
        connection.pragma("synchronous", "FULL")
        connection.pragma("wal_checkpoint", "TRUNCATE")
    with file.open("rb") as written:
        os.fsync(written.fileno())


def _swap(path: Path, successor: Path, reason: str, condition: Condition) -> Path:
    with (
        closing(open_vault_file(path).connection) as target,
        closing(open_vault_file(path).connection) as watch,
        closing(open_copy(successor)) as source,
    ):
        target.pragma("journal_mode", "wal")  # a copy from the archive is not, and readers would be in the way
        _require_free(target, condition)
        for _ in range(_TRIES):
            if (archived := _archive_and_copy(path, reason, target, watch, source)) is not None:
                break
        else:
            archived = _swap_frozen(path, reason, target, watch, source)
        with suppress(apsw.BusyError):
            target.pragma("wal_checkpoint", "PASSIVE")
    return archived


def _require_free(target: apsw.Connection, condition: Condition) -> None:
    """Whoever has frozen the vault counts on its staying as it is."""
    if condition.over_moved and (read_meta(target, "state") or "").startswith("moved:"):
        return
    leases.require_here(target)
    if condition.lease and leases.is_held(target, condition.lease):
        return
    if read_meta(target, "state") == "frozen" and not leases.is_lease_over(target):
        raise VaultBusy("the vault is frozen by somebody else; nothing was changed", "try again when its lease is over")


def _swap_frozen(
    path: Path, reason: str, target: apsw.Connection, watch: apsw.Connection, source: apsw.Connection
) -> Path:
    """Others write without a pause: let them wait."""
    with transaction(target):
        lease = leases.freeze(target, time.time_ns() // 1_000_000 + _LEASE)
    try:
        archived = _archive_and_copy(path, reason, target, watch, source)
    except BaseException:
        with suppress(apsw.Error, VaultBusy), transaction(target):
            leases.release(target, lease)
        raise
    if archived is None:
        raise VaultBusy("the vault is written to all the time; nothing was changed", "try again in a moment")
    return archived


def _archive_and_copy(
    path: Path, reason: str, target: apsw.Connection, watch: apsw.Connection, source: apsw.Connection
) -> Path | None:
    """None when somebody wrote between the archive's copy and ours: then nothing was changed."""
    before = watch.pragma("data_version")
    archived = archive_copy(target, path, reason)
    try:
        is_whole = _contents(archived) == _counted(watch)
        if not is_whole and watch.pragma("data_version") == before:
            raise DiskTrouble(f"the copy {archived} is not whole; the vault stays as it is", "mnemon doctor disk")
        with target.backup("main", source, "main") as copying:
            copying.step(0)  # takes the write lock, and holds it until the whole content is there
            is_unchanged = watch.pragma("data_version") == before
            if is_unchanged:
                copying.step(-1)
    except BaseException:
        archived.unlink()  # of a vault that stays as it is
        raise
    if not is_unchanged:
        archived.unlink()
        return None
    return archived


def _contents(archived: Path) -> Contents:
    with closing(open_copy(archived)) as copy:
        return contents_of(copy)


def _counted(watch: apsw.Connection) -> Contents:
    watch.execute("BEGIN DEFERRED")
    try:
        return contents_of(watch)
    finally:
        if watch.in_transaction:  # a disk in trouble has ended it
            watch.execute("ROLLBACK")


def _put_aside_and_place(path: Path, successor: Path) -> Path:
    """A vault that SQLite calls damaged cannot be copied as one: its files go aside as they are, into a folder of
    their own."""
    aside = archive_name(path, "damaged").with_suffix("") / path.name
    try:
        make_private(aside.parent)
        for suffix in ("-wal", ""):
            if (file := Path(f"{path}{suffix}")).exists():
                shutil.copy2(file, f"{aside}{suffix}")
        _for_many(successor)
    except BaseException as trouble:
        shutil.rmtree(aside.parent, ignore_errors=True)
        if isinstance(trouble, OSError):
            raise DiskTrouble(f"{path} cannot be put aside: {trouble.strerror or trouble}") from trouble
        raise
    for suffix in ("-wal", "-shm"):
        Path(f"{path}{suffix}").unlink(missing_ok=True)
    successor.replace(path)
    sync_folder(path.parent)
    return aside
