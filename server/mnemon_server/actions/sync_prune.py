"""Delete the backups that nobody needs any more, with the user's own keys."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.sync.place import place_of


def run(context: ActionContext, dry_run: bool = True) -> dict[str, Any]:
    """What was replaced over 30 days ago and what broken uploads left; the head never.

    Returns:
        `{"applied", "snapshots", "bytes", "manifests", "uploads", "bucket"}`
    """
    from mnemon_server.sync import retention
    from mnemon_server.sync.shelf import open_shelf

    with closing(open_shelf(place_of(context.settings))) as shelf:
        old = retention.find_old(shelf)
        if not dry_run:
            retention.delete_old(shelf, old, context.report)
        return retention.told(old, applied=not dry_run) | {"bucket": shelf.bucket.name}
