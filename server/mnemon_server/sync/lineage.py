"""Whether a push may go ahead: pure, from what the bucket has, what this machine knows, and what is to be sent."""

from __future__ import annotations

from mnemon_server.sync.manifest import Manifest
from mnemon_server.sync.shelf import Head
from mnemon_server.sync.state import Known
from mnemon_server.sync.trouble import SyncConflict, SyncShrunk


def is_ours(head: Head, known: Known) -> bool:
    """Whether this machine's vault descends from the head: it had it, or made it and did not live to note that."""
    return head.etag == known.etag or head.manifest.sha256 in (known.sha256, known.sending)


def require_descent(head: Head, known: Known, bucket: str) -> None:
    """Refuse to replace a head that this machine has never seen.

    Raises:
        SyncConflict: says who pushed it, when, and what to do.
    """
    if not is_ours(head, known):
        raise conflict(head.manifest, known, bucket)


def conflict(theirs: Manifest, known: Known, bucket: str) -> SyncConflict:
    """The refusal, for people."""
    last = f"this machine last synced on {known.at}, with {known.sha256[:12]}" if known.at else "this machine never has"
    return SyncConflict(
        f"the bucket {bucket} has a vault that {theirs.machine or 'another machine'} pushed on {theirs.created_at}"
        f" ({theirs.contents.live:,} memories, snapshot {theirs.short}); {last}; nothing was sent",
        "mnemon sync pull (what is here goes into the archive); or mnemon sync push --force (what is there stays in"
        " mnemon sync history)",
    )


def require_substance(there: int, live: int) -> None:
    """Refuse to let a vault that lost its memories become the backup; `there` is how many the last one has.

    Raises:
        SyncShrunk: it is empty, or has fewer than half of them.
    """
    force = "mnemon sync push --force, if that is how it should be"
    if live == 0:
        raise SyncShrunk("the vault is empty; nothing was sent", force)
    if live * 2 < there:
        raise SyncShrunk(
            f"the vault has {live:,} memories and its last backup {there:,}; nothing was sent",
            f"mnemon sync history shows the backups; {force}",
        )
