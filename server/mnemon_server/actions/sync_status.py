"""How the vault and its backups stand to each other."""

from __future__ import annotations

from contextlib import closing
from typing import Any

from mnemon_server.actions.context import ActionContext
from mnemon_server.sync.place import place_of


def run(context: ActionContext) -> dict[str, Any]:
    """See `sync.standing`."""
    from mnemon_server.sync.shelf import open_shelf
    from mnemon_server.sync.standing import standing

    with closing(open_shelf(place_of(context.settings))) as shelf:
        return standing(context.settings, shelf)
