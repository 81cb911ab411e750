"""Pull: a backup, verified, becomes the vault; what was the vault goes into the archive."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

from mnemon_server.errors import VaultDamaged, VaultMoved
from mnemon_server.settings import Settings
from mnemon_server.sync.examine import sha256_of, verify
from mnemon_server.sync.history import readable_head
from mnemon_server.sync.manifest import Manifest
from mnemon_server.sync.settle import MARK, settled, take_mark
from mnemon_server.sync.shelf import Head, Shelf, nothing_there
from mnemon_server.sync.state import SyncState, Verified, alone, load_state, now, save_state, stamp_of
from mnemon_server.sync.trouble import SyncConflict
from mnemon_server.sync.workplace import workplace
from mnemon_server.vault.copying import copy_vault
from mnemon_server.vault.replace import Condition, replace_content
from mnemon_server.vault.strays import NONE, count_strays

Report = Callable[[int, int], None]
Choose = Callable[[Shelf, Head | None], Manifest]


def newest(shelf: Shelf, head: Head | None) -> Manifest:
    """The head, or why there is none.

    Raises:
        NoBackup, HeadDamaged, VaultTooNew: as the bucket has it.
    """
    found = head or shelf.head()
    if found is None:
        raise nothing_there(shelf)
    return found.manifest


def pull(
    settings: Settings, shelf: Shelf, choose: Choose, report: Report, condition: Condition | None = None
) -> dict[str, Any]:  # Any: JSON
    """Bring the chosen backup here, unless the vault is that already; `report(bytes received, bytes in all)`.

    Returns:
        `{"outcome": "pulled" | "unchanged", "sha256", "at", "machine", "memories", "bytes", "archived", "only_there",
        "newer_there", "is_head"}`: `archived` is the path of the former vault, `only_there` how many of its memories
        the new one lacks, `newer_there` how many it has in an older form, `is_head` whether this is the newest backup.

    Raises:
        NoBackup: the bucket has none, or not the one that was asked for.
        VaultRefused, SyncConflict: the condition does not hold.
        BackupRefused, VaultTooNew: it cannot be used; the vault is as it was.
        MnemonError: of the store, the vault, the disk; the vault is as it was.
    """
    condition = condition or Condition()
    with alone(settings):
        head = readable_head(shelf)
        state = settled(settings, shelf, load_state(settings.sync_state_path))
        chosen = choose(shelf, head)
        with workplace(settings, 3 * chosen.size) as folder:
            stamp, present = stamp_of(settings.vault_path), _hash_of(settings.vault_path, folder)
            if present == chosen.sha256:
                _remember(settings, state, shelf, head, chosen, stamp)
                return _told("unchanged", chosen, head)
            if condition.over and present != condition.over:
                raise SyncConflict("the vault has changed since it was looked at; nothing was changed", "look again")
            file = folder / "pulled.sqlite"
            shelf.fetch(chosen, file, report)
            verify(file, chosen)
            archived = _replaced(settings, state, shelf, head, chosen, file, condition)
        strays = count_strays(archived, settings.vault_path) if archived else NONE
        return _told("pulled", chosen, head) | {
            "archived": str(archived) if archived else None,
            "only_there": strays.missing,
            "newer_there": strays.newer,
        }


def _hash_of(vault_path: Path, folder: Path) -> str:
    """What the vault holds now; empty where there is none, or one that is damaged or has moved."""
    copy = folder / "present.sqlite"
    if not vault_path.exists():
        return ""
    try:
        copy_vault(vault_path, copy)
    except (VaultDamaged, VaultMoved):
        copy.unlink(missing_ok=True)
        return ""
    sha256 = sha256_of(copy)
    copy.unlink()
    return sha256


def _replaced(
    settings: Settings,
    state: SyncState,
    shelf: Shelf,
    head: Head | None,
    chosen: Manifest,
    file: Path,
    condition: Condition,
) -> Path | None:
    """Says what it is about to do, so that the next sync knows what became of it should this one be killed."""
    mark = uuid.uuid4().hex
    about_to = {"etag": head.etag if head else "", "sha256": chosen.sha256, "at": now(), "mark": mark}
    save_state(settings.sync_state_path, state.knowing(shelf.id, fetching=about_to))
    archived = replace_content(settings.vault_path, file, "pre-pull", {MARK: mark}, condition)
    if head is not None and head.manifest.sha256 == chosen.sha256:  # restored and looked at: that makes it a backup
        state = replace(state, verified=Verified(now(), chosen.sha256, chosen.created_at, shelf.id))
    # How the vault's files look is not noted: somebody may have written to the vault already.
    _remember(settings, state, shelf, head, chosen, "")
    take_mark(settings)
    return archived


def _remember(
    settings: Settings, state: SyncState, shelf: Shelf, head: Head | None, chosen: Manifest, stamp: str
) -> None:
    known = replace(
        state.known(shelf.id),
        etag=head.etag if head else "",
        sha256=chosen.sha256,
        at=now(),
        stamp=stamp,
        sending="",
        fetching=None,
    )
    save_state(settings.sync_state_path, replace(state, places={**state.places, shelf.id: known}))


def _told(outcome: str, chosen: Manifest, head: Head | None) -> dict[str, Any]:  # Any: JSON
    is_head = head is not None and chosen.sha256 == head.manifest.sha256
    nothing = {"archived": None, "only_there": 0, "newer_there": 0}
    return {"outcome": outcome, **chosen.told(), **nothing, "is_head": is_head}
