"""Push: a verified snapshot of the vault becomes the head of its backups."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from mnemon_server import __version__
from mnemon_server.errors import VaultRefused
from mnemon_server.settings import Settings
from mnemon_server.sync import lineage
from mnemon_server.sync.commit import commit, heeds_conditions
from mnemon_server.sync.examine import examine, sha256_of
from mnemon_server.sync.manifest import Manifest, Parent
from mnemon_server.sync.retention import tag_what_is_old
from mnemon_server.sync.settle import settled
from mnemon_server.sync.shelf import Head, HeadDamaged, Shelf
from mnemon_server.sync.state import (
    SyncState,
    alone,
    load_state,
    machine_name,
    now,
    save_state,
    stamp_of,
)
from mnemon_server.sync.trouble import Outrun, SyncBusy
from mnemon_server.sync.workplace import workplace
from mnemon_server.vault.contents import Contents
from mnemon_server.vault.copying import copy_vault

Report = Callable[[int, int], None]
_FRESH = timedelta(hours=24)  # a snapshot that is there for longer is sent anew: it may be about to expire
_TRIES = 3  # with --force, when others push at the same time
IGNORES_CONDITIONS = (
    "this store ignores conditional writes, so that two machines that push in the same moment are kept apart by"
    " claims only: every snapshot and every former manifest stays, see mnemon sync history"
)


@dataclass(frozen=True)
class Snapshot:
    """A copy of the vault on this disk, verified."""

    file: Path
    sha256: str
    size: int
    contents: Contents
    stamp: str


def push(settings: Settings, shelf: Shelf, force: bool, report: Report) -> dict[str, Any]:  # Any: JSON
    """Send the vault as it is now, unless the bucket has it already; `report(bytes sent, bytes in all)`.

    Returns:
        `{"outcome": "pushed" | "unchanged", "sha256", "at", "machine", "memories", "bytes", "sent", "replaced",
        "kept", "conditional", "warnings"}`: `sent` the bytes that had to travel, `replaced` the head before, `kept`
        that of another machine which `force` has put among the former ones.

    Raises:
        VaultRefused: there is no vault.
        SyncConflict, SyncShrunk: see `lineage`; not with `force`.
        BackupRefused: the vault is damaged.
        MnemonError: of the store, the vault, the disk.
    """
    if not settings.vault_path.exists():
        raise VaultRefused(f"there is no vault at {settings.vault_path}; nothing was sent", "mnemon sync pull")
    with alone(settings), workplace(settings, _size(settings.vault_path)) as folder:
        state = settled(settings, shelf, load_state(settings.sync_state_path))
        head = _head(shelf, force)
        snapshot = taken(settings.vault_path, folder)
        if isinstance(head, Head) and head.manifest.sha256 == snapshot.sha256:
            _remember(settings, state, shelf, head, snapshot)
            return _told("unchanged", head.manifest, state.known(shelf.id).conditional)
        if isinstance(head, Head) and not force:
            lineage.require_descent(head, state.known(shelf.id), shelf.bucket.name)
            lineage.require_substance(head.manifest.contents.live, snapshot.contents.live)
        elif not force:
            lineage.require_substance(0, snapshot.contents.live)
        state = probed(shelf, state).knowing(shelf.id, sending=snapshot.sha256)
        save_state(settings.sync_state_path, state)
        sent = _sent(shelf, snapshot, report)
        return _committed(settings, shelf, state, head, snapshot, sent, force)


def _head(shelf: Shelf, force: bool) -> Head | HeadDamaged | None:
    """Over one that nobody can read only `force` goes."""
    try:
        return shelf.head()
    except HeadDamaged as damaged:
        if not force:
            raise
        return damaged


def taken(vault_path: Path, folder: Path) -> Snapshot:
    """A snapshot of the vault in `folder`, verified.

    Raises:
        BackupRefused, VaultMoved, MnemonError: of the vault and the disk.
    """
    file, stamp = folder / "snapshot.sqlite", stamp_of(vault_path)
    copy_vault(vault_path, file)
    contents = examine(file)
    return Snapshot(file, sha256_of(file), file.stat().st_size, contents, stamp)


def probed(shelf: Shelf, state: SyncState) -> SyncState:
    if state.known(shelf.id).conditional is not None:
        return state
    return state.knowing(shelf.id, conditional=heeds_conditions(shelf))


def _sent(shelf: Shelf, snapshot: Snapshot, report: Report) -> int:
    there = shelf.find_snapshot(snapshot.sha256)
    if there is not None and there.size == snapshot.size and datetime.now(UTC) - there.modified < _FRESH:
        return 0
    shelf.send(snapshot.file, snapshot.sha256, report)
    return snapshot.size


def _committed(
    settings: Settings,
    shelf: Shelf,
    state: SyncState,
    head: Head | HeadDamaged | None,
    snapshot: Snapshot,
    sent: int,
    force: bool,
) -> dict[str, Any]:  # Any: JSON
    known = state.known(shelf.id)
    for attempt in range(1, _TRIES + 1):
        try:
            made = commit(shelf, _manifest(snapshot, head, state), head, conditional=bool(known.conditional))
            break
        except Outrun:
            head = _head(shelf, force)
            if force and attempt < _TRIES:
                continue
            if not isinstance(head, Head) or lineage.is_ours(head, known):
                raise SyncBusy("another machine is pushing at this very moment", "mnemon sync push") from None
            raise lineage.conflict(head.manifest, known, shelf.bucket.name) from None
    state = _remember(settings, state, shelf, made, snapshot)
    warnings = [] if known.conditional else [IGNORES_CONDITIONS]
    save_state(settings.sync_state_path, tag_what_is_old(shelf, state))
    told = _told("pushed", made.manifest, known.conditional) | {"sent": sent, "warnings": warnings}
    if isinstance(head, Head):
        told["replaced"] = head.manifest.told()
        told["kept"] = None if lineage.is_ours(head, known) else head.manifest.told()
    return told


def _manifest(snapshot: Snapshot, head: Head | HeadDamaged | None, state: SyncState) -> Manifest:
    return Manifest(
        sha256=snapshot.sha256,
        size=snapshot.size,
        contents=snapshot.contents,
        parent=Parent(head.etag, head.manifest.sha256) if isinstance(head, Head) else None,
        machine_id=state.machine_id,
        machine=machine_name(),
        created_at=now(),
        program=__version__,
    )


def _remember(settings: Settings, state: SyncState, shelf: Shelf, head: Head, snapshot: Snapshot) -> SyncState:
    known = replace(
        state.known(shelf.id),
        etag=head.etag,
        sha256=snapshot.sha256,
        at=now(),
        stamp=snapshot.stamp,
        sending="",
        fetching=None,
    )
    state = replace(state, places={**state.places, shelf.id: known})
    save_state(settings.sync_state_path, state)
    return state


def _told(outcome: str, manifest: Manifest, conditional: bool | None) -> dict[str, Any]:  # Any: JSON
    return {
        "outcome": outcome,
        **manifest.told(),
        "sent": 0,
        "replaced": None,
        "kept": None,
        "conditional": conditional,
        "warnings": [],
    }


def _size(vault_path: Path) -> int:
    return sum(file.stat().st_size for suffix in ("", "-wal") if (file := Path(f"{vault_path}{suffix}")).exists())
