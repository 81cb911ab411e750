"""Writing a vault and its settings to one file for another machine; `bundle` reads it."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from mnemon_server import __version__
from mnemon_server.errors import DiskTrouble, VaultRefused
from mnemon_server.folders import sync_folder
from mnemon_server.portable.packing import VAULT, Packed
from mnemon_server.portable.sealed import COST, BundleRefused, Reading, seal
from mnemon_server.settings import Settings
from mnemon_server.sync.examine import examine, sha256_of
from mnemon_server.sync.manifest import Manifest
from mnemon_server.sync.state import alone, load_state, machine_name, now
from mnemon_server.sync.trouble import BackupRefused
from mnemon_server.sync.workplace import workplace
from mnemon_server.vault.copying import copy_vault
from mnemon_server.vault.drafts import clear_abandoned, draft_of
from mnemon_server.vault.open import take_name


def export_bundle(
    settings: Settings, file: Path, passphrase: str, *, overwrite: bool = False, cost: int = COST
) -> dict[str, Any]:  # Any: JSON
    """Write the vault of this machine, as it is now, and its settings to `file`, readable only by its owner. Whole or
    not at all; a file that is there stays unless `overwrite`.

    Returns:
        `{"path", "sha256" of the vault in it, "memories", "bytes" of the file, "settings": how many}`

    Raises:
        VaultRefused: there is no vault.
        BundleRefused: there is a file of that name; or the vault is damaged.
        DiskTrouble: it cannot be written.
        MnemonError: of the vault.
    """
    if not settings.vault_path.exists():
        raise VaultRefused(f"there is no vault at {settings.vault_path}; nothing was exported")
    _require_free(file, overwrite)
    room = sum(
        each.stat().st_size for suffix in ("", "-wal") if (each := Path(f"{settings.vault_path}{suffix}")).exists()
    )
    with alone(settings), workplace(settings, 2 * room) as folder:
        snapshot = folder / "snapshot.sqlite"
        copy_vault(settings.vault_path, snapshot)
        manifest = _manifest_of(settings, snapshot)
        with snapshot.open("rb") as vault:
            packed = Packed(manifest.written(VAULT), _config(settings), vault, manifest.size)
            size = _write_whole(file, packed, passphrase, overwrite, cost)
    return {
        "path": str(file),
        "sha256": manifest.sha256,
        "memories": manifest.contents.live,
        "bytes": size,
        "settings": len(settings.values),
    }


def _manifest_of(settings: Settings, snapshot: Path) -> Manifest:
    try:
        contents = examine(snapshot)
    except BackupRefused as refused:
        raise BundleRefused(f"{refused.message}; nothing was exported", "mnemon doctor vault") from None
    return Manifest(
        sha256=sha256_of(snapshot),
        size=snapshot.stat().st_size,
        contents=contents,
        parent=None,
        machine_id=load_state(settings.sync_state_path).machine_id,
        machine=machine_name(),
        created_at=now(),
        program=__version__,
    )


def _config(settings: Settings) -> bytes:
    try:
        return settings.config_path.read_bytes()
    except FileNotFoundError:
        return b""


def _require_free(file: Path, overwrite: bool) -> None:
    if file.is_dir():
        raise BundleRefused(f"{file} is a folder; the name of a file is wanted")
    if file.exists() and not overwrite:
        raise BundleRefused(f"{file} is there already, and was left as it is", "another name, or --force")


def _write_whole(file: Path, packed: Reading, passphrase: str, overwrite: bool, cost: int) -> int:
    """The size of the file."""
    clear_abandoned(file)
    draft = draft_of(file)
    try:
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as target:
            seal(packed, target, passphrase, cost)
            target.flush()
            os.fsync(target.fileno())
            size = target.tell()
        if overwrite:
            draft.replace(file)
        elif not take_name(draft, file):
            raise BundleRefused(f"{file} is there by now, and was left as it is", "another name, or --force")
        sync_folder(file.parent)
    except OSError as trouble:
        raise DiskTrouble(f"{file} cannot be written: {trouble.strerror or trouble}") from trouble
    finally:
        draft.unlink(missing_ok=True)
    return size
