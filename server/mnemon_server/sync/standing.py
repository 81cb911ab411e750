"""How the vault and its backups stand to each other."""

from __future__ import annotations

from typing import Any

from mnemon_server.settings import Settings
from mnemon_server.sync import lineage
from mnemon_server.sync.examine import sha256_of
from mnemon_server.sync.settle import settled
from mnemon_server.sync.shelf import Head, Shelf
from mnemon_server.sync.state import Known, alone, load_state, stamp_of
from mnemon_server.sync.workplace import workplace
from mnemon_server.vault.copying import copy_vault


def standing(settings: Settings, shelf: Shelf) -> dict[str, Any]:  # Any: JSON
    """Look at both; nothing is sent.

    Returns:
        `{"bucket", "store", "vault", "here", "standing", "head", "synced_at", "synced_sha256", "conditional",
        "verified_backup", "verified_snapshot_at"}`. `here` is the hash of what the vault holds. `standing` is
        `no vault` (here), `no backup`, `same`, `ahead` (a push would send changes), `earlier` (a former backup, pulled
        on purpose), `behind` (a pull would bring changes), or `apart` (both have changes).

    Raises:
        MnemonError: of the store, the vault, the disk.
    """
    with alone(settings):
        state = settled(settings, shelf, load_state(settings.sync_state_path))
        head, known = shelf.head(), state.known(shelf.id)
        here = _hash_here(settings, known)
        found = _standing(here, head, known)
    verified = state.verified
    return {
        "bucket": shelf.bucket.name,
        "store": shelf.bucket.where,
        "vault": shelf.place.vault,
        "here": here,
        "standing": found,
        "head": head.manifest.told() if head else None,
        "synced_at": known.at or None,
        "synced_sha256": known.sha256 or None,
        "conditional": known.conditional,
        "verified_backup": verified.at if verified else None,
        "verified_snapshot_at": verified.snapshot_at if verified else None,
    }


def _standing(here: str | None, head: Head | None, known: Known) -> str:
    if here is None:
        return "no vault"
    if head is None:
        return "no backup"
    if here == head.manifest.sha256:
        return "same"
    if lineage.is_ours(head, known):
        return "earlier" if here == known.sha256 else "ahead"
    return "behind" if here == known.sha256 else "apart"


def _hash_here(settings: Settings, known: Known) -> str | None:
    """The snapshot that the vault would make now; None where there is no vault."""
    if not settings.vault_path.exists():
        return None
    if known.stamp and known.stamp == stamp_of(settings.vault_path):
        return known.sha256
    with workplace(settings, settings.vault_path.stat().st_size) as folder:
        copy = folder / "present.sqlite"
        copy_vault(settings.vault_path, copy)
        return sha256_of(copy)
