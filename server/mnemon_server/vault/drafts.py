"""The name a vault has while it is made, and what is left under such names by processes that were killed."""

from __future__ import annotations

import contextlib
import glob
import os
import sys
import uuid
from collections.abc import Iterable
from pathlib import Path


def draft_of(path: Path) -> Path:
    """A name beside `path` that nobody else uses and that says whose it is."""
    return path.with_name(f"{path.name}.new-{os.getpid()}-{uuid.uuid4().hex[:8]}")


def archive_draft(folder: Path) -> Path:
    """The name that a copy for the archive has until it is whole."""
    return folder / f"making-{os.getpid()}-{uuid.uuid4().hex[:8]}.part"


def clear_abandoned(path: Path) -> None:
    """Remove the drafts of this vault by processes that are gone."""
    _clear(path.parent.glob(f"{glob.escape(path.name)}.new-*"), f"{path.name}.new-")


def clear_abandoned_drafts(folder: Path) -> None:
    """Remove the drafts in an archive by processes that are gone."""
    _clear(folder.glob("making-*.part"), "making-")


def _clear(drafts: Iterable[Path], prefix: str) -> None:
    if sys.platform == "win32":
        return  # there, asking whether a process runs can end it
    for draft in drafts:
        maker = draft.name.removeprefix(prefix).partition("-")[0]
        if maker.isdigit() and not _is_running(int(maker)):
            with contextlib.suppress(OSError):  # gone by now, or in a folder that is read-only
                draft.unlink()


def _is_running(process_id: int) -> bool:
    try:
        os.kill(process_id, 0)
    except ProcessLookupError:
        return False
    except (PermissionError, OverflowError):
        return True
    return True
