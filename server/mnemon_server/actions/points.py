"""The vectors of the live memories, page by page, for whoever draws a map of them."""

from __future__ import annotations

import base64
from typing import Any

from mnemon_server.actions.context import ActionContext, checked_limit
from mnemon_server.memory import as_rfc3339
from mnemon_server.vault import browsing

LARGEST_PAGE = 1_000


def run(context: ActionContext, after: int = 0, limit: int = LARGEST_PAGE) -> dict[str, Any]:
    """Of each memory with a current vector behind the id `after` the one of its first passage.

    Returns:
        `{"points": [{"id", "title", "type", "client", "created_at"}], "vectors": base64 of their little-endian
        float32, one after the other, "next": the last id, or None when there are no more}`

    Raises:
        UsageError: limit out of range.
    """
    checked_limit(limit, LARGEST_PAGE)
    with context.vault.read() as connection:
        rows = browsing.first_vectors(connection, after, limit + 1)
    shown = rows[:limit]
    points = [
        {"id": number, "title": title, "type": kind, "client": client, "created_at": as_rfc3339(made)}
        for number, title, kind, client, made, _ in shown
    ]
    packed = base64.b64encode(b"".join(bytes(row[5]) for row in shown)).decode("ascii")
    return {"points": points, "vectors": packed, "next": shown[-1][0] if len(rows) > limit else None}
