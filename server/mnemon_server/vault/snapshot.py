"""Whole copies of a vault, taken while others write."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import apsw


def archive_copy(connection: apsw.Connection, vault_path: Path, reason: str) -> Path:
    """Put a copy beside the vault as `archive/<reason>-<time>.sqlite` (0600) and return its path.

    VACUUM INTO reads one consistent state, WAL included; copying the main file alone would miss what is
    not checkpointed.
    """
    folder = vault_path.parent / "archive"
    folder.mkdir(mode=0o700, exist_ok=True)
    target = folder / f"{reason}-{datetime.now(UTC):%Y%m%dT%H%M%S%f}.sqlite"
    # An existing empty file is accepted by VACUUM INTO, and this way it is never readable by others.
    os.close(os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600))
    connection.execute("VACUUM INTO ?", (str(target),))
    return target
