"""Which files in the vault's folder syncs have left."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

from mnemon_server.settings import Settings

WORKPLACE = re.compile(r"sync-work-\d+-[0-9a-f]{8}")
_COPY = re.compile(r"(snapshot|present|pulled|drill|restored)\.sqlite\S*")


def sync_files(settings: Settings) -> Iterator[Path]:
    """The notes on syncs, the lock, and copies that a killed sync had under way."""
    if _is_file(settings.sync_state_path) and _is_state(settings.sync_state_path):
        yield settings.sync_state_path
    draft = settings.folder / ".sync_state.json.new"
    if _is_file(draft):
        yield draft
    lock = settings.folder / "sync.lock"
    if _is_file(lock) and lock.stat().st_size == 0:
        yield lock
    for each in sorted(settings.folder.iterdir()) if settings.folder.is_dir() else ():
        if WORKPLACE.fullmatch(each.name) and each.is_dir() and not each.is_symlink():
            yield from (file for file in sorted(each.iterdir()) if _COPY.fullmatch(file.name) and _is_file(file))


def _is_state(path: Path) -> bool:
    try:
        told = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return False
    return isinstance(told, dict) and {"format", "machine_id", "places"} <= told.keys()


def _is_file(path: Path) -> bool:
    return path.is_file() and not path.is_symlink()
