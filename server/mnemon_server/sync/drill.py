"""The restore drill: fetch the newest backup, restore it into a temporary folder, and look at all of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from mnemon_server.settings import Settings
from mnemon_server.sync.examine import verify
from mnemon_server.sync.shelf import Shelf, nothing_there
from mnemon_server.sync.state import Verified, alone, load_state, now, save_state
from mnemon_server.sync.workplace import workplace
from mnemon_server.vault.replace import replace_content

Report = Callable[[int, int], None]


def drill(settings: Settings, shelf: Shelf, report: Report) -> dict[str, Any]:  # Any: JSON
    """Do everything that a pull onto a new machine would; the vault is not touched.

    Returns:
        `{"verified_at", "sha256", "at", "machine", "memories", "bytes"}`; `verified_at` is what status reports.

    Raises:
        NoBackup, BackupRefused, VaultTooNew: there is no backup, or none that could be restored.
        MnemonError: of the store and the disk.
    """
    with alone(settings):
        head = shelf.head()
        if head is None:
            raise nothing_there(shelf)
        manifest = head.manifest
        with workplace(settings, 2 * manifest.size) as folder:
            file = folder / "drill.sqlite"
            shelf.fetch(manifest, file, report)
            verify(file, manifest)
            replace_content(folder / "restored.sqlite", file, "drill")
        moment = now()
        state = load_state(settings.sync_state_path)
        verified = Verified(moment, manifest.sha256, manifest.created_at, shelf.id)
        save_state(settings.sync_state_path, replace(state, verified=verified))
    return {"verified_at": moment, **manifest.told()}
