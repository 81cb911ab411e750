"""A server that another machine hands its vault to: closed until it is told to take over, then the one that has it."""

from __future__ import annotations

from dataclasses import replace

from mnemon_server import __version__
from mnemon_server.settings import Settings
from mnemon_server.sync.commit import commit
from mnemon_server.sync.manifest import Parent
from mnemon_server.sync.push import probed
from mnemon_server.sync.shelf import Shelf
from mnemon_server.sync.state import alone, load_state, machine_name, now, save_state
from mnemon_server.vault.connection import Vault
from mnemon_server.vault.meta import write_meta

_WAITING = "the machine that is handing it over"


def wait_for(settings: Settings, shelf: Shelf, vault: Vault) -> bool:
    """Close a vault that has just come from the bucket, where the machine that deployed this server pushed it: until
    that machine hands it over, memories are saved there. Whether it was closed."""
    head = shelf.head()
    if not settings.deployed_by or head is None or head.manifest.machine_id != settings.deployed_by:
        return False
    with vault.write() as connection:
        write_meta(connection, "state", f"moved:{_WAITING}")
    return True


def take_on(settings: Settings, shelf: Shelf, sha256: str) -> None:
    """Say in the bucket that this machine has the vault from now on: the head, if it is still `sha256`, gets a manifest
    of ours. Whoever then begins on an empty folder has nobody to wait for.

    Raises:
        Outrun: somebody else has pushed meanwhile, who is newer.
        MnemonError: of the store and the disk.
    """
    with alone(settings):
        state, head = probed(shelf, load_state(settings.sync_state_path)), shelf.head()
        if head is None or head.manifest.sha256 != sha256 or head.manifest.machine_id == state.machine_id:
            return
        manifest = replace(
            head.manifest,
            parent=Parent(head.etag, sha256),
            machine_id=state.machine_id,
            machine=machine_name(),
            created_at=now(),
            program=__version__,
        )
        made = commit(shelf, manifest, head, conditional=bool(state.known(shelf.id).conditional))
        save_state(settings.sync_state_path, state.knowing(shelf.id, etag=made.etag, sha256=sha256, at=now()))
