"""A server takes over what another machine has pushed, in the place of its own vault."""

from __future__ import annotations

from contextlib import closing, suppress
from typing import TYPE_CHECKING, Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.errors import MnemonError, UsageError
from mnemon_server.sync.place import place_of
from mnemon_server.sync.trouble import Outrun, SyncConflict
from mnemon_server.vault.meta import read_meta

if TYPE_CHECKING:
    from mnemon_server.sync.manifest import Manifest
    from mnemon_server.sync.shelf import Head, Shelf


def run(context: ActionContext, sha256: str, over: str = "", lease: str = "") -> dict[str, Any]:
    """Make the newest backup, which has to be the snapshot `sha256`, the vault; only in the place of the snapshot
    `over`, which the caller has looked at, while `lease` keeps everybody from writing, or with neither in the place of
    a vault whose memories were taken elsewhere. The vault before goes into the archive. See `sync.pull`.

    Raises:
        SyncConflict: the newest backup is another one, or the vault is not what the caller has seen.
        VaultBusy: the lease is over.
    """
    from mnemon_server.sync.hand_over import take_on
    from mnemon_server.sync.pull import newest, pull
    from mnemon_server.sync.shelf import open_shelf
    from mnemon_server.vault.replace import Condition

    def choose(shelf: Shelf, head: Head | None) -> Manifest:
        found = newest(shelf, head)
        if found.sha256 != sha256:
            raise SyncConflict(
                f"the newest backup is {found.short}, of {found.machine}; nothing was changed", "mnemon sync status"
            )
        return found

    if not (over and lease) and not _has_moved(context):
        raise UsageError("over and lease say what may be replaced")
    context.vault.close()
    with closing(open_shelf(place_of(context.settings))) as shelf:
        told = pull(
            context.settings, shelf, choose, context.report, Condition(over=over, lease=lease, over_moved=not over)
        )
        with suppress(Outrun, MnemonError):  # the next push says the same, and the vault is here
            take_on(context.settings, shelf, sha256)
        return told


def _has_moved(context: ActionContext) -> bool:
    with context.vault.read() as connection:
        return (read_meta(connection, "state") or "").startswith("moved:")
