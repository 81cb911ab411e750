"""Send the vault to its bucket."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.sync.place import place_of


def run(context: ActionContext, force: bool = False) -> dict[str, Any]:
    """See `sync.push`; the result names the bucket too."""
    from mnemon_server.sync.push import push
    from mnemon_server.sync.shelf import open_shelf

    with closing(open_shelf(place_of(context.settings))) as shelf:
        return push(context.settings, shelf, force, context.report) | {"bucket": shelf.bucket.name}
