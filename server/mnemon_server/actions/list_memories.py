"""List memories, newest first."""

from __future__ import annotations

from typing import Any

from mnemon_server.actions.context import ActionContext, checked_limit
from mnemon_server.actions.timeline import brief
from mnemon_server.kinds import kind_named
from mnemon_server.vault import memories
from mnemon_server.vault.filters import Filters


def run(
    context: ActionContext,
    limit: int = 50,
    content_type: str | None = None,
    client: str | None = None,
    pinned: bool | None = None,
) -> dict[str, Any]:
    """`{"memories": [...], "truncated": bool}`, narrowed to a type, a client, or the pinned.

    Raises:
        UsageError: unknown type, or limit out of range.
    """
    checked_limit(limit, 10_000)
    filters = Filters(kind_named(content_type).name if content_type else None, None, client, pinned)
    with context.vault.read() as connection:
        page = memories.page_of_live(connection, filters, limit + 1)
    now = context.clock()
    return {"memories": [brief(memory, now) for memory in page[:limit]], "truncated": len(page) > limit}
