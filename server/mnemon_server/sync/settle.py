"""After a pull that was killed: did the vault become what was fetched?"""

from __future__ import annotations

from contextlib import closing

from mnemon_server.errors import MnemonError
from mnemon_server.settings import Settings
from mnemon_server.sync.shelf import Shelf
from mnemon_server.sync.state import SyncState
from mnemon_server.vault.meta import read_meta, write_meta
from mnemon_server.vault.open import open_vault_file
from mnemon_server.vault.trouble import named_trouble

# Stands in the fetched content from before it becomes the vault until that is noted: it tells the one from the other.
MARK = "pulled"


def settled(settings: Settings, shelf: Shelf, state: SyncState) -> SyncState:
    """What this machine knows, with the last pull brought to its end; the vault carries no mark of it any more."""
    fetching = state.known(shelf.id).fetching
    mark = take_mark(settings)
    if fetching is None:
        return state
    if mark and mark == fetching["mark"]:
        arrived = {name: fetching[name] for name in ("etag", "sha256", "at")}
        return state.knowing(shelf.id, **arrived, fetching=None, stamp="")
    return state.knowing(shelf.id, fetching=None)


def take_mark(settings: Settings) -> str:
    """The mark in the vault, which is gone then; empty where there is none, or no vault that can be used."""
    path = settings.vault_path
    if not path.exists():
        return ""
    try:
        with named_trouble(path), closing(open_vault_file(path).connection) as connection:
            mark = read_meta(connection, MARK)
            if mark is not None:
                with connection:
                    write_meta(connection, MARK, None)
            return mark or ""
    except MnemonError:
        return ""  # whoever works with the vault next will say what is wrong with it
