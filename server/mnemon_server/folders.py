"""Folders that only their owner may enter."""

from __future__ import annotations

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
