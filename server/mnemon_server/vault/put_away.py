"""A vault whose memories live elsewhere now: into the archive, read back, then away."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

from mnemon_server.errors import DiskTrouble
from mnemon_server.vault.contents import contents_of
from mnemon_server.vault.integrity import damage
from mnemon_server.vault.leases import thaw
from mnemon_server.vault.open import open_vault_file
from mnemon_server.vault.snapshot import archive_copy
from mnemon_server.vault.transaction import transaction


def put_away(path: Path, reason: str) -> Path:
    """Take the vault at `path`, which takes no writes any more, into the archive as `<reason>-<time>.sqlite`. The copy
    takes writes again, for whoever goes back to it.

    Raises:
        DiskTrouble: the copy is not whole, and the vault stays where it is; or it cannot be taken away.
    """
    with closing(open_vault_file(path).connection) as connection:
        expected = contents_of(connection)
        copy = archive_copy(connection, path, reason)
    with closing(open_vault_file(copy).connection) as connection:
        with transaction(connection):
            thaw(connection)
        is_whole = contents_of(connection) == expected and not damage(connection)
        connection.pragma("wal_checkpoint", "TRUNCATE")
    if not is_whole:
        raise DiskTrouble(f"the copy {copy} is not whole; the vault stays where it is", "mnemon doctor disk")
    try:
        # The write-ahead log first: beside a new vault it would be played into that one.
        for each in (Path(f"{path}-wal"), Path(f"{path}-shm"), path):
            each.unlink(missing_ok=True)
    except OSError as trouble:
        hint = "close the clients that have it open, then the same command"
        raise DiskTrouble(f"{path} is in {copy}, and cannot be taken away: {trouble.strerror}", hint) from trouble
    return copy
