"""A lock that dies with its process, and says who has it."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from shlex import quote

from mnemon_installer.world import FileTrouble, Held
from mnemon_installer.world.replacing import make_folders

_FAR = 1 << 30  # Windows locks bytes, and nobody else may read those; the text stays readable when they lie past it


@contextmanager
def hold(path: Path, purpose: str, now: datetime) -> Iterator[None]:
    """Hold `path` until the block ends; the file is there only as long."""
    descriptor = _take(path)
    try:
        note = {"pid": os.getpid(), "since": now.isoformat(timespec="seconds"), "purpose": purpose}
        os.ftruncate(descriptor, 0)
        os.write(descriptor, json.dumps(note).encode())
        yield
    finally:
        _let_go(descriptor, path)


def _take(path: Path) -> int:
    while True:
        try:
            make_folders(path.parent)
            descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as trouble:
            hint = f"ls -ld {quote(str(path.parent))}"
            raise FileTrouble(f"{path} cannot be written: {trouble.strerror}", hint) from trouble
        try:
            _lock(descriptor)
        except OSError:
            os.close(descriptor)
            raise Held(_holder(path), "wait until it has ended, then run the same command again") from None
        if _is_still(descriptor, path):
            return descriptor
        os.close(descriptor)  # its former holder took the file away; the name is free now


def _is_still(descriptor: int, path: Path) -> bool:
    with suppress(FileNotFoundError):
        return os.path.samestat(os.fstat(descriptor), path.stat())
    return False


def _holder(path: Path) -> str:
    try:
        note = json.loads(path.read_bytes())
        return f"another {note['purpose']} is running (process {note['pid']}, since {note['since']})"
    except (OSError, ValueError, KeyError, TypeError):  # it has only just taken the lock, or just let it go
        return "another process is doing the same just now"


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        os.lseek(descriptor, _FAR, os.SEEK_SET)
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        os.lseek(descriptor, 0, os.SEEK_SET)

    def _let_go(descriptor: int, path: Path) -> None:
        os.close(descriptor)
        with suppress(OSError):
            path.unlink()

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)

    def _let_go(descriptor: int, path: Path) -> None:
        # Taken away while still held, so that nobody's fresh lock is removed.
        with suppress(OSError):
            path.unlink()
        os.close(descriptor)
