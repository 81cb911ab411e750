"""The vault on this machine's own disk, whatever lives on the web."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

from mnemon_installer.world import World
from mnemon_server.client import Progress
from mnemon_server.client.in_process import InProcess
from mnemon_server.settings import Settings
from mnemon_server.vault.connection import Vault
from mnemon_server.vault.leases import thaw
from mnemon_server.vault.meta import read_meta, write_meta
from mnemon_server.vault.open import open_vault_file
from mnemon_server.vault.transaction import transaction


@contextmanager
def local_vault(settings: Settings, caller: str, report: Progress | None = None) -> Iterator[InProcess]:
    """A client of the vault file, let go when the block ends."""
    client = InProcess(replace(settings, remote=""), caller, report)
    try:
        yield client
    finally:
        client.close()


def memories_here(world: World, settings: Settings) -> int:
    """Live memories in this machine's own vault; none where there is no such file.

    Raises:
        VaultRefused, VaultTooNew, DiskTrouble: it cannot be opened.
    """
    if world.look(settings.vault_path) is None:
        return 0
    with local_vault(settings, "setup") as client:
        return int(client.call("status")["total"])


def counted(memories: int) -> str:
    """How many, as people say it: `1 memory`, `2,000 memories`."""
    return f"{memories:,} {'memory' if memories == 1 else 'memories'}"


def has_moved(world: World, settings: Settings) -> bool:
    """Whether a move to the web was broken off after the last save here: the vault takes no writes since."""
    if world.look(settings.vault_path) is None:
        return False
    vault = Vault(settings.vault_path)
    try:
        with vault.read() as connection:
            return (read_meta(connection, "state") or "").startswith("moved:")
    finally:
        vault.close()


def close_for(settings: Settings, where: str) -> None:
    """The vault on this machine, where there is one, takes no writes any more; whoever wants to is told `where`."""
    if not settings.vault_path.exists():
        return
    connection = open_vault_file(settings.vault_path).connection
    try:
        with transaction(connection):
            write_meta(connection, "state", f"moved:{where}")
    finally:
        connection.close()


def take_back(settings: Settings) -> None:
    """The vault on this machine takes writes again."""
    connection = open_vault_file(settings.vault_path).connection
    try:
        with transaction(connection):
            thaw(connection)
    finally:
        connection.close()
