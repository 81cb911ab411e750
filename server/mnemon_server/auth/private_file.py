"""A small database that only the owner may read."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import apsw

from mnemon_server.folders import make_private

_BUSY_TIMEOUT = 5_000  # milliseconds


def open_private(path: Path, prepare: Callable[[apsw.Connection], None]) -> apsw.Connection:
    """The database at `path`, made 0600 when there is none; `prepare` brings it to its schema.

    Raises:
        apsw.Error, OSError: it cannot be opened, or is none.
        DiskTrouble: its folder cannot be made.
    """
    make_private(path.parent)
    if not path.exists():
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))
    connection = apsw.Connection(str(path), flags=apsw.SQLITE_OPEN_READWRITE)
    try:
        connection.set_busy_timeout(_BUSY_TIMEOUT)
        prepare(connection)
    except BaseException:
        connection.close()
        raise
    return connection
