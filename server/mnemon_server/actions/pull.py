"""Bring a backup back from the bucket, as the vault of this machine."""

from __future__ import annotations

from contextlib import closing
from typing import TYPE_CHECKING, Any

from mnemon_server.actions.context import ActionContext, moment
from mnemon_server.errors import UsageError
from mnemon_server.sync.place import place_of
from mnemon_server.sync.trouble import NoBackup

if TYPE_CHECKING:
    from mnemon_server.sync.manifest import Manifest
    from mnemon_server.sync.shelf import Head, Shelf


def run(context: ActionContext, at: str = "", only_new: bool = False) -> dict[str, Any]:
    """The newest backup, or the one `at` a time or with a hash that begins so; with `only_new` only where there is no
    vault yet. See `sync.pull`.

    Raises:
        UsageError: `at` is neither.
    """
    from mnemon_server.sync.pull import newest, pull
    from mnemon_server.sync.shelf import open_shelf
    from mnemon_server.vault.replace import Condition

    def choose(shelf: Shelf, head: Head | None) -> Manifest:
        from mnemon_server.sync import history

        if not at:
            return newest(shelf, head)
        try:
            then = moment(at, context.clock())
        except UsageError:
            return history.with_hash(shelf, head, at)
        try:
            return history.with_hash(shelf, head, at)  # 12345d may be either
        except (UsageError, NoBackup):
            return history.at_moment(shelf, head, then)

    context.vault.close()
    with closing(open_shelf(place_of(context.settings))) as shelf:
        return pull(context.settings, shelf, choose, context.report, Condition(only_new)) | {
            "bucket": shelf.bucket.name
        }
