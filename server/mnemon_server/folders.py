"""Folders that only their owner may enter."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from pathlib import Path

from mnemon_server.errors import DiskTrouble


def make_private(folder: Path) -> None:
    """Make `folder` and what is missing above it, each 0700; existing ones keep their mode.

    `Path.mkdir(parents=True)` would open the upper ones to all.

    Raises:
        DiskTrouble: it cannot be made.
    """
    if folder.is_dir():
        return
    make_private(folder.parent)
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as trouble:
        raise DiskTrouble(f"the folder {folder} cannot be made: {trouble.strerror or trouble}") from trouble


def sync_folder(folder: Path) -> None:
    """Bring the names in `folder` onto the disk, where the system can do that."""
    if sys.platform == "win32":
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        with suppress(OSError):  # a file system that cannot
            os.fsync(descriptor)
    finally:
        os.close(descriptor)
