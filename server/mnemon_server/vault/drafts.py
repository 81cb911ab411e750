"""The name a vault has while it is made, and what is left under such names by processes that were killed."""

from __future__ import annotations

import contextlib
import glob
import os
import sys
import uuid
from pathlib import Path


def draft_of(path: Path) -> Path:
    """A name beside `path` that nobody else uses and that says whose it is."""
    return path.with_name(f"{path.name}.new-{os.getpid()}-{uuid.uuid4().hex[:8]}")


def clear_abandoned(path: Path) -> None:
    """Remove the drafts of processes that are gone."""
    if sys.platform == "win32":
        return  # there, asking whether a process runs can end it
    for draft in path.parent.glob(f"{glob.escape(path.name)}.new-*"):
        maker = draft.name.removeprefix(f"{path.name}.new-").partition("-")[0]
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
