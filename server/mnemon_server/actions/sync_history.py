"""The backups in the bucket."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from mnemon_server.actions.context import ActionContext, checked_limit
from mnemon_server.sync.place import place_of


def run(context: ActionContext, limit: int = 20) -> dict[str, Any]:
    """`{"bucket", "total", "backups": [{"sha256", "at", "machine", "memories", "bytes", "head", "available"}]}`, newest
    first."""
    from mnemon_server.sync.history import list_backups
    from mnemon_server.sync.shelf import open_shelf

    checked_limit(limit, 1_000)
    with closing(open_shelf(place_of(context.settings))) as shelf:
        backups, total = list_backups(shelf, limit)
        return {"bucket": shelf.bucket.name, "total": total, "backups": [each.told() for each in backups]}
