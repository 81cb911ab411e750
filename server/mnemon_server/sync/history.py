"""The backups there are, newest first, and finding the one that somebody means."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from mnemon_server.errors import UsageError
from mnemon_server.memory import as_rfc3339
from mnemon_server.sync.manifest import Manifest
from mnemon_server.sync.shelf import Entry, Head, HeadDamaged, Shelf
from mnemon_server.sync.trouble import NoBackup

_HASH = re.compile(r"[0-9a-f]{6,64}")
_LIST = "mnemon sync history"


@dataclass(frozen=True)
class Backup:
    """One push that was the head for a while. `is_there`: its snapshot was not deleted since."""

    manifest: Manifest
    is_head: bool
    is_there: bool

    def told(self) -> dict[str, Any]:  # Any: JSON
        return self.manifest.told() | {"head": self.is_head, "available": self.is_there}


def list_backups(shelf: Shelf, limit: int) -> tuple[list[Backup], int]:
    """The newest backups, at most `limit` of them, and how many there are in all."""
    head = readable_head(shelf)
    entries = list(shelf.entries())
    there = {sha256 for sha256, _ in shelf.each_snapshot()}
    former = (manifest for entry in reversed(entries) if (manifest := shelf.read(entry)) is not None)
    shown = [Backup(head.manifest, True, head.manifest.sha256 in there)] if head else []
    shown += [Backup(manifest, False, manifest.sha256 in there) for manifest in islice(former, limit - len(shown))]
    return shown, len(entries) + bool(head)


def readable_head(shelf: Shelf) -> Head | None:
    """None also for one that nobody can read: the backups before it are of use all the same."""
    try:
        return shelf.head()
    except HeadDamaged:
        return None


def at_moment(shelf: Shelf, head: Head | None, milliseconds: int) -> Manifest:
    """The backup that was the head at that moment.

    Raises:
        NoBackup: the first one is younger.
    """
    wanted = as_rfc3339(milliseconds)
    if head is not None and head.manifest.created_at <= wanted:
        return head.manifest
    for entry in reversed(list(shelf.entries())):
        manifest = shelf.read(entry) if entry.at[:15] <= re.sub(r"[-:]", "", wanted)[:15] else None
        if manifest is not None and manifest.created_at <= wanted:
            return manifest
    raise NoBackup(f"there is no backup that is as old as {wanted}", _LIST)


def with_hash(shelf: Shelf, head: Head | None, beginning: str) -> Manifest:
    """The backup whose hash begins like that.

    Raises:
        UsageError: six hexadecimal digits are the least; or several begin so.
        NoBackup: none does.
    """
    beginning = beginning.lower()
    if not _HASH.fullmatch(beginning):
        raise UsageError(f"{beginning!r} is neither a time nor at least six digits of a snapshot's hash", _LIST)
    found = dict(_beginning_with(shelf, head, beginning))
    if len(found) > 1:
        raise UsageError(f"{len(found)} snapshots begin with {beginning}", _LIST)
    for manifest in found.values():
        return manifest
    raise NoBackup(f"no snapshot begins with {beginning}", _LIST)


def _beginning_with(shelf: Shelf, head: Head | None, beginning: str) -> Iterator[tuple[str, Manifest]]:
    if head is not None and head.manifest.sha256.startswith(beginning):
        yield head.manifest.sha256, head.manifest
    matching: list[Entry] = [entry for entry in shelf.entries() if entry.sha256.startswith(beginning)]
    for entry in matching:
        if (manifest := shelf.read(entry)) is not None:
            yield entry.sha256, manifest
