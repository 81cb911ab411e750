"""The restore drill."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.sync.place import place_of


def run(context: ActionContext) -> dict[str, Any]:
    """See `sync.drill`; the result names the bucket too."""
    from mnemon_server.sync.drill import drill
    from mnemon_server.sync.shelf import open_shelf

    with closing(open_shelf(place_of(context.settings))) as shelf:
        return drill(context.settings, shelf, context.report) | {"bucket": shelf.bucket.name}
