"""A snapshot of the vault at a path, without anybody having it open yet."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from mnemon_server.vault.open import open_vault_file
from mnemon_server.vault.snapshot import take_snapshot
from mnemon_server.vault.trouble import named_trouble


def copy_vault(path: Path, target: Path) -> None:
    """Write the present state of the vault at `path` to `target`; see `take_snapshot`.

    Raises:
        VaultDamaged, VaultRefused, VaultTooNew, VaultMoved, DiskTrouble: as the file and the disk have it.
    """
    with named_trouble(path), closing(open_vault_file(path).connection) as connection:
        take_snapshot(connection, target)
