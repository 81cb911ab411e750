"""How long backups stay: former ones for 30 days, the head for ever.

A server has no right to delete. It tags the snapshots that were replaced over 30 days ago, and a rule of the bucket
expires what has the tag (S3 counts the days from an object's making, not from its tagging: were a snapshot tagged when
it is replaced, one that was the head for a month would go the same day). `prune` deletes with the user's own keys.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

from mnemon_server.errors import MnemonError
from mnemon_server.sync.shelf import Entry, Shelf, nothing_there
from mnemon_server.sync.state import SyncState
from mnemon_server.sync.trouble import Outrun

KEPT = timedelta(days=30)
TAG = ("mnemon", "superseded")
_UNDER_WAY = timedelta(days=1)  # a snapshot or an upload this young may be of a push that goes on


@dataclass(frozen=True)
class Old:
    """What nobody needs any more: former manifests, snapshots, uploads that were given up."""

    entries: tuple[Entry, ...]
    snapshots: tuple[tuple[str, int], ...]  # hash and bytes
    uploads: tuple[tuple[str, str], ...]  # key and the store's id


def tag_what_is_old(shelf: Shelf, state: SyncState) -> SyncState:
    """Tag the snapshots that were replaced long ago, each once. What the store refuses stays; no push fails by it."""
    try:
        return _tagged(shelf, state)
    except (MnemonError, Outrun):
        return state


def _tagged(shelf: Shelf, state: SyncState) -> SyncState:
    entries = list(shelf.entries(state.known(shelf.id).tagged))
    old = list(replaced_before(entries, datetime.now(UTC) - KEPT))
    if not old:
        return state
    head = shelf.head()
    wanted = {entry.sha256 for entry in entries[len(old) :]} | ({head.manifest.sha256} if head else set())
    for entry in old:
        if entry.sha256 not in wanted and not shelf.bucket.tag(shelf.snapshot_key(entry.sha256), *TAG):
            return state
    return state.knowing(shelf.id, tagged=old[-1].key)


def replaced_before(entries: Iterable[Entry], moment: datetime) -> Iterable[Entry]:
    """The former manifests whose successors are older than `moment`; the last one's is the head, and not known."""
    for entry, successor in pairwise(entries):
        if successor.at >= f"{moment:%Y%m%dT%H%M%S}":
            return
        yield entry


def find_old(shelf: Shelf) -> Old:
    """What `prune` would delete: what was replaced over 30 days ago, and what was left by pushes that ended early.

    Raises:
        NoBackup: there is no head; whoever lost it needs all that is left.
    """
    head = shelf.head()
    if head is None:
        raise nothing_there(shelf)
    now = datetime.now(UTC)
    entries = list(shelf.entries())
    old = list(replaced_before(entries, now - KEPT))
    wanted = {entry.sha256 for entry in entries[len(old) :]} | {head.manifest.sha256}
    snapshots = tuple(
        (sha256, stored.size)
        for sha256, stored in shelf.each_snapshot()
        if sha256 not in wanted and now - stored.modified > _UNDER_WAY
    )
    uploads = tuple(
        (key, upload) for key, upload, since in shelf.bucket.unfinished(shelf.snapshots) if now - since > _UNDER_WAY
    )
    return Old(tuple(old), snapshots, uploads)


def delete_old(shelf: Shelf, old: Old, report: Callable[[int, int], None]) -> None:
    """Delete what `find_old` found; the head is asked for anew before each snapshot goes."""
    for number, (sha256, _) in enumerate(old.snapshots, 1):
        head = shelf.head()
        if head is None or head.manifest.sha256 == sha256:
            continue
        shelf.bucket.delete([shelf.snapshot_key(sha256)])
        report(number, len(old.snapshots))
    shelf.bucket.delete(entry.key for entry in old.entries)
    for key, upload in old.uploads:
        shelf.bucket.give_up(key, upload)


def told(old: Old, applied: bool) -> dict[str, Any]:  # Any: JSON
    return {
        "applied": applied,
        "snapshots": len(old.snapshots),
        "bytes": sum(size for _, size in old.snapshots),
        "manifests": len(old.entries),
        "uploads": len(old.uploads),
    }
