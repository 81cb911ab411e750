"""After a pull that was killed: did the vault become what was fetched?"""

from __future__ import annotations

from contextlib import closing, suppress

from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings
from mnemon_server.sync.shelf import Shelf
from mnemon_server.sync.state import SyncState, save_state
from mnemon_server.vault.meta import read_meta, write_meta
from mnemon_server.vault.open import open_vault_file
from mnemon_server.vault.transaction import transaction
from mnemon_server.vault.trouble import named_trouble

# Stands in the fetched content from before it becomes the vault until that is noted: it tells the one from the other.
MARK = "pulled"


def settled(settings: Settings, shelf: Shelf, state: SyncState) -> SyncState:
    """What this machine knows, noted, with the last pull brought to its end; then the vault carries no mark of it."""
    fetching = state.known(shelf.id).fetching
    if fetching is not None:
        arrived = {name: fetching[name] for name in ("etag", "sha256", "at")}
        is_here = _mark(settings) == fetching["mark"]
        state = state.knowing(shelf.id, **(arrived if is_here else {}), fetching=None, stamp="")
        save_state(settings.sync_state_path, state)
    take_mark(settings)
    return state


def take_mark(settings: Settings) -> None:
    """Take the mark out of the vault, if there is one."""
    if not _mark(settings):
        return
    path = settings.vault_path
    with (
        suppress(MnemonError),
        named_trouble(path),
        closing(open_vault_file(path).connection) as connection,
        transaction(connection),
    ):
        write_meta(connection, MARK, None)


def _mark(settings: Settings) -> str:
    """Empty where there is none, or no vault that can be used: whoever works with that next will say so."""
    path = settings.vault_path
    if not path.exists():
        return ""
    try:
        with named_trouble(path), closing(open_vault_file(path).connection) as connection:
            return read_meta(connection, MARK) or ""
    except MnemonError:
        return ""
