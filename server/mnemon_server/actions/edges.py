"""The strongest edges between live memories, for whoever draws them."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, checked_limit
from mnemon_server.vault import browsing
from mnemon_server.vault.relations import MADE

MOST = 20_000


def run(context: ActionContext, limit: int = 5_000) -> dict[str, Any]:
    """`{"edges": [{"source", "target", "kind", "weight"}]}`, strongest first.

    Raises:
        UsageError: limit out of range.
    """
    checked_limit(limit, MOST)
    with context.vault.read() as connection:
        rows = browsing.live_edges(connection, MADE, limit)
    names = ("source", "target", "kind", "weight")
    return {"edges": [dict(zip(names, row, strict=True)) for row in rows]}
