"""A lock on a file that goes with the process that holds it, however that ends."""

from __future__ import annotations

import os
import sys


def try_lock(path: str) -> int:
    """Lock the file, which is made when it is not there; the descriptor that holds the lock until it is closed, or -1
    when somebody else has it.

    Raises:
        OSError: the file cannot be made.
    """
    opened = os.open(path, os.O_RDWR | os.O_CREAT | getattr(os, "O_NOFOLLOW", 0), 0o600)
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(opened, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(opened, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(opened)
        return -1
    return opened
