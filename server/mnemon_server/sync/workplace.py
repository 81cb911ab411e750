"""A folder beside the vault for copies under way, gone when the work is."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mnemon_server.errors import DiskTrouble
from mnemon_server.folders import make_private
from mnemon_server.settings import Settings

PREFIX = "sync-work-"
_SPARE = 20_000_000  # bytes that are left free


@contextmanager
def workplace(settings: Settings, needed: int) -> Iterator[Path]:
    """An empty folder with room for so many bytes; what a killed sync left is cleared. The caller is `alone`.

    Raises:
        DiskTrouble: there is not enough room, or no folder can be made.
    """
    clear_abandoned(settings.folder)
    folder = settings.folder / f"{PREFIX}{os.getpid()}-{uuid.uuid4().hex[:8]}"
    make_private(settings.folder)
    free = shutil.disk_usage(settings.folder).free
    if free < needed + _SPARE:
        raise DiskTrouble(
            f"the disk has {free / 1e6:,.0f} MB free, and {(needed + _SPARE) / 1e6:,.0f} MB are needed in"
            f" {settings.folder}; nothing was changed",
            "free some space",
        )
    make_private(folder)
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def clear_abandoned(folder: Path) -> None:
    """Remove the workplaces of processes that are gone; whoever calls is alone at this vault."""
    for left in folder.glob(f"{PREFIX}*"):
        if left.is_dir() and not left.is_symlink():
            shutil.rmtree(left, ignore_errors=True)
