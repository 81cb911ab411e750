"""What SQLite complains about, in words a user can act on."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import apsw

from mnemon_server.errors import BadContent, DiskTrouble, MnemonError, VaultBusy, VaultDamaged, VaultRefused

_OF_DISKS = (errno.ENOSPC, errno.EDQUOT, errno.EIO, errno.EROFS)


@contextmanager
def named_trouble(path: Path) -> Iterator[None]:
    """Turn errors of SQLite and of the disk about the vault at `path` into ours; anything else passes through."""
    try:
        yield
    except apsw.Error as trouble:
        named = _name(trouble, path)
        if named is None:
            raise
        raise named from trouble
    except OSError as trouble:
        if trouble.errno not in _OF_DISKS:
            raise
        said = os.strerror(trouble.errno)
        raise DiskTrouble(f"{path} cannot be written: {said}; nothing was changed", "mnemon doctor disk") from trouble
    except UnicodeEncodeError:
        # Half a surrogate pair, from a command line that is not UTF-8: SQLite cannot hold or look for it.
        raise BadContent("the text is not valid Unicode; nothing was changed") from None


def _name(trouble: apsw.Error, path: Path) -> MnemonError | None:
    if isinstance(trouble, apsw.BusyError | apsw.LockedError):
        return VaultBusy(f"the vault {path} is held by another process; nothing was changed", "try again in a moment")
    if isinstance(trouble, apsw.FullError):
        return DiskTrouble(f"the disk that holds {path} is full; nothing was changed", "free some space")
    if isinstance(trouble, apsw.ReadOnlyError):
        return DiskTrouble(f"{path} cannot be written: the file or its folder is read-only; nothing was changed")
    if isinstance(trouble, apsw.NotADBError):
        return VaultRefused(f"{path} is not a SQLite database, or it is encrypted", _MOVE_AWAY)
    if isinstance(trouble, apsw.CorruptError):
        return VaultDamaged(f"the vault {path} is damaged: {trouble}", "mnemon doctor vault")
    if isinstance(trouble, apsw.CantOpenError | apsw.IOError | apsw.PermissionsError):
        return DiskTrouble(
            f"{path} cannot be read or written: {_reason(trouble)}; nothing was changed", "mnemon doctor disk"
        )
    return None


def _reason(trouble: apsw.Error) -> str:
    """SQLite's words, where it has some: of a copy that fails it says "not an error"."""
    said = str(trouble)
    return "disk I/O error" if said == "not an error" else said


_MOVE_AWAY = "move the file away, or point MNEMON_VAULT_DIR at another folder"
